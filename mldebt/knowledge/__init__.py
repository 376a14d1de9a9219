"""Reads rules/: strict tables, every fault of a file reported at once."""
