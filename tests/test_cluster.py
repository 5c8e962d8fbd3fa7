"""The batch on Dask and in places that are no local folder: the same bytes, and a lost worker loses no pack."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from batch_project import Project, alive, files, manifest, until

pytest.importorskip("distributed", reason="needs pip install scorecard[cluster]")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are followed through /proc"),
    pytest.mark.usefixtures("mended"),
]
NAMES = ("Ashford", "Dover", "Thanet")
THREE = tuple(word for name in NAMES for word in ("--district", name))
OWN = ("--executor", "dask", "--jobs", "2")
KILL = """
marker = Path(f'{fault}-' + str(len(list(fault.parent.glob(f'{fault.name}-*')))))
if len(list(fault.parent.glob(f'{fault.name}-*'))) < DEATHS:
    marker.touch()
    pid = os.getpid()
    for step in ('keeper', 'maker', 'worker'):
        pid = int(Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[1])
    os.kill(pid, 9)
    import time; time.sleep(60)
"""
"""Kills the worker that makes this pack, as often as told."""
SCHEDULER = """
import sys, time
import dask
from distributed import LocalCluster
if __name__ == "__main__":
    dask.config.set({"distributed.scheduler.allowed-failures": 2})
    options = {"dashboard_address": "127.0.0.1:0", "host": "127.0.0.1", "local_directory": "."}
    with LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def local(project, tmp_path_factory) -> Path:
    """Three packs as the local executor makes them."""
    out = tmp_path_factory.mktemp("local")
    run = project.run(out, *THREE)
    assert run.status == 0, run.said
    return out


def environment(project: Project) -> dict[str, str]:
    params, faults = project.folder / "params", project.folder / "faults"
    return {**os.environ, "SCORECARD_PARAMS": str(params), "FAULTS": str(faults)}


@pytest.fixture(scope="module")
def on_cluster(project, tmp_path_factory):
    """The words for a cluster of two worker processes that is there already; nothing of it is left at the end."""
    mark, script = uuid.uuid4().hex, tmp_path_factory.mktemp("cluster") / "scheduler.py"
    script.write_text(SCHEDULER, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)], env={**environment(project), "MARK": mark}, cwd=script.parent,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield ("--executor", "dask", "--scheduler", process.stdout.readline().strip())
    process.communicate()
    until(lambda: not marked(mark))


def marked(mark: str) -> list[int]:
    """The processes that were started with this mark in their environment."""
    return [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if alive(pid) and mark in environ(pid)]


