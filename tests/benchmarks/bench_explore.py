"""How long the explorer takes: to its first view in a new process, and to redraw after each change of a choice.

    python -m tests.benchmarks.bench_explore [--repeat 5]

Milliseconds, wall and processor, medians; the redraw ends when the page's HTML is ready to be sent.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

FIRST = """
import time
start, busy = time.perf_counter(), time.process_time()
from scorecard.exploring.explore import View
from scorecard.exploring.explorer import explorer
ready, done = time.perf_counter(), time.process_time()
explorer(View("2024-07", ("SCS03",), ("Ashford",)))
print(ready - start, done - busy, time.perf_counter() - ready, time.process_time() - done)
"""
CHANGES = {
    "another indicator": ("indicators", 0, "SISE71"),
    "a second indicator": ("indicators", 1, "EH47"),
    "a third indicator": ("indicators", 2, "EH-CASELOAD"),
    "a second area": ("areas", 1, "Dover"),
    "a third area": ("areas", 2, "Thanet"),
    "all editions": ("ends", 0, "all"),
    "another comparison": ("ways", 1, "kent"),
    "all areas in order": ("ways", 0, "ranked"),
    "funnels": ("ways", 0, "funnel"),
    "XmR charts": ("ways", 0, "xmr"),
    "small charts of all areas": ("ways", 0, "multiples"),
}
"""From one indicator in one area to nine charts; each change is made on top of those before."""


def redraws() -> Iterator[tuple[str, float, float]]:
    """Name, wall and processor seconds of each change, on a desk that has drawn nothing yet."""
    from scorecard.exploring.explore import View
    from scorecard.exploring.explorer import Explorer

    shown = Explorer(View("2024-07", ("SCS03",), ("Ashford",)))
    shown.desk.warm()
    for name, (fields, place, value) in CHANGES.items():
        start, busy = time.perf_counter(), time.process_time()
        getattr(shown, fields)[place].value = value
        yield name, time.perf_counter() - start, time.process_time() - busy


def first_view() -> list[float]:
    """Wall and processor seconds of the imports, then of the first view, in a new process."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    return [float(told) for told in done.stdout.split()]


def medians(measure: Callable[[], list], repeat: int) -> list[float]:
    """The median of each figure over the runs, in milliseconds."""
    return [1000 * median(told) for told in zip(*(measure() for _ in range(repeat)), strict=True)]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    imports = medians(first_view, repeat)
    print(f"{'imports':28} {imports[0]:6.0f} wall {imports[1]:6.0f} processor")
    print(f"{'first view':28} {imports[2]:6.0f} wall {imports[3]:6.0f} processor")
    told = medians(lambda: [part for _, *parts in redraws() for part in parts], repeat)
    for name, wall, busy in zip(CHANGES, told[::2], told[1::2], strict=True):
        print(f"{name:28} {wall:6.0f} wall {busy:6.0f} processor")


if __name__ == "__main__":
    main()
