"""What a person must still look at in a table that says each figure once: the few cells that stand out from the past."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.base.problems import IndexlibError, Problem
from indexlib.base.wording import plain_number, t
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import load_places
from indexlib.intake.files.numbers import decimals, number
from indexlib.intake.files.report import UNPROVED, letters
from indexlib.intake.reading import Reading

#: From how many times the usual change a figure stands out. In all tables of PAPI and PCI at hand at most eleven figures do,
#: in half of them at most two.
FAR = 5.0
#: ... or from how many times as far as all others but one it moved.
FURTHER = 2.0
#: Cells asked for at once; years before within which a place is compared with itself; years of changes that are usual.
SHOWN, BACK, USUAL = 3, 2, 3
#: Cells named beside those asked for.
NAMED = 12
#: Fewer places tell no usual change; fewer components no profile of a place.
FEWEST, PROFILE = 10, 5
#: Fewer places have no farthest but one.
MANY = 30
#: Two places whose figures fit each other's past so many times better than their own have been exchanged.
CROSSED = 1.5
#: A column whose order of places is less like the year before's (Spearman) than this is doubted as a whole, as one that
#: lies a row down is. No published total of PAPI and PCI is, and no part in a year that is measured alike.
UNLIKE = {"total": 0.2, "dimension": 0.1, "subindex": 0.1}
MAD = 1.4826
CONFIRM = re.compile(r"\s*(.+?)[\s,;]+([a-zA-Z]+(?:\.\w+)*)\s*=\s*(\S+)\s*")


@dataclass(frozen=True)
class Cell:
    """A figure beside the one of an earlier year, measured alike or not; it moved ``times`` the ``usual`` change.

    ``out`` if it stands out; ``like`` is the place whose past its row follows, and that place's row its own.
    """

    year: int
    place: str
    component: str
    value: float
    before: float
    of_year: int
    alike: bool
    usual: float
    times: float
    out: bool
    like: str

    @property
    def key(self) -> str:
        return f"{self.place} {self.component}"

    @property
    def beside(self) -> str:
        return str(self.of_year) if self.alike else t("add.otherwise", year=self.of_year)


def ask(reading: Reading, have: pd.DataFrame, once: list[Problem], file: str) -> list[Problem]:
    """The questions about a table that does not prove itself, few enough to be read.

    Parameters
    ----------
    reading : Reading
    have : DataFrame
        The stored scores of the index.
    once : list of Problem
        What nothing bears out.
    file : str

    Returns
    -------
    list of Problem
        One for each figure that stands out (code ``stands_out``, three at the most), to be confirmed, and a line
        (``further``) that names the others; without any, one (``once``) that says what was compared and what error would
        leave no trace.
    """
    if not any(p.code in UNPROVED for p in once):
        return once
    rest = [p for p in once if p.code not in UNPROVED]
    cells = compared(reading.scores, have)
    out = sorted((c for c in cells if c.out), key=lambda c: (not c.like, -c.times))
    if out:
        more = [Problem(file, "", None, "", "further", _further(out[SHOWN:]))] if out[SHOWN:] else []
        return [*rest, *(_stands_out(cell, reading, file) for cell in out[:SHOWN]), *more]
    # With nothing to compare, the rows that would show exchanged headers are named too.
    heads = [] if cells else [p.message for p in once if p.code == "headers_once"]
    return [*rest, Problem(file, "", None, "", "once", ". ".join([_once(reading, cells), *heads]))]


def _stands_out(cell: Cell, reading: Reading, file: str) -> Problem:
    where = reading.figures[cell.year].where(cell.component, "score", cell.place)
    other = load_places().get(cell.like, cell.year).name if cell.like else ""
    said = t("add.rows_exchanged" if cell.like else "add.stands_out", place=load_places().get(cell.place, cell.year).name,
             other=other, component=load_catalogue().label(cell.component), code=cell.component,
             value=plain_number(cell.value), of_year=cell.beside, before=plain_number(cell.before),
             times=plain_number(round(cell.times, 1)))
    return Problem(file, reading.figures[cell.year].sheet, where["row"] + 1 if where else None,
                   letters(where["column"]) if where else "", "stands_out", said, cell.key)


def _further(cells: list[Cell]) -> str:
    label, places = load_catalogue().label, load_places()
    named = [f"{places.get(c.place).name}, {label(c.component)} = {plain_number(c.value)} "
             f"({c.of_year}: {plain_number(c.before)})" for c in cells[:NAMED]]
    more = ["…"] if len(cells) > NAMED else []
    return t("add.further", n=len(cells), of_year=cells[0].beside, cells="; ".join([*named, *more]))


def _once(reading: Reading, cells: list[Cell]) -> str:
    """The line for a table in which nothing stands out, with three cells to look at, rather of those not compared."""
    rows = reading.scores.dropna(subset=["score"])
    known = {(c.year, c.place, c.component) for c in cells}
    alone = rows[[key not in known for key in zip(rows["year"], rows["place"], rows["component"], strict=True)]]
    ends = alone if len(alone) else rows
    ends = ends[ends["component"] == ends["component"].head(1).squeeze()].sort_values("score")
    most = [(c.place, c.component, c.value) for c in sorted(cells, key=lambda c: -c.times)[:1]]
    most += [(r.place, r.component, r.score) for r in pd.concat([ends.head(1), ends.tail(1)]).itertuples()]
    label, places = load_catalogue().label, load_places()
    named = "; ".join(f"{places.get(place).name}, {label(component)} = {plain_number(value)}"
                     for place, component, value in dict.fromkeys(most))
    if not cells:
        return t("add.once_alone", cells=named)
    first = min(cells, key=lambda c: load_catalogue().order[c.component])
    blind = t("add.once_blind", n=len(alone), places=alone["place"].nunique()) if len(alone) else ""
    return t("add.once", n=len(cells), of_year=max(cells, key=lambda c: c.of_year).beside, blind=blind, cells=named,
             component=label(first.component), slip=plain_number(float(f"{FAR * first.usual:.2g}")))


def compared(rows: pd.DataFrame, have: pd.DataFrame) -> list[Cell]:
    """Every figure beside the same place's last one, with how far it moved from the others.

    A year measured otherwise is no comparison to print, yet it shows the figure that moved unlike all others.
    """
    found: list[Cell] = []
    with_block = load_catalogue().with_block
    past = with_block(have[have["score"].notna()])
    for year, own in with_block(rows[rows["score"].notna()]).groupby("year"):
        wide = own.pivot(index="place", columns="component", values="score")  # noqa: PD010
        block = own.drop_duplicates("component").set_index("component")["block"]
        earlier = past[past["year"] < year]
        years = earlier.pivot(index="place", columns=["component", "year"], values="score")  # noqa: PD010
        blocks = earlier.drop_duplicates(["component", "year"]).set_index(["component", "year"])["block"].sort_index()
        old, usual, of_year, alike = {}, {}, {}, {}
        for component in wide.columns.intersection(blocks.index.levels[0]):
            measured = blocks[component]
            last = measured.index[-1]
            series = years[component][measured.index[measured == measured[last]]]
            if not (last >= year - BACK and series[last].count() >= FEWEST):
                continue
            alike[component] = measured[last] == block[component]
            of_year[component], old[component] = int(last), series[last]
            usual[component] = _usual(series if alike[component] else series[[last]], wide[component] - series[last])
        if old:
            before = pd.DataFrame(old).reindex(wide.index)
            found += _cells(int(year), wide[list(old)], before, pd.Series(usual), of_year, alike)
    return found


def _usual(series: pd.DataFrame, now: pd.Series) -> float:
    """The usual change of a place in a year: the median of the last years; of this one where there are none."""
    changes = [series[b] - series[a] for a, b in zip(series.columns, series.columns[1:], strict=False)][-USUAL:] or [now]
    spreads = [MAD * (d - d.median()).abs().median() for d in changes]
    return float(np.median(spreads))


def _cells(year: int, new: pd.DataFrame, old: pd.DataFrame, usual: pd.Series, of_year: dict[str, int],
           alike: dict[str, bool]) -> list[Cell]:
    moved = new - old
    level = moved.median()
    times = (moved - level).abs() / usual.where(usual > 0)
    third = np.where(times.count() >= MANY, np.sort(times.fillna(-np.inf).to_numpy(), axis=0)[-3:][0], np.inf)
    out = (times > FAR) | (times > FURTHER * third)
    for component in _unlike(new, old, alike):
        out.loc[times[component].idxmax(), component] = True
    exchanged = _exchanged((new - level) / usual, old / usual)
    like = {(place, times.loc[place].idxmax()): other for place, other in exchanged.items()}
    values = zip(*(frame.to_numpy().ravel("F") for frame in (new, old, times, out)), strict=True)
    keys = ((place, component) for component in new.columns for place in new.index)
    return [Cell(year, *key, now, before, of_year[key[1]], alike[key[1]], usual[key[1]], far, bool(apart) or key in like,
                 like.get(key, ""))
            for key, (now, before, far, apart) in zip(keys, values, strict=True) if np.isfinite(far)]


def _unlike(new: pd.DataFrame, old: pd.DataFrame, alike: dict[str, bool]) -> list[str]:
    """Columns in which no place stands where it stood: a whole column lies beside its rows, or under another's head."""
    level = {c: load_catalogue().component(c).level for c in new.columns}
    both = new.notna() & old.notna()
    fits = new.where(both).rank().corrwith(old.where(both).rank())
    return [c for c in new.columns if (alike[c] or level[c] == TOTAL) and both[c].sum() >= MANY
            and fits[c] < UNLIKE.get(level[c], -1)]


