"""Extracts: what a CSV file, a workbook, SQLite and a real PostgreSQL give, and what each fault says."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from scorecard.editions import TABLES
from scorecard.faults import InputError
from scorecard.inputs.extracts import COLUMNS, Odd, printed, read_extract, text_of

HEAD = TABLES["observations"]
CASELOAD = ["SCS43", "Ashford CSWT", "2024-08", "19.0", "380", "20.0", ""]
MISSING = ["CYPE25", "Sevenoaks", "2023-24", "", "", "", "not available"]


def cells(extract) -> list[list[str]]:
    """The rows of an extract as texts, missing numbers empty."""
    rows = extract.table[COLUMNS].itertuples(index=False)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def faults(*words) -> list:
    with pytest.raises(InputError) as raised:
        read_extract(*words)
    return raised.value.faults


# --- files ----------------------------------------------------------------------------------------


def test_a_csv_file_is_read_as_observations_are(tmp_path):
    path = tmp_path / "august.csv"
    path.write_text("\n".join(",".join(row) for row in (HEAD, CASELOAD, MISSING)) + "\n", encoding="utf-8")
    extract = read_extract(str(path))
    assert (extract.name, cells(extract), extract.remarks) == ("august.csv", [CASELOAD, MISSING], [])
    assert list(extract.table["row"]) == [2, 3]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("no.csv", None, "no.csv: is no file. Give a CSV file, a workbook (.xlsx)"),
        ("a.csv", "a,b\n1,2\n", "CSV004 a.csv row 1: has no column indicator"),
        ("a.xlsx", "no workbook", "EXT004 a.xlsx: cannot be read as a workbook (BadZipFile). Save it in Excel"),
    ],
    ids=["missing", "other columns", "damaged"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told(tmp_path, name, content, said):
    if content:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert said in str(faults(str(tmp_path / name))[0])


# --- workbooks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shown", "text"),
    [
        (22.24, "0.0", "22.2"),
        (22.25, "0.0", "22.3"),  # half up, as Excel prints it
        (2.675, "0.00", "2.68"),  # the binary number lies below; Excel prints 2.68
        (22, "0.0", "22.0"),
        (22.0, "General", "22"),
        (0.1 + 0.2, "General", "0.3"),
        (11601, "#,##0", "11601"),
        (5499.4, "#,##0", "5499"),
        (0.222, "0.0%", "22.2"),
        (-0.82, "0.00;[Red]-0.00", "-0.82"),
        (457.4, "_-* #,##0.0_-;-* #,##0.0_-", "457.4"),
        (12, '0.0" cases"', "12.0"),
        (1e-7, "General", "0.0000001"),
    ],
)
def test_a_number_is_read_as_excel_prints_it(number, shown, text):
    assert printed(number, shown) == text


@pytest.mark.parametrize("shown", ["0.00E+00", "# ?/?", "0.0,", "yyyy-mm", "£0.00", "0.0##"])
def test_a_number_format_that_hides_the_figure_is_refused(shown):
    with pytest.raises(Odd, match="is not read here"):
        printed(22.2, shown)


def workbook(path: Path, *rows, change=lambda book: None) -> str:
    """A workbook with the header and `rows` on its one sheet."""
    book = Workbook()
    book.active.title = "Data"
    for row in (HEAD, *rows):
        book.active.append(row)
    change(book)
    book.save(path)
    return str(path)


def test_a_workbook_is_read_with_its_numbers_as_printed(tmp_path):
    def change(book):
        book.active["D2"].number_format = "0.0"
        book.active["F2"].number_format = "0.0"

    rows = ["SCS43", "Ashford CSWT", "2024-08", 19.04, 380, 20, None], MISSING
    extract = read_extract(workbook(tmp_path / "a.xlsx", *rows, change=change))
    assert (extract.name, cells(extract)) == ("a.xlsx, sheet Data", [CASELOAD, MISSING])
    assert extract.remarks == []


def test_columns_may_stand_in_any_order_and_blank_rows_are_passed_over(tmp_path):
    book = Workbook()
    for row in ([*reversed(HEAD), "loaded"], [None] * 8, [*reversed(CASELOAD), "yes"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    extract = read_extract(str(tmp_path / "a.xlsx"))
    assert cells(extract) == [CASELOAD]
    assert list(extract.table["row"]) == [3]
    assert extract.remarks == ["a.xlsx, sheet Sheet: columns not read: loaded."]


def test_what_excel_made_a_date_of_is_read_as_its_month(tmp_path):
    rows = (["SCS43", "Kent", date(2024, 8, 1), "22.1", "", "", ""], ["SCS43", "Kent", datetime(2024, 7, 31), "22.2"])
    extract = read_extract(workbook(tmp_path / "a.xlsx", *rows))
    assert [row[2] for row in cells(extract)] == ["2024-08", "2024-07"]
    assert extract.remarks == ["a.xlsx, sheet Data: dates in column period were read as their month."]


def test_hidden_sheets_and_rows_are_named(tmp_path):
    def change(book):
        book.create_sheet("Old").sheet_state = "hidden"
        book.active.row_dimensions[2].hidden = True

    extract = read_extract(workbook(tmp_path / "a.xlsx", CASELOAD, change=change))
    assert cells(extract) == [CASELOAD]
    assert extract.remarks == [
        "a.xlsx: hidden sheets were not read: Old.", "a.xlsx, sheet Data: 1 hidden rows were read too.",
    ]  # fmt: skip


def test_the_sheet_is_named_where_there_are_several(tmp_path):
    path = workbook(tmp_path / "a.xlsx", CASELOAD, change=lambda book: book.create_sheet("Notes"))
    assert "has 2 sheets that are not hidden: Data, Notes. Name the one to read with --table." in str(faults(path)[0])
    assert 'has no sheet "Dat". Did you mean "Data"?' in str(faults(path, "Dat")[0])
    assert cells(read_extract(path, "Data")) == [CASELOAD]


def test_every_odd_cell_is_told_at_once(tmp_path):
    def change(book):
        book.active["D4"] = "=1+1"  # written by a program that stores no result
        book.active["D5"] = "#N/A"
        book.active["D5"].data_type = "e"
        book.active["D7"].number_format = "0.00E+00"

    rows = [
        ["SCS43", "Kent", "2024-08", True], ["SCS43", "Kent", date(2011, 12, 1), "22.2%"], ["SCS43", "Kent", "2024-08"],
        ["SCS43", "Kent", "2024-08"], ["SCS43", "Kent", "2024-08", date(2024, 8, 1)], ["SCS43", "Kent", "2024-08", 22],
    ]  # fmt: skip
    told = [str(fault) for fault in faults(workbook(tmp_path / "a.xlsx", *rows, change=change))]
    for said in (
        "EXT003 a.xlsx, sheet Data row 2, column value: True is neither a number nor text.",
        "row 3, column period: the date 01 December 2011 can stand for the month or for the year 2011-12.",
        'CSV006 a.xlsx, sheet Data row 3, column value: "22.2%" is not a number.',
        "row 4, column value: is a formula without a stored result. Open and save the file in Excel",
        "row 5, column value: #N/A is an error of Excel. Leave it empty and give the reason in column note.",
        "row 6, column value: 2024-08-01 00:00:00 (datetime) is neither a number nor text.",
        'row 7, column value: 22 has the number format "0.00E+00", which is not read here.',
    ):
        assert [line for line in told if said in line], said
    assert len(told) == 7


def test_columns_that_are_missing_or_double_are_told(tmp_path):
    book = Workbook()
    book.active.append([*HEAD[:-1], "value"])
    book.save(tmp_path / "a.xlsx")
    (fault,) = faults(str(tmp_path / "a.xlsx"))
    assert "has the column value more than once. Keep one." in str(fault)


# --- databases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (None, "value", ""),
        (Decimal("22.20"), "value", "22.20"), (Decimal("1E+3"), "value", "1000"), (22, "value", "22"),
        (22.2, "value", "22.2"), (0.1, "value", "0.1"), (1e-7, "value", "0.0000001"), ("22.20 ", "value", "22.20"),
        (date(2024, 8, 31), "period", "2024-08"), ("2023-24 Q4", "period", "2023-24 Q4"),
    ],
)  # fmt: skip
def test_a_value_of_a_database_is_read_exactly(value, column, text):
    assert text_of(value, column) == text


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), Decimal("NaN"), b"22.2", date(2024, 8, 1), [1]])
def test_a_value_that_is_no_figure_is_refused(value):
    with pytest.raises(Odd):
        text_of(value, "value")


@pytest.fixture
def sqlite(tmp_path) -> Path:
    path = tmp_path / "a b.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table observations ({', '.join(f'{name} text' for name in HEAD)})")
        connection.executemany(f"insert into observations values ({', '.join('?' * 7)})", [MISSING, CASELOAD])
    connection.close()
    return path


def test_a_table_of_sqlite_is_read_in_an_order_of_its_own(sqlite):
    extract = read_extract(f"sqlite:///{sqlite}", "observations")
    assert (extract.name, cells(extract)) == ("table observations", [MISSING, CASELOAD])  # CYPE25 before SCS43
    assert list(extract.table["row"]) == [1, 2]


def test_a_query_may_hold_colons_and_percents(sqlite):
    query = "select * from observations where area like 'Ash%' and note <> ':no' ;"
    assert cells(read_extract(f"sqlite:///{sqlite}", None, query)) == [CASELOAD]


@pytest.mark.parametrize(
    "query", ["delete from observations", "select 1; delete from observations", "drop table observations"]
)
def test_only_one_select_is_asked(sqlite, query):
    before = sqlite.read_bytes()
    assert "EXT007 the query: is more or other than one SELECT." in str(faults(f"sqlite:///{sqlite}", None, query)[0])
    assert sqlite.read_bytes() == before


def test_sqlite_is_held_to_reading(sqlite):
    query = "with gone as (select 1) delete from observations"
    assert "readonly database" in str(faults(f"sqlite:///{sqlite}", None, query)[0])


def test_a_file_of_sqlite_that_is_not_there_is_not_made(tmp_path):
    (fault,) = faults(f"sqlite:///{tmp_path}/no.sqlite", "observations")
    assert "unable to open database file" in str(fault)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me:s3cret@host:port/x", "is not the address of a database. Write it like postgresql://"),
        ("nosuch://me:s3cret@host/x", "nosuch://me:***@host/x"),
        ("mssql+pyodbc://me:s3cret@host/x?password=s3cret2", "mssql+pyodbc://me:***@host/x?password=***"),
        ("postgresql://me:s3cret@127.0.0.1:1/x?sslpassword=s3cret2", "postgresql+psycopg://me:***@127.0.0.1:1/x"),
    ],
    ids=["malformed", "unknown", "no driver", "not reached"],
)
def test_no_password_is_in_what_is_said(address, said):
    (fault,) = faults(address, "observations")
    assert said in str(fault)
    assert "s3cret" not in str(fault)
    assert fault.code == "EXT006"


# --- a real PostgreSQL ----------------------------------------------------------------------------

PASSWORD = "p@ss/wörd"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
MADE_UP = """
create table made_up (indicator varchar(20), area char(20), period date, value numeric(6,1), numerator integer,
                      denominator double precision, note text);
