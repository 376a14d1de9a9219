"""Formats other than Python: what extraction says of them."""

from mldebt.extract.data import extract_data
from mldebt.extract.data.shell import parse_shell


def test_shell_folder_loop_and_checks() -> None:
    found = parse_shell("set -e\ncd src && python a.py > out.txt\nset +e\nfor x in 1 2; do\n python b.py --n $x\ndone\necho end\n")
    assert [c.words for c in found] == [("python", "a.py"), ("python", "b.py", "--n", "1"), ("python", "b.py", "--n", "2"), ("echo", "end")]
    assert [c.checked for c in found] == [True, False, False, True]
    assert found[0].folder == "src" and found[0].redirect_out == "out.txt"


def test_yaml_settings_and_fault() -> None:
    facts = extract_data("p.yaml", b"a:\n  b: 3\n  c: [x, true]\n", "yaml")
    assert [(s.keys, s.value) for s in facts.settings] == [(("a", "b"), 3), (("a", "c", 0), "x"), (("a", "c", 1), True)]
    broken = extract_data("p.yaml", b"a: [1\nb: }\n", "yaml")
    assert broken.problems and broken.problems[0].kind == "yaml"


def test_requirements_and_readme() -> None:
    facts = extract_data("requirements.txt", b"# c\nscikit_learn==1.2\n-r x.txt\npandas>=1 # why\n", "requirements")
    assert [(r.name, r.specifier) for r in facts.requirements] == [("scikit-learn", "==1.2"), ("pandas", ">=1")]
    readme = extract_data("README.md", b"hi\n```bash\n$ python train.py\n```\n", "markdown")
    assert readme.commands[0].words == ("python", "train.py") and readme.commands[0].start == "unknown"


def test_unusual_blanks_are_part_of_words() -> None:
    assert parse_shell("echo\u00a0a b#c")[0].words == ("echo\u00a0a", "b#c")
