"""What moved the total, and what a target would take."""

import pandas as pd
import pytest
from conftest import in_part

import indexlib as ix
from indexlib.analysis.outlook import (
    LARGEST,
    best_gains,
    closing_gaps,
    contributions,
    effects,
    score_of_rank_moves,
    targets,
)
from indexlib.analysis.panel import build
from indexlib.data.catalogue import load_catalogue


@pytest.fixture(scope="module")
def scores():
    return ix.load_scores()


@pytest.mark.parametrize("nth", in_part(6, 1))
def test_contributions_sum_to_the_change_of_the_total(scores, nth):
    """PAPI within 1e-4; PCI from rounded pages within the rounding of two decimals (0,025 at most)."""
    checked, panel = {"papi": 0, "pci": 0}, build(scores)
    for index, limit in (("papi", 1e-4), ("pci", 0.026)):
        totals = scores[(scores["component"] == index) & scores["score"].notna()]
        for year, place in totals[["year", "place"]].iloc[::nth].itertuples(index=False):
            try:
                found = contributions(panel, place, year, index)
            except ix.NoDataError:
                continue
            near = 0.6 if index == "pci" and year in (2011, 2012) else limit  # totals of 2011 fit to 0,56
            assert abs(found["rest"].iloc[0]) < near, (index, place, year)
            checked[index] += 1
    assert checked["papi"] > 400 / nth and checked["pci"] > 150 / nth


def test_unrounded_pci_follows_the_recovered_weights(scores):
    found = contributions(scores, "thanh_hoa", 2019, "pci")
    assert abs(found["rest"].iloc[0]) < 1e-4 and set(found["basis"]) == {"recovered"}


def test_thanh_hoa_2024_fell_most_by_public_services(scores):
    found = contributions(scores, "thanh_hoa", 2024, "papi")
    assert found["component"].iloc[0] == "papi.6"
    assert found["contribution"].iloc[0] == pytest.approx(-0.2977, abs=5e-5)
    assert (found["contribution"] < 0).sum() == 3 and len(found) == 8


@pytest.mark.parametrize("year, index", [(2021, "papi"), (2022, "pci"), (2020, "papi")])
def test_no_breakdown_across_the_edge_of_a_block(scores, year, index):
    with pytest.raises(ix.NoDataError, match="không so sánh được"):
        contributions(scores, "thanh_hoa", year, index)


def test_weights_sum_to_the_whole():
    assert effects("pci", 2024)["effect"].sum() == pytest.approx(10)
    assert effects("papi", 2024)["effect"].tolist() == [1.0] * 8
    for index, year in (("par", 2024), ("sipas", 2024), ("pci", 2005)):
        with pytest.raises(ix.NoDataError):
            effects(index, year)


def test_the_gain_reaches_the_wanted_place_and_no_more(scores):
    found = targets(scores, "thanh_hoa", 2024, "papi", rank=10)
    tenth = ix.standing(scores).query("year == 2024 and component == 'papi' and rank == 10")["score"].item()
    own = scores.query("year == 2024 and component == 'papi' and place == 'thanh_hoa'")["score"].item()
    assert found["gain"].tolist() == pytest.approx([tenth - own] * 8)
    assert found["wanted_total"].iloc[0] == tenth


def test_pci_gains_are_divided_by_the_weight_and_marked_recovered(scores):
    found = targets(scores, "thanh_hoa", 2024, "pci", total=70.18).set_index("component")
    assert found.loc["pci.5", "gain"] == pytest.approx((70.18 - 68.74) / 1.5)
    assert not found.loc["pci.1", "within_scale"] and found.loc["pci.5", "within_scale"]
    assert set(found["basis"]) == {"recovered"}


def test_a_wishful_target_shows(scores):
    """No province ever gained as much in a year as PCI 3 would have to."""
    found = targets(scores, "thanh_hoa", 2024, "pci", total=72).set_index("component")
    row = found.loc["pci.3"]
    assert row["gain"] > row["best_gain"] and row["as_large"] == 0
    best = best_gains(scores).query("component == 'pci.3'")["gain"].max() * 9
    assert row["best_gain"] == pytest.approx(best)


def test_a_target_already_met_needs_nothing(scores):
    assert (targets(scores, "thanh_hoa", 2024, "papi", total=40)["gain"] == 0).all()


def test_targets_that_cannot_be_stated(scores):
    with pytest.raises(ValueError):
        targets(scores, "thanh_hoa", 2024, "papi")
    with pytest.raises(ix.NoDataError):
        targets(scores, "thanh_hoa", 2024, "pci", rank=15)  # the 15th score of 2024 is not at hand
    with pytest.raises(ix.NoDataError):
        targets(scores, "quang_ninh", 2023, "papi", rank=5)
    with pytest.raises(ix.NoDataError):
        closing_gaps(scores, "thanh_hoa", 2024, "pci")


def test_closing_gaps(scores):
    found = closing_gaps(scores, "thanh_hoa", 2024, "papi").set_index("component")
    s = ix.standing(scores).query("year == 2024 and component == 'papi.8'")
    own = s.loc[s["place"] == "thanh_hoa", "score"].item()
    assert found.loc["papi.8", "to_median"] == pytest.approx(s["median"].iloc[0] - own)
    assert found.loc["papi.1", "to_median"] == 0
    assert (found["rank_quarter"] <= found["rank_median"]).all() and found["rank_median"].max() <= 13


def test_how_much_of_large_gains_stayed_is_what_became_of_them(scores):
    """PAPI 1: the ten largest gains whose next year is in the same block."""
    row = targets(scores, "thanh_hoa", 2024, "papi", rank=10).set_index("component").loc["papi.1"]
    own = load_catalogue().with_block(scores[scores["component"] == "papi.1"]).dropna(subset="score")
    at = own.set_index(["place", "year"])[["score", "block"]]
    gains = []
    for (place, year), now in at.iterrows():
        if {(place, year - 1), (place, year + 1)} <= set(at.index):
            before, after = at.loc[place, year - 1], at.loc[place, year + 1]
            if before["block"] == after["block"] and now["score"] > before["score"]:
                gains.append((now["score"] - before["score"], after["score"] - before["score"]))
    top = sorted(gains, reverse=True)[:LARGEST]
    assert row["kept"] == pytest.approx(sum(left / gain for gain, left in top) / LARGEST)


def test_the_score_that_holds_a_place_moves_itself(scores):
    """The tenth total of PAPI: 2011 to 2015, 2016 and 2017, 2021 to 2024, as 2018, 2019 and 2020 stand alone."""
    size, n = score_of_rank_moves(scores, 2024, "papi", 10)
    papi = scores[scores["component"] == "papi"]
    tenth = papi.groupby("year")["score"].apply(lambda s: s.nlargest(10).iloc[-1])
    moves = [abs(tenth[y] - tenth[y - 1]) for y in (2012, 2013, 2014, 2015, 2017, 2022, 2023, 2024)]
    assert n == len(moves)
    assert size == pytest.approx(pd.Series(moves).median())
    assert score_of_rank_moves(scores, 2016, "papi", 70)[1] == 0
