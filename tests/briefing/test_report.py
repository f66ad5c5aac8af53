"""The Word report: every figure as in the frame it comes from, nothing left open, nothing that the office must mend."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import printed
import pytest
from conftest import sampled
from docx import Document
from PIL import Image

from indexlib import load_plan, open_run
from indexlib.base.wording import speaking, use
from indexlib.briefing.report import document as report
from indexlib.briefing.report.document import TEMPLATE, TemplateError, context, left_open, write_report
from indexlib.briefing.report.pictures import files, pictures
from indexlib.content import prose
from indexlib.plan import review
from indexlib.plan.offices import as_of
from indexlib.plan.settings import Grades, Rules

pytestmark = pytest.mark.by_turns

ASKED = [("thanh_hoa", 2024, "vi"), ("thanh_hoa", 2024, "en"), ("quang_ninh", 2023, "vi"), ("quang_ninh", 2023, "en"),
         ("ba_ria_vung_tau", 2024, "vi"), ("ba_ria_vung_tau", 2024, "en"), ("ha_tay", 2007, "vi")]
ADDRESS = re.compile(r"https?:|www\.|github|\.(?:csv|xlsx?|docx|yml|png|py)\b|[a-z]+_[a-z_]+|report\.")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\bTrue\b|\bFalse\b|\{\{|\{%|\}\}|%\}", re.IGNORECASE)
HOSTILE = ["=1+1", "+84", "-2", "@SUM(A1)", "<b>Tỉnh & Thành</b>", "{{ 7*7 }}", "x" * 300, "a\x00b\x0bc", "\u202eđảo"]


@cache
def found(place: str, year: int, language: str, period: str = "year"):
    extra = {} if period == "year" else {"report": {"period": period, "year": 2025, "quarter": 1}}
    return open_run(place=place, year=year, language=language, **extra)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Reports by place, year, language and period, each written once."""
    folder = tmp_path_factory.mktemp("reports")

    def write(place: str, year: int, language: str, period: str = "year") -> Path:
        path = folder / f"{place}_{year}_{language}_{period}.docx"
        if not path.exists():
            with speaking(language):
                write_report(found(place, year, language, period), path)
        return path

    return write


def texts(path: Path) -> list[str]:
    """Every paragraph of a document, those in tables and in its head and foot too."""
    document = Document(str(path))
    cells = [c for t in document.tables for row in t.rows for c in row.cells]
    body = [*document.paragraphs, *(p for c in cells for p in c.paragraphs)]
    return [p.text for p in [*body, *(p for s in document.sections for p in s.header.paragraphs)]]


def table_with(path: Path, heading: str, nth: int = 0) -> list[list[str]]:
    """Rows of the nth table whose headings hold a text."""
    held = [t for t in Document(str(path)).tables if heading in [c.text for c in t.rows[0].cells]]
    return [[c.text for c in row.cells] for row in held[nth].rows]


@pytest.mark.parametrize("place, year, language", ASKED)
def test_no_tag_no_missing_value_and_no_empty_cell(written, place, year, language):
    path = written(place, year, language)
    assert [x for x in texts(path) if LEAKED.search(x)] == []
    ruled = [x for x in Document(str(path)).tables if x.style.name == "Report Table"]  # not head and signature
    assert len(ruled) >= 2
    assert [r for x in ruled for r in x.rows for c in r.cells if not c.text.strip()] == []


def body(path: Path) -> list[str]:
    """What stands before the annexes, by paragraph."""
    said = []
    for element in Document(str(path)).element.body.iter(f"{W}p"):
        text = "".join(x.text or "" for x in element.iter(f"{W}t"))
        if text.startswith(("Phụ lục 1.", "Annex 1.")):
            return said
        said.append(text)
    raise AssertionError("no annex")


@pytest.mark.parametrize("place, year, language", ASKED)
def test_the_body_holds_no_parameter_no_file_and_no_address(written, place, year, language):
    assert [x for x in body(written(place, year, language)) if ADDRESS.search(x)] == []


