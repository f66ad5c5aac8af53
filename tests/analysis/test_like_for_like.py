"""The sum of the parts measured alike: what it holds, what it leaves out, and when it is not offered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexlib import charts
from indexlib.analysis.like_for_like import LEAST_SHARE, like_for_like, reaches_back
from indexlib.base.problems import NoDataError
from indexlib.data.catalogue import load_catalogue

TOTALS = ["papi", *(f"papi.{d}" for d in range(1, 9))]


@pytest.fixture(scope="module")
def papi(scores):
    return like_for_like(scores, "papi", 2018, 2024)


def of(found, year, place="thanh_hoa"):
    f = found.figures
    return f[(f["year"] == year) & (f["place"] == place)].iloc[0]


def test_papi_2018_to_2024_is_eighteen_parts_and_six_tenths_of_the_scale(papi):
    assert papi.offered
    assert papi.weights is None
    assert papi.parts["alike"].sum() == 18
    assert papi.share == pytest.approx(0.604, abs=5e-3)
    left_out = papi.parts[~papi.parts["alike"]].set_index("component")["since"]
    assert left_out[["papi.6.4", "papi.1.1", "papi.5.2", "papi.8.3"]].tolist() == [2021, 2019, 2021, 2019]


def test_the_parts_are_those_of_the_table_of_comparability(papi):
    blocks = load_catalogue().comparability
    whole = blocks[(blocks["first_year"] <= 2018) & (blocks["last_year"] >= 2024)]["component"]
    alike = papi.parts.loc[papi.parts["alike"], "component"]
    assert set(alike) == set(whole) & {c for c in whole if c.startswith("papi.") and c.count(".") == 2}


def test_the_sum_equals_the_parts_in_every_place_and_year(papi, scores):
    alike = papi.parts.loc[papi.parts["alike"], "component"]
    own = scores[scores["component"].isin(alike) & scores["year"].between(2018, 2024)]
    by_hand = own.dropna(subset="score").groupby(["year", "place"])["score"].agg(["sum", "size"])
    by_hand = by_hand.loc[by_hand["size"] == 18, "sum"]
    found = papi.figures.set_index(["year", "place"])["score"]
    assert len(found) == len(by_hand) > 400
    np.testing.assert_allclose(found, by_hand.loc[found.index], rtol=1e-12)


def test_a_withheld_part_leaves_the_place_out_of_that_year(papi):
    """2018: dimensions 2 and 4 of Quảng Ninh and Đồng Tháp are withheld; 2021: Quảng Ninh altogether."""
    years = papi.figures.groupby("place")["year"].agg(set)
    assert not {2018, 2021, 2023} & years["quang_ninh"]
    assert 2018 not in years["dong_thap"]
    assert {2019, 2020, 2022, 2024} <= years["quang_ninh"]
    assert papi.figures.loc[papi.figures["year"] == 2018, "base"].eq(61).all()


def test_places_are_ranked_and_the_median_stands_beside_them(papi):
    for _, year in papi.figures.groupby("year"):
        assert year["median"].nunique() == 1
        assert year["median"].iloc[0] == pytest.approx(year["score"].median())
        assert year["rank"].min() == 1
        assert (year.sort_values("score", ascending=False)["rank"].is_monotonic_increasing)
        assert (year["base"] == len(year)).all()


def test_pci_2021_to_2024_by_the_weights_of_the_last_year(scores):
    """The published totals of Thanh Hóa come out in the years of those weights: 63.67, 66.79, 68.74."""
    found = like_for_like(scores, "pci", 2021, 2024)
    assert found.weights == (2022, 2024)
    assert found.share == pytest.approx(1)
    assert found.parts["alike"].sum() == 10
    for year, published in {2022: 63.67, 2023: 66.79, 2024: 68.74}.items():
        assert of(found, year)["score"] == pytest.approx(published, abs=0.03)


def test_pci_2021_to_2024_by_the_older_weights(scores):
    found = like_for_like(scores, "pci", 2021, 2024, weights_of=2021)
    assert found.weights == (2013, 2021)
    assert of(found, 2021)["score"] == pytest.approx(63.212193, abs=1e-4)
    assert of(found, 2022)["score"] == pytest.approx(60.9, abs=0.05)


def test_without_a_whole_panel_a_place_has_a_sum_and_no_rank(scores):
    """PCI 2024 is known of Thanh Hóa alone, 2023 of all."""
    found = like_for_like(scores, "pci", 2021, 2024)
    assert found.figures.loc[found.figures["year"] == 2024, "place"].tolist() == ["thanh_hoa"]
    assert of(found, 2024)[["rank", "base", "median"]].isna().all()
    assert of(found, 2023)["base"] == 63


def test_less_than_half_of_the_scale_is_not_offered(scores):
    """Dimension 5 lost construction permits and was rescaled in 2021: nothing is alike from 2018 to 2024."""
    found = like_for_like(scores, "papi.5", 2018, 2024)
    assert not found.offered
    assert found.share == 0
    assert found.figures.empty
    assert len(found.parts) == 4


def test_an_index_that_does_not_say_how_its_total_is_made_is_refused(scores):
    with pytest.raises(NoDataError):
        like_for_like(scores, "par", 2022, 2024)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(TOTALS), st.integers(2011, 2024), st.integers(0, 8))
def test_a_longer_span_never_has_more_parts_alike(scores, component, first, more):
    last = min(first + more, 2024)
    long, short = (like_for_like(scores, component, first, y) for y in (last, max(first, last - 1)))
    of_long, of_short = ({*p.loc[p["alike"], "component"]} for p in (long.parts, short.parts))
    assert of_long <= of_short
    assert 0 <= long.share <= 1
    assert long.offered == (long.share >= LEAST_SHARE)
    assert long.offered or long.figures.empty


@pytest.mark.parametrize("component", ["papi.2", "papi.4"])
def test_where_nothing_is_left_out_the_sum_is_the_dimension(scores, component):
    found = like_for_like(scores, component, 2018, 2024)
    assert found.share == 1
    own = scores[scores["component"] == component].set_index(["year", "place"])["score"]
    figures = found.figures.set_index(["year", "place"])["score"]
    np.testing.assert_allclose(figures, own.loc[figures.index], atol=2e-3)


@pytest.mark.parametrize(("component", "year", "first"), [("papi", 2024, 2018), ("pci", 2024, 2021), ("papi.6", 2024, 2018),
    ("papi.5", 2024, None), ("papi.6.2", 2024, None), ("par", 2024, None), ("papi", 2015, None)])
def test_how_far_back_a_sum_reaches(component, year, first):
    assert reaches_back(component, year) == first


@pytest.mark.parametrize(("component", "first"), [("papi", 2018), ("pci", 2021)])
@pytest.mark.parametrize("place", ["thanh_hoa", "ha_giang"])
def test_a_chart_draws_the_sum_and_the_history_a_line_that_goes_through(scores, component, first, place):
    sums = like_for_like(scores, component, first, 2024)
    own = sums.figures[sums.figures["place"] == place].set_index("year")["score"]
    alone = charts.alike(scores, place, component, year=2024)
    assert {r["year"]: r["score"] for r in alone.layout.meta["data"]} == pytest.approx(own.to_dict(), abs=1e-6)
    both = charts.history(scores, place, component, year=2024, through=True)
    shown = {r["year"]: r["alike"] for r in both.layout.meta["data"] if r.get("alike") is not None}
    assert shown == pytest.approx({y: v for y, v in own.items() if y in shown}, abs=1e-6)
    line = next(trace for trace in both.data if trace.name == "Phần so sánh được")
    assert list(line.x) == list(range(int(own.index.min()), int(own.index.max()) + 1))
    for words in (alone.layout.annotations[-1].text, both.layout.annotations[-1].text):
        plain = words.replace("<br>", " ").replace("\u00a0", " ")
        assert "tự tính" in plain
        assert ("trọng số của 2022-2024" if component == "pci" else "18 trong 29") in plain


def test_a_place_withheld_in_a_year_has_no_sum_there(scores):
    """Quảng Ninh: nothing of PAPI in 2021 and 2023; dimensions 2 and 4 in 2018."""
    found = like_for_like(scores, "papi", 2018, 2024).figures
    assert set(found.loc[found["place"] == "quang_ninh", "year"]) == {2019, 2020, 2022, 2024}
