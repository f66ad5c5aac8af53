"""Tables of PAR INDEX and SIPAS, the template, and tables inside PDF and Word files."""

import random

import openpyxl
import pytest
from make_workbooks import pci, refusals, save, wide
from test_readers_hostile import pdf

from indexlib.base.problems import IndexlibError
from indexlib.data.places import load_places
from indexlib.intake.publishers.template import pour, write_template
from indexlib.intake.recognise import read_published

#: Provinces in no order of their own, as a ranking lists them.
_PLACES = load_places().valid(2023)
NAMES = {p.code: p.name_vi for p in random.Random(0).sample(_PLACES, len(_PLACES))}


def ranking(names=NAMES, start=92.0, step=0.21):
    """Rank, province, appraised, survey, total, index; as the ministry's table of 2023."""
    rows = [["Xếp hạng", "Tỉnh, thành phố", "Điểm thẩm định", "Điểm điều tra XHH", "Tổng điểm đạt được",
             "Chỉ số tổng hợp"]]
    for i, name in enumerate(names.values()):
        score = round(start - step * i, 2)
        rows.append([i + 1, name, round(score * 0.66, 2), round(score - round(score * 0.66, 2), 2), score, score])
    return rows


def test_a_ranking_table_gives_index_rank_and_parts(tmp_path):
    rows = [["Kết quả Chỉ số cải cách hành chính (PAR INDEX) năm 2023"], [None], *ranking()]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert (reading.index, reading.years) == ("par", (2023,)) and refusals(reading) == set()
    assert len(reading.scores) == 3 * 63
    row = reading.scores.query("component == 'par'").set_index("place").loc[list(NAMES)[1]]
    assert (row["score"], row["rank"], row["rank_base"]) == (91.79, 2, 63)


def test_a_table_of_ranks_only(tmp_path):
    rows = [["Chỉ số SIPAS năm 2024"], ["Xếp hạng", "Địa phương"]] + [[i, n] for i, n in enumerate(NAMES.values(), 1)]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert reading.index == "sipas" and refusals(reading) == set()
    assert reading.scores["score"].isna().all() and sorted(reading.scores["rank"]) == list(range(1, 64))


def test_percent_signs_are_read_where_percent_are_due(tmp_path):
    rows = [["SIPAS 2023"], ["Tỉnh", "Chỉ số hài lòng"]] + [[n, f"{90 - i / 10:.2f}%".replace(".", ",")] for i, n in
                                                          enumerate(NAMES.values())]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert refusals(reading) == set() and reading.scores["score"].max() == 90
    fields = [["PAR INDEX 2023"], ["Tỉnh", "Cải cách thể chế"]] + [[n, "85,0%"] for n in NAMES.values()]
    assert "not_a_number" in refusals(read_published(save(tmp_path / "b.xlsx", {"Sheet1": fields})))


def test_a_factor_table_with_a_rank_beside_each_factor(tmp_path):
    rows = [["SIPAS 2023"], ["Tỉnh", "Tiếp cận dịch vụ", "Hạng", "Thủ tục hành chính", "Hạng"]]
    other = {i: (i * 5) % 63 for i in range(63)}  # the same 63 figures, in another order
    rows += [[n, 90 - i / 10, i + 1, 80 + other[i] / 10, 63 - other[i]] for i, n in enumerate(NAMES.values())]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert refusals(reading) == set()
    last = reading.scores.query("component == 'sipas.service.2'").set_index("place").loc[list(NAMES)[62]]
    assert (last["score"], last["rank"]) == (85.8, 5)


@pytest.mark.parametrize(("spoil", "expected"), [
    (lambda rows: rows[5].__setitem__(0, 44), "rank_repeated"),
    (lambda rows: rows[5].__setitem__(5, 19.9), "rank_order"),
    (lambda rows: [row.__setitem__(5, row[5] / 100) for row in rows[1:]], "fraction"),
    (lambda rows: rows[5].__setitem__(2, 10.0), "sum"),
    (lambda rows: rows.pop(), "partial"),
    (lambda rows: rows[0].__setitem__(2, "Điểm thẩm tra"), "unknown_label"),
    (lambda rows: rows[0].__setitem__(0, "Cột A"), "unknown_label"),
])
def test_what_is_wrong_in_a_ranking_is_named(spoil, expected, tmp_path):
    rows = ranking()
    spoil(rows)
    assert expected in refusals(read_published(save(tmp_path / "a.xlsx", {"PAR INDEX 2023": rows})))


