"""``indexlib check``: the bundled data are consistent, and every spoilt file is named with its line."""

from __future__ import annotations

import pytest

from indexlib import DataError, load_scores
from indexlib.intake.check import check_data

pytestmark = pytest.mark.by_turns

PAPI, PCI = "scores/papi.csv", "scores/pci.csv"


def found() -> set[tuple[str, int | None, str]]:
    return {(p.file, p.row, p.code) for p in check_data()}


def test_the_bundled_data_are_consistent():
    assert check_data() == []


def test_a_copy_of_the_data_is_consistent_too(data):
    assert check_data() == []


@pytest.mark.parametrize("line, code", [
    ("2024,thanh_hoa,papi,44.87,,,,,papi-23,", "duplicate"),
    ("2024,thanh_hoa,papi.99,1.5,,,,,papi-23,", "unknown_component"),
    ("2024,thanh_hoa,pci.1,1.5,,,,,papi-23,", "unknown_component"),
    ("2024,atlantis,papi.6.2,1.5,,,,,papi-23,", "unknown_place"),
    ("2024,ha_tay,papi.6.2,1.5,,,,,papi-23,", "place_year"),
    ("2024,vinh_phuc,papi.6.2,1.5,,,,,papi-23,", "withheld"),
    ("2010,thanh_hoa,papi.6.2,1.5,,,,,papi-23,", "no_block"),
    ("2010,thanh_hoa,papi.6.2,25,,,,,papi-23,", "no_block"),
    ("2024,thanh_hoa,papi.3.4,1.5,,,,,papi-23,", "no_block"),
    ("2024,thanh_hoa,papi.6.2,\"1,5\",,,,,papi-23,", "not_a_number"),
    ("2024,thanh_hoa,papi.6.2,1.5,,,,,nowhere,", "unknown_source"),
    ("hai nghìn,thanh_hoa,papi.6.2,1.5,,,,,papi-23,", "not_a_number")])
def test_a_bad_row_is_named_with_file_and_line(data, line, code):
    row = data.add(PAPI, line)
    assert ("data/scores/papi.csv", row, code) in found()


def test_a_score_outside_its_scale_is_named(data):
    row = data.swap(PAPI, "2024,thanh_hoa,papi,44.87075", "2024,thanh_hoa,papi,448.7075")
    assert found() == {("data/scores/papi.csv", row, "out_of_scale")}


def test_every_problem_of_every_file_is_told_at_once(data):
    first = data.add(PAPI, "2024,thanh_hoa,papi.99,1.5,,,,,papi-23,", "2024,thanh_hoa,papi,44.87,,,,,papi-23,")
    other = data.add(PCI, "2024,thanh_hoa,pci.1,70,,,,,pci-15,")
    assert found() >= {("data/scores/papi.csv", first, "unknown_component"),
        ("data/scores/papi.csv", first + 1, "duplicate"),
                       ("data/scores/pci.csv", other, "out_of_scale"), ("data/scores/pci.csv", other, "duplicate")}


@pytest.mark.parametrize("table", [PAPI, "catalogue/components.csv", "places/places.csv", "sources.csv",
    "catalogue/tiles.csv",
                                   "plans/ha_bac_2023_2025/items.csv"])
def test_a_ragged_line_is_named(data, table):
    row = data.add(table, "one,cell,too,few")
    assert (f"data/{table}", row, "cells") in found()


@pytest.mark.parametrize("table", [PAPI, "catalogue/comparability.csv", "places/aliases.csv", "scores/withheld.csv"])
def test_a_line_with_too_many_cells_is_named(data, table):
    row = data.add(table, "," * 30)
    assert (f"data/{table}", row, "cells") in found()


def test_a_file_that_is_not_utf8_is_named(data):
    path = data.path("scores/sipas.csv")
    path.write_bytes(path.read_bytes() + "2024,thanh_hoa,sipas.policy,80,,,,,par-50,à la\n".encode("latin-1"))
    assert ("data/scores/sipas.csv", None, "encoding") in found()


@pytest.mark.parametrize("table", [PAPI, "catalogue/editions.csv", "places/mergers.csv", "sources.csv"])
def test_a_missing_column_is_named(data, table):
    path = data.path(table)
    header, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(header.replace("source", "sauce") + "\n" + rest, encoding="utf-8")
    if "source" not in header:
        path.write_text(header.replace("code", "cod") + "\n" + rest, encoding="utf-8")
    assert (f"data/{table}", 1, "columns") in found()


@pytest.mark.parametrize("table, code", [(PCI, "missing_file"), ("catalogue/weights.csv", "missing_file"),
    ("places/places.csv", "missing_file")])
def test_a_missing_file_is_named(data, table, code):
    data.path(table).unlink()
    assert (f"data/{table}", None, code) in found()


def test_an_empty_file_is_named(data):
    data.path(PCI).write_text("", encoding="utf-8")
    assert ("data/scores/pci.csv", None, "empty") in found()


def test_a_file_with_only_its_header_has_no_problem_of_its_own(data):
    path = data.path("scores/sipas.csv")
    path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    assert "data/scores/sipas.csv" not in {file for file, _, _ in found()}
    assert load_scores("sipas").empty


