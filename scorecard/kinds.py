"""The kinds of scorecard: for each, how an edition is read and checked, and what a pack holds beside its page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from scorecard.areas import Area
from scorecard.disclosure import disclosed
from scorecard.editions import EDITIONS, RATED, Edition, kind_of, load_edition
from scorecard.faults import Fault, InputError, nearest, worst_first
from scorecard.inspections.ofsted import KIND as DASHBOARD
from scorecard.inspections.ofsted import Dashboard, load_dashboard


@dataclass(frozen=True)
class Kind:
    """What the batch and the command line ask of a kind of scorecard.

    `load` reads an edition by name and folder: an object with name, scorecard, title, as_at, areas and tables.
    `check` lists its faults. `disclosed` leaves out what its disclosure policy withholds. `files` are the texts
    that a pack holds beside its page, by name; `counts` its ratings (none for a kind without ratings). `rehearse`
    draws once what every pack draws. `refusals` are what keeps the packs of some areas from being final, as errors.
    """

    load: Callable[[str, Path], Any]
    check: Callable[[Any], list[Fault]]
    disclosed: Callable[[Any], Any]
    files: Callable[[Any, Area, str], dict[str, str]]
    counts: Callable[[Any, Area], dict[str, int]]
    rehearse: Callable[[Any], None]
    refusals: Callable[[Any, list[Area], list[Fault]], list[Fault]]


# What a kind needs is imported when it is asked for: drawing takes a second to load, and checking draws nothing.


def _check(edition: Edition) -> list[Fault]:
    from scorecard.checks import check
    from scorecard.proofreading.verdicts import faults_of_commentary

    found = check(edition)
    sound = all(fault.grade != "error" for fault in found)
    return worst_first([*found, *faults_of_commentary(edition, sound)])


def _disclosed(edition: Edition) -> Edition:
    return disclosed(edition, edition.disclosure)


def _files(edition: Edition, area: Area, title: str) -> dict[str, str]:
    from scorecard.build import build_scorecard, scorecard_frame
    from scorecard.commentary import markdown
    from scorecard.drafts import plain, told

    rows = build_scorecard(edition, area)
    policy, said = edition.disclosure, markdown(rows, title, plain(told(edition, rows)))
    frame = scorecard_frame(rows).assign(disclosure=policy.name)
    return {"scorecard.csv": to_csv(frame), "commentary.md": f"{said}\n{policy.said}\n"}


def _counts(edition: Edition, area: Area) -> dict[str, int]:
    from scorecard.build import build_scorecard, counts

    return counts(build_scorecard(edition, area))


_rehearsed: set[str] = set()
"""The editions whose packs this process has rehearsed."""


def _rehearse(edition: Edition) -> None:
    """All charts of one district: later packs repeat most of their words, and styles and glyphs are loaded."""
    from scorecard import charts, checks, signals
    from scorecard.build import build_rows, build_scorecard
    from scorecard.history import long_series

    if edition.name in _rehearsed:
        return
    _rehearsed.add(edition.name)
    checks.check(load_edition(edition.name))
    everything, kent, area = list(build_rows(edition)), edition.areas.kent, edition.areas.districts[0]
    rows = build_scorecard(edition, area) or build_scorecard(edition, area := kent)
    long = long_series(edition, rows)
    charts.trends(long, long_series(edition, build_scorecard(edition, kent)))
    charts.rankings(rows, everything)
    charts.funnels(rows, everything)
    signals.really_changed(long)
    _files(edition, area, "")


def _no_counts(dashboard: Dashboard, area: Area) -> dict[str, int]:
    return {}


def _whole(dashboard: Dashboard) -> Dashboard:
    """Judgements of schools are public, however few the schools: nothing is withheld."""
    return dashboard


def _check_dashboard(dashboard: Dashboard) -> list[Fault]:
    from scorecard.inspections.ofsted_checks import check

    return check(dashboard)


def _dashboard_files(dashboard: Dashboard, area: Area, title: str) -> dict[str, str]:
    from scorecard.inspections.ofsted_tables import moves_frame, outcomes_frame

    frames = {"outcomes": outcomes_frame(dashboard), "direction_of_travel": moves_frame(dashboard)}
    return {f"{name}.csv": to_csv(frame) for name, frame in frames.items()}


def _no_rehearsal(dashboard: Dashboard) -> None:
    """One pack has nobody to rehearse for."""


def _refusals(edition: Edition, areas: list[Area], faults: list[Fault]) -> list[Fault]:
    from scorecard.proofreading.final import refusals

    return refusals(edition, areas, faults)


def _unexplained(dashboard: Dashboard, areas: list[Area], faults: list[Fault]) -> list[Fault]:
    from scorecard.proofreading.final import unexplained

    return list(unexplained(dashboard.name, faults, {area.name for area in areas}))


KINDS = dict.fromkeys(
    RATED, Kind(partial(load_edition, as_held=True), _check, _disclosed, _files, _counts, _rehearse, _refusals)
) | {
    DASHBOARD: Kind(
        load_dashboard, _check_dashboard, _whole, _dashboard_files, _no_counts, _no_rehearsal, _unexplained
    ),
}


def load(name: str, folder: Path = EDITIONS) -> Any:
    """The edition called `name` as it is held, read as its kind is read; `InputError` if it cannot be.

    Before anything of it is shown, it goes through `disclosed` of its kind.
    """
    found = kind_of(name, folder) or RATED[0]
    if found not in KINDS:
        said = f'"{found}" is not a kind of scorecard.'
        raise InputError([Fault("error", "EDN004", "edition.yml", said, nearest(str(found), list(KINDS)))])
    return KINDS[found].load(name, folder)


def to_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV: figures as printed, missing cells empty, the reason in a column of its own."""
    return frame.to_csv(index=False, lineterminator="\n")
