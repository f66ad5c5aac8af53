"""The slides of a run for the meeting that decides: first what, who and when, then, behind a divider, the details."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from indexlib.base import wording as w
from indexlib.base.wording import own, speaking, t
from indexlib.briefing.office import native_charts as native
from indexlib.briefing.office.native_charts import Series
from indexlib.briefing.office.powerpoint import (
    BODY,
    COVER,
    LEAD,
    LEFT,
    NOTICE,
    ONE,
    RIGHT,
    SOURCE,
    SUBTITLE,
    TEMPLATE,
    TWO,
    Deck,
)
from indexlib.briefing.slides import indices
from indexlib.content import prose, sections, tables
from indexlib.content.due import Days
from indexlib.content.sections import Section
from indexlib.data.catalogue import index_codes
from indexlib.plan.by_chance import ALL, by_noise_alone
from indexlib.plan.review import Findings


def write_slides(found: Findings, path: Path, charts: Path | None = None, template: Path = TEMPLATE,
                 days: Days = MappingProxyType({})) -> None:
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
    days : mapping, optional
        The deadlines that units gave, :attr:`indexlib.briefing.worksheets.progress.Progress.days`.

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
    ...     Presentation(Path(folder) / "slides.pptx").slides[8].shapes.title.text.partition(";")[0]
    'Năm 2024, PAPI tăng 0,6665 điểm, hạng 13/61*, giữ hạng (các nơi có cả hai năm: tăng 2 bậc)'
    """
    with speaking(found.params.language):
        place, year = found.place.name, found.params.year
        deck = Deck(f"{t('head', place=place, year=year)}. {found.notices()[0]}", template)
        _cover(deck, found)
        _slide(deck, sections.decision(found, days))
        planned = not tables.without_plan(found)
        for make, wanted in ((sections.totals, True), (sections.follow_up, found.before is not None),
                             (sections.units, planned), (sections.missing, bool(tables.coverage(found))),
                             (sections.demands, planned)):
            if wanted:
                _slide(deck, make(found))
        _divider(deck, found)
        for index in index_codes():
            if indices.known(found, index):
                indices.index(deck, found, index)
        indices.position(deck, found, charts)
        indices.compared(deck, found)
        _slide(deck, sections.focus(found))
        _chance(deck, found)
        deck.save(path, t("slide.name", place=place, year=year))


def _slide(deck: Deck, section: Section) -> None:
    """A section on a slide: its table under its message, with a lead beside what is said; in words where it has no table."""
    two = bool(section.lead)
    page = deck.page(TWO if two else ONE, section.message)
    page.text(LEAD, [section.lead])
    if section.brief:
        page.table(RIGHT if two else BODY, section.brief.headers, section.brief.rows, section.brief.right)
    if two or not section.brief:
        page.text(LEFT if two else BODY, section.paragraphs)
    page.text(SOURCE, section.notes)
    page.say(section.spoken)
    page.done()


def _cover(deck: Deck, found: Findings) -> None:
    about = found.plan.about
    none = tables.without_plan(found)
    page = deck.page(COVER, t("slide.cover.none" if none else "slide.cover", place=found.place.name, year=found.params.year))
    page.text(SUBTITLE, [t("slide.cover.plan", plan=own(about, "name")), t("slide.cover.issuer", issuer=own(about, "issuer"))]
              if not none else [t("plan.none")])
    page.text(NOTICE, found.notices())
    page.say([*found.notices(), t("slide.notes.order"), *prose.mapping(found)])
    page.done()


def _divider(deck: Deck, found: Findings) -> None:
    """What parts the slides to decide on from the details."""
    page = deck.page(COVER, t("slide.details"))
    page.text(SUBTITLE, [t("slide.details.what")])
    page.text(NOTICE, found.notices())
    page.say([t("slide.details.what")])
    page.done()


def _chance(deck: Deck, found: Findings) -> None:
    """How many of the flags of falling noise alone would raise."""
    alone = by_noise_alone(found.now)
    alone, lines = alone[alone["judged"] > 0], tables.chance_notes(found)
    meaning = [tables.grades_note(found), t("note.usual")]
    if alone.empty:
        _slide(deck, Section("chance", t("slide.noise.none"), [*lines, *meaning], spoken=[*lines, *meaning]))
        return
    whole, alone = alone[alone["rule"] == ALL].iloc[0], alone[alone["rule"] != ALL]
    page = deck.page(TWO, t("slide.noise", judged=int(whole["judged"]), found=int(whole["found"]), low=whole["low"],
                            high=whole["high"], verdict=t(f"chance.{tables.verdict(whole)}")))
    names = [t("slide.noise.rule", rule=t(f"rule.{rule}"), judged=judged)
             for rule, judged in zip(alone["rule"], alone["judged"], strict=True)]
    series = [Series(t(f"slide.noise.{key}"), [float(x) for x in alone[key]],
                     {i: w.number(x, digits) for i, x in enumerate(alone[key])}, colour)
              for key, digits, colour in (("found", 0, native.PLACE), ("expected", 1, native.REST))]
    native.bars(page, LEFT, t("slide.noise.chart"), names, series, 1, together=False)
    page.text(LEAD, [t("slide.noise.lead")])
    page.text(RIGHT, [*lines[1:], *meaning])
    page.text(SOURCE, [t("slide.noise.source")])
    page.say([*lines, *meaning])
    page.done()
