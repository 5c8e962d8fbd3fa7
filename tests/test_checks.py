"""The checks: each rule on a few typed rows, and all of them together."""

import inspect
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, get_type_hints

import pytest
from check_rows import of_code, only, table, with_cell

from scorecard import checks
from scorecard.checking import sums, years
from scorecard.checks import RULES, check, checked, edition_before, report
from scorecard.editions import EDITIONS, NUMBERS, TABLES, Edition, load_edition
from scorecard.faults import Fault, InputError

D = Decimal
BY_NAME = {rule.__name__: rule for rule in RULES}


# --- one fault a rule: rows as an analyst could type them ---------------------------------------------------------


class Case(NamedTuple):
    """Rows of a table, the fault that a rule finds in them, and words of its message or remedy."""

    rule: str
    code: str
    grade: str
    table: str
    lines: list[str]
    rows: tuple[int, ...]
    column: str | None
    words: str


CASES = [Case(*told) for told in [
    ("names", "OBS001", "error", "observations", ["SCS3,Kent,2024-07,23.1,,,", "SCS3,Dover CSWT,2024-07,1,,,"], (2, 3),
     "indicator", '"SCS3" is not an indicator. Did you mean "SCS43"'),
    ("names", "OUT001", "error", "outturns", ["SEND20,Kent,2022-23,40.9,"], (2,), "indicator", 'now called "APP17"'),
    ("names", "STD001", "error", "standards", ["EH16,2023-24,L,15,15,,20,stated,,,"], (2,), "indicator", "EH16-F"),
    ("names", "BEN001", "error", "benchmarks", ["EY51,England,2022-23,20.4,England"], (2,), "indicator", "EY15"),
    ("names", "OBS002", "error", "observations", ["CYPE1,Folkstone,2024-07,9.1,,,"], (2,), "area",
     '"Folkstone" is not an area of this edition. Did you mean "Folkestone and Hythe'),
    ("names", "OBS002", "error", "observations", ["CYPE1,Shepway,2024-07,9.1,,,"], (2,), "area",
     'It is now called "Folkestone and Hythe".'),
    ("names", "OBS002", "error", "observations", ["EH72-F,Thanet Margate EHU,2024-07,9.1,,,"], (2,), "area",
     '"Thanet Margate EHU" is not an area of this edition.'),
    ("names", "BEN002", "error", "benchmarks", ["EY15,Southeast,2022-23,23.6,"], (2,), "area", '"South East"'),
    ("names", "CON002", "error", "conflicts", ["EY15,Kant,2021-22,22.6,a,23.2,b"], (2,), "area", '"Kent"'),
    ("periods", "OBS003", "error", "observations", ["SCS03,Kent,Jul-24,23.1,,,", "SCS03,Kent,2024-13,23.1,,,"], (2,),
     "period", '"Jul-24" is not a period. Write 2024-07.'),
    ("periods", "OBS004", "error", "observations", ["EY14,Kent,2024-07,67.8,,,"], (2,), "period",
     "EY14: data period A has no month. Give a year."),
    ("periods", "OUT003", "error", "outturns", ["SCS03,Kent,2022,23.5,"], (2,), "year", '"2022" is not a year.'),
    ("periods", "STD003", "error", "standards", ["SCS03,2023-25,L,25,25,,30,stated,,,"], (2,), "year", '"2023-25"'),
    ("words", "STD006", "error", "standards", ["SCS03,2023-24,h,25,25,,30,stated,,,"], (2,), "polarity",
     '"h" is not a polarity. Write H, L, T, or leave it empty.'),
    ("words", "STD007", "error", "standards", ["SCS03,2023-24,L,25,25,,30,guessed,,,"], (2,), "floor_source",
     '"guessed" is not a floor_source. Write stated, bracketed, assumed, unknown'),
    ("duplicates", "OBS005", "error", "observations", ["SCS03,Kent,2024-07,23.1,,,", "SCS03,Kent,2024-07,23.2,,,"],
     (2, 3), "period", "SCS03, Kent, 2024-07 stands 2 times. Keep one."),
    ("duplicates", "OUT005", "error", "outturns", ["SCS03,Kent,2022-23,1,"] * 2, (2, 3), "year", "2 times"),
    ("duplicates", "STD005", "error", "standards", ["SCS03,2023-24,L,25,25,,30,,,,"] * 3, (2, 3, 4), "year", "3 times"),
    ("duplicates", "BEN005", "error", "benchmarks", ["EY15,England,2022-23,1,", "EY15,England,2023-24,2,"], (2, 3),
     "area", "EY15, England stands 2 times."),
    ("duplicates", "BEN006", "error", "benchmarks",
     ["EY15,South East,2022-23,23.6,", "EY15,England,2022-23,20.4,", "EY15,Statistical neighbours,2022-23,22,"], (2, 4),
     "area", "EY15 has South East and Statistical neighbours, and one column to print them in."),
    ("breakdowns", "BRK010", "warning", "breakdowns",
     ["UASC,Yes,Girls,19,", "UASC,Yes,Boys,297,", "UASC,Yes,Total,317,"], (4,), "value",
     "UASC, Yes: Girls 19 and Boys 297 add up to 316, Total has 317."),
    ("breakdowns", "BRK010", "warning", "breakdowns",
     ["UASC,Yes,Girls,19,", "UASC,No,Girls,,printed blank", "UASC,Grand Total,Girls,20,"], (4,), "value",
     "UASC, Girls: Yes 19 adds up to 19, Grand Total has 20."),
    ("duplicates", "BRK005", "error", "breakdowns", ["UASC,Yes,Girls,19,", "UASC,Yes,Girls,20,"], (2, 3), "column",
     "UASC, Yes, Girls stands 2 times."),
    ("footnotes", "BEN007", "error", "benchmarks", ["EY15,England,2022-23,20.4,20.4%**"], (2,), "printed_as",
     "EY15: 20.4%** has the mark **, and edition.yml no footnote for it. Add it under footnotes."),
    ("reasons", "OBS006", "warning", "observations",
     ["SCS03,Kent,2024-07,,,,", "SCS08,Kent,2024-07,,,,supplier changed", "SCS13,Kent,2024-07,20,,,"], (2,), "note",
     "Write the reason in column note: not available, to be supplied, new indicator, not held at this level, "
     "suppressed, or your own words."),
    ("awaited", "OBS023", "warning", "observations",
     ["SCS03,Kent,2024-07,,,,to be supplied", "SCS08,Kent,2024-07,82.2,,,"], (2,), "value", "1 figure to be supplied."),
    ("awaited", "OBS023", "error", "observations", ["SCS03,Kent,2024-07,,,,to be supplied"], (2,), "value",
     "there is no figure of July 2024 yet."),
    ("awaited", "OBS023", "error", "observations",
     ["SCS03,Kent,2024-06,23.2,,,", "SCS03,Kent,2024-07,,,,to be supplied"], (3,), "value",
     "there is no figure of July 2024 yet."),
    ("standards_are_whole", "STD009", "error", "standards", ["SCS13,2023-24,T,20,20,,7.5,stated,,,"], (2,), "tolerance",
     "SCS13 2023-24: polarity T without tolerance."),
    ("standards_are_whole", "STD009", "error", "standards", ["SCS13,2023-24,T,,,2.5,7.5,stated,,,"], (2,), "target",
     "polarity T without target."),
    ("standards_are_whole", "STD010", "error", "standards", ["SCS08,2023-24,H,90,90,,90.1,stated,,,"], (2,), "floor",
     "SCS08 2023-24: floor 90.1 is stricter than target 90 for polarity H."),
    ("standards_are_whole", "STD010", "error", "standards", ["SCS03,2023-24,L,25,25,,24.9,stated,,,"], (2,), "floor",
     "floor 24.9 is stricter than target 25 for polarity L."),
    ("standards_are_whole", "STD010", "error", "standards", ["SCS13,2023-24,T,20,20,2.5,2.4,stated,,,"], (2,), "floor",
     "floor 2.4 is stricter than tolerance 2.5 for polarity T."),
    ("standards_agree", "STD011", "warning", "standards", ["CYPE8,2022-23,L,30.0,35.0,,38,stated,,,as before"], (2,),
     "target_printed", 'printed as 30.0 and rates as 35.0. The note says: "as before".'),
    ("standards_agree", "STD013", "warning", "standards", ["SCS03,2023-24,H,25,25,,20,stated,,,"], (2,), "polarity",
     "SCS03 2023-24: rates with polarity H, indicators.yml has L."),
    ("floors_known", "STD014", "note", "standards",
     ["SCS18,2023-24,H,70,70,,,unknown,,,", "SCS29,2023-24,L,426,426,,,unknown,,,",
      "SCS08,2023-24,H,90,90,,80,stated,,,"],
     (2, 3), "floor_source", "no floor standard is known for SCS18 and SCS29."),
    ("floors_known", "STD015", "note", "standards", ["SCS34,2023-24,H,65,65,,55,assumed,,,"], (2,), "floor_source",
     "assumed for SCS34."),
    ("conflicts", "CON006", "warning", "conflicts", ["EY15,Kent,2021-22,22.6,page 3,23.2,page 2"], (2,), "second",
     "EY15 of Kent, 2021-22, is printed as 22.6 (page 3) and as 23.2 (page 2)."),
    ("conflicts", "CON006", "note", "conflicts", ["SISE4,Kent,2022-23,59.3,page 3,59,page 2"], (2,), "second",
     "rounded further"),
    ("quotients", "OBS010", "warning", "observations", ["SCS03,Kent,2024-07,23.3,5637,24414,"], (2,), "value",
     "SCS03 of Kent, July 2024: 23.3 does not follow from 5,637 of 24,414 (23.1)."),
    ("quotients", "OBS010", "warning", "observations", ["SCS43,Kent,2024-07,22.6,5499,248.1,"], (2,), "value",
     "22.6 does not follow from 5,499 over 248.1 (22.2)."),
    ("quotients", "OBS011", "note", "observations",
     ["EY2,Canterbury,2023-24 Spring,67.9,230,339,", "EY2,Kent,2023-24 Spring,50.0,1,2,"], (2,), "value",
     "1 value of EY2 off by one unit of the last place, as if rounded twice. EY2 of Canterbury, spring term 2023-24: "
     "printed 67.9, 230 over 339 gives 67.847."),
    ("quotients", "OBS022", "note", "observations", ["SCS03,Kent,2024-07,23.2,5637,24414,"], (2,), "value",
     "1 value of SCS03 off by one unit of the last place. SCS03 of Kent, July 2024: printed 23.2, 5,637 over 24,414 "
     "gives 23.089."),
    ("quotients", "OBS012", "note", "observations", ["SCS40,Thanet Margate CSWT,2024-07,72.8,11.6,16.0,"],
     (2,), "value", "because staff (full-time equivalents) are printed to one decimal."),
    ("pairs", "OBS014", "warning", "observations", ["SCS03,Kent,2024-07,23.1,5637,,", "SCS08,Kent,2024-07,86,1,2,"],
     (2,), "denominator", "has only one of numerator and denominator."),
    ("pairs", "OBS015", "warning", "observations", ["SCS03,Kent,2024-07,0,0,0,"], (2,), "denominator", "denominator 0"),
    ("pairs", "OBS016", "warning", "observations",
     ["SCS03,Kent,2024-07,433.1,24414,5637,", "SCS40,Kent,2024-07,120.8,6,5,", "SCS43,Kent,2024-07,20,40,2,"], (2,),
     "numerator", "See whether the two are swapped."),
    ("bounds", "OBS017", "error", "observations", ["SCS03,Kent,2024-07,-1,,,", "KS4-P8-ALL,Kent,2022-23,-0.12,,,"],
     (2,), "value", "SCS03: -1 (Kent) cannot be negative."),
    ("bounds", "OBS017", "error", "observations", ["EH43,Dover,2024-07,-3,,,", "EY15,Kent,2023-24,-3,,,"],
     (2,), "value", "EH43: -3 (Dover) cannot be negative."),
    ("bounds", "OBS017", "error", "observations", ["SCS29,Kent,2024-07,400,-400,1,"], (2,), "numerator", "negative"),
    ("bounds", "OUT017", "error", "outturns", ["SCS42,Kent,2022-23,-0.1,"], (2,), "value", "negative"),
    ("bounds", "OBS018", "warning", "observations", ["SCS03,Kent,2024-07,120.8,,,"], (2,), "value",
     "SCS03: 120.8 (Kent) is above 100%."),
    ("bounds", "OBS018", "note", "observations", ["SCS40,Dover CSWT,2024-05,120.8,,,"], (2,), "value",
     "SCS40: 120.8 (Dover CSWT) is above 100%: more staff than posts."),
    ("bounds", "BEN018", "warning", "benchmarks", ["SCS03,England,2022-23,224,England"], (2,), "value", "above 100%"),
    ("bounds", "OBS019", "warning", "observations", ["EH43,Kent,2024-07,2.5,,,", "EH44,Kent,2024-07,80,,,"], (2,),
     "value", "EH43: 2.5 (Kent) is a count and not whole."),
    ("small_numbers", "OBS020", "note", "observations",
     ["EH-AUDIT,Dover EHU,2024-07,75.0,3,4,", "EH-AUDIT,Dover EHU,2024-06,75.0,3,4,",
      "EH-AUDIT,Swale EHU,2024-07,80.0,4,5,"],
     (2,), "denominator", "1 latest value on a denominator below 5: EH-AUDIT of Dover EHU, July 2024."),
    ("repeated_results", "OBS021", "warning", "observations",
     [f"SISE12,{area},{year},{value},,,{note}" for area, value in
      [("Kent", "47.0"), ("Ashford", "46.1"), ("Dover", "44.0"), ("Swale", "40.2")]
      for year, note in [("2022-23", ""), ("2023-24", "not yet published")]], (3, 5, 7, 9), "value",
     'SISE12: 2023-24 repeats 2022-23 in Kent and 3 of 12 districts. The note says: "not yet published".'),
    ("missing_rows", "OBS008", "warning", "observations",
     [f"CYPE8,Kent,{quarter},30.0,,," for quarter in ("2023-24 Q2", "2023-24 Q4", "2024-25 Q1")], (), "period",
     "CYPE8 has no row for quarter 3 of 2023-24 in Kent."),
    ("missing_rows", "OBS007", "note", "observations", ["CYPE8,Kent,2024-25 Q1,,,,not available"], (), "period",
     "no row of CYPE8 for quarter 2 of 2023-24 to quarter 4 of 2023-24 in 1 area of kind Kent;"),
    ("unprinted_rows", "OBS009", "note", "observations", ["SCS03,Kent,2019-07,20.0,,,", "SCS03,Kent,2024-07,23.1,,,"],
     (2,), None, "1 row of SCS03 that no section prints."),
]]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}: {case.words[:50]}" for case in CASES])
def test_a_rule_names_place_cause_and_remedy(edition, case):
    told = table(case.table, *case.lines)
    faults = of_code(BY_NAME[case.rule](only(edition, **{case.table: told})), case.code)
    fault = next(fault for fault in faults if case.words in f"{fault.message} {fault.remedy}")
    place = (fault.grade, fault.file, fault.rows, fault.column)
    assert place == (case.grade, f"{case.table}.csv", case.rows, case.column)


