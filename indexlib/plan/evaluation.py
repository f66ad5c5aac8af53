"""How good the probabilities and the order are, out of sample: every year judged with what was known in it.

``python -m indexlib.plan.evaluation`` prints the tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis import facts, next_year, trends
from indexlib.analysis.falling import falling
from indexlib.analysis.panel import Panel, build
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.plan.calibration import judged_falls
from indexlib.plan.order import FALL_WEIGHT, priorities
from indexlib.plan.plan import load_plan
from indexlib.plan.review import DEFAULT_PLAN, assess, by_conditions
from indexlib.plan.rivals import regression
from indexlib.plan.settings import Grades, Rules
from indexlib.plan.skill import auc, by_grade, clustered
from indexlib.plan.worlds import overstatement

#: What is evaluated: sub-dimensions of PAPI, the only panel with enough years; focus lists of these years.
INDEX, LEVEL, FOCUS_YEARS, FIRST = "papi", "subdimension", range(2018, 2024), 8
#: Forecasts of whether a fall lasts: the model first; ``size`` only ranks falls.
FORECASTS = ("model", "one_signal", "regression", "noise", "prob_fall", "size")
MEASURES = ("low", "shortfall", "lasting")


def _of_level(components: pd.Series) -> pd.Series:
    c = load_catalogue().components
    return components.isin(c.loc[(c["index"] == INDEX) & (c["level"] == LEVEL), "component"])


def falls(scores: pd.DataFrame) -> pd.DataFrame:
    """Every fall whose next year is known, with what each forecast said in its own year.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``lasted`` (1: the next score is below the score before the fall; 0), and
        a column for each of ``FORECASTS``; ``size`` is the fall in shares of the scale.
    """
    panel = build(scores)
    known = judged_falls(scores)
    known = known[_of_level(known["component"])].rename(columns={"by_noise": "noise"})
    said = panel.rows[["year", "place", "component"]].assign(
        model=panel.cell(next_year.prob_lasting(panel, next_year.forecast(panel))),
        one_signal=panel.cell(next_year.prob_lasting(panel, next_year.forecast(panel, prior_pairs=1e9))),
        regression=panel.cell(next_year.prob_lasting(panel, regression(panel))))
    frame = known.merge(said, on=["year", "place", "component"], validate="1:1")
    scale = load_catalogue().with_block(frame[["component", "year"]])
    frame["size"] = -frame["change"] / (scale["scale_max"] - scale["scale_min"])
    return frame[["year", "place", "component", "lasted", *FORECASTS]]


def scores_of_forecasts(found: pd.DataFrame) -> pd.DataFrame:
    """How well each forecast tells falls that last from falls that do not.

    Returns
    -------
    DataFrame
        ``forecast``, ``falls``, ``auc``, and for probabilities ``brier``, ``log`` (mean logarithmic loss).
    """
    rows = []
    for name in FORECASTS:
        p, y = found[name].to_numpy(dtype=float), found["lasted"].to_numpy()
        p, y = p[~np.isnan(p)], y[~np.isnan(p)]
        sure = np.clip(p, 1e-6, 1 - 1e-6)
        of_probability = (np.nan, np.nan) if name == "size" else (
            ((p - y) ** 2).mean(), -np.log(np.where(y == 1, sure, 1 - sure)).mean())
        rows.append((name, len(p), auc(p, y), *of_probability))
    return pd.DataFrame(rows, columns=["forecast", "falls", "auc", "brier", "log"])


def candidates(scores: pd.DataFrame) -> pd.DataFrame:
    """Flagged sub-dimensions of every place and year, as known in the year, with what became of them.

    Returns
    -------
    DataFrame
        The columns of :func:`indexlib.plan.conditions.assess` and of the model, for places with at least ``FIRST``
        flagged, and, inside the block: ``low`` (in the lowest quarter next year, 1 or 0); ``shortfall``
        (of next year's score to the median, in shares of the scale, at least 0); ``lasting`` (of a fall, how far the
        mean of the next two years lies below that of the two years before it, at least 0; 0 where nothing fell).
    """
    panel = build(scores)
    cells = panel.rows[["year", "place", "component"]].assign(**_outcomes(panel))
    parts, base_year = [], load_plan(DEFAULT_PLAN).about["base_year"]
    for year in FOCUS_YEARS:
        known = assess(scores[scores["year"] <= year], Rules(), Grades(), base_year)
        parts.append(known[(known["year"] == year) & (known["met"] > 0) & _of_level(known["component"])])
    frame = pd.concat(parts, ignore_index=True).merge(cells, on=["year", "place", "component"], validate="1:1")
    frame["lasting"] = frame["lasting"].where((frame["change_published"] < 0) | frame["lasting"].isna(), 0.0)
    enough = frame.groupby(["place", "year"])["score"].transform("size") >= FIRST
    return frame[enough].reset_index(drop=True)


def _outcomes(panel: Panel) -> dict[str, np.ndarray]:
    """What became of every score, at the rows of the table."""
    r = next_year.relative(panel)
    own, median, low = r.score, r.median[panel.group], r.low_quarter[panel.group]
    after = {k: _years_after(panel, panel.score / r.width, k) for k in (-2, -1, 1, 2)}
    gap, quarter = (_years_after(panel, own - limit, 1) for limit in (median, low))
    unknown = np.isnan(gap)
    return {"low": panel.cell(np.where(unknown, np.nan, quarter < 0)),
            "shortfall": panel.cell(np.maximum(-gap, 0.0)),
            "lasting": panel.cell(np.maximum((after[-2] + after[-1] - after[1] - after[2]) / 2, 0.0))}


def _years_after(panel: Panel, values: np.ndarray, years: int) -> np.ndarray:
    """Values some years after (before, if negative), inside the block."""
    at = np.arange(len(panel.years)) + years
    inside = (at >= 0) & (at < len(panel.years))
    at = np.clip(at, 0, len(panel.years) - 1)
    same = inside & (panel.block[:, at] == panel.block) & (panel.block > 0)
    return np.where(same, values[:, :, at], np.nan)


def orders(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Position of every candidate in each order; the higher, the earlier."""
    old = by_conditions(frame.assign(_row=frame.index))["_row"]
    scale = load_catalogue().with_block(frame[["component", "year"]])
    random = np.random.default_rng(1).random(len(frame))
    return {"model": priorities(frame)["priority"],
            "without_emphasis": frame["expected_gap"] + FALL_WEIGHT * frame["expected_fall"].fillna(0),
            "expected_gap": frame["expected_gap"] - 1e-6 * frame["gap"],
            "conditions": pd.Series(-np.arange(len(old)), index=old),
            "gap": -frame["gap"],
            "fall": -frame["change"].fillna(0) / (scale["scale_max"] - scale["scale_min"]),
            "random": pd.Series(random, index=frame.index)}


