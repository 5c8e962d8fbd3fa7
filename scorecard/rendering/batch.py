"""All packs of an edition: made side by side, swapped in whole or not at all, with an index and a manifest."""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout

from scorecard.areas import Area
from scorecard.catalogue import PARAMS
from scorecard.editions import EDITIONS, Edition, editions_known
from scorecard.faults import Fault, InputError
from scorecard.kinds import KINDS
from scorecard.packs import FAILED, PACKAGE, Job, NotMade, bare, kept, make_pack, plan, sync
from scorecard.rendering.backends import DEFAULT, Limits, Outcome, Stop, run_jobs

LOCK_FILE = PACKAGE.parent / "requirements.lock"
VERSIONS = ["ipython", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "scorecard"]
COUNTED = ["RED", "AMBER", "GREEN", "not rated"]


class Busy(Exception):  # noqa: N818
    """Another run is writing to the same folder."""


class Place:
    """Where packs go: here the folder they are made in, so that nothing is left to do."""

    name = ""

    def fetch(self, home: Path, folders: list[str]) -> None:
        """Bring the manifests of the packs that are there into `home`."""

    def put_pack(self, pack: Path) -> None:
        """Bring a pack there that was made."""

    def put_edition(self, home: Path) -> None:
        """Bring the edition's index and manifest there."""

    def holds(self, pack: Path, outputs: dict[str, str]) -> bool:
        """Whether the files of a pack are those that its manifest names."""
        return outputs == _outputs(pack)


def make_packs(
    edition: Edition,
    jobs: list[Job],
    out: Path,
    workers: int,
    backend: str = DEFAULT,
    resume: bool = False,
    told: Callable[[Outcome], None] = lambda outcome: None,
    limits: Limits | None = None,
    stop: Stop | None = None,
    executor: Callable[..., Iterator[Outcome]] = run_jobs,
    place: Place | None = None,
) -> list[Outcome]:
    """Make the packs of `jobs` in `out/<edition>/<area>/`, then the edition's index and manifest.

    A pack that fails leaves the earlier pack of its area as it was and does not stop the others.
    With `resume`, packs that are up to date are left alone. `told` hears of each outcome as it comes. `executor` takes
    what `run_jobs` takes; `place` is where the packs go if `out` is only where they are made. Returns the outcomes in
    the order of `jobs`. `Busy` if another run is at work there, `InputError` if nothing can be written there,
    `NotMade` if index and manifest could not be.
    """
    home, run, started, outcomes = out / edition.name, os.urandom(8).hex(), time.time(), {}
    limits, place = limits or Limits(), place or Place()
    with only_run(home):
        _sweep(home)
        place.fetch(home, [job.folder for job in plan(edition)])
        shared = hashes(input_files(edition.name))
        inputs = {job.folder: hashes([job.notebook]) | shared for job in jobs}
        wanted = [job for job in jobs if not (resume and is_current(job, home, inputs[job.folder], place))]
        parts = {job.folder: home / f".part-{run}-{job.folder}" for job in wanted}
        work = Making(edition, run, limits.cell, inputs)
        rehearse = partial(work.rehearse, wanted)
        try:
            made = executor(wanted, work, parts, workers, backend, limits, stop or Stop(), rehearse)
            for outcome in chain((Outcome(job, "current") for job in jobs if job not in wanted), made):
                outcomes[outcome.job.folder] = _settled(edition, home, outcome, parts, place)
                told(outcome)
        finally:
            _sweep(home)
        try:
            write_whole(home / "index.html", index_page(edition, home, outcomes))
            write_whole(home / "manifest.json", _json(manifest(edition, home, outcomes, started, run)))
            place.put_edition(home)
        except OSError as error:
            raise NotMade(f"index and manifest were not written ({error.strerror})") from error
    return [outcomes[job.folder] for job in jobs]


def out_of_date(edition: str, jobs: Iterable[Job], home: Path) -> list[Job]:
    """The packs that the folder `home` lacks, or holds otherwise than they would be made now."""
    shared = hashes(input_files(edition))
    return [job for job in jobs if not is_current(job, home, hashes([job.notebook]) | shared, Place())]


