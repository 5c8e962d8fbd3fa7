"""Analysts' text: the commentary files of an edition, one heading an indicator, read whole or not at all.

    ---
    author: Management Information
    status: draft
    ---

    ## SCS37 case file audits good or outstanding
    status: agreed

    GREEN: The percentage of Case File Audits graded good or outstanding is 86.9%.

A heading begins with the key or code of its indicator; an entry about several names them with commas (`## EH43, EH44
permanent exclusions`). Under a heading may stand `status`, `author`, `from` (the edition that the text was carried
over from), `changed` (what changed since) and `drafted` (the mark of a text that the program wrote). Text is plain
paragraphs, one blank line between them.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scorecard.areas import Area
from scorecard.catalogue import Indicator
from scorecard.disclosure import WITHHELD
from scorecard.editions import EDITIONS, Edition
from scorecard.faults import Fault, InputError, nearest
from scorecard.inputs.parameters import parse_yaml
from scorecard.telling import could_tell

FOLDER = "commentary"
DRAFT, STALE, AGREED = STATUSES = ("draft", "stale", "agreed")
FRONT = ("author", "status")
FIELDS = ("status", "author", "from", "changed", "drafted")
FIELD = re.compile(r"([a-z]+): *(.*)")
HEADING = re.compile(r"(#+) *(.*)")
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}  # categories of Unicode: controls, formats, line and paragraph separators
HEAD = "It begins with --- author: ROLE, status: draft, stale or agreed, --- on lines of their own."


@dataclass(frozen=True)
class Entry:
    """What is written about one indicator (or several): its paragraphs, each with the line it begins in.

    `fields` are those of `FIELDS` that stand under the heading itself; `status` and `author` fall
    back on the head of the file. `row` is the line of the heading, `source` the entry as it stands in its file (empty
    for one that was made or changed). A `withheld` one has no paragraphs left.
    """

    indicators: tuple[str, ...]
    heading: str
    paragraphs: tuple[tuple[int, str], ...]
    fields: dict[str, str]
    front: dict[str, str]
    file: str = ""
    row: int = 0
    source: str = ""
    withheld: bool = False

    @property
    def status(self) -> str:
        """draft, stale or agreed."""
        return self.fields.get("status", self.front["status"])

    @property
    def author(self) -> str:
        """The role of whoever answers for the text."""
        return self.fields.get("author", self.front["author"])

    @property
    def text(self) -> str:
        """The paragraphs with a blank line between them."""
        return "\n\n".join(text for _, text in self.paragraphs)

    @property
    def untouched(self) -> bool:
        """Whether this is still what the program drafted: then it may be drafted again."""
        return self.status == DRAFT and self.fields.get("drafted") == mark(self.text)


@dataclass(frozen=True)
class Commentary:
    """The entries of one area in the order of its file, and its head as it stands there; empty without a file."""

    area: Area
    front: dict[str, str]
    entries: tuple[Entry, ...] = ()
    head: str = ""

    def about(self, indicator: str) -> Entry | None:
        """The entry about an indicator (by key), or None."""
        return next((entry for entry in self.entries if indicator in entry.indicators), None)


def mark(text: str) -> str:
    """Twelve hexadecimal digits that change with any word of a text, and not with its line breaks."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def file_name(area: Area) -> str:
    """`tonbridge-and-malling.md`; a team, which has no slug, is named the same way."""
    return f"{area.slug or '-'.join(re.findall('[a-z0-9]+', area.name.lower()))}.md"


def load_commentary(edition: Edition, area: Area, folder: Path = EDITIONS) -> Commentary:
    """The analysts' text about one area: `params/editions/<edition>/commentary/<area>.md`, as it is written.

    Without a file there are no entries. `InputError` lists every fault of the file at once. Whoever shows it to others
    takes `shown_commentary`.
    """
    path, found = folder / edition.name / FOLDER / file_name(area), []
    commentary = _read(path, edition, area, found) if path.exists() else Commentary(area, {})
    if found:
        raise InputError(found)
    return commentary


