"""What figures there are for a place and year, what is missing, and where they were read."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import own, t
from indexlib.content.tables.cells import shorten
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import load_sources, source_name
from indexlib.plan.review import Findings

#: Letters of an address that a paper prints.
ADDRESS = 90
#: An address of somebody's copy, and addresses of the publishers themselves.
COPIES, OWN = r"https?://|github\.com|huggingface\.co", r"//(?:\w+\.)*(?:papi\.org|pcivietnam|moha\.gov)\.vn"


def coverage(found: Findings, indices: tuple[str, ...] | None = None, hint: bool = False) -> list[str]:
    """What an index cannot say for the place and year: one line each, with the items left unjudged.

    Parameters
    ----------
    found : Findings
    indices : tuple of str, optional
        Default all.
    hint : bool
        Whether to say into which file missing figures go: help for who runs this, not for a signed paper.
    """
    unjudged = found.unjudged_items()
    asked = index_codes() if indices is None else indices
    return [line for index in asked if (line := _coverage_line(found, index, unjudged, hint))]


def _coverage_line(found: Findings, index: str, unjudged: list[str], hint: bool) -> str:
    catalogue, year = load_catalogue(), found.params.year
    valid = catalogue.valid(year, index)
    where = t("coverage.add", file=f"data/scores/{catalogue.by_index[index].file}") if hint else ""
    missing = found.now.missing[found.now.missing["index"] == index]
    held, away = (missing[missing["reason"] == r] for r in ("withheld", "not_at_hand"))
    here = found.now.components[found.now.components["index"] == index]
    parts = []
    if len(held):
        whole, why = len(held) == len(valid), held["why"].iloc[0]
        names = w.listing([catalogue.label(c) for c in held["component"]])
        parts.append(t("coverage.withheld_all", why=why) if whole else
                     t("coverage.withheld", n=len(held), why=why, names=names))
    if len(away):
        parts.append(t("coverage.all" if len(away) == len(valid) else "coverage.some", n=len(away)) + where)
    bare, of_maximum = here[_bare(here)], here[here["score"].isna() & ~_bare(here)]
    if len(bare):
        parts.append(t("coverage.rank_only") if bare["component"].tolist() == [index] else
                     t("coverage.rank_only_some", n=len(bare)))
    if len(of_maximum):
        parts.append(t("coverage.of_maximum", n=len(of_maximum)))
    partial = here[(here["panel"] == "partial") & here["score"].notna()]
    if len(partial):
        low, high = int(partial["scored"].min()), int(partial["scored"].max())
        span = str(low) if low == high else t("coverage.span", low=low, high=high)
        parts.append(t("coverage.partial", n=len(partial), low=span, expected=int(partial["expected"].max())))
    if not parts:
        return ""
    links = found.plan.mapping
    open_ = set(missing["component"]) | set(here.loc[here["judged"] == 0, "component"])
    waiting = set(links.loc[links["component"].isin(open_), "item"])
    items = [i for i in unjudged if i in waiting]
    after = t("coverage.items", items=w.listing(items)) if items else ""
    return t("coverage.line", index=catalogue.short_name(index), year=year, parts="; ".join(parts)) + after


def _bare(components: pd.DataFrame) -> pd.Series:
    """Which components have only a rank: neither points nor a percent of the maximum."""
    return components["score"].isna() & components["percent"].isna()


def editions(found: Findings) -> Table:
    """How each index was measured and published in the year."""
    catalogue, year, rows = load_catalogue(), found.params.year, []
    for code, index in catalogue.by_index.items():
        if row := catalogue.edition(code, year):
            low, high = (w.number(row[k], 0) for k in ("scale_min", "scale_max"))
            how = "; ".join(x for x in (f"{low}-{high}", own(row, "note")) if x)
            publisher = own(index, "publisher") if found.place.level == "province" else w.NONE
            rows.append((index.short_name, publisher, how, row["legal_basis"] or w.NONE))
        else:
            rows.append((index.short_name, own(index, "publisher"), t("index.none"), w.NONE))
    return Table(t("table.editions", year=year), pd.DataFrame(rows, columns=["index", "publisher", "edition", "legal"]))


def at_hand(found: Findings) -> Table:
    """How many components of each index have a score, only a rank, nothing, or were withheld."""
    catalogue, rows = load_catalogue(), []
    for index in index_codes():
        here = found.now.components[found.now.components["index"] == index]
        missing = found.now.missing[found.now.missing["index"] == index]["reason"]
        whole = here["panel"].eq("complete").sum()
        panel = w.NONE if here.empty else t("yes") if whole == len(here) else t("no") if whole == 0 else \
            f"{whole}/{len(here)}"
        rows.append((catalogue.short_name(index), str((~_bare(here)).sum()), str(_bare(here).sum()),
                     str((missing == "not_at_hand").sum()), str((missing == "withheld").sum()), panel))
    columns = ["index", "with_score", "with_rank", "missing", "held", "whole"]
    return Table(t("table.at_hand"), pd.DataFrame(rows, columns=columns))


def sources(found: Findings, years: int = 2) -> Table:
    """Where the figures of the place were read, of the year and as many before it as make ``years``."""
    where = load_sources().set_index("source")["where"]
    figures = _figures(_read_at(found, years), "source")
    rows = [(key, text, source_name(where[key]) or where[key]) for key, text in figures.items()]
    return Table(t("table.sources"), pd.DataFrame(rows, columns=["source", "figures", "where"]),
                 empty=t("empty.nothing", year=found.params.year))


def named_sources(found: Findings, years: int = 2, index: str = "", whole: bool = False) -> list[tuple[str, str]]:
    """The same for a paper: figures and the name of where they were read, sources of one name together.

    Addresses are cut but where they are asked for ``whole``.
    """
    read = _read_at(found, years)
    if index:
        read = read[read["index"] == load_catalogue().short_name(index)]
    where = load_sources().set_index("source")["where"]
    figures = _figures(read.assign(name=read["source"].map(where).map(
        lambda at: source_name(at) or (at if whole else shorten(at, ADDRESS)))), "name")
    return [(text, name) for name, text in figures.items()]


def _read_at(found: Findings, years: int) -> pd.DataFrame:
    """``source``, ``index`` (its name), ``year`` and ``n``, how many figures of the place were read there."""
    s, year = found.scores, found.params.year
    mine = s[(s["place"] == found.place.code) & s["year"].between(year - years + 1, year)]
    mine = mine.assign(source=mine["source"].str.split("; ")).explode("source", ignore_index=True)
    index = mine["component"].str.split(".").str[0].map(load_catalogue().short_name).rename("index")
    return mine.groupby(["source", index, "year"], sort=False).size().reset_index(name="n")


def _figures(read: pd.DataFrame, by: str) -> dict[str, str]:
    """Years of each index with the number of figures: "PAPI 2023 (28), 2024 (28); PCI 2024 (11)"."""
    whole = read.groupby([by, "index", "year"], sort=False)["n"].sum().reset_index()
    whole["said"] = whole["year"].astype(str) + " (" + whole["n"].astype(str) + ")"
    of_index = whole.groupby([by, "index"], sort=False)["said"].agg(", ".join).reset_index()
    return (of_index["index"] + " " + of_index["said"]).groupby(of_index[by], sort=False).agg("; ".join).to_dict()


def publishers(found: Findings, years: int = 2) -> str:
    """Who published the figures that :func:`sources` gives, and which were read in a third party's copy."""
    catalogue, read = load_catalogue(), _read_at(found, years)
    if read.empty or found.place.level != "province":
        return ""
    where = load_sources().set_index("source")["where"]
    at = read["source"].map(where).map(lambda text: f"{text} {source_name(text)}")
    of = {index: _years(read[read["index"] == catalogue.short_name(index)]) for index in index_codes()}
    by: dict[str, list[str]] = {}
    for index, figures in of.items():
        by.setdefault(own(catalogue.by_index[index], "publisher"), []).extend(figures)
    said = t("report.publishers", publishers="; ".join(f"{name}: {w.listing(f)}" for name, f in by.items() if f))
    third = _years(read[at.str.contains(COPIES) & ~at.str.contains(OWN)])
    return f"{said} {t('report.publishers.third', figures=w.listing(third))}" if third else said


def _years(read: pd.DataFrame) -> list[str]:
    """Each index with its years: "PAPI 2023 và 2024"."""
    return [f"{index} {w.listing_and([str(y) for y in sorted(set(years))])}"
            for index, years in read.groupby("index", sort=False)["year"]]