@pytest.mark.parametrize(
    ("code", "name", "line", "value"),
    [
        ("OBS001", "observations", "SCS3,Kent,2024-07,23.1,,,", "SCS3"),
        ("OBS002", "observations", "SCS03,Kant,2024-07,23.1,,,", "Kant"),
        ("OBS003", "observations", "SCS03,Kent,Jul-24,23.1,,,", "Jul-24"),
        ("OBS017", "observations", "SCS03,Kent,2024-07,-23.1,,,", "-23.1"),
        ("STD006", "standards", "SCS03,2023-24,h,25,25,,30,stated,,,", "h"),
        ("STD010", "standards", "SCS03,2023-24,L,25,25,,24.9,stated,,,", "24.9"),
    ],
    ids=lambda told: told,
)
def test_a_fault_quotes_the_cell(edition, code, name, line, value):
    (fault,) = of_code(check(only(edition, **{name: table(name, line)})), code)
    assert fault.value == value


def test_a_standard_without_any_polarity(edition):
    line = table("standards", "APP17-D,2023-24,,9,9,,,unknown,,,")
    unaimed = {**edition.catalogue, "APP17-D": replace(edition.catalogue["APP17-D"], polarity=None)}
    faults = of_code(check(replace(only(edition, standards=line), catalogue=unaimed)), "STD008")
    assert [str(fault) for fault in faults] == [
        "ERROR STD008 standards.csv row 2, column polarity: APP17-D 2023-24: no polarity, here or in indicators.yml. "
        "Write H, L or T."
    ]


