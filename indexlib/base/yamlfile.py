"""YAML files from elsewhere: plain values only, within limits of size and depth, with the line of each key."""

from __future__ import annotations

from pathlib import Path

import yaml

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import t

MAX_BYTES = 100_000
#: Lists and groups inside each other; parameters need three, plans five.
MAX_DEPTH = 12
#: The parser in C, where PyYAML has it, is ten times as fast; it looks ahead, and so meets its own limit of depth first.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TOO_DEEP = "exceeded maximum nesting depth"


def read_yaml(path: Path, name: str) -> tuple[dict, dict[str, int]]:
    """Read a YAML file of ``key: value`` lines.

    Anchors, aliases and tags are refused, and so is a key that stands twice: the first value would be lost.

    Parameters
    ----------
    path : Path
    name : str
        File name for messages.

    Returns
    -------
    values : dict
        Texts (days too), numbers, truth values, lists and groups; keys are texts.
    lines : dict
        Line of each key, those of groups with dots: ``rules.rank_low``.

    Raises
    ------
    DataError
        What is wrong, with its line.
    """
    try:
        if path.exists() and not path.is_file():
            raise DataError([Problem(name, "", None, "", "unreadable", t("fault.not_a_file"))])
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or error
        raise DataError([Problem(name, "", None, "", "unreadable", t("params.unreadable", why=why))]) from None
    if len(data) > MAX_BYTES:
        raise DataError([Problem(name, "", None, "", "too_large", t("params.too_large", n=MAX_BYTES))])
    try:
        raw, lines = parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError([Problem(name, "", None, "", "encoding", t("data.encoding", byte=error.start))]) from None
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        why = t("fault.deep", n=MAX_DEPTH) if error.problem == TOO_DEEP else error.problem or error.context
        raise DataError([Problem(name, "", row, "", "yaml", t("params.yaml", why=why))]) from None
    except yaml.YAMLError as error:
        raise DataError([Problem(name, "", None, "", "yaml", t("params.yaml", why=str(error).split("\n")[0]))]) from None
    if not isinstance(raw, dict):
        raise DataError([Problem(name, "", None, "", "yaml", t("params.not_a_mapping"))])
    return raw, lines


def parse(text: str) -> tuple[object, dict[str, int]]:
    """Load YAML text; see :func:`read_yaml`.

    Examples
    --------
    >>> parse("place: hue\\nrules:\\n  rank_low: 0.3")
    ({'place': 'hue', 'rules': {'rank_low': 0.3}}, {'place': 1, 'rules': 2, 'rules.rank_low': 3})
    """
    _check_events(text)
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        lines: dict[str, int] = {}
        _check_keys(node, "", lines)
        return _construct(loader, node), lines
    finally:
        loader.dispose()


def _check_events(text: str) -> None:
    """Refuse what could unfold or nest without end before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem=t("params.alias"), problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem=t("fault.tag", tag=shown(event.tag)), problem_mark=event.start_mark)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=t("fault.deep", n=MAX_DEPTH), problem_mark=event.start_mark)


def _check_keys(node: yaml.Node, prefix: str, lines: dict[str, int]) -> None:
    """Note the line of each key; keys are single texts and stand once in their group."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, f"{prefix}[].", {})
    if not isinstance(node, yaml.MappingNode):
        return
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem=t("fault.key"), problem_mark=key.start_mark)
        key.tag = "tag:yaml.org,2002:str"  # "on", "2024" and "<<" are names here
        dotted = f"{prefix}{key.value}"
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=t("params.twice", key=shown(dotted)), problem_mark=key.start_mark)
        seen.add(key.value)
        lines[dotted] = key.start_mark.line + 1
        _check_keys(value, dotted + ".", lines)


def _construct(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    """Build the values; what looks like a number or date and is none is named with its line."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _construct(loader, value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item) for item in node.value]
    if node.tag == "tag:yaml.org,2002:timestamp":
        return node.value  # a day stays the text it is
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError):
        raise yaml.MarkedYAMLError(problem=t("fault.scalar", value=shown(node.value)), problem_mark=node.start_mark) from None
