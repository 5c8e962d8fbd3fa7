"""The choices of a view as widgets, for JupyterLab and for a page without it."""

import mimetypes
import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from ipywidgets import HTML, Box, Button, Dropdown, Layout, VBox

from scorecard import periods
from scorecard.editions import EDITIONS, files_now, load_edition
from scorecard.exploring.explore import CHARTS, COMPARISONS, Desk, View
from scorecard.exploring.spans import ENDS, STARTS, editions_rated
from scorecard.faults import InputError
from scorecard.pages.markup import TEMPLATES, render

AT_ONCE = 3
"""So many indicators and areas can be chosen together; a view with more gets more fields."""
GRID = {
    "display": "grid",
    "grid_template_columns": "repeat(auto-fit, minmax(min(100%, 20rem), 1fr))",
    "grid_gap": "0 1rem",
}
AUTO = {"width": "auto"}
NONE = ("none", "")
PAGE = "SCORECARD_PAGE"
"""Environment variable: the address below which a server shows views as pages; `make explore` sets it."""


class Explorer(VBox):
    """Choices, then what they show. A static page and a reader of the stored notebook get the view without choices.

    `desk` is one of the view's edition that is open already.
    """

    def __init__(self, view: View, fault: str = "", desk: Desk | None = None):
        self.desks, self._silent = {view.edition: desk or Desk(load_edition(view.edition))}, False
        self.edition = _field("Edition", _turned(editions_rated()), view.edition)
        measures, areas = self._offered()
        self.indicators = _fields("Indicator", measures, view.indicators)
        self.areas = _fields("Area", areas, view.areas)
        told = (("Chart", CHARTS, view.chart), ("Compare", COMPARISONS, view.comparison))
        self.ways = [_field(name, _turned(of), value) for name, of, value in told]
        self.ends = [_field(name, [value], value) for name, value in (("From", view.start), ("To", view.end))]
        self.button = Button(description="Make files to download", layout=Layout(**AUTO, align_self="flex-start"))
        self.button.add_class("sc-make")
        self.fault, self.shown, self.address, self.links = HTML(fault), HTML(), HTML(), HTML()
        fields = [*self.indicators, *self.areas, *self.ways, *self.ends, self.edition]
        choices = Box(fields, layout=Layout(**GRID))
        choices.add_class("sc-choices")
        style = HTML(f"<style>{(TEMPLATES / 'choices.css').read_text(encoding='utf-8')}</style>")
        super().__init__([style, self.fault, choices, self.shown, self.button, self.links, self.address])
        self._redraw()
        for field in fields:
            field.observe(self._reopen if field is self.edition else self._redraw, "value")
        self.button.on_click(self._make_files)
        Thread(target=self.desk.warm, daemon=True).start()

    @property
    def desk(self) -> Desk:
        """The desk of the edition that is chosen."""
        return self.desks[self.edition.value]

    @property
    def view(self) -> View:
        """What is chosen now, each indicator and area once."""
        chosen = (tuple(dict.fromkeys(field.value for field in fields if field.value))
                  for fields in (self.indicators, self.areas))  # fmt: skip
        (chart, comparison), (start, end) = ([field.value for field in of] for of in (self.ways, self.ends))
        return View(self.edition.value, *chosen, start, end, comparison, chart)

    def _offered(self) -> tuple[list, list]:
        """The indicators and the areas that can be chosen, each with its name."""
        measures, areas = self.desk.choices()
        return [(f"{name} ({key})", key) for key, name in measures.items()], [(area, area) for area in areas]

    def _reopen(self, change):
        """Another edition: what it has in common with the last one stays chosen."""
        if self._silent:
            return
        try:
            self.desks.setdefault(change.new, Desk(load_edition(change.new)))
        except InputError as error:
            with self._silence():
                self.edition.value = change.old
            self.fault.value = str(render("fault", faults=error.faults))
            return
        with self._silence():
            for fields, of in zip((self.indicators, self.areas), self._offered(), strict=True):
                for field, more in zip(fields, _more(of, len(fields)), strict=True):
                    _offer(field, more)
            for field in self.ends:
                _offer(field, field.options[:1])
        self._redraw(change)

    def _redraw(self, change=None):
        if self._silent:
            return
        with self._silence():
            self._offer_periods()
        view, self.fault.value = self.view, self.fault.value if change is None else ""
        self.shown.value = str(self.desk.see(view).html)
        page = "" if "SERVER_SOFTWARE" in os.environ else os.environ.get(PAGE)
        self.address.value, self.links.value = str(render("address", view=view, page=page)), ""

    def _offer_periods(self):
        """The periods of the indicators that are chosen, the earliest first to begin with, the latest first to end."""
        found = [(periods.name(period), period) for period in self.desk.periods(self.view)]
        for field, usual, told in zip(self.ends, (STARTS, ENDS), (found, found[::-1]), strict=True):
            known = [*_turned(usual), *told]
            own = [] if field.value in (value for _, value in known) else [(periods.name(field.value), field.value)]
            _offer(field, [*known, *own])

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Nothing is redrawn for what is set meanwhile."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False

    def _make_files(self, button=None):
        files = self.desk.files(self.view).items()
        told = [(name, mimetypes.guess_type(name)[0], b64encode(content).decode()) for name, content in files]
        self.links.value = str(render("downloads", files=told))

    def _repr_mimebundle_(self, **more) -> dict:
        bundle = super()._repr_mimebundle_(**more)
        return bundle | {"text/html": self.shown.value, "text/plain": f"Explorer of {self.edition.value}"}


