"""The parts of a pack beside its scorecard: summaries, notes, texts, figures, and the page around them."""

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from fragments import Drawing, check_structure, parsed, printed_row, row_of, table_of, text
from nbformat import v4

from scorecard import tables
from scorecard.faults import Fault
from scorecard.pages import markup

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
