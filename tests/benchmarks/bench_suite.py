"""The annual run against plain papermill, and what a second run costs; one table of ratios from one run.

Run: uv run python tests/benchmarks/bench_suite.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from indexlib.run import suite

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params" / "thanh_hoa_2024.yml"


def timed(*command: str, cwd: Path = ROOT) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = ("indexlib.cli", "run", str(PARAMS), "--outputs", str(folder / "outputs"))
        plain = sum(timed("papermill", "--no-progress-bar", str(book), str(folder / book.name), "-f", str(PARAMS))
                    for book in suite())
        first, again = timed(*run), timed(*run)
        help_only = timed("indexlib.cli", "--help")
    print(f"papermill one by one, six notebooks, no exports   {plain:6.1f} s   1,00")
    print(f"indexlib run, charts and pages included           {first:6.1f} s   {first / plain:.2f}".replace(".", ","))
    print(f"indexlib run again, nothing changed               {again:6.1f} s   {again / plain:.2f}".replace(".", ","))
    print(f"  of which starting Python and the command line   {help_only:6.1f} s")


if __name__ == "__main__":
    main()
