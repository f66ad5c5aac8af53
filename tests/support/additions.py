"""Additions to the data: calls of the command line, what stands in a folder, tables like those of a year."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

from make_workbooks import pci, weights_of
from typer.testing import CliRunner

from indexlib import load_places, load_scores
from indexlib.cli.main import app


def run(*words: object):
    return CliRunner().invoke(app, [str(w) for w in words])


def typed(*words: object, of):
    """A call that types what it is asked for from the publication, ``of`` as in ``make_workbooks``."""
    done = run(*words)
    asked = [(place, code) for place, code in re.findall(r'--confirm "(.+?) ([a-z]+(?:\.\w+)*)=…"', done.output)]
    if not asked:
        return done
    code_of = {load_places().get(code, of.year).name: code for code in of.names}
    return run(*words, *(x for place, code in asked
                         for x in ("--confirm", f"{place} {code}={of.figures[code_of[place], code]}".replace(".", ",")
                                   .replace(code.replace(".", ","), code))))


def tables(folder) -> dict:
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != ".lock"}


def cut(folder: Path, first: int) -> None:
    """Leave in a copy of the data only scores from a year on, and no indicators: read and checked in a second."""
    for path in sorted((folder / "indicators").glob("*.csv")):
        if path.name == "indicators.csv":
            path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
        else:
            path.unlink()
    for path in [*sorted((folder / "scores").glob("*.csv")), folder / "reviewed_doubts.csv"]:
        head, *rows = _rows(path)
        at, least = head.index("year"), first + (path.name == "reviewed_doubts.csv")  # doubts of changes need a year before
        _write(path, [head, *(row for row in rows if int(row[at]) >= least)])
    named = {key for path in sorted(folder.rglob("*.csv")) if path.name != "sources.csv" for head, *rows in [_rows(path)]
             if "source" in head for row in rows for key in row[head.index("source")].split("; ")}
    head, *rows = _rows(folder / "sources.csv")
    _write(folder / "sources.csv", [head, *(row for row in rows if row[0] in named)])
    used = [row[1] for row in rows if row[0] in named]
    head, *names = _rows(folder / "source_names.csv")
    _write(folder / "source_names.csv", [head, *(n for n in names if any(where.startswith(n[0]) for where in used))])


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


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
