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

import pytest

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = [
    "2024-07/index.html", "2024-07/ashford/pack.html", "2024-07/kent/pack.html", "ofsted-2022-12/kent/pack.html",
    "corporate-parenting-2019-07/kent/pack.html", "corporate-parenting-2019-07/exceptions/cp-iha-kent.html",
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
def page(request, made, dashboard_made, parenting_made):
    return made.parent / request.param


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

    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe():
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(page, browser, axe, width):
    asked = []
    view = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    view.on("request", lambda request: asked.append(request.url))
    view.goto(page.as_uri())
    view.evaluate(axe)
    found = view.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    view.close()
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []
    assert len(found["passes"]) > 15
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_no_sideways_scrolling_on_a_phone(page, browser):
    view = browser.new_page(viewport={"width": 320, "height": 800})
    view.goto(page.as_uri())
    width = view.evaluate("document.scrollingElement.scrollWidth")
    view.close()
    assert width <= 320


def test_reader_can_skip_to_the_content(page, browser):
    view = browser.new_page()
    view.goto(page.as_uri())
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.textContent") == "Skip to main content"
    view.keyboard.press("Enter")
    assert view.evaluate("document.activeElement.id") == "main"
    view.close()
