"""A plan as data: its items, the units answerable, and the component-to-item mapping.

Another commune, district or province adds a folder under ``data/plans``; no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.base.problems import DataError, IndexlibError
from indexlib.base.wording import language, listing, t
from indexlib.data import files
from indexlib.data.catalogue import PART, TOTAL, index_codes, load_catalogue
from indexlib.data.places import Place, load_places, spelling
from indexlib.plan import offices
from indexlib.plan.about import read_about
from indexlib.plan.conditions import CONDITIONS
from indexlib.plan.faults import DECIMAL, faults, target_faults

TABLES = {
    "items": ["item", "heading", "text_vi", "text_en", "numbers", "deadline", "product", "note"],
    "responsibilities": ["item", "role", "position", "primary", "unit_as_printed", "unit", "note"],
    "units": ["unit", "unit_en", "kind", "successor_vi", "successor_en", "successor_basis", "note"],
    "mapping": ["component", "item", "primary", "strength", "words", "cross_index", "gap", "note"],
}
#: A table that a plan without targets leaves out.
TARGETS = ["component", "year", "kind", "value", "region", "clause", "words", "source", "note"]
#: How a component comes to its unit; see :meth:`Plan.responsible`.
BY_ITEM, BY_GAP, BY_TOTAL, BY_CONTEXT = "item", "gap", "total", "context"
#: Name of the plan that is none: the review without owners.
NO_PLAN = "none"


class PlanError(IndexlibError):
    """A plan that is not there, or whose name is not a plain folder name."""


@dataclass(frozen=True)
class Plan:
    """A plan and its tables.

    Attributes
    ----------
    about : dict
        ``plan.yml``: issuer, years of validity, base year, successor, clauses, focal points.
    items : DataFrame
        ``item``, ``heading``, ``text_vi`` (as printed), ``text_en``; ``numbers``, ``deadline``, ``product``: what the
        item itself asks for, as printed; ``note``.
    responsibilities : DataFrame
        ``item``, ``role`` (lead, coordinating), ``position``, ``primary`` (stands first), ``unit_as_printed``, ``unit``.
    units : DataFrame
        ``unit``, ``unit_en``, ``kind`` (one of ``KINDS``), present-day successor.
    mapping : DataFrame
        ``component``, ``item``, ``primary`` (stands first), ``strength`` (direct, supporting, none), ``words`` of the
        item that justify it, ``cross_index`` (the item stands under another index's heading), ``gap``.
    targets : DataFrame
        ``component``, ``year``, ``kind``, ``wanted``, ``region``, ``clause``, ``words``, ``source``, ``note``; see
        :class:`indexlib.plan.targets.Goal`.
    day : str
        Day on which the plan is read, ``2025-06-14``; empty: as printed.
    """

    code: str
    about: dict
    items: pd.DataFrame
    responsibilities: pd.DataFrame
    units: pd.DataFrame
    mapping: pd.DataFrame
    targets: pd.DataFrame
    day: str = ""

    def valid(self, year: int) -> bool:
        """Whether the plan covers a year."""
        return self.about["first_year"] <= year <= self.about["last_year"]

    def on(self, day: str) -> Plan:
        """The plan as it is read on a day, ``2025-06-14``: units that are gone by then are named with their successors."""
        return replace(self, day=day)

    def unit_name(self, unit: str) -> str:
        """Name of a unit in the language in force, with what it is on the day on which the plan is read."""
        row = self._units.get(unit, {})
        name = unit if language() == "vi" or not row else row["unit_en"]
        return offices.named(name, row) if row and self.day and self.dissolved(self.day) else name

    def item_text(self, item: str) -> str:
        """Text of an item in the language in force; Vietnamese is as printed."""
        return self._items[item][f"text_{language()}"]

    @cached_property
    def _units(self) -> dict[str, dict]:
        """Rows of the units by name."""
        return {row["unit"]: row for row in self.units.to_dict("records")}

    @cached_property
    def _items(self) -> dict[str, dict]:
        """Rows of the items by number."""
        return {row["item"]: row for row in self.items.to_dict("records")}

    def clause(self, rule: str) -> str:
        """The plan's words for a rule with their clause: ``"đang giảm" (IV.2)``."""
        return listing([f"“{c['words']}” ({c['clause']})" for c in self.about["clauses"].get(rule, [])])

    def named_conditions(self) -> list[dict]:
        """The plan's words for the conditions, with their clauses."""
        return [c for condition in CONDITIONS for c in self.about["clauses"].get(condition.name, [])]

    def focal_unit(self, index: str) -> str:
        """Unit that answers for an index as a whole."""
        return (self.focal_point(index) or {"unit": ""})["unit"]

    def focal_point(self, index: str) -> dict | None:
        """Who answers for an index as a whole, with the clause and the words that say so."""
        return next((f for f in self.about["focal_points"] if f["focal"] and index in f["indices"]), None)

    def duty(self, role: str) -> dict | None:
        """Who has a duty for whole indices, with the clause and the words that say so."""
        return next((f for f in self.about["focal_points"] if f["role"] == role), None)

    def demand(self, about: str) -> dict | None:
        """What the plan asks for every year, in its words with their clause."""
        return next((d for d in self.about.get("demands", []) if d["about"] == about), None)

    def indices(self) -> list[str]:
        """The indices in the order of the plan's headings; those that it does not name stand last."""
        named = [index for heading in self.about.get("headings", []) for index in heading["indices"]]
        known = index_codes()
        return list(dict.fromkeys([*(index for index in named if index in known), *known]))

    @property
    def scope(self) -> list[str]:
        """The indices that the plan is about: those that it names, else those of its headings."""
        named = self.about.get("indices") or [i for heading in self.about.get("headings", []) for i in heading["indices"]]
        return [index for index in index_codes() if index in named or not named]

    def at(self, name: str) -> str:
        """The clauses that hold the plan's words of a name, to stand behind a text: `` (IV.2)``; empty if none does."""
        places = dict.fromkeys(c["clause"] for c in self.about["clauses"].get(name, []))
        return f" ({listing(list(places))})" if places else ""

    def links(self, components: list[str], role: str = "lead") -> pd.DataFrame:
        """Every item of components with its units of a role; the item and the unit marked ``primary`` stand first.

        Behind them direct items before supporting ones, then the index's own heading, then the order of the plan.

        Returns
        -------
        DataFrame
            ``component``, ``item``, ``strength``, ``words``, ``cross_index``, ``unit``, ``kind``.
        """
        own = self.mapping[self.mapping["component"].isin(components) & (self.mapping["strength"] != "none")]
        units = self.responsibilities[self.responsibilities["role"] == role]
        frame = own.merge(units[["item", "position", "primary", "unit"]], on="item", suffixes=("", "_unit")).merge(
            self.units[["unit", "kind"]], on="unit", how="left")
        printed = {item: i for i, item in enumerate(self.items["item"])}
        frame = frame.assign(
            _component=frame["component"].map({c: i for i, c in enumerate(components)}), _item=frame["item"].map(printed),
            _first=~frame["primary"], _strength=frame["strength"] != "direct", _unit=~frame["primary_unit"])
        frame = frame.sort_values(["_component", "_first", "_strength", "cross_index", "_item", "_unit", "position"])
        return frame[["component", "item", "strength", "words", "cross_index", "unit", "kind"]].reset_index(drop=True)

    def responsible(self, components: list[str], moved: dict[str, str] | None = None) -> pd.DataFrame:
        """Who answers for each component, by which item, and with whom.

        Parameters
        ----------
        components : list of str
            Component codes.
        moved : dict of str, optional
            The part that moved a dimension, whose unit then answers for it; see :func:`indexlib.plan.owners.moved_most`.

        Returns
        -------
        DataFrame
            One row per component, in the order given: ``component``; ``by``: ``item``, ``gap`` (no item: the
            index's focal point answers), ``total`` (nobody's task: the focal point watches it) or ``context`` (an
            index that the plan is not about); ``via``: the component whose item it is, where that is a part or, inherited,
            the dimension; ``item``, ``strength``, ``words``, ``cross_index`` of the item that stands first;
            ``unit``, ``kind``; ``items``: all items, joined by commas; ``co_leads``, ``coordinating``: the other
            units of all items, each with its items.

        Examples
        --------
        >>> plan = load_plan("ha_bac_2023_2025")
        >>> plan.responsible(["papi.6.2", "papi.8.2", "papi"])[["by", "item", "unit"]].values.tolist()
        [['item', '2.4', 'Trung tâm học tập cộng đồng'],
         ['gap', '', 'Công chức Văn phòng - Thống kê'],
         ['total', '', 'Công chức Văn phòng - Thống kê']]
        """
        served = set(self.mapping["component"]) - set(self.mapping.loc[self.mapping["strength"] == "none", "component"])
        via = {c: self._via(c, moved or {}, served) for c in components}
        asked = list(dict.fromkeys([*components, *via.values()]))
        in_part = set(self.mapping.loc[self.mapping["gap"] == "partial", "component"])
        leads, others = (_by_component(self.links(asked, role)) for role in ("lead", "coordinating"))
        rows = []
        for code in components:
            mine = [c for c in dict.fromkeys([via[code], code]) if c in leads]
            row = self._without_item(code) if not mine or code in self._totals else \
                _of_items([row for c in mine for row in leads[c]], [row for c in mine for row in others.get(c, [])])
            rows.append(row | {"component": code, "in_part": code in in_part, "via": via[code] if mine else code})
        columns = ["component", "by", "via", "item", "strength", "words", "cross_index", "in_part", "unit", "kind", "items",
                   "co_leads", "coordinating"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def _totals(self) -> set[str]:
        c = load_catalogue().components
        return set(c.loc[c["level"].isin([TOTAL, PART]), "component"])

    def _via(self, component: str, moved: dict[str, str], served: set[str]) -> str:
        """The component whose items answer: the part that moved it, itself, or the one above where it has no row."""
        if moved.get(component) in served:
            return moved[component]
        above = load_catalogue().component(component).parent
        own = component in set(self.mapping["component"])
        return above if above in served and not own else component

    def _without_item(self, code: str) -> dict[str, Any]:
        """The answer for a component that no item serves."""
        index = load_catalogue().component(code).index
        by = BY_CONTEXT if index not in self.scope or self.items.empty else BY_TOTAL if code in self._totals else BY_GAP
        unit = self.focal_unit(index)
        return {"by": by, "item": "", "strength": "", "words": "", "cross_index": False, "unit": unit,
                "kind": self.units.set_index("unit")["kind"].get(unit, ""), "items": "", "co_leads": {}, "coordinating": {}}

    def gaps(self, components: list[str]) -> list[str]:
        """Components, totals aside, that no item of the plan serves."""
        frame = self.responsible(components)
        return frame.loc[frame["by"] == BY_GAP, "component"].tolist()

    def own_place(self, place: Place) -> bool:
        """Whether a place below the province is the one that the plan was made for, or the one that took it over."""
        names = [self.about["place"], self.about.get("successor", {}).get("name_vi", "")]
        return place.parent == self.about["province"] and spelling(place.name_vi) in map(spelling, names)

    def dissolved(self, day: str) -> bool:
        """Whether the issuer is part of another place by a day, ``2025-07-01``."""
        successor = self.about.get("successor")
        return bool(successor and day >= str(successor["from"]))

    def notices(self, year: int, province: str | None = None, day: str | None = None) -> list[str]:
        """What every first page must say: the level of the figures, whose plan this is, whether it still runs.

        Parameters
        ----------
        year : int
        province : str, optional
            Code of the place reviewed; default the plan's own province.
        day : str, optional
            Day for which a report is made, ``2025-06-14``.
        """
        about = self.about
        shown = province or about["province"]
        place = load_places().get(shown, year)
        if self.code == NO_PLAN:
            return [t("notice.no_plan", province=place.name),
                    *([t("notice.other_plan", place=about["place"], province=place.name)] if about["place"] else [])]
        lines = [t("notice.level." + about["level"], province=place.name) if place.level == "province" else
                 t(f"notice.own.{place.level}", place=place.name)]
        if self.items.empty:
            lines.append(t("notice.targets_only"))
        if not self.valid(year):
            key = "notice.ended" if year > about["last_year"] else "notice.before"
            lines.append(t(key, first=about["first_year"], last=about["last_year"], year=year))
        successor = about.get("successor")
        if successor and (not self.valid(year) or (day is not None and self.dissolved(day))):
            day = "/".join(reversed(successor["from"].split("-")))
            name = successor["name_vi"] if language() == "vi" else successor["name_en"]
            lines.append(t("notice.successor", place=about["place"], successor=name, day=day,
                           legal=successor["legal_source"]))
        return lines


def _by_component(links: pd.DataFrame) -> dict[str, list[dict]]:
    """The rows of each component."""
    found: dict[str, list[dict]] = {}
    for row in links.to_dict("records"):
        found.setdefault(row["component"], []).append(row)
    return found


def _of_items(leads: list[dict], others: list[dict]) -> dict[str, Any]:
    """The answer for a component that items serve: the first row of its leads, and the rest."""
    co_leads, coordinating = _items_of(leads), _items_of(others)
    co_leads.pop(leads[0]["unit"])
    return leads[0] | {"by": BY_ITEM, "items": ", ".join(dict.fromkeys(row["item"] for row in leads)), "co_leads": co_leads,
                       "coordinating": coordinating}


def _items_of(rows: list[dict]) -> dict[str, list[str]]:
    """Units in their order, each with its items."""
    found: dict[str, list[str]] = {}
    for unit, item in dict.fromkeys((row["unit"], row["item"]) for row in rows):
        found.setdefault(unit, []).append(item)
    return found


def _province(code: str, year: int) -> str:
    return load_places().get(code, year).name


def without_plan(instead_of: Plan | None = None) -> Plan:
    """The review without owners: no items, no units, no words; of another plan only the base year, and whose it was."""
    about: dict[str, Any] = {"name_vi": "", "name_en": "", "issuer_vi": "", "issuer_en": "", "place": "", "province": "",
                             "level": "province", "first_year": 0, "last_year": 9999, "base_year": 0, "clauses": {},
                             "focal_points": []}
    if instead_of is not None:
        about |= {key: instead_of.about[key] for key in ("base_year", "place")}
    empty = {name: pd.DataFrame(columns=columns) for name, columns in TABLES.items()}
    for name, column in (("mapping", "cross_index"), ("mapping", "primary"), ("responsibilities", "primary")):
        empty[name] = empty[name].astype({column: bool})
    return Plan(NO_PLAN, about, targets=_targets(pd.DataFrame(columns=TARGETS)), **empty)


def plan_names() -> list[str]:
    """Names of the plans at hand."""
    folder = files.data_dir() / "plans"
    return sorted(p.parent.name for p in folder.glob("*/plan.yml"))


def load_plan(name: str) -> Plan:
    """A plan by the name of its folder.

    Raises
    ------
    PlanError
        Unknown name; the text gives the plans there are.
    DataError
        Faulty tables, all problems at once.
    """
    if name == NO_PLAN:
        return without_plan()
    if not re.fullmatch(r"[A-Za-z0-9_]+", name or "") or name not in plan_names():
        raise PlanError(t("plan.unknown", name=name, plans=listing(plan_names())))
    return _load(files.data_dir() / "plans" / name)


@files.remembered
def _load(folder: Path) -> Plan:
    return read_folder(folder)


def read_folder(folder: Path) -> Plan:
    """A plan from its folder, wherever that is; see :func:`load_plan`."""
    tables = {name: files.read_table(folder / f"{name}.csv", columns) for name, columns in TABLES.items()}
    given = folder / "targets.csv"
    targets = files.read_table(given, TARGETS) if given.exists() else pd.DataFrame(columns=TARGETS)
    about, wrong = read_about(folder / "plan.yml")
    problems = faults(folder, tables, about) + target_faults(given, targets) + wrong
    if problems:
        raise DataError(problems)
    tables["mapping"]["cross_index"] = tables["mapping"]["cross_index"] == "1"
    for name in ("mapping", "responsibilities"):
        tables[name]["primary"] = tables[name]["primary"] == "1"
    tables["responsibilities"] = files.numbers(tables["responsibilities"], folder / "responsibilities.csv", ["position"])
    return Plan(folder.name, about, targets=_targets(targets), **tables)


def _targets(frame: pd.DataFrame) -> pd.DataFrame:
    """Targets as read, years and values as numbers where they are such."""
    wanted = [value if kind == "group" or value == "up" else float(value) if kind in DECIMAL else int(value)
              for value, kind in zip(frame["value"], frame["kind"], strict=True)]
    return frame.drop(columns="value").assign(year=frame["year"].astype(int), wanted=pd.Series(wanted, frame.index, object))
