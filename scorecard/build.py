"""An edition into its ratings and its scorecards: one row an indicator, every figure with its source row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pandas as pd

from scorecard.areas import Area
from scorecard.benchmarks import model_in_force, printed_area
from scorecard.catalogue import Indicator
from scorecard.comparison.likeness import UNTOLD, Basis, basis
from scorecard.comparison.measures import load_measures, published
from scorecard.disclosure import WITHHELD
from scorecard.editions import Edition, Section, made_once, mark
from scorecard.periods import month_before, year_before
from scorecard.ratings import (
    NO_TARGET,
    NO_VALUE,
    Dot,
    Polarity,
    Rag,
    Verdict,
    at_printed_precision,
    direction_of_travel,
    rag,
)  # fmt: skip
from scorecard.trends import Confidence, confidence

OUTTURN = "outturn of the year before"
NOT_RATED, NO_ARROW = "not rated", "no arrow"
EXACTLY = {"same term last year": year_before, "one month ago": month_before}
"""Words of the catalogue's `compare_with` that name one period, whether or not it has a value."""
RATINGS = [
    "edition", "indicator", "code", "area", "period", "year", "value", "numerator", "denominator", "polarity",
    "target", "floor", "floor_source", "rag", "rag_reason", "previous_period", "previous_value", "dot", "dot_reason",
    "page", "dot_year_ago", "year_ago_period", "year_ago_value", "dot_year_ago_reason",
    "confidence", "confidence_reason", "interval_low", "interval_high",
]  # fmt: skip
"""Columns of `ratings`, in order: a contract with whoever reads them."""


@dataclass(frozen=True)
class Figure:
    """One cell of a table: its period, its value as printed or None with the reason, and where it stands.

    A benchmark has its `basis`: by which method, and whether the department's data bear it out. `others` says what
    another edition or page prints for it, and where.
    """

    period: str
    value: Decimal | None
    reason: str | None
    file: str
    row: int | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    note: str | None = None
    basis: Basis | None = None
    others: str | None = None


@dataclass(frozen=True)
class Standard:
    """The target and the floor standard that rate an indicator in one year."""

    year: str
    polarity: Polarity | None
    target_printed: str | None = None
    target: Decimal | None = None
    tolerance: Decimal | None = None
    floor: Decimal | None = None
    floor_source: str | None = None
    note: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class Row:
    """One indicator of one area: everything the scorecard prints in a line, and why something is missing."""

    section: Section
    area: Area
    indicator: Indicator
    series: tuple[Figure, ...]
    standard: Standard
    rag: Verdict
    previous: Figure | None
    dot: Verdict
    outturn: Figure | None
    outturn_standard: Standard | None
    outturn_rag: Verdict
    next_standard: Standard
    benchmark: Figure | None
    benchmark_name: str | None
    england: Figure | None
    england_name: str | None
    year_ago: Figure | None
    dot_year_ago: Verdict

    @property
    def latest(self) -> Figure:
        """The figure that is rated."""
        return self.series[-1]

    @cached_property
    def confidence(self) -> Confidence:
        """Whether the rating is clear or within the noise of its own numbers, and the 95% interval."""
        return _confident(self.indicator, self.latest, self.standard, self.rag)


