"""Charts: what they say and where their texts stand, for every province; the files they are written to."""

import html
import itertools
import json
import re
import shutil
import struct

import numpy as np
import pandas as pd
import pytest
from conftest import sampled

from indexlib import charts, load_scores, standing
from indexlib.base.problems import NoDataError
from indexlib.base.wording import speaking
from indexlib.charts import style
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld
from indexlib.plan.review import assess, cut, open_run

pytestmark = pytest.mark.by_turns

YEAR = 2024
PROVINCES = [p.code for p in load_places().valid(YEAR)]
WITHHELD = {"tien_giang", "vinh_phuc"}
DIMENSIONS = [f"papi.{i}" for i in range(1, 9)]


@pytest.fixture(scope="module")
def ranked():
    """Standing of all scores, computed once."""
    return standing(load_scores())


@pytest.fixture(scope="module")
def review_of():
    """Findings of any province from one assessment of the panel."""
    found = open_run(place="thanh_hoa", year=YEAR, language="vi")
    p = found.params
    assessed = assess(load_scores(), p.rules, p.grades, found.plan.about["base_year"])

    def of(place):
        return cut(assessed, p.model_copy(update={"place": place}), found.plan, found.panel)

    return of


def contributions(found):
    c = found.now.components.set_index("component")
    return pd.DataFrame({"component": DIMENSIONS, "contribution": c["change"].reindex(DIMENSIONS).to_numpy(),
                         "total_change": c.loc["papi", "change"]})


def over_years(ranked, place, components):
    """Charts that need no score in the year itself."""
    drawn = [charts.history(ranked, place, c, year=YEAR) for c in components]
    return [*drawn, charts.bump(ranked, place, "papi", YEAR), charts.bump(ranked, place, DIMENSIONS, YEAR),
            charts.heat(ranked, place, "papi", YEAR), charts.tiles(ranked, YEAR, "papi", place)]


def of_year(ranked, found, components):
    """Charts of the scores of the year, and of their changes where there are any."""
    place, c = found.place.code, found.now.components.set_index("component")
    drawn = [charts.position(ranked, YEAR, place, c) for c in components]
    drawn += [charts.dots(found), charts.radar(found)]
    if c.loc["papi.6", "comparable"]:
        drawn += [charts.movement(found), charts.movement(found, "papi", DIMENSIONS)]
    if c.loc["papi", "comparable"]:
        drawn.append(charts.waterfall(contributions(found), place, YEAR))
    return drawn


def every_chart(ranked, review_of, place, components):
    return over_years(ranked, place, components) + (
        [] if place in WITHHELD else of_year(ranked, review_of(place), components))


def texts(figure):
    """Every text of a figure, as plotly would print it."""
    out = []

    def walk(value):
        if isinstance(value, str):
            out.append(html.unescape(re.sub(r"</?b>", "", value.replace("<br>", " "))).replace("\xa0", " "))
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key not in ("template", "meta"):
                    walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner)

    walk(json.loads(figure.to_json()))
    return out


def on_axis(ref, value, layout, size):
    """Pixels from the left or the bottom of the plot."""
    if ref == "paper":
        return value * size
    axis = layout[ref.split()[0].replace("x", "xaxis").replace("y", "yaxis")]
    low, high = axis.get("domain", (0, 1))
    first, last = axis["range"]
    share = value if ref.endswith("domain") else (value - first) / (last - first)
    return (low + share * (high - low)) * size


def rectangle(note, layout):
    """Left, right, bottom and top of a text in pixels from the lower left corner of the figure."""
    m, size = layout["margin"], note["font"]["size"]
    x = m["l"] + on_axis(note.get("xref", "x"), note["x"], layout, layout["width"] - m["l"] - m["r"])
    y = m["b"] + on_axis(note.get("yref", "y"), note["y"], layout, layout["height"] - m["t"] - m["b"])
    rows = [html.unescape(re.sub(r"</?b>", "", r)) for r in note["text"].split("<br>")]
    across = max(style.width(r, size, "<b>" in note["text"]) for r in rows) / 1.03
    tall = len(rows) * size * 1.2
    if note.get("textangle") == -90:
        across, tall = tall, across
    left = x + note.get("xshift", 0) - across * {"left": 0, "right": 1}.get(note.get("xanchor"), 0.5)
    bottom = y + note.get("yshift", 0) - tall * {"bottom": 0, "top": 1}.get(note.get("yanchor"), 0.5)
    return left, left + across, bottom, bottom + tall


