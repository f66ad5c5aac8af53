"""Columns beside those of PCI's scores: both totals, ranks, the year before, blocks for a choice."""

import pytest
from make_workbooks import PCI_NAMES, pairs, parts, pci, pci_header, refusals, save, weights_of, wide
from test_readers_layouts import assert_right

from indexlib.intake.recognise import read_published


@pytest.mark.parametrize("heads", [("Chưa có trọng số", "Đã có trọng số"), ("Không có trọng số", "Có trọng số")])
def test_a_header_merged_over_both_totals_leaves_each_its_own(heads, tmp_path):
    truth = pci(2008, 1)
    rows = [[*row[:-1], 50.0 + i / 10, row[-1]] for i, row in enumerate(wide(truth))]
    rows = [[*rows[0][:-2], "Chỉ số PCI 2008", None], [*[None] * 11, *heads], *rows[1:]]
    merged = {"Tóm tắt": [(0, 11, 0, 12, "Chỉ số PCI 2008")]}
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Tóm tắt": rows} | parts(truth), merged)), truth)


def ranks(truth, component) -> dict:
    return {p: i for i, p in enumerate(sorted(truth.names, key=lambda p: -truth.figures[p, component]), 1)}


def read_ranks(reading, component) -> dict:
    own = reading.scores.query("component == @component").dropna(subset=["rank"])
    return dict(zip(own["place"], own["rank"], strict=True))


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("total", ["", "after", "before"])
def test_ranks_beside_each_score_belong_to_it(paired, total, tmp_path):
    """"Xếp hạng" beside every sub-index; that of the total behind it, at the front of the table, or missing."""
    truth = pci(2008, 2)
    own = {c: ranks(truth, c) for c in truth.components}
    if paired:
        rows = pairs(truth)[:65]
        for i in reversed(range(11 if total == "after" else 10)):
            for n, row in enumerate(rows):
                row.insert(2 * i + 3, n or "Xếp hạng")
        if total == "before":
            total = ""
    else:
        rows = [["Tỉnh"]]
        for c in truth.components:
            rows[0] += [pci_header(truth, c), *["Xếp hạng"][:c != "pci" or total == "after"]]
        for p, name in truth.names.items():
            rows.append([name])
            for c in truth.components:
                rows[-1] += [truth.figures[p, c], *[own[c][p]][:c != "pci" or total == "after"]]
        if total == "before":
            rows = [[row[0], "Xếp hạng PCI 2008" if i == 0 else own["pci"][p], *row[1:]]
                    for i, (row, p) in enumerate(zip(rows, ["", *truth.names], strict=True))]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": rows} | parts(truth)))
    assert_right(reading, truth)
    assert all(read_ranks(reading, c) == own[c] for c in truth.components[:-1])
    assert read_ranks(reading, "pci") == (own["pci"] if total else {})
    assert set(reading.scores["rank_base"].dropna()) == {64}


def test_a_rank_that_does_not_fit_its_sub_index_is_refused(tmp_path):
    truth = pci(2015, 2)
    rows = wide(truth)
    for n, row in enumerate(rows):
        place = "" if n == 0 else list(truth.names)[n - 1]
        row.insert(2, ranks(truth, "pci.1")[place] if place else "Xếp hạng")
        row.append(ranks(truth, "pci")[place] if place else "Xếp hạng")
    rows[9][2], rows[30][2] = rows[30][2], rows[9][2]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": rows} | parts(truth)))
    assert "rank_order" in refusals(reading)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("title", [None, "Kết quả PCI năm 2015"])
