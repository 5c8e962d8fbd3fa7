"""The Ofsted dashboard: how schools were judged, by phase, district and status, and how judgements moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from scorecard.areas import Areas, load_areas
from scorecard.editions import EDITIONS, kind_of, read_table
from scorecard.faults import Fault, InputError
from scorecard.inputs.parameters import MONTH, NAME, YEAR, read_settings
from scorecard.ratings import round_half_up

KIND = "ofsted"
COUNTS = ["total_inspected", "outstanding", "good", "ri", "inadequate", "total_good_or_outstanding"]
PERCENTAGE = "pct_good_or_outstanding"
TABLES = {
    "outcomes": ["table", "scope", "district", "type", *COUNTS, PERCENTAGE],
    "percentages": ["scope", "type", "inadequate", "ri", "good", "outstanding", "good_or_outstanding"],
    "status": ["status", "district", "type", *COUNTS, PERCENTAGE, "note"],
    "direction_of_travel": ["scope", "kind", "previous", "latest", "value"],
}
NUMBERS = {
    "outcomes": [*COUNTS, PERCENTAGE],
    "percentages": TABLES["percentages"][2:],
    "status": [*COUNTS, PERCENTAGE],
    "direction_of_travel": ["value"],
}
NONE_INSPECTED, NOT_PRINTED = "none inspected", "not printed"


@dataclass(frozen=True)
class Judgement:
    """One of Ofsted's judgements, with its column, its printed word and its letter in a chart."""

    key: str
    name: str
    printed: str
    letter: str


@dataclass(frozen=True)
class Phase:
    """A kind of school or setting and what the files call it; `part` says how it belongs to the total."""

    name: str
    printed: tuple[str, ...]
    part: str


@dataclass(frozen=True)
class Difference:
    """By how many inspected a printed total exceeds the sum of its parts, and why."""

    parts: str
    phase: str
    area: str
    inspected: int
    why: str


class Share(NamedTuple):
    """A percentage to one decimal, or None with the reason."""

    value: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class Profile:
    """How the schools of a phase in an area were judged: numbers, best judgement first, and where they stand.

    A number that is not printed is None. `printed` is the percentage Good or Outstanding as printed.
    """

    scope: str
    area: str
    phase: Phase
    inspected: Decimal | None
    numbers: tuple[Decimal | None, ...]
    total: Decimal | None
    printed: Decimal | None
    file: str
    row: int
    missing: str = NOT_PRINTED

    def share(self, best: int, first: int = 0) -> Share:
        """The percentage of the inspected with one of the judgements `first` to `best` (not included), best first."""
        return percentage(self.numbers[first:best], self.inspected, self.missing)

    def achieved(self, best: int) -> Share:
        """The percentage with one of the first `best` judgements; from their printed total where they are missing."""
        parts = self.numbers[:best]
        return percentage((self.total,) if None in parts else parts, self.inspected, self.missing)

    @property
    def source(self) -> str:
        """`outcomes.csv row 14`."""
        return f"{self.file} row {self.row}"


class Move(NamedTuple):
    """How many schools went from a previous to the latest judgement, and their percentage of all in the table."""

    previous: Judgement
    latest: Judgement
    number: Decimal
    share: Share
    row: int