class Figures:
    """The tables of an edition by key, so that a row is looked up and not searched; a row is built once."""

    def __init__(self, edition: Edition):
        self.edition = edition
        self._observed = _by_key(edition.observations, ["indicator", "area", "period"])
        self._outturns = _by_key(edition.outturns, ["indicator", "area", "year"])
        self._standards = _by_key(edition.standards, ["indicator", "year"])
        self._benchmarks, self._bases, self._rows = {}, {}, {}
        for told in edition.benchmarks.itertuples():
            side = "England" if told.area.startswith("England") else "group"
            self._benchmarks[told.indicator, side] = told
        self._series = {}
        for key in self._observed:
            self._series.setdefault(key[:2], []).append(key[2])

    def rows(self, area: Area, only: str | None = None) -> Iterator[Row]:
        """The lines that the edition prints of an area; if given, those of the indicator with the key `only`."""
        sections = [(n, section) for n, section in enumerate(self.edition.sections) if section.kind == area.kind]
        for n, key in ((n, key) for n, section in sections for key in section.indicators if only in (None, key)):
            if (n, area, key) not in self._rows:
                self._rows[n, area, key] = _row(self, self.edition.sections[n], area, self.edition.catalogue[key])
            yield self._rows[n, area, key]

    def observed(self, indicator: Indicator, area: Area, period: str) -> Figure:
        """The figure of a period, or one without value that says why."""
        told = self._observed.get((indicator.key, area.name, period))
        return _figure(told, period, "observations.csv", indicator.decimals)

    def previous(self, indicator: Indicator, area: Area, period: str) -> Figure | None:
        """The figure that the direction of travel compares with, by the catalogue's `compare_with`."""
        if exactly := EXACTLY.get(indicator.compare_with):
            return self._if_known(indicator, area, exactly(period))
        known = self._series.get((indicator.key, area.name), [])
        earlier = sorted((p for p in known if p < period), reverse=True)
        figures = (self._if_known(indicator, area, candidate) for candidate in earlier)
        return next((figure for figure in figures if figure), None)

    def year_ago(self, indicator: Indicator, area: Area, period: str) -> Figure | None:
        """The figure of the same period of the year before, if the edition has a line for it."""
        figure = self.observed(indicator, area, year_before(period))
        return figure if figure.row else None

    def _if_known(self, indicator: Indicator, area: Area, period: str) -> Figure | None:
        figure = self.observed(indicator, area, period)
        return figure if figure.value is not None or figure.reason == WITHHELD else None

    def outturn(self, indicator: Indicator, area: Area, year: str) -> Figure | None:
        """The year's outturn as printed, if the edition prints one."""
        told = self._outturns.get((indicator.key, area.name, year))
        return told and _figure(told, year, "outturns.csv", indicator.decimals)

    def standard(self, indicator: Indicator, area: Area, year: str) -> Standard:
        """The standard of a year; one without target where the edition sets none for this area."""
        told = self._standards.get((indicator.key, year))
        if told is None:
            return Standard(year, indicator.polarity)
        polarity = Polarity(told.polarity) if told.polarity else indicator.polarity
        if told.applies_to and told.applies_to not in (area.name, area.kind):
            return Standard(year, polarity)
        return Standard(
            year, polarity, told.target_printed or None, told.target, told.tolerance, told.floor,
            told.floor_source or None, told.note or None, told.row,
        )  # fmt: skip

    def benchmark(self, indicator: Indicator, side: str) -> tuple[Figure | None, str | None]:
        """The benchmark of a side (`group` or `England`) with the name it goes by."""
        told = self._benchmarks.get((indicator.key, side))
        if told is None:
            return None, None
        told_of = {"note": self.edition.footnotes.get(mark(told.printed_as)), "basis": self._basis(told)}
        return Figure(told.period, told.value, None, "benchmarks.csv", told.row, **told_of), told.area

    def _basis(self, told) -> Basis:
        if told.row not in self._bases:
            areas, measure = self.edition.areas, load_measures().get(told.indicator)
            held_by = measure and printed_area(measure, told.area, areas, self.edition.as_at)
            derived = published(self.edition.name).get((told.indicator, told.period, held_by), ())
            model = model_in_force(areas.neighbour_models, self.edition.as_at)
            self._bases[told.row] = basis(told, measure, derived, areas.benchmarks.get(told.area, UNTOLD), model)
        return self._bases[told.row]


def _by_key(table: pd.DataFrame, key: list[str]) -> dict:
    return dict(zip(zip(*(table[column] for column in key), strict=True), table.itertuples(), strict=True))


def _figure(told, period: str, file: str, decimals: int) -> Figure:
    if told is None:
        return Figure(period, None, NO_VALUE, file, None)
    if told.value is None:
        return Figure(period, None, told.note or NO_VALUE, file, told.row, note=told.note or None)
    numerator, denominator = getattr(told, "numerator", None), getattr(told, "denominator", None)
    value = at_printed_precision(told.value, decimals)
    return Figure(period, value, None, file, told.row, numerator, denominator, told.note or None)


@made_once
def figures_of(edition: Edition) -> Figures:
    """The tables of an edition by key, the same until somebody changes it."""
    return Figures(edition)


def build_rows(edition: Edition, area: Area | None = None, only: str | None = None) -> Iterator[Row]:
    """Every line the edition prints, area by area in printed order; if given, those of `area` and of the key `only`."""
    figures = figures_of(edition)
    return (row for place in ([area] if area else edition.printed_areas) for row in figures.rows(place, only))


