"""What the figures of a row can bear: three directions of travel, real changes, places in a funnel, gaps in numbers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from scorecard.build import Figure, Row, Standard, each_once
from scorecard.commentary import facts_of, when_of
from scorecard.history import unbroken
from scorecard.phrases import Phrases, load_phrases
from scorecard.ratings import Dot, Polarity, Rag, Verdict, margin, round_half_up
from scorecard.trends import (
    CLEAR,
    NO_CLEAR_TREND,
    NOISE,
    POINTS,
    ROLLING,
    agreement,
    beyond_chance,
    direction_over,
    exchanges,
    hides_a_turn,
    performance,
    smallest_change,
)


class Directions(NamedTuple):
    """Since the previous figure, since a year before, over the periods shown; and whether the arrows agree."""

    previous: Verdict
    year_ago: Verdict
    window: Verdict
    agreement: str | None


def directions(row: Row) -> Directions:
    """The three directions of travel of a row; each without arrow says why. An annual row's year before counts once.

    Of a long series the last is over the periods since a gap that no edition fills.
    """
    told = row.standard
    window = direction_over([figure.value for figure in unbroken(row)], told.polarity, told.target)
    twice = row.previous is not None and row.year_ago is not None and row.previous.period == row.year_ago.period
    told_apart = (row.dot, window) if twice else (row.dot, row.dot_year_ago, window)
    return Directions(row.dot, row.dot_year_ago, window, agreement(told_apart))


# --- what really changed ----------------------------------------------------------------------------

UNCONFIRMED, CONTRADICTED, HIDDEN = "unconfirmed", "contradicted", "hidden"


class Finding(NamedTuple):
    """What changed or did not: a row, its directions and the sentence that says so."""

    row: Row
    directions: Directions
    sentence: str


def really_changed(rows: Iterable[Row], phrases: Phrases | None = None) -> dict[str, list[Finding]]:
    """The rows, each once, by what is known of them: improved and worsened over the periods shown by more than chance;
    unconfirmed or contradicted, where the arrow since the previous figure says worsened and the periods shown do not;
    hidden, where the latest month turned and the rolling figure did not.
    """
    found = {name: [] for name in (Dot.IMPROVED, Dot.WORSENED, UNCONFIRMED, CONTRADICTED, HIDDEN)}
    for row in each_once(rows):
        told = directions(row)
        for name in [*_known(told), *([HIDDEN] if _hides(row) else [])]:
            found[name].append(Finding(row, told, _said(row, name, phrases or load_phrases())))
    return found


def _known(told: Directions) -> list[str]:
    window, worse = told.window, told.previous.word == Dot.WORSENED
    names = [window.word] if window.word else []
    names += [UNCONFIRMED] if worse and window.reason == NO_CLEAR_TREND else []
    return names + ([CONTRADICTED] if worse and window.word == Dot.IMPROVED else [])


def _with_parts(row: Row) -> list[Figure]:
    return [figure for figure in unbroken(row) if None not in (figure.numerator, figure.denominator)]


def _hides(row: Row) -> bool:
    return row.indicator.data_period == ROLLING and bool(hides_a_turn(_with_parts(row)))


def _said(row: Row, name: str, words: Phrases) -> str:
    known = [figure for figure in unbroken(row) if figure.value is not None]
    first = words.say("short_units", row.indicator.unit, number=f"{known[0].value:,f}", unit=row.indicator.unit)
    more = {"first": first, "first_when": when_of(known[0].period, "when", words), "count": str(len(known))}
    for part in exchanges(_with_parts(row))[-1:]:
        more |= {"more": f"{part.numerator:+,f}", "more_of": f"{part.denominator:+,f}"}
    rolling = " rolling" if row.indicator.data_period == ROLLING and name in set(Dot) else ""
    facts, dot = facts_of(row, words), Dot.WORSENED if name == Dot.WORSENED else Dot.IMPROVED
    near = "T " if row.standard.polarity is Polarity.TARGET else ""
    way = words.say("ways", f"{near}{dot}", **facts)
    return words.say("really_changed", f"{name}{rolling}", **facts, **more, way=way)


# --- places in a funnel -----------------------------------------------------------------------------


LEVELS = (Decimal("95"), Decimal("99.8"))


class Spot(NamedTuple):
    """An area in a funnel: its share (0 to 1), which limit it is beyond (95, 99.8 or None), and if that is good."""

    row: Row
    share: float
    beyond: Decimal | None
    good: bool | None


def spot(row: Row, kent: Row | None) -> Spot | None:
    """Where a row stands against Kent's figure of the same period; None where no numbers tell chance from it."""
    if kent is None or not (_shares(row) and _shares(kent)) or row.latest.period != kent.latest.period:
        return None
    share, centre = (float(count / size) for count, size in map(_parts, (row, kent)))
    beyond = None
    for level in LEVELS:
        if not beyond_chance(*_parts(row), centre, float(level) / 100):
            break
        beyond = level
    return Spot(row, share, beyond, _better(row.standard, share, centre) if beyond else None)


