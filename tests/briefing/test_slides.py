"""Slides: what they say equals the figures they come from and stays on the slide."""

from __future__ import annotations

import io
import re

import openpyxl
import pandas as pd
import pytest
from pptx.util import Emu
from read_slides import (
    LEAKED,
    ODD,
    SEEN,
    categories,
    charts,
    found_of,
    index_slide,
    labels,
    labels_of,
    opened,
    sizes,
    table,
    texts,
    title,
    titled,
    writer,
)

from indexlib import load_scores
from indexlib.base import wording as w
from indexlib.base.wording import speaking, t
from indexlib.briefing.office import powerpoint as decks
from indexlib.briefing.office.fit import SMALLEST, broken
from indexlib.briefing.slides import indices
from indexlib.content import prose, tables
from indexlib.content.glance import next_year
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import load_withheld
from indexlib.plan.after_a_year import follow_up
from indexlib.plan.by_chance import by_noise_alone
from indexlib.plan.plan import NO_PLAN

pytestmark = pytest.mark.by_turns


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return writer(tmp_path_factory.mktemp("slides"))


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_every_slide_has_its_message_notes_and_nothing_unfilled(written, place, year, language):
    slides = list(opened(written(place, year, language)).slides)
    assert (12 if found_of(place, year, language).plan.code != NO_PLAN else 7) <= len(slides) <= 17
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
    found, slide = found_of(place, year, language), opened(written(place, year, language)).slides[2]
    with speaking(language):
        made = tables.totals(found)
        assert table(slide) == [made.headers(), *made.frame.to_numpy().tolist()]


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
@pytest.mark.parametrize("index", index_codes())
def test_the_message_of_an_index_has_its_figures_and_counts_that_sum(written, place, year, language, index):
    found = found_of(place, year, language)
    if not indices.known(found, index):  # nothing could be drawn: the slide of the totals says it
        assert index not in set(found.now.components["component"]) or year == 2011
        return
    message = title(index_slide(written(place, year, language), index))
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
@pytest.mark.parametrize("index", index_codes())
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
        assert seen == int(((c["change_published"] < 0) & (c["z_relative"] < -2)).sum())


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
@pytest.mark.parametrize("index", index_codes())
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
        whole = [i for i in index_codes()
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
                  if any(x.has_table for x in s.shapes) and table(s)[0][:2] == [t("col.component"), t("col.score")]]
    assert len(slides) == 1
    columns = ["component", "score", "change", "rank", "next", *(["item"] if "item" in made else [])]
    with speaking(language):
        likely = [next_year(r) or "–" for r in found.focus(8).itertuples(index=False)]
    for shown, whole in zip(table(slides[0])[1:], made.assign(next=likely)[columns].to_numpy().tolist(), strict=True):
        assert shown[1:4] == whole[1:4]  # figures are never cut; a long name may be, and the notes have it in full
        assert all(w.startswith(s.removesuffix("…").removesuffix("~").rstrip()) for s, w in zip(shown, whole, strict=True))
        assert not shown[5:] or shown[5].endswith("~") == ("(" in whole[5])
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
        assert all(int(r[1]) == count_names(r[2]) for r in rows[state] if not r[2].endswith("…"))
        if unit not in rows:  # the plan is of another place, and names nobody
            assert place != "thanh_hoa" and found.tasks().empty and tables.without_plan(found)
            continue
        assert sum(int(r[1]) for r in rows[unit]) == len(found.tasks())
        assert sum(int(r[2]) for r in rows[unit]) == len(found.now.focus(found.params.focus))
        assert all(int(r[2]) == count_names(r[3]) for r in rows[unit] if not r[3].endswith("…"))


def w_of(key: str, language: str) -> str:
    with speaking(language):
        return t(key)


def count_names(cell: str) -> int:
    names = [] if cell == "–" else cell.split("; ")
    more = re.fullmatch(r"(?:và|and) (\d+) .*", names[-1]) if names else None
    return len(names) - 1 + int(more[1]) if more else len(names)


@pytest.mark.parametrize("place, year, language", SEEN + ODD)
def test_what_is_to_be_decided_stands_first_and_details_behind_a_divider(written, place, year, language):
    found, slides = found_of(place, year, language), list(opened(written(place, year, language)).slides)
    with speaking(language):
        none = tables.without_plan(found)  # no slide of units, none of what the plan asks
        first = 3 + (found.before is not None) + bool(tables.coverage(found)) + 2 * (not none)
        assert [title(s) for s in slides].index(t("slide.details")) == first <= 7
        known = [i for i in index_codes() if indices.known(found, i)]
        assert [indices.message(found, i) for i in known] == [title(s) for s in slides[first + 1:][:len(known)]]
        focus = found.focus(8)
        asked = t("slide.decide.none", year=year) if focus.empty else t("slide.decide", k=1, u=1)[:8]
        assert title(slides[1]).startswith(asked)
        if len(focus):
            columns = ("component", "happened", *(() if none else ("who", "due")))
            assert table(slides[1])[0] == [t(f"first.{c}") for c in columns]
            names = [load_catalogue().label(c) for c in focus["component"]]
            assert [row[0] for row in table(slides[1])[1:]] == names and "…" not in str(table(slides[1]))
            assert none or all(r[3] == t("first.no_date") for r in table(slides[1])[1:])  # the plan has no deadline


def test_the_noise_slide_repeats_the_counts_of_the_run(written):
    of = found_of("thanh_hoa", 2024, "vi")
    counted = by_noise_alone(of.now).query("rule != 'all'")
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
