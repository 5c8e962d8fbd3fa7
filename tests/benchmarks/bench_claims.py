"""How well the commentary check reads: verdicts against labels set by hand, and true figures changed by a digit.

    python -m tests.benchmarks.bench_claims [--misses]

Three texts in tests/claims: commentary published in July 2024 against its tables, paragraphs of the committee report
of November 2018 against figures typed from that report, and invented sentences in other styles, labelled before the
check had read any. Of those the check as it was then contradicted 24 of 30 false ones and 3 of 41 others.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from scorecard.drafts import draft
from scorecard.editions import EDITIONS, load_edition
from scorecard.inputs.texts import Commentary, Entry, load_commentary
from scorecard.proofreading.claims import load_vocabulary, sentences
from scorecard.proofreading.ground import County
from scorecard.proofreading.verdicts import CONFIRMED, CONTRADICTED, Judged, judge, judge_entry

HERE = Path(__file__).resolve().parents[1] / "claims"
TEXTS = {"2024-07": EDITIONS, "2018-09": HERE}
LABELS = ("contradicted", "confirmed", "unverifiable", "nothing")
SWAPS = {
    "above": "below", "below": "above", "better than": "worse than", "achieving": "missing", "missing": "achieving",
    "risen": "fallen", "fallen": "risen", "increased": "decreased", "decreased": "increased", "reduced": "increased",
    "improved": "worsened", "narrowed": "widened", "widened": "narrowed", "bigger": "smaller", "double": "treble",
    "GREEN": "RED", "RED": "GREEN", "AMBER": "GREEN", "wider": "narrower", "England": "South East", "within": "outside",
}  # fmt: skip
"""Words whose opposite makes a true sentence false."""


def read(name: str) -> tuple[County, Commentary, list[dict]]:
    """A text with its edition and the labels of its sentences."""
    edition = load_edition(name, TEXTS[name])
    labels = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    return County(edition), load_commentary(edition, edition.areas.kent, TEXTS[name]), labels


def spoken(commentary: Commentary) -> list[str]:
    """The sentences of a commentary in the order of the file."""
    words = load_vocabulary()
    return [said for entry in commentary.entries for _, text in entry.paragraphs for said in sentences(text, words)]


def verdict_of(told: list[Judged]) -> str:
    """The verdict on a sentence: the worst of its claims, then the best."""
    found = {str(one.verdict) for one in told}
    return next((label for label in LABELS[:3] if label in found), "nothing")


def by_sentence(county: County, commentary: Commentary) -> list[tuple[str, str]]:
    """Each sentence with the verdict on it, by entry so that two equal sentences are two."""
    words, found = load_vocabulary(), []
    for entry in commentary.entries:
        told = judge_entry(entry, commentary.area, county, words)
        said = [one for _, text in entry.paragraphs for one in sentences(text, words)]
        found += [(one, verdict_of([held for held in told if held.sentence == one])) for one in said]
    return found


def confusion(found: list[tuple[str, str]], labels: list[dict]) -> Counter:
    """How many sentences with each label got each verdict."""
    return Counter((told["label"], verdict) for told, (_, verdict) in zip(labels, found, strict=True))


def digits_changed(text: str) -> Iterator[str]:
    """The text with one digit of one number made another, for each digit that is not the first zero of a decimal."""
    for place, digit in enumerate(text):
        if digit.isdigit():
            yield f"{text[:place]}{(int(digit) + 1) % 10 or 1}{text[place + 1 :]}"


def mutations(told: list[Judged]) -> Iterator[tuple[str, str, str]]:
    """Kind, sentence and false sentence: every digit of every confirmed figure, every word that has an opposite."""
    seen = set()
    for one in told:
        claim = one.claim
        said = one.sentence[claim.start : claim.end]
        for changed in digits_changed(said) if claim.numbers and one.verdict is CONFIRMED else ():
            false = one.sentence[: claim.start] + changed + one.sentence[claim.end :]
            if (one.sentence, false) not in seen and changed != said:
                seen.add((one.sentence, false))
                yield f"digit of {claim.of[0] if claim.kind == 'figure' else claim.kind}", one.sentence, false
        if one.verdict is CONFIRMED and claim.kind in {"relation", "direction", "rating", "multiple", "extreme"}:
            for word, other in SWAPS.items():
                false = (
                    one.sentence[: claim.start]
                    + re.sub(rf"\b{word}\b", other, said, count=1)
                    + one.sentence[claim.end :]
                )
                if false != one.sentence and (one.sentence, false) not in seen:
                    seen.add((one.sentence, false))
                    yield f"word of {claim.kind}", one.sentence, false


def with_sentence(entry: Entry, true: str, false: str) -> Entry:
    """The entry with one sentence put in place of another."""
    return replace(entry, paragraphs=tuple((row, text.replace(true, false)) for row, text in entry.paragraphs))


def recall(
    county: County, commentary: Commentary, labels: list[dict]
) -> tuple[Counter, Counter, list[tuple[str, str]]]:
    """How many false sentences of each kind were made, how many were contradicted, and those that were not."""
    words, made, caught, missed = load_vocabulary(), Counter(), Counter(), []
    true = {told["says"] for told in labels if told["label"] == "confirmed"}
    for entry in commentary.entries:
        for kind, said, false in mutations(judge_entry(entry, commentary.area, county, words)):
            if any(said.startswith(beginning) for beginning in true):
                made[kind] += 1
                told = judge_entry(with_sentence(entry, said, false), commentary.area, county, words)
                if any(one.verdict is CONTRADICTED and one.sentence == false for one in told):
                    caught[kind] += 1
                else:
                    missed.append((kind, false))
    return made, caught, missed


def invented(county: County) -> tuple[list[tuple[str, str]], list[dict]]:
    """The invented sentences with their verdicts, and their labels."""
    labels = yaml.safe_load((HERE / "invented.yml").read_text(encoding="utf-8"))
    words, front = load_vocabulary(), {"status": "draft", "author": "a test"}
    entries = [Entry((told["about"],), told["about"], ((1, told["text"]),), {}, front) for told in labels]
    areas = [county.edition.areas[told["area"]] for told in labels]
    held = [judge_entry(entry, area, county, words) for entry, area in zip(entries, areas, strict=True)]
    return [(told["text"], verdict_of(one)) for told, one in zip(labels, held, strict=True)], labels


def drafted(county: County, area: str, elsewhere: Path = HERE / "none") -> tuple[Counter, Commentary]:
    """What becomes of the claims that the program's own drafts about an area make: they are true by making."""
    made = draft(county.edition, county.edition.areas[area], folder=elsewhere)
    return Counter(str(one.verdict) for one in judge(county.edition, made, county)), made


