"""What keeps the packs of an edition from being final: text not agreed, figures that contradict it, open checks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scorecard.areas import Area
from scorecard.build import build_rows
from scorecard.editions import EDITIONS, Edition
from scorecard.faults import Fault, worst_first
from scorecard.inputs.parameters import NAME, read_settings
from scorecard.inputs.texts import AGREED, DRAFT, FOLDER, STALE, Commentary, file_name, load_commentary

FILE = "explained.yml"
FORM = [{"code": NAME, "reason": NAME, "indicator?": NAME, "area?": NAME}]


@dataclass(frozen=True)
class Explained:
    """Why a warning of `scorecard check` stands: its code, and its indicator and area where it has them."""

    code: str
    reason: str
    indicator: str | None = None
    area: str | None = None

    def covers(self, fault: Fault) -> bool:
        """Whether this explains a fault; an indicator or area that is not given stands for all."""
        return fault.code == self.code and all(
            mine in (None, its) for mine, its in ((self.indicator, fault.indicator), (self.area, fault.area))
        )


def load_explained(edition: str, folder: Path = EDITIONS) -> list[Explained]:
    """The explanations in `explained.yml` of an edition, none without it; `InputError` lists what is not whole."""
    path = folder / edition / FILE
    entries = read_settings(path, (FORM, None)) if path.exists() else None
    return [Explained(**entry) for entry in entries or []]


def refusals(edition: Edition, areas: Iterable[Area], faults: Iterable[Fault], folder: Path = EDITIONS) -> list[Fault]:
    """Everything that keeps the packs of `areas` from being final, as errors; none if nothing does.

    `faults` are what the checks found, contradicted commentary among it. An explanation that explains nothing is an
    error too.
    """
    wanted = {place.name: place for area in areas for place in (area, *edition.teams_of(area.name))}
    found = [fault for area in wanted.values() for fault in _unagreed(edition, area, folder)]
    return worst_first([*found, *unexplained(edition.name, faults, set(wanted), folder)])


def _unagreed(edition: Edition, area: Area, folder: Path) -> Iterator[Fault]:
    """One fault a file for what is drafted or missing, one an entry for what is stale."""
    commentary, file = load_commentary(edition, area, folder), f"{FOLDER}/{file_name(area)}"
    printed = dict.fromkeys(row.indicator.key for row in build_rows(edition, area))
    stands = {key: _status(commentary, key) for key in printed}
    counted = Counter(stands.values())
    if counted[DRAFT]:
        names = ", ".join(key for key, status in stands.items() if status == DRAFT)
        said = f"{area.name}: {counted[DRAFT]} of {len(printed)} indicators have no agreed text: {names}."
        remedy = f'Run: scorecard draft --edition {edition.name} --area "{area.name}"; then set status: agreed.'
        yield Fault("error", "FIN002", file, said, remedy, area=area.name)
    for entry in (entry for entry in commentary.entries if entry.status == STALE):
        said = f"{area.name}: the text about {', '.join(entry.indicators)} is carried over and stale."
        yield Fault(
            "error", "FIN003", file, said, "Bring it up to date, then set status: agreed.", (entry.row,), area=area.name
        )


def _status(commentary: Commentary, indicator: str) -> str:
    entry = commentary.about(indicator)
    return entry.status if entry and entry.status in {AGREED, STALE} else DRAFT


def unexplained(edition: str, faults: Iterable[Fault], areas: set[str], folder: Path = EDITIONS) -> Iterator[Fault]:
    """The warnings about some areas (or none) without explanation, as errors; and explanations without warning."""
    explained, warnings = load_explained(edition, folder), [fault for fault in faults if fault.grade == "warning"]
    for fault in warnings:
        if fault.area in {None, *areas} and not any(told.covers(fault) for told in explained):
            yield replace(fault, grade="error", remedy=f"{fault.remedy} Or say in {FILE} why it stands.")
    for told in explained:
        if not any(told.covers(fault) for fault in warnings):
            said = f"{told.code}{(told.indicator and f' of {told.indicator}') or ''}: there is no such warning."
            yield Fault("error", "FIN004", FILE, said, "Remove the entry.")
