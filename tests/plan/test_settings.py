"""Parameters of a run: strict, with the line and the nearest right name of everything wrong."""

from __future__ import annotations

import pytest
from conftest import ROOT
from pydantic import ValidationError

from indexlib import DataError, Params, Rules, read_params
from indexlib.base.wording import speaking
from indexlib.base.yamlfile import MAX_BYTES
from indexlib.plan.settings import check_params

GOOD = {"place": "thanh_hoa", "year": 2024}


@pytest.fixture
def written(tmp_path):
    """Write a parameter file and give back its path."""

    def write(text: str | bytes):
        path = tmp_path / "run.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


def problems(path) -> list:
    with pytest.raises(DataError) as caught:
        read_params(path)
    return caught.value.problems


def test_the_bundled_parameters_are_the_defaults():
    params = read_params(ROOT / "params" / "thanh_hoa_2024.yml")
    assert params == Params(place="thanh_hoa", year=2024)


def test_a_short_file_takes_the_defaults(written):
    assert read_params(written("place: Thanh Hóa\nyear: 2024\n")).rules == Rules()


def test_a_group_left_empty_takes_the_defaults(written):
    assert read_params(written("place: thanh_hoa\nyear: 2024\nrules:\n")).rules == Rules()


def test_null_switches_a_rule_off(written):
    assert read_params(written("place: thanh_hoa\nyear: 2024\nrules:\n  trend_down: null\n")).rules.trend_down is None


@pytest.mark.parametrize("line, column, words", [
    ("plcae: x", "plcae", "gần nhất: place"), ("yeer: 2", "yeer", "gần nhất: year"),
    ("zzzzzz: 1", "zzzzzz", "place, year"),
    ("rules: {rank_lov: 0.2}", "rules.rank_lov", "gần nhất: rank_low"),
    ("rules: {rank_low: 1.4}", "rules.rank_low", "1,4 nằm ngoài khoảng 0-1"),
    ("rules: {rank_low: 0.0}", "rules.rank_low", "nằm ngoài khoảng"),
    ("rules: {trend_down: 2}", "rules.trend_down", "2 nằm ngoài khoảng 3-30"),
    ("rules: {score_fell: -1.0}", "rules.score_fell", "nằm ngoài khoảng"),
    ("rules: {score_low: mean}", "rules.score_low", "median"),
    ("rules: {rank_fell: 1.5}", "rules.rank_fell", "số nguyên"), ("rules: {rank_low: yes}", "rules.rank_low", "True"),
    ("rules: 3", "rules", "một nhóm tham số"), ("focus: 0", "focus", "0 nằm ngoài khoảng 1-100"),
    ("focus: '8'", "focus", "số nguyên"),
    ("language: fr", "language", "vi, en"), ("plan: nowhere", "plan", "ha_bac_2023_2025"),
    ("plan: ../secret", "plan", "../secret")])
def test_a_wrong_parameter_is_named_with_its_line(written, line, column, words):
    found = problems(written(f"place: thanh_hoa\nyear: 2024\n{line}\n"))
    assert [(p.row, p.column) for p in found] == [(3, column)]
    assert words in found[0].message


@pytest.mark.parametrize("year, words", [("2030", "đến 2024"), ("1999", "2000-2100"), ("'2024'", "số nguyên"),
    ("2024.5", "số nguyên"),
                                         ("true", "số nguyên"), ("hai nghìn", "số nguyên")])
def test_a_wrong_year_is_explained(written, year, words):
    found = problems(written(f"place: thanh_hoa\nyear: {year}\n"))
    assert [(p.row, p.column) for p in found] == [(2, "year")]
    assert words in found[0].message


@pytest.mark.parametrize("place, words", [
    ("Thanh Hoaa", "gần nhất: Thanh Hóa"), ("''", "chữ"), ("12", "chữ"), ("Hà Tây", "2008"), ("~", "chữ"),
    ("[thanh_hoa]", "chữ")])
def test_a_wrong_place_is_explained(written, place, words):
    found = problems(written(f"place: {place}\nyear: 2024\n"))
    assert [(p.row, p.column) for p in found] == [(1, "place")]
    assert words in found[0].message


def test_everything_wrong_is_told_at_once_in_order_of_lines(written):
    found = problems(written("plcae: thanh_hoa\nyear: 2030\nfocus: 1000\nrules:\n  rank_low: 7\n"))
    assert [(p.row, p.column) for p in found] == [(None, "place"), (1, "plcae"), (2, "year"), (3, "focus"),
        (5, "rules.rank_low")]


@pytest.mark.parametrize("text, row", [
    ("place: [thanh_hoa\nyear: 2024\n", 2), ("place: thanh_hoa\n\tyear: 2024\n", 2), ("place: a: b\n", 1),
    ("- place\n- year\n", None),
    ("", None), ("just words\n", None), ("place: *nothing\n", 1), ("place: !!python/object:os.system x\nyear: 2024\n",
    1)])
def test_malformed_yaml_is_refused(written, text, row):
    found = problems(written(text))
    assert found[0].code == "yaml"
    assert found[0].row == row


