"""The worksheet of a unit on paper: what happened beside room to write, and a place to sign; one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.base.wording import t
from indexlib.briefing.office import word
from indexlib.briefing.office.reproducible import save
from indexlib.briefing.worksheets.assignment import heading
from indexlib.content.tables.cells import rank_notes, shorten
from indexlib.plan.register import register
from indexlib.plan.review import Findings

#: Millimetres of each column of the components and of the tasks, by the key of its heading.
WIDTHS = {"order": 10, "component": 58, "figures": 52, "item": 30, "measure": 48, "product": 22, "deadline": 20, "person": 22}
TASK_WIDTHS = {"task": 14, "text": 108, "deadline": 20, "person": 24, "cost": 26, "status": 24, "difficulty": 46}
#: Millimetres that all rows share to write in, and least and most of one; letters of a task; points in a table.
ROOM, ROW, TEXT, SIZE = 90, (9, 20), 150, 10


def write(found: Findings, unit: str, mine: pd.DataFrame, path: Path) -> Path:
    """Write the document of one unit, a page to fill in by hand and sign; the workbook has the evidence in full.

    Parameters
    ----------
    mine : DataFrame
        Its rows of :func:`indexlib.briefing.worksheets.assignment.assignments`.
    """
    lines = heading(found, unit)
    document = word.landscape(lines[0], margin=10)
    word.write(document.add_paragraph(), lines[0], bold=True, size=14, middle=True)
    word.write(document.add_paragraph(), lines[1], middle=True, size=11)
    asked = t("ws.paper.how", clause=_asked(found)) + " " + t("ws.paper.return")
    word.write(document.add_paragraph(), " ".join([*lines[2:], asked]), size=SIZE, italic=True)
    asked_of = register(found.plan)
    tasks = asked_of[asked_of["unit"] == unit].to_dict("records")
    least = max(ROW[0], min(ROW[1], ROOM / max(len(mine) + len(tasks), 1)))
    if len(mine):
        heads = [t(f"ws.paper.{key}", year=found.params.year) for key in WIDTHS]
        rows = [[str(n), *(r[key] for key in ("label", "happened", "item")), "", "", "", ""]
                for n, r in enumerate(mine.to_dict("records"), 1)]
        word.table(document, heads, rows, list(WIDTHS.values()), SIZE, middle=(0,), least=least)
        for note in rank_notes(mine[["happened"]].rename(columns={"happened": "rank"})):
            word.write(document.add_paragraph(), note, size=9, italic=True)
    _tasks(document, tasks, least)
    _signatures(document)
    return save(document, path)


def _asked(found: Findings) -> str:
    """The clause that asks each unit for measures of its own, to stand behind the sentence."""
    asks = found.plan.demand("own_plan")
    return f" ({asks['clause']})" if asks else ""


def _tasks(document: Any, mine: list[dict], least: float) -> None:
    """The unit's tasks of the register, with room for state, cost and difficulties."""
    if not mine:
        return
    word.write(document.add_paragraph(), t("ws.paper.tasks"), bold=True, size=11)
    rows = [[r["task"], shorten(r["text"], TEXT), "", "", "", "", ""] for r in mine]
    word.table(document, [t(f"ws.col.{key}") for key in TASK_WIDTHS], rows, list(TASK_WIDTHS.values()), SIZE, middle=(0,),
               least=least)


def _signatures(document: Any) -> None:
    """Who made the plan and who approves it, side by side."""
    made = document.add_table(rows=1, cols=2)
    for cell, key in zip(made.rows[0].cells, ("ws.paper.approved", "ws.paper.made"), strict=True):
        word.write(cell.paragraphs[0], t("ws.paper.date"), italic=True, middle=True).paragraph_format.space_before = 100000
        word.write(cell.add_paragraph(), t(key), bold=True, middle=True)
        word.write(cell.add_paragraph(), t("ws.paper.sign"), italic=True, middle=True)
        cell.paragraphs[1].paragraph_format.keep_with_next = True
