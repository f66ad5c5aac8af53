"""The plan as data: items, units, the mapping and its words, and who answers for what."""

from __future__ import annotations

import unicodedata

import pytest
from conftest import SHARED

from indexlib import DataError, IndexlibError, load_plan
from indexlib.base.wording import speaking
from indexlib.plan.conditions import CONDITIONS

NAME = "ha_bac_2023_2025"


@pytest.fixture(scope="module")
def plan():
    return load_plan(NAME)


def answer(plan, component):
    return plan.responsible([component]).iloc[0]


def flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_all_21_items_with_text_and_a_lead(plan):
    assert len(plan.items) == 21
    assert (plan.items["text_vi"] != "").all()
    assert (plan.items["text_en"] != "").all()
    leads = plan.responsibilities[plan.responsibilities["role"] == "lead"]
    assert set(leads["item"]) == set(plan.items["item"])


def test_the_words_that_justify_a_mapping_stand_in_the_item(plan):
    text = plan.items.set_index("item")["text_vi"]
    linked = plan.mapping[plan.mapping["strength"] != "none"]
    assert len(linked) > 100
    for row in linked.itertuples():
        assert row.words
        assert row.words in text[row.item], (row.component, row.item)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the plan's text is absent")
def test_items_units_and_clauses_stand_in_the_plan_as_printed(plan):
    printed = flat((SHARED / "plan" / "ke_hoach_ha_bac_2023.md").read_text(encoding="utf-8"))
    words = [w["words"] for clause in plan.about["clauses"].values() for w in clause]
    words += [f["words"] for f in plan.about["focal_points"]] + plan.items["text_vi"].tolist()
    words += plan.responsibilities["unit_as_printed"].tolist() + [d["words"] for d in plan.about["demands"]]
    assert [w for w in words if flat(w) not in printed] == []


def test_every_component_of_the_indices_is_mapped_or_declared_a_gap(plan, catalogue):
    mapped = set(plan.mapping["component"])
    for year in range(2021, 2025):
        unsaid = {c for c in catalogue.valid(year) if catalogue.component(c).level != "total"} - mapped
        assert unsaid == set(), year


def test_every_rule_has_the_plans_own_words(plan):
    for condition in CONDITIONS:
        assert "(IV.2)" in plan.clause(condition.name) or "(I.2)" in plan.clause(condition.name)
    assert plan.clause("trend_down") == "“xu hướng giảm điểm” (IV.2)"


@pytest.mark.parametrize("component", ["papi.3.3", "papi.4.3", "papi.7.2", "papi.8.2", "pci.6", "pci.7", "pci.8",
    "pci.9"])
def test_a_component_without_an_item_goes_to_the_focal_point(plan, component):
    row = answer(plan, component)
    focal = {"papi": "Công chức Văn phòng - Thống kê", "pci": "Công chức Tài chính - Kế toán"}
    assert (row["by"], row["item"], row["unit"]) == ("gap", "", focal[component.split(".")[0]])


def test_the_gaps_of_2024_are_these_and_no_others(plan, catalogue):
    gaps = plan.gaps(catalogue.valid(2024))
    assert gaps == ["papi.3.3", "papi.4.3", "papi.7.2", "papi.8.2", "pci.6", "pci.7", "pci.8", "pci.9"]


@pytest.mark.parametrize("total, unit", [
    ("papi", "Công chức Văn phòng - Thống kê"), ("par", "Công chức Văn phòng - Thống kê"),
    ("sipas", "Công chức Văn phòng - Thống kê"), ("pci", "Công chức Tài chính - Kế toán")])
def test_a_total_goes_to_the_focal_point_and_is_never_a_gap(plan, total, unit):
    row = answer(plan, total)
    assert (row["by"], row["unit"]) == ("total", unit)
    assert plan.gaps([total]) == []


def test_the_fields_of_par_index_have_items(plan):
    rows = plan.responsible([f"par.{n}" for n in range(1, 9)])
    assert set(rows["by"]) == {"item"}
    assert (rows["item"] != "").all()


@pytest.mark.parametrize("component, item, unit, kind", [
    ("papi.6.2", "2.4", "Trung tâm học tập cộng đồng", "body"),
    ("par.1", "1.1", "Công chức chuyên môn UBND xã", "generic"),
    ("par.7", "1.4", "Bộ phận Tiếp nhận và Trả kết quả", "body")])
