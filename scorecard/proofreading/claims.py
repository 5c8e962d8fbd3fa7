"""A sentence into marks: its figures, periods, names and comparing words, by the word lists of `params/claims.yml`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from scorecard.areas import Areas, load_areas
from scorecard.inputs.vocabulary import CLAIMS, load_words
from scorecard.periods import MONTHS, kind

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
CENTURY = 2000
START = r"(?<!\w)"


@dataclass(frozen=True)
class Mark:
    """A stretch of a sentence that says something: its kind, its name, where it stands, its number and unit.

    Kinds: number, word (a number in letters), period, window, duration, grade, target, floor, outturn, benchmark,
    area, everywhere, relation, direction, ago, rating, soft, fraction, multiple, extreme, steps, break. For a
    period the name is the period of the figures (`2022-23`), for a window how far it reaches.
    """

    kind: str
    name: str
    start: int
    end: int
    number: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The word lists, checked, and the patterns made of them, the strongest first."""

    told: dict
    patterns: tuple[tuple[str, str, re.Pattern], ...]

    @property
    def filler(self) -> str:
        """A pattern for any number of small words, each after a blank."""
        return rf"(?:\s+(?:{'|'.join(map(re.escape, self.told['filler']))}))*"

    @property
    def slot(self) -> re.Pattern:
        """What stands before a figure that is the measure's own."""
        return re.compile(rf"\b(?:{'|'.join(self.told['slots'])})\b{self.filler}\s*$", re.IGNORECASE)

    @property
    def ignored(self) -> re.Pattern:
        """Names that hold a number and are no figure."""
        return _any(tuple(self.told["ignored"]))

    def has(self, group: str, words: str) -> bool:
        """Whether `words` is one of a list, whatever its capitals and blanks."""
        return " ".join(words.lower().split()) in {str(word).lower() for word in self.told[group]}

    def found(self, group: str, text: str) -> re.Match | None:
        """The first of a list's words in a text."""
        return _any(tuple(map(str, self.told[group]))).search(text)


@cache
def load_vocabulary(path: Path = CLAIMS) -> Vocabulary:
    """`params/claims.yml` with the names of `areas.yml`; `InputError` lists every place that is not of its form."""
    told = load_words(path)
    return Vocabulary(told, tuple(_patterns(told, load_areas())))


