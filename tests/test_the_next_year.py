"""The first year of 34 provinces: the recipe as it is printed, then what is said of any place, and of communes."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import printed
import pytest
from additions import cut, run, typed
from conftest import ROOT, sampled
from openpyxl import load_workbook
from tables_2025 import (
    as_listed,
    capitals,
    communes,
    heads,
    papi,
    par_percent,
    par_points,
    pci,
    pci_nine,
    sipas_total,
    table,
    truth,
    with_prefix,
    without_marks,
)

from indexlib import load_catalogue, load_places, load_scores, open_run, tables
from indexlib.base import wording as w
from indexlib.briefing.report import document
from indexlib.content import prose
from indexlib.data.scores import load_recast
from indexlib.intake.check import check_data, doubts_of_data
from indexlib.plan.settings import read_params

MOST = dict(zip([f"par.{n}" for n in range(1, 9)], (9.5, 10, 14, 10, 13.5, 12, 13, 18), strict=True))
PLACES = [place.code for place in load_places().valid(2025)]
#: Places won or lost, in any sentence.
MOVED = re.compile(r"(tăng|tụt) \d+ bậc|(up|down) \d+ place")


def data_of(folder: Path, without: str = "") -> Path:
    """A copy of the last years of the data, of which a table lacks 2024."""
    shutil.copytree(ROOT / "data", folder)
    for path in folder.glob(f"scores/{without}.csv"):
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(row for row in rows if not row.startswith("2024,")), encoding="utf-8")
    cut(folder, 2023)
    return folder


def stored(of) -> bool:
    """Whether the figures of a table are just those that stand in the data."""
    mine = load_scores().query("year == @of.year")
    found = {(r.place, r.component): r.score for r in mine.itertuples()}
    return of.figures.items() <= found.items()


# The recipe

def recipe(name: str) -> list[str]:
    """The commands that the instructions for a new year print, in their order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    head = {"README.vi.md": "## Thêm số liệu của năm mới", "data/README.md": "## A new year"}[name]
    section = text[text.index(head):].split("\n## ")[0]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    return [line.strip().removeprefix("uv run indexlib ") for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("name", sampled(["README.vi.md", "data/README.md"], 1))
def test_the_commands_printed_for_a_new_year_do_what_they_say(name, tmp_path, monkeypatch):
    """On invented tables: PAR INDEX of a year that the catalogue has, PCI of one that it has not, communes."""
    data = data_of(tmp_path / "data", without="par_index")
    monkeypatch.setenv("INDEXLIB_DATA", str(data))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "params", tmp_path / "params")
    known = truth(lambda pick: {"par": round(pick.uniform(75, 95), 2)}, year=2024)
    table(tmp_path, "PAR INDEX 2024", heads("par"), known, capitals, "par", file="PAR_INDEX_2024.xlsx")
    first, printed = pci_nine(), recipe(name)
    table(tmp_path, "Chỉ số năng lực cạnh tranh cấp tỉnh 2025", first[0], first[1], without_marks, "pci",
          file="PCI_2025.xlsx")
    if any("commune" in command for command in printed):
        communes(data)
    for command in printed:
        words = shlex.split(command)
        if words[0] == "run":
            assert run("flags", "--params", words[1], "--place", "thanh_hoa", "--year", "2025").exit_code == 0
            continue
        done = run(*words)
        assert done.exit_code == (2 if words[0] == "read" and "--out" in words else 0), (command, done.output, done.exception)
        if words[0] == "read" and "--out" in words:
            fill_in_codes(Path(words[-1]))
        if words[0] == "template":
            fill_in(Path(words[2]))
        if words[0] == "check":
            assert "Cần xem lại" not in done.output
    assert stored(known) and stored(first[2]) and check_data() == []
    assert {words[0] for words in map(shlex.split, printed)} >= {"read", "add", "check", "new-year", "run"}


def fill_in_codes(path: Path) -> None:
    book = load_workbook(path)
    for label, code in book.worksheets[0].iter_rows(min_row=2, max_col=2):
        code.value = "pci.governing" if "kiến tạo" in label.value else "pci.compliance"
    book.save(path)


def fill_in(path: Path, of=None) -> None:
    """Fill in the template of PAR INDEX for every place that it lists."""
    of = of or truth(par_points(MOST), level="commune")
    book = load_workbook(path)
    sheet = book["scores"]
    codes = {cell.value: cell.column for cell in sheet[1] if cell.value in (*MOST, "par")}
    for row in range(3, sheet.max_row + 1):
        for component, column in codes.items():
            sheet.cell(row, column).value = of.figures[sheet.cell(row, 1).value, component]
    book.save(path)


# 34 provinces

