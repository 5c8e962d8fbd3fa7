"""The indicators of the scorecard, in printed order: what each measures, which way is good, how it is printed."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.inputs.mistakes import of_text
from scorecard.inputs.parameters import NAME, Fields, misfits, read_settings, read_yaml
from scorecard.periods import KIND_OF_DATA_PERIOD
from scorecard.ratings import Polarity
from scorecard.trends import INTERVALS


def fetched(address: str) -> Path:
    """A copy of the folder at an fsspec address such as s3://bucket/params, and of `notebooks` beside it.

    The copy goes when this process ends; those that it starts find it by SCORECARD_PARAMS. Ends the process with
    status 2 if there is nothing to copy.
    """
    home, mine = Path(tempfile.mkdtemp(prefix="scorecard-")), os.getpid()
    atexit.register(lambda: os.getpid() == mine and shutil.rmtree(home, ignore_errors=True))
    try:
        from fsspec.core import url_to_fs

        files, path = url_to_fs(address.rstrip("/"))
        for name, wanted in (("params", path), ("notebooks", f"{path.rpartition('/')[0]}/notebooks")):
            for file in files.find(wanted):
                copy = (home / name / file.removeprefix(wanted).lstrip("/")).resolve()
                copy.relative_to(home.resolve())
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(files.cat_file(file))
        os.listdir(home / "params")
    except Exception as error:  # every service has errors of its own
        remedy = "Check the address in SCORECARD_PARAMS; for most of them: pip install scorecard[cluster]."
        print(Fault("error", "PRM004", address, f"cannot be read ({type(error).__name__}).", remedy), file=sys.stderr)
        raise SystemExit(2) from None
    os.environ["SCORECARD_PARAMS"] = str(home / "params")
    return home / "params"


_named = os.environ.get("SCORECARD_PARAMS") or str(Path(__file__).resolve().parent.parent / "params")
PARAMS = fetched(_named) if "://" in _named else Path(_named)
"""Everything that changes without changing code; another folder if SCORECARD_PARAMS names one, by path or address."""


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
    definition: str | None
    source: str
    latest_data: str
    released: str | None
    counts: str
    interval: str
    additive: tuple[str, ...]
    printed_for: tuple[str, ...]
    also_in: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """What follows the figure in a sentence: `%`, ` percentage points`, ` days`, or nothing for a count."""
        return {"%": "%", "count": "", "pp": " percentage points"}.get(self.unit, f" {self.unit}")


NOT_ON_RECORD = "not on record"
"""Stands in `also_in` where an edition prints flags of other reports that its record does not hold."""
FORM = {
    "key": NAME, "code": (NAME, None), "older_codes": [NAME], "measure": NAME, "short_name": NAME, "section": NAME,
    "polarity": ({*Polarity}, None), "data_period": {*KIND_OF_DATA_PERIOD}, "compare_with": NAME, "unit": NAME,
    "decimals": int, "definition": (str, None), "source": str, "latest_data": Fields(("month", "released")),
    "released": (Fields(("released",)), None), "counts": NAME, "interval": {*INTERVALS},
    "additive": [{"value", "numerator", "denominator"}], "printed_for": [NAME], "also_in": [NAME],
}  # fmt: skip
"""What an entry of the catalogue holds; see `inputs.parameters`."""
CHANGES = {f"{name}?": form for name, form in FORM.items() if name != "key"}
"""What an edition may change of it."""


@cache
def load_catalogue(path: Path = PARAMS / "indicators.yml") -> dict[str, Indicator]:
    """All indicators by key, in printed order; `InputError` lists every entry that is not whole.

    The file is a list of entries, or has them under `indicators` beside `common`: the fields that all entries
    share unless they say otherwise.
    """
    faults, catalogue = [], {}
    for position, entry in enumerate(_entries(path), start=1):
        name = entry["key"] if isinstance(entry.get("key"), str) else f"entry {position}"
        found = [*misfits(path.name, entry, FORM, name), *_formulas(path, name, entry)]
        if name in catalogue:
            found.append(_odd("002", path, f"{name} stands twice.", "Remove one."))
        faults += found
        if not found:
            catalogue[name] = Indicator(**_read(entry))
    if faults:
        raise InputError(faults)
    return catalogue


def _entries(path: Path) -> list[dict]:
    told = read_yaml(path)
    told = told if isinstance(told, dict) else {"common": {}, "indicators": told}
    if faults := list(misfits(path.name, told, {"common": dict, "indicators": [dict, ...]})):
        raise InputError(faults)
    return [told["common"] | entry for entry in told["indicators"]]


def catalogue_of_edition(base: Path, path: Path) -> dict[str, Indicator]:
    """The catalogue `base` with the fields that an edition's own `indicators.yml` changes, if there is one.

    `path` holds, under an indicator's key, only what differs in that edition; `InputError` lists
    every key and field that the catalogue does not have.
    """
    catalogue = dict(load_catalogue(base))
    changes = read_settings(path, ({str: CHANGES}, None)) or {} if path.exists() else {}
    if faults := [fault for name, told in changes.items() for fault in _odd_change(path, name, told, catalogue)]:
        raise InputError(faults)
    return catalogue | {name: replace(catalogue[name], **_read(entry)) for name, entry in changes.items()}


def _odd_change(path: Path, name: str, entry: dict, catalogue: dict) -> Iterator[Fault]:
    if name not in catalogue:
        older = {old: indicator.key for indicator in catalogue.values() for old in indicator.older_codes}
        said, remedy = f'"{name}" is not an indicator.', nearest(older.get(name, name), list(catalogue))
        yield _odd("004", path, said, f"It is now called {older[name]}." if name in older else remedy)
    yield from _formulas(path, name, entry)


def _odd(code: str, path: Path, said: str, remedy: str) -> Fault:
    return Fault("error", f"CAT{code}", path.name, said, remedy)


def _formulas(path: Path, name: str, entry: dict) -> Iterator[Fault]:
    """Texts that a spreadsheet would take for something else."""
    for field, text in entry.items():
        if isinstance(text, str) and (told := of_text(text)):
            yield _odd("007", path, f"{name}, {field}: {quoted(text)}.", told)


def _read(entry: dict) -> dict:
    """The fields of an entry as an `Indicator` holds them."""
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return told | ({"polarity": Polarity(told["polarity"])} if told.get("polarity") else {})
