"""Which texts of a sheet are names of places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from indexlib.base.problems import PlaceError
from indexlib.data import files
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places

#: Fewer places than this in a column are no table.
FEWEST = 5


def place_cells(rows: list[list]) -> Iterator[tuple[int, int]]:
    """Row and column of each cell with the name of a place of some year."""
    known = _names()
    return ((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if type(cell) is str and known[cell])


def names_place(text: str) -> bool:
    """Whether a text is the name of a place of some year."""
    return _names()[text]


class _Names(dict[str, bool]):
    """Text to whether it names a place, looked up once."""

    def __missing__(self, text: str) -> bool:
        self[text] = load_places().resembles(text)
        return self[text]


class _Codes(dict[str, str]):
    """Text to the code of the place that it names in a year, looked up once."""

    def __init__(self, year: int):
        super().__init__()
        self.year = year

    def __missing__(self, text: str) -> str:
        self[text] = ""
        if load_places().resembles(text):
            with suppress(PlaceError):
                self[text] = find_place(text, self.year).code
        return self[text]


@files.known
def _names() -> _Names:
    return _Names()


@files.known
def codes_of(year: int) -> dict[str, str]:
    """Texts to the code of the place that each names in a year, empty if none; looked up when first asked for."""
    return _Codes(year)


def place_code(text: object, year: int) -> str:
    """Code of the place that a cell names in a year; empty if it names none."""
    return codes_of(year)[text] if isinstance(text, str) else ""
