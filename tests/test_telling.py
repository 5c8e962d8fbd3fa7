"""Free texts under a policy that withholds: none tells a withheld figure, whatever it is about."""

from dataclasses import replace

import pytest

from scorecard.disclosure import disclosed, policy_called
from scorecard.editions import load_edition
from scorecard.inputs.texts import shown_commentary
from scorecard.telling import LEFT_OUT, could_tell, numbers_of

PUBLISH = policy_called("publish")


@pytest.fixture(scope="module")
def held():
    return load_edition("2024-07", as_held=True)


@pytest.fixture(scope="module")
def shown(held):
    return replace(disclosed(held, PUBLISH), disclosure=PUBLISH)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5 of 22 offended again", {"5", "22"}),
        ("1,122 of 1,671 pupils, 67.10%", {"1122", "1671", "67.1"}),
        ("two children and a pair", {"2", "pair"}),
        ("since 25 November 2024, in 2023-24 Q1, over 12 months, at age 16, in key stage 2", set()),
        ("16 to 17 year olds within three months; Attainment 8", set()),
        ("2 term-time exclusions, 3 year-11 pupils, four year 11 pupils", {"2", "3", "11", "4"}),
        (
            "within 5 days, within 24 hours, over 72 hours, last 14 days, at least 15 hours, within 6 school weeks",
            set(),
        ),
        ("over 3 children, within 4 families, 5 days of 6", {"3", "4", "5", "6"}),
        ("In March 23% offended again, in May 12 children left, both with help", {"23", "12", "both"}),
    ],
    ids=[
        "counts",
        "commas and decimals",
        "letters",
        "dates and ages",
        "stretches",
        "days and hours",
        "no time",
        "no stretches",
        "no dates",
    ],
)
def test_numbers_that_could_count_somebody(text, numbers):
    assert numbers_of(text) == numbers


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("SISE71 of Ashford is 3.5: 111 of 3,213.", False),
        ("CYPE8 of Ashford is 22.7.", True),
        ("Ashford has two permanent exclusions.", True),
        ("Offending: 5 of 22.", True),
        ("EH-CASELOAD stays close to 20.", False),
        ("The latest figures have not been published.", False),
        ("CYPE8 of Ashford: 8 children.", True),
        ("SISE71 of Ashford has not changed.", False),
    ],
    ids=[
        "shown figures",
        "a withheld one",
        "in letters",
        "without area",
        "a target",
        "no number",
        "a digit of its code",
        "its code alone",
    ],
)
def test_a_text_may_have_the_numbers_that_are_shown_of_what_it_names(shown, text, tells):
    """Ashford's CYPE8 (5 of 22) and EH43 (2) are withheld, its SISE71 (111 of 3,213) is not."""
    assert could_tell(shown, text) is tells


CANARY = "Ashford: 98.7 and 4 of 9173."


def with_canaries(held):
    """July 2024 with a text that quotes a made-up count wherever people write about the whole edition or a row."""
    tables = {
        name: getattr(held, name).assign(**{column: CANARY})
        for name, column in (("outturns", "note"), ("standards", "note"), ("known_exceptions", "reason"))
    }
    notes = held.observations["note"].mask(held.observations["value"].notna(), CANARY)
    return replace(
        held, **tables, observations=held.observations.assign(note=notes), notes=(CANARY, *held.notes),
        sources=(CANARY, *held.sources), footnotes={"*": CANARY}, not_rated={"SCS03": CANARY},
    )  # fmt: skip


def test_no_free_text_of_an_edition_tells_a_number_that_is_not_shown(held):
    seen = disclosed(with_canaries(held), PUBLISH)
    texts = [*seen.notes, *seen.sources, *seen.footnotes.values(), *seen.not_rated.values()]
    cells = [str(cell) for table in seen.tables.values() for cell in table.to_numpy().ravel()]
    assert [text for text in (*texts, *cells) if "9173" in text or "98.7 and" in text] == []
    assert LEFT_OUT in seen.notes


def test_a_note_without_numbers_stays(held, shown):
    assert shown.notes[0] == held.notes[0]
    assert len(shown.notes) == len(held.notes)


HEAD = "---\nauthor: Management Information\nstatus: agreed\n---\n\n"


@pytest.mark.parametrize(
    ("file", "text", "is_shown"),
    [
        ("ashford", "## SISE71\n\nGREEN: 3.5% (111 of 3,213).", True),
        ("ashford", "## SISE71\n\nGREEN: 3.5%. Of young offenders 5 of 22 offended again.", False),
        ("ashford", "## SISE71\n\nGREEN: 3.5%. Two pupils were excluded for good.", False),
        ("kent", "## SISE71\n\nKent is fine; in Ashford five of them offended again.", False),
        ("kent", "## SISE71\n\nKent is fine, Ashford is too.", True),
    ],
    ids=["own figures", "another indicator", "in letters", "of another area", "no number"],
)
def test_a_text_under_another_heading_tells_nothing(shown, tmp_path, file, text, is_shown):
    folder = tmp_path / "2024-07" / "commentary"
    folder.mkdir(parents=True)
    (folder / f"{file}.md").write_text(HEAD + text + "\n", encoding="utf-8")
    (entry,) = shown_commentary(shown, shown.areas[file.title()], tmp_path).entries
    assert bool(entry.paragraphs) is is_shown
