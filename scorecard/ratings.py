"""The rules of the scorecard: polarity, RAG and direction of travel, for one value and for columns.

Source: the guidance notes of the published scorecard. GREEN: target achieved; AMBER: floor standard
achieved, target not; RED: floor standard not achieved. Equality counts as achieved. Everything is
decided by `margin`, the one place that knows what H, L and T mean, so that target and floor, single
values and columns can never drift apart.
"""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd


class Polarity(StrEnum):
    """What the indicator aims for: the highest value, the lowest, or staying close to the target."""

    HIGH = "H"
    LOW = "L"
    TARGET = "T"

    @property
    def sign(self) -> int:
        """+1 where more is better, -1 where less is better, 0 where the distance to the target counts."""
        return _SIGN[self]


_SIGN = {Polarity.HIGH: 1, Polarity.LOW: -1, Polarity.TARGET: 0}


class Rag(StrEnum):
    """The three ratings, worst first."""

    RED = "RED"
    AMBER = "AMBER"
    GREEN = "GREEN"


class Dot(StrEnum):
    """Direction of travel: what performance did, which is not always what the number did."""

    IMPROVED = "improved"
    SAME = "same"
    WORSENED = "worsened"


class Verdict(NamedTuple):
    """A rating or a direction of travel, or None with the reason why there is none."""

    word: str | None
    reason: str | None


NO_VALUE = "no value"
NO_TARGET = "no target"
NO_TOLERANCE = "tolerance not known"
NO_FLOOR = "floor standard not known"
NO_POLARITY = "no polarity"
NO_PREVIOUS = "no earlier value"


def round_half_up(value: Decimal, places: int) -> Decimal:
    """`value` rounded half up (away from zero) to `places` decimals, as the scorecard prints it."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def at_printed_precision(value: Decimal, decimals: int) -> Decimal:
    """`value` with at most `decimals` places; a value printed with fewer keeps its own precision.

    `TypeError` for a number that does not say its precision.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f'a figure is a Decimal, which says its precision: Decimal("{value}") instead of {value!r}')
    return round_half_up(value, decimals) if places(value) > decimals else value


def places(value: Decimal) -> int:
    """Number of decimals that `value` was written with: 13.0 has one, 13 has none."""
    return max(0, -value.as_tuple().exponent)


def margin(value, standard, sign, target):
    """By how much `value` meets `standard`; achieved when 0 or more.

    H and L compare with the standard itself; for T the standard is a distance from `target`.
    Works alike on Decimals and on arrays of numbers (shape of the broadcast arguments, same unit
    as `value`).
    """
    return sign * (value - standard) + (sign == 0) * (standard - abs(value - target))


def rag(
    value: Decimal | None,
    target: Decimal | None,
    floor: Decimal | None,
    polarity: Polarity | None,
    tolerance: Decimal | None = None,
) -> Verdict:
    """RAG of one printed value, or None with the reason.

    `floor` and, for polarity T, `tolerance` are standards; for T both are distances from `target`.
    All in the unit of the indicator. Without a floor only GREEN can be said;
    for T nothing can be said without a tolerance.

    >>> rag(Decimal("2.8"), Decimal("2.8"), Decimal("3.8"), Polarity.LOW)
    Verdict(word=<Rag.GREEN: 'GREEN'>, reason=None)
    """
    green_at = tolerance if polarity is Polarity.TARGET else target
    needed = {NO_POLARITY: polarity, NO_VALUE: value, NO_TARGET: target, NO_TOLERANCE: green_at}
    if lacking := [reason for reason, told in needed.items() if told is None]:
        return Verdict(None, lacking[0])
    if margin(value, green_at, polarity.sign, target) >= 0:
        return Verdict(Rag.GREEN, None)
    if floor is None:
        return Verdict(None, NO_FLOOR)
    return Verdict(Rag.AMBER if margin(value, floor, polarity.sign, target) >= 0 else Rag.RED, None)


