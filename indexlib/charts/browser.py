"""One browser that draws charts as files, for as many charts and runs as are wanted."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from choreographer.channels import ChannelClosedError
from kaleido import Kaleido
from kaleido.errors import ChromeNotFoundError

from indexlib.base.problems import BrowserError
from indexlib.base.wording import t

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
            kaleido = self._kaleido or self._start()
            # Copies, since some versions of kaleido take the dictionaries apart.
            faults = self._wait(kaleido.write_fig_from_object([dict(image) for image in images]))
        except ChromeNotFoundError:
            self.close()
            raise BrowserError(t("chart.no_browser")) from None
        except Exception as error:  # kaleido, choreographer and the pipe to Chrome have no base of their own
            faults = (error,)
        if faults:
            self.close()
            raise _not_drawn(faults[0]) from faults[0]

    def _start(self) -> Kaleido:
        # In a loop of its own, since JupyterLab has one running in the caller's thread.
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._kaleido = self._wait(_opened(self._tabs))
        return self._kaleido

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the browser, if it runs."""
        kaleido, loop = self._kaleido, self._loop
        try:
            if kaleido is not None:
                with suppress(ChannelClosedError):  # it died by itself
                    self._wait(kaleido.close())
        finally:
            self._kaleido = self._loop = None
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)


async def _opened(tabs: int) -> Kaleido:
    kaleido = _Tabs(n=tabs, mathjax=False)  # MathJax would be fetched from the web
    await kaleido.open()
    return kaleido


def _not_drawn(fault: BaseException) -> Exception:
    lost = ConnectionError | TimeoutError | ChannelClosedError
    if isinstance(fault, OSError) and not isinstance(fault, lost):
        return fault
    why = str(fault.args[0]) if fault.args else type(fault).__name__
    return BrowserError(t("chart.not_written", why=why.partition("\n")[0]))
