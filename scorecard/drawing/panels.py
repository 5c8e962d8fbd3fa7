"""The frame of a chart that has a name, a drawing and columns of figures in each row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scorecard.drawing.sheet import HAIR, Look, Sheet, strokes
from scorecard.drawing.style import GAP, LINE, SIZE, SMALL, WIDTH, clean, extent, wrap

NAMES, COLUMN, PAD = 112, 48, 9
"""Greatest width of the names and of the heading of a column, and the room before a column, in points."""


class Column(NamedTuple):
    """A column of figures: its heading, the mark or colour that the drawing has for it, and its texts."""

    head: str
    look: Look | None
    texts: Sequence[str]
    bold: bool = False


class Panel(NamedTuple):
    """A sheet with its rows: where the drawing begins and ends, the middle of each row and the room it has."""

    sheet: Sheet
    left: float
    right: float
    middles: Sequence[float]


def panel(names: Sequence[str], columns: Sequence[Column], words: tuple[str, str, str]) -> Panel:
    """Names at the left, figures at the right under their headings, and room for a drawing between them."""
    lines = [wrap(clean(name), NAMES) for name in names]
    heads = [wrap(column.head, COLUMN, SMALL) for column in columns]
    heights = [max(18.0, len(told) * SIZE * LINE + 4) for told in lines]
    above = max(map(len, heads)) * SMALL * LINE + 16
    sheet = Sheet(sum(heights) + above + GAP, *words)
    tops = sum(heights) + GAP - np.cumsum([0, *heights])
    middles = [float(middle) for middle in (tops[:-1] + tops[1:]) / 2]
    left = max(extent(line) for told in lines for line in told) + PAD
    for told, middle in zip(lines, middles, strict=True):
        sheet.words(left - PAD, middle, told, ha="right")
    right = _columns(sheet, columns, heads, middles, tops[0])
    sheet.line(*strokes([((0, top), (WIDTH, top)) for top in tops[:-1]]), HAIR, "rows", passable=True)
    return Panel(sheet, left, right, middles)


def _columns(sheet: Sheet, columns: Sequence[Column], heads: list, middles: list[float], top: float) -> float:
    """Write the columns from the right; where the first of them begins."""
    end = WIDTH - 2
    for column, lines in zip(reversed(columns), reversed(heads), strict=True):
        ink = {"bold": column.bold}
        widest = max(
            [extent(line, SMALL) for line in lines] + [extent(text, SIZE, column.bold) for text in column.texts]
        )
        for i, line in enumerate(reversed(lines)):
            sheet.word(end, top + 4 + i * SMALL * LINE, line, "right", SMALL)
        if column.look:
            _swatch(sheet, column.look, end - 5, top + 9 + len(lines) * SMALL * LINE)
        for text, middle in zip(column.texts, middles, strict=True):
            sheet.word(end, middle - SIZE * 0.36, text, "right", **ink)
        end -= widest + PAD
    return end


def _swatch(sheet: Sheet, look: Look, x: float, y: float):
    if look.marker:
        point(sheet, look, x, y)
    else:
        sheet.bar(x - 5, y - 4, x + 5, y + 4, look.colour)


def point(sheet: Sheet, look: Look, x: float, y: float):
    """The mark of a series at a place."""
    style = {"marker": look.marker, "markersize": 8, "markeredgecolor": "white", "markeredgewidth": 0.6}
    sheet.line([x], [y], look._replace(dash="none"), passable=True, markerfacecolor=look.colour, **style)
