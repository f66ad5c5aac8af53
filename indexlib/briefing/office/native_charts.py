"""Charts that stay charts in PowerPoint: their figures stand in a sheet behind them and can be edited there.

Labels are texts, since a number format takes the decimal sign of the machine it is opened on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import MSO_THEME_COLOR as COLOUR
from pptx.enum.chart import (
    XL_AXIS_CROSSES,
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.chart import XL_TICK_MARK as TICK
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Pt

from indexlib.briefing.office import reproducible
from indexlib.briefing.office.fit import LINE, SMALLEST, shortened, width
from indexlib.briefing.office.powerpoint import Page, clean, put
from indexlib.charts.style import wrap

#: Colours of the theme: the place, a fall beyond the usual movement, a fall within it, everything else.
PLACE, FALL, MILD, REST, INK = COLOUR.ACCENT_1, COLOUR.ACCENT_2, COLOUR.ACCENT_5, COLOUR.ACCENT_4, COLOUR.TEXT_1
HEAD = 14
#: Largest share of a chart that the names of its rows take.
WIDEST = 0.5
#: Points between the names of the rows and the edges of their part of the chart, both together.
GAP = 26
#: Share of the width of a chart where its plot ends.
PLOT = 0.98
#: Longest name in a legend, in points.
LEGEND = 300


@dataclass
class Series:
    """A line, or the bars of one colour.

    Attributes
    ----------
    name : str
        Heads its column in the sheet.
    values : list of float or None
        ``None`` leaves a gap.
    labels : dict
        Texts by position.
    colour : theme colour
    where : dict
        By position where a label stands that is not above its point: ``below``, ``left`` or ``right``.
    legend : bool
        Whether the legend names it.
    """

    name: str
    values: list[float | None]
    labels: dict[int, str]
    colour: COLOUR
    where: dict[int, str] = field(default_factory=dict)
    legend: bool = True


class _Sheet(CategoryWorkbookWriter):
    """The sheet behind a chart; a name that begins with ``=`` stays a text, and nothing says when it was made."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: object) -> Iterator[tuple]:
        with super()._open_worksheet(xlsx_file) as (workbook, worksheet):
            workbook.set_properties({"created": reproducible.MOMENT})
            worksheet.strings_to_formulas = worksheet.strings_to_urls = False
            yield workbook, worksheet


class _Data(CategoryChartData):
    @property
    def _workbook_writer(self) -> _Sheet:
        return _Sheet(self)


def _data(categories: Sequence[str], series: Sequence[Series], decimals: int) -> _Data:
    data = _Data(number_format="0." + "0" * decimals if decimals else "0")
    data.categories = categories
    for s in series:
        data.add_series(shortened(clean(s.name), LEGEND, SMALLEST, 1), s.values)
    return data


def lines(page: Page, name: str, title: str, categories: Sequence[str], series: Sequence[Series], decimals: int = 0,
          falling: bool = False) -> Chart:
    """A line for each series, with a gap wherever a value is missing.

    Parameters
    ----------
    page, name
        Where.
    title : str
        What the chart shows, with its unit.
    categories : list of str
    series : list of Series
    decimals : int
        Of the figures in the sheet.
    falling : bool
        Small figures at the top, as for ranks.
    """
    data = _data(categories, series, decimals)
    chart = page.chart(name, XL_CHART_TYPE.LINE_MARKERS, data, f"{page.title} {title}")
    _frame(chart, title, series)
    known = [v for s in series for v in s.values if v is not None]
    margin = 0.2 * (max(known) - min(known)) or max(abs(max(known)) * 0.05, 0.5)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = min(known) - margin, max(known) + margin
    axis.visible = axis.has_major_gridlines = False
    if falling:
        axis.reverse_order = True
        axis.crosses = XL_AXIS_CROSSES.MAXIMUM
    chart.category_axis.major_tick_mark = TICK.OUTSIDE
    for s, drawn in zip(series, chart.plots[0].series, strict=True):
        drawn.smooth = False
        drawn.format.line.width = Pt(3 if s.colour == PLACE else 1.75)
        drawn.format.line.color.theme_color = s.colour
        drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 8 if s.colour == PLACE else 5
        for part in (drawn.marker.format.fill, drawn.marker.format.line.fill):
            part.solid()
            part.fore_color.theme_color = s.colour
        for i, text in s.labels.items():
            _label(drawn, i, text, XL_LABEL_POSITION[s.where.get(i, "above").upper()], s.colour)
    return chart


