"""RAG, direction of travel and rounding, on figures as the scorecard of July 2024 prints them."""

import re
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.ratings import (
    NO_FLOOR,
    NO_POLARITY,
    NO_PREVIOUS,
    NO_TARGET,
    NO_TOLERANCE,
    NO_VALUE,
    Polarity,
    Verdict,
    at_printed_precision,
    direction_of_travel,
    dot_columns,
    rag,
    rate_columns,
    round_half_up,
)

D = Decimal
H, L, T = Polarity.HIGH, Polarity.LOW, Polarity.TARGET
GREEN, AMBER, RED = "GREEN", "AMBER", "RED"
IMPROVED, SAME, WORSENED = "improved", "same", "worsened"


def number(text: str | None) -> D | None:
    return text and D(text)


# --- one value ------------------------------------------------------------------------------------

PRINTED_RAG = [
    # printed row, polarity, value, target, floor, tolerance, RAG
    ("Dartford SISE71, at the target", L, "2.8", "2.8", "3.8", None, GREEN),
    ("Kent SISE71", L, "3.7", "2.8", "3.8", None, AMBER),
    ("Kent SCS43", L, "22.2", "18.0", "22.0", None, RED),
    ("Kent SCS43 last year", L, "21.8", "18.0", "22.0", None, AMBER),
    ("Kent SCS03", L, "23.1", "25.0", "30.0", None, GREEN),
    ("Dartford CYPE1, at the floor", L, "10.5", "9", "10.5", None, AMBER),
    ("Kent KS2 EHCP gap, at the floor", L, "63.0", "60.0", "63.0", None, AMBER),
    ("Kent APP17", H, "42.1", "45", "35.0", None, AMBER),
    ("Kent APP17 last year", H, "40.9", "60", "50.0", None, RED),
    ("Sevenoaks EY14, at the target", H, "69.0", "69.0", "66.0", None, GREEN),
    ("Folkestone and Hythe SCS40, at the floor", H, "75.0", "85.0", "75.0", None, AMBER),
    ("Kent SCS19", H, "73.8", "85.0", "75.0", None, RED),
    ("Kent Progress 8 FSM, below nought", H, "-0.82", "-0.60", "-0.80", None, RED),
    ("Kent Progress 8 SEN support, below nought", H, "-0.66", "-0.47", "-0.67", None, AMBER),
    ("Kent SCS13", T, "20.5", "20.0", "7.5", "2.5", GREEN),
    ("Ashford CSWT SCS13, below the target", T, "13.0", "20.0", "7.5", "2.5", AMBER),
    ("Dover CSWT SCS13, above the target", T, "22.8", "20.0", "7.5", "2.5", AMBER),
    ("Sevenoaks South & Tunbridge Wells CSWT SCS13, above", T, "29.5", "20.0", "7.5", "2.5", RED),
    ("Swale Island & Rural CSWT SCS13, below", T, "11.5", "20.0", "7.5", "2.5", RED),
    ("Maidstone EHU caseload", T, "19.1", "20.0", "7.5", "2.5", GREEN),
    ("Kent Early Help caseload", T, "13.8", "20.0", "7.5", "2.5", AMBER),
    ("Ashford EHU caseload", T, "10.9", "20.0", "7.5", "2.5", RED),
    ("Kent APP-EP, floor not needed", H, "60", "55", None, None, GREEN),
    # by hand: the edges of the bands that no printed figure happens to hit
    ("SCS13 at the tolerance, above", T, "22.5", "20.0", "7.5", "2.5", GREEN),
    ("SCS13 at the tolerance, below", T, "17.5", "20.0", "7.5", "2.5", GREEN),
    ("SCS13 at the floor, above", T, "27.5", "20.0", "7.5", "2.5", AMBER),
    ("SCS13 past the floor, below", T, "12.4", "20.0", "7.5", "2.5", RED),
    ("a hair over the target", L, "2.80001", "2.8", "3.8", None, AMBER),
    ("13 and 13.0 are equal", H, "13", "13.0", "10", None, GREEN),
]


@pytest.mark.parametrize("case", PRINTED_RAG, ids=[case[0] for case in PRINTED_RAG])
def test_rag_as_printed(case):
    _, polarity, value, target, floor, tolerance, expected = case
    assert rag(D(value), D(target), number(floor), polarity, number(tolerance)) == (expected, None)


UNRATED = [
    ("no value", L, None, "18.0", "22.0", NO_VALUE),
    ("no value and no target", L, None, None, None, NO_VALUE),
    ("Ashford EH43: no target", L, "2", None, None, NO_TARGET),
    ("no target, a floor all the same", L, "2", None, "20", NO_TARGET),
    ("SCS18 below its target: floor not known", H, "69.9", "70.0", None, NO_FLOOR),
    ("SCS29 above its target: floor not known", L, "426.1", "426.0", None, NO_FLOOR),
    ("SCS13 outside its tolerance: floor not known", T, "22.6", "20.0", None, NO_FLOOR),
    ("activity: no polarity", None, "2398", "2400", "2500", NO_POLARITY),
]


