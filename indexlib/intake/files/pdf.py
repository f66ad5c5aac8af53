"""Tables of a PDF, each with the lines above it on its page."""

from __future__ import annotations

import io
import logging
import re
import zlib
from bisect import bisect_left
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

from indexlib.intake.files.runs import Text
from indexlib.intake.files.sheets import Table, refuse

MAX_PAGES = 60
MAX_STREAM = 60_000_000
#: Bytes that draw one page, unpacked; the parser needs a thousand times as much.
MAX_PAGE = 400_000
#: Pages looked at to tell a scan from a text.
SAMPLE = 5
#: How far a raised letter stands above the foot of its neighbours and how far a line of its own does, in their heights.
RAISED, NEXT_LINE = 0.15, 0.7
#: A line through this part of a letter's height strikes it out; higher and lower ones are rules and underlines.
STRUCK = (0.3, 0.8)
THIN = 3.0
#: Letters of one figure are no smaller than this share of the largest.
SAME = 0.9
#: A cell with more letters holds no figure.
LONG = 300
#: The number of a page at the end of a line, and a line that only gives it.
COUNT = re.compile(r"\b\d{1,3}(?:\s*/\s*\d{1,3})?\W*$")
PAGE = re.compile(r"\W*(?:trang|page|tr\.)?\W*#", re.IGNORECASE)


