"""The exception report: held against the printed one of July 2019, and made for any indicator of any scorecard."""

from decimal import Decimal
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from scorecard.__main__ import main
from scorecard.build import build_scorecard
from scorecard.editions import Edition, load_edition
from scorecard.faults import InputError
from scorecard.pages import exception_report

D = Decimal
PARENTING = "corporate-parenting-2019-07"


@pytest.fixture(scope="module")
def parenting() -> Edition:
    return load_edition(PARENTING)


@pytest.fixture(scope="module")
def health(parenting) -> list:
    return exception_report.reported(parenting, "CP-IHA", parenting.areas.kent)


class Text(HTMLParser):
    """The text of a page, cell by cell."""

    def __init__(self, html: str):
        super().__init__()
        self.words: list[str] = []
        self.feed(html)

    def handle_data(self, data):
        self.words += [data.strip()] if data.strip() else []


def words(html: str) -> list[str]:
    return Text(html).words


def after(told: list[str], first: str, count: int) -> list[str]:
    """The `count` texts that follow `first`."""
    return told[told.index(first) + 1 :][:count]


def test_text_about_a_withheld_figure_is_left_out(without_audits):
    """The agreed text on SCS37 says 86.9%; without that figure the text goes too."""
    rows = exception_report.reported(without_audits, "SCS37", without_audits.areas.kent)
    shown = " ".join(words(exception_report.said(rows, without_audits)))
    assert "The analysts' text is not shown" in shown
    assert "86.9" not in shown


# --- the printed report ---------------------------------------------------------------------------


def test_the_facts_are_those_of_the_printed_report(parenting, health):
    told = words(exception_report.facts(health, parenting))
    assert after(told, "Theme", 1) == ["Health and wellbeing"]
    assert after(told, "RAG as printed", 3) == ["R", "RED", "Latest, July 2019"]
    assert after(told, "Latest, July 2019", 2) == ["62.4%", "394 over 631"]
    assert after(told, "Target 2019-20", 1) == ["85%"]
    assert after(told, "Floor standard 2019-20", 1) == ["not known"]
    assert after(told, "Direction of travel", 2) == ["Worsened", "from 67.1% in June 2019"]
    assert after(told, "Direction of travel from one year ago", 2) == ["Worsened", "from 82.0% in July 2018"]


DIFFERENCES = [
    ("Aug-18", "2.1"), ("Sep-18", "3.8"), ("Oct-18", "4.4"), ("Nov-18", "5.7"), ("Dec-18", "9.4"), ("Jan-19", "10.1"),
    ("Feb-19", "9.8"), ("Mar-19", "9.4"), ("Apr-19", "10.4"), ("May-19", "11.9"),
]  # fmt: skip


def test_the_series_without_uasc_is_worked_out_where_the_figure_is_printed(parenting, health):
    told = words(exception_report.series_tables(health, parenting))
    for month, difference in DIFFERENCES:
        assert after(told, month, 3) == [difference, "not printed", "not known"]
    assert after(told, "Jun-19", 3) == ["13.0", "67.1", "80.1"]  # 67.1 + 13.0
    assert after(told, "Jul-19", 3) == ["12.3", "62.4", "74.7"]  # 62.4 + 12.3
    assert after(told, "average", 1) == ["8.5"]


def test_the_printed_average_is_the_mean_of_its_months(parenting):
    told = dict(zip(parenting.exception_series["period"], parenting.exception_series["value"], strict=True))
    average = told.pop("average")
    assert len(told) == 12
    assert sum(told.values()) == D("102.3")  # 8.525
    assert average == D("8.5")


def test_the_series_is_drawn_without_target_or_rating(parenting, health):
    (chart,) = exception_report.trends(health, parenting)
    assert chart.headline == "Kent: Difference between excluding and including UASC, 12.3"
    assert "rose from 2.1 in August 2018 to 12.3 in July 2019" in chart.alt
    assert chart.columns == ("Period", "Kent")


