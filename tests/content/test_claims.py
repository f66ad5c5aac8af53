"""Every sentence about figures stands in one table with the condition under which it is true; cases are drawn for each."""

from __future__ import annotations

import csv
import random
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, opened
from scipy.stats import norm

from indexlib import Grades, Review, Rules
from indexlib.analysis.panel import load_panel
from indexlib.base import wording
from indexlib.base.problems import IndexlibError
from indexlib.briefing.report import sections as report
from indexlib.charts import history, movement, position
from indexlib.content import prose, tables
from indexlib.content.tables.cells import _why
from indexlib.data.catalogue import TOTAL, index_codes
from indexlib.plan.conditions import thresholds
from indexlib.plan.review import _judged, assess
from indexlib.plan.settings import Target

CLAIMS = ROOT / "indexlib" / "content" / "claims.csv"
#: Beginnings of the keys of sentences about figures.
ABOUT = ("para.", "why.", "state.", "chance.", "note.chance", "note.rank_moves", "change.", "apart.", "coverage.",
         "report.sum.", "chart.history.", "chart.movement.", "chart.position.", "trend.")
#: Of these: parts of a sentence that claim nothing, legends, and what stands in the place of an empty table.
NO_CLAIM = {"coverage.line", "coverage.add", "coverage.span", "chart.movement.tick", "chart.movement.band",
            "report.sum.goals_none"}
#: Where sentences are said; places and years that together draw most of them, and more of them for the sweep.
SAYS = ["content.prose", "content.sections", "briefing.report.sections", "charts.messages",
        *(f"content.tables.{name}" for name in ("at_hand", "cells", "flagged", "former", "moves", "outlook"))]
#: Said only of provinces that were merged, of series cast anew and of percentages of a maximum; other tests draw them.
ELSEWHERE = {"para.former", "para.former_range", "para.recast", "change.of_maximum", "coverage.of_maximum"}
HEARD = [("bac_ninh", 2022), ("cao_bang", 2023), ("ha_noi", 2024), ("thanh_hoa", 2024), ("thanh_hoa", 2011),
         ("dien_bien", 2016), ("quang_ninh", 2024), ("quang_ninh", 2023), ("can_tho", 2014), ("thanh_hoa", 2014),
         ("thanh_hoa", 2022), ("thanh_hoa", 2021), ("kien_giang", 2024)]
MORE = [("thanh_hoa", 2023), ("an_giang", 2012), ("dong_thap", 2018), ("ha_noi", 2008), ("ba_ria_vung_tau", 2024),
        ("ho_chi_minh", 2015), ("ha_tay", 2007), ("can_tho", 2016), ("son_la", 2020)]
#: Figures of an invented component; what hangs together is set by :func:`invented`.
FIGURES = {"decimals": [2], "score": [5.0, np.nan], "reason": ["", "edge", "withheld", "rank_only", "no_score_before"],
           "change_published": [-0.3, 0.0, 0.2], "z_relative": [-3.0, -1.0, 1.0, np.nan], "base": [61, 63],
           "base_before": [61, 63], "rank": [20], "rank_before": [12, 20, 31, np.nan], "rank_kind": ["published", "computed"],
           "rank_kind_before": ["published", "computed"], "spread": [2, 25, np.nan],
           "share_change": [np.nan], "rank_apart": [np.nan, 24], "panel": ["complete", "partial"]}


def claims() -> dict[str, str]:
    with open(CLAIMS, encoding="utf-8", newline="") as file:
        return {row["key"]: row["true_if"] for row in csv.DictReader(file)}


def by_chance(row) -> float:
    """Probability of losing the places that a row lost, had no level moved."""
    spread = (row.rank_worst - row.rank_best) / (2 * norm.ppf(0.95))
    return float(norm.cdf((0.5 - row.places_lost) / (np.sqrt(2) * spread))) if spread > 0 else 0.0


def change(found, component: str) -> float:
    return found.components.set_index("component").loc[component, "change_published"]


def fell(found, component: str) -> bool:
    row = found.components.set_index("component").loc[component]
    return bool(row["change_published"] < 0 or row["places_lost"] > 0)


def met(rules: str) -> set[str]:
    return set(rules.split(",")) - {""}


@pytest.fixture
def heard(monkeypatch) -> list[tuple[str, dict]]:
    """Each sentence as it is said: its key, and what whoever says it knows."""
    known, said = claims(), []

    def hear(key: str, /, **values: object) -> str:
        if key in known:
            frame, names = sys._getframe(1), {}
            while frame.f_code.co_name.startswith("<"):
                names = frame.f_locals | names
                frame = frame.f_back
            names = frame.f_globals | frame.f_locals | names
            if key.startswith("state.") and not names["__name__"].endswith("flagged"):
                return wording.t(key, **values)  # the heading of those that are counted
            said.append((key, names | {"said": values, "pd": pd, "by_chance": by_chance, "fell": fell, "met": met}
                         | ({} if key.startswith("chart.") else {"change": change})))
        return wording.t(key, **values)

    for name in SAYS:
        monkeypatch.setattr(sys.modules[f"indexlib.{name}"], "t", hear)
    return said


