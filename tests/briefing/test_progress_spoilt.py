"""Worksheets that come back spoilt: each is named with its cell, none is guessed."""

from __future__ import annotations

import datetime
import shutil
import unicodedata

import docx
import openpyxl
import pytest
from filled_worksheets import DAY, FINANCE, FIRST, GENERIC, LAND, MEASURE, ON, Filled, column, fill, letter, only_problem
from openpyxl.utils import get_column_letter

from indexlib.base.problems import DataError
from indexlib.briefing.worksheets import form
from indexlib.briefing.worksheets import progress_tables as shown
from indexlib.briefing.worksheets.hand_out import HEAD
from indexlib.briefing.worksheets.progress import read_progress
from indexlib.plan.settings import Params

pytestmark = pytest.mark.by_turns

# What comes back spoilt.

@pytest.mark.parametrize("text", ["15/09/2024", "2024-09-15", "15.9.2024", "15-9-24", "ngày 15 tháng 9 năm 2024"])
def test_a_date_typed_as_text_in_a_plain_form_is_one(folder, text):
    fill(folder / FINANCE, **MEASURE | {"deadline": text})
    back = read_progress(folder)
    assert (back.problems, back.rows["deadline"].tolist()) == ([], [datetime.date(2024, 9, 15)])


@pytest.mark.parametrize("text", ["9/15/2024", "30/2/2024", "cuối quý III", "15/9"])
def test_a_text_that_names_no_day_is_a_problem(folder, text):
    fill(folder / FINANCE, **MEASURE | {"deadline": text})
    problem = only_problem(folder, "date_text", FIRST, "deadline")
    assert text in problem.message
    assert "ngày/tháng/năm" in problem.message
    assert read_progress(folder).rows.empty


@pytest.mark.parametrize("value, code", [(45915, "date_number"), (2024, "date_number"), (datetime.time(9, 0), "date_number"),
    (True, "date_number"), (DAY(1924, 9, 15), "date_range"), (DAY(2052, 9, 15), "date_range")])
def test_what_is_no_date_of_these_years_is_a_problem(folder, value, code):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(**MEASURE)
        cell = sheet.sheet.cell(FIRST, column("deadline"))
        cell.number_format = "General"
        cell.value = value
    only_problem(folder, code, FIRST, "deadline")


@pytest.mark.parametrize("key", ["code", "number", "measure", "deadline", "status", "rank"])
def test_a_deleted_column_is_named_with_its_place(folder, key):
    fill(folder / FINANCE, **MEASURE)
    with Filled(folder / FINANCE) as sheet:
        sheet.sheet.delete_cols(column(key))
    problem = only_problem(folder, "column_missing", HEAD + 1, key)
    assert form.COLUMNS[form.AT[key]].header in problem.message
    state = read_progress(folder).components.set_index("unit")["state"]
    if key == "rank":  # nothing is read from it
        assert set(state["Công chức Tài chính - Kế toán"]) == {"planned", "missing"}
    else:
        assert set(state["Công chức Tài chính - Kế toán"]) == {"faulty"}


