"""The command `scorecard exception`: the exception report of an indicator as one page."""

import os
import re
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click


@click.command()
@click.argument("indicator")
@click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
@click.option("--area", metavar="NAME", help="Kent (if not given), a district or a team.")
@click.option("--out", default="outputs", show_default=True, type=click.Path(file_okay=False, path_type=Path))
def exception(indicator, name, area, out):
    """Write the exception report of INDICATOR, such as SCS43, as one accessible HTML page.

    It goes to OUT/EDITION/exceptions/. Exit status: 0 done, 1 the report failed, 2 bad input.
    """
    from scorecard.checks import checked
    from scorecard.editions import load_edition
    from scorecard.packs import NotMade

    edition = load_edition(name)
    place = edition.area(area or edition.areas.kent.name)
    checked(edition)
    try:
        click.echo(f"Wrote {make_exception(edition, indicator, place, out)}")
    except NotMade as error:
        click.echo(f"The report was not made: {error}.", err=True)
        sys.exit(1)


def make_exception(edition, indicator: str, area, out: Path) -> Path:
    """Render the report and return its file; `InputError` for bad input, `NotMade` if its notebook fails."""
    from scorecard.packs import FAILED, NOTEBOOKS, Job, check_parameters, declared_parameters, kept, make_pack
    from scorecard.pages.exception_report import reported
    from scorecard.rendering import engine
    from scorecard.rendering.backends import Limits

    key = reported(edition, indicator, area)[0].indicator.key
    slug = "-".join(re.findall("[a-z0-9]+", f"{key} {area.name}".lower()))
    notebook, parameters = NOTEBOOKS / "exception_report.ipynb", {"indicator": key, "area": area.name}
    job = Job(replace(area, slug=slug), notebook, {"edition": edition.name, **parameters})
    check_parameters(notebook.name, job.parameters, declared_parameters(notebook))
    page = _home(out / edition.name / "exceptions") / f"{slug}.html"
    engine.register()
    run = os.urandom(8).hex()
    make_pack(job, edition, page, run, engine.NAME, Limits().cell, lambda cell: None, _write)
    with suppress(OSError):
        kept(page.parent, job).unlink(missing_ok=True)
        (page.parent / FAILED).rmdir()
    return page


def _home(folder: Path) -> Path:
    from scorecard.faults import Fault, InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"cannot be written ({error.strerror})."
        raise InputError([Fault("error", "OUT001", str(folder), said, "Choose another folder with --out.")]) from None
    return folder


def _write(notebook, edition, area, page: Path) -> None:
    """The page of an executed notebook, whole or not at all."""
    from scorecard.rendering.batch import write_whole
    from scorecard.rendering.engine import without_run_facts
    from scorecard.rendering.export import page as html

    title = f"{page.stem}: exception report, {edition.title}"
    write_whole(page, html(without_run_facts(notebook), title, edition))
