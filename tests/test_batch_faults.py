"""The batch under injected faults: what fails is named, what was there stays, nothing lingers."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from batch_project import CELLS, alive, files, manifest, until

from scorecard.rendering import batch

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are followed through /proc"),
    pytest.mark.usefixtures("mended"),
]
ONE = ("--district", "Ashford")
TWO = (*ONE, "--district", "Dover")
CHILDREN = """
import subprocess
pids = [subprocess.Popen(['sleep', '97'], start_new_session=new).pid for new in (False, True)]
more = Path(f'{fault}-more')
get_ipython().system(f'setsid sleep 98 & echo $! > "{more}"; sleep 99 & echo $! >> "{more}"')
pids += [int(pid) for pid in more.read_text().split()]
Path(f'{fault}-pids').write_text(' '.join(map(str, [*pids, os.getpid(), os.getppid()])))
"""
CELL = """cell [5] "fault = Path(os.environ['FAULTS'], district)": """
WORKER = {"fork": CELL + "its process ", "kernel": CELL + "DeadKernelError: Kernel died"}
FAULTS = {
    "Ashford": ("raise ValueError('no 5637 for \"Jane Smith\"')", CELL + "ValueError: no … for …"),
    "Canterbury": ("import sys; sys.exit(0)", CELL + "ended the notebook early"),
    "Dartford": ("os._exit(0)", WORKER | {"fork": "its process ended before the pack was whole"}),
    "Dover": ("os.kill(os.getpid(), 9)", WORKER | {"fork": CELL + "its process was ended by SIGKILL"}),
    "Gravesham": ("while True: pass", CELL + "took longer than {seconds} s"),
    "Maidstone": (
        "import time\nwhile True:\n try: time.sleep(99)\n except BaseException: pass",
        CELL + "took longer than {seconds} s",
    ),
    "Sevenoaks": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\nbytearray(2**33)",
        CELL + "MemoryError: ",
    ),
    "Swale": (CHILDREN + "os._exit(1)", WORKER | {"fork": CELL + "its process ended early"}),
    "Thanet": (CHILDREN + "1 / 0", CELL + "ZeroDivisionError: division by zero"),
}  # fmt: skip
SECONDS = {"fork": "4", "kernel": "20"}
"""How long a cell may take: in a new kernel the first one loads pandas, on a busy machine slowly."""


@pytest.fixture(scope="module")
def good(project, tmp_path_factory):
    """A good run over all districts."""
    out = tmp_path_factory.mktemp("good")
    run = project.run(out)
    assert run.status == 0, run.said
    return out


@pytest.fixture(scope="module", params=["fork", "kernel"])
def faulty(request, project, good, tmp_path_factory):
    """After a good run one in which nine notebooks misbehave, each in its own way."""
    backend, out = request.param, tmp_path_factory.mktemp("faulty") / "out"
    shutil.copytree(good, out)
    before = files(out)
    for district, (code, _) in FAULTS.items():
        project.fault(district, code)
    run = project.run(
        out, "--backend", backend, "--jobs", "4", SCORECARD_CELL_SECONDS=SECONDS[backend], SCORECARD_GRACE_SECONDS="1"
    )
    pids = {name: (project.folder / "faults" / f"{name}-pids").read_text().split() for name in ("Swale", "Thanet")}
    return backend, run, before, out, pids


def pack(out: Path, folder: str) -> dict[str, bytes]:
    """The files of one pack."""
    return {name: told for name, told in files(out).items() if name.startswith(f"{folder}/")}


# --- cells that misbehave ---------------------------------------------------------------------------


@pytest.mark.parametrize("district", FAULTS)
def test_a_failed_pack_is_named_and_the_earlier_one_stands(faulty, district):
    backend, run, before, out, _ = faulty
    told = FAULTS[district][1]
    facts = manifest(out)["packs"][district.lower()]
    assert facts["status"] == "failed"
    told = told if isinstance(told, str) else told[backend]
    assert facts["error"] == told.replace("{seconds}", SECONDS[backend])
    assert f"{district} failed: {facts['error']}." in run.said
    folder = district.lower()
    assert facts["manifest"] == batch.sha256(out / "2024-07" / folder / "manifest.json")
    assert pack(out, folder) == {name: told for name, told in before.items() if name.startswith(f"{folder}/")}
    assert len(pack(out, folder)) == 5


def test_others_are_made_and_the_status_is_1(faulty):
    _, run, before, out, _ = faulty
    assert run.status == 1, run.said
    made = [name for name, told in manifest(out)["packs"].items() if told["status"] == "made"]
    assert made == ["folkestone-and-hythe", "tonbridge-and-malling", "tunbridge-wells"]
    assert {name for name, told in files(out).items() if before.get(name) != told and not name.startswith(".")} == {
        "index.html"
    }


def test_failed_notebooks_are_kept_for_the_owner_alone(faulty):
    _, run, _, out, _ = faulty
    folder = out / "2024-07" / ".failed"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.stem for path in folder.iterdir()) == sorted(name.lower() for name in FAULTS)
    book = nbformat.read(folder / "thanet.ipynb", as_version=4)
    assert any(output.get("ename") == "ZeroDivisionError" for cell in book.cells for output in cell.get("outputs", []))
    assert all(f"Its notebook, for you alone: {path}" in run.said for path in folder.iterdir())


def test_nothing_is_left_behind(faulty):
    _, _, _, out, pids = faulty
    assert all(len(told) == 6 for told in pids.values())
    assert [pid for told in pids.values() for pid in told if alive(int(pid))] == []
    assert [path.name for path in (out / "2024-07").glob(".*")] in (
        [".lock", ".failed"], [".failed", ".lock"],
    )  # fmt: skip


def test_resume_makes_what_failed_and_forgets_the_failure(project, tmp_path):
    project.fault("Dover", "raise ValueError")
    assert project.run(tmp_path, *TWO).status == 1
    (project.folder / "faults" / "Dover").unlink()
    again = project.run(tmp_path, *TWO, "--resume")
    assert again.status == 0, again.said
    assert {name: manifest(tmp_path)["packs"][name]["status"] for name in ("ashford", "dover")} == {
        "ashford": "current", "dover": "made",
    }  # fmt: skip
    assert not (tmp_path / "2024-07" / ".failed").exists()


def test_a_pack_may_not_take_too_long_in_all(project, tmp_path):
    project.fault("Ashford", "import time; time.sleep(60)")
    run = project.run(tmp_path, *ONE, SCORECARD_PACK_SECONDS="1")
    assert run.status == 1
    assert manifest(tmp_path)["packs"]["ashford"]["error"] == CELL + "the pack took longer than 1 s"


def test_notes_of_rows_stay_out_of_errors(project, tmp_path):
    project.fault(
        "Ashford",
        "raise ValueError('of ' + next(n for n in load_edition(edition).observations['note'] if n and ' ' in n))",
    )
    run = project.run(tmp_path, *ONE)
    assert CELL + "ValueError: of …." in run.said


# --- the disk -------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own of 2 MB; `remount("ro")` makes it read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*words):
        return subprocess.run(["mount", *words, str(folder)], capture_output=True, check=False).returncode == 0

    if not shutil.which("mount") or not mount("-t", "tmpfs", "-o", "size=2m", "tmpfs"):
        pytest.skip("this user may not mount a small disk")
    yield folder, lambda how: mount("-o", f"remount,{how}")
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("free", [0, 60_000])
def test_a_full_disk_leaves_the_earlier_packs(project, small_disk, free):
    out, _ = small_disk
    assert project.run(out, *TWO).status == 0
    before = files(out, runs=True)
    filler = out / "filler"
    left = os.statvfs(out)
    filler.write_bytes(bytes(left.f_bavail * left.f_frsize - free))
    run = project.run(out, *TWO)
    assert run.status == 1, run.said
    assert "Traceback" not in run.said
    assert "No space left on device" in run.said
    packs = {name for name in before if "/" in name}
    assert {name: told for name, told in files(out, runs=True).items() if name in packs} == {
        name: before[name] for name in packs
    }
    filler.unlink()
    assert project.run(out, *TWO, "--resume").status == 0
    assert files(out) == {name: told for name, told in before.items() if name != "manifest.json"}


def test_a_limit_on_file_size_leaves_the_earlier_pack(project, tmp_path):
    assert project.run(tmp_path, *ONE).status == 0
    before = pack(tmp_path, "ashford")
    project.fault("Ashford", "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))")
    run = project.run(tmp_path, *ONE, "--backend", "fork")
    assert "Ashford failed: its files: OSError: File too large." in run.said
    assert pack(tmp_path, "ashford") == before


def test_a_read_only_folder_is_told(project, small_disk):
    out, remount = small_disk
    assert project.run(out, *ONE).status == 0
    before = files(out)
    assert remount("ro")
    run = project.run(out, *ONE)
    assert run.status == 2
    assert "cannot be written (Read-only file system). Choose another folder with --out." in run.said
    assert files(out) == before


def test_a_file_where_the_folder_should_be_is_told(project, tmp_path):
    (tmp_path / "2024-07").write_text("mine", encoding="utf-8")
    run = project.run(tmp_path, *ONE)
    assert run.status == 2
    assert "OUT001" in run.said
    assert (tmp_path / "2024-07").read_text(encoding="utf-8") == "mine"


# --- the run is killed ------------------------------------------------------------------------------

KILL = "exec(os.environ.get('KILL') == f'{district} %d' and 'os.kill(int(os.environ[\"RUN\"]), 9)' or '')"
PIDS = """
Path(os.environ['FAULTS'], 'all-pids').open('a').write(f'{os.getpid()} {os.getppid()} ')
get_ipython().system('sleep 97 & echo -n "$! " >> ' + os.environ['FAULTS'] + '/all-pids')
"""


@pytest.mark.parametrize("backend", ["fork", "kernel"])
def test_killed_at_each_cell_and_resumed_gives_the_same_bytes(project, tmp_path, backend):
    project.notebook(CELLS[0] + PIDS, *(f"{KILL % number}\nprint(district, {number})" for number in (1, 2, 3)))
    words = (*TWO, "--jobs", "1", "--backend", backend)
    assert project.run(tmp_path / "clean", *TWO).status == 0
    kills = [f"{district} {number}" for district in ("Ashford", "Dover") for number in (1, 2, 3)]
    for kill in kills if backend == "fork" else kills[4:5]:
        out = tmp_path / kill
        assert project.run(out, *words, KILL=kill).status == -signal.SIGKILL
        pids = (project.folder / "faults" / "all-pids").read_text().split()
        until(lambda pids=pids: not any(alive(int(pid)) for pid in pids))
        resumed = project.run(out, *words, "--resume")
        assert resumed.status == 0, resumed.said
        assert ("Ashford  current" in resumed.said) == kill.startswith("Dover")
        assert files(out) == files(tmp_path / "clean")


def test_killed_in_the_middle_of_a_swap_is_put_back(project, tmp_path):
    assert project.run(tmp_path, *ONE).status == 0
    before, home = files(tmp_path), tmp_path / "2024-07"
    (home / "ashford").rename(home / ".old-ashford")
    run = project.run(tmp_path, *ONE, "--resume")
    assert "Ashford  current" in run.said
    assert files(tmp_path) == before
    shutil.copytree(home / "ashford", home / ".old-ashford")
    (home / ".part-0-ashford").mkdir()
    (home / ".part-link").symlink_to(home / "ashford")
    assert project.run(tmp_path, *ONE, "--resume").status == 0
    assert files(tmp_path) == before


BETWEEN = """
import ctypes, os, signal, sys
from pathlib import Path
from scorecard.rendering import batch
ctypes.CDLL = lambda *_, **__: None  # a system that cannot exchange two folders in one step
replace = os.replace
def once(*names):
    os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)
