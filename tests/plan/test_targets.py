"""Targets met, missed, or not to be judged."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from indexlib import DataError, load_plan, open_run
from indexlib.base.wording import speaking
from indexlib.content import tables
from indexlib.plan.targets import goals


def judged(place: str, year: int, **targets) -> list[tuple]:
    frame = goals(open_run(place=place, year=year, plan="none", targets=targets))
    return list(frame[["component", "kind", "wanted", "actual", "state"]].itertuples(index=False, name=None))


def test_a_total_a_rank_and_components_of_thanh_hoa_2024():
    found = judged("thanh_hoa", 2024, papi={"total": 45.0, "rank": 13, "components": {"papi.6.2": 1.4713, "papi.1": 6.0}})
    assert [(c, k, s) for c, k, _, _, s in found] == [
        ("papi", "score", "missed"), ("papi", "rank", "met"), ("papi.1", "score", "missed"), ("papi.6.2", "score", "met")]


def test_a_score_is_judged_at_the_published_decimals():
    """PAPI 44,87075 is published as 44,8708 (4 decimals); a target of exactly that is met."""
    assert judged("thanh_hoa", 2024, papi={"total": 44.8708})[0][-1] == "met"
    assert judged("thanh_hoa", 2024, papi={"total": 44.8709})[0][-1] == "missed"


def test_place_in_the_region_counts_the_whole_region():
    frame = goals(open_run(place="thanh_hoa", year=2024, plan="none", targets={"papi": {"region_rank": 5}}))
    row = frame.iloc[0]
    assert (row["actual"], row["base"], bool(row["computed"]), row["state"]) == (5, 14, True, "met")


@pytest.mark.parametrize("place, year, targets, words", [
    ("thanh_hoa", 2024, {"pci": {"region_rank": 3}}, "chưa đủ điểm của các tỉnh, thành phố trong vùng"),
    ("thanh_hoa", 2024, {"sipas": {"total": 85.0}}, "chưa có điểm"),
    ("thanh_hoa", 2024, {"par": {"components": {"par.1": 9.0}}}, "chưa có điểm"),
    ("quang_ninh", 2023, {"papi": {"total": 45.0}}, "không công bố: kết quả khảo sát vượt sai số cho phép"),
    ("quang_ninh", 2023, {"papi": {"rank": 5}}, "không công bố"),
    ("quang_ninh", 2023, {"papi": {"region_rank": 5}}, "không công bố"),
])
def test_what_cannot_be_judged_says_why(place, year, targets, words):
    row = goals(open_run(place=place, year=year, plan="none", targets=targets)).iloc[0]
    assert row["state"] == "unknown" and words in row["reason"]


def test_a_withheld_neighbour_leaves_the_region_whole():
    """PAPI 2024 of Thanh Hóa's region: nobody withheld; of the Red River Delta Vĩnh Phúc is: base one less."""
    frame = goals(open_run(place="hai_duong", year=2024, targets={"papi": {"region_rank": 1}}))
    assert frame["base"].iloc[0] == 10  # 11 provinces, Vĩnh Phúc withheld


def test_without_targets_there_is_nothing_to_judge():
    assert goals(open_run(place="thanh_hoa", year=2024, plan="none")).empty


def test_reasons_speak_the_language_in_force():
    with speaking("en"):
        found = open_run(place="thanh_hoa", year=2024, language="en", plan="none", targets={"sipas": {"total": 85.0}})
        assert goals(found)["reason"].iloc[0] == "no score at hand"


def of_plan(name: str, place: str, year: int) -> dict:
    frame = goals(open_run(place=place, year=year, plan=name))
    return {(r.component, r.kind, r.region): (r.actual, r.state) for r in frame.itertuples()}


def test_the_places_that_hue_wanted_in_pci_2019():
    """PCI 6 and 9 reached their places, PCI 5 missed the first twenty by two; no rank of a sub-index was printed."""
    found = of_plan("hue_pci_2019", "hue", 2019)
    assert len(found) == 10
    assert {c for (c, _, _), (_, state) in found.items() if state == "met"} == {"pci.6", "pci.9"}
    assert found["pci.5", "rank", ""] == (22, "missed")


