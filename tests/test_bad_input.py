"""Wrong input: a clear message with file, key and line, the right exit code, and the rest of the run goes on."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main
from mldebt.extract.data.formats import extract_data
from mldebt.knowledge.locate import rules_folder

CHAIN = """
# file: train.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print(joblib.load("model.pkl"))
"""
CARD = """
code = "MLD950"
name = "house-rule"
severity = "info"
confidence = "high"
tier = "on"
since = "0.1.0"
summary = "s"
sources = ["own"]
doc = { what = "w", why = "w", fix = "f" }
"""
DEGREE = '[[match]]\nkind = "degree"\nform = "f"\n'
CALL = 'library = "b"\nmodules = ["b"]\n[[call]]\npath = "b.c"\n'


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", str(folder), "--output-format", "concise", *words])


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    write_sections(CHAIN, tmp_path)
    (tmp_path / "mldebt.toml").write_text("")
    return tmp_path


@pytest.mark.parametrize(("name", "content", "message"), [
    ("conf.yaml", b"a: [1,\nb: {\n", "line 3: "),
    ("conf.yml", b"a: *nobody\n", "line 1: found undefined alias"),
    ("conf.toml", b"a = 1\nb = = 2\n", "line 2: Invalid value"),
    ("conf.yaml", b"a: 1\nb: \x00\n", "line 2: "),
    ("dvc.yaml", b"stages:\n  one: {cmd: python train.py\n", "line 3: "),
    ("note.ipynb", b'{"cells": [', "the notebook is not valid JSON"),
    ("note.ipynb", b"[]", "the notebook is not a JSON object"),
])
def test_malformed_files_of_the_project(chain: Path, name: str, content: bytes, message: str) -> None:
    (chain / name).write_bytes(content)
    done = run(chain)
    (found,) = [line for line in done.stdout.splitlines() if "MLD000" in line]
    assert found.startswith(f"{name}:") and message in found, found
    assert "MLD104" in done.stdout and done.exit_code == 1, "the rest of the project is analysed"


def test_malformed_json() -> None:
    (problem,) = extract_data("conf.json", b'{"a": [1, 2}\n', "json").problems
    assert problem.kind == "json" and problem.message.startswith("line 1: ")


def _heed_permissions() -> None:
    """Make a superuser's process heed the modes of files: drop what lets it read all (PR_CAPBSET_DROP of two capabilities)."""
    if os.geteuid() == 0:
        for capability in (1, 2):
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@pytest.mark.parametrize("text", ["a: {{ cookiecutter.name }}: b\n", "{% if x %}\na: : b\n{% endif %}\n", "%(prometheus)s\na: b: c\n"])
def test_templates_are_not_malformed(chain: Path, text: str) -> None:
    (chain / "conf.yaml").write_text(text)
    assert "MLD000" not in run(chain).stdout


def test_files_without_permission() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write_sections(CHAIN, folder)
        (folder / "mldebt.toml").write_text("")
        for closed in ("closed.py", "closed.yaml"):
            (folder / closed).write_text("")
            (folder / closed).chmod(0)
        words = [sys.executable, "-m", "mldebt", "check", name, "--output-format", "concise"]
        done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[1], preexec_fn=_heed_permissions)
    found = [line for line in done.stdout.splitlines() if "MLD000" in line]
    assert [line.partition(":")[0] for line in found] == ["closed.py", "closed.yaml"], done.stderr
    assert all("the file cannot be read: Permission denied" in line for line in found) and done.returncode == 1 and "MLD104" in done.stdout


