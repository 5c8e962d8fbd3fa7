"""What is wrong with an input: one fault, graded, with its place, its rule and its remedy."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Grade = Literal["error", "warning", "note"]
GRADES: tuple[Grade, ...] = ("error", "warning", "note")
LISTED = 20
"""At most this many rows are listed for one fault."""
LONGEST = 80
"""At most so many characters of what a file holds are repeated in a message."""


@dataclass(frozen=True)
class Fault:
    """One fault of one rule in one file; `rows` are line numbers as a text editor shows them.

    `indicator` and `area` are set where the fault concerns a figure, so that a pack can show it.
    """

    grade: Grade
    code: str
    file: str
    message: str
    remedy: str
    rows: tuple[int, ...] = ()
    column: str | None = None
    value: str | None = None
    indicator: str | None = None
    area: str | None = None

    @property
    def place(self) -> str:
        """Where the fault is: `observations.csv row 212, column area`."""
        row = f" row {self.rows[0]}" if self.rows else ""
        column = f"{',' if row else ''} column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}"

    def __str__(self) -> str:
        told = f"{self.grade.upper()} {self.code} {self.place}: {self.message} {self.remedy}{self._others()}"
        return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in told)

    def _others(self) -> str:
        if len(self.rows) < 2:
            return ""
        listed = ", ".join(map(str, self.rows[:LISTED]))
        return f" ({len(self.rows)} rows: {listed}{', ...' if len(self.rows) > LISTED else ''})"


class InputError(Exception):
    """Bad input: every fault that was found, at once. Its text is what an analyst reads."""

    def __init__(self, faults: list[Fault]):
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


def without_errors(faults: list[Fault]) -> list[Fault]:
    """The faults, if none is an error; `InputError` with all errors otherwise."""
    if errors := [fault for fault in faults if fault.grade == "error"]:
        raise InputError(errors)
    return faults


def worst_first(faults: list[Fault]) -> list[Fault]:
    """The faults by grade, then file, code and row."""
    return sorted(faults, key=lambda fault: (GRADES.index(fault.grade), fault.file, fault.code, fault.rows))


def quoted(text: object) -> str:
    """A text of a file as a message repeats it: in quotation marks, and shortened if it is long."""
    told = str(text)
    return f'"{told}"' if len(told) <= LONGEST else f'"{told[:LONGEST]}..." ({len(told):,} characters)'


def nearest(name: str, known: list[str]) -> str:
    """`Did you mean "Dover"?` for a near miss, else the list of what is known."""
    near = get_close_matches(name[:LONGEST], known, n=2, cutoff=0.5)
    if not near:
        return f"Known: {', '.join(known)}."
    return "Did you mean " + " or ".join(f'"{match}"' for match in near) + "?"
