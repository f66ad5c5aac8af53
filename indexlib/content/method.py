"""What the method notebook shows: what the order and the grades are worth out of sample, and how large the noise is."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.next_year import LAST_YEARS, MIN_FALLS
from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.prose import Text
from indexlib.content.tables import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.plan import evaluation
from indexlib.plan.calibration import kendall_under_drift, noise_shares
from indexlib.plan.settings import GRADES_OF, Grades
from indexlib.plan.skill import by_grade

#: What the order must reach at once: low next year, shortfall caught, lasting falls caught.
WANTED = {"low": 0.41, "shortfall": 0.64, "lasting": 0.60}
#: Orders that need no model.
SIMPLE = ("gap", "fall", "random")
#: Points by which a grade may say too much before that is named.
MUCH = 0.05


def percent(x: float, digits: int = 0) -> str:
    """A share as a percentage without its sign."""
    return w.number(100 * x, digits)


def shares(scores: pd.DataFrame) -> Table:
    """Transitory share of each component's yearly movement, with its standard error and overrides."""
    catalogue = load_catalogue()
    blocks = catalogue.comparability.sort_values("first_year").drop_duplicates("component", keep="last")
    width = (blocks.set_index("component")["scale_max"] - blocks.set_index("component")["scale_min"]).fillna(1)
    rows = []
    for r in noise_shares(scores).itertuples(index=False):
        digits = catalogue.decimals(catalogue.component(r.component).index)
        rows.append((catalogue.label(r.component), f"{percent(r.share)}%",
                     w.NONE if pd.isna(r.share_se) else f"{percent(r.share_se)}%",
                     w.number(r.noise_sd * 2**0.5 * width[r.component], digits),
                     t(f"override.{r.override}") if r.override else w.NONE))
    frame = pd.DataFrame(rows, columns=["component", "share", "share_se", "usual", "override"])
    return Table(t("table.shares"), frame, empty=t("method.shares_none"))


def medians(scores: pd.DataFrame) -> Text:
    """One sentence per index: how large the transitory share is."""
    frame, catalogue = noise_shares(scores), load_catalogue()
    index = frame["component"].str.split(".").str[0]
    lines = [t("method.median", index=catalogue.short_name(i), share=percent(frame.loc[index == i, "share"].median()),
               national=percent(frame.loc[index == i, "national_share"].iloc[0]))
             for i in index_codes() if (index == i).any()]
    return Text(tuple(lines))


def forecasts(falls: pd.DataFrame) -> Table:
    """How well each forecast tells falls that last; ``falls`` of :func:`indexlib.plan.evaluation.falls`."""
    rows = [(t(f"forecast.{r.forecast}"), w.number(r.falls, 0), w.number(r.auc, 3), w.number(r.brier, 3))
            for r in evaluation.scores_of_forecasts(falls).itertuples(index=False)]
    return Table(t("table.forecasts"), pd.DataFrame(rows, columns=["forecast", "falls", "auc", "brier"]))


def lasting_grades(falls: pd.DataFrame) -> Table:
    """What each grade says beside what happened."""
    rows = [(r.grade, w.number(r.falls, 0), *(f"{percent(v, 1)}%" for v in (r.stated, r.lasted)), percent(r.se, 1))
            for r in _graded(falls).itertuples(index=False)]
    return Table(t("table.lasting"), pd.DataFrame(rows, columns=["grade", "falls", "stated", "lasted", "se"]))


def grades_words(falls: pd.DataFrame) -> Text:
    """What the grades mean, and how often falls of each lasted."""
    least = Grades()
    lines = [t("method.grades", version=GRADES_OF, **{g: percent(getattr(least, g)) for g in "abc"})]
    lines += [t("method.graded", grade=r.grade, n=w.number(r.falls, 0), lasted=percent(r.lasted), stated=percent(r.stated))
              for r in _graded(falls).itertuples(index=False)]
    return Text(tuple(lines))


def _graded(falls: pd.DataFrame) -> pd.DataFrame:
    return by_grade(falls["model"].to_numpy(), falls["lasted"].to_numpy(), falls["component"] + falls["year"].astype(str))


def orders_words(lists: pd.DataFrame) -> Text:
    """What the order catches, and whether an order that needs no model catches as much of all three."""
    found = evaluation.by_order(lists).set_index("order")
    own = {k: percent(found.at["model", k]) for k in WANTED}
    as_good = [t(f"order.{o}") for o in SIMPLE if all(found.at[o, k] >= v for k, v in WANTED.items())]
    rivals = t("method.orders.some", names=w.listing(as_good)) if as_good else t("method.orders.none")
    return Text((t("method.orders", n=evaluation.FIRST, **own), t("method.orders.wanted", rivals=rivals,
                 **{k: percent(v) for k, v in WANTED.items()})))


