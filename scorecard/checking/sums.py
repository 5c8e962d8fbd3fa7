"""Whether the figures of an edition follow from each other: values from their numerators, Kent from its parts.

Each rule takes an edition and yields its faults; `scorecard.checks` runs them.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from scorecard.areas import Area
from scorecard.catalogue import Indicator
from scorecard.disclosure import WITHHELD
from scorecard.editions import TO_BE_SUPPLIED, Edition
from scorecard.faults import Fault
from scorecard.periods import name
from scorecard.ratings import places, round_half_up

NEARLY = {"staff": 3}
"""Units of the last place that a value may be off: staff are printed to 0.1, which moves a quotient up to 0.3."""
FTE = Decimal("0.1")
SCALES = {"%": 100, "per 10,000": 10000}
"""Units in which a value is more than its numerator over its denominator."""
SIGNED = {"points", "pp"}
"""Units in which a value can be negative."""
TOTALS = {"Grand Total", "Total"}
"""How the rows and columns of a table of counts are headed that hold its totals."""
SMALL, PARTS = 5, 3
ASK = "Ask the source which is right; the scorecard shows the figure as printed."
VALUES = {"observations": "OBS", "outturns": "OUT", "benchmarks": "BEN"}
COUNTED = ["numerator", "denominator"]


def number(value: Decimal) -> str:
    """A number as a sentence writes it: 11,601."""
    return f"{value:,}"


def many(count: int, noun: str) -> str:
    """A count with its noun: 1 row, 1,010 rows."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: A, B and C; each once."""
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last}" if first else last


def rows_of(told: Iterable) -> tuple[int, ...]:
    """The line numbers of table rows."""
    return tuple(sorted(one.row for one in told))


def figure(told) -> str:
    """Which figure a row of observations holds: SISE4 of Dartford, 2023-24."""
    return f"{told.indicator} of {told.area}, {name(told.period)}"


def by_cell(edition: Edition) -> dict[tuple[str, str, str], NamedTuple]:
    """The observations by indicator, area and period."""
    return {(told.indicator, told.area, told.period): told for told in edition.observations.itertuples()}


def parts_of_kent(edition: Edition, key: str) -> list[Area]:
    """The districts, or else the teams, for which the edition prints the indicator; each once."""
    kinds = [section.kind for section in edition.sections if key in section.indicators and section.kind != "Kent"]
    return [area for area in edition.printed_areas if kinds and area.kind == kinds[0]]


# --- a value from its numerator and denominator ---------------------------------------------------------------


def quotients(edition: Edition) -> Iterator[Fault]:
    """A value is its numerator over its denominator (times 100 for %), rounded half up as printed."""
    near: dict[str, list] = {}
    for told, indicator in _counted(edition):
        off = _off(told, indicator)
        if off > NEARLY.get(indicator.counts, 1):
            yield _misprint(edition, told, indicator)
        elif off:
            near.setdefault(_cause(told, indicator), []).append(told)
    for cause, told in near.items():
        yield _nearly(edition, told, cause)


CAUSES = {
    "rounded twice": ("OBS011", "off by one unit of the last place, as if rounded twice"),
    "staff": ("OBS012", "off by a little, because staff (full-time equivalents) are printed to one decimal"),
    "unknown": ("OBS022", "off by one unit of the last place"),
}


def _cause(told, indicator: Indicator) -> str:
    if indicator.counts == "staff":
        return "staff"
    decimals = places(told.value)
    twice = round_half_up(round_half_up(_quotient(told, indicator), decimals + 1), decimals)
    return "rounded twice" if twice == told.value else "unknown"


def _counted(edition: Edition) -> Iterator[tuple[NamedTuple, Indicator]]:
    for told in edition.observations.dropna(subset=["value", *COUNTED]).itertuples():
        if told.denominator:
            yield told, edition.catalogue[told.indicator]


def _quotient(told, indicator: Indicator) -> Decimal:
    return told.numerator / told.denominator * SCALES.get(indicator.unit, 1)


def _off(told, indicator: Indicator) -> Decimal:
    """By how many units of its last printed place a value differs from its quotient."""
    decimals = places(told.value)
    return abs(told.value - round_half_up(_quotient(told, indicator), decimals)).scaleb(decimals)


def _misprint(edition: Edition, told, indicator: Indicator) -> Fault:
    expected = number(round_half_up(_quotient(told, indicator), places(told.value)))
    over = "of" if indicator.unit == "%" else "over"
    said = (
        f"{figure(told)}: {number(told.value)} does not follow from "
        f"{number(told.numerator)} {over} {number(told.denominator)} ({expected})."
    )
    column, correction = _correction(edition, told, indicator) or ("value", "")
    return Fault(
        "warning", "OBS010", "observations.csv", said + correction, ASK, (told.row,), column,
        str(getattr(told, column)), told.indicator, told.area,
    )  # fmt: skip


