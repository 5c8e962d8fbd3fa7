"""What a chart shows and says whatever its kind: series, standards, units, source and the finished chart."""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from PIL import Image

from scorecard import periods, tables
from scorecard.build import Figure as Cell
from scorecard.build import Row
from scorecard.catalogue import Indicator
from scorecard.drawing.sheet import ROOT, Sheet
from scorecard.drawing.style import DPI, clean
from scorecard.ratings import Polarity, Verdict, places

GOOD = {Polarity.HIGH: "high is good", Polarity.LOW: "low is good", Polarity.TARGET: "close to the target is good"}
UNITS = {"%": "per cent", "pp": "percentage points", "count": "number"}
FLOORS = {
    None: "not known",
    "unknown": "not known",
    "bracketed": "worked out from the printed ratings",
    "assumed": "assumed from the printed ratings",
    "stated": "stated in the scorecard",
}


@dataclass(frozen=True)
class Chart:
    """A chart with everything that must go with it: words, source, and the same figures as a table.

    `svg` and `png` carry headline, subtitle and source so that they can stand alone; `box` is where the plot is in
    the SVG (left, top, width, height, in its own units).
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    svg: str
    png: bytes
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    box: tuple[float, float, float, float]

    @property
    def plot_svg(self) -> str:
        """The plot alone, for a page that shows headline, subtitle and source as text; `data-viewbox` is the whole."""
        plot = " ".join(f"{side:g}" for side in self.box)
        return ROOT.sub(rf'viewBox="{plot}" data-viewbox="\1"', self.svg, count=1)

    @property
    def plot_png(self) -> bytes:
        """The plot alone as PNG, for a document that shows headline, subtitle and source as text."""
        left, top, width, height = (side * DPI / 72 for side in self.box)
        whole, file = Image.open(io.BytesIO(self.png)), io.BytesIO()
        whole.crop(tuple(map(round, (left, top, left + width, top + height)))).save(file, "png", dpi=(DPI, DPI))
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": tables.figure(self), "image/png": self.png, "text/plain": self.alt}


class Thread(NamedTuple):
    """A series: how it looks, what it is called and its figures."""

    key: str
    name: str
    cells: tuple[Cell, ...]


class Bounds(NamedTuple):
    """Target, floor standards and the green range, at printed precision; empty where the scorecard sets none."""

    target: Decimal | None = None
    floors: tuple[Decimal, ...] = ()
    green: tuple[Decimal, ...] = ()

    def texts(self) -> list[tuple[str, str, Decimal]]:
        """Look, wording and value of each line."""
        green = f", green {' to '.join(map(say, self.green))}" if self.green else ""
        target = [] if self.target is None else [("target", f"Target {say(self.target)}{green}", self.target)]
        return target + [("floor", f"Floor {say(floor)}", floor) for floor in self.floors]


def say(value: Decimal) -> str:
    """A figure as printed, with commas in thousands."""
    return f"{value:,f}"


def bounds_of(row: Row) -> Bounds:
    """What the standard of a row draws; for polarity T floor and tolerance are distances from the target."""
    standard = row.standard
    if standard.target is None:
        return Bounds()
    printed = standard.target_printed
    decimals = len(printed.partition(".")[2]) if printed else row.indicator.decimals

    def around(distance: Decimal | None) -> tuple[Decimal, ...]:
        ends = () if distance is None else (standard.target - distance, standard.target + distance)
        return tuple(_exact(end, decimals) for end in ends)

    target, floor = _exact(standard.target, decimals), standard.floor
    if standard.polarity.sign:
        return Bounds(target, () if floor is None else (_exact(floor, decimals),))
    return Bounds(target, around(floor), around(standard.tolerance))


def _exact(value: Decimal, decimals: int) -> Decimal:
    """`value` with `decimals` places, or with more where it needs them."""
    plain = value.normalize()
    return plain.quantize(Decimal(1).scaleb(-max(decimals, places(plain))))


def adds_up(row: Row) -> bool:
    """Whether Kent's figure is the sum of its areas', so that one cannot be held against the other."""
    return "value" in row.indicator.additive


def benchmarks_of(row: Row) -> list[Thread]:
    """The benchmark group and England, where they have a figure."""
    sides = (("group", row.benchmark_name, row.benchmark), ("england", row.england_name, row.england))
    return [Thread(key, name, (cell,)) for key, name, cell in sides if cell and cell.value is not None]


def benchmarks_told(row: Row) -> str:
    """`; benchmarks as printed: ...`: whose figures they are, of which period and by which method."""
    told = (f"{name} {cell.period} ({cell.basis.how})" for _, name, (cell,) in benchmarks_of(row))
    listed = ", ".join(told)
    return f"; benchmarks as printed: {listed}" if listed else ""


def _held(row: Row) -> list[str]:
    """What the department's data make of the benchmarks: the same for all in one sentence."""
    fates = {}
    for _, name, (cell,) in benchmarks_of(row):
        fates.setdefault(cell.basis.held, []).append(name)
    told = [f"{' and '.join(names)}: {held}." for held, names in fates.items()]
    near = {cell.basis.near for *_, (cell,) in benchmarks_of(row)} - {None}
    return [*told, *sorted(near)]