def focus_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """What the first of each order catch, one row per order, place and year.

    Returns
    -------
    DataFrame
        ``order``, ``year``, ``place``; ``low``: share of the first that are in the lowest quarter next year;
        ``shortfall``, ``lasting``: share caught of that of all flagged; missing where there is none.
    """
    parts = []
    for name, priority in orders(frame).items():
        ranked = frame.assign(_p=priority).sort_values("_p", ascending=False, kind="stable")
        first = ranked.groupby(["year", "place"]).cumcount() < FIRST
        by = [ranked["year"], ranked["place"]]
        caught = {m: ranked[m].where(first).groupby(by).sum() / ranked[m].groupby(by).sum().replace(0, np.nan)
                  for m in MEASURES[1:]}
        low = ranked["low"].where(first).groupby(by).mean()
        parts.append(pd.DataFrame({"low": low, **caught}).reset_index().assign(order=name))
    return pd.concat(parts, ignore_index=True)[["order", "year", "place", *MEASURES]]


def by_order(lists: pd.DataFrame, yearly: bool = False) -> pd.DataFrame:
    """Means of :func:`focus_lists` by order, or by order and year, each with its standard error.

    The error is clustered by place over all years; in one year places count as independent.
    """
    rows = []
    for key, own in lists.groupby(["order", "year"] if yearly else ["order"], sort=False):
        row = [*key, len(own)]
        for measure in MEASURES:
            known = own[own[measure].notna()]
            row += [known[measure].mean(), clustered(known[measure], known["place"])]
        rows.append(row)
    head = ["order", "year"] if yearly else ["order"]
    return pd.DataFrame(rows, columns=[*head, "lists", *(f"{m}{s}" for m in MEASURES for s in ("", "_se"))])


