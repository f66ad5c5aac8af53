"""The parts of a briefing, composed once: what each says, its table, its notes; a file lays out what it has room for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import language, t
from indexlib.content import prose, tables
from indexlib.content.due import Days, due
from indexlib.content.glance import next_year
from indexlib.content.tables import RIGHT, Table
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.plan.after_a_year import follow_up as followed
from indexlib.plan.order import without_totals
from indexlib.plan.plan import BY_GAP
from indexlib.plan.review import Findings

#: Names in a cell or sentence before the rest is only counted.
NAMED = 4
#: Rows of the focus list that are still read from the back of a room.
ROWS = 8
STATES = ("still", "risen", "other", "cleared", "not_judged")
ALL_STATES = (*STATES[:4], "new", "first", STATES[4])
MOVES = ("up", "same", "down", "rank_up", "rank_same", "rank_down")


@dataclass(frozen=True)
class Brief:
    """A table for a wall: components by their numbers; ``right`` are the columns set to the right."""

    headers: list[str]
    rows: list[tuple[str, ...]]
    right: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a briefing; what it has nothing of stays empty.

    Attributes
    ----------
    key : str
    message : str
        The whole of it in one sentence.
    paragraphs : list of str
        What is said in words; all that is said where there is no table.
    table : Table, optional
        With every name in full.
    brief : Brief, optional
        The table where there is little room.
    lead : str
        Heads the table.
    notes : list of str
        Under the table where there is little room.
    spoken : list of str
        For whoever presents it.
    """

    key: str
    message: str
    paragraphs: list[str] = field(default_factory=list)
    table: Table | None = None
    brief: Brief | None = None
    lead: str = ""
    notes: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)


def _brief(table: Table) -> Brief:
    return Brief(table.headers(), table.frame.to_numpy().tolist(), tuple(i for i, c in enumerate(table.frame) if c in RIGHT))


def named(components: Iterable[str], most: int = NAMED) -> str:
    """Components by name, those behind the first only counted.

    Examples
    --------
    >>> named(["papi.6.2", "pci.4"], 1)
    'PAPI 6.2 Giáo dục tiểu học công lập; và 1 nội dung khác'
    """
    names = [load_catalogue().label(c) for c in components]
    return "; ".join([*names[:most], *([t("report.more", n=len(names) - most)] if len(names) > most else [])])


def source_lines(found: Findings, index: str = "") -> list[str]:
    """Where the figures of an index were read; of all indices if none is named."""
    return [t("slide.notes.sources", figures=figures, where=name)
            for figures, name in tables.named_sources(found, index=index)]


def totals(found: Findings) -> Section:
    """The four indices in one table."""
    table = tables.totals(found)
    return Section("totals", moves(found), table=table, brief=_brief(table),
                   notes=[*tables.rank_notes(table.frame), t("note.rounding")],
                   spoken=[*prose.standards(found).lines, *table.notes, t("slide.notes.base"), *source_lines(found)])


def moves(found: Findings) -> str:
    """Which indices rose, fell, gained or lost places, and which cannot be compared."""
    rows = {r.component: r for r in found.now.components.itertuples(index=False) if r.level == TOTAL}
    named: dict[str, list[str]] = {}
    for index in index_codes():
        row, keys = rows.get(index), []
        if row is not None and row.comparable:
            keys.append("up" if row.change_published > 0 else "down" if row.change_published < 0 else "same")
        move = None if row is None else tables.places_moved(row)
        if move is not None and np.sign(move) == -np.sign(row.places_lost):  # else the ranks say other than the same places
            keys.append("rank_up" if move > 0 else "rank_down" if move < 0 else "rank_same")
        for key in keys or ["away"]:
            named.setdefault(key, []).append(load_catalogue().short_name(index))
    parts = [t(f"slide.glance.{k}", names=w.listing(named[k])) for k in MOVES if k in named]
    if not parts:
        return t("slide.glance.none", year=found.params.year, place=found.place.name)
    away = t("slide.glance.away", names=w.listing(named["away"])) if "away" in named else ""
    return t("slide.glance", year=found.params.year, place=found.place.name, parts="; ".join(parts)) + away


def decision(found: Findings, days: Days) -> Section:
    """What is to be decided: what to take up first, who does it and by when."""
    chosen, why, empty = found.focus(found.params.focus), tables.why_text(found), tables.nothing(found)
    if chosen.empty:
        return Section("decision", t("slide.decide.none", year=found.year), [empty], spoken=[empty])
    answers = found.by_component(chosen["component"]).to_dict("records")
    columns = ["component", "happened", *([] if tables.without_plan(found) else ["who", "due"])]
    rows = [(load_catalogue().label(r.component), tables.happened(found, r, why.get(r.component, "")),
             tables.unit_text(found, a), due(found, a, days) or t("first.no_date"))
            for r, a in zip(chosen.itertuples(index=False), answers, strict=True)]
    units = len({a["unit"] for a in answers if a["unit"]})
    return Section(
        "decision", t("slide.decide" if units else "slide.decide.open", k=len(rows), u=units),
        brief=Brief([t(f"first.{c}") for c in columns], [r[:len(columns)] for r in rows[:ROWS]]),
        notes=tables.rank_notes(pd.DataFrame({"rank": ["*" if any("*" in r[1] for r in rows) else ""]})),
        spoken=[f"{what}: {why.get(c, '')}. {who}.".removesuffix(f" {w.NONE}.")
                for c, (what, _, who, _) in zip(chosen["component"], rows, strict=True)])