def test_the_commentary_of_the_analysts_stands_with_its_status(parenting, health):
    told = words(exception_report.said(health, parenting))
    assert after(told, "Management Information on Kent (agreed)", 2)[1] == (
        "Health are recruiting additional staff to assist with the number of Health Assessments that need to be "
        "carried out."
    )


def test_what_is_red_in_print_has_a_report_in_the_pack(parenting):
    rows = build_scorecard(parenting, parenting.areas.kent)
    assert [row.indicator.key for row in exception_report.red(rows, parenting)] == ["CP-IHA"]


# --- any indicator of any scorecard ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "area", "told"),
    [
        pytest.param("SCS43", "Kent", ["Kent"], id="the county"),
        pytest.param(
            "SCS43", "Swale", ["Swale Central CSWT", "Swale Island & Rural CSWT"], id="both teams of a district"
        ),
        pytest.param("SCS43", "Thanet Margate CSWT", ["Thanet Margate CSWT"], id="a team"),
        pytest.param("CYPE8", "Dover", ["Dover"], id="a district of its own"),
        pytest.param("SEND20", "Kent", ["Kent"], id="an older code"),
        pytest.param("SISE12", "Kent", ["Kent", "Kent"], id="on two pages"),
    ],
)
def test_the_rows_of_an_indicator(edition, indicator, area, told):
    rows = exception_report.reported(edition, indicator, edition.area(area))
    assert [row.area.name for row in rows] == told


@pytest.mark.parametrize(
    ("indicator", "area", "said"),
    [
        pytest.param("SCS4", "Kent", 'XCP001 indicators: "SCS4" is not an indicator. Did you mean "SCS43"',
                     id="unknown"),
        pytest.param("APP-EP", "Dover", "XCP002 edition.yml: APP-EP is not printed for Dover in edition 2024-07. "
                     "Printed for: Kent.", id="not printed there"),
        pytest.param("SEND-PERM", "Kent", "This edition does not print it.", id="of another edition"),
    ],
)  # fmt: skip
def test_an_indicator_that_is_not_there(edition, indicator, area, said):
    with pytest.raises(InputError) as found:
        exception_report.reported(edition, indicator, edition.area(area))
    assert said in str(found.value)


def test_a_printed_rating_is_that_of_its_page(edition):
    rows = exception_report.reported(edition, "SISE12", edition.areas.kent)
    assert [(row.section.page, exception_report.printed_rating(row, edition)) for row in rows] == [
        ("", "AMBER"), ("vulnerable learners", "RED"),
    ]  # fmt: skip


def test_the_doubts_are_those_about_the_indicator(parenting, health):
    told = words(exception_report.doubts(health, parenting, []))
    assert told[-2:] == [
        "Printed RED, by the rules none. The target of 85 is missed. The floor standard is not printed; the printed "
        "RED only shows that it is above 62.4.",
        "known_exceptions.csv row 5",
    ]


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_the_same_page_again(parenting_made, tmp_path):
    first = parenting_made / "exceptions" / "cp-iha-kent.html"
    done = CliRunner().invoke(main, ["exception", "CP-IHA", "--edition", PARENTING, "--out", str(tmp_path)])
    again = tmp_path / PARENTING / "exceptions" / "cp-iha-kent.html"
    assert done.output == f"Wrote {again}\n"
    assert again.read_bytes() == first.read_bytes()
    assert [path.name for path in again.parent.iterdir()] == [again.name]
    assert "% of Initial Health Assessments taking place within 20 working days: exception report" in first.read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            ["SCS4", "--edition", PARENTING], 'XCP001 indicators: "SCS4" is not an indicator.', id="indicator"
        ),
        pytest.param(["CP-IHA", "--edition", PARENTING, "--area", "Kant"], '"Kant" is not an area', id="area"),
        pytest.param(["CP-IHA", "--edition", "parenting"], '"parenting" is not an edition.', id="edition"),
    ],
)
def test_bad_input_makes_nothing(tmp_path, given, said):
    done = CliRunner().invoke(main, ["exception", *given, "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / PARENTING).write_text("a file", encoding="utf-8")
    done = CliRunner().invoke(main, ["exception", "CP-IHA", "--edition", PARENTING, "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "OUT001" in done.output
