"""What a run was made from: inputs, versions, revision, warnings, and a checksum of every file it wrote.

The checksums tell slips and edits apart from the run's own work. They are no signature: who forges a
file can forge its checksum, so a folder that must be proof against that is signed or kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from indexlib.base import atomic
from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import stays_inside
from indexlib.base.wording import t
from indexlib.data.files import PROJECT
from indexlib.plan.offices import today
from indexlib.plan.settings import Params
from indexlib.run.cache import checksum, versions

MANIFEST = "manifest.json"
MAX_BYTES = 5_000_000
UNKNOWN = "unknown"
#: What desktops and open Office files leave in folders.
NOT_OURS = re.compile(r"(~\$.*|\.~lock\..*#|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)
WARNING = re.compile(r"^.*?:\d+: (\w*Warning): (.*)$", re.MULTILINE)
#: Seconds to wait for git, which may hang on a network drive.
PATIENCE = 10


class NotARun(IndexlibError):
    """A folder without a manifest that can be read: no run of the suite wrote it."""


class Ended(BaseModel):
    """How a notebook ended, as the manifest says."""

    model_config = ConfigDict(strict=True)

    notebook: str
    failed: bool
    key: str = ""


class Manifest(BaseModel):
    """What is needed of a manifest to check a run; the rest is for people."""

    model_config = ConfigDict(strict=True)

    run: str
    indexlib: str
    day: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    python: str
    packages: dict[str, str]
    git: dict[str, Any]
    params: Params
    inputs: dict[str, str]
    notebooks: Annotated[list[Ended], Field(max_length=100)]
    papers: Annotated[dict[str, str], Field(max_length=10)] = {}
    files: Annotated[dict[str, str], Field(max_length=10_000)]
    notices: list[str] = []
    checksum: str
    intact: bool

    @field_validator("files")
    @classmethod
    def _inside(cls, files: dict[str, str]) -> dict[str, str]:
        if outside := [name for name in files if not stays_inside(name)]:
            raise ValueError(outside[0])
        return files


def revision() -> dict[str, Any]:
    """Git revision of the project, and whether its files differ from it.

    Returns
    -------
    dict
        ``revision``: the commit; ``changed``: whether anything in the library, notebooks or data was changed
        since. Both ``"unknown"`` where the library does not lie in a repository of its own or git is not there.
    """
    try:
        _git("ls-files", "--error-unmatch", "indexlib/__init__.py")  # not some repository around site-packages
        changed = _git("status", "--porcelain", "--", "indexlib", "notebooks", "data")
        return {"revision": _git("rev-parse", "HEAD").strip(), "changed": bool(changed.strip())}
    except (OSError, subprocess.SubprocessError):
        return {"revision": UNKNOWN, "changed": UNKNOWN}


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(PROJECT), *words], capture_output=True, text=True, encoding="utf-8",
                          errors="replace", timeout=PATIENCE, check=True)
    return done.stdout


def packages() -> dict[str, str]:
    """Versions of every package that the library asks for, in the order of their names."""
    from importlib.metadata import PackageNotFoundError, requires, version

    found = dict(versions())
    try:
        asked = [re.split(r"[^\w.-]", line)[0] for line in requires("indexlib") or [] if "extra ==" not in line]
    except PackageNotFoundError:  # run from its folder without having been installed
        asked = []
    for name in asked:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return dict(sorted(found.items()))


def warnings_of(notebook: Any, name: str) -> list[str]:
    """Warnings that Python printed while a notebook ran: notebook, cell, kind, text; each once."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            if output.get("name") == "stderr":
                found += [f"{name}, {number}: {kind}: {text}" for kind, text in WARNING.findall(output["text"])]
    return list(dict.fromkeys(found))


def write_manifest(folder: Path, about: dict[str, Any]) -> None:
    """Write the manifest of a run into its folder, with the checksum of every file there.

    Parameters
    ----------
    folder : Path
        Holds everything that the run wrote.
    about : dict
        What the run itself knows: ``run``, ``params``, ``inputs``, ``notebooks``, ``charts``, ``notices``,
        ``warnings``, ``seconds``.
    """
    from indexlib import __version__

    manifest = {"indexlib": __version__, "day": today(), "python": platform.python_version(), "system": platform.platform(),
                "git": revision(), "packages": packages(), **about,
                "files": {name: checksum(path) for name, path in _files(folder).items()}}
    manifest["checksum"] = _seal(manifest)
    atomic.write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")


def _seal(manifest: dict[str, Any]) -> str:
    """Checksum of all that a manifest says."""
    rest = {k: v for k, v in manifest.items() if k != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    """Files of a run folder by their path in it, in order, without the manifest and what desktops leave."""
    found = (p for p in folder.rglob("*") if (p.is_symlink() or p.is_file()) and not NOT_OURS.fullmatch(p.name))
    named = sorted((p.relative_to(folder).as_posix(), p) for p in found)
    return {name: path for name, path in named if name != MANIFEST}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run folder.

    Raises
    ------
    NotARun
        No manifest, or one that no run of this version wrote.
    """
    path = Path(folder) / MANIFEST
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(MAX_BYTES)
        raw = json.loads(data)
        return Manifest.model_validate(raw | {"intact": raw.get("checksum") == _seal(raw)})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        # Whatever a foreign file of this name may hold: not an object, no UTF-8, nested without end.
        known = not isinstance(error, OSError)
        raise NotARun(t("fault.manifest" if known else "fault.not_a_run", folder=folder)) from None


def differences(folder: Path, files: dict[str, str]) -> dict[str, list[str]]:
    """Files of a run folder that are not as the run wrote them: ``edited``, ``missing``, ``added``."""
    there = _files(folder)
    edited = [n for n, c in files.items() if n in there and (there[n].is_symlink() or checksum(there[n]) != c)]
    return {"edited": edited, "missing": [n for n in files if n not in there],
            "added": [n for n in there if n not in files]}


def touched(folder: Path) -> bool:
    """Whether a folder holds anything edited or added since a run wrote it, or was not written by one."""
    try:
        manifest = read_manifest(folder)
    except NotARun:
        return any(folder.iterdir()) if folder.is_dir() else True
    found = differences(folder, manifest.files)
    return bool(found["edited"] or found["added"] or not manifest.intact)