def _correction(edition: Edition, told, indicator: Indicator) -> tuple[str, str] | None:
    """The numerator or denominator that gives the value and makes the parts add up to Kent, where there is one."""
    for column in COUNTED:
        total = _total(by_cell(edition), edition, indicator, column, told.period)
        if column not in indicator.additive or total is None or not total.gap:
            continue
        of_kent = told.area == edition.areas.kent.name
        implied = total.added if of_kent else getattr(told, column) + total.gap
        if implied > 0 and not _off(told._replace(**{column: implied}), indicator):
            mended = total.if_mended(implied if of_kent else total.whole)
            return column, f" With {number(implied)} the value is {number(told.value)} and {mended}"
    return None


def _nearly(edition: Edition, told: list, cause: str) -> Fault:
    first, (code, what) = told[0], CAUSES[cause]
    exact = round_half_up(_quotient(first, edition.catalogue[first.indicator]), 3)
    said = (
        f"{many(len(told), 'value')} of {listed(one.indicator for one in told)} {what}. {figure(first)}: printed "
        f"{first.value}, {number(first.numerator)} over {number(first.denominator)} gives {exact}."
    )
    return Fault("note", code, "observations.csv", said, "Nothing to mend here.", rows_of(told), "value")


# --- Kent from its parts --------------------------------------------------------------------------------------


class Total(NamedTuple):
    """What Kent prints beside the sum of its parts, in the unit of the column."""

    kent: NamedTuple
    parts: list
    whole: Decimal
    added: Decimal
    kind: str

    @property
    def gap(self) -> Decimal:
        """Kent less its parts."""
        return self.whole - self.added

    @property
    def as_printed(self) -> str:
        """Such as: the 12 districts add up to 10,591, Kent has 11,601."""
        return f"the {len(self.parts)} {self.kind}s add up to {number(self.added)}, Kent has {number(self.whole)}"

    def if_mended(self, whole: Decimal) -> str:
        """What the right figure, of Kent or of a part, does to the sum; Kent then has `whole`."""
        side = "short" if self.gap > 0 else "over"
        parts = f"the {len(self.parts)} {self.kind}s"
        return f"{parts} add up to Kent's {number(whole)}; as printed they are {number(abs(self.gap))} {side}."


def _total(cells: dict, edition: Edition, indicator: Indicator, column: str, period: str) -> Total | None:
    """Kent and its parts in one period; None unless all of them have the figure."""
    areas = parts_of_kent(edition, indicator.key)
    told = [cells.get((indicator.key, area.name, period)) for area in [edition.areas.kent, *areas]]
    figures = [getattr(one, column, None) for one in told]
    if not areas or None in figures:
        return None
    return Total(told[0], told[1:], figures[0], sum(figures[1:]), areas[0].kind)


def sums(edition: Edition) -> Iterator[Fault]:
    """Where the catalogue calls a figure additive, the districts (or teams, each once) add up to Kent."""
    cells = by_cell(edition)
    for key, period in dict.fromkeys((key, period) for key, _, period in cells):
        indicator = edition.catalogue[key]
        for column in indicator.additive:
            total = _total(cells, edition, indicator, column, period)
            if total and total.gap and not _explained(edition, total, indicator, column):
                grade = "note" if indicator.counts == "staff" and abs(total.gap) <= FTE else "warning"
                said = f"{key}, {name(period)}, {column}: {total.as_printed}, a difference of {number(abs(total.gap))}."
                yield Fault(
                    grade, "OBS013", "observations.csv", said, ASK, (total.kent.row,), column, str(total.whole), key,
                    total.kent.area,
                )  # fmt: skip


def _explained(edition: Edition, total: Total, indicator: Indicator, column: str) -> bool:
    """Whether a misprint that `quotients` already reports makes the difference."""
    counted = [one for one in [total.kent, *total.parts] if None not in (one.value, one.numerator, one.denominator)]
    suspects = [one for one in counted if one.denominator and _off(one, indicator) > NEARLY.get(indicator.counts, 1)]
    return any((_correction(edition, one, indicator) or [None])[0] == column for one in suspects)


# --- what a figure can be at all ------------------------------------------------------------------------------


def pairs(edition: Edition) -> Iterator[Fault]:
    """Numerator and denominator stand together, the denominator is not 0 and a part is not more than the whole."""
    told = list(edition.observations.itertuples())
    both = [one for one in told if None not in (one.numerator, one.denominator)]
    lone = [one for one in told if (one.numerator is None) != (one.denominator is None)]
    zero = [one for one in both if not one.denominator]
    over = [one for one in both if _is_share(edition.catalogue[one.indicator]) and one.numerator > one.denominator > 0]
    yield from _all("OBS014", lone, "denominator", "has only one of numerator and denominator.", "Fill in the other.")
    yield from _all("OBS015", zero, "denominator", "has the denominator 0.", "Leave the value empty with a reason.")
    said = "has a numerator greater than its denominator."
    yield from _all("OBS016", over, "numerator", said, "See whether the two are swapped.")