def falling_series(scores: pd.DataFrame) -> pd.DataFrame:
    """How often a series called falling is still below the mean of its block's earlier years two years on.

    Returns
    -------
    DataFrame
        ``rule`` (``any``: every series long enough; ``slope``: slope below zero, the rule of 1.1.0;
        ``falling``: :func:`indexlib.analysis.falling.falling`), ``met``, ``below`` (share).
    """
    panel = build(scores)
    frame = facts.gather(scores, 0)[["year", "place", "component", "n_years", "slope", "steps", "falls", "at_highest"]]
    after = _years_after(panel, panel.score, 2)
    cells = panel.rows[["year", "place", "component"]].assign(
        below=panel.cell(np.where(np.isnan(after), np.nan, after < _earlier(panel))))
    frame = frame.merge(cells, on=["year", "place", "component"])
    frame = frame[_of_level(frame["component"]) & frame["below"].notna() & (frame["n_years"] >= Rules().trend_down)]
    rules = {"any": frame["slope"].notna(), "slope": frame["slope"] < 0, "falling": falling(frame, Rules().trend_down)}
    return pd.DataFrame([(name, int(met.sum()), frame.loc[met, "below"].mean()) for name, met in rules.items()],
                        columns=["rule", "met", "below"])


def reversion(scores: pd.DataFrame, most: int = 6) -> pd.DataFrame:
    """Variance of changes relative to the country over 1, 2, ... years inside a block, in shares of the scale squared.

    Of levels that drift it grows with the years; of levels that stay, seen with noise, it does not grow at all.
    """
    panel = build(scores)
    own = _of_level(pd.Series(panel.components)).to_numpy()
    relative = panel.once(next_year.relative).score
    moved = [(relative - _years_after(panel, relative, -k))[:, own] for k in range(1, most + 1)]
    return pd.DataFrame({"years": range(1, most + 1), "variance": [float(np.nanmean(m**2)) for m in moved]})


def falls_known(scores: pd.DataFrame) -> dict[str, int]:
    """Falls of each index of which it became known in the last years whether they lasted."""
    panel = build(scores)
    r = panel.once(next_year.relative)
    known = next_year.checked(panel, r)[:, -1]
    index = np.array([c.split(".")[0] for c in panel.components])
    return {i: int(known[index == i].sum()) for i in index_codes()}


def _earlier(panel: Panel) -> np.ndarray:
    """Mean of the scores of the block before each year."""
    out = np.full(panel.score.shape, np.nan)
    for c, years in trends.blocks(panel):
        y = panel.score[:, c, years]
        n = (~np.isnan(y)).cumsum(axis=1)[:, :-1]
        out[:, c, years[1:]] = np.nancumsum(y, axis=1)[:, :-1] / np.where(n > 0, n, np.nan)
    return out


def main() -> None:
    """Print every table."""
    from indexlib.data.scores import load_scores

    scores = load_scores()
    found = falls(scores)
    lists = focus_lists(candidates(scores))
    tables = {"Falls, PAPI sub-dimensions": scores_of_forecasts(found),
              "Falls by grade": by_grade(found["model"].to_numpy(), found["lasted"].to_numpy(),
                                         found["component"] + found["year"].astype(str)),
              "First eight": by_order(lists), "First eight by year": by_order(lists, yearly=True),
              "Falling series": falling_series(scores), "Scores apart": reversion(scores),
              "Simulated panels": overstatement()}
    for title, table in tables.items():
        print(f"{title}\n{table.to_string(index=False, float_format='{:.4f}'.format)}\n")


if __name__ == "__main__":
    main()
