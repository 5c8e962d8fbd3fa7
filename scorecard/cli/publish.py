"""The command `scorecard publish`."""

from pathlib import Path

import click


@click.command()
@click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="A new folder, or an earlier publication.")
@click.option("--packs", default="outputs", show_default=True, type=click.Path(path_type=Path), help="Where packs are.")
@click.option("--without-pdf", is_flag=True, help="Make no PDF: it needs Chromium.")
def publish(name, to, packs, without_pdf):
    """Put the packs of an edition into one folder: page, PDF, spreadsheet, CSV, charts, index and checksums.

    The packs must be made and up to date. The folder is written whole or not at all. Exit status 2 if it cannot be.
    """
    from scorecard.exports.publish import publish as put
    from scorecard.faults import without_errors
    from scorecard.kinds import KINDS, load

    held = load(name)
    kind = KINDS[held.scorecard]
    without_errors(kind.check(held))
    told = put(kind.disclosed(held), packs / name, to, pdf=not without_pdf)
    click.echo(f"Published {len(told)} packs. Open {to / 'index.html'}")
