"""The in-process engine gives the notebooks that an ordinary kernel gives."""

import multiprocessing
import os
import re
import time
from itertools import groupby
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from scorecard.rendering import engine
from scorecard.rendering.engine import without_run_facts

KERNEL = {"python3": {"name": "python3", "display_name": "Python 3", "language": "python"}}
FORK = multiprocessing.get_context("forkserver")  # forks from a fresh process, as the batch does
FORK.set_forkserver_preload(["papermill", "pandas", "scorecard.rendering.engine"])

PROBES = {
    "streams in order": ["import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')"],
    "stream without newline": ["print('a', end='')\nprint('b')"],
    "displays between streams": [
        "from IPython.display import HTML, display\nprint('a')\ndisplay(HTML('<b>x</b>'))\nprint('c')\n1 + 1"
    ],
    "display with metadata": ["display({'text/plain': 'x', 'text/html': '<i>x</i>'}, raw=True, metadata={'k': 1})"],
    "display of bytes": ["from IPython.display import Image\nImage(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20))"],
    "bundle of bytes": ["display({'image/png': b'\\x89PNG', 'text/plain': 'x'}, raw=True)"],
    "own bundle": ["class B:\n    def _repr_mimebundle_(self, **_):\n        return {'image/png': b'\\x89PNG\\xff', 'text/plain': 'x'}\nB()"],
    "update of a display": ["h = display('x', display_id='q')", "h.update('y')\nprint('after')"],
    "clear output": ["from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b')"],
    "clear output when the next comes": [
        "from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\nprint('b')"
    ],
    "last result and semicolon": ["40 + 2", "_ + 1", "_;", "Out[1]"],
    "history of results": ["'x'", "In[1], __name__"],
    "rich result": ["class R:\n    def _repr_html_(self):\n        return '<p>r</p>'\n    def __repr__(self):\n        return 'r'\nR()"],
    "frame": ["import pandas as pd\npd.DataFrame({'a': [1.5, 2]})"],
    "error": ["def f():\n    raise ValueError('no')\nf()", "print('never')"],
    "error before execution": ["def :", "print('never')"],
    "error that is allowed": ["%%tag\n1 / 0", "print('on')"],
    "error in a display": ["class B:\n    def _repr_html_(self):\n        raise KeyError('x')\n    def __repr__(self):\n        return 'b'\nB()"],
    "exit": ["import sys\nsys.exit(3)", "print('never')"],
    "top-level await": ["import asyncio\nawait asyncio.sleep(0)\nprint('z')", "await asyncio.sleep(0, 'r')"],
    "shell command": ["!echo one; echo two", "x = !echo three\nx"],
    "bash cell": ["%%bash\necho one\necho two"],
    "failing bash cell": ["%%bash\nexit 4", "print('never')"],
    "unknown magic": ["%no_such_magic", "print('never')"],
    "line magic": ["%pwd\nprint('x')", "%env SCORECARD_PROBE=1"],
    "threads": ["import threading\nt = threading.Thread(target=print, args=('t',))\nt.start()\nt.join()\nprint('m')"],
    "warnings": ["import warnings\nwarnings.simplefilter('always')\nwarnings.warn_explicit('w', UserWarning, 'f.py', 1)"],
    "pyplot": ["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('x')"],
    "pyplot inline": ["%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);"],
    "figure as result": ["from matplotlib.figure import Figure\nf = Figure()\nf.subplots()\nf"],
    "pickling of main": ["import pickle\nclass C: pass\nC().__class__.__module__", "pickle.loads(pickle.dumps(C())).__class__ is C"],
    "input": ["input()", "print('never')"],
    "empty cells": ["", "   ", "# nothing", "1"],
    "unicode": ["print('é ▲ 香')\n'é'"],
}  # fmt: skip


def notebook(sources):
    cells = [new_code_cell(source.removeprefix("%%tag\n"), metadata=tags(source)) for source in sources]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL["python3"]})


def tags(source):
    return {"tags": ["raises-exception"] if source.startswith("%%tag") else []}


def run(path: Path, sources, name: str | None, timeout=None):
    """Execute the probe in a child process; the notebook as it stands after the run."""
    child = FORK.Process(target=_run, args=(path, sources, name, timeout))
    child.start()
    child.join(60)
    assert not child.is_alive()
    return child.exitcode, nbformat.read(path, as_version=4) if path.exists() else None


def _run(path, sources, name, timeout):
    engine.register()
    options = {} if name else {"extra_arguments": ["--log-level=ERROR"]}
    try:
        papermill.execute_notebook(
            notebook(sources), str(path), engine_name=name, progress_bar=False, execution_timeout=timeout, **options
        )
    except PapermillExecutionError:
        os._exit(1)
    except BaseException:
        os._exit(2)
    os._exit(0)


def seen(book):
    """What a reader sees, without what differs between any two runs of any kernel."""
    text = nbformat.writes(without_run_facts(book))
    text = re.sub(r"ipykernel_\d+/\d+\.py|ipython-input-[\w-]+|<ipython[^>]+>", "CELL", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", text)
    return nbformat.reads(re.sub(r"\\u001b\[[0-9;]*m", "", text), as_version=4)


@pytest.mark.parametrize("probe", PROBES)
def test_same_notebook_as_a_kernel(probe, tmp_path):
    ours = run(tmp_path / "ours.ipynb", PROBES[probe], engine.NAME)
    kernels = run(tmp_path / "kernels.ipynb", PROBES[probe], None)
    assert ours[0] == kernels[0]
    assert cells(ours[1]) == cells(kernels[1])


def cells(book):
    return [(cell.source, cell.get("execution_count"), settled(cell.get("outputs", []))) for cell in seen(book).cells]


def settled(outputs):
    """Outputs without what a kernel leaves to chance or to its own code: it has a pipe each for the
    two streams, so their order between two displays is not fixed; frames of a traceback that lie in
    the machinery differ."""
    told = []
    for kind, group in groupby(outputs, key=lambda output: output.output_type == "stream"):
        streams = list(group)
        if kind:
            told += [(n, "".join(s.text for s in streams if s.name == n)) for n in ("stdout", "stderr")]
        else:
            told += [machinery_aside(output) for output in streams]
    return told


def machinery_aside(output):
    if output.output_type == "error":
        output.traceback = [frame for frame in output.traceback if not re.match(r"File .*\.py:\d+, in ", frame)]
    return output


def test_cell_that_hangs_is_stopped(tmp_path):
    started = time.monotonic()
    code, book = run(tmp_path / "ours.ipynb", ["print('a')", "while True: pass", "print('never')"], engine.NAME, 1)
    assert code != 0
    assert time.monotonic() - started < 20
    assert book.cells[-1].execution_count is None
    assert [o.ename for cell in book.cells for o in cell.get("outputs", []) if o.output_type == "error"] == [
        "CellTimeout"
    ]


def test_death_of_the_process_stays_in_the_process(tmp_path):
    code, _ = run(tmp_path / "ours.ipynb", ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"], engine.NAME)
    assert code == -9