def direction_of_travel(
    latest: Decimal | None, previous: Decimal | None, polarity: Polarity | None, target: Decimal | None = None
) -> Verdict:
    """Whether performance improved, worsened or stayed the same, or None with the reason.

    The two values are compared at the coarser of their printed precisions. For polarity T the
    distance to `target` is compared.

    >>> direction_of_travel(Decimal("23.1"), Decimal("23.2"), Polarity.LOW).word.value
    'improved'
    """
    if polarity is None:
        return Verdict(None, NO_POLARITY)
    if latest is None:
        return Verdict(None, NO_VALUE)
    if previous is None:
        return Verdict(None, NO_PREVIOUS)
    if polarity.sign == 0 and target is None:
        return Verdict(None, NO_TARGET)
    coarser = min(places(latest), places(previous))
    now, before = round_half_up(latest, coarser), round_half_up(previous, coarser)
    aim = target if polarity.sign == 0 else Decimal(0)
    gain = margin(now, Decimal(0), polarity.sign, aim) - margin(before, Decimal(0), polarity.sign, aim)
    return Verdict(Dot.IMPROVED if gain > 0 else Dot.WORSENED if gain < 0 else Dot.SAME, None)


# --- the same rules over columns ------------------------------------------------------------------

PLACES = 6
"""Columns hold decimal numbers of at most this many places; they are compared as whole millionths."""

_CHUNK = 1 << 15  # rows at a time: the working arrays stay in the processor's cache
_POLARITIES = pd.CategoricalDtype([p.value for p in Polarity])
_SIGNS = np.array([p.sign for p in Polarity] + [np.nan])  # the last one serves code -1: no polarity
_RAGS = pd.CategoricalDtype([r.value for r in Rag], ordered=True)
_DOTS = pd.CategoricalDtype([d.value for d in (Dot.WORSENED, Dot.SAME, Dot.IMPROVED)], ordered=True)


def rate_columns(standards: pd.DataFrame) -> pd.Series:
    """RAG of each row, as an ordered category (RED < AMBER < GREEN), missing where `rag` gives None.

    `standards` has the columns polarity (H, L, T), value, target, tolerance and floor: numbers with
    NaN for missing and at most six decimals. Same answers as `rag`, millions of rows a second.
    """
    return _by_chunks(standards, ["value", "target", "tolerance", "floor"], _rag_codes, _RAGS)


def dot_columns(pairs: pd.DataFrame) -> pd.Series:
    """Direction of travel of each row (worsened < same < improved), missing where there is none.

    `pairs` has the columns polarity, value, previous_value and target; the two values must already
    stand at the same printed precision.
    """
    return _by_chunks(pairs, ["value", "previous_value", "target"], _dot_codes, _DOTS)


def _by_chunks(frame: pd.DataFrame, columns: list[str], rule, words: pd.CategoricalDtype) -> pd.Series:
    polarity = _polarity_codes(frame["polarity"])
    numbers = [frame[column].to_numpy(dtype=float) for column in columns]
    codes = np.empty(len(frame), dtype=np.int8)
    for start in range(0, len(frame), _CHUNK):
        rows = slice(start, start + _CHUNK)
        codes[rows] = rule(_SIGNS[polarity[rows]], *(_whole(column[rows]) for column in numbers))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=words), index=frame.index)


def _polarity_codes(column: pd.Series) -> np.ndarray:
    known = column.astype("category")
    if unknown := set(known.cat.categories) - set(Polarity):
        raise ValueError(f"polarity must be H, L or T, not {', '.join(map(repr, sorted(unknown)))}")
    return known.astype(_POLARITIES).cat.codes.to_numpy()


def _whole(column: np.ndarray) -> np.ndarray:
    """Decimals as whole millionths, exact in a float up to four thousand million."""
    return np.rint(column * 10.0**PLACES)


def _rag_codes(sign, value, target, tolerance, floor) -> np.ndarray:
    green_at = np.where(sign == 0, tolerance, target)
    green = margin(value, green_at, sign, target) >= 0
    above_floor = margin(value, floor, sign, target) >= 0
    unrated = np.isnan(value + target + sign + green_at) | (np.isnan(floor) & ~green)
    return np.where(unrated, -1, above_floor.view(np.int8) | (green.view(np.int8) << 1)).clip(max=2)


def _dot_codes(sign, value, previous, target) -> np.ndarray:
    aim = np.where(sign == 0, target, 0.0)
    gain = margin(value, 0.0, sign, aim) - margin(previous, 0.0, sign, aim)
    return np.where(np.isnan(gain), -1, np.sign(gain) + 1).astype(np.int8)
