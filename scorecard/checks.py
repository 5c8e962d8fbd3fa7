"""Every fault of an edition, collected in one pass, graded, and raised or reported at the end.

Errors stop packs, warnings stand on a pack's page about its data, notes are for the analyst. The form
of the tables is checked first; the rules about figures then see only rows of sound form, so that one
misspelt name is one fault. Adding a rule: write a function that takes an edition and yields faults,
and put it into `FORM`, `COVERAGE` or the `RULES` of `sums` or `years`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pandas as pd

from scorecard.areas import Kind
from scorecard.catalogue import PARAMS
from scorecard.checking import sums, years
from scorecard.checking.sums import by_cell, listed, many, rows_of
from scorecard.comparison.likeness import likeness
from scorecard.comparison.measures import load_derived, load_measures
from scorecard.editions import EDITIONS, TO_BE_SUPPLIED, Edition, Section, editions_known, files_now, load_edition
from scorecard.faults import GRADES, Fault, InputError, nearest, quoted, without_errors, worst_first
from scorecard.inputs.mistakes import of_name, of_period
from scorecard.periods import FORMS, KIND_OF_DATA_PERIOD, following, kind, name, year_before
from scorecard.ratings import Polarity

KEYS = {
    "observations": ("OBS", ["indicator", "area", "period"]),
    "outturns": ("OUT", ["indicator", "area", "year"]),
    "standards": ("STD", ["indicator", "year"]),
    "benchmarks": ("BEN", ["indicator", "area"]),
    "conflicts": ("CON", ["indicator", "area", "period"]),
    "printed": ("PRI", ["indicator", "area", "period", "page"]),
    "known_exceptions": ("EXC", ["indicator", "area", "period", "page", "kind"]),
    "breakdowns": ("BRK", ["table", "row_name", "column"]),
    "attainment": ("ATT", ["stage", "topic", "measure", "group"]),
    "exception_series": ("SER", ["indicator", "area", "series", "period"]),
}
"""What makes a row of each table one of its kind, and the letters of the codes of its faults."""
FLOOR_SOURCES = ["stated", "bracketed", "assumed", "unknown"]
REASONS = ["not available", "to be supplied", "new indicator", "not held at this level", "suppressed"]


# --- the settings ---------------------------------------------------------------------------------------------


def _setting(code: str, said: str, remedy: str, column: str, value: object = None) -> Fault:
    return Fault("error", f"EDN{code}", "edition.yml", said, remedy, column=column, value=value and str(value))


def settings(edition: Edition) -> Iterator[Fault]:
    """The years are years, one after the other; the months shown end with the month of the edition."""
    told = [("year", edition.year), ("previous_year", edition.previous_year)]
    told += [(setting, getattr(s, setting)) for s in edition.sections for setting in ("year", "next_year")]
    for setting, year in dict.fromkeys(told):
        if not _is_year(year):
            yield _setting("010", f'"{year}" is not a year.', 'Write it like "2023-24".', setting, year)
    if _is_year(edition.year) and edition.previous_year != year_before(edition.year):
        said = f'"{edition.previous_year}" is not the year before {edition.year}.'
        yield _setting("010", said, "Give the two as years in a row.", "previous_year", edition.previous_year)
    if kind(str(edition.as_at)) != "month":
        yield _setting("012", f'"{edition.as_at}" is not a month.', 'Write it like "2024-07".', "as_at", edition.as_at)
    for data_period, periods in edition.shown.items():
        if periods and kind(str(periods[-1])) == "month" and periods[-1] != edition.as_at:
            said = f"the last month shown for {data_period} is {periods[-1]}, the edition is as at {edition.as_at}."
            yield _setting("012", said, "Make as_at the last month shown.", "as_at", edition.as_at)


def _is_year(year: object) -> bool:
    return kind(str(year)) == "year"


def shown_periods(edition: Edition) -> Iterator[Fault]:
    """The periods that a data period shows are of its kind, in order and without a gap."""
    own = [(dp, p) for s in edition.sections for dp, p in s.shown.items() if dp in _data_periods(edition, s)]
    for data_period, periods in dict.fromkeys([*edition.shown.items(), *own]):
        column, odd = f"shown, {data_period}", [p for p in periods if not _is_for(data_period, p)]
        follow = [(p, q) for p, q in pairwise(periods) if not odd and q != following(p)]
        if odd or not periods:
            said = f"{', '.join(map(str, odd)) or 'nothing'} is not a period for {data_period}."
            yield _setting("011", said, f"Periods are {FORMS}.", column, odd[0] if odd else None)
        for earlier, later in follow[:1]:
            said = f"{later} does not follow {earlier}."
            yield _setting("011", said, f"After {earlier} comes {following(earlier)}; oldest first.", column, later)


def _data_periods(edition: Edition, section: Section) -> set[str]:
    return {edition.catalogue[key].data_period for key in section.indicators if key in edition.catalogue}


def _is_for(data_period: str, period: str) -> bool:
    return kind(str(period)) in KIND_OF_DATA_PERIOD.get(data_period, set())


def sections(edition: Edition) -> Iterator[Fault]:
    """Sections name known kinds of area and known indicators, each once for one kind and page; pages exist."""
    seen = set()
    for section in edition.sections:
        where = f'section "{section.heading}"'
        if section.kind not in get_args(Kind):
            remedy = nearest(section.kind, list(get_args(Kind)))
            yield _setting("014", f'{where}: "{section.kind}" is not a kind of area.', remedy, "for", section.kind)
        for key in section.indicators:
            if (key, section.kind, section.page) in seen:
                said = f"{where}: {key} stands twice for {section.kind} on one page."
                yield _setting("015", said, "Remove one.", "indicators", key)
            seen.add((key, section.kind, section.page))
            yield from _section_indicator(edition, section, key, where)
    for key in edition.not_rated.keys() - edition.catalogue.keys():
        said = f'"{key}" is not an indicator.'
        yield _setting("013", said, of_name(key, edition.catalogue, _older_codes(edition)), "not_rated", key)
    pages = list(dict.fromkeys(section.page for section in edition.sections if section.page))
    for page, of in edition.page_names.items():
        if of not in pages:
            yield _setting("017", f'no section has the page "{of}".', nearest(of, pages), f"page_names, {page}", of)


def _section_indicator(edition: Edition, section: Section, key: str, where: str) -> Iterator[Fault]:
    if key not in edition.catalogue:
        remedy = of_name(key, edition.catalogue, _older_codes(edition))
        yield _setting("013", f'{where}: "{key}" is not an indicator.', remedy, "indicators", key)
    elif edition.catalogue[key].data_period not in section.shown:
        data_period = edition.catalogue[key].data_period
        said = f"{where}: {key} has the data period {data_period}, and shown has no periods for it."
        yield _setting("016", said, f"Add {data_period} under shown.", "shown", key)


# --- the form of the tables -----------------------------------------------------------------------------------


def _odd(
    edition: Edition,
    table: str,
    column: str,
    odd: Iterable[bool],
    *,
    code: str,
    said: str,
    remedy: Callable[[str], str],
) -> Iterator[Fault]:
    """One error for each value of `column` in the rows marked `odd`, with all its rows."""
    told = getattr(edition, table)
    for value, rows in told[pd.Series(list(odd), told.index, dtype=bool)].groupby(column, sort=False)["row"]:
        text, lines = f"{quoted(value)} is not {said}.", tuple(rows)
        yield Fault("error", KEYS[table][0] + code, f"{table}.csv", text, remedy(value), lines, column, value)


def names(edition: Edition) -> Iterator[Fault]:
    """Every indicator is in the catalogue and every area on a page of the edition (or is a benchmark)."""
    indicators = {"code": "001", "said": "an indicator", "known": edition.catalogue, "older": _older_codes(edition)}
    older = {old: area.name for area in edition.printed_areas for old in area.older_names}
    printed = [area.name for area in edition.printed_areas]
    for table, (_, key) in KEYS.items():
        known = edition.areas.benchmarks if table == "benchmarks" else printed
        if "indicator" in key:
            yield from _unknown(edition, table, "indicator", **indicators)
        if "area" in key:
            areas = {"code": "002", "said": "an area of this edition", "known": known, "older": older}
            yield from _unknown(edition, table, "area", **areas)


def _unknown(edition: Edition, table: str, column: str, *, code: str, said: str, known, older) -> Iterator[Fault]:
    def remedy(value: str) -> str:
        compared = value in edition.areas.benchmarks and "Kent is compared with it: put it into benchmarks.csv."
        return compared or of_name(value, known, older)

    odd = ~getattr(edition, table)[column].isin(list(known))
    yield from _odd(edition, table, column, odd, code=code, said=said, remedy=remedy)


def _older_codes(edition: Edition) -> dict[str, str]:
    return {old: indicator.key for indicator in edition.catalogue.values() for old in indicator.older_codes}


def periods(edition: Edition) -> Iterator[Fault]:
    """Every period is one, and of a kind that the indicator's data period has; years are years."""
    told = edition.observations
    kinds = told["period"].map(kind)
    form = {"code": "003", "said": "a period", "remedy": of_period}
    yield from _odd(edition, "observations", "period", kinds.isna(), **form)
    data_periods = told["indicator"].map({key: one.data_period for key, one in edition.catalogue.items()})
    for (data_period, found), rows in told.groupby([data_periods, kinds]):
        if found not in KIND_OF_DATA_PERIOD.get(data_period, set()):
            wanted = " or ".join(sorted(KIND_OF_DATA_PERIOD.get(data_period, [])))
            said = f"{listed(rows['indicator'])}: data period {data_period} has no {found}."
            lines, value = tuple(rows["row"]), rows["period"].iloc[0]
            yield Fault("error", "OBS004", "observations.csv", said, f"Give a {wanted}.", lines, "period", value)
    for table in ("outturns", "standards"):
        odd = getattr(edition, table)["year"].map(kind) != "year"
        form = {"code": "003", "said": "a year", "remedy": _year}
        yield from _odd(edition, table, "year", odd, **form)


