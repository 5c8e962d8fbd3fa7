"""The command line: contracts, exit statuses and what an analyst reads when something is wrong."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from scorecard.__main__ import main
from scorecard.catalogue import PARAMS

CONTRACT = (
    "edition,indicator,code,area,period,year,value,numerator,denominator,polarity,target,floor,floor_source,rag,"
    "rag_reason,previous_period,previous_value,dot,dot_reason,page,"
    "dot_year_ago,year_ago_period,year_ago_value,dot_year_ago_reason,"
    "confidence,confidence_reason,interval_low,interval_high,disclosure"
)


def run(*words):
    return CliRunner().invoke(main, words)


def in_params(params: Path, *words):
    """Run the command line on another params folder."""
    environment = {**os.environ, "SCORECARD_PARAMS": str(params), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-m", "scorecard", *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def params(tmp_path):
    """A copy of params that a test may spoil."""
    return Path(shutil.copytree(PARAMS, tmp_path / "params"))


def spoil(params: Path, before: str, after: str, file: str = "observations.csv", edition: str = "2024-07"):
    path = params / "editions" / edition / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


# --- ratings ----------------------------------------------------------------------------------------


def test_ratings_are_a_contract():
    done = run("ratings", "--edition", "2024-07")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == CONTRACT
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    keys = Counter((row["indicator"], row["area"], row["year"], row["page"], row["period"]) for row in rows)
    assert max(keys.values()) == 1
    assert Counter(row["page"] for row in rows)["vulnerable learners"] == 20


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("SISE71", "Dartford", "2024-07", ""), ("2.8", "2.8", "GREEN", "2.7", "worsened")),
        (("SCS43", "Kent", "2024-07", ""), ("22.2", "18.0", "RED", "21.9", "worsened")),
        (("SCS43", "Kent", "2022-23", ""), ("21.8", "18.0", "AMBER", "", "")),
        (("SISE12", "Kent", "2022-23", "vulnerable learners"), ("47.0", "51.0", "RED", "49.3", "worsened")),
        (("SISE12", "Kent", "2023-24", ""), ("47.0", "48.0", "AMBER", "47.0", "same")),
        (("CYPE25", "Sevenoaks", "2023-24", ""), ("", "36.0", "", "", "")),
    ],
)
def test_ratings_as_printed(key, expected):
    rows = csv.DictReader(io.StringIO(run("ratings", "--edition", "2024-07", "--area", key[1]).stdout))
    row = next(r for r in rows if (r["indicator"], r["area"], r["period"], r["page"]) == key)
    assert tuple(row[name] for name in ("value", "target", "rag", "previous_value", "dot")) == expected


def test_ratings_as_json_keep_printed_decimals():
    text = run("ratings", "--edition", "2024-07", "--area", "Ashford CSWT", "--format", "json").stdout
    rows = json.loads(text)
    assert list(rows[0]) == CONTRACT.split(",")
    assert '"value": 13.0' in text
    assert next(row["value"] for row in rows if row["indicator"] == "SCS13") == 13.0
    assert {row["area"] for row in rows} == {"Ashford CSWT"}


def test_ratings_as_table():
    lines = run("ratings", "--edition", "2024-07", "--area", "Kent", "--format", "table").stdout.splitlines()
    assert lines[0].split() == CONTRACT.split(",")
    assert any("APP17" in line and "AMBER" in line for line in lines)


# --- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ratings", "--edition", "2024-70"), 'EDN001 editions: "2024-70" is not an edition. Did you mean "2024-07"'),
        (("ratings", "--edition", "2024-07", "--area", "Folkstone and Hythe"), 'Did you mean "Folkestone and Hythe"'),
        (("packs", "--edition", "2024-07", "--district", "Dovr"), 'Did you mean "Dover"'),
        (("packs", "--edition", "2024-07", "--district", "Ashford CSWT"), 'there is no pack for "Ashford CSWT".'),
        (("packs", "--edition", "2024-07", "--distrct", "Dover"), "Did you mean '--district'?"),
        (("ratings",), "Missing option '--edition'"),
    ],
)  # fmt: skip
def test_bad_words_are_told_with_a_remedy(words, said):
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_every_fault_at_once_and_no_output(params):
    spoil(params, "SISE71,Dartford,2024-07,2.8,92,3269,", "SISE71,Dartford,2024-07,2.8%,92,3269,")
    spoil(params, "SCS03,2023-24,L,25.0,25.0,", "SCS03,2023-24,L,25.0,twenty-five,", "standards.csv")
    done = in_params(params, "ratings", "--edition", "2024-07")
    assert done.returncode == 2
    assert done.stdout == ""
    assert 'column value: "2.8%" is not a number.' in done.stderr
    assert 'standards.csv row 7, column target: "twenty-five" is not a number.' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["ratings", "reconcile", "packs"])
def test_errors_of_check_stop_everything(params, tmp_path, command):
    spoil(params, "SISE71,Dartford,2024-07,2.8,92,3269,", "SISE71,Dartfort,2024-07,2.8,92,3269,")
    words = [command, "--edition", "2024-07", *(["--out", str(tmp_path / "out")] if command == "packs" else [])]
    done = in_params(params, *words)
    assert done.returncode == 2
    assert '"Dartfort"' in done.stderr
    assert "Dartford" in done.stderr
    assert not (tmp_path / "out").exists()


# --- check, reconcile and new-edition -----------------------------------------------------------------


def test_check_says_what_is_wrong():
    done = run("check", "--edition", "2024-07")
    assert done.exit_code == 0
    assert "67.1 does not follow from 112 of 1,671 (6.7). With 1,122 the value is 67.1" in done.stdout
    assert done.stdout.rstrip().endswith("in edition 2024-07.")
    assert done.stdout.splitlines()[-1].startswith("0 errors, 46 warnings, ")


def test_check_of_a_bad_edition_exits_2(params):
    spoil(params, "SISE71,Dartford,2024-07,2.8,92,3269,", "SISE71,Dartford,2024-7,2.8,92,3269,")
    done = in_params(params, "check", "--edition", "2024-07")
    assert done.returncode == 2
    assert '"2024-7"' in done.stdout


def test_reconcile_explains_every_difference():
    done = run("reconcile", "--edition", "2024-07")
    assert done.exit_code == 0
    assert "15 differences" in done.stdout
    assert "unexplained:" not in done.stdout


def test_reconcile_exits_1_on_an_unexplained_difference(params):
    spoil(params, "SISE71,Dartford,2024-07,2.8,92,3269,", "SISE71,Dartford,2024-07,2.9,92,3269,")
    done = in_params(params, "reconcile", "--edition", "2024-07")
    assert done.returncode == 1
    assert "unexplained: SISE71 Dartford 2024-07, rag: printed GREEN, computed AMBER." in done.stdout


def test_plain_papermill_has_a_file_for_each_district():
    import yaml

    from scorecard.areas import load_areas

    for district in load_areas().districts:
        told = yaml.safe_load((PARAMS / "districts" / f"{district.slug}.yml").read_text(encoding="utf-8"))
        assert told == {"edition": "2024-07", "district": district.name}
    assert len(list((PARAMS / "districts").glob("*.yml"))) == 12


# --- params at an address ---------------------------------------------------------------------------

CHECKED = """
import os, sys
from pathlib import Path
from fsspec.core import url_to_fs
source, address = Path(sys.argv[1]), sys.argv[2]
files, there = url_to_fs(address)
for path in (path for name in ("params", "notebooks") for path in (source / name).rglob("*") if path.is_file()):
    if address.startswith("memory:") and not path.name.startswith("benchmarks_derived"):
        files.pipe_file(f"{there.rpartition('/')[0]}/{path.relative_to(source).as_posix()}", path.read_bytes())
