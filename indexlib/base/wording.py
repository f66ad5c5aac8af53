"""Every Vietnamese and English text, and every number as people read it.

Texts stand in ``texts/*.csv`` (key, vi, en). The language in force is Vietnamese unless
:func:`use` or :func:`speaking` says otherwise.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

LANGUAGES = ("vi", "en")
_language: ContextVar[str] = ContextVar("language", default="vi")
_below: ContextVar[bool] = ContextVar("below", default=False)
MINUS = "-"
NONE = "–"
#: "1 place(s)" of an English text, which otherwise is "2 places".
ONE = re.compile(r"((?<![\d.,])1 \w+)\(s\)")


class TextError(LookupError):
    """A text that the tables do not hold."""


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).with_name("texts").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            texts |= {row["key"]: row for row in csv.DictReader(file)}
    return texts


def language() -> str:
    """Language in force, ``"vi"`` or ``"en"``."""
    return _language.get()


def use(code: str) -> None:
    """Set the language in force."""
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r}: vi, en")
    _language.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use a language within a ``with`` block."""
    before = language()
    use(code)
    try:
        yield
    finally:
        use(before)


def in_each(say: Callable[[], str], prefix: str = "") -> dict[str, str]:
    """What a function says in each language, under the language's code with a prefix.

    Examples
    --------
    >>> in_each(lambda: language(), "said_")
    {'said_vi': 'vi', 'said_en': 'en'}
    """
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[prefix + code] = say()
    return said


def at_level(level: str) -> None:
    """Set the level of the places that texts are about: below the province, ``<key>@below`` stands in for ``<key>``."""
    _below.set(level != "province")


def t(key: str, /, **values: object) -> str:
    """Text of a key in the language in force, with its fields filled; a TextError names one that is missing.

    Examples
    --------
    >>> t("rule.score_fell")
    'giảm điểm'
    >>> with speaking("en"):
    ...     t("rule.score_fell"), t("change.places_up", n=1), t("change.places_up", n=21)
    ('score fell', 'up 1 place', 'up 21 places')
    """
    row = (_below.get() and _texts().get(f"{key}@below")) or _texts().get(key, {})
    text = row.get(language())
    if not text:
        raise TextError(f"no text {key!r} ({language()}) in {Path(__file__).parent.name}/texts")
    said = text.format(**values)
    return ONE.sub(r"\1", said).replace("(s)", "s") if "(s)" in text else said


def has(key: str) -> bool:
    """Whether there is a text of a key."""
    return key in _texts()


def own(row: object, stem: str) -> str:
    """Value of ``<stem>_vi`` or ``<stem>_en`` of a record after the language in force."""
    name = f"{stem}_{language()}"
    return row[name] if isinstance(row, dict) else getattr(row, name)


def number(value: float | None, digits: int) -> str:
    """A number with decimals and grouping of the language in force; a dash if there is none.

    Examples
    --------
    >>> number(44.8708, 4), number(3321, 0), number(None, 2)
    ('44,8708', '3.321', '–')
    """
    return NONE if value is None or math.isnan(value) else _number(float(value), digits, language())


@lru_cache(100_000)
def _number(value: float, digits: int, locale: str) -> str:
    pattern, of = _pattern(digits, locale)
    return pattern.apply(_half_up(value, digits), of).replace("\u2212", MINUS)


@cache
def _pattern(digits: int, locale: str) -> tuple[NumberPattern, Locale]:
    """How a number is written, read once."""
    from babel import Locale
    from babel.numbers import parse_pattern

    return parse_pattern("#,##0" + ("." + "0" * digits if digits else "")), Locale.parse(locale)


def plain_number(value: float) -> str:
    """A number as it is, to six decimals, with the decimal sign of the language in force.

    Examples
    --------
    >>> plain_number(1.4), plain_number(2), plain_number(70.369985), plain_number(0.1 + 0.2)
    ('1,4', '2', '70,369985', '0,3')
    """
    return f"{round(value, 6):.12g}".replace(".", "," if language() == "vi" else ".")


def settled(value: float) -> str:
    """A figure to ten significant digits, for files of data: no score has more, and further ones of what is computed
    differ from machine to machine.

    Examples
    --------
    >>> settled(29.250881999999994), settled(63.0)
    ('29.250882', '63')
    """
    return f"{value:.10g}"


def rounded(value: float, digits: int) -> float:
    """A figure as it is printed, to compare what people read: 0.02595 to four digits is 0.026, whatever it is in binary."""
    return float(_half_up(value, digits))


def _half_up(value: float, digits: int) -> Decimal:
    """Round half away from zero, as published tables do; never a negative zero.

    What binary arithmetic leaves behind the ninth decimal, further than any publisher prints, decides no digit.
    """
    rounded = Decimal(f"{value:.9f}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def change_digits(value: float, digits: int) -> int:
    """Digits that show a change as other than zero, from ``digits`` up to six.

    Examples
    --------
    >>> change_digits(-0.27, 2), change_digits(-0.0012, 2), change_digits(0.0, 2)
    (2, 3, 2)
    """
    while value and digits < 6 and _half_up(value, digits) == 0:
        digits += 1
    return digits


def change(value: float | None, digits: int, unit: str = "") -> str:
    """A signed difference with its unit, never a fall shown as zero.

    Parameters
    ----------
    value : float or None
    digits : int
        Published decimals of the scores.
    unit : str
        ``"point"``, ``"percent"`` (a difference of percentages is in percentage points) or ``""``.

    Examples
    --------
    >>> change(-0.2870, 4, "point"), change(1.39, 2, "percent"), change(0.0, 2)
    ('-0,2870 điểm', '+1,39 điểm phần trăm', '0,00')
    """
    if value is None or math.isnan(value):
        return NONE
    text = number(value, change_digits(value, digits))
    if value > 0 and any(c in text for c in "123456789"):
        text = "+" + text
    return f"{text} {t('unit.' + unit)}" if unit else text


def score(value: float | None, digits: int, unit: str = "") -> str:
    """A score in its published decimals, with ``%`` or points if a unit is given."""
    text = number(value, digits)
    if text == NONE or not unit:
        return text
    return f"{text}%" if unit == "percent" else f"{text} {t('unit.point')}"


def rank(place: float | None, base: float | None, kind: str = "published") -> str:
    """A rank with its base; a star marks a rank that the publisher did not print.

    Examples
    --------
    >>> rank(48, 61, "published"), rank(13, 61, "computed"), rank(None, None)
    ('48/61', '13/61*', '–')
    """
    if place is None or math.isnan(place):
        return NONE
    star = "*" if kind == "computed" else ""
    of = "?" if base is None or math.isnan(base) else str(int(base))
    return f"{int(place)}/{of}{star}"


def listing(items: list[str]) -> str:
    """Items joined by commas."""
    return ", ".join(items)


def listing_and(items: list[str]) -> str:
    """Items joined by commas, the last by "and".

    Examples
    --------
    >>> listing_and(["PAPI", "PCI", "SIPAS"]), listing_and(["PAPI"])
    ('PAPI, PCI và SIPAS', 'PAPI')
    """
    return t("list.and", before=listing(items[:-1]), last=items[-1]) if len(items) > 1 else listing(items)
