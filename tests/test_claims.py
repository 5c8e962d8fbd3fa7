"""The commentary check: what is read in a sentence, what is held against the figures, how often it is right."""

from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from scorecard.__main__ import main
from scorecard.catalogue import PARAMS
from scorecard.faults import InputError
from scorecard.inputs.texts import Entry, load_commentary
from scorecard.proofreading import claims, verdicts
from scorecard.proofreading.comparing import Reading
from scorecard.proofreading.ground import County, same
from tests.benchmarks import bench_claims

WORDS = claims.load_vocabulary()
FRONT = {"status": "draft", "author": "a test"}


@pytest.fixture(scope="module")
def county(edition):
    return County(edition)


def held(county, text, about="SISE71", area="Kent"):
    """What became of each claim of a text, with what is right."""
    entry = Entry((about,), about, ((1, text),), {}, FRONT)
    told = verdicts.judge_entry(entry, county.edition.areas[area], county, WORDS)
    return [(one.claim.kind, one.claim.words, str(one.verdict)) for one in told]


# --- sentences and marks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paragraph", "parts"),
    [
        ("It is 23.1%. The target is 25.0%.", ["It is 23.1%.", "The target is 25.0%."]),
        ("RED: At 73.8% it is low.", ["RED: At 73.8% it is low."]),
        ("For all, e.g. Essex, it fell. 97 remain.", ["For all, e.g. Essex, it fell.", "97 remain."]),
        ("Is it? (Yes.) It is!", ["Is it?", "(Yes.)", "It is!"]),
        ("of carers.. Next", ["of carers..", "Next"]),
    ],
)
def test_a_paragraph_falls_into_sentences(paragraph, parts):
    assert claims.sentences(paragraph, WORDS) == parts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("in 2022/23", "2022-23"),
        ("in 2022-23", "2022-23"),
        ("in 2022/2023", "2022-23"),
        ("Quarter 2 in 2023/24", "2023-24 Q2"),
        ("in quarter 4 of 2023-24", "2023-24 Q4"),
        ("in Spring 2024", "2023-24 Spring"),
        ("in Autumn 2023", "2023-24 Autumn"),
        ("the spring term 2023-24", "2023-24 Spring"),
        ("in July", "2024-07"),
        ("in December", "2023-12"),
        ("as at 30th September 2023", "2023-09"),
        ("in Mar-24", "2024-03"),
        ("during 2019", "2019"),
    ],
)
def test_a_period_is_read(text, name):
    found = [mark.name for mark in claims.marks(text, WORDS, "2024-07") if mark.kind == "period"]
    assert found == [name]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("is 72.4%,which is", [("72.4", "%")]),
        ("18 children/young people", [("18", "counted")]),
        ("1,345 of 36,834", [("1345", ""), ("36834", "")]),
        ("is -0.12 points", [("-0.12", "pp")]),
        ("17.5% - 22.5%", [("17.5", "%"), ("22.5", "%")]),
        ("Year 12-13, KS2, 16-17 year olds, 12month, 20 weeks, Covid 19, 18+", []),
        ("383 days", [("383", "days")]),
        ("0.9 percentage points", [("0.9", "pp")]),
    ],
)
def test_a_number_is_read_with_its_unit(text, numbers):
    found = [(str(m.number), m.unit) for m in claims.marks(text, WORDS, "2024-07") if m.kind == "number"]
    assert found == numbers


@pytest.mark.parametrize(
    ("claimed", "known", "agree"),
    [
        ("60", "60.8", False),
        ("61", "60.8", True),
        ("73.8", "73.8", True),
        ("2.8", "2.814", True),
        ("426", "426.0", True),
    ],
)
def test_two_figures_agree_at_the_coarser_precision(claimed, known, agree):
    assert same(Decimal(claimed), Decimal(known)) is agree


