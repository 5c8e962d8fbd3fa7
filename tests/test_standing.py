"""Kent's page among its neighbours: places worked by hand from published rows, its words, and charts of its ranks."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from scorecard import standing
from scorecard.build import build_scorecard
from scorecard.commentary import sentences
from scorecard.comparison import ranks
from scorecard.comparison.neighbours import compare
from scorecard.editions import load_edition
from scorecard.standing import NO_RANK

BY_HAND = [
    # Kent and its neighbours in the data of February 2026 for 2023-24, counted and added up by hand. Kent 23.3; of 2021
    # 16.8 15.1 20.4 20.9 16.6 24.9 25.8 18.4 19.1 14.1 (sum 192.1), of 2025 16.8 15.1 21.9 27.1 19.1 19 25.8 17 25.2 23
    # (sum 210.0); in 2018-19 Kent 26.1 and 19 18.9 18 16.4 20.4 28 27.7 22.5 19.2, one without a figure
    ("SCS03", "23.3", "19.21", 9, "-4.1", "worse", (8, 10), ("21", 8)),
    # Kent 47; of 2021 44.7 43.1 44 44.5 44.9 45.1 45.7 47.5 43.2 43.7 (sum 446.4), of 2025 44.7 43.1 45.4 50.4 43.2
    # 44.2 45.7 46.1 44.9 42.7 (sum 450.4)
    ("SISE12", "47", "44.64", 2, "+2.4", "better", (3, 10), ("45.04", 2)),
]


@pytest.fixture(scope="module")
def among(edition):
    return standing.places(edition)


@pytest.fixture(scope="module")
def by_key(among):
    return {place.indicator.key: place for place in among}


@pytest.mark.parametrize(
    ("key", "kent", "mean", "rank", "gap", "verdict", "before", "other"), BY_HAND, ids=[case[0] for case in BY_HAND]
)
def test_a_place_by_hand(by_key, key, kent, mean, rank, gap, verdict, before, other):
    place = by_key[key]
    force, beside = place.told
    assert [force.comparator, force.in_force, force.year] == ["Statistical neighbours 2021-04", True, "2023-24"]
    assert [force.kent, force.value, force.n] == [Decimal(kent), Decimal(mean), 10]
    assert [force.rank, force.of, place.gap, force.verdict] == [rank, 11, gap, verdict]
    assert place.ranks["2018-19"] == before
    assert [beside.comparator, beside.value, beside.rank] == [
        "Statistical neighbours 2025-05",
        Decimal(other[0]),
        other[1],
    ]


def test_every_indicator_with_a_measure_has_its_place_in_printed_order(edition, among):
    from scorecard.comparison.measures import load_measures

    printed = [key for section in edition.sections if section.kind == "Kent" for key in section.indicators]
    assert [place.indicator.key for place in among] == [key for key in dict.fromkeys(printed) if key in load_measures()]
    assert len(among) == 32


def test_the_summary_counts_every_place_once(edition, among):
    said = " ".join(standing.summary(edition, among))
    better, line, worse = (
        sum(place.here.verdict == word for place in among) for word in ("better", "in line", "worse")
    )
    assert better + line + worse == 32
    assert f"on {better} of 32 measures, in line on {line} and worse on {worse}; 11 of them are near" in said


@pytest.fixture(scope="module")
def page(edition, among):
    return BeautifulSoup(standing.table(edition, among), "html.parser")


def cells(page, name):
    rows = (row.find_all(["th", "td"]) for row in page.tbody.find_all("tr"))
    return next([" ".join(cell.get_text(" ").split()) for cell in row] for row in rows if row[0].text.startswith(name))


def test_a_row_says_year_kind_of_year_number_and_both_models(page):
    heads = [" ".join(head.get_text(" ").split()) for head in page.thead.find_all("th")]
    assert dict(zip(heads, cells(page, "Re-referrals"), strict=False)) == {
        "Measure": "Re-referrals to social work within 12 months SCS03 · Lower is better · %",
        "Year": "2023-24 financial year",
        "Kent": "23.3",
        "Mean of neighbours April 2021 model": "19.2 mean of 10",
        "Gap more than 0 is better": "-4.1",
        "Kent is": "Worse",
        "Rank among neighbours 1 is best": "9 of 11",
        "Band of all authorities A is the best quarter": "C 107 of 149",
        "Mean of neighbours May 2025 model": "21.0 mean of 10",
        "Kent is May 2025 model": "Worse rank 8 of 11",
    }


def test_a_near_measure_is_marked_with_its_reason_and_its_own_unit(page):
    told = cells(page, "Permanent exclusions, primary")
    assert told[0].endswith("for each 100 pupils · near, not like for like")
    notes = page.find("ol").get_text(" ")
    assert "near, not like for like: DfE gives a rate for each 100 pupils of an academic year; Kent prints" in notes


def test_close_to_target_has_a_verdict_and_no_rank(page):
    """SCS13: 19.8 is 0.2 from the target of 20, the neighbours' 24.5 is 4.5 from it."""
    assert cells(page, "Repeat child protection plans")[2:8] == [
        "19.8", "24.5 mean of 10", "+4.3", "Better", NO_RANK, NO_RANK,
    ]  # fmt: skip


