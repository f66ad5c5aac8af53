"""What stands in the body of the report, at most four pages: fields and table rows, all as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.days import day_text
from indexlib.base.wording import own, t
from indexlib.briefing.office.fill import Rows
from indexlib.briefing.worksheets import progress_tables
from indexlib.briefing.worksheets.progress import STATES, Progress
from indexlib.content import prose, tables
from indexlib.content import sections as composed
from indexlib.content.due import Days, due
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.plan.order import fallen_totals
from indexlib.plan.plan import BY_CONTEXT, BY_GAP, NO_PLAN
from indexlib.plan.review import Findings
from indexlib.plan.targets import goals as _goals

#: What a plan must say of its issuer before it can head a report.
HEAD = ("letterhead", "seat", "recipients")
QUARTERS = ("", "I", "II", "III", "IV")
#: Grades of falls that will most likely last.
SURE = ("A", "B")
#: Names in a sentence of the body before the rest is only counted.
NAMED = 6
#: Units in a cell before the rest is only counted.
UNITS = 1
#: Measures named in the body as late.
LATE = 5
TASK = ("no", "component", "task", "lead", "coordinating", "deadline", "product")
#: A place that is left open for whoever signs.
OPEN = "…"


def _office(found: Findings) -> dict | None:
    """What the plan says of the office that reports on the day; none where that does not head a report."""
    about = found.plan.about
    office = about["successor"] if found.plan.dissolved(found.plan.day) else about
    return office if all(f"{key}_vi" in office for key in HEAD) and "post_vi" in about else None


def left_open(found: Findings, days: Days) -> list[str]:
    """What is left open, in words."""
    late = [a for _, a in _answers(found, found.focus(found.params.focus)) if not due(found, a, days)]
    return [*([] if _office(found) else [t("report.open.office")]),
            *([t("report.open.lead")] if found.plan.code == NO_PLAN else []),
            *([t("report.open.due")] if late else []), t("report.open.rest")]


def head(found: Findings) -> dict[str, Any]:
    """Head of the document and the place for the signature, after Nghị định 30/2020/NĐ-CP.

    An office that the plan does not name in full leaves its name to be filled in.
    """
    about, report, office = found.plan.about, found.params.report, _office(found)
    first, second = own(office, "letterhead") if office else (t("report.office"), t("report.office_of"))
    when = {"year": report.year, "quarter": QUARTERS[report.quarter or 0]}
    key = "year_of" if report.period == "year" and report.year else report.period
    return {
        "letterhead_1": first, "letterhead_2": second, "number": t("report.number"), "nation": t("report.nation"),
        "motto": t("report.motto"), "day": t("report.day", seat=own(office, "seat") if office else OPEN),
        "kind": t("report.kind"), "into": t(f"report.into.{key}", **when),
        "title": t("report.title", place=found.place.name, year=found.year, indices=_names(_spoken(found))),
        "recipients_head": t("report.recipients"),
        "recipients": [f"- {x}" for x in (own(office, "recipients") if office else
                                          [t("report.recipient_open"), t("report.file")])],
        "on_behalf": t("report.on_behalf", office=first if office else second),
        "post": own(about, "post") if office else t("report.head_of_office"), "signer": OPEN,
    }


def _spoken(found: Findings) -> list[str]:
    """The indices that the report can speak of: those whose components could be judged, else those with a figure."""
    c = found.components[found.components["index"].isin(found.plan.scope)]
    judged = set(c.loc[(c["level"] != TOTAL) & (c["judged"] > 0), "index"]) or set(c["index"]) or set(found.plan.scope)
    return [index for index in found.plan.indices() if index in judged]


def _names(indices: list[str]) -> str:
    return w.listing_and([load_catalogue().short_name(index) for index in indices])


def basis(found: Findings) -> dict[str, Any]:
    """On what the report rests, and what it can speak of."""
    about, office = found.plan.about, _office(found)
    key = "report.basis_none" if found.plan.code == NO_PLAN else "report.basis" if office else "report.basis_foreign"
    missing = found.missing[found.missing["index"].isin(found.plan.scope)]
    scope = t("report.scope", n=int((found.components["level"] != TOTAL).sum()), indices=_names(_spoken(found)))
    away = [t("report.scope.away", n=len(missing), indices=_names(
        [i for i in found.plan.indices() if i in set(missing["index"])]))] if len(missing) else []
    return {"basis": t(key, plan=own(about, "name"), issuer=own(office or about, "issuer")),
            "scope": [" ".join([scope, *away]), *found.notices()]}


def results(found: Findings) -> dict[str, Any]:
    """The totals as a table, and two sentences an index."""
    made = tables.totals(found)
    return {"totals_title": made.caption, "totals": Rows(tuple(made.frame), records(made)),
            "totals_notes": [*tables.rank_notes(made.frame), tables.publishers(found)],
            "results": [prose.brief(found, index) for index in index_codes()]}


def records(table: tables.Table) -> list[dict[str, str]]:
    """Rows of a table as dictionaries; a cell with nothing to say holds a dash."""
    return [{k: v or w.NONE for k, v in row.items()} for row in table.frame.to_dict("records")]


def assessment(found: Findings) -> dict[str, Any]:
    """What rose, what fell and will likely last, what is low again, what became of last year's, targets met."""
    flags, flagged = found.flags, found.flagged()
    said = [composed.moves(found) + "."] if len(found.components) else []
    if flagged.empty:
        said.append(t("report.sum.none", all=len(found.components)) if len(found.components) else
                    t("report.sum.empty", place=found.place.name, year=found.year))
    else:
        parts, (judged, met) = flagged[flagged["level"] != TOTAL], found.counts()
        said.append(t("report.sum.flagged", n=met, all=judged))
        last = parts.loc[parts["grade"].isin(SURE), "component"].tolist()
        least = w.plain_number(100 * found.params.grades.b)
        said.append(t("report.sum.lasting", n=len(last), names=composed.named(last, NAMED), least=least) if last else
                    t("report.sum.lasting_none", least=least))
        low = [set(f.flags.loc[(f.flags["rule"] == "rank_low") & (f.flags["state"] == "met"), "component"])
               for f in (found, found.before) if f is not None]
        again = [c for c in parts["component"] if len(low) == 2 and c in low[0] & low[1]]
        said += [t("report.sum.low_again", n=len(again), names=composed.named(again, NAMED))] if again else []
    said += composed.follow_up(found).paragraphs if found.before is not None and flags["state"].eq("met").any() else []
    wanted = _goals(found)["state"].value_counts()
    said += [t("report.sum.goals", **{s: int(wanted.get(s, 0)) for s in ("met", "missed", "unknown")})] if len(
        wanted.drop("unknown", errors="ignore")) else []
    return {"assessment": said}


