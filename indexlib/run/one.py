"""The suite of notebooks, run by papermill into one folder a run.

A run is made in a folder of its own and renamed into place at the end: a reader never sees half a run, and
a run that fails leaves the earlier one as it was. Executed notebooks and drawn charts are kept under the
checksum of all they were made from, so that the next run redoes only what changed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexlib import __version__
from indexlib.base.atomic import copy
from indexlib.base.wording import speaking, t
from indexlib.briefing import bundle
from indexlib.briefing.report.document import left_open
from indexlib.content import first_page, html, profile
from indexlib.content.sections import in_brief
from indexlib.data.files import PROJECT
from indexlib.plan.review import Review, find
from indexlib.plan.settings import Params, read_params
from indexlib.run import manifest
from indexlib.run.cache import briefing_key, checksum, figure_key, forget, inputs, notebook_key, pack, take, unpack
from indexlib.run.execution import Outcome, Workshop, execute
from indexlib.run.folder import FAILED, RunError, clear_failed, put_in_place, run_name, workplace


class WriteError(RunError):
    """A run that could not be written to its end, say on a full disk; the earlier folder is untouched."""

    exit_code = 1


@dataclass
class Run:
    """How a run ended: its folder, the outcome of each notebook, and what the user should know.

    ``papers`` has for each file of the briefing why it could not be written, empty for one that was; ``fault``
    says why a run that is one of many could not be made; ``remarks`` is what is left to do by hand, ``said`` the
    sentences that matter.
    """

    name: str
    folder: Path
    outcomes: list[Outcome] = field(default_factory=list)
    papers: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    language: str = "vi"
    fault: str = ""

    @property
    def failures(self) -> list[Outcome]:
        """Notebooks that failed."""
        return [o for o in self.outcomes if o.failed]

    @property
    def unwritten(self) -> dict[str, str]:
        """Files of the briefing that could not be written, with why."""
        return {name: why for name, why in self.papers.items() if why}

    @property
    def whole(self) -> bool:
        """Whether everything asked for is there."""
        return not (self.failures or self.unwritten or self.fault)


def own_suite() -> bool:
    """Whether the notebooks are the project's own; another suite leaves no briefing."""
    return "INDEXLIB_NOTEBOOKS" not in os.environ


def notebooks_dir() -> Path:
    """Folder of the notebooks; ``INDEXLIB_NOTEBOOKS`` in the environment names another."""
    return PROJECT / "notebooks" if own_suite() else \
        Path(os.environ["INDEXLIB_NOTEBOOKS"])


def suite(only: str | None = None) -> list[Path]:
    """Notebooks of the annual run in their order, or the one named.

    Raises
    ------
    RunError
        No notebook of that name.
    """
    found = sorted(p for p in notebooks_dir().glob("0[1-6]_*.ipynb"))
    if only is None:
        return found
    chosen = [p for p in found if p.stem == only]
    if not chosen:
        raise RunError(t("cli.no_notebook", name=only, names=", ".join(p.stem for p in found)))
    return chosen


def run_suite(path: Path, outputs: Path = Path("outputs"), jobs: int = 2, only: str | None = None,
              progress: Callable[[], Any] | None = None, workshop: Workshop | None = None) -> Run:
    """Run the notebooks for one parameter file.

    Parameters
    ----------
    path : Path
        Parameter file; its stem names the run and its folder.
    outputs : Path
        Folder that holds the runs.
    jobs : int
        Notebooks run at once.
    only : str, optional
        One notebook by its name.
    progress : callable, optional
        Called without arguments after each notebook.
    workshop : Workshop, optional
        One that served another run; else the run has its own. Its number of jobs then counts.

    Returns
    -------
    Run
        ``folder`` is ``outputs/<name>``; with failures ``outputs/<name>.failed``, and the earlier
        folder is untouched.

    Raises
    ------
    DataError, RunError
    """
    start, path = time.perf_counter(), Path(path)
    name, params = run_name(path), read_params(path)
    with speaking(params.language):
        books = suite(only)
        try:
            with (nullcontext(workshop) if workshop else Workshop(jobs)) as tools, \
                    workplace(outputs, name) as (work, kept):
                made_from = {path.name: checksum(path)} | inputs(params)
                run = Run(name, outputs / name, _execute(books, params, work, kept, tools, progress))
                if {path.name: checksum(path)} | inputs(params) != made_from:
                    raise WriteError(t("fault.inputs_changed"))
                briefed = own_suite() and only is None
                _finish(work, kept, run, params, made_from, start, tools, path.parent if briefed else None)
                deliver(run, work)
        except OSError as error:
            raise WriteError(t("cli.cannot_write", folder=outputs, why=error.strerror or error)) from None
    return run


def deliver(run: Run, work: Path) -> None:
    """Put the finished folder of a run in its place; one with failures leaves the earlier folder as it is."""
    if not run.whole:
        run.folder = run.folder.with_name(f"{run.name}{FAILED}")
    aside = put_in_place(work, run.folder)
    run.notices += [t("fault.set_aside", folder=run.folder, aside=aside)] if aside else []
    if run.whole:
        clear_failed(run.folder)


