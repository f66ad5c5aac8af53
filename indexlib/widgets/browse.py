"""Frames of figures as tables to search, sort and export in JupyterLab, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from indexlib.analysis.standing import GROUPS
from indexlib.base import wording as w
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import language, t
from indexlib.content.as_json import plain as plain_value
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places, plain

if TYPE_CHECKING:
    from itables.widget import ITable

#: Most rows a browser is given at once.
MOST = 20_000
#: Columns in points of the published scale; signed differences; whole numbers; numbers of two decimals.
SCORES, CHANGES = ("score", "median", "low_quarter", "ci_low", "ci_high"), ("change", "median_change")
WHOLE = ("year", "base", "block", "scored", "expected")
OTHER = ("percentile", "share", "gap", "prob_fall", "usual_movement", "change_published")
#: Columns that stand in another one's cell (a rank with its base and star) or serve only to draw.
INSIDE = ("base", "rank_base", "rank_kind", "group_kind", "row", "col", "change_published", "panel")
#: Columns with a heading of their own; those whose heading is another one's.
KNOWN = {"year", "place", "component", "score", "rank", "base", "rank_base", "rank_kind", "group_kind", "group", "state",
         "median", "block", "change", "median_change", "usual_movement", "prob_fall", "grade", "reason", "source", "note",
         "ci_low", "ci_high", "percentile", "low_quarter", "scored", "expected", "share", "gap"}
HEADED = {"state": "group", "share": "share_of_scale", "gap": "gap_of_scale"}


class BrowseError(IndexlibError):
    """A frame that cannot be shown as a table."""


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of figures as people read it: names for codes, numbers of the language in force, ranks with base.

    Parameters
    ----------
    frame : DataFrame
        Rows of :func:`indexlib.load_scores`, :func:`indexlib.standing`, :func:`indexlib.changes` or of a chart's
        data; columns not known are shown as they are.

    Returns
    -------
    DataFrame
        Text cells under headings in the language in force.

    Examples
    --------
    >>> from indexlib import load_scores, standing
    >>> s = standing(load_scores("papi")).query("year == 2024 and place == 'thanh_hoa' and component == 'papi'")
    >>> readable(s[["place", "score", "rank", "base", "rank_kind", "component"]]).iloc[0].tolist()
    ['Thanh Hóa', '44,8708', '13/61*', 'PAPI']
    """
    frame = _typed(frame)
    return pd.DataFrame({_heading(c): _cells(frame, c) for c in _shown(frame)}, index=frame.index)


def browse(frame: pd.DataFrame) -> ITable:
    """A table with search (diacritics set aside), sort (by value, not by letter), and export to Excel and CSV.

    Parameters
    ----------
    frame : DataFrame
        As of :func:`readable`; at most 20 000 rows.

    Returns
    -------
    ITable
        A widget; the exports hold numbers as numbers, ranks and their bases in columns of their own.

    Raises
    ------
    BrowseError
        More rows than a browser can take.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> browse(load_scores("papi").query("year == 2024 and component == 'papi'")).df.shape[0]
    61
    """
    from itables.widget import ITable

    shown, options = _arguments(frame)
    return ITable(shown, **options)


def refresh(table: ITable, frame: pd.DataFrame) -> None:
    """Put other figures into a table of :func:`browse`."""
    shown, options = _arguments(frame)
    table.update(shown, **options)


