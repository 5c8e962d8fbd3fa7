"""Broken input: the cases of tests/inputs, each with what an analyst is told, through the command line itself.

`fail` ends with exit status 2, what is wrong and how to mend it, no traceback and nothing made; `warn` is taken and
told by `check`; `pass` is taken without a word. What is wrong in a CSV file is told in the same words of a workbook and
of a database.
"""

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from functools import cache
from itertools import product
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook

from scorecard.catalogue import PARAMS
from scorecard.editions import TABLES
from scorecard.faults import InputError
from scorecard.inputs.extracts import read_extract
from scorecard.inputs.mistakes import LARGEST

HOME = Path(__file__).parent
INPUTS = HOME / "inputs"
HEAD = TABLES["observations"]


def expected(folder: str) -> dict[str, list[str]]:
    told = yaml.safe_load((INPUTS / folder / "expected.yml").read_text(encoding="utf-8"))
    return {case: lines.splitlines() for case, lines in told.items()}


EXPECTED = {folder: expected(folder) for folder in ("fail", "warn", "pass")}


def held(editions: Path, *folders: Path) -> dict[Path, dict]:
    """What the command line says of every case of the folders; see tests/run_inputs.py."""
    environment = {**os.environ, "SCORECARD_PARAMS": str(editions.parent), "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-m", "tests.run_inputs", str(editions), *map(str, folders)]
    done = subprocess.run(words, env=environment, cwd=HOME.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {Path(case): told for case, told in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def editions(tmp_path_factory) -> Path:
    """The editions of a copy of params that has the small edition of tests/inputs/base alone."""
    params = tmp_path_factory.mktemp("inputs") / "params"
    shutil.copytree(PARAMS, params, ignore=shutil.ignore_patterns("editions", "districts"))
    shutil.copytree(INPUTS / "base", params / "editions" / "2024-07")
    return params / "editions"


@pytest.fixture(scope="module")
def outcomes(editions, tmp_path_factory) -> dict[str, dict]:
    """By folder and case, what the command line said and left behind."""
    home = tmp_path_factory.mktemp("cases")
    for folder in EXPECTED:
        shutil.copytree(INPUTS / folder, home / folder, ignore=shutil.ignore_patterns("expected.yml"))
    (home / "other").mkdir()
    for stage, kind in product(STAGES, WRITERS):
        WRITERS[kind](home / "other" / f"{stage}.{kind}", rows_of(stage))
    told: dict[str, dict] = {}
    for case, done in held(editions, *sorted(home.iterdir())).items():
        told.setdefault(case.parent.name, {})[case.name] = done
    return told


def says(line: str, wanted: str) -> bool:
    return line.startswith(wanted.removesuffix("...")) if wanted.endswith("...") else line == wanted


@pytest.mark.parametrize("folder", EXPECTED)
def test_every_case_has_its_expectation_and_every_expectation_its_case(folder):
    files = {path.name for path in (INPUTS / folder).iterdir()} - {"expected.yml"}
    assert files == set(EXPECTED[folder])
    assert all(EXPECTED[folder].values())


def test_there_are_enough_cases():
    assert len(EXPECTED["fail"]) >= 80


@pytest.mark.parametrize("case", EXPECTED["fail"])
def test_a_broken_input_is_told_with_its_remedy_and_leaves_nothing(outcomes, case):
    done = outcomes["fail"][case]
    lines = [line for line in (done["err"] or done["out"]).splitlines() if line.startswith("ERROR")]
    assert done["trace"] == ""
    assert (done["status"], done["made"]) == (2, [])
    assert len(lines) == len(EXPECTED["fail"][case])
    assert [line for line, told in zip(lines, EXPECTED["fail"][case], strict=True) if not says(line, told)] == []


@pytest.mark.parametrize("case", EXPECTED["fail"])
def test_an_expected_message_names_place_and_remedy(case):
    for line in EXPECTED["fail"][case]:
        code, place, said = re.fullmatch(r"ERROR ([A-Z]{3}\d{3}) ([^:]+): (.+)", line).groups()
        file = case.partition("@")[2] or case
        assert file in place or code in {"DIS002", "YML001"}
        assert len(re.findall(r"[.?)](?: |$)", said)) >= 2, "what is wrong and what to do"


@pytest.mark.parametrize("case", EXPECTED["warn"])
def test_a_doubtful_input_is_taken_and_told(outcomes, case):
    done = outcomes["warn"][case]
    lines = [line for line in done["out"].splitlines() if line.startswith("WARNING OBS") and " OBS023 " not in line]
    assert (done["status"], done["trace"]) == (0, "")
    assert lines == EXPECTED["warn"][case]


@pytest.mark.parametrize("case", EXPECTED["pass"])
def test_a_harmless_input_is_taken(outcomes, case):
    done = outcomes["pass"][case]
    assert (done["status"], done["trace"], done["made"]) == (0, "", ["2024-08"])
    assert EXPECTED["pass"][case][0] in done["out"].splitlines()


# --- the same in a workbook and a database --------------------------------------------------------

TOLD_OF_CELLS = re.compile(r"ERROR (CSV006|CSV007|CSV008|OBS00[1-4]|OBS017|NEW004) (\S+) row (\d+)(.*)")
ONLY_CSV = {"value-no-break-space.csv", "case-and-space.csv", "value-escape.csv"}
"""Blanks around a text are taken off in workbooks and databases; a workbook cannot hold an escape character."""


@cache
def odd_rows() -> list[tuple[str, list[str], str]]:
    """Of each case with one odd cell: its code, its row, and what is said after the place."""
    found = []
    for case, lines in EXPECTED["fail"].items():
        if "@" not in case and case not in ONLY_CSV and (told := TOLD_OF_CELLS.fullmatch(lines[0])):
            with (INPUTS / "fail" / case).open(encoding="utf-8", newline="") as file:
                row = list(csv.reader(file))[int(told[3]) - 1]
            found.append((told[1], row, told[4]))
    return found


STAGES = {"reader": lambda code: code.startswith("CSV"), "figures": lambda code: not code.startswith("CSV")}
"""What cannot be read is told first; only then is it asked what figures mean."""


def of_stage(stage: str) -> list[tuple[str, list[str], str]]:
    return [told for told in odd_rows() if STAGES[stage](told[0])]


def rows_of(stage: str) -> list[list[str]]:
    return [[*row, *[""] * (len(HEAD) - len(row))] for _, row, _ in of_stage(stage)]


@pytest.mark.parametrize("kind", ["xlsx", "sqlite"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_workbook_and_a_database_are_told_in_the_same_words(outcomes, stage, kind):
    done, cases = outcomes["other"][f"{stage}.{kind}"], of_stage(stage)
    assert len(cases) >= 20
    assert (done["status"], done["trace"], done["made"]) == (2, "", [])
    lines = done["err"].splitlines()
    for number, (code, _, said) in enumerate(cases, 2):
        row = str(number) if kind == "xlsx" else r"\d+"  # a database answers in an order of its own
        wanted = re.escape(said.removesuffix("..."))
        assert [line for line in lines if re.match(f"ERROR {code} .* row {row}{wanted}", line)], said


def write_workbook(path: Path, rows: list[list[str]]) -> None:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append([None] * len(HEAD))
        for column, text in enumerate(row, 1):
            cell = book.active.cell(book.active.max_row, column, None)
            cell.value, cell.data_type = text or None, "s"  # never a formula
    book.save(path)


def write_database(path: Path, rows: list[list[str]]) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"create table observations ({', '.join(f'{name} text' for name in HEAD)})")
    connection.executemany(f"insert into observations values ({', '.join('?' * len(HEAD))})", rows)
    connection.commit()
    connection.close()


WRITERS = {"xlsx": write_workbook, "sqlite": write_database}


# --- what is no file, or too much -----------------------------------------------------------------


def refused(source, *words) -> str:
    with pytest.raises(InputError) as raised:
        read_extract(str(source), *words)
    return str(raised.value)


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    path.symlink_to(INPUTS / "pass" / "plain.csv")


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


def unpacks_to_much(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(101):
            part.write(bytes(1_000_000))


def reaches_far(path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active["XFD1048576"] = " "
    book.save(path)


def calls_itself(path: Path) -> None:
    """A part of the workbook that would become a billion letters: entities that repeat each other."""
    Workbook().save(path)
    with zipfile.ZipFile(path) as parts:
        held = {part.filename: parts.read(part) for part in parts.infolist()}
    named = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{named}]>'.encode()
    cells = b"<worksheet><sheetData><row><c><v>&e9;</v></c></row></sheetData></worksheet>"
    held["xl/worksheets/sheet1.xml"] = bomb + cells
    with zipfile.ZipFile(path, "w") as parts:
        for name, content in held.items():
            parts.writestr(name, content)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.csv", folder, "a.csv: is no file. Give a CSV file"),
        ("a.csv", link, "a.csv: is a link. Give a CSV file"),
        ("a.csv", os.mkfifo, "a.csv: is no file. Give a CSV file"),
        ("a.csv", too_large, "a.csv: has 20,000,001 bytes, more than 20,000,000. Deliver"),
        ("a.xlsx", too_large, "a.xlsx: cannot be read as a workbook"),
        ("a.xlsx", unpacks_to_much, "a.xlsx: unpacks to 101,000,000 bytes, more than 100,000,000. Deliver"),
        ("a.xlsx", reaches_far, "reaches to XFD1048576: 17,179,869,184 cells, more than 2,000,000. Delete empty rows"),
        ("a.xlsx", calls_itself, "a.xlsx: cannot be read as a workbook"),
        ("\0.csv", lambda path: None, "is no file"),
        ("n" * 300, lambda path: None, "File name too long"),
    ],
    ids=["folder", "link", "pipe", "large", "large workbook", "zip bomb", "far corner", "entities", "nul", "long name"],
)  # fmt: skip
def test_what_is_no_file_or_too_much_is_refused_at_once(tmp_path, name, make, said):
    make(tmp_path / name)
    assert said in refused(tmp_path / name)


def test_a_database_that_answers_without_end_is_refused(tmp_path):
    write_database(tmp_path / "a.sqlite", [])
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    assert "answers with more than 200,000 rows" in refused(f"sqlite:///{tmp_path}/a.sqlite", None, endless)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "a.sqlite").write_text("no database", encoding="utf-8")
    assert "file is not a database" in refused(f"sqlite:///{tmp_path}/a.sqlite", "observations")
