"""Import of LAIT back data: seconds and memory, in a process of its own for each round.

    python tests/benchmarks/bench_import.py [FILE.parquet] [--rounds 3] [--json]

Without a file it makes one of 641,070 rows in the same layout (434 measures, 170 areas, ten years, a seventh of the
figures missing). `import` is the whole of `import_file`; `query` reads two measures of the result. Exit status 1 when a
goal is missed: 10 seconds and 600 MB for 641,000 rows.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

SECONDS, MEGABYTES = 10, 600
ROWS = 641_070


def make(path: Path) -> None:
    """A file in the layout of the published one."""
    connection = duckdb.connect()
    connection.execute(
        f"""copy (
            select 'Measure' || (i // 1700) as "Short Desc", null as "Data item",
                   case when (i // 1700) % 20 = 0 then (2015 + i % 10) || ' (prov)' else (2015 + i % 10) || '' end
                       as "Years",
                   'Area ' || (i // 10 % 170) as "LA and Regions",
                   case when i % 7 = 0 then '-' else (i % 1000 / 10.0) || '' end as "Values",
                   cast(201 + i // 10 % 170 as double) as "LA Number", 'Region' as "Region"
            from range({ROWS}) as t(i)) to '{path}' (format parquet)"""
    ).fetchall()
    connection.close()


def one_round(path: Path) -> None:
    """Import and query in this process; print what it took."""
    from scorecard.comparison.imports import import_file, read_measures

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        told = import_file(path, "2026-02", Path(folder))
        middle = time.perf_counter()
        names = [name for (name,) in duckdb.sql(f"select distinct measure from '{told.path}' limit 2").fetchall()]
        found = len(read_measures(told, names))
        end = time.perf_counter()
        size = told.path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts = {"rows": told.rows, "stored": told.stored, "import": middle - start, "query": end - middle,
             "found": found, "MB": peak, "store_MB": size}  # fmt: skip
    print(json.dumps(facts))


def measured(path: Path, rounds: int) -> dict:
    """Medians of the rounds."""
    told = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, __file__, str(path), "--once"], check=True, capture_output=True, text=True
        )
        told.append(json.loads(done.stdout))
    return {key: round(statistics.median(one[key] for one in told), 2) for key in told[0]}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--once", action="store_true")
    asked = parser.parse_args()
    if asked.once:
        one_round(asked.file)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder) / "made_up.parquet"
        if not asked.file:
            make(path)
        told = measured(path, asked.rounds)
    print(json.dumps(told) if asked.json else "\n".join(f"{key:>9}: {value:,}" for key, value in told.items()))
    return int(told["import"] > SECONDS or told["MB"] > MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
