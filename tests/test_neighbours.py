"""Charts and table of Kent among its neighbours, from the committed figures alone: no name of a neighbour in them."""

from decimal import Decimal

import pytest

from scorecard.areas import load_areas
from scorecard.benchmarks import Values
from scorecard.faults import InputError
from scorecard.neighbours import (
    agreement_table,
    compare,
    notes,
    ranked_neighbours,
    series,
    standings_table,
    trend_of_neighbours,
)


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
    assert chart.headline == "Kent ranks 9 of 11 among its statistical neighbours in 2023-24"
    assert [row[1:] for row in chart.rows] == [
        ("Mean of neighbours (2021-04)", "19.2"), ("England", "22.4"), ("Kent", "23.3"), ("South East", "26.6"),
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
            "Source: DfE, LAIT SEN_EHC_All_20wks, data of 2026-02-25; neighbours by the model"
        )
        assert "Near, not like for like:" in chart.source


def test_the_table_and_its_notes(edition, without):
    told = [compare(edition, key, store=without) for key in ("EY14", "SCS13")]
    table = standings_table(told).set_index(["Indicator", "Beside"])
    force = "Statistical neighbours 2021-04 (in force)"
    assert [*table.loc[("EY14", force), ["Kent", "Value", "Gap", "Kent is", "Rank", "Method"]]] == [
        "68.0", "68.0", "0.0", "in line", "6 of 11", "mean of 10",
    ]  # fmt: skip
    assert [*table.loc[("SCS13", force), ["Kent is", "Rank", "Band"]]] == ["better", "", ""]
    assert notes(told)[1:] == ["EY14: the verdict depends on which statistical neighbours are used."]


def test_printed_benchmarks_beside_derived_ones(edition):
    table = agreement_table(edition, ["SCS18"]).set_index("Area")
    assert table.loc["Statistical neighbours", ["Printed", "2024-11-25", "2026-02-25"]].tolist() == [
        "68.7", "68.7, agrees", "68.6, differs",
    ]  # fmt: skip
    assert table.loc["England", "Reason"].startswith("69.0 may be an earlier figure")


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
