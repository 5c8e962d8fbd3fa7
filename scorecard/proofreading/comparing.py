"""What a sentence says beside its figures: above, below, achieved, risen, highest, RED, how many, of what measure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from scorecard.proofreading.claims import Mark, words_of
from scorecard.proofreading.reading import ANCHORS, BETWEEN, STANDARDS, VALUE, Claim, Sentence


class Reading(Sentence):
    """A sentence with all its claims."""

    def claims(self) -> list[Claim]:
        """Every claim, in the order of the words."""
        found = [*self._fractions(), *self._bands(), *self._from_to(), *self._tallies(), *self._differences()]
        found += [*self._multiples(), *self._figures(), *self._relations(), *self._directions(), *self._extremes()]
        found += [*self._ratings(), *self._neighbours(), *self._measures()]
        return sorted(self._dated(found), key=lambda claim: claim.start)

    # --- comparisons ------------------------------------------------------------------------------

    def _relations(self) -> Iterator[Claim]:
        for at, mark in enumerate(self.marks):
            if mark.kind != "relation" or at in self.used:
                continue
            way = self._turned(mark)
            objects = self._objects(at)
            subject = self.subject(mark.start) or VALUE
            if subject[0] in STANDARDS:
                subject = VALUE
            if way:
                for anchor in objects:
                    yield self._claim("relation", mark, anchor, of=(anchor.kind, anchor.name), subject=subject, way=way)

    def _turned(self, mark: Mark) -> str | None:
        """The relation, turned round by a `not` before it; None where that leaves it open."""
        before = " ".join(self.text[: mark.start].split()[-3:])
        if not self.words.found("negations", before):
            return mark.name
        return {"good": "bad", "bad": "good"}.get(mark.name)

    def _objects(self, at: int) -> list[Mark]:
        """The names that a relation is held against: those that follow, or the target that `was met`."""
        found, last = [], self.marks[at]
        for told in self.marks[at + 1 :]:
            gap = self._gap(last, told)
            if told.kind in ANCHORS and len(re.findall(r"\w+", gap)) <= 6:
                found += [told] if told.kind != "own" or self.topic else []
            elif told.kind in {"number", "soft", "period", "word"} and len(re.findall(r"\w+", gap)) <= 3:
                pass
            elif not (found and told.kind == "break" and self._listed(told)):
                break
            last = told
        if found and found[0].kind == "own" and len(found) > 1:
            found = found[1:]
        found = list({(m.kind, m.name): m for m in reversed(found)}.values())[::-1]
        if found or self.marks[at].name not in {"good", "bad"}:
            return self._without_figures(found)
        before = [m for m in self.marks[:at] if m.kind in STANDARDS]
        gap = self._gap(before[-1], self.marks[at]) if before else ""
        passive = (
            before and re.search(r"\b(?:was|is|been|being|were)\b(?:\s+\w+){0,2}\s*$", gap) and len(gap.split()) <= 6
        )
        return before[-1:] if passive else []

    def _listed(self, mark: Mark) -> bool:
        """Whether a comma or `and` is followed by another name of the same list."""
        after = [m for m in self.marks if m.start >= mark.end and m.kind != "own"][:1]
        text = self.text[mark.start : mark.end]
        listed = (
            after
            and after[0].kind in ANCHORS
            and re.fullmatch(
                rf"{self.words.filler}\s*(?:average (?:for|of)(?: the)?)?\s*", self._gap(mark, after[0]), re.I
            )
        )
        return bool(listed) and text in {"and", ","}

    def _without_figures(self, found: list[Mark]) -> list[Mark]:
        """The names of a list up to the first that begins a statement of its own."""
        return found[:1] + [
            m for m in found[1:] if not re.search(r"\b(?:is|was|are|were|has)\b", self.text[found[0].end : m.start])
        ]

    def _directions(self) -> Iterator[Claim]:
        told = [(m, self._moving(m)) for m in self.marks if m.kind == "direction"]
        moving = [(mark, owner) for mark, owner in told if owner]
        for mark, owner in moving:
            later = [m.start for m, _ in moving if m.start > mark.start]
            window, steps, last = self._window(mark, min(later, default=len(self.text)))
            yield self._claim("direction", mark, last, of=owner, way=mark.name, window=window, steps=steps)

    def _moving(self, mark: Mark) -> tuple[str, str] | None:
        """What moves, if the mark is a verb or a noun of movement about something that we know."""
        before, after, word = self.text[: mark.start], self.text[mark.end :], self.text[mark.start : mark.end].lower()
        aux = "|".join(map(re.escape, sorted(self.words.told["auxiliaries"], key=len, reverse=True)))
        adverbs = "|".join(map(re.escape, self.words.told["adverbs"]))
        verb = re.search(rf"\b(?:{aux})(?:\s+(?:{adverbs}))*\s*$", before, re.IGNORECASE)
        if verb and re.search(r"\b(?:to|will|would|should|must|can|could|may|might)\s+$", before[: verb.start()]):
            return None
        if verb:
            owner = self.subject(verb.start())
            return owner or (self._object(after, False) if re.match(r"\s+(?:the|its)\b", after) else None)
        if word.rstrip("s") in self.words.told["nouns_of_direction"]:
            return self._noun(before, after)
        links = rf"(?:\s+(?:{adverbs}))*,?\s+(?:to|by|from|for|since|over)\b"
        past = self.words.has("past", word) and before.strip() and re.match(links, after)
        from_there = re.match(rf"{self.words.filler}\s+from\b", after) or "from" in word
        return self.subject(mark.start) if past or from_there else None

    def _noun(self, before: str, after: str) -> tuple[str, str] | None:
        """What a noun of movement is about: `the decline IN percentage`, `a decrease FROM the last figure`."""
        if not re.search(r"\b(?:a|an|the|this)(?:\s+\w+)?\s*$", before, re.IGNORECASE):
            return None
        if re.match(r"\s+in\b", after):
            return self._object(after, True)
        return VALUE if re.match(r"\s+(?:from|on|since)\b", after) else None

    def _object(self, after: str, noun: bool) -> tuple[str, str] | None:
        """`the decline in PERCENTAGE of cases`: whether what follows is the measure itself."""
        words = re.findall(r"\w+", after.partition(",")[0])[1:9]
        shared = words_of(" ".join(words), self.words.told["common"]) & self.topic
        whole = noun and words and any(self.words.has("whole", word) for word in words[:2])
        return VALUE if len(shared) > 1 - bool(whole) or (whole and len(words) < 3) else None

    def _window(self, mark: Mark, end: int) -> tuple[str, str, Mark]:
        """How far back a movement reaches, whether every step goes that way, and the last mark that says so."""
        window, steps, last = "", "", mark
        for told in (m for m in self.marks if m.start < end and m.end > mark.start - 30 and m is not mark):
            text = self.text[told.start : told.end].lower()
            if told.kind == "steps":
                steps = "flat" if self.words.has("flat_steps", text) else "strict"
            elif told.kind == "window" or (
                told.kind == "period"
                and re.search(r"\b(?:since|compared (?:with|to))\s+(?:\w+\s+)?$", self.text[: told.start])
            ):
                window = told.name
            else:
                continue
            last = max(last, told, key=lambda m: m.end)
        return window, steps, last

    def _extremes(self) -> Iterator[Claim]:
        """`the widest it has ever been since 2021/22`, `the highest of the districts`."""
        for at, mark in enumerate(self.marks):
            if mark.kind != "extreme":
                continue
            for told in self.marks[at + 1 : at + 4]:
                since = told.kind == "period" and "since" in self.text[mark.end : told.start]
                if since and self.subject(mark.start) == VALUE:
                    yield self._claim("extreme", mark, told, way=mark.name, window=told.name)
                elif told.kind == "everywhere" and len(self._gap(mark, told).split()) <= 5:
                    yield self._claim(
                        "extreme", mark, told, way=mark.name, window="areas", of=self.subject(mark.start) or VALUE
                    )
                else:
                    continue
                break

    # --- words ------------------------------------------------------------------------------------

    def _ratings(self) -> Iterator[Claim]:
        for at, mark in enumerate(self.marks):
            before = self.text[: mark.start]
            earlier = re.search(r"\b(?:from|was|previously|last)\s+$", before, re.IGNORECASE)
            if mark.kind == "rating" and at not in self.used and not earlier:
                owner = self.subject(mark.start) if before.strip() else VALUE
                if owner in (VALUE, None) or owner[0] == "area":
                    yield self._claim("rating", mark, way=mark.name, of=owner or VALUE)

    def _tallies(self) -> Iterator[Claim]:
        """`seven of the twelve districts are below the target`, `five districts are RED`."""
        for at, mark in enumerate(self.marks):
            many = [m for m in self.marks[at + 1 : at + 4] if m.kind == "everywhere"]
            numbered = mark.kind in {"number", "word"} and at not in self.used
            if not numbered or not many or len(self._gap(mark, many[0]).split()) > BETWEEN:
                continue
            self.used |= {i for i, m in enumerate(self.marks) if mark.start <= m.start <= many[0].start}
            ends = ((i, self._ends(i)) for i, m in enumerate(self.marks) if m.start > many[0].end)
            if told := next(((i, end) for i, end in ends if end), None):
                self.used.add(told[0])
                of = (told[1].kind, told[1].name)
                yield self._number("tally", mark, told[1], of=of, way=self.marks[told[0]].name)

    def _ends(self, at: int) -> Mark | None:
        """The rating, or the name after a comparison, that a count of areas is about."""
        if self.marks[at].kind == "rating":
            return self.marks[at]
        return next(iter(self._objects(at)), None) if self.marks[at].kind == "relation" else None

    def _neighbours(self) -> Iterator[Claim]:
        if any(m.kind == "benchmark" and "neighbour" in self.text[m.start : m.end].lower() for m in self.marks):
            for mark in (m for m in self.marks if m.kind == "neighbour"):
                yield self._claim("neighbour", mark, way=mark.name)

    def _measures(self) -> Iterator[Claim]:
        for mark in (m for m in self.marks if m.kind in {"duration", "grade"}):
            if not re.search(r"\b(?:expected|by|every|since|next)\s*$", self.text[: mark.start]):
                yield self._claim("measure", mark, way=mark.name)

    def _dated(self, found: list[Claim]) -> list[Claim]:
        """Benchmarks without a year of their own take the one that the sentence gives for all of them."""
        free = {m.name for i, m in enumerate(self.marks) if m.kind == "period" and i not in self.periods_used}
        years = free | {c.period for c in found if c.of[0] == "benchmark" and c.kind == "figure" and c.period}
        if len(years) != 1:
            return found
        years = list(years)
        return [
            replace(c, period=years[0]) if c.kind == "figure" and c.of[0] == "benchmark" and not c.period else c
            for c in found
        ]
