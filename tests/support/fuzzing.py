"""Seeded damage: bytes, cells, columns and values as hurried or hostile hands leave them.

Every case has its own seed, so that one that fails is found again by its number alone.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexlib.base.problems import IndexlibError

#: Which cases; ``INDEXLIB_FUZZ=20 pytest tests/intake/test_fuzz.py`` makes twenty times as many.
SEED, TIMES = int(os.environ.get("INDEXLIB_FUZZ_SEED", "1")), float(os.environ.get("INDEXLIB_FUZZ", "1"))
SECONDS = 5
HOSTILE: list[str] = json.loads(
    Path(__file__).with_name("hostile_values.json").read_text(encoding="utf-8")
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "latin-1", "utf-32", "utf-7"]


def cases(kind: str, count: int) -> Iterator[tuple[str, random.Random]]:
    """Name and randomness of so many cases of a kind, or more on demand."""
    for number in range(max(1, int(count * TIMES))):
        name = f"{kind}-{SEED}-{number}"
        yield name, random.Random(name)


def attempt(name: str, call: Callable[[], object]) -> object:
    """What a call gives: a result or an error of the library, in time; anything else fails the test by its name."""
    start = time.process_time()
    faulthandler.dump_traceback_later(20 * SECONDS, exit=True, file=sys.__stderr__)  # a hang, on the slowest machine
    try:
        return call()
    except IndexlibError as error:
        assert str(error).strip(), f"{name}: an error without a word"
        return error
    except Exception as error:
        raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error
    finally:
        faulthandler.cancel_dump_traceback_later()
        seconds = time.process_time() - start
        assert seconds < SECONDS, f"{name}: {seconds:.1f} s"


def damage(data: bytes, pick: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, swapped or cut off."""
    out = bytearray(data)
    for _ in range(pick.choice([1, 1, 2, 5, 20])):
        if not out:
            break
        at, long = pick.randrange(len(out)), pick.choice([1, 2, 10, 200])
        match pick.randrange(6):
            case 0:
                out[at] = pick.randrange(256)
            case 1:
                out[at] ^= 1 << pick.randrange(8)
            case 2:
                del out[at : at + long]
            case 3:
                out[at:at] = out[at : at + long]
            case 4:
                out[at:at] = pick.choice(
                    [
                        b"\x00",
                        b"\xff\xfe",
                        b"\xef\xbb\xbf",
                        b"\r",
                        b"\n",
                        b'"',
                        b",",
                        b";",
                        b"\t",
                        b"\x1a",
                        b"\xc3",
                        b"\xed\xa0\x80",
                    ]
                )
            case 5:
                del out[at:]
    return bytes(out)


def hostile(pick: random.Random) -> str:
    """A value that means trouble somewhere."""
    text = pick.choice(HOSTILE)
    return text + pick.choice(HOSTILE) if pick.random() < 0.1 else text


def spoil_rows(rows: list[list], pick: random.Random) -> list[list]:
    """A table with cells swapped and replaced, rows and columns lost, doubled or moved."""
    rows = [list(row) for row in rows]
    for _ in range(pick.choice([1, 1, 2, 4])):
        row = pick.choice(rows) if rows else []
        match pick.randrange(9):
            case 0 if row:
                row[pick.randrange(len(row))] = hostile(pick)
            case 1 if row:
                a, b = pick.randrange(len(row)), pick.randrange(len(row))
                row[a], row[b] = row[b], row[a]
            case 2 if rows:
                at = pick.randrange(max(map(len, rows)) or 1)
                rows = [r[:at] + r[at + 1 :] for r in rows]
            case 3 if rows:
                at = pick.randrange(max(map(len, rows)) or 1)
                rows = [r[:at] + r[at : at + 1] + r[at:] for r in rows]
            case 4 if rows:
                rows.insert(pick.randrange(len(rows)), list(row))
            case 5 if rows:
                del rows[pick.randrange(len(rows))]
            case 6 if rows:
                other = pick.choice(rows)
                row[:], other[:] = list(other), list(row)
            case 7:
                row.append(hostile(pick))
            case 8 if rows:
                rows = rows[: pick.randrange(len(rows))]
    return rows


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory where that is possible: thousands of small files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() and os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def spoil_text(text: str, pick: random.Random) -> bytes:
    """A text file with values, lines, bytes or its encoding spoilt."""
    lines = text.split("\n")
    for _ in range(pick.choice([1, 1, 2, 4])):
        at = pick.randrange(len(lines))
        key, colon, value = lines[at].partition(":")
        match pick.randrange(6):
            case 0 | 1 if colon:
                lines[at] = f"{key}: {hostile(pick)}"
            case 2:
                lines.insert(at, f"{hostile(pick)}: {hostile(pick)}")
            case 3:
                lines[at] = pick.choice([" ", "  ", "\t", "- ", "? "]) + lines[at]
            case 4:
                lines.insert(at, lines[pick.randrange(len(lines))])
            case 5 if value:
                lines[at] = f"{pick.choice([key, hostile(pick)])}:{value}"
    data = "\n".join(lines).encode(pick.choice(ENCODINGS) if pick.random() < 0.05 else "utf-8", "replace")
    return damage(data, pick) if pick.random() < 0.3 else data
