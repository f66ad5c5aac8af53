"""Small workbooks in the layouts of PCI 2008 and 2011, which their sheets and totals contradict."""

import pytest
from make_workbooks import PCI_NAMES, indicators, pci, refusals, save, wide

from indexlib.intake.checks.corroboration import unproved
from indexlib.intake.recognise import read_published
from indexlib.intake.table.figures import SCORE

PROACTIVE = "Chỉ số 7: Tính năng động và tiên phong của chính quyền tỉnh"
GROUPS = {"pci.2": "Nhóm chỉ tiêu thành phần 2.1+2.2", "pci.9": "Nhóm chỉ tiêu thành phần 9.1+9.2"}


def paired(truth, columns: dict[str, list]) -> list[list]:
    """A column of places left of each column, sorted by its own figures; the place chosen and its ranks below."""
    names, rows = list(truth.names.values()), [[None, "Chỉ tiêu"], ["Thứ tự"]]
    for i, (component, (head, second, figures)) in enumerate(columns.items()):
        rows[0] += [head] if i == 0 else [None, head]
        rows[1] += ["Tỉnh, thành phố", second or f"Chỉ số {component.split('.')[-1]}"]
        ranked = sorted(figures, key=lambda p, f=figures: -f[p])
        for n, place in enumerate(ranked, 2):
            if i == 0:
                rows.append([n - 1])
            rows[n] += [truth.names[place], figures[place]]
    chosen = next(iter(truth.names))
    own = [f for _, _, f in columns.values()]
    again = [None, names[0], *[x for f in own for x in (f[chosen], None)][:-1]]
    ranks = [None, "Xếp hạng", *[x for f in own for x in (1.0 + sum(v > f[chosen] for v in f.values()), None)][:-1]]
    return [*rows, [None], [None], again, ranks]


def summary(truth) -> list[list]:
    heads = {c: (PROACTIVE if c == "pci.7" else f"Chỉ số {n}: {PCI_NAMES[c]}", GROUPS.get(c),
                 {p: truth.figures[p, c] for p in truth.names}) for n, c in enumerate(truth.components[:-1], 1)}
    total = {p: truth.figures[p, "pci"] for p in truth.names}
    return paired(truth, heads | {"pci": ("Chỉ số PCI cuối cùng", "Có trọng số", total)})


def part(truth, component: str, number: int) -> list[list]:
    figures = indicators(truth, component)
    columns = {label: (label, "Câu hỏi điều tra", {p: figures[p, label] for p in truth.names})
               for label in dict.fromkeys(label for _, label in figures)}
    return paired(truth, columns | {component: (f"Chỉ số thành phần {number}: {PCI_NAMES[component]}",
                                                f"Chỉ số thành phần {number}", {p: truth.figures[p, component]
                                                                              for p in truth.names})})


def book(tmp_path, truth, other=None, spoil=lambda sheets: None):
    """A summary and a sheet for each sub-index, those of ``other`` for the sheets."""
    sheets = {"Tổng hợp": summary(truth)}
    sheets |= {PCI_NAMES[c]: part(other or truth, c, n) for n, c in enumerate(truth.components[:-1], 1)}
    spoil(sheets)
    return read_published(save(tmp_path / "a.xlsx", sheets), year=truth.year)


def read(reading) -> dict:
    return {(p, c): s for p, c, s in reading.scores[["place", "component", "score"]].itertuples(index=False)}


@pytest.fixture
def truth():
    return pci(2008, 3)


def test_the_layout_is_read_with_its_row_of_ranks_and_its_heads(tmp_path, truth):
    reading = book(tmp_path, truth)
    assert reading.errors == [] and refusals(reading) == set()
    assert read(reading) == truth.figures


def test_the_last_of_six_decimals_is_noise_and_a_little_more_is_not(tmp_path, truth):
    for by, refused in ((1.2e-6, set()), (3e-6, {"sheets_differ"})):
        other = pci(2008, 3)
        other.figures["ha_noi", "pci.3"] += by
        reading = book(tmp_path, truth, other)
        assert refusals(reading) == refused and read(reading) == pytest.approx(truth.figures, abs=2e-6)


