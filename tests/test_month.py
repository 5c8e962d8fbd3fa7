"""The monthly routine as a newcomer walks through it, for August 2024 with a made-up extract.

The figures of August are invented for this test and stand nowhere else: a few are chosen by hand so that what they must
lead to can be said beforehand, the others repeat July.
"""

import csv
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import Workbook

from scorecard.__main__ import main
from scorecard.build import build_rows
from scorecard.catalogue import PARAMS
from scorecard.checks import check
from scorecard.editions import EDITIONS, load_edition
from scorecard.faults import InputError
from scorecard.history import long_series
from scorecard.inputs.extracts import read_extract
from scorecard.inputs.new_edition import latest_before, make_edition

MADE_UP = {
    ("SCS43", "Kent", "2024-08"): ("21.9", "5410", "247.0"),  # RED in July at 22.2; the floor standard is 22: AMBER
    ("SISE71", "Dartford", "2024-08"): ("2.9", "95", "3269"),  # GREEN in July at 2.8, the target
    ("SISE71", "Dartford", "2024-07"): ("2.7", "88", "3269"),  # July revised: 2.8 (92) before
}
OTHERS = "2022-12", "corporate-parenting-*", "ofsted-*"
HEAD = ["indicator", "area", "period", "value", "numerator", "denominator", "note"]


def scorecard(home: Path, *words: str) -> subprocess.CompletedProcess:
    """Run the command line on the params of `home`, there."""
    environment = {**os.environ, "SCORECARD_PARAMS": str(home / "params"), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "scorecard", *words]
    return subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)


def copied(home: Path, *left_out: str) -> Path:
    """A copy of the project's params and notebooks without some editions."""
    shutil.copytree(PARAMS, home / "params", ignore=shutil.ignore_patterns(*left_out, "districts"))
    shutil.copytree(PARAMS.parent / "notebooks", home / "notebooks")
    return home


def july(home: Path) -> list[dict]:
    return rows_of(home / "params/editions/2024-07/observations.csv")


def rows_of(path: Path) -> list[dict]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def made_up(home: Path) -> list[list[str]]:
    """August as July was, with the made-up figures; the revised one of July last."""
    figures = {(row["indicator"], row["area"], "2024-08"): row | {"period": "2024-08"}
               for row in july(home) if row["period"] == "2024-07"}  # fmt: skip
    for key, told in MADE_UP.items():
        figures[key] = dict(zip(HEAD, (*key, *told, ""), strict=True))
    return [[row[name] for name in HEAD] for row in figures.values()]


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """A project into which the edition of August 2024 was made from a CSV file, and what was said."""
    home = copied(tmp_path_factory.mktemp("month"), *OTHERS)
    extract = write(home / "made-up-august.csv", made_up(home))
    return home, scorecard(home, "new-edition", "2024-08", "--source", str(extract))


# --- the walk -------------------------------------------------------------------------------------


def test_1_a_new_edition_says_what_it_took_from_where(month):
    home, done = month
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"Made {home}/params/editions/2024-08 from 2024-07."
    assert "figures from made-up-august.csv (312 rows)." in lines[1]  # 311 of August and the revised one of July
    assert lines[2].endswith("carried over from 2024-07, 0 to be supplied.")
    assert lines[3:5] == [
        "1 figure differs from 2024-07:", "  SISE71 Dartford 2024-07: 2.7 (88 of 3269), was 2.8 (92 of 3269)",
    ]  # fmt: skip
    assert "Commentary of 1 area carried over; it is stale until edited." in lines
    assert "activity.csv has its lines without figures; put them in." in lines
    assert lines[-2].startswith("Review in edition.yml, where only months were moved: the years")
    assert "quarter 1 of 2024-25, spring term 2023-24" in lines[-2]
    assert lines[-1] == "Then run: scorecard check --edition 2024-08"


