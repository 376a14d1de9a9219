"""`mldebt report` as text and Markdown: what it counts, how it ranks, where it writes, and names that try to be markup."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections
from test_terminal import ESCAPE, in_terminal

from mldebt.cli.main import main
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.vocabulary import load_vocabulary
from mldebt.report.overview.markdown import code, prose
from mldebt.report.overview.tally import Tally

FIXTURE = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts"
CHAIN = """
# file: mldebt.toml
# file: make.py
import pandas as pd
pd.DataFrame({}).to_csv("wide.csv")
pd.DataFrame({}).to_csv("narrow.csv")
# file: one.py
import pandas as pd
pd.read_csv("narrow.csv")
# file: two.py
import pandas as pd
pd.read_csv("wide.csv").to_csv("next.csv")
# file: three.py
import pandas as pd
pd.read_csv("wide.csv")
# file: four.py
import pandas as pd
pd.read_csv("next.csv")
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["report", *(str(word) for word in words)])


def section(text: str, title: str) -> str:
    return text.partition(f"\n{title}\n")[2].partition("\n\n")[0]


def steps(text: str) -> list[tuple[str, str]]:
    """Return code and place of each step."""
    return re.findall(r"^\d\. (MLD\d+) [^\n]+(?:\n[^\n ][^\n]*)*\n   (\S+:\d+:\d+)", section(text, "What to do next"), re.MULTILINE)


def test_the_whole_of_a_project() -> None:
    done = run(FIXTURE)
    assert done.exit_code == 0 and "Technical debt of csv_scripts\n4 files, 70 lines; 4 programs, 4 artefacts\n" in done.stdout
    assert "1 error, 4 warnings: 71.4 errors and warnings per thousand lines" in done.stdout
    assert steps(done.stdout) == [
        ("MLD204", "serve.py:9:12"), ("MLD206", "prepare.py:18:5"), ("MLD102", "backfill.py:9:5"), ("MLD104", "train.py:18:17"), ("MLD209", "train.py:19:13")]
    assert "fix: Pick columns by name." in done.stdout
    assert "why: warning; 2 programs read it; 1 program and 1 artefact downstream. Whoever changes" in done.stdout


def test_categories_follow_the_paper() -> None:
    lines = section(run(FIXTURE).stdout, "Debt by category of the paper").splitlines()
    rows = [re.sub(r"[█ ]+", " ", line).strip() for line in lines]
    assert rows[:6] == ["§2 Complex models erode boundaries 1", "MLD104 undeclared-consumer 1", "§3 Data dependencies cost more than code dependencies 2",
                        "MLD204 dangling-artifact 1", "MLD209 positional-columns 1", "§4 Feedback loops: no rule asks -"]
    asked = section(run(FIXTURE, "--select", "MLD206").stdout, "Debt by category of the paper")
    assert "§2 Complex models erode boundaries: no rule asks" in asked and re.search(r"§5 ML-system anti-patterns +1", asked)


def test_components_stand_by_their_debts_and_what_hangs_on_them() -> None:
    rows = [line.split() for line in section(run(FIXTURE).stdout, "Worst components").splitlines()[2:]]
    assert rows[:3] == [["serve.py", "1E", "1", "0", "0"], ["prepare.py", "1W", "1", "1", "2"], ["train.py", "2W", "1", "1", "0"]]


def test_undeclared_artefacts_come_first() -> None:
    text = run(FIXTURE).stdout
    rows = [re.split(r" {2,}", line.strip()) for line in section(text, "Artefacts").splitlines()[2:]]
    assert rows[0] == ["data/features.csv", "2", "2", "no"] and {row[3] for row in rows[1:4]} == {"not shared"}
    assert "1 of 4 go from program to program undeclared" in text


def test_more_consumers_come_first_and_places_of_one_cause_are_one_step(tmp_path: Path) -> None:
    write_sections(CHAIN, tmp_path)
    text = run(tmp_path).stdout
    assert steps(text) == [("MLD104", "three.py:2:1"), ("MLD104", "four.py:2:1"), ("MLD104", "one.py:2:1")]
    assert "three.py:2:1 and 1 more place\n   why: warning; 2 programs read it; 3 programs and 1 artefact downstream." in text


def test_a_part_is_reported_alone(tmp_path: Path) -> None:
    write_sections(CHAIN, tmp_path)
    text = run(tmp_path / "one.py").stdout
    assert steps(text) == [("MLD104", "one.py:2:1")] and "1 file, 2 lines; " in text
    assert "wide.csv" not in text and "narrow.csv" in text


def test_without_debts(tmp_path: Path) -> None:
    write_sections("# file: mldebt.toml\n# file: a.py\nprint(1)\n", tmp_path)
    done = run(tmp_path)
    assert done.exit_code == 0 and "no debts: 0.0 errors and warnings per thousand lines" in done.stdout
    assert "What to do next" not in done.stdout and "Worst components" not in done.stdout and "Artefacts" not in done.stdout
    assert "**No debts**" in run(tmp_path, "--output-format", "markdown").stdout


