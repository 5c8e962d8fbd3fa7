"""The Cabinet Committee report of an edition: Kent's figures in numbered paragraphs, tables and pictures.

Its words and its order stand in `params/report.yml`; this module fills them with the edition's figures.
"""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from scorecard import periods
from scorecard.build import NO_ARROW, NOT_RATED, Row, build_scorecard, counts, each_once, grouped
from scorecard.catalogue import PARAMS
from scorecard.charts import Chart, trend
from scorecard.commentary import remarks, sentence
from scorecard.drawing.evidence import FLOORS, bounds_of, say, subject
from scorecard.drawing.style import MARKS
from scorecard.editions import EDITIONS, Edition
from scorecard.exports.document import NOTE, NUMBERED, Paper
from scorecard.faults import Fault, InputError
from scorecard.inputs.parameters import NAME, Fields, misfits, read_yaml
from scorecard.inputs.texts import DRAFT, STATUSES, Commentary, Entry, shown_commentary
from scorecard.phrases import Phrases, checked_phrases, load_phrases
from scorecard.ratings import Dot, Rag

RATINGS, DOTS = (*map(str, Rag), NOT_RATED), (*map(str, Dot), NO_ARROW)
FIELDS = ("title", "month", "year", "disclosure", "council", "committee", "meeting", "drafted", "rated",
          *(word.replace(" ", "_") for word in (*RATINGS, *DOTS)))  # fmt: skip
"""Fields of every text, explained at the head of `params/report.yml`."""
PARTS = ("lists", "counts", "indicators", "notes", "contacts", "trends", "scorecard")
"""What a section of `params/report.yml` may show."""
TEXT = Fields(FIELDS)
FORM = {
    **dict.fromkeys(("council", "committee", "meeting", "author", "language", "file"), NAME),
    **{key: [[TEXT, TEXT]] for key in ("head", "contacts")},
    "draft": Fields(FIELDS, empty=True), "marks": dict.fromkeys(STATUSES, Fields(("from",), empty=True)),
    "sections": [{"heading": TEXT, "paragraphs?": [TEXT], "shows?": [{*PARTS}], "numbered?": bool, "new_page?": bool}],
    "ratings": {f"{rating}?": TEXT for rating in RATINGS}, "none": Fields((*FIELDS, "rating")),
    "lists": [{"rating": {*RATINGS}, "dot": {*DOTS}, "text": Fields((*FIELDS, "names"))}],
    "drawn": [{*RATINGS}], "lead": Fields(("name", "code")), "see": Fields(("number",)),
    "captions": dict.fromkeys(("counts", "scorecard", "figure", "data"), Fields((*FIELDS, "number", "subject"))),
    "phrases": {str: {str: str}},
}  # fmt: skip
"""What `params/report.yml` holds; see `inputs.parameters`."""
PAINTS = {str(word): (face.lstrip("#"), "FFFFFF" if ink == "white" else "000000")
          for word, (_, _, face, ink, _) in MARKS.items() if word}  # fmt: skip
"""Ground and ink of a rating, in the colours of the charts; the word stands in them."""
NO_STANDARD = "none"


def load_words(edition: str, path: Path = PARAMS / "report.yml", folder: Path = EDITIONS) -> dict:
    """The settings of the report, those of the edition before the common ones.

    `InputError` lists every missing or unknown setting, part and field at once.
    """
    own, told, faults = folder / edition / path.name, {}, []
    for file, form in ((path, FORM), (own, ({f"{name}?": FORM[name] for name in FORM}, None))):
        if file.exists() or file == path:
            read = read_yaml(file)
            faults += misfits(file.name, read, form)
            told |= read if isinstance(read, dict) else {}
    if faults:
        raise InputError(faults)
    _phrases(told)  # they have a check of their own
    return told


class Paragraph(NamedTuple):
    """A numbered paragraph about an indicator: its opening, its text and the mark of what nobody has agreed yet."""

    lead: str
    text: str
    mark: str


@dataclass
class Report:
    """A report while it is written: the edition's rows of Kent, the words, and what has been numbered so far."""

    edition: Edition
    words: dict
    phrases: Phrases
    rows: list[Row]
    paper: Paper
    drawn: dict[int, Chart]
    paragraphs: dict[str, list[Paragraph]]
    numbers: Counter = field(default_factory=Counter)

    def fill(self, text: str, **own: str) -> str:
        """A text with its fields filled in."""
        return text.format(**self.fields() | own)

    def fields(self) -> dict[str, str]:
        """The values of `FIELDS`."""
        told = {word.replace(" ", "_"): str(number) for word, number in counts(self.rows).items()}
        rated = sum(1 for row in each_once(self.rows) if row.rag.word)
        names = {name: self.words[name] for name in ("council", "committee", "meeting")}
        month, title = periods.name(self.edition.as_at), self.edition.title
        drafted = str(sum(1 for those in self.paragraphs.values() for paragraph in those if paragraph.mark))
        return told | names | {"rated": str(rated), "drafted": drafted, "year": self.edition.year,
                               "month": month, "title": title, "disclosure": self.edition.disclosure.said}  # fmt: skip

    def caption(self, kind: str, counted: str, **own: str) -> str:
        """The caption of a kind, with the next number of what is counted."""
        self.numbers[counted] += 1
        return self.fill(self.words["captions"][kind], number=str(self.numbers[counted]), **own)


