"""Which areas differ from Kent by more than chance: a funnel for each percentage, several on a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from scorecard import periods
from scorecard.build import Row, Standard, each_once, kents, peers
from scorecard.commentary import facts_of
from scorecard.drawing.evidence import Chart, finished, say, source_of, subject
from scorecard.drawing.sheet import HAIR, LOOKS, Look, Scale, Sheet
from scorecard.drawing.style import GAP, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.findings import Spot, spot
from scorecard.phrases import load_phrases
from scorecard.trends import Z95, Z998, funnel_limits

TOGETHER, ABREAST = 6, 2
"""How many funnels stand on a sheet, and how many of them side by side."""
PLOT, ALONE, AXIS = 84, 200, SIZE * LINE + 4
"""Height of a plot, of one by itself, and of the numbers below it, in points."""
TALL = SIZE * 0.8
"""Height of a name in the plot, in points."""
BETWEEN = 18
"""Room between two plots, in points."""
LIMITS = {Z95: Look(INK, 0.9, (0, (4, 2.5)), ""), Z998: Look(INK, 0.9, "-", "")}
CENTRE = LOOKS["kent"]._replace(marker="", width=1.8)
DOTS = {
    "inside": {"marker": "o", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": INK},
    "outside": {"marker": "o", "markersize": 5, "markerfacecolor": INK, "markeredgecolor": "white"},
    "own": {"marker": "D", "markersize": 8, "markerfacecolor": LOOKS["area"].colour, "markeredgecolor": "white"},
}
"""How areas are marked: open within chance, filled outside a limit, the area of the pack as a diamond on top."""


class Frame(NamedTuple):
    """Where a funnel is drawn, in points."""

    left: float
    floor: float
    width: float
    height: float


class Funnel:
    """One percentage: Kent's share, every area that can be held against it, and the area that the chart is about."""

    def __init__(self, row: Row, kent: Row, spots: list[Spot]):
        self.row, self.kent, self.spots = row, kent, spots
        self.own = next((found for found in spots if found.row.area == row.area), None)
        self.outside = [found for found in spots if found.beyond]
        self.centre = float(kent.latest.numerator / kent.latest.denominator)

    @property
    def lines(self) -> tuple[list[str], list[str]]:
        """What stands above the plot: the measure, and what it shows."""
        wide = WIDTH / ABREAST - GAP
        told = f"{len(self.outside)} of {len(self.spots)} outside"
        said = f"Here {_share(self.own.row)}, {_told(self.own)}" if self.own else told
        return wrap(subject(self.row.indicator), wide, bold=True), [*wrap(said, wide), f"Kent {_share(self.kent)}"]


def funnels(rows: Sequence[Row], everything: Sequence[Row]) -> list[Chart]:
    """For each area of `rows` its percentages against Kent's, some to a sheet; Kent's own rows show all areas below it.

    Left out: what has no numerator and denominator, is no percentage, or has fewer than three areas to compare.
    """
    found = [funnel for row in each_once(rows) if (funnel := _funnel(row, everything))]
    about = sorted(found, key=lambda funnel: list(dict.fromkeys(map(_about, found))).index(_about(funnel)))
    sheets = (_sheets(list(those)) for _, those in groupby(about, key=_about))
    return [_chart(sheet) for those in sheets for sheet in those]


def has_funnel(row: Row, everything: Sequence[Row]) -> bool:
    """Whether a row is among those that `funnels` draws."""
    return _funnel(row, everything) is not None


def _funnel(row: Row, everything: Sequence[Row]) -> Funnel | None:
    if not row.rag.word:
        return None
    kent = kents(row, everything) or row
    spots = [found for other in peers(row, everything) if (found := spot(other, kent))]
    own = kent is row or any(found.row.area == row.area for found in spots)
    return Funnel(row, kent, spots) if own and len(spots) > 2 else None


def _about(funnel: Funnel) -> tuple[str, str]:
    return funnel.row.area.name, funnel.spots[0].row.area.kind


