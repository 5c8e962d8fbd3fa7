"""The figures of a sentence: which number is a value, a target, a benchmark, a numerator, an earlier figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scorecard.proofreading.claims import Mark, Vocabulary, marks, words_of

ANCHORS = {"target", "floor", "outturn", "benchmark", "area", "own"}
STANDARDS = {"target", "floor"}
VALUE = ("value", "")
NEAR, BETWEEN = 10, 4  # words between a name and its figure, and between a period and its figure, at most


@dataclass(frozen=True)
class Claim:
    """One thing that a sentence says, in its own words.

    Kinds and what they hold: `figure` (a number `of` something, in a period), `earlier` (a number that
    the subject had before), `fraction` (numerator and denominator), `band` (low and high of the target), `spread`
    (lowest and highest of all areas), `difference` and `multiple` (a number, against `of`), `relation` (the
    subject is `way` than `of`), `direction` (the subject moved `way` over a window), `extreme`, `rating`,
    `tally` (how many areas), `neighbour`, `measure` (a length of time or a school year that is part of the
    measure), `loose` (a number that nothing names). `soft`: the words say that it is no exact figure of ours.
    """

    kind: str
    words: str
    start: int
    end: int
    numbers: tuple[Decimal, ...] = ()
    unit: str = ""
    of: tuple[str, str] = VALUE
    subject: tuple[str, str] | None = VALUE
    period: str | None = None
    way: str = ""
    window: str = ""
    steps: str = ""
    soft: bool = False


class Sentence:
    """A sentence with its marks, and the figures it holds. Each figure is taken by the first form that it fits."""

    def __init__(self, text: str, words: Vocabulary, as_at: str, topic: set[str]):
        self.text, self.words, self.topic = text.replace("’", "'"), words, topic
        self.marks = marks(self.text, words, as_at)
        self.used: set[int] = set()
        self.periods_used: set[int] = set()
        self.soft = [mark.start for mark in self.marks if mark.kind == "soft"]

    # --- small helpers ----------------------------------------------------------------------------

    def _numbers(self) -> Iterator[tuple[int, Mark]]:
        return ((i, mark) for i, mark in enumerate(self.marks) if mark.kind == "number" and i not in self.used)

    def _gap(self, first: Mark, second: Mark) -> str:
        return self.text[first.end : second.start]

    def _claim(self, kind: str, first: Mark, last: Mark | None = None, **told) -> Claim:
        end = (last or first).end
        soft = any(self._clause_start(first.start) <= at <= end for at in self.soft)
        return Claim(kind, self.text[first.start : end], first.start, end, soft=soft, **told)

    def _clause_start(self, at: int) -> int:
        """Where the part of the sentence begins that holds `at`: after the last full break, not after `and`."""
        stops = [m.end for m in self.marks if m.kind == "break" and m.end <= at and self.text[m.start : m.end] in ";,)"]
        return max(stops, default=0)

    def _period_after(self, i: int) -> str | None:
        """The period that stands right after a figure: 68.3% in 2022/23, 32.9 (Quarter 1 2024/25)."""
        if i + 1 < len(self.marks) and self.marks[i + 1].kind == "period":
            gap = self._gap(self.marks[i], self.marks[i + 1])
            if re.fullmatch(r"\s*\(?\s*(?:in|for|at|as at|during|of|the end of|\s)*\s*", gap):
                self.periods_used.add(i + 1)
                return self.marks[i + 1].name
        return None

    def _period_before(self, i: int) -> str | None:
        """The period that leads up to a figure: in July was 3.7%."""
        for at in range(i - 1, max(-1, i - 3), -1):
            mark = self.marks[at]
            led = re.search(r"\b(?:in|for|as at|during|at the end of)\s+(?:the\s+)?$", self.text[: mark.start])
            if mark.kind == "period" and led and len(re.findall(r"\w+", self._gap(mark, self.marks[i]))) <= BETWEEN:
                self.periods_used.add(at)
                return mark.name
            if mark.kind in {"number", "break"}:
                return None
        return None

    def subject(self, at: int) -> tuple[str, str] | None:
        """What the words before a place speak of: the measure itself, a standard, a benchmark, an area, or None."""
        end = at
        while True:
            breaks = [m for m in self.marks if m.kind == "break" and m.end <= end]
            begin = breaks[-1].end if breaks else 0
            inside = [m for m in self.marks if begin <= m.start and m.end <= end]
            anchors = [m for m in inside if m.kind in ANCHORS and not self._is_object(m) and not self._is_measure(m)]
            if anchors:
                return (anchors[-1].kind, anchors[-1].name)
            plain = self._plain(begin, end, inside)
            if plain & self.topic or any(
                self.words.has("whole", word) for word in re.findall(r"\w+", self.text[begin:end])
            ):
                return VALUE
            if plain or not breaks:
                return None if plain else VALUE
            end = breaks[-1].start

    def _is_object(self, mark: Mark) -> bool:
        """Whether a name is what something is held against (below the target), and not who the sentence is about."""
        before = [m for m in self.marks if m.end <= mark.start]
        if not before or before[-1].kind not in {"relation", "number", "own"}:
            return False
        return before[-1].kind != "number" or bool(re.fullmatch(r"\s*", self._gap(before[-1], mark)))

    def _is_measure(self, mark: Mark) -> bool:
        """Whether the county's name is a part of the measure's: (Kent responsible EHCPs)."""
        after = re.match(r"\W*(\w+)", self.text[mark.end :])
        return mark.kind == "own" and bool(after) and bool(words_of(after[1], ()) & self.topic)

    def _plain(self, begin: int, end: int, inside: list[Mark]) -> set[str]:
        """The words between two places that tell something and are no marks."""
        text = list(self.text[begin:end])
        for mark in inside:
            if mark.kind not in {"grade", "duration"}:
                text[mark.start - begin : mark.end - begin] = " " * (mark.end - mark.start)
        links = self.words.told["auxiliaries"] + self.words.told["adverbs"] + self.words.told["before"]
        small = {part for link in links for part in link.split()}
        return words_of("".join(text), [*self.words.told["common"], *small])

    # --- figures ----------------------------------------------------------------------------------

    def _fractions(self) -> Iterator[Claim]:
        """`534 out of 3,232`, `118 young people (cohort of 359)`, `out of a cohort of 613 offenders 204 reoffended`."""
        for at, mark in enumerate(self.marks):
            if mark.kind != "fraction" or at + 1 == len(self.marks) or self.marks[at + 1].kind != "number":
                continue
            whole, close = self.marks[at + 1], self._gap(mark, self.marks[at + 1]).strip() in {"", "the", "a total of"}
            before = [i for i, told in self._numbers() if i < at and _is_count(told)]
            after = [i for i, told in self._numbers() if i > at + 1 and _is_count(told)]
            part = before[-1:] or after[:1]
            weak = mark.end - mark.start <= len("of the")
            if not (close and part and _is_count(whole)) or (weak and part[0] != at - 1):
                continue
            if part[0] < at and len(re.findall(r"\w+", self.text[self.marks[part[0]].end : mark.start])) > NEAR:
                continue
            self.used |= {part[0], at + 1}
            first, last = sorted([self.marks[part[0]], whole], key=lambda told: told.start)
            yield self._claim("fraction", first, last, numbers=(self.marks[part[0]].number, whole.number))

    def _bands(self) -> Iterator[Claim]:
        """`target range of 17.5% - 22.5%`; `districts range from 12% to 30%`."""
        for i, low in list(self._numbers()):
            j = next((j for j in (i + 1, i + 2) if j < len(self.marks) and self.marks[j].kind == "number"), None)
            if j is None or i in self.used:
                continue
            high = self.marks[j]
            if not re.fullmatch(r"\s*(?:-|–|to|and)\s*", self._gap(low, high)):
                continue
            anchor = self._anchor(i)
            spread = re.search(r"\b(?:rang|var|between|differ)\w*\b", self.text[: low.start], re.IGNORECASE)
            many = [m for m in self.marks if m.kind == "everywhere"]
            banded = anchor and anchor[0] in STANDARDS
            if banded or (spread and many):
                self.used |= {i, j}
                kind = "band" if banded else "spread"
                of = anchor if banded else VALUE
                yield self._claim(kind, low, high, numbers=(low.number, high.number), unit=high.unit, of=of)

    def _from_to(self) -> Iterator[Claim]:
        """`from 68.3% in 2022/23 to 67.8% in 2023/24`: the earlier figure and the later one."""
        for i, first in list(self._numbers()):
            if i in self.used or not re.search(
                rf"\bfrom(?:\s+\w+){{0,7}}{self.words.filler}\s*$", self.text[: first.start]
            ):
                continue
            begun = self.text[: first.start].rindex("from")
            between = [m for m in self.marks if begun <= m.start and m.end <= first.start]
            anchors = [m for m in between if m.kind in ANCHORS]
            if any(m.kind in {"number", "break"} for m in between) or self._anchor_after(i):
                continue
            owner = (anchors[-1].kind, anchors[-1].name) if anchors else self.subject(begun)
            self.used.add(i)
            period = self._period_after(i) or next((m.name for m in between if m.kind == "period"), None)
            yield self._number("earlier", first, of=owner or ("none", ""), period=period)
            yield from self._to(i, self.subject(begun))

    def _to(self, i: int, owner: tuple[str, str] | None) -> Iterator[Claim]:
        for j, last in self._numbers():
            if j > i and j not in self.used:
                if re.search(
                    r"\bto(?:\s+\w+){0,2}\s*$", self.text[self.marks[i].end : last.start]
                ) and not self._anchor_after(j):
                    self.used.add(j)
                    period = self._period_after(j)
                    yield self._number("figure", last, of=owner or ("none", ""), period=period)
                return

    def _differences(self) -> Iterator[Claim]:
        """`missing the target by 0.9 percentage points`, `2pp above England`, `a rise of two`."""
        nouns, small = "|".join(self.words.told["nouns_of_direction"]), "a|just|only|over|around|almost|nearly"
        changed = re.compile(rf"(?:\bby(?:\s+(?:{small}))*|\b(?:{nouns})\s+of)\s*$", re.IGNORECASE)
        for i, mark in enumerate(self.marks):
            if mark.kind not in {"number", "word"} or i in self.used:
                continue
            if after := self._compared(i):
                way, anchor = after
                self.used |= {i, i + 1}
                yield self._number("difference", mark, anchor, of=(anchor.kind, anchor.name), way=way)
            elif changed.search(self.text[: mark.start]):
                before = [m for m in self.marks[:i] if m.kind in {*ANCHORS, "direction", "break"}]
                anchor = before[-1] if before and before[-1].kind in ANCHORS else None
                self.used.add(i)
                of = (anchor.kind, anchor.name) if anchor else ("change", "")
                yield self._number("difference", mark, of=of, subject=self.subject(mark.start))

    def _number(self, kind: str, mark: Mark, last: Mark | None = None, **told) -> Claim:
        return self._claim(kind, mark, last, numbers=(mark.number,), unit=mark.unit, **told)

    def _compared(self, i: int) -> tuple[str, Mark] | None:
        """The relation and the name that follow a difference: 0.9 points BELOW the TARGET."""
        if i + 2 >= len(self.marks) or self.marks[i + 1].kind != "relation" or self.marks[i + 2].kind not in ANCHORS:
            return None
        relation, anchor = self.marks[i + 1], self.marks[i + 2]
        near = re.fullmatch(r"\s*(?:pupils|children|cases|points?)?\s*", self._gap(self.marks[i], relation))
        small = re.fullmatch(rf"{self.words.filler}\s*", self._gap(relation, anchor), re.IGNORECASE)
        return (relation.name, anchor) if near and small and relation.name not in {"equal", "near"} else None

    def _multiples(self) -> Iterator[Claim]:
        """`more than double the target`."""
        for at, mark in enumerate(self.marks[:-1]):
            anchor = self.marks[at + 1]
            if mark.kind != "multiple" or anchor.kind not in ANCHORS or len(self._gap(mark, anchor).split()) > 4:
                continue
            before = self.text[: mark.start].rstrip().lower()
            ways = self.words.told["more_or_less"].items()
            way = next((way for word, way in ways if before.endswith(word)), "equal")
            if at and self.marks[at - 1].kind == "relation":
                self.used.add(at - 1)
            yield self._claim("multiple", mark, anchor, numbers=(mark.number,), of=(anchor.kind, anchor.name), way=way)

    def _figures(self) -> Iterator[Claim]:
        zipped = self._respectively()
        for i, mark in list(self._numbers()):
            anchor = zipped.get(i) or self._anchor(i)
            period = self._period_after(i) or (None if anchor and anchor[0] in STANDARDS else self._period_before(i))
            ago = self._ago(i)
            if anchor:
                yield self._number("figure", mark, of=anchor, period=period)
            elif ago or (period and self._led_by("compared", mark) and mark.unit):
                yield self._number("earlier", mark, period=period, window=ago)
            elif self._led_by("equates", mark) and _is_count(mark):
                yield self._number("figure", mark, of=("numerator", ""))
            else:
                owner, perhaps = self._owner(i)
                kind = "figure" if owner else "loose"
                yield self._number(kind, mark, of=owner or ("none", ""), period=period, way=perhaps)

    def _led_by(self, group: str, mark: Mark) -> bool:
        """Whether one of a list's words stands right before a figure."""
        before = self.text[: mark.start]
        return any(
            re.search(rf"\b{re.escape(word)}{self.words.filler}\s*$", before, re.I) for word in self.words.told[group]
        )

    def _ago(self, i: int) -> str:
        """How long ago a figure was, by the words right after it: 4.8% LAST YEAR."""
        after = self.marks[i + 1] if i + 1 < len(self.marks) else None
        near = after and after.kind == "ago" and not self._gap(self.marks[i], after).strip()
        return after.name if near else ""

    def _owner(self, i: int) -> tuple[tuple[str, str] | None, str]:
        """Who a figure without a name belongs to, and `perhaps` where only the whole sentence tells."""
        mark = self.marks[i]
        begun = self.text[: mark.start]
        shares = mark.unit == "%" and re.match(r"\s+of\b", self.text[mark.end :])
        if not begun.split() and _is_count(mark) and not shares:
            return None, ""
        owner = self.subject(mark.start) if self.words.slot.search(begun) or shares or not begun.split() else None
        return (VALUE, "perhaps") if not owner and self._perhaps(i, bool(shares)) else (owner, "")

    def _perhaps(self, i: int, shares: bool) -> bool:
        """Whether a first figure after `is`, or `66% of pupils`, can be the measure's: the sentence speaks of it."""
        first = not any(mark.kind == "number" for mark in self.marks[:i])
        slot = shares or re.search(r"\b(?:is|was|are|were|at)\s+$", self.text[: self.marks[i].start])
        shared = words_of(self.text, self.words.told["common"]) & self.topic
        return bool(first and slot and len(shared) > 1)

    def _respectively(self) -> dict[int, tuple[str, str]]:
        """`England and the South East are 6.9% and 5.2% respectively`: names and figures in the same order."""
        if not self.words.found("respectively", self.text):
            return {}
        numbers = [i for i, _ in self._numbers()]
        names = [m for m in self.marks if m.kind in ANCHORS and numbers and m.end <= self.marks[numbers[-1]].start]
        count = min(len(numbers), len(names))
        pairs = zip(numbers[-count:], names[-count:], strict=True) if count > 1 else []
        return {i: (name.kind, name.name) for i, name in pairs}

    def _anchor(self, i: int) -> tuple[str, str] | None:
        """What a figure is a figure of, by the words beside it."""
        return self._anchor_after(i) or self._anchor_before(i)

    def _anchor_after(self, i: int) -> tuple[str, str] | None:
        if i + 1 >= len(self.marks):
            return None
        mark, after = self.marks[i], self.marks[i + 1]
        if after.kind == "own" and i + 2 < len(self.marks) and self.marks[i + 2].kind in {"benchmark"}:
            after = self.marks[i + 2]
        if after.kind not in ANCHORS:
            return None
        gap = " ".join(self._gap(mark, after).split())
        if (not gap and after.kind != "own") or self.words.has("after", gap):
            return (after.kind, after.name)
        return None

    def _anchor_before(self, i: int) -> tuple[str, str] | None:
        mark = self.marks[i]
        for at in range(i - 1, -1, -1):
            told = self.marks[at]
            if told.kind in ANCHORS:
                gap = self.text[told.end : mark.start]
                return (told.kind, told.name) if self._linked(told, gap) and not self._anchor_taken(at) else None
            text = self.text[told.start : told.end]
            if told.kind in {"number", "direction", "extreme"} or (
                told.kind == "break" and text not in {" - ", " – ", ":"}
            ):
                return None
        return None

    def _anchor_taken(self, at: int) -> bool:
        """Whether the figure of a name stands right before it: 85.0% TARGET."""
        return (
            at > 0 and self.marks[at - 1].kind == "number" and not self._gap(self.marks[at - 1], self.marks[at]).strip()
        )

    def _linked(self, anchor: Mark, gap: str) -> bool:
        words = re.findall(r"[\w'’]+", gap)
        if len(words) > NEAR:
            return False
        bounds = self.words.found("bounds", gap)
        plain = gap[: bounds.start()] if bounds else gap
        for soft in self.words.told["soft"]:
            plain = re.sub(rf"\b{re.escape(soft.rstrip('*'))}\w*\s*$", "", plain.rstrip() + " ", flags=re.IGNORECASE)
        last = re.findall(r"[\w'’]+", plain)[-2:]
        if not last or (plain.rstrip().endswith(("(", ":"))):
            return True
        if len(last) > 1 and self.words.has("before", " ".join(last)):
            return True
        value = anchor.kind in STANDARDS and self.words.has("not_for_standards", last[-1])
        return not value and (self.words.has("before", last[-1]) or last[-1] in {"range", "banding", "no"})


def _is_count(mark: Mark) -> bool:
    return mark.unit in {"", "counted"} and mark.number == mark.number.to_integral_value()
