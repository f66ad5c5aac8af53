"""What people see of a workbook, and what the cells hold beside it: raised and struck-out text, hidden sheets."""

from __future__ import annotations

import openpyxl
import pytest
import xlsxwriter
from make_workbooks import PCI_NAMES, parts, pci, refusals, save, wide
from test_readers_documents import FIGURE, FIGURES, HEAD, PLACES, ROWS, SPOILT, TITLE, score

from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import read_published

TABLE = [[TITLE], HEAD, *[[n, row[1], float(figure)] for n, (row, figure) in enumerate(zip(ROWS, FIGURES, strict=True))]]
FIELD = [["TT", "Tỉnh", "Cải cách thể chế"], *[[n, place.name_vi, 7.5 + n / 100] for n, place in enumerate(PLACES)]]


def rich(tmp_path, *runs, row=SPOILT + 2, column=2):
    """The table with one cell of runs: texts and formats."""
    path = save(tmp_path / "a.xlsx", {"S": TABLE})
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for r, cells in enumerate(TABLE):
        for c, cell in enumerate(cells):
            if (r, c) == (row, column):
                made = [book.add_format(run) if isinstance(run, dict) else run for run in runs]
                assert sheet.write_rich_string(r, c, *made) == 0
            else:
                sheet.write(r, c, cell)
    book.close()
    return read_published(path)


SHOWN = FIGURES[SPOILT].replace(".", ",")


@pytest.mark.parametrize("mark", ["1", "(a)", "*", "12"])
def test_a_raised_mark_of_a_footnote_in_a_workbook_is_no_digit_of_a_figure(tmp_path, mark):
    reading = rich(tmp_path, SHOWN[:2], SHOWN[2:], {"font_script": 1}, mark)
    assert score(reading) == FIGURE and refusals(reading) == set()


@pytest.mark.parametrize("runs", [
    (SHOWN[:2], {"font_script": 1}, SHOWN[3:]), (SHOWN, {"font_strikeout": True}, "9"),
    ({"font_strikeout": True}, "9", SHOWN), (SHOWN, {"font_script": 1}, "345")])
def test_a_figure_of_which_a_part_is_raised_or_struck_out_is_refused(tmp_path, runs):
    reading = rich(tmp_path, *runs)
    assert "not_a_number" in {p.code for p in reading.errors} and score(reading) is None


def test_looks_that_change_no_figure_leave_it_alone(tmp_path):
    reading = rich(tmp_path, {"bold": True}, SHOWN[:2], {"font_color": "red"}, SHOWN[2:])
    assert score(reading) == FIGURE and refusals(reading) == set()


def test_a_letter_without_width_is_no_part_of_a_text(tmp_path):
    rows = [[*row] for row in TABLE]
    rows[SPOILT + 2][1:] = ["\u200b" + rows[SPOILT + 2][1] + "\ufeff", f"\u200b{SHOWN}\u200b"]
    rows[1] = ["TT", "Tỉnh\u200b, thành phố", "Chỉ\u200b số (%)"]
    reading = read_published(save(tmp_path / "a.xlsx", {"S": rows}))
    assert score(reading) == FIGURE and refusals(reading) == set()


# Hidden sheets.

def hidden(path, *names, state="hidden"):
    book = openpyxl.load_workbook(path)
    for name in names:
        book[name].sheet_state = state
    book.save(path)
    return read_published(path)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_figures_that_only_a_hidden_sheet_has_are_for_a_person_to_look_at(tmp_path, state):
    reading = hidden(save(tmp_path / "a.xlsx", {"S": TABLE, "old": FIELD}), "old", state=state)
    found = [p for p in reading.doubts if p.code == "hidden_sheet"]
    assert [p.sheet for p in found] == ["old"]


def test_places_that_only_a_hidden_sheet_has_are_for_a_person_to_look_at(tmp_path):
    path = save(tmp_path / "a.xlsx", {"S": TABLE[:30], "rest": [*TABLE[:2], *TABLE[30:]]})
    assert "hidden_sheet" in refusals(hidden(path, "rest"))


@pytest.mark.parametrize("first", [True, False])
def test_a_hidden_sheet_may_bear_out_what_is_seen(tmp_path, first):
    """Workbooks of PCI 2013-2016 hide the summary in English."""
    sheets = {"copy": TABLE, "S": TABLE} if first else {"S": TABLE, "copy": TABLE}
    assert refusals(hidden(save(tmp_path / "a.xlsx", sheets), "copy")) == set()
    truth = pci(2013)
    path = save(tmp_path / "b.xlsx", {"English": wide(truth), "Tong hop": wide(truth), **parts(truth)})
    assert refusals(hidden(path, "English")) == set()


def test_a_hidden_sheet_of_a_sub_index_without_a_summary_is_seen(tmp_path):
    truth = pci(2013)
    rows = wide(truth, columns=[c for c in truth.components if c != "pci.3"])
    path = save(tmp_path / "b.xlsx", {"Tong hop": rows, **parts(truth)})
    assert "hidden_sheet" in refusals(hidden(path, PCI_NAMES["pci.3"]))


