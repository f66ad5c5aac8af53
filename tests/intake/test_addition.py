"""Adding a file: what is new, what would change, what is refused, and that all or nothing is written."""

import csv
import dataclasses
import os
from datetime import date

import pandas as pd
import pytest
import typer
from additions import like, run, tables, typed
from make_workbooks import pairs, parts, pci, refusals, save, weights_of, wide

from indexlib import load_scores
from indexlib.base.problems import DataError, IndexlibError
from indexlib.cli import data as commands_data
from indexlib.data import files
from indexlib.data.places import load_places
from indexlib.data.scores import load_remarks
from indexlib.intake import addition
from indexlib.intake.check import check_data
from indexlib.intake.checks.exchanged_columns import exchanged_columns
from indexlib.intake.files.report import ONCE
from indexlib.intake.recognise import read_published

pytestmark = pytest.mark.by_turns

app = typer.Typer()
app.command()(commands_data.read)
app.command()(commands_data.add)
app.command()(commands_data.template)


@pytest.fixture
def data(data):
    """The data without the workbooks of three years, which are then still to come."""
    data.drop_pci(2008, 2011, 2015)
    return data


@pytest.fixture
def workbook(tmp_path):
    """A PCI workbook of a year that the data do not have."""
    truth = like(2011, 2012)
    return save(tmp_path / "PCI_2011.xlsx", {"Tong hop": pairs(truth)} | parts(truth)), truth


def test_a_new_year_is_added_and_the_data_stay_consistent(data, workbook):
    path, truth = workbook
    result = run("add", path)
    assert result.exit_code == 0, result.output
    stored = load_scores("pci").query("year == 2011")
    assert len(stored) == len(truth.figures) == 630
    for place, component, score, source in stored[["place", "component", "score", "source"]].itertuples(index=False):
        assert score == truth.figures[place, component] and source == "pci-2011-workbook"
    assert check_data() == []
    assert not data.path("scores/corrections.csv").exists()


