"""What a run may be asked: typed, strict, with the nearest right name for a misspelt one."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from indexlib import store
from indexlib.foreign import shown
from indexlib.problems import DataError, Problem
from indexlib.wording import plain_number, t
from indexlib.yamlfile import read_yaml


class Strict(BaseModel):
    """A model that takes no unknown names and no guessed types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Rules(Strict):
    """The plan's conditions and their thresholds; the plan gives no number for any.

    A rule set to ``None`` is not applied.
    """

    score_fell: Annotated[float, Field(ge=0, le=100)] | None = 0.0
    """Falls larger than this many points of the published scale."""
    trend_down: Annotated[int, Field(ge=3, le=30)] | None = 4
    """Least number of comparable years for a trend."""
    rank_fell: Annotated[int, Field(ge=1, le=100)] | None = 1
    """Least number of places lost."""
    rank_low: Annotated[float, Field(gt=0, lt=1)] | None = 0.25
    """Share of the places ranked that counts as the low end."""
    score_low: Literal["median"] | None = "median"
    """Below the median, or the published mean where there is no median."""
    not_improved: Annotated[int, Field(ge=2000, le=2100)] | Literal["plan"] | None = "plan"
    """Base year; ``plan``: the base year of the plan."""


class Grades(Strict):
    """Least probability of a true fall for grades A and B; below B it is C."""

    a: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    b: Annotated[float, Field(gt=0.5, lt=1)] = 0.80


class Target(Strict):
    """A wanted total or a wanted place of an index."""

    total: Annotated[float, Field(ge=0, le=100)] | None = None
    rank: Annotated[int, Field(ge=1, le=100)] | None = None


class Targets(Strict):
    """Targets of the indices whose total can be broken down."""

    papi: Target | None = None
    pci: Target | None = None


class Params(Strict):
    """Parameters of a run.

    Attributes
    ----------
    place : str
        Code or any known spelling of a place.
    year : int
        Index year to review.
    plan : str
        Folder name under ``data/plans``.
    language : {"vi", "en"}
    focus : int
        Length of the focus list.
    rules : Rules
    grades : Grades
    peers : "region", "similar" or list of names
        Places to compare with.
    targets : Targets
        Wanted totals or places of PAPI and PCI; default the tenth place.
    """

    place: Annotated[str, Field(min_length=1, max_length=100)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    plan: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=100)] = "ha_bac_2023_2025"
    language: Literal["vi", "en"] = "vi"
    focus: Annotated[int, Field(ge=1, le=100)] = 8
    rules: Rules = Rules()
    grades: Grades = Grades()
    peers: Literal["region", "similar"] | Annotated[list[str], Field(max_length=20)] = "region"
    targets: Targets = Targets()

    @field_validator("rules", "grades", "targets", mode="before")
    @classmethod
    def _empty_is_default(cls, value: object) -> object:
        return {} if value is None else value

    def target(self, index: str) -> Target:
        """Target of an index; the tenth place where none is given."""
        given = getattr(self.targets, index)
        return given if given and (given.total is not None or given.rank) else Target(rank=10)


#: Groups of parameters.
GROUPS = {"rules": Rules, "grades": Grades, "targets": Targets}


def read_params(path: Path | str) -> Params:
    """Read and check a parameter file.

    Raises
    ------
    DataError
        Everything that is wrong, with its line; the place, year and plan are checked against the data.
    """
    path = Path(path)
    raw, lines = read_yaml(path, path.as_posix())
    return check_params(raw, path.as_posix(), lines)


def check_params(raw: dict, name: str = "params", lines: dict[str, int] | None = None) -> Params:
    """Check parameters given as a mapping; see :func:`read_params`."""
    lines = lines or {}
    problems = []
    params = None
    try:
        params = Params.model_validate(raw)
    except ValidationError as error:
        for e in error.errors():
            path = [str(p) for p in e["loc"][: 2 if e["loc"][0] in GROUPS else 1]]
            dotted = ".".join(path)
            problems.append(Problem(name, "", lines.get(dotted), shown(dotted), e["type"], _message(e, path)))
    problems += _against_data(raw, name, lines)
    unique = list({(p.column, p.message): p for p in problems}.values())
    if unique:
        raise DataError(sorted(unique, key=lambda p: (p.row or 0, p.column)))
    return params


