"""A table whose cells are texts, and how it shows itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import pandas as pd

from indexlib.base.wording import t
from indexlib.data.catalogue import load_catalogue

#: Columns set to the right; the rest are set to the left.
RIGHT = ("score", "change", "rank", "rank_before", "met", "judged", "places", "years", "falls", "stated", "true",
         "lasted", "by_noise", "above", "se", "share", "share_se", "usual", "drift", "rate", "with_score",
         "with_rank", "missing", "held", "median", "gap", "slope", "falls_of", "p_fall", "contribution", "gain",
         "best_gain", "to_median", "to_quarter", "total_median", "total_quarter", "rank_median", "rank_quarter",
         "components", "planned", "unplanned", "faulty", "not_returned", "measures", "done", "done_late", "late", "due",
         "auc", "brier", "kept", "above_for", "apart", "variance", "next_low", "caught", "falls_caught", "series_met",
         "below")


@dataclass(frozen=True)
class Table:
    """A table whose cells are texts.

    Attributes
    ----------
    caption : str
    frame : DataFrame
        Text cells; columns are keys of the texts ``col.<key>``, codes of indices, or tuples of words (a place, a year).
    notes : list of str
        Printed under the table.
    empty : str
        Printed instead of a table without rows.
    """

    caption: str
    frame: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    empty: str = ""

    def headers(self) -> list[str]:
        """Column headings in the language in force."""
        index = load_catalogue().by_index
        return [" ".join(c) if isinstance(c, tuple) else index[c].short_name if c in index else t(f"col.{c}") if c else ""
                for c in self.frame.columns]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """HTML for notebooks and pages, and the cells themselves for whoever collects them."""
        bundle: dict[str, object] = {"text/html": self.html()}
        if not self.frame.empty:
            rows = [self.headers(), *self.frame.to_numpy().tolist()]
            bundle["application/vnd.indexlib.table+json"] = {"caption": self.caption, "rows": rows}
        return bundle

    def html(self) -> str:
        """The table as HTML; every text is escaped."""
        title = f"<p><strong>{escape(self.caption)}</strong></p>"
        if self.frame.empty:
            return f"{title}<p>{escape(self.empty)}</p>"
        align = ["right" if c in RIGHT or isinstance(c, tuple) else "left" for c in self.frame.columns]
        heads = [escape(h) for h in self.headers()]
        head = "".join(f'<th style="text-align:{a}">{h}</th>' for a, h in zip(align, heads, strict=True))
        body = "".join("<tr>" + "".join(
            f'<td style="text-align:{a}" data-label="{h}">{escape(v)}</td>'
            for a, h, v in zip(align, heads, row, strict=True)) + "</tr>"
            for row in self.frame.itertuples(index=False))
        notes = "".join(f"<br>{escape(n)}" for n in self.notes)
        return (f'{title}<table class="indexlib"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
                f"<p><small>{notes.removeprefix('<br>')}</small></p>")
