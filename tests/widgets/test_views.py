"""Views as plain parameters: what may be asked, what is drawn, and the code that draws it again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise, product
from pathlib import Path

import pandas as pd
import plotly
import pytest
from browsers import BROWSER, NEEDS_BROWSER, ugly
from conftest import sampled

from indexlib import charts, tables
from indexlib.base.problems import IndexlibError, NoDataError
from indexlib.base.wording import language, speaking, use
from indexlib.content.tables import Table
from indexlib.data.search import search
from indexlib.widgets import choices, views
from indexlib.widgets.choices import tree
from indexlib.widgets.views import BEHIND, VIEWS, View, code, draw, neighbours, save, settle

pytestmark = pytest.mark.by_turns

#: A component of each index that Thanh Hóa has scores of, or at least ranks.
ASKED = {"papi": "papi.6.2", "pci": "pci.2", "par": "par", "sipas": "sipas"}


def drawable(view, index):
    """Views of the rank-only indices are their ranks; indicators stand behind PCI only."""
    return index == "pci" if view == BEHIND else index in ("papi", "pci") or view == "ranks"


def asked(view, index):
    """What is measured alike is summed for totals and dimensions."""
    return index if view == "alike" else ASKED[index]


CASES = [(v, i) for v, i in product(VIEWS, ASKED) if drawable(v, i)]


NINE = ["nghe_an", "ha_noi", "da_nang", "ha_tinh", "quang_tri", "vinh_phuc", "ba_ria_vung_tau", "hue", "son_la"]
#: View, component, how many places beside, language.
SEEN = [(v, c, n, lang) for v, c in product(VIEWS, ["papi", "papi.6", "papi.6.2", "pci", "pci.2", "sipas"])
        for n, lang in product((1, 3, 9), ("vi", "en"))
        if v != BEHIND and (v not in views.OF_INDEX or c in ("papi", "pci")) and (v == "ranks" or c != "sipas")
        and (v != "alike" or c in ("papi", "papi.6", "pci"))]


def words(drawn):
    """All that a chart or table shows."""
    return drawn.html() if isinstance(drawn, Table) else drawn.to_json()


def run(text):
    """What the last of a few lines gives, as in a cell of a fresh notebook."""
    *lines, last = text.splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    return eval(last, names)


@pytest.mark.parametrize(("view", "index"), CASES)
def test_the_code_of_every_view_is_three_lines_that_draw_the_same_chart(view, index):
    beside = ["nghe an"]
    settled = settle(View(), view=view, index=index, component=asked(view, index), compare=beside)
    text = code(settled)
    assert len(text.splitlines()) == 3
    drawn = words(draw(settled))
    use("en")  # the code sets its own language
    assert words(run(text)) == drawn


def test_the_code_of_every_view_runs_in_a_fresh_process():
    settled = [settle(View(), view=view, component="papi.6", place="nghe an") for view in VIEWS if view != BEHIND]
    lines = [text for each in settled for *needed, last in [code(each).splitlines()]
             for text in (*needed, f"print(({last}).to_json())")]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], env=os.environ | {"PYTHONIOENCODING": "utf-8"},
                          capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines() == [draw(each).to_json() for each in settled]


def test_no_view_needs_the_widgets():
    for view in VIEWS:
        text = code(settle(View(), view=view))
        made = re.search(r"^(charts|tables)\.(\w+)\(", text, re.MULTILINE)
        assert "explore" not in text and made[2] in {"charts": charts, "tables": tables}[made[1]].__all__


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_code_with_first_year_and_language_draws_the_same(language):
    for view in ("history", "ranks", "heat"):
        settled = settle(View(), view=view, component="papi.6", first=2018, language=language)
        drawn = draw(settled)
        assert min(row["year"] for row in drawn.layout.meta["data"]) == 2018
        assert run(code(settled)).to_json() == drawn.to_json()


def test_the_state_gives_the_view_again():
    settled = settle(View(), place="thanh hoa", component="dat dai", compare=["TP.HCM", "Nghệ An"], first=2013)
    assert settled.state == {"place": "thanh_hoa", "view": "history", "index": "pci", "component": "pci.2",
                             "compare": ["ho_chi_minh", "nghe_an"], "year": 2024, "first": 2013, "language": "vi"}
    assert settle(View(), **settled.state) == settled


@pytest.mark.parametrize(("view", "index"), [c for c in CASES if c[1] in ("papi", "pci") and c[0] not in (BEHIND, "alike")])
def test_pointing_gives_score_rank_with_base_and_source(view, index):
    texts = [x for trace in draw(settle(View(), view=view, index=index, component=ASKED[index], year=2023)).data
             if trace.name != "Các nơi khác"
             for x in (trace.hovertext if trace.hovertext is not None else []) if x and "Trung vị" not in x]
    assert len(texts) > 3
    figures = [x for x in texts if "không công bố" not in x and "chưa có điểm" not in x]
    assert all(re.search(r"\d,\d+ điểm", x) for x in figures)
    assert any(re.search(r"hạng \d+/\d\d\*?", x) for x in figures)
    assert all(f"Nguồn {index}" in x for x in figures)
    assert not any(re.search(r"\bnan\b|None", x) for x in texts)


def test_a_rank_without_a_score_says_so_when_pointed_at():
    trace = draw(settle(View(), view="ranks", index="sipas")).data[-1]
    assert "Thanh Hóa, 2024</b><br>chưa có điểm; hạng 22/63<br>Công bố: Bộ Nội vụ<br>Nguồn par-50:" in trace.hovertext[-1]


@pytest.mark.parametrize(("changes", "said"), [
    ({"place": "Atlantis"}, "Atlantis"), ({"place": 5}, "“5”"), ({"place": "Hà Tây"}, "2008"), ({"place": ""}, "“”"),
    ({"view": "pie"}, "history, alike, ranks, position, movement, heat, tiles"), ({"view": None}, "history"),
    ({"view": ["history"]}, "history"), ({"index": "gdp"}, "papi, pci, par, sipas"), ({"index": 1}, "papi"),
    ({"component": "papi.99"}, "papi.99"), ({"component": "zzz"}, "PAPI, PCI, PAR INDEX, SIPAS"),
    ({"component": None}, "None"),
    ({"component": ""}, "“”"), ({"component": "tham nhung"}, "PAPI 4.1"),
    ({"index": "pci", "component": "papi.6"}, "PCI"),
    ({"year": 1999}, "2011, 2012"),
    ({"year": "now"}, "now"), ({"first": 2024, "year": 2012}, "2024"), ({"compare": 7}, "danh sách"),
    ({"compare": ["a"]}, "“a”"),
    ({"language": "fr"}, "vi, en"), ({"plcae": "x"}, "plcae"),
])
def test_what_cannot_be_is_one_sentence(changes, said):
    with pytest.raises(IndexlibError) as raised:
        settle(settle(View()), **changes)
    text = str(raised.value)
    assert said in text and "\n" not in text and not text.startswith("'")


def test_a_place_beside_itself_or_twice_is_drawn_once():
    assert settle(View(), compare=["Thanh Hóa", "nghe an", "NGHỆ AN", "nghe_an"]).compare == ("nghe_an",)
    assert settle(View(), compare="nghe an").compare == ("nghe_an",)
    assert settle(View(), compare=None).compare == ()


def test_another_index_starts_from_its_total_and_a_year_it_has():
    at = settle(View(), component="papi.6", year=2015, first=2011)
    other = settle(at, index="sipas")
    assert (other.component, other.year, other.first) == ("sipas", 2024, None)
    assert settle(at, component="dat dai").index == "pci"
    assert settle(View(), component="pci.2").index == "pci"


@pytest.mark.parametrize(("text", "codes"), [
    ("DAT DAI", ["pci.2", "papi.2.4", "papi.5.3"]),
    ("tham gia", ["papi.1", "papi.1.2", "sipas.policy_content.2"]),
    ("đất đai", ["pci.2", "papi.2.4", "papi.5.3"]), ("land access", ["pci.2"]),
    ("6.2", ["papi.6.2"]), ("papi.6.2", ["papi.6.2"]),
    ("papi 6", ["papi.6", "papi.6.1", "papi.6.2", "papi.6.3", "papi.6.4"]), ("", []), ("  ", []), ("(", []), ("zzz", []),
    ("tiểu giáo", ["papi.6.2"]),
])
def test_components_are_found_by_any_part_without_diacritics(text, codes):
    assert search(text) == codes


def test_the_tree_holds_every_component_under_what_it_belongs_to():
    for index in ASKED:
        rows = tree(list(choices.components(index)))
        assert [c for c, _, _ in rows] == list(choices.components(index)) and rows[0][2] == 0
        for (_, _, above), (code_, _, depth) in pairwise(rows):
            assert depth <= above + 1, code_
    labels = {c: label for c, label, _ in tree(list(choices.components("papi")))}
    assert labels["papi.3.4"].endswith("(đến 2017)") and "đến" not in labels["papi.3.1"]


def test_neighbours_are_as_many_as_can_be_told_apart():
    at = settle(View(), year=2024)
    similar, said = neighbours(at, "similar")
    assert len(similar) == 4 and "thanh_hoa" not in similar and "4 nơi giống nhất trong 60" in said
    region, said = neighbours(at, "region")
    assert set(region) <= {"nghe_an", "ha_tinh", "quang_binh", "quang_tri", "hue", "da_nang", "quang_nam", "quang_ngai",
                           "binh_dinh", "phu_yen", "khanh_hoa", "ninh_thuan", "binh_thuan"}
    held = settle(View(), place="vinh_phuc", year=2024)  # PAPI withheld: nothing to tell who is alike by
    assert len(neighbours(held, "region")[0]) == 4
    assert len(draw(settle(at, compare=similar)).data) > 4


def test_what_is_not_drawn_is_said():
    ranks = settle(View(), index="sipas", view="history")
    assert "chỉ có thứ hạng" in views.remarks(ranks)[0] and "Thứ hạng qua các năm" in views.remarks(ranks)[0]
    assert "Cao Bằng chưa có điểm" in views.remarks(settle(View(), index="par", view="history", compare=["cao bang"]))[1]
    with pytest.raises(NoDataError, match="không có điểm năm 2015"):
        draw(settle(View(), index="par", view="tiles", year=2015))
    assert views.remarks(settle(View(), compare=["nghe an"])) == []


def test_saving_without_a_browser_still_writes_the_data(tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    paths, why = save(settle(View(), component="papi.6.2", compare=["nghe an"], first=2021), tmp_path / "a" / "b")
    assert [p.name for p in paths] == ["thanh_hoa_2024_papi_06_02_dien_bien_nghe_an_2021.csv"]
    assert "plotly_get_chrome" in why and "\n" not in why
    assert paths[0].read_text(encoding="utf-8-sig").splitlines()[0] == "year,place,score,rank,base,rank_kind,block,median"


def test_the_table_of_indicators_is_saved_cell_by_cell(tmp_path):
    at = settle(View(), view=BEHIND, component="pci.2", compare=["nghe an"])
    [path], why = save(at, tmp_path)
    assert (path.name, why) == ("thanh_hoa_2024_pci_02_chi_tieu_nghe_an.csv", "")
    saved, shown = pd.read_csv(path, dtype=str, encoding="utf-8-sig"), draw(at)
    assert saved.to_numpy().tolist() == shown.frame.to_numpy().tolist() and list(saved) == shown.headers()


def test_saving_into_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OSError):
        save(settle(View()), tmp_path / "file" / "under")


def test_drawing_leaves_the_language_as_it_was():
    with speaking("en"):
        draw(settle(View(), view="movement", language="vi"))
        assert language() == "en"


@pytest.fixture(scope="module")
def sheet():
    """A browser's page that draws charts as JupyterLab does."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 700, "height": 1100})
        page.set_content("<div id=chart></div>")
        page.add_script_tag(path=str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js"))
        yield page
        browser.close()


@NEEDS_BROWSER
@pytest.mark.parametrize(("view", "component", "n", "lang"), sampled(SEEN, 4))
def test_no_label_meets_another_or_leaves_its_chart(sheet, view, component, n, lang):
    index = component.split(".")[0]
    drawn = draw(settle(View(), view=view, index=index, component=component, compare=NINE[:n], language=lang))
    chart = json.loads(drawn.to_json())
    sheet.evaluate("c => Plotly.newPlot('chart', c.data, c.layout)", {k: chart[k] for k in ("data", "layout")})
    assert ugly(sheet, "#chart svg.main-svg") == []


@pytest.mark.parametrize("view", ["movement", "heat"])
def test_a_withheld_place_stands_marked_beside_the_others(view):
    drawn = draw(settle(View(), view=view, compare=["vinh phuc"], year=2024))
    marks = [a.text for a in drawn.layout.annotations if a.x == 1 and a.xref != "paper"]
    assert marks.count("×") == len({r["component"] for r in drawn.layout.meta["data"]}) > 30
    assert {r["place"] for r in drawn.layout.meta["data"]} == {"thanh_hoa"}
    with pytest.raises(NoDataError, match=r"Thanh\sHóa, Nghệ\sAn không có điểm SIPAS nào năm 2024"):
        draw(settle(View(), view=view, index="sipas", compare=["nghe an"], year=2024))


def test_no_two_compared_places_look_alike():
    drawn = draw(settle(View(), view="position", component="papi.6", compare=["ha_noi", *NINE[:5], *NINE[6:], "ca_mau"]))
    marker = next(x.marker for x in drawn.data if isinstance(x.marker.color, tuple))
    looks = list(zip(marker.color, marker.symbol, strict=True))
    assert len(looks) == len(set(looks)) == 9
