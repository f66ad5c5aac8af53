"""Tables of Word and PDF files: what a cell shows beside its figure, and what stands between two tables."""

from __future__ import annotations

import random
import zipfile

import pytest
from make_workbooks import refusals

from indexlib.data.places import load_places
from indexlib.intake.recognise import read_published

pytestmark = pytest.mark.by_turns

docx = pytest.importorskip("docx")
from docx.oxml import OxmlElement  # noqa: E402
from docx.oxml.ns import qn  # noqa: E402

TITLE = "Chỉ số cải cách hành chính (PAR INDEX) năm 2023"
HEAD = ["TT", "Tỉnh, thành phố", "Chỉ số (%)"]
PLACES = random.Random(1).sample(load_places().valid(2023), 63)
FIGURES = [f"{91.37 - n / 5:.2f}" for n in range(63)]
ROWS = [[str(n), place.name_vi, figure.replace(".", ",")]
        for n, (place, figure) in enumerate(zip(PLACES, FIGURES, strict=True), 1)]
#: The row that the tests spoil, and what it shows.
SPOILT = 20
PLACE, FIGURE = PLACES[SPOILT].code, float(FIGURES[SPOILT])


def score(reading, place=PLACE, component="par"):
    rows = reading.scores.query("place == @place and component == @component")
    return rows["score"].iloc[0] if len(rows) and rows["score"].notna().all() else None


def add_table(document, rows):
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    return table


def word(tmp_path, *parts):
    """A file of paragraphs (texts) and tables (lists of rows)."""
    document = docx.Document()
    for part in parts:
        document.add_paragraph(part) if isinstance(part, str) else add_table(document, part)
    document.save(tmp_path / "a.docx")
    return tmp_path / "a.docx"


def spoilt_word(tmp_path, spoil, column=2, row=SPOILT + 1):
    document = docx.Document()
    document.add_paragraph(TITLE)
    table = add_table(document, [HEAD, *ROWS])
    spoil(table.cell(row, column).paragraphs[0])
    document.save(tmp_path / "a.docx")
    return read_published(tmp_path / "a.docx")


def raised(text):
    def spoil(paragraph):
        paragraph.add_run(text).font.superscript = True
    return spoil


def tracked(tag, text):
    """A run within a mark of tracked changes."""
    def spoil(paragraph):
        mark, run = OxmlElement(tag), OxmlElement("w:r")
        mark.set(qn("w:id"), "1")
        mark.set(qn("w:author"), "a")
        written = OxmlElement("w:delText" if tag == "w:del" else "w:t")
        written.text = text
        run.append(written)
        mark.append(run)
        paragraph._p.append(mark)
    return spoil


def looking(**font):
    def spoil(paragraph):
        run = paragraph.add_run("9")
        for name, value in font.items():
            setattr(run.font, name, value)
    return spoil


def lifted(paragraph):
    """Raised by hand: smaller, and moved up by three points."""
    run = paragraph.add_run("1")
    position = OxmlElement("w:position")
    position.set(qn("w:val"), "6")
    run._r.get_or_add_rPr().append(position)


def by_style(paragraph):
    """Raised by a style based on another one."""
    styles = paragraph.part.document.styles
    base, own = styles.add_style("Mark", 2), styles.add_style("My mark", 2)
    base.font.superscript, own.base_style = True, base
    paragraph.add_run("1", own)


@pytest.mark.parametrize("spoil", [raised("1"), raised("(a)"), raised("*"), lifted, by_style])
def test_a_raised_mark_of_a_footnote_is_no_digit_of_a_figure(tmp_path, spoil):
    reading = spoilt_word(tmp_path, spoil)
    assert score(reading) == FIGURE and refusals(reading) == set()


@pytest.mark.parametrize(("spoil", "column"), [(raised("1"), 0), (raised("123"), 2)])
def test_raised_digits_that_may_be_part_of_a_figure_make_it_uncertain(tmp_path, spoil, column):
    document = docx.Document()
    document.add_paragraph(TITLE)
    table = add_table(document, [["Xếp hạng", *HEAD[1:]], *ROWS])
    spoil(table.cell(SPOILT + 1, column).paragraphs[0])
    document.save(tmp_path / "a.docx")
    reading = read_published(tmp_path / "a.docx")
    assert "raised_text" in refusals(reading)
    assert reading.doubtful == {(PLACE, "par", "rank" if column == 0 else "score"): ""}


