"""How often the grades are right: on panels with a known truth, and on what became of graded falls a year later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis import noise as _noise
from indexlib.analysis.changes import changes
from indexlib.analysis.kendall import kendall_p
from indexlib.analysis.noise import normal_cdf
from indexlib.analysis.panel import Panel
from indexlib.plan.review import graded
from indexlib.plan.settings import Grades

#: How a level moves: lag-1 correlation of true yearly changes.
MOVES = {"independent": 0.0, "persistent": 0.5, "reverting": -0.3}


def simulate(places: int, years: int, components: int = 28, noise_sd: float = 0.035, level_sd: float = 0.023,
             national_sd: float = 0.0, move: str = "independent", seed: int = 1) -> tuple[Panel, np.ndarray]:
    """A whole panel in one block, its scores a level plus independent noise.

    Parameters
    ----------
    places, years, components : int
    noise_sd, level_sd, national_sd : float
        Standard deviations in shares of the scale: of one year's noise, of a true yearly change about the
        national one, of the national change. The defaults are about those of PAPI.
    move : {"independent", "persistent", "reverting"}
        Lag-1 correlation of true changes 0, 0.5 or -0.3.
    seed : int

    Returns
    -------
    panel : Panel
    level : array (places, components, years)
        The true levels, on the scale 0 to 1.
    """
    rng = np.random.default_rng(seed)
    steps = _steps(rng, (places, components, years - 1), level_sd, MOVES[move])
    national = national_sd * rng.standard_normal((1, components, years - 1))
    start = 0.5 + 0.08 * rng.standard_normal((places, components, 1))
    level = np.concatenate([start, start + np.cumsum(steps + national, axis=2)], axis=2)
    return arrange(level + noise_sd * rng.standard_normal(level.shape)), level


def _steps(rng: np.random.Generator, shape: tuple, sd: float, lag: float) -> np.ndarray:
    """Stationary true changes with a lag-1 correlation."""
    out = np.empty(shape)
    fresh = rng.standard_normal(shape)
    out[:, :, 0] = fresh[:, :, 0]
    for k in range(1, shape[2]):
        out[:, :, k] = lag * out[:, :, k - 1] + np.sqrt(1 - lag**2) * fresh[:, :, k]
    return sd * out


def arrange(score: np.ndarray) -> Panel:
    """A panel of scores on the scale 0 to 1, all places of one group, all years of one block."""
    shape = places, components, years = score.shape
    p, c, y = (a.ravel() for a in np.indices(shape))
    rows = pd.DataFrame({"year": 2001 + y, "score": score.ravel(), "ci_low": np.nan, "ci_high": np.nan})
    ones = np.ones((components, years))
    return Panel(rows, (p, c, y), [f"p{i}" for i in range(places)], [f"papi.s{i}" for i in range(components)],
                 2001 + np.arange(years), score, np.zeros(shape, dtype=bool), np.full((components, years), 2001),
                 0 * ones, ones, np.zeros(places, dtype=int), np.full((1, components, years), places))


def calibration(panel: Panel, level: np.ndarray, grades: Grades | None = None) -> pd.DataFrame:
    """How often falls of each grade are true falls, beside what ``prob_fall`` says.

    Returns
    -------
    DataFrame
        ``grade``, ``falls``, ``stated`` (mean ``prob_fall``), ``true`` (share of falls whose level fell), ``se`` (standard
        error of ``true``, clustered by component and year).
    """
    moved = _noise.differences(panel)
    worth = _noise.posterior(panel)
    fell = moved.change < 0
    truth = np.zeros(level.shape, dtype=bool)
    truth[:, :, 1:] = np.diff(level, axis=2) < 0
    cluster = np.broadcast_to(np.arange(level[0].size).reshape(level.shape[1:]), level.shape)
    frame = pd.DataFrame({"prob": worth["prob_fall"][fell], "true": truth[fell], "cluster": cluster[fell]})
    frame["grade"] = graded(frame["prob"], grades or Grades())
    rows = []
    for name in ("A", "B", "C"):
        own = frame[frame["grade"] == name]
        if own.empty:
            rows.append((name, 0, np.nan, np.nan, np.nan))
            continue
        residual = own["true"] - own["true"].mean()
        sums = residual.groupby(own["cluster"]).sum()
        rows.append((name, len(own), own["prob"].mean(), own["true"].mean(), np.sqrt((sums**2).sum()) / len(own)))
    return pd.DataFrame(rows, columns=["grade", "falls", "stated", "true", "se"])


def calibrations(settings: list[tuple[int, int, str]], seed: int = 1) -> pd.DataFrame:
    """:func:`calibration` over several kinds of panel.

    Parameters
    ----------
    settings : list of (places, years, move)
        Larger panels have fewer components, so that each setting simulates about as many scores.

    Returns
    -------
    DataFrame
        ``places``, ``years``, ``move`` and the columns of :func:`calibration`; ``off``: stated minus true.
    """
    parts = []
    for places, years, move in settings:
        components = int(np.clip(20000 / places, 6, 100))
        found = calibration(*simulate(places, years, components, move=move, seed=seed))
        parts.append(found.assign(places=places, years=years, move=move, off=found["stated"] - found["true"]))
    columns = ["places", "years", "move", "grade", "falls", "stated", "true", "se", "off"]
    return pd.concat(parts, ignore_index=True)[columns]


def kendall_under_drift(years: list[int], drifts: list[float], series: int = 20000, seed: int = 1) -> pd.DataFrame:
    """How often the exact Kendall test says "falling" (p at most 0.05) when there is no trend.

    Parameters
    ----------
    years : list of int
        Lengths of the series.
    drifts : list of float
        Standard deviation of a true yearly change, in units of the noise of one score; 0 is the test's null.

    Returns
    -------
    DataFrame
        ``years``, ``drift``, ``rate``.
    """
    rng, rows = np.random.default_rng(seed), []
    for n in years:
        i, j = np.triu_indices(n, k=1)
        for drift in drifts:
            y = np.cumsum(drift * rng.standard_normal((series, n)), axis=1) + rng.standard_normal((series, n))
            s = np.sign(y[:, j] - y[:, i]).sum(axis=1)
            rows.append((n, drift, float((kendall_p(y, s) <= 0.05).mean())))
    return pd.DataFrame(rows, columns=["years", "drift", "rate"])


def judged_falls(scores: pd.DataFrame, grades: Grades | None = None) -> pd.DataFrame:
    """Every fall whose next year is known, graded with what was known in its own year.

    The noise is estimated only from years up to the fall. A fall has lasted if the score a year later is
    still below the score before it. Noise alone lets big falls last too: if the level never moved, a fall of
    ``c`` lasts with probability ``Phi(-c / (usual movement * sqrt(3)))``.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel.
    grades : Grades, optional

    Returns
    -------
    DataFrame
        One row per fall: ``year``, ``place``, ``component``, ``change``, ``median_change``,
        ``usual_movement``, ``prob_fall``, ``grade``, ``lasted`` (1 or 0), ``by_noise`` (probability that noise
        alone makes it last).
    """
    grades, parts = grades or Grades(), []
    everything = changes(scores)
    after = everything.loc[everything["comparable"], ["year", "place", "component", "score", "block"]]
    after = after.assign(year=after["year"] - 1).rename(columns={"score": "next_score", "block": "next_block"})
    for year in sorted(set(scores["year"]))[1:-1]:
        known = changes(scores[scores["year"] <= year])
        falls = known[(known["year"] == year) & (known["change_published"] < 0) & known["prob_fall"].notna()]
        parts.append(falls.merge(after, on=["year", "place", "component"]))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["next_block"] == frame["block"]].reset_index(drop=True)
    frame["grade"] = graded(frame["prob_fall"], grades)
    frame["lasted"] = (frame["next_score"] < frame["previous"]).astype(int)
    frame["by_noise"] = normal_cdf(-frame["change"] / (frame["usual_movement"] * np.sqrt(3)))
    return frame[["year", "place", "component", "change", "median_change", "usual_movement", "prob_fall", "grade",
                  "lasted", "by_noise"]]


def by_grade(falls: pd.DataFrame) -> pd.DataFrame:
    """How often falls of each grade lasted, with the noise baseline.

    Parameters
    ----------
    falls : DataFrame
        Rows of :func:`judged_falls`.

    Returns
    -------
    DataFrame
        ``grade`` (``A``, ``B``, ``C``, ``all``: the plain rule), ``falls``, ``lasted`` (share), ``by_noise`` (share that
        noise alone gives), ``above`` (the difference), ``se`` (its standard error, clustered by component
        and year, since a year's falls share what happened to the country), ``expected`` (mean ``prob_fall``).
    """
    rows = []
    for name in ("A", "B", "C", "all"):
        own = falls if name == "all" else falls[falls["grade"] == name]
        if own.empty:
            rows.append((name, 0, *[np.nan] * 5))
            continue
        excess = own["lasted"] - own["by_noise"]
        sums = (excess - excess.mean()).groupby([own["component"], own["year"]]).sum()
        k = len(sums)
        se = np.sqrt((sums**2).sum() * k / (k - 1)) / len(own) if k > 1 else np.nan
        rows.append((name, len(own), own["lasted"].mean(), own["by_noise"].mean(), excess.mean(), se,
                     own["prob_fall"].mean()))
    return pd.DataFrame(rows, columns=["grade", "falls", "lasted", "by_noise", "above", "se", "expected"])


def noise_shares(scores: pd.DataFrame) -> pd.DataFrame:
    """Share of each component's yearly movement that is noise; see :func:`indexlib.estimate_noise`."""
    frame = _noise.estimate_noise(scores)
    return frame[frame["share"].notna()].sort_values("share").reset_index(drop=True)
