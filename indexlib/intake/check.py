"""Whether everything under ``data/`` is consistent."""

from __future__ import annotations

from functools import partial

import pandas as pd

from indexlib.analysis.standing import GROUPS
from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import has, listing, t
from indexlib.data import files
from indexlib.data.catalogue import PART, TOTAL, load_catalogue
from indexlib.data.files import problems_where
from indexlib.data.indicators import check_indicators
from indexlib.data.indicators import table as indicator_table
from indexlib.data.indicators import tables as indicator_tables
from indexlib.data.places import LEVELS, Places, load_places, plain
from indexlib.data.scores import (
    KEYS,
    RECAST,
    VALUES,
    load_recast,
    load_reference,
    load_remarks,
    load_scores,
    load_source_names,
    load_sources,
    load_withheld,
)
from indexlib.intake.checks.stored import check_figures
from indexlib.intake.recognise import READERS
from indexlib.plan.plan import load_plan, plan_names
from indexlib.plan.second_look import judgements

#: Codes go into names of files.
PLACE_CODE, COMPONENT_CODE = r"[a-z0-9_]{1,60}", r"[a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40}){0,5}"
TABLE_NAME = r"[a-z0-9_]{1,60}\.csv"
#: Tables beside those of the indices.
BESIDE = ("withheld.csv", "reference.csv", "remarks.csv", "corrections.csv", RECAST)
TOTAL_RULES = ("sum", "weights", "weights_unknown", "unknown")


def check_data() -> list[Problem]:
    """Every problem of the data folder: scores, catalogue, places, plans, sources."""
    problems: list[Problem] = []
    try:
        load_scores()
        problems += check_figures()[0]
    except DataError as error:
        problems += error.problems
    for check in (_indices, _catalogue, _places, _tiles, _tables_of_scores, check_indicators, _sources):
        try:
            problems += check()
        except DataError as error:
            problems += error.problems
    for name in plan_names():
        try:
            problems += judgements(load_plan(name), files.data_dir() / "plans" / name)
        except DataError as error:
            problems += error.problems
    return list(dict.fromkeys(problems))


def _indices() -> list[Problem]:
    """Every index can be read, judged and shown, and no table of scores is left unread."""
    c = load_catalogue()
    indices, comp, codes = c.indices, c.components, c.indices["index"]
    of = partial(problems_where, "catalogue/indices.csv", indices)
    problems = of(indices.duplicated("index"), "index", "check.duplicate")
    problems += of(~codes.str.fullmatch(PLACE_CODE), "index", "check.code")
    problems += of(~codes.isin(c.editions["index"]), "index", "check.no_edition")
    problems += of(~codes.isin(comp.loc[comp["level"] == TOTAL, "component"]), "index", "check.no_total")
    problems += of(~indices["file"].str.fullmatch(TABLE_NAME), "file", "check.table_name")
    problems += of(indices.duplicated("file"), "file", "check.duplicate")
    problems += of(~indices["withholds"].isin(["", "1"]), "withholds", "check.withholds")
    for index in c.by_index.values():
        mine, own = codes == index.code, comp.loc[comp["index"] == index.code, "component"]
        readers = [name for name, reader in READERS.items() if getattr(reader, "INDEX", index.code) == index.code]
        problems += of(mine & ~indices["reader"].isin(["", *readers]), "reader", "check.reader", names=listing(readers))
        problems += of(mine & (not {*index.parts} <= {*own}), "parts", "check.unknown_component")
    for name, frame in (("catalogue/components", comp), ("catalogue/editions", c.editions),
                        ("scores/reference", load_reference())):
        problems += problems_where(f"{name}.csv", frame, ~frame["index"].isin(codes), "index", "check.unknown_index")
    problems += problems_where("catalogue/editions.csv", c.editions, ~c.editions["total_rule"].isin(TOTAL_RULES),
                               "total_rule", "check.total_rule")
    read = {*indices["file"], *BESIDE}
    return problems + [Problem(files.shown_name(path), "", None, "", "unread_table", t("check.unread_table"))
                       for path in sorted((files.data_dir() / "scores").iterdir())
                       if path.suffix.lower() == ".csv" and path.name not in read]


def doubts_of_data() -> list[Problem]:
    """What a person should look at among the figures, that nobody has reviewed yet."""
    return check_figures()[1]


