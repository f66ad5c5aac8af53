"""What Windows would meet, as far as another system can show it: calls that it lacks, consoles, paths that are too long."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import PureWindowsPath
from types import SimpleNamespace

import pytest
from conftest import ROOT

from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import file_name, stays_inside
from indexlib.intake import recognise
from indexlib.intake.files import sheets
from indexlib.run import cluster, folder
from indexlib.run.folder import RunError, workplace

MODULES = frozenset({"fcntl", "resource", "pwd", "grp", "termios", "pty", "posix", "syslog"})
CALLS = {"os": {"fork", "killpg", "getpgid", "setsid", "getuid", "geteuid", "getgid", "chown", "uname", "mkfifo", "nice",
                "sched_getaffinity", "O_DIRECTORY", "O_NOFOLLOW", "getloadavg", "wait4", "sysconf"},
         "signal": {"SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "alarm", "pause", "setitimer"}}
SOURCES = sorted((ROOT / "indexlib").rglob("*.py"))


def posix_only(tree: ast.AST, guarded: bool = False) -> list[str]:
    """Calls and imports that Windows lacks, outside a branch that asks for the platform."""
    found = []
    for node in ast.iter_child_nodes(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else \
            [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        called = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) \
            and node.attr in CALLS.get(node.value.id, ())
        if not guarded and (called or MODULES.intersection(names)):
            found.append(f"{ast.unparse(node)} (line {node.lineno})")
        branch = isinstance(node, ast.If) and "sys.platform" in ast.unparse(node.test)
        found += posix_only(node, guarded or branch)
    return found


def test_no_call_that_windows_lacks_stands_outside_a_guarded_branch():
    found = {str(path.relative_to(ROOT)): posix_only(ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert {path: calls for path, calls in found.items() if calls} == {}
    assert posix_only(ast.parse("import os\nos.killpg(1, 9)")) == ["os.killpg (line 2)"]


def test_every_module_imports_where_the_modules_of_posix_are_not_there():
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in SOURCES
             if path.name != "__main__.py"]
    lacking = ["fcntl", "pty", "syslog", "termios"]  # those that Python itself can do without
    code = f"import sys, importlib, distributed, papermill; sys.modules.update(dict.fromkeys({lacking}))\n" \
           f"for name in {names}: importlib.import_module(name)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-800:]


@pytest.mark.parametrize("code_page", ["cp1258", "cp437"])
def test_a_console_of_an_old_code_page_gets_the_answer_whole(code_page, tmp_path):
    missing = tmp_path / "bảng điểm 2025.xlsx"
    done = subprocess.run([sys.executable, "-m", "indexlib.cli", "add", str(missing)], cwd=ROOT, capture_output=True,
                          timeout=60, env=os.environ | {"PYTHONIOENCODING": code_page, "PYTHONUTF8": "0", "COLUMNS": "400"})
    assert done.returncode == 2 and b"UnicodeEncodeError" not in done.stderr
    assert "bảng điểm 2025.xlsx" in done.stderr.decode("utf-8")


def test_a_folder_too_deep_for_the_names_of_a_run_is_refused_before_the_work(tmp_path):
    """Windows ends a path at 260 letters, Linux at 4,096: the same answer to the same error."""
    deep = tmp_path
    while (left := 3_990 - len(str(deep))) > 0:
        deep = deep / ("x" * min(left, 200))
    deep.mkdir(parents=True)
    with pytest.raises(RunError, match="quá dài"), workplace(deep / "o", "thanh_hoa_2024"):
        raise AssertionError("the work began")


OUTSIDE = [r"\\may-chu\chung\x.csv", "//may-chu/chung/x.csv", r"C:\x.csv", "C:/x.csv", "C:x.csv", r"\x.csv", "/x.csv",
           r"..\x.csv", "../x.csv", r"scores\..\..\x.csv", "scores/../../x.csv"]
LOST, DENIED = FileNotFoundError(2, "The network path was not found"), PermissionError(13, "Access is denied")


@pytest.mark.parametrize(("given", "name"), [
    (r"\\may-chu\chung\thanh_hoa_2024.yml", "thanh_hoa_2024"), (r"C:\Kế hoạch {2024}\hue_2024.yml", "hue_2024"),
    ("C:hue_2024.yml", "hue_2024"), (r"\params\Thanh Hóa 2024.yml", "Thanh Hóa 2024"),
    (r"\\?\C:\params\hue_2024.yml", "hue_2024")])
def test_a_run_of_a_file_on_a_share_or_another_drive_bears_the_name_of_the_file(given, name, monkeypatch):
    monkeypatch.setattr(folder, "Path", PureWindowsPath)
    assert folder.run_name(given) == name
    assert PureWindowsPath(r"\\may-chu\chung\outputs") / name == PureWindowsPath(rf"\\may-chu\chung\outputs\{name}")


@pytest.mark.parametrize("given", [r"\\may-chu\chung", "C:", "C:\\", r"\\may-chu\chung\aux.yml", r"C:\params\.yml",
                                   r"C:\params\thanh_hoa.yml:luong.yml"])
def test_a_share_a_drive_a_device_and_a_stream_are_no_name_of_a_run(given, monkeypatch):
    monkeypatch.setattr(folder, "Path", PureWindowsPath)
    with pytest.raises(RunError):
        folder.run_name(given)


@pytest.mark.parametrize("name", [*OUTSIDE, "x.csv:luong"])
def test_a_name_that_leads_out_of_its_folder_on_any_system_is_refused(name):
    """A path behind another replaces it on Windows, also one that starts at the root of the drive or of another one."""
    assert not stays_inside(name)
    with pytest.raises(IndexlibError):
        file_name(name)


@pytest.mark.parametrize("name", ["scores/pci.csv", "bieu_do/Thanh Hóa (2024).png", "x.csv", "x..csv"])
def test_a_name_below_its_folder_stays_there_on_windows(name):
    base = PureWindowsPath(r"\\may-chu\chung\data")
    assert stays_inside(name) and (base / name).relative_to(base).as_posix() == name


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_template_on_a_share_or_another_drive_does_not_travel_to_other_machines(name, tmp_path, monkeypatch):
    path = tmp_path / "hue_2024.yml"
    path.write_text("place: hue\n", encoding="utf-8")
    monkeypatch.setattr(cluster, "Path", PureWindowsPath)
    with pytest.raises(cluster.ClusterError, match="nằm ngoài"):
        cluster._files(path, SimpleNamespace(report=SimpleNamespace(template=name, progress=None)))


class Away(PureWindowsPath):
    """A file on a share that does not answer, or of which others have taken the rights away."""

    error: OSError = LOST

    def stat(self):
        raise self.error


@pytest.mark.parametrize(("error", "code"), [(LOST, "missing_file"), (DENIED, "no_access"), (OSError(22, "?"), "no_access")])
@pytest.mark.parametrize("given", [r"\\may-chu\chung\PCI_2025.xlsx", r"Z:\PCI_2025.xlsx", "Z:PCI_2025.xlsx"])
def test_a_file_on_a_share_that_is_away_is_one_line_with_its_name(given, error, code, monkeypatch):
    for module in (recognise, sheets):
        monkeypatch.setattr(module, "Path", Away)
    monkeypatch.setattr(Away, "error", error)
    [problem] = recognise.read_published(given).problems
    assert (problem.file, problem.code) == ("PCI_2025.xlsx", code)