def test_the_parts_stand_in_the_order_of_such_reports(written):
    path = written("thanh_hoa", 2024, "vi")
    assert [p.text for p in Document(str(path)).paragraphs if p.style.name == "Heading 1"] == [
        "1. Căn cứ và phạm vi", "2. Kết quả", "3. Đánh giá chung", "4. Nội dung cần tập trung và nhiệm vụ",
        "5. Nguyên nhân", "6. Kiến nghị"]
    assert "Kết quả rà soát PAPI và PCI năm 2024 của Thanh Hóa" in texts(path)  # of PAR INDEX and SIPAS only totals
    assert [x for x in texts(path) if x.startswith("- Lưu: VT")]


def test_the_first_page_says_what_fell_and_who_acts(written):
    said = texts(written("thanh_hoa", 2024, "vi"))
    assert any(x.startswith("Giảm điểm hoặc tụt hạng: SIPAS; ") and "PAPI 6.2 Giáo dục tiểu học" in x for x in said)
    assert any(x.startswith("Ai làm (mục 4): ") and "Trung tâm học tập cộng đồng (việc 2)" in x and "thời hạn" in x
               for x in said)


def test_sources_are_publishers_and_copies_are_called_so(written):
    path = written("thanh_hoa", 2024, "vi")
    (line,) = [x for x in body(path) if x.startswith("Nguồn: ")]
    assert "VCCI: PCI 2023 và 2024; Bộ Nội vụ: PAR INDEX 2023 và 2024" in line
    third = line.partition("Theo bản trích của bên thứ ba: ")[2]
    assert "PAPI 2023 và 2024" in third and "PCI 2023" in third and "PCI 2024" not in third  # pcivietnam.vn is VCCI's own
    assert any(x.endswith("SIPAS 2023 (1), 2024 (1): https://baothanhhoa.vn/topic/par-index-110822") for x in texts(path))


def test_what_is_left_open_is_said_in_one_line():
    assert left_open(found("quang_ninh", 2023, "vi"), {}) == "Báo cáo Word để “…” cho người ký điền: " \
        "tên cơ quan và nơi nhận, đơn vị chủ trì và phối hợp, thời hạn, sản phẩm, nguyên nhân, kinh phí, khó khăn."


@pytest.mark.parametrize("period", ["half", "quarter"])
def test_the_other_periods_are_whole_too(written, period):
    path = written("thanh_hoa", 2024, "vi", period)
    said = "\n".join(texts(path))
    assert not LEAKED.search(said)
    assert ("06 tháng đầu năm 2025" if period == "half" else "quý I năm 2025") in said
    headings = [p.text for p in Document(str(path)).paragraphs if p.style.name == "Heading 1"]
    assert [h.split(".")[0] for h in headings] == [str(i) for i in range(1, len(headings) + 1)]


def test_the_first_page_says_whose_figures_these_are(written):
    said = texts(written("thanh_hoa", 2024, "vi"))
    assert "Số liệu cấp tỉnh (Thanh Hóa); đối với xã chỉ là bối cảnh." in said
    assert "XÃ HÀ BẮC" in "\n".join(said)


@pytest.mark.parametrize("report, day, own", [
    ({"period": "quarter", "year": 2025, "quarter": 2}, "2026-01-01", True),
    ({"period": "quarter", "year": 2025, "quarter": 3}, "2025-06-30", False),
    ({}, "2025-06-30", True), ({}, "2025-07-01", False)])
def test_the_day_of_the_report_or_of_the_run_decides_which_offices_there_are(report, day, own, tmp_path):
    """Hà Bắc became part of Hà Long on 1/7/2025, whatever year the scores are of."""
    with as_of(day):
        said = "\n".join(texts(write_report(open_run(place="thanh_hoa", year=2024, report=report), tmp_path / "r.docx")))
    assert ("XÃ HÀ BẮC" in said) == own == ("Phòng Nội vụ huyện (b/c);" in said)
    for after in ("XÃ HÀ LONG", "Từ 01/07/2025, xã Hà Bắc là một phần của xã Hà Long", "UBND xã Hà Long báo cáo",
                  "UBND tỉnh (qua Sở Nội vụ) (b/c) (cần xác nhận);", "Hà Long, ngày",
                  "Công chức Tài chính - Kế toán (nay: Phòng Kinh tế, cần xác nhận)"):
        assert (after in said) != own, after


