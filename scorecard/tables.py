"""The printed column order as accessible HTML: tables, chips, trend lines, figures and the index page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby

from scorecard import periods
from scorecard.areas import Area
from scorecard.build import NOT_RATED, Figure, Row, Standard, counts, each_once, source
from scorecard.catalogue import NOT_ON_RECORD, Indicator
from scorecard.comparison.likeness import remarks
from scorecard.editions import Edition
from scorecard.faults import Fault
from scorecard.pages import markup
from scorecard.pages.markup import NUMBER, TEMPLATES, Cell, Head, Html, Table, drawn, number, parts, render
from scorecard.ratings import NO_FLOOR, NO_TARGET, Dot, Polarity, Rag, Verdict

NOT_PRINTED, NO_CODE, NO_FLAG = "not printed", "no code", ("none", NOT_ON_RECORD)
_ORDER = [*Rag, ""]
MEASURE, TRAVEL = "Measure", "Direction of travel"
POLARITIES = {
    Polarity.HIGH: "Higher is better", Polarity.LOW: "Lower is better", Polarity.TARGET: "Close to target is better",
    None: "No polarity",
}  # fmt: skip
DATA_PERIODS = {
    "MS": "monthly snapshot", "R12M": "rolling 12 months", "YTD": "year to date", "AC YTD": "academic year to date",
    "Q": "quarterly", "T": "termly", "A": "annual", "SS": "snapshot", "M": "monthly figure",
}  # fmt: skip
WIDTH, HEIGHT, MARGIN = 96, 28, 4  # of a trend line and the room around it, in CSS pixels
LINE = 3
"""So many periods make a trend line; with fewer the earlier figure itself is shown."""
UNITS = {"pp": "percentage points", "count": "number"}


@cache
def css() -> str:
    """The style sheet as text, for the page template."""
    return (TEMPLATES / "scorecard.css").read_text(encoding="utf-8")


def style() -> Html:
    """The style sheet as an element; a notebook shows it once at its top, the page template passes over it."""
    return Html(f'<style class="scorecard-style">\n{css()}</style>')


@cache
def rag_chip(verdict: Verdict) -> Html:
    """A rating as shape, letter, colour and word; `Not rated: no target` without one."""
    return Html(parts().rag(verdict))


@cache
def dot_chip(verdict: Verdict) -> Html:
    """A direction of travel as arrow and word; up is better performance whatever the number did."""
    return Html(parts().dot(verdict))


def sparkline(row: Row) -> Html:
    """The shown periods as a line with its own scale, a gap for each missing value, the target dashed."""
    values = [*(figure.value for figure in row.series), row.standard.target]
    known = [value for value in values if value is not None] or [0]
    low, spread = min(known), max(known) - min(known)
    scale = (HEIGHT - 2 * MARGIN) / float(spread) if spread else 0
    foot = HEIGHT - MARGIN if spread else HEIGHT / 2
    *heights, target = [None if value is None else f"{foot - float(value - low) * scale:.1f}" for value in values]
    step = (WIDTH - 2 * MARGIN) / max(1, len(heights) - 1)
    points = [(f"{MARGIN + step * place:.1f}", height) for place, height in enumerate(heights)]
    return Html(parts().spark(_spoken(row), _path(points), target, points[-1] if heights[-1] else None))


def _path(points: list[tuple[str, str | None]]) -> str:
    """Straight segments; a point without neighbour becomes a stroke of no length, which a round cap shows."""
    runs = [list(run) for there, run in groupby(points, key=lambda point: point[1] is not None) if there]
    return "".join(f"M{' '.join(f'{x},{y}' for x, y in run)}{'h0' if len(run) == 1 else ''}" for run in runs)


def _spoken(row: Row) -> str:
    """The trend in words: Jun-24 20.5, Jul-24 22.6; target 18.0."""
    told = [f"{periods.label(f.period)} {f.reason if f.value is None else number(f.value)}" for f in row.series]
    return f"{', '.join(told)}; {NO_TARGET if row.standard.target is None else f'target {_target(row.standard).text}'}"


def missing(reason: str | None) -> Cell:
    """The cell of a figure that is not there: why, or that it is not printed."""
    return Cell(reason or NOT_PRINTED, missing=True)


def _value(figure: Figure | None, small: str = "") -> Cell:
    if figure is None or figure.row is None:
        return missing(None)
    if figure.value is None:
        return missing(figure.reason)._replace(source=source(figure))
    return Cell(number(figure.value), small, source(figure), figure.note)


def _dated(figure: Figure | None) -> Cell:
    return _value(figure, figure and periods.label(figure.period))


def _part(figure: Figure, value: Decimal | None) -> Cell:
    return missing(figure.reason) if value is None else Cell(number(value), source=source(figure))


def _trend(row: Row) -> Cell:
    if len(row.series) < LINE:
        return missing("too few periods for a line")
    known = any(figure.value is not None for figure in row.series)
    return Cell(sparkline(row)) if known else missing(row.latest.reason)


def _target(standard: Standard) -> Cell:
    if standard.target is None:
        return missing(NO_TARGET)
    printed = standard.target_printed or number(standard.target)
    return Cell(printed, source=f"standards.csv row {standard.row}", note=standard.note)


def _floor(standard: Standard, polarity: Polarity | None) -> Cell:
    """The floor standard with how it is known; for polarity T the range that its distance makes."""
    target, floor = standard.target, standard.floor
    if target is None or floor is None:
        return missing(NO_TARGET if target is None else "not known")
    ends = (target - floor, target + floor) if polarity == Polarity.TARGET else (floor,)
    return Cell(" to ".join(map(number, ends)), standard.floor_source or "", f"standards.csv row {standard.row}")


def _confidence(row: Row) -> Cell:
    """Whether the rating is clear or within noise, with the interval; why there is none."""
    word, reason, low, high = row.confidence
    if low is None:
        return missing(reason)
    return Cell((word or NOT_RATED).capitalize(), f"{number(low)} to {number(high)}")


def _measure(row: Row) -> Cell:
    told, unit = row.indicator, row.indicator.unit
    words = (POLARITIES[row.standard.polarity], DATA_PERIODS[told.data_period], UNITS.get(unit, unit))
    return Cell(told.measure, " · ".join(words))


def named(indicator: Indicator) -> Cell:
    """The short name of an indicator with its code."""
    name = indicator.short_name
    return Cell(name[:1].upper() + name[1:], indicator.code or "")


# --- the scorecard --------------------------------------------------------------------------------


def scorecard(rows: Sequence[Row]) -> Html:
    """One table per section and area, in the order of `rows`, with the columns as printed."""
    groups = groupby(rows, key=lambda row: (row.section.heading, row.area.name))
    return drawn(*(_section(f"{heading}: {area}", list(group)) for (heading, area), group in groups))


def _section(caption: str, rows: list[Row]) -> Table:
    """A table of the printed columns; an optional column that no row fills is left out."""
    kept = [told[:2] for told in _columns(rows) if not told[2] or not all(cell.missing for cell in told[1])]
    heads, columns = zip(*kept, strict=True)
    cells, measure = zip(*columns, strict=True), [head.text for head in heads].index(MEASURE)
    return Table(caption, heads, list(cells), measure, "sc-scorecard", True, details=_series(caption, rows),
                 remarks=_remarks(rows))  # fmt: skip


def _columns(rows: list[Row]) -> list[tuple[Head, list[Cell], bool]]:
    """Each column as printed: its head, its cells, and whether it is optional."""
    year, before, after = (of.year for of in (rows[0].standard, rows[0].outturn_standard, rows[0].next_standard))
    period = _shared(periods.label(row.latest.period) for row in rows)
    since = _shared(row.indicator.compare_with for row in rows)
    latest, codes, absent = [row.latest for row in rows], [row.indicator.code for row in rows], missing(None)
    also_in = [", ".join(row.indicator.also_in) or NO_FLAG[0] for row in rows]
    return [
        (Head("Code", "", "sc-code"), [Cell(code) if code else missing(NO_CODE) for code in codes], True),
        (Head(MEASURE), [_measure(row) for row in rows], False),
        (Head("Also in", "other reports"), [Cell(told, missing=told in NO_FLAG) for told in also_in], True),
        (Head("Trend", "", "sc-wide"), [_trend(row) for row in rows], True),
        (Head("Latest", period, f"{NUMBER} sc-strong"), [_value(f) if period else _dated(f) for f in latest], False),
        (Head("Numerator", "", NUMBER), [_part(f, f.numerator) for f in latest], True),
        (Head("Denominator", "", NUMBER), [_part(f, f.denominator) for f in latest], True),
        _earlier(rows, [row.series[-2] if len(row.series) == LINE - 1 else None for row in rows]),
        (Head(TRAVEL, since and f"from {since}"), [Cell(dot_chip(row.dot)) for row in rows], False),
        _earlier(rows, [row.year_ago if row.section.year_ago else None for row in rows]),
        (Head(TRAVEL, "from one year ago"), [_year_ago(row) for row in rows], True),
        (Head("Target", year, NUMBER), [_target(row.standard) for row in rows], False),
        (Head("RAG", year), [Cell(rag_chip(row.rag)) for row in rows], False),
        (Head("Confidence", "95% interval", "sc-stacked"), [_confidence(row) for row in rows], True),
        (Head("Outturn", before, NUMBER), [_value(row.outturn) for row in rows], True),
        (Head("Target", before, NUMBER), [_target(r.outturn_standard) if r.outturn else absent for r in rows], True),
        (Head("RAG", before), [Cell(rag_chip(r.outturn_rag)) if r.outturn else absent for r in rows], True),
        (Head("Target", after, NUMBER), [_target(row.next_standard) for row in rows], True),
        (*_benchmark("Benchmark group", [(row.benchmark, row.benchmark_name) for row in rows]), True),
        (*_benchmark("England", [(row.england, row.england_name) for row in rows]), True),
    ]


def _earlier(rows: list[Row], figures: list[Figure | None]) -> tuple[Head, list[Cell], bool]:
    """An optional column of the figures that the latest are compared with."""
    period = _shared(periods.label(figure.period) for figure in figures if figure)
    reasons = [figure or row.latest for row, figure in zip(rows, figures, strict=True)]
    cells = [_value(f) if f else missing(why.reason) for f, why in zip(figures, reasons, strict=True)]
    return Head("Result", period, NUMBER), cells, True


def _year_ago(row: Row) -> Cell:
    return Cell(dot_chip(row.dot_year_ago)) if row.section.year_ago else missing(None)


def _benchmark(heading: str, told: list[tuple[Figure | None, str | None]]) -> tuple[Head, list[Cell]]:
    """A benchmark's name, year and method head the column where all rows share them, else they stand in each cell."""
    shared = _shared((name, f"{figure.period}, {figure.basis.how}") for figure, name in told if figure)
    small = [figure and not shared and f"{name}, {figure.period}, {figure.basis.how}" for figure, name in told]
    cells = [_value(figure, text or "") for (figure, _), text in zip(told, small, strict=True)]
    return Head(*(shared or (heading, "")), NUMBER), cells


