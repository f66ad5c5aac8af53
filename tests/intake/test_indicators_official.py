"""Every indicator of the official workbooks, read a second time by other software, equals the reading.

The places of the cells stand here, found by eye in each workbook; the readers know none of them.
"""

from functools import cache

import openpyxl
import pytest
import xlrd
from test_readers_official import PARTS, PUBLISHED, SUMMARIES, cells, reading

import indexlib as ix
from indexlib.data.lookup import find_place
from indexlib.intake.table.indicators import label_key

pytestmark = [
    pytest.mark.by_turns,
    pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the official workbooks (../shared) are not at hand"),
]

#: year: row of the labels (counted from the first row of places: 1 is just above), place column, first
#: indicator column; columns count from 1. The last one is left of the score where that stands at the right.
WHERE = {2005: (2, 1, 2), 2006: (1, None, None), 2007: (2, 1, 2), 2008: (2, None, None), 2009: (2, 2, 4), 2010: (2, 2, 4),
         2011: (3, 2, 4), 2012: (3, 2, 4), 2013: (3, 2, 4), 2014: (3, 2, 4), 2015: (3, 2, 4), 2016: (3, 2, 4),
         2023: (1, 1, 3)}
COUNTS = {2005: 69, 2006: 81, 2007: 79, 2008: 70, 2009: 70, 2010: 71, 2011: 71, 2012: 71, 2013: 110, 2014: 112,
          2015: 111, 2016: 111, 2023: 142}


def columns(year: int, component: str) -> tuple[int, int, int, range]:
    """Row of the labels, first row, place column, indicator columns (from 1) of a sub-index sheet."""
    _, first, place, score = PARTS[year][component]
    above, place_at, start = WHERE[year]
    if year == 2006:
        return first - above, first, place, range(place + 1, score)
    if year == 2008:  # a column of places left of each
        return first - above, first, 0, range(3, score, 2)
    if year == 2010 and first == 4:
        above = 3
    end = {2005: score, 2007: score - 1}.get(year, 99)
    return first - above, first, place_at, range(start, end)


def printed(year: int, component: str) -> dict[tuple[str, str], float]:
    """(place, label) to figure by the second software."""
    if (year, component) == (2008, "pci.6"):
        return {}  # the sheet is of other figures: its scores are not those of the summary
    row, first, place, at = columns(year, component)
    rows = cells(SUMMARIES[year][0])[PARTS[year][component][0]][1]
    found = {}
    for c in at:
        label = rows[row - 1][c - 1] if c <= len(rows[row - 1]) else None
        if not label or label.strip() in ("Vùng", "Chỉ tiêu"):
            continue
        for r in range(first, first + SUMMARIES[year][3]):
            value = rows[r - 1][c - 1] if c <= len(rows[r - 1]) else None
            name = rows[r - 1][(place or c - 1) - 1]
            if value not in (None, "") and (component, year, name) != ("pci.1", 2008, "Gia Lai"):  # stands twice
                found[find_place(str(name), year).code, " ".join(label.split())] = float(value)
    return found


@pytest.mark.parametrize("year", WHERE)
def test_every_indicator_is_read_as_it_stands(year):
    rows = reading(year).indicators
    assert len(rows.drop_duplicates(["component", "label"])) == COUNTS[year]
    for component in PARTS[year]:
        own = rows[rows["component"] == component]
        read = {(p, label_key(label)): v for p, label, v in own[["place", "label", "value"]].itertuples(index=False)}
        assert read == {(p, label_key(label)): v for (p, label), v in printed(year, component).items()}, component


@pytest.mark.parametrize("year", WHERE)
def test_nothing_but_the_sheets_outside_the_index_is_left_out(year):
    charts = {"Bảng xếp hạng"}  # python-calamine before 0.9.1 hands out what a chart sheet draws
    notes = [p for p in reading(year).notes if p.sheet not in charts]
    assert {p.code for p in notes} <= {"stale_sheet", "not_component", "total_not_published", "totals_loose", "part_outdone",
                                         "indicator_label"}
    assert [p.column for p in notes if p.code == "indicator_label"] == (["W"] if year == 2008 else [])


def test_the_data_hold_them_digit_by_digit():
    stored = ix.load_indicators()
    assert set(stored["year"]) == set(WHERE)
    for year in WHERE:
        own = stored[stored["year"] == year]
        held = {(r.place, r.component, label_key(r.label_vi)): r.value for r in own.itertuples()}
        rows = reading(year).indicators
        assert held == {(r.place, r.component, label_key(r.label)): r.value for r in rows.itertuples()}


def test_two_lists_of_provinces_in_2007_are_kept_apart():
    """The printed parts of two sub-indices add up to their score, province by province."""
    scores = reading(2007).scores.set_index(["component", "place"])["score"]
    rows = reading(2007).indicators.set_index(["component", "label", "place"])["value"].sort_index()
    for component, names in {"pci.2": ("Tiếp cận đất đai", "Tính ổn định trong sử dụng đất"),
                             "pci.4": ("Chi phí tuân thủ các quy định của Nhà nước", "Thanh tra, kiểm tra")}.items():
        total = sum(rows[component, name] for name in names)
        assert len(total) == 64 and (total - scores[component]).abs().max() < 1e-3


@cache
def formats(year: int) -> list[list[list[str]]]:
    """Number formats of the cells of each sheet."""
    path = PUBLISHED / "pci" / SUMMARIES[year][0]
    if path.suffix == ".xls":
        book = xlrd.open_workbook(path, formatting_info=True)
        return [[[book.format_map[book.xf_list[s.cell_xf_index(r, c)].format_key].format_str for c in range(s.ncols)]
                 for r in range(s.nrows)] for s in book.sheets()]
    book = openpyxl.load_workbook(path)
    return [[[cell.number_format for cell in row] for row in s.iter_rows(max_col=40)] for s in book.worksheets]


@pytest.mark.parametrize("year", [2006, 2007, 2012, 2013, 2014, 2016, 2023])
def test_fractions_and_percentages_are_told_apart_as_the_number_formats_do(year):
    stored = ix.load_indicators(year=year).drop_duplicates("indicator")
    held = {(r.component, label_key(r.label_vi)): (r.unit, r.cells) for r in stored.itertuples()}
    seen = 0
    for component in PARTS[year]:
        row, first, _, at = columns(year, component)
        sheet = PARTS[year][component][0]
        labels = cells(SUMMARIES[year][0])[sheet][1][row - 1]
        for c in at:
            unit, how = held.get((component, label_key(str(labels[c - 1]))), ("", "")) if c <= len(labels) else ("", "")
            if unit == "percent" and how != "unclear":
                seen += 1
                shown_as_percent = "%" in formats(year)[sheet][first + 5][c - 1]
                assert not (shown_as_percent and how == "percent"), labels[c - 1]
    assert seen >= 10
