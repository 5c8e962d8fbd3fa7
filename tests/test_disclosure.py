"""Disclosure control: what is withheld, and that nothing else shown depends on it."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from scorecard.catalogue import PARAMS
from scorecard.changes import changes
from scorecard.checking.sums import breakdowns
from scorecard.disclosure import (
    WITHHELD,
    Counts,
    Sum,
    disclosed,
    feasible,
    load_policies,
    policy_called,
    secured,
    small,
    withheld,
    within,
)
from scorecard.editions import load_edition
from scorecard.faults import InputError
from scorecard.history import history

PUBLISH = policy_called("publish")
INFINITE = Decimal("Infinity")


def whole(sizes: dict[str, int]) -> dict[str, Decimal]:
    return {name: Decimal(size) for name, size in sizes.items()}


# --- the policies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "is_small"), [(0, False), (1, True), (5, True), (6, False)])
def test_one_to_five_children_are_few_and_none_is_none(count, is_small):
    assert PUBLISH.is_small(Decimal(count)) is is_small


def test_as_published_withholds_nothing():
    edition = load_edition("2024-07")
    assert disclosed(edition, policy_called("as published")) is edition


def test_a_policy_that_is_not_there_is_named_with_the_near_ones():
    with pytest.raises(InputError, match=r'"publsh" is not a disclosure policy.*publish'):
        policy_called("publsh")


def test_a_policy_that_is_not_whole_is_named(tmp_path):
    (tmp_path / "disclosure.yml").write_text("publish: {said: Few}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"YML004 disclosure.yml column publish: smallest is missing"):
        load_policies(tmp_path / "disclosure.yml")


# --- small for itself -----------------------------------------------------------------------------------------


def told(value, numerator=None, denominator=None):
    numbers = [number if number is None else Decimal(number) for number in (value, numerator, denominator)]
    return SimpleNamespace(**dict(zip(("value", "numerator", "denominator"), numbers, strict=True)))


@pytest.mark.parametrize(
    ("unit", "figure", "usual", "is_small"),
    [
        ("count", told("3"), None, True),
        ("count", told("0"), None, False),
        ("count", told("6"), None, False),
        ("%", told("22.7", "5", "22"), None, True),
        ("%", told("68.8", "11", "16"), None, True),
        ("%", told("0.0", "0", "4"), None, True),
        ("%", told("0.0", "0", "40"), None, False),
        ("%", told("100.0", "40", "40"), None, False),
        ("%", told("42.9"), "7", True),
        ("%", told("42.9"), "700", False),
        ("%", told("42.9"), None, False),
        ("days", told("310.5", "1242", "4"), None, True),
        ("days", told("310.5", "3", "40"), None, False),
        ("points", told("46.2"), "4", False),
    ],
    ids=lambda told: f"{told}"[9:] if isinstance(told, SimpleNamespace) else str(told),
)
def test_a_figure_is_small_by_its_count_or_by_numerator_denominator_or_complement(unit, figure, usual, is_small):
    indicator = SimpleNamespace(unit=unit)
    assert small(figure, indicator, PUBLISH, usual and Decimal(usual)) is is_small


# --- what a reader can work out -------------------------------------------------------------------------------


def test_one_hidden_count_is_the_total_less_the_others():
    limits = {"a": (Decimal(1), Decimal(5))}
    assert feasible(limits, Decimal(2)) == {"a": (2, 2)}


def test_two_hidden_counts_leave_room():
    limits = {"a": (Decimal(1), Decimal(5)), "b": (Decimal(6), INFINITE)}
    assert feasible(limits, Decimal(12)) == {"a": (1, 5), "b": (7, 11)}


def test_a_hidden_total_is_a_part_below_zero():
    found = within(
        whole({"a": 3, "b": 9, "all": 12}),
        {"a": (Decimal(1), Decimal(5)), "all": (Decimal(6), INFINITE)},
        [Sum("all", ("a", "b"))],
    )
    assert found == {"a": (1, 5), "all": (10, 14)}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": 2, "b": 12, "c": 30, "all": 44}, {"a", "b"}),
        ({"a": 1, "b": 6, "c": 30, "all": 37}, {"a", "b", "c"}),
        ({"a": 1, "b": 1, "c": 12, "d": 40, "all": 54}, {"a", "b", "c"}),
        ({"a": 3, "b": 0, "c": 0, "all": 3}, {"a", "all"}),
        ({"a": 2, "b": 3, "c": 4, "d": 0, "all": 9}, {"a", "b", "c"}),
        ({"a": 0, "b": 7, "all": 7}, set()),
    ],
    ids=["next smallest", "6 hides nothing of 1", "1 and 1 need a third", "only one district", "three of five", "none"],
)
def test_enough_goes_with_a_small_count_that_it_cannot_be_worked_out(sizes, expected):
    column = Counts(whole(sizes), (Sum("all", tuple(name for name in sizes if name != "all")),))
    hidden = {name for name, size in sizes.items() if 1 <= size <= 5}
    assert secured([column], hidden, PUBLISH) == expected


# --- an edition -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def editions():
    raw = load_edition("2024-07")
    return raw, disclosed(raw, PUBLISH)


def test_primary_exclusions_keep_kent_and_the_district_without_any(editions):
    """July 2024 prints 2 3 1 2 1 4 4 3 4 2 2 0 for the districts and 28 for Kent."""
    _, safe = editions
    month = safe.observations[(safe.observations["indicator"] == "EH43") & (safe.observations["period"] == "2024-07")]
    shown = month.dropna(subset=["value"])
    assert dict(zip(shown["area"], shown["value"], strict=True)) == {"Kent": 28, "Tunbridge Wells": 0}
    assert set(month.loc[month["value"].isna(), "note"]) == {WITHHELD}


def test_a_withheld_row_has_no_number_left(editions):
    _, safe = editions
    hidden = safe.observations[safe.observations["note"] == WITHHELD]
    assert len(hidden) > 0
    assert hidden[["value", "numerator", "denominator"]].isna().all(axis=None)


def test_staff_and_audits_stay(editions):
    """Ashford CSWT, SCS37: 15 of 18 audits; a complement of 3 is no child."""
    _, safe = editions
    row = safe.observations.query("indicator == 'SCS37' and area == 'Ashford CSWT' and period == '2024-07'").iloc[0]
    assert (row["value"], row["numerator"], row["denominator"]) == (Decimal("83.3"), 15, 18)


def test_printed_ratings_of_a_withheld_series_go_too(editions):
    raw, safe = editions
    assert ("CYPE8", "Ashford") in set(zip(raw.printed["indicator"], raw.printed["area"], strict=True))
    assert ("CYPE8", "Ashford") not in set(zip(safe.printed["indicator"], safe.printed["area"], strict=True))


def test_an_outturn_that_repeats_a_withheld_figure_goes_with_it(editions):
    raw, _ = editions
    cells = withheld(raw, PUBLISH)
    observed = raw.observations.set_index(["indicator", "area", "period"])["value"]
    hidden = {(key, area, observed[key, area, period]) for key, area, period in cells["observations"]}
    repeated = {
        (told.indicator, told.area, told.year)
        for told in raw.outturns.itertuples()
        if (told.indicator, told.area, told.value) in hidden
    }
    assert repeated
    assert repeated <= cells["outturns"]


def test_a_policy_that_rounds_rounds_counts_and_works_percentages_out_from_them():
    """SISE71 of Dartford, July 2024: 92 of 3,269 is 2.8; to the nearest 5 it is 90 of 3,270."""
    edition = load_edition("2024-07")
    rounded = disclosed(edition, replace(PUBLISH, round_to=5))
    row = rounded.observations.query("indicator == 'SISE71' and area == 'Dartford' and period == '2024-07'").iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (90, 3270, Decimal("2.8"))
    counted = rounded.observations[rounded.observations["indicator"] == "EH44"]["value"].dropna()
    assert all(value % 5 == 0 for value in counted)
    assert isinstance(rounded.observations, pd.DataFrame)


# --- tables of counts -----------------------------------------------------------------------------------------


def hidden_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    left = frame[frame["note"] == WITHHELD]
    return set(zip(left["row_name"], left["column"], strict=True))


@pytest.fixture(scope="module")
def parenting():
    held = load_edition("corporate-parenting-2019-07", as_held=True)
    return held, disclosed(held, PUBLISH)


def test_three_girls_of_five_take_three_other_cells_with_them(parenting):
    """Aged 5: 3 girls and 9 boys of 12; the smallest others of their columns are the 8 and 12 aged 3."""
    _, safe = parenting
    ages = safe.breakdowns[safe.breakdowns["table"] == "Current Age"]
    assert hidden_of(ages) == {("5", "Female"), ("5", "Male"), ("3", "Female"), ("3", "Male")}


def test_what_is_withheld_is_not_reported_as_a_wrong_total(parenting):
    """The one row that does not add up as printed, Consciousness (7 and 1, total 17), has a withheld cell."""
    held, safe = parenting
    assert [fault.code for fault in breakdowns(held)] == ["BRK010"]
    assert list(breakdowns(safe)) == []


def test_a_result_of_two_pupils_goes(parenting):
    """Virtual School: greater depth in writing, 2.7% of 75 pupils in key stage 2, which is 2."""
    held, safe = parenting
    depth = "Writing (teacher assessment, greater depth)"
    assert depth in set(held.attainment["measure"])
    assert depth not in set(safe.attainment["measure"])


# --- everything made of an edition ----------------------------------------------------------------------------


def with_counts(held, counts: dict[tuple[str, str, str], tuple[str, str, str]]):
    """An edition with other numbers in some cells of its observations: value, numerator, denominator."""
    table = held.observations.copy()
    for key, numbers in counts.items():
        cells = zip(table["indicator"], table["area"], table["period"], strict=True)
        (place,) = (number for number, cell in zip(table.index, cells, strict=True) if cell == key)
        for column, number in zip(("value", "numerator", "denominator"), numbers, strict=True):
            table.at[place, column] = Decimal(number) if number else None
    return replace(held, observations=table)


OTHERS = {
    "a percentage and the cell hidden with it": {
        ("CYPE8", "Ashford", "2024-25 Q1"): ("18.2", "4", "22"),
        ("CYPE8", "Folkestone and Hythe", "2024-25 Q1"): ("75.0", "12", "16"),
    },
    "two counts": {("EH43", "Ashford", "2024-07"): ("3", "", ""), ("EH43", "Canterbury", "2024-07"): ("2", "", "")},
    "one month of a rolling count": {("EH43", "Dartford", "2024-05"): ("4", "", "")},
}


@pytest.mark.parametrize("counts", OTHERS.values(), ids=list(OTHERS))
def test_other_withheld_numbers_leave_the_same_edition(editions, counts):
    """Sentences, charts, reports and series are made of the edition alone: the same edition gives the same of all."""
    raw, safe = editions
    other = with_counts(raw, counts)
    assert not raw.same(other)
    assert safe.same(disclosed(other, PUBLISH))


def test_other_numbers_of_an_earlier_edition_leave_the_same_series_and_changes(published):
    """December 2022 is as published: EH43 of Ashford is 1 there, and 2 here."""
    december = load_edition("2022-12")
    other = with_counts(december, {("EH43", "Ashford", "2022-12"): ("2", "", "")})
    assert history([december, published]).equals(history([other, published]))
    assert changes(december, published).equals(changes(other, published))


# --- packs ----------------------------------------------------------------------------------------------------


def packs_of(folder, counts: dict[tuple[str, str], tuple[str, str, str]]):
    """The packs of an edition under the policy `publish`, with other small counts of CYPE8 in 2024-25 Q1."""
    shutil.copytree(PARAMS, folder / "params")
    shutil.copytree(PARAMS.parent / "notebooks", folder / "notebooks")
    edition = folder / "params" / "editions" / "2024-07"
    with (edition / "edition.yml").open("a", encoding="utf-8") as settings:
        settings.write("\ndisclosure: publish\n")
    lines = (edition / "observations.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    for (area, printed), numbers in counts.items():
        place = next(n for n, line in enumerate(lines) if line.startswith(f"CYPE8,{area},2024-25 Q1,{printed},"))
        lines[place] = f"CYPE8,{area},2024-25 Q1,{','.join(numbers)},\n"
    (edition / "observations.csv").write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "scorecard", "packs", "--edition", "2024-07", "--out", str(folder / "out"),
               "--district", "Ashford", "--district", "Kent"]  # fmt: skip
    environment = {**os.environ, "SCORECARD_PARAMS": str(folder / "params"), "SCORECARD_STORE": os.devnull}
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=PARAMS.parent)
    found = (path for path in (folder / "out" / "2024-07").rglob("*") if path.is_file())
    return {path.relative_to(folder / "out").as_posix(): path.read_bytes() for path in found}


def test_no_byte_of_a_pack_depends_on_what_is_withheld(tmp_path):
    """Ashford has 5 of 22, Folkestone and Hythe 11 of 16: with 4 and 12 instead, nothing in the packs is different.

    Not in text, nor in pictures, nor in anything packed or encoded. Only the manifests differ: they name the hash of
    observations.csv.
    """
    ashford, folkestone = ("Ashford", "22.7"), ("Folkestone and Hythe", "68.8")
    told = packs_of(tmp_path / "one", {ashford: ("22.7", "5", "22"), folkestone: ("68.8", "11", "16")})
    other = packs_of(tmp_path / "two", {ashford: ("18.2", "4", "22"), folkestone: ("75.0", "12", "16")})
    assert told.keys() == other.keys()
    assert {name for name in told if told[name] != other[name]} == {name for name in told if "manifest.json" in name}
    assert "c (few children)" in told["2024-07/ashford/scorecard.csv"].decode()
    assert policy_called("publish").said in told["2024-07/ashford/pack.html"].decode()


def test_an_edition_without_printed_ratings_can_be_published():
    edition = load_edition("2022-12")
    seen = disclosed(edition, policy_called("publish"))
    assert list(seen.printed.columns) == list(edition.printed.columns)