def _remarks(rows: list[Row]) -> list[str]:
    """What its benchmarks are: of the group first, then of England."""
    sides = [(row, row.benchmark_name, row.benchmark) for row in rows]
    sides += [(row, row.england_name, row.england) for row in rows]
    return [*remarks((_known(r.indicator), name, f.period, f.basis) for r, name, f in sides if f)]


def _known(indicator: Indicator) -> str:
    return indicator.code or indicator.short_name


def _shared(told: Iterable):
    """What all have in common, or nothing."""
    different = set(told)
    return different.pop() if len(different) == 1 else ""


def _series(caption: str, rows: list[Row]) -> Table:
    """The figures of the trend lines, a column a period."""
    shown = dict.fromkeys(figure.period for row in rows for figure in row.series)
    heads = [Head("Measure"), *(Head(periods.label(period), "", NUMBER) for period in shown)]
    told = [(row.indicator, {figure.period: figure for figure in row.series}) for row in rows]
    cells = [[named(indicator), *(_value(own.get(period)) for period in shown)] for indicator, own in told]
    return Table(f"Figures by period: {caption}", heads, cells)


def at_a_glance(rows: Sequence[Row], title: str, changes: Mapping[str, Sequence[tuple]] | None = None) -> Html:
    """The counts of `rows`, each once, then a table per entry of `changes`: caption to (row, before, now, ...).

    Before and now are ratings or None, as in `commentary.Change`.
    """
    glance = render("glance", title=title, counts=counts(rows), total=len(each_once(rows)))
    return Html(glance + drawn(*(_changes(caption, told) for caption, told in (changes or {}).items()), side=True))


