"""Indicators: read as they stand or left out and said; taken in like scores; beside the analysis, never in it."""

import csv
import os
import subprocess
import sys

import pandas as pd
import pytest
from additions import run, tables
from make_workbooks import INDICATORS, indicators, part, parts, pci, save, wide

import indexlib as ix
from indexlib.base.problems import NoDataError
from indexlib.data import files
from indexlib.data.indicators import cells_of, indicator_catalogue, unit_of
from indexlib.intake.check import check_data
from indexlib.intake.recognise import read_published
from indexlib.plan.settings import Params
from indexlib.run.cache import inputs

pytestmark = pytest.mark.by_turns

DAYS, SHARE = INDICATORS


def read(tmp_path, spoil=None, component="pci.3", name="Tính minh bạch"):
    """A workbook of 2013 whose sheet of one sub-index was spoilt."""
    truth = pci(2013, 4)
    sheets = {"Tổng hợp": wide(truth)} | parts(truth)
    if spoil:
        spoil(sheets[name])
    return read_published(save(tmp_path / "PCI_2013.xlsx", sheets)), truth


def figures(reading, component: str) -> dict:
    own = reading.indicators[reading.indicators["component"] == component]
    return {(p, label): v for p, label, v in own[["place", "label", "value"]].itertuples(index=False)}


def notes(reading) -> set[str]:
    return {p.code for p in reading.notes}


def test_every_figure_of_a_made_workbook_is_its_cell(tmp_path):
    reading, truth = read(tmp_path)
    assert reading.errors == [] and reading.doubts == [] and reading.notes == []
    for component in truth.components[:-1]:
        assert figures(reading, component) == indicators(truth, component)
    assert set(reading.scores["component"]) == set(truth.components)


def test_columns_and_rows_in_another_order_change_nothing(tmp_path):
    def shuffle(rows):
        rows[3:66] = rows[65:2:-1]
        for row in rows:
            row[:] = row[::-1] if len(row) == 5 else row

    reading, truth = read(tmp_path, shuffle)
    assert reading.errors == [] and figures(reading, "pci.3") == indicators(truth, "pci.3")


def test_blank_cells_have_no_row_and_texts_are_named(tmp_path):
    def spoil(rows):
        rows[5][3], rows[7][3], rows[9][4] = None, "khoảng 8", "41%"
        rows[11][3], rows[12][3] = "1.500", "22,5"

    reading, truth = read(tmp_path, spoil)
    want = indicators(truth, "pci.3")
    places = list(truth.names)
    for row, label in ((5, DAYS), (7, DAYS), (9, SHARE), (11, DAYS)):
        del want[places[row - 3], label]
    want[places[12 - 3], DAYS] = 22.5
    assert figures(reading, "pci.3") == want
    assert [(p.code, p.row, p.column) for p in reading.notes] == [("indicator_cells", 8, "D"), ("indicator_cells", 10, "E")]
    assert "khoảng 8" in reading.notes[0].message


@pytest.mark.parametrize(("spoil", "code", "left"), [
    (lambda rows: rows[0].__setitem__(3, SHARE), "indicator_twice", 0),
    (lambda rows: rows[0].__setitem__(3, None), "indicator_label", 1),
    (lambda rows: rows[0].__setitem__(3, "c1_2005"), "indicator_label", 1),
])
def test_a_label_that_is_missing_or_stands_twice_leaves_the_column_out(spoil, code, left, tmp_path):
    reading, _ = read(tmp_path, spoil)
    assert notes(reading) == {code} and not reading.errors
    own = reading.indicators[reading.indicators["component"] == "pci.3"]
    assert own["label"].nunique() == left
    assert len(reading.scores) == 693


def test_a_second_list_of_provinces_takes_its_own_columns(tmp_path):
    """As in 2007: indicators beside one list, the score beside another, sorted by it."""
    truth = pci(2007, 3)
    places, own = list(truth.names), indicators(truth, "pci.1")
    ranked = sorted(places, key=lambda p: -truth.figures[p, "pci.1"])
    rows = [["Các chỉ tiêu"], ["Chỉ tiêu", DAYS, SHARE, None, "Chỉ số thành phần 1: Gia nhập thị trường"],
            ["Tỉnh/Nguồn", "Câu hỏi C4", "Câu hỏi C6", "Tỉnh/Thành phố", None]]
    rows += [[truth.names[a], own[a, DAYS], own[a, SHARE], truth.names[b], truth.figures[b, "pci.1"]]
             for a, b in zip(places, ranked, strict=True)]
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": wide(truth)} | parts(truth) | {"Gia nhập thị trường": rows}))
    assert reading.errors == [] and figures(reading, "pci.1") == own


