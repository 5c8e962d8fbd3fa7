"""What somebody chooses to look at, as charts, figures and a link that opens the same view again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

import pandas as pd

from scorecard import periods
from scorecard.build import NOT_RATED, Row, build_rows, each_once, kents, peers, source
from scorecard.charts import Chart, funnels, ranked, trend
from scorecard.drawing.evidence import subject
from scorecard.drawing.funnels import has_funnel
from scorecard.drawing.multiples import multiples
from scorecard.drawing.sheet import vectors_only
from scorecard.drawing.xmr_charts import refused, xmr_chart
from scorecard.editions import Edition, load_before, load_edition
from scorecard.exploring.spans import EARLIER, ENDS, LATEST, SHOWN, STARTS, cut, editions_rated, offered, shown_before
from scorecard.faults import Fault, InputError, nearest
from scorecard.history import history, lengthened
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn, number, policy, render
from scorecard.tables import figures, missing

CHARTS = {
    "trend": "Trend over time",
    "ranked": "All areas in order",
    "funnel": "Funnel: who differs from Kent by more than chance",
    "xmr": "XmR: which months are more than chance",
    "multiples": "Small charts of all areas",
}
COMPARISONS = {"all": "Kent and the benchmarks", "kent": "Kent", "benchmarks": "The benchmarks", "none": "Nothing"}
FIGURES = [
    "edition", "indicator", "measure", "area", "period", "value", "reason", "numerator", "denominator", "rag", "source",
]  # fmt: skip
"""Columns of the figures of a view."""
NO_FUNNEL = "a funnel needs a rated percentage with numerator and denominator, for Kent and three areas or more"
NO_FIGURES = "the edition prints no figures"
NO_PERIODS = "no figures between the periods chosen"
ALONE = "no other area has a figure to compare with"


class View(NamedTuple):
    """What is looked at: keys of indicators, names of areas (a district stands for its teams too), and how."""

    edition: str
    indicators: tuple[str, ...]
    areas: tuple[str, ...]
    start: str = "shown"
    end: str = "latest"
    comparison: str = "all"
    chart: str = "trend"

    @property
    def query(self) -> str:
        """The view as a query string, `?edition=...`, for a link."""
        return "?" + urlencode([(name, one) for name, told in self._asdict().items() for one in _several(told)])

    @property
    def parameters(self) -> str:
        """The view as the notebook's parameters, one a line."""
        told = ((name, list(one) if isinstance(one, tuple) else one) for name, one in self._asdict().items())
        return "\n".join(f"{name} = {one!r}".replace("'", '"') for name, one in told)

    @classmethod
    def asked(cls, query: str, otherwise: "View") -> "View":
        """The view of a query string; what it does not name is as in `otherwise`. `InputError` names every fault."""
        told = parse_qs(query.removeprefix("?"))
        lists = {name: tuple(dict.fromkeys(told[name])) for name in ("indicators", "areas") if name in told}
        words = {name: told[name][-1] for name in cls._fields if name in told and name not in lists}
        return otherwise._replace(**lists, **words).checked()

    def checked(self) -> "View":
        """The view with keys and present names; `InputError` with everything that is not known."""
        if self.edition not in (known := [*editions_rated()]):
            raise InputError([_unknown("edition", self.edition, known)])
        edition, faults = load_edition(self.edition), [*self._odd_periods()]
        known = {"comparison": [*COMPARISONS], "chart": [*CHARTS]}
        faults += [_unknown(name, told, of) for name, of in known.items() if (told := getattr(self, name)) not in of]
        found = {"indicators": (edition.indicator, "key"), "areas": (edition.area, "name")}
        told = {name: tuple(_found(*of, getattr(self, name), faults)) for name, of in found.items()}
        if faults:
            raise InputError(faults)
        return self._replace(**told)

    def _odd_periods(self) -> Iterator[Fault]:
        sides = {"start": (self.start, [*STARTS]), "end": (self.end, [*ENDS])}
        odd = {name: side for name, side in sides.items() if side[0] not in side[1] and not periods.kind(side[0])}
        for name, (told, known) in odd.items():
            remedy = f"It is {', '.join(known)} or a period: {periods.FORMS}."
            yield Fault("error", "EXP001", "the view", f'{name}: "{told}" is not known.', remedy)
        told = self.start not in STARTS and self.end not in ENDS and not odd
        if told and not periods.within(self.end, self.start, None):
            said = f'start: "{self.start}" lies after the end, "{self.end}".'
            yield Fault("error", "EXP002", "the view", said, "Choose an earlier start or a later end.")


def _several(told: str | tuple) -> tuple:
    return told if isinstance(told, tuple) else (told,)


def _unknown(name: str, told: str, known: list[str]) -> Fault:
    return Fault("error", "EXP001", "the view", f'{name}: "{told}" is not known.', nearest(told, known))


