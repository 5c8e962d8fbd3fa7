"""Tables of counts by group (age, nationality, attendance): each as bars with all its figures."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from scorecard import periods
from scorecard.checking.sums import TOTALS
from scorecard.drawing.evidence import Chart, runs, say
from scorecard.drawing.panels import Column, panel
from scorecard.drawing.sheet import LOOKS, Scale, Sheet
from scorecard.drawing.style import clean, house
from scorecard.editions import Edition
from scorecard.phrases import load_phrases

LONGEST, SHOWN = 20, 12
"""A table of more rows than the first is drawn by its largest rows, as many as the second; its figures are all told."""
PARTS = [LOOKS[key]._replace(marker="") for key in ("area", "kent", "england", "group")]


class Breakdown(NamedTuple):
    """A table of counts: its rows by name, each with its cells by column; the columns that add up, and their total."""

    name: str
    rows: dict[str, dict]
    parts: list[str]
    total: str

    def count(self, row: str, column: str) -> Decimal | None:
        """A figure of a row, or None where nothing is printed."""
        return self.rows[row][column].value

    @property
    def known(self) -> bool:
        """Whether it has a figure."""
        return any(cell.value is not None for cells in self.rows.values() for cell in cells.values())

    def size(self, row: str) -> Decimal:
        """The total of a row."""
        return self.count(row, self.total) or Decimal(0)

    @property
    def groups(self) -> list[str]:
        """Its rows without that of the totals."""
        return [row for row in self.rows if row not in TOTALS]

    @property
    def whole(self) -> str | None:
        """The row of the totals."""
        return next((row for row in self.rows if row in TOTALS), None)


def breakdowns(edition: Edition) -> list[Breakdown]:
    """The tables of counts of an edition in printed order."""
    return [_breakdown(name, told) for name, told in edition.breakdowns.groupby("table", sort=False)]


def _breakdown(name: str, told: pd.DataFrame) -> Breakdown:
    rows = {}
    for cell in told.itertuples():
        rows.setdefault(cell.row_name, {})[cell.column] = cell
    columns = list(dict.fromkeys(told["column"]))
    return Breakdown(name, rows, [c for c in columns if c not in TOTALS], next(c for c in columns if c in TOTALS))


def charts(edition: Edition) -> list[Chart]:
    """Each table of counts as stacked bars with its figures beside them; one without any figure is left out."""
    return [counted(told, edition) for told in breakdowns(edition) if told.known]


@house()
def counted(told: Breakdown, edition: Edition) -> Chart:
    """A table of counts as bars, one a row, in printed order (or the largest rows of a long table)."""
    shown = told.groups
    if len(shown) > LONGEST:
        shown = sorted(shown, key=told.size, reverse=True)[:SHOWN]
    words = (_finding(told), _subtitle(told, shown, edition), _source(told))
    looks = dict(zip(told.parts, PARTS, strict=False))
    columns = [Column(part, looks[part], [_text(told, row, part) for row in shown]) for part in told.parts]
    columns.append(Column(told.total, None, [_text(told, row, told.total) for row in shown], True))
    frame = panel(shown, columns, words)
    most = max([_drawn(told, row) for row in shown] + [Decimal(1)])
    x = Scale(0.0, float(most), frame.left, frame.right, 0)
    for row, middle in zip(shown, frame.middles, strict=True):
        _bars(frame.sheet, told, row, x, middle)
    return _finished(told, words, shown, frame.sheet)


def _drawn(told: Breakdown, row: str) -> Decimal:
    return sum((told.count(row, part) or Decimal(0) for part in told.parts), Decimal(0))


def _bars(sheet: Sheet, told: Breakdown, row: str, x: Scale, middle: float):
    """The parts of a row side by side, in the order of the columns."""
    start = Decimal(0)
    for part, look in zip(told.parts, PARTS, strict=False):
        end = start + (told.count(row, part) or Decimal(0))
        if end > start:
            sheet.bar(x(start) + (0.7 if start else 0), middle - 6, x(end), middle + 6, look.colour)
        start = end


def _text(told: Breakdown, row: str, column: str) -> str:
    """A figure, or the first word of why there is none: the table has all of it."""
    cell = told.rows[row][column]
    return cell.note.split()[0] if cell.value is None else say(cell.value)


def _finding(told: Breakdown) -> str:
    largest, whole = max(told.groups, key=told.size), told.whole
    fields = {"table": told.name, "row": largest, "number": say(told.size(largest))}
    fields["total"] = say(told.size(whole)) if whole else ""
    return load_phrases().say("breakdown", "of all" if whole else "no total", **fields)


def _subtitle(told: Breakdown, shown: Sequence[str], edition: Edition) -> str:
    largest = f", the {len(shown)} largest of {len(told.groups)} rows" if len(shown) < len(told.groups) else ""
    order = ", then ".join(told.parts)
    return clean(f"{told.name}, number of children, {periods.name(edition.as_at)}{largest}; bars: {order}")


def _source(told: Breakdown) -> str:
    cells = [cell for row in told.rows.values() for cell in row.values()]
    notes = dict.fromkeys(cell.note for cell in cells if cell.note)
    said = "".join(
        f" {note[:1].upper()}{note[1:]}." for note in notes if any(c.value is not None for c in cells if c.note == note)
    )
    return f"Source: breakdowns.csv {runs({cell.row for cell in cells})}.{said}"


def _finished(told: Breakdown, words: tuple, shown: Sequence[str], sheet: Sheet) -> Chart:
    columns = [*told.parts, told.total]
    cells = [
        (row, *(cell.note if cell.value is None else say(cell.value) for cell in (told.rows[row][c] for c in columns)))
        for row in told.rows
    ]
    each = "; ".join(f"{row} {_text(told, row, told.total)}" for row in shown)
    alt = clean(f"Bar chart. {words[1]}. {told.total}: {each}.")
    name = f"breakdown-{'-'.join(re.findall('[a-z0-9]+', told.name.lower()))}"
    return Chart(name, words[0], words[1], alt, words[2], sheet.svg(), sheet.png(), (told.name, *columns), tuple(cells),
                 sheet.box)  # fmt: skip
