"""Every edition of a scorecard as one long series: each figure with its edition and row, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from scorecard.build import Figure, Row, travelled
from scorecard.checking.years import decimal, same
from scorecard.disclosure import WITHHELD, under
from scorecard.editions import Edition
from scorecard.periods import following, kind, year_before
from scorecard.ratings import NO_VALUE, at_printed_precision

HISTORY = [
    "indicator", "area", "period", "value", "numerator", "denominator", "note", "edition", "file", "row", "standing",
]  # fmt: skip
"""Columns of `history`, in order."""
CURRENT, REPEATED, REVISED, DOUBLE, MISSING = "current", "repeated", "revised", "printed twice", "no value"
"""What became of a figure: it is the one to use; a later edition prints it too; a later edition prints another one;
its own edition prints another one beside it; there is none."""
NOWHERE = "in no edition"
"""The reason for a period between two editions that neither prints."""


def history(editions: Iterable[Edition]) -> pd.DataFrame:
    """All figures of `editions`, with the columns of `HISTORY`, oldest period first and newest edition last.

    Indicators stand under their key of the newest edition (SEND20 under APP17), areas under their present name. Of each
    indicator, area and period one figure is `current`: that of the newest edition with a value. Numbers are Decimals.
    The newest edition's disclosure policy holds for all of them: what one edition withholds, none of them tells.
    """
    editions = sorted(editions, key=lambda edition: edition.as_at)
    told = pd.concat([_printed(under(edition, editions[-1].disclosure)) for edition in editions], ignore_index=True)
    told["indicator"] = told["indicator"].replace(_keys(editions[-1]))
    told["area"] = told["area"].replace(_names(editions[-1]))
    told = _withheld_by_all(told)
    told["standing"] = _standings(told)
    return told.sort_values(["indicator", "area", "period"], kind="stable", ignore_index=True)[HISTORY]


def _keys(edition: Edition) -> dict[str, str]:
    return {old: one.key for one in edition.catalogue.values() for old in one.older_codes}


def _names(edition: Edition) -> dict[str, str]:
    return {old: area.name for area in edition.areas.by_name.values() for old in area.older_names}


def _printed(edition: Edition) -> pd.DataFrame:
    """The observations of an edition, then the second figures of its conflicts."""
    double = edition.conflicts.assign(value=[decimal(text) for text in edition.conflicts["second"]])
    double = double.assign(numerator=None, denominator=None, note="also " + double["second_source"], double=True)
    tables = {"observations.csv": edition.observations.assign(double=False), "conflicts.csv": double}
    kept = [*HISTORY[:7], "row", "double"]
    told = [table[kept].assign(edition=edition.name, file=file) for file, table in tables.items() if len(table)]
    return pd.concat(told).astype(object)


def _withheld_by_all(told: pd.DataFrame) -> pd.DataFrame:
    """No figure of a cell that any edition withholds."""
    key = ["indicator", "area", "period"]
    cells = pd.MultiIndex.from_frame(told[key])
    hidden = cells.isin(cells[told["note"] == WITHHELD])
    gone = {name: told[name].mask(hidden, None) for name in ("value", "numerator", "denominator")}
    return told.assign(**gone, note=told["note"].mask(hidden, WITHHELD))


def _standings(told: pd.DataFrame) -> list[str]:
    """What became of each figure; the rows are those of older editions first."""
    standings = [MISSING] * len(told)
    rows = list(told.itertuples())
    for places in told.groupby(["indicator", "area", "period"], sort=False).indices.values():
        known = [place for place in places if rows[place].value is not None]
        current = next((place for place in reversed(known) if not rows[place].double), None)
        for place in known if current is not None else ():
            alike = same(rows[place].value, rows[current].value)
            other = DOUBLE if rows[place].double else REVISED
            standings[place] = CURRENT if place == current else REPEATED if alike else other
    return standings


def revisions(told: pd.DataFrame) -> pd.DataFrame:
    """The figures of `history` that another one took the place of, beside that one.

    Columns: those of `HISTORY`, then `value_now`, `edition_now`, `file_now` and `row_now`.
    """
    key = ["indicator", "area", "period"]
    now = told[told["standing"] == CURRENT][[*key, "value", "edition", "file", "row"]]
    gone = told[told["standing"].isin([REVISED, DOUBLE])]
    return gone.merge(now, how="left", on=key, suffixes=("", "_now"), validate="many_to_one")


def lengthened(rows: Iterable[Row], told: pd.DataFrame) -> Iterator[Row]:
    """Each row with the whole series of its indicator and area, and its figure of one year before where there is one.

    `told` is a `history` that includes the row's own edition. Only periods of the kind of the latest one are joined
    (EY2's years are no terms); one without a value says why, or that it is in no edition.
    """
    best = told[told["standing"].isin([MISSING, CURRENT])].sort_values("standing", ascending=False, kind="stable")
    held = {key: list(group.itertuples()) for key, group in best.groupby(["indicator", "area"], sort=False)}
    for row in rows:
        yield _longer(row, held.get((row.indicator.key, row.area.name), []))


def _longer(row: Row, told: list) -> Row:
    latest = row.latest.period
    known = {one.period: _figure(one, row.indicator.decimals) for one in told if kind(one.period) == kind(latest)}
    known |= {figure.period: figure for figure in row.series if figure.value is not None or figure.period not in known}
    series = [known.get(period) or _nowhere(period) for period in _span(min(known), latest)]
    ago = known.get(year_before(latest))
    ago = row.year_ago or (ago if ago and ago.value is not None else None)
    return replace(row, series=tuple(series), year_ago=ago, dot_year_ago=travelled(row.latest, ago, row.standard))


def _span(first: str, last: str) -> Iterator[str]:
    while first < last:
        yield first
        first = following(first)
    yield last


def _figure(told, decimals: int) -> Figure:
    file, note = f"{told.edition}/{told.file}", told.note or None
    if told.value is None:
        return Figure(told.period, None, note or NO_VALUE, file, told.row, note=note)
    value = at_printed_precision(told.value, decimals)
    return Figure(told.period, value, None, file, told.row, told.numerator, told.denominator, note)


def _nowhere(period: str) -> Figure:
    return Figure(period, None, NOWHERE, "observations.csv", None)
