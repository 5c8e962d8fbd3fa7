"""Charts: what is drawn and said, read from the SVG and from the chart's fields, never from pixels."""

import ast
import io
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from drawn import LETTERS, RANKED, SVG, TRENDS, boxes, lines, marks, overlapping, struck, words
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from scorecard import charts
from scorecard.drawing import pixels, sheet
from scorecard.drawing import ranked as _r
from scorecard.drawing import style as house
from scorecard.history import long_series

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07"]


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


# --- the files --------------------------------------------------------------------------------------


def test_the_same_figures_give_the_same_bytes_whatever_the_settings(rows):
    row = rows["SCS13", "Ashford CSWT", ""]
    first = charts.trend(row)
    pixels._text.cache_clear()
    sheet._pen.cache_clear()
    pixels._ink.cache_clear()
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


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists the open files of a process")
def test_forked_processes_do_not_share_the_place_in_a_font_file():
    """Else two packs that are drawn side by side read each other's glyphs."""
    from scorecard.drawing.style import font_of

    def held() -> list[str]:
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return [file for file in map(os.readlink, links) if "DejaVu" in file]

    font_of.cache_clear()
    before = held()
    font_of(False).set_size(100, 72)
    assert font_of(False).load_char(ord("K")).linearHoriAdvance
    assert held() == before
