"""The command line: what it prints, as people and as programs read it, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

THANH_HOA = ("flags", "--place", "Thanh Hóa", "--year", "2024")


def test_the_flags_of_thanh_hoa_are_a_readable_table(command):
    code, out, err = command(*THANH_HOA)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Thanh Hóa, năm 2024"
    assert lines[1].startswith("Số liệu cấp tỉnh (Thanh Hóa); đối với xã chỉ là bối cảnh.")
    papi = next(line for line in lines if line.startswith("PAPI "))
    assert all(x in papi for x in ("44,8708 điểm", "13/61*", "+0,6665 điểm", "giữ hạng"))
    par = next(line for line in lines if line.startswith("PAR INDEX "))
    assert all(x in par for x in ("24/63", "25/63", "không so sánh được"))
    assert "tự tính" in out
    assert re.search(r"Trọng tâm: 8 trong \d+ nội dung cần chú ý", out)
    assert max(map(len, lines)) <= 160
    assert not re.search(r"\bnan\b|\bNone\b", out)


def test_the_full_list_shows_the_dimensions_that_fell(command):
    _, out, _ = command(*THANH_HOA, "--all")
    for number, fell in (("1", True), ("2", True), ("6", True), ("3", False), ("4", False), ("5", False), ("7", False),
        ("8", False)):
        row = re.search(rf"^PAPI {number} .*$", out, re.MULTILINE)
        assert (row is not None and " -0," in row[0]) == fell, number


def test_json_is_for_programs(command):
    code, out, err = command(*THANH_HOA, "--json")
    assert (code, err) == (0, "")
    data = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    own = {c["component"]: c for c in data["components"]}
    assert (own["papi"]["score"], own["papi"]["rank"], own["papi"]["base"]) == (44.87075, 13, 61)
    assert [n for n in range(1, 9) if own[f"papi.{n}"]["change"] < 0] == [1, 2, 6]
    assert own["pci"]["rank"] == 21
    assert data["notices"] == ["Số liệu cấp tỉnh (Thanh Hóa); đối với xã chỉ là bối cảnh."]


@pytest.mark.parametrize("name", ["thanh hoa", "THANH HOÁ", "thanh_hoa", "tỉnh Thanh Hóa"])
def test_any_known_spelling_will_do(command, name):
    _, out, _ = command("flags", "--place", name, "--year", "2024")
    assert out.startswith("Thanh Hóa, năm 2024")


@pytest.mark.parametrize("by, heading", [("unit", "Theo đơn vị"), ("item", "Theo mục của kế hoạch")])
def test_the_list_by_unit_or_item(command, by, heading):
    code, out, _ = command(*THANH_HOA, "--by", by)
    assert code == 0
    assert heading in out


def test_in_english(command):
    code, out, _ = command(*THANH_HOA, "--language", "en")
    assert code == 0
    assert out.startswith("Thanh Hoa, 2024")
    assert "44.8708 points" in out
    assert "context only" in out


def test_thresholds_come_from_a_parameter_file(command, tmp_path):
    strict = tmp_path / "strict.yml"
    strict.write_text("place: thanh_hoa\nyear: 2024\nrules:\n  score_fell: 0.2\n  trend_down: null\n  rank_fell: null\n"
                      "  rank_low: null\n  score_low: null\n  not_improved: null\n", encoding="utf-8")
    _, out, _ = command(*THANH_HOA, "--json", "--params", strict)
    met = {f["component"] for f in json.loads(out)["flags"] if f["state"] == "met"}
    assert {"papi.6", "papi.6.2"} <= met
    assert not {"papi.1", "papi.2"} & met


@pytest.mark.parametrize("words, says", [
    (("flags", "--place", "Thanh Hoaa", "--year", "2024"), ["gần nhất", "Thanh Hóa"]),
    (("flags", "--place", "Hà Tây", "--year", "2024"), ["Hà Tây", "2008"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2030"), ["2030", "đến 2024"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--plan", "nowhere"), ["nowhere", "ha_bac_2023_2025"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--plan", "../x"), ["../x"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--focus", "0"), ["focus", "1-100"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--language", "fr"), ["fr", "vi, en"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--by", "month"), ["month", "unit"]),
    (("flags", "--place", "Thanh Hóa", "--year", "2024", "--params", "none.yml"), ["none.yml"]),
    (("run", "none.yml"), ["none.yml"])])
def test_a_wrong_call_says_what_is_wrong_and_ends_with_two(command, words, says):
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert all(x in err for x in says), err
    assert err.rstrip().endswith("Chưa ghi gì.")
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [("flags",), ("flags", "--place", "x"), ("flags", "--year", "x", "--place", "y"),
    ("nonsense",), ("run",),
                                   ("flags", "--no-such-option")])
def test_a_call_that_cannot_be_understood_ends_with_two(command, words):
    code, out, err = command(*words)
    assert code == 2
    assert err or out
    assert "Traceback" not in err + out


def test_help_is_given(command):
    for words in (("--help",), ("flags", "--help"), ("run", "--help"), ("check", "--help")):
        code, out, _ = command(*words)
        assert code == 0
        assert "--help" in out


def started(*words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "indexlib.cli", *words], cwd=ROOT, capture_output=True, timeout=120,
                          env={**os.environ, **environment}, check=False)


def test_a_terminal_that_is_not_utf8_still_gets_its_answer():
    """Windows consoles and pipes: the output is UTF-8 whatever the locale says."""
    done = started("flags", "--place", "thanh hoa", "--year", "2024", PYTHONIOENCODING="ascii", PYTHONUTF8="0",
        LC_ALL="C")
    assert done.returncode == 0, done.stderr.decode()
    assert "Thanh Hóa, năm 2024" in done.stdout.decode("utf-8")


def test_the_process_ends_with_two_on_bad_input():
    done = started("flags", "--place", "Thanh Hoaa", "--year", "2024")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "Thanh Hóa" in done.stderr.decode("utf-8")


def test_importing_loads_nothing_heavy():
    heavy = {"scipy", "plotly", "papermill", "pandas", "docx", "babel"}
    code = f"import indexlib, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_public_name_is_the_function_even_after_its_module_was_imported():
    code = ("import indexlib as ix, indexlib.analysis.standing, indexlib.plan.conditions, indexlib.widgets\n"
            "assert all(callable(getattr(ix, n)) for n in ix._NAMES)\n"
            "from indexlib.analysis.standing import standing\nassert ix.standing is standing\n"
            "assert set(ix.__all__) <= set(dir(ix))")
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


@pytest.mark.parametrize(("winerror", "said"), [(32, "đang mở trong Excel hoặc Word"), (None, "No space left on device")])
def test_what_the_system_refuses_is_one_line(monkeypatch, capsys, winerror, said):
    from indexlib.cli import main

    error = OSError(28, "No space left on device", ".unfinished-1", None, "bang.xlsx")  # as of a file to be replaced
    error.winerror = winerror  # as Windows says it of a file that another program has open
    monkeypatch.setattr(main.os, "dup2", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main._say_why(error)
    [line] = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1 and said in line and "bang.xlsx" in line