def build_report(edition: Edition, words: dict | None = None) -> bytes:
    """The Cabinet Committee report of `edition` as the content of a Word file; the same edition gives the same bytes.

    `words` are those of `load_words`. `InputError` for a phrase that is not known.
    """
    words = words or load_words(edition.name)
    rows = build_scorecard(edition, edition.areas.kent)
    title = f"{edition.title}, {periods.name(edition.as_at)}"
    made = datetime(*map(int, edition.as_at.split("-")), 1)  # no clock: the month that the figures are of
    paper = Paper(title, words["author"], made, words["language"])
    drawn = {id(row): trend(row) for row in each_once(rows) if row.rag.word in words["drawn"]}
    phrases, commentary = _phrases(words), shown_commentary(edition, edition.areas.kent)
    paragraphs = _paragraphs(rows, commentary, words, phrases, [*drawn])
    told = Report(edition, words, phrases, rows, paper, drawn, paragraphs)
    _open(told, title)
    for section in words["sections"]:
        _section(told, section)
    return paper.content()


def _phrases(words: dict) -> Phrases:
    groups = load_phrases().groups
    own = {name: {**groups.get(name, {}), **phrases} for name, phrases in words["phrases"].items()}
    return checked_phrases({**groups, **own}, "report.yml")


def _paragraphs(
    rows: list[Row], commentary: Commentary, words: dict, phrases: Phrases, drawn: list[int]
) -> dict[str, list[Paragraph]]:
    """The paragraphs of each rating in the order of the scorecard; `drawn` are the rows with a figure, by identity.

    An analyst's entry about one indicator stands for the drafted sentence, one about several follows it;
    each is printed once, at the first row that it is about.
    """
    once, by_rating = each_once(rows), {str(rating or NOT_RATED): those for rating, those in grouped(rows).items()}
    first = {}
    for row in once:
        if entry := commentary.about(row.indicator.key):
            first.setdefault(entry.row, id(row))
    found = {}
    for rating in words["ratings"]:
        found[rating] = []
        for row in by_rating[rating]:
            entry = commentary.about(row.indicator.key)
            own = entry if entry and first[entry.row] == id(row) else None
            see = words["see"].format(number=drawn.index(id(row)) + 1) if id(row) in drawn else ""
            found[rating] += _about(row, own, see, words, phrases)
    return found


def _about(row: Row, entry: Entry | None, see: str, words: dict, phrases: Phrases) -> list[Paragraph]:
    lead = words["lead"].format(name=subject(row.indicator), code=row.indicator.code or row.indicator.key)
    alone = entry and len(entry.indicators) == 1 and not entry.withheld
    told = [] if alone else [(sentence(row, phrases), words["marks"][DRAFT])]
    if entry:
        mark = words["marks"][entry.status].format(**{"from": entry.fields.get("from", "")})
        rating = phrases.say("ratings", row.rag.word or NOT_RATED)
        left = [phrases.say("texts", "withheld")] if entry.withheld else []
        told += [(text.removeprefix(f"{rating}: "), mark) for text in left or [text for _, text in entry.paragraphs]]
    leads, sees = [lead] + [""] * len(told), [see] + [""] * len(told)
    return [
        Paragraph(lead, f"{text} {see}".strip(), mark)
        for lead, (text, mark), see in zip(leads, told, sees, strict=False)
    ]


def _open(told: Report, title: str) -> None:
    told.paper.title(title)
    for label, text in told.words["head"]:
        told.paper.label(label, told.fill(text))
    if told.words["draft"] and told.fields()["drafted"] != "0":
        told.paper.paragraph(told.fill(told.words["draft"]), style=NOTE)


def _section(told: Report, section: dict) -> None:
    numbered = section.get("numbered", True)
    told.paper.heading(told.fill(section["heading"]), 1, numbered, section.get("new_page", False))
    for text in section.get("paragraphs", ()):
        told.paper.paragraph(told.fill(text), style=NUMBERED if numbered else "List Bullet")
    for part in section.get("shows", ()):
        SHOWN[part](told)


# --- the parts ------------------------------------------------------------------------------------


