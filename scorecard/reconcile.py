"""Our ratings held against the ratings that the council printed, with every difference explained or refused."""

import pandas as pd

from scorecard import periods
from scorecard.build import OUTTURN, build_ratings
from scorecard.editions import Edition
from scorecard.faults import Fault, InputError
from scorecard.pages.markup import NUMBER, Cell, Head, Html, Table, drawn
from scorecard.tables import named

KINDS = {"rag": "current RAG", "rag_previous": "RAG of the year before", "dot": "direction of travel"}
UNREAD = "not known"
"""Stands in printed.csv for a rating or an arrow that the edition prints and its text does not give."""
_KEY = ["indicator", "area", "period", "page", "kind"]


def reconcile(edition: Edition) -> pd.DataFrame:
    """One row per printed RAG or arrow, and per one that we give where a printed row has none.

    What the edition prints no line for in printed.csv is not compared, nor is what is `not known` there.

    Columns: indicator, area, period, page, kind (a key of `KINDS`), printed, computed, pages (on how
    many pages the edition prints it: a team appears on the page of each district that it serves),
    reason (from known_exceptions.csv where the two differ) and `outcome`: agrees, explained,
    unexplained, or gone (an exception that no longer occurs). Missing words are "none".
    """
    if edition.printed.empty:
        fault = Fault("error", "REC001", "printed.csv", "has no printed ratings to hold ours against.", "Add them.")
        raise InputError([fault])
    exceptions = edition.known_exceptions[[*_KEY, "printed", "computed", "reason"]]
    printed = _printed(edition).query("printed != @UNREAD")
    compared = printed.merge(_computed(edition), how="left", on=_KEY, validate="one_to_one")
    compared = compared.fillna({"computed": "none"}).query("printed != 'none' or computed != 'none'")
    judged = compared.merge(exceptions, how="outer", on=_KEY, suffixes=("", "_known"), validate="one_to_one")
    judged["outcome"] = [_outcome(told) for told in judged.itertuples()]
    pages = {area.name: max(1, len(area.districts)) for area in edition.printed_areas}
    judged["pages"] = judged["area"].map(pages)
    return judged[[*_KEY, "printed", "computed", "pages", "outcome", "reason"]]


def _outcome(told) -> str:
    if told.printed == told.computed:
        return "agrees" if pd.isna(told.reason) else "gone"
    if (told.printed, told.computed) == (told.printed_known, told.computed_known):
        return "explained"
    return "gone" if pd.isna(told.printed) else "unexplained"


def _printed(edition: Edition) -> pd.DataFrame:
    told = edition.printed.assign(page=[edition.page_names.get(page, "") for page in edition.printed["page"]])
    current = [told.assign(kind=kind, printed=told[kind]) for kind in ("rag", "dot")]
    before = told[told["rag_previous"] != ""]
    before = before.assign(kind="rag_previous", printed=before["rag_previous"], period=before["previous_year"])
    return pd.concat([*current, before])[[*_KEY, "printed"]].replace({"printed": {"": "none"}})


def _computed(edition: Edition) -> pd.DataFrame:
    ratings = build_ratings(edition)
    ratings["page"] = ratings["page"].fillna("")
    outturn = ratings["dot_reason"] == OUTTURN
    parts = [(ratings[~outturn], "rag", "rag"), (ratings[~outturn], "dot", "dot")]
    parts.append((ratings[outturn], "rag_previous", "rag"))
    told = [part.assign(kind=kind, computed=part[column]) for part, kind, column in parts]
    return pd.concat(told)[[*_KEY, "computed"]].fillna({"computed": "none"}).astype({"computed": str})


def summary(reconciled: pd.DataFrame) -> pd.DataFrame:
    """Per kind: how many are printed, how many of them ours agree with, how many differences are explained.

    Counted on every page that prints them. Columns: kind, printed, agree, explained, unexplained, gone.
    """
    rows = []
    for kind, name in KINDS.items():
        told = reconciled[reconciled["kind"] == kind]
        pages = told.groupby("outcome")["pages"].sum().reindex(["agrees", "explained", "unexplained", "gone"])
        printed = told.loc[told["printed"].fillna("none") != "none", "pages"].sum()
        rows.append((name, int(printed), *(int(count) for count in pages.fillna(0))))
    return pd.DataFrame(rows, columns=["kind", "printed", "agree", "explained", "unexplained", "gone"])


def is_reconciled(reconciled: pd.DataFrame) -> bool:
    """Whether every difference is explained and every explained difference still occurs."""
    return bool(reconciled["outcome"].isin(["agrees", "explained"]).all())


# --- shown ----------------------------------------------------------------------------------------


def agreement(reconciled: pd.DataFrame) -> Html:
    """The `summary` as a table."""
    told = summary(reconciled)
    heads = [Head("Printed"), *(Head(column.capitalize(), "", NUMBER) for column in told.columns[1:])]
    heads[1:3] = [Head("How many", "", NUMBER), Head("Agree with the rules", "", NUMBER)]
    rows = [[Cell(kind[:1].upper() + kind[1:]), *(Cell(f"{count:,}") for count in counts)]
            for kind, *counts in told.itertuples(index=False)]  # fmt: skip
    return drawn(Table("Printed ratings and arrows that the rules agree with", heads, rows))


def differences(reconciled: pd.DataFrame, edition: Edition) -> Html:
    """What was printed and what the rules give where the two differ, with the reason, as a table."""
    heads = [Head(text) for text in ("Measure", "Area", "Period", "What", "Printed", "Computed")]
    rows = [_different(told, edition) for told in reconciled[reconciled["outcome"] != "agrees"].itertuples()]
    caption = "Printed ratings and arrows that the rules do not give"
    return drawn(Table(caption, [*heads, Head("Reason", "", "sc-wide")], rows, kind="sc-prose", empty="None."))


def _different(told, edition: Edition) -> list[Cell]:
    texts = [told.area, periods.name(told.period), KINDS[told.kind], told.printed, told.computed, told.reason]
    cells = [Cell("none given", missing=True) if pd.isna(text) else Cell(text) for text in texts]
    return [named(edition.catalogue[told.indicator]), cells[0], cells[1]._replace(small=told.page), *cells[2:]]
