"""An edition: one month's observations, outturns, standards and benchmarks, read whole or not at all."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache, wraps
from operator import is_
from pathlib import Path
from typing import TypeVar

import pandas as pd

from scorecard.areas import Area, Areas, Kind, load_areas
from scorecard.catalogue import NOT_ON_RECORD, PARAMS, Indicator, catalogue_of_edition
from scorecard.disclosure import Policy, disclosed, policy_called
from scorecard.faults import Fault, InputError, nearest
from scorecard.inputs.frames import frame_of, read_frame
from scorecard.inputs.parameters import NAME, read_settings, read_yaml

EDITIONS = PARAMS / "editions"
TABLES = {
    "observations": ["indicator", "area", "period", "value", "numerator", "denominator", "note"],
    "outturns": ["indicator", "area", "year", "value", "note"],
    "standards": ["indicator", "year", "polarity", "target_printed", "target", "tolerance", "floor", "floor_source",
                  "floor_bracket", "applies_to", "note"],
    "benchmarks": ["indicator", "area", "period", "value", "printed_as"],
    "activity": ["as_at", "item", "value", "unit", "national"],
    "conflicts": ["indicator", "area", "period", "first", "first_source", "second", "second_source"],
    "printed": ["indicator", "area", "page", "period", "year", "rag", "dot", "previous_year", "rag_previous"],
    "known_exceptions": ["indicator", "area", "period", "page", "kind", "printed", "computed", "reason"],
    "breakdowns": ["table", "row_name", "column", "value", "note"],
    "attainment": ["stage", "topic", "measure", "printed_as", "pupils", "group", "value", "unit", "interval"],
    "exception_series": ["indicator", "area", "series", "gives", "period", "value", "unit"],
}  # fmt: skip
NUMBERS = {
    "observations": ["value", "numerator", "denominator"],
    "outturns": ["value"],
    "standards": ["target", "tolerance", "floor"],
    "benchmarks": ["value"],
    "activity": ["value", "national"],
    "breakdowns": ["value"],
    "attainment": ["value", "interval"],
    "exception_series": ["value"],
}
RATED = ("directorate", "corporate-parenting")
"""The kinds of scorecard that are indicators with ratings; the others have tables of their own."""
TO_BE_SUPPLIED = "to be supplied"
"""The reason that stands beside a figure which is still to come."""
OPTIONAL = {"activity", "conflicts", "printed", "known_exceptions", "breakdowns", "attainment", "exception_series"}
"""Tables an edition may lack; they are empty then."""
OPTIONS = {"catalogue": "indicators.yml", "rated_from": 0, "not_rated": {}, "year_ago": False, "footnotes": {},
           "disclosure": "as published", "also_in_known": True}  # fmt: skip
"""Settings that an edition may leave out, with what then holds; `Edition` and `Section` say what they mean."""
SECTION = {"heading": NAME, "for": str, "indicators": [NAME, ...], "page?": NAME, "year?": NAME, "next_year?": NAME,
           "shown?": [NAME, ...]}  # fmt: skip
SETTINGS = {
    **dict.fromkeys(("scorecard", "title", "as_at", "released", "year", "previous_year", "next_year"), NAME),
    "published": (NAME, None), "teams_as_of": (NAME, None), "shown": {str: [NAME, ...]}, "sections": [SECTION, ...],
    "page_names": {str: NAME}, "notes": [NAME], "sources": [NAME], "catalogue?": NAME, "rated_from?": int,
    "not_rated?": {str: NAME}, "year_ago?": bool, "footnotes?": {str: NAME}, "disclosure?": NAME,
    "also_in_known?": bool,
}  # fmt: skip
"""What edition.yml holds; see `inputs.parameters`."""


@dataclass(frozen=True)
class Section:
    """A table of a page: which indicators it shows, in order, for which kind of area, rated in which year.

    `year_ago`: the scorecard prints a second direction of travel, against the same period of the year before.
    """

    heading: str
    kind: Kind
    indicators: tuple[str, ...]
    page: str
    year: str
    next_year: str
    shown: dict[str, tuple[str, ...]]
    year_ago: bool = False


@dataclass(frozen=True)
class Edition:
    """One month's scorecard. The tables are frames as in `TABLES` plus `row`, the line in the file.

    Numbers are exact Decimals as printed, or None where missing; every other cell is a string.
    `rated_from` is the smallest denominator that is rated; `not_rated` names indicators that never are, with
    the reason; `footnotes` are the printed ones by their mark; `disclosure` is the policy for few children.
    """

    name: str
    scorecard: str
    title: str
    as_at: str
    published: str | None
    released: str
    year: str
    previous_year: str
    teams_as_of: str
    shown: dict[str, tuple[str, ...]]
    sections: tuple[Section, ...]
    page_names: dict[str, str]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    rated_from: int
    not_rated: dict[str, str]
    footnotes: dict[str, str]
    disclosure: Policy
    catalogue: dict[str, Indicator]
    areas: Areas
    observations: pd.DataFrame
    outturns: pd.DataFrame
    standards: pd.DataFrame
    benchmarks: pd.DataFrame
    activity: pd.DataFrame
    conflicts: pd.DataFrame
    printed: pd.DataFrame
    known_exceptions: pd.DataFrame
    breakdowns: pd.DataFrame
    attainment: pd.DataFrame
    exception_series: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its frames by name."""
        return {table: getattr(self, table) for table in TABLES}

    def copy(self) -> "Edition":
        """The same edition with tables and settings of its own; pandas copies a column when it is first written to.

        `areas` and what is in a section stay shared: do not change them.
        """
        settings = {told.name: getattr(self, told.name) for told in fields(self)}
        own = {name: dict(told) for name, told in settings.items() if isinstance(told, dict)}
        return replace(self, **own, **{table: frame.copy(deep=False) for table, frame in self.tables.items()})

    def same(self, other: "Edition") -> bool:
        """Whether every setting and every cell is equal, numbers as printed: 42.8 is not 42.80."""
        pairs = ((told.name, getattr(self, told.name), getattr(other, told.name)) for told in fields(self))
        return all(
            _alike(one, two, NUMBERS.get(name, [])) if name in TABLES else one == two for name, one, two in pairs
        )

    @property
    def printed_areas(self) -> list[Area]:
        """Kent, the districts and the teams of this edition."""
        return self.areas.printed(self.teams_as_of)

    @property
    def years_rated(self) -> dict[str, set[str]]:
        """By indicator, the years whose targets rate it on the pages that print it."""
        told: dict[str, set[str]] = {}
        for section in self.sections:
            for key in section.indicators:
                told.setdefault(key, set()).add(section.year)
        return told

    def area(self, name: str) -> Area:
        """The area called `name`, if this edition prints it; `InputError` with the near matches otherwise."""
        area = self.areas[name]
        if area not in self.printed_areas:
            raise InputError([Fault("error", "ARE002", "areas.yml", f'"{name}" is not in edition {self.name}.', "")])
        return area

    def indicator(self, code: str) -> Indicator:
        """The indicator with that key or an older code of it; `InputError` with the near matches otherwise."""
        for one in self.catalogue.values():
            if code in (one.key, *one.older_codes):
                return one
        said = f'"{code}" is not an indicator.'
        raise InputError([Fault("error", "CAT004", "indicators.yml", said, nearest(code, list(self.catalogue)))])

    def teams_of(self, district: str) -> list[Area]:
        """The teams that serve a district, social work first."""
        serving = [team for team in self.areas.teams(self.teams_as_of) if district in team.districts]
        return sorted(serving, key=lambda team: team.kind)


