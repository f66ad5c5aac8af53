"""The first page of a run: who must do what, on one screen, in a real browser."""

from __future__ import annotations

import re
from html import escape

import pandas as pd
import pytest
from browsers import BROWSER, NEEDS_BROWSER
from conftest import opened, sampled

from indexlib import open_run
from indexlib.base.wording import speaking, t
from indexlib.charts import small
from indexlib.content import first_page, html, profile, tables
from indexlib.content.glance import Glance
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places

CASES = [("thanh_hoa", 2024, "vi"), ("ca_mau", 2024, "vi"), ("thanh_hoa", 2023, "en"), ("bac_ninh", 2023, "vi")]
PAGES = [(f"0{n}_x", f"Câu hỏi thứ {n}?", "") for n in range(1, 7)]
PAPERS = [("briefing.docx", "Báo cáo (Word)", ""), ("worksheets", "Phiếu của từng đơn vị", ""), ("slides.pptx", "Slide", "")]


def page_of(place: str, year: int, language: str) -> str:
    found = opened(place, year, language)
    with speaking(language):
        return html.page("x", first_page.body(found, PAGES, PAPERS, ["ghi chú"], {}), language)


@pytest.mark.parametrize("place, year, language", CASES)
def test_it_names_the_totals_every_component_of_the_focus_and_its_unit(place, year, language):
    found, page = opened(place, year, language), page_of(place, year, language)
    first, cards = page.split("<article", 1)
    with speaking(language):
        for row in found.focus(8).itertuples(index=False):
            name = load_catalogue().label(row.component)
            answer = found.by_component([row.component]).iloc[0]
            unit = escape(tables.unit_text(found, answer)).replace("&#x27;", "&#39;")
            assert name in first and unit in first, name
            assert f'id="{row.component}"' in page and tables.rank_text(row) in cards
    assert first.count('class="tile"') == 4
    assert not re.search(r"\b(nan|None|NaN)\b", re.sub("<style>.*?</style>", "", page, flags=re.DOTALL))


def test_the_tiles_of_thanh_hoa_2024():
    tiles = {tile.name: tile for tile in first_page._tiles(opened("thanh_hoa", 2024), Glance(opened("thanh_hoa", 2024)))}
    assert (tiles["PAPI"].figure, tiles["PAPI"].change) == (
        "44,87 điểm", "tăng 0,67 điểm · 13/61* · giữ hạng (các nơi có cả hai năm: tăng 2 bậc)")
    assert tiles["PAR INDEX"].figure == "hạng 24/63" and "2023: 25/63" in tiles["PAR INDEX"].change
    assert tiles["SIPAS"].figure == "hạng 22/63" and tiles["SIPAS"].change.startswith("tụt 9 bậc theo công bố")
    assert tiles["SIPAS"].line and "hạng" in tiles["SIPAS"].span


@pytest.mark.parametrize("place", sampled([p.code for p in load_places().valid(2024)], 3))
def test_what_happened_is_said_of_every_component_in_few_words(place):
    found = opened(place, 2024)
    for card in first_page._cards(found, Glance(found), {}):
        assert 0 < len(card.happened) <= 60, card.happened


def test_a_line_is_broken_where_the_index_changed_or_a_year_is_missing():
    rows = pd.DataFrame({"year": [2018, 2019, 2021, 2022], "block": [2018, 2018, 2018, 2022], "score": [1.0, 2.0, 3.0, 2.5]})
    drawn = small.years(rows, "score", "x")
    assert drawn.count('class="line"') == 1 and drawn.count('class="edge"') == 1
    assert small.years(rows.assign(score=None), "score", "x") == ""


def test_a_place_is_drawn_among_all_and_never_among_the_few_whose_scores_are_at_hand():
    found = opened("thanh_hoa", 2024)  # of PCI's parts up to four places are at hand, of its total those of the first 30
    rows = {r.component: r for r in found.components.itertuples(index=False)}
    glance = Glance(found)
    assert glance.among(rows["papi.6.2"]) and not any(glance.among(rows[f"pci.{n}"]) for n in range(1, 11))
    by_rank = small.among(rows["pci"]._replace(score=float("nan")), (), "x")
    assert re.sub("<title>.*?</title>|aria-label=\".*?\"", "", glance.among(rows["pci"], width=240)).count("<") == \
        re.sub("<title>.*?</title>|aria-label=\".*?\"", "", by_rank).count("<")
    card = next(c for c in first_page._cards(found, glance, {}) if c.code == "pci.8")
    assert dict(card.facts)["Hạng"].startswith("chưa xếp hạng được")


def test_a_tile_of_a_single_year_says_why_nothing_is_compared_and_its_figure_once():
    found = opened("thanh_hoa", 2011)
    tile = next(tile for tile in first_page._tiles(found, Glance(found)) if tile.name == "PAPI")
    assert (tile.line, tile.span) == ("", "") and "chưa có điểm năm 2010" in tile.change


