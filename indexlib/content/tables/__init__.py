"""Tables for people: on the screen, in notebooks and pages. Every cell is text as it should read.

Each function takes the :class:`indexlib.plan.review.Review` of a run and returns a :class:`Table`.
"""

from indexlib.content.tables.at_hand import at_hand, coverage, editions, named_sources, publishers, sources
from indexlib.content.tables.behind import behind, indicators
from indexlib.content.tables.by_plan import assigned, by_item, by_unit, gaps, generic, quiet
from indexlib.content.tables.cells import (
    apart,
    apart_text,
    assign_text,
    change_text,
    co_leads_text,
    coordinating_text,
    grades_note,
    grades_text,
    group_text,
    item_text,
    no_total_text,
    nothing,
    places_moved,
    places_text,
    rank_notes,
    rank_text,
    said_of_places,
    score_text,
    shorten,
    unit_text,
    value_of,
    why_text,
    without_plan,
)
from indexlib.content.tables.flagged import (
    chance_notes,
    flagged,
    focus,
    follow_up,
    row_notes,
    rules,
    threshold_text,
    totals,
    verdict,
)
from indexlib.content.tables.former import former, former_text, recast_text
from indexlib.content.tables.happened import happened
from indexlib.content.tables.moves import risers, standing, trends
from indexlib.content.tables.outlook import (
    closing_gaps,
    contributions,
    goal_text,
    goals,
    learn_from,
    peers,
    targets,
    verdict_text,
)
from indexlib.content.tables.table import RIGHT, Table

__all__ = [
    "RIGHT", "Table", "apart", "apart_text", "assign_text", "assigned", "at_hand", "behind", "by_item", "by_unit",
    "chance_notes", "change_text", "closing_gaps", "co_leads_text", "contributions", "coordinating_text", "coverage",
    "editions", "flagged", "focus", "follow_up", "former", "former_text", "gaps", "generic", "goal_text", "goals",
    "grades_note", "grades_text", "group_text", "happened", "indicators", "item_text", "learn_from", "named_sources",
    "no_total_text", "nothing", "peers", "places_moved", "places_text", "publishers", "quiet", "rank_notes",
    "rank_text", "recast_text", "risers", "row_notes", "rules", "said_of_places", "score_text", "shorten", "sources",
    "standing", "targets", "threshold_text", "totals", "trends", "unit_text", "value_of", "verdict", "verdict_text",
    "why_text", "without_plan",
]


def __dir__() -> list[str]:
    return __all__
