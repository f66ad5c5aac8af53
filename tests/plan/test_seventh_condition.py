"""A seventh condition is one object, a field of the settings, its texts and a clause; what is said without one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import openpyxl
import pandas as pd
import pytest
from conftest import DataCopy
from pydantic import Field
from test_conditions import judged_panel

from indexlib import DataError, Grades, IndexlibError, Params, Rules, load_plan
from indexlib.base import wording
from indexlib.briefing.report.document import context
from indexlib.briefing.slides.presentation import write_slides
from indexlib.briefing.workbook.book import write_workbook
from indexlib.content import tables
from indexlib.plan import conditions
from indexlib.plan.by_chance import by_noise_alone
from indexlib.plan.conditions import CONDITIONS, Condition, ConditionError, named, thresholds
from indexlib.plan.review import _judged, find

pytestmark = pytest.mark.by_turns

PLAN = "ha_bac_2023_2025"
CLAUSE = "clauses:\n  far_below:\n    - {clause: \"IV.2\", words: \"điểm số thấp\"}\n"


class MoreRules(Rules):
    """The settings with a field of the seventh condition."""

    far_below: Annotated[float, Field(gt=0, lt=1)] | None = 0.05


def judge(f: pd.DataFrame, share: float) -> tuple:
    """Farther below the median than a share of the scale; ``gap`` is negative below it."""
    state = f["gap"].lt(-share).map({True: "met", False: "not_met"}).where(f["gap"].notna(), "unknown")
    return state, f["score"], f["median"], "median", f["gap"].isna().map({True: "partial_panel", False: ""})


SEVENTH = Condition("far_below", judge, "score", lambda flag, row: (("", "more") if row.met > 2 else ("",), {}),
                    lambda share, base_year: (("",), {"n": 100 * share}))
TEXTS = {"rule.far_below": ("thua xa", "far below"), "why.far_below": ("thua xa trung vị", "far below the median"),
         "why.far_below.more": ("{why}, cùng điều kiện khác", "{why}, among other conditions"),
         "threshold.far_below": ("thấp hơn trung vị quá {n}% thang điểm", "below the median by over {n}% of the scale")}


@pytest.fixture
def seventh(monkeypatch, data) -> DataCopy:
    """The seventh condition with all that belongs to it, in a copy of the data."""
    monkeypatch.setattr(conditions, "CONDITIONS", (*CONDITIONS, SEVENTH))
    texts = wording._texts() | {k: {"vi": vi, "en": en} for k, (vi, en) in TEXTS.items()}
    monkeypatch.setattr(wording, "_texts", lambda: texts)
    data.swap(f"plans/{PLAN}/plan.yml", "clauses:\n", CLAUSE)
    return data


def opened(language: str = "vi"):
    return find(Params(place="thanh_hoa", year=2024, rules=MoreRules(), language=language))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_seventh_condition_is_flagged_counted_and_printed_in_its_own_words(seventh, language, tmp_path):
    found, at = opened(language), ("vi", "en").index(language)
    flags = found.flags[found.flags["rule"] == "far_below"]
    met = set(flags.loc[flags["state"] == "met", "component"])
    assert met
    assert met == set(found.components.loc[found.components["gap"] < -0.05, "component"])
    count = found.flags[found.flags["state"] == "met"].groupby("component").size()
    counted = found.components.set_index("component")["met"]
    assert (counted[count.index] == count).all()
    assert counted.sum() == count.sum()

    why = tables.why_text(found)
    assert {c for c, text in why.items() if TEXTS["why.far_below"][at] in text} == met
    row = tables.rules(found).frame.set_index("rule").loc[TEXTS["rule.far_below"][at]]
    assert row["words"] == "“điểm số thấp” (IV.2)"
    assert row["threshold"] == TEXTS["threshold.far_below"][at].format(n=5)
    assert row["met"] == str(len(met))
    assert "far_below" not in set(by_noise_alone(found)["rule"])

    write_workbook(found, tmp_path / "tables.xlsx")
    cells = {str(c) for sheet in openpyxl.load_workbook(tmp_path / "tables.xlsx") for r in sheet.values for c in r if c}
    assert {TEXTS["rule.far_below"][at], row["threshold"]} <= cells
    assert any(TEXTS["why.far_below"][at] in c for c in cells)
    assert met & set(found.focus(8)["component"])
    assert TEXTS["why.far_below"][at] in str(context(found)["components"])
    write_slides(found, tmp_path / "slides.pptx")


def test_without_its_field_of_the_settings_no_place_is_reviewed(seventh):
    with pytest.raises(ConditionError, match="“far_below” không có ngưỡng"):
        find(Params(place="thanh_hoa", year=2024))


def test_a_field_of_the_settings_without_its_object_is_refused_and_not_passed_over():
    with pytest.raises(ConditionError, match="không có điều kiện “far_below”; có: score_fell, "):
        opened()


@pytest.mark.parametrize("key, printed", [("rule.far_below", tables.rules), ("why.far_below", tables.flagged),
    ("why.far_below.more", tables.flagged), ("threshold.far_below", tables.rules)])
def test_without_one_of_its_texts_the_key_is_named(seventh, monkeypatch, key, printed):
    found = opened()
    texts = {k: v for k, v in wording._texts().items() if k != key}
    monkeypatch.setattr(wording, "_texts", lambda: texts)
    with pytest.raises(wording.TextError, match=f"'{key}'"):
        printed(found)


def test_a_measure_that_the_workbook_cannot_print_is_named(seventh, monkeypatch, tmp_path):
    monkeypatch.setattr(conditions, "CONDITIONS", (*CONDITIONS, replace(SEVENTH, measured_in="weight")))
    with pytest.raises(wording.TextError, match=r"'wb\.measured\.weight'"):
        write_workbook(opened(), tmp_path / "tables.xlsx")


def test_a_text_in_one_language_only_is_missing_in_the_other(seventh, monkeypatch):
    found = opened()
    texts = wording._texts() | {"rule.far_below": {"vi": "thua xa", "en": ""}}
    monkeypatch.setattr(wording, "_texts", lambda: texts)
    assert "thua xa" in set(tables.rules(found).frame["rule"])
    with wording.speaking("en"), pytest.raises(wording.TextError, match=r"'rule\.far_below' \(en\)"):
        tables.rules(found)


@pytest.mark.parametrize("name", [c.name for c in CONDITIONS])
def test_a_plan_without_the_words_for_a_condition_is_refused_with_line_and_remedy(data, name):
    data.swap(f"plans/{PLAN}/plan.yml", f"\n  {name}:", f"\n  {name}_of_old:")
    with pytest.raises(DataError) as caught:
        load_plan(PLAN)
    problem, renamed = caught.value.problems
    assert (problem.column, problem.code) == (f"clauses.{name}", "missing")
    assert (renamed.column, renamed.code) == (f"clauses.{name}_of_old", "clause")
    lines = data.path(f"plans/{PLAN}/plan.yml").read_text(encoding="utf-8").splitlines()
    assert lines[problem.row - 1] == "clauses:"
    assert wording.t(f"rule.{name}") in problem.message
    assert f"{name}: []" in problem.message


def test_a_plan_that_declares_no_words_for_a_condition_is_read_and_the_table_says_so(data):
    data.swap(f"plans/{PLAN}/plan.yml", "  not_improved:\n    - {clause: \"I.2\", words: \"chưa có sự cải thiện\"}\n",
              "  not_improved: []\n")
    found = find(Params(place="thanh_hoa", year=2024))
    rules = tables.rules(found).frame.set_index("rule")
    assert rules.loc["chưa cải thiện", "words"] == "điều kiện do người dùng đặt; kế hoạch không nêu"


def test_an_unknown_name_is_never_given_the_words_of_another_condition(seventh, monkeypatch):
    found = opened()
    monkeypatch.setattr(conditions, "CONDITIONS", CONDITIONS)
    for printed in (tables.why_text, tables.rules, tables.flagged):
        with pytest.raises(IndexlibError, match="không có điều kiện “far_below”"):
            printed(found)
    with pytest.raises(ConditionError, match="rank_lov"):
        named("rank_lov")


def test_the_settings_hold_one_field_for_each_condition():
    assert set(Rules.model_fields) == {c.name for c in CONDITIONS}
    off = Rules(**dict.fromkeys(Rules.model_fields))
    assert thresholds(off) == []
    assert [c for c, _ in thresholds(off, off=True)] == list(CONDITIONS)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: c.name)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_condition_has_its_texts_and_its_clause_in_the_plan(condition, language):
    """The cases of ``why`` are those of every place and year at hand, within the usual range of ranks and outside it."""
    facts = judged_panel()
    flags = _judged(condition, facts, getattr(Rules(), condition.name), Grades())
    met = (flags["state"] == "met").to_numpy()
    assert met.sum() > 1000
    cases: dict[tuple, dict] = {}
    for best, worst in ((1, 63), (float("nan"), float("nan"))):
        rows = facts[met].assign(rank_best=best, rank_worst=worst)
        for flag, row in zip(flags[met].itertuples(index=False), rows.itertuples(index=False), strict=True):
            said, fields = condition.why(flag, row)
            cases.setdefault(said, fields)
    with wording.speaking(language):
        assert wording.t(f"rule.{condition.name}")
        for said, fields in cases.items():
            for case in said:
                assert wording.t(".".join(x for x in ("why", condition.name, case) if x), why="", **fields)
        setting = getattr(Rules(), condition.name)
        for threshold in {setting, 0.5 if condition.name == "score_fell" else setting}:
            (case,), fields = condition.at(threshold, 2022)
            assert wording.t(".".join(x for x in ("threshold", condition.name, case) if x), **fields)
        assert load_plan(PLAN).clause(condition.name)


@pytest.mark.parametrize("rule, setting, shown", [("rank_low", 0.125, "thuộc 12,5% thấp nhất"),
    ("score_fell", 0.001, "giảm hơn 0,001 điểm so với năm trước")])
def test_a_threshold_is_printed_as_it_was_set(rule, setting, shown):
    found = find(Params(place="thanh_hoa", year=2024))
    assert tables.threshold_text(found, rule, setting) == shown
