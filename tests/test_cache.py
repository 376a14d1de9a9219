"""The cache of facts: it changes how long a run takes and nothing else, whatever happens to it."""

import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt import check
from mldebt.cli.formats import FORMATS
from mldebt.cli.main import main
from mldebt.discover.files import SourceFile
from mldebt.extract.cache.facts import FactCache
from mldebt.extract.cache.place import cache_folder
from mldebt.extract.cache.store import GRAIN, Store
from mldebt.extract.run import extract, extract_data_files
from mldebt.model.facts import PythonFacts

FIXTURES = Path(__file__).parents[1] / "fixtures" / "projects"
PROJECT = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print(joblib.load("model.pkl"))
# file: params.yaml
rate: 0.1
"""
WATCHED = """
import json, subprocess, sys
started = []
sys.addaudithook(lambda event, data: started.append(event) if event in ("subprocess.Popen", "os.posix_spawn", "os.fork") else None)
from mldebt.pipeline import check
report = check(sys.argv[1], cache=sys.argv[2])
print(json.dumps([len(report.findings), started, [name for name in ("libcst", "multiprocessing") if name in sys.modules]]))
"""


def run(project: Path, *words: object) -> Result:
    forget(project)
    return CliRunner().invoke(main, ["check", str(project), "--project", str(project), "--output-format", "concise", *map(str, words)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(PROJECT, tmp_path / "project")
    return tmp_path / "project"


def database(project: Path, base: Path | None = None) -> Path:
    """Return the database of a project below `base`, or in the user's cache folder."""
    folder = cache_folder(project, base)
    assert folder is not None
    return folder / "facts-1.sqlite"


def forget(project: Path, base: Path | None = None) -> None:
    """Remove the kept results of a project: then its facts are asked for."""
    folder = cache_folder(project, base)
    for path in folder.glob("results-*") if folder is not None else ():
        path.unlink()


def entries(path: Path) -> int:
    with sqlite3.connect(path) as db:
        return int(db.execute("SELECT count(*) FROM facts").fetchone()[0])


@pytest.mark.parametrize("fixture", sorted(path.name for path in FIXTURES.iterdir()))
def test_the_output_is_the_same_cold_and_warm(fixture: str, tmp_path: Path) -> None:
    outputs: set[tuple[bytes, ...]] = set()
    for seed, jobs in (("0", "1"), ("1", "2"), ("4711", "1")):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        kept = ["--cache-dir", str(tmp_path / "cache")]
        for step, way in enumerate((["--no-cache"], kept, kept, kept)):  # nothing is known, then the result is, then facts alone
            if step == 3:
                forget(FIXTURES / fixture, tmp_path / "cache")
            targets = [tmp_path / f"out.{name}" for name in FORMATS]
            formats = [word for name, target in zip(FORMATS, targets) for word in ("--output-format", f"{name}:{target}")]
            done = subprocess.run([sys.executable, "-m", "mldebt", "check", str(FIXTURES / fixture), "--jobs", jobs, *way, *formats],
                                  env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True)
            assert done.returncode == (fixture != "clean_project") and done.stderr == ""
            outputs.add(tuple(target.read_bytes() for target in targets))
    assert len(outputs) == 1


def test_a_warm_run_starts_no_process_and_imports_no_parser(project: Path, tmp_path: Path) -> None:
    cold, warm = (json.loads(subprocess.run([sys.executable, "-c", WATCHED, str(project), str(tmp_path / "cache")], capture_output=True, text=True,
                                            check=True).stdout) for _ in range(2))
    assert cold[1] and set(cold[1]) <= {"subprocess.Popen", "os.posix_spawn"} and warm == [cold[0], [], []]


def test_changes_are_seen(project: Path) -> None:
    assert "MLD104" in run(project).stdout
    (project / "train.py").write_text("import joblib\njoblib.dump({}, 'other.pkl')\n")
    assert "MLD104" not in run(project).stdout
    (project / "train.py").rename(project / "learn.py")
    (project / "learn.py").write_text("import joblib\njoblib.dump({}, 'model.pkl')\n")
    assert "which `learn.py` writes" in run(project).stdout


def test_a_renamed_file_is_known_by_its_new_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(project).exit_code == 1
    (project / "train.py").rename(project / "learn.py")
    monkeypatch.setattr("mldebt.extract.crew.start", _no_worker)
    assert "which `learn.py` writes" in run(project).stdout


