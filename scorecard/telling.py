"""Free texts that could tell a withheld figure: those with a number that no figure shown beside them explains.

What the number is of does not matter, and neither does the withheld figure itself: a text is kept or left out without
looking at it, so that nothing shown depends on it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pandas as pd

from scorecard.inputs.vocabulary import load_words
from scorecard.periods import MONTHS

LEFT_OUT = "left out: it could tell a figure that the disclosure policy withholds"
"""What stands for a text that is not shown."""
MONTH = "|".join(f"{month[:3]}[a-z]*" for month in MONTHS)
DIGITS = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")


@cache
def _patterns() -> tuple[re.Pattern, re.Pattern, dict[str, int]]:
    """What counts nobody (dates, ages, stages, stretches of time), numbers in letters, and these in digits."""
    told = load_words()
    groups = told["numbers"], [*told["durations"], *told["spans"]], told["before_spans"], told["numbered"]
    counts, spans, before, numbered = ("|".join(map(re.escape, words)) or "(?!)" for words in groups)
    number = rf"(?:\d+|{counts})(?: ?(?:to|-|or|and) ?\d+)?"
    nobody = (
        rf"\b(?:\d{{1,2}} )?(?:{MONTH})(?: (?:19|20)\d\d|-\d\d)\b(?! ?%)", r"\bQ[1-4]\b",
        r"\b(?:19|20)\d\d(?:[-/]\d\d(?:\d\d)?)?\b(?:[ -]Q[1-4])?", rf"\b(?:{numbered})[ -]?\d+",
        rf"\b{number}[ -]years?[ -]olds?\b", rf"\b(?:{before}) {number}[ -](?:{spans})s?\b(?![ -]\d|-)",
    )  # fmt: skip
    letters = "|".join([counts, *map(re.escape, told["counting"])])
    return re.compile("(?i)" + "|".join(nobody)), re.compile(rf"(?i)\b(?:{letters})\b"), told["numbers"]


def numbers_of(text: str, letters: bool = True) -> set[str]:
    """The numbers of a text that could count somebody, without commas; with `letters` those in letters too."""
    nobody, words, known = _patterns()
    counts = nobody.sub(" ", text)
    found = (word.lower().replace(",", "") for word in DIGITS.findall(counts) + words.findall(counts) * letters)
    return {str(known[word]) if word in known else _plain(word) for word in found}


def _plain(number: str | Decimal) -> str:
    text = str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def named(edition, text: str) -> tuple[set[str], set[str]]:
    """The indicators (by key) and the areas that a text names."""
    words, low = set(re.findall(r"[\w-]+", text)), text.lower()
    keys = {
        one.key for one in edition.catalogue.values() if words & {one.key, one.code} or one.short_name.lower() in low
    }
    return keys, {area.name for area in edition.printed_areas if area.name in text}


def explained(edition, keys: set[str], areas: set[str]) -> set[str]:
    """Numbers that are shown of these indicators in these areas, and those of their targets and standards."""
    found = set()
    for table in (edition.observations, edition.outturns, edition.standards, edition.benchmarks):
        here = table["indicator"].isin(keys)
        if "area" in table and table is not edition.benchmarks:
            here &= table["area"].isin(areas)
        columns = [
            name for name in ("value", "numerator", "denominator", "target", "floor", "tolerance") if name in table
        ]
        cells = table.loc[here, columns].to_numpy().ravel()
        found |= {_plain(cell) for cell in cells if isinstance(cell, Decimal)}
    return found


def _without_names(edition, text: str, keys: set[str]) -> str:
    """A text without the codes and names of its indicators, whose numbers count nobody."""
    told = [edition.catalogue[key] for key in keys]
    words = {word for one in told for word in (one.definition, one.measure, one.short_name, one.key, one.code) if word}
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", " ", text)
    return text


def could_tell(edition, text: str, keys: Iterable[str] = (), areas: Iterable[str] = ()) -> bool:
    """Whether a text about indicators in areas (or about neither) has a number that is not among the figures shown.

    `edition` is the one that is shown. Numbers in letters count where the text is about an area: elsewhere a "one" is
    mostly none.
    """
    their_keys, their_areas = named(edition, text)
    keys, areas = {*keys, *their_keys}, {*areas, *their_areas}
    found = numbers_of(_without_names(edition, text, keys), letters=bool(areas))
    return bool(found and found - explained(edition, keys, areas or {edition.areas.kent.name}))


def without_texts(edition, areas: set[str]):
    """The edition without the texts that could tell a withheld figure; `areas` are those of which there is one."""

    def kept(text: str, *about) -> str:
        return LEFT_OUT if could_tell(edition, text, *about) else text

    tables = {name: _kept(edition, name, column, areas) for name, column in TEXTS.items()}
    listed = {name: tuple(map(kept, getattr(edition, name))) for name in ("notes", "sources")}
    footnotes = {name: kept(text) for name, text in edition.footnotes.items()}
    not_rated = {name: kept(text, [name]) for name, text in edition.not_rated.items()}
    return replace(edition, **tables, **listed, footnotes=footnotes, not_rated=not_rated)


TEXTS = {"observations": "note", "outturns": "note", "standards": "note", "known_exceptions": "reason"}
"""The tables with free texts of rows, and their columns."""


def _kept(edition, name: str, column: str, areas: set[str]) -> pd.DataFrame:
    table = getattr(edition, name)
    return table.assign(**{column: list(_notes(edition, table, column, areas))}) if len(table) else table


def _notes(edition, table: pd.DataFrame, column: str, areas: set[str]) -> Iterator[str]:
    for told in table.itertuples():
        text, about = getattr(told, column), {getattr(told, "area", None)} - {None}
        told_of = (about or areas) | named(edition, text)[1] if text else set()
        yield LEFT_OUT if text and told_of & areas and could_tell(edition, text, [told.indicator], about) else text
