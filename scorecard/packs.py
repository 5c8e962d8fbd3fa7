"""One pack: which notebook renders which area, with which parameters, and what makes its result complete."""

import ast
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import NoneType

from scorecard.areas import Area
from scorecard.catalogue import PARAMS
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.inputs.parameters import NAME, read_settings

PACKAGE = Path(__file__).resolve().parent
NOTEBOOKS = PARAMS.parent / "notebooks"
FORM = {str: [{"notebook": NAME, "areas": {"Kent", "districts"}, "parameter": (NAME, None)}, ...]}
"""What `params/packs.yml` holds; see `inputs.parameters`."""
DONE = "scorecard:done"
"""What the closing cell of a complete notebook says, followed by the run's id."""
FAILED = ".failed"
"""Folder of an edition's output that keeps notebooks that failed; for the engineer alone."""
TYPES = {told.__name__: told for told in (str, int, float, bool, list, dict)} | {"None": NoneType}
SPEAKS_OF_CODE = {
    "AttributeError", "ImportError", "IndentationError", "MemoryError", "ModuleNotFoundError", "NameError",
    "SyntaxError", "UnboundLocalError", "ZeroDivisionError",
}  # fmt: skip
"""Errors whose text never quotes a row."""


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


class NotMade(Exception):  # noqa: N818
    """Why a pack was not made, in words that hold no value of a row."""


def plan(edition: Edition, areas: list[str] | None = None, path: Path = PARAMS / "packs.yml") -> list[Job]:
    """The packs of an edition's kind of scorecard as in `params/packs.yml`; only those of `areas` if given.

    `InputError` for an area without a pack, with the near matches, and for a faulty `packs.yml`.
    """
    jobs = [job for told in _entries(edition, path) for job in _jobs(edition, told)]
    known = {job.area.name: job for job in jobs}
    wanted = [edition.areas[name].name for name in areas or known]
    faults = [
        Fault("error", "PCK001", "packs.yml", f'there is no pack for "{name}".', nearest(name, list(known)))
        for name in wanted
        if name not in known
    ]
    if faults := faults + _faults_of_folders(jobs):
        raise InputError(faults)
    return [job for name, job in known.items() if name in wanted]


def _entries(edition: Edition, path: Path) -> list[dict]:
    """What `packs.yml` says for the edition's kind of scorecard."""
    told = read_settings(path, FORM)
    if edition.scorecard in told:
        return told[edition.scorecard]
    said = f'there is no list of packs for the kind of scorecard "{edition.scorecard}".'
    raise InputError([Fault("error", "PCK004", "packs.yml", said, "See the head of the file.")])


def _faults_of_folders(jobs: list[Job]) -> list[Fault]:
    """A folder must be a plain name, and each pack must have its own."""
    folders = [job.folder for job in jobs]
    said = {
        f'{job.area.name}: slug "{job.folder}" is not made of a-z, 0-9 and hyphens.'
        for job in jobs
        if not re.fullmatch("[a-z0-9-]{1,60}", job.folder)
    } | {f'{name}: two packs would go to "{name}".' for name in folders if folders.count(name) > 1}
    return [Fault("error", "PCK002", "areas.yml", words, "Give each pack a folder.") for words in sorted(said)]


def _jobs(edition: Edition, told: dict) -> Iterator[Job]:
    groups = {"Kent": [edition.areas.kent], "districts": edition.areas.districts}
    notebook = NOTEBOOKS / Path(told["notebook"]).name
    if not notebook.is_file():
        known = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
        said = f"{quoted(told['notebook'])} is not a notebook."
        raise InputError([Fault("error", "PCK003", "packs.yml", said, nearest(told["notebook"], known))])
    declared = declared_parameters(notebook)
    for area in groups[told["areas"]]:
        parameters = {"edition": edition.name}
        if told["parameter"]:
            parameters[told["parameter"]] = area.name
        check_parameters(notebook.name, parameters, declared)
        yield Job(area, notebook, parameters)


