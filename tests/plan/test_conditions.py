"""The plan's conditions applied: the facts of Thanh Hóa, the thresholds, and every place and year."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import sampled

from indexlib import (
    Grades,
    NoDataError,
    Params,
    PlaceError,
    Review,
    Rules,
    flags,
    follow_up,
    load_places,
    load_plan,
    load_scores,
    review,
)
from indexlib.analysis.panel import load_panel
from indexlib.data.catalogue import PART, TOTAL
from indexlib.plan.conditions import CONDITIONS, named
from indexlib.plan.review import assess, cut

pytestmark = pytest.mark.by_turns

YEARS = sampled(list(range(2012, 2025)), 3)
STATES = {"met", "not_met", "too_short", "not_comparable", "unknown"}


@cache
def judged_panel() -> pd.DataFrame:
    """The whole panel judged with the default thresholds, once for all the tests that look at it."""
    return assess(load_scores(), Rules(), Grades(), 2022)


def cut_out(place: str, year: int) -> Review:
    """The review of a place and year with the default thresholds."""
    params = Params(place=place, year=year)
    return cut(judged_panel(), params, load_plan(params.plan), load_panel())


def with_defaults(place: str, year: int) -> pd.DataFrame:
    return cut_out(place, year).flags


@pytest.fixture(scope="module")
def found():
    return review("Thanh Hóa", 2024)


@cache
def reviews(year: int) -> dict[str, Review]:
    """The review of each of the 63 provinces in one of the years from 2012 to 2024."""
    return {p.code: cut_out(p.code, year) for p in load_places().valid(year)}


@pytest.fixture(params=YEARS)
def judged(request):
    """Every flag of those reviews with the figures of its component."""
    keys, found = ["year", "place", "component"], reviews(request.param).values()
    figures = pd.concat([r.components for r in found])
    return pd.concat([r.flags for r in found]).merge(
        figures[[*keys, "score", "rank", "change", "group", "group_kind", "panel"]], on=keys)


def state(flags, component, rule):
    return flags[(flags["component"] == component) & (flags["rule"] == rule)].iloc[0]


def with_score(scores: pd.DataFrame, year: int, place: str, component: str, score: float) -> pd.DataFrame:
    at = (scores["year"] == year) & (scores["place"] == place) & (scores["component"] == component)
    assert at.sum() == 1
    return scores.assign(score=scores["score"].where(~at, score))


def test_dimensions_that_fell_in_2024(found):
    fell = found.flags.query("rule == 'score_fell' and level == 'dimension' and state == 'met'")
    assert fell["component"].tolist() == ["papi.1", "papi.2", "papi.6"]


def test_sipas_2024_fell_in_rank_from_published_ranks_alone(found):
    flag = state(found.flags, "sipas", "rank_fell")
    assert (flag["state"], flag["value"]) == ("met", 9)
    row = found.components.set_index("component").loc["sipas"]
    assert np.isnan(row["score"])
    assert (row["rank_before"], row["base_before"], row["rank"], row["base"]) == (13, 63, 22, 63)
    assert "sipas" in set(found.flagged()["component"])


@pytest.mark.parametrize("year, rule_state, lost", [(2023, "met", 15), (2022, "not_comparable", None),
    (2024, "not_comparable", None)])
def test_a_rank_of_par_index_is_judged_inside_one_set_of_criteria(year, rule_state, lost):
    """Place 14, 10, 25, 24: only 2022 and 2023 were measured by one set."""
    flag = state(with_defaults("thanh_hoa", year), "par", "rank_fell")
    assert flag["state"] == rule_state
    assert flag["value"] == lost or (lost is None and np.isnan(flag["value"]))


def test_the_fields_of_par_index_2021_are_judged_by_what_is_at_hand():
    found = review("thanh_hoa", 2021)
    own = found.flags[found.flags["component"].str.fullmatch(r"par\.[1-8]")]
    assert own["component"].nunique() == 8
    assert set(own.loc[own["rule"] == "score_fell", "state"]) == {"not_comparable"}  # a set of criteria of its own
    assert set(own.loc[own["rule"] == "score_low", "reason"]) == {"partial_panel"}
    low = own[own["rule"] == "rank_low"].set_index("component")["state"]
    assert low.loc[["par.7", "par.8"]].tolist() == ["not_met", "not_met"]  # published places 7 and 6 of 63
    assert set(low.drop(["par.7", "par.8"])) == {"unknown"}


@pytest.mark.parametrize("component", ["papi.3.2", "papi.5.1", "papi.5.3", "papi.5.4", "papi.6.4", "papi"])
def test_across_the_edge_of_2021_a_fall_is_not_comparable(component):
    found = with_defaults("thanh_hoa", 2021)
    for rule in ("score_fell", "rank_fell", "not_improved"):
        assert state(found, component, rule)["state"] == "not_comparable"
    assert state(found, component, "trend_down")["state"] == "too_short"


def test_a_pci_total_of_2022_is_not_compared_with_2021():
    found = with_defaults("thanh_hoa", 2022)
    for rule in ("score_fell", "rank_fell"):
        flag = state(found, "pci", rule)
        assert (flag["state"], flag["reason"]) == ("not_comparable", "edge")


@pytest.mark.parametrize("before, now, fell", [
    (1.43001, 1.42996, "not_met"), (1.43006, 1.43004, "met"), (1.4300, 1.4299, "met"), (1.43, 1.43, "not_met")])
def test_a_fall_counts_from_the_last_published_decimal_on(scores, before, now, fell):
    panel = with_score(with_score(scores, 2023, "thanh_hoa", "papi.6.2", before), 2024, "thanh_hoa", "papi.6.2", now)
    assert state(flags("thanh_hoa", 2024, scores=panel), "papi.6.2", "score_fell")["state"] == fell


@pytest.mark.parametrize("least, fell", [(0.0, "met"), (0.28, "met"), (0.29, "not_met"), (None, None)])
def test_the_least_fall_is_a_setting(least, fell):
    """PAPI 6.2 fell by 0,2870."""
    found = flags("thanh_hoa", 2024, rules=Rules(score_fell=least))
    if fell is None:
        assert "score_fell" not in set(found["rule"])
    else:
        assert state(found, "papi.6.2", "score_fell")["state"] == fell


@pytest.mark.parametrize("rule, component, at_limit, above", [
    ("rank_fell", "sipas", 9, 10), ("trend_down", "papi.1.3", 7, 8)])
def test_other_thresholds_are_settings_too(rule, component, at_limit, above):
    """SIPAS lost 9 places; 1.3 has seven comparable years, 2018-2024."""
    assert state(flags("thanh_hoa", 2024, rules=Rules(**{rule: at_limit})), component, rule)["state"] == "met"
    beyond = state(flags("thanh_hoa", 2024, rules=Rules(**{rule: above})), component, rule)["state"]
    assert beyond == ("too_short" if rule == "trend_down" else "not_met")


def test_the_low_end_of_the_ranking_is_a_setting():
    """PAPI 6.2 stands 37th of 61: in the lower half, not in the lowest quarter."""
    assert state(with_defaults("thanh_hoa", 2024), "papi.6.2", "rank_low")["state"] == "not_met"
    assert state(flags("thanh_hoa", 2024, rules=Rules(rank_low=0.5)), "papi.6.2", "rank_low")["state"] == "met"


def test_the_lowest_quarter_is_the_group_below_the_25th_percentile(judged):
    whole = judged[(judged["rule"] == "rank_low") & (judged["panel"] == "complete") & judged["score"].notna()]
    assert len(whole) > 400
    printed = set(whole.loc[whole["group_kind"] == "published", "component"])  # the other groups are what is left
    ours = whole[~whole["component"].isin(printed)]
    assert ((ours["state"] == "met") == (ours["group"] == "low")).all()


def test_score_low_takes_the_median_else_the_published_mean_and_names_it():
    papi = state(with_defaults("thanh_hoa", 2024), "papi.6.2", "score_low")
    assert (papi["state"], papi["against"]) == ("met", "median")
    high = state(with_defaults("quang_ninh", 2023), "par", "score_low")
    assert (high["state"], high["against"], high["threshold"]) == ("not_met", "published_mean", 86.98)
    none = state(with_defaults("thanh_hoa", 2024), "pci.4", "score_low")
    assert (none["state"], none["reason"]) == ("unknown", "partial_panel")


@pytest.mark.parametrize("year, component, expected", [
    (2024, "papi.6.2", "base_2022"),   # the plan's base year lies in the block
    (2022, "papi.6.2", "base_2018"),   # the base year itself is judged against the block's first year
    (2021, "papi.6.2", "base_2018"), (2022, "papi.6.4", "base_2021")])
def test_not_improved_is_judged_against_the_base_year_or_the_first_of_the_block(year, component, expected):
    assert state(with_defaults("thanh_hoa", year), component, "not_improved")["against"] == expected


def test_not_improved_takes_another_base_year_as_a_setting():
    flag = state(flags("thanh_hoa", 2024, rules=Rules(not_improved=2023)), "papi.6.2", "not_improved")
    assert (flag["against"], flag["state"]) == ("base_2023", "met")


def test_a_base_year_that_was_withheld_is_not_replaced():
    """Bắc Ninh: dimension 2 was withheld in 2022, the plan's base year."""
    flag = state(with_defaults("bac_ninh", 2024), "papi.2", "not_improved")
    assert (flag["state"], flag["reason"], flag["against"]) == ("unknown", "no_base_score", "base_2022")


