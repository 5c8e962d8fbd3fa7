"""The explorer in a browser: as a page that Voila serves, by the keyboard alone, and in JupyterLab."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install it to open the page")
HOME = Path(__file__).resolve().parents[1]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DASHBOARD = ["voila", "--preheat_kernel=True", "--pool_size=1", "notebooks/explore_trends.ipynb"]
CHOICES = {
    "Indicator 1": "NEET",
    "Indicator 2": "Persistent",
    "Indicator 3": "Re-ref",
    "Area 1": "Ash",
    "Area 2": "Dov",
}
"""What is typed into each field, in the order of the page."""
SAID = [
    "NEET, 16 to 17 year olds, Ashford, rose from 3.1% in January 2024 to 3.5% in July 2024",
    "NEET, 16 to 17 year olds, Dover, fell from 5.1% in January 2024 to 4.9% in July 2024",
    "Persistent absence, primary, Ashford, rose from 8.3% in 2020-21 to 16.6% in 2023-24",
    "Persistent absence, primary, Dover, rose from 8.6% in 2020-21 to 18.3% in 2023-24",
    "Re-referrals to social work within 12 months, Ashford CSWT, rose from 23.2% in January 2024 to 24.4% in July 2024",
    "Re-referrals to social work within 12 months, Dover CSWT, fell from 31.5% in January 2024 to 29.3% in July 2024",
]
"""The figures of July 2024 as printed."""


@contextmanager
def serving(command: list[str], folder: Path, probe: str, **told: str) -> Iterator[str]:
    """The address of a server of ours, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [sys.executable, "-m", *command, "--no-browser", f"--port={port}"]
    told |= {"JUPYTER_PATH": str(HOME / "scorecard" / "templates")}
    served = subprocess.Popen(started, cwd=folder, env=os.environ | told, **quiet)
    try:
        yield answering(f"http://localhost:{port}/{probe}", f"http://localhost:{port}/", served)
    finally:
        served.terminate()
        served.wait(timeout=30)


@pytest.fixture(scope="module")
def address():
    """The page as `make dashboard` serves it."""
    with serving(DASHBOARD, HOME, "voila/static/voila.js") as found:
        yield found


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `make explore` starts it, with a copy of the notebook and settings of its own."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(HOME / "notebooks" / "explore_trends.ipynb", folder)
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    command = ["jupyterlab", str(folder), "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1", "--allow-root"]
    with serving(command, folder, "api", SCORECARD_PAGE="/voila/render/explore_trends.ipynb", **own) as found:
        yield found


def answering(probe: str, address: str, served: subprocess.Popen) -> str:
    for _ in range(240):
        assert served.poll() is None, "the server ended by itself"
        try:
            urlopen(probe, timeout=5).close()
        except URLError as fault:
            if getattr(fault, "code", None):
                return address
            time.sleep(0.25)
        else:
            return address
    raise AssertionError("the server did not answer within a minute")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def opened(address, browser):
    """The page, and everything it asked for."""
    asked = []
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.on("request", lambda request: asked.append(request.url))
    view.goto(address, timeout=120_000)
    view.wait_for_selector("figure img", timeout=60_000)
    yield view, asked
    view.close()


@pytest.fixture(scope="module")
def chosen(opened):
    """The page after three indicators and two districts have been chosen."""
    view, _ = opened
    tab_to(view, "Skip to main content", "document.activeElement.textContent")
    for field, letters in CHOICES.items():
        tab_to(view, field, "document.activeElement.labels?.[0]?.textContent")
        view.keyboard.type(letters)
    view.wait_for_selector(f'img[alt*="{SAID[-1]}"]', timeout=30_000)
    return view


def tab_to(view, name: str, asks: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(40):
        view.keyboard.press("Tab")
        if view.evaluate(asks) == name:
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def alts(view) -> list[str]:
    return view.eval_on_selector_all("figure img", "images => images.map(image => image.alt)")


def violations(view) -> list[tuple]:
    import axe_playwright_python

    view.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = view.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    assert len(found["passes"]) > 15
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]