def test_an_office_that_the_keeper_of_the_plan_confirmed_bears_no_mark(data):
    data.swap("plans/ha_bac_2023_2025/units.csv", "finance and planning (likely)", "finance and planning (confirmed)")
    plan = load_plan("ha_bac_2023_2025").on("2025-07-01")
    assert plan.unit_name("Công chức Tài chính - Kế toán") == "Công chức Tài chính - Kế toán (nay: Phòng Kinh tế)"
    assert plan.unit_name("Công an xã") == "Công an xã" and load_plan(plan.code).unit_name("Công an xã") == "Công an xã"


def test_a_province_that_the_plan_is_not_of_gets_no_letterhead_of_the_plan(tmp_path):
    found = open_run(place="quang_ninh", year=2023)
    said = texts(write_report(found, tmp_path / "r.docx"))
    assert "XÃ HÀ BẮC" not in said
    assert "Kế hoạch của xã Hà Bắc không giao việc cho Quảng Ninh: mục và đơn vị của kế hoạch ấy không nêu ở đây." in said


def test_components_stand_with_the_published_scores(written, scores, catalogue):
    rows = table_with(written("thanh_hoa", 2024, "vi"), "Điểm 2023")
    assert rows[0][1:4] == ["Điểm 2023", "Điểm 2024", "Tăng, giảm"]
    own = scores[(scores["place"] == "thanh_hoa")].set_index(["component", "year"])["score"]
    codes = {catalogue.label(c): c for c in catalogue.valid(2024, "papi")}
    rows = [r for r in rows if r[0] in codes]
    assert len(rows) == 37
    for row in rows:
        before, now, change = (float(x.replace(",", ".")) for x in row[1:4])
        code = codes[row[0]]
        assert before == pytest.approx(own[code, 2023], abs=5.1e-5)
        assert now == pytest.approx(own[code, 2024], abs=5.1e-5)
        assert change == pytest.approx(own[code, 2024] - own[code, 2023], abs=5.1e-5)


def test_every_rank_has_its_base_and_a_computed_one_its_note(written):
    path = written("thanh_hoa", 2024, "vi")
    ranks = [r[i] for r in table_with(path, "Điểm 2023")[1:] for i in (5, 6) if r[i] != "–"]
    assert len(ranks) > 80 and all(re.fullmatch(r"\d+/\d+\*?", r) for r in ranks)
    note = "* cơ quan công bố không in hạng này: tự tính"
    assert sum(x.startswith(note) for x in texts(path)) >= 2  # under the totals and in the annex


def test_a_withheld_year_is_called_so(written):
    said = body(written("quang_ninh", 2023, "vi"))
    assert any("kết quả PAPI của Quảng Ninh không được công bố" in x for x in said)


def test_the_focus_list_gives_unit_item_and_the_plans_own_words(written):
    rows = table_with(written("thanh_hoa", 2024, "vi"), "Nội dung và hiện trạng")
    (split,) = [i for i, r in enumerate(rows) if r[0].startswith("Đề xuất bổ sung")]
    assert [r[0] for r in rows[1:split] + rows[split + 1:]] == [str(n) for n in range(1, 9)]
    row = next(r for r in rows if r[1].startswith("PAPI 6.2"))
    assert row[1].endswith("giảm 0,2870 điểm; nay 37/61*")
    assert row[2].startswith("“Chấn chỉnh tình trạng lạm thu đầu năm học") and row[2].endswith("”\nMục 2.4 (một phần)")
    assert row[3:5] == ["Trung tâm học tập cộng đồng",
                        "Trường Mầm non (2.4); và 2 đơn vị khác ghi ở phiếu"]  # all of them stand on the first page
    items = load_plan("ha_bac_2023_2025").items.set_index("item")["text_vi"]
    assert split >= 6
    for r in rows[1:split]:
        words, item = re.search("“(.*)”\nMục ([0-9.]+)", r[2]).groups()
        assert words in items[item]
    assert all(r[2].startswith("Kế hoạch chưa có nhiệm vụ") for r in rows[split + 1:])


