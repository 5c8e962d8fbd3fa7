"""What is made of an edition once: rows that are shared until somebody changes a cell or a setting."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

from scorecard.build import build_rows, build_scorecard, figures_of
from scorecard.ratings import Verdict

D = Decimal


def row_of(edition, area: str, indicator: str):
    return next(row for row in build_rows(edition, edition.area(area)) if row.indicator.key == indicator)


def test_a_figure_that_an_analyst_changes_shows_in_the_next_rows(edition):
    changed, before = edition.copy(), row_of(edition, "Dartford", "SISE71")
    changed.observations.loc[changed.observations["row"] == before.latest.row, "value"] = D("9.9")
    after, again = (row_of(one, "Dartford", "SISE71") for one in (changed, edition))
    told = [(str(row.latest.value), row.rag.word) for row in (before, after, again)]
    assert told == [("2.8", "GREEN"), ("9.9", "RED"), ("2.8", "GREEN")]


def test_a_setting_that_is_changed_shows_in_the_next_rows(edition):
    replaced, changed = replace(edition, not_rated={"SISE71": "not yet"}), edition.copy()
    assert row_of(changed, "Dartford", "SISE71").rag.word == "GREEN"
    changed.not_rated["SISE71"] = "not yet"
    for one in (replaced, changed):
        assert row_of(one, "Dartford", "SISE71").rag == Verdict(None, "not yet")
    assert row_of(edition, "Dartford", "SISE71").rag.word == "GREEN"


def test_a_benchmark_that_is_printed_otherwise_shows_in_the_next_rows(edition):
    changed, before = edition.copy(), row_of(edition, "Kent", "APP17")
    changed.benchmarks.loc[changed.benchmarks["row"] == before.england.row, "value"] = D("49.20")
    told = [str(row_of(one, "Kent", "APP17").england.value) for one in (edition, changed, edition)]
    assert told == ["49.2", "49.20", "49.2"]


def test_threads_with_two_variants_of_an_edition_each_get_their_own(edition):
    """Figures as held and as shown go by one name: nobody may get the other's."""
    variants = [edition, replace(edition, not_rated={"SISE71": "not yet"})]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            asked = [variants[i % 2] for i in range(200)]
            given = [*threads.map(figures_of, asked)]
    finally:
        sys.setswitchinterval(before)
    assert all(one.edition.not_rated == other.not_rated for one, other in zip(given, asked, strict=True))


def test_the_rows_of_an_edition_that_nobody_changed_are_built_once(edition):
    kent = edition.areas.kent
    pairs = zip(build_rows(edition, kent), build_scorecard(edition.copy(), kent), strict=True)
    assert all(one is other for one, other in pairs)
