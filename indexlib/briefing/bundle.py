"""The files of a briefing, made together: report, worksheets, workbook, slides.

:data:`OUTPUTS` is the one list of them: what is written, named on the index page, kept for the next run and recomputed
by ``indexlib verify`` is read from it. A new file is a writer and a row.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from indexlib.base.problems import DataError, IndexlibError
from indexlib.base.untrusted import shown
from indexlib.base.wording import t
from indexlib.briefing.office.reproducible import words
from indexlib.content.due import Days
from indexlib.plan.review import Findings

if TYPE_CHECKING:
    from indexlib.briefing.worksheets.progress import Progress

REPORT, SHEETS, WORKBOOK, SLIDES = "briefing.docx", "worksheets", "tables.xlsx", "slides.pptx"
KEPT = "briefing"
#: Letters of the text of an error that nobody foresaw.
TEXT = 200


@dataclass(frozen=True)
class Job:
    """What the files are made from.

    Attributes
    ----------
    found : Findings
    charts : Path or None
        Folder with the charts as PNG.
    beside : Path
        Folder of the parameter file, from which it names template and progress.
    """

    found: Findings
    charts: Path | None
    beside: Path

    @cached_property
    def progress(self) -> Progress | None:
        """The worksheets that came back, if the parameters name their folder."""
        from indexlib.briefing.worksheets.progress import read_progress

        asked = self.found.params.report.progress
        return read_progress(self.beside / asked, self.found.params) if asked else None

    @property
    def days(self) -> Days:
        """The deadlines that units gave; that worksheets cannot be read is said by the report."""
        try:
            return self.progress.days if self.progress else {}
        except DataError:
            return {}


@dataclass(frozen=True)
class Output:
    """A file of the briefing, or a folder of files.

    Attributes
    ----------
    name : str
        What it is called in the folder of a run.
    write : callable
        Of a job and a path; writes it there and returns what its reader should know, line by line.
    compared_by : callable
        Of one of its files; what must come out again where the run is recomputed, line by line.
    called : str
        Key of the text that names it for people.
    beside : tuple of str
        Parameters of the report that name what it follows from beside the parameter file.
    """

    name: str
    write: Callable[[Job, Path], list[str]]
    compared_by: Callable[[Path], list[str]]
    called: str
    beside: tuple[str, ...] = ()

    def files(self, folder: Path) -> list[Path]:
        """Its files in the folder of a run, in order."""
        path = folder / self.name
        return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())


def _report(job: Job, path: Path) -> list[str]:
    """Write the report; what is wrong with the worksheets that it tells of is a notice."""
    from indexlib.briefing.report.document import write_report

    template, progress = job.found.params.report.template, job.progress
    write_report(job.found, path, job.charts, job.beside / template if template else None, progress)
    return [p.line() for p in progress.problems] if progress else []


def _worksheets(job: Job, path: Path) -> list[str]:
    from indexlib.briefing.worksheets.hand_out import write_worksheets

    write_worksheets(job.found, path)
    return []


def _workbook(job: Job, path: Path) -> list[str]:
    from indexlib.briefing.workbook.book import write_workbook

    write_workbook(job.found, path)
    return []


def _slides(job: Job, path: Path) -> list[str]:
    from indexlib.briefing.slides.presentation import write_slides

    write_slides(job.found, path, job.charts, days=job.days)
    return []


OUTPUTS = (Output(REPORT, _report, words, "page.paper.briefing.docx", ("template", "progress")),
           Output(SHEETS, _worksheets, words, "page.paper.worksheets"),
           Output(WORKBOOK, _workbook, words, "page.paper.tables.xlsx"),
           Output(SLIDES, _slides, words, "page.paper.slides.pptx", ("progress",)))


def names() -> list[str]:
    """The files in their order, as they are called in the folder of a run."""
    return [output.name for output in OUTPUTS]


def listed(why: dict[str, str], folder: Path) -> list[tuple[str, str, str]]:
    """Name, title and fault of each file that a run was to write, for the index page; without a plan no worksheet is."""
    return [(o.name, t(o.called), why[o.name]) for o in OUTPUTS
            if o.name in why and (why[o.name] or o.name != SHEETS or any((folder / SHEETS).glob("*")))]


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
    """Write every file; one that fails, for whatever reason, leaves nothing behind and does not stop the others.

    Parameters
    ----------
    found : Findings
    folder : Path
        Where they go.
    charts, beside : Path
        As in :class:`Job`.
    """
    job, made = Job(found, charts, beside), Bundle()
    for output in OUTPUTS:
        path = folder / output.name
        try:
            made.notices += output.write(job, path)
            made.why[output.name] = ""
        except Exception as error:  # a fault of one writer, foreseen or not, is the fault of its file
            made.why[output.name] = _why(error)
            remove(path)
    return made


def _why(error: Exception) -> str:
    """What a user is told of an error; of one that nobody foresaw also its kind."""
    text = str(error) if isinstance(error, IndexlibError) else \
        t("fault.writer", kind=type(error).__name__, why=shown(error, TEXT))
    return text.encode("utf-8", "replace").decode()  # half a letter, as in names of files, would spoil the page


def remove(path: Path) -> None:
    """Take away a file, or a folder of files, if it is there."""
    with suppress(OSError):  # one that another program holds open
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
