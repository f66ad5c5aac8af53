"""Damaged and hostile input: a clean result or an error of the library, never a traceback, never a hang."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import random
import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from conftest import ROOT, in_part
from fuzzing import ENCODINGS, HOSTILE, attempt, cases, damage, hostile, spoil_rows
from make_workbooks import papi, pci, wide

from indexlib import read_params
from indexlib.analysis.standing import standing
from indexlib.base.problems import IndexlibError
from indexlib.data import catalogue, files, lookup, places, scores
from indexlib.intake.check import check_data
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import Reading, read_published
from indexlib.plan import plan
from indexlib.plan.settings import Params, check_params
from indexlib.run import manifest

FULL = """place: thanh_hoa
year: 2024
plan: ha_bac_2023_2025
language: vi
focus: 8
rules:
  score_fell: 0.0
  trend_down: 4
  rank_low: 0.25
  score_low: median
  not_improved: plan
grades: {a: 0.95, b: 0.8}
peers: [Nghệ An, "Thừa Thiên - Huế"]
targets:
  papi: {rank: 10}
  pci: {total: 70.0}
"""


@pytest.fixture(scope="module")
def folder():
    """In memory where that is possible: thousands of small files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() and os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def spoil_text(text: str, pick: random.Random) -> bytes:
    """A text file with values, lines, bytes or its encoding spoilt."""
    lines = text.split("\n")
    for _ in range(pick.choice([1, 1, 2, 4])):
        at = pick.randrange(len(lines))
        key, colon, value = lines[at].partition(":")
        match pick.randrange(6):
            case 0 | 1 if colon:
                lines[at] = f"{key}: {hostile(pick)}"
            case 2:
                lines.insert(at, f"{hostile(pick)}: {hostile(pick)}")
            case 3:
                lines[at] = pick.choice([" ", "  ", "\t", "- ", "? "]) + lines[at]
            case 4:
                lines.insert(at, lines[pick.randrange(len(lines))])
            case 5 if value:
                lines[at] = f"{pick.choice([key, hostile(pick)])}:{value}"
    data = "\n".join(lines).encode(pick.choice(ENCODINGS) if pick.random() < 0.05 else "utf-8", "replace")
    return damage(data, pick) if pick.random() < 0.3 else data


@pytest.mark.parametrize("count", in_part(625, 5_000))
def test_parameters(folder, count):
    path, good = folder / "a_2024.yml", 0
    for name, pick in cases("params", count):
        path.write_bytes(spoil_text(FULL, pick))
        found = attempt(name, lambda: read_params(path))
        if isinstance(found, Params):
            good += 1
            assert 2000 <= found.year <= 2100 and lookup.find_place(found.place, found.year), name
    assert good > 0  # some damage is harmless


@pytest.mark.parametrize("count", in_part(50, 400))
def test_parameters_of_notebooks(folder, count):
    """What a notebook is run with by hand: any Python value."""
    pools = [
        *HOSTILE,
        None,
        True,
        0,
        -1,
        2.5,
        float("nan"),
        float("inf"),
        10**400,
        [],
        {},
        [[]],
        {"a": {}},
        b"x",
        ["x"] * 30,
        {1: 2},
    ]
    for name, pick in cases("values", count):
        raw = {"place": "thanh_hoa", "year": 2024}
        for _ in range(pick.choice([1, 1, 2, 3])):
            raw[pick.choice([*Params.model_fields, pick.choice(HOSTILE)])] = pick.choice(pools)
        if pick.random() < 0.3:
            raw["rules"] = {
                pick.choice(["rank_low", "trend_down", "score_low", pick.choice(HOSTILE)]): pick.choice(pools)
            }
        attempt(name, lambda: check_params(raw))  # noqa: B023


@pytest.mark.parametrize("count", in_part(75, 600))
def test_texts_stay_data_in_the_cell_that_papermill_writes(count):
    """The code that papermill makes of parameters holds literals and nothing else."""
    from papermill.translators import PythonTranslator

    for name, pick in cases("cell", count):
        text = "".join(
            pick.choice([*HOSTILE, "\n", "'", '"', "\\", "#", "__import__('os').system('x')"]) for _ in range(3)
        )
        values = Params.model_construct(place=text, peers=[text, "x"], rules={"score_low": text}).model_dump(
            warnings=False
        )
        tree = ast.parse(PythonTranslator.codify(values))
        read = {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body}
        assert read == values, name