def test_the_unit_named_first(plan, component, item, unit, kind):
    row = answer(plan, component)
    assert (row["item"], row["unit"], row["kind"]) == (item, unit, kind)


def test_units_are_ordered_direct_own_heading_named_then_as_printed(plan, catalogue):
    links = plan.links([c for c in catalogue.order])
    for component, rows in links.groupby("component", sort=False):
        keys = list(zip(rows["strength"] != "direct", rows["cross_index"], rows["kind"] == "generic", strict=True))
        assert keys == sorted(keys), component


def test_one_answer_a_component_in_the_order_asked(plan):
    asked = ["pci", "papi.6.2", "papi.3.3", "papi.1"]
    rows = plan.responsible(asked)
    assert rows["component"].tolist() == asked
    assert (rows["unit"] != "").all()


def test_years_before_within_and_after_the_plan(plan):
    assert [plan.valid(y) for y in (2022, 2023, 2025, 2026)] == [False, True, True, False]
    within = plan.notices(2024)
    assert len(within) == 1
    assert "bối cảnh" in within[0]
    after = " ".join(plan.notices(2026))
    assert "đã hết thời hạn" in after
    assert "xã Hà Long" in after
    assert "01/07/2025" in after
    with speaking("en"):
        after = " ".join(plan.notices(2026))
        assert "has ended" in after
        assert "Ha Long commune" in after


def test_the_base_year_is_the_last_published_when_the_plan_was_signed(plan):
    assert plan.about["base_year"] == 2022


def test_unit_names_are_given_in_english_too(plan):
    with speaking("en"):
        for unit in plan.units["unit"]:
            assert plan.unit_name(unit).isascii(), unit


@pytest.mark.parametrize("name", ["no_such_plan", "../plans/ha_bac_2023_2025", "..", "", "/etc", "ha bac",
    "ha_bac_2023_2025/"])
def test_an_unknown_plan_says_which_there_are(name):
    with pytest.raises(IndexlibError, match=NAME):
        load_plan(name)


def test_another_plan_is_a_folder_and_no_code(data):
    folder = data.path("plans/" + NAME)
    folder.rename(folder.with_name("ha_long_2026"))
    assert load_plan("ha_long_2026").code == "ha_long_2026"
    with pytest.raises(IndexlibError, match="ha_long_2026"):
        load_plan(NAME)


@pytest.mark.parametrize("file, old, new, column, code", [
    ("mapping.csv", "papi.1,2.9,direct", "papi.77,2.9,direct", "component", "no_component"),
    ("mapping.csv", "papi.1,2.9,direct", "papi.1,9.9,direct", "item", "no_item"),
    ("mapping.csv", "papi.1,2.9,direct", "papi.1,2.9,strong", "strength", "strength"),
    ("mapping.csv", "thực hiện tốt quy chế dân chủ ở cơ sở", "lời không có trong kế hoạch", "words", "words"),
    ("units.csv", ",generic,", ",nobody,", "kind", "kind"),
    ("responsibilities.csv", "1.1,lead,1", "1.1,leader,1", "role", "role"),
    ("responsibilities.csv", "1.1,lead,1", "7.7,lead,1", "item", "no_item")])
def test_a_fault_in_a_plan_is_named_with_file_and_line(data, file, old, new, column, code):
    name = f"plans/{NAME}/{file}"
    row = data.swap(name, old, new)
    with pytest.raises(DataError) as caught:
        load_plan(NAME)
    problems = {(p.file, p.row, p.column, p.code) for p in caught.value.problems}
    assert (f"data/{name}", row, column, code) in problems


def test_a_demand_without_its_words_is_named(data):
    data.swap(f"plans/{NAME}/plan.yml", "    words: \"chủ động rà soát", "    text: \"chủ động rà soát")
    with pytest.raises(DataError) as error:
        load_plan(NAME)
    assert [(p.column, p.code) for p in error.value.problems] == [("demands.0.words", "missing")]


def test_a_plan_without_its_base_year_says_so(data):
    data.swap(f"plans/{NAME}/plan.yml", "base_year: 2022", "basis_year: 2022")
    with pytest.raises(DataError, match="base_year: thiếu"):
        load_plan(NAME)
