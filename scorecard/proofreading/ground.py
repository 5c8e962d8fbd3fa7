"""What an edition knows of one indicator in one area: every figure by its period, with the place where it stands."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from scorecard.areas import Area
from scorecard.benchmarks import group_name, model_in_force
from scorecard.build import Row, Standard, figures_of, source
from scorecard.comparison.measures import LIKE, load_measures, published
from scorecard.editions import Edition
from scorecard.periods import kind, months_before, name, year_before
from scorecard.ratings import Dot, Polarity, direction_of_travel, places, round_half_up

NEARLY = Decimal("0.1")  # of the figure held against: as close as "close to" must be to be confirmed
MONTHS = {"months": 1, "quarters": 3, "terms": 4, "years": 12}


class Known(NamedTuple):
    """A figure, what it is in words, where it stands, and whether a claim that differs is wrong.

    `beside` is the year of the figure that the table prints in its place, if that is another one.
    """

    value: Decimal
    said: str
    where: str
    firm: bool = True
    beside: str = ""


def same(claimed: Decimal, known: Decimal) -> bool:
    """Whether two figures agree at the coarser of their precisions: 74 and 73.8 do, 60 and 60.8 do not."""
    coarser = min(places(claimed), places(known))
    return round_half_up(claimed, coarser) == round_half_up(known, coarser)


class County:
    """The rows of an edition, those of an area built when a text speaks of it."""

    def __init__(self, edition: Edition):
        self.edition, self.figures = edition, figures_of(edition)
        self._rows: dict[str, dict[str, list[Row]]] = {}

    def rows(self, indicator: str, area: Area) -> list[Row]:
        """The rows of an indicator in one area, none where it is not printed."""
        if area.name not in self._rows:
            here = self._rows.setdefault(area.name, {})
            for row in self.figures.rows(area):
                here.setdefault(row.indicator.key, []).append(row)
        return self._rows[area.name].get(indicator, [])

    def of(self, indicator: str, area: str) -> list[Row]:
        """The rows of an indicator in an area; for a district without own rows, those of the teams that serve it."""
        place = self.edition.areas[area]
        teams = self.edition.teams_of(area) if place.kind == "district" else []
        return self.rows(indicator, place) or [row for team in teams for row in self.rows(indicator, team)]

    def below(self, indicator: str) -> list[Row]:
        """The rows of an indicator in all districts or teams, each once."""
        places = [area for area in self.edition.printed_areas if area != self.edition.areas.kent]
        return [row for area in places for row in self.rows(indicator, area)[:1]]


class Ground:
    """The figures that a claim about one row is held against."""

    def __init__(self, county: County, rows: list[Row]):
        self.county, self.rows, self.row = county, rows, rows[0]
        self.edition, self.indicator, self.area = county.edition, rows[0].indicator, rows[0].area

    def told(self, figures: Iterable) -> list[Known]:
        """The figures that there are, with their places."""
        there = [figure for figure in figures if figure and figure.value is not None]
        return [Known(figure.value, f"in {name(figure.period)}", source(figure) or figure.file) for figure in there]

    @cached_property
    def latest(self) -> list[Known]:
        """The figures that are rated: one, or two where another page rates another year."""
        return self.told(row.latest for row in self.rows)

    @cached_property
    def periods(self) -> list[str]:
        """Every period with a value up to the latest, oldest first, shown or not."""
        table = self.edition.observations
        mine = table[(table["indicator"] == self.indicator.key) & (table["area"] == self.area.name)]
        latest = self.row.latest.period
        return sorted({told.period for told in mine.itertuples() if told.value is not None and told.period <= latest})

    def at(self, period: str) -> list[Known]:
        """What is known of a period as a sentence names it; a year is also that of the outturn."""
        named = self._named(period)
        found = self.told(self.county.figures.observed(self.indicator, self.area, p) for p in named)
        found += self.told(self.county.figures.outturn(self.indicator, self.area, p) for p in named)
        table = self.edition.conflicts
        for told in table[(table["indicator"] == self.indicator.key) & (table["area"] == self.area.name)].itertuples():
            if told.period in named:
                found.append(Known(Decimal(told.second), f"in {name(told.period)}", f"conflicts.csv row {told.row}"))
        return found

    def _named(self, period: str) -> list[str]:
        """The periods of the figures that a sentence can mean: 2024 is 2023-24, Q4 the latest quarter 4."""
        if period.isdigit():
            return [f"{int(period) - 1}-{period[2:]}", f"{period}-{int(period[2:]) + 1:02}"]
        ends = [p for p in self.periods if kind(period) is None and p.endswith(f" {period}")]
        return ends[-1:] or [period]

    def back(self, window: str) -> list[Known]:
        """What stood at the beginning of a window: `6 months`, `year`, `month`, or a period."""
        latest = self.row.latest.period
        if window in {"month", "quarter", "term"}:
            return self.told([self.row.previous])
        if window == "year":
            annual = kind(latest) == "year"
            return self.told([self.row.year_ago, self.row.outturn]) if not annual else self.at(year_before(latest))
        count, _, unit = window.partition(" ")
        if unit in MONTHS and count.isdigit():
            return self._steps_back(int(count), unit, latest)
        return self.at(window)

    def _steps_back(self, count: int, unit: str, latest: str) -> list[Known]:
        if kind(latest) == "month":
            return self.at(months_before(latest, count * MONTHS[unit]))
        years = count if unit == "years" else 0
        period = latest
        for _ in range(years):
            period = year_before(period)
        if years:
            return self.at(period)
        return self.told(
            [self.county.figures.observed(self.indicator, self.area, p) for p in self.periods[-count - 1 :][:1]]
        )

    def earlier(self) -> list[Known]:
        """What a movement without window may be measured from: the figure before, last year's, the first shown."""
        return self.told([self.row.previous, self.row.outturn, self.row.year_ago, self.row.series[0]])

    def steps(self, window: str) -> list[Known]:
        """The figures from the beginning of a window to the latest; of all shown periods without window."""
        shown = [figure.period for figure in self.row.series]
        begin = next((p for p in self._named(window)), shown[0]) if kind(window) or window.isdigit() else shown[0]
        return self.told(self.county.figures.observed(self.indicator, self.area, p) for p in self.periods if p >= begin)

    # --- standards and benchmarks -----------------------------------------------------------------

    def standards(self, period: str | None) -> list[Standard]:
        """The standards that rate the rows; those of another year where the sentence names it."""
        if period and kind(period) == "year":
            return [self.county.figures.standard(self.indicator, self.area, period)]
        return [row.standard for row in self.rows]

    def target(self, period: str | None = None) -> list[Known]:
        """The target; for polarity T also the ends of its range."""
        found = []
        for told in self.standards(period):
            if told.target is not None:
                edge = told.tolerance if told.polarity is Polarity.TARGET and told.tolerance else None
                where = f"standards.csv row {told.row}"
                found.append(Known(told.target, f"the target of {told.year}", where))
                ends = [told.target - edge, told.target + edge] if edge else []
                found += [Known(end, f"an end of the target range of {told.year}", where) for end in ends]
        return found

    def floor(self, period: str | None = None) -> list[Known]:
        """The floor standard; an assumed one contradicts nothing."""
        sources = {"stated", "bracketed"}
        return [
            Known(s.floor, f"the floor standard of {s.year}", f"standards.csv row {s.row}", s.floor_source in sources)
            for s in self.standards(period)
            if s.floor is not None and s.polarity is not Polarity.TARGET
        ]

    def benchmark(self, named: str, period: str | None = None) -> list[Known]:
        """The benchmark of a name: as printed, and as the department publishes it in the year that is named."""
        year = period and self._named(period)[0]
        found, printed_year = [], None
        for figure, goes_by in (
            (self.row.benchmark, self.row.benchmark_name),
            (self.row.england, self.row.england_name),
        ):
            if figure and figure.value is not None and _goes_by(goes_by, named):
                printed_year = figure.period
                if year in (None, figure.period) or kind(year) != "year":
                    found.append(Known(figure.value, f"{goes_by} {name(figure.period)}", source(figure)))
        year = year or printed_year or self.edition.previous_year
        model = model_in_force(self.edition.areas.neighbour_models, self.edition.as_at)
        for area in {named, group_name(model) if group_name(model).startswith(named) else named}:
            for told in published(self.edition.name).get((self.indicator.key, year, area), ()):
                if told.value is not None:
                    where = f"benchmarks_derived.csv row {told.row}"
                    said = f"{area} {year} (data of {told.vintage})"
                    other = printed_year if printed_year not in (None, year) else ""
                    found.append(Known(told.value, said, where, self._alike, other))
        return found

    @cached_property
    def _alike(self) -> bool:
        """Whether the department's measure is like for like, so that its figure can contradict ours."""
        measure = load_measures().get(self.indicator.key)
        return bool(measure) and measure.like == LIKE

    def areas(self, named: str) -> list[Row]:
        """The rows of another area; of the county for its own name."""
        return self.county.of(self.indicator.key, named)

    def below(self) -> list[Row]:
        """The rows of all districts or teams that have a figure of the same period."""
        rows = self.county.below(self.indicator.key)
        return [row for row in rows if row.latest.value is not None and row.latest.period == self.row.latest.period]