@pytest.fixture(scope="module")
def year_2025(tmp_path_factory) -> Path:
    """The data with four tables of 2025: PAPI said to be comparable, the others of new editions."""
    folder = tmp_path_factory.mktemp("year_2025")
    data = data_of(folder / "data")
    nine, of_2024 = pci_nine(), load_scores("papi").query("year == 2024")["component"].unique()
    made = [
        ("papi", "PAPI 2025", heads(*of_2024), truth(papi), with_prefix,
         ("--comparable", "bảng hỏi không đổi, báo cáo PAPI 2025, tr. 3")),
        ("pci", "PCI 2025", nine[0], nine[1], without_marks, ("--component", "Chi phí tuân thủ hành chính=pci.compliance",
                                                              "--component", "Chính quyền kiến tạo=pci.governing")),
        ("par", "PAR INDEX 2025", {c: f"{n} (%)" for c, n in heads(*MOST, "par").items()}, truth(par_percent), capitals, ()),
        ("sipas", "SIPAS NĂM 2025", {"sipas": "SIPAS 2025 (%)"}, truth(sipas_total), as_listed, ()),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXLIB_DATA", str(data))
        for index, title, names, of, spelt, words in made:
            path = table(folder, title, names, of, spelt, "" if index == "papi" else index)
            done = typed("add", path, "--year", "2025", "--source", f"{index}-2025", "--where", "a table", "--new-edition",
                         "--checked", *words, of=of)
            assert done.exit_code == 0, done.output
            assert not [place for place in ("Nam Định", "Bình Dương", "Hà Giang") if place in done.output], index
        assert check_data() == [] and doubts_of_data() == []
    return data


@pytest.fixture
def new_year(year_2025, monkeypatch) -> Path:
    monkeypatch.setenv("INDEXLIB_DATA", str(year_2025))
    return year_2025


@pytest.mark.parametrize("place", sampled(PLACES, 1))
def test_no_place_is_compared_across_the_base(new_year, place):
    done = run("flags", "--place", place, "--year", "2025", "--all")
    assert done.exit_code == 0, done.exception
    assert not MOVED.search(done.output)
    found = open_run(place=place, year=2025)
    assert found.components["rank_before"].isna().all()
    assert "met" not in set(found.flags.query("rule == 'rank_fell'")["state"])
    merged = place.endswith("_2025")
    now = found.components[found.components["index"] == "papi"]
    assert now["comparable"].any() != merged  # scores of one block are compared where the place is the same
    assert (found.before is None) == merged
    said = "\n".join([*found.notices(), *(str(prose.standard(found, index)) for index in ("papi", "pci", "par", "sipas"))])
    assert not MOVED.search(said) and ("được lập năm 2025 từ" in said) == merged == bool(tables.former(found))
    if not merged:
        assert "số nơi xếp hạng đổi từ 61 thành 34" in str(prose.standard(found, "papi"))
    text = str(document.context(found))
    assert not MOVED.search(text) and ("chưa thành lập" in text) == merged


def test_old_provinces_stand_side_by_side_with_their_range(new_year):
    found = open_run(place="Bắc Ninh", year=2025)
    shown = tables.former(found)[0]
    assert shown.headers() == ["Nội dung", "Bắc Giang", "Bắc Ninh (cũ)", "Khoảng"]
    row = shown.frame.iloc[0].tolist()
    assert row == ["PAPI 2024", "44,6854 (16/61*)", "45,4857 (8/61*)", "44,6854–45,4857"]
    assert "Năm 2024, trước khi sáp nhập: Bắc Giang 44,6854 (16/61*); Bắc Ninh (cũ) 45,4857 (8/61*); trong khoảng " \
        "44,6854–45,4857." in str(prose.standard(found, "papi"))
    with w.speaking("en"):
        assert "Bac Ninh was formed in 2025 from Bac Giang and Bac Ninh (old)." in " ".join(found.notices())


def test_a_name_without_a_year_is_that_of_the_last_year_with_scores(new_year):
    from indexlib.data.lookup import find_place

    assert [find_place(name).code for name in ("Nam Định", "An Giang", "Thanh Hóa")] == \
        ["nam_dinh", "an_giang_2025", "thanh_hoa"]


def params_of_2024(folder: Path, name: str, **lines: str) -> Path:
    """The parameter file of Thanh Hóa with other lines."""
    text = (ROOT / "params" / "thanh_hoa_2024.yml").read_text(encoding="utf-8")
    for key, value in lines.items():
        text = re.sub(rf"(?m)^(\s*{key}:).*$", rf"\g<1> {value}", text, count=1)
    path = folder / f"{name}_2024.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("place, code, file", [("Bắc Ninh", "bac_ninh_2025", "bac_ninh_2025.yml"),
                                               ("nam_dinh", "ninh_binh_2025", "ninh_binh_2025.yml")])
