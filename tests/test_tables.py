"""The HTML side: figures as printed, nothing blank, everything escaped, one page that needs nothing from outside."""

import csv
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from scorecard import tables
from scorecard.build import build_rows, build_scorecard, counts
from scorecard.drafts import Told
from scorecard.editions import EDITIONS
from scorecard.faults import Fault
from scorecard.pages import markup
from scorecard.ratings import Dot, Rag, Verdict

HOSTILE = "<script>alert(\"x\" & 'y')</script>"


@dataclass(frozen=True)
class Drawing:
    """What `tables.figure` reads of a chart."""

    name: str = "trend-scs43-ashford-cswt"
    headline: str = "Caseloads in Ashford are above the floor standard"
    subtitle: str = "Average caseload, Ashford CSWT, January to July 2024"
    alt: str = "Line chart: 19.9 in January, 22.6 in July, target 18.0"
    source: str = "Source: scorecard of July 2024"
    columns: tuple[str, ...] = ("Period", "Ashford CSWT")
    rows: tuple[tuple[str, ...], ...] = (("Jan-24", "19.9"), ("Jul-24", "22.6"))
    plot_svg: str = '<svg viewBox="0 69 345 237"><text>50% of "x" &amp; +1 #</text></svg>'


def piece(*paragraphs: str, doubts: tuple[str, ...] = ()) -> Told:
    return Told(("SCS37",), "agreed", "Agreed", paragraphs, doubts, ("case file audits",))


DRAFT = Told(("SCS03",), "drafted", "Draft", ("Two.",))


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def text(tag) -> str:
    return " ".join(tag.get_text(" ").split())


def table_of(html: str, caption: str):
    return next(table for table in parsed(html).find_all("table") if text(table.caption) == caption)


def printed_row(html: str, caption: str, name: str) -> list[tuple[str, str]]:
    """Head and text of each cell of the row that has `name` in one of its first two cells."""
    table = table_of(html, caption)
    heads = [text(head) for head in table.thead.find_all("th")]
    for line in table.tbody.find_all("tr"):
        cells = [text(cell) for cell in line.find_all(["th", "td"])]
        if any(cell.startswith(name) for cell in cells[:2]):
            return list(zip(heads, cells, strict=True))
    raise AssertionError(f"{caption} has no row {name}")


def row_of(edition, area: str, code: str):
    return next(row for row in build_rows(edition, edition.area(area)) if row.indicator.code == code)


@pytest.fixture(scope="module")
def packs(edition) -> dict:
    return {name: build_scorecard(edition, edition.area(name)) for name in ("Kent", "Ashford", "Sevenoaks")}


@pytest.fixture(scope="module")
def fragments(edition, packs) -> dict[str, str]:
    """Every fragment of a district pack and of Kent's."""
    ashford, row = edition.area("Ashford"), packs["Ashford"][0]
    faults = [Fault("warning", "X1", "observations.csv", "Ashford says so.", "", (3,), area="Ashford CSWT")]
    told = {
        "title": tables.title(edition, ashford),
        "glance": tables.at_a_glance(
            packs["Ashford"], "Ashford", {"Changed": [(row, "RED", None, "was RED")], "None": []}
        ),
        "attention": tables.attention(packs["Ashford"]),
        "matrix": tables.rag_matrix({name: packs[name] for name in ("Ashford", "Sevenoaks")}),
        "activity": tables.activity(edition),
        "notes": tables.data_notes(edition, faults, ashford),
        "definitions": tables.definitions(packs["Kent"], edition),
        "figures": tables.figures([Drawing()]),
        "commentary": tables.commentary_html({"RED": ["One."], "AMBER": [], "not rated": ["Two."]}),
        "texts": tables.texts_html(
            {
                "RED": {"Agreed": [piece("One.", "More.", doubts=("It is two.",))]},
                "AMBER": {},
                "GREEN": {"Draft": [DRAFT]},
            }
        ),
    }
    return told | {f"scorecard of {name}": tables.scorecard(rows) for name, rows in packs.items()}


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