def as_csv(rows: list[list], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def published() -> list[list[list]]:
    """Tables as publishers print them."""
    from test_readers_layouts import papi_header

    return [
        wide(pci(2012))[:40],
        wide(papi(2013, 1), papi_header)[:40],
        [
            ["STT", "Tỉnh, thành phố", "PAR INDEX 2023", "Xếp hạng"],
            *[[i, n, 90 - i / 4, i] for i, n in enumerate(list(pci(2012).names.values())[:40], 1)],
        ],
    ]


def check_reading(name: str, found: object) -> None:
    """A reading is whole: known places and components, figures that are numbers, or errors that say why not."""
    assert isinstance(found, Reading), f"{name}: {found}"
    known = {p.code for p in places.load_places().all}
    assert set(found.scores["place"]) <= known and set(found.scores["component"]) <= set(
        catalogue.load_catalogue().order
    ), name
    assert found.errors or not (pd.to_numeric(found.scores["score"]).abs() > 100).any(), name
    assert len(found.scores) or found.errors, name
    assert all(str(p).strip() for p in found.problems), name


@pytest.mark.parametrize("count", in_part(125, 1_000))
def test_published_text_tables(folder, count):
    tables = published()
    for name, pick in cases("csv", count):
        rows = spoil_rows(pick.choice(tables), pick)
        data = as_csv(rows, pick.choice(",;\t")).encode(
            pick.choice(ENCODINGS) if pick.random() < 0.1 else "utf-8", "replace"
        )
        path = folder / "published.csv"
        path.write_bytes(damage(data, pick) if pick.random() < 0.3 else data)
        year, index = pick.choice([None, 2012]), pick.choice([None, None, None, "pci", "papi", "par", "sipas"])
        check_reading(name, attempt(name, lambda: read_published(path, year, index)))  # noqa: B023


def sheet_xml(rows: list[list]) -> str:
    """A sheet of an xlsx workbook, with texts inside it."""
    out = []
    for row in rows:
        cells = []
        for value in row:
            if isinstance(value, (int, float)):
                cells.append(f"<c><v>{value}</v></c>")
            else:
                text = "".join(
                    c for c in str(value or "") if c in "\t\n\r" or " " <= c < "\ud800" or (c > "\udfff" and c < "\ufffe")
                )
                cells.append(f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>')
        out.append(f"<row>{''.join(cells)}</row>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{''.join(out)}</sheetData></worksheet>"
    )


def rezip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def unzip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.parametrize("count", in_part(87, 700))
def test_published_workbooks(folder, count):
    from test_readers_hostile import ods, workbook

    tables, base = published(), unzip(workbook())
    write_template("pci", 2024, folder / "template.xlsx")
    template = unzip((folder / "template.xlsx").read_bytes())
    cells = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{escape(str(c))}</text:p></table:table-cell>' for c in row)}"
        "</table:table-row>"
        for row in tables[0]
    )
    for name, pick in cases("workbook", count):
        kind, path = pick.choice(["rows", "rows", "xml", "template", "ods", "bytes"]), folder / "published.xlsx"
        if kind == "ods":
            data = ods(damage(cells.encode(), pick).decode("utf-8", "replace"))
        else:
            parts = dict(template if kind == "template" else base)
            if kind != "template":
                rows = pick.choice(tables)
                parts["xl/worksheets/sheet1.xml"] = sheet_xml(
                    spoil_rows(rows, pick) if kind == "rows" else rows
                ).encode()
            if kind in ("xml", "template"):
                part = pick.choice(list(parts))
                parts[part] = damage(parts[part], pick)
            data = rezip(parts)
        path.write_bytes(damage(data, pick) if kind == "bytes" or pick.random() < 0.1 else data)
        check_reading(name, attempt(name, lambda: read_published(path, 2012)))  # noqa: B023


@pytest.fixture(scope="module")
def small(folder):
    """The data folder with 60 rows of each score table, so that reading it all is quick."""
    shutil.copytree(ROOT / "data", folder / "data")
    for path in (folder / "data/scores").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:60]), encoding="utf-8")
    return folder / "data"


LOADERS = {"places": places._load, "scores": scores._load, "catalogue": catalogue._load}