def test_after_a_withheld_year_nothing_is_said_of_a_fall():
    found = with_defaults("quang_ninh", 2024)
    papi = found[(found["index"] == "papi") & found["rule"].isin(["score_fell", "rank_fell"])]
    assert set(papi["state"]) == {"unknown"}
    assert set(papi.loc[papi["rule"] == "score_fell", "reason"]) == {"withheld"}


def test_fell_with_the_country_or_on_its_own(found):
    rows = found.components.set_index("component")
    for code, row in rows[rows["change_published"] < 0].iterrows():
        if np.isnan(row["median_change"]):
            assert row["fell_with"] == "", code
        else:
            half = row["usual_movement"] / 2  # neither part is named unless it is larger
            fell = round(row["median_change"], 4) < 0 and -row["median_change"] > half
            own = row["median_change"] - row["change"] > half
            most = row["median_change"] <= row["change"] / 2  # the country fell by at least half as much
            said = "country" if fell and most else "more" if fell and own else "own" if own and not fell else ""
            assert row["fell_with"] == said, code
    assert set(rows.loc[~(rows["change_published"] < 0), "fell_with"]) == {""}


def by_conditions(found):
    return replace(found, params=found.params.model_copy(update={"order": "conditions"}))


def test_the_list_of_before_is_ordered_by_conditions_met(found):
    flagged = by_conditions(found).flagged()
    assert (flagged["met"] > 0).all()
    assert flagged["met"].is_monotonic_decreasing
    assert flagged["component"].is_unique
    assert set(flagged["component"]) == set(found.flags.loc[found.flags["state"] == "met", "component"])


