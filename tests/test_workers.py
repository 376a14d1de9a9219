"""Worker processes: they may die, hang or be missing; the rest of a run is complete and no process stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from mldebt import check
from mldebt.cli.main import main
from mldebt.errors import InternalError
from mldebt.extract.crew import Crew
from mldebt.extract.messages import Ticket
from mldebt.extract.python import extract_python
from mldebt.model.facts import Problem, PythonFacts

SLOW = "x = [" + "1," * 100_000 + "]\n"  # seconds of LibCST


def tickets(folder: Path, **texts: str) -> list[Ticket]:
    """Return tickets for files of these names and texts, in this order."""
    made = []
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
        made.append(Ticket(f"{name}.py", os.fsencode(folder / f"{name}.py"), False, 1 << 20))
    return made


def problems(answer: bytes | Problem) -> list[Problem]:
    return [answer] if isinstance(answer, Problem) else list(msgspec.msgpack.decode(answer, type=PythonFacts).problems)


@pytest.mark.parametrize(("deaths", "reason"), [(1, []), (2, [("crash", "the parser died on this file (SIGSEGV)")])])
def test_a_file_that_kills_two_workers_is_named_and_the_rest_is_done(tmp_path: Path, deaths: int, reason: list[tuple[str, str]]) -> None:
    orders = tickets(tmp_path, a="a = 1\n", b="b = 1\n", c="c = 1\n")
    os.mkfifo(tmp_path / "deadly.py")
    orders.insert(1, Ticket("deadly.py", os.fsencode(tmp_path / "deadly.py"), False, 1 << 20))
    with Crew(orders, 1) as crew:
        for _ in range(deaths):
            with (tmp_path / "deadly.py").open("w"):  # opens when a worker reads
                process = crew.lanes[0].process
                assert process is not None
                os.kill(process.pid, signal.SIGSEGV)
                process.wait()
        if not reason:
            (tmp_path / "deadly.py").write_text("harmless = 1\n")
        found = {ticket.path: [(problem.kind, problem.message) for problem in problems(answer)] for ticket, answer in crew.answers()}
    assert found == {"a.py": [], "deadly.py": reason, "b.py": [], "c.py": []}


def test_a_file_that_never_comes_is_named(tmp_path: Path) -> None:
    orders = tickets(tmp_path, a="a = 1\n", b="b = 1\n")
    os.mkfifo(tmp_path / "silent.py")
    orders.insert(1, Ticket("silent.py", os.fsencode(tmp_path / "silent.py"), False, 1 << 20))
    with Crew(orders, 1, seconds=0.2) as crew:
        found = {ticket.path: [problem.kind for problem in problems(answer)] for ticket, answer in crew.answers()}
    assert found == {"a.py": [], "silent.py": ["timeout"], "b.py": []}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_takes_too_long_is_named(tmp_path: Path, jobs: int) -> None:
    orders = tickets(tmp_path, a="a = 1\n", slow=SLOW, b="b = 1\n")
    with Crew(orders, jobs, seconds=0.5) as crew:
        found = {ticket.path: [(problem.kind, problem.message) for problem in problems(answer)] for ticket, answer in crew.answers()}
    assert found == {"a.py": [], "slow.py": [("timeout", "the file takes longer than 0.5 seconds to parse")], "b.py": []}


def test_a_worker_asks_no_node_whether_it_is_sound(tmp_path: Path) -> None:
    """Nodes of LibCST refuse what its parser made of the first text; of the second, facts are those that checked nodes give."""
    plain = "@a\ndef f(x: int = 1, *y, **z):\n    with b(x) as c:\n        return [not d for d in c if d is not None]\n"
    with Crew(tickets(tmp_path, mixed="a = 'b' b'c'\n", plain=plain), 1) as crew:
        found = {ticket.path: answer for ticket, answer in crew.answers()}
    assert problems(found["mixed.py"]) == []
    assert found["plain.py"] == msgspec.msgpack.encode(extract_python("plain.py", plain.encode(), False))


def test_an_interrupt_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "mldebt.toml").write_text("")
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(SLOW)
    run = subprocess.Popen([sys.executable, "-m", "mldebt", "check", str(tmp_path), "--jobs", "2", "--no-cache"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, start_new_session=True)
    children = _children(run.pid, 2)
    time.sleep(0.5)
    os.killpg(run.pid, signal.SIGINT)
    _, shown = run.communicate(timeout=60)
    assert run.returncode != 0 and b"Traceback" not in shown, shown
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []


def test_a_parent_that_dies_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "mldebt.toml").write_text("")
    (tmp_path / "a.py").write_text(SLOW)
    run = subprocess.Popen([sys.executable, "-m", "mldebt", "check", str(tmp_path), "--no-cache"], stdout=subprocess.DEVNULL)
    (child,) = _children(run.pid, 1)
    run.kill()
    run.wait()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def _children(pid: int, count: int) -> list[int]:
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not list the children of a process")
    deadline = time.monotonic() + 60
    found: list[int] = []
    while len(found) < count and time.monotonic() < deadline:
        found = [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
        time.sleep(0.01)
    assert len(found) == count
    return found


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("a = 1\n")
    (tmp_path / "script.py").write_text("from mldebt import check\nprint('once')\nprint(check('project').files)\n")
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("once\n1\n", "")


def test_workers_import_nothing_from_the_analysed_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libcst", "msgspec", "hashlib"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    assert check(tmp_path, jobs=1).files == 3
    assert not (tmp_path / "ran").exists()


def test_workers_that_cannot_start_are_an_internal_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(InternalError, match="could not be started: .*No such file"):
        check(tmp_path)
    done = CliRunner().invoke(main, ["check", str(tmp_path), "--project", str(tmp_path)])
    assert done.exit_code == 3 and "could not be started" in done.output


def test_a_worker_that_cannot_import_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libcst").mkdir()
    (tmp_path / "libcst" / "__init__.py").write_text("raise ImportError('a broken build')\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("a = 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(InternalError, match="could not be started: ImportError: a broken build"):
        check(tmp_path / "project", jobs=2)


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    gone = Ticket("gone.py", os.fsencode(tmp_path / "gone.py"), False, 1 << 20)
    with Crew([gone, *tickets(tmp_path, a="a = 1\n")], 2) as crew:
        found = {ticket.path: [problem.kind for problem in problems(answer)] for ticket, answer in crew.answers()}
    assert found == {"gone.py": ["io"], "a.py": []}
