"""The verdict on one claim: confirmed, contradicted or unverifiable, with the figure of the edition that decides it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from scorecard.benchmarks import model_in_force
from scorecard.build import Row
from scorecard.periods import kind
from scorecard.proofreading.claims import Vocabulary, marks
from scorecard.proofreading.ground import NEARLY, Ground, Known, same, stands, went
from scorecard.proofreading.reading import VALUE, Claim
from scorecard.ratings import Polarity, Rag, places, rag


class Verdict(StrEnum):
    """What became of a claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNVERIFIABLE = "unverifiable"


CONFIRMED, CONTRADICTED, UNVERIFIABLE = Verdict
ROLLING = "R12M"
"""The data period whose figures are not those of a month alone."""
UNITS = {"%": {"", "%", "pp"}, "pp": {"", "%", "pp"}, "points": {"", "pp"}, "": {"", "days", "counted"}}
"""Units that a figure may be written with, by the unit of the indicator; the last holds for all others."""

Held = tuple[Verdict, Known | None]


class Court:
    """The verdicts on the claims of one sentence about one indicator."""

    def __init__(self, ground: Ground, words: Vocabulary, claims: list[Claim]):
        self.ground, self.words, self.claims = ground, words, claims
        self.row, self.unit = ground.row, ground.indicator.unit

    def verdict(self, claim: Claim) -> Held:
        """The verdict on a claim, with the figure that decides it."""
        if self.row.latest.value is None and claim.kind not in {"rating", "measure", "neighbour"}:
            return UNVERIFIABLE, None
        return getattr(self, f"_{claim.kind}")(claim)

    def concerns(self, claim: Claim) -> bool:
        """Whether a claim says anything: the county is not held against itself."""
        return not (
            claim.kind == "relation" and claim.of[0] == "own" and self.row.area == self.ground.edition.areas.kent
        )

    def speaks_of_another(self, sentence: str) -> bool:
        """Whether the county's own figure is given after a label, as in `Agency workers: Kent 15%`, and is not ours."""
        own = [c for c in self.claims if c.of[0] == "own" and c.kind == "figure"]
        wrong = [c for c in own if self._figure(c)[0] is CONTRADICTED]
        labelled = any(sentence[: c.start].rstrip().split(" ")[-2:][:1] in ([":"], ["-"], ["–"]) for c in own)
        return bool(wrong) and (labelled or len(wrong) > 1 or ":" in sentence[10 : wrong[0].start])

    # --- figures ----------------------------------------------------------------------------------

    def _fits(self, unit: str) -> bool:
        return unit in UNITS.get(self.unit, UNITS[""])

    def _held(self, number: Decimal, known: Iterable[Known]) -> Held:
        """Confirmed by any figure that agrees; contradicted by the first firm one otherwise."""
        known = list(known)
        if agreeing := next((one for one in known if same(number, one.value)), None):
            exact = places(number) <= places(agreeing.value) or number == agreeing.value
            return (CONFIRMED, self._told(agreeing)) if exact else (UNVERIFIABLE, None)
        firm = [one for one in known if one.firm]
        return (CONTRADICTED, self._told(firm[0])) if firm else (UNVERIFIABLE, None)

    def _told(self, known: Known) -> Known:
        return known._replace(said=f"{known.value:,f}{'%' if self.unit == '%' else ''} {known.said}")

    def _figure(self, claim: Claim) -> Held:
        number, (what, named) = claim.numbers[0], claim.of
        if not self._fits(claim.unit) and what != "numerator":
            return UNVERIFIABLE, None
        if what == "benchmark":
            return self._benchmark(number, named, claim.period)
        if what in {"area", "own"}:
            return self._of_area(number, named, claim.period)
        if claim.of == VALUE:
            points = claim.unit == "pp" and self.unit == "%"
            return (UNVERIFIABLE, None) if points else self._value(number, claim.period)
        return self._held(number, self._named(what, claim.period))

    def _named(self, what: str, period: str | None) -> list[Known]:
        """The figures that go by the name of a target, a floor standard, an outturn or a numerator."""
        if what in {"target", "floor"}:
            return getattr(self.ground, what)(period)
        told = self.row.latest.numerator if what == "numerator" else None
        outturn = self.ground.told([self.row.outturn]) if what == "outturn" else []
        return [self._part(told, "the numerator")] if told is not None else outturn

    def _value(self, number: Decimal, period: str | None) -> Held:
        if not period:
            return self._held(number, self.ground.latest)
        verdict, known = self._held(number, self.ground.at(period))
        rolling = self.ground.indicator.data_period == ROLLING and period != self.row.latest.period
        return (UNVERIFIABLE, None) if verdict is CONTRADICTED and rolling else (verdict, known)

    def _benchmark(self, number: Decimal, named: str, period: str | None) -> Held:
        verdict, known = self._held(number, self.ground.benchmark(named, period))
        if verdict is UNVERIFIABLE and period:  # the figure may be right and its year wrong
            agrees, other = self._held(number, self.ground.benchmark(named))
            return (CONTRADICTED, other) if agrees is CONFIRMED and kind(period) == "year" else (verdict, known)
        return verdict, known

    def _part(self, number: Decimal, what: str) -> Known:
        return Known(number, f"as {what}", f"{self.row.latest.file} row {self.row.latest.row}")

    def _of_area(self, number: Decimal, named: str, period: str | None) -> Held:
        rows = self.ground.areas(named or self.ground.edition.areas.kent.name)
        found = [known for row in rows for known in self._of_row(row, period)]
        return self._held(number, found)

    def _of_row(self, row: Row, period: str | None) -> list[Known]:
        ground = Ground(self.ground.county, [row])
        known = ground.at(period) if period else ground.latest
        return [one._replace(said=f"for {row.area.name} {one.said}") for one in known]

    def _earlier(self, claim: Claim) -> Held:
        if not self._fits(claim.unit) or claim.of[0] not in {"value", "benchmark", "target", "own"}:
            return UNVERIFIABLE, None
        if claim.of[0] != "value":
            if claim.of[0] == "target":
                return self._held(claim.numbers[0], self.ground.target(self.ground.edition.previous_year))
            return self._figure(replace(claim, kind="figure"))
        if claim.period or claim.window:
            known = self.ground.at(claim.period) if claim.period else self.ground.back(claim.window)
            rolling = self.ground.indicator.data_period == ROLLING and not self._moves
            verdict, told = self._held(claim.numbers[0], known)
            return (UNVERIFIABLE, None) if verdict is CONTRADICTED and rolling else (verdict, told)
        known = [one for p in reversed(self.ground.periods[:-1]) for one in self.ground.at(p)] + self.ground.earlier()
        verdict, told = self._held(claim.numbers[0], known)
        return (verdict, told) if verdict is CONFIRMED or self._moves else (UNVERIFIABLE, None)

    @property
    def _moves(self) -> bool:
        """Whether the sentence says that the measure moved."""
        return any(claim.kind == "direction" and claim.of == VALUE for claim in self.claims)

    def _loose(self, claim: Claim) -> Held:
        if claim.unit not in {"%", "pp"} or not self._fits(claim.unit):
            return UNVERIFIABLE, None
        known = self.ground.at(claim.period) if claim.period else self.ground.latest
        verdict, told = self._held(claim.numbers[0], known)
        return (verdict, told) if verdict is CONFIRMED else (UNVERIFIABLE, None)

    def _fraction(self, claim: Claim) -> Held:
        latest = self.row.latest
        if None in (latest.numerator, latest.denominator):
            return UNVERIFIABLE, None
        wrong = [
            self._part(told, what)
            for number, told, what in zip(
                claim.numbers, (latest.numerator, latest.denominator), ("the numerator", "the denominator"), strict=True
            )
            if not same(number, told)
        ]
        if not wrong:
            return CONFIRMED, self._plain(self._part(latest.numerator, f"the numerator of {latest.denominator:,f}"))
        beside = [c for c in self.claims if c.kind == "figure" and c.of == VALUE and c.end <= claim.start]
        ours = beside and claim.start - beside[-1].end <= 12 and self._figure(beside[-1])[0] is CONFIRMED
        return (CONTRADICTED, self._plain(wrong[0])) if len(wrong) == 1 or ours else (UNVERIFIABLE, None)

    def _plain(self, known: Known) -> Known:
        return known._replace(said=f"{known.value:,f} {known.said}")

    def _band(self, claim: Claim) -> Held:
        standard = self.row.standard
        named, distance = ("target", standard.tolerance) if claim.of[0] == "target" else ("floor", standard.floor)
        if standard.polarity is not Polarity.TARGET or None in (standard.target, distance):
            return UNVERIFIABLE, None
        ends, where = (standard.target - distance, standard.target + distance), f"standards.csv row {standard.row}"
        verdict = CONFIRMED if all(map(same, claim.numbers, ends)) else CONTRADICTED
        return verdict, Known(standard.target, f"{ends[0]} to {ends[1]} is the {named} range of {standard.year}", where)

    def _spread(self, claim: Claim) -> Held:
        rows = self.ground.below()
        if not rows or not self._fits(claim.unit):
            return UNVERIFIABLE, None
        low, high = (pick(rows, key=lambda row: row.latest.value) for pick in (min, max))
        right = all(map(same, claim.numbers, (low.latest.value, high.latest.value)))
        said = f"{low.latest.value} ({low.area.name}) to {high.latest.value} ({high.area.name})"
        return (CONFIRMED if right else CONTRADICTED), Known(
            low.latest.value, said, f"observations.csv rows {low.latest.row} and {high.latest.row}"
        )

    def _difference(self, claim: Claim) -> Held:
        if claim.unit not in {"", "%", "pp", "counted", "days"} or (
            claim.of[0] == "change" and not claim.subject and not self._moved_from()
        ):
            return UNVERIFIABLE, None
        change, value = claim.of[0] == "change", self.row.latest.value
        known = self._moved_from() or self.ground.earlier() if change else self._against(claim)
        gaps = [one._replace(value=abs(value - one.value), said=f"from {one.value} {one.said}") for one in known]
        verdict, told = self._held(claim.numbers[0], gaps)
        if verdict is CONFIRMED and claim.way:
            right = stands(value, known[0].value, claim.way, self.row.standard.polarity)
            return (CONFIRMED, told) if right is not False else (CONTRADICTED, self._told(known[0]))
        sure = not change or (self._moved_from() and claim.unit != "%")
        return (verdict, told) if verdict is CONFIRMED or sure else (UNVERIFIABLE, None)

    def _moved_from(self) -> list[Known]:
        """The earlier figure that the sentence itself names, if it is ours."""
        told = [c for c in self.claims if c.kind == "earlier"]
        held = [self._earlier(c) for c in told]
        return [
            known._replace(value=c.numbers[0])
            for c, (verdict, known) in zip(told, held, strict=True)
            if verdict is CONFIRMED
        ]

    def _against(self, claim: Claim) -> list[Known]:
        """What a claim is held against: the target first, without the ends of its range."""
        what, named = claim.of
        if what in {"target", "floor"}:
            return getattr(self.ground, what)(claim.period)[:1]
        if what == "benchmark":
            return self.ground.benchmark(named, claim.period)[:1]
        if what in {"area", "own"}:
            rows = self.ground.areas(named or self.ground.edition.areas.kent.name)
            mine = [row for row in rows if row.area != self.row.area]
            return [known for row in mine for known in self._of_row(row, claim.period)]
        return self.ground.told([self.row.outturn]) if what == "outturn" else []

    def _multiple(self, claim: Claim) -> Held:
        known = [one for one in self._against(claim) if one.firm]
        if not known or known[0].value <= 0:
            return UNVERIFIABLE, None
        held, value = known[0].value * claim.numbers[0], self.row.latest.value
        right = {"above": value > held, "below": value < held}.get(claim.way, abs(value - held) <= held * NEARLY)
        return (CONFIRMED if right else CONTRADICTED), self._told(known[0])

    # --- comparisons ------------------------------------------------------------------------------

    def _relation(self, claim: Claim) -> Held:
        if claim.of == claim.subject or claim.subject[0] == "benchmark":
            return UNVERIFIABLE, None
        values = self._values(claim.subject)
        known = self._against(claim)
        if claim.of[0] in {"target", "floor"} and claim.way in {"good", "bad"}:
            return self._achieved(claim, values)
        if not values or not known:
            return UNVERIFIABLE, None
        results = [stands(value, known[0].value, claim.way, self.row.standard.polarity) for value in values]
        if None in results or not known[0].firm:
            return UNVERIFIABLE, None
        return (CONFIRMED if all(results) else CONTRADICTED), self._told(known[0])

    def _values(self, subject: tuple[str, str]) -> list[Decimal]:
        if subject[0] == "area":
            return [row.latest.value for row in self.ground.areas(subject[1]) if row.latest.value is not None]
        if subject[0] == "own":
            county = self.ground.areas(self.ground.edition.areas.kent.name)
            return [row.latest.value for row in county[:1] if row.latest.value is not None]
        return [one.value for one in self.ground.latest[:1]]

    def _achieved(self, claim: Claim, values: list[Decimal]) -> Held:
        """Whether a standard is met, by the rule that rates; for the floor by the rating."""
        standard = self.row.standard
        told = (standard.target, standard.floor, standard.polarity, standard.tolerance)
        words = [rag(value, *told).word for value in values]
        against = self.ground.target() if claim.of[0] == "target" else self.ground.floor()
        if standard.target is None or not words or (claim.of[0] == "floor" and None in words) or not against:
            return UNVERIFIABLE, None
        met = {Rag.GREEN} if claim.of[0] == "target" else {Rag.GREEN, Rag.AMBER}
        right = all((word in met) == (claim.way == "good") for word in words)
        return (CONFIRMED if right else CONTRADICTED), self._told(against[0])

    # --- movement ---------------------------------------------------------------------------------

    def _direction(self, claim: Claim) -> Held:
        if claim.of[0] == "target":
            then = self.ground.target(self.ground.edition.previous_year)[:1]
            return self._moved(claim.way, self.ground.target()[:1], then, all_agree=True)
        if claim.of not in (VALUE, ("own", "")) or (claim.of[0] == "own" and self.row.area.kind != "Kent"):
            return UNVERIFIABLE, None
        latest = self.ground.latest[:1]
        if claim.steps:
            return self._stepwise(claim)
        later = [c for c in self.claims if c.kind == "earlier" and c.start > claim.start and c.of == VALUE]
        if later and later[0].period:
            return self._moved(claim.way, latest, self.ground.at(later[0].period), all_agree=False)
        if claim.window:
            return self._moved(claim.way, latest, self.ground.back(claim.window), all_agree=False)
        return self._moved(claim.way, latest, self.ground.earlier(), all_agree=False)

    def _moved(self, way: str, now: list[Known], then: list[Known], all_agree: bool) -> Held:
        if not now or not then:
            return UNVERIFIABLE, None
        results = [went(way, one.value, now[0].value, self.row.standard) for one in then]
        if None in results:
            return UNVERIFIABLE, None
        right = all(results) if all_agree else any(results)
        told = then[results.index(right)]
        return (CONFIRMED if right else CONTRADICTED), self._told(told)._replace(
            said=f"{told.value} {told.said}, {now[0].value} {now[0].said}"
        )

    def _stepwise(self, claim: Claim) -> Held:
        """Every step of the window goes that way; `steadily` lets a step stay the same."""
        known = self.ground.steps(claim.window)
        if len(known) < 3:
            return UNVERIFIABLE, None
        for before, now in pairwise(known):
            level = claim.steps == "flat" and before.value == now.value
            if not level and not went(claim.way, before.value, now.value, self.row.standard):
                return CONTRADICTED, now._replace(said=f"{before.value} {before.said}, {now.value} {now.said}")
        return CONFIRMED, known[0]._replace(
            said=f"{known[0].value} {known[0].said}, {known[-1].value} {known[-1].said}"
        )

    def _extreme(self, claim: Claim) -> Held:
        latest, highest = self.ground.latest[0], claim.way == "above"
        if claim.window == "areas":
            mine = self._values(claim.of)
            others = [
                Known(row.latest.value, f"in {row.area.name}", f"{row.latest.file} row {row.latest.row}")
                for row in self.ground.below()
            ]
        else:
            mine, others = [latest.value], self.ground.steps(claim.window)
        if len(others) < 2 or len(mine) != 1:
            return UNVERIFIABLE, None
        first = max(others, key=lambda one: one.value) if highest else min(others, key=lambda one: one.value)
        return (CONFIRMED if same(mine[0], first.value) else CONTRADICTED), self._told(first)

    # --- words ------------------------------------------------------------------------------------

    def _rating(self, claim: Claim) -> Held:
        rows = self.ground.areas(claim.of[1]) if claim.of[0] == "area" else self.ground.rows
        rated = [row for row in rows if row.rag.word]
        if not rated:
            return UNVERIFIABLE, None
        right = any(row.rag.word == claim.way for row in rated)
        row = rated[0]
        known = Known(row.latest.value, f"is rated {row.rag.word}", f"{row.latest.file} row {row.latest.row}")
        return (CONFIRMED if right else CONTRADICTED), self._told(known)

    def _tally(self, claim: Claim) -> Held:
        rows = [row for row in self.ground.below() if row.standard.target is not None]
        if claim.of[0] == "rating":
            hits = [row for row in rows if row.rag.word == claim.way]
        elif claim.of[0] == "target":
            hits = [row for row in rows if self._hit(row, claim.way)]
        else:
            return UNVERIFIABLE, None
        if not rows:
            return UNVERIFIABLE, None
        names = ", ".join(row.area.name for row in hits) or "none"
        known = Known(Decimal(len(hits)), f"of {len(rows)}: {names}", "observations.csv")
        return (CONFIRMED if claim.numbers[0] == len(hits) else CONTRADICTED), self._plain(known)

    def _hit(self, row: Row, way: str) -> bool:
        if way in {"good", "bad"}:
            return (row.rag.word == Rag.GREEN) == (way == "good")
        return bool(stands(row.latest.value, row.standard.target, way, row.standard.polarity))

    def _neighbour(self, claim: Claim) -> Held:
        models = self.ground.edition.areas.neighbour_models
        model = model_in_force(models, self.ground.edition.as_at)
        if not model:
            return UNVERIFIABLE, None
        names = [told["name"] for told in model.neighbours]
        known = Known(Decimal(len(names)), f"the neighbours of {model.published} are {', '.join(names)}", "areas.yml")
        return (CONFIRMED if claim.way in names else CONTRADICTED), known

    def _measure(self, claim: Claim) -> Held:
        """A length of time or a school year that is another than in the measure's name or definition."""
        indicator = self.ground.indicator
        told = [*marks(f" {indicator.measure}", self.words, self.ground.edition.as_at)]
        told += marks(f" {indicator.definition}", self.words, self.ground.edition.as_at)
        kind = _sort(claim.way)
        mine = [mark.name for mark in told if mark.kind in {"duration", "grade"} and _sort(mark.name) == kind]
        if not mine or claim.way in mine:
            return UNVERIFIABLE, None
        firm = any(c.kind == "figure" and c.of == VALUE and self._figure(c)[0] is CONFIRMED for c in self.claims)
        known = Known(Decimal(0), f'the measure says "{mine[0]}": {indicator.measure}', "indicators.yml")
        return (CONTRADICTED, known) if firm else (UNVERIFIABLE, None)


def _sort(name: str) -> str:
    """What a length of time or a school year is counted in: `6 weeks` in weeks, `years 7 to 14` in years of school."""
    first, _, rest = name.partition(" ")
    return f"school {first}" if not first.isdigit() else rest
