"""Records of an .xls: measured before the parser makes room for the cells, and what it does not give of them kept.

Source of the layouts: [MS-XLS] 2.1.4 (records), 2.5.10 (Bes), records BOF, BoundSheet8, Dimensions, SST, LabelSst, MulRk
and the other cells, Row, ColInfo, Header, Footer.
"""

from __future__ import annotations

import io
import struct
import unicodedata
from typing import Any

from indexlib.intake.files.limits import MAX_MARKS, MAX_TEXT, Refused, Tally
from indexlib.intake.files.unseen import CODE, Unseen

BOF, END, DIMENSIONS, SST, CONTINUE, PASSWORD = 0x0809, 0x000A, 0x0200, 0x00FC, 0x003C, 0x002F
#: BOF of older versions.
BOFS = frozenset({0x0009, 0x0209, 0x0409, BOF})
LABEL_SST, MULTIPLE, FORMULA, TRUTH_OR_ERROR = 0x00FD, 0x00BD, 0x0006, 0x0205
#: Cells that hold something: formula, number, label, truth value, rich text, RK number.
CELLS = frozenset({FORMULA, 0x0203, 0x0204, TRUTH_OR_ERROR, 0x00D6, 0x027E, LABEL_SST, MULTIPLE})
COMPUTED = frozenset({FORMULA, TRUTH_OR_ERROR})
#: Those that hold a number.
PLAIN = frozenset({0x0203, 0x027E})
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
#: A sheet's name and place; a row, some columns, header and footer of the page.
BOUND_SHEET, ROW, COLUMNS, HEADER, FOOTER = 0x0085, 0x0208, 0x007D, 0x0014, 0x0015
BESIDE = frozenset({COLUMNS, HEADER, FOOTER})
HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 0x01
STREAMS = ("Workbook", "Book")
#: A stated rectangle beyond this is replaced by the true one: the parser makes room for it beforehand.
STATED = 200_000


def measured(data: bytes) -> tuple[bytes, dict[str, Unseen]]:
    """The file, safe to be parsed, its stated dimensions put right where they are far too large; what each sheet hides.

    Raises
    ------
    Refused
        Too many cells, texts or records; encrypted with a password; no workbook in it, or chains of sectors that lead in
        a circle.
    """
    import olefile

    copy = io.BytesIO(data)
    try:
        with olefile.OleFileIO(copy, write_mode=True) as container:
            name = next((name for name in STREAMS if container.exists(name)), None)
            if name is None:
                raise Refused("damaged_why", why="no workbook")
            _no_circles(container)
            stream = container.openstream(name).read()
            stated, unseen = _walk(stream)
            if not stated:
                return data, unseen
            fixed = bytearray(stream)
            for at, (rows, columns) in stated.items():
                fixed[at:at + 12] = struct.pack("<IIHH", 0, rows, 0, columns)
            container.write_stream(name, bytes(fixed))
            return copy.getvalue(), unseen
    except (OSError, ValueError, TypeError, IndexError, AttributeError, struct.error, AssertionError) as error:
        # The container reader meets damaged files with whatever error their damage leads to.
        raise Refused("damaged_why", why=str(error)) from None


def _no_circles(container: Any) -> None:
    """Every chain of sectors that the parser will follow comes to an end."""
    starts = [(container.fat, entry.isectStart) for entry in container.direntries if entry is not None]
    starts.append((container.fat, container.first_dir_sector))
    for table, sector in starts:
        for _ in range(len(table) + 1):
            if not 0 <= sector < len(table):
                break
            sector = table[sector]
        else:
            raise Refused("damaged_why", why="circular")


