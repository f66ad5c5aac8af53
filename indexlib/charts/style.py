"""The look that all charts share: template, colours, measures of text, title and source line.

Sizes are those of print: a chart is 630 pixels wide, which at three image pixels each are the
1890 of 16 cm at 300 dpi. Everything is placed by measured text, so that nothing is clipped and the
camera button, the PNG and the page show the same picture.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from indexlib.base.wording import language, t
from indexlib.data.catalogue import load_catalogue

WIDTH, SCALE, CENTIMETRES = 630, 3, 16
#: Each has every Vietnamese letter. Arial stands last since on Linux it is often Liberation Sans, which has not.
FONT = "Noto Sans, Segoe UI, DejaVu Sans, Arial, sans-serif"
TITLE, TEXT, SMALL = 15, 12, 11
LINE = 1.3
EDGE = 10
#: Room for the camera button beside the title.
CAMERA = 24
#: The place (Okabe-Ito blue), falls (vermillion), and greys; they differ in lightness too, for grey print.
PLACE, FALL, INK, GREY, PALE, FAINT = "#0072B2", "#D55E00", "#222222", "#767676", "#BDBDBD", "#EDEDED"
#: Where measurement changed.
BAND = "#F6EFDC"
#: Quarters from high to low: colour, ink on it. Ever darker, so that the order survives grey print.
QUARTERS = {"high": ("#EEF5FA", INK), "upper_middle": ("#B9D9EE", INK), "lower_middle": ("#D9822B", INK),
            "low": ("#7A2E00", "#FFFFFF")}

#: Widths of Noto Sans in hundredths of the font size; letters with marks are as wide as those without.
_WIDTHS = {c: w for w, letters in {
    22: "'", 26: " \u00a0ijl", 27: "!,.:;J·", 30: "`()", 33: "-[]", 36: "Ift“”/\\{}", 41: "\"r?_", 48: "zcs–",
    52: "vyFLkx", 56: "*S|ETae$+0123456789<=>YZ^~×X", 61: "PVo≤≥KRbdghnpquCđA", 67: "#Bư", 75: "&DGUĐHN", 79: "OQw…",
    93: "%@MWm"}.items() for c in letters}
_COUNTED = re.compile(r"(?<=[\d*]) (?=[^\W\d])")

pio.templates["indexlib"] = go.layout.Template(layout={
    "font": {"family": FONT, "size": TEXT, "color": INK},
    "title": {"font": {"size": TITLE, "weight": "bold"}, "x": 0, "xref": "container", "xanchor": "left",
              "y": 1, "yref": "container", "yanchor": "top", "pad": {"l": EDGE, "t": EDGE}},
    "paper_bgcolor": "#FFFFFF", "plot_bgcolor": "#FFFFFF", "showlegend": False, "hovermode": "closest",
    "hoverlabel": {"font": {"size": SMALL}, "align": "left"},
    "colorway": [PLACE, FALL, "#009E73", "#CC79A7", "#E69F00", "#56B4E9"],
    "xaxis": {"showgrid": False, "zeroline": False, "linecolor": PALE, "tickfont": {"size": SMALL},
              "automargin": False, "fixedrange": True},
    "yaxis": {"gridcolor": FAINT, "zeroline": False, "tickfont": {"size": SMALL}, "automargin": False,
              "fixedrange": True},
    "annotationdefaults": {"showarrow": False, "font": {"size": SMALL}},
})


class Chart(go.Figure):
    """A plotly figure whose camera button in JupyterLab gives the same file as :func:`indexlib.charts.export`.

    Texts and shapes wait in lists until :func:`chart` puts them in: plotly checks all it has at each addition.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._notes: list[dict] = []
        self._shapes: list[dict] = []

    def show(self, *args: object, **kwargs: object) -> None:
        super().show(*args, **({"config": config(self)} | kwargs))

    def _ipython_display_(self) -> None:
        self.show()


