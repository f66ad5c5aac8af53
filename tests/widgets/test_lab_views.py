"""Every view in JupyterLab itself, beside one, three and nine places, in a small and a large window.

With INDEXLIB_SHOTS in the environment, a picture of each is written into that folder, to be looked at.
"""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import labs
import pandas as pd
import pytest
from browsers import NEEDS_BROWSER, ugly
from labs import wait_for

from indexlib.charts.grids import tile_table
from indexlib.data import files
from indexlib.data.places import load_places
from indexlib.data.search import search, with_scores
from indexlib.widgets import choices, views

pytestmark = [pytest.mark.sweep, NEEDS_BROWSER]
NINE = ["nghe_an", "ha_noi", "da_nang", "ha_tinh", "quang_tri", "vinh_phuc", "ba_ria_vung_tau", "hue", "son_la"]
SIZES = [(1366, 768), (1920, 1080)]
CHART = ".indexlib-explorer .js-plotly-plot svg.main-svg"
#: All that is drawn, stands in the table or is said above, without the spaces: names are broken into lines.
SAID = """(() => [...document.querySelectorAll(
    ['.js-plotly-plot', 'table.indexlib', '.indexlib-message'].map(e => '.indexlib-explorer ' + e))]
    .map(e => e.textContent).join(' ').replace(/\\s/g, ''))()"""
#: Words that people say, spread over the table of them.
WORDS = pd.read_csv(files.data_dir() / "catalogue" / "everyday.csv").iloc[::6].head(20)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with labs.exploring(tmp_path_factory.mktemp("lab")) as window:
        window.locator(".indexlib-explorer").evaluate("e => e.scrollIntoView()")
        yield window


def names(places: list[str]) -> list[str]:
    return [load_places().get(p, 2024).name for p in places]


def coded(page, text: str) -> None:
    """Wait until the code under the chart says this; it comes last."""
    wait_for(page, "t => [...document.querySelectorAll('.indexlib-explorer textarea')].pop().value.includes(t)", text)


def typed(page, hint: str, text: str) -> None:
    field = page.get_by_placeholder(hint)
    field.fill(text)
    field.press("Enter")


def show(page, view: str, component: str, beside: list[str], size: tuple[int, int] = SIZES[0]) -> None:
    """Bring the view about with the controls alone."""
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    kinds = page.locator(".indexlib-explorer .widget-dropdown select").first
    kinds.select_option(index=views.VIEWS.index("history"))
    coded(page, "charts.history")
    page.get_by_placeholder("gõ một phần tên").fill("")
    page.get_by_role("button", name=component.split(".")[0].upper(), exact=True).click()
    coded(page, f"load_scores('{component.split('.')[0]}')")
    page.locator(".indexlib-explorer .widget-select select").select_option(
        index=list(choices.components(component.split(".")[0])).index(component))
    typed(page, "gõ tên, không cần dấu", "thanh hoa")
    coded(page, f"'thanh_hoa', '{component}'")
    page.get_by_role("button", name="Bỏ so sánh").click()
    coded(page, "[]")
    kinds.select_option(index=views.VIEWS.index(view))
    if beside:
        typed(page, "gõ tên tỉnh", ", ".join(names(beside)))
    at = views.settle(views.View(), view=view, component=component, compare=beside)
    coded(page, views.code(at).splitlines()[-1])
    page.locator(".indexlib-explorer").evaluate("e => e.scrollIntoView()")
    page.wait_for_timeout(300)


