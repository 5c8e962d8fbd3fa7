"""What changed between December 2022 and July 2024: printed figures, and causes worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from scorecard.__main__ import main
from scorecard.areas import Area, Areas
from scorecard.changes import CHANGES, biggest, causes, changes, movers, paired, team_changes, turned
from scorecard.drawing import changed
from scorecard.editions import Edition, load_edition
from scorecard.faults import InputError

D = Decimal


@pytest.fixture(scope="module")
def december() -> Edition:
    return load_edition("2022-12")


@pytest.fixture(scope="module")
def pairs(december, edition):
    return paired(december, edition)


@pytest.fixture(scope="module")
def told(december, edition):
    return changes(december, edition)


def with_figure(edition: Edition, key: tuple[str, str, str], value: str) -> Edition:
    table = edition.observations
    at = (table["indicator"] == key[0]) & (table["area"] == key[1]) & (table["period"] == key[2])
    assert at.sum() == 1
    return replace(edition, observations=table.assign(value=table["value"].mask(at, D(value))))


def test_the_policy_of_the_later_edition_holds_for_the_earlier_one(december, published):
    """December 2022: EH43 of Ashford is 1, of Kent 13; the earlier edition itself is as published."""
    rows = [pair.before for pair in paired(december, published) if pair.before.indicator.key == "EH43"]
    latest = {row.area.name: (row.latest.value, row.latest.reason) for row in rows}
    assert latest["Kent"] == (13, None)
    assert latest["Ashford"] == (None, "c (few children)")


# --- why a rating changed -------------------------------------------------------------------------

CAUSES = {
    # indicator, area: before, after, cause; then the figures that show why
    "GREEN at 13.0 (L 15, 18), AMBER at 13.8 (T 20, 7.5): L and 20, or T and 15, would be GREEN":
        ("EH-CASELOAD", "Kent", "GREEN", "AMBER", "target and rule"),
    "12.5 would be AMBER by today's standard, 10.9 within 5 of 15 AMBER, below 20 GREEN":
        ("EH-CASELOAD", "Ashford EHU", "GREEN", "RED", "performance, target and rule"),
    "4.1 and 4.7 both miss 3.5 and meet 4.8": ("SEND10", "Dover", "RED", "GREEN", "target"),
    "73.3 and 70.6 both meet 70 and miss 75": ("SCS37", "Swale Central CSWT", "AMBER", "RED", "target"),
    "25.0 misses 35, 46.7 misses 50": ("APP17", "Canterbury", "RED", "GREEN", "performance and target"),
    "22.6 is 2.6 from 20, 20.5 is 0.5": ("SCS13", "Kent", "AMBER", "GREEN", "performance"),
    "years then, terms now": ("EY2", "Kent", "AMBER", "GREEN", "data period"),
    "no target then": ("EY14", "Kent", "not rated", "AMBER", "target"),
    "no figure then": ("EH46", "Kent", "not rated", "GREEN", "figure"),
    "no target now": ("CYPE2", "Kent", "GREEN", "not rated", "target"),
}  # fmt: skip


@pytest.mark.parametrize("case", CAUSES.values(), ids=CAUSES)
def test_the_cause_of_a_changed_rating(told, case):
    rows = told[(told["kind"] == "rating") & (told["indicator"] == case[0]) & (told["area"] == case[1])]
    assert [tuple(row) for row in rows[["before", "after", "cause"]].itertuples(index=False)] == [case[2:]]


def test_the_figures_and_standards_of_both_editions_are_told(told):
    (row,) = told[(told["indicator"] == "EH-CASELOAD") & (told["area"] == "Kent") & (told["kind"] == "rating")]["told"]
    assert row == (
        "December 2022: 13.0, target 15.0 (L), floor 18.0; then July 2024: 13.8, target 20.0 (T, GREEN within 2.5), "
        "floor within 7.5"
    )


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        pytest.param(("SEND10", "Dover", "2021-22"), "2.9", "revision", id="restated as GREEN by its own target"),
        pytest.param(("SEND10", "Gravesham", "2021-22"), "3.6", "revision and target", id="restated from AMBER to RED"),
        pytest.param(("SCS37", "Swale Central CSWT", "2024-07"), "60.0", "performance or target", id="each would do"),
    ],
)
def test_revisions_and_causes_that_would_each_do(december, edition, key, value, cause):
    found = paired(december, with_figure(edition, key, value))
    (pair,) = (pair for pair in found if (pair.after.indicator.key, pair.after.area.name) == key[:2])
    assert causes(pair) == cause


def test_every_line_that_both_print_is_counted_once(pairs, told):
    assert len(pairs) == len({(pair.after.indicator.key, pair.after.area.name) for pair in pairs})
    rated = [
        tuple(str(row.rag.word) for row in pair[:2]) for pair in pairs if pair.before.rag.word != pair.after.rag.word
    ]
    assert (told["kind"] == "rating").sum() == len(rated)
    assert {row.indicator.key for row in turned(pairs, "Kent")} >= {"EH-CASELOAD", "APP17", "SCS13"}
    assert "EY14" not in {row.indicator.key for row in turned(pairs, "Kent")}


# --- indicators, standards, teams, figures --------------------------------------------------------


def test_new_and_dropped_indicators(told):
    rows = told[told["kind"] == "indicator"]
    assert set(rows[rows["cause"] == "new"]["indicator"]) == {"APP17-N", "APP17-D", "APP17-A", "APP-EP"}
    dropped = set(rows[rows["cause"] == "dropped"]["indicator"])
    staffing = {"SEND-PERM", "SEND-AGENCY", "SEND-VACANT", "SEND-EHCPAUDIT"}
    assert (len(dropped), staffing - dropped) == (19, set())


@pytest.mark.parametrize(
    ("key", "cause", "before", "after"),
    [
        ("APP17", "code", "SEND20", "APP17"), ("EY2", "data period", "A", "T"),
        ("EY2", "compared with", "previous year", "same term last year"),
        ("EH46", "source", "Autumn and Spring data for academic year 2020-21",
         "Aut/Spr data for academic year 2022-23"),
        ("SCS37", "target", "80.0", "85.0"), ("SEND10", "target", "3.0", "4.8"), ("APP17", "floor", "50.0", "35.0"),
        ("EH-CASELOAD", "target", "15.0", "20.0"), ("EH-CASELOAD", "polarity", "L", "T"),
        ("EH-CASELOAD", "floor", "18.0", "within 7.5"),
    ],
)  # fmt: skip
def test_what_is_called_measured_or_held_otherwise(told, key, cause, before, after):
    rows = told[told["kind"].isin(["indicator", "standard"]) & (told["indicator"] == key) & (told["cause"] == cause)]
    assert rows[["before", "after"]].to_numpy().tolist() == [[before, after]]


def test_the_two_early_help_units_of_thanet_were_merged(told):
    (row,) = told[told["kind"] == "team"].itertuples(index=False)
    assert tuple(row) == (
        "team", None, None, "Thanet", "Thanet Margate EHU and Thanet Ramsgate EHU", "Thanet EHU", "merged", "EHU",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (["North"], ["Upper"], "renamed"), (["North"], ["West", "East"], "split"), ([], ["North"], "new"),
        (["North", "South"], ["All"], "merged"), (["North", "South"], ["West", "East"], "regrouped"),
        (["North"], [], "dropped"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)  # fmt: skip
def test_teams_that_share_a_district_belong_together(edition, before, after, cause):
    teams = [Area(name, "EHU", districts=("Swale",), editions=("a",)) for name in before]
    teams += [Area(name, "EHU", districts=("Swale",), editions=("b",)) for name in after]
    areas = Areas({team.name: team for team in teams}, {}, ())
    told = list(team_changes(*(replace(edition, areas=areas, teams_as_of=as_of) for as_of in "ab")))
    assert [row[6] for row in told] == [cause]


def test_revised_figures_name_both_rows(told):
    rows = told[(told["kind"] == "figure") & (told["area"] == "Thanet") & (told["indicator"] == "EY15")]
    assert rows[["before", "after", "cause", "told"]].to_numpy().tolist() == [
        [
            "13.5",
            "23.7",
            "revised",
            "2021-22: 2022-12/observations.csv row 2833, then 2024-07/observations.csv row 2402",
        ]
    ]


# --- movers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("district", "area", "key", "steps"),
    [
        ("Ashford", "Ashford", "CYPE22", "-6.04"),  # 76.1 to 15.7, target 95 and floor 85
        ("Canterbury", "Canterbury", "APP17", "2.17"),  # 25.0 to 46.7, target 45 and floor 35
        ("Ashford", "Ashford EHU", "EH-CASELOAD", "-0.21"),  # 7.5 to 9.1 from 20, floor within 7.5
        ("Dover", "Dover", "SISE71", "-2.00"),  # 2.9 to 4.9, target 2.8 and floor 3.8
    ],
)
def test_how_far_a_figure_moved_in_distances_from_target_to_floor(december, edition, pairs, district, area, key, steps):
    found = {
        (one.district, one.pair.after.area.name, one.pair.after.indicator.key): one.steps
        for one in movers(december, edition, pairs)
    }
    assert f"{found[district, area, key]:.2f}" == steps
    assert ("Ashford", "Ashford", "EY2") not in found


def test_the_biggest_movers_are_three_each_way_and_a_shared_team_counts_in_both_districts(december, edition, pairs):
    found = movers(december, edition, pairs)
    kept = biggest(found)
    assert {sum(one.district == district.name for one in kept) for district in edition.areas.districts} == {6}
    shared = {one.district for one in found if one.pair.after.area.name.startswith("Sevenoaks South")}
    assert shared == {"Sevenoaks", "Tunbridge Wells"}


# --- shown ----------------------------------------------------------------------------------------


def cells(html: str) -> list[list[str]]:
    rows = BeautifulSoup(html, "html.parser").select("table tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in rows]


def test_the_flow_of_ratings_adds_up_to_the_lines(pairs, december, edition):
    _, *rows = cells(changed.flow(pairs, december, edition))
    assert [row[0] for row in rows] == ["R RED", "A AMBER", "G GREEN", "Not rated"]
    assert sum(int(cell) for row in rows for cell in row[1:]) == len(pairs)


@pytest.mark.parametrize("sort", changed.CAPTIONS)
def test_each_kind_of_change_has_its_table(told, edition, sort):
    heads, *rows = cells(changed.shown(told, sort, edition))
    assert len(rows) == (told["kind"] == sort).sum()
    assert {len(row) for row in rows} == {len(heads)}


def test_the_chart_of_causes_counts_every_line_rated_in_both(told, december, edition):
    chart = changed.why(told, december, edition)
    rated = told[(told["kind"] == "rating") & ~told[["before", "after"]].isin(["not rated"]).any(axis=1)]
    assert sum(int(count) for _, *counts in chart.rows for count in counts) == len(rated)
    assert ("target and rule", "0", "6") in chart.rows
    assert chart.columns == ("Cause", "Better", "Worse")
    assert "target and rule 0 better and 6 worse" in chart.alt


def test_the_chart_of_movers_names_one_each_way_for_each_district(december, edition, pairs):
    chart = changed.moved(movers(december, edition, pairs), december, edition)
    assert [row[:2] for row in chart.rows[:2]] == [("Ashford", "better"), ("Ashford", "worse")]
    assert chart.rows[1][2:] == ("Home educated, contacted in 10 school days 76.1% to 15.7%", "6.0")
    assert len(chart.rows) == 24
    assert (
        chart.headline == "Folkestone and Hythe got worse by most: Proven re-offending by young people 10.5% to 68.8%"
    )


# --- the command line -----------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(main, words)


def test_the_command_prints_the_same_changes_as_csv(told):
    done = run("changes", "--from", "2022-12", "--to", "2024-07", "--format", "csv")
    assert done.exit_code == 0
    printed = pd.read_csv(StringIO(done.stdout))
    assert list(printed.columns) == [*CHANGES, "disclosure"]
    assert (len(printed), set(printed["disclosure"])) == (len(told), {"as published"})


def test_the_command_prints_one_kind_as_a_table():
    done = run("changes", "--from", "2022-12", "--to", "2024-07", "--kind", "team")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "team: 1 merged")
    assert done.stdout.splitlines()[-1].startswith("Disclosure control: as published.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("changes", "--from", "2024-07", "--to", "2022-12"), "CHG001 editions: 2024-07 is not an earlier edition"),
        (("changes", "--from", "2022-12", "--to", "2022-12"), "Give the earlier one first."),
        (("history", "--edition", "2024-07", "--indicator", "SCS99"), '"SCS99" is not an indicator.'),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(words, said):
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_another_scorecard_is_not_compared(december, edition):
    with pytest.raises(InputError, match="CHG001"):
        changes(replace(december, scorecard="corporate-parenting"), edition)


def test_the_long_series_is_printed_with_its_rows():
    done = run("history", "--edition", "2024-07", "--indicator", "SEND20", "--area", "Kent", "--format", "csv")
    told = pd.read_csv(StringIO(done.stdout), dtype=str)
    assert told.iloc[6][["period", "value", "edition", "row"]].tolist() == ["2022-12", "39.8", "2022-12", "8"]
    assert told["period"].tolist()[-1] == "2024-07"
    assert set(told["indicator"]) == {"APP17"}
