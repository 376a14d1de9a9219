"""Variables of Make: what `$(X)`, `$@` and the text functions stand for; what is not known in the file stays `${X}`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mldebt.extract.data.spans import Spanned

_NAME = re.compile(r"[\w.-]+$")
_CALL = re.compile(r"([a-z-]+)[ \t]+(.*)$", re.DOTALL)
_SUBSTITUTION = re.compile(r"([\w.-]+):([^=]*)=(.*)$", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:[({]|[^\s])")
MAX_STEPS, MAX_TEXT, MAX_DEPTH = 20_000, 20_000, 30
UNKNOWN = "${…}"


def _map_words(text: str, change: Callable[[str], str]) -> str:
    return " ".join(change(word) for word in text.split())


def _pattern(old: str, new: str, word: str) -> str:
    """Return `word` with a pattern (`%` is any text) replaced."""
    head, percent, tail = old.partition("%")
    if not percent:
        return new if word == old else word
    if len(word) < len(head) + len(tail) or not (word.startswith(head) and word.endswith(tail)):
        return word
    return new.replace("%", word[len(head) : len(word) - len(tail)], 1)


def _folder(word: str) -> str:
    head, slash, _ = word.rpartition("/")
    return head + slash if slash else "./"


_FUNCTIONS: dict[str, tuple[int, Callable[..., str]]] = {
    "addprefix": (2, lambda prefix, text: _map_words(text, lambda word: prefix + word)),
    "addsuffix": (2, lambda suffix, text: _map_words(text, lambda word: word + suffix)),
    "patsubst": (3, lambda old, new, text: _map_words(text, lambda word: _pattern(old.strip(), new.strip(), word))),
    "subst": (3, lambda old, new, text: text.replace(old, new)),
    "notdir": (1, lambda text: _map_words(text, lambda word: word.rpartition("/")[2])),
    "dir": (1, lambda text: _map_words(text, _folder)),
    "basename": (1, lambda text: _map_words(text, lambda word: posixpath.splitext(word)[0])),
    "strip": (1, lambda text: " ".join(text.split())),
    "firstword": (1, lambda text: "".join(text.split()[:1])),
    "lastword": (1, lambda text: "".join(text.split()[-1:])),
    "sort": (1, lambda text: " ".join(sorted(set(text.split())))),
}


@dataclass(slots=True)
class Variables:
    """The variables of one makefile: texts still to be expanded, names assigned differently in branches, and a budget."""

    texts: dict[str, str] = field(default_factory=lambda: {"MAKE": "make", "CURDIR": "."})
    open: set[str] = field(default_factory=set)
    exported: set[str] = field(default_factory=set)
    steps: int = 0

    def assign(self, name: str, operator: str, text: str, conditional: bool) -> None:
        """Apply one assignment; other values in other branches make a name unknown."""
        if operator == "?=" and name in self.texts or operator == "!=":
            return
        value = self.text(text) if operator in (":=", "::=", ":::=") else text
        if operator == "+=":
            value = (self.texts.get(name, "") + " " + value).strip()
        if conditional and self.texts.get(name, value) != value:
            self.open.add(name)
        elif not conditional:
            self.open.discard(name)
        self.texts[name] = value

    def text(self, raw: str, local: Mapping[str, str] | None = None, depth: int = 0) -> str:
        """Return `raw` expanded, unknown variables as `${NAME}`."""
        return raw if "$" not in raw else self.expand(raw, 0, local or {}, depth).text

    def expand(self, raw: str, base: int, local: Mapping[str, str], depth: int = 0) -> Spanned:
        """Return `raw`, which stands at `base`, expanded; `local` are automatic and target-specific variables."""
        spanned, position = Spanned(), 0
        for found in _REFERENCE.finditer(raw):
            if found.start() < position:
                continue
            spanned.copy(raw[position : found.start()], base + position)
            stop = found.end()
            if found.group() == "$$":
                value = "$"
            elif found.group() in ("$(", "${"):
                stop = _closing(raw, found.start() + 1)
                value = self._reference(raw[found.end() : stop - 1], local, depth)
            else:
                value = self._reference(found.group()[1], local, depth)
            spanned.put(value, base + found.start(), base + stop)
            position = stop
        spanned.copy(raw[position:], base + position)
        return spanned

    def _reference(self, body: str, local: Mapping[str, str], depth: int) -> str:
        """Return what stands between the brackets of one reference means."""
        self.steps += 1
        if self.steps > MAX_STEPS or depth > MAX_DEPTH:
            return UNKNOWN
        value = self._value(body, local, depth + 1)
        return value if len(value) <= MAX_TEXT else UNKNOWN

    def _value(self, body: str, local: Mapping[str, str], depth: int) -> str:
        if body in local:
            return local[body]
        if body in self.texts and body not in self.open:
            return self.text(self.texts[body], local, depth)
        call = _CALL.match(body)
        if call:
            return self._call(call.group(1), call.group(2), local, depth)
        change = _SUBSTITUTION.match(body)
        if change:
            old, new = (self.text(part, local, depth) for part in change.group(2, 3))
            old, new = (old, new) if "%" in old else ("%" + old, "%" + new)
            return _map_words(self._reference(change.group(1), local, depth), lambda word: _pattern(old, new, word))
        return "${" + body + "}" if _NAME.match(body) else UNKNOWN

    def _call(self, name: str, rest: str, local: Mapping[str, str], depth: int) -> str:
        """Return the result of a text function; unknown functions and unknown arguments have none."""
        if name not in _FUNCTIONS:
            return UNKNOWN
        count, function = _FUNCTIONS[name]
        arguments = [self.text(part, local, depth) for part in _arguments(rest, count)]
        return function(*arguments) if len(arguments) == count and UNKNOWN not in arguments else UNKNOWN


def automatic(target: str, inputs: Sequence[str], order_only: Sequence[str], stem: str = "%") -> dict[str, str]:
    """Return the automatic variables of a recipe, with their folder (`$(@D)`) and file (`$(@F)`) parts."""
    unique = " ".join(dict.fromkeys(inputs))
    plain = {"@": target, "<": inputs[0] if inputs else "", "^": unique, "?": unique, "+": " ".join(inputs), "|": " ".join(order_only), "*": stem}
    parts = {name + "D": _map_words(value, lambda word: word.rpartition("/")[0] or ".") for name, value in plain.items()}
    return {**plain, **parts, **{name + "F": _map_words(value, lambda word: word.rpartition("/")[2]) for name, value in plain.items()}}


def _closing(raw: str, opening: int) -> int:
    """Return the offset after the bracket that closes the one at `opening`; the end of the text when none does."""
    left, right = raw[opening], ")" if raw[opening] == "(" else "}"
    depth = 0
    for index in range(opening, len(raw)):
        depth += (raw[index] == left) - (raw[index] == right)
        if not depth:
            return index + 1
    return len(raw) + 1


def _arguments(text: str, count: int) -> list[str]:
    """Split at the commas outside brackets into at most `count` parts."""
    parts: list[str] = []
    depth = begin = 0
    for index, char in enumerate(text):
        depth += (char in "({") - (char in ")}")
        if char == "," and not depth and len(parts) < count - 1:
            parts.append(text[begin:index])
            begin = index + 1
    return [*parts, text[begin:]]
