"""The files of a project as one program."""