def _year(text: str) -> str:
    return 'Write it like "2023-24".' if kind(text) else of_period(text)


def words(edition: Edition) -> Iterator[Fault]:
    """Polarity and floor_source of a standard are one of their words, or empty."""
    for column, code, known in (("polarity", "006", list(Polarity)), ("floor_source", "007", FLOOR_SOURCES)):
        odd = ~edition.standards[column].isin(["", *known])
        remedy = f"Write {', '.join(known)}, or leave it empty."
        form = {"code": code, "said": f"a {column}", "remedy": lambda _, remedy=remedy: remedy}
        yield from _odd(edition, "standards", column, odd, **form)


def duplicates(edition: Edition) -> Iterator[Fault]:
    """No two rows of a table are about the same; a benchmark column holds one figure."""
    for table, (prefix, key) in KEYS.items():
        told = getattr(edition, table)
        for values, rows in told[told.duplicated(key, keep=False)].groupby(key, sort=False)["row"]:
            said = f"{', '.join(value for value in values if value)} stands {len(rows)} times."
            yield Fault("error", f"{prefix}005", f"{table}.csv", said, "Keep one.", tuple(rows), key[-1], values[-1])
    group = edition.benchmarks[~edition.benchmarks["area"].str.startswith("England")]
    for key, rows in group.drop_duplicates(["indicator", "area"]).groupby("indicator", sort=False):
        if len(rows) > 1:
            said = f"{key} has {listed(rows['area'])}, and one column to print them in."
            lines = tuple(rows["row"])
            yield Fault("error", "BEN006", "benchmarks.csv", said, "Keep one.", lines, "area", indicator=key)


