"""The batch on many machines: the same jobs on Dask distributed, each pack in a process of its own on a worker."""

import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scorecard.areas import Area
from scorecard.faults import Fault, InputError
from scorecard.kinds import KINDS, load
from scorecard.packs import NOTEBOOKS, Job, NotMade, kept, sync
from scorecard.rendering.backends import Limits, Outcome, Stop, die_with, reason, run_jobs
from scorecard.rendering.batch import Making, hashes, input_files, versions_installed, write_whole

DEATHS = 3
"""A pack is given up when this many workers of our own cluster died while they had it."""
SECONDS_TO_ANSWER = 5
SECONDS_FOR_WORKERS = 60
SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS - 1,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.logging": {"distributed": "critical"},
}
PRELOAD = """
import logging, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
logging.getLogger("distributed").setLevel(logging.CRITICAL)
"""
"""What our own workers do first: Ctrl-C is for the run, which ends them in its own time and says what happened."""
MAKER = "import sys; from scorecard.rendering.cluster import serve; serve(int(sys.argv[1]))"


@dataclass(frozen=True)
class Order:
    """One pack as a worker is asked for it: names, parameters and hashes; the worker has the files."""

    edition: str
    area: Area
    notebook: str
    parameters: dict[str, str]
    run: str
    backend: str
    limits: Limits
    inputs: dict[str, str]
    versions: dict[str, str]

    @property
    def files(self) -> frozenset:
        """What a process must have loaded to make this pack."""
        return frozenset([("edition", self.edition), *self.inputs.items()])


@dataclass(frozen=True)
class Answer:
    """What became of an order: the files of the pack by name, or why it was not made and its notebook so far."""

    seconds: float
    error: str | None
    files: dict[str, bytes]
    notebook: bytes | None


# --- at the desk ----------------------------------------------------------------------------------


def run_on_cluster(
    scheduler: str | None, jobs: list[Job], work: Making, parts: dict[str, Path], workers: int, backend: str,
    limits: Limits, stop: Stop, _,
) -> Iterator[Outcome]:  # fmt: skip
    """What `backends.run_jobs` does, on the cluster at `scheduler` or on one of our own with `workers` processes."""
    if jobs and not stop.asked:
        with _connected(scheduler, min(workers, len(jobs))) as client:
            yield from _run(client, jobs, work, parts, backend, limits, stop)
    else:
        yield from (Outcome(job, "not begun") for job in jobs)


def _run(client, jobs, work, parts, backend, limits, stop) -> Iterator[Outcome]:
    """As many packs at once as the cluster has threads: none waits at a worker that another pack may end."""
    from distributed import as_completed

    waiting, begun, ready = list(jobs), {}, as_completed()

    def begin():
        while waiting and not stop.asked and len(begun) < max(1, sum(client.nthreads().values())):
            job = waiting.pop(0)
            order = Order(
                work.edition.name, job.area, job.notebook.name, job.parameters, work.run, backend, limits,
                work.inputs[job.folder], versions_installed(),
            )  # fmt: skip
            future = client.submit(make, order, key=f"scorecard-{work.run}-{job.folder}", pure=False, retries=2)
            begun[future.key] = job
            ready.add(future)

    begin()
    for future in ready:
        job = begun.pop(future.key)
        begin()
        yield _received(job, future, parts[job.folder])
    yield from (Outcome(job, "not begun") for job in waiting)


def _received(job: Job, future, part: Path) -> Outcome:
    """The outcome of a pack, after its files have been written into `part`, the manifest last."""
    from distributed.scheduler import KilledWorker

    try:
        answer = future.result()
    except KilledWorker as error:
        answer = Answer(0, f"its worker died each of {error.allowed_failures + 1} times", {}, None)
    except Exception as error:
        answer = Answer(0, f"on the worker: {reason(error)}", {}, None)
    try:
        if answer.error:
            _keep_notebook(kept(part.parent, job), answer.notebook or job.notebook.read_bytes())
        else:
            _write(part, answer.files)
    except OSError as error:
        return Outcome(job, "failed", answer.seconds, error.strerror)
    return Outcome(job, "failed" if answer.error else "made", answer.seconds, answer.error)


def _keep_notebook(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)


def _write(part: Path, files: dict[str, bytes]) -> None:
    manifest = files.pop("manifest.json", b"")
    for name, content in files.items():
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        (part / name).write_bytes(content)
    sync(part)
    write_whole(part / "manifest.json", manifest.decode())


@contextmanager
def _connected(scheduler: str | None, workers: int):
    """A client of the cluster at `scheduler`, or of one of our own that ends with the run."""
    try:
        import dask
        from distributed import Client
    except ModuleNotFoundError as error:
        said = f'needs the package "{error.name}".'
        remedy = "Run: pip install scorecard[cluster]."
        raise InputError([Fault("error", "CLU001", "--executor dask", said, remedy)]) from None
    with dask.config.set(SETTINGS):
        _be_quiet()
        if scheduler is None:
            with _own_cluster(workers) as cluster, Client(cluster) as client:
                yield client
            return
        with _client_of(scheduler) as client:
            yield client


