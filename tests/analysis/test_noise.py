"""Noise of a component: estimated from how successive changes cancel, on panels whose truth is known."""

import numpy as np
import pandas as pd
import pytest

import indexlib as ix
from indexlib.analysis import noise
from indexlib.analysis.changes import changes
from indexlib.analysis.panel import build
from indexlib.plan.calibration import MOVES, arrange, simulate


def estimated(**settings):
    panel, _ = simulate(**settings)
    return panel, noise.differences(panel), noise.estimate_noise(panel)


@pytest.mark.parametrize("level_sd", [0.0, 0.023, 0.06])
def test_the_estimate_finds_the_noise_that_was_put_in(level_sd):
    _, _, found = estimated(places=3000, years=8, components=6, noise_sd=0.035, level_sd=level_sd)
    assert found["noise_sd"].mean() == pytest.approx(0.035, rel=0.06)
    assert found["level_sd"].mean() == pytest.approx(level_sd, abs=0.006)


def test_papi_is_about_four_fifths_noise():
    found = ix.estimate_noise(ix.load_scores()).dropna(subset=["share"])
    index = found["component"].str.split(".").str[0]
    assert found.loc[index == "papi", "share"].median() == pytest.approx(0.82, abs=0.03)


def test_successive_papi_changes_cancel_by_about_two_fifths():
    """Lag-1 autocorrelation of changes 2021-2024 about the national median: -0,37 in the median of components."""
    scores = ix.load_scores("papi").query("year >= 2021")
    found = ix.estimate_noise(scores)
    assert (-found["share_raw"].dropna() / 2).median() == pytest.approx(-0.37, abs=0.03)


def test_shares_stay_between_half_of_the_index_share_and_all_and_say_so():
    """One component without noise and one of pure noise, among many in between."""
    between, _ = simulate(3000, 8, 10, noise_sd=0.035, level_sd=0.023, seed=1)
    still, _ = simulate(3000, 8, 1, noise_sd=0.0, level_sd=0.05, seed=2)
    wavering = 0.5 + 0.05 * np.random.default_rng(3).standard_normal((3000, 1, 1)) * np.array([1, -1] * 4)
    wavering[:, :, ::3] += 0.01 * np.random.default_rng(4).standard_normal((3000, 1, 3))
    panel = arrange(np.concatenate([between.score, still.score, wavering], axis=1))
    found = noise.estimate_noise(panel)
    assert found["override"].tolist() == [""] * 10 + ["low", "high"]
    assert found["share"].iloc[-1] == 1 and found["share_raw"].iloc[-1] > 1
    assert found["share_raw"].iloc[-2] < 0.05 and found["share"].iloc[-2] > 0.25
    real = ix.estimate_noise(ix.load_scores()).dropna(subset=["share"])
    assert real["share"].between(0, 1).all() and real["noise_se"].gt(0).all()


def test_a_component_without_pairs_of_changes_takes_the_share_of_its_index():
    scores = ix.load_scores("papi")
    short = scores[(scores["component"] != "papi.6.2") | scores["year"].isin([2023, 2024])]
    found = ix.estimate_noise(short).set_index("component").loc["papi.6.2"]
    assert found["override"] == "index" and found["pairs"] == 0 and 0.5 < found["share"] < 1


def test_a_component_that_never_moves_has_no_noise_and_no_grade():
    scores = ix.load_scores("papi")
    still = scores.copy()
    still.loc[still["component"] == "papi.6.2", "score"] = 1.5
    found = ix.estimate_noise(still).set_index("component").loc["papi.6.2"]
    assert np.isnan(found["noise_sd"]) and found["override"] == ""
    moved = changes(still).query("component == 'papi.6.2' and year == 2024")
    assert moved["usual_movement"].isna().all() and moved["prob_fall"].isna().all()


def test_nothing_is_estimated_from_a_panel_that_is_not_whole():
    found = ix.estimate_noise(ix.load_scores()).set_index("component")
    assert found.loc[["par", "sipas"], "noise_sd"].isna().all()
    pci = changes(ix.load_scores("pci")).query("year == 2024")
    assert pci["change"].notna().any() and pci["usual_movement"].isna().all()
    cut_down = ix.load_scores("papi").query("place in ['thanh_hoa', 'nghe_an']")
    assert changes(cut_down)[["usual_movement", "prob_fall", "median_change"]].isna().all().all()


