"""One HTML file with the views of an index over all places, that any browser opens without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from indexlib.analysis.like_for_like import like_for_like, reaches_back
from indexlib.analysis.standing import GROUPS
from indexlib.base import wording as w
from indexlib.base.atomic import write
from indexlib.base.wording import LANGUAGES, language, own, speaking, t
from indexlib.charts.grids import tile_table
from indexlib.charts.messages import alike, tile_name
from indexlib.content.tables import indicators
from indexlib.content.tables.behind import SUBINDEX
from indexlib.data.catalogue import find_index, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores, load_withheld
from indexlib.data.search import find_component, known_words
from indexlib.widgets.choices import components, ranked, years

TEMPLATE = Path(__file__).with_name("page.html")
WORDS = ("title", "place", "compare", "none", "search", "year", "computed", "source", "no_figures", "history", "ranks",
         "position", "movement", "heat", "tiles", "language", "edge", "alike", "indicators")
#: Texts of other places, with what the page puts into them.
FILLED = {"no_component": ("indicators.no_component", ["year"]), "no_table": ("indicators.no_table", ["years"]),
          "no_alike": ("chart.alike.none", ["component", "place"]), "indicator": ("col.indicator", []),
          "measured_in": ("col.measured_in", []), "nothing_found": ("explore.nothing_found", ["text"]),
          "withheld": ("chart.withheld", [])}


def save_page(path: Path | str, index: str = "papi", place: str = "thanh_hoa", component: str | None = None,
              language_: str | None = None) -> Path:
    """Write the views of an index over all places into one HTML file, in Vietnamese and English, a switch between them.

    Parameters
    ----------
    path : Path or str
        The file to write; its folder is made.
    index, place, component : str, optional
        What it shows first, in any spelling.
    language_ : {"vi", "en"}, optional
        The language in which it opens; default that in force.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> save_page(tempfile.mkdtemp() + "/papi.html").stat().st_size < 5_000_000
    True
    """
    path, index = Path(path), find_index(index)
    first = {"place": find_place(place).code, "component": find_component(component, index) if component else index,
             "language": language_ or language()}
    text = json.dumps(figures(index) | {"first": first}, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, TEMPLATE.read_text(encoding="utf-8").replace("{{data}}", text))
    return path


def figures(index: str) -> dict:
    """All that the page draws.

    Returns
    -------
    dict
        ``rows``: by component and year, for each place ``[score, rank, whether published, group, change]``, groups
        numbered from 1 (high), 0 where there is none; ``base`` and ``block`` by component and year; ``held``: what was
        withheld, ``"place component year"``; ``alike`` and ``behind``: sums of what is measured alike and indicators, see
        :func:`_sums` and :func:`_behind`; what the search reads; names and words by language.
    """
    catalogue, of, codes = load_catalogue(), load_catalogue().with_block(ranked(index)), list(components(index))
    of = of[of["component"].isin(codes)]
    rows: dict = {c: {} for c in codes}
    shared: dict = {"base": {}, "block": {}}
    for (c, y), group in of.groupby(["component", "year"], observed=True):
        rows[c][int(y)] = {r.place: [_number(r.score), _number(r.rank), int(r.rank_kind == "published"),
                                     GROUPS.index(r.group) + 1 if r.group in GROUPS else 0,
                                     _moved(r.moved, catalogue.decimals(index))]
                           for r in group.itertuples(index=False)}
        for name, value in (("base", group["base"].max()), ("block", group["block"].iloc[0])):
            shared[name].setdefault(c, {})[int(y)] = _number(value)
    held = load_withheld()
    held = held[held["component"].isin(codes)]
    places, last = sorted(of["place"].unique()), years(index)[-1]
    sums, behind = _sums(index, codes), _behind(codes, years(index))
    return {**known_words(index), "alike": {code: of["vi"] for code, of in sums.items()},
            "behind": {code: {b: of["vi"][0] for b, of in blocks.items()} for code, blocks in behind.items()},
            "index": index, "name": catalogue.short_name(index), "decimals": catalogue.decimals(index), "years": years(index),
            "components": codes, "places": places, "rows": rows, **shared, "depth": {c: c.count(".") for c in codes},
            "said": {code: _said(code, index, codes, places, last) | {
                "alike": {c: {y: one["note"] for y, one in of[code].items()} for c, of in sums.items()},
                "behind": {c: {b: of[code][1] for b, of in blocks.items()} for c, blocks in behind.items()}}
                     for code in LANGUAGES},
            "tiles": [[r.code, r.row, r.col] for r in _tiles(last)],
            "held": [f"{p} {c} {y}" for p, c, y in zip(held["place"], held["component"], held["year"], strict=True)]}


def _said(code: str, index: str, components_: list[str], places: list[str], year: int) -> dict:
    """Every name and word of the page in a language."""
    catalogue = load_catalogue()
    with speaking(code):
        return {"words": {k: t(f"page.explore.{k}") for k in WORDS} | {
                    k: t(key, **{name: f"{{{name}}}" for name in names}) for k, (key, names) in FILLED.items()},
                "publisher": own(catalogue.by_index[index], "publisher"), "groups": [t(f"chart.group.{g}") for g in GROUPS],
                "unit": t("unit." + catalogue.component(index).unit),
                "components": {c: catalogue.label(c) for c in components_},
                "places": {p: load_places().get(p, year).name for p in places},
                "tiles": {r.code: tile_name(r.code, r.label_vi, year) for r in _tiles(year)}}


def _sums(index: str, codes: list[str]) -> dict:
    """By component, language and last year: ``rows`` and ``base`` of the sums of what is measured alike, and their note."""
    out: dict = {}
    for c, y in ((c, y) for c in codes for y in years(index) if reaches_back(c, y)):
        sums = like_for_like(load_scores(index), c, reaches_back(c, y), y)
        rows: dict = {}
        for r in sums.figures.itertuples(index=False):
            rows.setdefault(int(r.year), {})[r.place] = [_number(r.score), _number(r.rank), 0, 0, None]
        base = {int(k): _number(v) for k, v in sums.figures.groupby("year")["base"].max().items()}
        for code in LANGUAGES if rows else ():
            with speaking(code):
                note = alike(sums)
            out.setdefault(c, {}).setdefault(code, {})[y] = {"rows": rows, "base": base} | {"note": note}
    return out


def _behind(codes: list[str], at_hand: list[int]) -> dict:
    """By sub-index, first year of a comparable block and language: columns (place, year) with their cells, then the
    labels, units and notes; the cells in Vietnamese."""
    out: dict = {}
    for c in codes:
        if (load_catalogue().component(c).index, load_catalogue().component(c).level) != ("pci", SUBINDEX):
            continue
        blocks = load_catalogue().with_block(pd.DataFrame({"component": c, "year": at_hand})).query("block > 0")
        out[c] = {}
        for block, last in blocks.groupby("block")["year"].max().items():
            names = {p.name: p.code for p in load_places().valid(last)}
            for code in LANGUAGES:
                with speaking(code):
                    table = indicators([c], list(names.values()), int(last))
                    here = {load_places().get(p, int(last)).name: p for p in names.values()}
                if table.frame.empty:
                    continue
                cells = {f"{here[name[0]]} {name[1]}": table.frame[name].tolist()
                         for name in table.frame.columns if isinstance(name, tuple)}
                labels = table.frame[["indicator", "measured_in"]].to_numpy().tolist()
                out[c].setdefault(int(block), {})[code] = (cells, {"labels": labels, "notes": table.notes})
    return out


def _tiles(year: int) -> list:
    return list(tile_table(year).itertuples(index=False))


def _moved(value: float, decimals: int) -> str | None:
    """A change as the library writes it in Vietnamese, so that both round alike."""
    if pd.isna(value):
        return None
    with speaking("vi"):
        return w.change(value, decimals)


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 6)  # type: ignore[arg-type, call-overload]
