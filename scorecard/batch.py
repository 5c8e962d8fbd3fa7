"""All packs of an edition: made side by side, swapped in whole or not at all, with an index and a manifest."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from scorecard import tables
from scorecard.areas import Area
from scorecard.backends import BACKENDS, DEFAULT, Outcome, Stop
from scorecard.build import build_scorecard, counts
from scorecard.catalogue import PARAMS
from scorecard.editions import EDITIONS, Edition
from scorecard.packs import PACKAGE, Job, make_pack, plan

LOCK_FILE = PACKAGE.parent / "requirements.lock"
VERSIONS = ["matplotlib", "nbconvert", "numpy", "pandas", "papermill", "scorecard"]
COUNTED = ["RED", "AMBER", "GREEN", "not rated"]


class Busy(Exception):  # noqa: N818
    """Another run is writing to the same folder."""


def make_packs(
    edition: Edition,
    jobs: list[Job],
    out: Path,
    workers: int,
    backend: str = DEFAULT,
    resume: bool = False,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make the packs of `jobs` in `out/<edition>/<area>/`, then the edition's index and manifest.

    A pack that fails leaves the earlier pack of its area as it was and does not stop the others.
    With `resume`, packs that are up to date are left alone. `told` hears of each outcome as it
    comes. Returns the outcomes in the order of `jobs`; `Busy` if another run is at work there.
    """
    home, run, started = out / edition.name, os.urandom(8).hex(), time.time()
    home.mkdir(parents=True, exist_ok=True)
    outcomes = {}
    with only_run(home), Stop() as stop:
        _sweep(home)
        wanted = [job for job in jobs if not (resume and is_current(edition, job, home))]
        parts = {job.folder: home / f".part-{run}-{job.folder}" for job in wanted}

        def work(job: Job, part: Path, engine: str | None) -> None:
            make_pack(job, edition, part, run, engine)
            write_whole(part / "manifest.json", _json(pack_manifest(edition, job, part)))

        current = (Outcome(job, "current") for job in jobs if job not in wanted)
        for outcome in _all(current, BACKENDS[backend](wanted, work, parts, workers, stop)):
            if outcome.status == "made":
                swap_in(parts[outcome.job.folder], home / outcome.job.folder)
            outcome.counts = rag_counts(edition, outcome.job.area)
            outcomes[outcome.job.folder] = outcome
            told(outcome)
        _sweep(home)
        in_order = [outcomes[job.folder] for job in jobs]
        write_whole(home / "index.html", index_page(edition, home, in_order))
        write_whole(home / "manifest.json", _json(manifest(edition, home, in_order, started, run)))
    return in_order


def _all(*several) -> Iterator[Outcome]:
    for outcomes in several:
        yield from outcomes


@contextmanager
def only_run(home: Path):
    """Hold the folder for this run; the system frees it when the process ends, however it ends."""
    lock, holder = FileLock(home / ".lock", timeout=0), home / ".holder"
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise Busy(f"{home} is being written by {who}. Wait for it to end, or write to another folder.") from None
    try:
        write_whole(holder, f"process {os.getpid()}, since {_clock(time.time())}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _sweep(home: Path) -> None:
    """Remove what earlier runs left half made; put back a pack that was being replaced."""
    for old in home.glob(".old-*"):
        final = home / old.name.removeprefix(".old-")
        if final.exists():
            shutil.rmtree(old)
        else:
            os.replace(old, final)
    for part in home.glob(".part-*"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def swap_in(part: Path, final: Path) -> None:
    """Put the folder `part` in the place of `final`; `_sweep` undoes a swap that was cut short."""
    old = final.with_name(f".old-{final.name}")
    if final.exists():
        os.replace(final, old)
    os.replace(part, final)
    shutil.rmtree(old, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    part = path.with_name(f".part-{path.name}")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def rag_counts(edition: Edition, area: Area) -> dict[str, int]:
    """How many indicators of an area are RED, AMBER, GREEN and not rated."""
    told = counts(build_scorecard(edition, area))
    return {word: told[word] for word in COUNTED}


def index_page(edition: Edition, home: Path, outcomes: list[Outcome]) -> str:
    """The page that links every pack in `home`, with the counts per area and what failed."""
    failed = {outcome.job.area.name: outcome.error for outcome in outcomes if outcome.status == "failed"}
    entries = [
        (job.area.name, f"{job.folder}/pack.html", rag_counts(edition, job.area), failed.get(job.area.name))
        for job in plan(edition)
        if (home / job.folder / "pack.html").exists() or job.area.name in failed
    ]
    return tables.index(edition, entries)


# --- what was made from what ------------------------------------------------------------------------


def pack_manifest(edition: Edition, job: Job, folder: Path) -> dict:
    """The hashes of everything that the pack in `folder` was made from and of everything in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {
        "area": job.area.name,
        "edition": edition.name,
        "notebook": job.notebook.name,
        "parameters": job.parameters,
        "inputs": {relative(path): sha256(path) for path in inputs(edition, job)},
        "outputs": {path.relative_to(folder).as_posix(): sha256(path) for path in files},
    }


def is_current(edition: Edition, job: Job, home: Path) -> bool:
    """Whether the pack in `home` is whole and was made from exactly what there is now."""
    folder = home / job.folder
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return told == pack_manifest(edition, job, folder)


def manifest(edition: Edition, home: Path, outcomes: list[Outcome], started: float, run: str) -> dict:
    """The facts of a run: when, with what, and what became of each pack."""
    return {
        "edition": edition.name,
        "run": run,
        "started": _clock(started),
        "seconds": round(time.time() - started, 1),
        **_commit(),
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in VERSIONS},
        "packs": {outcome.job.folder: _pack_facts(home, outcome) for outcome in outcomes},
    }


def _pack_facts(home: Path, outcome: Outcome) -> dict:
    told = home / outcome.job.folder / "manifest.json"
    return {
        "area": outcome.job.area.name,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 2),
        "error": outcome.error,
        "rag": outcome.counts,
        "manifest": sha256(told) if told.exists() else None,
    }


def _commit() -> dict:
    """The commit that made the packs and whether the tree was clean, where git can tell."""
    from subprocess import run

    def git(*words: str) -> str | None:
        try:
            done = run(["git", "-C", str(PACKAGE.parent), *words], capture_output=True, text=True, check=False)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changed = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "clean": None if changed is None else changed == ""}


def inputs(edition: Edition, job: Job) -> list[Path]:
    """Every file that a pack depends on: notebook, edition, parameters, package source, lock file."""
    edition_files = [path for path in (EDITIONS / edition.name).rglob("*") if path.is_file()]
    return sorted([job.notebook, *edition_files, *_common_inputs()])


@cache
def _common_inputs() -> tuple[Path, ...]:
    source = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return (LOCK_FILE, *PARAMS.glob("*.yml"), *source)


def relative(path: Path) -> str:
    """A file's name within the project, the same on every machine."""
    return path.relative_to(PARAMS.parent if path.is_relative_to(PARAMS) else PACKAGE.parent).as_posix()


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _json(facts: dict) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
