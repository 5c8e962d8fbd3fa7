"""Where Kent stands among other authorities: means, ranks, quartile bands, gaps and verdicts from published values.

Everything is exact (Decimals), takes values and gives values. The neighbours' mean is the plain mean of those that have
a value that year; region and England are published figures, never means. Source: the user guide of the Local Authority
Interactive Tool, and `rules.md` section 4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

import pandas as pd

from scorecard.areas import Areas, NeighbourModel
from scorecard.comparison.measures import DERIVED, MEAN, MEDIAN, PUBLISHED, UNUSABLE, WEIGHTED, Measure
from scorecard.ratings import NO_POLARITY, NO_TARGET, NO_VALUE, Polarity, Verdict, margin, places, round_half_up

NEIGHBOURS = "Statistical neighbours"
BETTER, IN_LINE, WORSE = "better", "in line", "worse"
RULE = (
    "Kent is in line with a comparator when both are equal once rounded to the printed decimals; otherwise it is "
    "better or worse by the polarity of the indicator, for T by which of the two is closer to the target."
)
FEWEST = 3
"""A mean or a quartile of fewer values is not given."""


# --- of values ------------------------------------------------------------------------------------


def mean(values: Sequence[Decimal]) -> Decimal | None:
    """Plain mean; None without a value."""
    return sum(values, Decimal(0)) / len(values) if values else None


def median(values: Sequence[Decimal]) -> Decimal | None:
    """Middle value, or the mean of the middle two; None without a value."""
    return quantile(values, Decimal("0.5")) if values else None


def weighted_mean(numerators: Sequence[Decimal], denominators: Sequence[Decimal]) -> Decimal | None:
    """Per cent of all numerators in all denominators; None if nothing is counted."""
    of = sum(denominators, Decimal(0))
    return 100 * sum(numerators, Decimal(0)) / of if of else None


def quantile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The value below which `share` of the values lie, by linear interpolation (type 7)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def quartiles(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """First quartile, median and third quartile, type 7."""
    return tuple(quantile(values, Decimal(share)) for share in ("0.25", "0.5", "0.75"))


def rank(value: Decimal, everyone: Iterable[Decimal], polarity: Polarity | None) -> int | None:
    """Place among `everyone` (which holds `value`): 1 is best, equals share the better place; None for T or none."""
    if polarity is None or not polarity.sign:
        return None
    return 1 + sum((other - value) * polarity.sign > 0 for other in everyone)


def band(value: Decimal, everyone: Sequence[Decimal], polarity: Polarity | None) -> str | None:
    """Quartile band, A best. High: above Q3 A, above Q2 B, above Q1 C, else D. Low: up to Q1 A, Q2 B, Q3 C, else D."""
    if polarity is None or not polarity.sign or len(everyone) < FEWEST:
        return None
    edges = quartiles(everyone)
    if polarity is Polarity.HIGH:
        return "DCBA"[sum(value > edge for edge in edges)]
    return "ABCD"[sum(value > edge for edge in edges)]


def gap(kent: Decimal, other: Decimal, polarity: Polarity | None, target: Decimal | None = None) -> Decimal | None:
    """By how much Kent is ahead of the other, in the good direction: more than 0 is better; None without a direction.

    For T it is the distance to the target that counts.
    """
    if polarity is None or (not polarity.sign and target is None):
        return None
    nothing = Decimal(0)
    return margin(kent, nothing, polarity.sign, target or nothing) - margin(
        other, nothing, polarity.sign, target or nothing
    )


def verdict(
    kent: Decimal | None,
    other: Decimal | None,
    polarity: Polarity | None,
    decimals: int,
    target: Decimal | None = None,
) -> Verdict:
    """better, in line or worse, or None with the reason: see `RULE`.

    >>> verdict(Decimal("21.8"), Decimal("19.44"), Polarity.LOW, 1).word
    'worse'
    """
    if polarity is None:
        return Verdict(None, NO_POLARITY)
    if kent is None or other is None:
        return Verdict(None, NO_VALUE)
    ahead = gap(round_half_up(kent, decimals), round_half_up(other, decimals), polarity, target)
    if ahead is None:
        return Verdict(None, NO_TARGET)
    return Verdict(BETTER if ahead > 0 else WORSE if ahead < 0 else IN_LINE, None)


def model_in_force(models: Sequence[NeighbourModel], as_at: str) -> NeighbourModel | None:
    """The neighbours in use in a month: the last model that had begun; None before the first that is known."""
    begun = [model for model in models if model.since <= as_at]
    return max(begun, key=lambda model: model.since, default=None)


def group_name(model: NeighbourModel | None) -> str:
    """What figures of a model are called: `Statistical neighbours` and the month it was published."""
    return f"{NEIGHBOURS} {model.model}" if model else NEIGHBOURS


# --- of published rows ----------------------------------------------------------------------------


class Values(NamedTuple):
    """The values of one measure in one year: authorities by number, and the published wider areas by name.

    `status` is what the source's label of the year says of them (provisional, revised, final), or None.
    """

    authorities: dict[int, Decimal]
    published: dict[str, Decimal]
    unusable: frozenset[str] = frozenset()
    status: str | None = None


def exact(value: float) -> Decimal | None:
    """A stored number with the ten significant digits it was stored with; None for a missing one."""
    return None if pd.isna(value) else Decimal(f"{value:.10g}")


def values_of(rows: pd.DataFrame, measure: Measure, year: str, wider: Mapping[int, str]) -> Values:
    """The values of a measure in a year of the scorecard, from stored rows of its legs (see `imports.read_measures`).

    `wider` names the published areas by their number. A difference is taken area by area.
    """
    told = rows[(rows["year_label"] == measure.year_label(year)) & rows["value"].notna()]
    status = " and ".join(sorted(set(told["status"].dropna()))) or None
    legs = [_leg(told[told["measure"] == leg], wider) for leg in measure.legs]
    if len(legs) == 1:
        return legs[0]._replace(status=status)
    more, less = legs
    return Values(_minus(more.authorities, less.authorities), _minus(more.published, less.published),
                  more.unusable | less.unusable, status)  # fmt: skip


def _leg(rows: pd.DataFrame, wider: Mapping[int, str]) -> Values:
    values = {int(number): exact(value) for number, value in zip(rows["dfe"], rows["value"], strict=True)}
    local = set(rows.loc[rows["level"] == "la", "dfe"].astype(int))
    authorities = {number: value for number, value in values.items() if number in local}
    published = {name: values[number] for number, name in wider.items() if number in values}
    low, high = min(authorities.values(), default=None), max(authorities.values(), default=None)
    odd = {name for name, value in published.items() if authorities and not low <= value <= high}
    return Values(authorities, published, frozenset(odd))


def _minus(more: dict, less: dict) -> dict:
    return {key: more[key] - less[key] for key in more if key in less}


def figures(
    values: Values, measure: Measure, year: str, *, areas: Areas, kent: int, polarity: Polarity | None, vintage: str
) -> Iterator[tuple]:
    """The derived figures of one measure in one year: tuples in the order of `DERIVED`.

    Each neighbour model has a row for the mean, with Kent's rank among its neighbours and itself, and one for the
    median; Kent's own row has the national rank and band. `kent` is its number. Nothing of any other single authority
    is given.
    """
    own, local = values.authorities.get(kent), values.authorities
    end = (measure.title, vintage, values.status)
    for model in areas.neighbour_models:
        near = [local[told["dfe"]] for told in model.neighbours if told["dfe"] in local]
        if len(near) < FEWEST:
            continue
        place = rank(own, [*near, own], polarity) if own is not None else None
        place_of = (place, len(near) + 1 if place else None)
        for method, of, ranked in ((MEAN, mean, place_of), (MEDIAN, median, (None, None))):
            yield (measure.indicator, year, group_name(model), _kept(of(near)), len(near), *ranked, None, None, None,
                   method, *end)  # fmt: skip
    for name in values.published:
        odd = name in values.unusable
        told = None if odd else _kept(values.published[name])
        yield (measure.indicator, year, name, told, *[None] * 6, UNUSABLE if odd else PUBLISHED, *end)
    if own is not None:
        place = rank(own, local.values(), polarity)
        national = (place, len(local) if place else None, band(own, [*local.values()], polarity))
        yield (measure.indicator, year, areas.kent.name, _kept(own), *[None] * 3, *national, PUBLISHED, *end)


def _kept(value: Decimal) -> Decimal:
    """At most six decimals, no zeros behind the last digit, never as 1E+2."""
    plain = round_half_up(value, 6).normalize()
    return plain.quantize(Decimal(1)) if places(plain) == 0 else plain


def weighted_figures(rows: pd.DataFrame, measure: Measure, year: str, *, areas: Areas, vintage: str) -> Iterator[tuple]:
    """The neighbours' weighted mean, from the stored counts of an EES file: tuples in the order of `DERIVED`."""
    told = rows[(rows["year_label"] == measure.year_label(year)) & rows["value"].notna() & (rows["level"] == "la")]
    names = (measure.counts["numerator"], measure.counts["denominator"])
    counts = [_leg(told[told["measure"] == name], {}).authorities for name in names]
    for model in areas.neighbour_models:
        near = [told["dfe"] for told in model.neighbours if all(told["dfe"] in count for count in counts)]
        if len(near) >= FEWEST:
            value = weighted_mean(*([count[number] for number in near] for count in counts))
            yield (measure.indicator, year, group_name(model), _kept(value), len(near), *[None] * 5, WEIGHTED,
                   f"EES {' of '.join(names)}", vintage, None)  # fmt: skip


