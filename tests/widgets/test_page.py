"""The page to take along, in a real browser from a file address without a network: its figures are those of the data."""

from __future__ import annotations

import itertools
import shutil

import pytest

import indexlib as ix
from indexlib.analysis.like_for_like import like_for_like, reaches_back
from indexlib.base import wording as w
from indexlib.base.wording import speaking
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.search import search
from indexlib.widgets.page import figures, save_page

BROWSER = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
NINE = ["nghe_an", "ha_noi", "da_nang", "ha_tinh", "quang_tri", "quang_binh", "an_giang", "ca_mau", "son_la"]
VIEWS = ["history", "ranks", "position", "movement", "heat", "tiles"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    file = save_page(tmp_path_factory.mktemp("page") / "papi 6.html", "PAPI", "Thanh Hóa", "papi.6")
    assert file.stat().st_size < 5_000_000
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(offline=True, viewport={"width": 1366, "height": 768}).new_page()
        page.asked, page.wrong = [], []
        page.on("request", lambda r: page.asked.append(r.url))
        page.on("pageerror", lambda e: page.wrong.append(str(e)))
        page.goto(file.as_uri())
        yield page
        assert page.wrong == [] and [u for u in page.asked if not u.startswith("file:")] == []
        browser.close()


def show(page, **state):
    page.evaluate("s => set(s)", {"compare": [], "place": "thanh_hoa", "component": "papi.6", "year": 2024} | state)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_point_of_the_page_is_the_figure_of_the_data(opened, language):
    show(opened, view="history", language=language)
    shown = dict(opened.evaluate("[...document.querySelectorAll('[data-point]')].map(e => [e.dataset.point, e.textContent])"))
    s = ix.standing(ix.load_scores("papi")).query("component == 'papi.6' and score == score")
    assert len(shown) == len(s) > 800
    with speaking(language):
        for r in s.itertuples():
            said = shown[f"{r.place} {r.year}"].split("\n")
            assert said[1].split(" ")[0] == w.number(r.score, 4) and said[2] == w.rank(r.rank, r.base, r.rank_kind)


def test_every_change_and_group_of_the_page_is_that_of_the_data(opened):
    show(opened, view="movement", language="vi")
    shown = dict(opened.evaluate("[...document.querySelectorAll('[data-cell]')].map(e => "
                                 "[e.dataset.cell, e.childNodes[0].textContent])"))
    c = ix.changes(ix.load_scores("papi")).query("year == 2024 and place == 'thanh_hoa'").set_index("component")["change"]
    assert {k.split()[1]: v for k, v in shown.items()} == {k: w.change(v, 4) for k, v in c.items()}
    show(opened, view="tiles")
    tiles = dict(opened.evaluate("[...document.querySelectorAll('[data-tile]')].map(e => [e.dataset.tile, e.textContent])"))
    assert "không công bố" in tiles["vinh_phuc"] and "Trung bình thấp" in tiles["thanh_hoa"]


@pytest.mark.parametrize("n", [1, 3, 9])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_takes_any_number_of_places_and_fits(opened, view, n):
    show(opened, view=view, compare=NINE[:n], language="vi")
    text = opened.locator("svg").text_content()
    names = [load_places().get(p, 2024).name for p in ["thanh_hoa", *NINE[:n]]]
    assert [x for x in names if x not in text] == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= 1366
    ends = sorted(opened.evaluate("[...document.querySelectorAll('[data-end]')].map(e => e.getBoundingClientRect())"
                                  ".map(r => [r.top, r.bottom])"))
    assert all(above[1] <= below[0] + 4 for above, below in itertools.pairwise(ends))


def test_pressing_a_tile_or_a_dot_chooses_its_place(opened):
    for view, mark in (("tiles", "[data-tile=ha_giang]"), ("position", "[data-dot=ca_mau]")):
        show(opened, view=view)
        opened.locator(mark).click()
        assert opened.evaluate("S.place") == mark.split("=")[1].rstrip("]")
        assert load_places().get(opened.evaluate("S.place"), 2024).name in opened.locator("#message").inner_text()


@pytest.mark.parametrize("index", ["pci", *(pytest.param(i, marks=pytest.mark.sweep) for i in ("par", "sipas"))])
def test_every_index_has_its_page(index):
    held = figures(index)
    assert held["components"][0] == index and held["years"] == sorted(ix.load_scores(index)["year"].unique())
    assert len(held["components"]) == sum(load_catalogue().component(c).level != "part"
                                          for c in ix.load_scores(index)["component"].unique())


def test_the_command_writes_the_page(command, tmp_path):
    file = tmp_path / "a" / "pci.html"
    code, said, _ = command("explore-page", "--index", "PCI", "--place", "nghe an", "--out", file)
    assert code == 0 and "pci.html" in said and '"place":"nghe_an"' in file.read_text(encoding="utf-8")


def test_sums_of_what_is_measured_alike_and_indicators_are_those_of_the_library():
    found = figures("pci")
    sums = like_for_like(ix.load_scores("pci"), "pci", reaches_back("pci", 2024), 2024).figures
    rows = found["alike"]["pci"][2024]["rows"]
    assert len(sums) > 100 and sum(map(len, rows.values())) == len(sums)
    for r in sums.itertuples():
        score = rows[r.year][r.place][0]
        assert score == pytest.approx(r.score, abs=1e-6) if r.score == r.score else score is None
    assert {c for blocks in found["behind"]["pci.4"].values() for c in blocks if c.startswith("thanh_hoa ")}


@pytest.mark.parametrize("words", ["đất đai", "tham gia", "học phí", "6.2", "tham nhung"])
def test_the_page_finds_what_the_library_finds(opened, words):
    assert opened.evaluate("w => find(w)", words) == [c for c in search(words, "papi") if c in figures_of(opened)]


def figures_of(page) -> list[str]:
    return page.evaluate("D.components")