def test_anchors_and_aliases_are_refused(written):
    bomb = "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nplace: thanh_hoa\nyear: 2024\n"
    assert "neo" in problems(written(bomb))[0].message


def test_a_key_that_stands_twice_is_refused(written):
    found = problems(written("place: thanh_hoa\nyear: 2023\nyear: 2024\n"))
    assert found[0].row == 3
    assert "year" in found[0].message
    found = problems(written("place: thanh_hoa\nyear: 2024\nrules:\n  rank_low: 0.2\n  rank_low: 0.3\n"))
    assert found[0].row == 5


def test_a_huge_file_is_refused_without_reading_it_all(written):
    found = problems(written(b"#" * (MAX_BYTES + 1) + b"\nplace: thanh_hoa\nyear: 2024\n"))
    assert [p.code for p in found] == ["too_large"]


def test_deep_nesting_is_refused(written):
    assert problems(written("place: " + "[" * 1500 + "]" * 1500 + "\nyear: 2024\n"))


def test_a_file_that_is_not_utf8_is_refused(written):
    assert [p.code for p in problems(written("place: Thanh Hóa\n".encode("utf-16")))] == ["encoding"]


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    assert [p.code for p in problems(tmp_path / "none.yml")] == ["unreadable"]
    assert [p.code for p in problems(tmp_path)] == ["unreadable"]


def test_a_windows_file_with_byte_order_mark_and_its_line_ends_is_read(written):
    assert read_params(written("\ufeffplace: Thanh Hóa\r\nyear: 2024\r\n")).year == 2024


def test_messages_follow_the_language(written):
    with speaking("en"):
        assert "nearest: place" in problems(written("plcae: x\nplace: thanh_hoa\nyear: 2024\n"))[0].message
        found = problems(written("place: thanh_hoa\nyear: 2024\nrules: {rank_low: 1.4}\n"))
        assert "1.4 lies outside 0-1" in found[0].message


def test_the_whole_message_reads_like_the_analysts_expect(written):
    path = written("place: thanh_hoa\nyear: 2024\nplcae: x\nrules:\n  rank_low: 1.4\n")
    with pytest.raises(DataError) as caught:
        read_params(path)
    assert str(caught.value).splitlines() == [
        f"{path.as_posix()}: 2 lỗi", "  dòng 3, plcae: không có tham số này; gần nhất: place",
        "  dòng 5, rules.rank_low: 1,4 nằm ngoài khoảng 0-1"]


@pytest.mark.parametrize("changed", [{"place": 5}, {"year": "2024"}, {"year": True}, {"extra": 1}, {"focus": 2.0}])
def test_types_are_not_guessed(changed):
    with pytest.raises(DataError):
        check_params(GOOD | changed)
    with pytest.raises(ValidationError):
        Params.model_validate(GOOD | changed)


def test_parameters_do_not_change_after_they_were_checked():
    with pytest.raises(ValidationError):
        check_params(GOOD).year = 2023


@pytest.mark.parametrize("text, column, words", [
    ("targets: {papi: {totl: 45}}", "targets.papi.totl", "gần nhất: total"),
    ("targets: {papi: {components: {papi.66: 3}}}", "targets.papi.components.papi.66", "gần nhất: papi.6"),
    ("targets: {papi: {components: {pci.6: 3}}}", "targets.papi.components.pci.6", "PAPI không có nội dung này"),
    ("targets: {papi: {components: {papi.1: 11}}}", "targets.papi.components.papi.1", "11 nằm ngoài khoảng 1-10"),
    ("targets: {sipas: {rank: 1.5}}", "targets.sipas.rank", "số nguyên"),
    ("targets: {pcii: {rank: 1}}", "targets.pcii", "gần nhất: pci"),
    ("report: {perid: year}", "report.perid", "gần nhất: period"),
    ("report: {period: month}", "report.period", "year, half, quarter"),
    ("report: {period: half}", "report.year", "thiếu"),
    ("report: {period: quarter, year: 2025}", "report.quarter", "thiếu"),
    ("report: {progress: worksheets}", "report.until", "thiếu"),
    ("report: {progress: worksheets, until: 2025-02-30}", "report.until", "không có ngày này"),
    ("report: {until: 14/6/2025}", "report.until", "không hợp lệ"),
])
def test_targets_and_report_are_strict(written, text, column, words):
    found = problems(written(f"place: thanh_hoa\nyear: 2024\n{text}\n"))
    assert [p.column for p in found] == [column] and words in found[0].message


def test_a_day_stays_the_text_it_is(written):
    text = "place: thanh_hoa\nyear: 2024\nreport: {progress: worksheets, until: 2025-06-14}\n"
    assert read_params(written(text)).report.until == "2025-06-14"


def test_notebooks_do_not_take_the_report():
    assert "report" not in Params(**GOOD).for_notebooks()


def test_the_order_is_one_of_two(written):
    assert read_params(written("place: thanh_hoa\nyear: 2024\norder: conditions\n")).order == "conditions"
    assert "expected, conditions" in problems(written("place: thanh_hoa\nyear: 2024\norder: met\n"))[0].message
