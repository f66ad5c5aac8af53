"""The tables of the method in both languages, with the figures of the evaluation."""

from __future__ import annotations

import pytest

from indexlib.base import wording as w
from indexlib.content import method
from indexlib.plan import evaluation, worlds


@pytest.fixture(scope="module")
def found(scores):
    return evaluation.falls(scores), evaluation.focus_lists(evaluation.candidates(scores)), worlds.overstatement()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_tables_say_what_was_evaluated(found, scores, language):
    with w.speaking(language):
        falls, lists, panels = found
        tables = [method.forecasts(falls), method.lasting_grades(falls), method.orders(lists),
                  method.falling_series(scores), method.simulated(panels), method.reversion(scores)]
        for table in tables:
            assert all(table.headers())
            assert not table.frame.empty
            assert not table.frame.eq("").any(axis=None)
        best = evaluation.scores_of_forecasts(falls).iloc[0]
        assert tables[0].frame["auc"].iloc[0] == w.number(best["auc"], 3)
        assert tables[1].frame["grade"].tolist() == list("ABCD")
        assert len(tables[2].frame) == lists["order"].nunique()


def test_the_words_say_what_the_tables_hold(found, scores):
    falls, lists, panels = found
    assert "Không cách xếp đơn giản nào đạt cả ba" in str(method.orders_words(lists))
    said = str(method.grades_words(falls))
    assert "Mức của bản 2.0.0" in said
    a = method.by_grade(falls["model"].to_numpy(), falls["lasted"].to_numpy(), falls["year"]).iloc[0]
    assert f"Mức A: {a['falls']} mức giảm, nêu ra {100 * a['stated']:.0f}%, thực tế {100 * a['lasted']:.0f}%" in said
    over = panels.set_index(["world", "grade"])["over"]
    words = str(method.simulated_words(panels, falls))
    assert w.number(100 * over.drop("D", level="grade").max(), 1) in words
    for world, value in over.xs("D", level="grade").items():
        assert (w.t(f"world.{world}") in words.splitlines()[1]) == (value < -method.MUCH)
    speaks = str(method.speaks(scores)).splitlines()
    assert ["ước lượng được" in line for line in speaks] == [True, False, False, False]


def test_scores_stop_moving_apart(scores):
    """Levels that drift would move apart by as much in years four to six as in years one to three."""
    found = 1e4 * evaluation.reversion(scores)["variance"]
    assert found.round().tolist() == [39, 48, 54, 58, 61, 60]
    assert found[5] - found[2] < (found[2] - found[0]) / 2
