"""How many flags noise alone would raise."""

import numpy as np
import pandas as pd
import pytest

from indexlib import Rules, open_run
from indexlib.analysis import next_year
from indexlib.content import tables
from indexlib.plan.by_chance import ALL, _series, by_noise_alone, grades_by_noise_alone
from indexlib.plan.calibration import simulate


@pytest.fixture(scope="module")
def found():
    return open_run(place="thanh_hoa", year=2024)


def test_about_half_of_the_checks_of_score_and_fewer_of_trend(found):
    alone = by_noise_alone(found).set_index("rule")
    share = alone["expected"] / alone["judged"]
    assert share["score_fell"] == pytest.approx(0.5, abs=0.02)
    assert share["not_improved"] == pytest.approx(0.5, abs=0.02)
    assert 0.15 < share["trend_down"] < 0.4
    assert 0.4 < share["rank_fell"] < 0.5


def test_the_whole_is_the_sum_of_the_rules_with_a_range_about_it(found):
    alone = by_noise_alone(found).set_index("rule")
    rules, whole = alone.drop(ALL), alone.loc[ALL]
    for name in ("judged", "found", "expected"):
        assert whole[name] == pytest.approx(rules[name].sum())
    assert (alone["low"] <= alone["expected"]).all()
    assert (alone["expected"] <= alone["high"]).all()
    assert 15 < whole["high"] - whole["low"] < 60  # an audit measured a standard deviation of 5 to 12
    assert tables.verdict(whole) == "same"


def test_found_counts_are_those_of_the_flags(found):
    alone = by_noise_alone(found).set_index("rule")
    flags = found.flags[found.flags["state"] == "met"]
    assert alone.loc["score_fell", "found"] == (flags["rule"] == "score_fell").sum()


def test_a_total_falls_when_its_parts_do(found):
    drawn = _series(found)
    parts = sum(drawn[f"papi.{i}"].y for i in range(1, 9))
    np.testing.assert_allclose(drawn["papi"].y, parts)
    assert drawn["papi.6.2"].sd == pytest.approx(
        found.components.set_index("component").loc["papi.6.2", "usual_movement"] / 2**0.5, rel=0.02)


def test_a_larger_threshold_leaves_less_to_noise(found):
    strict = Rules(score_fell=0.2, rank_fell=10)
    few, many = (by_noise_alone(found, rules).set_index("rule")["expected"] for rules in (strict, None))
    assert few["score_fell"] < many["score_fell"] / 2 and few["rank_fell"] < many["rank_fell"]


def test_grades_a_and_b_are_rare_under_noise_and_all_grades_together_are_the_falls(found):
    graded = grades_by_noise_alone(found).set_index("grade")
    assert 0 < graded.loc["A", "expected"] < graded.loc["B", "expected"] < 0.1 * graded.loc["B", "judged"]
    assert graded["expected"].sum() == pytest.approx(graded["judged"].iloc[0] / 2, rel=0.05)


def test_what_noise_alone_says_of_falls_is_what_the_model_says_of_a_panel_of_noise():
    """A panel of fixed levels and noise: as many falls are given A and B as the draws say, within the noise of counting."""
    panel, _ = simulate(2000, 6, 6, level_sd=0.0, seed=2)
    said = panel.spread(pd.Series(next_year.of_panel(panel)["prob_lasting"]))[:, :, -1]
    drawn = np.column_stack(list(next_year.fall_by_noise(panel, int(panel.years[-1]), 20_000).values()))
    for least in (0.8, 0.95):
        assert (drawn >= least).mean() == pytest.approx((said >= least).mean(), abs=0.01)


def test_a_place_without_whole_panels_says_that_nothing_can_be_estimated():
    withheld = open_run(place="quang_ninh", year=2023)
    graded = grades_by_noise_alone(withheld)
    assert (graded["judged"] == 0).all() and (graded["expected"] == 0).all()


def test_a_merged_province_gets_no_estimate_where_nothing_bears_one(tmp_path, data):
    """Of the first table after a merger: no interval of ranks, no movement, no crash."""
    from additions import run
    from tables_2025 import sipas_total, table, truth

    path = table(tmp_path, "SIPAS 2025", {"sipas": "SIPAS 2025"}, truth(sipas_total), ranked="sipas")
    done = run("add", path, "--year", "2025", "--new-edition", "--checked", "--comparable", "cách đo không đổi, nguồn",
               "--source", "first-2025", "--where", "a table")
    assert done.exit_code == 0, done.output
    for place in ("an_giang_2025", "thanh_hoa"):
        found = open_run(place=place, year=2025)
        alone = by_noise_alone(found)
        assert (alone["judged"] == 0).all() and (alone["expected"] == 0).all()
        assert "chưa đủ số liệu" in " ".join(tables.chance_notes(found)).lower()
        row = found.now.components.set_index("component").loc["sipas"]
        assert row["base"] == 34 and row["rank_before"] != row["rank_before"]
        assert "rank_fell" not in found.now.flags.loc[found.now.flags["state"] == "met", "rule"].tolist()
    assert (row["rank_apart"], row["base_apart"]) == (22, 63)