def _changes(caption: str, changes: Sequence[tuple]) -> Table:
    rows = [
        [named(row.indicator), Cell(row.area.name, words), *(Cell(rag_chip(Verdict(w, None))) for w in (before, now))]
        for row, before, now, words in changes
    ]
    return Table(caption, [Head("Measure"), Head("Area"), Head("Before"), Head("Now")], rows)


def attention(rows: Sequence[Row]) -> Html:
    """What is RED and what is getting worse, each row once, with what it is held against."""
    once = each_once(rows)
    red, worse = [r for r in once if r.rag.word == Rag.RED], [r for r in once if r.dot.word == Dot.WORSENED]
    return drawn(_attended("is RED", red), _attended("is getting worse", worse))


def missed(rows: Sequence[Row], edition: Edition) -> Html:
    """What misses a target whose floor standard is not known, with the rating that the edition prints, worst first."""
    told = edition.printed
    printed = dict(zip(zip(told["indicator"], told["area"], told["period"], strict=True), told["rag"], strict=True))
    without = [row for row in each_once(rows) if row.rag.reason == NO_FLOOR]
    told = [(printed.get((row.indicator.key, row.area.name, row.latest.period), ""), row) for row in without]
    told.sort(key=lambda pair: _ORDER.index(pair[0]))
    chips = [Cell(rag_chip(Verdict(word or None, NOT_PRINTED))) for word, _ in told]
    return drawn(_attended("misses its target without a known floor standard", [row for _, row in told], chips))