def shot(page, name: str) -> None:
    if folder := os.environ.get("INDEXLIB_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(("view", "n", "size"), list(product(views.VIEWS, (0, 1, 3, 9), SIZES)))
def test_every_view_is_whole_and_names_every_place(page, view, n, size):
    show(page, view, "pci.2" if view == views.BEHIND else "papi.6", NINE[:n], size)
    shot(page, f"{view}_{n}_{size[0]}")
    said, places = page.evaluate(SAID), ["thanh_hoa", *NINE[:n]]
    tiles = tile_table(2024).set_index("code")["label_vi"]
    wanted = tiles[places].tolist() if view == "tiles" else names(places)
    assert [x for x in wanted if x.replace(" ", "") not in said] == []
    if view != views.BEHIND:
        assert ugly(page, CHART) == []
    wide = page.evaluate("""() => [...document.querySelectorAll('.indexlib-explorer, .indexlib-explorer .widget-box, ' +
        '.jp-WindowedPanel-outer, .indexlib-explorer button, .indexlib-explorer select:not([size])')].filter(
        e => e.scrollWidth > e.clientWidth + 1).map(e => [e.className, e.scrollWidth, e.clientWidth])""")
    assert wide == []
    seen, controls = (page.locator(s).bounding_box() for s in (
        ".indexlib-explorer table.indexlib" if view == views.BEHIND else f"{CHART} >> nth=0",
        ".indexlib-explorer .widget-toggle-buttons"))
    assert seen["x"] > controls["x"] + controls["width"] and seen["x"] + seen["width"] <= size[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("view", "place"), [("tiles", "ha_giang"), ("tiles", "ca_mau"), ("position", "ha_giang")])
def test_a_tile_or_dot_that_is_pressed_chooses_its_place(page, view, place, size):
    show(page, view, "papi.6", ["nghe_an"], size)
    at = page.evaluate("""place => { const chart = document.querySelector('.indexlib-explorer .js-plotly-plot');
        const trace = chart._fullData.findIndex(t => t.customdata && t.customdata.includes(place));
        chart.closest('.widget-box').scrollTop = chart.clientHeight * (place === 'ca_mau');
        const { x, y } = chart.calcdata[trace][chart._fullData[trace].customdata.indexOf(place)];
        const { xaxis, yaxis } = chart._fullLayout, r = chart.getBoundingClientRect();
        return [r.x + xaxis._offset + xaxis.c2p(x), r.y + yaxis._offset + yaxis.c2p(y)]; }""", place)
    page.mouse.move(at[0] - 3, at[1])
    page.mouse.move(*at)
    page.wait_for_selector(".js-plotly-plot .hoverlayer .hovertext")
    page.mouse.click(*at)
    coded(page, f"'{place}'")
    assert page.get_by_placeholder("gõ tên, không cần dấu").input_value() == load_places().get(place, 2024).name


@pytest.mark.parametrize("size", SIZES)
def test_everyday_words_find_their_components(page, size):
    show(page, "history", "papi.6", [], size)
    field = page.get_by_placeholder("gõ một phần tên")
    for words, components in WORDS.itertuples(index=False):
        field.fill(words)
        labels = {code: label for code, label, _ in choices.tree(search(words))}
        assert set(components.split("; ")) & set(with_scores()) <= set(labels), words
        wait_for(page, """labels => labels.join() === [...document.querySelectorAll(
            '.indexlib-explorer .widget-select option')]
            .map(o => o.textContent.trim().replace(/\\s/g, ' ')).join()""", list(labels.values()))
    shot(page, f"search_{size[0]}")
    field.fill("")


@pytest.mark.parametrize("size", SIZES)
def test_what_is_saved_is_said_and_there(page, size, tmp_path):
    show(page, "history", "papi.6", ["nghe_an"], size)
    field = page.locator(".indexlib-folder input")
    field.fill(str(tmp_path))
    field.press("Enter")
    for button, written in (("Lưu PNG, SVG, số liệu", [f"thanh_hoa_2024_papi_06_dien_bien_nghe_an.{e}" for e in
                                                       ("csv", "png", "svg")]), ("Lưu một trang HTML", ["papi.html"])):
        page.get_by_role("button", name=button).click()
        page.wait_for_selector(f".indexlib-message:has-text('{written[-1]}')")
        assert all((tmp_path / name).stat().st_size > 500 for name in written)
        shot(page, f"saved_{written[-1][-3:]}_{size[0]}")
