"""Where an area stands among all areas of its kind."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from scorecard import periods
from scorecard.build import Figure as Cell
from scorecard.build import Row
from scorecard.catalogue import Indicator
from scorecard.commentary import ranked_headline
from scorecard.drawing.evidence import (
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
from scorecard.drawing.sheet import HAIR, LOOKS, Look, Scale, Sheet, strokes
from scorecard.drawing.style import BESIDE, GAP, HOUSE, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.findings import spot
from scorecard.ratings import margin


class Place(NamedTuple):
    """An area in order: its rank (ties share the best; None where nothing says what is better) and its lines."""

    rank: int | None
    row: Row
    lines: list[str]
    own: bool

    @property
    def height(self) -> float:
        """Room it takes, in points."""
        return max(20, len(self.lines) * SIZE * LINE + 5)


class Reference(NamedTuple):
    """An upright line: its look, what it is called, its figure as text and as number."""

    key: str
    name: str
    text: str
    value: Decimal


@house()
def ranked(row: Row, others: Sequence[Row], kent: Row | None = None) -> Chart:
    """Where an area stands among `others` (rows of the same indicator, its own among them), best first.

    `kent` is Kent's row; it may be left out where `row` is Kent's. Areas without a value are listed below, with why.
    """
    kent = kent or (row if row.area not in [other.area for other in others] else None)
    found, missing = _places(row, others), [other for other in others if other.latest.value is None]
    beside = [Thread("kent", kent.area.name, (kent.latest,))] if kent and not adds_up(row) else []
    beside += benchmarks_of(row)
    lines, finding = _references(row, beside), ranked_headline(*_headed(row, found, kent))
    cells = [other.latest for other in others] + [thread.cells[0] for thread in beside]
    source = source_of(row, cells, [row.latest.period])
    order = ", best at the top" if found and found[0].rank else ""
    order += "; the bars are 95% intervals" if any(place.row.confidence.low is not None for place in found) else ""
    when = periods.name(row.latest.period)
    subtitle = clean(
        f"{subject(row.indicator)}, {when[:1].upper()}{when[1:]}, {measured(row)}{order}{benchmarks_told(row)}"
    )
    words = (finding, subtitle, source)
    sheet = _draw_ranked(row, found, missing, lines, words)
    alt = _ranked_alt(row, found, missing, lines, kent)
    return finished("ranked", row, words, alt, sheet, _ranked_table(found, missing, lines))


def _headed(row: Row, found: list[Place], kent: Row | None) -> tuple[Row, int | None, int, bool, bool]:
    """Whom the headline is about: the area, or the last of its areas where `row` is Kent's."""
    last = found[-1] if found and kent and row.area == kent.area else None
    about = next((place for place in found if place.own), last)
    if about is None:
        return row, None, len(found), False, False
    joint, where = sum(place.rank == about.rank for place in found) > 1, spot(about.row, kent)
    return about.row, about.rank, len(found), joint, where is not None and where.beyond is None


def _places(row: Row, others: Sequence[Row]) -> list[Place]:
    known = [other for other in others if other.latest.value is not None]
    polarity, target = row.standard.polarity, row.standard.target
    unordered = polarity is None or (polarity.sign == 0 and target is None)
    sign, aim = (1, Decimal(0)) if unordered else (polarity.sign, target if polarity.sign == 0 else Decimal(0))
    worth = [margin(other.latest.value, Decimal(0), sign, aim) for other in known]
    places_ = []
    for good, other in sorted(zip(worth, known, strict=True), key=lambda pair: -pair[0]):
        own = other.area == row.area
        rank = None if unordered else 1 + sum(better > good for better in worth)
        places_.append(Place(rank, other, wrap(other.area.name, BESIDE, bold=own), own))
    return places_


