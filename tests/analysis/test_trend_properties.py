"""Trends: the exact probability is a distribution, with ties and without; gaps and edges are kept."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from conftest import series
from hypothesis import given, settings
from hypothesis import strategies as st

from indexlib import trends
from indexlib.analysis.kendall import kendall_fall


def kendall_s(y) -> int:
    y = np.asarray(y, dtype=float)
    i, j = np.triu_indices(len(y), 1)
    return int(np.sign(y[j] - y[i]).sum())


@pytest.mark.parametrize("values", [
    (1, 1), (1, 1, 2), (1, 2, 2), (1, 1, 1), (1, 1, 2, 2), (1, 2, 2, 2, 3), (1, 1, 2, 3, 3, 3), (1, 1, 2, 2, 3, 3, 4)])
def test_with_ties_the_probability_is_that_of_all_orders(values):
    ties = tuple(sorted(np.unique(values, return_counts=True)[1].tolist()))
    all_s = [kendall_s(order) for order in permutations(values)]
    for s in range(min(all_s) - 1, max(all_s) + 1):
        assert kendall_fall(ties, s) == pytest.approx(sum(x <= s for x in all_s) / factorial(len(values)), abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=6).map(lambda t: tuple(sorted(t))))
def test_the_probability_is_a_distribution_function(ties):
    n = sum(ties)
    most = (n * n - sum(k * k for k in ties)) // 2  # pairs of different values: S lies between -most and most
    p = np.array([kendall_fall(ties, s) for s in range(-most, most + 1)])
    assert p[0] > 0
    assert (np.diff(p) >= 0).all()
    assert p[-1] == pytest.approx(1)
    # As many orders rise as fall: P(S <= -s - 1) = 1 - P(S <= s).
    np.testing.assert_allclose(p[:-1][::-1], 1 - p[:-1], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(2500, 25000), min_size=2, max_size=7))
def test_a_trend_with_ties_agrees_with_all_orders(ticks):
    """PAPI 6.2 is one block from 2018 to 2024."""
    y = [t / 10000 for t in ticks]
    row = trends(series("papi.6.2", dict(zip(range(2018, 2025), y, strict=False)))).iloc[0]
    assert row["s"] == kendall_s(y)
    if len(y) <= 5:
        orders = [kendall_s(o) for o in permutations(y)]
        assert row["p_fall"] == pytest.approx(np.mean(np.array(orders) <= row["s"]), abs=1e-12)


def test_a_gap_counts_as_the_years_it_lasts():
    row = trends(series("papi.6.2", {2018: 1.0, 2022: 1.8, 2023: 2.0})).iloc[0]
    assert row["slope"] == pytest.approx(0.2)
    assert (row["n_years"], row["first_year"], row["last_year"]) == (3, 2018, 2023)


def test_a_trend_does_not_cross_an_edge():
    found = trends(series("papi.6.4", dict.fromkeys(range(2018, 2025), 1.5) | {2021: 2.0, 2022: 2.0, 2023: 2.0,
        2024: 2.0}))
    assert found["block"].tolist() == [2018, 2021]
    assert found["slope"].tolist() == [0, 0]
