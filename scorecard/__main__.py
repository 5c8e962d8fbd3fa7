"""The command line: `scorecard ratings`, `reconcile`, `check` and `packs`; the others come from their modules."""

import json
import os
import sys
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path

import click

from scorecard.cli.benchmarks import benchmarks
from scorecard.cli.changes import changes, history
from scorecard.cli.commentary import claims, draft
from scorecard.cli.exception import exception
from scorecard.cli.month import confidence, new_edition, read_checked, report
from scorecard.cli.publish import publish
from scorecard.faults import InputError

edition_option = click.option("--edition", "edition_name", required=True, metavar="NAME", help="For example 2024-07.")


class Commands(click.Group):
    """A group whose commands report bad input in plain words and exit with status 2."""

    def invoke(self, context):
        """Run a command; every fault of the input goes to standard error, without a traceback."""
        try:
            return super().invoke(context)
        except InputError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scorecard")
def main():
    """Ratings, checks and packs of the CYPE scorecard.

    Exit status: 0 done, 1 a difference or a failed pack, 2 bad input, 3 busy, 130 interrupted.
    """


for command in (benchmarks, exception, confidence, new_edition, report, changes, history, claims, draft, publish):
    main.add_command(command)


@main.command()
@edition_option
@click.option("--area", metavar="NAME", help="Only this area: Kent, a district or a team.")
@click.option("--format", "form", type=click.Choice(["csv", "json", "table"]), default="csv", show_default=True)
def ratings(edition_name, area, form):
    """Print every rating and direction of travel of an edition to standard output."""
    from scorecard.build import build_ratings

    edition = read_checked(edition_name)
    told = build_ratings(edition).assign(disclosure=edition.disclosure.name)
    if area:
        told = told[told["area"] == edition.area(area).name]
    click.echo(FORMS[form](told), nl=False)


@main.command()
@edition_option
def reconcile(edition_name):
    """Hold our ratings against the printed ones; exit 1 if a difference is not explained."""
    from scorecard.reconcile import is_reconciled, summary
    from scorecard.reconcile import reconcile as held_against_print

    edition = read_checked(edition_name, as_held=True)
    judged = held_against_print(edition)
    different = judged[judged["outcome"] != "agrees"]
    click.echo(summary(judged).to_string(index=False))
    click.echo(f"\n{len(different)} differences:" if len(different) else "\nNo differences.")
    for told in different.itertuples():
        place = f"{told.indicator} {told.area} {told.period}{f', {told.page}' if told.page else ''}"
        said = told.reason if isinstance(told.reason, str) else "No reason is given in known_exceptions.csv."
        click.echo(f"  {told.outcome}: {place}, {told.kind}: printed {told.printed}, computed {told.computed}. {said}")
    click.echo(f"\n{edition.disclosure.of_what_is_held}")
    sys.exit(0 if is_reconciled(judged) else 1)


@main.command()
@edition_option
@click.option("--final", is_flag=True, help="Errors for what keeps the packs from being final, too.")
def check(edition_name, final):
    """Say in plain words what is wrong with an edition; exit 2 if it has errors."""
    from scorecard.checks import report
    from scorecard.kinds import KINDS, load
    from scorecard.packs import plan

    edition = load(edition_name)
    kind = KINDS[edition.scorecard]
    faults = kind.check(edition)
    if final and all(fault.grade != "error" for fault in faults):
        notes = [fault for fault in faults if fault.grade == "note"]
        faults = kind.refusals(edition, [job.area for job in plan(edition)], faults) + notes
    if edition.disclosure:
        click.echo(f"{edition.disclosure.said}\n")
    click.echo(report(faults, edition_name))
    sys.exit(2 if any(fault.grade == "error" for fault in faults) else 0)


