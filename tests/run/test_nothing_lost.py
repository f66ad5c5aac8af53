"""Nothing is lost: not to a killed process, not to a second one, not on a full disk or in a read-only folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from additions import like
from books import write_book
from conftest import ROOT, DataCopy
from make_workbooks import pairs, parts, save
from tables_2025 import heads, sipas_aspects, table, truth

from indexlib import load_scores
from indexlib.base import transaction
from indexlib.base.problems import IndexlibError
from indexlib.data import files
from indexlib.intake import addition
from indexlib.intake.recognise import read_published
from indexlib.run import manifest

pytestmark = pytest.mark.by_turns

SEED = 20_25
SUPPORT = Path(__file__).parents[1] / "support"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are of POSIX")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="swapping two folders in one step is of Linux")


def die(*words: object, env: dict[str, str]) -> list[dict]:
    """What :mod:`dying` saw."""
    done = subprocess.run([sys.executable, str(SUPPORT / "dying.py"), *map(str, words)], capture_output=True, text=True,
                          encoding="utf-8", env=os.environ | env, timeout=1_200)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def fast():
    """A folder in memory where there is one: that a disk has what was written is not for a killed process to show."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() and os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def correction(fast, monkeypatch, tmp_path):
    """Data with a year added from one workbook, and a second workbook that corrects a figure of it."""
    from indexlib.cli import data as commands_data

    shutil.copytree(ROOT / "data", fast / "data")
    DataCopy(fast / "data").drop_pci(2011)
    monkeypatch.setenv("INDEXLIB_DATA", str(fast / "data"))
    truth = like(2011, 2012)
    commands_data.add(save(tmp_path / "PCI_2011.xlsx", {"Tong hop": pairs(truth)} | parts(truth)), accept_doubts=True)
    truth.figures["thanh_hoa", "pci.3"] = round(truth.figures["thanh_hoa", "pci.3"] + 0.5, 6)
    truth.figures["thanh_hoa", "pci"] = round(truth.figures["thanh_hoa", "pci"] + 1.0, 6)
    book = save(tmp_path / "corrected.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    (fast / "data/.lock").unlink()
    return fast / "data", book


@POSIX
@pytest.mark.parametrize("random_deaths, step", [(0, 5), pytest.param(35, 1, marks=pytest.mark.sweep)])
def test_killed_additions_leave_the_old_data_or_the_new(correction, random_deaths, step):
    """Scores, sources and corrections are three files; a death between two of them is finished by who looks next."""
    folder, book = correction
    first, *deaths = die("add", folder, book, SEED, random_deaths, step, env={})
    assert first["problems"] == 0 and first["changed"] == ["corrections.csv", "pci.csv", "sources.csv"]
    at = [d for d in deaths if d["kind"] == "at"]
    assert len(at) >= 15 / step and sum(d["killed"] for d in deaths) >= 15 / step + random_deaths
    assert {d["state"] for d in deaths} == {"old", "new"}
    assert {d["again"] for d in deaths if d["ready"]} == {"new"} and not any(d["left"] for d in deaths)
    assert any(d["ready"] for d in at) and [d["state"] for d in at] == sorted((d["state"] for d in at), reverse=True)


@POSIX
@pytest.mark.parametrize("random_deaths, step", [(0, 12), pytest.param(20, 1, marks=pytest.mark.sweep)])
def test_a_killed_addition_of_a_new_edition_leaves_the_old_data_or_the_new(fast, monkeypatch, tmp_path, random_deaths, step):
    """Catalogue, scores and sources are one change: no edition without its scores, no scores without their edition."""
    shutil.copytree(ROOT / "data", fast / "data")
    monkeypatch.setenv("INDEXLIB_DATA", str(fast / "data"))
    of = truth(sipas_aspects)
    book = table(tmp_path, "SIPAS 2025", heads(*sorted({code for _, code in of.figures})), of)
    first, *deaths = die("edition", fast / "data", book, SEED, random_deaths, step, env={})
    assert first["problems"] == 0
    assert first["changed"] == ["comparability.csv", "editions.csv", "sipas.csv", "sources.csv"]
    at = [d for d in deaths if d["kind"] == "at"]
    assert len(at) >= 25 / step and all(d["killed"] for d in at)
    assert {d["state"] for d in at} == {"old", "new"}
    assert {d["state"] for d in deaths} == {"old", "new"} and not any(d["left"] for d in deaths)
    assert {d["again"] for d in deaths if d["ready"]} <= {"new"}


def small_suite(folder: Path) -> dict[str, str]:
    """One notebook that does not depend on ``focus``, so that a run with another is new and yet quick."""
    import nbformat

    books = folder / "books"
    write_book(books, "04_flags", "place")
    path = books / "04_flags.ipynb"
    book = nbformat.read(path, as_version=4)
    book.metadata["indexlib"] = {"unused": ["focus"]}
    nbformat.write(book, path)
    return {"INDEXLIB_NOTEBOOKS": str(books)}


@POSIX
@pytest.mark.parametrize("step, swap", [pytest.param(3, "swap", marks=LINUX), pytest.param(3, "rename"),
                                        pytest.param(1, "swap", marks=[LINUX, pytest.mark.sweep]),
                                        pytest.param(1, "rename", marks=pytest.mark.sweep)])
def test_fifty_killed_runs_leave_the_old_folder_or_the_new(fast, tmp_path, step, swap):
    at_random = 30 if swap == "swap" and step == 1 else 0
    deaths = die("run", tmp_path / "a_2024.yml", fast / "outputs", SEED, at_random, step, swap, env=small_suite(tmp_path))
    *deaths, end = deaths
    assert sum(d["killed"] for d in deaths) >= 20 / step + at_random
    assert all(d["whole"] for d in deaths) and {d["state"] for d in deaths} == {"old", "new"}
    assert all(d["there"] for d in deaths) or swap == "rename"
    assert end["state"] == 60 and set(end["left"]) == {".a_2024.lock", ".kept", "a_2024"}


def cli(*words: object, **more: object) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "indexlib.cli", *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, encoding="utf-8", cwd=ROOT, **more)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    said, _ = process.communicate(timeout=120)
    assert "Traceback" not in said
    return process.returncode, said


