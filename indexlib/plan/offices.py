"""The day that decides which offices there are, and what an office that is gone is called since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from indexlib.base.wording import language, t

#: A day that stands in for today, ``2025-06-14``: a run is checked as of the day on which it was made.
TODAY = "INDEXLIB_TODAY"
#: With it at its end the plan's table says that who succeeds an office was confirmed.
CONFIRMED = "(confirmed)"


def today() -> str:
    """The day of a run, as ``2025-06-14``."""
    return date.fromisoformat(os.environ[TODAY]).isoformat() if os.environ.get(TODAY) else date.today().isoformat()


@contextmanager
def as_of(day: str) -> Iterator[None]:
    """Take a day for today within a ``with`` block, in processes started there, too; an empty one is today."""
    before = os.environ.get(TODAY, "")
    os.environ[TODAY] = day or before
    try:
        yield
    finally:
        os.environ[TODAY] = before


def named(name: str, unit: dict) -> str:
    """A unit of the plan with the office that it is today, marked until the plan's keeper confirms it."""
    now = unit.get(f"successor_{language()}", "")
    if not now:
        return name
    now = next((form.removesuffix(kind).strip() for form in now.split(" / ") for kind in ("(xã)", "(commune)")
                if form.endswith(kind)), now)
    return t("unit.now" if unit["successor_basis"].endswith(CONFIRMED) else "unit.now_unsure", unit=name, now=now)
