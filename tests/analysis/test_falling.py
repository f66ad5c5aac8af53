"""What may be called falling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indexlib.analysis import facts
from indexlib.analysis.falling import falling, of_draws
from indexlib.analysis.trends import theil_sen


@pytest.fixture(scope="module")
def met(scores):
    frame = facts.gather(scores, 2022)
    return frame.assign(falling=falling(frame))


def test_none_stands_at_its_highest_and_none_fell_in_half_of_its_steps_or_fewer(met):
    now = met[met["falling"] & (met["year"] == 2024)]
    assert 400 < len(now) < 700
    assert not now["at_highest"].any()
    assert (2 * now["falls"] > now["steps"]).all()
    assert (now["slope"] < 0).all()
    assert (now["n_years"] >= 4).all()


@pytest.mark.parametrize("component", ["papi.7.2", "pci.6"])
def test_a_best_year_is_no_falling_series(met, component):
    """Thanh Hóa 2024: PAPI 7.2 at place 4 of 61, PCI 6 with its largest gain, both with a slope below zero."""
    row = met[(met["place"] == "thanh_hoa") & (met["component"] == component) & (met["year"] == 2024)].iloc[0]
    assert row["slope"] < 0
    assert not row["falling"]


def test_highest_is_judged_inside_the_block_at_the_published_decimals(met):
    row = met[(met["place"] == "thanh_hoa") & (met["component"] == "papi.6.4")].set_index("year")
    assert row.loc[2021, "at_highest"]  # the first year of a block is its highest
    block = row.loc[2021:2024, "score"]
    assert row.loc[2021:2024, "at_highest"].tolist() == (block == block.cummax()).tolist()


def test_a_rule_that_is_not_applied_calls_nothing_falling(met):
    assert not falling(met.head(50), None).any()


def test_few_years_are_no_trend():
    frame = pd.DataFrame({"n_years": [3, 4], "slope": -0.1, "steps": [2, 3], "falls": [2, 3], "at_highest": False})
    assert falling(frame).tolist() == [False, True]


def test_years_of_noise_are_falling_as_often_as_the_orders_of_ranks_say():
    """Three years: only 3 2 1 of six orders has two falls of two steps and a slope below zero."""
    y = np.random.default_rng(1).standard_normal((40_000, 5))
    rate = {n: of_draws(y[:, :n]).mean() for n in (3, 4, 5)}
    assert rate[3] == pytest.approx(1 / 6, abs=0.006)
    assert rate[5] < rate[4] < 1 / 2


def test_drawn_series_are_judged_as_scores_are():
    y = np.random.default_rng(2).standard_normal((500, 5))
    steps = np.diff(y, axis=1) < 0
    frame = pd.DataFrame({"n_years": 5, "slope": theil_sen(y), "steps": 4, "falls": steps.sum(axis=1),
                          "at_highest": y[:, -1] >= y.max(axis=1)})
    assert (falling(frame) == of_draws(y)).all()
