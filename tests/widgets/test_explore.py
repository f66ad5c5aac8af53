"""The widget without a browser: its controls move the view, the view moves its controls, and nothing ends in a traceback."""

from __future__ import annotations

import contextvars
import json
import threading
import time
from gzip import decompress

import pandas as pd
import pytest

import indexlib as ix
from indexlib.base.wording import speaking, use
from indexlib.widgets import choices, views

pytestmark = pytest.mark.by_turns


@pytest.fixture
def shown():
    return ix.explore("thanh hoa")


def test_a_browser_that_is_slow_to_load_finds_the_whole_figure(shown):
    """It misses the messages of changes and takes the state as it stands."""
    for view in ("tiles", "history"):
        shown.kind.value = view
        state = on_screen(shown)
        assert len(state["data"]) == len(shown.figure.data)
        assert state["layout"]["title"]["text"] == shown.figure.layout.title.text


def on_screen(widget):
    """The figure that any browser finds in the state of the widget."""
    return json.loads(decompress(widget.drawing.get_state()["figure"]))


def seen(widget):
    """Which of the chart and the table is there to see."""
    return [part for part in widget.canvas.children if part.layout.display is None]


def drawn(widget):
    """Title of what is on the screen, as one line."""
    return on_screen(widget)["layout"]["title"]["text"].replace("<br>", " ").replace("\xa0", " ")


def same(widget):
    """Whether the screen shows the chart that the copied code draws."""
    expected = json.loads(views.draw(widget.view).to_json())
    del expected["layout"]["meta"]
    return on_screen(widget) == expected


def cells(widget, heading):
    """What the table under the chart shows in a column; the hidden columns bear the same headings."""
    frame = widget.more.children[0].df
    return frame.iloc[:, list(frame.columns).index(heading)].tolist()


@pytest.mark.parametrize("view", [view for view in views.VIEWS if view != views.BEHIND])
def test_every_view_reaches_the_screen_as_the_code_draws_it(shown, view):
    shown.kind.value = view
    assert shown.said == "" and shown.view.view == view and same(shown)
    assert shown.shown_code.value == shown.copy.text == views.code(shown.view)


def test_the_state_opens_the_same_view():
    asked = {"place": "thanh_hoa", "index": "pci", "component": "pci.2", "compare": ["nghe_an", "ha_tinh"],
             "view": "history", "year": 2023, "first": 2013, "language": "en"}
    shown = ix.explore(**asked)
    assert shown.state == asked and shown.said == "" and same(shown)
    assert (shown.index.value, shown.component.value, shown.year.value, shown.first.value) == ("pci", "pci.2", 2023, 2013)
    assert [b.description for b in shown.beside.children] == ["Nghe An", "Ha Tinh"]
    assert shown.region.description == "Same region"


def test_pointing_and_typing_move_the_view(shown):
    shown.index.value = "pci"
    assert shown.view.component == "pci" and drawn(shown).startswith("Chỉ số PCI")
    shown.search.value = "dat dai"
    assert [c for _, c in shown.component.options] == ["papi", "papi.2", "papi.2.4", "papi.5", "papi.5.3", "pci", "pci.2"]
    shown.component.value = "pci.2"
    assert drawn(shown).startswith("Tiếp cận đất đai")
    shown.compare.value = "nghe an, TP.HCM"
    assert shown.view.compare == ("nghe_an", "ho_chi_minh") and shown.compare.value == ""
    shown.beside.children[0].click()
    assert shown.view.compare == ("ho_chi_minh",)
    shown.region.click()
    assert len(shown.view.compare) == 4 and "cùng vùng" in shown.said
    shown.similar.click()
    assert "giống nhất" in shown.said
    shown.clear.click()
    assert shown.view.compare == () and shown.beside.children == ()
    shown.first.value = 2013
    assert shown.view.first == 2013
    shown.place.value = "ha noi"
    assert shown.view.place == "ha_noi" and shown.place.value == "Hà Nội" and same(shown)


def test_the_search_reaches_other_indices_and_says_when_it_finds_nothing(shown):
    shown.search.value = "chi phi thoi gian"
    assert [code for _, code in shown.component.options] == ["pci", "pci.4"]
    shown.component.value = "pci.4"
    assert shown.index.value == "pci" and shown.view.index == "pci"
    shown.index.value = "papi"  # the tree of the index again
    assert shown.search.value == "" and len(shown.component.options) == len(choices.components("papi"))
    shown.set(component="pci.4")
    shown.search.value = "xyz"
    assert shown.component.options == () and "xyz" in shown.said
    shown.search.value = ""
    assert len(shown.component.options) == len(choices.components("pci")) and shown.said == ""
    assert shown.component.value == "pci.4"


