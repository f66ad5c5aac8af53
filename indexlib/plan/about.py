"""What ``plan.yml`` may and must say of a plan; a key that nothing reads is named by ``indexlib check``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import listing, t
from indexlib.base.yamlfile import read_yaml
from indexlib.data import files
from indexlib.plan import conditions

Words = Annotated[str, Field(min_length=1, max_length=2_000)]
#: Names of clauses beside those of the conditions.
NAMED = ("assign", "specialised", "report", "difficulties")
Year = Annotated[int, Field(ge=2000, le=2100)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class Clause(_Part):
    """Words of the plan and the clause they stand in."""

    clause: Words
    words: Words


class Demand(_Part):
    """What the plan asks for every year, in its words."""

    about: Literal["review", "assign", "focus", "own_plan", "report"]
    clause: Words
    words: Words
    words_en: Words | None = None


class Heading(_Part):
    """A section of the plan and the indices that it is about."""

    code: Words
    indices: list[str]
    title_vi: Words | None = None


class FocalPoint(_Part):
    """A unit with a task for whole indices; ``focal`` marks the one that answers for them."""

    indices: list[str]
    role: Words
    unit: Words
    section: Words
    words: Words
    focal: bool
    task: bool = False


class Successor(_Part):
    """The commune that took the plan's own over, from a day written ``"2025-07-01"``."""

    name_vi: Words
    name_en: Words
    begins: Annotated[str, Field(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")]
    legal_source: Words
    formed_from: list[Words] = []
    issuer_vi: Words | None = None
    issuer_en: Words | None = None
    letterhead_vi: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None
    letterhead_en: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None
    seat_vi: Words | None = None
    seat_en: Words | None = None
    recipients_vi: list[Words] = []
    recipients_en: list[Words] = []


class ReportingTo(_Part):
    """To whom the issuer reports, and who has taken that over."""

    printed: Words
    printed_en: Words
    successor: Words | None = None
    successor_en: Words | None = None
    basis: Words | None = None


class About(_Part):
    """Everything that the file may say; a key without a value here is needed."""

    code: Words | None = None
    name_vi: Words
    name_en: Words
    issuer_vi: Words
    issuer_en: Words
    number_printed: Words | None = None
    issued_printed: Words | None = None
    signed_by: dict[str, str] = {}
    replaces: Words | None = None
    parents: list[Words] = []
    note_vi: Words | None = None
    note_en: Words | None = None
    level: Literal["commune", "district", "province", "department"]
    place: Words
    province: Words
    first_year: Year
    last_year: Year
    base_year: Year
    clauses: dict[str, list[Clause]]
    focal_points: list[FocalPoint]
    demands: list[Demand] = []
    headings: list[Heading] = []
    indices: list[str] = []
    regions: dict[str, list[str]] = {}
    seat_vi: Words | None = None
    seat_en: Words | None = None
    post_vi: Words | None = None
    post_en: Words | None = None
    recipients_vi: list[Words] = []
    recipients_en: list[Words] = []
    reporting_to: ReportingTo | None = None
    letterhead_vi: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None
    letterhead_en: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None
    successor: Successor | None = None


def read_about(path: Path) -> tuple[dict, list[Problem]]:
    """Read a ``plan.yml``; problems of the file as a whole and of single keys alike are handed back.

    Returns
    -------
    about : dict
        Everything the file says; empty if it cannot be read.
    problems : list of Problem
    """
    name = files.shown_name(path)
    try:
        about, lines = read_yaml(path, name)
    except DataError as error:
        return {}, error.problems
    try:
        About.model_validate(about)
    except ValidationError as error:
        return about, [_problem(name, e, lines) for e in error.errors()]
    problems = [Problem(name, "", lines["clauses"], f"clauses.{c.name}", "missing",
                        t("plan.no_clause", rule=t(f"rule.{c.name}"), name=c.name))
                for c in conditions.CONDITIONS if c.name not in about["clauses"]]
    problems += [Problem(name, "", lines.get(f"clauses.{key}"), f"clauses.{key}", "clause",
                         t("plan.clause", names=listing([*NAMED])))
                 for key in about["clauses"] if key not in (*NAMED, *(c.name for c in conditions.CONDITIONS))]
    if about["first_year"] > about["last_year"]:
        problems.append(Problem(name, "", lines["last_year"], "last_year", "years", t("fault.years")))
    return about, problems


def unknown_keys(path: Path) -> list[Problem]:
    """Keys of a ``plan.yml`` that nothing reads, with the nearest right one."""
    name = files.shown_name(path)
    about, lines = read_yaml(path, name)

    def within(part: BaseModel, at: str) -> Iterator[Problem]:
        known = [field.alias or key for key, field in type(part).model_fields.items()]
        for key in part.model_extra or {}:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
            message = t("params.unknown_near", near=near[0]) if near else t("params.unknown", names=listing(known))
            yield Problem(name, "", lines.get(at + key), at + key, "unknown_key", message)
        for key in type(part).model_fields:
            value = getattr(part, key)
            for n, inner in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(inner, BaseModel):
                    yield from within(inner, f"{at}{key}.{n}." if isinstance(value, list) else f"{at}{key}.")

    return list(within(About.model_validate(about), ""))


def _problem(name: str, error: ErrorDetails, lines: dict[str, int]) -> Problem:
    where = [str(p) for p in error["loc"]]
    column = ".".join(where)
    row = next((lines[k] for k in (".".join(where[:n]) for n in range(len(where), 0, -1)) if k in lines), None)
    if error["type"] == "missing":
        return Problem(name, "", row, column, "missing", t("plan.missing"))
    kinds = {"int": "int", "bool": "bool", "string": "string", "list": "list", "dict": "model", "model": "model",
             "literal": "literal"}
    kind = next((v for k, v in kinds.items() if error["type"].startswith(k)), "other")
    return Problem(name, "", row, column, "type",
                   t("params.type", value=shown(error["input"]), expected=t(f"type.{kind}")))
