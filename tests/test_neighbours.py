"""Charts and table of Kent among its neighbours, from the committed figures alone: no name of a neighbour in them."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from scorecard.areas import load_areas
from scorecard.benchmarks import Values
from scorecard.comparison.comparators import leading
from scorecard.comparison.imports import import_file
from scorecard.comparison.neighbours import (
    compare,
    ranked_neighbours,
    series,
    standings_table,
    trend_of_neighbours,
)
from scorecard.faults import InputError
from scorecard.standing import beside


@pytest.fixture
def without(tmp_path):
    """A store that does not exist."""
    return tmp_path / "store"


@pytest.fixture
def with_names(edition, without):
    """Re-referrals with three neighbours known by name, in the year shown only."""
    known = {886: Decimal("23.3"), 881: Decimal("16.8"), 845: Decimal("15.1"), 941: Decimal("24.9")}
    told = compare(edition, "SCS03", store=without)
    return told._replace(values={told.year: Values(known, {})})


def test_the_ranked_chart_without_a_store_names_no_neighbour(edition, without):
    chart = ranked_neighbours(compare(edition, "SCS03", store=without))
    assert chart.headline == (
        "Re-referrals to social work within 12 months: Kent is ninth of 11 among its statistical neighbours in 2023-24"
    )
    assert [row[1:] for row in chart.rows] == [
        ("Mean of neighbours (April 2021 model)", "19.2"), ("England", "22.4"), ("Kent", "23.3"),
        ("South East", "26.6"),
    ]  # fmt: skip
    names = {told["name"] for model in load_areas().neighbour_models for told in model.neighbours}
    assert not [name for name in names if name in chart.svg + chart.alt]


def test_the_ranked_chart_names_neighbours_that_are_known(with_names):
    chart = ranked_neighbours(with_names)
    assert [row for row in chart.rows if row[0] != "not ranked"] == [
        ("1", "East Sussex", "15.1"), ("2", "Essex", "16.8"), ("3", "Kent", "23.3"),
        ("4", "West Northamptonshire", "24.9"),
    ]  # fmt: skip


def test_the_trend_shows_gaps_and_the_range_only_where_it_is_known(edition, without, with_names):
    """The early years profile was not collected in 2019-20 and 2020-21."""
    chart = trend_of_neighbours(compare(edition, "EY14", store=without))
    assert chart.columns == ("Year", "Kent", "Mean of neighbours", "England")
    rows = {year: told for year, *told in chart.rows}
    assert rows["2019-20"] == rows["2020-21"] == ["no value"] * 3
    assert rows["2022-23"] == ["68.3", "67.7", "67.2"]
    assert [line.name for line in series(with_names)][-2:] == ["Highest neighbour", "Lowest neighbour"]
    assert "Highest neighbour 24.9% in 2023-24" in trend_of_neighbours(with_names).alt


def test_every_chart_names_measure_vintage_and_method(edition, without):
    for chart in (ranked_neighbours(compare(edition, "APP17", store=without)),
                  trend_of_neighbours(compare(edition, "APP17", "2025-05", store=without))):  # fmt: skip
        assert chart.source.startswith(
            "Source: DfE, LAIT SEN_EHC_All_20wks, data of 25 February 2026; neighbours by the model"
        )
        assert "Near, not like for like:" in chart.source


def test_the_trend_has_a_finding_of_its_own(edition, without):
    """EY14 as published: Kent 74.8 74.2 75.1 74.0 65.8 68.3 68.0, the mean 70.7 71.7 72.3 72.2 65.5 67.7 68.0."""
    told = compare(edition, "EY14", store=without)
    assert trend_of_neighbours(told).headline == (
        "EYFS good level of development: Kent was better than the mean of its statistical neighbours in 6 of 7 years"
    )


def test_the_table_and_its_remarks(edition, without):
    told = [compare(edition, key, store=without) for key in ("EY14", "SCS13", "CYPE23")]
    page = BeautifulSoup(standings_table(told), "html.parser")
    rows = [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in page.tbody("tr")]
    assert rows[0] == [
        "Statistical neighbours, April 2021 model mean of 10, in force", "EYFS good level of development EY14",
        "2023-24 academic year", "68.0", "68.0", "0.0", "In line", "6 of 11", "C 74 of 153", "25 February 2026",
    ]  # fmt: skip
    assert rows[4][6:9] == ["Better", "no rank", "no rank"]
    assert rows[8][2] == "2023-24 academic year, revised note 1"
    below = page.select_one("div.sc-notes").get_text(" ")
    assert "The verdict depends on the model of neighbours for: EYFS good level of development." in below


def test_neighbours_ahead_are_named_only_from_a_store(edition, without, tmp_path):
    """Attainment 8 in 2023-24: of the neighbours of 2021 Warwickshire (47.5) alone is ahead of Kent's 47."""
    assert leading(edition, without) == {}
    lines = [(886, "Kent", "47"), (937, "Warwickshire", "47.5"), (881, "Essex", "44.7"), (888, "Lancashire", "44.9")]
    rows = [f"AVG_Attain8_Score,,2024,{name},{value},{number},x" for number, name, value in lines]
    path = tmp_path / "lait_2026-02-25.csv"
    head = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    import_file(path, store=tmp_path / "full")
    told = leading(edition, tmp_path / "full")
    assert told["SISE12"] == [("Warwickshire", Decimal("47.5"))]
    assert beside(edition, edition.areas.kent, told)["SISE12"].endswith("behind Warwickshire (47.5).")


@pytest.mark.parametrize(
    ("indicator", "model", "said"),
    [
        ("SCS03", "2021-4", 'ERROR BMK004 areas.yml: "2021-4" is not a model of neighbours. Did you mean "2021-04"'),
        ("SCS29", "in force", "ERROR BMK005 benchmarks.yml: no published measure is given for SCS29. The back data"),
        ("SCS99", "in force", "ERROR BMK005 benchmarks.yml: no published measure is given for SCS99. Did you mean"),
    ],
)
def test_a_model_or_an_indicator_that_is_not_there_is_named(edition, without, indicator, model, said):
    with pytest.raises(InputError) as told:
        compare(edition, indicator, model, without)
    assert str(told.value).startswith(said)