# --- what is missing ------------------------------------------------------------------------------------------


def reasons(edition: Edition) -> Iterator[Fault]:
    """A missing value says why."""
    told = edition.observations[edition.observations["value"].isna() & (edition.observations["note"].str.strip() == "")]
    if not told.empty:
        said = f"no value and no reason for {listed(told['indicator'])}."
        remedy = f"Write the reason in column note: {', '.join(REASONS)}, or your own words."
        yield Fault("warning", "OBS006", "observations.csv", said, remedy, tuple(told["row"]), "note")


def missing_rows(edition: Edition) -> Iterator[Fault]:
    """Every cell that a section prints has a row; earlier periods may lack one where the latest has no value."""
    cells, blank, lacking = by_cell(edition), {}, {}
    for (key, area), shown in _printed(edition).items():
        missing = tuple(period for period in shown if (key, area.name, period) not in cells)
        latest = cells.get((key, area.name, shown[-1]))
        only_latest = len(missing) == len(shown) - 1 and latest is not None and latest.value is None
        if missing and only_latest:
            blank.setdefault((area.kind, missing), []).append((key, area.name))
        elif missing:
            lacking.setdefault((key, missing), []).append(area.name)
    for (of, missing), told in blank.items():
        said = (
            f"no row of {listed(key for key, _ in told)} for {_span(missing)} in "
            f"{many(len({area for _, area in told}), 'area')} of kind {of}; the latest period has no value either."
        )
        yield Fault("note", "OBS007", "observations.csv", said, "Their cells are printed blank.", column="period")
    for (key, missing), named in lacking.items():
        said = f"{key} has no row for {_span(missing)} in {listed(named)}."
        remedy = "Add the rows; for a missing value give the reason in column note."
        area = named[0] if len(named) == 1 else None
        yield Fault("warning", "OBS008", "observations.csv", said, remedy, column="period", indicator=key, area=area)


