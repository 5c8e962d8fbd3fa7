"""Kent among its statistical neighbours: a ranked chart, a trend and a table, with names where the store has them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from scorecard import periods
from scorecard.areas import NeighbourModel
from scorecard.benchmarks import (
    MEAN,
    NEIGHBOURS,
    PUBLISHED,
    RULE,
    Standing,
    Values,
    figure,
    flips,
    group_name,
    rank,
    standings,
    verdict,
)
from scorecard.comparison.comparators import named_neighbours, newest_import, values_from_store, years_of
from scorecard.comparison.imports import STORE
from scorecard.comparison.likeness import NEAR_BY
from scorecard.comparison.measures import Measure, load_derived, measure_of, was_over
from scorecard.drawing.evidence import GOOD, UNITS, Chart, say, subject, unit_behind, unit_beside
from scorecard.drawing.sheet import HAIR, LOOKS, Look, Scale, Sheet, spread, strokes
from scorecard.drawing.style import BESIDE, GAP, HEIGHT, HOUSE, INK, LINE, SIZE, WIDTH, clean, extent, house, wrap
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError, nearest
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn
from scorecard.phrases import load_phrases
from scorecard.ratings import round_half_up
from scorecard.standing import model_shown, ordinal, target_of

IN_FORCE = "in force"


class Dot(NamedTuple):
    """An authority or an area in a ranked chart; `key` is how it is drawn."""

    key: str
    name: str
    value: Decimal


class Comparison(NamedTuple):
    """Everything the charts and the table say about one indicator: the newest year that has Kent and its neighbours.

    `values` holds all authorities by year, from the store; it is empty where nothing is imported.
    """

    edition: Edition
    measure: Measure
    model: NeighbourModel
    vintage: str
    year: str
    derived: pd.DataFrame
    values: Mapping[str, Values]

    @property
    def indicator(self):
        """The entry of the catalogue."""
        return self.edition.catalogue[self.measure.indicator]

    @property
    def kent(self) -> str:
        """The county's name."""
        return self.edition.areas.kent.name

    def value(self, area: str, year: str | None = None) -> Decimal | None:
        """A derived figure at the decimals of the measure: of Kent, a published area or a model's mean."""
        rows = self.derived[self.derived["method"].isin([MEAN, PUBLISHED])]
        told = figure(rows, area=area, year=year or self.year)
        return None if told is None or told.value is None else round_half_up(told.value, self.measure.decimals)

    @property
    def published(self) -> list[str]:
        """The areas with published figures, besides Kent."""
        models = {group_name(model) for model in self.edition.areas.neighbour_models}
        return sorted(set(self.derived["area"]) - models - {self.kent})

    @property
    def names(self) -> dict[str, Decimal]:
        """The neighbours by name, if the store has them."""
        return named_neighbours(self.model, self.values[self.year]) if self.year in self.values else {}

    def standings(self) -> list[Standing]:
        """Kent beside each comparator in the year shown."""
        return standings(self.derived, self.measure, self.year, areas=self.edition.areas, as_at=self.edition.as_at,
                         polarity=self.indicator.polarity, vintage=self.vintage,
                         target=target_of(self.edition, self.measure.indicator, self.year))  # fmt: skip

    @property
    def source(self) -> str:
        """What every chart and table must say: measure, year, method, vintage."""
        near = "" if self.measure.reason is None else f" Near, not like for like: {self.measure.reason}"
        return clean(
            f"Source: DfE, {self.measure.title}, data of {periods.date(self.vintage)}; neighbours by the model of "
            f"{self.model.published}, plain mean of those with a value.{near}"
        )


def model_called(edition: Edition, name: str = IN_FORCE) -> NeighbourModel:
    """The neighbour model of that name, or the one in force at the edition's date; `InputError` names the others."""
    models = {one.model: one for one in edition.areas.neighbour_models}
    models[IN_FORCE] = model_shown(edition)
    if name not in models:
        said = f'"{name}" is not a model of neighbours.'
        raise InputError([Fault("error", "BMK004", "areas.yml", said, nearest(name, [*models]))])
    return models[name]


