"""What a sheet says of itself above its table: a year, another index, a part of the index, targets."""

from __future__ import annotations

from indexlib.catalogue import INDICES, load_catalogue
from indexlib.readers import labels
from indexlib.readers.figures import Figures
from indexlib.readers.reading import Collector
from indexlib.readers.sheets import Sheet

#: Rows at the top, and cells of a row up to which it is a title and not the head of a table.
ROWS, FEW = 12, 2


def titles(sheet: Sheet) -> list[str]:
    """The name of a sheet and the texts that stand by themselves at its top."""
    rows = [[cell for cell in row if cell is not None] for row in sheet.rows[:ROWS]]
    return [sheet.name, *(cell for row in rows if len(row) <= FEW for cell in row if isinstance(cell, str))]


def titled_years(sheets: list[Sheet]) -> set[int]:
    """Years that the titles of sheets print."""
    return labels.printed_years(text for sheet in sheets for text in titles(sheet))


def check_index(sheets: list[Sheet], index: str, report: Collector) -> None:
    """Titles that name another index than the one asked for, and not that one."""
    texts = [text for sheet in sheets for text in titles(sheet)]
    others = [other for other in INDICES if other != index and labels.names_index(texts, other)]
    if others and not labels.names_index(texts, index):
        name = load_catalogue().short_name
        report.add("index_conflict", asked=name(index), stated=name(others[0]))


def check_title(sheet: Sheet, figures: Figures, index: str, report: Collector) -> None:
    """A title that makes the column of the total something else: one field, a target, a self-assessment."""
    own, label = {component for component, _ in figures.found}, load_catalogue().label
    for text in titles(sheet):
        named = labels.components_named(text, index)
        if index in own and len(named) == 1 and not named & own:
            report.add("title_component", sheet.name, text=text, component=label(named.pop()))
        if labels.titled(text, index, "title") or (own == {index} and labels.titled(text, index, "title_part")):
            report.add("title_other", sheet.name, text=text)
