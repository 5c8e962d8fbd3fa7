"""Files as DfE publishes them, read into a store whole or not at all, with every row accounted for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from scorecard.cli.benchmarks import shortened
from scorecard.comparison.imports import import_file, imports_known, read_measures
from scorecard.faults import Fault, InputError

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
published = pytest.mark.skipif(
    not (DATA / "lait").exists(), reason="the published files are no part of the repository: ../shared/data/lait"
)
LAIT = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region"
EES = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
    "new_la_code,la_name,category,started,again"
)
KENT = "England,E12000008,South East,886,E10000016,Kent"


@pytest.fixture
def write(tmp_path):
    def written(name, *lines, encoding="utf-8"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return written


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def rows_of(store, *measures):
    (one,) = imports_known(store)
    return read_measures(one, list(measures))


# --- LAIT -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "year_label", "start", "kind", "status"),
    [
        ("2023", "2023", 2023, "one year", None),
        ("2015/16", "2015/16", 2015, "two years", None),
        ("2016-17 (OT)", "2016-17", 2016, "two years", "outturn"),
        ("2025 (prov)", "2025", 2025, "one year", "provisional"),
        ("2023(Prov)", "2023", 2023, "one year", "provisional"),
        ("2018 (Rev)", "2018", 2018, "one year", "revised"),
        ("2023 (Revised)", "2023", 2023, "one year", "revised"),
        ("2020 (Final)", "2020", 2020, "one year", "final"),
        ("2014-16", "2014-16", 2014, "several years", None),
        ("2013/14-15/16", "2013/14-15/16", 2013, "several years", None),
        ("2023 (open text)", "2023", 2023, "one year", "open text"),
    ],
)
def test_the_label_of_a_year_is_read(write, store, label, year_label, start, kind, status):
    import_file(write("lait_2024-11.csv", LAIT, f"ReReferral,,{label},Kent,21.8,886,South East"), store=store)
    told = rows_of(store, "ReReferral").iloc[0]
    assert [told["label"], told["year_label"], told["start"], told["kind"]] == [label, year_label, start, kind]
    assert (told["status"] if isinstance(told["status"], str) else None) == status


@pytest.mark.parametrize(
    ("cell", "value", "symbol"),
    [
        ("21.8", 21.8, None), ("-0.12", -0.12, None), ("140", 140, None), ("7.0000000000000007E-2", 0.07, None),
        ("1.0030000000000001E-2", 0.01003, None), ("2.5847017147240194", 2.584701715, None),
        ("-", None, "-"), ("c", None, "c"), ("..", None, ".."), ("x", None, "x"), ("z", None, "z"), ("k", None, "k"),
        ("low", None, "low"), ("", None, "blank"),
    ],
)  # fmt: skip
def test_a_missing_figure_keeps_its_symbol(write, store, cell, value, symbol):
    import_file(write("lait_2024-11.csv", LAIT, f"ReReferral,,2023,Kent,{cell},886,South East"), store=store)
    told = rows_of(store, "ReReferral").iloc[0]
    assert (None if value is None else told["value"]) == value
    assert (told["symbol"] if isinstance(told["symbol"], str) else None) == symbol


def test_england_and_regions_are_told_from_authorities(write, store):
    places = [("England", 970), ("South East", 989), ("London (Outer)", 988), ("Kent", 886), ("Wokingham", 872)]
    lines = [f"ReReferral ,,2023,{name},1,{number}.0,x" for name, number in places]
    import_file(write("lait_2024-11-25.csv", LAIT, *lines), store=store)
    told = rows_of(store, "ReReferral")
    assert dict(zip(told["dfe"], told["level"], strict=True)) == {
        970: "country", 989: "region", 988: "region", 886: "la", 872: "la",
    }  # fmt: skip


def test_the_same_file_twice_does_nothing(write, store):
    path = write("lait_2024-11-25.csv", LAIT, "ReReferral,,2023,Kent,21.8,886,South East")
    first, second = import_file(path, store=store), import_file(path, store=store)
    assert [first.known, second.known] == [False, True]
    assert len(list(store.iterdir())) == 2
    facts = json.loads(first.path.with_suffix(".json").read_text(encoding="utf-8"))
    assert first.path.name == f"lait_2024-11-25_{facts['sha256'][:12]}.parquet"
    assert {key: facts[key] for key in ("source", "vintage", "file", "rows", "stored", "aside", "faults")} == {
        "source": "LAIT", "vintage": "2024-11-25", "file": "lait_2024-11-25.csv", "rows": 1, "stored": 1, "aside": 0,
        "faults": [],
    }  # fmt: skip


def test_two_vintages_stand_side_by_side(write, store):
    for vintage, value in (("2024-11-25", "46.4"), ("2026-02-25", "46.3")):
        line = f"AVG_Attain8_Score,,2023,England,{value},970,NA"
        import_file(write(f"lait_{vintage}.csv", LAIT, line), store=store)
    found = {one.name: read_measures(one, ["AVG_Attain8_Score"])["value"].item() for one in imports_known(store)}
    assert found == {"LAIT 2024-11-25": 46.4, "LAIT 2026-02-25": 46.3}


def test_the_vintage_that_is_given_wins(write, store):
    path = write("lait_2024-11-25.csv", LAIT, "ReReferral,,2023,Kent,21.8,886,South East")
    assert import_file(path, "2024-12", store).name == "LAIT 2024-12"


def test_parquet_and_xlsx_hold_the_same_as_csv(write, store, tmp_path):
    from openpyxl import Workbook

    lines = [("ReReferral", None, "2023", "Kent", "21.8", 886.0, "South East"),
             ("ReReferral", None, "2023", "City of London", "-", 201.0, "Inner London")]  # fmt: skip
    book = Workbook()
    book.active.append(LAIT.split(","))
    for line in lines:
        book.active.append(line)
    book.save(tmp_path / "lait_2024-11.xlsx")
    names = ", ".join(f'"{name}"' for name in LAIT.split(","))
    connection = duckdb.connect()
    connection.execute(f"create table told ({names.replace(',', ' varchar,')} varchar)").fetchall()
    connection.execute('alter table told alter "LA Number" type double').fetchall()
    for line in lines:
        connection.execute("insert into told values (?, ?, ?, ?, ?, ?, ?)", line).fetchall()
    connection.execute(f"copy told to '{tmp_path / 'lait_2024-11.parquet'}'").fetchall()
    connection.close()
    for name in ("lait_2024-11.xlsx", "lait_2024-11.parquet"):
        import_file(tmp_path / name, store=store)
    one, other = (read_measures(told, ["ReReferral"]) for told in imports_known(store))
    assert one.equals(other)
    assert [one["dfe"].tolist(), one["value"].tolist()[0], one["symbol"].tolist()[1]] == [[886, 201], 21.8, "-"]


def test_a_row_without_a_figure_and_with_an_unreadable_year_is_set_aside_and_listed(write, store):
    """DfE's own file of February 2026 has 170 such rows under the year 0."""
    told = import_file(
        write("lait_2026-02.csv", LAIT, "A,,0,Barnet,-,302,x", "A,,0,Barnsley,-,370,x", "A,,2023,Barnet,1,302,x"),
        store=store,
    )
    assert [told.rows, told.stored, told.aside] == [3, 1, 2]
    assert told.faults == (
        'WARNING IMP012 lait_2026-02.csv row 2, column Years: the year "0" cannot be read; the rows hold no figure and '
        "are set aside. Nothing to do; the rows are counted as set aside. (2 rows: 2, 3)",
    )


