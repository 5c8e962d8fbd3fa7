"""Which measure an indicator is compared by, and whether a printed benchmark is what the published data give."""

from collections import Counter
from decimal import Decimal

import pandas as pd
import pytest

from scorecard.areas import load_areas
from scorecard.benchmarks import (
    held,
)  # fmt: skip
from scorecard.catalogue import PARAMS
from scorecard.comparison.likeness import (
    likeness,
    not_like,
    other_year,
    printed_against_derived,
    repeated,
    revised,
)  # fmt: skip
from scorecard.comparison.measures import (
    LIKE,
    NEAR,
    load_derived,
    load_left_out,
    load_measures,
    load_numbers,
)
from scorecard.editions import EDITIONS, load_edition
from scorecard.faults import InputError
from scorecard.inputs.parameters import read_yaml

VINTAGES = ("2024-11-25", "2026-02-25")


# --- params ---------------------------------------------------------------------------------------


def test_every_indicator_with_a_printed_benchmark_is_mapped_or_left_out_with_a_reason(edition):
    told = set(edition.benchmarks["indicator"])
    assert told - set(load_measures()) - set(load_left_out()) == set()
    assert set(load_measures()) & set(load_left_out()) == set()
    assert Counter(measure.catalogue for measure in load_measures().values()) == {
        "indicators.yml": 32, "corporate_parenting.yml": 5,
    }  # fmt: skip
    assert {key for key, measure in load_measures().items() if measure.like == NEAR} >= {
        "CYPE23", "CYPE24", "CYPE25", "SCS34", "APP17",
    }  # fmt: skip


@pytest.mark.parametrize(("indicator", "england", "kent"), [("CP-3-PLACEMENTS", "10", "13"), ("CP-RATE", "62", "57")])
def test_corporate_parenting_has_its_own_measures(indicator, england, kent):
    """The rows of 2017 in the back data of November 2024; 10 is also what the scorecard of July 2019 prints."""
    derived = load_derived("corporate-parenting-2019-07")
    told = derived[(derived["indicator"] == indicator) & (derived["year"] == "2016-17")]
    told = told[told["vintage"] == "2024-11-25"].set_index("area")["value"]
    assert (told["England"], told["Kent"]) == (Decimal(england), Decimal(kent))


