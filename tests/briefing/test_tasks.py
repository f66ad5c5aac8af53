"""The register of tasks: on one worksheet each, read back, counted on a day, with difficulties and funding."""

from __future__ import annotations

import dataclasses
import datetime

import openpyxl
import pytest
from conftest import opened

from indexlib import load_plan
from indexlib.base.wording import t
from indexlib.briefing.report.document import context
from indexlib.briefing.worksheets import progress_tables, tasks
from indexlib.briefing.worksheets.hand_out import write_worksheets
from indexlib.briefing.worksheets.progress import read_progress
from indexlib.plan.register import register

DAY = datetime.date(2025, 9, 14)
#: Unit's file, task, what is filled in, state on the day.
FILLED = [
    ("cong_chuc_van_phong_thong_ke", "1.2", {"deadline": datetime.datetime(2025, 6, 30), "status": "Đang thực hiện",
     "difficulty": "Thiếu máy quét", "cost": "5 triệu đồng", "person": "Nguyễn Văn A"}, "late"),
    ("cong_chuc_van_phong_thong_ke", "2.3", {"deadline": datetime.datetime(2025, 12, 31)}, "due"),
    ("cong_chuc_van_phong_thong_ke", "2.6", {"deadline": "cuối tháng 6"}, "faulty"),
    ("cong_chuc_van_phong_thong_ke", "IV.3", {"deadline": datetime.datetime(2025, 6, 30), "status": "Hoàn thành",
     "done_on": datetime.datetime(2025, 6, 1)}, "done"),
    ("uy_ban_mat_tran_to_quoc_viet_nam_xa", "IV.5", {"deadline": datetime.datetime(2025, 6, 1), "status": "Hoàn thành",
     "done_on": datetime.datetime(2025, 7, 1)}, "done_late")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The worksheets of Thanh Hóa 2024, some tasks filled in, the police's not sent back."""
    where = tmp_path_factory.mktemp("tasks")
    write_worksheets(opened("thanh_hoa", 2024), where)
    at = {c.key: i + 1 for i, c in enumerate(tasks.COLUMNS)}
    for file, task, cells, _ in FILLED:
        path = where / f"{file}.xlsx"
        book = openpyxl.load_workbook(path)
        sheet = book[t("ws.tasks")]
        row = next(r for r in range(tasks.HEAD + 2, sheet.max_row + 1) if sheet.cell(r, 1).value == task)
        for key, value in cells.items():
            sheet.cell(row, at[key]).value = value
        book.save(path)
    (where / "cong_an_xa.xlsx").unlink()
    (where / "cong_an_xa.docx").unlink()
    return where


@pytest.fixture(scope="module")
def read(folder):
    return read_progress(folder)


def test_every_item_and_duty_stands_on_exactly_one_worksheet(folder):
    plan, found = load_plan("ha_bac_2023_2025"), []
    for path in folder.glob("*.xlsx"):
        sheet = openpyxl.load_workbook(path)[t("ws.tasks")]
        found += [sheet.cell(r, 1).value for r in range(tasks.HEAD + 2, sheet.max_row + 1) if sheet.cell(r, 1).value]
    assert sorted([*found, "2.7"]) == sorted(register(plan)["task"])


def test_every_row_of_responsibilities_is_used_in_the_register():
    plan = load_plan("ha_bac_2023_2025")
    known = register(plan).set_index("task")
    for row in plan.responsibilities.itertuples():
        assert row.unit == known.at[row.item, "unit"] or row.unit in known.at[row.item, "beside"], (row.item, row.unit)


def test_the_numbers_that_items_set_are_as_printed():
    asked = register(load_plan("ha_bac_2023_2025")).set_index("task")["asked"]
    assert asked["1.2"] == "ít nhất 01 sáng kiến hoặc giải pháp mới về CCHC"
    assert asked["1.3"].count("100%") == 2
    assert set(asked[asked != ""].index) == {"1.2", "1.3", "1.4", "1.7", "1.9"}


def test_each_task_is_judged_on_the_day(read):
    state = tasks.judged(read.tasks, DAY).set_index("task")["state"]
    assert {task: state[task] for _, task, _, _ in FILLED} == {task: wanted for _, task, _, wanted in FILLED}
    assert state["2.7"] == "not_returned"
    assert state["1.1"] == "unplanned"
    assert len(state) == 26
    assert [(p.code, p.row) for p in read.problems] == [("date_text", 6)]


def test_difficulties_and_funding_are_listed_for_the_chairman(read):
    assert progress_tables.difficulties(read, DAY).frame["difficulty"].tolist() == ["Thiếu máy quét"]
    assert progress_tables.funding(read, DAY).frame["cost"].tolist() == ["5 triệu đồng"]
    caption = progress_tables.tasks(read, DAY).caption
    assert "21 mục, 5 việc khác" in caption
    assert "quá hạn 1" in caption


def test_the_quarterly_and_the_yearly_report_tell_of_the_tasks(read):
    for report in ({"period": "quarter", "year": 2025, "quarter": 2}, {"period": "year", "year": 2024}):
        found = opened("thanh_hoa", 2024)
        asked = found.params.report.model_copy(update=report | {"until": "2025-09-14", "progress": "x"})
        found = dataclasses.replace(found, params=found.params.model_copy(update={"report": asked}))
        parts = context(found, progress=read)
        assert len(parts["register"].rows) == 26
        assert parts["difficulties"].rows[0]["difficulty"] == "Thiếu máy quét"
        assert parts["funding"].rows[0]["cost"] == "5 triệu đồng"
        for told in ("Thiếu máy quét", "5 triệu đồng"):
            assert any(told in line for line in parts["proposals"])
