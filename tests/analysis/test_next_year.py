"""The next year: only what was known counts, nothing is said where data do not carry it, the filter is exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexlib.analysis import next_year as model
from indexlib.analysis.panel import build
from indexlib.plan.worlds import LEVEL, NOISE, PERSISTENCE, simulate


@pytest.fixture(scope="module")
def said(scores):
    frame = model.next_year(scores)
    return frame.assign(index=frame["component"].str.split(".").str[0])


@pytest.fixture(scope="module")
def papi(scores):
    return scores[scores["component"].str.startswith("papi")].reset_index(drop=True)


def one(frame: pd.DataFrame, component: str, year: int = 2024, place: str = "thanh_hoa") -> pd.Series:
    return frame[(frame["place"] == place) & (frame["component"] == component) & (frame["year"] == year)].iloc[0]


@pytest.mark.parametrize("year", [2013, 2017, 2021, 2023])
def test_a_year_is_judged_with_what_was_known_in_it(papi, year):
    early = papi[papi["year"] <= year]
    now, later = model.next_year(early), model.next_year(papi)
    later = later[later["year"] <= year].reset_index(drop=True)
    pd.testing.assert_frame_equal(now, later, check_exact=False, rtol=1e-9)
    assert now["prob_low"].notna().sum() > 1500


def test_nothing_is_said_of_indices_whose_data_do_not_carry_it(said):
    """PAR INDEX and SIPAS have no whole panel; of PCI, measured anew in 2017 and 2021, few falls have a known end since."""
    others = said[said["index"].isin(["par", "sipas"]) | (said["index"].eq("pci") & (said["year"] >= 2021))]
    assert set(others["index"]) == {"par", "pci", "sipas"}
    assert others[model.COLUMNS].isna().all(axis=None)


def test_a_year_in_which_only_another_index_is_at_hand_is_no_fault(papi):
    another = papi.head(1).assign(year=2025, component="sipas", score=90.0)
    said = model.next_year(pd.concat([papi, another], ignore_index=True))
    assert said.loc[said["year"] == 2025, model.COLUMNS].isna().all(axis=None)


def test_nothing_is_said_of_a_partial_panel(papi):
    missing = papi["place"].isin(sorted(papi["place"].unique())[::2]) & (papi["year"] == 2024)
    partial = model.next_year(papi[~missing])
    assert partial.loc[partial["year"] == 2024, model.COLUMNS].isna().all(axis=None)
    assert partial.loc[partial["year"] == 2023, "prob_low"].notna().any()


def test_a_fall_alone_has_a_probability_of_lasting(said, papi):
    """Thanh Hóa 2024: 6.2 fell by 0.287 of a scale of 2.25; 3.1 rose by 0.116."""
    fell, rose = one(said, "papi.6.2"), one(said, "papi.3.1")
    assert fell["expected_fall"] == pytest.approx(fell["prob_lasting"] * 0.287 / 2.25, abs=1e-4)
    assert np.isnan(rose["prob_lasting"])
    assert rose["expected_fall"] == 0


def test_the_first_year_of_a_block_has_a_gap_and_no_fall(said):
    first = said[(said["year"] == 2018) & (said["index"] == "papi")]
    assert first["expected_gap"].notna().all()
    assert first[["prob_lasting", "expected_fall"]].isna().all(axis=None)


def test_who_stands_low_in_a_steady_component_is_expected_to_stay(said):
    """PAPI 3.1 (50 of 61 in 2024, 59 in 2023) and 1.3 (17 of 61)."""
    low, high = one(said, "papi.3.1"), one(said, "papi.1.3")
    assert low["prob_low"] > 0.4 > 0.1 > high["prob_low"]
    assert low["expected_gap"] > high["expected_gap"] == 0


def test_figures_keep_their_bounds(said):
    known = said[said["prob_low"].notna()]
    assert known["prob_low"].between(0, 1).all()
    assert known["expected_gap"].between(0, 1).all()
    fall = known["expected_fall"].dropna()
    assert fall.between(0, 1).all()
    assert said["prob_lasting"].dropna().between(0, 1).all()
    assert said.loc[said["prob_lasting"].notna(), "prob_low"].notna().all()


@settings(max_examples=15, deadline=None)
@given(shift=st.floats(-0.2, 0.2), year=st.integers(2013, 2023))
def test_what_moves_the_whole_country_moves_no_gap(papi, shift, year):
    moved = papi.assign(score=papi["score"] + np.where(papi["year"] == year, shift, 0.0))
    names = ["expected_gap", "prob_low"]
    pd.testing.assert_frame_equal(model.next_year(moved)[names], model.next_year(papi)[names], rtol=1e-6, atol=1e-9)


def test_the_order_of_rows_does_not_matter(papi, said):
    mixed = papi.sample(frac=1, random_state=3)
    again = model.next_year(mixed).set_index(["year", "place", "component"])[model.COLUMNS]
    own = said[said["index"] == "papi"].set_index(["year", "place", "component"])[model.COLUMNS]
    pd.testing.assert_frame_equal(again.sort_index(), own.sort_index(), rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-0.3, 0.3)), min_size=1, max_size=8), st.floats(0.5, 1.0),
       st.floats(0.05, 0.95), st.floats(0.001, 0.02))
def test_the_filter_is_the_conditional_normal(series, persistence, signal, variance):
    """With gaps: mean and variance of the next score given those seen, from their joint covariance."""
    seen = np.array([np.nan if v is None else v for v in series])
    starts = (np.arange(len(seen)) == 0)[None]
    mean, sd = model._filter(seen[None, None], starts, *(np.array([v]) for v in (persistence, signal, variance)))
    at = np.flatnonzero(~np.isnan(seen))
    together = signal * persistence ** np.abs(np.subtract.outer(at, at)) + (1 - signal) * np.eye(len(at))
    with_next = signal * persistence ** (len(seen) - at)
    weight = np.linalg.solve(together, with_next) if len(at) else np.zeros(0)
    assert mean.item() == pytest.approx(float(weight @ seen[at]), abs=1e-9)
    assert sd.item() ** 2 == pytest.approx(variance * (1 - with_next @ weight), rel=1e-9)


def test_the_filter_starts_anew_with_a_block():
    seen = np.array([0.3, 0.3, 0.1])
    parts = [np.array([v]) for v in (0.9, 0.6, 0.01)]
    two_blocks = model._filter(seen[None, None], np.array([[True, False, True]]), *parts)
    alone = model._filter(seen[None, None, 2:], np.array([[True]]), *parts)
    assert two_blocks[0].item() == alone[0].item()
    assert two_blocks[1].item() == alone[1].item()


def test_the_parameters_of_a_simulated_panel_come_back():
    """Twelve panels: persistence 0.9, and the share of the level in the spread."""
    found = [model.fit(p) for p in (simulate("autoregressive", k) for k in range(12))]
    persistence, signal = (np.mean([getattr(f, name)[:, -1].mean() for f in found]) for name in ("persistence", "signal"))
    assert persistence == pytest.approx(PERSISTENCE, abs=0.03)
    assert signal == pytest.approx(LEVEL**2 / (LEVEL**2 + NOISE**2), abs=0.03)


def test_components_that_keep_their_order_have_the_larger_signal(papi):
    """PAPI 6.3 correlates 0.93 from year to year, 4.4 only 0.22."""
    panel = build(papi)
    signal = model.fit(panel).signal[:, -1]
    of = dict(zip(panel.components, signal, strict=True))
    assert of["papi.6.3"] > 0.9 > 0.4 > of["papi.4.4"]


def test_an_empty_table_gives_an_empty_table(scores):
    assert model.next_year(scores.iloc[:0]).empty
