"""Tables of what moved the totals, what targets would take, and of peers."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from indexlib.analysis import learning, outlook
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.content.tables.cells import rank_notes, rank_text
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_sources
from indexlib.plan.review import Findings
from indexlib.plan.targets import goals as judged
from indexlib.plan.targets import wanted as wanted_of


def _or_why(caption: str, make: Callable[[], Table]) -> Table:
    """A table, or the sentence that says why there is none."""
    try:
        return make()
    except NoDataError as error:
        return Table(caption, pd.DataFrame(), empty=str(error))


def _basis(frame: pd.DataFrame) -> list[str]:
    return [t("note.basis")] if (frame["basis"] == "recovered").any() else []


def contributions(found: Findings, index: str) -> Table:
    """What each component added to the change of the total."""
    catalogue, year = load_catalogue(), found.params.year
    digits, unit = catalogue.decimals(index), catalogue.component(index).unit

    def make() -> Table:
        frame = outlook.contributions(found.panel, found.place.code, year, index)
        rows = [(catalogue.label(r.component), w.change(r.change, digits, unit), w.change(r.contribution, digits, unit),
                 t(f"basis.{r.basis}")) for r in frame.itertuples(index=False)]
        total, rest = frame[["total_change", "rest"]].iloc[0]
        notes = _basis(frame)
        if abs(rest) >= 0.5 * 10.0**-digits:
            rounding = 10.0**-digits * (len(frame) + 2)  # half of the last digit of each figure, in both years
            notes.append(t("note.rest" if abs(rest) <= rounding else "note.rest_unexplained", rest=w.change(rest, digits)))
        caption = t("table.contributions", index=catalogue.short_name(index), change=w.change(total, digits, unit),
                    before=year - 1)
        return Table(caption, pd.DataFrame(rows, columns=["component", "change", "contribution", "basis"]), notes)

    return _or_why(catalogue.short_name(index), make)


def targets(found: Findings, index: str) -> Table:
    """The smallest gain of each component alone that reaches what the run or the plan wants: a total before a place."""
    catalogue, wanted = load_catalogue(), wanted_of(found, index)
    digits, held = catalogue.decimals(index), wanted.rank if wanted.total is None else None

    def make() -> Table:
        frame = outlook.targets(found.panel, found.place.code, found.params.year, index, wanted.total, held)
        rows = []
        for r in frame.itertuples(index=False):
            gain = w.change(r.gain, digits)
            where = w.NONE if pd.isna(r.best_gain) else _where(r.best_place, int(r.best_year))
            often = w.number(100 * r.as_large, 0 if r.as_large >= 0.01 else 1)
            often = t("gain.record") if r.as_large == 0 else t("gain.share", n=often)
            kept = w.NONE if pd.isna(r.kept) else f"{w.number(100 * r.kept, 0)}%"
            rows.append((catalogue.label(r.component), gain if r.within_scale else t("gain.off", gain=gain),
                         w.change(r.best_gain, digits), where, kept, often))
        score = w.number(frame["wanted_total"].iloc[0], digits)
        key = "table.targets_rank" if held else "table.targets"
        caption = t(key, index=catalogue.short_name(index), wanted=score, rank=held)
        if (frame["gain"] == 0).all():
            return Table(caption, pd.DataFrame(), empty=t("gain.reached", year=found.params.year))
        notes = [*_basis(frame), t("note.within"), t("note.kept", n=outlook.LARGEST)]
        if held:
            size, n = outlook.score_of_rank_moves(found.panel, found.params.year, index, held)
            notes.append(t("note.rank_moves", rank=held, n=n, size=w.number(size, digits)) if n else
                         t("note.rank_moves_none", rank=held))
        columns = ["component", "gain", "best_gain", "by", "kept", "as_large"]
        return Table(caption, pd.DataFrame(rows, columns=columns), notes)

    return _or_why(catalogue.short_name(index), make)


def goals(found: Findings) -> Table:
    """Each target, what was reached, and whether it is met."""
    frame, catalogue = judged(found), load_catalogue()
    rows = [(catalogue.label(g.component), goal_text(g, found.params.year), actual_text(g), verdict_text(g))
            for g in frame.itertuples(index=False)]
    where = load_sources().set_index("source")["where"]
    read = frame.loc[frame["source"] != "", ["note", "source"]].drop_duplicates()
    notes = [t("goal.source", note=note or t("goal.of_plan"), where=where[source])
             for note, source in read.itertuples(index=False)]
    table = pd.DataFrame(rows, columns=["component", "target", "actual", "verdict"])
    stars = rank_notes(table.rename(columns={"actual": "rank"})) if rows else []
    return Table(t("table.goals", year=found.params.year), table, [*stars, *notes],
                 t("report.sum.goals_none", year=found.params.year))


def goal_text(goal: object, year: int) -> str:
    """A target in words, with its year if it is another one, and with the plan's own words and clause."""
    digits, unit = load_catalogue().decimals(goal.index), load_catalogue().component(goal.component).unit
    wanted = goal.wanted
    if goal.kind == "score":
        wanted = w.score(wanted, digits, unit)
    elif goal.kind == "group":
        wanted = t(f"group.{wanted}")
    elif goal.kind == "change" and wanted != "up":
        wanted = w.change(wanted, digits, unit)
    elif goal.kind != "change":
        wanted = w.plain_number(wanted)
    said = [t("goal.year", year=goal.year)] if goal.year != year else []
    said += [f"“{goal.words}”"] if goal.words else []
    said += [x for x in (goal.clause, goal.note) if x]
    text = t("goal.change_up" if wanted == "up" else "goal.named_region" if goal.region else f"goal.{goal.kind}",
             wanted=wanted, region=goal.region)
    return f"{text} ({'; '.join(said)})" if said else text