def test_the_list_begins_with_the_totals_and_goes_on_by_what_is_expected(found):
    flagged = found.flagged()
    assert set(flagged["component"]) == set(found.flags.loc[found.flags["state"] == "met", "component"])
    assert flagged["component"].is_unique
    total = flagged["level"] == "total"
    assert total.tolist() == sorted(total, reverse=True)
    assert flagged.loc[~total, "priority"].is_monotonic_decreasing


def test_the_focus_list_takes_what_will_most_likely_still_be_low(found):
    """Thanh Hóa 2024: PAPI 3.1 at place 50 of 61, 1.3 at 17, PCI 4 lost 1.03; 2023: PCI 5, 6 at 54, 56 of 63."""
    first = found.focus(8)["component"].tolist()
    assert first[0] == "papi.3.1"
    assert "pci.4" in first
    assert "papi.1.3" not in first
    assert "papi.1.3" in by_conditions(found).focus(8)["component"].tolist()
    assert {"pci.5", "pci.6"} <= set(review("thanh_hoa", 2023).focus(8)["component"])


def test_where_only_totals_are_at_hand_they_are_the_focus():
    for place, year in (("thanh_hoa", 2012), ("quang_ninh", 2024), ("quang_ninh", 2023), ("bac_giang", 2021)):
        found = review(place, year)
        below = found.flagged()["level"] != "total"
        focus = found.focus(8)
        assert len(focus) or found.flagged().empty or set(found.components["level"]) != {"total"}
        assert (focus["level"] == "total").any() <= (not below.any())


