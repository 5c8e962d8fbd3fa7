"""Commentary held against the figures: each claim confirmed, contradicted (with what is right) or unverifiable."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scorecard.areas import Area
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError
from scorecard.inputs.texts import FOLDER, Commentary, Entry, load_commentaries
from scorecard.proofreading.claims import Vocabulary, load_vocabulary, marks, sentences, words_of
from scorecard.proofreading.comparing import Reading
from scorecard.proofreading.court import CONFIRMED, CONTRADICTED, UNVERIFIABLE, Court, Verdict
from scorecard.proofreading.ground import County, Ground, grounds
from scorecard.proofreading.reading import VALUE, Claim

SHARED = 3  # words that a later sentence shares with the measure, so that its figure is taken for the measure's


@dataclass(frozen=True)
class Judged:
    """One claim with its verdict. `said` is what the edition holds and `where` it stands (file and row).

    `row` is the line of its paragraph, `entry` that of its heading; `beside` the year of the benchmark that the table
    prints, if the claim is about that of another year."""

    claim: Claim
    sentence: str
    indicator: str
    verdict: Verdict
    said: str = ""
    where: str = ""
    row: int = 0
    file: str = ""
    entry: int = 0
    area: str = ""
    beside: str = ""


def judge(edition: Edition, commentary: Commentary, county: County | None = None) -> list[Judged]:
    """Every claim of a commentary held against the edition, sentence by sentence.

    `commentary` is what `texts.load_commentary` read; `county` saves building the rows again.
    """
    county, words = county or County(edition), load_vocabulary()
    return [told for entry in commentary.entries for told in judge_entry(entry, commentary.area, county, words)]


def judge_entry(entry: Entry, area: Area, county: County, words: Vocabulary) -> list[Judged]:
    """Every claim of one entry."""
    known, found = grounds(county, entry.indicators, area), []
    for row, paragraph in entry.paragraphs if known else ():
        on, ground = True, known[0]
        for place, sentence in enumerate(sentences(paragraph, words)):
            ground, shared = _subject(sentence, known, ground, words)
            told = _judged(sentence, ground, words, on or shared >= SHARED, (place == 0) + (shared >= SHARED))
            on = _on(told, on or shared >= SHARED)
            found += [
                replace(one, row=row, file=f"{FOLDER}/{entry.file}", entry=entry.row, area=area.name) for one in told
            ]
    return found


def _subject(sentence: str, known: list[Ground], before: Ground, words: Vocabulary) -> tuple[Ground, int]:
    """What a sentence is about, and how many words it shares with the measure.

    Where pages rate an indicator in two years, a sentence that names the other year speaks of that, and so do those
    that follow it.
    """
    said = words_of(sentence, words.told["common"])
    shared = {i: len(said & topic(ground, words)) for i, ground in enumerate(known)}
    best = max(shared, key=lambda i: (shared[i], known[i].indicator is before.indicator))
    ground = known[best]
    named = {mark.name for mark in marks(sentence, words, ground.edition.as_at) if mark.kind == "period"}
    other = [row for row in ground.rows if row.latest.period in named - {ground.row.latest.period}]
    if other and ground.row.latest.period not in named:
        return Ground(ground.county, other), shared[best]
    return before if before.indicator is ground.indicator else ground, shared[best]


def topic(ground: Ground, words: Vocabulary) -> set[str]:
    """The words that tell that a text is about an indicator."""
    return words_of(f"{ground.indicator.measure} {ground.indicator.short_name}", words.told["common"])


def _on(told: list[Judged], before: bool) -> bool:
    """Whether the next sentence still speaks of the measure: not after a figure that is none of ours."""
    figures = [one for one in told if one.claim.kind in {"figure", "earlier", "loose", "fraction"}]
    return figures[-1].verdict is not UNVERIFIABLE if figures else before


def _judged(sentence: str, ground: Ground, words: Vocabulary, on: bool, sure: int) -> list[Judged]:
    claims = Reading(sentence, words, ground.edition.as_at, topic(ground, words)).claims()
    court, found = Court(ground, words, claims), []
    elsewhere = not on or court.speaks_of_another(sentence)
    for claim in filter(court.concerns, claims):
        verdict, known = court.verdict(claim)
        doubtful = claim.kind == "figure" and claim.of == VALUE and sure < (2 if claim.way else 1)
        if verdict is CONTRADICTED and (claim.soft or elsewhere or doubtful):
            verdict, known = UNVERIFIABLE, None
        if verdict is CONFIRMED and (elsewhere or claim.soft) and claim.kind in {"direction", "relation"}:
            verdict, known = UNVERIFIABLE, None
        if not (claim.kind == "measure" and verdict is not CONTRADICTED):
            told = {"said": known.said, "where": known.where, "beside": known.beside} if known else {}
            found.append(Judged(claim, sentence, ground.indicator.key, verdict, **told))
    return found


# --- for the checks -------------------------------------------------------------------------------


def judge_all(edition: Edition) -> dict[str, list[Judged]]:
    """Every claim of every commentary of an edition, as it is held, by name of area; `InputError` as in `texts`."""
    read = load_commentaries(edition)
    county = County(edition) if read else None
    return {name: judge(edition, commentary, county) for name, commentary in read.items()}


def faults_of_commentary(edition: Edition, sound: bool = True) -> list[Fault]:
    """The faults of the commentary files; if they can be read, a warning for each claim that is contradicted.

    Only figures without errors (`sound`) can contradict a claim.
    """
    try:
        if not sound:
            load_commentaries(edition)
            return []
        return [fault for told in judge_all(edition).values() for fault in doubts(told)]
    except InputError as unread:
        return unread.faults


def doubts(told: Iterable[Judged]) -> Iterator[Fault]:
    """A warning for each claim that the figures contradict, and for each benchmark of another year than the table's.

    With the sentence, what is right and where it stands.
    """
    for one in told:
        if one.verdict is CONTRADICTED:
            said = f'"{one.claim.words}" is contradicted: {one.said}.'
            remedy = f"Correct the sentence, or {one.where}." if one.where else "Correct the sentence."
            yield _doubt("TXT101", one, said, remedy)
        elif one.verdict is CONFIRMED and one.beside:
            said = f'"{one.claim.words}" is {one.said}; the table prints {one.beside}.'
            yield _doubt("TXT102", one, said, "Quote the year that the table prints.")


def _doubt(code: str, one: Judged, said: str, remedy: str) -> Fault:
    said = f'{one.indicator}: {said} The sentence: "{one.sentence}"'
    return Fault("warning", code, one.file, said, remedy, (one.row,), indicator=one.indicator, area=one.area)


def summary(told: Iterable[Judged]) -> dict[str, int]:
    """How many claims were confirmed, contradicted and unverifiable."""
    verdicts = [one.verdict for one in told]
    return {str(verdict): verdicts.count(verdict) for verdict in Verdict}
