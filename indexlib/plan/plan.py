"""A plan as data: its items, the units answerable, and the component-to-item mapping.

Another commune, district or province adds a folder under ``data/plans``; no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import language, listing, t
from indexlib.data import files
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.data.places import Place, load_places, spelling
from indexlib.plan import offices
from indexlib.plan.about import read_about

TABLES = {
    "items": ["item", "heading", "text_vi", "text_en", "note"],
    "responsibilities": ["item", "role", "position", "unit_as_printed", "unit", "note"],
    "units": ["unit", "unit_en", "kind", "successor_vi", "successor_en", "successor_basis", "note"],
    "mapping": ["component", "item", "strength", "words", "cross_index", "gap", "note"],
}
#: How a component comes to its unit; see :meth:`Plan.responsible`.
BY_ITEM, BY_GAP, BY_TOTAL = "item", "gap", "total"


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
        ``item``, ``heading``, ``text_vi`` (as printed), ``text_en``, ``note``.
    responsibilities : DataFrame
        ``item``, ``role`` (lead, coordinating), ``position``, ``unit_as_printed``, ``unit``.
    units : DataFrame
        ``unit``, ``unit_en``, ``kind`` (officer, body, generic), present-day successor.
    mapping : DataFrame
        ``component``, ``item``, ``strength`` (direct, supporting, none), ``words`` of the item that
        justify it, ``cross_index`` (the item stands under another index's heading), ``gap``.
    day : str
        Day on which the plan is read, ``2025-06-14``; empty: as printed.
    """

    code: str
    about: dict
    items: pd.DataFrame
    responsibilities: pd.DataFrame
    units: pd.DataFrame
    mapping: pd.DataFrame
    day: str = ""

    def valid(self, year: int) -> bool:
        """Whether the plan covers a year."""
        return self.about["first_year"] <= year <= self.about["last_year"]

    def on(self, day: str) -> Plan:
        """The plan as it is read on a day, ``2025-06-14``: units that are gone by then are named with their successors."""
        return replace(self, day=day)

    def unit_name(self, unit: str) -> str:
        """Name of a unit in the language in force, with what it is on the day on which the plan is read."""
        row: dict = next(iter(self.units[self.units["unit"] == unit].to_dict("records")), {})
        name = unit if language() == "vi" or not row else row["unit_en"]
        return offices.named(name, row) if row and self.day and self.dissolved(self.day) else name

    def item_text(self, item: str) -> str:
        """Text of an item in the language in force; Vietnamese is as printed."""
        return self.items.set_index("item")[f"text_{language()}"][item]

    def clause(self, rule: str) -> str:
        """The plan's words for a rule with their clause: ``"đang giảm" (IV.2)``."""
        return listing([f"“{c['words']}” ({c['clause']})" for c in self.about["clauses"].get(rule, [])])

    def focal_unit(self, index: str) -> str:
        """Unit that answers for an index as a whole."""
        return next((f["unit"] for f in self.about["focal_points"] if f["focal"] and index in f["indices"]), "")

    def indices(self) -> list[str]:
        """The indices in the order of the plan's headings; those that it does not name stand last."""
        named = [index for heading in self.about.get("headings", []) for index in heading["indices"]]
        known = index_codes()
        return list(dict.fromkeys([*(index for index in named if index in known), *known]))

    def links(self, components: list[str]) -> pd.DataFrame:
        """Every item and lead unit of components, the one named first on top.

        Direct items come before supporting ones, the index's own heading before another index's,
        a named officer or body before a generic lead, then the printed order.

        Returns
        -------
        DataFrame
            ``component``, ``item``, ``strength``, ``words``, ``cross_index``, ``unit``, ``kind``.
        """
        own = self.mapping[self.mapping["component"].isin(components) & (self.mapping["strength"] != "none")]
        leads = self.responsibilities[self.responsibilities["role"] == "lead"]
        frame = own.merge(leads[["item", "position", "unit"]], on="item").merge(
            self.units[["unit", "kind"]], on="unit", how="left")
        printed = {item: i for i, item in enumerate(self.items["item"])}
        frame = frame.assign(
            _component=frame["component"].map({c: i for i, c in enumerate(components)}),
            _strength=frame["strength"] != "direct", _generic=frame["kind"] == "generic",
            _item=frame["item"].map(printed))
        frame = frame.sort_values(["_component", "_strength", "cross_index", "_generic", "_item", "position"])
        return frame[["component", "item", "strength", "words", "cross_index", "unit", "kind"]].reset_index(drop=True)

    def responsible(self, components: list[str]) -> pd.DataFrame:
        """The plan item and the one unit named first for each component.

        Parameters
        ----------
        components : list of str
            Component codes.

        Returns
        -------
        DataFrame
            One row per component, in the order given: ``component``; ``by``: ``item``, ``gap`` (no item:
            the index's focal point answers) or ``total`` (the focal point, with no gap); ``item``,
            ``strength``, ``words``, ``cross_index``; ``unit``, ``kind``; ``items``: all items mapped,
            strongest first, joined by commas.

        Examples
        --------
        >>> plan = load_plan("ha_bac_2023_2025")
        >>> plan.responsible(["papi.6.2", "papi.8.2", "papi"])[["by", "item", "unit"]].values.tolist()
        [['item', '2.4', 'Trung tâm học tập cộng đồng'],
         ['gap', '', 'Công chức Văn phòng - Thống kê'],
         ['total', '', 'Công chức Văn phòng - Thống kê']]
        """
        catalogue = load_catalogue()
        links = self.links(components)
        in_part = set(self.mapping.loc[self.mapping["gap"] == "partial", "component"])
        first = links.drop_duplicates("component").set_index("component")
        items = links.drop_duplicates(["component", "item"]).groupby("component", sort=False)["item"].agg(", ".join)
        rows = []
        for code in components:
            component = catalogue.component(code)
            if code in first.index:
                row = first.loc[code].to_dict() | {"by": BY_ITEM, "items": items[code]}
            else:
                unit = self.focal_unit(component.index)
                kind = self.units.set_index("unit")["kind"].get(unit, "")
                row = {"by": BY_TOTAL if component.level in (TOTAL, "part") else BY_GAP, "item": "", "strength": "",
                       "words": "", "cross_index": False, "unit": unit, "kind": kind, "items": ""}
            rows.append({"component": code, "in_part": code in in_part} | row)
        columns = ["component", "by", "item", "strength", "words", "cross_index", "in_part", "unit", "kind", "items"]
        return pd.DataFrame(rows, columns=columns)

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
        own, shown = about["province"], province or about["province"]
        place = load_places().get(shown, year)
        lines = [t("notice.level." + about["level"], province=place.name) if place.level == "province" else
                 t(f"notice.own.{place.level}", place=place.name)]
        if shown != own and not self.own_place(place):
            lines.append(t("notice.other_plan", place=about["place"], own=_province(own, year),
                           province=_province(shown, year)))
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


