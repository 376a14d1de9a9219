"""How library calls compute constants, paths and containers: one function a primitive, named in `rules/`."""

from __future__ import annotations

from collections.abc import Callable

from mldebt.flow.configuration import loaders
from mldebt.flow.instantiation import makers
from mldebt.flow.options import parsers
from mldebt.flow.primitives import callables, containers, environment, paths, stages, texts
from mldebt.flow.value import Value

PRIMITIVES: dict[str, Callable[..., Value]] = {
    **paths.PRIMITIVES, **texts.PRIMITIVES, **containers.PRIMITIVES, **callables.PRIMITIVES, **environment.PRIMITIVES, **parsers(),
    **loaders(), **makers(), **stages.PRIMITIVES,
}