def changed_section(edition: Edition, **changes) -> Edition:
    first, *others = edition.sections
    return replace(edition, sections=(replace(first, **changes), *others))


SETTINGS = [
    # rule, code, what is changed in edition.yml, column, words
    ("settings", "EDN010", lambda e: replace(e, year="2023/24"), "year", '"2023/24" is not a year.'),
    ("settings", "EDN010", lambda e: replace(e, previous_year="2021-22"), "previous_year",
     '"2021-22" is not the year before 2023-24.'),
    ("settings", "EDN010", lambda e: changed_section(e, next_year="2025"), "next_year", '"2025" is not a year.'),
    ("settings", "EDN012", lambda e: replace(e, as_at="July 2024"), "as_at", '"July 2024" is not a month.'),
    ("settings", "EDN012", lambda e: replace(e, as_at="2024-08"), "as_at",
     "the last month shown for MS is 2024-07, the edition is as at 2024-08."),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"MS": ("2024-05", "2024-07")}), "shown, MS",
     "2024-07 does not follow 2024-05. After 2024-05 comes 2024-06; oldest first."),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"A": ("2023-24", "2022-23")}), "shown, A",
     "2022-23 does not follow 2023-24."),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"Q": ("2023-24 Q4", "2024-25 Q2")}), "shown, Q",
     "After 2023-24 Q4 comes 2024-25 Q1"),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"T": ("2022-23 Summer", "2023-24 Spring")}), "shown, T",
     "After 2022-23 Summer comes 2023-24 Autumn"),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"A": ("2023-24 Q1",)}), "shown, A",
     "2023-24 Q1 is not a period for A."),
    ("shown_periods", "EDN011", lambda e: replace(e, shown={"MS": ()}), "shown, MS", "nothing is not a period for MS."),
    ("sections", "EDN013", lambda e: changed_section(e, indicators=("APP71",)), "indicators",
     'section "SEND monthly indicators": "APP71" is not an indicator. Did you mean "APP17"'),
    ("sections", "EDN014", lambda e: changed_section(e, kind="districts"), "for", 'Did you mean "district"?'),
    ("sections", "EDN015", lambda e: changed_section(e, indicators=("SISE71",)), "indicators",
     "SISE71 stands twice for Kent on one page."),
    ("sections", "EDN016", lambda e: changed_section(e, shown={}), "shown", "Add MS under shown."),
    ("sections", "EDN017", lambda e: replace(e, page_names={"8": "vulnerable learner"}), "page_names, 8",
     'no section has the page "vulnerable learner". Did you mean "vulnerable learners"?'),
]  # fmt: skip