# --- summaries ------------------------------------------------------------------------------------


def test_at_a_glance_counts_ratings_and_arrows(packs):
    html = tables.at_a_glance(packs["Ashford"][:3], "Three rows")  # SCS03, SCS08, SCS13 of the CSWT
    told = {text(pair.dt).split(" ", 1)[-1]: text(pair.dd) for pair in parsed(html).select("dl > div")}
    assert (told["RED"], told["AMBER"], told["GREEN"], told["rated"]) == ("0", "2", "1", "0")
    assert (told["Worsened"], told["Same"], told["Improved"], told["arrow"]) == ("2", "0", "1", "0")


def test_changes_show_both_ratings_or_say_that_there_are_none(packs):
    html = tables.at_a_glance(packs["Ashford"], "Ashford", {"Changed": [(packs["Ashford"][1], "RED", "AMBER", "was")]})
    assert dict(printed_row(html, "Changed", "Returner")) == {
        "Measure": "Returner interviews completed SCS08", "Area": "Ashford CSWT was",
        "Before": "R RED", "Now": "A AMBER",
    }  # fmt: skip
    assert "Changed: nothing." in tables.at_a_glance([], "Ashford", {"Changed": []})


def test_attention_holds_a_figure_against_its_floor(packs):
    told = dict(printed_row(tables.attention(packs["Ashford"]), "What is RED", "Average caseload, social work"))
    assert (told["Latest"], told["Target"], told["Previous"]) == ("22.6 Jul-24", "18.0", "20.5 Jun-24")
    assert (told["Floor standard"], told["RAG"], told["Direction of travel"]) == ("22.0 stated", "R RED", "Worsened")


def test_attention_says_when_there_is_nothing():
    assert text(parsed(tables.attention([]))) == "Nothing is RED. Nothing is getting worse."


def test_the_matrix_shows_each_team_and_says_why_a_cell_has_no_rating(fragments):
    lines = {
        text(line.th): [text(cell) for cell in line.find_all("td")]
        for line in parsed(fragments["matrix"]).select("tbody tr")
    }
    north, south = "Sevenoaks North & Tonbridge and Malling CSWT", "Sevenoaks South & Tunbridge Wells CSWT"
    ashford, sevenoaks = lines["Re-referrals to social work within 12 months"]
    assert ashford == "G GREEN, 24.4"
    assert sevenoaks == f"G GREEN, 24.9 , {north}. R RED, 30.4 , {south}."
    assert lines["Foster care with KCC carers or relatives"][0] == "not rated: not available no figure"


def test_a_matrix_cell_without_row_says_so(edition):
    html = tables.rag_matrix({"Kent": [row_of(edition, "Kent", "SCS03")], "Ashford": []})
    assert text(parsed(html).select("td")[1]) == "not printed"


# --- the rest of a pack ---------------------------------------------------------------------------


def test_the_title_names_area_month_and_teams(fragments):
    page = parsed(fragments["title"])
    assert text(page.h1) == "Ashford scorecard, July 2024"
    assert "Ashford CSWT; Ashford EHU" in text(page)
    assert [head.name for head in page.find_all(["h1", "h2", "h3"])] == ["h1", "h2"]


@pytest.mark.parametrize(
    ("item", "cells"),
    [
        ("Primary schools: pupils on roll", ["130,931 pupils", "not printed", "May 2024"]),
        ("Primary pupils with free school meals", ["27.1%", "24.3%", "May 2024"]),
        ("Open cases: Social Work", ["11,159 children", "not printed", "July 2024"]),
    ],
)
def test_activity_as_printed(fragments, item, cells):
    assert [cell for _, cell in printed_row(fragments["activity"], "Activity and volume", item)[1:]] == cells


def test_commentary_leaves_out_empty_groups(fragments):
    assert [text(head) for head in parsed(fragments["commentary"]).find_all("h3")] == ["R RED", "Not rated"]
    assert "There is no commentary." in tables.commentary_html({"RED": []})


