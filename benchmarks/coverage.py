"""How much of real code the library rows cover: `python -m benchmarks.coverage FOLDER…`.

Prints, for each library, the call sites that resolve to it and the share with a row; the 50 most frequent paths without one; and the share of
reads and writes under an entry point whose path is not wholly unknown.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from benchmarks.run import interpreted


def main(folders: list[str]) -> None:
    """Measure the projects in `folders` together."""
    sites: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    accesses = resolved = 0
    for folder in folders:
        flow = interpreted(Path(folder))
        for site in flow.calls:
            sites[site.library] += 1
            covered[site.library] += site.known
            missing[site.api] += not site.known
        for event in flow.events:
            if event.entry and event.kind in ("read", "write", "append") and event.access is not None:
                accesses += 1
                resolved += not event.access.path.unknown or event.access.table is not None and not event.access.table.unknown
    print(f"{'library':24}{'calls':>8}{'with a row':>12}")
    for library, count in sites.most_common():
        print(f"{library:24}{count:8}{covered[library] / count:12.1%}")
    print("\ncalls without a row")
    for path, count in (item for item in missing.most_common(50) if item[1]):
        print(f"{count:8}  {path}")
    print(f"\nreads and writes under entry points with a known path: {resolved} of {accesses} ({resolved / max(accesses, 1):.1%})")


if __name__ == "__main__":
    main(sys.argv[1:])
