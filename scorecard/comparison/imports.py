"""What a user downloaded from the Department for Education, read into the local store: all of a file or nothing.

The store is a folder of Parquet files, one an imported file, each with a small JSON beside it that says where it came
from. DuckDB reads and writes them: for the bare job, 628,000 rows in and out, it took 0.3 seconds and 155 MB where
pandas with pyarrow took 0.6 and 362 MB, and with pyarrow there every import of pandas is slower. Numbers keep ten
significant digits, so that the noise which spreadsheets leave (7.0000000000000007E-2) goes away.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import duckdb
import pandas as pd

from scorecard.catalogue import PARAMS
from scorecard.comparison.layouts import LAYOUTS, Layout, Rule, quoted
from scorecard.faults import Fault, InputError

STORE = Path(os.environ.get("SCORECARD_STORE", PARAMS.parent / "outputs" / "benchmarks"))
"""Where imported files stand; another folder if SCORECARD_STORE names one. Never part of the repository."""
VINTAGE = re.compile(r"20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
DATED = re.compile(r"(?<!\d)20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
KINDS = (".parquet", ".csv", ".xlsx")
COLUMNS = "row, measure, filters, label, year_label, start, kind, status, level, area, dfe, ons, value, symbol"


@dataclass(frozen=True)
class Import:
    """One imported file: where it came from and what became of its rows.

    `rows` are those of the file, `stored` the figures kept (a wide file gives several a row), `aside` the rows that
    could not be read and hold no figure; each of those is in `faults`.
    """

    source: str
    vintage: str
    file: str
    sha256: str
    rows: int
    stored: int
    aside: int
    faults: tuple[str, ...]
    path: Path
    known: bool = False

    @property
    def name(self) -> str:
        """`LAIT 2024-11-25`, as figures name their source."""
        return f"{self.source} {self.vintage}"


def imports_known(store: Path = STORE) -> list[Import]:
    """Everything that the store holds whole, by source and vintage, oldest first."""
    told = ((path, json.loads(path.read_text(encoding="utf-8"))) for path in store.glob("*.json"))
    found = [
        Import(**{**facts, "faults": tuple(facts["faults"])}, path=path.with_suffix(".parquet"))
        for path, facts in told
        if path.with_suffix(".parquet").exists()
    ]
    return sorted(found, key=lambda one: (one.source, one.vintage, one.sha256))


def import_file(
    path: Path, vintage: str | None = None, store: Path = STORE, tell: Callable[[str], None] = lambda step: None
) -> Import:
    """Read one file into the store; `known` is set, and nothing done, if it is there already.

    `InputError` lists what is wrong, and then nothing is written. `tell` hears of each step.
    """
    tell("hash")
    digest = _digest(path)
    for one in imports_known(store):
        if one.sha256 == digest:
            return Import(**{**one.__dict__, "known": True})
    vintage = _vintage(path, vintage)
    with _connection() as connection:
        tell("read")
        _open(connection, path)
        layout = _layout(connection, path)
        layout.lengthen(connection)
        tell("check")
        faults = list(_faults(connection, path.name, layout))
        if any(fault.grade == "error" for fault in faults):
            raise InputError(faults)
        tell("write")
        return _write(connection, Import(layout.source, vintage, path.name, digest, *_counts(connection),
                                         tuple(map(str, faults)), store))  # fmt: skip


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        raise _bad("IMP001", path, "cannot be opened.", "Check the name of the file and its folder.") from None


def _bad(code: str, path: Path, said: str, remedy: str, row: int | None = None) -> InputError:
    return InputError([Fault("error", code, path.name, said, remedy, (row,) if row else ())])


def _vintage(path: Path, told: str | None) -> str:
    """The vintage that was asked for, else the date in the file name."""
    found = DATED.findall(path.name)
    if told is None and not found:
        remedy = "Say when the data came out, for example --vintage 2024-11."
        raise _bad("IMP002", path, "has no date in its name.", remedy)
    vintage = told or found[-1]
    if not VINTAGE.fullmatch(vintage):
        remedy = "Write year and month, for example 2024-11, or year, month and day."
        raise _bad("IMP002", path, f'"{vintage}" is not a vintage.', remedy)
    return vintage


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set threads to 2; set autoinstall_known_extensions to false")
    connection.execute("set enable_progress_bar to false")
    try:
        yield connection
    finally:
        connection.close()


# --- from a file to the table `raw`: every cell as text, with the number of its row ------------------


def _open(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if path.suffix.lower() not in KINDS:
        raise _bad("IMP003", path, "is of an unknown kind.", f"Give a file that ends in {', '.join(KINDS)}.")
    try:
        {".parquet": _open_parquet, ".csv": _open_csv, ".xlsx": _open_xlsx}[path.suffix.lower()](connection, path)
    except duckdb.Error as fault:
        said = f"cannot be read: {str(fault).splitlines()[0]}"
        raise _bad("IMP004", path, said, "Download the file again.") from None
    if not connection.sql("select row_ from raw limit 1").fetchall():
        raise _bad("IMP005", path, "has no rows.", "Download the file again.")


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    names = [name for name, *_ in connection.sql(f"describe from read_parquet({_text(path)})").fetchall()]
    cells = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in names)
    told = f"read_parquet({_text(path)}, file_row_number = true)"
    connection.execute(f"create view raw as select file_row_number + 2 as row_, {cells} from {told}").fetchall()


def _open_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    columns = "{" + ", ".join(f"{_text(name)}: 'varchar'" for name in _header(path)) + "}"
    connection.execute(
        f"create table raw as select row_number() over () + 1 as row_, * from read_csv({_text(path)}, header = true, "
        f"auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {columns}, nullstr = '', "
        "store_rejects = true, rejects_limit = 0)"
    )
    odd = connection.sql("select distinct line, error_type::varchar from reject_errors order by line").fetchall()
    if odd:
        rows = tuple(line for line, _ in odd)
        said = "cells are too many, too few, not UTF-8 or not closed by a quotation mark."
        remedy = "Save the file as CSV UTF-8 with as many cells in each row as in the first."
        raise InputError([Fault("error", "IMP006", path.name, said, remedy, rows)])


def _header(path: Path) -> list[str]:
    import csv

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except UnicodeDecodeError:
        raise _bad("IMP007", path, "is not UTF-8.", "Save it as CSV UTF-8.") from None
    return _named(path, names)


def _named(path: Path, names: list) -> list[str]:
    """The names of the columns; each once and none empty."""
    if not names:
        raise _bad("IMP005", path, "is empty.", "Download the file again.")
    told = ["" if name is None else str(name).strip() for name in names]
    if "" in told or len(set(told)) < len(told):
        raise _bad("IMP008", path, "has a column without a name or a name twice.", "Mend the first row.", 1)
    return told


def _open_xlsx(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The first sheet. `openpyxl` reads it row by row, so this takes minutes where Parquet takes a second."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError, ValueError):
        raise _bad("IMP004", path, "is not a workbook.", "Download the file again.") from None
    rows = book.worksheets[0].iter_rows(values_only=True)
    names = _named(path, list(next(rows, ())))
    cells = [[*map(_cell, row), *[None] * (len(names) - len(row))] for row in rows]
    if odd := tuple(number for number, row in enumerate(cells, start=2) if len(row) > len(names)):
        remedy = "Remove what stands right of the last column."
        raise InputError([Fault("error", "IMP006", path.name, "cells are too many.", remedy, odd)])
    sheet = pd.DataFrame(cells, columns=names, dtype=object)
    book.close()
    sheet.insert(0, "row_", range(2, len(sheet) + 2))
    connection.execute("create table raw as select * from sheet")


def _cell(cell) -> str | None:
    return None if cell is None else str(cell).strip()


def _text(value: object) -> str:
    """A text within a query."""
    return "'" + str(value).replace("'", "''") + "'"


# --- what is wrong ----------------------------------------------------------------------------------


def _layout(connection: duckdb.DuckDBPyConnection, path: Path) -> Layout:
    names = {name for name, *_ in connection.sql("describe raw").fetchall()} - {"row_"}
    for layout in LAYOUTS:
        if layout.needs <= names:
            return layout
    nearest = min(LAYOUTS, key=lambda layout: len(layout.needs - names))
    said = f"has no column {', '.join(sorted(nearest.needs - names))}."
    known = "; ".join(f"{layout.title} has {', '.join(layout.columns)}" for layout in LAYOUTS)
    raise _bad("IMP009", path, said, f"{known}.", 1)


def _faults(connection: duckdb.DuckDBPyConnection, file: str, layout: Layout) -> Iterator[Fault]:
    """One fault for each rule and each wrong text, with all of its rows."""
    for rule in layout.rules:
        query = f"select {rule.value}, list(row order by row) from long where {rule.wrong} group by 1 order by min(row)"
        for value, rows in connection.sql(query).fetchall():
            said = rule.said.format(value=value if value is not None else "")
            yield Fault(rule.grade, rule.code, file, said, rule.remedy, tuple(dict.fromkeys(rows)), rule.column, value)


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Rows of the file, figures stored and rows set aside."""
    [(rows,)] = connection.sql("select count(*) from raw").fetchall()
    [(stored, aside)] = connection.sql(
        "select count(*) filter (start is not null), count(distinct row) filter (start is null) from long"
    ).fetchall()
    return rows, stored, aside