def compare(edition: Edition, indicator: str, model: str = IN_FORCE, store=STORE) -> Comparison:
    """One indicator compared, in the newest year that `was_over` and has figures for Kent.

    `model` names a neighbour model, or asks for the one in force at the edition's date. Names of neighbours come from
    the store, if it holds the newest vintage; everything else from the committed figures. `InputError` if there is no
    such model, or no measure for the indicator.
    """
    measure, used = measure_of(indicator), model_called(edition, model)
    rows = load_derived(edition.name)
    years = [year for year in years_of(edition) if was_over(year, edition)]
    rows = rows[(rows["indicator"] == indicator) & rows["source"].eq(measure.title) & rows["year"].isin(years)]
    vintage = max(rows["vintage"])
    rows = rows[rows["vintage"] == vintage]
    year = max(rows.loc[rows["area"] == group_name(used), "year"])
    told = newest_import(measure.source, store)
    same = told is not None and told.vintage == vintage
    values = values_from_store(edition, measure, years, store) if same else {}
    return Comparison(edition, measure, used, vintage, year, rows, values)


def _finding(told: Comparison) -> str:
    """What the ranked chart shows: Kent's rank on the indicator, or else on which side of the mean it is."""
    here = next(one for one in told.standings() if one.comparator == group_name(told.model))
    if here.rank:
        return _said(told, "ranked", ordinal=ordinal(here.rank), of=str(here.of), year=told.year)
    return _said(told, "beside", verdict=_than(here.verdict), year=told.year)


def _finding_of_years(told: Comparison) -> str:
    """What the trend shows: in how many years Kent was on which side of the mean."""
    years = [line.values for line in series(told)[:2]]
    known = [year for year in years[0] if None not in (years[0][year], years[1][year])]
    sides = Counter(
        verdict(years[0][year], years[1][year], told.indicator.polarity, told.measure.decimals,
                target_of(told.edition, told.measure.indicator, year)).word
        for year in known
    )  # fmt: skip
    side, number = max(sides.items(), key=lambda pair: pair[1])
    return _said(told, "over the years", verdict=_than(side), number=str(number), all=str(len(known)))


def _than(side: str | None) -> str:
    return load_phrases().say("standing", f"than {side}" if side else "than unknown")


def _said(told: Comparison, phrase: str, **fields: str) -> str:
    return load_phrases().say("standing", phrase, name=subject(told.indicator), area=told.kent, **fields)


def _subtitle(told: Comparison, span: str) -> str:
    good = GOOD.get(told.indicator.polarity)
    unit = told.measure.unit or UNITS.get(told.indicator.unit, told.indicator.unit)
    return clean(f"{subject(told.indicator)}, {span}, {unit}{f'; {good}' if good else ''}")


def _slug(kind: str, told: Comparison) -> str:
    return f"{kind}-{told.measure.indicator.lower()}-{told.model.model}"


def _text(told: Comparison, value: Decimal) -> str:
    return f"{say(value)}{unit_behind(told.indicator)}"


# --- ranked ---------------------------------------------------------------------------------------


def dots(told: Comparison) -> list[Dot]:
    """Kent, its neighbours by name (where imported), their mean and the published areas: best first."""
    decimals = told.measure.decimals
    found = [Dot("area", told.kent, told.value(told.kent))]
    found += [Dot("place", name, round_half_up(value, decimals)) for name, value in told.names.items()]
    found += [Dot("group", f"Mean of neighbours ({told.model.published} model)", told.value(group_name(told.model)))]
    found += [Dot("england", name, told.value(name)) for name in told.published]
    polarity = told.indicator.polarity
    sign = polarity.sign if polarity is not None and polarity.sign else 1
    return sorted((dot for dot in found if dot.value is not None), key=lambda dot: (-sign * dot.value, dot.name))