@pytest.mark.parametrize(("asked", "said"), [
    ({"place": "Atlantis"}, "Atlantis"), ({"index": "gdp"}, "gdp"), ({"component": "papi.99"}, "papi.99"),
    ({"compare": 5}, "danh sách"), ({"year": 1990}, "1990"), ({"plcae": "x"}, "plcae"), ({"view": "pie"}, "pie"),
    ({"language": "fr"}, "fr"), ({"place": None, "compare": ["Atlantis"]}, "Atlantis"), ({"first": "x"}, "x"),
])
def test_wrong_use_is_a_sentence_above_a_chart_that_can_be_drawn(asked, said):
    shown = ix.explore(**asked)
    assert said in shown.said and said in shown.message.value and "<p>" not in shown.said
    assert shown.figure is not None and same(shown)


def test_a_wrong_name_typed_leaves_the_view_and_puts_the_control_back(shown):
    before = shown.view
    shown.place.value = "<b>x</b>"
    assert shown.view == before and shown.place.value == "Thanh Hóa"
    assert "<b>" not in shown.message.value and "<b>x</b>" in shown.said
    shown.compare.value = "Atlantis"
    assert shown.view == before and shown.beside.children == () and "Atlantis" in shown.said
    shown.set(compare=["nghe an", "ha tinh", "hue", "da nang"])
    shown.compare.value = "ha noi"
    assert len(shown.view.compare) == 5 and shown.said == "" and same(shown)


def test_what_has_no_figures_is_said_and_the_next_choice_still_works(shown):
    shown.index.value = "sipas"
    assert shown.view.view == "ranks" and "22/63" in drawn(shown)  # where scores are few, places are shown first
    shown.kind.value = "position"
    assert shown.figure is None and "SIPAS" in shown.said and seen(shown) == []
    shown.saver.click()
    assert "SIPAS" in shown.said
    shown.kind.value = "ranks"
    assert shown.said == "" and seen(shown) != [] and "22/63" in drawn(shown)


def test_a_callback_speaks_the_language_of_the_widget_not_of_the_cell():
    """A kernel calls back outside the cell, where the language is the default."""
    with speaking("en"):
        shown = ix.explore("thanh hoa")
    contextvars.Context().run(setattr, shown.place, "value", "Atlantis")
    assert shown.said.startswith("no ") or "nearest" in shown.said
    contextvars.Context().run(setattr, shown.component, "value", "papi.6")
    assert drawn(shown).startswith("Public Service Delivery fell")
    use("vi")
    assert shown.state["language"] == "en"


def test_callbacks_in_threads_of_their_own_wait_for_each_other(shown, monkeypatch):
    """As JupyterLab may call them: a slow redraw began before the places were cleared, and ends after."""
    shown.set(compare=["nghe an"])
    begun, draw = threading.Event(), views.draw

    def slow_at_first(view):
        chart = draw(view)
        if not begun.is_set():
            begun.set()
            time.sleep(0.5)
        return chart

    monkeypatch.setattr(views, "draw", slow_at_first)
    slow = threading.Thread(target=setattr, args=(shown.component, "value", "papi.6"))
    slow.start()
    begun.wait(10)
    shown.clear.click()
    slow.join(10)
    assert (shown.view.component, shown.view.compare) == ("papi.6", ()) and same(shown)
    assert shown.shown_code.value == views.code(shown.view)


