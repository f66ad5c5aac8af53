"""What happened to a component, in a few words."""

from __future__ import annotations

import pandas as pd

from indexlib.base.wording import t
from indexlib.content.tables.cells import change_text, places_text, rank_text, said_of_places
from indexlib.plan.review import Review


def happened(found: Review, row: object, why: str) -> str:
    """What happened to a component in a few words; a condition that has no short words of its own in its long ones.

    Parameters
    ----------
    found : Review
    row : object
        Of ``Review.components``.
    why : str
        All conditions that it meets in full.
    """
    flags = found.flags
    met = set(flags.loc[(flags["component"] == row.component) & (flags["state"] == "met"), "rule"])
    rank, before = rank_text(row), rank_text(row, before=True)
    words = []
    if "score_fell" in met:
        words.append(t("first.fell", change=change_text(row).lstrip("-−")))
    if "rank_fell" in met and "score_fell" not in met:
        gained = row.rank_before - row.rank
        words.append(said_of_places(row, gained) if gained < 0 else places_text(row))
    if "trend_down" in met:
        words.append(t("first.trend", first=int(row.first_year)))
    if "rank_low" in met and not words:
        again = row.rank_before / row.base_before > 0.75
        words.append(t("first.low_again" if again else "first.low", rank=rank, before=before))
    elif pd.notna(row.rank):
        words.append(t("first.below" if "score_low" in met and not words else "first.now", rank=rank))
    return "; ".join(words) if met & {"score_fell", "rank_fell", "trend_down", "rank_low", "score_low"} and words else why