def _sheets(found: list[Funnel]) -> Iterator[list[Funnel]]:
    """The funnels of an area in sheets of about the same length."""
    sheets = -(-len(found) // TOGETHER)
    size = -(-len(found) // sheets)
    return (found[start : start + size] for start in range(0, len(found), size))


def _told(found: Spot) -> str:
    if found.beyond is None:
        return "within chance"
    return {True: "better", False: "worse", None: "different"}[found.good] + f" ({found.beyond}%)"


def _share(row: Row) -> str:
    return f"{say(row.latest.value)}{row.indicator.suffix}"


@house()
def _chart(found: list[Funnel]) -> Chart:
    row, kind = found[0].row, found[0].spots[0].row.area.kind
    noun = load_phrases().say("nouns", kind, area="")
    dots = f"{row.area.name} the diamond, the other {noun} dots" if found[0].own else f"{noun} as dots"
    subtitle = clean(
        f"{dots[:1].upper()}{dots[1:]}, filled where they differ from Kent (thick line) by more than chance, "
        "larger ones to the right. By chance 1 in 20 lies outside the dashed lines, 1 in 500 outside the thin ones"
    )
    held = [other.latest for funnel in found for other in (funnel.kent, *([funnel.own.row] if funnel.own else []))]
    bare = replace(row, standard=Standard(row.standard.year, None), benchmark=None, england=None)
    source = f"{source_of(bare, held, [row.latest.period])} The rows of the dots stand at the charts of each measure."
    words = (_headline(found, noun), subtitle, source)
    sheet = _draw(found, words)
    return finished("funnel", row, words, _alt(found), sheet, _table(found))


def _headline(found: list[Funnel], noun: str) -> str:
    words, own = load_phrases(), [funnel.own for funnel in found if funnel.own]
    if not own:
        outside, areas = (sum(map(len, those)) for those in zip(*((f.outside, f.spots) for f in found), strict=True))
        told = {"outside": str(outside), "areas": str(areas), "noun": noun}
        return words.say("funnel", "Kent" if outside else "Kent neither", **told)
    if len(own) == 1:
        how = {True: "one better", False: "one worse", None: "one different"}[own[0].good]
        return words.say("funnel", how if own[0].beyond else "one within", **facts_of(own[0].row, words))
    better, worse = (sum(found.good is way for found in own) for way in (True, False))
    state = {(True, True): "both", (True, False): "better", (False, True): "worse"}.get(
        (better > 0, worse > 0), "neither"
    )
    told = {"better": str(better), "worse": str(worse), "of": str(len(own)), "area": own[0].row.area.name}
    return words.say("funnel", state, **told)


def _draw(found: list[Funnel], words: tuple[str, str, str]) -> Sheet:
    lines, alone = [funnel.lines for funnel in found], len(found) == 1
    abreast, plot = (1, ALONE) if alone else (ABREAST, PLOT)
    rows = [range(start, min(start + abreast, len(found))) for start in range(0, len(found), abreast)]
    heads = [max(sum(map(len, lines[i])) for i in row) * SIZE * LINE + GAP for row in rows]
    tops = [sum(heads[:k]) + k * (plot + AXIS + BETWEEN) for k in range(len(rows))]
    height = sum(heads) + len(rows) * (plot + AXIS) + (len(rows) - 1) * BETWEEN
    sheet, strokes = Sheet(height, *words), {}
    for k, row in enumerate(rows):
        for place, i in enumerate(row):
            left, top = place * WIDTH / abreast, height - tops[k]
            _draw_words(sheet, lines[i], left, top)
            frame = Frame(left, top - heads[k] - plot, WIDTH / abreast, plot)
            for key, told in _strokes(sheet, found[i], frame):
                strokes.setdefault(key, []).append(told)
    for key, told in strokes.items():
        xs, ys = (np.concatenate([part for one in told for part in (one[axis], [np.nan])]) for axis in (0, 1))
        style = DOTS.get(key, {})
        sheet.line(
            xs, ys, LOOKS["none"] if style else _look(key), str(key), passable=not alone or key == "grid", **style
        )
    if alone:
        _name_outside(sheet, found[0], frame)
    return sheet


def _name_outside(sheet: Sheet, funnel: Funnel, frame: Frame):
    """The names of the chart's area and of those outside the limits, each clear of marks, and of lines where it can."""
    x, y, _ = _scales(funnel, frame)
    at = {one.row.area.name: (x(float(one.row.latest.denominator)), y(100 * one.share)) for one in funnel.spots}
    taken = [(px - 3, py - 3, px + 3, py + 3) for px, py in at.values()]
    for one in sorted(funnel.spots, key=lambda one: one is not funnel.own):
        if one is funnel.own or one.beyond:
            (px, py), wide = at[one.row.area.name], extent(one.row.area.name, bold=one is funnel.own)
            above, under = py + 3.5, py - 3.5 - TALL
            starts = [(px + 7, py - TALL / 2), (px - 7 - wide, py - TALL / 2)]
            starts += [(px + step * wide, low) for low in (above, under) for step in (-0.5, 0, -1)]
            boxes = [(left, low, left + wide, low + TALL) for left, low in starts]
            room = [box for box in boxes if _has_room(box, taken, (x.start, frame.left + frame.width))]
            if box := next((box for box in room if sheet.free(*box)), next(iter(room), None)):
                sheet.word(box[0], box[1] + 0.5, one.row.area.name, bold=one is funnel.own)
                taken.append(box)


def _has_room(box: tuple, taken: list[tuple], sides: tuple[float, float]) -> bool:
    left, low, right, high = box
    clear = all(right <= t[0] or t[2] <= left or high <= t[1] or t[3] <= low for t in taken)
    return clear and sides[0] <= left and right <= sides[1]


def _look(key) -> Look:
    return {"grid": HAIR, "kent": CENTRE, "limit 95": LIMITS[Z95], "limit 99.8": LIMITS[Z998]}[key]


def _draw_words(sheet: Sheet, lines: tuple[list[str], list[str]], left: float, top: float):
    for i, text in enumerate([*lines[0], *lines[1]]):
        sheet.word(left + 2, top - (i + 0.8) * SIZE * LINE, text, bold=i < len(lines[0]))


def _scales(funnel: Funnel, frame: Frame) -> tuple[Scale, Scale, np.ndarray]:
    """The axes of a funnel, and the sizes at which its limits are drawn."""
    sizes = [float(found.row.latest.denominator) for found in funnel.spots]
    grid = np.linspace(0.92 * min(sizes), 1.04 * max(sizes), 24)
    ends = [100 * float(side[0]) for z in (Z95, Z998) for side in funnel_limits(funnel.centre, grid, z)]
    shares = [100 * found.share for found in funnel.spots]
    y = Scale.over([*shares, *ends], funnel.row.indicator.decimals, frame.floor, frame.floor + frame.height)
    left = frame.left + max(map(extent, y.ticks(4))) + 8
    return Scale(grid[0], grid[-1], left, frame.left + frame.width - GAP, 0), y, grid


def _strokes(sheet: Sheet, funnel: Funnel, frame: Frame) -> Iterator[tuple[str, tuple]]:
    """Every line and mark of a funnel by its look, in drawing order; the numbers of its axes are written at once."""
    x, y, grid = _scales(funnel, frame)
    for text, at in y.ticks(4).items():
        sheet.word(x.start - 4, at - SIZE * 0.36, text, "right")
        yield "grid", ([x.start, x.end], [at, at])
    edge = frame.left
    for text, at in x.ticks(3).items():
        half = extent(text) / 2
        if at - half >= edge and at + half <= frame.left + frame.width - 2:
            sheet.word(at, frame.floor - 3 - SIZE, text, "center")
            edge = at + half + GAP
    across = np.array([x(size) for size in grid])
    for key, z in (("limit 99.8", Z998), ("limit 95", Z95)):
        for end in funnel_limits(funnel.centre, grid, z):
            yield key, (across, np.array([y(100 * value) for value in end]))
    yield "kent", ([x.start, x.end], [y(100 * funnel.centre)] * 2)
    for key, those in _marked(funnel).items():
        where = [(x(float(f.row.latest.denominator)), y(100 * f.share)) for f in those]
        yield key, tuple(zip(*where, strict=True)) if where else ([], [])


def _marked(funnel: Funnel) -> dict[str, list[Spot]]:
    others = [found for found in funnel.spots if found is not funnel.own]
    return {
        "inside": [found for found in others if not found.beyond],
        "outside": [found for found in others if found.beyond],
        "own": [funnel.own] if funnel.own else [],
    }


def _alt(found: list[Funnel]) -> str:
    return clean(" ".join([f"{len(found)} funnel chart{'s' if len(found) > 1 else ''}.", *map(_said, found)]))


def _said(funnel: Funnel) -> str:
    about = f"{subject(funnel.row.indicator)}, {periods.name(funnel.row.latest.period)}: Kent {_share(funnel.kent)}"
    if funnel.own:
        about += f", {funnel.row.area.name} {_share(funnel.own.row)}, {_told(funnel.own)}"
    names = [f"{one.row.area.name} {_share(one.row)}, {_told(one)}" for one in funnel.outside if one is not funnel.own]
    return f"{about}. Outside: {'; '.join(names) or 'no other'}."


def _table(found: list[Funnel]) -> tuple[tuple, tuple]:
    """A line an area, a column a measure, Kent first."""
    areas = dict.fromkeys(one.row.area.name for funnel in found for one in funnel.spots)
    told = [{one.row.area.name: _cell(one) for one in funnel.spots} for funnel in found]
    kent = ("Kent", *(_parts(funnel.kent) for funnel in found))
    rows = [(area, *(cells.get(area, "no figure to compare") for cells in told)) for area in areas]
    return ("Area", *(subject(funnel.row.indicator) for funnel in found)), (kent, *rows)


def _cell(found: Spot) -> str:
    return f"{_parts(found.row)}; {_told(found)}"


def _parts(row: Row) -> str:
    return f"{_share(row)}; {say(row.latest.numerator)} of {say(row.latest.denominator)}"