def test_weights_and_densities() -> None:
    assert Tally(1, 2, 3).weight == 19 and Tally(1, 2, 3).total == 6 and Tally(1, 2, 3).parts == [("error", 1), ("warning", 2), ("info", 3)]
    assert Tally(1, 1, 7).per_thousand(500) == 4 and Tally(1).per_thousand(0) == 0


@pytest.mark.parametrize("width", [40, 60, 200])
def test_it_fits_a_terminal(width: int) -> None:
    text, code_ = in_terminal(width, "report", FIXTURE)
    assert code_ == 0 and "\x1b[" in text
    plain = ESCAPE.sub("", text)
    assert max(map(len, plain.splitlines())) <= min(width, 100) and "prepare.py:18:5" in plain
    words = " ".join(plain.split())
    worst, shared = (("train.py debts 2W, reads 1, writes 1, downstream 0", "data/features.csv written by 2, read by 2, declared no") if width < 76
                     else ("train.py 2W 1 1 0", "data/features.csv 2 2 no"))
    assert worst in words and shared in words


def test_colours_can_be_off() -> None:
    assert "\x1b[" not in in_terminal(80, "report", FIXTURE, NO_COLOR="1")[0]
    assert "\x1b[" in run(FIXTURE, "--color", "always").stdout


def test_formats_and_files(tmp_path: Path) -> None:
    page, text = tmp_path / "page.html", tmp_path / "debt.txt"
    done = run(FIXTURE, "--output-format", "markdown", "--output-format", f"html:{page}", "--output-format", f"text:{text}")
    assert done.exit_code == 0 and done.stdout.startswith("# Technical debt of `csv_scripts`")
    assert page.read_text("utf-8").startswith("<!doctype html>") and text.read_text("utf-8").startswith("Technical debt of csv_scripts")
    assert run(FIXTURE, "--output-format", "html", "-o", tmp_path / "other.html").stdout == ""
    assert (tmp_path / "other.html").read_bytes() == page.read_bytes()


def test_wrong_words(tmp_path: Path) -> None:
    for words, said in (
        (["--output-format", "sarif"], "no output format `sarif`; known: text, markdown, html"), (["--select", "nosuch"], "nosuch"),
        ([tmp_path / "no"], "no such path"),
        (["--output-format", f"html:{tmp_path}/no/page.html"], "no such folder"), (["--config", "selekt=1"], "selekt"),
    ):
        done = run(*(words if isinstance(words[0], Path) else [FIXTURE, *words]))
        assert done.exit_code == 2 and said in done.stderr, words


def test_names_stay_names_in_markdown() -> None:
    assert code("a`b") == "``a`b``" and code("`x`") == "`` `x` ``" and code("a\nb") == "`a\\nb`"
    assert prose("`<b>` is *not* <i>bold</i> [x](y) | a_b") == r"`<b>` is \*not\* \<i\>bold\</i\> \[x\](y) \| a\_b"


def test_bars_in_names_are_no_columns(tmp_path: Path) -> None:
    write_sections(CHAIN.replace("narrow.csv", "nar|row.csv"), tmp_path)
    text = run(tmp_path, "--output-format", "markdown").stdout
    row = next(line for line in text.splitlines() if line.startswith("| `nar"))
    assert row == r"| `nar\|row.csv` | `make.py` | `one.py` | **no** |"


def test_every_rule_has_a_category() -> None:
    cards = load_cards([rules_folder() / "cards"])
    vocabulary = load_vocabulary(rules_folder() / "vocabulary.toml", cards)
    assert {card.family for card in cards} <= {family.name for family in vocabulary.family}
    placed = {card.code: vocabulary.of(card) for card in cards}
    assert placed["MLD104"] == "boundaries" and placed["MLD204"] == "data-dependencies" and placed["MLD000"] == "housekeeping"


def test_a_card_that_names_no_category(tmp_path: Path) -> None:
    write_sections(CHAIN, tmp_path)
    (tmp_path / "mldebt.toml").write_text('rule-paths = ["debt"]\n', "utf-8")
    card = (rules_folder() / "cards" / "data" / "many-writers.toml").read_text("utf-8").partition("[[example]]")[0]
    own = tmp_path / "debt" / "cards" / "team" / "own.toml"
    own.parent.mkdir(parents=True)
    own.write_text(card.replace("MLD206", "MLD950").replace('"many-writers"', '"own-writers"').replace('"anti-patterns"', '"anti-patern"'), "utf-8")
    done = run(tmp_path)
    assert done.exit_code == 2 and "category: no category `anti-patern`; known: boundaries, data-dependencies" in done.stderr
    own.write_text(own.read_text("utf-8").replace('category = "anti-patern"\n', ""), "utf-8")
    assert re.search(r"\n +Beyond the paper +0\n", run(tmp_path).stdout)
