"""The long series: figures typed in from the printed scorecards of December 2022 and July 2024."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from scorecard.build import build_rows, build_scorecard
from scorecard.editions import Edition, load_edition
from scorecard.findings import directions
from scorecard.history import (
    CURRENT,
    DOUBLE,
    HISTORY,
    MISSING,
    NOWHERE,
    REPEATED,
    REVISED,
    history,
    lengthened,
    long_series,
    unbroken,
)  # fmt: skip
from scorecard.history import revisions as taken_back

D = Decimal


@pytest.fixture(scope="module")
def december() -> Edition:
    return load_edition("2022-12")


@pytest.fixture(scope="module")
def told(december, edition):
    return history([edition, december])


@pytest.fixture(scope="module")
def long_rows(edition, told) -> dict:
    kept = {("SCS03", "Kent"), ("SISE4", "Kent"), ("EY2", "Kent"), ("EH-CASELOAD", "Thanet EHU"), ("EH47", "Kent")}
    rows = [row for row in build_rows(edition) if (row.indicator.key, row.area.name) in kept and not row.section.page]
    return {(row.indicator.key, row.area.name): row for row in lengthened(rows, told)}


def cell(told, *key):
    rows = [row for row in told.itertuples() if (row.indicator, row.area, row.period) == key]
    return [(row.value, row.edition, row.file, row.standing) for row in rows]


OBS = "observations.csv"
CELLS = {
    "only in December 2022": (
        ("SCS03", "Kent", "2022-06"), [(D("21.4"), "2022-12", OBS, CURRENT)],
    ),
    "alike in both": (
        ("EY14", "Kent", "2021-22"), [(D("65.8"), "2022-12", OBS, REPEATED), (D("65.8"), "2024-07", OBS, CURRENT)],
    ),
    "revised for all schools": (
        ("EH47", "Kent", "2020-21"), [(D("12.2"), "2022-12", OBS, REVISED), (D("15.6"), "2024-07", OBS, CURRENT)],
    ),
    "printed twice in July 2024, and in December 2022": (
        ("EY15", "Kent", "2021-22"),
        [(D("22.6"), "2022-12", OBS, REPEATED), (D("22.6"), "2024-07", OBS, CURRENT),
         (D("23.2"), "2024-07", "conflicts.csv", DOUBLE)],
    ),
    "printed twice, once rounded further": (
        ("SISE4", "Kent", "2022-23"),
        [(D("59.3"), "2024-07", OBS, CURRENT), (D("59"), "2024-07", "conflicts.csv", REPEATED)],
    ),
    "no examinations": (
        ("SISE4", "Kent", "2020-21"), [(None, "2022-12", OBS, MISSING), (None, "2024-07", OBS, MISSING)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("key", "printed"), CELLS.values(), ids=CELLS)
def test_every_print_of_a_figure_is_kept_and_one_is_current(told, key, printed):
    assert cell(told, *key) == printed


def test_each_figure_is_current_once_and_names_a_row_that_holds_it(told, december, edition):
    assert list(told.columns) == HISTORY
    current = told[told["standing"] == CURRENT]
    assert not current.duplicated(["indicator", "area", "period"]).any()
    valued = told[told["value"].notna()]
    assert len(current) == len(valued.drop_duplicates(["indicator", "area", "period"]))
    rows = {(of.name, row.row): row for of in (december, edition) for row in of.observations.itertuples()}
    for row in current.itertuples():
        assert row.file == OBS
        assert rows[row.edition, row.row].value == row.value


@pytest.mark.parametrize(
    ("column", "printed", "now"),
    [
        ("indicator", "SEND20", "APP17"), ("indicator", "EH22-C", "EH72-F"), ("indicator", "EH52", "EH52-F"),
        ("indicator", "EH16", "EH16"), ("area", "Shepway", "Folkestone and Hythe"),
    ],
)  # fmt: skip
def test_an_older_code_or_name_joins_its_series_and_eh16_joins_none(december, edition, column, printed, now):
    one = december.observations.head(1).assign(**{column: printed, "period": "2021-01"})
    told = history([replace(december, observations=one), edition])
    assert told[told["period"] == "2021-01"][column].tolist() == [now]


def test_a_figure_that_another_took_the_place_of_stands_beside_it(told):
    gone = taken_back(told).set_index(["indicator", "area", "period", "standing"])
    thanet = gone.loc[("EY15", "Thanet", "2021-22", REVISED)]
    assert (thanet["value"], thanet["row"], thanet["value_now"], thanet["edition_now"]) == (
        D("13.5"), 2833, D("23.7"), "2024-07",
    )  # fmt: skip
    assert gone.loc[("EY15", "Kent", "2022-23", DOUBLE), "note"] == "also line 268"
    assert set(gone.index.get_level_values("standing")) == {REVISED, DOUBLE}


def test_a_row_gets_the_months_of_both_editions_and_says_which_none_prints(long_rows):
    series = long_rows["SCS03", "Kent"].series
    assert [str(figure.value) for figure in series[:7]] == ["21.4", "21.3", "21.1", "20.9", "20.7", "20.9", "21.1"]
    assert {(figure.value, figure.reason) for figure in series[7:19]} == {(None, NOWHERE)}
    assert (series[7].period, series[18].period) == ("2023-01", "2023-12")
    assert [(figure.period, figure.file) for figure in (series[0], series[-1])] == [
        ("2022-06", "2022-12/observations.csv"), ("2024-07", "observations.csv"),
    ]  # fmt: skip
    assert series[-1].value == D("23.1")


@pytest.mark.parametrize(
    ("key", "values"),
    [
        (("SISE4", "Kent"), ["68", "not available", "not available", "59", "59.3", "60.8"]),
        (("EH47", "Kent"), ["15.2", "not available", "15.6", "29.2", "29.2", "24.8"]),
        (("EY2", "Kent"), ["69.6", "65.2", "79.0", "72.6"]),
    ],
    ids=["older years are added", "the revised figure is used", "terms are not joined with years"],
)
def test_annual_and_termly_series(long_rows, key, values):
    assert [str(one.value) if one.value is not None else one.reason for one in long_rows[key].series] == values


def test_a_team_of_a_later_edition_has_only_its_own_months(long_rows):
    assert min(figure.period for figure in long_rows["EH-CASELOAD", "Thanet EHU"].series) == "2024-01"


def test_one_year_ago_comes_from_an_earlier_edition(december, edition, told):
    """A July edition that would be of July 2023: Kent's re-referrals were 21.3 in July 2022."""
    as_of_2023 = edition.observations.assign(period=edition.observations["period"].str.replace("2024-07", "2023-07"))
    sections = tuple(replace(one, shown={**one.shown, "R12M": ("2023-07",)}) for one in edition.sections)
    later = replace(edition, observations=as_of_2023, sections=sections)
    row = next(row for row in build_rows(later, later.areas.kent) if row.indicator.key == "SCS03")
    (row,) = lengthened([row], history([december, later]))
    assert (row.year_ago.value, row.year_ago.file, str(row.dot_year_ago.word)) == (
        D("21.3"), "2022-12/observations.csv", "worsened",
    )  # fmt: skip


