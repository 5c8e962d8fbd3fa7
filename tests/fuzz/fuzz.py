"""Coverage-guided fuzzing of what reads files and commentary: it may refuse, it may never fail otherwise.

    pip install atheris
    python -m tests.fuzz.fuzz TARGET FOLDER -max_total_time=60 -timeout=10

TARGET is csv, yaml, workbook, commentary, claims or cells; FOLDER keeps what was found new. The cases of tests/inputs
are the first inputs. A finding ends the run with its traceback; it becomes a file in tests/inputs.
"""

import sys
import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scorecard"]):
    from scorecard.editions import load_edition
    from scorecard.faults import InputError
    from scorecard.inputs import mistakes
    from scorecard.inputs.extracts import read_extract
    from scorecard.inputs.parameters import parse_yaml
    from scorecard.inputs.texts import file_name, load_commentary
    from scorecard.proofreading.ground import County
    from scorecard.proofreading.verdicts import judge

EDITION = "2024-07"
INPUTS = Path(__file__).resolve().parents[1] / "inputs"
SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-"))
edition = load_edition(EDITION)
county = County(edition)


def extract(content: bytes, suffix: str) -> None:
    """What is read is exact: every number is a finite Decimal or None."""
    (path := SCRATCH / f"a.{suffix}").write_bytes(content)
    table = read_extract(str(path)).table
    for column in ("value", "numerator", "denominator"):
        assert all(cell is None or (isinstance(cell, Decimal) and cell.is_finite()) for cell in table[column])


def commentary(content: bytes) -> None:
    """A commentary file of any content is refused or becomes entries, and each claim of theirs gets a verdict."""
    path = SCRATCH / EDITION / "commentary" / file_name(edition.areas.kent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    judge(edition, load_commentary(edition, edition.areas.kent, SCRATCH), county)


def claims(content: bytes) -> None:
    """Any sentence under a true heading."""
    said = " ".join(content.decode("utf-8", "replace").split()).lstrip("#")
    commentary(f"---\nauthor: a\nstatus: draft\n---\n\n## SCS03\n\nGREEN: {said}\n".encode())


def cells(content: bytes) -> None:
    """Any text as a figure, a period and a name."""
    text = content.decode("utf-8", "replace")
    for said in (mistakes.of_figure(text), mistakes.of_period(text), mistakes.of_name(text, edition.catalogue, {})):
        assert said
    mistakes.of_text(text)


TARGETS = {
    "csv": (lambda content: extract(content, "csv"), "*.csv"),
    "workbook": (lambda content: extract(content, "xlsx"), "*.xlsx"),
    "yaml": (lambda content: parse_yaml(content.decode("utf-8", "replace"), "a.yml"), "*.yml"),
    "commentary": (commentary, "*.md"),
    "claims": (claims, "*.md"),
    "cells": (cells, "value-*.csv"),
}


def run(target: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target until its time is over."""
    tried, seeds = TARGETS[target]

    def once(content: bytes) -> None:
        with suppress(InputError):
            tried(content)

    folder.mkdir(parents=True, exist_ok=True)
    for path in INPUTS.rglob(seeds):
        (folder / f"seed-{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    atheris.Setup([sys.argv[0], *options, str(folder)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