def test_2_the_folder_holds_the_month_and_the_six_before(month):
    home, _ = month
    rows = rows_of(home / "params/editions/2024-08/observations.csv")
    caseload = {row["period"]: row["value"] for row in rows if (row["indicator"], row["area"]) == ("SCS43", "Kent")}
    assert caseload == {
        "2024-02": "21.3", "2024-03": "21.8", "2024-04": "21.5", "2024-05": "22.1", "2024-06": "21.9",
        "2024-07": "22.2", "2024-08": "21.9",
    }  # fmt: skip
    told = (home / "params/editions/2024-08/edition.yml").read_text(encoding="utf-8")
    assert 'as_at: "2024-08"' in told
    assert 'teams_as_of: "2024-07"' in told
    assert "released: to be supplied" in told
    assert '["2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08"]' in told
    for file in ("standards.csv", "outturns.csv", "benchmarks.csv"):
        editions = home / "params/editions"
        assert (editions / "2024-08" / file).read_bytes() == (editions / "2024-07" / file).read_bytes()
    assert not (home / "params/editions/2024-08/printed.csv").exists()
    assert not list((home / "params/editions").glob(".*"))


def test_3_the_check_finds_no_error(month):
    home, _ = month
    done = scorecard(home, "check", "--edition", "2024-08")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 errors, ")
    assert "to be supplied" not in done.stdout


@pytest.mark.parametrize(
    ("area", "indicator", "expected"),
    [
        ("Kent", "SCS43", ("21.9", "AMBER", "22.2", "improved")),
        ("Dartford", "SISE71", ("2.9", "AMBER", "2.7", "worsened")),
    ],
)
def test_4_the_ratings_follow_from_the_figures(month, area, indicator, expected):
    edition = load_edition("2024-08", month[0] / "params/editions")
    rows = build_rows(edition, edition.area(area))
    row = next(row for row in rows if (row.indicator.key, row.latest.period) == (indicator, "2024-08"))
    assert (str(row.latest.value), row.rag.word, str(row.previous.value), row.dot.word) == expected