@dataclass(frozen=True, eq=False)
class Making:
    """How the packs of one run are made: from which edition and inputs, and how many seconds a cell may take."""

    edition: Edition
    run: str
    seconds: int
    inputs: dict[str, dict[str, str]]

    def __call__(self, job: Job, part: Path, engine: str, at: Callable[[str], None]) -> None:
        """Make one pack in `part`. Its manifest comes last, when all else is on the disk: with it the pack is whole."""
        make_pack(job, self.edition, part, self.run, engine, self.seconds, at)
        before = self.inputs[job.folder]
        if changed := before.items() ^ hashes([job.notebook, *input_files(self.edition.name)]).items():
            raise NotMade(f"{min(changed)[0]} was changed while the pack was made; run again")
        sync(part)
        write_whole(part / "manifest.json", _json(pack_manifest(self.edition, job, part, before)))

    def rehearse(self, jobs: Iterable[Job] = ()) -> None:
        """Do once what every pack would do again: notebooks, styles, fonts, words and templates are there for all."""
        versions_installed()
        for job in jobs:
            bare(job.notebook)
        KINDS[self.edition.scorecard].rehearse(self.edition)


def _settled(edition: Edition, home: Path, outcome: Outcome, parts: dict[str, Path], place: Place) -> Outcome:
    """The outcome after a pack that was made has been put into its place."""
    job = outcome.job
    if outcome.status == "made":
        try:
            if not (parts[job.folder] / "manifest.json").exists():
                raise NotMade("its process ended before the pack was whole")
            swap_in(parts[job.folder], home / job.folder)
            place.put_pack(home / job.folder)
        except (NotMade, OSError) as error:
            outcome.status, outcome.error = "failed", getattr(error, "strerror", None) or str(error)
    if outcome.status in {"made", "current"}:
        with suppress(OSError):
            kept(home, job).unlink(missing_ok=True)
            (home / FAILED).rmdir()
    outcome.counts = _told(home, job).get("rag") or rag_counts(edition, job.area)
    return outcome


# --- one run at a time, whole or not at all -------------------------------------------------------


@contextmanager
def only_run(home: Path):
    """Hold the folder for this run; the system frees it when the process ends, however it ends."""
    lock, holder = FileLock(home / ".lock", timeout=0), home / ".holder"
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise Busy(f"{home} is being written by {who}. Wait for it to end, or write to another folder.") from None
    except OSError as error:
        said = f"cannot be written ({error.strerror})."
        raise InputError([Fault("error", "OUT001", str(home), said, "Choose another folder with --out.")]) from None
    try:
        with suppress(OSError):
            write_whole(holder, f"process {os.getpid()}, since {_clock(time.time())}")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _sweep(home: Path) -> None:
    """Remove what earlier runs left half made; put back a pack that was being replaced."""
    for old in home.glob(".old-*"):
        final = home / old.name.removeprefix(".old-")
        if final.exists():
            _remove(old)
        else:
            os.replace(old, final)
    for part in home.glob(".part-*"):
        _remove(part)


def _remove(path: Path) -> None:
    """Remove a folder or a file; never what a link points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def swap_in(part: Path, final: Path) -> None:
    """Put the folder `part` in the place of `final`: at every moment there is the old pack or the new one.

    Where the system cannot exchange two folders in one step, `_sweep` undoes a swap that was cut short.
    """
    old = final.with_name(f".old-{final.name}")
    if not os.path.lexists(final):
        os.replace(part, final)
    elif _exchange(part, final):
        old = part
    else:
        os.replace(final, old)
        os.replace(part, final)
    _sync_folder(final.parent)
    if os.path.lexists(old):
        _remove(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux, on most file systems); whether that could be done."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, TypeError):
        return False
    if renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2) == 0:  # AT_FDCWD, RENAME_EXCHANGE
        return True
    if (number := ctypes.get_errno()) in {errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP}:
        return False
    raise OSError(number, os.strerror(number), str(other))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    part = path.with_name(f".part-{path.name}")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- what was made from what ----------------------------------------------------------------------


def input_files(edition: str) -> Iterator[Path]:
    """Every file that all packs of an edition depend on: its own and earlier editions', parameters, source, lock."""
    folders = [PACKAGE, *(EDITIONS / name for name in editions_known() if name <= edition)]
    found = chain([LOCK_FILE], PARAMS.glob("*.yml"), *(folder.rglob("*") for folder in folders))
    return (path for path in found if path.is_file() and path.name[0] != "." and "__pycache__" not in path.parts)


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """The hash of each file by its name in the project, which is the same on every machine."""
    return {_name(path): sha256(path) for path in paths}


