"""Speed of reading each official workbook, beside pandas.read_excel with openpyxl or xlrd on the same file.

Run: uv run pytest tests/benchmarks/bench_reading.py --benchmark-only -o addopts="" -s
"""

import time
import warnings
from pathlib import Path

import pandas as pd
import pytest

from indexlib.readers import read_published

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "published"
WORKBOOKS = sorted(PUBLISHED.glob("p*/P*.xls*"))
#: Workbooks that do not say their year.
YEARS = {"PCI_2005.xls": 2005, "PCI_2023_indicators_vi.xlsx": 2023}
pytestmark = pytest.mark.skipif(not WORKBOOKS, reason="the official workbooks (../shared) are not at hand")


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name)
def test_reading_a_workbook(benchmark, path):
    """Under 1 s, and faster than pandas takes for the cells of the same sheets alone."""
    year = YEARS.get(path.name)
    read_published(path, year=year)
    reading = benchmark.pedantic(read_published, (path,), {"year": year}, rounds=15)
    assert len(reading.scores) > 400
    engine = "xlrd" if path.suffix == ".xls" else "openpyxl"
    pandas = []
    for _ in range(15 if engine == "xlrd" else 3):  # the two are close there
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pd.read_excel(path, sheet_name=None, header=None, engine=engine)
        pandas.append(time.perf_counter() - start)
    ours = benchmark.stats.stats.min
    benchmark.extra_info["times faster than pandas"] = round(min(pandas) / ours, 1)
    print(f"\n{path.name}: {ours:.3f} s, {min(pandas) / ours:.1f} times faster than pandas with {engine}")
    assert ours < 1 and ours < min(pandas)
