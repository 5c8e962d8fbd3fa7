"""Periods: which kind a text is, what it is called, what comes before it."""

import pytest

from scorecard.periods import FORMS, KIND_OF_DATA_PERIOD, kind, label, months, months_before, name, within, year_before

PERIODS = [
    # period, kind, label, name, the same a year before
    ("2024-07", "month", "Jul-24", "July 2024", "2023-07"),
    ("2024-01", "month", "Jan-24", "January 2024", "2023-01"),
    ("2022-12", "month", "Dec-22", "December 2022", "2021-12"),
    ("2023-24 Q4", "quarter", "Q4 23-24", "quarter 4 of 2023-24", "2022-23 Q4"),
    ("2024-25 Q1", "quarter", "Q1 24-25", "quarter 1 of 2024-25", "2023-24 Q1"),
    ("2023-24 Spring", "term", "Spring 23-24", "spring term 2023-24", "2022-23 Spring"),
    ("2022-23 Summer", "term", "Summer 22-23", "summer term 2022-23", "2021-22 Summer"),
    ("2023-24 Autumn", "term", "Autumn 23-24", "autumn term 2023-24", "2022-23 Autumn"),
    ("2023-24", "year", "2023-24", "2023-24", "2022-23"),
    ("2011-12", "year", "2011-12", "2011-12", "2010-11"),  # not December 2011
    ("2000-01", "year", "2000-01", "2000-01", "1999-00"),
]
IDS = [case[0] for case in PERIODS]


@pytest.mark.parametrize(("period", "expected"), [(case[0], case[1]) for case in PERIODS], ids=IDS)
def test_kind(period, expected):
    assert kind(period) == expected


@pytest.mark.parametrize(("period", "expected"), [(case[0], case[2]) for case in PERIODS], ids=IDS)
def test_label(period, expected):
    assert label(period) == expected


@pytest.mark.parametrize(("period", "expected"), [(case[0], case[3]) for case in PERIODS], ids=IDS)
def test_name(period, expected):
    assert name(period) == expected


@pytest.mark.parametrize(("period", "expected"), [(case[0], case[4]) for case in PERIODS], ids=IDS)
def test_year_before(period, expected):
    assert year_before(period) == expected


@pytest.mark.parametrize(
    "text",
    ["", "Jul-24", "2024-7", "2024-00", "2024-13", "2024/07", "2023-25", "2023-25 Q1", "2023-24 Q5", "2023-24 Winter",
     "2023-24 spring", "2023-24Q4", "2024-07 ", " 2024-07", "2024-07-31", "2024-07\n", "２０２４-07"],
)  # fmt: skip
def test_anything_else_is_no_period(text):
    assert kind(text) is None


@pytest.mark.parametrize(
    ("period", "count", "expected"),
    [
        ("2024-07", 0, "2024-07"),
        ("2024-07", 1, "2024-06"),
        ("2024-07", 6, "2024-01"),
        ("2024-01", 1, "2023-12"),
        ("2024-07", 12, "2023-07"),
        ("2024-07", 25, "2022-06"),
        ("2024-12", -1, "2025-01"),
        ("2024-07", -6, "2025-01"),
    ],
)
def test_months_before(period, count, expected):
    assert months_before(period, count) == expected


@pytest.mark.parametrize(
    "in_time",
    [
        ["2023-12", "2024-01", "2024-07", "2024-10"],
        ["2023-24 Q1", "2023-24 Q2", "2023-24 Q3", "2023-24 Q4", "2024-25 Q1"],
        ["2022-23 Spring", "2022-23 Summer", "2023-24 Autumn", "2023-24 Spring", "2023-24 Summer"],
        ["1999-00", "2000-01", "2022-23", "2023-24"],
    ],
    ids=["months", "quarters", "terms", "years"],
)
def test_periods_sort_in_time(in_time):
    assert sorted(in_time) == in_time


def test_every_data_period_of_the_guidance_notes_has_its_kinds():
    assert set(KIND_OF_DATA_PERIOD) == {"MS", "R12M", "YTD", "AC YTD", "Q", "T", "A", "SS", "M"}
    assert set().union(*KIND_OF_DATA_PERIOD.values()) == {"month", "quarter", "term", "year"}


def test_the_forms_shown_to_an_analyst_are_read():
    shown = [form.split(" (") for form in FORMS.replace(" or ", ", ").split(", ")]
    assert [kind(period) for period, _ in shown] == [meant.rstrip(")") for _, meant in shown]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024-07", "2024-07", "2024-07"),
        ("2023-24 Q1", "2023-04", "2023-06"),
        ("2023-24 Q4", "2024-01", "2024-03"),
        ("2023-24 Autumn", "2023-09", "2023-12"),
        ("2023-24 Summer", "2024-04", "2024-08"),
        ("2023-24", "2023-04", "2024-08"),  # a financial or a school year
    ],
    ids=str,
)
def test_months(period, first, last):
    assert months(period) == (first, last)


@pytest.mark.parametrize(
    ("period", "start", "end", "expected"),
    [
        ("2024-03", "2024-03", "2024-06", True),
        ("2024-02", "2024-03", "2024-06", False),
        ("2024-07", "2024-03", "2024-06", False),
        ("2024-07", "2024-03", None, True),
        ("2024-07", None, "2024-06", False),
        ("2021-22", None, None, True),
        # of one kind by order: 2022-23 begins before 2021-22 has ended
        ("2021-22", "2022-23", None, False),
        # of two kinds by months: 2023-24 reaches into August 2024, and begins in April 2023
        ("2023-24", "2024-08", None, True),
        ("2023-24", "2024-09", None, False),
        ("2023-24", None, "2023-03", False),
        ("2023-24 Q4", None, "2023-24", True),
        ("2023-04", "2023-24", None, True),
    ],
)
def test_within(period, start, end, expected):
    assert within(period, start, end) is expected
