"""Shell text to simple commands: variables, working directories, loops over literal lists, and whether failures are seen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mldebt.extract.data.lexer import Token, tokens
from mldebt.model.facts import Command

_UNKNOWN = re.compile(r"\$\{[^}]*\}")
_ASSIGN = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_OPENERS = frozenset({"if", "then", "elif", "else", "while", "until", "do", "{", "!", "time"})
_CLOSERS = frozenset({"fi", "done", "}", "esac"})
_REDIRECT = re.compile(r"\d*(?:&>>|&>|<<<|>>|>&|<&|>\||>|<)$")
_TESTS = frozenset({"[", "[[", "test", "exit", "return", "case"})
_SHEBANG = re.compile(r"#!.*?(?:ba|da|k|z)?sh\b(.*)")
_PARAMETER = re.compile(r"\$\{[1-9@*]\}")
_ENDS = re.compile(r"\b(?:exit|kill)\b")
_STATUS = "${?}"
_ROUNDS, _LIMIT, _STEPS = 16, 4000, 200_000


@dataclass(slots=True)
class _Draft:
    words: list[str]
    at: int
    end: int
    folder: str
    environment: tuple[tuple[str, str], ...]
    redirect_in: str = ""
    redirect_out: str = ""
    op: str = ""
    condition: bool = False
    errexit: bool = False
    tested: bool = False
    arms: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _State:
    variables: dict[str, str]
    folder: str
    exported: dict[str, str] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    errexit: bool = False
    pipefail: bool = False
    condition: bool = False
    drafts: list[_Draft] = field(default_factory=list)
    steps: int = 0
    arms: list[tuple[int, int]] = field(default_factory=list)
    choices: int = 0
    defined: str = ""
    braces: list[tuple[str, int]] = field(default_factory=list)
    functions: dict[str, list[_Draft]] = field(default_factory=dict)
    statuses: dict[str, _Draft] = field(default_factory=dict)
    trap: str = ""


def parse_shell(
    text: str, base: int = 0, *, folder: str = "", start: str = "file", variables: Mapping[str, str] | None = None, errexit: bool = False,
    exported: Mapping[str, str] | None = None,
) -> tuple[Command, ...]:
    """Return the simple commands of shell text in order.

    `base` is added to every offset; `folder` and `start` say where the text runs; `variables` are known beforehand;
    `exported` ones stand in the environment too; `errexit` starts as if `set -e` had been given. Never raises: what does not parse is read as far as it goes.
    """
    given = dict(exported or {})
    state = _State({**(variables or {}), **given}, folder, given, errexit=errexit)
    if shebang := _SHEBANG.match(text):
        _builtin(["set", *shebang[1].split()], state)
    _run(tokens(text), state, 0)
    return tuple(_finish(state, base, start))


def join_folder(folder: str, step: str) -> str:
    """Return the folder after `cd step` from `folder`, `` for the start."""
    if step.startswith(("/", "~", "${")):
        return step
    joined = posixpath.normpath(posixpath.join(folder, step)) if step else folder
    return "" if joined == "." else joined


def _run(stream: list[Token], state: _State, depth: int) -> None:
    """Interpret tokens in order, expanding `for` loops in place."""
    index = 0
    while index < len(stream) and len(state.drafts) < _LIMIT and state.steps < _STEPS:
        token = stream[index]
        state.steps += 1
        if token.op:
            _operator(token.op, state)
            index += 1
        elif token.text == "for" and not token.quoted and depth < 3:
            index = _loop(stream, index, state, depth)
        elif token.text == "case" and not token.quoted:
            _choose("if", state)
            begin, index = index, _skip_to(stream, index, "in") + 1
            _note_test([_expand(word, state) for word in stream[begin:index]], state)
            index = _after_pattern(stream, index)
        elif token.text in _OPENERS and not token.quoted:
            _choose(token.text, state)
            _brace(token.text, state)
            state.condition = token.text in ("if", "elif", "while", "until", "!") or state.condition and token.text not in ("then", "do")
            index += 1
        elif token.text in _CLOSERS and not token.quoted:
            _choose(token.text, state)
            _brace(token.text, state)
            index += 1
        elif token.text == "function" and not token.quoted:
            state.defined = stream[index + 1].text if index + 1 < len(stream) else ""
            index += 2
        else:
            index = _simple(stream, index, state)


def _choose(word: str, state: _State) -> None:
    """Keep track of which arm of which choice the next command stands in."""
    if word == "if":
        state.choices += 1
        state.arms.append((state.choices, 0))
    elif word in ("elif", "else", ";;") and state.arms:
        number, arm = state.arms[-1]
        state.arms[-1] = (number, arm + 1)
    elif word in ("fi", "esac") and state.arms:
        state.arms.pop()


def _brace(word: str, state: _State) -> None:
    """Keep the commands of each function: those between the braces after its name."""
    if word == "{":
        state.braces.append((state.defined, len(state.drafts)))
        state.defined = ""
    elif word == "}" and state.braces:
        name, first = state.braces.pop()
        if name:
            state.functions[name] = state.drafts[first:]


def _operator(op: str, state: _State) -> None:
    """Note what follows the last command; parentheses save and restore the folder."""
    if op.startswith(";;"):
        _choose(";;", state)
    if op == "(":
        state.saved.append(state.folder)
    elif op == ")":
        state.folder = state.saved.pop() if state.saved else state.folder
    elif state.drafts and not state.drafts[-1].op:
        state.drafts[-1].op = op


def _skip_to(stream: list[Token], index: int, word: str) -> int:
    """Return the index of the next word `word`, or the last index."""
    while index < len(stream) - 1 and stream[index].text != word:
        index += 1
    return index


def _after_pattern(stream: list[Token], index: int) -> int:
    """Return the index after a case pattern's closing parenthesis."""
    while index < len(stream) and stream[index].op != ")":
        if stream[index].text == "esac":
            return index
        index += 1
    return index + 1