def config(figure: go.Figure) -> dict:
    """Settings for a page or notebook: a camera button that gives the printed size and a telling name.

    Examples
    --------
    >>> from indexlib import charts, load_scores
    >>> charts.config(charts.position(load_scores("papi"), 2024, "thanh_hoa", "papi"))["toImageButtonOptions"]
    {'format': 'png', 'filename': 'thanh_hoa_2024_papi_vi_tri', 'width': 630, 'height': 283, 'scale': 3}
    """
    return {"displaylogo": False, "responsive": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": {
        "format": "png", "filename": figure.layout.meta["name"], "width": WIDTH,
        "height": int(figure.layout.height), "scale": SCALE}}


def safe(text: str) -> str:
    """A text that plotly prints as it is: no markup, no formula."""
    return escape(text, quote=False).replace("$", "&#36;")


@cache
def width(text: str, size: float = SMALL, bold: bool = False) -> float:
    """Width of one line in pixels, with a little to spare.

    Examples
    --------
    >>> 180 < width("Tham gia của người dân ở cấp cơ sở") < 200
    True
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(_WIDTHS.get(c, 93) for c in plain) * size / 100 * (1.1 if bold else 1.03)


def wrap(text: str, room: float, size: float = SMALL, bold: bool = False) -> list[str]:
    """Lines of a text that fit a room in pixels; a figure stays with the word after it.

    Examples
    --------
    >>> wrap("Công khai, minh bạch trong việc ra quyết định ở địa phương", 200)
    ['Công khai, minh bạch trong việc ra', 'quyết định ở địa phương']
    """
    lines: list[str] = []
    for word in _COUNTED.sub("\u00a0", text).split(" "):
        if lines and width(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def balanced(text: str, room: float, size: float = SMALL, bold: bool = False) -> list[str]:
    """Lines as of :func:`wrap`, of like length instead of one word on the last.

    Examples
    --------
    >>> balanced("Công khai, minh bạch trong việc ra quyết định ở địa phương", 200)
    ['Công khai, minh bạch trong', 'việc ra quyết định ở địa phương']
    """
    best = wrap(text, room, size, bold)
    while len(best) > 1 and room > 20:
        room -= 4
        closer = wrap(text, room, size, bold)
        if len(closer) > len(best):
            break
        best = closer
    return best


def lines(text: str, room: float, size: float = SMALL, bold: bool = False) -> str:
    """A text wrapped and escaped for plotly."""
    return "<br>".join(safe(x) for x in balanced(text, room, size, bold))


def spread(wanted: list[float], sizes: list[float], low: float, high: float) -> np.ndarray:
    """Centres nearest to those wanted at which labels of these sizes do not overlap, between two limits.

    Examples
    --------
    >>> spread([5.0, 6.0, 40.0], [10, 10, 10], 0, 100).round(1).tolist()
    [5.0, 15.0, 40.0]
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    size = np.asarray(sizes, dtype=float)[order]
    offsets = np.concatenate([[0.0], np.cumsum((size[:-1] + size[1:]) / 2)])
    start = isotonic_regression(np.asarray(wanted, dtype=float)[order] - offsets).x
    start = np.clip(start, low + size[0] / 2, max(low + size[0] / 2, high - size[-1] / 2 - offsets[-1]))
    out = np.empty(len(order))
    out[order] = start + offsets
    return out


def note(figure: Chart, x: float, y: float, text: str, **style: object) -> None:
    """A text in the plot; ``style`` as plotly's annotations, ``size`` and ``color`` of the font."""
    font = {"size": style.pop("size", SMALL), "color": style.pop("color", INK)}
    figure._notes.append({"x": x, "y": y, "text": text, "font": font, "showarrow": False} | style)


def rule(figure: Chart, x0: float, x1: float, y0: float, y1: float, color: str = GREY, width: float = 1,
         dash: str = "solid", **style: object) -> None:
    """A straight line under the data."""
    figure._shapes.append({"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below",
                           "line": {"color": color, "width": width, "dash": dash}} | style)


