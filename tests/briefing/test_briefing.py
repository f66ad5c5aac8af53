"""The files of a briefing together: made by every run and alone, kept, one failing without the others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from conftest import ROOT
from docx import Document

from indexlib import open_run
from indexlib.base.wording import t
from indexlib.briefing import bundle
from indexlib.content import first_page, tables
from indexlib.data import files
from indexlib.plan.settings import Params
from indexlib.run.briefing_only import run_briefing
from indexlib.run.cache import briefing_key, pack, unpack
from indexlib.run.verify import verify

pytestmark = pytest.mark.by_turns

PARAMS = ROOT / "params" / "thanh_hoa_2024.yml"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The files of Thanh Hóa 2024, written once without the notebooks."""
    return run_briefing(PARAMS, tmp_path_factory.mktemp("outputs"))


def test_the_files_come_with_their_charts(alone):
    assert alone.whole and alone.papers == dict.fromkeys(bundle.names(), "")
    assert {p.name for p in alone.folder.iterdir()} == {*bundle.names(), "charts", "manifest.json"}
    assert len(list((alone.folder / "worksheets").glob("*.xlsx"))) == 11
    pictures = Document(str(alone.folder / bundle.REPORT)).inline_shapes
    assert len(pictures) == 6  # PAPI and PCI: history and contributions; PAR INDEX and SIPAS: places
    assert all(round(p.width.cm, 1) == 11.5 for p in pictures)  # four on a page of the annex


def test_the_manifest_says_what_they_were_made_from(alone):
    manifest = json.loads((alone.folder / "manifest.json").read_text(encoding="utf-8"))
    assert "data/scores/papi.csv" in manifest["inputs"] and manifest["papers"] == alone.papers
    assert "briefing.docx" in manifest["files"]


def test_a_second_time_takes_the_same_files_from_earlier_work(alone, monkeypatch):
    before = {p.name: p.read_bytes() for p in alone.folder.iterdir() if p.is_file() and p.name != "manifest.json"}
    monkeypatch.setattr(bundle, "make", lambda *_: pytest.fail("made anew"))
    again = run_briefing(PARAMS, alone.folder.parent)
    assert {p.name: p.read_bytes() for p in again.folder.iterdir() if p.name in before} == before


def test_what_they_follow_from_is_in_the_key(tmp_path):
    (tmp_path / "own.docx").write_bytes(b"1")
    params = Params(place="thanh_hoa", year=2024, report={"template": "own.docx"})
    first = briefing_key(params, tmp_path, tmp_path)
    assert briefing_key(params, tmp_path, tmp_path) == first
    (tmp_path / "own.docx").write_bytes(b"2")
    assert briefing_key(params, tmp_path, tmp_path) != first
    assert briefing_key(Params(place="thanh_hoa", year=2023), tmp_path, tmp_path) != first


def test_one_that_fails_does_not_stop_the_others(tmp_path):
    found = open_run(place="thanh_hoa", year=2024, report={"template": "none.docx"})
    made = bundle.make(found, tmp_path, None, tmp_path)
    assert "none.docx" in made.why[bundle.REPORT] and not any(made.why[n] for n in bundle.names() if n != bundle.REPORT)
    assert (tmp_path / bundle.SLIDES).exists() and (tmp_path / bundle.WORKBOOK).exists()


def half_a_file(job, path):
    path.write_bytes(b"PK half a file")
    raise ValueError("khóa \x1b[31m'papi.9'\nkhông có \udcc4")


def some_of_a_folder(job, path):
    path.mkdir()
    (path / "so_noi_vu.docx").write_bytes(b"PK half a file")
    return {}["papi.9"]


@pytest.mark.parametrize(("name", "write", "said"), [
    ("briefing.docx", half_a_file, "ValueError: khóa [31m'papi.9' không có ?"),
    ("worksheets", some_of_a_folder, "KeyError: 'papi.9'")])
def test_any_error_of_a_writer_is_the_fault_of_its_file_alone(tmp_path, monkeypatch, name, write, said):
    outputs = [replace(o, write=write) if o.name == name else o for o in bundle.OUTPUTS]
    monkeypatch.setattr(bundle, "OUTPUTS", outputs)
    made = bundle.make(open_run(place="thanh_hoa", year=2024), tmp_path, None, tmp_path)
    assert made.why[name] == t("fault.writer", kind=said.split(":")[0], why=said.split(": ")[1])
    assert {n for n, why in made.why.items() if not why} == {p.name for p in tmp_path.iterdir()} == \
        {o.name for o in bundle.OUTPUTS} - {name}


@pytest.mark.parametrize("ends", [KeyboardInterrupt, SystemExit])
def test_who_ends_the_run_ends_it(tmp_path, monkeypatch, ends):
    def ended(job, path):
        raise ends

    monkeypatch.setattr(bundle, "OUTPUTS", [replace(bundle.OUTPUTS[0], write=ended)])
    with pytest.raises(ends):
        bundle.make(open_run(place="thanh_hoa", year=2024), tmp_path, None, tmp_path)


