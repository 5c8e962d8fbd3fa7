"""Editions of a few typed rows, and the faults of one code."""

import csv
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from scorecard import checks
from scorecard.editions import NUMBERS, TABLES, Edition
from scorecard.faults import Fault


def table(name: str, *lines: str) -> pd.DataFrame:
    """A table from lines as they stand in its CSV file; the first is row 2."""
    told = pd.DataFrame(list(csv.reader(lines)), columns=TABLES[name], dtype=object)
    for column in NUMBERS.get(name, []):
        told[column] = pd.Series([Decimal(cell) if cell else None for cell in told[column]], told.index, dtype=object)
    return told.assign(row=range(2, len(told) + 2))


def only(edition: Edition, **tables: pd.DataFrame) -> Edition:
    """The edition with nothing in its tables but `tables`."""
    return replace(edition, **{**{name: table(name) for name in checks.KEYS}, **tables})


def with_cell(edition: Edition, name: str, row: int, column: str, cell) -> Edition:
    told = getattr(edition, name).copy()
    told.loc[told["row"] == row, column] = cell
    return replace(edition, **{name: told})


def of_code(faults, code: str) -> list[Fault]:
    return [fault for fault in faults if fault.code == code]
