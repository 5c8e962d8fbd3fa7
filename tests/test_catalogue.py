"""The catalogue and the areas: whole, in printed order, and the same as in the published lists."""

import csv
from pathlib import Path

import pytest

from scorecard.areas import load_areas
from scorecard.catalogue import PARAMS, catalogue_of_edition, load_catalogue
from scorecard.faults import InputError
from scorecard.inputs.parameters import read_yaml
from scorecard.periods import KIND_OF_DATA_PERIOD

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "directorate"
NOT_THERE = "the published lists do not lie beside this repository, in ../shared/data/directorate"
_PRINTED = """
    APP17 APP17-N APP17-D APP17-A APP-EP CYPE1 SEND-EPWAIT SEND-WAIT20
    SCS03 SCS08 SCS13 SCS18 SCS19 SCS29 SCS34 SCS37 SCS40 SCS42 SCS43
    EH72-F EH52-F EH-AUDIT EH16-F EH-CASELOAD CYPE8
    SISE71 EH43 EH44 CYPE6 CYPE22 EY2
    EY14 EY15 SISE4 SISE16 SISE12 SISE19 CYPE23 CYPE24 CYPE25 SEND10 CYPE2 CYPE3 EH46 EH47
    EYFS-GLD-CIC EYFS-GLD-SENSUPPORT EYFS-GLD-EHCP KS2-RWM-CIC KS2-RWM-SENSUPPORT KS2-RWM-EHCP
    KS4-A8-CIC KS4-A8-SENSUPPORT KS4-A8-EHCP KS4-P8-ALL KS4-P8-FSM KS4-P8-CIC KS4-P8-SENSUPPORT KS4-P8-EHCP
    SEND-PERM SEND-AGENCY SEND-VACANT SEND-EHCPAUDIT
    KS2-PROGRESS-READING-ALL KS2-PROGRESS-READING-FSM KS2-PROGRESS-READING-CIC
    KS2-PROGRESS-READING-SENSUPPORT KS2-PROGRESS-READING-EHCP
    KS2-PROGRESS-WRITING-ALL KS2-PROGRESS-WRITING-FSM KS2-PROGRESS-WRITING-CIC
    KS2-PROGRESS-WRITING-SENSUPPORT KS2-PROGRESS-WRITING-EHCP
    KS2-PROGRESS-MATHS-ALL KS2-PROGRESS-MATHS-FSM KS2-PROGRESS-MATHS-CIC
    KS2-PROGRESS-MATHS-SENSUPPORT KS2-PROGRESS-MATHS-EHCP
"""
PRINTED_ORDER = _PRINTED.split()


