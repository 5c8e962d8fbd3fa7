"""The folder of a new edition: settings moved to its month, figures carried over and taken from an extract."""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from scorecard.checking.sums import many
from scorecard.checks import check
from scorecard.editions import (
    EDITIONS,
    OPTIONAL,
    RATED,
    TABLES,
    TO_BE_SUPPLIED,
    Edition,
    Section,
    editions_known,
    kind_of,
)
from scorecard.faults import LISTED, Fault, InputError
from scorecard.inputs.extracts import Extract
from scorecard.inputs.texts import carry_over
from scorecard.pages.exception_report import AVERAGE
from scorecard.periods import KINDS, kind, months_before, year_before
from scorecard.periods import name as period_name
from scorecard.ratings import at_printed_precision

CARRIED_OVER = ["standards.csv", "outturns.csv", "benchmarks.csv", "benchmarks_derived.csv", "indicators.yml",
                "attainment.csv"]  # fmt: skip
"""Files of an edition that hold for the next one too; those that it has."""
EMPTIED = {"activity": {"value": "", "national": ""}, "breakdowns": {"value": "", "note": TO_BE_SUPPLIED}}
"""Tables of the month: their lines stay, to be filled in by hand."""
NUMBERED = ["value", "numerator", "denominator"]
CELLS = [*NUMBERED, "note"]
BY_HAND = [named for named in KINDS if named != "month"]
"""The kinds of period that do not move with the month."""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Difference:
    """A figure of the extract that the earlier edition gives otherwise."""

    key: Key
    before: str
    now: str

    def __str__(self) -> str:
        indicator, area, period = self.key
        return f"{indicator} {area} {period}: {self.now}, was {self.before}"


@dataclass(frozen=True)
class Made:
    """A new edition: its folder, how many figures came from where, and what an analyst has to know."""

    folder: Path
    supplied: int
    awaited: int
    carried: int
    differences: tuple[Difference, ...]
    commentary: int
    beyond: tuple[str, ...]
    ends: tuple[str, ...]
    emptied: tuple[str, ...]
    series: str | None


def latest_before(new: str, folder: Path = EDITIONS) -> str:
    """The latest edition before `new` that is named like it; `InputError` if there is none."""
    stem = re.fullmatch(r"(.*?)[0-9]{4}-[0-9]+", new)
    named = [known for known in editions_known(folder) if stem and known.startswith(stem[1])]
    earlier = [known for known in named if kind(known.removeprefix(stem[1])) == "month" and known < new]
    if not earlier:
        remedy = f"Name the edition to carry over from with --from: {', '.join(editions_known(folder))}."
        raise InputError([Fault("error", "NEW003", "editions", f'there is no edition before "{new}".', remedy)])
    return earlier[-1]


def edition_before(new: str, earlier: str | None, folder: Path = EDITIONS) -> str:
    """The edition to carry over from: `earlier`, or else the latest before `new`.

    `InputError` if there is none, or if its scorecard has no ratings: its tables are typed in whole each time.
    """
    found = earlier or latest_before(new, folder)
    if (kind_found := kind_of(found, folder)) in (None, *RATED):
        return found
    files = ", ".join(sorted(path.name for path in (folder / found).glob("*.csv")))
    said = f'{found} is a scorecard of the kind "{kind_found}", which has no ratings. Nothing of it holds on.'
    remedy = f"Copy the folder {found} to {new}, type the new figures into {files} and edition.yml, then check it."
    raise InputError([Fault("error", "NEW008", "editions", said, remedy)])


def make_edition(new: str, earlier: Edition, extract: Extract | None = None, folder: Path = EDITIONS) -> Made:
    """Write `params/editions/<new>` after the model of `earlier`, whole or not at all.

    Every figure that the edition will print has its line in observations.csv: from the extract if it has one, else from
    `earlier`, else without value and marked `to be supplied`. `InputError` with every fault of the extract, if the name
    is no month or the folder exists; nothing is overwritten.
    """
    month, home = _month(new, earlier), folder / new
    if home.exists():
        raise InputError([Fault("error", "NEW002", "editions", f"{new} exists.", "Remove its folder first.")])
    before = _figures(earlier.observations)
    if extract and (faults := _faults(extract, earlier, month, before)):
        raise InputError(faults)
    cells = _cells(earlier, month, before)
    told = _figures(extract.table) if extract else {}
    shown = set(cells)
    observations = cells | told
    part = folder / f".part-{new}-{os.getpid()}"
    try:
        commentary = _write(part, earlier, month, observations, folder)
        os.replace(part, home)
    except OSError as error:
        said = f"{new} cannot be written: {error.strerror}."
        raise InputError([Fault("error", "NEW007", "editions", said, "Make room or mend the rights.")]) from None
    finally:
        with suppress(OSError):
            shutil.rmtree(part)
    return Made(
        home, sum(1 for cell in told.values() if cell["value"]),
        sum(1 for cell in observations.values() if cell["note"] == TO_BE_SUPPLIED),
        sum(1 for key, cell in cells.items() if cell["value"] and key not in told),
        tuple(_differences(told, before, earlier)), commentary,
        tuple(sorted({period for _, _, period in set(told) - shown})), tuple(_ends(earlier)),
        tuple(f"{table}.csv" for table in EMPTIED if not getattr(earlier, table).empty),
        max((period for period in earlier.exception_series["period"] if period != AVERAGE), default=None),
    )  # fmt: skip