def test_5_the_pack_of_a_district_shows_the_month(month):
    home, _ = month
    done = scorecard(home, "packs", "--edition", "2024-08", "--district", "Dartford", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    page = (home / "outputs/2024-08/dartford/pack.html").read_text(encoding="utf-8")
    assert "August 2024" in page
    assert "Aug-24" in page
    figures = rows_of(home / "outputs/2024-08/dartford/scorecard.csv")
    (neet,) = [row for row in figures if (row["indicator"], row["area"]) == ("SISE71", "Dartford")]
    assert (neet["period"], neet["value"], neet["previous_value"], neet["rag"]) == ("2024-08", "2.9", "2.7", "AMBER")


def test_6_the_committee_report_marks_what_was_carried_over_and_not_edited(month):
    home, _ = month
    path = home / "params/editions/2024-08/commentary/kent.md"
    text = path.read_text(encoding="utf-8")
    assert text.count("status: stale\nfrom: 2024-07\n") == text.count("\n## ") > 20
    caseload = "## SCS43 average caseload, social work teams\n"
    before, _, after = text.partition(caseload)
    edited = f"{before}{caseload}status: agreed\n\nThe average caseload is 21.9.\n\n## {after.partition('## ')[2]}"
    path.write_text(edited, encoding="utf-8")
    done = scorecard(home, "report", "--edition", "2024-08")
    assert (done.returncode, done.stdout) == (0, "Wrote outputs/2024-08/committee-report.docx\n"), done.stderr
    report = Document(home / "outputs/2024-08/committee-report.docx")
    told = [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == "Numbered Paragraph"]
    assert report.paragraphs[0].text.endswith("Scorecard, August 2024")
    assert "Average caseload, social work teams (SCS43). The average caseload is 21.9." in told
    (posts,) = [text for text in told if text.startswith("Posts filled by permanent social workers (SCS40).")]
    assert posts.endswith("See figure 2. [stale, from 2024-07]")
    assert len(report.inline_shapes) == 13  # 14 in July; SCS43 is AMBER now


# --- other ways to the same edition ---------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    told = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    told.pop("commentary/kent.md")  # edited above
    return told


@pytest.fixture(scope="module")
def editions(tmp_path_factory) -> Path:
    """The folder of editions with July alone."""
    return copied(tmp_path_factory.mktemp("editions"), *OTHERS) / "params/editions"


@pytest.fixture
def before(editions):
    return load_edition("2024-07", editions, as_held=True)


def test_a_workbook_and_a_database_make_the_same_edition(month, editions, before, tmp_path):
    book, rows = Workbook(), made_up(editions.parents[1])
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(tmp_path / "made-up.xlsx")
    with sqlite3.connect(tmp_path / "made-up.sqlite") as connection:
        connection.execute(f"create table august ({', '.join(f'{name} text' for name in HEAD)})")
        connection.executemany("insert into august values (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    expected = files(month[0] / "params/editions/2024-08")
    for words in ((f"{tmp_path}/made-up.xlsx",), (f"sqlite:///{tmp_path}/made-up.sqlite", "august")):
        made = make_edition("2024-08", before, read_extract(*words), editions)
        assert files(made.folder) == expected
        shutil.rmtree(made.folder)


def test_without_an_extract_the_month_is_to_be_supplied(editions, before):
    folder = make_edition("2024-08", before, folder=editions).folder
    path = folder / "observations.csv"
    august = [row for row in rows_of(path) if row["period"] == "2024-08"]
    assert {row["value"] for row in august} == {""}
    assert {row["note"] for row in august} == {"to be supplied", "not available"}
    (fault,) = [fault for fault in check(load_edition("2024-08", editions)) if fault.grade == "error"]
    assert "column value: there is no figure of August 2024 yet. Put the month's figures in." in str(fault)
    text, line = path.read_text(encoding="utf-8"), "APP17,Kent,2024-08,,,,to be supplied"
    assert text.count(line) == 1
    path.write_text(text.replace(line, "APP17,Kent,2024-08,42.1,114,271,"), encoding="utf-8")
    told = check(load_edition("2024-08", editions))
    assert not [fault for fault in told if fault.grade == "error"]
    assert [fault.grade for fault in told if fault.code == "OBS023"] == ["warning"]
    shutil.rmtree(folder)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["SCS34", "Kennt", "2024-08", "57.3", "", "", ""], ["SEND20", "Kent", "2024-08", "42.1", "", "", ""],
             ["SCS43", "Kent", "Aug-24", "21.9", "", "", ""], ["SCS43", "Kent", "2024-09", "21.9", "", "", ""],
             ["EH43", "Kent", "2024-08", "-3", "", "", ""]],
            ['row 2, column area: "Kennt" is not an area',
             'row 3, column indicator: "SEND20" is not an indicator. It is now called "APP17".',
             'row 4, column period: "Aug-24" is not a period', "row 5, column period: 2024-09 is after",
             "row 6, column value: EH43: -3 (Kent) cannot be negative."],
        ),
        ([["SCS43", "Kent", "2024-08", "21,9", "", "", ""]], ['row 2, column value: "21,9" is not a number.']),
        (
            [["SCS43", "Kent", "2024-07", "22.2", "", "", ""]],
            ["NEW005 x.csv column period: there is no figure of August 2024. Is it the extract of another month?"],
        ),
        (
            [["SCS43", "Kent", "2024-08", "21.9", "", "", ""], ["SCS43", "Kent", "2024-06", "", "", "", ""]],
            ["NEW006 x.csv row 3, column value: no value and no reason where 2024-07 has a figure."],
        ),
        ([["SCS43", "Kent", "2024-08", "21.9", "", "", ""]] * 2, ["x.csv row 2", "stands 2 times. Keep one."]),
    ],
    ids=["all at once", "number", "last month's", "withdrawn", "twice"],
)  # fmt: skip
def test_a_faulty_extract_leaves_no_folder(editions, before, tmp_path, rows, said):
    source = write(tmp_path / "x.csv", rows)
    with pytest.raises(InputError) as raised:
        make_edition("2024-08", before, read_extract(str(source)), editions)
    for words in said:
        assert words in str(raised.value)
    assert "observations.csv" not in str(raised.value)
    assert os.listdir(editions) == ["2024-07"]


