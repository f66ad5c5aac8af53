"""Heads of several rows, titles and rows beside the provinces, as offices draw them in tables of the ministry."""

import random

import pytest
from make_workbooks import papi, refusals, save, wide
from test_readers_layouts import papi_header
from test_readers_ministry import NAMES, ranking

from indexlib.data.places import load_places
from indexlib.intake.recognise import read_published
from indexlib.intake.table.labels import printed_years, understand

PAR, SIPAS = "Kết quả Chỉ số cải cách hành chính (PAR INDEX) năm 2023", "Chỉ số hài lòng của người dân (SIPAS) năm 2023"
VALUES = {name: [round(92.0 - i / 5, 2), round(6.8 - i / 40, 2)] for i, name in enumerate(NAMES.values())}


def table(*heads, cells=lambda name: VALUES[name][:1], title=PAR, below=()):
    """Heads over a column of names and what ``cells`` gives for a name."""
    return [[title], *[["TT", "Tỉnh", *head] if i == 0 else [None, None, *head] for i, head in enumerate(heads)],
            *[[i, name, *cells(name)] for i, name in enumerate(NAMES.values(), 1)], *below]


def read(tmp_path, rows, **asked):
    sheets = rows if isinstance(rows, dict) else {"Sheet1": rows}
    return read_published(save(tmp_path / "a.xlsx", sheets), **asked)


def column(reading, component, kind="score"):
    own = reading.scores[reading.scores["component"] == component].set_index("place")[kind]
    return [own.get(code) for code in NAMES]


def truth(at):
    return [values[at] for values in VALUES.values()]


# Words that make a column something else.

@pytest.mark.parametrize("over", ["Kết quả tự chấm điểm", "Mục tiêu", "Dự kiến", "Năm trước", "Kỳ trước", "PCI",
                                  "Chênh lệch so với năm trước", "Nhóm đối tượng"])
def test_every_word_above_a_column_is_accounted_for(over, tmp_path):
    reading = read(tmp_path, table([over], ["Chỉ số (%)"]))
    assert "header_words" in refusals(reading)
    assert any(over in p.message for p in reading.doubts)


@pytest.mark.parametrize("over", ["Tỷ lệ không hài lòng", "Mức độ nhận thức", "Nhu cầu, mong đợi"])
def test_factors_of_dissatisfaction_are_no_factors_of_satisfaction(over, tmp_path):
    assert "header_words" in refusals(read(tmp_path, table([over], ["Tiếp cận dịch vụ"], title=SIPAS)))


@pytest.mark.parametrize("remark", ["(tự đánh giá)", "(kỳ trước)", "(mục tiêu)", "(tăng/giảm)", "(điểm tối đa)", "(%)",
                                    "(hạng)"])
def test_a_remark_in_brackets_is_not_thrown_away(remark, tmp_path):
    rows = table([f"Cải cách thể chế {remark}"], cells=lambda name: VALUES[name][1:])
    assert "header_words" in refusals(read(tmp_path, rows))


def test_a_harmless_remark_says_nothing(tmp_path):
    rows = table(["Trong đó"], ["Cải cách thể chế (9,5 điểm)"], cells=lambda name: VALUES[name][1:])
    assert refusals(read(tmp_path, rows)) == set()
    rows = table(["Cải cách thể chế (điểm)"], cells=lambda name: VALUES[name][1:])
    assert refusals(read(tmp_path, rows)) == set()
    rows = table(["Tiếp cận dịch vụ (%)"], title=SIPAS)
    assert refusals(read(tmp_path, rows)) == set()


def test_weighted_dimensions_of_papi_are_no_scores(tmp_path):
    rows = wide(papi(2019, 3), lambda t, c: papi_header(t, c) + (" (có trọng số)" if c != "papi" else ""))
    assert "header_words" in refusals(read(tmp_path, {"2019": rows}))


def test_the_total_under_a_heading_of_one_part_may_be_that_part(tmp_path):
    """A heading merged over two columns stands in the left one."""
    rows = table(["Tiếp cận dịch vụ", None], ["Kỳ trước", "Kết quả"], cells=lambda name: [80.1, VALUES[name][0]], title=SIPAS)
    assert {"header_words", "under_group"} <= refusals(read(tmp_path, rows))


