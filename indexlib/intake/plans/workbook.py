"""A plan in one Excel workbook, for a person to fill in: written from a draft or empty, read back, added as a folder."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import DEVICES
from indexlib.base.wording import t
from indexlib.data import files
from indexlib.data.catalogue import index_codes
from indexlib.intake.files.sheets import open_file
from indexlib.intake.plans.draft import Draft
from indexlib.plan.conditions import CONDITIONS
from indexlib.plan.plan import NO_PLAN, TABLES, TARGETS, plan_names, read_folder
from indexlib.plan.second_look import judgements

#: What the first sheet asks for, one key a row; several values are parted by ";".
ABOUT = ("code", "name_vi", "name_en", "issuer_vi", "issuer_en", "level", "place", "province", "indices", "first_year",
         "last_year", "base_year", "letterhead_vi", "letterhead_en", "seat_vi", "seat_en", "post_vi", "post_en",
         "recipients_vi", "recipients_en", "number_printed", "issued_printed")
YEARS, LISTS = ("first_year", "last_year", "base_year"), ("indices", "letterhead_vi", "letterhead_en", "recipients_vi",
                                                          "recipients_en")
#: Keys whose English stands in for itself where it is left empty: the printed name is no translation.
IN_ENGLISH = ("name", "issuer", "letterhead", "seat", "post", "recipients")
SHEETS = {"plan": ["key", "value"], **TABLES, "targets": TARGETS,
          "words": ["about", "clause", "words", "unit", "indices", "task"]}
#: Names of sheets that differ from those of tables.
OWNERS = {"responsibilities": "owners"}
#: Cells that a person copies from print; elsewhere a "?" at the end is a doubt to settle.
PRINTED = ("text_vi", "words", "unit_as_printed", "name_vi")
#: Row of the headings, counted from 1; above it stands what the sheet is for.
HEAD = 2
DEMANDS = ("review", "assign", "focus", "own_plan", "report")


def write(path: Path, draft: Draft) -> None:
    """Write the workbook of a draft; of an empty one the same sheets to fill in."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    text = {"text_wrap": True, "num_format": "@", "valign": "top"}
    bold, wrap, doubt = (book.add_format(f) for f in ({"bold": True, "bg_color": "#DDEBF7"}, text,
                                                      text | {"bg_color": "#FFE699"}))
    about = [{"key": key, "value": draft.about.get(key, "")} for key in ABOUT]
    rows = {"plan": about, "responsibilities": draft.owners} | {
        name: getattr(draft, name) for name in ("items", "units", "mapping", "targets", "words")}
    for name, columns in SHEETS.items():
        sheet = book.add_worksheet(OWNERS.get(name, name))
        sheet.write_string(0, 0, t(f"plan.sheet.{OWNERS.get(name, name)}"))
        for i, column in enumerate(columns):
            sheet.write_string(HEAD - 1, i, column, bold)
            sheet.set_column(i, i, 60 if column in ("text_vi", "text_en", "words", "value") else 24, wrap)
        for r, row in enumerate(rows[name], HEAD):
            for i, column in enumerate(columns):
                value = str(row.get(column, ""))
                sheet.write_string(r, i, value, doubt if value.endswith("?") and column not in PRINTED else wrap)
        sheet.freeze_panes(HEAD, 0)
    book.close()


def read(path: Path) -> tuple[dict[str, list[dict[str, str]]], list[Problem]]:
    """The rows of each sheet, each with its row number under ``""``, and cells that a person has still to settle.

    Raises
    ------
    DataError
        No workbook, or one without the sheets and columns of a plan.
    """
    sheets = {s.name.casefold(): s for s in open_file(path).sheets}
    tables: dict[str, list[dict[str, str]]] = {}
    wrong: list[Problem] = []
    for name, columns in SHEETS.items():
        sheet = sheets.get(OWNERS.get(name, name))
        head = [str(c or "").strip() for c in sheet.rows[HEAD - 1]] if sheet and len(sheet.rows) >= HEAD else []
        lacking = [c for c in columns if c not in head]
        if lacking:
            wrong.append(Problem(path.name, OWNERS.get(name, name), HEAD, "", "columns",
                                 t("plan.sheet_lacks", names=", ".join(lacking))))
            continue
        cells = [{c: _text(row, head.index(c)) for c in columns} | {"": str(r)} for r, row in
                 enumerate(sheet.rows[HEAD:] if sheet else [], HEAD + 1)]
        tables[name] = [row for row in cells if any(v for k, v in row.items() if k)]
    if wrong:
        raise DataError(wrong)
    doubts = [Problem(path.name, OWNERS.get(name, name), int(row[""]), column, "doubtful", t("plan.doubtful", value=value))
              for name, rows in tables.items() for row in rows for column, value in row.items()
              if value.endswith("?") and column not in PRINTED and not (name == "plan" and row["key"] in PRINTED)]
    return tables, doubts


