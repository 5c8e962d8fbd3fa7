"""Charts of one question each, one by one and for a pack."""

from collections.abc import Sequence

from scorecard.build import Row, each_once, kents, peers
from scorecard.comparison.ranks import moves
from scorecard.drawing.evidence import Chart
from scorecard.drawing.funnels import funnels
from scorecard.drawing.ranked import ranked
from scorecard.drawing.style import house
from scorecard.drawing.trend_charts import trend

__all__ = ["Chart", "funnels", "moves", "ranked", "rankings", "trend", "trends"]


@house()
def trends(rows: Sequence[Row], everything: Sequence[Row]) -> list[Chart]:
    """The trend of each rated row, beside Kent's; `everything` holds the rows of all areas."""
    return [trend(row, kents(row, everything)) for row in each_once(rows) if row.rag.word]


@house()
def rankings(rows: Sequence[Row], everything: Sequence[Row]) -> list[Chart]:
    """Where each rated row stands among its peers, if at least two of them have a figure of the same period."""
    told = [(row, peers(row, everything)) for row in each_once(rows) if row.rag.word]
    return [ranked(row, others, kents(row, everything)) for row, others in told if len(_with_value(others)) > 1]


def _with_value(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.latest.value is not None]
