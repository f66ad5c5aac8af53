"""The golden run: what runs of four places print, kept as checksums of the words of every table, chart, page and file.

``python tests/support/golden.py`` names the files that come out otherwise than the checksums; with ``--write`` it takes
today's output as golden. A change of code that is meant to change nothing leaves them all as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

from indexlib.base.wording import speaking
from indexlib.briefing import bundle
from indexlib.plan.review import Findings, find
from indexlib.plan.settings import check_params
from indexlib.run.briefing_only import figures
from indexlib.run.execution import Workshop
from indexlib.run.one import draw, suite
from indexlib.run.verify import recompute, recomputed

os.environ["INDEXLIB_TODAY"] = "2025-06-30"  # outputs name the offices of the day
GOLDEN = Path(__file__).parent / "golden_runs"
PLACES = ("thanh_hoa", "quang_ninh", "an_giang", "ho_chi_minh")
YEARS, LANGUAGES = (2023, 2024), ("vi", "en")
RUNS = [(place, year, language) for place in PLACES for year in YEARS for language in LANGUAGES]
#: The place of the plan, and one whose PAPI was withheld.
IN_THE_GATE = [("thanh_hoa", 2024, "vi"), ("quang_ninh", 2023, "en")]


def output(place: str, year: int, language: str, folder: Path, pictures: bool = False, jobs: int = 2) -> dict[str, str]:
    """Checksum of the words of each file that a run leaves, by name of the file.

    With ``pictures`` the Office files are made once more with their charts drawn, and named ``drawn/...``.
    """
    params = check_params({"place": place, "year": year, "language": language, "targets": {"papi": {"rank": 10}}})
    with speaking(language), Workshop(jobs) as tools:
        assert recompute(suite(), params, folder, tools) == []
        found = find(params)
        _bundle(found, folder, None)
        if pictures:
            drawn = folder / "drawn"
            drawn.mkdir()
            assert draw(figures(found), folder / "charts", drawn, tools) == []
            _bundle(found, drawn, folder / "charts")
    return {f"{at}{name}": _digest(read(folder / at / name)) for at in ("", "drawn/")
            for name, read in recomputed(folder / at).items()}


def _bundle(found: Findings, folder: Path, charts: Path | None) -> None:
    made = bundle.make(found, folder, charts, folder)
    assert not any(made.why.values()), made.why


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def golden(place: str, year: int, language: str) -> dict[str, str]:
    """The checksums that are kept for a run."""
    return json.loads((GOLDEN / f"{place}_{year}_{language}.json").read_text(encoding="utf-8"))


def differences(kept: dict[str, str], now: dict[str, str]) -> list[str]:
    """Names of files that are not the same in both."""
    return sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))


def main() -> None:
    write = "--write" in sys.argv
    for run in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            now = output(*run, Path(folder), pictures=True)
        path = GOLDEN / "{}_{}_{}.json".format(*run)
        kept = golden(*run) if path.exists() else {}
        changed = differences(kept, now)
        print(*run, f"{len(changed)} of {len(kept)} files differ", *changed[:5])
        if write:
            path.write_text(json.dumps(now, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
