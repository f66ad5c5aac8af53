"""Runs of the notebooks: plain papermill, the suite, and the ways in which a run can end badly."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from books import write_book
from conftest import ROOT, sampled

from indexlib import DataError, Params
from indexlib.base.wording import t
from indexlib.plan.settings import check_params
from indexlib.run import one as runs
from indexlib.run.execution import execute

pytestmark = pytest.mark.by_turns

PARAMS = ROOT / "params" / "thanh_hoa_2024.yml"
NOTEBOOKS = ("04_flags", "05_plan")
NOTICE = "Số liệu cấp tỉnh (Thanh Hóa); đối với xã chỉ là bối cảnh."


def shown(path) -> str:
    """Everything a notebook shows, as text."""
    book = nbformat.read(path, as_version=4)
    return "\n".join(o.get("data", {}).get("text/html", "") for c in book.cells for o in c.get("outputs", []))


def contents(folder) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One real run, of these two notebooks."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in NOTEBOOKS:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXLIB_NOTEBOOKS", str(folder))
        return runs.run_suite(PARAMS, tmp_path_factory.mktemp("outputs"), jobs=2)


@pytest.fixture
def books(tmp_path, monkeypatch):
    """A suite of the test's own notebooks, one code cell a line."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(folder))

    def write(**cells: list[str]) -> None:
        for name, lines in cells.items():
            first = nbformat.v4.new_code_cell('place = year = plan = language = focus = None\nrules = grades = {}')
            first.metadata["tags"] = ["parameters"]
            book = nbformat.v4.new_notebook(cells=[first, *(nbformat.v4.new_code_cell(line) for line in lines)])
            book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(book, folder / f"{name.removeprefix('nb')}.ipynb")

    return write


@pytest.mark.parametrize("name, words", sampled([
    ("01_data_check", "Số liệu có trong tay"), ("02_overview", "Trong 8 nội dung, 5 nội dung tăng điểm"),
    ("03_trends", "xu hướng"), ("04_flags", "44,8708 điểm"), ("05_plan", "Trung tâm học tập cộng đồng"),
    ("06_outlook", "điểm giữ hạng 10 theo bảng xếp hạng năm nay")], 2))
def test_a_notebook_runs_under_plain_papermill(tmp_path, name, words):
    out = tmp_path / "out.ipynb"
    subprocess.run([sys.executable, "-m", "papermill", f"notebooks/{name}.ipynb", str(out), "-f", str(PARAMS), "-k",
                    "python3"], cwd=ROOT, check=True, capture_output=True, timeout=180)
    text = shown(out)
    assert words.lower() in text.lower()
    assert NOTICE in text


@pytest.mark.parametrize("language, words", [
    ("vi", "bằng số liệu của mọi tỉnh, mọi năm"), ("en", "with the figures of all provinces and years")])
def test_the_method_notebook_runs_in_both_languages(tmp_path, language, words):
    out = tmp_path / "out.ipynb"
    subprocess.run([sys.executable, "-m", "papermill", "notebooks/07_method.ipynb", str(out), "-p", "language", language,
                    "-k", "python3"], cwd=ROOT, check=True, capture_output=True, timeout=180)
    assert words in shown(out)


def test_a_run_holds_pages_notebooks_index_and_manifest(done):
    assert done.failures == []
    assert [o.notebook for o in done.outcomes] == list(NOTEBOOKS)
    names = {p.name for p in done.folder.iterdir()}
    assert {"index.html", "manifest.json", *(f"{n}.{x}" for n in NOTEBOOKS for x in ("html", "ipynb"))} <= names
    assert done.folder.name == "thanh_hoa_2024"