def test_texts_say_whose_words_they_are_and_what_the_figures_contradict(fragments):
    page = parsed(fragments["texts"])
    assert [text(head) for head in page.find_all("h3")] == ["R RED", "G GREEN"]
    assert [text(label) for label in page.select(".sc-status")] == ["Agreed", "Draft"]
    assert [text(p) for p in page.li.find_all("p")] == ["One.", "More.", "It is two."]
    assert [text(name) for name in page.find_all("strong")] == ["Case file audits."]
    assert text(page.find_all("li")[1]) == "Two."
    assert "There is no commentary." in tables.texts_html({"RED": {}})


def test_data_notes_put_the_own_area_first_and_others_behind(edition):
    faults = [
        Fault("warning", "X1", "observations.csv", f"About {area}.", "", (3,), area=area)
        for area in ("Dover", "Ashford CSWT", None)
    ]
    page = parsed(tables.data_notes(edition, faults, edition.area("Ashford")))
    assert [text(item) for item in page.details.find_all("li")] == ["Warning : About Dover. observations.csv row 3"]
    assert text(page).index("About Ashford CSWT.") < text(page).index("About None.") < text(page).index("About Dover.")


def test_data_notes_say_how_each_floor_is_known(fragments):
    told = dict(printed_row(fragments["notes"], "Targets and floor standards", "Repeat child protection plans"))
    assert (told["Polarity"], told["Target"]) == ("Close to target is better", "20.0 note 1")
    assert told["Floor standard"] == "12.5 to 27.5"
    assert told["How the floor is known"].startswith("bracketed")


def test_definitions_come_once_with_their_month(fragments, packs):
    told = dict(printed_row(fragments["definitions"], "Sources and definitions", "Percentage of Education, Health"))
    assert (told["Latest data"], told["Released"]) == ("Snapshot data as at end of July 2024", "Aug 2024")
    lines = table_of(fragments["definitions"], "Sources and definitions").tbody.find_all("tr")
    assert len(lines) == len({row.indicator.key for row in packs["Kent"]})


def test_a_figure_is_words_image_and_table():
    page = parsed(tables.figure(Drawing()))
    assert (page.figure["id"], page.img["alt"]) == ("trend-scs43-ashford-cswt", Drawing.alt)
    assert (page.img["width"], page.img["height"]) == ("460", "316")
    assert unquote(page.img["src"]) == "data:image/svg+xml," + Drawing.plot_svg
    assert [text(cell) for cell in page.tbody.find_all(["th", "td"])] == ["Jan-24", "19.9", "Jul-24", "22.6"]
    assert text(page.strong) == Drawing.headline
    assert text(page.caption) == f"{Drawing.headline}: {Drawing.subtitle}"
    assert not page.find_all(["h1", "h2", "h3"])


@pytest.mark.parametrize("drawing", ['<g id="a">5% &amp; £</g>\n', "%22 %2522 %E2 \u2019 é", "{}|^`~[]\\?'#\t"])
def test_a_drawing_becomes_an_address_and_comes_back(drawing):
    address = markup.address_of(drawing)
    assert unquote(address) == "data:image/svg+xml," + drawing
    assert markup.drawing_at(address) == drawing
    assert re.fullmatch(r"data:[\w/+,%.:;=()~ -]+", address, re.ASCII)


# --- what holds for everything --------------------------------------------------------------------


def check_structure(page: BeautifulSoup) -> None:
    for table in page.find_all("table"):
        assert text(table.caption)
        assert all(head.get("scope") in ("col", "row") for head in table.find_all("th"))
        assert all(line.find("th", scope="row") for line in table.tbody.find_all("tr"))
    for cell in page.find_all(["td", "th", "dt", "dd", "li"]):
        assert text(cell) or cell.find("svg", attrs={"aria-label": True})
    for image in page.find_all("img"):
        assert image["alt"].strip()
        assert "No description" not in image["alt"]


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


# --- pages ----------------------------------------------------------------------------------------


def shown(html: str = "", **data) -> dict:
    mimes = {"text/html": html} if html else {}
    return v4.new_output("display_data", mimes | data)


