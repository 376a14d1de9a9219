"""Whatever goes wrong, the rest of a run is complete, files are whole or as they were, and nothing of the project runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from expectations import write_sections

from mldebt import Settings, check
from mldebt.cli.main import main
from mldebt.detect import run as detect_run
from mldebt.extract import crew
from mldebt.extract.gate import check as gate

ROOT = Path(__file__).parents[1]
PROJECT = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print(joblib.load("model.pkl"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(PROJECT, tmp_path / "project")
    return tmp_path / "project"


def test_a_rule_that_crashes_is_named_with_its_file_and_hides_no_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec, _ = detect_run.DETECTORS["degree"]

    def crashing(context: detect_run.Context, spec: object) -> list[object]:
        for event in context.events:
            if event.place.path == "serve.py":
                raise ZeroDivisionError("no such luck")
        return []

    monkeypatch.setitem(detect_run.DETECTORS, "degree", (spec, crashing))
    done = CliRunner().invoke(main, ["check", str(project), "--no-cache", "--output-format", "concise"])
    assert done.exit_code == 3 and "MLD104" in done.stdout
    assert "mldebt: internal error in MLD206 at serve.py: " in done.stderr and "ZeroDivisionError: no such luck" in done.stderr


def test_a_crash_of_the_engine_is_no_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(*words: object, **more: object) -> None:
        raise KeyError("what")

    monkeypatch.setattr("mldebt.cli.answer._surveyed", crashing)
    done = CliRunner().invoke(main, ["check", str(project)])
    assert done.exit_code == 3 and done.stderr.startswith("mldebt: internal error: KeyError: 'what'\n") and done.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk(project: Path) -> None:
    words = [sys.executable, "-m", "mldebt", "check", str(project), "--no-cache"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode == 2 and done.stderr == "mldebt: cannot write to standard output: No space left on device\n"
    done = subprocess.run([*words, "--output-format", "json:/dev/full"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and done.stderr == "mldebt: cannot write to /dev/full: No space left on device\n"


def test_a_report_is_written_wholly_or_not_at_all(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, link = tmp_path / "out.json", tmp_path / "link.json"
    out.write_text("before")
    out.chmod(0o640)
    link.symlink_to(out)
    write = Path.write_text

    def torn(self: Path, text: str, *words: object, **more: object) -> int:
        write(self, text[:10], "utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", torn)
        done = CliRunner().invoke(main, ["check", str(project), "--no-cache", "--output-format", f"json:{link}"])
    assert done.exit_code == 130 and out.read_text() == "before" and sorted(tmp_path.iterdir()) == [link, out, project]
    CliRunner().invoke(main, ["check", str(project), "--no-cache", "--output-format", f"json:{link}"])
    assert link.is_symlink() and out.read_text().startswith("{") and out.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("text", "part"), [
    ("x = " + "(" * 3000 + "1" + ")" * 3000, "brackets nested 3000 deep"), ("x = a" + ".b()" * 5000, "chains 5,000 operators"),
    ("x = " + "+".join("1" * 10_000), "chains 9,999 operators"), ("x = (" + "\n+ ".join("1" * 10_000) + ")", "chains 9,999 operators"),
    ("x = a" + "[0]" * 5000, "chains 4,999 operators"), ("x = a" + "()" * 5000, "chains 4,999 operators"),
    ("x = [" + "1, " * 700_000 + "]", "more than the limit"),
    ("".join("    " * depth + "if x:\n" for depth in range(110)) + "    " * 110 + "pass\n", "blocks nested deeper"),
])
def test_what_would_hang_the_parser_is_refused(text: str, part: str) -> None:
    problem = gate(text + "\n")
    assert problem is not None and problem.kind == "gate" and part in problem.message


@pytest.mark.parametrize("text", [
    "x = [" + ", ".join(["a + b"] * 4000) + "]\n", "x = {\n" + "".join(f"    'k{n}': a.b[{n}],\n" for n in range(3000)) + "}\n", "x = a + b\n" * 4000,
    "f(a)\n(b)\n" * 3000, "x = a[0]\n" * 4000, "x = [" + ", ".join(["f(a)[0]"] * 4000) + "]\n"])
def test_what_is_only_long_is_read(text: str) -> None:
    assert gate(text) is None


def test_nested_choices_in_one_line_are_no_crash(tmp_path: Path) -> None:
    """What LibCST reads, however deep, the rules read too."""
    (tmp_path / "mldebt.toml").touch()
    (tmp_path / "deep.py").write_text("a = b = c = 1\nx = " + "a if b else " * 2000 + "c\ny = " + "not " * 3000 + "c\n")
    done = CliRunner().invoke(main, ["check", str(tmp_path), "--no-cache", "--select", "ALL"])
    assert done.exit_code == 0 and done.stderr == "", done.output


SPRINGS = (
    "debt/cards/trap.py", "debt/libraries/trap.py", "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "libcst.py",
    "networkx/__init__.py", "yaml.py", "rich.py", "click.py", "sqlglot.py", "json.py", "mldebt_plugin.py", ".mldebt/plugins/trap.py", ".mldebt.py")
TRAPS = "# file: mldebt.toml\nrule-paths = [\"debt\"]\n" + "".join(f"# file: {path}\nSPRUNG\n" for path in SPRINGS) + """# file: trap.pth
import os; os.system("touch MARK")
# file: pyproject.toml
[project]
name = "trap"
[project.entry-points."mldebt.plugins"]
trap = "mldebt_plugin"
[build-system]
requires = []
build-backend = "mldebt_plugin"
backend-path = ["."]
# file: conf/traps.yaml
a: !!python/object/apply:os.system ["touch MARK"]
b: !!python/name:os.system
c: !!python/module:mldebt_plugin
# file: dvc.yaml
stages:
  one:
    cmd: touch MARK
    deps: [train.py]
