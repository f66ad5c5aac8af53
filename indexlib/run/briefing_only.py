"""The files of a briefing without the notebooks: for a new template, a new deadline, worksheets that came back."""

from __future__ import annotations

import json
import time
from pathlib import Path

from indexlib.base.wording import speaking, t
from indexlib.briefing import bundle
from indexlib.briefing.report.pictures import pictures
from indexlib.charts.style import Chart
from indexlib.content import gallery, html
from indexlib.data.catalogue import index_codes
from indexlib.plan.review import Findings, find
from indexlib.plan.settings import read_params
from indexlib.run.cache import checksum, forget, inputs
from indexlib.run.execution import Workshop
from indexlib.run.folder import run_name, workplace
from indexlib.run.one import Run, WriteError, brief, deliver, draw, write_manifest


def run_briefing(path: Path, outputs: Path = Path("outputs"), jobs: int = 2) -> Run:
    """Write the files of a briefing for one parameter file, with the charts that they show.

    Parameters
    ----------
    path : Path
        Parameter file.
    outputs : Path
        Folder that holds the runs.
    jobs : int
        Images drawn at once.

    Returns
    -------
    Run
        ``folder`` is ``outputs/<name>-briefing``; with a file that could not be written ``.failed``, and the
        earlier folder is untouched.

    Raises
    ------
    DataError, RunError
    """
    start, path = time.perf_counter(), Path(path)
    name, params = f"{run_name(path)}-{bundle.KEPT}", read_params(path)
    with speaking(params.language):
        try:
            with Workshop(jobs) as tools, workplace(outputs, name) as (work, kept):
                made_from = {path.name: checksum(path)} | inputs(params)
                found = find(params)
                run, shown = Run(name, outputs / name, language=params.language), figures(found)
                html.write_data(work / "charts", shown)
                run.notices += draw(shown, work / "charts", kept, tools)
                key = brief(work, kept, run, found, path.parent)
                write_manifest(work, run, params, made_from, shown, [], start)
                forget(kept, {bundle.KEPT: key}, shown, run.whole)
                deliver(run, work)
        except OSError as error:
            raise WriteError(t("cli.cannot_write", folder=outputs, why=error.strerror or error)) from None
    return run


def figures(found: Findings) -> dict[str, dict]:
    """The charts that the files show, as plain data by name."""
    shown = [chart for index in index_codes() for chart in pictures(found, index)]
    shown += [c for c in gallery.positions(found) if isinstance(c, Chart)]
    return {figure.layout.meta["name"]: json.loads(figure.to_json()) for figure in shown}
