"""Tables for people: on the screen, in notebooks and pages. Every cell is text as it should read.

Each function takes the :class:`indexlib.findings.Findings` of a run and returns a :class:`Table`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import pandas as pd

from indexlib import wording as w
from indexlib.catalogue import INDICES, TOTAL, load_catalogue
from indexlib.findings import Findings
from indexlib.flags import RULES, Review
from indexlib.flags import follow_up as _follow_up
from indexlib.plan import BY_GAP, BY_ITEM
from indexlib.scores import FILES
from indexlib.wording import t

RIGHT = ("score", "change", "rank", "rank_before", "met", "judged", "places", "years", "falls", "stated", "true", "lasted",
         "by_noise", "above", "se", "share", "share_se", "usual", "drift", "rate")


@dataclass(frozen=True)
class Table:
    """A table whose cells are texts.

    Attributes
    ----------
    caption : str
    frame : DataFrame
        Text cells; columns are keys of the texts ``col.<key>``.
    notes : list of str
        Printed under the table.
    empty : str
        Printed instead of a table without rows.
    """

    caption: str
    frame: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    empty: str = ""

    def headers(self) -> list[str]:
        """Column headings in the language in force."""
        return [t(f"col.{c}") if c else "" for c in self.frame.columns]

    def _repr_html_(self) -> str:
        title = f"<p><strong>{escape(self.caption)}</strong></p>"
        if self.frame.empty:
            return f"{title}<p>{escape(self.empty)}</p>"
        align = ["right" if c in RIGHT else "left" for c in self.frame.columns]
        head = "".join(f'<th style="text-align:{a}">{escape(h)}</th>' for a, h in zip(align, self.headers(), strict=True))
        body = "".join("<tr>" + "".join(
            f'<td style="text-align:{a}">{escape(v)}</td>' for a, v in zip(align, row, strict=True)) + "</tr>"
            for row in self.frame.itertuples(index=False))
        notes = "".join(f"<br>{escape(n)}" for n in self.notes)
        return (f'{title}<table class="indexlib"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
                f"<p><small>{notes.removeprefix('<br>')}</small></p>")


def _value(x: object) -> float | None:
    return None if pd.isna(x) else float(x)


def score_text(row: object, unit: bool = False) -> str:
    """Score of a component row, or the words that none is at hand."""
    catalogue = load_catalogue()
    component = catalogue.component(row.component)
    if pd.isna(row.score):
        return t("score.none")
    return w.score(float(row.score), catalogue.decimals(component.index), component.unit if unit else "")


def change_text(row: object, unit: bool = True) -> str:
    """Change of a component row with its unit, or why there is none."""
    catalogue = load_catalogue()
    component = catalogue.component(row.component)
    if row.reason:
        return t(f"change.{row.reason}", year=row.year - 1)
    return w.change(float(row.change), catalogue.decimals(component.index), component.unit if unit else "")


def places_text(row: object) -> str:
    """Places gained or lost against the year before, inside one block."""
    if row.reason == "edge" or pd.isna(row.rank) or pd.isna(row.rank_before):
        return ""
    moved = int(row.rank_before - row.rank)
    return t("change.places_same") if moved == 0 else \
        t("change.places_up" if moved > 0 else "change.places_down", n=abs(moved))


def interval_text(row: object) -> str:
    """Published 95 % interval of a score; empty where none is published."""
    if pd.isna(row.ci_low) or pd.isna(row.ci_high):
        return ""
    low, high = (w.number(float(v), row.decimals) for v in (row.ci_low, row.ci_high))
    return t("index.interval", low=low, high=high)


def rank_text(row: object, before: bool = False) -> str:
    """Rank with base of a component row, of the year or of the year before."""
    end = "_before" if before else ""
    kind = getattr(row, f"rank_kind{end}")
    return w.rank(_value(getattr(row, f"rank{end}")), _value(getattr(row, f"base{end}")), kind)


def why_text(review: Review) -> pd.Series:
    """For each component the conditions it meets, in words."""
    met = review.flags[review.flags["state"] == "met"]
    rows = {r.component: r for r in review.components.itertuples(index=False)}
    words: dict[str, list[str]] = {}
    for flag in met.itertuples(index=False):
        words.setdefault(flag.component, []).append(_why(flag, rows[flag.component]))
    return pd.Series({c: "; ".join(v) for c, v in words.items()}, dtype=object)


def _why(flag: object, row: object) -> str:
    """One condition met, in words."""
    if flag.rule == "score_fell":
        text = t("why.score_fell" + (f".{row.fell_with}" if row.fell_with else ""))
        return t("why.beyond", why=text) if row.z < -1 else text
    if flag.rule == "trend_down":
        return t("why.trend_down", falls=int(row.falls), steps=int(row.steps))
    if flag.rule == "rank_fell":
        text = t("why.rank_fell", n=int(flag.value))
        return t("why.rank_usual", why=text) if row.rank_best <= row.rank_before <= row.rank_worst else text
    if flag.rule == "score_low":
        return t(f"why.score_low.{flag.against}")
    if flag.rule == "not_improved":
        return t("why.not_improved", year=int(row.base_year))
    return t("why.rank_low")


def grade_text(row: object) -> str:
    """Grade of a component's fall or trend; a dash where neither is met."""
    return t("grade.unknown") if row.grade == "unknown" else row.grade or w.NONE