@pytest.mark.parametrize(("name", "content", "message"), [
    ("mldebt.toml", b"select = [\n", "mldebt.toml: not valid TOML: Invalid value (at end of document)"),
    ("mldebt.toml", b"a = 1\nb = = 2\n", "mldebt.toml: not valid TOML: Invalid value (at line 2, column 5)"),
    ("mldebt.toml", b"a = '\xff'\n", "mldebt.toml: not valid TOML: 'utf-8' codec can't decode byte 0xff"),
    ("mldebt.toml", b"a = '\x00'\n", "mldebt.toml: not valid TOML: "),
    ("mldebt.toml", b"slect = ['ALL']\n", "mldebt.toml: slect: unknown key; did you mean `select`?"),
    ("mldebt.toml", b"zzz = 1\n", "mldebt.toml: zzz: unknown key; known: artifacts, "),
    ("mldebt.toml", b"ignore = 'ALL'\n", "mldebt.toml: ignore: Expected `array`, got `str`"),
    ("mldebt.toml", b"ignore = [1]\n", "mldebt.toml: ignore 1: Expected `str`, got `int`"),
    ("mldebt.toml", b"fail-on = 'never'\n", "mldebt.toml: fail-on: expected one of info, warning, error, got 'never'"),
    ("mldebt.toml", b"respect-gitignore = 'no'\n", "mldebt.toml: respect-gitignore: Expected `bool`, got `str`"),
    ("mldebt.toml", b"[per-file-ignores]\n'a/**' = 'MLD1'\n", "mldebt.toml: per-file-ignores.a/**: Expected `array`, got `str`"),
    ("mldebt.toml", b"[[artifacts]]\nowner = 'x'\n", "mldebt.toml: artifacts 1: Object missing required field `path`"),
    ("mldebt.toml", b"[[artifacts]]\npath = 'x'\n[[artifacts]]\npath = 'y'\nteam = 'z'\n", "mldebt.toml: artifacts 2: Object contains unknown field `team`"),
    ("mldebt.toml", b"rule-paths = ['gone']\n", "mldebt.toml: rule-paths: `gone` is no folder"),
    ("mldebt.toml", b"rule-paths = ['train.py']\n", "mldebt.toml: rule-paths: `train.py` is no folder"),
    ("mldebt.toml", b"rule-paths = ['.']\n", "mldebt.toml: rule-paths: `.` holds none of cards/, libraries/, manifests/"),
    ("pyproject.toml", b"[tool]\nmldebt = 3\n", "pyproject.toml: tool.mldebt: expected a table, got 3"),
    ("pyproject.toml", b"[tool.mldebt]\nselekt = 1\n", "pyproject.toml: selekt: unknown key"),
    ("pyproject.toml", b"[tool.mldebt]\nignore = ['zoo']\n", "pyproject.toml: ignore: `zoo` is no rule"),
])
def test_wrong_settings(chain: Path, name: str, content: bytes, message: str) -> None:
    (chain / "mldebt.toml").unlink()
    (chain / name).write_bytes(content)
    done = run(chain)
    assert done.exit_code == 2 and done.stdout == "" and done.stderr.startswith(f"mldebt: {message}"), done.output


KNOWLEDGE = [
    ("cards/x/a.toml", CARD.replace('"info"', '"fatal"'), "severity: Invalid enum value 'fatal'"),
    ("cards/x/a.toml", CARD.replace('tier = "on"', "tier = 1"), "tier: Expected `str`, got `int`"),
    ("cards/x/a.toml", CARD + 'matsch = []\n', "Object contains unknown field `matsch`"),
    ("cards/x/a.toml", CARD.replace('fix = "f"', 'fix = 3'), "doc.fix: Expected `str`, got `int`"),
    ("cards/x/a.toml", f'{CARD}{DEGREE}least = 2\n[[match]]\nkind = "guess"\n', "match 2.kind: no detector `guess`; known: both-sides, chain,"),
    ("cards/x/a.toml", CARD + '[[match]]\nform = "f"\n', "match 1.kind: no detector ``"),
    ("cards/x/a.toml", f'{CARD}{DEGREE}least = "two"\n', "match 1.least: Expected `int`, got `str`"),
    ("cards/x/a.toml", f"{CARD}{DEGREE}most = 2\n", "match 1: Object contains unknown field `most`"),
    ("cards/x/a.toml", CARD.replace("MLD950", "MLD206"), "code: the code MLD206 is taken by "),
    ("cards/x/a.toml", CARD.replace("house-rule", "many-writers"), "name: the name many-writers is taken by "),
    ("cards/x/a.toml", "code = \n", "not valid TOML: Invalid value (at line 1, column 8)"),
    ("libraries/b.toml", 'library = "b"\n', "Object missing required field `modules`"),
    ("libraries/b.toml", 'library = "b"\nmodules = "b"\n', "modules: Expected `array`, got `str`"),
    ("libraries/b.toml", CALL + 'roll = "x"\n', "call 1: Object contains unknown field `roll`"),
    ("libraries/b.toml", CALL + 'role = "read"\nread = { parth = "p" }\n', "call 1.read: Object contains unknown field `parth`"),
    ("libraries/b.toml", CALL + 'role = "x"\nvalue = "path.jion"\n', "call 1 (b.c).value: no primitive `path.jion`; near: path.join"),
    ("libraries/b.toml", CALL.replace("[[call]]", "[[attribute]]") + 'value = "zzz"\n', "attribute 1 (b.c).value: no primitive `zzz`; near: callable."),
    ("libraries/b.toml", CALL + 'role = "x"\n[[call]]\npath = "b.{d,c}"\nrole = "y"\n', "call 2.path: `b.c` is described by call 1, too"),
    ("libraries/b.toml", CALL.replace("b.c", "b.{e,e}") + 'role = "x"\n', "call 1.path: `b.e` is described by call 1, too"),
    ("libraries/b.toml", b"a = '\xff'\n", "not valid TOML: 'utf-8' codec"),
    ("manifests/m.toml", 'tool = "b"\n', "Object missing required field `files`"),
    ("manifests/m.toml", 'tool = "b"\nfiles = ["m.yaml"]\nstages = "*"\nstart = "here"\n', "start: Invalid enum value 'here'"),
    ("manifests/m.toml", 'tool = "b"\nfiles = ["m.yaml"]\nstages = "*"\ninput = ["x"]\n', "Object contains unknown field `input`"),
]


