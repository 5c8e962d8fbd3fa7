"""The drafted words. Expected sentences are typed in from the printed figures of July 2024."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from scorecard.build import build_rows, build_scorecard, counts, each_once, grouped
from scorecard.commentary import (
    changes_since_previous,
    headline,
    ranked_headline,
    rating_changes,
    sentence,
)
from scorecard.ratings import Dot, Rag, Verdict

SENTENCES = {
    ("Kent", "SCS08"): (
        "AMBER: At 82.2%, the percentage of Returner Interviews completed for those with SCS Involvement is below "
        "the target of 90.0% but above the floor standard of 80.0%; 1,673 of 2,036. Down from 85.0% in June 2024: "
        "performance has worsened. Outturn printed for 2022-23: 86.0% (AMBER)."
    ),
    ("Kent", "SCS03"): (
        "GREEN: At 23.1%, the percentage of re-referrals to Children's Social Work Services within 12 months of a "
        "previous referral (rolling 12 months) is within the target of no more than 25.0%; 5,637 of 24,414. Down "
        "from 23.2% in June 2024: performance has improved. Outturn printed for 2022-23: 23.5% (GREEN). For "
        "comparison, as printed: Statistical neighbours 19.4% (2022-23, mean), England 22.4% (2022-23, published)."
    ),
    ("Kent", "SCS19"): (
        "RED: At 73.8%, the percentage of CIC Foster Care in KCC Foster Care/Rel & Friends placements (exc UASC) "
        "is below the target of 85.0% and below the floor standard of 75.0%; 768 of 1,040. Up from 73.7% in June "
        "2024: performance has improved. Outturn printed for 2022-23: 73.9% (RED)."
    ),
    ("Kent", "SCS43"): (
        "RED: At 22.2 cases per worker, the average caseload in the CSWT Teams is above the target of no more "
        "than 18.0 and above the floor standard of 22.0; 5,499 cases for 248.1 full-time equivalent staff. Up "
        "from 21.9 in June 2024: performance has worsened. Outturn printed for 2022-23: 21.8 (AMBER)."
    ),
    ("Kent", "SCS18"): (
        "GREEN: At 71.9%, the percentage of children in care in the same placement for the last two years (for "
        "those in care for two and a half years or more) is above the target of 70.0% (the floor standard is not "
        "known); 320 of 445. Up from 71.8% in June 2024: performance has improved. Outturn printed for 2022-23: "
        "71.0% (GREEN). For comparison, as printed: Statistical neighbours 68.7% (2022-23, mean), England 69.0% "
        "(2022-23, published)."
    ),
    ("Kent", "SCS29"): (
        "GREEN: At 383.0 days, the average number of days between becoming a child in care and moving in with an "
        "adoptive family is within the target of no more than 426.0 (the floor standard is not known); 25,276 days "
        "for 66 children. Up from 381.2 in June 2024: performance has worsened. Outturn printed for 2022-23: 357.3 "
        "(GREEN). For comparison, as printed: Statistical neighbours 442 (2022-23, mean), England 480 (2022-23, "
        "published)."
    ),
    ("Kent", "SCS13"): (
        "GREEN: At 20.5%, the percentage of children becoming subject to a child protection plan for the second or "
        "subsequent time is within 2.5 of the target of 20.0% (17.5% to 22.5%); 252 of 1,231. Up from 19.6% in June "
        "2024, further from the target: performance has worsened. Outturn printed for 2022-23: 19.7% (GREEN). For "
        "comparison, as printed: Statistical neighbours 24.3% (2022-23, mean), England 23.6% (2022-23, published)."
    ),
    ("Thanet Ramsgate CSWT", "SCS13"): (
        "RED: At 29.4% in Thanet Ramsgate CSWT, the percentage of children becoming subject to a child protection "
        "plan for the second or subsequent time is above the target range of 17.5% to 22.5% (target 20.0%) and "
        "outside the floor standard of 12.5% to 27.5%; 15 of 51. Up from 9.5% in June 2024, closer to the target: "
        "performance has improved. Outturn printed for 2022-23: 12.5% (AMBER). For comparison, as printed: "
        "Statistical neighbours 24.3% (2022-23, mean), England 23.6% (2022-23, published)."
    ),
    ("Kent", "EH-CASELOAD"): (
        "AMBER: At 13.8 cases per worker, the average caseload within Early Help Units (families) is below the "
        "target range of 17.5 to 22.5 (target 20.0) but within the floor standard of 12.5 to 27.5; 2,107 cases "
        "for 153.0 full-time equivalent staff. Down from 14.1 in June 2024, further from the target: performance "
        "has worsened. Outturn printed for 2022-23: 14.3 (GREEN)."
    ),
    ("Kent", "APP-EP"): (
        "GREEN: At 60%, the percentage of assessment requests sent to Educational Psychology returned within 6 "
        "weeks is above the target of 55% (the floor standard is not known); 120 of 200. Up from 57% in June "
        "2024: performance has improved."
    ),
    ("Kent", "EH43"): (
        "RED: At 28, the number of pupils permanently excluded from the primary phase (all Year R to Year 6 "
        "pupils) is above the target of no more than 12 and above the assumed floor standard of 20. Up from 24 in "
        "June 2024: performance has worsened. Outturn 2022-23: 15 (AMBER)."
    ),
    ("Ashford", "EH43"): (
        "NOT RATED: The number of pupils permanently excluded from the primary phase (all Year R to Year 6 "
        "pupils) in Ashford is 2 (no target is set). Unchanged from 2 in June 2024. Outturn 2022-23: 0."
    ),
    ("Kent", "APP17-A"): (
        "NOT RATED: The average duration in days from assessment request to EHCP completion is 194 days (no "
        "target is set). Down from 206 in June 2024: performance has improved."
    ),
    ("Kent", "CYPE6"): (
        "RED: At 76.4%, the percentage of Children Missing Education cases closed within 30 school days is below "
        "the target of 90% and below the floor standard of 87%; 3,994 of 5,228. Up from 74.7% in June 2024: "
        "performance has improved. Outturn 2022-23: 79.7%."
    ),
    ("Dartford", "SISE71"): (
        "GREEN: At 2.8% in Dartford, the percentage of Year 12-13 age-group (16-17 year olds) not in education, "
        "employment or training (NEET), a seasonally impacted indicator, is equal to the target of 2.8%, which "
        "counts as achieved; 92 of 3,269. Up from 2.7% in June 2024: performance has worsened. Outturn 2022-23: "
        "2.5% (GREEN). For comparison, as printed: South East 2.5% (2022-23, published), England 2.8% (2022-23, "
        "published)."
    ),
    ("Dartford", "CYPE1"): (
        "AMBER: At 10.5% in Dartford, the percentage of pupils being placed in independent or out-of-county "
        "special schools (Kent responsible EHCPs) is above the target of no more than 9% but equal to the floor "
        "standard of 10.5%, which counts as achieved; 159 of 1,520. Down from 12.9% in June 2024: performance has "
        "improved. Outturn 2022-23: 11.7% (RED)."
    ),
    ("Kent", "CYPE8"): (
        "RED: At 32.9% in quarter 1 of 2024-25, the rate of proven re-offending by CYP is above the target of no "
        "more than 28.7% and above the assumed floor standard of 31.7%; 118 of 359. Up from 31.1% in quarter 4 of "
        "2023-24: performance has worsened. Outturn 2022-23: 28.9% (GREEN). For comparison, as printed: South East "
        "31.2% (as at Jan 2023, published), England & Wales 28.5% (as at Jan 2023, published)."
    ),
    ("Kent", "EY2"): (
        "GREEN: At 72.6% in the spring term 2023-24, the percentage of DWP and other identified eligible 2 year "
        "olds taking up a free early education place, a seasonally impacted indicator, is above the target of "
        "69.0%; 2,978 of 4,102. Up from 69.6% in the spring term 2022-23: performance has improved."
    ),
    ("Ashford", "EY15"): (
        "AMBER: At 22.1 percentage points in Ashford in 2023-24, the FSM gap in the percentage of pupils at EYFS "
        "achieving a Good Level of Development is above the target of no more than 22.0 but within the floor "
        "standard of 25.0. Up from 16.0 in 2022-23: performance has worsened. For comparison, as printed: South "
        "East 23.6 (2022-23, published), England 20.4 (2022-23, published)."
    ),
    ("Kent", "SISE12"): (
        "AMBER: At 47.0 points in 2023-24, the average score at KS4 in Attainment 8 is below the target of 48.0 but "
        "above the floor standard of 45.0. Unchanged from 47.0 in 2022-23. This repeats 2022-23: 2024 results not "
        "yet published. For comparison, as printed: South East 47.4 (2022-23, published), England 46.3 (2022-23, "
        "published)."
    ),
    ("Kent", "CYPE23"): (
        "AMBER: At 34.20 points in 2023-24, the average point score per A Level entry at KS5 (school students only) "
        "is below the target of 34.40 but above the floor standard of 31.40. Unchanged from 34.20 in 2022-23. This "
        "repeats 2022-23: 2024 results not yet published. For comparison, as printed: South East 35.24 (2022-23, "
        "published), England 34.63 (2022-23, published)."
    ),
    ("Kent", "KS4-P8-FSM"): (
        "RED: At -0.82 points in 2022-23, the average score at KS4 in Progress 8 for FSM pupils is below the target "
        "of -0.60 and below the floor standard of -0.80. Up from -0.90 in 2021-22: performance has improved. For "
        "comparison, as printed: South East -0.80 (2022-23, published), England -0.58 (2022-23, published)."
    ),
    ("Kent", "KS4-P8-CIC"): (
        "AMBER: At -1.48 points in 2022-23, the average score at KS4 in Progress 8 for Kent CIC is below the "
        "target of -1.30 but above the floor standard of -1.50. Unchanged from -1.48 in 2021-22."
    ),
    ("Kent", "EH72-F"): (
        "RED: At 30.8%, the percentage of referrals to an Early Help Unit where a previous episode ended within 12 "
        "months is above the target of no more than 25.0% and above the floor standard of 30.0%; 3,580 of 11,641. "
        "Unchanged from 30.8% in June 2024. Outturn printed for 2022-23: 30.8% (RED). For comparison, as printed: "
        "Benchmark group (SN or SE) 28% (2022-23, method not printed)."
    ),
    ("Sevenoaks", "CYPE25"): (
        "NOT RATED: No figure for the average point score per Tech Level entry at KS5 (school students only) in "
        "Sevenoaks in 2023-24: not available."
    ),
    ("Ashford CSWT", "SCS18"): (
        "NOT RATED: No figure for the percentage of children in care in the same placement for the last two years "
        "(for those in care for two and a half years or more) in Ashford CSWT: not available."
    ),
}

HEADLINES = {
    ("Kent", "SCS18"): "Kent meets the target on children in care in one placement for 2 years; improved",
    ("Kent", "SCS08"): "Kent misses the target on returner interviews completed; worsened",
    ("Kent", "SCS13"): "Kent meets the target on repeat child protection plans; worsened",
    (
        "Ashford CSWT",
        "SCS43",
    ): "Ashford CSWT misses the floor standard on average caseload, social work teams; worsened",
    ("Dartford", "SISE71"): "Dartford meets the target on NEET, 16 to 17 year olds; worsened",
    ("Kent", "SISE71"): "Kent misses the target on NEET, 16 to 17 year olds; no change",
    ("Kent", "SISE12"): "Kent misses the target on KS4 Attainment 8 score",
    ("Ashford", "EH43"): "Ashford: permanent exclusions, primary, 2 (no change)",
    ("Kent", "SEND-EPWAIT"): "Kent: psychology referrals waiting over 6 weeks, 18.6% (worsened)",
    ("Sevenoaks", "CYPE25"): "No figure for Sevenoaks on Tech Level points per entry",
}

RANKED = {
    ("Ashford", "SISE71", 8, False): "Ashford is 8th of 12 districts on NEET, 16 to 17 year olds",
    ("Ashford", "SISE71", 2, True): "Ashford is joint 2nd of 12 districts on NEET, 16 to 17 year olds",
    ("Ashford", "SISE71", 1, False): "Ashford has the lowest figure of 12 districts on NEET, 16 to 17 year olds",
    ("Ashford", "SISE71", 1, True): "Ashford has the joint lowest figure of 12 districts on NEET, 16 to 17 year olds",
    ("Thanet", "SISE71", 12, False): "Thanet has the highest figure of 12 districts on NEET, 16 to 17 year olds",
    ("Thanet", "EY14", 12, False): "Thanet has the lowest figure of 12 districts on EYFS good level of development",
    ("Thanet", "EY14", 12, True): "Thanet is joint 12th of 12 districts on EYFS good level of development",
    ("Dover CSWT", "SCS13", 1, False): "Of 12 social work teams, Dover CSWT is closest to the target on repeat child "
    "protection plans",
    ("Swale EHU", "EH16-F", 11, False): "Swale EHU is 11th of 12 Early Help Units on Early Help cases returning within "
    "3 months",
    ("Sevenoaks", "CYPE25", None, False): "No figure for Sevenoaks on Tech Level points per entry",
    ("Sevenoaks", "EH43", None, False): "Sevenoaks is not ranked on permanent exclusions, primary",
}


def name(case) -> str:
    return " ".join(map(str, case))


@pytest.fixture(scope="module")
def rows(edition):
    return list(build_rows(edition))


@pytest.mark.parametrize("case", SENTENCES, ids=name)
def test_sentence(row_of, case):
    assert sentence(row_of(*case)) == SENTENCES[case]


@pytest.mark.parametrize("case", HEADLINES, ids=name)
def test_headline(row_of, case):
    assert headline(row_of(*case)) == HEADLINES[case]


@pytest.mark.parametrize("case", RANKED, ids=name)
def test_ranked_headline(row_of, case):
    area, key, rank, joint = case
    assert ranked_headline(row_of(area, key), rank, 12, joint) == RANKED[case]


ORDINALS = {2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 101: "101st", 112: "112th"}


@pytest.mark.parametrize("rank", ORDINALS, ids=ORDINALS.get)
def test_ordinal(row_of, rank):
    assert f"Ashford is {ORDINALS[rank]} of 150 districts" in ranked_headline(row_of("Ashford", "SISE71"), rank, 150)


# --- what July 2024 does not hold ------------------------------------------------------------------


def test_missed_target_with_unknown_floor(row_of):
    kent = row_of("Kent", "SCS18")
    missed = replace(
        kent, series=(replace(kent.latest, value=Decimal("66.7")),), rag=Verdict(None, "floor standard not known")
    )
    assert "is below the target of 70.0% (the floor standard is not known); " in sentence(missed)
    assert sentence(missed).startswith("NOT RATED: At 66.7%, ")
    assert headline(missed) == "Kent misses the target on children in care in one placement for 2 years; improved"


def test_no_earlier_figure(row_of):
    first = replace(row_of("Kent", "APP17-A"), previous=None, dot=Verdict(None, "no earlier value"))
    assert sentence(first).endswith("is 194 days (no target is set). There is no earlier figure to compare with.")


def test_last_figure_where_the_latest_is_missing(row_of):
    kent = row_of("Kent", "SCS29")
    gap = replace(kent.latest, value=None, reason="to be supplied", note="to be supplied")
    said = sentence(replace(kent, series=(gap,), rag=Verdict(None, gap.reason), dot=Verdict(None, gap.reason)))
    assert "adoptive family: to be supplied. The last figure was 381.2 days in June 2024." in said


def test_other_side_of_the_target_at_the_same_distance(row_of):
    kent = row_of("Kent", "SCS13")
    mirrored = replace(kent, previous=replace(kent.previous, value=Decimal("19.5")), dot=Verdict(Dot.SAME, None))
    assert "Up from 19.5% in June 2024, as far from the target as before." in sentence(mirrored)


def test_any_other_note_on_the_latest_figure(row_of):
    kent = row_of("Kent", "SISE4")
    assert "Note: provisional." in sentence(replace(kent, series=(replace(kent.latest, note="provisional"),)))


# --- every row of the edition ----------------------------------------------------------------------

NUMBER = r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?"
PERIOD = r"\d{4}-\d\d|quarter \d|(June|Jan) \d{4}"


def test_every_number_is_a_printed_figure_of_the_row(rows):
    strange = {sentence(row): odd for row in rows if (odd := numbers(sentence(unnamed(row))) - own_figures(row))}
    assert strange == {}


def unnamed(row):
    """The row without the numbers that stand in its name and its note."""
    indicator = replace(row.indicator, measure="Number of pupils")
    return replace(row, indicator=indicator, series=(replace(row.latest, note=None),))


def numbers(text: str) -> set[Decimal]:
    return {Decimal(number.replace(",", "")) for number in re.findall(NUMBER, re.sub(PERIOD, "", text))}


def own_figures(row) -> set[Decimal]:
    figures = [row.latest, row.previous, row.outturn, row.benchmark, row.england]
    own = {figure.value for figure in figures if figure} | {row.latest.numerator, row.latest.denominator}
    standard = row.standard
    own |= {standard.target, standard.tolerance, standard.floor}
    if standard.tolerance:
        for distance in (standard.tolerance, standard.floor):
            own |= {standard.target - distance, standard.target + distance}
    return own


def test_every_sentence_and_headline_reads_as_one(rows):
    for row in rows:
        said, chart = sentence(row), headline(row)
        assert re.match(r"(RED|AMBER|GREEN|NOT RATED): [A-Z]", said)
        assert said.endswith(".")
        assert not re.search(r"  |None|[{}]| [.,;]|\.\.", said)
        assert row.area.name in chart
        assert not chart.endswith(".")
        assert not re.search(r"  |None|[{}]", chart)


def test_a_headline_says_the_rating_and_the_arrow_however_long_it_becomes(rows):
    words = {Rag.GREEN: "meets the target", Rag.AMBER: "misses the target", Rag.RED: "misses the floor standard"}
    arrows = {Dot.IMPROVED: "; improved", Dot.SAME: "; no change", Dot.WORSENED: "; worsened"}
    for row in rows:
        if row.rag.word:
            said, arrow = headline(row), arrows.get(row.dot.word, "")
            assert words[row.rag.word] in said
            assert said.endswith(arrow) or row.latest.note


# --- many rows -------------------------------------------------------------------------------------


def test_second_page_is_counted_once(edition):
    kent = build_scorecard(edition, edition.area("Kent"))
    assert len(kent) == 65
    assert len(each_once(kent)) == 61  # EY14, EY15, SISE4 and SISE16 stand on two pages in the same year
    groups = grouped(kent)
    assert list(groups) == [Rag.RED, Rag.AMBER, Rag.GREEN, None]
    assert [row.indicator.key for row in groups[Rag.RED]] == [
        "SCS19", "SCS40", "SCS43", "EH72-F", "CYPE8", "EH43", "EH44", "CYPE6", "CYPE22", "SEND10", "EYFS-GLD-CIC",
        "SISE12", "KS4-A8-CIC", "KS4-P8-FSM",
    ]  # fmt: skip


def test_counts_of_the_education_pages_of_dartford(rows):
    monthly = [row for row in rows if row.area.name == "Dartford" and row.section.heading == "Education, monthly"]
    # printed: APP17 46.9 GREEN, SISE71 2.8 GREEN, CYPE1 10.5 AMBER, EH43, EH44 without target, CYPE6 and CYPE22 RED
    assert counts(monthly) == {
        "RED": 2, "AMBER": 1, "GREEN": 2, "not rated": 2, "improved": 3, "same": 2, "worsened": 2, "no arrow": 0
    }  # fmt: skip


def test_rating_changes_since_last_year(rows):
    dartford = [row for row in rows if row.area.name in ("Dartford", "Thanet Ramsgate CSWT")]
    said = {(c.row.area.name, c.row.indicator.key): (c.before, c.now, c.words) for c in rating_changes(dartford)}
    assert said["Dartford", "APP17"] == ("RED", "GREEN", "was RED in 2022-23")
    assert said["Dartford", "CYPE1"] == ("RED", "AMBER", "was RED in 2022-23")
    printed = ("AMBER", "RED", "was AMBER by the outturn printed for 2022-23")
    assert said["Thanet Ramsgate CSWT", "SCS13"] == printed
    assert ("Dartford", "SISE71") not in said


def test_rating_changes_since_the_previous_figure(row_of):
    kent = [row_of("Kent", key) for key in ("SCS43", "APP17", "EH46", "SCS08", "CYPE2", "EH43")]
    said = {
        change.row.indicator.key: change for change in changes_since_previous([*kent, row_of("Sevenoaks", "CYPE25")])
    }
    assert set(said) == {"SCS43", "APP17", "EH46"}
    assert said["SCS43"].words == "was AMBER in June 2024, rated by the same standard"  # 21.9 against a floor of 22
    assert (said["APP17"].before, said["APP17"].now) == (Rag.RED, Rag.AMBER)  # 32.3, then 42.1, floor 35
    assert said["EH46"].words == "was AMBER in 2022-23, rated by the same standard"  # 17.2, then 16.1, target 16.5


def test_a_target_without_tolerance_says_that_it_is_not_known(row_of):
    row = row_of("Kent", "SCS13")
    bare = replace(row, standard=replace(row.standard, tolerance=None), rag=Verdict(None, "tolerance not known"))
    said = sentence(bare)
    assert said.startswith("NOT RATED: ")
    assert "tolerance not known" in said
    assert "20.0% to 20.0%" not in said
