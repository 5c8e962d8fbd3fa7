"""The Ofsted dashboard as accessible tables, and as frames for its files."""

from collections.abc import Iterator, Sequence

import pandas as pd

from scorecard import periods
from scorecard.faults import Fault
from scorecard.inspections.ofsted import NOT_PRINTED, Dashboard, Profile, Share
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn, number, render

STRONG = f"{NUMBER} sc-strong"


def title(dashboard: Dashboard) -> Html:
    """The head of the pack (its h1)."""
    told = {"heading": dashboard.title, "month": periods.name(dashboard.as_at), "teams": [], "guide": False}
    return render("title", edition=dashboard, area=dashboard.areas.kent, **told)


def outcomes(dashboard: Dashboard, scope: str, caption: str) -> Html:
    """One printed table by phase: numbers and percentages of each judgement, best first, and the national ones."""
    heads = [Head("Type"), Head("Inspected", "", NUMBER)]
    heads += [Head(judgement.name, "", NUMBER) for judgement in dashboard.judgements]
    heads += [Head(f"% {judgement.name}", "", NUMBER) for judgement in dashboard.judgements]
    rows = [_outcome(dashboard, profile) for profile in dashboard.profiles(scope)] + _national(dashboard, scope)
    heads.append(Head(f"% {dashboard.good}", "", STRONG))
    return drawn(Table(caption, heads, rows, scroll=True, remarks=_uninspected(dashboard, scope)))


def _uninspected(dashboard: Dashboard, scope: str) -> list[str]:
    told = dashboard.uninspected
    if told is None or told.scope != dashboard.scopes[scope]:
        return []
    return [
        f"Not inspected, and in no figure above: {number(told.total_inspected)} schools (outcomes.csv row {told.row})."
    ]


def _outcome(dashboard: Dashboard, profile: Profile) -> list[Cell]:
    printed = dashboard.printed_shares(profile.scope, profile.phase)
    shares = [
        _share(profile, profile.share(i + 1, i), getattr(printed, judgement.key, None))
        for i, judgement in enumerate(dashboard.judgements)
    ]
    numbers = [_number(profile, told) for told in (profile.inspected, *profile.numbers)]
    return [Cell(profile.phase.name), *numbers, *shares, _achieving(dashboard, profile)]


def _number(profile: Profile, told) -> Cell:
    return _missing(profile.missing) if told is None else Cell(number(told), source=profile.source)


def _missing(reason: str) -> Cell:
    return Cell(reason, missing=True)


def _share(profile: Profile, share: Share, printed=None, small: str = "") -> Cell:
    """A computed percentage, or why there is none; a note says where another one is printed."""
    if share.value is None:
        return _missing(share.reason)
    differs = printed is not None and printed != share.value
    note = f"{share.value} follows from the numbers; {printed} is printed." if differs else None
    return Cell(number(share.value), small, profile.source, note)


def _achieving(dashboard: Dashboard, profile: Profile, small: str = "") -> Cell:
    return _share(profile, profile.achieved(dashboard.achieving), profile.printed, small)


def _national(dashboard: Dashboard, scope: str) -> list[list[Cell]]:
    """The national percentages as printed; their numbers are not."""
    told = dashboard.printed_shares(scope)
    if told is None:
        return []
    keys = [*(judgement.key for judgement in dashboard.judgements), "good_or_outstanding"]
    shares = [Cell(number(getattr(told, key)), source=f"percentages.csv row {told.row}") for key in keys]
    return [[Cell(dashboard.national), *[_missing(NOT_PRINTED)] * (1 + len(dashboard.judgements)), *shares]]


def districts(dashboard: Dashboard) -> Html:
    """The percentage Good or Outstanding of each district and phase, with all numbers of them one click away."""
    profiles = dashboard.profiles("districts")
    phases = [phase for phase in dashboard.phases if any(told.phase == phase for told in profiles)]
    cells = {(told.area, told.phase): told for told in profiles}
    heads = [Head("District"), *(Head(phase.name, f"% {dashboard.good}", NUMBER) for phase in phases)]
    rows = [
        [Cell(area), *(_of_inspected(dashboard, cells[area, phase]) for phase in phases)]
        for area in dict.fromkeys(told.area for told in profiles)
    ]
    every = _every_number(dashboard, profiles)
    return drawn(Table(f"{dashboard.good} by district", heads, rows, scroll=True, details=every))