def orders(lists: pd.DataFrame) -> Table:
    """What each order catches, with standard errors; ``lists`` of :func:`indexlib.plan.evaluation.focus_lists`."""
    rows = [(t(f"order.{r.order}"), *(f"{percent(v, 1)}% (±{percent(se, 1)})" for v, se in (
        (r.low, r.low_se), (r.shortfall, r.shortfall_se), (r.lasting, r.lasting_se))))
        for r in evaluation.by_order(lists).itertuples(index=False)]
    return Table(t("table.orders", n=evaluation.FIRST, first=evaluation.FOCUS_YEARS[0], last=evaluation.FOCUS_YEARS[-1]),
                 pd.DataFrame(rows, columns=["order", "next_low", "caught", "falls_caught"]))


def falling_series(scores: pd.DataFrame) -> Table:
    """How often a series called falling is still below its block's earlier mean two years on."""
    rows = [(t(f"series.{r.rule}"), w.number(r.met, 0), f"{percent(r.below, 1)}%")
            for r in evaluation.falling_series(scores).itertuples(index=False)]
    return Table(t("table.series"), pd.DataFrame(rows, columns=["series", "series_met", "below"]))


def simulated(frame: pd.DataFrame) -> Table:
    """What each grade says in panels that move otherwise than the model assumes; of :func:`worlds.overstatement`."""
    rows = [(t(f"world.{r.world}"), r.grade, w.number(r.falls, 0),
             *(f"{percent(v, 1)}%" for v in (r.stated, r.lasted)), percent(r.se, 1)) for r in frame.itertuples(index=False)]
    return Table(t("table.worlds"), pd.DataFrame(rows, columns=["world", "grade", "falls", "stated", "lasted", "se"]))


def simulated_words(frame: pd.DataFrame, falls: pd.DataFrame) -> Text:
    """Where a grade says too much: A to C that a fall lasts, D that it recovers; and why those are not the real panels."""
    sure, last = frame[frame["grade"] != "D"], frame[frame["grade"] == "D"]
    worst = sure.loc[sure["over"].idxmax()]
    lines = [t("method.worlds", off=percent(worst["over"], 1), world=t(f"world.{worst['world']}"), grade=worst["grade"])]
    away = last[last["over"] < -MUCH]
    if len(away):
        real = _graded(falls).set_index("grade").loc["D"]
        lines.append(t("method.worlds.d", names=w.listing([t(f"world.{x}") for x in away["world"]]),
                       off=percent(-away["over"].min(), 1), stated=percent(real["stated"]), lasted=percent(real["lasted"])))
    return Text(tuple(lines))


def reversion(scores: pd.DataFrame) -> Table:
    """How far apart scores are, relative to the country, one, two, ... years on: real places do not drift away."""
    rows = [(str(r.years), w.number(1e4 * r.variance, 0)) for r in evaluation.reversion(scores).itertuples(index=False)]
    return Table(t("table.reversion"), pd.DataFrame(rows, columns=["apart", "variance"]))


def speaks(scores: pd.DataFrame) -> Text:
    """Of which indices the model speaks in the last year, by the falls whose end became known."""
    catalogue, known = load_catalogue(), evaluation.falls_known(scores)
    return Text(tuple(t("method.speaks" if n >= MIN_FALLS else "method.silent", index=catalogue.short_name(i),
                        n=w.number(n, 0), years=LAST_YEARS, least=MIN_FALLS) for i, n in known.items()))


def kendall(seed: int = 1) -> Table:
    """The trend test without a trend: its size when the level stays and when it drifts."""
    frame = kendall_under_drift([4, 5, 6, 8], [0.0, 0.5, 1.0], seed=seed)
    rows = [(str(r.years), w.number(r.drift, 1), f"{percent(r.rate, 1)}%") for r in frame.itertuples(index=False)]
    return Table(t("table.kendall"), pd.DataFrame(rows, columns=["years", "drift", "rate"]))


def caveats() -> Text:
    """What to keep in mind when reading the method."""
    return Text(tuple(t(f"method.caveat.{k}") for k in ("fit", "province", "measure")), "li")


def say(key: str) -> Text:
    """A paragraph of the method by its key."""
    return Text((t(f"method.{key}"),))


def title() -> Text:
    """Title of the method notebook."""
    return Text((f"{t('head.method')}: {t('page.title.07_method')}",), "h1")