# file: Makefile
X := $(shell touch MARK)
all:
	touch MARK
# file: .git/config
[core]
	fsmonitor = touch MARK
	hooksPath = hooks
	pager = touch MARK
# file: .git/HEAD
ref: refs/heads/main
# file: train.py
import json, pickle, yaml
import joblib, mldebt_plugin
model = joblib.load("trap.pkl")
print(pickle.load(open("trap.pkl", "rb")), yaml.unsafe_load(open("conf/traps.yaml")))
"""
SPRUNG = "import pathlib\npathlib.Path('MARK').touch()\nraise SystemExit('sprung')\n"
WATCH = """
import os, sys
_root, _log, _home = os.environ["TRAPPED"], os.environ["WATCHED"], os.environ["HOME_OF_MLDEBT"]
_mute = False
def _tell(*words):
    global _mute
    _mute = True
    with open(_log, "a") as stream:
        stream.write(" ".join(map(str, words)) + "\\n")
    _mute = False
def _inside(path):
    return isinstance(path, (str, bytes)) and os.fsdecode(path)[:1] != "<" and os.path.realpath(os.fsdecode(path)).startswith(_root + os.sep)
def _placed(words):
    *paths, last = words
    if not isinstance(last, int) or last < 0 or not paths:
        return words
    return [os.path.join(os.readlink(f"/proc/self/fd/{last}"), os.fsdecode(path)) for path in paths if isinstance(path, (str, bytes))]
