"""Which charts a report shows for each index, and where their pictures are."""

from __future__ import annotations

from pathlib import Path

from indexlib import charts
from indexlib.analysis import outlook
from indexlib.base.problems import NoDataError
from indexlib.charts.style import name as chart_name
from indexlib.content import gallery
from indexlib.data.catalogue import index_codes
from indexlib.plan.review import Findings


def pictures(found: Findings, index: str) -> list[charts.Chart]:
    """History of the total, and what each component added to its last change where that can be said.

    A total of fewer than two years has nothing to draw; the table of its run over years says all.
    """
    place, year, drawn = found.place.code, found.params.year, []
    for make in (lambda: gallery.over_years(found, index),
                 lambda: charts.waterfall(outlook.contributions(found.panel, place, year, index), place, year)):
        try:
            drawn.append(make())
        except NoDataError:  # the text of the section says what is missing
            continue
    return drawn


def files(found: Findings, folder: Path) -> list[tuple[str, str, Path]]:
    """The pictures of a report that are in a folder: index, what it shows (``history``, ``waterfall``) and file.

    Where the year has no score, the history may be one of ranks; one of scores, if it is there, is preferred.
    """
    scored = set(found.components.loc[found.components["score"].notna(), "component"])
    asked = [(index, shows, kind) for index in index_codes() for shows, kind in (
        *([] if index in scored else [("history", "bump")]), ("history", "history"), ("waterfall", "waterfall"))]
    named = {(index, shows): path for index, shows, kind in asked
             if (path := folder / f"{chart_name(kind, found.place.code, found.params.year, index)}.png").exists()}
    return [(*key, path) for key, path in named.items()]
