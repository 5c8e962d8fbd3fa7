"""How jobs become packs: a forked child each from a parent that has loaded everything, or a kernel each."""

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from pathlib import Path

from scorecard.packs import Job

PACK_SECONDS = 600
"""How long a pack may take before its process is stopped."""

Work = Callable[[Job, Path, str | None], None]
"""Makes the pack of a job in a folder with a papermill engine (None: an ordinary kernel); raises if it fails."""


@dataclass
class Outcome:
    """What became of a job: `made`, `current` (nothing had changed), `failed` with the error, or `not begun`."""

    job: Job
    status: str
    seconds: float = 0.0
    error: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


class Stop:
    """Whether the user asked to stop: once to begin nothing more, twice to end at once."""

    def __init__(self):
        self.asked = 0

    def __call__(self, *_):
        """Handle an interrupt."""
        self.asked += 1
        if self.asked > 1:
            raise KeyboardInterrupt

    def __enter__(self):
        self._before = signal.signal(signal.SIGINT, self)
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGINT, self._before)


def by_fork(jobs: list[Job], work: Work, parts: dict[str, Path], workers: int, stop: Stop) -> Iterator[Outcome]:
    """One forked child a pack: it starts with everything loaded and can harm no other."""
    from scorecard import engine
    from scorecard.export import exporter

    engine.register()
    exporter()
    gc.freeze()
    context, waiting, running = get_context("fork"), list(jobs), {}
    try:
        while running or (waiting and not stop.asked):
            while waiting and len(running) < workers and not stop.asked:
                job = waiting.pop(0)
                child = context.Process(target=_in_child, args=(work, job, parts[job.folder], engine.NAME, os.getpid()))
                child.start()
                running[child.sentinel] = (job, child, time.monotonic())
            for sentinel in connection.wait(list(running), timeout=1.0):
                yield _ended(*running.pop(sentinel), parts)
            for _, child, started in running.values():
                if time.monotonic() - started > PACK_SECONDS:
                    child.kill()
    finally:
        for _, child, _ in running.values():
            _end_group(child.pid)
    yield from (Outcome(job, "not begun") for job in waiting)


def _in_child(work: Work, job: Job, part: Path, engine: str, parent: int) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(parent)
    try:
        work(job, part, engine)
    except BaseException as error:  # whatever happened, the reason must reach the parent
        _told(part).write_text(reason(error), encoding="utf-8")
        sys.stdout.flush()
        os._exit(1)


def _die_with(parent: int) -> None:
    """Have the system end this process when its parent is gone (where it can: Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _ended(job: Job, child, started: float, parts: dict[str, Path]) -> Outcome:
    child.join()
    _end_group(child.pid)
    seconds, told = time.monotonic() - started, _told(parts[job.folder])
    if child.exitcode == 0:
        return Outcome(job, "made", seconds)
    late = f"took longer than {PACK_SECONDS} s" if seconds > PACK_SECONDS else None
    error = late or (told.read_text(encoding="utf-8") if told.exists() else _death(child.exitcode))
    told.unlink(missing_ok=True)
    return Outcome(job, "failed", seconds, error)


def _death(exitcode: int) -> str:
    return f"its process was ended by {signal.Signals(-exitcode).name}" if exitcode < 0 else "its process ended early"


def _end_group(pid: int) -> None:
    """End whatever a child started and left behind."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _told(part: Path) -> Path:
    return part.with_name(part.name + ".failed")


def by_kernel(jobs: list[Job], work: Work, parts: dict[str, Path], workers: int, stop: Stop) -> Iterator[Outcome]:
    """Ordinary papermill with an ordinary kernel a pack, in threads; for systems that cannot fork."""

    def one(job: Job) -> Outcome:
        started = time.monotonic()
        if stop.asked:
            return Outcome(job, "not begun")
        try:
            work(job, parts[job.folder], None)
        except Exception as error:
            return Outcome(job, "failed", time.monotonic() - started, reason(error))
        return Outcome(job, "made", time.monotonic() - started)

    with ThreadPoolExecutor(workers) as pool:
        for done in as_completed([pool.submit(one, job) for job in jobs]):
            yield done.result()


BACKENDS = {"fork": by_fork, "kernel": by_kernel}
DEFAULT = "fork" if hasattr(os, "fork") else "kernel"


def reason(error: BaseException) -> str:
    """The last line of an error with the cell that it happened in, fit for a summary."""
    lines = str(getattr(error, "evalue", error)).strip().splitlines() or [""]
    said = f"{getattr(error, 'ename', type(error).__name__)}: {lines[-1]}"
    cell = getattr(error, "cell_index", None)
    return said if cell is None else f"cell {cell + 1}: {said}"
