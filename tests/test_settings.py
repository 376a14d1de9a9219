"""Settings files, their faults, declarations, suppressions, own rules and the Python interface."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt import Finding, Settings, check
from mldebt.cli.main import main
from mldebt.config import size_of

CHAIN = """
# file: train.py
import joblib
joblib.dump({}, "models/model.pkl")
# file: serve.py
import joblib
print(joblib.load("models/model.pkl"))
"""


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", str(folder), "--project", str(folder), "--output-format", "concise", *words])


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    write_sections(CHAIN, tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["models/model.pkl", "models/*.pkl", "models"])
def test_a_declared_artifact_is_paid_debt(chain: Path, path: str) -> None:
    assert "MLD104" in run(chain).stdout
    (chain / "mldebt.toml").write_text(f'[[artifacts]]\npath = "{path}"\nowner = "train.py"\nconsumers = ["serve.py"]\n')
    assert run(chain).stdout == "" and run(chain).exit_code == 0
    assert "MLD104" in run(chain, "--isolated").stdout


def test_every_fault_is_reported_at_once(chain: Path) -> None:
    (chain / "pyproject.toml").write_text('[tool.mldebt]\nselekt = ["ALL"]\nignore = 3\nmax-source-size = "big"\n')
    done = run(chain)
    assert done.exit_code == 2 and done.stdout == ""
    for part in ("pyproject.toml: selekt: unknown key", "pyproject.toml: ignore: Expected `array`", "pyproject.toml: max-source-size: expected a size"):
        assert part in done.output


def test_unknown_rules_in_settings(chain: Path) -> None:
    (chain / "mldebt.toml").write_text('ignore = ["MLD999", "no-such-rule"]\nper-file-ignores = { "a.py" = ["nonsense"] }\n')
    done = run(chain)
    assert done.exit_code == 2 and all(word in done.output for word in ("MLD999", "no-such-rule", "per-file-ignores.a.py", "nonsense"))


def test_malformed_toml(chain: Path) -> None:
    (chain / "mldebt.toml").write_text("select = [\n")
    done = run(chain)
    assert done.exit_code == 2 and "mldebt.toml: not valid TOML" in done.output and "Traceback" not in done.output


def test_the_command_line_wins(chain: Path) -> None:
    (chain / "mldebt.toml").write_text('ignore = ["MLD104"]\nfail-on = "error"\n')
    assert run(chain).stdout == ""
    assert "MLD104" in run(chain, "--ignore", "MLD206").stdout
    assert run(chain, "--ignore", "MLD206").exit_code == 0 and run(chain, "--ignore", "MLD206", "--fail-on", "warning").exit_code == 1
    assert "MLD104" in run(chain, "--config", "ignore = []").stdout
    assert run(chain, "--config", "nonsense").exit_code == 2


def test_per_file_ignores_and_exclude(chain: Path) -> None:
    (chain / "mldebt.toml").write_text('per-file-ignores = { "serve.py" = ["system"] }\n')
    assert run(chain).stdout == ""
    (chain / "mldebt.toml").write_text('exclude = ["serve.py"]\n')
    assert run(chain).stdout == ""


def test_named_files_that_are_excluded(chain: Path) -> None:
    (chain / "mldebt.toml").write_text('exclude = ["old/**"]\n')
    (chain / "old").mkdir()
    (chain / "old" / "x.py").write_text("def broken(:\n")
    words = ["check", str(chain / "old" / "x.py"), "--project", str(chain), "--force-exclude"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert CliRunner().invoke(main, [*words, str(chain / "serve.py")]).exit_code == 1


def test_sizes() -> None:
    assert [size_of(value) for value in (5, "10", "2KiB", "1 MiB")] == [5, 10, 2048, 1 << 20]
    for value in ("x", -1, True, None):
        with pytest.raises(ValueError, match="expected a size"):
            size_of(value)


SUPPRESSED = [
    "print(joblib.load('m.pkl'))  # mldebt: ignore[MLD104] agreed", "# mldebt: ignore[undeclared-consumer] agreed\nprint(joblib.load('m.pkl'))",
    "# mldebt: ignore-file[MLD1] agreed\nx = 1\nprint(joblib.load('m.pkl'))", "print(joblib.load('m.pkl'))  # mldebt: ignore[MLD206, system] agreed",
]


@pytest.mark.parametrize("line", SUPPRESSED)
def test_suppressions(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.py").write_text("import joblib\njoblib.dump({}, 'm.pkl')\n")
    (tmp_path / "serve.py").write_text(f"{line.partition(chr(10))[0]}\nimport joblib\n{line.partition(chr(10))[2]}\n"
                                       if line.startswith("# mldebt: ignore-file") else f"import joblib\n{line}\n")
    live = [item.code for item in check(tmp_path, jobs=1).findings if item.suppressed is None]
    assert live == (["MLD001"] if "MLD206" in line else [])
    assert [item.suppressed for item in check(tmp_path, jobs=1).findings if item.code == "MLD104"] == ["agreed"]


def test_bad_and_unused_suppressions(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1  # mldebt: ignore\ny = 2  # mldebt: ignore[MLD777]\nz = 3  # mldebt: ignore[MLD104] why\n")
    assert [(item.line, item.code) for item in check(tmp_path, jobs=1).findings] == [(1, "MLD002"), (2, "MLD002"), (3, "MLD001")]
    assert [item.code for item in check(tmp_path, jobs=1, scopes=["a.py"]).findings] == ["MLD002", "MLD002"]
    assert [item.code for item in check(tmp_path, Settings(ignore=("MLD104",)), jobs=1).findings] == ["MLD002", "MLD002"]


def test_a_rule_and_a_library_are_one_file_each(tmp_path: Path) -> None:
    write_sections("""
