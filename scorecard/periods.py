"""Periods of the scorecard: months, quarters, terms and years, their order and their names.

A period is a string that sorts in time within its kind: `2024-07`, `2023-24 Q4`, `2023-24 Spring`,
`2023-24`.
"""

import re
from functools import lru_cache

KINDS = {
    "month": re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(?P<from>[0-9]{4})-(?P<to>[0-9]{2}) (?P<part>Q[1-4])"),
    "term": re.compile(r"(?P<from>[0-9]{4})-(?P<to>[0-9]{2}) (?P<part>Autumn|Spring|Summer)"),
    "year": re.compile(r"(?P<from>[0-9]{4})-(?P<to>[0-9]{2})"),
}
FORMS = "2024-07 (month), 2023-24 Q4 (quarter), 2023-24 Spring (term) or 2023-24 (year)"
KIND_OF_DATA_PERIOD = {
    "MS": {"month"}, "SS": {"month"}, "M": {"month"}, "R12M": {"month"}, "YTD": {"month"}, "Q": {"quarter"},
    "T": {"term", "year"}, "A": {"year"}, "AC YTD": {"month"},
}  # fmt: skip
PARTS = {"quarter": ("Q1", "Q2", "Q3", "Q4"), "term": ("Autumn", "Spring", "Summer")}
MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip


@lru_cache(maxsize=1024)
def kind(period: str) -> str | None:
    """`month`, `quarter`, `term` or `year`; None for anything else.

    `2011-12` could be a month or a year: it is a year when its two halves are consecutive years.
    """
    for name, form in KINDS.items():
        match = form.fullmatch(period)
        if match and (name == "month") != _consecutive(period):
            return name
    return None


def _consecutive(period: str) -> bool:
    return (int(period[2:4]) + 1) % 100 == int(period[5:7])


def label(period: str) -> str:
    """Short name for a column or an axis: Jul-24, Q4 23-24, Spring 23-24, 2023-24."""
    match kind(period):
        case "month":
            return f"{MONTHS[int(period[5:7]) - 1][:3]}-{period[2:4]}"
        case "quarter" | "term":
            return f"{period[8:]} {period[2:7]}"
        case _:
            return period


def name(period: str) -> str:
    """Name within a sentence: July 2024, quarter 4 of 2023-24, spring term 2023-24, 2023-24."""
    match kind(period):
        case "month":
            return f"{MONTHS[int(period[5:7]) - 1]} {period[:4]}"
        case "quarter":
            return f"quarter {period[-1]} of {period[:7]}"
        case "term":
            return f"{period[8:].lower()} term {period[:7]}"
        case _:
            return period


def date(text: str) -> str:
    """A date in words, as exact as it is told: 25 November 2024, November 2024 or 2024."""
    year, month, day = (*text.split("-"), "", "")[:3]
    return " ".join(part for part in (day.lstrip("0"), month and MONTHS[int(month) - 1], year) if part)


def year_before(period: str) -> str:
    """The same period one year earlier: 2022-23 Spring for 2023-24 Spring, 2023-07 for 2024-07."""
    start = int(period[:4]) - 1
    if kind(period) == "month":
        return f"{start}{period[4:]}"
    return f"{start}-{(start + 1) % 100:02}{period[7:]}"


def month_before(period: str) -> str:
    """The month before `period`."""
    return months_before(period, 1)


def months_before(period: str, count: int) -> str:
    """The month `count` months before `period` (after it for a negative count)."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:7]) - 1 - count, 12)
    return f"{year}-{month + 1:02}"


def following(period: str) -> str:
    """The next period of the same kind: 2024-25 Q1 after 2023-24 Q4."""
    found, start = kind(period), int(period[:4]) + 1
    if found == "month":
        return months_before(period, -1)
    next_year = f"{start}-{(start + 1) % 100:02}"
    if found == "year":
        return next_year
    position = PARTS[found].index(period[8:]) + 1
    return (
        f"{period[:7]} {PARTS[found][position]}" if position < len(PARTS[found]) else f"{next_year} {PARTS[found][0]}"
    )


MONTHS_OF = {
    "Q1": (4, 6), "Q2": (7, 9), "Q3": (10, 12), "Q4": (13, 15),
    "Autumn": (9, 12), "Spring": (13, 15), "Summer": (16, 20), "": (4, 20),
}  # fmt: skip
"""First and last month of a part of 2023-24, counted from January 2023. A year may be a financial or a school year."""


def months(period: str) -> tuple[str, str]:
    """The first and the last month of a period; of a year, those of the financial and the school year together."""
    if kind(period) == "month":
        return period, period
    first, last = (months_before(f"{period[:4]}-01", 1 - month) for month in MONTHS_OF[period[8:]])
    return first, last


def within(period: str, start: str | None, end: str | None) -> bool:
    """Whether a period lies between two others, each None where there is no such limit.

    A limit of another kind holds by its months: a year is within if any of its months is.
    """

    def sides(limit: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return ((period, period), (limit, limit)) if kind(period) == kind(limit) else (months(period), months(limit))

    begins = start is None or (told := sides(start))[0][1] >= told[1][0]
    return begins and (end is None or (told := sides(end))[0][0] <= told[1][1])
