"""Papermill engines for a batch with a process a pack: one runs the notebook inside it, one in a private kernel.

The notebook that comes out of the first is the one a kernel would give: same outputs in the same
order, same errors, same counts. `tests/test_engine.py` holds the two against each other.
"""

import builtins
import os
import signal
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from pathlib import Path

import nbformat
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.jsonutil import json_clean
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from papermill.engines import Engine, NBClientEngine, papermill_engines
from traitlets import Type
from traitlets.config import Config

NAME, KERNEL_NAME = "scorecard-in-process", "scorecard-private-kernel"
RUN_FACTS = ["papermill", "execution"]
"""Metadata of a notebook and its cells that differs from run to run; kept out of the published notebook."""
KEPT = ("kernelspec", "voila")
"""Metadata of a notebook that is no fact of a run: its kernel, and its template as a page."""


class Recorder:
    """The outputs of the cell that runs, in the order in which they happen."""

    def __init__(self):
        self.outputs: list = []
        self.count = 0
        self.displays: dict[str, list] = {}
        self.clear_before_next = False

    def begin(self, cell, count: int):
        """Record the outputs of `cell`, the `count`th to run."""
        cell.execution_count = count
        self.outputs, self.count, self.clear_before_next = cell.outputs, count, False

    def add(self, output):
        """One more output."""
        if self.clear_before_next:
            self.clear()
        self.outputs.append(output)

    def display(self, output, display_id: str | None):
        """A display, remembered under its id so that it can be updated."""
        self.add(output)
        if display_id:
            self.displays.setdefault(display_id, []).append(output)

    def update(self, display_id: str, data: dict, metadata: dict):
        """Change every display that was shown under `display_id`."""
        for output in self.displays.get(display_id, []):
            output.data, output.metadata = data, metadata

    def clear(self, wait: bool = False):
        """Forget the outputs of this cell, at once or when the next one comes."""
        self.clear_before_next = wait
        if not wait:
            self.outputs.clear()


def _output(kind: str, **told):
    """An output as nbformat makes it, but not held against the schema each time: that is done for the notebook."""
    return nbformat.from_dict({"output_type": kind, **told})


class _Stream(TextIOBase):
    """Standard output or error of the notebook."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str):
        self.recorder, self.name = recorder, name

    def write(self, text: str) -> int:
        if text:
            self.recorder.add(_output("stream", name=self.name, text=text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    """What `display()` shows."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        display_id = (transient or {}).get("display_id")
        data, metadata = json_clean(data), json_clean(metadata or {})
        if update:
            self.shell.recorder.update(display_id, data, metadata)
        else:
            self.shell.recorder.display(_output("display_data", data=data, metadata=metadata), display_id)

    def clear_output(self, wait=False):
        self.shell.recorder.clear(wait)


class _Result(DisplayHook):
    """What the last expression of a cell shows."""

    active = False

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        data, metadata = json_clean(format_dict), json_clean(md_dict or {})
        recorder = self.shell.recorder
        recorder.add(_output("execute_result", data=data, metadata=metadata, execution_count=recorder.count))

    def start_displayhook(self):
        self.active = True

    def finish_displayhook(self):
        self.active = False


class _Shell(InteractiveShell):
    """An IPython shell whose outputs go to a recorder."""

    compiler_class = Type(XCachingCompiler)
    displayhook_class = Type(_Result)
    display_pub_class = Type(_Publisher)

    def __init__(self, recorder: Recorder, **kwargs):
        self.recorder = recorder
        self.failed_in_display = False
        super().__init__(**kwargs)

    def enable_gui(self, gui=None):
        """No event loop: figures are drawn, not shown in windows."""

    def _showtraceback(self, etype, evalue, stb):
        self.failed_in_display |= self.displayhook.active
        lines = json_clean(list(stb))
        self.recorder.add(_output("error", ename=etype.__name__, evalue=str(evalue), traceback=lines))


class CellTimeout(Exception):  # noqa: N818
    """A cell ran longer than it may."""


