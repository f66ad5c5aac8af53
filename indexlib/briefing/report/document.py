"""The Word report of a run: the section on the indices in an office's periodic report.

The template is a Word file with tags, which an office restyles in Word; every text and figure comes from the
findings. The tags are those of docxtpl.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import t
from indexlib.briefing.office import reproducible
from indexlib.briefing.office.clean import clean
from indexlib.briefing.report import sections
from indexlib.briefing.worksheets.progress import Progress
from indexlib.briefing.worksheets.progress_tables import COUNTS
from indexlib.plan.review import Findings

TEMPLATE = Path(__file__).parents[1] / "templates" / "briefing.docx"
#: Width of a chart in the text, cm.
WIDTH = 16
#: Column headings of the tables, under ``c`` in the template.
TABLES_COLUMNS = ("index", "score", "rank", "change", "rank_before", "remark", "why", "unit", "rule", "words",
                  "threshold", "met", "judged", "state", "target", "actual", "verdict", "place", "low_then", "risen_to",
                  "above_for")
REPORT_COLUMNS = ("no", "component", "evidence", "task", "count", "names", "median", "group",
                  "of_year")
PROGRESS_COLUMNS = (*COUNTS.values(), "measure", "deadline", "person", "state_on", "result", "why_not", "task", "who",
                    "difficulty", "cost")
#: Sections by period; a quarterly report tells of the work, not of each index again.
SECTIONS = {
    "year": ("summary", "focus", "indices", "follow_up", "goals", "progress", "units", "method"),
    "half": ("summary", "focus", "indices", "follow_up", "goals", "progress", "units", "method"),
    "quarter": ("summary", "focus", "goals", "progress", "units", "method"),
}


class TemplateError(IndexlibError):
    """A report template that is not there, is no Word file, or has tags that cannot be filled."""


def write_report(found: Findings, path: Path, charts: Path | None = None, template: Path | None = None,
                 progress: Progress | None = None) -> Path:
    """Write the report of a run as a Word file.

    Parameters
    ----------
    found : Findings
    path : Path
        File to write.
    charts : Path, optional
        Folder with the charts as PNG, named as :mod:`indexlib.charts` names them; in the place of one that is not
        there stands what to do.
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
    """
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined
    from jinja2 import TemplateError as TagError
    from jinja2.sandbox import SandboxedEnvironment

    filled = _cleaned(context(found, charts, progress))
    source = template or TEMPLATE
    document = DocxTemplate(str(source))
    try:
        document.init_docx()
    except (PackageNotFoundError, KeyError, ValueError):  # no file, no archive, or an archive of something else
        raise TemplateError(t("template.missing", path=source)) from None
    _place_pictures(document, filled)
    try:
        document.render(filled, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True), autoescape=True)
    except TagError as error:
        raise TemplateError(t("template.faulty", path=source, why=error.message)) from None
    document.docx.core_properties.title = filled["title"][:255]  # what the property holds
    return reproducible.save(document.docx, path)


def context(found: Findings, charts: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Everything that the template may show, by tag; all texts are as people read them.

    Returns
    -------
    dict
        Texts of the head and foot; ``h``: numbered headings; ``c``: column headings; ``shows``: sections of the
        period; and each section: ``totals``, ``summary``, ``indices``, ``focus``, ``follow_up``, ``goals``,
        ``progress``, ``units``, ``rules``, ``method``, ``sources``, ``learn``.
    """
    shown = [s for s in SECTIONS[found.params.report.period] if s != "progress" or progress]
    numbers = {name: str(i) for i, name in enumerate(shown, 1)}
    headings = {name: f"{n}. {t('report.h.' + name)}" for name, n in numbers.items()}
    columns = {c: t(f"col.{c}") for c in TABLES_COLUMNS} | {c: t(f"report.col.{c}") for c in REPORT_COLUMNS}
    year = found.params.year
    columns |= {c: t(f"col.{c}") for c in PROGRESS_COLUMNS}
    columns |= {"n_before": t("report.col.year", year=year - 1), "n_now": t("report.col.year", year=year)}
    return sections.head(found) | {
        "h": headings, "c": columns, "shows": {s: s in shown for s in SECTIONS["year"]},
        "totals": sections.table(found, "totals"), "summary": sections.summary(found, numbers),
        "indices": sections.indices(found, charts, numbers["method"]) if "indices" in shown else [],
        "focus": sections.focus(found), "follow_up": sections.follow_up(found), "goals": sections.goals(found),
        "progress": sections.progress(progress, date.fromisoformat(found.params.report.until)) if progress else {},
        "units": sections.units(found), "rules": sections.table(found, "rules"),
        "method": sections.method(found), "sources": sections.sources(found), "learn": sections.table(found, "learn_from")}


def _cleaned(value: Any) -> Any:
    """The same with every text free of characters that a Word file cannot hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {k: _cleaned(v) for k, v in value.items()}
    return [_cleaned(v) for v in value] if isinstance(value, list) else value


def _place_pictures(document: Any, filled: dict[str, Any]) -> None:
    """Put each chart's picture, or what to do about a missing one, where the template shows it."""
    from docx.shared import Cm
    from docxtpl import InlineImage

    for index in filled["indices"]:
        for chart in index["charts"]:
            file = chart["image"]
            chart["image"] = InlineImage(document, str(file), width=Cm(WIDTH)) if file else t("report.chart.none")
