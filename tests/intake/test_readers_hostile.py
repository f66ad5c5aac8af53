"""Files that are not what they seem: a clear message in time and memory, and nothing written."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import zlib

import pytest
import xlsxwriter
from conftest import sampled
from make_hostile import (
    OLE,
    archive,
    label,
    laughs,
    number,
    ods,
    parts_of,
    record,
    sheet_xml,
    texts,
    word,
    word_cell,
    word_table,
    workbook,
    xls,
)

from indexlib.intake.recognise import read_published

pytestmark = pytest.mark.by_turns

SECONDS, MEGABYTES = 5, 500
#: Runs commands on files, each in a process of its own that is forked off a started one, and prints what
#: each took: processor time with that of the start, since other work on the machine must not fail the
#: test, and the peak of its memory.
SCRIPT = """
import contextlib, json, os, re, sys, time
import typer
from indexlib.cli import data
from indexlib.base.problems import IndexlibError
from indexlib.intake.files import documents, sheets
from indexlib.intake.recognise import read_published
import python_calamine, olefile, pdfplumber, docx
app = typer.Typer(pretty_exceptions_enable=False)
app.command()(data.read)
app.command()(data.add)

def call(words):
    try:
        return app(words, standalone_mode=False) or 0
    except typer.Exit as end:
        return end.exit_code
    except IndexlibError as error:
        print(error, file=sys.stderr)
        return 2

start = time.process_time()
for words in json.load(sys.stdin):
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"words": words, "died": status}), flush=True)
        continue
    with open("stderr.txt", "w+", encoding="utf-8") as said, contextlib.redirect_stderr(said):
        with contextlib.redirect_stdout(said):
            code = call(words)
        seconds = start + time.process_time()
        said.seek(0)
        text = said.read()
    with open("/proc/self/status") as status:
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read()).group(1)) // 1024
    problems = [p.code for p in read_published(words[1]).errors]
    print(json.dumps({"words": words, "seconds": seconds, "peak": peak, "code": code, "said": text,
                      "problems": problems}), flush=True)
    os._exit(0)
"""


def bomb() -> bytes:
    parts = parts_of(workbook())
    return archive(parts, 600, "xl/worksheets/sheet1.xml")


def lying_bomb() -> bytes:
    """A part that states a small size and unfolds into a large one."""
    parts = parts_of(workbook())
    name = b"xl/worksheets/sheet1.xml"
    data = bytearray(archive(parts, 300, name.decode()))
    for magic, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (start := data.find(magic, start)) >= 0:
            offset = 30 if magic == b"PK\x03\x04" else 46
            if data[start + offset:start + offset + len(name)] == name:
                data[start + at:start + at + 4] = struct.pack("<I", 1000)
            start += 4
    return bytes(data)


def far_corner() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "PCI 2012")
    sheet.write(1_048_575, 16_383, 1)
    book.close()
    return out.getvalue()


def blank_rows() -> bytes:
    parts = parts_of(workbook())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    rows = "".join(f'<row r="{r}" ht="15"/>' for r in range(3, 1_048_577))
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", rows + "</sheetData>").encode()
    return archive(parts)


def blank_styled_rows() -> bytes:
    parts = parts_of(workbook())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    rows = "".join(f'<row r="{r}"><c r="A{r}" s="0"/><c r="Z{r}" s="0"/></row>' for r in range(3, 1_048_577))
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", rows + "</sheetData>").encode()
    return archive(parts)


def ods_bomb() -> bytes:
    return ods('<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" '
               'office:value="1" table:number-columns-repeated="1000"><text:p>1</text:p></table:table-cell>'
               "</table:table-row>")


def ods_cut_short() -> bytes:
    """Rows whose end is missing: python-calamine 0.9 looks for it for ever."""
    parts = parts_of(ods("<table:table-row><table:table-cell><text:p>PCI 2012</text:p></table:table-cell></table:table-row>"))
    return archive(parts | {"content.xml": parts["content.xml"][:-120]})


def ods_blank() -> bytes:
    return ods('<table:table-row><table:table-cell office:value-type="string"><text:p>PCI 2012</text:p>'
               '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048575">'
               '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>')


def pdf(content: bytes, extra: bytes = b"") -> bytes:
    """A PDF of one page with a content stream."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<>>" + extra + b">>",
               b"<</Length %d>>\nstream\n" % len(content) + content + b"\nendstream"]
    out, at = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n" % n + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % x for x in at)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table)


def pdf_bomb() -> bytes:
    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(b" " * 1_000_000) for _ in range(400)) + pack.flush()
    body = pdf(b"x")
    return body.replace(b"<</Length 1>>\nstream\nx\n", b"<</Length %d/Filter/FlateDecode>>\nstream\n" % len(packed)
                        + packed + b"\n")


def circle() -> bytes:
    """An .xls whose stream leads back to its own beginning."""
    data = bytearray(xls([number(0, 0)]))
    struct.pack_into("<I", data, 512 + 4 * 5, 3)
    return bytes(data)