def bars(page: Page, name: str, title: str, categories: Sequence[str], series: Sequence[Series], decimals: int = 0,
         together: bool = True) -> Chart:
    """Bars to the right and left of zero, the first category on top.

    Parameters
    ----------
    page, name, title, categories, series, decimals
        As of :func:`lines`.
    together : bool
        The series share one row (each category has a value in one of them) instead of standing under each other.
    """
    wide, tall = page.room(name)
    room = min(max(width(clean(c), SMALLEST) for c in categories) + 4, WIDEST * wide)
    named = [wrapped(clean(c), room) for c in categories]
    data = _data(named, series, decimals)
    chart = page.chart(name, XL_CHART_TYPE.BAR_CLUSTERED, data, f"{page.title} {title}")
    _frame(chart, title, series)
    plot, known = chart.plots[0], [v for s in series for v in s.values if v is not None]
    plot.vary_by_categories = False
    plot.gap_width, plot.overlap = (45, 100) if together else (40, 0)
    low, high = min(0, *known), max(0, *known)
    label = max(width(text, SMALLEST, bold=True) for s in series for text in s.labels.values()) + 8
    left, right = (label if low < 0 else 0), (label if high > 0 or low == 0 else 0)
    unit = ((high - low) or 1) / max(PLOT * wide - room - GAP - left - right, 20)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = low - left * unit, high + right * unit
    axis.visible = axis.has_major_gridlines = False
    chart.category_axis.reverse_order = True
    chart.category_axis.major_tick_mark = TICK.NONE
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _every_name(chart)
    for s, drawn in zip(series, plot.series, strict=True):
        drawn.invert_if_negative = False
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.theme_color = s.colour
        for i, text in s.labels.items():
            _label(drawn, i, text, XL_LABEL_POSITION.OUTSIDE_END, INK)
    entries = sum(width(s.name, SMALLEST) + 30 for s in series) if chart.has_legend else 0
    _place(chart, (room + GAP) / wide, tall, math.ceil(entries / (0.75 * wide)))
    return chart


def wrapped(text: str, room: float) -> str:
    """A name in lines that fit a room in points, at most two; a word longer than the room is broken."""
    lines = []
    for line in wrap(text, room / 1.06, SMALLEST):
        while width(line, SMALLEST) > room and len(line) > 1:
            fits = next(n for n in range(len(line), 0, -1) if n == 1 or width(line[:n], SMALLEST) <= room)
            lines.append(line[:fits])
            line = line[fits:]
        lines.append(line)
    return "\n".join(lines if len(lines) <= 2 else [lines[0], lines[1][:-1] + "…"])


def _frame(chart: Chart, title: str, series: Sequence[Series]) -> None:
    """Title, legend, size of type: what both kinds share."""
    chart.font.size = Pt(SMALLEST)
    chart.has_title = True
    run = put(chart.chart_title.text_frame.paragraphs[0], clean(title))
    run.font.size, run.font.bold = Pt(HEAD), True
    chart.chart_title.include_in_layout = False
    chart.category_axis.format.line.color.theme_color = REST
    chart.category_axis.has_major_gridlines = False
    named = [i for i, s in enumerate(series) if s.legend]
    chart.has_legend = len(named) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        before = chart.legend._element.find("{*}legendPos")
        for i in sorted(set(range(len(series))) - set(named), reverse=True):
            before.addnext(parse_xml(f'<c:legendEntry {nsdecls("c")}><c:idx val="{i}"/><c:delete val="1"/></c:legendEntry>'))


def _label(series: object, at: int, text: str, where: XL_LABEL_POSITION, colour: COLOUR) -> None:
    label = series.points[at].data_label
    run = put(label.text_frame.paragraphs[0], clean(text))
    run.font.size, run.font.bold = Pt(SMALLEST), colour in (PLACE, INK)
    run.font.color.theme_color = INK if colour == REST else colour
    label.position = where


def _every_name(chart: Chart) -> None:
    """Print the name of every row, however close."""
    axis = chart.category_axis._element
    skip = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>')
    last = axis.find("{*}noMultiLvlLbl")
    axis.append(skip) if last is None else last.addprevious(skip)


def _place(chart: Chart, names: float, high: float, legend: int) -> None:
    """Give the plot its share of the chart: the names of the rows, the title and the lines of the legend have theirs."""
    top = (HEAD * LINE + 18) / high
    bottom = 1 - (legend * SMALLEST * 1.5 + 8) / high
    area = chart._chartSpace.chart.plotArea
    old = area.find("{*}layout")
    if old is not None:
        area.remove(old)
    area.insert(0, parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{names:.3f}"/><c:y val="{top:.3f}"/><c:w val="{PLOT - names:.3f}"/><c:h val="{bottom - top:.3f}"/>'
        "</c:manualLayout></c:layout>"))
