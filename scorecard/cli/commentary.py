"""The commands of the commentary: `scorecard draft` and `claims`."""

import click

edition_option = click.option("--edition", "name", required=True, metavar="NAME", help="For example 2024-07.")
area_option = click.option("--area", metavar="NAME", help="Only this area: Kent, a district or a team.")


@click.command()
@edition_option
@area_option
@click.option("--verdict", type=click.Choice(["confirmed", "contradicted", "unverifiable"]), help="Only these.")
def claims(name, area, verdict):
    """List every claim of the commentary with its verdict, what the figures say and where they stand.

    Claims are figures, comparisons, movements and ratings that a sentence names. The words by which they are read stand
    in params/claims.yml.
    """
    from itertools import groupby

    from scorecard.editions import load_edition
    from scorecard.proofreading.verdicts import judge_all, summary

    edition = load_edition(name, as_held=True)
    found = judge_all(edition)
    told = [one for place in ([edition.area(area).name] if area else found) for one in found.get(place, [])]
    shown = [one for one in told if verdict in (None, one.verdict)]
    for (file, row, sentence), those in groupby(shown, key=lambda one: (one.file, one.row, one.sentence)):
        click.echo(f"{file} row {row}: {sentence}")
        for one in those:
            right = f": {one.said} ({one.where})" if one.said else ""
            click.echo(f"  {one.verdict}  {one.indicator}  {one.claim.words}{right}")
    counts = ", ".join(f"{count} {word}" for word, count in summary(told).items())
    click.echo(edition.disclosure.of_what_is_held)
    click.echo(f"{len(told)} claims in edition {name}: {counts}.")


@click.command()
@edition_option
@area_option
def draft(name, area):
    """Draft the missing commentary of an edition from the figures; what analysts wrote stays as it is.

    Text of the edition before is carried over as stale, with what has changed since. Where the department's data are
    imported, the neighbours ahead of Kent are named. The words of drafts stand in params/phrases.yml. Files:
    params/editions/EDITION/commentary/AREA.md.
    """
    from scorecard.checks import edition_before
    from scorecard.cli.month import read_checked
    from scorecard.comparison.comparators import leading
    from scorecard.disclosure import disclosed
    from scorecard.drafts import write_drafts
    from scorecard.inputs.texts import FOLDER, file_name

    held = read_checked(name, as_held=True)
    edition = disclosed(held, held.disclosure)
    areas = [edition.area(area)] if area else edition.printed_areas
    for commentary in write_drafts(edition, areas, edition_before(held), leading=leading(edition)):
        entries = commentary.entries
        counts = {status: sum(entry.status == status for entry in entries) for status in ("agreed", "stale", "draft")}
        drafted = sum(entry.untouched for entry in entries)
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        click.echo(f"{FOLDER}/{file_name(commentary.area)}: {told} ({drafted} of them as drafted from the figures)")