@pytest.mark.parametrize("page", ["index", *NOTEBOOKS])
def test_every_first_page_says_whose_figures_these_are(done, page):
    text = (done.folder / f"{page}.html").read_text(encoding="utf-8")
    assert NOTICE in text
    assert '<html lang="vi">' in text
    assert "đã hết thời hạn" not in text  # 2024 lies within the plan's years


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_pages_are_for_readers_and_hold_no_code(done, name):
    text = (done.folder / f"{name}.html").read_text(encoding="utf-8")
    assert "44,8708" in text or name == "05_plan"
    assert "open_run" not in text
    assert "import" not in re.sub("<style.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r">\s*(nan|None)\s*<", text)


def test_the_index_links_to_every_notebook(done):
    text = (done.folder / "index.html").read_text(encoding="utf-8")
    for name in NOTEBOOKS:
        assert f'href="{name}.html"' in text
        assert t(f"page.title.{name}") in text


def test_the_manifest_says_what_the_run_was_made_from(done):
    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["params"]["place"] == "thanh_hoa"
    assert manifest["inputs"]["data/scores/papi.csv"] == runs.checksum(ROOT / "data" / "scores" / "papi.csv")
    assert {n["notebook"]: n["failed"] for n in manifest["notebooks"]}["04_flags"] is False
    assert {"pandas", "papermill"} <= set(manifest["packages"])
    assert str(ROOT) not in json.dumps(manifest)


def test_nothing_is_left_beside_the_run(done):
    assert [p.name for p in done.folder.parent.iterdir() if not p.name.startswith(".")] == [done.folder.name]
    assert {p.name for p in done.folder.parent.iterdir() if p.name.startswith(".")} <= {".thanh_hoa_2024.lock", ".kept"}


def test_exit_zero_in_a_notebook_is_a_failure(books, tmp_path):
    """papermill takes sys.exit(0) for success, although the cells after it never ran."""
    books(nb04_early=["import sys\nsys.exit(0)", "print('never')"])
    outcome = runs.execute(runs.suite()[0], tmp_path / "out.ipynb", Params(place="thanh_hoa", year=2024))
    assert outcome.failed
    assert outcome.cell is not None


@pytest.mark.parametrize("cells, why", [
    (["1 / 0"], "ZeroDivisionError"), (["import sys\nsys.exit(3)"], "SystemExit"), (["import os\nos._exit(1)"], "")])
def test_a_notebook_that_breaks_is_an_outcome_with_its_reason(books, tmp_path, cells, why):
    books(nb04_broken=cells)
    outcome = runs.execute(runs.suite()[0], tmp_path / "out.ipynb", Params(place="thanh_hoa", year=2024))
    assert outcome.failed
    assert why in outcome.why
    assert outcome.why


def test_types_of_parameters_arrive_as_they_were_checked(books, tmp_path):
    """papermill writes parameters as code: a rule switched off stays None, a code like a number stays text."""
    books(nb04_types=["assert rules['trend_down'] is None and rules['rank_low'] == 0.25",
                      "assert plan == '2023' and place == '01' and year == 2024 and focus == 8"])
    params = Params(place="01", year=2024, plan="2023", rules={"trend_down": None})
    outcome = runs.execute(runs.suite()[0], tmp_path / "out.ipynb", params)
    assert not outcome.failed, outcome.why


def test_a_failing_notebook_leaves_the_earlier_run_and_ends_with_one(books, tmp_path, command):
    outputs = tmp_path / "outputs"
    books(nb04_flags=["print('good')"])
    assert command("run", PARAMS, "--outputs", outputs)[0] == 0
    before = contents(outputs / "thanh_hoa_2024")
    books(nb05_plan=["raise ValueError('kaputt <b>')"])
    code, out, err = command("run", PARAMS, "--outputs", outputs)
    assert code == 1
    assert "05_plan" in out + err
    assert contents(outputs / "thanh_hoa_2024") == before
    index = (outputs / "thanh_hoa_2024.failed" / "index.html").read_text(encoding="utf-8")
    assert "kaputt &lt;b&gt;" in index
    assert "05_plan" in index
    assert (outputs / "thanh_hoa_2024.failed" / "04_flags.html").exists()


def test_a_second_run_takes_the_place_of_the_first(books, tmp_path):
    books(nb04_flags=["from IPython.display import HTML, display\ndisplay(HTML('<p>thoạt đầu</p>'))"])
    runs.run_suite(PARAMS, tmp_path / "outputs")
    books(nb04_flags=["from IPython.display import HTML, display\ndisplay(HTML('<p>second</p>'))"])
    folder = runs.run_suite(PARAMS, tmp_path / "outputs").folder
    text = (folder / "04_flags.html").read_text(encoding="utf-8")
    assert "second" in text
    assert "thoạt đầu" not in text


def test_one_notebook_only(books, tmp_path):
    books(nb04_flags=["print()"], nb05_plan=["raise ValueError"])
    done = runs.run_suite(PARAMS, tmp_path / "outputs", only="04_flags")
    assert [o.notebook for o in done.outcomes] == ["04_flags"]
    assert done.failures == []


def test_a_locked_folder_refuses_and_is_free_again_afterwards(books, tmp_path, command):
    outputs = tmp_path / "outputs"
    books(nb04_flags=["print()"])
    with runs.workplace(outputs, "thanh_hoa_2024"):
        code, _, err = command("run", PARAMS, "--outputs", outputs)
        assert code == 2
        assert "đang được một lần chạy khác dùng" in err
    assert not (outputs / "thanh_hoa_2024").exists()
    assert command("run", PARAMS, "--outputs", outputs)[0] == 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path, command):
    blocked = tmp_path / "outputs"
    blocked.write_text("a file", encoding="utf-8")
    code, _, err = command("run", PARAMS, "--outputs", blocked)
    assert code == 2
    assert str(blocked) in err


