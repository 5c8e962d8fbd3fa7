"""Run every notebook again, or those that are named, and store what they show: the reference that nbval compares with.

Pictures are left out: nbval compares no PNG.
"""

import os
import sys
from pathlib import Path

import nbformat
from papermill.execute import execute_notebook

from scorecard.rendering.engine import without_run_facts

os.environ["SCORECARD_STORE"] = os.devnull  # the reference shows what everybody has, not what one machine imported
WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def refresh(path: Path) -> None:
    """Execute a notebook with its default parameters and write it back without facts of the run."""
    options = {"progress_bar": False, "extra_arguments": ["--log-level=ERROR"], "cwd": str(NOTEBOOKS)}
    notebook = without_run_facts(execute_notebook(path, None, **options))
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        for kind in ("image/png", WIDGET):  # the number of a widget is another one in every run
            output.get("data", {}).pop(kind, None)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    for notebook_path in sorted(path for path in NOTEBOOKS.glob("*.ipynb") if not wanted or path.stem in wanted):
        refresh(notebook_path)
        print(f"{notebook_path.name} is up to date")
