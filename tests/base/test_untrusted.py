"""Names, labels and parameters from elsewhere stay text: in tables, pages and hovers, in notebooks, as names of files."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from books import write_book
from browsers import BROWSER, NEEDS_BROWSER
from conftest import ROOT

from indexlib import IndexlibError, Params, load_plan, open_run
from indexlib.base.untrusted import csv_cell, file_name
from indexlib.content import gallery, html, prose, tables
from indexlib.intake.check import check_data
from indexlib.run import one as runs

pytestmark = pytest.mark.by_turns

FORMULAS = ['=HYPERLINK("http://x")', "@SUM(1)", "+1+cmd|' /C calc'!A0", "-2+3", "x;=1+1", "＝1+1"]
MARKUP = [
    "<img src=x onerror=window.hit=1>",
    '<a href="javascript:window.hit=1">x</a>',
    "</script><script>window.hit=1</script>",
    "<b>%{x}</b>",
    "$x^2$ &lt;i&gt;",
    "<!-- ",
]


def spoilt(folder: Path, payloads: list[str]) -> None:
    """Put one of the payloads before every name of a place, component, unit and item in a data folder."""

    def before(table: str, *columns: str) -> None:
        path = folder / table
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in columns:
            frame[column] = [f"{payloads[i % len(payloads)]} {v}" for i, v in enumerate(frame[column])]
        frame.to_csv(path, index=False, lineterminator="\n")

    before("places/places.csv", "name_vi", "name_en", "region")
    before("catalogue/components.csv", "name_vi", "name_en")
    plan = folder / "plans/ha_bac_2023_2025"
    units = pd.read_csv(plan / "units.csv", dtype=str, keep_default_na=False)["unit"]
    renamed = {u: f"{payloads[i % len(payloads)]} {u}" for i, u in enumerate(units)}
    for name in ("units", "responsibilities"):
        frame = pd.read_csv(plan / f"{name}.csv", dtype=str, keep_default_na=False)
        frame.assign(unit=frame["unit"].map(renamed)).to_csv(plan / f"{name}.csv", index=False, lineterminator="\n")
    before("plans/ha_bac_2023_2025/items.csv", "text_vi", "text_en")
    about = (plan / "plan.yml").read_text(encoding="utf-8")
    for old, new in renamed.items():
        about = about.replace(f'unit: "{old}"', f"unit: {json.dumps(new, ensure_ascii=False)}")
    (plan / "plan.yml").write_text(about, encoding="utf-8")


def notebook(found) -> nbformat.NotebookNode:
    """An executed notebook with every table and chart of a run."""
    shown = [
        prose.title(found, "04_flags"),
        prose.notices(found),
        prose.standards(found),
        prose.peers(found),
        prose.caveats(found),
        tables.totals(found),
        tables.flagged(found),
        tables.by_unit(found),
        tables.by_item(found),
        tables.gaps(found),
        tables.generic(found),
        tables.standing(found),
        tables.risers(found),
        tables.trends(found),
        tables.peers(found, found.peers()),
    ]
    for make in (
        gallery.histories,
        gallery.ranks,
        gallery.positions,
        gallery.comparisons,
        gallery.heats,
        gallery.movers,
        gallery.movements,
        gallery.waterfalls,
    ):
        shown += make(found)
    outputs = []
    for number, thing in enumerate(shown):
        if hasattr(thing, "to_json"):
            figure = json.loads(thing.to_json())
            figure["layout"]["meta"]["name"] += f"_{number}"
            bundle = {html.PLOTLY: figure}
        else:
            bundle = (
                thing._repr_mimebundle_() if hasattr(thing, "_repr_mimebundle_") else {"text/html": thing._repr_html_()}
            )
        outputs.append(nbformat.v4.new_output("display_data", bundle))
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])


def written(book: nbformat.NotebookNode, folder: Path) -> html.Content:
    shown = html.write_page(folder, "page", book, "A page", "vi", ("index.html", "home"))
    html.write_script(folder, folder)
    html.write_data(folder / "charts", shown.figures)
    html.write_tables(folder / "tables", "page", shown.tables)
    return shown


def cells(folder: Path) -> list[str]:
    paths = list(folder.rglob("*.csv"))
    assert len(paths) > 20
    return [cell for p in paths for row in csv.reader(io.StringIO(p.read_text(encoding="utf-8-sig"))) for cell in row]


def calculates(cell: str) -> bool:
    """Whether a spreadsheet might calculate a cell: all that starts so and is no figure with its unit."""
    figure = r"[+-]\d+([.,]\d+)*%?( (điểm|điểm phần trăm|bậc|points?|percentage points?|places?))*"
    return any(
        part.strip()[:1] in tuple("=+-@＝＋－＠") and part.strip() and not re.fullmatch(figure, part.strip())
        for part in re.split(r"[;\t\r\n]", cell)
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Tables, chart data and a page of a run over data in which every name is a formula or markup."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "data", folder / "data")
    spoilt(folder / "data", FORMULAS + MARKUP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXLIB_DATA", str(folder / "data"))
        written(
            notebook(open_run(place="thanh_hoa", year=2024)),
            folder / "out" if (folder / "out").mkdir() is None else folder,
        )
    return folder / "out"


def test_no_cell_of_any_table_or_chart_calculates(hostile):
    found = cells(hostile)
    assert not [c for c in found if calculates(c)]
    text = "\n".join(found)
    assert "'=HYPERLINK" in text and "'@SUM(1)" in text and "x;'=1+1" in text and "'-2+3" in text and "'＝1+1" in text


def test_figures_and_names_of_the_bundled_data_stay_as_they_are(tmp_path):
    """The sign that marks text stands before no real figure, name or sentence."""
    shown = written(notebook(open_run(place="thanh_hoa", year=2024)), tmp_path)
    rows = [cell for table in shown.tables.values() for row in table for cell in row]
    rows += [v for f in shown.figures.values() for r in f["layout"]["meta"]["data"] for v in r.values()]
    assert len(rows) > 3_000 and any(isinstance(c, str) and c.startswith(("+", "-")) for c in rows)
    assert all(csv_cell(c) == c for c in rows)


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1", "'=1"),
        (" =1", " '=1"),
        ("\t=1", "\t'=1"),
        ("a\r\n@x", "a\r\n'@x"),
        ("-1", "-1"),
        ("-1,5 điểm", "-1,5 điểm"),
        ("+0,01%", "+0,01%"),
        ("-1+1", "'-1+1"),
        ("-1 điểm; +2 bậc", "-1 điểm; +2 bậc"),
        ("+84 912|x", "'+84 912|x"),
        ("-a", "'-a"),
        ("–", "–"),
        ("'=1", "'=1"),
        (2.5, 2.5),
        (None, None),
    ],
)
def test_a_cell_of_csv(text, cell):
    assert csv_cell(text) == cell and csv_cell(csv_cell(text)) == cell


def test_a_long_cell_takes_no_time():
    assert len(csv_cell("\t" * 200_000 + "=" * 200_000)) == 400_001 and csv_cell(" " * 300_000) == " " * 300_000


@NEEDS_BROWSER
def test_markup_in_names_stays_text_in_pages_and_hovers(hostile):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.goto((hostile / "page.html").as_uri())
        figures = page.locator("figure").count()
        assert figures > 10
        page.wait_for_function("n => document.querySelectorAll('figure .main-svg').length >= n", arg=figures)
        hovers = page.evaluate("""() => [...document.querySelectorAll('figure')].flatMap(gd => gd.data.flatMap((_, curve) => {
            const drawn = gd._fullData[curve];
            Plotly.Fx.hover(gd, [{curveNumber: curve, pointNumber: 0}], drawn.subplot || drawn.xaxis + drawn.yaxis);
            const layer = gd.querySelector('.hoverlayer');
            return [[layer.textContent, layer.querySelectorAll('a').length]];
        }))""")
        seen = page.evaluate("""() => ({hit: window.hit,
            links: document.querySelectorAll('svg a, a[href^="javascript"]').length,
            images: document.querySelectorAll('img').length, scripts: document.querySelectorAll('script').length,
            bold: document.querySelectorAll('figure b').length, formulas: document.querySelectorAll('mjx-container').length,
            text: document.body.innerText})""")
        browser.close()
    assert errors == [] and seen["hit"] is None
    assert (seen["links"], seen["images"], seen["formulas"]) == (0, 0, 0)
    assert seen["scripts"] == figures + 2  # the library, each figure, opening folded tables for print
    said = "".join(text for text, _ in hovers)
    assert len(hovers) > 20 and sum(bool(text) for text, _ in hovers) > 10 and not any(links for _, links in hovers)
    assert any(m in said for m in MARKUP) and all(m in seen["text"] for m in MARKUP[:3])


def test_texts_reach_a_real_notebook_as_data(tmp_path, monkeypatch):
    """Through papermill: whatever is in a string parameter, the notebook gets that string and nothing runs."""
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w')"
    evil = [
        '"',
        "'",
        '"""',
        "'''",
        "\\",
        '\\\\"',
        f'"\n{code}\n"',
        f"'\n{code}\n#",
        f'"""\n{code}\n"""',
        f"\u2028{code}",
        f"\u2029{code}",
        f"\r{code}",
        f"\x0c{code}",
        f"\x85{code}",
        "{" + code + "}",
        "\\N{BULLET}",
        "\\u0022",
        f"%run {mark}",
        f"!touch {mark}",
        f"x\n!touch {mark}",
        "\x00",
        "'\\",
    ]
    parameters = [Params.model_construct(place=evil[0], year=2024, peers=evil, plan=f'"\n{code}\n"')]
    book = f"""
import base64, json
wanted = json.loads(base64.b64decode({base64.b64encode(json.dumps(evil).encode()).decode()!r}))
assert peers == wanted and place == wanted[0] and year == 2024, peers
"""
    write_book(tmp_path / "books", "04_flags", book)
    outcome = runs.execute(tmp_path / "books/04_flags.ipynb", tmp_path / "out.ipynb", parameters[0])
    assert not outcome.failed, outcome.why
    assert not mark.exists()