def _arguments(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Columns shown, then hidden ones to sort and export by and to search in; and the settings of the table."""
    if len(frame) > MOST:
        raise BrowseError(t("browse.too_many", n=w.number(len(frame), 0), most=w.number(MOST, 0)))
    frame = _typed(frame).reset_index(drop=True)
    shown, hidden, settings, exported, copied = readable(frame), [], [], [], []
    for i, column in enumerate(_shown(frame)):
        behind = _behind(frame, column)
        at = [len(shown.columns) + len(hidden) + k for k in range(len(behind))]
        hidden += behind
        settings += [{"targets": [i], "orderData": at[:1], "className": "dt-right"}] if behind else []
        exported += at or [i]
        copied += at if column == "rank" else [i]
    words = shown.agg(" ".join, axis=1) if len(shown) else pd.Series(dtype=str)
    whole = pd.concat([shown, *hidden, words.map(lambda s: plain(s.casefold())).rename("search")], axis=1)
    last = len(whole.columns) - 1
    numeric = list(range(len(shown.columns), last))
    settings += [{"targets": numeric, "visible": False, "searchable": False, "type": "num"}] if numeric else []
    settings.append({"targets": [last], "visible": False})
    return whole, {"columnDefs": settings, "language": _words(), "showIndex": False, "maxBytes": 0,
                   "text_in_header_can_be_selected": False,
                   "buttons": [_button("copyHtml5", copied), _button("csvHtml5", exported),
                               _button("excelHtml5", exported)]}


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its figures as numbers, also where every one of them is missing."""
    figures = [c for c in (*SCORES, *CHANGES, *WHOLE, *OTHER, "rank", "rank_base") if c in frame]
    return frame.astype(dict.fromkeys(figures, float))


def _shown(frame: pd.DataFrame) -> list[str]:
    """Columns that have a cell of their own."""
    return [c for c in frame if c not in INSIDE or ("rank" not in frame and c in ("base", "rank_base"))]


def _behind(frame: pd.DataFrame, column: str) -> list[pd.Series]:
    """Plain numbers behind the cells of a column; for a rank its base and kind too; none for texts."""
    if pd.api.types.is_bool_dtype(frame[column]) or not pd.api.types.is_numeric_dtype(frame[column]):
        return []
    more = [c for c in ("base", "rank_base", "rank_kind") if c in frame] if column == "rank" else []
    return [_kinds(frame) if c == "rank_kind" else _numbers(frame, c) for c in (column, *more)]


def _button(kind: str, columns: list[int]) -> dict:
    return {"extend": kind, "text": t(f"browse.{kind}"), "title": "", "filename": t("browse.file"),
            "exportOptions": {"columns": columns}}


def _words() -> dict:
    """The words around the table."""
    keys = ("search", "lengthMenu", "info", "infoEmpty", "infoFiltered", "zeroRecords", "emptyTable")
    around = {k: t(f"browse.{k}").replace("[", "_").replace("]", "_") for k in keys}
    around["thousands"] = "." if language() == "vi" else ","
    return around | {"buttons": {"copyTitle": t("browse.copyTitle"), "copySuccess": t("browse.copySuccess")}}


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """Plain numbers as text; empty where missing."""
    values = [plain_value(v) for v in frame[column].tolist()]
    return pd.Series(["" if v is None else str(v) for v in values], name=_heading(column), dtype=object)


def _kinds(frame: pd.DataFrame) -> pd.Series:
    said = {"computed": t("browse.computed"), "published": t("browse.published")}
    return frame["rank_kind"].astype(object).map(said).fillna("").rename(_heading("rank_kind"))


def _heading(column: str) -> str:
    return t(f"col.{HEADED.get(column, column)}") if column in KNOWN else str(column)


def _cells(frame: pd.DataFrame, column: str) -> list[str]:
    values = frame[column]
    if column == "place":
        return _place_names(frame)
    if column == "component":
        return values.map(load_catalogue().label).tolist()
    if column == "rank":
        base = next((c for c in ("base", "rank_base") if c in frame), None)
        kinds = frame["rank_kind"] if "rank_kind" in frame else ["published"] * len(frame)
        bases = frame[base] if base else [None] * len(frame)
        return [w.rank(_or_none(r), _or_none(b), k) for r, b, k in zip(values, bases, kinds, strict=True)]
    if column in ("group", "state"):
        return [t(f"chart.group.{v}") if v in GROUPS else t(f"browse.state.{v}") if v else w.NONE for v in values]
    if column == "reason":
        years = frame["year"] if "year" in frame else [None] * len(frame)
        return [t(f"change.{r}", year=int(y) - 1) if r else "" for r, y in zip(values, years, strict=True)]
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return values.astype(object).where(values.notna(), "").astype(str).tolist()
    return _figures(frame, column)


def _place_names(frame: pd.DataFrame) -> list[str]:
    years = frame["year"] if "year" in frame else [None] * len(frame)
    pairs = list(zip(frame["place"], years, strict=True))
    names = {(p, y): load_places().get(p, y).name if any(p == q.code for q in load_places().all) else p
             for p, y in dict.fromkeys(pairs)}
    return [names[pair] for pair in pairs]


def _figures(frame: pd.DataFrame, column: str) -> list[str]:
    """Numbers of a column: scores and changes in the published decimals of their index."""
    values = [_or_none(v) for v in frame[column]]
    if column in WHOLE or (np.all(frame[column].dropna() % 1 == 0) and column not in SCORES + CHANGES):
        return [w.NONE if v is None else str(int(v)) for v in values]
    digits = [2] * len(values)
    if column in SCORES + CHANGES + ("usual_movement",) and "component" in frame:
        digits = [load_catalogue().decimals(c.split(".")[0]) for c in frame["component"]]
    write = w.change if column in CHANGES else w.number
    return [write(v, d) for v, d in zip(values, digits, strict=True)]


def _or_none(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
