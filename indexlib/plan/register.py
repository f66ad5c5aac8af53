"""The register of a plan's tasks: its items, and the duties that it gives beside them."""

from __future__ import annotations

import pandas as pd

from indexlib.base.wording import listing, t
from indexlib.plan.plan import Plan


def register(plan: Plan) -> pd.DataFrame:
    """Every task of a plan with the unit that stands first.

    Returns
    -------
    DataFrame
        The items in the order of the plan, then the duties marked ``task``: ``task`` (number of the item, or clause of
        the duty, a second of one clause with its number), ``duty``, ``text``, ``asked`` (numbers, deadline and product that
        the item itself names), ``unit``, ``beside`` (who leads with it and who helps).

    Examples
    --------
    >>> from indexlib import load_plan
    >>> frame = register(load_plan("ha_bac_2023_2025"))
    >>> int((~frame["duty"]).sum()), frame.loc[frame["duty"], "task"].tolist()
    (21, ['IV.5', 'IV.6', 'IV.4', 'IV.3', 'IV.3 (2)'])
    """
    units: dict[tuple[str, str], list[str]] = {}
    for row in plan.responsibilities.sort_values("primary", ascending=False, kind="stable").itertuples():
        units.setdefault((row.item, row.role), []).append(row.unit)
    rows = []
    for item in plan.items.itertuples(index=False):
        lead, *others = units[item.item, "lead"]
        helps = units.get((item.item, "coordinating"), [])
        beside = [t(key, units=listing([plan.unit_name(u) for u in names])) for key, names in
                  (("report.co_leads", others), ("report.coordinating", helps)) if names]
        asked = [x for x in (item.numbers, item.deadline, item.product) if x]
        rows.append((item.item, False, plan.item_text(item.item), "; ".join(asked), lead, "\n".join(beside)))
    seen: dict[str, int] = {}
    for duty in (f for f in plan.about["focal_points"] if f.get("task")):
        clause = duty["section"]
        seen[clause] = seen.get(clause, 0) + 1
        code = clause if seen[clause] == 1 else f"{clause} ({seen[clause]})"
        rows.append((code, True, duty["words"], "", duty["unit"], ""))
    return pd.DataFrame(rows, columns=["task", "duty", "text", "asked", "unit", "beside"]).astype({"duty": bool})
