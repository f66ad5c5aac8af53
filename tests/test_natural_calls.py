"""Calls as a user of pandas guesses them: each is answered, or refused in a sentence that names the fix."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from conftest import ROOT

import indexlib as ix
from indexlib import charts, tables
from indexlib.base.problems import IndexlibError


@pytest.fixture(scope="module")
def s():
    return ix.load_scores("papi")


def title(chart):
    return chart.layout.meta["title"]


#: Call, and what comes of it.
ANSWERED = [
    (lambda s: len(ix.load_scores("PAPI")) == len(s), True),
    (lambda s: set(ix.load_scores("PAR INDEX")["component"].str[:3]), {"par"}),
    (lambda s: title(charts.history(s, "Thanh Hóa", "PAPI 6", year=2024))[:22], "Cung ứng dịch vụ công "),
    (lambda s: title(charts.history(s, "thanh hoa", "papi.6", ["Nghệ An"], year="2024"))[:8], "Cung ứng"),
    (lambda s: title(charts.bump(s, "THANH HÓA", "papi", 2024))[:21], "Chỉ số PAPI: hạng 13/"),
    (lambda s: title(charts.position(s, "2024", "thanh-hoa", "Giáo dục tiểu học công lập"))[:7], "Giáo dụ"),
    (lambda s: title(charts.heat(s, "Thanh Hoá", "PAPI", 2024))[:4], "PAPI"),
    (lambda s: title(charts.tiles(s, 2024, "PAPI", "Hà Nội"))[:11], "Chỉ số PAPI"),
    (lambda s: title(charts.movement(ix.review("Thanh Hóa", "2024"), "PAPI"))[:4], "PAPI"),
    (lambda s: ix.flags("thanh hoa", "2024", rules={"rank_low": 0.1})["state"].isin(["met"]).any(), True),
    (lambda s: ix.review("Thanh Hóa", 2024, grades={"a": 0.9}).params.grades.a, 0.9),
    (lambda s: ix.review("Thanh Hóa", 2024, rules=ix.Rules(rank_low=0.5)).params.rules.rank_low, 0.5),
    (lambda s: ix.open_run(place="Thanh Hóa", year="2024").year, 2024),
    (lambda s: round(ix.scores("Thanh Hóa", component="PAPI", year=2024)["score"].item(), 4), 44.8708),
    (lambda s: ix.scores(["thanh hoa", "TP.HCM"], "pci", year="2024")["place"].nunique(), 2),
    (lambda s: ix.scores("Thanh Hóa", "papi", ["PAPI 1", "papi.2"], range(2021, 2025), wide=True).shape, (4, 2)),
    (lambda s: ix.scores("Thanh Hóa", "papi", year=2024, wide=True, labels=True).columns[0], "PAPI"),
    (lambda s: ix.scores("thanh hoa", component="đất đai", labels=True)["label"].iloc[0], "PCI 2 Tiếp cận đất đai"),
    (lambda s: ix.movers(2024, "PAPI")["label"].iloc[0], "Tây Ninh"),
    (lambda s: ix.movers("2024", "pci", by="rank")["places"].dropna().is_monotonic_decreasing, True),
    (lambda s: ix.movers(2024, "papi", by="usual", place="Thanh Hóa")["z"].dropna().is_monotonic_decreasing, True),
    (lambda s: list(ix.compare(["Thanh Hóa", "Nghệ An"], "PAPI", "2024")), ["thanh_hoa", "nghe_an", "median", "block"]),
    (lambda s: ix.compare(["Thanh Hóa"], "papi", 2024, value="rank")["thanh_hoa"].item(), 13),
    (lambda s: ix.regional("PAPI", "2024")["places"].sum(), 63),
    (lambda s: len(ix.learn_from("Thanh Hóa", "PAPI 3.1", "2024")) > 0, True),
    (lambda s: ix.load_places().frame.query("code == 'thanh_hoa'")["name_vi"].item(), "Thanh Hóa"),
    (lambda s: len(tables.indicators("PCI 2", "thanh hoa", "2023").frame) > 5, True),
    (lambda s: "named_rows" in dir(charts) or "annotations" in dir(tables) or "Path" in dir(ix), False),
    (lambda s: set(ix.rank_intervals(s, "Thanh Hóa", [2024])["year"]), {2024}),
    (lambda s: ix.contributions(s, "Thanh Hóa", "2024", "PAPI")["component"].nunique(), 8),
]
REFUSED = [
    (lambda s: ix.load_scores("GDP"), ["GDP", "papi, pci, par, sipas"]),
    (lambda s: charts.history(s, "Thanh Hoa City Hall", "papi"), ["Thanh Hoa City Hall"]),
    (lambda s: charts.history(s, "Thanh Hóa", "zzz"), ["zzz", "PAPI, PCI"]),
    (lambda s: charts.position(s, "now", "thanh hoa", "papi"), ["now", "2024"]),
    (lambda s: ix.scores("Thanh Hóa", "papi", year=1999), ["1999", "2011, 2012"]),
    (lambda s: ix.scores("Hà Tây", "papi"), ["Hà Tây", "2011"]),
    (lambda s: ix.movers(2018, "papi"), ["PAPI", "2018", "scores("]),
    (lambda s: ix.movers(2024, "papi", by="size"), ["size", "score, rank, usual"]),
    (lambda s: ix.compare(["Thanh Hóa", "Atlantis"], "papi"), ["Atlantis"]),
    (lambda s: ix.compare(["Thanh Hóa"], "papi", value="place"), ["place", "score, rank"]),
    (lambda s: ix.regional("papi", 1999), ["1999", "2011"]),
    (lambda s: ix.standing(s.query("place == 'thanh_hoa'")), ["1", "load_scores"]),
    (lambda s: ix.flags("Thanh Hóa", 2024, scores=s.query("place == 'thanh_hoa'")), ["1", "load_scores"]),
    (lambda s: ix.flags("Thanh Hóa", 2024, rules={"rank_lo": 0.1}), ["rank_lo", "rank_low"]),
    (lambda s: ix.flags("Thanh Hóa", 2024, rules={"rank_low": 3}), ["rules.rank_low", "0-1"]),
    (lambda s: ix.review("Thanh Hóa", 2024, grades={"a": "high"}), ["grades.a", "high"]),
]


@pytest.mark.parametrize(("call", "comes"), ANSWERED)
def test_a_natural_call_is_answered(s, call, comes):
    assert call(s) == comes


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_what_cannot_be_answered_is_refused_with_the_fix(s, call, named):
    with pytest.raises(IndexlibError) as raised:
        call(s)
    assert [x for x in named if x not in str(raised.value)] == []


@pytest.mark.parametrize("module", [ix, *(getattr(ix, name) for name in ix._MODULES)], ids=lambda m: m.__name__)
def test_a_module_lists_what_is_its_own(module):
    listed = [n for n in dir(module) if n != "__version__"]
    inside = {getattr(getattr(module, n), "__module__", "") or "indexlib" for n in listed if callable(getattr(module, n))}
    assert listed and not [n for n in listed if n[0] == "_"] and {m.split(".")[0] for m in inside} == {"indexlib"}


def test_modules_list_the_calls_that_notebooks_make():
    assert {"history", "export"} <= set(dir(charts)) and {"use", "number"} <= set(dir(ix.wording))
    text = " ".join(book.read_text(encoding="utf-8") for book in (ROOT / "notebooks").glob("*.ipynb"))
    calls = set(re.findall(r"\b(?:ix\.)?(" + "|".join(ix._MODULES) + r")\.(\w+)\(", text))
    assert len(calls) > 20 and [(m, c) for m, c in calls if c not in dir(getattr(ix, m))] == []


def test_the_table_holds_at_least_thirty_calls():
    assert len(ANSWERED) + len(REFUSED) >= 30 and all(isinstance(x, tuple) for x in ANSWERED)


def test_a_wide_table_holds_the_published_figures(s):
    wide = ix.scores("Thanh Hóa", "papi", wide=True)
    long = s.query("place == 'thanh_hoa'").set_index(["year", "component"])["score"]
    back = wide.droplevel("place").stack().dropna()  # noqa: PD013
    back.index.names = ["year", "component"]
    pd.testing.assert_series_equal(back.sort_index(), long.dropna().sort_index(), check_names=False)
