"""Names of runs and links: nothing leads out of the folder of the results, or into another run's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from books import write_book

from indexlib.run.folder import RunError, run_name, run_names


@pytest.mark.parametrize(
    "name",
    [
        "..yml",
        "...yml",
        ".hidden.yml",
        "CON.yml",
        "con.2024.yml",
        "nul.yml",
        "COM1.yml",
        "lpt9.x.yml",
        "a.failed.yml",
        "a .yml",
        "a..yml",
        "-rf.yml",
        "a\nb.yml",
        "a:b.yml",
        "a*b.yml",
        "a<b.yml",
        'a"b.yml',
        "a\\b.yml",
        "a|b.yml",
        "a\u202eb.yml",
        "x" * 101 + ".yml",
        "\u200b.yml",
        "~.yml",
    ],
)
def test_a_name_that_no_folder_of_results_may_have(name, tmp_path, command, monkeypatch):
    with pytest.raises(RunError):
        run_name(Path(name))
    if len(name) > 100:
        return
    path = tmp_path / "params" / name
    path.parent.mkdir()
    path.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs/precious").write_text("x")
    code, _, err = command("run", path, "--outputs", tmp_path / "outputs")
    assert code == 2 and "đổi tên tệp" in err
    assert [p.name for p in (tmp_path / "outputs").iterdir()] == ["precious"]


@pytest.mark.parametrize(
    "name", ["thanh_hoa_2024.yml", "Thanh Hóa 2024.yml", "a.b.yml", "huế-(2).yml", "console.yml", "2024"]
)
def test_a_name_that_a_folder_of_results_may_have(name):
    assert run_name(Path(name))


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path, command):
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{'X' if folder == 'a' else 'x'}_2024.yml").write_text(
            "place: thanh_hoa\nyear: 2024\n", encoding="utf-8"
        )
    code, _, err = command(
        "run", tmp_path / "a/X_2024.yml", tmp_path / "b/x_2024.yml", "--outputs", tmp_path / "outputs"
    )
    assert code == 2 and "cùng tên" in err and not (tmp_path / "outputs").exists()
    assert run_names([Path("a_2024.yml"), Path("b_2024.yml")]) == ["a_2024", "b_2024"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
@pytest.mark.parametrize("name", ["a_2024", "a_2024.failed", ".a_2024.lock", ".kept", ".kept/a_2024"])
def test_nothing_is_written_through_a_link(name, tmp_path, command, monkeypatch):
    write_book(tmp_path / "books", "04_flags", "place")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "books"))
    params = tmp_path / "a_2024.yml"
    params.write_text("place: thanh_hoa\nyear: 2024\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a_2024.txt").write_text("mine")
    link = tmp_path / "outputs" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere")
    code, _, err = command("run", params, "--outputs", tmp_path / "outputs")
    assert code == 2 and "liên kết" in err
    assert [p.name for p in (tmp_path / "elsewhere").iterdir()] == ["a_2024.txt"] and link.is_symlink()