insert into made_up values ('SCS43', 'Ashford CSWT', '2024-08-31', 19.0, 380, 20.5, null);
create table settled (indicator text, area text, period text, value numeric, numerator numeric, denominator numeric,
                      note text, loaded timestamp);
insert into settled values ('SCS43', 'Ashford CSWT', '2024-08', 19.0, 380, 20.0, ''),
                           ('CYPE25', 'Sevenoaks', '2023-24', null, null, null, 'not available');
create schema service;
create view service.observations as select * from settled;
create table short (indicator text, area text);
"""


@pytest.fixture(scope="module")
def postgres():
    """The address of a PostgreSQL that runs for these tests only, without the user's part."""
    if not SERVERS and not shutil.which("initdb"):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    binaries = SERVERS[-1].parent if SERVERS else Path(shutil.which("initdb")).parent
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    home = Path(tempfile.mkdtemp(prefix="scorecard-postgres-"))
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    if user:
        for path in (home, home / "password"):
            shutil.chown(path, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def do(program: str, *words: str):
        command = [str(binaries / program), *words]
        done = subprocess.run(command, user=user, cwd=home, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr

    words = ["-U", "owner", "--pwfile", f"{home}/password", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-N"]
    do("initdb", "-D", f"{home}/data", *words)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    do("pg_ctl", "-D", f"{home}/data", "-l", f"{home}/log", "-w", "-o", options, "start")
    try:
        yield f"127.0.0.1:{port}/postgres"
    finally:
        do("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def address(postgres) -> str:
    """The address with user and password, of a database that holds the made-up tables."""
    import psycopg

    host, port = postgres.partition("/")[0].split(":")
    with psycopg.connect(host=host, port=port, user="owner", password=PASSWORD, dbname="postgres") as connection:
        connection.execute(MADE_UP)
    return f"postgresql://owner:p%40ss%2Fw%C3%B6rd@{postgres}"


def test_a_view_of_postgresql_is_read_exactly(address):
    extract = read_extract(address, "service.observations")
    assert (extract.name, cells(extract)) == ("table service.observations", [MISSING, CASELOAD])
    assert extract.remarks == []  # what is not asked for, such as `loaded`, is not in the answer


def test_types_of_postgresql(address):
    extract = read_extract(address, None, "select * from made_up where area::text like 'A%'")
    assert cells(extract) == [["SCS43", "Ashford CSWT", "2024-08", "19.0", "380", "20.5", ""]]
    assert extract.remarks == [
        "the query: dates in column period were read as their month.",
        "the query: denominator: binary floating-point numbers were read as the shortest decimal that stands for each; "
        "a column of type numeric or text needs no such rule.",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("settle", None), 'the database: has no table "settle". Did you mean "settled"?'),
        (("short", None), "table short: has no column period, value, numerator, denominator, note."),
        ((None, "select 1 as indicator"), "the query: does not have the columns area, period, value"),
        ((None, "select wrong from settled"), 'column "wrong" does not exist'),
        ((None, "with gone as (delete from settled returning *) select * from gone"), "read-only transaction"),
    ],
    ids=["table", "columns", "query's columns", "sql", "writes"],
)
def test_what_postgresql_refuses_is_told(address, words, said):
    (fault,) = faults(address, *words)
    assert said in str(fault)
    assert "p@ss" not in str(fault)
    assert len(read_extract(address, "settled").table) == 2


def test_a_wrong_password_is_told_without_it(postgres):
    (fault,) = faults(f"postgresql://owner:wr0ng@{postgres}", "settled")
    assert "password authentication failed" in str(fault)
    assert "owner:***@" in str(fault)
    assert "wr0ng" not in str(fault)