def test_figures_left_of_two_lists_are_nobodys(tmp_path):
    truth = pci(2007, 3)
    own = indicators(truth, "pci.1")
    ranked = sorted(truth.names, key=lambda p: -truth.figures[p, "pci.1"])
    rows = [[DAYS, "Tỉnh", SHARE, "Tỉnh", "Chỉ số thành phần 1: Gia nhập thị trường"]]
    rows += [[own[a, DAYS], truth.names[a], own[a, SHARE], truth.names[b], truth.figures[b, "pci.1"]]
             for a, b in zip(truth.names, ranked, strict=True)]
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": wide(truth)} | parts(truth) | {"Gia nhập thị trường": rows}))
    assert "indicator_pairs" in notes(reading) and figures(reading, "pci.1") == {}


@pytest.fixture
def workbook(tmp_path, data):
    """A workbook of 2011 (a year without figures), and the data that it is added to."""
    from additions import like

    data.drop_pci(2008, 2011, 2015)
    truth = like(2011, 2012)
    return save(tmp_path / "PCI_2011.xlsx", {"Tong hop": wide(truth)} | parts(truth)), truth


def test_added_as_scores_are(data, workbook):
    path, truth = workbook
    shown = run("read", path)
    assert "Chỉ tiêu: 18 chỉ tiêu, 1.134 số" in shown.output
    result = run("add", path)
    assert result.exit_code == 0, result.output
    assert "mới 1.134 số" in result.output and "chưa có mã: 18" in result.output
    stored = ix.load_indicators(year=2011)
    assert len(stored) == 2 * 63 * 9 and set(stored["source"]) == {"pci-2011-workbook"}
    for component in truth.components[:-1]:
        own = stored[stored["component"] == component]
        read_back = {(r.place, r.label_vi): r.value for r in own.itertuples()}
        assert read_back == indicators(truth, component)
    assert set(zip(stored["unit"], stored["cells"], strict=True)) == {("day", ""), ("percent", "fraction")}
    assert check_data() == []
    once = tables(data.folder)
    assert "Không có gì mới" in run("add", path).output
    assert tables(data.folder) == once


def test_a_changed_indicator_is_shown_refused_and_then_recorded(data, workbook, tmp_path):
    path, truth = workbook
    run("add", path)
    sheets = {"Tong hop": wide(truth)} | parts(truth)
    sheet, place = sheets["Tính minh bạch"], next(iter(truth.names))
    old = sheet[3][3]
    sheet[3][3] = new = round(old + 1e-12, 13)
    corrected, before = save(tmp_path / "corrected.xlsx", sheets), tables(data.folder)
    refused = run("add", corrected)
    assert refused.exit_code == 2 and "thay đổi 1" in refused.output and repr(old) in refused.output
    assert tables(data.folder) == before
    assert run("add", corrected, "--accept-changes", "--source", "pci-2012-workbook").exit_code == 0
    [line] = list(csv.DictReader(data.path("scores/corrections.csv").read_text(encoding="utf-8").splitlines()))
    assert (line["place"], line["column"], float(line["old"]), float(line["new"])) == (place, "value", old, new)
    assert line["component"].startswith("pci.3.i") and line["file"] == "corrected.xlsx"
    after = tables(data.folder)
    assert {str(p) for p in after if before.get(p) != after[p]} == {"scores/corrections.csv", "indicators/pci_2011.csv"}
    assert check_data() == []


def test_the_next_year_keeps_the_codes_of_the_same_labels_only(data, tmp_path):
    """Another wording, and a percentage held in another way, are other indicators."""
    data.drop_pci(2008, 2011)
    first, second = pci(2011, 1), pci(2008, 2)
    for truth, change in ((first, False), (second, True)):
        sheets = {"Tong hop": wide(truth)} | parts(truth)
        if change:
            sheets["Tính minh bạch"][0][3] = "Thời gian  đăng ký -  NGÀY"
            sheets["Tính minh bạch"][0][4] = "% DN rất hài lòng"
            for row in sheets["Gia nhập thị trường"][3:67]:
                row[4] *= 100
        assert run("add", save(tmp_path / f"{truth.year}.xlsx", sheets), "--accept-doubts").exit_code == 0
    made = indicator_catalogue().query("last_year in (2008, 2011) and first_year in (2008, 2011)")
    spans = {(r.component, r.label_vi, r.cells): (r.first_year, r.last_year) for r in made.itertuples()}
    assert spans["pci.3", DAYS, ""] == (2008, 2011)
    assert spans["pci.3", SHARE, "fraction"] == (2011, 2011)
    assert spans["pci.3", "% DN rất hài lòng", "fraction"] == (2008, 2008)
    assert spans["pci.1", SHARE, "fraction"] == (2011, 2011) and spans["pci.1", SHARE, "percent"] == (2008, 2008)
    assert not made["indicator"].duplicated().any() and check_data() == []


