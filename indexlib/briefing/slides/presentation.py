"""The slides of a run for the meeting that analyses it: one message a slide, figures that can be edited."""

from __future__ import annotations

from pathlib import Path

from indexlib.base import wording as w
from indexlib.base.wording import language, own, speaking, t
from indexlib.briefing.office.powerpoint import (
    BODY,
    COVER,
    LEAD,
    LEFT,
    NOTICE,
    ONE,
    SOURCE,
    SUBTITLE,
    TEMPLATE,
    TWO,
    Deck,
)
from indexlib.briefing.office.powerpoint import RIGHT as AT_RIGHT
from indexlib.briefing.slides import flags, indices
from indexlib.content import prose, tables
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.plan.review import Findings

RANK_MOVES = ("rank_up", "rank_same", "rank_down")


def write_slides(found: Findings, path: Path, charts: Path | None = None, template: Path = TEMPLATE) -> None:
    """Write the slides of a run.

    Parameters
    ----------
    found : Findings
    path : Path
        The presentation; its folder must be there. The same findings make the same bytes.
    charts : Path, optional
        Folder of the charts that :func:`indexlib.charts.export` wrote as PNG; a slide whose picture is not there
        says so instead.
    template : Path, optional
        A restyled copy of ``indexlib/briefing/templates/slides.pptx``; layouts and placeholders are found by name.

    Raises
    ------
    TemplateError
        The template cannot be read, or a layout or placeholder is missing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pptx import Presentation
    >>> from indexlib import open_run
    >>> with TemporaryDirectory() as folder:
    ...     write_slides(open_run(place="Thanh Hóa", year=2024), Path(folder) / "slides.pptx")
    ...     Presentation(Path(folder) / "slides.pptx").slides[2].shapes.title.text
    'Năm 2024, PAPI tăng 0,6665 điểm, hạng 13/61* (giữ hạng); trong 8 nội dung: 5 tăng điểm, 3 giảm điểm'
    """
    with speaking(found.params.language):
        place, year = found.place.name, found.params.year
        deck = Deck(f"{t('head', place=place, year=year)}. {found.notices()[0]}", template)
        _cover(deck, found)
        _glance(deck, found)
        for index in index_codes():
            indices.index(deck, found, index)
        indices.position(deck, found, charts)
        indices.compared(deck, found)
        flags.focus(deck, found)
        flags.noise(deck, found)
        flags.follow_up(deck, found)
        flags.units(deck, found)
        _away(deck, found)
        _next(deck, found)
        deck.save(path, t("slide.name", place=place, year=year))


def _cover(deck: Deck, found: Findings) -> None:
    about = found.plan.about
    page = deck.page(COVER, t("slide.cover", place=found.place.name, year=found.params.year))
    page.text(SUBTITLE, [t("slide.cover.plan", plan=own(about, "name")),
                         t("slide.cover.issuer", issuer=own(about, "issuer"))])
    page.text(NOTICE, found.notices())
    page.say([*found.notices(), t("slide.notes.order"), t("nb.mapping", plan=found.plan.code)])
    page.done()


def _glance(deck: Deck, found: Findings) -> None:
    """The four indices in one table."""
    table = tables.totals(found)
    page = deck.page(ONE, _glance_message(found))
    columns = list(table.frame.columns)
    page.table(BODY, table.headers(), table.frame.to_numpy().tolist(),
               [i for i, c in enumerate(columns) if c in tables.RIGHT])
    page.text(SOURCE, [*tables.rank_notes(table.frame), t("note.rounding")])
    page.say([*(str(prose.standard(found, i)) for i in index_codes()), *table.notes, t("slide.notes.base"),
              *indices.source_lines(found)])
    page.done()


