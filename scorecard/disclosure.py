"""Disclosure control: which figures about few children an edition withholds, before anything is rated or drawn.

The rule is the Department for Education's (Characteristics of children in need: counts of 1 to 5 shown as `c`, zero
stays zero, secondary suppression where a hidden figure could be worked out). Two gates stay apart: this one withholds a
figure; the smallest denominator that a scorecard rates only withholds a rating.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from scorecard.catalogue import PARAMS, Indicator
from scorecard.faults import Fault, InputError, nearest
from scorecard.inputs.parameters import NAME, read_settings
from scorecard.ratings import round_half_up
from scorecard.telling import without_texts

WITHHELD = "c (few children)"
"""The reason that stands for a withheld figure, in every output."""
ROOM = 2
"""Whoever works out the limits of a hidden count must be left with at least three numbers."""
AS_HELD = "Figures as they are held, for those who check them: what the disclosure policy withholds is among them."
"""What a command says that shows everything although the edition's policy withholds something."""
TELLING = ("conflicts", "printed", "known_exceptions", "exception_series")
"""Tables that could tell a figure that is withheld."""
FORM = {str: {"said": NAME, "smallest": int, "largest": int, "exempt": [NAME], "round_to": (int, None)}}
"""What `params/disclosure.yml` holds; see `inputs.parameters`."""
ENDLESS = Decimal("Infinity")
Limits = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Policy:
    """What an edition withholds: counts from `smallest` to `largest` (0: none), and to what it rounds the others."""

    name: str
    said: str
    smallest: int
    largest: int
    exempt: tuple[str, ...]
    round_to: int | None

    def is_small(self, count: Decimal) -> bool:
        """Whether the policy withholds a count of this size."""
        return self.smallest <= count <= self.largest

    @property
    def of_what_is_held(self) -> str:
        """What stands below figures as they are held."""
        return AS_HELD if self.largest else self.said


@cache
def load_policies(path: Path = PARAMS / "disclosure.yml") -> dict[str, Policy]:
    """The policies by name; `InputError` names an entry that is not whole."""
    read = read_settings(path, FORM)
    return {name: Policy(name, **{**told, "exempt": tuple(told["exempt"])}) for name, told in read.items()}


def policy_called(name: str) -> Policy:
    """The policy of that name; `InputError` with the near matches otherwise."""
    policies = load_policies()
    if name not in policies:
        said = f'"{name}" is not a disclosure policy.'
        raise InputError([Fault("error", "DIS002", "edition.yml", said, nearest(name, list(policies)))])
    return policies[name]


# --- what a reader can work out -------------------------------------------------------------------------------


class Sum(NamedTuple):
    """A total that readers know to be the sum of its parts, or at least not less than it (`exact` false)."""

    total: str
    parts: tuple[str, ...]
    exact: bool = True


def feasible(limits: dict[str, Limits], rest: Decimal) -> dict[str, Limits]:
    """Lowest and highest number that each hidden count can be, if all of them add up to `rest`.

    `limits` holds what is known of each beforehand.
    """
    lowest, highest = (_Added([known[side] for known in limits.values()]) for side in (0, 1))
    return {
        name: (max(low, rest - highest.without(high)), min(high, rest - lowest.without(low)))
        for name, (low, high) in limits.items()
    }


class _Added:
    """A sum from which one part can be left out again, an endless one too."""

    def __init__(self, parts: list[Decimal]):
        self.endless = [part for part in parts if part.is_infinite()]
        self.finite = sum((part for part in parts if part.is_finite()), Decimal(0))

    def without(self, part: Decimal) -> Decimal:
        if part.is_infinite():
            return part if len(self.endless) > 1 else self.finite
        return self.endless[0] if self.endless else self.finite - part


def within(sizes: dict[str, Decimal], limits: dict[str, Limits], sums: Iterable[Sum]) -> dict[str, Limits]:
    """The limits of the hidden counts after all sums have been used, again and again until none gives more."""
    before = None
    while before != limits:
        before = limits
        for told in sums:
            limits = limits | _of_parts(told, sizes, limits)
    return limits


