"""What the method notebook shows: how large the noise is, and how far the grades can be trusted."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.prose import Text
from indexlib.content.tables import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.plan import evaluation, worlds
from indexlib.plan.calibration import MOVES, by_grade, calibrations, judged_falls, kendall_under_drift, noise_shares
from indexlib.plan.settings import Grades
from indexlib.plan.skill import by_grade as by_lasting_grade

SETTINGS = [(places, years, move) for move in MOVES for places, years in ((20, 3), (20, 10), (63, 4), (63, 10), (3000, 4))]
#: Fewer falls than this say too little about a grade.
LEAST_FALLS = 200


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


def calibration_frame(seed: int = 1) -> pd.DataFrame:
    """Calibration over small and large panels, short and long blocks, three kinds of true change."""
    return calibrations(SETTINGS, seed)


def calibration(frame: pd.DataFrame) -> Table:
    """Stated probability beside the truth."""
    rows = [(w.number(r.places, 0), str(r.years), t(f"move.{r.move}"), r.grade, w.number(r.falls, 0),
             *(w.NONE if pd.isna(v) else f"{percent(v)}%" for v in (r.stated, r.true)),
             w.NONE if pd.isna(r.se) else percent(r.se, 1)) for r in frame.itertuples(index=False)]
    return Table(t("table.calibration"), pd.DataFrame(
        rows, columns=["places", "years", "move", "grade", "falls", "stated", "true", "se"]))


def calibration_words(frame: pd.DataFrame) -> Text:
    """Where grades A and B say too much, and by how much."""
    sure = frame[frame["grade"].isin(["A", "B"]) & (frame["falls"] >= LEAST_FALLS)]
    over = sure[sure["off"] > 2 * sure["se"]]
    if over.empty:
        return Text((t("method.off_none", least=LEAST_FALLS),))
    worst = over.loc[over["off"].idxmax()]
    return Text((t("method.off", off=percent(worst["off"]), places=w.number(worst["places"], 0), years=worst["years"],
                   move=t(f"move.{worst['move']}"), grade=worst["grade"]),))


def backtest_frame(scores: pd.DataFrame, grades: Grades | None = None) -> pd.DataFrame:
    """Falls by grade with what became of them; see :func:`indexlib.plan.calibration.by_grade`."""
    return by_grade(judged_falls(scores, grades))


def backtest(frame: pd.DataFrame) -> Table:
    """What became of falls of each grade, beside the noise baseline."""
    rows = [(t("grade.all") if r.grade == "all" else r.grade, w.number(r.falls, 0),
             *(w.NONE if pd.isna(v) else f"{percent(v, 1)}%" for v in (r.lasted, r.by_noise)),
             *(w.NONE if pd.isna(v) else percent(v, 1) for v in (r.above, r.se))) for r in frame.itertuples(index=False)]
    return Table(t("table.backtest"), pd.DataFrame(
        rows, columns=["grade", "falls", "lasted", "by_noise", "above", "se"]))


def backtest_words(frame: pd.DataFrame) -> Text:
    """Whether grades A and B beat what noise alone gives; their words claim no more than that."""
    lines = []
    for r in frame[frame["grade"].isin(["A", "B"])].dropna().itertuples(index=False):
        key = "method.beats" if beats_noise(r) else "method.not_beats"
        lines.append(t(key, grade=r.grade, lasted=percent(r.lasted, 1), noise=percent(r.by_noise, 1),
                       above=percent(r.above, 1), se=percent(r.se, 1)))
    return Text((*lines, t("method.words")))


def beats_noise(row: object) -> bool:
    """Whether falls of a grade last more often than noise explains, by two standard errors."""
    return bool(row.above > 2 * row.se)


def forecasts(falls: pd.DataFrame) -> Table:
    """How well each forecast tells falls that last; ``falls`` of :func:`indexlib.plan.evaluation.falls`."""
    rows = [(t(f"forecast.{r.forecast}"), w.number(r.falls, 0), w.number(r.auc, 3), w.number(r.brier, 3))
            for r in evaluation.scores_of_forecasts(falls).itertuples(index=False)]
    return Table(t("table.forecasts"), pd.DataFrame(rows, columns=["forecast", "falls", "auc", "brier"]))


def lasting_grades(falls: pd.DataFrame) -> Table:
    """What each grade of lasting falls says beside what happened."""
    found = by_lasting_grade(falls["model"].to_numpy(), falls["lasted"].to_numpy(),
                             falls["component"] + falls["year"].astype(str))
    rows = [(r.grade, w.number(r.falls, 0), *(f"{percent(v, 1)}%" for v in (r.stated, r.lasted)), percent(r.se, 1))
            for r in found.itertuples(index=False)]
    return Table(t("table.lasting"), pd.DataFrame(rows, columns=["grade", "falls", "stated", "lasted", "se"]))


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


def simulated(seed: int = 1) -> Table:
    """What each grade of lasting falls says in panels that move otherwise than the model assumes."""
    rows = [(t(f"world.{r.world}"), r.grade, w.number(r.falls, 0),
             *(f"{percent(v, 1)}%" for v in (r.stated, r.lasted)), percent(r.se, 1))
            for r in worlds.overstatement(seed).itertuples(index=False)]
    return Table(t("table.worlds"), pd.DataFrame(rows, columns=["world", "grade", "falls", "stated", "lasted", "se"]))


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