def test_ministries_are_not_provinces(tmp_path):
    rows = [["PAR INDEX 2023"], ["Xếp hạng", "Bộ", "Chỉ số tổng hợp"]]
    rows += [[i, f"Bộ số {i}", 95.0 - i] for i in range(1, 18)]
    assert "no_places" in refusals(read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows})))


def test_two_years_in_a_title_are_not_guessed_between(tmp_path):
    rows = [["PAR INDEX 2023 và 2022"], *ranking()]
    path = save(tmp_path / "a.xlsx", {"Sheet1": rows})
    assert refusals(read_published(path)) == {"two_years"}
    assert refusals(read_published(path, year=2023)) == set()


def test_communes_load_as_their_own_level(data, tmp_path):
    data.add("places/places.csv", *[f"xa_{i},Xã Số {i},Commune {i},commune,thanh_hoa,,2025,,,,,," for i in range(1, 9)])
    names = {f"xa_{i}": f"Xã Số {i}" for i in range(1, 9)}
    rows = [["Chỉ số CCHC các xã năm 2025"], ["Xếp hạng", "Đơn vị", "Chỉ số tổng hợp"]]
    rows += [[i, names[f"xa_{(3 * i) % 8 + 1}"], 90.0 - i] for i in range(1, 9)]
    reading = read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}), index="par")
    assert refusals(reading) == set()
    assert set(reading.scores["place"]) == set(names) and set(reading.scores["rank_base"]) == {8}
    rows.append([9, "Hà Nội", 70.0])
    assert "two_levels" in refusals(read_published(save(tmp_path / "b.xlsx", {"Sheet1": rows}), index="par"))


# The template.

def filled(path, change=lambda sheet: None, year=2023):
    write_template("par", year, path)
    book = openpyxl.load_workbook(path)
    sheet = book["scores"]
    for i, row in enumerate(sheet.iter_rows(min_row=3)):
        rank = (i * 5) % 63 + 1
        row[2].value, row[3].value = 92 - rank / 5, rank
    change(sheet)
    book.save(path)
    return path


def column_of(sheet, code):
    return next(cell.column for cell in sheet[1] if cell.value == code)


def test_a_filled_template_is_read(tmp_path):
    reading = read_published(filled(tmp_path / "a.xlsx"))
    assert refusals(reading) == set() and len(reading.scores) == 63
    assert reading.scores["rank_base"].eq(63).all() and reading.years == (2023,)


@pytest.mark.parametrize(("change", "expected"), [
    (lambda s: s.cell(5, 3, "91,6 ?"), "doubtful"),
    (lambda s: s.cell(5, 2, "Cà Mau"), "template_name"),
    (lambda s: s.cell(5, 1, "hanoi"), "template_code"),
    (lambda s: s.cell(1, 3, "par.99"), "template_code"),
    (lambda s: s.cell(1, 3, "par.2"), "template_name"),
    (lambda s: s.cell(5, 3, "chín mươi"), "not_a_number"),
    (lambda s: s.cell(5, 3, "-"), "not_withheld"),
    (lambda s: s.cell(5, 3, "N/A"), "no_value"),
    (lambda s: s.cell(5, 4, "5%"), "percent"),
    (lambda s: s.cell(5, column_of(s, "par.2"), "64,70%"), "percent"),
    (lambda s: s.append([None, "Trung bình", 85.2]), "template_row"),
    (lambda s: s.append(["Ghi chú: số liệu đã làm tròn"]), "template_row"),
    (lambda s: s.cell(5, 3, 0.91), "fraction"),
    (lambda s: s.cell(5, 3, 20.0), "rank_order"),
    (lambda s: s.delete_rows(9), "partial"),
])
def test_a_spoilt_template_is_refused(change, expected, tmp_path):
    assert expected in refusals(read_published(filled(tmp_path / "a.xlsx", change)))