def declared_parameters(notebook: Path) -> dict[str, tuple[type, ...]]:
    """Names and types of the parameters that the notebook's cell tagged `parameters` declares."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        body = ast.parse("".join(tagged[0]["source"])).body if tagged else []
        return dict(_declared(line) for line in body if isinstance(line, (ast.Assign, ast.AnnAssign)))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError) as error:
        said = f"its parameters cannot be read ({type(error).__name__})."
        remedy = "It must be a notebook whose parameters are plain values: name = value."
        raise InputError([Fault("error", "PRM003", notebook.name, said, remedy)]) from None


def _declared(line: ast.Assign | ast.AnnAssign) -> tuple[str, tuple[type, ...]]:
    if isinstance(line, ast.Assign):
        return line.targets[0].id, (type(ast.literal_eval(line.value)),)
    return line.target.id, tuple(TYPES[name.strip().split("[")[0]] for name in ast.unparse(line.annotation).split("|"))


def check_parameters(notebook: str, parameters: dict, declared: dict[str, tuple[type, ...]]) -> None:
    """Only names that the notebook declares, only values of their type; papermill itself would only warn.

    A name that is not an identifier would be written into the notebook as code.
    """
    faults = []
    for name, value in parameters.items():
        if name not in declared:
            said = f'"{name}" is not a parameter.'
            faults.append(Fault("error", "PRM001", notebook, said, nearest(str(name), list(declared))))
        elif type(value) not in declared[name]:
            asked = " or ".join(told.__name__ for told in declared[name])
            said = f'parameter "{name}" must be of type {asked}, not {type(value).__name__}.'
            faults.append(Fault("error", "PRM002", notebook, said, "Put it in quotation marks."))
    if faults:
        raise InputError(faults)


# --- one pack -------------------------------------------------------------------------------------


def make_pack(
    job: Job,
    edition: Edition,
    part: Path,
    run: str,
    engine: str,
    seconds: float,
    at: Callable[[str], None],
    export: Callable[..., None] | None = None,
) -> None:
    """Execute the notebook of `job` and write its pack into `part`; `NotMade` if it is not complete.

    A cell may take `seconds`. `at` hears of each cell that begins. `export` takes the place of
    `export.export_pack` where something else than a pack is made of the notebook.
    """
    from scorecard.rendering.export import export_pack, write_charts

    watched = _Watched(kept(part.parent, job), at, partial(write_charts, folder=part) if export is None else None)
    try:
        notebook = _execute(job, run, engine, seconds, watched)
        closing = notebook.cells.pop()
        if why := _incomplete(notebook, closing, run):
            raise NotMade(why)
        _say_warnings(job, notebook)
        watched.place = "its files"
        (export or export_pack)(notebook, edition, job.area, part)
    except NotMade:
        watched.keep()
        raise
    except Exception as error:
        watched.keep()
        failed = _named(error.exec_count, error.source) if hasattr(error, "exec_count") else watched.place
        raise NotMade(f"{failed}: {_said(error, edition, seconds)}") from error


def _execute(job: Job, run: str, engine: str, seconds: float, watched: "_Watched"):
    """The executed notebook; a kernel that does not start gets a second chance."""
    from papermill.execute import execute_notebook

    for attempt in (1, 2):
        try:
            return execute_notebook(
                with_closing_cell(job.notebook, run), None, parameters=job.parameters, engine_name=engine,
                progress_bar=False, request_save_on_cell_execute=False, execution_timeout=seconds, follow=watched,
            )  # fmt: skip
        except Exception:
            if watched.notebook is not None or attempt == 2:
                raise


class _Watched:
    """A notebook while it runs: which cell it has come to, kept for the engineer in case it fails.

    `take` takes what the cells so far have shown, before the next one begins.
    """

    def __init__(self, path: Path, at: Callable[[str], None], take: Callable | None):
        self.path, self.at, self.take, self.notebook, self.place = path, at, take, None, "its start"

    def __call__(self, notebook, index: int) -> None:
        if self.notebook is None:
            self.notebook = notebook
            self.keep()
        self.notebook = notebook
        if notebook.cells[index].cell_type == "code":
            if self.take:
                self.place = "its files"
                self.take(notebook)
            self.place = cell_name(notebook, index)
            self.at(self.place)

    def keep(self) -> None:
        """Write the notebook as it is now, for the owner of the run alone; a full disk does not matter here."""
        import nbformat

        with suppress(OSError, MemoryError):
            if self.notebook is not None:
                self.path.parent.mkdir(mode=0o700, exist_ok=True)
                self.path.write_text(nbformat.v4.writes(self.notebook), encoding="utf-8")


def kept(home: Path, job: Job) -> Path:
    """Where the notebook of a pack is kept if it fails."""
    return home / FAILED / f"{job.folder}.ipynb"


def cell_name(notebook, index: int) -> str:
    """A code cell as Jupyter counts it, with the beginning of its code: `cell [7] "charts.trends(rows)"`."""
    code = [cell.source.strip() for cell in notebook.cells[: index + 1] if cell.cell_type == "code"]
    return _named(sum(map(bool, code)), notebook.cells[index].source)


def _named(count: int, source: str) -> str:
    return f'cell [{count}] "{next(iter(source.strip().splitlines()), "")[:60]}"'


def _said(error: Exception, edition: Edition, seconds: float) -> str:
    """The last line of an error, without what could be a value of a row."""
    kind = getattr(error, "ename", type(error).__name__)
    if isinstance(error, TimeoutError) or kind == "CellTimeout":
        return f"took longer than {seconds:g} s"
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror}"
    first = next(iter(str(getattr(error, "evalue", error)).strip().splitlines()), "")
    return f"{kind}: {first if kind in SPEAKS_OF_CODE else without_values(first, edition)}"


def without_values(text: str, edition: Edition) -> str:
    """A text whose numbers, quotations and notes of the edition's rows are replaced by `…`."""
    frames = edition.tables.values()
    notes = {str(note) for frame in frames for name in {"note", "reason"} & set(frame) for note in frame[name] if note}
    for note in sorted(notes, key=len, reverse=True):
        text = text.replace(note, "…")
    return re.sub(r"""'[^']*'|"[^"]*"|‘[^’]*’|“[^”]*”|\d[\d.,]*""", "…", text)


