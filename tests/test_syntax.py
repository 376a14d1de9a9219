"""Nodes as plain records: the parser of a worker makes them, and facts are the same with them and with LibCST's own nodes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import libcst as cst
import msgspec

from mldebt.extract.crew import Crew
from mldebt.extract.messages import Ticket
from mldebt.extract.python import extract_python
from mldebt.extract.syntax import parse, use_records

_ROOT = Path(__file__).parents[1]
_PROBE = "from mldebt.extract.syntax import parse, use_records; use_records(); print(type(parse('x = 1').body[0]).__module__)"


def test_the_parser_takes_records() -> None:
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True, cwd=_ROOT)
    assert done.stdout.split() == [use_records.__module__]


def test_parsing_here_gives_nodes_of_libcst() -> None:
    assert isinstance(parse("x = 1\n"), cst.Module)
    assert parse("def f(a, /, *b, **c): return a\n").deep_equals(cst.parse_module("def f(a, /, *b, **c): return a\n"))


def test_facts_do_not_depend_on_records() -> None:
    files = sorted((_ROOT / "mldebt").rglob("*.py")) + sorted((_ROOT / "fixtures").rglob("*.py"))
    tickets = [Ticket(file.relative_to(_ROOT).as_posix(), os.fsencode(file), False, 1 << 20) for file in files]
    with Crew(tickets, 1) as crew:
        answers = {ticket.path: answer for ticket, answer in crew.answers()}
    assert len(answers) > 300
    for ticket, file in zip(tickets, files):
        assert answers[ticket.path] == msgspec.msgpack.encode(extract_python(ticket.path, file.read_bytes(), False)), ticket.path