def derived_frame(tuples: Iterable[tuple]) -> pd.DataFrame:
    """Derived figures as a frame with the columns of `DERIVED`, in order of indicator, year, area, method, vintage."""
    return pd.DataFrame(list(tuples), columns=DERIVED, dtype=object)


# --- of derived figures ---------------------------------------------------------------------------


class Standing(NamedTuple):
    """Where Kent stands on one indicator in one year: beside the model in force, the other models and wider areas."""

    indicator: str
    year: str
    kent: Decimal | None
    comparator: str
    value: Decimal | None
    n: int | None
    gap: Decimal | None
    verdict: str | None
    rank: int | None
    of: int | None
    national_rank: int | None
    national_of: int | None
    band: str | None
    method: str
    source: str
    vintage: str
    status: str | None
    in_force: bool


def figure(derived: pd.DataFrame, **told: str):
    """The one derived row that has these cells, or None."""
    rows = derived
    for column, cell in told.items():
        rows = rows[rows[column] == cell]
    return next(rows.itertuples(), None)


def newest(derived: pd.DataFrame, source: str = "LAIT") -> str:
    """The newest vintage of a source among derived figures."""
    return max(derived.loc[derived["source"].str.startswith(source), "vintage"])


def standings(
    derived: pd.DataFrame, measure: Measure, year: str, *, areas: Areas, as_at: str, polarity: Polarity | None,
    vintage: str, target: Decimal | None = None,
) -> list[Standing]:  # fmt: skip
    """Kent beside each comparator in one year: the model in force, other models, then published areas."""
    here = derived[(derived["indicator"] == measure.indicator) & (derived["year"] == year)]
    here = here[here["vintage"] == vintage]
    kent = figure(here, area=areas.kent.name)
    if kent is None:
        return []
    force = group_name(model_in_force(areas.neighbour_models, as_at))
    beside = [told for told in here.itertuples() if told.area != kent.area and told.method != MEDIAN]
    in_order = sorted(beside, key=lambda told: (told.area != force, told.method != MEAN, told.n is None))
    return [standing(told, kent, measure, polarity, target, force) for told in in_order]


