"""JupyterLab as the project folder starts it, and a real browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from browsers import BROWSER
from conftest import ROOT

TOKEN = "only-for-this-test"
#: Milliseconds; a shared machine may be slow, and every wait ends as soon as its condition holds.
PATIENCE = 90_000


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """JupyterLab in a copy of the project's notebooks, with a home of its own; its address."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--port={port}",
               f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0", "--allow-root"]
    with open(folder / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, env=settings | {"HOME": str(folder)}, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _answers(f"{address}/api?token={TOKEN}", server, folder / "log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _answers(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            assert server.poll() is None and time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.3)


@contextmanager
def window(size: dict[str, int]) -> Iterator:
    """A window that reaches this machine only; in the end, nothing of the web was asked for and nothing went wrong."""
    from playwright.sync_api import sync_playwright

    asked, wrong = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport=size)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda r: asked.append(r.url))
        page.on("pageerror", lambda e: wrong.append(str(e)))
        context.route(lambda url: not _local(url), lambda route: route.abort())
        yield page
        browser.close()
    assert asked and [u for u in asked if not _local(u)] == []
    assert wrong == []


def _local(url: str) -> bool:
    return urlsplit(url).scheme in ("blob", "data") or urlsplit(url).hostname in ("127.0.0.1", "localhost")


def wait_for(page, condition: str, arg: object = None) -> None:
    page.wait_for_function(condition, arg=arg, timeout=PATIENCE)


def run_all(page) -> None:
    """Run every cell of the notebook at hand, once its kernel is idle."""
    page.wait_for_selector("#jp-main-statusbar >> text=| Idle")
    page.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Run All Cells", exact=True).click()


@contextmanager
def exploring(folder: Path) -> Iterator:
    """JupyterLab with the notebook of the explorer run, its first chart drawn and its kernel idle."""
    with started(folder) as address, window({"width": 1366, "height": 768}) as page:
        page.goto(f"{address}/lab/tree/notebooks/explore.ipynb?token={TOKEN}")
        run_all(page)
        page.wait_for_selector(".js-plotly-plot .gtitle")
        page.wait_for_selector("#jp-main-statusbar >> text=| Idle")
        yield page
