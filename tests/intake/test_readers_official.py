"""Every cell of the official workbooks, read a second time by other software, equals the reading.

The places of the cells stand here, found by eye in each workbook; the readers know none of them.
"""

from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlrd
from make_workbooks import refusals

import indexlib as ix
from indexlib.data.lookup import find_place
from indexlib.intake.addition import compare
from indexlib.intake.files.report import ONCE
from indexlib.intake.recognise import read_published

PUBLISHED = Path(__file__).parents[3] / "shared" / "published"
pytestmark = [
    pytest.mark.by_turns,
    pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the official workbooks (../shared) are not at hand"),
]

NINE = ["pci.1", "pci.2", "pci.3", "pci.4", "pci.5", "pci.7", "pci.8", "pci.9", "pci.10"]
TEN = [f"pci.{i}" for i in range(1, 11)]
YEAR_2005 = ["pci.1", "pci.2", "pci.3", "pci.4", "pci.5", "pci.implementation", "pci.6", "pci.7", "pci.8", "pci"]

#: year: file, sheet, first row, number of rows, province column (0: the column left of each score),
#: component to column; rows and columns count from 1.
SUMMARIES = {
    2005: ("PCI_2005.xls", "Bảng tóm tắt chỉ số", 3, 42, 1, dict(zip(YEAR_2005, range(6, 16), strict=True))),
    2006: ("PCI_2006.xls", "PCI Tóm tắt", 3, 64, 2, dict(zip([*TEN, "pci"], range(3, 14), strict=True))),
    2007: ("PCI_2007.xls", "Tóm tắt các chỉ số PCI ", 2, 64, 1,
           dict(zip(TEN, range(5, 15), strict=True)) | {"pci": 16}),
    2008: ("PCI_2008.xls", "Tổng hợp", 3, 64, 0, dict(zip(TEN, range(3, 23, 2), strict=True)) | {"pci": 25}),
    2009: ("PCI_2009.xls", "Tong Hop", 4, 63, 3, dict(zip([*NINE, "pci"], range(4, 14), strict=True))),
    2010: ("PCI_2010.xls", "Tong hop", 2, 63, 0, dict(zip(NINE, range(3, 20, 2), strict=True)) | {"pci": 23}),
    2011: ("PCI_2011.xls", "Tong hop", 2, 63, 0, dict(zip(NINE, range(3, 20, 2), strict=True)) | {"pci": 21}),
    2012: ("PCI_2012.xlsx", "Tong hop", 2, 63, 0, dict(zip(NINE, range(3, 20, 2), strict=True)) | {"pci": 21}),
    2013: ("PCI_2013.xlsx", "Summary_VN", 2, 63, 0, dict(zip([*TEN, "pci"], range(3, 24, 2), strict=True))),
    2014: ("PCI_2014.xlsx", "Summary_VN", 2, 63, 0, dict(zip([*TEN, "pci"], range(3, 24, 2), strict=True))),
    2015: ("PCI_2015.xlsx", "Summary_VN", 2, 63, 0, dict(zip([*TEN, "pci"], range(3, 24, 2), strict=True))),
    2016: ("PCI_2016.xlsx", "Summary_VN", 2, 63, 0, dict(zip([*TEN, "pci"], range(3, 24, 2), strict=True))),
    2023: ("PCI_2023_indicators_vi.xlsx", "Tổng hợp", 2, 63, 1, dict(zip(TEN, range(2, 12), strict=True))),
}
#: Sub-index sheets: first row, province column, score column (counted from 1), by component.
PARTS = {
    2005: {c: (s, 3, 1, n) for c, s, n in [
        ("pci.1", 2, 13), ("pci.2", 3, 14), ("pci.3", 4, 14), ("pci.4", 5, 9), ("pci.5", 6, 7),
        ("pci.implementation", 7, 5), ("pci.6", 8, 13), ("pci.7", 9, 6), ("pci.8", 10, 6)]},
    2006: {c: (i + 2, 3 if i == 0 else 2, 2, n) for i, (c, n) in enumerate(
        zip(TEN, (13, 17, 16, 10, 8, 14, 8, 9, 7, 9), strict=True))},
    2007: {c: (i + 2, 4, n - 1, n) for i, (c, n) in enumerate(
        zip(TEN, (12, 14, 16, 10, 8, 13, 7, 9, 10, 10), strict=True))},
    2009: {c: (i + 1, 3, 2, 3) for i, c in enumerate(NINE)},
    2010: {c: (i + 1, 4 if i > 6 else 3, 2, 3) for i, c in enumerate(NINE)},
    2008: {c: (i + 1, 4, n - 1, n) for i, (c, n) in enumerate(
        zip(TEN, (25, 23, 29, 17, 13, 23, 11, 17, 17, 17), strict=True))},
    2011: {c: (i + 1, 4, 2, 3) for i, c in enumerate(NINE)},
    2012: {c: (i + 1, 4, 2, 3) for i, c in enumerate(NINE)},
    2013: {c: (i + 2, 4, 2, 3) for i, c in enumerate(TEN)},
    2014: {c: (i + 2, 4, 2, 3) for i, c in enumerate(TEN)},
    2015: {c: (i + 2, 4, 2, 3) for i, c in enumerate(TEN)},
    2016: {c: (i + 2, 4, 2, 3) for i, c in enumerate(TEN)},
    2023: {c: (i + 1, 2, 1, 2) for i, c in enumerate(TEN)},
}
RANKS = {2005: (0, 2, 1, 3), 2007: (1, 2, 1, 2), 2009: (0, 4, 3, 2), 2010: (0, 2, 24, 25), 2011: (0, 2, 22, 23),
         2012: (0, 2, 22, 23), 2013: (0, 2, 22, 24), 2014: (0, 2, 22, 24), 2015: (0, 2, 22, 24), 2016: (0, 2, 22, 24)}
