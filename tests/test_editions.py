"""Reading an edition: every cell exactly as it stands in the file, every malformed one named to an analyst."""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from scorecard.editions import EDITIONS, NUMBERS, TABLES, load_edition
from scorecard.faults import InputError

D = Decimal
NAME = "2024-07"
PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "directorate"


# --- what is read ---------------------------------------------------------------------------------

TYPED = [
    # printed row, table, row in the file, column, cell
    ("Kent EY14 2020-21 is N/A", "observations", 2, "value", None),
    ("Kent EY14 2020-21 is N/A, with the reason", "observations", 2, "note", "not available"),
    ("Kent EY14 2022-23", "observations", 4, "value", D("68.3")),
    ("Kent APP17 July", "observations", 88, "value", D("42.1")),
    ("Kent APP17 July numerator", "observations", 88, "numerator", D("114")),
    ("Kent APP17 July denominator", "observations", 88, "denominator", D("271")),
    ("Kent APP17 July period", "observations", 88, "period", "2024-07"),
    ("Kent SCS43 July denominator in tenths", "observations", 214, "denominator", D("248.1")),
    ("Kent APP17 outturn", "outturns", 2, "value", D("40.9")),
    ("Kent APP17 target last year", "standards", 3, "target", D("60.0")),
    ("Kent APP-EP floor is not known", "standards", 4, "floor", None),
    ("SCS13 tolerance", "standards", 11, "tolerance", D("2.5")),
    ("APP17 England", "benchmarks", 3, "value", D("49.2")),
    ("primary pupils", "activity", 2, "value", D("130931")),
]


@pytest.mark.parametrize(
    ("table", "row", "column", "cell"), [case[1:] for case in TYPED], ids=[case[0] for case in TYPED]
)
def test_a_cell_is_read_as_printed(edition, table, row, column, cell):
    frame = getattr(edition, table).set_index("row")
    assert frame.at[row, column] == cell


read_once = cache(load_edition)
FILES = [path for name in (NAME, "corporate-parenting-2019-07") for path in sorted((EDITIONS / name).glob("*.csv"))]


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem in TABLES], ids=lambda path: f"{path.parent.name} {path.stem}"
)
def test_every_cell_stands_in_its_frame_as_in_its_file(path):
    table, edition = path.stem, read_once(path.parent.name)
    with path.open(encoding="utf-8", newline="") as file:
        _, *told = csv.reader(file)
    frame = getattr(edition, table)
    read = [["" if cell is None else str(cell) for cell in cells] for cells in frame[TABLES[table]].itertuples(index=0)]
    assert read == told
    assert list(frame["row"]) == list(range(2, len(told) + 2))


@pytest.mark.parametrize("table", NUMBERS)
def test_numbers_are_exact_decimals_or_none(edition, table):
    frame = getattr(edition, table)
    kinds = {type(cell) for column in NUMBERS[table] for cell in frame[column]}
    assert kinds <= {D, type(None)}


@pytest.mark.parametrize(("name", "count"), [("2022-12", 5), (NAME, 7)])
def test_the_files_are_the_transcribed_ones_byte_for_byte(name, count):
    if not PUBLISHED.exists():
        pytest.skip("the transcribed figures do not lie beside this repository, in ../shared/data/directorate")
    files = sorted((PUBLISHED / name).glob("*.csv"))
    assert [path.name for path in files if path.read_bytes() != (EDITIONS / name / path.name).read_bytes()] == []
    assert len(files) == count


def test_the_settings_are_read(edition):
    assert (edition.name, edition.as_at, edition.year, edition.previous_year) == (
        "2024-07", "2024-07", "2023-24", "2022-23",
    )  # fmt: skip
    assert edition.shown["Q"] == ("2023-24 Q2", "2023-24 Q3", "2023-24 Q4", "2024-25 Q1")
    assert [section.kind for section in edition.sections].count("Kent") == 8


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path) -> Path:
    """A copy of the edition that may be spoilt."""
    copy = tmp_path / NAME
    copy.mkdir()
    for path in (EDITIONS / NAME).glob("*.*"):
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def spoil(path: Path, old: str, new: str, encoding: str = "utf-8") -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode(encoding))


def refusal(home: Path) -> str:
    with pytest.raises(InputError) as refused:
        load_edition(NAME, home.parent)
    return str(refused.value)


