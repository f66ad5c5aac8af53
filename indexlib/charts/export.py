"""Charts written for print, all in one session of a browser."""

from __future__ import annotations

import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from indexlib.base import atomic
from indexlib.base.untrusted import file_name
from indexlib.base.wording import listing, t
from indexlib.charts.style import CENTIMETRES, SCALE, WIDTH, Chart

if TYPE_CHECKING:
    from indexlib.charts.browser import Browser


def export(figures: Iterable[Chart | dict], folder: Path | str, png: bool = True, svg: bool = True,
           browser: Browser | None = None) -> list[Path]:
    """Write charts for print, all in one browser session: PNG at 300 dpi and SVG, both 16 cm wide.

    Parameters
    ----------
    figures : iterable of Chart or dict
        Charts, or the plain data of charts, which are drawn without being checked again.
    folder : Path or str
        Made if it is not there. Files are named ``layout.meta["name"]``.
    png, svg : bool
        Which formats.
    browser : Browser, optional
        One that runs already; else one is started and ended.

    Returns
    -------
    list of Path
        The files written, chart by chart.

    Raises
    ------
    BrowserError
        No browser; nothing is written.
    ValueError
        Two charts of one name, of which one would be lost.
    """
    charts, folder = [f if isinstance(f, dict) else f.to_dict() for f in figures], Path(folder)
    names = [c["layout"]["meta"]["name"] for c in charts]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(t("chart.same_name", names=listing(twice)))
    endings = [end for end, wanted in (("png", png), ("svg", svg)) if wanted]
    if not charts or not endings:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=atomic.UNFINISHED, dir=folder) as unfinished:
        todo = [_image(c, Path(unfinished) / f"{file_name(n)}.{end}") for c, n in zip(charts, names, strict=True)
                for end in endings]
        _draw(todo, browser)
        for image in todo:
            os.replace(image["path"], folder / image["path"].name)
    return [folder / image["path"].name for image in todo]


def _draw(todo: list[dict], browser: Browser | None) -> None:
    """Draw images with one browser and set their printed sizes."""
    from indexlib.charts.browser import Browser

    drawing = browser or Browser()
    try:
        drawing.draw(todo)
    finally:
        if browser is None:
            drawing.close()
    for path in (image["path"] for image in todo):
        (_set_dots_per_inch if path.suffix == ".png" else _set_centimetres)(path)


def _image(figure: dict, path: Path) -> dict:
    """One image for kaleido; the data that a figure carries is not needed to draw it."""
    layout = {k: v for k, v in figure["layout"].items() if k != "meta"}
    return {"fig": figure | {"layout": layout}, "path": path, "opts": {
        "format": path.suffix[1:], "width": WIDTH, "height": int(layout["height"]),
        "scale": SCALE if path.suffix == ".png" else 1}}


def _set_dots_per_inch(path: Path) -> None:
    """Say in a PNG how large it prints, else Word takes it for 50 cm."""
    picture = path.read_bytes()
    per_metre = round(WIDTH * SCALE / CENTIMETRES * 100)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    start = 8 + 12 + 13  # signature, then the header chunk
    path.write_bytes(picture[:start] + chunk + picture[start:])


def _set_centimetres(path: Path) -> None:
    """Give an SVG its printed size instead of pixels."""
    def centimetres(found: re.Match) -> str:
        return f'{found[1]}="{float(found[2]) * CENTIMETRES / WIDTH:.4g}cm"'

    head, end, rest = path.read_text(encoding="utf-8").partition(">")
    head = re.sub(r'\b(width|height)="([\d.]+)"', centimetres, head)
    path.write_text(head + end + rest, encoding="utf-8")