def totals(found: Findings) -> Table:
    """The four overall scores with rank, change and what is missing."""
    catalogue = load_catalogue()
    rows = {r.component: r for r in found.now.components.itertuples(index=False) if r.level == TOTAL}
    out = []
    for index in INDICES:
        name = catalogue.short_name(index)
        row = rows.get(index)
        if row is None:
            gone = found.now.missing.query("component == @index")
            why = t("index.withheld", why=gone["why"].iloc[0]) if len(gone) and gone["why"].iloc[0] else t("index.none")
            out.append((name, w.NONE, w.NONE, w.NONE, w.NONE, why))
            continue
        remark = places_text(row)
        if row.reason == "edge":
            remark = t("index.edge", before=row.year - 1, why=catalogue.edge(index, row.year))
        caution = catalogue.caution(index, row.year) if row.comparable else ""
        remark = "; ".join(x for x in (remark, caution, interval_text(row)) if x)
        out.append((name, score_text(row, unit=True), rank_text(row), change_text(row), rank_text(row, before=True), remark))
    frame = pd.DataFrame(out, columns=["index", "score", "rank", "change", "rank_before", "remark"])
    return Table(t("table.totals"), frame, [*_rank_notes(frame), t("note.rounding")])


def _rank_notes(frame: pd.DataFrame) -> list[str]:
    star = frame[[c for c in ("rank", "rank_before") if c in frame]].map(lambda v: v.endswith("*")).any().any()
    return [t("note.star")] if star else []


def _component_rows(found: Findings, components: pd.DataFrame) -> Table:
    catalogue, why = load_catalogue(), why_text(found.now)
    answer = found.by_component(components["component"]).set_index("component")
    rows, notes = [], []
    for row in components.itertuples(index=False):
        a = answer.loc[row.component]
        label = catalogue.label(row.component)
        rows.append((label, score_text(row), change_text(row), rank_text(row), rank_text(row, before=True),
                     why.get(row.component, ""), grade_text(row), item_text(a), unit_text(found, a)))
        if row.reason == "edge":
            notes.append(t("note.edge", component=label, why=catalogue.edge(row.component, row.year)))
        elif row.comparable and catalogue.caution(row.component, row.year):
            notes.append(t("note.caution", component=label, why=catalogue.caution(row.component, row.year)))
    columns = ["component", "score", "change", "rank", "rank_before", "why", "grade", "item", "unit"]
    frame = pd.DataFrame(rows, columns=columns)
    grades = found.params.grades
    notes = [*_rank_notes(frame), t("note.grade", a=w.number(100 * grades.a, 0), b=w.number(100 * grades.b, 0)),
             t("note.usual"), t("note.computed"), t("note.order"), *notes, *chance_notes(found)]
    return Table("", frame, notes, _nothing(found))


def chance_notes(found: Findings) -> list[str]:
    """How many of the flags of falling transitory movement alone would have raised."""
    from indexlib.chance import by_noise_alone, grades_by_noise_alone

    alone = by_noise_alone(found.now, found.noise, found.params.rules)
    if not alone["judged"].sum():
        return [t("note.chance_none")]
    graded = grades_by_noise_alone(found.now, found.noise, found.params.rules, found.params.grades)
    lines = [t("note.chance", expected=w.number(alone["expected"].sum(), 0), judged=int(alone["judged"].sum()),
               found=int(alone["found"].sum()))]
    if graded["judged"].sum():
        by = graded.groupby("grade")[["found", "expected"]].sum()
        lines.append(t("note.chance_grade", a=int(by.loc["A", "found"]), ea=w.number(by.loc["A", "expected"], 1),
                       b=int(by.loc["B", "found"]), eb=w.number(by.loc["B", "expected"], 1)))
    return lines


