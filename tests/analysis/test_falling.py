"""What may be called falling."""

from __future__ import annotations

import pandas as pd
import pytest

from indexlib.analysis import facts
from indexlib.analysis.falling import falling, null_rate


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


def test_three_and_four_years_of_noise_are_falling_as_often_as_the_orders_of_ranks_say():
    """Three years: only 3 2 1 of six orders. Two falls of two steps; 2 3 1 and 3 1 2 have one of two."""
    assert null_rate(3) == pytest.approx(1 / 6, abs=0.006)
    assert null_rate(5) < null_rate(4) < 1 / 2
    assert null_rate(1) == 0
