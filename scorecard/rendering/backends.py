"""How jobs become packs: a process of its own each, watched by a keeper that leaves nothing of it behind."""

import ctypes
import gc
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import connection, get_context
from pathlib import Path

from scorecard.packs import Job, NotMade

Work = Callable[[Job, Path, str, Callable[[str], None]], None]
"""Makes the pack of a job in a folder with a papermill engine and tells which cell begins; raises if it fails."""
BACKENDS = {"fork": "scorecard-in-process", "kernel": "scorecard-private-kernel"} if hasattr(os, "fork") else {
    "kernel": "scorecard-private-kernel"
}  # fmt: skip
"""Name of the papermill engine that each way of running notebooks uses; the first is the default."""
DEFAULT = next(iter(BACKENDS))
LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def _seconds(name: str, default: int):
    return field(default_factory=lambda: int(os.environ.get(name, default)))


@dataclass(frozen=True)
class Limits:
    """How many seconds a cell and a pack may take, and how long a cell may resist before its process is killed.

    For a machine that is much slower the environment may say otherwise.
    """

    cell: int = _seconds("SCORECARD_CELL_SECONDS", 120)
    pack: int = _seconds("SCORECARD_PACK_SECONDS", 600)
    grace: int = _seconds("SCORECARD_GRACE_SECONDS", 10)


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
        os.write(2, b"\nFinishing the packs that have begun. Press Ctrl-C again to stop at once.\n")

    def __enter__(self):
        self._before = signal.signal(signal.SIGINT, self)
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGINT, self._before)


def run_jobs(
    jobs: list[Job],
    work: Work,
    parts: dict[str, Path],
    workers: int,
    backend: str,
    limits: Limits,
    stop: Stop,
    rehearse: Callable[[], None],
) -> Iterator[Outcome]:
    """Do `work` for each job in a process of its own, `workers` at once; the outcomes as they come.

    `rehearse` does once what each process would else do again, if there are more jobs than workers: all but one of
    the first processes are at work meanwhile.
    """
    context, waiting, running, rehearsed = None, list(jobs), {}, len(jobs) <= workers
    if jobs and not stop.asked:
        context = _context()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    others = set(_children())
    try:
        while running or (waiting and not stop.asked):
            while waiting and len(running) < workers and not stop.asked:
                if not rehearsed and len(running) == workers - 1:
                    rehearse()
                    gc.freeze()
                    rehearsed = True
                begun = _Running(context, waiting.pop(0), work, parts, BACKENDS[backend])
                running[begun.process.sentinel] = begun
            for sentinel in connection.wait(list(running), timeout=min(1.0, limits.cell / 4)):
                ended = running.pop(sentinel)
                yield ended.outcome()
                if ended.process.exitcode < 0:  # killed, it could not end what it had started
                    _end_children(others | {begun.process.pid for begun in running.values()})
            for begun in running.values():
                begun.end_if_late(limits)
    finally:
        for begun in running.values():
            begun.end()
    yield from (Outcome(job, "not begun") for job in waiting)


@cache
def _context():
    """Forked processes start with everything loaded, so load it once; no loop, socket or thread of ours may exist yet.

    The threads of numpy and scipy stay behind in the parent: a forked process starts its own when it needs them.
    """
    import scipy.special  # noqa: F401 each pack would load it
    from IPython.core import application, completerlib, crashhandler, logger, oinspect  # noqa: F401 each shell would load them
    from matplotlib.backends import backend_registry
    from nbformat import v4, validate

    from scorecard import charts  # noqa: F401 each pack would load it
    from scorecard.pages.markup import load_templates
    from scorecard.rendering import engine
    from scorecard.rendering.export import exporter

    engine.register()
    load_templates()
    backend_registry.list_all()  # looks through every package that is installed
    rehearsal = v4.new_notebook(cells=[v4.new_markdown_cell("## x"), v4.new_code_cell("1", execution_count=1)])
    validate(rehearsal)
    exporter().from_notebook_node(rehearsal, resources={"title": "", "style": "", "footer": ""})
    gc.freeze()
    return get_context("fork" if hasattr(os, "fork") else "spawn")


