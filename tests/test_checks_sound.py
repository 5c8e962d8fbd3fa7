"""What is not a fault, and targets that are."""

import pytest
from check_rows import of_code, only, table

from scorecard.checking import years
from scorecard.checks import check

# --- what is not a fault ------------------------------------------------------------------------------------------

SOUND = [
    # code, table, lines: near the fault, and none
    ("OBS004", "observations", ["EY2,Kent,2022-23,70.0,,,", "EY2,Kent,2023-24 Spring,69.0,,,"]),
    ("OBS010", "observations", ["SCS40,Kent,2024-07,72.8,11.6,16.0,"]),
    ("OBS010", "observations", ["SISE71,Dartford,2024-07,2.8,92,3269,"]),
    ("OBS011", "observations", ["SISE71,Dartford,2024-07,2.8,92,3269,", "SEND10,Kent,2023-24,12.3,123,1000,"]),
    ("OBS017", "observations", ["KS4-P8-ALL,Kent,2022-23,-0.12,,,", "EY15,Dover,2023-24,-0.1,,,"]),
    ("OBS018", "observations", ["SCS03,Kent,2024-07,100,,,", "SCS03,Kent,2024-06,0,,,", "SCS29,Kent,2024-07,400,,,"]),
    ("OBS020", "observations", ["EH-AUDIT,Dover EHU,2024-07,80.0,4,5,"]),
    ("STD008", "standards", ["SCS03,2023-24,,25,25,,30,stated,,,"]),
    ("STD010", "standards", ["SCS03,2023-24,L,25,25,,25,stated,,,", "SCS13,2023-24,T,20,20,2.5,2.5,stated,,,"]),
    ("STD011", "standards", ["SCS03,2023-24,L,25,25.0,,30,stated,,,"]),
]


@pytest.mark.parametrize(("code", "name", "lines"), SOUND, ids=[f"{code} {lines[0]}" for code, _, lines in SOUND])
def test_rows_that_are_sound(edition, code, name, lines):
    assert of_code(check(only(edition, **{name: table(name, *lines)})), code) == []


TARGETS = [
    # standards, values of Kent, whether the first target is a slip
    (
        ["KS4-P8-ALL,2022-23,H,-1.00,-1.00,,-1.20,,,,a slip", "KS4-P8-ALL,2023-24,H,-0.03,-0.03,,-0.23,,,,"],
        "-0.12",
        True,
    ),
    (["KS4-P8-ALL,2022-23,H,-1.00,-1.00,,-1.20,,,,", "KS4-P8-ALL,2023-24,H,-0.03,-0.03,,-0.23,,,,"], "-0.40", False),
    (["KS4-P8-ALL,2022-23,H,-1.00,-1.00,,-1.20,,,,", "KS4-P8-ALL,2023-24,H,-0.03,-0.03,,-0.23,,,,"], "", False),
    (["KS4-P8-ALL,2022-23,H,-1.00,-1.00,,-1.20,,,,", "KS4-P8-ALL,2023-24,H,-0.50,-0.50,,-0.70,,,,"], "-0.12", False),
    (["KS4-P8-ALL,2022-23,H,-1.00,-1.00,,-1.20,,,,"], "-0.12", False),
]
TARGET_IDS = ["far from all", "Kent's value within three distances", "no value yet", "other year near", "only target"]


@pytest.mark.parametrize(("lines", "value", "slip"), TARGETS, ids=TARGET_IDS)
def test_a_target_far_from_all_else_looks_like_a_slip(edition, lines, value, slip):
    values = table("observations", f"KS4-P8-ALL,Kent,2022-23,{value},,,")
    faults = list(years.far_targets(only(edition, standards=table("standards", *lines), observations=values)))
    assert [fault.rows for fault in faults] == ([(2,)] if slip else [])
    for fault in faults:
        assert fault.message == (
            "KS4-P8-ALL 2022-23: the target -1.00 lies far from those of other years (-0.03 for 2023-24) and from "
            'every value (nearest: -0.12, Kent, 2022-23). The note says: "a slip".'
        )


def test_one_district_that_repeats_its_result_is_a_coincidence(edition):
    lines = [f"SISE12,{area},{year},{value},,," for area, *values in [
        ("Kent", "47.0", "47.1"), ("Ashford", "46.1", "46.1"), ("Dover", "44.0", "44.2"), ("Swale", "40.2", "41.0"),
    ] for year, value in zip(("2022-23", "2023-24"), values, strict=True)]  # fmt: skip
    assert of_code(check(only(edition, observations=table("observations", *lines))), "OBS021") == []


def test_results_repeat_at_the_coarser_of_two_printed_precisions(edition):
    lines = [f"SISE12,{area},{year},{value},,," for area in ("Kent", "Ashford", "Dover", "Swale")
             for year, value in (("2022-23", "47"), ("2023-24", "47.4"))]  # fmt: skip
    assert of_code(check(only(edition, observations=table("observations", *lines))), "OBS021")
