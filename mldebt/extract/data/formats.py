"""Files that are not Python to `DataFacts`: one reader a format."""

from __future__ import annotations

import re
from collections.abc import Callable

from mldebt.extract.comments import plain_comments
from mldebt.extract.content import digest
from mldebt.extract.data.dockerfile import read_dockerfile
from mldebt.extract.data.env import read_env
from mldebt.extract.data.ini import read_ini
from mldebt.extract.data.json import read_json
from mldebt.extract.data.make import read_make
from mldebt.extract.data.reading import Draft, words_of
from mldebt.extract.data.requirements import read_environment, read_requirements
from mldebt.extract.data.shell import parse_shell
from mldebt.extract.data.snakemake import read_snakemake
from mldebt.extract.data.toml import read_toml
from mldebt.extract.data.yaml import read_yaml
from mldebt.extract.sql import sql_tables
from mldebt.model.facts import DataFacts
from mldebt.model.source import LineTable, line_starts

_FENCE = re.compile(r"^```(?:bash|sh|shell|console|zsh)[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^[ \t]*\$[ \t]+", re.MULTILINE)


def extract_data(path: str, raw: bytes, kind: str) -> DataFacts:
    """Return the facts of one file; faults become problems, never exceptions."""
    text = raw.decode("utf-8-sig", errors="replace")
    draft = Draft(path, text)
    if kind in _READERS:
        _READERS[kind](draft)
    return DataFacts(
        path, digest(raw), kind, LineTable(line_starts(text)), len(text.splitlines()),
        settings=tuple(draft.settings), targets=tuple(draft.targets), commands=tuple(draft.commands), tables=tuple(draft.tables),
        requirements=tuple(draft.requirements), variables=tuple(draft.variables.items()), comments=plain_comments(text) if kind != "markdown" else (),
        words=words_of(text), problems=tuple(draft.problems),
    )


def _shell(draft: Draft) -> None:
    draft.commands.extend(parse_shell(draft.text))


def _yaml(draft: Draft) -> None:
    read_yaml(draft)
    read_environment(draft)


def _sql(draft: Draft) -> None:
    draft.tables.extend(sql_tables(draft.text))


def _markdown(draft: Draft) -> None:
    """Read fenced shell blocks; prompts are blanked so that offsets stay."""
    for block in _FENCE.finditer(draft.text):
        body = _PROMPT.sub(lambda found: " " * len(found.group()), block.group(1))
        draft.commands.extend(parse_shell(body, block.start(1), start="unknown"))


_READERS: dict[str, Callable[[Draft], None]] = {
    "yaml": _yaml, "json": read_json, "toml": read_toml, "ini": read_ini, "env": read_env, "shell": _shell, "make": read_make, "docker": read_dockerfile,
    "snakemake": read_snakemake, "sql": _sql, "requirements": read_requirements, "markdown": _markdown,
}
