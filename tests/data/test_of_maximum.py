"""Scores printed in percent of their maximum: kept as printed, shown beside points, compared where points are not."""

from __future__ import annotations

import pytest

from indexlib import changes, load_scores, review
from indexlib.content import tables
from indexlib.intake.check import check_data

pytestmark = pytest.mark.by_turns


def row(place: str, year: int, component: str):
    own = review(place, year).components
    return next(own[own["component"] == component].itertuples(index=False))


@pytest.mark.parametrize("place, year, component, said", [
    ("kon_tum", 2023, "par.2", "9,42 (94,15% điểm tối đa)"),  # both printed
    ("khanh_hoa", 2024, "par.3", "12,85, tự tính (98,85% điểm tối đa)"),  # of 13 points
    ("khanh_hoa", 2024, "par.6", "89,50% điểm tối đa"),  # no source prints the maximum
    ("son_la", 2024, "par.5", "14,23 (94,87% điểm tối đa, tự tính)"),  # of 15
    ("quang_nam", 2023, "par.5", "11,75"), ("khanh_hoa", 2024, "par", "90,49")])
def test_points_and_percent_stand_side_by_side_and_what_is_computed_says_so(place, year, component, said):
    assert tables.score_text(row(place, year, component)) == said


def test_years_printed_in_percent_are_compared_by_it_where_points_are_not_at_hand(data):
    """No source prints the maximum of field 5 of 2022-2023."""
    data.swap("scores/par_index.csv", "2023,kon_tum,par.5,,45,63,,,par-77,,", "2023,kon_tum,par.5,,45,63,,,par-77,,91.3")
    data.add("scores/par_index.csv", "2022,kon_tum,par.5,,,,,,par-76,,92.5")
    assert check_data() == []
    own = changes(load_scores("par")).query("place == 'kon_tum' and component == 'par.5' and year == 2023").iloc[0]
    assert round(own["share_change"], 6) == -0.012 and own["change"] != own["change"]
    found = review("kon_tum", 2023)
    flag = found.flags.query("component == 'par.5' and rule == 'score_fell'").iloc[0]
    assert (flag["state"], flag["grade"]) == ("met", "unknown")
    assert tables.change_text(row("kon_tum", 2023, "par.5")) == "-1,20 điểm phần trăm, tính theo % điểm tối đa"
    assert "par.5" in found.flagged()["component"].tolist() and len(tables.flagged(found).frame)


def test_a_percent_is_not_carried_over_to_another_set_of_criteria(data):
    data.add("scores/par_index.csv", "2023,khanh_hoa,par.2,,,,,,par-84,,90.0")
    own = changes(load_scores("par")).query("place == 'khanh_hoa' and component == 'par.2' and year == 2024").iloc[0]
    assert own["reason"] == "edge" and own["share_change"] != own["share_change"]


@pytest.mark.parametrize("old, new, code", [
    ("par-76,,94.15", "par-76,,94.51", "of_maximum"), ("par-76,,94.15", "par-76,,194.15", "out_of_scale"),
    ("2022,kon_tum,par.2,9.1", "2022,kon_tum,par.2,9.3", "of_maximum")])
def test_points_that_their_own_percent_contradicts_are_named(data, old, new, code):
    line = data.swap("scores/par_index.csv", old, new)
    assert (line, code) in {(p.row, p.code) for p in check_data()}


@pytest.mark.parametrize("place, year, impact", [("ninh_thuan", 2022, 31.59), ("kon_tum", 2023, 31.19),
                                                 ("lao_cai", 2019, 29.95)])
def test_the_impact_block_is_the_sum_of_its_three_parts(scores, place, year, impact):
    own = scores.query("place == @place and year == @year").set_index("component")["score"]
    assert own["par.part.impact"] == impact
    assert own[["par.part.sipas", "par.part.leaders", "par.part.economy"]].sum() == pytest.approx(impact)
