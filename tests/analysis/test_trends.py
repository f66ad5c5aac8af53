"""Trends inside one block: slope, exact test, probability that the level fell."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from conftest import in_part
from scipy import stats

import indexlib as ix
from indexlib.analysis.kendall import kendall_fall, kendall_p
from indexlib.analysis.trends import level_fell, row_median


@pytest.fixture(scope="module")
def scores():
    return ix.load_scores()


@pytest.fixture(scope="module")
def found(scores):
    return ix.trends(scores)


def series(scores, row):
    own = scores[(scores["place"] == row.place) & (scores["component"] == row.component)
                 & scores["year"].between(row.first_year, row.last_year) & scores["score"].notna()]
    return own["year"].to_numpy(), own["score"].to_numpy()


@pytest.mark.parametrize("nth", in_part(8, 1))
def test_slope_and_p_equal_scipy_on_every_series_without_ties(scores, found, nth):
    known = scores[scores["score"].notna()]
    groups = {key: (g["year"].to_numpy(), g["score"].to_numpy()) for key, g in known.groupby(["place", "component"])}
    checked = 0
    for row in found.iloc[::nth].itertuples(index=False):
        year, score = groups[row.place, row.component]
        inside = (year >= row.first_year) & (year <= row.last_year)
        year, score = year[inside], score[inside]
        assert row.n_years == len(year)
        assert row.slope == pytest.approx(stats.theilslopes(score, year)[0], abs=1e-12)
        if len(set(score)) == len(score):
            p = stats.kendalltau(year, score, method="exact", alternative="less").pvalue
            assert row.p_fall == pytest.approx(p, abs=1e-12)
            checked += 1
    assert checked > 7000 / nth


def test_s_counts_rising_minus_falling_pairs(scores, found):
    for row in found.iloc[::97].itertuples(index=False):
        _, score = series(scores, row)
        s = sum(np.sign(score[j] - score[i]) for i in range(len(score)) for j in range(i + 1, len(score)))
        assert row.s == s


def test_s_equals_that_of_pymannkendall(scores, found):
    pymannkendall = pytest.importorskip("pymannkendall")
    for row in found[found["n_years"] > 2].iloc[::41].itertuples(index=False):
        assert row.s == pymannkendall.original_test(series(scores, row)[1]).s


@pytest.mark.parametrize("values", [(1, 2, 2, 3), (1, 1, 2, 2, 3), (2, 2, 2, 1), (1, 1, 1, 1), (5, 4, 4, 3, 2, 2)])
def test_p_with_ties_is_full_enumeration(values):
    def s_of(y):
        return sum(np.sign(y[j] - y[i]) for i in range(len(y)) for j in range(i + 1, len(y)))

    every = [s_of(p) for p in permutations(values)]
    y = np.array([values], dtype=float)
    p = kendall_p(y, np.array([s_of(values)]))[0]
    assert p == pytest.approx(np.mean([s <= s_of(values) for s in every]))


def test_a_constant_series_says_nothing():
    assert kendall_fall((4,), 0) == 1.0


def test_four_years_cannot_go_below_one_in_twenty_four():
    assert kendall_fall((1, 1, 1, 1), -6) == pytest.approx(1 / 24)


def test_two_tied_years_of_three(scores):
    y = np.array([[2.0, 1.0, 1.0]])
    assert kendall_p(y, np.array([-2]))[0] == pytest.approx(1 / 3)


def test_no_trend_runs_over_the_edge_of_a_block(found):
    row = found.query("place == 'thanh_hoa' and component == 'papi.6.4'")
    assert row[["first_year", "last_year", "n_years"]].values.tolist() == [[2011, 2017, 7], [2018, 2020, 3], [2021, 2024, 4]]


def test_a_withheld_year_is_a_gap_that_lasts_its_year(scores, found):
    """Quảng Ninh 2023 is withheld: its series 2021-2024 starts in 2022 (2021 is withheld too)."""
    row = found.query("place == 'quang_ninh' and component == 'papi.5.1' and block == 2021").iloc[0]
    assert (row["first_year"], row["last_year"], row["n_years"]) == (2022, 2024, 2)
    _, score = series(scores, row)
    assert row["slope"] == pytest.approx((score[-1] - score[0]) / 2)


def test_the_interval_of_the_slope_holds_the_slope(found):
    assert (found["slope_low"] <= found["slope"] + 1e-12).all() and (found["slope"] <= found["slope_high"] + 1e-12).all()


def test_q_values_are_never_below_p(found):
    assert (found["q_fall"] >= found["p_fall"] - 1e-12).all() and found["q_fall"].between(0, 1).all()


def test_with_two_years_a_trend_is_the_change(scores, found):
    two = found[(found["n_years"] == 2) & (found["block"] == 2016) & found["prob_fall"].notna()]
    moved = ix.changes(scores).query("year == 2017").set_index(["place", "component"])["prob_fall"]
    own = moved.reindex(pd.MultiIndex.from_frame(two[["place", "component"]])).to_numpy()
    assert len(two) > 500
    # the national part is shrunk as a path here and by its share there: the same for two years
    np.testing.assert_allclose(two["prob_fall"], own, atol=1e-9)


def test_probability_of_a_fall_by_hand():
    """Two years, noise variance 1, true variance 1: a fall of 3 has posterior mean -1 and variance 2/3."""
    p = level_fell(np.array([[3.0, 0.0]]), np.array([[0.0]]), np.array([[1.0, 1.0, 0.0, 0.0]]), np.array([0]))
    assert p[0] == pytest.approx(stats.norm.cdf(1 / np.sqrt(2 / 3)))


def test_row_median_ignores_missing():
    values = np.array([[3.0, np.nan, 1.0], [np.nan, np.nan, np.nan], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(row_median(values), [2.0, np.nan, 2.0])
