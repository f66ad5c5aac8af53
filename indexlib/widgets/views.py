"""What can be looked at: a view as plain parameters, its chart, the code that draws it, the files it is saved to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from indexlib import charts
from indexlib.analysis import peers
from indexlib.base.problems import ChoiceError, IndexlibError, NoDataError
from indexlib.base.wording import LANGUAGES, language, listing, speaking, t
from indexlib.charts import style
from indexlib.content import html, tables
from indexlib.data.catalogue import find_index, index_codes, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores
from indexlib.data.search import by_name, find_component
from indexlib.plan.review import open_run
from indexlib.widgets.choices import ViewError, family, ranked, years

#: Views of one component, and views of a whole index.
OF_COMPONENT, OF_INDEX = ("history", "alike", "ranks", "position", "tiles"), ("movement", "heat")
#: What a view of a whole index shows of several places side by side.
VALUE = {"movement": "change", "heat": "group"}
#: The view that is a table: the indicators behind a sub-index.
BEHIND = "indicators"
VIEWS = ("history", "alike", "ranks", "position", "movement", "heat", "tiles", BEHIND)
#: Views of which the first year can be chosen.
SINCE = ("history", "alike", "ranks", "heat")
#: Places that a button puts beside the one looked at: as many as one chart can tell apart.
BESIDE = 4


@dataclass(frozen=True)
class View:
    """One view as plain parameters.

    Attributes
    ----------
    place : str
        Code or any known spelling.
    view : {"history", "alike", "ranks", "position", "movement", "heat", "tiles", "indicators"}
    index : str
    component : str
        Code, label or part of a name; ``movement`` and ``heat`` show the whole index.
    compare : tuple of str
        Places beside.
    year, first : int or None
        Last and first year; ``first`` counts in ``history``, ``ranks`` and ``heat``.
    language : {"vi", "en"} or None
        Default the language in force.
    """

    place: str = "thanh_hoa"
    view: str = "history"
    index: str = "papi"
    component: str = "papi"
    compare: tuple[str, ...] = ()
    year: int | None = None
    first: int | None = None
    language: str | None = None

    @property
    def state(self) -> dict[str, object]:
        """The parameters, as :func:`indexlib.explore` takes them."""
        return asdict(self) | {"compare": list(self.compare)}


def settle(view: View, /, **changes: object) -> View:
    """A view with changes, every name turned into its code and every gap filled.

    Where the index changes and no component is given, its total is taken; a year it has no figures for gives
    way to its last one.

    Raises
    ------
    IndexlibError
        A name, place, component or year that there is not; the text says which and what there is.

    Examples
    --------
    >>> settle(View(), place="thanh hoa", component="giao duc").component
    'papi.6.2'
    """
    unknown = [k for k in changes if k not in View.__dataclass_fields__]
    if unknown:
        raise ViewError(t("explore.unknown", name=listing(unknown), known=listing(list(View.__dataclass_fields__))))
    new = replace(view, **changes)
    with suppress(ChoiceError):
        new = replace(new, index=find_index(new.index))
    for name, known in (("view", VIEWS), ("index", index_codes()), ("language", (*LANGUAGES, None))):
        if getattr(new, name) not in known:
            raise ViewError(t("explore.not_one_of", name=name, value=getattr(new, name),
                              known=listing([x for x in known if x])))
    with speaking(new.language or language()):
        component = _component(new, view, changes)
        new = replace(new, component=component, index=component.split(".")[0], language=language())
        new = _years_of(new, changes)
        place = find_place(str(new.place), new.year).code
        new = replace(new, place=place, compare=_beside(new, place))
        return replace(new, view="ranks") if new.index != view.index and "view" not in changes and _few(new) else new


def _few(view: View) -> bool:
    """Whether a place has no score of a component in a year, so that ranks are what there is to look at."""
    of = family(view.component)
    own = of[(of["component"] == view.component) & (of["year"] == view.year) & (of["place"] == view.place)]
    return view.view != BEHIND and own["score"].notna().sum() == 0


def settle_each(view: View, changes: dict[str, object]) -> tuple[View, list[str]]:
    """A view with those of the changes that can be, and a sentence for each that cannot.

    Examples
    --------
    >>> at, wrong = settle_each(View(), {"place": "Atlantis", "component": "papi.6", "compare": ["Nghệ An", "Mordor"]})
    >>> at.place, at.component, at.compare, len(wrong)
    ('thanh_hoa', 'papi.6', ('nghe_an',), 2)
    """
    try:
        return settle(view, **changes), []
    except IndexlibError as error:
        whole, wrong = str(error), []
    compare = changes.get("compare")
    single = [(name, value) for name, value in changes.items() if name != "compare" or not isinstance(compare, list | tuple)]
    for name, value in sorted(single, key=lambda c: ("language", "index", "component").index(c[0])
                              if c[0] in ("language", "index", "component") else 9):
        try:
            view = settle(view, **{name: value})
        except IndexlibError as error:
            wrong.append(str(error))
    if isinstance(compare, list | tuple):
        view = settle(view, compare=())
    for name in compare if isinstance(compare, list | tuple) else ():
        try:
            view = settle(view, compare=[*view.compare, name])
        except IndexlibError as error:
            wrong.append(str(error))
    return settle(view), wrong or [whole]


def _component(new: View, old: View, changes: dict[str, object]) -> str:
    """The component asked for; one of another index only where that index is not asked too."""
    if "component" in changes:
        text = str(changes["component"])
        if "index" in changes or text.split(".")[0] in index_codes():
            return find_component(text, new.index if "index" in changes else None)
        here = by_name(text, new.index)
        return find_component(text, new.index if here else None)
    return new.index if new.index != old.index else find_component(new.component, new.index)


def _years_of(new: View, changes: dict[str, object]) -> View:
    """The last and first year, as far as the index has them."""
    at_hand = years(new.index)
    for name in ("first", "year"):
        value = getattr(new, name)
        value = int(value) if isinstance(value, str) and value.isdigit() else value
        new = replace(new, **{name: value})
        if value is not None and value not in at_hand:
            if name in changes:
                raise ViewError(t("explore.no_year", year=value, index=load_catalogue().short_name(new.index),
                                  years=listing([str(y) for y in at_hand])))
            new = replace(new, **{name: None})
    year = at_hand[-1] if new.year is None else int(new.year)
    first = None if new.first is None else int(new.first)
    if first is not None and first > year:
        if {"first", "year"} & set(changes):
            raise ViewError(t("explore.years_turned", first=first, year=year))
        first = None
    return replace(new, year=year, first=first)


def _beside(new: View, place: str) -> tuple[str, ...]:
    """Codes of the places to compare with, each once and without the place itself."""
    asked = new.compare or ()
    if isinstance(asked, str):
        asked = (asked,)
    if not isinstance(asked, Iterable):
        raise ViewError(t("explore.compare_list"))
    return tuple(c for c in dict.fromkeys(find_place(str(p), new.year).code for p in asked) if c != place)


def neighbours(view: View, kind: str) -> tuple[list[str], str]:
    """Places to compare a settled view with, most similar first, as many as can be told apart.

    Parameters
    ----------
    view : View
    kind : {"similar", "region"}
        From the whole country, or from the region; how similar is measured: :func:`indexlib.analysis.peers.similar`.

    Returns
    -------
    places : list of str
    said : str
        How they were chosen, or why there are none.

    Examples
    --------
    >>> neighbours(settle(View(), year=2024), "region")[1]
    'So với 4 nơi giống nhất trong 13 nơi cùng vùng.'
    """
    alike, region = peers.similar(load_scores(), view.place, view.year, n=1000), peers.region(view.place, view.year)
    near = [p for p in alike if kind == "similar" or p in region]
    rest = [] if kind == "similar" else [p for p in region if p not in alike]
    found = [*near, *rest][:BESIDE]
    key = "none" if not found else "all" if not near else kind
    with speaking(view.language):
        return found, t(f"explore.peers.{key}", n=len(found), all=len(near) + len(rest))


def draw(view: View) -> charts.Chart | tables.Table:
    """Chart of a settled view, or table of indicators; the same as that of :func:`code`.

    Raises
    ------
    NoDataError
        Nothing to draw; the text says what is missing.

    Examples
    --------
    >>> draw(settle(View(), component="papi.6", year=2024)).layout.meta["name"]
    'thanh_hoa_2024_papi_06_dien_bien'
    """
    index, place, component, year, first = view.index, view.place, view.component, view.year, view.first
    frame = ranked(index) if view.view in OF_INDEX else family(component)
    makers = {
        "history": partial(charts.history, frame, place, component, list(view.compare), year, first, everyone=True),
        "alike": partial(charts.alike, ranked(index), place, component, list(view.compare), year, first),
        "ranks": partial(charts.bump, frame, place, component, year, first, list(view.compare), everyone=True),
        "position": partial(charts.position, frame, year, place, component, list(view.compare)),
        "movement": lambda: charts.movement(open_run(place=place, year=year, language=language()), index),
        "heat": partial(charts.heat, frame, place, index, year, first),
        "tiles": partial(charts.tiles, frame, year, component, place, list(view.compare)),
        BEHIND: partial(tables.indicators, [component], [place, *view.compare], year),
    }
    with speaking(view.language):
        own = frame[(frame["component"] == component) & (frame["year"] == year)]
        if view.view == "tiles" and own["score"].isna().all():
            raise NoDataError(t("explore.no_figures", component=load_catalogue().label(component), year=year))
        if view.compare and view.view in OF_INDEX:
            makers[view.view] = partial(charts.side_by_side, frame, [place, *view.compare], index, year, VALUE[view.view])
        drawn = makers[view.view]()
        if isinstance(drawn, tables.Table) and drawn.frame.empty:
            raise NoDataError(drawn.empty)
        return drawn


def remarks(view: View) -> list[str]:
    """What a settled view does not show although it was asked for, and where to look instead."""
    if view.view not in ("history", "ranks", "position"):
        return []
    frame, said = family(view.component), []
    first, figure = (view.year if view.view == "position" else view.first or 0), "rank" if view.view == "ranks" else "score"
    own = frame[(frame["component"] == view.component) & frame["year"].between(first, view.year)]
    label, drawn = load_catalogue().label(view.component), set(own.loc[own[figure].notna(), "place"])
    with speaking(view.language):
        ranks = own.loc[(own["place"] == view.place) & own["score"].isna() & own["rank"].notna(), "year"]
        if len(ranks) and view.view == "history":
            said.append(t("explore.ranks_only", years=listing([str(y) for y in sorted(ranks)]), component=label,
                          view=t("explore.view.ranks")))
        missing = [load_places().get(p, view.year).name for p in view.compare if p not in drawn]
        if missing and view.place in drawn:
            said.append(t(f"explore.not_drawn.{view.view}", places=listing(missing), component=label, year=view.year))
    return said


def code(view: View) -> str:
    """Three lines that draw the chart of a settled view in a fresh kernel.

    Examples
    --------
    >>> print(code(settle(View(), component="papi.6", year=2024)))
    from indexlib import charts, load_scores, wording
    wording.use('vi')
    charts.history(load_scores('papi'), 'thanh_hoa', 'papi.6', [], year=2024, everyone=True)
    """
    scores, place, component, year = f"load_scores({view.index!r})", view.place, view.component, view.year
    first = f", first={view.first}" if view.first else ""
    call = {
        "history": f"charts.history({scores}, {place!r}, {component!r}, {list(view.compare)!r}, year={year}{first}, "
                   "everyone=True)",
        "alike": f"charts.alike({scores}, {place!r}, {component!r}, {list(view.compare)!r}, year={year}{first})",
        "ranks": f"charts.bump({scores}, {place!r}, {component!r}, year={year}{first}, compare={list(view.compare)!r}, "
                 "everyone=True)",
        "position": f"charts.position({scores}, {year}, {place!r}, {component!r}, {list(view.compare)!r})",
        "movement": f"charts.movement(open_run(place={place!r}, year={year}, language={view.language!r}), {view.index!r})",
        "heat": f"charts.heat({scores}, {place!r}, {view.index!r}, year={year}{first})",
        "tiles": f"charts.tiles({scores}, {year}, {component!r}, {place!r}, {list(view.compare)!r})",
        BEHIND: f"tables.indicators({[component]!r}, {[place, *view.compare]!r}, {year})",
    }[view.view]
    needs = {"movement": "charts, open_run", BEHIND: "tables"}.get(view.view, "charts, load_scores")
    if view.compare and view.view in OF_INDEX:
        needs, places = "charts, load_scores", [place, *view.compare]
        call = f"charts.side_by_side({scores}, {places!r}, {view.index!r}, {year}, {VALUE[view.view]!r})"
    return f"from indexlib import {needs}, wording\nwording.use({view.language!r})\n{call}"


def data(view: View, figure: charts.Chart | tables.Table | None) -> pd.DataFrame:
    """The rows that a chart of a settled view draws, each with its year, place and component; the cells of a table."""
    if isinstance(figure, tables.Table):
        return figure.frame.set_axis(figure.headers(), axis=1)
    frame = pd.DataFrame([] if figure is None else figure.layout.meta["data"])
    given = {"component": view.component, "place": view.place, "year": view.year}
    for name in [n for n in given if n not in frame and len(frame)]:
        frame.insert(0, name, given[name])
    return frame


def save(view: View, folder: Path | str) -> tuple[list[Path], str]:
    """Write the chart of a settled view as PNG and SVG, and the data behind it (all of a table) as CSV, into a folder.

    Returns
    -------
    paths : list of Path
        What was written: the data always, the pictures where there is a Chrome or Chromium. The names tell
        views of other places or years apart.
    why : str
        Why there are no pictures, else empty.

    Raises
    ------
    NoDataError
        Nothing to draw, and nothing written.
    OSError
        The folder cannot be written.
    """
    folder, figure = Path(folder), draw(view)
    beside = view.compare if len(view.compare) <= BESIDE else [f"{len(view.compare)}_noi"]
    since = [str(view.first)] if view.first and view.view in SINCE else []
    with speaking(view.language):
        if isinstance(figure, tables.Table):
            stem, rows = style.name(BEHIND, view.place, view.year, view.component), data(view, figure).to_dict("records")
        else:
            stem, rows = figure.layout.meta["name"], figure.layout.meta["data"]
    name = "_".join([stem, *beside, *since])
    html.write_data(folder, {name: {"layout": {"meta": {"data": rows}}}})
    if isinstance(figure, tables.Table):
        return [folder / f"{name}.csv"], ""
    figure.layout.meta = figure.layout.meta | {"name": name}
    try:
        with speaking(view.language):
            return [folder / f"{name}.csv", *charts.export([figure], folder)], ""
    except charts.BrowserError as error:
        return [folder / f"{name}.csv"], str(error)
