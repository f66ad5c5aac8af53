"""The worksheet of a unit on paper: evidence beside room to write, and a place to sign."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from indexlib.base.wording import NONE, t
from indexlib.briefing.office import word
from indexlib.briefing.office.reproducible import save
from indexlib.briefing.worksheets.assignment import heading, notes
from indexlib.plan.register import register
from indexlib.plan.review import Findings

#: Millimetres of each column of the tasks: item, task, numbers, with whom, deadline, person, cost, progress, difficulties.
TASK_WIDTHS = [14, 72, 40, 40, 18, 20, 18, 18, 22]
#: Of the components: order, component, figures, why, the plan's words, measure, product, deadline, person.
WIDTHS = [10, 35, 34, 42, 42, 38, 20, 22, 19]


def write(found: Findings, unit: str, mine: pd.DataFrame, path: Path) -> Path:
    """Write the document of one unit.

    Parameters
    ----------
    mine : DataFrame
        Its rows of :func:`indexlib.briefing.worksheets.assignment.assignments`.
    """
    lines = heading(found, unit)
    document = word.landscape(lines[0])
    word.write(document.add_paragraph(), lines[0], bold=True, size=14, middle=True)
    word.write(document.add_paragraph(), lines[1], middle=True)
    for line in lines[2:]:
        word.write(document.add_paragraph(), line)
    asked = t("ws.paper.how", clause=_asked(found)) + " " + t("ws.paper.return")
    word.write(document.add_paragraph(), asked, italic=True)
    headers = [t(f"ws.paper.{key}", year=found.params.year) for key in
               ("order", "component", "figures", "why", "words", "measure", "product", "deadline", "person")]
    rows = [_row(n, record) for n, record in enumerate(mine.to_dict("records"), 1)]
    word.table(document, headers, rows, WIDTHS, middle=(0,))
    document.add_paragraph()
    for note in notes(found, mine):
        word.write(document.add_paragraph(), note, size=10, italic=True)
    _tasks(document, found, unit)
    _signatures(document)
    return save(document, path)


def _asked(found: Findings) -> str:
    """The clause that asks each unit for measures of its own, to stand behind the sentence."""
    asks = found.plan.demand("own_plan")
    return f" ({asks['clause']})" if asks else ""


def _row(number: int, record: dict) -> list[str]:
    figures = t("ws.paper.of", score=record["score"], change=record["change"], rank=record["rank"], grade=record["grade"])
    beside = "" if record["beside"] == NONE else "\n" + record["beside"]
    return [str(number), f"{record['label']}\n({record['component']})", figures, record["why"],
            t("ws.paper.item", item=record["item"], words=record["words"], beside=beside), "", "", "", ""]


def _tasks(document: object, found: Findings, unit: str) -> None:
    """The unit's tasks of the register, with room for state, cost and difficulties."""
    asked = register(found.plan)
    mine = asked[asked["unit"] == unit].to_dict("records")
    if not mine:
        return
    word.write(document.add_paragraph(), t("ws.tasks.title", unit=found.plan.unit_name(unit)), bold=True, size=13)
    keys = ("task", "text", "asked", "beside", "deadline", "person", "cost", "status", "difficulty")
    headers = [t(f"ws.col.{key}") for key in keys]
    rows = [[r["task"], r["text"], r["asked"] or NONE, r["beside"] or NONE, "", "", "", "", ""] for r in mine]
    word.table(document, headers, rows, TASK_WIDTHS, middle=(0,))
    document.add_paragraph()


def _signatures(document: object) -> None:
    """Who made the plan and who approves it, side by side."""
    made = document.add_table(rows=1, cols=2)
    for cell, key in zip(made.rows[0].cells, ("ws.paper.approved", "ws.paper.made"), strict=True):
        word.write(cell.paragraphs[0], t("ws.paper.date"), italic=True, middle=True)
        word.write(cell.add_paragraph(), t(key), bold=True, middle=True)
        word.write(cell.add_paragraph(), t("ws.paper.sign"), italic=True, middle=True)
        cell.paragraphs[1].paragraph_format.keep_with_next = True
