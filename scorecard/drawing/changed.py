"""The changes between two editions shown: tables, a chart of why ratings changed, a chart of what moved most."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from scorecard.build import NOT_RATED
from scorecard.changes import PERFORMANCE, Mover, Pair
from scorecard.drawing.evidence import Chart, say, subject, unit_behind
from scorecard.drawing.sheet import Look, Sheet
from scorecard.drawing.style import COLOURS, GAP, LINE, SIZE, WIDTH, clean, house, wrap
from scorecard.editions import Edition
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn
from scorecard.periods import name
from scorecard.phrases import load_phrases
from scorecard.ratings import Rag, Verdict, round_half_up
from scorecard.tables import rag_chip

RATINGS = [*Rag, NOT_RATED]
BAR = 90
"""Length of the longest bar, in points."""
BARS = {"better": Look(COLOURS[0], 10, "-", ""), "worse": Look(COLOURS[3], 10, "-", "")}
CAPTIONS = {
    "rating": "Ratings that changed", "standard": "Standards that changed", "indicator": "Indicators that changed",
    "team": "Teams that changed", "figure": "Figures that changed since", "mover": "What moved most in each district",
}  # fmt: skip
COLUMNS = {
    "rating": ("area", "before", "after", "cause", "told"), "standard": ("cause", "before", "after", "told"),
    "indicator": ("cause", "before", "after"), "team": ("before", "after", "cause", "area"),
    "figure": ("area", "before", "after", "cause", "told"), "mover": ("area", "before", "after", "cause", "told"),
}  # fmt: skip
HEADS = {"area": "Area", "before": "Before", "after": "Now", "cause": "Change", "told": "Figures"}


# --- tables ---------------------------------------------------------------------------------------


def flow(pairs: Sequence[Pair], earlier: Edition, later: Edition) -> Html:
    """How many lines had which rating before, and which they have now; both editions print them."""
    counted = Counter(tuple(row.rag.word or NOT_RATED for row in pair[:2]) for pair in pairs)
    heads = [Head(name(earlier.as_at)), *(Head(str(word).capitalize(), name(later.as_at), NUMBER) for word in RATINGS)]
    rows = [[_rated(was), *(Cell(str(counted[was, now])) for now in RATINGS)] for was in RATINGS]
    caption = f"Ratings of {len(pairs):,} lines that both editions print"
    return drawn(Table(caption, heads, rows))


def _rated(word: str) -> Cell:
    return Cell(rag_chip(Verdict(None if word == NOT_RATED else word, None)))


def shown(told: pd.DataFrame, sort: str, edition: Edition) -> Html:
    """The changes of one kind (a value of the column `kind`) as a table; `edition` is the later one."""
    rows = [_line(one, COLUMNS[sort], edition) for one in told[told["kind"] == sort].itertuples()]
    heads = [Head(HEADS[column], "", "sc-wide" if column == "told" else "") for column in COLUMNS[sort]]
    heads = heads if sort == "team" else [Head("Measure"), *heads]
    return drawn(Table(CAPTIONS[sort], heads, rows, empty="None."))


def _line(one, columns: Sequence[str], edition: Edition) -> list[Cell]:
    indicator = edition.catalogue.get(one.indicator)
    first = [Cell(subject(indicator), one.code or "no code")] if indicator else []
    return first + [_cell(one, column) for column in columns]


def _cell(one, column: str) -> Cell:
    text = getattr(one, column)
    if text in RATINGS and column in ("before", "after"):
        return _rated(text)
    return Cell("none", missing=True) if text is None else Cell(text)


# --- charts ---------------------------------------------------------------------------------------


class Bar(NamedTuple):
    """A bar from zero: `key` is better or worse, `size` its length in any unit, `label` stands beside it."""

    key: str
    size: float
    label: str


@house()
def why(told: pd.DataFrame, earlier: Edition, later: Edition) -> Chart:
    """Why lines that are rated in both editions have another rating now: for the better and for the worse."""
    changed = [one for one in told[told["kind"] == "rating"].itertuples() if NOT_RATED not in (one.before, one.after)]
    counted = Counter((one.cause, _way(one)) for one in changed)
    causes = [cause for cause, _ in Counter(one.cause for one in changed).most_common()]
    groups = [
        (cause, [Bar(way, counted[cause, way], f"{counted[cause, way]} {way}") for way in BARS]) for cause in causes
    ]
    count, of = sum(counted[PERFORMANCE, way] for way in BARS), len(changed)
    finding = load_phrases().say("edition_changes", "causes", count=str(count), of=str(of))
    said = "; ".join(f"{cause} {' and '.join(bar.label for bar in those)}" for cause, those in groups)
    rows = tuple((cause, *(str(counted[cause, way]) for way in BARS)) for cause in causes)
    subtitle = f"Lines rated in both editions whose rating changed, {_span(earlier, later)}, number by cause"
    source = "Source: the ratings of both editions by the published rules. Causes by counterfactual."
    return _chart(
        "why-ratings-changed", (finding, subtitle, source), groups, said, (("Cause", "Better", "Worse"), rows)
    )


def _counted(way: str, count: int) -> Bar:
    return Bar(way, count, f"{count} {way}")


def _way(one) -> str:
    return "better" if RATINGS.index(one.after) > RATINGS.index(one.before) else "worse"


def _span(earlier: Edition, later: Edition) -> str:
    return f"{name(earlier.as_at)} to {name(later.as_at)}"


@house()
def moved(found: Sequence[Mover], earlier: Edition, later: Edition) -> Chart:
    """The biggest mover for the better and for the worse in each district, in distances from target to floor."""
    groups, rows = [], []
    for district, of in groupby(found, key=lambda mover: mover.district):
        ends = _ends(list(of))
        bars = [Bar(key, float(abs(mover.steps)), f"{key.capitalize()}: {_told(mover)}") for key, mover in ends]
        groups.append((district, bars))
        rows += [(district, key, _told(mover), f"{round_half_up(abs(mover.steps), 1)}") for key, mover in ends]
    worst = min(found, key=lambda mover: mover.steps)
    finding = load_phrases().say("edition_changes", "movers", area=worst.pair.after.area.name, moved=_told(worst))
    subtitle = (
        f"Biggest mover each way by district and its teams, {_span(earlier, later)}, in distances from target to floor"
    )
    source = "Source: both editions; the distance is that of the later standard. Without a floor standard: left out."
    said = "; ".join(f"{district}, {key}: {told}, {steps}" for district, key, told, steps in rows)
    columns = ("District", "Change", "Measure", "Distances")
    return _chart("biggest-movers", (finding, subtitle, source), groups, said, (columns, tuple(rows)))


def _ends(of: list[Mover]) -> list[tuple[str, Mover]]:
    ends = (("better", max(of, key=lambda mover: mover.steps)), ("worse", min(of, key=lambda mover: mover.steps)))
    return [(key, mover) for key, mover in ends if (mover.steps > 0) == (key == "better") and mover.steps]


def _told(mover: Mover) -> str:
    """What moved: `EHCPs issued within 20 weeks 66.7% to 52.2%`, with the team where it is a team's."""
    row, unit = mover.pair.after, unit_behind(mover.pair.after.indicator)
    was, now = (f"{say(one.latest.value)}{unit}" for one in mover.pair[:2])
    team = "" if row.area.name == mover.district else f" ({row.area.name})"
    return f"{subject(row.indicator)} {was} to {now}{team}"


