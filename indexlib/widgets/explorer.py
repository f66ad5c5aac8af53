"""Explore the scores in JupyterLab: choose by pointing or typing, take along code, picture or table.

Nothing is reachable only here: :mod:`indexlib.widgets.views` and :mod:`indexlib.charts` do the same in plain Python.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache, wraps
from html import escape
from pathlib import Path
from threading import RLock

import ipywidgets as widgets

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import LANGUAGES, listing, speaking, t
from indexlib.content.tables import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.files import PROJECT
from indexlib.data.places import load_places
from indexlib.data.search import search
from indexlib.widgets import choices, page, views
from indexlib.widgets.browse import browse, refresh
from indexlib.widgets.clipboard import CopyButton
from indexlib.widgets.drawing import Drawing

#: Indent of a level of the tree and its lines; pixels of a control, of which two stand side by side.
INDENT, ROWS, HALF, CHART = "\u2003", 7, 266, 646
#: The first year where none is chosen; a list has no entry for nothing.
ALL = 0
#: Height that a window leaves to the chart; a taller one scrolls within, so that the controls stay in sight.
ROOM = "calc(100vh - 216px)"
#: The look of what is wrong.
WRONG = "color:#B00020;font-weight:600;"
#: Lines of a table as close as those of a text; beside many places, the figures of a row under its name.
PAPER = "<style>.indexlib-explorer table.indexlib {line-height: 1.35; width: 100%;}</style>"
STACKED = """<style>.indexlib-explorer table.indexlib tr {display: flex; flex-wrap: wrap;}
.indexlib-explorer table.indexlib :is(td, th) {flex: 1 1 0; min-width: 0; box-sizing: border-box;
  padding: 2px 3px; font-size: 12px;}
