"""Additions to the data: calls of the command line, what stands in a folder, tables like those of a year."""

from __future__ import annotations

import random

from make_workbooks import pci, weights_of
from typer.testing import CliRunner

from indexlib import load_scores
from indexlib.cli.main import app


def run(*words: object):
    return CliRunner().invoke(app, [str(w) for w in words])


def tables(folder) -> dict:
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != ".lock"}


def like(year: int, near: int):
    """PCI of a year with about the profiles that the provinces have in a year of the data."""
    stored = load_scores("pci").query("year == @near").set_index(["place", "component"])["score"]
    truth, pick, weights = pci(year), random.Random(year), weights_of("pci", year)
    for place in truth.names:
        for component in weights:
            score = stored[place, component] + pick.uniform(-0.3, 0.3)
            truth.figures[place, component] = round(min(max(score, 1), 10), 6)
        total = sum(w / 10 * truth.figures[place, c] for c, w in weights.items())
        truth.figures[place, "pci"] = round(total, 6)
    return truth
