"""What the tests share: the language put back, copies of the data that may be spoilt, the command line."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from zlib import crc32

import pandas as pd
import pytest

from indexlib import Findings, load_catalogue, load_plan, load_scores
from indexlib.base import wording
from indexlib.cli import main as cli
from indexlib.data.lookup import find_place
from indexlib.data.scores import COLUMNS
from indexlib.plan.review import DEFAULT_PLAN, _open
from indexlib.plan.settings import check_params

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@cache
def commit() -> str:
    """The commit that is checked out; what a gate runs of a sweep, and of the tests by turns, changes with it."""
    git = shutil.which("git")
    return subprocess.run([git, "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout if git else ""


def sampled(cases: list, n: int = 6) -> list:
    """Cases of a sweep for ``parametrize``: ``n`` of them, others with each commit, are run at once, all in the sweep."""
    now = set(random.Random(commit()).sample(range(len(cases)), n))
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=[] if i in now else pytest.mark.sweep)
            for i, case in enumerate(cases)]


def in_part(part: object, whole: object) -> list:
    """One test twice for ``parametrize``: a part of its cases at once, the whole in the sweep."""
    return [part, pytest.param(whole, marks=pytest.mark.sweep)]


#: Of the tests marked ``by_turns`` one in so many is run at once.
TURNS = 6


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of the tests ``by_turns``, a part is run at once, another with each commit, and all in the sweep.

    Those of a module that go on where the one before ended (``whole=True``) are run together or not at all.
    """
    for item in items:
        if turn := item.get_closest_marker("by_turns"):
            own = item.path.name if turn.kwargs.get("whole") else item.nodeid
            if crc32(f"{commit()}{own}".encode()) % TURNS:
                item.add_marker(pytest.mark.sweep)


#: The plan is read as on its issuer's last days, unless a test says otherwise.
os.environ["INDEXLIB_TODAY"] = "2025-06-30"


@pytest.fixture(autouse=True)
def _vietnamese():
    """Every test starts and ends in Vietnamese and with provinces, whatever it switches to."""
    wording.use("vi")
    wording.at_level("province")
    yield
    wording.use("vi")
    wording.at_level("province")


@pytest.fixture(scope="session")
def scores():
    """All bundled scores; not to be changed."""
    return load_scores()


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@cache
def opened(place: str, year: int, language: str = "vi") -> Findings:
    """What was found with the default parameters, judged once for all the tests that look at it.

    The plan is that of Hà Bắc for every place, as if the place had one like it: its own goes to no other province.
    """
    before, plan = wording.language(), load_plan(DEFAULT_PLAN)
    try:
        wording.use(language)
        plan = replace(plan, about=plan.about | {"province": find_place(place, year).code})
        return _open(check_params({"place": place, "year": year, "language": language}), plan)
    finally:
        wording.use(before)


def series(component: str, values: dict[int, float], place: str = "thanh_hoa") -> pd.DataFrame:
    """Scores of one component of one place by year."""
    frame = pd.DataFrame({"year": list(values), "place": place, "component": component, "score": list(values.values()),
                          "source": "papi-01", "note": ""}, columns=COLUMNS)
    return frame.astype(dict.fromkeys(["score", "rank", "rank_base", "ci_low", "ci_high"], float))


class DataCopy:
    """A copy of ``data/`` that is in force, and that a test may spoil."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name

    def add(self, name: str, *lines: str) -> int:
        """Append lines to a table; the line number of the first one."""
        text = self.path(name).read_text(encoding="utf-8")
        self.path(name).write_text(text + "".join(line + "\n" for line in lines), encoding="utf-8")
        return text.count("\n") + 1

    def drop_pci(self, *years: int) -> None:
        """Take the workbooks of these years out again, as if they were still to come and nothing had been corrected."""
        self.path("scores/corrections.csv").unlink()
        scores = self.path("scores/pci.csv")
        lines = scores.read_text(encoding="utf-8").splitlines(keepends=True)
        scores.write_text("".join(x for x in lines if not x.startswith(tuple(f"{y}," for y in years))), encoding="utf-8")
        for year in years:
            self.path(f"indicators/pci_{year}.csv").unlink()
        left = pd.concat([pd.read_csv(p)[["indicator", "year"]] for p in sorted(self.path("indicators").glob("pci_*.csv"))])
        spans = left.groupby("indicator")["year"].agg(["min", "max"])
        known = pd.read_csv(self.path("indicators/indicators.csv"), dtype=str, keep_default_na=False)
        known = known[known["indicator"].isin(spans.index)]
        known["first_year"], known["last_year"] = (spans.loc[known["indicator"], c].to_numpy() for c in ("min", "max"))
        known.to_csv(self.path("indicators/indicators.csv"), index=False, lineterminator="\n")
        sources = self.path("sources.csv")
        gone = tuple(f"pci-{y}-workbook" for y in years if y != 2008)  # that of 2008 stands beside a label
        lines = sources.read_text(encoding="utf-8").splitlines(keepends=True)
        sources.write_text("".join(x for x in lines if not x.startswith(gone)), encoding="utf-8")

    def swap(self, name: str, old: str, new: str) -> int:
        """Replace a text that stands in a file; the line number of its first occurrence."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {name}"
        self.path(name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def data(tmp_path, monkeypatch) -> DataCopy:
    """A copy of the data folder, in force for the test."""
    folder = tmp_path / "project" / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("INDEXLIB_DATA", str(folder))
    return DataCopy(folder)


@pytest.fixture
def command(monkeypatch, capsys):
    """Call the command line in this process: ``(exit code, what it printed, what it complained)``."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["indexlib", *map(str, words)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture(scope="session")
def handed_out(tmp_path_factory) -> Path:
    """The worksheets of Quảng Ninh 2023: three units, five components."""
    from indexlib.briefing.worksheets.hand_out import write_worksheets

    folder = tmp_path_factory.mktemp("handed_out")
    write_worksheets(opened("quang_ninh", 2023), folder)
    return folder


@pytest.fixture
def folder(handed_out, tmp_path) -> Path:
    """A copy that a test may fill in and spoil."""
    for path in handed_out.glob("*.xlsx"):
        shutil.copy(path, tmp_path)
    return tmp_path
