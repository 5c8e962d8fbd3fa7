"""Every fault of an Ofsted dashboard: its form, its percentages, and totals held against their parts."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product

from scorecard.checking.sums import ASK, listed, many, rows_of
from scorecard.faults import GRADES, Fault, nearest
from scorecard.inspections.ofsted import COUNTS, NUMBERS, PERCENTAGE, Dashboard, Difference, Profile, percentage

KEYS = {
    "outcomes": ["table", "scope", "district", "type"],
    "percentages": ["scope", "type"],
    "status": ["status", "district", "type"],
    "direction_of_travel": ["scope", "kind", "previous", "latest"],
}
"""What makes a row of each table one of its kind."""
KINDS = ("number", "percent")


def check(dashboard: Dashboard) -> list[Fault]:
    """Every fault of an edition, worst first; the figures are looked at once the form is right."""
    faults = [fault for rule in FORM for fault in rule(dashboard)]
    faults = faults or [fault for rule in FIGURES for fault in rule(dashboard)]
    return sorted(faults, key=lambda fault: (GRADES.index(fault.grade), fault.file, fault.code, fault.rows))


# --- form -----------------------------------------------------------------------------------------


def names(dashboard: Dashboard) -> Iterator[Fault]:
    """Every area, phase, scope and judgement is one that edition.yml or areas.yml names."""
    areas = [area.name for area in (dashboard.areas.kent, *dashboard.areas.districts)]
    phases = [printed for phase in dashboard.phases for printed in phase.printed]
    judgements = [judgement.printed for judgement in dashboard.judgements]
    known = {
        ("outcomes", "district"): [*areas, dashboard.national],
        ("outcomes", "type"): [*phases, dashboard.national, dashboard.not_inspected],
        ("outcomes", "scope"): dashboard.scopes.values(),
        ("percentages", "scope"): dashboard.scopes.values(),
        ("percentages", "type"): [*phases, dashboard.national],
        ("status", "district"): areas,
        ("status", "type"): phases,
        ("direction_of_travel", "scope"): dashboard.travels.values(),
        ("direction_of_travel", "kind"): KINDS,
        ("direction_of_travel", "previous"): judgements,
        ("direction_of_travel", "latest"): judgements,
    }
    for (table, column), allowed in known.items():
        told = dashboard.tables[table]
        for value, rows in told[~told[column].isin(list(allowed))].groupby(column, sort=False)["row"]:
            said, remedy = f'"{value}" is not known.', nearest(value, list(allowed))
            yield Fault("error", "OFS001", f"{table}.csv", said, remedy, tuple(rows), column, value)


def settings(dashboard: Dashboard) -> Iterator[Fault]:
    """The judgements of edition.yml are the columns of the tables, and differences name phases that there are."""
    keys, columns = [judgement.key for judgement in dashboard.judgements], COUNTS[1:-1]
    if sorted(keys) != sorted(columns):
        said, remedy = f"the judgements are {listed(keys)}.", f"They must be the columns {listed(columns)}."
        yield Fault("error", "OFS002", "edition.yml", said, remedy, column="judgements")
    phases = [phase.name for phase in dashboard.phases]
    for told in dashboard.differences:
        if told.phase not in phases:
            said = f'a difference is about "{told.phase}", which is no phase.'
            yield Fault("error", "OFS002", "edition.yml", said, nearest(told.phase, phases), column="differences")


def duplicates(dashboard: Dashboard) -> Iterator[Fault]:
    """No two rows of a table are about the same."""
    for table, key in KEYS.items():
        told = dashboard.tables[table]
        for values, rows in told[told.duplicated(key, keep=False)].groupby(key, sort=False)["row"]:
            said = f"{', '.join(values)} stands {len(rows)} times."
            yield Fault("error", "OFS003", f"{table}.csv", said, "Keep one.", tuple(rows), key[-1], values[-1])


def whole_numbers(dashboard: Dashboard) -> Iterator[Fault]:
    """Schools and settings are whole and not negative; a percentage is between 0 and 100."""
    for table, columns in NUMBERS.items():
        for column in columns:
            told = dashboard.tables[table].dropna(subset=[column])
            counts = column in COUNTS and COUNTS[0] in told
            odd = [row for row in told.itertuples() if _impossible(row, getattr(row, column), counts)]
            if odd:
                said, remedy = f"{getattr(odd[0], column)} is impossible.", "Numbers are whole, percentages up to 100."
                yield Fault("error", "OFS004", f"{table}.csv", said, remedy, rows_of(odd), column)


def _impossible(row, value: Decimal, counts: bool) -> bool:
    counts = counts or getattr(row, "kind", None) == KINDS[0]
    return value < 0 or bool(value % 1 if counts else value > 100)


def whole_matrices(dashboard: Dashboard) -> Iterator[Fault]:
    """Each direction-of-travel matrix has every pair of judgements, as a number and as a percentage."""
    words = [judgement.printed for judgement in dashboard.judgements]
    told = dashboard.direction_of_travel.dropna(subset=["value"])
    there = set(told[KEYS["direction_of_travel"]].itertuples(index=False, name=None))
    for cell in product(dashboard.travels.values(), KINDS, words, words):
        if cell not in there:
            said = f"there is no figure for {', '.join(cell)}."
            yield Fault("error", "OFS005", "direction_of_travel.csv", said, "Add the row.", column="value")


# --- a row in itself ------------------------------------------------------------------------------


def _profiles(dashboard: Dashboard) -> Iterator[Profile]:
    for scope in dashboard.scopes:
        yield from dashboard.profiles(scope)
    for status in dashboard.statuses:
        yield from dashboard.by_status(status)


def _about(profile: Profile) -> str:
    return f"{profile.phase.name}, {profile.area}"


def _warning(code: str, profile: Profile, said: str, column: str, value: Decimal) -> Fault:
    return Fault("warning", code, profile.file, said, ASK, (profile.row,), column, str(value), area=profile.area)


def footing(dashboard: Dashboard) -> Iterator[Fault]:
    """The four judgements add up to the number inspected, the first two to the printed total of them."""
    for told in _profiles(dashboard):
        best = told.numbers[: dashboard.achieving]
        if None not in (told.inspected, *told.numbers) and sum(told.numbers) != told.inspected:
            said = f"{_about(told)}: the judgements add up to {sum(told.numbers)}, {told.inspected} were inspected."
            yield _warning("OFS010", told, said, COUNTS[0], told.inspected)
        if None not in (told.total, *best) and sum(best) != told.total:
            added = f"{' and '.join(map(str, best))} are {sum(best)}"
            said = f"{_about(told)}: {added} {dashboard.good}, printed {told.total}."
            yield _warning("OFS010", told, said, COUNTS[-1], told.total)


def percentages(dashboard: Dashboard) -> Iterator[Fault]:
    """A printed percentage follows from its numbers, rounded half up."""
    for told in _profiles(dashboard):
        found = told.achieved(dashboard.achieving).value
        if None not in (found, told.printed) and found != told.printed:
            said = f"{_about(told)}: {told.printed}% {dashboard.good} printed, the numbers give {found}."
            yield _warning("OFS011", told, said, PERCENTAGE, told.printed)
    for scope, name in dashboard.scopes.items():
        for told in dashboard.profiles(scope):
            if printed := dashboard.printed_shares(scope, told.phase):
                yield from _misprints(dashboard, told, printed, name)


def _misprints(dashboard: Dashboard, told: Profile, printed, scope: str) -> Iterator[Fault]:
    columns = [(judgement.key, told.numbers[i : i + 1]) for i, judgement in enumerate(dashboard.judgements)]
    columns.append(("good_or_outstanding", told.numbers[: dashboard.achieving]))
    named = {judgement.key: judgement.name for judgement in dashboard.judgements}
    for column, parts in columns:
        value, share = getattr(printed, column), percentage(parts, told.inspected).value
        if None not in (value, share) and value != share:
            said = (
                f"{told.phase.name}, {scope}: {value}% {named.get(column, dashboard.good)} does not follow from "
                f"{sum(parts)} of {told.inspected} ({share}). The pack shows {share}."
            )
            rows, remedy = (printed.row,), "Ask the source to correct it."
            yield Fault("warning", "OFS011", "percentages.csv", said, remedy, rows, column, str(value), area=told.area)


def travel_percentages(dashboard: Dashboard) -> Iterator[Fault]:
    """A percentage of the matrix is its number over all of the matrix."""
    told = dashboard.direction_of_travel
    for travel, scope in dashboard.travels.items():
        of = told[(told["scope"] == scope) & (told["kind"] == KINDS[1])]
        printed = {(row.previous, row.latest): row for row in of.itertuples()}
        for move in dashboard.moves(travel):
            row, share = printed[move.previous.printed, move.latest.printed], move.share.value
            if share is not None and row.value != share:
                said = f"{scope}, {row.previous} to {row.latest}: {row.value}% printed, {move.number} gives {share}."
                yield Fault(
                    "warning", "OFS011", "direction_of_travel.csv", said, ASK, (row.row,), "value", str(row.value)
                )


def none_inspected(dashboard: Dashboard) -> Iterator[Fault]:
    """Where none was inspected there is no percentage, whatever is printed."""
    none = [told for told in _profiles(dashboard) if told.inspected == 0 and told.printed is not None]
    for file in dict.fromkeys(told.file for told in none):
        told = [profile for profile in none if profile.file == file]
        phases = listed(profile.phase.name for profile in told)
        said = f"{many(len(told), 'row')} of {phases} print 0.0% where none was inspected."
        remedy = "The pack says none inspected: no school is not the same as no good school."
        yield Fault("note", "OFS012", file, said, remedy, rows_of(told), PERCENTAGE)


def illegible(dashboard: Dashboard) -> Iterator[Fault]:
    """Cells of maintained schools and academies that could not be read, and rows without a reason."""
    told = dashboard.status[dashboard.status[COUNTS[:-1]].isna().any(axis=1)]
    silent = told[told["note"].str.strip() == ""]
    if len(silent):
        remedy = "Say why in column note."
        yield Fault(
            "warning",
            "OFS013",
            "status.csv",
            "a number is missing without a reason.",
            remedy,
            tuple(silent["row"]),
            "note",
        )
    for note, rows in told[told["note"] != ""].groupby("note", sort=False)["row"]:
        said = f"{many(len(rows), 'row')} with numbers that are {note}."
        remedy = "They are shown as such; nothing is filled in."
        yield Fault("note", "OFS013", "status.csv", said, remedy, tuple(rows))


# --- a total and its parts ------------------------------------------------------------------------


def sums(dashboard: Dashboard) -> Iterator[Fault]:
    """Districts, phases, and maintained schools with academies add up to their total, or edition.yml says why not."""
    used = set()
    for parts, whole, told in _totals(dashboard):
        gaps = [_gap(column) for column in zip(*map(_numbers, [whole, *told]), strict=True)]
        known = [gap for gap in gaps if gap is not None]
        if not any(known):
            continue
        why = _explained(dashboard.differences, parts, whole, gaps)
        used.add(why)
        yield _difference(dashboard, parts, whole, gaps, why)
    for told in dashboard.differences:
        if told not in used:
            said = f"the {told.parts} of {told.phase}, {told.area} are not {told.inspected} fewer than their total."
            remedy = "Remove the entry, or correct the figures."
            yield Fault("warning", "OFS015", "edition.yml", said, remedy, column="differences", area=told.area)


def _totals(dashboard: Dashboard) -> Iterator[tuple[str, Profile, list[Profile]]]:
    """What the parts are, the total and its parts, for each total that is printed with its parts."""
    kent = dashboard.areas.kent.name
    districts = dashboard.profiles("districts")
    for phase in dashboard.phases:
        whole = [told for told in districts if told.phase == phase and told.area == kent]
        for total in whole:
            yield "districts", total, [told for told in districts if told.phase == phase and told.area != kent]
    for scope in dashboard.scopes:
        yield from _phases(dashboard.profiles(scope))
    statuses = [dashboard.by_status(status) for status in dashboard.statuses]
    for total in districts:
        told = [p for status in statuses for p in status if (p.area, p.phase) == (total.area, total.phase)]
        if len(told) == len(statuses) > 0:
            yield "status", total, told


def _phases(profiles: Sequence[Profile]) -> Iterator[tuple[str, Profile, list[Profile]]]:
    for whole in (told for told in profiles if told.phase.part == "total"):
        parts = [told for told in profiles if told.area == whole.area and told.phase.part == "school"]
        yield "phases", whole, [told for told in parts if told.inspected is not None]


def _numbers(profile: Profile) -> tuple[Decimal | None, ...]:
    return (profile.inspected, *profile.numbers)


def _gap(column: Sequence[Decimal | None]) -> Decimal | None:
    """The total less its parts; None where one is not known."""
    whole, *parts = column
    return None if None in column else whole - sum(parts)


def _explained(differences: Iterable[Difference], parts: str, whole: Profile, gaps: Sequence) -> Difference | None:
    """The entry for this total, if it says by how many and no judgement goes against it."""
    inspected, *judged = gaps
    about = (parts, whole.phase.name, whole.area)
    found = [told for told in differences if (told.parts, told.phase, told.area) == about]
    known = [gap for gap in judged if gap is not None]
    whole = len(known) == len(judged)
    for told in found:
        fits = inspected in (None, told.inspected) and all(gap >= 0 for gap in known)
        if fits and (sum(known) == told.inspected if whole else sum(known) <= told.inspected):
            return told
    return None


def _difference(dashboard: Dashboard, parts: str, whole: Profile, gaps: Sequence, why: Difference | None) -> Fault:
    columns = ["inspected", *(judgement.name for judgement in dashboard.judgements)]
    gaps = zip(columns, gaps, strict=True)
    told = listed(f"{abs(gap)} {'more' if gap > 0 else 'fewer'} {column}" for column, gap in gaps if gap)
    named = {"districts": "its districts", "phases": "its phases", "status": listed(dashboard.statuses)}[parts]
    said = f"{_about(whole)}: {told} than the sum of {named}."
    if why:
        return Fault("note", "OFS014", whole.file, said, f"Explained: {why.why}.", (whole.row,), area=whole.area)
    remedy = "Correct the figures, or explain it under differences in edition.yml."
    return Fault("warning", "OFS014", whole.file, said, remedy, (whole.row,), COUNTS[0], area=whole.area)


def printed_twice(dashboard: Dashboard) -> Iterator[Fault]:
    """Kent's figures in the district tables are those of its summary."""
    summary = {told.phase: told for told in dashboard.profiles("latest")}
    for told in dashboard.profiles("districts"):
        other = summary.get(told.phase) if told.area == dashboard.areas.kent.name else None
        if other and (_numbers(told), told.printed) != (_numbers(other), other.printed):
            said = f"{_about(told)}: not the same as in {other.source}."
            yield Fault("warning", "OFS016", told.file, said, ASK, (told.row,), area=told.area)


FORM = (settings, names, duplicates, whole_numbers, whole_matrices)
FIGURES = (
    footing, percentages, travel_percentages, none_inspected, illegible, sums, printed_twice,
)  # fmt: skip
