"""How fast whole columns are rated, against one `rag` a row: `python tests/benchmarks/bench_ratings.py [--json]`.

In each round both ways rate the same rows, one after the other, so that a slow moment of the machine
meets both. `rate_columns` rates all rows; row by row is timed on a sample whose numbers are Decimals
already, and scaled up. Polarity is a category, as in a frame that was read once. Exit status 1 when a
goal is missed: 0.3 seconds for ten million rows, 300 times as fast as row by row.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd

from scorecard.ratings import Polarity, rag, rate_columns

SECONDS, RATIO = 0.3, 300
"""The goals, for ten million rows."""
NUMBERS = ["value", "target", "tolerance", "floor"]


def made_up(rows: int) -> pd.DataFrame:
    """Standards as `rate_columns` takes them: one decimal, all polarities, some values and floors missing."""
    chance = np.random.default_rng(2024)
    tenths = {column: np.round(chance.uniform(0, 100, rows), 1) for column in ("value", "target", "floor")}
    tenths["value"][::17] = tenths["floor"][::13] = np.nan
    codes = chance.integers(0, len(Polarity), rows)
    polarity = pd.Categorical.from_codes(codes, categories=[polarity.value for polarity in Polarity])
    return pd.DataFrame({"polarity": polarity, "tolerance": 2.5, **tenths})


def as_decimals(standards: pd.DataFrame) -> pd.DataFrame:
    """The same rows as `rag` takes them, so that the timing holds no conversion."""
    exact = {c: [None if np.isnan(n) else Decimal(str(n)) for n in standards[c]] for c in NUMBERS}
    return pd.DataFrame({"polarity": [Polarity(p) for p in standards["polarity"]], **exact}, dtype=object)


def row_by_row(sample: pd.DataFrame) -> pd.Series:
    """What `rate_columns` replaces."""
    return sample.apply(
        lambda row: rag(row["value"], row["target"], row["floor"], row["polarity"], row["tolerance"]).word, axis=1
    )


def timed(rate: Callable, frame: pd.DataFrame) -> tuple[float, list]:
    """Seconds, and the words that came out."""
    start = time.perf_counter()
    rated = rate(frame)
    seconds = time.perf_counter() - start
    return seconds, rated.head(1000).astype(object).where(rated.notna(), None).tolist()


def measured(rows: int, sampled: int, rounds: int) -> dict:
    """Medians of the rounds; the first, which warms up, is not counted."""
    standards = made_up(rows)
    sample = as_decimals(standards.head(sampled))
    columns, singly = [], []
    for _ in range(rounds + 1):
        seconds, words = timed(rate_columns, standards)
        columns.append(seconds)
        seconds, words_singly = timed(row_by_row, sample)
        singly.append(seconds * rows / sampled)
        assert words[: len(words_singly)] == words_singly, "the two ways rate differently"
    fast, slow = statistics.median(columns[1:]), statistics.median(singly[1:])
    return {"rows": rows, "rounds": rounds, "columns_s": fast, "row_by_row_s": slow, "ratio": slow / fast}


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--sample", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    told = parser.parse_args()
    result = measured(told.rows, min(told.rows, told.sample), told.rounds)
    result["met"] = result["columns_s"] <= SECONDS * told.rows / 10_000_000 and result["ratio"] >= RATIO
    shown = (
        "{rows:,} rows, median of {rounds}: {columns_s:.3f} s by columns, {row_by_row_s:.1f} s row by row, {ratio:.0f}x"
    )
    print(json.dumps(result) if told.json else shown.format(**result))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
