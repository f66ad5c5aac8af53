"""Simulated panels whose scores move in ways that the model of the next year does not assume."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from indexlib.analysis import next_year
from indexlib.analysis.panel import Panel
from indexlib.plan.calibration import arrange
from indexlib.plan.skill import by_grade

#: Shape of PAPI's longest block, simulated this many times.
PLACES, COMPONENTS, YEARS, PANELS = 63, 28, 7, 12
#: Standard deviations about those of PAPI, in shares of the scale: level between places, noise, national change.
LEVEL, NOISE, NATIONAL, PERSISTENCE = 0.05, 0.045, 0.02, 0.9


def _autoregressive(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    level = LEVEL * rng.standard_normal(shape)
    for t in range(1, shape[2]):
        level[:, :, t] = PERSISTENCE * level[:, :, t - 1] + np.sqrt(1 - PERSISTENCE**2) * level[:, :, t]
    return level


def _walk(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    steps = LEVEL / 2 * rng.standard_normal(shape)
    steps[:, :, 0] *= 2
    return steps.cumsum(axis=2)


def _trend(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Places drift apart for good, by a hundredth of the scale a year."""
    return _autoregressive(rng, shape) + 0.01 * rng.standard_normal((*shape[:2], 1)) * np.arange(shape[2])


def _even(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    return NOISE * rng.standard_normal(shape)


def _uneven(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Noise that differs by place and by component, each by half as much again or less."""
    return (_even(rng, shape) * np.exp(0.4 * rng.standard_normal((shape[0], 1, 1)))
            * np.exp(0.4 * rng.standard_normal((1, shape[1], 1))))


def _heavy(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Noise with outliers: Student's t with three degrees of freedom."""
    return NOISE * rng.standard_t(3, shape) / np.sqrt(3)


def _calm(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    return NATIONAL * rng.standard_normal(shape)


def _shocks(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """National changes with shocks to all components at once in three years of ten."""
    common = (rng.random((1, 1, shape[2])) < 0.3) * 0.05 * rng.standard_normal((1, 1, shape[2]))
    return _calm(rng, shape) + common


Draw = Callable[[np.random.Generator, tuple[int, int, int]], np.ndarray]
#: Level, noise and national changes of each world.
WORLDS: dict[str, tuple[Draw, Draw, Draw]] = {
    "autoregressive": (_autoregressive, _even, _calm), "random_walk": (_walk, _even, _calm),
    "trend": (_trend, _even, _calm), "national_shocks": (_autoregressive, _even, _shocks),
    "uneven_noise": (_autoregressive, _uneven, _calm), "heavy_noise": (_autoregressive, _heavy, _calm),
    "fixed_level": (lambda rng, shape: LEVEL * rng.standard_normal((*shape[:2], 1)) * np.ones(shape), _even, _calm)}


def simulate(world: str, seed: int) -> Panel:
    """A panel of a world, whole and in one block."""
    rng, shape = np.random.default_rng(seed), (PLACES, COMPONENTS, YEARS)
    level, noise, national = WORLDS[world]
    return arrange(0.5 + level(rng, shape) + noise(rng, shape) + national(rng, (1, *shape[1:])).cumsum(axis=2))


def overstatement(seed: int = 1) -> pd.DataFrame:
    """What each grade says in each world beside what happened; columns ``world`` and those of ``by_grade``."""
    parts = []
    for world in WORLDS:
        said = [_judged(simulate(world, seed + k), k) for k in range(PANELS)]
        probability, lasted, cluster = (np.concatenate(x) for x in zip(*said, strict=True))
        parts.append(by_grade(probability, lasted, cluster).assign(world=world))
    frame = pd.concat(parts, ignore_index=True)
    return frame[["world", *frame.columns[:-1]]]


def _judged(panel: Panel, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probability, outcome and cluster (component and year) of the falls of a panel."""
    said = panel.spread(pd.Series(next_year.of_panel(panel)["prob_lasting"]))[:, :, 1:-1]
    lasted = panel.score[:, :, 2:] < panel.score[:, :, :-2]
    cluster = np.broadcast_to(np.arange(lasted[0].size).reshape(lasted.shape[1:]), lasted.shape)
    known = ~np.isnan(said)
    return said[known], lasted[known].astype(int), cluster[known] + number * lasted[0].size
