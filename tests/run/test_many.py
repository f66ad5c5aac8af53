"""Many runs: what a command names, failures that stop no other run, kernels that hand nothing on."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
import pytest
from books import write_book, write_params
from conftest import ROOT

from indexlib import DataError, load_scores, read_params
from indexlib.content import html
from indexlib.data.places import load_places
from indexlib.run import one as runs
from indexlib.run.execution import Workshop
from indexlib.run.kernels import Kernels, can_share
from indexlib.run.many import parameter_files, run_all
from indexlib.run.paramfiles import other_places

pytestmark = pytest.mark.by_turns

TEMPLATE = ROOT / "params" / "thanh_hoa_2024.yml"


@pytest.fixture
def books(tmp_path, monkeypatch):
    """Two small notebooks; the second fails for Hà Nội."""
    folder = tmp_path / "books"
    write_book(folder, "04_flags", "from indexlib import find_place\nprint(find_place(place, year).name)")
    write_book(folder, "05_plan", "{'ha_noi': 1 / (place != 'ha_noi')}")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(folder))
    return folder


def test_patterns_are_spelt_out_and_each_file_is_taken_once(tmp_path):
    one, two = write_params(tmp_path / "p", "an_giang", "ha_noi")
    assert parameter_files([tmp_path / "p" / "*.yml", one]) == [one, two]
    assert parameter_files([two, tmp_path / "p" / "*.yml"]) == [two, one]


def test_a_name_with_brackets_is_a_name_if_there_is_such_a_file(tmp_path):
    path = tmp_path / "[a].yml"
    path.write_text("place: ha_noi\nyear: 2024\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"\[a\]"):  # found, and refused as the name of a folder
        parameter_files([path])


def test_a_pattern_without_files_and_every_fault_of_every_file_are_told_at_once(tmp_path, command):
    write_params(tmp_path / "p", "ha_noi")
    (tmp_path / "p" / "a.yml").write_text("plcae: x\nyear: 2024\n", encoding="utf-8")
    (tmp_path / "p" / "b.yml").write_text("place: ha_noi\nyear: 2030\n", encoding="utf-8")
    code, out, err = command("run", tmp_path / "p" / "*.yml", tmp_path / "none" / "*.yml", "--outputs", tmp_path / "o")
    assert (code, out) == (2, "")
    assert all(word in err for word in ("a.yml", "plcae", "b.yml", "2030", "none", "không có tệp nào"))
    assert not (tmp_path / "o").exists()


def test_a_failure_stops_no_other_run_and_is_told_at_the_end(tmp_path, books, command):
    paths = write_params(tmp_path / "p", "an_giang", "ha_noi", "thanh_hoa", "can_tho")
    outputs = tmp_path / "outputs"
    with runs.workplace(outputs, "can_tho_2024"):
        code, out, _ = command("run", tmp_path / "p" / "*.yml", "--outputs", outputs)
    assert code == 1
    told = out.split("\n")
    assert told[0] == "Có lỗi ở 2 trong 4 lần chạy:"
    assert told[1].startswith("  can_tho_2024: Thư mục") and "đang được một lần chạy khác dùng" in told[1]
    assert told[2].startswith("  ha_noi_2024: 05_plan: hỏng ở ô 2: ZeroDivisionError")
    assert told[3].startswith("Xong 2/4 lần chạy")
    folders = {p.name for p in outputs.iterdir() if not p.name.startswith(".")}
    assert folders == {"an_giang_2024", "ha_noi_2024.failed", "thanh_hoa_2024"}
    assert len(paths) == 4


def test_each_run_has_the_words_of_its_own_place_(tmp_path, books):
    paths = write_params(tmp_path / "p", "an_giang", "thanh_hoa", "can_tho")
    counted = []
    done = list(run_all(paths, tmp_path / "outputs", 2, None, counted.append))
    assert sum(counted) == 6 and not any(r.fault or r.failures for r in done)
    for run in done:
        shown = nbformat.read(run.folder / "04_flags.ipynb", as_version=4).cells[-1].outputs[0].text.strip()
        assert shown == load_places().get(run.name.removesuffix("_2024"), 2024).name


@pytest.mark.parametrize("cell", [
    "import pandas as pd\npd.set_option('display.precision', 2)", "%matplotlib inline", "!ls",
    "import indexlib.flags as f\nf.RULES = {}",
    "from indexlib import flags\nflags.__globals__['x'] = 1", "exec('x = 1')", "import os", "def f(:", "del place.x"])
def test_a_notebook_that_could_leave_something_behind_has_a_kernel_to_itself(cell):
    assert not can_share({"cells": [{"cell_type": "code", "source": cell}]})


def test_the_notebooks_of_the_suite_share_kernels():
    assert all(can_share(nbformat.read(book, as_version=4)) for book in runs.suite())


@pytest.fixture
def interleaved():
    """Threads that take turns, and garbage that is collected, as often as can be."""
    before = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    yield
    sys.setswitchinterval(before[0])
    gc.set_threshold(*before[1])


def test_notebooks_are_looked_through_by_threads_at_once(interleaved):
    """Python before 3.11.8 loses count of how deep a parser is when threads take turns in it."""
    class Loose:
        """Garbage whose end runs code, so that another thread may have its turn."""

        def __init__(self):
            self.itself = self

        def __del__(self):
            sum(range(50))

    books = [nbformat.read(book, as_version=4) for book in runs.suite()]

    def look(_: int) -> bool:
        Loose()
        return all(map(can_share, books))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(look, range(600)))


def test_names_and_numbers_of_one_notebook_are_not_there_for_the_next(tmp_path, monkeypatch):
    folder = tmp_path / "books"
    write_book(folder, "04_flags", "left = 1\nleft", "from indexlib import wording\nwording.use('en')")
    write_book(folder, "05_plan", "left", "1")
    write_book(folder, "06_outlook", "place", "from indexlib import wording\nwording.language()")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(folder))
    params, kernels = read_params(TEMPLATE), Kernels()
    ended = [runs.execute(book, tmp_path / book.name, params, kernels) for book in runs.suite()]
    kernels.close()
    assert [o.failed for o in ended] == [False, True, False] and "NameError" in ended[1].why
    first, last = (nbformat.read(tmp_path / f"{n}.ipynb", as_version=4) for n in ("04_flags", "06_outlook"))
    assert [c.execution_count for c in first.cells] == [c.execution_count for c in last.cells] == [1, 2, 3, 4]
    assert last.cells[-1].outputs[0].data["text/plain"] == "'vi'"


def test_a_notebook_shows_the_same_in_a_kernel_that_served_others_as_in_its_own(tmp_path):
    """What plain papermill gives, cell by cell, although another notebook of another place went before."""
    book = ROOT / "notebooks" / "04_flags.ipynb"
    kernels, other = Kernels(), read_params(TEMPLATE).model_copy(update={"place": "ha_noi", "language": "en"})
    assert not runs.execute(book.with_stem("02_overview"), tmp_path / "other.ipynb", other, kernels).failed
    assert not runs.execute(book, tmp_path / "shared.ipynb", read_params(TEMPLATE), kernels).failed
    assert len(kernels._idle) == 1
    kernels.close()
    subprocess.run([sys.executable, "-m", "papermill", str(book), str(tmp_path / "plain.ipynb"), "-f", str(TEMPLATE),
                    "--no-progress-bar"], check=True, capture_output=True, timeout=180)
    shared, plain = (nbformat.read(tmp_path / f"{name}.ipynb", as_version=4).cells for name in ("shared", "plain"))
    assert [c.get("outputs") for c in shared] == [c.get("outputs") for c in plain]


def test_no_process_outlives_a_workshop(tmp_path, books):
    before = set(psutil.Process().children(recursive=True))
    with Workshop(2) as workshop:
        runs.run_suite(write_params(tmp_path / "p", "thanh_hoa")[0], tmp_path / "outputs", workshop=workshop)
        assert set(psutil.Process().children(recursive=True)) - before
    assert not [p for p in psutil.Process().children(recursive=True) if p not in before and p.is_running()
                and p.status() != psutil.STATUS_ZOMBIE]


def test_all_runs_share_one_plotly_on_disk(tmp_path):
    folders = [tmp_path / name for name in ("kept", "one", "two")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / html.SCRIPT).write_text("an older one", encoding="utf-8")
    for folder in folders[1:]:
        html.write_script(folder, folders[0])
    assert len({(folder / html.SCRIPT).stat().st_ino for folder in folders}) == 1
    assert (folders[1] / html.SCRIPT).read_bytes()[:12] != b"an older one"


def test_parameters_for_every_province_of_a_year(tmp_path, command):
    folder = tmp_path / "params"
    folder.mkdir()
    shutil.copy(TEMPLATE, folder)
    code, out, err = command("new-places", folder / TEMPLATE.name)
    assert (code, err) == (0, "") and "62 tệp" in out
    files = sorted(folder.glob("*.yml"))
    codes = {read_params(path).place for path in files}
    assert len(files) == 63 and codes == {p.code for p in load_places().valid(2024)}
    assert set(load_scores().query("year == 2024")["place"]) <= codes
    assert "ngưỡng; để null" in (folder / "an_giang_2024.yml").read_text(encoding="utf-8")  # comments are kept
    assert "Giữ nguyên 62" in command("new-places", folder / TEMPLATE.name)[1]


@pytest.mark.parametrize("line", ['place: "Thanh Hóa"   # tỉnh', "place: 'Thanh Hóa'", "place: Thanh Hóa # x",
                                  "place: thanh_hoa"])
def test_a_place_is_replaced_however_it_is_written(tmp_path, line):
    path = tmp_path / "thanh_hoa_2024.yml"
    path.write_text(f"year: 2024\n{line}\n", encoding="utf-8")
    made, _ = other_places(path, tmp_path / "new")
    assert {read_params(p).place for p in made} == {p.code for p in load_places().valid(2024)} - {"thanh_hoa"}


@pytest.mark.parametrize("name, text", [("x.yml", "place: thanh_hoa\nyear: 2024\n"),
                                        ("thanh_hoa.yml", "{place: thanh_hoa, year: 2024}\n"),
                                        ("thanh_hoa.yml", "place:\n  thanh_hoa\nyear: 2024\n"),
                                        ("thanh_hoa.yml", "place: thanh_hoa\nyear: 2030\n")])
def test_a_file_that_cannot_be_a_template_is_refused_and_nothing_written(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        other_places(tmp_path / name)
    assert os.listdir(tmp_path) == [name]


def slow_runs(tmp_path, *places):
    """The command at work on several runs whose notebooks do not end, and the processes that it began."""
    write_book(tmp_path / "slow", "04_flags", "import time\ntime.sleep(120)")
    write_params(tmp_path / "p", *places)
    files = map(str, (tmp_path / "p").glob("*.yml"))
    process = subprocess.Popen([sys.executable, "-m", "indexlib.cli", "run", *files, "--outputs", str(tmp_path / "o")],
                               cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                               env=os.environ | {"INDEXLIB_NOTEBOOKS": str(tmp_path / "slow")},
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    until = time.monotonic() + 60
    while time.monotonic() < until:
        begun = psutil.Process(process.pid).children(recursive=True)
        if sum("ipykernel_launcher" in p.cmdline() for p in begun if p.is_running() and p.status() != "zombie") == 2:
            return process, begun
        time.sleep(0.2)
    raise AssertionError("no kernels")


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a group are of POSIX")
def test_many_runs_that_are_broken_off_leave_no_process_and_no_half_folder(tmp_path):
    process, begun = slow_runs(tmp_path, "an_giang", "thanh_hoa", "can_tho")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.decode().strip().splitlines()[-1:]) == (
        1, ["Đã dừng theo yêu cầu; kết quả trước giữ nguyên."]) and b"resource_tracker" not in said
    assert psutil.wait_procs(begun, timeout=20)[1] == []
    assert not [p.name for p in (tmp_path / "o").iterdir() if "work" in p.name]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_process_that_the_system_ends_is_told_as_the_fault_of_its_runs(tmp_path):
    process, begun = slow_runs(tmp_path, "an_giang", "thanh_hoa")
    next(p for p in begun if "spawn_main" in " ".join(p.cmdline())).kill()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "Hệ điều hành đã dừng tiến trình làm việc" in said.decode()
