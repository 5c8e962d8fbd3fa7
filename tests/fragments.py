"""Fragments of pages, read and made."""

from dataclasses import dataclass

from bs4 import BeautifulSoup

from scorecard.build import build_rows
from scorecard.drafts import Told

HOSTILE = "<script>alert(\"x\" & 'y')</script>"


@dataclass(frozen=True)
class Drawing:
    """What `tables.figure` reads of a chart."""

    name: str = "trend-scs43-ashford-cswt"
    headline: str = "Caseloads in Ashford are above the floor standard"
    subtitle: str = "Average caseload, Ashford CSWT, January to July 2024"
    alt: str = "Line chart: 19.9 in January, 22.6 in July, target 18.0"
    source: str = "Source: scorecard of July 2024"
    columns: tuple[str, ...] = ("Period", "Ashford CSWT")
    rows: tuple[tuple[str, ...], ...] = (("Jan-24", "19.9"), ("Jul-24", "22.6"))
    plot_svg: str = '<svg viewBox="0 69 345 237"><text>50% of "x" &amp; +1 #</text></svg>'


def piece(*paragraphs: str, doubts: tuple[str, ...] = ()) -> Told:
    return Told(("SCS37",), "agreed", "Agreed", paragraphs, doubts, ("case file audits",))


DRAFT = Told(("SCS03",), "drafted", "Draft", ("Two.",))


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def text(tag) -> str:
    return " ".join(tag.get_text(" ").split())


def table_of(html: str, caption: str):
    return next(table for table in parsed(html).find_all("table") if text(table.caption) == caption)


def printed_row(html: str, caption: str, name: str) -> list[tuple[str, str]]:
    """Head and text of each cell of the row that has `name` in one of its first two cells."""
    table = table_of(html, caption)
    heads = [text(head) for head in table.thead.find_all("th")]
    for line in table.tbody.find_all("tr"):
        cells = [text(cell) for cell in line.find_all(["th", "td"])]
        if any(cell.startswith(name) for cell in cells[:2]):
            return list(zip(heads, cells, strict=True))
    raise AssertionError(f"{caption} has no row {name}")


def check_structure(page: BeautifulSoup) -> None:
    for table in page.find_all("table"):
        assert text(table.caption)
        assert all(head.get("scope") in ("col", "row") for head in table.find_all("th"))
        assert all(line.find("th", scope="row") for line in table.tbody.find_all("tr"))
    for cell in page.find_all(["td", "th", "dt", "dd", "li"]):
        assert text(cell) or cell.find("svg", attrs={"aria-label": True})
    for image in page.find_all("img"):
        assert image["alt"].strip()
        assert "No description" not in image["alt"]


def row_of(edition, area: str, code: str):
    return next(row for row in build_rows(edition, edition.area(area)) if row.indicator.code == code)
