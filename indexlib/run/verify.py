"""Whether the figures of a run still follow from the data: its files against their checksums, and all recomputed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import Any

from indexlib.base.untrusted import shown
from indexlib.base.wording import speaking
from indexlib.briefing import bundle
from indexlib.briefing.office.reproducible import MARKUP
from indexlib.content import html
from indexlib.plan.offices import as_of
from indexlib.plan.review import find
from indexlib.plan.settings import Params
from indexlib.run import manifest as provenance
from indexlib.run.briefing_only import figures
from indexlib.run.cache import checksum, inputs
from indexlib.run.execution import Workshop, execute
from indexlib.run.manifest import Manifest
from indexlib.run.one import suite

#: Parameters of the report that name what stood beside the parameter file.
BESIDE = {"template": None, "progress": None, "until": None}


@dataclass(frozen=True)
class Difference:
    """A file of the run that comes out otherwise now, and the first place where it does.

    ``stands`` and ``comes`` are that place in the run's folder and in what was recomputed.
    """

    file: str
    line: int
    stands: str
    comes: str


@dataclass
class Verdict:
    """What became of a run.

    Attributes
    ----------
    manifest : Manifest
    edited, missing, added : list of str
        Files that were changed, removed or put in since the run.
    inputs : list of str
        Data files and notebooks that are not as they were then; ``gone`` and ``fresh`` ones.
    failed : list of str
        Notebooks that failed, in the run or now.
    differ : list of Difference
        Tables, figure data and words of pages that do not follow from the data and notebooks of today.
    skipped : list of str
        Files that follow from more than the data: a template or worksheets that stood beside the parameters.
    compared : int
        Files recomputed and compared.
    """

    manifest: Manifest
    edited: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    differ: list[Difference] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    compared: int = 0

    @property
    def untouched(self) -> bool:
        """Whether every file is as the run wrote it, the manifest too."""
        return self.manifest.intact and not (self.edited or self.missing or self.added)

    @property
    def follows(self) -> bool:
        """Whether every figure comes out again from the data of today."""
        return not (self.differ or self.failed)


def verify(folder: Path, jobs: int = 2, progress: Callable[[], Any] | None = None) -> Verdict:
    """Check a run folder against its manifest, then run its notebooks anew and compare what they show.

    Nothing kept from earlier runs is used, and nothing in the folder is changed.

    Parameters
    ----------
    folder : Path
        ``outputs/<run>``.
    jobs : int
        Notebooks run at once.
    progress : callable, optional
        Called without arguments after each notebook.

    Returns
    -------
    Verdict

    Raises
    ------
    NotARun
        No manifest that can be read.
    DataError
        The data of today are faulty.
    """
    folder = Path(folder)
    manifest = provenance.read_manifest(folder)
    found = provenance.differences(folder, manifest.files)
    verdict = Verdict(manifest, edited=found["edited"], missing=found["missing"], added=found["added"])
    with speaking(manifest.params.language), as_of(manifest.day):
        books = {book.stem: book for book in suite()}
        ran = [n.notebook for n in manifest.notebooks if not n.failed]
        verdict.failed = [n.notebook for n in manifest.notebooks if n.failed or n.notebook not in books]
        _compare_inputs(verdict, {f"notebooks/{books[n].name}": checksum(books[n]) for n in ran if n in books})
        with tempfile.TemporaryDirectory(prefix="indexlib-verify-") as work, Workshop(jobs) as tools:
            again = [books[n] for n in ran if n in books]
            verdict.failed += recompute(again, manifest.params, Path(work), tools, progress)
            if manifest.papers:
                _recompute_papers(verdict, folder, Path(work))
            _compare(verdict, folder, Path(work))
    return verdict


def _compare_inputs(verdict: Verdict, books: dict[str, str]) -> None:
    """Data and notebooks then and now; the parameters themselves stand in the manifest."""
    then = {k: v for k, v in verdict.manifest.inputs.items() if k.startswith(("data/", "notebooks/"))}
    now = inputs(verdict.manifest.params) | books
    verdict.inputs = [k for k in then if k in now and now[k] != then[k]]
    verdict.gone = [k for k in then if k not in now]
    verdict.fresh = [k for k in now if k not in then]


def recompute(books: list[Path], params: Params, work: Path, tools: Workshop,
              progress: Callable[[], Any] | None = None) -> list[str]:
    """Write tables, figure data and pages as notebooks give them today; returns the names of those that failed."""
    import nbformat

    kernels = tools.kernels

    def one(book: Path) -> bool:
        failed = execute(book, work / book.name, params, kernels).failed
        if progress:
            progress()
        return failed

    with ThreadPoolExecutor(tools.jobs) as pool:
        failed = [b.stem for b, broke_off in zip(books, pool.map(one, books), strict=True) if broke_off]
    for book in books:
        if book.stem in failed:
            continue
        found = html.content(nbformat.read(work / book.name, as_version=4))
        html.write_tables(work / "tables", book.stem, found.tables)
        html.write_data(work / "charts", found.figures)
        (work / f"{book.stem}.html").write_text(found.body, encoding="utf-8")
    return failed


def _recompute_papers(verdict: Verdict, folder: Path, work: Path) -> None:
    """The files of the briefing from the data of today, with the charts that stand in the folder."""
    params = verdict.manifest.params
    found = find(params.model_copy(update={"report": params.report.model_copy(update=BESIDE)}))
    if not verdict.manifest.notebooks:  # the files of the briefing alone bring the data of their own charts
        html.write_data(work / "charts", figures(found))
    made = bundle.make(found, work, folder / "charts", folder)
    verdict.skipped = [o.name for o in bundle.OUTPUTS if any(getattr(params.report, name) for name in o.beside)]
    for name in verdict.skipped:
        bundle.remove(work / name)
    verdict.failed += [name for name, why in made.why.items() if why]


def _compare(verdict: Verdict, folder: Path, work: Path) -> None:
    """Each figure file that was recomputed beside the one in the folder, and those that are not made any more."""
    made, gone = recomputed(work), set(verdict.missing)
    for name, read in made.items():
        there = folder / name
        verdict.compared += 1
        if there.is_file():
            verdict.differ += _first_difference(name, _read(there, read), read(work / name))
        elif name not in gone:
            verdict.differ.append(Difference(name, 0, "", ""))
    # A chart does not bear the name of its notebook: where one failed, nothing is said of charts not made.
    folders = ("tables/",) if verdict.failed else ("tables/", "charts/")
    unsaid = (*(f"tables/{n}_" for n in verdict.failed), *verdict.failed, *verdict.skipped)
    then = [n for n in verdict.manifest.files if n.startswith(folders) and n.endswith(".csv")]
    then += [n for n in verdict.manifest.files if n.split("/")[0] in verdict.manifest.papers]
    verdict.differ += [Difference(name, 0, "", "") for name in then
                       if not name.startswith(unsaid) and name not in made and name not in gone]


def _read(path: Path, by: Callable[[Path], list[str]]) -> list[str]:
    """What is compared of a file that stands in the folder; nothing of one that somebody spoilt."""
    try:
        return by(path)
    except Exception:
        return []


def recomputed(folder: Path) -> dict[str, Callable[[Path], list[str]]]:
    """Names of the files of a run that can be recomputed, each with what reads of it that which is compared."""
    read: dict[Path, Callable[[Path], list[str]]] = {p: lines for p in sorted(folder.glob("*.html"))}
    read |= {p: lines for kind in ("tables", "charts") for p in sorted(folder.glob(f"{kind}/*.csv"))}
    read |= {p: output.compared_by for output in bundle.OUTPUTS for p in output.files(folder)}
    return {p.relative_to(folder).as_posix(): by for p, by in read.items()}


def lines(path: Path) -> list[str]:
    """Lines of a table; of a page its words without markup, drawings and the links around it."""
    text = path.read_bytes().decode("utf-8-sig", "replace")
    if path.suffix != ".html":
        return text.split("\n")
    body = text.partition("<body>")[2].partition("</body>")[0] or text
    body = re.sub(r"<nav>.*?</nav>", "", body, flags=re.DOTALL)
    return [line for part in MARKUP.sub("\n", body).split("\n") if (line := " ".join(unescape(part).split()))]


def _first_difference(name: str, stands: list[str], comes: list[str]) -> list[Difference]:
    if stands == comes:
        return []
    number, (old, new) = next((i, pair) for i, pair in enumerate(zip_longest(stands, comes, fillvalue=""), 1)
                              if pair[0] != pair[1])
    return [Difference(name, number, shown(old, 160), shown(new, 160))]
