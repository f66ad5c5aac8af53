"""What provinces and the press said of scores, ranks and changes comes out as printed, or the table says why not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from conftest import SHARED

from indexlib import changes, find_place, load_catalogue, load_reference, load_scores, standing
from indexlib.data.scores import load_remarks

STATEMENTS = pd.read_csv(Path(__file__).with_name("statements.csv"), dtype={"printed": str}, keep_default_na=False)


class Judge:
    """The figures of all indices and what follows from them."""

    def __init__(self):
        rows, self.standing = load_scores(), standing(load_scores())
        self.changes = changes(rows)
        self.scores = rows.set_index(["year", "place", "component"])["score"].dropna()
        self.ranks = self.standing.set_index(["year", "place", "component"])["rank"].dropna()
        # VCCI prints 30 totals of 2023: the order of the others follows from the sub-indices.
        effects = load_catalogue().effects("pci", 2023).set_index("component")["effect"]
        parts = rows[(rows["year"] == 2023) & rows["component"].isin(effects.index)]
        self.weighted = (parts["score"] * parts["component"].map(effects)).groupby(parts["place"]).sum()

    def score(self, year, place, component):
        if year == 2023 and (year, place, component) not in self.scores.index and component == "pci":
            return self.weighted[place]
        return self.scores[year, place, component]

    def rank(self, year, place, component):
        if year == 2023 and (year, place, component) not in self.ranks.index:
            return self.weighted.rank(ascending=False)[place]
        return self.ranks[year, place, component]

    def change(self, year, place, component):
        return self.score(year, place, component) - self.scores[year - 1, place, component]

    def places(self, year, place, component):
        return self.rank(year - 1, place, component) - self.rank(year, place, component)

    def below(self, frame, year, place, component):
        own = frame[(frame["year"] == year) & frame["component"].str.fullmatch(rf"{component}\.\d+")]
        return own if not place else own[own["place"] == place]

    def moved(self, year, place, component):
        own = self.below(self.changes, year, place, component)
        return own["score"].to_numpy() - self.scores[list(zip([year - 1] * len(own), own["place"], own["component"],
                                                              strict=True))].to_numpy()

    def up(self, *at):
        return (self.moved(*at) > 0).sum()

    def down(self, *at):
        return (self.moved(*at) < 0).sum()

    def high(self, *at):
        return (self.below(self.standing, *at)["group"] == "high").sum()

    def first(self, *at):
        return (self.below(self.standing, *at)["rank"] == 1).sum()

    def all_high(self, *at):
        return (self.below(self.standing, *at)["group"] == "high").groupby(self.standing["place"]).all().sum()

    def group(self, year, place, component):
        return self.standing.set_index(["year", "place", "component"]).loc[(year, place, component), "group"]

    def totals(self, year, component):
        return self.scores.xs((year, component), level=("year", "component"))

    def mean(self, year, _, component):
        return self.totals(year, component).mean()

    def median(self, year, _, component):
        printed = load_reference().query("year == @year and component == @component and statistic == 'median' and area == ''")
        return printed["value"].item()

    def top(self, year, _, component):
        return self.totals(year, component).sort_values(ascending=False).tolist()


@pytest.fixture(scope="module")
def judge():
    return Judge()


def same(found, printed: str) -> bool:
    """Equal as printed: people round or cut, and take changes from rounded scores."""
    if printed.replace("_", "").isalpha():
        return found == printed
    decimals = len(printed.partition(".")[2])
    return abs(found - float(printed)) < 10.0**-decimals if decimals else found == float(printed)


@pytest.mark.parametrize("row", list(STATEMENTS.itertuples(index=False)),
                         ids=lambda r: f"{r.year}-{r.place}-{r.component}-{r.what}")
def test_a_printed_statement_comes_out_or_is_known_to_be_wrong(judge, row):
    at = row.year, row.place, row.component
    if row.verdict == "not_at_hand":
        with pytest.raises(KeyError):
            getattr(judge, row.what)(*at)
        return
    found, printed = getattr(judge, row.what)(*at), row.printed.split("; ")
    agree = all(same(f, p) for f, p in zip(found if row.what == "top" else [found], printed, strict=False))
    assert agree == (row.verdict != "wrong"), (found, row.printed)
    assert bool(row.why) == (row.verdict != "as_printed")
    if row.what in ("up", "down", "change") and row.place:  # the library compares them, or says why not
        own = judge.changes[(judge.changes["year"] == row.year) & (judge.changes["place"] == row.place)]
        own = own[own["component"] == row.component] if row.what == "change" else judge.below(own, *at)
        assert set(own["reason"]) <= ({"edge"} if row.verdict == "across_an_edge" else {""})
    if row.verdict == "wrong" and (row.what, row.place) in {("score", "quang_tri"), ("score", "quang_ninh")}:
        remark = load_remarks().query("year == @row.year and place == @row.place and component == @row.component")
        assert float(row.printed) in remark["value"].tolist()




@pytest.mark.skipif(not SHARED.exists(), reason="../shared with the published tables is absent")
def test_every_statement_found_is_judged():
    given = pd.read_csv(SHARED / "published" / "statements.csv", keep_default_na=False)
    names = {"PCI": "pci", "PAPI": "papi", "PAR INDEX": "par"}
    judged = set(zip(STATEMENTS["year"], STATEMENTS["place"], STATEMENTS["component"].str.split(".").str[0], strict=True))
    for r in given.to_dict("records"):
        place = r["province"].split(" / ")[0]
        at = int(r["year"])
        assert (at, "" if place == "Cả nước" else find_place(place, at).code, names[r["index"]]) in judged