def test_the_total_of_the_year_before_stands_beside_that_of_the_year(before, title, tmp_path):
    truth, old = pci(2015, 1), pci(2014, 2)
    names = dict(zip(truth.names.values(), truth.names, strict=True))
    rows = []
    for row in wide(truth):
        place = names.get(row[0])
        past = [old.figures[place, "pci"], ranks(old, "pci")[place]] if place else ["PCI 2014", "Xếp hạng PCI 2014"]
        now = [row[-1], ranks(truth, "pci")[place]] if place else ["PCI 2015", "Xếp hạng PCI 2015"]
        change = [past[1] - now[1]] if place else ["Thay đổi thứ hạng"]
        rows.append([*row[:-1], *(past + now if before else now + past), *change])
    rows = ([[title], [None]] if title else []) + rows
    path = save(tmp_path / "a.xlsx", {"Tổng hợp": rows} | parts(truth))
    for asked in (None, 2015):
        reading = read_published(path, asked)
        if not asked and not title:
            assert "two_years" in refusals(reading)
            continue
        assert_right(reading, truth)
        assert read_ranks(reading, "pci") == ranks(truth, "pci")
        assert [p.code for p in reading.notes] == ["column_other_year"] * 2


def test_a_sheet_of_weights_says_what_to_do_with_it(tmp_path):
    truth = pci(2015, 1)
    weights = [["Chỉ số thành phần", "Trọng số"], *[[PCI_NAMES[c], w / 100] for c, w in weights_of("pci", 2015).items()]]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tong hop": pairs(truth), "Trọng số": weights} | parts(truth)))
    assert [(p.sheet, p.code) for p in reading.errors] == [("Trọng số", "no_places")]
    assert "xóa trang" in reading.errors[0].message


def test_names_with_their_count_and_places_of_before_a_merger(tmp_path):
    truth = pci(2008, 1)
    rows, own = pairs(truth), truth.names | {"ha_tay": "Hà Tây (cũ)", "ha_noi": "Hà Nội (cũ)"}
    told = {truth.names[p]: own[p] for p in ("ha_tay", "ha_noi")}
    for n, row in enumerate(rows[1:65], 1):
        row[1::2] = [f"{n}. {told.get(name, name)}" for name in row[1::2]]
    rows[-1][1] = told.get(rows[-1][1], rows[-1][1])
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Tong hop": rows} | parts(truth))), truth)


@pytest.mark.parametrize("dated", [True, False])
def test_scores_of_the_year_before_beside_every_score(dated, tmp_path):
    truth, old = pci(2015, 1), pci(2014, 2)
    rows = [["Tỉnh"]]
    for c in truth.components:
        name = "PCI" if c == "pci" else PCI_NAMES[c]
        rows[0] += [f"{name} 2014", f"{name} 2015" if dated or c == "pci" else name]
    rows += [[name, *[figure for c in truth.components for figure in (old.figures[p, c], truth.figures[p, c])]]
             for p, name in truth.names.items()]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows} | parts(truth)), 2015)
    assert_right(reading, truth)
    assert [p.code for p in reading.notes] == ["column_other_year"] * 11


def test_ranks_of_another_year_alone_are_not_taken(tmp_path):
    truth, old = pci(2015, 1), pci(2014, 2)
    rows = [[*row, ranks(old, "pci")[p] if p else "Xếp hạng 2014"]
            for row, p in zip(wide(truth), ["", *truth.names], strict=True)]
    reading = read_published(save(tmp_path / "a.xlsx", {"Tổng hợp": rows} | parts(truth)))
    assert_right(reading, truth)
    assert read_ranks(reading, "pci") == {} and {p.code for p in reading.notes} == {"column_other_year"}


@pytest.mark.parametrize("name", ["Chọn tỉnh", None])
def test_a_block_for_a_chosen_province_without_a_choice_says_nothing(name, tmp_path):
    truth = pci(2015, 1)
    rows = pairs(truth)
    rows[-1] = [0 if isinstance(cell, float) else cell for cell in rows[-1]]
    rows[-1][1] = name or rows[-1][1]
    assert_right(read_published(save(tmp_path / "a.xlsx", {"Summary_VN": rows} | parts(truth))), truth)
    rows[-1][1], rows[-1][2] = truth.names["ha_noi"], truth.figures["ha_noi", "pci.1"] + 0.5
    reading = read_published(save(tmp_path / "b.xlsx", {"Summary_VN": rows} | parts(truth)))
    assert "contradiction" in refusals(reading)
