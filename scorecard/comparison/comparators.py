"""From the local store to figures of an edition: derived ones for everybody, named neighbours for who has the files."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path

import pandas as pd

from scorecard.areas import NeighbourModel
from scorecard.benchmarks import Values, derived_frame, figures, values_of, weighted_figures
from scorecard.comparison.imports import STORE, Import, imports_known, read_measures
from scorecard.comparison.measures import Measure, load_measures, load_numbers
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError
from scorecard.standing import model_shown, places

FIRST = 2015
"""The oldest year, by its start, for which figures are derived."""


def years_of(edition: Edition) -> list[str]:
    """The years for which an edition has derived figures, oldest first, up to its own."""
    return [f"{start}-{(start + 1) % 100:02}" for start in range(FIRST, int(edition.year[:4]) + 1)]


def derived_from_store(edition: Edition, store: Path = STORE) -> pd.DataFrame:
    """Every derived figure of the edition, from every file in the store; `InputError` if the store has none."""
    known, measures = imports_known(store), load_measures()
    if not known:
        said, remedy = "is empty.", "Download the back data and run: scorecard benchmarks import FILE"
        raise InputError([Fault("error", "BMK003", "the local store", said, remedy)])
    told = [line for one in known for line in _derived(one, edition, measures)]
    return derived_frame(sorted(told, key=_in_order(list(measures))))


def _in_order(indicators: list[str]):
    return lambda line: (indicators.index(line[0]), line[1], line[12], line[2], line[10])


def _derived(one: Import, edition: Edition, measures: dict[str, Measure]) -> Iterator[tuple]:
    printed = [measure for measure in measures.values() if measure.indicator in edition.catalogue]
    own = [measure for measure in printed if measure.source == one.source]
    counted = [measure for measure in printed if one.source == "EES" and measure.counts]
    names = [leg for measure in own for leg in measure.legs]
    names += [name for measure in counted for name in measure.counts.values()]
    rows, number = read_measures(one, names), load_numbers()
    facts = {"areas": edition.areas, "vintage": one.vintage}
    few = {measure.indicator: rows[rows["measure"].isin(measure.legs)] for measure in own}
    for measure, year in product(own, years_of(edition)):
        values = values_of(few[measure.indicator], measure, year, _wider(edition, number))
        polarity = edition.catalogue[measure.indicator].polarity
        yield from figures(values, measure, year, kent=number[edition.areas.kent.name], polarity=polarity, **facts)
    for measure, year in product(counted, years_of(edition)):
        yield from weighted_figures(rows, measure, year, **facts)


def _wider(edition: Edition, number: dict[str, int]) -> dict[int, str]:
    return {told: name for name, told in number.items() if name != edition.areas.kent.name}


def newest_import(source: str, store: Path = STORE) -> Import | None:
    """The newest file of a source in the store, or None."""
    known = [one for one in imports_known(store) if one.source == source]
    return known[-1] if known else None


def values_from_store(edition: Edition, measure: Measure, years: list[str], store: Path = STORE) -> dict[str, Values]:
    """The values of every authority by year, from the newest file; empty if the store has none."""
    one = newest_import(measure.source, store)
    if one is None:
        return {}
    rows = read_measures(one, list(measure.legs))
    return {year: values_of(rows, measure, year, _wider(edition, load_numbers())) for year in years}


def named_neighbours(model: NeighbourModel, values: Values) -> dict:
    """The values of a model's neighbours by name, those without one left out."""
    return {
        told["name"]: values.authorities[told["dfe"]] for told in model.neighbours if told["dfe"] in values.authorities
    }


def leading(edition: Edition, store: Path = STORE) -> dict[str, list[tuple[str, Decimal]]]:
    """By indicator the neighbours ahead of Kent with their values, best first, for `standing.beside`.

    Only of indicators whose newest vintage the store holds; empty where nothing is imported.
    """
    found = {}
    for place in places(edition):
        one, polarity, here = newest_import(place.measure.source, store), place.indicator.polarity, place.here
        if one and one.vintage == here.vintage and polarity and polarity.sign:
            values = values_from_store(edition, place.measure, [here.year], store)[here.year]
            named = named_neighbours(model_shown(edition), values)
            ahead = {name: value for name, value in named.items() if (value - here.kent) * polarity.sign > 0}
            found[place.indicator.key] = sorted(ahead.items(), key=lambda told: -polarity.sign * told[1])
    return found
