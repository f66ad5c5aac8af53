"""The reference: ``indexlib docs``."""

from __future__ import annotations

import indexlib


def test_every_public_name_stands_in_the_reference(command, tmp_path):
    code, said, _ = command("docs", "--out", tmp_path)
    assert code == 0 and str(tmp_path / "index.html") in said
    page = (tmp_path / "indexlib.html").read_text(encoding="utf-8")
    functions = [name for name in indexlib.__all__ if callable(getattr(indexlib, name))]
    assert [name for name in functions if f'id="{name}"' not in page] == []
    assert "Theil-Sen" in page and (tmp_path / "indexlib" / "charts.html").is_file()
