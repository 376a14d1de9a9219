"""What a change does to real projects: `python -m benchmarks.ecosystem OLD_PYTHON NEW_PYTHON FOLDER…`.

Each folder is checked with `-m mldebt` of both interpreters (two environments with two builds); findings that vanished (`-`) and appeared (`+`) are printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def findings(python: str, folder: Path) -> set[str]:
    """Return the findings of one build as comparable lines."""
    command = [python, "-m", "mldebt", "check", str(folder), "--project", str(folder), "--isolated", "--output-format", "json", "--exit-zero"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{python} failed on {folder}: {done.stderr}")
    return {f"{item['path']}:{item['cell'] or ''}:{item['line']} {item['code']} {item['message']}" for item in json.loads(done.stdout)["findings"]}


def main(old: str, new: str, folders: list[str]) -> None:
    """Compare two builds over all folders."""
    for folder in map(Path, folders):
        before, after = findings(old, folder), findings(new, folder)
        for sign, lines in (("-", before - after), ("+", after - before)):
            for line in sorted(lines):
                print(f"{sign} {folder.name} {line}")
        print(f"= {folder.name}: {len(before & after)} unchanged")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
