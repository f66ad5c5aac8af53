"""Earlier work kept under the checksum of all it was made from, so that a run redoes only what changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from functools import cache
from pathlib import Path

from indexlib.base.atomic import whole
from indexlib.briefing import bundle
from indexlib.data import files
from indexlib.plan.offices import today
from indexlib.plan.plan import load_plan
from indexlib.plan.settings import Params

PACKAGES = ("pandas", "numpy", "scipy", "plotly", "papermill", "nbclient", "kaleido")


def notebook_key(book: Path, params: Params) -> str:
    """Checksum of all that an executed notebook follows from: itself, its parameters, the data, the library.

    Parameters that a notebook does not use, named in its metadata under ``indexlib.unused``, do not count.
    """
    text = book.read_bytes()
    unused = set(json.loads(text).get("metadata", {}).get("indexlib", {}).get("unused", []))
    used = {k: v for k, v in params.for_notebooks().items() if k not in unused}
    parts = [text, json.dumps(used, sort_keys=True).encode(), *(p.encode() for p in made_from(params))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def made_from(params: Params) -> list[str]:
    """Checksums of the library and of each data file that a run follows from."""
    day = params.report.closing or today()
    offices = f"offices={load_plan(params.plan).dissolved(day)}"
    return [_library(), offices, *(f"{name}={digest}" for name, digest in sorted(inputs(params).items()))]


@cache
def _library() -> str:
    """Checksum of the library's own files and of the packages it runs on."""
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256("".join(sorted(versions().values())).encode())
    for path in sorted(p for end in ("py", "csv", "j2", "docx", "pptx") for p in folder.rglob(f"*.{end}")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fingerprint(params: Params, books: list[Path]) -> dict[str, str]:
    """Checksums of what two machines must have alike for their results to be alike."""
    data, notebooks = inputs(params), {book.name: checksum(book) for book in books}
    return {"library": _library(), "data": _digest(data), "notebooks": _digest(notebooks)}


def _digest(checksums: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(checksums, sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of the packages that results depend on; empty where one is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def inputs(params: Params) -> dict[str, str]:
    """Checksums of the data files that a run follows from; other plans do not count."""
    data = files.data_dir()
    paths = [p for p in sorted([*data.rglob("*.csv"), *data.rglob("*.yml")])
             if p.relative_to(data).parts[0] != "plans" or p.parent.name == params.plan]
    return {f"data/{p.relative_to(data).as_posix()}": checksum(p) for p in paths}


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def take(store: Path, target: Path) -> bool:
    """Copy kept work, if there is any."""
    if not store.exists():
        return False
    shutil.copyfile(store, target)
    return True


def figure_key(figure: dict) -> str:
    """Checksum of a figure: the same figure is the same picture."""
    text = json.dumps(figure, sort_keys=True, ensure_ascii=False)
    return "chart-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def forget(kept: Path, notebooks: dict[str, str], figures: dict[str, dict], whole: bool) -> None:
    """Drop kept work that a run no longer uses.

    Parameters
    ----------
    kept : Path
    notebooks : dict
        Key of each notebook run; of others nothing is dropped.
    figures : dict
    whole : bool
        Whether the run made every chart; else no chart is dropped.
    """
    used = {f"{name}-{key}" for name, key in notebooks.items()} | {figure_key(f) for f in figures.values()}
    for path in kept.iterdir():
        mine = path.stem.rpartition("-")[0] in notebooks or (whole and path.stem.startswith("chart-"))
        if mine and path.stem not in used:
            path.unlink()


def briefing_key(params: Params, beside: Path, charts: Path) -> str:
    """Checksum of all that the files follow from, so that earlier work can be taken.

    Parameters
    ----------
    params : Params
    beside : Path
        Folder of the parameter file.
    charts : Path
        Folder with the charts as PNG.
    """
    asked = [beside / p for p in (params.report.template, params.report.progress) if p]
    files = [f for p in asked for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file()]
    parts = [json.dumps(params.model_dump(), sort_keys=True), *bundle.names(), *made_from(params),
             *(f"{f.name}={checksum(f)}" for f in sorted([*files, *charts.glob("*.png")]))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def unpack(store: Path, folder: Path) -> bool:
    """Put earlier work into a folder, if there is any."""
    if not store.exists():
        return False
    with zipfile.ZipFile(store) as archive:
        archive.extractall(folder)
    return True


def pack(folder: Path, store: Path) -> None:
    """Store the files of a folder for the next run."""
    with whole(store) as part, zipfile.ZipFile(part, "w") as archive:
        for path in sorted(p for name in bundle.names() for p in (folder / name, *(folder / name).rglob("*"))):
            archive.write(path, path.relative_to(folder).as_posix())
