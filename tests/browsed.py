"""What a page shows to whom: axe, alternative texts, captions, reading order, 320 pixels, paper.

    python -m tests.browsed FOLDER ...

looks at every page below the folders in Chromium and prints what is wrong, then how many pages had how many faults.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WIDTHS = (1280, 320)
"""Pixels: a desk, and a phone or a page at four times its size."""
PAPER = (1047, 718)
"""A4 across less its margins of 10 mm, in pixels of a 96th of an inch."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = """tags => axe.run(
  document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], selectors: false}
).then(told => [told.violations.map(one => `axe ${one.id}: ${one.nodes[0].html.slice(0, 160)}`), told.passes.length])"""
"""Only what is said of a violation is put into words: those of the rest take most of the time."""
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"

WORDS = """() => {
  const found = [], add = (rule, one) => found.push(`${rule}: ${(one.outerHTML || one).slice(0, 160)}`);
  const text = one => (one ? one.textContent : '').trim().replace(/\\s+/g, ' ');
  const alts = [...document.images].map(one => one.alt);
  for (const one of document.images) {
    if (one.alt.length < 60 || !/\\d/.test(one.alt)) add('an alternative text says nothing', one);
    if (/^(image|picture|chart|graph|photo)\\b/i.test(one.alt)) add('an alternative text says what it is', one);
    if (alts.indexOf(one.alt) !== alts.lastIndexOf(one.alt)) add('two pictures have one alternative text', one);
    if (one.closest('figure') && !one.closest('figure').querySelector('table')) add('a chart without its figures', one);
  }
  for (const one of document.querySelectorAll('table')) {
    if (text(one.caption).length < 4) add('a table without a caption', one);
    if (one.querySelector('th:not([scope]), thead td, [rowspan], table')) add('a table without clear headings', one);
    for (const cell of one.querySelectorAll('th, td')) {
      if (!text(cell) && !cell.querySelector('[alt], [aria-label], title')) add('an empty cell', one.caption || one);
    }
    for (const row of one.tBodies[0]?.rows || []) {
      if (!row.querySelector('th[scope=row]')) add('a row without a heading', row);
      if (one.tHead && row.cells.length !== one.tHead.rows[0].cells.length) add('a row of another length', row);
    }
  }
  const captions = {};
  for (const one of document.querySelectorAll('caption')) {
    const rest = text(one.parentElement.tBodies[0]);
    if ((captions[text(one)] ??= rest) !== rest) add('two tables told in the same words', one);
  }
  const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => +one.tagName[1]);
  if (levels[0] !== 1 || levels.filter(one => one === 1).length !== 1) add('not one h1 at the top', levels.join(' '));
  if (levels.some((one, place) => place && one > levels[place - 1] + 1)) add('a level left out', levels.join(' '));
  for (const one of document.querySelectorAll('[tabindex]')) if (one.tabIndex > 0) add('an order of its own', one);
  for (const one of document.querySelectorAll('a, summary, button')) if (!text(one)) add('a link without words', one);
  return [...new Set(found)];
}"""
ORDER = """() => {
  const found = [];
  let low = -Infinity;
  for (const one of document.querySelectorAll('main h1, main h2, main h3, main p, main table, main figure, main li')) {
    const box = one.getBoundingClientRect();
    if (!box.height || box.width < 2 || one.closest('thead')) continue;
    if (box.top < low - 1) found.push(`read before what stands above it: ${one.outerHTML.slice(0, 160)}`);
    low = Math.max(low, box.top);
  }
  return found;
}"""
CUT = """([width, height]) => {
  const found = [], add = (rule, one) => found.push(`${rule}: ${one.outerHTML.slice(0, 160)}`);
  const shown = one => one.getClientRects().length;
  for (const table of [...document.querySelectorAll('table')].filter(shown)) {
    const box = table.getBoundingClientRect();
    if (box.left < -1 || box.right > width + 1) add('a table wider than the paper', table);
    const head = table.tHead && getComputedStyle(table.tHead);
    if (!head || head.display !== 'table-header-group') add('a table whose heading is not repeated', table);
    for (const row of table.rows) {
      if (getComputedStyle(row).breakInside !== 'avoid') add('a row that may be cut', row);
      if (row.getBoundingClientRect().height > height) add('a row higher than the paper', row);
    }
    for (let one = table.parentElement; one; one = one.parentElement) {
      if (one !== document.body && getComputedStyle(one).overflowX !== 'visible') add('a box that cuts a table', one);
    }
  }
  for (const figure of [...document.querySelectorAll('figure')].filter(shown)) {
    if (getComputedStyle(figure).breakInside !== 'avoid') add('a figure that may be cut', figure);
    if (figure.getBoundingClientRect().height > height) add('a figure higher than the paper', figure);
  }
  return found;
}"""
"""What is wrong with words and headings; with the order at 320 pixels, where all stands below another; on paper."""


@cache
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def seen(browser, page: Path, width: int) -> list[str]:
    """What is wrong with a page at a width, as it opens; the last one is in its words and its order."""
    asked = []
    view = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    view.on("request", lambda request: asked.append(request.url))
    view.goto(page.resolve().as_uri())
    wide = view.evaluate("document.scrollingElement.scrollWidth")
    found = [f"{wide} pixels wide"] if wide > width else []
    view.evaluate(axe())
    violations, passes = view.evaluate(AXE, TAGS)
    found += violations + ([] if passes > 15 else ["axe looked at nothing"])
    found += [f"asks for {url}" for url in asked if not url.startswith(("file:", "data:"))]
    if width == min(WIDTHS):
        view.evaluate(OPEN)
        found += [*view.evaluate(WORDS), *view.evaluate(ORDER)]
    view.close()
    return found


def on_paper(browser, page: Path) -> list[str]:
    """What would be cut on A4."""
    view = browser.new_page(viewport={"width": PAPER[0], "height": PAPER[1]})
    view.emulate_media(media="print")
    view.goto(page.resolve().as_uri())
    found = view.evaluate(CUT, PAPER)
    view.close()
    return found


def looked(browser, page: Path) -> Iterator[tuple[str, str]]:
    """Every fault of a page: on what, and what is wrong."""
    for width in WIDTHS:
        yield from ((f"{width} pixels", fault) for fault in seen(browser, page, width))
    yield from (("paper", fault) for fault in on_paper(browser, page))


def main(folders: list[str]) -> None:
    import shutil

    from playwright.sync_api import sync_playwright

    pages = sorted(path for folder in folders for path in Path(folder).rglob("*.html") if ".failed" not in path.parts)
    counts: Counter = Counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for page in pages:
            for place, fault in looked(browser, page):
                counts[fault.split(":")[0].split(" ")[0] if fault[0].isdigit() else fault.split(":")[0]] += 1
                print(f"{page} ({place}): {fault}", flush=True)
        browser.close()
    print(f"{len(pages)} pages, {sum(counts.values())} faults. {dict(counts)}")


if __name__ == "__main__":
    main(sys.argv[1:])
