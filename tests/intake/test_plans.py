"""Another plan: from its document to a draft, through one workbook, to a folder that a run uses."""

from __future__ import annotations

import re

import docx
import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, SHARED

from indexlib import DataError, open_run
from indexlib.briefing import bundle
from indexlib.briefing.office.reproducible import words
from indexlib.content import first_page, profile, prose, tables
from indexlib.data import files
from indexlib.intake.plans import draft, owners, workbook
from indexlib.plan.register import register

pytestmark = pytest.mark.by_turns

REVIEWED = ROOT / "data" / "plans" / "ha_bac_2023_2025"
#: An invented plan of a district in Nghệ An on PCI alone, as numbered paragraphs.
PARAGRAPHS = """KẾ HOẠCH
Nâng cao chỉ số năng lực cạnh tranh (PCI) huyện Sông Xanh năm 2024
I. MỤC TIÊU
Tập trung vào các chỉ số thành phần bị tụt hạng, đạt điểm số thấp.
II. NHIỆM VỤ
1. Công khai quỹ đất để cải thiện chỉ số Tiếp cận đất đai.
Cơ quan chủ trì: Phòng Tài nguyên và Môi trường; cơ quan phối hợp: UBND các xã, thị trấn và Chi cục Thuế.
Thời gian hoàn thành: quý II/2024. Sản phẩm: danh mục quỹ đất.
2. Rút ngắn thủ tục, giảm Chi phí thời gian của doanh nghiệp.
- Đơn vị chủ trì thực hiện: Phòng Tài chính - Kế hoạch, Văn phòng HĐND và UBND huyện.
- Đơn vị phối hợp: các phòng, ban liên quan.
III. TỔ CHỨC THỰC HIỆN
1. Các phòng, ban báo cáo kết quả định kỳ hằng quý."""
#: An invented plan of a province on PAPI and PCI, as a table with owners, deadlines and targets.
TABLE = [
    ("TT", "Chỉ số thành phần, nhiệm vụ", "Chủ trì", "Phối hợp", "Thời gian thực hiện", "Sản phẩm", "Mục tiêu năm 2024"),
    ("A", "Chỉ số PCI", "", "", "", "", ""),
    ("1", "Tiếp cận đất đai", "Sở Tài nguyên và Môi trường", "UBND các huyện; Sở Xây dựng", "30/6/2024", "Báo cáo", "Top 10"),
    ("2", "Đào tạo lao động", "Sở Lao động, Thương binh và Xã hội", "Sở Giáo dục và Đào tạo", "Cả năm", "", "7,70 điểm"),
    ("3", "Tính minh bạch", "Văn phòng UBND tỉnh", "", "", "", "tăng 2 bậc"),
    ("4", "Làm việc gì đó khác", "Ông Ba", "", "", "", "tốt hơn")]


def written(path, lines=(), rows=(), style=None):
    """A Word file of lines and of one table."""
    document = docx.Document()
    for line in lines:
        found = re.match(r"(\d+)\. (.*)", line)
        if style and found:
            document.add_paragraph(found[2], style=style)
        else:
            document.add_paragraph(line)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    document.save(path)
    return path


def units(made: draft.Draft, item: str, role: str) -> list[str]:
    return [o["unit_as_printed"] for o in made.owners if o["item"] == item and o["role"] == role]


@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the plan's text is absent")
def test_the_plan_of_ha_bac_comes_out_of_its_document_as_it_was_reviewed(tmp_path):
    """All 21 items with their texts, every unit of the reviewed table (95 % are asked for), and nothing else."""
    printed = (SHARED / "plan" / "ke_hoach_ha_bac_2023.md").read_text(encoding="utf-8")
    lines = [line for x in printed.splitlines() if (line := re.sub(r"^#+\s*|[*]+", "", x).strip())]
    made = draft.read_plan(written(tmp_path / "plan.docx", lines), "ha_bac")
    items = pd.read_csv(REVIEWED / "items.csv", dtype=str, keep_default_na=False)
    assert [(i["item"], i["heading"], i["text_vi"]) for i in made.items] == \
        list(items[["item", "heading", "text_vi"]].itertuples(index=False, name=None))
    reviewed = pd.read_csv(REVIEWED / "responsibilities.csv", dtype=str, keep_default_na=False)
    known = set(zip(reviewed["item"], reviewed["role"], reviewed["unit_as_printed"].str.casefold(), strict=True))
    found = {(o["item"], o["role"], o["unit_as_printed"].casefold()) for o in made.owners}
    assert len(found & known) >= 0.95 * len(known)
    assert found - known == set()
    doubtful = [(o["item"], o["unit_as_printed"]) for o in made.owners if o["unit"].endswith("?")]
    assert doubtful == [("1.2", "Công chức Văn phòng-Thống kê")]  # named in brackets
    flat = " ".join(" ".join(lines).split())
    assert all(w["words"] in flat for w in made.words + made.mapping)
    assert {(w["about"], w["clause"]) for w in made.words} >= {
        ("score_fell", "IV.2"), ("trend_down", "IV.2"), ("rank_low", "IV.2"), ("score_low", "I.2"), ("not_improved", "I.2"),
        ("heading", "II.1"), ("heading", "II.2"), ("heading", "II.3")}