def _loop(stream: list[Token], index: int, state: _State, depth: int) -> int:
    """Run a `for` loop's body once a literal value; an unknown list gives one round with the variable unknown."""
    begin = _skip_to(stream, index, "do")
    close, level = begin, 0
    for close in range(begin, len(stream)):
        word = "" if stream[close].quoted else stream[close].text
        level += (word == "do") - (word == "done")
        if not level:
            break
    name = stream[index + 1].text if index + 1 < len(stream) else ""
    values = [_expand(token, state) for token in stream[index + 3 : begin] if not token.op]
    known = bool(values) and len(values) <= _ROUNDS and not any("${" in value or "*" in value for value in values)
    for value in values if known else [""]:
        if known:
            state.variables[name] = value
        else:
            state.variables.pop(name, None)
        _run(stream[begin + 1 : close], state, depth + 1)
    state.variables.pop(name, None)
    return close + 1


def _expand(token: Token, state: _State) -> str:
    """Return the word with known variables replaced."""
    parts = []
    for variable, text in token.pieces:
        parts.append(state.variables.get(text, "${" + text + "}") if variable else text)
    return "".join(parts)


def _splits(token: Token, *, first: bool) -> bool:
    """Return whether an expanded word is split at blanks: a lone variable that names the command, or any variable outside quotes."""
    if first and len(token.pieces) == 1 and token.pieces[0][0]:
        return True
    return not token.quoted and any(variable for variable, _ in token.pieces)


def _simple(stream: list[Token], index: int, state: _State) -> int:
    """Read one simple command and apply what it does to the state; return the index after it."""
    words: list[str] = []
    prefix: dict[str, str] = {}
    first = stream[index]
    inputs = outputs = ""
    end = first.end
    while index < len(stream):
        token = stream[index]
        if token.op and not _REDIRECT.match(token.op):
            if token.op == "(" and len(words) == 1 and index + 1 < len(stream) and stream[index + 1].op == ")":
                state.defined = words[0]
                return index + 2
            break
        if token.op:
            target = _expand(stream[index + 1], state) if index + 1 < len(stream) and not stream[index + 1].op else ""
            if "<" in token.op and "&" not in token.op and token.op != "<<<":
                inputs = target
            elif ">" in token.op and not token.op.startswith("2") and not (token.op.endswith("&") and target.isdigit()):
                outputs = target
            index += 2 if target else 1
            end = max(end, stream[min(index, len(stream)) - 1].end)
            continue
        text = _expand(token, state)
        assign = _ASSIGN.match(text) if not words else None
        if assign:
            value = text[assign.end() :]
            prefix[assign.group(1)] = (state.variables.get(assign.group(1), "") + value) if assign.group(2) else value
        elif " " in text and _splits(token, first=not words):
            words.extend(text.split())
        else:
            words.append(text)
        end, index = token.end, index + 1
    _note_test(words, state)
    if not words:
        _remember(prefix, state)
    elif not _builtin(words, state):
        environment = tuple(sorted({**state.exported, **prefix}.items()))
        words, folder = _descend(words, state.folder)
        draft = _Draft(words, first.at, end, folder, environment, inputs, outputs, condition=state.condition, errexit=state.errexit or _ends(state.trap, state),
                       arms=tuple(state.arms))
        state.drafts.append(draft)
    return index


def _note_test(words: list[str], state: _State) -> None:
    """Note whose status a command tests or ends with: that of the last command, or one that a variable keeps."""
    if words and (words[0] in _TESTS or words[0] in state.statuses):
        if state.drafts and any(_STATUS in word for word in words):
            state.drafts[-1].tested = True
        for name, draft in state.statuses.items():
            draft.tested = draft.tested or words[0] == name or any(f"${{{name}}}" in word for word in words)


