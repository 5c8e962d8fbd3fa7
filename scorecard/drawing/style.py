"""The style of the house, and texts in it: how wide they are, and how they break into lines."""

import io
import unicodedata
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.colors import to_hex
from matplotlib.ft2font import FT2Font, LoadFlags

from scorecard.ratings import Rag

SHEETS = (Path(find_spec("afcharts").origin).with_name("afcharts.mplstyle"), Path(__file__).with_name("house.mplstyle"))
HOUSE = {
    key: value for sheet in SHEETS for key, value in mpl.rc_params_from_file(sheet, use_default_template=False).items()
}
"""The Analysis Function's style with our own on top; it holds while a chart is drawn and never beyond."""
COLOURS = HOUSE["axes.prop_cycle"].by_key()["color"]
WIDTH, HEIGHT = (inches * 72 for inches in HOUSE["figure.figsize"])
DPI, SIZE, HEADLINE, SMALL = (HOUSE[key] for key in ("savefig.dpi", "font.size", "axes.titlesize", "axes.labelsize"))
FAMILY = [name if name.endswith("serif") else f"'{name}'" for name in HOUSE["font.family"]]
LINE, GAP = 1.2, 6
"""Height of a line of text in font sizes; the usual space between things, in points."""
BESIDE = 124
"""Greatest width of the names at the side, in points."""
INK = HOUSE["text.color"]
MARKS = {
    Rag.GREEN: ("o", 14, "#00857C", "white", 0),
    Rag.AMBER: ("^", 16, "#FFBF00", "black", -1.5),
    Rag.RED: ("s", 13, "#8A1010", "white", 0),
    None: ("o", 9, "white", "black", 0),
}
"""Shape, size, colour, colour of the letter and how far the letter sits above the middle."""


@contextmanager
def house():
    """Draw in the style of the house; where it holds already, this costs nothing."""
    if _held:
        yield
        return
    _held.append(True)
    try:
        with mpl.rc_context(HOUSE):
            yield
    finally:
        _held.clear()


_held: list[bool] = []


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """`text` in one line, without characters that XML forbids or that cannot be seen."""
    return "".join(c for c in " ".join(str(text).split()) if unicodedata.category(c)[0] != "C")


@lru_cache
def font_of(bold: bool) -> FT2Font:
    """DejaVu Sans, upright or bold, in memory: forked processes would share the place in a file that is open."""
    file = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FT2Font(io.BytesIO(Path(mpl.get_data_path(), "fonts", "ttf", file).read_bytes()))


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    font = font_of(bold)
    font.set_size(100, 72)
    return font.load_char(ord(letter), LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100


@lru_cache(maxsize=4096)
def extent(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width of `text` in points, in DejaVu Sans of `size` points."""
    return size * sum(_advance(letter, bold) for letter in text)


def wrap(text: str, width: float, size: float = SIZE, bold: bool = False, tail: str = "") -> list[str]:
    """`text` in lines of at most `width` points where its words allow; `tail` follows it and is never broken."""
    lines, used, space = [], width, extent(" ", size, bold)
    for word in [*clean(text).split(" "), *([tail] if tail else [])]:
        used += space + extent(word, size, bold)
        if used <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
            used = extent(word, size, bold)
    return lines


class Word(NamedTuple):
    """A line of text with its anchor in points. Words are put on what matplotlib has drawn, above everything.

    Laid out and drawn by matplotlib, they would take most of the time of a chart.
    """

    x: float
    y: float
    text: str
    anchor: str
    size: float
    bold: bool
    colour: str

    def svg(self, height: float) -> str:
        """The word as an element of a drawing of that height."""
        x, y = (f"{place:f}".rstrip("0").rstrip(".") for place in (self.x, height - self.y))
        weight = "font-weight: 700; " if self.bold else ""
        fill = "" if self.colour == "black" else f"; fill: {_hex(self.colour)}"
        anchor = {"left": "start", "center": "middle", "right": "end"}[self.anchor]
        style = f"{weight}font-size: {self.size:g}px; text-anchor: {anchor}{fill}"
        return f'  <text style="{style}" x="{x}" y="{y}">{escape(self.text, quote=False)}</text>\n'


@lru_cache
def _hex(colour: str) -> str:
    return to_hex(colour)
