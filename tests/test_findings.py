"""What the figures of July 2024 can bear: directions, real changes, funnels and gaps, held against hand calculation."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from scorecard import charts, signals
from scorecard.build import build_rows, build_scorecard, kents
from scorecard.findings import arrow_counts, confidence_counts, directions, gaps, really_changed, spot
from scorecard.ratings import Dot, Polarity
from scorecard.trends import NO_CLEAR_TREND


@pytest.fixture(scope="module")
def everything(edition):
    return list(build_rows(edition))


@pytest.fixture(scope="module")
def ashford(edition):
    return build_scorecard(edition, edition.area("Ashford"))


@pytest.fixture(scope="module")
def row(everything):
    told = {(one.indicator.key, one.area.name): one for one in reversed(everything)}
    return lambda key, area: told[key, area]


def text(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


# --- directions and what really changed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "area", "previous", "window", "agreement"),
    [
        # r by hand -118.0/120.4, 9.8/10.5, 2.9/6.2: t is 11.0, 5.7 and 1.2; 2.571 is significant
        ("CYPE22", "Ashford", Dot.WORSENED, Dot.WORSENED, "agree"),
        ("EH52-F", "Ashford EHU", Dot.WORSENED, Dot.IMPROVED, "disagree"),
        ("SCS03", "Ashford CSWT", Dot.WORSENED, NO_CLEAR_TREND, "not confirmed"),
        ("EY14", "Ashford", Dot.SAME, "fewer than 5 values", None),
    ],
)
def test_the_directions_stand_side_by_side(row, key, area, previous, window, agreement):
    told = directions(row(key, area))
    assert (told.previous.word, told.window.word or told.window.reason) == (previous, window)
    assert told.agreement == agreement


def test_the_year_before_is_a_direction_of_its_own(row):
    told = row("CYPE22", "Ashford")
    ago = replace(told, dot_year_ago=told.dot._replace(word=Dot.IMPROVED))
    assert directions(ago).agreement == "disagree"


SENTENCES = {
    Dot.WORSENED: "Home educated, contacted in 10 school days in Ashford: 40.6% in January 2024, 15.7% now. "
    "Performance got worse steadily, over 12 months rolling.",
    Dot.IMPROVED: "EHCP independent or out-of-county placements in Ashford: 10.9% in January 2024, 9.7% now. "
    "Performance got better, more steadily than chance explains.",
    "unconfirmed": "EHCPs issued within 20 weeks in Ashford: 53.3% in June 2024, 52.2% now. "
    "The latest 7 figures have no clear trend.",
    "contradicted": "Early Help assessments within 6 weeks in Ashford EHU: 99.5% in June 2024, 99.2% now. "
    "Performance got better over the latest 7 figures.",
}


def test_what_really_changed_is_said_in_a_sentence(ashford):
    found = really_changed(ashford)
    assert {name for name, told in found.items() if SENTENCES.get(name) in [one.sentence for one in told]} == {
        *SENTENCES
    }


def test_the_page_of_what_really_changed(ashford):
    page = BeautifulSoup(signals.really_changed(ashford), "html.parser")
    captions = [table.caption.get_text() for table in page.find_all("table")]
    assert captions == list(signals.CHANGED.values())[:4]
    heads = [head.get_text() for head in page.find("table").thead.find_all("th")]
    # no figure of July 2023 is held, so that no row has an arrow since a year before
    assert heads == ["What happened", "Since the previous figure", "Over the periods shown", "The arrows"]
    assert text(signals.really_changed([])) == " ".join(f"{caption}: nothing." for caption in captions)


def test_what_rolling_hides_is_said(row):
    # 100, 92 and 94 of 400 over three months: still below the first, but the latest month had 2 more
    months = ("2024-05", "2024-06", "2024-07")
    told, parts = row("SCS03", "Ashford CSWT"), zip(months, ("25.0", "23.0", "23.5"), (100, 92, 94), strict=True)
    series = [
        replace(told.latest, period=month, value=Decimal(value), numerator=Decimal(count), denominator=Decimal(400))
        for month, value, count in parts
    ]
    (found,) = really_changed([replace(told, series=tuple(series))])["hidden"]
    assert found.sentence.endswith("The latest month turned: +2 of +0 children against the month it replaced.")
    assert "The latest month turned" in text(signals.really_changed([found.row]))
    assert really_changed([told])["hidden"] == []


# --- gaps in whole numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "area", "found"),
    [
        # 327 of 1,683 is 19.43, printed 19.4; 377 is 22.40
        ("SCS03", "Ashford CSWT", {"target": 0, "floor": 0, "benchmark": 327 - 410, "England": 377 - 410}),
        # 231 of 925 is 24.97, printed 25.0; 277 is 29.95, printed 29.9 or 30.0: both within 30.0
        ("EH72-F", "Ashford EHU", {"target": 231 - 281, "floor": 277 - 281}),
        # 255 of 268 is 95.1, 254 is 94.8; 228 is 85.1, 227 is 84.7
        ("CYPE22", "Ashford", {"target": 255 - 42, "floor": 228 - 42}),
        # T: GREEN from 17.5 of 100 on, AMBER already
        ("SCS13", "Ashford CSWT", {"target": 5, "floor": 0}),
        # a count: 28 permanent exclusions, target 12, floor 15
        ("EH43", "Kent", {"target": -16}),
        ("SCS40", "Ashford CSWT", {}),
        ("SCS43", "Ashford CSWT", {}),
        ("EY15", "Ashford", {}),
        ("SISE4", "Dartford", {}),
    ],
)
def test_how_many_more_or_fewer(row, key, area, found):
    told = gaps(row(key, area))
    assert {aim: told[aim] for aim in found} == found
    assert found or told == {}


def test_how_many_is_said_in_words(ashford):
    page = text(signals.how_many(ashford))
    assert "Home educated, contacted in 10 school days CYPE22 Ashford 42 268 213 more 186 more not known" in page
    assert text(signals.how_many([])) == "How many it takes: no percentage misses its target."


# --- funnels ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "area", "beyond", "good"),
    [
        # Kent 1,345 of 36,834: a standard error of 0.33 points for 3,200 young people
        ("SISE71", "Thanet", "99.8", False),
        ("SISE71", "Tunbridge Wells", "99.8", True),
        ("SISE71", "Ashford", None, None),
        # T: 13.0 is further from 20 than Kent's 20.5; 4.0 points for 100 children
        ("SCS13", "Ashford CSWT", None, None),
        ("EH-AUDIT", "Ashford EHU", None, None),
    ],
)
def test_a_district_in_the_funnel(row, key, area, beyond, good):
    told = spot(row(key, area), row(key, "Kent"))
    assert (told.beyond, told.good) == (beyond and Decimal(beyond), good)


@pytest.mark.parametrize(
    ("key", "area"),
    [("SCS43", "Ashford CSWT"), ("SISE12", "Ashford"), ("SCS40", "Ashford CSWT"), ("SISE4", "Dartford")],
)
def test_what_has_no_two_numbers_is_in_no_funnel(row, key, area):
    assert spot(row(key, area), row(key, "Kent")) is None


def test_for_polarity_t_closer_to_the_target_is_better(row):
    told = row("SCS13", "Ashford CSWT")
    sixty = replace(told.latest, value=Decimal("60.0"), numerator=Decimal(60))
    far = replace(told, series=(*told.series[:-1], sixty))
    assert spot(far, row("SCS13", "Kent"))[2:] == (Decimal("99.8"), False)
    assert told.standard.polarity is Polarity.TARGET


def test_funnels_of_a_district(ashford, everything):
    found = charts.funnels(ashford, everything)
    assert [chart.headline for chart in found][1:3] == [
        "Ashford EHU is better than Kent by more than chance on 1 of 4 figures",
        "Ashford: none of 6 figures differs from Kent by more than chance",
    ]
    assert len({chart.name for chart in found}) == len(found) == 4
    told = {row[0]: row[1:] for row in found[2].rows}
    assert found[2].columns[3] == "NEET, 16 to 17 year olds"
    assert told["Kent"][2] == "3.7%; 1,345 of 36,834"
    assert told["Ashford"][2] == "3.5%; 111 of 3,213; within chance"
    assert told["Thanet"][2].endswith("; worse (99.8%)")
    assert "Ashford 3.5%, within chance." in found[2].alt
    assert "Thanet 5.9%, worse (99.8%)" in found[2].alt
    assert found[2].source.startswith("Source: observations.csv rows ")


@pytest.mark.parametrize(
    ("area", "headline"),
    [
        # Kent 3.65%, a standard error of 0.33 points for 3,226 and 3,213 young people: Thanet 5.9, Ashford 3.5
        ("Thanet", "Thanet is worse than Kent by more than chance on NEET, 16 to 17 year olds"),
        ("Ashford", "Ashford differs from Kent by no more than chance on NEET, 16 to 17 year olds"),
        ("Tunbridge Wells", "Tunbridge Wells is better than Kent by more than chance on NEET, 16 to 17 year olds"),
    ],
)
def test_a_funnel_by_itself_names_its_area_and_who_is_outside(row, everything, area, headline):
    (chart,) = charts.funnels([row("SISE71", area)], everything)
    assert chart.headline == headline
    # Dover 4.9 of 2,573 is 3.4 standard errors away, Canterbury 3.1 of 3,407 is 1.7
    named = {name: f">{name}</text>" in chart.svg for name in (area, "Dover", "Canterbury")}
    assert named == {area: True, "Dover": True, "Canterbury": False}


def test_marks_of_a_funnel_differ_without_colour(ashford, everything):
    svg = charts.funnels(ashford, everything)[2].svg
    drawn = Counter(re.findall(r'<g id="(inside|outside|own|kent|limit 95|limit 99.8)"', svg))
    assert drawn == dict.fromkeys(["inside", "outside", "own", "kent", "limit 95", "limit 99.8"], 1)


def test_funnels_of_kent_show_every_area(edition, everything):
    found = charts.funnels(build_scorecard(edition, edition.areas.kent), everything)
    assert [len(chart.rows) - 1 for chart in found] == [12, 12, 13, 11]
    assert all(" figures of " in chart.headline for chart in found)
    kent = next(one for one in everything if one.indicator.key == "SISE71" and one.area.name == "Kent")
    assert kents(kent, everything) is None


# --- counts of July 2024 ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(edition):
    return [row for area in edition.areas.districts for row in build_scorecard(edition, area)]


def inside_by_scipy(rows) -> tuple[int, int]:
    """How many ratings of percentages have the target inside their Wilson interval, and of how many."""
    from scipy.stats import binomtest

    held = total = 0
    for row in rows:
        figure, told = row.latest, row.standard
        if row.rag.word and row.indicator.unit == "%" and figure.denominator and figure.numerator != 112:
            found = binomtest(round(figure.numerator), round(figure.denominator)).proportion_ci(0.95, "wilson")
            away = told.tolerance if told.polarity is Polarity.TARGET else 0
            edges = [told.target - away, told.target + away]
            held += any(found.low <= float(edge) / 100 <= found.high for edge in edges)
            total += 1
    return held, total


def test_half_of_the_district_ratings_hold_their_target(pages):
    # rules.md counted 134 of 268 from the pages; 270 of them are rated here, beside Dartford's misprinted 112 of 1,671.
    # Ours leave out the 15 posts in full-time equivalents, which are no sample: 129 of 255, again half.
    told = confidence_counts(pages).set_index("rating")
    assert told["target inside"].to_dict() == {"RED": 13, "AMBER": 57, "GREEN": 59}
    assert (told["clear"] + told["within noise"]).sum() == 255
    without_posts = [row for row in pages if row.indicator.interval == "Wilson"]
    assert inside_by_scipy(without_posts) == (129, 255)
    assert inside_by_scipy(pages) == (136, 270)


def test_four_in_ten_arrows_that_say_worse_have_a_trend_behind_them(pages):
    from scipy.stats import linregress

    told = arrow_counts(pages).set_index("arrow").loc["worsened"]
    # rules.md counted 32 of 84, with 43 unclear and 9 the other way
    assert told.to_dict() == {"rows": 84, "improved": 7, "no clear trend": 44, "worsened": 33}
    adverse = 0
    for row in pages:
        sign, values = row.standard.polarity and row.standard.polarity.sign, [figure.value for figure in row.series]
        if sign and row.dot.word == Dot.WORSENED and len(values) == 7 and None not in values:
            found = linregress(range(7), [float(value) for value in values])
            adverse += found.pvalue < 0.05 and found.slope * sign < 0
    assert adverse == 33
