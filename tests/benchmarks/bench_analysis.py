"""Speed of the analysis: the whole bundled panel, trends against a loop, and a country of communes.

Run: uv run pytest tests/benchmarks --benchmark-only -o addopts=""
"""

import resource
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import indexlib as ix
from indexlib.data import files
from indexlib.plan.review import assess
from indexlib.plan.settings import Grades, Rules

COMMUNES, COMPONENTS, YEARS, LAST = 3321, 60, 6, 2024


def test_whole_analysis_of_all_provinces(benchmark):
    """Standing, change, noise, trend and flags of every province, component and year: under 1 s."""
    scores = ix.load_scores()
    assess(scores, Rules(), Grades(), 2022)
    result = benchmark.pedantic(assess, (scores, Rules(), Grades(), 2022), rounds=5)
    assert len(result) > 33000


def test_trends_against_a_loop_over_pymannkendall(benchmark):
    """At least 50 times faster than pymannkendall's original_test and sens_slope called series by series."""
    pymannkendall = pytest.importorskip("pymannkendall")
    scores = ix.load_scores()
    found = ix.trends(scores)
    known = scores[scores["score"].notna()]
    groups = {k: g.set_index("year")["score"] for k, g in known.groupby(["place", "component"])}
    rows = list(found.iloc[::10].itertuples(index=False))
    start = time.perf_counter()
    for row in rows:
        y = groups[row.place, row.component].loc[row.first_year:row.last_year].to_numpy()
        if len(y) > 2:
            assert pymannkendall.original_test(y).s == row.s
    loop = (time.perf_counter() - start) * 10
    benchmark.pedantic(ix.trends, (scores,), rounds=5)
    benchmark.extra_info["times faster than the loop"] = round(loop / benchmark.stats.stats.min, 1)
    print(f"\ntrends: {loop / benchmark.stats.stats.min:.0f} times faster than a loop over pymannkendall")


@pytest.fixture(scope="module")
def communes(tmp_path_factory):
    """A data folder with 3321 communes and a generated panel of 1,2 million scores."""
    return country(tmp_path_factory.mktemp("communes") / "data")


def country(folder: Path, years: int = YEARS):
    """A copy of the data with every commune of the country, and scores of 60 components over some years."""
    shutil.copytree(files.data_dir(), folder)
    places = pd.read_csv(folder / "places/places.csv", dtype=str, keep_default_na=False)
    parents = places.loc[(places["level"] == "province") & (places["last_year"] == ""), "code"].tolist()
    made = pd.DataFrame({"code": [f"xa_{i}" for i in range(COMMUNES)],
                         "name_vi": [f"Xã số {i}" for i in range(COMMUNES)],
                         "name_en": [f"Commune {i}" for i in range(COMMUNES)], "level": "commune",
                         "parent": [parents[i % len(parents)] for i in range(COMMUNES)]})
    pd.concat([places, made]).fillna("").to_csv(folder / "places/places.csv", index=False)
    blocks = pd.read_csv(folder / "catalogue/comparability.csv", dtype=str, keep_default_na=False)
    codes = pd.read_csv(folder / "catalogue/components.csv")["component"].tolist()[:COMPONENTS]
    one = pd.DataFrame({"component": codes, "first_year": str(LAST - years + 1), "last_year": str(LAST), "scale_min": "0",
                        "scale_max": "10", "evidence": "data"})
    kept = blocks[~blocks["component"].isin(codes)]
    pd.concat([kept, one]).fillna("").to_csv(folder / "catalogue/comparability.csv", index=False)
    return folder, panel(made["code"].to_numpy(dtype=object), np.array(codes, dtype=object), years)


def panel(places, codes, years):
    rng = np.random.default_rng(1)
    shape = (len(places), len(codes), years)
    level = 5 + rng.standard_normal((*shape[:2], 1)) + np.cumsum(0.1 * rng.standard_normal(shape), axis=2)
    score = np.clip(level + 0.2 * rng.standard_normal(shape), 0, 10).round(4)
    p, c, y = (a.ravel() for a in np.indices(shape))
    frame = pd.DataFrame({"year": LAST - years + 1 + y, "place": places[p], "component": codes[c], "score": score.ravel()})
    return frame.assign(rank=np.nan, rank_base=np.nan, ci_low=np.nan, ci_high=np.nan, source="x", note="")


@pytest.mark.parametrize("share", [8, 4, 2, 1])
def test_communes_of_the_whole_country(benchmark, communes, monkeypatch, share):
    """1,2 million rows in under 10 s and 1,5 GB, growing linearly."""
    folder, scores = communes
    monkeypatch.setenv("INDEXLIB_DATA", str(folder))
    part = scores[scores["place"].isin(scores["place"].unique()[::share])]
    benchmark.pedantic(assess, (part, Rules(), Grades(), 2022), rounds=1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform != "darwin" else 1e9)
    seconds = benchmark.stats.stats.min
    print(f"\n{len(part)} rows: {seconds:.2f} s, {1e6 * seconds / len(part):.2f} s a million rows, peak {peak:.2f} GB")


if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__)), "--benchmark-only", "-o", "addopts=", "-s"]))
