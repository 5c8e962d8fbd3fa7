"""A small project for the batch, and `scorecard packs` started on it in processes that have everything loaded.

The processes come from a fork server: starting Python and loading pandas, matplotlib and papermill
for each of fifty runs would take minutes.
"""

import json
import multiprocessing
import multiprocessing.forkserver
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml

from scorecard.catalogue import PARAMS

HOME = PARAMS.parent
PARAMETERS = 'edition = "2024-07"\ndistrict: str = "Ashford"'
CELLS = [
    "import os\nfrom pathlib import Path\nfrom scorecard.editions import load_edition",
    "area = load_edition(edition).area(district)\nprint(area.name, area.code)",
    "fault = Path(os.environ['FAULTS'], district)\nexec(fault.read_text() if fault.exists() else '')",
    "print('on with', district)",
]
"""The third cell does what a test has put into the folder `faults` for the district."""


@dataclass
class Project:
    """A folder with params/, notebooks/small.ipynb and faults/, where `run` starts the command line."""

    folder: Path
    server: multiprocessing.context.ForkServerContext

    def begin(self, out: Path, *words, **environment) -> "Run":
        """Begin `scorecard packs` with `words`."""
        log = Path(tempfile.mkstemp(dir=self.folder)[1])
        environment = {"FAULTS": str(self.folder / "faults"), **environment}
        words = ["packs", "--edition", "2024-07", "--out", str(out), *words]
        process = self.server.Process(target=_scorecard, args=(words, environment, log))
        process.start()
        return Run(process, log)

    def run(self, out: Path, *words, **environment) -> "Run":
        """Run it to its end."""
        return self.begin(out, *words, **environment).end()

    def fault(self, district: str, code: str) -> None:
        """From now on the third cell of the district's notebook runs `code`."""
        (self.folder / "faults" / district).write_text(code, encoding="utf-8")

    def notebook(self, *cells: str) -> None:
        """Have other cells after the parameters."""
        _write_notebook(self.folder, cells)

    def mend(self) -> None:
        """Undo what a test has changed: faults, notebook and params."""
        for path in (self.folder / "faults").iterdir():
            path.unlink()
        for name in ("phrases.yml", "editions/2024-07/edition.yml"):
            shutil.copy(PARAMS / name, self.folder / "params" / name)
        self.notebook(*CELLS)

    def fresh(self, out: Path, *words, **environment) -> subprocess.CompletedProcess:
        """Run it in a new Python, for what is decided when Python starts."""
        environment = {
            **os.environ, "FAULTS": str(self.folder / "faults"), "SCORECARD_PARAMS": str(self.folder / "params"),
            **environment,
        }  # fmt: skip
        command = [sys.executable, "-m", "scorecard", "packs", "--edition", "2024-07", "--out", str(out), *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=HOME, encoding="utf-8"
        )


@dataclass
class Run:
    """A run that was begun: its process and what it says."""

    process: multiprocessing.process.BaseProcess
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def status(self) -> int:
        return self.process.exitcode

    def end(self) -> "Run":
        self.process.join(100)
        assert self.process.exitcode is not None, self.said
        return self

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)


def _scorecard(words, environment, log):
    os.environ.update(environment, RUN=str(os.getpid()))
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    from scorecard.__main__ import main

    main(words)


def preload():
    """Load what every run needs; the fork server does this once, before the first run."""
    sys.modules["rfc3987_syntax"] = None  # as the command itself does
    from scorecard.kinds import KINDS, load
    from scorecard.rendering import backends, batch  # noqa: F401

    held = load("2024-07")
    kind = KINDS[held.scorecard]
    kind.check(held)
    backends._context()
    kind.rehearse(kind.disclosed(held))


_made: list[Project] = []


def shared_project(tmp_path_factory) -> Project:
    """The project of this session: Python has one fork server, so there is one project."""
    if not _made:
        _made.append(_make_project(tmp_path_factory.mktemp("project")))
    return _made[0]


def _make_project(folder: Path) -> Project:
    """Copy params, with the small notebook for every district, and start the fork server there."""
    shutil.copytree(PARAMS, folder / "params")
    for path in (folder / "params" / "editions").glob("*"):  # what costs every run time and tests nothing
        shutil.rmtree(path / "commentary" if path.name == "2024-07" else path)
    for name in ("faults", "notebooks"):
        (folder / name).mkdir()
    packs = {"directorate": [{"notebook": "small.ipynb", "areas": "districts", "parameter": "district"}]}
    (folder / "params" / "packs.yml").write_text(yaml.safe_dump(packs), encoding="utf-8")
    _write_notebook(folder, CELLS)
    server = multiprocessing.get_context("forkserver")
    multiprocessing.forkserver._forkserver._stop()  # another test may have started it, without these params
    server.set_forkserver_preload(["pytest", "batch_preload"])
    before = dict(os.environ)
    os.environ |= {"SCORECARD_PARAMS": str(folder / "params"), "PYTHONPATH": str(Path(__file__).parent)}
    try:
        first = server.Process(target=os.getpid)
        first.start()
        first.join()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Project(folder, server)


def _write_notebook(folder: Path, cells) -> None:
    new = nbformat.v4.new_code_cell
    sources = [PARAMETERS, *cells]
    made = [new(source, id=f"cell-{position:02}") for position, source in enumerate(sources)]
    made[0].metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), folder / "notebooks" / "small.ipynb")


def files(out: Path, *, runs: bool = False) -> dict[str, bytes]:
    """Every published file below `out` with its bytes; without the facts of the run unless asked for."""
    home = out / "2024-07"
    found = (path for path in sorted(home.rglob("*")) if path.is_file() and path.name != ".lock")
    return {
        path.relative_to(home).as_posix(): path.read_bytes() for path in found if runs or path != home / "manifest.json"
    }


def manifest(out: Path) -> dict:
    return json.loads((out / "2024-07" / "manifest.json").read_text(encoding="utf-8"))


def until(true, seconds: float = 20):
    """Wait until `true()` is; what it gave."""
    end = time.monotonic() + seconds
    while not (told := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return told


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