def stands(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, unfinished ones too, but not the lock, which stays."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and not p.name.endswith(".lock")}


def test_two_additions_at_once_both_arrive_or_one_refuses(data, tmp_path):
    from indexlib.intake.check import check_data

    data.drop_pci(2011, 2015)
    books = {}
    for year, near in ((2015, 2014), (2011, 2012)):
        truth = like(year, near)
        books[year] = save(tmp_path / f"PCI_{year}.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    both = {year: cli("add", book, "--accept-doubts") for year, book in books.items()}
    codes = {year: ended(process)[0] for year, process in both.items()}
    assert 0 in codes.values() and set(codes.values()) <= {0, 2}
    files.forget()
    assert check_data() == []
    there = load_scores("pci").groupby("source").size()
    assert all((there.get(f"pci-{year}-workbook", 0) >= 630) == (code == 0) for year, code in codes.items())


def test_an_addition_refuses_while_another_writes(correction, command):
    folder, book = correction
    before = stands(folder)
    with transaction.locked(folder):
        code, _, err = command("add", book, "--accept-changes", "--source", "x", "--where", "y")
    assert code == 2 and "lần ghi khác" in err and stands(folder) == before


def test_what_was_compared_is_what_is_written_or_nothing(correction):
    """Between the look and the writing somebody else may have added."""
    folder, book = correction
    compared = addition.compare(read_published(book))
    path = folder / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8") + "zz,somebody else's\n", encoding="utf-8")
    before = stands(folder)
    with pytest.raises(IndexlibError, match="vừa bị thay đổi"):
        addition.add(compared, "corrected.xlsx", "x", "y", accept_changes=True, accept_doubts=True)
    assert stands(folder) == before


def test_figures_changed_during_a_run_are_not_mixed_into_it(data, tmp_path, monkeypatch, command):
    write_book(tmp_path / "books", "04_flags", f"open({str(data.path('sources.csv'))!r}, 'a').write('zz,changed\\n')")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "books"))
    params = tmp_path / "a_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    code, _, err = command("run", params, "--outputs", tmp_path / "outputs")
    assert code == 1 and "bị thay đổi trong khi đang chạy" in err
    assert not (tmp_path / "outputs/a_2024").exists() and not list((tmp_path / "outputs/.kept/a_2024").iterdir())


