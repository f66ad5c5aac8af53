"""Cells of tables: scores, changes, ranks, conditions and units as people read them."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.data.catalogue import load_catalogue
from indexlib.plan import conditions
from indexlib.plan.faults import NO_PERSON
from indexlib.plan.plan import BY_CONTEXT, BY_GAP, BY_ITEM, BY_TOTAL, NO_PLAN
from indexlib.plan.review import Review
from indexlib.plan.settings import GRADES_OF


def value_of(x: object) -> float | None:
    return None if pd.isna(x) else float(x)


def score_text(row: object, unit: bool = False) -> str:
    """Score of a component row, or the words that none is at hand.

    Of an index in percent whose components count in points, the percent of the maximum stands beside it; what is
    not printed but follows from the other and the maximum is called computed.
    """
    catalogue = load_catalogue()
    component = catalogue.component(row.component)
    score, digits, of_maximum = row.score, catalogue.decimals(component.index), ""
    if component.unit != catalogue.by_index[component.index].unit and pd.notna(row.share):
        of_maximum = t("score.of_maximum", percent=w.number(100 * row.share, digits))
        if pd.isna(row.percent):
            of_maximum = t("score.computed", figure=of_maximum)
        elif pd.isna(score):
            score = row.share * catalogue.with_block(pd.DataFrame([row])[["component", "year"]])["scale_max"].item()
    if pd.isna(score):
        return of_maximum or t("score.none")
    text = w.score(float(score), digits, component.unit if unit else "")
    if pd.isna(row.score):
        text = t("score.computed", figure=text)
    return f"{text} ({of_maximum})" if of_maximum else text


def change_text(row: object, unit: bool = True) -> str:
    """Change of a component row with its unit, or why there is none."""
    catalogue = load_catalogue()
    component = catalogue.component(row.component)
    if row.reason:
        if pd.notna(row.share_change):
            return t("change.of_maximum", change=w.change(100 * row.share_change, 2, "percent"))
        return t(f"change.{row.reason}", year=row.year - 1)
    return w.change(float(row.change), catalogue.decimals(component.index), component.unit if unit else "")


def places_moved(row: object) -> int | None:
    """Places gained (above zero) or lost against the year before, inside one block; ``None`` if not known."""
    if row.reason == "edge" or pd.isna(row.rank) or pd.isna(row.rank_before):
        return None
    return int(row.rank_before - row.rank)


def places_text(row: object) -> str:
    """Places gained or lost against the year before, or why they cannot be compared; empty if not known.

    Where the places scored were others than the year before, the move among those scored in both years stands beside it.
    """
    if apart(row):
        return apart_text(row)
    moved = places_moved(row)
    if moved is None:
        return ""
    said, common = said_of_places(row, moved), -row.lost_in_common
    if pd.isna(common) or common == moved:
        return said
    return t("change.places_common", places=said, common=said_of_places(row, common))


def said_of_places(row: object, moved: float) -> str:
    """So many places gained (above zero), lost or none."""
    return t("change.places_same") if moved == 0 else \
        t("change.places_up" if moved > 0 else "change.places_down", n=int(abs(moved)))


def group_text(row: object) -> str:
    """Group of a score, marked where the publisher did not print it; a dash without one."""
    if not row.group:
        return w.NONE
    name = t(f"group.{row.group}")
    return name if row.group_kind == "published" else t("group.computed", group=name)


def interval_text(row: object) -> str:
    """Published 95 % interval of a score; empty where none is published."""
    if pd.isna(row.ci_low) or pd.isna(row.ci_high):
        return ""
    low, high = (w.number(float(v), row.decimals) for v in (row.ci_low, row.ci_high))
    return t("index.interval", low=low, high=high)


def rank_text(row: object, before: bool = False) -> str:
    """Rank with base of a component row, of the year or of the year before."""
    if not before:
        return w.rank(value_of(row.rank), value_of(row.base), row.rank_kind)
    end = "apart" if pd.notna(row.rank_apart) else "before"
    return w.rank(value_of(getattr(row, f"rank_{end}")), value_of(getattr(row, f"base_{end}")), row.rank_kind_before)


def apart(row: object) -> bool:
    """Whether other places were ranked last year, so that its rank cannot be compared."""
    return row.reason != "edge" and pd.notna(row.rank_apart) and pd.notna(row.rank)


def apart_text(row: object) -> str:
    """Why last year's rank cannot be compared: other places were ranked then."""
    key = "apart.base" if row.base_apart != row.base else "apart.places"
    return t(key, before=int(row.base_apart), now=int(row.base))


def why_text(review: Review) -> pd.Series:
    """For each component the conditions it meets, in words."""
    met = review.flags[review.flags["state"] == "met"]
    rows = {r.component: r for r in review.components.itertuples(index=False)}
    words: dict[str, list[str]] = {}
    for flag in met.itertuples(index=False):
        words.setdefault(flag.component, []).append(_why(flag, rows[flag.component]))
    return pd.Series({c: "; ".join(v) for c, v in words.items()}, dtype=object)


