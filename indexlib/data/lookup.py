"""The one place that a name stands for in a year."""

from __future__ import annotations

from indexlib.base.problems import PlaceError
from indexlib.base.wording import listing, t
from indexlib.data.places import Place, load_places
from indexlib.data.scores import latest_year


def find_place(text: str, year: int | None = None) -> Place:
    """The one place that a code or spelling names in a year.

    Parameters
    ----------
    text : str
        A code or any known spelling, with or without diacritics.
    year : int, optional
        Index year; default the latest year with scores.

    Returns
    -------
    Place

    Raises
    ------
    PlaceError
        No place, or a place that does not exist in that year; the text names the nearest.

    Examples
    --------
    >>> find_place("thanh hoa").code, find_place("TP.HCM", 2024).code
    ('thanh_hoa', 'ho_chi_minh')
    >>> find_place("Bắc Ninh", 2024).code, find_place("Bắc Ninh", 2025).code
    ('bac_ninh', 'bac_ninh_2025')
    """
    places = load_places()
    year = latest_year() if year is None else year
    if any(p.code == text for p in places.all):
        found = {(p.code, p.first_year, p.last_year) for p in places.all if p.code == text}
    else:
        found = places.codes_of(text)
    now = {code for code, first, last in found if first <= year <= last and places.get(code, year).valid(year)}
    if len(now) == 1:
        return places.get(now.pop(), year)
    if found:
        raise PlaceError(t("place.other_years", text=text, year=year, years=listing(
            [_span(places.get(c), f, u) for c, f, u in sorted(found)])))
    near = places.nearest(text, year)
    raise PlaceError(t("place.unknown_near", text=text, near=listing(near)) if near
                     else t("place.unknown", text=text))


def _span(place: Place, first: int, last: int) -> str:
    first, last = max(first, place.first_year), min(last, place.last_year)
    years = t("years.until", last=last) if first == 0 else \
        t("years.from", first=first) if last == 9999 else f"{first}-{last}"
    return f"{place.name} ({years})"
