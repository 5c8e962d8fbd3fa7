"""The exception report: an indicator of an area with its rating, its trend, further series and what is said of it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from scorecard import periods, tables
from scorecard.areas import Area
from scorecard.build import Figure, Row, Standard, build_rows, build_scorecard, kents, source
from scorecard.charts import trend
from scorecard.commentary import sentence
from scorecard.drawing.evidence import FLOORS, Chart, say
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError, nearest
from scorecard.history import long_series
from scorecard.inputs.texts import shown_commentary
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn, render
from scorecard.phrases import load_phrases
from scorecard.ratings import Rag, Verdict

AVERAGE = "average"
"""Stands for the period in exception_series.csv where the edition prints an average of the others."""
NOT_PRINTED, NOT_KNOWN = tables.NOT_PRINTED, "not known"
UNITS = tables.UNITS


def reported(edition: Edition, indicator: str, area: Area) -> list[Row]:
    """The rows that an edition prints of an indicator (key, code or older code) for an area; of a district, its teams'.

    `InputError` for an unknown indicator, and for one that the edition does not print there, with where it does.
    """
    known = {name: one.key for one in edition.catalogue.values() for name in (one.key, one.code, *one.older_codes)}
    if (key := known.get(indicator)) is None:
        remedy = nearest(indicator, [name for name in known if name])
        raise InputError([Fault("error", "XCP001", "indicators", f'"{indicator}" is not an indicator.', remedy)])
    rows = [row for row in build_scorecard(edition, area) if row.indicator.key == key]
    if not rows:
        said = f"{indicator} is not printed for {area.name} in edition {edition.name}."
        places = dict.fromkeys(row.area.name for row in build_rows(edition) if row.indicator.key == key)
        remedy = f"Printed for: {', '.join(places)}." if places else "This edition does not print it."
        raise InputError([Fault("error", "XCP002", "edition.yml", said, remedy)])
    return rows


def printed_rating(row: Row, edition: Edition) -> str:
    """The rating that the edition prints for a row; empty where its text does not give one."""
    told = edition.printed
    pages = {page for page, name in edition.page_names.items() if name == row.section.page}
    of = (told["indicator"] == row.indicator.key) & (told["area"] == row.area.name)
    of &= (told["period"] == row.latest.period) & (told["page"].isin(pages) | (not row.section.page))
    return next(iter(told.loc[of, "rag"]), "")


def red(rows: Sequence[Row], edition: Edition) -> list[Row]:
    """The rows that are RED by the rules, or that print calls RED."""
    return [row for row in rows if Rag.RED in (row.rag.word, printed_rating(row, edition))]


def title(rows: Sequence[Row], edition: Edition, area: Area) -> Html:
    """The head of a report of its own: the measure as h1, scorecard, month and area."""
    month = periods.name(edition.as_at)
    return render("exception", indicator=rows[0].indicator, edition=edition, month=month, area=area)


def facts(rows: Sequence[Row], edition: Edition) -> Html:
    """What is printed and rated, a line a fact and a column an area."""
    told = [dict(_facts(row, edition)) for row in rows]
    names = dict.fromkeys(name for of in told for name in of)
    missing = Cell(NOT_PRINTED, missing=True)
    heads = [Head("Fact"), *(Head(row.area.name) for row in rows)]
    lines = [[Cell(name), *(of.get(name, missing) for of in told)] for name in names]
    return drawn(Table(f"{rows[0].indicator.measure}: where it stands", heads, lines))


def _facts(row: Row, edition: Edition) -> list[tuple[str, Cell]]:
    latest, standard, year = row.latest, row.standard, row.standard.year
    word = printed_rating(row, edition)
    told = [
        ("Theme", Cell(row.section.heading)),
        ("Current RAG", Cell(tables.rag_chip(row.rag))),
        *([("RAG as printed", Cell(tables.rag_chip(Verdict(word, None))))] if word else []),
        (f"Latest, {periods.name(latest.period)}", _figure(latest, row)),
        (f"Target {year}", _standard(standard, standard.target, row)),
        (f"Floor standard {year}", _standard(standard, standard.floor, row)),
        ("Direction of travel", Cell(tables.dot_chip(row.dot), _since(row.previous, row))),
    ]
    if row.section.year_ago:
        ago = Cell(tables.dot_chip(row.dot_year_ago), _since(row.year_ago, row))
        told.append(("Direction of travel from one year ago", ago))
    beside = ((row.benchmark_name, row.benchmark), (row.england_name, row.england))
    return told + [(f"{name}, {periods.name(f.period)}", _figure(f, row)) for name, f in beside if f]


def _with_unit(value: Decimal, row: Row) -> str:
    return f"{say(value)}{row.indicator.suffix}"


def _figure(figure: Figure, row: Row) -> Cell:
    if figure.value is None:
        return Cell(figure.reason, missing=True, source=source(figure))
    parts = [say(part) for part in (figure.numerator, figure.denominator) if part is not None]
    return Cell(_with_unit(figure.value, row), " over ".join(parts), source(figure), figure.note)


def _standard(standard: Standard, value: Decimal | None, row: Row) -> Cell:
    if value is None:
        return Cell("no target" if standard.target is None else NOT_KNOWN, missing=True)
    how = FLOORS.get(standard.floor_source, "") if value is standard.floor else ""
    return Cell(_with_unit(value, row), how, f"standards.csv row {standard.row}")


def _since(figure: Figure | None, row: Row) -> str:
    if figure is None or figure.value is None:
        return ""
    return f"from {_with_unit(figure.value, row)} in {periods.name(figure.period)}"


# --- trends ---------------------------------------------------------------------------------------


def trends(rows: Sequence[Row], edition: Edition) -> list[Chart]:
    """The trend of each row that has enough periods for a line, and of each further series of the edition.

    Each in the long series of this and earlier editions.
    """
    drawn_ = [row for row in rows if len(row.series) >= tables.LINE]
    long, county = (long_series(edition, of) for of in (drawn_, build_scorecard(edition, edition.areas.kent)))
    lines = [trend(row, kents(row, county)) for row in long]
    return lines + [trend(series) for row in rows for series in _series(row, edition)]


def _series(row: Row, edition: Edition) -> list[Row]:
    """Each further series of a row as a row of its own, which has no target and no benchmark."""
    told = _of(row, edition)
    return [_as_row(row, name, of[of["period"] != AVERAGE]) for name, of in told.groupby("series", sort=False)]


def _of(row: Row, edition: Edition):
    told = edition.exception_series
    return told[(told["indicator"] == row.indicator.key) & (told["area"] == row.area.name)]


def _as_row(row: Row, name: str, told) -> Row:
    slug = "-".join(re.findall("[a-z0-9]+", name.lower()))
    one = replace(row.indicator, key=f"{row.indicator.key}-{slug}", code=None, measure=name, short_name=name,
                  unit=told["unit"].iloc[0], polarity=None)  # fmt: skip
    cells = tuple(Figure(t.period, t.value, None, "exception_series.csv", t.row) for t in told.itertuples())
    nothing = Verdict(None, "no target")
    bare = {"standard": Standard(row.standard.year, None), "rag": nothing, "dot": nothing, "previous": cells[-2]}
    return replace(row, indicator=one, series=cells, benchmark=None, england=None, **bare)


def series_tables(rows: Sequence[Row], edition: Edition) -> Html:
    """Each further series in figures, beside the indicator as printed and the two added up where both are known."""
    told = ((row, name, of) for row in rows for name, of in _of(row, edition).groupby("series", sort=False))
    return drawn(*(_series_table(row, name, of) for row, name, of in told))


def _series_table(row: Row, name: str, told) -> Table:
    known = {figure.period: figure for figure in row.series if figure.value is not None}
    gives, unit = told["gives"].iloc[0], row.indicator.suffix
    heads = [Head("Period"), Head(name, UNITS.get(told["unit"].iloc[0], ""), NUMBER)]
    heads += [Head("As printed", unit, NUMBER), Head(gives, "worked out", NUMBER)]
    lines, absent = [], [Cell(NOT_PRINTED, missing=True), Cell(NOT_KNOWN, missing=True)]
    for cell in told.itertuples():
        own = known.get(cell.period)
        both = [Cell(say(own.value), source=source(own)), Cell(say(own.value + cell.value))] if own else absent
        difference = Cell(say(cell.value), source=f"exception_series.csv row {cell.row}")
        lines.append([Cell(periods.label(cell.period)), difference, *both])
    return Table(f"{row.indicator.measure}: {name}", heads, lines)


# --- words ----------------------------------------------------------------------------------------


def said(rows: Sequence[Row], edition: Edition) -> Html:
    """The sentences drafted from the figures, then what analysts have written about the indicator, with its status."""
    groups = {"drafted from the figures": [sentence(row) for row in rows]}
    for area in dict.fromkeys(row.area.name for row in rows):
        entry = shown_commentary(edition, edition.area(area)).about(rows[0].indicator.key)
        if entry:
            left = [load_phrases().say("texts", "withheld")] if entry.withheld else []
            groups[f"{entry.author} on {area} ({entry.status})"] = left or [text for _, text in entry.paragraphs]
    return tables.commentary_html(groups)


def doubts(rows: Sequence[Row], edition: Edition, faults: Sequence[Fault]) -> Html:
    """What the checks found about the indicator, and where print rates it otherwise."""
    key, areas = rows[0].indicator.key, {row.area.name for row in rows}
    lines = [[Cell(f.grade.capitalize()), Cell(f"{f.message} {f.remedy}", f.place)] for f in faults
             if f.indicator == key and f.area in {None, *areas}]  # fmt: skip
    for told in edition.known_exceptions.itertuples():
        if told.indicator == key and told.area in areas:
            words = f"Printed {told.printed}, by the rules {told.computed}. {told.reason}"
            lines.append([Cell("Print"), Cell(words, f"known_exceptions.csv row {told.row}")])
    nothing = "The checks found nothing about it."
    return drawn(Table("What to know about the figures", [Head("Kind"), Head("What")], lines, empty=nothing))


def report(rows: Sequence[Row], edition: Edition) -> list:
    """A report as a part of a pack: an h3, facts, further series and what is said."""
    measure = rows[0].indicator.measure
    head = render("exception_part", measure=measure)
    return [head, facts(rows, edition), *trends(rows, edition), series_tables(rows, edition), said(rows, edition)]