def _is_share(indicator: Indicator) -> bool:
    return indicator.unit == "%" and indicator.counts != "staff"


def _all(code: str, told: list, column: str, said: str, remedy: str) -> Iterator[Fault]:
    """One warning for all rows that share the cause, told by the first."""
    if told:
        yield Fault("warning", code, "observations.csv", f"{figure(told[0])} {said}", remedy, rows_of(told), column)


def bounds(edition: Edition) -> Iterator[Fault]:
    """A value lies within its unit: % up to 100 (staff may exceed it), counts whole, only points and pp below 0."""
    for table, prefix in VALUES.items():
        told = getattr(edition, table)
        for column in ["value", *COUNTED] if table == "observations" else ["value"]:
            known = [(one, edition.catalogue[one.indicator]) for one in told.dropna(subset=[column]).itertuples()]
            for grade, code, key, said, remedy, rows in _beyond(known, column):
                column_values = str(getattr(rows[0], column))
                yield Fault(
                    grade, prefix + code, f"{table}.csv", f"{key}: {said.format(listed(_named(rows, column)))}",
                    remedy, rows_of(rows), column, column_values, key, rows[0].area if len(rows) == 1 else None,
                )  # fmt: skip


def _named(rows: list, column: str) -> list[str]:
    return [f"{number(getattr(one, column))} ({one.area})" for one in rows]


def _beyond(known: list[tuple], column: str) -> Iterator[tuple]:
    causes: dict[tuple, list] = {}
    for told, indicator in known:
        if cause := _beyond_unit(getattr(told, column), indicator, column):
            causes.setdefault((*cause, indicator.key), []).append(told)
    for (grade, code, said, remedy, key), rows in causes.items():
        yield grade, code, key, said, remedy, rows


def _beyond_unit(value: Decimal, indicator: Indicator, column: str) -> tuple[str, str, str, str] | None:
    if value < 0 and (column != "value" or indicator.unit not in SIGNED):
        return "error", "017", "{} cannot be negative.", "Correct the figure."
    if column == "value" and indicator.unit == "%" and value > 100:
        if indicator.counts == "staff":
            return "note", "018", "{} is above 100%: more staff than posts.", "Nothing to mend if posts are overfilled."
        return "warning", "018", "{} is above 100%.", "See whether it is a count or a rate."
    if column == "value" and indicator.unit == "count" and value % 1:
        return "warning", "019", "{} is a count and not whole.", "See whether it is a rate or a mean."
    return None


def small_numbers(edition: Edition) -> Iterator[Fault]:
    """Rated figures on fewer than five cases: the scorecard rates them, a reader should know."""
    latest = {
        (key, section.shown[edition.catalogue[key].data_period][-1])
        for section in edition.sections
        for key in section.indicators
    }
    few = [
        told
        for told, _ in _counted(edition)
        if edition.rated_from <= told.denominator < SMALL and (told.indicator, told.period) in latest
    ]
    if few:
        said = f"{many(len(few), 'latest value')} on a denominator below {SMALL}: {listed(map(figure, few))}."
        remedy = "This scorecard rates them; do not read much into one such rating."
        yield Fault("note", "OBS020", "observations.csv", said, remedy, rows_of(few), "denominator")


def breakdowns(edition: Edition) -> Iterator[Fault]:
    """In a table of counts the columns of a row add up to its total, and the rows of a column to theirs."""
    awaited = edition.breakdowns[edition.breakdowns["note"] == TO_BE_SUPPLIED]
    if len(awaited):
        said = f"{many(len(awaited), 'figure')} to be supplied; a table without any is left out."
        remedy = "Put the month's figures in."
        yield Fault("warning", "BRK011", "breakdowns.csv", said, remedy, tuple(awaited["row"]), "value")
    for table, rows in edition.breakdowns.groupby("table", sort=False):
        for along, across in (("row_name", "column"), ("column", "row_name")):
            for name_, cells in rows.groupby(along, sort=False):
                if WITHHELD not in set(cells["note"]):  # what cannot be seen cannot be added up
                    yield from _unequal_total(table, name_, list(cells.itertuples()), across)


def _unequal_total(table: str, of: str, cells: list, across: str) -> Iterator[Fault]:
    total = next((one for one in cells if getattr(one, across) in TOTALS), None)
    counted = [one for one in cells if one is not total and one.value is not None]
    added = sum((one.value for one in counted), Decimal(0))
    if total is not None and total.value is not None and total.value != added:
        parts = listed(f"{getattr(one, across)} {number(one.value)}" for one in counted[:PARTS])
        parts = parts if len(counted) <= PARTS else f"the {len(counted)} figures"
        added = f"{parts} add{'s' if len(counted) == 1 else ''} up to {number(added)}"
        said = f"{table}, {of}: {added}, {getattr(total, across)} has {number(total.value)}."
        yield Fault("warning", "BRK010", "breakdowns.csv", said, ASK, (total.row,), "value", str(total.value))


RULES = (breakdowns, quotients, sums, pairs, bounds, small_numbers)