@pytest.mark.parametrize("told", SETTINGS, ids=[f"{told[1]}: {told[4][:50]}" for told in SETTINGS])
def test_a_setting_that_cannot_be(edition, told):
    rule, code, change, column, words = told
    fault = of_code(BY_NAME[rule](change(edition)), code)[0]
    assert (fault.grade, fault.file, fault.column) == ("error", "edition.yml", column)
    assert words in f"{fault.message} {fault.remedy}"


@pytest.mark.parametrize("told", SETTINGS, ids=[f"{told[1]}: {told[4][:50]}" for told in SETTINGS])
def test_a_wrong_setting_is_reported_and_does_not_stop_the_other_rules(edition, told):
    _, code, change, _, _ = told
    codes = Counter(fault.code for fault in check(change(edition)))
    assert code in codes
    assert codes["OBS010"] == 1


# --- against an earlier edition -----------------------------------------------------------------------------------


def test_the_edition_before_is_the_latest_of_the_same_title(edition, tmp_path):
    for name in ("2023-06", "2023-07", "2024-01", "2024-08"):
        shutil.copytree(EDITIONS / "2024-07", tmp_path / name)
    settings = tmp_path / "2024-01" / "edition.yml"
    told = settings.read_text(encoding="utf-8")
    settings.write_text(told.replace("Directorate Scorecard", "Corporate Parenting", 1), encoding="utf-8")
    assert load_edition("2024-01", tmp_path).title != edition.title
    assert edition_before(edition, tmp_path).name == "2023-07"
    assert edition_before(load_edition("2023-06", tmp_path), tmp_path) is None


