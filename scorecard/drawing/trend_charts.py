"""How an indicator of an area moved over the shown periods."""

import math
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from scorecard import periods
from scorecard.build import Figure as Cell
from scorecard.build import Row
from scorecard.commentary import headline
from scorecard.drawing.evidence import (
    Bounds,
    Chart,
    Thread,
    adds_up,
    benchmarks_of,
    benchmarks_told,
    bounds_of,
    cell_text,
    finished,
    in_unit,
    interval_told,
    measured,
    named,
    rating_told,
    say,
    source_of,
    subject,
    unit_behind,
    unit_beside,
)
from scorecard.drawing.sheet import HAIR, LOOKS, Scale, Sheet, spread, strokes
from scorecard.drawing.style import BESIDE, GAP, HEIGHT, HOUSE, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.history import NOWHERE

LONG = 3
"""A longer run of periods that no edition prints is left out of the drawing."""
BREAK = HAIR._replace(colour=INK, width=1.2)
"""The two strokes across the foot of the plot where periods are left out."""


class End(NamedTuple):
    """A label at the right end of a trend."""

    key: str
    lines: list[str]
    value: Decimal | None
    joined: bool

    @property
    def height(self) -> float:
        """Room it takes, in points."""
        return len(self.lines) * SIZE * LINE + 3


@house()
def trend(row: Row, kent: Row | None = None) -> Chart:
    """How an indicator of an area moved over the shown periods, against its target, Kent and the benchmarks.

    `kent` is Kent's row of the same indicator. A missing value is a gap; a benchmark of a period that is not shown is
    a broken line with its period in its label.
    """
    threads, bounds, shown = _threads(row, kent), bounds_of(row), [cell.period for cell in row.series]
    ends = _ends(row, threads, bounds)
    finding, source = headline(row), source_of(row, [c for t in threads for c in t.cells], shown)
    left_out = _breaks(threads, shown)
    gaps = "".join(f"; no edition prints {_label(run)}" for run in left_out)
    bar = "; the bar is the 95% interval" if _interval(row) else ""
    told = f"{measured(row)}{gaps}{bar}{benchmarks_told(row)}"
    subtitle = clean(f"{subject(row.indicator)}, {row.area.name}, {_label(shown)}, {told}")
    names = period_lines(row, left_out)
    axis = GAP + SIZE * LINE * max(map(len, names))
    sheet = Sheet(max(HEIGHT, sum(end.height for end in ends) + axis), finding, subtitle, source)
    _draw_trend(sheet, row, threads, bounds, ends, names, axis, left_out)
    words = (finding, subtitle, source)
    return finished("trend", row, words, _trend_alt(row, threads, bounds), sheet, _trend_table(row, threads, bounds))


def _threads(row: Row, kent: Row | None) -> list[Thread]:
    threads = [Thread("area", row.area.name, row.series)]
    if kent and kent.area != row.area and not adds_up(row):
        threads.append(Thread("kent", kent.area.name, kent.series))
    return threads + benchmarks_of(row)


def _ends(row: Row, threads: list[Thread], bounds: Bounds) -> list[End]:
    latest, shown, ends = row.latest.period, {cell.period for cell in row.series}, []
    for key, called, cells in threads:
        last = next((cell for cell in reversed(cells) if cell.value is not None), None)
        name, tail = named(called, last, latest)
        rating = f" {row.rag.word}" if key == "area" and row.rag.word else ""
        lines = wrap(name, BESIDE, bold=key == "area", tail=tail + rating)
        joined = last is not None and (last.period == latest or last.period not in shown)
        ends.append(End(key, lines, last and last.value, joined))
    return ends + [End(key, wrap(text, BESIDE), value, True) for key, text, value in bounds.texts()]


def _label(span: list[str]) -> str:
    """`Jan-23 to Dec-23`, or one period."""
    return " to ".join(dict.fromkeys(periods.label(end) for end in (span[0], span[-1])))


