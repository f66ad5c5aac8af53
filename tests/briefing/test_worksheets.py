"""Worksheets: every flagged component on one of them, evidence as the findings have it, room to fill in, safe texts."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import zipfile

import docx
import openpyxl
import pytest
from conftest import opened

from indexlib import load_plan, open_run
from indexlib.base import wording
from indexlib.base.wording import speaking
from indexlib.briefing.office.clean import clean, sheet_name, slug, slugs
from indexlib.briefing.worksheets import form
from indexlib.briefing.worksheets.assignment import assignments
from indexlib.briefing.worksheets.hand_out import HEAD, write_worksheets
from indexlib.briefing.worksheets.progress import read_progress
from indexlib.content import tables

pytestmark = pytest.mark.by_turns

RUNS = [("thanh_hoa", 2024, "vi"), ("thanh_hoa", 2024, "en"), ("quang_ninh", 2023, "vi"), ("ba_ria_vung_tau", 2024, "en")]
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\{\w*\}|\{\{", re.IGNORECASE)
NASTY = ["=1+1", "+84 913", "-2 việc", "@SUM(A1)", "<b>&amp; \"x\"</b>", "a\x00b\x0bc\r\nd\u202e", "x" * 400, "'đơn"]


@pytest.fixture(scope="module", params=RUNS, ids=lambda r: "-".join(map(str, r)))
def run(request, tmp_path_factory):
    """A run's findings and its worksheets."""
    found, folder = opened(*request.param), tmp_path_factory.mktemp("worksheets")
    with speaking(found.params.language):
        return found, write_worksheets(found, folder), folder


@pytest.fixture(autouse=True)
def _language_of_the_run(request, _vietnamese):
    if "run" in request.fixturenames:
        wording.use(request.getfixturevalue("run")[0].params.language)


