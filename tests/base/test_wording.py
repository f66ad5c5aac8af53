"""Texts in two languages, all of them used; numbers as people write them."""

from __future__ import annotations

import ast
import csv
import json
import math
import re
import string
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from indexlib.base import wording as w
from indexlib.data.catalogue import load_catalogue

PACKAGE = ROOT / "indexlib"
FLOATS = st.floats(-1e6, 1e6, allow_nan=False)
#: Functions that take a key: position of the argument, and the first part that some of a module put before it.
KEYED = {"t": 0, "problems_where": 4, "scores.report": 2, "plan.report": 3}
PREFIXED = {"prose.say": "nb.", "prose.heading": "nb.", "method.say": "method."}
#: A field that only one language repeats: "5 nội dung tăng điểm", "5 rose".
REPEATED = {"what"}


def texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((PACKAGE / "base" / "texts").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["key"] not in found, f"{row['key']} stands twice"
                found[row["key"]] = row
    return found


TEXTS = texts()


@cache
def sources() -> list[tuple[str, ast.AST]]:
    """Every module of the library and every notebook as a syntax tree."""
    trees = [(p.relative_to(PACKAGE).as_posix(), ast.parse(p.read_text(encoding="utf-8")))
             for p in sorted(PACKAGE.rglob("*.py"))]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        trees.append((path.name, ast.parse(code)))
    return trees


def patterns(node: ast.expr, before: str = "") -> list[str]:
    """Regular expressions of the texts an expression can give; none where nothing of it is known."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [re.escape(before + node.value)]
    if isinstance(node, ast.IfExp):
        return patterns(node.body, before) + patterns(node.orelse, before)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(p.value) if isinstance(p, ast.Constant) else ".*" for p in node.values]
        return [re.escape(before) + "".join(parts)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + ".*" for left in patterns(node.left, before)]
    return []


def asked() -> list[tuple[str, int, str]]:
    """(file, line, pattern) of every key that code asks for."""
    found = []
    for name, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute):
                module, function = getattr(node.func.value, "id", ""), node.func.attr
            else:
                module, function = Path(name).stem, getattr(node.func, "id", "")
            before = PREFIXED.get(f"{module}.{function}", "")
            position = 0 if before else KEYED.get(function, KEYED.get(f"{module}.{function}", len(node.args)))
            if len(node.args) > position:
                found += [(name, node.lineno, p) for p in patterns(node.args[position], before)]
    return found


ASKED = asked()


def test_every_key_that_code_asks_for_exists():
    assert len(ASKED) > 100
    missing = [(f, n, p) for f, n, p in ASKED if not any(re.fullmatch(p, key) for key in TEXTS)]
    assert missing == []


def test_every_text_is_used(catalogue):
    """A key stands in the code, or fits a key that code puts together from parts that stand in it or in the data."""
    words = {n.value for _, tree in sources() for n in ast.walk(tree)
             if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    words |= {part for word in words for part in re.split(r"[.\s,]", word)}
    words |= {name for p in (ROOT / "notebooks").glob("*.ipynb") for name in (p.stem, p.stem[:2])}
    words |= set(catalogue.components["level"])
    made = [re.compile(p.replace(".*", "(.*)")) for _, _, p in ASKED]

    def used(key: str) -> bool:
        for pattern in made:
            fits = pattern.fullmatch(key)
            parts = [part for part in fits.groups() if part] if fits else []
            if fits and all(part in words or all(x in words for x in part.split(".")) for part in parts):
                return True
        return key in words

    assert [key for key in TEXTS if not used(key.removesuffix("@below"))] == []


def test_a_text_for_the_levels_below_the_province_stands_in_for_another():
    below = [key for key in TEXTS if "@" in key]
    assert below and all(key.endswith("@below") for key in below)
    assert all(fields(TEXTS[key]["vi"]) == fields(TEXTS[key.removesuffix("@below")]["vi"]) for key in below)
    assert not [key for key in below if re.search("tỉnh, thành phố|cả nước|provinces|national", str(TEXTS[key]))]
    assert "tỉnh, thành phố" in w.t("para.rank", rank="3/34")
    w.at_level("commune")
    assert w.t("para.rank", rank="3/20") == ", xếp thứ 3/20 đơn vị cùng cấp" and w.t("rule.score_fell") == "giảm điểm"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_stands_in_both_languages_with_the_same_fields():
    assert [key for key, row in TEXTS.items() if set(row) != {"key", "vi", "en"}] == []
    assert [key for key, row in TEXTS.items() if not (row["vi"].strip() and row["en"].strip())] == []
    assert [key for key, row in TEXTS.items() if not fields(row["vi"]) ^ fields(row["en"]) <= REPEATED] == []


def test_an_unknown_language_is_refused_and_leaves_the_one_in_force():
    with pytest.raises(ValueError, match="vi, en"):
        w.use("fr")
    assert w.language() == "vi"


def test_speaking_puts_the_language_back_even_after_an_error():
    with pytest.raises(w.TextError, match=r"'no\.such\.key'"), w.speaking("en"):
        w.t("no.such.key")
    assert w.language() == "vi"


@pytest.mark.parametrize("value, digits, vi, en", [
    (44.87075, 4, "44,8708", "44.8708"), (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
    (-0.00001, 4, "0,0000", "0.0000"),
    (2.5, 0, "3", "3"), (-2.5, 0, "-3", "-3"), (1.005, 2, "1,01", "1.01"), (math.nan, 2, "–", "–"),
    (None, 2, "–", "–")])
def test_numbers_round_half_away_from_zero_with_the_sign_of_the_language(value, digits, vi, en):
    assert w.number(value, digits) == vi
    with w.speaking("en"):
        assert w.number(value, digits) == en


def test_every_change_between_years_is_printed_as_exact_arithmetic_of_the_published_figures_rounds_it():
    told = 0
    for index in ("papi", "par_index", "pci", "sipas"):
        with open(ROOT / "data" / "scores" / f"{index}.csv", encoding="utf-8", newline="") as file:
            scores = {(int(r["year"]), r["place"], r["component"]): r["score"] for r in csv.DictReader(file) if r["score"]}
        digits = load_catalogue().decimals("par" if index == "par_index" else index)
        for (year, place, component), score in scores.items():
            before = scores.get((year - 1, place, component))
            if before is None:
                continue
            exact = (Decimal(score) - Decimal(before)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
            assert w.rounded(float(score) - float(before), digits) == float(exact), (place, component, year)
            told += 1
    assert told > 37_000


def test_figures_of_data_files_keep_what_is_published_and_drop_what_only_one_machine_computes():
    assert [w.settled(v) for v in (44.87075, 29.250881999999994, 63.0, -0.9149153333333331, 0.1 + 0.2, 1e-7)] == [
        "44.87075", "29.250882", "63", "-0.9149153333", "0.3", "1e-07"]


@pytest.mark.parametrize("value, digits, unit, shown", [
    (-0.2870, 4, "point", "-0,2870 điểm"), (-0.0012, 2, "point", "-0,001 điểm"), (-0.000049, 4, "", "-0,00005"),
    (1.95, 2, "point", "+1,95 điểm"), (0.0, 4, "point", "0,0000 điểm"), (3.5, 2, "percent", "+3,50 điểm phần trăm"),
    (None, 2, "point", "–")])
def test_changes_carry_sign_and_unit_and_a_fall_is_never_zero(value, digits, unit, shown):
    assert w.change(value, digits, unit) == shown


def parsed(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


@given(FLOATS, st.integers(0, 6))
def test_a_number_reads_back_as_the_value_rounded(value, digits):
    text = w.number(value, digits)
    assert abs(parsed(text) - Decimal(repr(value))) <= Decimal("0.5").scaleb(-digits)
    assert len(text.partition(",")[2]) == digits
    assert not re.fullmatch(r"-[0.,]*", text)


@given(FLOATS, st.integers(0, 4), st.sampled_from(["vi", "en"]))
def test_a_change_shows_its_direction(value, digits, language):
    with w.speaking(language):
        text = w.change(value, digits)
    shown = re.search("[1-9]", text) is not None
    assert shown or abs(value) < 5.1e-7
    assert text.startswith("-") == (shown and value < 0)
    assert text.startswith("+") == (shown and value > 0)


@given(FLOATS, st.integers(0, 4))
def test_a_rise_and_a_fall_of_one_size_are_shown_alike(value, digits):
    assert w.change(value, digits).lstrip("+-") == w.change(-value, digits).lstrip("+-")


@pytest.mark.parametrize("place, base, kind, shown", [
    (13, 61, "computed", "13/61*"), (21, 63, "published", "21/63"), (math.nan, math.nan, "none", "–"),
    (5, None, "published", "5/?")])
def test_a_rank_stands_with_its_base_and_a_computed_one_with_a_star(place, base, kind, shown):
    assert w.rank(place, base, kind) == shown


def test_no_text_for_people_stands_outside_the_tables():
    """Vietnamese letters in code are names of things or help of the command line, not sentences of output."""
    vietnamese = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    allowed = ("cli/", "data/places.py", "intake/")  # help of the command line; what names and files may say
    found = []
    for name, tree in sources():
        if name.startswith(allowed) or name.endswith(".ipynb"):
            continue
        docs = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n,
            (ast.Module, ast.ClassDef, ast.FunctionDef))
                and n.body and isinstance(n.body[0], ast.Expr)}
        found += [(name, n.lineno, n.value) for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs
                  and isinstance(n.value, str) and len(n.value.split()) > 3 and vietnamese.search(n.value)]
    assert found == []


def test_tables_of_texts_are_utf8_with_plain_line_ends():
    for path in (PACKAGE / "base" / "texts").glob("*.csv"):
        raw = Path(path).read_bytes()
        assert b"\r" not in raw
        assert not raw.startswith(b"\xef\xbb\xbf")