@house()
def ranked_neighbours(told: Comparison) -> Chart:
    """Kent, its ten neighbours by name where the store has them, South East and England, best at the top."""
    found, finding = dots(told), _finding(told)
    polarity = told.indicator.polarity
    order = ", best at the top" if polarity is not None and polarity.sign else ", highest at the top"
    subtitle = _subtitle(told, told.year) + order
    sheet = _draw_dots(told, found, (finding, subtitle, told.source))
    said = "; ".join(f"{dot.name} {_text(told, dot.value)}" for dot in found)
    alt = clean(f"Dot chart. {subject(told.indicator)}, {told.year}. {finding}. From the top: {said}.")
    everyone = [dot.value for dot in found if dot.key in {"area", "place"}] if told.names else []
    rows = tuple((_place(dot, everyone, polarity), dot.name, say(dot.value)) for dot in found)
    return Chart(_slug("neighbours", told), finding, subtitle, alt, told.source, sheet.svg(), sheet.png(),
                 ("Rank", "Area", "Value"), rows, sheet.box)  # fmt: skip


def _place(dot: Dot, everyone: Sequence[Decimal], polarity) -> str:
    ranked = rank(dot.value, everyone, polarity) if dot.value in everyone and dot.key in {"area", "place"} else None
    return str(ranked) if ranked else "not ranked"


MARKED = {"area": ("o", 9), "place": ("o", 6), "group": ("D", 8), "england": ("X", 8)}
"""Marker and size of each kind of dot: shape and colour both tell them apart."""


def _draw_dots(told: Comparison, found: list[Dot], words: tuple) -> Sheet:
    lines = [wrap(dot.name, BESIDE * 1.3, bold=dot.key == "area") for dot in found]
    heights = [max(20, len(those) * SIZE * LINE + 5) for those in lines]
    floor = (2 + bool(unit_beside(told.indicator))) * SIZE * LINE
    sheet = Sheet(floor + sum(heights) + GAP, *words)
    left = max(extent(line, SIZE, dot.key == "area") for dot, those in zip(found, lines, strict=True) for line in those)
    room = max(extent(say(dot.value), SIZE, dot.key == "area") for dot in found) + 16
    x = Scale.over([dot.value for dot in found], told.measure.decimals, left + 18, WIDTH - room)
    _draw_scale(told, sheet, x, floor)
    tops = floor + sum(heights) - np.cumsum([0, *heights])
    for dot, those, middle in zip(found, lines, (tops[:-1] + tops[1:]) / 2, strict=True):
        _draw_dot(sheet, dot, those, x, middle)
    return sheet


def _draw_scale(told: Comparison, sheet: Sheet, x: Scale, floor: float) -> None:
    edge = Look(HOUSE["axes.edgecolor"], 0.8, "-", "")
    sheet.line([x.start, x.end], [floor, floor], edge, "axis")
    for tick, at in x.ticks(4).items():
        sheet.line([at, at], [floor, floor - 3], edge)
        sheet.word(at, floor - 3 - SIZE, f"{tick}{unit_behind(told.indicator)}", "center")
    sheet.word((x.start + x.end) / 2, floor - 3 - SIZE * (1 + LINE), unit_beside(told.indicator), "center")


def _draw_dot(sheet: Sheet, dot: Dot, lines: list[str], x: Scale, middle: float) -> None:
    look, (marker, size) = LOOKS.get(dot.key, LOOKS["target"]), MARKED[dot.key]
    ink = {"bold": dot.key == "area", "colour": look.colour if dot.key == "area" else INK}
    at, width = x(dot.value), extent(say(dot.value), SIZE, dot.key == "area")
    paper = Look(HOUSE["figure.facecolor"], SIZE * LINE, "-", "")
    sheet.line([x.start, x.end], [middle, middle], HAIR)
    sheet.line([at + 7, at + 11 + width], [middle, middle], paper, solid_capstyle="butt")
    sheet.line([at], [middle], LOOKS["none"], dot.name, passable=True, marker=marker, markersize=size,
               markerfacecolor=look.colour, markeredgecolor="white")  # fmt: skip
    sheet.words(x.start - 14, middle, lines, ha="right", **ink)
    sheet.word(at + 9, middle - SIZE * 0.36, say(dot.value), **ink)


