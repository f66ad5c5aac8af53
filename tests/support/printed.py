"""A report as it is printed: its pages, counted and measured."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

NEEDS_OFFICE = pytest.mark.skipif(not shutil.which("soffice") or not shutil.which("pdftotext"),
                                  reason="LibreOffice is not installed")
LINES = re.compile(r'<line xMin="[\d.]+" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)"')


def report(path: Path, folder: Path) -> list[str]:
    """The text of each page of a report, which has four pages at most before its annex and none nearly empty."""
    subprocess.run(["soffice", f"-env:UserInstallation={(folder / 'lo').as_uri()}", "--headless", "--convert-to", "pdf",
                    "--outdir", folder, path], check=True, capture_output=True, timeout=180)
    html = subprocess.run(["pdftotext", "-bbox-layout", folder / f"{path.stem}.pdf", "-"], check=True, capture_output=True,
                          timeout=60).stdout.decode()
    pages = [(re.sub(r"<[^>]+>|\s+", " ", p), p) for p in html.split("<page ")[1:]]
    said = [" ".join(text.split()) for text, _ in pages]
    end = next(n for n, text in enumerate(said) if "Phụ lục 1." in text or "Annex 1." in text)
    assert 2 <= end <= 4
    assert "CỘNG HÒA" in said[0] or "SOCIALIST REPUBLIC" in said[0]
    signed = said[end - 1]  # with the signature stands at least the end of the proposals
    assert ("Kinh phí: …" in signed and "Nơi nhận" in signed) or ("Funds: …" in signed and "Recipients" in signed)
    for n, (_, page) in enumerate(pages):
        high = float(re.search(r'height="([\d.]+)"', page)[1])
        last = max(float(bottom) for _, bottom in LINES.findall(page))
        assert last > high / 3, f"page {n + 1} of {len(pages)}"
    return said