def test_a_whole_sheet_of_other_figures_gives_way_to_those_from_which_the_total_follows(tmp_path, truth):
    other = pci(2008, 3)
    for i, place in enumerate(truth.names):
        other.figures[place, "pci.6"] = round(9.5 - i / 10, 6)
        other.figures[place, "pci.3"] += 1e-6
    reading = book(tmp_path, truth, other)
    assert reading.errors == [] and refusals(reading) == {"sheets_differ"} and len(reading.doubts) == len(truth.names)
    assert read(reading) == pytest.approx(truth.figures, abs=1.5e-6)
    assert set(reading.indicators["component"]) == set(truth.components) - {"pci", "pci.6"}


def twice(sheets):
    """Quảng Nam is called Gia Lai everywhere on the sheet of sub-index 1."""
    sheets[PCI_NAMES["pci.1"]] = [["Gia Lai" if cell == "Quảng Nam" else cell for cell in row]
                                  for row in sheets[PCI_NAMES["pci.1"]]]


def test_a_place_that_stands_twice_on_a_sheet_has_its_score_from_the_summary_and_no_indicators(tmp_path, truth):
    reading = book(tmp_path, truth, spoil=twice)
    assert reading.errors == [] and refusals(reading) == {"place_twice"} and read(reading) == truth.figures
    assert "Gia Lai" in reading.doubts[0].message
    rows = reading.indicators[reading.indicators["component"] == "pci.1"]
    assert set(truth.names) - set(rows["place"]) == {"gia_lai", "quang_nam"}


def test_a_place_twice_is_an_error_where_no_total_bears_the_summary_out(tmp_path, truth):
    def spoil(sheets):
        twice(sheets)
        for row in sheets["Tổng hợp"][2:66]:
            row[-1] = round(row[-1] / 2, 6)

    assert "duplicate_place" in {p.code for p in book(tmp_path, truth, spoil=spoil).errors}


@pytest.mark.parametrize("year, by, codes", [(2011, 0.4, set()), (2011, 0.7, {"total"}), (2012, 0.4, {"total"})])
def test_totals_of_2011_that_fit_only_loosely_are_one_line(tmp_path, year, by, codes):
    truth = pci(year, 1)
    for i, place in enumerate(truth.names):
        truth.figures[place, "pci"] = round(truth.figures[place, "pci"] + (by if i else 0), 2)
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": wide(truth)}))
    assert refusals(reading) == codes
    loose = [p.message for p in reading.notes if p.code == "totals_loose"]
    assert [("62" in m, "0,56" in m) for m in loose] == ([(True, True)] if year == 2011 else [])


def test_totals_of_2011_that_do_fit_are_held_to_it(tmp_path):
    truth = pci(2011, 1)
    truth.figures["ha_noi", "pci"] += 0.4
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": wide(truth)}))
    assert refusals(reading) == {"total"} and reading.notes == []


def test_ranks_with_names_of_their_own_bear_out_the_names_of_the_totals(tmp_path):
    """2011: totals and ranks stand in pairs of columns of their own; exchanged names would break the order."""
    truth = pci(2011, 1)
    for place in truth.names:
        truth.figures[place, "pci"] = round(truth.figures[place, "pci"] + 0.3, 2)
    own = {p: truth.figures[p, "pci"] for p in truth.names}
    ranked = sorted(own, key=lambda p: -own[p])
    columns = [c for c in truth.components if c != "pci"]
    rows = [[*wide(truth, columns=columns)[0], "Tỉnh", "PCI 2011", "Tỉnh", "Xếp hạng"]]
    rows += [[truth.names[p], *[truth.figures[p, c] for c in columns], truth.names[q], own[q], truth.names[q], n]
             for n, (p, q) in enumerate(zip(truth.names, ranked, strict=True), 1)]
    reading = read_published(save(tmp_path / "a.xlsx", {"A": rows}))
    assert ("pci", SCORE) not in unproved(reading.figures[2011], "pci", 2011).columns
    without = [row[:-2] for row in rows]
    reading = read_published(save(tmp_path / "c.xlsx", {"A": without}))
    assert ("pci", SCORE) in unproved(reading.figures[2011], "pci", 2011).columns
    rows[5][11], rows[9][11] = rows[9][11], rows[5][11]
    assert "rank_order" in {p.code for p in read_published(save(tmp_path / "b.xlsx", {"A": rows})).errors}
