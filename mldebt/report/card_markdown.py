"""Rules as pages of the documentation: one card in Markdown, all as an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mldebt.model.card import Card, Example

_SECTION = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_LANGUAGES = {"py": "python", "ipynb": "python", "sh": "sh", "yaml": "yaml", "yml": "yaml", "toml": "toml", "json": "json", "md": "markdown", "sql": "sql"}
_TIERS = {"on": "on by default", "opt": "off by default"}


def card_markdown(card: Card) -> str:
    """Return the page of a rule: what, why, fix, limits, thresholds, examples, sources."""
    return "\n".join((*_head(card), *_thresholds(card), *(line for example in card.example for line in _example(example)), "## Sources", "",
                      *(f"- {source}" for source in card.sources), ""))


def index_markdown(cards: Sequence[Card]) -> str:
    """Return the list of all rules, each with a link to its page."""
    rows = (f"| [{card.code}]({card.name}.md) | {card.name} | {card.severity} | {_TIERS[card.tier]} | {card.summary} |" for card in cards)
    return "\n".join(("# Rules", "", "| code | name | severity | tier | flags |", "|---|---|---|---|---|", *rows, ""))


def _head(card: Card) -> Iterator[str]:
    yield from (f"# {card.code} {card.name}", "", f"{card.summary[:1].upper()}{card.summary[1:]}.", "")
    yield from (f"Severity {card.severity}, confidence {card.confidence}, {_TIERS[card.tier]}, family {card.family}, since {card.since}.", "")
    yield from (f"Only {row.severity} when {row.when}.\n" for row in card.lowered)
    for title, body in (("What", card.doc.what), ("Why", card.doc.why), ("How to mend it", card.doc.fix), ("Limits", card.doc.limits)):
        if body:
            yield from (f"## {title}", "", body.strip(), "")
    forms = [str(table["form"]) for table in card.match if table.get("form")]
    if len(forms) > 1:
        yield from ("## Forms", "", *(f"- {form}" for form in forms), "")


def _thresholds(card: Card) -> Iterator[str]:
    if card.thresholds:
        yield from ("## Thresholds", "", "| name | default | meaning |", "|---|---|---|")
        yield from (f"| `{name}` | {row.default} | {row.meaning} |" for name, row in card.thresholds.items())
        yield from ("", "```toml", "[tool.mldebt.thresholds]", f"{card.name} = {{ {next(iter(card.thresholds))} = … }}", "```", "")


def _example(example: Example) -> Iterator[str]:
    yield from (f"## Example: {example.title}" if example.title else "## Example", "")
    if example.project:
        yield from (f"The fixture project `{example.project}`.", "")
    for word, code in (("Reported", example.bad), ("Silent", example.good)):
        if code.strip():
            yield from (f"{word}:", "", *_files(code.replace("# expect: ", "# ← ")))


def _files(code: str) -> Iterable[str]:
    """Yield each `# file: path` section of an example as a fenced block under its name."""
    parts = _SECTION.split(code.lstrip("\n"))
    for name, body in zip(parts[1::2], parts[2::2]):
        fence = "````" if "```" in body else "```"
        yield from (f"`{name}`", f"{fence}{_LANGUAGES.get(name.rpartition('.')[2], '')}", body.rstrip("\n"), fence, "")
