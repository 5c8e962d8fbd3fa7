"""Words: a row of the scorecard into a sentence or a headline, rows into a drafted commentary.

Every word stands in `params/phrases.yml`; this module chooses the phrase by the data and puts the
printed figures in, never recomputed or rounded.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from scorecard import periods
from scorecard.build import NO_ARROW, NOT_RATED, Row, Standard, each_once, grouped
from scorecard.catalogue import PARAMS, read_yaml
from scorecard.faults import Fault, InputError
from scorecard.ratings import Dot, Polarity, Rag, places, rag, round_half_up

HEADLINE = 80  # characters; beyond them a headline leaves out the direction of travel
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
_STATES = (*Rag, "missed", "no target")
_RANKS = ("position", "joint", "no rank", "no value", *(f"{p} {end}" for p in Polarity for end in ("first", "last")))
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
    "sentence": Shape(("rated", "no target", "no value"), (*FACTS, "against_target", "against_floor", "fraction")),
    "against_target": Shape((*_SIDES, "T above", "T below")),
    "against_floor": Shape((*_SIDES, "T outside", "met", "unknown")),
    "travel": Shape((*Dot, *(f"T {dot}" for dot in Dot), NO_ARROW, "no earlier figure", "no value")),
    "notes": Shape(fields=("note", "rest")),
    "outturn": Shape(("rated", NOT_RATED, "rated noted", f"{NOT_RATED} noted")),
    "benchmark": Shape(("each", "between", "all"), ("benchmark", "number", "year", "list")),
    "headline": Shape((*_STATES, "no value")),
    "headline_travel": Shape(tuple(f"{state} {dot}" for state in _STATES for dot in Dot)),
    "ranked": Shape(_RANKS, (*FACTS, "ordinal", "of", "joint")),
    "changes": Shape(("since last year", "since last year noted", "since the previous figure"), (*FACTS, "before")),
    "markdown": Shape(
        ("title", "drafted", "floors", *Rag, NOT_RATED, "none", "notes", "standard note", "outturn note"),
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
    told = read_yaml(path)
    told = told if isinstance(told, dict) else {}
    found = [fault for group in {**SHAPES, **told} for fault in _faults(group, told.get(group))]
    if found:
        raise InputError([Fault("error", code, path.name, said, remedy) for code, said, remedy in found])
    return Phrases(told)


def _faults(group: str, told: object) -> list[tuple[str, str, str]]:
    if group not in SHAPES or not isinstance(told, dict):
        said = "is missing" if group in SHAPES else "is not known"
        return [("PHR001", f"the group {group} {said}.", f"The groups are {', '.join(SHAPES)}.")]
    phrases, fields = SHAPES[group]
    names, known = f"It has {', '.join(phrases)}.", f"Known fields: {', '.join(fields) or 'none'}."
    odd = [n for n in told if not isinstance(n, str) or (OTHERWISE not in phrases and n not in phrases)]
    texts = {name: _text_fault(text, fields) for name, text in told.items()}
    return [
        *(("PHR002", f"{group}: the phrase {name} is missing.", names) for name in phrases if name not in told),
        *(("PHR003", f"{group}: {name} is not one of its phrases.", names) for name in odd),
        *(("PHR004", f"{group}: {name}: {said}", known) for name, said in texts.items() if said),
    ]


def _text_fault(text: object, fields: tuple[str, ...]) -> str | None:
    if not isinstance(text, str):
        return "is not text; put it in quotation marks."
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as fault:
        return f"its braces do not match ({fault})."
    odd = [field for _, field, spec, turned in parts if field not in fields or spec or turned]
    return f"{{{odd[0]}}} is not a field of this phrase, or has something after its name." if odd else None


def _facts(row: Row, words: Phrases) -> dict[str, str]:
    """The facts of a row as text, for the fields of `FACTS`."""
    indicator, latest, previous, outturn = row.indicator, row.latest, row.previous, row.outturn
    measure, move, area = _measure(indicator.measure, words), "", {"area": row.area.name}
    if previous and latest.value is not None:
        move = words.say("moves", _moved(latest.value, previous.value))

    def figure(value: Decimal | None, group: str = "short_units") -> str:
        return "" if value is None else words.say(group, indicator.unit, number=_number(value), unit=indicator.unit)

    return {
        **area, "noun": words.say("nouns", row.area.kind, **area), "place": words.say("places", row.area.kind, **area),
        "when": _when(latest.period, "latest_when", words),
        "name": indicator.short_name, "Name": _capital(indicator.short_name),
        "measure": measure, "Measure": _capital(measure),
        "rating": words.say("ratings", row.rag.word or NOT_RATED), "reason": latest.reason or row.rag.reason or "",
        "value": figure(latest.value, "units"), "short": figure(latest.value),
        **_standard_facts(row.standard, figure, words),
        "numerator": _number(latest.numerator), "denominator": _number(latest.denominator), "counts": indicator.counts,
        "previous": figure(previous and previous.value, "units"), "previous_short": figure(previous and previous.value),
        "previous_when": _when(previous.period, "when", words) if previous else "",
        "move": move, "Move": _capital(move), "note": latest.note or "",
        "outturn": figure(outturn and outturn.value), "outturn_year": periods.name(outturn.period) if outturn else "",
        "outturn_rating": words.say("ratings", row.outturn_rag.word or NOT_RATED),
    }  # fmt: skip


def _standard_facts(standard: Standard, figure: Callable[..., str], words: Phrases) -> dict[str, str]:
    target, floor, tolerance = _target(standard), standard.floor, standard.tolerance or Decimal(0)

    def away(distance: Decimal | None) -> str:
        return "" if None in (distance, target) else figure(target + distance)

    return {
        "target": figure(target), "tolerance": _number(tolerance), "low": away(-tolerance), "high": away(tolerance),
        "floor": figure(floor if None in (floor, target) else _written_like(floor, target)),
        "floor_name": words.say("floor_names", standard.floor_source or OTHERWISE),
        "floor_low": away(None if floor is None else -floor), "floor_high": away(floor),
    }  # fmt: skip


def _target(standard: Standard) -> Decimal | None:
    """The target with the decimals it was printed with; the one that rates where another was printed."""
    printed = standard.target_printed or ""
    told = Decimal(printed) if re.fullmatch(r"-?\d+(\.\d+)?", printed) else None
    return told if told == standard.target else standard.target


def _written_like(value: Decimal, other: Decimal) -> Decimal:
    """`value` with the decimals of `other`, where that loses nothing: 20.0 beside 12 is 20."""
    written = round_half_up(value, places(other))
    return written if written == value else value


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _measure(measure: str, words: Phrases) -> str:
    ending = words.fitting("endings", measure.endswith)
    stem = measure.removesuffix(ending)
    opening = words.fitting("openings", stem.startswith)
    return words.say("endings", ending, measure=words.say("openings", opening, rest=stem.removeprefix(opening)))


def _when(period: str, group: str, words: Phrases) -> str:
    return words.say(group, periods.kind(period) or OTHERWISE, period=periods.name(period))


def _moved(now: Decimal, before: Decimal) -> str:
    coarser = min(places(now), places(before))
    position = _position(round_half_up(now, coarser), round_half_up(before, coarser))
    return {"above": "up", "equal": "unchanged", "below": "down"}[position]


def _position(value: Decimal, standard: Decimal) -> str:
    return "above" if value > standard else "below" if value < standard else "equal"


def sentence(row: Row, phrases: Phrases | None = None) -> str:
    """What a row says: rating, figure against target and floor standard, direction of travel, notes, benchmarks."""
    words = phrases or load_phrases()
    facts, travel = _facts(row, words), _travel(row)
    parts = [_finding(row, words, facts), words.say("travel", travel, **facts) if travel else "", _note(row, words)]
    if row.outturn and row.outturn.value is not None:
        rated = "rated" if row.outturn_rag.word else NOT_RATED
        parts.append(words.say("outturn", rated + _noted(row), **facts))
    return " ".join(part for part in [*parts, _benchmarks(row, words)] if part)


def _state(row: Row) -> str:
    """What there is to say of the latest figure: a rating, `missed` without floor, `no target` or `no value`."""
    if row.latest.value is None:
        return "no value"
    return "no target" if row.standard.target is None else row.rag.word or "missed"


def _finding(row: Row, words: Phrases, facts: dict[str, str]) -> str:
    state, latest, pieces = _state(row), row.latest, {}
    if None not in (latest.numerator, latest.denominator):
        pieces["fraction"] = words.say("fractions", row.indicator.unit, **facts)
    if state in ("no value", "no target"):
        return words.say("sentence", state, **facts, **pieces)
    pieces["against_target"] = words.say("against_target", _against_target(row), **facts)
    pieces["against_floor"] = words.say("against_floor", _against_floor(row), **facts)
    return words.say("sentence", "rated", **facts, **pieces)


def _against_target(row: Row) -> str:
    polarity = row.standard.polarity
    within = polarity is Polarity.TARGET and row.rag.word is Rag.GREEN
    return f"{polarity} {'within' if within else _position(row.latest.value, row.standard.target)}"


def _against_floor(row: Row) -> str:
    polarity, floor = row.standard.polarity, row.standard.floor
    if floor is None or row.rag.word is Rag.GREEN:
        return "unknown" if floor is None else "met"
    if polarity is Polarity.TARGET:
        return "T within" if row.rag.word is Rag.AMBER else "T outside"
    return f"{polarity} {_position(row.latest.value, floor)}"


def _travel(row: Row) -> str | None:
    if row.previous is None:
        return None if row.latest.value is None else "no earlier figure"
    if row.latest.value is None:
        return "no value"
    moved = _moved(row.latest.value, row.previous.value) != "unchanged"
    by_distance = row.standard.polarity is Polarity.TARGET and moved and row.dot.word
    return f"T {row.dot.word}" if by_distance else row.dot.word or NO_ARROW


def _note(row: Row, words: Phrases) -> str:
    note = row.latest.note if row.latest.value is not None else None
    opening = words.fitting("notes", (note or "").startswith)
    return words.say("notes", opening, note=note, rest=note.removeprefix(opening)) if note else ""


def _noted(row: Row) -> str:
    return " noted" if row.outturn.note else ""


def _benchmarks(row: Row, words: Phrases) -> str:
    sides, unit = [(row.benchmark, row.benchmark_name), (row.england, row.england_name)], row.indicator.unit
    each = [
        words.say("benchmark", "each", benchmark=name, year=periods.name(figure.period),
                  number=words.say("short_units", unit, number=_number(figure.value), unit=unit))
        for figure, name in sides if figure and figure.value is not None
    ]  # fmt: skip
    said = words.say("benchmark", "all", list=words.say("benchmark", "between").join(each))
    return said if each and row.latest.value is not None else ""


def headline(row: Row, phrases: Phrases | None = None) -> str:
    """The finding of a row as a chart headline, with the direction of travel while it fits `HEADLINE` characters."""
    words, state = phrases or load_phrases(), _state(row)
    facts = _facts(row, words)
    said = words.say("headline", state, **facts)
    travelled = row.dot.word and not row.latest.note
    longer = said + (words.say("headline_travel", f"{state} {row.dot.word}", **facts) if travelled else "")
    return longer if len(longer) <= HEADLINE or state == "no target" else said


def ranked_headline(row: Row, rank: int | None, of: int, joint: bool = False, phrases: Phrases | None = None) -> str:
    """Where an area stands among the `of` areas of its kind that have a figure; `rank` 1 is the best by polarity."""
    words = phrases or load_phrases()
    facts = {**_facts(row, words), "of": str(of), "ordinal": _ordinal(rank or 0)}
    facts["joint"] = words.say("ranked", "joint", **facts) if joint else ""
    return words.say("ranked", _ranking(row, rank, of, joint), **facts)


def _ranking(row: Row, rank: int | None, of: int, joint: bool) -> str:
    if row.latest.value is None or rank is None:
        return "no value" if row.latest.value is None else "no rank"
    end = {of: None if joint else "last", 1: "first"}.get(rank) if of > 1 and row.standard.polarity else None
    return f"{row.standard.polarity} {end}" if end else "position"


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"} if number % 100 not in (11, 12, 13) else {}
    return f"{number}{endings.get(number % 10, 'th')}"


class Change(NamedTuple):
    """A row whose rating differs from an earlier one, and the words for it: `was GREEN in 2022-23`."""

    row: Row
    before: Rag
    now: Rag
    words: str


def rating_changes(rows: Iterable[Row], phrases: Phrases | None = None) -> list[Change]:
    """The rows whose rating differs from that of last year's outturn against last year's standard."""
    return _changes(rows, lambda row: row.outturn_rag.word, lambda row: f"since last year{_noted(row)}", phrases)


def changes_since_previous(rows: Iterable[Row], phrases: Phrases | None = None) -> list[Change]:
    """The rows rated otherwise than the figure they are compared with would be by the same standard."""
    return _changes(rows, _previous_rating, lambda row: "since the previous figure", phrases)


def _previous_rating(row: Row) -> Rag | None:
    told = row.standard
    known = row.previous and told.polarity
    return rag(row.previous.value, told.target, told.floor, told.polarity, told.tolerance).word if known else None


def _changes(rows: Iterable[Row], earlier: Callable, since: Callable[[Row], str], phrases) -> list[Change]:
    words, changes = phrases or load_phrases(), []
    for row in each_once(rows):
        before, now = earlier(row), row.rag.word
        if before and now and before != now:
            fields = _facts(row, words) | {"before": words.say("ratings", before)}
            changes.append(Change(row, before, now, words.say("changes", since(row), **fields)))
    return changes


def sentences(rows: Iterable[Row], phrases: Phrases | None = None) -> dict[str, list[str]]:
    """The sentence of each row, by rating: RED, AMBER, GREEN, not rated."""
    return {
        str(rating or NOT_RATED): [sentence(row, phrases) for row in those] for rating, those in grouped(rows).items()
    }


def remarks(rows: Iterable[Row], phrases: Phrases | None = None) -> list[str]:
    """What holds for all sentences: how floors are known, and what is doubtful about standards and outturns."""
    words = phrases or load_phrases()
    notes = [words.say("markdown", phrase, **fields) for phrase, fields in _notes(each_once(rows))]
    return [words.say("markdown", "floors"), *notes]


def markdown(rows: Iterable[Row], title: str, phrases: Phrases | None = None) -> str:
    """The drafted commentary of a pack as Markdown: a list of sentences for each rating, then the notes on figures."""
    words, rows = phrases or load_phrases(), each_once(rows)
    said = {name: _escaped(words.say("markdown", name, title=title)) for name in words.groups["markdown"]}
    parts = [f"# {said['title']}", said["drafted"], said["floors"]]
    for rating, those in grouped(rows).items():
        bullets = [f"- {_escaped(sentence(row, words))}" for row in those]
        parts += [f"## {said[rating or NOT_RATED]}", "\n".join(bullets) or said["none"]]
    notes = [f"- {_escaped(words.say('markdown', phrase, **fields))}" for phrase, fields in _notes(rows)]
    parts += [f"## {said['notes']}", "\n".join(notes)] if notes else []
    return "\n\n".join(parts) + "\n"


def _notes(rows: list[Row]) -> list[tuple[str, dict[str, str]]]:
    """What is doubtful about standards and outturns, each said once, with the indicators it concerns."""
    found = {}
    for row in rows:
        standards = [row.standard, row.outturn_standard] if row.outturn else [row.standard]
        told = [("standard note", standard.year, standard.note) for standard in standards]
        told += [("outturn note", row.outturn.period, row.outturn.note)] if row.outturn else []
        for key in told:
            found.setdefault(key, {})[row.indicator.short_name] = None
    return [
        (phrase, {"subject": _capital("; ".join(names)), "year": year, "note": note})
        for (phrase, year, note), names in found.items() if note
    ]  # fmt: skip


def _escaped(text: str) -> str:
    """`text` on one line, with what Markdown would read as mark-up (or a notebook as mathematics) escaped."""
    marked = re.sub(r"[\\`*_\[\]<>|~$]", r"\\\g<0>", " ".join(text.split()))
    return re.sub(r"&(?=#?\w+;)", r"\\&", marked)
