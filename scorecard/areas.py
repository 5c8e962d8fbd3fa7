"""Kent, its districts, their teams, and the areas that they are compared with."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from scorecard.catalogue import PARAMS, read_yaml
from scorecard.faults import Fault, InputError, nearest

Kind = Literal["Kent", "district", "CSWT", "EHU"]


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
    """The content of `params/areas.yml`; `InputError` names a field that is missing."""
    try:
        return _areas(read_yaml(path))
    except (KeyError, TypeError) as fault:
        said = f"an entry is not whole: {fault}."
        raise InputError([Fault("error", "ARE003", path.name, said, "Compare it with the others.")]) from None


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
