"""What the explorer shows for a choice: figures typed in from the printed scorecards, limits worked out by hand."""

from dataclasses import replace

import pytest

from scorecard.disclosure import disclosed, policy_called
from scorecard.editions import load_edition
from scorecard.exploring.explore import CHARTS, COMPARISONS, Desk, View
from scorecard.exploring.explorer import Explorer, explorer, kept_ready
from scorecard.exploring.spans import STARTS
from scorecard.faults import InputError
from scorecard.pages.markup import TEMPLATES, load_templates
from scorecard.trends import NO_GROWING, NO_ROLLING

NEET = View("2024-07", ("SISE71",), ("Ashford", "Dover"))


@pytest.fixture(scope="module")
def desk(edition):
    return Desk(edition)


# --- the choice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "query"),
    [
        (
            NEET,
            "?edition=2024-07&indicators=SISE71&areas=Ashford&areas=Dover&start=shown&end=latest&comparison=all&chart=trend",
        ),
        (
            View("2024-07", ("EH46", "EH47"), ("Folkestone and Hythe",), "all", "2024-05", "none", "xmr"),
            "?edition=2024-07&indicators=EH46&indicators=EH47&areas=Folkestone+and+Hythe&start=all&end=2024-05&comparison=none&chart=xmr",
        ),
    ],
    ids=["two areas", "two indicators"],
)
def test_a_link_opens_the_same_view(view, query):
    assert view.query == query
    assert View.asked(query, NEET) == view


def test_a_link_says_only_what_is_otherwise_and_takes_older_codes():
    """SEND20 became APP17."""
    assert View.asked("indicators=SEND20", NEET) == NEET._replace(indicators=("APP17",))
    assert View.asked("", NEET) == NEET


def test_parameters_are_lines_of_the_notebook():
    told = {}
    exec(NEET.parameters, told)
    assert [told[name] for name in ("edition", "indicators", "areas")] == ["2024-07", ["SISE71"], ["Ashford", "Dover"]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("areas=Asford&chart=pie", ['"pie" is not known', '"Ashford"']),
        ("edition=2024-06", ['"2024-06" is not known', '"2024-07"']),
        ("indicators=SISE7&indicators=NONE&start=ever", ['"SISE71"', '"NONE"', '"ever"']),
        ("edition=ofsted-2022-12", ['"ofsted-2022-12" is not known']),
        ("start=2024-06&end=2024-03", ['"2024-06" lies after the end, "2024-03"']),
        ("start=2024-13&end=now&comparison=us", ['"2024-13" is not known', '"now"', "2023-24 Q4 (quarter)", '"us"']),
    ],
    ids=[
        "area and chart",
        "edition",
        "two indicators",
        "edition without ratings",
        "ends before it starts",
        "no periods",
    ],
)
def test_every_fault_of_a_link_is_told_at_once(query, said):
    with pytest.raises(InputError) as error:
        View.asked(query, NEET)
    assert all(part in str(error.value) for part in said), str(error.value)


# --- what is shown ------------------------------------------------------------------------------------

MOVES = {
    "two districts": (NEET, ["from 3.1% in January 2024 to 3.5% in July 2024", "from 5.1% in January 2024 to 4.9% in"]),
    "a district stands for its team": (
        NEET._replace(indicators=("SCS03",), areas=("Ashford",)),
        ["Ashford CSWT, rose from 23.2% in January 2024 to 24.4% in July 2024"],
    ),
    "over all editions": (
        NEET._replace(areas=("Ashford",), start="all"),
        ["Ashford, rose from 2.9% in June 2022 to 3.5% in July 2024", "January 2023 to December 2023 (in no edition)"],
    ),
}


RANGES = {
    # printed for Dover: 2022 from June on 3.5, 3.4, 3.1, 2.7, 2.5, 2.6, 2.9; 2024: 5.1, 5.1, 5.2, 5.3, 5.1, 4.9, 4.9
    "inside the edition": (
        "2024-03",
        "2024-06",
        "fell from 5.2% in March 2024 to 4.9% in June 2024. Not rated: an edition",
    ),
    "to the latest": ("2024-05", "latest", "fell from 5.1% in May 2024 to 4.9% in July 2024, against a target of 2.8%"),
    "from another edition": ("2022-11", "2024-02", "rose from 2.6% in November 2022 to 5.1% in February 2024"),
    "in another edition": ("2022-06", "2022-12", "fell from 3.5% in June 2022 to 2.9% in December 2022. Not rated"),
}
"""From, to, and what the chart of NEET in Dover says."""


