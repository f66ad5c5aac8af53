"""The command that writes the page to take along: ``indexlib explore-page``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexlib.base import wording
from indexlib.base.wording import t


def explore_page(
    index: Annotated[str, typer.Option(help="papi, pci, par hoặc sipas.")] = "papi",
    place: Annotated[str, typer.Option(help="Nơi hiện ra trước tiên.")] = "thanh_hoa",
    out: Annotated[Path | None, typer.Option(help="Tệp .html được ghi; mặc định: outputs/explore/<chỉ số>.html.")] = None,
    language: Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")] = "vi",
) -> None:
    """Ghi một trang HTML có mọi cách xem trên mọi tỉnh, mở được khi không có mạng."""
    from indexlib.data.catalogue import find_index
    from indexlib.data.files import PROJECT
    from indexlib.widgets.page import save_page

    if language in wording.LANGUAGES:
        wording.use(language)
    code = find_index(index)
    typer.echo(t("explore.page_saved", path=save_page(out or PROJECT / "outputs" / "explore" / f"{code}.html", code, place)))
