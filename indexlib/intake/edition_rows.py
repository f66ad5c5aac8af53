"""The rows of a new edition, written into the tables of the catalogue; every other line of them stays as it is."""

from __future__ import annotations

import csv
import io
from math import isnan

from indexlib.base.untrusted import csv_cell, shown
from indexlib.base.wording import in_each, t
from indexlib.data import files
from indexlib.data.catalogue import TABLES, load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.new_edition import Proposal
from indexlib.intake.table.figures import RANK


class _Table:
    """A table of the catalogue whose lines stay as they are but for those that change."""

    def __init__(self, name: str):
        self.path = files.data_dir() / "catalogue" / f"{name}.csv"
        text = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        reader, at = csv.reader(text), 0
        self.records: list[tuple[list[str], str]] = []
        for row in reader:
            self.records.append((row, "".join(text[at:reader.line_num])))
            at = reader.line_num
        self.columns = {column: i for i, column in enumerate(self.records[0][0])}
        assert list(self.columns) == TABLES[name]

    def cell(self, at: int, column: str) -> str:
        return self.records[at][0][self.columns[column]]

    def rows(self, column: str, value: str) -> list[int]:
        return [at for at in range(1, len(self.records)) if self.cell(at, column) == value]

    def set(self, at: int, column: str, value: str) -> None:
        row = list(self.records[at][0])
        row[self.columns[column]] = value
        self.records[at] = row, _line(row)

    def put(self, at: int, **cells: object) -> None:
        row = ["" if cells[column] != cells[column] else str(cells[column]) for column in self.columns]
        self.records.insert(at, (row, _line(row)))

    def put_after(self, column: str, value: str, **cells: object) -> None:
        """Put a row after the last one with a value, else at the end."""
        self.put(max(self.rows(column, value), default=len(self.records) - 1) + 1, **cells)

    def write(self) -> None:
        last, text = self.records[-1]
        self.records[-1] = last, text if text.endswith("\n") else text + "\n"
        self.path.write_text("".join(text for _, text in self.records), encoding="utf-8", newline="")


def _line(row: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()


def write_names(proposal: Proposal, source: str) -> None:
    """Write new components and labels into the catalogue of the data folder in force, a copy: see :func:`trial`.

    Parameters
    ----------
    proposal : Proposal
    source : str
        Key in ``sources.csv`` under which the scores will be added.
    """
    components, labels = _Table("components"), _Table("labels")
    for code, new in proposal.new.items():
        components.put(_place_of(components, proposal, code), component=code, index=new.index, parent=new.parent,
                       level=new.level, number="", name_vi=new.name_vi, name_en=new.name_en, unit=new.unit,
                       first_year=proposal.year, last_year="", name_basis="printed",
                       note="" if new.name_vi.isascii() else "chưa có tên tiếng Anh")
    for label, code in proposal.assigned.items():
        text = csv_cell(shown(label, 300))
        labels.put_after("component", code, component=code, label=text, language="en" if text.isascii() else "vi",
                         first_year=proposal.year, last_year=proposal.year, source=source)
    components.write()
    labels.write()
    files.forget()


def write(proposal: Proposal, source: str, where: str) -> None:
    """Write the edition and its blocks into the catalogue of the data folder in force, a copy: see :func:`trial`.

    Parameters
    ----------
    proposal : Proposal
        With the figures of every component: names are written first, and the table read again.
    source, where : str
        Key in ``sources.csv``, and what the source is.
    """
    editions, components, blocks, weights = map(_Table, ("editions", "components", "comparability", "weights"))
    if not proposal.exists:
        _write_edition(editions, proposal, source)
    for code in proposal.components:
        _write_block(blocks, proposal, code, where)
        for at in components.rows("component", code):
            if components.cell(at, "last_year"):  # a concept that had been given up is there again
                components.set(at, "last_year", "")
    if proposal.rule == "weights":
        for at in weights.rows("last_year", str(proposal.last)):
            if weights.cell(at, "component") in proposal.parts:
                weights.set(at, "last_year", str(proposal.year))
    for table in (editions, components, blocks, weights):
        table.write()
    files.forget()


def _write_edition(table: _Table, proposal: Proposal, source: str) -> None:
    catalogue = load_catalogue()
    low, high = proposal.scale(proposal.index)
    places = len(load_places().valid(proposal.year))
    ranks = sorted(proposal.figures.found.get((proposal.index, RANK), {}).values())
    some = len(ranks) if 0 < len(ranks) < places and ranks == list(range(1, len(ranks) + 1)) else ""

    def note() -> str:
        said = [t("edition.note_below" if proposal.below else "edition.note" if proposal.parts else "edition.note_total",
                  places=places, n=len(proposal.parts))]
        said += [t("edition.percent")] if proposal.percent else []
        if proposal.comparable:
            said.append(t("edition.note_comparable", before=proposal.year - 1, why=proposal.comparable))
        return csv_cell("; ".join(said))

    table.put_after("index", proposal.index, index=proposal.index, first_year=proposal.year, last_year=proposal.year,
                    legal_basis="", scale_min=_plain(low), scale_max=_plain(high), total_rule=proposal.rule,
                    places_ranked=places, ranks_printed=some, decimals=catalogue.decimals(proposal.index),
                    **in_each(note, "note_"), source=source)


def _write_block(table: _Table, proposal: Proposal, code: str, where: str) -> None:
    if proposal.continues(code):
        at = next(at for at in table.rows("component", code) if table.cell(at, "last_year") == str(proposal.year - 1))
        table.set(at, "last_year", str(proposal.year))
        return
    low, high = proposal.scale(code)
    known = bool(table.rows("component", code))
    edges = in_each(lambda: t("edition.edge", year=proposal.year) if known else "", "edge_")
    table.put_after("component", code, component=code, first_year=proposal.year, last_year=proposal.year,
                    scale_min=_plain(low), scale_max=_plain(high), evidence="documented", **edges,
                    edge_source=csv_cell(shown(where, 300)) if known else "")


def _plain(value: float) -> str:
    return "" if isnan(value) else f"{value:.12g}"


def _place_of(table: _Table, proposal: Proposal, code: str) -> int:
    """Line at which a new component stands: before the sibling that the table prints after it, else after the last one."""
    own = proposal.positions[next(label for label, given in proposal.assigned.items() if given == code)]
    parent = proposal.of(code).parent
    later = []
    for sibling in proposal.found:
        cells = [where for (component, _, _), where in proposal.figures.cells.items() if component == sibling]
        at = table.rows("component", sibling)
        if proposal.of(sibling).parent == parent and cells and at:
            rows, columns = {c["row"] + 1 for c in cells}, {c["column"] + 1 for c in cells}
            after = columns.pop() > own[1] if len(columns) == 1 else min(rows) > own[0] if len(rows) == 1 else False
            later += [at[0]] if after else []
    siblings = [at for at in table.rows("parent", parent) if table.cell(at, "level") == proposal.of(code).level]
    return min(later) if later else max(siblings, default=max(table.rows("index", proposal.index))) + 1