def tasks(found: Findings, days: Days) -> dict[str, Any]:
    """The focus list as tasks: what the plan asks, who leads, who helps; what the plan lacks, to be added."""
    focus, why = found.focus(found.params.focus), tables.why_text(found)
    asks, rows, lacking, units = found.plan.demand("focus"), [], [], ([], [])
    items = found.plan.items.set_index("item")
    for row, a in _answers(found, focus):
        what = f"{load_catalogue().label(row.component)}\n{tables.happened(found, row, why.get(row.component, ''))}"
        gap, nobody = a["by"] == BY_GAP, a["by"] == BY_CONTEXT
        task = t("report.gap") if gap else OPEN if nobody else _task(a, items)
        lead = OPEN if nobody else tables.unit_text(found, a)
        units[gap].append(OPEN if nobody else found.plan.unit_name(a["unit"]) or OPEN)
        beside = tables.co_leads_text(found, a)
        lead += f"\n{t('report.co_leads', units=_few(beside))}" if beside != w.NONE else ""
        helping = _few(tables.coordinating_text(found, a))
        product = items.at[a["item"], "product"] if a["item"] else ""
        (lacking if gap else rows).append([what, task, lead, OPEN if helping == w.NONE else helping,
                                       due(found, a, days) or OPEN, product or OPEN])
    numbered = [dict(zip(TASK, [str(n), *cells], strict=True)) for n, cells in enumerate([*rows, *lacking], 1)]
    lead = t("report.focus.lead", words=asks["words"], clause=asks["clause"]) if asks else t("report.focus.own")
    none = tables.without_plan(found)
    notes = [t("report.open_none" if none else "report.open_note")]
    notes += [] if found.plan.items.empty else [t("report.mapping")]
    return {
        "gist": _gist(found, numbered, focus, units[0] + units[1]),
        "tasks_lead": lead if numbered else tables.nothing(found), "tasks": Rows(TASK, numbered[:len(rows)]),
        "additions_head": t("report.additions") if lacking else "", "additions": Rows(TASK, numbered[len(rows):]),
        "tasks_notes": notes if numbered else []}


def _few(units: str) -> str:
    """The first units of a list; the cards of the first page and the worksheets name all."""
    names = units.split("; ")
    more = [t("report.more_units", n=len(names) - UNITS)] if len(names) > UNITS else []
    return "; ".join([*names[:UNITS], *more])


def _task(answer: dict, items: pd.DataFrame) -> str:
    """The plan's words for a component, the item they stand in with its numbers, the other items that serve it."""
    others = [i for i in answer["items"].split(", ") if i != answer["item"]]
    item = t("report.task.item", item=tables.item_text({**answer, "items": answer["item"]}))
    also = [t("report.task.also", items=w.listing(others))] if others else []
    numbers = [x for x in [items.at[answer["item"], "numbers"]] if x]
    return "\n".join([t("report.task", words=answer["words"]), *numbers, item, *also])


