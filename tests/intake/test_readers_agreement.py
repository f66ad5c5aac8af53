"""Workbooks whose sheets do not agree: which sheet counts, which figure is kept, and that it is said."""

from itertools import zip_longest

import pytest
from make_workbooks import PCI_NAMES, indicators, pairs, part, parts, pci, pci_header, refusals, save, wide

from indexlib.intake.recognise import read_published

HERE = "Tính minh bạch"  # the sheet of pci.3


def figures(reading) -> dict:
    frame = reading.scores.dropna(subset=["score"])
    return {(p, c): s for p, c, s in frame[["place", "component", "score"]].itertuples(index=False)}


def codes(problems) -> set[str]:
    return {p.code for p in problems}


def book(path, truth, stale=None, first=(), spoil=None, header=None, **more):
    """Vietnamese summary, a stale English one, sheets of the sub-indices; ``spoil`` changes the sheets."""
    sheets = dict(first) | {"Summary_VN": pairs(truth)}
    if header is not None:
        sheets["Summary_VN"] = [[header if cell == f"PCI {truth.year}" else cell for cell in row]
                                for row in sheets["Summary_VN"]]
    if stale is not None:
        sheets["Summary"] = pairs(stale)
    sheets |= parts(truth) | more
    if spoil:
        spoil(sheets)
    return save(path, sheets)


def assert_kept(reading, truth, doubts, notes) -> None:
    assert codes(reading.errors) == set() and refusals(reading) == doubts and codes(reading.notes) == notes
    assert figures(reading) == pytest.approx(truth.figures, abs=1e-9) and reading.years == (truth.year,)


def off(cells):
    """Change scores of sub-index sheets in some cells: sheet, row, by how much."""
    def spoil(sheets):
        for sheet, row, by in cells:
            assert isinstance(sheets[sheet][row][2], float)
            sheets[sheet][row][2] += by
    return spoil


# The year.

def test_a_stale_sheet_does_not_give_the_year(tmp_path):
    truth, stale = pci(2015, 1), pci(2013, 2)
    path = book(tmp_path / "a.xlsx", truth, stale, header="PCI")
    reading = read_published(path)
    assert codes(reading.errors) == {"no_year"} and reading.scores.empty and reading.years == ()
    assert_kept(read_published(path, 2015), truth, set(), {"stale_sheet"})
    titled = book(tmp_path / "b.xlsx", truth, stale, header="PCI",
                  spoil=lambda s: s["Summary_VN"].insert(0, ["Chỉ số năng lực cạnh tranh cấp tỉnh năm 2015"]))
    assert_kept(read_published(titled), truth, set(), {"stale_sheet"})


@pytest.mark.parametrize("asked", [None, 2015])
@pytest.mark.parametrize("stale_first", [False, True])
def test_a_sheet_of_another_year_beside_one_of_the_year_is_never_the_source(asked, stale_first, tmp_path):
    """Where no sub-index sheet can be read, both summaries look right: only what they state tells them apart."""
    truth, stale = pci(2015, 1), pci(2013, 2)
    sheets = {"Summary": pairs(stale), "Summary_VN": pairs(truth)}
    path = save(tmp_path / "a.xlsx", sheets if stale_first else dict(reversed(sheets.items())))
    reading = read_published(path, asked)
    if asked:
        assert_kept(reading, truth, set(), {"other_year"})
    else:
        assert "two_years" in codes(reading.errors)


def test_a_list_of_the_year_before_is_left_aside(tmp_path):
    truth, before = pci(2015, 1), pci(2014, 2)
    ranked = sorted(before.names, key=lambda p: -before.figures[p, "pci"])
    old = [["Hạng", "Tỉnh", "PCI 2014"], *[[i, before.names[p], before.figures[p, "pci"]] for i, p in enumerate(ranked, 1)]]
    path = book(tmp_path / "a.xlsx", truth, first={"PCI 2014": old})
    for asked in (None, 2015):
        assert_kept(read_published(path, asked), truth, set(), {"other_year"})


# A few cells beside a stale copy.

@pytest.mark.parametrize("asked", [None, 2015])
@pytest.mark.parametrize("cells", [[(HERE, 12, 0.01)], [("Tiếp cận đất đai", 10, 0.03), (HERE, 20, -0.4), (HERE, 30, 1.0)]])
def test_a_cell_that_differs_does_not_hide_a_stale_copy(cells, asked, tmp_path):
    truth = pci(2015, 1)
    path = book(tmp_path / "a.xlsx", truth, pci(2013, 2), spoil=off(cells))
    reading = read_published(path, asked)
    assert_kept(reading, truth, {"sheets_differ"}, {"stale_sheet"})
    assert {(p.sheet, p.row, p.column) for p in reading.doubts} == {(sheet, row + 1, "C") for sheet, row, _ in cells}


