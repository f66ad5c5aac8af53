"""Every speed that the project claims, as ratios measured side by side in one run, and what the machine is.

Run: uv run python -m tests.benchmarks          some minutes
     uv run python -m tests.benchmarks --quick  smaller samples, under two minutes
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

import indexlib as ix
from indexlib import charts
from indexlib.base import wording
from indexlib.briefing import bundle
from indexlib.intake.recognise import read_published
from indexlib.plan.review import assess, find
from indexlib.plan.settings import Grades, Rules, read_params
from indexlib.run.one import suite
from indexlib.run.paramfiles import other_places

sys.path.insert(0, str(Path(__file__).parent))
import bench_analysis
import bench_charts
import bench_reading

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params" / "thanh_hoa_2024.yml"


@dataclass
class Cost:
    """What something took: seconds on the clock, and of processors, child processes included."""

    clock: float
    processor: float

    def __truediv__(self, n: float) -> Cost:
        return Cost(self.clock / n, self.processor / n)

    def __mul__(self, n: float) -> Cost:
        return Cost(self.clock * n, self.processor * n)


def used() -> float:
    """Seconds of processors used so far by this process and the children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(r.ru_utime + r.ru_stime for r in both)


def cost(work: Callable[[], Any], repeat: int = 1) -> Cost:
    """The cheapest of some repetitions."""
    found = []
    for _ in range(repeat):
        start, before = time.perf_counter(), used()
        work()
        found.append(Cost(time.perf_counter() - start, used() - before))
    return min(found, key=lambda c: c.clock)


def show(what: str, ours: Cost, base: Cost | None = None) -> None:
    """A line of the table; the ratios are base over ours, so that more is faster."""
    ratios = "" if base is None else f"{base.clock / ours.clock:10.1f} {base.processor / ours.processor:10.1f}"
    print(f"{what:66} {ours.clock:9.3f} {ours.processor:9.3f} {ratios}", flush=True)


def heading(text: str) -> None:
    print(f"\n{text:66} {'clock s':>9} {'proc. s':>9} {'x clock':>10} {'x proc.':>10}")


def call(*words: object) -> None:
    subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, check=True, capture_output=True)


def bench_suite(quick: bool, folder: Path) -> None:
    """The suite against plain papermill, a second run, and a run that is one of many."""
    heading("The suite, one province")
    books, more = suite(), 2 if quick else 6
    if quick:
        books = [b for b in books if b.stem in ("02_overview", "04_flags")]
        (folder / "books").mkdir()
        for book in books:
            (folder / "books" / book.name).write_bytes(book.read_bytes())
        os.environ["INDEXLIB_NOTEBOOKS"] = str(folder / "books")
    plain = cost(lambda: [call("papermill", "--no-progress-bar", b, folder / b.name, "-f", PARAMS) for b in books])
    show(f"papermill, {len(books)} notebooks one by one, no pages, no image files", plain)
    run = ("indexlib.cli", "run", "--outputs", folder / "outputs")
    show("indexlib run, with pages and image files", cost(lambda: call(*run, PARAMS)), plain)
    show("indexlib run again, nothing changed", cost(lambda: call(*run, PARAMS)), plain)
    bench_papers(folder, plain)
    (folder / PARAMS.name).write_bytes(PARAMS.read_bytes())
    others = other_places(folder / PARAMS.name)[0][:more]
    show(f"indexlib run of {more} other provinces, each", cost(lambda: call(*run, *others)) / more, plain)
    os.environ.pop("INDEXLIB_NOTEBOOKS", None)


def bench_papers(folder: Path, plain: Cost) -> None:
    """The four kinds of file of a briefing against the notebooks of the same province."""
    found, papers = find(read_params(PARAMS)), folder / "papers"
    (papers / bundle.SHEETS).mkdir(parents=True)
    pictures = folder / "outputs" / PARAMS.stem / "charts"
    ours = cost(lambda: bundle.make(found, papers, pictures, PARAMS.parent), 3)
    show("report, worksheets, workbook and slides; x 4 is a quarter", ours, plain)


