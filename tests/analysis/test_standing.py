"""Rank, group, median: computed from whole panels only, and marked as computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexlib import changes, load_places, load_scores, load_withheld, standing, trends
from indexlib.analysis.standing import GROUPS
from indexlib.base.problems import ChoiceError
from indexlib.data.scores import COLUMNS

OF_PANEL = ["median", "low_quarter", "percentile", "gap"]


@pytest.fixture(scope="module")
def stood(scores):
    return standing(scores)


def one(stood, year, place, component):
    return stood[(stood["year"] == year) & (stood["place"] == place) & (stood["component"] == component)].iloc[0]


def papi_2020(values: list[float], component: str = "papi.1") -> pd.DataFrame:
    """A panel of PAPI 2020: the provinces of the year in order of code with the values given, and no others."""
    codes = sorted(p.code for p in load_places().valid(2020))[: len(values)]
    return pd.DataFrame({"year": 2020, "place": codes, "component": component, "score": values, "source": "papi-11",
                         "note": ""}, columns=COLUMNS).astype(dict.fromkeys(["rank", "rank_base", "ci_low", "ci_high"],
                         float))


def test_thanh_hoa_in_papi_2024_is_13_of_61_and_computed(stood):
    row = one(stood, 2024, "thanh_hoa", "papi")
    assert (row["rank"], row["base"], row["rank_kind"]) == (13, 61, "computed")
    assert (row["scored"], row["expected"], row["panel"]) == (61, 63, "complete")


@pytest.mark.parametrize("year, place, rank", [(2018, "thanh_hoa", 11), (2017, "quang_ninh", 32),
    (2024, "quang_ninh", 1)])
def test_computed_papi_places_are_those_the_press_reported(stood, year, place, rank):
    assert one(stood, year, place, "papi")["rank"] == rank


@pytest.mark.parametrize("year, place, rank", [(2024, "thanh_hoa", 21), (2021, "thanh_hoa", 43),
    (2019, "ho_chi_minh", 14)])
def test_a_printed_pci_rank_stays_as_printed(stood, year, place, rank):
    row = one(stood, year, place, "pci")
    assert (row["rank"], row["base"], row["rank_kind"]) == (rank, 63, "published")


@pytest.mark.parametrize("year, sizes, printed", [
    (2017, (16, 16, 15, 16), 63), (2019, (16, 16, 15, 16), 63), (2020, (16, 16, 15, 16), 16), (2022, (16, 16, 15, 14), 61),
    (2023, (15, 16, 16, 14), 29), (2024, (16, 15, 15, 15), 0)])
def test_groups_are_as_many_as_papi_printed_and_ours_are_marked(stood, year, sizes, printed):
    """Of 2020 only the first group is known, of 2023 the first and the last, of 2024 none."""
    own = stood.query("component == 'papi' and year == @year")
    assert own["group"].astype(str).value_counts().reindex(GROUPS).tolist() == list(sizes)
    assert (own["group_kind"] == "published").sum() == printed
    assert own.sort_values("score", ascending=False)["group"].astype(str).map(GROUPS.index).is_monotonic_increasing


@pytest.mark.parametrize("year, place, group, kind", [(2022, "dong_thap", "upper_middle", "published"),
    (2022, "phu_yen", "lower_middle", "published"), (2023, "vinh_phuc", "upper_middle", "computed"),
    (2023, "dak_lak", "upper_middle", "computed"), (2023, "dong_nai", "low", "published"),
    (2024, "thanh_hoa", "high", "computed")])
def test_places_at_the_edge_of_a_group_stand_as_printed(stood, year, place, group, kind):
    row = one(stood, year, place, "papi")
    assert (row["group"], row["group_kind"]) == (group, kind)


def test_the_groups_of_dimensions_are_ours(stood):
    assert set(stood.loc[stood["component"] != "papi", "group_kind"]) == {"", "computed"}


def test_a_withheld_place_is_never_ranked_nor_counted(stood):
    keys = ["year", "place", "component"]
    assert stood.merge(load_withheld(), on=keys).empty
    held = load_withheld().groupby(["year", "component"]).size().rename("held").reset_index()
    ranked = stood[stood["rank_kind"] == "computed"].merge(held, on=["year", "component"])
    assert len(ranked) > 1000
    assert (ranked["base"] == 63 - ranked["held"]).all()


def test_every_rank_has_its_base_and_kind(stood):
    ranked = stood["rank"].notna()
    assert (ranked == stood["base"].notna()).all()
    assert (ranked == (stood["rank_kind"] != "none")).all()
    assert (stood["rank"] <= stood["base"])[ranked].all()


@pytest.mark.parametrize("component, year", [
    ("par", 2023), ("sipas", 2023), ("pci", 2022), ("pci.4", 2022), ("pci.4", 2024), ("par.1", 2021)])
def test_a_partial_panel_gives_no_median_quarter_group_or_computed_rank(stood, component, year):
    rows = stood.query("component == @component and year == @year")
    assert len(rows) > 0
    assert set(rows["panel"]) == {"partial"}
    assert rows[OF_PANEL].isna().all(axis=None)
    assert set(rows["group"]) == {""}
    assert set(rows["rank_kind"]) <= {"published", "none"}


@pytest.mark.parametrize("keep", [62, 40, 1])
def test_a_cut_down_panel_is_not_computed_on(keep):
    stood = standing(papi_2020(np.linspace(4, 6, keep).tolist()))
    assert set(stood["rank_kind"]) == {"none"}
    assert stood[["rank", "base", *OF_PANEL]].isna().all(axis=None)


def test_one_place_of_the_bundled_panel_alone_is_refused(scores):
    with pytest.raises(ChoiceError, match="1 trong 6"):
        standing(scores.query("place == 'thanh_hoa' and component == 'papi'"))


@pytest.mark.parametrize("year", [2018, 2021, 2024])
def test_one_year_alone_is_a_whole_panel(stood, scores, year):
    """The withheld places have no row in it, and are counted as withheld all the same."""
    alone = standing(load_scores("papi").query("year == @year"))
    whole = stood[(stood["year"] == year) & stood["component"].str.startswith("papi")]
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), whole.reset_index(drop=True), check_dtype=False)


def test_ties_share_the_better_place_and_the_next_is_skipped():
    values = [7.0, 6.5, 6.5, 6.0, *np.linspace(5, 3, 59)]
    ranks = standing(papi_2020(values))["rank"].tolist()
    assert ranks[:4] == [1, 2, 2, 4]


def test_all_equal_scores_are_all_first_and_nobody_is_below():
    stood = standing(papi_2020([5.0] * 63))
    assert set(stood["rank"]) == {1}
    assert set(stood["percentile"]) == {0}
    assert not (stood["score"] < stood["low_quarter"]).any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1000, 9999).map(lambda n: n / 1000), min_size=63, max_size=63))
def test_rank_is_one_more_than_the_number_of_better_places(values):
    stood = standing(papi_2020(values))
    x = np.array(values)
    assert stood["rank"].tolist() == [1 + (x > v).sum() for v in x]
    np.testing.assert_allclose(stood["percentile"], [100 * (x < v).sum() / 62 for v in x])
    np.testing.assert_allclose(stood["median"], np.median(x))
    np.testing.assert_allclose(stood["low_quarter"], np.quantile(x, 0.25))


def test_share_is_of_the_scale_and_missing_without_a_printed_maximum(stood):
    row = one(stood, 2024, "thanh_hoa", "papi")
    assert row["share"] == pytest.approx((44.87075 - 8) / 72)
    assert np.isnan(one(stood, 2021, "thanh_hoa", "par.7")["share"])
    assert stood["share"].dropna().between(-1e-4, 1 + 1e-4).all()


def test_rows_come_back_in_their_order(scores, stood):
    keys = ["year", "place", "component"]
    pd.testing.assert_frame_equal(stood[keys].reset_index(drop=True), scores[keys], check_dtype=False)
    mixed = load_scores("papi").query("year == 2020").sample(frac=1, random_state=1)
    assert standing(mixed)["place"].tolist() == mixed["place"].tolist()


@pytest.mark.parametrize("analyse", [standing, changes, trends])
def test_an_empty_table_of_scores_gives_an_empty_answer(analyse, scores):
    assert len(analyse(scores.head(0))) == 0
