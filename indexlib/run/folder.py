"""The folder of a run: its name, the lock and workplace beside it, and putting a finished run into its place.

Nothing that a person made is ever removed: an earlier folder with files that were edited or added by hand
is set aside under a name of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from indexlib.base import atomic
from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import DEVICES
from indexlib.base.wording import listing, t
from indexlib.run import manifest

FAILED = ".failed"
LONGEST = 100
#: What the longest name of a run needs below its folder; Windows ends a path at 260 letters unless told otherwise.
LONGEST_INSIDE = ("bieu_do", "x" * 100)
#: Letters and digits of any script, marks on them; a dot, space or hyphen only between.
NAME = re.compile(r"\w[\w\u0300-\u036f.() -]*")
#: Workplaces that this process has open.
_at_work: set[Path] = set()


class RunError(IndexlibError):
    """A run that cannot start or be written: the folder is in use or read-only, or a notebook is not there."""


def run_name(path: Path) -> str:
    """Name of the run of a parameter file: its stem, if every system can have a folder of that name.

    Raises
    ------
    RunError
        A name that would leave the folder of the runs, hide in it, or mean something else on Windows.

    Examples
    --------
    >>> run_name(Path("params/thanh_hoa_2024.yml"))
    'thanh_hoa_2024'
    """
    name = unicodedata.normalize("NFC", Path(path).stem)
    device = name.partition(".")[0].strip().casefold() in DEVICES
    if not NAME.fullmatch(name) or name[-1] in ". " or device or len(name) > LONGEST \
            or name.casefold().endswith(FAILED):
        raise RunError(t("fault.run_name", name=Path(path).name, longest=LONGEST))
    return name


def run_names(paths: Iterable[Path]) -> list[str]:
    """Names of several runs.

    Raises
    ------
    RunError
        Two files of one name, also if it differs in capitals only: the second would replace the first.
    """
    names = [run_name(path) for path in paths]
    twice = [name for name, count in Counter(n.casefold() for n in names).items() if count > 1]
    if twice:
        raise RunError(t("fault.same_run", names=listing(twice)))
    return names


@contextmanager
def workplace(outputs: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """A fresh folder beside the final one and the store of earlier work, with all others of the name kept out.

    Raises
    ------
    RunError
        Another run holds the folder, it cannot be written, or a name in it is a link to elsewhere.
    """
    folder = outputs / name
    with ExitStack() as held:
        try:
            outputs.mkdir(parents=True, exist_ok=True)
            kept = outputs / ".kept" / name
            _refuse_links(outputs / f".{name}.lock", folder, folder.with_name(name + FAILED), kept.parent, kept)
            held.enter_context(atomic.locked(outputs / f".{name}.lock", RunError(t("cli.locked", folder=folder))))
            _tidy(folder)
            work = Path(tempfile.mkdtemp(prefix=f".{name}.work-", dir=outputs))
            held.callback(_clear, work)
            _at_work.add(work)
            _probe(work)
            kept.mkdir(parents=True, exist_ok=True)
            atomic.sweep(kept)
        except OSError as error:
            raise RunError(t("cli.cannot_write", folder=outputs, why=error.strerror or error)) from None
        yield work, kept


def _probe(work: Path) -> None:
    """Raise RunError where the disk cannot hold the longest name of a run: better at once than after the work."""
    folder, name = LONGEST_INSIDE
    try:
        (work / folder).mkdir()
        (work / folder / name).touch()
    except OSError as error:
        raise RunError(t("fault.too_deep", folder=work.parent, why=error.strerror or error)) from None
    shutil.rmtree(work / folder)


def _clear(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    _at_work.discard(work)


def abandon() -> None:
    """Remove the workplaces of this process, which is about to end."""
    for work in list(_at_work):
        _clear(work)


def _refuse_links(*paths: Path) -> None:
    linked = [path for path in paths if path.is_symlink()]
    if linked:
        raise RunError(t("fault.link", path=linked[0]))


def _tidy(folder: Path) -> None:
    """Bring back the earlier folder if a run died between two renames; drop what dead runs left."""
    for place in (folder, folder.with_name(folder.name + FAILED)):
        old = _old(place)
        if old.exists() and not place.exists():
            old.rename(place)
        _remove(old)
        for left in place.parent.glob(f".{place.name}.work-*"):
            shutil.rmtree(left, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _remove(folder: Path) -> None:
    """Remove a folder under a name that nobody takes for a whole run while it is half removed."""
    if folder.exists():
        name = folder.name.removeprefix(".").removesuffix(".old")
        waste = Path(tempfile.mkdtemp(prefix=f".{name}.work-", dir=folder.parent))
        os.rename(folder, waste / "waste")
        shutil.rmtree(waste, ignore_errors=True)


def put_in_place(work: Path, folder: Path) -> Path | None:
    """Put a finished folder in the place of the earlier one, which stands until then.

    Returns
    -------
    Path or None
        Where the earlier folder was set aside, if it had files edited or added by hand.
    """
    os.chmod(work, 0o755)
    if not folder.exists():
        work.rename(folder)
        return None
    aside = _free_name(folder) if manifest.touched(folder) else None
    old = aside or _old(folder)
    # The new folder takes the name that the old one is to have, then both swap: no moment without either.
    work.rename(old)
    if not atomic.exchange(old, folder):
        old.rename(work)
        folder.rename(old)
        try:
            work.rename(folder)
        except OSError:
            old.rename(folder)
            raise
    if aside is None:
        _remove(old)
    return aside


def _free_name(folder: Path) -> Path:
    number = 1
    while (path := folder.with_name(f"{folder.name}.edited-{number}")).exists():
        number += 1
    return path


def clear_failed(folder: Path) -> None:
    """Remove the folder of an earlier failed run, unless it has files made by hand."""
    failed = folder.with_name(folder.name + FAILED)
    if failed.exists() and not manifest.touched(failed):
        _remove(failed)