def _catalogue() -> list[Problem]:
    c = load_catalogue()
    comp, blocks, groups = c.components, c.comparability, c.groups
    known = set(comp["component"])
    of = partial(problems_where, "catalogue/components.csv", comp)
    problems = of(comp.duplicated("component"), "component", "check.duplicate")
    problems += of(~comp["component"].str.fullmatch(COMPONENT_CODE), "component", "check.code")
    problems += of(~comp["parent"].isin(known) & (comp["level"] != TOTAL), "parent", "check.parent")
    problems += of(comp["component"].str.split(".").str[0] != comp["index"], "component", "check.index_of")
    problems += of((comp["level"] == TOTAL) != (comp["component"] == comp["index"]), "component", "check.total")
    # Those directly below a total are counted in words: "8 dimensions".
    main = comp["parent"].isin(c.indices["index"]) & (comp["level"] != PART)
    named = [level == PART or (has(f"level.{level}") and (has(f"what.{level}") or not counted))
             for level, counted in zip(comp["level"], main, strict=True)]
    problems += of(~pd.Series(named, comp.index), "level", "check.no_text")
    for table, frame, column, key in (("components", comp, "unit", "unit"), ("weights", c.weights, "basis", "basis"),
                                      ("indices", c.indices, "unit", "unit")):
        unnamed = ~frame[column].map(lambda value, key=key: has(f"{key}.{value}")).astype(bool)
        problems += problems_where(f"catalogue/{table}.csv", frame, unnamed, column, "check.no_text")
    for name in ("comparability", "cautions", "weights", "labels", "groups"):
        frame = getattr(c, name)
        problems += problems_where(f"catalogue/{name}.csv", frame, ~frame["component"].isin(known), "component",
                                   "check.unknown_component")
    of = partial(problems_where, "catalogue/groups.csv", groups)
    problems += of(~groups["group"].isin(GROUPS), "group", "check.no_text")
    problems += of(groups.duplicated(["component", "year", "group"]), "group", "check.duplicate")
    ordered = blocks.sort_values(["component", "first_year"])
    same = ordered["component"] == ordered["component"].shift()
    of = partial(problems_where, "catalogue/comparability.csv", ordered)
    problems += of(same & (ordered["first_year"] <= ordered["last_year"].shift()), "component", "check.overlap")
    follows = same & (ordered["first_year"] == ordered["last_year"].shift() + 1)
    problems += of(follows & ((ordered["edge_vi"] == "") | (ordered["edge_en"] == "")), "edge_vi", "check.no_edge")
    of = partial(problems_where, "catalogue/comparability.csv", blocks)
    problems += of(blocks["scale_min"] >= blocks["scale_max"], "scale_min", "check.scale")
    return problems + of(~blocks["evidence"].isin(["documented", "data"]), "evidence", "check.evidence")


def _places() -> list[Problem]:
    p = load_places()
    codes = set(p.places["code"])
    of = partial(problems_where, "places/places.csv", p.places)
    problems = of(p.places.duplicated(["code", "first_year"]), "code", "check.duplicate")
    problems += of(~p.places["code"].str.fullmatch(PLACE_CODE), "code", "check.code")
    problems += of(~p.places["level"].isin(LEVELS), "level", "check.no_text")
    for name, frame, columns in (("aliases", p.aliases, ["code"]), ("mergers", p.mergers, ["old_code", "new_code"])):
        for column in columns:
            problems += problems_where(f"places/{name}.csv", frame, ~frame[column].isin(codes), column, "check.unknown_place")
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
    problems = problems_where("catalogue/tiles.csv", frame, frame.duplicated(["set", "row", "col"]), "code",
                              "check.tile")
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
    recast = load_recast()
    problems += problems_where(f"scores/{RECAST}", recast, ~recast["place"].isin(codes), "place", "check.unknown_place")
    problems += problems_where(f"scores/{RECAST}", recast, recast.duplicated(["year", "place", "component"]), "component",
                               "check.duplicate")
    for table, frame in (("scores/withheld.csv", load_withheld()), ("scores/reference.csv", load_reference()),
                         ("scores/remarks.csv", load_remarks()), (f"scores/{RECAST}", recast)):
        known = frame["component"].isin(c.order)
        problems += problems_where(table, frame, ~known, "component", "check.unknown_component")
        problems += problems_where(table, frame, known & (c.with_block(frame)["block"] == 0), "component",
                                   "check.no_block")
    for table, frame, keys in (("scores/withheld.csv", load_withheld(), KEYS),
                               ("scores/remarks.csv", load_remarks(), [*KEYS, "column", "value", "source"])):
        problems += problems_where(table, frame, ~frame["place"].isin(codes), "place", "check.unknown_place")
        problems += problems_where(table, frame, frame.duplicated(keys), "component", "check.duplicate")
    remarks = load_remarks()
    return problems + problems_where("scores/remarks.csv", remarks, ~remarks["column"].isin(VALUES), "column",
                                     "check.remark_column")


def _sources() -> list[Problem]:
    """Every source named stands in sources.csv, and every source there is used."""
    c, sources = load_catalogue(), load_sources()
    tables = {"scores/withheld.csv": load_withheld(), "scores/reference.csv": load_reference(),
              "scores/remarks.csv": load_remarks(), f"scores/{RECAST}": load_recast(),
              "catalogue/labels.csv": c.labels, "catalogue/groups.csv": c.groups,
              "catalogue/editions.csv": c.editions, "places/places.csv": load_places().places,
              **{f"plans/{name}/targets.csv": load_plan(name).targets for name in plan_names()}}
    known, problems = set(sources["source"]), []
    used = {key for keys in load_scores()["source"].unique() for key in keys.split("; ")}
    used.update(*(indicator_table(files.data_dir(), path)["source"] for path in indicator_tables()))
    for table, frame in tables.items():
        named = frame["source"].str.split("; ")
        used |= {key for keys in named for key in keys}
        problems += problems_where(table, frame, named.map(lambda keys: not set(keys) <= known | {""}), "source",
                                   "check.unknown_source")
    problems += problems_where("sources.csv", sources, ~sources["source"].isin(used), "source", "check.unused_source")
    names, where = load_source_names(), sources["where"]
    nothing = names["begins"].map(lambda begins: not begins or not where.str.startswith(begins).any())
    problems += problems_where("source_names.csv", names, nothing, "begins", "check.names_nothing")
    return problems + problems_where("sources.csv", sources, sources.duplicated("source"), "source", "check.duplicate")