def _glance_message(found: Findings) -> str:
    """Which indices rose, fell, gained or lost places, and which cannot be compared."""
    catalogue = load_catalogue()
    rows = {r.component: r for r in found.now.components.itertuples(index=False) if r.level == TOTAL}
    named: dict[str, list[str]] = {}
    for index in index_codes():
        row, keys = rows.get(index), []
        if row is not None and row.comparable:
            keys.append("up" if row.change_published > 0 else "down" if row.change_published < 0 else "same")
        if row is not None and (move := tables.places_moved(row)) is not None:
            keys.append("rank_up" if move > 0 else "rank_down" if move < 0 else "rank_same")
        for key in keys or ["away"]:
            named.setdefault(key, []).append(catalogue.short_name(index))
    parts = [t(f"slide.glance.{k}", names=w.listing(named[k])) for k in ("up", "same", "down", *RANK_MOVES) if k in named]
    if not parts:
        return t("slide.glance.none", year=found.params.year, place=found.place.name)
    away = t("slide.glance.away", names=w.listing(named["away"])) if "away" in named else ""
    return t("slide.glance", year=found.params.year, place=found.place.name, parts="; ".join(parts)) + away


def _away(deck: Deck, found: Findings) -> None:
    """What cannot be concluded, and why."""
    now, unjudged = found.now, found.unjudged_items()
    lines, total = tables.coverage(found, hint=False), len(now.missing) + len(now.components)
    items = t("slide.away.items", m=len(unjudged), all=len(found.plan.items)) if unjudged else ""
    page = deck.page(TWO, t("slide.away", k=len(now.missing), n=total, items=items) if len(now.missing)
                     else t("slide.away.none"))
    table = tables.at_hand(found)
    page.text(LEAD, [t("slide.away.lead")])
    page.table(AT_RIGHT, table.headers(), table.frame.to_numpy().tolist(),
               [i for i, c in enumerate(table.frame.columns) if c in tables.RIGHT])
    page.text(LEFT, lines or [t("nb.coverage_all")])
    page.text(SOURCE, [t("note.computed")])
    page.say([*tables.coverage(found), t("nb.at_hand"), t("note.computed"), t("note.rounding")])
    page.done()


def _quote(demand: dict) -> str:
    """Words of the plan with their clause; in English their meaning, which is no quotation."""
    if language() == "vi" or "words_en" not in demand:
        return t("slide.next.quote", words=demand["words"], clause=demand["clause"])
    return t("slide.next.meaning", meaning=demand["words_en"], clause=demand["clause"])


def _next(deck: Deck, found: Findings) -> None:
    """What the plan demands next, in its words, and what that means for the year."""
    demands = found.plan.about.get("demands", [])
    if not demands:
        page = deck.page(ONE, t("slide.next.none"))
        page.text(BODY, [found.plan.clause("report") or t("slide.next.none")])
        page.done()
        return
    focus = len(found.now.focus(found.params.focus))
    page = deck.page(ONE, t("slide.next" if focus else "slide.next.plain", n=len(demands), k=focus, year=found.params.year))
    rows = [(_quote(d),
             _meaning(found, d["about"])) for d in demands]
    page.table(BODY, [t("slide.col.demand"), t("slide.col.means", year=found.params.year)], rows)
    page.text(SOURCE, [t("slide.next.source")])
    page.say([t("slide.next.quote", words=d["words"], clause=d["clause"]) for d in demands])
    page.done()


def _meaning(found: Findings, about: str) -> str:
    """What a demand of the plan comes to for the year, from the figures."""
    now = found.now
    flagged, focus = now.flagged()["component"].tolist(), now.focus(found.params.focus)["component"].tolist()
    if about == "review":
        return t("slide.next.review", n=len(now.components), k=len(flagged), m=len(now.missing))
    if about == "assign":
        items, gaps = tables.generic(found).frame["item"].tolist(), len(found.plan.gaps(flagged))
        return t("slide.next.assign" if items else "slide.next.assign_all", n=len(items), items=w.listing(items), gaps=gaps)
    if about == "focus":
        names = w.listing([flags.short(c) for c in focus])
        return t("slide.next.focus" if focus else "slide.next.focus_none", k=len(focus), names=names)
    if about == "own_plan":
        units = list(dict.fromkeys(found.plan.unit_name(u) for u in found.by_component(focus)["unit"])) if focus else []
        return t("slide.next.own_plan" if units else "slide.next.focus_none", n=len(units), units="; ".join(units))
    to = found.plan.about.get("reporting_to", {})
    vi = language() == "vi"
    printed, successor = to.get("printed" if vi else "printed_en", w.NONE), to.get("successor" if vi else "successor_en", "")
    return t("slide.next.report_now" if successor else "slide.next.report", printed=printed, successor=successor)
