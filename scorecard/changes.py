"""What changed between two editions of a scorecard, and why: ratings, indicators, standards, teams, figures, movers.

Why a rating changed is told by counterfactual: a cause is what, had it alone stayed as it was, would have left another
rating. A target moves with its floor standard at the same distance; the rule is polarity, tolerance and that distance.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from scorecard.areas import Area
from scorecard.build import NOT_RATED, Figure, Row, Standard, build_rows, figures_of
from scorecard.checking.sums import listed
from scorecard.disclosure import WITHHELD, under
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError
from scorecard.history import history, revisions
from scorecard.periods import kind, name
from scorecard.ratings import (
    NO_FLOOR,
    NO_TARGET,
    NO_TOLERANCE,
    Polarity,
    Rag,
    margin,
    rag,
    round_half_up,
)  # fmt: skip

CHANGES = ["kind", "indicator", "code", "area", "before", "after", "cause", "told"]
"""Columns of `changes`, in order."""
PERFORMANCE, TARGET, RULE, REVISION = "performance", "target", "rule", "revision"
FIGURE, FLOOR, PERIOD = "figure", "floor standard", "data period"
"""There was, or is, no figure or no floor standard to rate by; the data period is another one: not like for like."""
LACKING = {NO_TARGET: TARGET, NO_FLOOR: FLOOR, NO_TOLERANCE: RULE}
"""What a line without rating lacked, by the reason that it gives; otherwise it is the figure."""
FIELDS = {
    "code": "code", "measure": "printed name", "definition": "definition", "source": "source",
    "data_period": "data period", "compare_with": "compared with", "unit": "unit", "decimals": "decimals",
    "polarity": "polarity", "counts": "what is counted",
}  # fmt: skip
"""What of an indicator is compared, and what it is called."""
TEAMS = {(1, 1): "renamed", (0, 1): "new", (1, 0): "dropped"}
MOST = 3
"""So many movers for the better, and as many for the worse, are listed for each district."""


class Rule(NamedTuple):
    """Polarity, tolerance and distance from target to floor standard, in the unit of the indicator."""

    polarity: Polarity
    tolerance: Decimal | None
    distance: Decimal | None


class Case(NamedTuple):
    """What a rating follows from."""

    value: Decimal
    target: Decimal
    rule: Rule

    @property
    def rating(self) -> Rag | None:
        """GREEN, AMBER or RED, if the case gives one."""
        polarity, tolerance, distance = self.rule
        floor = distance
        if distance is not None and polarity.sign:
            floor = self.target - polarity.sign * distance
        return rag(self.value, self.target, floor, polarity, tolerance).word


class Pair(NamedTuple):
    """The lines of one indicator and area in two editions, and what the later one prints for the earlier's period."""

    before: Row
    after: Row
    restated: Figure

    @property
    def like_for_like(self) -> bool:
        """Whether both figures are of the same kind of period."""
        return kind(self.before.latest.period) == kind(self.after.latest.period)


class Mover(NamedTuple):
    """How far performance moved, in distances from target to floor standard; above 0 is better."""

    district: str
    pair: Pair
    steps: Decimal


def paired(earlier: Edition, later: Edition) -> list[Pair]:
    """The lines that both editions print, in the order of the later; of two pages the first counts.

    The later edition's disclosure policy holds for both; a line whose earlier figure it withholds is left out.
    """
    before, after = (_first_lines(edition) for edition in (under(earlier, later.disclosure), later))
    figures = figures_of(later)
    pairs = [
        Pair(before[key], row, figures.observed(row.indicator, row.area, before[key].latest.period))
        for key, row in after.items()
        if key in before
    ]
    return [pair for pair in pairs if pair.restated.reason != WITHHELD]


def _first_lines(edition: Edition) -> dict[tuple[str, str], Row]:
    lines: dict = {}
    for row in build_rows(edition):
        lines.setdefault((row.indicator.key, row.area.name), row)
    return lines


def turned(pairs: list[Pair], area: str) -> list[Row]:
    """The later lines of an area that are rated in both editions and not the same."""
    kept = [pair for pair in pairs if pair.after.area.name == area and None not in (row.rag.word for row in pair[:2])]
    return [pair.after for pair in kept if pair.before.rag.word != pair.after.rag.word]


# --- why a rating changed -------------------------------------------------------------------------------------


def rule_of(standard: Standard) -> Rule:
    """The rule of a standard that has a target, apart from where the target lies."""
    distance, sign = standard.floor, standard.polarity.sign
    if distance is not None and sign:
        distance = sign * (standard.target - standard.floor)
    return Rule(standard.polarity, standard.tolerance, distance)