def item_text(answer: object) -> str:
    """Plan items of a component, or that the plan has no task for it."""
    if answer["by"] == BY_ITEM:
        return answer["items"]
    return t("gap") if answer["by"] == BY_GAP else w.NONE


def unit_text(found: Findings, answer: object) -> str:
    """The unit named first, with the call to name a person where the lead is generic."""
    name = found.plan.unit_name(answer["unit"])
    return f"{name} – {t('assign')}" if answer["kind"] == "generic" else name


def focus(found: Findings) -> Table:
    """The focus list: the first components to attend to, of the finest level at hand."""
    chosen, n = found.now.focus(found.params.focus), len(found.now.flagged())
    table = _component_rows(found, chosen)
    return Table(t("table.focus", k=len(chosen), n=n), table.frame, table.notes, table.empty)


def flagged(found: Findings) -> Table:
    """Every component that meets a condition."""
    chosen = found.now.flagged()
    table = _component_rows(found, chosen)
    return Table(t("table.flagged", n=len(chosen)), table.frame, table.notes, table.empty)


def rules(found: Findings) -> Table:
    """The conditions with the plan's words, the thresholds applied and how many components meet them."""
    rows = []
    for rule in RULES:
        setting = getattr(found.params.rules, rule)
        if setting is None:
            continue
        of_rule = found.now.flags[found.now.flags["rule"] == rule]
        judged = of_rule["state"].isin(["met", "not_met"])
        rows.append((t(f"rule.{rule}"), found.plan.clause(rule), threshold_text(found, rule, setting),
                     str(int((of_rule["state"] == "met").sum())), str(int(judged.sum()))))
    return Table(t("table.rules"), pd.DataFrame(rows, columns=["rule", "words", "threshold", "met", "judged"]))


def threshold_text(found: Findings, rule: str, setting: object) -> str:
    """A rule's threshold in words."""
    if rule == "score_fell" and setting > 0:
        return t("threshold.score_fell.least", n=w.number(setting, 2))
    if rule == "rank_low":
        return t("threshold.rank_low", n=w.number(100 * setting, 0))
    if rule == "not_improved":
        return t("threshold.not_improved", year=found.plan.about["base_year"] if setting == "plan" else setting)
    return t(f"threshold.{rule}", n=setting)


def by_unit(found: Findings) -> Table:
    """The components each unit answers for, units with most first."""
    flagged_now = found.now.flagged()
    answer = found.by_component(flagged_now["component"])
    why, catalogue = why_text(found.now), load_catalogue()
    answer["name"] = [unit_text(found, a) for a in answer.to_dict("records")]
    size = answer.groupby("name")["component"].transform("size")
    answer = answer.assign(_size=-size).sort_values(["_size", "name"], kind="stable")
    rows = [(a["name"], catalogue.label(a["component"]), why.get(a["component"], ""), item_text(a))
            for a in answer.to_dict("records")]
    frame = pd.DataFrame(rows, columns=["unit", "component", "why", "item"])
    frame["unit"] = frame["unit"].where(~frame["unit"].duplicated(), "")
    return Table(t("table.units"), frame, empty=_nothing(found))


def _nothing(found: Findings) -> str:
    return t("empty.flagged") if len(found.now.components) else t("empty.nothing", year=found.params.year)


def _leads(found: Findings, item: str) -> str:
    r = found.plan.responsibilities
    units = r.loc[(r["item"] == item) & (r["role"] == "lead"), "unit"]
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
            rows.append((item, shorten(found.plan.item_text(item)), _leads(found, item), "; ".join(names)))
    return Table(t("table.items"), pd.DataFrame(rows, columns=["item", "text", "unit", "flagged"]),
                 empty=_nothing(found))


def shorten(text: str, limit: int = 160) -> str:
    """A text cut at a word, with an ellipsis if it was longer."""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;. ") + " …"


def gaps(found: Findings) -> Table:
    """Flagged components that no item of the plan serves, with the focal point that answers."""
    answer = found.by_component(found.now.flagged()["component"])
    why, catalogue = why_text(found.now), load_catalogue()
    rows = [(catalogue.label(a["component"]), why.get(a["component"], ""), item_text(a), unit_text(found, a))
            for a in answer[answer["by"] == BY_GAP].to_dict("records")]
    return Table(t("table.gaps"), pd.DataFrame(rows, columns=["component", "why", "item", "unit"]), empty=t("empty.gaps"))


