"""What became of the targets that a plan or the parameters of a run give: met, missed, or not to be judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from indexlib.analysis.peers import region
from indexlib.analysis.standing import GROUPS, rank_among
from indexlib.base.wording import rounded, t
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld
from indexlib.plan.review import Findings
from indexlib.plan.settings import Target

MET, MISSED, UNKNOWN = "met", "missed", "unknown"


@dataclass(frozen=True)
class Goal:
    """A target and what became of it.

    Attributes
    ----------
    component : str
    year : int
    kind : str
        ``score`` (points, at least), ``rank`` or ``region_rank`` (a place, at most), ``group`` (a quarter, or a better
        one), ``change`` (points gained, at least; ``up``: any), ``places`` (gained, at least), ``percent`` (of the
        highest score of the scale, at least).
    wanted : float or str
    region : str
        Region of ``region_rank``; empty: the place's own.
    clause, words, source, note : str
        Of the plan; empty for a target of the parameters.
    actual : float or str, optional
    base : int, optional
        Places ranked.
    computed : bool
        The publisher did not print the place.
    state : {"met", "missed", "unknown"}
    reason : str
        Of ``unknown``, in the language in force.
    """

    component: str
    year: int
    kind: str
    wanted: Any
    region: str = ""
    clause: str = ""
    words: str = ""
    source: str = ""
    note: str = ""
    actual: Any = None
    base: int | None = None
    computed: bool = False
    state: str = UNKNOWN
    reason: str = ""

    @property
    def index(self) -> str:
        """Code of the index."""
        return load_catalogue().component(self.component).index


def goals(found: Findings) -> pd.DataFrame:
    """Each target of the plan and of the run beside what was published; that of the run stands in for the plan's own.

    Targets for a later year are not due; beside them stands where the place is now.

    Returns
    -------
    DataFrame
        One row per target, in the order of the catalogue: the fields of :class:`Goal` and ``index``.

    Examples
    --------
    >>> from indexlib import open_run
    >>> found = open_run(place="thanh_hoa", year=2024, plan="none", targets={"papi": {"total": 45.0, "rank": 15}})
    >>> goals(found)[["kind", "wanted", "state"]].values.tolist()
    [['score', 45.0, 'missed'], ['rank', 15.0, 'met']]
    """
    order = load_catalogue().order
    asked = sorted(_asked(found), key=lambda g: (order[g.component], g.year))
    judged = [_judged(found, goal) for goal in asked]
    columns = ["index", *Goal.__dataclass_fields__]
    return pd.DataFrame([[getattr(g, c) for c in columns] for g in judged], columns=columns).astype(object)


def wanted(found: Findings, index: str) -> Target:
    """Wanted total or place of an index, of the run before the plan's next; the tenth place where neither is given."""
    given = [g for g in _asked(found) if g.component == index and g.kind in ("score", "rank")]
    if not given:
        return Target(rank=10)
    first = min(g.year for g in given)
    values = {g.kind: g.wanted for g in given if g.year == first}
    return Target(total=values.get("score"), rank=int(values["rank"]) if "rank" in values else None)


def _asked(found: Findings) -> list[Goal]:
    """The targets of the plan from the year on, those of the parameters in their stead or beside them."""
    year, own = found.params.year, []
    for index, target in found.params.targets.items():
        if target is None:
            continue
        values = {"score": target.total, "rank": target.rank, "region_rank": target.region_rank}
        own += [Goal(index, year, kind, value) for kind, value in values.items() if value is not None]
        own += [Goal(c, year, "score", value) for c, value in target.components.items()]
    taken = {(g.component, g.year, g.kind) for g in own}
    plan = [Goal(**row) for row in found.plan.targets.to_dict("records") if row["year"] >= year]
    return own + [g for g in plan if (g.component, g.year, g.kind) not in taken]


