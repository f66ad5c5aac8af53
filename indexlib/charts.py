"""Charts for briefings, notebooks and pages: plotly figures with a message, a source line and their data."""

from __future__ import annotations

from indexlib.chart_dots import dots, movement, position, radar
from indexlib.chart_grids import heat, tiles
from indexlib.chart_lines import bump, history
from indexlib.chart_style import Chart, config

__all__ = ["Chart", "bump", "config", "dots", "heat", "history", "movement", "position", "radar", "tiles"]
