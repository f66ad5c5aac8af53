"""Runs spread over the machines of a Dask cluster.

Each run is made on one worker, in a folder of its own there, and comes back as one archive; only this process
writes into the folder of results. So the machines need no common disk, and a worker that dies leaves nothing
behind: Dask gives its run to another. A worker whose program, data or notebooks differ is refused.
"""

from __future__ import annotations

import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat  # noqa: F401  # before a worker has threads: a library of its parses as it loads, see kernels

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

if TYPE_CHECKING:
    from distributed import Client

#: Runs handed out at once, per thread of a worker: one under way, one waiting, so that none is idle.
AHEAD = 2
#: Seconds to reach the scheduler, and to wait for its first worker.
PATIENCE = 30


class ClusterError(IndexlibError):
    """A cluster that cannot be reached, or whose machines do not hold the same as this one."""


@dataclass(frozen=True)
class Order:
    """What a worker needs to make a run."""

    file: str
    only: str | None
    made_from: dict[str, str]
    files: dict[str, bytes]
    """The parameter file and what it names beside it: a template, worksheets that came back."""


@dataclass(frozen=True)
class Parcel:
    """A run as it comes from a worker, its folder as an archive."""

    run: Run
    archive: bytes


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
        The package is missing, nobody answers, there is no worker, or one differs from this machine.
    """
    books = suite(only)
    asked = {path: read_params(path) for path in paths}
    orders = []
    for path, params in asked.items():
        standing = _standing(outputs / path.stem, params, books)
        if standing:
            progress(len(books))
            yield standing
        else:
            orders.append((path, Order(path.name, only, _state(params, books), _files(path, params))))
    if not orders:
        return
    with _connected(address) as client:
        _refuse_others(client, next(iter(asked.values())), books)
        for path, future in _finished(client, orders):
            run = _received(path, future, outputs)
            progress(len(books))
            yield run
        client.run(rest, on_error="ignore")


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(t("cluster.missing")) from None
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
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ClusterError(t("cluster.elsewhere", file=path.name, name=name))
        for file in [asked] if asked.is_file() else sorted(p for p in asked.rglob("*") if p.is_file()):
            found[file.relative_to(path.parent).as_posix()] = file.read_bytes()
    return found


def _state(params: Params, books: list[Path]) -> dict[str, str]:
    """What this machine has that results follow from; only the project's own notebooks leave a briefing."""
    found = fingerprint(params, books)
    return found | {"notebooks": f"{found['notebooks']} {own_suite()}"}


def _refuse_others(client: Client, params: Params, books: list[Path]) -> None:
    """Refuse workers on which the results would differ; better none than some of them."""
    mine = _state(params, books)
    for worker, theirs in client.run(_of_worker, params.model_dump()).items():
        _compare(worker, mine, theirs)


def _of_worker(params: dict[str, Any]) -> dict[str, str]:
    return _state(Params.model_validate(params), suite())


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


def _finished(client: Client, orders: list[tuple[Path, Order]]) -> Iterator[tuple[Path, Any]]:
    """Futures as they end; only so many runs are out at once as keep the workers busy, and none is kept."""
    from distributed import as_completed

    waiting = iter(orders)
    out: dict[Any, Path] = {}

    def hand_out(n: int) -> list[Any]:
        new = {client.submit(make, order, pure=False): path for path, order in islice(waiting, n)}
        out.update(new)
        return list(new)

    ended = as_completed(hand_out(AHEAD * max(1, sum(client.nthreads().values()))), loop=client.loop)
    for future in ended:
        yield out.pop(future), future
        for new in hand_out(1):
            ended.add(new)


def _received(path: Path, future: Any, outputs: Path) -> Run:
    """Put a run that came back into its place, or say why it did not come."""
    from distributed import CancelledError, KilledWorker

    name = path.stem
    try:
        parcel = future.result()
        run = parcel.run
        run.folder = outputs / name
        if run.fault:
            return run
        with speaking(read_params(path).language), workplace(outputs, name) as (work, kept):
            with zipfile.ZipFile(BytesIO(parcel.archive)) as archive:
                archive.extractall(work)
            if html.SCRIPT in read_manifest(work).files:
                html.write_script(work, kept.parent)
            deliver(run, work)
        return run
    except KilledWorker as error:
        return Run(name, outputs / name, fault=t("cluster.lost", n=error.allowed_failures + 1))
    except CancelledError:
        return Run(name, outputs / name, fault=t("cluster.broken"))
    except IndexlibError as error:
        return Run(name, outputs / name, fault=str(error))
    except OSError as error:
        return Run(name, outputs / name, fault=t("cli.cannot_write", folder=outputs, why=error.strerror or error))


class _Bench(threading.local):
    """The workshop of a worker's thread, which serves all runs that the thread makes."""

    def __init__(self) -> None:
        self.workshop, self.busy = Workshop(1), threading.Lock()
        _benches.append((self.workshop, self.busy))


_benches: list[tuple[Workshop, threading.Lock]] = []
_bench = _Bench()


def make(order: Order) -> Parcel:
    """On a worker: make a run and pack it, unless this machine does not hold the same as the one that asks."""
    from distributed import get_worker

    with _bench.busy, tempfile.TemporaryDirectory() as name:
        path = Path(name) / order.file
        for file, data in order.files.items():
            (path.parent / file).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / file).write_bytes(data)
        try:
            _compare(get_worker().address, order.made_from, _state(read_params(path), suite(order.only)))
        except IndexlibError as error:
            return Parcel(Run(path.stem, path.parent, fault=str(error)), b"")
        run = guarded(path, Path(name) / "outputs", order.only, lambda n: None, _bench.workshop)
        return Parcel(run, b"" if run.fault else _packed(run.folder))


def _packed(folder: Path) -> bytes:
    """A folder as an archive, without the script that every machine has."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != html.SCRIPT):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def rest() -> None:
    """On a worker: end the kernels and browsers that no run is using."""
    for workshop, busy in list(_benches):
        if busy.acquire(blocking=False):
            try:
                workshop.close()
            finally:
                busy.release()
