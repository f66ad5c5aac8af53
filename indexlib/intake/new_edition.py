"""A table whose edition the catalogue does not have: what it holds, and the rows that the catalogue needs for it.

Components are known by name only. One that no name tells is asked for, never guessed; scales, the way the total is
made and the number of places are what the figures and the last edition say. Nothing is comparable with the years
before unless a person says so, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf, isnan, nan

import pandas as pd

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import csv_cell, shown
from indexlib.base.wording import listing, plain_number, t
from indexlib.data import files
from indexlib.data.catalogue import PART, TOTAL, Component, load_catalogue
from indexlib.data.places import load_places, plain
from indexlib.intake.checks.formulas import FEW
from indexlib.intake.files.report import column_number
from indexlib.intake.reading import Reading
from indexlib.intake.table.figures import SCORE, Figures, Formula, tolerance
from indexlib.intake.table.labels import forms, nearest

#: What a reading says of a table only because the catalogue has no edition for it.
ANSWERED = frozenset({"no_edition", "component_not_in_year", "unknown_label"})
CODE = re.compile(r"[a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40}){1,5}")


@dataclass(frozen=True)
class Proposal:
    """What would be written into the catalogue for a table.

    Attributes
    ----------
    file, index : str
    year, last : int
        The year, and that of the last edition before it (0: none).
    figures : Figures
        What the table holds.
    assigned : dict
        Label that no name tells, as printed, to the code that was given for it.
    new : dict
        Components that the catalogue does not have, by code; their name is the label as it was given.
    open : list of str
        Labels without a code.
    comparable : str
        Why the year can be compared with the one before; empty: it cannot.
    problems : list of Problem
        What stands against writing.
    """

    file: str
    index: str
    year: int
    last: int
    figures: Figures
    assigned: dict[str, str] = field(default_factory=dict)
    new: dict[str, Component] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    comparable: str = ""
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def components(self) -> list[str]:
        """Codes of the components of the table that have no block in its year."""
        have = load_catalogue().with_block(_years(self.codes, self.year))
        return have.loc[have["block"] == 0, "component"].tolist()

    @cached_property
    def places(self) -> set[str]:
        """Codes of the places of the table."""
        return {place for values in self.figures.found.values() for place in values}

    @property
    def below(self) -> bool:
        """Whether the places are units below the province."""
        return any(load_places().get(place).level != "province" for place in self.places)

    @property
    def found(self) -> list[str]:
        """Components that the table names by a name that is known."""
        return list(dict.fromkeys(component for component, _ in self.figures.found))

    @property
    def codes(self) -> list[str]:
        """Components of the table, those included that got their code only now."""
        return list(dict.fromkeys([*self.found, *self.assigned.values()]))

    @property
    def gone(self) -> list[str]:
        """Components of the last edition that the table does not have, where it has more than the total."""
        here = set(self.codes)
        return [c for c in load_catalogue().valid(self.last, self.index) if c not in here] if here - {self.index} else []

    @cached_property
    def exists(self) -> bool:
        """Whether the year has an edition."""
        return bool(load_catalogue().edition(self.index, self.year))

    @cached_property
    def siblings_changed(self) -> set[str]:
        """Components that have not the same siblings as in the last edition."""
        now, before = set(self.codes), set(load_catalogue().valid(self.last, self.index))
        parents = {self.of(code).parent for code in now ^ before if self.of(code).level != PART}
        return {code for code in now if self.of(code).parent in parents}

    def of(self, code: str) -> Component:
        """A component, be it new."""
        return self.new.get(code) or load_catalogue().component(code)

    def values(self, code: str) -> list[float]:
        """Its scores in the table; none of a column that is not read yet."""
        return list(self.figures.found.get((code, SCORE), {}).values())

    @cached_property
    def parts(self) -> list[str]:
        """Components that the total is made of."""
        return [c for c in self.codes if self.of(c).parent == self.index and self.of(c).level != PART]

    @property
    def parts_changed(self) -> bool:
        """Whether the total is made of other parts than in the last edition, as far as the table has parts."""
        return bool(set(self.parts) & self.siblings_changed)

    @cached_property
    def percent(self) -> bool:
        """Whether the parts are shares of what each could reach: as points they would add up to more than the total."""
        if load_catalogue().edition(self.index, self.last).get("total_rule", "") != "sum" or not self.parts:
            return False
        totals = self.figures.found.get((self.index, SCORE), {})
        over = [sum(self.figures.found.get((part, SCORE), {}).get(place, 0) for part in self.parts) > 1.05 * total
                for place, total in totals.items()]
        return bool(over) and all(over)

    @cached_property
    def rule(self) -> str:
        """How the total is made: as in the last edition where the figures obey it, else unknown."""
        last = load_catalogue().edition(self.index, self.last).get("total_rule", "")
        if last == "weights":
            effects = load_catalogue().effects(self.index, self.last).set_index("component")["effect"]
            return last if self._obeys(effects.to_dict()) else "weights_unknown"
        if last == "sum" and (self.percent or (self.parts_changed and not self._obeys(dict.fromkeys(self.parts, 1.0)))):
            return "unknown"
        return last or "unknown"

    def _obeys(self, factors: dict[str, float]) -> bool:
        """Whether the totals are the sum of the parts with their factors, all but a few."""
        columns = {code: self.values(code) for code in (*factors, self.index)}
        if set(factors) != set(self.parts) or not all(columns.values()):
            return False
        rounding = sum(factors.get(code, 1.0) * tolerance(values, values) for code, values in columns.items())
        off = Formula(self.index, factors, rounding, True, 4).off(self.figures)
        return len(off) <= FEW * len(columns[self.index])

    def scale(self, code: str) -> tuple[float, float]:
        """Lowest and highest score; a maximum that neither the last edition nor the figures tell is missing."""
        own, values = self.of(code), self.values(code)
        if self.percent and code in self.parts:
            return 0, 100
        low, high = self._last_scale(code)
        if code in self.figures.most:
            return 0 if isnan(low) else low, self.figures.most[code]
        if self.rule == "sum" and code in self.siblings_changed and own.parent != self.index and own.level != TOTAL:
            return 0, nan  # parts of a sum share its scale among them
        if code == self.index and self.rule == "sum" and self.parts_changed:
            low, high = (sum(ends) for ends in zip(*map(self._last_scale, self.parts), strict=True))
        fits = not values or (low - 1e-4 <= min(values) and not max(values) > high + 1e-4)
        return (low, high) if fits else (0, nan)

    def _last_scale(self, code: str) -> tuple[float, float]:
        """Scale in the last edition, of a new component that of its siblings, if they all have one and the same kind."""
        catalogue = load_catalogue()
        before = catalogue.valid(self.last, self.index)
        alike = [c for c in before if (catalogue.component(c).parent, catalogue.component(c).level)
                 == (self.of(code).parent, self.of(code).level)]
        rows = catalogue.with_block(_years(alike, self.last)).set_index("component")[["scale_min", "scale_max"]]
        if rows["scale_max"].isna().any() or (code not in rows.index and len(rows.drop_duplicates()) != 1):
            return 0, nan  # maxima that differ from part to part and are not all known may change with the criteria
        low, high = rows.loc[code] if code in rows.index else rows.iloc[0]
        return float(low), float(high)

    def continues(self, code: str) -> bool:
        """Whether its block of the year before goes on."""
        if not self.comparable or code in self.new or (self.percent and code in self.parts):
            return False
        row = load_catalogue().with_block(_years([code], self.year - 1)).iloc[0]
        low, high = row["scale_min"], row["scale_max"]
        high = inf if isnan(high) else high
        return bool(row["block"]) and all(low - 1e-4 <= value <= high + 1e-4 for value in self.values(code))

    def require(self) -> None:
        """Raise what stands against writing."""
        if self.problems:
            raise DataError(self.problems)


def propose(reading: Reading, file: str, assigned: list[str] | None = None, comparable: str | None = None) -> Proposal:
    """What a table needs in the catalogue.

    Parameters
    ----------
    reading : Reading
        Of one year.
    file : str
        Name of the file, for messages.
    assigned : list of str, optional
        ``"label=code"`` for labels that no name tells: the code of a component that the catalogue has, or a new one.
    comparable : str, optional
        Why the year can be compared with the one before, and where that is said.

    Returns
    -------
    Proposal
        With what stands against writing in ``problems``.
    """
    files.look()
    catalogue, year = load_catalogue(), reading.years[0]
    said = [p for p in reading.problems if p.code == "unknown_label" and p.label]
    unknown = {" ".join(p.label.split()): (p.row or 0, column_number(p.column)) for p in reversed(said)}
    given, problems = _given(assigned or [], file)
    codes: dict[str, str] = {}
    new: dict[str, Component] = {}
    for label, code in given:
        printed = [one for one in unknown if forms(one) & forms(label)]
        if len(printed) == 1 and printed[0] not in codes:
            codes[printed[0]] = code
            if code not in catalogue.order and (like := _like(code, reading.index)):
                name = csv_cell(shown(label, 200))
                new[code] = replace(like, code=code, number="", name_vi=name, name_en=name)
        else:
            problems.append(_problem(file, "label_twice" if printed else "no_label", label=shown(label),
                                     labels=listing([f"“{shown(one)}”" for one in unknown]) or "–"))
    editions = catalogue.editions[catalogue.editions["index"] == reading.index]
    last = max((min(int(u), year - 1) for f, u in zip(editions["first_year"], editions["last_year"], strict=True)
                if f < year), default=0)
    figures = reading.figures[year]
    proposal = Proposal(file, reading.index, year, last, figures, codes, new, [u for u in unknown if u not in codes],
                        unknown, (comparable or "").strip(), problems)
    problems += _wrong_codes(proposal)
    if comparable is not None and not re.search(r"\w+\W+\w+", comparable):
        problems.append(_problem(file, "no_reason"))
    problems += [_problem(file, "open", label=shown(label), near=nearest(label, reading.index) or "–",
                          code=new_code(label, reading.index)) for label in proposal.open]
    if not problems and not proposal.components:
        problems.append(_problem(file, "exists", index=catalogue.short_name(reading.index), year=year))
    return proposal


def _given(assigned: list[str], file: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Pairs of label and code; a code twice, or what is no pair, is a problem."""
    pairs: list[tuple[str, str]] = []
    problems = []
    for text in assigned:
        label, _, code = (part.strip() for part in text.rpartition("="))
        if not label or not CODE.fullmatch(code):
            problems.append(_problem(file, "no_pair", text=shown(text)))
        elif code in [known for _, known in pairs]:
            problems.append(_problem(file, "code_twice", code=code))
        else:
            pairs.append((label, code))
    return pairs, problems