os.replace = once
batch.swap_in(*map(Path, sys.argv[1:]))
"""


def test_killed_between_the_two_steps_of_a_swap_keeps_the_earlier_pack(tmp_path):
    final, part = tmp_path / "ashford", tmp_path / ".part-1-ashford"
    for folder, text in ((final, "old"), (part, "new")):
        folder.mkdir()
        (folder / "pack.html").write_text(text, encoding="utf-8")
    killed = subprocess.run([sys.executable, "-c", BETWEEN, str(part), str(final)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not final.exists()
    batch._sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ashford"]
    assert (final / "pack.html").read_text(encoding="utf-8") == "old"


def test_a_killed_keeper_leaves_no_process_behind(project, tmp_path):
    """The keeper of a pack is the parent of its process; killed, it cannot end what the notebook had started."""
    project.fault("Ashford", f"{CHILDREN}os.kill(os.getppid(), 9)\nimport time\ntime.sleep(99)")
    run = project.run(tmp_path, *TWO, "--backend", "fork")
    assert (run.status, "Ashford  failed" in run.said, "Dover    made" in run.said) == (1, True, True)
    pids = (project.folder / "faults" / "Ashford-pids").read_text().split()
    assert len(pids) == 6
    until(lambda: not any(alive(int(pid)) for pid in pids))


@pytest.mark.parametrize("step", ["one", "two"])
def test_a_pack_is_never_missing_while_it_is_swapped(tmp_path, step):
    final, part = tmp_path / "ashford", tmp_path / ".part-1-ashford"
    for folder, text in ((final, "old"), (part, "new")):
        folder.mkdir()
        (folder / "pack.html").write_text(text, encoding="utf-8")
    if step == "one":
        if not batch._exchange(part, final):
            pytest.skip("this file system cannot exchange two folders in one step")
        assert (part / "pack.html").read_text(encoding="utf-8") == "old"
    else:
        batch.swap_in(part, final)
        assert not part.exists()
    assert (final / "pack.html").read_text(encoding="utf-8") == "new"


def test_a_pack_that_replaces_a_link_leaves_what_it_points_to(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").touch()
    (tmp_path / "out" / "2024-07").mkdir(parents=True)
    (tmp_path / "out" / "2024-07" / "ashford").symlink_to(elsewhere)
    assert project.run(tmp_path / "out", *ONE).status == 0
    assert [path.name for path in elsewhere.iterdir()] == ["mine"]
    assert not (tmp_path / "out" / "2024-07" / "ashford").is_symlink()


# --- Ctrl-C and two runs at once ----------------------------------------------------------------------

WAIT = """
import time
Path(f'{fault}-here').write_text(f'{os.getpid()} {os.getppid()}')
while not Path(f'{fault}-go').exists():
    time.sleep(0.01)
