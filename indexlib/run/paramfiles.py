"""Parameter files made from one at hand: for another year, for all other places."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from indexlib.base import atomic
from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import listing_and, t
from indexlib.base.yamlfile import parse
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores
from indexlib.plan.settings import Params, check_params, read_params

#: The place in the text of a parameter file, before it and itself.
PLACE = re.compile(r"(?m)^(place:[ \t]*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^#\n]*?)(?=[ \t]*(?:#|$))")


def next_year(path: Path | str, year: int) -> tuple[Path, list[str]]:
    """Write the parameter file of another year beside the old one, its comments kept.

    The place of a merged province is the one that it is part of; its targets are left out, and so is what the new year
    does not know (components of targets, peers): a run would refuse it.

    Parameters
    ----------
    path : Path
        Parameter file whose name holds its year: ``thanh_hoa_2024.yml``.
    year : int

    Returns
    -------
    new : Path
        The new file; the year need not have scores yet.
    said : list of str
        What a person must know of it: a merger, what was left out, figures that are still missing.

    Raises
    ------
    DataError
        The old file is faulty, its name does not hold its year, the new one exists already, or what must be left
        out of it cannot be found in its text.
    PlaceError
        No place of the new year goes by that name, or several do.
    """
    path, params = Path(path), read_params(path)
    if str(params.year) not in path.stem:
        raise DataError([Problem(path.as_posix(), "", None, "", "name", t("cli.year_in_name", year=params.year))])
    place, said = _place_of(params, year)
    old, now = (find_place(*of).code for of in ((params.place, params.year), (place, year)))
    name = path.name if old == now else path.name.replace(old, re.sub(r"_\d{4}$", "", now))
    new = path.with_name(name.replace(str(params.year), str(year)))
    text = re.sub(r"(?m)^(year:\s*)\d+", rf"\g<1>{year}", path.read_text(encoding="utf-8"), count=1)
    wanted = _values(text)
    if place != params.place:
        text, wanted = PLACE.sub(rf"\g<1>{place}", text, count=1), wanted | {"place": place}
    for keys in _unknown(wanted, bool(said)):
        text, wanted = _left_out(text, keys), _without(wanted, keys)
        said.append(t("cli.left_out", name=".".join(keys), file=new.name))
    if _values(text) != wanted:
        raise DataError([Problem(path.as_posix(), "", None, "", "by_hand", t("cli.by_hand", year=year))])
    if "targets" in wanted and any("rank" in (target or {}) for target in (wanted["targets"] or {}).values()) \
            and (counts := [len(load_places().valid(y)) for y in (params.year, year)])[0] != counts[1]:
        said.append(t("cli.target_base", before=counts[0], now=counts[1]))
    if year not in set(load_scores()["year"]):
        said.append(t("cli.no_scores_yet", year=year))
    _write_new(new, text)
    return new, said


def _place_of(params: Params, year: int) -> tuple[str, list[str]]:
    """The place as the new file names it, and that it is another one: formed in a merger, or the one it went into."""
    places, old = load_places(), find_place(params.place, params.year)
    became = [new for new in places.successors(old.code) if new.valid(year)]
    if len(became) != 1 or became[0].code == old.code:
        find_place(params.place, year)
        return params.place, []
    new, names = became[0], places.former_names(became[0].code)
    return new.code, [t("cli.merged", old=names[old.code], new=new.name, code=new.code, first=new.first_year,
                        members=listing_and(list(names.values())))]


def _unknown(wanted: dict, merged: bool) -> list[tuple[str, ...]]:
    """Names of parameters that the new year does not know: all targets of a merged province, and what a run refuses."""
    targets = [("targets", index) for index, target in (wanted.get("targets") or {}).items() if target]
    if merged:
        return targets + ([("peers",)] if isinstance(wanted.get("peers"), list) else [])
    try:
        check_params(wanted)
    except DataError as error:
        known = [index for index in index_codes() if load_catalogue().valid(wanted["year"], index)]
        columns = {p.column for p in error.problems if p.code == "place" or p.column.split(".")[1:2] in [[k] for k in known]}
        return [keys for keys in [*targets, ("peers",)] if any(c == ".".join(keys) or c.startswith(".".join((*keys, "")))
                                                               for c in columns)]
    return []


def _without(wanted: dict, keys: tuple[str, ...]) -> dict:
    """The parameters with one set to nothing, or left out where nothing is no value of it."""
    if keys == ("peers",):
        return {k: v for k, v in wanted.items() if k != "peers"}
    return wanted | {"targets": wanted["targets"] | {keys[1]: None}}


def _left_out(text: str, keys: tuple[str, ...]) -> str:
    """The text of a file with one parameter as a remark; unchanged if it does not stand in one line."""
    if keys == ("peers",):
        return re.sub(r"(?m)^(peers:.*)$", r"# \g<1>", text, count=1)
    return re.sub(rf"(?m)^(\s+{keys[1]}:)[ \t]*(\{{.*)$", r"\g<1> null  # \g<2>", text, count=1)


def _write_new(new: Path, text: str) -> None:
    try:
        atomic.write(new, text, new=True)
    except FileExistsError:
        raise DataError([Problem(new.as_posix(), "", None, "", "exists", t("cli.exists", path=new.as_posix()))]) from None
    except OSError as error:
        raise DataError([Problem(new.as_posix(), "", None, "", "unwritable",
                                 t("cli.cannot_write", folder=new.parent.as_posix(), why=error.strerror or error))]) from None


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
    path, params = Path(path), read_params(path)
    place, text = find_place(params.place, params.year), path.read_text(encoding="utf-8")
    if place.code not in path.stem:
        raise DataError([Problem(path.as_posix(), "", None, "", "name", t("suite.name", place=place.code, year=params.year))])
    folder = path.parent if folder is None else Path(folder)
    made, there = [], []
    for other in (p for p in load_places().valid(params.year, place.level) if p.code != place.code):
        new = folder / path.name.replace(place.code, other.code)
        replaced = PLACE.sub(rf"\g<1>{other.code}", text, count=1)
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
