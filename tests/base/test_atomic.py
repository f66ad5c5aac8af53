"""Files written whole or not at all."""

from __future__ import annotations

import pytest

from indexlib.base import atomic, transaction


@pytest.mark.parametrize("way", ["alone", "together"])
def test_a_file_that_is_a_link_stays_one(tmp_path, way):
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "kept.csv").write_text("old", encoding="utf-8")
    try:
        (folder / "a.csv").symlink_to(tmp_path / "kept.csv")
    except OSError:
        pytest.skip("no links here")
    if way == "alone":
        atomic.write(folder / "a.csv", "new")
    else:
        with transaction.locked(folder):
            transaction.write_together(folder, {"a.csv": "new"})
    assert (folder / "a.csv").is_symlink() and (tmp_path / "kept.csv").read_text(encoding="utf-8") == "new"
