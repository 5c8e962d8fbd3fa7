"""Hostile texts in every place where people write: nothing runs, nothing is fetched, nothing leaves its folder."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scorecard.catalogue import PARAMS
from tests.test_pages import CHROMIUM

HITS = (
    "<img src=x onerror=hit()>", "<script>hit()</script>", '"><svg onload=hit()>', "[x](javascript:hit())",
    "<a href=javascript:hit() autofocus onfocus=hit()>x</a>", "![x](http://outside.invalid/a.png)",
    "<iframe src=http://outside.invalid></iframe>", "<style>@import url(http://outside.invalid/a.css);</style>",
    "<link rel=stylesheet href=http://outside.invalid/b.css>", "</table></figure><object data=http://outside.invalid>",
    "<meta http-equiv=refresh content='0;url=http://outside.invalid'>", "{{ 7*7 }} {% for %}", "$\\frac{$ &lt;b&gt;",
)  # fmt: skip
HOSTILE = " ".join(HITS)
AREA = "Ash<img src=x onerror=hit()>ford"
COUNTED = "window.hits = 0; window.hit = () => { window.hits += 1 };"


def spoil(params: Path, file: str, before: str, after: str) -> None:
    path = params / file
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{file}: {before}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "\\\\").replace('"', '\\"') + quote


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Path:
    """The pack of a district that is called, measured, noted and commented upon in hostile words."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(PARAMS, params := home / "params", ignore=shutil.ignore_patterns("districts", "ofsted-*"))
    shutil.copytree(PARAMS.parent / "notebooks", home / "notebooks")
    text = (params / "indicators.yml").read_text(encoding="utf-8")
    text = re.sub(r'(- key: SISE71\n(?:  .*\n)*?  definition: )".*"', lambda m: m[1] + quoted(HOSTILE, '"'), text)
    text = re.sub(r'(- key: CYPE6\n(?:  .*\n)*?  measure: )".*"', lambda m: m[1] + quoted(f"M {HOSTILE}", '"'), text)
    assert text.count("onfocus=hit()") == 2
    (params / "indicators.yml").write_text(text, encoding="utf-8")
    edition = "editions/2024-07"
    spoil(params, f"{edition}/edition.yml", "notes:\n", f"notes:\n  - {quoted(HOSTILE, chr(34))}\n")
    spoil(params, f"{edition}/edition.yml", "sources:\n", f"sources:\n  - {quoted(HOSTILE, chr(34))}\n")
    note = '"' + f"note {HOSTILE}".replace('"', '""') + '"'
    july = "SISE71,Ashford,2024-07,3.5,111,3213,"
    spoil(params, f"{edition}/observations.csv", july, july + note)
    front = "---\nauthor: Management Information\nstatus: agreed\n---\n"
    (params / edition / "commentary/ashford.md").write_text(f"{front}\n## SISE71 NEET\n\n{HOSTILE}\n", encoding="utf-8")
    for path in (params / "areas.yml", *(params / edition).glob("*.csv")):
        told = path.read_text(encoding="utf-8").replace("Ashford", AREA)
        path.write_text(told, encoding="utf-8")
    words = [sys.executable, "-m", "scorecard", "packs", "--edition", "2024-07", "--district", AREA, "--out", "out"]
    environment = {**os.environ, "SCORECARD_PARAMS": str(params)}
    done = subprocess.run(words, env=environment, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "out" / "2024-07" / "ashford"


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to count what hostile texts run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def ran_and_asked(browser, page: Path) -> tuple[int, list[str]]:
    """How often a page called `hit`, and what it asked for beyond itself. Its own policy is switched off."""
    asked = []
    view = browser.new_page(bypass_csp=True)
    view.on("request", lambda request: asked.append(request.url))
    view.add_init_script(COUNTED)
    view.goto(page.as_uri())
    view.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    view.wait_for_timeout(300)
    hits = view.evaluate("window.hits")
    view.close()
    return hits, [url for url in asked if not url.startswith(("data:", page.parent.as_uri()))]


def test_the_hostile_texts_do_harm_where_nothing_escapes_them(browser, tmp_path):
    (tmp_path / "a.html").write_text(f"<body>{HITS[0]}{HITS[1]}{HITS[6]}", encoding="utf-8")
    hits, asked = ran_and_asked(browser, tmp_path / "a.html")
    assert hits == 2
    assert asked == ["http://outside.invalid/"]


@pytest.mark.parametrize("page", ["ashford/pack.html", "index.html"])
def test_nothing_runs_and_nothing_is_fetched(browser, pack, page):
    path = pack.parent / page
    assert "hit()" in path.read_text(encoding="utf-8"), "the hostile texts are shown, as text"
    assert ran_and_asked(browser, path) == (0, [])


def test_the_drawings_hold_no_code(pack):
    drawn = [one for path in (pack / "charts").glob("*.svg") for one in ElementTree.parse(path).iter()]
    assert any("onerror" in (one.text or "") for one in drawn)
    kinds = {one.tag.rpartition("}")[2] for one in drawn}
    assert kinds & {"script", "img", "image", "iframe", "foreignObject", "a"} == set()
    assert [name for one in drawn for name in one.attrib if name.lower().startswith("on")] == []


def test_every_file_is_in_the_folder_of_its_pack(pack):
    home = pack.parents[2]
    assert {path.name for path in home.iterdir()} == {"params", "notebooks", "out"}
    assert {path.name for path in pack.parent.iterdir() if path.is_dir() and path.name[0] != "."} == {"ashford"}
    kinds = {path.suffix for path in pack.rglob("*") if path.is_file()}
    assert kinds <= {".html", ".ipynb", ".csv", ".md", ".svg", ".png", ".json"}


def test_no_cell_of_a_table_is_a_formula(pack):
    text = (pack / "scorecard.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("hit()" in cell for cell in cells)
    assert [cell for cell in cells if re.match(r"\s*[=@]|[+-](?![\d.]+( [a-z]|$))", cell)] == []