def _references(row: Row, threads: list[Thread]) -> list[Reference]:
    latest, target = row.latest.period, bounds_of(row).target
    known = [(key, name, cells[0]) for key, name, cells in threads if cells[0].value is not None]
    told = [Reference(key, *named(name, cell, latest), cell.value) for key, name, cell in known]
    return told + ([] if target is None else [Reference("target", "Target", say(target), target)])


def tiers(poles: Sequence[float], widths: Sequence[float], heights: Sequence[int]) -> list[int]:
    """Lowest line of each flag so that no text, which ends at its pole, meets another text or pole.

    `poles` stand in ascending order; `widths` are in the same unit, `heights` in lines.
    """
    lowest = []
    for i, pole in enumerate(poles):
        under = [lowest[k] + heights[k] for k in range(i) if poles[k] > pole - widths[i]]
        lowest.append(max(under, default=0))
    return lowest


def _draw_ranked(row: Row, found: list[Place], missing: list[Row], lines: list[Reference], words: tuple) -> Sheet:
    notes = [line for text in _missing_told(missing) for line in wrap(text, WIDTH - 4)]
    if not found:
        notes += wrap("; ".join(f"{line.name} {line.text}" for line in lines), WIDTH - 4)
        sheet = Sheet(len(notes) * SIZE * LINE + GAP, *words)
    else:
        left = max(extent(line, SIZE, place.own) for place in found for line in place.lines) + 18
        values = [place.row.latest.value for place in found] + [line.value for line in lines]
        values += [end for place in found for end in place.row.confidence[2:] if end is not None]
        room = max(extent(say(place.row.latest.value), SIZE, place.own) for place in found) + 16
        x = Scale.over(values, row.indicator.decimals, left, WIDTH - room)
        floor = (len(notes) + 2 + bool(unit_beside(row.indicator))) * SIZE * LINE
        ceiling = floor + sum(place.height for place in found)
        flags = _flags(lines, x)
        sheet = Sheet(ceiling + max([low + len(texts) for *_, texts, low in flags], default=0) * FLAG + GAP, *words)
        _draw_scale(sheet, row, x, floor)
        _draw_flags(sheet, flags, floor, ceiling)
        _draw_places(sheet, found, x, ceiling)
    for i, text in enumerate(notes):
        sheet.word(2, (len(notes) - i - 0.8) * SIZE * LINE, text)
    return sheet


FLAG = SIZE * 1.3
"""Height of a line of a flag, in points."""


def _flags(lines: list[Reference], x: Scale) -> list[tuple]:
    """Pole, look, texts and lowest line of each upright line's label."""
    placed = sorted(((x(line.value), line) for line in lines), key=lambda pair: pair[0])
    texts = [wrap(line.name, at - GAP, tail=line.text) for at, line in placed]
    widths = [max(map(extent, those)) + 2 * GAP for those in texts]
    lowest = tiers([at for at, _ in placed], widths, [len(those) for those in texts])
    return [(at, line.key, those, low) for (at, line), those, low in zip(placed, texts, lowest, strict=True)]


def _draw_scale(sheet: Sheet, row: Row, x: Scale, floor: float):
    edge = Look(HOUSE["axes.edgecolor"], 0.8, "-", "")
    ticks = {f"{tick}{unit_behind(row.indicator)}": at for tick, at in x.ticks(4).items()}
    sheet.line([x.start, x.end], [floor, floor], edge, "axis")
    sheet.line(*strokes([((at, floor), (at, floor - 3)) for at in ticks.values()]), edge, "ticks")
    for text, at in ticks.items():
        sheet.word(at, floor - 3 - SIZE, text, "center")
    sheet.word((x.start + x.end) / 2, floor - 3 - SIZE * (1 + LINE), unit_beside(row.indicator), "center")


def _draw_flags(sheet: Sheet, flags: list[tuple], floor: float, ceiling: float):
    for at, key, texts, low in flags:
        top = ceiling + (low + len(texts)) * FLAG
        sheet.line([at, at], [floor, top], LOOKS[key], key)
        for i, text in enumerate(texts):
            sheet.word(at - 4, top - (i + 0.75) * FLAG, text, "right")