def _draw_trend(
    sheet: Sheet, row: Row, threads: list, bounds: Bounds, ends: list[End], names: list, axis: float, left_out: list
):
    values = [cell.value for thread in threads for cell in thread.cells if cell.value is not None]
    values += [value for _, _, value in bounds.texts()] + [*bounds.green] + _interval(row)
    beside = unit_beside(row.indicator)
    high = sheet.height - (SIZE * LINE + GAP if beside else GAP)
    y = Scale.over(values, row.indicator.decimals, axis + 4, high)
    ticks = {f"{tick}{unit_behind(row.indicator)}": at for tick, at in y.ticks().items()}
    left = max(map(extent, ticks), default=0) + GAP
    right = WIDTH - max(extent(line, SIZE, end.key == "area") for end in ends for line in end.lines) - 20
    parts = _parts([cell.period for cell in row.series], left_out)
    x = _along(parts, left_out, left + 18, right - 8, max(extent(line) for lines in names for line in lines) + 4)
    draw_axes(sheet, ticks, left, right)
    sheet.word(2, sheet.height - SIZE, beside)
    told = dict(zip((cell.period for cell in row.series), names, strict=True))
    for run in (run for run in parts if run not in left_out):
        draw_periods(sheet, [told[period] for period in run], [x[period] for period in run], axis)
    for run in left_out:
        middle, at = x[run[0]], axis + 1
        sheet.line(*strokes([((middle + k, at), (middle + k + 4, at + 8)) for k in (-5, 1)]), BREAK, "break")
    for edge in zip(bounds.green[:1], bounds.green[1:], strict=True):
        sheet.band(left, y(edge[0]), right, y(edge[1]))
    for key, _, value in bounds.texts():
        sheet.line([left, right], [y(value)] * 2, LOOKS[key], key)
    for thread in sorted(threads, key=lambda thread: [*LOOKS].index(thread.key)):
        _draw_thread(sheet, thread, x, y, left, right)
    if _interval(row):
        sheet.bars([tuple((x[row.latest.period], y(end)) for end in _interval(row))])
    if row.latest.value is not None:
        sheet.marks([(x[row.latest.period], y(row.latest.value), row.rag)])
    draw_ends(sheet, ends, y, right)
    _draw_first(sheet, row, x, y)


def _breaks(threads: list[Thread], shown: list[str]) -> list[list[str]]:
    """The runs of periods that no edition prints, if longer than `LONG`: the chart leaves them out and says so."""
    found = [{cell.period: cell for cell in thread.cells} for thread in threads[:2] if thread.key in ("area", "kent")]
    return [run for run in _spans(found, shown) if len(run) > LONG]


def _parts(shown: list[str], left_out: list[list[str]]) -> list[list[str]]:
    """The shown periods in runs that are left out and runs between them."""
    where = {period: number for number, run in enumerate(left_out) for period in run}
    return [[*run] for _, run in groupby(shown, key=where.get)]


def _along(parts: list, left_out: list, left: float, right: float, room: float) -> dict[str, float]:
    """Where each period stands: equal steps, and `room` for a name where a run is left out, with its periods there."""
    steps, breaks = sum(len(run) - 1 for run in parts if run not in left_out), len(left_out)
    step = (right - left - breaks * room) / max(steps, 1)
    if step * 1.5 > room and breaks:
        step = (right - left) / (steps + 1.5 * breaks)
        room = 1.5 * step
    x, at = {}, left
    for run in parts:
        out = run in left_out
        x |= dict.fromkeys(run, at + room / 2) if out else {p: at + i * step for i, p in enumerate(run)}
        at += room if out else (len(run) - 1) * step
    return x


def _interval(row: Row) -> list[Decimal]:
    """Both ends of the 95% interval of the latest figure, if it has one."""
    return [end for end in row.confidence[2:] if end is not None]


def draw_axes(sheet: Sheet, ticks: dict[str, float], left: float, right: float):
    """A hair line across at each tick, with its number at the left."""
    sheet.line(*strokes([((left, at), (right, at)) for at in ticks.values()]), HAIR, "grid")
    for text, at in ticks.items():
        sheet.word(left - 4, at - SIZE * 0.36, text, "right")


def period_lines(row: Row, left_out: list[list[str]] = ()) -> list[list[str]]:
    """The names of the periods in lines, with `no value` below where the area has none and is not left out."""
    gone = {period for run in left_out for period in run}
    gaps = [["no value"] if cell.value is None and cell.period not in gone else [] for cell in row.series]
    return [periods.label(cell.period).split(" ") + gap for cell, gap in zip(row.series, gaps, strict=True)]


