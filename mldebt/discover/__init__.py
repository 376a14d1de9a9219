"""Which files make up a project."""
