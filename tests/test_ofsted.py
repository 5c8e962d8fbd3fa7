"""The Ofsted dashboard of December 2022: every expected figure is typed from the printed text or worked out by hand."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from scorecard.editions import EDITIONS
from scorecard.faults import InputError
from scorecard.inspections import ofsted_tables
from scorecard.inspections.ofsted import Share, load_dashboard, percentage
from scorecard.inspections.ofsted_checks import check

D = Decimal
NAME = "ofsted-2022-12"
HOME = Path(__file__).resolve().parents[1]
PUBLISHED = HOME.parent / "shared" / "data" / "ofsted" / "2022-12"


def found(profiles, area, phase):
    return next(told for told in profiles if (told.area, told.phase.name) == (area, phase))


def shares(profile):
    return [str(profile.share(i + 1, i).value) for i in range(4)] + [str(profile.achieved(2).value)]


# --- figures --------------------------------------------------------------------------------------


def test_the_files_are_the_transcribed_ones_byte_for_byte():
    if not PUBLISHED.exists():
        pytest.skip("the transcribed figures do not lie beside this repository, in ../shared/data/ofsted")
    for name in ("outcomes.csv", "direction_of_travel.csv"):
        assert (PUBLISHED / name).read_bytes() == (EDITIONS / NAME / name).read_bytes()


LATEST = [
    # printed row; inspected; Outstanding, Good, RI, Inadequate; their printed percentages and Good or Outstanding
    ("Nursery", "1", "1 0 0 0", "100.0 0.0 0.0 0.0 100.0"),
    ("Primary", "453", "73 347 28 5", "16.1 76.6 6.2 1.1 92.7"),
    ("Secondary", "97", "21 64 10 2", "21.6 66.0 10.3 2.1 87.6"),  # 2 of 97 is 2.06; 0.4 is printed
    ("Special", "25", "7 15 3 0", "28.0 60.0 12.0 0.0 88.0"),
    ("Pupil Referral Units", "6", "1 4 1 0", "16.7 66.7 16.7 0.0 83.3"),
    ("All schools", "582", "103 430 42 7", "17.7 73.9 7.2 1.2 91.6"),
    ("School sixth forms", "71", "21 46 4 0", "29.6 64.8 5.6 0.0 94.4"),
    ("School early years provision", "296", "79 194 21 2", "26.7 65.5 7.1 0.7 92.2"),
    ("Early years settings", "566", "91 448 17 10", "16.1 79.2 3.0 1.8 95.2"),
]
CURRENT = [
    ("Primary", "18", "0 18 0 0", "0.0 100.0 0.0 0.0 100.0"),
    ("Secondary", "4", "0 3 1 0", "0.0 75.0 25.0 0.0 75.0"),
    ("Special", "3", "1 1 1 0", "33.3 33.3 33.3 0.0 66.7"),
    ("All schools", "25", "1 22 2 0", "4.0 88.0 8.0 0.0 92.0"),
    ("Early years settings", "48", "2 34 5 7", "4.2 70.8 10.4 14.6 75.0"),
]
PROFILES = [("latest", *row) for row in LATEST] + [("current", *row) for row in CURRENT]


@pytest.mark.parametrize(
    ("scope", "phase", "inspected", "numbers", "percentages"), PROFILES, ids=[f"{p[0]} {p[1]}" for p in PROFILES]
)
def test_outcomes_by_phase(dashboard, scope, phase, inspected, numbers, percentages):
    told = found(dashboard.profiles(scope), "Kent", phase)
    assert str(told.inspected) == inspected
    assert [str(number) for number in told.numbers] == numbers.split()
    assert shares(told) == percentages.split()


def test_the_tables_hold_these_rows_and_no_others(dashboard):
    assert [told.phase.name for told in dashboard.profiles("latest")] == [row[0] for row in LATEST]
    blank = [told.phase.name for told in dashboard.profiles("current") if told.inspected is None]
    assert blank == ["Nursery", "Pupil Referral Units"]
    assert found(dashboard.profiles("current"), "Kent", "Nursery").achieved(2) == Share(None, "not printed")
    assert dashboard.uninspected.total_inspected == 11
    national = dashboard.printed_shares("latest")
    assert [national.outstanding, national.good, national.ri, national.inadequate] == [17, 71, 8, 3]
    assert national.good_or_outstanding == 88


DISTRICTS = [
    ("Ashford", "Primary", "42", "92.9"),
    ("Dartford", "Primary", "27", "88.9"),
    ("Dover", "Secondary", "9", "66.7"),
    ("Tunbridge Wells", "Special", "3", "66.7"),
    ("Gravesham", "Pupil Referral Units", "1", "0.0"),
    ("Swale", "All schools", "58", "84.5"),
    ("Tunbridge Wells", "All schools", "44", "97.7"),
    ("Dartford", "Early years settings", "40", "90.0"),
]


@pytest.mark.parametrize(("area", "phase", "inspected", "good"), DISTRICTS, ids=[f"{d[0]} {d[1]}" for d in DISTRICTS])
def test_outcomes_by_district(dashboard, area, phase, inspected, good):
    told = found(dashboard.profiles("districts"), area, phase)
    assert (str(told.inspected), str(told.achieved(2).value)) == (inspected, good)


def test_none_inspected_is_not_zero_per_cent(dashboard):
    told = found(dashboard.profiles("districts"), "Ashford", "Pupil Referral Units")
    assert told.printed == D("0.0")
    assert told.achieved(2) == Share(None, "none inspected")
    assert ofsted_tables.districts(dashboard).count('<span class="sc-missing">none inspected</span>') == 6


STATUS = [
    ("maintained schools", "Kent", "Primary", "258", "95.3"),
    ("maintained schools", "Kent", "Pupil Referral Units", "5", "100.0"),
    ("maintained schools", "Kent", "Secondary", "19", "84.2"),
    ("maintained schools", "Kent", "Special", "21", "95.2"),
    ("maintained schools", "Kent", "All schools", "303", "94.7"),
    ("academies", "Kent", "Primary", "195", "89.2"),  # 174 of 195; the percentage is not legible in the text
    ("academies", "Kent", "Secondary", "78", "88.5"),
    ("academies", "Kent", "Special", "2", "50.0"),
    ("academies", "Kent", "All schools", "276", "88.4"),
    ("maintained schools", "Ashford", "All schools", "27", "92.6"),
    ("academies", "Maidstone", "All schools", "25", "88.0"),  # 22 of 25
]


@pytest.mark.parametrize(
    ("status", "area", "phase", "inspected", "good"), STATUS, ids=[f"{s[0]} {s[1]} {s[2]}" for s in STATUS]
)
def test_maintained_schools_and_academies(dashboard, status, area, phase, inspected, good):
    told = found(dashboard.by_status(status), area, phase)
    assert (str(told.inspected), str(told.achieved(2).value)) == (inspected, good)


def test_what_is_not_legible_is_not_filled_in(dashboard):
    told = found(dashboard.by_status("academies"), "Canterbury", "All schools")
    assert told.achieved(2) == Share(None, "not legible")
    assert (told.inspected, told.printed) == (None, None)


@pytest.mark.parametrize(
    ("parts", "whole", "share"),
    [
        ("2", "97", "2.1"),  # 2.0619
        ("1", "80", "1.3"),  # 1.25 goes up
        ("7 1", "8", "100.0"),
        ("0", "4", "0.0"),
    ],
)
def test_percentages_are_rounded_half_up(parts, whole, share):
    assert str(percentage([D(part) for part in parts.split()], D(whole)).value) == share


ALL_SCHOOLS = """
22 41 5 1 / 66 143 19 2 / 7 203 11 3 / 1 28 6 0
3.9 7.3 0.9 0.2 / 11.8 25.6 3.4 0.4 / 1.3 36.4 2.0 0.5 / 0.2 5.0 1.1 0.0
"""
THIS_YEAR = """
1 3 0 0 / 0 6 0 0 / 0 11 1 0 / 0 2 0 0
4.2 12.5 0.0 0.0 / 0.0 25.0 0.0 0.0 / 0.0 45.8 4.2 0.0 / 0.0 8.3 0.0 0.0
"""


@pytest.mark.parametrize(
    ("travel", "printed", "ways"),
    [("latest", ALL_SCHOOLS, (311, 176, 71)), ("current", THIS_YEAR, (13, 8, 3))],
    ids=["all schools", "current academic year"],
)
def test_direction_of_travel(dashboard, travel, printed, ways):
    """Better: 66 + 7 + 203 + 1 + 28 + 6; the same: 22 + 143 + 11 + 0; worse: 41 + 5 + 1 + 19 + 2 + 3."""
    numbers, percentages = (line.replace("/", "").split() for line in printed.strip().splitlines())
    moves = dashboard.moves(travel)
    assert [str(move.number) for move in moves] == numbers
    assert [str(move.share.value) for move in moves] == percentages
    told = dashboard.travelled(moves)
    assert (told["improved"], told["same"], told["worsened"]) == ways


# --- checks ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faults(dashboard):
    return check(dashboard)


def test_the_one_wrong_printed_percentage_is_found(faults):
    (fault,) = (fault for fault in faults if fault.grade != "note")
    assert (fault.grade, fault.place) == ("warning", "percentages.csv row 4, column inadequate")
    assert "0.4% Inadequate does not follow from 2 of 97 (2.1)" in fault.message
    row = (EDITIONS / NAME / "percentages.csv").read_text(encoding="utf-8").splitlines()[3]
    assert row == "most recent - ALL,Secondary,0.4,10.3,66.0,21.6,87.6"


EXPLAINED = [
    ("All schools, Kent", "1 more inspected and 1 more Outstanding than the sum of its districts", "nursery"),
    ("Early years settings, Kent", "69 more inspected, 15 more Outstanding, 45 more Good, 5 more Requires Improvement "
     "and 4 more Inadequate than the sum of its districts", "matched to a Kent district"),
    ("Special, Kent", "2 more inspected, 1 more Good and 1 more Requires Improvement than the sum of maintained "
     "schools and academies", "Caldecott Foundation School and Meadows School"),
    ("All schools, Ashford", "1 more Good than the sum of maintained schools and academies", "non-maintained"),
]  # fmt: skip


@pytest.mark.parametrize(("about", "gap", "why"), EXPLAINED, ids=[case[0] for case in EXPLAINED])
def test_what_the_districts_lack_is_explained(faults, about, gap, why):
    (fault,) = (fault for fault in faults if fault.message == f"{about}: {gap}.")
    assert (fault.grade, fault.code) == ("note", "OFS014")
    assert why in fault.remedy


@pytest.fixture
def spoilt(tmp_path):
    """Check the edition with one text of one file replaced."""

    def checked(file: str, before: str, after: str) -> list:
        home = Path(shutil.copytree(EDITIONS / NAME, tmp_path / NAME))
        text = (home / file).read_text(encoding="utf-8")
        assert text.count(before) == 1
        (home / file).write_text(text.replace(before, after), encoding="utf-8")
        return check(load_dashboard(NAME, tmp_path))

    return checked


SPOILT = [
    # what is wrong: file, text, its replacement; code and place of the fault; what an analyst reads
    ("a district", "outcomes.csv", "Dover,PRI,41", "Dovr,PRI,41",
     "OFS001 outcomes.csv row 5, column district", 'Did you mean "Dover"?'),
    ("a phase", "status.csv", "academies,Kent,SEC", "academies,Kent,CEC",
     "OFS001 status.csv row 21, column type", 'Did you mean "SEC"'),
    ("a judgement", "direction_of_travel.csv", "ALL SCHOOLS,number,RI,Good", "ALL SCHOOLS,number,RI,Gud",
     "OFS001 direction_of_travel.csv row 11, column latest", 'Did you mean "Good"'),
    ("a row twice", "percentages.csv", "most recent - ALL,Special", "most recent - ALL,Primary",
     "OFS003 percentages.csv row 3, column type", "stands 2 times. Keep one. (2 rows: 3, 5)"),
    ("half a school", "outcomes.csv", "Dover,PRI,41,7,31", "Dover,PRI,41,7.5,31",
     "OFS004 outcomes.csv row 5, column outstanding", "7.5 is impossible."),
    ("a percentage over 100", "percentages.csv", "0.0,0.0,0.0,100.0,100.0", "0.0,0.0,0.0,100.1,100.0",
     "OFS004 percentages.csv row 2, column outstanding", "100.1 is impossible."),
    ("a hole in a matrix", "direction_of_travel.csv", "ALL SCHOOLS,number,RI,Good,203\n", "",
     "OFS005 direction_of_travel.csv column value", "ALL SCHOOLS, number, RI, Good"),
    ("judgements that do not add up", "outcomes.csv", "Dover,PRI,41,7,31,2,1,38", "Dover,PRI,41,7,31,1,1,38",
     "OFS010 outcomes.csv row 5, column total_inspected", "the judgements add up to 40, 41 were inspected."),
    ("a wrong total", "outcomes.csv", "Dover,PRI,41,7,31,2,1,38", "Dover,PRI,41,7,31,2,1,37",
     "OFS010 outcomes.csv row 5, column total_good_or_outstanding", "7 and 31 are 38 Good or Outstanding, printed 37."),
    ("a wrong percentage", "outcomes.csv", "Dover,PRI,41,7,31,2,1,38,92.7", "Dover,PRI,41,7,31,2,1,38,97.2",
     "OFS011 outcomes.csv row 5, column pct_good_or_outstanding", "97.2% Good or Outstanding printed"),
    ("a wrong percentage of a move", "direction_of_travel.csv", "percent,RI,Good,36.4", "percent,RI,Good,34.6",
     "OFS011 direction_of_travel.csv row 43, column value", "34.6% printed, 203 gives 36.4."),
    ("a school in no district", "outcomes.csv", "Dover,PRI,41,7,31,2,1,38,92.7", "Dover,PRI,40,7,30,2,1,37,92.5",
     "OFS014 outcomes.csv row 14, column total_inspected", "1 more inspected and 1 more Good than the sum"),
    ("an explanation without its difference", "edition.yml", "inspected: 69", "inspected: 68",
     "OFS015 edition.yml column differences", "are not 68 fewer than their total."),
    ("a summary that differs", "outcomes.csv", "Secondary,97,21,64,10,2,,87.6", "Secondary,97,22,63,10,2,,87.6",
     "OFS016 outcomes.csv row 40", "Secondary, Kent: not the same as in outcomes.csv row 82."),
    ("a blank without a reason", "status.csv", "21,,0,22,91.7,not legible", "21,,0,22,91.7,",
     "OFS013 status.csv row 23, column note", "a number is missing without a reason."),
    ("a judgement without a column", "edition.yml", "key: inadequate", "key: inadeqate",
     "OFS002 edition.yml column judgements", "They must be the columns"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "before", "after", "place", "said"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT]
)
def test_a_fault_names_its_place_and_remedy(spoilt, file, before, after, place, said):
    told = [str(fault) for fault in spoilt(file, before, after) if fault.grade != "note"]
    assert [fault for fault in told if place in fault and said in fault] != [], told


UNREAD = [
    ("a number with a comma", "outcomes.csv", "Kent,TOTAL,582,", 'Kent,TOTAL,"5,82",', '"5,82" is not a number.'),
    ("a column too few", "percentages.csv", ",ri,", ",", "percentages.csv row 1: has no column ri."),
    (
        "a setting",
        "edition.yml",
        "achieving: 2",
        "achieved: 2",
        "YML004 edition.yml: achieving is missing. It holds",
    ),
    (
        "an entry",
        "edition.yml",
        "part: total",
        "parts: total",
        "YML004 edition.yml column phases, 6 (All schools): part is missing.",
    ),
]


@pytest.mark.parametrize(
    ("file", "before", "after", "said"), [case[1:] for case in UNREAD], ids=[case[0] for case in UNREAD]
)
def test_what_cannot_be_read_is_named(spoilt, file, before, after, said):
    with pytest.raises(InputError, match=re.escape(said)):
        spoilt(file, before, after)


def test_another_kind_of_edition_is_refused():
    with pytest.raises(InputError, match='2024-07 is a scorecard of the kind "directorate"'):
        load_dashboard("2024-07")