def quiet(found: Findings) -> Table:
    """Items whose components were judged and met no condition."""
    unjudged = set(found.unjudged_items())
    touched = set(found.plan.links(found.now.flagged()["component"].tolist())["item"])
    rows = [(i, shorten(found.plan.item_text(i)), _leads(found, i)) for i in found.plan.items["item"]
            if i not in touched | unjudged]
    empty = t("empty.quiet") if len(found.now.components) else t("empty.nothing", year=found.params.year)
    return Table(t("table.quiet"), pd.DataFrame(rows, columns=["item", "text", "unit"]), empty=empty)


def generic(found: Findings) -> Table:
    """Items that only nobody in particular leads."""
    r, units = found.plan.responsibilities, found.plan.units.set_index("unit")["kind"]
    leads = r[r["role"] == "lead"].assign(kind=lambda f: f["unit"].map(units))
    only = leads.groupby("item")["kind"].agg(lambda k: (k == "generic").all())
    rows = [(i, shorten(found.plan.item_text(i)), f"{_leads(found, i)} – {t('assign')}")
            for i in found.plan.items["item"] if only.get(i, False)]
    return Table(t("table.generic"), pd.DataFrame(rows, columns=["item", "text", "unit"]), empty=t("empty.generic"))


def follow_up(found: Findings) -> Table:
    """Last year's flagged components: cleared, still there, new."""
    columns = ["component", "state", "before", "now"]
    if found.before is None:
        return Table(t("table.follow_up"), pd.DataFrame(columns=columns), empty=t("empty.follow_up"))
    catalogue, frame = load_catalogue(), _follow_up(found.now, found.before)
    rank = {"still": 0, "new": 1, "cleared": 2, "not_judged": 3}
    frame = frame.assign(_r=frame["state"].map(rank)).sort_values("_r", kind="stable")
    rows = [(catalogue.label(r.component), t(f"state.{r.state}"), _rule_names(r.before), _rule_names(r.now))
            for r in frame.itertuples(index=False)]
    return Table(t("table.follow_up"), pd.DataFrame(rows, columns=columns), empty=t("empty.follow_up_none"))


def _rule_names(codes: str) -> str:
    return w.listing([t(f"rule.{c}") for c in codes.split(",")]) if codes else w.NONE


def coverage(found: Findings) -> list[str]:
    """What an index cannot say for the place and year: one line each, with how to add it and the items left unjudged."""
    unjudged = found.unjudged_items()
    return [line for index in INDICES if (line := _coverage_line(found, index, unjudged))]


def _coverage_line(found: Findings, index: str, unjudged: list[str]) -> str:
    catalogue, year = load_catalogue(), found.params.year
    valid, file = catalogue.valid(year, index), f"data/scores/{FILES[index]}"
    missing = found.now.missing[found.now.missing["index"] == index]
    held, away = (missing[missing["reason"] == r] for r in ("withheld", "not_at_hand"))
    here = found.now.components[found.now.components["index"] == index]
    parts = []
    if len(held):
        whole, why = len(held) == len(valid), held["why"].iloc[0]
        names = w.listing([catalogue.label(c) for c in held["component"]])
        parts.append(t("coverage.withheld_all", why=why) if whole else
                     t("coverage.withheld", n=len(held), why=why, names=names))
    if len(away):
        parts.append(t("coverage.all" if len(away) == len(valid) else "coverage.some", n=len(away), file=file))
    bare = here[here["score"].isna()]
    if len(bare):
        parts.append(t("coverage.rank_only") if bare["component"].tolist() == [index] else
                     t("coverage.rank_only_some", n=len(bare)))
    partial = here[(here["panel"] == "partial") & here["score"].notna()]
    if len(partial):
        low, high = int(partial["scored"].min()), int(partial["scored"].max())
        parts.append(t("coverage.partial", n=len(partial), low=low if low == high else f"{low}-{high}",
                       expected=int(partial["expected"].max())))
    if not parts:
        return ""
    links = found.plan.mapping
    waiting = set(links.loc[links["component"].isin(missing["component"]), "item"])
    items = [i for i in unjudged if i in waiting]
    after = t("coverage.items", items=w.listing(items)) if items else ""
    return t("coverage.line", index=catalogue.short_name(index), year=year, parts="; ".join(parts)) + after
