"""JupyterLab in a real browser, as the project folder starts it: the start page, and exploring by hand."""

from __future__ import annotations

import re
import struct

import labs
import pandas as pd
import pytest
from browsers import NEEDS_BROWSER
from labs import wait_for
from openpyxl import load_workbook

from indexlib.widgets import views

pytestmark = [pytest.mark.by_turns(whole=True), NEEDS_BROWSER]
#: Traces of the chart that comes first.
FIRST = len(views.draw(views.settle(views.View())).data)
TITLE = "document.querySelector('.js-plotly-plot .gtitle')?.textContent"
#: What of a drawn chart tells it from another.
DRAWN = """n => { const g = document.querySelectorAll('.js-plotly-plot')[n]; return JSON.stringify([
    g._fullData.map(d => [d.type, d.name, Array.from(d.x), Array.from(d.y), d.hovertext, d.line?.color]),
    g.layout.title.text, g.layout.annotations.map(a => [a.text, a.x, a.y]), g.layout.width, g.layout.height])}"""
LAST_TABLE = "[...document.querySelectorAll('.dt-container')].pop()"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab started in a copy of the project's notebooks, as a user starts it: with a home of its own."""
    folder = tmp_path_factory.mktemp("lab")
    with labs.started(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def page(lab):
    with labs.window({"width": 1366, "height": 1400}) as window:
        window.goto(f"{lab[0]}/?token={labs.TOKEN}")
        yield window


def traces(page) -> int:
    return page.evaluate("document.querySelector('.js-plotly-plot').data.length")


def drawn(page, title: str) -> int:
    """Wait until the chart says this and has its lines; how many there are."""
    wait_for(page, f"""t => {TITLE}?.replace(/\\u00a0/g, ' ').startsWith(t)
             && document.querySelectorAll('.js-plotly-plot')[0].querySelectorAll('.trace').length > 0""", title)
    return traces(page)


def typed(page, hint: str, text: str, enter: bool = True) -> None:
    field = page.get_by_placeholder(hint)
    field.fill("")
    field.press_sequentially(text)
    if enter:
        field.press("Enter")


def test_the_folder_opens_on_the_start_page_without_asking_anything(page):
    page.wait_for_selector("h1:has-text('Bắt đầu từ đây')")
    assert page.url.endswith("/lab/tree/notebooks/00_start.ipynb")
    page.wait_for_selector("#jp-main-statusbar >> text=| Idle")
    assert page.locator(".Toastify__toast").count() == 0  # no news, no update, no question


def test_a_link_of_the_start_page_opens_the_notebook_and_it_runs(page):
    page.get_by_role("link", name="explore", exact=True).click()
    page.wait_for_selector("h1:has-text('Tra cứu xu hướng')")
    page.wait_for_selector(".lm-mod-current[data-id] >> text=explore.ipynb")
    labs.run_all(page)
    assert drawn(page, "Chỉ số PAPI tăng 0,6665 điểm năm 2024") == FIRST


def test_index_component_and_place_are_chosen_by_hand(page):
    page.get_by_role("button", name="PCI", exact=True).click()
    drawn(page, "Chỉ số PCI tăng 1,95 điểm năm 2024")
    typed(page, "gõ một phần tên", "dat dai", enter=False)
    tree = page.locator(".widget-select select")
    wait_for(page, "document.querySelector('.widget-select select').options.length === 7")
    assert tree.locator("option").nth(6).inner_text().split() == ["2", "Tiếp", "cận", "đất", "đai"]
    tree.select_option(index=6)
    alone = drawn(page, "Tiếp cận đất đai tăng 0,46 điểm năm 2024")
    typed(page, "gõ tên tỉnh", "nghe an")
    wait_for(page, "n => document.querySelector('.js-plotly-plot')?.data?.length > n", alone)
    names = page.evaluate("[...new Set(document.querySelector('.js-plotly-plot').data.map(d => d.name))]")
    assert names == ["Các nơi khác", "Trung vị", "Nghệ An", "Thanh Hóa"]


def test_a_name_that_is_no_place_is_answered_in_a_sentence(page):
    typed(page, "gõ tên tỉnh", "Atlantis")
    page.wait_for_selector(".indexlib-message:has-text('không tìm thấy tỉnh, thành phố “Atlantis”')")
    assert page.get_by_text("Traceback").count() == 0
    assert page.evaluate(TITLE).startswith("Tiếp cận đất đai")


def test_pointing_at_a_figure_gives_score_and_source(page):
    at = page.evaluate("""(() => { const r = [...document.querySelectorAll('.js-plotly-plot .trace')].pop()
        .querySelector('.point:last-of-type').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]})()""")
    page.mouse.move(at[0] - 5, at[1] - 5)
    page.mouse.move(*at)
    wait_for(page, "document.querySelector('.js-plotly-plot .hoverlayer').textContent.length > 0")
    said = page.evaluate("document.querySelector('.js-plotly-plot .hoverlayer').textContent")
    assert said.startswith("Thanh Hóa, 20") and "điểm" in said and "Nguồn pci-" in said


def test_the_copied_code_draws_the_same_chart(page):
    page.locator(".indexlib-copy").click()
    page.wait_for_selector(".indexlib-copy:has-text('Đã sao chép')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines() == [
        "from indexlib import charts, load_scores, wording", "wording.use('vi')",
        "charts.history(load_scores('pci'), 'thanh_hoa', 'pci.2', ['nghe_an'], year=2024, everyone=True)"]
    page.locator("h2:has-text('Cần lưu ý')").click()
    page.keyboard.press("b")
    page.wait_for_selector(".jp-Cell.jp-mod-active.jp-CodeCell")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jp-Cell.jp-mod-active .cm-focused")
    page.keyboard.press("Control+v")
    page.wait_for_selector(".jp-Cell.jp-mod-active .cm-content:has-text('nghe_an')")
    page.keyboard.press("Control+Enter")
    wait_for(page, "document.querySelectorAll('.js-plotly-plot .gtitle').length === 2")
    assert page.evaluate(DRAWN, 0) == page.evaluate(DRAWN, 1)


def test_a_chart_is_saved_with_its_data(page, lab):
    folder = lab[1] / "đã lưu"
    field = page.locator(".indexlib-folder input")
    field.fill(str(folder))
    field.press("Enter")
    page.get_by_role("button", name="Lưu PNG, SVG, số liệu").click()
    page.wait_for_selector(".indexlib-message:has-text('Đã lưu vào')")
    stem = "thanh_hoa_2024_pci_02_dien_bien_nghe_an"
    assert {p.name for p in folder.iterdir()} == {f"{stem}.{end}" for end in ("csv", "png", "svg")}
    picture = (folder / f"{stem}.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">I", picture[16:20])[0] == 1890
    data = pd.read_csv(folder / f"{stem}.csv")
    assert data.query("place == 'thanh_hoa' and year == 2024")["score"].item() == 7.06


def test_a_tile_that_is_pressed_chooses_its_place(page):
    page.set_viewport_size({"width": 1366, "height": 768})
    kind = page.locator(".widget-dropdown select").first
    kind.select_option(label="Bản đồ ô")
    spot = page.locator(".js-plotly-plot .annotation-text-g:has-text('Hà Giang')").first
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(at[0] - 3, at[1])
    page.mouse.move(*at)
    page.wait_for_selector(".js-plotly-plot .hoverlayer .hovertext")
    page.mouse.click(*at)
    page.wait_for_timeout(500)
    kind.select_option(label="Điểm qua các năm")
    named = "[...document.querySelectorAll('.js-plotly-plot .annotation-text')].map(e => e.textContent)"
    # Every tile is named; the history names the place chosen alone.
    wait_for(page, f"{named}.some(x => x.startsWith('Hà Giang')) && !{named}.some(x => x.startsWith('Cà Mau'))")
    typed(page, "gõ tên, không cần dấu", "thanh hoa")
    drawn(page, "Tiếp cận đất đai tăng 0,46 điểm năm 2024")
    # The chart stands beside its controls and whole in the window.
    wait_for(page, """(() => { const [seen, controls] = ['.jp-OutputArea .js-plotly-plot', '.widget-toggle-buttons'].map(
        s => document.querySelector(s).getBoundingClientRect());
        return Math.abs(seen.y - controls.y) < 80 && seen.x > controls.x && seen.right <= 1366 })()""")
    page.set_viewport_size({"width": 1366, "height": 1400})


def test_what_stands_behind_a_sub_index_takes_the_place_of_the_chart(page):
    page.locator(".widget-dropdown select").first.select_option(label="Chỉ tiêu đứng sau (PCI)")
    table = page.locator(".widget-html table.indexlib")
    table.wait_for()
    rows = [row.split("\t") for row in table.locator("tr").all_inner_texts()]
    assert rows[0] == ["Chỉ tiêu (nhãn như in)", "Đơn vị", "Thanh Hóa 2023", "Nghệ An 2023"] and len(rows) == 15
    assert rows[1][:3] == ["Số ngày chờ đợi để được cấp GCNQSDĐ (trung vị)", "–", "30"]
    assert page.locator(".js-plotly-plot:visible").count() == 1  # the one drawn by hand below
    page.locator(".widget-dropdown select").first.select_option(label="Điểm qua các năm")
    drawn(page, "Tiếp cận đất đai tăng 0,46 điểm năm 2024")


def test_the_table_sorts_by_value_and_searches_without_diacritics(page, lab):
    page.locator(".jp-OutputArea .dt-container").last.scroll_into_view_if_needed()
    table = page.locator(".jp-OutputArea .dt-container").last
    table.locator("input[type=search]").fill("thanh hoa giao duc")
    wait_for(page, f"{LAST_TABLE}.querySelectorAll('tbody tr').length === 1")
    assert "1,4713" in table.locator("tbody tr").inner_text()
    table.locator("input[type=search]").fill("papi 6.2")
    wait_for(page, f"{LAST_TABLE}.querySelectorAll('tbody tr').length === 10")
    table.get_by_role("columnheader", name=re.compile("Hạng")).first.click()
    wait_for(page, f"{LAST_TABLE}.querySelector('tbody').innerText.includes('10/61*')")
    ranks = [row.split("\t")[3] for row in table.locator("tbody").inner_text().splitlines()]
    assert [int(r.split("/")[0]) for r in ranks] == sorted(int(r.split("/")[0]) for r in ranks)
    assert ranks[0] == "1/61*" and ranks[-1] == "10/61*"
    with page.expect_download() as download:
        table.get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename == "so_lieu.xlsx"
    download.value.save_as(lab[1] / "so_lieu.xlsx")
    sheet = load_workbook(lab[1] / "so_lieu.xlsx").active
    head, first, *rest = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head == ["Nơi", "Nội dung", "Điểm", "Hạng", "Số nơi được xếp", "Loại hạng", "Nhóm", "Trung vị"]
    assert len(rest) == 60 and isinstance(first[2], float) and first[3:6] == [1, 61, "tự tính"]


def test_running_again_starts_afresh(page):
    labs.run_all(page)
    assert drawn(page, "Chỉ số PAPI tăng 0,6665 điểm năm 2024") == FIRST
    page.get_by_role("button", name="PCI", exact=True).click()
    drawn(page, "Chỉ số PCI tăng 1,95 điểm năm 2024")