def test_usual_movement_is_the_square_root_of_twice_the_noise_variance():
    scores = ix.load_scores("papi")
    found = ix.estimate_noise(scores).set_index("component").loc["papi.6.2"]
    row = changes(scores).query("place == 'thanh_hoa' and component == 'papi.6.2' and year == 2024").iloc[0]
    assert row["usual_movement"] == pytest.approx(np.sqrt(2) * found["noise_sd"] * 2.25)
    assert row["z"] == pytest.approx(row["change"] / row["usual_movement"])


def test_the_larger_of_the_estimate_and_the_published_interval_is_used():
    """Hà Giang 2023 prints a standard error of 0,8869 points; a made-up wider one must raise the usual movement."""
    scores = ix.load_scores("papi")
    at = (scores["place"] == "ha_giang") & (scores["year"] == 2023) & (scores["component"] == "papi")
    plain = changes(scores).loc[at, "usual_movement"].item()
    wide = scores.copy()
    wide.loc[at, ["ci_low", "ci_high"]] = [wide.loc[at, "score"].item() - 5.88, wide.loc[at, "score"].item() + 5.88]
    wider = changes(wide).loc[at, "usual_movement"].item()
    own = ix.estimate_noise(scores).set_index("component").loc["papi", "noise_sd"] * 72
    assert plain == pytest.approx(np.sqrt(2) * own)  # the printed 0,8869 is smaller than the estimate
    assert wider == pytest.approx(np.sqrt(own**2 + (5.88 / 1.645) ** 2))


def test_probabilities_agree_with_the_formula_for_the_part_relative_to_the_country():
    panel, moved, found = estimated(places=63, years=6, national_sd=0.0)
    found["national_share"] = 1.0  # the panel's own estimate: the national part is then all noise, the own part is left
    worth = noise.posterior(panel)
    v = 2 * found["noise_sd"].to_numpy()[None, :, None] ** 2
    t2 = found["level_sd"].to_numpy()[None, :, None] ** 2
    mean, sd = moved.relative * t2 / (t2 + v), np.sqrt(t2 * v / (t2 + v))
    expected = noise.normal_cdf(-mean / sd)
    known = ~np.isnan(expected)
    assert known.any()
    np.testing.assert_allclose(worth["prob_fall"][known], expected[known])


def falls_of(**settings):
    """``prob_fall`` of the falls of simulated panels, and whether the level fell."""
    parts = []
    for seed in settings.pop("seeds"):
        panel, level = simulate(seed=seed, **settings)
        fell = noise.differences(panel).change < 0
        truth = np.zeros(level.shape, dtype=bool)
        truth[:, :, 1:] = np.diff(level, axis=2) < 0
        parts.append(pd.DataFrame({"prob": noise.posterior(panel)["prob_fall"][fell], "true": truth[fell]}))
    frame = pd.concat(parts)
    return frame.assign(sure=pd.cut(frame["prob"], [0, 0.8, 0.95, 1], right=False, labels=["no", "rather", "yes"]))


@pytest.mark.parametrize("places, years", [(63, 6), (63, 10), (3000, 4)])
def test_prob_fall_never_says_more_than_is_true_when_changes_are_independent(places, years):
    found = falls_of(places=places, years=years, components=28 if places < 3000 else 8, national_sd=0.023,
                     seeds=range(12 if places < 3000 else 2))
    means = found.groupby("sure", observed=True)[["prob", "true"]].mean().loc[["rather", "yes"]]
    assert (means["prob"] - means["true"]).max() < 0.03


def test_prob_fall_is_calibrated_without_a_national_movement():
    found = falls_of(places=3000, years=6, components=8, level_sd=0.035, seeds=range(3))
    means = found.groupby("sure", observed=True)[["prob", "true"]].mean()
    np.testing.assert_allclose(means["prob"], means["true"], atol=0.02)


@pytest.mark.parametrize("move", list(MOVES))
def test_surer_falls_are_more_often_true_however_levels_move(move):
    found = falls_of(places=63, years=6, move=move, national_sd=0.023, seeds=range(6))
    rate = found.groupby("sure", observed=True)["true"].mean()
    assert rate["yes"] > rate["rather"] > rate["no"]


def test_the_panel_keeps_every_score_in_its_cell():
    scores = ix.load_scores()
    panel = build(scores)
    pd.testing.assert_series_equal(pd.Series(panel.cell(panel.score)), scores["score"], check_names=False)