"""


@pytest.fixture
def waiting(project, tmp_path):
    """A run over two districts, one at a time, that waits in a cell of the first; its pids and how to let it go on."""
    project.fault("Ashford", WAIT)
    here = project.folder / "faults" / "Ashford-here"
    run = project.begin(tmp_path, *TWO, "--jobs", "1")
    pids = until(lambda: here.exists() and here.read_text().split())
    yield run, pids, here.with_name("Ashford-go").touch
    if run.process.is_alive():
        run.process.kill()


def test_first_interrupt_finishes_what_runs(waiting, tmp_path):
    run, _, go_on = waiting
    run.signal(signal.SIGINT)
    until(lambda: "Press Ctrl-C again to stop at once" in run.said)
    go_on()
    assert run.end().status == 130
    assert {name: manifest(tmp_path)["packs"][name]["status"] for name in ("ashford", "dover", "swale")} == {
        "ashford": "made", "dover": "not begun", "swale": "untouched",
    }  # fmt: skip
    assert (tmp_path / "2024-07" / "index.html").exists()
    assert sorted(path.name for path in (tmp_path / "2024-07").iterdir()) == [
        ".lock", "ashford", "index.html", "manifest.json",
    ]  # fmt: skip


def test_second_interrupt_stops_at_once(waiting, tmp_path):
    run, pids, _ = waiting
    run.signal(signal.SIGINT)
    until(lambda: "Press Ctrl-C again to stop at once" in run.said)
    run.signal(signal.SIGINT)
    assert run.end().status == 130
    assert "go on with --resume" in run.said
    assert "Traceback" not in run.said
    assert not any(alive(int(pid)) for pid in pids)
    assert {path.name for path in (tmp_path / "2024-07").iterdir()} <= {".lock", ".failed"}


def test_a_second_run_is_told_who_holds_the_folder(project, waiting, tmp_path):
    run, _, go_on = waiting
    second = project.run(tmp_path, *TWO)
    assert second.status == 3
    assert f"is being written by process {run.process.pid}, since 20" in second.said
    assert "Wait for it to end, or write to another folder." in second.said
    go_on()
    assert run.end().status == 0


def test_a_holder_that_died_is_no_matter(project, tmp_path):
    (tmp_path / "2024-07").mkdir()
    (tmp_path / "2024-07" / ".lock").touch()
    (tmp_path / "2024-07" / ".holder").write_text("process 1, since 2024-07-31T00:00:00Z", encoding="utf-8")
    assert project.run(tmp_path, *ONE).status == 0
    assert not (tmp_path / "2024-07" / ".holder").exists()
