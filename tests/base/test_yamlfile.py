"""YAML from elsewhere: within limits, plain values, and of a plan all that is needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from indexlib import DataError, load_plan, read_params
from indexlib.base.yamlfile import MAX_BYTES
from indexlib.plan.about import read_about

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text, words",
    [
        (BOMB, "neo và tham chiếu"),
        ("a: " + "[" * 20_000, "lồng nhau"),
        ("- " * 20_000 + "x", "lồng nhau"),
        ("? " * 20_000 + "x", "lồng nhau"),
        ("x: 1\n" * 30_000, str(MAX_BYTES)),
        ("x: !!python/object/apply:os.system [echo]", "nhãn kiểu"),
        ("x: !!binary aGk=", "nhãn kiểu"),
        ("x: " + "9" * 5_000, "trông như số"),
        ("{[a]: b}", "một dòng chữ"),
        ("a: 1\na: 2", "hai lần"),
        ("a: {b: 1, b: 2}", "hai lần"),
        ("- a", "tên: giá trị"),
        ("\x00", "YAML"),
        ("a: \x07", "YAML"),
        ("", "tên: giá trị"),
    ],
    ids=lambda x: x[:20].replace("\x00", "NUL") if isinstance(x, str) else None,
)
def test_yaml_has_limits_for_parameters_and_plans_alike(tmp_path, text, words):
    path = tmp_path / "a_2024.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_params(path)
    about, problems = read_about(path)
    assert about == {} and any(words in p.message for p in problems)


@pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes are files on POSIX")
def test_parameters_that_never_end_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe_2024.yml")
    for path in (Path("/dev/zero"), Path("/dev/stdin"), tmp_path / "pipe_2024.yml", tmp_path):
        with pytest.raises(DataError):
            read_params(path)


@pytest.mark.parametrize(
    "old, new, where",
    [
        ("level: commune", "level: village", "level"),
        ("first_year: 2023", "first_year: 1", "first_year"),
        ("last_year: 2025", "last_year: 2020", "last_year"),
        ('from: "2025-07-01"', "from: 1/7/2025", "successor.from"),
        ("province: thanh_hoa", "province: nowhere", "province"),
        ("  - indices: [par]\n    role: focal\n", "  - indices: par\n    role: focal\n", "focal_points.0.indices"),
        ('- {clause: "IV.2", words: "đang giảm"}', '- {clause: "IV.2"}', "clauses.score_fell.0.words"),
        ("clauses:", "clauses: 3\nclauses_:", "clauses"),
    ],
)
def test_what_a_plan_must_say_of_itself_is_checked(data, old, new, where):
    data.swap("plans/ha_bac_2023_2025/plan.yml", old, new)
    with pytest.raises(DataError) as caught:
        load_plan("ha_bac_2023_2025")
    assert where in {p.column for p in caught.value.problems}
