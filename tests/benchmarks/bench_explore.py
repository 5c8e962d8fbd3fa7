"""How long the explorer takes: to its first view in a new kernel, and to redraw after each change of a choice.

    python -m tests.benchmarks.bench_explore [--repeat 5] [--page]

Milliseconds, wall and processor, medians. The first view: the cells of the notebook run by a kernel that is ready, to
the widgets; its processor time counts what the background makes ready too. A redraw ends when the page's HTML is ready
to be sent. With --page: from asking the server of `make dashboard` to the chart in Chromium, and from a choice there to
the new chart, wall only. Modules are compiled first, as pip and every earlier run leave them.
"""

import argparse
import compileall
import os
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

HOME = Path(__file__).resolve().parents[2]
NOTEBOOK = HOME / "notebooks" / "explore_trends.ipynb"
CLOCK = "import time; print(time.perf_counter(), time.process_time())"
CHANGES = {
    "another indicator": ("indicators", 0, "SISE71"),
    "one area in order": ("ways", 0, "ranked"),
    "one funnel": ("ways", 0, "funnel"),
    "one set of small charts": ("ways", 0, "multiples"),
    "one XmR chart": ("ways", 0, "xmr"),
    "one trend, all editions": ("ends", 0, "all"),
    "one trend": ("ways", 0, "trend"),
    "a second indicator": ("indicators", 1, "EH47"),
    "a third indicator": ("indicators", 2, "EH-CASELOAD"),
    "a second area": ("areas", 1, "Dover"),
    "a third area": ("areas", 2, "Thanet"),
    "an earlier end": ("ends", 1, "2024-05"),
    "the latest end": ("ends", 1, "latest"),
    "another comparison": ("ways", 1, "kent"),
    "nine orders": ("ways", 0, "ranked"),
    "nine funnels": ("ways", 0, "funnel"),
    "nine XmR charts": ("ways", 0, "xmr"),
    "three sets of small charts": ("ways", 0, "multiples"),
    "another edition": ("edition", None, "2022-12"),
}
"""From one indicator in one area to nine charts; each change is made on top of those before."""


def redraws() -> Iterator[tuple[str, float, float]]:
    """Name, wall and processor seconds of each change, on a desk that has drawn nothing yet."""
    from scorecard.exploring.explore import View
    from scorecard.exploring.explorer import Explorer

    shown = Explorer(View("2024-07", ("SCS03",), ("Ashford",)))
    shown.desk.warm()
    for name, (fields, place, value) in CHANGES.items():
        field = getattr(shown, fields)
        start, busy = time.perf_counter(), time.process_time()
        (field if place is None else field[place]).value = value
        yield name, time.perf_counter() - start, time.process_time() - busy


def first_view() -> list[float]:
    """Wall and processor seconds of the cells up to the widgets, in a new kernel that is ready."""
    import nbformat
    from jupyter_client.manager import start_new_kernel

    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(NOTEBOOK.parent), env=told)
    try:
        before, start = _clock(client), time.perf_counter()
        for cell in cells:
            client.execute_interactive(cell, output_hook=lambda message: None, timeout=120)
        wall = time.perf_counter() - start
        return [wall, _clock(client)[1] - before[1]]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _clock(client) -> list[float]:
    said = []
    client.execute_interactive(CLOCK, output_hook=lambda message: said.append(message["content"].get("text", "")))
    return [float(told) for told in "".join(said).split()]


def page() -> list[float]:
    """Wall seconds to the chart in Chromium, from a server whose kernel is ready, and from a choice to a new chart."""
    from playwright.sync_api import sync_playwright

    from tests.test_dashboard import CHROMIUM, DASHBOARD, serving

    with serving(DASHBOARD, HOME, "voila/static/voila.js") as address, sync_playwright() as playwright:
        time.sleep(15)  # the kernel is made ready meanwhile
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        view, start = browser.new_page(), time.perf_counter()
        view.goto(address, wait_until="commit")
        view.wait_for_selector("figure img", timeout=60_000)
        first, start = time.perf_counter() - start, time.perf_counter()
        view.select_option(".sc-choices select >> nth=0", label="NEET, 16 to 17 year olds (SISE71)")
        view.wait_for_selector('img[alt*="NEET"]', timeout=60_000)
        return [first, time.perf_counter() - start]


def medians(measure: Callable[[], list], repeat: int) -> list[float]:
    """The median of each figure over the runs, in milliseconds."""
    return [1000 * median(told) for told in zip(*(measure() for _ in range(repeat)), strict=True)]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args()
    compileall.compile_dir(HOME / "scorecard", quiet=2)
    compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2)
    wall, busy = medians(first_view, asked.repeat)
    print(f"{'first view':28} {wall:6.0f} wall {busy:6.0f} processor")
    if asked.page:
        for name, wall in zip(("page in a browser", "redrawn in a browser"), medians(page, asked.repeat), strict=True):
            print(f"{name:28} {wall:6.0f} wall")
    told = medians(lambda: [part for _, *parts in redraws() for part in parts], asked.repeat)
    for name, wall, busy in zip(CHANGES, told[::2], told[1::2], strict=True):
        print(f"{name:28} {wall:6.0f} wall {busy:6.0f} processor")


if __name__ == "__main__":
    main()
