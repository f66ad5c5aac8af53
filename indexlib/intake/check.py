"""Whether everything under ``data/`` is consistent."""

from __future__ import annotations

import pandas as pd

from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import listing, t
from indexlib.data import files
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.indicators import check_indicators
from indexlib.data.indicators import table as indicator_table
from indexlib.data.indicators import tables as indicator_tables
from indexlib.data.places import Places, load_places, plain
from indexlib.data.scores import load_reference, load_scores, load_source_names, load_sources, load_withheld
from indexlib.intake.checks.stored import check_figures
from indexlib.plan.plan import load_plan, plan_names

#: Codes go into names of files.
PLACE_CODE, COMPONENT_CODE = r"[a-z0-9_]{1,60}", r"[a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40}){0,5}"


def check_data() -> list[Problem]:
    """Every problem of the data folder: scores, catalogue, places, plans, sources."""
    problems: list[Problem] = []
    try:
        load_scores()
        problems += check_figures()[0]
    except DataError as error:
        problems += error.problems
    for check in (_catalogue, _places, _tiles, _tables_of_scores, check_indicators, _sources):
        try:
            problems += check()
        except DataError as error:
            problems += error.problems
    for name in plan_names():
        try:
            load_plan(name)
        except DataError as error:
            problems += error.problems
    return list(dict.fromkeys(problems))


def doubts_of_data() -> list[Problem]:
    """What a person should look at among the figures, that nobody has reviewed yet."""
    return check_figures()[1]


def _rows(table: str, frame: pd.DataFrame, mask: pd.Series, column: str, code: str) -> list[Problem]:
    file = files.shown_name(files.data_dir() / table)
    return [Problem(file, "", int(row), column, code, t(f"check.{code}", value=frame.at[row, column]))
            for row in frame.index[mask.to_numpy()]]


def _catalogue() -> list[Problem]:
    c = load_catalogue()
    comp, blocks = c.components, c.comparability
    known = set(comp["component"])
    problems = _rows("catalogue/components.csv", comp, comp.duplicated("component"), "component", "duplicate")
    problems += _rows("catalogue/components.csv", comp, ~comp["component"].str.fullmatch(COMPONENT_CODE), "component",
                      "code")
    orphan = ~comp["parent"].isin(known) & (comp["level"] != TOTAL)
    problems += _rows("catalogue/components.csv", comp, orphan, "parent", "parent")
    for name in ("comparability", "cautions", "weights", "labels"):
        frame = getattr(c, name)
        problems += _rows(f"catalogue/{name}.csv", frame, ~frame["component"].isin(known), "component",
                          "unknown_component")
    table = "catalogue/comparability.csv"
    ordered = blocks.sort_values(["component", "first_year"])
    same = ordered["component"] == ordered["component"].shift()
    overlap = same & (ordered["first_year"] <= ordered["last_year"].shift())
    problems += _rows(table, ordered, overlap, "component", "overlap")
    follows = same & (ordered["first_year"] == ordered["last_year"].shift() + 1)
    silent = follows & ((ordered["edge_vi"] == "") | (ordered["edge_en"] == ""))
    problems += _rows(table, ordered, silent, "edge_vi", "no_edge")
    problems += _rows(table, blocks, blocks["scale_min"] >= blocks["scale_max"], "scale_min", "scale")
    problems += _rows(table, blocks, ~blocks["evidence"].isin(["documented", "data"]), "evidence", "evidence")
    return problems


def _places() -> list[Problem]:
    p = load_places()
    codes = set(p.places["code"])
    problems = _rows("places/places.csv", p.places, p.places.duplicated(["code", "first_year"]), "code", "duplicate")
    problems += _rows("places/places.csv", p.places, ~p.places["code"].str.fullmatch(PLACE_CODE), "code", "code")
    problems += _rows("places/aliases.csv", p.aliases, ~p.aliases["code"].isin(codes), "code", "unknown_place")
    for column in ("old_code", "new_code"):
        problems += _rows("places/mergers.csv", p.mergers, ~p.mergers[column].isin(codes), column, "unknown_place")
    return problems + _two_places(p)


