"""Files that version 1.1.0 made are opened as they are; what letters mean now is said in every output."""

from __future__ import annotations

import csv
import shutil
from datetime import date

import openpyxl
import pytest
from conftest import ROOT
from docx import Document
from filled_worksheets import FINANCE

from indexlib import load_scores, open_run, read_params, read_published, tables
from indexlib.briefing.report.document import TemplateError, write_report
from indexlib.briefing.worksheets.progress import read_progress
from indexlib.content.as_json import as_data
from indexlib.plan.settings import GRADES_OF, Grades
from indexlib.run.manifest import read_manifest

MADE = ROOT / "tests" / "support" / "made_by_1_1_0"


def book(name: str, path) -> None:
    """A workbook out of its cells, kept as text."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    with open(MADE / name, encoding="utf-8", newline="") as file:
        for cell in csv.DictReader(file):
            sheet = made[cell["sheet"]] if cell["sheet"] in made.sheetnames else made.create_sheet(cell["sheet"])
            sheet.sheet_state = cell["state"]
            value = cell["value"]
            day = cell["sheet"] == "Kế hoạch" and len(value) == 10 and value[4] == value[7] == "-"
            sheet.cell(int(cell["row"]), int(cell["column"])).value = \
                date.fromisoformat(value) if day else int(value) if value.isdigit() else value
    made.save(path)


def test_a_parameter_file_runs_and_its_outputs_say_whose_grades_they_bear():
    params = read_params(MADE / "params.yml")
    assert params.grades == Grades(a=0.95, b=0.8, c=0.5)
    assert params.order == "expected"
    found = open_run(**params.for_notebooks())
    assert f"cách tính từ bản {GRADES_OF}, nghĩa khác bản 1.1.0" in " ".join(tables.focus(found).notes)


def test_thresholds_of_old_grades_run_with_their_new_meaning(tmp_path):
    text = (MADE / "params.yml").read_text(encoding="utf-8").replace("a: 0.95", "a: 0.9").replace("b: 0.80", "b: 0.7")
    (tmp_path / "own.yml").write_text(text, encoding="utf-8")
    found = open_run(**read_params(tmp_path / "own.yml").for_notebooks())
    assert "A từ 90%, B từ 70%, C từ 50%" in " ".join(tables.focus(found).notes)
    grade = found.components.dropna(subset="prob_lasting").set_index("prob_lasting")["grade"].astype(str)
    assert {g for p, g in grade.items() if p >= 0.9} <= {"A"}
    assert {g for p, g in grade.items() if 0.7 <= p < 0.9} == {"B"}


def test_a_worksheet_still_out_is_read_back(tmp_path):
    book("worksheet.csv", tmp_path / FINANCE)
    back = read_progress(tmp_path)
    assert not back.problems
    assert back.rows[["component", "measure", "deadline"]].to_numpy().tolist() == [
        ["pci.6", "Rà soát thủ tục", date(2024, 9, 15)]]
    state = back.components.set_index("component")["state"]
    assert (state["pci.6"], state["pci.2"]) == ("planned", "not_returned")


def test_a_filled_score_template_is_read(tmp_path):
    path = tmp_path / "sipas.xlsx"
    book("template_sipas_2024.csv", path)
    made = openpyxl.load_workbook(path)
    sheet = made["scores"]
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, 3).value = round(70 + row / 10 + 0.03, 2)
    made.save(path)
    reading = read_published(path)
    assert not reading.errors
    assert len(reading.scores) == 63
    assert set(reading.scores["component"]) == {"sipas"}


def test_figures_added_by_hand_are_read(data):
    for line in (MADE / "scores_added.csv").read_text(encoding="utf-8").splitlines():
        data.add("scores/sipas.csv", line)
    data.add("sources.csv", "sipas-own,bảng của tỉnh")
    added = load_scores("sipas").query("source == 'sipas-own'")
    assert added["place"].tolist() == ["an_giang", "bac_lieu"]


def test_the_report_template_of_an_office_is_refused_by_its_code(tmp_path):
    """The tags of the template that came with 1.1.0, in the order in which they stand: it held code, a new one has fields."""
    document, lines = Document(), (MADE / "report_template.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("|"):
            cells = line.lstrip("|").split("|")
            if line.startswith("||"):
                table = document.add_table(0, len(cells))
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                first, *more = text.split("¶")
                cell.paragraphs[0].text = first
                for paragraph in more:
                    cell.add_paragraph(paragraph)
        else:
            document.add_paragraph(line)
    document.save(tmp_path / "office.docx")
    with pytest.raises(TemplateError, match="notices") as refused:
        write_report(open_run(place="thanh_hoa", year=2024), tmp_path / "report.docx", template=tmp_path / "office.docx")
    assert "office.docx" in str(refused.value) and not (tmp_path / "report.docx").exists()


def test_the_manifest_of_a_run_is_read(tmp_path):
    shutil.copy(MADE / "manifest.json", tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest.indexlib == "1.1.0"
    assert manifest.intact
    assert manifest.params.grades == Grades()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_with_grades_names_their_version(language):
    found = open_run(place="thanh_hoa", year=2024, language=language)
    assert all(GRADES_OF in " ".join(t.notes) for t in (tables.focus(found), tables.flagged(found)))
    assert as_data(found)["grades_of"] == GRADES_OF
