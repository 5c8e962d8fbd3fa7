"""What really changed, and how many it takes to reach a standard, as tables."""

from collections.abc import Mapping, Sequence

from scorecard.build import Row, each_once
from scorecard.findings import CONTRADICTED, HIDDEN, UNCONFIRMED, Finding, gaps
from scorecard.findings import really_changed as findings_of
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn, number
from scorecard.ratings import Dot, Rag
from scorecard.tables import NO_CODE, dot_chip, missing, named

CHANGED = {
    Dot.WORSENED: "Getting worse steadily",
    Dot.IMPROVED: "Getting better steadily",
    UNCONFIRMED: "The arrow says worse, the latest figures have no clear trend",
    CONTRADICTED: "The arrow says worse, the latest figures got better",
    HIDDEN: "The latest month turned, the rolling figure did not",
}
AIMS = {"target": "To the target", "floor": "To the floor", "benchmark": "To the benchmark", "England": "To England"}


ARROWS = ("Since the previous figure", "Since a year before", "Over the periods shown")


def really_changed(rows: Sequence[Row]) -> Html:
    """What changed steadily over the periods shown, and arrows that say worse without it.

    An arrow that no row has is left out: most editions hold no figures of a year before. So is what rolling hides
    where nothing shows it, as most editions print numerators of the latest month alone.
    """
    found = findings_of(rows)
    everything = [finding.directions[:3] for findings in found.values() for finding in findings]
    kept = [place for place, told in enumerate(zip(*everything, strict=True)) if any(arrow.word for arrow in told)]
    heads = [Head("What happened"), *(Head(ARROWS[place]) for place in kept), Head("The arrows")]
    tables = (
        Table(caption, heads, [_happened(finding, kept) for finding in found[name]], empty=f"{caption}: nothing.")
        for name, caption in CHANGED.items()
        if found[name] or name != HIDDEN
    )
    return drawn(*tables)


def _happened(finding: Finding, kept: list[int]) -> list[Cell]:
    agreement, code = finding.directions.agreement, finding.row.indicator.code or NO_CODE
    told = Cell(agreement.capitalize()) if agreement else missing("only one")
    arrows = (Cell(dot_chip(finding.directions[place])) for place in kept)
    return [Cell(finding.sentence, code), *arrows, told]


def how_many(rows: Sequence[Row]) -> Html:
    """How many more or fewer, at least, each row that misses its target needs for it and for the benchmarks."""
    told = [(row, gaps(row)) for row in each_once(rows) if row.rag.word in {Rag.RED, Rag.AMBER}]
    figures = ("Numerator", "Denominator", *AIMS.values())
    heads = [Head("Measure"), Head("Area"), *(Head(name, "", NUMBER) for name in figures)]
    cells = [_how_many(row, found) for row, found in told if found]
    empty = "How many it takes: no percentage misses its target."
    return drawn(Table("How many more or fewer it takes", heads, cells, empty=empty))


def _how_many(row: Row, found: Mapping[str, int | None]) -> list[Cell]:
    latest = row.latest
    numbers = (latest.value if latest.denominator is None else latest.numerator, latest.denominator)
    parts = [missing("a count") if part is None else Cell(number(part)) for part in numbers]
    return [named(row.indicator), Cell(row.area.name), *parts, *(_gap(found, aim) for aim in AIMS)]


def _gap(found: Mapping[str, int | None], aim: str) -> Cell:
    if found.get(aim) is None:
        return missing("out of reach" if aim in found else "not known")
    change = found[aim]
    return Cell(f"{abs(change):,} {'more' if change > 0 else 'fewer'}") if change else Cell("reached")
