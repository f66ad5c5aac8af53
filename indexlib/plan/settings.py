"""What a run may be asked: typed, strict, with the nearest right name for a misspelt one."""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import shown
from indexlib.base.wording import plain_number, t
from indexlib.base.yamlfile import read_yaml
from indexlib.data.catalogue import index_codes, load_catalogue

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


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
    """Least probability that a fall lasts a year for grades A, B and C; below C it is D: it will rather recover.

    Until version 1.1.0 ``a`` and ``b`` were probabilities that the level had fallen, with another meaning of the letters;
    every output names the version whose grades it bears, :data:`GRADES_OF`.
    """

    a: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    b: Annotated[float, Field(gt=0.5, lt=1)] = 0.80
    c: Annotated[float, Field(gt=0, le=0.5)] = 0.50


#: Version of this library since which the grades mean what they mean.
GRADES_OF = "2.0.0"


class Target(Strict):
    """What is wanted of an index: its total, its place, its place within the region, scores of components."""

    total: Annotated[float, Field(ge=0, le=100)] | None = None
    rank: Annotated[int, Field(ge=1, le=100)] | None = None
    region_rank: Annotated[int, Field(ge=1, le=100)] | None = None
    components: Annotated[dict[str, Annotated[float, Field(ge=0, le=100)]], Field(max_length=100)] = {}
    """Wanted score by component code."""


def _known(index: str) -> str:
    """The code of an index, refused if there is none."""
    if index not in index_codes():
        raise PydanticCustomError("extra_forbidden", "unknown index")
    return index


