"""Leakage rules against files labelled by hand: `python -m benchmarks.leakage CODE LABELS`.

CODE is a folder with scripts and notebooks (any depth), LABELS the folder of, or the path to, the table of labels (CSV: one labelled pair of fit and
prediction a row, with the columns of `_COLUMNS`); with `--code-commit` or `--labels-commit` they are git repositories, of which that commit is read. Each
file is analysed as a project of its own. A file is positive for a kind of leakage when any of its pairs is; a negative one only says that the labelled pair is
clean, so precision is a lower bound: the files reported though labelled clean are to be read by hand. Unless `--all` is given, only the development part is
judged: the files whose name's SHA-1 starts below 0x99; the rest is for a last measure.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mldebt.config import Settings
from mldebt.model.finding import Finding
from mldebt.pipeline import check

_COLUMNS = ("File", "preproc GT", "overlap GT", "Preprocessing pattern", "Overlap pattern")
_CODE = (".py", ".ipynb")
_TRAIN_AS_TEST = "train as test"
_DEVELOPMENT = 0x99


class Kind(NamedTuple):
    """A kind of leakage that is labelled, and the rules that report it."""

    name: str
    codes: frozenset[str]


PREPROCESSING = Kind("preprocessing", frozenset({"MLD301", "MLD302", "MLD308"}))
OVERLAP = Kind("overlap", frozenset({"MLD303", "MLD304"}))
TRAIN_AS_TEST = Kind(_TRAIN_AS_TEST, frozenset({"MLD305"}))
KINDS = (PREPROCESSING, OVERLAP, TRAIN_AS_TEST)


class Score(NamedTuple):
    """How one kind fares: files labelled, files reported, those reported though labelled clean (each with its first finding), those missed."""

    labelled: int
    reported: int
    clean: tuple[tuple[str, Finding], ...]
    missed: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Return the share of labelled files that are reported."""
        return 1 - len(self.missed) / self.labelled if self.labelled else 0.0

    @property
    def precision(self) -> float:
        """Return the share of reported files that are labelled: a lower bound."""
        return 1 - len(self.clean) / self.reported if self.reported else 0.0


def contents(folder: Path, commit: str = "", endings: Collection[str] = _CODE) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the files of a folder, or of a commit of a repository, that end in one of some ways."""
    if not commit:
        for path in sorted([folder] if folder.is_file() else folder.rglob("*")):
            if path.suffix in endings and path.is_file():
                yield path.name if path == folder else path.relative_to(folder).as_posix(), path.read_bytes()
        return
    git_dir = folder / ".git" if (folder / ".git").is_dir() else folder
    names = _git(git_dir, "ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
    for name in sorted(name for name in names if PurePosixPath(name).suffix in endings):
        yield name, _git(git_dir, "cat-file", "blob", f"{commit}:{name}")


def _git(git_dir: Path, *args: str) -> bytes:
    return subprocess.run(["git", "--git-dir", str(git_dir), *args], check=True, capture_output=True).stdout


def labels(tables: Iterator[tuple[str, bytes]]) -> dict[str, frozenset[str]]:
    """Return the kinds of leakage of every labelled file, by its name without ending, of the first table that has the columns."""
    for _, raw in tables:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
        if rows and set(_COLUMNS) <= set(rows[0]):
            found: dict[str, frozenset[str]] = {}
            for row in rows:
                stem = row["File"].strip()
                found[stem] = found.get(stem, frozenset()) | _kinds(row)
            return found
    raise SystemExit(f"no table of labels has the columns {', '.join(_COLUMNS)}")


def _kinds(row: Mapping[str, str]) -> frozenset[str]:
    """Return the kinds of leakage of one labelled pair."""
    patterns = {line.strip().lower() for line in (row["Overlap pattern"] or "").splitlines()}
    overlap = TRAIN_AS_TEST.name if _TRAIN_AS_TEST in patterns else OVERLAP.name
    return frozenset(([PREPROCESSING.name] if row["preproc GT"].strip() == "1" else []) + ([overlap] if row["overlap GT"].strip() == "1" else []))


def is_development(stem: str) -> bool:
    """Return whether a file is of the part that may be looked at."""
    return hashlib.sha1(stem.encode()).digest()[0] < _DEVELOPMENT


def verdicts(files: Iterator[tuple[str, bytes]], stems: Collection[str], settings: Settings) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every file whose name without ending is among `stems`, each analysed by itself."""
    found: dict[str, tuple[Finding, ...]] = {}
    for name, raw in files:
        path = PurePosixPath(name)
        if path.stem in stems and path.stem not in found:
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "mldebt.toml").write_text("")
                (Path(folder) / f"labelled{path.suffix}").write_bytes(raw)
                found[path.stem] = tuple(check(Path(folder), settings, jobs=1).findings)
    return found


def score(kind: Kind, truth: Mapping[str, Collection[str]], found: Mapping[str, tuple[Finding, ...]]) -> Score:
    """Return how the rules of one kind fare on the files that were analysed."""
    hits = {stem: next(item for item in items if item.code in kind.codes) for stem, items in found.items() if any(item.code in kind.codes for item in items)}
    real = {stem for stem in found if kind.name in truth[stem]}
    clean = tuple((stem, hits[stem]) for stem in sorted(hits) if stem not in real)
    return Score(len(real), len(hits), clean, tuple(sorted(real - set(hits))))


def main(words: list[str] | None = None) -> None:
    """Analyse and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--code-commit", default="")
    parser.add_argument("--labels-commit", default="")
    parser.add_argument("--select", default="default", help="as of `mldebt check`; `leakage` also runs the optional forms")
    parser.add_argument("--all", action="store_true", help="judge all files, not only the development part")
    options = parser.parse_args(words)
    truth = labels(contents(options.labels, options.labels_commit, (".csv",)))
    stems = {stem for stem in truth if options.all or is_development(stem)}
    found = verdicts(contents(options.code, options.code_commit), stems, Settings(select=(options.select,)))
    print(f"{len(found)} files")
    for kind in KINDS:
        result = score(kind, truth, found)
        print(f"{kind.name}: recall {result.recall:.2f} of {result.labelled}, raw precision {result.precision:.2f} of {result.reported}")
        for stem, item in result.clean:
            print(f"  reported, labelled clean: {stem}:{item.line} {item.code} {item.message}")
        for stem in result.missed:
            print(f"  missed: {stem}")


if __name__ == "__main__":
    main()