def test_the_copy_itself_is_read(home):
    assert load_edition(NAME, home.parent).observations.shape == (2677, 8)


ROW_4 = "EY14,Kent,2022-23,68.3,,,"


MISSING = "It stands for a missing figure. Leave the cell empty and give the reason in column note"
DIGITS = "Write digits only, or leave the cell empty and give the reason in column note."
NO_NUMBERS = {
    '"1,122"': "It has commas between thousands. Write 1122.",
    '"68,3"': "It has a comma for the decimal point. Write 68.3.",
    "23.1%": "It has a percent sign. Write 23.1.", "NaN": MISSING, "nan": MISSING, "N/A": MISSING, "-": MISSING,
    "None": MISSING, "inf": "It is no finite number",
    "６８.３": "It holds U+FF13 FULLWIDTH DIGIT THREE, U+FF16 FULLWIDTH DIGIT SIX, U+FF18 FULLWIDTH DIGIT EIGHT. "
    "Write 68.3.",
    "٦٨": "It holds U+0666 ARABIC-INDIC DIGIT SIX, U+0668 ARABIC-INDIC DIGIT EIGHT. Write 68.",
    " 68.3": "It holds U+0020 SPACE. Write 68.3.", "68.3 ": "It holds U+0020 SPACE. Write 68.3.",
    "6.83e1": "It is written with a power of ten.", "+68.3": "It has a plus sign. Write 68.3.",
    ".5": "It lacks a digit beside the point.", "68.": "It lacks a digit beside the point.", "--5": DIGITS,
    "0x44": DIGITS, "68_3": "It has underscores.", "£68": "It has the sign of a currency. Write 68.",
    "=68.3": "It is a formula.",
}  # fmt: skip


@pytest.mark.parametrize(("cell", "advice"), NO_NUMBERS.items())
def test_what_is_not_a_number_is_named(home, cell, advice):
    spoil(home / "observations.csv", ROW_4, f"EY14,Kent,2022-23,{cell},,,")
    told = refusal(home)
    shown = cell.strip('"')
    assert f'observations.csv row 4, column value: "{shown}" is not a number. {advice}' in told


