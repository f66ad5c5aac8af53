"""Tables of every publisher, changed in several ways at once: right, or refused; never a plausible wrong number."""

import copy
import random
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_workbooks import papi, parts, pci, refusals, save, wide
from test_readers_layouts import papi_header
from test_readers_ministry import NAMES, ranking

from indexlib.intake.recognise import read_published

TITLES = [["Bảng tổng hợp"], ["Đơn vị tính: điểm"]]
NOTES = [[None], ["Ghi chú: làm tròn"], ["Nguồn: tổng hợp, 12 trang"]]


def pci_table(pick):
    truth = pci(pick.choice([2008, 2010, 2013, 2019]), pick.random())
    return "PCI", wide(truth), truth.figures, truth.year, {}


def pci_workbook(pick):
    truth = pci(pick.choice([2008, 2011, 2013, 2015]), pick.random())
    return "Tong hop", wide(truth), truth.figures, truth.year, parts(truth)


def papi_table(pick):
    truth = papi(pick.choice([2012, 2017, 2019, 2023]), pick.random())
    return f"{truth.year}_PAPI", wide(truth, papi_header), truth.figures, truth.year, {}


def par_table(pick):
    rows, codes = ranking(), {name: code for code, name in NAMES.items()}
    columns = {"par.part.appraised": 2, "par.part.survey": 3, "par": 5}
    figures = {(codes[row[1]], component): row[at] for row in rows[1:] for component, at in columns.items()}
    return "PAR INDEX 2023", rows, figures, 2023, {}


def shuffled_rows(pick, rows):
    body = rows[1:]
    pick.shuffle(body)
    return rows[:1] + body


def shuffled_columns(pick, rows):
    order = list(range(len(rows[0])))
    pick.shuffle(order)
    return [[row[i] if i < len(row) else None for i in order] for row in rows]


def blank_rows(pick, rows):
    for _ in range(3):
        rows.insert(pick.randrange(1, len(rows)), [None])
    return rows


def blank_column(pick, rows):
    at = pick.randrange(len(rows[0]) + 1)
    return [[*row[:at], None, *row[at:]] for row in rows]


def each_text(change):
    return lambda pick, rows: [[change(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def commas(pick, rows):
    return [[repr(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in rows]


def capital_headers(pick, rows):
    return [[cell.upper() if isinstance(cell, str) else cell for cell in rows[0]], *rows[1:]]


def header_again(pick, rows):
    return [*rows[:20], rows[0], *rows[20:]]


def numbered(pick, rows):
    return [["TT", *rows[0]], *[[i, *row] for i, row in enumerate(rows[1:], 1)]]


def turned(pick, rows):
    return [list(column) for column in zip(*[row + [None] * (len(rows[0]) - len(row)) for row in rows], strict=True)]


#: Changes that do no harm, in the order in which they may follow each other.
HARMLESS = [shuffled_rows, commas, numbered, shuffled_columns, capital_headers, blank_rows, header_again, blank_column,
            each_text(lambda text: unicodedata.normalize("NFD", text)), each_text(lambda text: f"  {text} \u00a0"),
            lambda pick, rows: [*TITLES, *rows, *NOTES]]


def figures_of(rows):
    return [(r, c) for r in range(1, len(rows)) for c, cell in enumerate(rows[r]) if isinstance(cell, float)]


def one_cell(change):
    def spoil(pick, rows):
        r, c = pick.choice(figures_of(rows))
        rows[r][c] = change(rows[r][c])
        return rows
    return spoil


def two_rows(pick, rows):
    r, c = pick.choice(figures_of(rows))
    other = pick.choice([i for i in range(1, len(rows)) if i != r])
    rows[r][c], rows[other][c] = rows[other][c], rows[r][c]
    return rows


def shifted_column(pick, rows):
    start, c = pick.randrange(2, len(rows) - 2), pick.choice(figures_of(rows[:2]))[1]
    column = [row[c] for row in rows[start:]]
    for row, value in zip(rows[start:], column[-1:] + column[:-1], strict=True):
        row[c] = value
    return rows


def place_twice(pick, rows):
    row = [cell + 0.5 if isinstance(cell, float) else cell for cell in pick.choice(rows[1:])]
    rows.insert(pick.randrange(1, len(rows)), row)
    return rows


def place_again_below(pick, rows):
    row = [cell + 0.5 if isinstance(cell, float) else cell for cell in pick.choice(rows[1:])]
    return [*rows, [None], row]


def place_missing(pick, rows):
    rows.pop(pick.randrange(1, len(rows)))
    return rows


def fractions(pick, rows):
    c = pick.choice(figures_of(rows[:2]))[1]
    return rows[:1] + [[cell / 100 if i == c else cell for i, cell in enumerate(row)] for row in rows[1:]]


def column_copied(pick, rows):
    one, two = pick.sample([c for _, c in figures_of(rows[:2])], 2)
    return rows[:1] + [[row[two] if i == one else cell for i, cell in enumerate(row)] for row in rows[1:]]


#: Two headers exchanged are missing here: between sub-indices of one weight, or within one dimension, they
#: leave no trace in a single table; ``add`` looks at the neighbouring years.
HARMFUL = [one_cell(lambda x: round(x + 0.3, 6)), one_cell(lambda x: None), one_cell(lambda x: 0.0),
           one_cell(lambda x: "*"), one_cell(lambda x: x * 10), two_rows, shifted_column, place_twice, place_again_below,
           place_missing, fractions, column_copied]


@pytest.mark.parametrize("table", [pci_table, pci_workbook, papi_table, par_table])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000), spoilt=st.booleans(), across=st.booleans(),
       changes=st.lists(st.sampled_from(HARMLESS), max_size=3, unique=True))
def test_right_or_refused(table, seed, spoilt, changes, across, tmp_path):
    pick = random.Random(seed)
    name, rows, truth, year, more = table(pick)
    rows = copy.deepcopy(rows)
    if spoilt:
        rows = pick.choice(HARMFUL)(pick, rows)
    elif across and not changes:
        rows = turned(pick, rows)
    for change in sorted(changes, key=HARMLESS.index):
        rows = change(pick, rows)
    reading = read_published(save(tmp_path / "a.xlsx", {name: rows} | more), year=year)
    found = reading.scores.dropna(subset=["score"])
    read = {(p, c): s for p, c, s in found[["place", "component", "score"]].itertuples(index=False)}
    refused = refusals(reading)
    assert spoilt or not refused, refused
    if not refused:
        held = set(reading.withheld[["place", "component"]].itertuples(index=False, name=None))
        assert read.keys() | held == truth.keys()
        assert all(abs(value - truth[key]) <= 1e-6 for key, value in read.items())
