"""The files of a briefing, made together: report, worksheets, workbook, slides."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from indexlib import kept as _kept
from indexlib.findings import Findings
from indexlib.params import Params
from indexlib.problems import IndexlibError
from indexlib.store import whole

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
    from indexlib.briefing.slides import write_slides
    from indexlib.briefing.workbook import write_workbook
    from indexlib.briefing.worksheets import write_worksheets

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
    from indexlib.briefing.progress import read_progress
    from indexlib.briefing.report import write_report

    asked = found.params.report
    progress = read_progress(beside / asked.progress, found.params) if asked.progress else None
    write_report(found, path, charts, beside / asked.template if asked.template else None, progress)
    return [p.line() for p in progress.problems] if progress else []


def key(params: Params, beside: Path, charts: Path) -> str:
    """Checksum of all that the files follow from, so that earlier work can be taken.

    Parameters
    ----------
    params : Params
    beside : Path
        Folder of the parameter file.
    charts : Path
        Folder with the charts as PNG.
    """
    asked = [beside / p for p in (params.report.template, params.report.progress) if p]
    files = [f for p in asked for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file()]
    parts = [json.dumps(params.model_dump(), sort_keys=True), *_kept.made_from(params),
             *(f"{f.name}={_kept.checksum(f)}" for f in sorted([*files, *charts.glob("*.png")]))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def take(store: Path, folder: Path) -> bool:
    """Put earlier work into a folder, if there is any."""
    if not store.exists():
        return False
    with zipfile.ZipFile(store) as archive:
        archive.extractall(folder)
    return True


def keep(folder: Path, store: Path) -> None:
    """Store the files of a folder for the next run."""
    with whole(store) as part, zipfile.ZipFile(part, "w") as archive:
        for path in sorted(p for name in NAMES for p in (folder / name, *(folder / name).rglob("*"))):
            archive.write(path, path.relative_to(folder).as_posix())
