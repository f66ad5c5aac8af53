"""Figures found in the press and with provinces: every believed one is in, no refused one is."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT, SHARED

from indexlib import load_reference, load_scores, review, standing
from indexlib.content import tables
from indexlib.content.tables.flagged import row_notes
from indexlib.data.scores import load_remarks

PUBLISHED = SHARED / "published"
KEYS = ["year", "place", "component"]


@pytest.mark.parametrize("year, place, component, score, rank", [
    (2021, "quang_ninh", "sipas", 94.07, 1), (2021, "ba_ria_vung_tau", "sipas", 86.72, 38),
    (2022, "bac_giang", "par", 88.54, 4), (2023, "hoa_binh", "par", 86.76, 35), (2024, "cao_bang", "par", None, 63),
    (2019, "lao_cai", "par.part.economy", 4, None), (2022, "quang_nam", "pci", 66.62, None),
    (2023, "yen_bai", "pci", 65.99, 39)])
def test_a_figure_found_stands_as_printed(scores, year, place, component, score, rank):
    row = scores.query("year == @year and place == @place and component == @component")[["score", "rank"]].iloc[0]
    assert [None if pd.isna(x) else x for x in row] == [score, rank]


def test_no_rank_rests_on_the_order_of_a_list(scores):
    """Two lists of one year disagree on their order (SIPAS 2022, third and fourth): an order is no printed rank."""
    assert not scores["note"].str.contains("liệt kê").any()
    assert scores.query("year == 2023 and place == 'long_an' and component == 'par'").empty
    hai_phong = scores.query("year == 2020 and place == 'hai_phong' and component == 'sipas'").iloc[0]
    assert (hai_phong["score"], pd.isna(hai_phong["rank"])) == (93.57, True)


def test_a_mean_read_with_its_decimals_replaces_the_rounded_one():
    means = load_reference().query("statistic == 'mean' and area == ''").set_index(["component", "year"])["value"]
    assert (means["sipas", 2017], means["par", 2022]) == (80.90, 84.79)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
@pytest.mark.parametrize("table", ["par_index/par_index_found_3.csv", "sipas/sipas_found_3.csv", "pci/pci_found_3.csv"])
def test_every_figure_found_but_the_doubtful_ones_is_in(scores, table):
    given = pd.read_csv(PUBLISHED / table)
    doubtful = given["trust"].str.startswith("C")
    both = given.merge(scores, on=KEYS, how="left", suffixes=("_given", ""), indicator=True)
    assert set(both.loc[doubtful, "_merge"]) <= {"left_only"}
    both = both[~doubtful]
    for column in ("score", "rank", "rank_base"):
        known = both[f"{column}_given"].notna()
        assert both.loc[known, column].equals(both.loc[known, f"{column}_given"].rename(column)), column
    assert all(one in keys.split("; ") for one, keys in zip(both["source_given"], both["source"], strict=True))


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
def test_every_mean_median_and_extreme_found_is_in():
    given = pd.read_csv(PUBLISHED / "reference_2.csv", keep_default_na=False)
    keys = ["index", "year", "component", "area", "statistic", "value", "source"]
    assert len(given[keys].merge(load_reference()[keys])) == len(given)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
def test_every_figure_that_had_no_code_is_in(scores, catalogue):
    given = pd.read_csv(PUBLISHED / "par_index" / "par_index_without_code.csv")
    printed = given[given["place"].notna()]
    names = {"thể chế": "par.2", "thủ tục hành chính": "par.3", "tổ chức bộ máy": "par.4", "tài chính công": "par.6",
             "chỉ đạo điều hành": "par.1", "tác động": "par.part.impact"}
    own = scores.set_index(KEYS)
    for r in printed.itertuples():
        component = next(code for name, code in names.items() if name in r.what_is_printed)
        assert own.loc[(r.year, r.place, component), "percent" if "%" in r.unit else "score"] == float(r.value)
    most = given.loc[given["place"].isna(), "value"].astype(float).item()
    blocks = catalogue.comparability.set_index(["component", "first_year"])["scale_max"]
    assert (blocks["par.part.appraised", 2019], blocks["par.part.impact", 2022]) == (most, 38.5)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
def test_maximum_points_are_those_printed(catalogue):
    given = pd.read_csv(PUBLISHED / "par_index" / "par_index_max_points_2.csv")
    blocks = catalogue.comparability.astype({"first_year": int})
    for r in given.itertuples():
        own = blocks[(blocks["component"] == r.component) & (blocks["first_year"] <= r.year)]
        assert own["scale_max"].iloc[-1] == r.maximum, r


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
def test_no_refused_figure_is_in(scores):
    printed = pd.read_csv(PUBLISHED / "pci" / "pci_refused.csv").merge(scores, on=KEYS)
    assert (printed["printed"] != printed["score"]).all()
    order = pd.read_csv(PUBLISHED / "par_index" / "listing_order_ranks.csv").merge(scores, on=KEYS)
    assert not (order["rank_x"] == order["rank_y"]).any()


@pytest.mark.parametrize("place, year, component, said", [
    ("hoa_binh", 2023, "par", "par-81 in điểm 86,89"), ("hai_phong", 2023, "sipas", "sipas-37 in hạng 1"),
    ("quang_nam", 2023, "pci", "pci-f01 in điểm 67,04")])
def test_what_another_page_says_otherwise_is_a_remark_and_no_score(scores, place, year, component, said):
    remark = load_remarks().query("place == @place and year == @year and component == @component").iloc[0]
    row = scores.query("place == @place and year == @year and component == @component")
    assert row.empty or row[remark["column"]].item() != remark["value"]
    assert any(said in note for note in row_notes(review(place, year), [component]))


def test_a_row_cites_both_pages_that_its_figures_stand_on(scores):
    """Hòa Bình prints its score on one page and its rank on another."""
    row = scores.query("year == 2023 and place == 'hoa_binh' and component == 'par'").iloc[0]
    assert (row["score"], row["rank"], row["source"]) == (86.76, 35, "par-60; par-81")
    named = tables.sources(review("hoa_binh", 2023)).frame
    assert {"par-60", "par-81"} <= set(named["source"])


@pytest.mark.parametrize("year, place, rank", [
    (2017, "ha_nam", 35), (2017, "thai_binh", 34), (2017, "bac_kan", 59), (2017, "lai_chau", 60), (2018, "bac_giang", 36),
    (2018, "tuyen_quang", 34), (2018, "nam_dinh", 35), (2018, "ca_mau", 49), (2018, "hoa_binh", 48)])
def test_ranks_among_totals_that_are_equal_at_two_decimals_follow_the_unrounded_ones(scores, year, place, rank):
    """The page these ranks were crawled from orders equal totals by name: they are not published ranks."""
    row = standing(load_scores("pci")).query("component == 'pci' and year == @year and place == @place").iloc[0]
    assert (row["rank"], row["rank_kind"]) == (rank, "computed")
    corrected = pd.read_csv(ROOT / "data" / "scores" / "corrections.csv").query("year == @year and place == @place")
    assert corrected["column"].tolist() == ["rank"]