def test_the_new_year_of_a_merged_province_is_that_of_the_one_it_went_into(new_year, tmp_path, place, code, file):
    old = params_of_2024(tmp_path, "bac_ninh" if place == "Bắc Ninh" else place, place=f'"{place}"',
                         papi="{total: 45.5, rank: 10}", peers='["Nam Định", "Nghệ An"]')
    done = run("new-year", "2025", old)
    assert done.exit_code == 0 and f"mã {code}" in done.output and "(cũ)" in done.output, done.output
    assert "Đã bỏ targets.papi" in done.output and "Đã bỏ peers" in done.output and "chưa có số liệu" not in done.output
    made = read_params(tmp_path / file)  # what a run would check
    assert (made.place, made.year, made.targets, made.peers) == (code, 2025, {}, "region")
    assert "45.5" in (tmp_path / file).read_text(encoding="utf-8")  # as a remark


def test_the_new_year_of_a_province_that_goes_on_keeps_what_the_year_knows(new_year, tmp_path):
    old = params_of_2024(tmp_path, "thanh_hoa", papi="{rank: 10, components: {papi.6: 7.8}}",
                         pci="{components: {pci.4: 7.5}}", peers='["Nam Định", "Nghệ An"]')
    done = run("new-year", "2025", old)
    assert "Đã bỏ targets.pci" in done.output and "Đã bỏ peers" in done.output and "targets.papi" not in done.output
    assert "khi có 63 tỉnh, thành phố; nay có 34" in done.output
    made = read_params(tmp_path / "thanh_hoa_2025.yml")
    assert made.targets["papi"].components == {"papi.6": 7.8} and "pci" not in made.targets and made.peers == "region"


def test_a_new_year_that_could_not_be_run_is_not_written(new_year, tmp_path):
    old = params_of_2024(tmp_path, "nam_dinh", place="nam_dinh", papi="\n    rank: 10")
    done = run("new-year", "2025", old)
    assert done.exit_code != 0 and not list(tmp_path.glob("*_2025.yml"))
    old = params_of_2024(tmp_path, "thanh_hoa", papi="{rank: 10}")
    done = run("new-year", "2026", old)
    assert "Năm 2026 chưa có số liệu nào" in done.output and (tmp_path / "thanh_hoa_2026.yml").exists()


@pytest.mark.sweep
@pytest.mark.parametrize("place", ["thanh_hoa", "ha_noi", "cao_bang", "bac_ninh_2025", "ninh_binh_2025", "ho_chi_minh_2025"])
def test_a_run_with_all_files(new_year, place, tmp_path):
    params = tmp_path / f"{place}_2025.yml"
    params.write_text(f"place: {place}\nyear: 2025\n", encoding="utf-8")
    done = run("run", params, "--outputs", tmp_path / "out")
    assert done.exit_code == 0, done.output
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.html")]
    if shutil.which("soffice") and shutil.which("pdftotext"):
        printed.report(next((tmp_path / "out").rglob("briefing.docx")), tmp_path)
    assert len(texts) >= 7 and not any(MOVED.search(re.sub(r"<script.*?</script>", "", x, flags=re.DOTALL)) for x in texts)


# A past year reissued on the new places

@pytest.mark.by_turns
def test_a_recast_year_is_a_series_of_its_own(year_2025, tmp_path, monkeypatch):
    data = Path(shutil.copytree(year_2025, tmp_path / "data"))
    monkeypatch.setenv("INDEXLIB_DATA", str(data))
    before = {path.name: path.read_bytes() for path in data.glob("scores/*.csv")}
    of = truth(papi, seed=2)
    path = table(tmp_path, "PAPI 2024", heads(*load_catalogue().valid(2024, "papi")), of, with_prefix)
    words = ("add", path, "--year", "2024", "--source", "papi-2024-recast", "--where", "PAPI 2024 on 34 provinces")
    assert run(*words, "--checked").exit_code == 2  # not without saying so
    assert run("read", path, "--year", "2024", "--recast").exit_code == 0
    assert run(*words, "--recast").exit_code == 2  # nobody has compared it
    done = typed(*words, "--recast", "--checked", of=of)
    assert done.exit_code == 0, done.output
    now = {path.name: path.read_bytes() for path in data.glob("scores/*.csv")}
    assert now.pop("recast.csv") and now == before and check_data() == []
    kept = load_recast()
    assert {(r.place, r.component): r.score for r in kept.itertuples()} == of.figures and set(kept["year"]) == {2024}
    assert typed(*words, "--recast", "--checked", of=of).exit_code == 0  # again: nothing new
    of.figures = {key: value + 0.001 for key, value in of.figures.items()}
    table(tmp_path, "PAPI 2024", heads(*load_catalogue().valid(2024, "papi")), of, with_prefix)
    assert run(*words, "--recast", "--checked", "--accept-doubts").exit_code == 2  # other figures
    for place, year in (("bac_ninh_2025", 2025), ("thanh_hoa", 2025), ("thanh_hoa", 2024)):
        found = open_run(place=place, year=year)
        assert "tính lại PAPI năm 2024 trên các tỉnh, thành phố mới" in str(prose.standard(found, "papi"))
        assert any("tính lại" in made.caption for made in tables.former(found))
        assert not (found.scores["source"] == "papi-2024-recast").any()


