"""The data folder: what was read is read again once a file has changed."""

import os

import pandas as pd

import indexlib as ix
from indexlib.data import files


def test_a_figure_edited_while_the_kernel_lives_is_read_again(tmp_path, monkeypatch):
    import shutil

    folder = tmp_path / "data"
    shutil.copytree(files.data_dir(), folder)
    monkeypatch.setenv("INDEXLIB_DATA", str(folder))
    monkeypatch.setattr(files, "LOOK_EVERY", 0.0)
    before = ix.load_scores("sipas").query("place == 'thanh_hoa' and year == 2020")["score"].item()
    path = folder / "scores/sipas.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2020,thanh_hoa,sipas,88.7,", "2020,thanh_hoa,sipas,88.6,"),
                    encoding="utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 5_000_000_000))
    after = ix.load_scores("sipas").query("place == 'thanh_hoa' and year == 2020")["score"].item()
    assert (before, after) == (88.7, 88.6)


def test_numbers_keep_every_digit_and_what_is_none_is_missing():
    """Some pandas are off in the last binary digit of such numbers."""
    text = pd.Series(["0.17199999999999982", "14.545454545454545", " 5 ", "1e3", "1,5", "", "1_0", "０"])
    assert files.exact(text).dropna().tolist() == [0.17199999999999982, 14.545454545454545, 5.0, 1000.0]
    assert files.exact(pd.Series(["2011", "2012"])).dtype.kind == "i"


def test_a_folder_used_right_after_another_is_read_anew_once_it_changes(data, monkeypatch):
    monkeypatch.delenv("INDEXLIB_DATA")
    files.look()
    ix.load_scores("pci")  # looks at the project's own folder
    monkeypatch.setenv("INDEXLIB_DATA", str(data.folder))
    before = len(ix.load_scores("pci").query("year == 2015"))
    data.drop_pci(2015)
    files.look()
    assert before > 0 and len(ix.load_scores("pci").query("year == 2015")) == 0
