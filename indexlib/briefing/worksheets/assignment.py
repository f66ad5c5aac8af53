"""Who answers for which flagged component, with the evidence and the plan's words: one home for each."""

from __future__ import annotations

import pandas as pd

from indexlib.base.wording import NONE, language, t
from indexlib.content import tables
from indexlib.content.sections import grades_note
from indexlib.content.tables.cells import rank_notes
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.plan import BY_GAP, BY_ITEM, Plan
from indexlib.plan.review import Findings

COLUMNS = ["component", "label", "unit", "kind", "by", "score", "change", "rank", "why", "grade", "item", "words"]

#: What a plan's table would say of a unit that it does not name.
NOBODY = {"kind": "generic"}


def assignments(found: Findings) -> pd.DataFrame:
    """Every flagged component with the one unit named first.

    Returns
    -------
    DataFrame
        One row per flagged component, in the order of the flags: ``component``, ``label``; ``unit`` as the
        plan's tables call it, ``kind``, ``by`` (see :meth:`indexlib.plan.plan.Plan.responsible`); and as text:
        ``score`` (with ``%`` where it is one), ``change`` with its unit, ``rank`` with its base, ``why``,
        ``grade``, ``item``, ``words`` of the plan.

    Examples
    --------
    >>> from indexlib import open_run
    >>> frame = assignments(open_run(place="thanh_hoa", year=2024))
    >>> frame.set_index("component").loc["papi.6.2", ["change", "rank", "item", "unit"]].tolist()
    ['-0,2870 điểm', '37/61*', '2.4 (một phần)', 'Trung tâm học tập cộng đồng']
    """
    flagged, why, grades = found.now.flagged(), tables.why_text(found.now), tables.grades_text(found.now)
    answers = found.by_component(flagged["component"]).to_dict("records")
    catalogue = load_catalogue()
    rows = []
    for row, answer in zip(flagged.itertuples(index=False), answers, strict=True):
        percent = catalogue.component(row.component).unit == "percent"
        rows.append((row.component, catalogue.label(row.component), answer["unit"], answer["kind"], answer["by"],
                     tables.score_text(row, unit=percent), _change(row), tables.rank_text(row), why[row.component],
                     grades.get(row.component, NONE), item(found, answer, row.index), words(found, answer, row.index)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _change(row: object) -> str:
    """Change with its unit; across an edge also why there is none."""
    text = tables.change_text(row)
    return f"{text}: {load_catalogue().edge(row.component, row.year)}" if row.reason == "edge" else text


def item(found: Findings, answer: dict, index: str) -> str:
    """Plan items that serve a component, or in what other way it comes to its unit."""
    if answer["by"] in (BY_ITEM, BY_GAP):
        return tables.item_text(answer)
    section = next((f["section"] for f in _focal(found, index)), "")
    return t("ws.focal", section=section) if section else t("ws.focal_plain")


def words(found: Findings, answer: dict, index: str) -> str:
    """The plan's own words for which the unit answers, with their clause; in English also the item's translation."""
    if answer["by"] == BY_ITEM:
        text = t("ws.words", words=answer["words"], item=answer["item"])
        return text if language() == "vi" else f"{text}. {tables.shorten(found.plan.item_text(answer['item']))}"
    if answer["by"] == BY_GAP:
        return found.plan.clause("specialised") or t("gap")
    said = [t("ws.words", words=f["words"], item=f["section"]) for f in _focal(found, index)]
    return said[0] if said else t("ws.focal_plain")


def _focal(found: Findings, index: str) -> list[dict]:
    return [f for f in found.plan.about["focal_points"] if f["focal"] and index in f["indices"]]


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
    if row["kind"] == "generic":
        lines.append(t("ws.generic", assign=t("assign")))
    return [*lines, *found.notices()]


def notes(found: Findings, mine: pd.DataFrame) -> list[str]:
    """What a reader of the figures must know."""
    dashes = [t(f"ws.note.no_{key}") for key in ("rank", "grade") if (mine[key] == NONE).any()]
    return [*rank_notes(mine), *dashes, grades_note(found), t("note.usual"), t("note.computed"), t("note.rounding")]


def collector(found: Findings) -> str:
    """The unit that gathers what the others report; empty where the plan names none."""
    points = found.plan.about["focal_points"]
    return next((found.plan.unit_name(f["unit"]) for f in points if f["role"] == "general report"), "")