# file: mldebt.toml
rule-paths = ["debt"]
# file: debt/cards/house/shared-scores.toml
code = "MLD950"
name = "shared-scores"
severity = "info"
confidence = "high"
tier = "on"
since = "0.1.0"
summary = "two programs write the scores"
sources = ["our own"]
doc = { what = "…", why = "…", fix = "…" }
match = [{ form = "writers", kind = "degree", least = 2 }]
# file: debt/libraries/scorebook.toml
library = "scorebook"
modules = ["scorebook"]
call = [
  { path = "scorebook.put", parameters = ["path", "score"], role = "write", write = { path = "path" }, passes = [] },
  { path = "scorebook.get", parameters = ["path"], role = "read", read = { path = "path" } },
]
# file: one.py
from scorebook import put as keep
keep("scores.db", 1)
# file: two.py
import scorebook
scorebook.put("scores.db", scorebook.get("scores.db"))
""", tmp_path)
    found = check(tmp_path, jobs=1).findings
    assert [(item.code, item.path, item.line) for item in found if item.family == "house"] == [("MLD950", "two.py", 2)]


@pytest.mark.parametrize(("name", "text", "parts"), [
    ("cards/x/bad.toml", 'code = "MLD951"\n', ["bad.toml", "missing required field"]),
    ("cards/x/bad.toml", "code = \n", ["bad.toml", "not valid TOML"]),
    ("libraries/bad.toml", 'library = "b"\nmodules = ["b"]\n[[call]]\npath = "b.c"\nroll = "x"\n', ["bad.toml", "call", "unknown field `roll`"]),
    ("manifests/bad.toml", 'tool = "b"\n', ["bad.toml", "missing required field `files`"]),
])
def test_broken_knowledge_files(chain: Path, name: str, text: str, parts: list[str]) -> None:
    (chain / "mldebt.toml").write_text('rule-paths = ["debt"]\n')
    write_sections(f"# file: debt/{name}\n{text}", chain)
    done = run(chain)
    assert done.exit_code == 2 and all(part in done.output for part in parts), done.output


def test_python_interface(chain: Path) -> None:
    (found,) = check(chain, Settings(select=("MLD104",)), jobs=1).findings
    assert isinstance(found, Finding) and (found.path, found.line) == ("serve.py", 2)


def test_forms_of_a_lower_tier_run_where_their_rule_is_named(tmp_path: Path) -> None:
    text = "import argparse\nimport pandas as pd\nparser = argparse.ArgumentParser()\nparser.add_argument('--late', action='store_true')\n" \
           "if parser.parse_args().late:\n    print(pd.read_csv('late.csv'))\n"
    (tmp_path / "a.py").write_text(text, "utf-8")
    found = {words: len(check(tmp_path, Settings(select=words), jobs=1).findings) for words in (("default",), ("MLD103",), ("system",), ("ALL",))}
    assert found == {("default",): 0, ("MLD103",): 1, ("system",): 1, ("ALL",): 1}
