"""A fifth index, given as data alone: loaded, flagged, charted, reported, added to; and what check says of a half one."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from openpyxl import load_workbook

from indexlib import DataError, NoDataError, charts, load_catalogue, load_scores, open_run
from indexlib.analysis import outlook
from indexlib.briefing import bundle
from indexlib.content import gallery, prose, tables
from indexlib.data.catalogue import index_codes
from indexlib.data.places import load_places
from indexlib.intake.addition import add, compare
from indexlib.intake.check import check_data
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import read_published
from indexlib.plan.settings import read_params
from indexlib.plan.targets import goals

pytestmark = pytest.mark.by_turns

YEARS, LAST = (2022, 2023), 2024
WEIGHTS = {"ddci.1": 40, "ddci.2": 30, "ddci.3": 20, "ddci.4": 10}
ROW = "ddci,DDCI,Chỉ số thử,Invented,Thử,Nobody,point,{file},,{withholds},{parts},{reader}"
PARTS = {"ddci.1": "Minh bạch", "ddci.2": "Năng động", "ddci.3": "Chi phí", "ddci.4": "Cạnh tranh"}


def figures(year: int) -> dict[tuple[str, str], float]:
    """Invented scores of 63 provinces: parts from 1 to 100 and the total that their weights give."""
    pick, found = random.Random(year), {}
    for place in load_places().valid(year):
        parts = {code: round(pick.uniform(30, 90), 2) for code in PARTS}
        found |= {(place.code, code): value for code, value in parts.items()}
        found[place.code, "ddci"] = round(sum(w / 100 * parts[c] for c, w in WEIGHTS.items()), 2)
    return found


@pytest.fixture(params=["weights", "unknown"])
def fifth(data, request):
    """The data with one index more, whose total is weighted or made in a way that nobody knows."""
    rule = request.param
    data.add("catalogue/indices.csv", ROW.format(file="ddci.csv", withholds="", parts="", reader=""))
    data.add("catalogue/editions.csv", f"ddci,2022,{LAST},,0,100,{rule},63,,2,,,ddci-01")
    data.add("catalogue/components.csv", "ddci,ddci,,total,,DDCI,DDCI,point,2022,,printed,",
             *(f"{c},ddci,ddci,subindex,{c[-1]},{name},{name},point,2022,,printed," for c, name in PARTS.items()))
    data.add("catalogue/comparability.csv", *(f"{c},2022,{LAST},0,100,documented,,," for c in ("ddci", *PARTS)))
    if rule == "weights":
        data.add("catalogue/weights.csv", *(f"{c},2022,{LAST},{w},,published," for c, w in WEIGHTS.items()))
    data.add("sources.csv", "ddci-01,invented for a test")
    rows = [f"{year},{place},{c},{v},,,,,ddci-01," for year in YEARS for (place, c), v in figures(year).items()]
    data.path("scores/ddci.csv").write_text("\n".join(
        ["year,place,component,score,rank,rank_base,ci_low,ci_high,source,note", *rows]) + "\n", encoding="utf-8")
    data.rule = rule
    return data


def third_year(folder):
    """The template of the third year, filled in."""
    path, known = write_template("ddci", LAST, folder / "ddci.xlsx"), figures(LAST)
    book = load_workbook(path)
    sheet = book["scores"]
    codes = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for row in sheet.iter_rows(min_row=3):
        for code in ("ddci", *PARTS):
            sheet.cell(row[0].row, codes[code]).value = known[row[0].value, code]
    book.save(path)
    return path


@pytest.fixture
def whole(fifth, tmp_path):
    """The same with its third year added through the template."""
    path = third_year(tmp_path)
    compared = compare(read_published(path), path.name)
    asked = frozenset(p.label for p in compared.doubts if p.code == "stands_out")  # typed from what was invented
    add(compared, path.name, "ddci-02", "invented as well", checked=True, confirmed=asked)
    return fifth


def test_it_loads_and_a_year_comes_in_by_the_template(whole):
    assert check_data() == []
    assert index_codes() == ["papi", "pci", "par", "sipas", "ddci"]
    stored = load_scores("ddci")
    assert len(stored) == 3 * 63 * 5 and set(stored["year"]) == {*YEARS, LAST}
    last = stored[stored["year"] == LAST].set_index(["place", "component"])["score"].to_dict()
    assert last == figures(LAST)


def test_a_template_whose_total_does_not_follow_from_its_parts_is_doubted(fifth, tmp_path):
    path = third_year(tmp_path)
    book = load_workbook(path)
    book["scores"]["C3"] = 99.0
    book.save(path)
    assert ("total" in {p.code for p in read_published(path).problems}) == (fifth.rule == "weights")


def test_it_is_flagged_charted_and_tabled(whole):
    found = open_run(place="thanh_hoa", year=LAST, targets={"ddci": {"total": 1.0, "rank": 1}})
    own = {c: v for (place, c), v in figures(LAST).items() if place == "thanh_hoa"}
    before = {c: v for (place, c), v in figures(LAST - 1).items() if place == "thanh_hoa"}
    fell = found.now.flags.query("rule == 'score_fell' and state == 'met' and index == 'ddci'")["component"]
    assert set(fell) == {c for c in own if own[c] < before[c]}
    mine = goals(found).query("component == 'ddci'")
    assert mine[["kind", "actual", "state"]].values.tolist()[0] == ["score", own["ddci"], "met"]
    history = charts.history(found.scores, "thanh_hoa", "ddci", year=LAST).layout.meta["data"]
    assert pd.DataFrame(history)["year"].max() == LAST
    tiles = charts.tiles(found.scores, LAST, "ddci", "thanh_hoa").layout.meta["data"]
    assert pd.DataFrame(tiles)["score"].notna().sum() == 63
    assert tables.totals(found).frame.shape[0] == 5
    assert "DDCI" in tables.peers(found, found.peers()).headers()
    assert "DDCI" in str(prose.standards(found))
    heats = [pd.DataFrame(c.layout.meta["data"]) for c in gallery.heats(found) if isinstance(c, charts.Chart)]
    assert any(set(cells["component"]) == {"ddci", *PARTS} for cells in heats)


def test_what_a_part_adds_to_the_total_follows_from_weight_and_scale(whole):
    scores = load_scores("ddci")
    if whole.rule == "unknown":
        with pytest.raises(NoDataError):
            outlook.contributions(scores, "thanh_hoa", LAST, "ddci")
        return
    frame = outlook.contributions(scores, "thanh_hoa", LAST, "ddci")
    assert frame.set_index("component")["effect"].to_dict() == {c: w / 100 for c, w in WEIGHTS.items()}
    assert abs(frame["rest"].iloc[0]) <= 0.0101  # two totals of two decimals


def test_the_files_of_a_briefing_tell_of_it(whole, tmp_path):
    from docx import Document
    from pptx import Presentation

    found = open_run(place="thanh_hoa", year=LAST)
    made = bundle.make(found, tmp_path, None, tmp_path)
    assert made.why == dict.fromkeys([output.name for output in bundle.OUTPUTS], "")
    report = Document(str(tmp_path / bundle.REPORT))
    cells = [cell.text for table in report.tables for row in table.rows for cell in row.cells]
    assert any("DDCI" in text for text in cells)  # in the tables; the title names the indices of the plan
    slides = Presentation(str(tmp_path / bundle.SLIDES)).slides
    assert any(shape.has_text_frame and "DDCI" in shape.text_frame.text for slide in slides for shape in slide.shapes)
    book = pd.read_excel(tmp_path / bundle.WORKBOOK, sheet_name=None, header=None)
    assert any(sheet.astype(str).eq("ddci.1").any().any() for sheet in book.values())


def test_a_parameter_file_may_want_something_of_it_and_of_no_other(fifth, tmp_path):
    path = tmp_path / "run.yml"
    path.write_text("place: thanh_hoa\nyear: 2023\ntargets:\n  ddci: {rank: 5}\n  papi:\n", encoding="utf-8")
    assert read_params(path).targets["ddci"].rank == 5
    path.write_text("place: thanh_hoa\nyear: 2023\ntargets:\n  papi: {rank: 5}\n  ddcy: {rank: 5}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_params(path)
    assert [(p.row, p.column) for p in caught.value.problems] == [(5, "targets.ddcy")]
    assert "gần nhất: ddci" in caught.value.problems[0].message


def test_a_file_of_an_index_without_a_reader_is_refused_with_what_to_do(fifth, tmp_path):
    path = tmp_path / "ddci.csv"
    path.write_text("Tỉnh,Điểm\nThanh Hóa,50\n", encoding="utf-8")
    problems = read_published(path, LAST, "ddci").problems
    assert [p.code for p in problems] == ["no_reader"] and "indexlib template ddci" in problems[0].message


@pytest.mark.parametrize("given, code", [
    ({}, "no_edition"), ({}, "no_total"), ({"file": ""}, "table_name"), ({"file": "../sources.csv"}, "table_name"),
    ({"file": "pci.csv"}, "duplicate"), ({"reader": "papy"}, "reader"), ({"reader": "pci"}, "reader"),
    ({"withholds": "yes"}, "withholds"), ({"parts": "par.1"}, "unknown_component")])
def test_an_index_that_is_not_whole_is_named_with_its_line(data, given, code):
    values = {"file": "ddci.csv", "withholds": "", "parts": "", "reader": ""} | given
    row = data.add("catalogue/indices.csv", ROW.format(**values))
    assert ("data/catalogue/indices.csv", row, code) in {(p.file, p.row, p.code) for p in check_data()}


def test_an_index_without_its_table_and_a_table_without_an_index_are_named(data):
    data.add("catalogue/indices.csv", ROW.format(file="ddci.csv", withholds="", parts="", reader=""))
    data.path("scores/dti.csv").write_text("year,place\n", encoding="utf-8")
    found = {(p.file, p.code) for p in check_data()}
    assert {("data/scores/ddci.csv", "missing_file"), ("data/scores/dti.csv", "unread_table")} <= found


@pytest.mark.parametrize("table, old, new, column, code", [
    ("components", "papi.6,papi,papi,dimension", "papi.6,papi,papi,dimention", "level", "no_text"),
    ("components", "papi.6,papi,papi,dimension", "papi.6,papi,papi,content", "level", "no_text"),
    ("components", "papi.6,papi,papi,dimension", "papi.6,papy,papi,dimension", "index", "unknown_index"),
    ("components", "papi.6,papi,papi,dimension", "papi.6,pci,papi,dimension", "component", "index_of"),
    ("components", "papi.6,papi,papi,dimension", "papi.6,papi,papi,total", "component", "total"),
    ("components", "SIPAS,SIPAS,percent", "SIPAS,SIPAS,percents", "unit", "no_text"),
    ("weights", "pci.1,2006,2008,5,0.0001,recovered", "pci.1,2006,2008,5,0.0001,guessed", "basis", "no_text"),
    ("editions", "0,100,weights_unknown", "0,100,weigths", "total_rule", "total_rule"),
    ("editions", "pci,2005", "pcy,2005", "index", "unknown_index")])
def test_a_word_that_nothing_knows_is_named_with_its_line(data, table, old, new, column, code):
    row = data.swap(f"catalogue/{table}.csv", old, new)
    assert (f"data/catalogue/{table}.csv", row, column, code) in {(p.file, p.row, p.column, p.code) for p in check_data()}


def test_the_catalogue_says_what_each_index_is():
    index = load_catalogue().by_index
    assert {code for code, i in index.items() if i.withholds} == {"papi"}
    assert index["par"].parts == ("par.part.appraised", "par.part.survey") and index["par"].slack == 1e-9
