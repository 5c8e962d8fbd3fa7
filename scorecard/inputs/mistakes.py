"""What people get wrong in files, headings, figures, names and periods: recognised and told, never mended.

Each kind has one table; a new mistake is a line in it and a file in `tests/inputs`.
"""

import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from scorecard.faults import Fault, InputError, nearest, quoted
from scorecard.periods import FORMS, MONTHS, kind
from scorecard.periods import date as in_words

# --- files ----------------------------------------------------------------------------------------

LARGEST = 20_000_000
"""No file that is read whole is larger, in bytes; those of an edition are a hundredth of it."""
AS_CSV = "Save it as CSV UTF-8."
ZIP = rb"PK\x03\x04|PK\x05\x06"
CONTENTS = (
    (rb"\xff\xfe|\xfe\xff", "is UTF-16.", AS_CSV),
    (ZIP, "is an Excel workbook or a zip file.", "Save it as CSV UTF-8, or name it .xlsx."),
    (rb"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls) or has a password.", "Save it as CSV UTF-8 or .xlsx."),
    (rb"\x1f\x8b", "is compressed (gzip).", "Unpack it first."),
    (rb"%PDF", "is a PDF.", "Ask for the figures as CSV or .xlsx."),
    (rb"SQLite format 3", "is a database.", "Give its address instead: sqlite:///FILE with --table NAME."),
    (rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|head|body|table)",
     "is a web page or XML, perhaps that of a login.", "Sign in and download the file again."),
)  # fmt: skip
"""How files begin that are not what they are called."""


def of_content(content: bytes, but: bytes = b"") -> tuple[str, str] | None:
    """What a file is that should hold something else, and the remedy; `but` is the form that it may have."""
    return next((told for form, *told in CONTENTS if form != but and re.match(form, content)), None)


