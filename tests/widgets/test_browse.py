"""Tables to search, sort and export: what is shown, what is sorted by, what is exported."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from indexlib import browse, changes, load_scores, standing
from indexlib.base.wording import speaking
from indexlib.widgets.browse import BrowseError, readable


@pytest.fixture(scope="module")
def year():
    return standing(load_scores()).query("year == 2024").reset_index(drop=True)


def settings(table):
    """Columns by heading and place, and what each is sorted by."""
    by = {d["targets"][0]: d["orderData"][0] for d in table._dt_args["columnDefs"] if "orderData" in d}
    hidden = {i for d in table._dt_args["columnDefs"] if d.get("visible") is False for i in d["targets"]}
    return by, hidden


def test_cells_are_as_people_read_them(year):
    shown = readable(year[(year["place"] == "thanh_hoa") & year["component"].isin(["papi", "pci", "sipas"])])
    assert shown["Nơi"].tolist() == ["Thanh Hóa"] * 3
    assert shown["Điểm"].tolist() == ["44,8708", "68,74", "–"]
    assert shown["Hạng"].tolist() == ["13/61*", "21/63", "22/63"]
    assert shown["Nhóm"].tolist() == ["Cao", "–", "–"]
    with speaking("en"):
        assert readable(year[year["place"] == "thanh_hoa"].head(1))["Score"].tolist() == ["44.8708"]


def test_no_cell_holds_a_word_of_the_machine(year):
    for frame in (year, changes(load_scores("papi")).query("year >= 2023"), load_scores("sipas")):
        text = readable(frame).to_csv(index=False)
        assert not re.search(r"\b(nan|NaN|None|NaT|computed|published)\b", text)


def test_sorting_goes_by_the_value_and_search_by_plain_letters(year):
    frame = year.loc[year["component"] == "papi.6.2", ["place", "component", "score", "rank", "base", "rank_kind"]]
    table = browse(frame)
    by, hidden = settings(table)
    rows = json.loads(table._dt_args["data_json"])
    columns = list(table.df.columns)
    for heading, column in (("Điểm", "score"), ("Hạng", "rank")):
        behind = by[columns.index(heading)]
        assert behind in hidden
        assert [float(row[behind]) for row in rows] == pytest.approx(frame[column].tolist(), abs=1e-6)
    found = [row for row in rows if "thanh hoa" in row[-1]]
    assert len(found) == 1 and found[0][columns.index("Điểm")] == "1,4713"
    assert any("da nang" in row[-1] for row in rows)


def test_exports_hold_plain_numbers_and_ranks_apart_from_their_bases(year):
    table = browse(year.loc[year["component"] == "papi", ["place", "score", "rank", "base", "rank_kind", "component"]])
    excel = next(b for b in table._dt_args["buttons"] if b["extend"] == "excelHtml5")["exportOptions"]["columns"]
    row = next(r for r in json.loads(table._dt_args["data_json"]) if r[0] == "Thanh Hóa")
    assert [row[i] for i in excel] == ["Thanh Hóa", "44.87075", "13", "61", "tự tính", "PAPI"]
    copied = next(b for b in table._dt_args["buttons"] if b["extend"] == "copyHtml5")["exportOptions"]["columns"]
    assert [row[i] for i in copied] == ["Thanh Hóa", "44,8708", "13", "61", "tự tính", "PAPI"]


def test_missing_figures_are_a_dash_on_the_screen_and_nothing_in_the_file():
    frame = pd.DataFrame({"place": ["thanh_hoa", "nghe_an"], "component": "sipas", "score": [None, None], "rank": [22, None],
                          "rank_base": [63, None]})
    table = browse(frame)
    rows = json.loads(table._dt_args["data_json"])
    by, _ = settings(table)
    assert [row[2] for row in rows] == ["–", "–"] and [row[by[2]] for row in rows] == ["", ""]
    assert [row[3] for row in rows] == ["22/63", "–"]


def test_markup_stays_text():
    table = browse(pd.DataFrame({"place": ["thanh_hoa"], "note": ["<img src=x onerror=alert(1)>"]}))
    assert "<img" not in table._dt_args["data_json"]


def test_no_frame_breaks_it():
    assert browse(pd.DataFrame()).df.empty
    assert browse(load_scores("papi").head(0)).df.empty
    assert browse(pd.DataFrame({"x": [True, False], "y": [1.5, None]})).df.iloc[:, 1].tolist() == ["1,50", "–"]


def test_more_rows_than_a_browser_takes_are_refused_with_what_to_do():
    with pytest.raises(BrowseError, match=r"20\.000.*theo năm"):
        browse(load_scores())


def test_nothing_is_left_out_without_a_word(year):
    assert len(browse(year).df) == len(year) > 1000
