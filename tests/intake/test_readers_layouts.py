"""For any workbook the reading is right or says what is wrong: properties over generated workbooks."""

import csv
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_workbooks import decomposed, pairs, papi, parts, pci, pci_header, refusals, save, weights_of, wide, with_commas

from indexlib import load_catalogue
from indexlib.intake.recognise import read_published

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
seeds = st.integers(0, 10_000)


def figures(reading) -> dict:
    frame = reading.scores.dropna(subset=["score"])
    return {(p, c): s for p, c, s in frame[["place", "component", "score"]].itertuples(index=False)}


def assert_right(reading, truth, within: float = 1e-9) -> None:
    assert refusals(reading) == set()
    read = figures(reading)
    assert read.keys() == truth.figures.keys()
    assert all(abs(read[key] - truth.figures[key]) <= within for key in read)
    assert reading.years == (truth.year,)


def assert_right_or_refused(reading, truth) -> None:
    """Never a plausible wrong number."""
    if not refusals(reading):
        read = figures(reading)
        assert all(abs(read[key] - truth.figures[key]) <= 1e-6 for key in read)
        assert read.keys() == truth.figures.keys()


def papi_header(truth, component):
    own = load_catalogue().component(component)
    return "Chỉ số PAPI (không có trọng số)" if component == "papi" else own.name_vi


# What may differ and still be read.

@few
@given(seed=seeds, commas=st.booleans(), nfd=st.booleans(), blanks=st.lists(st.integers(2, 60), max_size=4),
       notes=st.booleans(), with_parts=st.booleans())
def test_a_wide_pci_table_is_read_in_any_order(seed, commas, nfd, blanks, notes, with_parts, tmp_path):
    truth, pick = pci(2013, seed), random.Random(seed)
    order, columns = list(truth.names), list(truth.components)
    pick.shuffle(order)
    pick.shuffle(columns)
    rows = wide(truth, order=order, columns=columns)
    place_at = pick.randrange(len(rows[0]))
    rows = [row[1:place_at + 1] + row[:1] + row[place_at + 1:] for row in rows]
    for at in blanks:
        rows.insert(at, [None])
    if notes:
        rows = [["Bảng điểm các chỉ số thành phần"], [None], *rows, [None], ["Nguồn: VCCI"], ["(*) ghi chú, 12 trang"]]
    rows = with_commas(rows) if commas else rows
    rows = decomposed(rows) if nfd else rows
    sheets = {"Tổng hợp": rows} | (parts(truth) if with_parts else {})
    assert_right(read_published(save(tmp_path / "a.xlsx", sheets)), truth)


@few
@given(seed=seeds, nfd=st.booleans(), with_parts=st.booleans())
def test_sorted_pairs_are_read_by_pair(seed, nfd, with_parts, tmp_path):
    truth = pci(2013, seed)
    rows = decomposed(pairs(truth)) if nfd else pairs(truth)
    sheets = {"Summary_VN": rows} | (parts(truth) if with_parts else {})
    assert_right(read_published(save(tmp_path / "a.xlsx", sheets)), truth)


def test_headers_merged_over_a_pair_are_read(tmp_path):
    truth = pci(2013, 3)
    rows = pairs(truth)[:64]
    merged = {"Summary_VN": [(0, 2 * i + 1, 0, 2 * i + 2, pci_header(truth, c))
                             for i, c in enumerate(truth.components)]}
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Summary_VN": rows}, merged)), truth)


