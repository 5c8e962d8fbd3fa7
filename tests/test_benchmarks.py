"""Kent among other authorities: figures by hand from published rows, and printed benchmarks against derived ones."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from scorecard.areas import load_areas
from scorecard.benchmarks import (
    BETTER,
    IN_LINE,
    MEAN,
    MEDIAN,
    PUBLISHED,
    UNUSABLE,
    WEIGHTED,
    WORSE,
    Values,
    band,
    derived_frame,
    figure,
    figures,
    flips,
    gap,
    mean,
    median,
    model_in_force,
    quartiles,
    rank,
    standings,
    values_of,
    verdict,
    weighted_mean,
)  # fmt: skip
from scorecard.catalogue import load_catalogue
from scorecard.comparison.comparators import derived_from_store, named_neighbours, values_from_store
from scorecard.comparison.imports import import_file
from scorecard.comparison.likeness import (
    impossible,
)  # fmt: skip
from scorecard.comparison.measures import (
    DERIVED,
    load_derived,
    load_measures,
    write_derived,
)
from scorecard.editions import EDITIONS, load_edition
from scorecard.faults import InputError
from scorecard.ratings import Polarity

H, L, T = Polarity
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
published = pytest.mark.skipif(
    not (SHARED / "lait").exists(), reason="the published files are no part of the repository: ../shared/data/lait"
)
VINTAGES = ("2024-11-25", "2026-02-25")
DERIVED_FOR = sorted(path.parent.name for path in EDITIONS.glob("*/benchmarks_derived.csv"))


def exact(*values):
    return [Decimal(value) for value in values]


# --- figures by hand ------------------------------------------------------------------------------

BY_HAND = [
    # Kent and its ten neighbours of 2021 in the back data of November 2024 for 2022-23; sums and places by hand
    ("SCS03", L, "21.8", ("13.4", "16.4", "25", "19.5", "14.6", "26.5", "24.8", "20.4", "20.6", "13.2"),
     "19.44", "19.95", 8, ("15.5", "20.4", "23.3"), "C"),
    ("SISE71", L, "3.3", ("3.4", "4.2", "1.8", "3.4", "2.6", "1.6", "2", "1.7", "4.3", "3"),
     "2.8", "2.8", 7, ("1.9", "3", "3.4"), "C"),
    ("EY14", H, "68.3", ("68.9", "69.9", "66.5", "67.8", "64.4", "68.6", "67.4", "68.9", "66.2", "68.8"),
     "67.74", "68.2", 6, ("66.95", "68.3", "68.85"), "C"),
    ("SCS18", H, "72", ("63", "71", "70", "71", "70", "66", "82", "56", "70", "68"),
     "68.7", "70", 2, ("67", "70", "71"), "A"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("polarity", "kent", "others", "average", "middle", "place", "edges", "letter"),
    [case[1:] for case in BY_HAND],
    ids=[case[0] for case in BY_HAND],
)
def test_mean_median_rank_and_band_by_hand(polarity, kent, others, average, middle, place, edges, letter):
    own, near = Decimal(kent), exact(*others)
    assert mean(near) == Decimal(average)
    assert median(near) == Decimal(middle)
    assert rank(own, [*near, own], polarity) == place
    assert quartiles([*near, own]) == tuple(exact(*edges))
    assert band(own, [*near, own], polarity) == letter


@pytest.mark.parametrize(("key", "place", "average"), [(case[0], case[6], case[4]) for case in BY_HAND])
def test_the_derived_figures_of_2022_23_are_those_by_hand(key, place, average):
    told = figure(load_derived("2024-07"), indicator=key, year="2022-23", method=MEAN, vintage=VINTAGES[0],
                  area="Statistical neighbours 2021-04")  # fmt: skip
    assert [told.value, told.rank, told.of, told.n] == [Decimal(average), place, 11, 10]


def test_the_weighted_mean_counts_children_not_authorities():
    """Kent 2023: 362 of 1,559 plans, printed 23.2 by DfE."""
    assert round(weighted_mean(exact(362), exact(1559)), 1) == Decimal("23.2")
    assert weighted_mean(exact(10, 90), exact(100, 100)) == 50
    assert weighted_mean(exact(10, 90), exact(10, 300)).quantize(Decimal("0.01")) == Decimal("32.26")
    assert weighted_mean([], []) is None


@pytest.mark.parametrize(
    ("value", "everyone", "polarity", "place"),
    [
        ("2", ("1", "2", "2", "3"), H, 2),
        ("2", ("1", "2", "2", "3"), L, 2),
        ("1", ("1", "2", "2", "3"), H, 4),
        ("3", ("1", "2", "2", "3"), L, 4),
        ("2", ("1", "2"), T, None),
        ("2", ("1", "2"), None, None),
    ],
)
def test_equals_share_the_better_place(value, everyone, polarity, place):
    assert rank(Decimal(value), exact(*everyone), polarity) == place


@pytest.mark.parametrize(
    ("value", "high", "low"),
    [("1", "D", "A"), ("2", "D", "A"), ("3", "C", "B"), ("4", "B", "C"), ("5", "A", "D")],
)
def test_bands_by_type_7_quartiles(value, high, low):
    """1 to 5 have the quartiles 2, 3 and 4; a value on an edge belongs to the side below it."""
    everyone = exact(1, 2, 3, 4, 5)
    assert quartiles(everyone) == tuple(exact(2, 3, 4))
    assert [band(Decimal(value), everyone, H), band(Decimal(value), everyone, L)] == [high, low]
    assert band(Decimal(value), everyone, T) is None


@pytest.mark.parametrize(
    ("kent", "other", "polarity", "decimals", "target", "ahead", "word"),
    [
        ("21.8", "19.44", L, 1, None, "-2.36", WORSE),
        ("68.3", "67.74", H, 1, None, "0.56", BETTER),
        ("19.4", "19.44", L, 1, None, "0.04", IN_LINE),
        ("19.4", "19.45", L, 1, None, "0.05", BETTER),
        ("72", "72.4", H, 0, None, "-0.4", IN_LINE),
        ("23.2", "24.34", T, 1, "20.0", "1.14", BETTER),
        ("17.0", "24.34", T, 1, "20.0", "1.34", BETTER),
        ("15.0", "24.0", T, 1, "20.0", "-1.0", WORSE),
        ("23.2", "24.34", T, 1, None, None, None),
        ("23.2", "24.34", None, 1, None, None, None),
    ],
)
def test_gap_and_verdict(kent, other, polarity, decimals, target, ahead, word):
    kent, other, target = Decimal(kent), Decimal(other), target and Decimal(target)
    assert gap(kent, other, polarity, target) == (ahead and Decimal(ahead))
    assert verdict(kent, other, polarity, decimals, target).word == word


def test_nothing_is_said_without_values():
    assert [mean([]), median([])] == [None, None]
    assert verdict(None, Decimal(1), H, 1).reason == "no value"
    assert band(Decimal(1), exact(1, 2), H) is None


@pytest.mark.parametrize(
    ("as_at", "model"),
    [("2021-04", "2021-04"), ("2022-12", "2021-04"), ("2024-07", "2021-04"), ("2025-05", "2021-04"),
     ("2025-06", "2025-05"), ("2026-01", "2025-05")],
)  # fmt: skip
def test_the_model_in_force(as_at, model):
    assert model_in_force(load_areas().neighbour_models, as_at).model == model


def test_before_the_first_known_model_none_is_in_force():
    """The model of 2018 and 2019 has not been found."""
    assert model_in_force(load_areas().neighbour_models, "2019-07") is None


# --- from stored rows to derived figures ----------------------------------------------------------

WIDER = {989: "South East", 970: "England"}


def stored(*lines):
    table = pd.DataFrame(lines, columns=["measure", "year_label", "level", "dfe", "value"])
    return table.assign(value=table["value"].astype(float), status=None)


def test_neighbours_without_a_value_are_left_out_and_counted():
    """West Northamptonshire (941) did not exist in 2019-20; Somerset is in the other model only."""
    values = Values({886: Decimal(10), 881: Decimal(20), 845: Decimal(30), 935: Decimal(25), 933: Decimal(5)}, {})
    told = derived_frame(
        figures(values, load_measures()["SCS03"], "2019-20", areas=load_areas(), kent=886, polarity=L, vintage="2024")
    )
    rows = told[told["method"] == MEAN].set_index("area")
    assert rows["n"].to_dict() == {"Statistical neighbours 2021-04": 3, "Statistical neighbours 2025-05": 4}
    assert rows["value"].to_dict() == {"Statistical neighbours 2021-04": 25, "Statistical neighbours 2025-05": 20}
    assert rows["rank"].to_dict() == {"Statistical neighbours 2021-04": 1, "Statistical neighbours 2025-05": 2}
    kent = told.set_index("area").loc["Kent"]
    assert [kent["value"], kent["national_rank"], kent["national_of"]] == [10, 2, 5]


def test_a_difference_is_taken_area_by_area_and_needs_both():
    measure = load_measures()["EY15"]
    other, own = measure.legs
    rows = stored(
        (other, "2023", "la", 886, 72.5), (own, "2023", "la", 886, 51.2), (other, "2023", "la", 881, 70.0),
        (other, "2023", "country", 970, 71.5), (own, "2023", "country", 970, 51.6), (own, "2022", "la", 881, 50.0),
    )  # fmt: skip
    values = values_of(rows, measure, "2022-23", WIDER)
    assert values.authorities == {886: Decimal("21.3")}
    assert values.published == {"England": Decimal("19.9")}


def test_a_region_above_all_of_its_authorities_is_not_used():
    """The back data of November 2024 has 131 per cent for the South East: the sum of two figures."""
    measure = load_measures()["SISE4"]
    lines = [("la", 886, 67), ("la", 881, 64), ("region", 989, 131), ("country", 970, 66)]
    rows = stored(*((measure.measure, "2023", *line) for line in lines))
    values = values_of(rows, measure, "2022-23", WIDER)
    assert values.unusable == {"South East"}
    told = derived_frame(figures(values, measure, "2022-23", areas=load_areas(), kent=886, polarity=H, vintage="v"))
    rows = told.set_index("area")
    assert [rows.loc["South East", "value"], rows.loc["South East", "method"]] == [None, UNUSABLE]
    assert [rows.loc["England", "value"], rows.loc["England", "method"]] == [66, PUBLISHED]
    assert [fault.code for fault in impossible(told.assign(row=2))] == ["BMK106"]


def test_what_the_label_of_a_year_says_of_its_figures_is_carried_along():
    """`2023 (Rev)` and `2023 (prov)` for the two measures of a difference."""
    measure = load_measures()["EY15"]
    rows = stored(*((leg, "2023", "la", 886, value) for leg, value in zip(measure.legs, (72.5, 51.2), strict=True)))
    rows["status"] = ["revised", "provisional"]
    values = values_of(rows, measure, "2022-23", WIDER)
    assert values.status == "provisional and revised"
    told = derived_frame(figures(values, measure, "2022-23", areas=load_areas(), kent=886, polarity=L, vintage="v"))
    assert [*told["status"]] == ["provisional and revised"]


def test_the_committed_figures_say_which_are_revised():
    """The tool marks the key stage 5 years 2018, 2019 and from 2022 as revised, 2020 and 2021 as final."""
    told = load_derived("2024-07")
    marked = told[told["status"].notna()]
    assert set(marked["indicator"]) == {"CYPE23", "CYPE24", "CYPE25"}
    assert marked.groupby("year")["status"].unique().map(list).to_dict() == {
        "2017-18": ["revised"], "2018-19": ["revised"], "2019-20": ["final"], "2020-21": ["final"],
        "2021-22": ["revised"], "2022-23": ["revised"], "2023-24": ["revised"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "label"), [("SCS03", "2023"), ("APP17", "2022"), ("EH43", "2022/23"), ("EY14", "2023")]
)
def test_years_are_aligned_by_the_label_of_the_source(key, label):
    assert load_measures()[key].year_label("2022-23") == label


def test_derived_figures_are_written_and_read_back_the_same(tmp_path):
    (tmp_path / "2024-07").mkdir()
    lines = [
        ("SCS03", "2022-23", "England", Decimal("22.4"), *[None] * 6, PUBLISHED, "LAIT ReReferral", "2024-11", None),
        ("SCS03", "2022-23", "Kent", None, 10, 8, 11, 90, 149, "C", PUBLISHED, "LAIT x", "2024-11", "revised"),
    ]
    write_derived(derived_frame(lines), "2024-07", tmp_path)
    told = load_derived("2024-07", tmp_path)
    assert [tuple(line) for line in told[DERIVED].to_numpy()] == lines
    assert told["row"].tolist() == [2, 3]
    assert load_derived("2022-12", tmp_path).empty
    (tmp_path / "2024-07" / "benchmarks_derived.csv").write_text("indicator,year\n", encoding="utf-8")
    with pytest.raises(InputError, match="BMK002"):
        load_derived("2024-07", tmp_path)


# --- standings ------------------------------------------------------------------------------------


def test_kent_stands_beside_both_models_its_region_and_england(edition, derived):
    told = standings(derived, load_measures()["SCS03"], "2022-23", areas=edition.areas, as_at="2024-07", polarity=L,
                     vintage=VINTAGES[0])  # fmt: skip
    assert {one.comparator: (str(one.value), one.verdict, one.rank, one.in_force) for one in told} == {
        "Statistical neighbours 2021-04": ("19.44", WORSE, 8, True),
        "Statistical neighbours 2025-05": ("19.95", WORSE, 7, False),
        "South East": ("27.9", BETTER, None, False),
        "England": ("22.4", BETTER, None, False),
    }
    assert not flips(told)
    assert {(one.national_rank, one.national_of, one.band) for one in told} == {(90, 149, "C")}


def test_a_verdict_can_flip_with_the_model(edition, derived):
    """NEET 2022-23: Kent 3.3; the neighbours' mean is 2.8 by the model of 2021 and 3.1 by that of 2025: no flip."""
    told = standings(derived, load_measures()["SISE71"], "2022-23", areas=edition.areas, as_at="2025-06", polarity=L,
                     vintage=VINTAGES[0])  # fmt: skip
    assert [(one.comparator, one.in_force) for one in told][:2] == [
        ("Statistical neighbours 2025-05", True), ("Statistical neighbours 2021-04", False),
    ]  # fmt: skip
    assert not flips(told)
    assert flips([told[0], told[1]._replace(verdict=BETTER)])


