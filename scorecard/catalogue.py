"""The indicators of the scorecard, in printed order: what each measures, which way is good, how it is printed."""

import os
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scorecard.faults import Fault, InputError
from scorecard.ratings import Polarity

PARAMS = Path(os.environ.get("SCORECARD_PARAMS", Path(__file__).resolve().parent.parent / "params"))
"""Everything that changes without changing code; another folder if SCORECARD_PARAMS names one."""


@dataclass(frozen=True)
class Indicator:
    """One line of the catalogue; every field is explained at the top of `params/indicators.yml`."""

    key: str
    code: str | None
    older_codes: tuple[str, ...]
    measure: str
    short_name: str
    section: str
    polarity: Polarity | None
    data_period: str
    compare_with: str
    unit: str
    decimals: int
    definition: str
    source: str
    latest_data: str
    released: str | None
    counts: str
    additive: tuple[str, ...]
    printed_for: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """What follows the figure in a sentence: `%`, ` percentage points`, ` days`, or nothing for a count."""
        return {"%": "%", "count": "", "pp": " percentage points"}.get(self.unit, f" {self.unit}")


class UniqueKeys(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """YAML as we allow it: safe, and a key that stands twice is an error instead of the last one winning."""

    def construct_mapping(self, node, deep=False):
        """A mapping without repeated keys."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; `InputError` names the line when it cannot be read."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError:
        raise InputError([Fault("error", "YML001", path.name, f"is not in {path.parent}.", "Restore it.")]) from None
    except UnicodeDecodeError:
        raise _unreadable(path.name, "it is not text in UTF-8") from None


def parse_yaml(text: str, file: str, above: int = 0) -> Any:
    """The content of YAML that begins `above` lines below the top of `file`; `InputError` as in `read_yaml`."""
    try:
        return yaml.load(text, Loader=UniqueKeys)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        said = getattr(fault, "problem", None) or "it is not text in UTF-8"
        raise _unreadable(file, said, (mark.line + 1 + above,) if mark else ()) from None


def _unreadable(file: str, said: str, rows: tuple[int, ...] = ()) -> InputError:
    return InputError([Fault("error", "YML002", file, f"is not readable YAML: {said}.", "Mend that line.", rows)])


@cache
def load_catalogue(path: Path = PARAMS / "indicators.yml") -> dict[str, Indicator]:
    """All indicators by key, in printed order; `InputError` lists every entry that is not whole."""
    faults, catalogue = [], {}
    expected = {field.name for field in fields(Indicator)}
    for position, entry in enumerate(read_yaml(path), start=1):
        name = entry.get("key") or f"entry {position}"
        for odd in sorted(expected ^ set(entry)):
            what = "is missing" if odd in expected else "is not a field"
            faults.append(Fault("error", "CAT001", path.name, f"{name}: {odd} {what}.", "See the head of the file."))
        if name in catalogue:
            faults.append(Fault("error", "CAT002", path.name, f"{name} stands twice.", "Remove one."))
        if (polarity := entry.get("polarity")) not in (None, *Polarity):
            said = f'{name}: polarity "{polarity}" is none of {", ".join(Polarity)}.'
            faults.append(Fault("error", "CAT003", path.name, said, "See the head of the file."))
        elif set(entry) == expected:
            catalogue[name] = _indicator(entry)
    if faults:
        raise InputError(faults)
    return catalogue


def _indicator(entry: dict) -> Indicator:
    listed = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    polarity = entry["polarity"] and Polarity(entry["polarity"])
    return Indicator(**{**entry, **listed, "polarity": polarity})
