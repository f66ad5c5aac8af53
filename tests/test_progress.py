"""Worksheets that come back: what was planned and done is counted, every doubt is a problem with its cell."""

from __future__ import annotations

import datetime
import json
import shutil
import unicodedata
from pathlib import Path

import docx
import openpyxl
import pytest
from conftest import opened

from indexlib import wording
from indexlib.briefing import form
from indexlib.briefing import progress_tables as shown
from indexlib.briefing.progress import PLANNED, STATES, read_progress
from indexlib.briefing.worksheets import HEAD, write_worksheets
from indexlib.params import Params
from indexlib.problems import DataError

DAY = datetime.date
ON = DAY(2024, 9, 30)
FINANCE, LAND, GENERIC = ("cong_chuc_tai_chinh_ke_toan.xlsx", "cong_chuc_dia_chinh_xay_dung_moi_truong.xlsx",
                          "cong_chuc_chuyen_mon_ubnd_xa.xlsx")
MEASURE = {"measure": "- Rà soát thủ tục", "product": "Báo cáo", "deadline": DAY(2024, 9, 15), "person": "Trần Văn A"}
FIRST = HEAD + 2


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory) -> Path:
    """The worksheets of Quảng Ninh 2023: three units, five components."""
    folder = tmp_path_factory.mktemp("handed_out")
    write_worksheets(opened("quang_ninh", 2023), folder)
    return folder


@pytest.fixture
def folder(handed_out, tmp_path) -> Path:
    """A copy that a test may fill in and spoil."""
    for path in handed_out.glob("*.xlsx"):
        shutil.copy(path, tmp_path)
    return tmp_path


def column(key: str) -> int:
    return form.AT[key] + 1


def letter(key: str) -> str:
    return openpyxl.utils.get_column_letter(column(key))


class Filled:
    """A worksheet open for filling in; saved at the end."""

    def __init__(self, path: Path):
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book[self.book.sheetnames[0]]

    def __enter__(self) -> Filled:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.save(self.path)

    def put(self, row: int = FIRST, **cells: object) -> int:
        for key, value in cells.items():
            self.sheet.cell(row, column(key)).value = value
        return row


def fill(path: Path, row: int = FIRST, **cells: object) -> None:
    with Filled(path) as sheet:
        sheet.put(row, **cells)


def only_problem(folder: Path, code: str, row: int | None = None, key: str = "", file: str = FINANCE):
    """The one problem there is, at the cell where it is."""
    problems = read_progress(folder).problems
    assert [(p.code, p.file) for p in problems] == [(code, file)], [str(p) for p in problems]
    if row is not None:
        assert (problems[0].row, problems[0].column) == (row, letter(key))
        assert problems[0].sheet == "Kế hoạch"
    return problems[0]


def test_worksheets_as_handed_out_hold_no_measure_and_no_problem(folder):
    back = read_progress(folder)
    assert back.problems == []
    assert (back.place, back.year, back.plan) == ("quang_ninh", 2023, "ha_bac_2023_2025")
    assert back.rows.empty
    assert set(back.components["state"]) == {"missing"}
    assert len(back.components) == 5
    assert back.summary(ON)["components"].tolist() == [1, 3, 1]


