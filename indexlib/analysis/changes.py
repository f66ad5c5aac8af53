"""Differences against the year before, only inside one block of comparable years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.noise import differences, posterior
from indexlib.analysis.panel import Panel, build, choose

#: Why a change is missing; see :func:`changes`.
REASONS = ("", "edge", "withheld", "rank_only", "no_score_before")


def changes(scores: pd.DataFrame | Panel) -> pd.DataFrame:
    """Change of every score against the year before, inside its comparable block, and what it is worth.

    "The year before" is ``year - 1`` and no other: a withheld or missing year is not bridged.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`; national figures and noise need the whole panel.

    Returns
    -------
    DataFrame
        One row per row of ``scores``, in its order: ``year``, ``place``, ``component``, ``score``, and

        - ``previous_year``: ``year - 1``; ``previous``: the score then;
        - ``change``: score - previous, before rounding, in points of the published scale;
        - ``change_published``: the same between the scores rounded to the published decimals;
        - ``share_change``: the change in shares of the scale where there is none in points, since the score is printed
          in percent of a maximum that is not known;
        - ``median_change``: median change of all places, where both panels are whole;
        - ``usual_movement``: standard deviation of a yearly change that noise alone would give, in points;
        - ``z``: change / usual movement; ``z_relative``: the same of the change relative to ``median_change``;
          ``p_fall``: one-sided probability of such a change if the level had not moved; ``prob_fall``:
          probability that the level fell. The last five are missing where a panel is not whole;
        - ``comparable``: whether there is a change;
        - ``reason``: why not: ``edge`` (the index measures otherwise since this year), ``withheld``
          (the score of this year or the year before was held back), ``rank_only`` (a score is not
          published in one of the years), ``no_score_before``; empty if comparable;
        - ``block``: first year of the comparable block.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> c = changes(load_scores("papi")).query("place == 'thanh_hoa' and component == 'papi.6.2'")
    >>> float(round(c.query("year == 2024")["change"].item(), 4))
    -0.287
    """
    return build(scores).once(_changes)


def _changes(panel: Panel) -> pd.DataFrame:
    moved = differences(panel)
    before = np.full(panel.score.shape, np.nan)
    before[:, :, 1:] = panel.score[:, :, :-1]
    decimals = panel.decimals[None, :, None]
    published = half_up(panel.score, decimals) - half_up(before, decimals)
    published = np.where(np.isnan(moved.change), np.nan, np.round(published, 9))
    change = panel.cell(moved.change)
    share = np.full(panel.share.shape, np.nan)
    share[:, :, 1:] = np.where((panel.block[:, 1:] == panel.block[:, :-1])[None], np.diff(panel.share), np.nan)
    share_change = np.where(np.isnan(change), panel.cell(share), np.nan)
    rows = panel.rows[["year", "place", "component", "score"]]
    return rows.assign(
        previous_year=rows["year"] - 1, previous=panel.cell(before), change=change,
        change_published=panel.cell(published), share_change=share_change, median_change=panel.of_group(moved.median),
        **{name: panel.cell(values) for name, values in posterior(panel).items()},
        comparable=~np.isnan(change), reason=_reasons(panel, before, change),
        block=panel.of_component(panel.block))


def _reasons(panel: Panel, before: np.ndarray, change: np.ndarray) -> pd.Categorical:
    """Why each row has no change."""
    starts = (panel.block == panel.years) & (panel.block > _first_block(panel)[:, None])
    held = panel.held.copy()
    held[:, :, 1:] |= panel.held[:, :, :-1]
    row_before = np.zeros(panel.score.shape, dtype=bool)
    there = np.zeros(panel.score.shape, dtype=bool)
    there[panel.at] = True
    row_before[:, :, 1:] = there[:, :, :-1]
    no_score = np.isnan(panel.cell(panel.score)) | np.isnan(panel.cell(before))
    conditions = [~np.isnan(change), panel.of_component(starts), panel.cell(held), panel.cell(row_before) & no_score]
    return choose(conditions, list(REASONS[:4]), REASONS[4])


def _first_block(panel: Panel) -> np.ndarray:
    """First year of the first block of each component."""
    from indexlib.data.catalogue import load_catalogue

    first = load_catalogue().comparability.groupby("component")["first_year"].min()
    return first.reindex(panel.components).to_numpy()


def half_up(values: np.ndarray | pd.Series, decimals: np.ndarray | int) -> np.ndarray:
    """Round half up at the published decimals, guarding against binary halves."""
    scale = 10.0**decimals
    return np.floor(values * scale + 0.5 + 1e-9) / scale
