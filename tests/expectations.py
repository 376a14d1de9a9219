"""Projects annotated with `# expect: CODE`: what a run must report, no more and no less."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import msgspec

from mldebt.config import load_settings
from mldebt.pipeline import check

_SECTION = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_EXPECT = re.compile(r"# expect: ([A-Z0-9, ]+)")


def write_sections(text: str, folder: Path) -> None:
    """Write the `# file: path` sections of an example below `folder`; a notebook may be given as its code, cells parted by lines `# %%`."""
    parts = _SECTION.split(text.lstrip("\n"))
    for name, body in zip(parts[1::2], parts[2::2]):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_notebook(body) if name.endswith(".ipynb") and not body.startswith("{") else body, "utf-8")


def _notebook(code: str) -> str:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell.splitlines(keepends=True)}
             for cell in code.split("# %%\n")]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def expected(folder: Path) -> Counter[tuple[str, int, str]]:
    """Return (path, line, code) of every annotation below `folder`; in notebooks the path names the cell."""
    found: Counter[tuple[str, int, str]] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for place, text in _texts(name, path.read_text("utf-8", "replace")):
            for number, line in enumerate(text.splitlines(), 1):
                for match in _EXPECT.finditer(line):
                    found.update((place, number, code.strip()) for code in match[1].split(","))
    return found


def _texts(name: str, text: str) -> list[tuple[str, str]]:
    if not name.endswith(".ipynb"):
        return [(name, text)]
    return [(f"{name}:cell {number}", "".join(cell["source"])) for number, cell in enumerate(json.loads(text)["cells"], 1)]


def reported(folder: Path, *select: str) -> Counter[tuple[str, int, str]]:
    """Return (path, line, code) of every finding of a run with the project's settings and the selected rules, all when none is given."""
    settings = msgspec.structs.replace(load_settings(folder)[0], select=select or ("ALL",))
    report = check(folder, settings, jobs=1)
    assert not report.errors, report.errors
    return Counter((f"{item.path}:cell {item.cell}" if item.cell else item.path, item.line, item.code) for item in report.live)
