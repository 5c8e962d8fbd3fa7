"""What trend and ranked charts say: words, standards, benchmarks and figures."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from drawn import LETTERS, SVG, TRENDS, boxes, lines, marks, words

from scorecard import charts
from scorecard.drawing import style as house

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
    assert headline.endswith(" is 11th of 11 Early Help Units on Early Help audits good or outstanding, within chance")
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
