"""Sheets of one workbook that give the same figures: which of them counts, and which figure where they differ.

Some workbooks carry a copy of another year's summary, a component sheet twice, or a sheet that was
revised while another was not. What a sheet says of its year, how far it agrees with the sheets of the
components, and the weighted total tell which is right; what none of them tells is a problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from indexlib.base.wording import listing, plain_number, t
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.checks.formulas import HALF, formulas_of
from indexlib.intake.files.numbers import decimals
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import MANY, SCORE, Figures, Formula, join, tolerance
from indexlib.intake.table.indicators import Indicator, label_key

#: Up to this share of the cells compared, a sheet agrees with the others; from the second on it is a copy left over
#: from another year. In all workbooks at hand the one is below 0,01 and the other above 0,9.
AGREEING, STALE = 0.4, 0.5
#: From this share of all cells on, figures that differ and of which nothing tells the right one are no slips of typing.
MOST_DIFFERENT = 0.05
#: Cells that differ named in a message, and combinations of them tried at one place.
SHOWN, TRIED = 3, 64


@dataclass
class Differing:
    """A figure that sheets give differently: each value with the sheets that have it, the first sheet's first."""

    component: str
    place: str
    options: list[tuple[float, list[Figures]]]
    kept: int = 0
    told: bool = False

    def losing(self) -> list[tuple[float, list[Figures]]]:
        """Values that are not kept, with their sheets."""
        return [option for i, option in enumerate(self.options) if i != self.kept]


def agreeing(summaries: list[Figures], parts: list[Figures]) -> list[Figures]:
    """The summaries that agree with the sheets of the components but for a few cells."""
    return [s for s in summaries if (share := _share(s, parts)[0]) is not None and share <= AGREEING]


def without_stale(summaries: list[Figures], parts: list[Figures],
                  report: Collector) -> tuple[list[Figures], list[Figures]]:
    """Summaries and component sheets without those that are copies left over from another year.

    A summary is one if it differs from the component sheets while another agrees with them; a component
    sheet, if it differs from such a summary while another sheet of the same component agrees with it.
    """
    right = agreeing(summaries, parts)
    stale = {id(s): n for s in summaries if right and s not in right for share, n in [_share(s, parts)]
             if share is not None and share > STALE}
    fitting = [p for p in parts if (share := _share(p, right)[0]) is not None and share <= AGREEING]
    covered = {component for part in fitting for component in part.components()}
    stale |= {id(p): n for p in parts if p not in fitting and set(p.components()) <= covered
              for share, n in [_share(p, right)] if share is not None and share > STALE}
    for figures in [*summaries, *parts]:
        if id(figures) in stale:
            set_aside(figures, report, "stale_sheet", n=stale[id(figures)])
    return [s for s in summaries if id(s) not in stale], [p for p in parts if id(p) not in stale]


def of_year(summaries: list[Figures], stated: dict[str, set[int]], year: int, report: Collector) -> list[Figures]:
    """Summaries without those whose own header states another year, beside one that states this year."""
    if not any(year in stated[s.sheet] for s in summaries):
        return summaries
    other = [s for s in summaries if stated[s.sheet] and year not in stated[s.sheet]]
    for summary in other:
        set_aside(summary, report, "other_year", year=listing([str(y) for y in sorted(stated[summary.sheet])]))
    return [s for s in summaries if s not in other]


def set_aside(figures: Figures, report: Collector, code: str, **values: Any) -> None:
    """Note that a sheet is not used; what was wrong with it does not matter any more."""
    report.problems = [p for p in report.problems if p.sheet != figures.sheet]
    report.add(code, figures.sheet, **values)


def _share(figures: Figures, others: list[Figures]) -> tuple[float | None, int]:
    """Share of its cells that differ from other sheets that have them too (none if too few are), and their number."""
    compared = differ = 0
    for other in others:
        for (component, kind), values in figures.found.items():
            beside = other.found.get((component, kind)) if kind == SCORE else None
            if beside:
                allowed, both = tolerance(list(values.values()), list(beside.values())), values.keys() & beside.keys()
                compared += len(both)
                differ += sum(abs(values[p] - beside[p]) > allowed for p in both)
    return (differ / compared if compared >= MANY else None), differ


def settle(sheets: list[Figures], index: str, year: int, report: Collector) -> None:
    """Of figures that differ between sheets leave the right one: the one from which the printed total follows.

    The others are taken out of their sheets and reported. Where nothing tells, the first sheet's stays; if
    that happens to many, the workbook contradicts itself and is refused.
    """
    differing = list(_differing(sheets))
    if not differing:
        return
    whole = Figures(sheets[0].sheet)
    for figures in sheets:
        join(whole, figures, None)
    for formula in formulas_of(whole, index, year):
        if formula.total == index:
            _tell(differing, whole, formula)
    open_ = [cell for cell in differing if not cell.told]
    count = sum(len(values) for (_, kind), values in whole.found.items() if kind == SCORE)
    conflict = len(open_) > MOST_DIFFERENT * count
    if conflict:
        report.add("sheets_conflict", open_[0].options[0][1][0].sheet, n=len(open_),
                   cells="; ".join(_shown(cell) for cell in open_[:SHOWN]))
    for cell in differing:
        for value, losing in cell.losing():
            for figures in losing:
                if cell.told or not conflict:
                    _report(cell, value, figures, report)
                    figures.outdone.append((cell.component, cell.place))
                del figures.found[cell.component, SCORE][cell.place]