# A year of which only a part is published

@pytest.mark.by_turns
def test_totals_of_some_places_are_kept_and_not_ranked(tmp_path, monkeypatch):
    data = data_of(tmp_path / "data")
    monkeypatch.setenv("INDEXLIB_DATA", str(data))
    of = truth(pci(["pci.1"], [100]))
    path = table(tmp_path, "PCI 2025", {"pci": "PCI 2025"}, of, only=12)
    assert "Tệp có 12 nơi (năm 2025 có 34 tỉnh, thành phố)" in run("read", path, "--year", "2025", "--index", "pci").output
    words = ("--year", "2025", "--index", "pci", "--source", "pci-2025", "--where", "a table", "--checked", "--new-edition")
    refused = run("add", path, *words)
    assert refused.exit_code == 2 and "chỉ có 12 trong 34" in refused.output
    assert typed("add", path, *words, "--accept-doubts", of=of).exit_code == 0
    assert check_data() == []
    have = load_scores("pci").query("year == 2025")["place"]
    assert len(have) == 12
    for place in (have.iloc[0], next(code for code in PLACES if code not in set(have))):
        found = open_run(place=place, year=2025)
        assert found.components["rank"].isna().all() and found.components["median"].isna().all()
        assert any(("12 trong 34" if place in set(have) else "chưa có") in line for line in tables.coverage(found))
        assert document.context(found)["totals"].rows[1]["rank"] == "–"


# Units below the province

@pytest.fixture(scope="module", params=["template", "table"])
def communes_2025(request, tmp_path_factory) -> Path:
    """The data with scores of 20 communes, by the template or by a table with names as a province lists them."""
    folder = tmp_path_factory.mktemp("communes")
    data = data_of(folder / "data")
    communes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXLIB_DATA", str(data))
        of, path = truth(par_points(MOST), level="commune"), folder / "template.xlsx"
        if request.param == "template":
            assert run("template", "par", path, "--year", "2025", "--level", "commune").exit_code == 0
            fill_in(path, of)
        else:
            path = table(folder, "Chỉ số cải cách hành chính cấp xã năm 2025", heads(*MOST, "par"), of, lambda place:
                         f"UBND {place.name_vi.lower()}" if place.code < "xa_thu_k" else place.name_vi[3:], "par")
        done = run("add", path, "--year", "2025", "--source", "xa-2025", "--where", "a table", "--new-edition", "--checked")
        assert done.exit_code == 0 and "Sơn La" not in done.output, done.output
        assert stored(of) and check_data() == [] and doubts_of_data() == []
    return data


@pytest.mark.by_turns
def test_communes_are_a_panel_of_their_own(communes_2025, monkeypatch):
    monkeypatch.setenv("INDEXLIB_DATA", str(communes_2025))
    done = run("flags", "--place", "xã Hà Long", "--year", "2025")
    assert done.exit_code == 0 and "Số liệu cấp xã (Xã Hà Long)" in done.output
    assert not re.search("cấp tỉnh|tỉnh, thành phố|cả nước", done.output) and "/20" in done.output
    found = open_run(place="Hà Long", year=2025)
    assert found.scores["place"].str.startswith("xa_").all()
    assert set(found.components["base"].dropna()) == {20} and found.components["published_mean"].isna().all()
    text = str(document.context(found)) + str(prose.standards(found))
    assert "đơn vị cùng cấp" in text and not re.search("cấp tỉnh|tỉnh, thành phố|cả nước", text)
    assert load_scores().query("year == 2025")["place"].str.startswith("xa_").all()
    before = open_run(place="Thanh Hóa", year=2024)
    assert not before.scores["place"].str.startswith("xa_").any()
    assert "tỉnh, thành phố" in str(prose.standard(before, "papi"))


@pytest.mark.sweep
def test_a_run_of_a_commune_with_all_files(communes_2025, monkeypatch, tmp_path):
    monkeypatch.setenv("INDEXLIB_DATA", str(communes_2025))
    params = tmp_path / "xa_ha_long_2025.yml"
    params.write_text("place: xã Hà Long\nyear: 2025\n", encoding="utf-8")
    done = run("run", params, "--outputs", tmp_path / "out")
    assert done.exit_code == 0, done.output
