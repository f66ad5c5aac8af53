"""One browser that draws charts as files, for as many charts and runs as are wanted."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from choreographer.channels import ChannelClosedError
from kaleido import Kaleido
from kaleido.errors import ChromeNotFoundError

from indexlib.base.problems import BrowserError
from indexlib.base.wording import t

#: Seconds that the browser may take to start, to end, and for each image; a busy machine needs a tenth of it.
START, END, IMAGE = 60.0, 10.0, 30.0
#: Images that a tab draws before it is loaded anew, which keeps its memory bounded.
IMAGES_A_LOAD = 50


class _Tabs(Kaleido):
    """kaleido, but a tab reads the 4,8 MB of plotly.js once and not again for every image: three quarters of the time."""

    _drawn = 0

    async def _return_kaleido_tab(self, tab: Any) -> None:
        self._drawn += 1
        if self._drawn % IMAGES_A_LOAD:
            await self.tabs_ready.put(tab)
        else:
            await super()._return_kaleido_tab(tab)


class Browser:
    """A browser that starts with the first image and ends with :meth:`close`.

    Parameters
    ----------
    tabs : int
        Images drawn at once.
    """

    def __init__(self, tabs: int = 2) -> None:
        self._tabs = tabs
        self._kaleido: Kaleido | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def draw(self, images: list[dict[str, Any]]) -> None:
        """Draw images, each a dictionary as ``kaleido.write_fig_from_object`` takes it.

        Raises
        ------
        BrowserError
            There is no browser, or an image was not drawn; the next call starts a new one.
        OSError
            An image could not be written.
        """
        try:
            if self._kaleido is None:
                self._start()
            # Copies, since some versions of kaleido take the dictionaries apart.
            faults = self._wait(self._kaleido.write_fig_from_object([dict(image) for image in images]),
                                START + IMAGE * len(images))
        except ChromeNotFoundError:
            self.close()
            raise BrowserError(t("chart.no_browser")) from None
        except TimeoutError as error:
            self.close()
            raise BrowserError(t("chart.browser_silent")) from error
        except Exception as error:  # kaleido, choreographer and the pipe to Chrome have no base of their own
            faults = (error,)
        if faults:
            self.close()
            raise _not_drawn(faults[0]) from faults[0]

    def _start(self) -> None:
        # In a loop of its own, since JupyterLab has one running in the caller's thread.
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)  # what goes wrong is said by an error, once
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._kaleido = self._wait(_made(self._tabs), START)
        self._wait(self._kaleido.open(), START)

    def _wait(self, work: Coroutine[Any, Any, Any], most: float) -> Any:
        assert self._loop is not None
        done = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return done.result(most)
        except TimeoutError:
            done.cancel()
            raise

    def close(self) -> None:
        """End the browser, if it runs."""
        kaleido, loop = self._kaleido, self._loop
        try:
            if kaleido is not None:
                with suppress(ChannelClosedError, TimeoutError):  # it died by itself, or never answers
                    self._wait(kaleido.close(), END)
        finally:
            self._kaleido = self._loop = None
            if (process := getattr(kaleido, "subprocess", None)) is not None:
                if sys.platform != "win32":  # it leads a group of its own: what it started would outlive it
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(process.pid, signal.SIGKILL)
                if process.poll() is None:
                    process.kill()
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)


async def _made(tabs: int) -> Kaleido:
    return _Tabs(n=tabs, mathjax=False)  # MathJax would be fetched from the web


def _not_drawn(fault: BaseException) -> Exception:
    lost = ConnectionError | TimeoutError | ChannelClosedError
    if isinstance(fault, OSError) and not isinstance(fault, lost):
        return fault
    why = str(fault.args[0]) if fault.args else type(fault).__name__
    return BrowserError(t("chart.not_written", why=why.partition("\n")[0]))
