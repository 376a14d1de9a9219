"""What a notebook's magics do to its program: `%run` executes a file in it, `%%writefile` writes one."""

from __future__ import annotations

from posixpath import normpath, splitext
from typing import TYPE_CHECKING

from mldebt.extract.magic_commands import run_target
from mldebt.flow.words import word_pattern
from mldebt.model import ir
from mldebt.model.events import Access
from mldebt.model.pattern import pattern

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def perform_magic(run: Interpreter, node: ir.Magic, frame: Frame) -> None:
    """Do what a magic does; commands of magics are programs of their own and known to the project."""
    if node.kind == "line" and node.name == "run":
        _run_file(run, node, frame)
    elif node.kind == "cell" and node.name in ("writefile", "file"):
        _write_file(run, node, frame)


def _run_file(run: Interpreter, node: ir.Magic, frame: Frame) -> None:
    """Execute another file of the project as a main program in this one and take over its names."""
    target = run_target(node)
    path = normpath(f"{frame.path.rpartition('/')[0]}/{target}".lstrip("/")) if target else ""
    if path in run.project.modules and path != frame.path:
        place = run.place(frame, node)
        included = run.modules.include(path)
        frame.trace.call(place, included.trace)
        for name, value in included.names.items():
            frame.set(name, value)


def _write_file(run: Interpreter, node: ir.Magic, frame: Frame) -> None:
    words = [word for word in node.text.partition("\n")[0].split() if not word.startswith("-")]
    if words:
        path = pattern(*word_pattern(words[-1].strip("'\"")).parts)
        access = Access("file", path, "cwd", splitext(words[-1])[1].lstrip("."), home=frame.path)
        run.emit(frame, "write", run.place(frame, node), access=access, api=f"%%{node.name}")