@pytest.mark.parametrize("year", [2008, 2011, 2015])
def test_the_years_that_are_still_to_come(year, tmp_path):
    """Pairs with the numbers of sub-indices and provinces of the years not at hand."""
    truth = pci(year, year)
    assert len(truth.names) == (64 if year == 2008 else 63)
    assert len(truth.components) == (10 if year == 2011 else 11)
    path = save(tmp_path / "a.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    assert_right(read_published(path), truth)


@few
@given(seed=seeds, separator=st.sampled_from([";", ",", "\t"]),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1258"]))
def test_text_tables_in_any_encoding(seed, separator, encoding, tmp_path):
    truth = pci(2013, seed)
    rows = wide(truth) if separator == "," else with_commas(wide(truth))
    path = tmp_path / "a.csv"
    with open(path, "w", encoding=encoding, newline="", errors="strict") as file:
        writer = csv.writer(file, delimiter=separator)
        for row in rows:
            writer.writerow(_for_code_page(row) if encoding == "cp1258" else row)
    assert_right(read_published(path), truth)


def _for_code_page(row: list) -> list:
    """Letters of the Vietnamese code page: tone marks as letters of their own."""
    import unicodedata

    def fit(text: str) -> str:
        out = ""
        for letter in text:
            try:
                letter.encode("cp1258")
                out += letter
            except UnicodeEncodeError:
                split = unicodedata.normalize("NFD", letter)
                tones = [c for c in split[1:] if c in "\u0300\u0301\u0303\u0309\u0323"]
                out += unicodedata.normalize("NFC", "".join(c for c in split if c not in tones)) + "".join(tones)
        return out

    return [fit(cell) if isinstance(cell, str) else cell for cell in row]


@few
@given(seed=seeds, mark=st.sampled_from([0, "*", None]), turned=st.booleans())
def test_papi_tables_either_way_and_withheld_places(seed, mark, turned, tmp_path):
    truth, pick = papi(2019, seed), random.Random(seed)
    hidden = pick.sample(sorted(truth.names), 2)
    truth.figures = {key: value for key, value in truth.figures.items() if key[0] not in hidden}
    rows = [["Tên tỉnh", *[papi_header(truth, c) for c in truth.components]]]
    rows += [[name, *[truth.figures.get((p, c), mark) for c in truth.components]] for p, name in truth.names.items()]
    rows = [list(row) for row in zip(*rows, strict=True)] if turned else rows
    reading = read_published(save(tmp_path / "a.xlsx", {"2019_VIE_ENG": rows}))
    assert_right(reading, truth)
    assert set(reading.withheld["place"]) == set(hidden)
    assert len(reading.withheld) == 2 * len(truth.components)


def test_papi_intervals_stand_below_their_score(tmp_path):
    truth = papi(2023, 1)
    places = list(truth.names)
    rows = [["Mã tỉnh", "Mã tỉnh", "Thang điểm/Scale", *range(1, len(places) + 1)],
            ["Tỉnh/Thành phố trực thuộc trung ương", "Tỉnh/Thành phố trực thuộc trung ương", None,
             *[truth.names[p] for p in places]]]
    for c in ["papi", *[c for c in truth.components if c != "papi"]]:
        own = load_catalogue().component(c)
        english = "Unweighted PAPI Score" if c == "papi" else own.name_en
        vietnamese = "Chỉ số PAPI tổng hợp (không có trọng số)" if c == "papi" else f"{own.number}: {own.name_vi}"
        rows.append([english, vietnamese, "1-10 điểm", *[truth.figures[p, c] for p in places]])
        if c == "papi":
            rows.append(["Unweighted 95% CI Low", None, None, *[truth.figures[p, c] - 0.5 for p in places]])
            rows.append(["Unweighted 95% CI High", None, None, *[truth.figures[p, c] + 0.5 for p in places]])
            rows.append(["Unweighted Standard Error", None, None, *[0.3 for _ in places]])
            rows.append(["Weighted PAPI Score", "Chỉ số PAPI tổng hợp (có trọng số)", None, *[30.0 for _ in places]])
            rows.append(["Weighted 95% CI Low", None, None, *[29.0 for _ in places]])
        if c == "papi.1.1":
            rows.append(["Knowledge of Leaders", "Hiểu biết về vị trí lãnh đạo (%)", "0%-100%", *[0.5 for _ in places]])
    reading = read_published(save(tmp_path / "a.xlsx", {"2023_VIE_ENG": rows}))
    assert_right(reading, truth)
    total = reading.scores[reading.scores["component"] == "papi"]
    assert (total["ci_high"] - total["score"]).round(6).eq(0.5).all()
    assert (total["score"] - total["ci_low"]).round(6).eq(0.5).all()
    assert reading.scores.loc[reading.scores["component"] != "papi", "ci_low"].isna().all()


# What must be reported.

@few
@given(seed=seeds, paired=st.booleans(), with_parts=st.booleans(), data=st.data())
def test_one_spoilt_cell_is_never_let_through(seed, paired, with_parts, data, tmp_path):
    """A figure changed, moved to its neighbour, or given to another province."""
    truth = pci(2013, seed)
    rows = pairs(truth) if paired else wide(truth)
    row = data.draw(st.integers(1, 63))
    places = [c for c, cell in enumerate(rows[row]) if isinstance(cell, str)]
    scores = [c for c, cell in enumerate(rows[row]) if isinstance(cell, float)]
    kinds = ["change", "swap_rows", "drop", "text"]
    # Two names exchanged in a single wide table leave no trace in the file itself.
    kind = data.draw(st.sampled_from([*kinds, "swap_places"] if paired or with_parts else kinds))
    at = data.draw(st.sampled_from(places if kind == "swap_places" else scores))
    other = row + 1 if row < 63 else row - 1
    if kind == "change":
        rows[row][at] = round(rows[row][at] + 0.7, 6)
    elif kind in ("swap_rows", "swap_places"):
        rows[row][at], rows[other][at] = rows[other][at], rows[row][at]
    else:
        rows[row][at] = None if kind == "drop" else "tám"
    reading = read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows} | (parts(truth) if with_parts else {})))
    assert_right_or_refused(reading, truth)
    assert refusals(reading)


