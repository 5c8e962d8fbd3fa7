"""The like-for-like guard: printed benchmarks that are of another year, definition or vintage than they seem.

Pure functions from frames to faults; codes BMK101 to BMK106. The same faults serve `scorecard check` and the pack.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from scorecard import periods
from scorecard.areas import Areas, Comparator, NeighbourModel
from scorecard.benchmarks import MEAN, NEIGHBOURS, PUBLISHED, UNUSABLE, agrees, figure, held, printed_area
from scorecard.comparison.measures import NEAR, Measure
from scorecard.faults import Fault
from scorecard.periods import kind, year_before
from scorecard.ratings import round_half_up

PRINTED = "benchmarks.csv"
DIFFERENT, REPEATED, OTHER_YEAR, NOT_LIKE, REVISED, IMPOSSIBLE = (f"BMK10{number}" for number in range(1, 7))

UNTOLD = Comparator("", "method not known", "No entry in areas.yml says what it is.")


# --- what a printed benchmark is --------------------------------------------------------------------


class Basis(NamedTuple):
    """What a printed benchmark is: how it comes about, in short and in full, and what the department's data make of it.

    `near` is why its measure is not like for like, if it is not.
    """

    method: str
    how: str
    meaning: str
    held: str
    near: str | None


def basis(cell, measure: Measure | None, derived: Sequence, told: Comparator, model: NeighbourModel | None) -> Basis:
    """The basis of a printed cell: `derived` are the figures of its indicator, year and area, one a vintage.

    `model` is the model of neighbours in force at the edition's date.
    """
    how, meaning = told.method, told.note
    if told.name == NEIGHBOURS:
        how = f"{how}, {model.published} model" if model else f"{how}, model not known"
        meaning += f" Model of {model.published}." if model else " Which ten these are is not known."
    near = measure.reason if measure else None
    return Basis(told.method, how, meaning, NEAR_BY if near else _held(cell, derived), near)


NEAR_BY = "near, not like for like"


def _held(cell, derived: Sequence) -> str:
    dates = {True: [], False: []}
    for one in derived:
        status = f" ({one.status})" if one.status else ""
        dates[agrees(cell.value, one.value)].append(periods.date(one.vintage) + status)
    if dates[True]:
        no_longer = f", not of {' and '.join(dates[False])}" if dates[False] else ""
        return f"the same in DfE's data of {' and '.join(dates[True])}{no_longer}"
    return "another figure in DfE's data" if derived else "not held against DfE's data"


def remarks(cells: Iterable[tuple[str, str, str, Basis]]) -> Iterator[str]:
    """What holds for columns of printed benchmarks, from (indicator, area, period, basis): one text a benchmark.

    Each says whose figure it is and of when, and which indicators the department's data bear out.
    """
    columns = {}
    for indicator, area, period, told in cells:
        columns.setdefault((area, period, told.meaning), {}).setdefault(told.held, {})[indicator] = None
    for (area, period, meaning), fates in columns.items():
        said = (f"{held[:1].upper()}{held[1:]}: {', '.join(names)}." for held, names in fates.items())
        yield f"{area} {period}, as printed. {meaning} {' '.join(said)}"


# --- what is wrong with it ----------------------------------------------------------------------------


def printed_against_derived(
    printed: pd.DataFrame, derived: pd.DataFrame, measures: Mapping[str, Measure], areas: Areas, as_at: str
) -> Iterator[Fault]:
    """A printed benchmark that no vintage gives, with the reason where params/benchmarks.yml has one."""
    cells = {}
    for cell, measure, told, fine in held(printed, derived, measures, areas, as_at):
        cells.setdefault(cell.row, (cell, measure, [], []))[2].append(told)
        cells[cell.row][3].append(fine)
    for cell, measure, found, fine in cells.values():
        values = sorted({told.value for told in found if told and told.value is not None})
        if values and not any(fine):
            why = measure.why(cell.area, cell.period)
            said = f"{cell.indicator}, {cell.area} {cell.period}: printed {cell.value}, the department's data give "
            said += f"{_either(sorted({round_half_up(value, measure.decimals) for value in values}))}."
            same = _other_year(derived, printed_area(measure, cell.area, areas, as_at), cell)
            remedy = why or f"{same}Check definition and year, or give the reason in benchmarks.yml."
            yield _fault("warning", DIFFERENT, said, remedy, cell)


def _either(values: list) -> str:
    return " or ".join(f"{value:f}" for value in values)


def _other_year(derived: pd.DataFrame, area: str | None, cell) -> str:
    """`It is the figure of 2021-22. `, if it is that of the year before."""
    before = year_before(cell.period)
    rows = derived[derived["method"].isin([MEAN, PUBLISHED])]
    told = figure(rows, indicator=cell.indicator, area=area, year=before)
    return f"It is the figure of {before}. " if told and agrees(cell.value, told.value) else ""


def _fault(grade: str, code: str, said: str, remedy: str, cell) -> Fault:
    return Fault(grade, code, PRINTED, said, remedy, (cell.row,), "value", str(cell.value), cell.indicator, cell.area)


def repeated(printed: pd.DataFrame, earlier: pd.DataFrame) -> Iterator[Fault]:
    """A benchmark that an earlier edition printed unchanged under another year.

    Both benchmarks of the indicator must stand unchanged: one figure alone can be the same two years running.
    """
    old, new = (dict([*table.groupby("indicator")]) for table in (earlier, printed))
    for key in (key for key in new if key in old):
        pairs = new[key].merge(old[key], on="area", suffixes=("", "_before"))
        same = pairs["value"].eq(pairs["value_before"]) & pairs["period"].ne(pairs["period_before"])
        if len(pairs) > 1 and same.all():
            for cell in pairs.itertuples():
                said = f"{key}, {cell.area}: {cell.value} stood under {cell.period_before} and stands now under "
                yield _fault("warning", REPEATED, f"{said}{cell.period}.", "Look up the figure of that year.", cell)


def other_year(printed: pd.DataFrame, years: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Benchmarks of another year than those that rate the indicator (`years`): one note for each of their periods."""
    odd = [cell for cell in printed.itertuples() if cell.period not in years.get(cell.indicator, ())]
    for period in sorted({cell.period for cell in odd}):
        rows = [cell for cell in odd if cell.period == period]
        rated = sorted(set().union(*(years.get(cell.indicator, ()) for cell in rows)))
        named = f"the year {period}" if kind(period) == "year" else period
        said = f"benchmarks of {named} stand beside figures of {' and '.join(rated)}."
        remedy = "Name the year of the benchmark wherever it is shown."
        lines = tuple(cell.row for cell in rows)
        yield Fault("note", OTHER_YEAR, PRINTED, said, remedy, lines, "period", period)


