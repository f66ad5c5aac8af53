"""What stands behind a sub-index: cells of the workbooks by year of its block, neither ranked nor flagged."""

import re

import pandas as pd
import pytest

import indexlib as ix
from indexlib import tables
from indexlib.base.wording import plain_number, speaking
from indexlib.data import files


@pytest.mark.parametrize(("year", "shown", "waiting"), [
    (2024, [2023], "2021, 2022, 2024"), (2023, [2023], "2021, 2022"), (2016, [2013, 2014, 2015, 2016], ""),
    (2014, [2013, 2014], ""), (2012, [2009, 2010, 2011, 2012], ""), (2007, [2006, 2007], ""), (2005, [2005], "")])
def test_every_figure_of_the_block_up_to_the_year_stands_there_and_no_other(year, shown, waiting):
    table = tables.indicators(["pci.5"], ["thanh_hoa"], year)
    assert list(table.frame)[2:] == [("Thanh Hóa", str(y)) for y in shown]
    for y in shown:
        held = ix.load_indicators("pci.5", y).query("place == 'thanh_hoa'")
        cells = [c for c in table.frame["Thanh Hóa", str(y)] if c != "–"]
        assert cells == [plain_number(v) for v in held["value"]]
        named = table.frame.loc[table.frame["Thanh Hóa", str(y)] != "–", "indicator"].str.partition(" [lưu ý")[0]
        assert named.tolist() == held["label_vi"].tolist()
    said = [f"Chưa có bảng chỉ tiêu cho năm {waiting}."] if waiting else []
    assert [note for note in table.notes if note.startswith("Chưa có")] == said


def test_a_published_figure_is_set_beside_that_of_another_place():
    """Indicator workbook of 2023, sheet "Tiếp cận đất đai", column "Số ngày chờ đợi": cells as they stand."""
    table = tables.indicators(["pci.2"], ["thanh_hoa", "nghe_an"], 2024)
    assert table.headers() == ["Chỉ tiêu (nhãn như in)", "Đơn vị", "Thanh Hóa 2023", "Nghệ An 2023"]
    assert table.frame.iloc[0].tolist()[:3] == ["Số ngày chờ đợi để được cấp GCNQSDĐ (trung vị)", "–", "30"]
    assert table.frame.iloc[1].tolist()[1:3] == ["% (0,41 là 41%)", "0,416667"]
    with speaking("en"):
        english = tables.indicators(["pci.2"], ["thanh_hoa"], 2024)
        assert english.frame.iloc[1].tolist()[1:] == ["% (0.41 is 41%)", "0.416667"]
    assert any("github.com/ttuan8600/flask_test" in note for note in table.notes)


def test_nothing_is_ranked_or_marked_good_or_bad():
    page = tables.indicators(["pci.4", "pci.5"], ["thanh_hoa", "nghe_an"], 2024).html()
    assert not re.search(r"color|background|class=\"(?!indexlib)|hạng \d|\d/6[0-4]|[▲▼↑↓]", page)
    assert set(re.findall(r'style="([^"]*)"', page)) == {"text-align:left", "text-align:right"}


def test_what_is_odd_about_a_figure_stands_beside_its_label():
    labels = tables.indicators(["pci.4"], ["thanh_hoa"], 2007).frame["indicator"]
    assert labels.str.contains("hai tiêu đề của bảng tính dường như bị đổi chỗ").sum() == 2
    assert not tables.indicators(["pci.1"], ["thanh_hoa"], 2024).frame["indicator"].str.contains("lưu ý").any()


@pytest.mark.parametrize(("components", "year", "said"), [
    (["pci.2"], 2020, "Chưa có bảng chỉ tiêu cho năm 2017, 2018, 2019, 2020."), (["pci.2"], 2021, "năm 2021."),
    (["pci"], 2024, "Chỉ các chỉ số thành phần PCI"), (["papi.6"], 2024, "có trong năm 2024"), ([], 2024, "Chỉ các"),
    (["pci.implementation"], 2024, "có trong năm 2024")])
def test_where_nothing_is_at_hand_a_sentence_says_so(components, year, said):
    table = tables.indicators(components, ["thanh_hoa"], year)
    assert said in table.html() and "<table" not in table.html()


def test_a_place_that_the_tables_lack_is_named(data):
    path = data.path("indicators/pci_2023.csv")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",thanh_hoa," not in line), encoding="utf-8")
    files.forget()
    beside = tables.indicators(["pci.2"], ["thanh_hoa", "nghe_an"], 2024)
    assert list(beside.frame)[2:] == [("Nghệ An", "2023")] and "không có số của Thanh Hóa" in beside.notes[-1]
    alone = tables.indicators(["pci.2"], ["thanh_hoa"], 2024)
    assert alone.frame.empty and alone.empty.endswith("Bảng chỉ tiêu năm 2023 không có số của Thanh Hóa.")


def test_a_run_shows_them_for_the_first_sub_indices_that_it_flags():
    found = ix.open_run(place="thanh_hoa", year=2024)
    flagged = [c for c in found.now.flagged()["component"] if c.startswith("pci.")][:3]
    table = tables.behind(found)
    label = ix.load_catalogue().label
    assert list(pd.unique(table.frame["component"])) == sorted(map(label, flagged)) and len(flagged) == 3
    none = tables.behind(ix.open_run(place="thanh_hoa", year=2024, rules=dict.fromkeys(
        ("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved"))))
    assert "gặp điều kiện" in none.html() and "<table" not in none.html()
