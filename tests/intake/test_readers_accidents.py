"""Accidents of a hurried hand: each once gave a wrong figure without a word."""

import random

import openpyxl
import pytest
from make_workbooks import pairs, papi, parts, pci, refusals, save, wide
from test_readers_layouts import papi_header
from test_readers_ministry import NAMES, ranking

from indexlib.data.places import collation, plain
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import read_published
from indexlib.intake.table.labels import printed_years


def sipas(heads=("Chỉ số hài lòng",), seed=1):
    pick = random.Random(seed)
    return [["Tỉnh", *heads], *[[name, *[round(pick.uniform(75, 95), 2) for _ in heads]] for name in NAMES.values()]]


@pytest.mark.parametrize(("text", "years"), [
    ("Công bố Chỉ số CCHC (PAR INDEX), ngày 17/4/2024", set()),
    ("Công văn số 2015/BNV-CCHC: PAR INDEX", set()),
    ("Kế hoạch số 120/KH-UBND ngày 5/3/2024 về PAR INDEX năm 2023", {2023}),
    ("ngày 17 tháng 4 năm 2024", set()),
    ("tháng 4/2024", set()),
    ("công bố 4-2020", set()),
    ("Nghị quyết 76/2021/NQ-CP", set()),
    ("Quyết định 2024-04-17", set()),
    ("PAPI_2011-2016", {2011, 2016}),
    ("PCI 2012, PCI 2013", {2012, 2013}),
    ("Năm 2023", {2023}),
])
def test_years_of_dates_and_documents_are_not_the_year_of_the_index(text, years):
    assert printed_years([text]) == years


@pytest.mark.parametrize("title", ["Kết quả lĩnh vực Cải cách thể chế – PAR INDEX 2023",
                                   "PAR INDEX năm 2023: Cải cách tài chính công"])
def test_a_table_of_one_field_is_not_the_total(title, tmp_path):
    rows = [[title], ["Tỉnh", "Chỉ số (%)"], *[[name, 80 + i / 7] for i, name in enumerate(NAMES.values())]]
    assert "title_component" in refusals(read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows})))
    rows[1][1] = title.split(" – ")[0].removeprefix("Kết quả lĩnh vực ").split(": ")[-1]
    assert "title_component" not in refusals(read_published(save(tmp_path / "b.xlsx", {"Sheet1": rows})))


@pytest.mark.parametrize("title", ["Mục tiêu SIPAS 2023 của các tỉnh", "Kết quả tự đánh giá SIPAS 2023",
                                   "Chỉ số hài lòng về dịch vụ y tế công (SIPAS) năm 2023"])
def test_targets_and_self_assessments_are_no_results(title, tmp_path):
    assert "title_other" in refusals(read_published(save(tmp_path / "a.xlsx", {"Sheet1": [[title], *sipas()]})))


def test_a_year_or_index_asked_against_the_title_is_a_doubt(tmp_path):
    truth = pci(2023, 1)
    own = [c for c in truth.components if c != "pci"]
    rows = [["Kết quả PCI 2022"], *wide(truth, columns=own)]
    assert "year_conflict" in refusals(read_published(save(tmp_path / "a.xlsx", {"Sheet1": rows}), year=2023))
    truth = papi(2019, 1)
    rows = [["PAPI 2018"], *wide(truth, papi_header)]
    assert "year_conflict" in refusals(read_published(save(tmp_path / "b.xlsx", {"Sheet1": rows}), year=2019))
    rows = [["SIPAS 2023"], *sipas(["Chỉ số"])]
    assert "index_conflict" in refusals(read_published(save(tmp_path / "c.xlsx", {"Sheet1": rows}), index="par"))


def test_a_sheet_of_another_year_is_left_aside(tmp_path):
    sheets = {"SIPAS 2022": sipas(["Tiếp cận dịch vụ"], 1), "SIPAS 2023": sipas(seed=2)}
    reading = read_published(save(tmp_path / "a.xlsx", sheets), year=2023)
    assert set(reading.scores["component"]) == {"sipas"} and {p.code for p in reading.notes} == {"other_year"}


def test_a_header_repeated_in_another_order_is_refused(tmp_path):
    rows = ranking()
    second = list(rows[0])
    second[2], second[3] = second[3], second[2]
    same = save(tmp_path / "a.xlsx", {"PAR INDEX 2023": [*rows[:32], rows[0], *rows[32:]]})
    other = save(tmp_path / "b.xlsx", {"PAR INDEX 2023": [*rows[:32], second, *rows[32:]]})
    assert refusals(read_published(same)) == set() and "header_again" in refusals(read_published(other))


def test_a_right_summary_is_not_thrown_out_for_one_wrong_figure(tmp_path):
    """The English summary follows the spoilt sheet, the Vietnamese one is right."""
    truth, spoilt = pci(2013, 1), pci(2013, 1)
    spoilt.figures["thanh_hoa", "pci.3"] += 0.5
    sheets = {"Summary_VN": pairs(truth), "Summary": pairs(spoilt)} | parts(spoilt)
    assert "sheets_differ" in refusals(read_published(save(tmp_path / "a.xlsx", sheets)))
    for place in truth.names:
        spoilt.figures[place, "pci.3"] = truth.figures[place, "pci.4"]
    sheets = {"Summary_VN": pairs(truth), "Summary": pairs(spoilt)} | parts(spoilt)
    reading = read_published(save(tmp_path / "b.xlsx", sheets))
    # Two sheets against one, but the total follows from the one.
    assert refusals(reading) == {"sheets_differ"} and len(reading.doubts) == 2 * 63
    read = reading.scores.set_index(["place", "component"])["score"]
    assert all(read[place, "pci.3"] == truth.figures[place, "pci.3"] for place in truth.names)


