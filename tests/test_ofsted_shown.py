"""The Ofsted dashboard as it is shown: charts, tables, its pack and the command line."""

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from scorecard.__main__ import main
from scorecard.drawing.style import WIDTH, extent
from scorecard.inspections import ofsted_charts, ofsted_tables

HOME = Path(__file__).resolve().parents[1]
NAME = "ofsted-2022-12"


# --- charts and tables ----------------------------------------------------------------------------


BLOCK = r'd="M ([\d.]+) ([\d.]+) L ([\d.]+) [\d.]+ L [\d.]+ ([\d.]+) L [\d. ]+ z " style="fill: ([^"]+)"'


def blocks(chart):
    """Left, right, height and filling of each block of a chart, as its SVG has them: bars from left to right."""
    told = re.findall(BLOCK, re.sub(r"\s+", " ", chart.svg))
    return [
        (float(left), float(right), round(float(low) - float(high), 1), fill) for left, low, right, high, fill in told
    ]


def test_a_bar_is_as_long_as_its_share(dashboard):
    chart = ofsted_charts.profile(dashboard, "latest")
    bars = [told for told in blocks(chart) if told[2] == 16]
    primary = bars[1:5]  # the nursery has one segment
    assert [round((right - left + 0.8) / (WIDTH - 4) * 100, 1) for left, right, *_ in primary] == [16.1, 76.6, 6.2, 1.1]
    assert chart.headline == "91.6% of all schools inspected in Kent are Good or Outstanding; 7 of 582 are Inadequate"


def test_judgements_differ_without_their_colours(dashboard):
    chart = ofsted_charts.profile(dashboard, "latest")
    *plain, improvement, inadequate = [told[3] for told in blocks(chart) if told[2] == 16][1:5]
    assert plain == ["#12436d", "#28a197"]
    patterns = {
        f"url(#{name})": lines
        for name, lines in re.findall(r'<pattern id="(\w+)".*?<path d="([^"]+)"', chart.svg, re.S)
    }
    assert patterns[improvement] != patterns[inadequate]
    for label in ("O 103", "G 430", "RI 42", "I 7"):
        assert f">{label}<" in chart.svg


def test_districts_are_ranked_and_ties_share_the_best(dashboard):
    schools, settings = ofsted_charts.rankings(dashboard)
    assert [row[0] for row in schools.rows] == [
        "1. Tunbridge Wells", "2. Gravesham", "3. Canterbury", "3. Maidstone", "5. Thanet", "6. Folkestone and Hythe",
        "7. Ashford", "8. Dartford", "Kent", "9. Sevenoaks", "10. Dover", "11. Tonbridge and Malling", "12. Swale",
    ]  # fmt: skip
    assert schools.headline == "Swale has the lowest percentage of all schools that are Good or Outstanding: 84.5%"
    assert schools.rows[-1] == ("12. Swale", "58", "12", "37", "5", "4", "20.7", "63.8", "8.6", "6.9", "84.5")
    assert [row[0][:2] for row in settings.rows[:6]] == ["1."] * 5 + ["6."]


def test_the_matrix_is_darkest_where_most_schools_are(dashboard):
    chart = ofsted_charts.matrix(dashboard, "latest")
    cells = [told for told in blocks(chart) if told[2] == 42]
    shades = {row[3]: told[3] for row, told in zip(chart.rows, cells, strict=True)}
    assert shades["203"] == "#12436d"
    order = sorted(shades, key=lambda number: sum(bytes.fromhex(shades[number][1:])))
    assert order[:4] == ["203", "143", "66", "41"]
    assert ("Requires Improvement", "Good", "better", "203", "36.4") in chart.rows
    assert ("Outstanding", "Inadequate", "worse", "1", "0.2") in chart.rows
    assert chart.headline == "311 of 558 schools were judged better than before and 71 worse"
    assert "Requires Improvement to Good 203 (36.4%)" in chart.alt


def test_the_headline_of_maintained_schools_and_academies(dashboard):
    chart = ofsted_charts.by_status(dashboard)
    assert chart.headline == "94.7% of maintained schools and 88.4% of academies in Kent are Good or Outstanding"
    assert chart.source == "Source: status.csv rows 2 to 5, 18 to 22, 35."


WORD = (
    r'<text style="(?:font-weight: (700); )?font-size: ([\d.]+)px; text-anchor: (\w+)[^"]*" x="([\d.]+)"[^>]*>([^<]*)<'
)


def test_every_word_of_a_chart_stays_on_it(dashboard):
    charts = [ofsted_charts.profile(dashboard, "latest"), ofsted_charts.profile(dashboard, "current", dashboard.year)]
    charts += [*ofsted_charts.rankings(dashboard), ofsted_charts.by_status(dashboard)]
    charts += ofsted_charts.matrices(dashboard)
    assert len({chart.name for chart in charts}) == 7
    words = [word for chart in charts for word in re.findall(WORD, chart.svg)]
    assert len(words) > 300
    for bold, size, anchor, x, text in words:
        width = extent(text, float(size), bool(bold))
        left = float(x) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        assert -0.5 <= left <= left + width <= WIDTH + 0.5, text


def test_a_note_says_where_print_differs(dashboard):
    table = ofsted_tables.outcomes(dashboard, "latest", "Most recent inspection outcomes")
    assert "2.1 follows from the numbers; 0.4 is printed." in table
    assert "11 schools (outcomes.csv row 86)" in table


# --- the pack and the command line ------------------------------------------------------------------


def test_the_pack_holds_its_figures_with_file_and_row(dashboard_made):
    rows = list(csv.DictReader((dashboard_made / "kent" / "outcomes.csv").read_text(encoding="utf-8").splitlines()))
    row = next(row for row in rows if (row["table"], row["type"]) == ("latest", "Secondary"))
    assert (row["pct_inadequate"], row["printed"], row["source"]) == ("2.1", "87.6", "outcomes.csv row 82")
    moves = list(
        csv.DictReader((dashboard_made / "kent" / "direction_of_travel.csv").read_text(encoding="utf-8").splitlines())
    )
    assert len(moves) == 32
    assert len(list((dashboard_made / "kent" / "charts").glob("*.svg"))) == 7


def test_the_manifest_of_a_kind_without_ratings(dashboard_made):
    schema = json.loads((HOME / "scorecard/manifest.schema.json").read_text(encoding="utf-8"))
    told = json.loads((dashboard_made / "manifest.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(told)) == []
    assert told["packs"]["kent"]["rag"] == {}


COMMANDS = [
    ("ratings", "--edition", NAME),
    ("reconcile", "--edition", NAME),
    ("new-edition", "2023-01", "--from", NAME),
    ("benchmarks", "derive", "--edition", NAME),
    ("report", "--edition", NAME),
]


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_what_needs_ratings_ends_in_plain_words(words):
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f'{NAME} is a scorecard of the kind "ofsted", which has no ratings.' in done.stderr
    assert "Traceback" not in done.stderr


def test_check_speaks_of_the_dashboard():
    done = CliRunner().invoke(main, ["check", "--edition", NAME])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"0 errors, 1 warning, 9 notes in edition {NAME}."