# --- trend ----------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A series of the trend: how it is drawn, its name and its values by year."""

    key: str
    name: str
    values: dict[str, Decimal]


def series(told: Comparison) -> list[Line]:
    """Kent, the neighbours' mean, their lowest and highest (where imported) and England or the region."""
    known = set(told.derived.loc[told.derived["area"] == told.kent, "year"])
    years = [year for year in years_of(told.edition) if min(known) <= year <= max(known)]
    wanted = [("area", told.kent, told.kent), ("group", "Mean of neighbours", group_name(told.model))]
    wanted += [("england", name, name) for name in told.published[:1]]
    lines = [Line(key, name, {year: told.value(area, year) for year in years}) for key, name, area in wanted]
    near = {year: named_neighbours(told.model, told.values[year]).values() for year in years if year in told.values}
    for name, of in (("Highest neighbour", max), ("Lowest neighbour", min)):
        ends = {year: round_half_up(of(values), told.measure.decimals) for year, values in near.items() if values}
        lines += [Line("floor", name, {year: ends.get(year) for year in years})] if ends else []
    return lines


@house()
def trend_of_neighbours(told: Comparison) -> Chart:
    """Kent, the mean of its neighbours, their range where the store has it, and England over the years."""
    lines, finding = series(told), _finding_of_years(told)
    years = [*lines[0].values]
    subtitle = _subtitle(told, f"{years[0]} to {years[-1]}")
    sheet = _draw_lines(told, lines, years, (finding, subtitle, told.source))
    ends = (f"{line.name} {_span(told, line)}" for line in lines)
    alt = clean(f"Line chart. {subject(told.indicator)}, {years[0]} to {years[-1]}. {'; '.join(ends)}.")
    rows = tuple((year, *(_cell(line.values[year]) for line in lines)) for year in years)
    return Chart(_slug("neighbours-trend", told), finding, subtitle, alt, told.source, sheet.svg(), sheet.png(),
                 ("Year", *(line.name for line in lines)), rows, sheet.box)  # fmt: skip


def _cell(value: Decimal | None) -> str:
    return "no value" if value is None else say(value)


def _span(told: Comparison, line: Line) -> str:
    known = [(year, value) for year, value in line.values.items() if value is not None]
    ends = dict.fromkeys([known[0], known[-1]]) if known else []
    return " and ".join(f"{_text(told, value)} in {year}" for year, value in ends) or "has no value"


