"""One row an indicator: figures, ratings and arrows of July 2024 as printed, each figure from its own source row."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from scorecard.build import OUTTURN, RATINGS, build_ratings, build_rows, build_scorecard
from scorecard.ratings import NO_PREVIOUS, NO_TARGET, NO_VALUE, Verdict

D = Decimal
NORTH = "Sevenoaks North & Tonbridge and Malling"
SOUTH = "Sevenoaks South & Tunbridge Wells"
VULNERABLE = "vulnerable learners"
GREEN, AMBER, RED = "GREEN", "AMBER", "RED"
IMPROVED, SAME, WORSENED = "improved", "same", "worsened"


def row_of(edition, area: str, indicator: str, page: str = ""):
    (row,) = (
        row
        for row in build_rows(edition, edition.area(area))
        if (row.indicator.key, row.section.page) == (indicator, page)
    )
    return row


@pytest.fixture(scope="module")
def rows(edition):
    return list(build_rows(edition))


@pytest.fixture(scope="module")
def ratings(edition):
    return build_ratings(edition)


# --- as printed -----------------------------------------------------------------------------------

PRINTED = [
    # area, page, indicator, value, previous value, RAG, direction of travel, outturn, RAG of the outturn
    ("Kent", "", "APP17", "42.1", "32.3", AMBER, IMPROVED, "40.9", RED),
    ("Kent", "", "APP-EP", "60", "57", GREEN, IMPROVED, None, None),
    ("Kent", "", "CYPE1", "10.2", "10.2", AMBER, SAME, "11.0", RED),
    ("Kent", "", "SEND-EPWAIT", "18.6", "14.3", None, WORSENED, None, None),
    ("Kent", "", "SCS03", "23.1", "23.2", GREEN, IMPROVED, "23.5", GREEN),
    ("Kent", "", "SCS08", "82.2", "85.0", AMBER, WORSENED, "86.0", AMBER),
    ("Kent", "", "SCS13", "20.5", "19.6", GREEN, WORSENED, "19.7", GREEN),
    ("Kent", "", "SCS19", "73.8", "73.7", RED, IMPROVED, "73.9", RED),
    ("Kent", "", "SCS29", "383.0", "381.2", GREEN, WORSENED, "357.3", GREEN),
    ("Kent", "", "SCS43", "22.2", "21.9", RED, WORSENED, "21.8", AMBER),
    ("Kent", "", "EH-CASELOAD", "13.8", "14.1", AMBER, WORSENED, "14.3", GREEN),
    ("Kent", "", "CYPE8", "32.9", "31.1", RED, WORSENED, "28.9", GREEN),
    ("Kent", "", "SISE71", "3.7", "3.7", AMBER, SAME, "3.3", AMBER),
    ("Kent", "", "EH43", "28", "24", RED, WORSENED, "15", AMBER),
    ("Kent", "", "CYPE22", "16.5", "20.6", RED, WORSENED, "55.7", None),
    ("Kent", "", "EY2", "72.6", "69.6", GREEN, IMPROVED, None, None),
    ("Kent", "", "SISE4", "60.8", "59.3", GREEN, IMPROVED, None, None),
    ("Kent", "", "SISE12", "47.0", "47.0", AMBER, SAME, None, None),
    ("Kent", "", "CYPE25", "33.47", "33.47", AMBER, SAME, None, None),
    ("Kent", "", "CYPE2", "91.3", "90.1", None, IMPROVED, None, None),
    ("Kent", VULNERABLE, "SISE12", "47.0", "49.3", RED, WORSENED, None, None),
    ("Kent", VULNERABLE, "SISE19", "17.8", "18.5", AMBER, IMPROVED, None, None),
    ("Kent", VULNERABLE, "EYFS-GLD-CIC", "44.4", "22.5", RED, WORSENED, None, None),
    ("Kent", VULNERABLE, "KS2-RWM-SENSUPPORT", "46.0", "47", AMBER, IMPROVED, None, None),
    ("Kent", VULNERABLE, "KS4-A8-EHCP", "37.9", "39.5", GREEN, IMPROVED, None, None),
    ("Ashford CSWT", "", "SCS08", "84.8", "83.8", AMBER, IMPROVED, "74.3", RED),
    ("Ashford CSWT", "", "SCS13", "13.0", "16.7", AMBER, WORSENED, "20.6", GREEN),
    ("Ashford CSWT", "", "SCS40", "72.3", "72.3", RED, SAME, "77.6", AMBER),
    ("Ashford EHU", "", "EH-CASELOAD", "10.9", "13.9", RED, WORSENED, "10.4", GREEN),
    ("Ashford", "", "APP17", "52.2", "53.3", GREEN, WORSENED, "56.7", AMBER),
    ("Ashford", "", "CYPE1", "9.7", "10.6", AMBER, IMPROVED, "11.1", RED),
    ("Ashford", "", "EY2", "75.4", "70.9", GREEN, IMPROVED, None, None),
    ("Ashford", "", "CYPE23", "32.83", "32.8", AMBER, SAME, None, None),
    ("Ashford", "", "SEND10", "5.0", "4.9", AMBER, WORSENED, None, None),
    (f"{NORTH} CSWT", "", "SCS03", "24.9", "25.7", GREEN, IMPROVED, "26.6", AMBER),
    (f"{NORTH} CSWT", "", "SCS43", "25.3", "23.5", RED, WORSENED, "22.4", RED),
    (f"{NORTH} EHU", "", "EH-AUDIT", "100.0", "100.0", GREEN, SAME, "100.0", GREEN),
    (f"{NORTH} EHU", "", "EH16-F", "14.5", "16.0", GREEN, IMPROVED, "15.0", GREEN),
    (f"{SOUTH} CSWT", "", "SCS13", "29.5", "22.0", RED, WORSENED, "25.8", AMBER),
    (f"{SOUTH} CSWT", "", "SCS43", "17.9", "23.3", GREEN, IMPROVED, "21.7", AMBER),
    (f"{SOUTH} EHU", "", "EH-CASELOAD", "17.3", "13.9", AMBER, IMPROVED, "15.5", AMBER),
]


@pytest.mark.parametrize("case", PRINTED, ids=[" ".join(filter(None, case[:3])) for case in PRINTED])
def test_a_row_as_printed(edition, case):
    area, page, indicator, *expected = case
    row = row_of(edition, area, indicator, page)
    figures = [figure and str(figure.value) for figure in (row.latest, row.previous, row.outturn)]
    assert [*figures[:2], row.rag.word, row.dot.word, figures[2], row.outturn_rag.word] == expected


def test_the_trend_of_a_row_as_printed(edition):
    row = row_of(edition, "Kent", "SCS43")
    assert [str(figure.value) for figure in row.series] == ["21.2", "21.3", "21.8", "21.5", "22.1", "21.9", "22.2"]
    assert (row.series[0].period, row.latest.period) == ("2024-01", "2024-07")
    assert (row.latest.numerator, row.latest.denominator) == (D("5499"), D("248.1"))
    assert (row.standard.target, row.standard.floor, row.standard.floor_source) == (D("18.0"), D("22.0"), "stated")


def test_benchmarks_of_a_row_as_printed(edition):
    row = row_of(edition, "Kent", "SCS03")
    assert (row.benchmark_name, row.benchmark.value, row.benchmark.period) == (
        "Statistical neighbours", D("19.4"), "2022-23",
    )  # fmt: skip
    assert (row.england_name, row.england.value) == ("England", D("22.4"))


def test_next_years_target_as_printed(edition):
    assert row_of(edition, "Kent", "SISE4").next_standard.target == D("62.0")
    assert row_of(edition, "Kent", "SISE12", VULNERABLE).next_standard.target == D("48.0")


def test_the_key_stage_4_page_rates_its_own_year(edition):
    # 47.0 against the 51 of 2022-23 there, against the 48 of 2023-24 on the main page
    there, main = row_of(edition, "Kent", "SISE12", VULNERABLE), row_of(edition, "Kent", "SISE12")
    assert (there.latest.value, there.standard.year, there.standard.target, there.rag.word) == (
        D("47.0"), "2022-23", D("51.0"), RED,
    )  # fmt: skip
    assert (main.latest.value, main.standard.year, main.standard.target, main.rag.word) == (
        D("47.0"), "2023-24", D("48.0"), AMBER,
    )  # fmt: skip


# --- what the arrow compares with -----------------------------------------------------------------

COMPARED = [
    ("Kent", "SCS43", "2024-07", "2024-06"),
    ("Kent", "EY2", "2023-24 Spring", "2022-23 Spring"),
    ("Ashford", "EY2", "2023-24 Spring", "2022-23 Spring"),
    ("Kent", "CYPE8", "2024-25 Q1", "2023-24 Q4"),
    ("Kent", "EY14", "2023-24", "2022-23"),
]


@pytest.mark.parametrize(("area", "indicator", "latest", "previous"), COMPARED)
def test_the_arrow_compares_with_the_period_of_the_catalogue(edition, area, indicator, latest, previous):
    row = row_of(edition, area, indicator)
    assert (row.latest.period, row.previous.period) == (latest, previous)


def test_reoffending_compares_with_the_previous_quarter(edition):
    # Ashford: 22.7 after 19.0; the printed arrow, "same", compares with the 22.7 of two quarters back
    row = row_of(edition, "Ashford", "CYPE8")
    assert (row.previous.value, row.dot.word) == (D("19.0"), WORSENED)


OBSERVED = ["indicator", "area", "period", "value", "numerator", "denominator", "note", "row"]


def observing(edition, *told):
    """The edition with these observations only: indicator, area, period, value, note."""
    lines = [(*cells[:3], cells[3] and D(cells[3]), None, None, cells[4], n) for n, cells in enumerate(told, start=2)]
    return replace(edition, observations=pd.DataFrame(lines, columns=OBSERVED, dtype=object))


def test_a_month_without_value_is_passed_over(edition):
    typed = observing(
        edition,
        ("SISE71", "Dover", "2024-05", "2.9", ""),
        ("SISE71", "Dover", "2024-06", None, "to be supplied"),
        ("SISE71", "Dover", "2024-07", "2.7", ""),
    )
    row = row_of(typed, "Dover", "SISE71")
    assert (row.previous.period, row.previous.value, row.dot.word) == ("2024-05", D("2.9"), IMPROVED)


def test_the_same_term_last_year_is_never_replaced_by_another_term(edition):
    typed = observing(
        edition,
        ("EY2", "Dover", "2023-24 Autumn", "79.0", ""),
        ("EY2", "Dover", "2023-24 Spring", "72.6", ""),
    )
    row = row_of(typed, "Dover", "EY2")
    assert (row.previous, row.dot) == (None, Verdict(None, NO_PREVIOUS))


def test_the_printed_value_is_rated(edition):
    # Dartford SISE71 is 92 of 3,269 = 2.814: printed 2.8, target 2.8
    row = row_of(observing(edition, ("SISE71", "Dartford", "2024-07", "2.814", "")), "Dartford", "SISE71")
    assert (row.latest.value, row.rag.word) == (D("2.8"), GREEN)


def test_an_unknown_floor_gives_its_reason(edition):
    row = row_of(observing(edition, ("SCS18", "Kent", "2024-07", "69.9", "")), "Kent", "SCS18")
    assert row.rag == Verdict(None, "floor standard not known")


# --- what is missing ------------------------------------------------------------------------------


def test_a_figure_that_is_not_available_is_not_rated(edition):
    # the page prints GREEN and an arrow beside N/A
    row = row_of(edition, "Sevenoaks", "CYPE25")
    assert row.latest.value is None
    assert row.rag == row.dot == Verdict(None, "not available")


def test_a_district_has_no_target_for_exclusions(edition):
    row = row_of(edition, "Ashford", "EH43")
    assert (row.latest.value, row.rag, row.dot.word) == (D("2"), Verdict(None, NO_TARGET), SAME)
    assert row.standard.target is None
    assert row_of(edition, "Kent", "EH43").standard.target == D("12.0")


def test_a_nought_is_a_figure(edition):
    row = row_of(edition, "Ashford", "EH43")
    assert (row.outturn.value, row.outturn.reason, row.outturn_rag) == (D("0"), None, Verdict(None, NO_TARGET))


def test_a_period_that_nobody_entered_says_so(edition):
    row = row_of(observing(edition, ("SCS43", "Kent", "2024-06", "21.9", "")), "Kent", "SCS43")
    assert (row.latest.value, row.latest.reason, row.latest.row) == (None, NO_VALUE, None)
    assert row.rag == row.dot == Verdict(None, NO_VALUE)


def test_a_missing_figure_is_none_with_a_reason_and_never_nought(edition, rows):
    blank = set(edition.observations.loc[edition.observations["value"].isna(), "row"])
    for figure in (figure for row in rows for figure in row.series):
        assert (figure.value is None) == (figure.row is None or figure.row in blank)
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or isinstance(figure.value, Decimal)


def test_every_rating_and_arrow_is_a_word_or_a_reason(rows):
    for row in rows:
        for verdict in (row.rag, row.dot, row.outturn_rag):
            assert (verdict.word is None) == bool(verdict.reason)


# --- whose figures --------------------------------------------------------------------------------


def test_every_figure_of_a_row_is_the_areas_own(edition, rows):
    observed = edition.observations.set_index("row")
    outturns = edition.outturns.set_index("row")
    for row in rows:
        for figure in filter(None, [*row.series, row.previous, row.outturn]):
            table = outturns if figure.file == "outturns.csv" else observed
            if figure.row is not None:
                told = table.loc[figure.row]
                assert (told["indicator"], told["area"]) == (row.indicator.key, row.area.name)
                assert told["year" if table is outturns else "period"] == figure.period


def test_no_two_areas_share_a_figure(rows):
    figures = [(figure, row.area.name) for row in rows for figure in row.series]
    owners = Counter(id(figure) for figure, _ in figures)
    assert max(owners.values()) == 1
    areas = {}
    for figure, area in figures:
        assert areas.setdefault((figure.file, figure.row), area) == area or figure.row is None


def areas_in_order(scorecard):
    return list(dict.fromkeys(row.area.name for row in scorecard))


PAGES = {
    "Kent": {"Kent"},
    "Ashford": {"Ashford CSWT", "Ashford EHU", "Ashford"},
    "Sevenoaks": {f"{NORTH} CSWT", f"{SOUTH} CSWT", f"{NORTH} EHU", f"{SOUTH} EHU", "Sevenoaks"},
    "Tonbridge and Malling": {f"{NORTH} CSWT", f"{NORTH} EHU", "Tonbridge and Malling"},
    "Swale": {"Swale Central CSWT", "Swale Island & Rural CSWT", "Swale EHU", "Swale"},
}


@pytest.mark.parametrize("name", PAGES)
def test_a_scorecard_shows_the_teams_first_and_then_its_own_lines(edition, name):
    shown = areas_in_order(build_scorecard(edition, edition.area(name)))
    assert set(shown) == PAGES[name]
    assert shown[-1] == name


def test_a_shared_team_shows_the_same_lines_on_both_pages(edition):
    sevenoaks, malling = (
        [row for row in build_scorecard(edition, edition.area(name)) if row.area.name == f"{NORTH} CSWT"]
        for name in ("Sevenoaks", "Tonbridge and Malling")
    )
    assert sevenoaks == malling
    assert len(sevenoaks) == 11


def test_the_lines_stand_in_printed_order(edition):
    keys = [row.indicator.key for row in build_scorecard(edition, edition.area("Ashford"))]
    assert keys[:3] == ["SCS03", "SCS08", "SCS13"]
    assert keys[11:18] == ["EH72-F", "EH52-F", "EH-AUDIT", "EH16-F", "EH-CASELOAD", "CYPE8", "APP17"]
    assert keys[-2:] == ["EH46", "EH47"]
    assert len(keys) == 11 + 5 + 1 + 7 + 1 + 14


# --- the frame of ratings -------------------------------------------------------------------------

CONTRACT = [
    "edition", "indicator", "code", "area", "period", "year", "value", "numerator", "denominator", "polarity",
    "target", "floor", "floor_source", "rag", "rag_reason", "previous_period", "previous_value", "dot", "dot_reason",
    "page", "dot_year_ago", "year_ago_period", "year_ago_value", "dot_year_ago_reason",
    "confidence", "confidence_reason", "interval_low", "interval_high",
]  # fmt: skip


def test_the_columns_of_ratings_are_a_contract(ratings):
    assert RATINGS == CONTRACT
    assert list(ratings.columns) == CONTRACT


def test_a_line_of_ratings_as_printed(ratings):
    of_kent = ratings.query("indicator == 'EH-CASELOAD' and area == 'Kent'").drop(columns="code")
    assert of_kent.to_numpy().tolist() == [
        ["2024-07", "EH-CASELOAD", "Kent", "2024-07", "2023-24", D("13.8"), D("2107"), D("153.0"), "T", D("20.0"),
         D("7.5"), "bracketed", AMBER, None, "2024-06", D("14.1"), WORSENED, None, None, None, None, None, NO_PREVIOUS,
         None, "an average", None, None],
        ["2024-07", "EH-CASELOAD", "Kent", "2022-23", "2022-23", D("14.3"), None, None, "L", D("15.0"),
         D("18.0"), "bracketed", GREEN, None, None, None, None, OUTTURN, None, None,
         None, None, OUTTURN, None, "an average", None, None],
    ]  # fmt: skip


def test_a_rating_says_whether_it_is_clear(ratings):
    # Wilson by hand: 410 of 1,683 and, for Kent, 5,637 of 24,414
    told = ratings.query("indicator == 'SCS03' and area in ('Ashford CSWT', 'Kent') and year == '2023-24'")
    assert told[["area", *CONTRACT[-4:]]].to_numpy().tolist() == [
        ["Kent", "clear", "no standard inside 22.6 to 23.6", D("22.6"), D("23.6")],
        ["Ashford CSWT", "within noise", "target inside 22.4 to 26.5", D("22.4"), D("26.5")],
    ]


def test_ratings_count_each_team_once(ratings):
    now = ratings[ratings["period"] == "2024-07"]
    assert (now["indicator"] == "SCS43").sum() == 1 + 13  # Kent and the thirteen social work teams
    assert (now["indicator"] == "EH16-F").sum() == 1 + 11
    assert (now["indicator"] == "SISE71").sum() == 1 + 12
    assert not ratings.duplicated(["indicator", "area", "period", "year", "page", "dot_reason"]).any()


@pytest.mark.parametrize(
    ("indicator", "area", "ago"),
    [
        pytest.param("SCS03", "Kent", (None, None, None, NO_PREVIOUS), id="July 2023 is not in the edition"),
        pytest.param("EY14", "Kent", ("worsened", "2022-23", D("68.3"), None), id="EY14 67.8 after 68.3"),
        pytest.param("EY14", "Ashford", ("same", "2022-23", D("68.6"), None), id="EY14 68.6 after 68.6"),
        pytest.param("CYPE25", "Sevenoaks", (None, "2022-23", None, "not available"), id="no value in either year"),
    ],
)
def test_one_year_ago_is_the_same_period_of_the_year_before(ratings, indicator, area, ago):
    told = ratings.query("indicator == @indicator and area == @area and page.isna() and dot_reason != @OUTTURN").iloc[0]
    assert tuple(told[["dot_year_ago", "year_ago_period", "year_ago_value", "dot_year_ago_reason"]]) == ago


NUMERIC = ["value", "numerator", "denominator", "target", "floor", "previous_value", "year_ago_value"]


def test_missing_numbers_in_ratings_are_none_with_a_reason_beside(ratings):
    assert {type(cell) for column in NUMERIC for cell in ratings[column]} == {Decimal, type(None)}
    assert not (ratings == "").any(axis=None)
    assert (ratings["rag"].isna() == ratings["rag_reason"].notna()).all()
    assert (ratings["dot"].isna() == ratings["dot_reason"].notna()).all()
    assert ratings.loc[ratings["value"].isna(), "rag"].isna().all()
