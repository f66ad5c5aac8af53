"""Charts for briefings, notebooks and pages: plotly figures with a message, a source line and their data.

Each function takes a score table or the findings of a run and returns a
:class:`indexlib.charts.style.Chart`; ``figure.layout.meta`` has ``name``, the stem of its file,
``title``, its message as plain text, and ``data``, the records drawn. :func:`export` writes them for print.
"""

from indexlib.base.problems import BrowserError
from indexlib.charts.export import export
from indexlib.charts.grids import heat, tiles
from indexlib.charts.one_year import dots, movement, radar
from indexlib.charts.over_years import history
from indexlib.charts.position import position
from indexlib.charts.profile import profile
from indexlib.charts.ranks import bump
from indexlib.charts.style import Chart, config
from indexlib.charts.sums import alike, waterfall

__all__ = ["BrowserError", "Chart", "alike", "bump", "config", "dots", "export", "heat", "history", "movement", "position",
           "profile", "radar", "tiles", "waterfall"]


def __dir__() -> list[str]:
    return __all__