def shown_commentary(edition: Edition, area: Area, folder: Path = EDITIONS) -> Commentary:
    """The text of `load_commentary` as it may be shown: without drafts of the program, which are drafted again.

    An entry keeps no text if a figure of its indicators is withheld, in any period, for its area or for one that it
    names, if only with one word of its name. What it says of that figure does not matter: a number can be written in
    many ways. Nor does it keep one if any figure of those areas is withheld and it has a number that no shown figure
    explains. `edition` is the one that is shown.
    """
    told, hidden = load_commentary(edition, area, folder), _withheld(edition)
    entries = (entry for entry in told.entries if not entry.untouched)
    return replace(
        told, entries=tuple(_without_text(e) if _could_tell(e, area, hidden, edition) else e for e in entries)
    )


def _withheld(edition: Edition) -> dict[str, set[str]]:
    """By indicator, the areas of which a figure is withheld."""
    found: dict[str, set[str]] = {}
    for table in (edition.observations, edition.outturns):
        for told in table[table["note"] == WITHHELD].itertuples():
            found.setdefault(told.indicator, set()).add(told.area)
    return found


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in re.findall(r"[A-Z]\w+", name)}


def _could_tell(entry: Entry, area: Area, hidden: dict[str, set[str]], edition: Edition) -> bool:
    said = set(re.findall(r"\w+", entry.text)) - {area.name, *_words(edition.areas.benchmarks)}  # South East is no area

    def about(areas: set[str]) -> bool:
        return area.name in areas or bool(_words(areas) & said)

    if about({name for key in entry.indicators for name in hidden.get(key, ())}):
        return True
    every = set().union(*hidden.values())
    return about(every) and could_tell(edition, entry.text, entry.indicators, [area.name])


def _without_text(entry: Entry) -> Entry:
    fields = {name: text for name, text in entry.fields.items() if name != "changed"}
    return replace(entry, paragraphs=(), fields=fields, source="", withheld=True)


def load_commentaries(edition: Edition, folder: Path = EDITIONS) -> dict[str, Commentary]:
    """All commentary of an edition by name of area, in printed order; `InputError` with the faults of all files."""
    home, found, read = folder / edition.name / FOLDER, [], {}
    named = {file_name(area): area for area in edition.printed_areas}
    for path in sorted(home.glob("*")):
        if path.name not in named:
            remedy = nearest(path.name, list(named))
            found.append(_fault("01", path.name, "is not the file of an area of this edition.", remedy))
    for name, area in named.items():
        if (home / name).exists():
            read[area.name] = _read(home / name, edition, area, found)
    if found:
        raise InputError(found)
    return read


def _fault(code: str, file: str, said: str, remedy: str, row: int | None = None, **place: str) -> Fault:
    return Fault("error", f"TXT0{code}", f"{FOLDER}/{file}", said, remedy, (row,) if row else (), **place)


def _read(path: Path, edition: Edition, area: Area, found: list[Fault]) -> Commentary:
    try:
        lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as fault:
        row = fault.object.count(b"\n", 0, fault.start) + 1
        found.append(_fault("02", path.name, "is not UTF-8.", "Save it as UTF-8.", row))
        return Commentary(area, {})
    found += _odd_characters(path.name, lines)
    front, body = _front(path.name, lines, found)
    entries = [_entry(path.name, block, front, edition, found) for block in _blocks(path.name, lines, body, found)]
    found += _duplicates(path.name, entries)
    found += _strangers(path.name, entries, edition, area)
    return Commentary(area, front, tuple(entries), "\n".join(lines[:body]))


def _odd_characters(file: str, lines: list[str]) -> Iterator[Fault]:
    """Characters that no reader sees: controls and those that turn the direction of writing."""
    for row, line in enumerate(lines, 1):
        odd = {unicodedata.name(c, f"U+{ord(c):04X}") for c in line if unicodedata.category(c) in UNSEEN}
        if odd := odd - {"U+0009", "SOFT HYPHEN"}:
            said = f"holds a character that cannot be seen: {', '.join(sorted(odd))}."
            yield _fault("03", file, said, "Type that line again.", row)


