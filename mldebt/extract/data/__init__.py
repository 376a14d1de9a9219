"""Readers of files that are not Python: one module a format."""