def file_text(path: Path, code: str, name: str = "", remedy: str = "Save it as UTF-8; in Excel: CSV UTF-8.") -> str:
    """The text of a file in UTF-8; `InputError` with a fault of `code` if it is none, too large or no plain file."""

    def odd(said: str, remedy: str, *rows: int) -> InputError:
        return InputError([Fault("error", code, name or path.name, said, remedy, rows)])

    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise odd("is a folder." if path.is_dir() else "is no plain file.", "Put a file there.")
        if state.st_size > LARGEST:
            said = f"has {state.st_size:,} bytes, more than {LARGEST:,}."
            raise odd(said, "Deliver the figures of one scorecard only.")
        content = path.read_bytes()
    except OSError as error:
        raise odd(f"cannot be read: {error.strerror}.", "Close it elsewhere, or mend the rights.") from None
    if told := of_content(content):
        raise odd(*told)
    if (place := content.find(b"\x00")) >= 0:
        raise odd("holds a NUL byte.", "Save it again where it comes from.", content.count(b"\n", 0, place) + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise odd(f"is not UTF-8 (byte 0x{content[error.start]:02X}).", remedy, row) from None


# --- headings and rows ----------------------------------------------------------------------------

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
PERSONAL = re.compile(
    r"(?i)dob|birth.?date|date.?of.?birth|upn|nhs.?n(o|umber)|(child|pupil|client|mosaic|liberi).?(id|name|ref)|"
    r"(fore|first|sur|last|full.?)name|post.?code|address"
)
"""Columns of single children, which have no place in an extract."""
FOOTERS = re.compile(r"(?i)(source|notes?|end of|total|produced|printed|report|©|\*).*|.{60,}")
TOTALS = re.compile(r"(?i).*\b(sub)?total\b.*|all|sum|.*\ball (areas|districts)\b.*")
ABOVE = 20
"""A header is looked for in so many rows."""


def of_header(
    header: list[str], below: list[tuple[int, list[str]]], columns: list[str], personal_only: bool = False
) -> Iterator[tuple[str, str]]:
    """What is wrong with a first row that should be `columns`, worst first, each with its remedy."""
    if personal := [name for name in header if PERSONAL.fullmatch(name.strip())]:
        yield f"has columns about single children: {', '.join(personal)}.", "Deliver figures of areas only."
    if personal_only:
        return
    first = f"The first row must be {','.join(columns)}."
    for sign, word in SEPARATORS.items():
        if len(header) == 1 and header[0].count(sign) > 1:
            yield f"has its columns separated by {word}.", "Save it with commas: CSV UTF-8."
    if place := next((row for row, cells in below[:ABOVE] if _plain_row(cells) == columns), None):
        yield f"has its header in row {place}.", "Delete the rows above it."
    if len([name for name in header if of_period(name) != FORM or kind(name)]) > 1:
        yield "has a column for each period.", f"Give one row for each indicator, area and period. {first}"
    near = [(name, column) for name in header for column in columns if name != column and alike(name, column)]
    if near:
        yield "; ".join(f"has {quoted(name)} for {column}{_why(name, column)}" for name, column in near) + ".", first
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        yield f"has the column {', '.join(twice)} more than once.", "Keep one."
    if any(not name.strip() for name in header):
        yield f"has {header.count('')} columns without a name.", "Delete them; look for commas at the end."


def _plain_row(cells: list[str]) -> list[str]:
    return [plain(cell) for cell in cells]


def of_row(cells: list[str], columns: list[str]) -> tuple[str, str] | None:
    """What a row is that is no figure: the header again, a total or the foot of a report, with the remedy."""
    if plain(cells[0]) == columns[0] and _plain_row(cells) == columns:
        return "repeats the header.", "Delete that row."
    if FOOTERS.fullmatch(cells[0].strip()) and not any(cell.strip() for cell in cells[1:]):
        return f"is no figure but says {quoted(cells[0])}.", "Delete that row."
    return None


# --- characters -----------------------------------------------------------------------------------

LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеіјорсухѕԁɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧο\u2212\u2010\u2011\u2012\u2013\u2014\u2019",
    "ABESIJKMHOPCTYXaeijopcyxsdgABEZHIKMNOPTYXo------'",
)
"""Letters of other alphabets, and dashes, that look like those of our names and figures."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")  # fmt: skip # noqa: E501
"""Controls, and characters without width or that turn the direction of writing."""
RUNS = re.compile(r"\s*([=@]|[+-](?=.)(?![0-9.]+( [a-z]|$)))")
"""How a text begins that a spreadsheet takes for a formula."""


def of_text(text: str) -> str:
    """What is wrong with a text, in words and with the remedy: it holds what nobody sees or what a spreadsheet runs."""
    if odd := sorted({_sign(sign) for sign in UNSEEN.findall(text)}):
        return f"It holds a character that cannot be seen: {', '.join(odd)}. Type it again."
    if (begun := RUNS.match(text)) and not FIGURE.fullmatch(text):
        return f"It begins with {begun[1]}, which a spreadsheet takes for a formula. Begin it with a letter."
    return ""


def _sign(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()


def plain(text: str) -> str:
    """A text as somebody reads it aloud: one kind of letter, digit, dash and space, small, `and` for &."""
    seen = unicodedata.normalize("NFKC", UNSEEN.sub("", text)).translate(LOOKALIKES)
    seen = "".join(str(unicodedata.decimal(sign, sign)) for sign in seen)
    return " ".join(seen.replace("&", " and ").split()).lower()


def alike(one: str, other: str) -> bool:
    """Whether two texts look the same although their characters differ; a letter O is like a 0, I and l like a 1."""
    return plain(one).translate(DIGITS) == plain(other).translate(DIGITS)


DIGITS = str.maketrans("oil", "011")


def _why(text: str, name: str) -> str:
    odd = [_sign(sign) for sign in dict.fromkeys(text) if not sign.isascii()]
    ascii_only = "capitals or spaces" if plain(text) == plain(name) else "letters that look like digits, or digits"
    return f" (with {', '.join(odd)})" if odd else f" ({ascii_only})"


# --- figures --------------------------------------------------------------------------------------

FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""A number as every file writes it."""
N = r"(-?[0-9]+(?:\.[0-9]+)?)"
REASON = "Leave the cell empty and give the reason in column note"
DEFAULT = "Write digits only, or leave the cell empty and give the reason in column note."
FIGURES = (
    (rf"{N}\s*%", r"It has a percent sign. Write \1."),
    (r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", "It has commas between thousands. Write {without_commas}."),
    (r"(-?[0-9]+),([0-9]+)", r"It has a comma for the decimal point. Write \1.\2."),
    (rf"{N}%?\s*[*†‡]+", r"It has the mark of a footnote. Write \1 and put the note into column note."),
    (rf"[£$€]\s*{N}", r"It has the sign of a currency. Write \1."),
    (rf"(?i){N}%?\s*(?:g|a|r|green|amber|red)", r"It has a rating beside it. Write \1; ratings are worked out."),
    (rf"{N}%?\s*[\uf000-\uf0ff\u2190-\u21ff\u25b2-\u25c5\u2b05-\u2b0d⇔仓↑↓]",
     r"It has an arrow beside it. Write \1; the direction of travel is worked out."),
    (rf"{N}[eE][-+]?[0-9]+", "It is written with a power of ten. Write it digit by digit."),
    (r"[0-9]+(?:_[0-9]+)+", "It has underscores. Write digits only."),
    (rf"'\s*{N}", r"It has an apostrophe before it. Write \1."),
    (rf"\+{N}", r"It has a plus sign. Write \1."),
    (r"-?\.[0-9]+|-?[0-9]+\.", "It lacks a digit beside the point. Write it in full, such as 0.5."),
    (rf"\(\s*{N}\s*\)", r"It has brackets. Write -\1 if it is below zero."),
    (rf"[<>≤≥]=?\s*{N}", rf"It is a limit and no figure. {REASON}: suppressed."),
    (r"[0-9]+\s*(?:of|out of|/)\s*[0-9]+", "It is a fraction. Write the two counts as numerator and denominator."),
    (r"(?i)c|k|low|\*+|supp(ressed)?", f"It stands for a withheld figure. {REASON}: suppressed."),
    (r"(?i)z|x|u|n/?a|none|null|nil|nan|tbc|tba|-+|\.+|:|~|\?|(data )?(is )?not available.*|#[A-Z0-9/!?]+",
     f"It stands for a missing figure. {REASON}: not available."),
    (r"(?i)[-+]?inf(inity)?", f"It is no finite number, such as a division by zero. {REASON}."),
    (r"=.*", "It is a formula. Put its result there."),
    (r"(?i)\d{1,2}[-/ ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*",
     "It is a date; a spreadsheet may have made it of a figure. Write the figure again."),
)  # fmt: skip
"""What stands where a figure should, and what to say; `\\1` is the figure in it."""


def of_figure(text: str) -> str:
    """What is wrong with a text that is no number, and the remedy."""
    for form, said in FIGURES:
        if found := re.fullmatch(form, text):
            return found.expand(said.replace("{without_commas}", text.replace(",", "")))
    meant = plain(text).replace(" ", "")
    if odd := sorted({_sign(sign) for sign in text if not sign.isascii() or sign.isspace()}):
        told = f"It holds {', '.join(odd)}."
        return f"{told} Write {meant}." if FIGURE.fullmatch(meant) else f"{told} {DEFAULT}"
    return DEFAULT


# --- names ----------------------------------------------------------------------------------------


def of_name(text: str, known: Iterable[str], older: dict[str, str]) -> str:
    """What to do about a name that is not among `known` or the `older` ones, which have a new name each."""
    if text in older:
        return f'It is now called "{older[text]}".'
    if same := next((name for name in (*known, *older) if alike(name, text)), None):
        return f'Write "{older.get(same, same)}"; it differs in its characters{_why(text, same)}.'
    if TOTALS.fullmatch(text):
        return "It looks like a total. Leave the row out, or write the name of the area itself."
    if plain(text) in {"", "na", "n/a", "none", "null", "nan", "-"}:
        return "Write a name; a spreadsheet or program may have lost it."
    odd = [_sign(sign) for sign in dict.fromkeys(text) if not sign.isascii()]
    return nearest(text, list(known)) + (f" It is written with {', '.join(odd)}." if odd else "")


# --- periods --------------------------------------------------------------------------------------

MONTH = "|".join(f"{month[:3]}|{month}" for month in MONTHS)
PERIODS = (
    (r"(?P<y>\d{4}) ?[/-] ?(?:\d\d)?(?P<to>\d\d)", "{y}-{to}"),
    (r"(?P<y>(?:19|20)\d\d)(?P<to>\d\d)", "{y}-{to}"),
    (r"(?P<y>\d\d) ?[/-] ?(?P<to>\d\d)", "20{y}-{to}"),
    (r"(?P<y>\d{4})-(?P<to>\d\d)-\d\d(?:[T ].*)?", "{y}-{to}"),
    (rf"(?P<m>{MONTH})[- ]?'?(?:20)?(?P<y>\d\d)", "20{y}-{m}"),
    (rf"(?P<y>\d\d)[- ](?P<m>{MONTH})", "20{y}-{m}"),
    (r"(?P<part>q[1-4]|autumn|spring|summer) (?P<y>\d{4})[/-](?P<to>\d\d)", "{y}-{to} {part}"),
    (r"(?P<y>\d{4})[/-](?P<to>\d\d) (?P<part>q[1-4]|autumn|spring|summer)", "{y}-{to} {part}"),
)
"""Ways of writing a period, and how it is written here."""
DAYS = range(36526, 73051)  # Excel's numbers for 1 January 2000 to 31 December 2099
FORM = f"Write {FORMS}."


def of_period(text: str) -> str:
    """What is wrong with a text that is no period, and the remedy."""
    text = plain(text)
    if text.isdigit() and int(text) in DAYS:
        day = date(1899, 12, 30) + timedelta(int(text))
        return f"It is a spreadsheet's number for {in_words(day.isoformat())}. Write {_meant(f'{day:%Y-%m}')}."
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", text):
        return "It is a day, and which part is the month is not certain. Write the month, such as 2024-07."
    for form, told in PERIODS:
        if found := re.fullmatch(form, text, re.IGNORECASE):
            parts = {name: _spelt(name, part) for name, part in found.groupdict().items()}
            if kind(meant := told.format(**parts)):
                return f"Write {_meant(meant)}."
            if "part" not in parts and int(parts.get("to", 0)) > len(MONTHS):
                return f"{meant} is not two years that follow each other. {FORM}"
    return FORM


def _meant(text: str) -> str:
    return f"{text} if it is that {kind(text)}" if kind(text) == "year" else text


def _spelt(name: str, part: str) -> str:
    if name == "m":
        return f"{[month[:3].lower() for month in MONTHS].index(part[:3].lower()) + 1:02}"
    return part.capitalize() if name == "part" else part