def in_brief(found: Findings) -> list[str]:
    """The three sentences that matter: where the indices stand, what to take up first, who acts."""
    chosen = found.focus(found.params.focus)["component"]
    if chosen.empty:
        return [f"{moves(found)}.", tables.nothing(found)]
    answers = found.by_component(chosen).to_dict("records")
    who = dict.fromkeys(name for a in answers if (name := tables.unit_text(found, a)) != w.NONE)
    return [f"{moves(found)}.", t("brief.first", names=named(chosen)),
            t("brief.who", units="; ".join(who)) if who else t("brief.nobody")]


def focus(found: Findings) -> Section:
    """The focus list with figures and plan item."""
    n, table = len(without_totals(found.now.flagged())), tables.focus(found)
    if table.frame.empty:
        return Section("focus", t("slide.focus.none"), [table.empty], table, spoken=[table.empty, *table.notes])
    frame = table.frame.head(ROWS)
    planned = "item" in frame
    items = frame["item"] if planned else pd.Series("", frame.index)
    loose = items.str.contains("(", regex=False)  # the plan's words only contribute, or cover a part
    likely = [next_year(r) or w.NONE for r in found.focus(found.params.focus).head(ROWS).itertuples(index=False)]
    frame = frame.assign(item=items.str.partition(" (")[0] + loose.map({True: " ~", False: ""}), next=likely)
    message = t("slide.focus.first", k=len(frame), all=len(table.frame), n=n) if len(table.frame) > ROWS else \
        t("slide.focus", k=len(frame), n=n) + (_most(frame["unit"]) if planned else "")
    columns = ["component", "score", "change", "rank", "next", *(["item"] if planned else [])]
    heads = [t("glance.next" if c == "next" else "slide.col.item" if c == "item" else f"col.{c}") for c in columns]
    note = [t("slide.focus.loose") if loose.any() else "", *tables.rank_notes(frame[["rank"]])]
    return Section("focus", message, table=table, brief=Brief(heads, frame[columns].to_numpy().tolist(), (1, 2, 3)),
                   notes=[" ".join(x for x in note if x)],
                   spoken=[f"{r.component}: {r.why}." for r in table.frame.itertuples(index=False)] + table.notes)


def _most(units: pd.Series) -> str:
    """The unit, or the two, that answer for most components; nothing where no one stands out."""
    counts = units.value_counts(sort=False)
    top = counts[counts == counts.max()]
    if len(top) > 2 or len(counts) == 1 or counts.max() == 1:
        return ""
    return t("slide.most", units="; ".join(top.index), m=int(counts.max()))


def follow_up(found: Findings) -> Section:
    """What became of last year's flags."""
    year, table = found.params.year, tables.follow_up(found)
    if table.frame.empty:
        message = t("slide.follow.none" if found.before is None else "slide.follow.nothing", before=year - 1)
        return Section("follow_up", message, [table.empty], table, spoken=[table.empty, *table.notes])
    of = followed(found.now, found.before).groupby("state")["component"].agg(list)
    of = {s: of.get(s, []) for s in (*STATES, "new", "first")}
    parts = w.listing([t(f"slide.follow.{s}", n=len(of[s])) for s in STATES if of[s]]) or w.NONE
    counts = [t(f"report.sum.{s}", n=len(of[s])) for s in ALL_STATES if of[s]]
    return Section(
        "follow_up", t("slide.follow", n=sum(len(of[s]) for s in STATES), before=year - 1, parts=parts, new=len(of["new"])),
        [t("report.sum.follow_up", before=year - 1, parts=w.listing(counts))], table,
        Brief([t("slide.col.state"), t("slide.col.n"), t("slide.col.which")],
              [(t(f"state.{s}"), str(len(codes)), named(codes)) for s, codes in of.items() if codes], (1,)),
        notes=[t("slide.follow.source")],
        spoken=[f"{r.component}: {r.state}; {year - 1}: {r.before}; {year}: {r.now}."
                for r in table.frame.itertuples(index=False)])