def _differing(sheets: list[Figures]) -> Iterator[Differing]:
    for component in dict.fromkeys(c for figures in sheets for c in figures.components()):
        own = [figures for figures in sheets if (component, SCORE) in figures.found]
        if all(figures.found[component, SCORE] == own[0].found[component, SCORE] for figures in own):
            continue
        allowed = {(i, j): tolerance(list(one.found[component, SCORE].values()), list(other.found[component, SCORE].values()))
                   for i, one in enumerate(own) for j, other in enumerate(own) if i < j}
        for place in dict.fromkeys(p for figures in own for p in figures.found[component, SCORE]):
            groups: list[list[int]] = []
            values = {i: figures.found[component, SCORE][place] for i, figures in enumerate(own)
                      if place in figures.found[component, SCORE]}
            for i, value in values.items():
                same = [g for g in groups if abs(values[g[0]] - value) <= allowed[g[0], i]]
                if same:
                    same[0].append(i)
                else:
                    groups.append([i])
            if len(groups) > 1:
                # Of the same figure printed in more and in fewer decimals, the finer one is reckoned with.
                yield Differing(component, place, [(max((values[i] for i in g), key=lambda v: decimals([v])),
                                                    [own[i] for i in g]) for g in groups])


def _tell(differing: list[Differing], whole: Figures, formula: Formula) -> None:
    """Mark which figure is right wherever the sum follows from one only, if it holds at half of all places."""
    disputed: dict[str, list[Differing]] = {}
    for cell in differing:
        if cell.component in formula.terms:
            disputed.setdefault(cell.place, []).append(cell)
    told: dict[str, tuple[int, ...]] = {}
    holds = 0
    for place in whole.found[formula.total, SCORE]:
        cells = disputed.get(place, [])
        values = {code: whole.found.get((code, SCORE), {}).get(place) for code in formula.terms}
        follow = [choice for choice in _choices(cells) if _follows(values, cells, choice, formula)]
        holds += bool(follow)
        if len(follow) == 1 and cells:
            told[place] = follow[0]
    if holds < HALF * len(whole.found[formula.total, SCORE]):
        return
    for place, choice in told.items():
        for cell, kept in zip(disputed[place], choice, strict=True):
            cell.kept, cell.told = kept, True


def _choices(cells: list[Differing]) -> list[tuple[int, ...]]:
    ways = [range(len(cell.options)) for cell in cells]
    number = 1
    for way in ways:
        number *= len(way)
    return list(product(*ways)) if number <= TRIED else []


def _follows(values: dict[str, float | None], cells: list[Differing], choice: tuple[int, ...], formula: Formula) -> bool:
    own = values | {cell.component: cell.options[i][0] for cell, i in zip(cells, choice, strict=True)}
    known = [factor * value for code, factor in formula.terms.items() if (value := own[code]) is not None]
    return len(known) == len(own) and abs(sum(known)) <= formula.allowed


def _report(cell: Differing, value: float, figures: Figures, report: Collector) -> None:
    kept, sheets = cell.options[cell.kept]
    figures.report("sheets_differ", cell.component, SCORE, cell.place, report, one=value, other=kept, beside=sheets[0].sheet,
                   why=t("read.kept_total" if cell.told else "read.kept_first"))


def _shown(cell: Differing) -> str:
    values = " / ".join(f"{plain_number(value)} ({sheets[0].sheet})" for value, sheets in cell.options)
    return f"{load_places().get(cell.place).name}, {load_catalogue().label(cell.component)}: {values}"


def merge_indicators(parts: list[Figures], report: Collector) -> list[Indicator]:
    """The indicators of all component sheets, those that two sheets have alike only once.

    Two are one if they bear the same label, or the same figures at all places (labels in two languages).
    """
    found: list[tuple[Figures, Indicator]] = []
    for part in sorted(parts, key=lambda p: all(i.label.isascii() for i in p.indicators)):
        if _outdone(part):
            report.add("part_outdone", part.sheet)
            continue
        before = list(found)
        conflicts = []
        for indicator in part.indicators:
            beside = [pair for pair in before if pair[1].component == indicator.component]
            twin = next((pair for pair in beside if label_key(pair[1].label) == label_key(indicator.label)), None) \
                or next((pair for pair in beside if _same_figures(pair[1], indicator)), None)
            if twin is None:
                found.append((part, indicator))
                continue
            before.remove(twin)
            found[found.index(twin)] = twin[0], (one := _finer(twin[1], indicator))
            conflicts += [(twin[0], one, indicator, p) for p in _apart(one, indicator)]
        if conflicts:
            other, one, indicator, place = conflicts[0]
            report.add("indicators_conflict", part.sheet, other=other.sheet, n=len(conflicts), text=one.label,
                       place=load_places().get(place).name, here=indicator.values[place], there=one.values[place])
    order = {id(part): i for i, part in enumerate(parts)}
    return [indicator for _, indicator in sorted(found, key=lambda pair: order[id(pair[0])])]


def _outdone(part: Figures) -> bool:
    """Whether most scores of a sheet gave way to those of another: then its indicators are of another edition too."""
    count = len(part.outdone) + sum(len(values) for (_, kind), values in part.found.items() if kind == SCORE)
    return len(part.outdone) > STALE * count


def _same_figures(one: Indicator, other: Indicator) -> bool:
    return (one.values.keys() == other.values.keys() and len(one.values) >= MANY
            and len(set(one.values.values())) >= MANY and not _apart(one, other))


def _apart(one: Indicator, other: Indicator) -> list[str]:
    allowed = tolerance(list(one.values.values()), list(other.values.values()))
    return [p for p in one.values if p in other.values and abs(one.values[p] - other.values[p]) > allowed]


def _finer(one: Indicator, other: Indicator) -> Indicator:
    """The first, with the figures of the second where those have more decimals or stand alone."""
    digits = [decimals(list(i.values.values())) for i in (one, other)]
    first, second = (other, one) if digits[1] > digits[0] and not _apart(one, other) else (one, other)
    return Indicator(one.component, one.label, {**second.values, **first.values})