def _of_inspected(dashboard: Dashboard, profile: Profile) -> Cell:
    return _achieving(dashboard, profile, f"of {profile.inspected}" if profile.inspected else "")


def _every_number(dashboard: Dashboard, profiles: Sequence[Profile]) -> Table:
    names = ["Inspected", *(judgement.name for judgement in dashboard.judgements)]
    heads = [Head("District"), Head("Type"), *(Head(name, "", NUMBER) for name in names)]
    rows = [
        [Cell(told.area), Cell(told.phase.name), *(_number(told, of) for of in (told.inspected, *told.numbers))]
        for told in profiles
    ]
    return Table("Numbers by district and type", heads, rows)


def by_status(dashboard: Dashboard) -> Html:
    """Maintained schools beside academies: Kent by phase, then all schools by district."""
    told = {status: {(p.area, p.phase): p for p in dashboard.by_status(status)} for status in dashboard.statuses}
    heads = [Head("Area"), Head("Type")]
    heads += [Head(status.capitalize(), words, NUMBER) for status in told for words in ("inspected", dashboard.good)]
    heads = [head._replace(small=f"% {head.small}") if head.small == dashboard.good else head for head in heads]
    kent, places = dashboard.areas.kent.name, dict.fromkeys(key for of in told.values() for key in of)
    order = sorted(places, key=lambda place: (place[0] != kent, dashboard.phases.index(place[1])))
    rows = [
        [Cell(area), Cell(phase.name), *(cell for of in told.values() for cell in _status(dashboard, of[area, phase]))]
        for area, phase in order
    ]
    return drawn(Table(f"{' and '.join(told).capitalize()} compared", heads, rows, scroll=True))


def _status(dashboard: Dashboard, profile: Profile) -> Iterator[Cell]:
    """The number inspected and the percentage; where it cannot be computed, the printed one with a note."""
    yield _number(profile, profile.inspected)
    share = profile.achieved(dashboard.achieving)
    if share.reason == profile.missing and profile.printed is not None:
        yield Cell(number(profile.printed), "", profile.source, f"As printed; numbers behind it are {share.reason}.")
    else:
        yield _achieving(dashboard, profile)


def notes(dashboard: Dashboard, faults: Sequence[Fault]) -> Html:
    """Notes of the edition, what the checks found, and sources."""
    return render("notes", edition=dashboard, near=faults, far=[], exceptions=[], standards=None)


# --- files ----------------------------------------------------------------------------------------


def outcomes_frame(dashboard: Dashboard) -> pd.DataFrame:
    """Every row of every printed table with its computed percentages, the printed one, and file and row."""
    told = [profile for scope in dashboard.scopes for profile in dashboard.profiles(scope)]
    told += [profile for status in dashboard.statuses for profile in dashboard.by_status(status)]
    return pd.DataFrame([_record(dashboard, profile) for profile in told], dtype=object)


def _record(dashboard: Dashboard, profile: Profile) -> dict:
    keys = [judgement.key for judgement in dashboard.judgements]
    share = profile.achieved(dashboard.achieving)
    return {
        "table": profile.scope,
        "area": profile.area,
        "type": profile.phase.name,
        "inspected": profile.inspected,
        **dict(zip(keys, profile.numbers, strict=True)),
        **{f"pct_{key}": profile.share(i + 1, i).value for i, key in enumerate(keys)},
        "pct_good_or_outstanding": share.value,
        "reason": share.reason,
        "printed": profile.printed,
        "source": profile.source,
    }


def moves_frame(dashboard: Dashboard) -> pd.DataFrame:
    """Every cell of the matrices: number, percentage of all in the matrix, and row."""
    return pd.DataFrame(
        [
            (travel, m.previous.name, m.latest.name, m.number, m.share.value, f"direction_of_travel.csv row {m.row}")
            for travel in dashboard.travels
            for m in dashboard.moves(travel)
        ],
        columns=["table", "previous", "latest", "number", "percentage", "source"],
        dtype=object,
    )