def test_an_outturn_that_equals_a_month_within_its_year_is_no_fault(edition):
    named = edition.outturns.assign(year="2023-24")
    assert list(years.stale_outturns(replace(edition, outturns=named))) == []


# --- all at once --------------------------------------------------------------------------------------------------


def test_one_misspelt_name_is_one_fault(edition):
    found, faults = check(edition), check(with_cell(edition, "observations", 88, "area", "Kant"))
    assert [fault.code for fault in faults if fault not in found] == ["OBS002"]


def test_errors_of_several_tables_are_reported_together(edition):
    wrong = with_cell(with_cell(edition, "observations", 88, "period", "July"), "standards", 2, "floor", D("99"))
    wrong = with_cell(wrong, "benchmarks", 3, "indicator", "APP71")
    with pytest.raises(InputError) as raised:
        checked(replace(wrong, as_at="2024-06"))
    codes = [fault.code for fault in raised.value.faults]
    assert codes == ["BEN001", "EDN012", "EDN012", "OBS003", "STD010"]
    assert "floor 99 is stricter than target 45.0 for polarity H" in str(raised.value)


def test_an_edition_without_errors_gives_its_warnings_and_notes(edition):
    assert checked(edition) == check(edition)


@pytest.fixture(scope="module")
def few(edition) -> Edition:
    """The edition with the observations of three indicators, to be quick."""
    return replace(edition, observations=edition.observations.query("indicator in ['SISE4', 'SCS43', 'CYPE8']"))