def _draw_places(sheet: Sheet, found: list[Place], x: Scale, ceiling: float):
    """Rows from the top: name, hair line, 95% interval, mark on it, and the values in a column of their own."""
    tops = ceiling - np.cumsum([0, *(place.height for place in found)])
    middles, spots = (tops[:-1] + tops[1:]) / 2, [x(place.row.latest.value) for place in found]
    sheet.line(*strokes([((x.start, y), (x.end, y)) for y in middles]), HAIR, "rows")
    ends = [place.row.confidence[2:] for place in found]
    known = [(x(low), x(high), y) for (low, high), y in zip(ends, middles, strict=True) if low is not None]
    sheet.bars([((low, y), (high, y)) for low, high, y in known])
    sheet.marks([(at, y, place.row.rag) for at, y, place in zip(spots, middles, found, strict=True)])
    for place, middle in zip(found, middles, strict=True):
        ink = {"bold": place.own, "colour": LOOKS["area"].colour if place.own else INK}
        sheet.words(x.start - 14, middle, place.lines, ha="right", **ink)
        sheet.word(WIDTH - 2, middle - SIZE * 0.36, say(place.row.latest.value), "right", **ink)


def _missing_told(missing: list[Row]) -> list[str]:
    """`No value (not available): Dover, Swale.` for each reason."""
    by_reason = {}
    for other in missing:
        by_reason.setdefault(other.latest.reason, []).append(other.area.name)
    return [
        f"No value ({reason}): {', '.join(names)}.".replace(" (no value)", "") for reason, names in by_reason.items()
    ]


def _ranked_alt(row: Row, found: list[Place], missing: list[Row], lines: list, kent: Row | None) -> str:
    said = [f"Dot chart. {subject(row.indicator)}{in_unit(row)}, {periods.name(row.latest.period)}."]
    for place in found:
        if place.own:
            rank = f"ranks {place.rank} of {len(found)} with" if place.rank else "has"
            said.append(f"{row.area.name} {rank} {_full(place.row)}, {rating_told(place.row.rag)}.")
    if found:
        first, last = (f"{place.row.area.name} {_full(place.row)}" for place in (found[0], found[-1]))
        best, worst = _ends(found, kent) if found[0].rank else ("Highest", "lowest")
        said.append(f"{best}: {first}; {worst}: {last}.")
    beside = (f"{line.name} {_with_unit(line, row.indicator)}." for line in lines)
    return clean(" ".join([*said, *beside, *_missing_told(missing)]))


def _ends(found: list[Place], kent: Row | None) -> tuple[str, str]:
    """What the first and the last are called: best and worst only where that is more than chance."""
    first, last = (spot(place.row, kent) for place in (found[0], found[-1]))
    return "Best" if first and first.good else "First", "worst" if last and last.good is False else "last"


def _with_unit(line: Reference, indicator: Indicator) -> str:
    figure = say(line.value)
    return f"{figure}{unit_behind(indicator)}{line.text.removeprefix(figure)}"


def _full(row: Row) -> str:
    return f"{say(row.latest.value)}{unit_behind(row.indicator)}"


def _ranked_table(found: list[Place], missing: list[Row], lines: list[Reference]) -> tuple[tuple, tuple]:
    ranks = [(str(place.rank or "not ranked"), place.row) for place in found] + [("not ranked", r) for r in missing]
    rows = [
        (rank, row.area.name, *_ranked_cells(row.latest), rating_told(row.rag), interval_told(row))
        for rank, row in ranks
    ]
    beside = [("not ranked", line.name, line.text, *["not given"] * 4) for line in lines]
    return ("Rank", "Area", "Value", "Numerator", "Denominator", "RAG", "95% interval"), (*rows, *beside)


def _ranked_cells(cell: Cell) -> Iterator[str]:
    yield cell_text(cell)
    for part in (cell.numerator, cell.denominator):
        yield "not given" if part is None else say(part)
