"""The pages that people open: whole, self-contained, accessible, and readable on a phone."""

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from scorecard.packs import NOTEBOOKS
from scorecard.rendering.export import page as html_page
from tests.browsed import OPTIONS, WIDTHS, on_paper, seen

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = [
    "2024-07/index.html", "2024-07/ashford/pack.html", "2024-07/kent/pack.html", "ofsted-2022-12/kent/pack.html",
    "corporate-parenting-2019-07/kent/pack.html", "corporate-parenting-2019-07/exceptions/cp-iha-kent.html",
    "notebooks/edition_changes.html", "notebooks/explore_trends.html", "notebooks/compare_with_neighbours.html",
    "notebooks/reconcile_with_printed.html",
]  # fmt: skip


class Outline(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def of(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(params=PAGES)
def page(request, made, dashboard_made, parenting_made, notebooks_made):
    return made.parent / request.param


@pytest.fixture(scope="session")
def notebooks_made(made, edition):
    """The notebooks for analysts as pages, of the outputs that are stored in them."""
    (home := made.parent / "notebooks").mkdir()
    for path in NOTEBOOKS.glob("*.ipynb"):
        (home / f"{path.stem}.html").write_text(html_page(nbformat.read(path, 4), path.stem, edition), encoding="utf-8")
    return home


def test_page_is_self_contained(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    outline = Outline(text)
    assert outline.of("html") == [{"lang": "en-GB"}]
    assert outline.of("script", "link", "iframe", "object", "form") == []
    addresses = [a.get("src") or a.get("href") for a in outline.of("img", "a", "source")]
    outside = [
        address
        for address in addresses
        if not re.match(r"data:image/svg\+xml|#|[\w-]+/pack\.html|manifest\.json", address)
    ]
    assert outside == []
    assert re.search(r"url\((?!%23)", text) is None  # a drawing may refer to its own patterns
    assert "@import" not in text


def test_headings_are_in_order(page):
    levels = [
        int(tag[1]) for tag, _ in Outline(page.read_text(encoding="utf-8")).elements if re.fullmatch(r"h[1-6]", tag)
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max((after - before for before, after in pairwise(levels)), default=0) <= 1


def test_every_chart_says_what_it_shows(made):
    outline = Outline((made / "ashford/pack.html").read_text(encoding="utf-8"))
    alts = [attributes["alt"] for attributes in outline.of("img")]
    assert len(alts) == 64
    assert all(len(alt) > 60 and re.search(r"\d", alt) for alt in alts)
    assert not any("No description" in alt for alt in alts)
    assert len(set(alts)) == len(alts)


def test_code_stays_in_the_notebook(made):
    text = (made / "ashford/pack.html").read_text(encoding="utf-8")
    assert "build_scorecard" not in text
    assert "build_scorecard" in (made / "ashford/pack.ipynb").read_text(encoding="utf-8")


def test_charts_are_exported_whole(made):
    charts = made / "ashford" / "charts"
    assert len(list(charts.glob("*.svg"))) == len(list(charts.glob("*.png"))) == 64
    for path in charts.glob("*.svg"):
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        words = " ".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))
        assert "Source" in words
        assert root.get("viewBox").startswith("0 0 ")
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in charts.glob("*.png"))


def test_every_figure_names_its_file_and_row(made):
    params = Path(__file__).resolve().parents[1] / "params" / "editions" / "2024-07"
    rows = list(csv.DictReader(io.StringIO((made / "ashford/scorecard.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 39
    for row in rows:
        for figure in ("value", "previous", "outturn", "benchmark", "england"):
            value, place = row["previous_value" if figure == "previous" else figure], row[f"{figure}_source"]
            if value:
                file, _, line = re.fullmatch(r"(\w+\.csv) (row) (\d+)", place).groups()
                cells = (params / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].split(",")
                assert value in cells
                assert row["indicator"] == cells[0]


def test_manifest_holds_the_hash_of_everything(made):
    from hashlib import sha256

    told = json.loads((made / "ashford/manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(made / "ashford").as_posix() for path in (made / "ashford").rglob("*") if path.is_file()}
    assert set(told["outputs"]) == files - {"manifest.json"}
    for name, digest in told["outputs"].items():
        assert sha256((made / "ashford" / name).read_bytes()).hexdigest() == digest
    assert "params/editions/2024-07/observations.csv" in told["inputs"]
    assert "notebooks/district_pack.ipynb" in told["inputs"]


# --- in a browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to run the accessibility tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_for_everybody(page, browser, width):
    """By axe; nothing asked from outside, no sideways scrolling; on a phone also words, headings and reading order."""
    assert seen(browser, page, width) == []


def test_paper_cuts_no_table_and_no_figure(page, browser):
    assert on_paper(browser, page) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<img alt="Chart" src="data:,">', "an alternative text says nothing"),
        ("<h3>Deep</h3>", "a level left out"),
        ("<table><tr><td>1</td></tr></table>", "a table without a caption"),
        ("<table><caption>Rates</caption><thead><tr><th>A</th></tr></thead></table>", "a table without clear headings"),
        (
            "".join(f"<table><caption>Rates</caption><tbody><tr><th scope=row>{n}</th></tr></table>" for n in "12"),
            "two tables told in the same words",
        ),
        ('<p style="margin-top: 9rem">b</p><p style="margin-top: -9rem">a</p>', "read before what stands above it"),
        ('<div style="width: 50rem">wide</div>', "pixels wide"),
        ('<p style="color: #999">grey</p>', "axe color-contrast"),
    ],
    ids=["alt text", "headings", "caption", "scope", "same caption", "order", "reflow", "contrast"],
)
def test_what_is_wrong_with_a_page_is_seen(browser, tmp_path, body, said):
    """A look that finds nothing in a bad page would prove nothing of a good one."""
    head = '<!DOCTYPE html><html lang="en-GB"><title>A page</title><main><h1>A page</h1>'
    (tmp_path / "a.html").write_text(f"{head}{body}</main>", encoding="utf-8")
    assert any(said in fault for fault in seen(browser, tmp_path / "a.html", 320))


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("table { width: 1050px }", "a table wider than the paper"),
        ("tr { break-inside: auto }", "a row that may be cut"),
        ("tr { height: 900px }", "a row higher than the paper"),
        ("div { overflow: auto }", "a box that cuts a table"),
        ("thead { display: block }", "a table whose heading is not repeated"),
    ],
    ids=["wide", "cut", "high", "box", "heading"],
)
def test_what_paper_would_cut_is_seen(browser, tmp_path, style, said):
    fine = "thead { display: table-header-group } tr { break-inside: avoid }"
    table = "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    (tmp_path / "a.html").write_text(f"<style>{fine} {style}</style><div>{table}</div>", encoding="utf-8")
    assert any(fault.startswith(said) for fault in on_paper(browser, tmp_path / "a.html"))


def test_reader_can_skip_to_the_content(page, browser):
    view = browser.new_page()
    view.goto(page.as_uri())
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.textContent") == "Skip to main content"
    view.keyboard.press("Enter")
    assert view.evaluate("document.activeElement.id") == "main"
    view.close()
