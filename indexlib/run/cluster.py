"""Runs spread over the machines of a Dask cluster.

Each run is made on one worker, in a folder of its own there, and comes back as one archive; only this process
writes into the folder of results. So the machines need no common disk, and a worker that dies leaves nothing
behind: Dask gives its run to another. A worker whose program, data or notebooks differ is refused.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat  # noqa: F401  # before a worker has threads: a library of its parses as it loads, see kernels
from distributed import CancelledError, Client, KilledWorker, as_completed, get_worker

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, speaking, t
from indexlib.content import html
from indexlib.plan.settings import Params, read_params
from indexlib.run.cache import fingerprint, notebook_key
from indexlib.run.execution import Workshop
from indexlib.run.folder import workplace
from indexlib.run.manifest import differences, read_manifest
from indexlib.run.many import guarded
from indexlib.run.one import Run, deliver, own_suite, suite

#: Seconds to reach the scheduler, and to wait for its first worker.
PATIENCE = 30


class ClusterError(IndexlibError):
    """A cluster that cannot be reached, or whose machines do not hold the same as this one."""


def run_on_cluster(address: str, paths: Sequence[Path], outputs: Path, only: str | None = None,
                   progress: Callable[[int], Any] = lambda n: None) -> Iterator[Run]:
    """Run the notebooks for several parameter files on a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    paths, outputs, only, progress
        As for :func:`indexlib.run.many.run_all`. A run that stands in ``outputs`` and follows from the same things
        is not made again.

    Yields
    ------
    Run
        In the order in which they arrive, whole.

    Raises
    ------
    ClusterError
        Nobody answers, there is no worker, or one differs from this machine.
    """
    books, waiting = suite(only), []
    for path in paths:
        params = read_params(path)
        if standing := _standing(outputs / path.stem, params, books):
            progress(len(books))
            yield standing
        else:
            waiting.append((path, params, _files(path, params)))
    if not waiting:
        return
    with _connected(address) as client:
        params = waiting[0][1]
        for worker, theirs in client.run(_of_worker, params.model_dump(), only).items():
            _compare(worker, _state(params, books), theirs)  # better no result than some that differ
        out = {client.submit(make, path.name, only, _state(params, books), files, pure=False): path
               for path, params, files in waiting}
        for future in as_completed(list(out), loop=client.loop):
            run = _received(out.pop(future), future, outputs)
            progress(len(books))
            yield run


def _connected(address: str) -> Client:
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TypeError, ValueError) as error:
        raise ClusterError(t("cluster.unreachable", address=address, why=str(error).partition("\n")[0])) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise ClusterError(t("cluster.no_worker", address=address)) from None
    return client


def _files(path: Path, params: Params) -> dict[str, bytes]:
    """A parameter file and the files that it names, by their path from its folder."""
    found = {path.name: path.read_bytes()}
    for name in filter(None, (params.report.template, params.report.progress)):
        asked = path.parent / name
        if Path(name).anchor or ".." in Path(name).parts:
            raise ClusterError(t("cluster.elsewhere", file=path.name, name=name))
        for file in [asked] if asked.is_file() else sorted(p for p in asked.rglob("*") if p.is_file()):
            found[file.relative_to(path.parent).as_posix()] = file.read_bytes()
    return found


def _state(params: Params, books: list[Path]) -> dict[str, str]:
    """What this machine has that results follow from; only the project's own notebooks leave a briefing."""
    found = fingerprint(params, books)
    return found | {"notebooks": f"{found['notebooks']} {own_suite()}"}


def _of_worker(params: dict[str, Any], only: str | None) -> dict[str, str]:
    return _state(Params.model_validate(params), suite(only))


def _compare(worker: str, mine: dict[str, str], theirs: dict[str, str]) -> None:
    differing = [t(f"cluster.what.{name}") for name, value in mine.items() if theirs.get(name) != value]
    if differing:
        raise ClusterError(t("cluster.differs", worker=worker, what=listing(differing)))


def _standing(folder: Path, params: Params, books: list[Path]) -> Run | None:
    """The run that stands in a folder, if it is whole and follows from the same notebooks, parameters and data."""
    try:
        made = read_manifest(folder)
    except IndexlibError:
        return None
    found = {n.notebook: n.key for n in made.notebooks if not n.failed}
    wanted = {book.stem: notebook_key(book, params) for book in books}
    whole = made.intact and not (made.notices or any(made.papers.values()) or any(differences(folder, made.files).values()))
    if params.report.template or params.report.progress:
        return None  # no key of a notebook says whether these have changed
    return Run(folder.name, folder) if whole and found == wanted else None


def _received(path: Path, future: Any, outputs: Path) -> Run:
    """Put a run that came back into its place, or say why it did not come."""
    name = path.stem
    try:
        run, packed = future.result()
        run.folder = outputs / name
        if run.fault:
            return run
        with speaking(read_params(path).language), workplace(outputs, name) as (work, kept):
            with zipfile.ZipFile(BytesIO(packed)) as archive:
                archive.extractall(work)
            if html.SCRIPT in read_manifest(work).files:
                html.write_script(work, kept.parent)
            deliver(run, work)
        return run
    except KilledWorker as error:
        fault = t("cluster.lost", n=error.allowed_failures + 1)
    except CancelledError:
        fault = t("cluster.broken")
    except IndexlibError as error:
        fault = str(error)
    except OSError as error:
        fault = t("cli.cannot_write", folder=outputs, why=error.strerror or error)
    return Run(name, outputs / name, fault=fault)


def make(file: str, only: str | None, made_from: dict[str, str], files: dict[str, bytes]) -> tuple[Run, bytes]:
    """On a worker: make a run and pack its folder, unless this machine does not hold the same as the one that asks.

    ``files`` are the parameter file ``file`` and what it names beside it: a template, worksheets that came back.
    """
    with tempfile.TemporaryDirectory() as name, Workshop(1) as workshop:
        path = Path(name) / file
        for beside, data in files.items():
            (path.parent / beside).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / beside).write_bytes(data)
        try:
            _compare(get_worker().address, made_from, _state(read_params(path), suite(only)))
        except IndexlibError as error:
            return Run(path.stem, path.parent, fault=str(error)), b""
        run = guarded(path, Path(name) / "outputs", only, lambda n: None, workshop)
        return run, b"" if run.fault else _packed(run.folder)


def _packed(folder: Path) -> bytes:
    """A folder as an archive, without the script that every machine has."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != html.SCRIPT):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()
