"""Kernels that run several notebooks one after another, so that starting Python is paid once and not per notebook.

A notebook is lent a kernel that has run others before only if it cannot leave anything behind in it: it imports
from this library alone and assigns to plain names, which are cleared. Any other has a kernel to itself, and a
kernel in which a notebook failed is not used again. Under plain papermill every notebook has its own, with the
same result.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.session import new_id
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb
from papermill.log import logger

from indexlib.run import afresh

ENGINE = "indexlib"
QUIET = ["--log-level=50", "--HistoryManager.hist_file=:memory:"]
#: Calls by which a cell can reach beyond its own names.
REACHING = {"__import__", "compile", "delattr", "eval", "exec", "exit", "get_ipython", "globals", "quit", "setattr", "vars"}
#: Seconds that a kernel may take to start, or to hand over what a cell showed; nbclient's 4 are short on a busy machine.
PATIENCE = 60
#: One thread at a time: Python before 3.11.8 counts how deep it is in one place for all (python/cpython#106905).
_parsing = threading.Lock()


class _Client(PapermillNotebookClient):
    """papermill's client, for a kernel that other notebooks may have used."""

    def papermill_execute_cells(self) -> None:
        """Clear the kernel, then run the cells."""
        self.wait_for_reply(self.kc.execute(f"import {afresh.__name__}; {afresh.__name__}.afresh()", silent=True))
        super().papermill_execute_cells()


class Engine(NBClientEngine):
    """papermill's own way of running a notebook, in a kernel that outlives it."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, kernel: Kernel, unfinished: str, **_: Any) -> Any:
        """Run a notebook in ``kernel``; one that breaks off is saved as far as it came as ``unfinished``."""
        client = _Client(nb_man, km=kernel.manager, kernel_name=kernel_name, startup_timeout=PATIENCE,
                         iopub_timeout=PATIENCE, log=logger)
        try:
            return client.execute()
        except BaseException:
            write_ipynb(nb_man.nb, unfinished)
            raise
        finally:
            if client.kc is not None:
                client.kc.stop_channels()


papermill_engines.register(ENGINE, Engine)


class Kernel:
    """A running kernel; ``spoilt`` once it must not serve another notebook."""

    def __init__(self) -> None:
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import KernelManager

        self.spoilt = False
        self.manager = KernelManager(kernel_name="python3",
                                     client_class="jupyter_client.asynchronous.AsyncKernelClient")
        # The Python that runs this, whatever a kernelspec of the name "python3" starts.
        self.manager._kernel_spec = KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                                               display_name="Python 3", language="python")
        self.manager.start_kernel(extra_arguments=QUIET)

    def is_ready(self) -> bool:
        """Whether the kernel can serve another notebook."""
        # The next notebook connects under a name of its own, else the kernel takes it for the one that has gone.
        self.manager.session.session = new_id()
        return self.manager.is_alive()

    def close(self) -> None:
        """End the kernel's process."""
        self.manager.shutdown_kernel(now=True)


class Kernels:
    """Kernels lent to notebooks and taken back; as many as are asked for at once."""

    def __init__(self) -> None:
        self._idle: list[Kernel] = []

    @contextmanager
    def lend(self, notebook: Any) -> Iterator[Kernel]:
        """A kernel for a notebook; ended if the notebook fails or cannot share it."""
        sharing = can_share(notebook)
        kernel = self._clean() if sharing else Kernel()
        kernel.spoilt = True  # until the notebook has run to its end
        try:
            yield kernel
            kernel.spoilt = not sharing
        finally:
            if kernel.spoilt:
                kernel.close()
            else:
                self._idle.append(kernel)

    def _clean(self) -> Kernel:
        while True:
            try:
                kernel = self._idle.pop()
            except IndexError:  # asked for and not looked at before: another thread may take the last one
                return Kernel()
            if kernel.is_ready():
                return kernel
            kernel.close()

    def close(self) -> None:
        """End all kernels that are not lent out."""
        while self._idle:
            self._idle.pop().close()


def can_share(notebook: Any) -> bool:
    """Whether a notebook leaves nothing behind in a kernel but names of its own.

    Parameters
    ----------
    notebook : notebook node or dict
        With ``cells`` as in the notebook format.

    Examples
    --------
    >>> cells = [{"cell_type": "code", "source": "from indexlib import open_run\\nfound = open_run(place='Thanh Hóa')"}]
    >>> can_share({"cells": cells})
    True
    >>> cells.append({"cell_type": "code", "source": "import pandas as pd\\npd.set_option('display.precision', 2)"})
    >>> can_share({"cells": cells})
    False
    """
    return all(_keeps_to_itself("".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == "code")


def _keeps_to_itself(source: str) -> bool:
    try:
        with _parsing:
            nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # a magic or a shell command
        return False
    return not any(_reaches_out(node) for node in nodes)


def _reaches_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name.partition(".")[0] != "indexlib" for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] != "indexlib"
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Name) and node.id in REACHING
