"""A change of the data tried in a copy of the data folder, then made in the folder itself: all of it or none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexlib.base import transaction
from indexlib.base.problems import DataError, IndexlibError
from indexlib.base.wording import t
from indexlib.data import files
from indexlib.intake.check import check_data


@contextmanager
def trial() -> Iterator[None]:
    """Have a copy of the data in force for the block; what the block changed in it is then written in one transaction.

    Nothing is written if the block raises, if the data would no longer be consistent, or if somebody else has
    changed them in the meantime.

    Raises
    ------
    DataError
        What is wrong with the data after the change and was not before.
    IndexlibError
        The data were changed by somebody else, or cannot be written.
    """
    folder = files.data_dir()
    before = _contents(folder)
    try:
        with tempfile.TemporaryDirectory() as there:
            copy = Path(there) / "data"
            for name, data in before.items():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(data)
            with files.in_force(copy):
                yield
                wrong = check_data()
                after = _contents(copy)
        if wrong:
            known = {(p.file, p.code, p.message) for p in check_data()}
            if wrong := [p for p in wrong if (p.file, p.code, p.message) not in known]:
                raise DataError(wrong)
        with transaction.locked(folder):
            if _contents(folder) != before:
                raise IndexlibError(t("fault.data_changed"))
            transaction.write_together(folder, {name: data.decode("utf-8") for name, data in after.items()
                                                if before.get(name) != data})
    except OSError as error:
        raise IndexlibError(t("add.cannot_write", why=error.strerror or error)) from error
    finally:
        files.forget()
        files.look()


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file of the data, by its name inside the folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)}