def box(figure: Chart, x0: float, x1: float, y0: float, y1: float, fill: str, **style: object) -> None:
    """A filled rectangle under the data."""
    figure._shapes.append({"type": "rect", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below",
                           "fillcolor": fill, "line": {"width": 0}} | style)


def chart(figure: Chart, title: str, source: str, *, kind: str, place: str, year: int, component: str,
          data: pd.DataFrame, plot: float, left: float = 50, right: float = 20, above: float = 6,
          below: float = 24) -> Chart:
    """Finish a figure: margins, message as title, source line; name, plain title and data in ``layout.meta``.

    Parameters
    ----------
    figure : Chart
    title, source : str
        Plain texts; wrapped and escaped here.
    kind : str
        Kind of chart, the last part of the file name.
    place, year, component
        What the chart shows, for the file name.
    data : DataFrame
        The frame drawn; its records go into the figure.
    plot : float
        Height of the plot itself in pixels.
    left, right, above, below : float
        Room in pixels around the plot for labels; title and source are added to ``above`` and ``below``.
    """
    heading = balanced(title, WIDTH - 2 * EDGE - CAMERA, TITLE, bold=True)
    foot = wrap(source, WIDTH - 2 * EDGE, SMALL)
    top = round(EDGE + len(heading) * TITLE * LINE + 8 + above)
    bottom = round(below + len(foot) * SMALL * LINE + EDGE)
    note(figure, 0, 0, "<br>".join(map(safe, foot)), xref="paper", yref="paper", xanchor="left", yanchor="bottom",
         xshift=EDGE - left, yshift=6 - bottom, align="left", color=GREY)
    figure.update_layout(
        template="indexlib", separators=",." if language() == "vi" else ".,", width=WIDTH,
        height=round(plot) + top + bottom, margin={"l": left, "r": right, "t": top, "b": bottom},
        # plotly centres further lines on the first, so each pushes the title down by half a line
        title={"text": "<br>".join(map(safe, heading)),
               "pad": {"l": EDGE, "t": EDGE + (len(heading) - 1) * TITLE * LINE / 2}},
        annotations=figure._notes, shapes=figure._shapes,
        meta={"name": name(kind, place, year, component), "title": " ".join(title.split()), "data": records(data)})
    return figure


def name(kind: str, place: str, year: int, component: str) -> str:
    """Stem of a file name that sorts by place, year and component and ends with the kind of chart.

    Examples
    --------
    >>> name("history", "thanh_hoa", 2024, "papi.6.2"), name("position", "", 2024, "pci.10")
    ('thanh_hoa_2024_papi_06_02_dien_bien', '2024_pci_10_vi_tri')
    """
    parts = [x.zfill(2) if x.isdigit() else x for x in component.split(".")]
    return "_".join(x for x in (place, str(year), *parts, t(f"chart.file.{kind}")) if x)


def gaps(values: pd.Series) -> list:
    """Values for plotly; a missing one is ``None``, since Jupyter turns a NaN on its way into the word "nan"."""
    return values.astype(object).where(values.notna(), None).to_list()


def records(frame: pd.DataFrame) -> list[dict]:
    """Rows of a frame as plain values; missing ones are ``None``."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def plain_name(component: str) -> str:
    """Name of a component in a sentence: a total is its index."""
    found = load_catalogue().component(component)
    return found.name if found.parent else t("chart.index", index=load_catalogue().short_name(found.index))


def numbered(component: str) -> str:
    """Number and name of a component, for the rows of a chart whose source line names the index."""
    found = load_catalogue().component(component)
    return f"{found.number} {found.name}".strip() if found.parent else t("chart.total")


def numbered_full(component: str) -> str:
    """Number and name, or the index's name for a total, where several indices may stand together."""
    return numbered(component) if load_catalogue().component(component).parent else plain_name(component)
