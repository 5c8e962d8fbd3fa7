"""The statistics beside a rating: intervals, directions of travel, XmR charts, gaps in whole numbers.

Nothing here changes a rating. Student's distribution comes from scipy.special and the slope from `statistics`;
the rest are formulas of a few lines, because statsmodels and scipy.stats, which have some of them, take two to three
seconds to import (the tests hold ours against scipy.stats).
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist, correlation, fmean, linear_regression
from typing import NamedTuple

import numpy as np

from scorecard.periods import months_before
from scorecard.ratings import (
    NO_POLARITY,
    NO_TARGET,
    Dot,
    Polarity,
    Verdict,
    margin,
    round_half_up,
)

Z95, Z998 = (NormalDist().inv_cdf((1 + level) / 2) for level in (0.95, 0.998))
"""How many standard errors a 95% and a 99.8% interval reach to each side: 1.959964 and 3.090232."""
SIGNIFICANT, POINTS = 0.05, 5
"""A slope counts when chance gives such a one less often than this, and with at least so many values."""
ROLLING = "R12M"
"""Data period whose consecutive figures share eleven of their twelve months."""


# --- intervals and limits ---------------------------------------------------------------------------


def wilson(numerator, denominator, z: float = Z95) -> tuple:
    """Low and high end of Wilson's score interval of a proportion, as fractions of 1.

    Numbers or arrays; `numerator` from 0 to `denominator`, which is above 0, else ValueError.
    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), as used by Fingertips
    (PHEindicatormethods, phe_proportion).
    """
    x, n = np.asarray(numerator, float), np.asarray(denominator, float)
    if not np.all((x >= 0) & (x <= n) & (n > 0)):
        raise ValueError("a proportion needs a numerator from 0 to its denominator, and a denominator above 0")
    middle, reach = 2 * x + z * z, z * np.sqrt(z * z + 4 * x * (1 - x / n))
    low, high = (middle - reach) / (2 * (n + z * z)), (middle + reach) / (2 * (n + z * z))
    return np.where(x == 0, 0.0, low)[()], np.where(x == n, 1.0, high)[()]


def byar(count, z: float = Z95) -> tuple:
    """Low and high end of Byar's interval of a count; numbers or arrays of 0 or more, else ValueError.

    Source: N. E. Breslow and N. E. Day, Statistical methods in cancer research II (IARC 1987), as used by Fingertips
    (PHEindicatormethods, byars_lower and byars_upper).
    """
    x = np.asarray(count, float)
    if not np.all(x >= 0):
        raise ValueError("a count is 0 or more")
    some, more = np.where(x == 0, 1.0, x), x + 1
    low = some * np.maximum(0, 1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    return np.where(x == 0, 0.0, low)[()], (more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3)[()]


def funnel_limits(centre: float, denominator, z: float = Z95) -> tuple:
    """Between which fractions an area of so many should lie if only chance parts it from `centre` (0 to 1).

    Source: SPC for proportions (Fingertips; PHEindicatormethods, calculate_funnel_limits): Wilson's interval with the
    expected number in place of the observed one.
    """
    return wilson(centre * np.asarray(denominator, float), denominator, z)


@lru_cache(maxsize=4096)
def beyond_chance(numerator, denominator, centre: float, level: float = 0.95) -> bool:
    """Whether a share lies outside the funnel around `centre` (0 to 1), and so far out by the exact count as well.

    Where next to none or all are expected, the limits call 11 of 11 outside of 95 in 100, although six in ten such
    areas would have them all: there the tail of the binomial distribution decides.
    """
    from scipy.special import bdtr, bdtrc

    x, n = float(numerator), float(denominator)
    low, high = funnel_limits(centre, n, NormalDist().inv_cdf((1 + level) / 2))
    if low <= x / n <= high:
        return False
    tail = bdtr(math.floor(x), round(n), centre) if x / n < low else bdtrc(math.ceil(x) - 1, round(n), centre)
    return bool(tail <= (1 - level) / 2)


# --- confidence in a rating -------------------------------------------------------------------------

CLEAR, NOISE = "clear", "within noise"
NO_PARTS, NO_FIT = "numerator and denominator not printed", "numerator and denominator do not give the value"
EXEMPT = {
    "posts": "posts, in full-time equivalents",
    "average": "an average",
    "gap": "a gap between two groups",
}
"""Why an indicator whose `interval` in the catalogue names no method has no interval."""
INTERVALS = ("Wilson", "Byar", "Byar rate", *EXEMPT)
"""What the catalogue may say of an interval: a method, or why there is none."""


class Confidence(NamedTuple):
    """`clear` or `within noise` (or None) with the reason, and the 95% interval in the unit of the indicator."""

    word: str | None
    reason: str | None
    low: Decimal | None = None
    high: Decimal | None = None


def interval_of(figure, interval: str) -> tuple[float, float] | str:
    """The 95% interval of a figure (value, numerator, denominator) in its unit, or why there is none.

    `interval` is Wilson for percentages, Byar for counts, Byar rate for counts per so many, or a key of `EXEMPT`.
    """
    if figure.value is None or interval in EXEMPT:
        return figure.reason or EXEMPT[interval]
    if interval == "Byar":
        low, high = byar(float(figure.value))
        return float(low), float(high)
    if figure.numerator is None or not figure.denominator:
        return NO_PARTS
    if interval == "Byar rate":
        each = float(figure.value / figure.numerator) if figure.numerator else 0.0
        return tuple(each * float(end) for end in byar(float(figure.numerator))) if each else NO_FIT
    if not 0 <= figure.numerator <= figure.denominator:
        return NO_FIT
    low, high = (100 * float(end) for end in wilson(float(figure.numerator), float(figure.denominator)))
    half = 0.5 * 10.0 ** figure.value.as_tuple().exponent
    return (low, high) if low - half <= figure.value <= high + half else NO_FIT


def confidence(figure, standard, rating: Verdict, interval: str, decimals: int) -> Confidence:
    """Whether another rating lies inside the 95% interval of the figure that is rated.

    `figure` has value, reason, numerator and denominator; `standard` has polarity, target, tolerance and floor.
    Within noise: the target or the floor standard (for polarity T an end of either range) lies inside the interval.
    """
    found = interval_of(figure, interval)
    if isinstance(found, str):
        return Confidence(None, found)
    low, high = found
    ends = [round_half_up(Decimal(repr(end)), decimals) for end in found]
    if rating.word is None:
        return Confidence(None, rating.reason, *ends)
    inside = [name for name, of in boundaries(standard).items() if any(low <= bound <= high for bound in of)]
    span = f"{ends[0]:,f} to {ends[1]:,f}"
    return Confidence(NOISE if inside else CLEAR, f"{' and '.join(inside) or 'no standard'} inside {span}", *ends)


def boundaries(standard) -> dict[str, tuple[Decimal, ...]]:
    """Where the rating changes: at the target and at the floor; for polarity T at the ends of both ranges."""
    target, wide = standard.target, standard.polarity is Polarity.TARGET
    distances = {"target": standard.tolerance if wide else target, "floor": standard.floor}
    known = {name: at for name, at in distances.items() if at is not None and target is not None}
    return {name: (target - at, target + at) if wide else (at,) for name, at in known.items()}


# --- directions of travel ---------------------------------------------------------------------------

NO_CLEAR_TREND, FEW_VALUES = "no clear trend", f"fewer than {POINTS} values"
AGREE, DISAGREE, UNCONFIRMED = "agree", "disagree", "not confirmed"


class Slope(NamedTuple):
    """Change a period, and how often chance alone gives as much: the two-sided p."""

    slope: float
    p: float


def regression(values: Sequence) -> Slope | None:
    """Least squares through equally spaced values (None is a gap that keeps its place); None under five values.

    Source: ordinary least squares with Student's t on n - 2 degrees of freedom. Kent's Quarterly Performance Report
    takes its direction of travel from regression over the whole window shown; its test is not published, ours is
    p < 0.05 on both sides.
    """
    from scipy.special import stdtr

    points = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if len(points) < POINTS:
        return None
    xs, ys = zip(*points, strict=True)
    if min(ys) == max(ys):
        return Slope(0.0, 1.0)
    r, free = correlation(xs, ys), len(points) - 2
    t = abs(r) * math.sqrt(free / (1 - r * r)) if abs(r) < 1 else math.inf
    return Slope(linear_regression(xs, ys).slope, float(2 * stdtr(free, -t)))


def performance(values: Iterable, polarity: Polarity, target: Decimal | None = None) -> list:
    """Values turned so that more is better: as they are for H, negative for L, minus the distance to `target` for T."""
    aim = Decimal(0) if polarity.sign else target
    return [None if value is None else margin(value, Decimal(0), polarity.sign, aim) for value in values]


def direction_over(values: Sequence, polarity: Polarity | None, target: Decimal | None = None) -> Verdict:
    """Whether performance improved or worsened over all values by `regression`, or None with the reason."""
    if polarity is None or (polarity.sign == 0 and target is None):
        return Verdict(None, NO_TARGET if polarity else NO_POLARITY)
    found = regression(performance(values, polarity, target))
    if found is None:
        return Verdict(None, FEW_VALUES)
    if found.p >= SIGNIFICANT:
        return Verdict(None, NO_CLEAR_TREND)
    return Verdict(Dot.IMPROVED if found.slope > 0 else Dot.WORSENED, None)


def agreement(directions: Iterable[Verdict]) -> str | None:
    """Whether the arrows agree, disagree, or an arrow is not confirmed by the trend; None if there is nothing to hold.

    Directions without arrow do not count, except a trend that could be tested and is not clear.
    """
    told = list(directions)
    words = {direction.word for direction in told if direction.word}
    unclear = any(direction.reason == NO_CLEAR_TREND for direction in told)
    if len(words) > 1:
        return DISAGREE
    if unclear and words:
        return AGREE if words == {Dot.SAME} else UNCONFIRMED
    return AGREE if sum(direction.word is not None for direction in told) > 1 else None


# --- XmR charts -------------------------------------------------------------------------------------

OUTSIDE, TREND, NEAR, SIDE = "outside the limits", "7 in one direction", "2 of 3 near a limit", "7 on one side"
RUN, ENOUGH = 7, 13
SHORT = f"fewer than {ENOUGH} values: the limits may still move"
NO_ROLLING = "rolling figures share eleven of twelve months, so that limits and runs of an XmR chart mean nothing"
NO_GROWING = "figures of a year to date hold those before, so that limits and runs of an XmR chart mean nothing"
NO_XMR = {ROLLING: NO_ROLLING, "YTD": NO_GROWING, "AC YTD": NO_GROWING}
"""Data periods whose figures are no snapshots, each with what an XmR chart is refused for."""


class Xmr(NamedTuple):
    """An XmR chart: centre and limits in the unit of the values; for each value its special cause, or None."""

    mean: float
    low: float
    high: float
    near_low: float
    near_high: float
    causes: tuple[str | None, ...]
    warning: str | None


def xmr(values: Sequence, data_period: str = "") -> Xmr:
    """Limits and special causes of a series of snapshots, oldest first.

    ValueError for a data period of `NO_XMR` or fewer than two values. Moving ranges of 3.267 times their mean and more
    are left out once, then the limits are the mean and 2.66 mean moving ranges to each side. The first that fits
    names the cause: outside the limits; one of 7 values that only rise or only fall; one of 2 beyond two thirds of a
    limit among 3 on one side; one of 7 on one side of the mean.
    Source: NHS England, Making Data Count (NHSRplotthedots, ptd_spc).
    """
    if why := NO_XMR.get(data_period):
        raise ValueError(why)
    if len(values) < 2:
        raise ValueError("an XmR chart needs at least two values")
    y = np.asarray([float(value) for value in values])
    mean, ranges = fmean(y), np.abs(np.diff(y))
    usual = ranges[ranges < 3.267 * ranges.mean()]
    reach = 2.66 * (usual.mean() if usual.size else 0.0)
    near = reach * 2 / 3
    causes = _causes(y, mean, reach, near)
    return Xmr(mean, mean - reach, mean + reach, mean - near, mean + near, causes, SHORT if len(y) < ENOUGH else None)


def _causes(y: np.ndarray, mean: float, reach: float, near: float) -> tuple[str | None, ...]:
    off, side, steps = np.abs(y - mean), np.sign(y - mean), np.sign(np.diff(y))
    outside, close = off > reach, (off > near) & (off <= reach)
    trend, run, pairs = (np.zeros(len(y), bool) for _ in range(3))
    for start in range(len(y) - RUN + 1):
        trend[start : start + RUN] |= abs(steps[start : start + RUN - 1].sum()) == RUN - 1
        run[start : start + RUN] |= abs(side[start : start + RUN].sum()) == RUN
    for start in range(len(y) - 2):
        three = slice(start, start + 3)
        pairs[three] |= close[three] & (close[three].sum() >= 2) & (abs(side[three].sum()) == 3)
    told = ((outside, OUTSIDE), (trend, TREND), (pairs, NEAR), (run, SIDE))
    return tuple(next((name for marks, name in told if marks[i]), None) for i in range(len(y)))


# --- gaps in whole numbers, and what rolling hides --------------------------------------------------


def smallest_change(numerator: int, of: Callable[[int], Decimal], achieved: Callable[[Decimal], bool], most: int):
    """By how many the numerator must change, at least, so that the figure achieves a standard; None if it cannot.

    `of` gives the figure as printed for a numerator, `achieved` whether a figure meets the standard. Looks as far as
    `most`, above or below 0: more for a positive one, fewer for a negative one.
    """
    way = 1 if most >= 0 else -1
    steps = range(abs(most) + 1)
    found = bisect_left(steps, True, key=lambda step: achieved(of(numerator + way * step)))
    return way * found if found < len(steps) else None


class Exchange(NamedTuple):
    """What a rolling figure gained in a month: the new month minus the month of a year before that dropped out."""

    period: str
    numerator: Decimal
    denominator: Decimal


def exchanges(figures: Iterable) -> list[Exchange]:
    """The change of numerator and denominator between each two consecutive months that both have them."""
    known = [figure for figure in figures if None not in (figure.numerator, figure.denominator)]
    return [
        Exchange(now.period, now.numerator - before.numerator, now.denominator - before.denominator)
        for before, now in pairwise(known)
        if before.period == months_before(now.period, 1)
    ]


def hides_a_turn(figures: Sequence) -> bool | None:
    """Whether the latest month went the other way while the rolling figure still stands where the months before led.

    The months before: from the first figure to the last but one; the latest: what exchanging a month did to the exact
    ratio. None where fewer than three consecutive months have numerator and denominator.
    """
    if len(figures) < 3 or len(exchanges(figures)) < len(figures) - 1:
        return None
    first, *_, before, now = (figure.numerator / figure.denominator for figure in figures)
    earlier, latest = before - first, now - before
    return earlier * latest < 0 and earlier * (now - first) > 0