def test_a_file_whose_kind_changes_is_read_anew(project: Path) -> None:
    document = json.dumps({"cells": [{"cell_type": "code", "source": "import joblib\njoblib.load('model.pkl')"}], "nbformat": 4, "metadata": {}})
    (project / "look.py").write_text(document.replace("null", "None"))
    assert "look" not in run(project).stdout
    (project / "look.py").rename(project / "look.ipynb")
    assert "look.ipynb:cell 1:2:1: MLD104" in run(project).stdout


def test_a_limit_and_a_hole_in_the_path_are_part_of_the_key(project: Path) -> None:
    (project / "train.py").write_text("x = '{{ name }}\n")
    assert "MLD000" in run(project).stdout
    (project / "train.py").rename(project / "{{ name }}.py")
    assert "MLD000" not in run(project).stdout
    assert run(project, "--config", "max-source-size = 5").stdout.count("more than the limit of 5") == 2
    assert "more than" not in run(project).stdout


def _no_worker(seconds: float) -> subprocess.Popen[bytes]:
    raise AssertionError("a worker was started")


def _source(path: Path) -> SourceFile:
    return SourceFile(path.name, "python", path, path.stat().st_size)


def test_another_version_of_extraction_knows_nothing(project: Path, tmp_path: Path) -> None:
    files = [_source(project / "train.py")]
    old, new = (FactCache(Store(tmp_path / "store"), version) for version in (b"1", b"2"))
    made = extract(files, jobs=1, cache=old)
    assert old.known(files, PythonFacts, 1 << 20) == made and new.known(files, PythonFacts, 1 << 20) == {}