def published(file: str) -> list[dict]:
    if not PUBLISHED.exists():
        pytest.skip(NOT_THERE)
    with (PUBLISHED / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# --- the indicators -------------------------------------------------------------------------------


def test_all_78_indicators_stand_in_printed_order():
    assert list(load_catalogue()) == PRINTED_ORDER
    assert len(PRINTED_ORDER) == 78


MAY_BE_EMPTY = {"code", "older_codes", "released", "additive", "also_in"}


@pytest.mark.parametrize("key", PRINTED_ORDER)
def test_every_field_is_filled(key):
    indicator = load_catalogue()[key]
    empty = {name for name, value in vars(indicator).items() if value in (None, "", ())}
    assert empty <= MAY_BE_EMPTY
    assert indicator.definition.strip()
    assert 1 <= len(indicator.short_name) <= 45


def test_short_names_and_keys_are_unique():
    names = [indicator.short_name.lower() for indicator in load_catalogue().values()]
    assert sorted(set(names)) == sorted(names)


def test_the_words_of_the_catalogue_are_known():
    catalogue = load_catalogue().values()
    assert {indicator.polarity for indicator in catalogue} == {"H", "L", "T"}
    assert {indicator.data_period for indicator in catalogue} <= set(KIND_OF_DATA_PERIOD)
    assert {indicator.compare_with for indicator in catalogue} == {
        "previous month", "previous quarter", "same term last year", "previous year",
    }  # fmt: skip
    assert {area for indicator in catalogue for area in indicator.printed_for} == {"Kent", "district", "team"}


def test_code_lineage():
    older = {key: indicator.older_codes for key, indicator in load_catalogue().items() if indicator.older_codes}
    assert older == {"APP17": ("SEND20",), "EH72-F": ("EH22-C",), "EH52-F": ("EH52",)}


def test_eh16_was_another_measure_and_is_no_older_code():
    # EH16: cases closed with outcomes achieved, H; EH16-F: cases that come back within three months, L
    assert load_catalogue()["EH16-F"].older_codes == ()
    assert load_catalogue()["EH16-F"].polarity == "L"
    assert "EH16" not in {code for indicator in load_catalogue().values() for code in indicator.older_codes}


@pytest.mark.parametrize(
    ("key", "suffix"),
    [("SISE71", "%"), ("EY15", " percentage points"), ("SCS29", " days"), ("EH43", ""), ("SCS43", " cases per worker")],
)
def test_the_unit_follows_the_figure(key, suffix):
    assert load_catalogue()[key].suffix == suffix


def cells_of(indicator) -> dict:
    return {
        "indicator": indicator.key,
        "code": indicator.code or "",
        "also_coded": "; ".join(code for code in indicator.older_codes if code == "SEND20"),
        "measure": indicator.measure,
        "polarity": indicator.polarity,
        "data_period": indicator.data_period,
        "compare_with": indicator.compare_with,
        "unit": indicator.unit,
        "decimals": str(indicator.decimals),
        "section": indicator.section,
        "printed_for": "; ".join(indicator.printed_for),
        "qpr": "yes" if "QPR" in indicator.also_in else "",
    }


def test_the_catalogue_is_the_published_list_cell_for_cell():
    # the list names SEND20 only; the other older codes were found later
    told = published("indicators.csv")
    ours = [cells_of(indicator) for indicator in load_catalogue().values()]
    assert ours == [{column: row[column] for column in ours[0]} for row in told]


# --- the areas ------------------------------------------------------------------------------------

DISTRICTS = [
    ("Ashford", "E07000105"),
    ("Canterbury", "E07000106"),
    ("Dartford", "E07000107"),
    ("Dover", "E07000108"),
    ("Gravesham", "E07000109"),
    ("Maidstone", "E07000110"),
    ("Sevenoaks", "E07000111"),
    ("Folkestone and Hythe", "E07000112"),
    ("Swale", "E07000113"),
    ("Thanet", "E07000114"),
    ("Tonbridge and Malling", "E07000115"),
    ("Tunbridge Wells", "E07000116"),
]


def test_the_twelve_districts_with_their_codes():
    assert [(district.name, district.code) for district in load_areas().districts] == DISTRICTS
    assert (load_areas().kent.name, load_areas().kent.code) == ("Kent", "E10000016")


def test_slugs_are_fit_for_file_names_and_unique():
    slugs = [area.slug for area in [load_areas().kent, *load_areas().districts]]
    assert slugs == [name.lower().replace(" ", "-") for name in ["Kent", *dict(DISTRICTS)]]


def test_a_former_name_finds_its_district():
    assert load_areas()["Shepway"].name == "Folkestone and Hythe"


@pytest.mark.parametrize(
    ("name", "meant"), [("Folkstone and Hythe", "Folkestone and Hythe"), ("Ashfrod", "Ashford"), ("dover", "Dover")]
)
def test_an_unknown_area_gets_the_near_match(name, meant):
    with pytest.raises(InputError, match=f'ARE001 areas.yml: "{name}" is not an area. Did you mean "{meant}"'):
        load_areas()[name]


TEAMS_OF_JULY_2024 = {
    "Ashford": ["Ashford CSWT", "Ashford EHU"],
    "Sevenoaks": [
        "Sevenoaks North & Tonbridge and Malling CSWT", "Sevenoaks South & Tunbridge Wells CSWT",
        "Sevenoaks North & Tonbridge and Malling EHU", "Sevenoaks South & Tunbridge Wells EHU",
    ],
    "Swale": ["Swale Central CSWT", "Swale Island & Rural CSWT", "Swale EHU"],
    "Thanet": ["Thanet Margate CSWT", "Thanet Ramsgate CSWT", "Thanet EHU"],
    "Tonbridge and Malling": [
        "Sevenoaks North & Tonbridge and Malling CSWT", "Sevenoaks North & Tonbridge and Malling EHU",
    ],
    "Tunbridge Wells": ["Sevenoaks South & Tunbridge Wells CSWT", "Sevenoaks South & Tunbridge Wells EHU"],
}  # fmt: skip


@pytest.mark.parametrize("district", TEAMS_OF_JULY_2024)
def test_the_teams_that_serve_a_district(edition, district):
    assert sorted(team.name for team in edition.teams_of(district)) == sorted(TEAMS_OF_JULY_2024[district])


@pytest.mark.parametrize(
    ("as_of", "units"),
    [("2022-12", {"Thanet Margate EHU", "Thanet Ramsgate EHU"}), ("2024-07", {"Thanet EHU"})],
)
def test_teams_change_between_editions(as_of, units):
    teams = load_areas().teams(as_of)
    assert {team.name for team in teams if "Thanet" in team.districts and team.kind == "EHU"} == units
    assert len({team.name for team in teams}) == len(teams)


def test_the_teams_are_the_published_list_cell_for_cell():
    told = {row["team"]: (row["kind"], row["districts"], row["editions"]) for row in published("teams.csv")}
    teams = [area for area in load_areas().by_name.values() if area.kind in ("CSWT", "EHU")]
    assert {t.name: (t.kind, "; ".join(t.districts), "; ".join(t.editions)) for t in teams} == told


NEIGHBOURS = {
    "2021-04": ["Essex", "East Sussex", "Swindon", "Worcestershire", "Lancashire", "West Northamptonshire",
                "Nottinghamshire", "Warwickshire", "Suffolk", "Staffordshire"],
    "2025-05": ["Essex", "East Sussex", "Devon", "Bexley", "Suffolk", "Norfolk", "Nottinghamshire", "West Sussex",
                "Bedford Borough", "Somerset"],
}  # fmt: skip


def test_the_two_neighbour_models_name_ten_each_and_share_four():
    models = {model.model: [each["name"] for each in model.neighbours] for model in load_areas().neighbour_models}
    assert models == NEIGHBOURS
    assert [len(names) for names in models.values()] == [10, 10]
    assert set.intersection(*map(set, models.values())) == {"Essex", "East Sussex", "Nottinghamshire", "Suffolk"}


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('  unit: "%"\n', "", "YML004 indicators.yml column APP17: unit is missing.", id="field missing"),
        pytest.param(
            "  unit:",
            "  units:",
            'YML004 indicators.yml column APP17: "units" is not known. Did you mean "unit"',
            id="field unknown",
        ),
        pytest.param("key: APP17-N", "key: APP17", "CAT002 indicators.yml: APP17 stands twice.", id="key twice"),
        pytest.param(
            "polarity: H", "polarity: U", 'APP17, polarity: "U" is not known. Known: H, L, T.', id="polarity unknown"
        ),
        pytest.param(
            "interval: Wilson",
            "interval: Wald",
            'YML003 indicators.yml column APP17, interval: "Wald" is not known. Known: Byar, Byar rate, Wilson',
            id="interval unknown",
        ),
        pytest.param("  unit:", "  unit: days\n  unit:", "key 'unit' stands twice", id="field twice"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(tmp_path, old, new, said):
    told = (PARAMS / "indicators.yml").read_text(encoding="utf-8")
    assert old in told
    spoilt = tmp_path / "indicators.yml"
    spoilt.write_text(told.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_catalogue(spoilt)
    assert said in str(refused.value)


def test_a_missing_or_unreadable_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"YML001 areas\.yml: is not in .*Restore it"):
        read_yaml(tmp_path / "areas.yml")
    (tmp_path / "areas.yml").write_bytes(b"kent: \x96\n")
    with pytest.raises(InputError, match=r"YML002 areas\.yml row 1: is not UTF-8"):
        read_yaml(tmp_path / "areas.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EY3: {released: May 2024}", 'CAT004 indicators.yml: "EY3" is not an indicator. Did you mean "EY2"'),
        ("SEND20: {unit: days}", 'CAT004 indicators.yml: "SEND20" is not an indicator. It is now called APP17.'),
        ("EY2: {units: days}", 'YML004 indicators.yml column EY2: "units" is not known. Did you mean "unit"'),
        ("EY2: {key: EY3}", 'YML004 indicators.yml column EY2: "key" is not known.'),
        ("EY2: {polarity: U}", 'YML003 indicators.yml column EY2, polarity: "U" is not known. Known: H, L, T.'),
    ],
    ids=["unknown", "an older code", "no field", "the key", "no polarity"],
)
def test_what_an_edition_cannot_change_is_refused(tmp_path, text, said):
    own = tmp_path / "indicators.yml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        catalogue_of_edition(PARAMS / "indicators.yml", own)
    assert said in str(refused.value)


def test_an_edition_changes_only_what_it_says(tmp_path):
    own = tmp_path / "indicators.yml"
    own.write_text("EY14: {additive: []}", encoding="utf-8")
    told, base = catalogue_of_edition(PARAMS / "indicators.yml", own), load_catalogue()
    assert {key for key in base if told[key] != base[key]} == {"EY14"}
    assert told["EY14"].additive == ()
    assert catalogue_of_edition(PARAMS / "indicators.yml", tmp_path / "none.yml") == base
