"""The commands of the month: `scorecard new-edition` and `report`."""

from pathlib import Path

import click


@click.command("new-edition")
@click.argument("name")
@click.option("--from", "earlier", required=True, metavar="NAME", help="The edition to carry over from.")
def new_edition(name, earlier):
    """Make the folder of a new edition: standards and notes carried over, observations empty."""
    from scorecard.new_edition import make_edition

    folder = make_edition(name, read_checked(earlier, as_held=True))
    click.echo(
        f"Made {folder}. Put the month's figures into observations.csv, then run: scorecard check --edition {name}"
    )
    click.echo(
        "Review in edition.yml: the years, the quarters, terms and years shown, the notes. Only months were moved."
    )


@click.command()
@click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder or a .docx; outputs/EDITION if not given.")
def report(name, out):
    """Write the Cabinet Committee report of an edition in Word.

    Its words are in params/report.yml. Exit status 2 if the edition has errors or the file cannot be written.
    """
    from scorecard.report import build_report, load_words, write_report

    edition = read_checked(name)
    words = load_words(name)
    content = build_report(edition, words)
    click.echo(f"Wrote {write_report(content, out or Path('outputs', name), words['file'])}")


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
