"""The scorecard of December 2022: counts of what was printed, and ratings worked out by hand from its figures."""

import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from scorecard import tables
from scorecard.build import NO_TARGET, OUTTURN, build_ratings, build_scorecard, scorecard_frame
from scorecard.checks import check
from scorecard.editions import RATED, Edition, editions_known, kind_of, load_edition


@pytest.fixture(scope="module")
def december() -> Edition:
    return load_edition("2022-12")


@pytest.fixture(scope="module")
def ratings(december) -> pd.DataFrame:
    return build_ratings(december)


@pytest.fixture(scope="module")
def current(ratings) -> pd.DataFrame:
    return ratings[ratings["dot_reason"] != OUTTURN]


@pytest.mark.parametrize("name", [name for name in editions_known() if kind_of(name) in RATED])
def test_no_edition_has_errors(name):
    assert [str(fault) for fault in check(load_edition(name)) if fault.grade == "error"] == []


def test_the_printed_rows_are_all_there(current):
    """559 distinct rows: 553 figures, six of them on the page of vulnerable learners too."""
    assert len(current) == 559
    assert len(current.drop_duplicates(["indicator", "area"])) == 553


def test_every_value_with_a_target_is_rated_245_on_the_pages_that_print_them(december, current):
    """223 ratings; two social work teams (6 rated rows) and two units (5) stand on two pages each: 22 more."""
    rated = current[current["rag"].notna()]
    known = current[current["value"].notna() & current["target"].notna()]
    pages = {area.name: max(1, len(area.districts)) for area in december.printed_areas}
    assert (len(rated), len(known)) == (223, 223)
    assert rated["area"].map(pages).sum() == 245


BY_HAND = {
    # indicator, area: value, RAG; target and floor in the id
    "39.8 below 50": ("APP17", "Kent", "39.8", "RED"),
    "50.0 is the floor": ("APP17", "Folkestone and Hythe", "50.0", "AMBER"),
    "10.5 is the floor, low is good": ("CYPE1", "Kent", "10.5", "AMBER"),
    "2.6 away from 20, tolerance 2.5": ("SCS13", "Kent", "22.6", "AMBER"),
    "75.5 between 75 and 85": ("SCS19", "Kent", "75.5", "AMBER"),
    "78.1 between 75 and 85": ("SCS40", "Kent", "78.1", "AMBER"),
    "23.6 above 22": ("SCS43", "Kent", "23.6", "RED"),
    "80.0 is the target": ("EH-AUDIT", "Ashford EHU", "80.0", "GREEN"),
    "15.0 is the target, low is good": ("EH-CASELOAD", "Sevenoaks North & Tonbridge and Malling EHU", "15.0", "GREEN"),
    "13.0 below 15 by polarity L": ("EH-CASELOAD", "Kent", "13.0", "GREEN"),
    "3.9 above 3.8": ("SISE71", "Swale", "3.9", "RED"),
    "years, 68.6 between 67 and 70": ("EY2", "Kent", "68.6", "AMBER"),
    "3.9 above 3.5": ("SEND10", "Tunbridge Wells", "3.9", "RED"),
    "a unit of that time": ("EH72-F", "Thanet Margate EHU", "29.0", "AMBER"),
    "the other unit": ("EH72-F", "Thanet Ramsgate EHU", "23.3", "GREEN"),
}


@pytest.mark.parametrize(("key", "area", "value", "word"), BY_HAND.values(), ids=BY_HAND)
def test_ratings_by_hand(current, key, area, value, word):
    (row,) = current[(current["indicator"] == key) & (current["area"] == area)].itertuples()
    assert (row.value, row.rag) == (Decimal(value), word)


@pytest.mark.parametrize("key", ["CYPE8", "CYPE6", "CYPE22"])
def test_without_a_target_of_the_year_only_the_outturn_is_rated(ratings, key):
    rows = ratings[(ratings["indicator"] == key) & (ratings["area"] == "Kent")]
    assert rows["rag_reason"].tolist() == [NO_TARGET, None]
    assert rows["year"].tolist() == ["2022-23", "2021-22"]


@pytest.mark.parametrize(
    ("key", "area", "previous", "value", "word"),
    [
        ("EY2", "Kent", "2020-21", "61.3", "improved"),
        ("EY14", "Kent", "2018-19", "74.0", "worsened"),
        ("CYPE8", "Kent", "2022-23 Q2", "34.4", "improved"),
        ("SCS43", "Kent", "2022-11", "24.1", "improved"),
    ],
    ids=["years are compared with years", "the last year with a figure", "the previous quarter", "the previous month"],
)
def test_arrows_by_hand(current, key, area, previous, value, word):
    row = current[(current["indicator"] == key) & (current["area"] == area)].iloc[0]
    assert (row["previous_period"], row["previous_value"], str(row["dot"])) == (previous, Decimal(value), word)


def test_the_indicators_are_called_and_measured_as_then(december):
    then = december.catalogue
    assert (then["APP17"].code, then["EY2"].data_period, then["EY2"].compare_with) == ("SEND20", "A", "previous year")
    assert then["EY14"].latest_data == "2021-22 DfE Published (LA) MI Calcs (Distr)"
    assert load_edition("2024-07").catalogue["APP17"].code == "APP17"


def test_thanet_has_two_units_of_early_help(december):
    units = [row.area.name for row in build_scorecard(december, december.area("Thanet")) if row.area.kind == "EHU"]
    assert set(units) == {"Thanet Margate EHU", "Thanet Ramsgate EHU"}


def test_the_same_notebook_makes_the_pack_of_thanet(tmp_path):
    words = ["packs", "--edition", "2022-12", "--district", "Thanet", "--jobs", "1", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "scorecard", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tmp_path / "2022-12" / "thanet" / "pack.html").read_text(encoding="utf-8"), "html.parser")
    captions = [" ".join(caption.get_text(" ").split()) for caption in page.select("caption")]
    assert "Early Help, monthly: Thanet Ramsgate EHU" in captions
    assert "Education, annual: Thanet" in captions
    assert page.h1.get_text() == "Thanet scorecard, December 2022"
    codes = {cell.get_text(strip=True) for cell in page.select("td.sc-code")}
    assert {"SEND20", "EY2"} <= codes
    assert "APP17" not in codes


@pytest.mark.parametrize(
    ("code", "column", "said"),
    [
        ("OBS013", "value", "EH43, June 2022, value: the 12 districts add up to 17, Kent has 16, a difference of 1."),
        ("OBS008", "period", "SEND-PERM has no row for June 2022 to November 2022 in Kent."),
        ("OBS008", "period", "EH46 has no row for 2021-22 in Kent, Ashford, "),
    ],
)
def test_what_the_checks_find(december, code, column, said):
    told = [fault.message for fault in check(december) if (fault.code, fault.column) == (code, column)]
    assert [text[: len(said)] for text in told if text.startswith(said)] == [said]


def test_the_flags_of_other_reports_are_not_on_record_and_those_of_july_2024_do_not_stand_in(december, edition):
    rows = build_scorecard(december, december.areas.kent)
    assert set(scorecard_frame(rows)["also_in"]) == {"not on record"}
    assert "Also in" not in tables.scorecard(rows)
    assert any("the marks SDP and QPR" in note and "not on record" in note for note in december.notes)
    assert "QPR" in set(scorecard_frame(build_scorecard(edition, edition.areas.kent))["also_in"])
