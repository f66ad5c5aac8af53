"""The Word report of a run: the section on the indices in an office's periodic report, to be read and signed.

The template is a Word file of plain fields, which an office moves and restyles in Word, see
:mod:`indexlib.briefing.office.fill`; every text and figure comes from the findings.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, t
from indexlib.briefing.office import fill, reproducible
from indexlib.briefing.report import annex, sections
from indexlib.briefing.worksheets.progress import Progress
from indexlib.briefing.worksheets.progress_tables import COUNTS
from indexlib.content import tables
from indexlib.content.due import Days
from indexlib.plan.review import Findings

TEMPLATE = Path(__file__).parents[1] / "templates" / "briefing.docx"
#: Width of a chart in the annex, where two stand abreast, cm.
WIDTH = 11.5
#: Numbered headings of the body, in their order; one of a section that is left out takes no number.
HEADINGS = ("basis", "results", "assessment", "tasks", "causes", "progress", "proposals")
#: Headings of columns: those of other tables too, those of the report alone, and those that name a year.
COLUMNS = ("index", "score", "rank", "change", "rank_before", "remark", "component", "why", "item", "unit", "rule", "words",
           "threshold", "met", "judged", "measure", "deadline", "product", "person", "state_on", "result", "why_not", "task",
           "target", "actual", "verdict", "place", "low_then", "risen_to", "above_for", "who", "difficulty", "cost",
           *COUNTS.values())
OWN = ("no", "content", "asked", "lead", "coordinating", "figures", "cause", "median", "moved")
#: What only a plan can say.
OF_PLAN = ("asked", "coordinating", "product", "item", "unit", "words")
OF_YEAR = {"before": ("score_year", 1), "now": ("score_year", 0), "rank_last": ("rank_year", 1), "rank_now": ("rank_year", 0)}


class TemplateError(IndexlibError):
    """A report template that is not there, is no Word file, or has fields that cannot be filled."""


def write_report(found: Findings, path: Path, charts: Path | None = None, template: Path | None = None,
                 progress: Progress | None = None) -> Path:
    """Write the report of a run as a Word file.

    Parameters
    ----------
    found : Findings
    path : Path
        File to write.
    charts : Path, optional
        Folder with the charts as PNG, named as :mod:`indexlib.charts` names them; one that is not there is left out.
    template : Path, optional
        Word file of the office; none: the one that comes along.
    progress : Progress, optional
        What the units' worksheets say, counted up to the day that the parameters give.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TemplateError
        With every field that is misspelt.
    """
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    source = template or TEMPLATE
    try:
        document = Document(str(source))
    except (PackageNotFoundError, KeyError, ValueError):  # no file, no archive, or an archive of something else
        raise TemplateError(t("template.missing", path=source)) from None
    values = context(found, charts, progress)
    if wrong := fill.faults(document, values):
        raise TemplateError(t("template.faulty", path=source, why="; ".join(wrong)))
    fill.fill(document, values, WIDTH)
    document.core_properties.title = str(values["title"])[:255]  # what the property holds
    return reproducible.save(document, path)


def context(found: Findings, charts: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Everything that a template may show, by the name of its field; all texts are as people read them.

    Returns
    -------
    dict
        A text; several texts, each a paragraph; or the rows of a table. ``h_...`` are headings, ``col_...`` headings
        of columns.
    """
    on = date.fromisoformat(found.params.report.until) if progress else None
    shown = [name for name in HEADINGS if progress or name != "progress"]
    headings = {f"h_{name}": f"{shown.index(name) + 1}. {t(f'report.h.{name}')}" if name in shown else ""
                for name in HEADINGS}
    columns = {c: t(f"col.{c}") for c in COLUMNS} | {c: t(f"report.col.{c}") for c in OWN}
    columns |= {c: t(f"report.col.{key}", year=found.year - ago) for c, (key, ago) in OF_YEAR.items()}
    if tables.without_plan(found):
        columns |= dict.fromkeys(OF_PLAN, "")
    values: dict[str, Any] = headings | {f"col_{c}": text for c, text in columns.items()}
    for part in (sections.head, sections.basis, sections.results, sections.assessment, sections.causes,
                 annex.components, annex.method):
        values |= part(found)
    values |= sections.tasks(found, progress.days if progress else {})
    return values | sections.progress(progress, on) | sections.proposals(found, progress, on) | \
        annex.progress(progress, on) | annex.charts(found, charts)


def left_open(found: Findings, days: Days) -> str:
    """One line on what the report leaves open, marked “…”, for whoever signs it."""
    return t("report.open", what=listing(sections.left_open(found, days)))
