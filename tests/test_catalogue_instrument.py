"""The instrument that compares rows with real libraries, on modules that every Python has."""

from benchmarks.catalogue import Types, faults
from mldebt.knowledge.rows import AccessRow, CallRow, LibraryFile, TypeRow


def _judged(*rows: CallRow | TypeRow) -> list[str]:
    calls, types = tuple(row for row in rows if isinstance(row, CallRow)), tuple(row for row in rows if isinstance(row, TypeRow))
    file = LibraryFile("own", ("shutil", "pathlib", "own"), call=calls, type=types)
    return list(faults(file, Types([file])))


def test_right_rows_are_silent() -> None:
    assert _judged(
        CallRow("shutil.{copy,copyfile}", "copy", ("src", "dst"), read=AccessRow("src"), write=AccessRow("dst")),
        TypeRow("pathlib.Path"), CallRow("pathlib.Path.{write_text,read_text}", "write", write=AccessRow("self")),
        CallRow("pathlib.Path.rename", "move", ("target",)), CallRow("shutil.gone", "copy", former=True),
        TypeRow("own.Folder", stands_for=("pathlib.Path",)), CallRow("own.Folder.exists", "probe")) == []


def test_wrong_rows_are_named() -> None:
    assert _judged(CallRow("shutil.copied", "copy")) == ["shutil.copied: no such path"]
    assert _judged(TypeRow("own.Folder")) == ["own.Folder: no such path"]
    assert _judged(TypeRow("own.Folder", stands_for=("pathlib.Path",)), CallRow("own.Folder.gone", "probe")) == ["own.Folder.gone: no such path"]
    assert _judged(CallRow("shutil.move", "move", ("dst", "src")))[0].startswith("shutil.move: the row says (dst, src), the signature (src, dst")
    assert _judged(CallRow("shutil.move", "move", ("src", "dst"), write=AccessRow("target"))) == ["shutil.move: no parameter target"]