def test_the_numbers_of_areas_are_those_of_areas_yml():
    told = read_yaml(PARAMS / "areas.yml")
    wider = {area["name"]: area["lait"] for area in told["benchmarks"] if "lait" in area}
    assert load_numbers() == {told["kent"]["name"]: told["kent"]["dfe"], **wider}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("like: near", "like: roughly", '1 (APP17), like: "roughly" is not known. Known: like for like, near.'),
        ("  - indicator: APP17\n", "  - indicator: APP99\n", "APP99: it is not in indicators.yml."),
        ("    years: calendar\n", "", "indicators, 1 (APP17): years is missing."),
        ("    years: calendar\n", "    yeers: calendar\n", "\"yeers\" is not known. Did you mean \"years\""),
        ("  - indicator: SCS03\n", "  - indicator: APP17\n", "APP17: it stands twice."),
        ("    reason: null\n    years: financial", "    reason: so\n    years: financial", "SCS03: \"near\" needs"),
    ],
)  # fmt: skip
def test_an_entry_that_is_not_whole_is_named(tmp_path, before, after, said):
    text = (PARAMS / "benchmarks.yml").read_text(encoding="utf-8")
    (tmp_path / "benchmarks.yml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError) as told:
        load_measures(tmp_path / "benchmarks.yml")
    assert said in str(told.value)


# --- printed against derived ----------------------------------------------------------------------


def cells_of(edition):
    """Printed benchmarks by indicator and area: the measure, and by vintage whether the derived figure agrees."""
    found, derived = {}, load_derived(edition.name)
    for cell, measure, told, fine in held(edition.benchmarks, derived, load_measures(), edition.areas, edition.as_at):
        if told is not None:
            found.setdefault((cell.indicator, cell.area, cell.period), (measure, {}))[1][told.vintage] = fine
    return found


@pytest.fixture(scope="module")
def cells(edition):
    return cells_of(edition)


DERIVED_FOR = sorted(path.parent.name for path in EDITIONS.glob("*/benchmarks_derived.csv"))


@pytest.fixture(scope="module")
def all_cells():
    """Those of every edition that ships derived figures."""
    return {key: told for name in DERIVED_FOR for key, told in cells_of(load_edition(name)).items()}


FIRST_36 = {"SCS03", "SCS13", "SCS18", "SISE71", "EY14", "EY15", "SISE4", "SISE16", "SISE12", "SISE19", "SEND10",
            "APP17", "EH46", "EH47", "KS2-RWM-SENSUPPORT", "KS2-RWM-EHCP", "KS4-P8-ALL", "KS4-P8-FSM"}  # fmt: skip
"""The 18 indicators of the first comparison with the published data."""


@pytest.mark.parametrize(
    ("chosen", "cells_in_all", "november", "february", "either"),
    [(LIKE, 42, 35, 34, 38), (NEAR, 8, 0, 0, 0), (FIRST_36, 36, 27, 28, 30)],
    ids=["like for like", "near", "the first 36"],
)
def test_how_many_printed_benchmarks_agree(cells, chosen, cells_in_all, november, february, either):
    told = [fine for (key, *_), (measure, fine) in cells.items() if measure.like == chosen or key in chosen]
    assert len(told) == cells_in_all
    assert [sum(fine[vintage] for fine in told) for vintage in VINTAGES] == [november, february]
    assert sum(any(fine.values()) for fine in told) == either


def test_every_edition_of_the_scorecards_ships_derived_figures():
    assert DERIVED_FOR == ["2022-12", "2024-07", "corporate-parenting-2019-07"]


def test_how_many_printed_benchmarks_of_december_2022_agree():
    told = [fine for measure, fine in cells_of(load_edition("2022-12")).values() if measure.like == LIKE]
    assert [len(told), sum(any(fine.values()) for fine in told)] == [37, 31]


def test_each_printed_benchmark_that_no_vintage_gives_has_its_reason(all_cells):
    cells = all_cells
    assert [key for key, (measure, fine) in cells.items() if not any(fine.values()) and not measure.why(*key[1:])] == []


def test_a_reason_that_no_longer_occurs_is_an_error_too(all_cells):
    cells = all_cells
    told = {(key, area, year) for key, area, year in cells}
    given = {(key, why.area, why.year) for key, measure in load_measures().items() for why in measure.differs}
    assert given - told == set()
    assert [key for key in given if all(cells[key][1].values())] == []


def printed(*lines):
    table = pd.DataFrame(lines, columns=["indicator", "area", "period", "value"])
    return table.assign(value=[Decimal(value) for value in table["value"]], row=range(2, len(table) + 2))


def codes(faults):
    return [(fault.code, fault.indicator, fault.area) for fault in faults]


def test_the_guard_sees_a_benchmark_that_differs(derived):
    areas, measures = load_areas(), load_measures()
    table = printed(("EY15", "England", "2022-23", "20.4"), ("SCS03", "Statistical neighbours", "2022-23", "19.4"),
                    ("SISE71", "England", "2022-23", "2.6"), ("EH46", "South East", "2022-23", "15.2"))  # fmt: skip
    known, unknown = printed_against_derived(table, derived, measures, areas, "2024-07")
    assert str(known).startswith(
        "WARNING BMK101 benchmarks.csv row 2, column value: EY15, England 2022-23: printed 20.4, the "
        "department's data give 19.9. "
        "20.4 is England's gap of 2021-22"
    )
    assert unknown.remedy.startswith("It is the figure of 2021-22. Check definition and year")


def test_the_guard_sees_a_benchmark_that_repeats_under_a_new_year():
    """First preferences in the editions of December 2022 and July 2024."""
    before = printed(("CYPE2", "South East", "2021-22", "91.2"), ("CYPE2", "England", "2021-22", "92.2"),
                     ("EY14", "South East", "2021-22", "67.5"), ("EY14", "England", "2021-22", "65.2"))  # fmt: skip
    now = printed(("CYPE2", "South East", "2022-23", "91.2"), ("CYPE2", "England", "2022-23", "92.2"),
                  ("EY14", "South East", "2022-23", "69.6"), ("EY14", "England", "2022-23", "65.2"))  # fmt: skip
    told = list(repeated(now, before))
    assert codes(told) == [("BMK102", "CYPE2", "South East"), ("BMK102", "CYPE2", "England")]
    assert "CYPE2, South East: 91.2 stood under 2021-22 and stands now under 2022-23." in told[0].message
    assert list(repeated(now, now)) == []


def test_the_guard_sees_another_year_and_another_definition():
    table = printed(("SCS03", "England", "2022-23", "22.4"), ("CYPE8", "South East", "as at Jan 2023", "31.2"),
                    ("CYPE23", "England", "2023-24", "34.6"))  # fmt: skip
    years = {"SCS03": {"2023-24"}, "CYPE8": {"2023-24"}, "CYPE23": {"2023-24", "2022-23"}}
    assert [(fault.value, fault.rows) for fault in other_year(table, years)] == [
        ("2022-23", (2,)), ("as at Jan 2023", (3,)),
    ]  # fmt: skip
    assert codes(not_like(table, load_measures())) == [("BMK104", "CYPE23", None)]


def test_the_guard_sees_a_figure_that_was_revised(edition, derived):
    """SCS18 2022-23: neighbours 68.7 in November 2024, 68.6 now; England's 69.0 was 68 by then already."""
    told = {
        (fault.indicator, fault.area): fault.message
        for fault in revised(edition.benchmarks, derived, load_measures(), edition.areas, edition.as_at)
    }
    assert told["SCS18", "Statistical neighbours"] == (
        "SCS18, Statistical neighbours 2021-04 2022-23: 68.7 in the data of 2024-11-25, 68.6 in those of 2026-02-25."
    )
    assert "14.9 in the data of 2024-11-25, 14.8 in those of 2026-02-25" in told["SISE19", "England"]
    assert ("SCS03", "England") not in told


def test_a_benchmark_that_the_data_of_its_year_give_is_no_repeat(edition, derived):
    """SISE71 (2.5 and 2.8) and SISE16 (27 and 22) stand alike in both editions, and DfE has them for 2022-23 too."""
    earlier = load_edition("2022-12").benchmarks
    alike = {fault.indicator for fault in repeated(edition.benchmarks, earlier)}
    assert alike == {"SISE71", "SISE16", "CYPE2", "CYPE3"}
    told = likeness(edition.benchmarks, earlier, derived, load_measures(), edition.areas, as_at="2024-07", years={})
    assert [code for code in codes(told) if code[0] == "BMK102"] == [
        ("BMK102", "CYPE2", "South East"), ("BMK102", "CYPE2", "England"),
        ("BMK102", "CYPE3", "South East"), ("BMK102", "CYPE3", "England"),
    ]  # fmt: skip


def test_the_guard_on_the_edition_of_july_2024(edition, derived):
    years = edition.years_rated
    told = likeness(edition.benchmarks, None, derived, load_measures(), edition.areas, as_at="2024-07", years=years)
    counted = pd.Series([fault.code for fault in told]).value_counts().to_dict()
    assert counted == {"BMK101": 12, "BMK103": 2, "BMK104": 4, "BMK105": 6, "BMK106": 3}