@cache
def _any(words: tuple[str, ...], exact: bool = False) -> re.Pattern:
    """A pattern for any of the words, the longest first; a plural s and, for `*`, any ending."""
    parts = [_word(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile("|".join(parts) or "(?!)", 0 if exact else re.IGNORECASE)


def _word(word: str) -> str:
    stem = r"\s+".join(re.escape(part) for part in word.rstrip("*").split())
    before = START if word[:1].isalnum() else ""
    ending = r"\w*" if word.endswith("*") else r"(?:s|['’]s?)?(?!\w)" if word[-1:].isalnum() else ""
    return f"{before}{stem}{ending}"


def _patterns(told: dict, areas: Areas) -> Iterator[tuple[str, str, re.Pattern]]:
    """Kind, name and pattern of everything that words alone tell, in the order in which they win."""
    yield from ((name, "", _any(tuple(words))) for name, words in told["standards"].items())
    yield from _names(areas)
    yield from (("benchmark", name, _any(tuple(words))) for name, words in told["benchmarks"].items())
    reaching = {way: words for way, words in told["windows"].items() if way != "count"}
    yield from (("window", way, _any(tuple(words))) for way, words in reaching.items())
    yield from (("ago", way, _any(tuple(words))) for way, words in told["ago"].items())
    yield "steps", "", _any(tuple(told["steps"]))
    yield from (("multiple", str(factor), _any((word,))) for word, factor in told["multiples"].items())
    yield "outturn", "", _any(tuple(told["outturns"]))
    yield "own", "", _any(tuple(told["own"]), exact=True)
    yield "everywhere", "", _any(tuple(told["everywhere"]))
    for kind_of in ("relation", "direction"):
        yield from ((kind_of, way, _any(tuple(words))) for way, words in told[f"{kind_of}s"].items())
    yield from (("extreme", way, _any((word,))) for word, way in told["extremes"].items())
    follows = "|".join(told["rating_words"])
    for name, word in told["ratings"].items():
        yield "rating", name, re.compile(rf"\b{name}\b|\b{word.capitalize()}\b(?=\s+(?:{follows}))")
    yield "fraction", "", _any(tuple(told["fractions"]))
    yield "soft", "", _any(tuple(told["soft"]))
    yield from (("word", str(number), _any((name,))) for name, number in told["numbers"].items())
    yield "break", "", _any(tuple(told["breaks"]))


def _names(areas: Areas) -> Iterator[tuple[str, str, re.Pattern]]:
    """Districts, teams and statistical neighbours, written as they are."""
    for area in areas.by_name.values():
        if area != areas.kent:
            yield "area", area.name, _any((area.name, *area.older_names), exact=True)
    for told in (told for model in areas.neighbour_models for told in model.neighbours):
        yield "neighbour", told["name"], _any((told["name"],), exact=True)


# --- sentences ------------------------------------------------------------------------------------


def sentences(paragraph: str, words: Vocabulary) -> list[str]:
    """The sentences of a paragraph; a full stop within a figure or an abbreviation ends none."""
    ends = {word.lower() for word in words.told["abbreviations"]}
    parts, begun = [], 0
    for stop in re.finditer(r"[.!?]+[\"”’')]*\s+(?=[\"“‘'(]*[A-Z0-9])", paragraph):
        last = paragraph[begun : stop.end()].split()[-1:]
        if not (last and last[0].lower() in ends):
            parts.append(paragraph[begun : stop.end()].strip())
            begun = stop.end()
    return [part for part in (*parts, paragraph[begun:].strip()) if part]


@lru_cache(maxsize=4096)
def marks(sentence: str, words: Vocabulary, as_at: str) -> tuple[Mark, ...]:
    """The marks of a sentence from left to right, none over another; `as_at` dates a month without year."""
    found, taken = [], [False] * len(sentence)
    for mark in _candidates(sentence, words, as_at):
        if mark.end > mark.start and not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = [True] * (mark.end - mark.start)
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def _candidates(sentence: str, words: Vocabulary, as_at: str) -> Iterator[Mark]:
    for told in words.ignored.finditer(sentence):
        yield Mark("grade", told[0], *told.span())
    yield from _windows(sentence, words)
    yield from _periods(sentence, words, as_at)
    yield from _grades(sentence)
    yield from _durations(sentence, words)
    yield from _numbers(sentence, words)
    for name, way, pattern in words.patterns:
        for told in pattern.finditer(sentence):
            number = Decimal(way) if name in {"word", "multiple"} else None
            yield Mark(name, way, *told.span(), number)


def _windows(sentence: str, words: Vocabulary) -> Iterator[Mark]:
    """`over the last six months`: the name is the number and the unit, `6 months`."""
    numbers = words.told["numbers"]
    within = _any(tuple(words.told["windows"]["count"])).pattern
    units = _any(tuple(words.told["durations"])).pattern
    for told in re.finditer(rf"(?:{within})\s+(\d+|{'|'.join(numbers)})[\s-]+({units})", sentence, re.IGNORECASE):
        count = numbers.get(told[1].lower(), told[1])
        yield Mark("window", f"{count} {_unit(told[2], words)}", *told.span())


def _unit(text: str, words: Vocabulary) -> str:
    return next(unit for word, unit in words.told["durations"].items() if _any((word,)).fullmatch(text))


def _periods(sentence: str, words: Vocabulary, as_at: str) -> Iterator[Mark]:
    year = r"(?:20)?(\d\d)\s?[/–-]\s?(?:20)?(\d\d)(?!\d|\.\d|%)"
    quarter = rf"(?:{'|'.join(words.told['quarters'])})\s?([1-4])\s*(?:in|of)?\s*(?:{year})?"
    for told in re.finditer(rf"\b{quarter}", sentence, re.IGNORECASE):
        span = _span(told[2], told[3])
        yield Mark("period", f"{span or ''} Q{told[1]}".strip(), *told.span())
    for told in re.finditer(
        rf"\b(Autumn|Spring|Summer)(?:\s+term)?\s+(?:of\s+)?(?:{year}|(?:20)?(\d\d)\b)", sentence, re.I
    ):
        last = told[4] and int(told[4]) + (told[1].lower() == "autumn")
        span = _span(told[2], told[3]) if told[2] else f"{CENTURY + last - 1}-{last:02}"
        yield Mark("period", f"{span} {told[1].capitalize()}", *told.span())
    for told in re.finditer(rf"(?<![\w.,/]){year}(?!\w)", sentence):
        if span := _span(told[1], told[2]):
            yield Mark("period", span, *told.span())
    names = "|".join([*MONTHS, *(month[:3] for month in MONTHS)])
    for told in re.finditer(
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?\b({names})\b[\s'’-]+(?:20)?(\d\d)\b(?![/.,]\d|%)", sentence
    ):
        yield Mark("period", f"{CENTURY + int(told[2])}-{_month(told[1]):02}", *told.span())
    for told in re.finditer(rf"(?<=\w )\b({'|'.join(MONTHS)})\b", sentence):
        month = f"{_month(told[1]):02}"
        before = int(as_at[:4]) - (month > as_at[5:7])
        yield Mark("period", f"{before}-{month}", *told.span())
    for told in re.finditer(r"(?<![\w.,])(20[0-3]\d)(?![\d,.]\d|%|\w)", sentence):
        yield Mark("period", told[1], *told.span())


def _span(first: str | None, last: str | None) -> str | None:
    """`2022-23` for 22 and 23; None unless the two follow each other."""
    whole = f"{CENTURY + int(first)}-{last}" if first and last else ""
    return whole if whole and kind(whole) == "year" else None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _grades(sentence: str) -> Iterator[Mark]:
    """School years, key stages and ages: `Year 7 to Year 11`, `16-17 year olds`. They are no figures."""
    dash = r"\s?(?:-|–|to|and)\s?"
    for name, form in (
        ("years", rf"\bYears?\s(\d\d?)(?:{dash}(?:Year\s)?(\d\d?))?\b"),
        ("ages", rf"\b(?:aged\s)?(\d\d?)(?:{dash}(\d\d?))?[\s-]years?[\s-]olds?\b"),
        ("ages", rf"\baged\s(\d\d?)(?:{dash}(\d\d?))?\b"),
        ("stages", r"\b(?:KS|key stage\s)(\d)\b"),
        ("paragraph", r"^\d+(?:\.\d+)+(?=\s+(?-i:[A-Z]))"),
        ("ages", r"\b\d\d\+"),
    ):
        for told in re.finditer(form, sentence, re.IGNORECASE):
            ends = [group for group in told.groups() if group]
            yield Mark("grade", f"{name} {' to '.join(ends)}", *told.span())


def _durations(sentence: str, words: Vocabulary) -> Iterator[Mark]:
    """`within 20 weeks`, `10 school days`: part of what is measured. Plain days may be a figure."""
    units, numbers = (
        "|".join(_word(word).removeprefix(START) for word in words.told["durations"]),
        words.told["numbers"],
    )
    for told in re.finditer(rf"(?<![\w.,])(\d+|{'|'.join(numbers)})[\s-]?({units})", sentence, re.IGNORECASE):
        count = numbers.get(told[1].lower(), told[1])
        yield Mark("duration", f"{count} {_unit(told[2], words)}", *told.span())


def _numbers(sentence: str, words: Vocabulary) -> Iterator[Mark]:
    units = {
        unit: re.compile("|".join(_word(n).removeprefix(START) for n in sorted(names, key=len, reverse=True)), re.I)
        for unit, names in words.told["units"].items()
    }
    for told in re.finditer(rf"(?<![\w.,/])(?:(?<![%\d]\s)(?<=[\s(])[-−])?(?:{DIGITS})(?![\d/])", sentence):
        unit, end = "", told.end()
        rest = re.compile(r"\s{0,2}")
        for name, pattern in units.items():
            if follows := pattern.match(sentence, rest.match(sentence, end).end()):
                unit, end = name, follows.end()
                break
        if not unit and sentence[end : end + 1].isalpha():
            continue
        number = Decimal(told[0].replace(",", "").replace("−", "-"))
        yield Mark("number", told[0], told.start(), end, number, unit)


def words_of(text: str, common: Iterable[str]) -> set[str]:
    """The words of a text that tell what it is about: lower case, without endings and common words."""
    found = re.findall(r"[a-z]{3,}|[a-z]\d+|\d+[a-z]+", text.lower().replace("’", "'"))
    return {_stem(word) for word in found if word not in set(common)}


def _stem(word: str) -> str:
    for ending in ("ments", "ment", "ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