def _text(row: list, at: int) -> str:
    value = row[at] if at < len(row) else None
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else str(value).strip()


def check(path: Path) -> list[Problem]:
    """Everything that keeps a workbook from being added as a plan, at its sheet and row."""
    with tempfile.TemporaryDirectory() as folder:
        return _checked(path, Path(folder))[1]


def add(path: Path) -> Path:
    """Add the plan of a workbook as a folder under ``data/plans``.

    Raises
    ------
    DataError
        It has faults or doubts, or a plan of its code is there.
    """
    with tempfile.TemporaryDirectory() as folder:
        made, problems = _checked(path, Path(folder))
        if made.name in plan_names():
            problems.append(Problem(path.name, "plan", None, "code", "there", t("plan.there", name=made.name)))
        if problems:
            raise DataError(problems)
        target = files.data_dir() / "plans" / made.name
        shutil.copytree(made, target.with_name(f".{made.name}.new"), dirs_exist_ok=True)
        target.with_name(f".{made.name}.new").rename(target)
    files.look()
    return target


def _checked(path: Path, folder: Path) -> tuple[Path, list[Problem]]:
    """The folder of a workbook's plan, made aside, with all that is wrong."""
    tables, problems = read(path)
    values = {row["key"]: row["value"] for row in tables["plan"]}
    code = values.get("code", "")
    if not re.fullmatch(r"[a-z0-9_]{1,60}", code) or code in {NO_PLAN, *DEVICES}:
        return folder / "x", [*problems, Problem(path.name, "plan", None, "code", "code", t("plan.code", value=code))]
    made = folder / code
    made.mkdir()
    for name, columns in (*TABLES.items(), ("targets", TARGETS)):
        with open(made / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows([_english({c: row[c] for c in columns}) for row in tables[name]])
    about = _about(values, tables["words"])
    (made / "plan.yml").write_text(yaml.safe_dump(about, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
    if problems:
        return made, problems
    try:
        plan = read_folder(made)
        found = judgements(plan, made)
    except DataError as error:
        found = error.problems
    return made, [_at(path, p, tables) for p in found]


def _english(row: dict[str, str]) -> dict[str, str]:
    """A row whose English, where it is left empty, is the text as printed."""
    for vi, en in (("text_vi", "text_en"), ("unit", "unit_en")):
        if en in row and not row[en]:
            row[en] = row[vi]
    return row


def _about(values: dict[str, str], words: list[dict[str, str]]) -> dict[str, Any]:
    """``plan.yml`` of the first sheet and of the words."""
    given: dict[str, Any] = {k: v for k, v in values.items() if v}
    for key in IN_ENGLISH:
        if f"{key}_vi" in given:
            given.setdefault(f"{key}_en", given[f"{key}_vi"])
    for key in LISTS:
        if key in given:
            given[key] = [x.strip() for x in re.split(r"[;,]" if key == "indices" else ";", given[key]) if x.strip()]
    given |= {key: int(given[key]) for key in YEARS if str(given.get(key, "")).isdigit()}
    clauses: dict[str, list] = {c.name: [] for c in CONDITIONS}
    demands, headings, points = [], [], []
    for row in words:
        indices = [x.strip() for x in re.split(r"[;,]", row["indices"]) if x.strip()]
        about, said = row["about"], {"clause": row["clause"], "words": row["words"]}
        if about == "heading":
            headings.append({"code": row["clause"], "indices": indices, "title_vi": row["words"]})
        elif about.removeprefix("demand.") in DEMANDS and about.startswith("demand."):
            demands.append({"about": about.removeprefix("demand."), **said})
        elif row["unit"]:
            points.append({"indices": indices or given.get("indices") or index_codes(), "role": about, "unit": row["unit"],
                           "section": row["clause"], "words": row["words"], "focal": about.startswith("focal"),
                           "task": row["task"] == "1"})
        else:
            clauses.setdefault(about, []).append(said)
    return given | {"clauses": clauses, "demands": demands, "headings": headings, "focal_points": points}


def _at(path: Path, problem: Problem, tables: dict[str, list[dict[str, str]]]) -> Problem:
    """A problem of the folder at the sheet and row of the workbook that it comes from."""
    name = Path(problem.file).stem
    rows = tables[name] if name in tables and name != "plan" else []
    row = int(rows[problem.row - 2][""]) if problem.row and problem.row - 2 < len(rows) else None
    return Problem(path.name, OWNERS.get(name, name), row, problem.column, problem.code, problem.message)
