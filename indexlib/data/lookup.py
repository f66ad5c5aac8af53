"""The one place that a name stands for in a year."""

from __future__ import annotations

from pathlib import Path

from indexlib.base.problems import DataError, PlaceError
from indexlib.base.wording import listing, t
from indexlib.base.yamlfile import read_yaml
from indexlib.data import files
from indexlib.data.places import Place, Places, load_places, plain, spelling
from indexlib.data.scores import latest_year, load_scores


def find_place(text: str, year: int | None = None) -> Place:
    """The one place that a code or spelling names in a year.

    Parameters
    ----------
    text : str
        A code or any known spelling, with or without diacritics.
    year : int, optional
        Index year; default the latest year with scores of a place of that name, else the latest year with scores.

    Returns
    -------
    Place

    Raises
    ------
    PlaceError
        No place, or a place that does not exist in that year; the text names the nearest, what a dissolved
        province is part of, and the province of a commune.

    Examples
    --------
    >>> find_place("thanh hoa").code, find_place("TP.HCM", 2024).code
    ('thanh_hoa', 'ho_chi_minh')
    >>> find_place("Bắc Ninh", 2024).code, find_place("Bắc Ninh", 2025).code
    ('bac_ninh', 'bac_ninh_2025')
    """
    places = load_places()
    if any(p.code == text for p in places.all):
        found = {(p.code, p.first_year, p.last_year) for p in places.all if p.code == text}
    else:
        found = places.codes_of(text)
    if year is None:
        scored = _last_scored(files.data_dir())
        year = max((min(scored[code], last) for code, _, last in found if code in scored), default=latest_year())
    now = {code for code, first, last in found if first <= year <= last and places.get(code, year).valid(year)}
    if len(now) == 1:
        return places.get(now.pop(), year)
    raise PlaceError(_why_none(text, year, found, places))


def _why_none(text: str, year: int, found: set[tuple[str, int, int]], places: Places) -> str:
    became = {new.code: new for code, _, last in found if last < year for new in places.successors(code)
              if new.valid(year)}
    if len(became) == 1:
        new = next(iter(became.values()))
        return t("place.successor", text=text, first=new.first_year, name=new.name, code=new.code)
    if found:
        return t("place.other_years", text=text, year=year, years=listing(
            [_span(places.get(c), f, u) for c, f, u in sorted(found)]))
    if province := _communes(files.data_dir()).get(plain(spelling(text))):
        return t("place.commune", text=text, province=places.get(province, year).name)
    near = places.nearest(text, year)
    return t("place.unknown_near", text=text, near=listing(near)) if near else t("place.unknown", text=text)


@files.remembered
def _last_scored(folder: Path) -> dict[str, int]:
    """The last year with scores of each place."""
    return load_scores().groupby("place")["year"].max().to_dict()


@files.remembered
def _communes(folder: Path) -> dict[str, str]:
    """Communes that the plans name, with their kind in front, to the province that each plan is read against."""
    found: dict[str, str] = {}
    for path in sorted((folder / "plans").glob("*/plan.yml")):
        try:
            about, _ = read_yaml(path, path.name)
        except DataError:
            continue  # what is wrong with a plan is for the plan's own check to say
        successor = about.get("successor")
        names = [about.get("place"), *((successor.get("name_vi"), successor.get("name_en"))
                                       if isinstance(successor, dict) else ())]
        if about.get("level") != "province" and isinstance(about.get("province"), str):
            found |= {plain(spelling(name)): about["province"] for name in names if isinstance(name, str)}
    known = {place.code for place in load_places().all}
    return {name: province for name, province in found.items() if province in known}


def _span(place: Place, first: int, last: int) -> str:
    first, last = max(first, place.first_year), min(last, place.last_year)
    years = t("years.until", last=last) if first == 0 else \
        t("years.from", first=first) if last == 9999 else f"{first}-{last}"
    return f"{place.name} ({years})"
