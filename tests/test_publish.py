"""The publication: spreadsheets that keep text text, PDFs that can be read aloud, and a folder that is whole."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from pdfua import validate

from scorecard.catalogue import PARAMS
from scorecard.disclosure import WITHHELD
from scorecard.exports.pdf import BROWSERS, print_pdf
from scorecard.exports.publish import alt_texts, checksums
from scorecard.exports.spreadsheet import Sheet, sheet_of, workbook
from scorecard.faults import InputError
from scorecard.inputs.dictionary import Column, columns_of, csvw, load_columns

needs_browser = pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="Chromium is not installed")
TEXT, NUMBER = Column("text", "Text", "", "text"), Column("value", "Value", "", "number")


def opened(sheets: list[Sheet], title: str = "A title"):
    return openpyxl.load_workbook(io.BytesIO(workbook(title, ["Cover line"], ["A note"], sheets)))


# --- the spreadsheet ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org/", "=cmd|' /C calc'!A0"])
def test_text_stays_text_whatever_it_begins_with(hostile):
    page = opened([Sheet("Data", hostile, [TEXT], [[hostile]])], hostile)["Data"]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in (page["A1"], page["A4"])] == [
        (hostile, "s", None)
    ] * 2


@pytest.mark.parametrize(
    ("text", "shown"), [("22.10", "#,##0.00"), ("5", "#,##0"), ("-0.12", "#,##0.00"), ("24414", "#,##0")]
)
def test_a_number_is_a_number_with_its_printed_decimals(text, shown):
    cell = opened([Sheet("Data", "T", [NUMBER], [[text]])])["Data"]["A4"]
    assert (Decimal(str(cell.value)), cell.number_format) == (Decimal(text), shown)


def test_no_cell_is_empty():
    rows = [["EH43", "3"], [WITHHELD, ""], ["not available", ""], ["", "1"]]
    page = opened([Sheet("Data", "T", [TEXT, NUMBER], rows)])["Data"]
    shown = [[cell.value for cell in row] for row in page.iter_rows(min_row=4, max_row=7)]
    assert shown == [["EH43", 3], ["[c] few children", "[c]"], ["not available", "[x]"], ["[z]", 1]]


def test_a_sheet_has_one_named_table_and_no_merged_or_hidden_cells():
    book = opened([Sheet("EH43", "T", [TEXT], [["a"]]), Sheet("Trends", "T", [TEXT], [["b"]])])
    assert book.sheetnames == ["Cover", "Notes", "EH43", "Trends"]
    assert [list(book[name].tables) for name in book.sheetnames[1:]] == [
        ["table_0_notes"], ["table_1_eh43"], ["table_2_trends"],
    ]  # fmt: skip
    assert all(not page.merged_cells.ranges and page.freeze_panes is None for page in book)
    assert all(page.sheet_state == "visible" for page in book)
    assert book.properties.title == "A title"


def test_the_same_figures_give_the_same_bytes():
    sheets = [Sheet("Data", "T", [TEXT, NUMBER], [["a", "1.0"]])]
    assert workbook("T", [], [], sheets) == workbook("T", [], [], sheets)


def test_a_spreadsheet_leaves_out_the_columns_that_are_for_programs():
    kept = sheet_of("Data", "T", [TEXT, Column("key", "Key", "", "text", sheet=False)], "text,key\na,b\n")
    assert (kept.columns, kept.rows) == ([TEXT], [["a"]])


# --- the dictionary -------------------------------------------------------------------------------------------


def test_a_column_that_nobody_described_is_named():
    with pytest.raises(InputError, match=r"COL002 columns.yml.*scorecard.csv: shoe_size is not described"):
        columns_of("scorecard.csv", ["section", "shoe_size"])


def test_the_metadata_describe_each_column_once():
    columns = list(load_columns()["scorecard.csv"].values())
    told = json.loads(csvw("scorecard.csv", columns, "Ashford", "as published"))
    described = {column["name"]: column for column in told["tableSchema"]["columns"]}
    assert told["url"] == "scorecard.csv"
    assert described["floor"]["datatype"] == "decimal"
    assert described["rag"]["dc:description"].startswith("GREEN: target achieved.")
    assert all(column["dc:description"] for column in described.values())


def test_the_alternative_of_each_chart_is_beside_it():
    page = (
        '<figure class="x" id="trend-a"><p>Finding</p><img alt="Line chart. &quot;A&quot; rose." src="data:,"></figure>'
    )
    assert list(csv.reader(io.StringIO(alt_texts(page)))) == [
        ["chart", "alt_text"], ["trend-a", 'Line chart. "A" rose.'],
    ]  # fmt: skip


# --- the folder -----------------------------------------------------------------------------------------------


def scorecard(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "scorecard", *map(str, words)], capture_output=True, text=True, check=False,
        cwd=PARAMS.parent, env={**os.environ, "SCORECARD_STORE": os.devnull},
    )  # fmt: skip


@pytest.fixture(scope="module")
def packs(tmp_path_factory) -> Path:
    """The one pack of the Ofsted dashboard."""
    out = tmp_path_factory.mktemp("outputs")
    done = scorecard("packs", "--edition", "ofsted-2022-12", "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def published(packs, tmp_path_factory) -> Path:
    to = tmp_path_factory.mktemp("site") / "december"
    done = scorecard("publish", "--edition", "ofsted-2022-12", "--packs", packs, "--to", to, "--without-pdf")
    assert done.returncode == 0, done.stderr
    return to


def test_a_publication_holds_every_form_and_the_sums_of_all_its_files(published):
    files = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    wanted = {"index.html", "kent/pack.html", "kent/pack.xlsx", "kent/outcomes.csv", "kent/charts/alt-text.csv"}
    assert wanted | {"kent/outcomes.csv-metadata.json"} <= files
    assert not {"kent/pack.ipynb", "kent/manifest.json"} & files
    sums = dict(line.split("  ")[::-1] for line in (published / "checksums.txt").read_text().splitlines())
    assert set(sums) == files - {"checksums.txt"}
    page = hashlib.sha256((published / "kent/pack.html").read_bytes()).hexdigest()
    assert sums["kent/pack.html"] == page


def test_publishing_again_replaces_the_publication_by_the_same_bytes(packs, published):
    before = list(checksums(published))
    done = scorecard("publish", "--edition", "ofsted-2022-12", "--packs", packs, "--to", published, "--without-pdf")
    assert done.returncode == 0
    assert list(checksums(published)) == before
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_a_folder_with_something_else_is_left_alone(packs, tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    done = scorecard("publish", "--edition", "ofsted-2022-12", "--packs", packs, "--to", tmp_path, "--without-pdf")
    assert done.returncode == 2
    assert "PUB002" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_packs_that_are_not_there_are_named_with_the_command_that_makes_them(tmp_path):
    done = scorecard("publish", "--edition", "ofsted-2022-12", "--packs", tmp_path, "--to", tmp_path / "site")
    assert done.returncode == 2
    assert "missing or out of date: Kent." in done.stderr
    assert "scorecard packs --edition ofsted-2022-12 --resume" in done.stderr
    assert not (tmp_path / "site").exists()


@needs_browser
def test_a_pdf_is_tagged_titled_and_the_same_each_time(packs):
    """By pdfua, which checks 16 of the 106 rules of PDF/UA-1. The one warning: the file claims no conformance."""
    page, title = packs / "ofsted-2022-12" / "kent" / "pack.html", "Kent: Ofsted"
    printed = print_pdf(page, title)
    assert printed == print_pdf(page, title)
    pdf = page.with_name("test.pdf")
    pdf.write_bytes(printed)
    found = validate(pdf)
    pdf.unlink()
    assert {finding.rule_id for finding in found.findings} == {"UA-28-004"}