def _counts(told: Report) -> None:
    """How many figures have each rating, and what each of these did."""
    by_rating = {str(rating or NOT_RATED): those for rating, those in grouped(told.rows).items()}
    wanted = [rating for rating in told.words["ratings"] if rating in by_rating]
    lines = [(rating, [counts(by_rating[rating])[dot] for dot in DOTS]) for rating in wanted]
    lines.append(("All", [sum(column) for column in zip(*(line for _, line in lines), strict=True)]))
    rows = [(rating, str(sum(line)), *map(str, line)) for rating, line in lines]
    columns = ("Rating", "Figures", *map(str.capitalize, DOTS))
    caption = told.caption("counts", "table")
    told.paper.caption(caption)
    told.paper.table(columns, rows, caption, (3, 2, 2, 2, 2, 2), PAINTS, together=True)


def _lists(told: Report) -> None:
    """The indicators of a rating and a direction of travel, by name; nothing where there are none."""
    for of in told.words["lists"]:
        those = [row for row in each_once(told.rows) if (row.rag.word, row.dot.word) == (of["rating"], of["dot"])]
        names = "; ".join(dict.fromkeys(row.indicator.short_name for row in those))
        if names:
            told.paper.paragraph(told.fill(of["text"], names=names), style=NUMBERED)


def _indicators(told: Report) -> None:
    """The paragraphs about each figure, under the heading of its rating."""
    for rating, heading in told.words["ratings"].items():
        told.paper.heading(told.fill(heading), 2)
        for paragraph in told.paragraphs[rating] or [Paragraph("", told.fill(told.words["none"], rating=rating), "")]:
            told.paper.paragraph(paragraph.text, paragraph.lead, paragraph.mark, NUMBERED)


def _notes(told: Report) -> None:
    for text in (*told.edition.notes, *remarks(told.rows, told.phrases)):
        told.paper.paragraph(text, style=NUMBERED)


def _contacts(told: Report) -> None:
    for label, text in told.words["contacts"]:
        told.paper.label(told.fill(label), told.fill(text))


def _trends(told: Report) -> None:
    """Each trend with its figures, the periods in columns as the scorecard prints them."""
    if not told.drawn:
        told.paper.paragraph(told.fill(told.words["none"], rating=" or ".join(told.words["drawn"])))
    for chart in told.drawn.values():
        told.paper.caption(told.caption("figure", "figure", subject=chart.headline))
        told.paper.caption(chart.subtitle, NOTE)
        told.paper.picture(chart.plot_png, chart.alt, chart.headline)
        summary = told.fill(told.words["captions"]["data"], number=str(told.numbers["figure"]))
        columns, *rows = zip(chart.columns, *chart.rows, strict=True)
        widths = (2.4, *[1] * (len(chart.rows) - 1), 2.4)  # the last has the rating and its interval
        told.paper.table(columns, rows, summary, widths, together=True, note=chart.source)


def _scorecard(told: Report) -> None:
    """Every figure of Kent, a table for each section of the scorecard."""
    columns = ("Measure", "Polarity", "Period", "Latest", "Target", "Floor", "RAG", "DOT")
    sections = dict.fromkeys(row.section.heading for row in told.rows)
    for heading in sections:
        rows = [_line(row) for row in told.rows if row.section.heading == heading]
        caption = told.caption("scorecard", "table", subject=heading)
        told.paper.caption(caption)
        told.paper.table(columns, rows, caption, (5.4, 1.6, 1.8, 1.6, 1.5, 1.5, 1.7, 1.9), PAINTS)


def _line(row: Row) -> tuple[str, ...]:
    latest, bounds, code = row.latest, bounds_of(row), row.indicator.code
    value = say(latest.value) if latest.value is not None else latest.reason
    target = NO_STANDARD if bounds.target is None else say(bounds.target)
    floor = " to ".join(map(say, bounds.floors)) or (NO_STANDARD if bounds.target is None else FLOORS[None])
    return (
        row.indicator.measure + (f" ({code})" if code else ""), str(row.standard.polarity or NO_STANDARD),
        periods.label(latest.period), value, target, floor, str(row.rag.word or NOT_RATED),
        str(row.dot.word or NO_ARROW),
    )  # fmt: skip


SHOWN = dict(zip(PARTS, (_lists, _counts, _indicators, _notes, _contacts, _trends, _scorecard), strict=True))


def write_report(content: bytes, out: Path, name: str) -> Path:
    """Put a report into the folder `out`, or into the file `out` if that ends in .docx; whole or not at all.

    `InputError` if it cannot be written there.
    """
    path = out if out.suffix == ".docx" else out / Path(name).name
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        remedy = "Give another place with --out, or close the file if it is open."
        raise InputError(
            [Fault("error", "RPT002", str(path), f"cannot be written: {error.strerror}.", remedy)]
        ) from None
    return path