def test_no_trend_down_stands_at_its_highest_or_fell_in_half_of_its_steps_or_fewer():
    now = judged_panel()[judged_panel()["year"] == 2024].reset_index(drop=True)
    met = now[named("trend_down").judge(now, 4)[0] == "met"]
    assert len(met) > 400
    assert not met["at_highest"].any()
    assert (2 * met["falls"] > met["steps"]).all()
    assert (met["slope"] < 0).all()


def test_the_focus_list_of_before_is_the_head_of_the_finest_level(found, catalogue):
    found = by_conditions(found)
    focus = found.focus(8)
    assert len(focus) == 8
    with_figures = set(found.components["component"])
    for code in focus["component"]:
        assert not any(catalogue.component(c).parent == code for c in with_figures)
    ordered = found.flagged()["component"].tolist()
    positions = [ordered.index(c) for c in focus["component"]]
    assert positions == sorted(positions)
    assert found.focus(3)["component"].tolist() == focus["component"].tolist()[:3]


def test_parts_of_a_total_are_never_flagged(catalogue):
    found = review("thanh_hoa", 2012)
    assert "par" in set(found.components["component"])
    assert not any(catalogue.component(c).level == PART for c in found.components["component"])


def test_follow_up_says_what_became_of_last_years_flags():
    now, before = review("thanh_hoa", 2024), review("thanh_hoa", 2023)
    became = follow_up(now, before).set_index("component")["state"]
    last, this = set(before.flagged()["component"]), set(now.flagged()["component"])
    new, first = (set(became[became == s].index) for s in ("new", "first"))
    assert new | first == this - last
    then = before.flags.set_index(["component", "rule"])["state"]
    for component in this - last:
        rules = now.flags.loc[(now.flags["component"] == component) & (now.flags["state"] == "met"), "rule"]
        known = any(then.get((component, r)) == "not_met" for r in rules)
        assert (component in new) == known
    kept = became[became.isin(["still", "risen", "other"])]
    assert set(kept.index) == this & last
    met = {w: f.flags[f.flags["state"] == "met"].groupby("component")["rule"].agg(set) for w, f in
           (("now", now), ("before", before))}
    rose = now.components.set_index("component")["change_published"] > 0
    for component, state in kept.items():
        shared = met["now"][component] & met["before"][component]
        low = met["now"][component] & {"rank_low", "score_low"}
        assert state == ("other" if not shared else "risen" if rose[component] and low else "still"), component
    cleared, not_judged = (set(became[became == s].index) for s in ("cleared", "not_judged"))
    assert cleared | not_judged == last - this
    state = now.flags.set_index(["component", "rule"])["state"]
    for component, rule in before.flags.loc[before.flags["state"] == "met", ["component", "rule"]].itertuples(index=False):
        assert component not in cleared or state[component, rule] == "not_met"