def test_the_total_groups_and_places_that_lao_cai_wanted_in_papi_2021():
    found = of_plan("lao_cai_papi_2021", "lao_cai", 2021)
    assert found["papi", "score", ""] == (40.1514, "missed")
    assert found["papi", "region_rank", "Trung du miền núi phía Bắc"] == (10, "missed")
    assert found["papi", "region_rank", "Tây Bắc"] == (None, "unknown")
    assert found["papi.4", "group", ""] == ("low", "missed")
    assert found["papi.1", "change", ""] == (-0.7859, "missed")
    assert found["papi.5", "change", ""] == (None, "unknown")  # measured otherwise from 2021 on
    said = tables.goals(open_run(place="lao_cai", year=2021, plan="lao_cai_papi_2021")).frame["verdict"].tolist()
    assert "chưa xét được: chưa biết Tây Bắc gồm những tỉnh nào" in said


def test_the_goal_of_the_province_is_not_due_before_its_year_and_names_where_it_was_read():
    table = tables.goals(open_run(place="thanh_hoa", year=2024))
    assert table.frame["actual"].tolist() == ["13/61*", "21/63", "24/63", "22/63"]
    assert set(table.frame["verdict"]) == {"chưa xét được: đến hạn năm 2025"}
    assert "mục tiêu tỉnh, theo báo: https://baothanhhoa.vn/topic/par-index-110822" in table.notes
    assert (load_plan("ha_bac_2023_2025").targets["clause"] == "").all()


def test_a_target_of_the_run_stands_in_for_that_of_the_plan():
    asked = {"pci": {"components": {"pci.6": 7.0}}}
    frame = goals(open_run(place="hue", year=2019, plan="hue_pci_2019", targets=asked))
    of_six = frame.loc[frame["component"] == "pci.6", ["kind", "state"]]
    assert of_six.values.tolist() == [["score", "missed"], ["rank", "met"]]


KINDS = [
    ("papi.6.2", "places", "1", -6, "missed"), ("pci", "places", "9", 9, "met"),
    ("papi", "change", "0.6", 0.6665, "met"),
    ("papi", "change", "0.7", 0.6665, "missed"), ("papi.6", "change", "up", -0.2977, "missed"),
    ("papi", "percent", "56", 56.09, "met"), ("papi", "percent", "57", 56.09, "missed"),
    ("papi", "group", "high", "high", "met"),
    ("pci", "rank", "21", 21, "met"), ("sipas", "score", "80", None, "unknown"), ("sipas", "change", "up", None, "unknown"),
    ("par", "group", "high", None, "unknown"), ("par", "places", "1", None, "unknown")]


def test_each_kind_is_judged_on_the_figures_of_thanh_hoa_2024():
    found, plan = open_run(place="thanh_hoa", year=2024), load_plan("ha_bac_2023_2025")
    for component, kind, value, actual, state in KINDS:
        wanted = value if value == "up" or kind == "group" else float(value)
        row = {"component": component, "year": 2024, "kind": kind, "wanted": wanted} | dict.fromkeys(
            ["region", "clause", "words", "source", "note"], "")
        asked = dataclasses.replace(found, plan=dataclasses.replace(plan, targets=pd.DataFrame([row])))
        judged = goals(asked).iloc[0]
        assert (judged["actual"], judged["state"]) == (actual, state), (component, kind, value)
        assert bool(judged["reason"]) == (state == "unknown")


@pytest.mark.parametrize("row, column, code", [
    ("papi.99,2024,rank,10,,,,,", "component", "no_component"), ("papi,24,rank,10,,,,,", "year", "year"),
    ("papi,2024,place,10,,,,,", "kind", "target_kind"), ("papi,2024,rank,first,,,,,", "value", "target_value"),
    ("papi,2024,group,best,,,,,", "value", "target_value"), ("papi,2025,rank,9,,,,,", "component", "duplicate")])
def test_a_faulty_target_is_named_with_its_line(data, row, column, code):
    line = data.add("plans/ha_bac_2023_2025/targets.csv", row)
    with pytest.raises(DataError) as caught:
        load_plan("ha_bac_2023_2025")
    assert (line, column, code) in {(p.row, p.column, p.code) for p in caught.value.problems}
