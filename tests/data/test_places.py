"""Place names: exactly one place or none, in the year asked."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexlib import PlaceError, find_place, load_places
from indexlib.base.wording import speaking
from indexlib.data.places import spelling

NAMES = Path(__file__).parents[1] / "support"


def rows(name: str) -> list[tuple[str, int, str]]:
    with open(NAMES / name, encoding="utf-8", newline="") as file:
        text, year, last = next(reader := csv.reader(file))
        assert (text, year) == ("text", "year")
        assert last in ("code", "why")
        return [(t, int(y), x) for t, y, x in reader]


def found(text: str, year: int) -> str:
    """The code of a place that a text names, or nothing."""
    try:
        return find_place(text, year).code
    except PlaceError:
        return ""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_spelling_seen_in_a_source_finds_its_place(form):
    wrong = {(text, year): other for text, year, code in rows("names_match.csv")
             if (other := found(unicodedata.normalize(form, text), year)) != code}
    assert wrong == {}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_is_not_a_place_of_the_year_finds_none(form):
    wrong = {(text, year): other for text, year, _ in rows("names_must_not_match.csv")
             if (other := found(unicodedata.normalize(form, text), year))}
    assert wrong == {}


@pytest.mark.parametrize("year, number", [(2007, 64), (2008, 64), (2009, 63), (2024, 63), (2025, 34)])
def test_number_of_provinces(year, number):
    assert len(load_places().valid(year)) == number


@pytest.mark.parametrize("year", [2007, 2012, 2024, 2025])
def test_every_name_and_code_finds_itself_in_either_language(year):
    for place in load_places().valid(year):
        for text in (place.name_vi, place.name_en, place.name_vi.upper(), f"tỉnh {place.name_vi}", place.code):
            assert find_place(text, year).code == place.code


def test_no_spelling_names_two_places_in_a_year():
    spellings = load_places()._spellings
    for year in (2007, 2024, 2025):
        codes: dict[str, set[str]] = {}
        for key, code, first, last in spellings:
            if first <= year <= last and any(p.code == code and p.valid(year) for p in load_places().all):
                codes.setdefault(key, set()).add(code)
        assert {k: v for k, v in codes.items() if len(v) > 1} == {}


def test_an_old_name_of_2025_is_another_place():
    assert find_place("Bắc Ninh", 2024).code == "bac_ninh"
    assert find_place("Bắc Ninh", 2025).code == "bac_ninh_2025"
    assert {p.code for p in load_places().members("bac_ninh_2025")} == {"bac_ninh", "bac_giang"}


def test_thanh_hoa_is_unchanged_by_the_mergers():
    assert find_place("Thanh Hóa", 2024) == find_place("Thanh Hóa", 2025)


def test_hue_keeps_its_code_and_changes_its_name():
    assert find_place("Thừa Thiên Huế", 2024).name_vi == "Thừa Thiên Huế"
    assert find_place("Huế", 2025).name_vi == "Huế"
    assert find_place("Huế", 2025).code == find_place("TT-Huế", 2020).code == "hue"


def test_without_a_year_the_latest_with_scores_is_meant():
    assert find_place("Bắc Ninh").code == find_place("Bắc Ninh", 2024).code


def test_an_unknown_name_gets_the_nearest_names():
    with pytest.raises(PlaceError, match=r"gần nhất: .*Thanh Hóa"):
        find_place("Thanh Hoaa", 2024)
    with speaking("en"), pytest.raises(PlaceError, match=r"nearest: .*Thanh Hoa"):
        find_place("Thanh Hoaa", 2024)


@pytest.mark.parametrize("text, year, words", [("Hà Tây", 2015, "2008"), ("Bắc Ninh (mới)", 2024, "2025")])
def test_a_name_of_other_years_says_which(text, year, words):
    with pytest.raises(PlaceError, match=words):
        find_place(text, year)


@pytest.mark.parametrize("text", ["Nam Định", "nam dinh", "nam_dinh", "Tỉnh Nam Định", "Nam Định (cũ)"])
def test_a_dissolved_province_names_what_it_is_part_of(text):
    assert find_place(text, 2024).code == "nam_dinh"
    with pytest.raises(PlaceError, match=r"từ năm 2025, .* là một phần của Ninh Bình.*ninh_binh_2025"):
        find_place(text, 2025)


@pytest.mark.parametrize("text", ["xã Hà Long", "Xã Hà Bắc", "xa ha long", "Ha Long commune"])
def test_a_commune_of_a_plan_is_told_its_province(text):
    with pytest.raises(PlaceError, match="là đơn vị cấp xã của Thanh Hóa"):
        find_place(text, 2024)


def test_a_commune_is_not_told_apart_by_its_name_alone():
    """Another Hà Bắc lies in Hải Phòng."""
    with pytest.raises(PlaceError, match="không tìm thấy"):
        find_place("Hà Bắc", 2024)


def test_without_a_year_a_place_is_one_that_has_scores(data):
    """The first table of 2025 makes no dissolved place unknown, nor a place without figures of its own one with a past."""
    data.swap("catalogue/editions.csv", "sipas,2023,2024", "sipas,2023,2025")
    data.swap("catalogue/comparability.csv", "sipas,2023,2024", "sipas,2023,2025")
    data.add("scores/sipas.csv", "2025,bac_ninh_2025,sipas,90.1,,,,,sipas-34,", "2025,thanh_hoa,sipas,88.2,,,,,sipas-34,")
    assert find_place("Nam Định").code == "nam_dinh" and find_place("An Giang").code == "an_giang"
    assert find_place("Bắc Ninh").code == "bac_ninh_2025" and find_place("Bắc Ninh (cũ)").code == "bac_ninh"
    assert find_place("Hà Tây").code == "ha_tay" and find_place("Thanh Hóa").code == "thanh_hoa"


def test_every_old_province_went_somewhere_in_2025():
    mergers, places = load_places().mergers, load_places()
    old = {p.code for p in places.valid(2024)}
    assert set(mergers["old_code"]) == old
    assert set(mergers["new_code"]) == {p.code for p in places.valid(2025)}
    assert not mergers["old_code"].duplicated().any()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_one_place_or_an_error(text):
    try:
        assert find_place(text, 2024).valid(2024)
    except PlaceError as error:
        assert str(error)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_a_key_is_its_own_key(text):
    assert spelling(spelling(text)) == spelling(text)


def test_blanks_around_a_prefix_do_not_hide_the_name():
    assert find_place(" \u00a0Tỉnh  Thanh Hóa \u00a0", 2023).code == "thanh_hoa"