def _exchanged(new: pd.DataFrame, old: pd.DataFrame) -> dict[str, str]:
    """Places whose rows fit the past of another, and that other's theirs, clearly better than their own: to that other."""
    if new.shape[1] < PROFILE:
        return {}
    a, b = new.to_numpy(), old.to_numpy()
    off = np.abs(a[:, None] - b[None])
    known = np.isfinite(off)
    apart = np.where(known, off, 0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    apart[known.sum(axis=2) < PROFILE] = np.inf
    straight, cross = np.add.outer(np.diag(apart), np.diag(apart)), apart + apart.T
    crossed = np.isfinite(straight) & (cross * CROSSED < straight) & (apart == apart.min(axis=1, keepdims=True))
    return {new.index[i]: new.index[j] for i, j in np.argwhere(crossed & crossed.T)}


def confirmed(texts: list[str], reading: Reading) -> frozenset[str]:
    """Cells that a person typed from the publication: ``Thanh Hóa pci.1=7,69``.

    Raises
    ------
    IndexlibError
        A text of another form, a cell that the file does not have, a figure that is not the file's.
    """
    own = {(r.place, r.component): r.score for r in reading.scores.itertuples()}
    done = set()
    for text in texts:
        found = CONFIRM.fullmatch(text)
        value = number(found[3]) if found else None
        if not found or value is None:
            raise IndexlibError(t("add.confirm_form", text=text))
        place, component = find_place(found[1], reading.years[0]), found[2].lower()
        if (place.code, component) not in own:
            raise IndexlibError(t("add.confirm_none", place=place.name, component=component))
        typed, mine = decimals([value]), own[place.code, component]
        if abs(value - mine) > 0.5 * 10.0**-typed + 1e-9:
            raise IndexlibError(t("add.confirm_other", place=place.name, component=load_catalogue().label(component),
                                  typed=plain_number(value), value=plain_number(mine)))
        done.add(f"{place.code} {component}")
    return frozenset(done)