def test_two_runs_at_once_into_one_folder_one_refuses(tmp_path):
    write_book(tmp_path / "books", "04_flags", "import time\ntime.sleep(4)")
    (tmp_path / "a_2024.yml").write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    words = ("run", tmp_path / "a_2024.yml", "--outputs", tmp_path / "outputs")
    env = os.environ | {"INDEXLIB_NOTEBOOKS": str(tmp_path / "books"), "COLUMNS": "300"}
    first = cli(*words, env=env)
    while not list((tmp_path / "outputs").glob(".a_2024.work-*")) and first.poll() is None:
        time.sleep(0.05)
    code, said = ended(cli(*words, env=env))
    assert code == 2 and "đang được một lần chạy khác dùng" in said
    assert ended(first)[0] == 0 and not manifest.touched(tmp_path / "outputs/a_2024")


def no_room(limit: int):
    """As on a full disk: no file may grow beyond so many bytes."""
    import resource
    import signal

    def set_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return set_limit


@POSIX
def test_a_full_disk_keeps_data_and_parameters(correction, tmp_path):
    folder, book = correction
    before = stands(folder)
    code, said = ended(cli("add", book, "--accept-changes", "--accept-doubts", "--source", "x", "--where", "y",
                           preexec_fn=no_room(3_000)))
    assert code == 2 and "không ghi được" in said and "Chưa ghi gì" in said and stands(folder) == before
    params = tmp_path / "own_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    here = stands(tmp_path)
    code, said = ended(cli("new-year", "2025", params, preexec_fn=no_room(10)))
    assert code == 2 and "Không ghi được" in said and stands(tmp_path) == here


