"""Which areas differ from Kent by more than chance: a funnel for each percentage, several on a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from scorecard import periods
from scorecard.build import Row, Standard, each_once, kents, peers
from scorecard.drawing.evidence import Chart, finished, say, source_of, subject
from scorecard.drawing.sheet import HAIR, LOOKS, Look, Scale, Sheet
from scorecard.drawing.style import GAP, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.findings import Spot, spot
from scorecard.phrases import load_phrases
from scorecard.trends import Z95, Z998, funnel_limits

TOGETHER, ABREAST = 6, 2
"""How many funnels stand on a sheet, and how many of them side by side."""
PLOT, AXIS = 84, SIZE * LINE + 4
"""Height of a plot and of the numbers below it, in points."""
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
    better, worse = (sum(found.good is way for found in own) for way in (True, False))
    state = {(True, True): "both", (True, False): "better", (False, True): "worse"}.get(
        (better > 0, worse > 0), "neither"
    )
    told = {"better": str(better), "worse": str(worse), "of": str(len(own)), "area": own[0].row.area.name}
    return words.say("funnel", state, **told)


def _draw(found: list[Funnel], words: tuple[str, str, str]) -> Sheet:
    lines = [funnel.lines for funnel in found]
    rows = [range(start, min(start + ABREAST, len(found))) for start in range(0, len(found), ABREAST)]
    heads = [max(sum(map(len, lines[i])) for i in row) * SIZE * LINE + GAP for row in rows]
    tops = [sum(heads[:k]) + k * (PLOT + AXIS + BETWEEN) for k in range(len(rows))]
    height = sum(heads) + len(rows) * (PLOT + AXIS) + (len(rows) - 1) * BETWEEN
    sheet, strokes = Sheet(height, *words), {}
    for k, row in enumerate(rows):
        for place, i in enumerate(row):
            left, top = place * WIDTH / ABREAST, height - tops[k]
            _draw_words(sheet, lines[i], left, top)
            floor = top - heads[k] - PLOT
            for key, told in _strokes(sheet, found[i], left, floor):
                strokes.setdefault(key, []).append(told)
    for key, told in strokes.items():
        xs, ys = (np.concatenate([part for one in told for part in (one[axis], [np.nan])]) for axis in (0, 1))
        style = DOTS.get(key, {})
        sheet.line(xs, ys, LOOKS["none"] if style else _look(key), str(key), passable=True, **style)
    return sheet


def _look(key) -> Look:
    return {"grid": HAIR, "kent": CENTRE, "limit 95": LIMITS[Z95], "limit 99.8": LIMITS[Z998]}[key]


def _draw_words(sheet: Sheet, lines: tuple[list[str], list[str]], left: float, top: float):
    for i, text in enumerate([*lines[0], *lines[1]]):
        sheet.word(left + 2, top - (i + 0.8) * SIZE * LINE, text, bold=i < len(lines[0]))


def _strokes(sheet: Sheet, funnel: Funnel, left: float, floor: float) -> Iterator[tuple[str, tuple]]:
    """Every line and mark of a funnel by its look, in drawing order; the numbers of its axes are written at once."""
    sizes = [float(found.row.latest.denominator) for found in funnel.spots]
    shares = [100 * found.share for found in funnel.spots]
    grid = np.linspace(0.92 * min(sizes), 1.04 * max(sizes), 24)
    limits = {z: [100 * end for end in funnel_limits(funnel.centre, grid, z)] for z in (Z95, Z998)}
    extremes = [*shares, *(float(end[0]) for ends in limits.values() for end in ends)]
    y = Scale.over(extremes, funnel.row.indicator.decimals, floor, floor + PLOT)
    ticks = y.ticks(4)
    x = Scale(grid[0], grid[-1], left + max(map(extent, ticks)) + 8, left + WIDTH / ABREAST - GAP, 0)
    across = np.array([x(size) for size in grid])
    for text, at in ticks.items():
        sheet.word(x.start - 4, at - SIZE * 0.36, text, "right")
        yield "grid", ([x.start, x.end], [at, at])
    edge = left
    for text, at in x.ticks(3).items():
        half = extent(text) / 2
        if at - half >= edge and at + half <= left + WIDTH / ABREAST - 2:
            sheet.word(at, floor - 3 - SIZE, text, "center")
            edge = at + half + GAP
    for key, z in (("limit 99.8", Z998), ("limit 95", Z95)):
        for end in limits[z]:
            yield key, (across, np.array([y(value) for value in end]))
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