def _gist(found: Findings, rows: list[dict[str, str]], focus: pd.DataFrame, units: list[str]) -> list[str]:
    """What fell, else what comes first, and who acts, for the first page."""
    totals = w.listing([load_catalogue().short_name(c) for c in fallen_totals(found.components)["component"]])
    fell = focus.loc[focus["change_published"] < 0, "component"].tolist()
    said = [t("report.gist.fell" if fell else "report.gist.fell_total", totals=totals or t("report.gist.no_total"),
              names=composed.named(fell, NAMED))] if totals or fell else []
    said += [] if fell or focus.empty else [t("report.gist.first", names=composed.named(focus["component"].tolist(), NAMED))]
    of = {unit: [r["no"] for r, u in zip(rows, units, strict=True) if u == unit] for unit in dict.fromkeys(units)}
    who = "; ".join(unit if unit == OPEN else t("report.gist.unit", unit=unit, rows=w.listing(numbers))
                    for unit, numbers in of.items())
    by: dict[str, list[str]] = {}
    for row in rows:
        by.setdefault(row["deadline"], []).append(row["no"])
    when = OPEN if set(by) <= {OPEN} else "; ".join(t("report.gist.unit", unit=day, rows=w.listing(numbers))
                                                    for day, numbers in by.items())
    return [*said, *([t("report.gist.who", units=who, due=when)] if of else [])]


def _answers(found: Findings, components: pd.DataFrame) -> list[tuple[Any, dict]]:
    """Rows of components, each with the plan's answer."""
    return list(zip(components.itertuples(index=False),
                    found.by_component(components["component"]).to_dict("records"), strict=True))


def causes(found: Findings) -> dict[str, Any]:
    """What the figures say of each component in focus, beside the place where the unit says why."""
    rows = [{"component": load_catalogue().label(r.component), "figures": _figures(r), "cause": OPEN}
            for r in found.focus(found.params.focus).itertuples(index=False)]
    return {"causes": Rows(("component", "figures", "cause"), rows), "causes_none": "" if rows else tables.nothing(found)}


def _figures(row: Any) -> str:
    """How a component moved beside the country, and how far it is from the middle."""
    unit = load_catalogue().component(row.component).unit
    said = [prose.moved(row) if row.comparable else tables.change_text(row)]
    if row.comparable and pd.notna(row.median_change):
        size = w.change(abs(row.median_change), row.decimals, unit).lstrip("+")
        key = "level" if row.median_change == 0 else "up" if row.median_change > 0 else "down"
        said.append(t("report.cause.country", moved=t(f"para.{key}", change=size)))
        said += [t(f"report.cause.fell.{row.fell_with}")] if row.fell_with else []
    elif row.comparable:
        said.append(t("report.cause.unknown"))
    if pd.notna(row.median) and pd.notna(row.score):
        said.append(t("report.cause.below" if row.score < row.median else "report.cause.above", unit=t(f"unit.{unit}"),
                      gap=w.number(abs(row.score - row.median), w.change_digits(row.score - row.median, row.decimals))))
    return "; ".join(said)


def progress(read: Progress | None, on: date | None) -> dict[str, Any]:
    """What the units' worksheets say on a day: the counts of all, and what is late."""
    if read is None or on is None:
        return {"progress": []}
    counts, late = read.summary(on), progress_tables.measures(read, on).frame
    late = late[late["state_on"] == t("progress.state.late")]
    said = [progress_tables.tasks(read, on).caption, t("report.progress", day=day_text(on),
              **{n: int(counts[n].sum()) for n in ("components", "planned", "measures", *STATES)})]
    said += [t("report.progress.late", **r) for r in late.head(LATE)[["unit", "measure", "deadline"]].to_dict("records")]
    said += [t("report.more", n=len(late) - LATE)] if len(late) > LATE else []
    return {"progress": said}


def proposals(found: Findings, read: Progress | None, on: date | None) -> dict[str, Any]:
    """What needs whoever heads the office: persons to name, tasks to add, plans of the units, money, difficulties."""
    answers = [a for _, a in _answers(found, found.focus(found.params.focus))]
    nobody = [a["item"] for a in answers if a["item"] and tables.assign_text(found) in tables.unit_text(found, a)]
    gaps = [a["component"] for a in answers if a["by"] == BY_GAP]
    plans, away = found.plan.demand("own_plan"), found.missing[found.missing["index"].isin(found.plan.scope)]
    said = []
    if nobody:
        said.append(t("report.propose.assign", items=w.listing(list(dict.fromkeys(nobody))), clause=found.plan.at("assign")))
    if answers and found.plan.code == NO_PLAN:
        said.append(t("report.propose.units", n=len(answers)))
    if gaps:
        said.append(t("report.propose.gaps", names=composed.named(gaps, NAMED)))
    if plans and answers:
        said.append(t("report.propose.plans", words=plans["words"], clause=plans["clause"]))
    if len(away):
        said.append(t("report.propose.figures", n=len(away), indices=_names(
            [i for i in found.plan.indices() if i in set(away["index"])])))
    for key, made in (("money", progress_tables.funding), ("difficulties", progress_tables.difficulties)):
        told = [] if read is None or on is None else made(read, on).frame.head(LATE).to_numpy().tolist()
        said.append(t(f"report.propose.{key}", told="; ".join(
            f"{what} ({task}; {unit})" for task, unit, what in told) or OPEN))
    return {"proposals": said, "closing": t("report.closing", year=found.year, place=found.place.name)}
