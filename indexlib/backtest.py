"""What became of graded falls a year later, beside what noise alone gives for falls of their size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib import noise as _noise
from indexlib.change import changes
from indexlib.flags import graded
from indexlib.noise import normal_cdf
from indexlib.params import Grades


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
