"""The batch against other ways to make the same packs, in one run: medians of interleaved rounds.

    python -m tests.benchmarks.bench_packs --packs 13,120 --rounds 3

Ways: `batch` (scorecard packs), `loop` (a shell loop of papermill over the same notebooks, no export), `naive` (a loop
with the charts drawn as `naive_charts` does, over three packs), `pool` (papermill.execute_notebook in a process pool of
the same size, no export) and `bare` (the analysis without any notebook machinery, forked over the same cores: the
limit). Of several numbers of packs, only `batch` and `bare` are run over the larger ones: the others grow with them.

Seconds are wall time of a whole way, from its start to its end; `cpu` is the processor time of all its processes, which
other work on the machine disturbs less. Memory is read in a run of its own, because reading it takes time from what is
measured: `worker private` is the most that one process of a pack has for itself, `parent` the most that the process has
from which they are forked. `slope` is what one more pack costs, and `20000 packs` is that slope drawn on.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
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
    from scorecard.rendering import batch as batches

    edition, wanted = jobs(count)
    outcomes = batches.make_packs(edition, wanted, out, WORKERS)
    if failed := [outcome for outcome in outcomes if outcome.status != "made"]:
        sys.exit(f"{len(failed)} packs failed: {failed[0].error}")


def loop(count, out):
    for i, job in enumerate(jobs(count)[1]):
        words = [part for name, value in job.parameters.items() for part in ("-r", name, value)]
        command = [sys.executable, "-m", "papermill", str(job.notebook), str(out / f"{i}.ipynb"), *words]
        subprocess.run(command, check=True, capture_output=True)


def naive(count, out):
    """The loop over the notebooks with other charts."""
    import nbformat

    swapped = {}
    for i, job in enumerate(jobs(count)[1]):
        notebook = nbformat.read(job.notebook, as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace("from scorecard import charts,", "from tests.benchmarks import "
                                              "naive_charts as charts\nfrom scorecard import")  # fmt: skip
        swapped[i] = out / f"naive-{i}.ipynb"
        nbformat.write(notebook, swapped[i])
    for i, job in enumerate(jobs(count)[1]):
        words = [part for name, value in job.parameters.items() for part in ("-r", name, value)]
        command = [sys.executable, "-m", "papermill", str(swapped[i]), str(out / f"{i}.ipynb"), *words]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "NAIVE_OUT": str(out)})


def pool(count, out):
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as workers:
        list(workers.map(one_notebook, jobs(count)[1], [out / f"{i}.ipynb" for i in range(count)]))


def one_notebook(job, target):
    from papermill.execute import execute_notebook

    execute_notebook(job.notebook, target, parameters=job.parameters, **QUIET)


def bare(count, out):
    import scipy.special  # noqa: F401 as the batch does before its first pack

    from scorecard.pages import markup
    from scorecard.rendering.batch import Making

    edition, wanted = jobs(count)
    markup.load_templates()
    Making(edition, "", 0, {}).rehearse()
    with get_context("fork").Pool(WORKERS, maxtasksperchild=None) as workers:
        workers.starmap(one_analysis, [(edition, job, out / f"{i}.html") for i, job in enumerate(wanted)], chunksize=1)


def one_analysis(edition, job, target):
    """What a district's pack shows, computed and drawn, written as one file beside those of its charts and figures."""
    from scorecard import charts, checks, commentary, drafts, history, signals, tables
    from scorecard.build import build_rows, build_scorecard
    from scorecard.kinds import KINDS

    faults, rows, everything = checks.checked(edition), build_scorecard(edition, job.area), list(build_rows(edition))
    long = history.long_series(edition, rows)
    kent = history.long_series(edition, build_scorecard(edition, edition.areas.kent))
    changes = {"before": commentary.changes_since_previous(rows), "outturn": commentary.rating_changes(rows)}
    parts = [
        tables.title(edition, job.area), tables.at_a_glance(rows, job.area.name, changes), tables.attention(rows),
        signals.how_many(rows), signals.really_changed(long), tables.scorecard(rows),
        tables.texts_html(drafts.told(edition, rows), commentary.remarks(rows)),
        tables.data_notes(edition, faults, job.area), tables.definitions(rows, edition),
    ]  # fmt: skip
    drawn = [*charts.trends(long, kent), *charts.funnels(rows, everything), *charts.rankings(rows, everything)]
    target.write_text("".join([*parts, *map(tables.figure, drawn)]), encoding="utf-8")
    for chart in drawn:
        target.with_name(f"{target.stem}-{chart.name}.svg").write_text(chart.svg, encoding="utf-8")
        target.with_name(f"{target.stem}-{chart.name}.png").write_bytes(chart.png)
    for name, text in KINDS[edition.scorecard].files(edition, job.area, "").items():
        target.with_name(f"{target.stem}-{name}").write_text(text, encoding="utf-8")


