"""Names of a file: what is read where, under which tests, and which names code that is never reached asks for."""

from __future__ import annotations

from mldebt.extract.python import extract_python
from mldebt.link.bindings import Names
from mldebt.link.modules import imports
from mldebt.model.facts import decode_body


def reads(source: str) -> dict[str, tuple[str, bool, int]]:
    """Return for each name that is read and bound nowhere: the kind of scope that reads it, whether it is guarded, under how many tests."""
    names = Names(extract_python("m.py", source.encode(), False))
    return {node.id: (stretch.scope.kind, stretch.guarded, len(stretch.tests)) for stretch in names.stretches for node in stretch.names
            if names.find(node.id, stretch.scope) is None}


def test_reads_are_of_their_scope_and_under_the_tests_around() -> None:
    source = "def f(x):\n    if x:\n        return a(x)\n    else:\n        b(lambda y: y and c)\n    return [z for z in d if (x := z)]\n"
    assert reads(source) == {"a": ("function", False, 1), "b": ("function", False, 1), "c": ("function", False, 2), "d": ("comprehension", False, 1)}


def test_what_is_never_reached_or_asked_for_is_guarded() -> None:
    source = "for x in range(3):\n    a\n    continue\n    b\nwith c:\n    raise d\n    e\ntry:\n    f\nexcept NameError:\n    g\n"
    found = {name: guarded for name, (_, guarded, _) in reads(source).items()}
    assert [name for name, guarded in found.items() if guarded] == ["b", "e", "f"]
    assert {"a", "c", "d", "g"} <= found.keys()


def test_a_class_binds_for_its_body_alone() -> None:
    assert reads("class A:\n    a = 1\n    b = a\n    def f(self):\n        return a\n") == {"a": ("function", False, 0)}


def test_imports_are_found_in_every_block() -> None:
    source = "try:\n    import a\nexcept E:\n    import b\nelse:\n    import c\nmatch x:\n    case 1:\n        import d\nwith y:\n    import e\n"
    found = imports(decode_body(extract_python("m.py", source.encode(), False).bodies[0]))
    assert [node.aliases[0].name for node in found] == ["a", "c", "b", "d", "e"]
