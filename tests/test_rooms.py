"""The rooms of the library: what stands at the top, and who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "indexlib"
#: Rooms from the left to the right; a module imports only from rooms to the left of its own.
ROOMS = [["base"], ["data"], ["analysis"], ["plan"], ["intake", "charts"], ["content"], ["briefing", "widgets"], ["run"],
         ["cli"]]
#: The same inside two rooms.
INSIDE = {"intake": [["files"], ["table"], ["checks"], ["reading"], ["publishers"], ["recognise"], ["second_copy"],
                     ["indicator_addition", "questions"], ["addition", "check"], ["new_edition", "trial"],
                     ["component_table", "edition_rows", "recast"], ["plans"]],
          "briefing": [["office"], ["worksheets"], ["report", "slides", "workbook"], ["bundle"]]}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(name: str) -> Iterator[str]:
    """Modules of the library that a module imports, at its top or inside its functions."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        named = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are written out"
            named = [node.module if f"{node.module}.{a.name}" not in MODULES else f"{node.module}.{a.name}"
                     for a in node.names]
        yield from (n for n in named if n in MODULES and n != name)


def rank(order: list[list[str]]) -> dict[str, int]:
    return {room: i for i, rooms in enumerate(order) for room in rooms}


def part(name: str, depth: int) -> str:
    pieces = name.split(".")
    return pieces[depth] if len(pieces) > depth else ""


def against(order: list[list[str]], depth: int, inside: str = "") -> list[tuple[str, str]]:
    """Imports that go to the right, or to a neighbour, among the parts of a name at a depth."""
    place = rank(order)
    found = []
    for name in MODULES:
        for other in imports(name):
            here, there = part(name, depth), part(other, depth)
            if not here or not there or here == there or (inside and not part(name, 1) == inside == part(other, 1)):
                continue
            if place[there] >= place[here]:
                found.append((name, other))
    return sorted(set(found))


def test_the_top_holds_rooms_and_nothing_else():
    top = {p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"}
    assert top == {"__init__.py", "py.typed", *(room for rooms in ROOMS for room in rooms)}
    assert len(top) <= 13


def test_rooms_import_from_the_left_only():
    assert against(ROOMS, 1) == []


@pytest.mark.parametrize("room", INSIDE)
def test_the_order_holds_inside_the_larger_rooms(room):
    assert against(INSIDE[room], 2, room) == []


def test_no_import_goes_in_a_circle():
    TopologicalSorter({name: set(imports(name)) for name in MODULES}).prepare()  # CycleError names the circle


def test_the_rule_sees_imports_inside_functions():
    assert "indexlib.run.kernels" in set(imports("indexlib.run.execution"))
