"""Tables on the terminal."""

from __future__ import annotations

import sys
from typing import Any


def console() -> Any:
    """A terminal as wide as the window, 160 characters where there is none."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def print_table(to: Any, table: Any) -> None:
    """Print a :class:`indexlib.content.tables.Table` with its notes."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    from indexlib.content.tables import RIGHT

    to.print()
    to.print(table.caption, style="bold", markup=False)
    if table.frame.empty:
        to.print(table.empty, markup=False)
        return
    rich = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, header in zip(table.frame.columns, table.headers(), strict=True):
        short = name in ("score", "rank", "rank_before", "change")
        rich.add_column(Text(header), justify="right" if name in RIGHT else "left", no_wrap=short,
                        ratio=None, overflow="fold")
    for row in table.frame.itertuples(index=False):
        rich.add_row(*(Text(v) for v in row))
    to.print(rich)
    for note in table.notes:
        to.print(note, style="dim", markup=False, highlight=False)
