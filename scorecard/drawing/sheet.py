"""A bare sheet that words, lines and ratings are placed on by hand, in points, and its SVG and PNG.

No axes, no layout engine, no figure around matplotlib's artists: a chart then costs a few milliseconds, and the same
figures give the same bytes.
"""

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from scorecard.drawing import pixels
from scorecard.drawing.style import (
    COLOURS,
    FAMILY,
    GAP,
    HEADLINE,
    HOUSE,
    INK,
    LINE,
    MARKS,
    SIZE,
    SMALL,
    WIDTH,
    Word,
    clean,
    house,
    wrap,
)
from scorecard.ratings import Rag, Verdict, places

ROOT = re.compile(r'width="[^"]+" height="[^"]+" viewBox="([^"]+)"')
"""Size and view of an SVG; without a size its shape follows the view."""


class Look(NamedTuple):
    """How a series is drawn: line styles and markers differ as well as colours."""

    colour: str
    width: float
    dash: str | tuple
    marker: str


LOOKS = {
    "none": Look(COLOURS[4], 1.5, "none", ""),
    "floor": Look(COLOURS[4], 1.0, (0, (5, 3)), ""),
    "target": Look(COLOURS[4], 1.0, "-", ""),
    "group": Look(COLOURS[2], 1.6, (0, (6, 2, 1.5, 2)), "D"),
    "england": Look(COLOURS[3], 1.8, (0, (1.2, 1.8)), "X"),
    "kent": Look(COLOURS[1], 1.6, "-", "o"),
    "area": Look(COLOURS[0], HOUSE["lines.linewidth"], "-", "o"),
}
"""In drawing order, the area on top."""
HAIR = Look(HOUSE["grid.color"], HOUSE["grid.linewidth"], "-", "")


