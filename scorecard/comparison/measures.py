"""Which published measure each indicator is compared by, and the figures derived from it that an edition ships with."""

import csv
import io
import os
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd

from scorecard.areas import load_areas
from scorecard.catalogue import PARAMS, load_catalogue
from scorecard.editions import EDITIONS, Edition
from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.inputs.parameters import NAME, Fields, read_settings

LIKE, NEAR = "like for like", "near"
MEAN, MEDIAN, WEIGHTED, PUBLISHED = "mean", "median", "weighted mean", "published"
UNUSABLE = "published, not usable: outside the range of all authorities"
"""A figure of a region or country that no mix of its authorities can have; its value is left empty."""
DERIVED = ["indicator", "year", "area", "value", "n", "rank", "of", "national_rank", "national_of", "band", "method",
           "source", "vintage", "status"]  # fmt: skip
"""Columns of `benchmarks_derived.csv`; explained at the top of `params/benchmarks.yml`."""
SOURCES = {"LAIT": "Local Authority Interactive Tool", "EES": "Explore Education Statistics"}
"""Where the Department for Education publishes."""
NUMBERS, WHOLE = ["value"], ["n", "rank", "of", "national_rank", "national_of"]
FILE = "benchmarks_derived.csv"
LABEL = ("start", "end", "end2")
FORM = {
    "numbers": {str: int},
    "indicators": [
        {
            "indicator": NAME, "source": {*SOURCES}, "measure": (NAME, {"minus": [NAME, NAME]}), "definition": str,
            "group": (NAME, None), "like": {LIKE, NEAR}, "reason": (NAME, None), "years": NAME,
            "label": Fields(LABEL), "decimals": int, "unit?": NAME, "catalogue?": NAME,
            "counts?": {"numerator": NAME, "denominator": NAME},
            "differs?": [{"area": NAME, "year": NAME, "reason": NAME}],
        }
    ],
    "left_out": {str: NAME},
}  # fmt: skip
"""What `params/benchmarks.yml` holds; see `inputs.parameters`."""


@dataclass(frozen=True)
class Differs:
    """Why one printed benchmark is not what the published data give."""

    area: str
    year: str
    reason: str


@dataclass(frozen=True)
class Measure:
    """One line of `params/benchmarks.yml`; every field is explained at the top of that file."""

    indicator: str
    source: str
    measure: str | dict
    definition: str
    group: str | None
    like: str
    reason: str | None
    years: str
    label: str
    decimals: int
    unit: str | None = None
    counts: dict | None = None
    catalogue: str = "indicators.yml"
    differs: tuple[Differs, ...] = ()

    @property
    def legs(self) -> tuple[str, ...]:
        """The measures it needs: one, or the two of a difference."""
        return (self.measure,) if isinstance(self.measure, str) else tuple(self.measure["minus"])

    @property
    def title(self) -> str:
        """The measure by the name of its source: `LAIT A minus B`."""
        return f"{self.source} {' minus '.join(self.legs)}"

    def year_label(self, year: str) -> str:
        """What the source calls a year of the scorecard: 2023 or 2022/23 for 2022-23."""
        start = int(year[:4])
        return self.label.format(start=start, end=start + 1, end2=f"{(start + 1) % 100:02}")

    def why(self, area: str, year: str) -> str | None:
        """The reason given for a printed benchmark that differs."""
        return next((told.reason for told in self.differs if (told.area, told.year) == (area, year)), None)


