"""The choices of a view as widgets, for JupyterLab and for a page without it."""

import mimetypes
import os
from base64 import b64encode
from threading import Thread

from ipywidgets import HTML, Box, Button, Dropdown, Layout, VBox

from scorecard.editions import load_edition
from scorecard.exploring.explore import CHARTS, COMPARISONS, PERIODS, Desk, View
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


class Explorer(VBox):
    """Choices, then what they show. A static page and a reader of the stored notebook get the view without choices."""

    def __init__(self, view: View, fault: str = ""):
        self.edition, self.desk = view.edition, Desk(load_edition(view.edition))
        measures, areas = self.desk.choices()
        self.indicators = _fields(
            "Indicator", [(f"{name} ({key})", key) for key, name in measures.items()], view.indicators
        )
        self.areas = _fields("Area", [(area, area) for area in areas], view.areas)
        told = (
            ("Chart", CHARTS, view.chart),
            ("Periods", PERIODS, view.period),
            ("Compare", COMPARISONS, view.comparison),
        )
        self.ways = [
            Dropdown(options=_turned(of), value=value, description=name, layout=AUTO) for name, of, value in told
        ]
        self.button = Button(description="Make files to download", layout=Layout(**AUTO, align_self="flex-start"))
        self.button.add_class("sc-make")
        self.shown, self.address, self.links = HTML(), HTML(), HTML()
        fields = [*self.indicators, *self.areas, *self.ways]
        choices = Box(fields, layout=Layout(**GRID))
        choices.add_class("sc-choices")
        style = f"<style>{(TEMPLATES / 'choices.css').read_text(encoding='utf-8')}</style>"
        super().__init__([HTML(style + fault), choices, self.shown, self.button, self.links, self.address])
        for field in fields:
            field.observe(self._redraw, "value")
        self.button.on_click(self._make_files)
        self._redraw()
        Thread(target=self.desk.warm, daemon=True).start()

    @property
    def view(self) -> View:
        """What is chosen now, each indicator and area once."""
        chosen = (tuple(dict.fromkeys(field.value for field in fields if field.value))
                  for fields in (self.indicators, self.areas))  # fmt: skip
        chart, period, comparison = (field.value for field in self.ways)
        return View(self.edition, *chosen, period, comparison, chart)

    def _redraw(self, change=None):
        view = self.view
        self.shown.value = str(self.desk.see(view).html)
        self.address.value, self.links.value = str(render("address", view=view)), ""

    def _make_files(self, button=None):
        files = self.desk.files(self.view).items()
        told = [(name, mimetypes.guess_type(name)[0], b64encode(content).decode()) for name, content in files]
        self.links.value = str(render("downloads", files=told))

    def _repr_mimebundle_(self, **more) -> dict:
        bundle = super()._repr_mimebundle_(**more)
        return bundle | {"text/html": self.shown.value, "text/plain": f"Explorer of {self.edition}"}


def explorer(view: View) -> Explorer:
    """The widgets of a view, or of the one that the address of the page asks for."""
    try:
        return Explorer(View.asked(os.environ.get("QUERY_STRING", ""), view))
    except InputError as error:
        if not os.environ.get("QUERY_STRING"):
            raise
        return Explorer(view.checked(), str(render("fault", faults=error.faults)))


def _fields(name: str, choices: list[tuple[str, str]], chosen: tuple[str, ...]) -> list[Dropdown]:
    """Fields for the chosen ones, at least `AT_ONCE`; all but the first may be left empty."""
    known = [value for _, value in choices]
    choices = choices + [(value, value) for value in chosen if value not in known]
    told = [*chosen, *[""] * (AT_ONCE - len(chosen))]
    options = [choices] + [[("none", ""), *choices]] * (len(told) - 1)
    return [
        Dropdown(options=of, value=value or of[0][1], description=f"{name} {place}", layout=AUTO)
        for place, (of, value) in enumerate(zip(options, told, strict=True), 1)
    ]


def _turned(choices: dict[str, str]) -> list[tuple[str, str]]:
    return [(text, key) for key, text in choices.items()]