def bench_trends(quick: bool) -> None:
    """Trends of the whole panel against a loop over pymannkendall, of which a part is timed and scaled up."""
    import pymannkendall

    heading("Trends of the whole panel")
    scores = ix.load_scores()
    known, found = scores[scores["score"].notna()], ix.trends(scores)
    series = {k: g.set_index("year")["score"] for k, g in known.groupby(["place", "component"])}
    rows = found[found["n_years"] > 2].iloc[:: 50 if quick else 10]

    def loop() -> None:
        for row in rows.itertuples(index=False):
            y = series[row.place, row.component].loc[row.first_year:row.last_year].to_numpy()
            assert pymannkendall.original_test(y).s == row.s

    base = cost(loop) * ((found["n_years"] > 2).sum() / len(rows))
    show(f"pymannkendall, {len(found)} series, from a sample of {len(rows)}", base)
    show("indexlib.trends", cost(lambda: ix.trends(scores), 3), base)


def bench_readers(quick: bool) -> None:
    """Reading each official workbook with all checks against the cells alone through pandas."""
    heading("Reading official workbooks")
    books = bench_reading.WORKBOOKS[:3] if quick else bench_reading.WORKBOOKS
    if not books:
        print("(the official workbooks are not at hand)")
    for path in books:
        engine, year = "xlrd" if path.suffix == ".xls" else "openpyxl", bench_reading.YEARS.get(path.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = cost(lambda p=path, e=engine: pd.read_excel(p, sheet_name=None, header=None, engine=e), 2)
        show(f"{path.name}, against pandas with {engine}", cost(lambda p=path, y=year: read_published(p, year=y), 3), cells)


def bench_images(quick: bool, folder: Path) -> None:
    """Charts as PNG and SVG in one browser against plotly's write_image, one by one, of which a part is timed."""
    import plotly.io

    heading("Charts as PNG and SVG")
    figures = bench_charts.make(ix.standing(ix.load_scores("papi")))
    sample = figures[: 2 if quick else 6]

    def one_by_one() -> None:
        for n, figure in enumerate(sample):
            for end in ("png", "svg"):
                plotly.io.write_image(figure, folder / f"{n}.{end}", scale=3 if end == "png" else 1)

    base = cost(one_by_one) * (len(figures) / len(sample))
    show(f"write_image, {len(figures)} charts, from {len(sample)}", base)
    show("charts.export, with sizes for print", cost(lambda: charts.export(figures, folder)), base)


def bench_growth(quick: bool, folder: Path) -> None:
    """The whole analysis as places and as years double; a ratio of 2 is linear growth."""
    for what, steps in (("places", (8, 4) if quick else (8, 4, 2, 1)), ("years", (3, 6) if quick else (3, 6, 12))):
        heading(f"Analysis of communes, 60 components: {what} double; x against half of them")
        last = None
        for step in steps:
            years, share = (bench_analysis.YEARS, step) if what == "places" else (step, 8 if quick else 4)
            data, scores = bench_analysis.country(folder / f"{what}{step}", years)
            os.environ["INDEXLIB_DATA"] = str(data)
            part = scores[scores["place"].isin(scores["place"].unique()[::share])]
            now = cost(lambda p=part: assess(p, Rules(), Grades(), 2022))
            label = f"{part['place'].nunique()} places, {years} years, {len(part)} scores"
            print(f"{label:66} {now.clock:9.3f} {now.processor:9.3f} " + (
                "" if last is None else f"{now.clock / last.clock:10.1f} {now.processor / last.processor:10.1f}"), flush=True)
            last = now
    os.environ.pop("INDEXLIB_DATA", None)


def machine() -> Iterator[str]:
    """What the figures were measured on; no names of machines or people."""
    model = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = psutil.virtual_memory().total / 1e9
    yield f"{psutil.cpu_count()} processors ({model}), {memory:.0f} GB memory, {platform.system()}"
    load = psutil.getloadavg()[0]
    yield f"Python {platform.python_version()}; load of the machine at the start: {load:.1f}"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    asked.add_argument("--quick", action="store_true", help="smaller samples")
    quick = asked.parse_args().quick
    wording.use("en")
    print("\n".join(machine()))
    print("x: how many times faster than the first line of the group (where not said otherwise)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_trends(quick)
        bench_readers(quick)
        bench_images(quick, folder)
        bench_growth(quick, folder)
        bench_suite(quick, folder)


if __name__ == "__main__":
    main()
