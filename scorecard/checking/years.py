"""Whether the years of an edition fit together: its standards, outturns and benchmarks, results that repeat, conflicts.

Each rule takes an edition and yields its faults; `scorecard.checks` runs them.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import pandas as pd

from scorecard.checking.sums import by_cell, listed, rows_of
from scorecard.editions import Edition, mark
from scorecard.faults import Fault
from scorecard.periods import kind, name
from scorecard.ratings import Polarity, margin, places, round_half_up

FAR = 3
"""A target further than this many times its own distance to the floor from every other figure looks like a slip."""
MANY = Decimal("0.8")
"""From this share of the districts on, equal results are a repeat and no coincidence."""
FEWEST = 3
STALE_ROWS = 10
"""So many outturns equal to one later month, and all of their indicator, are no coincidence."""
SHOWN_AND_RATED = "Ask the source which is right; the scorecard shows the printed one and rates by the other."


def same(one: Decimal, other: Decimal) -> bool:
    """Whether two printed figures are equal at the coarser of their precisions."""
    coarser = min(places(one), places(other))
    return round_half_up(one, coarser) == round_half_up(other, coarser)


def _quoted(note: str) -> str:
    return f' The note says: "{note}".' if note else ""


# --- standards ------------------------------------------------------------------------------------------------


def _standard(grade: str, code: str, told, said: str, *, remedy: str, column: str) -> Fault:
    value = str(getattr(told, column) or "")
    text = f"{told.indicator} {told.year}: {said}"
    return Fault(grade, f"STD{code}", "standards.csv", text, remedy, (told.row,), column, value, told.indicator)


def standards_are_whole(edition: Edition) -> Iterator[Fault]:
    """Every standard has a polarity; T has a target and a tolerance; the floor lies on the far side of the target."""
    for told in edition.standards.itertuples():
        polarity = told.polarity or edition.catalogue[told.indicator].polarity
        if not polarity:
            said = "no polarity, here or in indicators.yml."
            yield _standard("error", "008", told, said, remedy="Write H, L or T.", column="polarity")
        elif polarity == Polarity.TARGET and None in (told.target, told.tolerance):
            lacking = "target" if told.target is None else "tolerance"
            said = f"polarity T without {lacking}."
            yield _standard(
                "error", "009", told, said, remedy="GREEN is within tolerance of the target.", column=lacking
            )
        elif polarity in set(Polarity) and _floor_is_stricter(told, Polarity(polarity)):
            side = "tolerance" if polarity == Polarity.TARGET else "target"
            said = f"floor {told.floor} is stricter than {side} {getattr(told, side)} for polarity {polarity}."
            yield _standard("error", "010", told, said, remedy="Swap the two or mend the polarity.", column="floor")


def _floor_is_stricter(told, polarity: Polarity) -> bool:
    if None in (told.floor, told.target):
        return False
    if polarity == Polarity.TARGET:
        return told.floor < told.tolerance
    return margin(told.target, told.floor, polarity.sign, told.target) < 0


def standards_agree(edition: Edition) -> Iterator[Fault]:
    """A standard rates as it is printed: its target is the printed one, its polarity the catalogue's."""
    for told in edition.standards.itertuples():
        if told.target_printed and decimal(told.target_printed) != told.target:
            said = f"the target is printed as {told.target_printed} and rates as {told.target}.{_quoted(told.note)}"
            yield _standard("warning", "011", told, said, remedy=SHOWN_AND_RATED, column="target_printed")
        polarity = edition.catalogue[told.indicator].polarity
        if told.polarity and polarity and told.polarity != polarity:
            said = f"rates with polarity {told.polarity}, indicators.yml has {polarity}.{_quoted(told.note)}"
            yield _standard(
                "warning", "013", told, said, remedy="Ask the source which one the year follows.", column="polarity"
            )