@contextmanager
def _client_of(scheduler: str):
    from distributed import Client

    try:
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError, TypeError):  # TimeoutError is an OSError
        said = f"there is no scheduler that answers within {SECONDS_TO_ANSWER} s."
        remedy = "Write the address that `dask scheduler` prints, such as tcp://host:8786."
        raise InputError([Fault("error", "CLU002", scheduler, said, remedy)]) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
        except OSError:
            said = f"has had no worker for {SECONDS_FOR_WORKERS} s."
            raise InputError([Fault("error", "CLU003", scheduler, said, "Start workers: dask worker.")]) from None
        yield client


@contextmanager
def _own_cluster(workers: int):
    """Worker processes of one thread each on this machine. Certificates made for this run keep others out."""
    from distributed import LocalCluster
    from distributed.security import Security

    with (
        tempfile.TemporaryDirectory(prefix="scorecard-") as scratch,
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, protocol="tls://", host="127.0.0.1",
            security=Security.temporary(), dashboard_address="127.0.0.1:0", local_directory=scratch,
            preload=PRELOAD, scheduler_kwargs={"dashboard": False},
        ) as cluster,
    ):  # fmt: skip
        yield cluster


def _be_quiet() -> None:
    """What Dask says of lost workers is said in the summary, where it matters."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)


# --- on a worker ----------------------------------------------------------------------------------

_idle: list["Maker"] = []
_guard = threading.Lock()


def make(order: Order) -> Answer:
    """Make one pack on this worker, in a process that no other pack has used."""
    from distributed import get_worker

    maker = _maker(order)
    try:
        answer = maker.ask(order, get_worker().local_directory)
    except (EOFError, OSError):
        maker.end()
        raise NotMade("its process ended early") from None
    with _guard:
        _idle.append(maker)
    return answer


def _maker(order: Order) -> "Maker":
    """A maker that has loaded just the files of this order; those that have loaded others end."""
    with _guard:
        for maker in list(_idle):
            _idle.remove(maker)
            if maker.files == order.files and maker.process.poll() is None:
                return maker
            maker.end()
    return Maker(order.files)


class Maker:
    """A process without threads or sockets that has everything loaded and forks one process a pack.

    The worker itself has threads and an event loop, which a fork would copy half.
    """

    def __init__(self, files: frozenset):
        command = [sys.executable, "-P", "-c", MAKER, str(os.getpid())]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
        self.files, self.process = files, subprocess.Popen(command, **pipes)

    def ask(self, order: Order, scratch: str) -> Answer:
        """Have an order made; `EOFError` or `OSError` if the process ends before it answers."""
        pickle.dump((order, scratch), self.process.stdin)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        with suppress(OSError):
            self.process.communicate()


# --- in the maker's process -----------------------------------------------------------------------


def serve(parent: int) -> None:
    """Make packs one after the other as the worker asks for them, until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(parent, signal.SIGKILL)
    sys.modules.setdefault("rfc3987_syntax", None)  # as the command itself does
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what a notebook reads or writes is not ours
    os.dup2(2, 1)
    with suppress(EOFError):
        while True:
            order, scratch = pickle.load(asked)
            pickle.dump(_answer(order, scratch), answers)
            answers.flush()


def _answer(order: Order, scratch: str) -> Answer:
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="scorecard-", dir=scratch) as home:
            return _made(order, Path(home), started)
    except Exception as error:
        return Answer(time.monotonic() - started, reason(error), {}, None)


def _made(order: Order, home: Path, started: float) -> Answer:
    """Make the pack as a run of its own with one job."""
    job = Job(order.area, NOTEBOOKS / order.notebook, order.parameters)
    _compare(order, job)
    loaded = _loaded(order.edition)
    work = Making(loaded.edition, order.run, order.limits.cell, {job.folder: order.inputs})
    part = home / job.folder
    words = (order.backend, order.limits, Stop(), loaded.rehearse)
    (outcome,) = run_jobs([job], work, {job.folder: part}, 1, *words)
    files, notebook = {}, kept(home, job)
    if outcome.status == "made":
        found = (path for path in part.rglob("*") if path.is_file())
        files = {path.relative_to(part).as_posix(): path.read_bytes() for path in found}
    told = notebook.read_bytes() if notebook.exists() and not files else None
    return Answer(time.monotonic() - started, outcome.error, files, told)


@cache
def _loaded(edition: str) -> Making:
    """The edition, read once, with the rehearsal that belongs to it."""
    held = load(edition)
    return Making(KINDS[held.scorecard].disclosed(held), "", 0, {})


def _compare(order: Order, job: Job) -> None:
    """A pack made from other files or with other versions would not be the one that was asked for."""
    paths = [path for path in [job.notebook, *input_files(order.edition)] if path.exists()]
    files, versions = (
        order.inputs.items() ^ hashes(paths).items(),
        order.versions.items() ^ versions_installed().items(),
    )
    if files:
        name = f"{min(files)[0]} is"
    elif versions:
        name = f"the version of {min(versions)[0]} is"
    else:
        return
    raise NotMade(f"{name} not the same on the worker {socket.gethostname()} as here; set up both alike")
