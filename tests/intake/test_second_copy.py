"""A lone table is added when a person or a second copy has borne it out."""

import csv
import random

import openpyxl
import pytest
from additions import like, run, tables, typed
from make_workbooks import papi, pci, save, wide
from test_readers_ministry import NAMES

from indexlib import load_scores
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import number
from indexlib.intake.addition import compare
from indexlib.intake.files.report import ONCE
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import read_published
from indexlib.intake.second_copy import read_second

pytestmark = pytest.mark.by_turns


@pytest.fixture
def data(data):
    """The data without the workbooks of three years, which are then still to come."""
    data.drop_pci(2008, 2011, 2015)
    return data


@pytest.fixture
def lone(tmp_path):
    """One wide PCI table of a year that the data do not have."""
    truth = like(2011, 2012)
    return save(tmp_path / "PCI_2011.xlsx", {"Tong hop": wide(truth)}), truth


def as_csv(path, rows):
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def page(path, truth, columns, places=None, digits=2):
    """Figures as a web page prints them: some columns, two decimals, in the order of the total."""
    order = sorted(places or truth.names, key=lambda p: -truth.figures[p, "pci"])
    rows = wide(truth, order=order, columns=columns)
    return as_csv(path, [[number(cell, digits) if isinstance(cell, float) else cell for cell in row] for row in rows])


def test_a_lone_table_is_not_written_before_somebody_has_looked(data, lone):
    before = tables(data.folder)
    refused = run("add", lone[0])
    assert refused.exit_code == 2 and "--confirm" in refused.output and "--against" in refused.output
    assert tables(data.folder) == before
    # Taking figures that do not add up is another decision.
    assert run("add", lone[0], "--accept-doubts").exit_code == 2 and tables(data.folder) == before
    assert typed("add", lone[0], "--checked", of=lone[1]).exit_code == 0
    stored = load_scores("pci").query("year == 2011")
    assert len(stored) == len(lone[1].figures)
    # What the tables have is borne out: nothing is asked for a second time.
    again = run("add", lone[0])
    assert again.exit_code == 0 and "--checked" not in again.output


def test_a_complete_second_copy_in_two_decimals_bears_it_out(data, lone, tmp_path):
    second = page(tmp_path / "trang_web.csv", lone[1], lone[1].components)
    result = run("add", lone[0], "--against", second)
    assert result.exit_code == 0, result.output
    assert "630 số khớp, 0 số khác, 0 số" in result.output


def test_the_total_and_one_row_are_enough(data, lone, tmp_path):
    """A list of totals shows the names, one row of sub-indices the headers."""
    path, truth = lone
    totals = page(tmp_path / "xep_hang.csv", truth, ["pci"], digits=4)
    result = run("add", path, "--against", totals)
    assert result.exit_code == 2 and "63 số khớp" in result.output
    assert "tiêu đề" in result.output and "so từng nơi" not in result.output


def test_a_figure_that_differs_is_named_and_nothing_written(data, lone, tmp_path):
    path, truth = lone
    before = tables(data.folder)
    truth.figures["thanh_hoa", "pci.3"] += 0.4
    result = run("add", path, "--against", page(tmp_path / "a.csv", truth, truth.components), "--checked",
                 "--accept-doubts")
    assert result.exit_code == 2 and "1 số khác" in result.output and tables(data.folder) == before
    assert "Thanh Hóa, PCI 3 Tính minh bạch, 2011, điểm" in result.output


def test_two_columns_exchanged_cannot_pass_a_second_copy(data, lone, tmp_path):
    truth = lone[1]
    columns = [c for c in truth.components if c not in ("pci.2", "pci.8")]
    rows = wide(truth, columns=[*columns, "pci.2", "pci.8"])
    rows[0][-1], rows[0][-2] = rows[0][-2], rows[0][-1]  # 5 % both in 2011
    exchanged = save(tmp_path / "b.xlsx", {"Tong hop": rows})
    assert run("add", exchanged).exit_code == 2
    result = run("add", exchanged, "--against", page(tmp_path / "a.csv", truth, truth.components), "--checked")
    assert result.exit_code == 2 and "số khác" in result.output


@pytest.mark.parametrize("how", ["the file itself", "a copy of it", "what the template was poured from"])
def test_a_file_does_not_bear_out_itself(how, data, lone, tmp_path):
    path, _ = lone
    if how == "the file itself":
        file, second = path, path
    elif how == "a copy of it":
        file, second = path, tmp_path / "copy.xlsx"
        second.write_bytes(path.read_bytes())
    else:
        file, second = tmp_path / "poured.xlsx", path
        assert run("read", path, "--out", file).exit_code == 0
    result = run("add", file, "--against", second)
    assert result.exit_code != 0 and "không chứng minh thêm" in result.output


