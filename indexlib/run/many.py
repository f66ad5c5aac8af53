"""Many runs: every one whole or not at all, none stopped by another's failure, memory bounded by the number of jobs."""

from __future__ import annotations

import glob
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Thread
from typing import Any

from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.wording import language, t, use
from indexlib.plan.settings import read_params
from indexlib.run.execution import Workshop
from indexlib.run.folder import abandon, run_names
from indexlib.run.one import Run, run_suite, suite


def parameter_files(given: Sequence[Path | str]) -> list[Path]:
    """The files that a command names, patterns spelt out, each once and checked.

    Parameters
    ----------
    given : sequence of Path or str
        Files, or patterns such as ``params/*.yml``, which the shells of Windows leave as they are.

    Raises
    ------
    DataError
        A pattern without a file, and everything that is wrong in any of the files.
    RunError
        Two files of one name: the second run would replace the first.

    Examples
    --------
    >>> from indexlib.data.files import BESIDE_PACKAGE
    >>> [p.name for p in parameter_files([BESIDE_PACKAGE.parent / "params" / "thanh_hoa_*.yml"])]
    ['thanh_hoa_2024.yml']
    """
    found: dict[Path, Path] = {}
    problems: list[Problem] = []
    for name in map(str, given):
        pattern = glob.has_magic(name) and not Path(name).exists()
        paths = sorted(glob.glob(name)) if pattern else [name]
        if not paths:
            problems.append(Problem(name, "", None, "", "no_file", t("suite.no_file")))
        for path in map(Path, paths):
            found.setdefault(path.resolve(), path)
    chosen = list(found.values())
    run_names(chosen)
    for path in chosen:
        try:
            read_params(path)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return chosen


def run_all(paths: Sequence[Path], outputs: Path = Path("outputs"), jobs: int = 2, only: str | None = None,
            progress: Callable[[int], Any] = lambda n: None) -> Iterator[Run]:
    """Run the notebooks for several parameter files, ``jobs`` runs at once, each in a process of its own.

    Parameters
    ----------
    paths : sequence of Path
        As :func:`parameter_files` gives them.
    outputs, jobs, only
        As for :func:`indexlib.run.one.run_suite`; of a single file ``jobs`` notebooks run at once.
    progress : callable, optional
        Called with the number of notebooks that have ended since the last call.

    Yields
    ------
    Run
        In the order in which they end. One that could not be made says why in ``fault``; the others go on.

    Raises
    ------
    IndexlibError
        The only run could not be made.
    """
    if len(paths) == 1:
        yield run_suite(paths[0], outputs, jobs, only, lambda: progress(1))
        return
    sys.warnoptions.append("ignore:resource_tracker")  # what it says where a run was broken off helps nobody
    spawn = get_context("spawn")  # as on every system; a fork of a process with threads may hang
    ended = spawn.SimpleQueue()
    counter = Thread(target=_count, args=(ended, progress), daemon=True)
    counter.start()
    pool = ProcessPoolExecutor(max(1, min(jobs, len(paths))), spawn, _begin, (ended, language()))
    try:
        out = {pool.submit(_one, path, outputs, only): path for path in paths}
        for future in as_completed(out):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield Run(out[future].stem, outputs / out[future].stem, fault=t("suite.process_lost"))
        ended.put(0)
        counter.join()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _count(ended: Any, progress: Callable[[int], Any]) -> None:
    """Hand on what the processes say of their notebooks, until a zero."""
    while n := ended.get():
        progress(n)


class _Process:
    """What one of the processes works with; no two runs share an interpreter, which would let one wait for the other."""

    workshop: Workshop
    ended: Any


def _begin(ended: Any, spoken: str) -> None:
    """Set up a process for the runs that it will make."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began this one is asked, and ends it
    Thread(target=_end_with_parent, daemon=True).start()
    use(spoken)
    _Process.ended, _Process.workshop = ended, Workshop(1)
    Finalize(None, _Process.workshop.close, exitpriority=1)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        abandon()
        os._exit(1)


def _one(path: Path, outputs: Path, only: str | None) -> Run:
    return guarded(path, outputs, only, lambda n: _Process.ended.put(n) if n else None, _Process.workshop)


def guarded(path: Path, outputs: Path, only: str | None, progress: Callable[[int], Any], workshop: Workshop) -> Run:
    """One run of many; whatever befalls it becomes its ``fault``, so that the others go on."""
    left = len(suite(only))

    def ended() -> None:
        nonlocal left
        left -= 1
        progress(1)

    try:
        return run_suite(path, outputs, only=only, progress=ended, workshop=workshop)
    except IndexlibError as error:
        return Run(path.stem, outputs / path.stem, fault=str(error))
    except Exception as error:
        return Run(path.stem, outputs / path.stem, fault=f"{type(error).__name__}: {error}")
    finally:
        progress(left)