def test_a_run_goes_on_without_the_file_and_names_the_fault(command, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "OUTPUTS", [replace(bundle.OUTPUTS[0], write=half_a_file), bundle.OUTPUTS[2]])
    code, out, _ = command("brief", PARAMS, "--outputs", tmp_path)
    folder = tmp_path / "thanh_hoa_2024-briefing.failed"
    assert code == 1 and "briefing.docx: không ghi được: lỗi chưa lường trước (ValueError: khóa [31m'papi.9'" in out
    assert (folder / "tables.xlsx").exists() and not (folder / "briefing.docx").exists()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["papers"]["briefing.docx"].startswith("lỗi")


def test_a_failed_file_leaves_the_earlier_folder(command, tmp_path):
    text = PARAMS.read_text(encoding="utf-8").replace("template: null", "template: none.docx")
    (tmp_path / "thanh_hoa_2024.yml").write_text(text, encoding="utf-8")
    code, out, _ = command("brief", tmp_path / "thanh_hoa_2024.yml", "--outputs", tmp_path / "o")
    assert code == 1 and "briefing.docx: không ghi được" in out
    assert (tmp_path / "o" / "thanh_hoa_2024-briefing.failed" / "slides.pptx").exists()
    assert not (tmp_path / "o" / "thanh_hoa_2024-briefing").exists()


def test_worksheets_that_came_back_stand_in_the_periodic_report(alone, command, tmp_path):
    back = tmp_path / "back"
    back.mkdir()
    for path in (alone.folder / "worksheets").glob("*.xlsx"):
        (back / path.name).write_bytes(path.read_bytes())
    (back / "la.xlsx").write_bytes(b"not a workbook")
    text = PARAMS.read_text(encoding="utf-8").replace("period: year ", "period: quarter ").replace(
        "  year: null              # năm của kỳ", "  year: 2025              # năm của kỳ").replace(
        "quarter: null", "quarter: 2").replace("progress: null", "progress: back").replace("until: null", "until: 2025-06-14")
    (tmp_path / "q2.yml").write_text(text, encoding="utf-8")
    code, out, err = command("brief", tmp_path / "q2.yml", "--outputs", tmp_path / "o")
    assert code == 0, out + err
    assert "la.xlsx" in out  # what is wrong with a sheet is told, and the rest is counted
    said = [p.text for p in Document(str(tmp_path / "o" / "q2-briefing" / "briefing.docx")).paragraphs]
    assert any("đến ngày 14/06/2025" in x for x in said) and any("la.xlsx" in x for x in said)


def test_verify_recomputes_the_files_and_names_a_figure_that_no_longer_follows(alone, command, data):
    code, out, _ = command("verify", alone.folder)
    assert code == 0 and "tính lại ra đúng như vậy" in out
    data.swap("scores/papi.csv", "2024,thanh_hoa,papi.6.2,1.47", "2024,thanh_hoa,papi.6.2,1.46")
    files.forget()  # else a change within a second of the last look is not seen
    code, out, _ = command("verify", alone.folder)
    assert code == 1
    assert "briefing.docx" in out and "tables.xlsx" in out and "KHÔNG còn đúng" in out


def totals_as_text(job, path):
    path.write_text("\n".join(" ".join(row) for row in tables.totals(job.found).frame.to_numpy()), encoding="utf-8")
    return ["figures.txt: chỉ có điểm tổng hợp"]


TEXT = bundle.Output("figures.txt", totals_as_text, lambda path: path.read_text(encoding="utf-8").split("\n"), "table.totals")


@pytest.fixture
def with_text(tmp_path, monkeypatch):
    """A run with one more kind of file, which nothing but its row in the registry tells of."""
    monkeypatch.setattr(bundle, "OUTPUTS", (bundle.OUTPUTS[2], TEXT))
    monkeypatch.setenv("BROWSER_PATH", "/none")
    monkeypatch.setenv("PATH", "/usr/bin")
    return run_briefing(PARAMS, tmp_path / "outputs")


def test_a_new_file_is_a_writer_and_a_row(with_text, tmp_path, command, data):
    folder = with_text.folder
    assert with_text.papers == {"tables.xlsx": "", "figures.txt": ""} and TEXT.files(folder) == [folder / "figures.txt"]
    assert with_text.notices[-1] == "figures.txt: chỉ có điểm tổng hợp"
    page = first_page.body(open_run(place="thanh_hoa", year=2024), [], bundle.listed(with_text.papers, folder), [], {})
    assert f'<a href="figures.txt">{t("table.totals")}</a>' in page
    pack(folder, tmp_path / "kept.zip")
    assert unpack(tmp_path / "kept.zip", tmp_path / "again")
    assert (tmp_path / "again/figures.txt").read_bytes() == (folder / "figures.txt").read_bytes()
    assert command("verify", folder)[0] == 0
    data.swap("scores/papi.csv", "2024,thanh_hoa,papi,44.87075,", "2024,thanh_hoa,papi,44.97075,")
    files.forget()
    found = verify(folder)
    assert [(d.file, "44,8708" in d.stands, "44,9708" in d.comes) for d in found.differ if d.file == "figures.txt"] == \
        [("figures.txt", True, True)]


def test_a_file_that_is_not_made_any_more_or_cannot_be_read_does_not_pass(with_text, monkeypatch):
    (with_text.folder / "tables.xlsx").write_bytes(b"spoilt")
    monkeypatch.setattr(bundle, "OUTPUTS", bundle.OUTPUTS[:1])
    assert [d.file for d in verify(with_text.folder).differ] == ["tables.xlsx", "figures.txt"]