def _draw_lines(told: Comparison, lines: list[Line], years: list[str], words: tuple) -> Sheet:
    axis = GAP + SIZE * LINE
    labels = [_label(line) for line in lines]
    sheet = Sheet(HEIGHT, *words)
    known = [value for line in lines for value in line.values.values() if value is not None]
    y = Scale.over(known, told.measure.decimals, axis + 4, HEIGHT - GAP - SIZE * LINE)
    ticks = {f"{tick}{unit_behind(told.indicator)}": at for tick, at in y.ticks().items()}
    left = max(map(extent, ticks), default=0) + GAP
    right = WIDTH - max(extent(text, bold=True) for those in labels for text in those) - 20
    x = dict(zip(years, np.linspace(left + 18, right - 8, len(years)), strict=True))
    sheet.line(*strokes([((left, at), (right, at)) for at in ticks.values()]), HAIR, "grid")
    sheet.word(2, HEIGHT - SIZE, unit_beside(told.indicator))
    for text, at in ticks.items():
        sheet.word(left - 4, at - SIZE * 0.36, text, "right")
    for year in years[:: max(1, (len(years) - 1) // 2)] if len(years) % 2 else (years[0], years[-1]):
        sheet.word(x[year], axis - GAP - SIZE * 0.8, year, "center")
    for line in reversed(lines):
        heights = [np.nan if value is None else y(value) for value in line.values.values()]
        sheet.line([*x.values()], heights, LOOKS[line.key], line.name, marker=MARKED.get(line.key, ("", 0))[0])
    _draw_ends(sheet, lines, labels, y, right)
    return sheet


def _label(line: Line) -> list[str]:
    last = next((value for value in reversed(line.values.values()) if value is not None), None)
    return wrap(line.name, BESIDE, bold=line.key == "area", tail=_cell(last))


def _draw_ends(sheet: Sheet, lines: list[Line], labels: list[list[str]], y: Scale, right: float) -> None:
    last = [next((v for v in reversed(line.values.values()) if v is not None), None) for line in lines]
    wanted = [sheet.height / 2 if value is None else y(value) for value in last]
    heights = [len(those) * SIZE * LINE + 3 for those in labels]
    for line, those, at, middle in zip(
        lines, labels, wanted, spread(wanted, heights, y.start - GAP, sheet.height), strict=True
    ):
        look = LOOKS[line.key]
        sheet.line([right, right + 13], [at, middle], look._replace(width=0.9, dash="-"), passable=True)
        ink = {"bold": True, "colour": look.colour} if line.key == "area" else {}
        sheet.words(right + 17, middle, those, **ink)


# --- table ----------------------------------------------------------------------------------------


def standings_table(told: Sequence[Comparison]) -> Html:
    """A row for each indicator and comparator: values, gap, verdict, ranks, band, year, method and vintage."""
    heads = [
        Head("Beside"), Head("Measure"), Head("Year"), Head("Kent", "", NUMBER),
        Head("Value", "", f"{NUMBER} sc-strong"), Head("Gap", "more than 0 is better", NUMBER), Head("Kent is"),
        Head("Rank among neighbours", "1 is best", NUMBER),
        Head("Band of all authorities", "A is the best quarter", NUMBER), Head("Data of"),
    ]  # fmt: skip
    rows = [_standing(one, comparison) for comparison in told for one in comparison.standings()]
    turned = [subject(one.indicator) for one in told if flips(one.standings())]
    remarks = [RULE, f"The verdict depends on the model of neighbours for: {'; '.join(turned) or 'none'}."]
    return drawn(Table("Where Kent stands", heads, rows, kind="sc-scorecard", scroll=True, remarks=remarks))


def _standing(one: Standing, told: Comparison) -> list[Cell]:
    def cell(value: Decimal | None, reason: str) -> Cell:
        return Cell(reason, missing=True) if value is None else Cell(say(round_half_up(value, told.measure.decimals)))

    beside = next((model for model in told.edition.areas.neighbour_models if group_name(model) == one.comparator), None)
    name = f"{NEIGHBOURS}, {beside.published} model" if beside else one.comparator
    method = f"{one.method} of {one.n}" if one.n else one.method
    near = told.measure.reason and f"{NEAR_BY}: {told.measure.reason}"
    return [
        Cell(name, f"{method}, in force" if one.in_force else method),
        Cell(subject(told.indicator), told.indicator.code or ""),
        Cell(one.year, ", ".join(filter(None, (f"{told.measure.years} year", one.status))), note=near),
        cell(one.kent, "no value"), cell(one.value, "no usable figure"), cell(one.gap, "no direction"),
        _word(one.verdict, "no verdict"), _word(one.rank and f"{one.rank} of {one.of}", "no rank"),
        _word(one.band, "no rank")._replace(small=f"{one.national_rank} of {one.national_of}" if one.band else ""),
        Cell(periods.date(one.vintage)),
    ]  # fmt: skip


def _word(text: str | None, reason: str) -> Cell:
    return Cell(text[:1].upper() + text[1:]) if text else Cell(reason, missing=True)