def _found(lookup: Callable, part: str, names: Sequence[str], faults: list[Fault]) -> Iterator[str]:
    for name in names:
        try:
            yield getattr(lookup(name), part)
        except InputError as error:
            faults += error.faults


class Seen(NamedTuple):
    """What a view shows: charts (without PNG), their figures, what it leaves out and why, and the disclosure policy."""

    charts: list[Chart]
    figures: pd.DataFrame
    notes: list[str]
    policy: Html

    @property
    def html(self) -> Html:
        """What the edition withholds, notes, charts and the linked table."""
        lead = render("seen", notes=self.notes)
        return Html(f"{self.policy}{lead}{figures(self.charts)}{drawn(_table(self.figures))}")

    @property
    def csv(self) -> str:
        """The figures as CSV."""
        return self.figures.to_csv(index=False, lineterminator="\n")


class Desk:
    """An edition; the rows of what has been looked at, long series and drawn charts are kept."""

    def __init__(self, edition: Edition):
        self.edition, self._long, self._drawn = edition, {}, {}

    @cached_property
    def _before(self) -> list[dict]:
        return shown_before(self.edition)

    @cached_property
    def _history(self) -> pd.DataFrame:
        return history([*load_before(self.edition), self.edition])

    def warm(self) -> None:
        """Make ready what the first view does not need and another would wait for: scipy, history, other editions."""
        import scipy.special  # noqa: F401

        _ = self._history
        for name in editions_rated():
            with suppress(InputError):  # who chooses that edition is told what is wrong with it
                load_edition(name)

    def choices(self) -> tuple[dict[str, str], list[str]]:
        """What can be chosen: the measures by key in printed order, and Kent and the districts that have figures."""
        areas, sections = self.edition.printed_areas, self.edition.sections
        kinds = dict.fromkeys(area.kind for area in areas)
        keys = (key for kind in kinds for section in sections if section.kind == kind for key in section.indicators)
        measures = {key: subject(self.edition.catalogue[key]) for key in keys}
        printed = [area for area in areas if area.kind in {section.kind for section in sections}]
        served = {name for area in printed for name in (area.name, *area.districts)}
        return measures, [area.name for area in areas if area.kind in ("Kent", "district") and area.name in served]

    def periods(self, view: View) -> list[str]:
        """The periods that a view can begin and end with, oldest first."""
        return offered(self.edition, view.indicators, self._before)

    def see(self, view: View, whole: bool = False) -> Seen:
        """The charts of a view (with PNG if `whole`), its figures, and what cannot be shown with the reason."""
        with nullcontext() if whole else vectors_only():
            found = [self._of_one(view, key, whole) for key in view.indicators]
        charts = {chart.name: chart for charts, *_ in found for chart in charts}
        rows = each_once(row for _, rows, _ in found for row in rows)
        told = pd.DataFrame([line for row in rows for line in _figures(row, view)], columns=FIGURES, dtype=object)
        told = told.assign(disclosure=self.edition.disclosure.name)
        notes = _by_reason(note for *_, notes in found for note in notes)
        return Seen([*charts.values()], told, notes, policy(self.edition))

    def files(self, view: View) -> dict[str, bytes]:
        """Name and content of each file of a view: SVG and PNG of each chart, the figures as CSV."""
        seen, files = self.see(view, whole=True), {}
        for chart in seen.charts:
            files |= {f"{chart.name}.svg": chart.svg.encode(), f"{chart.name}.png": chart.png}
        return files | {"figures.csv": seen.csv.encode()}

    def _of_one(self, view: View, key: str, whole: bool) -> tuple[list[Chart], list[Row], list[tuple]]:
        """Charts, rows whose figures they show, and what is not shown with the reason, of one indicator."""
        everything, charts, shown = self._series(key, view.start, view.end), [], []
        places = {area: {area, *(team.name for team in self.edition.teams_of(area))} for area in view.areas}
        found = {area: [row for row in everything if row.area.name in names] for area, names in places.items()}
        known = {row.area.name for row in self._series(key, SHOWN, LATEST)}
        why = {area: NO_PERIODS if names & known else NO_FIGURES for area, names in places.items()}
        notes = [(f"{subject(self.edition.catalogue[key])}, {area}", why[area]) for area in found if not found[area]]
        chosen = each_once(row for rows in found.values() for row in rows)
        for row in _one_of_a_kind(chosen) if view.chart in TOGETHER else chosen:
            told = self._chart(view, row, tuple(other.area.name for other in chosen), everything, whole)
            drawn_ = isinstance(told, Chart)
            charts += [told] if drawn_ else []
            notes += [] if drawn_ else [(f"{subject(row.indicator)}, {row.area.name}", told)]
            shown += [row, *(peers(row, everything) if drawn_ and view.chart in ACROSS else [])]
        return charts, shown, notes

    def _series(self, key: str, start: str, end: str) -> list[Row]:
        """The rows of an indicator for all areas, from one period to another."""
        if (key, start, end) not in self._long:
            if (start, end) == (SHOWN, LATEST):
                rows = each_once(build_rows(self.edition, only=key))
            else:
                rows = self._series(key, SHOWN, LATEST)
                told = self._history[self._history["indicator"] == key]
                rows = rows if start == SHOWN else lengthened(rows, told, own=self.edition.name)
                rows = [row for row in (cut(row, start, end) for row in rows) if row]
            self._long[key, start, end] = rows
        return self._long[key, start, end]

    def _chart(self, view: View, row: Row, chosen: tuple, everything: list[Row], whole: bool) -> Chart | str:
        """The chart of a row, or why there is none; where all chosen areas stand in one chart it marks them."""
        marked = chosen if view.chart in TOGETHER else (row.area.name,)
        key = (view[3:], row.indicator.key, row.area.name, row.section.page, marked, whole)
        if key not in self._drawn:
            kent = kents(row, everything) if view.comparison in ("all", "kent") else None
            bare = row if view.comparison in ("all", "benchmarks") else replace(row, benchmark=None, england=None)
            self._drawn[key] = DRAWING[view.chart](bare, kent, everything, marked)
        return self._drawn[key]