def _better(standard: Standard, share: float, centre: float) -> bool | None:
    """Whether a share is better than Kent's; for polarity T, closer to the target."""
    if standard.polarity is None or (standard.polarity is Polarity.TARGET and standard.target is None):
        return None
    here, there = performance((Decimal(100 * value) for value in (share, centre)), standard.polarity, standard.target)
    return here > there


def _parts(row: Row) -> tuple[Decimal, Decimal]:
    return row.latest.numerator, row.latest.denominator


def _shares(row: Row) -> bool:
    return row.indicator.interval == "Wilson" and row.confidence.low is not None


# --- gaps in whole numbers --------------------------------------------------------------------------


def gaps(row: Row) -> dict[str, int | None]:
    """By how many the numerator of a row must change, at least, to reach GREEN, the floor, the benchmark, England.

    0 is reached, None cannot be; what the row does not have is left out, and so is all of a row that is no percentage
    or count of whole numbers. The denominator is held as it is.
    """
    count, size, polarity = _whole(row), row.latest.denominator, row.standard.polarity
    if count is None or polarity is None or row.confidence.low is None:
        return {}

    def of(numerator: int) -> Decimal:
        share = Decimal(100 * numerator) / size if size else Decimal(numerator)
        return round_half_up(share, row.indicator.decimals)

    def change(standard: Decimal) -> int | None:
        target = row.standard.target
        most = _most(row, count, standard)
        return smallest_change(count, of, lambda value: margin(value, standard, polarity.sign, target) >= 0, most)

    return {name: change(standard) for name, standard in _aims(row).items() if standard is not None}


def _whole(row: Row) -> int | None:
    count = row.latest.numerator if row.indicator.unit == "%" else row.latest.value
    return int(count) if count is not None and count == int(count) else None


def _aims(row: Row) -> dict[str, Decimal | None]:
    told = row.standard
    own = {} if told.target is None else {"target": told.target, "floor": told.floor}
    if told.polarity is Polarity.TARGET:
        return own and own | {"target": told.tolerance}
    sides = {"benchmark": row.benchmark, "England": row.england}
    return own | {name: figure.value for name, figure in sides.items() if figure}


def _most(row: Row, count: int, standard: Decimal) -> int:
    """How far to look: to all or none of the denominator, for a count to the standard, for T to the target."""
    size, polarity = row.latest.denominator, row.standard.polarity
    if polarity is Polarity.TARGET:
        return int(row.standard.target * size / 100) - count
    if polarity is Polarity.LOW:
        return -count
    return int(size) - count if size else max(0, int(standard) + 1 - count)


# --- counts of an edition ---------------------------------------------------------------------------


def confidence_counts(rows: Iterable[Row]) -> pd.DataFrame:
    """By rating: how many rows have it, how many of them are clear or within noise, and hold the target inside.

    Columns: rating, rows, no interval, clear, within noise, target inside (its 95% interval).
    """
    rated = [row for row in rows if row.rag.word]
    told = pd.DataFrame(
        {
            "rating": [row.rag.word for row in rated],
            "rows": 1,
            "no interval": [row.confidence.word is None for row in rated],
            **{word: [row.confidence.word == word for row in rated] for word in (CLEAR, NOISE)},
            "target inside": [(row.confidence.reason or "").startswith("target") for row in rated],
        }
    )
    return told.groupby("rating").sum().reindex(list(Rag)).fillna(0).astype(int).reset_index()


def arrow_counts(rows: Iterable[Row]) -> pd.DataFrame:
    """By direction of travel since the previous figure: what performance did over the periods shown.

    Rows of polarity H or L with all figures of the periods shown, at least five. Columns: arrow, rows, improved,
    no clear trend, worsened.
    """
    known = [row for row in rows if row.standard.polarity and row.standard.polarity.sign and row.dot.word]
    whole = [row for row in known if len(row.series) >= POINTS and None not in [f.value for f in row.series]]
    windows = [directions(row).window for row in whole]
    words = [window.word or window.reason for window in windows]
    told = pd.DataFrame({"arrow": [row.dot.word for row in whole], "rows": 1})
    for word in (Dot.IMPROVED, NO_CLEAR_TREND, Dot.WORSENED):
        told[str(word)] = [one == word for one in words]
    return told.groupby("arrow").sum().reindex(list(Dot)).fillna(0).astype(int).reset_index()