WAYS = {way.__name__: way for way in (batch, loop, naive, pool, bare)}


def measured(way, count, watching=False):
    """Wall seconds, processor seconds and, where it is watched, megabytes of a way, in a process of its own."""
    out = Path(tempfile.mkdtemp())
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    this = "tests.benchmarks.bench_packs"
    command = [sys.executable, "-m", this, "--one", way, "--packs", str(count), "--out", str(out)]
    with subprocess.Popen(command) as running:
        most = watched(running) if watching else ()
    if running.returncode:
        sys.exit(f"{way} failed")
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(out)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, *most


def watched(running):
    """The most private memory of a process below the one that runs, and of the one itself, in megabytes (Linux).

    A process counts from the second time it is seen: one that is about to become another program has the memory of the
    one that runs for a moment.
    """
    worker, parent, seen = 0.0, 0.0, set()
    while running.poll() is None:
        parent, now = max(parent, private(running.pid)), set(below(running.pid))
        worker, seen = max([worker, *map(private, now & seen)]), now
        with suppress(subprocess.TimeoutExpired):
            running.wait(0.25)
    return worker, parent


def below(pid):
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield int(child)
            yield from below(child)


def private(pid):
    with suppress(OSError):
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return sum(map(int, re.findall(r"Private_\w+:\s+(\d+) kB", told))) / 1024
    return 0.0


def main():
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--packs", default="13", help="numbers of packs, such as 13,120")
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--ways", default=",".join(WAYS))
    told.add_argument("--one", choices=WAYS)
    told.add_argument("--out", type=Path)
    asked = told.parse_args()
    counts, ways = sorted(map(int, asked.packs.split(","))), asked.ways.split(",")
    if asked.one:
        sys.modules.setdefault("rfc3987_syntax", None) if asked.one == "batch" else None
        WAYS[asked.one](counts[0], asked.out)
        return
    least = counts[0]
    runs = [(way, least if way != "naive" else min(3, least)) for way in ways]
    runs += [(way, count) for count in counts[1:] for way in ways if way in ("batch", "bare")]
    rounds = [{(way, count): measured(way, count) for way, count in runs} for _ in range(asked.rounds)]
    told = {"workers": WORKERS, "rounds": asked.rounds, **report(rounds, counts)}
    if "batch" in ways:
        worker, parent = measured("batch", least, watching=True)[2:]
        told["memory"] = {"worker private MB": round(worker), "parent MB": round(parent)}
    print(json.dumps(told, indent=2))


def report(rounds, counts):
    """Medians; ratios are taken inside each round, per pack, and then their median."""
    seen = {key: list(zip(*(one[key] for one in rounds), strict=True)) for key in rounds[0]}
    told = {f"{way} {count}": facts(seen, way, count, counts[0]) for way, count in seen}
    if len(counts) > 1 and ("batch", counts[-1]) in seen:
        few, many = seen["batch", counts[0]], seen["batch", counts[-1]]
        for i, name in enumerate(("wall", "cpu")):
            slope = middle(many[i], few[i], lambda one, other: (one - other) / (counts[-1] - counts[0]))
            told[f"slope of {name}"] = {"per pack": slope, "hours for 20000 packs": round(slope * 20000 / 3600, 2)}
    return told


def facts(seen, way, count, least):
    """What is reported of a way over so many packs."""
    wall, cpu = seen[way, count]
    told = {"wall": middle(wall), "cpu": middle(cpu), "cpu per pack": round(middle(cpu) / count, 2)}
    whole = ("batch", count) if ("batch", count) in seen else ("batch", least)
    if way != "batch" and whole in seen:
        share = whole[1] / count
        told["times the batch"] = middle(wall, seen[whole][0], lambda one, other: one / other * share)
        told["times its cpu"] = middle(cpu, seen[whole][1], lambda one, other: one / other * share)
    if way == "batch" and ("bare", count) in seen:
        limit = seen["bare", count][1]
        told["times bare cpu over cores"] = middle(wall, limit, lambda one, other: one / (other / WORKERS))
        told["cpu over bare cpu"] = middle(cpu, limit, lambda one, other: one / other)
    return told


def middle(ones, others=None, told=lambda one, other: one):
    """The median over the rounds."""
    return round(statistics.median(map(told, ones, others or ones)), 2)


if __name__ == "__main__":
    main()