def clashes(figure):
    """Texts that leave the figure, and pairs of texts that meet."""
    layout = json.loads(figure.to_json())["layout"]
    known = [(n["text"], rectangle(n, layout)) for n in layout["annotations"]]
    out = [text for text, r in known
           if r[0] < -1 or r[1] > layout["width"] + 1 or r[2] < -1 or r[3] > layout["height"] + 1]
    return out + [(a, b) for (a, p), (b, q) in itertools.combinations(known, 2)
                  if min(p[1], q[1]) - max(p[0], q[0]) > 1 and min(p[3], q[3]) - max(p[2], q[2]) > 2]


def check(figure):
    said = " ".join(texts(figure))
    assert not re.search(r"\bnan\b|\bNone\b|(?<!%)\{|\bNaT\b", said), said
    assert re.search(r"(Nguồn|Source): PAPI", said)
    assert clashes(figure) == [], figure.layout.meta["name"]


@pytest.mark.parametrize("place", sampled(PROVINCES))
def test_every_chart_of_every_province_has_whole_texts_that_do_not_meet(ranked, review_of, place):
    for figure in every_chart(ranked, review_of, place, ["papi.8.1"]):
        check(figure)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("place", ["thanh_hoa", "quang_ninh", "ba_ria_vung_tau"])
def test_long_names_and_many_breaks_fit_in_both_languages(ranked, review_of, place, language):
    with speaking(language):
        for figure in every_chart(ranked, review_of, place, ["papi", "papi.2", "papi.1.1"]):
            check(figure)


@pytest.mark.parametrize("component", [c for c in load_catalogue().valid(YEAR, "papi")])
def test_every_component_fits(ranked, component):
    check(charts.history(ranked, "ba_ria_vung_tau", component, ["thanh_hoa", "ho_chi_minh"], YEAR))
    check(charts.position(ranked, YEAR, "ba_ria_vung_tau", component))


def test_the_overlap_check_sees_an_overlap(ranked):
    figure = charts.position(ranked, YEAR, "thanh_hoa", "papi")
    again = figure.layout.annotations[0]
    figure.add_annotation(again)
    figure.add_annotation(again, xshift=2000)
    assert clashes(figure)[0] == again.text and len(clashes(figure)) == 2


def test_the_line_is_not_joined_over_a_withheld_year_or_an_edge(ranked):
    figure = charts.history(ranked, "quang_ninh", "papi", year=YEAR)
    own = [trace for trace in figure.data if trace.name == "Quảng Ninh"]
    assert not any(trace.connectgaps for trace in own)
    newest = dict(zip(own[-1].x, own[-1].y, strict=True))
    assert [y for y, v in newest.items() if v is None or np.isnan(v)] == [2023]
    edges = {2016, 2018, 2019, 2020, 2021}
    assert not any({e - 1, e} <= set(trace.x) for trace in figure.data for e in edges)
    bands = [(s.x0, s.x1) for s in figure.layout.shapes if s.fillcolor == style.BAND]
    assert {e for e in range(2012, 2025) if any(a < e - 0.5 < b for a, b in bands)} == edges and len(bands) == 2
    words = [n.text for n in figure.layout.annotations]
    assert words.count("đổi cách đo") == 1
    ranks = charts.bump(ranked, "quang_ninh", "papi", year=YEAR)
    assert not any({e - 1, e} <= set(trace.x) for trace in ranks.data for e in edges)
    assert words.count("không công bố") == len(load_withheld().query("place == 'quang_ninh' and component == 'papi'"))


def test_the_message_names_the_part_that_did_it(ranked):
    title = charts.history(ranked, "thanh_hoa", "papi.6", year=YEAR).layout.meta["title"]
    assert title == "Cung ứng dịch vụ công giảm 0,2977 điểm năm 2024, chủ yếu do Giáo dục tiểu học công lập"