MALFORMED = {
    # fault: file, text, its replacement, then what an analyst reads: place and remedy
    "numerator with a comma": (
        "observations.csv", ",2063,20136,", ',"2,063",20136,',
        'row 123, column numerator: "2,063" is not a number', "Write 2063.",
    ),
    "cell too many": (
        "observations.csv", ROW_4, f"{ROW_4},", "observations.csv row 4: has 8 cells instead of 7", "Check for a comma",
    ),
    "cell too few": (
        "observations.csv", ROW_4, ROW_4[:-1], "observations.csv row 4: has 6 cells instead of 7", "Check for a comma",
    ),
    "column missing": (
        "observations.csv", ",note\n", "\n", "observations.csv row 1: has no column note", "The first row must be",
    ),
    "column added": (
        "outturns.csv", ",note\n", ",note,by\n", "outturns.csv row 1: has other columns", "The first row must be",
    ),
    "columns swapped": (
        "standards.csv", "target,tolerance", "tolerance,target", "row 1: has its columns in another order",
        "The first row must be",
    ),
    "unbalanced quote": (
        "observations.csv", ROW_4, f'{ROW_4}"', "observations.csv row 4: cannot be read", "Check the quotation marks",
    ),
    "text after a quote": (
        "outturns.csv", "APP17,Kent", '"APP17"x,Kent', "outturns.csv row 2: cannot be read",
        "Check the quotation marks",
    ),
    "unknown setting": (
        "edition.yml", "as_at:", "as_of:", "edition.yml: as_at is missing", '"as_of" is not known. Did you mean',
    ),
    "unknown setting of a section": (
        "edition.yml", "    for: Kent", "    of: Kent",
        "edition.yml column sections, 1 (SEND monthly indicators): for is missing.", "It holds heading, for,",
    ),
    "key that stands twice": (
        "edition.yml", "as_at:", 'year: "2022-23"\nas_at:', "is not readable YAML: key 'year' stands twice",
        "Mend that line",
    ),
    "not YAML": ("edition.yml", "title: ", "title: [", "edition.yml row", "Mend that line"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_refused_with_place_and_remedy(home, case):
    file, old, new, place, remedy = case
    spoil(home / file, old, new)
    told = refusal(home)
    assert file in told
    assert place in told
    assert remedy in told


def test_a_key_that_stands_twice_is_named_with_its_line(home):
    (home / "edition.yml").write_text('title: Scorecard\nyear: "2023-24"\nyear: "2022-23"\n', encoding="utf-8")
    assert "edition.yml row 3: is not readable YAML: key 'year' stands twice." in refusal(home)


def test_empty_settings_are_refused(home):
    (home / "edition.yml").write_text("# nothing yet\n", encoding="utf-8")
    assert 'YML003 edition.yml: "nothing" stands where a mapping (name: value) belongs.' in refusal(home)


@pytest.mark.parametrize("file", ["observations.csv", "outturns.csv", "standards.csv", "benchmarks.csv"])
def test_a_missing_file_is_named(home, file):
    (home / file).unlink()
    assert refusal(home) == f"ERROR CSV001 {file}: is missing. Put it into the edition's folder."


def test_an_empty_file_is_refused(home):
    (home / "outturns.csv").write_bytes(b"")
    assert "outturns.csv row 1: is empty. The first row must be indicator,area,year,value,note." in refusal(home)


@pytest.mark.parametrize("file", ["activity.csv", "conflicts.csv", "printed.csv", "known_exceptions.csv"])
def test_an_optional_file_may_be_missing(home, file):
    (home / file).unlink()
    assert getattr(load_edition(NAME, home.parent), file.removesuffix(".csv")).empty


def test_a_file_saved_in_another_encoding_is_refused(home):
    spoil(home / "observations.csv", ROW_4, f"{ROW_4}provisional – see note", encoding="cp1252")
    assert refusal(home) == (
        "ERROR CSV002 observations.csv row 4: is not UTF-8 (byte 0x96). Save it as UTF-8; in Excel: CSV UTF-8."
    )


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(home, edition):
    path = home / "observations.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    read = load_edition(NAME, home.parent).observations
    assert read.equals(edition.observations)


def test_a_blank_line_does_not_shift_the_row_numbers(home):
    spoil(home / "observations.csv", ROW_4, f"\n{ROW_4}")
    read = load_edition(NAME, home.parent).observations
    assert read.loc[2, ["period", "row"]].tolist() == ["2022-23", 5]


def test_all_rows_too_long_are_refused_and_listed_shortly(home):
    # read_csv shifts the columns of such a file without a word
    path = home / "benchmarks.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(f"{row}," for row in rows)]), encoding="utf-8")
    told = refusal(home)
    assert "benchmarks.csv row 2: has 6 cells instead of 5." in told
    assert "(63 rows: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, ...)" in told


def test_one_wrong_cell_in_many_rows_is_one_fault(home):
    path = home / "outturns.csv"
    rows = ["indicator,area,year,value,note", "EH43,Kent,2022-23,n/a,", "EH44,Kent,2022-23,n/a,"]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert refusal(home).endswith("(2 rows: 2, 3)")


def test_all_faults_of_all_files_are_told_at_once(home):
    spoil(home / "observations.csv", ROW_4, "EY14,Kent,2022-23,23.1%,,,")
    spoil(home / "outturns.csv", "40.9", "NaN")
    spoil(home / "standards.csv", "indicator,year", "indicator,jahr")
    spoil(home / "edition.yml", "title:", "titel:")
    (home / "benchmarks.csv").unlink()
    told = refusal(home).splitlines()
    places = [
        "edition.yml: title",
        'edition.yml: "titel',
        "observations.csv row 4",
        "outturns.csv row 2",
        "standards.csv row 1",
        "benchmarks.csv",
    ]
    assert len(told) == 6
    assert [place for place, line in zip(places, told, strict=True) if place not in line] == []


@pytest.mark.parametrize("name", ["2024-7", "2024-08", "july 2024-07"])
def test_an_unknown_edition_gets_the_near_match(name):
    with pytest.raises(InputError, match=rf'"{name}" is not an edition. Did you mean "2024-07"'):
        load_edition(name)


@pytest.mark.parametrize("name", ["", "..", "../editions/2024-07", "2024-07/"])
def test_a_path_is_no_name_of_an_edition(name):
    with pytest.raises(InputError, match="is not an edition"):
        load_edition(name)