def test_codes_that_lead_out_of_the_folder_are_refused(data, tmp_path):
    row = data.add("places/places.csv", "../../x,Nơi,Place,province,,,,,,,,papi-01,")
    data.swap("catalogue/components.csv", "\npapi.1,", "\npapi/../../1,")
    found = {(p.row, p.code) for p in check_data()}
    assert (row, "code") in found and (3, "code") in found
    for name in ("../x", "a/b", "a\\b", "..", ".x", "a..b", "C:x", "", "a\0"):
        with pytest.raises(IndexlibError):
            file_name(name)
        with pytest.raises(IndexlibError):
            html.write_data(tmp_path / "charts", {name: {"layout": {"meta": {"data": [{"a": 1}]}}}})
    assert not list(tmp_path.rglob("*.csv")) or all("project" in str(p) for p in tmp_path.rglob("*.csv"))


@pytest.mark.parametrize(
    "name",
    ["../ha_bac_2023_2025", "ha_bac_2023_2025/", "..", "", "CON", "ha_bac_2023_2025\n", "/etc", "HA_BAC_2023_2025"],
)
def test_a_plan_is_a_folder_of_the_data_and_no_other(name):
    with pytest.raises(IndexlibError):
        load_plan(name)


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1b", "\x7f", "\u202e", "\u2066"])
def test_characters_that_nobody_sees_are_named_with_their_line(data, character):
    row = data.swap("places/places.csv", "Thanh Hóa", f"Thanh {character}Hóa")
    found = [p for p in check_data() if p.code == "unseen"]
    assert [p.row for p in found] == [row] and f"U+{ord(character):04X}" in found[0].message


