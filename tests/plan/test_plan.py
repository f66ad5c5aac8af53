"""The plan as data: items, units, the mapping and its words, and who answers for what."""

from __future__ import annotations

import unicodedata

import pytest
from conftest import ROOT, SHARED, opened

from indexlib import DataError, IndexlibError, load_plan
from indexlib.base.wording import speaking
from indexlib.content import tables
from indexlib.data import files
from indexlib.plan.conditions import CONDITIONS
from indexlib.plan.owners import moved_most
from indexlib.plan.second_look import judgements

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
    ("par.1", "1.2", "Công chức Văn phòng - Thống kê", "officer"),
    ("par.7", "1.8", "Công chức Văn hóa - Xã hội", "officer"),
    ("papi.8", "1.8", "Công chức Văn hóa - Xã hội", "officer"),
    ("papi.8.1", "1.8", "Công chức Văn hóa - Xã hội", "officer"),
    ("papi.5", "1.4", "Bộ phận Tiếp nhận và Trả kết quả", "body"),
    ("papi.5.4", "1.4", "Bộ phận Tiếp nhận và Trả kết quả", "body"),
    ("papi.4", "1.6", "Công chức chuyên môn UBND xã", "generic"),
    ("papi.1", "2.9", "Ủy ban nhân dân xã", "collective"),
    ("sipas.policy_group.2", "2.3", "Công chức Văn phòng - Thống kê", "officer"),
    ("sipas.policy_group.3", "2.4", "Trung tâm học tập cộng đồng", "body"),
    ("sipas.policy_group.4", "2.7", "Công an xã", "body"),
    ("sipas.policy_group.8", "2.8", "Công chức Văn hóa - Xã hội", "officer")])
def test_the_unit_named_first(plan, component, item, unit, kind):
    row = answer(plan, component)
    assert (row["item"], row["unit"], row["kind"]) == (item, unit, kind)


def test_the_mark_decides_who_stands_first_and_never_the_order_of_rows(data):
    before = load_plan(NAME).responsible(["papi.5.4", "papi.2.1", "par.1"])["unit"].tolist()
    for table in ("mapping", "responsibilities"):
        path = data.path(f"plans/{NAME}/{table}.csv")
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    files.look()
    assert load_plan(NAME).responsible(["papi.5.4", "papi.2.1", "par.1"])["unit"].tolist() == before


def test_both_leads_of_an_item_are_named(plan, catalogue):
    """Item 1.11 has two leads in print: whatever it serves names both."""
    served = plan.mapping.loc[plan.mapping["item"] == "1.11", "component"]
    for row in plan.responsible([c for c in catalogue.order if c in set(served)]).to_dict("records"):
        assert {"Công chức Tư pháp - Hộ tịch", "Công chức Văn hóa - Xã hội"} <= {row["unit"], *row["co_leads"]}


@pytest.mark.parametrize("year", [2023, 2024])
def test_every_lead_and_coordinating_link_of_every_flagged_component_is_printed(plan, year):
    found = opened("thanh_hoa", year)
    flagged = found.flagged()["component"]
    printed = tables.assigned(found).frame.set_index(found.tasks()["component"])
    links = plan.mapping[(plan.mapping["strength"] != "none") & plan.mapping["component"].isin(flagged)]
    links = links.merge(plan.responsibilities[["item", "role", "unit"]], on="item")
    assert len(links) > 150
    for row in links.itertuples():
        cell = printed.at[row.component, "coordinating"] if row.role == "coordinating" else \
            printed.at[row.component, "unit"] + "; " + printed.at[row.component, "co_leads"]
        assert row.unit in cell, (row.component, row.item, row.unit)
        assert row.item in printed.at[row.component, "item"].split(" (")[0].split(", ")


def test_a_dimension_goes_to_the_unit_of_the_part_by_which_it_fell():
    """PAPI 6 fell by 0,2977 points in 2024, of which 0,2870 are those of primary education."""
    answer = opened("thanh_hoa", 2024).by_component(["papi.6", "papi.5", "papi.8"]).set_index("component")
    assert answer.loc["papi.6", ["via", "item", "unit"]].tolist() == ["papi.6.2", "2.4", "Trung tâm học tập cộng đồng"]
    assert answer.loc["papi.5", "via"] == "papi.5"  # it rose
    assert "Công chức Văn phòng - Thống kê" in answer.loc["papi.6", "co_leads"]


def test_where_several_parts_fell_alike_the_dimension_keeps_its_own_unit():
    """PAPI 1 fell in 2023 through four parts, the first with 43 %; PAPI 4 through four, the first with 42 %."""
    moved = moved_most(opened("thanh_hoa", 2023).components)
    assert not {"papi.1", "papi.4"} & set(moved)


def test_totals_are_nobodys_task():
    found = opened("thanh_hoa", 2023)
    assert "total" in set(found.flagged()["level"])
    assert not set(found.tasks()["component"]) & {"papi", "pci", "par", "sipas"}


