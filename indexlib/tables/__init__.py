"""Tables for people: on the screen, in notebooks and pages. Every cell is text as it should read.

Each function takes the :class:`indexlib.findings.Findings` of a run and returns a :class:`Table`.
"""

from indexlib.tables.at_hand import at_hand, coverage, editions, named_sources, sources
from indexlib.tables.by_plan import by_item, by_unit, gaps, generic, quiet
from indexlib.tables.cells import (
    change_text,
    grades_text,
    item_text,
    no_total_text,
    nothing,
    places_moved,
    places_text,
    rank_notes,
    rank_text,
    score_text,
    shorten,
    unit_text,
    value_of,
    why_text,
)
from indexlib.tables.flagged import chance_notes, flagged, focus, follow_up, rules, threshold_text, totals
from indexlib.tables.moves import risers, standing, trends
from indexlib.tables.outlook import closing_gaps, contributions, peers, targets
from indexlib.tables.table import RIGHT, Table

__all__ = [
    "RIGHT", "Table", "at_hand", "by_item", "by_unit", "chance_notes", "change_text", "closing_gaps", "contributions",
    "coverage", "editions", "flagged", "focus", "follow_up", "gaps", "generic", "grades_text", "item_text",
    "named_sources", "no_total_text", "nothing", "peers", "places_moved", "places_text", "quiet", "rank_notes",
    "rank_text", "risers", "rules", "score_text", "shorten", "sources", "standing", "targets", "threshold_text",
    "totals", "trends", "unit_text", "value_of", "why_text",
]
