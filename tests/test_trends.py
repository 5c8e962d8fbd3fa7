"""The statistics against published and hand-worked examples: each names where its expected figures come from."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import trends
from scorecard.ratings import Dot, Polarity, Rag, Verdict, round_half_up

NEWCOMBE = "R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3"
DALY = "exact Poisson limits of L. Daly, Computers in Biology and Medicine 22 (1992), table 2"
PHE = "PHEindicatormethods, testdata_funnel_prop_inputs.csv, baseline 80.642448% as in testdata_funnel_prop_outputs.csv"
ANSCOMBE = "F. J. Anscombe, The American Statistician 27 (1973); p as R's summary(lm(y ~ x)) prints it"
PLOT_THE_DOTS = "NHSRplotthedots, test-ptd_spc_standard.R"


def figure(numerator=None, denominator=None, value=None, period="2024-07"):
    parts = [None if part is None else Decimal(part) for part in (numerator, denominator, value)]
    return SimpleNamespace(
        numerator=parts[0],
        denominator=parts[1],
        value=parts[2],
        period=period,
        reason=None if value else "not available",
    )


def standard(polarity, target=None, floor=None, tolerance=None):
    told = [None if part is None else Decimal(part) for part in (target, floor, tolerance)]
    return SimpleNamespace(polarity=Polarity(polarity), target=told[0], floor=told[1], tolerance=told[2])


# --- intervals and limits ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
    ids=str,
)
def test_wilson_as_published_by_newcombe(x, n, low, high):
    assert trends.wilson(x, n) == pytest.approx((low, high), abs=0.00005), NEWCOMBE


def test_wilson_is_that_of_scipy():
    from scipy.stats import binomtest

    counts = [(x, n) for n in (1, 2, 7, 33, 271, 24414) for x in {0, 1, n // 3, n - 1, n}]
    ours = np.transpose(trends.wilson(*zip(*counts, strict=True)))
    theirs = [binomtest(x, n).proportion_ci(0.95, method="wilson") for x, n in counts]
    assert ours == pytest.approx(np.array([(ci.low, ci.high) for ci in theirs]), abs=1e-12)


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_what_is_no_proportion(x, n):
    with pytest.raises(ValueError, match="numerator from 0 to its denominator"):
        trends.wilson(x, n)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(10, 4.7954, 18.3904), (50, 37.1110, 65.9183), (100, 81.3640, 121.6272)]
)
def test_byar_is_within_a_fifth_of_a_per_cent_of_the_exact_limits(count, low, high):
    # that near from 10 on: Public Health England, Technical Guide Confidence Intervals (2018)
    assert trends.byar(count) == pytest.approx((low, high), rel=0.002), DALY


def test_byar_by_hand():
    # 9 (1 - 1/81 - 1.959964/9)^3 = 9 x 0.769880^3; 10 (1 - 1/90 + 1.959964/9.486833)^3 = 10 x 1.195486^3
    assert trends.byar(9) == pytest.approx((4.1068, 17.0858), abs=0.0005)
    assert trends.byar(0)[0] == 0
    assert trends.byar(0)[1] == pytest.approx((8 / 9 + 1.959964 / 3) ** 3, abs=1e-5)
    with pytest.raises(ValueError, match="0 or more"):
        trends.byar(-1)


@pytest.mark.parametrize(
    ("area", "numerator", "denominator", "outside95", "outside998"),
    [
        ("South Gloucestershire", 50050.7443, 61921, False, False),
        ("Kingston", 35795.6324, 45449, True, True),
        ("North Tees", 36850.0492, 45449, True, False),
        ("North Devon", 30277.5312, 37828, True, False),
        ("Havering", 48686.4364, 59804, True, True),
    ],
    ids=str,
)
def test_areas_stand_in_the_funnel_as_published(area, numerator, denominator, outside95, outside998):
    share, centre = numerator / denominator, 0.80642448
    for z, outside in ((trends.Z95, outside95), (trends.Z998, outside998)):
        low, high = trends.funnel_limits(centre, denominator, z)
        assert (not low <= share <= high) is outside, f"{area}: {PHE}"


def test_funnel_limits_by_hand():
    # N = 100, P0 = 0.2, E = 20: (40 + 3.8415 -/+ 1.96 sqrt(3.8415 + 80 x 0.8)) / (2 x 103.8415)
    assert trends.funnel_limits(0.2, 100) == pytest.approx((0.13337, 0.28883), abs=0.00001)
    assert trends.funnel_limits(0.8064, 110000) == pytest.approx((0.80405, 0.80872), abs=0.00001)


@pytest.mark.parametrize(
    ("numerator", "denominator", "centre", "level", "beyond"),
    [
        # 11 of 11 around 0.953: the limits end below 1, yet 0.953^11 = 0.589
        (11, 11, 0.953, 0.95, False),
        # 0.953^80 = 0.0213, below 0.025 and above 0.001
        (80, 80, 0.953, 0.95, True),
        (80, 80, 0.953, 0.998, False),
        # none of 40 around 0.1: 0.9^40 = 0.0148
        (0, 40, 0.1, 0.95, True),
        (0, 30, 0.1, 0.95, False),
        (50, 100, 0.5, 0.95, False),
        (35, 100, 0.5, 0.95, True),
    ],
)
def test_beyond_chance_by_hand(numerator, denominator, centre, level, beyond):
    assert trends.beyond_chance(numerator, denominator, centre, level) is beyond


# --- confidence -------------------------------------------------------------------------------------

RATED = Verdict(Rag.AMBER, None)


@pytest.mark.parametrize(
    ("parts", "held_against", "word", "reason"),
    [
        # Wilson of 410 of 1,683 by hand: 22.37 to 26.47
        ((410, 1683, "24.4"), standard("L", "25.0", "30.0"), trends.NOISE, "target inside 22.4 to 26.5"),
        ((410, 1683, "24.4"), standard("L", "20.0", "30.0"), trends.CLEAR, "no standard inside 22.4 to 26.5"),
        ((410, 1683, "24.4"), standard("L", "20.0", "24.0"), trends.NOISE, "floor inside 22.4 to 26.5"),
        ((15, 18, "83.3"), standard("H", "85.0", "75.0"), trends.NOISE, "target and floor inside 60.8 to 94.2"),
        # T: GREEN from 17.5 to 22.5, AMBER from 12.5 to 27.5; 252 of 1,231 by hand: 18.32 to 22.81
        ((252, 1231, "20.5"), standard("T", "20.0", "7.5", "2.5"), trends.NOISE, "target inside 18.3 to 22.8"),
        ((2050, 10000, "20.5"), standard("T", "20.0", "7.5", "2.5"), trends.CLEAR, "no standard inside 19.7 to 21.3"),
    ],
)
def test_a_rating_is_clear_or_within_noise(parts, held_against, word, reason):
    told = trends.confidence(figure(*parts), held_against, RATED, "Wilson", 1)
    assert (told.word, told.reason) == (word, reason)


@pytest.mark.parametrize(
    ("parts", "interval", "reason"),
    [
        (("16.6", "23.0", "72.3"), "posts", trends.EXEMPT["posts"]),
        ((462, "20.4", "22.6"), "average", trends.EXEMPT["average"]),
        ((None, None, "24.9"), "gap", trends.EXEMPT["gap"]),
        ((None, None, "24.9"), "Wilson", trends.NO_PARTS),
        ((0, 0, "0"), "Wilson", trends.NO_PARTS),
        ((12, 10, "120.0"), "Wilson", trends.NO_FIT),
        ((112, 1671, "67.1"), "Wilson", trends.NO_FIT),
        ((None, None, None), "Wilson", "not available"),
    ],
)
def test_without_interval_there_is_a_reason(parts, interval, reason):
    told = trends.confidence(figure(*parts), standard("H", "85"), RATED, interval, 1)
    assert told == trends.Confidence(None, reason, None, None)


def test_an_unrated_figure_has_an_interval_and_no_word():
    told = trends.confidence(figure(59, 317, "18.6"), standard("L"), Verdict(None, "no target"), "Wilson", 1)
    assert told == (None, "no target", Decimal("14.7"), Decimal("23.3"))


def test_a_count_has_byars_interval():
    # 28 (1 - 1/252 - 1.959964/15.874508)^3 = 18.60; 29 (1 - 1/261 + 1.959964/16.155494)^3 = 40.47
    told = trends.confidence(figure(value="28"), standard("L", "12", "15"), RATED, "Byar", 0)
    assert told == (trends.CLEAR, "no standard inside 19 to 40", Decimal(19), Decimal(40))


@pytest.mark.parametrize(
    ("parts", "target", "word", "reason"),
    [
        # 9 in 15,000 is 6 per 10,000: Byar's 4.1068 and 17.0858 of 9, each by 6/9
        ((9, 15000, "6.0"), "4.0", trends.NOISE, "target inside 2.7 to 11.4"),
        # 10 in 20,000 is 5 per 10,000: 10 x 0.782292^3 = 4.7875 and 11 x 1.186887^3 = 18.3916, each by 5/10
        ((10, 20000, "5.0"), "10.0", trends.CLEAR, "no standard inside 2.4 to 9.2"),
        # 100 in 50,000 is 20 per 10,000: Daly's exact 81.364 and 121.627 of 100, each by 20/100
        ((100, 50000, "20.0"), "24.2", trends.NOISE, "target inside 16.3 to 24.3"),
    ],
)
def test_a_rate_has_byars_interval_of_its_numerator(parts, target, word, reason):
    told = trends.confidence(figure(*parts), standard("L", target), RATED, "Byar rate", 1)
    assert (told.word, told.reason) == (word, reason)


# --- directions of travel ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "slope", "p"),
    [
        ([4.26, 5.68, 7.24, 4.82, 6.95, 8.81, 8.04, 8.33, 10.84, 7.58, 9.96], 0.5001, 0.00217),
        ([3.10, 4.74, 6.13, 7.26, 8.14, 8.77, 9.14, 9.26, 9.13, 8.74, 8.10], 0.5000, 0.00218),
        ([5.39, 5.73, 6.08, 6.42, 6.77, 7.11, 7.46, 7.81, 8.15, 12.74, 8.84], 0.4997, 0.00218),
    ],
    ids=["first", "second", "third"],
)
def test_regression_of_anscombes_sets_in_order_of_x(values, slope, p):
    assert trends.regression(values) == pytest.approx((slope, p), abs=0.00005), ANSCOMBE


@pytest.mark.parametrize(
    ("values", "slope", "p"),
    [
        # Sxx 10, Sxy 9, Syy 10: r 0.9, t 0.9 sqrt(3/0.19) = 3.576 on 3 degrees of freedom
        ([2, 3, 5, 4, 6], 0.9, 0.0374),
        # a gap keeps its place: x 0, 1, 3, 4, 6, y 1, 2, 4, 5, 7
        ([1, 2, None, 4, 5, None, 7], 1.0, 0.0),
        ([3, 3, 3, 3, 3], 0.0, 1.0),
        ([1, 2, 3, 4], None, None),
        ([1, 2, 3, 4, None, None], None, None),
    ],
)
def test_regression_by_hand(values, slope, p):
    told = trends.regression(values)
    assert told is None if slope is None else told == pytest.approx((slope, p), abs=0.0001)


@given(st.lists(st.integers(-1000, 1000), min_size=5, max_size=30))
def test_regression_is_that_of_scipy(values):
    from scipy.stats import linregress

    ours = trends.regression(values)
    theirs = linregress(range(len(values)), values)
    assert ours.slope == pytest.approx(theirs.slope, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-7) or len(set(values)) == 1


RISING, FALLING = [70, 71, 73, 74, 75, 77, 78], [78, 77, 75, 74, 73, 71, 70]


@pytest.mark.parametrize(
    ("values", "polarity", "target", "told"),
    [
        (RISING, "H", None, (Dot.IMPROVED, None)),
        (RISING, "L", None, (Dot.WORSENED, None)),
        (FALLING, "L", None, (Dot.IMPROVED, None)),
        (RISING, "T", 80, (Dot.IMPROVED, None)),
        (RISING, "T", 60, (Dot.WORSENED, None)),
        ([17, 24, 17, 24, 17, 24, 17], "T", 20, (None, trends.NO_CLEAR_TREND)),
        ([70, 73, 69, 74, 70, 72, 71], "H", None, (None, trends.NO_CLEAR_TREND)),
        ([70, 71, 72, 73], "H", None, (None, trends.FEW_VALUES)),
        (RISING, "T", None, (None, "no target")),
        (RISING, None, None, (None, "no polarity")),
    ],
)
def test_direction_over_the_window(values, polarity, target, told):
    known = [Decimal(value) for value in values]
    aim = None if target is None else Decimal(target)
    assert trends.direction_over(known, polarity and Polarity(polarity), aim) == told


UP, DOWN, LEVEL = (Verdict(word, None) for word in (Dot.IMPROVED, Dot.WORSENED, Dot.SAME))
UNCLEAR, NONE = Verdict(None, trends.NO_CLEAR_TREND), Verdict(None, "no earlier value")


@pytest.mark.parametrize(
    ("directions", "told"),
    [
        ([UP, UP, UP], "agree"),
        ([UP, NONE, UP], "agree"),
        ([UP, DOWN, UP], "disagree"),
        ([DOWN, NONE, UP], "disagree"),
        ([DOWN, NONE, UNCLEAR], "not confirmed"),
        ([LEVEL, NONE, UNCLEAR], "agree"),
        ([DOWN, NONE, NONE], None),
        ([NONE, NONE, UNCLEAR], None),
    ],
)
def test_the_arrows_agree_or_not(directions, told):
    assert trends.agreement(directions) == told


# --- XmR charts -------------------------------------------------------------------------------------

ALTERNATING = [-1, 1] * 7


@pytest.mark.parametrize(
    ("values", "mean", "low", "high"),
    [
        # ranges 2, 1, 2: 6.5 -/+ 2.66 x 5/3
        ([5, 7, 6, 8], 6.5, 2.0667, 10.9333),
        # ranges ten 1s and 20, mean 2.727: 20 is above 3.267 x 2.727 = 8.91 and is left out; 145/12 -/+ 2.66
        ([10, 11] * 5 + [10, 30], 12.0833, 9.4233, 14.7433),
        # ranges thirteen 2s, 4.5 and 0: 11/16 -/+ 2.66 x 30.5/15
        ([*ALTERNATING, 5.5, 5.5], 0.6875, -4.7212, 6.0962),
        ([4, 4, 4], 4, 4, 4),
    ],
)
def test_xmr_limits_by_hand(values, mean, low, high):
    told = trends.xmr(values)
    assert (told.mean, told.low, told.high) == pytest.approx((mean, low, high), abs=0.0001)
    assert (told.near_low, told.near_high) == pytest.approx(((mean + 2 * low) / 3, (mean + 2 * high) / 3), abs=0.0001)


QUIET = [None] * 14


@pytest.mark.parametrize(
    ("values", "causes"),
    [
        pytest.param([*ALTERNATING[::-1], 5.5, -5.5], [*QUIET, None, None], id=PLOT_THE_DOTS),
        pytest.param([*ALTERNATING, 5.5, 5.5], [*QUIET, trends.NEAR, trends.NEAR], id="2 of 3 near"),
        pytest.param([8, 12] * 6 + [40], [trends.SIDE] * 12 + [trends.OUTSIDE], id="one outside, all else below"),
        pytest.param([5, 1, 2, 3, 4, 5, 6, 7], [None] + [trends.TREND] * 7, id="7 rising"),
        pytest.param([3, 7, 6, 5, 4, 3, 2, 1], [None] + [trends.TREND] * 7, id="7 falling"),
        pytest.param([5, 1, 2, 3, 4, 5, 6], [None] * 7, id="6 rising are too few"),
        pytest.param([5, 1, 2, 3, 3, 4, 5, 6], [None] * 8, id="an equal value breaks a trend"),
        pytest.param([1, 3] * 3 + [1, 6, 8, 6, 8, 6, 8, 6], [trends.SIDE] * 14, id="7 on each side"),
    ],
)
def test_special_causes(values, causes):
    assert list(trends.xmr(values).causes) == causes


def test_xmr_warns_below_13_values_and_refuses_rolling_figures():
    assert trends.xmr([1, 2] * 6).warning == trends.SHORT
    assert trends.xmr([1, 2] * 6 + [1]).warning is None
    with pytest.raises(ValueError, match="share eleven of twelve months"):
        trends.xmr([1, 2] * 7, "R12M")
    for data_period in ("YTD", "AC YTD"):
        with pytest.raises(ValueError, match="year to date hold those before"):
            trends.xmr([1, 2] * 7, data_period)
    with pytest.raises(ValueError, match="at least two"):
        trends.xmr([1])


# --- gaps in whole numbers, and what rolling hides --------------------------------------------------


def share(denominator, decimals=1):
    return lambda numerator: round_half_up(Decimal(100 * numerator) / denominator, decimals)


@pytest.mark.parametrize(
    ("numerator", "denominator", "achieved", "most", "change"),
    [
        # 45% of 271 is 121.95; 121 prints 44.6, 122 prints 45.0
        (114, 271, lambda value: value >= 45, 271 - 114, 8),
        # 2.8% of 3,269 is 91.5; 93 prints 2.8 (2.845), 94 prints 2.9
        (100, 3269, lambda value: value <= Decimal("2.8"), -100, -7),
        (92, 3269, lambda value: value <= Decimal("2.8"), -92, 0),
        (20, 23, lambda value: value >= 101, 3, None),
        # T: 17.5 to 22.5 of 100
        (13, 100, lambda value: abs(value - 20) <= Decimal("2.5"), 7, 5),
        (30, 100, lambda value: abs(value - 20) <= Decimal("2.5"), -10, -8),
    ],
)
def test_the_smallest_change_by_hand(numerator, denominator, achieved, most, change):
    assert trends.smallest_change(numerator, share(denominator), achieved, most) == change


MONTHS = ["2024-04", "2024-05", "2024-06", "2024-07"]


def rolling(*parts):
    return [figure(*two, period=month) for two, month in zip(parts, MONTHS, strict=False)]


def test_a_month_exchanged_by_hand():
    figures = rolling((100, 400), (104, 404), (103, 410), (99, 405))
    assert trends.exchanges(figures) == [("2024-05", 4, 4), ("2024-06", -1, 6), ("2024-07", -4, -5)]
    apart = [figures[0], figure(104, 404, period="2024-06"), figure(None, None, period="2024-07")]
    assert trends.exchanges(apart) == []


@pytest.mark.parametrize(
    ("figures", "hidden"),
    [
        (rolling((100, 400), (96, 400), (92, 400), (94, 400)), True),
        (rolling((100, 400), (96, 400), (92, 400), (90, 400)), False),
        (rolling((100, 400), (96, 400), (92, 400), (101, 400)), False),
        (rolling((100, 400), (100, 400), (100, 404)), False),
        (rolling((100, 400), (96, 400)), None),
        ([*rolling((100, 400), (96, 400)), figure(None, None)], None),
    ],
    ids=["fell and turned", "fell on", "turned and is back above", "did not move before", "too few", "no parts"],
)
def test_what_rolling_hides(figures, hidden):
    assert trends.hides_a_turn(figures) is hidden
