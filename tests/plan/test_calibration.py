"""What became of falls a year later."""

import numpy as np
import pytest

import indexlib as ix
from indexlib.plan.calibration import judged_falls, kendall_under_drift


@pytest.fixture(scope="module")
def falls():
    return judged_falls(ix.load_scores())


def test_noise_is_estimated_only_from_years_up_to_the_fall(falls):
    scores = ix.load_scores()
    early = judged_falls(scores[scores["year"] <= 2016]).query("year <= 2014")
    again = falls.query("year <= 2014")
    assert len(early) > 500
    np.testing.assert_allclose(early["prob_fall"], again["prob_fall"])


def test_no_fall_is_followed_over_the_edge_of_a_block(falls):
    assert falls.query("component == 'papi' and year in [2015, 2017, 2018, 2020, 2024]").empty


def test_the_baseline_is_what_pure_noise_does():
    """On a panel without any true change falls last exactly as often as the baseline says."""
    from indexlib.analysis import noise
    from indexlib.plan.calibration import simulate

    panel, _ = simulate(3000, 8, 6, noise_sd=0.035, level_sd=0.0, seed=3)
    score = panel.score
    change, later = np.diff(score, axis=2)[:, :, :-1], score[:, :, 2:] - score[:, :, :-2]
    fell = change < 0
    by_noise = noise.normal_cdf(-change[fell] / (0.035 * np.sqrt(2) * np.sqrt(3)))
    assert (later[fell] < 0).mean() == pytest.approx(by_noise.mean(), abs=0.01)
    big = change < -0.08
    by_noise = noise.normal_cdf(-change[big] / (0.035 * np.sqrt(2) * np.sqrt(3)))
    assert (later[big] < 0).mean() == pytest.approx(by_noise.mean(), abs=0.01)


def test_the_trend_test_says_falling_more_often_when_levels_drift():
    found = kendall_under_drift([5, 8], [0.0, 1.0], series=4000).set_index(["years", "drift"])["rate"]
    assert found[5, 0.0] == pytest.approx(0.042, abs=0.01)  # exact size of the discrete test at n = 5
    assert found[8, 1.0] > 3 * found[8, 0.0]