def with_closing_cell(path: Path, run: str):
    """The notebook with one more cell, which proves that the run came to its end."""
    import nbformat

    notebook = deepcopy(bare(path))
    closing = nbformat.v4.new_code_cell(f"print({f'{DONE} {run}'!r})", metadata={"papermill": {}, "tags": []})
    notebook.cells.append(closing)
    return notebook


def bare(path: Path):
    """The notebook as papermill reads it, without the outputs stored for readers: they are most of it.

    Processes that are forked after it was read once share it. Do not change it.
    """
    return _bare(path, path.stat().st_mtime_ns)


@cache
def _bare(path: Path, changed: int):
    from papermill.iorw import load_notebook_node

    notebook = load_notebook_node(str(path))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _incomplete(notebook, closing, run: str) -> str | None:
    """Why the notebook is not complete, judged by what it holds and not by what papermill says of it."""
    for index, cell in enumerate(notebook.cells):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return f"{cell_name(notebook, index)}: ended the notebook early"
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            return f"{cell_name(notebook, index)}: did not run"
    said = "".join(output.get("text", "") for output in closing.outputs)
    return None if said == f"{DONE} {run}\n" else "the notebook did not come to its end"


def _say_warnings(job: Job, notebook) -> None:
    """Move what the notebook wrote to standard error there: warnings are for the engineer, not for readers."""
    for cell in notebook.cells:
        streams = [output for output in cell.get("outputs", []) if output.get("name") == "stderr"]
        for output in streams:
            cell.outputs.remove(output)
            print(f"{job.area.name}: {output.text.rstrip()}", file=sys.stderr)


def sync(folder: Path) -> None:
    """Have everything below `folder` on the disk before it is swapped in."""
    for path in [*folder.rglob("*"), folder]:
        if os.name != "nt" or path.is_file():  # Windows cannot open a folder
            handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