@pytest.mark.parametrize(("start", "end", "said"), RANGES.values(), ids=RANGES)
def test_a_view_goes_from_any_period_to_any_other(desk, start, end, said):
    (chart,) = desk.see(NEET._replace(areas=("Dover",), start=start, end=end)).charts
    assert said in chart.alt


def test_a_rating_stays_with_the_latest_figure(desk):
    seen = desk.see(NEET._replace(areas=("Dover",), start="2024-03", end="2024-06"))
    assert list(seen.figures["period"]) == ["2024-03", "2024-04", "2024-05", "2024-06"]
    assert seen.figures["rag"].iloc[-1] == "not rated: an edition rates its latest figure only"
    assert "Target" not in seen.charts[0].svg


def test_an_order_of_an_earlier_month(desk):
    """Printed for January 2024: Thanet 5.2, Dover 5.1, all others below."""
    (chart,) = desk.see(NEET._replace(areas=("Thanet",), chart="ranked", end="2024-01")).charts
    assert chart.headline.startswith("Thanet has the highest figure of 12 districts")
    assert "January 2024" in chart.subtitle


def test_a_year_is_shown_where_any_of_its_months_is_chosen(desk):
    """Persistent absence is printed by school year; 2023-24 goes on to August 2024."""
    view = NEET._replace(indicators=("EH46",), areas=("Dover",), start="2024-03")
    assert list(desk.see(view).figures["period"]) == ["2023-24"]
    none = desk.see(view._replace(start="2022-01", end="2022-02", indicators=("SISE71",)))
    assert none.notes == ["NEET, 16 to 17 year olds, Dover: no figures between the periods chosen."]


def test_the_periods_to_choose_are_those_of_the_indicators(desk):
    months = [*(f"2022-{month:02}" for month in range(6, 13)), *(f"2024-{month:02}" for month in range(1, 8))]
    assert desk.periods(NEET) == months
    assert desk.periods(NEET._replace(indicators=("EH46",)))[-1] == "2023-24"
    assert desk.periods(NEET._replace(indicators=("SISE71", "EH46")))[:14] == months


@pytest.mark.parametrize(("view", "said"), MOVES.values(), ids=MOVES)
def test_trends_show_the_printed_figures(desk, view, said):
    seen = desk.see(view)
    assert len(seen.charts) == len(view.areas)
    alts = " ".join(chart.alt for chart in seen.charts)
    assert [part for part in said if part not in alts] == []
    assert seen.notes == []


def test_the_linked_table_has_each_figure_with_its_row(desk):
    told = desk.see(NEET).figures
    dover = told[(told["area"] == "Dover") & (told["period"] == "2024-07")]
    columns = ["value", "numerator", "denominator", "rag", "source", "disclosure"]
    assert [str(cell) for cell in dover[columns].iloc[0]] == [
        "4.9", "126", "2573", "RED", "observations.csv row 1011", "as published",
    ]  # fmt: skip
    assert len(told) == 2 * 7


@pytest.mark.parametrize(
    ("comparison", "kent", "england"),
    [("all", True, True), ("kent", True, False), ("benchmarks", False, True), ("none", False, False)],
)
def test_compares_with_what_is_chosen(desk, comparison, kent, england):
    (chart,) = desk.see(NEET._replace(areas=("Ashford",), comparison=comparison)).charts
    assert ("Kent 3.7%" in chart.alt, "England 2.8%" in chart.alt) == (kent, england)


def test_small_charts_hold_all_districts(desk):
    """Printed GREEN for NEET in July 2024: Dartford, Sevenoaks, Tunbridge Wells."""
    (chart,) = desk.see(NEET._replace(areas=("Dover",), chart="multiples")).charts
    assert chart.headline == "NEET, 16 to 17 year olds: 3 of 12 districts are GREEN"
    assert "Thanet: 5.2% to 5.9%, RED." in chart.alt
    assert [row[0] for row in chart.rows][-1] == "Kent"
    assert chart.rows[3][:2] == ("Dover", "5.1")
    assert chart.rows[3][7:] == ("4.9", "RED")
    assert len(chart.rows) == 13


# --- XmR ----------------------------------------------------------------------------------------------


def test_limits_by_hand(desk):
    """12.0, 11.8, 10.4, 9.3, 10.4, 13.9, 10.9: mean 78.7/7 = 11.24; moving ranges: 10.3/6 x 2.66 = 4.57."""
    (chart,) = desk.see(View("2024-07", ("EH-CASELOAD",), ("Ashford",), chart="xmr")).charts
    assert chart.rows[0] == ("Jan-24", "12.0", "no", "11.24", "6.68", "15.81")
    assert chart.headline == "Average caseload, Early Help Units in Ashford EHU: nothing more than chance in 7 figures"
    assert "fewer than 13 values" in chart.subtitle
    # neither target nor benchmarks are drawn
    assert chart.source == "Source: observations.csv rows 402 to 408."


