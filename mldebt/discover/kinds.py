"""What a file's name promises about its content."""

from __future__ import annotations

import os
import re

SOURCES = ("python", "notebook")
"""Kinds of files that hold Python."""
_ENDINGS = {
    ".py": "python", ".ipynb": "notebook", ".yaml": "yaml", ".yml": "yaml", ".dvc": "yaml", ".json": "json", ".toml": "toml", ".sh": "shell", ".bash": "shell",
    ".mk": "make", ".sql": "sql", ".md": "markdown", ".cfg": "ini", ".ini": "ini", ".env": "env", ".smk": "snakemake",
}
_TEXTS = (  # read for the names they mention
    ".txt", ".rst", ".html", ".gin", ".conf", ".bat", ".ps1", ".xml", ".properties", ".pyi", ".pyx", ".pxd", ".js", ".ts", ".r", ".sbatch", ".slurm", ".j2")
_NAMES = {
    "Makefile": "make", "makefile": "make", "GNUmakefile": "make", "Snakefile": "snakemake", "dvc.lock": "yaml", ".env": "env", "Pipfile": "toml",
    "MLproject": "yaml",
    "README": "text", "Procfile": "text", "Jenkinsfile": "text",
}
_COMMANDS = ("bin", "scripts")
"""Folders in which a file without an ending is a program."""
_DOCKER = re.compile(r"(?:.*[._-])?(?:docker|container)file(?:[._-].*)?", re.IGNORECASE)
_NO_DOCKER = (".dockerignore", ".j2", ".jinja", ".jinja2", ".template", ".tmpl", ".tpl", ".in", ".txt", ".rst", ".lock", ".bak")
_REQUIREMENTS = re.compile(r"(?:.*/)?(?:requirements/[^/]*|(?:[^/]*[._-])?(?:requirements|constraints)(?:[._-][^/]*)?)\.(?:txt|in)")
_LARGEST = {"json": 256 << 10, "text": 64 << 10}  # beyond that it is data


def kind_of(path: str, size: int = 0) -> str:
    """Return the kind of content of a file by its path; empty when it is of no interest, or too large to be what its name promises."""
    name = path.rpartition("/")[2]
    ending = os.path.splitext(name)[1].lower()
    kind = _NAMES.get(name) or _ENDINGS.get(ending) or _by_pattern(path, name) or ("text" if ending in _TEXTS else "")
    return "" if size > _LARGEST.get(kind, size) else kind


def _by_pattern(path: str, name: str) -> str:
    if name.startswith(".env."):
        return "env"
    if name.startswith("Snakefile."):
        return "snakemake"
    if _DOCKER.fullmatch(name) and not name.lower().endswith(_NO_DOCKER):
        return "docker"
    if _REQUIREMENTS.fullmatch(path):
        return "requirements"
    return "text" if "." not in name and path.rpartition("/")[0].rpartition("/")[2] in _COMMANDS else ""