def test_a_header_that_is_not_known_makes_no_second_problem_of_the_stale_copy(tmp_path):
    truth = pci(2015, 1)

    def spoil(sheets):
        sheets["Summary_VN"] = [["Sự năng nổ của tỉnh" if cell == PCI_NAMES["pci.7"] else cell for cell in row]
                                for row in sheets["Summary_VN"][:64]]
    reading = read_published(book(tmp_path / "a.xlsx", truth, pci(2013, 2), spoil=spoil))
    assert refusals(reading) == {"unknown_label"} and "stale_sheet" in codes(reading.notes)


@pytest.mark.parametrize("head", ["Điểm số", "CSTP {n}", "Chỉ số thành phần {n}"])
def test_a_score_column_is_told_by_the_summary_where_its_header_does_not(head, tmp_path):
    """Sheets headed "Điểm số", sheets named by number only, and a second column of scores of the year before."""
    truth, before = pci(2015, 1), pci(2014, 3)

    def spoil(sheets):
        for n, (code, name) in enumerate(PCI_NAMES.items(), 1):
            rows = sheets.pop(name) if "CSTP" in head else sheets[name]
            rows[0][2] = head.format(n=n)
            if "thành phần" in head:
                for row, cell in zip(rows, [f"{rows[0][2]} năm 2014", None, None,
                                            *[before.figures[p, code] for p in truth.names]], strict=False):
                    row.insert(3, cell)
            sheets[f"CSTP {n}" if "CSTP" in head else name] = rows
    reading = read_published(book(tmp_path / "a.xlsx", truth, pci(2013, 2), spoil=spoil))
    notes = {"stale_sheet", "column_other_year" if "thành phần" in head else "score_found"}
    assert_kept(reading, truth, set(), notes)
    own = reading.indicators.query("component == 'pci.4'")
    assert {(p, label): value for p, label, value in own[["place", "label", "value"]].itertuples(index=False)} \
        == indicators(truth, "pci.4")


def test_a_score_of_the_year_before_is_no_indicator(tmp_path):
    truth = pci(2015, 1)

    def spoil(sheets):
        for row, cell in zip_longest(sheets[HERE], ["Điểm 2014", None, None, *[5.1] * 63]):
            row.insert(2, cell)
    reading = read_published(book(tmp_path / "a.xlsx", truth, spoil=spoil))
    assert_kept(reading, truth, set(), {"column_other_year"})
    assert len(reading.indicators) == 2 * 10 * 63


def test_a_stale_copy_of_the_year_before_beside_scores_of_the_year_before(tmp_path):
    """Each summary has its column on every sheet: years in the headers tell them apart, or nothing does."""
    truth, before = pci(2015, 1), pci(2014, 3)

    def spoil(sheets):
        for n, (code, name) in enumerate(PCI_NAMES.items(), 1):
            for row, cell in zip_longest(sheets[name], [f"Chỉ số thành phần {n} năm 2014", None, None,
                                                        *[before.figures[p, code] for p in truth.names]]):
                row.insert(3, cell)
    both = book(tmp_path / "a.xlsx", truth, before, spoil=spoil)
    assert_kept(read_published(both), truth, set(), {"stale_sheet", "column_other_year"})

    def alone(sheets):
        spoil(sheets)
        del sheets["Summary_VN"]
    path = book(tmp_path / "b.xlsx", truth, before, spoil=alone)
    assert "sheets_conflict" in codes(read_published(path, 2015).errors)
    reading = read_published(path)  # figures of 2014 as such, but not the indicators, which are of 2015
    assert reading.years == (2014,) and reading.indicators.empty and refusals(reading) == set()
    assert figures(reading) == before.figures


@pytest.mark.parametrize("header", ["PCI 2015", "PCI"])
def test_sheets_of_the_year_before_do_not_throw_out_the_summary_of_the_year(header, tmp_path):
    """The sub-index sheets and the English summary are of 2014, only the Vietnamese one is of 2015."""
    truth, before = pci(2015, 1), pci(2014, 2)
    summary = [[header if cell == "PCI 2015" else cell for cell in row] for row in pairs(truth)]
    path = save(tmp_path / "a.xlsx", {"Summary_VN": summary, "Summary": pairs(before)} | parts(before))
    assert codes(read_published(path, 2015).errors) == {"two_years_stale"}
    assert_kept(read_published(path, 2014), before, set(), {"stale_sheet"})
    if header == "PCI 2015":
        assert "two_years" in codes(read_published(path).errors)


