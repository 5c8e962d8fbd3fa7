"""The charts of a pack as they are often drawn: a figure of pyplot each, laid out twice and saved in two formats."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from scorecard.build import each_once, kents, peers
from scorecard.drawing.funnels import has_funnel
from scorecard.trends import Z95, Z998, funnel_limits

OUT = Path(os.environ.get("NAIVE_OUT", "."))


def _finish(figure, axes, row, kind):
    name = f"{kind}-{row.indicator.key}-{row.area.name}-{row.section.page}".replace("/", "-")
    _save(figure, axes, f"{row.indicator.short_name}, {row.area.name}", name)


def _save(figure, axes, title, name):
    axes.set_title(title)
    axes.legend()
    figure.tight_layout()
    for form in ("png", "svg"):
        figure.savefig(OUT / f"{name}.{form}", dpi=150, bbox_inches="tight")
    plt.show()


def _standards(row, line):
    if row.standard.target is not None:
        line(float(row.standard.target), color="black", label="Target")
    for told, name, style in ((row.benchmark, row.benchmark_name, "-."), (row.england, row.england_name, ":")):
        if told is not None and told.value is not None:
            line(float(told.value), linestyle=style, label=name)


def trends(rows, everything):
    """A line chart of each rated row beside Kent's."""
    for row in (row for row in each_once(rows) if row.rag.word):
        figure, axes = plt.subplots(figsize=(4.8, 4.8))
        for told in filter(None, (row, kents(row, everything))):
            heights = [None if cell.value is None else float(cell.value) for cell in told.series]
            axes.plot([cell.period for cell in told.series], heights, marker="o", label=told.area.name)
        _standards(row, axes.axhline)
        _finish(figure, axes, row, "trend")
    return []


def rankings(rows, everything):
    """A bar chart of each rated row among its peers."""
    for row in (row for row in each_once(rows) if row.rag.word):
        others = sorted((o for o in peers(row, everything) if o.latest.value is not None), key=lambda o: o.latest.value)
        if len(others) > 1:
            figure, axes = plt.subplots(figsize=(4.8, 6))
            bars = axes.barh([other.area.name for other in others], [float(other.latest.value) for other in others])
            axes.bar_label(bars)
            _standards(row, axes.axvline)
            _finish(figure, axes, row, "ranked")
    return []


def funnels(rows, everything):
    """A funnel of each percentage that has one: its areas against Kent's share and its limits."""
    for row in (row for row in each_once(rows) if has_funnel(row, everything)):
        held = [o.latest for o in peers(row, everything) if o.latest.denominator and o.latest.numerator is not None]
        centre = (kents(row, everything) or row).latest
        share, sizes = float(centre.numerator / centre.denominator), [float(cell.denominator) for cell in held]
        figure, axes = plt.subplots(figsize=(4.8, 4.8))
        axes.scatter(sizes, [float(cell.numerator / cell.denominator) for cell in held])
        grid = np.linspace(max(1, min(sizes)), max(sizes), 100)
        for z, style in ((Z95, "--"), (Z998, "-")):
            for limit in funnel_limits(share, grid, z):
                axes.plot(grid, limit, linestyle=style, color="black")
        axes.axhline(share, color="black", label="Kent")
        _finish(figure, axes, row, "funnel")
    return []


def moves(edition, told):
    """One chart of Kent's first and latest rank on each measure."""
    figure, axes = plt.subplots(figsize=(4.8, 6))
    for place in (place for place in told if place.ranks):
        ends = min(place.ranks), max(place.ranks)
        axes.plot(ends, [place.ranks[year][0] for year in ends], marker="o", label=place.indicator.short_name)
    _save(figure, axes, f"Kent's ranks, {edition.title}", "moves")
    return []