@dataclass(frozen=True)
class Dashboard:
    """An edition of the dashboard; the tables are frames as in `TABLES` plus `row`, the line in the file."""

    name: str
    scorecard: str
    title: str
    as_at: str
    published: str | None
    year: str
    judgements: tuple[Judgement, ...]
    achieving: int
    phases: tuple[Phase, ...]
    national: str
    not_inspected: str
    scopes: dict[str, str]
    travels: dict[str, str]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    areas: Areas
    outcomes: pd.DataFrame
    percentages: pd.DataFrame
    status: pd.DataFrame
    direction_of_travel: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its frames by name."""
        return {table: getattr(self, table) for table in TABLES}

    @property
    def disclosure(self) -> None:
        """No policy: judgements of schools are public, however few the schools."""

    @property
    def good(self) -> str:
        """What the achieving judgements are called together: Good or Outstanding."""
        return " or ".join(judgement.name for judgement in reversed(self.judgements[: self.achieving]))

    def phase(self, printed: str) -> Phase | None:
        """The phase that the files call `printed`, if it is one."""
        return next((phase for phase in self.phases if printed in phase.printed), None)

    def profiles(self, scope: str) -> list[Profile]:
        """The rows of one printed table of outcomes.csv, in printed order."""
        told = self.outcomes[self.outcomes["scope"] == self.scopes[scope]]
        return list(self._profiles(told, scope, "outcomes.csv", lambda row: NOT_PRINTED))

    def by_status(self, status: str) -> list[Profile]:
        """The rows of maintained schools or of academies, in the order of the file."""
        told = self.status[self.status["status"] == status]
        return list(self._profiles(told, status, "status.csv", lambda row: row.note))

    @property
    def statuses(self) -> list[str]:
        """The kinds of status in printed order."""
        return list(dict.fromkeys(self.status["status"]))

    def _profiles(self, told: pd.DataFrame, scope: str, file: str, missing) -> Iterator[Profile]:
        for row in told.itertuples():
            if phase := self.phase(row.type):
                numbers = tuple(getattr(row, judgement.key) for judgement in self.judgements)
                yield Profile(
                    scope, row.district, phase, row.total_inspected, numbers, row.total_good_or_outstanding,
                    getattr(row, PERCENTAGE), file, row.row, missing(row),
                )  # fmt: skip

    def printed_shares(self, scope: str, phase: Phase | None = None) -> tuple | None:
        """The percentages of each judgement as printed, of a phase or (without one) of the country."""
        names, told = phase.printed if phase else (self.national,), self.percentages
        told = told[(told["scope"] == self.scopes[scope]) & told["type"].isin(names)]
        return next(told.itertuples(), None)

    @property
    def uninspected(self) -> tuple | None:
        """The row with the number of schools that have not been inspected, if it is printed."""
        return next(self.outcomes[self.outcomes["type"] == self.not_inspected].itertuples(), None)

    def moves(self, travel: str) -> list[Move]:
        """The matrix of previous against latest judgement, row by row, both best first."""
        told = self.direction_of_travel
        told = told[(told["scope"] == self.travels[travel]) & (told["kind"] == "number")]
        cells = {(row.previous, row.latest): row for row in told.itertuples()}
        whole = sum(row.value for row in cells.values())
        return [
            Move(before, now, cell.value, percentage([cell.value], whole), cell.row)
            for before in self.judgements
            for now in self.judgements
            for cell in [cells[before.printed, now.printed]]
        ]

    def travelled(self, moves: Sequence[Move]) -> dict[str, Decimal]:
        """How many schools were judged better, the same and worse than before."""
        ways = {"improved": 1, "same": 0, "worsened": -1}
        steps = [(self.judgements.index(m.previous) - self.judgements.index(m.latest), m.number) for m in moves]
        return {word: sum((n for step, n in steps if _sign(step) == way), Decimal(0)) for word, way in ways.items()}


def _sign(step: int) -> int:
    return (step > 0) - (step < 0)


def percentage(parts: Sequence[Decimal | None], whole: Decimal | None, missing: str = NOT_PRINTED) -> Share:
    """The parts as a percentage of the whole, rounded half up to one decimal; nothing is no percentage of nothing.

    >>> percentage([Decimal(2)], Decimal(97)).value
    Decimal('2.1')
    >>> percentage([Decimal(0)], Decimal(0)).reason
    'none inspected'
    """
    if whole is None or None in parts:
        return Share(None, missing)
    if not whole:
        return Share(None, NONE_INSPECTED)
    return Share(round_half_up(100 * sum(parts) / whole, 1))


# --- reading --------------------------------------------------------------------------------------


def load_dashboard(name: str, folder: Path = EDITIONS) -> Dashboard:
    """Read an edition of the dashboard. `InputError` lists every malformed cell of every file at once.

    Whether the figures make sense is for `scorecard.inspections.ofsted_checks` to say.
    """
    if (found := kind_of(name, folder)) != KIND:
        said, remedy = f'{name} is a scorecard of the kind "{found}".', f"This needs the kind {KIND}."
        raise InputError([Fault("error", "EDN004", "edition.yml", said, remedy, column="scorecard", value=str(found))])
    home, faults = folder / name, []
    told = _settings(home / "edition.yml", faults)
    tables = {table: read_table(home / f"{table}.csv", table, faults, TABLES, NUMBERS) for table in TABLES}
    if faults:
        raise InputError(faults)
    return Dashboard(name=name, **told, areas=load_areas(), **tables)


LISTED = {"judgements": Judgement, "phases": Phase, "differences": Difference}
"""The settings that are lists of entries, and what each entry is."""
FORM = {
    **dict.fromkeys(("scorecard", "title", "national", "not_inspected"), NAME), "as_at": MONTH, "year": YEAR,
    "published": (NAME, None), "achieving": int, "notes": [NAME], "sources": [NAME],
    "judgements": [{"key": NAME, "name": NAME, "printed": NAME, "letter": NAME}, ...],
    "phases": [{"name": NAME, "printed": [NAME], "part": {"school", "total", "within", "settings"}}, ...],
    "scopes": dict.fromkeys(("latest", "current", "districts"), NAME),
    "travels": dict.fromkeys(("latest", "current"), NAME),
    "differences": [
        {"parts": {"districts", "phases", "status"}, "phase": NAME, "area": NAME, "inspected": int, "why": NAME}
    ],
}  # fmt: skip
"""What edition.yml of a dashboard holds; see `inputs.parameters`."""


def _settings(path: Path, faults: list[Fault]) -> dict:
    try:
        told = read_settings(path, FORM)
    except InputError as odd:
        faults += odd.faults
        return {}
    if not 0 < told["achieving"] <= len(told["judgements"]):
        faults.append(_odd("achieving", "is no number of judgements.", "Give the number of those that achieve."))
    if [phase["part"] for phase in told["phases"]].count("total") != 1:
        faults.append(_odd("phases", "not exactly one phase is the total.", "Give one of them part: total."))
    listed = {name: tuple(_entry(kind, entry) for entry in told[name]) for name, kind in LISTED.items()}
    return {**told, **listed, "notes": tuple(told["notes"]), "sources": tuple(told["sources"])}


def _odd(setting: str, said: str, remedy: str) -> Fault:
    return Fault("error", "EDN003", "edition.yml", said, remedy, column=setting)


def _entry(kind: type, told: dict) -> Judgement | Phase | Difference:
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in told.items()})
