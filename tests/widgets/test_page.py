"""The page to take along, in a real browser from a file address without a network: its figures are those of the data."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from browsers import BROWSER, ugly
from conftest import in_part, sampled

import indexlib as ix
from indexlib import tables
from indexlib.base import wording as w
from indexlib.base.wording import speaking
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.search import search
from indexlib.widgets.page import figures, save_page

NINE = ["nghe_an", "ha_noi", "da_nang", "ha_tinh", "quang_tri", "quang_binh", "an_giang", "ca_mau", "son_la"]
VIEWS = ["history", "alike", "ranks", "position", "movement", "heat", "tiles"]
SIZES = [(1366, 768), (1920, 1080)]


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


@pytest.mark.parametrize(("view", "n", "language", "size"),
                         sampled(list(itertools.product(VIEWS, (1, 3, 9), ("vi", "en"), SIZES)), 10))
def test_every_view_takes_any_number_of_places_and_fits(opened, view, n, language, size):
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    show(opened, view=view, compare=NINE[:n], language=language)
    assert ugly(opened, "svg") == []
    assert opened.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(size)
    text = opened.locator("svg").text_content()
    with speaking(language):
        names = [load_places().get(p, 2024).name for p in ["thanh_hoa", *NINE[:n]]]
    assert [x for x in names if x not in text] == []
    ends = sorted(opened.evaluate("[...document.querySelectorAll('[data-end]')].map(e => e.getBoundingClientRect())"
                                  ".map(r => [r.top, r.bottom])"))
    assert all(above[1] <= below[0] + 4 for above, below in itertools.pairwise(ends))


@pytest.mark.parametrize("view", [*VIEWS, "indicators"])
def test_a_telephone_scrolls_the_chart_and_not_the_page(opened, view):
    opened.set_viewport_size({"width": 390, "height": 844})
    show(opened, view=view, compare=NINE[:3])
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    opened.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_measured_alike_is_that_of_the_data(opened, language):
    show(opened, view="alike", language=language)
    shown = dict(opened.evaluate("[...document.querySelectorAll('[data-point]')].map(e => [e.dataset.point, e.textContent])"))
    sums = ix.like_for_like(ix.load_scores("papi"), "papi.6", 2018, 2024).figures
    with speaking(language):
        assert {k: said.split("\n")[1].split(" ")[0] for k, said in shown.items()} == {
            f"{r.place} {r.year}": w.number(r.score, 4) for r in sums.itertuples()}
    show(opened, view="alike", component="papi.6.2", language="vi")
    assert "chưa đến nửa thang điểm" in opened.locator("#message").inner_text()


def test_the_search_of_the_page_finds_what_the_library_finds(opened):
    words = pd.read_csv(files.data_dir() / "catalogue" / "everyday.csv")["words"].tolist()
    for text in [*words, "dat dai", "tham gia", "papi 6.2", "6.2", "y te", "land acc", "TIẾP CẬN", "xyz", "1.", ""]:
        assert set(opened.evaluate("t => find(t)", text)) == set(search(text, "papi")), text
    show(opened, view="history", language="vi")
    opened.locator("#search").fill("bệnh viện")
    assert opened.locator("#component option").all_inner_texts() == ["\u2003\u2003PAPI 6.1 Y tế công lập"]
    opened.locator("#search").fill("xyz")
    assert "xyz" in opened.locator("#message").inner_text()
    opened.locator("#search").fill("")


def test_pressing_a_tile_or_a_dot_chooses_its_place(opened):
    for view, mark in (("tiles", "[data-tile=ha_giang]"), ("position", "[data-dot=ca_mau]")):
        show(opened, view=view)
        opened.locator(mark).click()
        assert opened.evaluate("S.place") == mark.split("=")[1].rstrip("]")
        assert load_places().get(opened.evaluate("S.place"), 2024).name in opened.locator("#message").inner_text()


OLD = list(itertools.product(["pci.1", "pci.5", "pci.9"], [2008, 2012, 2016]))


@pytest.mark.parametrize("asked", in_part([("pci.2", 2024)], OLD))
def test_indicators_of_the_page_are_those_of_the_table(opened, asked, tmp_path):
    opened.goto(save_page(tmp_path / "pci.html", "pci", component="pci.2").as_uri())
    assert (tmp_path / "pci.html").stat().st_size < 5_000_000
    for (component, year), language in itertools.product(asked, ("vi", "en")):
        show(opened, view="indicators", component=component, year=year, compare=["nghe_an"], language=language)
        with speaking(language):
            table = tables.indicators(component, ["thanh_hoa", "nghe_an"], year)
            rows = [table.headers(), *table.frame.to_numpy().tolist()]
        assert opened.evaluate("[...document.querySelectorAll('tr')].map(r => [...r.cells].map(c => c.textContent))") == rows
        assert opened.evaluate("document.documentElement.scrollHeight") <= opened.viewport_size["height"]
    show(opened, view="indicators", component="pci", language="vi")
    assert "Chỉ các chỉ số thành phần PCI" in opened.locator("#table").inner_text()


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