def moved_sheet() -> bytes:
    """A sheet with a cell in the far corner, under a name that no sheet bears."""
    parts = parts_of(sheet_xml(CORNER))
    parts["xl/other.bin"] = parts.pop("xl/worksheets/sheet1.xml")
    rels = "xl/_rels/workbook.xml.rels"
    return archive(parts | {rels: parts[rels].replace(b"worksheets/sheet1.xml", b"other.bin")})


def laughing(parts: dict[str, bytes], name: str) -> bytes:
    """Entities that unfold without end, before the first tag of a part."""
    head, tag, rest = parts[name].partition(b"?>")
    return archive(parts | {name: head + tag + laughs().encode() + rest})


def packed_pdf(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return pdf(b"x").replace(b"<</Length 1>>\nstream\nx\n",
                             b"<</Length %d/Filter/FlateDecode>>\nstream\n" % len(packed) + packed + b"\n")


CORNER = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
CELL = '<table:table-cell office:value-type="float" office:value="1"/>'
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LONG = b'<sst xmlns="' + MAIN + b'"><si><t>' + b"x" * 2_000_000 + b"</t></si></sst>"
FILES = {
    "empty.xlsx": (lambda: b"", "empty"),
    "spaces.csv": (lambda: b"  \r\n \r\n", "empty"),
    "truncated.xlsx": (lambda: workbook()[:3000], "damaged"),
    "password.xlsx": (lambda: OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "password"),
    "truncated.xls": (lambda: OLE + b"\0" * 600, "damaged_why"),
    "web_page.xls": (lambda: b"\r\n<html><body><table><tr><td>PCI 2012</td></tr></table>", "web_page"),
    "saved_page.xls": (lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "web_page"),
    "picture.xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
    "picture_only.pdf": (lambda: pdf(b"0 0 600 800 re f"), "picture_pdf"),
    "truncated.pdf": (lambda: pdf(b"BT ET")[:60], "damaged"),
    "bomb.pdf": (pdf_bomb, "too_large_inside"),
    "bomb.xlsx": (bomb, "too_large_inside"),
    "lying_bomb.xlsx": (lying_bomb, "damaged"),
    "far_corner.xlsx": (far_corner, "too_many_cells"),
    "bomb.ods": (ods_bomb, "too_many_cells"),
    "program.xlsx": (lambda: b"\x7fELF" + b"\0" * 2000, "unknown_kind"),
    "archive.xlsx": (lambda: archive({"a.txt": b"hello"}), "unknown_kind"),
    "noise.csv": (lambda: bytes(range(1, 256)) * 40, "encoding"),
    "sentence.csv": (lambda: "Chỉ số PCI 2012 của tỉnh".encode(), "no_columns"),
    "blank_rows.xlsx": (blank_rows, None),
    "blank_styled_rows.xlsx": (blank_styled_rows, None),
    "cut_short.ods": (ods_cut_short, "damaged"),
    "blank_rows.ods": (ods_blank, None),
    "blank_sheet.xlsx": (lambda: workbook(()), "empty"),
    "password.xls": (lambda: xls([number(0, 0)], before=record(0x2F, bytes(52))), "password"),
    "far_corner.xls": (lambda: xls([number(0, 0) + number(65535, 255)] * 8), "too_many_cells"),
    "full_grid.xls": (lambda: xls([b"".join(record(0xBD, struct.pack("<HH", r, 0) + b"\0\0\x16\0\0\0" * 256 + b"\xff\0")
                                            for r in range(30_000))]), "too_many_cells"),
    "stated_size.xls": (lambda: xls([number(0, 0)], dimensions=(0, 0xFFFFFFF0, 0, 0xFFF0)), "not_recognised"),
    "repeated_text.xls": (lambda: xls([b"".join(label(r, c, 0) for r in range(1500) for c in range(100))],
                                      texts(["x" * 32_000])), "too_much_text"),
    "circle.xls": (circle, "damaged_why"),
    "records.xls": (lambda: xls([record(0) * 10_000_000]), "too_many_cells"),
    "moved_sheet.xlsx": (moved_sheet, "too_many_cells"),
    "entity.xlsx": (lambda: sheet_xml('<row r="3"><c r="A3"><v>&none;</v></c></row>'), "damaged"),
    "two_addresses.xlsx": (lambda: sheet_xml('<row r="3"><c r="A3" r="B3"><v>1</v></c></row>'), "damaged"),
    "no_addresses.xlsx": (lambda: sheet_xml("<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"
                                            + "<row><c><v>1</v></c></row>" * 60_000), "too_many_cells"),
    "repeated_text.xlsx": (lambda: sheet_xml("".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>'
                                                     for r in range(3, 5000)), {"xl/sharedStrings.xml": LONG}),
                           "too_much_text"),
    "laughs.xlsx": (lambda: laughing(parts_of(workbook()), "xl/worksheets/sheet1.xml"), "entities"),
    "laughs.docx": (lambda: laughing(parts_of(word("")), "word/document.xml"), "entities"),
    "laughs.ods": (lambda: ods("", laughs()), "entities"),
    "binary.xlsx": (lambda: archive(parts_of(workbook()) | {"xl/workbook.bin": b"x"}), "xlsb"),
    "rows.ods": (lambda: ods(f'<table:table-row table:number-rows-repeated="20000">{CELL}</table:table-row>' * 2000),
                 "too_many_cells"),
    "gap.ods": (lambda: ods('<table:table-row table:number-rows-repeated="1000000"/><table:table-row>'
                            f'<table:table-cell table:number-columns-repeated="16000"/>{CELL}</table:table-row>'),
                "too_many_cells"),
    "repeated_text.ods": (lambda: ods('<table:table-row><table:table-cell table:number-columns-repeated="10000">'
                                      f'<text:p>{"x" * 100_000}</text:p></table:table-cell></table:table-row>'),
                          "too_much_text"),
    "nested.ods": (lambda: ods("<table:table-row><table:table-cell>" * 100_000), "damaged"),
    "commas.csv": (lambda: b"PCI 2012" + b"," * 9_000_000 + b"\n1", "no_columns"),
    "lines.csv": (lambda: b"PCI 2012,1" + b"\n" * 9_000_000, "too_many_rows"),
    "wide.csv": (lambda: b"PCI 2012" + b",1" * 100_000 + b"\n1,1" * 90_000, "too_many_cells"),
    "long_cell.csv": (lambda: b'PCI 2012,"' + b"x" * 1_000_000 + b'"', "long_cell"),
    "spans.docx": (lambda: word_table(word_cell('<w:gridSpan w:val="100000000"/>')), "too_many_table_cells"),
    "merged_down.docx": (lambda: word_table(word_cell("<w:vMerge/>") * 40, 900), "no_table"),
    "lines.pdf": (lambda: packed_pdf(b"0 0 m 100 100 l S\n" * 200_000), "page_too_large"),
}


