"""Tables that hold the flags against the plan: by unit, by item, gaps, items nobody in particular leads."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.tables.cells import (
    assign_text,
    co_leads_text,
    coordinating_text,
    item_text,
    nothing,
    shorten,
    unit_text,
    why_text,
    without_plan,
)
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.faults import NO_PERSON
from indexlib.plan.plan import BY_GAP
from indexlib.plan.review import Findings


def _empty(found: Findings, text: str) -> str:
    """What a table without rows says of a plan; nothing can be said of none."""
    return t("plan.none") if without_plan(found) else text


def by_unit(found: Findings) -> Table:
    """The components each unit answers for, units with most first."""
    answer = found.tasks()
    why, catalogue = why_text(found.now), load_catalogue()
    answer["name"] = [unit_text(found, a) for a in answer.to_dict("records")]
    size = answer.groupby("name")["component"].transform("size")
    answer = answer.assign(_size=-size).sort_values(["_size", "name"], kind="stable")
    rows = [(a["name"], catalogue.label(a["component"]), why.get(a["component"], ""), item_text(a))
            for a in answer.to_dict("records")]
    frame = pd.DataFrame(rows, columns=["unit", "component", "why", "item"])
    frame["unit"] = frame["unit"].where(~frame["unit"].duplicated(), "")
    return Table(t("table.units"), frame, empty=nothing(found))


def assigned(found: Findings) -> Table:
    """Every flagged component that is somebody's task: its items, their words, who answers, with whom."""
    catalogue = load_catalogue()
    rows = [(catalogue.label(a["component"]), item_text(a), t("ws.words", words=a["words"], item=a["item"]) if a["words"]
             else w.NONE, unit_text(found, a), co_leads_text(found, a), coordinating_text(found, a))
            for a in found.tasks().to_dict("records")]
    columns = ["component", "item", "words", "unit", "co_leads", "coordinating"]
    return Table(t("table.assigned", n=len(rows)), pd.DataFrame(rows, columns=columns), [t("note.assigned")],
                 _empty(found, nothing(found)))


def units_of(found: Findings, item: str, role: str = "lead") -> str:
    """The units of an item, the one marked as standing first on top."""
    r = found.plan.responsibilities
    units = r[(r["item"] == item) & (r["role"] == role)].sort_values("primary", ascending=False, kind="stable")["unit"]
    return w.listing([found.plan.unit_name(u) for u in units])


def by_item(found: Findings) -> Table:
    """Plan items with the flagged components they serve; items that none touches stand in :func:`quiet`."""
    catalogue = load_catalogue()
    links = found.plan.links(found.now.flagged()["component"].tolist()).drop_duplicates(["item", "component"])
    rows = []
    for item in found.plan.items["item"]:
        own = links[links["item"] == item].sort_values("strength")
        if len(own):
            names = [f"{catalogue.label(r.component)} ({t('strength.' + r.strength)})" for r in own.itertuples()]
            rows.append((item, shorten(found.plan.item_text(item)), units_of(found, item), "; ".join(names)))
    return Table(t("table.items"), pd.DataFrame(rows, columns=["item", "text", "unit", "flagged"]),
                 empty=_empty(found, nothing(found)))


def gaps(found: Findings) -> Table:
    """Flagged components that no item of the plan serves, with the focal point that answers."""
    answer = found.tasks()
    why, catalogue = why_text(found.now), load_catalogue()
    rows = [(catalogue.label(a["component"]), why.get(a["component"], ""), item_text(a), unit_text(found, a))
            for a in answer[answer["by"] == BY_GAP].to_dict("records")]
    return Table(t("table.gaps"), pd.DataFrame(rows, columns=["component", "why", "item", "unit"]),
                 empty=_empty(found, t("empty.gaps")))


def quiet(found: Findings) -> Table:
    """Items of whose components none met a condition, with how many of them could be judged."""
    items = found.judged_items()
    calm = items[(items["judged"] > 0) & (items["flagged"] == 0)]
    rows = [(i.item, shorten(found.plan.item_text(i.item)), units_of(found, i.item), f"{i.judged}/{i.components}")
            for i in calm.itertuples(index=False)]
    empty = t("empty.quiet") if len(found.now.components) else t("empty.nothing", year=found.params.year)
    return Table(t("table.quiet"), pd.DataFrame(rows, columns=["item", "text", "unit", "judged"]),
                 empty=_empty(found, empty))


def generic(found: Findings) -> Table:
    """Items whose leads are no person: nobody in particular, or a body as a whole."""
    r, units = found.plan.responsibilities, found.plan.units.set_index("unit")["kind"]
    leads = r[r["role"] == "lead"].assign(kind=lambda f: f["unit"].map(units))
    only = leads.groupby("item")["kind"].agg(lambda k: k.isin(NO_PERSON).all())
    rows = [(i, shorten(found.plan.item_text(i)), f"{units_of(found, i)} – {assign_text(found)}")
            for i in found.plan.items["item"] if only.get(i, False)]
    return Table(t("table.generic"), pd.DataFrame(rows, columns=["item", "text", "unit"]),
                 empty=_empty(found, t("empty.generic")))
