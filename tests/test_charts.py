"""Charts: what is drawn and said, read from the SVG and from the chart's fields, never from pixels."""

import ast
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from scorecard import charts
from scorecard.build import build_rows
from scorecard.drawing import ranked as _r
from scorecard.drawing import sheet
from scorecard.drawing import style as house
from scorecard.history import long_series

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = {"G", "A", "R"}
MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07"]


@pytest.fixture(scope="module")
def rows(edition):
    """Every line of July 2024 by indicator, area and page; a page is empty but for vulnerable learners."""
    return {(row.indicator.key, row.area.name, row.section.page): row for row in build_rows(edition)}


@pytest.fixture(scope="module")
def trend(rows):
    @cache
    def draw(key, area, part=""):
        return charts.trend(rows[key, area, part], rows.get((key, "Kent", part)))

    return draw


@pytest.fixture(scope="module")
def ranked(rows):
    @cache
    def draw(key, area, kind):
        others = [row for (code, _, _), row in rows.items() if code == key and row.area.kind == kind]
        return charts.ranked(rows[key, area, ""], others, rows[key, "Kent", ""])

    return draw


def words(svg: str) -> list[str]:
    return [told.text for told in ET.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple]:
    """Left, top, right, base line and text of every text."""
    found = []
    for told in ET.fromstring(svg).iter(f"{SVG}text"):
        style = dict(part.split(": ") for part in told.get("style").split("; "))
        size, bold = float(style["font-size"].removesuffix("px")), style.get("font-weight") == "700"
        width, x, y = house.extent(told.text, size, bold), float(told.get("x")), float(told.get("y"))
        left = x - {"start": 0, "middle": 0.5, "end": 1}[style["text-anchor"]] * width
        found.append((left, y - 0.73 * size, left + width, y, told.text))
    return found