def test_across_an_edge_the_message_makes_no_comparison(ranked):
    title = charts.history(ranked, "thanh_hoa", "papi", year=2021).layout.meta["title"]
    assert "không so được với năm 2020 vì đổi cách đo" in title and not re.search("tăng|giảm", title)


def test_counts_in_titles_add_up(ranked, review_of):
    for place in ("thanh_hoa", "quang_ninh", "cao_bang"):
        found = review_of(place)
        dots = charts.dots(found)
        assert len(dots.layout.meta["data"]) == 28
        for figure in (dots, charts.heat(ranked, place, "papi", YEAR)):
            of, *parts = numbers(figure)
            assert sum(parts) == of == 28 and (figure is not dots or all(parts))
    movement = charts.movement(review_of("thanh_hoa"), "papi", DIMENSIONS)
    assert numbers(movement)[:3] == [8, 5, 3]
    assert numbers(charts.waterfall(contributions(review_of("thanh_hoa")), "thanh_hoa", YEAR))[-3:] == [8, 5, 3]


def numbers(figure):
    counts = figure.layout.meta["title"].partition(str(YEAR))[2]
    return [int(x) for x in re.findall(r"\b(?<![,.])(\d{1,2})\b(?![,.]\d)", counts)]


def test_computed_ranks_carry_the_star_and_published_ones_do_not(ranked):
    papi, pci = (charts.position(ranked, YEAR, "thanh_hoa", c) for c in ("papi", "pci"))
    assert "13/61*" in papi.layout.title.text and any("* hạng tự tính" in x for x in texts(papi))
    assert "21/63" in pci.layout.title.text and not any("21/63*" in x for x in texts(pci))


def test_no_quarters_and_no_median_from_a_partial_panel(ranked):
    figure = charts.position(ranked, YEAR, "thanh_hoa", "pci")
    assert not [s for s in figure.layout.shapes if s.type == "rect"]
    history = charts.history(ranked, "thanh_hoa", "pci", year=YEAR)
    drawn = {y for trace in history.data if trace.name == "Trung vị" for y in trace.x}
    assert drawn and YEAR not in drawn
    cells = pd.DataFrame(charts.heat(ranked, "thanh_hoa", "pci", YEAR).layout.meta["data"])
    assert set(cells.loc[cells["year"] == YEAR, "state"]) == {"partial"}


def test_every_province_and_both_archipelagos_are_tiles(ranked):
    for year, places in ((2024, 63), (2025, 34)):
        frame = charts.tiles(ranked, year, "papi").layout.meta["data"]
        state = {tile["place"]: tile["state"] for tile in frame}
        assert {"hoang_sa", "truong_sa"} == {p for p, s in state.items() if s == "island"}
        assert set(state) - {"hoang_sa", "truong_sa"} == {p.code for p in load_places().valid(year)}
        assert len(frame) == len(state) == places + 2 == len({(x["row"], x["col"]) for x in frame})


def test_what_is_withheld_says_so(ranked):
    for place in WITHHELD:
        with pytest.raises(NoDataError):
            charts.position(ranked, YEAR, place, "papi")
        assert "không công bố" in charts.history(ranked, place, "papi", year=YEAR).layout.title.text


def test_names_stay_text(ranked, tmp_path, monkeypatch):
    shutil.copytree(files.data_dir(), tmp_path / "data")
    places = tmp_path / "data" / "places" / "places.csv"
    places.write_text(places.read_text(encoding="utf-8").replace("thanh_hoa,Thanh Hóa", "thanh_hoa,Thanh <b>& $x$</b>"),
                      encoding="utf-8")
    monkeypatch.setenv("INDEXLIB_DATA", str(tmp_path / "data"))
    figure = charts.position(ranked, YEAR, "thanh_hoa", "papi")
    title = figure.layout.title.text.replace("\xa0", " ")
    assert "Thanh &lt;b&gt;&amp; &#36;x&#36;&lt;/b&gt;" in title
    assert not any("<b>&" in n.text for n in figure.layout.annotations)


def test_the_decimal_sign_follows_the_language(ranked):
    assert charts.history(ranked, "thanh_hoa", "papi").layout.separators == ",."
    with speaking("en"):
        figure = charts.history(ranked, "thanh_hoa", "papi")
    assert figure.layout.separators == ".," and not re.search(r"\d,\d", " ".join(texts(figure)))