def _front(file: str, lines: list[str], found: list[Fault]) -> tuple[dict[str, str], int]:
    """The head of a file and the number of lines it takes; a faulty head still lets the entries be read."""
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        found.append(_fault("04", file, "has no head.", HEAD, 1))
        return dict.fromkeys(FRONT, DRAFT), 0
    end = lines.index("---", 1)
    try:
        told = parse_yaml("\n".join(lines[1:end]), f"{FOLDER}/{file}", 1)
    except InputError as unread:
        found += unread.faults
        return dict.fromkeys(FRONT, DRAFT), end + 1
    whole = isinstance(told, dict) and set(told) == set(FRONT) and all(isinstance(t, str) for t in told.values())
    if not whole or not told["author"].strip():
        found.append(
            _fault("05", file, f"its head must hold {' and '.join(FRONT)}, as text and nothing else.", HEAD, 2)
        )
        return dict.fromkeys(FRONT, DRAFT), end + 1
    found += _status_fault(file, told["status"], 2)
    return told, end + 1


def _status_fault(file: str, status: str, row: int) -> list[Fault]:
    if status in STATUSES:
        return []
    return [_fault("06", file, f'"{status}" is not a status.', nearest(status, list(STATUSES)), row, column="status")]


@dataclass(frozen=True)
class _Block:
    row: int
    heading: str
    lines: list[tuple[int, str]]


def _blocks(file: str, lines: list[str], body: int, found: list[Fault]) -> list[_Block]:
    blocks = []
    for row, line in list(enumerate(lines, 1))[body:]:
        if heading := HEADING.fullmatch(line.strip()):
            if len(heading[1]) != 2:
                remedy = "Begin it with ## and the code of the indicator."
                found.append(_fault("07", file, "this heading is not of the second level.", remedy, row))
            blocks.append(_Block(row, heading[2], []))
        elif blocks:
            blocks[-1].lines.append((row, line.strip()))
        elif line.strip():
            remedy = "Put it under ## and the code of its indicator."
            found.append(_fault("07", file, "there is text before the first heading.", remedy, row))
            break
    return blocks


def _entry(file: str, block: _Block, front: dict[str, str], edition: Edition, found: list[Fault]) -> Entry:
    fields = {}
    for row, line in block.lines:
        if not (told := FIELD.fullmatch(line)):
            break
        if told[1] not in FIELDS or told[1] in fields:
            said = f'"{told[1]}" {"stands twice" if told[1] in fields else "is not known"} under a heading.'
            found.append(_fault("08", file, said, f"{nearest(told[1], list(FIELDS))} Text begins after a blank.", row))
        fields[told[1]] = told[2]
        found += _status_fault(file, told[2], row) if told[1] == "status" else []
    paragraphs = tuple(_paragraphs(block.lines[len(fields) :]))
    if not paragraphs:
        found.append(
            _fault("09", file, f"nothing is written under {block.heading}.", "Write, or remove it.", block.row)
        )
    indicators = _indicators(file, block, edition, found)
    source = "\n".join([f"## {block.heading}", *(line for _, line in block.lines)]).rstrip()
    return Entry(indicators, block.heading, paragraphs, fields, front, file, block.row, source)


