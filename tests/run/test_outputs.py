"""Whole runs as their readers get them: every word of every file, and the pages as a browser sees them."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from browsers import BROWSER, NEEDS_BROWSER
from conftest import sampled
from docx import Document
from pptx import Presentation

from indexlib import open_run
from indexlib.base.wording import speaking
from indexlib.briefing import bundle
from indexlib.content import first_page, html, profile
from indexlib.plan.settings import Params, Rules
from indexlib.run import one

#: With the plan, without one, of a province since merged; whole runs, and, one with each commit, the files alone.
WHOLE = [("thanh_hoa", "vi"), ("thanh_hoa", "en"), ("ca_mau", "vi"), ("ca_mau", "en"), ("bac_giang", "vi"), ("ha_noi", "vi")]
FILES = [("thanh_hoa", "vi"), ("ca_mau", "vi"), ("quang_ninh", "en")]
HOLES = re.compile(r"(?<![\w-])(nan|None|NaN|NaT|<NA>|inf|null|undefined)(?![\w-])")
ADDRESS = re.compile(r"https?:|www\.|github", re.IGNORECASE)
#: Names of parameters and paths; ``progress`` and the like are also words, so only those with an underscore.
NAMES = [name for name in (*Rules.model_fields, *Params.model_fields) if "_" in name]
LEAKED = re.compile(rf"\b({'|'.join(NAMES)})\b|/(tmp|work|home)/|\bdata/|\.(yml|py|ipynb|csv)\b|\{{\w*\}}")
#: Where figures were read in somebody's copy: its true address.
COPY = re.compile(r"github|flask_test|ml-mcdm|papi-dashboard")
#: English that no Vietnamese text has; names of institutions and programs keep theirs.
ENGLISH = re.compile(r"\b(the|and|of|with|from|score|scores|rank|year|years|province|table|figure|not|for|unit|is|are)\b",
                     re.IGNORECASE)
FOREIGN = re.compile(r"“[^”]*”|\"[^\"]*\"|\([^()]*\)|https?:\S+|[\w.-]+\.(?:com|vn|org|net|edu)\S*")
#: Lines that name a publication keep its own words.
PUBLISHED = re.compile(r"UNDP|CECODES|VCCI|PAPI|USAID|World Bank|Report|Index", re.IGNORECASE)


@pytest.fixture(scope="module", params=[*(pytest.param((*case, "whole"), marks=pytest.mark.sweep) for case in WHOLE),
                                        *(pytest.param((*p.values, "files"), marks=p.marks) for p in sampled(FILES, 1))],
                ids="-".join)
def run(request, tmp_path_factory):
    """A run: its language and folder."""
    place, language, kind = request.param
    folder = tmp_path_factory.mktemp("run")
    if kind == "files":
        found = open_run(place=place, year=2024, language=language)
        with speaking(language):
            made = bundle.make(found, folder, None, folder)
            assert not any(made.why.values())
            for name, body in (("index", first_page.body(found, [], bundle.listed(made.why, folder), [], {})),
                               ("profile", profile.body(found))):
                (folder / f"{name}.html").write_text(html.page(name, body, language), encoding="utf-8")
        return language, folder
    path = folder / f"{place}.yml"
    path.write_text(f"place: {place}\nyear: 2024\nplan: ha_bac_2023_2025\nlanguage: {language}\n", encoding="utf-8")
    done = one.run_suite(path, folder / "outputs")
    assert done.whole
    return language, done.folder


def lines(path: Path) -> Iterator[str]:
    """What a reader sees of a file, text by text."""
    if path.suffix == ".html":
        body = re.sub(r"<(script|style)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from (x.strip() for x in unescape(re.sub(r"<[^>]+>", "\n", body)).split("\n") if x.strip())
    elif path.suffix == ".docx":
        document = Document(str(path))
        cells = (c for table in document.tables for row in table.rows for c in row.cells)
        yield from (p.text for p in document.paragraphs)
        yield from (c.text for c in cells)
    elif path.suffix == ".pptx":
        for slide in Presentation(str(path)).slides:
            for shape in slide.shapes:
                if shape.has_text_frame:
                    yield shape.text_frame.text
                elif shape.has_table:
                    yield from (c.text for row in shape.table.rows for c in row.cells)
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path).worksheets:
            if sheet.sheet_state == "visible":
                yield from (str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None)
    elif path.suffix in (".csv", ".md"):
        yield from (cell for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) for cell in row)


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".html", ".docx", ".pptx", ".xlsx", ".csv", ".md"))


def found(folder: Path, wrong: re.Pattern, chosen: list[Path]) -> list[str]:
    return [f"{p.relative_to(folder)}: {m[0]!r} in {x[:120]!r}" for p in chosen for x in lines(p) if (m := wrong.search(x))]


def test_nothing_is_left_unsaid_and_no_parameter_or_path_is_printed(run):
    _, folder = run
    drawn = [p for p in files(folder) if p.parent.name == "charts"]  # data for programs, under their own headings
    assert found(folder, HOLES, files(folder)) == []
    leaked = found(folder, LEAKED, [p for p in files(folder) if p not in drawn])
    assert [x for x in leaked if not COPY.search(x)] == []


def test_no_address_on_the_first_page_the_slides_and_in_the_body_of_the_report(run):
    _, folder = run
    assert found(folder, ADDRESS, [folder / "index.html", folder / "slides.pptx"]) == []
    report = Document(str(folder / "briefing.docx"))
    texts = [p.text for p in report.paragraphs]
    annex = next(i for i, x in enumerate(texts) if re.match(r"PHỤ LỤC|Phụ lục|ANNEX|Annex", x))
    assert annex > 10 and [x for x in texts[:annex] if ADDRESS.search(x)] == []


def test_vietnamese_texts_are_vietnamese(run):
    language, folder = run
    if language != "vi":
        pytest.skip("English run")
    chosen = [p for p in files(folder) if p.parent.name != "charts"]
    wrong = [f"{p.relative_to(folder)}: {x[:140]!r}" for p in chosen for x in lines(p)
             if ENGLISH.search(FOREIGN.sub("", x)) and not PUBLISHED.search(x)]
    assert wrong == []


@pytest.mark.sweep
@NEEDS_BROWSER
@pytest.mark.skipif(not shutil.which("npm"), reason="axe-core comes from the npm registry, and there is no npm")
def test_a_page_has_no_serious_fault_for_readers_with_a_screen_reader_or_a_keyboard(run, tmp_path):
    from playwright.sync_api import sync_playwright

    _, folder = run
    got = subprocess.run(["npm", "install", "--prefix", str(tmp_path), "--no-audit", "--no-fund", "--ignore-scripts",
                          "axe-core@4.10.3"], capture_output=True, text=True, timeout=120)
    if got.returncode:
        pytest.skip(f"axe-core could not be fetched: {got.stderr[-200:]}")
    axe = (tmp_path / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    wrong = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        for width in (1366, 390):
            page = browser.new_page(viewport={"width": width, "height": 768})
            for path in sorted(folder.glob("*.html")):
                page.goto(path.as_uri())
                page.add_script_tag(content=axe)
                wrong += [(path.name, width, v["id"], v["nodes"][0]["html"][:120])
                          for v in page.evaluate("axe.run()")["violations"]]
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
                assert page.evaluate("[...document.querySelectorAll('figure')].every(f => f.scrollWidth <= f.clientWidth && "
                                     "f.getBoundingClientRect().right <= innerWidth)")
        browser.close()
    assert wrong == []


@pytest.mark.sweep
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not there to count pages")
def test_the_workbook_prints_as_a_booklet(run, tmp_path):
    """On paper lying flat, each sheet on pages of its own under its title, none of them nearly empty."""
    _, folder = run
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to", "pdf",
                    "--outdir", str(tmp_path), str(folder / "tables.xlsx")], check=True, capture_output=True, timeout=180)
    pdf = tmp_path / "tables.pdf"
    told = subprocess.run(["pdfinfo", "-l", "99", pdf], capture_output=True, text=True).stdout
    sizes = {tuple(map(float, x)) for x in re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", told)}
    assert sizes and all(wide > high for wide, high in sizes)
    pages = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True).stdout.split("\f")[:-1]
    assert 12 <= len(pages) <= 24
    sheets = openpyxl.load_workbook(folder / "tables.xlsx").sheetnames[1:]
    heads = [next(x.strip() for x in page.splitlines() if x.strip()) for page in pages]
    assert all(any(head.startswith(sheet) for head in heads) for sheet in sheets)
    assert all(sum(bool(x.strip()) for x in page.splitlines()) > 4 for page in pages)
