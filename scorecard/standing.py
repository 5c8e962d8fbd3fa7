"""Where Kent stands among its statistical neighbours on every indicator that is compared: a table, and words for it.

All of it comes from the committed figures (`benchmarks_derived.csv`), so that a pack is the same on every machine. A
neighbour is named with its figure only for who has imported the published files: see `comparators.leading`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scorecard import periods
from scorecard.areas import Area, NeighbourModel
from scorecard.benchmarks import (
    BETTER,
    IN_LINE,
    MEAN,
    RULE,
    WORSE,
    Standing,
    flips,
    gap,
    group_name,
    held,
    model_in_force,
    standing,
)
from scorecard.catalogue import Indicator
from scorecard.comparison.likeness import NEAR_BY
from scorecard.comparison.measures import LIKE, SOURCES, Measure, load_derived, load_measures, published, was_over
from scorecard.editions import Edition
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn, number
from scorecard.phrases import Phrases, load_phrases
from scorecard.ratings import round_half_up
from scorecard.tables import POLARITIES, UNITS

EDGE = 3
"""So many best and last places are counted in the summary, and so many neighbours ahead of Kent are named."""
NO_RANK = "no rank"
NO_GAP = "no direction"


class Place(NamedTuple):
    """Kent's place on one indicator in the newest year that was over: beside the model that is shown, then the others.

    `ranks` has Kent's rank and of how many, by year, among the neighbours of the model that is shown.
    """

    indicator: Indicator
    measure: Measure
    told: tuple[Standing, ...]
    ranks: Mapping[str, tuple[int, int]]
    target: Decimal | None

    @property
    def here(self) -> Standing:
        """Beside the model that is shown."""
        return self.told[0]

    def text(self, value: Decimal | None) -> str:
        """A value at the decimals of the measure, without its unit."""
        return "" if value is None else number(round_half_up(value, self.measure.decimals))

    @property
    def gap(self) -> str:
        """By how much Kent is ahead of the mean, in the good direction and of the figures as shown: +2.4."""
        kent, mean = (round_half_up(value, self.measure.decimals) for value in (self.here.kent, self.here.value))
        ahead = gap(kent, mean, self.indicator.polarity, self.target)
        return "" if ahead is None else f"{'+' if ahead > 0 else ''}{self.text(ahead)}"


def places(edition: Edition) -> list[Place]:
    """Kent's place on each indicator that the edition prints for it and that a published measure fits, in that order.

    The newest vintage is used, of years that `was_over`; the figures themselves may have been published later. An
    indicator without one for Kent and for its neighbours is left out.
    """
    measures, known = load_measures(), {}
    for (indicator, year, area), rows in published(edition.name).items():
        if was_over(year, edition):
            known.setdefault(indicator, {})[year, area] = rows[-1]
    own = [section for section in edition.sections if section.kind == edition.areas.kent.kind]
    keys = dict.fromkeys(key for section in own for key in section.indicators if key in measures)
    found = (_place(edition, measures[key], known[key]) for key in keys if key in known)
    return [place for place in found if place]


def newest_year(edition: Edition, told: Sequence[Place]) -> str:
    """The newest year of these places; the edition's own where there is no place."""
    return max((place.here.year for place in told), default=edition.year)


def model_shown(edition: Edition) -> NeighbourModel:
    """The model in force at the edition's date, or the oldest one known if none was."""
    models = edition.areas.neighbour_models
    return model_in_force(models, edition.as_at) or models[0]


def _place(edition: Edition, measure: Measure, known: Mapping[tuple[str, str], tuple]) -> Place | None:
    """`known` has the newest derived row of the indicator by year and area."""
    areas, vintage = edition.areas, max(row.vintage for row in known.values() if row.source == measure.title)
    here = {key: row for key, row in known.items() if (row.source, row.vintage) == (measure.title, vintage)}
    shown, kent = group_name(model_shown(edition)), areas.kent.name
    years = [year for year, area in here if area == shown and (year, kent) in here]
    if not years:
        return None
    indicator, year = edition.catalogue[measure.indicator], max(years)
    target = target_of(edition, measure.indicator, year)
    names = sorted((group_name(model) for model in areas.neighbour_models), key=lambda name: name != shown)
    force = group_name(model_in_force(areas.neighbour_models, edition.as_at))
    told = (here.get((year, name)) for name in names)
    beside = tuple(standing(row, here[year, kent], measure, indicator.polarity, target, force) for row in told if row)
    ranks = {year: (row.rank, row.of) for (year, area), row in sorted(here.items()) if area == shown and row.rank}
    return Place(indicator, measure, beside, ranks, target)


def target_of(edition: Edition, indicator: str, year: str) -> Decimal | None:
    """The target of an indicator in a year, which polarity T needs."""
    rows = edition.standards
    told = rows[(rows["indicator"] == indicator) & (rows["year"] == year)]
    return told["target"].iloc[0] if len(told) else None


