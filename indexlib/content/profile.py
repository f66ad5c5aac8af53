"""The profile of all components: one row each, to be sorted, searched and filtered, as in public health profiles."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader

from indexlib.base.wording import t
from indexlib.content import tables
from indexlib.content.glance import Glance, next_year
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.plan.review import Review

PAGE = "profile.html"
#: Fixed words of the page.
SAID = ("search", "index", "unit", "rule", "every", "shown", "how_to_read")
#: Columns: key of the heading, and how its cells sort (``number`` or ``text``).
OF_PLAN = (("item", "text"), ("unit", "text"))
COLUMNS = (("first", "number"), ("component", "number"), ("score", "number"), ("rank", "number"), ("change", "number"),
           ("among", ""), ("years", ""), ("next", "number"), ("why", "text"), *OF_PLAN)


@dataclass(frozen=True)
class Cell:
    """A text or drawing, and what it is sorted by."""

    text: str
    by: float | str = ""
    drawn: bool = False


@dataclass(frozen=True)
class Row:
    """A component: its cells in the order of ``COLUMNS``, and what it is filtered by."""

    index: str
    unit: str
    rules: list[str]
    cells: list[Cell]


def body(found: Review) -> str:
    """The page without its frame, as HTML."""
    rows, catalogue = _rows(found), load_catalogue()
    rules = list(dict.fromkeys(rule for row in rows for rule in row.rules))
    columns = COLUMNS[:-len(OF_PLAN)] if tables.without_plan(found) else COLUMNS
    template = Environment(loader=PackageLoader("indexlib.content"), autoescape=True).get_template("profile.html.j2")
    return template.render(
        title=f'{t("head", place=found.place.name, year=found.year)}: {t("profile.title")}', notices=found.notices(),
        said={key: t(f"profile.{key}") for key in SAID}, rows=rows, notes=[t("note.star"), t("note.rounding")],
        heads=[(t(f"profile.col.{key}"), kind) for key, kind in columns],
        indices=[(i, catalogue.short_name(i)) for i in index_codes() if any(r.index == i for r in rows)],
        units=[] if len(columns) < len(COLUMNS) else sorted({r.unit for r in rows if r.unit}),
        rules=[(r, t(f"rule.{r}")) for r in rules])


def _rows(found: Review) -> list[Row]:
    catalogue, glance, why = load_catalogue(), Glance(found), tables.why_text(found)
    flagged = found.flagged()
    ranked = [*found.focus(found.params.focus)["component"], *flagged.loc[flagged["level"] != TOTAL, "component"]]
    first = {code: n for n, code in enumerate(dict.fromkeys(ranked), 1)}
    met = found.flags[found.flags["state"] == "met"].groupby("component")["rule"].agg(list)
    components = found.components.assign(at=found.components["component"].map(catalogue.order)).sort_values("at")
    answers = found.by_component(components["component"]).set_index("component", drop=False)
    return [Row(r.index, (unit := tables.unit_text(found, a := answers.loc[r.component])), met.get(r.component, []), [
        Cell(str(first.get(r.component, "")), first.get(r.component, len(first) + 1)),
        Cell(catalogue.label(r.component), r.at), Cell(tables.score_text(r), r.share),
        Cell(tables.rank_text(r), r.rank / r.base), Cell(tables.change_text(r, unit=False), r.change),
        Cell(glance.among(r, width=150), drawn=True), Cell(glance.line(r.component, width=110)[0], drawn=True),
        Cell(next_year(r), r.prob_low), Cell(why.get(r.component, "")), Cell(tables.item_text(a)), Cell(unit)])
        for r in components.itertuples(index=False)]