def test_a_mark_in_place_of_a_figure_holds_a_score_back_in_papi_only(tmp_path):
    """Nobody withholds scores of PAR INDEX: the mark is an empty cell, and a person is told so."""
    reading = read_published(filled(tmp_path / "a.xlsx", lambda s: s.cell(5, 3, "-")))
    assert len(reading.withheld) == 0 and [p.row for p in reading.problems if p.code == "not_withheld"] == [5]
    path = write_template("papi", 2023, tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(path)
    for i, row in enumerate(book["scores"].iter_rows(min_row=3)):
        row[2].value = 40.5 + i / 100 if i else "*"
    book.save(path)
    reading = read_published(path)
    assert len(reading.withheld) == 1 and "not_withheld" not in refusals(reading)


def test_a_row_without_a_place_says_what_it_is(tmp_path):
    reading = read_published(filled(tmp_path / "a.xlsx", lambda s: s.append([None, "Trung bình cả nước", 85.2])))
    found = [p for p in reading.problems if p.code == "template_row"]
    assert [p.row for p in found] == [66] and "Trung bình cả nước" in found[0].message


def test_a_share_with_its_sign_is_a_figure_where_the_column_is_in_percent(tmp_path):
    reading = read_published(filled(tmp_path / "a.xlsx", lambda s: s.cell(5, 3, "90,0%")))
    assert "percent" not in refusals(reading)


def test_a_template_for_a_year_that_the_catalogue_has_not(tmp_path):
    path = write_template("par", 2025, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    assert [book["scores"].cell(r, 1).value for r in (3, 36)] == ["an_giang_2025", "vinh_long_2025"]
    assert refusals(read_published(path)) == {"template_empty"}
    with pytest.raises(IndexlibError):
        write_template("pti", 2025, tmp_path / "b.xlsx")


# Documents.

def pdf_table(rows: list[list[str]], title: str) -> bytes:
    """A page with a ruled table in Helvetica."""
    lines, top, left, height, widths = [], 760, 30, 11, [60, 120, 90]
    lines.append(f"BT /F1 9 Tf {left} {top + 12} Td ({title}) Tj ET")
    for r, row in enumerate(rows):
        x, y = left, top - height * (r + 1)
        for text, width in zip(row, widths, strict=True):
            lines += [f"{x} {y} {width} {height} re S", f"BT /F1 8 Tf {x + 2} {y + 3} Td ({text}) Tj ET"]
            x += width
    font = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    return pdf("\n".join(lines).encode("ascii")).replace(b"/Resources<<>>", b"/Resources<<" + font + b">>")


def test_a_table_of_a_pdf_is_read_and_poured_with_doubts_marked(tmp_path):
    english = [p.name_en for p in load_places().valid(2023)]
    rows = [["Rank", "Province", "PAR INDEX"]] + [[str(i), n, f"{92 - i / 5:.2f}"] for i, n in enumerate(english, 1)]
    rows[4][2] = "19.99"
    path = tmp_path / "par.pdf"
    path.write_bytes(pdf_table(rows, "PAR INDEX 2023"))
    reading = read_published(path)
    assert (reading.kind, reading.index, reading.years) == ("pdf", "par", (2023,))
    assert len(reading.scores) == 63 and "rank_order" in refusals(reading)
    pour(reading, tmp_path / "poured.xlsx", "par.pdf")
    again = read_published(tmp_path / "poured.xlsx")
    assert "doubtful" in refusals(again)


def test_words_without_a_table_are_refused(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("PAR INDEX 2023")
    document.save(tmp_path / "a.docx")
    assert refusals(read_published(tmp_path / "a.docx")) == {"no_tables"}


def test_the_index_is_recognised_by_content_not_by_name(tmp_path):
    path = save(tmp_path / "PAPI_2020.xlsx", {"Sheet1": wide(pci(2013))})
    reading = read_published(path)
    assert (reading.index, reading.years) == ("pci", (2013,))
    other = save(tmp_path / "b.xlsx", {"A": [["Giá vàng", 1], ["hôm nay", 2]]})
    assert refusals(read_published(other)) == {"not_recognised"}