def lines(svg: str, *ids: str) -> list[tuple]:
    """The straight strokes of the groups `ids`."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id") in ids]
    found = []
    for path in (path for group in groups for path in group.findall(f"{SVG}path")):
        steps = [(pen, float(x), float(y)) for pen, x, y in re.findall(r"([ML]) (\S+) (\S+)", path.get("d"))]
        found += [(*before[1:], *after[1:]) for before, after in pairwise(steps) if after[0] == "L"]
    return found


def marks(svg: str, gid: str) -> list[tuple[float, float]]:
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id") == gid]
    return [(float(use.get("x")), float(use.get("y"))) for group in groups for use in group.iter(f"{SVG}use")]


def overlapping(told: list[tuple]) -> list[tuple[str, str]]:
    def meet(a, b):
        return a[0] < b[2] - 0.3 and b[0] < a[2] - 0.3 and a[1] < b[3] - 0.3 and b[1] < a[3] - 0.3

    return [(a[4], b[4]) for a, b in combinations(told, 2) if meet(a, b)]


def struck(told: list[tuple], strokes: list[tuple]) -> list[str]:
    """The texts that a stroke runs through."""
    found = []
    for left, top, right, base, text in told:
        for x0, y0, x1, y1 in strokes:
            start, end = max(left, min(x0, x1)), min(right, max(x0, x1))
            if start < end:
                heights = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in (start, end)]
                found += [text] if min(heights) < base and max(heights) > top else []
            elif x0 == x1 and left < x0 < right and min(y0, y1) < base and max(y0, y1) > top:
                found.append(text)
    return found


TRENDS = [
    pytest.param("SCS03", "Ashford CSWT", "", id="25.0, 24.4, 23.1, 22.4 and 19.4 at one end"),
    pytest.param("SCS43", "Ashford CSWT", "", id="22.6, 22.2, 22.0 close together"),
    pytest.param("SCS13", "Ashford CSWT", "", id="polarity T"),
    pytest.param("SISE4", "Kent", "", id="60.0, 60 and 60 in one place"),
    pytest.param("EY14", "Ashford", "", id="a benchmark of a shown year"),
    pytest.param("KS4-P8-ALL", "Kent", "vulnerable learners", id="negative"),
    pytest.param("CYPE8", "Dover", "", id="quarters"),
    pytest.param("CYPE25", "Sevenoaks", "", id="no value"),
    pytest.param("SCS03", "Sevenoaks North & Tonbridge and Malling CSWT", "", id="a long name"),
]
RANKED = [
    pytest.param("SISE71", "Ashford", "district", id="2.8 twice, 2.5 and 3.7 at the top"),
    pytest.param("SCS03", "Ashford CSWT", "CSWT", id="long names"),
    pytest.param("APP17", "Tonbridge and Malling", "district", id="a long benchmark"),
    pytest.param("SCS13", "Dover CSWT", "CSWT", id="polarity T"),
    pytest.param("CYPE25", "Sevenoaks", "district", id="one without value"),
    pytest.param("EH43", "Ashford", "district", id="no target"),
]


# --- nothing collides -------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "area", "part"), TRENDS)
def test_no_words_of_a_trend_collide_or_lie_on_a_line(trend, key, area, part):
    chart = trend(key, area, part)
    told = [box for box in boxes(chart.svg) if box[4] not in LETTERS]
    assert overlapping(told) == []
    assert struck(told, lines(chart.svg, "grid", "target", "floor", "group", "england", "kent", "area")) == []
    assert all(left >= 0 and right <= house.WIDTH for left, _, right, _, _ in told)


@pytest.mark.parametrize(("key", "area", "kind"), RANKED)
def test_no_words_of_a_ranked_chart_collide(ranked, key, area, kind):
    chart = ranked(key, area, kind)
    told = boxes(chart.svg)
    assert overlapping([box for box in told if box[4] not in LETTERS]) == []
    # figures stand on paper of their own; all other words keep off the upright lines
    others = [box for box in told if not re.fullmatch(r"[GAR]|[\d.,]+", box[4])]
    assert struck(others, lines(chart.svg, "target", "group", "england", "kent")) == []
    assert all(left >= 0 and right <= house.WIDTH for left, _, right, _, _ in told)


LONG = [
    pytest.param("SCS03", "Ashford CSWT", id="a year that no edition prints"),
    pytest.param("EH-CASELOAD", "Ashford EHU", id="polarity T"),
    pytest.param("SCS43", "Kent", id="highest in the first month, below the unit"),
    pytest.param("CYPE8", "Dover", id="two quarters that no edition prints"),
    pytest.param("SISE12", "Ashford", id="years without examinations"),
]


@pytest.fixture(scope="module")
def long_trend(edition, rows):
    @cache
    def draw(key, area):
        told = long_series(edition, [rows[key, area, ""], rows[key, "Kent", ""]])
        return charts.trend(*told), told[0]

    return draw


@pytest.mark.parametrize(("key", "area"), LONG)
def test_no_words_of_a_long_trend_collide_or_lie_on_a_line(long_trend, key, area):
    chart, _ = long_trend(key, area)
    told = [box for box in boxes(chart.svg) if box[4] not in LETTERS]
    assert overlapping(told) == []
    strokes = lines(chart.svg, "grid", "target", "floor", "group", "england", "kent", "area", "break")
    assert struck(told, strokes) == []


@pytest.mark.parametrize(("key", "area"), LONG)
def test_a_long_trend_draws_every_figure_and_no_line_where_none_is_printed(long_trend, key, area):
    chart, row = long_trend(key, area)
    known = [figure.value is not None for figure in row.series]
    assert len(marks(chart.svg, "area")) == sum(known)
    assert len(lines(chart.svg, "area")) == sum(one and other for one, other in pairwise(known))


def test_a_year_that_no_edition_prints_takes_little_room_and_is_named(long_trend):
    chart, _ = long_trend("SCS03", "Ashford CSWT")
    assert "no edition prints Jan-23 to Dec-23" in chart.subtitle
    assert "No value for January 2023 to December 2023 (in no edition)." in chart.alt
    assert {"Aug-22", "Jan-24", "Jul-24"} <= set(words(chart.svg))
    assert len(lines(chart.svg, "break")) == 2
    x = [place for place, _ in marks(chart.svg, "area")]
    steps = [after - before for before, after in pairwise(x)]
    step, gap = steps[0], steps.pop(4)
    assert steps == pytest.approx([step] * 10, abs=0.1)
    assert step < gap < 6 * step


def test_the_table_of_a_long_trend_tells_where_each_figure_stands(long_trend):
    chart, row = long_trend("SCS03", "Ashford CSWT")
    told = {line[0]: line for line in chart.rows}
    assert (told["Aug-22"][1], told["Dec-22"][1], told["Jul-24"][2]) == ("23.0", "22.6", "23.1")
    assert told["Jan-23 to Dec-23"][1:3] + told["Jan-23 to Dec-23"][-1:] == ("in no edition", "in no edition", "none")
    assert (chart.columns[-1], told["Aug-22"][-1]) == ("Edition", f"2022-12, row {row.series[0].row}")
    revised, _ = long_trend("SISE12", "Dover")
    (line,) = (line for line in revised.rows if line[0] == "2021-22")
    assert line[1] == "44.5"
    assert "elsewhere 44.4 in 2022-12/observations.csv row " in line[-1]


SIZES = st.floats(1, 40)
PLACES = st.lists(st.tuples(st.floats(-500, 500), SIZES), min_size=1, max_size=8)


def gaps(centres, sizes):
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    return [centres[b] - centres[a] - (sizes[a] + sizes[b]) / 2 for a, b in pairwise(order)]


@given(PLACES)
def test_spread_labels_keep_their_order_and_their_gaps(told):
    wanted, sizes = zip(*told, strict=True)
    centres = sheet.spread(wanted, sizes)
    assert all(centres[a] <= centres[b] for a, b in combinations(range(len(told)), 2) if wanted[a] < wanted[b])
    assert all(gap >= -1e-6 for gap in gaps(centres, sizes))


@given(PLACES)
def test_spread_labels_with_room_stay_where_they_are(told):
    wanted, sizes = zip(*told, strict=True)
    assume(all(gap >= 0 for gap in gaps(wanted, sizes)))
    assert sheet.spread(wanted, sizes) == pytest.approx(wanted)


@given(PLACES, st.floats(-500, 500), st.lists(st.floats(0, 100), min_size=8, max_size=8))
def test_no_other_places_in_this_order_are_nearer(told, start, rooms):
    wanted, sizes = zip(*sorted(told), strict=True)
    others, edge = [], start
    for size, room in zip(sizes, rooms, strict=False):
        others.append(edge + room + size / 2)
        edge += room + size
    assert cost(sheet.spread(wanted, sizes), wanted) <= cost(others, wanted) + 1e-6


def cost(centres, wanted):
    return sum((centre - place) ** 2 for centre, place in zip(centres, wanted, strict=True))


@given(PLACES, st.floats(-100, 100))
def test_spread_labels_stay_between_the_edges_where_they_fit(told, low):
    wanted, sizes = zip(*told, strict=True)
    high = low + sum(sizes) + 10
    centres = sheet.spread(wanted, sizes, low, high)
    assert all(
        low - 1e-6 <= c - size / 2 and c + size / 2 <= high + 1e-6 for c, size in zip(centres, sizes, strict=True)
    )
    assert all(gap >= -1e-6 for gap in gaps(centres, sizes))


@pytest.mark.parametrize(
    ("wanted", "spread"),
    [
        ([10, 30], [10, 30]),
        ([10, 10], [5, 15]),
        ([10, 10, 10], [0, 10, 20]),
        ([10, 12, 40], [6, 16, 40]),
        ([12, 10], [16, 6]),
    ],
)
def test_spread_by_hand(wanted, spread):
    assert sheet.spread(wanted, [10] * len(wanted)) == spread


@given(st.lists(st.tuples(st.floats(100, 300), st.floats(10, 90), st.integers(1, 2)), max_size=5))
def test_flags_meet_neither_texts_nor_poles(told):
    poles, widths, heights = zip(*sorted(told), strict=True) if told else ((), (), ())
    lowest = _r.tiers(poles, widths, heights)
    for i, k in combinations(range(len(told)), 2):
        # flag k stands right of pole i: its text either ends before that pole or passes above its flag
        assert poles[k] - widths[k] >= poles[i] or lowest[k] >= lowest[i] + heights[i]


@pytest.mark.parametrize(
    ("values", "decimals", "ticks"),
    [
        (["2.5", "3.8"], 1, ["2.5", "3.0", "3.5", "4.0"]),
        (["0", "4"], 0, ["0", "2", "4", "6"]),
        (["-1.20", "-0.02"], 2, ["-1.0", "-0.5", "0.0"]),
        (["900", "1300"], 0, ["900", "1,000", "1,100", "1,200", "1,300"]),
        (["31.40", "37.68"], 2, ["32", "34", "36", "38"]),
    ],
    ids=str,
)
def test_ticks_are_few_round_and_within_the_printed_decimals(values, decimals, ticks):
    scale = sheet.Scale.over(map(Decimal, values), decimals, 0, 200)
    assert [tick for tick in scale.ticks() if 0 <= scale.ticks()[tick] <= 200] == list(scale.ticks())
    assert list(scale.ticks()) == ticks


def test_lines_are_wrapped_to_their_width_and_the_tail_stays_whole():
    told = house.wrap("Sevenoaks North & Tonbridge and Malling CSWT", 124, bold=True, tail="24.9 GREEN")
    assert " ".join(told) == "Sevenoaks North & Tonbridge and Malling CSWT 24.9 GREEN"
    assert all(house.extent(line, house.SIZE, True) <= 124 for line in told)
    assert any("24.9 GREEN" in line for line in told)


# --- what a trend says ------------------------------------------------------------------------------

STANDARDS = [
    ("SCS43", "Ashford CSWT", "", ["Target 18.0", "Floor 22.0"]),
    ("SCS03", "Kent", "", ["Target 25.0", "Floor 30.0"]),
    ("APP17", "Ashford", "", ["Target 45", "Floor 35"]),
    ("CYPE1", "Ashford", "", ["Target 9", "Floor 10.5"]),
    ("CYPE23", "Ashford", "", ["Target 34.40", "Floor 31.40"]),
    ("KS4-P8-ALL", "Kent", "vulnerable learners", ["Target -1.00", "Floor -1.20"]),
    ("SCS13", "Ashford CSWT", "", ["Target 20.0, green 17.5 to 22.5", "Floor 12.5", "Floor 27.5"]),
    ("EH-CASELOAD", "Ashford EHU", "", ["Target 20.0, green 17.5 to 22.5", "Floor 12.5", "Floor 27.5"]),
]


@pytest.mark.parametrize(("key", "area", "part", "named"), STANDARDS, ids=str)
def test_target_and_floor_are_drawn_and_named_with_their_figures(trend, key, area, part, named):
    chart = trend(key, area, part)
    assert [text for text in named if text not in " ".join(words(chart.svg))] == []
    (solid,), floors = lines(chart.svg, "target"), lines(chart.svg, "floor")
    assert len(floors) == len(named) - 1
    assert all(y0 == y1 for _, y0, _, y1 in [solid, *floors])
    groups = {group.get("id"): ET.tostring(group).decode() for group in ET.fromstring(chart.svg).iter(f"{SVG}g")}
    assert "stroke-dasharray" not in groups["target"]
    assert "stroke-dasharray" in groups["floor"]


def test_only_polarity_t_has_a_green_band(trend):
    assert 'id="green"' in trend("SCS13", "Ashford CSWT").svg
    assert 'id="green"' not in trend("SCS43", "Ashford CSWT").svg


def test_without_target_nothing_is_drawn_for_it(trend):
    chart = trend("EH43", "Ashford")
    assert lines(chart.svg, "target", "floor") == []
    assert "Not rated: no target." in chart.alt
    assert LETTERS.isdisjoint(words(chart.svg))


@pytest.mark.parametrize(
    ("key", "area", "letter", "word", "shape"),
    [
        ("EY2", "Ashford", "G", "GREEN", "C"),
        ("SISE71", "Ashford", "A", "AMBER", "L"),
        ("SCS43", "Ashford CSWT", "R", "RED", "L"),
    ],
)
def test_the_rating_is_a_letter_in_a_shape_and_a_word(trend, key, area, letter, word, shape):
    svg = trend(key, area).svg
    assert words(svg).count(letter) == 1
    assert any(text.endswith(word) for text in words(svg))
    (place,) = marks(svg, word)
    assert place == pytest.approx(marks(svg, "area")[-1])
    (group,) = (group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id") == word)
    outline = group.find(f".//{SVG}defs/{SVG}path").get("d")
    assert ("C" in outline) == (shape == "C")
    assert len(re.findall("L", outline)) == {"G": 0, "A": 2, "R": 3}[letter]


@pytest.mark.parametrize(
    ("key", "area", "label", "drawn"),
    [
        ("SCS03", "Kent", "England 22.4 (2022-23)", "across"),
        ("SISE71", "Ashford", "South East 2.5 (2022-23)", "across"),
        ("CYPE8", "Ashford", "England & Wales 28.5 (as at Jan 2023)", "across"),
        ("EY14", "Ashford", "England 67.2 (2022-23)", "at its period"),
    ],
)
def test_a_benchmark_says_its_year_and_stands_at_its_own_period(trend, key, area, label, drawn):
    chart = trend(key, area)
    assert label in " ".join(words(chart.svg))
    side = "group" if label.startswith("South East") else "england"
    assert bool(lines(chart.svg, side)) == (drawn == "across")
    if drawn == "at its period":
        (year,) = (box for box in boxes(chart.svg) if box[4] == "2022-23")
        assert marks(chart.svg, side)[0][0] == pytest.approx((year[0] + year[2]) / 2, abs=0.1)
    else:
        assert "a period not shown" in chart.source


def test_a_missing_value_is_a_gap(rows):
    row = rows["SCS43", "Ashford CSWT", ""]
    april = replace(row.series[3], value=None, reason="to be supplied")
    chart = charts.trend(replace(row, series=(*row.series[:3], april, *row.series[4:])))
    whole = charts.trend(row)
    assert (len(lines(whole.svg, "area")), len(marks(whole.svg, "area"))) == (6, 7)
    assert (len(lines(chart.svg, "area")), len(marks(chart.svg, "area"))) == (4, 6)
    assert "No value for April 2024 (to be supplied)." in chart.alt
    assert ("Apr-24", "to be supplied") in {told[:2] for told in chart.rows}


def test_an_area_without_any_value_is_named_with_the_reason(trend):
    chart = trend("CYPE25", "Sevenoaks")
    assert "Sevenoaks: no value" in " ".join(words(chart.svg))
    assert lines(chart.svg, "area") == []
    assert marks(chart.svg, "area") == []
    assert "has no value for 2023-24 (not available)" in chart.alt
    assert chart.rows[-1][:3] == ("2023-24", "not available", "33.47")


@pytest.mark.parametrize(
    ("key", "area", "alt"),
    [
        (
            "SCS43", "Ashford CSWT",
            "Line chart. Average caseload, social work teams, Ashford CSWT, in cases per worker, rose from 19.9 in "
            "January 2024 to 22.6 in July 2024, against a target of 18.0 and a floor standard of 22.0. RED. Kent 22.2.",
        ),
        (
            "SCS13", "Ashford CSWT",
            "Line chart. Repeat child protection plans, Ashford CSWT, fell from 23.2% in January 2024 to 13.0% in July "
            "2024, against a target of 20.0% (GREEN from 17.5 to 22.5) and floor standards of 12.5% and 27.5%. AMBER, "
            "within noise (95% interval 7.8 to 21.0). Kent 20.5%. Statistical neighbours 24.3% "
            "(2022-23). England 23.6% (2022-23).",
        ),
        (
            "EY14", "Ashford",
            "Line chart. EYFS good level of development, Ashford, rose from 67.6% in 2021-22 to 68.6% in 2023-24, "
            "against a target of 69.0% and a floor standard of 66.0%. AMBER, within noise (95% interval 66.2 to 70.9). "
            "No value for 2020-21 (not available). "
            "Kent 67.8%. South East 69.6% (2022-23). England 67.2% (2022-23).",
        ),
    ],
)  # fmt: skip
def test_the_alt_text_says_what_the_chart_says(trend, key, area, alt):
    assert trend(key, area).alt == alt


def test_the_words_around_a_trend(trend):
    chart = trend("SCS43", "Ashford CSWT")
    assert chart.name == "trend-scs43-ashford-cswt"
    assert chart.subtitle == (
        "Average caseload, social work teams, Ashford CSWT, Jan-24 to Jul-24, cases per worker; low is good"
    )
    assert re.match(r"Source: observations\.csv rows \d+ to \d+, \d+ to \d+; standards\.csv row \d+\. ", chart.source)
    assert {"Jan-24", "Jul-24", "cases per worker", "19.9", "22.6 RED"} <= set(words(chart.svg))


@pytest.mark.parametrize(
    ("key", "area", "subtitle", "source"),
    [
        ("SCS13", "Ashford CSWT",
         "Statistical neighbours 2022-23 (mean, April 2021 model), England 2022-23 (published)",
         "Statistical neighbours and England: the same in DfE's data of 25 November 2024 and 25 February 2026."),
        ("EY15", "Ashford", "South East 2022-23 (published), England 2022-23 (published)",
         "England: another figure in DfE's data."),
        ("APP17", "Kent", "Benchmark group (SN or SE) 2022-23 (method not printed), England 2022-23 (published)",
         "near, not like for like. Kent's figure is a month's and DfE's a calendar year's:"),
    ],
)  # fmt: skip
def test_a_chart_says_whose_its_benchmarks_are_and_what_the_data_make_of_them(trend, key, area, subtitle, source):
    chart = trend(key, area)
    assert chart.subtitle.endswith(f"; benchmarks as printed: {subtitle}")
    assert source in chart.source


def test_kents_sum_of_the_districts_is_not_held_against_one(trend):
    chart = trend("EH43", "Ashford")
    assert "Kent" not in " ".join([*words(chart.svg), *chart.columns])


@pytest.mark.parametrize(("key", "area", "part"), TRENDS)
def test_the_table_holds_every_drawn_figure(trend, key, area, part):
    chart = trend(key, area, part)
    axis = {box[4] for box in boxes(chart.svg) if re.fullmatch(r"-?[\d.,]+%?", box[4]) and box[2] < 40}
    head = [*chart.headline.split(), *chart.subtitle.split(), *chart.source.split()]
    drawn = re.findall(r"-?\d+(?:\.\d+)?", " ".join(text for text in words(chart.svg) if text not in axis))
    told = " ".join([*chart.columns, *(cell for row in chart.rows for cell in row), *head])
    assert [figure for figure in drawn if figure not in told] == []
    assert all(len(row) == len(chart.columns) and all(row) for row in chart.rows)
    series = {thread: len(marks(chart.svg, thread)) for thread in ("area", "kent")}
    columns = [[row[i] for row in chart.rows if re.match(r"-?\d", row[i])] for i in range(1, len(chart.columns))]
    assert len(columns[0]) == series["area"]


# --- what a ranked chart says -----------------------------------------------------------------------


def test_districts_stand_from_best_to_worst(ranked):
    chart = ranked("SISE71", "Ashford", "district")
    assert [row[:3] for row in chart.rows[:12]] == [
        ("1", "Tunbridge Wells", "2.5"), ("2", "Dartford", "2.8"), ("2", "Sevenoaks", "2.8"),
        ("4", "Tonbridge and Malling", "2.9"), ("5", "Maidstone", "3.0"), ("6", "Canterbury", "3.1"),
        ("7", "Ashford", "3.5"), ("8", "Folkestone and Hythe", "3.6"), ("9", "Swale", "4.4"),
        ("10", "Gravesham", "4.7"), ("11", "Dover", "4.9"), ("12", "Thanet", "5.9"),
    ]  # fmt: skip
    assert chart.rows[1][3:] == ("92", "3,269", "GREEN", "2.3 to 3.4")
    assert [row[1:3] for row in chart.rows[12:]] == [
        ("Kent", "3.7"), ("South East", "2.5 (2022-23)"), ("England", "2.8 (2022-23)"), ("Target", "2.8"),
    ]  # fmt: skip
    heights = {box[4]: box[3] for box in boxes(chart.svg)}
    names = [row[1] for row in chart.rows[:12]]
    assert sorted(names, key=heights.get) == names


def test_with_polarity_t_the_nearest_to_the_target_is_best(ranked):
    told = [row[:3] for row in ranked("SCS13", "Ashford CSWT", "CSWT").rows]
    assert told[0] == ("1", "Sevenoaks North & Tonbridge and Malling CSWT", "18.2")
    assert told[7] == ("8", "Ashford CSWT", "13.0")  # 7.0 from the target of 20.0


def test_only_the_own_area_is_bold(ranked):
    def bold(chart):
        head = {*house.wrap(chart.headline, house.WIDTH - 4, house.HEADLINE, True)}
        texts = [told for told in ET.fromstring(chart.svg).iter(f"{SVG}text") if "font-weight" in told.get("style")]
        return [told.text for told in texts if told.text not in LETTERS | head]

    assert bold(ranked("SISE71", "Ashford", "district")) == ["Ashford", "3.5"]
    assert bold(ranked("SISE71", "Kent", "district")) == []


def test_the_headline_of_kents_chart_is_about_the_last_district(ranked):
    assert ranked("SISE71", "Kent", "district").headline.startswith("Thanet")


def test_ratings_of_a_ranked_chart_are_letters_too(ranked):
    svg = ranked("SISE71", "Ashford", "district").svg
    told = words(svg)
    assert {letter: told.count(letter) for letter in "GAR"} == {"G": 3, "A": 5, "R": 4}
    assert [len(marks(svg, word)) for word in ("GREEN", "AMBER", "RED")] == [3, 5, 4]


def test_areas_without_a_value_are_listed_with_the_reason(ranked):
    chart = ranked("CYPE25", "Sevenoaks", "district")
    assert "No value (not available): Sevenoaks." in words(chart.svg)
    assert ("not ranked", "Sevenoaks", "not available") in {row[:3] for row in chart.rows}
    assert sum(words(chart.svg).count(letter) for letter in LETTERS) == 11


def test_the_upright_lines_are_named_with_figure_and_year(ranked):
    chart = ranked("SISE71", "Ashford", "district")
    named = {"Kent 3.7", "South East 2.5 (2022-23)", "England 2.8 (2022-23)", "Target 2.8"}
    assert named <= set(words(chart.svg))
    assert len(lines(chart.svg, "kent", "group", "england", "target")) == 4


def test_nobody_is_called_best_or_worst_within_chance(rows, ranked):
    # by hand, Kent 142 of 149: all of 13 good has a chance of 0.953^13 = 0.53, at most 7 of 9 good one of 0.06
    told = ranked("EH-AUDIT", "Ashford EHU", "EHU").alt
    assert re.search(r"First: [\w &]+ EHU 100.0%; last: [\w &]+ EHU 77.8%[.]", told)
    units = [row for (key, _, _), row in rows.items() if key == "EH-AUDIT" and row.area.kind == "EHU"]
    headline = charts.ranked(rows["EH-AUDIT", "Kent", ""], units).headline
    assert headline.endswith("EHU is 11th of 11 Early Help Units on Early Help audits good or outstanding")
    # all of 28 good: 0.869^28 = 0.019; 50.0% of 16: far below chance
    assert (
        " Best: Canterbury CSWT 100.0%; worst: Thanet Ramsgate CSWT 50.0%."
        in ranked("SCS37", "Ashford CSWT", "CSWT").alt
    )


def test_the_interval_of_a_figure_is_drawn_as_a_bar(trend, ranked):
    # 15 of 18: 60.8 to 94.2; a stroke and a cap at each end, and as much for each of the 13 teams
    assert len(lines(trend("SCS37", "Ashford CSWT").svg, "interval")) == 3
    assert len(lines(ranked("SCS37", "Ashford CSWT", "CSWT").svg, "interval")) == 3 * 13
    assert trend("SCS37", "Ashford CSWT").rows[-1][1] == "83.3 AMBER, within noise (95% interval 60.8 to 94.2)"
    assert lines(trend("SCS43", "Ashford CSWT").svg, "interval") == []


def test_the_alt_text_of_a_ranked_chart(ranked):
    assert ranked("SISE71", "Ashford", "district").alt == (
        "Dot chart. NEET, 16 to 17 year olds, July 2024. Ashford ranks 7 of 12 with 3.5%, AMBER. Best: Tunbridge Wells "
        "2.5%; worst: Thanet 5.9%. Kent 3.7%. South East 2.5% (2022-23). England 2.8% (2022-23). Target 2.8%."
    )


def test_a_chart_of_areas_that_all_lack_a_value_says_so(ranked):
    chart = ranked("CYPE2", "Ashford", "district")
    assert "No value (not available): Ashford, Canterbury" in " ".join(words(chart.svg))
    assert lines(chart.svg, "kent") == []


def test_the_charts_of_a_pack_compare_figures_of_one_period(edition, rows):
    kent = [row for row in rows.values() if row.area.kind == "Kent"]
    made = charts.rankings([row for row in kent if row.indicator.key == "SISE12"], list(rows.values()))
    assert [chart.subtitle.split(", ")[1] for chart in made] == ["2023-24"]
    assert len(charts.trends([row for row in kent if row.indicator.key in ("SCS03", "APP17-N")], kent)) == 1


# --- the files --------------------------------------------------------------------------------------


def test_the_same_figures_give_the_same_bytes_whatever_the_settings(rows):
    row = rows["SCS13", "Ashford CSWT", ""]
    first = charts.trend(row)
    house._cover.cache_clear()
    loud = {"font.size": 40, "lines.linewidth": 9, "svg.fonttype": "path", "text.usetex": False, "axes.grid": False}
    with mpl.rc_context(loud):
        again = charts.trend(row)
    assert (again.svg, again.png) == (first.svg, first.png)


def test_nothing_global_changes(rows):
    before = dict(mpl.rcParams)
    charts.trend(rows["SCS13", "Ashford CSWT", ""])
    assert dict(mpl.rcParams) == before
    source = ast.parse(Path(sheet.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    assert "matplotlib.pyplot" not in imported


def test_files_carry_no_date_and_no_program(trend):
    chart = trend("SCS43", "Ashford CSWT")
    assert not re.search(r"[Mm]atplotlib|dc:date|\d{4}-\d{2}-\d{2}T", chart.svg)
    picture = Image.open(io.BytesIO(chart.png))
    assert set(picture.info) <= {"dpi"}
    colours = {rgb for _, rgb in picture.convert("RGB").getcolors(maxcolors=1 << 16)}
    assert {(255, 255, 255), (0x12, 0x43, 0x6D), (0x8A, 0x10, 0x10)} <= colours


def test_the_plot_is_cropped_out_of_the_whole(trend):
    chart = trend("SCS43", "Ashford CSWT")
    root = ET.fromstring(chart.plot_svg)
    _, top, width, height = map(float, root.get("viewBox").split())
    assert (root.get("width"), width) == (None, pytest.approx(345.6))
    assert root.get("data-viewbox") == ET.fromstring(chart.svg).get("viewBox")
    inside = [text for _, above, _, base, text in boxes(chart.plot_svg) if above >= top and base <= top + height]
    head = [line for told in (chart.headline, chart.subtitle, chart.source) for line in told.split()]
    assert {"Target 18.0", "Jan-24", "cases per worker"} <= set(inside)
    assert not any(text.startswith((head[0] + " CSWT misses", "Source")) for text in inside)
    cut = [
        text for _, above, _, base, text in boxes(chart.plot_svg) if above < top < base or above < top + height < base
    ]
    assert cut == []


ODD = [
    "Cost $x_1$ & <b>more</b>", "Bell\x07 and\x00 null", "One\nline\ttab", "Right\u202eto left",
    "Snow\u2603 \U0001f600", '"quoted"',
]  # fmt: skip


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_names_are_only_text(rows, name):
    row = rows["SISE71", "Ashford", ""]
    odd = replace(row, area=replace(row.area, name=name))
    others = [odd, *(other for (key, _, _), other in rows.items() if key == "SISE71" and other.area.name == "Dover")]
    for chart in (charts.trend(odd, rows["SISE71", "Kent", ""]), charts.ranked(odd, others)):
        shown = " ".join(words(chart.svg))
        assert house.clean(name) in shown
        assert not re.search(r"[\x00-\x1f\u202e]", shown)
        assert not re.search(r"[\x00-\x1f\u202e]", chart.alt + chart.source + chart.subtitle)
        assert Image.open(io.BytesIO(chart.png)).size[0] == 720


@pytest.mark.parametrize(("key", "area", "kind"), RANKED)
def test_every_svg_is_xml_with_its_texts_as_text(ranked, key, area, kind):
    chart = ranked(key, area, kind)
    assert ET.fromstring(chart.svg).find(f"{SVG}title").text == chart.headline
    assert "font-family: 'DejaVu Sans', 'Verdana', 'Arial', sans-serif" in chart.svg
    assert area in " ".join(words(chart.svg))


def test_a_notebook_gets_page_picture_and_words(trend):
    chart = trend("SCS43", "Ashford CSWT")
    bundle = chart._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == chart.alt
    assert bundle["image/png"] == chart.png
    assert "<figure" in bundle["text/html"]


def test_forked_processes_do_not_share_the_place_in_a_font_file():
    """Else two packs that are drawn side by side read each other's glyphs."""
    from multiprocessing import get_context

    from scorecard.drawing.style import _font

    before = _font(False)
    receive, send = get_context("fork").Pipe(duplex=False)
    child = get_context("fork").Process(target=lambda: send.send(_font.cache_info().currsize))
    child.start()
    assert receive.recv() == 0
    child.join()
    assert _font(False) is before
