"""Drawings the size of a word or a thumb, as SVG that needs no script: a line of years, a place among all.

Colours stand in the style sheet of the pages, under ``svg.tiny``.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import pairwise

import pandas as pd

#: Room around a drawing, so that dots at its edges are whole.
MARGIN = 4


def years(frame: pd.DataFrame, column: str, said: str, width: int = 132, height: int = 30) -> str:
    """A line of years, broken where the index changed or a year is missing; places run with the first on top.

    Parameters
    ----------
    frame : DataFrame
        ``year``, ``block`` and ``column`` of one place and component.
    column : str
        ``score`` or ``rank``.
    said : str
        What it shows, for whoever cannot see it.
    width, height : int
        Pixels.

    Returns
    -------
    str
        Empty where no year is known.
    """
    known = frame.dropna(subset=column).sort_values("year")
    if known.empty:
        return ""
    x = _scale(known["year"], MARGIN, width - MARGIN)
    y = _scale(known[column], *((MARGIN, height - MARGIN) if column == "rank" else (height - MARGIN, MARGIN)))
    rows = list(known[["year", "block", column]].itertuples(index=False, name=None))
    parts, last = [], rows[-1]
    for (year, block, value), (then, other, after) in pairwise(rows):
        if block != other:
            middle = (x(year) + x(then)) / 2
            parts.append(f'<line class="edge" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{height}"/>')
        elif then == year + 1:
            parts.append(f'<line class="line" x1="{x(year):.1f}" y1="{y(value):.1f}" '
                         f'x2="{x(then):.1f}" y2="{y(after):.1f}"/>')
    parts += [_dot(x(year), y(value), "dot", 1.6) for year, _, value in rows[:-1]]
    parts.append(_dot(x(last[0]), y(last[2]), "end", 3.2))
    return _svg(parts, said, width, height)


def among(row: object, scores: Iterable[float], said: str, width: int = 240, height: int = 22) -> str:
    """Where a place stands among all: the range of the places, their middle half, the median, and its own dot.

    Parameters
    ----------
    row : object
        ``score``, ``rank`` and ``base`` of a component.
    scores : iterable of float
        Of all places in the year; without them, or without a score, places are drawn, the last on the left.
    said : str
        What it shows, for whoever cannot see it.

    Returns
    -------
    str
        Empty where neither score nor rank is known.
    """
    values = pd.Series(list(scores), dtype=float).dropna()
    if pd.notna(row.score) and len(values) > 2:
        own, quarters = row.score, values.quantile([0, 0.25, 0.5, 0.75, 1])
    elif pd.notna(row.rank) and pd.notna(row.base):
        own, quarters = -row.rank, pd.Series([-row.base, -0.75 * row.base, -0.5 * row.base, -0.25 * row.base, -1.0])
    else:
        return ""
    x = _scale([*quarters, own], MARGIN, width - MARGIN)
    low, first, middle, third, high = map(x, quarters)
    centre = height / 2
    return _svg([f'<rect class="band" x="{low:.1f}" y="{centre - 2}" width="{high - low:.1f}" height="4"/>',
                 f'<rect class="quarters" x="{first:.1f}" y="{centre - 5}" width="{third - first:.1f}" height="10"/>',
                 f'<line class="median" x1="{middle:.1f}" x2="{middle:.1f}" y1="{centre - 7}" y2="{centre + 7}"/>',
                 _dot(x(own), centre, "own", 5)], said, width, height)


def _scale(values: Iterable[float], start: float, end: float):
    """A function that lays the range of values between two points; a single value in the middle."""
    values = list(values)
    low, high = min(values), max(values)
    return (lambda v: (start + end) / 2) if low == high else (lambda v: start + (v - low) / (high - low) * (end - start))


def _dot(x: float, y: float, kind: str, radius: float) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def _svg(parts: list[str], said: str, width: int, height: int) -> str:
    return (f'<svg class="tiny" role="img" aria-label="{escape(said)}" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}">'
            f"<title>{escape(said)}</title>{''.join(parts)}</svg>")