def test_file_names_are_unique_and_sort(ranked, review_of):
    names = [f.layout.meta["name"] for f in every_chart(ranked, review_of, "thanh_hoa", ["papi", "papi.2", "papi.1.1"])
             if "movement" not in f.layout.meta["name"]]
    assert all(re.fullmatch(r"thanh_hoa_2024_papi[a-z0-9_]*", n) for n in names)
    assert sorted(["pci.10", "pci.9"], key=lambda c: style.name("position", "", YEAR, c)) == ["pci.9", "pci.10"]


def test_the_camera_gives_the_exported_file(ranked):
    figure = charts.position(ranked, YEAR, "thanh_hoa", "papi")
    button = charts.config(figure)["toImageButtonOptions"]
    assert button["width"] * button["scale"] == round(16 / 2.54 * 300)
    assert button["filename"] == figure.layout.meta["name"] and button["height"] == figure.layout.height


@pytest.fixture(scope="module")
def written(ranked, review_of, tmp_path_factory):
    """Every kind of chart of the province with the longest name, written once."""
    figures = list({f.layout.meta["name"]: f for f in
                    every_chart(ranked, review_of, "ba_ria_vung_tau", ["papi.2"])}.values())
    try:
        return figures, charts.export(figures, tmp_path_factory.mktemp("charts"))
    except charts.BrowserError as error:
        pytest.skip(str(error))


def test_files_have_the_printed_size(written):
    figures, paths = written
    assert [p.suffix for p in paths] == [".png", ".svg"] * len(figures)
    for figure, png, svg in zip(figures, paths[::2], paths[1::2], strict=True):
        head = png.read_bytes()[:60]
        assert struct.unpack(">II", head[16:24]) == (1890, 3 * figure.layout.height)
        assert head[37:41] == b"pHYs" and round(struct.unpack(">I", head[41:45])[0] * 0.0254) == 300
        assert 'width="16cm"' in svg.read_text(encoding="utf-8")[:400]


def test_nothing_is_cut_at_the_edge_of_a_picture(written):
    image = pytest.importorskip("PIL.Image")
    for path in written[1][::2]:
        pixels = np.array(image.open(path).convert("L"))
        pixels[6:-6, 6:-6] = 255
        assert pixels.min() > 250, path.name


def test_without_a_browser_one_line_says_what_to_do(ranked, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    with pytest.raises(charts.BrowserError) as raised:
        charts.export([charts.position(ranked, YEAR, "thanh_hoa", "papi")], tmp_path)
    assert "plotly_get_chrome" in str(raised.value) and "\n" not in str(raised.value)
    assert not list(tmp_path.glob("*.png"))


def test_two_charts_of_one_name_are_refused(ranked, tmp_path):
    figure = charts.position(ranked, YEAR, "thanh_hoa", "papi")
    with pytest.raises(ValueError, match="thanh_hoa_2024_papi_vi_tri"):
        charts.export([figure, figure], tmp_path)


def test_a_notebook_shows_the_chart_with_its_camera_settings():
    """Through a kernel: what JupyterLab gets to draw."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    source = ('import plotly.io as pio; pio.renderers.default = "plotly_mimetype"\n'
              "from indexlib import charts, load_scores\n"
              'charts.position(load_scores("papi"), 2024, "thanh_hoa", "papi")')
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(book, kernel_name="python3").execute()
    drawn = [o["data"]["application/vnd.plotly.v1+json"] for o in book.cells[0].outputs if "data" in o]
    assert len(drawn) == 1
    assert drawn[0]["config"]["toImageButtonOptions"]["filename"] == "thanh_hoa_2024_papi_vi_tri"


def test_ranks_with_intervals_draw_them(ranked):
    wide = ranked.assign(rank_best=(ranked["rank"] - 6).clip(lower=1), rank_worst=ranked["rank"] + 5)
    figure = charts.bump(wide, "thanh_hoa", "papi.6", YEAR, 2018)
    assert [x for line in figure.data for x in line.error_y.array] == [5.0] * 7  # a line a block
    check(figure)
