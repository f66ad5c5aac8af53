"""Slides of the indices: each one's course and what rose or fell, and where the place stands."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import rounded, t
from indexlib.briefing.office import native_charts as native
from indexlib.briefing.office.native_charts import Series
from indexlib.briefing.office.powerpoint import BODY, LEAD, LEFT, ONE, RIGHT, SOURCE, TWO, Deck, Page
from indexlib.charts import messages as text
from indexlib.charts.one_year import compared as compared_rows
from indexlib.charts.over_years import edges
from indexlib.charts.style import name as chart_name
from indexlib.charts.style import numbered
from indexlib.content import prose, tables
from indexlib.content.sections import source_lines
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import load_withheld
from indexlib.plan.review import Findings

#: Years of a line, at most: more labels than these would not be read.
YEARS = 10
#: Slope, as a share of what the line spans, from which a label beside its point is clearer than one above.
STEEP = 0.1


def index(deck: Deck, found: Findings, index: str) -> None:
    """One index: its course on the left, the changes of its main components on the right."""
    row = _row(found, index)
    page = deck.page(TWO, message(found, index))
    known = load_catalogue().with_block(text.ranked(found.scores, index, found.params.year))
    notes = _course(page, found, index, known, row)
    if not _changes(page, found, index):
        why = tables.coverage(found, (index,))
        page.text(RIGHT, [t("slide.chart.no_change", index=load_catalogue().short_name(index), before=found.params.year - 1),
                          *why])
    gone = found.now.missing.query("component == @index and why != ''")["why"].tolist()
    why = prose.comparison(row) if row is not None else " ".join(f"{x[:1].upper()}{x[1:]}." for x in gone)
    lead = [why, prose.beyond(found, index)]
    page.text(LEAD, [" ".join(x for x in lead if x)])
    page.text(SOURCE, ["; ".join(notes) + "." if notes else ""])
    moved = [t("note.usual"), t("note.rounding")] if row is not None and _counts(found, index) else []
    page.say([str(prose.standard(found, index)), *moved, t("slide.notes.star"), t("slide.notes.base"),
              *tables.coverage(found, (index,)), *source_lines(found, index)])
    page.done()


def known(found: Findings, index: str) -> bool:
    """Whether an index has years to draw; else the slides of the totals and of what is missing say it all."""
    own = found.scores[(found.scores["component"] == index) & (found.scores["place"] == found.place.code)]
    return len(own[own["year"].between(found.params.year - YEARS + 1, found.params.year)]) > 1


def message(found: Findings, index: str) -> str:
    """The standard paragraph of an index in one sentence: score, place, and counts that sum."""
    row, short, year = _row(found, index), load_catalogue().short_name(index), found.params.year
    if row is None:
        gone = found.now.missing.query("component == @index")
        key = "withheld" if len(gone) and gone["reason"].iloc[0] == "withheld" else "none"
        return t(f"slide.index.{key}", year=year, index=short, place=found.place.name)
    if pd.isna(row.score):
        said = t("slide.index.bare", year=year, index=short)
    elif row.comparable:
        said = t("slide.index.moved", year=year, index=short, moved=prose.moved(row))
    else:
        said = t("slide.index.score", year=year, index=short, score=tables.score_text(row, unit=True))
    if pd.notna(row.rank):
        places = tables.places_text(row)
        said += t("slide.index.rank_moved" if places else "slide.index.rank", rank=tables.rank_text(row), places=places)
    return said + _counts(found, index)


def _counts(found: Findings, index: str) -> str:
    parts = prose.split(found, index)
    total = sum(map(len, parts.values()))
    if total in (0, len(parts["missing"])):
        return ""
    what = t(f"what.{load_catalogue().component(prose.main_components(found, index)[0]).level}")
    return t("slide.index.counts", n=total, what=what,
             parts=w.listing([t(f"slide.count.{k}", n=len(v)) for k, v in parts.items() if v]))


def _row(found: Findings, component: str) -> object | None:
    return next((r for r in found.now.components.itertuples(index=False) if r.component == component), None)


def _course(page: Page, found: Findings, index: str, known: pd.DataFrame, row: object | None) -> list[str]:
    """The line of scores, or of ranks where the year has no score; what stands under it."""
    own = known[known["place"] == found.place.code].set_index("year").sort_index()
    year = found.params.year
    scored, ranked = own[own["score"].notna()], own[own["rank"].notna()]
    by_rank = (row is not None and pd.isna(row.score) and len(ranked) > 1) or len(scored) < 2
    of = ranked if by_rank else _one_scale(scored)
    of = of[of.index > year - YEARS]
    if len(of) < 2:
        page.text(LEFT, [t("slide.chart.none")])
        return []
    years, unit = list(range(int(of.index.min()), year + 1)), load_catalogue().component(index).unit
    categories = [str(y) for y in years]
    if by_rank:
        said = {y: w.rank(*r) for y, *r in zip(of.index, of["rank"], of["base"], of["rank_kind"], strict=True)}
        series = _blocks(of["rank"], of["block"], years, found.place.name, native.PLACE, said, falling=True)
        native.lines(page, LEFT, t("slide.chart.ranks"), categories, series, falling=True)
        notes = [text.rank_source(of.reset_index(), [index], years[0], year).rstrip(".")]
    else:
        digits = load_catalogue().decimals(index)
        said = {y: w.number(v, digits) for y, v in of["score"].items()}
        middle = known.dropna(subset="median").drop_duplicates("year").set_index("year").sort_index()
        middle = middle[middle.index.isin(years)]
        series = _blocks(of["score"], of["block"], years, found.place.name, native.PLACE, said, beside=middle["median"])
        series += _median(middle, years, of["score"], digits)
        native.lines(page, LEFT, t("slide.chart.scores", unit=t(f"slide.unit.{unit}")), categories, series, digits)
        notes = [text.source(known, index, years[0], year).rstrip(".")]
    return [*notes, *_breaks(found, index, years, own)]


def _one_scale(scored: pd.DataFrame) -> pd.DataFrame:
    """The last run of years on one printed scale: scores of two scales do not share an axis."""
    scale = scored[["scale_min", "scale_max"]].fillna(-1)
    return scored[scale.eq(scale.iloc[-1]).all(axis=1)[::-1].cummin()[::-1]]


def _blocks(values: pd.Series, block: pd.Series, years: list[int], name: str, colour: object, said: dict[int, str],
            falling: bool = False, beside: pd.Series | None = None) -> list[Series]:
    """A series for each block, the newest first and in the legend: nothing is drawn from one to the next."""
    out = []
    for start in sorted(block.unique(), reverse=True):
        mine = values[block == start]
        span = text.span(int(mine.index.min()), int(mine.index.max()))
        labels = {years.index(y): said[y] for y in mine.index if y in said}
        others = [] if beside is None else beside.to_list()
        full = max([*values, *others]) - min([*values, *others])
        where = {years.index(y): _where(-mine if falling else mine, y, full, beside) for y in mine.index}
        out.append(Series(f"{name} {span}" if out else name, [float(mine[y]) if y in mine.index else None for y in years],
                          labels, colour, where, legend=not out))
    return out


def _where(mine: pd.Series, year: int, full: float, beside: pd.Series | None) -> str:
    """Where the label of a point stands: clear of another line close by, else on the side that its own line leaves free."""
    if beside is not None and year in beside.index and abs(mine[year] - beside[year]) < 0.12 * full:
        return "below" if mine[year] < beside[year] else "above"
    before, after = (mine.get(y, mine[year]) - mine[year] for y in (year - 1, year + 1))
    if before * after < 0 and min(abs(before), abs(after)) > STEEP * full:
        return "right" if before > 0 else "left"
    return "below" if before + after > 0 else "above"


def _median(of: pd.DataFrame, years: list[int], own: pd.Series, digits: int) -> list[Series]:
    """The national median over the same years, with its last figure."""
    if of.empty:
        return []
    last = int(of.index[-1])
    series = _blocks(of["median"], of["block"], years, t("slide.series.median"), native.REST,
                     {last: w.number(of["median"][last], digits)})
    series[0].where = {years.index(last): "below" if last in own.index and own[last] >= of["median"][last] else "above"}
    return series


def _breaks(found: Findings, index: str, years: list[int], own: pd.DataFrame) -> list[str]:
    """Why a line breaks, and where it begins."""
    anew = [str(y) for y in edges(index, years[0], years[-1])]
    held = load_withheld()
    held = held[(held["place"] == found.place.code) & (held["component"] == index) & held["year"].isin(years)]
    notes = [t("slide.gaps")] if anew or not set(years) <= set(own.index) else []
    notes += [t("slide.edges", years=w.listing(anew))] if anew else []
    notes += [t("slide.held", years=w.listing([str(y) for y in sorted(held["year"])]))] if len(held) else []
    if (own[["score", "rank"]].notna().any(axis=1) & (own.index < years[0])).any():
        notes.append(t("slide.first", first=years[0]))
    return notes


def _changes(page: Page, found: Findings, index: str) -> bool:
    """Bars of what the main components gained and lost; whether there was any."""
    main = prose.main_components(found, index)
    rows = found.now.components
    rows = rows[rows["component"].isin(main) & rows["comparable"]].sort_values("change", ascending=False, kind="stable")
    if rows.empty:
        return False
    digits, unit = load_catalogue().decimals(index), load_catalogue().component(rows["component"].iloc[0]).unit
    fell = rows["change_published"] < 0
    kinds = {"up": (~fell, native.PLACE), "within": (fell & (rows["beyond"] == 0), native.MILD),
             "beyond": (fell & (rows["beyond"] == 1), native.FALL), "unknown": (fell & rows["beyond"].isna(), native.MILD)}
    series = []
    for kind, (mask, colour) in kinds.items():
        if mask.any():
            values = rows["change"].where(mask).tolist()
            labels = {i: w.change(v, digits) for i, v in enumerate(values) if pd.notna(v)}
            points = [None if pd.isna(v) else float(v) for v in values]
            series.append(Series(t(f"slide.series.{kind}"), points, labels, colour))
    title = t("slide.chart.changes", before=found.params.year - 1, unit=t(f"unit.{unit}"))
    native.bars(page, RIGHT, title, [numbered(c) for c in rows["component"]], series, digits)
    return True


def _compared(found: Findings, index: str) -> pd.DataFrame:
    """Main components that share one scale, with what they are compared with; empty if there is nothing to compare."""
    try:
        rows = compared_rows(found, index, prose.main_components(found, index))
    except NoDataError:
        return pd.DataFrame()
    rows = rows[rows["against"] != ""]
    if len(rows[["scale_min", "scale_max", "against"]].drop_duplicates()) != 1:
        return pd.DataFrame()
    return rows.assign(_gap=rows["share"] - rows["compared"]).sort_values("_gap", kind="stable")


def compared(deck: Deck, found: Findings) -> None:
    """The main components of each index that has them beside the median or published mean."""
    year = found.params.year
    for index in index_codes():
        rows = _compared(found, index)
        if rows.empty:
            continue
        mean, digits = rows["against"].iloc[0] == "published_mean", load_catalogue().decimals(index)
        what = t("slide.series.mean" if mean else "slide.series.median")
        other = rows["published_mean" if mean else "median"]
        series = [Series(label, [float(v) for v in values], {i: w.number(v, digits) for i, v in enumerate(values)}, colour)
                  for label, values, colour in ((found.place.name, rows["score"], native.PLACE), (what, other, native.REST))]
        page = deck.page(ONE, text.dots_title(rows, found, index, name_worst=True))
        native.bars(page, BODY, t("slide.chart.compared", year=year, what=what), [numbered(c) for c in rows["component"]],
                    series, digits, together=False)
        page.text(SOURCE, [text.dots_source(rows, index, year, "slide.dots.key")])
        page.say([t("note.computed"), *source_lines(found, index)])
        page.done()


def position(deck: Deck, found: Findings, charts: Path | None) -> None:
    """Where the place stands among all provinces in the first index whose panel is whole; drawn as a picture."""
    c = found.now.components
    whole = c[c["component"].isin(index_codes()) & c["median"].notna() & c["score"].notna()]
    if whole.empty:
        return
    index, year = whole["component"].iloc[0], found.params.year
    row = whole.iloc[0]
    gap = float(row["score"] - row["median"])
    shown = rounded(gap, int(row["decimals"]))
    key = "above" if shown > 0 else "below" if shown < 0 else "at"
    page = deck.page(ONE, t(f"slide.position.{key}", place=found.place.name, year=year, gap=text.size(gap, index),
                            index=load_catalogue().short_name(index), rank=text.rank_of(row)))
    facts = [f"{text.position_title(row, index, found.place.code, year)}.", t("slide.position.facts",
             place=found.place.name, score=text.score(row["score"], index), median=text.score(row["median"], index))]
    picture = charts / f"{chart_name('position', found.place.code, year, index)}.png" if charts else None
    if picture and picture.is_file():
        page.picture(BODY, picture, facts[0])
    else:
        now = text.ranked(found.scores[found.scores["year"] == year], index)
        page.text(BODY, [*facts, t("slide.position.none")])
        page.text(SOURCE, [text.source(now, index, year, year, rank=True, computed="chart.heat.computed")])
    page.say([*facts, t("note.computed")])
    page.say([t("slide.notes.star"), t("slide.notes.base"), *source_lines(found, index)])
    page.done()