# Heads of two rows that are sound.

def test_the_index_over_its_parts_and_ranks(tmp_path):
    rows = table(["Chỉ số CCHC", None, "Cải cách thể chế", None], ["Chỉ số", "Xếp hạng", "Điểm số", "Xếp hạng"],
                 cells=lambda name: [VALUES[name][0], 1 + list(VALUES).index(name), VALUES[name][1],
                                     1 + list(VALUES).index(name)])
    reading = read(tmp_path, rows)
    assert column(reading, "par") == truth(0) and column(reading, "par", "rank") == list(range(1, 64))
    assert column(reading, "par.2", "rank") == list(range(1, 64))


def test_a_part_under_the_name_of_the_index_and_a_factor_over_its_share(tmp_path):
    rows = table(["Chỉ số CCHC"], ["Điểm thẩm định"])
    assert column(read(tmp_path, rows), "par.part.appraised") == truth(0)
    rows = table(["Tiếp cận dịch vụ", "Tiếp cận dịch vụ"], ["Tỷ lệ hài lòng (%)", "Xếp hạng"],
                 cells=lambda name: [VALUES[name][0], 1 + list(VALUES).index(name)], title=SIPAS)
    reading = read(tmp_path, rows)
    assert refusals(reading) == set() and column(reading, "sipas.service.1") == truth(0)
    assert column(reading, "sipas.service.1", "rank") == list(range(1, 64))
    assert set(reading.scores["component"]) == {"sipas.service.1"}


def test_a_title_over_the_ranks_is_no_score(tmp_path):
    rows = [["PAR INDEX", "Năm 2023"], ["Xếp hạng", "Tỉnh"], *[[i, name] for i, name in enumerate(NAMES.values(), 1)]]
    reading = read(tmp_path, rows)
    assert refusals(reading) == set() and column(reading, "par", "rank") == list(range(1, 64))
    assert reading.scores["score"].isna().all()


def test_the_rank_at_the_left_is_that_of_the_total(tmp_path):
    rows = [["PAR INDEX 2023"], ["Xếp hạng", "Tỉnh", "Chỉ số", "Cải cách thể chế", "Hạng"],
            *[[i, name, *VALUES[name], i] for i, name in enumerate(NAMES.values(), 1)]]
    reading = read(tmp_path, rows)
    assert not reading.errors
    assert column(reading, "par", "rank") == list(range(1, 64))
    assert column(reading, "par.2", "rank") == list(range(1, 64))


@pytest.mark.parametrize("head", ["PAR INDEX 2023", "Chỉ số CCHC năm 2023", "Kết quả năm 2023", "Chỉ số 2023"])
def test_a_year_in_the_head_of_a_column(head, tmp_path):
    reading = read(tmp_path, table([head]))
    assert refusals(reading) == set() and column(reading, "par") == truth(0)
    both = table([head.replace("2023", "2022"), head], cells=lambda name: [80.1, VALUES[name][0]])
    reading = read(tmp_path, both, year=2023)
    assert refusals(reading) == set() and column(reading, "par") == truth(0)
    assert {p.code for p in reading.notes} == {"column_other_year"}


def test_two_years_over_two_columns_of_one_name(tmp_path):
    rows = table(["Năm 2022", "Năm 2023"], ["Chỉ số (%)", "Chỉ số (%)"], cells=lambda name: [80.1, VALUES[name][0]])
    reading = read(tmp_path, rows, year=2023)
    assert refusals(reading) == set() and column(reading, "par") == truth(0)


# Columns that hold nothing.

def test_a_column_of_results_without_a_number_is_no_blank(tmp_path):
    rows = table(["Chỉ số (%)", "Xếp hạng"], cells=lambda name: [VALUES[name][0], f"{list(VALUES).index(name) + 1}/63"])
    assert "no_figures" in refusals(read(tmp_path, rows))
    rows = table(["Chỉ số", "Kết quả (tăng/giảm)"], cells=lambda name: [80.1, "87,35 (+0,35)"])
    assert "no_figures" in refusals(read(tmp_path, rows))
    rows = table(["Chỉ số", "Chỉ số (%)"], cells=lambda name: [80.1, f"={VALUES[name][0]}"])
    assert "component_twice" in refusals(read(tmp_path, rows))
    rows = table(["Chỉ số", "Cải cách thể chế"], cells=lambda name: [VALUES[name][0], None])
    assert "empty_column" in {p.code for p in read(tmp_path, rows).notes}


