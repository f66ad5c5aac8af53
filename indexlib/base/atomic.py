"""Writing so that a reader never meets half a file: beside its place first, then moved into it.

One writer at a time: :func:`locked` keeps others out, and the system frees the lock if its holder dies.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from indexlib.base.problems import IndexlibError

#: What an unfinished file is called until it is moved into its place.
UNFINISHED = ".unfinished-"
_EXCHANGE, _HERE = 2, -100  # RENAME_EXCHANGE and AT_FDCWD of linux/fs.h and fcntl.h


@contextmanager
def whole(path: Path, new: bool = False) -> Iterator[Path]:
    """A name beside a file to write to; moved into place once the block ends without an error.

    Parameters
    ----------
    path : Path
    new : bool
        Refuse to replace a file that is there.

    Raises
    ------
    FileExistsError
        With ``new``, a file of the name is there.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole(folder / "a.txt") as part:
    ...     _ = part.write_text("all of it")
    >>> [p.name for p in folder.iterdir()]
    ['a.txt']
    """
    path = Path(path)
    if path.is_symlink() and not new:
        path = path.resolve()  # what the link points to is written, and the link stays one
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{UNFINISHED}{path.stem[:40]}-", suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        to_disk(part)
        os.chmod(part, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        if new:
            _place_new(part, path)
        else:
            os.replace(part, path)
        to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _place_new(part: Path, path: Path) -> None:
    """Move a file to a name that nobody has; unlike ``os.replace`` neither way overwrites."""
    if sys.platform == "win32":
        os.rename(part, path)
        return
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, say a memory stick
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        os.replace(part, path)


def write(path: Path, data: bytes | str, new: bool = False) -> None:
    """Write a whole file or none; text as UTF-8 with the line ends it has."""
    with whole(path, new) as part:
        part.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)


def copy(source: Path, target: Path) -> None:
    """Copy a whole file or none."""
    with whole(target) as part:
        shutil.copyfile(source, part)


def to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk, so that a power cut cannot undo the order of two writes."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows has no handle of a folder to wait for
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def _umask() -> int:
    """What the user's files are not open for; asking means setting it, so it is asked once."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sweep(folder: Path) -> None:
    """Remove what writers that died left unfinished; only for who holds the lock of the folder."""
    for left in folder.glob(f"{UNFINISHED}*"):
        left.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, busy: IndexlibError) -> Iterator[None]:
    """Hold a lock file for the block.

    Parameters
    ----------
    path : Path
        Made if it is not there, and left there: removing it would let two in.
    busy : IndexlibError
        Raised if another process or thread holds the lock.

    Raises
    ------
    OSError
        The file cannot be made.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        _lock(handle, busy)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, busy: IndexlibError) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise busy from None


def exchange(one: Path, other: Path) -> bool:
    """Let two folders swap names in one step; ``False`` where the system cannot (only Linux can)."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        return rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0
    return False
