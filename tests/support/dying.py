"""Processes that are killed with SIGKILL: at a random moment, or at the nth time that they touch the disk.

Started as a program, it has everything imported already and forks one child a death, so that many deaths
are cheap and each is the real code. It prints one JSON line for each: what the child was doing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "shutil.rmtree"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _count_changes(die_at: int | None, within: str) -> list[int]:
    """Count what this process does to the disk inside a folder under way, and kill it before the nth."""
    count = [0]

    def hook(event: str, args: tuple) -> None:
        opened = event == "open" and isinstance(args[2], int) and args[2] & WRITING
        inside = any(os.fspath(a).startswith(within) for a in args[:2] if isinstance(a, (str, os.PathLike)))
        if (event in CHANGES or opened) and (inside or not within):
            count[0] += 1
            if count[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return count


def child(work, die_at: int | None = None, after: float | None = None, within: str = "") -> tuple[bool, float, int]:
    """Do work in a child; whether it was killed, how long it lived, how often it changed something on the disk."""
    read, write = os.pipe()
    start, pid = time.monotonic(), os.fork()
    if pid == 0:
        os.close(read)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.setpgid(0, 0)
        count = _count_changes(die_at, within)
        code = 0
        try:
            work()
        except BaseException as error:
            code = 3
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os.write(write, str(count[0]).encode())
        os._exit(code)
    os.close(write)
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    lived = time.monotonic() - start
    with os.fdopen(read, "rb") as stream:
        count = int(stream.read() or 0) if after is None else 0
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status), lived, count


def add(book: Path) -> None:
    from indexlib.cli import data as commands_data

    commands_data.add(book, source="pci-killed", where="a corrected workbook", accept_changes=True, accept_doubts=True)


def add_edition(book: Path) -> None:
    from indexlib.cli import data as commands_data

    commands_data.add(book, year=2025, source="first-2025", where="a table", checked=True, new_edition=True)


def run(params: Path, outputs: Path, focus: int) -> None:
    from indexlib.run.one import run_suite

    params.write_text(f"place: thanh_hoa\nyear: 2024\nfocus: {focus}\n", encoding="utf-8")
    done = run_suite(params, outputs)
    assert not done.failures, done.failures


def moments(pick: random.Random, deaths: list[int], lasts: float, count: int, step: int = 1) -> Iterator[dict]:
    """Random moments until so many have died (some finish first), then each change to the disk, or every nth."""
    tried = 0
    while deaths[0] > 0 and tried < 200:
        tried += 1
        yield {"after": pick.uniform(0, lasts)}
    yield from ({"die_at": n} for n in range(1, count + 1, step))


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def restore(folder: Path, files: dict[Path, bytes]) -> None:
    """Make a folder what it was."""
    from indexlib.data import files as data_files

    data_files.look()
    for path in [p for p in folder.rglob("*") if p.is_file() and p not in files]:
        path.unlink()
    for path, data in files.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def contents(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _state(folder: Path, old: dict[Path, bytes], new: dict[Path, bytes]) -> str:
    """What stands in the data once somebody looks at them: ``old``, ``new`` or ``half``."""
    from indexlib.data import files

    files.look()
    files.data_dir()
    now = {p: d for p, d in contents(folder).items() if p.name != ".lock" and p.parent.name != ".ready"}
    return "old" if now == old else "new" if now == new else "half"


def kill_adds(folder: Path, book: Path, seed: int, deaths: list[int], work=add, step: int = 1) -> None:
    """Kill ``indexlib add`` at random moments, then once before each change to the data folder, or every nth."""
    import indexlib.cli.data  # noqa: F401
    from indexlib.intake.check import check_data
    from indexlib.intake.recognise import read_published

    read_published(book)  # what is imported once is imported
    assert check_data() == []
    old, pick = contents(folder), random.Random(seed)
    _, lasts, count = child(lambda: work(book), within=str(folder))
    new = {p: d for p, d in contents(folder).items() if p.name != ".lock"}
    say(kind="new", problems=len(check_data()), changed=sorted(p.name for p in new if new[p] != old.get(p)))
    for moment in moments(pick, deaths, lasts, count, step):
        restore(folder, old)
        killed, _, _ = child(lambda: work(book), within=str(folder), **moment)
        deaths[0] -= killed
        state = _state(folder, old, new)
        ready = (folder / ".ready").exists()
        if ready:  # where nothing was begun, adding again is what was done before
            child(lambda: work(book))
        say(kind="at" if "die_at" in moment else "random", killed=killed, state=state, ready=ready,
            again=_state(folder, old, new), left=[p.name for p in folder.iterdir() if p.name in (".ready", ".pending")])


def kill_runs(params: Path, outputs: Path, seed: int, deaths: list[int], swap: bool, step: int) -> None:
    """Kill ``indexlib run`` at random moments, then once before each change to the disk."""
    import jinja2  # noqa: F401
    import papermill  # noqa: F401

    from indexlib.base import atomic
    from indexlib.plan.settings import read_params
    from indexlib.run import cache, manifest
    from indexlib.run.folder import workplace

    if not swap:
        atomic.exchange = lambda one, other: False  # as on a system that cannot swap two folders in one step
    folder, pick, focus = outputs / params.stem, random.Random(seed), 8
    child(lambda: run(params, outputs, 8))
    cache._library(), read_params(params)  # what is read once is read
    _, lasts, count = child(lambda: run(params, outputs, 8))
    old = 8
    for number, moment in enumerate(moments(pick, deaths, lasts, count, step)):
        focus = 9 + number % 50
        killed, _, _ = child(lambda: run(params, outputs, focus), **moment)  # noqa: B023
        deaths[0] -= killed
        there = folder.exists()
        if not there:
            with workplace(outputs, params.stem):
                pass
        now = manifest.read_manifest(folder).params.focus
        say(kind="at" if "die_at" in moment else "random", killed=killed, there=there, whole=not manifest.touched(folder),
            state="old" if now == old else "new" if now == focus else "other")
        old = now
    child(lambda: run(params, outputs, 60))
    say(kind="end", left=sorted(p.name for p in outputs.iterdir()), state=manifest.read_manifest(folder).params.focus)


if __name__ == "__main__":
    what, first, second, seed, deaths, *rest = sys.argv[1:]
    if what == "add":
        kill_adds(Path(first), Path(second), int(seed), [int(deaths)], step=int(rest[0]))
    elif what == "edition":
        kill_adds(Path(first), Path(second), int(seed), [int(deaths)], add_edition, int(rest[0]))
    else:
        kill_runs(Path(first), Path(second), int(seed), [int(deaths)], rest[1] == "swap", int(rest[0]))