def test_rows_that_say_what_they_are(tmp_path):
    kinds = ["Thẩm định", "Tự chấm"]
    rows = table(["Loại", "Chỉ số"], cells=lambda name: [kinds[list(VALUES).index(name) % 2], VALUES[name][0]])
    assert "cell_words" in refusals(read(tmp_path, rows))
    rows = table(["Ghi chú", "Chỉ số"], cells=lambda name: ["tăng so với năm trước", VALUES[name][0]])
    assert refusals(read(tmp_path, rows)) == set()


def test_a_rank_that_was_lost_is_missed(tmp_path):
    rows = table(["Chỉ số", "Xếp hạng"], cells=lambda name: [VALUES[name][0], list(VALUES).index(name) + 1])
    names, ranks = table(["Chỉ số"]), [["PAR INDEX 2023"], ["Tỉnh", "Xếp hạng"], *[[row[1], row[3]] for row in rows[2:]]]
    assert refusals(read(tmp_path, {"2023": names, "hang": ranks})) == set()
    assert "rank_gap" in refusals(read(tmp_path, {"2023": names, "hang": ranks[:20] + ranks[21:]}))
    tied = [*ranks[:20], [ranks[20][0], ranks[19][1]], *ranks[21:]]
    assert "rank_gap" not in refusals(read(tmp_path, {"2023": names, "hang": tied}))


# Rows beside the provinces.

def test_units_above_the_first_province_are_no_head(tmp_path):
    rows = [["PAR INDEX 2023 của các bộ"], ["TT", "Bộ", "Chỉ số"], *[[i, f"Bộ thứ {i}", 90.5 - i] for i in range(1, 13)],
            [None], ["SIPAS năm 2022 của các tỉnh"], *table(["Tỷ lệ hài lòng"])[1:]]
    assert "unknown_place" in refusals(read(tmp_path, rows, index="par", year=2023))
    rows = table(["Chỉ số"])
    rows[2][1] = "Tỉnh Không Có"
    reading = read(tmp_path, rows)
    assert "unknown_place" in refusals(reading) and any("Không Có" in p.message for p in reading.errors)


def test_a_second_table_below_the_first(tmp_path):
    rows = table(["Chỉ số", "Điểm thẩm định"], cells=lambda name: [VALUES[name][0], 60.5])
    again = ["TT", "Tỉnh", "Điểm TĐ", "Chỉ số CCHC 2023"]
    assert "header_again" in refusals(read(tmp_path, [*rows[:30], again, *rows[30:]]))
    rows = table(["Chỉ số"])
    assert "text_between" in refusals(read(tmp_path, [*rows[:30], ["SIPAS năm 2022 của các tỉnh còn lại"], *rows[30:]]))
    assert refusals(read(tmp_path, [*rows, ["So với năm 2022, SIPAS tăng"]])) == set()


@pytest.mark.parametrize("name", ["Trung bình cả nước", "Bình quân chung", "Trung bình nhóm A", "Đông Nam Bộ",
                                  "Vùng Đông Nam Bộ", "Cao nhất nhóm B", "TB cả nước", "Nhóm B", "Tổng cộng"])
def test_averages_and_regions_are_no_places(name, tmp_path):
    rows = table(["Chỉ số"])
    reading = read(tmp_path, [*rows[:20], [None, name, 85.4], *rows[20:]])
    assert refusals(reading) == set() and column(reading, "par") == truth(0)
    assert refusals(read(tmp_path, [*rows, [name, None, 85.4]])) == set()


def test_the_provinces_of_another_year_are_told(tmp_path):
    new = load_places().valid(2025)
    rows = [["PAR INDEX năm 2024"], ["TT", "Tỉnh", "Chỉ số"], *[[i, p.name_vi, 92 - i / 7] for i, p in enumerate(new)]]
    reading = read(tmp_path, rows)
    assert "places_of" in refusals(reading) and any("2025" in p.message for p in reading.errors)


