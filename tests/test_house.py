"""The house rules: what every file of the project keeps."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mldebt.flow.primitives import PRIMITIVES
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "mldebt").rglob("*.py"))
ALL = sorted([*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])
TOP = {"mldebt", "rules", "tests", "fixtures", "benchmarks", "docs", "pyproject.toml", "README.md", "LICENSE",
       "action.yml"}  # where `uses: mldebt/mldebt@…` looks for the action
RULE_CODE = re.compile(r"MLD\d{3}")
MODULES = {module for file in load_libraries([rules_folder() / "libraries"]).modules() for module in [file.partition(".")[0]]}
FORMATS = {"json", "yaml", "csv", "pickle", "make", "docker", "snakemake", "time", "toml", "dvc.lock", "io"}  # names of formats and faults, a word of shells


def _ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["mypy"]], ids=["ruff", "mypy"])
def test_checkers_are_content(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_go_downward() -> None:
    done = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_top_level_holds_what_it_should() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    if not tracked:
        tracked = [path.name for path in ROOT.iterdir() if path.name in TOP]
    assert {name.partition("/")[0] for name in tracked if not name.startswith(".")} <= TOP


@pytest.mark.parametrize("path", ALL, ids=_ids(ALL))
def test_files_are_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    assert not text or ast.get_docstring(ast.parse(text)), "a module says in one line what it is"
    assert path.stem not in ("utils", "common", "helpers", "misc")


@pytest.mark.parametrize("path", SOURCES, ids=_ids(SOURCES))
def test_the_engine_names_no_library_and_no_rule(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
                  and isinstance(node.body[0], ast.Expr)}
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings]
    assert [word for word in words if word not in FORMATS and any(f"{word}.".startswith(f"{module}.") for module in MODULES - FORMATS)] == []
    assert [code for word in words for code in RULE_CODE.findall(word) if code not in ("MLD000", "MLD001", "MLD002")] == []


def test_the_page_on_knowledge_names_every_primitive() -> None:
    table = (ROOT / "rules" / "README.md").read_text("utf-8").partition("## Primitives")[2]
    assert sorted(re.findall(r"\b[a-z]+\.[a-z-]+\b", table)) == sorted(PRIMITIVES)


def test_rules_hold_no_python() -> None:
    assert [path.name for path in (ROOT / "rules").rglob("*") if path.is_file() and path.suffix not in (".toml", ".md")] == []