def _wrong_codes(proposal: Proposal) -> list[Problem]:
    """Codes of another index, of a component that the table has already, or of none that could be one."""
    catalogue, problems = load_catalogue(), []
    for label, code in list(proposal.assigned.items()):
        wrong = "other_index" if code.split(".")[0] != proposal.index else "has_column" if code in proposal.found else \
            "no_level" if code not in catalogue.order and _like(code, proposal.index) is None else ""
        if wrong:
            problems.append(_problem(proposal.file, wrong, label=shown(label), code=code,
                                     index=catalogue.short_name(proposal.index)))
            del proposal.assigned[label]
    return problems


def _problem(file: str, what: str, /, **values: object) -> Problem:
    return Problem(file, "", None, "", f"edition_{what}", t(f"edition.{what}", **values))


def _like(code: str, index: str) -> Component | None:
    """A component beside which a new code would stand: of the same stem, else as deep in the tree."""
    catalogue, stem = load_catalogue(), code.rpartition(".")[0]
    same = [catalogue.component(c) for c in catalogue.components["component"]
            if c.startswith(f"{index}.") and c.count(".") == code.count(".")]
    same = [c for c in same if c.level != PART]
    return next((c for c in same if c.code.rpartition(".")[0] == stem), None) or next(
        (replace(c, parent=stem) for c in same if c.parent == c.code.rpartition(".")[0]), None)


