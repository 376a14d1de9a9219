"""YAML to flattened settings: composed nodes only, so that no tag is ever constructed."""

from __future__ import annotations

import yaml

from mldebt.extract.data.reading import MAX_SETTINGS, Draft, storable
from mldebt.model.facts import Scalar, Setting

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same nodes at the same places, several times faster
_MAX_TEXT, _MAX_DEPTH = 1_000_000, 60
_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}


def read_yaml(draft: Draft) -> None:
    """Fill the settings of a YAML file; a fault keeps the documents read before it."""
    if len(draft.text) > _MAX_TEXT:
        draft.fault("yaml", "file too large to read", whole=True)
        return
    try:
        for node in yaml.compose_all(draft.text, Loader=LOADER):
            if node is not None:
                _flatten(draft, node, (), -1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        draft.fault("yaml", error.problem or "cannot be parsed", mark.index if mark else 0)
    except (yaml.YAMLError, RecursionError) as error:
        draft.fault("yaml", str(error).splitlines()[0] if str(error) else "cannot be parsed", getattr(error, "position", 0))


def _flatten(draft: Draft, node: yaml.Node, keys: tuple[str | int, ...], key_at: int) -> None:
    """Add the leaves below one node, bounded in number and depth (aliases may repeat a node)."""
    if len(draft.settings) >= MAX_SETTINGS or len(keys) > _MAX_DEPTH:
        return
    at, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        draft.settings.append(Setting(keys, storable(_scalar(node)), at, end, key_at))
    elif not node.value:
        empty = "{}" if isinstance(node, yaml.MappingNode) else "[]"
        draft.settings.append(Setting(keys, empty, at, end, key_at, empty))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                _flatten(draft, value, keys, key_at)
            else:
                name = str(storable(key.value)) if isinstance(key, yaml.ScalarNode) else "?"
                _flatten(draft, value, (*keys, name), key.start_mark.index)
    else:
        for number, value in enumerate(node.value):
            _flatten(draft, value, (*keys, number), key_at)


def _scalar(node: yaml.ScalarNode) -> Scalar:
    """Return the value of a scalar by its resolved tag."""
    text, tag = str(node.value), node.tag.rsplit(":", 1)[-1]
    try:
        if tag == "int":
            return int(text.replace("_", ""), 0)
        if tag == "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    if tag == "bool":
        return _TRUTH.get(text.lower(), text)
    return None if tag == "null" else text