def _of_parts(told: Sum, sizes: dict[str, Decimal], limits: dict[str, Limits]) -> dict[str, Limits]:
    """A hidden total counts as one more part, below zero; what the parts may lack of it as another."""
    asked = {name: limits[name] for name in told.parts if name in limits}
    rest = -sum((sizes[name] for name in told.parts if name not in limits), Decimal(0))
    if told.total in limits:
        low, high = limits[told.total]
        asked[told.total] = (-high, -low)
    else:
        rest += sizes[told.total]
    if not told.exact:
        asked[""] = (Decimal(0), ENDLESS)
    found = feasible(asked, rest)
    found.pop("", None)
    if told.total in found:
        low, high = found[told.total]
        found[told.total] = (-high, -low)
    return found


# --- what must be hidden --------------------------------------------------------------------------------------


class Counts(NamedTuple):
    """One column of counts, by name of the cell, with the sums that hold in it."""

    sizes: dict[str, Decimal]
    sums: tuple[Sum, ...]


def secured(columns: list[Counts], hidden: set[str], policy: Policy) -> set[str]:
    """The cells to hide so that no hidden count, in any column, can be narrowed to fewer than three numbers.

    `hidden` are those that the policy withholds for themselves. A cell is hidden in all columns at once. Next to go is
    the smallest visible part that is not zero, of the first column; then a zero; then the total. Whoever knows that
    rule is reckoned with: a count hidden for another's sake is known to be above the policy's largest.
    """
    hidden = set(hidden)
    sizes = {name: size for column in reversed(columns) for name, size in column.sizes.items()}
    while told := next((told for column in columns for told in _exposed(column, hidden, policy)), None):
        hidden.add(_next_to_go(told, sizes, hidden))
    return hidden


def _exposed(column: Counts, hidden: set[str], policy: Policy) -> list[Sum]:
    """The sums that narrow a hidden count too much: those that do so alone, or else all that do so together."""
    known = {name: _beforehand(size, policy) for name, size in column.sizes.items() if name in hidden}
    left = [told for told in column.sums if not {told.total, *told.parts} <= hidden]
    alone = [told for told in left if _is_narrow(_of_parts(told, column.sizes, known))]
    if alone:
        return alone
    found = within(column.sizes, known, column.sums)
    return [
        told for told in left if _is_narrow({name: found[name] for name in (told.total, *told.parts) if name in found})
    ]


def _is_narrow(found: dict[str, Limits]) -> bool:
    return any(high - low < ROOM for low, high in found.values())


def _beforehand(size: Decimal, policy: Policy) -> Limits:
    """What a reader knows of a hidden count without any sum."""
    if policy.is_small(size):
        return Decimal(policy.smallest), Decimal(policy.largest)
    return Decimal(policy.largest + 1 if size else 0), ENDLESS


def _next_to_go(told: Sum, sizes: dict[str, Decimal], hidden: set[str]) -> str:
    visible = sorted((sizes[name] == 0, sizes[name], name) for name in told.parts if name not in hidden)
    return visible[0][2] if visible else told.total


# --- an edition's figures -------------------------------------------------------------------------------------


def small(told, indicator: Indicator, policy: Policy, usual: Decimal | None) -> bool:
    """Whether a figure is withheld for itself.

    A percentage printed without its counts is judged by `usual`, the denominator of the series' latest figure.
    """
    columns = behind(told, indicator)
    if not columns and indicator.unit == "%" and usual is not None:
        numerator = round_half_up(told.value * usual / 100, 0)
        columns = {"numerator": numerator, "denominator": usual, "complement": usual - numerator}
    return any(policy.is_small(size) for size in columns.values())


def behind(told, indicator: Indicator) -> dict[str, Decimal]:
    """The printed counts behind a figure: value of a count; numerator, denominator and complement of a percentage.

    Of an average or a rate only the denominator counts children.
    """
    if indicator.unit == "count":
        return {"value": told.value}
    numerator, denominator = getattr(told, "numerator", None), getattr(told, "denominator", None)
    if denominator is None:
        return {}
    if indicator.unit != "%" or numerator is None:
        return {"denominator": denominator}
    return {"numerator": numerator, "denominator": denominator, "complement": denominator - numerator}