def test_faulty_commentary_leaves_no_folder(tmp_path):
    editions = copied(tmp_path, *OTHERS) / "params/editions"
    (editions / "2024-07/commentary/kent.md").write_text("no head", encoding="utf-8")
    with pytest.raises(InputError, match="TXT004"):
        make_edition("2024-08", load_edition("2024-07", editions, as_held=True), folder=editions)
    assert os.listdir(editions) == ["2024-07"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2024-07", "--from", "2024-07"), "NEW002 editions: 2024-07 exists."),
        (("2019-01",), 'NEW003 editions: there is no edition before "2019-01". Name the edition'),
        (("2024-13", "--from", "2024-07"), 'NEW001 editions: "2024-13" is not a month. Write it as 2024-08.'),
        (("2024-08", "--table", "Data"), "--table and --query go with --source."),
        (("2024-08", "--source", "x.csv", "--query", "select 1"), "--query goes with a database."),
        (("2024-08", "--source", "sqlite:///x"), "Name --table or give --query, one of the two."),
        (("2024-08", "--source", "no.csv"), "EXT001 no.csv: is no file."),
    ],
)
def test_odd_words_are_told_and_leave_no_folder(words, said):
    known = os.listdir(EDITIONS)
    done = CliRunner().invoke(main, ["new-edition", *words])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert os.listdir(EDITIONS) == known