@pytest.mark.parametrize(
    ("polarity", "value", "target", "floor", "reason"),
    [case[1:] for case in UNRATED],
    ids=[case[0] for case in UNRATED],
)
def test_no_rag_without_a_reason(polarity, value, target, floor, reason):
    assert rag(number(value), number(target), number(floor), polarity, D("2.5")) == Verdict(None, reason)


def test_a_distance_without_a_tolerance_is_not_rated():
    assert rag(D("20.0"), D("20.0"), D("7.5"), T) == Verdict(None, NO_TOLERANCE)
    columns = {"polarity": ["T"], "value": 20.0, "target": 20.0, "tolerance": None, "floor": 7.5}
    assert rate_columns(pd.DataFrame(columns)).isna().all()


TRAVELLED = [
    # printed row, polarity, latest, previous, target, direction of travel
    ("Kent SCS03, lower is better", L, "23.1", "23.2", None, IMPROVED),
    ("Kent SCS43, lower is better", L, "22.2", "21.9", None, WORSENED),
    ("Kent CYPE1 unchanged", L, "10.2", "10.2", None, SAME),
    ("Kent APP17, higher is better", H, "42.1", "32.3", None, IMPROVED),
    ("Kent SCS08, higher is better", H, "82.2", "85.0", None, WORSENED),
    ("Ashford CYPE23, printed 32.8 before and 32.83 now", H, "32.83", "32.8", None, SAME),
    ("Sevenoaks CYPE23, 33.75 is 33.8 at one decimal", H, "33.75", "33.8", None, SAME),
    ("Tunbridge Wells CYPE24, 29.20 and 29.2", H, "29.20", "29.2", None, SAME),
    ("Kent KS2 SEN support gap, 46.0 after 47", L, "46.0", "47", None, IMPROVED),
    ("59.3 after 59 is no change", H, "59.3", "59", None, SAME),
    ("32.85 is 32.9 at one decimal", H, "32.85", "32.8", None, IMPROVED),
    ("Kent SCS13 further from 20", T, "20.5", "19.6", "20.0", WORSENED),
    ("Ashford CSWT SCS13 further from 20", T, "13.0", "16.7", "20.0", WORSENED),
    ("Dover CSWT SCS13 nearer to 20", T, "22.8", "23.1", "20.0", IMPROVED),
    ("Maidstone CSWT SCS13, RED and nearer", T, "29.6", "30.8", "20.0", IMPROVED),
    ("Thanet Ramsgate CSWT SCS13, 9.4 above after 10.5 below", T, "29.4", "9.5", "20.0", IMPROVED),
    ("Kent caseload 13.8 after 14.1: fewer and further away", T, "13.8", "14.1", "20.0", WORSENED),
    ("as far above as below is no change", T, "20.5", "19.5", "20.0", SAME),
]


@pytest.mark.parametrize(
    ("polarity", "latest", "previous", "target", "expected"),
    [case[1:] for case in TRAVELLED],
    ids=[case[0] for case in TRAVELLED],
)
def test_direction_of_travel_as_printed(polarity, latest, previous, target, expected):
    assert direction_of_travel(D(latest), D(previous), polarity, number(target)) == (expected, None)


@pytest.mark.parametrize(
    ("latest", "previous", "polarity", "target", "reason"),
    [
        pytest.param("2398", "2401", None, None, NO_POLARITY, id="no polarity"),
        pytest.param(None, "23.2", L, None, NO_VALUE, id="no value"),
        pytest.param("23.1", None, L, None, NO_PREVIOUS, id="no earlier value"),
        pytest.param("20.5", "19.6", T, None, NO_TARGET, id="T without target"),
    ],
)
def test_no_arrow_without_a_reason(latest, previous, polarity, target, reason):
    verdict = direction_of_travel(number(latest), number(previous), polarity, number(target))
    assert verdict == Verdict(None, reason)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("2.814", 1, "2.8"),  # Dartford SISE71: 92 of 3,269
        ("2.85", 1, "2.9"),  # Python's round gives 2.8
        ("-0.125", 2, "-0.13"),
        ("2.5", 0, "3"),
        ("0.5", 0, "1"),
        ("-2.5", 0, "-3"),
        ("2.849999", 1, "2.8"),
        ("99.95", 1, "100.0"),
        ("13", 1, "13.0"),
    ],
)
def test_round_half_up(value, places, expected):
    assert str(round_half_up(D(value), places)) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [("2.814", 1, "2.8"), ("32.8", 2, "32.8"), ("59", 1, "59"), ("10.0", 1, "10.0"), ("29.145", 2, "29.15")],
)
def test_a_value_printed_with_fewer_decimals_keeps_them(value, decimals, expected):
    assert str(at_printed_precision(D(value), decimals)) == expected