def withheld(edition, policy: Policy) -> dict[str, set[tuple[str, str, str]]]:
    """The cells to withhold of observations and of outturns: indicator, area and period of each.

    An outturn that repeats a withheld figure of the same area goes with it.
    """
    usual = _usual_denominators(edition)
    observed = set(_withheld(edition, edition.observations, "period", usual, policy))
    outturns = set(_withheld(edition, edition.outturns, "year", usual, policy))
    hidden_values = {
        (told.indicator, told.area, told.value)
        for told in edition.observations.itertuples()
        if (told.indicator, told.area, told.period) in observed
    }
    outturns |= {
        (told.indicator, told.area, told.year)
        for told in edition.outturns.itertuples()
        if (told.indicator, told.area, told.value) in hidden_values
    }
    return {"observations": observed, "outturns": outturns}


def _usual_denominators(edition) -> dict[tuple[str, str], Decimal]:
    known = edition.observations.dropna(subset=["denominator"]).sort_values("period", kind="stable")
    return {(told.indicator, told.area): told.denominator for told in known.itertuples()}


def _withheld(edition, table: pd.DataFrame, period: str, usual: dict, policy: Policy) -> Iterator[tuple[str, str, str]]:
    together: dict[tuple[str, str], list] = {}
    for told in table.dropna(subset=["value"]).itertuples():
        if edition.catalogue[told.indicator].counts not in policy.exempt:
            together.setdefault((told.indicator, getattr(told, period)), []).append(told)
    for (key, when), rows in together.items():
        indicator = edition.catalogue[key]
        hidden = {row.area for row in rows if small(row, indicator, policy, usual.get((key, row.area)))}
        if hidden:
            columns = list(_columns(edition, indicator, rows))
            yield from ((key, area, when) for area in secured(columns, hidden, policy))


def _columns(edition, indicator: Indicator, rows: list) -> Iterator[Counts]:
    """The printed counts of one indicator and period, with Kent as the total of its districts and of each team kind."""
    counted = {row.area: behind(row, indicator) for row in rows}
    for column in dict.fromkeys(column for columns in counted.values() for column in columns):
        sizes = {area: columns[column] for area, columns in counted.items() if column in columns}
        yield Counts(sizes, tuple(_sums(edition, sizes)))


def _sums(edition, sizes: dict[str, Decimal]) -> Iterator[Sum]:
    kent = edition.areas.kent.name
    kinds: dict[str, list[str]] = {}
    for area in sizes:
        kinds.setdefault(edition.areas.by_name[area].kind, []).append(area)
    for parts in kinds.values():
        added = sum(sizes[area] for area in parts)
        if kent in sizes and kent not in parts and added <= sizes[kent]:
            yield Sum(kent, tuple(parts), exact=added == sizes[kent])


def disclosed(edition, policy: Policy):
    """The edition as its policy lets it be seen: withheld figures have no value, no counts and the reason `WITHHELD`.

    What else would tell them goes too: printed ratings and arrows, conflicts, exceptions and further series of those
    cells, and notes with a number that no shown figure explains.
    """
    if not policy.largest and not policy.round_to:
        return edition
    cells = withheld(edition, policy)
    series = {(indicator, area) for table in cells.values() for indicator, area, _ in table}
    seen = replace(
        edition,
        observations=_rounded(_without(edition.observations, "period", cells["observations"]), edition, policy),
        outturns=_rounded(_without(edition.outturns, "year", cells["outturns"]), edition, policy),
        breakdowns=without_cells(edition.breakdowns, policy),
        attainment=edition.attainment[~_few_pupils(edition.attainment, policy)],
        activity=edition.activity[~edition.activity["value"].map(policy.is_small, na_action="ignore").eq(True)],
        **{name: _of_others(getattr(edition, name), series) for name in TELLING},
    )
    return without_texts(seen, {area for _, area in series}) if series else seen


def under(edition, policy: Policy):
    """An edition that its own policy went over already, as a policy of another edition lets it be seen."""
    return edition if edition.disclosure == policy else disclosed(edition, policy)


