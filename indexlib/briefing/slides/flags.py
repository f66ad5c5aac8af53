"""Slides of what is flagged: the focus list, what noise alone would raise, last year's flags, the units."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.briefing.office import native_charts as native
from indexlib.briefing.office.native_charts import Series
from indexlib.briefing.office.powerpoint import BODY, LEAD, LEFT, ONE, SOURCE, TWO, Deck
from indexlib.briefing.office.powerpoint import RIGHT as AT_RIGHT
from indexlib.content import tables
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.by_chance import by_noise_alone
from indexlib.plan.review import Findings
from indexlib.plan.review import follow_up as followed

#: Rows of the focus list that are still read from the back of a room.
ROWS = 8
STATES = ("still", "cleared", "not_judged")


def short(component: str) -> str:
    """Index and number of a component: ``PAPI 6.2``.

    Examples
    --------
    >>> short("papi.6.2"), short("pci")
    ('PAPI 6.2', 'PCI')
    """
    found = load_catalogue().component(component)
    return f"{load_catalogue().short_name(found.index)} {found.number}".strip() if found.number or not found.parent else \
        load_catalogue().label(component)


def _shorts(components: list[str]) -> str:
    """Numbers of components, each index named once."""
    catalogue, groups = load_catalogue(), {}
    for code in components:
        found = catalogue.component(code)
        groups.setdefault(found.index, []).append(short(code).removeprefix(catalogue.short_name(found.index)).strip())
    joined = []
    for index, numbers in groups.items():
        listed = w.listing([n or t("slide.total") for n in numbers])
        joined.append(catalogue.short_name(index) + (f" {listed}" if numbers != [""] else ""))
    return "; ".join(joined)


def focus(deck: Deck, found: Findings) -> None:
    """The focus list with plan item and unit."""
    n, table = len(found.now.flagged()), tables.focus(found)
    whole = found.now.focus(found.params.focus)["component"]
    if table.frame.empty:
        page = deck.page(ONE, t("slide.focus.none"))
        page.text(BODY, [table.empty])
        page.say([table.empty, *table.notes])
        page.done()
        return
    frame = table.frame.head(ROWS)
    loose = frame["item"].str.contains("(", regex=False)  # the plan's words only contribute, or cover a part
    frame = frame.assign(item=frame["item"].str.partition(" (")[0] + loose.map({True: " ~", False: ""}))
    page = deck.page(ONE, t("slide.focus.first", k=len(frame), all=len(whole), n=n) if len(whole) > ROWS else
                     t("slide.focus", k=len(frame), n=n) + _most(frame["unit"]))
    columns = ["component", "score", "change", "rank", "grade", "item", "unit"]
    heads = [t(f"col.{c}") for c in columns[:5]] + [t("slide.col.item"), t("slide.col.unit")]
    page.table(BODY, heads, frame[columns].to_numpy().tolist(), [1, 2, 3])
    grades = found.params.grades
    star = [t("note.star")] if frame["rank"].str.endswith("*").any() else []
    source = t("slide.focus.source", a=w.number(100 * grades.a, 0), b=w.number(100 * grades.b, 0))
    about = [t("slide.focus.loose")] if loose.any() else []
    page.text(SOURCE, [" ".join([source, *about, *star])])
    page.say([f"{r.component}: {r.why}." for r in table.frame.itertuples(index=False)] + table.notes)
    page.done()


def _most(units: pd.Series) -> str:
    """The unit, or the two, that answer for most components; nothing where no one stands out."""
    counts = units.value_counts(sort=False)
    top = counts[counts == counts.max()]
    if len(top) > 2 or len(counts) == 1 or counts.max() == 1:
        return ""
    return t("slide.most", units="; ".join(top.index), m=int(counts.max()))


def noise(deck: Deck, found: Findings) -> None:
    """How many of the flags of falling noise alone would raise."""
    alone = by_noise_alone(found.now, found.noise, found.params.rules)
    alone, lines = alone[alone["judged"] > 0], tables.chance_notes(found)
    grades = found.params.grades
    meaning = [t("note.grade", a=w.number(100 * grades.a, 0), b=w.number(100 * grades.b, 0)), t("note.usual")]
    if alone.empty:
        page = deck.page(ONE, t("slide.noise.none"))
        page.text(BODY, [*lines, *meaning])
        page.say([*lines, *meaning])
        page.done()
        return
    page = deck.page(TWO, t("slide.noise", judged=int(alone["judged"].sum()), found=int(alone["found"].sum()),
                            expected=w.number(alone["expected"].sum(), 0)))
    names = [t("slide.noise.rule", rule=t(f"rule.{rule}"), judged=judged)
             for rule, judged in zip(alone["rule"], alone["judged"], strict=True)]
    series = [Series(t("slide.noise.found"), [float(x) for x in alone["found"]],
                     {i: str(x) for i, x in enumerate(alone["found"])}, native.PLACE),
              Series(t("slide.noise.expected"), [float(x) for x in alone["expected"]],
                     {i: w.number(x, 1) for i, x in enumerate(alone["expected"])}, native.REST)]
    native.bars(page, LEFT, t("slide.noise.chart"), names, series, 1, together=False)
    page.text(LEAD, [t("slide.noise.lead")])
    page.text(AT_RIGHT, [*lines[1:], *meaning])
    page.text(SOURCE, [t("slide.noise.source")])
    page.say([*lines, *meaning])
    page.done()


def follow_up(deck: Deck, found: Findings) -> None:
    """What became of last year's flags."""
    before = found.params.year - 1
    table = tables.follow_up(found)
    if table.frame.empty:
        page = deck.page(ONE, t("slide.follow.none" if found.before is None else "slide.follow.nothing", before=before))
        page.text(BODY, [table.empty])
        page.say([table.empty, *table.notes])
        page.done()
        return
    frame = followed(found.now, found.before)
    of = {s: frame.loc[frame["state"] == s, "component"].tolist() for s in (*STATES, "new", "first")}
    parts = w.listing([t(f"slide.follow.{s}", n=len(of[s])) for s in STATES if of[s]]) or w.NONE
    n = sum(len(of[s]) for s in STATES)
    page = deck.page(ONE, t("slide.follow", n=n, before=before, parts=parts, new=len(of["new"])))
    rows = [(t(f"state.{s}"), str(len(codes)), _shorts(codes)) for s, codes in of.items() if codes]
    page.table(BODY, [t("slide.col.state"), t("slide.col.n"), t("slide.col.which")], rows, [1])
    page.text(SOURCE, [t("slide.follow.source")])
    page.say([f"{r.component}: {r.state}; {before}: {r.before}; {before + 1}: {r.now}."
              for r in table.frame.itertuples(index=False)])
    page.done()