def read(text, topic=("rate",)):
    said = Reading(text, WORDS, "2024-07", set(topic)).claims()
    return [(claim.kind, claim.of, [str(number) for number in claim.numbers]) for claim in said if claim.numbers]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("above the 80.0% Target", [("figure", ("target", ""), ["80.0"])]),
        ("below the target of no more than 15", [("figure", ("target", ""), ["15"])]),
        ("19.4% for Kent's Statistical Neighbours", [("figure", ("benchmark", "Statistical neighbours"), ["19.4"])]),
        ("an England average of 22.4%", [("figure", ("benchmark", "England"), ["22.4"])]),
        ("England (22.4%)", [("figure", ("benchmark", "England"), ["22.4"])]),
        ("534 out of 3,232", [("fraction", ("value", ""), ["534", "3232"])]),
        ("118 people (cohort of 359)", [("fraction", ("value", ""), ["118", "359"])]),
        ("a target range of 17.5% - 22.5%", [("band", ("target", ""), ["17.5", "22.5"])]),
        ("districts range from 12% to 30%", [("spread", ("value", ""), ["12", "30"])]),
        ("the rate fell from 5.1% to 4.9%", [("earlier", ("value", ""), ["5.1"]), ("figure", ("value", ""), ["4.9"])]),
        ("missing the target by 0.9 points", [("difference", ("target", ""), ["0.9"])]),
        ("the rate, 2 points above England", [("difference", ("benchmark", "England"), ["2"])]),
        ("the rate is double the target", [("multiple", ("target", ""), ["2"])]),
        ("12% in Dover", [("figure", ("area", "Dover"), ["12"])]),
        ("five districts are RED", [("tally", ("rating", "RED"), ["5"])]),
    ],
)  # fmt: skip
def test_a_figure_belongs_to_what_stands_beside_it(text, found):
    assert read(text) == found


# --- verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "verdict"),
    [
        ("NEET was 3.7% in July.", "3.7%", "confirmed"),
        ("NEET was 3.6% in July.", "3.6%", "contradicted"),
        ("NEET was 3.4% in January.", "3.4%", "confirmed"),
        ("NEET was 3.7% in January.", "3.7%", "contradicted"),
        ("NEET was 9.9% in January 2011.", "9.9%", "unverifiable"),
        ("NEET is expected to be 9.9% next year.", "9.9%", "unverifiable"),
        ("NEET is 3.7%, against the England average of 2.8% in 2022/23.", "2.8%", "confirmed"),
        ("NEET is 3.7%, against the England average of 2.9% in 2022/23.", "2.9%", "contradicted"),
        ("NEET is 3.7%, against the England average of 2.8% in 2019/20.", "2.8%", "contradicted"),
        ("NEET was 3.7%. Agency cover was 3.6%.", "3.6%", "unverifiable"),
    ],
)
def test_a_figure_is_held_against_its_period(county, text, words, verdict):
    assert ("figure", words, verdict) in [(kind, said, told) for kind, said, told in held(county, text)] or (
        "loose", words, verdict
    ) in held(county, text)  # fmt: skip


def test_a_contradiction_names_what_is_right_and_where_it_stands(edition, county):
    told = verdicts.judge(edition, load_commentary(edition, edition.areas.kent), county)
    fault = next(fault for fault in verdicts.doubts(told) if fault.indicator == "SCS37")
    assert fault.place == "commentary/kent.md row 71"
    assert '"80.0%" is contradicted: 85.0% the target of 2023-24.' in fault.message
    assert "which is above the 80.0% Target." in fault.message
    assert fault.remedy == "Correct the sentence, or standards.csv row 21."


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("It is 23.1%, against 19.4% for statistical neighbours in 2022/23.", []),
        ("It is 23.1%, against 20.4% for statistical neighbours in 2021/22.", ["TXT102"]),
        ("It is 23.1%, against 21.5% for England in 2021/22.", ["TXT102"]),
        ("It is 23.1%, against 20.4% for statistical neighbours in 2022/23.", ["TXT101"]),
    ],
    ids=["the table's year", "neighbours a year before", "England a year before", "that figure under another year"],
)
def test_a_benchmark_of_another_year_than_the_table_prints_is_told(county, sentence, codes):
    """SCS03 prints 19.4 and 22.4 for 2022-23; the department's data for 2021-22 are 20.43 and 21.5."""
    entry = Entry(("SCS03",), "SCS03", ((1, f"The percentage of re-referrals: {sentence}"),), {}, FRONT)
    told = verdicts.judge_entry(entry, county.edition.areas["Kent"], county, WORDS)
    assert [fault.code for fault in verdicts.doubts(told)] == codes


def test_a_model_of_neighbours_that_is_not_in_force_is_contradicted(county):
    text = "Our statistical neighbours include Essex and Devon."
    assert held(county, text)[-2:] == [("neighbour", "Essex", "confirmed"), ("neighbour", "Devon", "contradicted")]


