"""Whether the rows say what the libraries have: `python -m benchmarks.catalogue [LIBRARY…]`, in an environment where the libraries are installed.

Each public path of `rules/libraries` is resolved by import. Printed are paths that do not exist (rows marked `former` aside), rows whose positional
parameters stand in another order than in the real signature, and parameters of reads and writes that the signature lacks. Modules that cannot be imported
are named and left out. Only what the rows name is imported, never code that mldebt analyses.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import subprocess
import sys
import warnings
from collections.abc import Iterator

import msgspec
import tomli

from mldebt.knowledge.libraries import expand
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.rows import AccessRow, AttributeRow, CallRow, LibraryFile, TypeRow

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_ACCESS = ("path", "mode", "table", "database", "query", "append", "object")
_MISSING = object()


class Types:
    """The types of all libraries, and the real classes that stand behind a type's path."""

    def __init__(self, files: list[LibraryFile]) -> None:
        """Index types by path, and by base; and the other spellings that aliases give."""
        self.spellings = [(public, other) for file in files for other, public in file.alias.items()]
        self.rows: dict[str, TypeRow] = {path: row for file in files for row in file.type for path in expand(row.path)}
        self.under: dict[str, list[str]] = {}
        for path, row in self.rows.items():
            for base in row.bases:
                self.under.setdefault(base, []).append(path)

    def classes(self, path: str) -> list[object]:
        """Return the real classes of a type: its own, those it stands for, or those of the types below it."""
        found: list[object] = []
        with contextlib.suppress(LookupError):
            found.append(self.resolve(path))
        found.extend(resolve(name) for name in self.rows[path].stands_for)
        return [*found, *(cls for name in self.under.get(path, ()) for cls in self.classes(name))]

    def real(self, path: str) -> bool:
        """Return whether real classes stand behind a type."""
        with contextlib.suppress(LookupError):
            return bool(self.classes(path))
        return False

    def resolve(self, path: str) -> object:
        """Return the object at a path or at another spelling of it; raises LookupError when there is none."""
        others = [other + path[len(public):] for public, other in self.spellings if f"{path}.".startswith(f"{public}.")]
        for spelling in (path, *others):
            with contextlib.suppress(LookupError):
                return resolve(spelling)
        raise LookupError(path)


def resolve(dotted: str) -> object:
    """Return the object at a public path; raises LookupError when there is none."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        with contextlib.suppress(ImportError):
            found: object = importlib.import_module(".".join(parts[:size]))
            for part in parts[size:]:
                found = member(found, part)
            return found
    raise LookupError(dotted)


def member(owner: object, name: str) -> object:
    """Return an attribute; None for one that annotations or the constructor promise to instances; raises LookupError for none."""
    found = getattr(owner, name, _MISSING)
    if found is _MISSING and inspect.isclass(owner):
        found = inspect.getattr_static(owner, name, _MISSING)
        if found is _MISSING and any(name in vars(base).get("__annotations__", {}) or name in made_by(base) for base in owner.__mro__):
            found = None
    if found is _MISSING:
        raise LookupError(name)
    return found


def made_by(cls: type) -> tuple[str, ...]:
    """Return the names that a class's own constructor mentions: it may give them to instances."""
    code = getattr(vars(cls).get("__init__"), "__code__", None)
    return code.co_names if code is not None else ()


def behind(path: str, types: Types) -> list[tuple[object, bool]]:
    """Return the real objects that a row's path means, each with whether it is a method; raises LookupError when there is none."""
    owner, _, name = path.rpartition(".")
    if owner not in types.rows:
        return [(found, False) for found in (types.classes(path) if path in types.rows else [types.resolve(path)])]
    found = []
    for cls in types.classes(owner):
        with contextlib.suppress(LookupError):
            found.append((member(cls, name), inspect.isclass(cls) and not isinstance(inspect.getattr_static(cls, name, None), classmethod | staticmethod)))
    if not found:
        raise LookupError(path)
    return found


def wrong_parameters(row: CallRow, real: object, method: bool) -> str:
    """Return what is wrong with the parameters of a row, the empty text for nothing or where Python cannot tell."""
    try:
        every = list(inspect.signature(real).parameters.values())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    # the receiver is left out, also of a function that stands in for a method and of a wrapped method
    every = every[1:] if every and (every[0].name in ("self", "cls") or method and inspect.isfunction(real)) else every
    kinds = {item.kind for item in every}
    order = _POSITIONAL if inspect.Parameter.VAR_POSITIONAL in kinds else (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)  # older releases take these in order
    names = [item.name for item in every if item.kind in order]
    loose = bool(kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})
    given = list(row.parameters[: len(names)] if loose else row.parameters)
    if given != names[: len(given)]:
        return f"the row says ({', '.join(given)}), the signature ({', '.join(names[: len(given) + 2])})"
    accesses = (getattr(row, kind) for kind in ("read", "write", "open", "delete", "probe"))
    named = {getattr(access, key) for access in accesses if isinstance(access, AccessRow) for key in _ACCESS} - {"", "self"}
    lacking = sorted(named - {item.name for item in every})
    return f"no parameter {', '.join(lacking)}" if lacking and not loose else ""


def faults(file: LibraryFile, types: Types) -> Iterator[str]:
    """Yield one line for each path of a library that is not there or whose parameters differ."""
    rows: list[TypeRow | CallRow | AttributeRow] = [*file.type, *file.call, *file.attribute]
    for row in rows:
        for path in expand(row.path):
            try:
                found = behind(path, types)
            except LookupError:
                if not row.former and not (isinstance(row, TypeRow) and types.real(path)):
                    yield f"{path}: no such path"
                continue
            except RuntimeError:  # an object that exists only while a request or a session runs
                continue
            except Exception as error:  # a library may fail in any way when it is imported: that is the answer for this path
                yield f"{path}: {type(error).__name__}: {error}"
                continue
            if not found and not row.former:
                yield f"{path}: no such path"
            if isinstance(row, CallRow) and found:
                answers = [wrong_parameters(row, real, method) for real, method in found]
                if all(answers) and not row.former:
                    yield f"{path}: {answers[0]}"


def importable(module: str) -> bool:
    """Return whether a module can be imported here."""
    try:
        importlib.import_module(module)
    except Exception:  # a broken installation counts as none
        return False
    return True


def main(names: list[str]) -> int:
    """Judge the libraries one by one; return 1 when a row is wrong."""
    warnings.simplefilter("ignore")
    if not names:  # libraries that load native code disturb each other: one process each
        stems = sorted(path.stem for path in (rules_folder() / "libraries").glob("*.toml"))
        return max(subprocess.run([sys.executable, "-m", "benchmarks.catalogue", stem], check=False).returncode for stem in stems)
    paths = sorted((rules_folder() / "libraries").glob("*.toml"))
    files = {path.stem: msgspec.convert(tomli.loads(path.read_text("utf-8")), LibraryFile) for path in paths}
    types, wrong = Types(list(files.values())), 0
    for stem, file in files.items():
        if stem not in names:
            continue
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            absent = [module for module in file.modules if not importable(module)]
            lines = [line for line in faults(file, types) if not line.startswith(tuple(f"{module}." for module in absent))]
        print(f"{stem}: {len(lines)} wrong" + (f"; not installed: {', '.join(absent)}" if absent else ""))
        print("".join(f"  {line}\n" for line in lines), end="")
        wrong += len(lines)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