def test_limits_do_not_reach_across_a_year_that_no_edition_prints(desk):
    """Seven months of 2022 and seven of 2024; the twelve between stand in no edition."""
    (chart,) = desk.see(View("2024-07", ("EH-CASELOAD",), ("Ashford",), "all", chart="xmr")).charts
    assert "fewer than 13" in chart.subtitle
    assert [row[0] for row in chart.rows] == ["Jan-24", "Feb-24", "Mar-24", "Apr-24", "May-24", "Jun-24", "Jul-24"]


def test_figures_of_a_year_to_date_are_refused_with_the_reason():
    desk = Desk(load_edition("corporate-parenting-2019-07"))
    seen = desk.see(View("corporate-parenting-2019-07", ("CP-SDQ",), ("Kent",), chart="xmr"))
    assert seen.charts == []
    assert NO_GROWING in seen.notes[0]


def test_rolling_figures_are_refused_with_the_reason(desk):
    seen = desk.see(View("2024-07", ("SCS03",), ("Ashford",), chart="xmr"))
    assert seen.charts == []
    assert seen.notes == [f"Re-referrals to social work within 12 months, Ashford CSWT: {NO_ROLLING}."]
    assert NO_ROLLING in seen.html


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (NEET._replace(indicators=("EH-CASELOAD",), chart="funnel"), "a funnel needs a rated percentage"),
        (NEET._replace(chart="funnel", end="2024-05"), "an edition rates its latest figure only"),
        (NEET._replace(indicators=("SCS18",), chart="ranked"), "no other area has a figure"),
        (NEET._replace(indicators=("APP-EP",)), "the edition prints no figures"),
    ],
    ids=["no percentage", "no rating", "no figure anywhere else", "only for Kent"],
)
def test_what_cannot_be_shown_says_why(desk, view, reason):
    seen = desk.see(view)
    assert seen.charts == []
    assert len(seen.notes) == 1
    assert reason in seen.notes[0]
    assert "Ashford" in seen.notes[0]
    assert "Dover" in seen.notes[0]


# --- files and widgets --------------------------------------------------------------------------------


def test_files_are_what_is_seen(desk):
    files = desk.files(NEET)
    names = ["trend-sise71-ashford", "trend-sise71-dover"]
    assert set(files) == {f"{name}.{kind}" for name in names for kind in ("svg", "png")} | {"figures.csv"}
    assert all(files[f"{name}.png"].startswith(b"\x89PNG") for name in names)
    seen = desk.see(NEET)
    assert [files[f"{name}.svg"].decode() for name in names] == [chart.svg for chart in seen.charts]
    assert [chart.png for chart in seen.charts] == [b"", b""]
    lines = files["figures.csv"].decode().splitlines()
    start, end = "2024-07,SISE71,", ",Ashford,2024-07,3.5,,111,3213,AMBER,observations.csv row 426,as published"
    assert lines[7] == f'{start}"NEET, 16 to 17 year olds"{end}'


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("start", STARTS)
def test_every_way_shows_kent_and_a_district(desk, chart, start):
    seen = desk.see(View("2024-07", ("SISE71",), ("Kent", "Thanet"), start, chart=chart))
    assert len(seen.charts) == (1 if chart == "multiples" else 2)
    assert all("NEET" in one.alt and one.rows for one in seen.charts)


def test_a_change_of_choice_is_redrawn(monkeypatch):
    monkeypatch.delenv("QUERY_STRING", raising=False)
    shown = explorer(NEET._replace(areas=("Ashford",)))
    assert "Ashford, rose from 3.1%" in shown.shown.value
    shown.areas[1].value = "Dover"
    assert "Dover, fell from 5.1%" in shown.shown.value
    assert shown.view == NEET
    shown.button.click()
    assert shown.links.value.count("<a download=") == 5
    shown.ways[1].value = "none"
    assert [*COMPARISONS][-1] == "none"
    assert "Kent 3.7%" not in shown.shown.value
    assert shown.links.value == ""


def test_another_edition_keeps_what_it_has(monkeypatch):
    monkeypatch.delenv("QUERY_STRING", raising=False)
    shown = explorer(NEET._replace(start="2024-03"))
    assert [value for _, value in shown.edition.options] == ["2024-07", "2022-12", "corporate-parenting-2019-07"]
    shown.edition.value = "2022-12"
    assert shown.view == NEET._replace(edition="2022-12")
    assert "Ashford, fell from 2.9% in June 2022 to 2.6% in December 2022" in shown.shown.value
    shown.edition.value = "corporate-parenting-2019-07"
    assert shown.view.areas == ("Kent",)
    assert [value for _, value in shown.areas[0].options] == ["Kent"]
    assert "July 2019" in shown.shown.value
    shown.edition.value = "2024-07"
    assert "Dover" in [value for _, value in shown.areas[2].options]
    assert "July 2024" in shown.shown.value


