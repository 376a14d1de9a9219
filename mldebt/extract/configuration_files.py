"""Which JSON files may be configuration, where a project holds so many that most of them are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from mldebt.discover.files import SourceFile
from mldebt.model.facts import DataFacts, PythonFacts

MUCH = 1 << 20  # bytes of JSON up to which all of it is read: nobody writes more configuration by hand
_WORD = re.compile(r"[A-Za-z_]\w*")
_PROSE = ("markdown", "text")


def is_much(files: Iterable[SourceFile]) -> bool:
    """Return whether the JSON among some files is more than configuration."""
    return sum(file.size for file in files if file.kind == "json") > MUCH


def mentioned(files: Sequence[SourceFile], code: Mapping[str, PythonFacts], data: Mapping[str, DataFacts]) -> list[SourceFile]:
    """Return the files whose name code, a manifest or a command mentions, and that lie in the root, beside code, or in a folder that is mentioned as well."""
    texts = [*(item.strings for item in code.values()), *(item.words for item in data.values() if item.format not in _PROSE)]
    words = {word for item in texts for text in item for word in _WORD.findall(text)}
    homes = {"", *(path.rpartition("/")[0] for path in code)}

    def known(name: str) -> bool:
        parts = _WORD.findall(name)
        return bool(parts) and words.issuperset(parts)

    def wanted(path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return known(name.rpartition(".")[0]) and (folder in homes or known(folder.rpartition("/")[2]))

    return [file for file in files if wanted(file.path)]
