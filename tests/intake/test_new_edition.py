"""The first table of a year: what it is said to be, what is written with it, what is refused; and that all or nothing is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from additions import cut, run, tables, typed
from conftest import ROOT, SHARED, DataCopy
from tables_2025 import (
    COMPLIANCE,
    GOVERNING,
    as_listed,
    capitals,
    heads,
    papi,
    par_percent,
    par_points,
    pci,
    pci_nine,
    sipas_aspects,
    sipas_total,
    table,
    truth,
    with_prefix,
    without_marks,
)

from indexlib import load_catalogue, load_scores
from indexlib.intake.check import check_data

pytestmark = pytest.mark.by_turns

TEN = [f"pci.{n}" for n in range(1, 11)]
WEIGHTS = [5, 10, 5, 5, 15, 10, 15, 15, 10, 10]
MOST = dict(zip([f"par.{n}" for n in range(1, 9)], (9.5, 10, 14, 10, 13.5, 12, 13, 18), strict=True))
AS_NEW = ("--year", "2025", "--new-edition", "--source", "first-2025", "--where", "a table")
TITLE = "Chỉ số năng lực cạnh tranh cấp tỉnh 2025"
NAMED = ("--component", f"{COMPLIANCE}=pci.compliance", "--component", f"{GOVERNING}=pci.governing")


@pytest.fixture(scope="module")
def recent(tmp_path_factory) -> Path:
    """The data of the last years: all that the first table of a new year is set beside."""
    folder = tmp_path_factory.mktemp("recent") / "data"
    shutil.copytree(ROOT / "data", folder)
    cut(folder, 2023)
    return folder


@pytest.fixture
def data(recent, tmp_path, monkeypatch) -> DataCopy:
    """A copy of them in force, for a test to spoil."""
    folder = Path(shutil.copytree(recent, tmp_path / "project" / "data"))
    monkeypatch.setenv("INDEXLIB_DATA", str(folder))
    return DataCopy(folder)


def add(path: Path, *words: str):
    return run("add", path, *AS_NEW, *words)


def added(of, codes: dict[str, str] | None = None) -> bool:
    """Whether the figures of 2025 are just those of a table."""
    stored = load_scores().query("year == 2025")
    want = {(p, (codes or {}).get(c, c)): v for (p, c), v in of.figures.items()}
    return {(r.place, r.component): r.score for r in stored.itertuples()} == want


def edition(index: str):
    return load_catalogue().editions.query("index == @index and first_year == 2025").iloc[0]


def blocks(prefix: str):
    found = load_catalogue().comparability.query("first_year <= 2025 <= last_year").set_index("component")
    return found[found.index.str.split(".").str[0] == prefix]


def nine(folder: Path):
    names, of, _ = pci_nine()
    return table(folder, TITLE, names, of, without_marks, "pci"), of


@pytest.fixture
def total(tmp_path):
    """SIPAS of which only the index is published."""
    of = truth(sipas_total)
    return table(tmp_path, "SIPAS NĂM 2025", {"sipas": "SIPAS 2025 (%)"}, of, as_listed, "sipas"), of


def test_papi_at_three_levels(data, tmp_path):
    of = truth(papi)
    path = table(tmp_path, "PAPI 2025", heads(*load_catalogue().valid(2024, "papi")), of, with_prefix)
    done = typed("add", path, *AS_NEW, "--checked", of=of)
    assert done.exit_code == 0, done.output
    assert added(of) and check_data() == []
    assert edition("papi").total_rule == "sum" and edition("papi").places_ranked == 34
    before = load_catalogue().comparability.query("last_year == 2024").set_index("component")
    now = blocks("papi")
    assert (now["first_year"] == 2025).all() and (now["edge_vi"].str.contains("chưa có căn cứ để so năm 2025")).all()
    assert (now[["scale_min", "scale_max"]] == before.loc[now.index, ["scale_min", "scale_max"]]).all(axis=None)


def test_a_year_asks_for_no_place_that_has_ended(data, tmp_path):
    """Merged provinces had scores the year before; unchanged ones that the table lacks are asked for."""
    of = truth(sipas_total)
    data.add("scores/sipas.csv", *[f"2024,{p},sipas,80.5,,,,,sipas-34," for p in ("nam_dinh", "lang_son")])
    path = table(tmp_path, "SIPAS NĂM 2025", {"sipas": "SIPAS 2025"}, of, as_listed, only=30)
    short = {p for p, _ in sorted(of.figures, key=lambda key: -of.figures[key])[30:]}
    done = add(path, "--checked", "--accept-doubts")
    assert done.exit_code == 0, done.output
    assert "Nam Định" not in done.output and ("Lạng Sơn: SIPAS" in done.output) == ("lang_son" in short)
    assert "chỉ có 30 trong 34" in done.output


def test_sipas_totals_first_and_aspects_later(data, tmp_path, total):
    path, of = total
    assert add(path, "--checked").exit_code == 0
    assert added(of) and list(blocks("sipas").index) == ["sipas"] and check_data() == []
    more = truth(sipas_aspects)
    more.figures |= {key: value for key, value in of.figures.items()}
    codes = sorted({c for _, c in more.figures} - {"sipas"})
    path = table(tmp_path, "SIPAS NĂM 2025", heads("sipas", *codes), more, capitals)
    refused = run("add", path, "--year", "2025", "--checked")
    assert refused.exit_code == 2 and "--new-edition" in refused.output
    done = add(path, "--checked")
    assert done.exit_code == 0, done.output
    assert added(more) and check_data() == [] and set(blocks("sipas").index) == {"sipas", *codes}
    assert len(load_catalogue().editions.query("index == 'sipas' and first_year == 2025")) == 1


def test_par_fields_as_points(data, tmp_path):
    of = truth(par_points(MOST))
    path = table(tmp_path, "PAR INDEX 2025", heads(*MOST, "par"), of, capitals, "par")
    done = typed("add", path, *AS_NEW, "--checked", of=of)
    assert done.exit_code == 0, done.output
    assert added(of) and check_data() == [] and edition("par").total_rule == "sum"
    now = blocks("par")
    assert now.loc["par", "scale_max"] == 100 and now.drop("par")["scale_max"].isna().all()
    ranks = load_scores("par").query("year == 2025 and component == 'par'")
    assert sorted(ranks["rank"]) == list(range(1, 35)) and set(ranks["rank_base"]) == {34}


@pytest.mark.parametrize("printed", ["head", "row"])
def test_maxima_that_stand_over_the_columns_are_the_scales(data, tmp_path, printed):
    of = truth(par_points(MOST))
    names = heads(*MOST, "par")
    if printed == "head":
        names |= {code: f"{names[code]} ({top:g} điểm)".replace(".", ",") for code, top in MOST.items()}
    most = ["", "Điểm tối đa", *MOST.values(), 100, ""] if printed == "row" else None
    path = table(tmp_path, "PAR INDEX 2025", names, of, capitals, "par", above=most)
    done = typed("add", path, *AS_NEW, "--checked", of=of)
    assert done.exit_code == 0, done.output
    assert added(of) and check_data() == [] and blocks("par")["scale_max"].to_dict() == MOST | {"par": 100}


def test_codes_are_filled_in_in_a_table_that_reading_writes(data, tmp_path):
    from openpyxl import load_workbook

    path, of = nine(tmp_path)
    out = tmp_path / "codes.xlsx"
    assert "2 tiêu đề chưa rõ" in run("read", path, "--year", "2025", "--out", out).output
    refused(data, path, ("--component", str(out)), "chưa rõ “9. Chính quyền kiến tạo” là nội dung nào")
    book = load_workbook(out)
    sheet = book.worksheets[0]
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == {f"4. {COMPLIANCE}", f"9. {GOVERNING}"}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 2).value = "pci.governing" if GOVERNING in sheet.cell(row, 1).value else "pci.compliance"
    book.save(out)
    assert add(path, "--checked", "--component", str(out)).exit_code == 0
    assert added(of, {"compliance": "pci.compliance", "governing": "pci.governing"}) and check_data() == []
    assert run("read", path, "--year", "2025", "--out", tmp_path / "again.xlsx").exit_code == 0
    refused(data, path, ("--component", str(tmp_path / "none.xlsx")), "không có tệp này")


def test_par_fields_as_percent_are_not_summed(data, tmp_path):
    of = truth(par_percent)
    names = {code: f"{name} (%)" for code, name in heads(*MOST, "par").items()}
    done = add(table(tmp_path, "PAR INDEX 2025", names, of, capitals), "--checked")
    assert done.exit_code == 0, done.output
    assert "không cộng lại thành tổng" in done.output and "tổng các phần" not in done.output
    assert added(of) and check_data() == [] and edition("par").total_rule == "unknown"
    assert set(blocks("par")["scale_max"]) == {100}


def test_pci_with_ten_goes_on_where_a_person_says_so(data, tmp_path):
    of = truth(pci(TEN, WEIGHTS))
    path = table(tmp_path, TITLE, heads(*TEN, "pci"), of, without_marks, "pci")
    done = typed("add", path, *AS_NEW, "--checked", "--comparable", "phương pháp không đổi, báo cáo PCI 2025, tr. 5", of=of)
    assert done.exit_code == 0, done.output
    assert added(of) and check_data() == [] and edition("pci").total_rule == "weights"
    assert "phương pháp không đổi, báo cáo PCI 2025, tr. 5" in edition("pci").note_vi
    assert set(blocks("pci")["first_year"]) == {2021, 2022}  # the blocks of 2024
    assert (load_catalogue().weights.query("first_year == 2022")["last_year"] == 2025).all()


def test_pci_with_nine_of_which_two_are_new(data, tmp_path):
    path, of = nine(tmp_path)
    done = add(path, "--checked", *NAMED)
    assert done.exit_code == 0, done.output
    assert added(of, {"compliance": "pci.compliance", "governing": "pci.governing"}) and check_data() == []
    catalogue = load_catalogue()
    order = [c for c in catalogue.valid(2025, "pci") if c != "pci"]
    assert order == ["pci.1", "pci.2", "pci.3", "pci.compliance", "pci.5", "pci.6", "pci.8", "pci.10", "pci.governing"]
    assert catalogue.component("pci.governing").name_vi == GOVERNING
    assert edition("pci").total_rule == "weights_unknown"
    now = blocks("pci").loc["pci.governing"]
    assert (now.scale_min, now.scale_max, now.edge_vi) == (1, 10, "")
    assert catalogue.valid(2024, "pci") == ["pci", *TEN]


def test_reading_says_what_would_be_written_and_writes_nothing(data, tmp_path):
    path, _ = nine(tmp_path)
    before = tables(data.folder)
    done = run("read", path, "--year", "2025")
    assert done.exit_code == 2 and tables(data.folder) == before
    for said in ("Danh mục chưa có PCI 2025 (ấn bản gần nhất: 2024)", "34 nơi (năm 2025 có 34 tỉnh, thành phố)",
                 "PCI 1 Gia nhập thị trường: có trong ấn bản 2024; điểm từ", "thang 1-10",
                 "có trong ấn bản 2024 mà tệp không có: PCI 4 Chi phí thời gian", "không so với các năm trước",
                 f'--component "9. {GOVERNING}=mã"', "pci.chi_phi_tuan_thu_hanh_chinh", "--new-edition"):
        assert said in done.output, said
    assert "danh mục không có cho năm" not in done.output


def refused(data, path: Path, words: tuple[str, ...], said: str) -> None:
    before = tables(data.folder)
    done = add(path, "--checked", *words)
    assert done.exit_code == 2 and re.search(said, done.output), done.output
    assert tables(data.folder) == before and not re.search("Traceback|Đã ghi", done.output)


@pytest.mark.parametrize("words, said", [
    ((), "chưa rõ “9. Chính quyền kiến tạo” là nội dung nào"),
    (NAMED[:2], "chưa rõ “9. Chính quyền kiến tạo”"),
    ((*NAMED, "--component", f"{GOVERNING}=pci.creating"), "được nêu hai lần"),
    ((*NAMED[:2], "--component", f"{GOVERNING}=pci.compliance"), "mã pci.compliance được nêu cho hai tiêu đề"),
    ((*NAMED[:2], "--component", f"{GOVERNING}=pci.5"), "đã có một cột của pci.5"),
    ((*NAMED[:2], "--component", f"{GOVERNING}=par.9"), "không thuộc PCI"),
    ((*NAMED[:2], "--component", f"{GOVERNING}=pci.a.b.c"), "không có nội dung nào đứng cạnh"),
    ((*NAMED[:2], "--component", GOVERNING), "viết"),
    ((*NAMED, "--component", "Chính quyền số=pci.digital"), "không phải là một tiêu đề chưa rõ"),
    ((*NAMED, "--comparable", ""), "cần lý do và nguồn"),
    ((*NAMED, "--comparable", "có"), "cần lý do và nguồn"),
])
def test_what_is_not_certain_is_asked_for(data, tmp_path, words, said):
    refused(data, nine(tmp_path)[0], words, said)


def test_a_place_that_has_ended_is_refused(data, tmp_path):
    of = truth(sipas_total)
    path = table(tmp_path, "SIPAS 2025", {"sipas": "SIPAS"}, of,
                 lambda place: "Nam Định" if place.code == "ninh_binh_2025" else place.name_vi)
    refused(data, path, (), "“Nam Định” trong năm đó; gần nhất: Ninh Bình")


def test_an_edition_that_is_there_is_refused(data, total):
    path, _ = total
    assert add(path, "--checked").exit_code == 0
    refused(data, path, (), "danh mục đã có SIPAS 2025")
    assert run("add", path, "--year", "2025").output.count("Không có gì mới") == 1


def test_doubts_that_are_open_keep_the_edition_out(data, total):
    before = tables(data.folder)
    done = add(total[0])
    assert done.exit_code == 2 and "--checked" in done.output and tables(data.folder) == before


def test_options_of_an_edition_go_with_one(data, total):
    done = run("add", total[0], "--year", "2025", "--comparable", "lý do, nguồn")
    assert done.exit_code != 0 and "--new-edition" in str(done.exception or done.output)


def test_a_part_of_a_new_year_by_the_template(data, tmp_path):
    """The overall scores of twelve places are known, nothing else yet."""
    from openpyxl import load_workbook

    path, of = tmp_path / "pci.xlsx", truth(pci(TEN, WEIGHTS))
    assert run("template", "pci", path, "--year", "2025").exit_code == 0
    book = load_workbook(path)
    sheet = book["scores"]
    at = next(cell.column for cell in sheet[1] if cell.value == "pci")
    for row in range(3, 15):
        sheet.cell(row, at).value = of.figures[sheet.cell(row, 1).value, "pci"]
    book.save(path)
    done = add(path, "--checked", "--accept-doubts")
    assert done.exit_code == 0, done.output
    stored = load_scores("pci").query("year == 2025")
    assert len(stored) == 12 and check_data() == [] and "chỉ có 12 trong 34" in done.output


def test_what_somebody_else_writes_meanwhile_is_not_overwritten(data, total, monkeypatch):
    from indexlib.intake import trial

    check = trial.check_data

    def slowly():
        data.add("sources.csv", "zz,somebody else's")
        return check()

    before = tables(data.folder)
    monkeypatch.setattr(trial, "check_data", slowly)
    done = add(total[0], "--checked")
    monkeypatch.undo()
    assert done.exit_code == 2 and "vừa bị thay đổi" in done.output
    changed = {name.as_posix() for name, text in tables(data.folder).items() if before.get(name) != text}
    assert changed == {"sources.csv"}


INVENTED = {
    "invented_par_2025.xlsx": ("--component", "Cải cách tổ chức bộ máy hành chính nhà nước=par.4", "--component",
                               "Tác động của CCHC đến người dân, tổ chức và phát triển KT-XH=par.8"),
    "invented_pci_2025_nine.xlsx": NAMED, "invented_sipas_2025.xlsx": (),
}


@pytest.mark.skipif(not (SHARED / "cases").is_dir(), reason="cases that are not part of the project")
@pytest.mark.parametrize("name, words", INVENTED.items())
def test_tables_that_were_invented_go_in(data, tmp_path, name, words):
    import openpyxl

    path = Path(shutil.copy(SHARED / "cases" / name, tmp_path))
    done = add(path, "--checked", *words)
    assert done.exit_code == 0, done.output
    assert check_data() == []
    rows = [row for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True) if isinstance(row[0], int)]
    printed = sorted(value for row in rows for value in row[2:-1])
    stored = load_scores().query("year == 2025")
    assert len(rows) == 34 == stored["place"].nunique() and sorted(stored["score"]) == printed
    index = name.split("_")[1]
    order = stored[stored["component"] == index].set_index("rank")["score"]
    assert [order[row[-1]] for row in rows] == [row[-2] for row in rows]
