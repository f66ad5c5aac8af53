"""Text tables: what separates their cells."""

from __future__ import annotations

import pytest
from make_workbooks import refusals, save
from test_readers_documents import FIGURES, ROWS

from indexlib import load_places
from indexlib.intake.recognise import read_published

TITLES = ["", "Chỉ số cải cách hành chính, PAR INDEX, năm 2023"]
HEADS = [["TT", "Tỉnh", "Chỉ số"], ["TT", "Tỉnh, thành phố", "Chỉ số, %"]]


def text(tmp_path, title, head, rows, separator):
    lines = [*([title] if title else []), *(separator.join(row) for row in [head, *rows])]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_published(tmp_path / "a.csv", index="par", year=2023)


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("places", [63, 6])
def test_decimal_commas_and_commas_of_titles_separate_no_cells(tmp_path, separator, title, head, places):
    reading = text(tmp_path, title, head, ROWS[:places], separator)
    assert refusals(reading) <= {"partial"}
    assert set(reading.scores["score"]) == set(map(float, FIGURES[:places]))


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("head", HEADS)
def test_decimal_commas_that_separate_are_refused_whatever_stands_above(tmp_path, title, head):
    reading = text(tmp_path, title, head, ROWS, ",")
    assert "ragged" in {p.code for p in reading.errors}


@pytest.mark.parametrize("title", ["", "Bảng điểm, năm 2023, các tỉnh, thành phố", "PAR INDEX, 2023"])
@pytest.mark.parametrize("head", [["TT", "Tỉnh", "Chỉ số"], ["TT", " Tỉnh", " Chỉ số"]])
def test_figures_with_decimal_points_were_not_split(tmp_path, title, head):
    rows = [[*row[:2], row[2].replace(",", ".")] for row in ROWS]
    reading = text(tmp_path, title, head, rows, ",")
    assert refusals(reading) == set() and set(reading.scores["score"]) == set(map(float, FIGURES))


@pytest.mark.parametrize(("kind", "sign"), [("xlsx", ";"), ("xlsx", ","), ("csv", ";")])
def test_rows_that_stand_in_one_cell_are_one_message_that_says_how_to_split_them(tmp_path, kind, sign):
    """What Excel makes of a text table whose separator is not that of the machine."""
    path = tmp_path / f"a.{kind}"
    rows = [sign.join(["TT", "Tỉnh", "PCI 2020"]), *(sign.join([str(i), place.name_vi, "60"]) for i, place in
                                                    enumerate(load_places().valid(2020), 1))]
    if kind == "csv":
        path.write_text("\n".join(f'"{row}"' for row in rows), encoding="utf-8")
    else:
        save(path, {"Sheet1": [[row] for row in rows]})
    [said] = read_published(path).problems
    assert said.code == "unsplit" and sign in said.message and "Text to Columns" in said.message


@pytest.mark.parametrize("title", ["Bảng xếp hạng PCI năm 2020", ""])
def test_a_common_word_for_the_total_says_no_index(tmp_path, title):
    """"Điểm số" stands over PAR INDEX too: a ranking of PCI was read as one of PAR INDEX."""
    rows = [[i, place.name_vi, 60 + i / 10] for i, place in enumerate(load_places().valid(2020), 1)]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": [[title], ["STT", "Địa phương", "Điểm số"], *rows]}), 2020)
    assert reading.index == ("pci" if title else "")