# --- EES ------------------------------------------------------------------------------------------


def test_a_file_of_explore_education_statistics_becomes_long(write, store):
    lines = [
        f"2023,Reporting year,Local authority,E92000001,{KENT},Plans,1559,362",
        "202223,Academic year,National,E92000001,England,,,,,,Plans,c,low",
        "2023,Reporting year,Regional,E92000001,England,E12000008,South East,,,,Plans,10,3",
    ]
    told = import_file(write("plans.csv", EES, *lines), "2025", store)
    rows = rows_of(store, "started", "again")
    assert [told.source, told.rows, told.stored, told.aside] == ["EES", 3, 6, 0]
    kent = rows[rows["dfe"] == 886]
    assert dict(zip(kent["measure"], kent["value"], strict=True)) == {"again": 362, "started": 1559}
    assert set(rows["filters"]) == {"category: Plans"}
    england = rows[rows["level"] == "country"]
    assert set(england["year_label"]) == {"2022/23"}
    assert set(england["kind"]) == {"academic year"}
    assert set(england["ons"]) == {"E92000001"}
    assert set(england["symbol"]) == {"c", "low"}


# --- malformed files ------------------------------------------------------------------------------

GOOD = "A,,2023,Kent,1,886,South East"
ROW = f"2023,Reporting year,Local authority,E92000001,{KENT},Plans,1559,362"
MALFORMED = [
    ("lait_2024-11.csv", [LAIT, GOOD + ",x"], "IMP006 lait_2024-11.csv row 2: cells are too many, too few"),
    ("lait_2024-11.csv", [LAIT, GOOD, "A,,2023"], "IMP006 lait_2024-11.csv row 3: cells are too many, too few"),
    ("lait_2024-11.csv", [LAIT], "IMP005 lait_2024-11.csv: has no rows."),
    ("lait_2024-11.csv", ["Short Desc,Years,Values,LA Number", "A,2023,1,886"],
     "IMP009 lait_2024-11.csv row 1: has no column LA and Regions."),
    ("lait_2024-11.csv", [LAIT + ",Years", GOOD + ",2023"], "IMP008 lait_2024-11.csv row 1: has a column without"),
    ("lait_2024-11.csv", [LAIT, GOOD, "A,,20x3,Kent,1,886,x"],
     'IMP011 lait_2024-11.csv row 3, column Years: the year "20x3" cannot be read and the row holds a figure.'),
    ("lait_2024-11.csv", [LAIT, "A,,2023,Kent,1,E10000016,x"],
     'IMP013 lait_2024-11.csv row 2, column LA Number: "E10000016" is not the number of an area.'),
    ("lait_2024-11.csv", [LAIT, GOOD, 'A,,2022,Kent,"1,559",886,x', "A,,2021,Kent,12%,886,x"],
     'IMP014 lait_2024-11.csv row 3, column Values: "1,559" is neither a number nor a sign for a missing one.'),
    ("lait_2024-11.csv", [LAIT, GOOD, GOOD],
     "IMP015 lait_2024-11.csv row 2, column Short Desc: stands more than once: A, 2023, Kent."),
    ("lait_2024-11.csv", [LAIT, ",,2023,Kent,1,886,x"], "IMP010 lait_2024-11.csv row 2, column Short Desc: the"),
    ("lait.csv", [LAIT, GOOD], "IMP002 lait.csv: has no date in its name. Say when the data came out"),
    ("lait_2024-11.txt", [LAIT, GOOD], "IMP003 lait_2024-11.txt: is of an unknown kind."),
    ("lait_2024-11.parquet", [LAIT, GOOD], "IMP004 lait_2024-11.parquet: cannot be read"),
    ("lait_2024-11.xlsx", [LAIT, GOOD], "IMP004 lait_2024-11.xlsx: is not a workbook."),
    ("ees_2025-11.csv", [EES, ROW.replace("2023", "202224", 1)],
     'IMP020 ees_2025-11.csv row 2, column time_period: "202224" is not a period.'),
    ("ees_2025-11.csv", [EES, ROW.replace("Local authority", "Ward")],
     'IMP021 ees_2025-11.csv row 2, column geographic_level: "Ward" is not a level that is compared.'),
    ("ees_2025-11.csv", [EES, ROW.replace("E10000016", "")],
     'IMP022 ees_2025-11.csv row 2, column new_la_code, region_code or country_code: the area "Kent" has no code.'),
    ("ees_2025-11.csv", [EES, ROW, ROW.replace("2023", "2022", 1).replace("362", "23%")],
     'IMP023 ees_2025-11.csv row 3, column (named in the message): "again 23%": neither a number'),
    ("ees_2025-11.csv", [EES, ROW, ROW], "IMP024 ees_2025-11.csv row 2, column time_period: stands more than once: "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "said"), MALFORMED, ids=[said[:6] for *_, said in MALFORMED])