def _two_places(p: Places) -> list[Problem]:
    """Spellings that name two places in one year."""
    file = files.shown_name(files.data_dir() / "places" / "aliases.csv")
    rows = pd.DataFrame(p._spellings, columns=["key", "code", "first", "last"])
    rows["level"] = rows["code"].map(p.places.drop_duplicates("code").set_index("code")["level"])
    rows["plain"] = rows["key"].map(plain)
    pairs = rows.merge(rows, on=["plain", "level"])
    clash = pairs[(pairs["code_x"] < pairs["code_y"]) & (pairs["first_x"] <= pairs["last_y"])
                  & (pairs["first_y"] <= pairs["last_x"])]
    apart = {(x.code, y.code) for x in p.all for y in p.all
             if x.last_year < y.first_year or y.last_year < x.first_year}
    bad = sorted({r.key_x for r in clash.itertuples() if (r.code_x, r.code_y) not in apart})
    return [Problem(file, "", None, "alias", "spelling", t("check.spelling", value=key)) for key in bad]


def _tiles() -> list[Problem]:
    frame = files.read_table(files.data_dir() / "catalogue" / "tiles.csv", ["set", "code", "row", "col", "label_vi"])
    problems = _rows("catalogue/tiles.csv", frame, frame.duplicated(["set", "row", "col"]), "code", "tile")
    file = files.shown_name(files.data_dir() / "catalogue" / "tiles.csv")
    for name, year in (("63", 2024), ("34", 2025)):
        want = {p.code for p in load_places().valid(year)} | {"hoang_sa", "truong_sa"}
        odd = want ^ set(frame.loc[frame["set"] == name, "code"])
        if odd:
            problems.append(Problem(file, "", None, "code", "tile_missing",
                                    t("check.tile_missing", set=name, names=listing(sorted(odd)))))
    return problems


def _tables_of_scores() -> list[Problem]:
    c, codes = load_catalogue(), set(load_places().places["code"])
    problems = []
    for table, frame in (("scores/withheld.csv", load_withheld()), ("scores/reference.csv", load_reference())):
        known = frame["component"].isin(c.order)
        problems += _rows(table, frame, ~known, "component", "unknown_component")
        problems += _rows(table, frame, known & (c.with_block(frame)["block"] == 0), "component", "no_block")
    held = load_withheld()
    problems += _rows("scores/withheld.csv", held, ~held["place"].isin(codes), "place", "unknown_place")
    problems += _rows("scores/withheld.csv", held, held.duplicated(["year", "place", "component"]), "component",
                      "duplicate")
    return problems


def _sources() -> list[Problem]:
    """Every source named stands in sources.csv, and every source there is used."""
    c, sources = load_catalogue(), load_sources()
    tables = {"scores/withheld.csv": load_withheld(), "scores/reference.csv": load_reference(),
              "catalogue/labels.csv": c.labels, "catalogue/editions.csv": c.editions,
              "places/places.csv": load_places().places}
    known, used, problems = set(sources["source"]), set(load_scores()["source"]), []
    used.update(*(indicator_table(files.data_dir(), path)["source"] for path in indicator_tables()))
    for table, frame in tables.items():
        named = frame["source"].str.split("; ")
        used |= {key for keys in named for key in keys}
        problems += _rows(table, frame, named.map(lambda keys: not set(keys) <= known | {""}), "source",
                          "unknown_source")
    problems += _rows("sources.csv", sources, ~sources["source"].isin(used), "source", "unused_source")
    names, where = load_source_names(), sources["where"]
    nothing = names["begins"].map(lambda begins: not begins or not where.str.startswith(begins).any())
    problems += _rows("source_names.csv", names, nothing, "begins", "names_nothing")
    return problems + _rows("sources.csv", sources, sources.duplicated("source"), "source", "duplicate")
