"""Files that are not what they seem: a clear message in time and memory, and nothing written."""

import io
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
import xlsxwriter

from indexlib.readers import read_published

SECONDS, MEGABYTES = 5, 500
SCRIPT = """
import re, sys, time
import typer
from indexlib import commands_data
app = typer.Typer(pretty_exceptions_enable=False)
app.command()(commands_data.read)
app.command()(commands_data.add)
code = 0
try:
    code = app(sys.argv[1:], standalone_mode=False) or 0
except typer.Exit as end:
    code = end.exit_code
except Exception as error:
    from indexlib.problems import IndexlibError
    if not isinstance(error, IndexlibError):
        raise
    print(error, file=sys.stderr)
    code = 2
print("seconds", time.process_time())
try:
    with open("/proc/self/status") as status:
        print("peak", int(re.search(r"VmHWM:\\s+(\\d+)", status.read()).group(1)) // 1024)
except FileNotFoundError:
    print("peak", 0)  # measured on Linux only
sys.exit(code)
"""


def workbook(rows=(("Tỉnh", "PCI 2012"), ("Hà Nội", 53.4))) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for r, row in enumerate(rows):
        sheet.write_row(r, 0, row)
    book.close()
    return out.getvalue()


def archive(parts: dict[str, bytes], blanks: int = 0, into: str = "") -> bytes:
    """A zip of parts; ``into`` one of them go so many megabytes of blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            with file.open(name, "w") as stream:
                stream.write(data)
                for _ in range(blanks if name == into else 0):
                    stream.write(b" " * 1_000_000)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


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


def ods(content: str) -> bytes:
    head = ('<?xml version="1.0"?><office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
            '<office:spreadsheet><table:table table:name="A">')
    tail = "</table:table></office:spreadsheet></office:body></office:document-content>"
    return archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                    "content.xml": (head + content + tail).encode(), "META-INF/manifest.xml": b"<manifest/>"})


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


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
}


ADDED = ["empty.xlsx", "password.xlsx", "web_page.xls", "picture_only.pdf", "bomb.xlsx", "blank_rows.xlsx"]


@pytest.mark.parametrize(("command", "name"), [("read", name) for name in FILES] + [("add", name) for name in ADDED])
def test_bad_files_are_refused_in_time_and_memory(command, name, tmp_path):
    make, code = FILES[name]
    path = tmp_path / name
    path.write_bytes(make())
    before = sorted(tmp_path.iterdir())
    done = subprocess.run([sys.executable, "-c", SCRIPT, command, str(path)], cwd=tmp_path, capture_output=True,
                          text=True, encoding="utf-8",
                          env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"})
    # Processor time, since other work on the machine must not fail the test.
    assert float(done.stdout.split("seconds")[1].split()[0]) < SECONDS, done.stderr
    assert done.returncode == 2, done.stderr
    assert int(done.stdout.split("peak")[1]) < MEGABYTES
    assert name in done.stderr and "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before
    if command == "read":
        found = read_published(path)
        assert found.scores.empty and found.errors
        assert code is None or [p.code for p in found.errors] == [code]


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
