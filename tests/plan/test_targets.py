"""Targets met, missed, or not to be judged."""

from __future__ import annotations

import pytest

from indexlib import open_run
from indexlib.base.wording import speaking
from indexlib.plan.targets import goals


def judged(place: str, year: int, **targets) -> list[tuple]:
    frame = goals(open_run(place=place, year=year, targets=targets))
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
    frame = goals(open_run(place="thanh_hoa", year=2024, targets={"papi": {"region_rank": 5}}))
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
    row = goals(open_run(place=place, year=year, targets=targets)).iloc[0]
    assert row["state"] == "unknown" and words in row["reason"]


def test_a_withheld_neighbour_leaves_the_region_whole():
    """PAPI 2024 of Thanh Hóa's region: nobody withheld; of the Red River Delta Vĩnh Phúc is: base one less."""
    frame = goals(open_run(place="hai_duong", year=2024, targets={"papi": {"region_rank": 1}}))
    assert frame["base"].iloc[0] == 10  # 11 provinces, Vĩnh Phúc withheld


def test_without_targets_there_is_nothing_to_judge():
    assert goals(open_run(place="thanh_hoa", year=2024)).empty


def test_reasons_speak_the_language_in_force():
    with speaking("en"):
        found = open_run(place="thanh_hoa", year=2024, language="en", targets={"sipas": {"total": 85.0}})
        assert goals(found)["reason"].iloc[0] == "no score at hand"