def _name(path: Path) -> str:
    base = PACKAGE.parent if path.is_relative_to(PACKAGE) or path == LOCK_FILE else PARAMS.parent
    return path.relative_to(base).as_posix()


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pack_manifest(edition: Edition, job: Job, folder: Path, inputs: dict[str, str]) -> dict:
    """What the pack in `folder` says, what it was made from and with, and the hashes of all its files."""
    return {
        "area": job.area.name,
        "edition": edition.name,
        "rag": rag_counts(edition, job.area),
        **_made_from(job, inputs),
        "outputs": _outputs(folder),
    }


def _made_from(job: Job, inputs: dict[str, str]) -> dict:
    return {
        "notebook": job.notebook.name,
        "parameters": job.parameters,
        "versions": versions_installed(),
        "inputs": dict(sorted(inputs.items())),
    }


def _outputs(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "manifest.json")
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def is_current(job: Job, home: Path, inputs: dict[str, str], place: Place) -> bool:
    """Whether the pack in `home` is whole, did not fail since, and was made from exactly what there is now."""
    told, wanted = _told(home, job), _made_from(job, inputs)
    if kept(home, job).exists() or {name: told.get(name) for name in wanted} != wanted:
        return False
    return place.holds(home / job.folder, told.get("outputs"))


def _told(home: Path, job: Job) -> dict:
    """The manifest of a pack; empty if there is none that can be read."""
    try:
        told = json.loads((home / job.folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


@cache
def versions_installed() -> dict[str, str]:
    """The versions of Python and of the packages that shape a pack."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in VERSIONS:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


# --- index and manifest of the edition ------------------------------------------------------------


def rag_counts(edition: Edition, area: Area) -> dict[str, int]:
    """How many indicators of an area are RED, AMBER, GREEN and not rated; empty for a scorecard without ratings."""
    told = KINDS[edition.scorecard].counts(edition, area)
    return {word: told[word] for word in COUNTED if word in told}


def index_page(edition: Edition, home: Path, outcomes: dict[str, Outcome]) -> str:
    """The page that links every pack in `home`, with the counts per area and what failed."""
    from scorecard import tables

    entries = []
    for job in plan(edition):
        told, outcome = _told(home, job), outcomes.get(job.folder)
        why = outcome.error if outcome else None
        if told or why:
            counted = told.get("rag") or outcome.counts
            entries.append((job.area.name, f"{job.folder}/pack.html" if told else None, counted, why))
    return tables.index(edition, entries)


def manifest(edition: Edition, home: Path, outcomes: dict[str, Outcome], started: float, run: str) -> dict:
    """The facts of a run: when, with what, and what became of each pack; `manifest.schema.json` describes them."""
    packs = {job.folder: outcomes.get(job.folder, Outcome(job, "untouched")) for job in plan(edition)}
    return {
        "edition": edition.name,
        "run": run,
        "started": _clock(started),
        "seconds": round(time.time() - started, 1),
        **_commit(),
        "versions": versions_installed(),
        "packs": {name: _pack_facts(home, outcome) for name, outcome in packs.items()},
    }


def _pack_facts(home: Path, outcome: Outcome) -> dict:
    pack = home / outcome.job.folder / "manifest.json"
    return {
        "area": outcome.job.area.name,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 2),
        "error": outcome.error,
        "rag": _told(home, outcome.job).get("rag"),
        "manifest": sha256(pack) if pack.exists() else None,
    }


def _commit() -> dict:
    """The commit that made the packs and whether the tree was clean, where git can tell."""
    from subprocess import run

    def git(*words: str) -> str | None:
        with suppress(OSError):
            done = run(["git", "-C", str(PACKAGE.parent), *words], capture_output=True, text=True, check=False)
            return done.stdout.strip() if done.returncode == 0 else None

    changed = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "clean": None if changed is None else changed == ""}


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _json(facts: dict) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
