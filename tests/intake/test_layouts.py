"""What offices hand around: correct tables in other layouts are read, and what a table says of itself is seen."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from conftest import SHARED

from indexlib import load_places, load_scores
from indexlib.intake.files.report import DOUBTS, NOTES
from indexlib.intake.recognise import read_published

CASES = SHARED / "cases"
HEAD = ["Hạng", "Tỉnh, thành phố", "PAR INDEX"]
TITLE = "XẾP HẠNG CHỈ SỐ PAR INDEX NĂM 2024"


@pytest.fixture(scope="module")
def ranking() -> list[list]:
    """A ranking as printed, from the best down: rank, name, score. The figures are those of another index, PCI 2021."""
    scores = load_scores("pci").query("year == 2021 and component == 'pci'").sort_values("score", ascending=False)
    return [[i, load_places().get(row.place).name_vi, row.score] for i, row in enumerate(scores.itertuples(), 1)]


def book(folder: Path, rows: list[list], hide: range = range(0), footer: str = "", title: str = "",
         named: str = "Bang") -> Path:
    file = openpyxl.Workbook()
    sheet = file.worksheets[0]
    sheet.title = named
    for row in rows:
        sheet.append(row)
    for row in hide:
        sheet.row_dimensions[row].hidden = True
    sheet.oddFooter.center.text, file.properties.title = footer, title
    file.save(folder / "bang.xlsx")
    return folder / "bang.xlsx"


def errors(reading) -> list[str]:
    return [p.code for p in reading.problems if p.code not in NOTES | DOUBTS]


def told(reading) -> set[str]:
    return {p.code for p in reading.problems}


def totals(reading) -> dict[str, float]:
    return dict(zip(reading.scores["place"], reading.scores["score"], strict=True))


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    scores = load_scores("pci").query("year == 2021 and component == 'pci'")
    return dict(zip(scores["place"], scores["score"], strict=True))


@pytest.mark.parametrize("blocks", [2, 3])
def test_one_ranking_folded_into_blocks_side_by_side_is_one(tmp_path, ranking, truth, blocks):
    deep = -(-len(ranking) // blocks)
    sides = [ranking[i:i + deep] for i in range(0, len(ranking), deep)]
    rows = [[x for side in sides for x in (side[r] if r < len(side) else [None] * 3)] for r in range(deep)]
    reading = read_published(book(tmp_path, [[TITLE], HEAD * blocks, *rows]))
    assert errors(reading) == [] and totals(reading) == truth
    rows[1][4] = rows[0][1]  # the first place again, in the second block
    again = read_published(book(tmp_path, [[TITLE], HEAD * blocks, *rows]))
    assert errors(again)
    rows[1][4], rows[2][5] = sides[1][1][1], "x"
    spoilt = read_published(book(tmp_path, [[TITLE], HEAD * blocks, *rows]))
    assert [(p.row, p.column) for p in spoilt.problems if p.code not in NOTES | DOUBTS and p.row] == [(5, "F")]


@pytest.mark.parametrize("merged", [False, True])
def test_rows_of_several_years_are_read_by_their_year(tmp_path, ranking, truth, merged):
    other = [[2023, name, round(score - 1, 2)] for _, name, score in ranking]
    rows = [*other, *([2024, name, score] for _, name, score in ranking)]
    if merged:
        rows = [[year if i in (0, len(other)) else None, name, score] for i, (year, name, score) in enumerate(rows)]
    path = book(tmp_path, [["Năm", "Tỉnh, thành phố", "PAR INDEX"], *rows])
    assert errors(read_published(path)) == ["two_years"]
    reading = read_published(path, year=2024)
    assert errors(reading) == [] and totals(reading) == truth and reading.years == (2024,)
    assert errors(read_published(path, year=2021)) == ["no_such_year"]


def test_lines_between_the_rows_that_name_years_part_them(tmp_path, ranking):
    rows = [[TITLE], HEAD, ["Năm 2023"], *ranking[:30], ["Năm 2024"], *ranking[30:]]
    path = book(tmp_path, rows)
    assert errors(read_published(path)) == ["two_years"]
    assert len(read_published(path, year=2024).scores) == 33 and len(read_published(path, year=2023).scores) == 30


def test_the_year_of_a_report_is_none_of_an_index(tmp_path, ranking):
    for title in ("Báo cáo CCHC quý I/2024: Chỉ số CCHC các tỉnh", "Chỉ số CCHC, báo cáo 6 tháng đầu năm 2024",
                  "Chỉ số CCHC các tỉnh (dân số năm 2024)", "Chỉ số CCHC, quý 3 năm 2024"):
        path = book(tmp_path, [[title], ["TT", "Tỉnh", "Chỉ số CCHC (%)"], *ranking])
        assert errors(read_published(path)) == ["no_year"], title
    path = book(tmp_path, [["Báo cáo quý I/2025: Chỉ số PAR INDEX năm 2024"], HEAD, *ranking])
    assert read_published(path).years == (2024,)


def test_hidden_rows_are_asked_about_by_row(tmp_path, ranking):
    reading = read_published(book(tmp_path, [[TITLE], HEAD, *ranking], hide=range(10, 30)))
    assert [p.row for p in reading.problems if p.code == "hidden_rows"] == [10]
    assert "20 hàng" in next(p.message for p in reading.problems if p.code == "hidden_rows")
    assert "hidden_rows" not in told(read_published(book(tmp_path, [[TITLE], [], HEAD, *ranking], hide=range(2, 3))))


@pytest.mark.parametrize("where", ["below", "footer", "title", "sheet", "second head"])
def test_what_a_table_says_of_itself_is_seen_wherever_it_stands(tmp_path, ranking, where):
    words = "Số liệu tự đánh giá, chưa thẩm định"
    rows = [[TITLE], HEAD, *ranking]
    made = {
        "below": lambda: book(tmp_path, [*rows, [], ["Ghi chú: " + words]]),
        "footer": lambda: book(tmp_path, rows, footer=words),
        "title": lambda: book(tmp_path, rows, title=words),
        "sheet": lambda: book(tmp_path, rows, named="Chưa thẩm định"),
        "second head": lambda: book(tmp_path, [[TITLE], HEAD, [None, None, "ƯTH"], *ranking]),
    }
    assert told(read_published(made[where]())) & {"title_other", "header_words"}
    assert not told(read_published(book(tmp_path, rows))) & {"title_other", "header_words"}


def tcvn3(text: str) -> str:
    from indexlib.intake.table.letters import _TCVN3

    back = {new: old for old, new in _TCVN3.items()}
    return "".join(back.get(x, x) for x in text)


@pytest.mark.parametrize("cause, spoil", [
    ("tcvn3", tcvn3),
    ("mojibake", lambda text: text.encode().decode("cp1252", "replace")),
    ("escaped_letters", lambda text: "".join(x if x.isascii() else f"<U+{ord(x):04X}>" for x in text)),
])
def test_spoilt_letters_are_named_in_one_message(tmp_path, ranking, cause, spoil):
    rows = [[spoil(x) if isinstance(x, str) else x for x in row] for row in ([TITLE], HEAD, *ranking)]
    reading = read_published(book(tmp_path, rows))
    assert [p.code for p in reading.problems] == [cause] and reading.scores.empty


def test_letters_of_vni_are_named(tmp_path, ranking):
    names = ["Haø Noäi", "Haûi Phoøng", "Ñaø Naüng", "Nam Ñònh", "Quaûng Ninh", "Ñoàng Nai", "Bình Döông", "Laâm Ñoàng"]
    rows = [[i, name, 80.5] for i, name in enumerate(names, 1)]
    reading = read_published(book(tmp_path, [["Chæ soá PAR INDEX naêm 2024"], HEAD, *rows]))
    assert [p.code for p in reading.problems] == ["vni"]


@pytest.mark.parametrize("index, component", [("pci", "pci"), ("papi", "papi")])
def test_a_ranking_without_components_comes_in_as_totals(tmp_path, index, component):
    year = 2021 if index == "pci" else 2023
    scores = load_scores(index).query("year == @year and component == @component").sort_values("score", ascending=False)
    rows = [[i, load_places().get(row.place).name_vi, row.score] for i, row in enumerate(scores.itertuples(), 1)]
    head = [[f"Xếp hạng {index.upper()} {year}"], ["Xếp hạng", "Tỉnh", f"Điểm {index.upper()} {year}"]]
    reading = read_published(book(tmp_path, [*head, *rows]))
    assert errors(reading) in ([], ["missing_places"]) and "level_missing" in told(reading)
    assert totals(reading) == dict(zip(scores["place"], scores["score"], strict=True))


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases (../shared) are not at hand")
@pytest.mark.parametrize("file, year, wanted", [
    ("papi2020_na_error_full.xlsx", None, "error_cell"), ("par2024_error_cell.xlsx", None, "error_cell"),
    ("papi2020_mark_NA.csv", None, "no_value"), ("par2024_side_by_side.xlsx", None, ""),
    ("par_panel_3years.xlsx", None, "two_years"), ("par_panel_3years.xlsx", 2023, ""),
    ("par2024_hidden_rows.xlsx", None, "hidden_rows"), ("par2024_tcvn3.xlsx", None, "tcvn3"),
    ("par2024_r_windows.csv", None, "escaped_letters"), ("par2024_tp_hue.xlsx", None, ""),
    ("par_year_of_the_report_not_the_index.xlsx", None, "no_year"), ("par_two_years_in_blocks.xlsx", None, "two_years"),
    ("par_two_years_in_blocks.xlsx", 2023, "partial"), ("par_estimates_said_below.xlsx", None, "title_other"),
    ("pci_ranking_correct_but_refused.xlsx", None, "level_missing")])
def test_the_files_of_the_audit_behave_as_their_table_says(file, year, wanted):
    reading = read_published(CASES / file, year)
    if wanted:
        assert wanted in told(reading)
    else:
        assert errors(reading) == [] and len(reading.scores) == 63