def pdf_tables(path: Path) -> list[Table]:
    """The tables of a PDF in their order, with the lines since the table before."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    data = path.read_bytes()
    _measure(path, data)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            pages = pdf.pages
            if not pages:
                raise refuse(path, "damaged")
            _measure_pages(path, pages)
            if not any(page.chars for page in pages[:SAMPLE]):
                raise refuse(path, "picture_pdf")
            if len(pages) > MAX_PAGES:
                raise refuse(path, "too_many_pages", n=len(pages), limit=MAX_PAGES)
            read = []
            for number, page in enumerate(pages, 1):
                read.append(_page(f"{number}", page))
                page.close()
    except PdfminerException as error:
        locked = any(isinstance(e, PDFPasswordIncorrect) for e in (error, *error.args))
        raise refuse(path, "password" if locked else "damaged") from None
    except PDFPasswordIncorrect:
        raise refuse(path, "password") from None
    except (PDFSyntaxError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, zlib.error):
        # The parser meets damaged files with whatever error their damage leads to.
        raise refuse(path, "damaged") from None
    return _with_lines_above(read)


def _with_lines_above(pages: list[tuple[list[Table], list[str]]]) -> list[Table]:
    """The tables of all pages; heads and feet that pages share are no lines of a table."""
    shared: Counter[str] = Counter()
    for own, below in pages:
        shared.update({COUNT.sub("#", line) for line in chain(below, *(table.above for table in own))})
    tables: list[Table] = []
    left: list[str] = []
    for own, below in pages:
        for table in own:
            above = [*left, *table.above]
            # The first table keeps them: they may be the title of the document.
            table.above[:] = [line for line in above if not tables or not _is_of_page(COUNT.sub("#", line), shared)]
            tables.append(table)
            left = []
        left += below
    return tables


def _is_of_page(line: str, shared: Counter[str]) -> bool:
    return shared[line] > 1 or bool(PAGE.fullmatch(line))


def _page(name: str, page: Any) -> tuple[list[Table], list[str]]:
    """The tables of a page and the lines below the last one."""
    chars, rules, tables, top = page.chars, _rules(page), [], 0.0
    for found in page.find_tables():
        if not found.rows:
            continue
        _, upper, _, lower = found.bbox
        table = Table(name, [], _lines(chars, top, upper), [])
        top = max(top, lower)
        for r, row in enumerate(found.rows):
            own = [char for char in chars if _inside(char, row.bbox)]
            cells = []
            for c, box in enumerate(row.cells):
                text, code = _cell([char for char in own if _inside(char, box)], rules) if box else ("", "")
                if code:
                    table.unsure.append((r, c, code))
                cells.append(text)
            table.rows.append(cells)
        tables.append(table)
    return [table for table in tables if table.rows[0]], _lines(chars, top, page.height)


def _inside(char: dict, box: tuple[float, float, float, float]) -> bool:
    x0, top, x1, bottom = box
    return x0 <= (char["x0"] + char["x1"]) / 2 < x1 and top <= (char["top"] + char["bottom"]) / 2 < bottom


def _lines(chars: list[dict], top: float, bottom: float) -> list[str]:
    from pdfplumber.utils.text import extract_text

    own = [char for char in chars if top <= (char["top"] + char["bottom"]) / 2 < bottom]
    return [line for line in extract_text(own).splitlines() if line.strip()] if own else []


def _rules(page: Any) -> list[tuple[float, float, float]]:
    """Height on the page, left and right end of every thin line that lies flat, sorted."""
    drawn = [*page.lines, *page.rects, *page.curves]
    return sorted(((line["top"] + line["bottom"]) / 2, line["x0"], line["x1"]) for line in drawn
                  if line["bottom"] - line["top"] <= THIN and line["x1"] > line["x0"])


def _cell(chars: list[dict], rules: list[tuple[float, float, float]]) -> tuple[str, str]:
    """The text of a cell, and the code of what makes it uncertain."""
    if not chars:
        return "", ""
    if len(chars) > LONG:
        return _text(chars), ""
    text: dict[str, list[dict]] = {"struck": [], "raised": [], "plain": []}
    for char in chars:
        struck = char["text"].strip() and _is_struck(char, rules)
        text["struck" if struck else "raised" if _is_raised(char, chars) else "plain"].append(char)
    sizes = [char["size"] for char in text["plain"] if char["text"].strip()]
    mixed = bool(sizes) and min(sizes) < SAME * max(sizes)
    return Text([_text(text["plain"])], [_text(text["raised"])], bool(text["struck"]), mixed).settle()


def _text(chars: list[dict]) -> str:
    """Letters in the order in which they are read, those of turned text too."""
    from pdfplumber.utils.text import extract_text, extract_words

    if chars and not any(char["upright"] for char in chars) and all(char["matrix"][1] > 0 for char in chars):
        # Turned to the left: a line runs upwards, the next one stands at its right.
        words = extract_words(chars, line_dir_rotated="ltr", char_dir_rotated="btt")
        return " ".join(word["text"] for word in words)
    return extract_text(chars) if chars else ""


def _is_struck(char: dict, rules: list[tuple[float, float, float]]) -> bool:
    height, middle = char["bottom"] - char["top"], (char["x0"] + char["x1"]) / 2
    from_, to = char["top"] + STRUCK[0] * height, char["top"] + STRUCK[1] * height
    for y, left, right in rules[bisect_left(rules, (from_,)):]:
        if y > to:
            return False
        if left <= middle <= right:
            return True
    return False


def _is_raised(char: dict, chars: list[dict]) -> bool:
    """Whether a letter stands higher than a neighbour at least as large, and not on a line of its own."""
    if not char["upright"]:
        return False
    foot, height = char["bottom"], char["bottom"] - char["top"]
    return any(RAISED * size < other["bottom"] - foot < NEXT_LINE * size
               for other in chars if (size := other["bottom"] - other["top"]) >= height)


def _measure_pages(path: Path, pages: list) -> None:
    """Refuse pages whose text and lines would take minutes and gigabytes: tables are short."""
    for number, page in enumerate(pages, 1):
        size = sum(len(stream.get_data()) for stream in page.page_obj.contents)
        if size > MAX_PAGE:
            raise refuse(path, "page_too_large", n=number, limit=MAX_PAGE // 1000)


def _measure(path: Path, data: bytes) -> None:
    """Refuse a packed stream that unfolds beyond all use."""
    for start in re.finditer(rb"stream\r?\n", data):
        unpack, size, at = zlib.decompressobj(), 0, start.end()
        try:
            piece = unpack.decompress(data[at:at + 1_000_000], 1_000_000)
            while piece:
                size += len(piece)
                if size > MAX_STREAM:
                    raise refuse(path, "too_large_inside", limit=MAX_STREAM // 1_000_000)
                piece = unpack.decompress(unpack.unconsumed_tail, 1_000_000)
        except zlib.error:
            continue  # not packed this way: a picture, a font
