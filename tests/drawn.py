"""What a drawing holds: its words, strokes and marks, read from the SVG; and charts that are hard to draw."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest

from scorecard.drawing import style as house

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = {"G", "A", "R"}


def words(svg: str) -> list[str]:
    return [told.text for told in ET.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple]:
    """Left, top, right, base line and text of every text."""
    found = []
    for told in ET.fromstring(svg).iter(f"{SVG}text"):
        style = dict(part.split(": ") for part in told.get("style").split("; "))
        size, bold = float(style["font-size"].removesuffix("px")), style.get("font-weight") == "700"
        width, x, y = house.extent(told.text, size, bold), float(told.get("x")), float(told.get("y"))
        left = x - {"start": 0, "middle": 0.5, "end": 1}[style["text-anchor"]] * width
        found.append((left, y - 0.73 * size, left + width, y, told.text))
    return found


def lines(svg: str, *ids: str) -> list[tuple]:
    """The straight strokes of the groups `ids`."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id") in ids]
    found = []
    for path in (path for group in groups for path in group.findall(f"{SVG}path")):
        steps = [(pen, float(x), float(y)) for pen, x, y in re.findall(r"([ML]) (\S+) (\S+)", path.get("d"))]
        found += [(*before[1:], *after[1:]) for before, after in pairwise(steps) if after[0] == "L"]
    return found


def marks(svg: str, gid: str) -> list[tuple[float, float]]:
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id") == gid]
    return [(float(use.get("x")), float(use.get("y"))) for group in groups for use in group.iter(f"{SVG}use")]


def overlapping(told: list[tuple]) -> list[tuple[str, str]]:
    def meet(a, b):
        return a[0] < b[2] - 0.3 and b[0] < a[2] - 0.3 and a[1] < b[3] - 0.3 and b[1] < a[3] - 0.3

    return [(a[4], b[4]) for a, b in combinations(told, 2) if meet(a, b)]


def struck(told: list[tuple], strokes: list[tuple]) -> list[str]:
    """The texts that a stroke runs through."""
    found = []
    for left, top, right, base, text in told:
        for x0, y0, x1, y1 in strokes:
            start, end = max(left, min(x0, x1)), min(right, max(x0, x1))
            if start < end:
                heights = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in (start, end)]
                found += [text] if min(heights) < base and max(heights) > top else []
            elif x0 == x1 and left < x0 < right and min(y0, y1) < base and max(y0, y1) > top:
                found.append(text)
    return found


TRENDS = [
    pytest.param("SCS03", "Ashford CSWT", "", id="25.0, 24.4, 23.1, 22.4 and 19.4 at one end"),
    pytest.param("SCS43", "Ashford CSWT", "", id="22.6, 22.2, 22.0 close together"),
    pytest.param("SCS13", "Ashford CSWT", "", id="polarity T"),
    pytest.param("SISE4", "Kent", "", id="60.0, 60 and 60 in one place"),
    pytest.param("EY14", "Ashford", "", id="a benchmark of a shown year"),
    pytest.param("KS4-P8-ALL", "Kent", "vulnerable learners", id="negative"),
    pytest.param("CYPE8", "Dover", "", id="quarters"),
    pytest.param("CYPE25", "Sevenoaks", "", id="no value"),
    pytest.param("SCS03", "Sevenoaks North & Tonbridge and Malling CSWT", "", id="a long name"),
]
RANKED = [
    pytest.param("SISE71", "Ashford", "district", id="2.8 twice, 2.5 and 3.7 at the top"),
    pytest.param("SCS03", "Ashford CSWT", "CSWT", id="long names"),
    pytest.param("APP17", "Tonbridge and Malling", "district", id="a long benchmark"),
    pytest.param("SCS13", "Dover CSWT", "CSWT", id="polarity T"),
    pytest.param("CYPE25", "Sevenoaks", "district", id="one without value"),
    pytest.param("EH43", "Ashford", "district", id="no target"),
]
