"""Runs on a Dask cluster of real worker processes: one of them killed, one that differs, none at all."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress

import psutil
import pytest
from books import contents, write_book, write_params
from distributed import LocalCluster

from indexlib import read_params
from indexlib.run import one as runs
from indexlib.run.cluster import ClusterError, _files, run_on_cluster

pytestmark = pytest.mark.by_turns

PLACES = ("an_giang", "ca_mau", "can_tho", "ha_noi", "hue", "thanh_hoa")


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """A suite of two notebooks that take long enough to be killed in."""
    folder = tmp_path_factory.mktemp("cluster") / "books"
    write_book(folder, "04_flags", "from indexlib import find_place\nprint(find_place(place, year).name)",
               "__import__('time').sleep(1)")
    write_book(folder, "05_plan", "{'ha_noi': 1 / (place != 'ha_noi')}")
    return folder


@pytest.fixture(scope="module")
def cluster(notebooks):
    """A scheduler and two workers, each a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXLIB_NOTEBOOKS", str(notebooks))
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
            yield made


@pytest.fixture
def books(notebooks, monkeypatch):
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(notebooks))
    return notebooks


def kill_a_busy_worker(cluster: LocalCluster, killed: list[int]) -> None:
    """Kill -9 the first worker that is running a notebook: one with a kernel."""
    until = time.monotonic() + 120
    while not killed and time.monotonic() < until:
        for pid in [nanny.pid for nanny in cluster.workers.values()]:
            with suppress(psutil.NoSuchProcess):  # one of its processes ended while it was looked at
                if any("ipykernel" in " ".join(p.cmdline()) for p in psutil.Process(pid).children(recursive=True)):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    return
        time.sleep(0.2)


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path, books, cluster):
    """All runs arrive, each whole and once; the failing notebook of Hà Nội is told; nothing half is left."""
    paths, outputs, killed = write_params(tmp_path / "p", *PLACES), tmp_path / "outputs", []
    killer = threading.Thread(target=kill_a_busy_worker, args=(cluster, killed))
    killer.start()
    done = list(run_on_cluster(cluster.scheduler_address, paths, outputs))
    killer.join()
    assert killed and killed[0] not in [p.pid for p in psutil.process_iter() if p.status() != psutil.STATUS_ZOMBIE]
    assert sorted(run.name for run in done) == [path.stem for path in paths]
    assert not [run.fault for run in done if run.fault]
    assert [(run.name, o.notebook) for run in done for o in run.failures] == [("ha_noi_2024", "05_plan")]
    folders = {p.name for p in outputs.iterdir() if not p.name.startswith(".")}
    assert folders == {f"{place}_2024" if place != "ha_noi" else "ha_noi_2024.failed" for place in PLACES}
    assert not [p for p in outputs.iterdir() if ".work-" in p.name or ".old" in p.name]
    local = runs.run_suite(paths[0], tmp_path / "local")
    pages = {name: text for name, text in contents(local.folder).items() if name.suffix in (".html", ".csv")}
    assert pages.items() <= contents(outputs / paths[0].stem).items()
    again = {run.name: run.outcomes for run in run_on_cluster(cluster.scheduler_address, paths[:2], outputs)}
    assert again == {"an_giang_2024": [], "ca_mau_2024": []}  # they stand, so no worker was asked


def test_one_notebook_alone_can_be_asked_for(tmp_path, books, cluster):
    [run] = run_on_cluster(cluster.scheduler_address, write_params(tmp_path / "p", "hue"), tmp_path / "outputs", "05_plan")
    assert (run.fault, [o.notebook for o in run.outcomes]) == ("", ["05_plan"])


def test_a_worker_with_other_notebooks_is_refused_before_anything_runs(tmp_path, books, cluster, command, monkeypatch):
    write_book(tmp_path / "other", "04_flags", "place")
    monkeypatch.setenv("INDEXLIB_NOTEBOOKS", str(tmp_path / "other"))
    path = write_params(tmp_path / "p", "hue")[0]
    code, out, err = command("run", path, "--scheduler", cluster.scheduler_address, "--outputs", tmp_path / "outputs")
    assert (code, out) == (2, "") and "không cùng bản" in err and "(sổ tay)" in err
    assert not (tmp_path / "outputs").exists()


def test_what_a_parameter_file_names_beside_it_travels_with_it(tmp_path):
    text = "place: hue\nyear: 2024\nreport:\n  template: mau.docx\n  progress: phieu\n  until: '2025-06-14'\n"
    (tmp_path / "phieu").mkdir()
    for name in ("mau.docx", "phieu/a.xlsx"):
        (tmp_path / name).write_bytes(name.encode())
    path = tmp_path / "hue_2024.yml"
    path.write_text(text, encoding="utf-8")
    assert list(_files(path, read_params(path))) == ["hue_2024.yml", "mau.docx", "phieu/a.xlsx"]
    path.write_text(text.replace("mau.docx", "../mau.docx"), encoding="utf-8")
    with pytest.raises(ClusterError, match=r"\.\./mau\.docx"):
        _files(path, read_params(path))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1"])
def test_a_scheduler_that_does_not_answer_is_named(tmp_path, books, command, monkeypatch, address):
    monkeypatch.setattr("indexlib.run.cluster.PATIENCE", 2)
    path = write_params(tmp_path / "p", "hue")[0]
    code, _, err = command("run", path, "--scheduler", address, "--outputs", tmp_path / "outputs")
    assert code == 2 and f"Không kết nối được với máy điều phối {address}" in err and "Traceback" not in err
