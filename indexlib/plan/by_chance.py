"""How many flags of falling the transitory movement alone would have raised, had no level moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.analysis import next_year
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.conditions import thresholds
from indexlib.plan.lasting import graded
from indexlib.plan.review import Review
from indexlib.plan.settings import Rules

#: Drawn panels; the standard error of an expected number is below 0.3.
DRAWS = 2000
#: Row of all rules together.
ALL = "all"


@dataclass(frozen=True)
class Draws:
    """Scores of one component whose level never moved, drawn many times.

    Attributes
    ----------
    y : array (draws, years)
        Up to the year reviewed.
    year : int
        The last of the years.
    in_points : bool
        Whether the noise of the component is known; otherwise the unit is its standard deviation.
    """

    y: np.ndarray
    year: int
    in_points: bool

    @property
    def now(self) -> np.ndarray:
        """Scores of the year."""
        return self.y[:, -1]

    @property
    def before(self) -> np.ndarray:
        """Scores of the year before."""
        return self.y[:, -2]

    @property
    def sd(self) -> float:
        """Standard deviation of one score."""
        return float(self.y.std())

    def at(self, year: float) -> np.ndarray:
        """Scores of an earlier year."""
        return self.y[:, int(year) - self.year - 1]

    def since(self, year: float) -> np.ndarray:
        """Scores from a year on."""
        return self.y[:, int(year) - self.year - 1:]


def by_noise_alone(review: Review, rules: Rules | None = None) -> pd.DataFrame:
    """Flags found beside flags that noise alone would raise, by rule and in all.

    Conditions about movement only; low rank and low score speak of the level itself. Where it is not known how often
    noise raises a flag (a rank without an interval, a trend over a gap), it is left out of both counts. Noise is drawn
    for the finest components and added up to those they make, so that flags of one fall are not counted as several.

    Parameters
    ----------
    review : Review
        With the columns ``rank_best`` and ``rank_worst`` among its components.
    rules : Rules, optional
        Default those of the review.

    Returns
    -------
    DataFrame
        ``rule``, the last one ``all``; ``judged``, ``found``, ``expected``; ``low``, ``high``: 5-95 % range of what noise
        alone raises.
    """
    series = _series(review)
    components, total, rows = review.components.set_index("component", drop=False), np.zeros(DRAWS), []
    for condition, threshold in thresholds(rules or review.params.rules):
        if condition.by_chance is None:
            continue
        judged = review.flags[(review.flags["rule"] == condition.name) & review.flags["state"].isin(["met", "not_met"])]
        raised, states = np.zeros(DRAWS), list[str]()
        facts = components.loc[judged["component"]].itertuples(index=False)
        for row, state in zip(facts, judged["state"], strict=True):
            met = condition.by_chance(series[row.component], row, threshold) if row.component in series else None
            if met is not None:
                raised, states = raised + met, [*states, state]
        total += raised
        rows.append((condition.name, len(states), states.count("met"), raised.mean(), *_range(raised)))
    frame = pd.DataFrame(rows, columns=["rule", "judged", "found", "expected", "low", "high"])
    whole = {"rule": ALL, **frame[["judged", "found"]].sum(), "expected": total.mean(), **dict(zip(("low", "high"),
             _range(total), strict=True))}
    return pd.concat([frame, pd.DataFrame([whole])], ignore_index=True)


def _range(raised: np.ndarray) -> tuple[int, int]:
    low, high = np.quantile(raised, [0.05, 0.95], method="inverted_cdf")
    return int(low), int(high)


def _series(review: Review) -> dict[str, Draws]:
    """Noise of every component with a score; that of a sum is the sum of its parts', where all are at hand."""
    c = review.components[review.components["score"].notna()]
    years = int(review.year - c[["first_year", "base_year", "block"]].min().min() + 1) if len(c) else 1
    sd = c.set_index("component")["usual_movement"] / np.sqrt(2)
    rng, out = np.random.default_rng(review.year), dict[str, Draws]()
    for code in sorted(sd.index, key=lambda code: (-code.count("."), load_catalogue().order[code])):
        parts = _parts(code, review.year, sd)
        y = np.sum([worth * out[part].y for part, worth in parts.items()], axis=0) if parts else \
            rng.standard_normal((DRAWS, max(years, 2))) * (1.0 if np.isnan(sd[code]) else sd[code])
        out[code] = Draws(y, review.year, bool(parts) or not np.isnan(sd[code]))
    return out


def _parts(code: str, year: int, sd: pd.Series) -> dict[str, float]:
    """Points of a component for one point of each of its parts; empty unless the noise of all is known."""
    catalogue, index = load_catalogue(), load_catalogue().component(code).index
    if code != index:
        sums = catalogue.edition(index, year).get("total_rule") == "sum"
        known = {p: 1.0 for p in catalogue.valid(year, index) if sums and catalogue.component(p).parent == code}
    else:
        worth = catalogue.effects(code, year)
        known = dict(zip(worth["component"], worth["effect"], strict=True))
    return known if known and all(not np.isnan(sd.get(p, np.nan)) for p in known) else {}


def grades_by_noise_alone(review: Review) -> pd.DataFrame:
    """Graded falls found beside those that noise alone would have given the grade, had no level moved.

    Returns
    -------
    DataFrame
        ``grade`` (``A``, ``B``, ``C``, ``D``), ``judged``, ``found``, ``expected``.
    """
    grades = review.params.grades
    drawn = next_year.fall_by_noise(review.panel, review.year)
    judged = review.flags[(review.flags["rule"] == "score_fell") & review.flags["state"].isin(["met", "not_met"])]
    judged = judged[judged["component"].isin(drawn)]
    said = [np.asarray(graded(drawn[c], grades)) for c in judged["component"]]
    rows = [(g, len(judged), int((judged["grade"] == g).sum()), float(sum((s == g).mean() for s in said))) for g in "ABCD"]
    return pd.DataFrame(rows, columns=["grade", "judged", "found", "expected"])
