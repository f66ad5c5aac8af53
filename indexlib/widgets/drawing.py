"""A chart on the screen of JupyterLab, redrawn in place; a mark that is pressed says its place."""

from __future__ import annotations

from collections.abc import Callable
from gzip import compress
from importlib.resources import files

import anywidget
import traitlets
from plotly.io.json import to_json_plotly

from indexlib.charts.export import Chart

_PLOTLY = files("plotly").joinpath("package_data/plotly.min.js").read_text(encoding="utf-8")
_DRAW = """
const Plotly = module.exports;
// JupyterLab would take the arrow keys to go from cell to cell.
document.addEventListener("focusin", event =>
  event.target.closest(".indexlib-explorer select")?.setAttribute("data-lm-suppress-shortcuts", "true"));
function render({ model, el }) {
  const chart = document.createElement("div");
  el.appendChild(chart);
  let drawn = null, waiting = null;
  const draw = async () => {
    const whole = model.get("figure");
    clearTimeout(waiting);
    if (whole === drawn) return;
    if (!el.offsetWidth) {  // texts are measured, which takes a chart that is seen
      waiting = setTimeout(draw, 50);
      return;
    }
    drawn = whole;
    const unpacked = new Blob([whole]).stream().pipeThrough(new DecompressionStream("gzip"));
    const { data, layout } = await new Response(unpacked).json();
    if (whole !== drawn) return;
    const first = !chart.data;
    Plotly.react(chart, data, layout, { displayModeBar: false });
    if (first) chart.on("plotly_click", ({ points }) => model.send({ place: points[0].customdata ?? "" }));
  };
  model.on("change:figure", draw);
  draw();
  return () => {
    clearTimeout(waiting);
    Plotly.purge(chart);
  };
}
export default { render };
"""


class Drawing(anywidget.AnyWidget):
    """The chart drawn last, whole, so that a browser that is still loading, or was loaded anew, finds it.

    Parameters
    ----------
    pressed : callable
        Is given the code of the place whose mark is pressed.
    """

    _esm = f"const module = {{ exports: {{}} }};\n{_PLOTLY}\n{_DRAW}"
    figure = traitlets.Bytes().tag(sync=True)

    def __init__(self, pressed: Callable[[str], None]) -> None:
        super().__init__(layout={"width": "100%"})
        self.on_msg(lambda _, said, __: pressed(said["place"]))

    def show(self, chart: Chart) -> None:
        """Draw a chart."""
        figure = chart.to_dict()
        del figure["layout"]["meta"]
        self.figure = compress(to_json_plotly(figure).encode(), 1, mtime=0)
