"""By when something is to be done: the plan's deadline, else the days that units gave on the worksheets they returned."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from indexlib.base.days import day_text
from indexlib.base.wording import t
from indexlib.plan.review import Review

#: Days that units gave, by component or by item of the plan.
Days = Mapping[str, list[datetime.date]]


def due(found: Review, answer: Mapping, given: Days) -> str:
    """The deadline of a component: that of its item, else the first and last day that its units gave; empty without one.

    Parameters
    ----------
    answer : mapping
        A row of :meth:`indexlib.plan.review.Review.by_component`.
    """
    item = answer["item"]
    asked = found.plan.items.set_index("item")["deadline"].get(item, "")
    if asked:
        return asked
    days = sorted(set(given.get(answer["component"]) or given.get(item, [])))
    ends = [day_text(day) for day in dict.fromkeys([*days[:1], *days[-1:]])]
    return t("due.between", first=ends[0], last=ends[1]) if len(ends) > 1 else "".join(ends)