@main.command()
@edition_option
@click.option("--district", "districts", multiple=True, metavar="NAME", help="Only this district, or Kent; repeatable.")
@click.option("--jobs", "workers", type=click.IntRange(1), default=os.cpu_count(), help="How many at once, here.")
@click.option("--out", default="outputs", show_default=True, help="A folder, or a URL of fsspec: s3://bucket/packs.")
@click.option("--resume", is_flag=True, help="Leave packs alone that are whole and up to date.")
@click.option("--backend", type=click.Choice(["fork", "kernel"]), help="How notebooks are run; picked if not given.")
@click.option("--executor", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="With dask: a cluster that is there, such as tcp://host:8786.")
@click.option("--final", is_flag=True, help="Refuse draft, stale or contradicted commentary and unexplained warnings.")
def packs(edition_name, districts, workers, out, resume, backend, executor, scheduler, final):
    """Render the packs of Kent and its districts from their notebooks.

    One run at a time writes to a folder. A URL has no such lock: see to it that only one run writes there.

    Exit status: 0 all packs, 1 some failed, 2 bad input, 3 another run is busy there, 130 interrupted.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # nbformat would compile its grammars for 1.5 s and never use them
    from tqdm import tqdm

    from scorecard.faults import without_errors
    from scorecard.kinds import KINDS, load
    from scorecard.packs import NotMade, plan
    from scorecard.rendering.backends import DEFAULT, Stop, run_jobs
    from scorecard.rendering.batch import Busy, make_packs
    from scorecard.rendering.cluster import run_on_cluster
    from scorecard.rendering.remote import opened

    if scheduler and executor != "dask":
        raise click.UsageError("--scheduler goes with --executor dask.")

    tqdm.monitor_interval = 0  # its thread would be copied half into every forked process
    run = partial(run_on_cluster, scheduler) if executor == "dask" else run_jobs
    outcomes, status = [], 0
    try:
        with Stop() as stop:
            edition = load(edition_name)
            kind = KINDS[edition.scorecard]
            checked = resume and not final and _are_current(edition, districts, Path(out, edition_name))
            faults = [] if checked else without_errors(kind.check(edition))
            jobs = plan(edition, list(districts))
            without_errors(kind.refusals(edition, [job.area for job in jobs], faults) if final else faults)
            edition = kind.disclosed(edition)
            with opened(out) as (folder, place), tqdm(total=len(jobs), unit="pack", disable=None) as bar:
                options = {"told": partial(_tell, bar, outcomes), "stop": stop, "executor": run, "place": place}
                outcomes = make_packs(edition, jobs, folder, workers, backend or DEFAULT, resume, **options)
            status = 130 if stop.asked else 0
    except Busy as busy:
        click.echo(str(busy), err=True)
        sys.exit(3)
    except KeyboardInterrupt:
        click.echo("Stopped at once. Every pack is as it was or whole; go on with --resume.", err=True)
        sys.exit(130)
    except NotMade as error:
        click.echo(f"The {error}.", err=True)
        status = 1
    click.echo(_packs_table(outcomes, folder / edition_name, f"{place.name or folder}/{edition_name}/index.html"))
    sys.exit(status or int(any(outcome.status == "failed" for outcome in outcomes)))


def _are_current(edition, districts, home: Path) -> bool:
    """Whether the packs are all there as they would be made now; the edition was checked when they were made."""
    from scorecard.packs import plan
    from scorecard.rendering.batch import out_of_date

    with suppress(InputError):
        return not out_of_date(edition.name, plan(edition, list(districts)), home)
    return False


def _tell(bar, outcomes, outcome):
    outcomes.append(outcome)
    bar.set_postfix_str(outcome.job.area.name)
    bar.update()


def _packs_table(outcomes, home: Path, index: str) -> str:
    from scorecard.packs import kept
    from scorecard.rendering.batch import COUNTED

    width = max((len(outcome.job.area.name) for outcome in outcomes), default=4)
    words = [word for word in COUNTED if any(word in outcome.counts for outcome in outcomes)]
    lines = [f"{'area':<{width}}  status     seconds  {'  '.join(words)}".rstrip()]
    for outcome in outcomes:
        counts = "  ".join(f"{outcome.counts.get(word, '-'):>{len(word)}}" for word in words)
        told = f"{outcome.job.area.name:<{width}}  {outcome.status:<9}  {outcome.seconds:7.1f}  {counts}"
        lines.append(told.rstrip())
    for outcome in (outcome for outcome in outcomes if outcome.error):
        notebook = kept(home, outcome.job)
        lines.append(f"{outcome.job.area.name} failed: {outcome.error}. Its earlier pack, if any, is unchanged.")
        lines += [f"  Its notebook, for you alone: {notebook}"] if notebook.exists() else []
    return "\n".join([*lines, f"Open {index}"])


def _csv(frame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def _json(frame) -> str:
    cells = (
        [f"{json.dumps(name)}: {_json_cell(cell)}" for name, cell in told.items()] for told in frame.to_dict("records")
    )
    return "[\n" + ",\n".join("{" + ", ".join(told) + "}" for told in cells) + "\n]\n"


def _json_cell(value) -> str:
    """A cell as JSON; numbers keep their printed decimals."""
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def _table(frame) -> str:
    return frame.fillna("").to_string(index=False) + "\n"


FORMS = {"csv": _csv, "json": _json, "table": _table}

if __name__ == "__main__":
    main()