def test_a_column_put_in_or_doubled_is_a_problem(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.sheet.cell(HEAD + 1, len(form.COLUMNS) + 1).value = "Ghi chú riêng"
    problem = only_problem(folder, "column_extra")
    assert (problem.row, problem.column) == (HEAD + 1, get_column_letter(len(form.COLUMNS) + 1))
    with Filled(folder / FINANCE) as sheet:
        sheet.sheet.cell(HEAD + 1, len(form.COLUMNS) + 1).value = "Thời hạn"
    only_problem(folder, "column_twice", HEAD + 1, "deadline")


def test_columns_in_another_order_are_read_by_their_headings(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(**MEASURE)
        for row in range(HEAD + 1, sheet.sheet.max_row + 1):
            a, b = sheet.sheet.cell(row, column("measure")), sheet.sheet.cell(row, column("product"))
            a.value, b.value = b.value, a.value
    back = read_progress(folder)
    assert back.problems == []
    assert back.rows[["measure", "product"]].iloc[0].tolist() == [MEASURE["measure"], MEASURE["product"]]


@pytest.mark.parametrize("code, kind", [("papi.6.2", "not_given"), ("papi.9.9", "unknown_code"), ("par.99 ", "unknown_code"),
    (7, "unknown_code")])
def test_a_changed_code_is_a_problem(folder, code, kind):
    fill(folder / FINANCE, code=code, **MEASURE)
    problem = only_problem(folder, kind, FIRST, "code")
    assert str(code).strip() in problem.message
    assert read_progress(folder).rows.empty


def test_the_code_of_another_component_of_the_sheet_does_not_fit_the_name_beside_it(folder):
    with Filled(folder / FINANCE) as sheet:
        other = sheet.sheet.cell(FIRST + 3, 1).value
        sheet.put(code=other, number=9, **MEASURE)
    only_problem(folder, "other_name", FIRST, "component")
    assert read_progress(folder).rows.empty


def test_the_code_of_another_unit_is_sent_there(folder):
    land = openpyxl.load_workbook(folder / LAND).worksheets[0].cell(FIRST, 1).value
    fill(folder / FINANCE, code=land, component=None, **MEASURE)
    problem = only_problem(folder, "other_unit", FIRST, "code")
    assert "Công chức Địa chính" in problem.message


def test_an_extra_line_is_a_problem_unless_it_has_a_code_and_a_number_of_its_own(folder):
    with Filled(folder / FINANCE) as sheet:
        last = sheet.sheet.max_row + 3
        sheet.put(last, **MEASURE)
    problems = read_progress(folder).problems
    assert [(p.code, p.row, p.column) for p in problems] == [("no_code", last, "A"), ("number", last, letter("number"))]
    with Filled(folder / FINANCE) as sheet:  # the copy of a line
        sheet.put(FIRST, **MEASURE)
        sheet.put(last, code=sheet.sheet.cell(FIRST, 1).value, number=1)
    back = read_progress(folder)
    assert [(p.code, p.row) for p in back.problems] == [("line_twice", last)]
    assert back.rows.empty  # which of the two holds is not for us to say


def test_all_lines_of_a_component_deleted(folder):
    with Filled(folder / FINANCE) as sheet:
        code = sheet.sheet.cell(FIRST, 1).value
        sheet.sheet.delete_rows(FIRST, form.LINES)
    problem = only_problem(folder, "component_missing")
    assert code in problem.message


def test_a_measure_without_a_product_counts_and_shows_the_gap(folder):
    fill(folder / FINANCE, **MEASURE | {"product": None})
    back = read_progress(folder)
    assert back.problems == [] and len(back.rows) == 1
    assert shown.measures(back, DAY(2024, 9, 30)).frame["product"].tolist() == ["chưa nêu sản phẩm"]


@pytest.mark.parametrize("key", ["measure", "deadline", "person"])
def test_a_measure_without_what_the_plan_asks_for_is_a_problem(folder, key):
    fill(folder / FINANCE, **MEASURE | {key: None})
    only_problem(folder, "needed", FIRST, key)


def test_a_merged_cell_is_said_to_be_one(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(FIRST, **MEASURE)
        sheet.put(FIRST + 1, **MEASURE)
        sheet.sheet.merge_cells(start_row=FIRST, end_row=FIRST + 1, start_column=column("deadline"),
                                end_column=column("deadline"))
    only_problem(folder, "merged", FIRST + 1, "deadline")


@pytest.mark.parametrize("key, value, code", [("measure", "=A1", "formula"), ("deadline", "=TODAY()", "formula"),
    ("code", "=A1", "formula"), ("number", "=1+1", "formula"), ("person", "#N/A", "error_value"), ("product", 3, "not_text"),
    ("person", DAY(2024, 9, 5), "not_text"), ("status", "Gần xong", "status"), ("status", "=A1", "formula"),
    ("number", 1.5, "number"), ("number", "1", "number"), ("number", 0, "number"), ("number", None, "number"),
    ("number", True, "number")])
def test_no_cell_is_guessed(folder, key, value, code):
    fill(folder / FINANCE, **MEASURE | {key: value})
    only_problem(folder, code, FIRST, key)
    assert read_progress(folder).rows.empty


def test_done_and_its_day_go_together(folder):
    fill(folder / FINANCE, **MEASURE, status="Hoàn thành")
    only_problem(folder, "done_without_date", FIRST, "done_on")
    fill(folder / FINANCE, status="Đang thực hiện", done_on=DAY(2024, 9, 1))
    only_problem(folder, "date_without_done", FIRST, "status")


def test_a_status_in_the_other_language_or_another_unicode_form_is_understood(folder):
    fill(folder / FINANCE, **MEASURE, status=unicodedata.normalize("NFD", "đang thực hiện "))
    fill(folder / FINANCE, FIRST + 1, **MEASURE, status="Not started")
    fill(folder / FINANCE, FIRST + 2, **MEASURE, status="đã xong", done_on="1/9/2024")
    back = read_progress(folder)
    assert (back.problems, back.rows["status"].tolist()) == ([], ["running", "not_started", "done"])


# Files.

def test_a_second_copy_that_says_the_same_counts_once(folder):
    fill(folder / FINANCE, **MEASURE)
    shutil.copy(folder / FINANCE, folder / "ban_gui_lai.xlsx")
    back = read_progress(folder)
    assert back.problems == [] and len(back.rows) == 1


def test_two_files_of_one_unit_that_differ_count_neither(folder):
    fill(folder / FINANCE, **MEASURE)
    shutil.copy(folder / FINANCE, folder / "ban_sua.xlsx")
    fill(folder / "ban_sua.xlsx", person="Người khác")
    back = read_progress(folder)
    assert [(p.code, p.file) for p in back.problems] == [("unit_twice", "ban_sua.xlsx"), ("unit_twice", FINANCE)]
    assert "Người thực hiện: Người khác | Trần Văn A" in back.problems[0].message
    assert back.rows.empty
    assert set(back.components.set_index("unit").loc["Công chức Tài chính - Kế toán", "state"]) == {"faulty"}


@pytest.mark.parametrize("name", ["Kế hoạch (2)", "Sheet1"])
def test_a_renamed_sheet(folder, name):
    with Filled(folder / FINANCE) as sheet:
        sheet.sheet.title = name
    problem = only_problem(folder, "sheet_missing")
    assert "Kế hoạch" in problem.message
    assert name in problem.message


def test_a_renamed_sheet_of_keys_is_named_and_the_rest_still_read(folder):
    fill(folder / FINANCE, **MEASURE)
    with Filled(folder / FINANCE) as sheet:
        sheet.book["indexlib"].title = "Sheet2"
    only_problem(folder, "sheet_renamed")
    assert len(read_progress(folder).rows) == 1


def test_a_foreign_workbook_a_text_and_a_broken_file_are_each_named(folder):
    book = openpyxl.Workbook()
    book.active.append(["Mã", "Nội dung"])
    book.save(folder / "cua_toi.xlsx")
    (folder / "hong.xlsx").write_bytes((folder / FINANCE).read_bytes()[:3000])
    (folder / "rong.xlsx").write_bytes(b"")
    (folder / "web.xlsx").write_text("<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    (folder / "~$khoa.xlsx").write_bytes(b"x")
    openpyxl.Workbook().save(folder / "dai.xlsx")
    with Filled(folder / "dai.xlsx") as sheet:
        sheet.sheet.cell(1, 1).value, sheet.sheet.cell(30_000, 1).value = "indexlib-worksheet", "x"
    back = read_progress(folder)
    codes = {p.file: p.code for p in back.problems}
    assert codes == {"cua_toi.xlsx": "foreign", "hong.xlsx": "damaged", "dai.xlsx": "too_long", "rong.xlsx": "empty",
                     "web.xlsx": "web_page"}
    assert len(back.components) == 4


def test_a_document_is_a_problem_unless_its_workbook_is_there(folder):
    docx.Document().save(folder / FINANCE.replace(".xlsx", ".docx"))
    assert read_progress(folder).problems == []
    (folder / FINANCE).unlink()
    only_problem(folder, "not_xlsx", file=FINANCE.replace(".xlsx", ".docx"))


@pytest.mark.parametrize("key, value", [("place", "ha_noi"), ("year", 2022)])
def test_a_worksheet_of_another_place_or_year_is_not_counted(folder, key, value):
    fill(folder / FINANCE, **MEASURE)
    with Filled(folder / FINANCE) as sheet:
        sheet.book["indexlib"].cell(2 + form.KEYS.index(key), 2).value = value
    problem = only_problem(folder, "mixed")
    assert str(value) in problem.message
    back = read_progress(folder)
    assert back.rows.empty
    assert back.place == "quang_ninh"


def test_of_two_runs_with_as_many_sheets_none_is_taken(folder):
    for path in folder.glob("*.xlsx"):
        if path.name not in (FINANCE, GENERIC):
            path.unlink()
    with Filled(folder / FINANCE) as sheet:
        sheet.book["indexlib"].cell(2 + form.KEYS.index("year"), 2).value = 2022
    back = read_progress(folder)
    assert [p.code for p in back.problems] == ["mixed", "mixed"]
    assert (back.place, back.rows.empty, back.components.empty) == ("", True, True)
    assert back.summary(ON).empty
    assert shown.by_unit(back, ON).frame.empty


def test_a_run_may_be_asked_for(folder):
    right = Params(place="Quảng Ninh", year=2023)
    assert read_progress(folder, right).problems == []
    wrong = read_progress(folder, Params(place="Quảng Ninh", year=2022))
    assert {p.code for p in wrong.problems} == {"not_expected"}
    assert len(wrong.problems) == len(list(folder.glob("*.xlsx")))


@pytest.mark.parametrize("key, value", [("place", "atlantis"), ("year", "2023"), ("plan", "../x"), ("unit", "Ai đó"),
    ("language", None)])
def test_a_changed_key_is_a_problem(folder, key, value):
    with Filled(folder / FINANCE) as sheet:
        sheet.book["indexlib"].cell(2 + form.KEYS.index(key), 2).value = value
    codes = [(p.code, p.column) for p in read_progress(folder).problems]
    assert ("keys", "B") in codes


def test_a_folder_that_is_not_there_or_empty(tmp_path):
    for folder, code in ((tmp_path / "nowhere", "no_folder"), (tmp_path, "no_files")):
        with pytest.raises(DataError) as error:
            read_progress(folder)
        assert [p.code for p in error.value.problems] == [code]
