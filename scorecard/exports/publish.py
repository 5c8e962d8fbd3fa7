"""The publication of an edition: every pack as page, PDF, spreadsheet and CSV, with an index and checksums."""

import csv
import html
import io
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from scorecard import periods
from scorecard.exports.pdf import browser, print_pdf
from scorecard.exports.spreadsheet import Sheet, sheet_of, workbook
from scorecard.faults import Fault, InputError
from scorecard.inputs.dictionary import Column, columns_of, csvw
from scorecard.packs import Job, plan
from scorecard.pages import markup
from scorecard.pages.markup import policy_said
from scorecard.rendering.batch import out_of_date, sha256, swap_in

SUMS = "checksums.txt"
LEFT = {"manifest.json", "pack.ipynb"}
"""What stays with whoever made the packs: the record of the run and the notebook."""
FIGURE = re.compile(r'<figure[^>]* id="([^"]+)".*?<img alt="([^"]*)"', re.DOTALL)


class Formats(NamedTuple):
    """A pack in the index: its area, its folder and the files that hold it, by what they are called there."""

    area: str
    folder: str
    files: dict[str, str]


def publish(edition: Any, packs: Path, to: Path, pdf: bool = True) -> list[Formats]:
    """Put the packs of an edition, made in the folder `packs`, into the folder `to`, whole or not at all.

    `edition` is without its withheld figures, as `packs` were made from it. `InputError` if a pack is missing or out of
    date, if `to` holds anything but an earlier publication, or if there is no browser for `pdf`.
    """
    jobs = plan(edition)
    _ready(edition, jobs, packs)
    _free(to)
    if pdf:
        browser()
    part = to.with_name(f".part-{to.name}-{os.getpid()}")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            told = list(pool.map(partial(_put, edition, packs, part, pdf), jobs))
        _write(part / "index.html", index(edition, told))
        _write(part / SUMS, "".join(checksums(part)))
        swap_in(part, to)
    except OSError as error:
        said = f"cannot be written: {error.strerror}."
        raise InputError([Fault("error", "PUB003", str(to), said, "Make room or mend the rights.")]) from None
    finally:
        with suppress(OSError):
            shutil.rmtree(part)
    return told


def _ready(edition: Any, jobs: list[Job], packs: Path) -> None:
    if old := out_of_date(edition.name, jobs, packs):
        said = f"packs that are missing or out of date: {', '.join(job.area.name for job in old)}."
        remedy = f"Run: scorecard packs --edition {edition.name} --resume"
        raise InputError([Fault("error", "PUB001", str(packs), said, remedy)])


def _free(to: Path) -> None:
    if to.exists() and not (to / SUMS).exists() and (not to.is_dir() or any(to.iterdir())):
        said = "holds something that is no publication; nothing was written."
        raise InputError([Fault("error", "PUB002", str(to), said, "Name a new folder.")])


# --- one pack -----------------------------------------------------------------------------------------------------


def _put(edition: Any, packs: Path, part: Path, pdf: bool, job: Job) -> Formats:
    """Copy a pack and add what is made of it."""
    home, folder = packs / job.folder, part / job.folder
    shutil.copytree(home, folder, ignore=lambda _, names: LEFT & set(names))
    title = f"{job.area.name}: {edition.title}, {periods.name(edition.as_at)}"
    page = (folder / "pack.html").read_text(encoding="utf-8")
    _write(folder / "charts" / "alt-text.csv", alt_texts(page))
    tables = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))}
    columns = {name: columns_of(name, next(csv.reader(io.StringIO(text)))) for name, text in tables.items()}
    for name in tables:
        _write(folder / f"{name}-metadata.json", csvw(name, columns[name], title, policy_said(edition)))
    (folder / "pack.xlsx").write_bytes(_workbook(edition, title, tables, columns))
    if pdf:
        (folder / "pack.pdf").write_bytes(print_pdf(folder / "pack.html", title))
    files = {"Page": "pack.html", "PDF": "pack.pdf", "Spreadsheet": "pack.xlsx", "Commentary": "commentary.md"}
    kept = {name: file for name, file in files.items() if (folder / file).exists()}
    return Formats(job.area.name, job.folder, kept | {name: name for name in tables})


def alt_texts(page: str) -> str:
    """The text alternative of each chart of a page as CSV: the name of its files, and what it says."""
    file = io.StringIO()
    told = ((name, html.unescape(alt)) for name, alt in FIGURE.findall(page))
    csv.writer(file, lineterminator="\n").writerows([("chart", "alt_text"), *told])
    return file.getvalue()


def _workbook(edition: Any, title: str, tables: dict[str, str], columns: dict[str, list[Column]]) -> bytes:
    sheets = [_sheet(name, title, columns[name], text) for name, text in tables.items()]
    cover = [
        f"Edition {edition.name}, as at {periods.name(edition.as_at)}.",
        policy_said(edition),
        *edition.sources,
    ]
    return workbook(title, cover, edition.notes, sheets)


def _sheet(file: str, title: str, columns: list[Column], text: str) -> Sheet:
    name = file.removesuffix(".csv").replace("_", " ").capitalize()
    return sheet_of(name, f"{name}. {title}", columns, text)


# --- the whole ----------------------------------------------------------------------------------------------------


def index(edition: Any, told: list[Formats]) -> str:
    """The page that links every file of a publication."""
    kinds = list(dict.fromkeys(kind for formats in told for kind in formats.files))
    month = periods.name(edition.as_at)
    said = {
        "edition": edition,
        "told": told,
        "kinds": kinds,
        "month": month,
        "policy": policy_said(edition),
        "sums": SUMS,
    }
    return str(markup.render("publication", **said))


def checksums(folder: Path) -> Iterator[str]:
    """A line for each file, as `sha256sum --check` reads them."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