def test_no_single_other_authority_is_in_the_committed_figures(edition, derived):
    models = {f"Statistical neighbours {model.model}" for model in edition.areas.neighbour_models}
    assert set(derived["area"]) == {"Kent", "South East", "England"} | models
    assert derived.loc[derived["area"].isin(models), "n"].min() >= 3
    assert set(derived["method"]) == {MEAN, MEDIAN, WEIGHTED, PUBLISHED, UNUSABLE}
    assert derived.groupby(["indicator", "year", "area", "method", "vintage"]).size().max() == 1


# --- the published files --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    for path in sorted((SHARED / "lait").glob("lait_*.parquet")):
        import_file(path, store=folder)
    for path in sorted((SHARED / "ees").glob("*.csv")):
        import_file(path, "2025", folder)
    return folder


@published
@pytest.mark.parametrize("name", DERIVED_FOR)
def test_the_committed_figures_are_those_of_the_published_files(name, store):
    again, derived = derived_from_store(load_edition(name), store), load_derived(name)
    assert again[DERIVED].fillna("").astype(str).equals(derived[DERIVED].fillna("").astype(str))


@published
@pytest.mark.parametrize("key", ["SCS03", "SISE71", "EY14", "EH46"])
def test_national_rank_and_band_against_the_quantiles_of_a_database(edition, derived, key):
    """DuckDB's quantile_cont is type 7 as well, over the file as published."""
    measure, polarity = load_measures()[key], load_catalogue()[key].polarity
    values = f"""select "LA Number" as la, try_cast("Values" as double) as x
        from '{SHARED}/lait/lait_2024-11-25.parquet'
        where "Short Desc" = '{measure.measure}' and "Years" = '2023' and "LA Number" not between 970 and 990"""
    worse = ">" if polarity is H else "<"
    [(edges, own, place)] = duckdb.sql(f"""with v as ({values}), k as (select x from v where la = 886)
        select quantile_cont(x, [0.25, 0.5, 0.75]), (select x from k),
               1 + count(*) filter (round(x, 6) {worse} round((select x from k), 6)) from v""").fetchall()
    passed = sum(own > edge for edge in edges)
    told = figure(derived, indicator=key, year="2022-23", area="Kent", vintage="2024-11-25", method=PUBLISHED)
    assert [told.national_rank, told.band] == [place, "DCBA"[passed] if polarity is H else "ABCD"[passed]]


@published
def test_the_weighted_mean_of_second_time_plans(edition, derived, store):
    """Kent 2023: 362 of 1,559; its neighbours are named only when the store has them."""
    measure = load_measures()["SCS13"]
    told = figure(derived, indicator="SCS13", year="2022-23", method=WEIGHTED, area="Statistical neighbours 2021-04")
    assert [told.n, told.vintage, told.source] == [10, "2025", "EES CPP_subsequent of CPP_start"]
    values = values_from_store(edition, measure, ["2022-23"], store)["2022-23"]
    model = model_in_force(edition.areas.neighbour_models, edition.as_at)
    assert named_neighbours(model, values)["Essex"] == Decimal("25.4")
    assert values.authorities[886] == Decimal("23.2")