@pytest.mark.parametrize("value", [91.0, 91, "91.0"])
def test_a_figure_that_does_not_say_its_precision_is_refused_in_plain_words(value):
    with pytest.raises(TypeError, match=re.escape(f'Decimal("{value}") instead of {value!r}')):
        at_printed_precision(value, 1)


# --- laws -----------------------------------------------------------------------------------------

ORDER = {RED: 0, None: 1, AMBER: 1, GREEN: 2}
polarities = st.sampled_from([H, L, T])


up_to_six_places = st.integers(0, 6)


def decimals(limit: int, places: st.SearchStrategy = up_to_six_places) -> st.SearchStrategy:
    """Decimals of some places; few distinct ones for a small limit, so that they often meet."""
    return st.builds(lambda digits, scale: D(digits).scaleb(-scale), st.integers(-limit, limit), places)


tenths = decimals(400, st.just(1))
distances = st.integers(0, 200).map(lambda digits: D(digits).scaleb(-1))
maybe_distance = st.none() | distances


@given(polarities, tenths, tenths, tenths, st.tuples(st.none() | tenths, maybe_distance, distances))
def test_a_better_value_never_rates_worse(polarity, one, other, target, standards):
    floor, distance, tolerance = standards

    def badness(value):
        return {H: -value, L: value, T: abs(value - target)}[polarity]

    worse, better = sorted([one, other], key=badness, reverse=True)
    floor = distance if polarity is T else floor
    ratings = [rag(value, target, floor, polarity, tolerance).word for value in (worse, better)]
    assert ORDER[ratings[0]] <= ORDER[ratings[1]]


@given(tenths, tenths, maybe_distance, maybe_distance)
def test_t_is_symmetric_about_its_target(target, distance, floor, tolerance):
    above, below = target + distance, target - distance
    assert rag(above, target, floor, T, tolerance) == rag(below, target, floor, T, tolerance)
    assert direction_of_travel(above, below, T, target).word == SAME


@given(tenths, tenths, st.none() | tenths, tenths)
def test_h_and_l_mirror_each_other(value, target, floor, previous):
    mirrored = None if floor is None else -floor
    assert rag(value, target, floor, H) == rag(-value, -target, mirrored, L)
    assert direction_of_travel(value, previous, H) == direction_of_travel(-value, -previous, L)


@given(polarities, decimals(400), decimals(400), tenths)
def test_there_and_back_again_has_opposite_arrows(polarity, one, other, target):
    opposite = {IMPROVED: WORSENED, SAME: SAME, WORSENED: IMPROVED}
    there = direction_of_travel(one, other, polarity, target).word
    assert direction_of_travel(other, one, polarity, target).word == opposite[there]


@given(polarities, decimals(10**6), st.none() | tenths, maybe_distance)
def test_equality_counts_as_achieved(polarity, standard, floor, tolerance):
    assert rag(standard, standard, floor, polarity, tolerance or D(0)).word == GREEN


@given(polarities, tenths, distances, st.sampled_from([1, -1]))
def test_a_value_at_its_floor_is_never_red(polarity, target, floor, side):
    at_the_floor = target + side * floor
    standard = floor if polarity is T else at_the_floor
    assert rag(at_the_floor, target, standard, polarity, D(0)).word in (AMBER, GREEN)


# --- columns --------------------------------------------------------------------------------------

STANDARDS = ["polarity", "value", "target", "tolerance", "floor"]
PAIRS = ["polarity", "value", "previous_value", "target"]
maybe_polarity = st.none() | polarities
few = st.none() | st.sampled_from([D("0.1"), D("0.2"), D("0.3"), D("0.4"), D("0.300001"), D("-0.1")])
near = few | decimals(40)  # so that values often stand exactly on a standard
far = st.none() | decimals(10**9) | decimals(4 * 10**15, st.just(6))  # up to four thousand million


def words(column: pd.Series) -> list[str | None]:
    return column.astype(object).where(column.notna(), None).tolist()


