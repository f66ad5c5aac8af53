"""``tables.xlsx``: numbers that are numbers and equal the findings, every gap explained, every rank with its base."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import opened

from indexlib import load_catalogue, open_run
from indexlib.base import wording
from indexlib.base.wording import speaking, t
from indexlib.briefing.office.excel import Book, BookError
from indexlib.briefing.workbook.book import data_sheets, write_workbook
from indexlib.briefing.workbook.data_sheet import Column, DataSheet, write_sheet
from indexlib.content import tables
from indexlib.plan.after_a_year import follow_up

pytestmark = pytest.mark.by_turns

RUNS = [("thanh_hoa", 2024, "vi"), ("thanh_hoa", 2024, "en"), ("quang_ninh", 2023, "vi"), ("ba_ria_vung_tau", 2024, "en")]
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\bTrue\b|\bFalse\b|\{\w*\}", re.IGNORECASE)
ALL = {"vi": "mọi số: ", "en": "all numbers: "}
RESERVED = {"history"}  # Excel keeps this name for itself


class Workbook:
    """A workbook as a reader opens it: rows of each sheet by heading."""

    def __init__(self, found, path: Path):
        self.found, self.path = found, path
        self.book = openpyxl.load_workbook(path)
        self.data = {d.key: d for d in data_sheets(found)}

    def sheet(self, key: str):
        return self.book[self.data[key].name]

    def cells(self, key: str) -> list[dict]:
        """Rows of a sheet as cells by column key."""
        data, sheet = self.data[key], self.sheet(key)
        keys = [c.key for c in data.columns] + (["reason"] if data.why else [])
        return [dict(zip(keys, row, strict=True)) for row in sheet.iter_rows(min_row=2, max_col=len(keys))]

    def rows(self, key: str) -> list[dict]:
        return [{k: c.value for k, c in row.items()} for row in self.cells(key)]


@pytest.fixture(scope="module", params=RUNS, ids=lambda r: "-".join(map(str, r)))
def written(request, tmp_path_factory) -> Workbook:
    found = opened(*request.param)
    path = tmp_path_factory.mktemp("workbook") / "tables.xlsx"
    with speaking(found.params.language):
        write_workbook(found, path)
        return Workbook(found, path)


@pytest.fixture(autouse=True)
def _language_of_the_run(request, _vietnamese):
    if "written" in request.fixturenames:
        wording.use(request.getfixturevalue("written").found.params.language)


def equal(cell: object, value: float) -> bool:
    return cell is None if value is None or math.isnan(value) else \
        isinstance(cell, (int, float)) and math.isclose(cell, value, rel_tol=1e-9, abs_tol=1e-12)


def test_every_component_of_the_year_has_a_row_and_its_figures(written):
    found, rows = written.found, written.rows("components")
    assert [r["code"] for r in rows] == load_catalogue().valid(found.params.year)
    own = {c["component"]: c for c in found.now.components.to_dict("records")}
    for row in rows:
        figures = own.get(row["code"], {})
        for key in ("score", "previous", "change", "median_change", "usual_movement", "prob_fall", "rank", "base",
                    "rank_before", "base_before", "percentile", "gap", "base_score", "met", "judged"):
            assert equal(row[key], figures.get(key, math.nan)), (row["code"], key)


def test_every_empty_number_is_explained_in_its_row(written):
    for key, data in written.data.items():
        numbers = [c for c in data.columns if c.kind != "text"]
        for row in written.rows(key):
            for column in numbers:
                if row[column.key] is None and len(data.frame):
                    assert data.why, (key, column.key)
                    every = all(row[c.key] is None for c in numbers)
                    said = row["reason"].startswith(ALL[written.found.params.language])
                    assert (every and said) or column.header.split(" (")[0] in row["reason"], (key, row)
            if data.why and len(data.frame) and all(row[c.key] is not None for c in numbers):
                assert row["reason"] == "–"


def test_numbers_are_numbers_and_texts_are_texts_and_nothing_leaks(written):
    for sheet in written.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.coordinate
                if isinstance(cell.value, str):
                    assert not LEAKED.search(cell.value), (sheet.title, cell.coordinate, cell.value)
    for key, data in written.data.items():
        for row in written.rows(key) if len(data.frame) else []:
            for column in data.columns:
                wanted = (str,) if column.kind == "text" else (int, float, type(None))
                assert isinstance(row[column.key], wanted), (key, column.key, row)


def test_a_missing_figure_is_never_zero(written):
    missing = set(written.found.now.missing["component"])
    rows = [r for r in written.rows("components") if r["code"] in missing]
    assert len(rows) == len(missing)
    for row in rows:
        assert all(row[k] is None for k in ("score", "change", "rank", "base", "met"))
        assert row["rank_kind"] == "–"
        assert len(row["reason"]) > 10


def test_a_withheld_total_says_so():
    found = opened("quang_ninh", 2023)
    row = next(d for d in data_sheets(found) if d.key == "totals")
    papi = row.frame[row.frame["code"] == "papi"].iloc[0].to_dict()
    assert "không công bố" in row.why(papi, "score")
    assert "sai số" in row.why(papi, "rank")


def test_every_rank_has_its_base_and_says_who_gave_it(written):
    kinds = {t("wb.published"): "published", t("wb.computed"): "computed"}
    own = written.found.now.components.set_index("component")
    for key in ("totals", "focus", "flagged", "components", "earlier"):
        for row in written.rows(key) if len(written.data[key].frame) else []:
            assert (row["rank"] is None) == (row["base"] is None)
            assert (row["rank"] is None) == (row["rank_kind"] == "–")
            if key != "earlier" and row["rank"] is not None:
                assert kinds[row["rank_kind"]] == own.at[row["code"], "rank_kind"]
                assert 1 <= row["rank"] <= row["base"]


def test_a_fall_is_never_shown_as_zero(written):
    for key in ("focus", "flagged", "components"):
        for row in written.cells(key) if len(written.data[key].frame) else []:
            change = row["change"]
            if change.value:
                digits = len(change.number_format.split(";")[0].partition(".")[2])
                assert round(abs(change.value) * 10**digits + 1e-9) >= 1 or digits == 6, change.coordinate
                assert change.number_format.startswith("+")


def test_scores_have_the_published_decimals_and_years_no_grouping(written):
    catalogue = load_catalogue()
    for row in written.cells("components"):
        index = row["code"].value.split(".")[0]
        assert row["score"].number_format in ("#,##0." + "0" * catalogue.decimals(index), "General")
        assert row["base_year"].number_format in ("0", "General")
    assert {r["year"].number_format for r in written.cells("earlier")} == {"0"}


def test_units_stand_in_the_headings_and_rows(written):
    for key in ("totals", "focus", "flagged", "components"):
        headers = {c.key: c.header for c in written.data[key].columns}
        assert all(re.search(r"\(.+\)", headers[k]) for k in ("score", "change") if k in headers)
        if len(written.data[key].frame):
            assert {r["unit"] for r in written.rows(key)} <= {t("wb.unit.point"), t("wb.unit.percent")}


def test_sheets_can_be_sorted_filtered_and_read(written):
    names = written.book.sheetnames
    assert len(names) == len(set(n.casefold() for n in names)) == len(written.data) + 1
    for name in names:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
        assert name.casefold() not in RESERVED
    for key, data in written.data.items():
        sheet = written.sheet(key)
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes.endswith("2")
        assert (sheet.auto_filter.ref is not None) == bool(len(data.frame))
        assert all(c.value for c in sheet[1])
        assert all(5 <= sheet.column_dimensions[d].width <= 90 for d in sheet.column_dimensions)
        assert sheet.max_row == max(len(data.frame), 1) + 1


def test_lists_hold_what_the_findings_hold(written):
    found = written.found
    assert [r["code"] for r in written.rows("flagged")] == found.now.flagged()["component"].tolist()
    assert [r["code"] for r in written.rows("focus")] == found.now.focus(found.params.focus)["component"].tolist()
    assert len(written.rows("conditions")) == len(found.now.flags)
    assert sorted(r["code"] for r in written.rows("by_unit")) == sorted(found.tasks()["component"])
    assert not {"papi", "pci", "par", "sipas"} & {r["code"] for r in written.rows("by_unit")}  # totals are nobody's task
    assert {r["code"] for r in written.rows("last_year")} == set(follow_up(found.now, found.before)["component"])
    assert list(dict.fromkeys(r["item"] for r in written.rows("by_item"))) == found.plan.items["item"].tolist()
    table = tables.gaps(found)
    if len(table.frame):
        assert [r["label"] for r in written.rows("gaps")] == table.frame["component"].tolist()
    else:
        assert written.sheet("gaps")["A2"].value == table.empty


def test_the_counts_of_the_rules_are_those_of_the_flags(written):
    flags = written.found.now.flags
    for row, rule in zip(written.rows("rules"), dict.fromkeys(flags["rule"]), strict=True):
        mine = flags[flags["rule"] == rule]["state"]
        assert row["met_by"] == (mine == "met").sum()
        assert row["judged_of"] + row["unjudged"] == len(mine)


def test_earlier_years_hold_every_figure_of_the_place(written):
    found = written.found
    own = found.scores[(found.scores["place"] == found.place.code) & (found.scores["year"] <= found.params.year)]
    rows = {(r["code"], r["year"]): r for r in written.rows("earlier")}
    for row in own.itertuples(index=False):
        there = rows[row.component, row.year]
        assert equal(there["score"], row.score)
        if not math.isnan(row.rank):
            assert (there["rank"], there["base"], there["rank_kind"]) == (row.rank, row.rank_base, t("wb.published"))
        assert there["source"] == row.source


def test_the_first_sheet_says_whose_figures_these_are_and_how_to_read_them(written):
    sheet = written.book.worksheets[0]
    text = "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value)
    found = written.found
    for line in [*found.notices(), *tables.coverage(found), *tables.chance_notes(found), t("note.rounding"), t("note.usual")]:
        assert line in text
    assert all(name in text for name in written.book.sheetnames[1:])
    links = {c.hyperlink.location for row in sheet.iter_rows() for c in row if c.hyperlink}
    assert links == {f"'{name}'!A1" for name in written.book.sheetnames[1:]}


def test_no_trace_of_the_clock(written, tmp_path):
    write_workbook(written.found, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == written.path.read_bytes()
    assert {i.date_time for i in zipfile.ZipFile(written.path).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_without_rules_every_list_says_that_it_is_empty(tmp_path):
    off = dict.fromkeys(("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved"))
    found = open_run(place="thanh_hoa", year=2023, rules=off)
    write_workbook(found, tmp_path / "tables.xlsx")
    opened = Workbook(found, tmp_path / "tables.xlsx")
    for key in ("focus", "flagged", "by_unit", "gaps", "conditions"):
        assert opened.sheet(key)["A2"].value.endswith(".")
    assert {r["threshold_text"] for r in opened.rows("rules")} == {"không áp dụng"}


def test_the_first_year_has_no_year_before(tmp_path, scores):
    found = open_run(place="thanh_hoa", year=int(scores["year"].min()))
    write_workbook(found, tmp_path / "tables.xlsx")
    assert Workbook(found, tmp_path / "tables.xlsx").sheet("last_year")["A2"].value == t("empty.follow_up")


def test_texts_like_formulas_or_markup_stay_text_in_rows_of_bounded_height(tmp_path):
    nasty = ["=1+1", "+x", "-y", "@z", "<b>&</b>", "x" * 40_000, "a\x00b\u202ec"]
    frame = pd.DataFrame({"code": nasty, "remark": nasty})
    with Book(tmp_path / "x.xlsx", "=tựa") as book:
        write_sheet(book, DataSheet("totals", [Column("code", width=10), Column("remark", width=50)], frame), "&P <&>")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    read = [sheet.cell(r, 1) for r in range(2, len(nasty) + 2)]
    assert [c.data_type for c in read] == ["s"] * len(nasty)
    assert [c.value for c in read[:5]] == nasty[:5]
    assert [c.quotePrefix for c in read[:5]] == [True] * 4 + [False]
    assert len(read[5].value) == 32_767
    assert read[6].value == "abc"
    assert all(sheet.row_dimensions[r].height <= 409 for r in range(1, sheet.max_row + 1))
    assert "&&P" in sheet.oddFooter.left.text


def test_a_file_that_is_in_the_way_is_named(tmp_path):
    found = opened("quang_ninh", 2023)
    (tmp_path / "tables.xlsx").mkdir()
    with pytest.raises(BookError) as error:
        write_workbook(found, tmp_path / "tables.xlsx")
    assert "tables.xlsx" in str(error.value)