def _alike(one: pd.DataFrame, two: pd.DataFrame, numbers: list[str]) -> bool:
    """Whether two frames have equal cells, those in the columns `numbers` as printed."""
    pairs = ((one[name].tolist(), two[name].tolist()) for name in numbers)
    return one.equals(two) and all(
        all(map(is_, *pair)) or [*map(str, pair[0])] == [*map(str, pair[1])] for pair in pairs
    )


Made = TypeVar("Made")


def made_once(make: Callable[..., Made]) -> Callable[..., Made]:
    """`make`, done once for editions until a cell or setting of them is changed; packs forked later share what it made.

    What it makes must not be changed. It gets copies, which later changes of the editions do not reach.
    """
    known: dict[tuple[str, ...], tuple[list[Edition], Made]] = {}

    @wraps(make)
    def told(*editions: Edition) -> Made:
        names = tuple(edition.name for edition in editions)
        kept = known.get(names)
        if kept is None or not all(map(Edition.same, kept[0], editions)):
            held = [edition.copy() for edition in editions]
            kept = known[names] = held, make(*held)
        return kept[1]

    return told


def editions_known(folder: Path = EDITIONS) -> list[str]:
    """Names of the editions in `params/editions`, oldest first."""
    named = (path.parent.name for path in folder.glob("*/edition.yml"))
    return sorted(name for name in named if not name.startswith("."))  # one that is still being made has a point


def kind_of(name: str, folder: Path = EDITIONS) -> str | None:
    """The kind of scorecard that an edition is, as its edition.yml says; None if it says nothing that can be read.

    `InputError` with the near matches if there is no such edition.
    """
    if name not in editions_known(folder):
        said = f'"{name}" is not an edition.'
        raise InputError([Fault("error", "EDN001", "editions", said, nearest(name, editions_known(folder)))])
    path = folder / name / "edition.yml"
    return _kind(path, path.stat().st_mtime_ns)


@lru_cache
def _kind(path: Path, changed: int) -> str | None:
    with suppress(InputError):  # who reads the edition says what is wrong with the file
        told = read_yaml(path)
        return told.get("scorecard") if isinstance(told, dict) else None
    return None