@cache
def load_measures(path: Path = PARAMS / "benchmarks.yml") -> dict[str, Measure]:
    """All measures by indicator; `InputError` lists every entry that is not whole."""
    faults, measures = [], {}
    for entry in read_settings(path, FORM)["indicators"]:
        name = entry["indicator"]
        said = ["it stands twice"] if name in measures else []
        known = entry.get("catalogue", "indicators.yml")
        said += [] if name in load_catalogue(PARAMS / Path(known).name) else [f"it is not in {known}"]
        unlike = (entry["like"] == NEAR) != bool(entry["reason"])
        said += [f'"{NEAR}" needs a reason and "{LIKE}" has none'] if unlike else []
        faults += [Fault("error", "BMK001", path.name, f"{name}: {odd}.", "See the head of the file.") for odd in said]
        differs = tuple(Differs(**told) for told in entry.get("differs", ()))
        measures[name] = Measure(**{**entry, "differs": differs})
    if faults:
        raise InputError(faults)
    return measures


def load_left_out(path: Path = PARAMS / "benchmarks.yml") -> dict[str, str]:
    """The indicators that no published measure fits, each with the reason."""
    return read_settings(path, FORM)["left_out"]


def load_numbers(path: Path = PARAMS / "benchmarks.yml") -> dict[str, int]:
    """DfE's numbers of Kent and of the areas that it publishes itself; `InputError` if the county has none."""
    told, kent = read_settings(path, FORM)["numbers"], load_areas().kent.name
    if kent not in told:
        said = f"{quoted(kent)} has no number."
        raise InputError([Fault("error", "BMK006", path.name, said, "Add it; see areas.yml.", column="numbers")])
    return told


def measure_of(indicator: str) -> Measure:
    """The measure of one indicator; `InputError` says why there is none."""
    measures = load_measures()
    if indicator not in measures:
        why = load_left_out().get(indicator) or nearest(indicator, list(measures))
        said = f"no published measure is given for {indicator}."
        raise InputError([Fault("error", "BMK005", "benchmarks.yml", said, why)])
    return measures[indicator]


def load_derived(edition: str, folder: Path = EDITIONS) -> pd.DataFrame:
    """The derived figures of an edition: value a Decimal or None, counts whole numbers or None, and `row`.

    Empty if the edition ships none. `InputError` says so if the file has other columns.
    """
    path = folder / edition / FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ",".join(DERIVED)
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    if header != DERIVED or any(len(line) != len(DERIVED) for line in lines):
        remedy = f"Make it again: scorecard benchmarks derive --edition {edition}"
        raise InputError([Fault("error", "BMK002", FILE, "does not have the columns it should.", remedy)])
    table = pd.DataFrame(lines, columns=DERIVED, dtype=object)
    for column, form in [*dict.fromkeys(NUMBERS, Decimal).items(), *dict.fromkeys(WHOLE, int).items()]:
        table[column] = pd.Series([form(cell) if cell else None for cell in table[column]], dtype=object)
    for column in ("band", "status"):
        table[column] = table[column].where(table[column] != "", None)
    table["row"] = range(2, len(table) + 2)
    return table


def was_over(year: str, edition: Edition) -> bool:
    """Whether the March of a year (2023-24) had come by the last month that an edition shows.

    School years are counted so too: what stands beside the figures of 2023-24 is of 2023-24, though published later.
    """
    return f"{int(year[:4]) + 1}-03" <= edition.as_at


@cache
def published(edition: str) -> dict[tuple[str, str, str], tuple]:
    """The means and published figures of an edition by indicator, year and area: rows of derived figures, oldest first.

    Read once in a process, for every benchmark of every area asks for it.
    """
    derived, found = load_derived(edition), {}
    for told in derived[derived["method"].isin([MEAN, PUBLISHED])].sort_values("vintage", kind="stable").itertuples():
        found.setdefault((told.indicator, told.year, told.area), []).append(told)
    return {key: tuple(rows) for key, rows in found.items()}


def write_derived(derived: pd.DataFrame, edition: str, folder: Path = EDITIONS) -> Path:
    """Write the derived figures of an edition, whole or not at all."""
    path = folder / edition / FILE
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(DERIVED)
        writer.writerows(["" if cell is None else cell for cell in line] for line in derived[DERIVED].to_numpy())
    os.replace(part, path)
    return path
