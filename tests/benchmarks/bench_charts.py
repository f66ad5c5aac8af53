"""Charts: 30 figures made, and 30 figures written as PNG and SVG in one browser session.

The aim is that 30 charts cost under 10 s in all on two free cores.
Run: uv run pytest tests/benchmarks/bench_charts.py --benchmark-only -o addopts=""
"""

import pytest

from indexlib import charts, load_scores, standing
from indexlib.plan.order import finest


@pytest.fixture(scope="module")
def ranked():
    return standing(load_scores("papi"))


def make(ranked):
    components = finest(ranked.loc[ranked["year"] == 2024, "component"].drop_duplicates())
    drawn = [charts.history(ranked, "thanh_hoa", c, year=2024) for c in components[:14]]
    drawn += [charts.position(ranked, 2024, "thanh_hoa", c) for c in components[:14]]
    return [*drawn, charts.heat(ranked, "thanh_hoa", "papi", 2024), charts.tiles(ranked, 2024, "papi", "thanh_hoa")]


def test_make_30(benchmark, ranked):
    assert len(benchmark(make, ranked)) == 30


@pytest.mark.parametrize("formats", [{"svg": False}, {}], ids=["png", "png and svg"])
def test_write_30(benchmark, ranked, tmp_path, formats):
    figures = make(ranked)
    benchmark.pedantic(charts.export, (figures, tmp_path), formats, rounds=2)