def test_the_tables_stay_sorted_and_only_lines_are_added(data, workbook):
    before = data.path("scores/pci.csv").read_text(encoding="utf-8").splitlines()
    run("add", workbook[0])
    after = data.path("scores/pci.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in set(before)] == before
    assert len(after) == len(before) + 630
    years = [line.split(",")[0] for line in after[1:]]
    assert years == sorted(years)


def test_the_years_still_to_come_are_added_one_after_the_other(data, tmp_path):
    """2008 with Hà Tây and a base of 64; 2015 with a stale copy of 2013 in English."""
    old, new = like(2008, 2007), like(2015, 2014)
    stale = pci(2013)
    stale.figures = {(p, c): s for p, c, s in load_scores("pci").query("year == 2013")[
        ["place", "component", "score"]].itertuples(index=False)}
    books = {2008: {"Tong hop": pairs(old)} | parts(old),
             2015: {"Summary_VN": pairs(new), "Summary": pairs(stale)} | parts(new)}
    for (year, sheets), truth in zip(books.items(), (old, new), strict=True):
        result = run("add", save(tmp_path / f"PCI_{year}.xlsx", sheets))
        assert result.exit_code == 0, result.output
        stored = load_scores("pci").query("year == @year")
        assert {(r.place, r.component): r.score for r in stored.itertuples()} == truth.figures
    assert "Summary: trang này khác" in result.output and ("ha_tay", "pci") in old.figures
    assert len(old.figures) == 64 * 11 and check_data() == []


def test_adding_twice_changes_nothing(data, workbook):
    run("add", workbook[0])
    once = tables(data.folder)
    result = run("add", workbook[0])
    assert result.exit_code == 0 and "Không có gì mới" in result.output
    assert tables(data.folder) == once


def test_changed_figures_are_shown_refused_and_then_recorded(data, workbook, tmp_path):
    path, truth = workbook
    run("add", path)
    before = tables(data.folder)
    old = truth.figures["thanh_hoa", "pci.3"]
    truth.figures["thanh_hoa", "pci.3"] = new = round(old + 0.5, 6)
    truth.figures["thanh_hoa", "pci"] = round(truth.figures["thanh_hoa", "pci"] + 0.5 * 20 / 10, 6)
    corrected = save(tmp_path / "corrected.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    refused = run("add", corrected)
    assert refused.exit_code == 2 and "--accept-changes" in refused.output
    assert "Thanh Hóa, PCI 3" in refused.output
    assert tables(data.folder) == before
    assert run("add", corrected, "--accept-changes", "--source", "pci-2012-workbook").exit_code == 0
    lines = list(csv.DictReader(data.path("scores/corrections.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["place"], r["component"], r["column"]) for r in lines] == [
        ("thanh_hoa", "pci", "score"), ("thanh_hoa", "pci.3", "score")]
    line = lines[1]
    assert (float(line["old"]), float(line["new"])) == (old, new)
    assert (line["old_source"], line["new_source"], line["file"]) == ("pci-2011-workbook", "pci-2012-workbook",
                                                                     "corrected.xlsx")
    assert line["date"] == date.today().isoformat()
    row = load_scores("pci").query("year == 2011 and place == 'thanh_hoa' and component == 'pci.3'").iloc[0]
    assert row["score"] == new and row["source"] == "pci-2012-workbook"
    assert check_data() == []


def test_a_corrected_score_keeps_a_rank_that_the_file_does_not_print(data, tmp_path):
    stored = load_scores("pci").query("year == 2021")
    assert stored["rank"].notna().any()
    values = {(p, c): s for p, c, s in stored[["place", "component", "score"]].itertuples(index=False)}
    truth = pci(2021, 1)
    truth.figures = values | {("thanh_hoa", "pci.1"): round(values["thanh_hoa", "pci.1"] + 0.02, 6),
                             ("thanh_hoa", "pci"): round(values["thanh_hoa", "pci"] + 0.01, 6)}
    path = save(tmp_path / "PCI_2021.xlsx", {"Tong hop": wide(truth)} | parts(truth))
    result = run("add", path, "--accept-changes", "--source", "pci-01")
    assert result.exit_code == 0, result.output
    before = stored.query("component == 'pci' and place == 'thanh_hoa'").iloc[0]
    after = load_scores("pci").query("year == 2021 and component == 'pci' and place == 'thanh_hoa'").iloc[0]
    assert after["score"] == truth.figures["thanh_hoa", "pci"]
    assert (after["rank"], after["rank_base"], after["note"]) == (before["rank"], before["rank_base"], before["note"])


def test_a_score_beside_a_rank_fills_a_gap_and_leaves_the_rank_its_source(data, tmp_path):
    """No older figure changes: nothing to accept, no correction, and each figure keeps its own source."""
    table = data.path("scores/pci.csv")
    lines = table.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("2021,thanh_hoa,pci,"))
    cells = next(csv.reader([lines[at]]))
    cells[3], cells[9] = "", ""
    lines[at] = ",".join(cells)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    files.forget()
    stored = load_scores("pci").query("year == 2021")
    values = {(p, c): s for p, c, s in stored[["place", "component", "score"]].itertuples(index=False)}
    truth = pci(2021, 1)
    total = sum(w / 10 * values["thanh_hoa", c] for c, w in weights_of("pci", 2021).items())
    truth.figures = values | {("thanh_hoa", "pci"): round(total, 6)}
    path = save(tmp_path / "PCI_2021.xlsx", {"Tong hop": wide(truth)} | parts(truth))
    result = run("add", path, "--source", "pci-21-own", "--where", "a workbook")
    assert result.exit_code == 0 and "Số thay đổi: 0. Số điền vào chỗ trống: 1." in result.output
    row = load_scores("pci").query("year == 2021 and component == 'pci' and place == 'thanh_hoa'").iloc[0]
    assert (row["score"], row["rank"], row["source"]) == (round(total, 6), 43, f"pci-21-own; {cells[8]}")
    assert row["note"] == "" and not data.path("scores/corrections.csv").exists()
    assert check_data() == []


def test_a_figure_that_is_not_believed_is_kept_as_a_remark(data, tmp_path):
    stored = load_scores("pci").query("year == 2021")
    values = {(p, c): s for p, c, s in stored[["place", "component", "score"]].itertuples(index=False)}
    truth = pci(2021, 1)
    truth.figures = values | {("thanh_hoa", "pci.1"): round(values["thanh_hoa", "pci.1"] + 0.02, 6),
                             ("thanh_hoa", "pci"): round(values["thanh_hoa", "pci"] + 0.01, 6)}
    path = save(tmp_path / "PCI_2021.xlsx", {"Tong hop": wide(truth)} | parts(truth))
    table = data.path("scores/pci.csv").read_text(encoding="utf-8")
    asked = run("add", path)
    assert asked.exit_code == 2 and "--keep-old" in asked.output
    assert run("add", path, "--keep-old", "--accept-changes").exit_code == 2
    result = run("add", path, "--keep-old", "--source", "pci-21-own", "--where", "a workbook")
    assert result.exit_code == 0, result.output
    assert data.path("scores/pci.csv").read_text(encoding="utf-8") == table
    assert not data.path("scores/corrections.csv").exists()
    kept = load_remarks().query("source == 'pci-21-own'").set_index("component")["value"]
    assert kept.to_dict() == {c: truth.figures["thanh_hoa", c] for c in ("pci", "pci.1")}
    assert check_data() == []


def test_a_file_with_errors_writes_nothing(data, workbook, tmp_path):
    rows = wide(workbook[1])
    rows.pop(5)
    before = tables(data.folder)
    result = run("add", save(tmp_path / "short.xlsx", {"Tong hop": rows}))
    assert result.exit_code == 2
    assert tables(data.folder) == before


def test_a_total_that_does_not_follow_waits_for_a_person(data, tmp_path):
    truth = like(2011, 2012)
    truth.figures["thanh_hoa", "pci"] = round(truth.figures["thanh_hoa", "pci"] + 0.3, 6)
    path = save(tmp_path / "PCI_2011.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    before = tables(data.folder)
    refused = run("add", path)
    assert refused.exit_code == 2 and "--accept-doubts" in refused.output and "Thanh Hóa" in refused.output
    assert tables(data.folder) == before
    assert run("add", path, "--accept-doubts").exit_code == 0


@pytest.mark.parametrize(("off", "codes"), [(25, {"total"}), (40, {"total", "places_once"})])
def test_totals_that_follow_exactly_at_half_of_the_places_are_no_chance(data, tmp_path, off, codes):
    """Each that does not is named, and those alone; where fewer follow, no total is proved."""
    truth = like(2015, 2014)
    for n, place in enumerate(places := sorted(truth.names)[:off]):
        truth.figures[place, "pci"] = round(truth.figures[place, "pci"] + (0.3 if n % 2 else -0.2), 6)
    path = save(tmp_path / "PCI_2015.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    assert {p.code for p in read_published(path).doubts} == codes
    named = [load_places().get(place).name for place in places]
    some, all_ = run("read", path).output, run("read", path, "--all").output
    assert f"và {off - 3} điều nữa cùng loại" in some and sum(f"{name}: điểm tổng hợp" in some for name in named) == 3
    assert all(f"{name}: điểm tổng hợp" in all_ for name in named) and "nữa cùng loại" not in all_


@pytest.mark.parametrize("spoilt", [False, True])
def test_sheets_that_stand_twice_write_every_indicator_once(data, tmp_path, spoilt):
    truth = like(2015, 2014)
    again = {f"{name} (2)": [list(row) for row in rows] for name, rows in parts(truth).items()}
    if spoilt:
        again["Tính minh bạch (2)"][9][2] += 0.2
    path = save(tmp_path / "PCI_2015.xlsx", {"Summary_VN": pairs(truth)} | parts(truth) | again)
    result = run("add", path)
    assert (result.exit_code, "--accept-doubts" in result.output) == ((2, True) if spoilt else (0, False))
    if spoilt:
        assert run("add", path, "--accept-doubts").exit_code == 0
    assert check_data() == []
    stored = load_scores("pci").query("year == 2015").set_index(["place", "component"])["score"]
    assert dict(stored) == pytest.approx(truth.figures, abs=1e-6)


def test_what_check_refuses_is_never_written(data, workbook):
    """A fault of the reader that nobody knows yet: the same indicator twice."""
    path, _ = workbook
    reading = read_published(path)
    own = next(iter(reading.figures.values()))
    own.indicators.append(own.indicators[0])
    before = tables(data.folder)
    with pytest.raises(DataError) as refused:
        addition.add(addition.compare(reading, path.name), path.name, "pci-2011-workbook", "workbook")
    assert {p.code for p in refused.value.problems} >= {"duplicate"} and tables(data.folder) == before


def test_the_figures_of_one_year_are_not_added_as_another(data, tmp_path):
    stored = load_scores("pci").query("year == 2013")
    truth = pci(2014, 1)
    truth.figures = {(p, c): s for p, c, s in stored[["place", "component", "score"]].itertuples(index=False)}
    truth.year = 2015
    path = save(tmp_path / "PCI_2015.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    result = run("add", path)
    assert result.exit_code == 2 and "2013" in result.output


def test_what_the_year_before_had_is_named(data, workbook):
    compared = addition.compare(read_published(workbook[0]))
    assert compared.missing.empty
    whole = read_published(workbook[0])
    lacking = dataclasses.replace(whole, scores=whole.scores[whole.scores["place"] != "thanh_hoa"])
    gone = addition.compare(lacking).missing
    assert set(gone["place"]) == {"thanh_hoa"} and len(gone) == 10


def test_tables_of_documents_are_never_added_directly(data, tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("Chỉ số cải cách hành chính (PAR INDEX) năm 2023")
    table = document.add_table(rows=0, cols=3)
    names = enumerate(pci(2023).names.values(), 1)
    rows = [(str(i), name, f"{92 - i / 4:.2f}".replace(".", ",")) for i, name in names]
    for row in [("Xếp hạng", "Tỉnh, thành phố", "PAR INDEX"), *rows]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    path = tmp_path / "par.docx"
    document.save(path)
    before = tables(data.folder)
    assert run("add", path).exit_code != 0
    assert tables(data.folder) == before
    out = tmp_path / "poured.xlsx"
    assert run("read", path, "--out", out).exit_code == 0
    poured = read_published(out)
    assert poured.errors == [] and len(poured.scores) == 63
    assert poured.scores.equals(read_published(path).scores)


def test_two_columns_exchanged_show_in_the_profiles_of_the_provinces(data, tmp_path):
    """In a single table with equal weights nothing else betrays them."""
    truth = like(2015, 2014)
    swapped = {"pci.2": "pci.6", "pci.6": "pci.2"}
    exchanged = dataclasses.replace(truth, figures={
        (p, swapped.get(c, c)): s for (p, c), s in truth.figures.items()})
    compared = addition.compare(read_published(save(tmp_path / "a.xlsx", {"Tong hop": wide(exchanged)})))
    assert refusals(compared.reading) == set()
    found = [p for p in compared.doubts if p.code not in {*ONCE, "stands_out"}]
    assert [p.code for p in found] == ["profile"]
    assert "PCI 2" in found[0].message and "PCI 6" in found[0].message
    right = addition.compare(read_published(save(tmp_path / "b.xlsx", {"Tong hop": wide(truth)})))
    assert {p.code for p in right.doubts} == {"once"}


def test_no_year_of_the_data_looks_exchanged():
    for index in ("papi", "pci"):
        scores = load_scores(index)
        for year, own in scores.groupby("year"):
            assert exchanged_columns(own, scores[scores["year"] != year]) == []


def test_a_new_source_needs_words_for_what_it_is(data, workbook):
    reading = read_published(workbook[0])
    with pytest.raises(IndexlibError, match="pci-x"):
        addition.add(addition.compare(reading), "a.xlsx", "pci-x")
    addition.add(addition.compare(reading), "a.xlsx", "pci-x", "a workbook")
    assert "pci-x,a workbook" in data.path("sources.csv").read_text(encoding="utf-8")


def test_a_score_for_a_withheld_cell_is_refused(data, workbook):
    data.add("scores/withheld.csv", "2011,thanh_hoa,pci.1,không rõ lý do,reason not known,pci-2012-workbook")
    files.forget()
    with pytest.raises(DataError, match="Thanh Hóa"):
        addition.add(addition.compare(read_published(workbook[0])), "a.xlsx", "pci-2012-workbook")


def test_a_folder_that_cannot_be_written_leaves_everything(data, workbook, monkeypatch):
    before = tables(data.folder)

    real, done = os.replace, []

    def fail_at_the_second(source, target):
        done.append(target)
        if len(done) == 2:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_second)
    with pytest.raises(IndexlibError):
        addition.add(addition.compare(read_published(workbook[0])), "a.xlsx", "pci-x", "a workbook")
    assert len(done) > 2 and tables(data.folder) == before  # the first was put back


def test_reading_writes_nothing(data, workbook):
    before = tables(data.folder)
    result = run("read", workbook[0])
    assert result.exit_code == 0 and "PCI 2011" in result.output
    assert tables(data.folder) == before


def test_withheld_cells_of_a_workbook_are_recorded(data, tmp_path):
    from make_workbooks import papi
    from test_readers_layouts import papi_header

    held = pd.read_csv(data.path("scores/withheld.csv"), dtype=str)
    path = data.path("scores/papi.csv")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table[table["year"] != "2013"].to_csv(path, index=False, lineterminator="\n")
    files.forget()
    truth = papi(2013, 1)
    rows = [["Tên tỉnh", *[papi_header(truth, c) for c in truth.components]]]
    rows += [[name, *[0 if place == "thanh_hoa" else truth.figures[place, c] for c in truth.components]]
             for place, name in truth.names.items()]
    workbook = save(tmp_path / "a.xlsx", {"2013_PAPI": rows})
    assert typed("add", workbook, "--source", "papi-01", "--checked", "--accept-doubts", of=truth).exit_code == 0
    after = pd.read_csv(data.path("scores/withheld.csv"), dtype=str)
    assert len(after) == len(held) + len(truth.components)
    assert {p.code for p in check_data()} <= {"beyond_max", "beyond_min"}  # invented figures against the printed extremes
