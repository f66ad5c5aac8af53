"""Whether a run can be checked afterwards: its manifest, what ``indexlib verify`` says, and that runs repeat to the byte."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from books import write_book
from conftest import ROOT

from indexlib.plan.settings import Params
from indexlib.run import manifest as provenance
from indexlib.run.cache import checksum, inputs

pytestmark = pytest.mark.by_turns

PARAMS = ROOT / "params/thanh_hoa_2024.yml"


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """Two runs of a real notebook in processes of their own, whose sets and dictionaries are in another order."""
    folder = tmp_path_factory.mktemp("twice")
    (folder / "books").mkdir()
    shutil.copy(ROOT / "notebooks/04_flags.ipynb", folder / "books")
    for seed in ("1", "2"):
        env = os.environ | {
            "PYTHONHASHSEED": seed,
            "INDEXLIB_NOTEBOOKS": str(folder / "books"),
            "BROWSER_PATH": "/none",
            "PATH": "/usr/bin",
        }
        done = subprocess.run(
            [sys.executable, "-m", "indexlib.cli", "run", str(PARAMS), "--outputs", str(folder / seed)],
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(twice, tmp_path, monkeypatch):
    """A copy of a real run that a test may spoil."""
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(twice / "books"))
    return Path(shutil.copytree(twice / "1/thanh_hoa_2024", tmp_path / "thanh_hoa_2024"))


def test_two_runs_on_the_same_inputs_give_the_same_bytes(twice):
    one, two = ({p.relative_to(twice / s).as_posix(): p.read_bytes() for p in (twice / s).rglob("*.csv")} for s in "12")
    assert len(one) >= 6 and any("charts/" in n for n in one) and any("tables/" in n for n in one)
    assert one == two
    pages = [(twice / s / "thanh_hoa_2024/04_flags.html").read_bytes() for s in "12"]
    assert pages[0] == pages[1]


def test_the_manifest_says_all_that_a_run_was_made_from(twice):
    folder = twice / "1/thanh_hoa_2024"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["python"] == platform.python_version() and manifest["packages"]["pandas"] == version("pandas")
    assert {"numpy", "plotly", "papermill", "pydantic", "pyyaml"} <= set(manifest["packages"])
    own = Params(place="thanh_hoa", year=2024)
    assert manifest["params"] == own.model_dump()
    assert manifest["inputs"] == {
        PARAMS.name: checksum(PARAMS),
        **inputs(own),
        "notebooks/04_flags.ipynb": checksum(twice / "books/04_flags.ipynb"),
    }
    assert manifest["seconds"] > 0 and manifest["warnings"] == [] and len(manifest["notices"]) == 1
    written = {p.relative_to(folder).as_posix(): checksum(p) for p in folder.rglob("*") if p.is_file()}
    assert manifest["files"] == {n: c for n, c in written.items() if n != "manifest.json"}
    assert provenance.read_manifest(folder).intact and not provenance.touched(folder)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A git repository of its own that holds a library."""

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x", *words],
            check=True,
            capture_output=True,
        )

    if shutil.which("git") is None:
        pytest.skip("no git on this machine")
    (tmp_path / "indexlib").mkdir()
    (tmp_path / "indexlib/__init__.py").write_text("")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "x")
    monkeypatch.setattr(provenance, "PROJECT", tmp_path)
    return tmp_path


def test_the_revision_and_whether_anything_was_changed_since(repository, monkeypatch):
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    assert provenance.revision() == {"revision": head, "changed": False}
    (repository / "unrelated.txt").write_text("x")
    assert provenance.revision()["changed"] is False
    (repository / "indexlib/new.py").write_text("x")
    assert provenance.revision() == {"revision": head, "changed": True}
    (repository / "site-packages/indexlib").mkdir(parents=True)
    monkeypatch.setattr(provenance, "PROJECT", repository / "site-packages")  # installed inside somebody's repository
    assert provenance.revision() == {"revision": "unknown", "changed": "unknown"}
    monkeypatch.setenv("PATH", "/nowhere")
    assert provenance.revision() == {"revision": "unknown", "changed": "unknown"}


