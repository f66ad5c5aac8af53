"""What a caller writes, as the library keeps it: places, indices, components and years in any spelling."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from indexlib.base.problems import ChoiceError
from indexlib.base.wording import t
from indexlib.data.catalogue import find_index, index_codes, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places
from indexlib.data.search import find_component

Function = TypeVar("Function", bound=Callable[..., Any])


def year_of(value: object, name: str = "year") -> int:
    """A year given as a whole number or as text of digits.

    Examples
    --------
    >>> year_of("2024"), year_of(2024.0)
    (2024, 2024)
    """
    whole = isinstance(value, int | np.integer | float) and not isinstance(value, bool) and value == int(value)
    if whole or (isinstance(value, str) and value.strip().isdigit()):
        return int(value)  # type: ignore[call-overload]
    raise ChoiceError(t("choice.year", name=name, value=value))


def code_of(text: object, year: int | None = None) -> str:
    """Code of a place in any spelling; a code stays as it is, also in years in which the place has no score."""
    if isinstance(text, str) and any(p.code == text for p in load_places().all):
        return text
    return find_place(str(text), year).code


def several(value: object) -> list[Any]:
    """One or several as a list."""
    return [value] if isinstance(value, str | int | float | np.number) else list(value)  # type: ignore[call-overload]


#: How each argument is read, by its name; a function that takes one of these names takes it in any spelling.
READ: dict[str, Callable[[Any, int | None], Any]] = {
    "place": lambda v, year: code_of(v, year) if v != "" else v,
    "places": lambda v, year: [code_of(x, year) for x in several(v)],
    "compare": lambda v, year: [code_of(x, year) for x in several(v)],
    "index": lambda v, year: v if v in index_codes() else find_index(v),
    "component": lambda v, year: v if v in load_catalogue().order else find_component(v),
    "components": lambda v, year: find_component(v) if isinstance(v, str) else [find_component(x) for x in v],
    "year": lambda v, year: year_of(v), "first": lambda v, year: year_of(v, "first"),
    "last": lambda v, year: year_of(v, "last"),
}


def as_written(function: Function) -> Function:
    """Let a function take its places, indices, components and years as people write them.

    Examples
    --------
    >>> as_written(lambda place, index, year: (place, index, year))("thanh hoa", "PAPI", "2024")
    ('thanh_hoa', 'papi', 2024)
    """
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        given = bound.arguments
        year = year_of(given["year"]) if given.get("year") is not None else None
        for name in READ.keys() & given.keys():
            if given[name] is not None:
                given[name] = READ[name](given[name], year)
        return function(*bound.args, **bound.kwargs)
    return call  # type: ignore[return-value]