def test_an_edition_that_cannot_be_opened_says_why(monkeypatch):
    monkeypatch.delenv("QUERY_STRING", raising=False)
    shown = explorer(NEET)
    shown.edition.options = [*shown.edition.options, ("Inspections", "ofsted-2022-12")]
    shown.edition.value = "ofsted-2022-12"
    assert "which has no ratings" in shown.fault.value
    assert shown.view == NEET
    shown.edition.value = "2022-12"
    assert shown.fault.value == ""


def test_the_fields_offer_the_periods(monkeypatch):
    monkeypatch.delenv("QUERY_STRING", raising=False)
    shown = explorer(NEET)
    start, end = shown.ends
    assert [text for text, _ in start.options][:3] == [
        "First that the edition shows",
        "First of all editions",
        "June 2022",
    ]
    assert [text for text, _ in end.options][:2] == ["Latest", "July 2024"]
    start.value, end.value = "2022-12", "2024-06"
    assert "from 2.9% in December 2022 to 4.9% in June 2024" in shown.shown.value
    shown.indicators[0].value = "EH46"
    assert (start.value, end.value) == ("2022-12", "2024-06")
    assert shown.view.query.count("start=2022-12&end=2024-06") == 1


def test_a_page_that_was_kept_ready_shows_what_is_asked_for(monkeypatch):
    """Outside of a server nobody is waited for."""
    monkeypatch.delenv("VOILA_PREHEAT", raising=False)
    monkeypatch.setenv("QUERY_STRING", "areas=Dover")
    desk, asked = kept_ready(NEET)
    shown = Explorer(View.asked(asked, NEET), "", desk)
    assert shown.desk is desk
    assert "Dover, fell from 5.1%" in shown.shown.value
    assert "Ashford" not in shown.shown.value


@pytest.mark.parametrize(
    ("page", "link"),
    [(None, False), ("/voila/render/explore_trends.ipynb", True)],
    ids=["a notebook by itself", "a server that shows pages"],
)
def test_the_link_stands_where_something_opens_it(monkeypatch, page, link):
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    monkeypatch.delenv("SCORECARD_PAGE", raising=False)
    if page:
        monkeypatch.setenv("SCORECARD_PAGE", page)
    shown = explorer(NEET)
    assert ("Link to this view" in shown.address.value) is link
    assert f'href="{page}?edition=2024-07' in shown.address.value or not link
    assert "This view as parameters of the notebook" in shown.address.value


@pytest.mark.parametrize(
    ("query", "area", "alert"),
    [("areas=Dover", "Dover", False), ("areas=Dover+EHU", "Dover EHU", False), ("areas=Dofer", "Ashford", True)],
    ids=["a district", "a team", "a misspelt one"],
)
def test_the_address_of_the_page_is_opened(monkeypatch, query, area, alert):
    monkeypatch.setenv("QUERY_STRING", query)
    shown = explorer(NEET._replace(areas=("Ashford",)))
    assert shown.view.areas == (area,)
    assert ("Did you mean &#34;Dover&#34;" in shown.fault.value) == alert


# --- disclosure ---------------------------------------------------------------------------------------


def test_withheld_figures_are_not_told_by_another_edition(edition):
    """December 2022 prints 16.7 for APP17 in Thanet: 1 of 6 plans."""
    policy = policy_called("publish")
    strict = Desk(replace(disclosed(edition, policy), disclosure=policy))
    view = View("2024-07", ("APP17",), ("Thanet",), "all")
    open_, closed = (desk.see(view).figures for desk in (Desk(edition), strict))
    december = [told[told["period"] == "2022-12"].iloc[0] for told in (open_, closed)]
    assert [str(december[0][name]) for name in ("value", "source")] == ["16.7", "2022-12/observations.csv row 2779"]
    assert december[1]["value"] is None
    assert december[1]["numerator"] is None
    assert december[1]["reason"] == "c (few children)"
    assert set(closed["disclosure"]) == {"publish"}


def test_templates_of_packs_compile_beside_those_of_the_page():
    """Voila's template uses filters that only Voila has."""
    load_templates()
    assert (TEMPLATES / "voila" / "templates" / "explore" / "index.html.j2").is_file()