def _judged(found: Findings, goal: Goal) -> Goal:
    c = found.now.components
    row = next(c[c["component"] == goal.component].itertuples(index=False), None)
    judged = replace(goal, **MEASURES[goal.kind](found, row, goal))
    if goal.year > found.params.year:
        return replace(judged, state=UNKNOWN, reason=t("goal.not_due", year=goal.year))
    if judged.reason:
        return replace(judged, state=UNKNOWN)
    return replace(judged, state=MET if _reached(judged) else MISSED)


def _reached(goal: Goal) -> bool:
    if goal.kind in ("rank", "region_rank"):
        return goal.actual <= goal.wanted
    if goal.kind == "group":
        return GROUPS.index(goal.actual) <= GROUPS.index(goal.wanted)
    return goal.actual > 0 if goal.wanted == "up" else goal.actual >= goal.wanted


def _none(found: Findings, component: str, text: str, **fields: object) -> dict[str, Any]:
    """Why a figure is not there: the publisher's reason, else a text of ours."""
    gone = found.now.missing.set_index("component")["why"].get(component, "")
    return {"reason": t("index.withheld", why=gone) if gone else t(text, **fields)}


def _score(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None or pd.isna(row.score):
        return _none(found, goal.component, "score.none")
    return {"actual": rounded(row.score, load_catalogue().decimals(goal.index))}


def _rank(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None or pd.isna(row.rank):
        return _none(found, goal.component, "goal.no_rank")
    return {"actual": int(row.rank), "base": int(row.base), "computed": row.rank_kind == "computed"}


def _region_rank(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    """The place within a region, computed only where every place of it has a score or was withheld."""
    year, place = found.params.year, found.place
    if row is None or pd.isna(row.score):
        return _none(found, goal.component, "score.none")
    listed = found.plan.about.get("regions", {}).get(goal.region)
    others = [p for p in listed if p != place.code] if listed else region(place.code, year)
    if goal.region and not listed and goal.region != load_places().get(place.code, year).region:
        return {"reason": t("goal.unknown_region", region=goal.region)}
    if not others:
        return {"reason": t("goal.no_region")}
    s = found.scores[(found.scores["year"] == year) & (found.scores["component"] == goal.component)]
    score = s.set_index("place")["score"].dropna()
    withheld = load_withheld()
    held = set(withheld.loc[(withheld["year"] == year) & (withheld["component"] == goal.component), "place"])
    if any(p not in score.index and p not in held for p in others):
        return {"reason": t("goal.partial_region")}
    ranked = score[score.index.isin(others)]
    return {"actual": int(rank_among(ranked, row.score)), "base": len(ranked) + 1, "computed": True}


def _group(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None or not row.group:
        return _none(found, goal.component, "goal.no_group")
    return {"actual": row.group, "computed": True}


def _change(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None:
        return _none(found, goal.component, "score.none")
    if not row.comparable:
        return {"reason": t(f"change.{row.reason}", year=goal.year - 1)}
    return {"actual": rounded(row.change, load_catalogue().decimals(goal.index))}


def _places(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None or pd.isna(row.rank):
        return _none(found, goal.component, "goal.no_rank")
    if row.reason == "edge" or pd.isna(row.rank_before):
        return {"reason": t("goal.no_places", year=goal.year - 1)}
    return {"actual": int(row.rank_before - row.rank), "base": int(row.base), "computed": row.rank_kind == "computed"}


def _percent(found: Findings, row: Any, goal: Goal) -> dict[str, Any]:
    if row is None or pd.isna(row.score):
        return _none(found, goal.component, "score.none")
    scale = load_catalogue().with_block(pd.DataFrame({"component": [goal.component], "year": [found.params.year]}))
    top = scale["scale_max"].iloc[0]
    return {"reason": t("goal.no_top")} if pd.isna(top) else {"actual": rounded(100 * row.score / top, 2)}


MEASURES = {"score": _score, "rank": _rank, "region_rank": _region_rank, "group": _group, "change": _change,
            "places": _places, "percent": _percent}
