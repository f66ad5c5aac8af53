"""What matters first: the order, its fallbacks, and the places kept for each index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexlib.analysis.next_year import COLUMNS
from indexlib.plan import order
from indexlib.plan.lasting import graded
from indexlib.plan.review import assess
from indexlib.plan.settings import Grades, Rules


@pytest.fixture(scope="module")
def assessed(scores):
    return assess(scores, Rules(), Grades(), 2022)


@pytest.fixture(scope="module")
def here(assessed):
    def cut(year, place="thanh_hoa"):
        return assessed[(assessed["year"] == year) & (assessed["place"] == place)].reset_index(drop=True)
    return cut


def test_2024_takes_up_what_is_low_and_not_what_is_high(here):
    """PAPI 3.1 is 50th of 61, 1.3 is 17th; PCI 4 lost 1.03."""
    first = order.focus(here(2024))["component"].tolist()
    assert len(first) == 8
    assert {"papi.3.1", "papi.6.2", "pci.4"} <= set(first)
    assert "papi.1.3" not in first
    assert order.fallen_totals(here(2024))["component"].tolist() == ["sipas"]


def test_2023_takes_up_the_three_lowest_sub_indices_of_pci(here):
    """PCI 1, 5, 6: 49, 54, 56 of 63."""
    first = order.focus(here(2023)).set_index("component")
    assert {"pci.1", "pci.5", "pci.6"} <= set(first.index)
    assert set(first.loc[["pci.1", "pci.5", "pci.6"], "basis"]) == {"gap"}, "the model does not speak for PCI"
    assert order.fallen_totals(here(2023))["component"].tolist() == ["papi", "par"]  # SIPAS is measured anew


def test_each_index_has_a_row_and_none_more_than_six_while_another_has_candidates(assessed):
    some = sorted(assessed["place"].unique())[::6]
    asked = assessed["year"].isin([2019, 2023, 2024]) & assessed["place"].isin(some)
    for _, frame in assessed[asked].groupby(["year", "place"]):
        ranked = order.order(frame)
        first = order.focus(frame)
        ranked = ranked[ranked["component"].isin(order.finest(frame["component"]))]
        assert len(first) == min(8, len(ranked))
        assert set(first["index"]) == set(ranked["index"])
        worst = ranked.drop_duplicates("index")["component"]
        assert set(worst) <= set(first["component"])
        count, at_hand = first["index"].value_counts(), ranked["index"].value_counts()
        for index in count[count > 6].index:
            others = at_hand.index != index
            assert (count.reindex(at_hand.index[others]) == at_hand[others]).all(), "another index has candidates left"


def test_what_the_plan_emphasises_stands_first(here):
    first = order.focus(here(2023))
    assert first["emphasised"].tolist() == sorted(first["emphasised"], reverse=True)
    for _, part in first.groupby("emphasised"):
        assert part["priority"].is_monotonic_decreasing


def test_emphasised_means_a_low_score_that_ranks_low_or_has_been_falling(here):
    ranked = order.order(here(2024)).set_index("component")
    assert ranked.loc["papi.3.1", "emphasised"]  # 50 of 61, below the median
    assert not ranked.loc["papi.6.2", "emphasised"]  # 37 of 61, no falling series
    assert not ranked.loc["papi.1.3", "emphasised"]  # falling, and above the median


def test_totals_are_not_in_the_list_and_everything_else_flagged_is_in_the_order(here):
    frame = here(2024)
    ranked = order.order(frame)
    assert "total" not in set(ranked["level"])
    flagged = frame[(frame["met"] > 0) & (frame["level"] != "total")]
    assert sorted(ranked["component"]) == sorted(flagged["component"])
    assert ranked["priority"].is_monotonic_decreasing


def test_without_the_model_the_gap_then_the_place_then_the_fall(here):
    """2023: PCI has scores of all provinces; 2024 only Thanh Hóa's own, compared with the year before."""
    silent = {y: here(y).assign(**dict.fromkeys(["expected_gap", "prob_low", "prob_lasting", "expected_fall"], np.nan))
              for y in (2023, 2024)}
    basis = {y: order.order(silent[y]).set_index("component")["basis"] for y in (2023, 2024)}
    assert basis[2023]["pci.6"] == "gap"
    assert basis[2024]["pci.4"] == "fall"
    assert order.order(here(2024)).set_index("component")["basis"]["papi.6.2"] == "model"
    frame = silent[2023].set_index("component", drop=False)
    frame = frame.loc[["pci.6", "pci.5", "pci.1"]].assign(gap=np.nan)
    by_place = order.priorities(frame)
    assert (by_place["basis"] == "place").all()
    assert by_place["priority"].is_monotonic_decreasing  # 56, 54, 49 of 63
    assert (by_place["priority"] > 0).all()


def test_a_fall_without_a_panel_is_weighed_in_shares_of_the_scale(here):
    row = order.order(here(2024)).set_index("component").loc["pci.4"]
    assert row["priority"] == pytest.approx(order.FALL_WEIGHT * 1.03 / 9, abs=1e-3)


def test_the_gap_and_the_lasting_fall_are_added(here):
    row = order.order(here(2024), fall_weight=0.4).set_index("component").loc["papi.6.2"]
    assert row["priority"] == pytest.approx(row["expected_gap"] + 0.4 * row["expected_fall"])


@given(st.lists(st.sampled_from(["papi", "pci", "par", "sipas"]), max_size=30), st.integers(1, 12))
def test_rows_are_chosen_by_priority_with_a_place_for_each_index(names, n):
    chosen = order._chosen(names, n)
    assert len(chosen) == len(set(chosen)) == min(n, len(names))
    kinds = list(dict.fromkeys(names))
    of = [names[i] for i in chosen]
    assert set(kinds[:n]) <= set(of)
    most = max(int(order.MOST * n), 1)
    for kind in set(of):
        left = [i for i in range(len(names)) if names[i] != kind and i not in chosen]
        if left and len(kinds) <= n:
            others = {k for k in of if k != kind and of.count(k) < most}
            assert of.count(kind) <= most or not others & {names[i] for i in left}
        own = [i for i in range(len(names)) if names[i] == kind]
        assert sorted(i for i in chosen if names[i] == kind) == own[:of.count(kind)]


def test_no_rows_give_no_rows(here):
    assert order.focus(here(2024).iloc[:0]).empty


def test_grades_of_lasting_falls(assessed):
    falls = assessed[assessed["prob_lasting"].notna()].round({"prob_lasting": 3})  # as printed
    grade = pd.Series(graded(falls["prob_lasting"]), index=falls.index)
    least = falls.groupby(grade, observed=True)["prob_lasting"].agg(["min", "max"])
    assert least.loc["A", "min"] >= 0.95 > least.loc["B", "max"]
    assert least.loc["B", "min"] >= 0.80 > least.loc["C", "max"]
    assert least.loc["C", "min"] >= 0.50 > least.loc["D", "max"]
    assert set(COLUMNS) <= set(assessed)