def not_like(printed: pd.DataFrame, measures: Mapping[str, Measure]) -> Iterator[Fault]:
    """Printed benchmarks of an indicator whose published measure is near but not the same: one note an indicator."""
    for key, rows in printed.groupby("indicator", sort=False):
        measure = measures.get(key)
        if measure is not None and measure.like == NEAR:
            said = f"{key}: the published measure is near, not like for like. {measure.reason}"
            yield Fault("warning", NOT_LIKE, PRINTED, said, "Compare with care.", tuple(rows["row"]), indicator=key)


def revised(
    printed: pd.DataFrame, derived: pd.DataFrame, measures: Mapping[str, Measure], areas: Areas, as_at: str
) -> Iterator[Fault]:
    """A printed benchmark whose figure has changed since, from the oldest vintage (or the print) to the newest."""
    found = {}
    for cell, measure, told, _ in held(printed, derived, measures, areas, as_at):
        if told is not None and told.value is not None:
            found.setdefault(cell.row, (cell, measure, []))[2].append(told)
    for cell, measure, told in found.values():
        places = max(measure.decimals, -cell.value.as_tuple().exponent, 0)
        then, now = (round_half_up(one.value, places) for one in (told[0], told[-1]))
        if then != now:
            said = f"{cell.indicator}, {told[0].area} {cell.period}: {then} in the data of {told[0].vintage}, "
            remedy = "Show the figure with its vintage."
            yield _fault("warning", REVISED, f"{said}{now} in those of {told[-1].vintage}.", remedy, cell)


def impossible(derived: pd.DataFrame) -> Iterator[Fault]:
    """Published figures of a region or country that lie outside the range of all authorities: one note a vintage."""
    odd = derived[derived["method"] == UNUSABLE]
    for (key, area, vintage), rows in odd.groupby(["indicator", "area", "vintage"], sort=False):
        years = ", ".join(rows["year"])
        said = f"{key}, {area} {years}: the data of {vintage} have a figure that no area can have; it is not used."
        remedy = "Take the figure from a later vintage."
        yield Fault("note", IMPOSSIBLE, "benchmarks_derived.csv", said, remedy, tuple(rows["row"]), "value",
                    indicator=key, area=area)  # fmt: skip


def likeness(
    printed: pd.DataFrame, earlier: pd.DataFrame | None, derived: pd.DataFrame, measures: Mapping[str, Measure],
    areas: Areas, *, as_at: str, years: Mapping[str, set[str]],
) -> list[Fault]:  # fmt: skip
    """Every fault of the guard. `printed` and `earlier` are tables of benchmarks as in `editions.TABLES`.

    `years` holds, by indicator, the years whose targets rate it in the edition. A benchmark that the
    department's data give for its year is no repeat of an older one, however alike the two are.
    """
    confirmed = {cell.row for cell, _, _, fine in held(printed, derived, measures, areas, as_at) if fine}
    open_to_doubt = printed[~printed["row"].isin(confirmed)]
    before = [] if earlier is None else repeated(open_to_doubt, earlier)
    rules = (
        printed_against_derived(printed, derived, measures, areas, as_at),
        before,
        other_year(printed, years),
        not_like(printed, measures),
        revised(printed, derived, measures, areas, as_at),
        impossible(derived),
    )
    return [fault for rule in rules for fault in rule]