def _printed(edition: Edition) -> dict:
    """The periods that the edition prints for each indicator and area."""
    printed: dict = {}
    for section in edition.sections:
        for area in edition.printed_areas:
            for key in section.indicators if area.kind == section.kind else ():
                shown = printed.setdefault((key, area), [])
                own = section.shown[edition.catalogue[key].data_period]
                own = [*own, year_before(own[-1])] if section.year_ago else own
                shown += [p for p in own if p not in shown]
    return {cell: sorted(shown) for cell, shown in printed.items()}


def _span(missing: tuple[str, ...]) -> str:
    in_a_row = all(following(p) == q for p, q in pairwise(missing))
    if len(missing) > 2 and in_a_row:
        return f"{name(missing[0])} to {name(missing[-1])}"
    return listed(map(name, missing))


def unprinted_rows(edition: Edition) -> Iterator[Fault]:
    """Rows that no section prints."""
    printed = {(key, area.name, period) for (key, area), shown in _printed(edition).items() for period in shown}
    told = [one for cell, one in by_cell(edition).items() if cell not in printed]
    if told:
        said = f"{many(len(told), 'row')} of {listed(one.indicator for one in told)} that no section prints."
        remedy = "Leave them as history, or name them in edition.yml."
        yield Fault("note", "OBS009", "observations.csv", said, remedy, rows_of(told))


# --- all of it ------------------------------------------------------------------------------------------------


def awaited(edition: Edition) -> Iterator[Fault]:
    """Figures that are still to be supplied are counted; an edition without any figure of its month is none yet."""
    missing = edition.observations[edition.observations["value"].isna()]
    told = missing[missing["note"] == TO_BE_SUPPLIED]
    if len(told):
        own = edition.observations["period"] == edition.as_at
        empty = edition.observations.loc[own if own.any() else slice(None), "value"].isna().all()
        grade, said = "warning", f"{many(len(told), 'figure')} to be supplied."
        if empty:
            grade, said = "error", f"there is no figure of {name(edition.as_at)} yet."
        remedy = "Put the month's figures in."
        yield Fault(grade, "OBS023", "observations.csv", said, remedy, tuple(told["row"]), "value")