def test_targets_stand_with_what_became_of_them(tmp_path):
    asked = open_run(place="thanh_hoa", year=2024, targets={"papi": {"total": 45.0, "rank": 15, "region_rank": 3},
                                                            "sipas": {"total": 85.0}})
    path = write_report(asked, tmp_path / "r.docx")
    rows = [r for r in table_with(path, "Mục tiêu")[1:] if "(năm 2025" not in r[1]]  # those are the plan's
    assert [r[1:] for r in rows] == [
        ["từ 45,0000 điểm trở lên", "44,8708 điểm", "chưa đạt"], ["thứ hạng từ 15 trở lên", "13/61*", "đạt"],
        ["thứ hạng trong vùng từ 3 trở lên", "5/14*", "chưa đạt"],
        ["từ 85,00% trở lên", "–", "chưa xét được: chưa có điểm"]]
    assert any("Mục tiêu: đạt 1, chưa đạt 2, chưa xét được 5 (Phụ lục 1)" in x for x in texts(path))


def test_the_layout_is_that_of_the_decree():
    """Nghị định 30/2020/NĐ-CP: A4, margins, Times New Roman, page number top centre from page 2."""
    document = Document(str(TEMPLATE))
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert 2.0 <= section.top_margin.cm <= 2.5 and 3.0 <= section.left_margin.cm <= 3.5
    assert 1.5 <= round(section.right_margin.cm, 2) <= 2.0
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml and "PAGE" not in section.first_page_header._element.xml
    assert document.styles["Normal"].font.name == "Times New Roman" and document.styles["Normal"].font.size.pt in (13, 14)


def test_hostile_names_stay_text(tmp_path, monkeypatch):
    filled = context(found("thanh_hoa", 2024, "vi"))
    for name, row in zip(HOSTILE, filled["tasks"].rows + filled["totals"].rows, strict=False):
        row["component" if "component" in row else "remark"] = name
    filled["title"] = HOSTILE[4] + HOSTILE[6]
    monkeypatch.setattr(report, "context", lambda *_: filled)
    said = texts(write_report(found("thanh_hoa", 2024, "vi"), tmp_path / "r.docx"))
    for name in [*HOSTILE, filled["title"]]:
        assert re.sub("[\x00\x0b\u202e]", "", name) in said


def test_a_template_of_the_office_is_used(tmp_path):
    own = tmp_path / "own.docx"
    document = Document(str(TEMPLATE))
    document.paragraphs[0].insert_paragraph_before("Mẫu của cơ quan: {{ title }}")
    document.save(str(own))
    path = write_report(found("thanh_hoa", 2024, "vi"), tmp_path / "r.docx", template=own)
    assert texts(path)[0].startswith("Mẫu của cơ quan: Kết quả rà soát")


def test_a_field_that_word_cut_into_runs_is_filled_and_keeps_its_look(tmp_path):
    document = Document()
    paragraph = document.add_paragraph("Về ")
    for text in ("{{ ti", "tle", " }} và"):
        paragraph.add_run(text).bold = text.startswith("{{")
    document.add_table(1, 2).rows[0].cells[1].text = "{{ totals.index }}"
    document.save(str(tmp_path / "own.docx"))
    path = write_report(found("thanh_hoa", 2024, "vi"), tmp_path / "r.docx", template=tmp_path / "own.docx")
    (first, *_), table = Document(str(path)).paragraphs, Document(str(path)).tables[0]
    assert first.text == "Về Kết quả rà soát PAPI và PCI năm 2024 của Thanh Hóa và"
    assert [r.text for r in first.runs if r.bold] == ["Kết quả rà soát PAPI và PCI năm 2024 của Thanh Hóa"]
    assert [r.cells[1].text for r in table.rows] == ["PAPI", "PCI", "PAR INDEX", "SIPAS"]


def test_the_faults_of_a_template_are_named(tmp_path):
    own = tmp_path / "own.docx"
    for tag, words in (("{{ titel }} {{ taskz.no }}", "titel; gần nhất: title; không có trường taskz.no; gần nhất: tasks.no"),
                       ("{% for x in %}", "“{% for x in %}” không phải là trường"),
                       ("{{ title.__class__ }}", "title.__class__"), ("{{ title[0] }}", "own.docx")):
        document = Document(str(TEMPLATE))
        document.paragraphs[0].insert_paragraph_before(tag)
        document.save(str(own))
        with pytest.raises(TemplateError, match=re.escape(words)):
            write_report(found("thanh_hoa", 2024, "vi"), tmp_path / "r.docx", template=own)
    (tmp_path / "bad.docx").write_text("not a Word file")
    for bad in (tmp_path / "bad.docx", tmp_path / "none.docx"):
        with pytest.raises(TemplateError, match=bad.name):
            write_report(found("thanh_hoa", 2024, "vi"), tmp_path / "r.docx", template=bad)