def causes(pair: Pair) -> str:
    """Why the rating of a pair is not what it was.

    Between two ratings: everything that had to be as it is now (`target and rule`), or, where one of several would do
    alone, those (`performance or target`); `revision` where the earlier figure as restated since has another rating.
    From or to no rating: what the line without rating lacks.
    """
    verdicts = [row.rag for row in pair[:2]]
    if not pair.like_for_like:
        return PERIOD
    if unrated := next((verdict for verdict in verdicts if verdict.word is None), None):
        return LACKING.get(unrated.reason, FIGURE)
    old, new = (_case(row) for row in pair[:2])
    restated = old if pair.restated.value is None else old._replace(value=pair.restated.value)
    revised = [REVISION] if restated.rating != old.rating else []
    return listed(revised) if restated.rating == new.rating else _between(restated, new, revised)


def _between(old: Case, new: Case, revised: list[str]) -> str:
    called = dict(zip(Case._fields, (PERFORMANCE, TARGET, RULE), strict=True))
    needed = [word for part, word in called.items() if new._replace(**{part: getattr(old, part)}).rating != new.rating]
    enough = [word for part, word in called.items() if old._replace(**{part: getattr(new, part)}).rating == new.rating]
    return listed([*revised, *needed]) if needed else listed([*revised, " or ".join(enough)])


def _case(row: Row) -> Case:
    return Case(row.latest.value, row.standard.target, rule_of(row.standard))


def rating_changes(pairs: list[Pair]) -> Iterator[tuple]:
    """Each line whose rating is another one now, with the cause."""
    for pair in pairs:
        if pair.before.rag.word != pair.after.rag.word:
            before, after = (str(row.rag.word or NOT_RATED) for row in pair[:2])
            told = "; then ".join(map(_rated, pair[:2]))
            yield *_about("rating", pair.after), before, after, causes(pair), told


def _about(sort: str, row: Row) -> tuple[str, str, str | None, str]:
    return sort, row.indicator.key, row.indicator.code, row.area.name


def _rated(row: Row) -> str:
    """A figure and what it is held against, in words."""
    value = row.latest.reason if row.latest.value is None else f"{row.latest.value:,f}"
    return f"{name(row.latest.period)}: {value}, {_held(row.standard)}"


def _held(standard: Standard) -> str:
    if standard.target is None:
        return "no target"
    within = "" if standard.tolerance is None else f", GREEN within {standard.tolerance:f}"
    floor = "floor not known" if standard.floor is None else f"floor {_said(standard, 'floor')}"
    return f"target {standard.target:f} ({standard.polarity}{within}), {floor}"


# --- indicators, standards, teams, figures --------------------------------------------------------------------


def indicator_changes(earlier: Edition, later: Edition) -> Iterator[tuple]:
    """Indicators that are new, dropped, or called or defined otherwise."""
    before, after = (list(edition.years_rated) for edition in (earlier, later))
    for sort, keys, edition in (("new", after, later), ("dropped", before, earlier)):
        for key in keys:
            if (key in before) != (key in after):
                told = edition.catalogue[key]
                name_in = (None, told.measure) if sort == "new" else (told.measure, None)
                yield "indicator", key, told.code, None, *name_in, sort, None
    for key in after:
        for field, called in FIELDS.items() if key in before else ():
            was, now = (getattr(edition.catalogue[key], field) for edition in (earlier, later))
            if was != now:
                yield (
                    "indicator",
                    key,
                    later.catalogue[key].code,
                    None,
                    was and str(was),
                    now and str(now),
                    called,
                    None,
                )


def standard_changes(pairs: list[Pair]) -> Iterator[tuple]:
    """Targets, floor standards, tolerances and polarities that rate another way; once an indicator."""
    seen = set()
    for pair in pairs:
        for part in ("target", "floor", "tolerance", "polarity"):
            was, now = (getattr(row.standard, part) for row in pair[:2])
            key = (pair.after.indicator.key, part)
            if was != now and key not in seen and None not in (row.standard.target for row in pair[:2]):
                seen.add(key)
                years = " and ".join(row.standard.year for row in pair[:2])
                sort, code, number, _ = _about("standard", pair.after)
                yield sort, code, number, None, *(_said(row.standard, part) for row in pair[:2]), part, years


def _said(standard: Standard, part: str) -> str | None:
    """A part of a standard as text; for polarity T the floor is a distance and says so."""
    value = getattr(standard, part)
    within = "within " if part == "floor" and standard.polarity == Polarity.TARGET else ""
    return None if value is None else f"{within}{value:f}" if isinstance(value, Decimal) else str(value)


