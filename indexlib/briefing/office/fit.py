"""How much room texts and tables take, and what is done where they take too much."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from indexlib.base.wording import t
from indexlib.charts.style import width as noto
from indexlib.charts.style import wrap

#: Points; type smaller than this cannot be read from the back of a room.
SMALLEST = 12
LINE = 1.2
#: Points around a table's text: left and right together, top and bottom together.
CELL_X, CELL_Y = 16, 8
#: Sizes of type of a table with the lines a cell may have at each: large type first, but not at the price of tall cells.
SIZES = [(16, 2), (15, 2), (14, 2), (14, 3), (13, 3), (SMALLEST, 3), (14, 99), (13, 99), (SMALLEST, 99)]


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in points, whatever plain face the office has: Arial's capitals are wider than Noto's."""
    return 1.06 * noto(text, size, bold)


def broken(text: str, room: float, size: float, bold: bool = False) -> int:
    """Lines that a text takes in a room in points; a word longer than the room is broken.

    Examples
    --------
    >>> broken("Công khai, minh bạch", 75, 12), broken("x" * 60, 75, 12)
    (2, 6)
    """
    return sum(max(1, -(-int(width(x, size, bold)) // max(int(room), 1))) for x in wrap(text, room / 1.06, size, bold))


def height(texts: Sequence[str], room: float, size: float, bold: bool = False, gap: float = 0) -> float:
    """Height in points of paragraphs set in a room."""
    return sum(broken(x, room, size, bold) * size * LINE for x in texts) + gap * (len(texts) - 1)


def shortened(text: str, room: float, size: float, lines: int, bold: bool = False) -> str:
    """A text cut, at a word if it can be, to a number of lines; an ellipsis says that it was longer."""
    cut = text
    while broken(cut, room, size, bold) > lines and len(cut) > 2:
        whole = cut.removesuffix(" …")
        short = whole[: int(len(whole) * 0.9)]
        cut = (short.rsplit(" ", 1)[0] if " " in short[len(short) // 2:] else short).rstrip(",;. ") + " …"
    return cut


def columns_of(cells: list[list[str]], room: float, size: float) -> list[float]:
    """Widths of columns: short ones as wide as they ask, long ones share what is left, none narrower than a word."""
    wanted = [max(width(row[c], size, r == 0) for r, row in enumerate(cells)) + CELL_X for c in range(len(cells[0]))]
    fixed = [min(w, room / 3) for w in words_of(cells, size)]
    low, high = 0.0, room  # the cap at which the columns fill the room
    for _ in range(40):
        cap = (low + high) / 2
        widths = [max(f, min(x, cap)) for f, x in zip(fixed, wanted, strict=True)]
        low, high = (low, cap) if sum(widths) > room else (cap, high)
    scale = room / sum(widths)
    return [x * scale for x in widths]


def words_of(cells: list[list[str]], size: float) -> list[float]:
    """Widths of columns at which no word is broken."""
    return [max(width(x, size, r == 0) for r, row in enumerate(cells) for x in row[c].split(" ")) + CELL_X
            for c in range(len(cells[0]))]


def lowest(cells: list[list[str]], columns: list[float], size: float) -> list[float]:
    """Widths of columns at which a table is lowest: each gives another what it can spare, a few points at a time."""
    least, best = words_of(cells, size), table_height(cells, columns, size)
    for step in (32, 8) * 8:
        for giver, taker in permutations(range(len(columns)), 2):
            tried = [w + step * ((c == taker) - (c == giver)) for c, w in enumerate(columns)]
            if tried[giver] >= least[giver] and (tall := table_height(cells, tried, size)) < best:
                columns, best = tried, tall
    return columns


def row_height(row: list[str], columns: list[float], size: float, head: bool) -> float:
    """Height in points of a row of a table."""
    return max(broken(x, w - CELL_X, size, head) for x, w in zip(row, columns, strict=True)) * size * LINE + CELL_Y


def table_height(cells: list[list[str]], columns: list[float], size: float) -> float:
    """Height in points of a table."""
    return sum(row_height(row, columns, size, r == 0) for r, row in enumerate(cells))


def fitted(cells: list[list[str]], wide: float, high: float) -> tuple[list[list[str]], list[float], float]:
    """Cells, widths of columns and size of type at which a table fits; cells and then rows give way at the smallest."""
    for size, lines in SIZES:
        columns = columns_of(cells, wide, size)
        most = lines * size * LINE + CELL_Y
        tall = max(row_height(row, columns, size, r == 0) for r, row in enumerate(cells))
        if tall <= most and table_height(cells, columns, size) <= high:
            return cells, columns, size
    columns = lowest(cells, columns, SMALLEST)
    if table_height(cells, columns, SMALLEST) <= high:
        return cells, columns, SMALLEST
    lines = [max(broken(x, w - CELL_X, SMALLEST, r == 0) for x, w in zip(row, columns, strict=True))
             for r, row in enumerate(cells)]
    while max(lines) > 1 and sum(n * SMALLEST * LINE + CELL_Y for n in lines) > high:
        lines[len(lines) - 1 - lines[::-1].index(max(lines))] -= 1  # of the tallest the last one gives way
    shown = [[shortened(x, w - CELL_X, SMALLEST, n, r == 0) for x, w in zip(row, columns, strict=True)]
             for r, (row, n) in enumerate(zip(cells, lines, strict=True))]
    if table_height(shown, columns, SMALLEST) <= high:
        return shown, columns, SMALLEST
    more = [t("deck.more", n=len(cells)), *[""] * (len(columns) - 1)]
    while len(shown) > 1 and table_height([*shown, more], columns, SMALLEST) > high:
        shown = shown[:-1]
        more[0] = t("deck.more", n=len(cells) - len(shown))
    return [*shown, more], columns, SMALLEST
