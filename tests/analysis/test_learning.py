"""Who to learn from: places that stood as low in the same block and have stayed up."""

from __future__ import annotations

import pytest

from indexlib.analysis.learning import LASTING, learn_from
from indexlib.analysis.panel import load_panel
from indexlib.analysis.peers import similar
from indexlib.analysis.standing import standing
from indexlib.data.catalogue import load_catalogue


@pytest.fixture(scope="module")
def panel():
    return load_panel()


@pytest.mark.parametrize(("place", "component", "year"), [("thanh_hoa", "papi.3.1", 2024), ("thanh_hoa", "papi.6.2", 2024),
    ("ha_giang", "papi.4", 2024), ("cao_bang", "pci.5", 2023), ("an_giang", "papi.1.2", 2015)])
def test_each_stood_as_low_and_has_not_been_below_the_median_since_the_years_named(panel, place, component, year):
    found = learn_from(place, component, year, panel)
    of = load_catalogue().with_block(standing(panel))
    of = of[of["component"] == component].set_index(["place", "year"])
    own = of.loc[place, year]
    for r in found.itertuples(index=False):
        low, now = of.loc[r.place, r.low_year], of.loc[r.place, year]
        assert low["percentile"] <= own["percentile"]
        assert low["block"] == own["block"]
        assert (r.low_score, r.score) == (low["score"], now["score"])
        assert r.years >= LASTING
        for y in range(year - LASTING + 1, year + 1):
            assert of.loc[r.place, y]["score"] >= of.loc[r.place, y]["median"]
    assert place not in set(found["place"])
    assert len(found) > 0 or component in ("pci.5", "papi.4", "papi.1.2")


def test_similar_places_come_first(panel):
    found = learn_from("thanh_hoa", "papi.3.1", 2024, panel)["place"].tolist()
    order = similar(panel, "thanh_hoa", 2024, n=100)
    assert found == sorted(found, key=order.index)


@pytest.mark.parametrize(("component", "year"), [("papi.1.3", 2024), ("pci.4", 2024), ("sipas", 2024)])
def test_nobody_is_named_where_the_place_is_not_low_or_the_panel_not_whole(panel, component, year):
    assert learn_from("thanh_hoa", component, year, panel).empty