def lines(path) -> list[dict[str, object]]:
    """Lines of a worksheet by column."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = sheet.iter_rows(min_row=HEAD + 2, max_col=len(form.COLUMNS), values_only=True)
    return [dict(zip(form.AT, row, strict=True)) for row in rows if row[0]]


def test_every_flagged_component_stands_on_exactly_one_worksheet(run):
    found, files, _ = run
    codes = [line["code"] for path in files if path.suffix == ".xlsx" for line in lines(path) if line["number"] == 1]
    assert sorted(codes) == sorted(found.tasks()["component"])
    assert {p.stem for p in files if p.suffix == ".xlsx"} == {p.stem for p in files if p.suffix == ".docx"}


def test_the_evidence_is_that_of_the_findings(run):
    found, files, _ = run
    rows = {r.component: r for r in found.now.components.itertuples(index=False)}
    why = tables.why_text(found.now)
    answers = {a["component"]: a for a in found.by_component(found.now.components["component"]).to_dict("records")}
    for path in (p for p in files if p.suffix == ".xlsx"):
        for line in (x for x in lines(path) if x["number"] == 1):
            row, answer = rows[line["code"]], answers[line["code"]]
            assert line["score"].rstrip("%") == tables.score_text(row)
            assert line["change"].split(":")[0] == tables.change_text(row)
            assert line["rank"] == tables.rank_text(row)
            assert line["rank"].endswith("*") == (row.rank_kind == "computed")
            assert re.fullmatch(r"\d+/\d+\*?|–", line["rank"])
            assert line["why"] == why[line["code"]]
            assert answer["words"] in line["words"]
            assert line["grade"] == tables.grades_text(found.now).get(line["code"], "–")


def test_a_change_has_its_unit_or_the_reason_why_there_is_none(run):
    found, files, _ = run
    unit = {"vi": " điểm", "en": " points"}[found.params.language]
    for path in (p for p in files if p.suffix == ".xlsx"):
        for line in (x for x in lines(path) if x["number"] == 1):
            if re.match(r"[-+]?\d", line["change"]):
                assert unit in line["change"]
            else:
                assert len(line["change"]) > 5


def test_nothing_leaks_and_no_field_is_left_unfilled(run):
    _, files, _ = run
    for path in files:
        if path.suffix == ".xlsx":
            texts = [str(v) for s in openpyxl.load_workbook(path).worksheets for row in s.iter_rows(values_only=True)
                     for v in row if v is not None]
        else:
            texts = everything(path)
        assert [t for t in texts if LEAKED.search(t)] == [], path.name


def everything(path) -> list[str]:
    """Texts of a document: paragraphs and cells."""
    document = docx.Document(path)
    return [p.text for p in document.paragraphs] + [c.text for t in document.tables for r in t.rows for c in r.cells]


def test_the_document_says_what_the_worksheet_says(run):
    found, files, _ = run
    given = assignments(found)
    for path in (p for p in files if p.suffix == ".docx"):
        document = docx.Document(path)
        mine = [line["code"] for line in lines(path.with_suffix(".xlsx")) if line["number"] == 1]
        rows = document.tables[0].rows[1:] if mine else []
        assert len(rows) == len(mine)
        for row, code in zip(rows, mine, strict=True):
            record = given[given["component"] == code].iloc[0]
            cells = [c.text for c in row.cells]
            assert cells[1:] == [record["label"], record["happened"], record["item"], "", "", "", ""]
        text = "\n".join(everything(path))
        assert all(notice in text for notice in found.notices())
        head = document.tables[0].rows[0]._tr.trPr
        assert head.find("{*}tblHeader") is not None


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not there to count pages")
def test_a_unit_has_one_printed_page_to_sign_and_its_workbook_one_a_sheet(tmp_path):
    paper = write_worksheets(opened("thanh_hoa", 2024), tmp_path)
    for kind, pages in ((".docx", 1), (".xlsx", 2)):
        files = [p for p in paper if p.suffix == kind]
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to",
                        "pdf", "--outdir", str(tmp_path), *map(str, files)], check=True, capture_output=True, timeout=120)
        told = {p.stem: subprocess.run(["pdfinfo", p.with_suffix(".pdf")], capture_output=True, text=True).stdout
                for p in files}
        assert len(told) == 11
        assert {name for name, text in told.items() if not re.search(rf"Pages: +{pages}\n", text)} == set()


def test_the_generic_sheet_says_that_a_person_must_be_named(tmp_path):
    write_worksheets(opened("quang_ninh", 2023), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "cong_chuc_chuyen_mon_ubnd_xa.xlsx").worksheets[0]
    assert "cần giao người cụ thể (IV.2)" in sheet["C2"].value
    assert "cần giao người cụ thể (IV.2)" in "\n".join(everything(tmp_path / "cong_chuc_chuyen_mon_ubnd_xa.docx"))
    other = openpyxl.load_workbook(tmp_path / "cong_chuc_tai_chinh_ke_toan.xlsx").worksheets[0]
    assert "cần giao người cụ thể" not in other["C2"].value


def test_a_dash_is_explained(run):
    _, files, _ = run
    for path in (p for p in files if p.suffix == ".xlsx"):
        mine = [x for x in lines(path) if x["number"] == 1]
        for key in ("rank", "grade"):
            said = wording.t(f"ws.note.no_{key}")
            dash = any(x[key] == "–" for x in mine)
            sheet = openpyxl.load_workbook(path).worksheets[0]
            assert any(c.value == said for row in sheet.iter_rows() for c in row) == dash


def test_only_what_is_to_be_filled_in_is_open_and_checked(run):
    _, files, _ = run
    path = next(p for p in files if p.suffix == ".xlsx" and lines(p))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet.protection.insertRows  # openpyxl: not locked, so that lines can be added
    for column in form.COLUMNS:
        first, second = (sheet.cell(row, form.AT[column.key] + 1) for row in (HEAD + 2, HEAD + 3))
        assert first.protection.locked == (column.key not in form.FILLED), column.key
        assert second.protection.locked == (column.key not in (*form.FILLED, "code", "component", "number")), column.key
    kinds = {v.type: str(v.sqref) for v in sheet.data_validations.dataValidation}
    assert set(kinds) == {"date", "list", "whole"}
    assert sheet.cell(HEAD + 2, form.AT["deadline"] + 1).number_format == "dd/mm/yyyy"
    assert sheet.cell(HEAD + 2, form.AT["measure"] + 1).number_format == "@"  # "- việc" stays text
    assert sheet.freeze_panes == f"C{HEAD + 2}"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_no_file_has_a_trace_of_the_clock(run, tmp_path):
    found, files, _ = run
    for one, two in zip(files, write_worksheets(found, tmp_path), strict=True):
        assert one.name == two.name
        assert one.read_bytes() == two.read_bytes(), one.name
        assert {i.date_time for i in zipfile.ZipFile(one).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_where_nothing_is_flagged_there_is_no_worksheet(tmp_path):
    off = dict.fromkeys(("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved"))
    assert write_worksheets(open_run(place="quang_ninh", year=2023, rules=off), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_components_of_an_index_without_a_focal_point_are_handed_out_all_the_same(tmp_path):
    found = opened("quang_ninh", 2023)
    points = [f for f in found.plan.about["focal_points"] if "pci" not in f["indices"]]
    plan = dataclasses.replace(found.plan, about=found.plan.about | {"focal_points": points})
    files = write_worksheets(dataclasses.replace(found, plan=plan), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "unit.xlsx").worksheets[0]
    assert sheet["A1"].value == "Chưa giao đơn vị nào"
    assert "cần giao người cụ thể" in sheet["C2"].value
    given = {*load_plan("ha_bac_2023_2025").responsibilities.query("role == 'lead' and primary")["unit"]}
    assert len(files) == 2 * len({*given, "Ủy ban Mặt trận Tổ quốc Việt Nam xã", ""})
    back = read_progress(tmp_path)
    assert back.problems == []
    assert back.components["unit"].tolist().count("") == 2


@pytest.fixture
def nasty():
    """Findings of a plan whose units and words look like formulas, markup and endless words."""
    rename = dict(zip(["Công chức Tài chính - Kế toán", "Công chức Địa chính - Xây dựng - Môi trường",
                       "Công chức chuyên môn UBND xã"], ["=HYPERLINK(1)", "<Địa & chính>" + "w" * 120, "@con"], strict=True))
    found = opened("quang_ninh", 2023)
    plan = found.plan
    swap = {"units": plan.units.replace(rename), "responsibilities": plan.responsibilities.replace(rename),
            "mapping": plan.mapping.assign(words=[NASTY[i % len(NASTY)] for i in range(len(plan.mapping))])}
    points = [f | {"unit": rename.get(f["unit"], f["unit"])} for f in plan.about["focal_points"]]
    plan = dataclasses.replace(plan, about=plan.about | {"focal_points": points}, **swap)
    return dataclasses.replace(found, plan=plan)


def test_names_and_words_that_look_like_formulas_or_markup_stay_text(nasty, tmp_path):
    files = write_worksheets(nasty, tmp_path)
    assert {p.stem for p in files} > {"hyperlink_1", "dia_chinh_" + "w" * 50, "con_"}
    words = set(assignments(nasty)["words"])
    seen = set()
    for path in files:
        if path.suffix == ".docx":
            text = "\n".join(everything(path))
            assert "\x00" not in text
            table = docx.Document(path).tables[0]
            assert table._tbl.tblPr.find("{*}tblLayout").get(docx.oxml.ns.qn("w:type")) == "fixed"
            continue
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            assert [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"] == []
        seen |= {line["words"] for line in lines(path) if line["words"]}
        assert all(book.worksheets[0].row_dimensions[r].height <= 409 for r in range(1, HEAD + 2))
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix, cell.coordinate
    assert seen == {clean(w) for w in words}


@pytest.mark.parametrize("text, safe", [("a\x00b\x1fc", "abc"), ("a\r\nb\rc", "a\nb\nc"), ("\u202egnp.exe", "gnp.exe"),
    ("\ud800x", "x"), ("=1+1", "=1+1"), ("", ""), (3, "3")])
def test_clean(text, safe):
    assert clean(text) == safe


def test_a_text_is_cut_at_the_longest_that_a_cell_holds():
    assert len(clean("x" * 40_000)) == 32_767


@pytest.mark.parametrize("name, stem", [("../../etc/passwd", "etc_passwd"), ("Đơn vị Ð", "don_vi_d"), ("COM1", "com1_"),
    ("", "unit"), ("…", "unit"), ("a" * 300, "a" * 60), ("Công an xã", "cong_an_xa")])
def test_file_names(name, stem):
    assert slug(name) == stem


def test_file_names_of_units_differ():
    assert list(slugs(["Công an", "công  an!", "Cong an"]).values()) == ["cong_an", "cong_an_2", "cong_an_3"]


@pytest.mark.parametrize("text", ["a/b:c?[d]*\\", "x" * 60, "'Điểm'", "một hai ba bốn năm sáu bảy tám chín"])
def test_sheet_names(text):
    name = sheet_name(text)
    assert 0 < len(name) <= 31
    assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)


def test_what_is_written_can_be_read_back(run):
    found, _, folder = run
    back = read_progress(folder)
    assert back.problems == []
    assert (back.place, back.year) == (found.place.code, found.params.year)
    assert sorted(back.components["component"]) == sorted(found.tasks()["component"])
