"""Printed ranks of the stored figures against the scores of the same year and component, and against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.data.places import load_places
from indexlib.intake.checks.finding import Finding, found, precision


def ranks(figures: pd.DataFrame) -> list[Finding]:
    """Every printed rank that the scores of its year contradict, that stands twice, or that has another base."""
    findings = []
    ranked = figures[figures["rank"].notna()]
    cells = pd.MultiIndex.from_frame(figures[["year", "component"]])
    own = figures[cells.isin(pd.MultiIndex.from_frame(ranked[["year", "component"]].drop_duplicates()))]
    for _, rows in own.assign(within=precision(own["score"].fillna(0))).groupby(["year", "component"]):
        findings += _group(rows.reset_index(drop=True))
    return findings


def _group(rows: pd.DataFrame) -> list[Finding]:
    score, rank, within = (rows[c].to_numpy(dtype=float) for c in ("score", "rank", "within"))
    base, line, records = rows["rank_base"].to_numpy(dtype=float), rows["line"].to_numpy(), rows.to_dict("records")
    allowed = within[:, None] + within[None]
    with np.errstate(invalid="ignore"):
        above = score[None] > score[:, None] + allowed  # who certainly scores higher than a place (down)
        better = rank[:, None] < rank[None]
        clash = better & above & ~np.isnan(rank)[:, None] & ~np.isnan(rank)[None]
        first, last = 1 + above.sum(axis=1), base - above.T.sum(axis=1)
        outside = (rank < first) | (rank > last)
        same = (rank[:, None] == rank[None]) & ~np.eye(len(rank), dtype=bool)
        apart = np.isnan(score[:, None] + score[None]) | (np.abs(score[:, None] - score[None]) > allowed)
    findings, done = [], set()
    both = clash | clash.T
    clashes = both.copy()
    while clashes.any():
        worst = int(np.argmax(clashes.sum(axis=1)))
        others = np.flatnonzero(both[worst])
        other = int(others[np.argmin(np.abs(rank[others] - rank[worst]))])
        findings.append(found("rank_order", records[worst], "rank", (int(line[other]),), value=int(rank[worst]),
                              score=float(score[worst]), other=_name(records[other]), other_rank=int(rank[other]),
                              other_score=float(score[other])))
        done.add(worst)
        clashes[worst], clashes[:, worst] = False, False
    for i in np.flatnonzero(outside & ~np.isnan(rank)):
        if i not in done:
            reasons = np.flatnonzero(above[i] if rank[i] < first[i] else above[:, i])
            findings.append(found("rank_bounds", records[i], "rank", tuple(line[reasons[:3]].tolist()), value=int(rank[i]),
                                  first=int(first[i]), last=int(last[i])))
            done.add(int(i))
    for i, j in zip(*np.nonzero(np.triu(same & apart)), strict=True):
        proved = bool(score[i] == score[i] and score[j] == score[j])
        findings.append(found("rank_twice", records[j], "rank", (int(line[i]),), not proved, value=int(rank[j]),
                              other=_name(records[i])))
    usual = pd.Series(base).mode()
    for i in np.flatnonzero(~np.isnan(base) & (base != (usual.iloc[0] if len(usual) else np.nan))):
        findings.append(found("rank_base", records[i], "rank_base", (), True, value=int(base[i]), usual=int(usual.iloc[0])))
    return findings


def _name(row: dict) -> str:
    return load_places().get(row["place"], row["year"]).name
