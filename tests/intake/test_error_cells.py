"""A formula that failed, or a program's mark for nothing, is no withheld score."""

from __future__ import annotations

import csv
import shutil
import struct
import subprocess

import openpyxl
import pytest
import xlsxwriter
from conftest import ROOT
from make_hostile import label, record, texts, xls

from indexlib.intake.files.sheets import open_file
from indexlib.intake.recognise import read_published

ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"]


def papi_2020() -> list[tuple[str, float]]:
    with open(ROOT / "data/scores/papi.csv", encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["year"] == "2020" and r["component"] == "papi.8"]
    return [(r["place"], float(r["score"])) for r in rows if r["score"]]


def book(tmp_path, cell: str):
    """PAPI's dimension 8 of 2020 as published, but for the first place."""
    from indexlib import load_places

    path = tmp_path / "papi_2020.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Bang")
        sheet.write_row(0, 0, ["Tỉnh", "8. Quản trị điện tử"])
        for r, (place, score) in enumerate(papi_2020(), 1):
            sheet.write(r, 0, load_places().get(place, 2020).name)
            sheet.write(r, 1, score)
        if cell.startswith("#"):
            sheet.write_formula(1, 1, "=VLOOKUP(A2,X:Y,2,0)", None, cell)
        else:
            sheet.write_string(1, 1, cell)
    return path


@pytest.mark.parametrize("cell", ERRORS)
def test_an_error_of_a_workbook_is_named_by_its_cell_and_no_withheld_score(tmp_path, cell):
    reading = read_published(book(tmp_path, cell), 2020, "papi")
    [said] = [p for p in reading.errors if p.code == "error_cell"]
    assert "dòng 2, B" in said.line() and cell in said.line()
    assert reading.withheld.empty


@pytest.mark.parametrize("cell", ["NA", "n/a", "NULL", "NaN"])
def test_a_mark_of_a_program_is_asked_about(tmp_path, cell):
    reading = read_published(book(tmp_path, cell), 2020, "papi")
    assert [p.code for p in reading.errors if "dòng 2, B" in p.line()] == ["no_value"]
    assert reading.withheld.empty


def test_an_error_of_an_old_workbook_stands_in_its_cell(tmp_path):
    cells = label(0, 0, 0) + record(0x0205, struct.pack("<HHHBB", 1, 1, 0, 0x2A, 1)) \
        + record(0x0006, struct.pack("<HHH", 2, 1, 0) + b"\x02\0\x07\0\0\0\xff\xff" + bytes(8))
    path = tmp_path / "old.xls"
    path.write_bytes(xls([cells], texts(["Place"])))
    [sheet] = open_file(path).sheets
    assert sheet.rows[1][1] == "#N/A" and sheet.rows[2][1] == "#DIV/0!"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not there to write .xls and .ods")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_errors_and_what_is_hidden_are_seen_in_every_kind_of_workbook(tmp_path, kind):
    path = book(tmp_path, "#N/A")
    made = openpyxl.load_workbook(path)
    made["Bang"].row_dimensions[10].hidden = made["Bang"].column_dimensions["B"].hidden = True
    made.save(path)
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to", kind,
                    "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    found = {p.code: p.line() for p in read_published(path.with_suffix(f".{kind}"), 2020, "papi").problems}
    assert {"error_cell", "hidden_rows", "hidden_columns"} <= set(found)
    assert "dòng 2, B" in found["error_cell"] and "dòng 10" in found["hidden_rows"] and "cột B" in found["hidden_columns"]
