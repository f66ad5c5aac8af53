"""Exploring: what a change of component costs in the kernel, from the click to the messages that redraw the chart.

The aim is under 200 ms on the bundled data, on two free cores; the browser then draws.
Run: uv run pytest -o addopts= -s tests/benchmarks/bench_explore.py
"""

import statistics
import time

import pytest

import indexlib as ix
from indexlib.widgets import choices, views


@pytest.fixture(scope="module")
def shown():
    return ix.explore("thanh hoa")


@pytest.mark.parametrize("index", ["papi", "pci"])
@pytest.mark.parametrize("view", views.OF_COMPONENT)
def test_change_of_component(benchmark, shown, view, index):
    shown.set(view=view, index=index, compare=["nghe an", "ha tinh"])
    took = []

    def every_component():
        for component in reversed(choices.components(index)):
            start, busy = time.perf_counter(), time.process_time()
            shown.component.value = component
            took.append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy)))

    benchmark.pedantic(every_component, rounds=3, warmup_rounds=1)
    wall, busy = zip(*took, strict=True)
    print(f"\n{view} {index}: {len(took)} changes; wall median {statistics.median(wall):.0f}, max {max(wall):.0f} ms; "
          f"processor median {statistics.median(busy):.0f}, max {max(busy):.0f} ms")


@pytest.mark.parametrize("view", views.OF_INDEX)
def test_view_of_a_whole_index(benchmark, shown, view):
    """These do not change with the component; drawn anew with the place, the years and the index."""
    settled = views.settle(shown.view, view=view, index="papi")
    benchmark.pedantic(views.draw, (settled,), rounds=5, warmup_rounds=1)
