"""The commands of the month: `scorecard new-edition`, `report` and `confidence`."""

from pathlib import Path

import click


@click.command("new-edition")
@click.argument("name")
@click.option("--from", "earlier", metavar="NAME", help="The edition to carry over from; the latest if not given.")
@click.option("--source", metavar="FILE|URL", help="The month's figures: a CSV file, a workbook or a database.")
@click.option("--table", metavar="NAME", help="The sheet of the workbook, or the table or view of the database.")
@click.option("--query", metavar="SQL", help="One SELECT to ask the database instead.")
def new_edition(name, earlier, source, table, query):
    """Make the folder of a new edition, with the month's figures from an extract if one is given.

    Targets, notes, commentary and earlier figures are carried over. An extract has the columns of observations.csv;
    a faulty one is told with every row, and no folder is made. Exit status 2 for bad input.
    """
    from scorecard.inputs.databases import is_address
    from scorecard.inputs.extracts import read_extract
    from scorecard.inputs.new_edition import edition_before, make_edition
    from scorecard.inputs.new_edition import report as told

    if source is None and (table or query):
        raise click.UsageError("--table and --query go with --source.")
    if source and is_address(source) and (table is None) == (query is None):
        raise click.UsageError("Name --table or give --query, one of the two.")
    if query and not is_address(source):
        raise click.UsageError("--query goes with a database.")
    before = read_checked(edition_before(name, earlier), as_held=True)
    extract = read_extract(source, table, query) if source else None
    made = make_edition(name, before, extract)
    click.echo(told(made, before.name, extract))


@click.command()
@click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder or a .docx; outputs/EDITION if not given.")
def report(name, out):
    """Write the Cabinet Committee report of an edition in Word.

    Its words are in params/report.yml. Exit status 2 if the edition has errors or the file cannot be written.
    """
    from scorecard.exports.report import build_report, load_words, write_report

    edition = read_checked(name)
    words = load_words(name)
    content = build_report(edition, words)
    click.echo(f"Wrote {write_report(content, out or Path('outputs', name), words['file'])}")


@click.command()
@click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
def confidence(name):
    """Count the ratings that are within noise and the arrows that have a trend behind them.

    As printed: a team counts on the page of each district that it serves. Nothing of it changes a rating.
    """
    from scorecard.build import build_scorecard
    from scorecard.findings import arrow_counts, confidence_counts

    edition = read_checked(name)
    pages = {
        "Kent": build_scorecard(edition, edition.areas.kent),
        "All district pages": [row for area in edition.areas.districts for row in build_scorecard(edition, area)],
    }
    for page, rows in pages.items():
        for heading, told in (("ratings", confidence_counts(rows)), ("arrows", arrow_counts(rows))):
            click.echo(f"{page}, {heading}:\n{told.to_string(index=False)}\n")
    click.echo(edition.disclosure.said)


def read_checked(name: str, as_held: bool = False):
    """An edition that was checked as it is held; without its withheld figures unless asked for as it is held.

    `InputError` with all its errors if it has any.
    """
    from scorecard.checks import checked
    from scorecard.disclosure import disclosed
    from scorecard.editions import load_edition

    edition = load_edition(name, as_held=True)
    checked(edition)
    return edition if as_held else disclosed(edition, edition.disclosure)
