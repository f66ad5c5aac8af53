"""Worksheets filled in as units do, for tests."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl

from indexlib.briefing.worksheets import form
from indexlib.briefing.worksheets.hand_out import HEAD
from indexlib.briefing.worksheets.progress import read_progress

DAY = datetime.date
ON = DAY(2024, 9, 30)
FINANCE, LAND, GENERIC = ("cong_chuc_tai_chinh_ke_toan.xlsx", "cong_chuc_dia_chinh_xay_dung_moi_truong.xlsx",
                          "cong_chuc_chuyen_mon_ubnd_xa.xlsx")
MEASURE = {"measure": "- Rà soát thủ tục", "product": "Báo cáo", "deadline": DAY(2024, 9, 15), "person": "Trần Văn A"}
FIRST = HEAD + 2


def column(key: str) -> int:
    return form.AT[key] + 1


def letter(key: str) -> str:
    return openpyxl.utils.get_column_letter(column(key))


class Filled:
    """A worksheet open for filling in; saved at the end."""

    def __init__(self, path: Path):
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book[self.book.sheetnames[0]]

    def __enter__(self) -> Filled:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.save(self.path)

    def put(self, row: int = FIRST, **cells: object) -> int:
        for key, value in cells.items():
            self.sheet.cell(row, column(key)).value = value
        return row


def fill(path: Path, row: int = FIRST, **cells: object) -> None:
    with Filled(path) as sheet:
        sheet.put(row, **cells)


def only_problem(folder: Path, code: str, row: int | None = None, key: str = "", file: str = FINANCE):
    """The one problem there is, at the cell where it is."""
    problems = read_progress(folder).problems
    assert [(p.code, p.file) for p in problems] == [(code, file)], [str(p) for p in problems]
    if row is not None:
        assert (problems[0].row, problems[0].column) == (row, letter(key))
        assert problems[0].sheet == "Kế hoạch"
    return problems[0]