def test_a_malformed_file_is_refused_with_its_place_and_leaves_nothing(write, store, name, lines, said):
    with pytest.raises(InputError) as told:
        import_file(write(name, *lines), store=store)
    assert str(told.value).startswith(f"ERROR {said}")
    assert not store.exists()


@pytest.mark.parametrize(
    ("lines", "code"),
    [([LAIT, *(f"A{number},,2023,Kent,1,886,x" for number in range(5000)), "é,,2023,Kent,1,886,x"], "IMP006"),
     (["é" + LAIT], "IMP007")],
    ids=["below the header", "in the header"],
)  # fmt: skip
def test_a_file_in_another_encoding_is_refused(write, store, lines, code):
    with pytest.raises(InputError) as told:
        import_file(write("lait_2024-11.csv", *lines, encoding="cp1252"), store=store)
    assert [fault.code for fault in told.value.faults] == [code]


def test_an_empty_file_and_one_that_is_not_there_are_refused(tmp_path, store):
    (tmp_path / "lait_2024-11.csv").write_bytes(b"")
    for name, code in (("lait_2024-11.csv", "IMP005"), ("lait_2024-12.csv", "IMP001")):
        with pytest.raises(InputError) as told:
            import_file(tmp_path / name, store=store)
        assert [fault.code for fault in told.value.faults] == [code]


