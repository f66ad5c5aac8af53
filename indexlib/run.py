"""The suite of notebooks, run by papermill into one folder a run.

A run is made in a folder of its own and renamed into place at the end: a reader never sees
half a run, and a run that fails leaves the earlier one as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from indexlib import __version__, files
from indexlib.findings import find
from indexlib.params import Params, read_params
from indexlib.plan import load_plan
from indexlib.problems import IndexlibError
from indexlib.wording import speaking, t


class RunError(IndexlibError):
    """A run that cannot start: the folder is in use or cannot be written, or a notebook is not there."""


@dataclass
class Outcome:
    """How one notebook of a run ended."""

    notebook: str
    seconds: float = 0.0
    failed: bool = False
    cell: int | None = None
    why: str = ""


@dataclass
class Run:
    """How a run ended: its folder and the outcome of each notebook."""

    name: str
    folder: Path
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Notebooks that failed."""
        return [o for o in self.outcomes if o.failed]


def notebooks_dir() -> Path:
    """Folder of the notebooks, beside the data folder's package."""
    return Path(__file__).resolve().parent.parent / "notebooks"


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
              progress: Any = None) -> Run:
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

    Returns
    -------
    Run
        ``folder`` is ``outputs/<name>``; with failures ``outputs/<name>.failed``, and the earlier
        folder is untouched.

    Raises
    ------
    DataError, RunError
    """
    params = read_params(path)
    name = Path(path).stem
    with speaking(params.language):
        books = suite(only)
        with _workplace(outputs, name) as work:
            run = Run(name, outputs / name, _execute(books, params, work, jobs, progress))
            for book, outcome in zip(books, run.outcomes, strict=True):
                if not outcome.failed:
                    _write_page(work / f"{book.stem}.ipynb", params)
            _write_index(work, run, params)
            _write_manifest(work, run, params, Path(path))
            if run.failures:
                run.folder = outputs / f"{name}.failed"
            _put_in_place(work, run.folder)
    return run


@contextmanager
def _workplace(outputs: Path, name: str):
    """A fresh folder beside the final one, and a lock that keeps other runs of the name out."""
    lock = outputs / f".{name}.lock"
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_CREAT | os.O_RDWR)
    except OSError as error:
        raise RunError(t("cli.cannot_write", folder=outputs, why=error.strerror)) from None
    try:
        _lock(handle, outputs / name)
        work = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=outputs))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    """Lock an open file until it is closed; the system drops the lock if the process dies."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise RunError(t("cli.locked", folder=folder)) from None


def _execute(books: list[Path], params: Params, work: Path, jobs: int, progress: Any) -> list[Outcome]:
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = {pool.submit(execute, book, work / book.name, params): book for book in books}
        for _ in as_completed(waiting):
            if progress:
                progress()
        return [future.result() for future in waiting]


def execute(book: Path, out: Path, params: Params) -> Outcome:
    """Run one notebook with papermill; a failure is an outcome, not an exception."""
    import papermill
    from nbclient.exceptions import DeadKernelError

    start = time.perf_counter()
    outcome = Outcome(book.stem)
    try:
        done = papermill.execute_notebook(str(book), str(out), parameters=params.model_dump(), progress_bar=False,
                                          log_output=False, kernel_name="python3",
                                          extra_arguments=["--log-level=50"])
        _all_ran(done, outcome)
    except papermill.PapermillExecutionError as error:
        outcome.failed, outcome.cell = True, error.cell_index
        outcome.why = f"{error.ename}: {error.evalue}".strip()
    except (DeadKernelError, RuntimeError) as error:
        outcome.failed, outcome.why = True, str(error)
    outcome.seconds = round(time.perf_counter() - start, 2)
    return outcome


def _all_ran(done: Any, outcome: Outcome) -> None:
    """A notebook that stops early with ``sys.exit(0)`` ends without an error: its last cells never ran."""
    for number, cell in enumerate(done.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            outcome.failed, outcome.cell, outcome.why = True, number, "cell did not run"
            return


def _page(title: str, body: str, params: Params, home: str = "") -> str:
    from jinja2 import Environment, PackageLoader

    template = Environment(loader=PackageLoader("indexlib"), autoescape=False).get_template("page.html.j2")
    return template.render(title=escape(title), body=body, language=params.language, home=home,
                           home_text=escape(_title(params)))


def _title(params: Params) -> str:
    from indexlib.places import find_place

    return t("page.index", place=find_place(params.place, params.year).name, year=params.year)


def _write_page(executed: Path, params: Params) -> None:
    """HTML of an executed notebook, without code."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic", exclude_input=True, exclude_input_prompt=True,
                            exclude_output_prompt=True)
    body, _ = exporter.from_filename(str(executed))
    page = _page(t(f"page.title.{executed.stem}"), body, params, home="index.html")
    executed.with_suffix(".html").write_text(page, encoding="utf-8")


def _write_index(work: Path, run: Run, params: Params) -> None:
    found = find(params)
    body = [f"<h1>{escape(_title(params))}</h1>", *(f"<p>{escape(n)}</p>" for n in found.plan.notices(params.year)), "<ul>"]
    for o in run.outcomes:
        title = escape(t(f"page.title.{o.notebook}"))
        if o.failed:
            why = t("page.failed", cell="?" if o.cell is None else o.cell, why=o.why)
            body.append(f'<li class="failed">{escape(o.notebook)}: {title} – {escape(why)}</li>')
        else:
            body.append(f'<li><a href="{o.notebook}.html">{title}</a> '
                        f'(<a href="{o.notebook}.ipynb">{escape(t("page.notebook"))}</a>)</li>')
    body += ["</ul>", f"<p><small>{escape(t('page.version', version=__version__))}</small></p>"]
    (work / "index.html").write_text(_page(_title(params), "\n".join(body), params), encoding="utf-8")


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_manifest(work: Path, run: Run, params: Params, path: Path) -> None:
    """What the run was made from, so that it can be checked and repeated."""
    import platform
    from importlib.metadata import version

    data = files.data_dir()
    plan = load_plan(params.plan).code
    inputs = [p for p in sorted(data.rglob("*.csv")) + sorted(data.rglob("*.yml"))
              if p.parts[len(data.parts)] != "plans" or p.parent.name == plan]
    manifest = {
        "run": run.name, "indexlib": __version__, "python": platform.python_version(),
        "packages": {p: version(p) for p in ("pandas", "numpy", "scipy", "plotly", "papermill", "nbconvert")},
        "params": params.model_dump(),
        "inputs": {path.name: checksum(path)} | {f"data/{p.relative_to(data).as_posix()}": checksum(p) for p in inputs}
        | {f"notebooks/{b.name}": checksum(b) for b in suite() if b.stem in {o.notebook for o in run.outcomes}},
        "notebooks": [asdict(o) for o in run.outcomes],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (work / "manifest.json").write_text(text, encoding="utf-8")


def _put_in_place(work: Path, folder: Path) -> None:
    """Swap the finished folder in; the old one goes only once the new one stands."""
    os.chmod(work, 0o755)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    work.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