def _message(error: dict, path: list[str]) -> str:
    kind, ctx = error["type"], error.get("ctx", {})
    model = GROUPS[path[0]] if len(path) == 2 else Params
    fields = model.model_fields
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], fields, n=1, cutoff=0.4)
        return t("params.unknown_near", near=near[0]) if near else t("params.unknown", names=", ".join(fields))
    if kind == "missing":
        return t("params.missing")
    value = error.get("input")
    low, high = _limits(model, path[-1]) if path and path[-1] in fields else (None, None)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if low is not None and number and (kind.startswith(("greater_than", "less_than")) or not low <= value <= high):
        return t("params.range", value=_number(value), low=plain_number(low), high=plain_number(high))
    if "literal" in kind:
        return t("params.choice", value=shown(value), choices=", ".join(re.findall(r"'([^']*)'", ctx.get("expected", ""))))
    return t("params.type", value=shown(value), expected=t("type." + _expected(kind)))


def _number(value: float) -> str:
    return shown(value) if isinstance(value, int) else plain_number(value)


def _expected(kind: str) -> str:
    for name in ("int", "float", "string", "literal", "model"):
        if kind.startswith(name):
            return name
    return "other"


def _limits(model: type[Strict], name: str) -> tuple[float | None, float | None]:
    schema = model.model_json_schema()["properties"][name]
    options = schema.get("anyOf", [schema])
    for option in options:
        if option.get("type") in ("integer", "number"):
            return (option.get("minimum", option.get("exclusiveMinimum")),
                    option.get("maximum", option.get("exclusiveMaximum")))
    return None, None


def _against_data(raw: dict, name: str, lines: dict[str, int]) -> list[Problem]:
    """Problems of the place, the year and the plan against the data at hand."""
    from indexlib.places import find_place
    from indexlib.plan import PlanError, load_plan
    from indexlib.problems import PlaceError
    from indexlib.scores import load_scores

    problems = []
    place, year, plan = raw.get("place"), raw.get("year"), raw.get("plan", "ha_bac_2023_2025")
    if isinstance(year, int) and not isinstance(year, bool):
        years = load_scores()["year"]
        if 2000 <= year <= 2100 and year not in set(years):
            problems.append(Problem(name, "", lines.get("year"), "year", "no_data",
                                    t("year.no_data", year=year, first=years.min(), last=years.max())))
        elif isinstance(place, str) and place:
            try:
                find_place(place, year)
            except PlaceError as error:
                problems.append(Problem(name, "", lines.get("place"), "place", "place", str(error)))
    peers = raw.get("peers")
    if isinstance(peers, list) and isinstance(year, int):
        for name_of in (p for p in peers if isinstance(p, str)):
            try:
                find_place(name_of, year)
            except PlaceError as error:
                problems.append(Problem(name, "", lines.get("peers"), "peers", "place", str(error)))
    if isinstance(plan, str) and re.fullmatch(r"[A-Za-z0-9_]+", plan):
        try:
            load_plan(plan)
        except PlanError as error:
            problems.append(Problem(name, "", lines.get("plan"), "plan", "plan", str(error)))
    return problems


def next_year(path: Path | str, year: int) -> Path:
    """Write the parameter file of another year beside the old one, its comments kept.

    Parameters
    ----------
    path : Path
        Parameter file whose name holds its year: ``thanh_hoa_2024.yml``.
    year : int

    Returns
    -------
    Path
        The new file. The year need not have scores yet; the place must exist in it.

    Raises
    ------
    DataError
        The old file is faulty, its name does not hold its year, or the new one exists already.
    PlaceError
        The place does not exist in the new year.
    """
    from indexlib.places import find_place

    path, params = Path(path), read_params(path)
    if str(params.year) not in path.stem:
        raise DataError([Problem(path.as_posix(), "", None, "", "name", t("cli.year_in_name", year=params.year))])
    find_place(params.place, year)
    new = path.with_name(path.name.replace(str(params.year), str(year)))
    text = re.sub(r"(?m)^(year:\s*)\d+", rf"\g<1>{year}", path.read_text(encoding="utf-8"), count=1)
    try:
        store.write(new, text, new=True)
    except FileExistsError:
        raise DataError([Problem(new.as_posix(), "", None, "", "exists", t("cli.exists", path=new.as_posix()))]) from None
    except OSError as error:
        raise DataError([Problem(new.as_posix(), "", None, "", "unwritable",
                                 t("cli.cannot_write", folder=new.parent.as_posix(), why=error.strerror or error))]) from None
    return new