def floats(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    """The rows as an analyst's frame holds them: binary floats with NaN for missing."""
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.astype(dict.fromkeys(columns[1:], float))


@pytest.mark.parametrize("numbers", [few, near, far], ids=["few", "near", "far"])
def test_columns_rate_as_single_values_do(numbers):
    @given(st.lists(st.tuples(maybe_polarity, numbers, numbers, numbers, numbers), max_size=40))
    def holds(rows):
        expected = [
            rag(value, target, floor, polarity, tolerance).word for polarity, value, target, tolerance, floor in rows
        ]
        assert words(rate_columns(floats(rows, STANDARDS))) == expected

    holds()


@st.composite
def travelled(draw):
    """A row of `PAIRS` whose two values stand at the same printed precision, as `dot_columns` asks."""
    places = st.just(draw(st.integers(0, 6)))
    value, previous = (draw(st.none() | decimals(draw(st.sampled_from([40, 10**9])), places)) for _ in range(2))
    return draw(maybe_polarity), value, previous, draw(near)


@given(st.lists(travelled(), max_size=40))
def test_columns_travel_as_single_values_do(rows):
    expected = [
        direction_of_travel(value, previous, polarity, target).word for polarity, value, previous, target in rows
    ]
    assert words(dot_columns(floats(rows, PAIRS))) == expected


INEXACT = [
    # in binary floats 22.6 - 20.0 is 2.6000000000000014 and 0.1 + 0.2 is 0.30000000000000004
    ("22.6 at a tolerance of 2.6 from 20.0", "T", 22.6, 20.0, 2.6, 7.5, GREEN),
    ("27.6 at a floor of 7.6 from 20.0", "T", 27.6, 20.0, 2.6, 7.6, AMBER),
    ("0.1 + 0.2 meets a low target of 0.3", "L", 0.1 + 0.2, 0.3, float("nan"), 0.5, GREEN),
    ("1.1 * 3 meets a high target of 3.3", "H", 1.1 * 3, 3.3, float("nan"), 3.0, GREEN),
    ("100 * 1.1 meets a low floor of 110", "L", 100 * 1.1, 100.0, float("nan"), 110.0, AMBER),
    ("a millionth short of the target", "H", 3.299999, 3.3, float("nan"), 3.0, AMBER),
    ("a millionth at four thousand million", "H", 3999999999.999998, 3999999999.999999, float("nan"), 1.0, AMBER),
]


@pytest.mark.parametrize("row", [case[1:] for case in INEXACT], ids=[case[0] for case in INEXACT])
def test_binary_floats_do_not_move_the_boundary(row):
    assert words(rate_columns(pd.DataFrame([row[:5]], columns=STANDARDS))) == [row[5]]


TYPED = pd.DataFrame(
    [
        ("L", 2.8, 2.8, None, 3.8),  # Dartford SISE71
        ("L", 22.2, 18.0, None, 22.0),  # Kent SCS43
        ("T", 13.0, 20.0, 2.5, 7.5),  # Ashford CSWT SCS13
        ("H", None, 70.0, None, None),  # Ashford CSWT SCS18
        ("H", 69.9, 70.0, None, None),  # floor not known
    ],
    columns=STANDARDS,
)
TYPED_RAG = [GREEN, RED, AMBER, None, None]


def test_every_row_is_rated_across_chunks():
    # rows are rated 32,768 at a time; the 100,000 rows here end within the fourth piece
    repeated = pd.concat([TYPED] * 20_000, ignore_index=True)
    assert words(rate_columns(repeated)) == TYPED_RAG * 20_000


@pytest.mark.parametrize("rows", [32_767, 32_768, 32_769])
def test_the_last_row_of_a_chunk_is_rated(rows):
    pairs = pd.DataFrame({"polarity": "L", "value": 1.0, "previous_value": 1.0, "target": None}, index=range(rows))
    pairs.loc[rows - 1, "value"] = 0.9
    assert words(dot_columns(pairs)) == [SAME] * (rows - 1) + [IMPROVED]


def test_the_index_is_kept_and_the_frame_untouched():
    frame = TYPED.set_axis(["e", "d", "d", "b", "a"])
    before = frame.copy(deep=True)
    assert list(rate_columns(frame).index) == ["e", "d", "d", "b", "a"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("rule", "columns", "categories"),
    [(rate_columns, STANDARDS, [RED, AMBER, GREEN]), (dot_columns, PAIRS, [WORSENED, SAME, IMPROVED])],
    ids=["rag", "dot"],
)
def test_an_empty_frame_gives_an_empty_ordered_column(rule, columns, categories):
    column = rule(pd.DataFrame(columns=columns))
    assert len(column) == 0
    assert column.cat.ordered
    assert list(column.cat.categories) == categories


def test_decimals_and_none_are_rated_like_floats_and_nan():
    typed = pd.DataFrame([(L, D("2.8"), D("2.8"), None, D("3.8")), (L, None, D("18"), None, None)], columns=STANDARDS)
    assert words(rate_columns(typed)) == [GREEN, None]


@pytest.mark.parametrize("rule", [rate_columns, dot_columns])
def test_an_unknown_polarity_is_refused(rule):
    columns = {
        "polarity": ["H", "X"],
        "value": 1.0,
        "previous_value": 2.0,
        "target": 1.0,
        "tolerance": None,
        "floor": 1.0,
    }
    with pytest.raises(ValueError, match="H, L or T, not 'X'"):
        rule(pd.DataFrame(columns))
