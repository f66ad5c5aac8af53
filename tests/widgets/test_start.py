"""The start page against what is there: it must not go stale."""

from __future__ import annotations

import json
import re
import shlex
import tomllib

import pytest
import typer.main
from conftest import ROOT

from indexlib.base.wording import t
from indexlib.cli.main import app
from indexlib.plan.settings import Grades, Rules

NOTEBOOKS = ROOT / "notebooks"


@pytest.fixture(scope="module")
def text():
    cells = json.loads((NOTEBOOKS / "00_start.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def test_every_notebook_is_listed_once_with_its_question(text):
    rows = dict(reversed(row) for row in re.findall(r"^\| (.+\?) \| \[(\w+)\]\(\2\.ipynb\) \|$", text, re.MULTILINE))
    others = {path.stem for path in NOTEBOOKS.glob("*.ipynb")} - {"00_start"}
    assert set(rows) == others
    for name in others - {"explore", "ten_questions"}:
        assert rows[name] == t(f"page.title.{name}"), name


def test_every_link_leads_somewhere(text):
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 8 and [x for x in links if not (NOTEBOOKS / x).is_file()] == []


def test_every_command_can_be_understood(text):
    group = typer.main.get_command(app)
    calls = [shlex.split(line)[2:] for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
             for line in block.splitlines()]
    assert {call[1] for call in calls} == {"run", "read", "add", "new-year", "check"}
    for call in calls:
        assert call[0] == "indexlib"
        group.commands[call[1]].make_context(call[1], call[2:])


def test_the_thresholds_are_those_of_the_rules_with_their_defaults(text):
    rows = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", text, re.MULTILINE))
    assert rows == {name: f"{default:g}" if isinstance(default, int | float) else default
                    for name, default in Rules().model_dump().items()}
    examples = dict(re.findall(r"`(\w+) = (\{[^`]*\})`", text))
    assert Rules(**json.loads(examples["rules"])) and Grades(**json.loads(examples["grades"]))


def test_the_notebooks_are_plain_python_kernels_with_unique_cells():
    for path in NOTEBOOKS.glob("*.ipynb"):
        book = json.loads(path.read_text(encoding="utf-8"))
        assert book["metadata"]["kernelspec"]["name"] == "python3", path.name
        ids = [cell["id"] for cell in book["cells"]]
        assert len(ids) == len(set(ids)), path.name


def test_the_settings_of_jupyterlab_are_installed_with_the_package():
    """What a launch from the folder of the project picks up; tests/test_lab.py sees them work."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert set(shared.values()) == {"etc/jupyter/jupyter_lab_config.py", "share/jupyter/lab/settings/overrides.json"}
    for path in shared:
        assert (ROOT / path).is_file()
    assert project["tool"]["uv"]["cache-keys"] == [{"file": "pyproject.toml"}, *({"file": path} for path in shared)]
    overrides = json.loads((ROOT / "jupyter" / "overrides.json").read_text(encoding="utf-8"))
    assert overrides["@jupyterlab/apputils-extension:notification"] == {"checkForUpdates": False, "fetchNews": "false"}