def _attended(what: str, rows: list[Row], printed: Sequence[Cell] = ()) -> Table:
    """Rows with what they are held against; the rating `printed`, and one year ago where the scorecard prints that."""
    year_ago = any(row.section.year_ago for row in rows)
    columns = [
        (Head(MEASURE), [named(row.indicator) for row in rows], True),
        (Head("Area"), [Cell(row.area.name) for row in rows], True),
        (Head("Latest", "", NUMBER), [_dated(row.latest) for row in rows], True),
        (Head("Target", "", NUMBER), [_target(row.standard) for row in rows], True),
        (
            Head("Floor standard", "", NUMBER),
            [_floor(row.standard, row.standard.polarity) for row in rows],
            not printed,
        ),
        (Head("Printed RAG"), printed, bool(printed)),
        (Head("Previous", "", NUMBER), [_dated(row.previous) for row in rows], True),
        (Head("RAG"), [Cell(rag_chip(row.rag)) for row in rows], True),
        (Head(TRAVEL), [Cell(dot_chip(row.dot)) for row in rows], True),
        (Head("One year ago", "", NUMBER), [_dated(row.year_ago) for row in rows], year_ago),
        (Head(TRAVEL, "from one year ago"), [_year_ago(row) for row in rows], year_ago),
    ]
    heads, cells = zip(*((head, cells) for head, cells, wanted in columns if wanted), strict=True)
    return Table(f"What {what}", heads, list(zip(*cells, strict=True)), empty=f"Nothing {what}.")


def rag_matrix(rows_by_area: Mapping[str, Sequence[Row]], caption: str = "RAG by measure and area") -> Html:
    """Indicators down, areas across, in the order given; a cell holds each row of that indicator and area."""
    found, names = {}, {}
    for area, rows in rows_by_area.items():
        for row in rows:
            key = (row.section.page, row.indicator.key)
            names.setdefault(key, named(row.indicator).text)
            found.setdefault((key, area), []).append(row)
    lines = [(name, [found.get((key, area), []) for area in rows_by_area]) for key, name in names.items()]
    return render("matrix", caption=caption, areas=list(rows_by_area), lines=lines, number=number, source=source)


# --- the rest of a pack, and the index --------------------------------------------------------------


def title(edition: Edition, area: Area, guide: bool = True) -> Html:
    """The head of a pack (its h1), followed by how to read it (an h2) unless `guide` is false."""
    teams = [team.name for team in edition.teams_of(area.name)]
    told = {"heading": f"{area.name} scorecard", "month": periods.name(edition.as_at), "teams": teams, "guide": guide}
    return render("title", edition=edition, area=area, **told)