@pytest.mark.parametrize("spoil", [
    tracked("w:ins", "5"), tracked("w:del", "9"), tracked("w:moveTo", "5"), tracked("w:moveFrom", "5"),
    looking(strike=True), looking(double_strike=True), looking(hidden=True)])
def test_a_figure_with_a_tracked_change_or_struck_out_or_hidden_text_is_for_a_person_to_settle(tmp_path, spoil):
    reading = spoilt_word(tmp_path, spoil)
    assert "changed_text" in refusals(reading) and score(reading) is None
    assert (PLACE, "par", "score") in reading.doubtful


def test_a_changed_name_makes_the_figures_beside_it_uncertain(tmp_path):
    reading = spoilt_word(tmp_path, looking(strike=True), column=1)
    assert "changed_text" in refusals(reading)
    assert reading.doubtful == {(PLACE, "par", "score"): f"{FIGURE:g}"}


def test_a_changed_header_makes_the_figures_below_it_uncertain(tmp_path):
    reading = spoilt_word(tmp_path, tracked("w:del", "điều tra"), row=0)
    assert "changed_text" in refusals(reading) and len(reading.doubtful) == 63


@pytest.mark.parametrize("tag", ["w:ins", "w:del"])
def test_a_row_that_was_inserted_or_deleted_is_for_a_person_to_settle(tmp_path, tag):
    def spoil(paragraph):
        row = paragraph._p.getparent().getparent()
        row.get_or_add_trPr().append(OxmlElement(tag))
    assert "changed_text" in refusals(spoilt_word(tmp_path, spoil))


def test_a_figure_in_a_field_of_a_form_is_read(tmp_path):
    def spoil(paragraph):
        run = paragraph.runs[0]._r
        field, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        run.getparent().replace(run, field)
        content.append(run)
        field.append(content)
    reading = spoilt_word(tmp_path, spoil)
    assert score(reading) == FIGURE and refusals(reading) == set()


# PDF: pages drawn by hand, in Helvetica.

ENGLISH = [["Rank", "Province", "PAR INDEX"]] + [
    [str(n), place.name_en, figure] for n, (place, figure) in enumerate(zip(PLACES, FIGURES, strict=True), 1)]


def page(parts, extra=(), at=SPOILT + 1):
    """Operators for lines (texts) and ruled tables (lists of rows); ``extra`` gives what is drawn into the last
    cell of a row: functions of the place where its text starts and of its width, to operators."""
    lines, y, left, height, widths = [], 780, 30, 11, [60, 120, 90]
    for part in parts:
        if isinstance(part, str):
            y -= 16
            lines.append(f"BT /F1 9 Tf {left} {y} Td ({part}) Tj ET")
            y -= 6
            continue
        for r, row in enumerate(part):
            x, y = left, y - height
            for text, width in zip(row, widths, strict=True):
                lines += [f"{x} {y} {width} {height} re S", f"BT /F1 8 Tf {x + 2} {y + 3} Td ({text}) Tj ET"]
                x += width
            if r == at:
                lines += [draw(x - widths[-1] + 2, y + 3, 0.5 * 8 * len(row[-1])) for draw in extra]
    return "\n".join(lines).encode("ascii")


def pdf_of(tmp_path, *contents):
    """A PDF with these pages."""
    n = len(contents)
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>",
              b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(n)), n),
              b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for i, content in enumerate(contents):
        bodies += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources"
                   b"<</Font<</F1 3 0 R>>>>>>" % (5 + 2 * i),
                   b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)]
    out, at = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(at) + 1) + b"".join(b"%010d 00000 n \n" % x for x in at)
    out += table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(at) + 1, len(out))
    (tmp_path / "a.pdf").write_bytes(out)
    return tmp_path / "a.pdf"


def drawn(tmp_path, parts, extra=(), at=SPOILT + 1):
    return pdf_of(tmp_path, page(parts, extra, at))


