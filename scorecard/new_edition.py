"""The folder of a new edition: settings moved to its month, standards carried over, observations to be supplied."""

import os
import re
import shutil
from pathlib import Path

import pandas as pd

from scorecard.editions import EDITIONS, TABLES, TO_BE_SUPPLIED, Edition
from scorecard.faults import Fault, InputError
from scorecard.periods import kind, months_before

CARRIED_OVER = ["standards", "outturns", "benchmarks"]


def make_edition(new: str, earlier: Edition, folder: Path = EDITIONS) -> Path:
    """Write `params/editions/<new>` after the model of `earlier` and return it.

    Every figure that the edition will print has its line in observations.csv, without value and
    marked `to be supplied`. `InputError` if the name is no month or the folder exists; nothing is
    overwritten.
    """
    home = folder / new
    if kind(new) != "month":
        raise InputError([Fault("error", "NEW001", "editions", f'"{new}" is not a month.', "Write it as 2024-08.")])
    if home.exists():
        raise InputError([Fault("error", "NEW002", "editions", f"{new} exists.", "Remove its folder first.")])
    part = folder / f".part-{new}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    source = folder / earlier.name
    moved = _moved((source / "edition.yml").read_text(encoding="utf-8"), earlier.as_at, new)
    (part / "edition.yml").write_text(moved, encoding="utf-8", newline="\n")
    for table in CARRIED_OVER:
        shutil.copyfile(source / f"{table}.csv", part / f"{table}.csv")
    to_be_supplied = {"observations": _observations(earlier, new), "activity": _activity(earlier)}
    for table, frame in to_be_supplied.items():
        frame[TABLES[table]].to_csv(part / f"{table}.csv", index=False, lineterminator="\n")
    os.replace(part, home)
    return home


def _moved(text: str, before: str, after: str) -> str:
    """The settings with every month moved on; the list of teams and all words stay."""

    def later(found: re.Match) -> str:
        return f'"{_later(found[1], before, after)}"' if kind(found[1]) == "month" else found[0]

    lines = text.splitlines(keepends=True)
    moved = [line if line.startswith("teams_as_of") else re.sub(r'"(\d{4}-\d{2})"', later, line) for line in lines]
    return re.sub(r"(?m)^released: .*$", f"released: {TO_BE_SUPPLIED}", "".join(moved))


def _later(month: str, before: str, after: str) -> str:
    """`month` moved by as much as lies between the two editions."""
    gap = (int(after[:4]) - int(before[:4])) * 12 + int(after[5:7]) - int(before[5:7])
    return months_before(month, -gap)


def _observations(earlier: Edition, new: str) -> pd.DataFrame:
    rows = {
        (indicator, area.name, _later(period, earlier.as_at, new) if kind(period) == "month" else period): None
        for area in earlier.printed_areas
        for section in earlier.sections
        if section.kind == area.kind
        for indicator in section.indicators
        for period in section.shown[earlier.catalogue[indicator].data_period]
    }
    table = pd.DataFrame(list(rows), columns=["indicator", "area", "period"], dtype=object)
    never = _never_held(earlier)
    notes = [never.get((told.indicator, told.area), TO_BE_SUPPLIED) for told in table.itertuples()]
    return table.assign(value="", numerator="", denominator="", note=notes)


def _never_held(earlier: Edition) -> dict[tuple[str, str], str]:
    """The indicators that an area had no figure of in any period, with the reason given."""
    held = earlier.observations.groupby(["indicator", "area"]).agg({"value": "count", "note": "last"})
    return held.loc[held["value"] == 0, "note"].to_dict()


def _activity(earlier: Edition) -> pd.DataFrame:
    return earlier.activity.assign(value="", national="")
