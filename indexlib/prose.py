"""Running text of notebooks and pages, written from the findings."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from indexlib import tables
from indexlib.findings import Findings
from indexlib.wording import own, t


@dataclass(frozen=True)
class Text:
    """Paragraphs or list items shown by a notebook as text, never as markup."""

    lines: tuple[str, ...]
    tag: str = "p"

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        if self.tag == "li":
            return "<ul>" + "".join(f"<li>{escape(x)}</li>" for x in self.lines) + "</ul>"
        return "".join(f"<{self.tag}>{escape(x)}</{self.tag}>" for x in self.lines)


def title(found: Findings, notebook: str) -> Text:
    """Title of a notebook: the question it answers, for this place and year."""
    head = t("head", place=found.place.name, year=found.params.year)
    return Text((f"{head}: {t('page.title.' + notebook)}",), "h1")


def notices(found: Findings) -> Text:
    """What every first page says: whose figures these are, and whether the plan still runs."""
    return Text(tuple(found.plan.notices(found.params.year)))


def lead(found: Findings, notebook: str) -> Text:
    """First paragraph of a notebook."""
    about = found.plan.about
    return Text((t(f"nb.{notebook[:2]}.lead", n=len(found.now.components), k=len(found.now.flagged()),
                   plan=own(about, "name"), issuer=own(about, "issuer")),))


def say(key: str, **values: object) -> Text:
    """A paragraph by its key among the texts."""
    return Text((t(f"nb.{key}", **values),))


def heading(key: str) -> Text:
    """A heading by its key among the texts."""
    return Text((t(f"nb.{key}"),), "h2")


def caveats(found: Findings) -> Text:
    """The last list of a notebook: what cannot be said, and how to read the figures."""
    lines = tables.coverage(found) or [t("nb.coverage_all")]
    lines += [t("note.computed"), t("note.rounding"), t("nb.mapping", plan=found.plan.code)]
    return Text(tuple(lines), "li")
