"""What became of last year's flagged components."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.data.catalogue import load_catalogue
from indexlib.plan.review import Review

#: Conditions on the level itself: what meets one and rose has risen and is still low.
LOW = {"rank_low", "score_low"}


def follow_up(now: Review, before: Review) -> pd.DataFrame:
    """What became of last year's flagged components.

    Returns
    -------
    DataFrame
        ``component``, ``state`` (``still``; ``risen``: the same, with a higher score, in the low end or below the median;
        ``other``: flagged in both years, with no condition in common; ``new``: a condition met this year was judged last
        year and not met;
        ``first``: none of those met this year could be judged last year; ``cleared``: every condition met last
        year was judged this year and is met no more; ``not_judged``: one of them could not be judged this
        year), ``before``, ``now``: rules met, joined by commas; in the order of the catalogue.
    """
    met, rules = {}, {}
    for when, found in (("before", before), ("now", now)):
        met[when] = found.flags.loc[found.flags["state"] == "met", ["component", "rule"]]
        rules[when] = met[when].groupby("component")["rule"].agg(",".join)
    frame = pd.DataFrame(rules).fillna("")
    before_then = _states(met["now"], before)
    after = _states(met["before"], now)
    was_clear = frame.index.isin(before_then.loc[before_then["state"] == "not_met", "component"])
    open_now = frame.index.isin(after.loc[~after["state"].isin(["met", "not_met"]), "component"])
    none_before, none_now = frame["before"] == "", frame["now"] == ""
    rules_of = [(set(b.split(",")), set(n.split(","))) for b, n in zip(frame["before"], frame["now"], strict=True)]
    apart = np.array([not b & n for b, n in rules_of], dtype=bool)
    low = np.array([bool(n & LOW) for _, n in rules_of], dtype=bool)
    rose = now.components.set_index("component")["change_published"].reindex(frame.index) > 0
    frame["state"] = np.select([none_before & was_clear, none_before, none_now & open_now, none_now, apart, low & rose],
                               ["new", "first", "not_judged", "cleared", "other", "risen"], "still")
    frame = frame.rename_axis("component").reset_index()
    position = frame["component"].map(load_catalogue().order)
    return frame.iloc[np.argsort(position.to_numpy())][["component", "state", "before", "now"]].reset_index(drop=True)


def _states(asked: pd.DataFrame, found: Review) -> pd.DataFrame:
    """State of conditions (component, rule) in another review; missing where it has no figure."""
    return asked.merge(found.flags[["component", "rule", "state"]], how="left", on=["component", "rule"])