def team_changes(earlier: Edition, later: Edition) -> Iterator[tuple]:
    """Teams that only one of the editions prints, those of the same kind and districts together."""
    before, after = (edition.areas.teams(edition.teams_as_of) for edition in (earlier, later))
    gone, come = ([team for team in one if team not in other] for one, other in ((before, after), (after, before)))
    for group in _together([*gone, *come]):
        was, now = ([team.name for team in group if team in side] for side in (gone, come))
        cause = TEAMS.get((len(was), len(now))) or (
            "merged" if len(now) == 1 else "split" if len(was) == 1 else "regrouped"
        )
        districts = listed(district for team in group for district in team.districts)
        yield (
            "team",
            None,
            None,
            districts,
            listed(was) if was else None,
            listed(now) if now else None,
            cause,
            group[0].kind,
        )


def _together(teams: list[Area]) -> list[list[Area]]:
    """Teams in groups of the same kind that share districts."""
    groups: list[list[Area]] = []
    for team in teams:
        near = [group for group in groups if any(_share(team, other) for other in group)]
        groups = [group for group in groups if group not in near] + [[*(one for group in near for one in group), team]]
    return groups


def _share(team: Area, other: Area) -> bool:
    return team.kind == other.kind and bool(set(team.districts) & set(other.districts))


def figure_changes(earlier: Edition, later: Edition) -> Iterator[tuple]:
    """Figures that are printed otherwise since, or twice in one edition, each with its file and row."""
    for told in revisions(history([earlier, later])).itertuples():
        code = later.catalogue[told.indicator].code if told.indicator in later.catalogue else None
        where = f"{told.edition}/{told.file} row {told.row}", f"{told.edition_now}/{told.file_now} row {told.row_now}"
        said = f"{name(told.period)}: {', then '.join(where)}"
        yield "figure", told.indicator, code, told.area, f"{told.value:,f}", f"{told.value_now:,f}", told.standing, said


# --- movers ---------------------------------------------------------------------------------------------------


def movers(earlier: Edition, later: Edition, pairs: list[Pair] | None = None) -> list[Mover]:
    """How far each like-for-like figure of each district and its teams moved, district by district, best first.

    In distances from target to floor standard of the later edition, so that all units compare; left out is what has no
    value in one of the editions, no floor standard, or a floor standard at the target.
    """
    moved = {(pair.after.area.name, pair.after.indicator.key): pair for pair in pairs or paired(earlier, later)}
    found = []
    for district in later.areas.districts:
        areas = [area.name for area in (*later.teams_of(district.name), district)]
        told = [(pair, _steps(pair)) for (area, _), pair in moved.items() if area in areas]
        known = [Mover(district.name, pair, steps) for pair, steps in told if steps is not None]
        found += sorted(known, key=lambda mover: -mover.steps)
    return found


def _steps(pair: Pair) -> Decimal | None:
    values, standard = [row.latest.value for row in pair[:2]], pair.after.standard
    if None in (*values, standard.target) or not pair.like_for_like or not (rule := rule_of(standard)).distance:
        return None
    was, now = (margin(value, Decimal(0), rule.polarity.sign, standard.target) for value in values)
    return (now - was) / rule.distance


def biggest(found: list[Mover], most: int = MOST) -> list[Mover]:
    """The `most` movers for the better and for the worse of each district; what did not move is none."""
    kept = []
    for _, of in groupby(found, key=lambda mover: mover.district):
        told = list(of)
        kept += [mover for mover in told[:most] if mover.steps > 0] + [
            mover for mover in told[-most:] if mover.steps < 0
        ]
    return kept


def _mover_changes(found: list[Mover]) -> Iterator[tuple]:
    for mover in found:
        values = (f"{row.latest.value:,f}" for row in mover.pair[:2])
        steps = round_half_up(abs(mover.steps), 1)
        said = f"{mover.district}: {steps} times the distance from target to floor standard"
        yield *_about("mover", mover.pair.after), *values, "better" if mover.steps > 0 else "worse", said


# --- all of it ------------------------------------------------------------------------------------------------


def changes(earlier: Edition, later: Edition) -> pd.DataFrame:
    """Everything that changed, with the columns of `CHANGES`; what a change lacks is None.

    `kind` is rating, standard, indicator, team, figure or mover. `InputError` unless `earlier` is an earlier edition of
    the same scorecard.
    """
    if earlier.scorecard != later.scorecard or earlier.as_at >= later.as_at:
        said = f"{earlier.name} is not an earlier edition of the scorecard of {later.name}."
        raise InputError([Fault("error", "CHG001", "editions", said, "Give the earlier one first.")])
    pairs = paired(earlier, later)
    rows = [
        *rating_changes(pairs),
        *standard_changes(pairs),
        *indicator_changes(earlier, later),
        *team_changes(earlier, later),
        *figure_changes(earlier, later),
        *_mover_changes(biggest(movers(earlier, later, pairs))),
    ]
    return pd.DataFrame(rows, columns=CHANGES, dtype=object)
