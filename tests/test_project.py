"""The project's own files: the packages of pip and conda users, what is in git, the commands of the READMEs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib

import pytest
import typer.main
import yaml
from conftest import ROOT

from indexlib import load_plan, load_scores
from indexlib.cli.main import app
from indexlib.intake.check import check_data

#: Packages that conda-forge has under another name than PyPI.
CONDA_NAMES = {"kaleido": "python-kaleido"}
READMES = ("README.md", "README.vi.md")


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def split(requirement: str) -> tuple[str, str]:
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+?)\s*([<>=!~].*)?", requirement).groups()
    return name.lower(), (bounds or "").replace(" ", "")


def tracked() -> list[str]:
    """Files in git; those about to be added count too."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
        check=True,
                            capture_output=True, text=True, encoding="utf-8").stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_conda_users_get_the_same_packages_and_bounds():
    pip = dict(split(r) for r in project()["project"]["dependencies"])
    given = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = dict(split(r) for r in given if isinstance(r, str))
    python = conda.pop("python")
    assert python == project()["project"]["requires-python"]
    conda.pop("pip")
    assert conda == {CONDA_NAMES.get(name, name): bounds for name, bounds in pip.items()}


def test_conda_users_get_the_library_itself_and_only_conda_forge():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"][0] == "conda-forge"
    assert set(environment["channels"]) <= {"conda-forge", "nodefaults"}
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_package_has_a_lower_and_an_upper_bound():
    groups = [project()["project"]["dependencies"], project()["dependency-groups"]["dev"]]
    for requirement in (r for group in groups for r in group):
        bounds = split(requirement)[1]
        assert ">=" in bounds, requirement
        assert ",<" in bounds, requirement


def test_dependencies_are_in_order():
    names = [split(r)[0] for r in project()["project"]["dependencies"]]
    assert names == sorted(names)


def test_no_lock_file_and_no_published_workbook_is_in_git():
    names = tracked()
    assert not [n for n in names if n.endswith((".lock", "lock.json", "requirements.txt"))]
    assert not [n for n in names if n.endswith((".xls", ".xlsx", ".pdf", ".docx",
        ".pptx")) and not n.startswith("indexlib/briefing/templates/")]
    assert not [n for n in names if n.startswith(("outputs/", ".venv/"))]


def test_no_registry_host_or_machine_path_is_in_git():
    # Written apart, so that this file itself does not hold them.
    words = [f"{a}{b}" for a, b in (("files.python", "hosted"), ("index", "-url"), ("pypi.org/", "simple"),
        ("extra-", "index"),
                                    ("/root", "/"), ("/home", "/"), ("C:\\\\Us", "ers"))]
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="replace")
        found += [(name, word) for word in words if word in text]
    assert found == []


def test_texts_in_git_are_utf8_without_byte_order_mark():
    for name in tracked():
        if name.endswith((".py", ".csv", ".md", ".yml", ".toml", ".ipynb",
            ".j2")) and not name.startswith("tests/support/"):
            raw = (ROOT / name).read_bytes()
            assert not raw.startswith(b"\xef\xbb\xbf"), name
            assert b"\r" not in raw, name
            raw.decode("utf-8")


def test_notebooks_are_in_git_without_outputs():
    names = [n for n in tracked() if n.endswith(".ipynb") and not n.startswith("outputs/")]
    assert {"notebooks/04_flags.ipynb", "notebooks/05_plan.ipynb"} <= set(names)
    for name in names:
        for cell in json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [], name
                assert cell["execution_count"] is None, name


def test_modules_stay_short():
    for path in sorted((ROOT / "indexlib").rglob("*.py")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name


def commands(name: str) -> list[list[str]]:
    """Commands in the code blocks of a README, those joined by && apart."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.split(" #")[0].strip() for language,
        block in blocks if language == "sh" for line in block.splitlines()]
    return [shlex.split(part) for line in lines if line for part in line.split(" && ")]


def own(name: str) -> list[list[str]]:
    """The calls of indexlib among them."""
    found = [c[2:] if c[:2] == ["uv", "run"] else c for c in commands(name)]
    return [c[1:] for c in found if c and c[0] == "indexlib"]


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_of_a_fresh_machine_stand_in_the_readme(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "pip install uv && uv run indexlib run params/thanh_hoa_2024.yml" in text
    assert ["uv", "run", "pytest"] in commands(name)


def test_the_gate_calls_the_test_command_of_the_readme():
    assert "uv run pytest" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", READMES)
def test_every_call_in_a_readme_can_be_understood(name):
    group = typer.main.get_command(app)
    calls = own(name)
    assert {c[0] for c in calls} >= {"flags", "check", "run"}
    for call in calls:
        assert call[0] in group.commands, call
        group.commands[call[0]].make_context(call[0], call[1:])


@pytest.mark.parametrize("name", READMES)
def test_the_flags_calls_of_a_readme_run(name, command):
    for call in [c for c in own(name) if c[0] in ("flags", "check")]:
        code, out, err = command(*call)
        assert (code, err) == (0, ""), call
        assert out


@pytest.mark.parametrize("name", [*READMES, "data/README.md"])
def test_files_named_in_a_readme_are_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [x for x in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in x]
    paths = re.findall(r"`((?:data|params|notebooks|indexlib|tests)/[\w./-]*\w)`", text)
    assert [x for x in links if not (ROOT / name).parent.joinpath(x).exists()] == []
    assert [x for x in paths if not (ROOT / x).exists()] == []


def test_the_dictionary_names_every_file_and_column_of_the_data():
    sections = re.split(r"^### ", (ROOT / "data" / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    about = {name: section for section in sections for name in re.findall("`(.+?)`", section.split("\n", 1)[0])}
    for path in sorted((ROOT / "data").rglob("*.csv")):
        name = path.relative_to(ROOT / "data").as_posix()
        name = re.sub("^plans/[^/]+/", "plans/<name>/", name)
        name = re.sub(r"^(indicators/.*_)\d{4}\.csv$", r"\1<year>.csv", name)
        assert name in about
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        assert [c for c in header if f"`{c}`" not in about[name]] == [], name


def test_the_figure_added_by_hand_in_the_readme_is_taken(data):
    text = (ROOT / "README.vi.md").read_text(encoding="utf-8")
    row = re.search(r"`(2024,thanh_hoa,sipas\.policy,[^`]*)`", text)[1]
    source = re.search(r"`(sipas-\d+)`", text)[1]
    data.add("sources.csv", f"{source},ví dụ")
    data.add("scores/sipas.csv", row)
    assert check_data() == []
    added = load_scores("sipas").query("component == 'sipas.policy' and year == 2024 and place == 'thanh_hoa'")
    assert added["score"].tolist() == [83.94]


def test_the_dictionary_names_every_key_of_a_plan():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert [key for key in load_plan("ha_bac_2023_2025").about if f"`{key}`" not in text] == []