def test_the_page_has_a_title_a_language_and_asks_nobody_else(opened, address):
    view, asked = opened
    assert view.title() == "Explore trends"
    assert view.evaluate("document.documentElement.lang") == "en-GB"
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_the_charts_say_the_printed_figures(chosen):
    told = alts(chosen)
    assert len(told) == len(SAID)
    assert [said for said, alt in zip(SAID, told, strict=True) if said not in alt] == []


def test_the_linked_table_has_the_figures(chosen):
    rows = chosen.eval_on_selector_all("table", "tables => tables.at(-1).innerText").split("\n")
    assert [row.split("\t") for row in rows if "row 1011" in row] == [
        ["NEET, 16 to 17 year olds", "Dover", "Jul-24", "4.9", "126", "2,573", "RED", "observations.csv row 1011"],
    ]


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(chosen, width):
    chosen.set_viewport_size({"width": width, "height": 900})
    assert violations(chosen) == []
    assert chosen.evaluate("document.scrollingElement.scrollWidth") <= width


def test_what_is_seen_can_be_downloaded(chosen):
    tab_to(chosen, "Make files to download", "document.activeElement.textContent")
    chosen.keyboard.press("Enter")
    chosen.wait_for_selector("a[download]", timeout=30_000)
    names = chosen.eval_on_selector_all("a[download]", "links => links.map(link => link.download)")
    assert len(names) == 2 * len(SAID) + 1
    starts = {"trend-sise71-dover.png": b"\x89PNG", "trend-sise71-dover.svg": b"<?xml", "figures.csv": b"edition,"}
    for name, start in starts.items():
        tab_to(chosen, name, "document.activeElement.download")
        with chosen.expect_download() as download:
            chosen.keyboard.press("Enter")
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_bytes().startswith(start)


def test_the_link_opens_the_same_view_again(chosen, address, browser):
    link = chosen.get_attribute("text=Link to this view", "href")
    view = browser.new_page()
    view.goto(address + link, timeout=120_000)
    view.wait_for_selector("figure img", timeout=60_000)
    assert alts(view) == alts(chosen)
    view.close()


def test_periods_and_editions_are_chosen_with_the_keyboard(chosen):
    for field, letters, said in (
        ("To", "March 2024", "Ashford, rose from 3.1% in January 2024 to 3.6% in March 2024"),
        ("Edition", "Dec", "Ashford, fell from 2.9% in June 2022 to 2.6% in December 2022"),
    ):
        tab_to(chosen, field, "document.activeElement.labels?.[0]?.textContent")
        chosen.keyboard.type(letters)
        chosen.wait_for_selector(f'img[alt*="{said}"]', timeout=30_000)
        assert chosen.evaluate("document.activeElement.labels?.[0]?.textContent") == field


def test_the_same_choices_work_in_jupyterlab(lab, browser):
    """Run all, choose, download, and open the link, which JupyterLab's own server shows as a page."""
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.goto(f"{lab}lab/tree/explore_trends.ipynb", timeout=120_000)
    view.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    view.click('.lm-MenuBar-itemLabel:text-is("Run")')
    view.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    view.select_option(".sc-choices select >> nth=0", label="NEET, 16 to 17 year olds (SISE71)", timeout=60_000)
    view.wait_for_selector(f'img[alt*="{SAID[0]}"]', timeout=30_000)
    view.click("text=Make files to download")
    with view.expect_download(timeout=30_000) as download:
        view.click("text=figures.csv")
    assert Path(download.value.path()).read_text(encoding="utf-8").count(",SISE71,") == 7
    with view.context.expect_page() as opened:
        view.click("text=Link to this view")
    opened.value.wait_for_selector("figure img", timeout=60_000)
    assert alts(opened.value) == alts(view)
    assert opened.value.title() == "Explore trends"
    view.close()
