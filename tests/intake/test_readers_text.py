"""Text tables: what separates their cells."""

from __future__ import annotations

import pytest
from make_workbooks import refusals
from test_readers_documents import FIGURES, ROWS

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