@contextmanager
def _time_limit(seconds: int | None):
    """Raise `CellTimeout` in the running cell after `seconds`."""

    def stop(*_):
        raise CellTimeout(f"the cell took longer than {seconds} s")

    if not seconds:
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class InProcessEngine(Engine):
    """Runs the cells of a notebook in an IPython shell of this process. Use it in a process of its own."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, execution_timeout=None, follow=None, **_):
        """Run every cell; stop after the first error unless its cell is tagged `raises-exception`."""
        _tell_cells(nb_man, follow)
        recorder = Recorder()
        shell = _Shell.instance(recorder=recorder, config=Config({"HistoryManager": {"enabled": False}}))
        builtins.input = _no_input
        with redirect_stdout(_Stream(recorder, "stdout")), redirect_stderr(_Stream(recorder, "stderr")):
            _follow_figures()
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                failed = cell.cell_type == "code" and _run(shell, recorder, cell, execution_timeout)
                if failed:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if failed:
                    break
        nb_man.nb.metadata["language_info"] = dict(IPythonKernel.language_info)


def _run(shell: _Shell, recorder: Recorder, cell, timeout: int | None) -> bool:
    """Run one code cell; whether it failed and the notebook must stop."""
    if not cell.source.strip():
        return False
    recorder.begin(cell, shell.execution_count)
    shell.failed_in_display = False
    with _time_limit(timeout):
        result = shell.run_cell(cell.source, store_history=True)
    failed = not result.success or shell.failed_in_display
    return failed and "raises-exception" not in cell.metadata.get("tags", [])


def _follow_figures():
    """Have pyplot show its figures at the end of a cell, as a kernel does, whatever was imported before."""
    backend = "module://matplotlib_inline.backend_inline"
    os.environ.setdefault("MPLBACKEND", backend)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].switch_backend(backend)
        sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()
    elif "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend


def _no_input(prompt=""):
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _tell_cells(nb_man, follow):
    """Call `follow(notebook, index)` before each cell."""
    start = nb_man.cell_start

    def cell_start(cell, cell_index=None, **facts):
        follow(nb_man.nb, cell_index)
        start(cell, cell_index, **facts)

    nb_man.cell_start = cell_start if follow else start


# --- an ordinary kernel that nobody else can reach --------------------------------------------------

PRIVATE_KERNEL = """
import os, sys, zmq
from ipykernel import iostream, kernelapp

def bind(self):
    self._pipe_uuid, pipe = os.urandom(16), self.socket.context.socket(zmq.PULL)
    pipe.bind(PIPE)
    self._pipe_in = iostream.ZMQStream(pipe, self.io_loop)
    self._pipe_in.on_recv(self._handle_pipe_msg)

def connect(self):
    context = zmq.Context()
    pipe = context.socket(zmq.PUSH)
    pipe.linger = 3000
    pipe.connect(PIPE)
    return context, pipe

PIPE = f"ipc://{sys.argv[2]}-pipe"
iostream.IOPubThread._setup_pipe_in, iostream.IOPubThread._setup_pipe_out = bind, connect
kernelapp.launch_new_instance()
"""
"""Starts ipykernel with the pipe that it has for its child processes in a file too: it would be a TCP port."""


class PrivateKernel(AsyncKernelManager):
    """A kernel whose sockets are files in a folder of its owner's; where that cannot be, encrypted ones."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if os.name == "nt":
            self.transport_encryption = "required"
            return
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.connection_file = str(folder / f"{os.getpid()}-{os.urandom(4).hex()}.json")
        self.transport = "ipc"
        self.ip = self.connection_file.removesuffix(".json")

    def format_kernel_cmd(self, extra_arguments=None):
        """The command that starts the kernel, with this Python."""
        if self.transport != "ipc":
            return super().format_kernel_cmd(extra_arguments)
        return [sys.executable, "-P", "-c", PRIVATE_KERNEL, "-f", self.connection_file, "--log-level=ERROR"]


class PrivateKernelEngine(NBClientEngine):
    """Runs a notebook in an ordinary kernel, one of its own."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, follow=None, **kwargs):
        """Run the notebook as papermill does, in a kernel that is killed as soon as it is done."""
        _tell_cells(nb_man, follow)
        options = {"kernel_manager_class": PrivateKernel, "shutdown_kernel": "immediate"}
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs, **options)


def register():
    """Make the engines known to papermill in this process, at no cost to any other start of papermill."""
    papermill_engines.register(NAME, InProcessEngine)
    papermill_engines.register(KERNEL_NAME, PrivateKernelEngine)


# --- what is published of a notebook ----------------------------------------------------------------


def without_run_facts(notebook):
    """A copy of the notebook without the times, ids and paths of the run that made it."""
    copy = nbformat.from_dict(notebook)
    copy.metadata = nbformat.from_dict({name: notebook.metadata[name] for name in KEPT if name in notebook.metadata})
    for position, cell in enumerate(copy.cells):
        cell.id = f"cell-{position:02}"
        for fact in RUN_FACTS:
            cell.metadata.pop(fact, None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return copy


def _joined(outputs: list) -> list:
    """Outputs with neighbouring pieces of one stream joined: where a stream is cut is chance."""
    joined = []
    for output in outputs:
        if joined and output.output_type == "stream" and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined
