"""Small notebooks and parameter files for runs, and what stands in a folder."""

from __future__ import annotations

from pathlib import Path

import nbformat

FIRST = "place = ''\nyear = 0\nplan = ''\nlanguage = 'vi'\nfocus = 8\nrules = {}\ngrades = {}\npeers = ''\ntargets = {}"


def write_book(folder, name, *cells):
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3",
                                                           "language": "python"}})
    nb.cells = [nbformat.v4.new_code_cell(FIRST, metadata={"tags": ["parameters"]}),
                *map(nbformat.v4.new_code_cell, cells)]
    folder.mkdir(exist_ok=True)
    nbformat.write(nb, folder / f"{name}.ipynb")


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def write_params(folder: Path, *places: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for place in places:
        (folder / f"{place}_2024.yml").write_text(f"place: {place}\nyear: 2024\n", encoding="utf-8")
    return [folder / f"{place}_2024.yml" for place in places]