# --- the table ------------------------------------------------------------------------------------


def table(edition: Edition, told: Sequence[Place]) -> Html:
    """Every indicator: Kent, the mean of its neighbours, gap, verdict, rank, band, and the same by each other model."""
    kent, models = edition.areas.kent.name, {group_name(one): one for one in edition.areas.neighbour_models}
    shown, *others = [models[one.comparator].published for one in told[0].told] if told else [""]
    heads = [
        Head("Measure"), Head("Year"), Head(kent, "", f"{NUMBER} sc-strong"),
        Head("Mean of neighbours", f"{shown} model", NUMBER), Head("Gap", "more than 0 is better", NUMBER),
        Head(f"{kent} is"), Head("Rank among neighbours", "1 is best", NUMBER),
        Head("Band of all authorities", "A is the best quarter", NUMBER),
    ]  # fmt: skip
    for other in others:
        heads += [Head("Mean of neighbours", f"{other} model", NUMBER), Head(f"{kent} is", f"{other} model")]
    remarks = _remarks(edition, told, shown) if told else ()
    newest = newest_year(edition, told)
    caption = f"{kent} among its statistical neighbours: the newest year of each measure, up to {newest}"
    words = {"lead": " ".join(summary(edition, told)), "empty": "No figure is derived for this edition."}
    return drawn(Table(caption, heads, [*map(_line, told)], 0, "sc-scorecard", True, remarks=[*remarks], **words))


def _line(place: Place) -> list[Cell]:
    here, *others = place.told
    near = place.measure.reason and f"{NEAR_BY}: {place.measure.reason}"
    kind = ", ".join(filter(None, (f"{place.measure.years} year", here.status)))
    cells = [
        _measure(place), Cell(here.year, kind, note=near), Cell(place.text(here.kent)), _mean(place, here),
        _or_none(place.gap, NO_GAP), _verdict(here), _or_none(here.rank and f"{here.rank} of {here.of}", NO_RANK),
        _or_none(here.band, NO_RANK)._replace(small=f"{here.national_rank} of {here.national_of}" if here.band else ""),
    ]  # fmt: skip
    for one in others:
        cells += [
            _mean(place, one),
            _verdict(one, f"rank {one.rank} of {one.of}" if one.rank else "", flips(place.told)),
        ]
    return cells


def _measure(place: Place) -> Cell:
    told = place.indicator
    unit = place.measure.unit or UNITS.get(told.unit, told.unit)
    name = told.short_name[:1].upper() + told.short_name[1:]
    words = (told.code, POLARITIES[told.polarity], unit, place.measure.reason and NEAR_BY)
    return Cell(name, " · ".join(filter(None, words)))


def _mean(place: Place, one: Standing) -> Cell:
    return Cell(place.text(one.value), f"{one.method} of {one.n}")


def _verdict(one: Standing, rank: str = "", turned: bool = False) -> Cell:
    small = ", ".join(filter(None, (turned and "verdict flips", rank)))
    return _or_none(one.verdict and one.verdict.capitalize(), NO_GAP)._replace(small=small)


def _or_none(text: str | None, reason: str) -> Cell:
    return Cell(text) if text else Cell(reason, missing=True)


def _remarks(edition: Edition, told: Sequence[Place], shown: str) -> Iterator[str]:
    """What must be read with the table: source and vintage, the model and its authorities, the rule, what flips."""
    force = model_in_force(edition.areas.neighbour_models, edition.as_at)
    vintages = Counter(f"{SOURCES[place.measure.source]}, data of {periods.date(place.here.vintage)}" for place in told)
    yield f"Source: figures derived from those of the Department for Education ({'; '.join(vintages)})."
    when = periods.name(edition.as_at)
    known = f"in force in {when}" if force else f"the oldest known; which one was in force in {when} is not known"
    names = ", ".join(one["name"] for one in model_shown(edition).neighbours)
    yield f"Statistical neighbours by the {shown} model, {known}: {names}. Plain mean of those with a value."
    yield RULE
    turned = [place.indicator.short_name for place in told if flips(place.told)]
    yield f"The verdict depends on the model of neighbours for: {'; '.join(turned) or 'none'}."


# --- words ----------------------------------------------------------------------------------------


def summary(edition: Edition, told: Sequence[Place], phrases: Phrases | None = None) -> list[str]:
    """How often Kent is better, in line and worse, and how often among the best and the last places."""
    words, verdicts = phrases or load_phrases(), Counter(place.here.verdict for place in told)
    ranked = [place.here for place in told if place.here.rank]
    counted = {
        "area": edition.areas.kent.name, "all": len(told), "better": verdicts[BETTER], "in_line": verdicts[IN_LINE],
        "worse": verdicts[WORSE], "ranked": len(ranked), "edge": EDGE,
        "near": sum(place.measure.like != LIKE for place in told),
        "best": sum(one.rank <= EDGE for one in ranked), "last": sum(one.rank > one.of - EDGE for one in ranked),
    }  # fmt: skip
    fields = {name: str(count) for name, count in counted.items()}
    return [words.say("standing", phrase, **fields) for phrase in ("verdicts", "ranks")]