def decimal(text: str) -> Decimal | None:
    """A printed number, or None for what is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def far_targets(edition: Edition) -> Iterator[Fault]:
    """A target that moved between years does not lie far from all else that is known of the indicator.

    All else: its targets in other years, Kent's values and the benchmarks. Far is `FAR` times the
    distance from target to floor (for T the floor is that distance). Not judged are a target that is
    the only one of its indicator, since Kent may simply miss it by much, and one without a value yet.
    """
    targets = _by_indicator(edition.standards, "target", ["year"])
    of_kent = edition.observations[edition.observations["area"] == edition.areas.kent.name]
    values = _by_indicator(of_kent, "value", ["area", "period"])
    benchmarks = _by_indicator(edition.benchmarks, "value", ["area", "period"])
    for told in edition.standards.dropna(subset=["target", "floor"]).itertuples():
        polarity = told.polarity or edition.catalogue[told.indicator].polarity
        distance = told.floor if polarity == Polarity.TARGET else abs(told.target - told.floor)
        others = {year: value for year, value in targets[told.indicator].items() if year != told.year}
        kent = values.get(told.indicator, {})
        known = {**kent, **benchmarks.get(told.indicator, {})}
        near = [value for value in (*others.values(), *known.values()) if abs(told.target - value) <= FAR * distance]
        if others and kent and not near:
            far = f"lies far from {_far_from(told.target, others, known)}"
            said = f"the target {told.target_printed or told.target} {far}.{_quoted(told.note)}"
            remedy = "See whether it is a slip of the pen."
            yield _standard("warning", "012", told, said, remedy=remedy, column="target")


def _by_indicator(table: pd.DataFrame, column: str, named: list[str]) -> dict[str, dict[str, Decimal]]:
    """The numbers of a column by indicator, each by what it is: `Kent, 2022-23`."""
    found: dict = {}
    for told in table.dropna(subset=[column]).itertuples():
        found.setdefault(told.indicator, {})[", ".join(getattr(told, part) for part in named)] = getattr(told, column)
    return found


def _far_from(target: Decimal, others: dict[str, Decimal], known: dict[str, Decimal]) -> str:
    years = listed(f"{value} for {year}" for year, value in others.items())
    nearest = min(known, key=lambda what: abs(target - known[what]))
    return f"those of other years ({years}) and from every value (nearest: {known[nearest]}, {nearest})"


def floors_known(edition: Edition) -> Iterator[Fault]:
    """Which floor standards are not known or only assumed."""
    causes = {
        "unknown": ("STD014", "no floor standard is known for", "A missed target gets no RAG until one is stated."),
        "assumed": ("STD015", "the floor standard is assumed for", "Replace it when one is stated."),
    }
    for source, (code, said, remedy) in causes.items():
        told = list(edition.standards[edition.standards["floor_source"] == source].itertuples())
        if told:
            text = f"{said} {listed(one.indicator for one in told)}."
            yield Fault("note", code, "standards.csv", text, remedy, rows_of(told), "floor_source", source)


# --- what repeats ---------------------------------------------------------------------------------------------


def repeated_results(edition: Edition) -> Iterator[Fault]:
    """An annual result is not last year's over again in Kent and nearly all districts."""
    cells, areas = by_cell(edition), [edition.areas.kent, *edition.areas.districts]
    for key, before, latest in _last_two_years(edition):
        pairs = [(cells.get((key, area.name, before)), cells.get((key, area.name, latest))) for area in areas]
        repeated = [now for was, now in pairs if _known(was, now) and same(was.value, now.value)]
        if _is_repeat(pairs, repeated):
            said = f"{key}: {latest} repeats {before} in Kent and {len(repeated) - 1} of {len(pairs) - 1} districts."
            remedy = "Put in the new results, or keep the note that says why not."
            yield Fault(
                "warning", "OBS021", "observations.csv", said + _common_note(repeated), remedy, rows_of(repeated),
                "value", latest, key,
            )  # fmt: skip


def _last_two_years(edition: Edition) -> list[tuple[str, str, str]]:
    """Each annual indicator with the last two years that a section shows of it."""
    found = set()
    for section in edition.sections:
        for key in section.indicators:
            years = section.shown[edition.catalogue[key].data_period][-2:]
            if len(years) == 2 and kind(years[1]) == "year":
                found.add((key, *years))
    return sorted(found)