def test_an_indicator_that_the_area_does_not_print_says_nothing(county):
    assert held(county, "It is 12%.", about="SCS03", area="Dover CSWT")
    assert held(county, "It is 12%.", about="EY14", area="Dover CSWT") == []


# --- how often it is right ------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(bench_claims.TEXTS))
def test_exactly_the_contradictions_labelled_by_hand_are_found(name):
    """The published texts: no true sentence is doubted, no false one passes, and a label stands for one sentence."""
    county, commentary, labels = bench_claims.read(name)
    found = bench_claims.by_sentence(county, commentary)
    pairs = list(zip(found, labels, strict=True))
    assert [told["says"] for (said, _), told in pairs if not said.startswith(told["says"])] == []
    assert [said for (said, verdict), told in pairs if (verdict, told["label"]).count("contradicted") == 1] == []
    assert [said for (said, verdict), told in pairs if told["label"] == "confirmed" and verdict != "confirmed"] == []


def test_invented_sentences_are_mostly_read_right(county):
    """A floor, not a goal: no true or unverifiable sentence is contradicted, and at most three false ones pass."""
    found, labels = bench_claims.invented(county)
    table = bench_claims.confusion(found, labels)
    assert table["confirmed", "contradicted"] == table["unverifiable", "contradicted"] == 0
    assert table["contradicted", "contradicted"] >= 27
    assert sum(table[label, verdict] for label in bench_claims.LABELS for verdict in bench_claims.LABELS) == 71


@pytest.mark.parametrize("area", ["Kent", "Ashford", "Canterbury CSWT", "Swale EHU"])
def test_no_sentence_that_the_program_drafts_is_contradicted(county, area):
    counted, _ = bench_claims.drafted(county, area)
    assert counted["contradicted"] == 0
    assert counted["confirmed"] > 40


def test_true_figures_changed_by_a_digit_are_contradicted():
    made, caught, _ = bench_claims.recall(*bench_claims.read("2024-07"))
    assert made.total() > 200
    assert caught.total() / made.total() > 0.95


# --- the word lists -------------------------------------------------------------------------------


def test_a_word_list_that_is_missing_or_no_text_is_a_fault(tmp_path):
    text = (PARAMS / "claims.yml").read_text(encoding="utf-8")
    path = tmp_path / "claims.yml"
    path.write_text(text.replace("soft: [", "softer: [").replace('"off"', "5"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        claims.load_vocabulary(path)
    assert [(fault.column, fault.message.partition(". It holds")[0].rstrip(".")) for fault in caught.value.faults] == [
        (None, "soft is missing"), ("relations, bad, 5", '"5" stands where a text belongs'),
        (None, '"softer" is not known'),
    ]  # fmt: skip


PIECES = st.sampled_from(
    ["RED: ", "At ", "73.8% ", "the target ", "of ", "England ", "from ", "to ", "in July ", "2022/23 ", "(", ")", ", ",
     "and ", "has risen ", "by two ", "every month ", "since ", "Dover ", "districts ", "more than double ", "below ",
     "12 of 23 ", ". ", "respectively ", "highest ", "1,2,3 ", "% ", "- ", "last year ", "ten ", "within 6 weeks ",
     "Q2 ", "\u2013 ", "99/99 "]
)  # fmt: skip


@given(pieces=st.lists(PIECES, max_size=14))
def test_no_text_breaks_the_check(county, pieces):
    for _, _, verdict in held(county, "".join(pieces) or "x"):
        assert verdict in {"confirmed", "contradicted", "unverifiable"}


# --- the commands ---------------------------------------------------------------------------------


def test_the_command_lists_each_claim_under_its_sentence():
    done = CliRunner().invoke(main, ["claims", "--edition", "2024-07", "--area", "Kent", "--verdict", "contradicted"])
    lines = done.stdout.splitlines()
    at = next(
        i for i, line in enumerate(lines) if line.startswith("commentary/kent.md row 71: GREEN: The percentage of")
    )
    assert lines[at + 1] == "  contradicted  SCS37  80.0%: 85.0% the target of 2023-24 (standards.csv row 21)"
    assert lines[-1] == "170 claims in edition 2024-07: 128 confirmed, 8 contradicted, 34 unverifiable."


def test_check_warns_of_each_contradiction():
    done = CliRunner().invoke(main, ["check", "--edition", "2024-07"])
    assert done.exit_code == 0
    assert done.stdout.count("WARNING TXT101") == 8
