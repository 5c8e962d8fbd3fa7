"""The batch against other ways to make the same packs, in one run: medians of interleaved rounds.

    python -m tests.benchmarks.bench_packs --packs 13 --rounds 3

Ways: `batch` (scorecard packs), `loop` (a shell loop of papermill over the same notebooks, no export), `pool`
(papermill.execute_notebook in a process pool of the same size, no export) and `bare` (the analysis without any notebook
machinery, forked over the same cores: the limit). Seconds are wall time of the whole way, from its start to its end;
`cpu` is processor time of the whole process tree.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

WORKERS = os.cpu_count()
QUIET = {"progress_bar": False, "request_save_on_cell_execute": False, "extra_arguments": ["--log-level=ERROR"]}


def jobs(count):
    """So many jobs: Kent and the districts, again and again under other folders."""
    from scorecard.checks import checked
    from scorecard.editions import load_edition
    from scorecard.packs import plan

    edition = load_edition("2024-07")
    checked(edition)
    planned = plan(edition)
    several = [planned[i % len(planned)] for i in range(count)]
    again = [replace(job, area=replace(job.area, slug=f"{job.area.slug}-{i}")) for i, job in enumerate(several)]
    return edition, (several if count <= len(planned) else again)


def batch(count, out):
    from scorecard import batch as batches

    edition, wanted = jobs(count)
    batches.make_packs(edition, wanted, out, WORKERS)


def loop(count, out):
    for i, job in enumerate(jobs(count)[1]):
        words = [part for name, value in job.parameters.items() for part in ("-r", name, value)]
        command = [sys.executable, "-m", "papermill", str(job.notebook), str(out / f"{i}.ipynb"), *words]
        subprocess.run(command, check=True, capture_output=True)


def pool(count, out):
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as workers:
        list(workers.map(one_notebook, jobs(count)[1], [out / f"{i}.ipynb" for i in range(count)]))


def one_notebook(job, target):
    from papermill.execute import execute_notebook

    execute_notebook(job.notebook, target, parameters=job.parameters, **QUIET)


def bare(count, out):
    edition, wanted = jobs(count)
    with get_context("fork").Pool(WORKERS, maxtasksperchild=None) as workers:
        workers.starmap(one_analysis, [(edition, job, out / f"{i}.html") for i, job in enumerate(wanted)], chunksize=1)


def one_analysis(edition, job, target):
    """What a pack shows, computed and drawn, written as one file."""
    from scorecard import charts, checks, commentary, tables
    from scorecard.build import build_rows, build_scorecard

    faults, rows, everything = checks.checked(edition), build_scorecard(edition, job.area), list(build_rows(edition))
    parts = [
        tables.title(edition, job.area), tables.at_a_glance(rows, job.area.name), tables.attention(rows),
        tables.scorecard(rows), tables.commentary_html(commentary.sentences(rows)),
        tables.data_notes(edition, faults, job.area), tables.definitions(rows, edition),
    ]  # fmt: skip
    drawn = [*charts.trends(rows, everything), *charts.rankings(rows, everything)]
    target.write_text("".join([*parts, *map(tables.figure, drawn)]), encoding="utf-8")
    for chart in drawn:
        target.with_name(f"{target.stem}-{chart.name}.png").write_bytes(chart.png)


WAYS = {way.__name__: way for way in (batch, loop, pool, bare)}


def measured(way, count):
    """Wall seconds and processor seconds of a way, in a process of its own."""
    out = Path(tempfile.mkdtemp())
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.bench_packs",
        "--one",
        way,
        "--packs",
        str(count),
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(out)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--packs", type=int, default=13)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--ways", default="batch,loop,pool,bare")
    told.add_argument("--one", choices=WAYS)
    told.add_argument("--out", type=Path)
    asked = told.parse_args()
    if asked.one:
        sys.modules.setdefault("rfc3987_syntax", None) if asked.one == "batch" else None
        WAYS[asked.one](asked.packs, asked.out)
        return
    rounds = [{way: measured(way, asked.packs) for way in asked.ways.split(",")} for _ in range(asked.rounds)]
    report(rounds, asked.packs)


def report(rounds, count):
    """Medians of seconds, and medians over the rounds of the ratio to the batch and to the limit."""
    told = {}
    for way in rounds[0]:
        seconds, processor = ([one[way][i] for one in rounds] for i in (0, 1))
        told[way] = {"wall": round(statistics.median(seconds), 1), "cpu": round(statistics.median(processor), 1),
                     "per pack": round(statistics.median(seconds) / count, 2)}  # fmt: skip
        told[way]["times the batch"] = round(statistics.median(one[way][0] / one["batch"][0] for one in rounds), 2)
    if "bare" in rounds[0]:
        limits = [one["batch"][0] / (one["bare"][1] / WORKERS) for one in rounds]
        told["batch"]["times bare cpu over cores"] = round(statistics.median(limits), 2)
    print(json.dumps({"packs": count, "workers": WORKERS, "rounds": len(rounds), "ways": told}, indent=2))


if __name__ == "__main__":
    main()