def _execute(books: list[Path], params: Params, work: Path, kept: Path, tools: Workshop,
             progress: Callable[[], Any] | None) -> list[Outcome]:
    import nbformat  # noqa: F401  # here, in one thread: a library of its parses as it loads, see kernels

    pool = ThreadPoolExecutor(max_workers=tools.jobs)
    try:
        waiting = [pool.submit(_one, book, params, work, kept, tools) for book in books]
        for _ in as_completed(waiting):
            if progress:
                progress()
        return [future.result() for future in waiting]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one(book: Path, params: Params, work: Path, kept: Path, tools: Workshop) -> Outcome:
    """One notebook: taken from earlier work if it was made from the same things, else executed and kept."""
    key = notebook_key(book, params)
    store = kept / f"{book.stem}-{key}.ipynb"
    if store.exists():
        shutil.copyfile(store, work / book.name)
        return Outcome(book.stem, key, reused=True)
    with speaking(params.language):  # this thread has not heard of it
        outcome = execute(book, work / book.name, params, tools.kernels)
    outcome.key = key
    if not outcome.failed and notebook_key(book, params) == key:  # else the data changed while it ran
        copy(work / book.name, store)
    return outcome


def _finish(work: Path, kept: Path, run: Run, params: Params, made_from: dict[str, str], start: float,
            tools: Workshop, beside: Path | None) -> None:
    """Pages, charts, data, files of the briefing (named from ``beside``), index and manifest of a run."""
    import nbformat

    found = find(params)
    title = t("head", place=found.place.name, year=found.year)
    figures: dict[str, dict] = {}
    warned: list[str] = []
    for outcome in run.outcomes:
        if not outcome.failed:
            book = nbformat.read(work / f"{outcome.notebook}.ipynb", as_version=4)
            shown = html.write_page(work, outcome.notebook, book, t(f"page.title.{outcome.notebook}"),
                                     params.language, ("index.html", title))
            figures |= shown.figures
            warned += manifest.warnings_of(book, outcome.notebook)
            html.write_tables(work / "tables", outcome.notebook, shown.tables)
    if figures:
        html.write_script(work, kept.parent)
        html.write_data(work / "charts", figures)
        run.notices += draw(figures, work / "charts", kept, tools)
    keys = {o.notebook: o.key for o in run.outcomes}
    if beside is not None:
        keys[bundle.KEPT] = brief(work, kept, run, found, beside)
    rows = [(o.notebook, t(f"page.title.{o.notebook}"), _failure(o)) for o in run.outcomes]
    notes = [*run.notices, t("page.version", version=__version__)]
    days = bundle.Job(found, None, beside).days if beside else {}
    body = first_page.body(found, rows, bundle.listed(run.papers, work), notes, days)
    (work / profile.PAGE).write_text(html.page(t("profile.title"), profile.body(found), params.language,
                                               ("index.html", title)), encoding="utf-8")
    (work / "index.html").write_text(html.page(title, body, params.language), encoding="utf-8")
    write_manifest(work, run, params, made_from, figures, warned, start)
    forget(kept, keys, figures,
           len(run.outcomes) == len(suite()) and run.whole)


def _failure(outcome: Outcome) -> str:
    if not outcome.failed:
        return ""
    return t("page.failed", cell="?" if outcome.cell is None else outcome.cell, why=outcome.why)


def brief(work: Path, kept: Path, run: Run, found: Review, beside: Path) -> str:
    """The files of the briefing: taken from earlier work if they were made from the same things, else written and kept.

    Returns
    -------
    str
        Key under which they are kept.
    """
    pictures, run.said, run.language = work / "charts", in_brief(found), found.params.language
    key = briefing_key(found.params, beside, pictures)
    store = kept / f"{bundle.KEPT}-{key}.zip"
    if unpack(store, work):
        run.papers = dict.fromkeys(bundle.names(), "")
    else:
        made = bundle.make(found, work, pictures, beside)
        run.papers, run.notices = made.why, run.notices + made.notices
        if not any(made.why.values()) and not made.notices:
            pack(work, store)
    run.remarks = [left_open(found, bundle.Job(found, None, beside).days)] if run.papers.get(bundle.REPORT) == "" else []
    return key


def draw(figures: dict[str, dict], folder: Path, kept: Path, tools: Workshop) -> list[str]:
    """Charts as PNG and SVG, those drawn before from the same figure taken from earlier work."""
    keys = {name: figure_key(f) for name, f in figures.items()}
    missing = [name for name, key in keys.items()
               if not all(take(kept / f"{key}.{end}", folder / f"{name}.{end}") for end in ("png", "svg"))]
    if not missing:
        return []
    from indexlib import charts

    try:
        charts.export([figures[name] for name in missing], folder, browser=tools.browser)
    except charts.BrowserError as error:
        return [str(error)]
    for name in missing:
        for end in ("png", "svg"):
            copy(folder / f"{name}.{end}", kept / f"{keys[name]}.{end}")
    return []


def write_manifest(work: Path, run: Run, params: Params, made_from: dict[str, str], figures: dict[str, dict],
                    warned: list[str], start: float) -> None:
    """What the run was made from and how it went, so that it can be checked and repeated."""
    books = {f"notebooks/{b.name}": checksum(b) for b in suite() if b.stem in {o.notebook for o in run.outcomes}}
    manifest.write_manifest(work, {
        "run": run.name, "params": params.model_dump(), "inputs": made_from | books,
        "notebooks": [asdict(o) for o in run.outcomes], "papers": run.papers,
        "charts": {n: figure_key(f) for n, f in sorted(figures.items())},
        "notices": run.notices, "warnings": warned, "seconds": round(time.perf_counter() - start, 2)})
