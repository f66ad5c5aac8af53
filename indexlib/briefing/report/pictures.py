"""Which charts a report shows for each index, with their captions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexlib import charts
from indexlib.analysis import outlook
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.content import gallery
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.review import Findings


@dataclass(frozen=True)
class Picture:
    """A chart of a report.

    Attributes
    ----------
    kind : {"history", "waterfall"}
    figure : Chart
    """

    kind: str
    figure: charts.Chart

    @property
    def name(self) -> str:
        """Stem of its file."""
        return self.figure.layout.meta["name"]

    def file(self, folder: Path | None) -> Path | None:
        """Its picture in a folder, if it is there."""
        path = folder / f"{self.name}.png" if folder else None
        return path if path and path.exists() else None

    def caption(self, number: int, found: Findings, index: str) -> str:
        """Numbered caption, without what the picture says itself."""
        return t(f"report.chart.{self.kind}", n=number, index=load_catalogue().short_name(index),
                 place=found.place.name, before=found.params.year - 1)


def pictures(found: Findings, index: str) -> list[Picture]:
    """History of the total, and what each component added to its last change where that can be said.

    A total of fewer than two years has nothing to draw; the table of its run over years says all.
    """
    place, year, drawn = found.place.code, found.params.year, []
    for kind, make in (("history", lambda: gallery.over_years(found, index)),
                       ("waterfall", lambda: charts.waterfall(
                           outlook.contributions(found.panel, place, year, index), place, year))):
        try:
            drawn.append(Picture(kind, make()))
        except NoDataError:  # the text of the section says what is missing
            continue
    return drawn