TABLES_OF_FIGURES = ["observations", "outturns", "standards", "benchmarks", "conflicts"]


@pytest.mark.parametrize(("name", "column"), [(name, column) for name in TABLES_OF_FIGURES for column in TABLES[name]])
def test_no_single_cell_stops_the_check(few, name, column):
    row, last = getattr(few, name)["row"].iloc[[0, -1]]
    cells = [(None, D("-999999.5")), (D(0), D(0))] if column in NUMBERS.get(name, []) else [("", "?")]
    for one, other in cells:
        check(with_cell(with_cell(few, name, row, column, one), name, last, column, other))


def test_report_puts_the_worst_first_and_sums_up():
    faults = [
        Fault("note", "STD014", "standards.csv", "no floor.", "State one.", (4,)),
        Fault("error", "OBS002", "observations.csv", '"Kant" is not an area.', "Kent?", (212, 213), "area", "Kant"),
        Fault("note", "STD015", "standards.csv", "a floor is assumed.", "State it.", (9,)),
    ]
    assert report(faults, "2024-07").splitlines() == [
        "1 error",
        'ERROR OBS002 observations.csv row 212, column area: "Kant" is not an area. Kent? (2 rows: 212, 213)',
        "",
        "2 notes",
        "NOTE STD014 standards.csv row 4: no floor. State one.",
        "NOTE STD015 standards.csv row 9: a floor is assumed. State it.",
        "",
        "1 error, 0 warnings, 2 notes in edition 2024-07.",
    ]


def test_every_rule_is_run_and_has_a_case():
    written = {
        function.__name__
        for module in (checks, sums, years)
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if not function.__name__.startswith("_") and get_type_hints(function).get("return") == Iterator[Fault]
    }
    tried = {case.rule for case in CASES} | {rule for rule, *_ in SETTINGS} | {"sums", "stale_outturns", "far_targets"}
    assert {rule.__name__ for rule in RULES} == written
    assert set(BY_NAME) == tried
