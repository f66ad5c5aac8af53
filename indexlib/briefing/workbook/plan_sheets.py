"""Sheets that hold the components against the plan: conditions, units, items, gaps, last year's flags, sources."""

from __future__ import annotations

import pandas as pd

from indexlib.base.wording import NONE, t
from indexlib.briefing.workbook.data_sheet import Column, DataSheet
from indexlib.briefing.workbook.figure_sheets import CODE
from indexlib.content import tables
from indexlib.content.tables.by_plan import units_of
from indexlib.content.tables.flagged import counted, rule_names
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.after_a_year import follow_up
from indexlib.plan.plan import BY_GAP
from indexlib.plan.review import Findings


def rules(found: Findings) -> DataSheet:
    """The conditions, the plan's words, the thresholds applied, how many components meet them."""
    keys = ["rule_name", "clause", "threshold_text", "met_by", "judged_of", "unjudged"]
    columns = [Column("rule_name", width=20), Column("clause", width=60), Column("threshold_text", width=60),
               *(Column(k, "whole", 14) for k in keys[3:])]
    return DataSheet("rules", columns, counted(found, off=True).set_axis(keys, axis=1))


def last_year(found: Findings) -> DataSheet:
    """What became of last year's flagged components."""
    columns = [*CODE, Column("became", width=24), Column("before", width=44), Column("now", width=44)]
    if found.before is None:
        return DataSheet("last_year", columns, pd.DataFrame(columns=[c.key for c in columns]), None, t("empty.follow_up"))
    frame, catalogue = follow_up(found.now, found.before), load_catalogue()
    frame = pd.DataFrame({
        "code": frame["component"], "label": [catalogue.label(c) for c in frame["component"]],
        "became": [t(f"state.{s}") for s in frame["state"]],
        "before": frame["before"].map(rule_names), "now": frame["now"].map(rule_names)})
    return DataSheet("last_year", columns, frame, None, t("empty.follow_up_none"))


def by_unit(found: Findings, given: pd.DataFrame) -> DataSheet:
    """The components each unit answers for, one row a component.

    ``given`` as in :mod:`indexlib.briefing.worksheets.assignment`.
    """
    met = found.now.components.set_index("component")["met"]
    frame = given.assign(
        unit_name=_units(found, given),
        code=given["component"], met=given["component"].map(met)).sort_values("unit_name", kind="stable")
    columns = [Column("unit_name", width=46), *CODE, Column("met", "whole", 11), Column("why", width=44),
               Column("grade", width=8), Column("item", width=30), Column("words", width=60), Column("beside", width=60)]
    return DataSheet("by_unit", columns, frame, None, tables.nothing(found))


def by_item(found: Findings) -> DataSheet:
    """Every item of the plan with the components at hand that it serves, flagged or not; an item without any, too."""
    plan, catalogue, now = found.plan, load_catalogue(), found.now.components.set_index("component")
    links = plan.links(now.index.tolist()).drop_duplicates(["item", "component"])
    unjudged, rows = set(found.unjudged_items()), []
    for item in plan.items["item"]:
        about = {"item": item, "text": tables.shorten(plan.item_text(item)), "leads": units_of(found, item),
                 "helps": units_of(found, item, "coordinating")}
        mine = links[links["item"] == item]
        for link in mine.itertuples(index=False):
            met = int(now.at[link.component, "met"])
            rows.append(about | {"code": link.component, "label": catalogue.label(link.component), "met": met,
                                 "flagged": t("yes") if met else t("no"), "strength": t(f"strength.{link.strength}"),
                                 "words": link.words, "cross": t("yes") if link.cross_index else t("no"), "none": ""})
        if mine.empty:
            none = t("wb.item.unjudged" if item in unjudged else "wb.item.none")
            rows.append(about | dict.fromkeys(["code", "label", "flagged", "strength", "words", "cross"], NONE)
                        | {"met": None, "none": none})
    columns = [Column("item", width=8), Column("text", width=60), Column("leads", width=40),
               Column("helps", width=40), *CODE,
               Column("flagged", width=9), Column("met", "whole", 11), Column("strength", width=11),
               Column("words", width=50), Column("cross", width=12)]
    return DataSheet("by_item", columns, pd.DataFrame(rows), lambda record, key: record["none"])


def gaps(found: Findings, given: pd.DataFrame) -> DataSheet:
    """Flagged components that no item of the plan serves."""
    mine = given[given["by"] == BY_GAP]
    frame = mine.assign(code=mine["component"],
                        unit_name=_units(found, mine))
    columns = [*CODE, Column("why", width=44), Column("grade", width=8), Column("item", width=32),
               Column("unit_name", width=46)]
    return DataSheet("gaps", columns, frame, None, t("empty.gaps") if len(given) else tables.nothing(found))


def sources(found: Findings) -> DataSheet:
    """Where the figures of the place were read."""
    frame = tables.sources(found).frame
    columns = [Column("source", width=24), Column("figures", width=60), Column("where", width=80)]
    return DataSheet("sources", columns, frame, None, t("empty.nothing", year=found.params.year))


def _units(found: Findings, given: pd.DataFrame) -> list[str]:
    """Names of units, with the call to name a person where the lead is generic."""
    return [tables.unit_text(found, r) for r in given[["unit", "kind", "by"]].to_dict("records")]