#: Of 2008 the sheet of sub-index 6 is of other figures, and that of 1 says Gia Lai in place of Quảng Nam.
ELSEWHERE = {(2008, "pci.6"): None, (2008, "pci.1"): {"gia_lai", "quang_nam"}}


@cache
def cells(name: str, folder: str = "pci") -> list[tuple[str, list[list]]]:
    """Sheets of a workbook by xlrd or openpyxl."""
    path = PUBLISHED / folder / name
    if name.endswith(".xls"):
        book = xlrd.open_workbook(path)
        return [(s.name, [s.row_values(r) for r in range(s.nrows)]) for s in book.sheets()]
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    sheets = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        sheets.append((sheet.title, [list(row) for row in sheet.iter_rows(values_only=True, max_col=40)]))
    return sheets


@cache
def reading(year: int):
    return read_published(PUBLISHED / "pci" / SUMMARIES[year][0], year=year if year in (2005, 2008, 2023) else None)


def scores(year: int, component: str, column: str = "score") -> dict[str, float]:
    frame = reading(year).scores
    own = frame[frame["component"] == component].dropna(subset=[column])
    return dict(own[["place", column]].itertuples(index=False))


def column(rows: list[list], first: int, count: int, place: int, score: int, year: int) -> dict[str, float]:
    picked = [(rows[r - 1][place - 1], rows[r - 1][score - 1]) for r in range(first, first + count)]
    return {find_place(str(name), year).code: value for name, value in picked}


@pytest.mark.parametrize("year", SUMMARIES)
def test_no_errors_and_the_right_year(year):
    assert reading(year).errors == []
    assert {p.code for p in reading(year).doubts} == ({"sheets_differ", "place_twice"} if year == 2008 else set())
    assert reading(year).years == (year,) and reading(year).index == "pci"


@pytest.mark.parametrize("year", SUMMARIES)
def test_every_cell_of_the_summary_is_read_as_it_stands(year):
    name, sheet, first, count, place, columns = SUMMARIES[year]
    rows = dict(cells(name))[sheet]
    assert {c for c in reading(year).scores["component"]} == set(columns)
    for component, at in columns.items():
        assert scores(year, component) == column(rows, first, count, place or at - 1, at, year), component


@pytest.mark.parametrize("year", PARTS)
def test_every_sub_index_sheet_says_the_same(year):
    name, _, _, count, _, _ = SUMMARIES[year]
    for component, (sheet, first, place, at) in PARTS[year].items():
        printed, other = column(cells(name)[sheet][1], first, count, place, at, year), ELSEWHERE.get((year, component), set())
        if other is not None:
            alike = {p: s for p, s in scores(year, component).items() if p not in other}
            assert alike == pytest.approx({p: printed[p] for p in alike}, abs=1.5e-6), component


def test_totals_of_2008_follow_from_the_figures_that_were_kept_of_those_its_sheets_give_differently():
    weights = dict(zip(TEN, (5, 5, 15, 10, 5, 5, 15, 15, 15, 10), strict=True))
    for place, total in scores(2008, "pci").items():
        assert sum(w / 10 * scores(2008, c)[place] for c, w in weights.items()) == pytest.approx(total, abs=1e-5)
    assert [p.code for p in reading(2011).notes if p.code == "totals_loose"] == ["totals_loose"]