def build_scorecard(edition: Edition, area: Area) -> list[Row]:
    """The scorecard of Kent or of a district: the lines of its teams first, then its own, as printed."""
    places = [*edition.teams_of(area.name), area] if area.kind == "district" else [area]
    figures = figures_of(edition)
    return [row for place in places for row in figures.rows(place)]


def _row(figures: Figures, section: Section, area: Area, indicator: Indicator) -> Row:
    edition = figures.edition
    series = tuple(figures.observed(indicator, area, p) for p in section.shown[indicator.data_period])
    latest, standard = series[-1], figures.standard(indicator, area, section.year)
    previous, year_ago = (of(indicator, area, latest.period) for of in (figures.previous, figures.year_ago))
    outturn = None if section.page else figures.outturn(indicator, area, edition.previous_year)
    outturn_standard = figures.standard(indicator, area, edition.previous_year)
    benchmark, benchmark_name = figures.benchmark(indicator, "group")
    england, england_name = figures.benchmark(indicator, "England")
    return Row(
        section, area, indicator, series, standard, _rated(edition, indicator, latest, standard), _known(previous),
        travelled(latest, previous, standard), outturn, outturn_standard,
        _rated(edition, indicator, outturn, outturn_standard) if outturn else Verdict(None, NO_VALUE),
        figures.standard(indicator, area, section.next_year), benchmark, benchmark_name, england, england_name,
        year_ago, travelled(latest, year_ago, standard),
    )  # fmt: skip


def _rated(edition: Edition, indicator: Indicator, figure: Figure, standard: Standard) -> Verdict:
    if figure.value is None:
        return Verdict(None, figure.reason)
    if why := edition.not_rated.get(indicator.key):
        return Verdict(None, why)
    if standard.target is None:
        return Verdict(None, NO_TARGET)
    if figure.denominator is not None and figure.denominator < edition.rated_from:
        return Verdict(None, f"denominator below {edition.rated_from}")
    return rag(figure.value, standard.target, standard.floor, standard.polarity, standard.tolerance)


def _confident(indicator: Indicator, figure: Figure, standard: Standard, rating: Verdict) -> Confidence:
    return confidence(figure, standard, rating, indicator.interval, indicator.decimals)


def _known(figure: Figure | None) -> Figure | None:
    """The figure, unless it was withheld: then only its reason stands beside the arrow that is missing."""
    return figure if figure and figure.value is not None else None


def travelled(latest: Figure, previous: Figure | None, standard: Standard) -> Verdict:
    """Direction of travel from an earlier figure to the latest one."""
    if latest.value is None:
        return Verdict(None, latest.reason)
    if previous and previous.value is None:
        return Verdict(None, previous.reason)
    return direction_of_travel(latest.value, previous and previous.value, standard.polarity, standard.target)


def build_ratings(edition: Edition) -> pd.DataFrame:
    """One row per indicator, area and shown year, with the columns of `RATINGS`.

    The current year's row carries the direction of travel; where last year's outturn is printed, a
    second row rates it against that year's standard. Numbers are Decimals, missing is None and the
    reason stands beside it. Rows of the page `vulnerable learners` are rated against their own year.
    """
    rows = [told for row in build_rows(edition) for told in _rating_rows(edition, row)]
    return pd.DataFrame(rows, columns=RATINGS, dtype=object)


def _rating_rows(edition: Edition, row: Row) -> Iterator[tuple]:
    key = (edition.name, row.indicator.key, row.indicator.code, row.area.name)
    page = row.section.page or None
    told = (*_rating(row.latest, row.standard, row.rag), *_travel(row.previous, row.dot), page)
    yield (*key, *told, *_year_ago(row), *row.confidence)
    if row.outturn:
        rated, nothing = (row.outturn, row.outturn_standard, row.outturn_rag), (None, None, None, OUTTURN)
        yield (*key, *_rating(*rated), *nothing, page, *nothing, *_confident(row.indicator, *rated))


def _year_ago(row: Row) -> tuple:
    period, value, word, reason = _travel(row.year_ago, row.dot_year_ago)
    return word, period, value, reason


def _rating(figure: Figure, standard: Standard, verdict: Verdict) -> tuple:
    return (
        figure.period, standard.year, figure.value, figure.numerator, figure.denominator, standard.polarity,
        standard.target, standard.floor, standard.floor_source, verdict.word, verdict.reason,
    )  # fmt: skip


def _travel(previous: Figure | None, verdict: Verdict) -> tuple:
    return (previous and previous.period, previous and previous.value, verdict.word, verdict.reason)