def test_a_store_that_cannot_be_written_is_said_in_plain_words(write, tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(InputError) as told:
        import_file(write("lait_2024-11.csv", LAIT, GOOD), store=tmp_path / "store")
    assert [fault.code for fault in told.value.faults] == ["IMP016"]


def test_all_rows_of_one_fault_are_counted_and_20_are_listed(write, store):
    lines = [f"A{number},,2023,Kent,?,886,x" for number in range(30)]
    with pytest.raises(InputError) as told:
        import_file(write("lait_2024-11.csv", LAIT, *lines), store=store)
    (fault,) = told.value.faults
    assert len(fault.rows) == 30
    assert "(30 rows: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, ...)" in str(fault)


def test_at_most_20_faults_are_listed_with_the_exact_count():
    many = [Fault("error", "IMP014", "lait.csv", f"{number}.", "") for number in range(41)]
    told = shortened(many)
    assert [len(told), told[-1].message] == [21, "41 faults in all; the first 20 are listed."]


# --- the commands ---------------------------------------------------------------------------------


def run(store, *words):
    """The command line in a process of its own, for it settles where the store is when it starts."""
    program = (
        "from scorecard.__main__ import main; from scorecard.cli.benchmarks import benchmarks; "
        "main.add_command(benchmarks); main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "benchmarks", *words],
        env={**os.environ, "SCORECARD_STORE": str(store)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_import_and_list_at_the_command_line(write, store):
    path = str(write("lait_2024-11-25.csv", LAIT, GOOD))
    first, second, listed = run(store, "import", path), run(store, "import", path), run(store, "list")
    assert [first.returncode, second.returncode, listed.returncode] == [0, 0, 0]
    assert "lait_2024-11-25.csv: LAIT 2024-11-25, 1 rows, 1 figures stored, 0 rows set aside" in first.stdout
    assert "lait_2024-11-25.csv: already imported as LAIT 2024-11-25; nothing to do." in second.stdout
    assert listed.stdout.startswith("LAIT 2024-11-25          1 figures")


def test_a_malformed_file_at_the_command_line_exits_2_and_the_others_are_imported(write, store):
    good, bad = write("lait_2024-11.csv", LAIT, GOOD), write("lait_2024-12.csv", LAIT, GOOD + ",x")
    done = run(store, "import", str(bad), str(good))
    assert done.returncode == 2
    assert "ERROR IMP006 lait_2024-12.csv row 2" in done.stderr
    assert "Traceback" not in done.stderr
    assert [one.file for one in imports_known(store)] == ["lait_2024-11.csv"]


def test_an_empty_store_is_said_to_be_empty(store):
    assert run(store, "list").stdout == f"The store is {store}, and it is empty.\n"
    derived = run(store, "derive", "--edition", "2024-07")
    assert [derived.returncode, derived.stderr[:35]] == [2, "ERROR BMK003 the local store: is em"]


# --- the published files --------------------------------------------------------------------------


@published
@pytest.mark.parametrize(
    ("name", "rows", "aside"), [("lait_2024-11-25.parquet", 537_710, 0), ("lait_2026-02-25.parquet", 627_810, 170)]
)
def test_every_row_of_the_published_back_data_is_stored_or_listed(store, name, rows, aside):
    told = import_file(DATA / "lait" / name, store=store)
    assert [told.rows, told.stored, told.aside] == [rows, rows - aside, aside]