@pytest.mark.parametrize("place, year, led", [("thanh_hoa", 2024, {"03_trends", "05_plan"}), ("ca_mau", 2024, {"03_trends"})])
def test_no_question_leads_to_a_page_without_an_answer(place, year, led):
    pages = [("03_trends", "Tăng, giảm?", ""), ("05_plan", "Ai trả lời?", "")]
    body = first_page.body(open_run(place=place, year=year), pages, [], [], {})
    assert {name for name, *_ in pages if f'href="{name}.html"' in body} == led


def test_markup_in_names_stays_text():
    pages, papers = [("01", "<b>x</b>", "<i>why</i>")], [("a.docx", "<script>", "")]
    body = first_page.body(opened("thanh_hoa", 2024), pages, papers, ["n<"], {})
    assert "<script>" not in body and "<b>x" not in body and "&lt;i&gt;why" in body and "n&lt;" in body


@NEEDS_BROWSER
def test_it_fits_one_screen_and_never_scrolls_sideways(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for case in CASES:
            path = tmp_path / "index.html"
            path.write_text(page_of(*case), encoding="utf-8")
            for width, height in ((1366, 768), (1920, 1080), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                page.goto(path.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (case, width)
                if width > 390:
                    assert page.locator(".first").bounding_box()["height"] <= height - 30, (case, width)
        page.set_viewport_size({"width": 1366, "height": 768})
        page.get_by_role("link", name=load_catalogue().label(opened(*CASES[-1]).focus(8)["component"].iloc[0])).click()
        assert page.url.endswith(f"#{opened(*CASES[-1]).focus(8)['component'].iloc[0]}")
        browser.close()


def test_it_says_what_to_do_where_nothing_is_flagged():
    found = opened("quang_ninh", 2006)
    assert found.focus(8).empty or first_page._cards(found, Glance(found), {})
    assert t("first.all_files") in first_page.body(found, [], [], [], {})


@pytest.fixture(scope="module")
def profile_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("profile") / "profile.html"
    path.write_text(html.page("x", profile.body(opened("thanh_hoa", 2024)), "vi"), encoding="utf-8")
    return path


def test_the_profile_has_a_row_for_every_component_and_numbers_the_focus_as_the_first_page_does():
    found = opened("thanh_hoa", 2024)
    rows = profile._rows(found)
    assert len(rows) == len(found.components)
    numbered = {row.cells[1].text: row.cells[0].text for row in rows}
    label = load_catalogue().label
    assert [numbered[label(c)] for c in found.focus(8)["component"]] == [str(n) for n in range(1, 9)]
    assert numbered["PAPI"] == "" and all(row.cells[3].text and row.cells[2].text for row in rows)


@NEEDS_BROWSER
def test_the_profile_is_searched_filtered_and_sorted(profile_page):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(profile_page.as_uri())
        visible = page.locator("table.profile tbody tr:visible")
        page.fill("#q", "giao duc tieu hoc")
        assert visible.count() == 1 and "PAPI 6.2" in visible.first.inner_text()
        page.fill("#q", "")
        page.select_option("#by-index", "pci")
        page.select_option("#by-rule", "score_fell")
        names = visible.locator("td:nth-child(2)").all_inner_texts()
        assert names and all(name.startswith("PCI") for name in names)
        page.select_option("#by-index", "")
        page.select_option("#by-rule", "")
        page.get_by_role("button", name="So năm trước").click()
        changes = [float(x.replace(",", ".")) for x in visible.locator("td:nth-child(5)").all_inner_texts() if x[:1] in "+-"]
        assert changes == sorted(changes) and len(changes) > 30
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()


REACHED = """() => { const all = [...document.querySelectorAll("a, button, input, select")], e = document.activeElement;
  const s = getComputedStyle(e);
  return [all.indexOf(e), all.length, s.outlineStyle !== "none" && s.outlineWidth !== "0px"]; }"""


@NEEDS_BROWSER
def test_all_can_be_done_by_keyboard(profile_page, tmp_path):
    from playwright.sync_api import sync_playwright

    first = tmp_path / "index.html"
    first.write_text(page_of("thanh_hoa", 2024, "vi"), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        for path in (first, profile_page):
            page.goto(path.as_uri())
            count = page.evaluate(REACHED)[1]
            for n in range(count):
                page.keyboard.press("Tab")
                assert page.evaluate(REACHED) == [n, count, True], page.evaluate("document.activeElement.outerHTML")
        button = page.locator("th button").nth(2)
        button.focus()
        page.keyboard.press("Enter")
        assert button.locator("xpath=..").get_attribute("aria-sort") == "ascending"
        page.goto(first.as_uri())
        page.locator(".focus a").first.focus()
        page.keyboard.press("Enter")
        assert page.url.endswith(page.locator(".focus a").first.get_attribute("href"))
        browser.close()