def named(name: str, cell: Cell | None, latest: str, unit: str = "") -> tuple[str, str]:
    """A name and its figure, with the period of the figure where that is not `latest`."""
    if cell is None or cell.value is None:
        return f"{name}:", "no value"
    return name, say(cell.value) + unit + (f" ({periods.label(cell.period)})" if cell.period != latest else "")


def subject(indicator: Indicator) -> str:
    """The short name of an indicator with a capital."""
    return clean(indicator.short_name[:1].upper() + indicator.short_name[1:])


def measured(row: Row) -> str:
    """Unit in words and which way is good: `per cent; low is good`."""
    good = GOOD.get(row.standard.polarity)
    return UNITS.get(row.indicator.unit, row.indicator.unit) + (f"; {good}" if good else "")


def unit_beside(indicator: Indicator) -> str:
    """A unit that is too long to stand behind each number of an axis."""
    return indicator.suffix.strip() if indicator.suffix.startswith(" ") else ""


def unit_behind(indicator: Indicator) -> str:
    """A unit short enough to stand behind each number: %."""
    return "" if unit_beside(indicator) else indicator.suffix


def in_unit(row: Row) -> str:
    """`, in days`, where the unit does not stand behind each number."""
    beside = unit_beside(row.indicator)
    return f", in {beside}" if beside else ""


def source_of(row: Row, cells: Iterable[Cell], shown: Iterable[str]) -> str:
    """Files and rows of every figure, and what a reader must know about them."""
    cells, files, told, standard = [*cells], {}, [], row.standard
    for cell in cells:
        files.setdefault(cell.file, set()).update({cell.row} - {None})
    if standard.target is not None:
        files["standards.csv"] = {standard.row} - {None}
        told = [f"Floor standard: {FLOORS.get(standard.floor_source, standard.floor_source)}."]
    for period, of in groupby(benchmarks_of(row), key=lambda thread: thread.cells[0].period):
        if period not in shown:
            told.append(f"{' and '.join(thread.name for thread in of)}: {periods.name(period)}, a period not shown.")
    told += _held(row)
    return clean(" ".join([source_of_rows(files), *told]))


def source_of_rows(files: Mapping[str, set[int]]) -> str:
    """`Source: outcomes.csv rows 4, 5, 9 to 15.` for the rows of each file."""
    return f"Source: {'; '.join(f'{file} {runs(rows)}' for file, rows in files.items() if rows)}."


def runs(rows: set[int]) -> str:
    """Numbers of lines as a source names them: `rows 4, 5, 9 to 15`."""
    runs = groupby(enumerate(sorted(rows)), key=lambda pair: pair[1] - pair[0])
    ends = [[row for _, row in run] for _, run in runs]
    told = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in ends]
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(told)}"


def finished(kind: str, row: Row, words: tuple[str, str, str], alt: str, sheet: Sheet, table: tuple) -> Chart:
    """The chart of a kind from its finding, subtitle and source, its alt text, its drawing, its columns and rows."""
    parts = [kind, row.indicator.key, row.area.name, row.section.page]
    name = "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts if part)
    finding, subtitle, source = words
    return Chart(name, finding, subtitle, alt, source, sheet.svg(), sheet.png(), *table, sheet.box)


def rating_told(verdict: Verdict) -> str:
    """The rating as a word, or why there is none."""
    return str(verdict.word or f"not rated: {verdict.reason}")


def interval_told(row: Row) -> str:
    """The 95% interval of the latest figure, or why there is none."""
    _, reason, low, high = row.confidence
    return reason if low is None else f"{say(low)} to {say(high)}"


def cell_text(cell: Cell | None) -> str:
    """A figure as printed, or why it is missing."""
    if cell is None:
        return "not given"
    return cell.reason if cell.value is None else say(cell.value)