def _goes_by(goes_by: str | None, named: str) -> bool:
    """Whether a printed benchmark is the one that is named; the header `SN or SE` may be either of the two."""
    initials = "".join(word[0].upper() for word in named.split())
    return bool(goes_by) and (
        goes_by.startswith(named) or (len(initials) > 1 and initials in re.findall(r"[A-Z]+", goes_by))
    )


def grounds(county: County, indicators: Iterable[str], area: Area) -> list[Ground]:
    """What is known of each indicator in an area; none of an indicator that the area does not print."""
    found = (county.of(key, area.name) for key in indicators)
    return [Ground(county, rows) for rows in found if rows]


def stands(value: Decimal, other: Decimal, way: str, polarity: Polarity | None) -> bool | None:
    """Whether `value` stands so to `other` (above, below, equal, near, good, bad); None where that is left open."""
    if way in {"above", "below"}:
        return value > other if way == "above" else value < other
    if way == "equal":
        return same(value, other)
    if way == "near":
        return True if abs(value - other) <= abs(other) * NEARLY else None
    sign = polarity.sign if polarity else 0
    return (sign * (value - other) > 0) == (way == "good") if sign and value != other else None


def went(way: str, before: Decimal, now: Decimal, standard: Standard) -> bool | None:
    """Whether a movement went that way: up, down, same by the number; improved, worsened by the rule of the arrow."""
    if way in {"up", "down"}:
        return now > before if way == "up" else now < before
    if way == "same":
        return same(before, now)
    word = direction_of_travel(now, before, standard.polarity, standard.target).word
    return None if word is None else word == (Dot.IMPROVED if way == "improved" else Dot.WORSENED)
