"""The commands that run the suite and that make its parameter files: ``run``, ``new-year``, ``new-places``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from indexlib.base.wording import listing, speaking, t

if TYPE_CHECKING:
    from indexlib.run.one import Run


def run(
    params: Annotated[list[Path], typer.Argument(help="Tệp tham số, một hoặc nhiều: params/*.yml.")],
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Số việc chạy cùng lúc.")] = 2,
    only: Annotated[str | None, typer.Option(help="Chỉ một sổ tay, ví dụ 04_flags.")] = None,
    outputs: Annotated[Path, typer.Option(help="Thư mục kết quả.")] = Path("outputs"),
    scheduler: Annotated[str | None, typer.Option(help="Chạy trên cụm máy Dask, ví dụ tcp://10.0.0.5:8786.")] = None,
) -> None:
    """Chạy bộ sổ tay với các tệp tham số đã cho."""
    from tqdm import tqdm

    from indexlib.run import many
    from indexlib.run.one import suite as notebooks

    paths, books = many.parameter_files(params), notebooks(only)
    done: list[Run] = []
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a shell has its jobs in the background ignore it
        signal.signal(signal.SIGINT, _stop)
    try:
        with tqdm(total=len(books) * len(paths), unit=t("suite.unit"), disable=None) as bar:
            if scheduler is None:
                runs = many.run_all(paths, outputs, jobs, only, bar.update)
            else:
                from indexlib.run.cluster import run_on_cluster

                runs = run_on_cluster(scheduler, paths, outputs, only, bar.update)
            done.extend(runs)
    finally:
        signal.signal(signal.SIGINT, before)
    for line in _ending(done[0]) if len(paths) == 1 and not done[0].fault else _endings(done, outputs):
        typer.echo(line)
    if not all(run.whole for run in done):
        raise typer.Exit(1)


def _stop(*_: object) -> NoReturn:
    """End at once, as asked: no exception that a library may swallow on its way, no waiting for threads.

    Kernels and browser end when this process does.
    """
    from indexlib.run.folder import abandon

    abandon()
    said = f"{t('cli.interrupted')}\n"
    os.write(2, said.encode(sys.stderr.encoding or "utf-8", "replace"))  # printing may have been interrupted itself
    os._exit(1)


def _ending(run: Run) -> list[str]:
    """What a single run says at its end."""
    key = "cli.run_ok" if run.whole else "cli.run_failures"
    with speaking(run.language):
        return _said(run, key)


def _said(run: Run, key: str) -> list[str]:
    from indexlib.briefing.bundle import OUTPUTS

    made = [t("cli.run_made", names=listing([t(output.called) for output in OUTPUTS if run.papers.get(output.name) == ""])),
            t("cli.run_next")] if run.whole and run.papers else []
    return [*failures(run), *run.notices, *(f"- {line}" for line in run.said), *run.remarks,
            t(key, n=len(failures(run)), folder=run.folder / "index.html"), *made]


def _endings(runs: list[Run], outputs: Path) -> list[str]:
    """What many runs say at their end: each notice once, the failures by run, the count."""
    lines = list(dict.fromkeys(line for run in runs for line in [*run.notices, *run.remarks]))
    bad = sorted((run for run in runs if not run.whole), key=lambda run: run.name)
    if bad:
        lines.append(t("suite.failed", n=len(bad), of=len(runs)))
        for run in bad:
            lines += [f"  {run.name}: {why}" for why in failures(run)]
    return [*lines, t("suite.done", n=len(runs) - len(bad), of=len(runs), folder=outputs)]


def failures(run: Run) -> list[str]:
    """What went wrong in a run, a line each."""
    if run.fault:
        return [run.fault]
    notebooks = [t("cli.run_failed", notebook=o.notebook, cell="?" if o.cell is None else o.cell, why=o.why)
                 for o in run.failures]
    return notebooks + [t("cli.paper_failed", name=name, why=why) for name, why in run.unwritten.items()]


def new_year(
    year: Annotated[int, typer.Argument(help="Năm mới.")],
    params: Annotated[Path, typer.Argument(help="Tệp tham số của năm cũ.")],
) -> None:
    """Tạo tệp tham số cho năm mới từ tệp của năm cũ."""
    from indexlib.run.paramfiles import next_year

    path, said = next_year(params, year)
    typer.echo(t("cli.new_year", path=path.as_posix()))
    for line in said:
        typer.echo(line)


def new_places(
    params: Annotated[Path, typer.Argument(help="Tệp tham số của một tỉnh, làm mẫu.")],
    folder: Annotated[Path | None, typer.Option(help="Thư mục ghi vào; mặc định: cạnh tệp mẫu.")] = None,
) -> None:
    """Tạo tệp tham số cho mọi tỉnh, thành phố khác của cùng năm, theo một tệp mẫu."""
    from indexlib.run.paramfiles import other_places

    made, there = other_places(params, folder)
    if there:
        typer.echo(t("suite.left", n=len(there)))
    where = folder or params.parent
    typer.echo(t("suite.new_places", n=len(made), folder=where.as_posix()))
