"""Tables of the quarterly report: what each unit planned, did, is late with and has not planned."""

from __future__ import annotations

import datetime

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.days import day_text
from indexlib.base.wording import t
from indexlib.briefing.worksheets.assignment import unit_name
from indexlib.briefing.worksheets.progress import PLANNED, STATES, Progress
from indexlib.briefing.worksheets.tasks import STATES as TASK_STATES
from indexlib.briefing.worksheets.tasks import judged as register_of
from indexlib.content.tables.cells import shorten
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.plan import load_plan

#: Columns of counts, with the name of each among the column headings.
COUNTS = {"components": "components", "planned": "planned", "missing": "unplanned", "faulty": "faulty",
          "not_returned": "not_returned", "measures": "measures", **{s: s for s in STATES}}
#: What asks for attention first.
ORDER = {"late": 0, "due": 1, "done_late": 2, "done": 3}


def by_unit(progress: Progress, on: datetime.date) -> Table:
    """Counts of components and measures by unit on a day, with the sum of all."""
    counts = progress.summary(on)
    names = list(COUNTS)
    rows = [(_unit(progress, r["unit"], on), *(str(r[n]) for n in names)) for r in counts.to_dict("records")]
    if rows:
        rows.append((t("progress.all"), *(str(counts[n].sum()) for n in names)))
    frame = pd.DataFrame(rows, columns=["unit", *COUNTS.values()])
    notes = [t("progress.note.sums"), t("progress.note.day", day=day_text(on))]
    if progress.problems:
        notes.append(t("progress.note.problems", n=len(progress.problems)))
    return Table(t("progress.table.units", day=day_text(on)), frame, notes, t("progress.empty"))


def measures(progress: Progress, on: datetime.date) -> Table:
    """Every measure with what has become of it, the late ones first, each group by deadline."""
    judged = progress.judged(on)
    judged = judged.assign(_order=judged["state"].map(ORDER)).sort_values(["_order", "deadline", "unit"], kind="stable")
    catalogue = load_catalogue()
    rows = [(_unit(progress, r["unit"], on), catalogue.label(r["component"]), r["measure"],
             r["product"] or t("progress.no_product"), r["person"], day_text(r["deadline"]),
             t(f"progress.state.{r['state']}"), _said(r["status"]), day_text(r["done_on"]),
             r["result"] or w.NONE) for r in judged.to_dict("records")]
    columns = ["unit", "component", "measure", "product", "person", "deadline", "state_on", "status", "done_on", "result"]
    return Table(t("progress.table.measures", day=day_text(on)), pd.DataFrame(rows, columns=columns), [],
                 t("progress.empty_measures"))


def unplanned(progress: Progress, on: datetime.date) -> Table:
    """Components without a measure that could be counted, and why."""
    c = progress.components[progress.components["state"] != PLANNED[0]]
    catalogue = load_catalogue()
    rows = [(_unit(progress, r.unit, on), catalogue.label(r.component), t(f"progress.plan.{r.state}"))
            for r in c.sort_values("unit", kind="stable").itertuples(index=False)]
    return Table(t("progress.table.unplanned"), pd.DataFrame(rows, columns=["unit", "component", "why_not"]), [],
                 t("progress.empty_unplanned"))


def tasks(progress: Progress, on: datetime.date) -> Table:
    """Every task of the plan's register with who does it by when, and what has become of it; counted in the caption."""
    judged = register_of(progress.tasks, on)
    rows = [(_task(r), "; ".join([_unit(progress, r["unit"], on), *_by(r)]), t(f"progress.task.{r['state']}"))
            for r in judged.to_dict("records")]
    count = judged["state"].value_counts()
    said = w.listing([t("progress.task.count", state=t(f"progress.task.{s}"), n=int(count[s]))
                      for s in TASK_STATES if s in count])
    caption = t("progress.table.tasks", n=int((~judged["duty"]).sum()), m=int(judged["duty"].sum()), counts=said)
    frame = pd.DataFrame(rows, columns=["task", "who", "state_on"])
    return Table(caption if rows else t("progress.table.no_tasks"), frame, [], t("empty.no_items"))


def difficulties(progress: Progress, on: datetime.date) -> Table:
    """Difficulties that units report, for the head of the office."""
    return _told(progress, "difficulty", on)


def funding(progress: Progress, on: datetime.date) -> Table:
    """What units say that their tasks cost, for the proposal of funds."""
    return _told(progress, "cost", on)


def _told(progress: Progress, key: str, on: datetime.date) -> Table:
    mine = progress.tasks[[bool(x) for x in progress.tasks[key]]]
    rows = [(_task(r), _unit(progress, r["unit"], on), r[key]) for r in mine.to_dict("records")]
    return Table(t(f"progress.table.{key}", n=len(rows)), pd.DataFrame(rows, columns=["task", "unit", key]), [],
                 t(f"progress.empty_{key}"))


def _by(record: dict) -> list[str]:
    """The person and the day of a task, as far as they are given."""
    return [x for x in (record["person"], day_text(record["deadline"]) if record["deadline"] else "") if x]


def _task(record: dict) -> str:
    return f"{record['task']} {shorten(record['text'], 90)}"


def _unit(progress: Progress, unit: str, on: datetime.date) -> str:
    return unit_name(load_plan(progress.plan).on(on.isoformat()), unit)


def _said(status: str) -> str:
    return t(f"ws.status.{status}") if status else t("progress.not_said")
