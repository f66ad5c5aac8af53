"""Pages of a run: in a real browser, and their figures against the frames they come from."""

import json
import re
from pathlib import Path

import pytest
from browsers import BROWSER, NEEDS_BROWSER
from conftest import sampled

from indexlib import open_run
from indexlib.content import html as pages
from indexlib.content import prose
from indexlib.run.one import run_suite

pytestmark = pytest.mark.by_turns

CASES = [("thanh_hoa", 2024, "vi"), ("quang_ninh", 2023, "vi"), ("ba_ria_vung_tau", 2022, "en")]


@pytest.fixture(scope="module", params=sampled([(case,) for case in CASES], 1))
def done(request, tmp_path_factory):
    """A whole run of one place."""
    place, year, language = request.param
    folder = tmp_path_factory.mktemp(place)
    params = folder / f"{place}_{year}.yml"
    params.write_text(f"place: {place}\nyear: {year}\nlanguage: {language}\n", encoding="utf-8")
    return run_suite(params, folder / "outputs"), request.param


def test_every_notebook_ran_and_every_file_is_there(done):
    run, _ = done
    assert not run.failures and len(run.outcomes) == 6
    for outcome in run.outcomes:
        assert (run.folder / f"{outcome.notebook}.html").stat().st_size < 1_500_000
        assert (run.folder / f"{outcome.notebook}.ipynb").exists()
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["charts"]:
        assert (run.folder / "charts" / f"{name}.csv").exists()


@NEEDS_BROWSER
def test_every_page_loads_without_an_error_and_draws_every_chart(done):
    from playwright.sync_api import sync_playwright

    run, _ = done
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        errors, requests = [], []
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("request", lambda r: requests.append(r.url))
        for path in sorted(run.folder.glob("*.html")):
            page.goto(path.as_uri())
            figures = page.locator("figure").count()
            page.wait_for_function("n => document.querySelectorAll('figure .main-svg').length >= n", arg=figures)
            assert page.locator("figure.js-plotly-plot").count() == figures
            text = page.inner_text("body")
            assert not re.search(r"\b(nan|None|NaN|undefined)\b", text), path.name
        browser.close()
    assert errors == []
    assert all(url.startswith("file:") for url in requests)  # opens offline


@NEEDS_BROWSER
def test_charts_are_written_for_print(done):
    run, _ = done
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["notices"] == []
    for name in manifest["charts"]:
        assert (run.folder / "charts" / f"{name}.png").stat().st_size > 5_000
        assert (run.folder / "charts" / f"{name}.svg").exists()


def test_every_page_says_whose_figures_these_are(done):
    run, (place, year, language) = done
    said = {"vi": "đối với xã chỉ là bối cảnh", "en": "for a commune they are context only"}[language]
    if place != "thanh_hoa":  # where the plan gives nobody a task
        said = {"vi": "không gắn với kế hoạch nào", "en": "tied to no plan"}[language]
    for path in run.folder.glob("*.html"):
        assert said in path.read_text(encoding="utf-8"), path.name
    index = (run.folder / "index.html").read_text(encoding="utf-8")
    outside = place == "thanh_hoa" and not 2023 <= year <= 2025
    assert ("Ha Long" in index or "Hà Long" in index) == outside


@pytest.mark.parametrize("place", ["thanh_hoa", "quang_ninh", "ba_ria_vung_tau", "ha_noi"])
@pytest.mark.parametrize("year", [2013, 2019, 2021, 2023, 2024])
def test_counts_in_the_prose_sum_to_the_components(place, year):
    """The error once printed by a province: 1 up + 2 level + 7 down of 8 dimensions."""
    found = open_run(place=place, year=year)
    for index in ("papi", "pci"):
        parts = prose.split(found, index)
        codes = [c for codes in parts.values() for c in codes]
        assert len(codes) == len(set(codes)) == len(prose.main_components(found, index))
        text = str(prose.standard(found, index))
        counted = re.search(r"Trong (\d+) (?:nội dung|chỉ số thành phần), (.*)", text)
        if counted:
            # counts open each clause of the sentence: "5 nội dung tăng điểm (...), 3 nội dung giảm điểm (...)"
            clauses = re.findall(r"(\d+) (?:nội dung|chỉ số thành phần) (?:tăng|giảm|giữ|không|chưa)", counted[2])
            assert sum(map(int, clauses)) == int(counted[1])


def test_a_figure_cannot_end_its_script():
    figure = {"data": [{"type": "scatter", "x": [1], "y": [1], "text": ["</script><script>alert(1)</script>"]}],
              "layout": {"meta": {"name": "x", "title": "</script><b>x", "data": []}}}
    out = pages.Content()
    html = pages._figure(figure, out, 0)
    assert html.count("</script>") == 1 and out.figures["x"]["data"] == figure["data"]


def test_a_second_run_reuses_the_first_and_gives_the_same_files(done):
    run, (place, year, _) = done
    params = run.folder.parent.parent / f"{place}_{year}.yml"
    before = {p.relative_to(run.folder): p.read_bytes() for p in run.folder.rglob("*.csv")}
    pages_before = {p.name: p.read_bytes() for p in run.folder.glob("0*.html")}
    again = run_suite(params, run.folder.parent)
    assert all(o.reused for o in again.outcomes)
    assert {p.relative_to(again.folder): p.read_bytes() for p in again.folder.rglob("*.csv")} == before
    assert {p.name: p.read_bytes() for p in again.folder.glob("0*.html")} == pages_before


def test_a_changed_input_redoes_only_what_depends_on_it(done):
    run, (place, year, _) = done
    params = Path(run.folder.parent.parent / f"{place}_{year}.yml")
    params.write_text(params.read_text(encoding="utf-8") + "peers: similar\n", encoding="utf-8")
    again = run_suite(params, run.folder.parent)
    assert [o.notebook for o in again.outcomes if not o.reused] == ["06_outlook"]
