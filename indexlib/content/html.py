"""Pages of a run: executed notebooks as HTML without code, and the index; they open offline.

Charts become plotly figures drawn by one copy of plotly.js that all pages of a run share.
"""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from indexlib.base import atomic
from indexlib.base.untrusted import csv_cell, file_name
from indexlib.base.wording import settled, t
from indexlib.data.places import plain, spelling

PLOTLY = "application/vnd.plotly.v1+json"
TABLE = "application/vnd.indexlib.table+json"
SCRIPT = "plotly.min.js"
#: A table with more rows is folded.
LONG = 25
HEADING = re.compile(r"<h2>(.*?)</h2>")


@dataclass
class Content:
    """What an executed notebook shows.

    Attributes
    ----------
    body : str
        HTML of its outputs, in order.
    figures : dict
        Plotly figures as data, by the stem of their file name.
    tables : dict
        Rows of its tables, the headings first, by their caption.
    """

    body: str = ""
    figures: dict[str, dict] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)


def content(notebook: Any) -> Content:
    """Collect the outputs of an executed notebook."""
    out, parts, drawn = Content(), [], False
    for cell in notebook.cells:
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            data = output.get("data", {})
            if PLOTLY in data:
                figure = _figure(data[PLOTLY], out, len(parts))
                parts.append(figure if drawn else f'<div class="charts">{figure}')
            elif "text/html" in data:
                html = _shown(data, out)
                parts.append(f"</div>{html}" if drawn else html)
            else:
                continue
            drawn = PLOTLY in data
    out.body = "\n".join([*parts, "</div>"] if drawn else parts)
    return out


def _shown(data: dict, out: Content) -> str:
    """What a cell shows as HTML; the rows of a table are kept, a long one is folded."""
    html = data["text/html"] if isinstance(data["text/html"], str) else "".join(data["text/html"])
    if TABLE not in data:
        return html
    caption, rows = data[TABLE]["caption"], data[TABLE]["rows"]
    out.tables[caption] = rows
    if len(rows) <= LONG:
        return html
    return f"<details><summary>{escape(t('page.folded', caption=caption, n=len(rows) - 1))}</summary>{html}</details>"


def _with_contents(body: str) -> tuple[str, list[tuple[str, str]]]:
    """A body whose headings can be linked to, and those headings: address and text, both HTML already."""
    found: list[tuple[str, str]] = []

    def named(heading: re.Match) -> str:
        found.append((f"h{len(found) + 1}", heading[1]))
        return f'<h2 id="h{len(found)}">{heading[1]}</h2>'

    return HEADING.sub(named, body), found


def _figure(figure: dict, out: Content, number: int) -> str:
    """A place for a figure and the call that draws it."""
    name = figure["layout"]["meta"]["name"]
    out.figures[name] = {k: figure[k] for k in ("data", "layout")}
    shown = {"data": figure["data"], "layout": {k: v for k, v in figure["layout"].items() if k != "meta"}}
    # "</" would end the script element; the escape is the same JSON text.
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    config = json.dumps(figure.get("config", {}), ensure_ascii=False).replace("</", "<\\/")
    said = escape(figure["layout"]["meta"]["title"])
    return (f'<figure id="f{number}" aria-label="{said}"></figure><script>(function(f){{Plotly.newPlot('
            f'"f{number}",f.data,f.layout,{config});}})({text});</script>')


def page(title: str, body: str, language: str, home: tuple[str, str] | None = None, plotly: bool = False) -> str:
    """A whole page around a body that is HTML already.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
    language : str
    home : (address, text), optional
        Link at the top.
    plotly : bool
        Whether the page draws charts.
    """
    from jinja2 import Environment, PackageLoader

    template = Environment(loader=PackageLoader("indexlib.content"), autoescape=False).get_template("page.html.j2")
    body, contents = _with_contents(body) if home else (body, [])
    return template.render(title=escape(title), body=body, language=language, script=SCRIPT if plotly else "",
                           contents=contents if len(contents) > 2 else [], contents_head=escape(t("page.contents")),
                           home=escape(home[0]) if home else "", home_text=escape(home[1]) if home else "")


def write_page(folder: Path, name: str, notebook: Any, title: str, language: str, home: tuple[str, str]) -> Content:
    """Write the page of an executed notebook; return what it shows."""
    found = content(notebook)
    text = page(title, found.body, language, home, plotly=bool(found.figures))
    (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return found


def write_script(folder: Path, common: Path) -> None:
    """Write the one copy of plotly.js that the pages of a run share; on disk all runs share the one in ``common``."""
    script = (resources.files("plotly") / "package_data" / SCRIPT).read_bytes()
    shared = common / SCRIPT
    try:
        if not shared.exists() or shared.read_bytes() != script:
            atomic.write(shared, script)
        os.link(shared, folder / SCRIPT)
    except OSError:  # a disk without hard links, such as a memory stick
        (folder / SCRIPT).write_bytes(script)


def write_data(folder: Path, figures: dict[str, dict]) -> None:
    """Write the data behind each chart as CSV, in the name of the chart."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        records = figure["layout"]["meta"]["data"]
        rows = [list(records[0]), *(list(r.values()) for r in records)] if records else [[]]
        _write_rows(folder / f"{file_name(name)}.csv", rows)


def write_tables(folder: Path, notebook: str, tables: dict[str, list[list[str]]]) -> None:
    """Write each table of a notebook as CSV; names sort by notebook and place in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (caption, rows) in enumerate(tables.items(), 1):
        name = f"{notebook}_{number}_{re.sub(r'[^a-z0-9]+', '_', plain(spelling(caption)))[:60].strip('_')}"
        _write_rows(folder / f"{name}.csv", rows)


def _write_rows(path: Path, rows: list[list]) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [settled(v) if isinstance(v, float) else csv_cell(v) for v in row] for row in rows)