def _month(new: str, earlier: Edition) -> str:
    """The month of the new edition, which is named as `earlier` is."""
    stem = earlier.name.removesuffix(earlier.as_at)
    month = new.removeprefix(stem)
    if kind(month) != "month" or not new.startswith(stem):
        said, remedy = f'"{new}" is not a month.', f"Write it as {stem}2024-08."
        raise InputError([Fault("error", "NEW001", "editions", said, remedy)])
    return month


def _write(part: Path, earlier: Edition, month: str, observations: dict[Key, dict], folder: Path) -> int:
    """Write the files of the new edition into `part`; the number of commentary files carried over."""
    source = folder / earlier.name
    part.mkdir()
    moved = _moved((source / "edition.yml").read_text(encoding="utf-8"), earlier.as_at, month)
    (part / "edition.yml").write_text(moved, encoding="utf-8", newline="\n")
    for file in CARRIED_OVER:
        if (source / file).exists():
            shutil.copyfile(source / file, part / file)
    rows = [(*key, *(cell[column] for column in CELLS)) for key, cell in observations.items()]
    frames = {"observations": pd.DataFrame(rows, columns=TABLES["observations"], dtype=object)}
    frames |= {table: getattr(earlier, table).assign(**blank) for table, blank in EMPTIED.items()}
    series = earlier.exception_series
    frames["exception_series"] = series[series["period"] != AVERAGE]
    for table, frame in frames.items():
        if table not in OPTIONAL or len(frame):
            frame[TABLES[table]].to_csv(part / f"{table}.csv", index=False, lineterminator="\n")
    return len(carry_over(earlier, part, folder))


def _moved(text: str, before: str, after: str) -> str:
    """The settings with every month moved on; the list of teams and all words stay."""

    def later(found: re.Match) -> str:
        return f'"{_later(found[1], before, after)}"' if kind(found[1]) == "month" else found[0]

    lines = text.splitlines(keepends=True)
    moved = [line if line.startswith("teams_as_of") else re.sub(r'"(\d{4}-\d{2})"', later, line) for line in lines]
    told = re.sub(r"(?m)^released: .*$", f"released: {TO_BE_SUPPLIED}", "".join(moved))
    return re.sub(r"(?m)^published: .*$", "published: null", told)


def _later(month: str, before: str, after: str) -> str:
    """`month` moved by as much as lies between the two editions."""
    gap = (int(after[:4]) - int(before[:4])) * 12 + int(after[5:7]) - int(before[5:7])
    return months_before(month, -gap)


# --- figures --------------------------------------------------------------------------------------


def _figures(observations: pd.DataFrame) -> dict[Key, dict]:
    """The cells of each figure as they are written, by indicator, area and period."""
    return {
        (told.indicator, told.area, told.period): {
            **{column: _text(getattr(told, column)) for column in NUMBERED}, "note": told.note,
        }
        for told in observations.itertuples()
    }  # fmt: skip


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _cells(earlier: Edition, month: str, before: dict[Key, dict]) -> dict[Key, dict]:
    """Every figure that the new edition prints, in printed order, as the earlier one has it or to be supplied."""
    never, cells = _never_held(earlier), {}
    for area in earlier.printed_areas:
        for section in (section for section in earlier.sections if section.kind == area.kind):
            for indicator in section.indicators:
                note = never.get((indicator, area.name), TO_BE_SUPPLIED)
                empty = dict.fromkeys(NUMBERED, "") | {"note": note}
                for period in _printed(section, earlier.catalogue[indicator].data_period):
                    moved = _later(period, earlier.as_at, month) if kind(period) == "month" else period
                    key = (indicator, area.name, moved)
                    cells[key] = before.get(key, empty)
    return cells


def _printed(section: Section, data_period: str) -> list[str]:
    """The periods that a section prints, with the one of a year ago where it has a column."""
    shown = section.shown[data_period]
    ago = [year_before(shown[-1])] if section.year_ago else []
    return [*(period for period in ago if period not in shown), *shown]


def _never_held(earlier: Edition) -> dict[tuple[str, str], str]:
    """The indicators that an area had no figure of in any period, with the reason given."""
    held = earlier.observations.groupby(["indicator", "area"]).agg({"value": "count", "note": "last"})
    return held.loc[held["value"] == 0, "note"].to_dict()


