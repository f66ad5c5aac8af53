"""``indexlib check`` names a figure that was typed wrong: faults seeded over all places, years and indices."""

from __future__ import annotations

import random
from collections import Counter

import pandas as pd
import pytest
from conftest import in_part

from indexlib import load_catalogue
from indexlib.intake.check import check_data, doubts_of_data
from indexlib.intake.checks.arithmetic import formulas_at_hand
from indexlib.intake.checks.finding import precision, stored_figures
from indexlib.intake.checks.stored import findings

pytestmark = pytest.mark.by_turns

#: By how much a total and a part are moved.
MOVED = {"pci": (0.5, 0.5), "papi": (0.5, 0.1), "par": (1.0, 1.0)}
#: Places of one index and year whose scores are spoilt at once: few, so that medians stay where they are.
AT_ONCE = 20
KINDS = ("total moved", "part moved", "ranks exchanged", "rank repeated", "decimal slipped", "over its maximum")


class Stored:
    """The stored figures, which rows sums and ranks tie, and what is said of them as they stand."""

    def __init__(self):
        self.figures = stored_figures()
        framed = load_catalogue().with_block(self.figures)
        self.low, self.high = framed["scale_min"] - 1e-4, framed["scale_max"] + 1e-4
        at = {key: i for i, key in enumerate(self.figures[["year", "place", "component"]].itertuples(index=False, name=None))}
        scored = set(self.figures.index[self.figures["score"].notna()])
        self.totals, self.parts = set(), set()
        for (index, year), rows in self.figures.groupby(["index", "year"]):
            for total, factors in formulas_at_hand(index, year, rows["component"].unique()):
                for place in rows["place"].unique():
                    cells = [at.get((year, place, c)) for c in (total, *factors)]
                    if scored.issuperset(cells):
                        self.totals |= {cells[0]} if total == index else set()
                        self.parts |= set(cells[1:])
        own = self.figures
        self.ranked = own.index[own["rank"].notna() & own["score"].notna()]
        self.before = {(*at, line) for *at, lines in self.said(own) for line in lines}

    def said(self, figures: pd.DataFrame) -> list[tuple[str, int, str, set[int]]]:
        """Index, year, place and lines of all that is named."""
        named = [(f.index, f.year, f.place, set(f.lines)) for f in findings(figures)]
        out = figures[(figures["score"] < self.low) | (figures["score"] > self.high)]
        return named + [(*row, {line}) for *row, line in out[["index", "year", "place", "line"]].itertuples(index=False)]

    def draws(self, kind: str, pick: random.Random) -> list[dict[int, dict]]:
        """Faults of a kind: row to its changed cells."""
        f = self.figures
        score, index = f["score"].to_dict(), f["index"].to_dict()
        if kind in ("total moved", "part moved"):
            rows, which = (self.totals, 0) if kind == "total moved" else (self.parts, 1)
            return [{i: {"score": round(score[i] + pick.choice((-1, 1)) * MOVED[index[i]][which], 6)}} for i in sorted(rows)]
        if kind == "decimal slipped":
            rows = sorted(self.totals | self.parts | set(self.ranked))
            return [{i: {"score": score[i] * pick.choice((0.1, 10))}} for i in rows]
        if kind == "over its maximum":
            high = self.high.to_dict()
            return [{i: {"score": high[i] + 0.3}} for i in sorted(self.totals | self.parts) if high[i] == high[i]]
        within, rank = precision(f["score"].fillna(0)).to_dict(), f["rank"].to_dict()
        found = []
        for _, rows in f.loc[self.ranked].groupby(["year", "component"]):
            for i in rows.index:
                others = [j for j in rows.index if abs(score[i] - score[j]) > within[i] + within[j] and rank[i] != rank[j]]
                if others:
                    j = pick.choice(others)
                    found.append({i: {"rank": rank[j]}} | ({j: {"rank": rank[i]}} if kind == "ranks exchanged" else {}))
        return found

    def named(self, kind: str, faults: list[dict[int, dict]]) -> tuple[int, list[tuple]]:
        """How many faults are named, and those that are not.

        Many are tried at once: of ranks one a year and component, of scores some places a year. What is said of one
        place does not count for another that is spoilt too.
        """
        waiting, missed, count = list(faults), [], 0
        where = self.figures[["index", "year", "place", "component", "line"]].to_numpy().tolist()
        while waiting:
            now, rest, used = [], [], Counter()
            for fault in waiting:
                index, year, place, component, _ = where[next(iter(fault))]
                keys = [(year, component)] if "rank" in kind else [(index, year, place), (index, year)]
                full = any(used[key] >= (AT_ONCE if key == (index, year) else 1) for key in keys)
                (rest if full else now).append(fault)
                used.update([] if full else keys)
            spoilt = self.figures.copy()
            for fault in now:
                for i, cells in fault.items():
                    for column, value in cells.items():
                        spoilt.at[i, column] = value
            told: dict = {}
            for index, year, place, lines in self.said(spoilt):
                for line in lines:
                    if (index, year, place, line) not in self.before:
                        told.setdefault((index, year, line), set()).add(place)
            places = {tuple(where[i][:3]) for fault in now for i in fault}
            for fault in now:
                at = [where[i] for i in fault]
                others = {place for index, year, place in places if (index, year) == tuple(at[0][:2])}
                others -= {row[2] for row in at}
                if any(told.get((row[0], row[1], row[4]), set()) - (("rank" not in kind and others) or set()) for row in at):
                    count += 1
                else:
                    missed += [(*row[:4], cells) for row, cells in zip(at, fault.values(), strict=True)]
            waiting = rest
        return count, missed


