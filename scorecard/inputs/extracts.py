"""An extract of observations as a service delivers it: a CSV file, a workbook or what a database answers.

Numbers are read as they are written or printed, never through a rounding of our own: a cell of a workbook as its number
format shows it, a Decimal of a database digit by digit, a binary float as the shortest decimal that stands for it.
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import isfinite
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pandas as pd

from scorecard.editions import NUMBERS, TABLES, read_table, table_of
from scorecard.faults import Fault, InputError, nearest
from scorecard.inputs.databases import is_address, query_database
from scorecard.inputs.mistakes import ABOVE, LARGEST, ZIP, of_content, of_header
from scorecard.periods import kind
from scorecard.ratings import round_half_up

COLUMNS = TABLES["observations"]
WORKBOOKS = (".xlsx", ".xlsm")
NOT_PRINTED = re.compile(r'\[[^\]]*\]|_.|\*.|\\.|"[^"]*"|\s')
"""What a number format says beside the digits: colour, room, filling, words."""
DIGITS = re.compile(r"[#,]*0?[0,]*0(?:\.(?P<decimals>0+))?(?P<percent>%?)")
EXCEL_DIGITS = 15
"""Excel shows no more digits of a number."""
LARGEST_WORKBOOK, LARGEST_SHEET = 5 * LARGEST, 2_000_000
"""A workbook unpacks to no more bytes, and a sheet has no more cells."""
AS_NUMBER = "Format it as a number with the decimals that are printed, or as text."


@dataclass
class Extract:
    """What an extract holds: its name, a frame like observations with the row of each figure, and remarks on it."""

    name: str
    table: pd.DataFrame
    remarks: list[str] = field(default_factory=list)


class Odd(ValueError):  # noqa: N818
    """Why a cell cannot be read, and what to do."""

    def __init__(self, said: str, remedy: str):
        super().__init__(said)
        self.said, self.remedy = said, remedy


def read_extract(source: str, table: str | None = None, query: str | None = None) -> Extract:
    """The extract in a CSV file, in a workbook (`table` names the sheet) or in a database (a table, a view or a query).

    `InputError` lists all that cannot be read, with row and column; no password is in it.
    """
    faults: list[Fault] = []
    if is_address(source):
        name, columns, rows = query_database(source, table, query, COLUMNS)
        extract = _extract(name, columns, enumerate(rows, 1), faults)
    else:
        extract = _read_file(Path(source), table, faults)
    if faults:
        raise InputError(faults)
    return extract


def _read_file(path: Path, sheet: str | None, faults: list[Fault]) -> Extract:
    if said := _no_file(path):
        remedy = "Give a CSV file, a workbook (.xlsx) or the address of a database (postgresql://...)."
        raise InputError([Fault("error", "EXT001", str(path), said, remedy)])
    if path.suffix.lower() in WORKBOOKS:
        return _read_workbook(path, sheet, faults)
    return Extract(path.name, read_table(path, "observations", faults))


def _no_file(path: Path) -> str:
    """Why a path is no file to read; a link may lead to what somebody else put there."""
    try:
        return "is a link." if path.is_symlink() else "" if path.is_file() else "is no file."
    except OSError as error:
        return f"cannot be read: {error.strerror}."


def _extract(name: str, columns: list, rows: Iterable, faults: list[Fault], remarks: Iterable[str] = ()) -> Extract:
    """The extract of rows of any values: `rows` yields the number of a row and its cells."""
    if odd := _odd_header(columns, rows := list(rows)):
        faults.append(Fault("error", "EXT002", name, *odd))
        return Extract(name, table_of([], "observations", name, faults))
    found, told, seen = {}, [], set()
    places = [columns.index(column) for column in COLUMNS]
    for number, cells in rows:
        texts = []
        for column, cell in zip(COLUMNS, (cells[place] for place in places), strict=True):
            texts.append(_text_or_odd(cell, column, number, found))
            seen.add((column, type(cell) if not isinstance(cell, _Cell) else cell.kind))
        if any(texts):
            told.append((number, texts))
    faults += [Fault("error", "EXT003", name, said, remedy, tuple(lines), column)
               for (column, said, remedy), lines in found.items()]  # fmt: skip
    more = [str(column) for column in columns if column not in (*COLUMNS, None)]
    remarks = [*remarks, *([f"{name}: columns not read: {', '.join(more)}."] if more else []), *_kinds(name, seen)]
    return Extract(name, table_of(told, "observations", name, faults), remarks)


def _odd_header(columns: list, rows: list) -> tuple[str, str] | None:
    """What is wrong with the columns, and the remedy. Others may stand beside ours, but none about single children."""
    header = ["" if column is None else str(column) for column in columns]
    odd = [column for column in COLUMNS if header.count(column) != 1]
    told = [name for name in header if name] if not odd else header
    below = [(number, [_shown(cell) for cell in cells]) for number, cells in rows[:ABOVE]] if odd else []
    if found := next(of_header(told, below, COLUMNS, personal_only=not odd), None):
        return found
    said = f"does not have the column{'s' if len(odd) > 1 else ''} {', '.join(odd)} once each."
    return (said, f"Its columns must be {', '.join(COLUMNS)}, in any order.") if odd else None


def _shown(cell) -> str:
    value = cell.value if isinstance(cell, _Cell) else cell
    return "" if value is None else str(value)


def _kinds(name: str, seen: set) -> Iterable[str]:
    """What was not text or an exact number, and how it was read."""
    if any(issubclass(found, date) for column, found in seen if column == "period"):
        yield f"{name}: dates in column period were read as their month."
    floats = [column for column in COLUMNS if (column, float) in seen]
    if floats:
        yield (
            f"{name}: {', '.join(floats)}: binary floating-point numbers were read as the shortest decimal that stands "
            "for each; a column of type numeric or text needs no such rule."
        )


def _text_or_odd(cell, column: str, number: int, found: dict) -> str:
    try:
        return cell.text(column) if isinstance(cell, _Cell) else text_of(cell, column)
    except Odd as odd:
        found.setdefault((column, odd.said, odd.remedy), []).append(number)
        return ""


def text_of(value, column: str) -> str:
    """The value of a database as text, exactly; `Odd` if it is of a type that no figure has.

    A missing value is empty. A date in the column period is its month.
    """
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            raise Odd(f"{value} is neither a number nor text.", "Give a number or text.")
        case int():
            return str(value)
        case Decimal() if value.is_finite():
            return f"{value:f}"
        case float() if isfinite(value):
            return f"{Decimal(repr(value)):f}"
        case date() if column == "period":
            return _month(value)
    raise Odd(f"{str(value)[:40]} ({type(value).__name__}) is neither a number nor text.", "Give a number or text.")


def _month(day: date) -> str:
    text = f"{day.year:04}-{day.month:02}"
    if kind(text) != "month":
        said = f"the date {day:%d %B %Y} can stand for the month or for the year {text}."
        raise Odd(said, "Format the column as text and write the period.")
    return text


# --- workbooks ------------------------------------------------------------------------------------


class _Cell:
    """A cell of a workbook: its formula if it has one, its stored value and how that is shown."""

    def __init__(self, formula, stored):
        self.formula, self.stored, self.value = formula.data_type == "f", stored.data_type, stored.value
        self.shown = stored.number_format
        self.kind = date if isinstance(self.value, date) else str  # its numbers are those that are printed

    def text(self, column: str) -> str:
        """What the cell shows; `Odd` if that is no figure."""
        if self.formula and self.value is None:
            raise Odd("is a formula without a stored result.", "Open and save the file in Excel, or paste values.")
        if self.stored == "e":
            raise Odd(f"{self.value} is an error of Excel.", "Leave it empty and give the reason in column note.")
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return printed(self.value, self.shown) if column in NUMBERS["observations"] else f"{self.value:.15g}"
        return text_of(self.value, column)


def printed(number: float, shown: str) -> str:
    """A number as Excel prints it with the number format `shown`, rounded half up; `Odd` for a format not read here.

    22.24 with the format 0.0 is 22.2, and 0.222 with 0.0% is 22.2: the scorecard prints percentages without the sign.
    """
    exact = Decimal(f"{number:.{EXCEL_DIGITS}g}")
    if shown in ("General", "@"):
        return f"{exact:f}"
    form = DIGITS.fullmatch(NOT_PRINTED.sub("", shown.split(";", maxsplit=1)[0]))
    if form is None:
        raise Odd(f'{exact:f} has the number format "{shown}", which is not read here.', AS_NUMBER)
    value = exact * 100 if form["percent"] else exact
    return f"{round_half_up(value, len(form['decimals'] or '')):f}"


def _read_workbook(path: Path, wanted: str | None, faults: list[Fault]) -> Extract:
    formulas, stored = (_workbook(path, values) for values in (False, True))
    sheet, remarks = _sheet(path.name, formulas, wanted)
    name, values = f"{path.name}, sheet {sheet.title}", stored[sheet.title]
    cells = ([_Cell(*pair) for pair in zip(*pairs, strict=True)] for pairs in zip(sheet, values, strict=True))
    rows = list(enumerate(cells, 1))
    columns = [cell.value for cell in rows[0][1]] if rows else []
    hidden = sum(1 for number, line in sheet.row_dimensions.items() if line.hidden and 1 < number <= len(rows))
    remarks += [f"{name}: {hidden} hidden rows were read too."] if hidden else []
    counted = sum(cell.formula for _, line in rows[1:] for cell in line)
    remarks += [f"{name}: {counted} formulas were read as their stored results."] if counted else []
    return _extract(name, columns, rows[1:], faults, remarks)


def _workbook(path: Path, values: bool):
    from openpyxl import load_workbook

    _fits(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that hold no figures: validation, extensions, print settings
            with path.open("rb") as file:
                return load_workbook(file, data_only=values, keep_links=False)
    except Exception as error:  # a damaged workbook raises whatever its part's reader raises
        said = f"cannot be read as a workbook ({type(error).__name__})."
        told = of_content(path.read_bytes(), but=ZIP) or (said, "Save it in Excel as .xlsx.")
        raise InputError([Fault("error", "EXT004", path.name, *told)]) from None


def _fits(path: Path) -> None:
    """A small workbook can unpack into a huge one: its parts are counted before any is read."""
    try:
        with ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (BadZipFile, OSError):  # the reader of workbooks says what it is
        unpacked = path.stat().st_size
    if unpacked > LARGEST_WORKBOOK:
        said = f"unpacks to {unpacked:,} bytes, more than {LARGEST_WORKBOOK:,}."
        raise InputError([Fault("error", "EXT009", path.name, said, "Deliver the figures of one scorecard only.")])


def _sheet(file: str, workbook, wanted: str | None):
    """The sheet to read and what to say of the others; a hidden one is read only by its name."""
    shown = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.title not in shown]
    known = [*shown, *hidden]
    if wanted is not None and wanted not in known:
        raise InputError([Fault("error", "EXT005", file, f'has no sheet "{wanted}".', nearest(wanted, known))])
    if wanted is None and len(shown) != 1:
        said = f"has {len(shown)} sheets that are not hidden: {', '.join(shown) or 'none'}."
        raise InputError([Fault("error", "EXT005", file, said, "Name the one to read with --table.")])
    title = wanted or shown[0]
    unread = [name for name in hidden if name != title]
    remarks = [f"{file}: hidden sheets were not read: {', '.join(unread)}."] if unread else []
    remarks += [f"{file}: the sheet {title} is hidden."] if title in hidden else []
    sheet = workbook[title]
    if (size := sheet.max_row * sheet.max_column) > LARGEST_SHEET:
        corner = sheet.dimensions.split(":")[-1]
        said = f"the sheet {title} reaches to {corner}: {size:,} cells, more than {LARGEST_SHEET:,}."
        raise InputError([Fault("error", "EXT009", file, said, "Delete empty rows and columns beyond the figures.")])
    return sheet, remarks
