"""The form that units fill in: its columns, sheets and keys, shared by those who write it and who read it back."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from indexlib.base.wording import LANGUAGES, speaking, t
from indexlib.data.catalogue import load_catalogue

#: First cell of the sheet of keys, with the version of the form.
MARK, VERSION = "indexlib-worksheet", 2
#: Versions that are read back; 1 was handed out until version 1.1.0 of the library.
READ = (1, VERSION)
#: Sheet of keys, for reading back; the same in both languages.
KEYS_SHEET = "indexlib"
#: What the sheet of keys says about a worksheet, one key a row.
KEYS = ("plan", "unit", "place", "year", "language")
#: Lines for measures that each component has from the start.
LINES = 3
#: How far a measure has come, as the list of the form offers it.
STATUSES = ("not_started", "running", "done")
#: Years after the index's year in which a date of a measure may lie.
YEARS_AHEAD = 4
#: Most measures that one component can hold.
MOST = 99


@dataclass(frozen=True)
class Column:
    """A column of the form: its key, its width in characters, and what is to be typed into it.

    ``fill`` is ``text``, ``date``, ``status`` or ``number``; empty for what is printed beforehand; ``since``: the version
    of the form that brought it.
    """

    key: str
    width: int
    fill: str = ""
    since: int = 1

    @property
    def header(self) -> str:
        """Heading in the language in force."""
        return t(f"ws.col.{self.key}")


#: First what is filled in beside what happened, one printed page; then what is reported later, and the evidence.
COLUMNS = (
    Column("code", 9), Column("component", 27), Column("happened", 26, since=2), Column("item", 14),
    Column("number", 9, "number"), Column("measure", 44, "text"), Column("product", 20, "text"),
    Column("deadline", 12, "date"), Column("person", 18, "text"), Column("status", 15, "status"),
    Column("done_on", 12, "date"), Column("result", 30, "text"), Column("score", 12), Column("change", 15),
    Column("rank", 9), Column("why", 50), Column("grade", 7), Column("words", 60), Column("beside", 90, since=2),
)
#: Position of each column.
AT = {column.key: i for i, column in enumerate(COLUMNS)}
#: Cells that make a line a measure once one of them is filled.
FILLED = ("measure", "product", "deadline", "person", "status", "done_on", "result")
#: Cells that a measure needs: what, by when, by whom; without a product it has a gap, and counts.
NEEDED = ("measure", "deadline", "person")


def short_label(code: str) -> str:
    """Index and number of a component, ``PAPI 6.2``; its whole label where it bears no number."""
    component = load_catalogue().component(code)
    return f"{load_catalogue().short_name(component.index)} {component.number}" if component.number else \
        load_catalogue().label(code)


def sheet_title() -> str:
    """Name of the sheet to fill in, in the language in force."""
    return t("ws.sheet")


def spoken(key: str) -> dict[str, str]:
    """Texts of a key in every language, one Unicode form, small letters, with the language each belongs to."""
    found = {}
    for code in LANGUAGES:
        with speaking(code):
            found[same(t(key))] = code
    return found


def same(text: object) -> str:
    """A text in the form in which texts typed by people are compared."""
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def header_keys() -> dict[str, str]:
    """Column of each heading, in any language."""
    return {text: column.key for column in COLUMNS for text in spoken(f"ws.col.{column.key}")}


def status_keys() -> dict[str, str]:
    """Status of each entry of the list, and of the words that people use for it, in any language."""
    usual = {}
    for code in LANGUAGES:
        with speaking(code):
            usual |= {same(word): status for status in STATUSES for word in t(f"ws.usual.{status}").split(";")}
    return usual | {text: status for status in STATUSES for text in spoken(f"ws.status.{status}")}
