"""Words: a row of the scorecard into a sentence or a headline, rows into a drafted commentary.

Every word stands in `params/phrases.yml`; this module chooses the phrase by the data and puts the
printed figures in, never recomputed or rounded.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from scorecard import periods
from scorecard.build import NO_ARROW, NOT_RATED, Row, Standard, each_once, grouped
from scorecard.phrases import OTHERWISE, Phrases, load_phrases
from scorecard.ratings import NO_FLOOR, Polarity, Rag, places, rag, round_half_up


def facts_of(row: Row, words: Phrases) -> dict[str, str]:
    """The facts of a row as text, for the fields of `FACTS`."""
    indicator, latest, previous, outturn = row.indicator, row.latest, row.previous, row.outturn
    measure, move, area = _measure(indicator.measure, words), "", {"area": row.area.name}
    if previous and latest.value is not None:
        move = words.say("moves", _moved(latest.value, previous.value))

    def figure(value: Decimal | None, group: str = "short_units") -> str:
        return "" if value is None else words.say(group, indicator.unit, number=_number(value), unit=indicator.unit)

    return {
        **area, "noun": words.say("nouns", row.area.kind, **area), "place": words.say("places", row.area.kind, **area),
        "when": when_of(latest.period, "latest_when", words),
        "name": indicator.short_name, "Name": _capital(indicator.short_name),
        "measure": measure, "Measure": _capital(measure),
        "rating": words.say("ratings", row.rag.word or NOT_RATED), "reason": latest.reason or row.rag.reason or "",
        "value": figure(latest.value, "units"), "short": figure(latest.value),
        **_standard_facts(row.standard, figure, words),
        "numerator": _number(latest.numerator), "denominator": _number(latest.denominator), "counts": indicator.counts,
        "previous": figure(previous and previous.value, "units"), "previous_short": figure(previous and previous.value),
        "previous_when": when_of(previous.period, "when", words) if previous else "",
        "move": move, "Move": _capital(move), "note": latest.note or "",
        "outturn": figure(outturn and outturn.value), "outturn_year": periods.name(outturn.period) if outturn else "",
        "outturn_rating": words.say("ratings", row.outturn_rag.word or NOT_RATED),
    }  # fmt: skip


def _standard_facts(standard: Standard, figure: Callable[..., str], words: Phrases) -> dict[str, str]:
    target, floor, tolerance = _target(standard), standard.floor, standard.tolerance

    def away(distance: Decimal | None, way: int = 1) -> str:
        return "" if None in (distance, target) else figure(target + way * distance)

    return {
        "target": figure(target), "tolerance": _number(tolerance), "low": away(tolerance, -1), "high": away(tolerance),
        "floor": figure(floor if None in (floor, target) else _written_like(floor, target)),
        "floor_name": words.say("floor_names", standard.floor_source or OTHERWISE),
        "floor_low": away(floor, -1), "floor_high": away(floor),
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


def when_of(period: str, group: str, words: Phrases) -> str:
    """A period as it stands in a sentence: ` in June 2024`; `group` is `when` or `latest_when`."""
    return words.say(group, periods.kind(period) or OTHERWISE, period=periods.name(period))


def _moved(now: Decimal, before: Decimal) -> str:
    coarser = min(places(now), places(before))
    position = _position(round_half_up(now, coarser), round_half_up(before, coarser))
    return {"above": "up", "equal": "unchanged", "below": "down"}[position]


def _position(value: Decimal, standard: Decimal) -> str:
    return "above" if value > standard else "below" if value < standard else "equal"


def sentence(row: Row, phrases: Phrases | None = None, beside: Mapping[str, str] | None = None) -> str:
    """What a row says: rating, figure against target and floor standard, direction of travel, notes, benchmarks.

    `beside` has what more is said of an indicator, such as its rank among the statistical neighbours.
    """
    words = phrases or load_phrases()
    facts, travel = facts_of(row, words), _travel(row)
    parts = [_finding(row, words, facts), words.say("travel", travel, **facts) if travel else "", _year_ago(row, words)]
    parts.append(_note(row, words))
    if row.outturn and row.outturn.value is not None:
        rated = "rated" if row.outturn_rag.word else NOT_RATED
        parts.append(words.say("outturn", rated + _noted(row), **facts))
    parts += [_benchmarks(row, words), (beside or {}).get(row.indicator.key)]
    return " ".join(part for part in parts if part)


def _state(row: Row) -> str:
    """What there is to say of the latest figure: a rating, `missed` without floor, unrated, `no target`, `no value`."""
    if row.latest.value is None:
        return "no value"
    if row.standard.target is None or row.rag.word:
        return row.rag.word or "no target"
    return "missed" if row.rag.reason == NO_FLOOR else NOT_RATED


def _finding(row: Row, words: Phrases, facts: dict[str, str]) -> str:
    state, latest, pieces = _state(row), row.latest, {}
    if None not in (latest.numerator, latest.denominator):
        pieces["fraction"] = words.say("fractions", row.indicator.unit, **facts)
    if state in ("no value", "no target", NOT_RATED):
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


def _year_ago(row: Row, words: Phrases) -> str:
    """The second direction of travel, where the scorecard prints one."""
    ago, unit = row.year_ago, row.indicator.unit
    if not (row.section.year_ago and ago) or None in (ago.value, row.latest.value):
        return ""
    fields = {"year_ago": words.say("short_units", unit, number=_number(ago.value), unit=unit)}
    when = when_of(ago.period, "when", words)
    return words.say("year_ago", row.dot_year_ago.word or NO_ARROW, year_ago_when=when, **fields)


def _note(row: Row, words: Phrases) -> str:
    note = row.latest.note if row.latest.value is not None else None
    opening = words.fitting("notes", (note or "").startswith)
    return words.say("notes", opening, note=note, rest=note.removeprefix(opening)) if note else ""


def _noted(row: Row) -> str:
    return " noted" if row.outturn.note else ""


def _benchmarks(row: Row, words: Phrases) -> str:
    sides, unit = [(row.benchmark, row.benchmark_name), (row.england, row.england_name)], row.indicator.unit
    each = [
        words.say("benchmark", "each", benchmark=name, year=periods.name(figure.period), method=figure.basis.method,
                  number=words.say("short_units", unit, number=_number(figure.value), unit=unit))
        for figure, name in sides if figure and figure.value is not None
    ]  # fmt: skip
    said = words.say("benchmark", "all", list=words.say("benchmark", "between").join(each))
    return said if each and row.latest.value is not None else ""


def headline(row: Row, phrases: Phrases | None = None) -> str:
    """The finding of a row as a chart headline, with the direction of travel."""
    words, state = phrases or load_phrases(), _state(row)
    facts = facts_of(row, words)
    travelled = row.dot.word and not row.latest.note
    travel = words.say("headline_travel", f"{state} {row.dot.word}", **facts) if travelled else ""
    return words.say("headline", state, **facts) + travel


def ranked_headline(
    row: Row, rank: int | None, of: int, joint: bool = False, chance: bool = False, phrases: Phrases | None = None
) -> str:
    """Where an area stands among the `of` areas of its kind that have a figure; `rank` 1 is the best by polarity.

    `chance`: its figure is no further from Kent's than chance explains, so that nobody is called first or last.
    """
    words = phrases or load_phrases()
    facts = {**facts_of(row, words), "of": str(of), "ordinal": _ordinal(rank or 0)}
    facts["joint"] = words.say("ranked", "joint", **facts) if joint else ""
    ranking = "chance" if chance and rank is not None else _ranking(row, rank, of, joint)
    return words.say("ranked", ranking, **facts)


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
            fields = facts_of(row, words) | {"before": words.say("ratings", before)}
            changes.append(Change(row, before, now, words.say("changes", since(row), **fields)))
    return changes


def sentences(
    rows: Iterable[Row], phrases: Phrases | None = None, beside: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """The sentence of each row, by rating: RED, AMBER, GREEN, not rated; `beside` as in `sentence`."""
    groups = grouped(rows).items()
    return {str(rating or NOT_RATED): [sentence(row, phrases, beside) for row in those] for rating, those in groups}


def remarks(rows: Iterable[Row], phrases: Phrases | None = None) -> list[str]:
    """What holds for all sentences: how floors are known, and what is doubtful about standards and outturns."""
    words, rows = phrases or load_phrases(), each_once(rows)
    notes = [words.say("markdown", phrase, **fields) for phrase, fields in _notes(rows)]
    return [words.say("markdown", _floors(rows)), *notes]


def markdown(
    rows: Iterable[Row], title: str, said: Mapping[str, Mapping[str, Iterable[str]]], phrases: Phrases | None = None
) -> str:
    """The commentary of a pack as Markdown: by rating, then by the words for its status, then the notes on figures.

    `said` has the texts of each rating under those words.
    """
    words, rows = phrases or load_phrases(), each_once(rows)
    fixed = {name: _escaped(words.say("markdown", name, title=title)) for name in words.groups["markdown"]}
    parts = [f"# {fixed['title']}", fixed["drafted"], fixed[_floors(rows)]]
    for rating, labels in said.items():
        parts += [f"## {fixed[rating]}", *([] if labels else [fixed["none"]])]
        for label, texts in labels.items():
            parts += [f"**{_escaped(label)}**", "\n".join(f"- {_escaped(text)}" for text in texts)]
    notes = [f"- {_escaped(words.say('markdown', phrase, **fields))}" for phrase, fields in _notes(rows)]
    parts += [f"## {fixed['notes']}", "\n".join(notes)] if notes else []
    return "\n\n".join(parts) + "\n"


def _floors(rows: list[Row]) -> str:
    """Which phrase says how floor standards are known."""
    return "floors" if any(row.standard.floor is not None for row in rows) else "no floors"


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
