"""The HTML side: figures as printed, nothing blank, everything escaped, one page that needs nothing from outside."""

import csv
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from fragments import HOSTILE, Drawing, check_structure, parsed, piece, printed_row, row_of, table_of, text

from scorecard import tables
from scorecard.build import counts
from scorecard.editions import EDITIONS
from scorecard.faults import Fault
from scorecard.pages import markup
from scorecard.pages.markup import NUMBER, Cell, Head, Table
from scorecard.ratings import Dot, Rag, Verdict

# --- figures as printed ---------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ["13.0", "24,414", "-0.02", "1,559", "426.0", "0"])
def test_a_number_keeps_its_decimals_and_gets_its_commas(figure):
    assert tables.number(Decimal(figure.replace(",", ""))) == figure


TEAM, COUNTY = "Children's social work, monthly: Ashford CSWT", "Integrated Children's Services, monthly: Kent"
ANNUAL = "Education, annual: Ashford"
WORDS = {"WITHIN": "Within noise", "POSTS": "posts, in full-time equivalents", "NONE": "not printed"}


@pytest.mark.parametrize(
    ("area", "caption", "code", "printed"),
    [
        (
            "Ashford",
            TEAM,
            "SCS03",
            "24.4 410 1,683 | 25.0 GREEN | WITHIN 22.4 to 26.5 | 24.4 note 1 25.0 GREEN | 19.4 22.4",
        ),
        (
            "Ashford",
            TEAM,
            "SCS13",
            # Wilson by hand: (26 + 3.8415 -/+ 1.96 sqrt(3.8415 + 52 x 0.87)) / 207.683, over the edges 12.5 and 17.5
            "13.0 13 100 | 20.0 note 2 AMBER | WITHIN 7.8 to 21.0 | 20.6 note 1 20.0 note 2 GREEN | 24.3 23.6",
        ),
        ("Kent", COUNTY, "SCS40", "72.4 457.4 631.6 | 85.0 RED | POSTS | 73.6 note 1 85.0 RED | NONE NONE"),
        ("Ashford", ANNUAL, "SISE12", "45.8 note 1 NONE NONE | 48.0 AMBER | an average | 47.0 | 47.4 46.3"),
    ],
    ids=lambda case: case if len(case) < 8 else "",
)
def test_a_row_reads_as_printed(packs, area, caption, code, printed):
    cells = [
        cell
        for head, cell in printed_row(tables.scorecard(packs[area]), caption, code)[2:]
        if not {"travel", "Trend", "Also"} & set(head.split())
    ]
    assert " ".join(cells).replace(" G GREEN", " GREEN").replace(" A AMBER", " AMBER").replace(" R RED", " RED") == (
        re.sub("[A-Z]+", lambda told: WORDS.get(told[0], told[0]), printed.replace(" |", ""))
    )


@pytest.mark.parametrize(
    ("area", "caption", "heads"),
    [
        (
            "Ashford",
            TEAM,
            "Code Measure Also in other reports Trend Latest Jul-24 Numerator Denominator Direction of travel "
            "from previous month Target 2023-24 RAG 2023-24 Confidence 95% interval Outturn 2022-23 "
            "Target 2022-23 RAG 2022-23 Statistical neighbours 2022-23, "
            "mean, April 2021 model England 2022-23, published",
        ),
        (
            "Kent",
            "Vulnerable learners, key stage 4: Kent",
            "Code Measure Trend Latest 2022-23 Direction of travel from previous year Target 2022-23 RAG 2022-23 "
            "Target 2023-24 South East 2022-23, published England 2022-23, published",
        ),
        (
            "Ashford",
            "Integrated Children's Services, quarterly: Ashford",
            "Code Measure Trend Latest Q1 24-25 Numerator Denominator Direction of travel from previous quarter "
            "Target 2023-24 RAG 2023-24 Confidence 95% interval "
            "Outturn 2022-23 Target 2022-23 RAG 2022-23 South East as at Jan 2023, "
            "published England & Wales as at Jan 2023, published",
        ),
    ],
    ids=["monthly", "annual, its own year", "quarterly"],
)
def test_columns_are_those_printed_and_benchmarks_are_named(packs, area, caption, heads):
    assert (
        " ".join(text(head) for head in table_of(tables.scorecard(packs[area]), caption).thead.find_all("th")) == heads
    )


@pytest.mark.parametrize(("code", "said"), [("SCS37", "QPR"), ("SCS40", "QPR"), ("SCS03", "none")])
def test_the_flag_of_another_report_stands_in_its_column(packs, code, said):
    assert dict(printed_row(tables.scorecard(packs["Ashford"]), TEAM, code))["Also in other reports"] == said


def test_a_benchmark_that_differs_by_row_is_named_in_the_cell(packs):
    html = tables.scorecard(packs["Kent"])
    assert {code: dict(printed_row(html, COUNTY, code))["Benchmark group"] for code in ("EH72-F", "SCS03")} == {
        "EH72-F": "28 Benchmark group (SN or SE), 2022-23, method not printed",
        "SCS03": "19.4 Statistical neighbours, 2022-23, mean, April 2021 model",
    }