FORM = (settings, shown_periods, sections, names, periods, words, duplicates)
FIGURES = (reasons, awaited, *sums.RULES, *years.RULES)
COVERAGE = (missing_rows, unprinted_rows)
RULES = (*FORM, *FIGURES, *COVERAGE)
"""Every rule over one edition. The like-for-like guard of the benchmarks is run besides."""


def check(edition: Edition, earlier: Edition | None = None) -> list[Fault]:
    """Every fault of an edition, worst first; `earlier` is the edition to compare benchmarks with.

    Without `earlier` it is the one before in params/editions, if there is one of the same title.
    What is printed and has no row is looked for only once the form of everything is right.
    """
    files = files_now(PARAMS)
    if _last and not earlier and _last[0] == files and _last[1].same(edition):
        return [*_last[2]]
    faults = _faults(edition, earlier or edition_before(edition))
    if not earlier:
        _last[:] = files, edition.copy(), faults
    return [*faults]


_last: list = []
"""The last edition that was checked, with the files as they were and its faults: every pack of a batch checks again."""


def _faults(edition: Edition, earlier: Edition | None) -> list[Fault]:
    form = [fault for rule in FORM for fault in rule(edition)]
    sound = _sound(edition, form) if form else edition
    rules = FIGURES if form else (*FIGURES, *COVERAGE)
    faults = [*form, *(fault for rule in rules for fault in rule(sound))]
    faults += _likeness(sound, earlier)
    return worst_first(faults)


def _likeness(edition: Edition, earlier: Edition | None) -> list[Fault]:
    """Where a benchmark is of another year, definition or vintage than it seems."""
    return likeness(
        edition.benchmarks, earlier and earlier.benchmarks, load_derived(edition.name), load_measures(), edition.areas,
        as_at=edition.as_at, years=edition.years_rated,
    )  # fmt: skip


def _sound(edition: Edition, faults: list[Fault]) -> Edition:
    """The edition without the rows and the indicators of sections that have an error of form."""
    tables = {}
    for table in KEYS:
        told, odd = getattr(edition, table), [row for f in faults if f.file == f"{table}.csv" for row in f.rows]
        tables[table] = told[~told["row"].isin(odd)]
    sections = tuple(_sound_section(edition, section) for section in edition.sections)
    return replace(edition, sections=sections, **tables)


def _sound_section(edition: Edition, section: Section) -> Section:
    sound = [key for key in section.indicators if not any(_section_indicator(edition, section, key, ""))]
    shown = tuple(key for key in sound if section.shown[edition.catalogue[key].data_period])
    return replace(section, indicators=shown)


def checked(edition: Edition, earlier: Edition | None = None) -> list[Fault]:
    """The warnings and notes of an edition; `InputError` with all errors if there is one."""
    return without_errors(check(edition, earlier))


def edition_before(edition: Edition, folder: Path = EDITIONS) -> Edition | None:
    """The latest earlier edition of the same scorecard in `folder` that can be read, or None."""
    for named in reversed([known for known in editions_known(folder) if known < edition.name]):
        with suppress(InputError):  # an edition that cannot be read has a check of its own
            if (earlier := load_edition(named, folder, as_held=True)).title == edition.title:
                return earlier
    return None


def report(faults: list[Fault], edition: str) -> str:
    """The faults as lines under their grade, worst first, then one line that sums them up for the edition."""
    lines, counts = [], []
    for grade in GRADES:
        told = [fault for fault in faults if fault.grade == grade]
        counts.append(many(len(told), grade))
        lines += [counts[-1].capitalize(), *map(str, told), ""] if told else []
    return "\n".join([*lines, f"{', '.join(counts)} in edition {edition}."])