.indexlib-explorer table.indexlib :is(td, th):first-child {flex: 0 0 75%;}
.indexlib-explorer table.indexlib :is(td, th):nth-child(2) {flex: 0 0 25%;}</style>"""
#: Where charts are saved unless another folder is typed; beside the runs.
FOLDER = PROJECT / "outputs" / "explore"


def _said(action: Callable) -> Callable:
    """Make an action of a control speak the language of the view, and end in a sentence where it goes wrong.

    A callback runs outside the cell that made the widget, so the language in force there is not at hand. JupyterLab may
    run several at once, in threads of their own: one waits for the other.
    """
    @wraps(action)
    def safe(self: Explorer, *args: object) -> None:
        with self._one_by_one, speaking(self.view.language):
            if self._quiet:
                return
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
        given, self._one_by_one = state.get("language"), RLock()
        self.view = views.settle(views.View(), **({"language": given} if given in LANGUAGES else {}))
        self.figure, self._quiet, self._table, self._sentence = None, True, None, ""
        with speaking(self.view.language):
            self._make()
            super().__init__(self._arrange(), _dom_classes=["indexlib-explorer"])
        self._quiet = False
        self.set(**state)

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
        before, (self.view, wrong) = self.view, views.settle_each(self.view, changes)
        if wrong and self.figure is not None and self.view == before:
            self._say(*wrong, error=True)
            self._follow()
            return
        shown = [t("explore.shown", place=load_places().get(self.view.place, self.view.year).name)] if wrong else []
        self._redraw(*wrong, *shown, error=bool(wrong))

    def set(self, **changes: object) -> None:
        """Change the view; what cannot be is said in the widget, the rest is done."""
        self._set(changes)

    def save_page(self, path: Path | str) -> Path:
        """Write one HTML file with every view of the index over all places; see :func:`indexlib.widgets.page.save_page`."""
        return page.save_page(path, self.view.index, self.view.place, self.view.component, self.view.language)

    @_said
    def _save_page(self) -> None:
        """Write the page into the folder, and say where."""
        written = self.save_page(Path(self.folder.value or FOLDER).expanduser() / f"{self.view.index}.html")
        self._notice(t("explore.saved", names=written.name, folder=written.parent))

    @_said
    def save(self, folder: Path | str = FOLDER) -> None:
        """Write the chart as PNG and SVG and its data as CSV, and say where; see :func:`indexlib.widgets.views.save`."""
        folder = Path(folder or FOLDER).expanduser().resolve()
        try:
            written, why = views.save(self.view, folder)
        except OSError as error:
            self._notice(t("explore.not_saved", folder=folder, why=error.strerror or type(error).__name__))
        else:
            self._notice(t("explore.saved", names=listing([p.name for p in written]), folder=folder), why)

    @_said
    def compare_with(self, kind: str) -> None:
        """Compare with the places of the region or the most similar ones."""
        found, said = views.neighbours(self.view, kind)
        self.view = views.settle(self.view, compare=tuple(found))
        self._redraw(said)

    def _redraw(self, *said: str, error: bool = False) -> None:
        """Draw the view, or say why there is nothing to draw, and bring the controls to it."""
        self.notice.value = ""
        try:
            self.figure = views.draw(self.view)
        except IndexlibError as why:
            self.figure = None
            self._say(*said, str(why), *views.remarks(self.view), error=error)
        else:
            self._say(*said, *views.remarks(self.view), error=error)
            if isinstance(self.figure, Table):
                self.paper.value = PAPER + (STACKED if len(self.view.compare) > 3 else "") + self.figure.html()
            else:
                self.drawing.show(self.figure)
        for part in (self.drawing, self.paper):
            part.layout.display = None if self.figure is not None and part is self.on_screen else "none"
        self._fill_table()
        self._follow()

    @property
    def on_screen(self) -> widgets.Widget:
        """Where charts are, or where the table is."""
        return self.paper if isinstance(self.figure, Table) else self.drawing

    @property
    def said(self) -> str:
        """What the widget says about the view, as plain text."""
        return self._sentence

    def _say(self, *sentences: str, error: bool = False) -> None:
        """Say something above the chart; what went wrong in red."""
        self.message.value = self._as_line(sentences, "alert" if error else "status", WRONG if error else "")

    def _notice(self, *sentences: str) -> None:
        """Say something beside the buttons that save."""
        self.notice.value = self._as_line(sentences, "status", "")

    def _as_line(self, sentences: tuple[str, ...], role: str, style: str) -> str:
        self._sentence = " ".join(s for s in sentences if s)
        return f'<div role="{role}" class="indexlib-message" style="line-height:1.35;{style}">{escape(self._sentence)}</div>'

    def _pressed(self, place: str) -> None:
        """Choose the place of a tile, dot or line that is pressed."""
        if place and place != self.view.place:
            self._set({"place": place})

    def _make(self) -> None:
        """The controls, and what they do."""
        catalogue, half = load_catalogue(), {"width": f"{HALF}px"}
        self.index = widgets.ToggleButtons(options=[(catalogue.short_name(i), i) for i in index_codes()],
                                           style={"button_width": "auto"})
        self.kind = widgets.Dropdown(options=[(t(f"explore.view.{v}"), v) for v in views.VIEWS], layout=half)
        self.search = widgets.Text(placeholder=t("explore.search_hint"), layout=half)
        self.component = widgets.Select(rows=ROWS, layout=half)
        self.place = widgets.Combobox(placeholder=t("explore.place_hint"), continuous_update=False, layout=half)
        self.compare = widgets.Combobox(placeholder=t("explore.compare_hint"), continuous_update=False, layout=half)
        self.beside = widgets.HBox(layout={"width": f"{HALF}px", "flex_flow": "row wrap"})
        self.region, self.similar, self.clear, self.saver, self.pager, self.behind = (
            widgets.Button(description=t(f"explore.{x}"), layout={"width": "auto"})
            for x in ("region", "similar", "clear", "save", "page", "behind"))
        self.first, self.year = (widgets.Dropdown(description=t(f"explore.{x}"), layout={"width": f"{wide}px"},
                                                  style={"description_width": "initial"})
                                 for x, wide in (("first", 136), ("year", 129)))
        self.folder = widgets.Text(str(FOLDER), layout={"width": "300px"}).add_class("indexlib-folder")
        self.copy = CopyButton(**{k: t(f"explore.{x}") for k, x in
                                  (("label", "copy"), ("done", "copied"), ("failed", "copy_failed"))})
        self.shown_code = widgets.Textarea(disabled=True, rows=4, layout={"width": f"{HALF + CHART}px"})
        self.message, self.notice = widgets.HTML(), widgets.HTML()
        self.drawing = Drawing(self._pressed)
        self.paper = widgets.HTML(layout={"display": "none"})
        self.canvas = widgets.Box([self.drawing, self.paper], layout={"max_height": ROOM, "overflow": "auto"})
        self.more = widgets.Accordion(children=[widgets.VBox()], titles=[t("explore.data")], selected_index=None,
                                      layout={"width": f"{HALF + CHART}px"})
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
        self.pager.on_click(lambda _: self._save_page())
        self.behind.on_click(lambda _: self._set({"view": "history" if self.view.view == views.BEHIND else views.BEHIND}))
        self.more.observe(lambda _: self._fill_table(), "selected_index")

    def _arrange(self) -> list[widgets.Widget]:
        """What to look at and whose on the left; the chart, and what to take along, on the right."""
        near, span = widgets.HBox([self.region, self.similar, self.clear]), widgets.HBox([self.first, self.year])
        asked = _column(self.index, self.kind, self.search, self.component, self.behind, "place", self.place, "compare",
                        self.compare, self.beside, near, span)
        taken = widgets.HBox([self.copy, self.saver, self.pager], layout={"flex_flow": "row wrap"})
        seen = widgets.VBox([self.message, self.canvas, taken, self.folder, self.notice], layout={"width": f"{CHART}px"})
        return [widgets.HBox([asked, seen], layout={"flex_flow": "row wrap"}), _label("code"), self.shown_code, self.more]

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
            sub = load_catalogue().component(view.component)
            self.behind.layout.display = None if (sub.index, sub.level) == ("pci", "subindex") else "none"
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


def explore(place: str | None = None, **state: object) -> Explorer:
    """Explore the scores of a place in JupyterLab.

    Parameters
    ----------
    place : str, optional
        Code or any known spelling; default Thanh Hóa.
    **state
        ``view``, ``index``, ``component``, ``compare``, ``year``, ``first``, ``language``; see
        :class:`indexlib.widgets.views.View`. What cannot be is said in the widget; the rest is shown.

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