def _differences(told: dict[Key, dict], before: dict[Key, dict], earlier: Edition):
    """The figures that the extract gives otherwise than the earlier edition, as printed."""
    for key, cell in told.items():
        decimals = earlier.catalogue[key[0]].decimals
        if key in before and _as_printed(cell, decimals) != _as_printed(before[key], decimals):
            yield Difference(key, _said(before[key]), _said(cell))


def _as_printed(cell: dict, decimals: int) -> tuple:
    value = at_printed_precision(Decimal(cell["value"]), decimals) if cell["value"] else None
    return value, *(Decimal(cell[column]) if cell[column] else None for column in NUMBERED[1:])


def _said(cell: dict) -> str:
    counts = f" ({cell['numerator']} of {cell['denominator']})" if cell["numerator"] and cell["denominator"] else ""
    return f"{cell['value']}{counts}" if cell["value"] else f"no value ({cell['note'] or 'without a reason'})"


# --- the extract ----------------------------------------------------------------------------------


def _faults(extract: Extract, earlier: Edition, month: str, before: dict[Key, dict]) -> list[Fault]:
    """Every error of the extract's figures: what `check` finds in them, and what does not belong to the month."""
    held = replace(earlier, observations=extract.table)
    found = [fault for fault in check(held, earlier) if (fault.grade, fault.file) == ("error", "observations.csv")]
    faults = [replace(fault, file=extract.name) for fault in found]
    months = extract.table["period"].map(lambda period: kind(period) == "month")
    late = extract.table[months & (extract.table["period"] > month)]
    for period, rows in late.groupby("period", sort=False)["row"]:
        said = f"{period} is after the month of the edition, {month}."
        faults.append(_fault("004", extract, said, "Correct the period or make that edition.", tuple(rows), "period"))
    if not (extract.table["period"] == month).any():
        said = f"there is no figure of {period_name(month)}."
        faults.append(_fault("005", extract, said, "Is it the extract of another month?", (), "period"))
    blank = extract.table[extract.table["value"].isna() & (extract.table["note"] == "")]
    given = {key for key, cell in before.items() if cell["value"]}
    taken = [row.row for row in blank.itertuples() if (row.indicator, row.area, row.period) in given]
    if taken:
        said = f"no value and no reason where {earlier.name} has a figure."
        remedy = "Give the reason in column note, or leave the row out and the figure stays."
        faults.append(_fault("006", extract, said, remedy, tuple(taken), "value"))
    return faults


def _fault(code: str, extract: Extract, said: str, remedy: str, rows: tuple[int, ...], column: str) -> Fault:
    return Fault("error", f"NEW{code}", extract.name, said, remedy, rows, column)


# --- what an analyst reads ------------------------------------------------------------------------


def _ends(earlier: Edition) -> list[str]:
    """The last quarter, term and year shown, which do not move with the month."""
    shown = {periods[-1] for section in earlier.sections for periods in section.shown.values() if periods}
    return [period for named in BY_HAND for period in sorted(shown) if kind(period) == named]


def report(made: Made, earlier: str, extract: Extract | None = None) -> str:
    """What was made and what is left to do, for the analyst who asked for it."""
    lines = [f"Made {made.folder} from {earlier}.", *(extract.remarks if extract else [])]
    if extract:
        rows = many(len(extract.table), "row")
        lines.append(f"{many(made.supplied, 'figure')} from {extract.name} ({rows}).")
    lines.append(f"{many(made.carried, 'figure')} carried over from {earlier}, {made.awaited:,} to be supplied.")
    if made.differences:
        count = len(made.differences)
        lines.append(f"{many(count, 'figure')} {'differs' if count == 1 else 'differ'} from {earlier}:")
        lines += [f"  {difference}" for difference in made.differences[:LISTED]]
        lines += [f"  and {count - LISTED:,} more."] if count > LISTED else []
    if made.commentary:
        lines.append(f"Commentary of {many(made.commentary, 'area')} carried over; it is stale until edited.")
    if made.beyond:
        lines.append(f"Not shown by the settings: {', '.join(map(period_name, made.beyond))}, kept as history.")
    if made.emptied:
        has = "has its lines" if len(made.emptied) == 1 else "have their lines"
        lines.append(f"{' and '.join(made.emptied)} {has} without figures; put them in.")
    if made.series:
        lines.append(f"exception_series.csv ends with {period_name(made.series)}; put the month in.")
    ends = f", and the periods shown, which end with {', '.join(map(period_name, made.ends))}" if made.ends else ""
    lines.append(f"Review in edition.yml, where only months were moved: the years, the notes, released{ends}.")
    return "\n".join([*lines, f"Then run: scorecard check --edition {made.folder.name}"])