@pytest.fixture(scope="module")
def page(edition, packs) -> str:
    from nbconvert import HTMLExporter

    cells = [
        v4.new_markdown_cell("# For analysts", metadata={"tags": ["notebook-only"]}),
        v4.new_code_cell("secret = 1", execution_count=1, outputs=[shown(tables.style())]),
        v4.new_code_cell("x", outputs=[shown(tables.title(edition, edition.area("Ashford")), **{"text/plain": "no"})]),
        v4.new_markdown_cell("## Scorecard & more\n\nAs *printed*."),
        v4.new_code_cell("x", outputs=[shown(tables.scorecard(packs["Ashford"]))]),
        v4.new_markdown_cell("## Trends"),
        v4.new_code_cell("x", metadata={"tags": ["charts"]}, outputs=[shown(tables.figure(Drawing()))]),
        v4.new_code_cell("x", outputs=[v4.new_output("stream", text="1 < 2\n"), shown(**{"text/plain": "a & b"})]),
    ]
    exporter = HTMLExporter(
        template_name="pack", extra_template_basedirs=[str(tables.TEMPLATES)], exclude_input=True,
        exclude_input_prompt=True, exclude_output_prompt=True, exclude_anchor_links=True,
    )  # fmt: skip
    resources = {"title": "Ashford & its scorecard", "style": tables.css(), "footer": "Edition 2024-07."}
    return exporter.from_notebook_node(v4.new_notebook(cells=cells), resources=resources)[0]


def test_a_notebook_becomes_one_page_that_needs_nothing(page):
    told = parsed(page)
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert (told.html["lang"], told.title.text) == ("en-GB", "Ashford & its scorecard")
    assert "default-src 'none'" in told.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert not told.find_all(["script", "link", "iframe", "object"])
    assert not re.search(r"https?://", page)
    assert len(told.find_all("style")) == 1
    check_structure(told)


def test_the_page_shows_text_and_outputs_and_no_code(page):
    told = parsed(page)
    assert not re.search(r"secret|For analysts|Out\[|In \[|¶", page)
    assert [text(pre) for pre in told.find_all("pre")] == ["1 < 2", "a & b"]
    assert told.select_one(".sc-figures > figure")
    assert text(told.footer) == "Edition 2024-07."


def test_the_page_has_one_h1_headings_in_order_and_contents(page):
    told = parsed(page)
    levels = [int(head.name[1]) for head in told.find_all(re.compile("h[1-6]"))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    links = {text(link): link["href"][1:] for link in told.nav.find_all("a")}
    assert list(links) == ["Scorecard & more", "Trends"]
    assert all(text(told.find(id=place).h2) == name for name, place in links.items())
    assert told.find(id=told.find("a", class_="sc-skip")["href"][1:]).name == "main"


def test_the_index_links_packs_and_names_what_failed(edition, packs):
    told = {"RED": 7, "AMBER": 14, "GREEN": 9, "not rated": 9}
    html = tables.index(edition, [("Ashford", "ashford/pack.html", told, None), ("Dover", None, told, "cell 7: gone")])
    assert dict(printed_row(html, "Packs and their ratings", "Ashford")) == {
        "Area": "Ashford", "RED": "R 7", "AMBER": "A 14", "GREEN": "G 9", "Not rated": "9",
    }  # fmt: skip
    page = parsed(html)
    assert [link["href"] for link in page.main.find_all("a")] == ["ashford/pack.html", "manifest.json"]
    assert text(page.section.li) == "Dover : cell 7: gone"
    assert not re.search(r"https?://|<script", html)
    check_structure(page)


def contrast(colour: str) -> float:
    """Contrast of a colour with white, by the formula of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_text_colours_can_be_read_on_white_and_the_style_fetches_nothing():
    colours = set(re.findall(r"[;{ ]color: (#[0-9a-f]{6})", tables.css()))
    assert len(colours) >= 3
    assert all(contrast(colour) >= 4.5 for colour in colours)
    assert not re.search(r"url\(|@import|https?:", tables.css())