def test_the_policy_of_the_newest_edition_holds_for_all(december, published):
    """EH43 of Ashford is 1 to 3 in every month of both editions; the earlier one itself is as published."""
    told = history([december, published]).query("indicator == 'EH43' and area == 'Ashford'")
    assert (len(told), set(told["value"]), set(told["note"])) == (14, {None}, {"c (few children)"})
    assert set(told["standing"]) == {MISSING}


def test_what_one_edition_withholds_none_tells(december, edition):
    """December 2022 prints 21.3 for Kent's re-referrals in July 2022; the later one withholds that month."""
    row = {"indicator": "SCS03", "area": "Kent", "period": "2022-07", "note": "c (few children)", "row": 9999}
    table = pd.concat([edition.observations, pd.DataFrame([row])]).astype(object)
    later = replace(edition, observations=table.where(table.notna(), None))
    told = history([december, later]).query("indicator == 'SCS03' and area == 'Kent' and period == '2022-07'")
    assert list(told["value"]) == [None, None]


# --- the series of a pack -----------------------------------------------------------------------------


def of(rows, key):
    return next(row for row in rows if row.indicator.key == key)


@pytest.mark.parametrize(
    ("key", "longest", "first", "value", "count"),
    [
        ("SCS03", 24, "2022-08", "21.1", 24), ("SCS03", 30, "2022-06", "21.4", 26),
        ("SCS03", 12, "2024-01", "23.7", 7), ("SCS03", 3, "2024-01", "23.7", 7),
        ("CYPE8", 24, "2021-22 Q4", "39.4", 10), ("SISE4", 24, "2018-19", "68", 6),
    ],
    ids=["two years", "all there is", "not from a gap on", "never less than the edition shows", "quarters", "years"],
)  # fmt: skip
def test_a_pack_shows_the_figures_of_earlier_editions_as_far_as_they_can_be_read(
    edition, key, longest, first, value, count
):
    series = of(long_series(edition, build_scorecard(edition, edition.areas.kent), longest), key).series
    assert (series[0].period, str(series[0].value), len(series)) == (first, value, count)