def _province(code: str, year: int) -> str:
    return load_places().get(code, year).name


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
    if not re.fullmatch(r"[A-Za-z0-9_]+", name or "") or name not in plan_names():
        raise PlanError(t("plan.unknown", name=name, plans=listing(plan_names())))
    return _load(files.data_dir() / "plans" / name)


@files.remembered
def _load(folder: Path) -> Plan:
    tables = {name: files.read_table(folder / f"{name}.csv", columns) for name, columns in TABLES.items()}
    about, wrong = read_about(folder / "plan.yml")
    problems = _problems(folder, tables) + wrong + _province_problems(folder, about)
    if problems:
        raise DataError(problems)
    tables["mapping"]["cross_index"] = tables["mapping"]["cross_index"] == "1"
    tables["responsibilities"] = files.numbers(tables["responsibilities"], folder / "responsibilities.csv", ["position"])
    return Plan(folder.name, about, **tables)


def _problems(folder: Path, tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Check the tables of a plan against each other and the catalogue."""
    found: list[Problem] = []

    def report(table: str, mask: pd.Series, column: str, key: str) -> None:
        found.extend(files.problems_where(folder / f"{table}.csv", tables[table], mask, column, key))

    items, units, leads, mapping = (tables[k] for k in ("items", "units", "responsibilities", "mapping"))
    catalogue = load_catalogue()
    report("items", items.duplicated("item"), "item", "plan.duplicate")
    report("units", units.duplicated("unit"), "unit", "plan.duplicate")
    report("units", ~units["kind"].isin(["officer", "body", "generic"]), "kind", "plan.kind")
    report("responsibilities", ~leads["item"].isin(items["item"]), "item", "plan.no_item")
    report("responsibilities", ~leads["unit"].isin(units["unit"]), "unit", "plan.no_unit")
    report("responsibilities", ~leads["role"].isin(["lead", "coordinating"]), "role", "plan.role")
    with_lead = set(leads.loc[leads["role"] == "lead", "item"])
    report("items", ~items["item"].isin(with_lead), "item", "plan.no_lead")
    report("mapping", ~mapping["component"].isin(catalogue.order), "component", "plan.no_component")
    report("mapping", ~mapping["strength"].isin(["direct", "supporting", "none"]), "strength", "plan.strength")
    linked = mapping["strength"] != "none"
    report("mapping", linked & ~mapping["item"].isin(items["item"]), "item", "plan.no_item")
    report("mapping", mapping.duplicated(["component", "item"]), "component", "plan.duplicate")
    text = mapping["item"].map(items.drop_duplicates("item").set_index("item")["text_vi"]).fillna("")
    stands = pd.Series([w in x for w, x in zip(mapping["words"], text, strict=True)], index=mapping.index)
    report("mapping", linked & mapping["item"].isin(items["item"]) & (~stands | (mapping["words"] == "")),
           "words", "plan.words")
    return found


def _province_problems(folder: Path, about: dict) -> list[Problem]:
    """The plan's province must be a place at hand."""
    province = about.get("province")
    if not isinstance(province, str) or any(p.code == province for p in load_places().all):
        return []
    return [Problem(files.shown_name(folder / "plan.yml"), "", None, "province", "province",
                    t("scores.unknown_place", value=shown(province)))]