def environ(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


# --- the same jobs on Dask ------------------------------------------------------------------------


def test_a_cluster_of_its_own_makes_the_same_bytes_and_leaves_no_process(project, local, tmp_path):
    mark = uuid.uuid4().hex
    run = project.run(tmp_path, *THREE, *OWN, MARK=mark)
    assert run.status == 0, run.said
    assert files(tmp_path) == files(local)
    assert run.said.count("  made  ") == 3
    until(lambda: not marked(mark))


def test_packs_of_a_killed_worker_are_made_elsewhere(project, local, on_cluster, tmp_path):
    project.fault("Ashford", KILL.replace("DEATHS", "1"))
    run = project.run(tmp_path, *THREE, *on_cluster)
    assert (run.status, (project.folder / "faults" / "Ashford-0").exists()) == (0, True), run.said
    assert files(tmp_path) == files(local)


def test_failing_packs_fail_by_name_and_the_others_are_made(project, local, on_cluster, tmp_path):
    project.fault("Dover", "1 / 0")
    project.fault("Thanet", KILL.replace("DEATHS", "9"))
    run = project.run(tmp_path, *THREE, *on_cluster)
    assert run.status == 1, run.said
    cell = """cell [5] "fault = Path(os.environ['FAULTS'], district)": """
    assert f"Dover failed: {cell}ZeroDivisionError: division by zero. Its earlier pack" in run.said
    assert "Thanet failed: its worker died each of 3 times." in run.said
    assert {name: facts["status"] for name, facts in manifest(tmp_path)["packs"].items() if facts["error"]} == {
        "dover": "failed", "thanet": "failed",
    }  # fmt: skip
    ashford = {name: content for name, content in files(local).items() if name.startswith("ashford/")}
    assert {name: content for name, content in files(tmp_path).items() if name.startswith("ashford/")} == ashford
    assert b"ZeroDivisionError" in (tmp_path / "2024-07/.failed/dover.ipynb").read_bytes()
    project.mend()
    again = project.run(tmp_path, *THREE, *on_cluster, "--resume")
    assert (again.status, again.said.count("  current  ")) == (0, 1), again.said
    assert files(tmp_path) == files(local)


def test_nothing_to_do_needs_no_cluster(project, local):
    run = project.run(local, *THREE, "--resume", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert (run.status, run.said.count("  current  ")) == (0, 3), run.said


def test_a_worker_with_other_files_fails_the_pack(project, on_cluster, tmp_path):
    path = tmp_path / "params"
    path.symlink_to(project.folder / "params")
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    text = (project.folder / "notebooks/small.ipynb").read_text(encoding="utf-8")
    (notebooks / "small.ipynb").write_text(text.replace("on with", "off with"), encoding="utf-8")
    run = project.fresh(tmp_path / "out", *THREE[:2], *on_cluster, SCORECARD_PARAMS=str(path))
    assert run.returncode == 1, run.stderr
    assert "Ashford failed: notebooks/small.ipynb is not the same on the worker " in run.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"], "ERROR CLU002 tcp://127.0.0.1:9: there is no"),
        (["--executor", "dask", "--scheduler", "nonsense://x"], "ERROR CLU002 nonsense://x: there is no scheduler"),
        (["--scheduler", "tcp://127.0.0.1:9"], "--scheduler goes with --executor dask."),
        (["--out", "nonsense://x"], "ERROR OUT003 nonsense://: "),
    ],
    ids=["nobody there", "no address", "not with local", "no such kind of URL"],
)
def test_what_cannot_be_is_told_plainly(project, tmp_path, words, said):
    run = project.run(tmp_path, *THREE, *words)
    assert run.status == 2, run.said
    assert said in run.said
    assert "Traceback" not in run.said


# --- places that are no folder --------------------------------------------------------------------

IN_MEMORY = """
import sys, fsspec
from scorecard.__main__ import main
if __name__ == "__main__":
    for more in ([], ["--resume"]):
        try:
            main([*sys.argv[2:], *more])
        except SystemExit as end:
            print("status", end.code)
    fsspec.filesystem("memory").get("/packs/", sys.argv[1], recursive=True)
"""


@pytest.mark.parametrize("own", [(), OWN], ids=["local", "dask"])
def test_packs_in_memory_are_those_of_the_folder_and_are_not_made_twice(project, local, tmp_path, own):
    words = [str(tmp_path), "packs", "--edition", "2024-07", "--out", "memory://packs", *THREE, *own]
    script = tmp_path / "run.py"
    script.write_text(IN_MEMORY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *words], env=environment(project), capture_output=True, text=True, check=False
    )
    assert done.stdout.count("status 0") == 2, done.stdout + done.stderr
    assert (done.stdout.count("  made  "), done.stdout.count("  current  ")) == (3, 3)
    assert "Open memory:///packs/2024-07/index.html" in done.stdout
    assert files(tmp_path) == files(local)
    assert manifest(tmp_path)["packs"]["dover"]["status"] == "current"


def test_a_file_url_is_a_folder(project, local, tmp_path):
    run = project.run(f"file://{tmp_path}/a", *THREE[:2])
    assert run.status == 0, run.said
    made = files(tmp_path / "a")
    assert {name: files(local)[name] for name in made if name != "index.html"} == {
        name: content for name, content in made.items() if name != "index.html"
    }
