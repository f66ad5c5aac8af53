"""Damaged and hostile tables, plans and data: a clean result or an error of the library, never a traceback, never a hang."""

from __future__ import annotations

import csv
import io
import random
import shutil
import zipfile
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from conftest import ROOT, in_part
from fuzzing import ENCODINGS, attempt, cases, damage, in_memory, spoil_rows, spoil_text
from make_workbooks import papi, pci, wide

from indexlib.analysis.standing import standing
from indexlib.data import catalogue, files, places, scores
from indexlib.intake.check import check_data
from indexlib.intake.publishers.template import write_template
from indexlib.intake.recognise import Reading, read_published
from indexlib.plan import plan


@pytest.fixture(scope="module")
def folder():
    with in_memory() as folder:
        yield folder


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