@few
@given(seed=seeds, paired=st.booleans(), data=st.data())
def test_two_columns_swapped_under_their_headers(seed, paired, data, tmp_path):
    truth = pci(2013, seed)
    rows = pairs(truth) if paired else wide(truth)
    one, two = data.draw(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True))
    step = 2 if paired else 1
    columns = [(step * i + step, step * i + step - 1 if paired else None) for i in (one, two)]
    for row in rows[1:64]:
        for a, b in zip(*columns, strict=True):
            if a is not None:
                row[a], row[b] = row[b], row[a]
    sheets = {"Tổng hợp": rows[:64]} | parts(truth)
    reading = read_published(save(tmp_path / "a.xlsx", sheets))
    # Where the two weigh otherwise, the total tells that the sheets of the sub-indices are right; all else is refused.
    weights = weights_of("pci", 2013)
    if weights[truth.components[one]] == weights[truth.components[two]]:
        assert "sheets_conflict" in refusals(reading) and reading.errors
    else:
        assert refusals(reading) == {"sheets_differ"} and len(reading.doubts) == 2 * 63
        assert figures(reading) == pytest.approx(truth.figures, abs=1e-4)  # what two sheets print nearly alike is one figure


@pytest.mark.parametrize(("spoil", "expected"), [
    (lambda rows: rows.insert(5, list(rows[9])), "duplicate_place"),
    (lambda rows: rows.pop(7), "absent_places"),
    (lambda rows: rows[4].__setitem__(0, "Thanh Hoas"), "unknown_place"),
    (lambda rows: rows[4].__setitem__(0, None), "no_place"),
    (lambda rows: rows[4].__setitem__(2, "#N/A"), "error_cell"),
    (lambda rows: rows[4].__setitem__(2, 71.5), "out_of_scale"),
    (lambda rows: rows[4].__setitem__(2, 0.0), "out_of_scale"),
    (lambda rows: [row.__setitem__(11, row[11] / 100) for row in rows[1:]], "fraction"),
    (lambda rows: rows[0].__setitem__(2, "Tiếp cận tín dụng"), "unknown_label"),
    (lambda rows: rows[0].__setitem__(2, None), "no_header"),
    (lambda rows: rows[0].__setitem__(2, "Tính minh bạch"), "component_twice"),
    (lambda rows: rows[0].__setitem__(2, "Chỉ số thành phần 7: Tiếp cận đất đai"), "number_conflict"),
    (lambda rows: [row.pop(2) for row in rows], "missing_component"),
    (lambda rows: rows[0].__setitem__(11, "Điểm"), "no_year"),
    (lambda rows: [row.append(i) for i, row in enumerate(rows)] and rows[0].__setitem__(12, "Xếp hạng"), "rank_order"),
])
def test_what_is_wrong_is_named(spoil, expected, tmp_path):
    truth = pci(2013, 5)
    rows = wide(truth)
    spoil(rows)
    reading = read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows}))
    assert expected in refusals(reading)


