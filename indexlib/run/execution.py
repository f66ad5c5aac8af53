"""One notebook run by papermill, and how it ended; what notebooks and charts are made with."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from indexlib.base.wording import t
from indexlib.plan.settings import Params

if TYPE_CHECKING:
    from indexlib.charts.browser import Browser
    from indexlib.run.kernels import Kernels

COLOURS = re.compile("\x1b\\[[0-9;]*m")


@dataclass
class Outcome:
    """How one notebook of a run ended."""

    notebook: str
    key: str = ""
    seconds: float = 0.0
    reused: bool = False
    failed: bool = False
    cell: int | None = None
    why: str = ""


class Workshop:
    """Kernels and a browser that serve one run after another; each starts when first needed.

    Not to be used by two runs at once.

    Parameters
    ----------
    jobs : int
        Notebooks run, and images drawn, at once.
    """

    def __init__(self, jobs: int = 2) -> None:
        self.jobs = max(1, jobs)
        self._first = Lock()
        self._kernels: Kernels | None = None
        self._browser: Browser | None = None

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all kernels and the browser; they may start again."""
        for tool in (self._kernels, self._browser):
            if tool is not None:
                tool.close()

    @property
    def kernels(self) -> Kernels:
        """Kernels for the notebooks, which may ask for them from several threads."""
        from indexlib.run.kernels import Kernels

        with self._first:
            self._kernels = self._kernels or Kernels()
        return self._kernels

    @property
    def browser(self) -> Browser:
        """The browser for the charts."""
        if self._browser is None:
            from indexlib.charts.browser import Browser

            self._browser = Browser(self.jobs)
        return self._browser


def execute(book: Path, out: Path, params: Params, kernels: Kernels | None = None) -> Outcome:
    """Run one notebook with papermill; a failure is an outcome, not an exception.

    Parameters
    ----------
    book, out : Path
        The notebook, and where to write it with its outputs; one that breaks off is written as far as it came.
    params : Params
    kernels : Kernels, optional
        Kernels to run it in; else it starts one of its own.
    """
    from indexlib.run.kernels import Kernels

    if kernels is not None:
        return _execute(book, out, params, kernels)
    kernels = Kernels()
    try:
        return _execute(book, out, params, kernels)
    finally:
        kernels.close()


def _execute(book: Path, out: Path, params: Params, kernels: Kernels) -> Outcome:
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError

    from indexlib.run.kernels import ENGINE

    start = time.perf_counter()
    outcome = Outcome(book.stem)
    try:
        with kernels.lend(nbformat.read(book, as_version=4)) as kernel:
            done = papermill.execute_notebook(
                _literal(book), _literal(out), parameters=params.for_notebooks(), progress_bar=False, log_output=False,
                kernel_name="python3", engine_name=ENGINE, kernel=kernel, unfinished=str(out),
                request_save_on_cell_execute=False)
            cell = _first_not_run(done)
            if cell is not None:  # sys.exit(0) ends a notebook early without an error
                outcome.failed, outcome.cell, outcome.why, kernel.spoilt = True, cell, t("run.not_run"), True
    except papermill.PapermillExecutionError as error:
        outcome.failed, outcome.cell = True, error.cell_index
        outcome.why = f"{error.ename}: {COLOURS.sub('', error.evalue)}".strip()
    except (DeadKernelError, RuntimeError, TimeoutError) as error:  # a TimeoutError is an OSError, but no full disk
        outcome.failed, outcome.cell, outcome.why = True, _cell_reached(out), str(error) or type(error).__name__
    outcome.seconds = round(time.perf_counter() - start, 2)
    return outcome


def _literal(path: Path) -> str:
    """A path as papermill takes it: it fills in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _first_not_run(notebook: Any) -> int | None:
    return next((i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()
                 and cell.execution_count is None), None)


def _cell_reached(out: Path) -> int | None:
    """The cell at which a kernel died, from the notebook as far as it came."""
    import nbformat

    if not out.exists():
        return None
    cells = nbformat.read(out, as_version=4).cells
    started = [i for i, c in enumerate(cells) if c.metadata.get("papermill", {}).get("start_time")]
    return started[-1] if started else 0