def test_the_edition_before_is_the_latest_of_the_same_name(tmp_path):
    for name in ("2022-12", "2024-07", "2024-09", "ofsted-2024-07", "corporate-parenting-2019-07", ".part-2024-08-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "edition.yml").touch()
    assert latest_before("2024-08", tmp_path) == "2024-07"
    assert latest_before("corporate-parenting-2019-08", tmp_path) == "corporate-parenting-2019-07"


# --- the other scorecards -------------------------------------------------------------------------


def month_of(home: Path, edition: str, before: str, month: str, own: dict) -> Path:
    """A made-up extract: the figures of `before` again as those of `month`, but for those of `own`."""
    told = rows_of(home / f"params/editions/{edition}/observations.csv")
    figures = {(row["indicator"], row["area"], month): row | {"period": month}
               for row in told if row["period"] == before}  # fmt: skip
    figures |= {key: dict(zip(HEAD, (*key, *told, ""), strict=True)) for key, told in own.items()}
    return write(home / f"made-up-{month}.csv", [[row[name] for name in HEAD] for row in figures.values()])


@pytest.fixture(scope="module")
def others(tmp_path_factory) -> Path:
    """A project with every edition but that of July 2024."""
    return copied(tmp_path_factory.mktemp("others"), "2024-07")


@pytest.fixture(scope="module")
def august_2019(others):
    """Corporate parenting: reviews were 98.4 in July 2019; those of August 2019 and August 2018 are made up."""
    own = {
        ("CP-REVIEWS", "Kent", "2019-08"): ("98.9", "1594", "1612"),
        ("CP-REVIEWS", "Kent", "2018-08"): ("99.3", "", ""),
    }
    extract = month_of(others, "corporate-parenting-2019-07", "2019-07", "2019-08", own)
    return scorecard(others, "new-edition", "corporate-parenting-2019-08", "--source", str(extract))


def test_a_new_month_of_corporate_parenting_says_what_is_left_to_do(others, august_2019):
    assert august_2019.returncode == 0, august_2019.stderr
    told = august_2019.stdout.splitlines()
    assert told[0].endswith("corporate-parenting-2019-08 from corporate-parenting-2019-07.")
    assert "46 figures carried over from corporate-parenting-2019-07, 46 to be supplied." in told
    assert "breakdowns.csv has its lines without figures; put them in." in told
    assert "exception_series.csv ends with July 2019; put the month in." in told
    before, now = (others / f"params/editions/corporate-parenting-2019-0{month}" for month in (7, 8))
    assert (now / "attainment.csv").read_bytes() == (before / "attainment.csv").read_bytes()
    ages = [row for row in rows_of(now / "breakdowns.csv") if row["table"] == "Current Age"]
    assert (len(ages), {(row["value"], row["note"]) for row in ages}) == (57, {("", "to be supplied")})
    assert [row["period"] for row in rows_of(now / "exception_series.csv")][-1] == "2019-07"
    assert not (now / "activity.csv").exists()


def test_the_new_month_of_corporate_parenting_is_rated_with_both_arrows(others, august_2019):
    edition = load_edition("corporate-parenting-2019-08", others / "params/editions")
    assert [str(fault) for fault in check(edition) if fault.grade == "error"] == []
    assert [fault.grade for fault in check(edition) if fault.code == "BRK011"] == ["warning"]
    row = next(row for row in build_rows(edition) if row.indicator.key == "CP-REVIEWS")
    assert (str(row.latest.value), row.rag.word, row.dot.word, row.dot_year_ago.word) == (
        "98.9", "GREEN", "improved", "worsened",
    )  # fmt: skip
    done = scorecard(others, "packs", "--edition", "corporate-parenting-2019-08", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    page = (others / "outputs/corporate-parenting-2019-08/kent/pack.html").read_text(encoding="utf-8")
    assert "381 figures to be supplied; a table without any is left out." in page
    assert "KS2, expected standard" in page


def test_a_month_after_december_2022_joins_its_series(others):
    own = {("SCS03", "Kent", "2023-01"): ("21.3", "", "")}  # 21.1 in December 2022, the target is 25.0
    extract = month_of(others, "2022-12", "2022-12", "2023-01", own)
    done = scorecard(others, "new-edition", "2023-01", "--source", str(extract))
    assert done.returncode == 0, done.stderr
    assert "from 2022-12." in done.stdout
    edition = load_edition("2023-01", others / "params/editions")
    assert [str(fault) for fault in check(edition) if fault.grade == "error"] == []
    rows = [row for row in build_rows(edition, edition.areas.kent) if row.indicator.key == "SCS03"]
    (row,) = long_series(edition, rows, folder=others / "params/editions")
    assert (row.rag.word, row.dot.word, row.series[0].file) == ("GREEN", "worsened", "2022-12/observations.csv")
    assert [str(figure.value) for figure in row.series] == [
        "21.4", "21.3", "21.1", "20.9", "20.7", "20.9", "21.1", "21.3",
    ]  # fmt: skip


@pytest.mark.parametrize("words", [(), ("--from", "ofsted-2022-12")], ids=["by its name", "by --from"])
def test_a_dashboard_is_typed_in_whole_and_the_refusal_says_how(words):
    known = os.listdir(EDITIONS)
    done = CliRunner().invoke(main, ["new-edition", "ofsted-2023-03", *words])
    assert done.exit_code == 2
    assert 'NEW008 editions: ofsted-2022-12 is a scorecard of the kind "ofsted"' in done.stderr
    assert (
        "Copy the folder ofsted-2022-12 to ofsted-2023-03, type the new figures into direction_of_travel.csv"
        in done.stderr
    )
    assert os.listdir(EDITIONS) == known


def test_the_folder_of_a_dashboard_can_be_copied_as_the_refusal_says(others):
    editions = others / "params/editions"
    shutil.copytree(editions / "ofsted-2022-12", editions / "ofsted-2023-03")
    done = scorecard(others, "check", "--edition", "ofsted-2023-03")
    assert (done.returncode, done.stdout.splitlines()[-1].startswith("0 errors")) == (0, True), done.stdout
