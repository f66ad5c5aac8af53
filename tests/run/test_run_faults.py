"""A run under faults: the earlier folder stays, the message says where, the next run resumes."""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from books import contents, write_book

from indexlib.run.one import run_suite

pytestmark = pytest.mark.by_turns

if sys.platform == "win32":
    pytest.skip("signals and limits of POSIX", allow_module_level=True)



@pytest.fixture
def place(tmp_path, monkeypatch):
    """Two small notebooks, a parameter file, and a first good run."""
    books = tmp_path / "books"
    write_book(books, "04_flags", "place")
    write_book(books, "05_plan", "year")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(books))
    params = tmp_path / "thanh_hoa_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    run = run_suite(params, tmp_path / "outputs")
    assert not run.failures
    return tmp_path


def command(place, **more):
    return subprocess.Popen([sys.executable, "-m", "indexlib.cli", "run", str(place / "thanh_hoa_2024.yml"),
                             "--outputs", str(place / "outputs")], env=os.environ | {"COLUMNS": "200"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def left_over(place):
    return [p.name for p in (place / "outputs").iterdir() if ".work-" in p.name or p.name.endswith(".old")]


def test_a_kernel_that_dies_names_the_notebook_and_the_cell(place):
    before = contents(place / "outputs/thanh_hoa_2024")
    write_book(place / "books", "04_flags", "place", "import os\nos._exit(7)", "1")
    process = command(place)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "04_flags" in said and "ô 3" in said  # the parameters that papermill injects are a cell too
    assert contents(place / "outputs/thanh_hoa_2024") == before and not left_over(place)


def test_a_failed_run_shows_what_it_has_and_the_next_resumes(place):
    write_book(place / "books", "04_flags", "1 / 0")
    write_book(place / "books", "05_plan", "year", "2 + 2")
    failed = run_suite(place / "thanh_hoa_2024.yml", place / "outputs")
    assert failed.folder.name == "thanh_hoa_2024.failed" and [o.notebook for o in failed.failures] == ["04_flags"]
    index = (failed.folder / "index.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in index and "05_plan.html" in index
    write_book(place / "books", "04_flags", "1 / 1")
    again = run_suite(place / "thanh_hoa_2024.yml", place / "outputs")
    assert not again.failures and {o.notebook: o.reused for o in again.outcomes} == {"04_flags": False, "05_plan": True}
    assert not failed.folder.exists()


def test_an_interrupt_leaves_the_earlier_run_and_the_next_resumes(place):
    before = contents(place / "outputs/thanh_hoa_2024")
    write_book(place / "books", "04_flags", "'quick'")
    write_book(place / "books", "05_plan", "import time\ntime.sleep(60)")
    # A shell has its jobs in the background ignore interrupts, and so would the run.
    process = command(place, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    kept = place / "outputs/.kept/thanh_hoa_2024"
    had = {p.name for p in kept.iterdir()}
    until = time.monotonic() + 60
    while not {p.name for p in kept.iterdir() if p.suffix == ".ipynb"} - had and time.monotonic() < until:
        time.sleep(0.2)  # until the quick notebook is done
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1 and "Đã dừng" in said
    assert contents(place / "outputs/thanh_hoa_2024") == before and not left_over(place)
    write_book(place / "books", "05_plan", "'quick now'")
    again = run_suite(place / "thanh_hoa_2024.yml", place / "outputs")
    assert {o.notebook: o.reused for o in again.outcomes} == {"04_flags": True, "05_plan": False}


def test_a_disk_that_is_full_is_named_and_nothing_is_lost(place):
    """No file may grow beyond 3 kB: the pages cannot be written, as on a full disk."""
    before = contents(place / "outputs/thanh_hoa_2024")

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    process = command(place, preexec_fn=small_files)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1 and "Không ghi được" in said and "Traceback" not in said
    assert contents(place / "outputs/thanh_hoa_2024") == before and not left_over(place)


def test_a_run_that_died_between_the_renames_is_recovered(place):
    folder = place / "outputs/thanh_hoa_2024"
    before = contents(folder)
    folder.rename(folder.with_name(".thanh_hoa_2024.old"))
    write_book(place / "books", "04_flags", "1 / 0")
    run_suite(place / "thanh_hoa_2024.yml", place / "outputs")
    assert contents(folder) == before


def test_without_a_browser_all_else_is_made_with_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "no_chrome"))
    monkeypatch.setenv("PATH", "/nowhere")
    params = tmp_path / "thanh_hoa_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    run = run_suite(params, tmp_path / "outputs", only="04_flags")
    assert not run.failures and len(run.notices) == 1 and "\n" not in run.notices[0]
    assert list((run.folder / "charts").glob("*.csv")) and not list((run.folder / "charts").glob("*.png"))
    assert "Plotly.newPlot" in (run.folder / "04_flags.html").read_text(encoding="utf-8")
