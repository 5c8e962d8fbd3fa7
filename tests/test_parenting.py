"""The Corporate Parenting scorecard of July 2019: its figures and rules, held against what its text prints."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scorecard.build import build_scorecard
from scorecard.checks import check
from scorecard.commentary import headline, remarks, sentence
from scorecard.drawing import attainment, breakdowns
from scorecard.editions import Edition, load_edition
from scorecard.ratings import Verdict
from scorecard.reconcile import is_reconciled, reconcile, summary

D = Decimal
IMPROVED, SAME, WORSENED = "improved", "same", "worsened"
NO_FLOOR = "floor standard not known"


@pytest.fixture(scope="module")
def parenting() -> Edition:
    return load_edition("corporate-parenting-2019-07")


@pytest.fixture(scope="module")
def rows(parenting) -> dict:
    return {row.indicator.key: row for row in build_scorecard(parenting, parenting.areas.kent)}


# --- what is printed ------------------------------------------------------------------------------


def test_the_49_indicators_stand_in_their_printed_sections(rows):
    sections = [row.section.heading for row in rows.values()]
    printed = {
        "Children": 16, "Education": 5, "Health and wellbeing": 6, "Adoption": 8, "Missing children": 4,
        "Complaints": 1, "Care leavers": 5, "Quality assurance": 1, "Staffing": 3,
    }  # fmt: skip
    assert {heading: sections.count(heading) for heading in sections} == printed
    assert list(dict.fromkeys(sections)) == list(printed)


LINES = [
    # key, latest, numerator, denominator, target, RAG, one month ago, its arrow, one year ago, its arrow
    ("CP-REVIEWS", "98.4", "1587", "1612", "98", "GREEN", "98.8", WORSENED, "99.1", WORSENED),
    ("CP-SAME-WORKER", "53.8", "536", "996", "60", NO_FLOOR, "54.0", WORSENED, "48.6", IMPROVED),
    ("CP-3-PLACEMENTS", "9.7", "165", "1706", "10", "GREEN", "10.0", IMPROVED, "10.7", IMPROVED),
    ("SCS18", "73.2", "388", "530", "70", "GREEN", "72.7", IMPROVED, "69.3", IMPROVED),
    ("CP-RATE", "40.9", "1390", "340140", None, "no target", "41.0", "no polarity", "40.8", "no polarity"),
    ("CP-SAME-IRO", "79.5", "792", "996", None, "no target", "79.5", SAME, "72.6", IMPROVED),
    ("CP-OUTSIDE-KENT-MEDWAY", "7.8", "133", "1706", None, "no target", "7.1", WORSENED, "7.7", WORSENED),
    ("CP-EXCLUDED", "1", None, None, None, "no target", "1", SAME, "0", WORSENED),
    ("CP-IHA", "62.4", "394", "631", "85", NO_FLOOR, "67.1", WORSENED, "82.0", WORSENED),
    ("CP-HEALTH-HISTORY", "100.0", "24", "24", "100", "GREEN", "100.0", SAME, "100.0", SAME),
    ("SCS29", "360.5", "27762", "77", "426.0", "GREEN", "358.4", WORSENED, "336.8", WORSENED),
    ("CP-MATCH-DAYS", "110.5", "8290", "75", "121.0", "GREEN", "110.4", WORSENED, "117.2", IMPROVED),
    ("CP-AWAITING-ADOPTION", "3.2", "54", "1706", None, "no target", "3.5", IMPROVED, "3.5", IMPROVED),
    ("SCS34", "64.3", "956", "1487", "65", NO_FLOOR, "65.0", WORSENED, "66.3", WORSENED),
    ("CP-PERMANENT-STAFF", "79.6", "92.3", "116.0", "85", NO_FLOOR, "78.4", IMPROVED, "77.4", IMPROVED),
    ("SCS42", "15.9", "1610", "101.2", "15.0", "caseloads are not rated", "15.7", WORSENED, "16.4", IMPROVED),
    ("CP-IRO-CASELOAD", "68.5", "1706", "24.9", "70.0", "caseloads are not rated", "64.3", WORSENED, "61.7", WORSENED),
]


def said(verdict: Verdict) -> str:
    return str(verdict.word or verdict.reason)


@pytest.mark.parametrize("line", LINES, ids=[line[0] for line in LINES])
def test_a_line_as_printed_with_its_rating_and_both_directions_of_travel(rows, line):
    row = rows[line[0]]
    numbers = (row.latest.value, row.latest.numerator, row.latest.denominator, row.standard.target)
    assert numbers == tuple(text and D(text) for text in line[1:5])
    assert said(row.rag) == line[5]
    assert (row.previous.period, row.previous.value, said(row.dot)) == ("2019-06", D(line[6]), line[7])
    assert (row.year_ago.period, row.year_ago.value, said(row.dot_year_ago)) == ("2018-07", D(line[8]), line[9])


def test_a_dash_is_not_zero(rows):
    row = rows["CP-PART-TIME"]
    assert (row.latest.value, row.latest.reason) == (None, 'printed "-"')
    assert row.previous.value == D(16)
    assert (row.year_ago.value, row.year_ago.reason) == (None, 'printed "-"')
    assert [said(verdict) for verdict in (row.rag, row.dot, row.dot_year_ago)] == ['printed "-"'] * 3


@pytest.mark.parametrize("key", ["CP-SEN", "CP-EHCP-20-WEEKS"])
def test_a_row_without_data_says_why(rows, key):
    row = rows[key]
    assert row.latest.reason == "data not available due to new system implementation"
    assert (row.latest.value, row.previous, row.year_ago) == (None, None, None)


ENGLAND = [
    ("CP-3-PLACEMENTS", "10", "National figures from 2016/17 (LAIT)."),
    ("SCS18", "70", "National figures from 2016/17 (LAIT)."),
    ("CP-RATE", "57.8", "National figures from 2016/17 (DfE Statutory returns)."),
    ("CP-HEALTH", "89.4", "National figures from 2016/17 (DfE Statutory returns)."),
    ("CP-DENTAL", "83.4", "National figures from 2016/17 (DfE Statutory returns)."),
    ("SCS29", "593", "Statistical First Release 2016/17."),
    ("CP-MATCH-DAYS", "190", "ALB Return 2016/17."),
    ("CP-ADOPTED-SGO", "14", "Statistical First Release 2016/17."),
    ("CP-ACCOMMODATION", "92.2", "National figures from 2016/17 (DfE Statutory returns)."),
    ("SCS34", "58.6", "National figures from 2016/17 (DfE Statutory returns)."),
    ("CP-IN-CONTACT", "90.6", "National figures from 2016/17 (DfE Statutory returns)."),
]


def test_each_rate_of_england_stands_with_its_year_and_its_footnote(rows):
    told = {key: row.england for key, row in rows.items() if row.england}
    assert {figure.period for figure in told.values()} == {"2016-17"}
    assert [(key, figure.value, figure.note) for key, figure in told.items()] == [
        (key, D(value), note) for key, value, note in ENGLAND
    ]


# --- its own rules --------------------------------------------------------------------------------


def with_denominator(edition: Edition, indicator: str, denominator: str) -> Edition:
    observations = edition.observations.copy()
    observations.loc[observations["indicator"] == indicator, "denominator"] = D(denominator)
    return replace(edition, observations=observations)


@pytest.mark.parametrize(
    ("denominator", "rating"),
    [pytest.param("5", "GREEN", id="5 is rated"), pytest.param("4", "denominator below 5", id="4 is not")],
)
def test_a_denominator_below_5_is_not_rated(parenting, denominator, rating):
    row = build_scorecard(with_denominator(parenting, "CP-REVIEWS", denominator), parenting.areas.kent)[0]
    assert (row.indicator.key, said(row.rag)) == ("CP-REVIEWS", rating)


def test_the_directorate_scorecard_does_rate_a_denominator_of_2(edition):
    few = with_denominator(edition, "SCS08", "2")
    row = next(row for row in build_scorecard(few, edition.areas.kent) if row.indicator.key == "SCS08")
    assert (row.latest.denominator, said(row.rag)) == (D(2), "AMBER")


PRINTED_RED_AND_AMBER = {
    "CP-SAME-WORKER": "AMBER", "SCS19": "AMBER", "CP-20-MILES": "AMBER", "CP-IHA": "RED", "CP-ADOPTED-SGO": "AMBER",
    "CP-SGO-EXC-UASC": "AMBER", "CP-INTERVIEWS": "AMBER", "CP-INTERVIEWS-3-DAYS": "AMBER", "SCS34": "AMBER",
    "CP-PATHWAY": "AMBER", "CP-PERMANENT-STAFF": "AMBER",
}  # fmt: skip


def test_every_printed_green_is_ours_and_a_missed_target_without_floor_has_no_rating(parenting):
    held = reconcile(parenting)
    agreed, explained = (held[held["outcome"] == outcome] for outcome in ("agrees", "explained"))
    assert list(agreed["printed"]) == ["GREEN"] * 13
    assert dict(zip(explained["indicator"], explained["printed"], strict=True)) == PRINTED_RED_AND_AMBER
    assert set(explained["computed"]) == {"none"}
    assert is_reconciled(held)


def test_arrows_that_the_text_does_not_hold_are_not_compared(parenting):
    told = summary(reconcile(parenting)).set_index("kind")
    assert told.loc["direction of travel", "printed"] == 0
    assert told.loc["current RAG", ["printed", "agree", "explained", "unexplained"]].tolist() == [24, 13, 11, 0]


def test_no_floor_standard_is_guessed(parenting):
    assert parenting.standards["floor"].isna().all()
    assert set(parenting.standards["floor_source"]) == {"unknown"}


def test_the_check_finds_nothing_that_stops_a_pack(parenting):
    assert [fault for fault in check(parenting) if fault.grade == "error"] == []


# --- the tables about children --------------------------------------------------------------------


def test_the_one_row_that_does_not_add_up_is_found(parenting):
    found = [fault.message for fault in check(parenting) if fault.code == "BRK010"]
    assert found == ["Disability, Consciousness: Female 7 and Male 1 add up to 8, Grand Total has 17."]


@pytest.mark.parametrize(
    "table", ["Current Age", "Age at Period of Care Start Date", "Nationality", "UASC", "Ethnicity"]
)
def test_each_table_of_children_has_the_1706_children_of_the_scorecard(parenting, rows, table):
    told = parenting.breakdowns.query("table == @table and row_name == 'Grand Total'")
    assert dict(zip(told["column"], told["value"], strict=True)) == {
        "Female": D(639), "Male": D(1067), "Grand Total": rows["CP-KENT"].latest.value
    }  # fmt: skip


def test_a_blank_cell_is_not_zero(parenting):
    told = parenting.breakdowns.query("table == 'Ethnicity' and row_name == 'C3 - Bangladeshi'")
    assert list(zip(told["column"], told["value"], told["note"], strict=True)) == [
        ("Female", None, "blank in print"), ("Male", None, "blank in print"), ("Grand Total", D(0), ""),
    ]  # fmt: skip


def chart(charts: list, name: str):
    return next(chart for chart in charts if chart.name == name)


def bars(drawn) -> int:
    return drawn.svg.count('id="bar')


def test_a_table_of_children_is_drawn_with_all_its_figures(parenting):
    drawn = chart(breakdowns.charts(parenting), "breakdown-current-age")
    assert drawn.headline == "Current Age: 17 is the largest group, 334 of 1,706"
    assert drawn.columns == ("Current Age", "Female", "Male", "Grand Total")
    assert (drawn.rows[0], drawn.rows[-1]) == (("0", "29", "39", "68"), ("Grand Total", "639", "1,067", "1,706"))
    assert "17 334" in drawn.alt
    assert bars(drawn) == 2 + 2 * 18  # the two headings, and two parts for each age


def test_a_long_table_is_drawn_by_its_largest_rows_and_told_whole(parenting):
    drawn = chart(breakdowns.charts(parenting), "breakdown-nationality")
    assert "the 12 largest of 40 rows" in drawn.subtitle
    assert len(drawn.rows) == 41
    assert ("Albanian", "blank in print", "13", "13") in drawn.rows
    assert drawn.alt.endswith("Lithuanian 10; Czech 7.")


def test_the_table_of_disabilities_says_that_children_count_more_than_once(parenting):
    drawn = chart(breakdowns.charts(parenting), "breakdown-disability")
    assert drawn.source.endswith("A child with more than one disability is counted more than once.")
    assert ("Consciousness", "7", "1", "17") in drawn.rows  # as printed


GAPS = [
    ("attainment-ks2-expected-standard", "Reading, writing and maths",
     ("35.6", "32.0", "64.6", "64.7", "+3.6", "-29.0", "-29.1")),
    ("attainment-ks2-expected-standard", "Writing (teacher assessment)",
     ("52.1", "48.0", "80.4", "80.7", "+4.1", "-28.3", "-28.6")),
    ("attainment-ks2-high-standard", "Grammar, punctuation and spelling",
     ("8.0", "12.0", "29.7", "29.8", "-4.0", "-21.7", "-21.8")),
    ("attainment-ks4-attainment-8", "Overall", ("15.6", "19.3", "44.3", "46.3", "-3.7", "-28.7", "-30.7")),
    ("attainment-ks4-progress-8", "Overall",
     ("-1.09 (± 0.25)", "-1.18 (± 0.04)", "-0.13 (± 0.02)", "-0.11 (± 0.02)", "+0.09", "-0.96", "-0.98")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "measure", "told"), GAPS, ids=[f"{name} {measure}" for name, measure, _ in GAPS])
def test_the_gaps_between_children_in_care_and_others(parenting, name, measure, told):
    drawn = chart(attainment.charts(parenting), name)
    assert drawn.columns[0] == "Measure"
    assert drawn.columns[5:] == tuple(
        f"Difference to {who}" for who in ("in care, England", "all pupils", "state-funded")
    )
    assert (measure, *told) in drawn.rows


def test_the_widest_gap_is_the_headline(parenting):
    told = [drawn.headline for drawn in attainment.charts(parenting)]
    assert told == [
        "KS2, expected standard: children in care are 30.3 percentage points below all pupils in Maths",
        "KS2, high standard: children in care are 21.7 percentage points below all pupils in Grammar, punctuation and "
        "spelling",
        "KS2, average scaled score: children in care are 4.9 points below all pupils in Reading",
        "KS2, below the expected standard: children in care are 29.8 percentage points above all pupils in Maths",
        "KS4, Attainment 8: children in care are 28.7 points below all pupils in Overall",
        "KS4, Progress 8: children in care are 1.11 points below all pupils in English",
    ]


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("CP-IHA", "NOT RATED: At 62.4%, the percentage of Initial Health Assessments taking place within 20 working "
                   "days is below the target of 85% (the floor standard is not known); 394 of 631. Down from 67.1% in "
                   "June 2019: performance has worsened. It was 82.0% in July 2018: performance has worsened over the "
                   "year."),
        ("SCS42", "NOT RATED: The average caseload of social workers in CIC Teams (District Teams Only) is 15.9 cases "
                  "per worker beside a target of 15.0 (caseloads are not rated); 1,610 cases for 101.2 full-time "
                  "equivalent staff. Up from 15.7 in June 2019: performance has worsened. It was 16.4 in July 2018: "
                  "performance has improved over the year."),
        ("CP-PART-TIME", 'NOT RATED: No figure for the number on a part-time timetable: printed "-". The last figure '
                         "was 16 in June 2019."),
    ],
)  # fmt: skip
def test_a_sentence_tells_both_directions_of_travel(rows, key, words):
    assert sentence(rows[key]).split(" For comparison")[0] == words


def test_a_figure_that_is_never_rated_does_not_miss_its_target(rows):
    assert headline(rows["CP-IRO-CASELOAD"]) == "Kent: average caseload of reviewing officers, 68.5 (worsened)"


def test_the_commentary_does_not_say_that_floors_were_worked_out(parenting, edition):
    said = {one.name: remarks(build_scorecard(one, one.areas.kent))[0] for one in (parenting, edition)}
    assert said[parenting.name] == "No floor standard is known, so that a missed target cannot be told AMBER or RED."
    assert "worked out from the printed ratings" in said[edition.name]
