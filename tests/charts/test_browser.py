"""The one browser of many charts: the same pictures as kaleido's own, and a new one after a fault."""

from __future__ import annotations

import os
import signal
import sys
import time

import kaleido
import psutil
import pytest

from indexlib import charts, load_scores, standing
from indexlib.base.problems import BrowserError
from indexlib.charts import browser as drawing
from indexlib.charts.browser import IMAGES_A_LOAD, Browser, _Tabs
from indexlib.charts.export import _image, _set_dots_per_inch

pytestmark = pytest.mark.by_turns


@pytest.fixture(scope="module")
def figures():
    ranked = standing(load_scores("papi"))
    return [charts.position(ranked, 2024, "thanh_hoa", f"papi.{n}") for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def browser():
    made = Browser(1)
    yield made
    made.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script as browser")
def test_a_browser_that_never_answers_is_given_up_with_all_that_it_started(tmp_path, monkeypatch):
    silent = tmp_path / "silent.sh"
    silent.write_text("#!/bin/sh\nsleep 3000\n", encoding="utf-8")
    silent.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(silent))
    monkeypatch.setattr(drawing, "START", 3.0)
    monkeypatch.setattr(drawing, "END", 0.5)
    with pytest.raises(BrowserError, match="không trả lời"):
        Browser(1).draw([{"fig": {"data": []}, "path": str(tmp_path / "a.png")}])
    def left() -> bool:
        return any(str(silent) in " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline", "status"])
                   if p.info["status"] != psutil.STATUS_ZOMBIE)

    end = time.monotonic() + 20  # a killed process needs a moment to end
    while left() and time.monotonic() < end:
        time.sleep(0.1)
    assert not left()


def drawn(figures, folder, browser):
    try:
        return charts.export(figures, folder, svg=False, browser=browser)
    except BrowserError as error:
        pytest.skip(str(error))


def test_pictures_do_not_depend_on_what_a_tab_drew_before(figures, browser, tmp_path):
    """A tab that is not loaded anew draws, bit for bit, what kaleido draws with a fresh tab for each image."""
    first = [p.read_bytes() for p in drawn(figures, tmp_path / "one", browser)]
    later = [p.read_bytes() for p in drawn(figures[::-1], tmp_path / "two", browser)][::-1]
    paths = [tmp_path / f"{n}.png" for n in range(len(figures))]
    kaleido.write_fig_from_object_sync([_image(f.to_dict(), p) for f, p in zip(figures, paths, strict=True)],
                                       kopts={"mathjax": False})
    for path in paths:
        _set_dots_per_inch(path)
    assert first == later == [path.read_bytes() for path in paths]


def test_kaleido_still_has_the_step_that_is_left_out():
    """Were it renamed, all would still be drawn, but four times slower."""
    assert "_return_kaleido_tab" in vars(kaleido.Kaleido) and "_return_kaleido_tab" in vars(_Tabs)
    assert IMAGES_A_LOAD > 1


def test_after_an_image_that_cannot_be_drawn_the_next_ones_are(figures, browser, tmp_path):
    drawn(figures[:1], tmp_path, browser)
    wrong = _image(figures[0].to_dict(), tmp_path / "a.png") | {"fig": {"data": [{"type": "no such chart"}], "layout": 7}}
    with pytest.raises(BrowserError, match="Trình duyệt không xuất được ảnh"):
        browser.draw([wrong])
    assert len(drawn(figures, tmp_path / "again", browser)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_after_a_browser_that_was_killed_there_is_a_new_one(figures, browser, tmp_path):
    drawn(figures[:1], tmp_path, browser)
    for process in psutil.Process().children(recursive=True):
        if "chrom" in process.name():
            os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(BrowserError):
        charts.export(figures, tmp_path, browser=browser)
    assert len(drawn(figures, tmp_path / "again", browser)) == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is always full")
def test_a_full_disk_is_no_fault_of_the_browser(figures, browser, tmp_path):
    drawn(figures[:1], tmp_path, browser)
    (tmp_path / "a.png").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        browser.draw([_image(figures[0].to_dict(), tmp_path / "a.png")])