def show(name: str, found: list[tuple[str, str]], labels: list[dict]) -> None:
    """Print the confusion table of a text, its precision and its recall, and what was misread."""
    table = confusion(found, labels)
    print(f"{name}: {len(labels)} sentences")
    print(f"{'label by hand':14}" + "".join(f"{verdict:>14}" for verdict in LABELS))
    for label in LABELS:
        print(f"{label:14}" + "".join(f"{table[label, verdict]:>14}" for verdict in LABELS))
    right = table["contradicted", "contradicted"]
    told = sum(table[label, "contradicted"] for label in LABELS)
    wanted = sum(table["contradicted", verdict] for verdict in LABELS)
    print(f"contradictions: precision {right}/{told}, recall {right}/{wanted}")
    for (said, verdict), label in zip(found, labels, strict=True):
        if "contradicted" in {verdict, label["label"]} and verdict != label["label"]:
            print(f"  {label['label']}, read as {verdict}: {said}")


def main() -> None:
    """Print the tables."""
    for name in TEXTS:
        county, commentary, labels = read(name)
        claims = Counter(str(one.verdict) for one in judge(county.edition, commentary, county))
        show(f"{name}, claims {dict(claims)}", by_sentence(county, commentary), labels)
        made, caught, missed = recall(county, commentary, labels)
        print(f"true sentences made false: {caught.total()} of {made.total()} contradicted")
        for kind in sorted(made):
            print(f"  {kind:24}{caught[kind]:>5} of {made[kind]}")
        if "--misses" in sys.argv:
            print(*(f"  missed, {kind}: {false}" for kind, false in missed), sep="\n")
        print()
    for name in ("2024-07", "2022-12"):
        county, counted = County(load_edition(name, as_held=True)), Counter()
        for area in county.edition.printed_areas:
            counted += drafted(county, area.name)[0]
        print(f"drafts of {name} about all areas, claims {dict(counted)}")
    show("invented", *invented(read(min(TEXTS, key=lambda name: TEXTS[name] != EDITIONS))[0]))


if __name__ == "__main__":
    main()
