"""Findings as plain data for programs: JSON values with codes, not texts."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pandas as pd

from indexlib.content import tables
from indexlib.plan.after_a_year import follow_up
from indexlib.plan.review import Findings
from indexlib.plan.settings import GRADES_OF


def as_data(found: Findings) -> dict[str, Any]:
    """Everything found, ready for JSON.

    Returns
    -------
    dict
        ``place``, ``year``, ``plan``, ``notices``; ``components``: one record per component with its
        figures, conditions met and the plan's answer, the flagged ones first; ``focus``: codes of the
        focus list; ``flags``: one record per component and rule; ``missing``; ``coverage``: what
        cannot be said, in words; ``follow_up``. A missing figure is ``null``.
    """
    now = found.now
    first = now.flagged()["component"]
    rest = now.components.loc[~now.components["component"].isin(first), "component"]
    order = [*first, *rest]
    components = now.components.set_index("component").loc[order].reset_index()
    components = components.merge(found.by_component(components["component"]), on="component")
    return {
        "place": asdict(found.place), "year": found.params.year, "params": found.params.model_dump(),
        "plan": found.plan.code, "grades_of": GRADES_OF, "notices": found.notices(),
        "focus": now.focus(found.params.focus)["component"].tolist(),
        "components": records(components.drop(columns=["year", "place"])),
        "flags": records(now.flags.drop(columns=["year", "place"])),
        "missing": records(now.missing), "coverage": tables.coverage(found),
        "follow_up": records(follow_up(now, found.before)) if found.before else [],
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries of plain values; missing is ``None``, whole numbers are whole."""
    return [{k: plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A plain JSON value."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = round(value, 6)
        return int(value) if value == int(value) and abs(value) < 1e15 else value
    return value
