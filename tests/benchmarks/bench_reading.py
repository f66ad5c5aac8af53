"""Speed of reading each official workbook, beside pandas.read_excel with openpyxl or xlrd on the same file.

Run: uv run pytest tests/benchmarks/bench_reading.py --benchmark-only -o addopts="" -s
"""

import time
import warnings
from pathlib import Path
from statistics import median

import pandas as pd
import pytest

from indexlib.intake.recognise import read_published

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "published"
WORKBOOKS = sorted(PUBLISHED.glob("p*/P*.xls*"))
#: Workbooks that do not say their year.
YEARS = {"PCI_2005.xls": 2005, "PCI_2023_indicators_vi.xlsx": 2023}
pytestmark = pytest.mark.skipif(not WORKBOOKS, reason="the official workbooks (../shared) are not at hand")


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name)
def test_reading_a_workbook(benchmark, path):
    """Under 1 s, and faster than pandas takes for the cells of the same sheets alone."""
    year, engine = YEARS.get(path.name), "xlrd" if path.suffix == ".xls" else "openpyxl"
    pandas: list[float] = []

    def pandas_first():
        """In turns, since a shared machine is faster at one moment than at the next."""
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pd.read_excel(path, sheet_name=None, header=None, engine=engine)
        pandas.append(time.perf_counter() - start)
        return (path,), {"year": year}

    read_published(path, year=year)
    reading = benchmark.pedantic(read_published, setup=pandas_first, rounds=25 if engine == "xlrd" else 5)
    assert len(reading.scores) > 400
    # Medians of what ran in turns: a disturbance meets both.
    ours, theirs = benchmark.stats.stats.median, median(pandas)
    benchmark.extra_info["times faster than pandas"] = round(theirs / ours, 2)
    print(f"\n{path.name}: {ours:.3f} s, {theirs / ours:.2f} times faster than pandas with {engine}")
    assert ours < 1 and ours < theirs
