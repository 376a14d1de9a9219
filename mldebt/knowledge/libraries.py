"""Library files as one catalogue of rows, looked up by public path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from mldebt.errors import CatalogueError, Faults
from mldebt.knowledge.files import below, read_files
from mldebt.knowledge.lineage import LayoutRow, LineageRow
from mldebt.knowledge.rows import AttributeRow, CallRow, ConventionRow, LibraryFile, TypeRow

_BRACES = re.compile(r"\{([^{}]*)\}")
_Row = TypeVar("_Row")


class Catalogue:
    """Rows of all libraries. Every look-up takes a public dotted path; methods and attributes are searched through the bases of a type."""

    def __init__(self, files: Iterable[LibraryFile]) -> None:
        """Index the rows; braces in paths are expanded here."""
        self.calls: dict[str, CallRow] = {}
        self.types: dict[str, TypeRow] = {}
        self.attributes: dict[str, AttributeRow] = {}
        self._aliases: dict[str, str] = {}
        self._modules: dict[str, str] = {}
        self._implicit: list[str] = []
        self._literals: dict[str, str] = {}
        self._columns: set[str] = set()
        self._lineage: dict[str, LineageRow] = {}
        self._lineages: dict[str, LineageRow | None] = {}
        self._layout: dict[str, LayoutRow] = {}
        self._layouts: dict[str, LayoutRow | None] = {}
        self._methods: dict[tuple[str, str], CallRow | None] = {}
        self._typed: dict[tuple[str, str], AttributeRow | str | None] = {}
        self._lines: dict[str, tuple[str, ...]] = {}
        self._canonical: dict[str, str] = {}
        self._belongs: dict[str, str | None] = {}
        self._telling: dict[str, str] = {}
        self._loaded: dict[str, str] = {}
        self._representations: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._conventions: dict[str, list[tuple[str, ConventionRow]]] = {}
        self.missing: set[str] = set()
        self.resolvers: dict[str, str] = {}
        for file in files:
            self._add(file)

    def _add(self, file: LibraryFile) -> None:
        self._aliases.update(file.alias)
        self._modules.update((module, file.library) for module in file.modules)
        if file.implicit:
            self._implicit.extend(file.modules)
        self.missing.update(file.missing)
        self.resolvers.update((row.name, row.gives) for row in file.resolver)
        for found in file.convention:
            self._conventions.setdefault(found.function, []).append((file.library, found))
        self.calls.update((path, row) for row in file.call for path in expand(row.path))
        self._telling.update((path.rpartition(".")[2], path) for row in file.call if row.telling for path in reversed(expand(row.path)))
        self._loaded.update((path.rpartition(".")[2], path) for row in file.call if row.loaded for path in reversed(expand(row.path)))
        self.attributes.update((path, row) for row in file.attribute for path in expand(row.path))
        self._lineage.update((path, row) for row in file.rows for path in expand(row.path))
        self._layout.update((path, row) for row in file.layout for path in expand(row.path))
        for row in file.type:
            self.types.update((path, row) for path in expand(row.path))
            if row.columns_by_name:
                self._columns.add(row.element)
            if row.literal:
                self._literals.update((literal, row.path) for literal in row.literal.split())

    def call(self, path: str) -> CallRow | None:
        """Return what calling `path` does."""
        return self.calls.get(path)

    def attribute(self, path: str) -> AttributeRow | None:
        """Return what the plain attribute `path` is."""
        return self.attributes.get(path)

    def type(self, path: str) -> TypeRow | None:
        """Return the row of a type."""
        return self.types.get(path)

    def literal(self, kind: str) -> str:
        """Return the type of a literal or display (`text number none list tuple dict set`), empty when no file names one."""
        return self._literals.get(kind, "")

    def is_literal(self, path: str) -> bool:
        """Return whether a type is one that literals and displays make."""
        return path in self._literals.values()

    def is_column(self, path: str) -> bool:
        """Return whether a type is that of one column of a table."""
        return path in self._columns

    def representation(self, path: str) -> str:
        """Return how data of a type is represented, by its row or those of its bases; empty when none says."""
        if path not in self._representations:
            self._representations[path] = next((row.representation for base in self._bases(path) if (row := self.types.get(base)) and row.representation), "")
        return self._representations[path]

    def implicit(self, name: str) -> str:
        """Return the path of a name that is known without an import, else the empty text."""
        for module in self._implicit:
            path = f"{module}.{name}"
            if path in self.calls or path in self.types or path in self.attributes:
                return path
        return ""

    def method(self, type_path: str, name: str) -> CallRow | None:
        """Return the row of a method of a type or of its bases, nearest first."""
        key = (type_path, name)
        if key not in self._methods:
            self._methods[key] = next((row for base in self._bases(type_path) if (row := self.calls.get(f"{base}.{name}"))), None)
        return self._methods[key]

    def lineage(self, path: str) -> LineageRow | None:
        """Return what a call does with rows, or how instances of a type learn, by its own row or that of a base, nearest first."""
        if path not in self._lineages:
            self._lineages[path] = self._nearest(path, self._lineage)
        return self._lineages[path]

    def looking_ahead(self) -> frozenset[str]:
        """Return the names of the methods that may make all values of a column of later rows."""
        return frozenset(path.rpartition(".")[2] for path, row in self._lineage.items() if row.time is not None and row.time.may_look_ahead)

    def layout(self, path: str) -> LayoutRow | None:
        """Return what a call, or an instance of a type, does to columns, by its own row or that of a base, nearest first."""
        if path not in self._layouts:
            self._layouts[path] = self._nearest(path, self._layout)
        return self._layouts[path]

    def _nearest(self, path: str, rows: Mapping[str, _Row]) -> _Row | None:
        """Return the row of a type or call: its own, or the nearest of a base of the type, or of the type that the call is a method of."""
        owner, _, name = path.rpartition(".")
        own = next((row for base in self._bases(path) if (row := rows.get(base))), None)
        return own or next((row for base in self._bases(owner) if (row := rows.get(f"{base}.{name}"))), None)

    def telling(self, name: str) -> str:
        """Return the path of the one method that a name tells by itself, else the empty text."""
        return self._telling.get(name, "")

    def loaded(self, name: str) -> str:
        """Return the path of the method that a name means on an object that was loaded and whose type is not known, empty when it says nothing."""
        return self._loaded.get(name, "")

    def member(self, type_path: str, name: str) -> AttributeRow | str | None:
        """Return the row or type of an attribute of a type."""
        key = (type_path, name)
        if key not in self._typed:
            self._typed[key] = self._member(type_path, name)
        return self._typed[key]

    def _member(self, type_path: str, name: str) -> AttributeRow | str | None:
        for base in self._bases(type_path):
            row = self.attributes.get(f"{base}.{name}")
            if row is not None:
                return row
            kind = self.types.get(base)
            if kind is not None and name in kind.attributes:
                return kind.attributes[name]
        return None

    def hooks(self, type_path: str) -> tuple[str, ...]:
        """Return the names of the methods that the library calls on instances of a type's subclasses."""
        return tuple(dict.fromkeys(name for base in self._bases(type_path) if (row := self.types.get(base)) for name in row.hooks))

    def hook_entry(self, type_path: str) -> str:
        """Return the kind of entry point that hooks of a type are, else the empty text."""
        return next((row.entry for base in self._bases(type_path) if (row := self.types.get(base)) and row.entry), "")

    def conventions(self, name: str) -> list[tuple[str, ConventionRow]]:
        """Return the libraries that find a function by this name, each with what it says of it."""
        return self._conventions.get(name, [])

    def method_names(self) -> frozenset[str]:
        """Return the names of all methods and hooks that library types have: what libraries call on what they are given, whatever its type."""
        hooks = {name for row in self.types.values() for name in row.hooks}
        return frozenset(hooks | {name for path in self.calls if (parts := path.rpartition("."))[0] in self.types for name in (parts[2],)})

    def member_roles(self, name: str) -> frozenset[str]:
        """Return the roles of what a name is on all the types that have a member of that name; none when no type has one.

        Attributes tell nothing (the empty role) but where they are a type of their own, as indexers are.
        """
        if not self._members:
            for path, row in self.calls.items():
                owner, _, method = path.rpartition(".")
                if owner in self.types:
                    self._members.setdefault(method, set()).add(row.role)
            for kind in self.types.values():
                for attribute, path in kind.attributes.items():
                    made = self.types.get(path) if path.endswith(f".{attribute}") else None
                    self._members.setdefault(attribute, set()).add(made.role if made is not None else "")
        return frozenset(self._members.get(name, ()))

    def member_representations(self, name: str) -> frozenset[str]:
        """Return in which forms the types hold data that have a method of a name."""
        owners = {path.rpartition(".")[0] for path in self.calls if path.endswith(f".{name}")}
        return frozenset(self.representation(owner) for owner in owners if owner in self.types)

    def called(self, type_path: str) -> str:
        """Return the name of the method that calling an instance runs, else the empty text."""
        return next((row.called for base in self._bases(type_path) if (row := self.types.get(base)) and row.called), "")

    def _bases(self, type_path: str) -> tuple[str, ...]:
        """Return a type and all its bases, nearest first."""
        if type_path not in self._lines:
            found: dict[str, None] = {}
            queue = [type_path]
            while queue:
                current = queue.pop(0)
                if current and current not in found:
                    found[current] = None
                    row = self.types.get(current)
                    queue.extend(row.bases if row else ())
            self._lines[type_path] = tuple(found)
        return self._lines[type_path]

    def common(self, types: Sequence[str]) -> str:
        """Return the nearest base that several types have in common, empty when they have none."""
        lines = [self._bases(kind) for kind in types]
        return next((base for base in (lines[0] if lines else ()) if all(base in line for line in lines)), "")

    def canonical(self, dotted: str) -> str:
        """Return the public path for any path of it (longest alias prefix wins)."""
        if dotted not in self._canonical:
            head = next((head for head in _prefixes(dotted) if head in self._aliases), "")
            self._canonical[dotted] = self._aliases.get(head, "") + dotted[len(head):]
        return self._canonical[dotted]

    def is_implicit(self, library: str) -> bool:
        """Return whether a library needs no import: its functions are found by their names alone."""
        return any(self._modules[module] == library for module in self._implicit)

    def is_module(self, name: str) -> bool:
        """Return whether a library file names this module."""
        return name in self._modules

    def modules(self) -> list[str]:
        """Return the modules of all libraries, sorted."""
        return sorted(self._modules)

    def library(self, dotted: str) -> str | None:
        """Return the library a path belongs to."""
        if dotted not in self._belongs:
            self._belongs[dotted] = next((self._modules[head] for head in _prefixes(dotted) if head in self._modules), None)
        return self._belongs[dotted]

    def members(self, module: str) -> list[str]:
        """Return the names a star import of `module` is known to bind."""
        size = len(module) + 1
        return [path[size:] for path in (*self.calls, *self.types, *self.attributes) if path.startswith(module + ".") and "." not in path[size:]]


