"""What a file says only once: exchanges that leave no trace in it are named beforehand, with where to look."""

import copy
import random

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_workbooks import pairs, papi, part, parts, pci, refusals, save, wide
from test_readers_layouts import papi_header
from test_readers_ministry import NAMES, ranking
from test_readers_properties import par_table

from indexlib.intake.checks.corroboration import corroborate, unproved
from indexlib.intake.checks.formulas import formulas_of
from indexlib.intake.files.report import ONCE
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import read_published
from indexlib.intake.table.figures import SCORE

pytestmark = pytest.mark.by_turns

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FACTORS = {"sipas.service.1": "Tiếp cận dịch vụ", "sipas.service.2": "Thủ tục hành chính",
           "sipas.service.3": "Công chức trực tiếp giải quyết công việc"}


def pci_table(pick):
    truth = pci(pick.choice([2006, 2010, 2013, 2019]), pick.random(), digits=pick.choice([2, 6]))
    return "PCI", wide(truth), truth.figures, truth.year, {}


def pci_table_without_total(pick):
    truth = pci(2023, pick.random(), digits=2)
    own = [c for c in truth.components if c != "pci"]
    return "Tong hop", wide(truth, columns=own), {k: v for k, v in truth.figures.items() if k[1] != "pci"}, 2023, {}


def pci_pairs(pick):
    truth = pci(pick.choice([2010, 2014]), pick.random())
    return "Tong hop", pairs(truth), truth.figures, truth.year, {}


def pci_with_some_sheets(pick):
    truth = pci(2013, pick.random())
    own = pick.sample([c for c in truth.components if c != "pci"], 4)
    return "Tong hop", wide(truth), truth.figures, 2013, {c: part(truth, c, int(c[4:])) for c in own}


def papi_table(pick):
    truth = papi(pick.choice([2012, 2019]), pick.random())
    return f"{truth.year}_PAPI", wide(truth, papi_header), truth.figures, truth.year, {}


def sipas_table(pick):
    rows = [["Tỉnh", "Chỉ số hài lòng", *FACTORS.values()]]
    rows += [[name, *[round(pick.uniform(70, 95), 2) for _ in range(1 + len(FACTORS))]] for name in NAMES.values()]
    codes = {name: code for code, name in NAMES.items()}
    figures = {(codes[row[0]], component): row[at] for row in rows[1:] for at, component in
               enumerate(["sipas", *FACTORS], 1)}
    return "SIPAS 2023", rows, figures, 2023, {}


TABLES = [pci_table, pci_table_without_total, pci_pairs, pci_with_some_sheets, papi_table, par_table, sipas_table]


def columns_of(rows, kind):
    """Columns that hold names (``str``) or figures (``float``) of places."""
    return [c for c, cell in enumerate(rows[5]) if isinstance(cell, kind)]


def two_headers(pick, rows):
    one, other = pick.sample([c for c in columns_of(rows, float) if isinstance(rows[0][c], str)], 2)
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]


def two_names(pick, rows):
    at = pick.choice(columns_of(rows, str))
    one, other = pick.sample(range(1, 60), 2)
    rows[one][at], rows[other][at] = rows[other][at], rows[one][at]


def two_figures(pick, rows):
    at = pick.choice(columns_of(rows, float))
    one, other = pick.sample(range(1, 60), 2)
    rows[one][at], rows[other][at] = rows[other][at], rows[one][at]


def shifted_column(pick, rows):
    at = pick.choice(columns_of(rows, float))
    start = pick.randrange(1, 50)
    column = [row[at] for row in rows[start:60]]
    for row, value in zip(rows[start:60], column[-1:] + column[:-1], strict=True):
        row[at] = value


def sorted_column(pick, rows):
    at = pick.choice(columns_of(rows, float))
    for row, value in zip(rows[1:60], sorted((row[at] for row in rows[1:60]), reverse=True), strict=True):
        row[at] = value


EXCHANGES = [two_headers, two_names, two_figures, shifted_column, sorted_column]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_tables_themselves_are_read(table, tmp_path):
    name, rows, truth, year, more = table(random.Random(1))
    reading = read_published(save(tmp_path / "a.xlsx", {name: rows} | more), year=year)
    assert refusals(reading) == set() and {p.code for p in reading.doubts} <= ONCE and len(reading.scores) == len(truth)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@few
@given(seed=st.integers(0, 10_000), exchange=st.sampled_from(EXCHANGES))
def test_an_exchange_is_refused_or_shows_in_the_cells_to_compare(table, seed, exchange, tmp_path):
    """Whoever compares the rows and columns that are named cannot take an exchanged figure for a true one."""
    pick = random.Random(seed)
    name, rows, truth, year, more = table(pick)
    rows = copy.deepcopy(rows)
    exchange(pick, rows)
    reading = read_published(save(tmp_path / "a.xlsx", {name: rows} | more), year=year)
    if refusals(reading):
        return
    figures = reading.figures[year]
    read = {(p, c): v for (c, kind), own in figures.found.items() if kind == SCORE for p, v in own.items()}
    assert read.keys() == truth.keys()
    # A sum cannot show an exchange within one column of two figures closer than what it leaves open.
    rounded = [f for f in formulas_of(figures, reading.index, year) if f.rounded]
    within = [2 * f.allowed / abs(factor) for f in rounded for factor in f.terms.values()] if exchange is two_figures else []
    wrong = {key for key in truth if abs(read[key] - truth[key]) > max([2.5e-4, *within])}
    open_ = unproved(figures, reading.index, year)
    looked_at = {(p, c) for p in open_.rows for c, _ in open_.headers}
    looked_at |= {(p, c) for c, _ in open_.columns for p in open_.places}
    assert not wrong or wrong & looked_at, (exchange.__name__, sorted(wrong)[:3])
    assert not wrong or {p.code for p in reading.doubts} & ONCE