def test_each_figure_names_its_edition_and_its_own_edition_needs_no_name(edition):
    row = of(long_series(edition, build_scorecard(edition, edition.areas.kent)), "SCS03")
    assert [figure.file for figure in row.series if figure.value is not None] == ["2022-12/observations.csv"] * 5 + [
        "observations.csv"
    ] * 7


def test_an_edition_knows_nothing_of_later_ones(december):
    """EH47 of 2020-21 was 12.2 in December 2022; July 2024 prints another figure."""
    rows = build_scorecard(december, december.areas.kent)
    long = [figure for row in long_series(december, rows) for figure in row.series]
    assert [replace(figure, others=None) for figure in long] == [figure for row in rows for figure in row.series]
    assert not any("2024-07" in (figure.others or "") for figure in long)
    rows = long_series(december, rows)
    told = {(row.indicator.key, figure.period): (figure.value, figure.others) for row in rows for figure in row.series}
    assert told["EH47", "2020-21"] == (Decimal("12.2"), None)


def test_a_figure_says_what_another_edition_or_page_prints_for_it(edition):
    """EY15 2022-23 is 23.2 in the table of Kent's annual indicators and 21.3 on another page; EH47 2020-21 was 12.2."""
    rows = long_series(edition, build_scorecard(edition, edition.areas.kent))
    told = {(row.indicator.key, figure.period): figure.others for row in rows for figure in row.series}
    assert told["EY15", "2022-23"].startswith("21.3 in conflicts.csv row ")
    assert told["EH47", "2020-21"].startswith("12.2 in 2022-12/observations.csv row ")
    assert told["SCS03", "2024-07"] is None


def test_no_steady_movement_is_told_across_a_gap(edition, december):
    """Kent's caseloads: 11.5 in August 2022, then nothing for a year, then 14.0 falling to 13.8."""
    rows = build_scorecard(edition, edition.areas.kent)
    (long,) = (row for row in long_series(edition, rows) if row.indicator.key == "SCS42")
    assert [figure.reason for figure in long.series if figure.period == "2023-05"] == [NOWHERE]
    assert [figure.period for figure in unbroken(long)] == [f"2024-{month:02}" for month in range(1, 8)]


def test_a_figure_that_an_analyst_changes_shows_in_the_next_long_series(edition):
    """Kent's re-referrals of June 2024, asked for with a row that has only July's."""
    printed = of(build_scorecard(edition, edition.areas.kent), "SCS03")
    bare, changed = replace(printed, series=printed.series[-1:]), edition.copy()
    changed.observations.loc[changed.observations["row"] == printed.series[-2].row, "value"] = D("30.3")
    before, after, again = (of(long_series(one, [bare]), "SCS03") for one in (edition, changed, edition))
    assert [str(row.series[-2].value) for row in (before, after, again)] == ["23.2", "30.3", "23.2"]


def test_the_year_before_and_the_trend_of_a_pack_use_the_edition_before(edition, december):
    """A month after December 2022 without a gap: re-referrals of 21.4 in June 2022 against 22.4 in June 2023.

    Of June 2022 to June 2023 thirteen figures are known, so that the trend is over thirteen and not over seven.
    """
    months = [f"2023-{month:02}" for month in range(1, 7)]
    values = ["21.3", "21.5", "21.7", "21.9", "22.1", "22.4"]
    line = {"indicator": "SCS03", "area": "Kent", "note": ""}
    lines = [line | {"period": m, "value": D(v), "row": i} for i, (m, v) in enumerate(zip(months, values, strict=True))]
    table = pd.DataFrame(lines).reindex(columns=december.observations.columns).astype(object)
    section = next(one for one in december.sections if one.kind == "Kent" and "SCS03" in one.indicators)
    shown = replace(section, shown={**section.shown, "R12M": tuple(months)})
    later = replace(
        december, name="2023-06", as_at="2023-06", sections=(shown,), observations=table.where(table.notna(), None)
    )
    row = of(long_series(later, [of(build_scorecard(later, later.areas.kent), "SCS03")]), "SCS03")
    assert [str(figure.value) for figure in row.series] == [
        "21.4", "21.3", "21.1", "20.9", "20.7", "20.9", "21.1", *values,
    ]  # fmt: skip
    told = directions(row)
    assert (row.year_ago.value, str(told.year_ago.word)) == (D("21.4"), "worsened")
    assert str(told.window.word) == "worsened"