class _Running:
    """One pack at work: its process, what it says, and since when."""

    def __init__(self, context, job: Job, work: Work, parts: dict[str, Path], engine: str):
        self.job, self.started, self.error = job, time.monotonic(), None
        self.cell, self.cell_started = "its start", self.started
        self.told, tell = context.Pipe(duplex=False)
        words = (work, job, parts[job.folder], engine, tell, os.getpid())
        self.process = context.Process(target=_keep if hasattr(os, "fork") else _work, args=words)
        self.process.start()
        tell.close()

    def listen(self) -> None:
        """Take in what the process has said so far."""
        with suppress(EOFError, OSError):
            while self.told.poll():
                what, words = self.told.recv()
                if what == "failed":
                    self.error = words
                else:
                    self.cell, self.cell_started = words, time.monotonic()

    def end_if_late(self, limits: Limits) -> None:
        """End a pack that takes too long, or whose cell does not heed its own time limit."""
        self.listen()
        now = time.monotonic()
        if now - self.cell_started > limits.cell + limits.grace:
            self.error = f"{self.cell}: took longer than {limits.cell} s"
        elif now - self.started > limits.pack:
            self.error = f"{self.cell}: the pack took longer than {limits.pack} s"
        else:
            return
        self.process.terminate()

    def outcome(self) -> Outcome:
        """What became of the pack, now that its process has ended."""
        self.process.join()
        self.listen()
        self.told.close()
        seconds = time.monotonic() - self.started
        if self.process.exitcode == 0 and not self.error:
            return Outcome(self.job, "made", seconds)
        return Outcome(self.job, "failed", seconds, self.error or f"{self.cell}: {_death(self.process.exitcode)}")

    def end(self) -> None:
        """End the process and all that it started, at once."""
        self.process.terminate()
        self.process.join(10)
        self.process.kill()
        self.process.join()


def _death(status: int) -> str:
    """How a process ended, from its exit status or, negative or above 128, its signal."""
    number = -status if status < 0 else status - 128
    with suppress(ValueError):
        return f"its process was ended by {signal.Signals(number).name}"
    return "its process ended early"


def _keep(work: Work, job: Job, part: Path, engine: str, tell, parent: int) -> None:
    """Run the work in a child process and, however it or the run ends, leave none of its processes behind."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    die_with(parent, signal.SIGTERM)
    private = tempfile.mkdtemp(prefix="scorecard-")
    keeper, worker = os.getpid(), os.fork()
    if worker == 0:
        os.setpgid(0, 0)
        die_with(keeper, signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
        os.environ |= {"IPYTHONDIR": private, "JUPYTER_RUNTIME_DIR": private}
        _work(work, job, part, engine, tell, parent)
    tell.close()
    status = _end_of(worker)
    _end_all_of(worker)
    shutil.rmtree(private, ignore_errors=True)
    os._exit(1 if status is None else status if status >= 0 else 128 - status)


def _end_of(worker: int) -> int | None:
    """Wait until the worker ends or this process is told to; the worker's status, if it has ended."""
    while signal.sigwait({signal.SIGTERM, signal.SIGCHLD}) == signal.SIGCHLD:
        ended, status = os.waitpid(worker, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
    return None


def _end_all_of(worker: int) -> None:
    """Kill the worker and everything that it started; on Linux also what has left its process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(worker, signal.SIGKILL)
    _end_children(set())


def _end_children(spared: set[int]) -> None:
    """Kill every child but those spared, and what becomes a child thereby."""
    while children := set(_children()) - spared:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def _children() -> list[int]:
    """This process's children; as it is a subreaper, orphans of its children are among them (Linux)."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _prctl(option: int, value: int) -> None:
    if LINUX:
        ctypes.CDLL(None).prctl(option, value)


def die_with(parent: int, how: signal.Signals) -> None:
    """Have the system send `how` to this process when its parent is gone (Linux)."""
    _prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        os._exit(1)


def _work(work: Work, job: Job, part: Path, engine: str, tell, _: int) -> None:
    """Do the work and end this process; whatever goes wrong, the reason reaches the run."""
    from scorecard.rendering import engine as engines

    engines.register()
    gc.disable()  # this process ends with its pack
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(2, 1)  # what a notebook writes past Jupyter must not stand between the lines of the summary
    try:
        work(job, part, engine, lambda cell: tell.send(("cell", cell)))
    except BaseException as error:
        with suppress(OSError, MemoryError):
            tell.send(("failed", reason(error)[:1000]))
        os._exit(1)
    os._exit(0)


def reason(error: BaseException) -> str:
    """Why a pack failed, fit for a summary: an error that we did not word ourselves shows its kind only."""
    if isinstance(error, NotMade):
        return str(error)
    words = getattr(error, "strerror", None)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
