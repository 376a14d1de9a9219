"""Formats other than Python: what extraction says of them."""

import pytest
from yaml import SafeLoader

from mldebt.extract.data.formats import extract_data
from mldebt.extract.data.shell import parse_shell


def test_shell_folder_loop_and_checks() -> None:
    found = parse_shell("set -e\ncd src && python a.py > out.txt\nset +e\nfor x in 1 2; do\n python b.py --n $x\ndone\necho end\n")
    assert [c.words for c in found] == [("python", "a.py"), ("python", "b.py", "--n", "1"), ("python", "b.py", "--n", "2"), ("echo", "end")]
    assert [c.checked for c in found] == [True, False, False, True]
    assert found[0].folder == "src" and found[0].redirect_out == "out.txt"


@pytest.mark.parametrize(("text", "seen"), [
    ("#!/bin/bash -e\npython a.py\necho\n", True), ("#!/bin/bash\npython a.py\necho\n", False), ("#!/bin/sh -xeu\npython a.py\necho\n", True),
    ("trap 'echo bad; exit 1' ERR\npython a.py\necho\n", True), ("trap 'echo bad' ERR\npython a.py\necho\n", False),
    ("stop() { exit 3; }\ntrap stop ERR\npython a.py\necho\n", True), ("trap 'exit 1' ERR\ntrap - ERR\npython a.py\necho\n", False),
    ("python a.py\n[ $? -eq 0 ] || exit 1\necho\n", True), ("python a.py\necho $?\necho\n", False),
    ("python a.py\ns=$?\necho done\nif [ $s -ne 0 ]; then exit $s; fi\necho\n", True), ("python a.py\ns=$?\necho $s\necho\n", False),
    ("python a.py\ns=$?\necho done\ncase $s in 0) ;; *) exit 1 ;; esac\necho\n", True), ("python a.py\necho\ns=$?\n[ $s -eq 0 ]\necho\n", False),
    ("r() {\n python \"$1\" || exit 1\n}\nr a.py\necho\n", True), ("r() {\n python \"$1\"\n}\nr a.py\necho\n", False),
    ("function r { python $@; local s=$?; [ $s = 0 ] || exit $s; }\nr a.py\necho\n", True), ("r() { echo $1; }\nr a.py\necho\n", False),
])
def test_shell_failures_that_are_seen(text: str, seen: bool) -> None:
    assert next(c.checked for c in parse_shell(text) if "a.py" in c.words) is seen


def test_shell_variables_that_are_known_in_part() -> None:
    found = parse_shell("base=$1\nkind=good\nout=results/$base/$kind.tsv\nPATH=$PATH:bin\nrun $base -o $out\nout=$out.gz\nrun $PATH $out\n"
                        "here=./\npython $here/a.py\n")
    assert [c.words for c in found] == [("run", "${1}", "-o", "results/${1}/good.tsv"), ("run", "${PATH}", "results/${1}/good.tsv.gz"),
                                        ("python", ".//a.py")]


def test_yaml_settings_and_fault() -> None:
    facts = extract_data("p.yaml", b"a:\n  b: 3\n  c: [x, true]\n", "yaml")
    assert [(s.keys, s.value) for s in facts.settings] == [(("a", "b"), 3), (("a", "c", 0), "x"), (("a", "c", 1), True)]
    broken = extract_data("p.yaml", b"a: [1\nb: }\n", "yaml")
    assert broken.problems and broken.problems[0].kind == "yaml"


def test_yaml_places_do_not_depend_on_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# é\na: &x \"ü\"\nb: plain ü # c\nc: |\n  x\n  y\nd: [1, *x, {e: ~}]\n---\nf: >-\n  folded\n  text\n...\n".encode()
    facts = extract_data("p.yaml", text, "yaml")
    monkeypatch.setattr("mldebt.extract.data.yaml.LOADER", SafeLoader)
    assert len(facts.settings) == 7 and extract_data("p.yaml", text, "yaml") == facts


def test_requirements_and_readme() -> None:
    facts = extract_data("requirements.txt", b"# c\nscikit_learn==1.2 \\\n  --hash=sha256:ab\n-r x.txt\npandas>=1 # why\n", "requirements")
    assert [(r.name, r.specifier) for r in facts.requirements] == [("scikit-learn", "==1.2"), ("pandas", ">=1")]
    readme = extract_data("README.md", b"hi\n```bash\n$ python train.py\n```\n", "markdown")
    assert readme.commands[0].words == ("python", "train.py") and readme.commands[0].start == "unknown"


def test_unusual_blanks_are_part_of_words() -> None:
    assert parse_shell("echo\u00a0a b#c")[0].words == ("echo\u00a0a", "b#c")


