"""What runs print is what they printed before, file by file; see :mod:`golden`."""

from __future__ import annotations

import pytest
from golden import IN_THE_GATE, RUNS, differences, golden, output


@pytest.mark.parametrize("run", IN_THE_GATE, ids=str)
def test_a_run_prints_what_it_printed(run, tmp_path):
    kept = {name: digest for name, digest in golden(*run).items() if not name.startswith("drawn/")}
    assert differences(kept, output(*run, tmp_path)) == []


@pytest.mark.sweep
@pytest.mark.parametrize("run", RUNS, ids=str)
def test_every_run_prints_what_it_printed_with_its_charts_drawn(run, tmp_path):
    assert differences(golden(*run), output(*run, tmp_path, pictures=True)) == []