# Digits that stuck to a figure with nothing to show it.

@pytest.mark.parametrize("digits", [0, 1, 2, 3])
def test_a_figure_with_more_decimals_than_its_column_is_for_a_person_to_look_at(tmp_path, digits):
    rows = [[*row[:2], round(row[2] + 0.0005 * row[0], digits)] if isinstance(row[-1], float) else row for row in TABLE]
    assert "odd_decimals" not in refusals(read_published(save(tmp_path / "a.xlsx", {"S": rows})))
    rows[SPOILT + 2] = [*rows[SPOILT + 2][:2], rows[SPOILT + 2][2] + 10 ** -(digits + 1)]
    reading = read_published(save(tmp_path / "b.xlsx", {"S": rows}))
    assert [p.row for p in reading.doubts if p.code == "odd_decimals"] == [SPOILT + 3]


def test_unrounded_figures_may_end_in_noughts(tmp_path):
    rows = [[*row[:2], round(row[2] + 0.000321 * row[0], 3 if row[0] < 50 else 6)] if isinstance(row[-1], float) else row
            for row in TABLE]
    assert "odd_decimals" not in refusals(read_published(save(tmp_path / "a.xlsx", {"S": rows})))


# Number formats.

def formatted(path, column, form, rows=(SPOILT + 3,)):
    book = openpyxl.load_workbook(path)
    for row in rows:
        book.worksheets[0].cell(row, column).number_format = form
    book.save(path)
    return read_published(path)


@pytest.mark.parametrize("form", ["0%", "0.00%", '0.0 "điểm" %'])
def test_a_cell_that_shows_a_percentage_is_no_figure_in_points(tmp_path, form):
    """The cell holds 0,766 and shows 76,6 %."""
    title = [TITLE]
    rows = [title, FIELD[0], *[[*row[:2], row[2] / 10] for row in FIELD[1:]]]
    path = save(tmp_path / "a.xlsx", {"S": rows})
    assert not read_published(path).errors
    reading = formatted(path, 3, form)
    assert [(p.code, p.row) for p in reading.errors] == [("percent", SPOILT + 3)]
    turned = save(tmp_path / "b.xlsx", {"S": [[*title, *[None] * 62], *map(list, zip(*rows[1:], strict=True))]})
    book = openpyxl.load_workbook(turned)
    book["S"].cell(4, SPOILT + 2).number_format = form
    book.save(turned)
    assert [(p.code, p.row, p.column) for p in read_published(turned).errors] == [("percent", 4, "V")]


@pytest.mark.parametrize("form", ["0.00", '0.0"%"', r"0.0\%", "[Red]0.0"])
def test_a_sign_that_a_format_only_writes_makes_no_percentage(tmp_path, form):
    rows = [[TITLE], *FIELD]
    assert not formatted(save(tmp_path / "a.xlsx", {"S": rows}), 3, form).errors


def test_a_percentage_typed_into_the_template_is_none_of_points(tmp_path):
    path = write_template("par", 2023, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["scores"]
    column = next(cell.column for cell in sheet[1] if cell.value == "par.2")
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, column).value = 0.75 + row / 1000
    book.save(path)
    assert not read_published(path).errors
    sheet.cell(9, column).number_format = "0.0%"
    book.save(path)
    assert [(p.code, p.row) for p in read_published(path).errors] == [("percent", 9)]


# Years as numbers.

def test_a_year_that_is_a_number_is_the_year_of_the_table(tmp_path):
    rows = [["Chỉ số cải cách hành chính (PAR INDEX)"], ["Năm", 2023], *TABLE[1:]]
    reading = read_published(save(tmp_path / "a.xlsx", {"S": rows}))
    assert reading.years == (2023,) and score(reading) == FIGURE and refusals(reading) == set()
    reading = read_published(tmp_path / "a.xlsx", year=2022)
    assert "year_conflict" in refusals(reading)


def test_a_column_headed_by_the_number_of_another_year_is_not_read_as_this_one(tmp_path):
    """Last year's figures stand left of this year's."""
    rows = [[TITLE], ["TT", "Tỉnh", "PAR INDEX", "PAR INDEX"], [None, None, 2022, 2023],
            *[[*row[:2], 55.5, row[2]] for row in TABLE[2:]]]
    reading = read_published(save(tmp_path / "a.xlsx", {"S": rows}), year=2023)
    assert reading.errors or set(reading.scores["score"]) == set(map(float, FIGURES))
    rows[1] = ["TT", "Tỉnh", "PAR INDEX", "Ghi chú"]
    rows[3:] = [[*row[:3], "tăng"] for row in rows[3:]]
    reading = read_published(save(tmp_path / "b.xlsx", {"S": rows}), year=2023)
    assert reading.errors and 55.5 not in set(reading.scores["score"])