def test_json_settings_know_their_places() -> None:
    text = '{"a": {"b": [1, "x\\u00e9", true, null], "empty": []}, "n": -1.5e3, "big": 99999999999999999999, "half": "\\ud800"}'
    facts = extract_data("c.json", text.encode(), "json")
    assert [(s.keys, s.value) for s in facts.settings] == [
        (("a", "b", 0), 1), (("a", "b", 1), "xé"), (("a", "b", 2), True), (("a", "b", 3), None), (("a", "empty"), "[]"), (("n",), -1500.0),
        (("big",), "99999999999999999999"), (("half",), "?")]
    assert text[facts.settings[1].at : facts.settings[1].end] == '"x\\u00e9"' and facts.settings[4].empty == "[]"
    assert text[facts.settings[5].key_at :].startswith('"n"')


def test_json_of_records_is_no_configuration() -> None:
    assert not extract_data("d.json", b"[" + b'{"a": 1},' * 20 + b"2]", "json").settings
    assert extract_data("d.json", b'[{"a": 1}, 2]', "json").settings
    lines = extract_data("d.json", b'{"a": 1}\n{"a": 2}\n', "json")
    assert not lines.settings and lines.problems[0].kind == "json"
    assert extract_data("d.json", b"[" * 100_000, "json").problems


def test_ini_settings() -> None:
    text = "top = 1\n[a b]\n; no\nName : x = y\nlist =\n    one\n\n    # no\n    two\nflag\n[c]\nurl=%(top)s/x\n"
    facts = extract_data("setup.cfg", text.encode(), "ini")
    assert [(s.keys, s.value) for s in facts.settings] == [
        (("top",), "1"), (("a b", "Name"), "x = y"), (("a b", "list"), "one\ntwo"), (("a b", "flag"), None), (("c", "url"), "%(top)s/x")]
    assert text[facts.settings[1].at : facts.settings[1].end] == "x = y" and text[facts.settings[2].at :].startswith("one")


def test_environment_files() -> None:
    text = "# no\nexport ROOT=/data # why\nA=\"${ROOT}/a\\n\"\nB='${ROOT}#x'\nC = two words\nD=a#b\nE=\nbroken\n"
    facts = extract_data(".env", text.encode(), "env")
    assert dict(facts.variables) == {"ROOT": "/data", "A": "/data/a\n", "B": "${ROOT}#x", "C": "two words", "D": "a#b", "E": ""}
    assert [text[s.at : s.end] for s in facts.settings][:4] == ["/data", "${ROOT}/a\\n", "${ROOT}#x", "two words"]


def test_conda_environments_are_requirements() -> None:
    text = "channels: [x]\ndependencies:\n  - python=3.8\n  - conda-forge::scikit_learn>=1.2\n  - pip:\n    - 'torch==2.0'\n"
    facts = extract_data("environment.yml", text.encode(), "yaml")
    assert [(r.name, r.specifier, text[r.at : r.end]) for r in facts.requirements] == [
        ("python", "=3.8", "python=3.8"), ("scikit-learn", ">=1.2", "scikit_learn>=1.2"), ("torch", "==2.0", "torch==2.0")]
    assert not extract_data("Chart.yaml", b"dependencies: [redis]\n", "yaml").requirements


def test_sql_files_with_places_and_templates() -> None:
    text = """-- from nowhere
{{ config(materialized="table") }}
{% if fresh %} INSERT INTO b SELECT * FROM raw.t JOIN {{ ref('stg') }} z ON z.a = ';' {% endif %};
NOT SQL ((;
create table if not exists f.g as with q as (select 1) select * from h_{{ year }}, q;
select * from `p.d.events*`; drop table old; alter table n1 rename to n2
"""
    facts = extract_data("q.sql", text.encode(), "sql")
    assert {(use.table, use.mode, text[use.at : use.end]) for use in facts.tables} == {
        ("b", "append", "b"), ("t", "read", "t"), ("{{ ref('stg') }}", "read", "{{ ref('stg') }}"), ("g", "create", "g"),
        ("h_{{ year }}", "read", "h_{{ year }}"), ("events*", "read", "`p.d.events*`"), ("old", "drop", "old"),
        ("n1", "write", "n1"), ("n2", "rename", "n2")}


@pytest.mark.parametrize("asks", [
    'cd "$(dirname "$0")"', "cd `dirname $0`", 'HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" >/dev/null 2>&1 && pwd)"\ncd "$HERE"',
    "cd $(dirname $(realpath $0))",
])
def test_a_script_that_asks_for_its_own_folder(asks: str) -> None:
    last = parse_shell(f"{asks}\npython a.py\n")[-1]
    assert (last.words, last.folder, last.start) == (("python", "a.py"), "", "file")
    assert parse_shell(f"{asks}/..\npython a.py\n")[-1].folder in ("..", "${HERE}/..")