def _descend(words: list[str], folder: str) -> tuple[list[str], str]:
    """Return a `make -C folder` command without the option, and the folder it runs in."""
    if words[0] not in ("make", "gmake"):
        return words, folder
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("-C", "--directory"):
            folder = join_folder(folder, next(rest, ""))
        elif word.startswith(("-C", "--directory=")):
            folder = join_folder(folder, word.removeprefix("-C").removeprefix("--directory="))
        else:
            kept.append(word)
    return kept, folder


def _remember(values: Mapping[str, str], state: _State) -> None:
    """Keep what is known of each value; one that is unknown as a whole, or made from the name itself, makes the name unknown."""
    for name, value in values.items():
        if value == _STATUS and state.drafts:
            state.statuses[name] = state.drafts[-1]
        if _PARAMETER.fullmatch(value):
            state.variables[name] = value  # what the script is given: a variable of that name elsewhere is another one
        elif "${" in value and (f"${{{name}}}" in value or not _UNKNOWN.sub("", value).strip("/. ")):
            state.variables.pop(name, None)
        elif "${" in value:
            state.variables[name] = value
        else:
            state.variables[name] = value
            if name in state.exported:
                state.exported[name] = value


def _builtin(words: list[str], state: _State) -> bool:
    """Apply `cd`, `pushd`, `popd`, `set`, `export` and the like; return whether the command was one."""
    name = words[0]
    arguments = [word for word in words[1:] if word != "--"]
    if name in ("cd", "pushd"):
        if name == "pushd":
            state.stack.append(state.folder)
        state.folder = join_folder(state.folder, arguments[0] if arguments else "~")
    elif name == "popd":
        state.folder = state.stack.pop() if state.stack else state.folder
    elif name == "set":
        state.errexit = (state.errexit or _sets(arguments, "-", "e", "errexit")) and not _sets(arguments, "+", "e", "errexit")
        state.pipefail = state.pipefail or "pipefail" in arguments
    elif name == "trap":
        state.trap = arguments[0] if "ERR" in arguments[1:] else state.trap
    elif name in ("export", "declare", "local", "readonly"):
        pairs = dict(word.split("=", 1) for word in arguments if _ASSIGN.match(word) and "+=" not in word)
        _remember(pairs, state)
        if name == "export":
            state.exported.update(pairs)
            state.exported.update({word: state.variables[word] for word in arguments if word in state.variables})
    else:
        return name in (":", "shift", "unset")
    return True


def _ends(handler: str, state: _State) -> bool:
    """Return whether the handler of a trap ends the script, by itself or through a function."""
    called = next(iter(handler.split()), "")
    return bool(_ENDS.search(handler)) or any(draft.words[0] in ("exit", "kill") for draft in state.functions.get(called, ()))


def _sets(arguments: list[str], sign: str, letter: str, long: str) -> bool:
    """Return whether `set` arguments turn an option on (`-`) or off (`+`)."""
    for index, word in enumerate(arguments):
        if word.startswith(sign) and letter in word[1:] and not word.startswith("--"):
            return True
        if word == long and index and arguments[index - 1].startswith(sign):
            return True
    return False


def _finish(state: _State, base: int, start: str) -> list[Command]:
    """Return the commands; each knows whether a failure would be seen: there, or in the function that it calls."""
    seen = _seen(state.drafts, state.pipefail)
    return [
        Command(
            _words(draft), base + draft.at, base + draft.end, draft.environment, draft.folder, start, seen[id(draft)] or _sees(draft, state, seen),
            draft.redirect_in, draft.redirect_out, draft.op in ("|", "|&"), draft.arms,
        )
        for draft in state.drafts
    ]


def _words(draft: _Draft) -> tuple[str, ...]:
    """Return the words of a command without `nohup`."""
    return tuple(draft.words[1:] if draft.words[0] == "nohup" and len(draft.words) > 1 else draft.words)


def _seen(drafts: list[_Draft], pipefail: bool) -> dict[int, bool]:
    """Decide for every command by its id, from the last back, whether a failure would be seen where it stands."""
    found: dict[int, bool] = {}
    seen, follower = True, ""
    for number, draft in enumerate(reversed(drafts)):
        if draft.op == "&":
            seen = False
        elif draft.op == "||":
            seen = follower not in ("true", ":")
        elif draft.op in ("|", "|&"):
            seen = seen and pipefail
        elif draft.op != "&&":
            seen = draft.errexit or draft.condition or draft.tested or number == 0
        follower = _words(draft)[0]
        found[id(draft)] = seen
    return found


def _sees(draft: _Draft, state: _State, seen: dict[int, bool]) -> bool:
    """Return whether a command calls a function of the script that looks at the status of what it runs of its arguments."""
    runs = [inner for inner in state.functions.get(draft.words[0], ()) if any(_PARAMETER.search(word) for word in inner.words) and not _says(inner)]
    return bool(runs) and all(seen[id(inner)] for inner in runs)


def _says(draft: _Draft) -> bool:
    """Return whether a command only says or tests something."""
    return draft.words[0] in _TESTS or draft.words[0] in ("echo", "printf")
