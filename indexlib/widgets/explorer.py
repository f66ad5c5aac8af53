"""Explore the scores in JupyterLab: choose by pointing or typing, take along code, picture or table.

Nothing is reachable only here: :mod:`indexlib.widgets.views` and :mod:`indexlib.charts` do the same in plain Python.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache, wraps
from html import escape
from pathlib import Path

import ipywidgets as widgets
import plotly.graph_objects as go

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import LANGUAGES, listing, speaking, t
from indexlib.charts.export import Chart
from indexlib.content.tables import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.files import PROJECT
from indexlib.data.places import load_places
from indexlib.data.search import search
from indexlib.widgets import choices, views
from indexlib.widgets.browse import browse, refresh
from indexlib.widgets.clipboard import CopyButton

#: Indent of a level of the tree and its lines; pixels of a control, of which two stand side by side.
INDENT, ROWS, HALF = "\u2003", 9, 420
#: The first year where none is chosen; a list has no entry for nothing.
ALL = 0
#: Where charts are saved unless another folder is typed; beside the runs.
FOLDER = PROJECT / "outputs" / "explore"


def _said(action: Callable) -> Callable:
    """Make an action of a control speak the language of the view, and end in a sentence where it goes wrong.

    A callback runs outside the cell that made the widget, so the language in force there is not at hand.
    """
    @wraps(action)
    def safe(self: Explorer, *args: object) -> None:
        if self._quiet:
            return
        with speaking(self.view.language):
            try:
                action(self, *args)
            except (IndexlibError, OSError) as error:
                self._say(str(error))
                self._follow()
    return safe


class Explorer(widgets.VBox):
    """A view with its controls.

    Attributes
    ----------
    view : View
        What is looked at, every name a code.
    figure : Chart, Table or None
        What is drawn; none where there is nothing to draw, and ``said`` says why.
    """

    def __init__(self, **state: object) -> None:
        given = state.get("language")
        self.view = views.settle(views.View(), **({"language": given} if given in LANGUAGES else {}))
        first, self.figure, self._quiet, self._table, self._sentence = self.view, None, True, None, ""
        with speaking(self.view.language):
            self._make()
            super().__init__(self._arrange())
        self._quiet = False
        self.set(**state)
        if self.figure is None and self.view == first:  # what was asked cannot be
            self._start(self.said)

    @property
    def state(self) -> dict[str, object]:
        """The view as plain parameters, as :func:`explore` takes them."""
        return self.view.state

    @property
    def code(self) -> str:
        """Three lines that draw the same chart."""
        return views.code(self.view)

    @_said
    def _set(self, changes: dict[str, object]) -> None:
        self.view = views.settle(self.view, **changes)
        self._redraw()

    @_said
    def _start(self, asked: str) -> None:
        """Draw the first view, below what there was to say of the one asked for."""
        self._redraw(asked)

    def set(self, **changes: object) -> None:
        """Change the view; what cannot be is said in the widget and changes nothing."""
        self._set(changes)

    @_said
    def save(self, folder: Path | str = FOLDER) -> None:
        """Write the chart as PNG and SVG and its data as CSV, and say where; see :func:`indexlib.widgets.views.save`."""
        folder = Path(folder or FOLDER).expanduser().resolve()
        try:
            written, why = views.save(self.view, folder)
        except OSError as error:
            self._say(t("explore.not_saved", folder=folder, why=error.strerror or type(error).__name__))
        else:
            self._say(t("explore.saved", names=listing([p.name for p in written]), folder=folder), why)

    @_said
    def compare_with(self, kind: str) -> None:
        """Compare with the places of the region or the most similar ones, in the history."""
        found, said = views.neighbours(self.view, kind)
        view = self.view.view if self.view.view in views.COMPARED else "history"
        self.view = views.settle(self.view, compare=tuple(found), view=view)
        self._redraw(said)

    def _redraw(self, said: str = "") -> None:
        """Draw the view, or say why there is nothing to draw, and bring the controls to it."""
        try:
            self.figure = views.draw(self.view)
        except IndexlibError as error:
            self.figure = None
            self._say(said, str(error), *views.remarks(self.view))
        else:
            self._say(said, *views.remarks(self.view))
            if isinstance(self.figure, Table):
                self.paper.value, self.canvas.layout.min_height = self.figure.html(), ""
                self.canvas.children = (self.paper,)
            else:
                put(self.canvas, self.drawing, self.figure)
        self.canvas.layout.display = "none" if self.figure is None else None
        self._fill_table()
        self._follow()

    @property
    def said(self) -> str:
        """What the widget says about the view, as plain text."""
        return self._sentence

    def _say(self, *sentences: str) -> None:
        self._sentence = " ".join(s for s in sentences if s)
        self.message.value = f'<div role="status" class="indexlib-message">{escape(self._sentence)}</div>'

    def _make(self) -> None:
        """The controls, and what they do."""
        catalogue, half = load_catalogue(), {"width": f"{HALF}px"}
        self.index = widgets.ToggleButtons(options=[(catalogue.short_name(i), i) for i in index_codes()],
                                           style={"button_width": "86px"})
        self.kind = widgets.Dropdown(options=[(t(f"explore.view.{v}"), v) for v in views.VIEWS], layout=half)
        self.search = widgets.Text(placeholder=t("explore.search_hint"), layout=half)
        self.component = widgets.Select(rows=ROWS, layout=half)
        self.place = widgets.Combobox(placeholder=t("explore.place_hint"), continuous_update=False, layout=half)
        self.compare = widgets.Combobox(placeholder=t("explore.compare_hint"), continuous_update=False, layout=half)
        self.beside = widgets.HBox(layout={"width": f"{HALF}px", "flex_flow": "row wrap"})
        self.region, self.similar, self.clear, self.saver = (
            widgets.Button(description=t(f"explore.{x}"), layout={"width": "auto"})
            for x in ("region", "similar", "clear", "save"))
        self.first, self.year = (widgets.Dropdown(description=t(f"explore.{x}"), layout={"width": f"{HALF // 2 - 4}px"},
                                                  style={"description_width": "initial"}) for x in ("first", "year"))
        self.folder = widgets.Text(str(FOLDER), layout=half).add_class("indexlib-folder")
        self.copy = CopyButton(**{k: t(f"explore.{x}") for k, x in
                                  (("label", "copy"), ("done", "copied"), ("failed", "copy_failed"))})
        self.shown_code = widgets.Textarea(disabled=True, rows=4, layout={"width": f"{2 * HALF + 12}px"})
        self.message = widgets.HTML()
        self.drawing = go.FigureWidget()
        self.drawing._config = {"displayModeBar": False}  # plotly has no other way; the buttons below do more
        self.canvas, self.paper = widgets.Box(), widgets.HTML(layout={"overflow": "auto"})
        self.more = widgets.Accordion(children=[widgets.VBox()], titles=[t("explore.data")], selected_index=None,
                                      layout={"width": f"{2 * HALF + 12}px"})
        for control, field in ((self.component, "component"), (self.kind, "view"), (self.place, "place"),
                               (self.year, "year")):
            control.observe(lambda change, field=field: self._set({field: change["new"]}), "value")
        self.index.observe(lambda change: self._choose_index(change["new"]), "value")
        self.first.observe(lambda change: self._set({"first": change["new"] or None}), "value")
        self.search.observe(lambda change: self._search(), "value")
        self.compare.observe(lambda change: self._add(change["new"]), "value")
        self.region.on_click(lambda _: self.compare_with("region"))
        self.similar.on_click(lambda _: self.compare_with("similar"))
        self.clear.on_click(lambda _: self._set({"compare": ()}))
        self.saver.on_click(lambda _: self.save(self.folder.value))
        self.more.observe(lambda _: self._fill_table(), "selected_index")

    def _arrange(self) -> list[widgets.Widget]:
        """What to look at on the left, whose on the right; the chart; what to take along."""
        what = _column("index", self.index, "component", self.search, self.component)
        near, span = widgets.HBox([self.region, self.similar, self.clear]), widgets.HBox([self.first, self.year])
        whose = _column("view", self.kind, "place", self.place, "compare", self.compare, self.beside, near, span)
        chosen = widgets.HBox([what, whose], layout={"flex_flow": "row wrap"})
        taken = widgets.HBox([self.copy, self.saver, self.folder], layout={"align_items": "center"})
        return [chosen, self.message, self.canvas, taken, _label("code"), self.shown_code, self.more]

    def _follow(self) -> None:
        """Bring the controls to the view, without being asked by them in turn."""
        view, self._quiet = self.view, True
        names, at_hand = load_places(), choices.years(view.index)
        try:
            self.index.value, self.kind.value = view.index, view.view
            self._list_components()
            self.year.options = at_hand
            self.first.options = [(t("explore.all"), ALL), *((str(y), y) for y in at_hand if y <= view.year)]
            self.year.value, self.first.value = view.year, view.first or ALL
            self.place.options = self.compare.options = [p.name for p in names.valid(view.year)]
            self.place.value = names.get(view.place, view.year).name
            self.compare.value = ""
            self._show_beside()
            of_index = view.view in views.OF_INDEX
            self.component.disabled = self.search.disabled = of_index
            self.compare.disabled = view.view not in views.COMPARED
            self.first.disabled = view.view not in views.SINCE
            self.copy.text = self.shown_code.value = self.code
        finally:
            self._quiet = False

    def _show_beside(self) -> None:
        """The places compared with as buttons that take them away."""
        names = [load_places().get(p, self.view.year).name for p in self.view.compare]
        if names == [b.description for b in self.beside.children]:
            return
        gone, self.beside.children = self.beside.children, [self._removable(*pair) for pair in
                                                            zip(self.view.compare, names, strict=True)]
        for button in gone:
            button.close()

    def _removable(self, place: str, name: str) -> widgets.Button:
        button = widgets.Button(description=name, icon="times", tooltip=t("explore.remove"), layout={"width": "auto"})
        button.on_click(lambda _: self._set({"compare": [p for p in self.view.compare if p != place]}))
        return button

    def _add(self, names: str) -> None:
        """Compare with the places typed, one or several with commas between them."""
        typed = [n.strip() for n in names.split(",") if n.strip()]
        if typed:
            self._set({"compare": [*self.view.compare, *typed]})

    def _list_components(self) -> None:
        """The tree of the index, or what the search finds in all indices, each under what it belongs to."""
        found = search(self.search.value)
        if not self.search.value.strip():
            found = list(choices.components(self.view.index))
        shown = choices.tree(found)
        options = [(INDENT * depth + label, code) for code, label, depth in shown]
        if options != list(self.component.options):
            self.component.options = options
        chosen = self.view.component
        self.component.value = chosen if any(code == chosen for _, code in options) else None

    @_said
    def _choose_index(self, index: str) -> None:
        """Another index, its whole tree shown."""
        self._quiet, self.search.value, self._quiet = True, "", False
        self._set({"index": index})

    @_said
    def _search(self) -> None:
        """Narrow the tree to what is typed."""
        self._quiet = True
        try:
            self._list_components()
        finally:
            self._quiet = False
        if self.search.value.strip() and not self.component.options:
            self._say(t("explore.nothing_found", text=self.search.value))
        else:
            self._say(*views.remarks(self.view))

    def _fill_table(self) -> None:
        """Put the data of the chart into the table, once it is opened."""
        if self.more.selected_index is None:
            return
        with speaking(self.view.language):
            frame = views.data(self.view, self.figure)
            if self._table is None:
                self._table = browse(frame)
                self.more.children = [self._table]
            else:
                refresh(self._table, frame)


def _label(key: str) -> widgets.Label:
    return widgets.Label(t(f"explore.{key}"), layout={"height": "26px"})


def _column(*parts: str | widgets.Widget) -> widgets.VBox:
    """Controls under their labels."""
    return widgets.VBox([_label(p) if isinstance(p, str) else p for p in parts], layout={"margin": "0 12px 0 0"})


def put(canvas: widgets.Box, drawing: go.FigureWidget, figure: Chart) -> None:
    """Put a chart on the screen: the whole figure into the one widget, and a fresh view of it.

    A new widget each time would send plotly.js each time. The messages by which plotly changes a figure are held
    back: a browser that is still loading, or was loaded anew, misses them and would go on showing the old chart.
    """
    layout = figure.to_plotly_json()["layout"]
    layout["meta"] = {"name": layout["meta"]["name"], "title": layout["meta"]["title"]}
    with drawing.hold_sync():
        drawing.data = ()
        drawing.layout = layout
        drawing.add_traces(list(figure.data))
        drawing._repr_mimebundle_()  # as plotly does when it shows a figure: the whole of it goes to the browser
    canvas.layout.min_height = f"{figure.layout.height + 6}px"
    canvas.children = ()
    canvas.children = (drawing,)


def explore(place: str | None = None, **state: object) -> Explorer:
    """Explore the scores of a place in JupyterLab.

    Parameters
    ----------
    place : str, optional
        Code or any known spelling; default Thanh Hóa.
    **state
        ``view``, ``index``, ``component``, ``compare``, ``year``, ``first``, ``language``; see
        :class:`indexlib.widgets.views.View`. What cannot be is said in the widget.

    Returns
    -------
    Explorer
        ``state`` reads the view, ``set`` changes it, ``code`` gives the lines that draw it, ``save`` writes it.

    Examples
    --------
    >>> explore("thanh hoa", component="papi.6", year=2024).state["component"]
    'papi.6'
    """
    shown = Explorer(**state, **({} if place is None else {"place": place}))
    _set_aside()
    return shown


@cache
def _set_aside() -> None:
    """Leave what is loaded for good out of garbage collection: a full round over it takes longer than a redraw."""
    gc.collect()
    gc.freeze()
