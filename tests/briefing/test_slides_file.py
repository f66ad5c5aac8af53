"""The file of slides: words of the plan, pictures, the template, hostile names, the same bytes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Emu
from read_slides import HOSTILE, charts, found_of, sizes, table, texts, title, titled, writer

from indexlib import open_run
from indexlib.briefing.office import powerpoint as decks
from indexlib.briefing.office.fit import SMALLEST
from indexlib.briefing.office.powerpoint import TEMPLATE, Deck, TemplateError
from indexlib.briefing.slides.presentation import write_slides

pytestmark = pytest.mark.by_turns


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return writer(tmp_path_factory.mktemp("slides"))


def test_next_steps_are_the_words_of_the_plan(written):
    slide = titled(written("thanh_hoa", 2024, "vi"), "Kế hoạch yêu cầu 5 việc")
    said = [row[0] for row in table(slide)[1:]]
    assert said[1] == "“giao trách nhiệm cụ thể cho cá nhân, tổ chức triển khai thực hiện” (IV.2)"
    assert "8 nội dung trọng tâm: PAPI 3.1" in table(slide)[3][1]
    assert "1.1, 1.5, 1.6, 1.10, 2.9" in table(slide)[2][1]


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
            "from indexlib.briefing.slides.presentation import write_slides; "
            "write_slides(open_run(place='thanh_hoa', year=2024), Path(sys.argv[1]))")
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again.pptx")], check=True, 
                   env={"PYTHONHASHSEED": "7", "INDEXLIB_TODAY": os.environ["INDEXLIB_TODAY"]})
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
