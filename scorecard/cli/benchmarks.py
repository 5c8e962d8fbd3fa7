"""The commands `scorecard benchmarks import`, `list` and `derive`."""

from pathlib import Path

import click

from scorecard.faults import LISTED, Fault, InputError


@click.group()
def benchmarks():
    """Kent against its statistical neighbours, the South East and England, from DfE's published data."""


@benchmarks.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--vintage", metavar="YYYY-MM", help="When the data came out; read from the file name if not given.")
def import_files(files, vintage):
    """Read files that you downloaded (LAIT back data, Explore Education Statistics) into the local store.

    A file is stored whole or not at all; importing it twice does nothing. Exit status 2 if a file is malformed.
    """
    from tqdm import tqdm

    from scorecard.comparison.imports import STORE, import_file

    faults = []
    with tqdm(total=4 * len(files), unit="step", disable=None) as bar:
        for position, path in enumerate(files):
            try:
                done = import_file(path, vintage, tell=lambda step, name=path.name: _step(bar, name, step))
                tqdm.write(_told(done))
            except InputError as error:
                faults += error.faults
            bar.update(4 * (position + 1) - bar.n)
    if faults:
        raise InputError(shortened(faults))
    click.echo(f"The store is {STORE}")


def _step(bar, name: str, step: str) -> None:
    bar.set_postfix_str(f"{name}: {step}")
    bar.update()


def _told(done) -> str:
    if done.known:
        return f"{done.file}: already imported as {done.name}; nothing to do."
    aside = "".join(f"\n  {fault}" for fault in done.faults)
    counts = f"{done.rows:,} rows, {done.stored:,} figures stored, {done.aside:,} rows set aside"
    return f"{done.file}: {done.name}, {counts}, SHA-256 {done.sha256[:12]}.{aside}"


def shortened(faults: list[Fault]) -> list[Fault]:
    """At most 20 faults, and one more that says how many there are in all."""
    if len(faults) <= LISTED:
        return faults
    said = f"{len(faults)} faults in all; the first {LISTED} are listed."
    return [*faults[:LISTED], Fault("error", "IMP099", faults[0].file, said, "Mend these and import again.")]


@benchmarks.command("list")
def list_imports():
    """List what the local store holds."""
    from scorecard.comparison.imports import STORE, imports_known

    for one in imports_known():
        click.echo(f"{one.name:<16} {one.stored:>9,} figures  {one.sha256[:12]}  {one.file}")
    click.echo(f"The store is {STORE}" + ("" if imports_known() else ", and it is empty."))


@benchmarks.command()
@click.option("--edition", "edition_name", required=True, metavar="NAME", help="For example 2024-07.")
def derive(edition_name):
    """Write an edition's derived benchmark figures from everything in the store.

    Only figures that we computed and those of Kent, its region and England are written.
    """
    from scorecard.comparison.comparators import derived_from_store
    from scorecard.comparison.measures import write_derived
    from scorecard.editions import load_edition

    edition = load_edition(edition_name)
    derived = derived_from_store(edition)
    path = write_derived(derived, edition_name)
    counted = f"{len(derived):,} figures of {derived['indicator'].nunique()} indicators"
    click.echo(f"Wrote {path}: {counted}, vintages {', '.join(sorted(set(derived['vintage'])))}.")