def _why(flag: object, row: object) -> str:
    """One condition met, in words; each case of its text takes up the one before."""
    text, (cases, fields) = "", conditions.named(flag.rule).why(flag, row)
    for case in cases:
        text = t(f"why.{flag.rule}" + (f".{case}" if case else ""), why=text, **fields)
    return text


def grades_text(review: Review) -> pd.Series:
    """For each component the grade of its fall; those that did not fall are left out."""
    grade = review.components.set_index("component")["grade"].astype(object)
    return grade[grade != ""].replace("unknown", t("grade.unknown"))


def grades_note(review: Review, key: str = "note.grade") -> str:
    """What the grades mean, and of which version they are."""
    least = review.params.grades
    return t(key, version=GRADES_OF, **{g: w.number(100 * getattr(least, g), 0) for g in "abc"})


def item_text(answer: object) -> str:
    """Plan items of a component and how near they are to it, or that the plan has no task for it."""
    if answer["by"] != BY_ITEM:
        return t("gap") if answer["by"] == BY_GAP else w.NONE
    via = [] if answer["via"] == answer["component"] else [_via_text(answer)]
    loose = [t(f"strength.{answer['strength']}")] if answer["strength"] != "direct" else []
    loose += [t("strength.in_part")] if answer["in_part"] else []
    loose += via
    return f"{answer['items']} ({w.listing(loose)})" if loose else answer["items"]


def _via_text(answer: object) -> str:
    """Whose item it is: that of the part that moved it, or that of the dimension above."""
    catalogue = load_catalogue()
    below = catalogue.component(answer["via"]).parent == answer["component"]
    return t("via.part" if below else "via.inherited", number=catalogue.component(answer["via"]).number)


def no_total_text(found: Review, index: str) -> str:
    """Why there is neither score nor rank of an index: withheld, not printed for every place, or not at hand."""
    gone = found.missing.query("component == @index")["why"]
    if len(gone) and gone.iloc[0]:
        return t("index.withheld", why=gone.iloc[0])
    why = load_catalogue().not_printed(index, found.params.year)
    if why:
        return t("index.not_printed", why=why)
    return t("index.no_total" if (found.components["index"] == index).any() else "index.none")


def unit_text(found: Review, answer: object) -> str:
    """The unit named first, with the call to name a person where it is none; a dash where nobody is named."""
    name = found.plan.unit_name(answer["unit"]) or t("ws.no_unit")
    if answer["by"] in (BY_TOTAL, BY_CONTEXT):
        return t("unit.watches", unit=name) if answer["by"] == BY_TOTAL and answer["unit"] else w.NONE
    return f"{name} – {assign_text(found)}" if answer["kind"] in NO_PERSON else name


def assign_text(found: Review) -> str:
    """The call to name a person, with the clause of the plan that asks for it."""
    return t("assign", clause=found.plan.at("assign"))


def co_leads_text(found: Review, answer: object) -> str:
    """The other lead units, each with its items; a dash where there is none."""
    return _units_text(found, answer["co_leads"]) or w.NONE


def coordinating_text(found: Review, answer: object) -> str:
    """The coordinating units, each with its items, and the unit that gathers where the lead is nobody in particular."""
    units = _units_text(found, answer["coordinating"])
    index = load_catalogue().component(answer["component"]).index
    focal = found.plan.focal_point(index)
    if answer["by"] == BY_ITEM and answer["kind"] in NO_PERSON and focal:
        gathers = t("unit.gathers", unit=found.plan.unit_name(focal["unit"]), clause=focal["section"])
        units = f"{units}; {gathers}" if units else gathers
    return units or w.NONE


def _units_text(found: Review, units: dict[str, list[str]]) -> str:
    return "; ".join(f"{found.plan.unit_name(unit)} ({w.listing(items)})" for unit, items in units.items())


def shorten(text: str, limit: int = 160) -> str:
    """A text cut at a word, with an ellipsis if it was longer."""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;. ") + " …"


def rank_notes(frame: pd.DataFrame) -> list[str]:
    star = frame[[c for c in ("rank", "rank_before") if c in frame]].map(lambda v: v.endswith("*")).any().any()
    return [t("note.star")] if star else []


def without_plan(found: Review) -> bool:
    """Whether there is no plan: what only a plan can say has no column then."""
    return found.plan.code == NO_PLAN


def nothing(found: Review) -> str:
    if found.plan.items.empty and len(found.flagged()):
        return t("plan.how" if without_plan(found) else "empty.no_items")
    return t("empty.flagged") if len(found.components) else t("empty.nothing", year=found.params.year)
