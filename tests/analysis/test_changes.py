"""Yearly changes: only inside one block, never over a withheld or missing year, judged as published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import series

from indexlib import changes, load_withheld

REASONS = {"edge", "withheld", "rank_only", "no_score_before"}


@pytest.fixture(scope="module")
def moved(scores):
    return changes(scores)


def one(moved, year, place, component):
    return moved[(moved["year"] == year) & (moved["place"] == place) & (moved["component"] == component)].iloc[0]


def test_papi_2024_of_thanh_hoa_three_dimensions_fell_and_five_rose(moved):
    own = moved.query("place == 'thanh_hoa' and year == 2024").set_index("component")["change"]
    fell = {n for n in range(1, 9) if own[f"papi.{n}"] < 0}
    assert fell == {1, 2, 6}
    assert own["papi"] == pytest.approx(0.6665, abs=5e-5)
    assert own[[f"papi.{n}" for n in range(1, 9)]].sum() == pytest.approx(own["papi"], abs=3e-5)


@pytest.mark.parametrize("component, year", [
    ("papi.3.2", 2021), ("papi.5.1", 2021), ("papi.5.3", 2021), ("papi.5.4", 2021), ("papi.6.4", 2021), ("papi", 2021),
    ("papi.5", 2021), ("papi", 2018), ("pci", 2022), ("pci", 2021)])
def test_nothing_is_compared_across_an_edge(moved, component, year):
    rows = moved.query("component == @component and year == @year")
    assert len(rows) >= 35
    assert not rows["comparable"].any()
    assert rows[["change", "change_published", "median_change"]].isna().all(axis=None)
    assert set(rows["reason"]) == {"edge"}


def test_a_change_stays_inside_one_block(moved, catalogue):
    compared = moved[moved["comparable"]]
    before = catalogue.with_block(compared.assign(year=compared["year"] - 1))["block"]
    assert (before.to_numpy() == compared["block"].to_numpy()).all()
    assert (compared["previous_year"] == compared["year"] - 1).all()
    np.testing.assert_allclose(compared["change"], compared["score"] - compared["previous"])


def test_a_missing_change_always_has_its_reason(moved):
    assert (moved["comparable"] == moved["change"].notna()).all()
    assert set(moved.loc[~moved["comparable"], "reason"]) <= REASONS
    assert (moved.loc[~moved["comparable"], "reason"] != "").all()
    assert set(moved.loc[moved["comparable"], "reason"]) == {""}


def test_a_withheld_year_is_not_bridged(moved):
    """Quảng Ninh was withheld in 2023: 2024 is not compared with 2022."""
    row = one(moved, 2024, "quang_ninh", "papi")
    assert (row["comparable"], row["reason"], row["previous_year"]) == (False, "withheld", 2023)
    held = load_withheld().assign(year=lambda f: f["year"] + 1)
    after = moved.merge(held[["year", "place", "component"]], on=["year", "place", "component"])
    assert len(after) > 200
    assert not after["comparable"].any()
    assert set(after["reason"]) == {"withheld", "edge"}


def test_a_missing_year_is_not_bridged():
    moved = changes(series("papi.6.2", {2018: 1.5, 2020: 1.4, 2021: 1.3}))
    assert moved["comparable"].tolist() == [False, False, True]
    assert moved.loc[1, "reason"] == "no_score_before"


def test_where_only_ranks_are_published_the_reason_is_that(moved):
    assert one(moved, 2023, "thanh_hoa", "par")["reason"] == "rank_only"
    assert one(moved, 2024, "thanh_hoa", "par")["reason"] == "edge"
    assert one(moved, 2024, "thanh_hoa", "sipas")["reason"] == "rank_only"


def test_the_first_score_of_a_component_has_none_before_it(moved):
    assert one(moved, 2011, "thanh_hoa", "papi")["reason"] == "no_score_before"


@pytest.mark.parametrize("before, now, published", [
    (1.43001, 1.42996, 0.0),      # both print as 1,4300: not a fall
    (1.43006, 1.43004, -0.0001),  # 1,4301 and 1,4300: a fall in the last printed decimal
    (1.4300, 1.4400, 0.01), (2.00005, 2.00004, -0.0001)])
def test_falls_are_judged_at_the_published_decimals(before, now, published):
    moved = changes(series("papi.6.2", {2022: before, 2023: now}))
    assert moved.loc[1, "change"] == pytest.approx(now - before, abs=1e-12)
    assert moved.loc[1, "change_published"] == pytest.approx(published, abs=1e-9)


def test_the_national_change_is_the_median_of_all_places_of_whole_panels(moved):
    papi = moved.query("component == 'papi' and year == 2024")
    assert (papi["median_change"] == papi["median_change"].iloc[0]).all()
    assert papi["median_change"].iloc[0] == pytest.approx(papi["change"].median())
    for component in ("pci.4", "par", "sipas"):
        rows = moved[(moved["component"] == component) & (moved["year"] == 2024)]
        assert rows["median_change"].isna().all()


def test_a_cut_down_panel_has_changes_but_no_national_change(scores):
    cut = scores.query("component == 'papi' and place in ['thanh_hoa', 'nghe_an']")
    moved = changes(cut)
    assert moved["comparable"].any()
    assert moved["median_change"].isna().all()


def test_rows_come_back_in_their_order(scores, moved):
    keys = ["year", "place", "component"]
    pd.testing.assert_frame_equal(moved[keys].reset_index(drop=True), scores[keys], check_dtype=False)