@pytest.mark.parametrize(("name", "text", "message"), KNOWLEDGE, ids=[item[2][:40] for item in KNOWLEDGE])
def test_wrong_knowledge_files(chain: Path, name: str, text: str | bytes, message: str) -> None:
    (chain / "mldebt.toml").write_text('rule-paths = ["debt"]\n')
    (chain / "debt" / name).parent.mkdir(parents=True)
    (chain / "debt" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run(chain)
    assert done.exit_code == 2 and done.stdout == "" and done.stderr.startswith(f"mldebt: debt/{name}: {message}"), done.output


def test_faults_of_all_knowledge_files_are_listed(chain: Path) -> None:
    (chain / "mldebt.toml").write_text('rule-paths = ["debt", "more"]\n')
    files = {name: text for name, text, _ in KNOWLEDGE if isinstance(text, str)}
    write_sections("".join(f"# file: debt/{name}\n{text}" for name, text in files.items()) + "# file: more/cards/y/z.toml\ncode = 1\n", chain)
    lines = run(chain).stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["debt/cards/x/a.toml", "more/cards/y/z.toml", "debt/libraries/b.toml", "debt/manifests/m.toml"]


def test_faults_in_rules_that_are_shipped_are_internal(chain: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(rules_folder(), tmp_path / "shipped")
    (tmp_path / "shipped" / "cards" / "data" / "many-writers.toml").write_text("code = 1\n")
    monkeypatch.setattr("mldebt.policy.rulebook.rules_folder", lambda: tmp_path / "shipped")
    done = run(chain)
    assert done.exit_code == 3 and done.stdout == ""
    assert done.stderr.startswith("mldebt: internal error: ") and "many-writers.toml: " in done.stderr


@pytest.mark.parametrize("command", [["graph"], ["artifacts"]])
def test_other_commands_name_wrong_knowledge_too(chain: Path, command: list[str]) -> None:
    (chain / "mldebt.toml").write_text('rule-paths = ["gone"]\n')
    done = CliRunner().invoke(main, [*command, str(chain)])
    assert done.exit_code == 2 and "rule-paths: `gone` is no folder" in done.stderr


@pytest.mark.parametrize("names", [[], ["readme.txt"], ["old/x.py"]])
def test_a_project_without_files(tmp_path: Path, names: list[str]) -> None:
    (tmp_path / "mldebt.toml").write_text("exclude = ['old']\n")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = (")
    done = run(tmp_path)
    assert done.exit_code == 0 and done.stdout == "" and done.stderr == "mldebt: note: no files to analyse under the given paths\n"


def test_a_named_path_without_files(chain: Path) -> None:
    (chain / "empty").mkdir()
    done = CliRunner().invoke(main, ["check", str(chain / "empty")])
    assert done.exit_code == 0 and "no files to analyse under the given paths" in done.stderr


def test_several_missing_paths(chain: Path) -> None:
    done = CliRunner().invoke(main, ["check", str(chain), str(chain / "one"), str(chain / "two")])
    assert done.exit_code == 2 and done.stderr == f"mldebt: no such path: {chain / 'one'}, {chain / 'two'}\n"


@pytest.mark.parametrize(("name", "content"), [
    ("conf.json", b"{ // a comment\n}"), ("rows.json", b'{"a": 1}\n{"a": 2}\n'), ("conf.yml", b"id: %(project-id-placeholder)s\n"),
])
def test_dialects_and_templates_are_not_malformed(chain: Path, name: str, content: bytes) -> None:
    (chain / name).write_bytes(content)
    assert "MLD000" not in run(chain).stdout