def _walk(stream: bytes) -> tuple[dict[int, tuple[int, int]], dict[str, Unseen]]:
    """Count what the stream holds; (offset: rows, columns) of the dimensions to be put right, and what sheets hide."""
    tally = Tally()
    lengths: list[int] = []
    large: dict[int, tuple[int, int]] = {}
    names: dict[int, str] = {}
    unseen: dict[str, Unseen] = {}
    sheet, pending = Unseen(), None
    head, number = struct.Struct("<HHHH").unpack_from, struct.Struct("<I").unpack_from
    at, end, marks, letters = 0, len(stream) - 4, 0, 0
    stream += b"\0" * 16
    rows = columns = 0
    plain, cells, most_marks, most_text = PLAIN, CELLS, MAX_MARKS, MAX_TEXT  # local names, looked at for every record
    while at <= end:
        # Row and column of a cell; of other records whatever stands there.
        kind, length, row, column = head(stream, at)
        marks += 1
        if kind in plain and length >= 6:  # most of them
            if row >= rows:
                rows = row + 1
            if column >= columns:
                columns = column + 1
        elif kind in cells and length >= 6:
            if kind == LABEL_SST:
                index, = number(stream, at + 10)
                letters += lengths[index] if index < len(lengths) else 0
            elif kind in COMPUTED:
                if (error := _error(kind, stream[at + 4:at + 4 + length])) is not None:
                    sheet.errors[row, column] = ERRORS.get(error, "#N/A")
            elif kind == MULTIPLE:
                marks += (length - 6) // 6
                column += max((length - 6) // 6, 1) - 1
            else:
                letters += length
            if row >= rows:
                rows = row + 1
            if column >= columns:
                columns = column + 1
        elif kind == ROW:
            if length > 12 and stream[at + 16] & HIDDEN_ROW:
                sheet.rows.add(row)
        elif kind in BOFS or kind == END:
            if pending is not None:
                large[pending] = (rows, columns)
                pending = None
            tally.cell(rows, columns)  # nothing has room made for it before the end
            rows = columns = 0
            tally.next_sheet()
            if kind == BOF:
                sheet = unseen.setdefault(names[at], Unseen()) if at in names else Unseen()
        elif kind in BESIDE:
            _note(sheet, kind, stream[at + 4:at + 4 + length])
        elif kind == BOUND_SHEET and length > 8:
            body = stream[at + 4:at + 4 + length]
            text = body[8:].decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")
            names[number(body)[0]] = unicodedata.normalize("NFC", text)
        elif kind == DIMENSIONS and length >= 14:
            first, last, left, right = struct.unpack_from("<IIHH", stream, at + 4)
            if (last - first) * (right - left) > STATED or last < first or right < left:
                pending = at + 4
        elif kind == PASSWORD:
            raise Refused("password")
        elif kind == SST and not lengths:
            lengths = _lengths(stream, at)
        if marks > most_marks or letters > most_text:
            tally.mark(marks)
            tally.letters(letters)
        at += 4 + length
    tally.cell(rows, columns)
    if pending is not None:
        large[pending] = (rows, columns)
    return large, unseen


def _error(kind: int, body: bytes) -> int | None:
    """Code of the error that a cell holds; none if it holds something else."""
    if kind == TRUTH_OR_ERROR:
        return body[6] if len(body) >= 8 and body[7] == 1 else None
    return body[8] if len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff" else None


def _note(sheet: Unseen, kind: int, body: bytes) -> None:
    """Keep what a record says of a sheet that its cells do not show."""
    if kind == COLUMNS and len(body) > 8 and body[8] & HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", body)
        sheet.columns.update(range(first, last + 1))
    elif kind in (HEADER, FOOTER) and len(body) > 3:
        sheet.texts.append(CODE.sub(" ", body[3:].decode("utf-16-le" if body[2] & 1 else "latin-1", "replace")))


def _lengths(stream: bytes, at: int) -> list[int]:
    """Characters of each shared text; a text may run on into CONTINUE records."""
    pieces = _pieces(stream, at)
    lengths: list[int] = []
    count, = struct.unpack_from("<I", pieces[0], 4)
    piece, i = 0, 8
    while len(lengths) < count and piece < len(pieces):
        if i + 3 > len(pieces[piece]):
            piece, i = piece + 1, 0
            continue
        letters, flags = struct.unpack_from("<HB", pieces[piece], i)
        i += 3
        runs = extra = 0
        if flags & 8:
            runs, i = struct.unpack_from("<H", pieces[piece], i)[0], i + 2
        if flags & 4:
            extra, i = struct.unpack_from("<I", pieces[piece], i)[0], i + 4
        lengths.append(letters)
        wide, left = flags & 1, letters
        while left and piece < len(pieces):
            room = (len(pieces[piece]) - i) // (2 if wide else 1)
            here = min(left, room)
            left, i = left - here, i + here * (2 if wide else 1)
            if left:
                piece, i = piece + 1, 0
                if piece < len(pieces) and pieces[piece]:
                    wide, i = pieces[piece][0] & 1, 1
        rest = 4 * runs + extra
        while rest and piece < len(pieces):
            here = min(rest, len(pieces[piece]) - i)
            rest, i = rest - here, i + here
            if rest:
                piece, i = piece + 1, 0
    return lengths


def _pieces(stream: bytes, at: int) -> list[bytes]:
    pieces: list[bytes] = []
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if pieces and kind != CONTINUE:
            break
        pieces.append(stream[at + 4:at + 4 + length])
        at += 4 + length
    return pieces
