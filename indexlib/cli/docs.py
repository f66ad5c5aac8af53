"""The command that writes the reference: ``indexlib docs``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexlib.base.wording import t

#: What is public; charts come with the names of the package.
PUBLIC = ("indexlib", "indexlib.content.tables")


def docs(out: Annotated[Path | None, typer.Option(help="Thư mục được ghi; mặc định: outputs/reference.")] = None) -> None:
    """Ghi tài liệu tra cứu của thư viện (HTML, mở được khi không có mạng)."""
    import pdoc

    import indexlib
    from indexlib.data.files import PROJECT

    for name in indexlib.__all__:  # they are loaded when first used, and pdoc looks at what is loaded
        setattr(indexlib, name, getattr(indexlib, name))
    folder = out or PROJECT / "outputs" / "reference"
    pdoc.render.configure(docformat="numpy", show_source=False)
    pdoc.pdoc(*PUBLIC, output_directory=folder)
    typer.echo(t("docs.written", path=folder / "index.html"))