# Titles.

@pytest.mark.parametrize("title", ["Kết quả tự thẩm định PAR INDEX 2023", "Dự thảo PAR INDEX 2023",
                                   "Ước thực hiện PAR INDEX năm 2023", "Xếp hạng PAR INDEX 2023 trong vùng"])
def test_titles_of_what_is_not_published(title, tmp_path):
    assert "title_other" in refusals(read(tmp_path, table(["Chỉ số"], title=title)))


def test_a_title_merged_over_the_table_or_beside_others_is_a_title(tmp_path):
    rows = table(["Chỉ số"])
    title = "Kết quả tự đánh giá PAR INDEX năm 2023"
    for first in ([title] * 3, ["UBND TỈNH", title, "Biểu 1"]):
        assert "title_other" in refusals(read(tmp_path, [first, *rows[1:]]))


def test_a_title_of_papi_over_the_order_of_places_is_no_score(tmp_path):
    truth = papi(2019, 4)
    head, *below = wide(truth, papi_header)
    rows = [["PAPI 2019"], ["TT", *head], *[[i, *row] for i, row in enumerate(below, 1)]]
    reading = read(tmp_path, rows)
    assert refusals(reading) == set() and len(reading.scores) == len(truth.figures)


def test_a_sheet_of_papi_whose_title_says_another_year(tmp_path):
    rows = wide(papi(2020, 9), papi_header)
    assert "title_year" in refusals(read(tmp_path, {"PAPI 2019": [["Kết quả PAPI năm 2020"], *rows]}))


@pytest.mark.parametrize(("text", "years"), [
    ("Chỉ số CCHC (PAR INDEX) công bố năm 2024", set()),
    ("PAR INDEX (Nguồn: Bộ Nội vụ, 2024)", set()),
    ("Kế hoạch cải thiện điểm năm 2024", set()),
    ("ngày    tháng    năm 2024", set()),
    ("Công bố Chỉ số CCHC năm 2023", {2023}),
    ("Kế hoạch nâng cao Chỉ số CCHC năm 2024", set()),
    ("Chỉ số 2023", {2023}),
    ("Báo cáo công tác CCHC năm 2024: các tỉnh", set()),
    ("Báo cáo PAR INDEX năm 2023", {2023}),
    ("PAR INDEX 2023 so với năm 2022", {2023}),
    ("Công văn số 2015: PAR INDEX", set()),
])
def test_years_of_publication_are_no_years_of_an_index(text, years):
    assert printed_years([text]) == years


def test_numbered_factors_and_satisfaction_with_one():
    assert understand("Yếu tố 1: Tiếp cận dịch vụ", "sipas").component == "sipas.service.1"
    assert understand("Chỉ số hài lòng về thủ tục hành chính", "sipas").component == "sipas.service.2"
    assert understand("ĐTXHH", "par").component == "par.part.survey"
    assert understand("Công tác chỉ đạo, điều hành CCHC", "par").component == "par.1"


def test_a_title_below_a_long_preamble_is_the_title(tmp_path):
    before = [[text] for text in ("Báo cáo năm 2024", "PHỤ LỤC", "Biểu số 01", *[f"Mục {i}" for i in range(12)])]
    assert read(tmp_path, [*before, *table(["Chỉ số"])]).years == (2023,)  # the year of a report is not the index's
    assert "two_years" in refusals(read(tmp_path, [["Năm 2024"], *before[1:], *table(["Chỉ số"])]))


def test_the_ministrys_own_table_stays_clean(tmp_path):
    rows = [[PAR], [None], *ranking(), [None, "Trung bình cả nước", None, None, None, 85.3], ["Nguồn: Bộ Nội vụ, 2024"]]
    assert refusals(read(tmp_path, rows)) == set()
    pick = random.Random(3)
    rows = table(["Tiếp cận dịch vụ", "Thủ tục hành chính"], ["(1)", "(2)"],
                 cells=lambda name: [pick.uniform(70, 95), pick.uniform(70, 95)], title=SIPAS)
    assert refusals(read(tmp_path, rows)) == set()
