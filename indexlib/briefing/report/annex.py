"""The annexes of the report: every component, how it was computed, where the figures were read, charts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.briefing.office.fill import Rows
from indexlib.briefing.report.pictures import files
from indexlib.briefing.report.sections import records
from indexlib.briefing.worksheets import progress_tables
from indexlib.briefing.worksheets.progress import Progress
from indexlib.content import sections as composed
from indexlib.content import tables
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld
from indexlib.plan.review import Findings

COMPONENTS = ("component", "before", "score", "change", "median", "rank_before", "rank", "why", "item", "unit")
RULES = ("rule", "words", "threshold", "met", "judged")
GOALS = ("component", "target", "actual", "verdict")
LEARN = ("component", "place", "low_then", "risen_to", "above_for")
PROGRESS = {"register": ("task", "who", "state_on"), "by_unit": ("unit", *progress_tables.COUNTS.values()),
            "measures": ("unit", "component", "measure", "person", "deadline", "state_on", "result"),
            "unplanned": ("unit", "component", "why_not"), "difficulties": ("task", "unit", "difficulty"),
            "funding": ("task", "unit", "cost")}
CHARTS = ("left", "left_caption", "right", "right_caption")


def components(found: Findings) -> dict[str, Any]:
    """Every component with a figure in the year, in the order of the catalogue, and the targets set."""
    catalogue, why, before = load_catalogue(), tables.why_text(found), {}
    if found.before is not None:
        before = {r.component: r for r in found.before.components.itertuples(index=False)}
    answers = found.by_component(found.components["component"]).set_index("component", drop=False)
    rows = []
    for r in found.components.itertuples(index=False):
        a, last = answers.loc[r.component], before.get(r.component)
        rows.append(dict(zip(COMPONENTS, (
            catalogue.label(r.component), tables.score_text(last) if last else _none_before(found, r.component),
            tables.score_text(r), tables.change_text(r, unit=False) if last or r.comparable else w.NONE,
            w.number(r.median, r.decimals),
            tables.rank_text(last) if last else w.NONE, tables.rank_text(r), why.get(r.component, w.NONE),
            tables.item_text(a), tables.unit_text(found, a)), strict=True)))
    shown = pd.DataFrame(rows, columns=COMPONENTS)
    wanted, rivals = tables.goals(found), tables.learn_from(found)
    return _table("goals", GOALS, None if wanted.frame.empty else wanted) | \
        _table("learn", LEARN, None if rivals.frame.empty else rivals) | {
        "annex_1": t("report.annex_1", place=found.place.name, year=found.year), "components": Rows(COMPONENTS, rows),
        "components_none": "" if rows else t("empty.nothing", year=found.year),
        "components_notes": [*tables.rank_notes(shown), *([t("report.dash")] if rows else [])]}


def _none_before(found: Findings, component: str) -> str:
    """Why a component has no figure in the year before."""
    year, held = found.year - 1, load_withheld()
    held = held[(held["place"] == found.place.code) & (held["component"] == component) & (held["year"] == year)]
    there = any(place.code == found.place.code and place.valid(year) for place in load_places().all)
    return t("report.withheld") if len(held) else t("score.none" if there else "report.not_yet")


def _table(name: str, names: tuple[str, ...], table: tables.Table | None) -> dict[str, Any]:
    """A table with its title and notes; one without rows says so in a note, one that is not asked for says nothing."""
    rows = [] if table is None else [{n: r[n] for n in names} for r in records(table)]
    return {name: Rows(names, rows), f"{name}_title": table.caption if table and rows else "",
            f"{name}_notes": [] if table is None else table.notes if rows else [table.empty]}


def method(found: Findings) -> dict[str, Any]:
    """The conditions, what could not be judged, how to read the figures, and where they were read."""
    rules, judged = tables.rules(found), len(found.components) > 0
    said = [*composed.missing(found).paragraphs, t("note.computed"), t("note.rounding"), t("note.usual")]
    said += [t(f"note.order.{found.params.order}"), *tables.chance_notes(found)] if judged else []
    said += tables.row_notes(found, list(found.components["component"]))
    sources = [t("report.source", figures=figures, where=name) for figures, name in tables.named_sources(found, whole=True)]
    return {
        "annex_2": t("report.annex_2"), "rules_title": rules.caption, "rules": Rows(RULES, records(rules)), "method": said,
        "sources_title": t("table.sources"), "sources": sources or [t("empty.nothing", year=found.year)]}


def progress(read: Progress | None, on: date | None) -> dict[str, Any]:
    """What the units' worksheets say on a day: every task and measure, counts by unit, difficulties, costs, faults."""
    out: dict[str, Any] = {"annex_progress": t("report.annex_progress") if read else "",
                           "problems": [p.line() for p in read.problems] if read else []}
    made = {} if read is None or on is None else {
        "register": progress_tables.tasks(read, on), "by_unit": progress_tables.by_unit(read, on),
        "measures": progress_tables.measures(read, on), "unplanned": progress_tables.unplanned(read, on),
        "difficulties": progress_tables.difficulties(read, on), "funding": progress_tables.funding(read, on)}
    for name, names in PROGRESS.items():
        out |= _table(name, names, made.get(name))
    return out


def charts(found: Findings, folder: Path | None) -> dict[str, Any]:
    """The charts whose pictures are there, two abreast."""
    drawn = files(found, folder) if folder else []
    cells: list[tuple[Any, str]] = [
        (file, t(f"report.chart.{shows}", n=n, index=load_catalogue().short_name(index), place=found.place.name,
                 before=found.year - 1)) for n, (index, shows, file) in enumerate(drawn, 1)]
    cells += [("", "")] * (len(cells) % 2)
    rows = [dict(zip(CHARTS, (*left, *right), strict=True)) for left, right in zip(cells[::2], cells[1::2], strict=True)]
    return {"annex_charts": t("report.annex_charts") if rows else "", "charts": Rows(CHARTS, rows)}
