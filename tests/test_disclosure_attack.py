"""Disclosure control under attack: by integer programming, sharing no code with what it attacks, over all totals."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from scorecard.disclosure import WITHHELD, Counts, Sum, behind, disclosed, policy_called, secured, without_cells
from scorecard.editions import load_edition

PUBLISH = policy_called("publish")


def whole(sizes: dict[str, int]) -> dict[str, Decimal]:
    return {name: Decimal(size) for name, size in sizes.items()}


# --- one total and its parts ------------------------------------------------------------------------------------


def attacked(columns: dict[str, dict[str, int]], total: str, hidden: set[str]) -> dict[tuple[str, str], tuple]:
    """Lowest and highest whole number for each hidden cell, by integer programming over everything that is visible.

    Knows the rule, and which of the hidden cells are small themselves. Shares no code with what it attacks.
    """
    cells = [(column, name) for column, sizes in columns.items() for name in sizes]
    place = {cell: number for number, cell in enumerate(cells)}
    lowest, highest = np.zeros(len(cells)), np.full(len(cells), np.inf)
    for (column, name), number in place.items():
        size = columns[column][name]
        if name not in hidden:
            lowest[number] = highest[number] = size
        elif 1 <= size <= 5:
            lowest[number], highest[number] = 1, 5
        elif size:
            lowest[number] = 6
    equations = []
    for column, sizes in columns.items():
        line = np.zeros(len(cells))
        for name in sizes:
            line[place[column, name]] = -1 if name == total else 1
        if sum(size for name, size in sizes.items() if name != total) == sizes[total]:
            equations.append(line)
    for name in columns["numerator"] if "complement" in columns else ():
        line = np.zeros(len(cells))
        line[place["denominator", name]] = 1
        line[place["numerator", name]] = line[place["complement", name]] = -1
        equations.append(line)
    constraints = LinearConstraint(np.array(equations), 0, 0) if equations else ()
    found = {}
    for cell in (cell for cell in cells if cell[1] in hidden):
        aim = np.zeros(len(cells))
        aim[place[cell]] = 1
        ends = [
            milp(side * aim, integrality=np.ones(len(cells)), bounds=Bounds(lowest, np.minimum(highest, 1_000_000)),
                 constraints=constraints)
            for side in (1, -1)
        ]  # fmt: skip
        assert all(end.status == 0 for end in ends)
        found[cell] = tuple(round(end.x[place[cell]]) for end in ends)
    return found


def test_the_attacker_finds_a_single_hidden_cell():
    """Without the second cell to go, he must win: an attacker who never wins proves nothing."""
    assert attacked({"value": {"a": 2, "b": 12, "all": 14}}, "all", {"a"}) == {("value", "a"): (2, 2)}


sizes_of_twelve = st.lists(st.one_of(st.integers(0, 8), st.integers(0, 60)), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(sizes_of_twelve)
def test_the_attacker_narrows_no_count_of_a_random_table(sizes):
    parts = {f"part {number}": size for number, size in enumerate(sizes)}
    table = {**parts, "all": sum(sizes)}
    hidden = secured(
        [Counts(whole(table), (Sum("all", tuple(parts)),))], {n for n, size in table.items() if 1 <= size <= 5}, PUBLISH
    )
    assert all(high > low for low, high in attacked({"value": table}, "all", hidden).values())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=2, max_size=8))
def test_the_attacker_narrows_no_percentage_of_a_random_table(shares):
    columns = {
        "numerator": {f"part {n}": share[0] for n, share in enumerate(shares)},
        "denominator": {f"part {n}": sum(share) for n, share in enumerate(shares)},
        "complement": {f"part {n}": share[1] for n, share in enumerate(shares)},
    }
    for sizes in columns.values():
        sizes["all"] = sum(sizes.values())
    hidden = {name for sizes in columns.values() for name, size in sizes.items() if 1 <= size <= 5}
    parts = tuple(name for name in columns["numerator"] if name != "all")
    told = [Counts(whole(sizes), (Sum("all", parts),)) for sizes in columns.values()]
    safe = secured(told, hidden, PUBLISH)
    assert all(high > low for low, high in attacked(columns, "all", safe).values())


@settings(max_examples=40, deadline=None)
@given(sizes_of_twelve)
def test_a_district_without_children_changes_nothing(sizes):
    def hidden(sizes):
        table = whole({**{f"part {n}": size for n, size in enumerate(sizes)}, "all": sum(sizes)})
        column = Counts(table, (Sum("all", tuple(name for name in table if name != "all")),))
        return secured([column], {name for name, size in table.items() if 1 <= size <= 5}, PUBLISH)

    before, after = hidden(sizes), hidden([*sizes, 0])
    assert before <= after
    assert after - before <= {f"part {len(sizes)}"}


# --- what is printed -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def editions():
    raw = load_edition("2024-07")
    return raw, disclosed(raw, PUBLISH)


@pytest.fixture(scope="module")
def parenting():
    held = load_edition("corporate-parenting-2019-07", as_held=True)
    return held, disclosed(held, PUBLISH)


def test_the_attacker_narrows_no_figure_of_july_2024(editions):
    raw, safe = editions
    kent, tried = raw.areas.kent.name, 0
    whole_rows, left = list(raw.observations.dropna(subset=["value"]).itertuples()), safe.observations["value"].isna()
    hidden = {tuple(cell) for cell in safe.observations.loc[left, ["indicator", "area", "period"]].to_numpy()}
    for key, period in sorted({(key, period) for key, _, period in hidden}):
        rows = [one for one in whole_rows if (one.indicator, one.period) == (key, period)]
        for kind in ("district", "CSWT", "EHU"):
            here = [one for one in rows if one.area == kent or raw.areas.by_name[one.area].kind == kind]
            columns: dict[str, dict[str, int]] = {}
            for one in here:
                for column, size in behind(one, raw.catalogue[key]).items():
                    columns.setdefault(column, {})[one.area] = int(size)
            names = {one.area for one in here if (key, one.area, period) in hidden}
            if names and all(len(sizes) == len(here) > 2 for sizes in columns.values()) and columns:
                tried += 1
                assert all(high > low for low, high in attacked(columns, kent, names).values()), (key, period)
    assert tried >= 10


# --- tables of counts ----------------------------------------------------------------------------------------------


def attacked_table(sizes: dict[tuple[str, str], int], hidden: set[tuple[str, str]]) -> dict:
    """Lowest and highest whole number of each hidden cell, from all rows and columns whose last is their total."""
    rows, columns = (list(dict.fromkeys(names)) for names in zip(*sizes, strict=True))
    lines = [[(row, column) for column in columns] for row in rows] + [[(r, c) for r in rows] for c in columns]
    lines = [line for line in lines if sum(sizes[cell] for cell in line[:-1]) == sizes[line[-1]]]
    place = {cell: number for number, cell in enumerate(sizes)}
    equations = np.zeros((len(lines), len(sizes)))
    for number, line in enumerate(lines):
        equations[number, [place[cell] for cell in line[:-1]]] = 1
        equations[number, place[line[-1]]] = -1
    known = [(1, 5) if 1 <= size <= 5 else (6 if size else 0, 1_000_000) for size in sizes.values()]
    known = [ends if cell in hidden else (sizes[cell],) * 2 for cell, ends in zip(sizes, known, strict=True)]
    found = {}
    for cell in hidden:
        aim = np.zeros(len(sizes))
        aim[place[cell]] = 1
        options = {"integrality": np.ones(len(sizes)), "bounds": Bounds(*np.array(known).T)}
        ends = [milp(side * aim, constraints=LinearConstraint(equations, 0, 0), **options) for side in (1, -1)]
        assert all(end.status == 0 for end in ends)
        found[cell] = tuple(round(end.x[place[cell]]) for end in ends)
    return found


def hidden_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    left = frame[frame["note"] == WITHHELD]
    return set(zip(left["row_name"], left["column"], strict=True))


def table_of(name: str, told: dict[tuple[str, str], int]) -> pd.DataFrame:
    rows = [(name, *cell, Decimal(size), "", number) for number, (cell, size) in enumerate(told.items(), start=2)]
    return pd.DataFrame(rows, columns=["table", "row_name", "column", "value", "note", "row"], dtype=object)


def test_the_attacker_narrows_no_cell_of_a_printed_table(parenting):
    held, safe = parenting
    tried = 0
    for name, told in held.breakdowns.groupby("table", sort=False):
        hidden = hidden_of(safe.breakdowns[safe.breakdowns["table"] == name])
        sizes = {(cell.row_name, cell.column): int(cell.value or 0) for cell in told.itertuples()}
        found = attacked_table(sizes, hidden) if hidden else {}
        tried += len(found)
        assert all(high > low for low, high in found.values()), name
    assert tried > 100


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), min_size=2, max_size=9))
def test_the_attacker_narrows_no_cell_of_a_random_table(pairs):
    rows = [*pairs, tuple(map(sum, zip(*pairs, strict=True)))]
    sizes = {}
    for number, (girls, boys) in enumerate(rows):
        sizes |= {(f"{number}", "girls"): girls, (f"{number}", "boys"): boys, (f"{number}", "all"): girls + boys}
    hidden = hidden_of(without_cells(table_of("any", sizes), PUBLISH))
    assert {cell for cell, size in sizes.items() if 1 <= size <= 5} <= hidden
    assert all(high > low for low, high in attacked_table(sizes, hidden).values())
