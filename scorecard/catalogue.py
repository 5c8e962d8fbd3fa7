"""The indicators of the scorecard, in printed order: what each measures, which way is good, how it is printed."""

import atexit
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml

from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.inputs.mistakes import file_text, of_text
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
YAML_FORM = {str: str, int: int, str | None: (str, None), Polarity | None: (str, None), tuple[str, ...]: [str]}
"""How the types of an indicator's fields are written in YAML; see `misfits`."""


class UniqueKeys(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """YAML as we allow it: safe, and a key that stands twice is an error instead of the last one winning.

    As in YAML 1.2, `no` and `12:30` and `2024-07-31` are texts, not a truth value, a number in base 60 and a date.
    """

    yaml_implicit_resolvers: ClassVar[dict] = {}

    def construct_mapping(self, node, deep=False):
        """A mapping without repeated keys."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _form, _first in (
    ("merge", "<<", "<"), ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]), ("bool", "true|True|false|False", "tTfF"),
    ("int", "[-+]?(0|[1-9][0-9]*)", "-+0123456789"), ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
):  # fmt: skip
    UniqueKeys.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"({_form})$"), list(_first))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; `InputError` names the line when it cannot be read."""
    if not path.exists():
        raise InputError([Fault("error", "YML001", path.name, f"is not in {path.parent.name}.", "Restore it.")])
    return parse_yaml(file_text(path, "YML002", remedy="Save it as UTF-8."), path.name)


def parse_yaml(text: str, file: str, above: int = 0) -> Any:
    """The content of YAML that begins `above` lines below the top of `file`; `InputError` as in `read_yaml`."""
    try:
        if row := _beyond_measure(text):
            raise _unreadable(
                file, f"it has more than {DEEPEST} levels or repeats too much by aliases (*)", (row + above,)
            )
        return yaml.load(text, Loader=UniqueKeys)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        said = getattr(fault, "problem", None) or "it is not text in UTF-8"
        raise _unreadable(file, said, (mark.line + 1 + above,) if mark else ()) from None
    except (ValueError, AttributeError, TypeError):  # of a value that its own tag does not fit
        raise _unreadable(file, "a value does not fit its tag (!!)") from None


DEEPEST, MOST = 20, 100_000
"""Levels of a YAML file, and its values once every alias stands for a copy."""


def _beyond_measure(text: str) -> int | None:
    """The row in which YAML becomes too deep or too much for its reader, which would not survive it."""
    sizes, open_ones = {}, []
    for event in yaml.parse(text, Loader=UniqueKeys):
        size = 1
        if isinstance(event, yaml.CollectionStartEvent):
            open_ones.append([event.anchor, 1])
            if len(open_ones) <= DEEPEST:
                continue
            return event.start_mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_ones.pop()
            sizes[anchor] = size
        elif isinstance(event, yaml.AliasEvent):
            size = MOST if any(event.anchor == anchor for anchor, _ in open_ones) else sizes.get(event.anchor, 1)
        if open_ones:
            open_ones[-1][1] += size
        if size > MOST or any(told > MOST for _, told in open_ones):
            return event.start_mark.line + 1
    return None


def _unreadable(file: str, said: str, rows: tuple[int, ...] = ()) -> InputError:
    return InputError([Fault("error", "YML002", file, f"is not readable YAML: {said}.", "Mend that line.", rows)])


FORMS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a mapping (name: value)"}


def misfits(file: str, value: Any, form: Any, place: str) -> Iterator[Fault]:
    """Where a value of YAML is not of a form: a type, [form], {str: form}, or a tuple of forms, None among them."""
    if isinstance(form, tuple):
        if value is None:
            return
        form = form[0]
    kind = form if isinstance(form, type) else type(form)
    if type(value) is not kind:
        said = f"{quoted('nothing' if value is None else value)} stands where {FORMS[kind]} belongs."
        remedy = (
            "Put it in quotation marks."
            if kind is str and isinstance(value, int | float)
            else "Compare it with another file of its kind."
        )
        yield Fault("error", "YML003", file, said, remedy, column=place)
        return
    inner = enumerate(value, 1) if isinstance(form, list) else value.items() if isinstance(form, dict) else ()
    for name, one in inner:
        if kind is dict:
            yield from misfits(file, name, str, place)
        yield from misfits(file, one, form[0] if kind is list else form[str], f"{place}, {name}")


@cache
def load_catalogue(path: Path = PARAMS / "indicators.yml") -> dict[str, Indicator]:
    """All indicators by key, in printed order; `InputError` lists every entry that is not whole.

    The file is a list of entries, or has them under `indicators` beside `common`: the fields that all entries
    share unless they say otherwise.
    """
    faults, catalogue = [], {}
    expected = {field.name for field in fields(Indicator)}
    entries = _entries(path)
    for position, entry in enumerate(entries, start=1):
        name = entry.get("key") or f"entry {position}"
        for odd in sorted(expected ^ set(entry)):
            what = "is missing" if odd in expected else "is not a field"
            faults.append(_odd("001", path, f"{name}: {odd} {what}."))
        if name in catalogue:
            faults.append(_odd("002", path, f"{name} stands twice.", "Remove one."))
        faults += _odd_words(path, name, entry)
        if set(entry) == expected and not _odd_words(path, name, entry):
            catalogue[name] = Indicator(**_read(entry))
    if faults:
        raise InputError(faults)
    return catalogue


def _entries(path: Path) -> list[dict]:
    told = read_yaml(path)
    told = told if isinstance(told, dict) else {"common": {}, "indicators": told}
    form = {"common": dict, "indicators": [dict]}
    if faults := [fault for name in form for fault in misfits(path.name, told.get(name), form[name], name)]:
        raise InputError(faults)
    return [told["common"] | entry for entry in told["indicators"]]


def catalogue_of_edition(base: Path, path: Path) -> dict[str, Indicator]:
    """The catalogue `base` with the fields that an edition's own `indicators.yml` changes, if there is one.

    `path` holds, under an indicator's key, only what differs in that edition; `InputError` lists
    every key and field that the catalogue does not have.
    """
    catalogue, changes = dict(load_catalogue(base)), (read_yaml(path) or {}) if path.exists() else {}
    faults = list(misfits(path.name, changes, {str: dict}, "indicators"))
    faults = faults or [fault for name, told in changes.items() for fault in _odd_change(path, name, told, catalogue)]
    if faults:
        raise InputError(faults)
    return catalogue | {name: replace(catalogue[name], **_read(entry)) for name, entry in changes.items()}


def _odd_change(path: Path, name: str, entry: dict, catalogue: dict) -> Iterator[Fault]:
    if name not in catalogue:
        older = {old: indicator.key for indicator in catalogue.values() for old in indicator.older_codes}
        said, remedy = f'"{name}" is not an indicator.', nearest(older.get(name, name), list(catalogue))
        yield _odd("004", path, said, f"It is now called {older[name]}." if name in older else remedy)
    for odd in sorted(set(entry) - {field.name for field in fields(Indicator)} | {"key"} & set(entry)):
        yield _odd("005", path, f"{name}: {odd} is not a field that an edition can change.")
    yield from _odd_words(path, name, entry)


def _odd(code: str, path: Path, said: str, remedy: str = "See the head of params/indicators.yml.") -> Fault:
    return Fault("error", f"CAT{code}", path.name, said, remedy)


def _odd_words(path: Path, name: str, entry: dict) -> list[Fault]:
    """Words that the program does not know, where it knows all there are."""
    forms = {field.name: YAML_FORM[field.type] for field in fields(Indicator) if field.name in entry}
    faults = [fault for field in forms for fault in misfits(path.name, entry[field], forms[field], f"{name}, {field}")]
    texts = [(field, text, of_text(text)) for field, text in entry.items() if isinstance(text, str)]
    faults += [_odd("007", path, f"{name}, {field}: {quoted(text)}.", told) for field, text, told in texts if told]
    if faults:
        return faults
    known = {"polarity": ("003", (None, *Polarity)), "interval": ("006", INTERVALS)}
    odd = [(field, *told) for field, told in known.items() if field in entry and entry[field] not in told[1]]
    return [
        _odd(code, path, f'{name}: {field} "{entry[field]}" is none of {", ".join(filter(None, words))}.')
        for field, code, words in odd
    ]


def _read(entry: dict) -> dict:
    """The fields of an entry as an `Indicator` holds them."""
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return told | ({"polarity": Polarity(told["polarity"])} if told.get("polarity") else {})