def _paragraphs(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    begun, words = 0, []
    for row, line in [*lines, (0, "")]:
        if line:
            begun, words = begun or row, [*words, line]
        elif words:
            yield begun, " ".join(words)
            begun, words = 0, []


def _indicators(file: str, block: _Block, edition: Edition, found: list[Fault]) -> tuple[str, ...]:
    """The keys that a heading begins with, and that what follows is not the name of another indicator."""
    codes = _codes(edition)
    keys, words, more = [], block.heading.split(), True
    while words and more:
        word, more = words[0].rstrip(",:"), words[0].endswith(",")
        if word not in codes:
            said, remedy = f'"{word}" is not the key or code of an indicator.', nearest(word, list(codes))
            found.append(_fault("10", file, said, remedy, block.row, column="heading"))
            return tuple(keys)
        keys.append(codes[word].key)
        words.pop(0)
    named = _named(" ".join(words), edition)
    if named and named.key not in keys:
        said = f'stands under {", ".join(keys)} but is named "{named.short_name}", which is {named.key}.'
        found.append(_fault("11", file, said, "Correct the code or the name.", block.row, column="heading"))
    if not keys:
        found.append(_fault("10", file, "the heading is empty.", "Write the code.", block.row, column="heading"))
    return tuple(keys)


def _codes(edition: Edition) -> dict[str, Indicator]:
    older = {code: told for told in edition.catalogue.values() for code in told.older_codes}
    printed = {told.code: told for told in edition.catalogue.values() if told.code}
    return older | printed | edition.catalogue


def _named(words: str, edition: Edition) -> Indicator | None:
    names = (told for told in edition.catalogue.values() if words.lower() == told.short_name.lower())
    return next(names, None)


def _duplicates(file: str, entries: list[Entry]) -> Iterator[Fault]:
    seen = {}
    for entry in entries:
        for key in entry.indicators:
            if key in seen:
                said = f"{key} has an entry in row {seen[key]} already."
                yield _fault("12", file, said, "Put both under one heading.", entry.row, indicator=key)
            seen.setdefault(key, entry.row)


def _strangers(file: str, entries: list[Entry], edition: Edition, area: Area) -> Iterator[Fault]:
    printed = {key for section in edition.sections if section.kind == area.kind for key in section.indicators}
    for entry in entries:
        for key in entry.indicators:
            if key not in printed:
                said = f"{key} is not printed for {area.name}."
                yield _fault("13", file, said, f"Known: {', '.join(sorted(printed))}.", entry.row, indicator=key)


# --- as a file ------------------------------------------------------------------------------------


def written(commentary: Commentary) -> str:
    """A commentary as the text of its file; what was read and not changed stands as it stood."""
    front = "\n".join(f"{name}: {_quoted(commentary.front[name])}" for name in FRONT)
    head = commentary.head or f"---\n{front}\n---"
    return "\n".join([f"{head}\n", *map(_written, commentary.entries)])


def _quoted(text: str) -> str:
    """A text as YAML reads it back; only what could be read as something else is put in quotation marks."""
    plain = re.fullmatch(r"[A-Za-z][\w ,.()&'’-]*", text) and text.lower() not in {"yes", "no", "on", "off", "null"}
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return text if plain else f'"{escaped}"'


def _written(entry: Entry) -> str:
    if entry.source:
        return f"{entry.source}\n"
    fields = "".join(f"{name}: {entry.fields[name]}\n" for name in FIELDS if entry.fields.get(name))
    return f"## {entry.heading}\n{fields}\n{entry.text}\n"


def carried_over(commentary: Commentary, earlier: Edition) -> Commentary:
    """The analysts' entries of an earlier edition as stale ones of the next; what was only drafted is left behind.

    An entry that was stale already keeps the edition that it came from.
    """
    kept = [entry for entry in commentary.entries if not entry.untouched]
    return replace(commentary, entries=tuple(_carried(entry, earlier) for entry in kept))


def _carried(entry: Entry, earlier: Edition) -> Entry:
    since = entry.fields.get("from", earlier.name) if entry.status == STALE else earlier.name
    kept = {name: text for name, text in entry.fields.items() if name == "author"}
    return replace(entry, fields={**kept, "status": STALE, "from": since}, source="")


def carry_over(earlier: Edition, home: Path, folder: Path = EDITIONS) -> list[Path]:
    """Write the commentary of `earlier` into the folder `home` of a new edition, every entry marked stale.

    For `new_edition`: call it while the folder is still a part folder. Returns the files written
    (none where the earlier edition has no commentary). `scorecard draft` adds to each entry what has
    changed since, once there are figures. `InputError` if the earlier commentary is faulty.
    """
    made = []
    for name, commentary in load_commentaries(earlier, folder).items():
        stale = carried_over(commentary, earlier)
        if stale.entries:
            path = home / FOLDER / file_name(earlier.areas[name])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(stale), encoding="utf-8", newline="\n")
            made.append(path)
    return made
