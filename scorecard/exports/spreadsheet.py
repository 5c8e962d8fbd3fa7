"""The figures of a pack as a spreadsheet by the conventions of the Government Analysis Function.

Cover, notes, then one table a sheet: one header row, no merged or empty cells, shorthand for what is missing. Text
stays text, whatever it begins with, and two runs give the same bytes.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap
from typing import NamedTuple

from scorecard.disclosure import WITHHELD
from scorecard.inputs.dictionary import Column

MISSING, NOT_THERE, HIDDEN = "[x]", "[z]", "[c]"
SHORTHAND = {
    HIDDEN: "withheld so that no child can be recognised",
    MISSING: "not available; the reason stands in the same row",
    NOT_THERE: "not applicable",
}
FIXED = datetime(2000, 1, 1)
"""When every workbook is said to be made: a date of the run would make its bytes differ."""
ONE_TABLE = "This sheet holds one table. Shorthand in square brackets is explained on the sheet Notes."
NARROWEST, WIDEST, WIDEST_NOTE = 9, 46, 110
TOP, LINE, A4, REPEATED = 2, 15, 9, 3
"""The row of the heads, a line in points, the number of the paper, columns on each page of a table too wide for one."""
DECIMALS = 8


class Sheet(NamedTuple):
    """A table for a sheet of its own: the sheet's name, title, columns and rows of texts as in the CSV file."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def sheet_of(name: str, title: str, columns: Sequence[Column], text: str) -> Sheet:
    """The sheet of a CSV text with those columns; what `columns` keeps out of spreadsheets is left out."""
    _, *rows = csv.reader(io.StringIO(text))
    kept = [number for number, column in enumerate(columns) if column.sheet]
    return Sheet(name, title, [columns[n] for n in kept], [[cells[n] for n in kept] for cells in rows])


def workbook(title: str, cover: Sequence[str], notes: Sequence[str], sheets: Sequence[Sheet]) -> bytes:
    """The workbook: a cover with `title`, lines and contents, the notes with the shorthand and columns, the sheets."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "author": "Kent County Council", "created": FIXED})
        looks = _Looks(book)
        _lines(book.add_worksheet("Cover"), title, [*cover, *_contents(sheets)], looks)
        _notes(book.add_worksheet("Notes"), notes, sheets, looks)
        for number, sheet in enumerate(sheets, start=1):
            _table(book.add_worksheet(sheet.name), sheet, number, looks)
    return file.getvalue()


class _Looks:
    """The formats of a workbook; numbers have one for each number of decimals, so that they show as printed."""

    def __init__(self, book):
        self.title = book.add_format({"bold": True, "font_size": 15, "font_name": "Arial"})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "font_name": "Arial"})
        self.text = book.add_format({"text_wrap": True, "valign": "top", "font_name": "Arial"})
        shown = ("0" + ("." + "0" * decimals if decimals else "") for decimals in range(DECIMALS + 1))
        self.numbers = [book.add_format({"num_format": f"#,##{form}", "valign": "top", "font_name": "Arial"})
                        for form in shown]  # fmt: skip


def _contents(sheets: Sequence[Sheet]) -> list[str]:
    return ["Sheets: Cover, Notes, " + ", ".join(sheet.name for sheet in sheets) + "."]


def _lines(page, title: str, lines: Sequence[str], looks: _Looks) -> None:
    _on_paper(page)
    page.set_column(0, 0, WIDEST_NOTE)
    page.write_string(0, 0, title, looks.title)
    for row, line in enumerate(lines, start=1):
        page.set_row(row, _height([line], [WIDEST_NOTE]))
        page.write_string(row, 0, line, looks.text)


def _notes(page, notes: Sequence[str], sheets: Sequence[Sheet], looks: _Looks) -> None:
    """Every note, shorthand and column in one table: what, and what it means."""
    told = [("Note", note) for note in notes]
    told += [(f"Shorthand {sign}", meaning) for sign, meaning in SHORTHAND.items()]
    told += [(f"{sheet.name}: {column.heading}", column.said) for sheet in sheets for column in sheet.columns]
    columns = [Column("what", "What", "", "text"), Column("meaning", "Meaning", "", "text")]
    _table(page, Sheet("Notes", "Notes, shorthand and columns", columns, told), 0, looks, WIDEST_NOTE)


def _table(page, sheet: Sheet, number: int, looks: _Looks, widest: int = WIDEST) -> None:
    page.write_string(0, 0, sheet.title, looks.title)
    page.write_string(1, 0, ONE_TABLE)
    texts = [[text or _absent(column, cells) for text, column in zip(cells, sheet.columns, strict=True)]
             for cells in sheet.rows]  # fmt: skip
    heads = [column.heading for column in sheet.columns]
    longest = [max(map(len, (head[: len(head) // 2], *cells))) for head, *cells in zip(heads, *texts, strict=True)]
    widths = [min(widest, max(NARROWEST, length + 2)) for length in longest]
    options = {"name": f"table_{number}_{sheet.name.lower().replace(' ', '_')}", "autofilter": False,
               "columns": [{"header": head, "header_format": looks.head} for head in heads],
               "style": "Table Style Light 1"}  # fmt: skip
    page.add_table(TOP, 0, TOP + len(texts), len(heads) - 1, options)
    page.set_row(TOP, _height(heads, widths))
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    for row, cells in enumerate(texts, start=TOP + 1):
        page.set_row(row, _height(cells, widths))
        for place, (column, text) in enumerate(zip(sheet.columns, cells, strict=True)):
            _cell(page, row, place, text, column, looks)
    _on_paper(page, wide=sum(widths) > WIDEST_NOTE * 2)
    page.repeat_rows(TOP)


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """How high a row must be for its texts to be read whole: in points, by the line that wraps most."""
    return LINE * max(len(wrap(text, width - 1)) or 1 for text, width in zip(texts, widths, strict=True))


def _on_paper(page, wide: bool = False) -> None:
    """How a sheet is printed: as wide as the paper, or on as many pages as it needs if that could not be read."""
    page.set_landscape()
    page.set_paper(A4)
    if wide:
        page.repeat_columns(0, REPEATED - 1)
        page.set_print_scale(70)
    else:
        page.fit_to_pages(1, 0)


def _absent(column: Column, cells: Sequence[str]) -> str:
    """The shorthand of an empty cell: of a number of a withheld figure, of a missing number, or of another cell."""
    if column.kind != "number":
        return NOT_THERE
    return HIDDEN if WITHHELD in cells else MISSING


def _cell(page, row: int, place: int, text: str, column: Column, looks: _Looks) -> None:
    if column.kind == "number" and text not in SHORTHAND:
        decimals = len(text.partition(".")[2])
        page.write_number(row, place, float(text), looks.numbers[min(decimals, DECIMALS)])
    else:
        page.write_string(row, place, text.replace(WITHHELD, f"{HIDDEN} few children"), looks.text)
