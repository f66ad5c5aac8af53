"""What a person should look at again in a plan that can be read."""

from __future__ import annotations

from pathlib import Path

from indexlib.base.problems import Problem
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.about import unknown_keys
from indexlib.plan.plan import Plan


def judgements(plan: Plan, folder: Path) -> list[Problem]:
    """What a person should look at again: unknown keys, a dimension against its parts, items that serve nothing."""
    catalogue, mapping = load_catalogue(), plan.mapping
    parts = mapping.assign(above=mapping["component"].map(lambda c: catalogue.component(c).parent))
    gap = mapping.drop_duplicates("component").set_index("component")["gap"]
    parts = parts[parts["above"].isin(gap.index)].assign(gap_above=lambda f: f["above"].map(gap))
    against = parts["gap_above"].isin(["no", "full"]) & (parts["gap"] != parts["gap_above"])
    problems = files.problems_where(folder / "mapping.csv", mapping, mapping["component"].isin(parts.loc[against, "above"])
                                    & ~mapping.duplicated("component"), "component", "plan.gap_of_parts")
    about = {h["code"]: h["indices"] for h in plan.about.get("headings", []) if "code" in h}
    linked = mapping[mapping["strength"] != "none"]
    serves = linked.groupby("item")["component"].agg(lambda c: {catalogue.component(x).index for x in c})
    idle = [not set(about.get(r.heading, plan.scope)) & serves.get(r.item, set()) for r in plan.items.itertuples()]
    problems += files.problems_where(folder / "items.csv", plan.items, idle, "item", "plan.idle")
    return problems + unknown_keys(folder / "plan.yml")
