"""``indexlib template par --place "Kon Tum" --year 2023``: one province, one page, a source a row."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from additions import run, tables

from indexlib import load_scores
from indexlib.data.scores import load_remarks, load_sources
from indexlib.intake.check import check_data
from indexlib.intake.recognise import read_published

pytestmark = pytest.mark.by_turns

PAGE = "https://snv.example.vn/par-index-2022"


def filled(path: Path, index: str, place: str, year: int, rows: dict[str, tuple]) -> Path:
    """The template with score, percent, rank, base and source of some components."""
    assert run("template", index, path, "--place", place, "--year", year).exit_code == 0
    book = openpyxl.load_workbook(path)
    sheet = book["one place"]
    for row in sheet.iter_rows(min_row=3):
        for cell, value in zip(row[2:], rows.get(row[0].value, ()), strict=False):
            cell.value = value
    book.save(path)
    return path


def codes(path: Path) -> set[str]:
    return {p.code for p in read_published(path).problems}


def test_a_page_about_one_province_is_added_with_the_source_of_each_row(data, tmp_path):
    path = filled(tmp_path / "p.xlsx", "par", "Lâm Đồng", 2022, {
        "par": (84.5, None, 38, 63, PAGE), "par.2": (9.2, "92%", 40, 63, f"{PAGE}; par-75"),
        "par.3": (None, 91.5, None, None, "par-75"), "par.part.impact": (31, None, None, None, PAGE)})
    assert codes(path) == set()
    result = run("add", path)
    assert result.exit_code == 0 and "par-113" in result.output, result.output
    own = load_scores("par").query("year == 2022 and place == 'lam_dong'").set_index("component")
    assert own["source"].to_dict() == {"par": "par-113", "par.2": "par-113; par-75", "par.3": "par-75",
                                       "par.part.impact": "par-113"}
    assert own.loc["par.2", ["score", "percent", "rank", "rank_base"]].tolist() == [9.2, 92, 40, 63]
    assert load_sources().set_index("source").loc["par-113", "where"] == PAGE
    assert check_data() == []
    before = tables(data.folder)
    assert run("add", path).exit_code == 0 and tables(data.folder) == before  # the same page again changes nothing


def test_the_figures_that_are_in_already_change_nothing(data, tmp_path):
    before = tables(data.folder)
    rows = {c: (s, None, r, b, source) for c, s, r, b, source in load_scores("par").query(
        "year == 2023 and place == 'kon_tum'")[["component", "score", "rank", "rank_base", "source"]].itertuples(index=False)}
    rows = {c: tuple(None if x != x else x for x in row) for c, row in rows.items()}
    result = run("add", filled(tmp_path / "p.xlsx", "par", "Kon Tum", 2023, rows))
    assert result.exit_code == 0 and tables(data.folder) == before, result.output


def test_what_a_page_prints_otherwise_is_corrected_or_kept_under_its_own_source(data, tmp_path):
    rows = {"par": (86.89, None, 35, 63, PAGE)}  # 86,76 is in
    path = filled(tmp_path / "p.xlsx", "par", "Hòa Bình", 2023, rows)
    assert run("add", path).exit_code == 2
    assert run("add", path, "--keep-old").exit_code == 0
    assert load_remarks().query("place == 'hoa_binh' and source == 'par-113'")["value"].tolist() == [86.89]
    assert run("add", path, "--accept-changes", "--accept-doubts").exit_code == 0
    assert data.path("scores/corrections.csv").read_text(encoding="utf-8").splitlines()[-1].startswith(
        "par,2023,hoa_binh,par,score,86.76,86.89,par-60; par-81,par-113,")
    own = load_scores("par").query("year == 2023 and place == 'hoa_binh' and component == 'par'")
    assert own["source"].item() == "par-113"


def test_a_key_that_no_source_has_is_no_address(data, tmp_path):
    result = run("add", filled(tmp_path / "p.xlsx", "par", "Lâm Đồng", 2022, {"par": (84.5, None, None, None, "par-999")}))
    assert result.exit_code == 2 and "par-999" in result.output


@pytest.mark.parametrize("row, code", [
    ((9.2, None, 40, None, PAGE), "no_base"), ((9.2, None, None, None, None), "no_source"),
    ((9.2, 192, None, None, PAGE), "of_maximum"), (("9,2 ?", None, None, None, PAGE), "doubtful"),
    (("chín", None, None, None, PAGE), "not_a_number"), (("92%", None, None, None, PAGE), "percent"),
    ((9.2, None, 64, 63, PAGE), "rank_range"), ((10.2, None, None, None, PAGE), "out_of_scale"),
    ((None, None, None, None, None), "template_empty")])
def test_a_cell_that_cannot_be_taken_is_named(tmp_path, row, code):
    assert code in codes(filled(tmp_path / "p.xlsx", "par", "Lâm Đồng", 2022, {"par.2": row}))


@pytest.mark.parametrize("index, place, year, rows, said", [
    ("par", "Lâm Đồng", 2022, {"par": (84.5, None, 13, 63, PAGE)}, "Sơn La"),  # place 13 is that of another, with 86,78
    ("par", "Quảng Nam", 2022, {"par": (60, None, None, None, PAGE)}, "nhỏ hơn tổng"),  # its fields give more
    ("par", "Kon Tum", 2023, {"par.2": (None, 99.5, None, None, "par-76")}, "không phải 99,5%"),  # 9,42 of 10 are in
    ("sipas", "Lâm Đồng", 2022, {"sipas": (87.95, None, None, None, PAGE)}, "cao nhất cả nước")])
def test_what_the_stored_figures_contradict_waits_for_a_person(data, tmp_path, index, place, year, rows, said):
    path, before = filled(tmp_path / "p.xlsx", index, place, year, rows), tables(data.folder)
    assert said in run("read", path).output
    result = run("add", path)
    assert result.exit_code == 2 and said in result.output and tables(data.folder) == before


@pytest.mark.parametrize("place, printed, weighted", [("Quảng Nam", 67.04, "66,66"), ("Quảng Trị", 63.23, "62,68"),
                                                      ("Khánh Hòa", 67.65, "66,52")])
def test_a_plain_sum_of_2023_is_called_one_by_read_and_add(data, tmp_path, place, printed, weighted):
    path = filled(tmp_path / "p.xlsx", "pci", place, 2023, {"pci": (printed, None, None, None, PAGE)})
    before = tables(data.folder)
    for command in ("read", "add"):
        result = run(command, path, *(["--accept-doubts"] if command == "add" else []))
        assert result.exit_code == 2 and "tổng đơn thuần" in result.output and weighted in result.output
    assert tables(data.folder) == before


def test_a_plain_sum_beside_its_parts_in_one_file_is_called_one_too(tmp_path):
    parts = load_scores("pci").query("year == 2023 and place == 'quang_nam' and component != 'pci'")
    rows = {c: (round(s, 2), None, None, None, PAGE) for c, s in zip(parts["component"], parts["score"], strict=True)}
    path = filled(tmp_path / "p.xlsx", "pci", "Quảng Nam", 2023, rows | {"pci": (67.04, None, None, None, PAGE)})
    problem = next(p for p in read_published(path).errors if p.code == "plain_sum")
    assert "66,6" in problem.message and problem.row == 3