def small(text, up, size=5):
    return lambda x, y, width: f"BT /F1 {size} Tf {x + width + 1} {y + up} Td ({text}) Tj ET"


@pytest.mark.parametrize(("up", "size"), [(3, 5), (2.5, 6.6), (3, 8)])
def test_a_raised_mark_in_a_pdf_is_no_digit_of_a_figure(tmp_path, up, size):
    reading = read_published(drawn(tmp_path, ["PAR INDEX 2023", ENGLISH], [small("1", up, size)]))
    assert len(reading.scores) == 63 and score(reading) == FIGURE and refusals(reading) == set()


def test_digits_of_another_size_on_the_same_line_make_the_figure_uncertain(tmp_path):
    reading = read_published(drawn(tmp_path, ["PAR INDEX 2023", ENGLISH], [small("5", 0)]))
    assert "raised_text" in refusals(reading) and score(reading) is None


def test_a_struck_out_digit_in_a_pdf_makes_the_figure_uncertain(tmp_path):
    strike = lambda x, y, width: f"{x + width - 4} {y + 3} m {x + width + 2} {y + 3} l S"  # noqa: E731
    underline = lambda x, y, width: f"{x} {y - 1} m {x + width} {y - 1} l S"  # noqa: E731
    reading = read_published(drawn(tmp_path, ["PAR INDEX 2023", ENGLISH], [strike]))
    assert "changed_text" in refusals(reading) and score(reading) is None
    reading = read_published(drawn(tmp_path, ["PAR INDEX 2023", ENGLISH], [underline]))
    assert refusals(reading) == set() and score(reading) == FIGURE


def test_a_header_turned_upwards_is_read_in_its_order(tmp_path):
    def upwards(text, line):
        return lambda x, y, width: f"BT /F1 3 Tf 0 1 -1 0 {x + 10 + line * 5} {y - 2} Tm ({text}) Tj ET"

    rows = [["Rank", "Province", ""], *ENGLISH[1:]]
    reading = read_published(drawn(tmp_path, ["PAR 2023", rows], [upwards("PAR", 0), upwards("INDEX", 1)], at=0))
    assert score(reading) == FIGURE and refusals(reading) == set()


# What stands between two tables.

def other_figures(rows):
    return [rows[0], *[[*row[:-1], "55,5" if "," in row[-1] else "55.5"] for row in rows[1:]]]


HALF = 32
FIRST, REST = [HEAD, *ROWS[:HALF]], [HEAD, *ROWS[HALF:]]
LINES = [f"Đoạn văn số {n}." for n in range(13)]


@pytest.mark.parametrize("between", ["", "(tiếp theo)", "PAR INDEX năm 2023 (tiếp theo)"])
@pytest.mark.parametrize("rest", [REST, REST[1:]])
def test_a_table_that_goes_on_without_a_word_is_one(tmp_path, between, rest):
    title = TITLE if not between.startswith("PAR") else "PAR INDEX năm 2023"
    reading = read_published(word(tmp_path, title, FIRST, between, rest))
    assert len(reading.scores) == 63 and refusals(reading) == set()
    assert set(reading.scores["score"]) == set(map(float, FIGURES))


@pytest.mark.parametrize("caption", [
    "Bảng 2. Kết quả SIPAS năm 2022 của các tỉnh còn lại", "Chỉ số hài lòng (SIPAS)", "Kết quả năm 2022"])
@pytest.mark.parametrize("lines", [[], LINES])
@pytest.mark.parametrize("asked", [{}, {"index": "par"}, {"index": "par", "year": 2023}])
@pytest.mark.parametrize("head", [True, False])
def test_a_caption_of_another_year_or_index_between_two_tables_is_seen(tmp_path, caption, lines, asked, head):
    rest = other_figures(REST) if head else other_figures(REST)[1:]
    reading = read_published(word(tmp_path, TITLE, FIRST, *lines, caption, rest), **asked)
    seen = {p.code for p in reading.errors} | refusals(reading) & {"index_conflict", "year_conflict"}
    assert seen or 55.5 not in set(reading.scores["score"])