def spoilt_table(path: Path, pick: random.Random) -> bytes:
    rows = spoil_rows(list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")))), pick)
    data = as_csv(rows).encode(pick.choice(ENCODINGS) if pick.random() < 0.05 else "utf-8", "replace")
    return damage(data, pick) if pick.random() < 0.3 else data


@pytest.mark.parametrize("count", in_part(43, 350))
def test_tables_of_the_data_folder(small, count):
    """Each table spoilt in its turn; the functions that read them get a folder and nothing remembered."""
    tables = [
        p
        for name in LOADERS
        for p in sorted((small / name).glob("*.csv"))
        if p.name not in ("tiles.csv", "headers.csv")
    ]
    tables += sorted((small / "plans").glob("*/*.csv"))
    whole = {path: path.read_bytes() for path in tables}
    for name, pick in cases("table", count):
        path = pick.choice(tables)
        path.write_bytes(spoilt_table(path, pick))
        load = plan._load if path.parts[-3] == "plans" else LOADERS[path.parent.name]
        where = path.parent if load is plan._load else small
        found = attempt(name, lambda: load.__wrapped__(where))  # noqa: B023
        if load is scores._load and isinstance(found, pd.DataFrame) and pick.random() < 0.2:
            attempt(name, lambda: standing(found))  # noqa: B023
        path.write_bytes(whole[path])


@pytest.mark.parametrize("count", in_part(3, 15))
def test_the_check_of_a_spoilt_data_folder(small, monkeypatch, count):
    """``indexlib check`` names what is wrong in whatever stands there."""
    monkeypatch.setenv("INDEXLIB_DATA", str(small))
    tables = [*sorted(small.rglob("*.csv")), *sorted(small.rglob("*.yml"))]
    whole = {path: path.read_bytes() for path in tables}
    for name, pick in cases("check", count):
        path = pick.choice(tables)
        path.write_bytes(
            spoilt_table(path, pick) if path.suffix == ".csv" else spoil_text(path.read_text(encoding="utf-8"), pick)
        )
        files.forget()
        attempt(name, check_data)
        path.write_bytes(whole[path])
    files.forget()


ABOUT = """name_vi: "Kế hoạch"
name_en: Plan
issuer_vi: UBND
issuer_en: PC
level: commune
place: xã Hà Bắc
province: thanh_hoa
first_year: 2023
last_year: 2025
base_year: 2022
successor:
  name_vi: xã Hà Long
  name_en: Ha Long
  from: "2025-07-01"
  legal_source: NQ 1686
clauses:
  score_fell:
    - {clause: IV.2, words: đang giảm}
focal_points:
  - indices: [par, papi]
    unit: Công chức
    focal: true
"""


def said_by(known: plan.Plan) -> list[str]:
    """What pages print of a plan."""
    return [*known.notices(2024), *known.notices(2026), known.clause("score_fell"), known.focal_unit("papi")]


@pytest.mark.parametrize("count", in_part(187, 1_500))
def test_what_a_plan_says_of_itself(small, count):
    folder = small / "plans/ha_bac_2023_2025"
    whole = plan._load.__wrapped__(folder)
    path = folder / "about.yml"
    for name, pick in cases("plan", count):
        path.write_bytes(spoil_text(ABOUT, pick))
        about, problems = attempt(name, lambda: plan.read_about(path))
        if not problems and not plan._province_problems(folder, about):
            known = plan.Plan("x", about, whole.items, whole.responsibilities, whole.units, whole.mapping)
            said = attempt(name, partial(said_by, known))
            assert all(isinstance(line, str) for line in said), name
    path.unlink()


@pytest.mark.parametrize("count", in_part(187, 1_500))
def test_manifests(tmp_path, count):
    manifest.write_manifest(
        tmp_path,
        {
            "run": "a",
            "params": Params(place="thanh_hoa", year=2024).model_dump(),
            "inputs": {"data/x.csv": "0"},
            "notebooks": [{"notebook": "04_flags", "failed": False}],
            "charts": {},
            "notices": [],
            "warnings": [],
            "seconds": 1.0,
        },
    )
    path = tmp_path / "manifest.json"
    text = path.read_text(encoding="utf-8")
    assert manifest.read_manifest(tmp_path).intact
    values = [
        "1e999",
        "NaN",
        "9" * 5_000,
        "[" * 3_000,
        "null",
        "[]",
        "{}",
        '"../../x"',
        "-1",
        "true",
        '"\\ud800"',
        '{"../x": "0"}',
    ]
    for name, pick in cases("manifest", count):
        lines = text.split("\n")
        at = pick.randrange(len(lines))
        key, colon, _ = lines[at].partition(":")
        lines[at] = f"{key}: {pick.choice(values)}," if colon and pick.random() < 0.7 else hostile(pick)
        data = "\n".join(lines).encode("utf-8", "replace")
        path.write_bytes(damage(data, pick) if pick.random() < 0.3 else data)
        found = attempt(name, lambda: manifest.read_manifest(tmp_path))
        assert (
            isinstance(found, IndexlibError)
            or not found.intact
            or path.read_text(encoding="utf-8") == text
            or json.loads(path.read_bytes()) == json.loads(text)
        ), name