@pytest.mark.parametrize(("labels", "readable"), [
    (labels, readable) for labels in [("PCI 2014", "PCI 2015"), ("PCI 2014", "PCI"), ("PCI", "PCI 2013")]
    for readable in (10, 3, 0) if readable or labels[1] != "PCI 2015"])  # else nothing but the headers tells them apart
def test_headers_of_years_that_lie_do_not_bring_in_a_stale_summary(labels, readable, tmp_path):
    """2015 with headers left over: the Vietnamese summary is the right one, the English one is of 2013."""
    truth, stale = pci(2015, 1), pci(2013, 2)
    own, other = ([[label if cell == f"PCI {t.year}" else cell for cell in row] for row in pairs(t)]
                  for t, label in zip((truth, stale), labels, strict=True))
    sheets = {"Summary": other, "Summary_VN": own}
    sheets |= dict(list(parts(truth).items())[:readable])
    reading = read_published(save(tmp_path / "a.xlsx", sheets), 2015)
    assert figures(reading) == truth.figures if readable else "sheets_conflict" in codes(reading.errors)


def test_a_sheet_whose_scores_the_summary_does_not_tell_is_not_passed_over(tmp_path):
    """All sheets are headed "Điểm số"; on one, all scores differ from the summary within what rounding hides."""
    truth, other = pci(2015, 1, digits=2), pci(2015, 1, digits=2)
    for place in truth.names:
        other.figures[place, "pci.4"] = round(other.figures[place, "pci.4"] + 0.04, 2)
    sheets = {"Summary_VN": pairs(truth)} | parts(other)
    for rows in list(sheets.values())[1:]:
        rows[0][2] = "Điểm số"
    reading = read_published(save(tmp_path / "a.xlsx", sheets))
    assert [(p.sheet, p.code) for p in reading.errors] == [(PCI_NAMES["pci.4"], "score_column")]


# Two figures for one cell.

@pytest.mark.parametrize("side", ["part", "summary"])
@pytest.mark.parametrize("n", [10, 40, 63])
def test_the_figure_from_which_the_total_follows_is_kept(side, n, tmp_path):
    """The total is printed with the true figures; one sheet has others, up to a whole sub-index of another revision."""
    truth, other = pci(2011, 1), pci(2011, 1)
    changed = list(truth.names)[:n]
    for i, place in enumerate(changed):
        other.figures[place, "pci.4"] += 0.2 + i / 300
    summary, sheets = (other, truth) if side == "summary" else (truth, other)
    path = save(tmp_path / "a.xlsx", {"Tong hop": pairs(summary)} | parts(sheets))
    reading = read_published(path)
    outdone = {"part_outdone"} if side == "part" and n > 32 else set()
    assert_kept(reading, truth, {"sheets_differ"}, outdone)
    assert len(reading.doubts) == n and {p.sheet for p in reading.doubts} == {
        "Tong hop" if side == "summary" else "Chi phí thời gian"}
    # Where a sheet is of another revision, so are its indicators.
    assert len(reading.indicators) == 2 * 63 * (8 if outdone else 9)


def test_what_no_total_tells_is_refused_with_a_way_out(tmp_path):
    truth = pci(2013, 1)
    truth.components.remove("pci")
    other = pci(2013, 2)
    path = save(tmp_path / "a.xlsx", {"PCI 2013": wide(truth, columns=truth.components)} | parts(other))
    reading = read_published(path, 2013, "pci")
    said = [p.message for p in reading.errors if p.code == "sheets_conflict"]
    assert len(said) == 1 and "630" in said[0] and "Hà Nội" in said[0] and "PCI 2013" in said[0]
    sheets = parts(truth)
    off([(HERE, 9, 0.5)])(sheets)
    path = save(tmp_path / "b.xlsx", {"PCI 2013": wide(truth, columns=truth.components)} | sheets)
    reading = read_published(path, 2013, "pci")
    assert codes(reading.doubts) >= {"sheets_differ"} and "sheets_conflict" not in codes(reading.errors)
    place = list(truth.names)[6]
    assert figures(reading)[place, "pci.3"] == truth.figures[place, "pci.3"]


def test_a_lone_stale_summary_is_not_believed_against_the_sheets(tmp_path):
    path = save(tmp_path / "a.xlsx", {"Summary": pairs(pci(2013, 2))} | parts(pci(2015, 1)))
    for asked in (None, 2015):
        assert "sheets_conflict" in codes(read_published(path, asked).errors)


# Sheets that stand twice.

def english(truth) -> dict:
    """The sub-index sheets again with English heads."""
    names = ["Entry Costs", "Land Access", "Transparency", "Time Costs", "Informal charges", "Bias", "Proactivity",
             "Business support services", "Labor training", "Legal Institutions"]
    again = {}
    for n, (code, name) in enumerate(zip(PCI_NAMES, names, strict=True), 1):
        rows = part(truth, code, n)
        rows[0][1], rows[0][3:5] = "Province", ["Days to register", "% firms satisfied"]
        again[name] = rows
    return again


