"""What charts say: titles that are messages computed from the figures, and source lines."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from indexlib.analysis.changes import changes
from indexlib.analysis.like_for_like import LikeForLike
from indexlib.analysis.noise import differences
from indexlib.analysis.panel import Panel, build
from indexlib.analysis.standing import GROUPS, standing
from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.charts.style import plain_name
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places, plain
from indexlib.data.scores import load_withheld


def ranked(scores: pd.DataFrame | Panel, components: str | list[str], year: int | None = None) -> pd.DataFrame:
    """Standing of the rows of some components up to a year; a frame that has it is only cut, a panel has it made once."""
    if isinstance(scores, Panel):
        scores = scores.once(every)
    wanted = [components] if isinstance(components, str) else list(components)
    of = scores[scores["component"].isin(wanted)]
    if "rank_kind" not in of:
        of = every(build(of))
    return of if year is None else of[of["year"] <= year]


def every(panel: Panel) -> pd.DataFrame:
    """The standing of a panel with the source of each score and ``moved``, its change against the year before."""
    return with_source(standing(panel), panel.rows).assign(moved=panel.cell(differences(panel).change))


def with_source(ranked: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """The standing of scores with the source of each, where they have one."""
    return ranked.assign(source=scores["source"].to_numpy()) if "source" in scores else ranked


def size(value: float, component: str) -> str:
    """Size of a change without sign, with its unit: ``0,2977 điểm``."""
    found = load_catalogue().component(component)
    digits = w.change_digits(value, load_catalogue().decimals(found.index))
    return f"{w.number(abs(value), digits)} {t('unit.' + found.unit)}"


def score(value: float, component: str) -> str:
    """A score with its unit."""
    found = load_catalogue().component(component)
    return w.score(float(value), load_catalogue().decimals(found.index), found.unit)


def rank_of(row: object) -> str:
    """Rank with base of a row of a standing."""
    return w.rank(_or_none(row["rank"]), _or_none(row["base"]), row["rank_kind"])


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def history_title(scores: pd.DataFrame | Panel, own: pd.DataFrame, place: str, component: str, year: int) -> str:
    """What became of a score in the last year, and the part that did most of it."""
    name, now = plain_name(component), own[own["year"] == year]
    if now.empty or pd.isna(now["score"].iloc[0]):
        return _no_score_title(now, place, component, year)
    family = [component, *_parts(component)]
    if not isinstance(scores, Panel):
        near = scores[(scores["place"] == place) & scores["component"].isin(family) & scores["year"].isin([year - 1, year])]
        # A standing has no intervals; of the changes only their size is used here.
        scores = build(near.assign(**{c: np.nan for c in ("rank_base", "ci_low", "ci_high") if c not in near}))
    moved = changes(scores)
    moved = moved[(moved["place"] == place) & (moved["year"] == year)].set_index("component")
    moved = moved.loc[moved.index.isin(family)]
    row = moved.loc[component]
    if not row["comparable"]:
        return t(f"chart.history.{row['reason']}", name=name, year=year, before=year - 1,
                 score=score(row["score"], component))
    if row["change_published"] == 0:
        return t("chart.history.same", name=name, year=year, score=score(row["score"], component))
    key = "chart.history.fell" if row["change_published"] < 0 else "chart.history.rose"
    said = t(key, name=name, year=year, size=size(row["change"], component))
    part = main_part(moved["change"].drop(component), row["change"])
    return t("chart.history.mainly", said=said, part=plain_name(part)) if part else said


def _no_score_title(now: pd.DataFrame, place: str, component: str, year: int) -> str:
    name, of = plain_name(component), place_name(place, year)
    held = load_withheld().query("place == @place and year == @year and component == @component")
    if len(held):
        return t("chart.history.now_withheld", name=name, place=of, year=year)
    if len(now) and pd.notna(now["rank"].iloc[0]):
        return t("chart.history.now_rank", name=name, rank=rank_of(now.iloc[0]), year=year)
    return t("chart.history.now_missing", name=name, place=of, year=year)


def _parts(component: str) -> list[str]:
    c = load_catalogue().components
    return c.loc[(c["parent"] == component) & (c["level"] != "part"), "component"].tolist()


def main_part(parts: pd.Series, total: float) -> str:
    """The part that made at least half of what moved in the direction of the total.

    Only where the parts' changes add up to the total's, so that "mainly because of" is arithmetic.

    Examples
    --------
    >>> main_part(pd.Series({"a": -0.30, "b": -0.05, "c": 0.05}), -0.30), main_part(pd.Series({"a": -0.2}), -0.3)
    ('a', '')
    """
    if parts.empty or parts.isna().any() or abs(parts.sum() - total) > 0.002:
        return ""
    same = parts[np.sign(parts) == np.sign(total)]
    best = same.abs().idxmax() if len(same) else ""
    return best if best and abs(parts[best]) >= same.abs().sum() / 2 else ""


def source(of: pd.DataFrame, component: str, first: int, year: int, scales: bool = False, rank: bool = False,
           computed: str = "chart.computed_median") -> str:
    """Source and base line: index, years, places with a score, what is computed."""
    index = load_catalogue().component(component).index
    now = of[of["year"] == year]
    parts = [t("chart.source", index=load_catalogue().short_name(index), years=span(first, year))]
    if len(now):
        parts.append(base(now, year))
    whole = bool(len(now)) and now["panel"].iloc[0] == "complete"
    if not whole:
        parts.append(t("chart.partial"))
    elif of["median"].notna().any():
        parts.append(t(computed))
    if scales:
        parts += _scales(component, first, year)
    if rank and now["rank_kind"].eq("computed").any():
        parts.append(t("chart.computed_rank"))
    return "; ".join([*parts, *_cautions(component, first, year)]) + "."


def alike(sums: LikeForLike) -> str:
    """What a sum of the parts measured alike is, and what it leaves out."""
    left = sums.parts.loc[~sums.parts["alike"], "component"]
    names = w.listing([load_catalogue().component(c).number or plain_name(c) for c in left])
    said = t("chart.alike.source", years=span(sums.first, sums.last), parts=alike_parts(sums))
    return said + (t("chart.alike.out", names=names) if names else "") + "."


def alike_parts(sums: LikeForLike) -> str:
    """How much of the whole a sum is, and by which weights."""
    n, whole = int(sums.parts["alike"].sum()), len(sums.parts)
    said = t("chart.alike.all", n=n) if n == whole else \
        t("chart.alike.parts", n=n, all=whole, share=w.number(100 * sums.share, 0))
    return said + (t("chart.alike.weights", years=span(*sums.weights)) if sums.weights else "") + t("chart.alike.computed")


def alike_title(sums: LikeForLike, place: str) -> str:
    """The sum of a place in the last year and in the first one that it has."""
    own = sums.figures[sums.figures["place"] == place].sort_values("year")
    then, now = own.iloc[0], own.iloc[-1]
    return t("chart.alike.title", name=plain_name(sums.component), place=place_name(place, sums.last),
             score=score(now["score"], sums.component), year=int(now["year"]), first=int(then["year"]),
             then=score(then["score"], sums.component))


def _cautions(component: str, first: int, year: int) -> list[str]:
    """Warnings for the years drawn."""
    return [t("chart.caution", why=why) for why in load_catalogue().cautions_after(component, first, year)]


def base(now: pd.DataFrame, year: int) -> str:
    """How many places have a score in a year."""
    few, most, expected = int(now["scored"].min()), int(now["scored"].max()), now["expected"].max()
    return t("chart.base", n=most if few == most else f"{few}-{most}", year=year,
             of="" if pd.isna(expected) else f"/{int(expected)}")


def span(first: int, last: int) -> str:
    """Years of a chart."""
    return str(last) if first == last else f"{first}-{last}"


def _scales(component: str, first: int, last: int) -> list[str]:
    """The printed scales, where they differ between the years drawn."""
    b = load_catalogue().comparability
    b = b[(b["component"] == component) & (b["last_year"] >= first) & (b["first_year"] <= last)]
    b = b.dropna(subset=["scale_min", "scale_max"]).sort_values("first_year")
    if len(b.drop_duplicates(["scale_min", "scale_max"])) < 2:
        return []
    runs = b.groupby((b[["scale_min", "scale_max"]].diff().abs().sum(axis=1) > 0).cumsum())
    said = [f"{w.plain_number(round(g['scale_min'].iloc[0], 2))}-{w.plain_number(round(g['scale_max'].iloc[0], 2))} "
            f"({span(max(first, int(g['first_year'].min())), min(last, int(g['last_year'].max())))})" for _, g in runs]
    return [t("chart.scales", scales=", ".join(said))]


def rank_source(own: pd.DataFrame, components: list[str], first: int, year: int) -> str:
    """Source line of ranks."""
    catalogue = load_catalogue()
    indices = dict.fromkeys(catalogue.short_name(catalogue.component(c).index) for c in components)
    parts = [t("chart.source", index=", ".join(indices), years=span(first, year)), t("chart.rank_base")]
    if own["rank_kind"].eq("computed").any():
        parts.append(t("chart.computed_rank"))
    if len(components) > 1:
        parts.append(t("chart.band"))
    if "rank_best" in own:
        parts.append(t("chart.rank_interval"))
    return "; ".join(parts) + "."


def bump_title(own: pd.DataFrame, place: str, components: list[str], year: int) -> str:
    """What became of a rank, or how many ranks rose, held and fell."""
    moves = {c: _move(own[own["component"] == c], year) for c in components}
    if len(components) > 1:
        totals = all(not load_catalogue().component(c).parent for c in components)
        what = t("chart.bump.indices" if totals else "chart.bump.components")
        counts = [sum(m is not None and np.sign(m[0]) == s for m in moves.values()) for s in (-1, 0, 1)]
        if not sum(counts):
            return t("chart.bump.none", place=place_name(place, year), n=len(components), what=what, year=year,
                     before=year - 1)
        return t("chart.bump.many", place=place_name(place, year), n=len(components), what=what, year=year, before=year - 1,
                 counts=_counts("bump", rose=counts[0], held=counts[1], fell=counts[2], away=len(components) - sum(counts)))
    of, name = own[own["component"] == components[0]], plain_name(components[0])
    now = of.iloc[-1]
    said = t("chart.bump.one", name=name, rank=rank_of(now), year=int(now["year"]))
    move = moves[components[0]]
    if move is None:
        return said
    key = "same" if move[0] == 0 else "up" if move[0] < 0 else "down"
    return said + t(f"chart.bump.{key}", n=abs(move[0]), before=year - 1, rank=move[1])


def _counts(key: str, **n: int) -> str:
    """Counts in words; what there is none of is not said."""
    return ", ".join(t(f"chart.{key}.{k}", n=v) for k, v in n.items() if v)


def _move(of: pd.DataFrame, year: int) -> tuple[int, str] | None:
    """Places lost against the year before in the same block and among the same places, and the rank then."""
    rows, places = of.set_index("year"), load_places()
    if not {year, year - 1} <= set(rows.index) or rows.loc[year, "block"] != rows.loc[year - 1, "block"] \
            or not places.same_places(places.get(of["place"].iloc[0], year), year, year - 1):
        return None
    return int(rows.loc[year, "rank"] - rows.loc[year - 1, "rank"]), rank_of(rows.loc[year - 1])


def place_name(place: str, year: int) -> str:
    """Name of a place in a year, kept on one line."""
    return whole(load_places().get(place, year).name)


def whole(name: str) -> str:
    """A name that no line break splits."""
    return name.replace(" ", "\u00a0")


def signed(value: float, component: str) -> str:
    """A change with sign, without its unit."""
    return w.change(float(value), load_catalogue().decimals(load_catalogue().component(component).index))


def position_title(own: pd.Series, component: str, place: str, year: int) -> str:
    """The rank of a place with its quarter, or its score where the panel is partial."""
    key = "position.group" if own["group"] else "position.rank" if pd.notna(own["rank"]) else "position.score"
    group = t(f"chart.group.{own['group']}").lower() if own["group"] else ""
    return t(f"chart.{key}", name=plain_name(component), place=place_name(place, year), rank=rank_of(own), year=year,
             group=group, score=score(own["score"], component))


def _who(found: object, index: str) -> dict:
    return {"index": load_catalogue().short_name(index), "place": whole(found.place.name), "year": found.params.year}


def movement_title(known: pd.DataFrame, found: object, index: str) -> str:
    """How many components rose, held and fell; how many fell by more than usual, else the largest fall."""
    moved = np.sign(known["change_published"])
    n = {"rose": (moved > 0).sum(), "same": (moved == 0).sum(), "fell": (moved < 0).sum()}
    said = t("chart.movement.title", n=len(known), counts=_counts("movement", **n), **_who(found, index))
    if not (moved < 0).any():
        return said
    if "beyond" in known and known["beyond"].notna().all():
        beyond = int(known["beyond"].sum())
        return said + t("chart.movement.beyond" if beyond else "chart.movement.within", n=beyond)
    worst, change = known[["component", "change"]].iloc[0]
    return said + t("chart.movement.worst", name=plain_name(worst), size=size(change, worst))


def movement_source(rows: pd.DataFrame, known: pd.DataFrame, away: pd.DataFrame, index: str) -> str:
    """Source line of changes, with what could not be compared."""
    year = int(rows["year"].iloc[0])
    parts = [t("chart.source", index=load_catalogue().short_name(index), years=f"{year - 1}-{year}"), base(rows, year)]
    if known["median_change"].notna().any():
        parts.append(t("chart.movement.tick"))
    if "usual_movement" in known and known["usual_movement"].notna().any():
        parts.append(t("chart.movement.band"))
    for reason, of in away.groupby("reason", sort=False, observed=True):
        names = w.listing([load_catalogue().component(c).number or plain_name(c) for c in of["component"]])
        parts.append(t(f"chart.away.{reason}", names=names, before=year - 1))
    return "; ".join(parts) + "."


def dots_title(rows: pd.DataFrame, found: object, index: str, name_worst: bool = False) -> str:
    """How many components stand above, at and below what they are compared with."""
    gap = (rows["share"] - rows["compared"]).dropna()
    if gap.empty:
        return t("chart.dots.alone", n=len(rows), **_who(found, index))
    level = np.isclose(gap, 0, atol=1e-12)
    counts = _counts("dots.mean" if rows["against"].eq("published_mean").any() else "dots.median",
                     up=((gap > 0) & ~level).sum(), level=level.sum(), down=((gap < 0) & ~level).sum(),
                     rest=len(rows) - len(gap))
    said = t("chart.dots.title", n=len(rows), counts=counts, **_who(found, index))
    if not name_worst or gap.min() >= 0:
        return said
    return said + t("chart.dots.worst", name=plain_name(rows.loc[gap.idxmin(), "component"]))


def dots_source(rows: pd.DataFrame, index: str, year: int, key: str) -> str:
    """Source line of shares of the scale."""
    parts = [t("chart.source", index=load_catalogue().short_name(index), years=year), base(rows, year)]
    if rows["against"].eq("").all():
        parts.append(t("chart.partial"))
    else:
        parts.append(t(key, what=t("chart.published_mean" if rows["against"].eq("published_mean").any() else
                                   "chart.median").lower()))
        parts.append(t("chart.computed_median" if rows["against"].eq("median").any() else "chart.mean_published"))
    return "; ".join(parts) + "."


def heat_title(now: pd.DataFrame, place: str, index: str, year: int) -> str:
    """How many components stand in each quarter in the last year; the counts add up."""
    who = {"index": load_catalogue().short_name(index), "place": place_name(place, year), "year": year}
    n = now["state"].value_counts()
    if n.get("withheld", 0) == len(now):
        return t("chart.heat.withheld" if len(now) else "chart.heat.none", **who)
    if n.get("partial", 0) == len(now):
        return t("chart.heat.partial", n=len(now), **who)
    said = t("chart.heat.title", n=len(now), **who, **{g: n.get(g, 0) for g in GROUPS})
    rest = len(now) - sum(n.get(g, 0) for g in GROUPS)
    return said + (t("chart.heat.rest", n=rest) if rest else "")


def heat_source(of: pd.DataFrame, index: str, first: int, year: int,
                told: Iterable[str] = ("chart.heat.computed", "chart.heat.dotted")) -> str:
    """Source line of cells, and what is told about them."""
    now = of[(of["year"] == year) & of["score"].notna()]
    parts = [t("chart.source", index=load_catalogue().short_name(index), years=span(first, year))]
    parts += [base(now, year)] if len(now) else []
    parts += map(t, told)
    return "; ".join(parts) + "."


def profile_source(of: pd.DataFrame, index: str, year: int) -> str:
    """Source line of a profile."""
    mine = of[(of["component"] == index) & of["score"].notna()]
    return "; ".join([t("chart.source", index=load_catalogue().short_name(index), years=year), base(mine, year),
                      t("chart.profile.source"), t("chart.computed_rank")]) + "."


def tile_name(code: str, label_vi: str, year: int) -> str:
    """Short name of a province on its tile."""
    if w.language() == "vi":
        return label_vi
    known = any(p.code == code for p in load_places().all)
    return load_places().get(code, year).name_en if known else plain(label_vi)


def tiles_title(frame: pd.DataFrame, component: str, year: int, place: str) -> str:
    """The quarter and rank of the framed province, else what the map shows."""
    name = plain_name(component)
    own = frame[frame["code"] == place]
    if len(own) and pd.notna(own["score"].iloc[0]):
        return position_title(own.iloc[0], component, place, year)
    if frame["state"].isin(GROUPS).any():
        n = frame["state"].value_counts()
        return t("chart.tiles.title", name=name, year=year, n=sum(n.get(g, 0) for g in GROUPS), low=n.get("low", 0))
    return t("chart.tiles.partial", name=name, year=year, n=int((frame["state"] == "partial").sum()))


def waterfall_title(rows: pd.DataFrame, index: str, place: str, year: int, total: float) -> str:
    """How the total moved and how many components added to it or took from it."""
    moved = np.sign(rows["contribution"].round(load_catalogue().decimals(index)))
    key = "same" if total == 0 else "rose" if total > 0 else "fell"
    return t("chart.waterfall.title", name=plain_name(index), place=place_name(place, year), year=year,
             moved=t(f"chart.waterfall.{key}", size=size(total, index)), n=len(moved),
             counts=_counts("waterfall", added=(moved > 0).sum(), nothing=(moved == 0).sum(), took=(moved < 0).sum()))


def waterfall_source(index: str, year: int, weighted: bool) -> str:
    """Source line of contributions."""
    return "; ".join([t("chart.source", index=load_catalogue().short_name(index), years=span(year - 1, year)),
                      t("chart.waterfall.source"), *([t("chart.waterfall.plain")] if weighted else []),
                      *_cautions(index, year - 1, year)]) + "."