def test_a_verdict_that_flips_is_said_in_its_row_and_below(page):
    """NEET 2023-24: Kent 3.4, mean 3.3 by the model of 2021 and 3.4 by that of 2025."""
    assert cells(page, "NEET")[5:] == [
        "Worse",
        "7 of 11",
        "C 88 of 153",
        "3.4 mean of 10",
        "In line verdict flips, rank 5 of 11",
    ]
    below = page.select_one("div.sc-notes").get_text(" ")
    assert "The verdict depends on the model of neighbours for: NEET, 16 to 17 year olds;" in below
    assert "Local Authority Interactive Tool, data of 25 February 2026" in below
    assert "Statistical neighbours by the April 2021 model, in force in July 2024: Essex, East Sussex," in below


def test_before_the_first_known_model_the_page_says_so(edition):
    """Nobody has found the model of 2018 and 2019."""
    earlier = replace(edition, as_at="2019-07")
    told = standing.places(earlier)
    assert not any(one.in_force for place in told for one in place.told)
    below = standing.table(earlier, told)
    assert "April 2021 model, the oldest known; which one was in force in July 2019 is not known" in below


def test_an_edition_without_derived_figures_says_so(edition):
    empty = replace(edition, name="1999-01")
    assert standing.places(empty) == []
    assert "No figure is derived for this edition." in standing.table(empty, [])


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "leading", "said"),
    [
        ("SISE12", None, "Ranked second of 11 among its statistical neighbours in 2023-24, where first is best: "
         "47.0 points against their mean of 44.6."),
        ("SISE12", [("Warwickshire", Decimal("47.5"))],
         "At 47.0 points in 2023-24 the second highest of its statistical neighbours, behind Warwickshire (47.5)."),
        ("SISE12", [], "At 47.0 points in 2023-24 the best of its statistical neighbours, whose mean is 44.6."),
        ("SCS03", [("Essex", Decimal("16.8"))] * 8, "Ranked ninth of 11 among its statistical neighbours in 2023-24, "
         "where first is best: 23.3% against their mean of 19.2%."),
    ],
    ids=["rank alone", "one is ahead", "nobody is ahead", "too many to name"],
)  # fmt: skip
def test_what_the_commentary_may_say(edition, key, leading, said):
    told = standing.beside(edition, edition.areas.kent, {} if leading is None else {key: leading})
    assert told[key] == said


@pytest.mark.parametrize(("name", "years"), [("2022-12", {"2021-22"}), ("corporate-parenting-2019-07", {"2018-19"})])
def test_the_page_and_the_comparison_show_the_same_years(name, years):
    earlier = load_edition(name)
    among = standing.places(earlier)
    assert years <= {place.here.year for place in among} <= {f"20{y}-{y + 1}" for y in range(10, int(min(years)[-2:]))}
    assert [compare(earlier, place.indicator.key).year for place in among] == [place.here.year for place in among]


def test_drafts_know_no_neighbours_of_a_time_before_their_model():
    """The oldest model we know is of April 2021."""
    earlier = load_edition("corporate-parenting-2019-07")
    assert standing.places(earlier)
    assert standing.beside(earlier, earlier.areas.kent) == {}