def invented(pick: random.Random, component: str = "papi.6.2") -> SimpleNamespace:
    """A row with figures drawn at random."""
    row = SimpleNamespace(year=2024, component=component, **{k: pick.choice(v) for k, v in FIGURES.items()})
    row.change, row.comparable = row.change_published, row.reason == ""
    row.beyond = np.nan if np.isnan(row.z_relative) else float(row.change_published < 0 and row.z_relative < -2)
    row.rank_best, row.rank_worst = row.rank - row.spread, row.rank + row.spread
    row.lost_in_common = pick.choice([np.nan, -3, 0, 4]) if pd.notna(row.rank_before) else np.nan
    row.places_lost = row.rank - row.rank_before if np.isnan(row.lost_in_common) else row.lost_in_common
    row.base_apart, row.group, row.group_kind = pick.choice([row.base, 64]), "high", "computed"
    return row


def speak(found: Review, charts: int = 14) -> None:
    """Everything that the notebooks and the report say of a place and year, with the first of the charts."""
    place, year = found.place.code, found.year
    parts = [lambda: prose.standards(found), lambda: tables.totals(found),
             lambda: tables.follow_up(found), lambda: tables.trends(found), lambda: tables.coverage(found),
             lambda: tables.focus(found), lambda: report.assessment(found),
             lambda: tables.goals(found), *(lambda i=i: tables.targets(found, i) for i in index_codes())]
    drawn = [*(lambda i=i: history(found.panel, place, i, year=year) for i in [*index_codes(), "papi.6", "pci.4"]),
             *(lambda i=i: movement(found, i) for i in index_codes()),
             *(lambda i=i: position(found.panel, year, place, i) for i in index_codes())]
    for part in [*parts, *drawn[:charts]]:
        try:
            part()
        except IndexlibError:  # nothing at hand to say
            continue


def cut_down(found: Review) -> list[Review]:
    """The same without any figure, without a flag, without its totals, with places alone, and with targets."""
    c, f = found.components, found.flags
    wanted = {"papi": Target(total=45.0, rank=10)}
    return [replace(found, components=c.iloc[:0], flags=f.iloc[:0]),
            replace(found, components=c.assign(met=0), flags=f.assign(state="not_met")),
            replace(found, components=c[c["level"] != TOTAL].reset_index(drop=True), flags=f[f["level"] != TOTAL]),
            replace(found, components=c.assign(score=np.nan), flags=f[f["rule"].isin(["rank_fell", "rank_low"])]),
            replace(found, params=found.params.model_copy(update={"targets": wanted}))]


def speak_of_invented_rows(pick: random.Random, draws: int) -> None:
    """What is said of single rows, whatever their figures."""
    for _ in range(draws):
        rows = {f"papi.{i}": invented(pick, f"papi.{i}") for i in range(1, pick.randint(2, 5))}
        down = [c for c, r in rows.items() if r.change_published < 0]
        prose._noise(down, rows)
        for row in rows.values():
            if row.reason != "edge" and pd.notna(row.rank_before) and pd.isna(row.rank_apart):
                prose.of_places(row)
                prose._places(row)
            tables.places_text(row)
            prose.comparison(row)
            tables.change_text(row)
            if row.reason == "" and pd.notna(row.score):
                prose._total(row, "PAPI", "Thanh Hóa")


def speak_of_flags(pick: random.Random, draws: int) -> None:
    """Why a component is flagged, of places and years drawn from all."""
    judged = assess(load_panel(), Rules(), Grades(), 2022)
    wide = {"rank_best": judged["rank"] - 20, "rank_worst": judged["rank"] + 20}
    judged = judged.assign(**{k: v.where(judged["median"].notna()) for k, v in wide.items()})
    for condition, threshold in thresholds(Rules()):
        flags = _judged(condition, judged, threshold, Grades())
        met = np.flatnonzero(flags["state"] == "met").tolist()
        odd = ((judged["base"] != judged["base_before"]) | judged["median"].isna()).to_numpy()
        rare = [i for i in met if odd[i]]
        at = pick.sample(met, draws) + pick.sample(rare, min(len(rare), draws))
        for flag, row in zip(flags.iloc[at].itertuples(), judged.iloc[at].itertuples(), strict=True):
            _why(flag, row)
        if condition.name == "rank_fell":  # published on another number of places, and not to be told apart
            _why(flag, row._replace(base_before=row.base - 1, lost_in_common=np.nan))
            _why(flag, row._replace(rank_before=row.rank, lost_in_common=row.places_lost))


def wrong(said: list[tuple[str, dict]]) -> list[str]:
    known = claims()
    return sorted({f"{key}: {known[key]}" for key, names in said if not eval(known[key], dict(names))})


def test_every_sentence_about_figures_stands_in_the_table():
    keys = {k.partition("@")[0] for k in wording._texts() if k.startswith(ABOUT)} - NO_CLAIM  # below the province: the same
    assert keys <= set(claims()), sorted(keys - set(claims()))
    assert set(claims()) <= set(wording._texts())


def test_nothing_is_said_that_is_not_so_and_each_sentence_is_drawn(heard):
    for case in HEARD:
        drawn = case in (("thanh_hoa", 2024), ("thanh_hoa", 2014), ("can_tho", 2014), ("cao_bang", 2023))
        speak(opened(*case), charts=14 if drawn else 4)
    for found in cut_down(opened("thanh_hoa", 2024)):
        speak(found, charts=0)
    pick = random.Random(1)
    speak_of_invented_rows(pick, 300)
    speak_of_flags(pick, 200)
    assert not wrong(heard)
    undrawn = set(claims()) - ELSEWHERE - {key for key, _ in heard}
    assert not undrawn


@pytest.mark.sweep
@pytest.mark.parametrize(("place", "year"), [*HEARD, *MORE])
def test_nothing_is_said_that_is_not_so(heard, place, year):
    speak(opened(place, year))
    assert not wrong(heard)