def test_a_second_copy_of_another_year_or_without_figures_is_refused(data, lone, tmp_path):
    nothing = as_csv(tmp_path / "a.csv", [["Tỉnh", "Ghi chú"], ["Hà Nội", "x"]])
    result = run("add", lone[0], "--against", nothing)
    assert result.exit_code != 0 and "PCI 2011" in result.output
    other = save(tmp_path / "b.xlsx", {"Tong hop": wide(pci(2013, 5))})
    result = run("add", lone[0], "--against", other, "--checked")
    assert result.exit_code != 0


def test_a_filled_template_whose_total_does_not_follow_is_doubted(data, tmp_path):
    truth = papi(2019, 1)
    write_template("papi", 2019, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["scores"]
    codes = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=3):
        for cell, code in zip(row, codes, strict=True):
            if (row[0].value, code) in truth.figures:
                cell.value = truth.figures[row[0].value, code]
    book.save(tmp_path / "b.xlsx")
    assert "cộng các nội dung" not in run("read", tmp_path / "b.xlsx").output
    sheet.cell(5, codes.index("papi.2") + 1).value += 0.3
    book.save(tmp_path / "c.xlsx")
    assert "cộng các nội dung" in run("read", tmp_path / "c.xlsx").output


def sipas_copies(folder, digits, exchanged):
    """A lone SIPAS table, with two names exchanged if asked, and a second copy of few decimals."""
    pick = random.Random(4)
    scores = {name: round(84 + pick.uniform(0, 1), 2) for name in NAMES.values()}
    names = list(scores)
    shown = dict(zip(names, scores.values(), strict=True))
    if exchanged:
        one, other = exchanged
        shown[names[one]], shown[names[other]] = shown[names[other]], shown[names[one]]
    first = save(folder / "a.xlsx", {"SIPAS 2023": [["Tỉnh", "Chỉ số hài lòng"], *map(list, shown.items())]})
    second = as_csv(folder / "b.csv", [["SIPAS 2023", None], ["Tỉnh", "Chỉ số hài lòng"],
                                       *[[name, number(score, digits)] for name, score in scores.items()]])
    return first, second


@pytest.mark.parametrize("digits", [0, 1])
def test_a_copy_with_few_decimals_proves_no_more_than_they_show(digits, tmp_path):
    """Two scores that are the same in it may be exchanged: they stay open, and the others do not."""
    first, second = sipas_copies(tmp_path, digits, None)
    reading = read_published(first)
    compared = compare(reading, "a.xlsx", read_second(second, first, reading))
    assert compared.problems == [] and [p.code for p in compared.doubts if p.code in ONCE] == ["places_once"]


def test_names_exchanged_cannot_pass_a_copy_with_few_decimals(tmp_path):
    for one, other in [(0, 1), (3, 9), (20, 40)]:
        first, second = sipas_copies(tmp_path, 1, (one, other))
        reading = read_published(first)
        compared = compare(reading, "a.xlsx", read_second(second, first, reading))
        assert compared.problems or "places_once" in {p.code for p in compared.doubts}


@pytest.mark.parametrize("title", ["SIPAS 2024", "PAR INDEX 2023"])
def test_a_copy_of_another_year_or_index_is_no_witness(title, tmp_path):
    first, _ = sipas_copies(tmp_path, 2, None)
    rows = [[title, None], *[["Tỉnh", "Chỉ số"]], *[[name, "84,50"] for name in NAMES.values()]]
    second = as_csv(tmp_path / "c.csv", rows)
    with pytest.raises(IndexlibError):
        read_second(second, first, read_published(first))


def test_a_copy_that_contradicts_itself_is_no_witness(tmp_path):
    first, _ = sipas_copies(tmp_path, 2, None)
    rows = [["SIPAS 2023", None], ["Tỉnh", "Chỉ số hài lòng"]]
    rows += [[name, score] for name in NAMES.values() for score in ("84,51", "84,62")]
    with pytest.raises(IndexlibError, match="hai lần"):
        read_second(as_csv(tmp_path / "c.csv", rows), first, read_published(first))


def test_the_same_cells_saved_again_or_a_folder_are_no_second_copy(data, lone, tmp_path):
    path, truth = lone
    again = save(tmp_path / "again.xlsx", {"Sheet1": wide(truth)})
    assert again.read_bytes() != path.read_bytes()
    assert "không chứng minh thêm" in run("add", path, "--against", again).output
    result = run("add", path, "--against", tmp_path)
    assert result.exit_code == 2 and "Chưa ghi gì" in result.output