@pytest.mark.parametrize("translated", [False, True])
@pytest.mark.parametrize("english_first", [False, True])
def test_indicators_of_two_sheets_alike_are_taken_once(translated, english_first, tmp_path):
    truth = pci(2015, 1)
    again = english(truth)
    if not translated:
        for rows in again.values():
            rows[0][3:5] = part(truth, "pci.1", 1)[0][3:5]
    both = again | parts(truth) if english_first else parts(truth) | again
    reading = read_published(save(tmp_path / "a.xlsx", {"Summary_VN": pairs(truth)} | both))
    assert_kept(reading, truth, set(), set())
    assert not reading.indicators.duplicated(["place", "component", "label"]).any()
    assert len(reading.indicators) == 2 * 10 * 63 and set(reading.indicators["label"]) == set(part(truth, "pci.1", 1)[0][3:5])


def test_a_copy_of_a_sheet_with_a_score_that_differs_is_told_by_the_total(tmp_path):
    truth = pci(2015, 1)
    reading = read_published(book(tmp_path / "a.xlsx", truth, **english(truth), spoil=off([("Transparency", 8, 0.2)])))
    assert_kept(reading, truth, {"sheets_differ"}, set())
    assert [p.sheet for p in reading.doubts] == ["Transparency"]


def test_a_stale_copy_of_a_sub_index_sheet_is_left_aside(tmp_path):
    truth = pci(2015, 1)
    old = part(pci(2014, 3), "pci.3", 3)
    reading = read_published(book(tmp_path / "a.xlsx", truth, first={f"{HERE} (2)": old}))
    assert_kept(reading, truth, set(), {"stale_sheet"})
    assert len(reading.indicators) == 2 * 10 * 63


def test_indicators_that_differ_between_two_sheets_are_refused(tmp_path):
    truth = pci(2015, 1)

    def spoil(sheets):
        for row in sheets["Transparency"][3:66]:
            row[3] = row[3] * 1.1
    reading = read_published(book(tmp_path / "a.xlsx", truth, **english(truth) | {"Transparency": part(truth, "pci.3", 3)},
                                  spoil=spoil))
    said = [p for p in reading.errors if p.code == "indicators_conflict"]
    assert len(said) == 1 and said[0].sheet == "Transparency" and HERE in said[0].message and "63" in said[0].message


# Decimals, ranks.

@pytest.mark.parametrize("coarse_first", [True, False])
def test_the_finer_of_two_printings_is_kept(coarse_first, tmp_path):
    truth = pci(2015, 1)
    ranked = sorted(truth.names, key=lambda p: -truth.figures[p, "pci"])
    listed = [["Hạng", "Tỉnh/Thành phố", "Điểm PCI 2015"],
              *[[i, truth.names[p], round(truth.figures[p, "pci"], 2)] for i, p in enumerate(ranked, 1)]]
    sheets = {"Bảng xếp hạng": listed, "Tổng hợp": wide(truth)} | parts(truth)
    path = save(tmp_path / "a.xlsx", sheets if coarse_first else dict(reversed(sheets.items())))
    reading = read_published(path)
    assert_kept(reading, truth, set(), set())
    assert reading.scores["rank"].count() == 63


def test_the_finer_figures_of_the_sub_index_sheets_are_kept(tmp_path):
    truth = pci(2008, 1)
    rows = [[round(cell, 2) if isinstance(cell, float) else cell for cell in row] for row in wide(truth)]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": rows} | parts(truth)))
    assert refusals(reading) == set()
    read = figures(reading)
    assert all(read[p, c] == (round(value, 2) if c == "pci" else value) for (p, c), value in truth.figures.items())


def test_ranks_of_two_sheets_that_differ_are_reported(tmp_path):
    truth = pci(2015, 1)
    ranked = sorted(truth.names, key=lambda p: -truth.figures[p, "pci"])
    lists = {}
    for name in ("Bảng xếp hạng", "Xếp hạng cũ"):
        lists[name] = [["Hạng", "Tỉnh", "PCI 2015"],
                       *[[i, truth.names[p], truth.figures[p, "pci"]] for i, p in enumerate(ranked, 1)]]
    lists["Xếp hạng cũ"][5][0], lists["Xếp hạng cũ"][9][0] = 9, 5
    reading = read_published(save(tmp_path / "a.xlsx", lists | {"Tổng hợp": wide(truth, pci_header)} | parts(truth)))
    assert "sheets_differ" in refusals(reading)
