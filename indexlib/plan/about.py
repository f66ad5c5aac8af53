"""What ``plan.yml`` must say of a plan; further keys are kept as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import t
from indexlib.base.yamlfile import read_yaml
from indexlib.data import files
from indexlib.plan import conditions

Words = Annotated[str, Field(min_length=1, max_length=2_000)]
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


class Heading(_Part):
    """A section of the plan and the indices that it is about."""

    indices: list[str]


class FocalPoint(_Part):
    """A unit with a task for whole indices; ``focal`` marks the one that answers for them."""

    indices: list[str]
    unit: Words
    focal: bool


class Successor(_Part):
    """The commune that took the plan's own over, from a day written ``"2025-07-01"``."""

    name_vi: Words
    name_en: Words
    begins: Annotated[str, Field(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")]
    legal_source: Words
    issuer_vi: Words | None = None
    issuer_en: Words | None = None
    letterhead_vi: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None
    letterhead_en: Annotated[list[Words], Field(min_length=2, max_length=2)] | None = None


class About(_Part):
    """The keys that are needed."""

    name_vi: Words
    name_en: Words
    issuer_vi: Words
    issuer_en: Words
    level: Literal["commune", "district", "province"]
    place: Words
    province: Words
    first_year: Year
    last_year: Year
    base_year: Year
    clauses: dict[str, list[Clause]]
    focal_points: list[FocalPoint]
    demands: list[Demand] = []
    headings: list[Heading] = []
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
    if about["first_year"] > about["last_year"]:
        problems.append(Problem(name, "", lines["last_year"], "last_year", "years", t("fault.years")))
    return about, problems


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
