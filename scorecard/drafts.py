"""Commentary as it is shown and drafted: agreed text where there is some, else sentences made from the figures."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from scorecard import periods
from scorecard.areas import Area
from scorecard.build import NOT_RATED, Row, build_rows, each_once, grouped
from scorecard.commentary import sentence
from scorecard.disclosure import Policy, under
from scorecard.editions import EDITIONS, Edition, editions_known, load_edition
from scorecard.faults import InputError
from scorecard.inputs.texts import (
    AGREED,
    DRAFT,
    FOLDER,
    STALE,
    Commentary,
    Entry,
    carried_over,
    file_name,
    load_commentary,
    mark,
    shown_commentary,
    written,
)
from scorecard.phrases import Phrases, load_phrases
from scorecard.proofreading.verdicts import CONTRADICTED, County, judge
from scorecard.standing import beside

DRAFTED = "drafted"


@dataclass(frozen=True)
class Told:
    """One piece of commentary as a pack shows it.

    `status` is agreed, stale, draft (an analyst's) or drafted (made from the figures); `paragraphs` are its text, none
    where a disclosure policy withholds it; `doubts` say what the figures contradict, and where they stand; `names` are
    the short names of its indicators, none for a drafted sentence, which names its own.
    """

    indicators: tuple[str, ...]
    status: str
    label: str
    paragraphs: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def told(
    edition: Edition, rows: Iterable[Row], phrases: Phrases | None = None, folder: Path = EDITIONS
) -> dict[str, dict[str, list[Told]]]:
    """The commentary of a pack: by rating (RED, AMBER, GREEN, not rated), then by the words for its status.

    `edition` is the one that is shown; `rows` those of the pack. An entry about several indicators stands once, under
    the rating of the first. Within a rating agreed text comes first, drafted text last.
    `InputError` as `load_commentary`.
    """
    words, rows = phrases or load_phrases(), each_once(rows)
    areas = {row.area.name: row.area for row in rows}
    read = {name: shown_commentary(edition, area, folder) for name, area in areas.items()}
    doubts = _doubts(edition, [commentary for commentary in read.values() if commentary.entries], words)
    more = {name: beside(edition, area) for name, area in areas.items()}
    found, seen = {}, set()
    for rating, those in grouped(rows).items():
        here = []
        for row in those:
            entry = read[row.area.name].about(row.indicator.key)
            own = (row.indicator.key, row.latest.period, row.standard.year)
            key = (row.area.name, entry.row if entry else own)
            if key not in seen:
                seen.add(key)
                here.append(_told(row, entry, doubts, edition, words, more[row.area.name]))
        found[str(rating or NOT_RATED)] = _by_label(here)
    return found


def _told(row: Row, entry: Entry | None, doubts: Mapping, edition: Edition, words: Phrases, more: Mapping) -> Told:
    if entry is None:
        return Told((row.indicator.key,), DRAFTED, words.say("texts", DRAFTED), (sentence(row, words, more),))
    fields = {"edition": _named(entry.fields.get("from", "")), "changed": _changed(entry, words)}
    label = words.say("texts", entry.status, author=entry.author, **fields)
    names = tuple(edition.catalogue[key].short_name for key in entry.indicators)
    if entry.withheld:
        return Told(entry.indicators, entry.status, label, (words.say("texts", "withheld"),), names=names)
    against = tuple(doubts.get((row.area.name, entry.row), ()))
    return Told(entry.indicators, entry.status, label, tuple(t for _, t in entry.paragraphs), against, names)


def _changed(entry: Entry, words: Phrases) -> str:
    return entry.fields.get("changed") or words.say("texts", "not compared")


def _named(edition: str) -> str:
    """An edition by its month, where its name is one."""
    return periods.name(edition) if edition else ""


def _by_label(here: list[Told]) -> dict[str, list[Told]]:
    order = [AGREED, STALE, DRAFT, DRAFTED]
    found: dict[str, list[Told]] = {}
    for one in sorted(here, key=lambda one: order.index(one.status)):
        found.setdefault(one.label, []).append(one)
    return found


def _doubts(edition: Edition, commentaries: list[Commentary], words: Phrases) -> dict[tuple[str, int], tuple]:
    """By area and line of an entry: what its figures contradict."""
    found: dict[tuple[str, int], tuple] = {}
    county = County(edition) if commentaries else None
    for commentary in commentaries:
        for one in (one for one in judge(edition, commentary, county) if one.verdict is CONTRADICTED):
            fields = {"words": one.claim.words, "said": one.said, "where": one.where and f" ({one.where})"}
            key = (commentary.area.name, one.entry)
            found[key] = (*found.get(key, ()), words.say("texts", "doubt", **fields))
    return found


def plain(said: Mapping[str, Mapping[str, list[Told]]]) -> dict[str, dict[str, list[str]]]:
    """What `told` gives as texts alone, one an entry, with its doubts at the end."""
    return {
        rating: {label: [_plain(one) for one in those] for label, those in labels.items()}
        for rating, labels in said.items()
    }


def _plain(one: Told) -> str:
    return " ".join([*([f"{_list(one.names)}:"] if one.names else []), *one.paragraphs, *one.doubts])


def _list(names: tuple[str, ...]) -> str:
    text = "; ".join(names)
    return text[:1].upper() + text[1:]


# --- drafting -------------------------------------------------------------------------------------


def draft(
    edition: Edition,
    area: Area,
    earlier: Edition | None = None,
    folder: Path = EDITIONS,
    leading: Mapping | None = None,
) -> Commentary:
    """The commentary of an area with every indicator written about.

    What an analyst wrote stays as it is. A text that the program drafted is drafted again, a stale one learns what has
    changed. What is missing is carried over from `earlier` as stale, or else drafted from the figures. `leading` has
    the neighbours ahead of Kent, to be named, from `comparators.leading`.
    """
    words, rows = load_phrases(), _rows(edition, area)
    now = load_commentary(edition, area, folder)
    before = _before(earlier, area, folder)
    more = beside(edition, area, leading)
    entries = [_renewed(entry, edition, area, rows, words, more) for entry in now.entries]
    covered = {key for entry in entries for key in entry.indicators}
    for key, mine in rows.items():
        if key not in covered:
            entry = before.about(key) if before else None
            keys = tuple(k for k in entry.indicators if k in rows and k not in covered) if entry else (key,)
            made = _stale(entry, keys, edition, area, rows, words) if entry else _drafted(key, mine, words, more)
            covered |= set(keys)
            entries.append(made)
    front = now.front or (before and before.front) or {"author": words.say("texts", "author"), "status": DRAFT}
    return Commentary(area, front, tuple(_under(front, entry) for entry in entries), now.head)


def _under(front: dict[str, str], entry: Entry) -> Entry:
    """The entry under the head of its file, with the author that it had under another one."""
    author = entry.front.get("author", front["author"])
    fields = entry.fields if author == front["author"] else {"author": author, **entry.fields}
    return replace(entry, front=front, fields=fields, source=entry.source if fields == entry.fields else "")


def _rows(edition: Edition, area: Area) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in each_once(build_rows(edition, area)):
        found.setdefault(row.indicator.key, []).append(row)
    return found


def _before(earlier: Edition | None, area: Area, folder: Path) -> Commentary | None:
    if earlier is None or area not in earlier.printed_areas:
        return None
    return carried_over(load_commentary(earlier, area, folder), earlier)


def _renewed(entry: Entry, edition: Edition, area: Area, rows: dict, words: Phrases, more: Mapping[str, str]) -> Entry:
    if entry.untouched:
        fresh = _drafted(entry.indicators[0], rows[entry.indicators[0]], words, more)
        return entry if fresh.text == entry.text else replace(fresh, heading=entry.heading)
    return _stale(entry, entry.indicators, edition, area, rows, words) if entry.status == STALE else entry


def _drafted(key: str, rows: list[Row], words: Phrases, more: Mapping[str, str]) -> Entry:
    paragraphs = tuple((0, sentence(row, words, more)) for row in rows)
    text = "\n\n".join(text for _, text in paragraphs)
    fields = {"status": DRAFT, "drafted": mark(text)}
    return Entry((key,), f"{key} {rows[0].indicator.short_name}", paragraphs, fields, {})


def _stale(entry: Entry, keys: tuple[str, ...], edition: Edition, area: Area, rows: dict, words: Phrases) -> Entry:
    """A text carried over, with what has changed since; its heading names only what is still printed."""
    heading = entry.heading if keys == entry.indicators else ", ".join(keys)
    kept = {key: rows[key] for key in keys}
    changed = what_changed(entry.fields.get("from", ""), area, kept, edition.disclosure, words)
    fields = {**entry.fields, "status": STALE, "changed": changed}
    return replace(entry, indicators=keys, heading=heading, fields={k: v for k, v in fields.items() if v}, source="")


def what_changed(
    since: str, area: Area, rows: Mapping[str, list[Row]], policy: Policy, phrases: Phrases | None = None
) -> str:
    """Value, rating and target of indicators then and now, as one line; empty if the edition `since` cannot be read.

    `policy` is that of the edition now; it holds for both.
    """
    words = phrases or load_phrases()
    if since not in editions_known():
        return ""
    with suppress(InputError):
        then = _rows(under(load_edition(since), policy), area)
        said = [text for key, mine in rows.items() for text in _changes(then.get(key), mine[0], words)]
        return "; ".join(said) or words.say("texts", "as before")
    return ""


def _changes(before: list[Row] | None, now: Row, words: Phrases) -> Iterator[str]:
    name = now.indicator.short_name
    if not before:
        yield words.say("texts", "new", name=name)
        return
    pairs = {
        "value": (_figure(before[0], before[0].latest.value), _figure(now, now.latest.value)),
        "rating": (before[0].rag.word or NOT_RATED, now.rag.word or NOT_RATED),
        "target": (_figure(before[0], before[0].standard.target), _figure(now, now.standard.target)),
    }
    for what, (then, here) in pairs.items():
        if then != here:
            yield words.say("texts", what, name=name, before=str(then), now=str(here))


def _figure(row: Row, value) -> str:
    return row.latest.reason or "none" if value is None else f"{value:,f}{row.indicator.suffix}"


def write_drafts(
    edition: Edition,
    areas: list[Area],
    earlier: Edition | None,
    folder: Path = EDITIONS,
    leading: Mapping | None = None,
) -> list[Commentary]:
    """Draft and write the commentary of areas; each file whole or not at all, and only if all can be read."""
    made = [draft(edition, area, earlier, folder, leading) for area in areas]
    home = folder / edition.name / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    for commentary in made:
        path = home / file_name(commentary.area)
        part = home / f".part-{path.name}"
        part.write_text(written(commentary), encoding="utf-8", newline="\n")
        os.replace(part, path)
    return made