def explorer(view: View) -> Explorer:
    """The widgets of a view, or of the one that the address of the page asks for."""
    ready = os.environ.get("VOILA_PREHEAT") == "True"
    desk, asked = kept_ready(view) if ready else (None, os.environ.get("QUERY_STRING", ""))
    try:
        found = View.asked(asked, view)
    except InputError as error:
        if not asked:
            raise
        return Explorer(view.checked(), str(render("fault", faults=error.faults)), desk)
    return Explorer(found, "", desk if found.edition == view.edition else None)


def kept_ready(view: View) -> tuple[Desk | None, str]:
    """What Voila makes before anybody asks, then what the address asks for; no desk if a figure changed meanwhile."""
    from voila.utils import get_query_string

    files, desk = files_now(EDITIONS), Desk(load_edition(view.edition))
    desk.see(view)
    desk.warm()
    asked = get_query_string() or ""
    return desk if files_now(EDITIONS) == files else None, asked


def _field(name: str, options: Sequence, value: str) -> Dropdown:
    return Dropdown(options=options, value=value, description=name, layout=AUTO)


def _fields(name: str, choices: list[tuple[str, str]], chosen: tuple[str, ...]) -> list[Dropdown]:
    """Fields for the chosen ones, at least `AT_ONCE`; all but the first may be left empty."""
    known = [value for _, value in choices]
    choices = choices + [(value, value) for value in chosen if value not in known]
    told = [*chosen, *[""] * (AT_ONCE - len(chosen))]
    of = zip(_more(choices, len(told)), told, strict=True)
    return [_field(f"{name} {place}", one, value or one[0][1]) for place, (one, value) in enumerate(of, 1)]


def _more(choices: list, count: int) -> list[list]:
    """The options of so many fields: only the first must be chosen."""
    return [choices, *[[NONE, *choices]] * (count - 1)]


def _offer(field: Dropdown, options: Sequence) -> None:
    """Give a field other options; its value stays, or becomes the first where it is not among them."""
    if tuple(field.options) != tuple(options):
        value, values = field.value, [told for _, told in options]
        field.options = options
        field.value = value if value in values else values[0]


def _turned(choices: dict[str, str]) -> list[tuple[str, str]]:
    return [(text, key) for key, text in choices.items()]