def draw_periods(sheet: Sheet, names: list[list[str]], x: list[float], axis: float):
    """The first, the last and as many periods between as fit; only the first if it is too close to the last."""
    last, widest = len(x) - 1, max(extent(line) for lines in names for line in lines) + 4
    steps = [step for step in range(1, last + 1) if last % step == 0 and step * (x[1] - x[0]) >= widest]
    end = last + 1 if x[last] - x[0] >= widest else 1
    for i in range(0, end, min(steps, default=last or 1)):
        for k, text in enumerate(names[i]):
            sheet.word(x[i], axis - GAP - SIZE * 0.8 - k * SIZE * LINE, text, "center")


def _draw_thread(sheet: Sheet, thread: Thread, x: dict, y: Scale, left: float, right: float):
    """A line through the shown periods with gaps; right across where the only figure is of another period."""
    look, cells = LOOKS[thread.key], [cell for cell in thread.cells if cell.period in x]
    if cells:
        heights = [math.nan if cell.value is None else y(cell.value) for cell in cells]
        sheet.line([x[cell.period] for cell in cells], heights, look, thread.key, **_point(thread.key))
    elif thread.cells:
        sheet.line([left, right], [y(thread.cells[0].value)] * 2, look, thread.key)


def _point(key: str) -> dict:
    """How a figure of a series is marked; the open diamond shows what lies under it."""
    look = LOOKS[key]
    size, face, edge, width = {
        "D": (8, "none", look.colour, 1.8), "X": (7, look.colour, "white", 0.4),
    }.get(look.marker, (HOUSE["lines.markersize"], look.colour, "white", 0.6))  # fmt: skip
    style = {"markersize": size, "markerfacecolor": face, "markeredgecolor": edge, "markeredgewidth": width}
    return {"marker": look.marker, **style}


def draw_ends(sheet: Sheet, ends: list[End], y: Scale, right: float):
    """The labels at the right end, moved apart, each joined to its line."""
    wanted = [y(end.value) if end.value is not None else sheet.height / 2 for end in ends]
    low, high = y.start - GAP, sheet.height
    for end, at, middle in zip(ends, wanted, spread(wanted, [end.height for end in ends], low, high), strict=True):
        look = LOOKS[end.key]
        if end.joined:
            sheet.line([right, right + 13], [at, middle], look._replace(width=0.9, dash="-"), passable=True)
        elif end.value is not None:
            sheet.line([right + 9], [middle], look, passable=True, **_point(end.key))
        own = {"bold": True, "colour": look.colour} if end.key == "area" else {}
        sheet.words(right + 17, middle, end.lines, **own)


def _draw_first(sheet: Sheet, row: Row, x: dict, y: Scale):
    """The first figure, above or below its point, where no line is in the way."""
    first = next((cell for cell in row.series if cell.value is not None), row.latest)
    if first is row.latest:
        return
    text, at = say(first.value), (x[first.period], y(first.value))
    half, tall = extent(text) / 2, SIZE * 0.75
    unit = extent(unit_beside(row.indicator)) + 6  # the unit stands above the plot, at its left
    top = sheet.height - (SIZE * LINE if at[0] - half < unit else 0)
    for away in (6, 9, 12):
        for base in (at[1] + away, at[1] - away - tall):
            if y.start < base < top - tall and sheet.free(at[0] - half, base - 1, at[0] + half, base + tall + 1):
                return sheet.word(at[0], base, text, "center")


def _trend_alt(row: Row, threads: list[Thread], bounds: Bounds) -> str:
    unit, rest = unit_behind(row.indicator), [thread for thread in threads if thread.key != "area"]
    rating = rating_told(row.rag)
    said = [f"{subject(row.indicator)}, {row.area.name}{in_unit(row)}, {_movement(row)}{_against(bounds, unit)}."]
    said += [f"{rating[:1].upper()}{rating[1:]}{_confidence(row)}."]
    said += [f"No value for {span} ({reason})." for span, reason in _gaps(row)]
    said += [f"{' '.join(named(thread.name, thread.cells[-1], row.latest.period, unit))}." for thread in rest]
    return clean(" ".join(["Line chart.", *said]))


