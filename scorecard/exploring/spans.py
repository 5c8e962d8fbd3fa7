"""From which period to which a view goes, and what becomes of a row whose series ends before its latest figure."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from scorecard import periods
from scorecard.build import Row, Standard
from scorecard.editions import EDITIONS, RATED, SETTINGS, Edition, editions_known
from scorecard.faults import InputError
from scorecard.history import NOWHERE
from scorecard.inputs.parameters import read_settings
from scorecard.ratings import Verdict

SHOWN, ALL, LATEST = "shown", "all", "latest"
STARTS = {SHOWN: "First that the edition shows", ALL: "First of all editions"}
ENDS = {LATEST: "Latest"}
"""What may stand in place of a period."""
EARLIER = "an edition rates its latest figure only"


def _told() -> Iterator[tuple[str, dict]]:
    """Each edition with ratings that can be read, with what its edition.yml tells; for the others see their checks."""
    for name in editions_known():
        with suppress(InputError):
            yield name, read_settings(EDITIONS / name / "edition.yml", SETTINGS)


def editions_rated() -> dict[str, str]:
    """The editions with ratings, newest first: name, and month and title in words."""
    rated = (one for one in _told() if one[1]["scorecard"] in RATED)
    newest = sorted(rated, key=lambda one: str(one[1]["as_at"]), reverse=True)
    return {name: f"{periods.name(told['as_at'])}: {told['title']}" for name, told in newest}


def shown_before(edition: Edition) -> list[dict[str, list[str]]]:
    """The periods that each earlier edition of the same scorecard shows, by data period."""
    found = (told for _, told in _told() if told["scorecard"] == edition.scorecard)
    return [told["shown"] for told in found if told["as_at"] < edition.as_at]


def offered(edition: Edition, keys: Iterable[str], before: Iterable[Mapping[str, list[str]]]) -> list[str]:
    """The periods that this edition and those `before` show of the indicators, oldest first, each kind by itself."""
    keys = [key for key in keys if key in edition.catalogue]
    found = {period for key in keys for period in _shown(edition, key)}
    kinds, asked = {periods.kind(period) for period in found}, {edition.catalogue[key].data_period for key in keys}
    earlier = {period for shown in before for data_period in asked for period in shown.get(data_period, ())}
    found |= {period for period in earlier if periods.kind(period) in kinds}
    return sorted(found, key=lambda period: (periods.kind(period), period))


def _shown(edition: Edition, key: str) -> Iterator[str]:
    for section in edition.sections:
        if key in section.indicators:
            yield from section.shown[edition.catalogue[key].data_period]


def cut(row: Row, start: str, end: str) -> Row | None:
    """The row with the figures from `start` to `end` only; None where there are none.

    Rating, target, benchmarks and arrows go with the latest figure: a series that ends before it has none of them.
    Periods at its ends that no edition prints are left out.
    """
    limits = (None if start in STARTS else start, None if end in ENDS else end)
    series = [figure for figure in row.series if periods.within(figure.period, *limits)]
    while series and series[-1].reason == NOWHERE:
        series.pop()
    first = next((at for at, figure in enumerate(series) if figure.reason != NOWHERE), len(series))
    series = tuple(series[first:])
    if not series or series[-1] is row.latest:
        return replace(row, series=series) if series else None
    untold = Verdict(None, EARLIER)
    bare = {"standard": Standard(row.standard.year, row.standard.polarity), "rag": untold}
    bare |= {"benchmark": None, "england": None}
    arrows = {"previous": None, "dot": untold, "year_ago": None, "dot_year_ago": untold}
    return replace(row, series=series, **bare, **arrows)
