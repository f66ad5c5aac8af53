"""Who answers for which flagged component, with the evidence and the plan's words: one home for each."""

from __future__ import annotations

import pandas as pd

from indexlib.base.wording import NONE, language, t
from indexlib.content import tables
from indexlib.content.tables.cells import rank_notes
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.faults import NO_PERSON
from indexlib.plan.plan import BY_ITEM, Plan
from indexlib.plan.review import Findings
from indexlib.plan.targets import goals

COLUMNS = ["component", "label", "unit", "kind", "by", "score", "change", "rank", "why", "grade", "item", "words", "beside",
           "happened"]

#: What a plan's table would say of a unit that it does not name.
NOBODY = {"kind": "generic"}


def assignments(found: Findings) -> pd.DataFrame:
    """Every flagged component that is somebody's task, with the unit named first.

    Returns
    -------
    DataFrame
        One row per flagged component, in the order of the flags: ``component``, ``label``; ``unit`` as the
        plan's tables call it, ``kind``, ``by`` (see :meth:`indexlib.plan.plan.Plan.responsible`); and as text:
        ``score`` (with ``%`` where it is one), ``change`` with its unit, ``rank`` with its base, ``why``,
        ``grade``, ``item``, ``words`` of the plan, ``beside``: who leads with it and who helps; ``happened``: in a few words.

    Examples
    --------
    >>> from indexlib import open_run
    >>> frame = assignments(open_run(place="thanh_hoa", year=2024))
    >>> frame.set_index("component").loc["papi.6.2", ["change", "rank", "item", "unit"]].tolist()
    ['-0,2870 điểm', '37/61*', '2.4 (một phần)', 'Trung tâm học tập cộng đồng']
    """
    flagged, why, grades = found.now.flagged(), tables.why_text(found.now), tables.grades_text(found.now)
    answers = found.tasks().to_dict("records")
    wanted: dict[str, list[str]] = {}
    for goal in goals(found).itertuples(index=False):
        text = t("ws.goal", target=tables.goal_text(goal, found.params.year), verdict=tables.verdict_text(goal))
        wanted.setdefault(goal.component, []).append(text)
    catalogue, figures, rows = load_catalogue(), {r.component: r for r in flagged.itertuples(index=False)}, []
    for answer in answers:
        row = figures[answer["component"]]
        percent = catalogue.component(row.component).unit == "percent"
        rows.append((row.component, catalogue.label(row.component), answer["unit"], answer["kind"], answer["by"],
                     tables.score_text(row, unit=percent), _change(row), tables.rank_text(row),
                     "; ".join([why[row.component], *wanted.get(row.component, [])]),
                     grades.get(row.component, NONE), tables.item_text(answer), words(found, answer),
                     beside(found, answer), tables.happened(found, row, why[row.component])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _change(row: object) -> str:
    """Change with its unit; across an edge also why there is none."""
    text = tables.change_text(row)
    return f"{text}: {load_catalogue().edge(row.component, row.year)}" if row.reason == "edge" else text


def words(found: Findings, answer: dict) -> str:
    """The plan's own words for which the unit answers, with their clause; in English also the item's translation."""
    if answer["by"] == BY_ITEM:
        text = t("ws.words", words=answer["words"], item=answer["item"])
        return text if language() == "vi" else f"{text}. {tables.shorten(found.plan.item_text(answer['item']))}"
    return found.plan.clause("specialised") or t("gap")


def beside(found: Findings, answer: dict) -> str:
    """The units that lead with the one named first, and those that help it; a dash where there are none."""
    texts = (("report.co_leads", tables.co_leads_text(found, answer)),
             ("report.coordinating", tables.coordinating_text(found, answer)))
    return "\n".join(t(key, units=text) for key, text in texts if text != NONE) or NONE


def unit_name(plan: Plan, unit: str) -> str:
    """Name of a unit; where the plan names none for an index, that none is named."""
    return plan.unit_name(unit) or t("ws.no_unit")


def heading(found: Findings, unit: str) -> list[str]:
    """What stands above a unit's worksheet: its title, whose plan and figures, who has to act, what it is today."""
    about, plan = found.plan.about, found.plan
    row = next(iter(plan.units[plan.units["unit"] == unit].to_dict("records")), NOBODY)
    lines = [t("ws.title", unit=unit_name(plan, unit)),
             t("ws.about", place=found.place.name, year=found.params.year, issuer=about[f"issuer_{language()}"],
               first=about["first_year"], last=about["last_year"])]
    if row["kind"] in NO_PERSON:
        lines.append(t("ws.generic", assign=tables.assign_text(found)))
    return [*lines, *found.notices()]


def notes(found: Findings, mine: pd.DataFrame) -> list[str]:
    """What a reader of the figures must know."""
    dashes = [t(f"ws.note.no_{key}") for key in ("rank", "grade") if (mine[key] == NONE).any()]
    return [*rank_notes(mine), *dashes, tables.grades_note(found), t("note.usual"), t("note.computed"), t("note.rounding")]


def collector(found: Findings) -> str:
    """The unit that gathers what the others report; empty where the plan names none."""
    duty = found.plan.duty("general report")
    return found.plan.unit_name(duty["unit"]) if duty else ""
