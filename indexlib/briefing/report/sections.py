"""What stands in each section of the report: texts and table rows, all as people read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.analysis.standing import standing
from indexlib.base import wording as w
from indexlib.base.wording import own, t
from indexlib.briefing.report.pictures import pictures
from indexlib.briefing.worksheets import progress_tables
from indexlib.briefing.worksheets.assignment import beside
from indexlib.briefing.worksheets.progress import Progress
from indexlib.content import prose, tables
from indexlib.content import sections as composed
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import load_withheld
from indexlib.plan.plan import BY_GAP, NO_PLAN
from indexlib.plan.review import Findings
from indexlib.plan.targets import goals as _goals

#: Years in the table of an index's run over years.
RUN = 5
#: What a plan must say of its issuer before it can head a report.
HEAD = ("letterhead", "seat", "recipients")
QUARTERS = ("", "I", "II", "III", "IV")


def head(found: Findings) -> dict[str, Any]:
    """Head of the document and the place for the signature, after Nghị định 30/2020/NĐ-CP.

    An office that the plan does not name in full, or that is gone, leaves its name to be filled in.
    """
    about, year, report = found.plan.about, found.params.year, found.params.report
    office = about["successor"] if found.plan.dissolved(found.plan.day) else about
    foreign = any(f"{key}_vi" not in office for key in HEAD) or "post_vi" not in about
    first, second = (t("report.office"), t("report.office_of")) if foreign else own(office, "letterhead")
    when = {"year": report.year, "quarter": QUARTERS[report.quarter or 0]}
    into = t("report.into.year_of", **when) if report.period == "year" and report.year else \
        t(f"report.into.{report.period}", **when)
    key = "report.basis_none" if found.plan.code == NO_PLAN else "report.basis_foreign" if foreign else "report.basis"
    return {
        "letterhead_1": first, "letterhead_2": second, "number": t("report.number"), "nation": t("report.nation"),
        "motto": t("report.motto"), "day": t("report.day", seat="…" if foreign else own(office, "seat")),
        "kind": t("report.kind"), "into": into,
        "title": t("report.title", place=found.place.name, year=year, indices=_indices(found)),
        "basis": t(key, plan=own(about, "name"), issuer=own(about if foreign else office, "issuer")),
        "notices": found.notices(),
        "recipients_head": t("report.recipients"),
        "recipients": [t("report.recipient_open")] if foreign else list(own(office, "recipients")),
        "on_behalf": t("report.on_behalf", office=second if foreign else first),
        "post": t("report.head_of_office") if foreign else own(about, "post"),
    }


def _indices(found: Findings) -> str:
    """Names of the indices, in the order of the plan."""
    return w.listing_and([load_catalogue().short_name(index) for index in found.plan.indices()])


def summary(found: Findings, sections: dict[str, str]) -> list[str]:
    """What a reader with five minutes needs, one line each."""
    all_, flagged = len(found.now.components), found.now.flagged()["component"].tolist()
    if not all_:
        return [t("report.sum.empty", place=found.place.name, year=found.params.year), *tables.coverage(found, hint=False)]
    if not flagged:
        lines = [t("report.sum.none", all=all_)]
    else:
        focus = found.now.focus(found.params.focus)
        lines = [t("report.sum.flagged", n=len(flagged), all=all_, k=len(focus), section=sections["focus"])]
        lines.append(" ".join(tables.chance_notes(found)))
    tasks = found.tasks()
    gone = tasks.loc[tasks["by"] == BY_GAP, "component"].tolist()
    if gone:
        names = w.listing([load_catalogue().label(c) for c in gone])
        lines.append(t("report.sum.gaps", n=len(flagged), gaps=len(gone), names=names))
    in_part = int(tasks["in_part"].sum())
    if in_part:
        lines.append(t("report.sum.in_part", n=in_part))
    if found.before is not None:
        lines += composed.follow_up(found).paragraphs
    wanted = _goals(found)
    if len(wanted):
        count = wanted["state"].value_counts()
        lines.append(t("report.sum.goals", section=sections["goals"],
                       **{s: int(count.get(s, 0)) for s in ("met", "missed", "unknown")}))
    return lines


def table(found: Findings, name: str) -> dict[str, Any]:
    """A table of :mod:`indexlib.tables` by the name of its function."""
    made = getattr(tables, name)(found)
    return {"caption": made.caption, "rows": records(made), "notes": made.notes, "empty": made.empty}


def records(table: tables.Table) -> list[dict[str, str]]:
    """Rows of a table as dictionaries; a cell with nothing to say holds a dash."""
    return [{k: v or w.NONE for k, v in row.items()} for row in table.frame.to_dict("records")]


def indices(found: Findings, charts: Path | None, section: str) -> list[dict[str, Any]]:
    """A part for each index: the standard paragraph, its run over years, its main components, its charts."""
    parts, number = [], 0
    for index in index_codes():
        drawn = []
        for picture in pictures(found, index):
            number += 1
            drawn.append({"image": picture.file(charts), "caption": picture.caption(number, found, index)})
        parts.append(_index(found, index, section) | {"charts": drawn})
    return parts


def _index(found: Findings, index: str, method: str) -> dict[str, Any]:
    catalogue, year = load_catalogue(), found.params.year
    rows = _main_rows(found, index)
    main = prose.main_components(found, index)
    what = t(f"what.{catalogue.component(main[0]).level}") if main else ""
    short = catalogue.short_name(index)
    percent = catalogue.component(index).unit == "percent"
    run = _run(found, index)
    notes = tables.rank_notes(pd.DataFrame(rows + run).fillna(""))
    notes += tables.coverage(found, (index,), hint=False) if rows else []  # without rows section "method" says it
    if any(w.NONE in r.values() for r in rows + run):
        notes.append(t("report.dash"))
    return {
        "title": short, "text": str(prose.standard(found, index)), "rows": rows,
        "caption": t("report.components", index=short, what=what, year=year),
        "none": t("report.components.none", index=short, year=year, section=method),
        "before": t("report.col.year", year=year - 1), "now": t("report.col.year", year=year),
        "moved": t("report.col.change_percent" if percent else "report.col.change"),
        "rank_before": t("report.col.rank_year", year=year - 1), "rank_now": t("report.col.rank_year", year=year),
        "notes": notes, "run": run,
        "run_caption": t("report.run", index=short, place=found.place.name),
    }


def _main_rows(found: Findings, index: str) -> list[dict[str, str]]:
    """The main components of an index beside the year before; none where none has a figure."""
    now = {r.component: r for r in found.now.components.itertuples(index=False)}
    before = {} if found.before is None else \
        {r.component: r for r in found.before.components.itertuples(index=False)}
    why = found.now.missing.set_index("component")["why"]
    main, rows = prose.main_components(found, index), []
    if not any(c in now for c in main):
        return []
    for code in main:
        component = load_catalogue().component(code)
        name = " ".join(x for x in (component.number, component.name) if x)
        row, last = now.get(code), before.get(code)
        cells = {"component": name, "before": tables.score_text(last) if last else _none_before(found, code)}
        if row is None:
            gone = t("index.withheld", why=why[code]) if why.get(code) else t("score.none")
            cells |= {"now": gone, "change": w.NONE, "median": w.NONE, "group": w.NONE, "rank": w.NONE,
                      "rank_before": tables.rank_text(last) if last else w.NONE}
        else:
            cells |= {"now": tables.score_text(row), "change": tables.change_text(row, unit=False),
                      "median": w.number(row.median, row.decimals),
                      "group": tables.group_text(row), "rank": tables.rank_text(row),
                      "rank_before": tables.rank_text(row, before=True)}
        rows.append(cells)
    return rows


def _none_before(found: Findings, component: str) -> str:
    """Why a component has no figure in the year before."""
    year, held = found.params.year - 1, load_withheld()
    held = held[(held["place"] == found.place.code) & (held["component"] == component) & (held["year"] == year)]
    return t("report.withheld") if len(held) else t("score.none" if year >= found.place.first_year else "report.not_yet")


def _run(found: Findings, index: str) -> list[dict[str, str]]:
    """Score and rank of an index over the last years, with where it changed its measure."""
    year, catalogue, s = found.params.year, load_catalogue(), found.scores
    known = standing(s[(s["component"] == index) & s["year"].between(year - RUN + 1, year)])
    known = known[known["place"] == found.place.code].set_index("year")
    held = load_withheld()
    held = set(held.loc[(held["place"] == found.place.code) & (held["component"] == index), "year"])
    rows = []
    for y in range(year - RUN + 1, year + 1):
        cells = {"year": str(y), "score": t("score.none"), "rank": w.NONE, "group": w.NONE, "remark": _measure(index, y)}
        if y < found.place.first_year:
            cells["score"] = t("report.not_yet")
        elif y in held:
            cells["score"] = t("report.withheld")
        elif y in known.index:
            row = known.loc[y]
            if pd.notna(row["score"]):
                cells["score"] = w.score(row["score"], catalogue.decimals(index), catalogue.component(index).unit)
            cells["rank"] = w.rank(tables.value_of(row["rank"]), tables.value_of(row["base"]), row["rank_kind"])
            cells["group"] = tables.group_text(row)
        rows.append(cells)
    return rows


def _measure(index: str, year: int) -> str:
    """Whether an index measures in a year what it measured the year before, or why not."""
    catalogue = load_catalogue()
    blocks = catalogue.with_block(pd.DataFrame({"component": index, "year": [year - 1, year]}))["block"].tolist()
    if not blocks[1]:
        return t("report.no_edition")
    if blocks[0] == blocks[1]:
        return catalogue.caution(index, year) or t("report.same_measure")
    return catalogue.edge(index, year) or t("report.first")


def focus(found: Findings) -> dict[str, Any]:
    """The focus list with figures, reasons, plan item and the plan's own words."""
    table = tables.focus(found)
    chosen = found.now.focus(found.params.focus)
    answer = found.by_component(chosen["component"]).to_dict("records")
    rows = []
    for n, (cells, row, a) in enumerate(zip(records(table), chosen.itertuples(index=False), answer, strict=True), 1):
        key = "report.ranked" if cells["rank_before"] == w.NONE else "report.ranked.before"
        rows.append({
            "no": str(n), "component": cells["component"], "why": cells["why"],
            "unit": "\n".join([cells["unit"], *(x for x in [beside(found, a)] if x != w.NONE)]),
            "score": tables.score_text(row, unit=True), "change": cells["change"],
            "rank": t(key, rank=cells["rank"], year=found.params.year - 1, before=cells["rank_before"]),
            "grade": "" if cells["grade"] == w.NONE else t("report.grade", grade=cells["grade"]),
            "item": cells["item"], "words": f"“{a['words']}”" if a["words"] else ""})
    notes = [n for n in table.notes if n not in tables.chance_notes(found)]
    asks = found.plan.demand("focus")
    lead = t("report.focus.lead", words=asks["words"], clause=asks["clause"]) if asks else t("report.focus.own")
    return {"lead": lead, "caption": table.caption, "rows": rows, "notes": notes, "empty": table.empty}