os.environ["SCORECARD_PARAMS"] = address
from scorecard.catalogue import PARAMS
from scorecard.editions import load_edition
from scorecard.packs import plan
print(PARAMS, len(load_edition("2024-07").observations), len(plan(load_edition("2024-07"))))
"""
"""Reads an edition from an address; a folder in memory is filled first, for no other process can see it."""


@pytest.mark.parametrize("kind", ["file://", "memory://"])
def test_an_edition_is_read_from_an_address(tmp_path, kind):
    home = PARAMS.parent
    address = f"file://{PARAMS}" if kind == "file://" else "memory://bucket/params"
    done = subprocess.run(
        [sys.executable, "-c", CHECKED, str(home), address], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    folder, rows, packs = done.stdout.split()
    with (PARAMS / "editions/2024-07/observations.csv").open(encoding="utf-8") as lines:
        assert int(rows) == sum(1 for _ in lines) - 1
    assert int(packs) == 13
    assert not Path(folder).exists(), "the copy goes with the process"


@pytest.mark.parametrize("address", ["memory://nothing/params", "nokind://bucket/params"])
def test_an_address_without_params_is_bad_input(address):
    done = in_params(address, "check", "--edition", "2024-07")
    assert (done.returncode, done.stdout) == (2, "")
    assert address in done.stderr
    assert "SCORECARD_PARAMS" in done.stderr
    assert "Traceback" not in done.stderr