# --- out and in -------------------------------------------------------------------------------------


def _write(connection: duckdb.DuckDBPyConnection, told: Import) -> Import:
    """Both files under other names first, then moved into place: the JSON last, for it says that all is there."""
    name = f"{told.source.lower()}_{told.vintage}_{told.sha256[:12]}"
    path, note = told.path / f"{name}.parquet", told.path / f"{name}.json"
    parts = {path: told.path / f"{name}.parquet.part", note: told.path / f"{name}.json.part"}
    query = f"select {COLUMNS} from long where start is not null order by row, measure"
    facts = {name: value for name, value in told.__dict__.items() if name not in {"path", "known"}}
    try:
        told.path.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy ({query}) to {_text(parts[path])} (format parquet, compression zstd)").fetchall()
        text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
        parts[note].write_text(text, encoding="utf-8", newline="\n")
        for final, part in parts.items():
            os.replace(part, final)
    except (OSError, duckdb.Error) as fault:
        said = f"cannot be written: {str(fault).splitlines()[0]}"
        raise _bad("IMP016", told.path, said, "Check the folder and the room on its disk.") from None
    finally:
        for part in parts.values():
            if told.path.is_dir():
                part.unlink(missing_ok=True)
    return Import(**{**told.__dict__, "path": path})


def read_measures(told: Import, measures: list[str]) -> pd.DataFrame:
    """The stored rows of these measures: columns as stored, `value` a float or NaN with its `symbol` beside it."""
    listed = ", ".join(_text(measure) for measure in measures) or "''"
    with _connection() as connection:
        return connection.sql(
            f"select {COLUMNS} from read_parquet({_text(told.path)}) where measure in ({listed}) order by row, measure"
        ).df()


__all__ = ["STORE", "Import", "Rule", "import_file", "imports_known", "read_measures"]
