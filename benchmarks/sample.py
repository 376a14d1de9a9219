"""Findings drawn at random to be read by hand: `python -m benchmarks.sample --seed 7 --per-rule 8 FOLDER…`.

Every finding of a default run is a candidate; the draw of a rule depends on the seed and on nothing else. Each is printed with its code frame and evidence.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from mldebt.config import Settings
from mldebt.extract.gate import decode
from mldebt.extract.notebook import read_cells
from mldebt.model.finding import Finding
from mldebt.pipeline import check


def frame(root: Path, path: str, cell: int | None, line: int) -> str:
    """Return three lines around a place, as the file stands on disk."""
    text = decode((root / path).read_bytes())
    if isinstance(text, str) and cell is not None:
        text = next((item.source for item in read_cells(text)[0] if item.number == cell), "")
    lines = text.splitlines() if isinstance(text, str) else []
    shown = range(max(line - 1, 1), min(line + 1, len(lines)) + 1)
    return "\n".join(f"    {'>' if number == line else ' '} {number:4} {lines[number - 1][:140]}" for number in shown)


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--per-rule", type=int, default=8)
    options = parser.parse_args()
    found: dict[str, list[tuple[Path, Finding]]] = {}
    for folder in sorted(options.folders):
        for item in check(folder, Settings()).findings:
            found.setdefault(item.code, []).append((folder, item))
    for code in sorted(found):
        drawn = random.Random(f"{options.seed} {code}").sample(found[code], min(options.per_rule, len(found[code])))
        print(f"== {code}: {len(drawn)} of {len(found[code])}")
        for folder, item in drawn:
            print(f"{folder.name} {item.path}:{item.cell or ''}:{item.line} {item.severity} {item.confidence}\n  {item.message}")
            print(frame(folder, item.path, item.cell, item.line))
            for step in item.evidence[:3]:
                print(f"  {step.path}:{step.cell or ''}:{step.line} {step.message}")
                print(frame(folder, step.path, step.cell, step.line))


if __name__ == "__main__":
    main()