def _gaps(row: Row) -> list[tuple[str, str | None]]:
    """Each run of earlier periods without value for the same reason, as a span of them, with the reason."""
    found = []
    for (known, reason), run in groupby(row.series[:-1], key=lambda cell: (cell.value is not None, cell.reason)):
        told = [periods.name(cell.period) for cell in run]
        span = " and ".join(told) if len(told) < 3 else f"{told[0]} to {told[-1]}"
        found += [] if known else [(span, reason)]
    return found


def _confidence(row: Row) -> str:
    """`, within noise (95% interval 22.4 to 26.5)`, where the figure has an interval."""
    word = row.confidence.word
    return f", {word} (95% interval {interval_told(row)})" if word and _interval(row) else ""


def _movement(row: Row) -> str:
    unit, known = unit_behind(row.indicator), [cell for cell in row.series if cell.value is not None]
    if row.latest.value is None:
        return f"has no value for {periods.name(row.latest.period)} ({row.latest.reason})"
    first, last = (f"{say(cell.value)}{unit} in {periods.name(cell.period)}" for cell in (known[0], known[-1]))
    gain = known[-1].value - known[0].value
    if gain == 0:
        return f"was {last}" if len(known) == 1 else f"was {first} and {last}"
    return f"{'rose' if gain > 0 else 'fell'} from {first} to {last}"


def _against(bounds: Bounds, unit: str) -> str:
    if bounds.target is None:
        return ""
    green = f" (GREEN from {' to '.join(map(say, bounds.green))})" if bounds.green else ""
    floors = " and ".join(f"{say(floor)}{unit}" for floor in bounds.floors)
    floors = f" and {'floor standards' if len(bounds.floors) > 1 else 'a floor standard'} of {floors}" if floors else ""
    return f", against a target of {say(bounds.target)}{unit}{green}{floors}"


def _trend_table(row: Row, threads: list[Thread], bounds: Bounds) -> tuple[tuple, tuple]:
    """A line a period, periods that no edition prints together; where editions are joined, with each figure's place."""
    year, shown = row.standard.year, [cell.period for cell in row.series]
    limits = {f"{text.split()[0]} {year}": [] for _, text, _ in bounds.texts()}
    for _, text, _ in bounds.texts():
        limits[f"{text.split()[0]} {year}"].append(text.partition(" ")[2])
    others = sorted({cell.period for thread in threads for cell in thread.cells} - set(shown))
    found = [{cell.period: cell for cell in thread.cells} for thread in threads]
    places = {cell.period: _place(cell) for cell in row.series} if _joined(row) else {}
    rows = []
    for span in [*([period] for period in others), *_spans(found[:2], shown)]:
        period = span[-1]
        own, *rest = (cell_text(cells.get(period)) for cells in found)
        rating = f" {row.rag.word}{_confidence(row)}" if row.rag.word and period == row.latest.period else ""
        place = [places.get(period, "")] if places else []
        rows.append((_label(span), own + rating, *rest, *map(" and ".join, limits.values()), *place))
    heads = ("Period", *(thread.name for thread in threads), *limits, *(["Edition"] if places else []))
    return heads, tuple(rows)


def _joined(row: Row) -> bool:
    """Whether a series has figures of other editions, or figures that another edition or page prints otherwise."""
    return any(cell.others or "/" in cell.file for cell in row.series)


def _place(cell: Cell) -> str:
    """The edition and the row of a figure, whose file the source of the chart names, and where it is otherwise."""
    other = f"; elsewhere {cell.others}" if cell.others else ""
    return f"{cell.file.rpartition('/')[0] or 'this edition'}, row {cell.row}{other}" if cell.row else "none"


def _spans(found: list[dict], shown: list[str]) -> list[list[str]]:
    """The shown periods one by one, runs of those that are in no edition together."""
    nowhere = {p for p in shown if all(p not in cells or cells[p].reason == NOWHERE for cells in found)}
    runs = ([*run] for _, run in groupby(shown, key=lambda period: period in nowhere))
    return [part for run in runs for part in ([run] if run[0] in nowhere else [[period] for period in run])]
