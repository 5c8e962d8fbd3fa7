"""The words of `params/phrases.yml`, checked: groups of phrases whose fields the program fills in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scorecard.build import NO_ARROW, NOT_RATED
from scorecard.catalogue import PARAMS
from scorecard.faults import Fault, InputError
from scorecard.inputs.parameters import read_yaml, text_fault
from scorecard.ratings import Dot, Polarity, Rag

OTHERWISE = "otherwise"
FACTS = (
    "area", "noun", "place", "when", "name", "Name", "measure", "Measure", "rating", "reason", "value", "short",
    "target", "tolerance", "low", "high", "floor", "floor_name", "floor_low", "floor_high", "numerator",
    "denominator", "counts", "previous", "previous_short", "previous_when", "move", "Move", "note", "outturn",
    "outturn_rating", "outturn_year",
)  # fmt: skip
"""Fields of every phrase about a row, explained at the head of `params/phrases.yml`."""


class Shape(NamedTuple):
    """A group of phrases: those it must have, the fields they may use. With `otherwise` it may have any others."""

    phrases: tuple[str, ...] = (OTHERWISE,)
    fields: tuple[str, ...] = FACTS


_SIDES = ("H above", "H equal", "H below", "L below", "L equal", "L above", "T within")
_STATES = (*Rag, "missed", NOT_RATED, "no target")
_ENDS = tuple(f"{polarity} {end}" for polarity in Polarity for end in ("first", "last"))
_RANKS = ("position", "chance", "joint", "no rank", "no value", *_ENDS)
_WAYS = (Dot.IMPROVED, Dot.WORSENED)
_STEADY = tuple(f"{dot}{sort}" for dot in _WAYS for sort in ("", " rolling"))
_ONE = ("one better", "one worse", "one different", "one within")
_DASHBOARD = ("phase", "inspected", "area", "year", "good", "status", "improved", "worsened")
_STANDING = (
    "verdicts", "ranks", "rank", "first", "H behind", "L behind", "each ahead", "between", "up", "down", "same",
    "ranked", "beside", "over the years", "than better", "than worse", "than in line", "than unknown",
)  # fmt: skip
_STANDING_FIELDS = (
    "area", "all", "better", "in_line", "worse", "near", "ranked", "edge", "best", "last", "ordinal", "of", "year",
    "value", "mean", "ahead", "name", "number", "before", "verdict",
)  # fmt: skip
SHAPES = {
    "ratings": Shape((*Rag, NOT_RATED), ()),
    **dict.fromkeys(("units", "short_units"), Shape(fields=("number", "unit"))),
    "fractions": Shape(),
    "openings": Shape(fields=("rest",)),
    "endings": Shape(fields=("measure",)),
    **dict.fromkeys(("places", "nouns"), Shape(fields=("area",))),
    **dict.fromkeys(("when", "latest_when"), Shape(fields=("period",))),
    "floor_names": Shape(fields=()),
    "moves": Shape(("up", "down", "unchanged"), ()),
    "sentence": Shape(
        ("rated", NOT_RATED, "no target", "no value"), (*FACTS, "against_target", "against_floor", "fraction")
    ),
    "against_target": Shape((*_SIDES, "T above", "T below")),
    "against_floor": Shape((*_SIDES, "T outside", "met", "unknown")),
    "travel": Shape((*Dot, *(f"T {dot}" for dot in Dot), NO_ARROW, "no earlier figure", "no value")),
    "year_ago": Shape((*Dot, NO_ARROW), ("year_ago", "year_ago_when")),
    "notes": Shape(fields=("note", "rest")),
    "outturn": Shape(("rated", NOT_RATED, "rated noted", f"{NOT_RATED} noted")),
    "benchmark": Shape(("each", "between", "all"), ("benchmark", "number", "year", "method", "list")),
    "headline": Shape((*_STATES, "no value")),
    "headline_travel": Shape(tuple(f"{state} {dot}" for state in _STATES for dot in Dot)),
    "ranked": Shape(_RANKS, (*FACTS, "ordinal", "of", "joint")),
    "ordinals": Shape(fields=("number",)),
    "standing": Shape(_STANDING, _STANDING_FIELDS),
    "changes": Shape(("since last year", "since last year noted", "since the previous figure"), (*FACTS, "before")),
    "breakdown": Shape(("of all", "no total"), ("table", "row", "number", "total")),
    "gap": Shape(("below", "above", "equal"), ("topic", "measure", "gap")),
    "edition_changes": Shape(("causes", "movers"), ("count", "of", "area", "moved")),
    "ways": Shape((*_WAYS, *(f"T {dot}" for dot in _WAYS))),
    "really_changed": Shape(
        (*_STEADY, "unconfirmed", "contradicted", "hidden"),
        (*FACTS, "first", "first_when", "count", "more", "more_of", "way"),
    ),
    "funnel": Shape(
        ("both", *_ONE, "better", "worse", "neither", "Kent", "Kent neither"),
        (*FACTS, "better", "worse", "of", "outside", "areas"),
    ),
    "xmr": Shape(("signals", "none"), (*FACTS, "count", "of")),
    "multiples": Shape(("rated", "no target"), (*FACTS, "count", "of")),
    "dashboard": Shape(
        ("profile", "year", "ranked", "status", "part", "travel"), ("share", "number", "worst", "parts", *_DASHBOARD)
    ),
    "texts": Shape(
        (
            "author",
            "agreed",
            "stale",
            "draft",
            "drafted",
            "doubt",
            "withheld",
            "not compared",
            "as before",
            "new",
            "value",
            "rating",
            "target",
        ),
        ("author", "edition", "changed", "name", "before", "now", "words", "said", "where"),
    ),
    "markdown": Shape(
        ("title", "drafted", "floors", "no floors", *Rag, NOT_RATED, "none", "notes", "standard note", "outturn note"),
        ("title", "subject", "year", "note"),
    ),
}


@dataclass(frozen=True)
class Phrases:
    """The content of `params/phrases.yml`, checked: groups of phrases by name."""

    groups: dict[str, dict[str, str]]

    def say(self, group: str, phrase: str, **fields: str) -> str:
        """The phrase with its fields filled in (empty where not given); `otherwise` where the group lacks it."""
        phrases = self.groups[group]
        return phrases.get(phrase, phrases.get(OTHERWISE)).format(**dict.fromkeys(SHAPES[group].fields, "") | fields)

    def fitting(self, group: str, fits: Callable[[str], bool]) -> str:
        """The first phrase of a group whose name `fits`, else `otherwise`."""
        return next((name for name in self.groups[group] if fits(name)), OTHERWISE)


@cache
def load_phrases(path: Path = PARAMS / "phrases.yml") -> Phrases:
    """The words; `InputError` lists every missing, unknown or misspelt phrase and field at once."""
    return checked_phrases(read_yaml(path), path.name)


def checked_phrases(told: object, file: str) -> Phrases:
    """The groups of phrases that stand in `file`; `InputError` with every fault of them."""
    told = told if isinstance(told, dict) else {}
    found = [fault for group in {**SHAPES, **told} for fault in _faults(group, told.get(group))]
    if found:
        raise InputError([Fault("error", code, file, said, remedy) for code, said, remedy in found])
    return Phrases(told)


def _faults(group: str, told: object) -> list[tuple[str, str, str]]:
    if group not in SHAPES or not isinstance(told, dict):
        said = "is missing" if group in SHAPES else "is not known"
        return [("PHR001", f"the group {group} {said}.", f"The groups are {', '.join(SHAPES)}.")]
    phrases, fields = SHAPES[group]
    names, known = f"It has {', '.join(phrases)}.", f"Known fields: {', '.join(fields) or 'none'}."
    odd = [n for n in told if not isinstance(n, str) or (OTHERWISE not in phrases and n not in phrases)]
    texts = {name: text_fault(text, fields) for name, text in told.items()}
    return [
        *(("PHR002", f"{group}: the phrase {name} is missing.", names) for name in phrases if name not in told),
        *(("PHR003", f"{group}: {name} is not one of its phrases.", names) for name in odd),
        *(("PHR004", f"{group}: {name}: {said}", known) for name, said in texts.items() if said),
    ]