SCORECARD = [
    "section", "area", "indicator", "code", "measure", "polarity", "data_period", "also_in", "unit", "period", "value",
    "value_reason", "numerator", "denominator", "previous_period", "previous_value", "dot", "dot_reason", "year",
    "target", "tolerance", "floor", "floor_source", "rag", "rag_reason", "outturn_year", "outturn", "outturn_target",
    "outturn_rag", "next_year", "next_target", "benchmark_group", "benchmark_period", "benchmark", "benchmark_method",
    "england_area", "england_period", "england", "england_method", "note", "value_source", "previous_source",
    "standard_source", "outturn_source", "benchmark_source", "england_source", "england_note", "dot_year_ago",
    "year_ago_period", "year_ago_value", "dot_year_ago_reason", "year_ago_source",
    "confidence", "confidence_reason", "interval_low", "interval_high",
]  # fmt: skip
"""Columns of `scorecard_frame`, in order."""


def scorecard_frame(rows: list[Row]) -> pd.DataFrame:
    """The lines of a scorecard as a frame with the columns of `SCORECARD`, each figure with its file and row."""
    return pd.DataFrame([_scorecard_line(row) for row in rows], columns=SCORECARD, dtype=object)


def _scorecard_line(row: Row) -> tuple:
    latest, standard, indicator = row.latest, row.standard, row.indicator
    return (
        row.section.heading, row.area.name, indicator.key, indicator.code, indicator.measure, standard.polarity,
        indicator.data_period, ", ".join(indicator.also_in) or None, indicator.unit, latest.period, latest.value,
        latest.reason, latest.numerator, latest.denominator, *_travel(row.previous, row.dot), standard.year,
        standard.target, standard.tolerance, standard.floor, standard.floor_source, row.rag.word, row.rag.reason,
        row.outturn and row.outturn.period, row.outturn and row.outturn.value, row.outturn and
        row.outturn_standard.target, row.outturn_rag.word, row.next_standard.year, row.next_standard.target,
        row.benchmark_name, *_benchmark(row.benchmark), row.england_name, *_benchmark(row.england), latest.note,
        source(latest), source(row.previous), standard.row and f"standards.csv row {standard.row}", source(row.outturn),
        source(row.benchmark), source(row.england), row.england and row.england.note, *_year_ago(row),
        source(row.year_ago), *row.confidence,
    )  # fmt: skip


def _benchmark(figure: Figure | None) -> tuple:
    return (figure and figure.period, figure and figure.value, figure and figure.basis.how)


def source(figure: Figure | None) -> str | None:
    """Where a figure stands: `observations.csv row 1204`."""
    return f"{figure.file} row {figure.row}" if figure and figure.row else None


def each_once(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that a second page only repeats: same area, indicator, period and year of the target."""
    seen = {}
    for row in rows:
        seen.setdefault((row.area.name, row.indicator.key, row.latest.period, row.standard.year), row)
    return list(seen.values())


def grouped(rows: Iterable[Row]) -> dict[Rag | None, list[Row]]:
    """The rows, each once, by rating: RED, AMBER, GREEN, then None for not rated."""
    once = each_once(rows)
    return {rating: [row for row in once if row.rag.word == rating] for rating in (*Rag, None)}


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows, each once, are RED, AMBER, GREEN, not rated, improved, same, worsened and without arrow."""
    once = each_once(rows)
    ratings = {str(rating or NOT_RATED): len(those) for rating, those in grouped(once).items()}
    return ratings | {str(dot or NO_ARROW): sum(row.dot.word == dot for row in once) for dot in (*Dot, None)}


def peers(row: Row, everything: Iterable[Row]) -> list[Row]:
    """The rows that a row is compared with, of its indicator and period: all areas of its kind; for Kent, all below."""
    below = row.area.kind == "Kent"
    alike = [other for other in everything if other.indicator.key == row.indicator.key]
    return [
        other
        for other in alike
        if other.latest.period == row.latest.period
        and (other.area.kind != "Kent" if below else other.area.kind == row.area.kind)
    ]


def kents(row: Row, everything: Iterable[Row]) -> Row | None:
    """Kent's row of the same indicator and period, unless the row is Kent's own."""
    if row.area.kind == "Kent":
        return None
    found = (other for other in everything if other.area.kind == "Kent" and other.indicator.key == row.indicator.key)
    return next((other for other in found if other.latest.period == row.latest.period), None)