def _without(table: pd.DataFrame, period: str, cells: set) -> pd.DataFrame:
    keys = zip(table["indicator"], table["area"], table[period], strict=True)
    hidden = pd.Series([key in cells for key in keys], index=table.index, dtype=bool)
    numbers = [column for column in ("value", "numerator", "denominator") if column in table]
    empty = {column: table[column].mask(hidden, None) for column in numbers}
    return table.assign(**empty, note=table["note"].mask(hidden, WITHHELD))


def without_cells(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Tables of counts without the cells that are few children, and those that tell them through the totals."""
    hidden = {(name, cell) for name, told in table.groupby("table", sort=False) for cell in _hidden_cells(told, policy)}
    cells = zip(table["table"], table["row_name"], table["column"], strict=True)
    gone = pd.Series(
        [(name, f"{row}|{column}") in hidden for name, row, column in cells], index=table.index, dtype=bool
    )
    return table.assign(value=table["value"].mask(gone, None), note=table["note"].mask(gone, WITHHELD))


def _hidden_cells(told: pd.DataFrame, policy: Policy) -> set[str]:
    """The cells to hide. A blank counts for none, as a reader takes it, and only sums that then hold are used."""
    sizes = {f"{cell.row_name}|{cell.column}": cell.value or Decimal(0) for cell in told.itertuples()}
    rows, columns = (list(dict.fromkeys(told[name])) for name in ("row_name", "column"))
    lines = [[f"{row}|{column}" for column in columns] for row in rows]
    lines += [[f"{row}|{column}" for row in rows] for column in columns]
    sums = tuple(Sum(cells[-1], tuple(cells[:-1])) for cells in lines if _adds_up([sizes.get(c) for c in cells]))
    return secured([Counts(sizes, sums)], {name for name, size in sizes.items() if policy.is_small(size)}, policy)


def _adds_up(sizes: list[Decimal | None]) -> bool:
    """Whether the last is the sum of the others, so that readers can work with it."""
    return None not in sizes and len(sizes) > 2 and sum(sizes[:-1]) == sizes[-1]


def _few_pupils(table: pd.DataFrame, policy: Policy) -> pd.Series:
    """Which results to leave out, for all groups: those that rest on few pupils of any group, or on all but few."""
    pupils = {(told.stage, told.group): told.value for told in table.itertuples() if told.unit == "pupils"}
    few = set()
    for told in table.dropna(subset=["value"]).query("unit == '%'").itertuples():
        count = round_half_up(told.value * pupils.get((told.stage, told.group), Decimal(0)) / 100, 0)
        whole = pupils.get((told.stage, told.group), Decimal(0))
        if policy.is_small(count) or policy.is_small(whole - count):
            few.add((told.stage, told.topic, told.measure))
    keys = zip(table["stage"], table["topic"], table["measure"], strict=True)
    return pd.Series([key in few for key in keys], index=table.index, dtype=bool)


def _of_others(table: pd.DataFrame, series: set[tuple[str, str]]) -> pd.DataFrame:
    keys = zip(table["indicator"], table["area"], strict=True)
    return table[pd.Series([key not in series for key in keys], table.index, dtype=bool)]


def _rounded(table: pd.DataFrame, edition, policy: Policy) -> pd.DataFrame:
    """Visible counts of children rounded half up to the policy's number; percentages worked out from them."""
    if not policy.round_to:
        return table
    rows = [_rounded_row(told, edition.catalogue[told.indicator], policy) for told in table.itertuples(index=False)]
    return pd.DataFrame(rows, columns=table.columns, index=table.index, dtype=object)


def _rounded_row(told: NamedTuple, indicator: Indicator, policy: Policy) -> NamedTuple:
    if told.value is None or indicator.counts in policy.exempt:
        return told
    base = Decimal(policy.round_to)
    columns = {name: round_half_up(size / base, 0) * base for name, size in behind(told, indicator).items()}
    columns.pop("complement", None)
    if "numerator" in columns and columns["denominator"]:
        share = round_half_up(columns["numerator"] / columns["denominator"] * 100, indicator.decimals)
        columns["value"] = share
    return told._replace(**columns)