@pytest.mark.parametrize("style", [None, "List Number"], ids=["typed", "automatic"])
def test_numbered_paragraphs(tmp_path, style):
    made = draft.read_plan(written(tmp_path / "p.docx", PARAGRAPHS.splitlines(), style=style), "song_xanh")
    assert [i["text_vi"][:12] for i in made.items] == ["Công khai qu", "Rút ngắn thủ"]
    one, two = (i["item"] for i in made.items)
    assert units(made, one, "lead") == ["Phòng Tài nguyên và Môi trường"]
    assert units(made, one, "coordinating") == ["UBND các xã, thị trấn", "Chi cục Thuế"] or \
        units(made, one, "coordinating") == ["UBND các xã", "thị trấn", "Chi cục Thuế"]
    assert units(made, two, "lead") == ["Phòng Tài chính - Kế hoạch", "Văn phòng HĐND và UBND huyện"]
    assert made.items[0]["deadline"] == "quý II/2024"
    assert made.items[0]["product"] == "danh mục quỹ đất"
    assert {(m["component"], m["words"]) for m in made.mapping} == {
        ("pci.2", "Tiếp cận đất đai"), ("pci.4", "Chi phí thời gian")}
    assert made.about["indices"] == "pci"
    assert {(w["about"], w["clause"]) for w in made.words} >= {("rank_fell", "I"), ("score_low", "I")}
    assert {o["primary"] for o in made.owners if o["item"] == two and o["role"] == "lead"} == {"1?", ""}


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_a_table_with_owners_deadlines_and_targets(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    if ending == "docx":
        written(path, ["Nâng cao chỉ số PCI năm 2024"], TABLE)
    else:
        book = openpyxl.Workbook()
        for row in TABLE:
            book.active.append(row)
        book.save(path)
    made = draft.read_plan(path, "tinh")
    assert [i["item"] for i in made.items] == ["1", "2", "3", "4"]
    assert made.items[0]["heading"] == "Chỉ số PCI"
    assert units(made, "1", "coordinating") == ["UBND các huyện", "Sở Xây dựng"]
    assert units(made, "2", "lead") == ["Sở Lao động, Thương binh và Xã hội"]
    assert (made.items[0]["deadline"], made.items[0]["product"]) == ("30/6/2024", "Báo cáo")
    found = [(x["component"], x["year"], x["kind"], x["value"]) for x in made.targets]
    assert found == [("pci.2", "2024", "rank", "10"), ("pci.9", "2024", "score", "7.70"), ("pci.3", "2024", "places", "2"),
                     ("?", "2024", "?", "?")]
    assert [o["unit"] for o in made.owners if o["item"] == "4"] == ["Ông Ba?"]


def test_a_unit_goes_on_behind_a_comma_unless_another_one_begins():
    assert owners.split("Các ban, ngành, MTTQ, các đoàn thể chính trị-xã hội, các thôn có liên quan") == [
        "Các ban, ngành", "MTTQ", "các đoàn thể chính trị-xã hội", "các thôn có liên quan"]
    assert owners.split("Các ban, ngành, đoàn thể liên quan") == ["Các ban, ngành, đoàn thể liên quan"]


def settled(path, **values):
    """The workbook as a person leaves it: what it asks for filled in, every doubt settled."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=workbook.HEAD + 1):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.endswith("?"):
                    cell.value = cell.value[:-1] or None
    for row in book["plan"].iter_rows(min_row=workbook.HEAD + 1):
        row[1].value = values.get(row[0].value, row[1].value)
    book.save(path)
    return path


ABOUT = {"issuer_vi": "UBND huyện Sông Xanh", "level": "district", "place": "huyện Sông Xanh", "province": "nghe_an",
         "first_year": "2023", "last_year": "2024", "base_year": "2022", "indices": "pci"}


@pytest.fixture
def added(data, tmp_path):
    """The invented plan of Sông Xanh, through its workbook into the data."""
    path = tmp_path / "song_xanh.xlsx"
    workbook.write(path, draft.read_plan(written(tmp_path / "p.docx", PARAGRAPHS.splitlines()), "song_xanh"))
    assert {p.code for p in workbook.check(path)} == {"doubtful"}
    settled(path, **ABOUT)
    assert workbook.check(path) == []
    workbook.add(path)
    return path


#: Words of Hà Bắc's plan that no output with another plan may hold.
FOREIGN = ["Hà Bắc", "Hà Long", "Hà Trung", "IV.2", "(I.2", "II.4", "Công chức Văn phòng", "Công chức chuyên",
           "Công chức Tài chính", "Công chức Địa chính", "Công chức Tư pháp", "Công chức Văn hóa", "MTTQ", "Mặt trận",
           "học tập cộng đồng", "Công an xã",
           "đang đứng ở thứ hạng thấp", "Nguyễn Thành Chân", "một cửa", "Trạm Y tế"]


def pages(found) -> dict[str, str]:
    """The pages of a run that no notebook writes."""
    return {"index.html": first_page.body(found, [], [], [], {}), "profile.html": profile.body(found)}


def test_outputs_with_another_plan_hold_no_word_of_ha_bac_and_no_task_of_papi(added, tmp_path):
    found = open_run(place="nghe_an", year=2023, plan="song_xanh")
    tasks = found.tasks()
    assert set(found.flagged()["index"]) == {"pci"}
    assert set(tasks["component"].str.split(".").str[0]) <= {"pci"}
    assert len(register(found.plan)) == 2
    folder = tmp_path / "out"
    folder.mkdir()
    made = bundle.make(found, folder, None, folder)
    assert not any(made.why.values()), made.why
    said = {p.name: "\n".join(words(p)) for o in bundle.OUTPUTS for p in o.files(folder)}
    assert {"briefing.docx", "tables.xlsx", "slides.pptx", "phong_tai_nguyen_va_moi_truong.xlsx"} <= set(said)
    for name in ("totals", "focus", "flagged", "rules", "assigned", "by_unit", "by_item", "gaps", "quiet", "generic",
                 "goals"):
        said[name] = getattr(tables, name)(found).html()
    said |= pages(found)
    said["lead"] = "\n".join(str(prose.lead(found, n)) for n in ("04_flags", "05_plan", "06_outlook"))
    assert {(file, word) for file, text in said.items() for word in FOREIGN if word in text} == set()
    assert "đạt điểm số thấp" in said["rules"] or "điểm số thấp" in said["rules"]
    assert "điều kiện do người dùng đặt; kế hoạch không nêu" in said["rules"]


@pytest.mark.parametrize("place, year, plan", [("nghe_an", 2024, "ha_bac_2023_2025"), ("thanh_hoa", 2024, "none"),
                                               ("hue", 2019, "hue_pci_2019"), ("lao_cai", 2021, "lao_cai_papi_2021")])
def test_without_items_outputs_name_no_unit(tmp_path, place, year, plan):
    found = open_run(place=place, year=year, plan=plan)
    assert found.tasks().empty
    made = bundle.make(found, tmp_path, None, tmp_path)
    assert not any(made.why.values()), made.why
    said = "\n".join(line for o in bundle.OUTPUTS for p in o.files(tmp_path) for line in words(p))
    said += "".join(pages(found).values())
    assert [w for w in FOREIGN[3:] if w in said] == []
    assert not list((tmp_path / "worksheets").glob("*"))


def test_a_fault_of_the_workbook_is_named_with_sheet_and_row(data, added):
    book = openpyxl.load_workbook(added)
    book["mapping"]["A3"] = "pci.99"
    book["plan"]["B3"] = "song_xanh_2"
    book.save(added)
    problems = workbook.check(added)
    assert [(p.sheet, p.row, p.column, p.code) for p in problems if p.code == "no_component"] == [
        ("mapping", 3, "component", "no_component")]


def test_a_plan_that_is_there_is_not_written_over(added):
    with pytest.raises(DataError, match="đã có kế hoạch “song_xanh”"):
        workbook.add(added)


@pytest.mark.parametrize("code", ["con", "lpt1", "none", "../x", "C:x", "Sông Xanh"])
def test_a_plan_is_not_named_as_no_folder_of_any_system_can_be(data, added, code):
    there = set((files.data_dir() / "plans").iterdir())
    problem, = [p for p in workbook.check(settled(added, code=code)) if p.code == "code"]
    assert problem.column == "code" and code in str(problem)
    with pytest.raises(DataError):
        workbook.add(added)
    assert set((files.data_dir() / "plans").iterdir()) == there


def test_the_commands_new_check_and_add(data, tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "Đã ghi moi.xlsx: 0 mục" in command("plan", "new", "moi", "--empty")[1]
    assert command("plan", "check", "moi.xlsx")[0] == 2
    assert command("plan", "new", "moi")[0] == 2
    assert command("plan", "check", "ha_bac_2023_2025")[0] == 0