def _prefixes(dotted: str) -> Iterator[str]:
    """Yield a dotted path and the paths above it, longest first."""
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]


@lru_cache(None)
def expand(path: str) -> tuple[str, ...]:
    """Return the paths that braces in `path` stand for."""
    found = _BRACES.search(path)
    if found is None:
        return (path,)
    return tuple(whole for part in found[1].split(",") for whole in expand(path[:found.start()] + part.strip() + path[found.end():]))


def load_libraries(folders: Iterable[Path], primitives: Collection[str] | None = None) -> Catalogue:
    """Read every library file of the folders; `primitives` are the names that `value` keys may hold (None: any).

    Raises `Faults` of `CatalogueError` naming file and key.
    """
    rows, faults = read_files(below(folders, "*.toml"), LibraryFile, CatalogueError)
    for path, file in rows:
        faults.extend(_unknown_primitives(path, file, primitives) if primitives is not None else ())
    faults.extend(_told_twice(rows))
    if faults:
        raise Faults(faults)
    return Catalogue(file for _, file in rows)


def _unknown_primitives(path: Path, file: LibraryFile, known: Collection[str]) -> Iterator[CatalogueError]:
    tables: tuple[tuple[str, tuple[CallRow | AttributeRow, ...]], ...] = (("call", file.call), ("attribute", file.attribute))
    for table, rows in tables:
        for number, row in enumerate(rows, 1):
            if row.value and row.value not in known:
                near = get_close_matches(row.value, known, 3) or sorted(known)
                yield CatalogueError(f"no primitive `{row.value}`; near: {', '.join(near)}", str(path), f"{table} {number} ({row.path}).value")


def _told_twice(files: Iterable[tuple[Path, LibraryFile]]) -> Iterator[CatalogueError]:
    """Yield a fault for each public path that two rows of one file describe: only one of them could count. Another file may replace a row."""
    for path, file in files:
        tables: tuple[tuple[str, tuple[CallRow | TypeRow | AttributeRow, ...]], ...] = (("call", file.call), ("type", file.type), ("attribute", file.attribute))
        for table, rows in tables:
            first: dict[str, int] = {}
            for number, row in enumerate(rows, 1):
                for public in expand(row.path):
                    if public in first:
                        yield CatalogueError(f"`{public}` is described by {table} {first[public]}, too", str(path), f"{table} {number}.path")
                    first.setdefault(public, number)
