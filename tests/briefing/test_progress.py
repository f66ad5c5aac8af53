"""Worksheets that come back: what was planned and done is counted, every doubt is a problem with its cell."""

from __future__ import annotations

import json

import pytest
from conftest import opened
from filled_worksheets import DAY, FINANCE, FIRST, LAND, MEASURE, ON, Filled, column, fill, letter

from indexlib.base import wording
from indexlib.briefing.report import sections as report
from indexlib.briefing.worksheets import progress_tables as shown
from indexlib.briefing.worksheets.hand_out import write_worksheets
from indexlib.briefing.worksheets.progress import PLANNED, STATES, read_progress
from indexlib.content import first_page, sections
from indexlib.content.glance import Glance

pytestmark = pytest.mark.by_turns


def test_worksheets_as_handed_out_hold_no_measure_and_no_problem(folder):
    back = read_progress(folder)
    assert back.problems == []
    assert (back.place, back.year, back.plan) == ("quang_ninh", 2023, "ha_bac_2023_2025")
    assert back.rows.empty
    assert set(back.components["state"]) == {"missing"}
    assert len(back.components) == 4
    assert back.summary(ON)["components"].tolist() == [1, 2, 1]


def test_a_measure_is_read_as_it_was_written(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(**MEASURE, status="Đang thực hiện", result="=chậm; @x")
        sheet.sheet.cell(FIRST, column("result")).data_type = "s"  # typed as text
    back = read_progress(folder)
    assert back.problems == []
    row = back.rows.iloc[0].to_dict()
    assert {k: row[k] for k in MEASURE} == MEASURE
    assert (row["unit"], row["number"]) == ("Công chức Tài chính - Kế toán", 1)
    assert (row["status"], row["done_on"]) == ("running", None)
    assert row["result"] == "=chậm; @x"
    assert (row["file"], row["row"]) == (FINANCE, FIRST)


def test_deadlines_that_units_gave_stand_on_the_first_page_in_the_report_and_on_the_slides(folder):
    fill(folder / FINANCE, **MEASURE)
    with Filled(folder / FINANCE) as sheet:
        sheet.put(FIRST + 1, **MEASURE | {"number": 2, "deadline": DAY(2024, 12, 31)})
    days, found = read_progress(folder).days, opened("quang_ninh", 2023)
    (component,) = days
    cards = {card.code: card.due for card in first_page._cards(found, Glance(found), days)}
    assert cards[component] == "từ 15/09/2024 đến 31/12/2024"
    assert set(cards.values()) - {cards[component]} == {"chưa đặt"}
    assert [row[3] for row in sections.decision(found, days).brief.rows] == list(cards.values())
    said = report.tasks(found, days)
    assert cards[component] in said["gist"][-1] and sections_open(said) == len(cards) - 1


def sections_open(said):
    return sum(row["deadline"] == report.OPEN for part in ("tasks", "additions") for row in said[part].rows)


@pytest.mark.parametrize("done, on, state", [
    (None, DAY(2024, 9, 15), "due"), (None, DAY(2024, 9, 16), "late"),
    (DAY(2024, 9, 15), ON, "done"), (DAY(2024, 9, 16), ON, "done_late"),
    (DAY(2024, 10, 1), ON, "late"), (DAY(2024, 9, 10), DAY(2024, 9, 9), "due"), (DAY(2024, 9, 10), DAY(2024, 9, 10), "done")])
def test_the_state_is_that_of_the_day_asked_for(folder, done, on, state):
    fill(folder / FINANCE, **MEASURE, **({"status": "Hoàn thành", "done_on": done} if done else {}))
    back = read_progress(folder)
    assert back.problems == []
    assert back.judged(on)["state"].tolist() == [state]


def test_counts_sum_for_every_unit(folder):
    with Filled(folder / FINANCE) as sheet:
        sheet.put(FIRST, **MEASURE, status="Hoàn thành", done_on=DAY(2024, 9, 1))
        sheet.put(FIRST + 1, **MEASURE)
        sheet.put(FIRST + 3, **MEASURE | {"deadline": "giữa tháng chín"})
    (folder / LAND).unlink()
    back = read_progress(folder)
    counts = back.summary(ON).set_index("unit")
    assert (counts["components"] == counts[list(PLANNED)].sum(axis=1)).all()
    assert (counts["measures"] == counts[list(STATES)].sum(axis=1)).all()
    own = counts.loc["Công chức Tài chính - Kế toán"]
    assert own[["components", "planned", "faulty", "missing", "measures", "done", "late"]].tolist() == [2, 1, 1, 0, 2, 1, 1]
    assert counts["not_returned"].sum() == 1
    assert counts["components"].sum() == 4


def test_tables_show_every_measure_and_every_component_without_one(folder):
    fill(folder / FINANCE, **MEASURE)
    back = read_progress(folder)
    units = shown.by_unit(back, ON)
    assert units.frame.iloc[-1].tolist() == ["Tất cả", "4", "1", "3", "0", "0", "1", "0", "0", "1", "0"]
    row = shown.measures(back, ON).frame.iloc[0].to_dict()
    assert (row["deadline"], row["state_on"], row["status"]) == ("15/09/2024", "quá hạn", "chưa báo cáo")
    assert len(shown.unplanned(back, ON).frame) == 3
    for table in (units, shown.measures(back, ON), shown.unplanned(back, ON)):
        assert all(isinstance(v, str) and v for r in table.frame.itertuples(index=False) for v in r)
        assert table.caption in table.html()


def test_a_further_line_with_the_next_number_is_a_measure_like_any_other(folder):
    with Filled(folder / FINANCE) as sheet:
        code = sheet.sheet.cell(FIRST, 1).value
        sheet.sheet.insert_rows(FIRST + 3)
        sheet.put(FIRST + 3, code=code, number=4, **MEASURE)
    back = read_progress(folder)
    assert back.problems == []
    assert back.rows["number"].tolist() == [4]


# The command.

def test_the_command_prints_the_tables(folder, command):
    fill(folder / FINANCE, **MEASURE)
    code, out, err = command("progress", folder, "--date", "2024-09-30")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Quảng Ninh, kết quả năm 2023; kế hoạch của UBND xã Hà Bắc"
    assert "Tiến độ theo đơn vị đến ngày 30/09/2024" in out
    assert "quá hạn" in out


def test_the_command_ends_with_2_and_names_the_cells(folder, command):
    fill(folder / FINANCE, **MEASURE | {"deadline": "giữa tháng chín"})
    code, out, err = command("progress", folder, "--date", "2024-09-30")
    assert code == 2
    assert f"{FINANCE}: 1 lỗi" in err
    assert f"Kế hoạch, dòng {FIRST}, {letter('deadline')}: “giữa tháng chín”" in err
    assert "Còn 1 lỗi" in out


def test_json_is_for_programs(folder, command):
    fill(folder / FINANCE, **MEASURE)
    code, out, err = command("progress", folder, "--date", "30/9/2024", "--json", "--language", "en")
    assert (code, err) == (0, "")
    data = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (data["place"], data["on"], data["problems"]) == ("quang_ninh", "2024-09-30", [])
    assert [(m["deadline"], m["done_on"], m["state"]) for m in data["measures"]] == [("2024-09-15", None, "late")]


@pytest.mark.parametrize("words", [("--date", "09/30/2024"), ("--language", "fr")])
def test_a_wrong_call(folder, command, words):
    code, _, err = command("progress", folder, *words)
    assert code == 2
    assert words[1] in err


def test_english_worksheets_read_back_in_vietnamese(tmp_path):
    with wording.speaking("en"):
        write_worksheets(opened("quang_ninh", 2023, "en"), tmp_path)
    fill(tmp_path / FINANCE, **MEASURE, status="Under way")
    back = read_progress(tmp_path)
    assert back.problems == []
    assert len(back.rows) == 1
