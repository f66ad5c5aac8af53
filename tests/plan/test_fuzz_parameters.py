"""Damaged and hostile parameters: parameters that hold, or an error of the library, never a traceback, never a hang."""

from __future__ import annotations

import ast

import pytest
from conftest import in_part
from fuzzing import HOSTILE, attempt, cases, in_memory, spoil_text

from indexlib import read_params
from indexlib.data import lookup
from indexlib.plan.settings import Params, check_params

FULL = """place: thanh_hoa
year: 2024
plan: ha_bac_2023_2025
language: vi
focus: 8
rules:
  score_fell: 0.0
  trend_down: 4
  rank_low: 0.25
  score_low: median
  not_improved: plan
grades: {a: 0.95, b: 0.8}
peers: [Nghệ An, "Thừa Thiên - Huế"]
targets:
  papi: {rank: 10}
  pci: {total: 70.0}
"""


@pytest.fixture(scope="module")
def folder():
    with in_memory() as folder:
        yield folder


@pytest.mark.parametrize("count", in_part(625, 5_000))
def test_parameters(folder, count):
    path, good = folder / "a_2024.yml", 0
    for name, pick in cases("params", count):
        path.write_bytes(spoil_text(FULL, pick))
        found = attempt(name, lambda: read_params(path))
        if isinstance(found, Params):
            good += 1
            assert 2000 <= found.year <= 2100 and lookup.find_place(found.place, found.year), name
    assert good > 0  # some damage is harmless


@pytest.mark.parametrize("count", in_part(50, 400))
def test_parameters_of_notebooks(folder, count):
    """What a notebook is run with by hand: any Python value."""
    pools = [
        *HOSTILE,
        None,
        True,
        0,
        -1,
        2.5,
        float("nan"),
        float("inf"),
        10**400,
        [],
        {},
        [[]],
        {"a": {}},
        b"x",
        ["x"] * 30,
        {1: 2},
    ]
    for name, pick in cases("values", count):
        raw = {"place": "thanh_hoa", "year": 2024}
        for _ in range(pick.choice([1, 1, 2, 3])):
            raw[pick.choice([*Params.model_fields, pick.choice(HOSTILE)])] = pick.choice(pools)
        if pick.random() < 0.3:
            raw["rules"] = {
                pick.choice(["rank_low", "trend_down", "score_low", pick.choice(HOSTILE)]): pick.choice(pools)
            }
        attempt(name, lambda: check_params(raw))  # noqa: B023


@pytest.mark.parametrize("count", in_part(75, 600))
def test_texts_stay_data_in_the_cell_that_papermill_writes(count):
    """The code that papermill makes of parameters holds literals and nothing else."""
    from papermill.translators import PythonTranslator

    for name, pick in cases("cell", count):
        text = "".join(
            pick.choice([*HOSTILE, "\n", "'", '"', "\\", "#", "__import__('os').system('x')"]) for _ in range(3)
        )
        values = Params.model_construct(place=text, peers=[text, "x"], rules={"score_low": text}).model_dump(
            warnings=False
        )
        tree = ast.parse(PythonTranslator.codify(values))
        read = {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body}
        assert read == values, name