def test_a_template_holds_no_formula(data, tmp_path):
    from openpyxl import load_workbook

    from indexlib.intake.publishers.template import write_template

    spoilt(data.folder, FORMULAS)
    path = write_template("pci", 2024, tmp_path / "t.xlsx", origin="=cmd|' /C calc'!A0.pdf")
    sheets = [list(sheet.iter_rows()) for sheet in load_workbook(path)]
    kinds = {cell.data_type for rows in sheets for row in rows for cell in row}
    values = [cell.value for rows in sheets for row in rows for cell in row]
    assert "f" not in kinds and any(isinstance(v, str) and v.startswith("=HYPERLINK") for v in values)


def test_what_adding_writes_of_names_and_notes_is_text(data, tmp_path, command):
    from additions import like
    from make_workbooks import pairs, parts, save

    data.drop_pci(2011)
    truth = like(2011, 2012)
    path = save(tmp_path / "=1+1.xlsx", {"Tong hop": pairs(truth)} | parts(truth))
    assert command("add", path, "--source", "=cmd|x", "--where", "w")[0] == 2
    assert command("add", path, "--source", "own", "--where", "=cmd|' /C calc'!A0\n\x1bx")[0] == 0
    truth.figures["thanh_hoa", "pci.3"] = round(truth.figures["thanh_hoa", "pci.3"] + 0.5, 6)
    save(path, {"Tong hop": pairs(truth)} | parts(truth))
    assert command("add", path, "--source", "own", "--accept-changes", "--accept-doubts")[0] == 0
    sources = data.path("sources.csv").read_text(encoding="utf-8")
    assert "own,'=cmd|' /C calc'!A0 x\n" in sources
    assert data.path("scores/corrections.csv").read_text(encoding="utf-8").endswith(",'=1+1.xlsx\n")
    assert {p.code for p in check_data()} == {"sum"}  # the total that was confirmed although its parts say otherwise


def test_a_cell_of_a_foreign_file_does_not_steer_the_terminal(tmp_path, command):
    from make_workbooks import pci, wide

    rows = wide(pci(2012))
    rows[5][0], rows[6][0] = "\x1b[31mowned\x07Hanoi", "Huế\u202egnaD"
    path = tmp_path / "PCI_2012.csv"
    path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    code, out, err = command("read", path)
    assert code == 2 and "owned" in out + err and not set("\x1b\x07\u202e") & set(out + err)
