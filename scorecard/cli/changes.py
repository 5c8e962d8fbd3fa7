"""The commands `scorecard changes` and `scorecard history`."""

import click

KINDS = ["rating", "standard", "indicator", "team", "figure", "mover"]
form_option = click.option("--format", "form", type=click.Choice(["csv", "table"]), default="table", show_default=True)


@click.command()
@click.option("--from", "earlier", required=True, metavar="NAME", help="The earlier edition.")
@click.option("--to", "later", required=True, metavar="NAME", help="The later one.")
@click.option("--kind", type=click.Choice(KINDS), help="Only changes of this kind.")
@form_option
def changes(earlier, later, kind, form):
    """Say what changed between two editions, and why each rating did.

    A rating changed because of performance, of its target, of its rule (polarity, tolerance, distance to the floor
    standard) or of a revision: a cause is what, had it alone stayed as it was, would have left another rating.
    """
    from scorecard.changes import changes as changes_between
    from scorecard.editions import load_edition

    now = load_edition(later)
    told = changes_between(load_edition(earlier), now)
    told = told[told["kind"] == kind] if kind else told
    _print(told, now, form, "\n".join(_tables(told)))


@click.command()
@click.option("--edition", "name", required=True, metavar="NAME", help="The newest edition to use.")
@click.option("--indicator", metavar="KEY", help="Only this indicator.")
@click.option("--area", metavar="NAME", help="Only this area.")
@form_option
def history(name, indicator, area, form):
    """Print every figure that an edition and those before it print, with edition, file, row and what became of it."""
    from scorecard.editions import load_before, load_edition
    from scorecard.history import history as joined

    edition = load_edition(name)
    told = joined([*load_before(edition), edition])
    told = told[told["indicator"] == edition.indicator(indicator).key] if indicator else told
    told = told[told["area"] == edition.areas[area].name] if area else told
    _print(told, edition, form, told.fillna("").to_string(index=False) + "\n")


def _print(told, edition, form: str, table: str) -> None:
    """The rows in the form asked for, with the disclosure policy of the newest edition, which holds for all."""
    policy = edition.disclosure
    said = told.assign(disclosure=policy.name).to_csv(index=False, lineterminator="\n")
    click.echo(said if form == "csv" else f"{table}\n{policy.said}\n", nl=False)


def _tables(told):
    for kind, rows in told.groupby("kind", sort=False):
        counts = ", ".join(f"{count} {cause}" for cause, count in rows["cause"].value_counts(sort=False).items())
        yield f"{kind}: {counts}"
        yield rows.drop(columns="kind").dropna(axis="columns", how="all").fillna("").to_string(index=False) + "\n"