@pytest.mark.parametrize("text", ["plcae: thanh_hoa\nyear: 2024\n", "place: thanh_hoa\nyear: 2030\n", "place: [\n",
                                  "place: thanh_hoa\nyear: 2024\nplan: ../x\n"])
def test_bad_parameters_write_nothing(tmp_path, command, text):
    params = tmp_path / "bad.yml"
    params.write_text(text, encoding="utf-8")
    code, out, err = command("run", params, "--outputs", tmp_path / "outputs")
    assert (code, out) == (2, "")
    assert "bad.yml" in err
    assert not (tmp_path / "outputs").exists()


def test_one_bad_file_among_several_starts_none_of_them(tmp_path, command):
    bad = tmp_path / "bad.yml"
    bad.write_text("year: 2024\n", encoding="utf-8")
    code, _, err = command("run", PARAMS, bad, "--outputs", tmp_path / "outputs")
    assert code == 2
    assert "bad.yml" in err
    assert not (tmp_path / "outputs").exists()


def test_faulty_data_stop_a_run_before_it_starts(data, tmp_path):
    data.add("scores/papi.csv", "2024,thanh_hoa,papi.99,1.5,,,,,papi-23,")
    with pytest.raises(DataError):
        runs.run_suite(PARAMS, tmp_path / "outputs")
    assert not (tmp_path / "outputs").exists()


def test_an_unknown_notebook_says_which_there_are(command, tmp_path):
    code, _, err = command("run", PARAMS, "--only", "99_none", "--outputs", tmp_path / "outputs")
    assert code == 2
    assert "04_flags" in err
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_its_parameters_first_with_a_word_on_each(name):
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    code = [c for c in cells if c.cell_type == "code"]
    assert code[0].metadata["tags"] == ["parameters"]
    names = [line.split(" = ")[0] for line in code[0].source.splitlines() if " = " in line]
    assert set(names) == set(Params(place="thanh_hoa", year=2024).for_notebooks())
    assert all("#" in line for line in code[0].source.splitlines() if " = " in line)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_defaults_of_a_notebook_are_those_of_the_library(name):
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    values: dict[str, object] = {}
    exec(next(c for c in cells if c.cell_type == "code").source, values)
    del values["__builtins__"]
    assert Params.model_validate(values) == Params(place="thanh_hoa", year=2024)


def test_a_notebook_runs_in_this_python_and_in_a_folder_with_braces(tmp_path, monkeypatch):
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["no-such-python", "{connection_file}"], "language": "python",
                                                  "display_name": "Other"}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    folder = tmp_path / "kq {2024} {}"
    write_book(folder, "01", "import sys; print(sys.executable)")
    outcome = execute(folder / "01.ipynb", folder / "out.ipynb", check_params({"place": "thanh_hoa", "year": 2024}))
    assert not outcome.failed, outcome.why
    assert sys.executable in (folder / "out.ipynb").read_text(encoding="utf-8")
