"""A papermill engine that runs a notebook inside this process, for a batch that forks one process a pack.

The notebook that comes out is the one a kernel would give: same outputs in the same order, same
errors, same counts. `tests/test_engine.py` holds the two against each other.
"""

import builtins
import os
import signal
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase

import nbformat
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.jsonutil import json_clean
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

NAME = "scorecard-in-process"
RUN_FACTS = ["papermill", "execution"]
"""Metadata of a notebook and its cells that differs from run to run; kept out of the published notebook."""


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


class _Stream(TextIOBase):
    """Standard output or error of the notebook."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str):
        self.recorder, self.name = recorder, name

    def write(self, text: str) -> int:
        if text:
            self.recorder.add(new_output("stream", name=self.name, text=text))
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
            self.shell.recorder.display(new_output("display_data", data=data, metadata=metadata), display_id)

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
        recorder.add(new_output("execute_result", data=data, metadata=metadata, execution_count=recorder.count))

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
        self.recorder.add(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=lines))


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
    def execute_managed_notebook(cls, nb_man, kernel_name, execution_timeout=None, **_):
        """Run every cell; stop after the first error unless its cell is tagged `raises-exception`."""
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
    """Have pyplot show its figures at the end of a cell, as a kernel does."""
    backend = "module://matplotlib_inline.backend_inline"
    os.environ.setdefault("MPLBACKEND", backend)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].switch_backend(backend)
    elif "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend


def _no_input(prompt=""):
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def register():
    """Make the engine known to papermill in this process, at no cost to any other start of papermill."""
    papermill_engines.register(NAME, InProcessEngine)


def without_run_facts(notebook):
    """A copy of the notebook without the times, ids and paths of the run that made it."""
    copy = nbformat.from_dict(notebook)
    copy.metadata = nbformat.from_dict({"kernelspec": notebook.metadata.kernelspec})
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
