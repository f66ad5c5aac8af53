"""Numbers as cells hold them: figures, text with a decimal comma, marks for a withheld score."""

from __future__ import annotations

import math
import re

PLAIN = re.compile(r"^([+-]?\d+(?:[.,]\d+)?)\s?%?$")
#: What publishers print in place of a score that they hold back.
WITHHELD_MARKS = frozenset({"*", "**", "***", "-", "–", "—", "...", "0*",
                             "không công bố", "chưa công bố", "withheld"})

#: What a formula that failed shows; what programs write where they have nothing.
ERRORS = frozenset({"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!"})
NO_VALUE = frozenset({"na", "n/a", "n.a.", "nan", "null", "none", "#na"})


def number(cell: object) -> float | None:
    """The number in a cell, ``None`` if it holds none.

    A text is a number only if it is digits with at most one decimal sign; "83,70%" is 83.7.

    Examples
    --------
    >>> number(8.35), number("8,35"), number(" 8.35 "), number("8,35*"), number("1.234,5"), number(True)
    (8.35, 8.35, 8.35, None, None, None)
    """
    if type(cell) is float and math.isfinite(cell):
        return cell
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if math.isfinite(cell) else None
    if isinstance(cell, str):
        text = cell.replace("\u00a0", "").replace("\u2212", "-").strip()
        match = PLAIN.match(text)
        if match:
            return float(match.group(1).replace(",", "."))
    return None


def is_percent(cell: object) -> bool:
    """Whether a cell is a text that says percent."""
    return isinstance(cell, str) and cell.strip().endswith("%")


def is_withheld(cell: object) -> bool:
    """Whether a cell stands for a score held back: empty, zero, a star or a dash."""
    if cell is None or (cell == 0 and not isinstance(cell, bool)):
        return True
    if isinstance(cell, str):
        text = cell.replace("\u00a0", "").strip().casefold()
        if text in WITHHELD_MARKS or not text:
            return True
    return number(cell) == 0


def why_no_number(cell: object) -> str:
    """Code of the problem that a cell without a number is: a formula that failed, a mark of a program, or another text.

    Examples
    --------
    >>> why_no_number("#N/A"), why_no_number("n/a"), why_no_number("khoảng 8")
    ('error_cell', 'no_value', 'not_a_number')
    """
    text = str(cell).strip().casefold()
    return "error_cell" if text in ERRORS else "no_value" if text in NO_VALUE else "not_a_number"


def decimals(values: list[float], most: int = 6) -> int:
    """Decimals in which figures are written, at most ``most``.

    Examples
    --------
    >>> decimals([8.35, 7.1, 6.0]), decimals([6.355849856])
    (2, 6)
    """
    digits, same = 0, 10.0 ** -(most + 3)
    for value in values:
        while abs(value - round(value, digits)) >= same:
            digits += 1
            if digits == most:
                return most
    return digits