def test_ranks_of_the_first_thirty_have_the_base_of_all(tmp_path):
    truth = pci(2013, 1)
    first = sorted(truth.names, key=lambda p: -truth.figures[p, "pci"])[:30]
    top = [["Xếp hạng", "Tỉnh", "PCI 2013"], *[[i, truth.names[p], truth.figures[p, "pci"]] for i, p in enumerate(first, 1)]]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": pairs(truth), "Top 30": top} | parts(truth)))
    ranks = reading.scores.dropna(subset=["rank"])
    assert len(ranks) == 30 and set(ranks["rank_base"]) == {63}


def test_a_row_that_was_emptied_is_not_silently_withheld(tmp_path):
    truth = papi(2019, 1)
    rows = wide(truth, papi_header)
    rows[7][1:] = [None] * (len(rows[7]) - 1)
    reading = read_published(save(tmp_path / "a.xlsx", {"2019_PAPI": rows}))
    said = [p.message for p in reading.doubts if p.code == "blank_once"]
    assert len(said) == 1 and rows[7][0] in said[0]
    rows[7][1:] = ["*"] * (len(rows[7]) - 1)  # a mark is the publisher's own word
    reading = read_published(save(tmp_path / "b.xlsx", {"2019_PAPI": rows}))
    assert "blank_once" not in {p.code for p in reading.doubts} and len(reading.withheld) == len(rows[7]) - 1


def test_decimals_that_were_lost_show(tmp_path):
    whole = [[name, int(score)] for name, score in sipas()[1:]]
    reading = read_published(save(tmp_path / "a.xlsx", {"SIPAS 2023": [["Tỉnh", "Chỉ số hài lòng"], *whole]}))
    assert "whole_numbers" in refusals(reading)
    rows = sipas()
    rows[9][1] = 8.35
    reading = read_published(save(tmp_path / "b.xlsx", {"SIPAS 2023": rows}))
    assert [p.row for p in reading.doubts if p.code == "outlier"] == [10]
    split = "\n".join(["SIPAS 2023", "Tỉnh,Chỉ số hài lòng,Ghi chú",
                       *[f"{name},{score:.2f}".replace(".", ",") for name, score in sipas()[1:]]])
    (tmp_path / "c.csv").write_text(split, encoding="utf-8")
    assert refusals(read_published(tmp_path / "c.csv"))


def test_a_whole_table_on_a_scale_of_ten_shows(tmp_path):
    rows = [[name, score / 10] for name, score in sipas()[1:]]
    assert "scale_of_ten" in refusals(read_published(
        save(tmp_path / "a.xlsx", {"SIPAS 2023": [["Tỉnh", "Chỉ số hài lòng"], *rows]})))


def test_a_sheet_with_a_correction_of_two_provinces_is_not_passed_over(tmp_path):
    errata = [["Đính chính", None], ["Hà Nội", 85.25], ["Cà Mau", 81.5]]
    reading = read_published(save(tmp_path / "a.xlsx", {"SIPAS 2023": sipas(), "Đính chính": errata}))
    assert refusals(reading) == {"few_places"}


def test_a_field_cannot_have_more_points_than_the_whole(tmp_path):
    rows = [["Tỉnh", "Cải cách thể chế"], *[[name, round(8 + i / 70, 2)] for i, name in enumerate(NAMES.values())]]
    assert "out_of_scale" not in refusals(read_published(save(tmp_path / "a.xlsx", {"PAR INDEX 2021": rows})))
    rows[5][1] = 805.0
    assert "out_of_scale" in refusals(read_published(save(tmp_path / "b.xlsx", {"PAR INDEX 2021": rows})))


@pytest.mark.parametrize("order", ["alphabet", "vietnamese", "template"])
def test_a_ranking_pasted_beside_places_in_their_own_order(order, tmp_path):
    scores = sorted((row[1] for row in sipas()[1:]), reverse=True)
    if order != "template":
        alphabet = alphabetical if order == "alphabet" else collation
        rows = [["Tỉnh", "Chỉ số hài lòng"],
                *[[name, score] for name, score in zip(sorted(NAMES.values(), key=alphabet), scores, strict=True)]]
        path = save(tmp_path / "a.xlsx", {"SIPAS 2023": rows})
    else:
        path = write_template("sipas", 2023, tmp_path / "a.xlsx")
        book = openpyxl.load_workbook(path)
        column = [cell.value for cell in book["scores"][1]].index("sipas")
        for row, score in zip(book["scores"].iter_rows(min_row=3), scores, strict=True):
            row[column].value = score
        book.save(path)
    assert "sorted_apart" in refusals(read_published(path))


def alphabetical(name):
    return plain(name.casefold())


def test_a_second_column_of_places_that_are_not_known_is_refused(tmp_path):
    rows = [["Tỉnh", "Tiếp cận dịch vụ", "Tỉnh", "Thủ tục hành chính"]]
    names = list(NAMES.values())
    rows += [[name, 80 + i / 7, f"UBND tỉnh {names[-1 - i]}", 90 - i / 9] for i, name in enumerate(names)]
    assert "place_column" in refusals(read_published(save(tmp_path / "a.xlsx", {"SIPAS 2023": rows})))
