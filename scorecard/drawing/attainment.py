"""Results of children in care beside those of children in care in England and of all pupils, with the gaps."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from scorecard.drawing.evidence import Chart, runs, say
from scorecard.drawing.panels import Column, panel, point
from scorecard.drawing.sheet import LOOKS, Look, Scale
from scorecard.drawing.style import clean, house
from scorecard.editions import Edition
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn
from scorecard.phrases import load_phrases

IN_CARE, IN_CARE_ENGLAND, ALL_PUPILS = "in care", "in care, England", "all pupils"
"""Words of the column `pupils`: whose results a row holds. Rows of other pupils are only in the tables."""
SHOWN = {IN_CARE: LOOKS["area"], IN_CARE_ENGLAND: LOOKS["group"], ALL_PUPILS: LOOKS["kent"]._replace(marker="s")}
UNITS = {"%": " percentage points", "points": " points"}
"""What the gap between two results is said in; results in other units have no gap."""


class Topic(NamedTuple):
    """Results of one stage that are measured alike: by measure, each by whose they are, as rows of attainment.csv."""

    stage: str
    name: str
    unit: str
    measures: dict[str, dict]

    def gap(self, measure: str, to: str) -> Decimal:
        """The result of children in care less that of others, exact as printed."""
        told = self.measures[measure]
        return told[IN_CARE].value - told[to].value

    def group(self, pupils: str) -> str:
        """What print calls them."""
        return next(iter(self.measures.values()))[pupils].group

    @property
    def title(self) -> str:
        """Stage and topic."""
        return f"{self.stage}, {self.name}"


def topics(edition: Edition) -> list[Topic]:
    """The results of an edition by stage and topic, in printed order; only those that have gaps."""
    found = {}
    for (stage, name, unit), told in edition.attainment.groupby(["stage", "topic", "unit"], sort=False):
        measures = {}
        for cell in told.itertuples():
            measures.setdefault(cell.measure, {})[cell.pupils] = cell
        found[stage, name, unit] = Topic(stage, name, unit, measures)
    return [topic for topic in found.values() if topic.unit in UNITS and _compared(topic)]


def _compared(topic: Topic) -> bool:
    return len(topic.measures) > 1 and all(set(SHOWN) <= set(told) for told in topic.measures.values())


def signed(value: Decimal) -> str:
    """A difference with its sign: +3.6, -29.0, 0.0."""
    return f"{'+' if value > 0 else ''}{say(value)}"


def _result(cell) -> str:
    return say(cell.value) + ("" if cell.interval is None else f" (± {say(cell.interval)})")


def gaps(edition: Edition) -> Html:
    """A table per topic: the results, and the difference of children in care to each of the others."""
    return drawn(*(_table(topic) for topic in topics(edition)))


def _table(topic: Topic) -> Table:
    heads = [Head("Measure", topic.unit), *(Head(head, small, NUMBER) for head, small in _heads(topic))]
    rows = [
        [Cell(measure, told[IN_CARE].printed_as), *_cells(topic, measure)] for measure, told in topic.measures.items()
    ]
    return Table(topic.title, heads, rows)


def _heads(topic: Topic) -> list[tuple[str, str]]:
    groups = {told.pupils: told.group for told in next(iter(topic.measures.values())).values()}
    others = [pupils for pupils in groups if pupils != IN_CARE]
    return [(groups[IN_CARE], IN_CARE), *((groups[o], o) for o in others), *(("Difference", f"to {o}") for o in others)]


def _cells(topic: Topic, measure: str) -> list[Cell]:
    told = topic.measures[measure]
    others = [pupils for pupils in told if pupils != IN_CARE]
    results = [told[IN_CARE], *(told[pupils] for pupils in others)]
    cells = [Cell(_result(cell), source=f"attainment.csv row {cell.row}") for cell in results]
    return cells + [Cell(signed(topic.gap(measure, pupils))) for pupils in others]


def charts(edition: Edition) -> list[Chart]:
    """The results of each topic, with the gap between children in care and all pupils."""
    return [compared(topic) for topic in topics(edition)]


@house()
def compared(topic: Topic) -> Chart:
    """Children in care, children in care in England and all pupils on one scale, a row a measure."""
    names, told = list(topic.measures), list(topic.measures.values())
    words = (_finding(topic), _subtitle(topic), _source(topic))
    columns = [Column(topic.group(p), look, [say(cells[p].value) for cells in told]) for p, look in SHOWN.items()]
    columns.append(Column("Gap", None, [signed(topic.gap(name, ALL_PUPILS)) for name in names], True))
    frame = panel(names, columns, words)
    values = [cells[pupils].value for cells in told for pupils in SHOWN]
    x = Scale.over(values, 1, frame.left + 4, frame.right - 4)
    for cells, middle in zip(told, frame.middles, strict=True):
        ends = [x(cells[pupils].value) for pupils in (IN_CARE, ALL_PUPILS)]
        frame.sheet.line(ends, [middle] * 2, Look(LOOKS["target"].colour, 1.4, "-", ""), "gap", passable=True)
        for pupils in reversed(SHOWN):
            point(frame.sheet, SHOWN[pupils], x(cells[pupils].value), middle)
    return _finished(topic, words, frame.sheet)


def _finding(topic: Topic) -> str:
    widest = max(topic.measures, key=lambda measure: abs(topic.gap(measure, ALL_PUPILS)))
    gap = topic.gap(widest, ALL_PUPILS)
    fields = {"topic": topic.title, "measure": widest, "gap": say(abs(gap)) + UNITS[topic.unit]}
    return load_phrases().say("gap", "below" if gap < 0 else "above" if gap else "equal", **fields)


def _subtitle(topic: Topic) -> str:
    unit = {"%": "per cent of pupils"}.get(topic.unit, topic.unit)
    return clean(f"{topic.title}, {unit}; gap: {topic.group(IN_CARE)} less {topic.group(ALL_PUPILS)}")


def _source(topic: Topic) -> str:
    rows = {cell.row for told in topic.measures.values() for cell in told.values()}
    return f"Source: attainment.csv {runs(rows)}."


def _finished(topic: Topic, words: tuple, sheet) -> Chart:
    columns = ("Measure", *(f"{head} {what}" if head == "Difference" else head for head, what in _heads(topic)))
    rows = tuple((m, *(cell.text for cell in _cells(topic, m))) for m in topic.measures)
    each = "; ".join(_spoken(topic, measure) for measure in topic.measures)
    name = "-".join(re.findall("[a-z0-9]+", f"attainment {topic.title}".lower()))
    alt = clean(f"Dot chart. {words[1]}. {each}.")
    return Chart(name, words[0], words[1], alt, words[2], sheet.svg(), sheet.png(), columns, rows, sheet.box)


def _spoken(topic: Topic, measure: str) -> str:
    told = topic.measures[measure]
    results: Sequence[str] = [f"{told[pupils].group} {say(told[pupils].value)}" for pupils in SHOWN]
    return f"{measure}: {', '.join(results)}, gap {signed(topic.gap(measure, ALL_PUPILS))}"
