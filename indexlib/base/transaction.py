"""Several files of one folder changed together: all of them or none, even if the power fails in between.

The new files are laid ready in a folder of their own. Renaming that folder to ``.pending`` is the moment
at which the change holds; from then on whoever looks at the data first moves what is not yet in place.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexlib.base import atomic
from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import stays_inside
from indexlib.base.wording import t

READY, PENDING, LOCK, LIST = ".ready", ".pending", ".lock", "list.json"
#: Seconds to wait for another process that is moving files into place.
PATIENCE = 20


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other writers out of a folder for the block; a change whose writer died is finished first.

    Raises
    ------
    IndexlibError
        Another process is writing.
    OSError
        The folder cannot be written.
    """
    with atomic.locked(folder / LOCK, IndexlibError(t("fault.busy", folder=folder))):
        if (folder / PENDING).exists():
            _put_in_place(folder)
        shutil.rmtree(folder / READY, ignore_errors=True)  # its writer died before the change held
        yield


def write_together(folder: Path, texts: dict[str, str]) -> None:
    """Write several files, all or none; call it with the folder :func:`locked`.

    Parameters
    ----------
    folder : Path
    texts : dict
        Text by path inside the folder, with ``/``.

    Raises
    ------
    OSError
        A file could not be written: everything is as it was.
    """
    ready = folder / READY
    before = {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in texts}
    try:
        _lay_ready(folder, ready, texts)
        os.rename(ready, folder / PENDING)
        atomic.to_disk(folder)
    except BaseException:
        shutil.rmtree(ready, ignore_errors=True)
        raise
    try:
        _put_in_place(folder)
    except OSError:
        _put_back(folder, before)
        raise


def _lay_ready(folder: Path, ready: Path, texts: dict[str, str]) -> None:
    ready.mkdir()
    for number, (name, text) in enumerate(texts.items()):
        target, part = folder / name, ready / str(number)
        target.parent.mkdir(exist_ok=True)
        part.write_bytes(text.encode("utf-8"))
        os.chmod(part, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        atomic.to_disk(part)
    (ready / LIST).write_text(json.dumps(list(texts)), encoding="utf-8")
    atomic.to_disk(ready / LIST)
    atomic.to_disk(ready)


def _put_in_place(folder: Path) -> None:
    """Move what still waits; a file that is not there any more was moved before."""
    pending = folder / PENDING
    if (pending / LIST).exists():
        targets = [_inside(folder, name) for name in json.loads((pending / LIST).read_text(encoding="utf-8"))]
        for number, target in enumerate(targets):
            part = pending / str(number)
            if part.exists():
                os.replace(part, target.resolve() if target.is_symlink() else target)
        for parent in {target.parent for target in targets}:
            atomic.to_disk(parent)
        (pending / LIST).unlink()  # from here on nothing waits, whatever is left of the folder
    shutil.rmtree(pending)


def _inside(folder: Path, name: str) -> Path:
    if not stays_inside(name):
        raise IndexlibError(t("fault.outside", name=name, folder=folder))
    return folder / name


def _put_back(folder: Path, before: dict[str, bytes | None]) -> None:
    """Undo a change that could not be finished, say because a file is open in Excel on Windows."""
    for name, data in before.items():
        path = folder / name
        if data is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != data:
            atomic.write(path, data)
    shutil.rmtree(folder / PENDING)


def finish(folder: Path) -> None:
    """Finish a change whose writer died after it held.

    Raises
    ------
    IndexlibError
        The files cannot be moved, or another process has been at it for too long.
    """
    until = time.monotonic() + PATIENCE
    while (folder / PENDING).exists():
        try:
            with locked(folder):
                return
        except (OSError, ValueError) as error:
            raise IndexlibError(t("fault.unfinished", folder=folder, why=getattr(error, "strerror", error))) from None
        except IndexlibError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
