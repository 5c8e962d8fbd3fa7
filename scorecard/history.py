"""Every edition of a scorecard as one long series: each figure with its edition and row, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from scorecard.build import Figure, Row, travelled
from scorecard.checking.years import decimal, same
from scorecard.disclosure import WITHHELD, under
from scorecard.editions import EDITIONS, Edition, load_before, made_once
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
LONGEST = 24
"""How many periods a chart of a long series shows at most, so that it can be read: two years of months."""
Known = Mapping[tuple[str, str], Mapping[str, Figure]]
"""By indicator and area: the figures by period."""


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


def long_series(edition: Edition, rows: Sequence[Row], longest: int = LONGEST, folder: Path = EDITIONS) -> list[Row]:
    """The rows of an edition, each with the series of this and every earlier edition: of later ones it knows nothing.

    Each series has `longest` periods at most, or as many as the edition shows if those are more.
    """
    known = _known_of(*load_before(edition, folder), edition)
    return [_longer(row, known, longest) for row in rows]


@made_once
def _known_of(*editions: Edition) -> Known:
    decimals = {key: one.decimals for key, one in editions[-1].catalogue.items()}
    return _known(history(editions), decimals, editions[-1].name)


def lengthened(rows: Iterable[Row], told: pd.DataFrame, longest: int | None = None, own: str = "") -> Iterator[Row]:
    """Each row with the whole series of its indicator and area, and its figure of one year before where there is one.

    `told` is a `history` that includes the row's own edition. Only periods of the kind of the latest one are joined
    (EY2's years are no terms); one without a value says why, or that it is in no edition. A figure of which editions
    print another one names them in `others`. Of more than `longest` periods the oldest are left out. The files of all
    editions but the one called `own` stand with their edition.
    """
    rows = list(rows)
    known = _known(told, {row.indicator.key: row.indicator.decimals for row in rows}, own)
    return (_longer(row, known, longest) for row in rows)


def _known(told: pd.DataFrame, decimals: Mapping[str, int], own: str) -> Known:
    """The figures to use of the indicators in `decimals`, rounded to these, with what other editions print."""
    best = told[told["standing"].isin([MISSING, CURRENT])].sort_values("standing", ascending=False, kind="stable")
    known, others = {}, _others(told, own)
    for one in best.itertuples():
        if one.indicator in decimals:
            figure = _figure(one, decimals[one.indicator], own, others.get((one.indicator, one.area, one.period)))
            known.setdefault((one.indicator, one.area), {})[one.period] = figure
    return known


def _others(told: pd.DataFrame, own: str) -> dict[tuple[str, str, str], str]:
    """By indicator, area and period: what an edition prints otherwise, and where."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in told[told["standing"].isin([REVISED, DOUBLE])].itertuples():
        said = f"{one.value:,f} in {_file(one, own)} row {one.row}"
        found.setdefault((one.indicator, one.area, one.period), []).append(said)
    return {key: "; ".join(said) for key, said in found.items()}


def _longer(row: Row, known: Known, longest: int | None) -> Row:
    latest, figures = row.latest.period, known.get((row.indicator.key, row.area.name), {})
    figures = {period: figure for period, figure in figures.items() if kind(period) == kind(latest)}
    for own in row.series:
        before = figures.get(own.period)
        if own.value is not None or not _valued(before):
            figures[own.period] = replace(own, others=before.others) if before and before.others else own
    span = [*_span(min(figures), latest)]
    series = [figures.get(period) or _nowhere(period) for period in span[_first(span, figures, row, longest) :]]
    ago = figures.get(year_before(latest))
    ago = row.year_ago or (ago if _valued(ago) else None)
    return replace(row, series=tuple(series), year_ago=ago, dot_year_ago=travelled(row.latest, ago, row.standard))


def _valued(figure: Figure | None) -> bool:
    return figure is not None and figure.value is not None


def _first(span: list[str], figures: dict[str, Figure], row: Row, longest: int | None) -> int:
    """Where a series of `longest` periods begins: with a figure, and no later than what the edition shows."""
    own = len(span) - len(row.series)
    start = max(len(span) - longest, 0) if longest else 0
    return next((at for at in range(start, own) if span[at] in figures), max(own, 0))


def _span(first: str, last: str) -> Iterator[str]:
    while first < last:
        yield first
        first = following(first)
    yield last


def _file(told, own: str) -> str:
    return told.file if told.edition == own else f"{told.edition}/{told.file}"


def _figure(told, decimals: int, own: str, others: str | None) -> Figure:
    file, note = _file(told, own), told.note or None
    if told.value is None:
        return Figure(told.period, None, note or NO_VALUE, file, told.row, note=note, others=others)
    value = at_printed_precision(told.value, decimals)
    return Figure(told.period, value, None, file, told.row, told.numerator, told.denominator, note, others=others)


def _nowhere(period: str) -> Figure:
    return Figure(period, None, NOWHERE, "observations.csv", None)


def unbroken(row: Row) -> tuple[Figure, ...]:
    """The figures since the last period that is in no edition: across it nobody can say how steadily they moved."""
    gaps = [place for place, figure in enumerate(row.series) if figure.reason == NOWHERE]
    return row.series[gaps[-1] + 1 :] if gaps else row.series