@pytest.mark.parametrize("year", [2008, 2011, 2015])
def test_a_workbook_with_summary_and_sheets_proves_itself(year, tmp_path):
    truth = pci(year, 1)
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": pairs(truth)} | parts(truth)))
    assert reading.doubts == []


def test_little_is_asked_for_where_sums_tie_the_columns(tmp_path):
    """One column and one row prove a PCI table; without its total each column stands for itself."""
    truth = pci(2013, 1)
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": wide(truth)}))
    found = unproved(reading.figures[2013], "pci", 2013)
    assert len(found.rows) == 1 and found.columns == [("pci", SCORE)] and len(found.places) == 63
    # Weights of 2013: 5 %, 10 % and 20 %. Only 5 (informal charges) weighs 10 %, so its header is sure.
    assert ("pci.5", SCORE) not in found.headers and ("pci", SCORE) not in found.headers
    assert len(found.headers) == 9
    alone = wide(truth, columns=[c for c in truth.components if c != "pci"])
    reading = read_published(save(tmp_path / "b.xlsx", {"Tổng hợp": alone}), year=2013)
    assert len(unproved(reading.figures[2013], "pci", 2013).columns) == 10


def test_of_a_ranking_the_total_is_certain_and_its_two_parts_are_not(tmp_path):
    reading = read_published(save(tmp_path / "a.xlsx", {"PAR INDEX 2020": ranking()}))
    found = unproved(reading.figures[2020], "par", 2020)
    assert found.headers == [("par.part.appraised", SCORE), ("par.part.survey", SCORE)]
    assert len(found.rows) == 1 and found.columns == [("par", SCORE)]
    # Where the maximum of the survey is printed (32 points), scores of the other part cannot stand under its header.
    reading = read_published(save(tmp_path / "b.xlsx", {"PAR INDEX 2023": ranking()}))
    assert unproved(reading.figures[2023], "par", 2023).headers == []


def test_one_place_alone_cannot_be_taken_for_another(tmp_path):
    write_template("sipas", 2023, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    codes = [cell.value for cell in book["scores"][1]]
    row = next(row for row in book["scores"].iter_rows() if row[0].value == "thanh_hoa")
    row[codes.index("sipas")].value = 84.5
    book.save(tmp_path / "b.xlsx")
    reading = read_published(tmp_path / "b.xlsx")
    assert len(reading.scores) == 1 and not {p.code for p in reading.doubts} & ONCE


def test_the_row_to_compare_stands_in_the_message_with_its_figures(tmp_path):
    truth = pci(2013, 1, digits=2)
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": wide(truth)}))
    said = next(p.message for p in reading.doubts if p.code == "headers_once")
    place = unproved(reading.figures[2013], "pci", 2013).rows[0]
    figure = f"{truth.figures[place, 'pci.3']:.2f}".replace(".", ",")
    assert truth.names[place] in said and f"PCI 3 = {figure}" in said


def test_figures_of_another_source_bear_out_row_by_row(tmp_path):
    truth = pci(2013, 1)
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": wide(truth)}))
    figures = reading.figures[2013]
    totals = reading.scores.query("component == 'pci'").assign(score=lambda f: f["score"].round(2))
    half, differ = corroborate(figures, totals.head(31))
    assert differ.empty and len(unproved(half, "pci", 2013).places) == 32
    whole, differ = corroborate(figures, totals)
    left = unproved(whole, "pci", 2013)
    # Of two provinces with the same total to two decimals it is not known which is which.
    tied = totals["score"].duplicated(keep=False).sum()
    assert differ.empty and len(left.places) == tied
    wrong = totals.assign(score=totals["score"].where(totals["place"] != "thanh_hoa", 99.0))
    assert list(corroborate(figures, wrong)[1]["place"]) == ["thanh_hoa"]


def test_columns_that_each_lie_in_order_were_sorted_apart(tmp_path):
    pick = random.Random(1)
    name, rows, *_ = sipas_table(pick)
    rows[1:] = sorted(rows[1:], key=lambda row: -row[1])
    assert refusals(read_published(save(tmp_path / "a.xlsx", {name: rows}))) == set()
    for row, value in zip(rows[1:], sorted((row[2] for row in rows[1:]), reverse=True), strict=True):
        row[2] = value
    assert "sorted_apart" in refusals(read_published(save(tmp_path / "b.xlsx", {name: rows})))
