"""The files of a briefing, made together: report, worksheets, workbook, slides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from indexlib.base.problems import IndexlibError
from indexlib.plan.review import Findings

REPORT, SHEETS, WORKBOOK, SLIDES = "briefing.docx", "worksheets", "tables.xlsx", "slides.pptx"
KEPT = "briefing"
NAMES = (REPORT, SHEETS, WORKBOOK, SLIDES)


@dataclass
class Bundle:
    """What became of the files of a briefing.

    Attributes
    ----------
    why : dict of str
        For each file by name why it could not be written; empty for one that was.
    notices : list of str
        What their reader should know.
    """

    why: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def make(found: Findings, folder: Path, charts: Path | None, beside: Path) -> Bundle:
    """Write the four kinds of file; one that fails does not stop the others.

    Parameters
    ----------
    found : Findings
    folder : Path
        Where they go.
    charts : Path or None
        Folder with the charts as PNG.
    beside : Path
        Folder of the parameter file, from which it names template and progress.
    """
    from indexlib.briefing.slides.presentation import write_slides
    from indexlib.briefing.workbook.book import write_workbook
    from indexlib.briefing.worksheets.hand_out import write_worksheets

    made = Bundle()
    makers: dict[str, Callable[[], object]] = {
        REPORT: lambda: made.notices.extend(_report(found, folder / REPORT, charts, beside)),
        SHEETS: lambda: write_worksheets(found, folder / SHEETS),
        WORKBOOK: lambda: write_workbook(found, folder / WORKBOOK),
        SLIDES: lambda: write_slides(found, folder / SLIDES, charts),
    }
    for name, maker in makers.items():
        try:
            maker()
            made.why[name] = ""
        except IndexlibError as error:
            made.why[name] = str(error)
    return made


def _report(found: Findings, path: Path, charts: Path | None, beside: Path) -> list[str]:
    """Write the report; what is wrong with the worksheets that it tells of is a notice."""
    from indexlib.briefing.report.document import write_report
    from indexlib.briefing.worksheets.progress import read_progress

    asked = found.params.report
    progress = read_progress(beside / asked.progress, found.params) if asked.progress else None
    write_report(found, path, charts, beside / asked.template if asked.template else None, progress)
    return [p.line() for p in progress.problems] if progress else []
