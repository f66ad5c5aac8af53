"""How good the probabilities and the order are out of sample: the figures that words rest on."""

from __future__ import annotations

import numpy as np
import pytest

from indexlib.analysis.panel import build
from indexlib.plan import evaluation as e
from indexlib.plan.rivals import regression
from indexlib.plan.skill import auc
from indexlib.plan.worlds import WORLDS, overstatement


@pytest.fixture(scope="module")
def falls(scores):
    return e.falls(scores)


@pytest.fixture(scope="module")
def lists(scores):
    return e.focus_lists(e.candidates(scores))


def test_the_model_tells_falls_that_last_better_than_its_rivals(falls):
    found = e.scores_of_forecasts(falls).set_index("forecast")
    assert (found["falls"] == 5773).all()
    assert found.loc["model", "auc"] >= 0.70
    assert found.loc["model", "brier"] <= 0.195
    assert found["auc"].idxmax() == "model"
    assert found["brier"].idxmin() == "model"
    assert found.loc["prob_fall", "auc"] == pytest.approx(0.638, abs=1e-3)  # version 1.1.0
    assert found.loc["regression", "auc"] == pytest.approx(0.726, abs=1e-3)


def test_the_grades_say_what_happens(falls):
    found = e.by_grade(falls["model"].to_numpy(), falls["lasted"].to_numpy(), falls["year"]).set_index("grade")
    assert found.loc["A", "falls"] >= 200
    assert 0.93 <= found.loc["A", "lasted"] <= 0.98
    assert abs(found.loc["B", "over"]) <= 0.03
    assert found["falls"].sum() == len(falls)
    assert found["lasted"].is_monotonic_decreasing


def test_the_order_holds_all_three_measures_at_once(lists):
    found = e.by_order(lists).set_index("order")
    model, old = found.loc["model"], found.loc["conditions"]
    assert model["low"] >= 0.41 > old["low"]
    assert model["shortfall"] >= 0.64 > old["shortfall"]
    assert model["lasting"] >= max(0.60, old["lasting"])
    simple = found.loc[["gap", "fall", "random", "expected_gap"]]
    assert not ((simple["low"] >= 0.41) & (simple["shortfall"] >= 0.64) & (simple["lasting"] >= 0.60)).any()


def test_the_order_is_better_than_that_of_conditions_in_five_years_of_six(lists):
    found = e.by_order(lists, yearly=True).set_index(["order", "year"])
    for measure in ("low", "shortfall"):
        ahead = found.loc["model", measure] > found.loc["conditions", measure]
        assert ahead.sum() >= 5
        assert len(ahead) == 6


def test_a_falling_series_stays_below_its_past(scores):
    found = e.falling_series(scores).set_index("rule")["below"]
    assert found["falling"] >= 0.66
    assert found["falling"] > found["slope"] > found["any"]


@pytest.fixture(scope="module")
def worlds():
    return overstatement().set_index(["world", "grade"])


@pytest.mark.parametrize("world", WORLDS)
def test_no_grade_overstates_a_fall_by_five_points(worlds, world):
    of_world = worlds.loc[world]
    assert (of_world.loc[["A", "B"], "falls"] >= 1000).all()
    assert (of_world["over"] <= 0.05).all()


def test_no_world_makes_a_fall_that_recovers_rather_last(worlds):
    """D says that a fall will rather recover: less than half of them last, whatever the world."""
    assert (worlds.xs("D", level="grade")["lasted"] < 0.5).all()


def test_the_regression_knows_no_later_year(scores):
    papi = scores[scores["component"].str.startswith("papi")]
    early = papi[papi["year"] <= 2021].reset_index(drop=True)
    a, b = (build(frame) for frame in (early, papi.reset_index(drop=True)))
    now, later = regression(a), regression(b)
    known = ~np.isnan(now.mean)
    assert known.sum() > 10000
    place = [b.places.index(p) for p in a.places]
    component = [b.components.index(c) for c in a.components]
    again = later.mean[np.ix_(place, component)][:, :, : len(a.years)]
    np.testing.assert_allclose(now.mean[known], again[known])


def test_auc_counts_pairs():
    said, happened = np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1])
    assert auc(said, happened) == pytest.approx((1 + 0.5 + 1 + 1) / 4)


def test_outcomes_stay_inside_the_block(scores):
    """Sub-dimension 6.4 is measured otherwise from 2021 on: 2020 has no next year."""
    panel = build(scores)
    after = e._years_after(panel, panel.score, 1)
    c, y = panel.components.index("papi.6.4"), int(np.searchsorted(panel.years, 2020))
    assert np.isnan(after[:, c, y]).all()
    assert (after[:, c, y + 1] == panel.score[:, c, y + 2])[~np.isnan(after[:, c, y + 1])].all()