def follow_up(found: Findings) -> dict[str, Any]:
    """How many of last year's flags are still there, and those that are new or cleared."""
    section = composed.follow_up(found)
    moved = [r for r in records(section.table) if r["state"] != t("state.still")]
    return {"text": section.paragraphs[0], "rows": moved}


def goals(found: Findings) -> dict[str, Any]:
    """Each target, what was reached, and whether it is met."""
    made = tables.goals(found)
    return {"text": made.empty if made.frame.empty else t("report.goals.lead"), "notes": made.notes,
            "rows": [r | {"state": r["verdict"]} for r in records(made)]}


def progress(read: Progress, on: date) -> dict[str, Any]:
    """What the units' worksheets say on a day: counts by unit, measures, and components without one."""
    by_unit, measures, unplanned = progress_tables.by_unit(read, on), progress_tables.measures(read, on), \
        progress_tables.unplanned(read, on)
    parts = {"tasks": progress_tables.tasks(read, on), "units": by_unit, "measures": measures, "unplanned": unplanned,
             "difficulties": progress_tables.difficulties(read, on), "funding": progress_tables.funding(read, on)}
    problems = [p.line() for p in read.problems]
    return {name: {"caption": made.caption, "rows": records(made), "empty": made.empty, "notes": made.notes}
            for name, made in parts.items()} | {"problems": problems}


def units(found: Findings) -> dict[str, Any]:
    """Each unit with the components it answers for, the most first."""
    table = composed.units(found).table
    asks = found.plan.demand("own_plan")
    lead = [t("report.units.asked", words=asks["words"], clause=asks["clause"])] if asks else []
    return {"lead": " ".join([*lead, t("report.units.lead")]), "rows": records(table), "empty": table.empty}


def method(found: Findings) -> list[str]:
    """What could not be judged, and how to read the figures."""
    mapping = [] if found.plan.items.empty else [t("report.mapping")]
    return [*composed.missing(found).paragraphs, *mapping, t("note.computed"), t("note.rounding"), t("note.usual")]


def sources(found: Findings) -> dict[str, Any]:
    """Where the figures were read."""
    lines = [t("report.source", figures=figures, where=name) for figures, name in tables.named_sources(found, RUN)]
    empty = t("empty.nothing", year=found.params.year)
    return {"caption": t("table.sources"), "lines": [*lines, t("report.sources_note")] if lines else [empty]}
