"""Rows of texts, of a CSV file or an extract, as a frame of strings and exact numbers with the number of each row."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pandas as pd

from scorecard.faults import Fault, InputError, quoted
from scorecard.inputs.mistakes import FIGURE, file_text, of_figure, of_header, of_row, of_text


def read_frame(path: Path, columns: list[str], numbers: list[str], faults: list[Fault]) -> pd.DataFrame:
    """A CSV file with these `columns`, of which `numbers` hold figures; what is malformed goes to `faults`."""
    before = len(faults)
    lines = _lines(path, faults)
    rows = _whole_rows(path.name, lines, columns, faults) if len(faults) == before else []
    return frame_of(rows, columns, numbers, path.name, faults)


def frame_of(
    lines: list[tuple[int, list[str]]], columns: list[str], numbers: list[str], file: str, faults: list[Fault]
) -> pd.DataFrame:
    """Rows of texts, each with its number, as a frame; rows that are no figures and odd cells go to `faults`."""
    lines = _figures_only(file, lines, columns, faults)
    table = pd.DataFrame([cells for _, cells in lines], columns=columns, dtype=object)
    table["row"] = [row for row, _ in lines]
    for column in columns:
        if column in numbers:
            table[column] = _decimals(table, column, file, faults)
        else:
            _odd_texts(table, column, file, faults)
    return table


def _lines(path: Path, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of the line it begins in."""
    try:
        text = file_text(path, "CSV002")
    except InputError as unread:
        faults += unread.faults
        return []
    lines, begun, reader = [], 1, csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cells):
                lines.append((begun, cells))
            begun = reader.line_num + 1
    except csv.Error as fault:
        said = f"cannot be read: {fault}."
        faults.append(Fault("error", "CSV003", path.name, said, "Check the quotation marks.", (begun,)))
    return lines


def _whole_rows(file: str, lines: list, columns: list[str], faults: list[Fault]) -> list:
    """The rows below the header that have a cell for each column."""
    header = lines[0][1] if lines else []
    if header != columns:
        faults.append(Fault("error", "CSV004", file, *_odd_header(header, lines[1:], columns), (1,)))
        return []
    told = _figures_only(file, lines[1:], columns, faults)
    odd = tuple(row for row, cells in told if len(cells) != len(columns))
    if odd:
        said = f"has {len(next(cells for row, cells in lines if row == odd[0]))} cells instead of {len(columns)}."
        faults.append(Fault("error", "CSV005", file, said, "Check for a comma too many or too few.", odd))
    wrong = set(odd)
    return [(row, cells) for row, cells in told if row not in wrong]


def _odd_header(header: list[str], below: list, columns: list[str]) -> tuple[str, str]:
    """What is wrong with the first row of a file, and the remedy."""
    if not header:
        return "is empty.", f"The first row must be {','.join(columns)}."
    missing = [column for column in columns if column not in header]
    said = f"has no column {', '.join(missing)}." if missing else f"has other columns: {', '.join(header)}."
    if sorted(header) == sorted(columns):
        said = f"has its columns in another order: {', '.join(header)}."
    return next(of_header(header, below, columns), (said, f"The first row must be {','.join(columns)}."))


def _figures_only(file: str, lines: list, columns: list[str], faults: list[Fault]) -> list:
    """The rows without those that are no figures: headers again, the foot of a report."""
    found, odd = {}, set()
    for row, cells in lines:
        if told := of_row(cells, columns):
            found.setdefault(told, []).append(row)
            odd.add(row)
    faults += [Fault("error", "CSV007", file, *told, tuple(rows)) for told, rows in found.items()]
    return [(row, cells) for row, cells in lines if row not in odd]


def _odd_texts(table: pd.DataFrame, column: str, file: str, faults: list[Fault]) -> None:
    """Texts that hold what nobody sees, or that a spreadsheet would take for a formula."""
    for text, told in ((text, of_text(text)) for text in dict.fromkeys(table[column])):
        if told:
            said, rows = f"{quoted(text)} is no text for a table.", tuple(table["row"][table[column] == text])
            faults.append(Fault("error", "CSV008", file, said, told, rows, column, text))


def _decimals(table: pd.DataFrame, column: str, file: str, faults: list[Fault]) -> pd.Series:
    texts = table[column]
    readable = texts.str.fullmatch(FIGURE) | (texts == "")
    for text in dict.fromkeys(texts[~readable.astype(bool)]):
        said, rows = f"{quoted(text)} is not a number.", tuple(table["row"][texts == text])
        faults.append(Fault("error", "CSV006", file, said, of_figure(text), rows, column, text))
    numbers = [Decimal(text) if text and fine else None for text, fine in zip(texts, readable, strict=True)]
    return pd.Series(numbers, index=table.index, dtype=object)