def units(deck: Deck, found: Findings) -> None:
    """Who answers for how many components."""
    flagged, focused = found.now.flagged()["component"], set(found.now.focus(found.params.focus)["component"])
    if flagged.empty:
        page = deck.page(ONE, t("slide.units.none"))
        page.text(BODY, [tables.by_unit(found).empty])
        page.say(tables.coverage(found))
        page.done()
        return
    answer = found.by_component(flagged)
    answer = answer.assign(name=[tables.unit_text(found, a) for a in answer.to_dict("records")],
                           focused=answer["component"].isin(focused))
    rows, most = [], answer["name"].value_counts(sort=False)
    for name in sorted(most.index, key=lambda n: (-most[n], n)):
        mine = answer[answer["name"] == name].sort_values("focused", ascending=False, kind="stable")
        rows.append((name, str(len(mine)), str(int(mine["focused"].sum())), _shorts(mine["component"].tolist())))
    page = deck.page(ONE, t("slide.units", u=len(rows), n=len(flagged)) + _most(answer["name"]))
    page.table(BODY, [t("slide.col.unit"), t("slide.col.count"), t("slide.col.in_focus"), t("slide.col.names")], rows, [1, 2])
    gone = found.plan.gaps(flagged.tolist())
    gaps = t("slide.units.gaps", n=len(gone), names=_shorts(gone)) if gone else ""
    page.text(SOURCE, [t("slide.units.source", gaps=gaps)])
    page.say(_spoken(found, answer))
    page.done()


def _spoken(found: Findings, answer: pd.DataFrame) -> list[str]:
    """Every component with its unit and item, in full."""
    catalogue = load_catalogue()
    return [f"{a['name']}: {catalogue.label(a['component'])} ({tables.item_text(a)})"
            for a in answer.sort_values("name", kind="stable").to_dict("records")]