def test_warnings_of_a_notebook_stand_in_the_manifest(tmp_path, monkeypatch, command):
    write_book(tmp_path / "books", "04_flags", "import warnings\nwarnings.warn('đổi sau', FutureWarning)", "1")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "books"))
    assert command("run", PARAMS, "--outputs", tmp_path / "outputs")[0] == 0
    manifest = json.loads((tmp_path / "outputs/thanh_hoa_2024/manifest.json").read_text(encoding="utf-8"))
    assert manifest["warnings"] == [
        "04_flags, 2: FutureWarning: đổi sau"
    ]  # cell 1 holds the parameters that papermill wrote


def test_a_run_that_still_follows_ends_with_zero(run, command):
    before = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    code, out, err = command("verify", run)
    assert (code, err) == (0, "")
    assert "đúng như lần chạy đã ghi" in out and "tính lại ra đúng như vậy" in out
    assert {p: p.read_bytes() for p in run.rglob("*") if p.is_file()} == before


def test_edits_by_hand_are_named(run, command):
    """Also where the figures would follow: a signed folder is as it was made, or says so."""
    table = next((run / "tables").glob("*diem_tong_hop*.csv"))
    table.write_text(table.read_text(encoding="utf-8").replace("44,8708", "54,8708"), encoding="utf-8")
    page = run / "04_flags.html"
    page.write_text(page.read_text(encoding="utf-8").replace("44,8708", "54,8708"), encoding="utf-8")
    next((run / "charts").glob("*.csv")).unlink()
    (run / "tables/extra.csv").write_text("a,b\n", encoding="utf-8")
    (run / "Thumbs.db").write_bytes(b"x")
    manifest = run / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"seconds": ', '"seconds": 1'), encoding="utf-8")
    code, out, _ = command("verify", run)
    assert code == 1
    assert "manifest.json đã bị sửa" in out
    edited = next(line for line in out.splitlines() if line.startswith("Tệp bị sửa"))
    assert table.name in edited and "04_flags.html" in edited and "(2)" in edited
    assert "Tệp đã mất (1)" in out and "extra.csv" in out and "Thumbs.db" not in out
    assert "“PAPI" in out and "54,8708" in out and "44,8708" in out and "KHÔNG còn đúng" in out


def test_figures_that_changed_in_the_data_are_named_with_their_place(run, data, command):
    data.swap("scores/papi.csv", "2024,thanh_hoa,papi,44.87075,", "2024,thanh_hoa,papi,44.97075,")
    code, out, _ = command("verify", run, "--lang", "en")
    assert code == 1
    assert "changed since the run (1): data/scores/papi.csv" in out and "as the run wrote them" in out
    assert "44,8708" in out and "44,9708" in out and "do NOT follow" in out


def test_data_that_changed_without_touching_the_figures_still_follow(run, data, command):
    data.add("sources.csv", "zz-new,a source for later")
    code, out, _ = command("verify", run)
    assert code == 0 and "data/sources.csv" in out and "dữ liệu đã khác nhưng tính lại vẫn ra đúng như vậy" in out


@pytest.mark.parametrize("content", [None, "{}", "[]", "{", "\x00", '{"run": 1}', "[" * 100_000])
def test_a_folder_that_is_no_run_ends_with_two(tmp_path, command, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    code, out, err = command("verify", tmp_path)
    assert (code, out) == (2, "") and "manifest.json" in err
    assert command("verify", tmp_path / "none")[0] == 2


def test_a_manifest_cannot_name_files_outside_its_folder(run, command):
    path = run / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["files"]["../secret"] = "0"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert command("verify", run)[0] == 2


def test_a_failed_run_does_not_pass(tmp_path, monkeypatch, command):
    write_book(tmp_path / "books", "04_flags", "1 / 0")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "books"))
    assert command("run", PARAMS, "--outputs", tmp_path / "outputs")[0] == 1
    code, out, _ = command("verify", tmp_path / "outputs/thanh_hoa_2024.failed")
    assert code == 1 and "04_flags" in out


def test_the_notebooks_of_the_project_print_no_warning(twice):
    for path in (twice / "1/thanh_hoa_2024").glob("*.ipynb"):
        assert provenance.warnings_of(nbformat.read(path, as_version=4), path.stem) == []
