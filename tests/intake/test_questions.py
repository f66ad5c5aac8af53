"""What is asked about a table that says each figure once: the few cells that stand out, or one line."""

from __future__ import annotations

import dataclasses
import re

import pytest
from additions import cut, like, run
from make_workbooks import save

from indexlib import load_places, load_scores
from indexlib.base.problems import IndexlibError
from indexlib.data import files
from indexlib.intake.addition import beside_stored
from indexlib.intake.check import check_data
from indexlib.intake.questions import SHOWN, compared, confirmed
from indexlib.intake.recognise import read_published

HEAD = [["Xếp hạng PCI 2018"], ["Xếp hạng", "Tỉnh", "Điểm PCI 2018"]]


@pytest.fixture(scope="module")
def ranking() -> list[list]:
    scores = load_scores("pci").query("year == 2018 and component == 'pci'").sort_values("score", ascending=False)
    return [[i, load_places().get(row.place).name_vi, round(row.score, 2)] for i, row in enumerate(scores.itertuples(), 1)]


def asked(path) -> list:
    reading = beside_stored(read_published(path), path.name)
    return [p for p in reading.doubts if p.code in ("once", "stands_out", "further")]


def test_a_correct_table_is_asked_about_in_one_line_that_names_cells(tmp_path, ranking):
    said = asked(save(tmp_path / "a.xlsx", {"Bang": [*HEAD, *ranking]}))
    assert [p.code for p in said] == ["once"]
    assert "63 số với năm 2017" in said[0].message and "Quảng Ninh, PCI = 70,36" in said[0].message


def test_a_figure_that_stands_out_is_named_by_cell_with_both_figures(tmp_path, ranking):
    spoilt = [[i, name, score + 20 if name == "Thanh Hóa" else score] for i, name, score in ranking]
    spoilt = [[i, *row[1:]] for i, row in enumerate(sorted(spoilt, key=lambda row: -row[2]), 1)]
    said = asked(save(tmp_path / "a.xlsx", {"Bang": [*HEAD, *spoilt]}))
    assert [p.code for p in said] == ["stands_out"]
    assert (said[0].row, said[0].column) == (3, "C") and "Thanh Hóa" in said[0].message and "năm 2017" in said[0].message


def test_rows_of_two_provinces_exchanged_stand_out(tmp_path):
    """Each figure is within what is usual: only the rows as wholes fit each other's past."""
    scores = load_scores("papi").query("year == 2019")
    swap = {"thanh_hoa": "ha_noi", "ha_noi": "thanh_hoa"}
    rows = scores.assign(place=[swap.get(place, place) for place in scores["place"]])
    have = load_scores("papi")
    out = {(c.place, c.component) for c in compared(rows, have) if c.out}
    right = {(c.place, c.component) for c in compared(scores, have) if c.out}
    assert {place for place, _ in out - right} == set(swap)


@pytest.mark.parametrize("index", ["papi", "pci"])
def test_in_the_years_at_hand_few_figures_stand_out(index):
    have = load_scores(index)
    counts = [sum(c.out for c in compared(own, have)) for _, own in have.groupby("year")]
    assert max(counts) <= 11 and sorted(counts)[len(counts) // 2] <= 2


def test_what_stands_out_is_typed_from_the_publication(data, tmp_path):
    data.drop_pci(2015)
    truth = like(2015, 2014)
    far = dataclasses.replace(truth, figures=truth.figures | {("thanh_hoa", "pci"): truth.figures["thanh_hoa", "pci"] + 25})
    rows = [[i, name, round(far.figures[place, "pci"], 2)] for i, (place, name) in enumerate(
        sorted(truth.names.items(), key=lambda x: -far.figures[x[0], "pci"]), 1)]
    path = save(tmp_path / "a.xlsx", {"Bang": [["Xếp hạng PCI 2015"], ["Xếp hạng", "Tỉnh", "Điểm PCI 2015"], *rows]})
    words = ("add", path, "--source", "pci-2015-a", "--where", "a ranking", "--accept-doubts")
    value = f"{rows[0][2]:.2f}".replace(".", ",")
    assert "--confirm \"Thanh Hóa pci=…\"" in run(*words, "--checked").output
    assert run(*words, "--checked").exit_code == 2  # ticking a box is not enough
    other = run(*words, "--confirm", "Thanh Hóa pci=60,10")
    assert other.exit_code == 2 and value in other.output and "60,1" in other.output
    done = run(*words, "--confirm", f"thanh hoa PCI={value}")
    assert done.exit_code == 0, done.output
    assert load_scores("pci").query("year == 2015 and component == 'pci'")["place"].nunique() == 63


@pytest.mark.parametrize("text", ["", "Thanh Hóa", "pci=7", "Thanh Hóa pci=", "Thanh Hóa pci=bảy", "Atlantis pci=70",
                                  "Thanh Hóa pci.99=7"])
def test_a_confirmation_of_another_form_is_refused(tmp_path, ranking, text):
    reading = read_published(save(tmp_path / "a.xlsx", {"Bang": [*HEAD, *ranking]}))
    with pytest.raises(IndexlibError):
        confirmed([text], reading)


def test_three_at_the_most_are_asked_for(tmp_path, ranking):
    spoilt = [[i, name, score + (25 if i % 7 == 0 else 0)] for i, name, score in ranking]
    spoilt = [[i, *row[1:]] for i, row in enumerate(sorted(spoilt, key=lambda row: -row[2]), 1)]
    said = asked(save(tmp_path / "a.xlsx", {"Bang": [*HEAD, *spoilt]}))
    assert [p.code for p in said] == ["stands_out"] * SHOWN + ["further"] and "2017: " in said[-1].message


def test_a_ranking_copied_from_a_page_is_in_after_two_commands(data, tmp_path):
    """63 places as a page shows them, with decimal commas: one command asks, one answers, and the data are in order."""
    own = load_scores("pci").query("year == 2015 and component == 'pci'").sort_values("score", ascending=False)
    figures = {load_places().get(r.place, 2015).name_vi: f"{r.score:.2f}".replace(".", ",") for r in own.itertuples()}
    data.drop_pci(2015)
    cut(data.folder, 2012)
    files.look()  # as another process would: this one has read the figures a moment ago
    rows = [["Bảng xếp hạng PCI 2015"], ["Hạng", "Địa phương", "Điểm số"]]
    rows += [[i, *x] for i, x in enumerate(figures.items(), 1)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8-sig")
    words = ["add", path, "--source", "page-1", "--where", "a page of the press"]
    asked = run(*words)
    assert asked.exit_code == 2 and "--accept" not in asked.output
    cells = re.findall(r'--confirm "(.+?) pci=…"', asked.output)
    assert len(cells) <= SHOWN and ("--checked" in asked.output or cells)
    done = run(*words, "--checked", *(x for place in cells for x in ("--confirm", f"{place} pci={figures[place]}")))
    assert done.exit_code == 0, done.output
    assert check_data() == []
    stored = load_scores("pci").query("year == 2015 and component == 'pci'")
    assert len(stored) == 63
