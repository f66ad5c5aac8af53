"""What the tests of slides share: decks written once, and what can be read on a slide."""


from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pptx import Presentation

from indexlib import open_run
from indexlib.briefing.office.powerpoint import COVER
from indexlib.briefing.slides.presentation import write_slides
from indexlib.data.catalogue import load_catalogue

SEEN = [("thanh_hoa", 2024, "vi"), ("thanh_hoa", 2024, "en"), ("quang_ninh", 2023, "vi"), ("quang_ninh", 2023, "en"),
        ("ba_ria_vung_tau", 2024, "vi"), ("ba_ria_vung_tau", 2024, "en")]
#: A year before most indices, a year across edges, and a province that published nothing for PAPI.
ODD = [("thanh_hoa", 2011, "vi"), ("thanh_hoa", 2021, "vi"), ("vinh_phuc", 2024, "en")]
LEAKED = re.compile(r"\bnan\b|\bNone\b|<NA>|\binf\b|\{\w*\}", re.IGNORECASE)
HOSTILE = "=HYPERLINK(\"x\") <b>&amp; " + "Dàiquámứctưởngtượng" * 12


@cache
def found_of(place: str, year: int, language: str):
    return open_run(place=place, year=year, language=language)


def writer(folder: Path) -> Callable[[str, int, str], Path]:
    """What gives the deck of a place, year and language, each written once."""
    made: dict[tuple, Path] = {}

    def write(place: str, year: int, language: str) -> Path:
        key = (place, year, language)
        if key not in made:
            made[key] = folder / f"{place}_{year}_{language}.pptx"
            write_slides(found_of(*key), made[key])
        return made[key]

    return write


@cache
def opened(path: Path):
    """A presentation, read once; not to be changed."""
    return Presentation(path)


def texts(slide) -> list[str]:
    """Everything that can be read on a slide, the labels and names of charts too."""
    out = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            out += [p.text for p in shape.text_frame.paragraphs]
        elif shape.has_table:
            out += [c.text for row in shape.table.rows for c in row.cells]
        elif shape.has_chart:
            out += [shape.chart.chart_title.text_frame.text, *categories(shape.chart), *labels(shape.chart)]
            out += [s.name for s in shape.chart.plots[0].series]
    return out


def charts(slide) -> list:
    return [s.chart for s in slide.shapes if s.has_chart]


def categories(chart) -> list[str]:
    return [" ".join(str(c).split()) for c in chart.plots[0].categories]


def labels(chart) -> list[str]:
    return [x for s in chart.plots[0].series for x in labels_of(s).values()]


def labels_of(series) -> dict[int, str]:
    found = series._element.findall(".//{*}dLbl")
    return {int(x.find("{*}idx").get("val")): "".join(r.text for r in x.iter() if r.tag.endswith("}t")) for x in found}


def table(slide) -> list[list[str]]:
    shape = next(s for s in slide.shapes if s.has_table)
    return [[c.text for c in row.cells] for row in shape.table.rows]


def titled(path: Path, start: str):
    """The one slide whose title begins so."""
    found = [s for s in opened(path).slides if s.shapes.title.text.startswith(start)]
    assert len(found) == 1, [s.shapes.title.text for s in opened(path).slides]
    return found[0]


def index_slide(path: Path, index: str):
    """The slide of an index, behind the divider; a test of an index that has none, since nothing is known, is skipped."""
    slides = list(opened(path).slides)
    divider = max(i for i, slide in enumerate(slides) if slide.slide_layout.name == COVER)
    name = re.compile(rf"\b{load_catalogue().short_name(index)}\b")
    return next((s for s in slides[divider + 1:divider + 5] if name.search(title(s))), None) or pytest.skip("no slide")


def title(slide) -> str:
    return slide.shapes.title.text


def sizes(slide) -> list[float]:
    """Sizes of type set in runs of a slide, its charts too."""
    roots = [slide._element, *(c._chartSpace for c in charts(slide))]
    runs = [x for root in roots for x in root.iter() if x.tag.endswith(("}rPr", "}defRPr"))]
    return [int(x.get("sz")) / 100 for x in runs if x.get("sz")]
