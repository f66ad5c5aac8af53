"""The notebook of ten questions: every cell runs, and answers with figures of the data."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest
from conftest import ROOT

from indexlib import load_scores
from indexlib.charts import Chart


@pytest.fixture(scope="module")
def answers() -> list:
    """What the last line of each question's cell gives."""
    book = nbformat.read(ROOT / "notebooks" / "ten_questions.ipynb", as_version=4)
    cells = [cell["source"] for cell in book.cells if cell["cell_type"] == "code"]
    names: dict = {}
    exec(cells[0], names)
    found = []
    for source in cells[1:]:
        *lines, last = source.split("\n")
        exec("\n".join(lines), names)
        found.append(eval(last, names))
    return found


def test_there_are_ten_and_each_has_an_answer(answers):
    assert len(answers) == 10
    tables = [answer for answer in answers if isinstance(answer, pd.DataFrame)]
    assert len(tables) == 9 and all(len(table) for table in tables) and isinstance(answers[-1], Chart)


def test_figures_are_those_of_the_data(answers):
    totals = answers[0].set_index("component")["score"]
    stored = load_scores("papi").query("year == 2024 and place == 'thanh_hoa' and component == 'papi'")
    assert totals["papi"] == stored["score"].item()
    assert {"papi.6.2", "pci.4"} == set(answers[7]["component"])