@pytest.mark.parametrize("year", RANKS)
def test_printed_ranks_are_read_with_their_base(year):
    name, _, _, count, _, _ = SUMMARIES[year]
    sheet, first, place, at = RANKS[year]
    assert scores(year, "pci", "rank") == column(cells(name)[sheet][1], first, count, place, at, year)
    assert set(scores(year, "pci", "rank_base").values()) == {count}


def test_years_without_printed_ranks_have_none():
    assert scores(2006, "pci", "rank") == {} and scores(2023, "pci.1", "rank") == {}


def test_the_stale_english_summary_is_reported_and_not_used():
    for year in (2014, 2015, 2016):
        assert [p.sheet for p in reading(year).problems if p.code == "stale_sheet"] == ["Summary"]
    assert not [p for p in reading(2013).problems if p.code == "stale_sheet"]


def test_a_workbook_without_a_year_asks_for_it():
    for name in ("PCI_2005.xls", "PCI_2023_indicators_vi.xlsx"):
        found = read_published(PUBLISHED / "pci" / name)
        assert [p.code for p in found.errors] == ["no_year"] and found.scores.empty


def test_the_wrong_year_is_refused():
    wrong = read_published(PUBLISHED / "pci" / "PCI_2012.xlsx", year=2011)
    assert "year_conflict" in {p.code for p in wrong.doubts}
    assert read_published(PUBLISHED / "pci" / "PCI_2005.xls", year=2006).errors


def test_thanh_hoa_2023_is_its_own_row_not_that_of_thai_nguyen():
    printed = [7.04, 6.60, 5.94, 8.09, 6.74, 5.00, 7.17, 7.19, 5.58, 7.42]
    assert [round(scores(2023, c)["thanh_hoa"], 2) for c in TEN] == printed


def test_the_papi_workbook_says_every_figure_once_and_the_tables_bear_it_out():
    found = read_published(PUBLISHED / "papi" / "PAPI_2011-2016.xlsx")
    assert {p.code for p in found.doubts} == ONCE - {"once", "further"} and len(found.doubts) == 2 * 6 + 1
    assert compare(found).doubts == []


def test_papi_every_cell_2011_2016():
    found = read_published(PUBLISHED / "papi" / "PAPI_2011-2016.xlsx")
    assert refusals(found) == set()
    cells_read = found.scores[["year", "place", "component", "score"]].itertuples(index=False)
    read = {(y, p, c): s for y, p, c, s in cells_read}
    held = set(found.withheld[["year", "place", "component"]].itertuples(index=False, name=None))
    third = {2016: ["papi.3", "papi.3.1", "papi.3.2", "papi.3.4"]}
    seen = 0
    for name, rows in cells("PAPI_2011-2016.xlsx", "papi"):
        year = int(name[:4])
        columns = ["papi.1", "papi.1.1", "papi.1.2", "papi.1.3", "papi.1.4",
                   "papi.2", "papi.2.2", "papi.2.3", "papi.2.4",
                   *third.get(year, ["papi.3", "papi.3.1", "papi.3.4", "papi.3.5"]),
                   *[f"papi.4{x}" for x in ("", ".1", ".2", ".3", ".4")],
                   *[f"papi.5{x}" for x in ("", ".1", ".2", ".3", ".4")],
                   *[f"papi.6{x}" for x in ("", ".1", ".2", ".3", ".4")], "papi"]
        for row in rows[2:65]:
            place = find_place(row[2], year).code
            for code, value in zip(columns, row[3:], strict=False):
                seen += 1
                if value in (None, 0):
                    assert (year, place, code) in held and (year, place, code) not in read
                else:
                    assert read.pop((year, place, code)) == value
    assert seen == 6 * 63 * 29 and not read
    assert {(y, p) for y, p, _ in held} == {(2014, "bac_giang"), (2014, "dong_thap")}


def test_the_data_hold_these_years_as_the_workbooks_have_them():
    stored = ix.load_scores("pci")
    for year in SUMMARIES:
        own = stored[stored["year"] == year].merge(reading(year).scores, on=["place", "component"], how="right",
                                                   suffixes=("", "_read"))
        assert (own["score"] - own["score_read"]).abs().max() <= 1e-6
        assert set(stored.loc[(stored["year"] == year), "component"]) >= set(reading(year).scores["component"])