def test_a_measure_is_read_as_it_was_written(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(**MEASURE, status="Đang thực hiện", result="=chậm; @x")
        sheet.sheet.cell(FIRST, column("result")).data_type = "s"  # typed as text
    back = read_progress(folder)
    assert back.problems == []
    row = back.rows.iloc[0].to_dict()
    assert {k: row[k] for k in MEASURE} == MEASURE
    assert (row["unit"], row["number"]) == ("Công chức Tài chính - Kế toán", 1)
    assert (row["status"], row["done_on"]) == ("running", None)
    assert row["result"] == "=chậm; @x"
    assert (row["file"], row["row"]) == (FINANCE, FIRST)


@pytest.mark.parametrize("done, on, state", [
    (None, DAY(2024, 9, 15), "due"), (None, DAY(2024, 9, 16), "late"),
    (DAY(2024, 9, 15), ON, "done"), (DAY(2024, 9, 16), ON, "done_late"),
    (DAY(2024, 10, 1), ON, "late"), (DAY(2024, 9, 10), DAY(2024, 9, 9), "due"), (DAY(2024, 9, 10), DAY(2024, 9, 10), "done")])
def test_the_state_is_that_of_the_day_asked_for(folder, done, on, state):
    fill(folder / FINANCE, **MEASURE, **({"status": "Hoàn thành", "done_on": done} if done else {}))
    back = read_progress(folder)
    assert back.problems == []
    assert back.judged(on)["state"].tolist() == [state]


def test_counts_sum_for_every_unit(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(FIRST, **MEASURE, status="Hoàn thành", done_on=DAY(2024, 9, 1))
        sheet.put(FIRST + 1, **MEASURE)
        sheet.put(FIRST + 3, **MEASURE | {"deadline": "15/09/2024"})
    (folder / LAND).unlink()
    back = read_progress(folder)
    counts = back.summary(ON).set_index("unit")
    assert (counts["components"] == counts[list(PLANNED)].sum(axis=1)).all()
    assert (counts["measures"] == counts[list(STATES)].sum(axis=1)).all()
    own = counts.loc["Công chức Tài chính - Kế toán"]
    assert own[["components", "planned", "faulty", "missing", "measures", "done", "late"]].tolist() == [3, 1, 1, 1, 2, 1, 1]
    assert counts["not_returned"].sum() == 1
    assert counts["components"].sum() == 5


def test_tables_show_every_measure_and_every_component_without_one(folder):
    fill(folder / FINANCE, **MEASURE)
    back = read_progress(folder)
    units = shown.by_unit(back, ON)
    assert units.frame.iloc[-1].tolist() == ["Tất cả", "5", "1", "4", "0", "0", "1", "0", "0", "1", "0"]
    row = shown.measures(back, ON).frame.iloc[0].to_dict()
    assert (row["deadline"], row["state_on"], row["status"]) == ("15/09/2024", "quá hạn", "chưa báo cáo")
    assert len(shown.unplanned(back).frame) == 4
    for table in (units, shown.measures(back, ON), shown.unplanned(back)):
        assert all(isinstance(v, str) and v for r in table.frame.itertuples(index=False) for v in r)
        assert table.caption in table.html()


def test_a_further_line_with_the_next_number_is_a_measure_like_any_other(folder):
    with Filled(folder / FINANCE) as sheet:
        code = sheet.sheet.cell(FIRST, 1).value
        sheet.sheet.insert_rows(FIRST + 3)
        sheet.put(FIRST + 3, code=code, number=4, **MEASURE)
    back = read_progress(folder)
    assert back.problems == []
    assert back.rows["number"].tolist() == [4]


# What comes back spoilt.

@pytest.mark.parametrize("text", ["15/09/2024", "2024-09-15", "15.9.2024", "cuối quý III"])
def test_a_date_as_text_is_a_problem_however_plain(folder, text):
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
    assert (problem.row, problem.column) == (HEAD + 1, "R")
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


@pytest.mark.parametrize("key", ["measure", "product", "deadline", "person"])
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
    ("person", DAY(2024, 9, 5), "not_text"), ("status", "Xong", "status"), ("status", "=A1", "formula"),
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
    back = read_progress(folder)
    assert (back.problems, back.rows["status"].tolist()) == ([], ["running", "not_started"])


# Files.

def test_two_files_of_one_unit_count_neither(folder):
    fill(folder / FINANCE, **MEASURE)
    shutil.copy(folder / FINANCE, folder / "ban_sua.xlsx")
    back = read_progress(folder)
    assert [(p.code, p.file) for p in back.problems] == [("unit_twice", "ban_sua.xlsx"), ("unit_twice", FINANCE)]
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
    assert len(back.components) == 5


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
    (folder / GENERIC).unlink()
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
    assert len(wrong.problems) == 3


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


# The command.

def test_the_command_prints_the_tables(folder, command):
    fill(folder / FINANCE, **MEASURE)
    code, out, err = command("progress", folder, "--date", "2024-09-30")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Quảng Ninh, kết quả năm 2023; kế hoạch của UBND xã Hà Bắc"
    assert "Tiến độ theo đơn vị đến ngày 30/09/2024" in out
    assert "quá hạn" in out


def test_the_command_ends_with_2_and_names_the_cells(folder, command):
    fill(folder / FINANCE, **MEASURE | {"deadline": "15/09/2024"})
    code, out, err = command("progress", folder, "--date", "2024-09-30")
    assert code == 2
    assert f"{FINANCE}: 1 lỗi" in err
    assert f"Kế hoạch, dòng {FIRST}, {letter('deadline')}: “15/09/2024”" in err
    assert "Còn 1 lỗi" in out


def test_json_is_for_programs(folder, command):
    fill(folder / FINANCE, **MEASURE)
    code, out, err = command("progress", folder, "--date", "2024-09-30", "--json", "--language", "en")
    assert (code, err) == (0, "")
    data = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (data["place"], data["on"], data["problems"]) == ("quang_ninh", "2024-09-30", [])
    assert [(m["deadline"], m["done_on"], m["state"]) for m in data["measures"]] == [("2024-09-15", None, "late")]


@pytest.mark.parametrize("words", [("--date", "30/09/2024"), ("--language", "fr")])
def test_a_wrong_call(folder, command, words):
    code, _, err = command("progress", folder, *words)
    assert code == 2
    assert words[1] in err


def test_english_worksheets_read_back_in_vietnamese(tmp_path):
    with wording.speaking("en"):
        write_worksheets(opened("quang_ninh", 2023, "en"), tmp_path)
    fill(tmp_path / FINANCE, **MEASURE, status="Under way")
    back = read_progress(tmp_path)
    assert back.problems == []
    assert len(back.rows) == 1