def _chart(slug: str, words: tuple[str, str, str], groups: list, said: str, table: tuple) -> Chart:
    finding, subtitle, source = map(clean, words)
    sheet = _bars(groups, (finding, subtitle, source))
    alt = clean(f"Bar chart. {finding}. {said}.")
    return Chart(slug, finding, subtitle, alt, source, sheet.svg(), sheet.png(), *table, sheet.box)


def _bars(groups: list[tuple[str, list[Bar]]], words: tuple[str, str, str]) -> Sheet:
    """Groups of bars below each other, each bar with its words to the right; all bars begin at zero."""
    most = max((bar.size for _, bars in groups for bar in bars), default=1) or 1
    lines = [[wrap(bar.label, WIDTH - BAR - 10) for bar in bars] for _, bars in groups]
    height = sum(SIZE * LINE + GAP * 2 + sum(_tall(those) for those in told) for told in lines)
    sheet = Sheet(height, *words)
    top = sheet.height
    for (title, bars), told in zip(groups, lines, strict=True):
        sheet.word(2, top - SIZE, title[:1].upper() + title[1:], bold=True)
        top -= SIZE * LINE + GAP
        for bar, those in zip(bars, told, strict=True):
            middle = top - _tall(those) / 2
            if bar.size:
                sheet.line([2, 2 + BAR * bar.size / most], [middle] * 2, BARS[bar.key], bar.key, solid_capstyle="butt")
            sheet.words(BAR + 10, middle, those)
            top -= _tall(those)
        top -= GAP
    return sheet


def _tall(lines: list[str]) -> float:
    return len(lines) * SIZE * LINE + 4
