"""What every table is made of: cells, headings, tables, and the templates that turn them into accessible HTML."""

import re
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[1] / "templates"
"""Our templates; nbconvert finds the page template `pack` in it."""
NUMBER = "sc-number"
"""The kind of a column of figures."""
NO_POLICY = "Disclosure control: no figure is about children."

ADDRESS = "data:image/svg+xml,"
ESCAPED = {letter: quote(letter) for letter in "%\n#<>\"'&?{}[]|\\^`@$!*\t\r"}
"""What stands in drawings and not in addresses; the percent sign first, which the others bring."""
OFTEN = '"\n<>#'
"""Those of them that drawings are full of."""


class Html(str):
    """HTML that a notebook shows as such and a template does not escape. Its `repr` is its text, shortened."""

    __slots__ = ()
    _repr_html_ = __html__ = str.__str__

    def __repr__(self) -> str:
        text = unescape(re.sub(r"(?s)<(style|svg)\b.*?</\1>|<[^>]+>", " ", self))
        return textwrap.shorten(" ".join(text.split(None, 80)[:80]), 80, placeholder=" ...") or "style"


def policy_said(edition) -> str:
    """What an edition withholds, as every output says it; a scorecard that counts no children has no policy."""
    return edition.disclosure.said if edition.disclosure else NO_POLICY


def policy(edition) -> Html:
    """`policy_said` as a paragraph."""
    return Html(f'<p class="sc sc-policy">{escape(policy_said(edition))}</p>')


class Head(NamedTuple):
    """A column's heading, its small print, and its kind: classes of the style sheet."""

    text: str
    small: str = ""
    kind: str = ""


class Cell(NamedTuple):
    """What stands in a cell, the row of the file that it comes from, and a note; `missing` marks a reason."""

    text: str
    small: str = ""
    source: str | None = None
    note: str | None = None
    missing: bool = False


class Table(NamedTuple):
    """A table as the templates draw it; column number `header` heads the rows; `empty` says that there are none.

    `lead` says above it what it shows; `remarks` stand below it and hold for whole columns.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    header: int = 0
    kind: str = ""
    scroll: bool = False
    details: "Table | None" = None
    empty: str = ""
    remarks: Sequence[str] = ()
    lead: str = ""

    @property
    def notes(self) -> list[str]:
        """The notes of its cells, each once; its place is its number."""
        return list(dict.fromkeys(cell.note for row in self.rows for cell in row if cell.note))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader([TEMPLATES, TEMPLATES / "pack"])
    options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    environment = Environment(loader=loader, **options)
    environment.globals["policy_said"] = policy_said
    return environment


def load_templates() -> None:
    """Compile every template of ours now: processes that are forked later share them. Voila compiles its own."""
    ours = (name for name in _environment().list_templates(["j2"]) if not name.startswith("voila/"))
    for name in ours:
        _environment().get_template(name)


@cache
def parts():
    """The macros of the small parts: chips and trend lines."""
    return _environment().get_template("parts.html.j2").module


def render(template: str, **told) -> Html:
    """A template filled in; everything told is escaped unless it is `Html`."""
    return Html(_environment().get_template(f"{template}.html.j2").render(told))


def drawn(*tables: Table, side: bool = False) -> Html:
    """Tables one below the other, or side by side where there is room."""
    return render("tables", tables=tables, side=side)


def number(value: Decimal) -> str:
    """A value with its decimals as printed and commas between thousands: 13.0, 24,414."""
    return f"{value:,f}"


def address_of(drawing: str) -> str:
    """An SVG as the address of an image: letter by letter, as `quote` goes, it would cost as much as drawing it."""
    for letter, code in ESCAPED.items():
        drawing = drawing.replace(letter, code)
    plain = drawing if drawing.isascii() else re.sub(r"[^\x00-\x7f]+", lambda found: quote(found[0]), drawing)
    return ADDRESS + plain


def drawing_at(address: str) -> str:
    """The SVG of which `address_of` made an address."""
    drawing = address.removeprefix(ADDRESS)
    for letter in OFTEN:
        drawing = drawing.replace(ESCAPED[letter], letter)
    return unquote(drawing)
