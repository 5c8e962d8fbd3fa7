"""One pack: which notebook renders which area, with which parameters, and what makes its result complete."""

import ast
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scorecard.areas import Area
from scorecard.catalogue import PARAMS, read_yaml
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError, nearest

PACKAGE = Path(__file__).resolve().parent
NOTEBOOKS = PARAMS.parent / "notebooks"
CELL_SECONDS = 120
"""How long a cell may take before it is stopped."""
DONE = "scorecard:done"
"""What the closing cell of a complete notebook says, followed by the run's id."""


@dataclass(frozen=True)
class Job:
    """One pack to make: the notebook, its parameters and the folder that the pack goes to."""

    area: Area
    notebook: Path
    parameters: dict[str, str]

    @property
    def folder(self) -> str:
        """Name of the pack's folder: the area's slug, so that no other name can leave the output folder."""
        return self.area.slug


def plan(edition: Edition, areas: list[str] | None = None) -> list[Job]:
    """The packs of an edition in the order of `params/packs.yml`; only those of `areas` if given.

    `InputError` for an area without a pack, with the near matches.
    """
    jobs = [job for told in read_yaml(PARAMS / "packs.yml") for job in _jobs(edition, told)]
    known = {job.area.name: job for job in jobs}
    wanted = [edition.areas[name].name for name in areas or known]
    faults = [
        Fault("error", "PCK001", "packs.yml", f'there is no pack for "{name}".', nearest(name, list(known)))
        for name in wanted
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    return [job for name, job in known.items() if name in wanted]


def _jobs(edition: Edition, told: dict) -> Iterator[Job]:
    notebook = NOTEBOOKS / told["notebook"]
    places = {"Kent": [edition.areas.kent], "districts": edition.areas.districts}[told["areas"]]
    declared = declared_parameters(notebook)
    for area in places:
        parameters = {"edition": edition.name}
        if told["parameter"]:
            parameters[told["parameter"]] = area.name
        check_parameters(notebook.name, parameters, declared)
        yield Job(area, notebook, parameters)


def declared_parameters(notebook: Path) -> dict[str, type]:
    """Names and types of the parameters that the notebook's cell tagged `parameters` declares."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    body = ast.parse("".join(tagged[0]["source"])).body if tagged else []
    return {line.targets[0].id: type(ast.literal_eval(line.value)) for line in body if isinstance(line, ast.Assign)}


def check_parameters(notebook: str, parameters: dict, declared: dict[str, type]) -> None:
    """Only names that the notebook declares, only values of their type; papermill itself would only warn.

    A name that is not an identifier would be written into the notebook as code.
    """
    faults = []
    for name, value in parameters.items():
        if name not in declared:
            said = f'"{name}" is not a parameter.'
            faults.append(Fault("error", "PRM001", notebook, said, nearest(name, list(declared))))
        elif not isinstance(value, declared[name]):
            said = f'parameter "{name}" must be of type {declared[name].__name__}, not {type(value).__name__}.'
            faults.append(Fault("error", "PRM002", notebook, said, "Put it in quotation marks."))
    if faults:
        raise InputError(faults)


# --- one pack -------------------------------------------------------------------------------------


def make_pack(job: Job, edition: Edition, part: Path, run: str, engine: str | None) -> None:
    """Execute the notebook of `job` and write its pack into `part`; raises if it is not complete."""
    from papermill.execute import execute_notebook

    from scorecard.export import export_pack

    notebook = execute_notebook(
        with_closing_cell(job.notebook, run), None, parameters=job.parameters, engine_name=engine,
        progress_bar=False, request_save_on_cell_execute=False, execution_timeout=CELL_SECONDS,
        **({} if engine else {"extra_arguments": ["--log-level=ERROR"]}),
    )  # fmt: skip
    closing = notebook.cells.pop()
    if incomplete := _incomplete(notebook, closing, run):
        raise RuntimeError(incomplete)
    export_pack(notebook, edition, job.area, part)
    _sync(part)


def with_closing_cell(path: Path, run: str):
    """The notebook with one more cell, which proves that the run came to its end."""
    import nbformat
    from papermill.iorw import load_notebook_node

    notebook = load_notebook_node(str(path))
    closing = nbformat.v4.new_code_cell(f"print({f'{DONE} {run}'!r})", metadata={"papermill": {}, "tags": []})
    notebook.cells.append(closing)
    return notebook


def _incomplete(notebook, closing, run: str) -> str | None:
    """Why the notebook is not complete, judged by what it holds and not by what papermill says of it."""
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            return f"cell {position} did not run"
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return f"cell {position} failed"
    said = "".join(output.get("text", "") for output in closing.outputs)
    return None if said == f"{DONE} {run}\n" else "the notebook did not come to its end"


def _sync(folder: Path) -> None:
    """Have everything below `folder` on the disk before it is swapped in."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
