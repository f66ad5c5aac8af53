"""Tables for people and data for programs, of every province: nothing blank, nothing leaked, everything said once."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser

import pytest
from conftest import opened as with_a_plan
from conftest import sampled

from indexlib import Grades, Rules, load_places, load_plan, open_run
from indexlib.base.wording import speaking
from indexlib.content import prose, tables
from indexlib.content.as_json import as_data
from indexlib.plan import review

pytestmark = pytest.mark.by_turns

TABLES = ("totals", "focus", "flagged", "rules", "by_unit", "by_item", "gaps", "quiet", "generic", "follow_up")
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\bTrue\b|\bFalse\b", re.IGNORECASE)
GAP = "chưa có nhiệm vụ trong kế hoạch"


@cache
def opened(place: str, year: int):
    """What was found with the default parameters, judged once for all the tests that look at it."""
    return open_run(place=place, year=year)


@pytest.fixture
def thanh_hoa():
    return opened("thanh_hoa", 2024)


def cells(table: tables.Table) -> list[str]:
    return [v for row in table.frame.itertuples(index=False) for v in row]


def html(table: tables.Table) -> str:
    """The table as a notebook shows it."""
    return table._repr_mimebundle_()["text/html"]


def row_of(table: tables.Table, start: str) -> dict[str, str]:
    first = table.frame.columns[0]
    rows = table.frame[table.frame[first].str.startswith(start)]
    assert len(rows) == 1, f"{start}: {len(rows)} rows"
    return rows.iloc[0].to_dict()


#: Every province in Vietnamese; in English, where the figures are the same, some of each kind.
ASKED = [(p.code, "vi") for p in load_places().valid(2024)] + [(c, "en") for c in ("thanh_hoa", "vinh_phuc",
    "quang_ninh")]


@pytest.fixture(scope="module")
def judged(scores):
    return review.assess(scores, Rules(), Grades(), load_plan("ha_bac_2023_2025").about["base_year"])


@pytest.fixture
def judged_once(judged, monkeypatch):
    """The whole panel judged once: every place is cut out of the same judgement, which takes most of the time."""
    monkeypatch.setattr(review, "assess", lambda *_: judged)


@pytest.mark.usefixtures("judged_once")
@pytest.mark.parametrize("place, language", sampled(ASKED))
def test_no_table_of_any_province_leaks_a_missing_value_and_json_is_valid(place, language):
    found = open_run(place=place, year=2024, language=language)
    for name in TABLES:
        table = getattr(tables, name)(found)
        texts = [table.caption, table.empty, *table.headers(), *table.notes, *cells(table)]
        assert all(isinstance(t, str) for t in texts), name
        assert [t for t in texts if LEAKED.search(t)] == [], name
        assert table.caption
        assert len(table.frame) or table.empty, name
    for line in [*tables.coverage(found), *found.notices(), str(prose.caveats(found))]:
        assert not LEAKED.search(line)
    text = json.dumps(as_data(found), allow_nan=False, ensure_ascii=False)
    assert json.loads(text)["place"]["code"] == place


def test_totals_of_thanh_hoa_2024(thanh_hoa):
    table = tables.totals(thanh_hoa)
    papi, pci, par, sipas = (row_of(table, n) for n in ("PAPI", "PCI", "PAR INDEX", "SIPAS"))
    assert (papi["score"], papi["rank"], papi["change"], papi["rank_before"]) == ("44,8708 điểm", "13/61*",
        "+0,6665 điểm", "13/61*")
    assert (pci["score"], pci["rank"], pci["change"]) == ("68,74 điểm", "21/63", "+1,95 điểm")
    assert "tăng 9 bậc" in pci["remark"]
    assert (par["score"], par["rank"], par["change"], par["rank_before"]) == ("chưa có điểm", "24/63",
        "không so sánh được", "25/63")
    assert "bộ tiêu chí" in par["remark"]
    assert (sipas["rank"], sipas["rank_before"]) == ("22/63", "13/63")
    assert "tụt 9 bậc" in sipas["remark"]


def test_a_computed_rank_has_a_star_and_the_page_says_what_it_means(thanh_hoa):
    for table in (tables.totals(thanh_hoa), tables.flagged(thanh_hoa)):
        assert any(v.endswith("*") for v in table.frame["rank"])
        assert any("tự tính" in n for n in table.notes)
    published = row_of(tables.totals(thanh_hoa), "PCI")["rank"]
    assert not published.endswith("*")


@pytest.mark.parametrize("place", ["thanh_hoa", "quang_ninh", "ha_noi"])
def test_every_rank_shows_its_base(place):
    found = opened(place, 2024)
    for table in (tables.totals(found), tables.flagged(found)):
        for column in ("rank", "rank_before"):
            assert table.frame[column].str.fullmatch(r"\d+/\d+\*?|–").all()


@pytest.mark.parametrize("year, label", [(2021, "PAPI 3.2"), (2021, "PAPI 5.1"), (2021, "PAPI 5.3"),
    (2021, "PAPI 5.4"), (2021, "PAPI 6.4")])
def test_across_an_edge_the_words_are_not_comparable_with_the_reason(year, label):
    found = opened("thanh_hoa", year)
    shown = {r.component: tables.change_text(r) for r in found.now.components.itertuples()}
    code = "papi." + label.split()[1]
    assert shown[code] == "không so sánh được"
    table = tables.flagged(found)
    if any(table.frame["component"].str.startswith(label)):
        assert row_of(table, label)["change"] == "không so sánh được"
        assert any(n.startswith(label) and "không so với năm trước (" in n for n in table.notes)


def test_a_pci_total_is_not_compared_with_2021_and_says_why():
    row = row_of(tables.totals(opened("thanh_hoa", 2022)), "PCI")
    assert row["change"] == "không so sánh được"
    assert "2021" in row["remark"]
    assert "trọng số" in row["remark"]


def test_a_withheld_total_says_so_and_is_never_zero():
    row = row_of(tables.totals(opened("quang_ninh", 2023)), "PAPI")
    assert (row["score"], row["rank"], row["change"]) == ("–", "–", "–")
    assert "không công bố" in row["remark"]
    assert "sai số" in row["remark"]


def test_a_fall_is_never_printed_as_zero():
    zero = re.compile(r"^[-+]?0(,0+)?( |$)")
    for place in ("thanh_hoa", "ha_noi", "quang_nam"):
        found = opened(place, 2024)
        rows = found.now.components
        for row in rows[rows["change_published"] < 0].itertuples():
            text = tables.change_text(row)
            assert text.startswith("-"), row.component
            assert not zero.match(text), row.component


def test_a_flagged_component_without_an_item_goes_to_the_focal_point_in_those_words():
    found = opened("thanh_hoa", 2023)
    table = tables.flagged(found)
    without = table.frame[table.frame["item"] == GAP]
    assert len(without) > 0
    codes = without["component"].str.extract(r"^(PAPI \d\.\d|PCI \d+)")[0]
    assert set(codes) <= {"PAPI 3.3", "PAPI 4.3", "PAPI 7.2", "PAPI 8.2", "PCI 6", "PCI 7", "PCI 8", "PCI 9"}
    papi = codes.str.startswith("PAPI")
    assert (without.loc[papi, "unit"] == "Công chức Văn phòng - Thống kê").all()
    assert (without.loc[~papi, "unit"] == "Công chức Tài chính - Kế toán").all()
    assert sorted(tables.gaps(found).frame["component"]) == sorted(without["component"])


@pytest.mark.usefixtures("judged_once")
@pytest.mark.parametrize("year", [2018, 2021, 2023, 2024])
def test_a_total_never_bears_those_words(year):
    for place in ("thanh_hoa", "ha_giang", "an_giang"):
        table = tables.flagged(opened(place, year)).frame
        totals = table[table["component"].isin(["PAPI", "PCI", "PAR INDEX", "SIPAS"])]
        assert {"item", "unit"} <= set(totals) or place != "thanh_hoa"  # the others have no plan
        assert not totals.get("item", totals["why"]).eq(GAP).any()
        assert (totals.get("unit", totals["why"]) != "").all()


def test_sipas_2024_stands_among_the_flagged_for_its_rank(thanh_hoa):
    row = row_of(tables.flagged(thanh_hoa), "SIPAS")
    assert row["why"] == "tụt 9 bậc theo công bố, chưa ước lượng được mức ngẫu nhiên"
    assert (row["rank"], row["rank_before"]) == ("22/63", "13/63")


def test_the_focus_list_says_how_many_of_how_many(thanh_hoa):
    table = tables.focus(thanh_hoa)
    assert len(table.frame) == 8
    parts = thanh_hoa.now.flagged().query("level != 'total'")
    assert table.caption == f"Trọng tâm: 8 trong {len(parts)} nội dung cần chú ý"


def test_a_generic_lead_calls_for_a_named_person():
    found = opened("thanh_hoa", 2023)
    units = tables.by_unit(found).frame["unit"]
    generic = [u for u in units if u.startswith("Công chức chuyên môn UBND xã")]
    assert generic
    assert all(u.endswith("cần giao người cụ thể (IV.2)") for u in generic)


def test_the_thresholds_and_the_plans_words_are_printed(thanh_hoa):
    table = tables.rules(thanh_hoa).frame
    assert len(table) == 6
    assert "“đang giảm” (IV.2)" in table["words"].iloc[0]
    changed = open_run(place="thanh_hoa", year=2024, rules={"rank_low": 0.3, "trend_down": None})
    table = tables.rules(changed).frame
    assert len(table) == 5
    assert any("30%" in cell for cell in table["threshold"])


@pytest.mark.parametrize("place, year", [("thanh_hoa", 2024), ("quang_ninh", 2023), ("bac_giang", 2022),
    ("thanh_hoa", 2011), ("vinh_phuc", 2024)])
def test_what_an_index_cannot_say_is_one_line_with_what_to_do(place, year):
    found = opened(place, year)
    lines = tables.coverage(found, hint=True)
    names = ("PAPI", "PCI", "PAR INDEX", "SIPAS")
    assert all(sum(line.startswith(f"{n} {year}") for line in lines) <= 1 for n in names)
    assert all(line.startswith(names) for line in lines)
    missing = found.now.missing
    for index, name in zip(("papi", "pci", "par", "sipas"), names, strict=True):
        if (missing["index"] == index).any():
            line = next(x for x in lines if x.startswith(f"{name} {year}"))
            held = missing.loc[missing["index"] == index, "reason"].eq("withheld").all()
            assert held or "data/scores/" in line
            assert not held or "không công bố" in line


def test_plan_items_that_cannot_be_judged_are_listed():
    lines = tables.coverage(with_a_plan("quang_ninh", 2023))
    papi = next(line for line in lines if line.startswith("PAPI"))
    assert "chưa xét được các mục" in papi
    assert "2.4" in papi  # item 2.4 serves PAPI 6.2 alone


def test_no_rule_gives_a_sentence_and_not_a_blank_table():
    off = dict.fromkeys(("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved"))
    found = open_run(place="thanh_hoa", year=2024, rules=off)
    for name in ("focus", "flagged", "by_unit", "by_item", "gaps"):
        table = getattr(tables, name)(found)
        assert table.frame.empty
        assert table.empty.endswith(".")
        assert table.empty in html(table)


def test_the_first_year_has_no_year_before_and_says_so(scores):
    found = opened("thanh_hoa", int(scores["year"].min()))
    assert found.before is None
    table = tables.follow_up(found)
    assert table.frame.empty
    assert table.empty == "Không có số liệu năm trước để theo dõi."


def test_follow_up_names_every_state(thanh_hoa):
    states = set(tables.follow_up(thanh_hoa).frame["state"])
    assert {"vẫn còn", "mới", "đã hết"} <= states


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_html_shows_every_cell_as_text(thanh_hoa):
    table = tables.flagged(thanh_hoa)
    page = Cells()
    page.feed(html(table))
    shown = "\n".join(page.text)
    assert all(cell in shown for cell in cells(table))
    assert page.tags.count("tr") == len(table.frame) + 1


def test_markup_in_a_name_stays_text():
    frame = tables.gaps(opened("thanh_hoa", 2023)).frame
    frame.iloc[0, 0] = "<script>alert(1)</script> & co"
    page = Cells()
    page.feed(html(tables.Table("<b>x</b>", frame, ["<i>y</i>"])))
    assert not {"script", "b", "i"} & set(page.tags)
    assert "<script>alert(1)</script> & co" in page.text


def test_item_texts_are_cut_at_a_word():
    assert tables.shorten("một hai ba bốn", 9) == "một hai …"
    assert tables.shorten("ngắn", 9) == "ngắn"


def test_headers_follow_the_language(thanh_hoa):
    with speaking("en"):
        assert tables.focus(thanh_hoa).headers()[:3] == ["Component", "Score", "Against the year before"]


def test_json_holds_codes_and_figures(thanh_hoa):
    data = as_data(thanh_hoa)
    by_code = {c["component"]: c for c in data["components"]}
    assert (by_code["papi"]["rank"], by_code["papi"]["base"], by_code["papi"]["rank_kind"]) == (13, 61, "computed")
    assert by_code["papi"]["score"] == 44.87075
    assert by_code["sipas"]["score"] is None
    assert by_code["par"]["comparable"] is False
    assert by_code["par"]["reason"] == "edge"
    assert (by_code["papi.6.2"]["item"], by_code["papi.6.2"]["unit"]) == ("2.4", "Trung tâm học tập cộng đồng")
    assert len(data["focus"]) == 8
    assert set(data["focus"]) <= set(by_code)
    assert {f["rule"] for f in data["flags"]} == {"score_fell", "trend_down", "rank_fell", "rank_low", "score_low",
        "not_improved"}
    assert {m["reason"] for m in data["missing"]} == {"not_at_hand"}
