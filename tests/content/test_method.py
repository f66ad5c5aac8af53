"""The tables of the method in both languages, with the figures of the evaluation."""

from __future__ import annotations

import pytest

from indexlib.base import wording as w
from indexlib.content import method
from indexlib.plan import evaluation


@pytest.fixture(scope="module")
def found(scores):
    return evaluation.falls(scores), evaluation.focus_lists(evaluation.candidates(scores))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_tables_say_what_was_evaluated(found, scores, language):
    with w.speaking(language):
        falls, lists = found
        tables = [method.forecasts(falls), method.lasting_grades(falls), method.orders(lists),
                  method.falling_series(scores), method.simulated()]
        for table in tables:
            assert all(table.headers())
            assert not table.frame.empty
            assert not table.frame.eq("").any(axis=None)
        best = evaluation.scores_of_forecasts(falls).iloc[0]
        assert tables[0].frame["auc"].iloc[0] == w.number(best["auc"], 3)
        assert tables[1].frame["grade"].tolist() == list("ABCD")
        assert len(tables[2].frame) == lists["order"].nunique()