def test_what_is_led_by_no_person_asks_for_one_and_names_who_gathers():
    row = tables.assigned(opened("thanh_hoa", 2023)).frame.set_index("component")
    at = next(label for label in row.index if label.startswith("PAPI 1 "))
    assert row.at[at, "unit"] == "Ủy ban nhân dân xã – cần giao người cụ thể (IV.2)"
    assert row.at[at, "coordinating"].endswith("Công chức Văn phòng - Thống kê tổng hợp (IV.3)")


def test_a_part_without_a_row_inherits_the_item_of_its_dimension(data):
    path = data.path(f"plans/{NAME}/mapping.csv")
    rows = [r for r in path.read_text(encoding="utf-8").splitlines() if not r.startswith("papi.7.1,")]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    files.look()
    row = answer(load_plan(NAME), "papi.7.1")
    assert (row["by"], row["via"], row["item"]) == ("item", "papi.7", "2.5")
    assert "theo nội dung 7, chứa nội dung này" in tables.item_text(row)


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
    ("mapping.csv", "papi.1,2.9,1,direct", "papi.77,2.9,1,direct", "component", "no_component"),
    ("mapping.csv", "papi.1,2.9,1,direct", "papi.1,9.9,1,direct", "item", "no_item"),
    ("mapping.csv", "papi.1,2.9,1,direct", "papi.1,2.9,1,strong", "strength", "strength"),
    ("mapping.csv", "papi.1,1.10,,supporting", "papi.1,1.10,1,supporting", "component", "two_primaries"),
    ("mapping.csv", "papi.1,1.10,,supporting", "papi.1,1.10,x,supporting", "primary", "yes_no"),
    ("mapping.csv", "papi.3.1,2.9,1,direct", "papi.3.1,2.9,,direct", "component", "no_primary"),
    ("mapping.csv", ",0,partial,suy luận: nội dung 1", ",maybe,partial,suy luận: nội dung 1", "cross_index", "yes_no"),
    ("mapping.csv", ",0,partial,suy luận: nội dung 1", ",0,half,suy luận: nội dung 1", "gap", "gap"),
    ("mapping.csv", ",0,partial,suy luận: nội dung 1", ",0,full,suy luận: nội dung 1", "gap", "gap_apart"),
    ("responsibilities.csv", "1.4,lead,3,,", "1.4,lead,3,1,", "item", "two_primaries"),
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


@pytest.mark.parametrize("old, new, column, code", [
    ("indices: [pci], title_vi", "indices: [pcj], title_vi", "headings.2.indices", "no_index"),
    ("    unit: \"Công chức Tài chính - Kế toán\"\n    section: \"IV.4\"\n    words: \"làm", "    unit: \"Kế toán\"\n"
     "    section: \"IV.4\"\n    words: \"làm", "focal_points.4.unit", "no_unit"),
    ("  assign:  ", "  asign:  ", "clauses.asign", "clause")])
def test_a_fault_of_the_plan_itself_is_named_with_its_key(data, old, new, column, code):
    data.swap(f"plans/{NAME}/plan.yml", old, new)
    with pytest.raises(DataError) as caught:
        load_plan(NAME)
    assert (column, code) in {(p.column, p.code) for p in caught.value.problems}


def test_nothing_of_the_plan_asks_for_a_second_look(plan):
    assert judgements(plan, ROOT / "data" / "plans" / NAME) == []


@pytest.mark.parametrize("file, old, new, column, code", [
    ("plan.yml", "seat_vi:", "seat_v:", "seat_v", "unknown_key"),
    ("plan.yml", "    section: \"IV.5\"", "    section: \"IV.5\"\n    sektion: \"IV.5\"", "focal_points.3.sektion",
     "unknown_key"),
    ("mapping.csv", "papi.7,2.5,1,supporting,\"hệ thống thu gom, xử lý nước thải\",0,partial", "papi.7,2.5,1,supporting,"
     "\"hệ thống thu gom, xử lý nước thải\",0,no", "component", "gap_of_parts")])
def test_what_a_person_should_look_at_again_is_named(data, file, old, new, column, code):
    data.swap(f"plans/{NAME}/{file}", old, new)
    found = judgements(load_plan(NAME), data.path(f"plans/{NAME}"))
    assert [(p.column, p.code) for p in found] == [(column, code)]


def test_an_item_that_serves_nothing_under_its_own_heading_is_named(data):
    path = data.path(f"plans/{NAME}/mapping.csv")
    rows = [r for r in path.read_text(encoding="utf-8").splitlines() if not (r.startswith("papi.") and ",2.6,," in r)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = judgements(load_plan(NAME), data.path(f"plans/{NAME}"))
    assert [(p.column, p.code, p.message[:8]) for p in found] == [("item", "idle", "mục “2.6")]


def test_a_demand_without_its_words_is_named(data):
    data.swap(f"plans/{NAME}/plan.yml", "    words: \"chủ động rà soát", "    text: \"chủ động rà soát")
    with pytest.raises(DataError) as error:
        load_plan(NAME)
    assert [(p.column, p.code) for p in error.value.problems] == [("demands.0.words", "missing")]


def test_a_plan_without_its_base_year_says_so(data):
    data.swap(f"plans/{NAME}/plan.yml", "base_year: 2022", "basis_year: 2022")
    with pytest.raises(DataError, match="base_year: thiếu"):
        load_plan(NAME)