def _hook(event, words):
    if _mute:
        return
    if event == "open" and _inside(words[0]) and (isinstance(words[1], str) and set(words[1]) & set("wax+") or words[2] & (os.O_WRONLY | os.O_RDWR)):
        _tell("WRITES", words[0])
    elif event == "exec" and _inside(words[0].co_filename) or event == "compile" and _inside(words[1]):
        _tell("EXECUTES", event, words)
    elif event in ("pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "socket.connect", "socket.getaddrinfo"):
        _tell("CALLS", event, words)
    elif event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate") and any(map(_inside, _placed(words))):
        _tell("CHANGES", event, words)
    elif event == "subprocess.Popen" and words[0] != sys.executable:
        _tell("STARTS", words)
    elif event == "ctypes.dlopen" and _inside(words[0]):
        _tell("LOADS", words)
sys.addaudithook(_hook)
"""
PROGRAM = WATCH + """
sys.path[0:0] = [_home]
from mldebt.extract import crew
crew._START = {watch!r} + crew._START.replace("main(float(seconds))", "_tell('worker'); main(float(seconds))")
from mldebt import Settings, check
from mldebt.cli.main import main
try:
    main(sys.argv[1:])
finally:
    _tell("parent")
    for name, module in list(sys.modules.items()):
        if _inside(getattr(module, "__file__", None)):
            _tell("IMPORTS", name)
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A project in which whatever is imported, built, loaded or run leaves a mark."""
    root, mark = tmp_path / "trapped", tmp_path / "mark"
    write_sections(TRAPS.replace("SPRUNG", SPRUNG).replace("MARK", str(mark)), root)
    (root / "trap.pkl").write_bytes(b"cposix\nsystem\n(S'touch " + os.fsencode(mark) + b"'\ntR.")
    for name in ("pre-commit", "post-checkout", "fsmonitor-watchman"):
        (root / ".git" / "hooks").mkdir(exist_ok=True)
        (root / ".git" / "hooks" / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (root / ".git" / "hooks" / name).chmod(0o755)
    return root


@pytest.mark.parametrize("words", [
    ["check", ".", "--select", "ALL", "--jobs", "2"], ["report", "."], ["graph", "."], ["artifacts", "."], ["explain", "MLD104"], ["rules"],
    ["check", ".", "--output-format", "html", "--no-cache"]])
def test_nothing_of_the_project_is_imported_executed_or_changed(trapped: Path, words: list[str]) -> None:
    """An audit hook in the parent and in every worker sees each file that is opened, each code object that runs and each program that starts."""
    log = trapped.parent / "log"
    program = trapped.parent / "program.py"
    program.write_text(PROGRAM.replace("{watch!r}", repr(WATCH)))
    own = {**os.environ, "TRAPPED": os.path.realpath(trapped), "WATCHED": str(log), "HOME_OF_MLDEBT": str(ROOT),
           "XDG_CACHE_HOME": str(trapped.parent / "cache"),
           "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, str(program), *words], cwd=trapped, capture_output=True, text=True, env=own)
    told = log.read_text().splitlines()
    assert done.returncode in (0, 1), done.stderr
    assert [line for line in told if line not in ("parent", "worker")] == [] and "parent" in told
    assert "worker" in told or words[0] in ("explain", "rules")
    assert not (trapped.parent / "mark").exists() and "sprung" not in done.stdout + done.stderr


def test_the_audit_hook_sees_what_it_should(trapped: Path) -> None:
    log = trapped.parent / "log"
    for name, line in (("EXECUTES", "sys.path.insert(0, _root); import mldebt_plugin"), ("STARTS", "import subprocess; subprocess.run(['true'])"),
                       ("CALLS", "import pickle; pickle.load(open('trap.pkl', 'rb'))"), ("WRITES", "open('x', 'w')"), ("CHANGES", "os.mkdir('y')")):
        own = {**os.environ, "TRAPPED": os.path.realpath(trapped), "WATCHED": str(log), "HOME_OF_MLDEBT": str(ROOT)}
        subprocess.run([sys.executable, "-c", f"{WATCH}\n{line}"], cwd=trapped, env=own, capture_output=True)
        assert name in log.read_text(), name
    assert (trapped.parent / "mark").exists()


def test_a_module_of_the_project_is_not_taken_for_one_of_ours(trapped: Path) -> None:
    """`python -m mldebt` looks for modules in the current folder first; what lies there is the analysed project."""
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "mldebt", "check", "--no-cache", "--select", "MLD104"], cwd=trapped, capture_output=True, text=True, env=own)
    assert done.returncode == 0 and not (trapped.parent / "mark").exists(), done.stderr


def test_plugins_in_the_settings_are_unknown_keys(trapped: Path) -> None:
    (trapped / "mldebt.toml").unlink()
    with (trapped / "pyproject.toml").open("a") as stream:
        stream.write('[tool.mldebt]\nplugins = ["mldebt_plugin"]\n')
    done = CliRunner().invoke(main, ["check", str(trapped), "--no-cache"])
    assert done.exit_code == 2 and "pyproject.toml: plugins: unknown key" in done.stderr and not (trapped.parent / "mark").exists()


READ = {
    "latin.py": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "bom.py": b"\xef\xbb\xbfx = 1\n", "empty.py": b"", "open.py": b"x = 1",
    "feeds.py": b"\x0cx = 1\n\x0c\ndef f():\n\x0c    return 1\n", "crlf.py": b"x = 1\r\nif x:\r\n    y = 2\r\n", "returns.py": b"x = 1\rif x:\r    y = 2\r",
    "tabs.py": b"x = 1\nif x:\n\ty = 1\n", "groups.py": b"try:\n    pass\nexcept* OSError:\n    pass\n",
    "types.py": b"type A[T: int] = list[T]\nclass C[T, *Ts, **P]:\n    def f[U](self, x: U) -> U:\n        return x\n",
    "defaults.py": b"class C[T = int]:\n    pass\n", "quotes.py": b"a = 1\nx = f'{'a'}{f\"{1}\"}{\na\n}'\n", "templates.py": b"y = w = 1\nx = t'{y!r:>{w}}'\n",
    "bare.py": b"try:\n    pass\nexcept OSError, ValueError:\n    pass\n",
}
REFUSED = {
    "python_2.py": (b"print 'a'\nexec 'b'\n", "line 1 does not parse"), "cookie.py": (b"# coding: no-such-codec\n", "which no codec knows"),
    "undefined.py": (b"# coding: undefined\nx = 1\n", "cannot be decoded by the encoding that its cookie names, `undefined`"),
    "null.py": (b"x = 1\0\n", "null bytes"), "mixed.py": (b"if x:\n\ty = 1\n        z = 2\n", "line 3 does not parse"),
    "deep.py": (b"x = " + b"(" * 3000 + b")" * 3000, "brackets nested 3000 deep"), "literal.py": (b"x = [" + b"1, " * 1_400_000 + b"]", "more than the limit"),
    "chain.py": (b"x = a" + b".b()" * 5000, "chains 5,000 operators"),
}


def test_hard_files_are_read_or_named(tmp_path: Path) -> None:
    """Every file is there in the end: read, whatever Python runs mldebt, or named with the reason."""
    (tmp_path / "mldebt.toml").touch()
    os.mkfifo(tmp_path / "x.py")
    for name, content in (*READ.items(), *((name, content) for name, (content, _) in REFUSED.items())):
        (tmp_path / name).write_bytes(content)
    report = check(tmp_path, Settings(select=("MLD000",)), jobs=1)
    told = {item.path: item.message for item in report.findings}
    assert report.files == len(READ) + len(REFUSED) and sorted(told) == sorted(REFUSED) and report.errors == ()
    assert [name for name, (_, part) in REFUSED.items() if part not in told[name]] == []


def test_memory_bounds_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("a.py", "x = [" + "1," * 200_000 + "]\n"), ("b.py", "x = 1\n"), ("c.py", "x = 1\n")):
        (tmp_path / name).write_text(text)
    bound = "import mldebt.extract.worker as worker; worker.MEMORY = 1500 << 20; from mldebt.extract.worker"
    monkeypatch.setattr(crew, "_START", crew._START.replace("from mldebt.extract.worker", bound))
    report = check(tmp_path, Settings(select=("MLD000",)), jobs=1)
    assert len(report.findings) == 1, [(item.path, item.message) for item in report.findings]
    (found,) = report.findings
    assert report.files == 3 and found.path == "a.py"
    assert found.message in ("the file takes more memory to parse than one file may have", "the parser died on this file (SIGABRT)"), found.message