def test_a_flag_that_cannot_be_judged_again_is_not_cleared():
    """PCI 2 was below the median of 2023; the median of 2024 is not known, so nobody can say that it is above it."""
    became = follow_up(review("thanh_hoa", 2024), review("thanh_hoa", 2023)).set_index("component")["state"]
    assert became["pci.2"] == "not_judged"
    assert became["par"] == "not_judged"  # the rank of 2024 stands on another set of criteria
    assert became["papi.4"] == "cleared"


def test_what_is_missing_is_withheld_with_a_reason_or_not_at_hand():
    missing = review("quang_ninh", 2023).missing
    papi = missing[missing["index"] == "papi"]
    assert set(papi["reason"]) == {"withheld"}
    assert (papi["why"] != "").all()
    assert set(missing.loc[missing["index"] == "par", "reason"]) == {"not_at_hand"}


@pytest.mark.parametrize("place, year, error, words", [
    ("Thanh Hoaa", 2024, PlaceError, "Thanh Hóa"), ("Hà Tây", 2024, PlaceError, "2008"),
    ("thanh_hoa", 2030, NoDataError, r"số liệu có từ \d{4} đến 2024"), ("thanh_hoa", 1999, NoDataError, "đến 2024")])
def test_wrong_calls_say_what_there_is(place, year, error, words):
    with pytest.raises(error, match=words):
        flags(place, year)


def test_one_rule_switched_off_leaves_the_others():
    found = flags("thanh_hoa", 2024, rules=Rules(trend_down=None, not_improved=None))
    assert set(found["rule"]) == {c.name for c in CONDITIONS} - {"trend_down", "not_improved"}


def test_with_every_rule_off_nothing_is_flagged():
    off = Rules(**dict.fromkeys(c.name for c in CONDITIONS))
    found = review("thanh_hoa", 2024, rules=off)
    assert found.flags.empty
    assert found.flagged().empty


@pytest.mark.parametrize("year", YEARS)
def test_every_province_is_judged_without_blank_or_nan_texts(catalogue, year):
    valid = set(catalogue.valid(year))
    for place, found in reviews(year).items():
        long = found.flags
        assert set(long["state"].astype(str)) <= STATES, place
        for column in ("rule", "state", "against", "reason", "grade"):
            assert not long[column].astype(str).str.contains("nan|None|<NA>").any(), (place, column)
        undecided = ~long["state"].isin(["met", "not_met"])
        assert (long.loc[undecided, "reason"].astype(str) != "").all(), place
        assert long.loc[~undecided, ["value", "threshold"]].notna().all(axis=None), place
        assert (long.groupby("component").size() == len(CONDITIONS)).all(), place
        assert set(found.components["component"]) | set(found.missing["component"]) == valid, place
        assert not set(found.components["component"]) & set(found.missing["component"]), place
        assert (found.missing.loc[found.missing["reason"] == "withheld", "why"] != "").all(), place
        assert set(found.focus(8)["component"]) <= set(found.flagged()["component"]), place


def test_met_never_stands_without_the_figure_it_judges(judged):
    """A rank that was neither published nor computed is never low; a score that is missing never fell."""
    needs = {"score_fell": "change", "trend_down": "score", "rank_fell": "rank", "rank_low": "rank",
             "score_low": "score", "not_improved": "score"}
    met = judged[judged["state"] == "met"]
    assert len(met) > 1000
    for rule, figure in needs.items():
        assert met.loc[met["rule"] == rule, figure].notna().all(), rule


def test_totals_are_judged_like_components_but_stay_totals(found):
    totals = found.components[found.components["level"] == TOTAL]
    assert totals["component"].tolist() == ["papi", "pci", "par", "sipas"]


def test_a_review_takes_scores_of_the_users_own():
    papi = load_scores("papi")
    own = review("thanh_hoa", 2024, scores=papi)
    assert set(own.components["index"]) == {"papi"}
    assert {"pci", "par", "sipas"} <= set(own.missing["index"])