def standing(told, kent, measure: Measure, polarity: Polarity | None, target: Decimal | None, force: str) -> Standing:
    """Kent's derived row beside another of the same year and vintage; `force` names the group of the model in force."""
    said = verdict(kent.value, told.value, polarity, measure.decimals, target).word
    ahead = None if told.value is None else gap(kent.value, told.value, polarity, target)
    return Standing(
        measure.indicator, told.year, kent.value, told.area, told.value, told.n, ahead, said, told.rank, told.of,
        kent.national_rank, kent.national_of, kent.band, told.method, told.source, told.vintage, told.status,
        told.area == force,
    )  # fmt: skip


def flips(told: Iterable[Standing]) -> bool:
    """Whether the verdict depends on which model of neighbours is used."""
    words = {one.verdict for one in told if one.comparator.startswith(NEIGHBOURS) and one.method == MEAN}
    return len(words) > 1


def printed_area(measure: Measure, area: str, areas: Areas, as_at: str) -> str | None:
    """The derived area that a printed benchmark is held against; None for one that has no counterpart."""
    if area in {NEIGHBOURS, "Benchmark group (SN or SE)"}:
        group = measure.group
        return group_name(model_in_force(areas.neighbour_models, as_at)) if group == NEIGHBOURS else group
    return area


def held(printed: pd.DataFrame, derived: pd.DataFrame, measures: Mapping[str, Measure], areas: Areas, as_at: str):
    """Printed benchmarks against derived ones, one tuple a cell and vintage of derived figures.

    Each is (printed row, measure, derived row or None, agrees). Values are compared at the decimals that are printed;
    a measure with a coarser source at those of the source.
    """
    here = derived[derived["method"].isin([MEAN, PUBLISHED, UNUSABLE])]
    known = {(told.indicator, told.year, told.area, told.vintage): told for told in here.itertuples()}
    for cell, vintage in product(printed.itertuples(), sorted(set(here["vintage"]))):
        measure = measures.get(cell.indicator)
        if measure is None or cell.value is None:
            continue
        told = known.get((cell.indicator, cell.period, printed_area(measure, cell.area, areas, as_at), vintage))
        yield cell, measure, told, agrees(cell.value, told.value if told else None)


def agrees(printed: Decimal, derived: Decimal | None) -> bool:
    """Whether a derived value, rounded half up to the decimals that are printed, is the printed one."""
    return derived is not None and round_half_up(derived, places(printed)) == printed
