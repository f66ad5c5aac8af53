"""The first page of a run: where the indices stand, what to take up first and who does it, with a card for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from jinja2 import Environment, PackageLoader

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content import profile, sections, tables
from indexlib.content.due import Days, due
from indexlib.content.glance import Glance, next_year
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.plan.review import Review

#: Decimals of a score on a tile, which is read from across a table.
ROUND = 2
#: Pages that have nothing to say: where there is no plan, and where no index has two years.
OF_PLAN, OF_YEARS = "05_plan", "03_trends"
#: Fixed words of the page.
SAID = ("component", "happened", "who", "due", "how_to_read", "all_files", "notebook")


@dataclass(frozen=True)
class Tile:
    """An index at a glance: its figure, what became of it, a line of years (SVG) and which years these are."""

    name: str
    figure: str
    change: str
    line: str
    span: str


@dataclass(frozen=True)
class Card:
    """A component of the focus list: what happened, who acts, and what that rests on.

    Attributes
    ----------
    code, name : str
    happened : str
        In a few words.
    units, due : str
    line, among : str
        SVG: its years, its place among all.
    span : str
        The years of ``line``.
    facts : list of (str, str)
        What it is, and the words for it.
    tasks : list of (str, str)
        The plan's items, each with its text.
    """

    code: str
    name: str
    happened: str
    units: str
    due: str
    line: str
    span: str
    among: str
    facts: list[tuple[str, str]]
    tasks: list[tuple[str, str]]


def body(found: Review, pages: Sequence[tuple[str, str, str]], papers: Sequence[tuple[str, str, str]],
         notes: Sequence[str], days: Days) -> str:
    """The page without its frame, as HTML.

    Parameters
    ----------
    found : Review
    pages : sequence of (name, title, fault)
        Further pages; ``fault`` says why one could not be made, empty for one that was.
    papers : sequence of (name, title, fault)
        Files of the briefing.
    notes : sequence of str
        Under everything.
    days : mapping
        What :attr:`indexlib.briefing.worksheets.progress.Progress.days` holds; empty where no worksheet came back.
    """
    glance, flagged = Glance(found), found.flagged()
    cards = _cards(found, glance, days)
    template = Environment(loader=PackageLoader("indexlib.content"), autoescape=True).get_template("first_page.html.j2")
    planned, tiles = not tables.without_plan(found), _tiles(found, glance)
    empty = [OF_PLAN] * (not planned) + [OF_YEARS] * (not any(tile.line for tile in tiles))
    star = any("*" in x for x in (*(tile.change for tile in tiles), *(card.happened for card in cards)))
    return template.render(
        title=t("head", place=found.place.name, year=found.year), notices=found.notices(), tiles=tiles,
        cards=cards, planned=planned, message=sections.moves(found) + ".",
        first=t("first.first", n=len(cards)) if cards else tables.nothing(found),
        said={key: t(f"first.{key}") for key in SAID},
        rest=" ".join([t(key, n=n) for key, n in (("first.watch", len(flagged[flagged["level"] != TOTAL]) - len(cards)),
                                                  ("first.unjudged", len(found.missing))) if n > 0]
                      + [t("first.no_plan")] * (not planned and bool(cards)) + [t("note.star")] * star),
        profile=(profile.PAGE, t("profile.title")), pages=[p for p in pages if p[2] or p[0] not in empty], papers=papers,
        notes=[t("note.star"), *([] if planned else [t("plan.how")]), *notes])


def _tiles(found: Review, glance: Glance) -> list[Tile]:
    rows = {r.component: r for r in found.components.itertuples(index=False) if r.level == TOTAL}
    out = []
    for index in index_codes():
        name, row = load_catalogue().short_name(index), rows.get(index)
        line, span = glance.line(index)
        out.append(Tile(name, _figure(row), tables.no_total_text(found, index) if row is None else _change(row), line, span))
    return out


def _figure(row: object) -> str:
    if row is None or (pd.isna(row.score) and pd.isna(row.rank)):
        return w.NONE
    unit = load_catalogue().component(row.component).unit
    return t("first.rank", rank=tables.rank_text(row)) if pd.isna(row.score) else w.score(float(row.score), ROUND, unit)


def _change(row: object) -> str:
    """What became of a total against the year before, and its place where the figure is a score."""
    said = []
    if row.comparable:
        unit = load_catalogue().component(row.component).unit
        size = w.change(abs(row.change), ROUND, unit).lstrip("+")
        said.append(t("para.level") if not row.change_published else
                    t("para.up" if row.change_published > 0 else "para.down", change=size))
    elif row.reason == "edge":
        said.append(t("first.edge", before=row.year - 1))
    elif pd.notna(row.score):
        said.append(tables.change_text(row))
    if pd.notna(row.score):
        said.append(tables.rank_text(row) if pd.notna(row.rank) else t("first.unranked"))
    moved = tables.places_text(row)
    if moved:
        said.append(t("first.published", moved=moved) if row.rank_kind == "published" and pd.isna(row.score) else moved)
    if pd.notna(row.rank_before) and (pd.isna(row.score) or row.reason == "edge"):
        said.append(f"{row.year - 1}: {tables.rank_text(row, before=True)}")
    return " · ".join(said)


def _cards(found: Review, glance: Glance, days: Days) -> list[Card]:
    """The focus list with what each row needs to be acted on."""
    focus, catalogue = found.focus(found.params.focus), load_catalogue()
    if focus.empty:
        return []
    answers = found.by_component(focus["component"]).set_index("component", drop=False)
    why = tables.why_text(found)
    cards = []
    for row in focus.itertuples(index=False):
        answer, name = answers.loc[row.component], catalogue.label(row.component)
        line, span = glance.line(row.component, width=300, height=80)
        facts = [("col.score", tables.score_text(row, unit=True)), ("col.change", tables.change_text(row)),
                 ("col.rank", tables.rank_text(row) if pd.notna(row.rank) else t("first.unranked")),
                 ("col.rank_before", tables.rank_text(row, before=True)),
                 ("col.why", why.get(row.component, "")), ("glance.next", next_year(row)),
                 ("col.item", tables.item_text(answer)), ("col.unit", tables.unit_text(found, answer)),
                 ("col.co_leads", tables.co_leads_text(found, answer)),
                 ("col.coordinating", tables.coordinating_text(found, answer)),
                 ("col.words", f"“{answer['words']}”" if answer["words"] else "")]
        items = [i for i in str(answer["items"]).split(", ") if i]
        cards.append(Card(row.component, name, tables.happened(found, row, why.get(row.component, "")),
                          tables.unit_text(found, answer), due(found, answer, days) or t("first.no_date"), line, span,
                          glance.among(row),
                          [(t(key), text) for key, text in facts if text and text != w.NONE],
                          [(t("first.task", item=i), found.plan.item_text(i)) for i in items]))
    return cards