def test_another_header_is_another_table(tmp_path):
    """Columns of one number, exchanged."""
    rows = [[*row, f"{90 - n}"] for n, row in enumerate(ROWS)]
    first = [[*HEAD, "Điểm điều tra"], *rows[:HALF]]
    rest = [[*HEAD[:2], "Điểm điều tra", HEAD[2]], *[[*row[:2], row[3], row[2]] for row in rows[HALF:]]]
    reading = read_published(word(tmp_path, TITLE, first, rest))
    read = reading.scores[reading.scores["component"] == "par"]
    assert len(read) == 63 and set(read["score"]) == set(map(float, FIGURES))


def test_a_row_that_names_a_group_of_places_does_not_end_a_table(tmp_path):
    rest = [["II. Miền Nam"] * 3, *ROWS[HALF:]]
    reading = read_published(word(tmp_path, TITLE, FIRST, "", rest))
    assert len(reading.scores) == 63 and refusals(reading) == set()


def test_a_title_within_the_first_row_of_a_table_is_seen(tmp_path):
    rest = [["Kết quả SIPAS năm 2022"] * 3, *other_figures(REST)[1:]]
    reading = read_published(word(tmp_path, TITLE, FIRST, "", rest), index="par", year=2023)
    assert 55.5 not in set(reading.scores["score"])


def test_a_long_text_before_the_first_table_does_not_hide_its_caption(tmp_path):
    text = ["Báo cáo công tác", *[f"Đoạn {n}" for n in range(30)], TITLE]
    reading = read_published(word(tmp_path, *text, [HEAD, *ROWS]))
    assert reading.years == (2023,) and len(reading.scores) == 63


def test_a_caption_between_two_tables_of_a_pdf_is_seen(tmp_path):
    first, rest = ENGLISH[:HALF + 1], [[*row[:2], "55.5"] for row in ENGLISH[HALF + 1:]]
    reading = read_published(drawn(tmp_path, ["PAR INDEX 2023", first, "SIPAS 2022", rest]), index="par", year=2023)
    assert len(reading.scores) == HALF and 55.5 not in set(reading.scores["score"])


@pytest.mark.parametrize("head", [[], ENGLISH[:1]])
@pytest.mark.parametrize(("top", "foot"), [([], []), (["Ministry of Home Affairs"], ["Page %d"]), (["%d"], ["Annex"])])
def test_a_table_over_two_pages_of_a_pdf_is_one(tmp_path, head, top, foot):
    def of(number, *parts):
        return page([*(x.replace("%d", str(number)) for x in top), *parts, *(x.replace("%d", str(number)) for x in foot)])

    first, rest = ENGLISH[:HALF + 1], [*head, *ENGLISH[HALF + 1:]]
    reading = read_published(pdf_of(tmp_path, of(1, "PAR INDEX 2023", first), of(2, rest)))
    assert len(reading.scores) == 63 and refusals(reading) == set()


@pytest.mark.parametrize("caption", ["Table 2. PAR INDEX 2022", "SIPAS"])
@pytest.mark.parametrize("at_foot", [True, False])
def test_a_caption_on_another_page_of_a_pdf_is_seen(tmp_path, caption, at_foot):
    first, rest = ENGLISH[:HALF + 1], [*ENGLISH[:1], *[[*row[:2], "55.5"] for row in ENGLISH[HALF + 1:]]]
    parts = ["Table 1. PAR INDEX 2023", first]
    pages = ([*parts, caption], [rest]) if at_foot else (parts, [caption, rest])
    reading = read_published(pdf_of(tmp_path, *map(page, pages)), index="par", year=2023)
    assert refusals(reading) & {"index_conflict"} or 55.5 not in set(reading.scores["score"])


@pytest.mark.parametrize(("kind", "said"), [
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", ".dotx"),
    ("application/vnd.ms-word.document.macroEnabled.main+xml", ".docm")])
def test_a_word_file_that_is_no_document_is_named_as_what_it_is(tmp_path, kind, said):
    docx.Document().save(tmp_path / "a.docx")
    usual = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(tmp_path / "a.docx") as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(usual.encode(), kind.encode()))
    [problem] = read_published(tmp_path / "b.docx").problems
    assert problem.code == "word_kind" and said in problem.message and ".docx" in problem.message