def test_saving_says_where_or_why_not(shown, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    shown.save(tmp_path / "out")
    assert str(tmp_path / "out") in shown.said and "plotly_get_chrome" in shown.said
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thanh_hoa_2024_papi_dien_bien.csv"]
    (tmp_path / "file").write_text("x", encoding="utf-8")
    shown.folder.value = str(tmp_path / "file" / "under")
    shown.saver.click()
    assert "Không lưu được" in shown.said


def test_the_table_under_the_chart_follows_it_once_opened(shown):
    assert shown.more.children[0].children == ()
    shown.more.selected_index = 0
    table = shown.more.children[0]
    assert cells(shown, "Năm") == [str(y) for y in range(2011, 2025)]
    shown.kind.value = "position"
    assert shown.more.children[0] is table and len(table.df) == 61 and "Hạng" in table.df
    shown.index.value = "sipas"
    shown.kind.value = "position"
    assert len(table.df) == 0
    shown.kind.value = "ranks"
    assert "22/63" in cells(shown, "Hạng")


def test_good_arguments_are_kept_beside_wrong_ones():
    shown = ix.explore("Atlantis", index="PCI", component="pci.2", compare=["nghe an", "Mordor"], year=2023)
    assert (shown.view.component, shown.view.compare, shown.view.year) == ("pci.2", ("nghe_an",), 2023)
    assert all(x in shown.said for x in ("Atlantis", "Mordor", "của Thanh Hóa")) and 'role="alert"' in shown.message.value
    assert shown.state["place"] == "thanh_hoa" and "'thanh_hoa'" in shown.code and same(shown)


@pytest.mark.parametrize("view", ["position", "tiles", "history", "ranks", "heat"])
def test_a_mark_that_is_pressed_chooses_its_place(shown, view):
    place = "thanh_hoa" if view == "heat" else "nghe_an"
    shown.set(view=view, place="ha tinh", compare=["thanh hoa"])
    assert any(place in trace.get("customdata", []) for trace in on_screen(shown)["data"])
    shown.drawing._handle_custom_msg({"place": place}, [])
    assert shown.view.place == place and same(shown)


@pytest.mark.parametrize("n", [1, 3, 9])
@pytest.mark.parametrize("view", [v for v in views.VIEWS if v not in (views.BEHIND, "alike")])
def test_compared_places_are_in_every_view(shown, view, n):
    nine = ["nghe_an", "ha_noi", "da_nang", "ha_tinh", "quang_tri", "quang_binh", "an_giang", "ca_mau", "son_la"][:n]
    shown.set(view=view, compare=nine)
    assert shown.said == "" and same(shown)
    if view != "tiles":
        assert {*nine, "thanh_hoa"} <= set(views.data(shown.view, shown.figure)["place"])
    else:
        frames = [s for s in shown.figure.layout.shapes if s.line.width == 4]
        assert len(frames) == n + 1


def test_a_compared_place_that_is_not_drawn_is_named(shown):
    shown.set(view="position", component="papi.6", compare=["vinh phuc", "nghe an"])
    assert shown.said == "Vĩnh Phúc không có điểm PAPI 6 Cung ứng dịch vụ công năm 2024, nên không có chấm nào để vẽ."
    shown.set(view="ranks", first=2024)
    assert "Vĩnh Phúc chưa có hạng" in shown.said
    shown.set(first=None)
    assert shown.said == ""


def test_what_stands_behind_a_sub_index_is_one_click_away(shown):
    assert shown.behind.layout.display == "none"
    shown.set(component="pci.2")
    assert shown.behind.layout.display is None
    shown.behind.click()
    assert shown.view.view == views.BEHIND and seen(shown) == [shown.paper]
    shown.behind.click()
    assert shown.view.view == "history"


def test_what_stands_behind_a_sub_index_is_shown_in_place_of_the_chart(shown):
    shown.kind.value = views.BEHIND
    assert shown.figure is None and "chỉ số thành phần PCI" in shown.said and seen(shown) == []
    shown.component.value = "papi.6"
    assert shown.figure is None
    shown.index.value, shown.search.value = "pci", ""
    shown.component.value = "pci.2"
    assert shown.said == "" and seen(shown) == [shown.paper]
    assert shown.figure.headers()[2:] == ["Thanh Hóa 2023"] and shown.paper.value.endswith(shown.figure.html())
    assert shown.shown_code.value.endswith("tables.indicators(['pci.2'], ['thanh_hoa'], 2024)")
    shown.compare.value = "nghe an"
    assert shown.figure.headers()[2:] == ["Thanh Hóa 2023", "Nghệ An 2023"] and "Nghệ An 2023" in shown.paper.value
    shown.region.click()
    assert shown.view.view == views.BEHIND and len(shown.figure.headers()) == 2 + 5
    shown.more.selected_index = 0
    assert cells(shown, "Thanh Hóa 2023") == shown.figure.frame["Thanh Hóa", "2023"].tolist()
    shown.year.value = 2020
    assert shown.figure is None and shown.said == "Chưa có bảng chỉ tiêu cho năm 2017, 2018, 2019, 2020."
    shown.kind.value = "history"
    assert seen(shown) == [shown.drawing] and same(shown)


def test_the_first_year_offered_is_never_after_the_last(shown):
    shown.year.value = 2015
    assert max(value for _, value in shown.first.options) == 2015
    shown.first.value = 2014
    shown.year.value = 2012
    assert shown.view.first == 2014 and "2012" in shown.said  # said, and put back
    assert isinstance(views.data(shown.view, shown.figure), pd.DataFrame)