def new_code(label: str, index: str) -> str:
    """A code that a component could have if it is new."""
    words = min(forms(label), key=len, default=label.casefold())  # without the number in front
    return f"{index}." + (re.sub(r"[^a-z0-9]+", "_", plain(words))[:40].strip("_") or "x")


def _years(codes: list[str], year: int) -> pd.DataFrame:
    return pd.DataFrame({"component": codes, "year": year}).astype({"component": str, "year": int})


def lines(proposal: Proposal) -> list[str]:
    """What a table is and what would be written, for people."""
    catalogue = load_catalogue()
    short, label = catalogue.short_name(proposal.index), catalogue.label
    said = [t("edition.exists_partly" if proposal.exists else "edition.head", index=short, year=proposal.year,
              last=proposal.last or "–", places=len(proposal.places), n=len(proposal.codes),
              valid=len(load_places().valid(proposal.year)))]
    before, given = set(catalogue.valid(proposal.last, proposal.index)), proposal.assigned.values()
    for code in [code for code in proposal.found if code not in given]:
        key = "edition.known" if code in before or proposal.of(code).level == PART else "edition.returned"
        said.append("  " + t(key, component=label(code), last=proposal.last, seen=_seen(proposal, code)))
    for printed, code in proposal.assigned.items():
        key = "edition.new" if code in proposal.new else "edition.assigned"
        said.append("  " + t(key, label=shown(printed), code=code, seen=_seen(proposal, code)))
    if proposal.gone:
        said.append("  " + t("edition.gone", last=proposal.last, names=listing([label(code) for code in proposal.gone])))
    said.append("  " + t(f"edition.rule.{proposal.rule}"))
    if proposal.percent:
        said.append("  " + t("edition.percent"))
    going = [code for code in proposal.components if proposal.continues(code)]
    said.append("  " + (t("edition.comparable", n=len(going), before=proposal.year - 1, why=shown(proposal.comparable, 300))
                        if going else t("edition.not_comparable")))
    return said


def _seen(proposal: Proposal, code: str) -> str:
    values = proposal.values(code)
    if not values:
        return t("edition.ranks_only")
    low, high = proposal.scale(code)
    scale = "?" if isnan(high) else f"{plain_number(low)}-{plain_number(high)}"
    return t("edition.seen", low=plain_number(min(values)), high=plain_number(max(values)), scale=scale)
