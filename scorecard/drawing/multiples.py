"""One measure in all areas of a kind: a small trend for each on the same scale."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from scorecard import periods
from scorecard.build import Row
from scorecard.commentary import facts_of
from scorecard.drawing.evidence import (
    Chart,
    bounds_of,
    cell_text,
    finished,
    in_unit,
    measured,
    rating_told,
    say,
    source_of,
    subject,
    unit_behind,
)
from scorecard.drawing.sheet import HAIR, LOOKS, Scale, Sheet, strokes
from scorecard.drawing.style import GAP, LINE, SIZE, WIDTH, clean, house, wrap
from scorecard.phrases import load_phrases
from scorecard.ratings import Rag

ABREAST, PLOT, BETWEEN = 2, 46, 12
"""How many stand side by side, the height of each plot and the room below it, in points."""
OWN = LOOKS["area"].colour
"""The colour of the names of chosen areas, which are bold too."""


@house()
def multiples(row: Row, others: Sequence[Row], kent: Row | None = None, chosen: Collection[str] = ()) -> Chart:
    """The trend of `row`'s measure in each of `others` on one scale, with target and, as a thin line, Kent's trend.

    The names of the areas in `chosen` are marked.
    """
    words = load_phrases()
    green = sum(other.rag.word == Rag.GREEN for other in others)
    rated = any(other.rag.word for other in others)
    noun = words.say("nouns", others[0].area.kind, area="")
    told = facts_of(row, words) | {"noun": noun, "count": str(green), "of": str(len(others))}
    finding = words.say("multiples", "rated" if rated else "no target", **told)
    shown = [figure.period for figure in row.series]
    bare = replace(row, benchmark=None, england=None)
    source = source_of(bare, [f for other in (*others, *([kent] if kent else [])) for f in other.series], shown)
    told = (finding, _subtitle(row, kent, shown), source)
    sheet, alt = _draw(row, others, kent, told, chosen), _alt(row, others, kent, shown)
    return finished("multiples", row, told, alt, sheet, _table(row, others, kent))


def _subtitle(row: Row, kent: Row | None, shown: list[str]) -> str:
    target = bounds_of(row).target
    lines = [] if target is None else [f"the thin line is the target of {say(target)}"]
    lines += [f"the lighter line is {kent.area.name}"] if kent else []
    span = f"{periods.label(shown[0])} to {periods.label(shown[-1])}"
    return clean("; ".join([f"{subject(row.indicator)}, {span}, all on one scale, {measured(row)}", *lines]))


def _values(row: Row, others: Sequence[Row], kent: Row | None) -> list[Decimal]:
    series = [figure.value for other in (*others, *([kent] if kent else [])) for figure in other.series]
    return [value for value in [*series, bounds_of(row).target] if value is not None]


def _draw(row: Row, others: Sequence[Row], kent: Row | None, words: tuple, chosen: Collection[str]) -> Sheet:
    wide, head = WIDTH / ABREAST - GAP, SIZE * LINE
    names = [[*wrap(other.area.name, wide, bold=True), _told(other)] for other in others]
    lines = [range(start, min(start + ABREAST, len(others))) for start in range(0, len(others), ABREAST)]
    heads = [max(len(names[i]) for i in line) * head + 4 for line in lines]
    sheet = Sheet(sum(heads) + len(lines) * (PLOT + BETWEEN), *words)
    top, values = sheet.height, _values(row, others, kent)
    for above, line in zip(heads, lines, strict=True):
        for place, i in enumerate(line):
            left, floor = place * WIDTH / ABREAST, top - above - PLOT
            for k, text in enumerate(names[i]):
                own = k < len(names[i]) - 1 and others[i].area.name in chosen
                sheet.word(left + 2, top - (k + 0.8) * head, text, bold=own, **({"colour": OWN} if own else {}))
            _panel(sheet, others[i], kent, Scale.over(values, row.indicator.decimals, floor, floor + PLOT), left)
        top -= above + PLOT + BETWEEN
    return sheet


def _panel(sheet: Sheet, row: Row, kent: Row | None, y: Scale, left: float):
    places = np.linspace(left + 6, left + WIDTH / ABREAST - GAP - 8, len(row.series))
    x = dict(zip([figure.period for figure in row.series], places, strict=True))
    ends = (left + 2, left + WIDTH / ABREAST - GAP)
    sheet.line(*strokes([((ends[0], y.start), (ends[1], y.start))]), HAIR, "grid", passable=True)
    if (target := bounds_of(row).target) is not None:
        sheet.line(ends, [y(target)] * 2, LOOKS["target"], "target", passable=True)
    for key, other in (("kent", kent), ("area", row)):
        told = [figure for figure in other.series if figure.period in x] if other else []
        heights = [math.nan if figure.value is None else y(figure.value) for figure in told]
        look = LOOKS[key]._replace(width=2.2 if key == "area" else 1.2)
        if told:
            sheet.line([x[figure.period] for figure in told], heights, look, key, passable=True)
    if row.latest.value is not None:
        sheet.marks([(x[row.latest.period], y(row.latest.value), row.rag)])


def _told(row: Row) -> str:
    if row.latest.value is None:
        return "no value"
    return f"{say(row.latest.value)}{unit_behind(row.indicator)} {row.rag.word or 'not rated'}"


def _alt(row: Row, others: Sequence[Row], kent: Row | None, shown: list[str]) -> str:
    when = f"{periods.name(shown[0])} to {periods.name(shown[-1])}"
    said = [f"{len(others)} small line charts on one scale. {subject(row.indicator)}{in_unit(row)}, {when}."]
    said += [f"{other.area.name}: {_moved(other)}, {rating_told(other.rag)}." for other in others]
    said += [f"{kent.area.name}: {_moved(kent)}."] if kent else []
    return clean(" ".join(said))


def _moved(row: Row) -> str:
    known, unit = [figure for figure in row.series if figure.value is not None], unit_behind(row.indicator)
    if not known or row.latest.value is None:
        return f"no value ({row.latest.reason})"
    return f"{say(known[0].value)}{unit} to {say(known[-1].value)}{unit}"


def _table(row: Row, others: Sequence[Row], kent: Row | None) -> tuple[tuple, tuple]:
    shown = [figure.period for figure in row.series]
    rows = []
    for other in (*others, *([kent] if kent else [])):
        found = {figure.period: figure for figure in other.series}
        rows.append((other.area.name, *(cell_text(found.get(period)) for period in shown), rating_told(other.rag)))
    return ("Area", *map(periods.label, shown), "RAG"), tuple(rows)