def _by_reason(notes: Iterator[tuple[str, str]]) -> list[str]:
    """What is not shown, each reason once."""
    reasons: dict[str, dict[str, None]] = {}
    for name, reason in notes:
        reasons.setdefault(reason, {})[name] = None
    return [f"{'; '.join(names)}: {reason}." for reason, names in reasons.items()]


def _one_of_a_kind(rows: list[Row]) -> list[Row]:
    """The first row of each kind of area; Kent's, which is held against all areas, only if there is no other."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.area.kind, row)
    return [row for kind, row in first.items() if kind != "Kent" or len(first) == 1]


# --- one chart each -----------------------------------------------------------------------------------


def _trend(row: Row, kent: Row | None, everything: list[Row], marked: tuple) -> Chart | str:
    return trend(row, kent)


def _ranked(row: Row, kent: Row | None, everything: list[Row], marked: tuple) -> Chart | str:
    others = peers(row, everything)
    return ranked(row, others, kent) if sum(other.latest.value is not None for other in others) > 1 else ALONE


def _funnel(row: Row, kent: Row | None, everything: list[Row], marked: tuple) -> Chart | str:
    why = EARLIER if row.rag.reason == EARLIER else NO_FUNNEL
    return funnels([row], everything)[0] if has_funnel(row, everything) else why


def _xmr(row: Row, kent: Row | None, everything: list[Row], marked: tuple) -> Chart | str:
    return refused(row) or xmr_chart(row)


def _multiples(row: Row, kent: Row | None, everything: list[Row], marked: tuple) -> Chart | str:
    others = peers(row, everything)
    known = any(figure.value is not None for other in others for figure in other.series)
    return multiples(row, others, kent, marked) if known else ALONE


DRAWING = {"trend": _trend, "ranked": _ranked, "funnel": _funnel, "xmr": _xmr, "multiples": _multiples}
ACROSS, LAST, TOGETHER = ("ranked", "funnel", "multiples"), ("ranked", "funnel"), ("multiples",)
"""The charts that show all areas, those of them that show the last figure only, and those that one chart serves."""


# --- the figures --------------------------------------------------------------------------------------


def _figures(row: Row, view: View) -> Iterator[tuple]:
    for figure in row.series[-1:] if view.chart in LAST else row.series:
        rag = (row.rag.word or f"{NOT_RATED}: {row.rag.reason}") if figure is row.latest else None
        whose = (view.edition, row.indicator.key, subject(row.indicator), row.area.name)
        numbers = (figure.value, figure.reason, figure.numerator, figure.denominator)
        yield *whose, figure.period, *numbers, rag, source(figure)


def _table(told: pd.DataFrame) -> Table:
    """All figures, or the latest ones only where they are too many to read."""
    heads = [Head("Measure"), Head("Area"), Head("Period"), *(Head(name, "", NUMBER) for name in PARTS), Head("RAG"),
             Head("Source")]  # fmt: skip
    many = len(told) > READABLE
    rows = [_line(line) for line in (told[told["rag"].notna()] if many else told).itertuples()]
    caption = f"Latest figures of this view; the CSV file has all {len(told)}" if many else "Figures of this view"
    return Table(caption, heads, rows, empty="There are no figures for this choice.")


READABLE = 120
PARTS = ("Value", "Numerator", "Denominator")


def _line(told) -> list[Cell]:
    cells = [Cell(number(value)) if value is not None else missing(told.reason)
             for value in (told.value, told.numerator, told.denominator)]  # fmt: skip
    rag = Cell(told.rag) if told.rag else missing("earlier period")
    place = Cell(told.source) if told.source else missing("in no file")
    return [Cell(told.measure), Cell(told.area), Cell(periods.label(told.period)), *cells, rag, place]
