"""Intervals of a rank."""

import numpy as np
import pytest

import indexlib as ix
from indexlib.analysis.panel import build
from indexlib.analysis.rank_intervals import rank_intervals
from indexlib.analysis.standing import standing
from indexlib.base.problems import PlaceError


@pytest.fixture(scope="module")
def scores():
    return ix.load_scores()


def test_the_interval_holds_most_ranks_and_stays_inside_the_base(scores):
    ranks = standing(scores).query("place == 'thanh_hoa' and rank_kind == 'computed'")
    both = rank_intervals(scores, "thanh_hoa").merge(ranks, on=["year", "place", "component"])
    assert len(both) > 300
    assert (both["rank_best"] >= 1).all() and (both["rank_worst"] <= both["base"]).all()
    inside = both["rank"].between(both["rank_best"], both["rank_worst"])
    assert inside.mean() > 0.9


def test_intervals_are_not_pushed_to_the_middle(scores):
    """The best and the worst of a year keep intervals at their own ends."""
    ranked = standing(scores).query("rank_kind == 'computed'")
    for component in ("papi.1", "papi.4", "papi.8"):
        own = ranked[(ranked["year"] == 2024) & (ranked["component"] == component)].sort_values("rank")
        first, last = (rank_intervals(scores, p, [2024]).set_index("component").loc[component]
                       for p in (own["place"].iloc[0], own["place"].iloc[-1]))
        assert first["rank_best"] <= 3 and last["rank_worst"] >= 58
        assert first["rank_best"] < last["rank_best"] and first["rank_worst"] < last["rank_worst"]


def test_the_same_call_gives_the_same_interval(scores):
    a, b = (rank_intervals(scores, "quang_ninh", [2022]) for _ in range(2))
    assert a.equals(b) and len(a)


def test_no_interval_where_the_panel_is_not_whole(scores):
    found = rank_intervals(scores, "thanh_hoa", [2024])
    assert set(found["component"].str.split(".").str[0]) == {"papi"}
    assert rank_intervals(build(scores.query("place == 'thanh_hoa'")), "thanh_hoa").empty
    with pytest.raises(PlaceError):
        rank_intervals(scores, "khong_co")


def test_no_interval_is_the_whole_board_nor_rests_on_the_noise_of_other_blocks(scores):
    """PAPI 3.2 of 2024: the noise pooled over older blocks exceeds the spread; the totals of 2018 to 2020 stand alone."""
    panel = build(scores)
    for place in ("thanh_hoa", "ha_giang", "hai_phong"):
        found = rank_intervals(panel, place)
        assert "papi.3.2" not in set(found.loc[found["year"] == 2024, "component"])
        assert not set(found.loc[found["component"] == "papi", "year"]) & {2016, 2017, 2018, 2019, 2020}
        base = standing(panel).merge(found, on=["year", "place", "component"])
        assert not ((base["rank_best"] == 1) & (base["rank_worst"] == base["scored"])).any()


def test_a_withheld_place_has_no_interval(scores):
    assert rank_intervals(scores, "quang_ninh", [2023]).query("component == 'papi'").empty


def test_coverage_of_the_true_rank_on_a_panel_with_known_levels():
    from indexlib.analysis import noise
    from indexlib.analysis import rank_intervals as ranks
    from indexlib.plan.calibration import simulate

    panel, level = simulate(60, 6, 12, noise_sd=0.035, level_sd=0.02, seed=4)
    variance = noise.yearly_variance(panel)
    true = 1 + (level[:, None] > level[None]).sum(axis=0)
    hits = []
    for place in range(0, 60, 3):
        for _, c, y, members in panel.columns_of():
            low, high = ranks._interval(panel.score[members, c, y], variance[members, c, y], place, (y, c))
            hits.append(low <= 61 - (61 - true[place, c, y]) <= high)
    assert 0.82 < np.mean(hits) < 0.97