@pytest.fixture(scope="module")
def stored():
    return Stored()


def seeded(stored, sample: int | None, capsys) -> None:
    pick, all_, named = random.Random(20), Counter(), Counter()
    for kind in KINDS:
        faults = stored.draws(kind, pick)
        if sample:
            faults = pick.sample(faults, sample)
        pick.shuffle(faults)
        named[kind], missed = stored.named(kind, faults)
        all_[kind] = len(faults)
        by = Counter((index, year) for index, year, *_ in missed)
        with capsys.disabled():
            print(f"\n{kind}: {named[kind]} of {len(faults)} named; missed: {dict(by.most_common(4))}", end="")
    with capsys.disabled():
        print(f"\nall: {named.total()} of {all_.total()}")
    assert named.total() >= 0.95 * all_.total()


@pytest.mark.parametrize("sample", in_part(8, None))
def test_faults_drawn_at_random_are_named(stored, capsys, sample):
    seeded(stored, sample, capsys)


def test_the_figures_as_they_stand_have_no_error_and_few_doubts_all_reviewed(stored):
    every = findings(stored.figures)
    assert [f.problem.line() for f in every if not f.doubt] == []
    assert len(every) <= 30 and doubts_of_data() == []


@pytest.mark.parametrize("old, new, code, said", [
    ("2024,thanh_hoa,papi,44.87075", "2024,thanh_hoa,papi,45.37075", "sum", "44,8708"),
    ("2021,thanh_hoa,par,87.83,14,63", "2021,thanh_hoa,par,87.83,12,63", "rank_twice", "Hưng Yên"),
    ("2021,thanh_hoa,par,87.83,14,63", "2021,thanh_hoa,par,87.83,10,63", "rank_order", "Lào Cai"),
    ("2023,nghe_an,pci,65.72,44", "2023,nghe_an,pci,64.72,44", "sum", "65,7"),
    ("2022,quang_ninh,sipas,87.59", "2022,quang_ninh,sipas,87.95", "beyond_max", "87,59"),
    ("2020,thanh_hoa,sipas,88.7,14", "2020,thanh_hoa,sipas,88.7,11", "rank_twice", "Hà Tĩnh")])
def test_a_fault_is_named_with_its_line_and_what_contradicts_it(data, old, new, code, said):
    table = {"papi": "papi", "pci": "pci", "par": "par_index", "sipas": "sipas"}[old.split(",")[2]]
    line = data.swap(f"scores/{table}.csv", old, new)
    problems = [p for p in check_data() if p.code == code]
    assert any(p.row == line or f"dòng {line}" in p.message for p in problems)
    assert said in "".join(p.message for p in problems)


def test_a_plain_sum_that_stands_for_the_index_is_called_one(data):
    """Quảng Nam printed 67.04 for its PCI of 2023: the sum of the ten sub-indices; the weights give 66.66."""
    line = data.add("scores/pci.csv", "2023,quang_nam,pci,67.04,,,,,pci-f01,")
    [problem] = check_data()
    assert (problem.code, problem.row) == ("plain_sum", line) and "66,66" in problem.message


def test_a_doubt_that_was_reviewed_is_not_told_again_and_an_idle_review_is(data):
    data.swap("reviewed_doubts.csv", "moved,2022,ca_mau", "moved,2022,an_giang")
    assert {p.code for p in doubts_of_data()} == {"moved", "idle_review"} and check_data() == []


def test_check_tells_doubts_and_where_to_look_and_ends_well(data, command):
    data.swap("reviewed_doubts.csv", "moved,2022,ca_mau", "moved,2022,an_giang")
    code, out, err = command("check")
    assert code == 0 and "Cà Mau" in out and "nhất quán" in out and "Chưa ghi gì" not in out + err


def test_check_never_says_that_nothing_was_written(data, command):
    data.swap("scores/papi.csv", "2024,thanh_hoa,papi,44.87075", "2024,thanh_hoa,papi,45.37075")
    code, _, err = command("check")
    assert code == 2 and "Chưa ghi gì" not in err and "Xem chi tiết" in err
