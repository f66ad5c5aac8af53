"""What became of the targets that the parameters of a run give: met, missed, or not to be judged."""

from __future__ import annotations

from typing import Any

import pandas as pd

from indexlib.analysis.peers import region
from indexlib.analysis.standing import rank_among
from indexlib.base.wording import t
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import load_withheld
from indexlib.plan.review import Findings
from indexlib.plan.settings import Target

COLUMNS = ["index", "component", "kind", "wanted", "actual", "base", "computed", "state", "reason"]
MET, MISSED, UNKNOWN = "met", "missed", "unknown"


def goals(found: Findings) -> pd.DataFrame:
    """Each target of a run beside what was published.

    Parameters
    ----------
    found : Findings

    Returns
    -------
    DataFrame
        One row per target, in the order of the indices: ``index``, ``component``; ``kind``: ``score`` (points of
        the published scale, at least), ``rank`` or ``region_rank`` (a place, at most); ``wanted``, ``actual``;
        ``base`` (places ranked); ``computed`` (the publisher did not print the place); ``state``: ``met``,
        ``missed`` or ``unknown``; ``reason`` of the last, in the language in force.

    Examples
    --------
    >>> from indexlib import open_run
    >>> found = open_run(place="thanh_hoa", year=2024, targets={"papi": {"total": 45.0, "rank": 15}})
    >>> goals(found)[["kind", "wanted", "state"]].values.tolist()
    [['score', 45.0, 'missed'], ['rank', 15.0, 'met']]
    """
    rows = []
    for index in index_codes():
        if target := found.params.targets.get(index):
            rows += _of_index(found, index, target)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"wanted": object})


def _of_index(found: Findings, index: str, target: Target) -> list[tuple]:
    rows = []
    if target.total is not None:
        rows.append(_score(found, index, index, target.total))
    if target.rank is not None:
        rows.append(_rank(found, index, target.rank))
    if target.region_rank is not None:
        rows.append(_region_rank(found, index, target.region_rank))
    catalogue = load_catalogue()
    return rows + [_score(found, index, c, target.components[c])
                   for c in sorted(target.components, key=catalogue.order.__getitem__)]


def _row(found: Findings, component: str) -> Any:
    c = found.now.components
    return next(c[c["component"] == component].itertuples(index=False), None)


def _why_none(found: Findings, component: str, text: str) -> str:
    """Why a figure is not there: the publisher's reason, else a text of ours."""
    gone = found.now.missing.set_index("component")["why"].get(component, "")
    return t("index.withheld", why=gone) if gone else t(text)


def _score(found: Findings, index: str, component: str, wanted: float) -> tuple:
    row = _row(found, component)
    if row is None or pd.isna(row.score):
        return index, component, "score", wanted, None, None, False, UNKNOWN, _why_none(found, component, "score.none")
    actual = round(float(row.score), load_catalogue().decimals(index))
    return index, component, "score", wanted, actual, None, False, MET if actual >= wanted else MISSED, ""


def _rank(found: Findings, index: str, wanted: int) -> tuple:
    row = _row(found, index)
    if row is None or pd.isna(row.rank):
        return index, index, "rank", wanted, None, None, False, UNKNOWN, _why_none(found, index, "goal.no_rank")
    state = MET if row.rank <= wanted else MISSED
    return index, index, "rank", wanted, int(row.rank), int(row.base), row.rank_kind == "computed", state, ""


def _region_rank(found: Findings, index: str, wanted: int) -> tuple:
    """The place within the region, computed only where every place of the region has a score or was withheld."""
    row, year = _row(found, index), found.params.year
    unknown = (index, index, "region_rank", wanted, None, None, True, UNKNOWN)
    if row is None or pd.isna(row.score):
        return *unknown, _why_none(found, index, "score.none")
    others = region(found.place.code, year)
    if not others:
        return *unknown, t("goal.no_region")
    s = found.scores[(found.scores["year"] == year) & (found.scores["component"] == index)]
    score = s.set_index("place")["score"].dropna()
    withheld = load_withheld()
    held = set(withheld.loc[(withheld["year"] == year) & (withheld["component"] == index), "place"])
    if any(p not in score.index and p not in held for p in others):
        return *unknown, t("goal.partial_region")
    ranked = score[score.index.isin(others)]
    place = int(rank_among(ranked, row.score))
    return index, index, "region_rank", wanted, place, len(ranked) + 1, True, MET if place <= wanted else MISSED, ""