def actual_text(goal: object) -> str:
    """What was reached."""
    digits, unit = load_catalogue().decimals(goal.index), load_catalogue().component(goal.component).unit
    if goal.actual is None:
        return w.NONE
    if goal.kind in ("rank", "region_rank"):
        return w.rank(goal.actual, goal.base, "computed" if goal.computed else "published")
    if goal.kind == "group":
        return t("group.computed", group=t(f"group.{goal.actual}"))
    if goal.kind == "change":
        return w.change(goal.actual, digits, unit)
    if goal.kind == "places":
        moved = "same" if goal.actual == 0 else "up" if goal.actual > 0 else "down"
        return t(f"change.places_{moved}", n=abs(goal.actual))
    return w.score(goal.actual, digits, unit) if goal.kind == "score" else w.score(goal.actual, 2, "percent")


def verdict_text(goal: object) -> str:
    """Whether a target is met, and why not where that cannot be said."""
    state = t(f"goal.state.{goal.state}")
    return t("goal.state.why", state=state, why=goal.reason) if goal.reason else state


def _where(place: str, year: int) -> str:
    """A place under its name of a year, and the year."""
    return f"{load_places().get(place, year).name}, {year}"


def closing_gaps(found: Findings, index: str) -> Table:
    """What reaching the median or the best quarter in each component would give."""
    catalogue = load_catalogue()
    digits = catalogue.decimals(index)

    def make() -> Table:
        frame = outlook.closing_gaps(found.panel, found.place.code, found.params.year, index)
        frame = frame[frame["to_quarter"] > 0]
        n = int(found.now.components.set_index("component")["scored"].get(index, 0))
        rows = [(catalogue.label(r.component), w.change(r.to_median, digits), w.change(r.total_median, digits),
                 f"{int(r.rank_median)}/{n}*" if pd.notna(r.rank_median) else w.NONE, w.change(r.to_quarter, digits),
                 w.change(r.total_quarter, digits), f"{int(r.rank_quarter)}/{n}*" if pd.notna(r.rank_quarter) else w.NONE)
                for r in frame.itertuples(index=False)]
        columns = ["component", "to_median", "total_median", "rank_median", "to_quarter", "total_quarter", "rank_quarter"]
        return Table(t("table.closing", index=catalogue.short_name(index)), pd.DataFrame(rows, columns=columns),
                     [*_basis(frame), t("note.star")])

    return _or_why(catalogue.short_name(index), make)


def peers(found: Findings, codes: list[str]) -> Table:
    """Scores and ranks of the place and its peers in the four totals."""
    catalogue, year, rows = load_catalogue(), found.params.year, []
    all_ranks = found.standing()
    for code in [found.place.code, *codes] if codes else []:
        cells = [load_places().get(code, year).name]
        for index in index_codes():
            mine = all_ranks[(all_ranks["place"] == code) & (all_ranks["component"] == index)]
            row = next(mine.itertuples(index=False), None)
            unit = "percent" if catalogue.component(index).unit == "percent" else ""
            score = w.NONE if row is None else w.score(float(row.score), catalogue.decimals(index), unit)
            cells.append(score if row is None or pd.isna(row.rank) else f"{score} ({rank_text(row)})")
        rows.append(tuple(cells))
    frame = pd.DataFrame(rows, columns=["place", *index_codes()])
    star = frame[index_codes()].map(lambda v: "*" in v).any().any()
    return Table(t("table.peers", year=year), frame, [t("note.star")] if star else rank_notes(frame),
                 t("empty.peers", place=found.place.name))


def learn_from(found: Findings, n: int = 3) -> Table:
    """For each component of the focus list up to ``n`` places that stood as low and rose lastingly."""
    catalogue, year, rows = load_catalogue(), found.params.year, []
    for code in found.focus(found.params.focus)["component"]:
        digits, unit = catalogue.decimals(catalogue.component(code).index), catalogue.component(code).unit
        for r in learning.learn_from(found.place.code, code, year, found.panel).head(n).itertuples(index=False):
            then, now = (t("learn.figure", year=y, score=w.score(float(s), digits, unit), rank=w.rank(*rank))
                         for y, s, *rank in ((r.low_year, r.low_score, r.low_rank, r.low_base, r.low_kind),
                                             (year, r.score, r.rank, r.base, r.kind)))
            rows.append((catalogue.label(code), load_places().get(r.place, year).name, then, now, str(r.years)))
    frame = pd.DataFrame(rows, columns=["component", "place", "low_then", "risen_to", "above_for"])
    return Table(t("table.learn"), frame, [t("note.learn", year=year), t("note.star")], t("empty.learn"))
