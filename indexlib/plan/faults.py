"""What is wrong with a plan so that it cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from indexlib.analysis.standing import GROUPS
from indexlib.base.problems import Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import listing, t
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue

#: Kinds of a unit; the last two are no person whom one could ask, so that one must be named.
KINDS = ("officer", "department", "body", "collective", "generic")
NO_PERSON = ("collective", "generic")
GAPS = ("no", "partial", "full")
#: Kinds of a target: those with decimals, and all.
DECIMAL = ("score", "change", "percent")
TARGET_KINDS = (*DECIMAL, "rank", "region_rank", "group", "places")


def faults(folder: Path, tables: dict[str, pd.DataFrame], about: dict) -> list[Problem]:
    """Check the tables of a plan against each other and the catalogue."""
    found: list[Problem] = []

    def report(table: str, mask: pd.Series, column: str, key: str) -> None:
        found.extend(files.problems_where(folder / f"{table}.csv", tables[table], mask, column, key))

    items, units, leads, mapping = (tables[k] for k in ("items", "units", "responsibilities", "mapping"))
    report("items", items.duplicated("item"), "item", "plan.duplicate")
    stand = pd.Series([n in text for n, text in zip(items["numbers"], items["text_vi"], strict=True)], index=items.index)
    report("items", ~stand.astype(bool), "numbers", "plan.words")
    report("units", units.duplicated("unit"), "unit", "plan.duplicate")
    report("units", ~units["kind"].isin(KINDS), "kind", "plan.kind")
    report("responsibilities", ~leads["item"].isin(items["item"]), "item", "plan.no_item")
    report("responsibilities", ~leads["unit"].isin(units["unit"]), "unit", "plan.no_unit")
    report("responsibilities", ~leads["role"].isin(["lead", "coordinating"]), "role", "plan.role")
    lead = leads["role"] == "lead"
    report("items", ~items["item"].isin(leads.loc[lead, "item"]), "item", "plan.no_lead")
    report("mapping", ~mapping["component"].isin(load_catalogue().order), "component", "plan.no_component")
    report("mapping", ~mapping["strength"].isin(["direct", "supporting", "none"]), "strength", "plan.strength")
    report("mapping", ~mapping["cross_index"].isin(["", "0", "1"]), "cross_index", "plan.yes_no")
    report("mapping", ~mapping["gap"].isin(GAPS), "gap", "plan.gap")
    linked = mapping["strength"] != "none"
    report("mapping", linked & ~mapping["item"].isin(items["item"]), "item", "plan.no_item")
    report("mapping", mapping.duplicated(["component", "item"]), "component", "plan.duplicate")
    apart = mapping.groupby("component")["gap"].transform("nunique") > 1
    report("mapping", apart, "gap", "plan.gap_apart")
    text = mapping["item"].map(items.drop_duplicates("item").set_index("item")["text_vi"]).fillna("")
    stands = pd.Series([w in x for w, x in zip(mapping["words"], text, strict=True)], index=mapping.index)
    report("mapping", linked & mapping["item"].isin(items["item"]) & (~stands | (mapping["words"] == "")),
           "words", "plan.words")
    for table, frame, key in (("mapping", mapping[linked], "component"), ("responsibilities", leads[lead], "item")):
        report(table, ~tables[table]["primary"].isin(["", "1"]), "primary", "plan.yes_no")
        marked = (frame["primary"] == "1").groupby(frame[key]).transform("sum")
        among = frame.groupby(key)[key].transform("size")
        rows = tables[table].index
        report(table, rows.isin(frame.index[(marked > 1) & (frame["primary"] == "1")]), key, "plan.two_primaries")
        report(table, rows.isin(frame.index[(marked == 0) & (among > 1)]), key, "plan.no_primary")
    return found + _about_faults(folder, about, units["unit"].tolist())


def target_faults(path: Path, targets: pd.DataFrame) -> list[Problem]:
    """Check the targets of a plan: each is of a component, a year and a kind that there are, its value a fit one."""
    found: list[Problem] = []

    def report(mask: pd.Series, column: str, key: str, **values: object) -> None:
        found.extend(files.problems_where(path, targets, mask, column, key, **values))

    kind, value = targets["kind"], targets["value"]
    report(~targets["component"].isin(load_catalogue().order), "component", "plan.no_component")
    report(~targets["year"].str.fullmatch(r"20\d\d").astype(bool), "year", "plan.year")
    report(~kind.isin(TARGET_KINDS), "kind", "plan.target_kind", names=listing([*TARGET_KINDS]))
    fits = pd.Series("", targets.index).where(~kind.isin(DECIMAL), r"\d+(\.\d+)?").where(
        ~kind.isin(["rank", "region_rank", "places"]), r"[1-9]\d?").where(kind != "group", "|".join(GROUPS)).where(
        kind != "change", r"up|\d+(\.\d+)?")
    fit = [bool(re.fullmatch(pattern, text)) for pattern, text in zip(fits, value, strict=True)]
    report(kind.isin(TARGET_KINDS) & ~pd.Series(fit, targets.index, dtype=bool), "value", "plan.target_value")
    report(targets.duplicated(["component", "year", "kind", "region"]), "component", "plan.duplicate")
    return found


def _about_faults(folder: Path, about: dict, units: list[str]) -> list[Problem]:
    """The plan's province and indices must be at hand, and the units that answer for an index in its own table."""
    from indexlib.data.places import load_places

    name, indices = files.shown_name(folder / "plan.yml"), [*load_catalogue().by_index]
    problems, province = [], about.get("province")
    if isinstance(province, str) and not any(p.code == province for p in load_places().all):
        problems.append(Problem(name, "", None, "province", "province", t("scores.unknown_place", value=shown(province))))
    groups = [("indices", about)] + [(f"{key}.{n}.indices", entry) for key in ("headings", "focal_points")
                                     for n, entry in enumerate(about.get(key) or []) if isinstance(entry, dict)]
    for where, entry in groups:
        for index in entry.get("indices") or []:
            if index not in indices:
                message = t("plan.no_index", value=shown(index), names=listing(indices))
                problems.append(Problem(name, "", None, where, "no_index", message))
    for n, entry in enumerate(about.get("focal_points") or []):
        if isinstance(entry, dict) and entry.get("unit") not in units:
            message = t("plan.no_unit", value=shown(entry.get("unit")))
            problems.append(Problem(name, "", None, f"focal_points.{n}.unit", "no_unit", message))
    return problems
