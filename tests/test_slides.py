"""Slides: what they say equals the figures they come from, stays on the slide, and can be edited and restyled."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Emu

from indexlib import load_scores, open_run, prose, tables
from indexlib import wording as w
from indexlib.briefing import deck as decks
from indexlib.briefing.deck import TEMPLATE, Deck, TemplateError
from indexlib.briefing.fit import SMALLEST, broken
from indexlib.briefing.slides import write_slides
from indexlib.catalogue import INDICES, load_catalogue
from indexlib.chance import by_noise_alone
from indexlib.flags import follow_up
from indexlib.scores import load_withheld
from indexlib.wording import speaking, t

SEEN = [("thanh_hoa", 2024, "vi"), ("thanh_hoa", 2024, "en"), ("quang_ninh", 2023, "vi"), ("quang_ninh", 2023, "en"),
        ("ba_ria_vung_tau", 2024, "vi"), ("ba_ria_vung_tau", 2024, "en")]
#: A year before most indices, a year across edges, and a province that published nothing for PAPI.
ODD = [("thanh_hoa", 2011, "vi"), ("thanh_hoa", 2021, "vi"), ("vinh_phuc", 2024, "en")]
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\{\w*\}", re.IGNORECASE)
HOSTILE = "=HYPERLINK(\"x\") <b>&amp; " + "Dàiquámứctưởngtượng" * 12


@cache
def found_of(place: str, year: int, language: str):
    return open_run(place=place, year=year, language=language)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("slides"), {}

    def write(place: str, year: int, language: str) -> Path:
        key = (place, year, language)
        if key not in made:
            made[key] = folder / f"{place}_{year}_{language}.pptx"
            write_slides(found_of(*key), made[key])
        return made[key]

    return write


@cache
def opened(path: Path):
    """A presentation, read once; not to be changed."""
    return Presentation(path)


def texts(slide) -> list[str]:
    """Everything that can be read on a slide, the labels and names of charts too."""
    out = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            out += [p.text for p in shape.text_frame.paragraphs]
        elif shape.has_table:
            out += [c.text for row in shape.table.rows for c in row.cells]
        elif shape.has_chart:
            out += [shape.chart.chart_title.text_frame.text, *categories(shape.chart), *labels(shape.chart)]
            out += [s.name for s in shape.chart.plots[0].series]
    return out


def charts(slide) -> list:
    return [s.chart for s in slide.shapes if s.has_chart]


def categories(chart) -> list[str]:
    return [" ".join(str(c).split()) for c in chart.plots[0].categories]


def labels(chart) -> list[str]:
    return [x for s in chart.plots[0].series for x in labels_of(s).values()]


def labels_of(series) -> dict[int, str]:
    found = series._element.findall(".//{*}dLbl")
    return {int(x.find("{*}idx").get("val")): "".join(r.text for r in x.iter() if r.tag.endswith("}t")) for x in found}


def table(slide) -> list[list[str]]:
    shape = next(s for s in slide.shapes if s.has_table)
    return [[c.text for c in row.cells] for row in shape.table.rows]


def titled(path: Path, start: str):
    """The one slide whose title begins so."""
    found = [s for s in opened(path).slides if s.shapes.title.text.startswith(start)]
    assert len(found) == 1, [s.shapes.title.text for s in opened(path).slides]
    return found[0]


def index_slide(path: Path, index: str):
    return opened(path).slides[2 + INDICES.index(index)]


def title(slide) -> str:
    return slide.shapes.title.text


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_every_slide_has_its_message_notes_and_nothing_unfilled(written, place, year, language):
    slides = list(opened(written(place, year, language)).slides)
    assert 10 <= len(slides) <= 15
    messages = [title(s) for s in slides]
    assert len(set(messages)) == len(messages)
    for slide in slides:
        assert slide.notes_slide.notes_text_frame.text.strip()
        for shape in slide.placeholders:
            assert shape.has_chart or shape.has_table or shape.text_frame.text.strip(), shape.name
        shown = [*texts(slide), slide.notes_slide.notes_text_frame.text]
        assert [x for x in shown if LEAKED.search(x)] == []
        kinds = {str(p.placeholder_format.type).split()[0] for p in slide.placeholders}
        assert {"FOOTER", "SLIDE_NUMBER"} <= kinds
        footer = next(p for p in slide.placeholders if str(p.placeholder_format.type).startswith("FOOTER")).text_frame.text
        assert str(year) in footer
        assert found_of(place, year, language).notices()[0][:20] in footer


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_nothing_stands_outside_the_slide_or_on_another_shape(written, place, year, language):
    file = opened(written(place, year, language))
    for slide in file.slides:
        boxes = []
        assert len({s.shape_id for s in slide.shapes}) == len(slide.shapes)
        for s in slide.shapes:
            assert s.left >= 0
            assert s.top >= 0
            assert s.left + s.width <= file.slide_width, (title(slide), s.name)
            assert s.top + s.height <= file.slide_height, (title(slide), s.name)
            assert s.has_text_frame or s._element.xpath(".//p:cNvPr")[0].get("descr"), "nothing for a screen reader"
            boxes.append((s.left, s.top, s.left + s.width, s.top + s.height, s.name))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1:]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart, (title(slide), a[4], b[4])


def sizes(slide) -> list[float]:
    """Sizes of type set in runs of a slide, its charts too."""
    roots = [slide._element, *(c._chartSpace for c in charts(slide))]
    runs = [x for root in roots for x in root.iter() if x.tag.endswith(("}rPr", "}defRPr"))]
    return [int(x.get("sz")) / 100 for x in runs if x.get("sz")]


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_no_type_is_too_small_and_texts_fit_their_boxes(written, place, year, language):
    for slide in opened(written(place, year, language)).slides:
        assert min(sizes(slide), default=SMALLEST) >= SMALLEST, title(slide)
        for shape in slide.placeholders:
            if not shape.has_text_frame or not shape.text_frame.text:
                continue
            of = next(p for p in slide.slide_layout.placeholders if p.placeholder_format.idx == shape.placeholder_format.idx)
            default, bold, indent, gap = decks._style(of)
            high = 0.0
            for p in shape.text_frame.paragraphs:
                size = p.runs[0].font.size.pt if p.runs and p.runs[0].font.size else default
                high += broken(p.text, Emu(of.width).pt - indent, size, bold) * size * 1.2 + gap
            assert high - gap <= Emu(of.height).pt + 1, (title(slide), shape.name, shape.text_frame.text)


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_the_table_of_the_four_indices_is_that_of_the_run(written, place, year, language):
    found, slide = found_of(place, year, language), opened(written(place, year, language)).slides[1]
    with speaking(language):
        made = tables.totals(found)
        assert table(slide) == [made.headers(), *made.frame.to_numpy().tolist()]


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
@pytest.mark.parametrize("index", INDICES)
def test_the_message_of_an_index_has_its_figures_and_counts_that_sum(written, place, year, language, index):
    found, message = found_of(place, year, language), title(index_slide(written(place, year, language), index))
    rows = {r.component: r for r in found.now.components.itertuples(index=False)}
    with speaking(language):
        assert load_catalogue().short_name(index) in message
        if index in rows:
            row = rows[index]
            if pd.notna(row.rank):
                assert tables.rank_text(row) in message  # base and star too
            if row.comparable:
                size = w.change(abs(row.change), row.decimals, load_catalogue().component(index).unit).lstrip("+")
                assert size in message or row.change_published == 0
            elif pd.notna(row.score):
                assert tables.score_text(row, unit=True) in message
        parts = prose.split(found, index)
        total = sum(map(len, parts.values()))
        for key, codes in parts.items():
            said = t(f"slide.count.{key}", n=len(codes))
            assert (said in message) == (bool(codes) and total > len(parts["missing"])), (said, message)
    counted = re.search(r"; (?:trong|of) (\d+) [^:]+: (.*)$", message)
    if counted:
        assert sum(int(n) for n in re.findall(r"(?:^|, )(\d+) ", counted[2])) == int(counted[1]) == \
            len(prose.main_components(found, index))


def drawn(chart) -> list[tuple[str, float]]:
    return [(c, v) for s in chart.plots[0].series for c, v in zip(categories(chart), s.values, strict=True) if v is not None]


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
@pytest.mark.parametrize("index", INDICES)
def test_bars_of_change_are_the_changes_of_the_run(written, place, year, language, index):
    found, slide = found_of(place, year, language), index_slide(written(place, year, language), index)
    c = found.now.components
    c = c[c["component"].isin(prose.main_components(found, index)) & c["comparable"]]
    bars = [x for x in charts(slide) if x.chart_title.text_frame.text.startswith(("Thay đổi", "Change"))]
    assert len(bars) == (1 if len(c) else 0)
    if len(c):
        values, digits = dict(drawn(bars[0])), load_catalogue().decimals(index)
        with speaking(language):
            expected = {" ".join(f"{load_catalogue().component(k).number} {load_catalogue().component(k).name}".split()): v
                        for k, v in zip(c["component"], c["change"], strict=True)}
            assert len(expected) == len(c)
            assert {k: pytest.approx(v) for k, v in expected.items()} == values
            assert sorted(labels(bars[0])) == sorted(w.change(v, digits) for v in c["change"])
            assert t(f"unit.{load_catalogue().component(index).unit}") in bars[0].chart_title.text_frame.text
            beyond = [s for s in bars[0].plots[0].series if s.name == t("slide.series.beyond")]
            seen = sum(v is not None for s in beyond for v in s.values)
        assert seen == int(((c["change_published"] < 0) & (c["z"] < -1)).sum())


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
@pytest.mark.parametrize("index", INDICES)
def test_a_line_holds_the_published_scores_and_never_crosses_an_edge_or_a_gap(written, place, year, language, index):
    slide = index_slide(written(place, year, language), index)
    courses = [x for x in charts(slide) if "LINE" in str(x.chart_type)]
    of_place = load_scores(index).query("place == @place and component == @index").set_index("year")
    for chart in courses:
        ranks = chart.chart_title.text_frame.text.startswith(("Thứ hạng", "Rank"))
        years = [int(c) for c in categories(chart)]
        assert years == list(range(years[0], year + 1))
        name = found_of(place, year, language).place.name
        for s in chart.plots[0].series:
            points = [(y, v) for y, v in zip(years, s.values, strict=True) if v is not None]
            frame = pd.DataFrame({"component": index, "year": [y for y, _ in points]})
            blocks = load_catalogue().with_block(frame)["block"]
            assert len(set(blocks)) == 1, s.name
            if s.name.startswith(name) and not ranks:
                assert dict(points) == {y: pytest.approx(of_place["score"][y]) for y, _ in points}
                digits = load_catalogue().decimals(index)
                with speaking(language):
                    assert labels_of(s) == {years.index(y): w.number(of_place["score"][y], digits) for y, _ in points}
            if s.name.startswith(name) and ranks:
                assert all(re.fullmatch(r"\d+/\d+\*?", x) for x in labels_of(s).values())
                assert {years[i]: int(x.split("/")[0]) for i, x in labels_of(s).items()} == {y: int(v) for y, v in points}
        assert chart._chartSpace.find(".//{*}dispBlanksAs").get("val") == "gap"
        held = set(load_withheld().query("place == @place and component == @index")["year"])
        own = {y for s in chart.plots[0].series if s.name.startswith(name)
               for y, v in zip(years, s.values, strict=True) if v is not None}
        assert not own & held


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_components_stand_beside_the_median_of_the_run(written, place, year, language):
    found = found_of(place, year, language)
    c = found.now.components.set_index("component")
    with speaking(language):
        shown = [x for s in opened(written(place, year, language)).slides for x in charts(s)
                 if x.chart_title.text_frame.text == t("slide.chart.compared", year=year, what=t("slide.series.median"))]
        whole = [i for i in INDICES
                 if c.reindex(prose.main_components(found, i))[["score", "median"]].notna().all(axis=1).any()]
        assert len(shown) == len(whole)
        for chart, index in zip(shown, whole, strict=True):
            main = c.reindex(prose.main_components(found, index)).dropna(subset=["score", "median"])
            names = [f"{load_catalogue().component(k).number} {load_catalogue().component(k).name}" for k in main.index]
            own, middle = (dict(zip(categories(chart), s.values, strict=True)) for s in chart.plots[0].series)
            assert own == dict(zip(names, main["score"], strict=True))
            assert middle == dict(zip(names, main["median"], strict=True))


def test_a_withheld_year_of_quang_ninh_is_a_gap_that_the_slide_explains(written):
    slide = index_slide(written("quang_ninh", 2023, "vi"), "papi")
    assert title(slide) == "Năm 2023, kết quả PAPI của Quảng Ninh không được công bố"
    (chart,) = charts(slide)
    last = [s.values[-1] for s in chart.plots[0].series if s.name.startswith("Quảng Ninh")]
    assert last == [None] * len(last)
    assert any("không công bố: 2021, 2023" in x for x in texts(slide))


def test_decimal_signs_follow_the_language_whatever_the_office_has(written):
    for language, sign, other in (("vi", ",", "."), ("en", ".", ",")):
        for slide in opened(written("thanh_hoa", 2024, language)).slides:
            for chart in charts(slide):
                assert not [x for x in labels(chart) if re.search(rf"\d{re.escape(other)}\d", x)]
                assert [x for x in labels(chart) if sign in x or "/" in x or x.isdigit()]
                assert not chart.value_axis.visible  # its numbers would take the sign of the machine


def test_the_sheet_behind_a_chart_holds_its_figures_for_editing(written):
    for slide in opened(written("thanh_hoa", 2024, "vi")).slides:
        for chart in charts(slide):
            sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
            for c, s in enumerate(chart.plots[0].series, 2):
                column = [sheet.cell(r, c).value for r in range(2, 2 + len(s.values))]
                assert sheet.cell(1, c).value == s.name
                assert column == [v if v is None else pytest.approx(v) for v in s.values]


@pytest.mark.parametrize("place, year, language", SEEN)
def test_the_focus_list_has_item_unit_and_the_figures_of_the_run(written, place, year, language):
    found = found_of(place, year, language)
    with speaking(language):
        made = tables.focus(found).frame.head(8)
        slides = [s for s in opened(written(place, year, language)).slides
                  if any(x.has_table for x in s.shapes) and table(s)[0][0] == t("col.component")]
    assert len(slides) == 1
    columns = ["component", "score", "change", "rank", "grade", "item", "unit"]
    for shown, whole in zip(table(slides[0])[1:], made[columns].to_numpy().tolist(), strict=True):
        assert shown[1:4] == whole[1:4]  # figures are never cut; a long name may be, and the notes have it in full
        assert all(w.startswith(s.removesuffix("…").removesuffix("~").rstrip()) for s, w in zip(shown, whole, strict=True))
        assert shown[5].endswith("~") == ("(" in whole[5])
    assert len(table(slides[0])) <= 9


def test_last_years_flags_and_the_units_add_up(written):
    for place, year, language in SEEN:
        found = found_of(place, year, language)
        path = written(place, year, language)
        with speaking(language):
            state, unit = t("slide.col.state"), t("slide.col.unit")
        rows = {table(s)[0][0]: table(s)[1:] for s in opened(path).slides if any(x.has_table for x in s.shapes)}
        counts = follow_up(found.now, found.before)["state"].value_counts()
        assert {r[0]: int(r[1]) for r in rows[state]} == \
            {w_of(f"state.{s}", language): int(n) for s, n in counts.items()}
        assert all(int(r[1]) == count_names(r[2]) for r in rows[state])
        assert sum(int(r[1]) for r in rows[unit]) == len(found.now.flagged())
        assert sum(int(r[2]) for r in rows[unit]) == len(found.now.focus(found.params.focus))
        assert all(int(r[1]) == count_names(r[3]) for r in rows[unit])


def w_of(key: str, language: str) -> str:
    with speaking(language):
        return t(key)


def count_names(cell: str) -> int:
    return sum(len(group.split(", ")) for group in cell.split("; "))


def test_the_noise_slide_repeats_the_counts_of_the_run(written):
    of = found_of("thanh_hoa", 2024, "vi")
    counted = by_noise_alone(of.now, of.noise, of.params.rules)
    slide = titled(written("thanh_hoa", 2024, "vi"), f"Trong {counted['judged'].sum()} lượt xét")
    assert f"có {counted['found'].sum()} lượt gặp điều kiện" in title(slide)
    (chart,) = charts(slide)
    raised, expected = ([v for v in s.values] for s in chart.plots[0].series)
    assert sum(raised) == counted["found"].sum()
    assert sum(expected) == pytest.approx(counted["expected"].sum())
    judged = [int(re.search(r"\((\d+) lượt xét\)", c)[1]) for c in categories(chart)]
    assert sum(judged) == counted["judged"].sum()


def test_what_the_publisher_did_not_print_is_marked(written):
    for slide in opened(written("thanh_hoa", 2024, "vi")).slides:
        shown = " ".join(texts(slide))
        if re.search(r"\d+/\d+\*", shown) and not any(s.shape_type == 13 for s in slide.shapes):
            assert "tự tính" in shown, title(slide)
        assert not re.search(r"(?<![\d,])13/61(?!\*)", shown), title(slide)


def test_next_steps_are_the_words_of_the_plan(written):
    slide = titled(written("thanh_hoa", 2024, "vi"), "Kế hoạch yêu cầu 5 việc")
    said = [row[0] for row in table(slide)[1:]]
    assert said[1] == "“giao trách nhiệm cụ thể cho cá nhân, tổ chức triển khai thực hiện” (IV.2)"
    assert "8 nội dung trọng tâm: PAPI 2.1" in table(slide)[3][1]
    assert "1.1, 1.2, 1.5, 1.6, 1.10" in table(slide)[2][1]


def test_a_picture_is_shown_whole_and_its_absence_is_a_sentence(written, tmp_path):
    from PIL import Image

    found = found_of("thanh_hoa", 2024, "vi")
    Image.new("RGB", (1890, 849), "white").save(tmp_path / "thanh_hoa_2024_papi_vi_tri.png")
    write_slides(found, tmp_path / "with.pptx", tmp_path)
    (picture,) = [s for s in titled(tmp_path / "with.pptx", "Năm 2024, Thanh Hóa cao hơn").shapes if s.shape_type == 13]
    assert picture.width / picture.height == pytest.approx(1890 / 849, rel=0.01)
    assert (picture.crop_left, picture.crop_top) == (0, 0)
    without = titled(written("thanh_hoa", 2024, "vi"), "Năm 2024, Thanh Hóa cao hơn")
    assert any("Chưa có ảnh" in x for x in texts(without))
    write_slides(found, tmp_path / "empty.pptx", tmp_path / "nowhere")
    assert (tmp_path / "empty.pptx").read_bytes() == written("thanh_hoa", 2024, "vi").read_bytes()


def test_the_same_findings_make_the_same_bytes(written, tmp_path):
    first = written("thanh_hoa", 2024, "vi")
    code = ("import sys; from pathlib import Path; from indexlib import open_run; "
            "from indexlib.briefing.slides import write_slides; "
            "write_slides(open_run(place='thanh_hoa', year=2024), Path(sys.argv[1]))")
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again.pptx")], check=True, env={"PYTHONHASHSEED": "7"})
    assert (tmp_path / "again.pptx").read_bytes() == first.read_bytes()
    with zipfile.ZipFile(first) as file:
        assert {x.date_time for x in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in file.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(file.read(name))
        books = [n for n in file.namelist() if n.endswith(".xlsx")]
        assert books
        for name in books:
            with zipfile.ZipFile(io.BytesIO(file.read(name))) as book:
                assert b"2000-01-01" in book.read("docProps/core.xml")


def test_hostile_names_stay_text_and_on_the_slide(tmp_path, data):
    table_of = data.path("catalogue/components.csv")
    components = pd.read_csv(table_of, dtype=str, keep_default_na=False)
    components.assign(name_vi=HOSTILE).to_csv(table_of, index=False, lineterminator="\n")
    found = open_run(place="thanh_hoa", year=2024)
    bad = replace(found, place=replace(found.place, name_vi="=1+1 <Tỉnh> &\x07\n\u202e " + "Rấtdài" * 30))
    write_slides(bad, tmp_path / "hostile.pptx")
    file = Presentation(tmp_path / "hostile.pptx")
    shown = [x for s in file.slides for x in texts(s)]
    assert any("=1+1 <Tỉnh> &" in x for x in shown)
    assert any("=HYPERLINK" in x for x in shown)
    for slide in file.slides:
        for s in slide.shapes:
            assert s.left + s.width <= file.slide_width
            assert s.top + s.height <= file.slide_height, title(slide)
        assert min(sizes(slide), default=SMALLEST) >= SMALLEST
        for chart in charts(slide):
            sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
            assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    notes = " ".join(s.notes_slide.notes_text_frame.text for s in file.slides)
    assert "\u202e" not in notes
    assert notes.count("Dàiquámứctưởngtượng" * 12) > 1  # what was shortened stands in the notes whole


def restyled(folder: Path, change) -> Path:
    file = Presentation(TEMPLATE)
    change(file)
    file.save(folder / "office.pptx")
    return folder / "office.pptx"


def layout(file, name: str):
    return next(x for x in file.slide_layouts if x.name == name)


def test_an_office_restyles_the_template_without_code(tmp_path):
    def change(file):
        file.slides.add_slide(file.slide_layouts[1])  # a slide forgotten in the template
        body = next(p for p in layout(file, decks.ONE).placeholders if p.name == decks.BODY)
        body.left, body.width, body.name = Emu(2_000_000), Emu(8_000_000), "NỘI  DUNG"

    template = restyled(tmp_path, change)
    write_slides(found_of("thanh_hoa", 2024, "vi"), tmp_path / "out.pptx", template=template)
    file = Presentation(tmp_path / "out.pptx")
    shape = next(s for s in file.slides[1].shapes if s.has_table)
    assert shape.left == 2_000_000
    assert sum(c.width for c in shape.table.columns) <= 8_000_000
    assert file.slides[0].shapes.title.text.startswith("Thanh Hóa năm 2024")


def test_a_missing_layout_or_placeholder_is_named(tmp_path):
    def no_layout(file):
        layout(file, decks.TWO)._element.cSld.set("name", "Khác")

    def no_placeholder(file):
        next(p for p in layout(file, decks.ONE).placeholders if p.name == decks.SOURCE).name = "Text Placeholder 7"

    found = found_of("thanh_hoa", 2024, "vi")
    with pytest.raises(TemplateError, match=r"thiếu bố cục “Hai nội dung”; đang có: Bìa, Một nội dung, Khác"):
        write_slides(found, tmp_path / "x.pptx", template=restyled(tmp_path, no_layout))
    with pytest.raises(TemplateError, match=r"bố cục “Một nội dung” thiếu ô “Ghi chú”; đang có: .*Text Placeholder 7"):
        write_slides(found, tmp_path / "x.pptx", template=restyled(tmp_path, no_placeholder))
    (tmp_path / "broken.pptx").write_bytes(b"PK not a presentation")
    for name in ("broken.pptx", "nowhere.pptx"):
        with pytest.raises(TemplateError, match=f"Không mở được mẫu trang chiếu {name}"):
            Deck("", tmp_path / name)
    assert not (tmp_path / "x.pptx").exists()


def test_the_template_is_small_and_nobodys():
    assert TEMPLATE.stat().st_size < 40_000
    with zipfile.ZipFile(TEMPLATE) as file:
        names = file.namelist()
        core = file.read("docProps/core.xml").decode()
        theme = file.read("ppt/theme/theme1.xml").decode()
    assert not [n for n in names if "thumbnail" in n or "printer" in n or n.endswith("app.xml")]
    assert "creator" not in core
    assert "lastModifiedBy" not in core
    assert re.findall(r'<a:latin typeface="([^"]*)"', theme) == ["Arial", "Arial"]


@pytest.mark.parametrize("rows", [1, 40])
def test_a_long_table_says_how_many_rows_it_left_out(rows):
    deck = Deck("chân trang")
    page = deck.page(decks.ONE, "Tiêu đề")
    page.table(decks.BODY, ["Một", "Hai"], [(f"dòng {i}", "từ " * 60) for i in range(rows)])
    page.done()
    cells = table(deck.file.slides[0])
    if rows == 1:
        assert len(cells) == 2
    else:
        left_out = int(re.search(r"và (\d+) dòng nữa", cells[-1][0])[1])
        assert len(cells) - 2 + left_out == rows
        assert f"dòng {rows - 1}" in deck.file.slides[0].notes_slide.notes_text_frame.text
