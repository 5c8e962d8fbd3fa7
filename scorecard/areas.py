"""Kent, its districts, their teams, and the areas that they are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from scorecard.catalogue import PARAMS
from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.inputs.parameters import MONTH, NAME, read_settings

Kind = Literal["Kent", "district", "CSWT", "EHU"]
_NEIGHBOUR = {"name": NAME, "dfe": int, "code": NAME}
_PLACE = {"name": NAME, "slug": NAME, "code": NAME}
FORM = {
    "kent": _PLACE | {"dfe": int},
    "districts": [_PLACE | {"older_names": [NAME]}, ...],
    "teams": [{"name": NAME, "kind": {"CSWT", "EHU"}, "districts": [NAME], "editions": [NAME]}],
    "benchmarks": [{"name": NAME, "method": NAME, "note": str, "code?": NAME, "lait?": int}],
    "statistical_neighbours": [
        {"model": MONTH, "published": NAME, "from": MONTH, "neighbours": [_NEIGHBOUR, ...]},
        ...,
    ],
}
"""What `params/areas.yml` holds; see `inputs.parameters`."""


@dataclass(frozen=True)
class Area:
    """Kent, a district or a team. A team serves one or more districts; a district has one or more teams."""

    name: str
    kind: Kind
    slug: str | None = None
    code: str | None = None
    older_names: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeighbourModel:
    """Kent's ten statistical neighbours as the Department for Education named them at a date."""

    model: str
    published: str
    since: str
    neighbours: tuple[dict, ...]


@dataclass(frozen=True)
class Comparator:
    """An area or group that Kent is compared with: in a word how its figure comes about, and what it means in print."""

    name: str
    method: str
    note: str


@dataclass(frozen=True)
class Areas:
    """All areas by name, in printed order, and the statistical-neighbour models, oldest first."""

    by_name: dict[str, Area]
    benchmarks: dict[str, Comparator]
    neighbour_models: tuple[NeighbourModel, ...]

    def __getitem__(self, name: str) -> Area:
        """The area called `name` now or formerly; `InputError` with the near matches otherwise."""
        for area in self.by_name.values():
            if name == area.name or name in area.older_names:
                return area
        fault = Fault("error", "ARE001", "areas.yml", f'"{name}" is not an area.', nearest(name, list(self.by_name)))
        raise InputError([fault])

    @property
    def kent(self) -> Area:
        """The county."""
        return next(area for area in self.by_name.values() if area.kind == "Kent")

    @property
    def districts(self) -> list[Area]:
        """The twelve districts in printed order."""
        return [area for area in self.by_name.values() if area.kind == "district"]

    def teams(self, as_of: str) -> list[Area]:
        """The teams as they stood in the edition `as_of`, each once."""
        return [area for area in self.by_name.values() if as_of in area.editions]

    def printed(self, as_of: str) -> list[Area]:
        """Everything that has a page in an edition: Kent, the districts, the teams."""
        return [self.kent, *self.districts, *self.teams(as_of)]


@cache
def load_areas(path: Path = PARAMS / "areas.yml") -> Areas:
    """The content of `params/areas.yml`; `InputError` lists every place that is not of its form."""
    told = read_settings(path, FORM)
    if faults := list(_odd_names(path.name, told)):
        raise InputError(faults)
    return _areas(told)


def _odd_names(file: str, told: dict) -> Iterator[Fault]:
    """Names that stand twice, and teams of districts that are none."""
    places = [told["kent"], *told["districts"], *told["teams"]]
    names = [name for place in places for name in (place["name"], *place.get("older_names", ()))]
    for group in (names, [one["name"] for one in told["benchmarks"]]):
        for name in dict.fromkeys(name for name in group if group.count(name) > 1):
            yield Fault("error", "ARE003", file, f"{quoted(name)} stands twice.", "Give each area a name of its own.")
    districts = [place["name"] for place in told["districts"]]
    for number, team in enumerate(told["teams"], 1):
        for name in team["districts"]:
            if name not in districts:
                said, place = f"{quoted(name)} is not a district.", f"teams, {number}, districts"
                yield Fault("error", "ARE004", file, said, nearest(name, districts), column=place)


def _areas(told: dict) -> Areas:
    kent = Area(told["kent"]["name"], "Kent", told["kent"]["slug"], told["kent"]["code"])
    districts = [
        Area(d["name"], "district", d["slug"], d["code"], tuple(d["older_names"]), (d["name"],))
        for d in told["districts"]
    ]
    teams = [
        Area(t["name"], t["kind"], districts=tuple(t["districts"]), editions=tuple(t["editions"]))
        for t in told["teams"]
    ]
    models = tuple(
        NeighbourModel(m["model"], m["published"], m["from"], tuple(m["neighbours"]))
        for m in told["statistical_neighbours"]
    )
    by_name = {area.name: area for area in [kent, *districts, *teams]}
    return Areas(
        by_name, {b["name"]: Comparator(b["name"], b["method"], b["note"]) for b in told["benchmarks"]}, models
    )
