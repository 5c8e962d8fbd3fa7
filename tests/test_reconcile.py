"""The back test: our ratings against the ratings that the council printed in July 2024."""

from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from scorecard.faults import InputError
from scorecard.reconcile import agreement, differences, is_reconciled, reconcile, summary


@pytest.fixture(scope="module")
def reconciled(edition):
    return reconcile(edition)


@pytest.mark.parametrize(
    ("kind", "printed", "agree"),
    [("current RAG", 441, 440), ("RAG of the year before", 225, 225), ("direction of travel", 468, 454)],
)
def test_agrees_with_print(reconciled, kind, printed, agree):
    """Counted in the published scorecard, a team on the page of each district that it serves."""
    told = summary(reconciled).set_index("kind").loc[kind]
    assert (told["printed"], told["agree"]) == (printed, agree)
    assert told["unexplained"] == told["gone"] == 0
    assert told["explained"] == printed - agree


def test_every_printed_row_is_compared(edition, reconciled):
    printed = edition.printed
    words = (printed[["rag", "dot", "rag_previous"]] != "").sum().sum()
    assert (reconciled["printed"].fillna("none") != "none").sum() == words == 419 + 446 + 203


def test_every_exception_has_a_reason(edition):
    assert len(edition.known_exceptions) == 15
    assert edition.known_exceptions["reason"].str.len().min() > 20


def test_unexplained_difference_is_refused(edition):
    fewer = edition.known_exceptions.iloc[1:]
    judged = reconcile(replace(edition, known_exceptions=fewer))
    assert not is_reconciled(judged)
    assert judged.query("outcome == 'unexplained'")[["indicator", "area"]].values.tolist() == [["CYPE25", "Sevenoaks"]]


def test_exception_that_no_longer_occurs_is_refused(edition):
    gone = {"indicator": "SCS03", "area": "Kent", "period": "2024-07", "page": "", "kind": "rag",
            "printed": "RED", "computed": "GREEN", "reason": "made up", "row": 99}  # fmt: skip
    more = pd.concat([edition.known_exceptions, pd.DataFrame([gone])])
    judged = reconcile(replace(edition, known_exceptions=more))
    assert judged.query("outcome == 'gone'")["indicator"].tolist() == ["SCS03"]
    assert not is_reconciled(judged)


def test_exception_for_what_is_not_printed_is_refused(edition):
    gone = {"indicator": "SCS03", "area": "Atlantis", "period": "2024-07", "page": "", "kind": "rag",
            "printed": "RED", "computed": "GREEN", "reason": "made up", "row": 99}  # fmt: skip
    judged = reconcile(replace(edition, known_exceptions=pd.concat([edition.known_exceptions, pd.DataFrame([gone])])))
    assert judged.query("outcome == 'gone'")["area"].tolist() == ["Atlantis"]


def test_edition_without_print_says_so(edition):
    with pytest.raises(InputError, match=r"printed\.csv"):
        reconcile(replace(edition, printed=edition.printed.iloc[:0]))


# --- shown ----------------------------------------------------------------------------------------


def lines_of(html: str) -> list[list[str]]:
    """The cells of the table's body, each with its small print."""
    lines = BeautifulSoup(html, "html.parser").tbody.find_all("tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in line.find_all(["th", "td"])] for line in lines]


def test_the_table_of_what_agrees(reconciled):
    assert lines_of(agreement(reconciled)) == [
        ["Current RAG", "441", "440", "1", "0", "0"],
        ["RAG of the year before", "225", "225", "0", "0", "0"],
        ["Direction of travel", "468", "454", "14", "0", "0"],
    ]


def test_the_table_of_what_differs(edition, reconciled):
    lines = lines_of(differences(reconciled, edition))
    assert len(lines) == 15
    assert [line[:6] for line in lines if line[0].endswith("CYPE8") and line[1] == "Ashford"] == [
        ["Proven re-offending by young people CYPE8", "Ashford", "quarter 1 of 2024-25", "direction of travel", "same",
         "worsened"],
    ]  # fmt: skip
    assert [line[2] for line in lines if line[0].startswith("KS4 Progress 8")] == ["2022-23 vulnerable learners"] * 5


def test_the_table_says_where_no_reason_is_given(edition):
    judged = reconcile(replace(edition, known_exceptions=edition.known_exceptions.iloc[1:]))
    assert lines_of(differences(judged, edition)).count(
        ["Tech Level points per entry CYPE25", "Sevenoaks", "2023-24", "current RAG", "GREEN", "none", "none given"]
    ) == 1  # fmt: skip
