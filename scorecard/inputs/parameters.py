"""Files of settings: YAML read safely, and held against the form that its program needs.

A form is a type; a set of the words that are allowed; `Like`, a pattern with an example; `Fields`, a text that may name
fields in braces; [form], a list ([form, ...] of one at least, [form, form] of two); {str: form}, any names; {"name":
form}, exactly these names ("name?" may be left out); or a tuple of forms, None among them for null.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, NamedTuple

import yaml

from scorecard.faults import LONGEST, Fault, InputError, nearest, quoted
from scorecard.inputs.mistakes import file_text


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


class Like(NamedTuple):
    """The form of a text that fits a pattern as a whole, and how to mend one that does not."""

    pattern: str
    remedy: str


class Fields(NamedTuple):
    """The form of a text in which these fields may stand in braces; `empty` if it may be no text at all."""

    names: tuple[str, ...]
    empty: bool = False


MONTH = Like(r"[12]\d{3}-(0[1-9]|1[0-2])", "Write a month like 2024-07, in quotation marks.")
YEAR = Like(r"[12]\d{3}-\d\d", "Write a year like 2023-24, in quotation marks.")
NAME = Like(r"(?s)\S(.*\S)?", "Write it without blanks around it; it cannot be empty.")
WORD = Like(r"(?s).*\S.*", "It cannot be empty.")
FORMS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list",
         dict: "a mapping (name: value)"}  # fmt: skip
KINDS = {Like: str, Fields: str, set: str}
"""What kind of value a form asks for, where it is not of that kind itself."""
HEAD = "See the head of the file."


def read_settings(path: Path, form: Any) -> Any:
    """The content of a YAML file that is of a form; `InputError` lists every place where it is not."""
    told = read_yaml(path)
    if faults := list(misfits(path.name, told, form)):
        raise InputError(faults)
    return told


def misfits(file: str, value: Any, form: Any, place: str = "") -> Iterator[Fault]:
    """Where a value of YAML is not of a form, each with its place, such as `districts, 3, slug`."""
    choices = form if isinstance(form, tuple) and not isinstance(form, Like | Fields) else (form,)
    if value is None and None in choices:
        return
    forms = [one for one in choices if one is not None]
    form = next((one for one in forms if type(value) is _kind(one)), forms[0])
    if type(value) is not _kind(form):
        yield _misfit(file, place, *_not_of_kind(value, form))
    elif isinstance(form, dict):
        yield from _names_that_misfit(file, value, form, place)
    elif isinstance(form, list):
        yield from _list_that_misfits(file, value, form, place)
    elif told := _odd_text(value, form):
        yield _misfit(file, place, *told)


def _kind(form: Any) -> type:
    return form if isinstance(form, type) else KINDS.get(type(form), type(form))


def _misfit(file: str, place: str, said: str, remedy: str, code: str = "YML003") -> Fault:
    return Fault("error", code, file, said, remedy, column=place or None)


def _not_of_kind(value: Any, form: Any) -> tuple[str, str]:
    kind = _kind(form)
    said = f"{quoted('nothing' if value is None else value)} stands where {FORMS[kind]} belongs."
    loose = kind is str and isinstance(value, int | float)
    return said, "Put it in quotation marks." if loose else "Compare it with another file of its kind."


def _names_that_misfit(file: str, value: dict, form: dict, place: str) -> Iterator[Fault]:
    within = f"{place}, " if place else ""
    forms = dict.fromkeys(value, form[str]) if str in form else {name.rstrip("?"): form[name] for name in form}
    needed = [] if str in form else [name for name in form if not name.endswith("?")]
    for name in needed:
        if name not in value:
            yield _misfit(file, place, f"{name} is missing.", _holds(form), "YML004")
    for name, told in value.items():
        if type(name) is not str:
            yield from misfits(file, name, str, f"{within}{name}")
        elif name in forms:
            yield from misfits(file, told, forms[name], f"{within}{name}")
        else:
            yield _misfit(file, place, f"{quoted(name)} is not known.", nearest(name, list(forms)), "YML004")


def _holds(form: dict) -> str:
    needed, more = (", ".join(name.rstrip("?") for name in form if name.endswith("?") is may) for may in (False, True))
    return f"It holds {needed}{more and ', and may hold '}{more}."


def _list_that_misfits(file: str, value: list, form: list, place: str) -> Iterator[Fault]:
    within = f"{place}, " if place else ""
    several = form[1:] == [...]
    if several and not value:
        yield _misfit(file, place, "holds nothing.", "It needs one entry at least.", "YML004")
    if len(form) > 1 and not several and len(value) != len(form):
        yield _misfit(file, place, f"has {len(value)} entries.", f"It needs {len(form)}.", "YML004")
    for number, told in enumerate(value, 1):
        yield from misfits(file, told, form[0], f"{within}{number}{_called(told, form[0])}")


def _called(told: Any, form: Any) -> str:
    """What an entry of a list is called by: the first of its names."""
    name = told.get(next(iter(form))) if isinstance(form, dict) and isinstance(told, dict) else None
    return f" ({name})" if isinstance(name, str) and 0 < len(name) <= LONGEST else ""


def _odd_text(value: Any, form: Any) -> tuple[str, str] | None:
    """What is wrong with a text, and the remedy."""
    if isinstance(form, set) and value not in form:
        return f"{quoted(value)} is not known.", nearest(value, sorted(form))
    if isinstance(form, Like) and not re.fullmatch(form.pattern, value):
        return f"{quoted(value)} is not of the right form.", form.remedy
    if isinstance(form, Fields) and not value.strip() and not form.empty:
        return "is empty.", "Write it."
    if isinstance(form, Fields) and (said := text_fault(value, form.names)):
        return said, f"Known fields: {', '.join(form.names) or 'none'}."
    return None


def text_fault(text: object, fields: tuple[str, ...]) -> str | None:
    """What is wrong with a text that may name `fields` in braces, or None."""
    if not isinstance(text, str):
        return "is not text; put it in quotation marks."
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as fault:
        return f"its braces do not match ({fault})."
    odd = [field for _, field, spec, turned in parts if field not in fields or spec or turned]
    return f"{{{odd[0]}}} is not a field of this phrase, or has something after its name." if odd else None