def units(found: Findings) -> Section:
    """Who answers for how many components, the most first."""
    answer, focused = found.tasks(), found.now.focus(found.params.focus)["component"]
    empty, columns = tables.nothing(found), ["unit", "count", "names"]
    if answer.empty:
        return Section("units", t("slide.units.none"), [empty], Table("", pd.DataFrame(columns=columns), empty=empty),
                       spoken=tables.coverage(found))
    answer["name"] = [tables.unit_text(found, a) for a in answer.to_dict("records")]
    answer["label"] = answer["component"].map(load_catalogue().label)
    answer["mark"] = (answer["by"] == BY_GAP).map({True: f" ({t('gap')})", False: ""})
    answer["focused"] = answer["component"].isin(focused)
    groups = sorted(answer.groupby("name"), key=lambda of: (-len(of[1]), of[0]))
    whole = [(name, str(len(mine)), "; ".join(mine["label"] + mine["mark"])) for name, mine in groups]
    brief = [(name.partition(" (")[0], str(len(mine)), str(mine["focused"].sum()),
              named(mine.loc[mine["focused"], "component"]) or w.NONE) for name, mine in groups]
    gone = answer.loc[answer["by"] == BY_GAP, "component"].tolist()
    return Section(
        "units", t("slide.units", u=len(groups), n=len(answer)) + _most(answer["name"]),
        table=Table("", pd.DataFrame(whole, columns=columns), empty=empty),
        brief=Brief([t(f"slide.col.{c}") for c in ("unit", "count", "in_focus", "names")], brief, (1, 2)),
        notes=[t("slide.units.source", gaps=t("slide.units.gaps", n=len(gone), names=named(gone)) if gone else "")],
        spoken=[f"{a['name']}: {a['label']} ({tables.item_text(a)})" for a in
                answer.sort_values("name", kind="stable").to_dict("records")])


def missing(found: Findings) -> Section:
    """What cannot be concluded, and why."""
    now, unjudged, table = found.now, found.unjudged_items(), tables.at_hand(found)
    items = t("slide.away.items", m=len(unjudged), all=len(found.plan.items)) if unjudged else ""
    message = t("slide.away", k=len(now.missing), n=len(now.missing) + len(now.components), items=items) \
        if len(now.missing) else t("slide.away.none")
    return Section("missing", message, tables.coverage(found) or [t("nb.coverage_all")], table, _brief(table),
                   t("slide.away.lead"), [t("note.computed")],
                   [*tables.coverage(found), t("nb.at_hand"), t("note.computed"), t("note.rounding")])


def demands(found: Findings) -> Section:
    """What the plan demands next, in its words, and what that means for the year."""
    asked, year = found.plan.about.get("demands", []), found.params.year
    if not asked:
        said = [found.plan.clause("report") or t("slide.next.none")]
        return Section("demands", t("slide.next.none"), said, spoken=said)
    chosen = len(found.now.focus(found.params.focus))
    return Section(
        "demands", t("slide.next" if chosen else "slide.next.plain", n=len(asked), k=chosen, year=year),
        brief=Brief([t("slide.col.demand"), t("slide.col.means", year=year)],
                    [(_quote(d), _meaning(found, d["about"])) for d in asked]),
        notes=[t("slide.next.source")],
        spoken=[t("slide.next.quote", words=d["words"], clause=d["clause"]) for d in asked])


def _quote(demand: dict) -> str:
    """Words of the plan with their clause; in English their meaning, which is no quotation."""
    if language() == "vi" or "words_en" not in demand:
        return t("slide.next.quote", words=demand["words"], clause=demand["clause"])
    return t("slide.next.meaning", meaning=demand["words_en"], clause=demand["clause"])


def _meaning(found: Findings, about: str) -> str:
    """What a demand of the plan comes to for the year, from the figures."""
    now = found.now
    chosen = now.focus(found.params.focus)["component"].tolist()
    if about == "review":
        judged, met = now.counts()
        return t("slide.next.review", n=judged, k=met, m=len(now.missing))
    if about == "assign":
        items, gaps = tables.generic(found).frame["item"].tolist(), int((found.tasks()["by"] == BY_GAP).sum())
        return t("slide.next.assign" if items else "slide.next.assign_all", n=len(items), items=w.listing(items), gaps=gaps)
    if about == "focus":
        names = named(chosen)
        return t("slide.next.focus" if chosen else "slide.next.focus_none", k=len(chosen), names=names)
    if about == "own_plan":
        tasks = found.tasks()
        units = tasks.loc[tasks["component"].isin(chosen), "unit"]
        own = list(dict.fromkeys(found.plan.unit_name(u) for u in units))
        return t("slide.next.own_plan" if own else "slide.next.focus_none", n=len(own), units="; ".join(own))
    to, end = found.plan.about.get("reporting_to", {}), "" if language() == "vi" else "_en"
    printed, successor = to.get(f"printed{end}", w.NONE), to.get(f"successor{end}", "")
    return t("slide.next.report_now" if successor else "slide.next.report", printed=printed, successor=successor)
