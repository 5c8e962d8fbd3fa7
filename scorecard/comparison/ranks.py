"""How Kent's rank among its statistical neighbours has moved: a chart each of what rose, what fell and what stayed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scorecard import periods
from scorecard.comparison.measures import NEAR, SOURCES
from scorecard.drawing.evidence import Chart, subject
from scorecard.drawing.sheet import HAIR, LOOKS, Look, Sheet, strokes
from scorecard.drawing.style import BESIDE, GAP, HOUSE, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.editions import Edition
from scorecard.phrases import Phrases, load_phrases
from scorecard.standing import NO_RANK, Place, model_shown, newest_year

SPAN = 5
"""The rank is held against that of so many years before."""
WORST = 11
"""The last place among ten neighbours and itself: the scale is the same on every chart."""
RING, DOT = 7, 9
"""Size of the marks of then and of now."""


class Move(NamedTuple):
    """An indicator's rank then and now, with the lines of its name; rank 1 is best."""

    place: Place
    then: int
    now: int
    lines: list[str]

    @property
    def height(self) -> float:
        """Room it takes, in points."""
        return max(20, len(self.lines) * SIZE * LINE + 5)


def moves(edition: Edition, told: Sequence[Place], phrases: Phrases | None = None) -> list[Chart]:
    """A chart of the indicators whose rank fell, one of those whose rank rose, one of those that did not move.

    An indicator without a rank in either year is left out and named below.
    """
    newest = newest_year(edition, told)
    words, years = phrases or load_phrases(), (_before(newest), newest)
    found = [_move(place, *years) for place in told if {*years} <= set(place.ranks)]
    missing = [place for place in told if not {*years} <= set(place.ranks)]
    kinds = {"down": lambda move: move.now > move.then, "up": lambda move: move.now < move.then,
             "same": lambda move: move.now == move.then}  # fmt: skip
    groups = {kind: [move for move in found if fits(move)] for kind, fits in kinds.items()}
    return [_chart(edition, kind, those, len(found), years, missing, words) for kind, those in groups.items() if those]


def _before(year: str) -> str:
    for _ in range(SPAN):
        year = periods.year_before(year)
    return year


def _move(place: Place, before: str, now: str) -> Move:
    return Move(place, place.ranks[before][0], place.ranks[now][0], wrap(_name(place), BESIDE * 1.2))


def _name(place: Place) -> str:
    return subject(place.indicator) + (f" ({NEAR})" if place.measure.like == NEAR else "")


@house()
def _chart(edition: Edition, kind: str, found: list[Move], of: int, years, missing, words: Phrases) -> Chart:
    kent, model = edition.areas.kent.name, model_shown(edition)
    found = sorted(found, key=lambda move: (move.now, move.then))
    finding = words.say("standing", kind, area=kent, number=str(len(found)), all=str(of), before=years[0])
    subtitle = (
        f"{kent}'s rank among its statistical neighbours ({model.published} model), {' and '.join(years)}; 1 is best"
    )
    vintages = sorted({periods.date(move.place.here.vintage) for move in found})
    left_out = "; ".join(subject(place.indicator) for place in missing)
    names = sorted({SOURCES[move.place.measure.source] for move in found})
    source = f"Source: DfE, {', '.join(names)}, data of {', '.join(vintages)}, benchmarks_derived.csv. "
    source += "A neighbour without a value is left out: the figures say among how many the rank is."
    near = any(move.place.measure.like == NEAR for move in found)
    source += f" {NEAR.capitalize()}: not like for like, for the reason below the table." if near else ""
    source += f" No rank in both years: {left_out}." if left_out else ""
    sheet = _draw(found, years, (finding, subtitle, source))
    said = "; ".join(f"{_name(move.place)} {_now_and_then(move, years)}" for move in found)
    alt = clean(f"Dot chart. {subtitle}. {finding}. {said}.")
    columns, rows = _table(found)
    return Chart(f"ranks-{kind}", finding, subtitle, alt, source, sheet.svg(), sheet.png(), columns, rows, sheet.box)


def _now_and_then(move: Move, years: tuple[str, str]) -> str:
    (then, of_then), (now, of_now) = (move.place.ranks[year] for year in years)
    return f"{now} of {of_now}, before {then} of {of_then}"


def _table(found: list[Move]) -> tuple[tuple, tuple]:
    years = sorted({year for move in found for year in move.place.ranks})
    rows = ((_name(move.place), *(_cell(move.place.ranks.get(year)) for year in years)) for move in found)
    return ("Measure", *years), tuple(rows)


def _cell(told: tuple[int, int] | None) -> str:
    return f"{told[0]} of {told[1]}" if told else NO_RANK


def _draw(found: list[Move], years: tuple[str, str], words: tuple) -> Sheet:
    floor, tops = 2 * SIZE * LINE, np.cumsum([0, *(move.height for move in found)])
    ceiling = floor + tops[-1]
    sheet = Sheet(ceiling + SIZE * LINE + GAP, *words)
    left = max(extent(line) for move in found for line in move.lines) + 2 * GAP
    at = dict(zip(range(1, WORST + 1), np.linspace(left + 2 * GAP, WIDTH - 3 * GAP, WORST), strict=True))
    edge = Look(HOUSE["axes.edgecolor"], 0.8, "-", "")
    sheet.line([left, WIDTH - GAP], [floor, floor], edge, "axis")
    for rank in list(at)[::2]:  # two digits beside two digits would touch
        sheet.word(at[rank], floor - SIZE * 1.2, str(rank), "center")
    sheet.word(at[1], floor - SIZE * 2.3, "best", "center")
    sheet.word(at[WORST], floor - SIZE * 2.3, "last", "center")
    middles = ceiling - (tops[:-1] + tops[1:]) / 2
    sheet.line(*strokes([((left, y), (WIDTH - GAP, y)) for y in middles]), HAIR, "rows")
    for move, middle in zip(found, middles, strict=True):
        _draw_move(sheet, move, at, middle, left)
    return _keyed(sheet, found[0], at, ceiling, years)


def _draw_move(sheet: Sheet, move: Move, at: dict[int, float], middle: float, left: float) -> None:
    own = LOOKS["area"].colour
    sheet.words(left - GAP, middle, move.lines, ha="right")
    sheet.line([at[move.then], at[move.now]], [middle] * 2, Look(own, 2, "-", ""), "move")
    mark = {"marker": "o", "markeredgecolor": own, "passable": True}
    sheet.line([at[move.then]], [middle], LOOKS["none"], "then", markersize=RING, markerfacecolor="white", **mark)
    sheet.line([at[move.now]], [middle], LOOKS["none"], "now", markersize=DOT, markerfacecolor=own, **mark)


def _keyed(sheet: Sheet, first: Move, at: dict[int, float], ceiling: float, years: tuple[str, str]) -> Sheet:
    """The years written above the marks of the first row, outside of them."""
    top = ceiling + SIZE * 0.3
    sides = [("right", "left"), ("left", "right")][first.then > first.now]
    if first.then == first.now:
        sheet.word(at[first.now], top, " and ".join(years), "center", colour=INK)
        return sheet
    for rank, year, ha in zip((first.then, first.now), years, sides, strict=True):
        sheet.word(at[rank], top, year, ha, bold=rank == first.now, colour=INK)
    return sheet
