"""How long the spine takes: importing, loading, answering.

Skipped by default. To run it: ``uv run pytest -o addopts= tests/benchmarks/bench_spine.py``.
Times depend on the machine, so each is held against ``import pandas`` measured in the same run,
besides the limits that people feel: an answer within 2 s, of which loading under 0.3 s.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexlib import load_scores
from indexlib.data import catalogue, places, scores

ROOT = Path(__file__).parents[2]
REPEATS = 5


def seconds(code: str) -> float:
    """Shortest time in which a fresh Python runs a line, less what an empty one takes."""

    def once(line: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", line], cwd=ROOT, check=True, capture_output=True, timeout=120)
        return time.perf_counter() - start

    return min(once(code) for _ in range(REPEATS)) - min(once("pass") for _ in range(REPEATS))


@pytest.fixture(scope="module")
def pandas_seconds() -> float:
    return seconds("import pandas")


@pytest.fixture
def note(benchmark, pandas_seconds):
    """Time a line in fresh processes, once, and note it as a multiple of ``import pandas``."""

    def measure(code: str) -> tuple[float, float]:
        taken = benchmark.pedantic(seconds, args=(code,), rounds=1, iterations=1)
        benchmark.extra_info["seconds"] = round(taken, 3)
        benchmark.extra_info["times_import_pandas"] = round(taken / pandas_seconds, 2)
        print(f"\n{code[:70]}: {taken:.3f} s, {taken / pandas_seconds:.2f} x import pandas ({pandas_seconds:.3f} s)")
        return taken, taken / pandas_seconds

    return measure


def test_import_adds_little_to_pandas(note):
    """Nothing heavy is loaded before it is used."""
    _, times = note("import indexlib")
    assert times < 0.2


def test_public_functions_add_little_to_pandas(note):
    _, times = note("import indexlib; indexlib.load_scores, indexlib.find_place, indexlib.load_catalogue")
    assert times < 1.3


def test_the_flags_command_answers_within_two_seconds(note):
    taken, times = note("import sys; sys.argv = 'indexlib flags --place thanh_hoa --year 2024'.split(); "
                        "from indexlib.cli.main import main; main()")
    assert taken < 2 or times < 3.5  # on a busy machine the multiple decides


def forget() -> tuple[tuple, dict]:
    """Forget the tables read before, so that they are read again."""
    for cached in (scores._load, scores._withheld, scores._reference, scores._sources, catalogue._load, places._load):
        cached.cache_clear()
    return (), {}


def test_loading_all_scores_takes_a_fraction_of_a_second(benchmark, pandas_seconds):
    """With the catalogue, the places and every check, from an empty memory."""
    load_scores()
    benchmark.pedantic(load_scores, setup=forget, rounds=REPEATS)
    best = benchmark.stats.stats.min
    benchmark.extra_info["times_import_pandas"] = round(best / pandas_seconds, 2)
    print(f"\nload_scores: {best:.3f} s, {best / pandas_seconds:.2f} x import pandas ({pandas_seconds:.3f} s)")
    assert best < 0.3 or best < 0.5 * pandas_seconds