def load_edition(name: str, folder: Path = EDITIONS, as_held: bool = False) -> Edition:
    """Read an edition with ratings, without the figures that its disclosure policy withholds.

    `as_held` keeps those: only for those who check or carry over figures, never for what is shown. `InputError` lists
    every malformed cell of every file at once; whether the figures make sense is for `scorecard.checks` to say. Files
    that have not changed are read once in a process: who loads the edition again gets a copy.
    """
    files = files_now(folder / name)
    if _read.get((folder, name), ([],))[0] != files or not files:
        held = _edition(name, folder)
        _read[folder, name] = files, held, disclosed(held, held.disclosure)
    _, held, shown = _read[folder, name]
    return held.copy() if as_held else shown.copy()


_read: dict[tuple[Path, str], tuple[list, Edition, Edition]] = {}


def files_now(folder: Path) -> list[tuple[str, int, int]]:
    """The files below a folder, with their sizes and times of change in nanoseconds."""
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return [(str(path), state.st_size, state.st_mtime_ns) for path, state in found]


def _edition(name: str, folder: Path) -> Edition:
    if (found := kind_of(name, folder)) not in (None, *RATED):
        said = f'{name} is a scorecard of the kind "{found}", which has no ratings.'
        remedy = f"Kinds with ratings: {', '.join(RATED)}."
        raise InputError([Fault("error", "EDN004", "edition.yml", said, remedy, column="scorecard", value=str(found))])
    home, faults = folder / name, []
    told = _settings(home / "edition.yml", faults)
    base = PARAMS / Path(told.pop("catalogue", OPTIONS["catalogue"])).name  # never outside of params
    known, catalogue = told.pop("also_in_known", True), _catalogue(base, home / "indicators.yml", faults)
    if not known:
        catalogue = {key: replace(one, also_in=(NOT_ON_RECORD,)) for key, one in catalogue.items()}
    tables = {table: read_table(home / f"{table}.csv", table, faults) for table in TABLES}
    if faults:
        raise InputError(faults)
    return Edition(name=name, **told, catalogue=catalogue, areas=load_areas(), **tables)


def load_before(edition: Edition, folder: Path = EDITIONS) -> list[Edition]:
    """The earlier editions of the same scorecard that can be read, oldest first."""
    found = []
    for name in editions_known(folder):
        with suppress(InputError):  # an edition that cannot be read has a check of its own
            if name != edition.name and kind_of(name, folder) == edition.scorecard:
                found.append(load_edition(name, folder))
    return sorted((one for one in found if one.as_at < edition.as_at), key=lambda one: one.as_at)


def _catalogue(base: Path, path: Path, faults: list[Fault]) -> dict[str, Indicator]:
    try:
        return catalogue_of_edition(base, path)
    except InputError as odd:
        faults += odd.faults
        return {}


def _settings(path: Path, faults: list[Fault]) -> dict:
    try:
        told = OPTIONS | read_settings(path, SETTINGS)
        told["disclosure"] = policy_called(told["disclosure"])
    except InputError as odd:
        faults += odd.faults
        return {}
    shown = {data_period: tuple(periods) for data_period, periods in told["shown"].items()}
    own = (told["year"], told.pop("next_year"), shown, told.pop("year_ago"))
    sections = tuple(_section(section, *own) for section in told.pop("sections"))
    listed = {name: tuple(told.pop(name)) for name in ("notes", "sources")}
    return {**told, **listed, "shown": shown, "sections": sections}


def _section(told: dict, year: str, next_year: str, shown: dict, year_ago: bool) -> Section:
    own = {data_period: tuple(told["shown"]) for data_period in shown} if "shown" in told else shown
    return Section(
        told["heading"], told["for"], tuple(told["indicators"]), told.get("page", ""),
        told.get("year", year), told.get("next_year", next_year), own, year_ago,
    )  # fmt: skip


def mark(printed: str) -> str:
    """The mark of a footnote at the end of what is printed: `**` of `57.8**`; empty without one."""
    return printed[len(printed.rstrip("*")) :]


def read_table(
    path: Path, table: str, faults: list[Fault], tables: dict[str, list[str]] = TABLES,
    numbers: dict[str, list[str]] = NUMBERS,
) -> pd.DataFrame:  # fmt: skip
    """One CSV file as a frame of strings and Decimals with its line numbers; what is malformed goes to `faults`.

    `tables` names the columns of each table, `numbers` those that hold figures.
    """
    if path.exists():
        return read_frame(path, tables[table], numbers.get(table, []), faults)
    if table not in OPTIONAL:
        faults.append(Fault("error", "CSV001", path.name, "is missing.", "Put it into the edition's folder."))
    return frame_of([], tables[table], numbers.get(table, []), path.name, faults)


def table_of(lines: list[tuple[int, list[str]]], table: str, file: str, faults: list[Fault]) -> pd.DataFrame:
    """Rows of texts, each with its number, as the frame of a table; what is no row or number goes to `faults`."""
    return frame_of(lines, TABLES[table], NUMBERS.get(table, []), file, faults)