def test_what_the_benchmarks_are_stands_below_the_table(packs):
    """SCS18: the neighbours' 68.7 is DfE's of November 2024 and 68.6 since; England's 69.0 is in neither file."""
    notes = " ".join(text(told) for told in parsed(tables.scorecard(packs["Ashford"])).select("div.sc-notes p"))
    assert "Statistical neighbours 2022-23, as printed. The plain mean of Kent's ten" in notes
    assert (
        "Model of April 2021. The same in DfE's data of 25 November 2024 and 25 February 2026: SCS03, SCS13." in notes
    )
    assert "The same in DfE's data of 25 November 2024, not of 25 February 2026: SCS18." in notes
    assert "England 2022-23, as printed. The published figure for England, never a mean of local authorities." in notes
    assert "Another figure in DfE's data: SCS18. Not held against DfE's data: SCS29." in notes
    assert "Near, not like for like: CYPE23, CYPE24, CYPE25." in notes


def test_each_measure_says_its_polarity_and_data_period(packs):
    told = dict(printed_row(tables.scorecard(packs["Kent"]), COUNTY, "SCS29"))["Measure"]
    assert told.endswith("adoptive family Lower is better · rolling 12 months · days")


def test_a_missing_figure_gives_its_reason(packs):
    told = dict(printed_row(tables.scorecard(packs["Ashford"]), TEAM, "SCS18"))
    assert told["Latest Jul-24"] == told["Trend"] == told["Numerator"] == "not available"
    assert told["RAG 2023-24"] == "Not rated: not available"
    assert told["Outturn 2022-23"] == told["Target 2022-23"] == told["RAG 2022-23"] == "not printed"
    assert (told["Target 2023-24"], told["England 2022-23, published"]) == ("70.0", "69.0")


def test_notes_stand_below_the_table_once(packs):
    lists = parsed(tables.scorecard(packs["Ashford"])).find_all("ol")
    notes = next(told for told in lists if told["aria-label"] == f"Notes to {TEAM}")
    assert [text(note)[:44] for note in notes.find_all("li")] == [
        "Note 1: equals the March 2024 figure in ever",
        "Note 2: green range 17.5-22.5 is stated in t",
    ]


def test_every_figure_leads_to_its_row_of_the_file(edition, packs):
    lines = {}
    for path in (EDITIONS / edition.name).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            lines[path.name] = [None, *csv.reader(file)]
    cells = parsed(tables.scorecard(packs["Sevenoaks"])).select("td[data-source]")
    for cell in cells:
        file, row = cell["data-source"].split(" row ")
        assert text(cell).split(" ")[0].replace(",", "") in " ".join(lines[file][int(row)]), cell
    assert len(cells) > 400


# --- chips and trend lines ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "said"),
    [
        (tables.rag_chip(Verdict(Rag.RED, None)), "R RED"),
        (tables.rag_chip(Verdict(Rag.AMBER, None)), "A AMBER"),
        (tables.rag_chip(Verdict(Rag.GREEN, None)), "G GREEN"),
        (tables.rag_chip(Verdict(None, "no target")), "Not rated: no target"),
        (tables.dot_chip(Verdict(Dot.IMPROVED, None)), "Improved"),
        (tables.dot_chip(Verdict(Dot.WORSENED, None)), "Worsened"),
        (tables.dot_chip(Verdict(Dot.SAME, None)), "Same"),
        (tables.dot_chip(Verdict(None, "no earlier value")), "No arrow: no earlier value"),
    ],
    ids=lambda value: value if type(value) is str else "",
)
def test_a_chip_says_its_word_beside_a_hidden_drawing(chip, said):
    assert text(parsed(chip)) == said
    assert all(drawing["aria-hidden"] == "true" for drawing in parsed(chip).find_all("svg"))


def test_the_three_ratings_differ_in_shape_and_the_arrows_in_direction():
    shapes = [parsed(tables.rag_chip(Verdict(word, None))).svg.find(["circle", "path"]) for word in Rag]
    assert len({str(shape.get("d")) for shape in shapes}) == 3
    arrows = {parsed(tables.dot_chip(Verdict(word, None))).path["d"] for word in Dot}
    assert len(arrows) == 3