class Report(Strict):
    """The Word report: which periodic report it goes into."""

    period: Literal["year", "half", "quarter"] = "year"
    """``half``: the six-month report, into which results published in spring enter first."""
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    """Year of the periodic report, not of the index; needed for ``half`` and ``quarter``."""
    quarter: Annotated[int, Field(ge=1, le=4)] | None = None
    progress: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Folder of worksheets that the units filled in, beside the parameter file."""
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    """Day up to which progress is counted, ``2025-06-14``; needed with ``progress``."""
    template: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Word template of the office, beside the parameter file; none: the one that comes along."""

    @property
    def closing(self) -> str | None:
        """Day on which the period's figures close (Văn bản 581/BNV-CCHC); none where the year is not given."""
        ends = {"half": "06-14", "year": "12-14", "quarter": (None, "03-14", "06-14", "09-14", "12-14")[self.quarter or 0]}
        return f"{self.year}-{ends[self.period]}" if self.year else None

    @model_validator(mode="after")
    def _whole(self) -> Report:
        """Name what a period or progress needs beside it."""
        needs = {"year": self.period != "year" and self.year is None,
                 "quarter": self.period == "quarter" and self.quarter is None,
                 "until": self.progress is not None and self.until is None}
        for name, missing in needs.items():
            if missing:
                raise PydanticCustomError("report_needs", name)
        if self.until is not None:
            try:
                date.fromisoformat(self.until)
            except ValueError:
                raise PydanticCustomError("report_day", "until") from None
        return self


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
    order : {"expected", "conditions"}
        What stands first: what will most likely still be missing next year, see :mod:`indexlib.plan.order`, or what
        meets most conditions, as in version 1.1.0.
    rules : Rules
    grades : Grades
    peers : "region", "similar" or list of names
        Places to compare with.
    targets : dict of Target
        What is wanted of each index, by its code; for what would reach a target, default the tenth place.
    report : Report
        Period, progress and template of the Word report; the notebooks do not take it.
    """

    place: Annotated[str, Field(min_length=1, max_length=100)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    plan: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=100)] = "ha_bac_2023_2025"
    language: Literal["vi", "en"] = "vi"
    focus: Annotated[int, Field(ge=1, le=100)] = 8
    order: Literal["expected", "conditions"] = "expected"
    rules: Rules = Rules()
    grades: Grades = Grades()
    peers: Literal["region", "similar"] | Annotated[list[str], Field(max_length=20)] = "region"
    targets: dict[Annotated[str, AfterValidator(_known)], Target | None] = {}
    report: Report = Report()

    @field_validator("rules", "grades", "targets", "report", mode="before")
    @classmethod
    def _empty_is_default(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("targets")
    @classmethod
    def _given(cls, value: dict[str, Target | None]) -> dict[str, Target | None]:
        return {index: target for index, target in value.items() if target}

    def for_notebooks(self) -> dict[str, Any]:
        """The parameters that a notebook takes, as plain data."""
        return self.model_dump(exclude={"report"})


#: Groups of parameters; targets stand one level deeper, by index.
GROUPS: dict[str, type[Strict]] = {"rules": Rules, "grades": Grades, "targets": Target, "report": Report}


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
    try:
        params = Params.model_validate(raw)
    except ValidationError as error:
        problems += [_problem(e, name, lines) for e in error.errors()]
    problems += _against_data(raw, name, lines)
    unique = list({(p.column, p.message): p for p in problems}.values())
    if unique:
        raise DataError(sorted(unique, key=lambda p: (p.row or 0, p.column)))
    return params


def settled(group: str, given: Any) -> Any:
    """Rules or grades given as the object, as a mapping, or not at all.

    Raises
    ------
    DataError
        Everything that is wrong in a mapping.
    """
    if isinstance(given, GROUPS[group]):
        return given
    try:
        return GROUPS[group].model_validate({} if given is None else given)
    except ValidationError as error:
        raise DataError([_problem(e | {"loc": (group, *e["loc"])}, group, {}) for e in error.errors()]) from None


def _problem(error: Any, name: str, lines: dict[str, int]) -> Problem:
    path = _path(error)
    dotted = ".".join(path)
    return Problem(name, "", lines.get(dotted), shown(dotted), error["type"], _message(error, path))


def _path(error: ErrorDetails) -> list[str]:
    """Names from the top to the parameter at fault: through groups, and no deeper than a parameter."""
    names = [str(p) for p in error["loc"] if p != "[key]"]
    if error["type"].startswith("report_"):
        names.append(error["msg"])
    return names[:3 if names[0] == "targets" else 2 if names[0] in GROUPS else 1]


def _message(error: ErrorDetails, path: list[str]) -> str:
    kind, ctx = error["type"], error.get("ctx", {})
    model: type[Strict] = GROUPS[path[0]] if len(path) > 1 else Params
    fields = model.model_fields
    names = index_codes() if path[:-1] == ["targets"] else [*fields]
    if kind.startswith("report_"):
        return t(f"params.{kind}")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], names, n=1, cutoff=0.4)
        return t("params.unknown_near", near=near[0]) if near else t("params.unknown", names=", ".join(names))
    if kind == "missing":
        return t("params.missing")
    value = error.get("input")
    low, high = _limits(model, path[-1]) if path and path[-1] in fields else (None, None)
    if low is not None and high is not None and isinstance(value, (int, float)) and not isinstance(value, bool) \
            and (kind.startswith(("greater_than", "less_than")) or not low <= value <= high):
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
    return "model" if kind.startswith("dict") else "other"


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
    from indexlib.base.problems import PlaceError
    from indexlib.data.lookup import find_place
    from indexlib.data.scores import load_scores
    from indexlib.plan.plan import PlanError, load_plan

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
    for index in index_codes():
        problems += _unknown_components(raw, index, name, lines)
    if isinstance(plan, str) and re.fullmatch(r"[A-Za-z0-9_]+", plan):
        try:
            load_plan(plan)
        except PlanError as error:
            problems.append(Problem(name, "", lines.get("plan"), "plan", "plan", str(error)))
    return problems


def _unknown_components(raw: dict, index: str, name: str, lines: dict[str, int]) -> list[Problem]:
    """Targets for components that an index does not have in the year, or outside their scale."""
    import pandas as pd

    targets, year = raw.get("targets"), raw.get("year")
    target = targets.get(index) if isinstance(targets, dict) else None
    wanted = target.get("components") if isinstance(target, dict) else None
    if not isinstance(wanted, dict) or not isinstance(year, int):
        return []
    catalogue, problems = load_catalogue(), []
    valid = [c for c in catalogue.valid(year, index) if c != index]
    scale = catalogue.with_block(pd.DataFrame({"component": valid, "year": year})).set_index("component")
    for code, value in wanted.items():
        message = ""
        if code not in valid:
            near = difflib.get_close_matches(str(code), valid, n=3, cutoff=0.4) or valid
            message = t("params.component", index=catalogue.short_name(index), year=year, near=", ".join(near))
        elif isinstance(value, (int, float)):
            low, high = scale.loc[code, ["scale_min", "scale_max"]]
            if value < low or value > high:  # a maximum that no source prints excludes nothing
                message = t("params.range", value=plain_number(value), low=plain_number(low), high=plain_number(high))
        if message:
            where = f"targets.{index}.components.{code}"
            problems.append(Problem(name, "", lines.get(where), where, "component", message))
    return problems