def test_pairs_that_nothing_confirms_are_refused(tmp_path):
    truth = pci(2013, 2)
    truth.components.remove("pci")
    rows = pairs(truth)
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": rows}), year=2013, index="pci")
    assert "unverified_pairs" in refusals(reading)


def test_pairs_whose_province_columns_were_moved_are_refused(tmp_path):
    truth = pci(2013, 2)
    rows = [row[:1] + row[1::2] + row[2::2] for row in pairs(truth)[:64]]
    reading = read_published(save(tmp_path / "a.xlsx", {"PCI": rows}))
    assert "no_pair" in refusals(reading)


def test_a_stale_summary_is_left_aside_and_said(tmp_path):
    truth, stale = pci(2014, 1), pci(2013, 2)
    sheets = {"Summary_VN": pairs(truth), "Summary": pairs(stale)} | parts(truth)
    reading = read_published(save(tmp_path / "a.xlsx", sheets))
    assert_right(reading, truth)
    assert [p.sheet for p in reading.problems if p.code == "stale_sheet"] == ["Summary"]


def test_a_province_named_above_the_header_is_no_row(tmp_path):
    truth = pci(2013, 1)
    rows = [["Hà Nội", "tỉnh đang chọn"], [None], *wide(truth)]
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows})), truth)


def test_an_unweighted_total_is_never_the_total(tmp_path):
    truth = pci(2013, 1)
    rows = [[*row, 50.0 + i / 10] for i, row in enumerate(wide(truth))]
    rows[0][-1] = "Chỉ số PCI 2013 (chưa có trọng số)"
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows})), truth)


@few
@given(seed=seeds, data=st.data())
def test_papi_sums_catch_a_spoilt_cell(seed, data, tmp_path):
    truth = papi(2013, seed)
    rows = wide(truth, papi_header)
    row, column = data.draw(st.integers(1, 63)), data.draw(st.integers(1, len(truth.components)))
    rows[row][column] = round(rows[row][column] + 0.01, 6)
    assert refusals(read_published(save(tmp_path / "a.xlsx", {"2013_PAPI": rows})))


def test_one_blank_papi_cell_is_doubted(tmp_path):
    truth = papi(2013, 1)
    rows = wide(truth, papi_header)
    rows[9][truth.components.index("papi.4.2") + 1] = None
    assert "withheld_alone" in refusals(read_published(save(tmp_path / "a.xlsx", {"2013_PAPI": rows})))


def test_papi_columns_of_zeros_are_a_fault_not_withheld_scores(tmp_path):
    truth = papi(2013, 1)
    rows = wide(truth, papi_header)
    for row in rows[1:40]:
        row[1:] = [0] * (len(row) - 1)
    assert "too_many_withheld" in refusals(read_published(save(tmp_path / "a.xlsx", {"2013_PAPI": rows})))


def test_a_comma_table_with_unquoted_decimal_commas_is_refused(tmp_path):
    truth = pci(2013, 1, digits=2)
    path = tmp_path / "a.csv"
    lines = [",".join(wide(truth)[0])] + [",".join([row[0], *[f"{x:.2f}".replace(".", ",") for x in row[1:]]])
                                          for row in wide(truth)[1:]]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "ragged" in refusals(read_published(path))