ADDED = ["empty.xlsx", "password.xlsx", "web_page.xls", "picture_only.pdf", "bomb.xlsx", "blank_rows.xlsx", "full_grid.xls"]
CASES = sampled([("read", name) for name in FILES] + [("add", name) for name in ADDED], 24)


ASKING = "test_bad_files_are_refused_in_time_and_memory"


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory) -> dict:
    """What each command did to each file that is asked about, and the folder of the files before and after."""
    if not hasattr(os, "fork"):
        pytest.skip("time and memory are measured by forking processes, which this system cannot do")
    folder = tmp_path_factory.mktemp("hostile")
    tests = [item.callspec.params for item in request.session.items if getattr(item, "originalname", "") == ASKING]
    asked = [(params["command"], params["name"]) for params in tests]
    for name in {name for _, name in asked}:
        (folder / name).write_bytes(FILES[name][0]())
    before = sorted(path.name for path in folder.iterdir())
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    # Where modules are compiled anew at every start, that alone takes seconds: an ordinary machine keeps them.
    if env.pop("PYTHONDONTWRITEBYTECODE", ""):
        env["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("compiled"))
    for cases in ([], asked):
        done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True,
                              encoding="utf-8", input=json.dumps(cases), env=env)
    (folder / "stderr.txt").unlink()
    assert sorted(path.name for path in folder.iterdir()) == before
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {tuple(outcome["words"]): outcome for outcome in found}


@pytest.mark.parametrize(("command", "name"), CASES)
def test_bad_files_are_refused_in_time_and_memory(command, name, outcomes):
    outcome, (_, code) = outcomes[command, name], FILES[name]
    assert outcome.get("died") is None
    assert outcome["code"] == 2 and name in outcome["said"] and "Traceback" not in outcome["said"]
    assert outcome["seconds"] < SECONDS and outcome["peak"] < MEGABYTES
    assert outcome["problems"] and (code is None or outcome["problems"] == [code])


def test_a_parser_that_breaks_down_says_nothing_itself(tmp_path, capfd):
    """A record of merged cells that is too short: the parser, written in another language, gives up loudly."""
    path = tmp_path / "a.xls"
    path.write_bytes(xls([number(0, 0) + record(0x00E5)]))
    assert [p.code for p in read_published(path).errors] == ["damaged"]
    assert capfd.readouterr().err == ""


def test_missing_file_and_folder(tmp_path):
    assert [p.code for p in read_published(tmp_path / "none.xlsx").errors] == ["missing_file"]
    assert [p.code for p in read_published(tmp_path).errors] == ["not_a_file"]


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_never_raises(seed, tmp_path):
    """Bytes changed at random anywhere in a workbook."""
    data, pick = bytearray(workbook([("Tỉnh", "PCI 2012")] + [("Hà Nội", 53.4)] * 30)), random.Random(seed)
    for _ in range(20):
        data[pick.randrange(len(data))] = pick.randrange(256)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(bytes(data))
    assert read_published(path).errors