@pytest.mark.parametrize(
    ("area", "code", "said"),
    [
        (
            "Ashford CSWT",
            "SCS13",
            "Jan-24 23.2, Feb-24 21.1, Mar-24 20.6, Apr-24 20.9, May-24 20.4, Jun-24 16.7, Jul-24 13.0; target 20.0",
        ),
        ("Kent", "EY14", "2020-21 not available, 2021-22 65.8, 2022-23 68.3, 2023-24 67.8; target 69.0"),
        ("Kent", "APP17-N", "Jan-24 44, Feb-24 45, Mar-24 40, Apr-24 45, May-24 39, Jun-24 90, Jul-24 114; no target"),
    ],
    ids=["SCS13", "EY14", "APP17-N"],
)
def test_a_trend_line_says_its_figures(edition, area, code, said):
    drawing = parsed(tables.sparkline(row_of(edition, area, code))).svg
    assert (drawing["role"], drawing["aria-label"]) == ("img", said)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        (["10", "20", "15"], "M4.0,24.0 48.0,4.0 92.0,14.0"),
        (["10", None, "20"], "M4.0,24.0h0M92.0,4.0h0"),
        (["10", "20", None, "10", "20"], "M4.0,24.0 26.0,4.0M70.0,24.0 92.0,4.0"),
        (["20", "20"], "M4.0,14.0 92.0,14.0"),
    ],
    ids=["straight", "alone", "gap", "level"],
)
def test_a_trend_line_is_straight_and_leaves_gaps(edition, values, path):
    row = row_of(edition, "Kent", "APP17-N")
    series = [replace(row.series[0], value=value and Decimal(value), reason="not available") for value in values]
    drawn = parsed(tables.sparkline(replace(row, series=tuple(series))))
    assert drawn.path["d"] == path
    assert len(drawn.find_all("circle")) == 1


def test_a_trend_line_marks_the_last_period_only_if_it_has_a_value(edition):
    row = row_of(edition, "Kent", "SCS03")
    series = (*row.series[:-1], replace(row.latest, value=None, reason="not available"))
    assert not parsed(tables.sparkline(replace(row, series=series))).find_all("circle")
    assert parsed(tables.sparkline(row)).path["stroke-dasharray"] == "3 2"


# --- what holds for everything --------------------------------------------------------------------


def test_tables_have_captions_scopes_and_nothing_blank(fragments):
    for html in fragments.values():
        check_structure(parsed(html))


def test_only_our_classes_and_no_scripts(fragments):
    for html in fragments.values():
        assert not re.search(r"<(script|iframe|link)|\son\w+=|https?://(?!www\.w3\.org)", html)
        assert all(name.startswith("sc") for tag in parsed(html).select("[class]") for name in tag["class"])


def test_whatever_is_written_in_the_data_stays_text(edition, packs):
    row = packs["Kent"][0]
    hostile = replace(
        row,
        area=replace(row.area, name=HOSTILE),
        section=replace(row.section, heading=HOSTILE),
        indicator=replace(row.indicator, measure=HOSTILE, short_name=HOSTILE, code=HOSTILE, definition=HOSTILE),
        series=tuple(replace(figure, note=HOSTILE) for figure in row.series),
        standard=replace(row.standard, note=HOSTILE, target_printed=HOSTILE, floor_source=HOSTILE),
        rag=Verdict(None, HOSTILE),
        dot=Verdict(Dot.WORSENED, None),
        benchmark_name=HOSTILE,
    )
    fault = Fault("warning", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    chart = Drawing(*[HOSTILE] * 5, (HOSTILE, HOSTILE), ((HOSTILE, HOSTILE),))
    said = {HOSTILE: {HOSTILE: [piece(HOSTILE, HOSTILE, doubts=(HOSTILE,))]}}
    told = [
        tables.scorecard([hostile]), tables.attention([hostile]), tables.definitions([hostile], edition),
        tables.rag_matrix({HOSTILE: [hostile]}), tables.commentary_html({HOSTILE: [HOSTILE]}), tables.texts_html(said),
        tables.figure(chart),
        tables.at_a_glance([hostile], HOSTILE, {HOSTILE: [(hostile, None, None, HOSTILE)]}),
        tables.data_notes(replace(edition, notes=(HOSTILE,)), [fault], hostile.area),
        tables.title(replace(edition, title=HOSTILE), hostile.area),
        tables.index(replace(edition, title=HOSTILE), [(HOSTILE, HOSTILE, counts([hostile]), HOSTILE)], HOSTILE),
    ]  # fmt: skip
    for html in told:
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        names = {name for tag in parsed(html).find_all(True) for name in tag.attrs}
        assert all(re.fullmatch(r"(?!on|alert)[a-z][a-z0-9-]*", name) for name in names), "out of its quotes"


def test_html_shows_itself_in_a_notebook_and_prints_short(packs):
    html = tables.scorecard(packs["Ashford"])
    assert html._repr_html_() == html
    assert type(html._repr_html_()) is str
    assert repr(html).startswith("Children's social work, monthly: Ashford CSWT Code Measure")
    assert len(repr(html)) <= 80
    assert repr(tables.style()) == "style"


@pytest.mark.parametrize("missing", [False, True])
def test_a_cell_of_a_table_and_a_single_value_are_written_alike(missing):
    cell = Cell("12.5", source="observations.csv row 4", missing=missing)
    table = Table("Children", [Head("Area"), Head("Kent", kind=NUMBER)], [[Cell("Ashford"), cell]])
    written, value = markup.parts().grid(table), markup.parts().value
    assert value("Kent", "12.5", NUMBER, "observations.csv row 4", missing) in written