def commentary_html(groups: Mapping[str, Sequence[str]], remarks: Sequence[str] = ()) -> Html:
    """Sentences by group (RED, AMBER, GREEN, not rated), each under an h3, after `remarks` that hold for all."""
    return render("commentary", groups=groups, remarks=remarks)


def texts_html(groups: Mapping[str, Mapping[str, Sequence]], remarks: Sequence[str] = ()) -> Html:
    """Commentary as `drafts.told` gives it: by rating, each under an h3, then by whose words it is."""
    return render("texts", groups=groups, remarks=remarks)


def activity(edition: Edition) -> Html:
    """The activity page: counts and percentages that are never rated, with the national figure."""
    return render("activity", items=list(edition.activity.itertuples()), number=number, name=periods.name)


def data_notes(edition: Edition, faults: Sequence[Fault], area: Area) -> Html:
    """Notes, what the checks found (first what concerns this pack), ratings that print gives otherwise, sources."""
    own, kinds = map(set, zip(*((a.name, a.kind) for a in [area, *edition.teams_of(area.name)]), strict=True))
    elsewhere = {place.name for place in edition.printed_areas if place.name not in own}
    shown = {key for section in edition.sections if section.kind in kinds for key in section.indicators}
    near = [fault for fault in faults if fault.area not in elsewhere and fault.indicator in {None, *shown}]
    told = {"near": near, "far": [fault for fault in faults if fault not in near]}
    exceptions = [other for other in edition.known_exceptions.itertuples() if other.area in own]
    return render("notes", edition=edition, **told, exceptions=exceptions, standards=_standards(edition, shown))


def _standards(edition: Edition, shown: set[str]) -> Table:
    years = {edition.previous_year, *(section.year for section in edition.sections)}
    heads = [Head("Measure"), Head("Year"), Head("Polarity"), Head("Target", "", NUMBER),
             Head("Floor standard", "", NUMBER), Head("How the floor is known")]  # fmt: skip
    told = [line for line in edition.standards.itertuples() if line.indicator in shown and line.year in years]
    rows = [_standard(line, edition.catalogue[line.indicator]) for line in told if line.target is not None]
    return Table("Targets and floor standards", heads, rows)


def _standard(told, indicator: Indicator) -> list[Cell]:
    polarity = Polarity(told.polarity) if told.polarity else indicator.polarity
    known = Cell(told.floor_source or "not given", told.floor_bracket)
    floor = _floor(told, polarity)._replace(small="")
    return [named(indicator), Cell(told.year), Cell(POLARITIES[polarity]), _target(told), floor, known]


def definitions(rows: Sequence[Row], edition: Edition) -> Html:
    """Definition, source and latest data of each indicator once, in the order of `rows`."""
    once = {row.indicator.key: row.indicator for row in rows}
    return render("definitions", told=once.values(), edition=edition, month=periods.name(edition.as_at))


def figure(chart) -> Html:
    """A `charts.Chart`: its words as text, its drawing as an image with `alt`, its figures as a table."""
    drawing = chart.plot_svg
    points = re.search(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"', drawing).groups()
    rows = [[Cell(text) if text else missing("none") for text in row] for row in chart.rows]
    table = Table(f"{chart.headline}: {chart.subtitle}", [Head(name) for name in chart.columns], rows)
    return render(
        "figure",
        chart=chart,
        src=Html(markup.address_of(drawing)),
        size=[round(float(p) * 4 / 3) for p in points],
        table=table,
    )


def figures(charts: Iterable) -> Html:
    """Charts side by side where there is room for two."""
    return Html(f'<div class="sc sc-figures">{"".join(map(figure, charts))}</div>')


def index(edition: Edition, packs: Sequence[tuple], manifest: str = "manifest.json") -> str:
    """The edition's index page: the packs that failed with their reason, then all with link and ratings.

    A pack is its area, its address or None, its `counts` (empty without ratings) and why it failed (or None).
    """
    words, month = (*Rag, NOT_RATED), periods.name(edition.as_at)
    return str(render("index", edition=edition, month=month, packs=packs, words=words, manifest=manifest))