def beside(
    edition: Edition, area: Area, leading: Mapping | None = None, phrases: Phrases | None = None
) -> dict[str, str]:
    """What the commentary may say of Kent's rank, by indicator; nothing of other areas or measures not like for like.

    Nor of neighbours by a model that was not in force. Each rank is told with its year; the table says of which data.
    `leading` has, by indicator, the names and values of the neighbours ahead of Kent, from `comparators.leading`.
    """
    if area != edition.areas.kent:
        return {}
    words, leading = phrases or load_phrases(), leading or {}
    like = [place for place in places(edition) if place.measure.like == LIKE]
    ranked = [place for place in like if place.here.rank and place.here.in_force]
    return {one.indicator.key: _said(one, area.name, leading.get(one.indicator.key), words) for one in ranked}


def _said(place: Place, area: str, leading: Sequence[tuple[str, Decimal]] | None, words: Phrases) -> str:
    def figure(value: Decimal, group: str = "short_units") -> str:
        unit = place.indicator.unit
        return words.say(group, unit, number=place.text(value), unit=unit)

    here, few = place.here, leading is not None and len(leading) <= EDGE
    ahead = [words.say("standing", "each ahead", name=name, value=figure(value)) for name, value in leading or ()]
    phrase = "rank" if not few else f"{place.indicator.polarity} behind" if ahead else "first"
    return words.say(
        "standing", phrase, area=area, ordinal=ordinal(here.rank, words),
        of=str(here.of), year=here.year, value=figure(here.kent, "units"), mean=figure(here.value),
        ahead=words.say("standing", "between").join(ahead),
    )  # fmt: skip


def ordinal(rank: int, phrases: Phrases | None = None) -> str:
    """A place in words: second, 12th."""
    return (phrases or load_phrases()).say("ordinals", str(rank), number=str(rank))


# --- printed against derived ----------------------------------------------------------------------


def agreement(edition: Edition, indicators: Sequence[str] | None = None) -> Html:
    """Printed benchmarks beside the derived figures of each vintage, with the count that agree and why the rest do not.

    All indicators that have a published measure, or those that are asked for.
    """
    printed, derived, lines = edition.benchmarks, load_derived(edition.name), {}
    if indicators is not None:
        printed = printed[printed["indicator"].isin(indicators)]
    for cell, measure, told, fine in held(printed, derived, load_measures(), edition.areas, edition.as_at):
        line = lines.setdefault(cell.row, (cell, measure, []))
        line[2].append((told, fine))
    vintages = sorted(set(derived.loc[derived["method"] == MEAN, "vintage"]))
    heads = [Head("Measure"), Head("Benchmark"), Head("Year"), Head("Printed", "", NUMBER)]
    heads += [Head("Derived", f"data of {periods.date(vintage)}", NUMBER) for vintage in vintages]
    rows = [_held(edition, *line) for line in lines.values()]
    return drawn(Table("Printed benchmarks beside derived ones", [*heads, Head("Reason")], rows, kind="sc-prose",
                       scroll=True, empty="No printed benchmark has a published measure.",
                       remarks=[*_agreed(lines.values(), vintages)]))  # fmt: skip


def _held(edition: Edition, cell, measure: Measure, found: list) -> list[Cell]:
    indicator = edition.catalogue[cell.indicator]
    given = [_derived(told, fine) for told, fine in found]
    why = measure.why(cell.area, cell.period) or (measure.reason and f"{NEAR_BY}: {measure.reason}")
    return [
        Cell(indicator.short_name[:1].upper() + indicator.short_name[1:], indicator.code or ""), Cell(cell.area),
        Cell(cell.period), Cell(number(cell.value), source=f"benchmarks.csv row {cell.row}"), *given,
        _or_none(why, "agrees" if any(fine for _, fine in found) else "not explained"),
    ]  # fmt: skip


def _derived(told, fine: bool) -> Cell:
    if told is None or told.value is None:
        return Cell("no usable figure", missing=True)
    return Cell(number(told.value), "agrees" if fine else "differs", f"benchmarks_derived.csv row {told.row}")


def _agreed(lines: Iterable, vintages: Sequence[str]) -> Iterator[str]:
    lines = [*lines]
    for like in dict.fromkeys(measure.like for _, measure, _ in lines):
        those = [[fine for _, fine in found] for _, measure, found in lines if measure.like == like]
        by = "; ".join(f"{sum(one[i] for one in those)} with the data of {periods.date(vintage)}"
                       for i, vintage in enumerate(vintages))  # fmt: skip
        either = sum(map(any, those))
        yield f"{like.capitalize()}: {len(those)} printed benchmarks, of which agree {by}; {either} with either."
