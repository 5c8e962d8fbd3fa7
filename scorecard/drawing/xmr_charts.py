"""Which figures of a long series are more than chance: an XmR chart of an indicator in an area."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from scorecard import periods
from scorecard.build import Row, Standard
from scorecard.commentary import facts_of
from scorecard.drawing.evidence import (
    Chart,
    cell_text,
    finished,
    in_unit,
    measured,
    say,
    source_of,
    subject,
    unit_behind,
    unit_beside,
)
from scorecard.drawing.sheet import LOOKS, Scale, Sheet
from scorecard.drawing.style import BESIDE, GAP, HEIGHT, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.drawing.trend_charts import End, draw_axes, draw_ends, draw_periods, period_lines
from scorecard.history import unbroken
from scorecard.phrases import load_phrases
from scorecard.ratings import round_half_up
from scorecard.trends import NO_XMR, Xmr, xmr

FEW = "fewer than two values"
CAUSE = {"marker": "s", "markersize": 8, "markerfacecolor": INK, "markeredgecolor": "white"}
"""How a figure with a special cause is marked: a dark square; the others are round."""


def refused(row: Row) -> str | None:
    """Why a row has no XmR chart, or None: figures that are no snapshots, or fewer than two values."""
    few = FEW if sum(figure.value is not None for figure in unbroken(row)) < 2 else None
    return NO_XMR.get(row.indicator.data_period, few)


@house()
def xmr_chart(row: Row) -> Chart:
    """The figures of a row between the limits of chance, oldest first; ValueError where `refused` says why.

    Periods without a value are passed over, as if the next figure followed at once, and the chart says how many. What
    comes before a period that no edition prints is left out: limits do not reach across it.
    """
    if why := refused(row):
        raise ValueError(why)
    row = replace(row, series=unbroken(row))
    known = [figure for figure in row.series if figure.value is not None]
    found = xmr([figure.value for figure in known], row.indicator.data_period)
    causes = dict(zip((figure.period for figure in known), found.causes, strict=True))
    count = sum(cause is not None for cause in found.causes)
    words = load_phrases()
    told = facts_of(row, words) | {"count": str(count), "of": str(len(known))}
    finding = words.say("xmr", "signals" if count else "none", **told)
    bare = replace(row, standard=Standard(row.standard.year, None), benchmark=None, england=None)
    source = source_of(bare, row.series, [figure.period for figure in row.series])
    subtitle = _subtitle(row, found, len(row.series) - len(known))
    sheet = _draw(row, found, causes, (finding, subtitle, source))
    alt = _alt(row, found, causes)
    return finished("xmr", row, (finding, subtitle, source), alt, sheet, _table(row, found, causes))


def _subtitle(row: Row, found: Xmr, gaps: int) -> str:
    first, last = (periods.label(row.series[place].period) for place in (0, -1))
    warning = [f"{gaps} period{'s' * (gaps > 1)} without a figure passed over"] if gaps else []
    warning += [found.warning] if found.warning else []
    told = "; ".join([measured(row), "squares are more than chance", *warning])
    return clean(f"XmR chart: {subject(row.indicator)}, {row.area.name}, {first} to {last}, {told}")


def _lines(row: Row, found: Xmr) -> dict[str, str]:
    """The three lines as text, to one more decimal than the figures."""
    ends = {"Mean": found.mean, "Lower limit": found.low, "Upper limit": found.high}
    return {
        name: say(round_half_up(Decimal(repr(float(end))), row.indicator.decimals + 1)) for name, end in ends.items()
    }


def _draw(row: Row, found: Xmr, causes: dict, words: tuple[str, str, str]) -> Sheet:
    ends, names = _ends(row, found), period_lines(row)
    axis = GAP + SIZE * LINE * max(map(len, names))
    sheet = Sheet(max(HEIGHT, sum(end.height for end in ends) + axis), *words)
    beside = unit_beside(row.indicator)
    values = [figure.value for figure in row.series if figure.value is not None]
    high = sheet.height - (SIZE * LINE + GAP if beside else GAP)
    y = Scale.over([*values, found.low, found.high], row.indicator.decimals, axis + 4, high)
    ticks = {f"{tick}{unit_behind(row.indicator)}": at for tick, at in y.ticks().items()}
    left = max(map(extent, ticks), default=0) + GAP
    right = WIDTH - max(extent(line, SIZE, end.key == "area") for end in ends for line in end.lines) - 20
    places = np.linspace(left + 18, right - 8, len(row.series))
    draw_axes(sheet, ticks, left, right)
    sheet.word(2, sheet.height - SIZE, beside)
    draw_periods(sheet, names, [*places], axis)
    for look, value in (("target", found.mean), ("floor", found.low), ("floor", found.high)):
        sheet.line([left, right], [y(max(value, y.low))] * 2, LOOKS[look], look)
    _draw_figures(sheet, row, causes, places, y)
    draw_ends(sheet, ends, y, right)
    return sheet


def _ends(row: Row, found: Xmr) -> list[End]:
    last = next(figure for figure in reversed(row.series) if figure.value is not None)
    own = End("area", wrap(row.area.name, BESIDE, bold=True, tail=say(last.value)), last.value, True)
    looks, texts = ("target", "floor", "floor"), _lines(row, found)
    lines = zip(looks, texts.items(), (found.mean, found.low, found.high), strict=True)
    return [own, *(End(look, wrap(f"{name} {text}", BESIDE), end, True) for look, (name, text), end in lines)]


def _draw_figures(sheet: Sheet, row: Row, causes: dict, places: Sequence[float], y: Scale):
    heights = [math.nan if figure.value is None else y(figure.value) for figure in row.series]
    sheet.line(places, heights, LOOKS["area"]._replace(width=1.8), "area", marker="o", markersize=4.5)
    told = zip(places, heights, row.series, strict=True)
    odd = [(x, at) for x, at, figure in told if causes.get(figure.period)]
    if odd:
        sheet.line(*zip(*odd, strict=True), LOOKS["none"], "cause", passable=True, **CAUSE)


def _alt(row: Row, found: Xmr, causes: dict) -> str:
    unit, lines = unit_behind(row.indicator), _lines(row, found)
    limits = ", ".join(f"{name[:1].lower()}{name[1:]} {text}{unit}" for name, text in lines.items())
    figures = {figure.period: say(figure.value) for figure in row.series if figure.value is not None}
    odd = [f"{periods.name(p)} {figures[p]}{unit} ({cause})" for p, cause in causes.items() if cause]
    said = f"XmR chart. {subject(row.indicator)}, {row.area.name}{in_unit(row)}, {len(figures)} figures: {limits}."
    return clean(f"{said} More than chance: {'; '.join(odd) or 'none'}.")


def _table(row: Row, found: Xmr, causes: dict) -> tuple[tuple, tuple]:
    lines = _lines(row, found)
    rows = [
        (periods.label(figure.period), cell_text(figure), causes.get(figure.period) or "no", *lines.values())
        for figure in row.series
    ]
    return ("Period", row.area.name, "More than chance", *lines), tuple(rows)