def _known(*told) -> bool:
    return all(one is not None and one.value is not None for one in told)


def _is_repeat(pairs: list[tuple], repeated: list) -> bool:
    """Whether Kent (the first pair) and nearly all districts with two figures are among those `repeated`."""
    districts = sum(_known(*pair) for pair in pairs[1:])
    return districts >= FEWEST and pairs[0][1] in repeated and len(repeated) - 1 >= MANY * districts


def _common_note(told: list) -> str:
    notes = {one.note for one in told}
    return _quoted(notes.pop()) if len(notes) == 1 else ""


def stale_outturns(edition: Edition) -> Iterator[Fault]:
    """The outturn of a year is not the figure of a month after that year, in every row of many indicators."""
    best = max(_months_repeated(edition).items(), key=lambda item: len(item[1]), default=None)
    if best is None or len(best[1]) < STALE_ROWS:
        return
    (year, month), told = best
    said = (
        f"in all {len(told)} rows of {listed(one.indicator for one in told)} the outturn {year} equals the figure of "
        f"{name(month)}, which is after that year.{_common_note(told)}"
    )
    remedy = f"Ask the source whether these are the outturns of {year} under an old heading."
    yield Fault("warning", "OUT006", "outturns.csv", said, remedy, rows_of(told), "year", year)


def _months_repeated(edition: Edition) -> dict[tuple[str, str], list]:
    """The outturns of those indicators that equal one later month in all their rows, by year and month."""
    cells, found = by_cell(edition), {}
    months = {key: set() for key, _, _ in cells}
    for key, _, period in cells:
        if kind(period) == "month":
            months[key].add(period)
    for (key, year), rows in edition.outturns.dropna(subset=["value"]).groupby(["indicator", "year"], sort=False):
        told, end = list(rows.itertuples()), f"{int(year[:4]) + 1}-08"
        for month in sorted(month for month in months.get(key, ()) if month > end):
            observed = [cells.get((key, one.area, month)) for one in told]
            if _known(*observed) and all(same(*pair) for pair in zip(_values(told), _values(observed), strict=True)):
                found.setdefault((year, month), []).extend(told)
    return found


def _values(told: list) -> list[Decimal]:
    return [one.value for one in told]


# --- pages that differ ----------------------------------------------------------------------------------------


def conflicts(edition: Edition) -> Iterator[Fault]:
    """A figure that stands on two pages is the same on both; one printed with fewer decimals is only a note."""
    cells = by_cell(edition)
    for told in edition.conflicts.itertuples():
        numbers = decimal(told.first), decimal(told.second)
        coarser = None not in numbers and same(*numbers)
        shown = cells.get((told.indicator, told.area, told.period))
        said = (
            f"{told.indicator} of {told.area}, {name(told.period)}, is printed as {told.first} ({told.first_source}) "
            f"and as {told.second} ({told.second_source}){', rounded further' if coarser else ''}."
            f"{f' The scorecard shows {shown.value}.' if shown else ''}"
        )
        grade, remedy = ("note", "Nothing to mend here.") if coarser else ("warning", "Ask the source which one holds.")
        yield Fault(
            grade, "CON006", "conflicts.csv", said, remedy, (told.row,), "second", told.second, told.indicator,
            told.area,
        )  # fmt: skip


def footnotes(edition: Edition) -> Iterator[Fault]:
    """Every mark on a printed benchmark has its footnote."""
    for told in edition.benchmarks.itertuples():
        if (found := mark(told.printed_as)) and found not in edition.footnotes:
            said = f"{told.indicator}: {told.printed_as} has the mark {found}, and edition.yml no footnote for it."
            yield Fault(
                "error", "BEN007", "benchmarks.csv", said, "Add it under footnotes.", (told.row,), "printed_as",
                told.printed_as, told.indicator,
            )  # fmt: skip


STANDARDS = (standards_are_whole, standards_agree, far_targets, floors_known)
RULES = (*STANDARDS, repeated_results, stale_outturns, conflicts, footnotes)
