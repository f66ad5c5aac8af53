"""How many flags noise alone would raise."""

import pytest

from indexlib import open_run
from indexlib.plan.by_chance import by_noise_alone, grades_by_noise_alone


@pytest.fixture(scope="module")
def found():
    return open_run(place="thanh_hoa", year=2024)


def test_one_half_of_the_checks_of_score_and_fewer_of_trend(found):
    alone = by_noise_alone(found.now, found.noise, found.params.rules).set_index("rule")
    for rule in ("score_fell", "not_improved"):
        assert alone.loc[rule, "expected"] == alone.loc[rule, "judged"] / 2
    assert 0.15 < alone.loc["trend_down", "expected"] / alone.loc["trend_down", "judged"] < 0.4
    assert 0.4 < alone.loc["rank_fell", "expected"] / alone.loc["rank_fell", "judged"] < 0.5


def test_found_counts_are_those_of_the_flags(found):
    alone = by_noise_alone(found.now, found.noise, found.params.rules).set_index("rule")
    flags = found.now.flags[found.now.flags["state"] == "met"]
    assert alone.loc["score_fell", "found"] == (flags["rule"] == "score_fell").sum()


def test_a_larger_threshold_leaves_less_to_noise():
    plain = open_run(place="thanh_hoa", year=2024)
    strict = open_run(place="thanh_hoa", year=2024, rules={"score_fell": 0.2, "rank_fell": 10})
    few, many = (by_noise_alone(f.now, f.noise, f.params.rules).set_index("rule")["expected"] for f in (strict, plain))
    assert few["score_fell"] < many["score_fell"] / 2 and few["rank_fell"] < many["rank_fell"]


def test_grades_a_and_b_are_rare_under_noise(found):
    graded = grades_by_noise_alone(found.now, found.noise, found.params.rules, found.params.grades)
    of_falls = graded[graded["rule"] == "score_fell"].set_index("grade")
    assert 0 < of_falls.loc["A", "expected"] < of_falls.loc["B", "expected"] < 0.1 * of_falls.loc["B", "judged"]


def test_a_place_without_whole_panels_says_that_nothing_can_be_estimated():
    from indexlib.content import tables

    found = open_run(place="quang_ninh", year=2023)
    assert "chưa đủ số liệu" not in " ".join(tables.chance_notes(found)).lower() or found.now.components.empty
    graded = grades_by_noise_alone(found.now, found.noise, found.params.rules, found.params.grades)
    assert (graded["judged"] == 0).all() and (graded["expected"] == 0).all()


def test_a_merged_province_gets_no_estimate_where_nothing_bears_one(tmp_path, data):
    """Of the first table after a merger: no interval of ranks, no movement, no crash."""
    from additions import run
    from tables_2025 import sipas_total, table, truth

    from indexlib.content import tables

    path = table(tmp_path, "SIPAS 2025", {"sipas": "SIPAS 2025"}, truth(sipas_total), ranked="sipas")
    done = run("add", path, "--year", "2025", "--new-edition", "--checked", "--comparable", "cách đo không đổi, nguồn",
               "--source", "first-2025", "--where", "a table")
    assert done.exit_code == 0, done.output
    for place in ("an_giang_2025", "thanh_hoa"):
        found = open_run(place=place, year=2025)
        alone = by_noise_alone(found.now, found.noise, found.params.rules)
        assert (alone["judged"] == 0).all() and (alone["expected"] == 0).all()
        assert "chưa đủ số liệu" in " ".join(tables.chance_notes(found)).lower()
        row = found.now.components.set_index("component").loc["sipas"]
        assert row["base"] == 34 and row["rank_before"] != row["rank_before"]
        assert "rank_fell" not in found.now.flags.loc[found.now.flags["state"] == "met", "rule"].tolist()
    assert (row["rank_apart"], row["base_apart"]) == (22, 63)