def test_an_earlier_edition_knows_no_year_that_was_not_over():
    """December 2022 came out before 2022-23 was over.

    Re-referrals of 2021-22 in the data of February 2026: Staffordshire 15.4, East Sussex 16.1, Lancashire 19.1, West
    Northamptonshire 19.6, Essex 19.7, Suffolk 19.9, Warwickshire 20.5, Worcestershire 21.2, Kent 21.5, Swindon 24.7,
    Nottinghamshire 28.1: ninth of 11, against a mean of 204.3 / 10.
    """
    december = load_edition("2022-12")
    assert max(place.here.year for place in standing.places(december)) == "2021-22"
    assert standing.beside(december, december.areas.kent)["SCS03"] == (
        "Ranked ninth of 11 among its statistical neighbours in 2021-22, where first is best: "
        "21.5% against their mean of 20.4%."
    )


def test_the_commentary_says_it_of_kent_and_of_measures_that_are_alike(edition):
    assert standing.beside(edition, edition.area("Ashford")) == {}
    told = standing.beside(edition, edition.areas.kent)
    assert "SCS03" in told
    assert not {"APP17", "CYPE23", "SCS13"} & set(told)
    rows = [row for row in build_scorecard(edition, edition.areas.kent) if row.indicator.key == "SCS03"]
    (sentence,) = sentences(rows, beside=told)["GREEN"]
    assert sentence.endswith("England 22.4% (2022-23, published). " + told["SCS03"])


# --- charts of ranks ------------------------------------------------------------------------------


def test_every_rank_stands_on_one_chart_with_its_figures(edition, among):
    made = {chart.name: chart for chart in ranks.moves(edition, among)}
    assert [*made] == ["ranks-down", "ranks-up", "ranks-same"]
    shown = [row[0] for chart in made.values() for row in chart.rows]
    assert len(shown) == len(set(shown)) == 31
    down = made["ranks-down"]
    assert (
        down.headline == f"Kent has fallen back among its neighbours on {len(down.rows)} of 31 measures since 2018-19"
    )
    assert "Re-referrals to social work within 12 months 9 of 11, before 8 of 10" in down.alt
    line = next(dict(zip(down.columns, row, strict=True)) for row in down.rows if row[0].startswith("Re-referrals"))
    assert [line["2018-19"], line["2023-24"]] == ["8 of 10", "9 of 11"]
    assert "data of 25 February 2026" in down.source
    assert "No rank in both years: Repeat child protection plans." in down.source
    assert any(row[0] == "Care leavers in education, work or training (near)" for row in down.rows)


def test_the_marks_of_then_and_now_stand_at_their_ranks(edition, by_key):
    """Attainment 8 rose from third to second: the mark of now is left of the mark of then."""
    (chart,) = ranks.moves(edition, [by_key["SISE12"]])
    assert chart.name == "ranks-up"
    assert [part for part in (">2018-19<", ">2023-24<", ">best<", ">last<") if part not in chart.svg] == []
    now, then = (_place_of(chart.svg, part) for part in ("now", "then"))
    best, last = (_place_of_word(chart.svg, word) for word in ("best", "last"))
    assert now - best == pytest.approx((last - best) * 1 / 10, abs=0.5)
    assert then - best == pytest.approx((last - best) * 2 / 10, abs=0.5)


def _place_of(svg: str, part: str) -> float:
    """Where the only mark of a part stands, in points from the left."""
    return float(re.search(rf'<g id="{part}">.*?<use [^>]*x="([\d.]+)"', svg, re.DOTALL)[1])


def _place_of_word(svg: str, word: str) -> float:
    """Where the middle of a word stands, in points from the left."""
    return float(re.search(rf'<text [^>]*?x="([\d.]+)"[^>]*>{word}<', svg)[1])


# --- printed against derived ----------------------------------------------------------------------


def test_the_agreement_table_counts_and_gives_a_reason_for_every_difference(edition):
    page = BeautifulSoup(standing.agreement(edition), "html.parser")
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in page.tbody.find_all("tr")
    ]
    assert len(rows) == 50
    assert [row for row in rows if row[-1] == "not explained"] == []
    below = page.select_one("div.sc-notes").get_text(" ")
    assert (
        "Like for like: 42 printed benchmarks, of which agree 35 with the data of 25 November 2024; "
        "34 with the data of 25 February 2026; 38 with either." in below
    )