def test_nothing_is_half_written(data, workbook, monkeypatch):
    before, real, done = tables(data.folder), os.replace, []

    def fail_late(source, target):
        done.append(target)
        if len(done) == 4:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", fail_late)
    assert run("add", workbook[0]).exit_code == 2
    assert len(done) >= 4 and tables(data.folder) == before  # what was moved before is moved back


WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import indexlib as ix
scores = ix.load_scores()
ix.standing(scores), ix.changes(scores), ix.trends(scores), ix.flags("thanh_hoa", 2023), ix.load_catalogue().components
print([path for path in opened if path.replace("\\\\", "/").rpartition("/")[0].endswith("data/indicators")])
"""


def test_the_analysis_never_opens_them():
    done = subprocess.run([sys.executable, "-c", WATCH], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scores_are_the_same_without_them_and_a_run_follows_from_them(data):
    with_them = ix.load_scores(), inputs(Params(place="thanh_hoa", year=2023))
    for path in data.path("indicators").iterdir():
        path.unlink()
    files.forget()
    pd.testing.assert_frame_equal(ix.load_scores(), with_them[0])
    gone = set(with_them[1].items()) - set(inputs(Params(place="thanh_hoa", year=2023)).items())
    assert len(gone) == 14 and all(name.startswith("data/indicators/") for name, _ in gone)
    assert check_data() == []
    with pytest.raises(NoDataError):
        ix.load_indicators()
    assert "Chưa có bảng chỉ tiêu" in ix.tables.behind(ix.open_run(place="thanh_hoa", year=2023)).empty


def test_no_code_of_an_indicator_is_a_component_of_the_analysis():
    codes = set(indicator_catalogue()["indicator"])
    assert not codes & set(ix.load_catalogue().order) and not codes & set(ix.load_scores()["component"])


def test_a_published_figure():
    """Indicator workbook of 2023, sheet "Đào tạo lao động", row of Thanh Hóa; stored as it stands, in percent."""
    rows = ix.load_indicators("pci.9", 2023).query("place == 'thanh_hoa'").set_index("label_vi")
    cost = rows.loc["Tỷ lệ chi phí tuyển dụng lao động trong tổng chi phí kinh doanh (%)"]
    assert cost["unit"] == "percent" and cost["cells"] == "percent" and cost["value"] > 1
    assert rows["cells"].value_counts().to_dict() == {"fraction": 6, "percent": 4, "": 1}


@pytest.mark.parametrize(("table", "old", "new", "code"), [
    ("indicators/pci_2023.csv", "2023,an_giang,pci.1.i50,", "2022,an_giang,pci.1.i50,", "indicator_year"),
    ("indicators/pci_2023.csv", "2023,an_giang,pci.1.i50,", "2023,an_giangg,pci.1.i50,", "unknown_place"),
    ("indicators/pci_2023.csv", "2023,an_giang,pci.1.i50,", "2023,an_giang,pci.1.i99,", "indicator_unknown"),
    ("indicators/pci_2023.csv", "2023,an_giang,pci.1.i51,", "2023,an_giang,pci.1.i50,", "duplicate"),
    ("indicators/pci_2023.csv", ",pci-23\n", ",pci-999\n", "unknown_source"),
    ("indicators/indicators.csv", "pci.1.i02,pci.1,", "pci.1.i02,pci.2,", "indicator_code"),
    ("indicators/indicators.csv", "pci.1.i02,pci.1,", "pci.1.i01,pci.1,", "duplicate"),
    ("indicators/indicators.csv", ",percent,percent,2005,2005,", ",percent,,2005,2005,", "indicator_cells"),
    ("indicators/indicators.csv", ",percent,percent,2005,2005,", ",percent,percent,2005,2006,", "indicator_years"),
])
def test_check_names_the_line(table, old, new, code, data):
    line = data.swap(table, old, new)
    files.forget()
    found = [p for p in check_data() if p.code == code]
    assert found and (line in {p.row for p in found}) and found[0].file == f"data/{table}"


def test_units_only_as_printed():
    assert unit_of("Số ngày làm việc với chính quyền giảm đi") == ""
    assert unit_of("Chi phí không chính thức trên 10% doanh thu") == ""
    assert unit_of("Tiếp cận tài liệu (1=Không thể; 5=Rất dễ)") == "1-5"
    assert unit_of("Thời gian đăng ký - số ngày (giá trị trung vị)") == "day"
    assert cells_of("percent", pd.Series([0.01, 0.04])) == "unclear" and cells_of("day", pd.Series([0.5])) == ""


def test_a_sheet_of_a_sub_index_without_indicators_is_no_fault(tmp_path):
    truth = pci(2013, 1)
    sheets = {"PCI": wide(truth)} | {name: [row[:3] for row in rows] for name, rows in parts(truth).items()}
    reading = read_published(save(tmp_path / "a.xlsx", sheets))
    assert reading.errors == [] and reading.indicators.empty
    assert part(truth, "pci.1", 1)[0][:2] == ["PCI ID", "Tỉnh"]
