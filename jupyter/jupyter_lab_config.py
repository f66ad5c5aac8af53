"""JupyterLab in this environment opens on the start page of the notebooks and asks nothing of the web.

Installed into ``etc/jupyter`` of the environment with the package (pyproject.toml); JupyterLab reads it there.
"""

from pathlib import Path

START = "00_start.ipynb"
for start in (f"notebooks/{START}", START):  # from the folder of the project, or from that of the notebooks
    if Path(start).is_file():
        c.LabApp.default_url = f"/lab/tree/{start}"  # noqa: F821
        break
c.LabApp.news_url = None  # noqa: F821
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"  # noqa: F821