def test_the_same_findings_give_the_same_bytes(tmp_path):
    first, second = (write_report(found("thanh_hoa", 2024, "vi"), tmp_path / f"{i}.docx") for i in range(2))
    assert first.read_bytes() == second.read_bytes()


def test_no_name_of_an_author_and_no_picture_of_another_place(written):
    with zipfile.ZipFile(written("thanh_hoa", 2024, "vi")) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert not any("thumbnail" in n for n in archive.namelist())
    assert "python-docx" not in core


CASES = [("thanh_hoa", 2024, "vi"), *(pytest.param(*asked, marks=pytest.mark.sweep) for asked in (
    ("thanh_hoa", 2023, "vi"), ("thanh_hoa", 2024, "en"), ("ca_mau", 2024, "vi"), ("an_giang", 2024, "vi"),
    ("ho_chi_minh", 2023, "vi"), ("quang_ninh", 2023, "en"), ("quang_ninh", 2024, "vi"), ("ha_noi", 2024, "vi")))]


@printed.NEEDS_OFFICE
@pytest.mark.parametrize("place, year, language", CASES)
def test_rendered_the_body_has_four_pages_at_most_and_no_page_is_nearly_empty(place, year, language, tmp_path):
    asked = found(place, year, language)
    with speaking(language):
        drawn = [p.layout.meta["name"] for index in ("papi", "pci", "par", "sipas") for p in pictures(asked, index)]
        for name in drawn:
            Image.new("RGB", (1890, 1063), "white").save(tmp_path / f"{name}.png", dpi=(300, 300))
        assert sorted(path.stem for *_, path in files(asked, tmp_path)) == sorted(drawn)
        path = write_report(asked, tmp_path / "r.docx", tmp_path)
    said = printed.report(path, tmp_path)
    assert not LEAKED.search(" ".join(said))


# What a province once printed: percent changes called points, and 1 + 2 + 7 of 8 components.

SENTENCE = re.compile(r"Trong (\d+) [^,(]+, (.*?)\. ?(?=Mức|Các mức|Chưa đủ|$)")
PART = re.compile(r"(\d+) [^(]*?(tăng điểm|giảm điểm|giữ nguyên điểm|không so sánh được|chưa có điểm để so sánh) \(")


@pytest.mark.parametrize("year", sampled([2019, 2021, 2023, 2024], 1))
def test_counts_sum_and_changes_are_differences_of_points_for_every_province(year, scores, catalogue, monkeypatch):
    judged = review.assess(scores, Rules(), Grades(), 2022)
    monkeypatch.setattr(review, "assess", lambda *_: judged)
    monkeypatch.setattr(review, "rank_intervals", lambda s, p, y: judged.head(0)[["year", "component"]].assign(
        rank_best=[], rank_worst=[]))
    score = scores.set_index(["year", "place", "component"])["score"]
    told = 0
    for place in sorted(set(scores.loc[(scores["year"] == year), "place"])):
        opened = open_run(place=place, year=year)
        for index in ("papi", "pci", "par", "sipas"):
            text = str(prose.standard(opened, index))
            main = prose.main_components(opened, index)
            sentence = SENTENCE.search(text)
            if not sentence:
                continue
            told += 1
            parts = PART.findall(sentence[2])
            assert sum(int(n) for n, _ in parts) == int(sentence[1]) == len(main), text
            for code in main:
                name = re.escape(catalogue.component(code).name)
                size = re.search(rf"[(;] ?{name} (\d+(?:,\d+)?)(?=[;)])", sentence[2])
                if size:
                    points = score[year, place, code] - score[year - 1, place, code]
                    digits = len(size[1].partition(",")[2])
                    assert float(size[1].replace(",", ".")) == pytest.approx(abs(points), abs=0.51 * 10**-digits), text
    assert told >= 60


def test_a_language_left_in_force_does_not_leak_into_the_next_report(tmp_path):
    use("vi")
    english = write_report(open_run(place="thanh_hoa", year=2024, language="en"), tmp_path / "en.docx")
    assert "REPORT" in texts(english) and "BÁO CÁO" not in texts(english)
