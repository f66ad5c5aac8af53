"""What stands behind a sub-index: its indicators as the workbooks print them, never ranked, flagged or compared."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import language, t
from indexlib.content.tables.table import Table
from indexlib.data import indicators as data
from indexlib.data.asked import as_written, several
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_sources, source_name
from indexlib.plan.review import Findings

#: The level of components that have indicators.
SUBINDEX = "subindex"


def behind(found: Findings, n: int = 3) -> Table:
    """The indicators of the place behind the first ``n`` of its flagged sub-indices."""
    flagged = found.now.flagged()
    first = flagged.loc[flagged["level"] == SUBINDEX, "component"].head(n).tolist()
    if not first:
        return Table(t("table.behind"), pd.DataFrame(), empty=t("empty.behind"))
    return indicators(sorted(first, key=load_catalogue().order.get), [found.place.code], found.params.year)


@as_written
def indicators(components: str | list[str], places: list[str], year: int) -> Table:
    """Indicators of sub-indices, in the years of their comparable block that have a workbook.

    A row is an indicator in the order of the workbook, a column a place and a year of the block up to ``year``;
    places after the first are set beside it.

    Examples
    --------
    >>> indicators(["pci.2"], ["thanh_hoa"], 2024).frame.iloc[1].tolist()[1:]
    ['% (0,41 là 41%)', '0,416667']
    """
    catalogue, components = load_catalogue(), several(components)
    caption = t("table.indicators", components=w.listing([catalogue.label(c) for c in components]))
    known = [c for c in components if catalogue.component(c).level == SUBINDEX]
    asked = catalogue.with_block(pd.DataFrame({"component": known, "year": year})).query("block > 0")
    if asked.empty:
        return Table(caption, pd.DataFrame(), empty=t("indicators.no_component", year=year))
    years, at_hand = range(asked["block"].min(), year + 1), data.tables().values()
    parts = [data.load_indicators(year=y) for y in years if y in at_hand]
    if not parts:
        return Table(caption, pd.DataFrame(), empty=_none("indicators.no_table", years))
    rows = catalogue.with_block(pd.concat(parts).query("component in @components"))
    rows = rows[rows["block"] == rows["component"].map(asked.set_index("component")["block"])]
    read, names = set(rows["year"]), {p: load_places().get(p, year).name for p in places}
    waiting = [_none("indicators.no_table", set(years) - read)]
    for place, name in names.items():
        waiting.append(_none("indicators.no_place", read - set(rows.loc[rows["place"] == place, "year"]), place=name))
    rows, notes = rows[rows["place"].isin(places)], [text for text in waiting if text]
    if rows.empty:
        return Table(caption, pd.DataFrame(), empty=" ".join(notes))
    return Table(caption, _cells(rows, names, len(components) > 1), [t("indicators.as_printed"), *_sources(rows), *notes])


def _none(key: str, years: Iterable[int], **values: str) -> str:
    """Of which years there is nothing; empty if of none."""
    said = w.listing([str(y) for y in sorted(years)])
    return t(key, years=said, **values) if said else ""


def _cells(rows: pd.DataFrame, names: dict[str, str], several: bool) -> pd.DataFrame:
    """The table's cells: sub-index if there are several, label, unit, then the figures by place and year."""
    figures = rows.pivot(index="indicator", columns=["place", "year"], values="value")  # noqa: PD010
    figures = figures.iloc[data.order(figures.index.to_series()).argsort()]
    about = data.indicator_catalogue().set_index("indicator").loc[figures.index].to_dict("records")
    cells = {"component": [load_catalogue().label(row["component"]) for row in about]} if several else {}
    cells |= {"indicator": [_label(row) for row in about], "measured_in": [_unit(row) for row in about]}
    for place, year in sorted(figures, key=lambda c: (list(names).index(c[0]), c[1])):
        cells[names[place], str(year)] = [w.NONE if pd.isna(v) else w.plain_number(v) for v in figures[place, year]]
    return pd.DataFrame(zip(*cells.values(), strict=True), columns=pd.Index(list(cells), tupleize_cols=False))


def _label(row: dict) -> str:
    """The label as printed, in the language in force if it is printed in it, and what is odd about the figures."""
    label = row[f"label_{language()}"] or row["label_vi"] or row["label_en"]
    told = not row["note"] or row["note"].startswith(row["cells"] or " ")  # how the cells were told is no remark
    return label if told else t("indicators.noted", label=label, note=row["note"])


def _unit(row: dict) -> str:
    return t(f"indicators.unit.{row['cells'] or row['unit']}") if row["unit"] else w.NONE


def _sources(rows: pd.DataFrame) -> list[str]:
    """Where the figures were read, years of one source together."""
    where = load_sources().set_index("source")["where"]
    rows = rows[["year", "source"]].drop_duplicates()
    years = rows.assign(name=rows["source"].map(where).map(lambda at: source_name(at) or at)).groupby("name")["year"].unique()
    return [t("indicators.source", years=w.listing([str(y) for y in sorted(own)]), name=name)
            for name, own in years.sort_values(key=lambda found: found.map(min)).items()]