@pytest.mark.parametrize("table, old, new, code", [
    ("catalogue/comparability.csv", "papi.6.2,2018,2024", "papi.6.2,2016,2024", "overlap"),
    ("catalogue/comparability.csv", "papi,2016,2017,6,60,documented", "papi,2016,2017,6,60,guessed", "evidence"),
    ("catalogue/comparability.csv", "papi,2016,2017,6,60", "papi,2016,2017,60,6", "scale"),
    ("catalogue/comparability.csv", "pci,2009,2012", "pcj,2009,2012", "unknown_component"),
    ("catalogue/components.csv", "papi.1.1,papi,papi.1", "papi.1.1,papi,papi.x", "parent"),
    ("catalogue/cautions.csv", "papi.7.3,2022", "papi.x,2022", "unknown_component"),
    ("places/aliases.csv", "HCMC,ho_chi_minh,", "HCMC,ho_chi_min,", "unknown_place"),
    ("places/mergers.csv", "kien_giang,an_giang_2025", "kien_giang,an_gian_2025", "unknown_place"),
    ("scores/reference.csv", "papi,2011,papi.1.1,", "papi,2011,papi.1.9,", "unknown_component"),
    ("scores/withheld.csv", "2014,bac_giang,papi.1,", "2014,bac_gian,papi.1,", "unknown_place"),
    ("scores/withheld.csv", "2014,bac_giang,papi.1,", "2014,bac_giang,papi.2,", "duplicate")])
def test_a_spoilt_table_is_named_with_its_line(data, table, old, new, code):
    row = data.swap(table, old, new)
    assert code in {c for file, r, c in found() if file == f"data/{table}" and (r == row or code == "duplicate")}


def test_an_edge_without_a_reason_is_named(data):
    row = data.swap("catalogue/comparability.csv",
        "papi,2016,2017,6,60,documented,\"cấu trúc các nội dung 1, 3 và 5 được sửa năm 2016\"",
                    "papi,2016,2017,6,60,documented,")
    assert ("data/catalogue/comparability.csv", row, "no_edge") in found()


def test_a_spelling_of_two_places_is_named(data):
    data.add("places/aliases.csv", "Nghệ An,thanh_hoa,,,")
    assert "spelling" in {code for _, _, code in found()}


def test_two_tiles_in_one_position_and_a_lost_tile_are_named(data):
    data.swap("catalogue/tiles.csv", "63,cao_bang,0,4", "63,cao_bang,0,3")
    assert "tile" in {code for _, _, code in found()}
    data.swap("catalogue/tiles.csv", "63,cao_bang", "63,cao_ban")


def test_a_source_that_no_row_uses_is_named(data):
    row = data.add("sources.csv", "unused-01,nowhere")
    assert ("data/sources.csv", row, "unused_source") in found()


@pytest.mark.parametrize("table, old, new", [
    ("scores/withheld.csv", "2014,bac_giang,papi,", "hai nghìn,bac_giang,papi,"),
    ("scores/reference.csv", "papi,2011,papi.1,,max,6.642126", "papi,2011,papi.1,,max,nhiều"),
    ("catalogue/comparability.csv", "papi.6.2,2018,2024", "papi.6.2,hai,2024"),
    ("catalogue/editions.csv", "papi,2011,2015,,6,60", "papi,2011,2015,,sáu,60"),
    ("places/places.csv", "Hà Giang,Ha Giang,province,,Trung du miền núi phía Bắc,,2024",
     "Hà Giang,Ha Giang,province,,Trung du miền núi phía Bắc,,bốn"),
    ("plans/ha_bac_2023_2025/responsibilities.csv", "1.1,lead,1,", "1.1,lead,một,")])
def test_a_word_where_a_number_belongs_is_named_with_its_line(data, table, old, new):
    row = data.swap(table, old, new)
    assert (f"data/{table}", row) in {(file, r) for file, r, _ in found()}


@pytest.mark.parametrize("old, new", [("code: ha_bac", "code: [ha_bac"), ("first_year: 2023", "first_year: hai"),
    ("clauses:", "clausen:")])
def test_a_spoilt_plan_file_is_named(data, old, new):
    data.swap("plans/ha_bac_2023_2025/plan.yml", old, new)
    assert "data/plans/ha_bac_2023_2025/plan.yml" in {file for file, _, _ in found()}


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(data):
    path = data.path(PCI)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_data() == []
    assert len(load_scores("pci")) > 4000


def test_loading_faulty_scores_raises_with_all_of_them(data):
    data.add(PAPI, "2024,thanh_hoa,papi.99,1.5,,,,,papi-23,", "2024,atlantis,papi,40,,,,,papi-23,")
    with pytest.raises(DataError) as caught:
        load_scores()
    assert {p.code for p in caught.value.problems} >= {"unknown_component", "unknown_place"}


def test_many_problems_are_counted_but_not_all_printed(data):
    data.add(PAPI, *(f"2024,thanh_hoa,papi.{n}.9,1.5,,,,,papi-23," for n in range(10, 90)))
    with pytest.raises(DataError) as caught:
        load_scores()
    text = str(caught.value)
    assert text.startswith("data/scores/papi.csv: ")
    assert len(text.splitlines()) == DataError.shown + 2


@pytest.mark.parametrize("words", [["check"], ["flags", "--place", "thanh_hoa", "--year", "2024"]])
def test_the_command_ends_with_two_and_prints_nothing_else(data, command, words):
    row = data.add(PAPI, "2024,thanh_hoa,papi.99,1.5,,,,,papi-23,")
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert "data/scores/papi.csv" in err
    assert f"dòng {row}" in err
    assert "papi.99" in err


def test_the_command_says_that_all_is_well(command):
    code, out, err = command("check")
    assert (code, err) == (0, "")
    assert "nhất quán" in out


def test_a_name_for_sources_that_are_not_there_is_named(data):
    row = data.add("source_names.csv", "https://nowhere.example/,không đâu,nowhere")
    assert ("data/source_names.csv", row, "names_nothing") in found()