def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A mount of the test's own; skipped where only an administrator may."""
    folder.mkdir(exist_ok=True)
    try:
        done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no mount on this system")
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of 300 kB."""
    yield from (tmp_path / "disk" for _ in mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=300k", "tmpfs"))


@pytest.fixture
def read_only(tmp_path):
    """Make a folder read-only: by its mode, or for root, who may write anyway, by a mount."""
    with ExitStack() as undo:
        def make(folder: Path) -> Path:
            if os.geteuid():
                folder.chmod(0o555)
                undo.callback(folder.chmod, 0o755)
            else:
                undo.enter_context(contextmanager(mounted)(folder, "--bind", str(folder)))
                subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
            return folder

        yield make


@POSIX
def test_a_disk_that_fills_up_keeps_the_earlier_run(small_disk, tmp_path, monkeypatch, command):
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "books"))
    write_book(tmp_path / "books", "04_flags", "'small'")
    params = tmp_path / "a_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    outputs = small_disk / "outputs"
    assert command("run", params, "--outputs", outputs)[0] == 0
    before = stands(outputs / "a_2024")
    write_book(tmp_path / "books", "04_flags", "print('large' * 100_000)")
    code, _, err = command("run", params, "--outputs", outputs)
    assert code == 1 and "Không ghi được" in err and "No space left" in err
    assert stands(outputs / "a_2024") == before
    assert {p.name for p in outputs.iterdir()} == {"a_2024", ".kept", ".a_2024.lock"}
    with suppress(OSError), open(small_disk / "filling", "wb") as filling:
        while True:
            filling.write(b"x" * 1_000)
    code, _, err = command("template", "pci", small_disk / "t.xlsx", "--year", "2024")
    assert code == 2 and "không ghi được" in err and not (small_disk / "t.xlsx").exists()


@POSIX
def test_read_only_folders_say_so_and_reading_still_works(correction, read_only, tmp_path, command, monkeypatch):
    folder, book = correction
    before = stands(folder)
    read_only(folder)
    code, _, err = command("add", book, "--accept-changes", "--accept-doubts", "--source", "x", "--where", "y")
    assert code == 2 and "không ghi được" in err and stands(folder) == before
    assert command("check")[0] == 0
    shut = tmp_path / "shut"
    shut.mkdir()
    params = shut / "own_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    read_only(shut)
    for words in (("new-year", "2025", params), ("template", "pci", shut / "t.xlsx", "--year", "2024"),
                  ("run", params, "--outputs", shut / "outputs"), ("run", params, "--outputs", shut)):
        code, _, err = command(*words)
        assert code == 2 and "không ghi được" in err.lower(), words
    assert [p.name for p in shut.iterdir()] == ["own_2024.yml"]


def test_what_a_person_put_into_a_run_is_set_aside_by_the_next(tmp_path, monkeypatch, command):
    env = small_suite(tmp_path)
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", env["INDEXLIB_NOTEBOOKS"])
    params = tmp_path / "a_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    outputs = tmp_path / "outputs"
    words = ("run", params, "--outputs", outputs)
    assert command(*words)[0] == 0 and command(*words)[0] == 0
    assert not list(outputs.glob("*.edited-*"))
    (outputs / "a_2024/ghi chú.txt").write_text("đã trình", encoding="utf-8")
    (outputs / "a_2024/index.html").write_text("sửa tay", encoding="utf-8")
    code, out, _ = command(*words)
    assert code == 0 and "a_2024.edited-1" in out
    assert (outputs / "a_2024.edited-1/ghi chú.txt").read_text(encoding="utf-8") == "đã trình"
    assert (outputs / "a_2024.edited-1/index.html").read_text(encoding="utf-8") == "sửa tay"
    assert not manifest.touched(outputs / "a_2024")


def test_a_folder_of_somebody_else_with_the_name_of_a_run_is_kept(tmp_path, monkeypatch, command):
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", small_suite(tmp_path)["INDEXLIB_NOTEBOOKS"])
    params = tmp_path / "a_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    (tmp_path / "a_2024").mkdir()
    (tmp_path / "a_2024/luận văn.docx").write_bytes(b"years of work")
    assert command("run", params, "--outputs", tmp_path)[0] == 0
    assert (tmp_path / "a_2024.edited-1/luận văn.docx").read_bytes() == b"years of work"


def test_a_template_that_was_filled_in_is_not_overwritten(tmp_path, command):
    words = ("template", "pci", tmp_path / "t.xlsx", "--year", "2024")
    assert command(*words)[0] == 0
    (tmp_path / "t.xlsx").write_bytes(b"filled in")
    code, _, err = command(*words)
    assert code == 2 and "Đã có tệp" in err and (tmp_path / "t.xlsx").read_bytes() == b"filled in"
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


def test_charts_are_replaced_whole_or_stay(tmp_path, monkeypatch):
    """A browser that fails leaves the pictures of the last time."""
    from indexlib import charts

    chart = charts.position(load_scores("papi"), 2024, "thanh_hoa", "papi")
    path = tmp_path / f"{chart.layout.meta['name']}.png"
    path.write_bytes(b"the picture of last time")
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "no_chrome"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(charts.BrowserError):
        charts.export([chart], tmp_path)
    assert path.read_bytes() == b"the picture of last time" and [p.name for p in tmp_path.iterdir()] == [path.name]