def test_a_change_of_the_sources_is_another_version(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[1] / "mldebt", tmp_path / "mldebt", ignore=shutil.ignore_patterns("__pycache__"))
    ask = [sys.executable, "-c", "from mldebt.extract.cache.version import extractor_version as v; import mldebt; print(mldebt.__file__, v().hex())"]
    answers = []
    for name, text in (("model/ir.py", ""), ("model/ir.py", "# changed\n"), ("extract/data/make.py", "# changed\n"), ("flow/calls.py", "# changed\n")):
        with (tmp_path / "mldebt" / name).open("a") as stream:
            stream.write(text)
        answers.append(subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    assert answers[0].startswith(str(tmp_path)) and len(set(answers)) == 3 and answers[2] == answers[3], "what comes after extraction does not count"


def test_facts_of_another_kind_or_content_are_not_believed(project: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    cache = FactCache(store, b"1")
    train, serve = (_source(project / name) for name in ("train.py", "serve.py"))
    made = extract([train], jobs=1, cache=cache)
    (raw,) = store.get(_keys(store)).values()
    for wrong in (b"", b"\x90", raw[:-1], raw + b"\x00", b"\x93\xa6python\x01\x02", b"\xc1" * 50, b"\x91" * 100_000):
        store.put({_keys(store)[0]: wrong})
        assert cache.known([train], PythonFacts, 1 << 20) == {}
    cache.keep(serve, made["train.py"], raw, 1 << 20)
    (project / "serve.py").write_bytes((project / "train.py").read_bytes())
    cache.flush()
    assert cache.known([serve], PythonFacts, 1 << 20)["serve.py"].path == "serve.py"


def _keys(store: Store) -> list[bytes]:
    with sqlite3.connect(store.path) as db:
        return [row[0] for row in db.execute("SELECT key FROM facts ORDER BY rowid")]


def test_what_fails_for_the_moment_is_not_kept(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FactCache(Store(tmp_path / "store"), b"1")
    gone = SourceFile("gone.py", "python", project / "gone.py", 10)
    assert extract([gone], jobs=1, cache=cache)["gone.py"].problems[0].kind == "io"
    lost = SourceFile("gone.yaml", "yaml", project / "gone.yaml", 10)
    assert extract_data_files([lost], cache=cache)["gone.yaml"].problems[0].kind == "io"
    (project / "slow.py").write_text("x = [" + "1," * 100_000 + "]\n")
    monkeypatch.setattr("mldebt.extract.crew.Crew.__init__.__defaults__", (0.5,))
    assert extract([_source(project / "slow.py")], jobs=1, cache=cache)["slow.py"].problems[0].kind == "timeout"
    assert entries(tmp_path / "store" / "facts-1.sqlite") == 0


def test_no_cache_neither_reads_nor_writes(project: Path, own_cache_folder: Path) -> None:
    assert run(project, "--no-cache").exit_code == 1 and list(own_cache_folder.iterdir()) == []
    run(project)
    with sqlite3.connect(database(project)) as db:
        db.execute("DELETE FROM facts")
    run(project, "--no-cache")
    assert entries(database(project)) == 0
    run(project)
    assert entries(database(project)) == 4


def test_the_python_interface_keeps_nothing_unless_asked(project: Path, own_cache_folder: Path, tmp_path: Path) -> None:
    check(project, jobs=1)
    assert list(own_cache_folder.iterdir()) == []
    check(project, jobs=1, cache=tmp_path / "mine")
    assert entries(database(project, tmp_path / "mine")) == 4 and list(own_cache_folder.iterdir()) == []
    check(project, jobs=1, cache=True)
    assert entries(database(project)) == 4


def test_the_folder_is_private_and_outside_of_the_project(project: Path, own_cache_folder: Path) -> None:
    run(project)
    folder = database(project).parent
    assert folder.parent.parent == own_cache_folder and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    run(project)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in project.iterdir()) == ["mldebt.toml", "params.yaml", "serve.py", "train.py"]


def test_a_cache_inside_the_project_is_no_part_of_it(project: Path) -> None:
    inside = project / "kept"
    for _ in range(2):
        assert json.loads(_json(project, "--cache-dir", str(inside)))["project"]["files"] == 2
    assert _json(project, "--cache-dir", str(inside)) == _json(project, "--no-cache")
    assert (database(project, inside).parent / ".gitignore").read_text() == "*\n"


def _json(project: Path, *words: str) -> str:
    return CliRunner().invoke(main, ["check", str(project), "--project", str(project), "--output-format", "json", *words]).stdout


def _sqlite(path: Path, statement: str) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute(statement)


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "overwritten": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
    "foreign": lambda path: path.write_bytes(b"these are somebody's notes\n" * 400),
}
USELESS: dict[str, Callable[[Path], object]] = {
    "another program's": lambda path: _sqlite(path, "CREATE TABLE facts (mine TEXT)"),
    "too new": lambda path: _sqlite(path, "PRAGMA user_version = 99"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "locked": lambda path: None,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_database_is_replaced(project: Path, name: str) -> None:
    expected = run(project).stdout
    BROKEN[name](database(project))
    assert run(project).stdout == expected
    assert entries(database(project)) == 4


@pytest.mark.parametrize("name", USELESS)
def test_a_database_that_is_not_ours_to_use_is_left_alone(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebt.extract.cache.store.WAIT", 0.1)
    expected = run(project).stdout
    USELESS[name](database(project))
    holder = sqlite3.connect(database(project)) if name == "locked" else None
    if holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
    done = run(project)
    assert done.stdout == expected and done.stderr == ""
    if name != "locked":
        shown = CliRunner().invoke(main, ["cache", "--info", "--project", str(project)])
        assert shown.exit_code == 0 and "not usable:" in shown.stdout


@pytest.mark.parametrize("where", ["a file", "no folder", "a file in the way", "a link", "home is nowhere"])
def test_a_place_that_does_not_serve_means_no_cache(project: Path, tmp_path: Path, own_cache_folder: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = database(project).parent
    if where == "a file":
        folder.parent.mkdir()
        folder.write_text("")
    elif where == "no folder":
        monkeypatch.setenv("XDG_CACHE_HOME", "/proc/self/nowhere")
    elif where == "a file in the way":
        folder.parent.write_text("")
    elif where == "a link":
        folder.parent.mkdir()
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
        monkeypatch.setattr(Path, "home", _no_home)
    done = run(project)
    assert done.exit_code == 1 and "MLD104" in done.stdout and done.stderr == ""
    assert not database(project).exists() if where != "home is nowhere" else cache_folder(project) is None


def _no_home() -> Path:
    raise RuntimeError("no home")


def test_a_disk_that_takes_no_more_means_no_cache(project: Path) -> None:
    command = [sys.executable, "-m", "mldebt", "check", str(project), "--output-format", "concise"]
    free = subprocess.run(command, capture_output=True, text=True)
    database(project).unlink()
    forget(project)
    full = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))
    assert (full.returncode, full.stdout, full.stderr) == (1, free.stdout, "") and free.stdout
    assert [Store(database(project).parent, name=name).info().entries for name in ("facts", "results")] == [0, 0]


def test_a_folder_that_may_not_be_written_means_no_cache(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    expected = run(project).stdout
    folder = database(project).parent
    database(project).unlink()
    folder.chmod(0o500)
    try:
        assert run(project).stdout == expected and not database(project).exists()
    finally:
        folder.chmod(0o700)


def test_many_processes_share_one_cache_while_it_is_cut(project: Path, tmp_path: Path) -> None:
    for number in range(20):
        (project / f"module_{number}.py").write_text(f"value = {number}\n" * 200)
    command = [sys.executable, "-m", "mldebt", "check", str(project), "--output-format", "json", "--cache-dir", str(tmp_path / "cache"), "--jobs", "1"]
    expected = subprocess.run([*command, "--no-cache"], capture_output=True, text=True).stdout
    path = database(project, tmp_path / "cache")
    check(project, cache=tmp_path / "cache")
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    cuts = 0
    while any(process.poll() is None for process in runs):
        for cut in (path, path.with_name("results-1.sqlite")):
            with suppress(FileNotFoundError):  # a process is replacing it
                if cut.stat().st_size > 4096:
                    os.truncate(cut, cut.stat().st_size // 2)
                    cuts += 1
    for process in runs:
        shown, said = process.communicate()
        assert (process.returncode, shown, said) == (1, expected, "")
    assert cuts
    forget(project, tmp_path / "cache")
    assert subprocess.run(command, capture_output=True, text=True).stdout == expected
    assert entries(path) == 24


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("mldebt.extract.cache.store.time", lambda: now)
    store = Store(tmp_path / "store", bound=120_000)
    keys = [bytes([number]) * 16 for number in range(30)]
    for key in keys[:10]:
        store.put({key: key * 1000})
    assert set(store.get(keys)) < set(keys[:10]), "what is in use is not thrown out for what is new"
    kept = list(store.get(keys))
    now += 2 * GRAIN
    store.get(kept[:3])
    now += 2
    store.put({key: key * 1000 for key in keys[20:23]})
    left = set(store.get(keys))
    assert left >= set(kept[:3]) | set(keys[20:23]) and len(left) < len(kept) + 3
    assert store.info().size < 200_000


def test_cache_command(project: Path, tmp_path: Path) -> None:
    words = ["cache", "--project", str(project)]
    assert "entries: 0\nsize: 0 bytes\n" in CliRunner().invoke(main, [*words, "--info"]).stdout
    run(project)
    shown = CliRunner().invoke(main, words).stdout
    assert shown.startswith(f"project: {project}\nfolder: {database(project).parent}\nentries: 4\nsize: ") and shown.endswith(" KiB\nresults: 1\n")
    other = CliRunner().invoke(main, [*words, "--cache-dir", str(tmp_path / "mine")]).stdout
    assert f"folder: {tmp_path / 'mine'}/" in other and "entries: 0" in other
    done = CliRunner().invoke(main, [*words, "--clear"])
    assert done.exit_code == 0 and done.stdout.startswith(f"cleared {database(project).parent}") and not database(project).parent.exists()
    assert CliRunner().invoke(main, [*words, "--clear", "--info"]).exit_code == 2
    assert CliRunner().invoke(main, ["cache", "--project", str(tmp_path / "nowhere")]).exit_code == 2


def test_clearing_takes_only_what_is_its_own(project: Path) -> None:
    run(project)
    (database(project).parent / "mine.txt").write_text("")
    CliRunner().invoke(main, ["cache", "--project", str(project), "--clear"])
    assert [path.name for path in database(project).parent.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("command", ["graph", "artifacts"])
def test_graph_and_artifacts_use_the_cache(project: Path, own_cache_folder: Path, command: str) -> None:
    words = [command, str(project), "--project", str(project)]
    cold = CliRunner().invoke(main, [*words, "--no-cache"])
    assert cold.exit_code == 0 and list(own_cache_folder.iterdir()) == []
    assert [CliRunner().invoke(main, words).stdout for _ in range(2)] == [cold.stdout] * 2
    assert entries(database(project)) == 4
