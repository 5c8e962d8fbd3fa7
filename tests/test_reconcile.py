"""The back test: our ratings against the ratings that the council printed in July 2024."""

from dataclasses import replace

import pandas as pd
import pytest

from scorecard.faults import InputError
from scorecard.reconcile import is_reconciled, reconcile, summary


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
