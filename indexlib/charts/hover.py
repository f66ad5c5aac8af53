"""What a mark says when pointed at: the score, its rank with base, and where the figure was read."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from indexlib.base.wording import NONE, language, own, t
from indexlib.charts import messages as text
from indexlib.charts.style import SMALL, numbered_full, safe, wrap
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_sources, source_name

#: Pixels that a hover label may take on either side of a mark in the middle of a chart; lines of a source and their letters.
ROOM, LINES, LETTERS = 270, 4, 46
TEMPLATE = "%{hovertext}<extra></extra>"


def of_places(rows: pd.DataFrame, component: str) -> list[str]:
    """Hover texts of figures of one component, headed by place and year.

    Parameters
    ----------
    rows : DataFrame
        ``year``, ``place``, ``score``, ``rank``, ``base``, ``rank_kind``, and ``source`` where known.
    component : str

    Examples
    --------
    >>> row = {"year": 2024, "place": "thanh_hoa", "score": 44.87, "rank": 13, "base": 61, "rank_kind": "computed"}
    >>> of_places(pd.DataFrame([row]), "papi")
    ['<b>Thanh Hóa, 2024</b><br>44,8700 điểm; hạng 13/61*']
    """
    names = load_places()
    return [_said([f"{names.get(r['place'], int(r['year'])).name}, {int(r['year'])}"], r, component)
            for r in rows.to_dict("records")]


def of_components(rows: pd.DataFrame, also: list[str] | None = None) -> list[str]:
    """Hover texts of figures of one place, headed by component and year, with a line of the caller's after them."""
    extra = also or [""] * len(rows)
    return [_said(wrap(f"{numbered_full(r['component'])}, {int(r['year'])}", ROOM, SMALL, bold=True), r, r["component"], more)
            for r, more in zip(rows.to_dict("records"), extra, strict=True)]


def with_source(rows: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Rows of (year, place, component) with the source that the score table names for each."""
    key = ["year", "place", "component"]
    return rows.merge(scores[[*key, "source"]], how="left", on=key)


def _said(head: list[str], row: dict, component: str, more: str = "") -> str:
    if row.get("state") == "withheld":
        figure = t("chart.withheld")
    else:
        score = t("score.none") if pd.isna(row["score"]) else text.score(row["score"], component)
        rank = text.rank_of(row)
        figure = score if rank == NONE else t("chart.hover.figure", score=score, rank=rank)
    source = row.get("source")
    parts = [f"<b>{'<br>'.join(map(safe, head))}</b>", safe(figure), *map(safe, _beside(row, component)),
             *([safe(more)] if more else [])]
    return "<br>".join(parts + ([_source(files.data_dir(), source, language())] if isinstance(source, str) else []))


def _beside(row: dict, component: str) -> list[str]:
    """The group, the change against the year before and the publisher, where a row comes with them."""
    said, found = [], load_catalogue().component(component)
    if isinstance(row.get("group"), str) and row["group"]:
        said.append(t("chart.hover.group", group=t(f"chart.group.{row['group']}")))
    if "moved" in row:
        if pd.notna(row["moved"]):
            said.append(t("chart.hover.change", before=int(row["year"]) - 1, change=text.signed(row["moved"], component)))
        said.append(t("chart.hover.publisher", publisher=own(load_catalogue().by_index[found.index], "publisher")))
    return said


@files.remembered
def _where(folder: Path) -> dict[str, str]:
    return load_sources().set_index("source")["where"].to_dict()


@files.remembered
def _source(folder: Path, key: str, language: str) -> str:
    """Key and name of a source in a few lines that fit a hover label; where just it was read stands in sources.csv."""
    read = [_where(folder).get(k, NONE) for k in key.split("; ")]
    said = t("chart.hover.source", key=key, where="; ".join(source_name(at) or at for at in read))
    return "<br>".join(map(safe, textwrap.wrap(said, LETTERS, max_lines=LINES, placeholder=" …")))
