"""Parameter files made from one at hand: for another year, for all other places."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from indexlib.base import atomic
from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import t
from indexlib.base.yamlfile import parse
from indexlib.plan.settings import read_params


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
    from indexlib.data.lookup import find_place

    path, params = Path(path), read_params(path)
    if str(params.year) not in path.stem:
        raise DataError([Problem(path.as_posix(), "", None, "", "name", t("cli.year_in_name", year=params.year))])
    find_place(params.place, year)
    new = path.with_name(path.name.replace(str(params.year), str(year)))
    text = re.sub(r"(?m)^(year:\s*)\d+", rf"\g<1>{year}", path.read_text(encoding="utf-8"), count=1)
    try:
        atomic.write(new, text, new=True)
    except FileExistsError:
        raise DataError([Problem(new.as_posix(), "", None, "", "exists", t("cli.exists", path=new.as_posix()))]) from None
    except OSError as error:
        raise DataError([Problem(new.as_posix(), "", None, "", "unwritable",
                                 t("cli.cannot_write", folder=new.parent.as_posix(), why=error.strerror or error))]) from None
    return new


def other_places(path: Path | str, folder: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Write the parameter files of all other places of the level and year, alike but for the place.

    Parameters
    ----------
    path : Path
        Parameter file whose name holds its place: ``thanh_hoa_2024.yml``.
    folder : Path, optional
        Where to write; default beside it.

    Returns
    -------
    made, there : lists of Path
        Files written, and files that were there already and are left as they are.

    Raises
    ------
    DataError
        The file is faulty, its name does not hold its place, or the folder cannot be written.
    """
    from indexlib.data.lookup import find_place
    from indexlib.data.places import load_places

    path, params = Path(path), read_params(path)
    place, text = find_place(params.place, params.year), path.read_text(encoding="utf-8")
    if place.code not in path.stem:
        raise DataError([Problem(path.as_posix(), "", None, "", "name", t("suite.name", place=place.code, year=params.year))])
    folder = path.parent if folder is None else Path(folder)
    made, there = [], []
    for other in (p for p in load_places().valid(params.year, place.level) if p.code != place.code):
        new = folder / path.name.replace(place.code, other.code)
        replaced = re.sub(r"(?m)^(place:[ \t]*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^#\n]*?)(?=[ \t]*(?:#|$))", rf"\g<1>{other.code}",
                          text, count=1)
        if _values(replaced) != _values(text) | {"place": other.code}:
            raise DataError([Problem(path.as_posix(), "", None, "place", "place", t("suite.own_place", place=place.code))])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic.write(new, replaced, new=True)
            made.append(new)
        except FileExistsError:
            there.append(new)
        except OSError as error:
            raise DataError([Problem(new.as_posix(), "", None, "", "unwritable",
                                     t("cli.cannot_write", folder=folder.as_posix(), why=error.strerror or error))]) from None
    return made, there


def _values(text: str) -> dict:
    """Values of a parameter file; none at all if it is no longer one."""
    try:
        found = parse(text)[0]
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