def spread(wanted: Sequence[float], sizes: Sequence[float], low=-math.inf, high=math.inf) -> list[float]:
    """Centres nearest to `wanted` (least squares) so that things of `sizes` keep their order and do not overlap.

    Pool adjacent violators; all in the same unit, kept between `low` and `high` where they fit.
    """
    blocks, stacked, centres = [], 0.0, [0.0] * len(wanted)
    for i in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        blocks.append([wanted[i] - stacked - sizes[i] / 2, [(i, stacked + sizes[i] / 2)]])
        stacked += sizes[i]
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, members = blocks.pop()
            before, others = blocks[-1]
            together = len(members) + len(others)
            blocks[-1] = [(mean * len(members) + before * len(others)) / together, others + members]
    for level, members in blocks:
        for i, offset in members:
            centres[i] = max(low, min(high - stacked, level)) + offset
    return centres


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on the points from `start` to `end`, for figures of so many `decimals`."""

    low: float
    high: float
    start: float
    end: float
    decimals: int

    @classmethod
    def over(cls, values: Iterable[Decimal], decimals: int, start: float, end: float) -> "Scale":
        """A scale with some room around `values`, that need not start at zero and never magnifies mere rounding."""
        numbers = [float(value) for value in values] or [0.0]
        least, most = min(numbers), max(numbers)
        room = max((most - least) * 0.08, 2 * 10.0**-decimals, 0.02 * abs(most))
        return cls(max(least - room, 0.0) if least >= 0 else least - room, most + room, start, end, decimals)

    def __call__(self, value: Decimal | float) -> float:
        """The place of `value` in points."""
        return self.start + (float(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 5) -> dict[str, float]:
        """At most `most` round values as printed, with their places."""
        power = math.floor(math.log10(self.high - self.low)) - 1
        steps = (Decimal(digits).scaleb(power + up) for up in range(4) for digits in ("1", "2", "2.5", "5"))
        for step in steps:
            first, last = math.ceil(self.low / float(step)), math.floor(self.high / float(step))
            shown = places(step.normalize())
            if last - first < most and shown <= self.decimals:
                return {f"{step * i:,.{shown}f}": self(step * i) for i in range(first, last + 1)}
        return {}


class Sheet:
    """A bare sheet, measured in points from the lower left corner of the plot, between its words."""

    def __init__(self, height: float, finding: str, subtitle: str, source: str):
        head = [*_lines(finding, HEADLINE, True), ("", GAP / 2, False), *_lines(subtitle, SIZE)]
        foot = _lines(source, SMALL)
        above, below = (math.ceil(sum(size * LINE for _, size, _ in lines) + 2 * GAP) for lines in (head, foot))
        self.height = math.ceil(height)
        self.box = (0, above - GAP / 2, WIDTH, self.height + GAP)
        self.title = clean(finding)
        self.full_height, self.transform = above + self.height + below, Affine2D()
        self.artists, self.segments, self.written, self.below = [], [], [], below
        self._strip(head, self.height + above - GAP)
        self._strip(foot, -GAP)

    def _strip(self, lines: list, top: float):
        for text, size, bold in lines:
            top -= size * LINE
            self.word(2, top + 0.25 * size, text, size=size, bold=bold)

    def line(self, xs: Sequence, ys: Sequence, look: Look, gid: str | None = None, passable=False, **more):
        """Draw a line; a place that is not a number leaves a gap. Words keep off it unless it is `passable`."""
        if not all(map(math.isnan, ys)):
            drawn = copy(_pen(look, **more))
            drawn.set_data(xs, ys)
            drawn.set_transform(self.transform)
            drawn.set_gid(gid)
            self.artists.append(drawn)
        self.segments += [] if passable else zip(xs[:-1], ys[:-1], xs[1:], ys[1:], strict=True)

    def band(self, left: float, low: float, right: float, high: float):
        """A light band behind everything: where the rating is GREEN."""
        tint = {"facecolor": MARKS[Rag.GREEN][2], "alpha": 0.1, "linewidth": 0, "gid": "green"}
        self.artists.append(Rectangle((left, low), right - left, high - low, transform=self.transform, **tint))

    def bar(self, left: float, low: float, right: float, high: float, colour: str, hatch: str = ""):
        """A filled bar; its `hatch` is white, so that bars differ without their colours too."""
        style = {"facecolor": colour, "edgecolor": "white", "linewidth": 0, "hatch": hatch or None, "gid": "bar"}
        self.artists.append(Rectangle((left, low), right - left, high - low, transform=self.transform, **style))

    def word(self, x: float, y: float, text: str, ha="left", size=SIZE, bold=False, colour=INK):
        """Write `text` with its base line at `y`."""
        if text:
            self.written.append(Word(x, y + self.below, text, ha, size, bold, colour))

    def words(self, x: float, middle: float, lines: Sequence[str], **how):
        """Write `lines` one below the other around `middle`."""
        top = middle + len(lines) * SIZE * LINE / 2
        for i, text in enumerate(lines):
            self.word(x, top - (i + 0.8) * SIZE * LINE, text, **how)

    def marks(self, spots: Sequence[tuple[float, float, Verdict]]):
        """Ratings as shape and letter; an open ring where there is none."""
        for word, (marker, size, face, ink, lift) in MARKS.items():
            those = [(x, y) for x, y, verdict in spots if verdict.word == word]
            edge = LOOKS["area"].colour if word is None else "white"
            style = {"marker": marker, "markersize": size, "markerfacecolor": face, "markeredgecolor": edge}
            if those:
                self.line(*zip(*those, strict=True), LOOKS["none"], str(word), passable=True, **style)
            for x, y in those if word else ():
                self.word(x, y - 3.3 + lift, word[0], "center", 9, True, ink)

    def bars(self, ends: Sequence[tuple[tuple, tuple]], cap: float = 3.5):
        """95% intervals from end to end, upright or level, with a cap across each end."""
        ways = [(cap, 0) if one[0] == other[0] else (0, cap) for one, other in ends]
        caps = [((x - w, y - h), (x + w, y + h)) for two, (w, h) in zip(ends, ways, strict=True) for x, y in two]
        self.line(*strokes([*ends, *caps]), Look(INK, 1.0, "-", ""), "interval", passable=True)

    def free(self, left: float, low: float, right: float, high: float) -> bool:
        """Whether no line runs through the box."""
        return not any(_meets(segment, left, low, right, high) for segment in self.segments)

    def svg(self) -> str:
        """The sheet as SVG, with its texts as text and nothing that changes from run to run."""
        file, metadata = io.StringIO(), dict.fromkeys(("Date", "Creator", "Format", "Type")) | {"Title": self.title}
        renderer = RendererSVG(WIDTH, self.full_height, file, metadata=metadata)
        renderer.open_group("figure")
        Rectangle((0, 0), WIDTH, self.full_height, facecolor="white", linewidth=0).draw(renderer)
        self.draw(renderer, 1)
        renderer.close_group("figure")
        renderer.finalize()
        once = f"text{{font-family: {', '.join(FAMILY)}}}</style>"
        drawing, closing, rest = file.getvalue().replace("</style>", once, 1).rpartition(" </g>\n")
        return "".join([drawing, *(word.svg(self.full_height) for word in self.written), closing, rest])

    def png(self) -> bytes:
        """The sheet as PNG in the colours of the house and their shades: a third of the size of full colour."""
        if _vectors_only:
            return b""
        plot = (self.below - GAP, self.below + self.height + GAP)
        return pixels.png(self.draw, (WIDTH, self.full_height), plot, self.written)

    def draw(self, renderer: RendererBase, scale: float) -> None:
        """Draw all but the words, with so many units of the renderer to a point."""
        self.transform.clear().translate(0, self.below).scale(scale)
        for artist in sorted(self.artists, key=Artist.get_zorder):
            artist.draw(renderer)


_vectors_only: list[bool] = []


@contextmanager
def vectors_only() -> Iterator[None]:
    """Draw no PNG meanwhile, which is half the time of a chart: what is drawn has an empty one."""
    _vectors_only.append(True)
    try:
        yield
    finally:
        _vectors_only.pop()


@lru_cache
def _pen(look: Look, **more) -> Line2D:
    """A line of that look without any place: to make one takes as long as to draw it, and a copy does not."""
    with house():
        return Line2D([], [], color=look.colour, linewidth=look.width, linestyle=look.dash, **more)


def _lines(text: str, size: float, bold: bool = False) -> list[tuple[str, float, bool]]:
    return [(line, size, bold) for line in wrap(text, WIDTH - 4, size, bold)]


def strokes(pairs: list[tuple]) -> tuple[list[float], list[float]]:
    """Strokes from point to point as the places of one line with gaps."""
    places_ = [place for start, end in pairs for place in (start, end, (math.nan, math.nan))]
    return [x for x, _ in places_], [y for _, y in places_]


def _meets(segment, left, low, right, high) -> bool:
    x0, y0, x1, y1 = segment if segment[0] <= segment[2] else (*segment[2:], *segment[:2])
    start, end = max(left, x0), min(right, x1)
    if not start <= end:
        return False
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0
    heights = y0 + slope * (start - x0), y0 + slope * (end - x0) if x1 > x0 else y1
    return min(heights) <= high and max(heights) >= low
