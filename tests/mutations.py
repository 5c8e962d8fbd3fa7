"""Broken files of `params/`: every value of every file left out, or with something else in its place.

    python -m tests.mutations [FILE ...]

reads each of them as the program does, uses what can still be read, and prints what ended otherwise than with faults
that an analyst can mend. Without FILE all files; `tests/test_parameters.py` tries some of each.
"""

import copy
import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scorecard.areas import load_areas
from scorecard.build import build_rows
from scorecard.catalogue import PARAMS, catalogue_of_edition, load_catalogue
from scorecard.checks import check
from scorecard.comparison.measures import load_left_out, load_measures, load_numbers
from scorecard.disclosure import disclosed, load_policies
from scorecard.editions import load_edition
from scorecard.exports.report import load_words
from scorecard.faults import Fault, InputError
from scorecard.inputs.dictionary import csvw, load_columns
from scorecard.inputs.parameters import parse_yaml
from scorecard.inputs.texts import file_name, load_commentary
from scorecard.inspections.ofsted import load_dashboard
from scorecard.inspections.ofsted_checks import check as check_dashboard
from scorecard.packs import plan
from scorecard.phrases import load_phrases
from scorecard.proofreading.claims import load_vocabulary
from scorecard.proofreading.final import load_explained

INPUTS, EDITIONS = Path(__file__).parent / "inputs", PARAMS / "editions"
OTHERS = [None, [], {}, 7, -1, 0.5, True, "", "x", "12:30", ["x"], {"x": "x"}, [None], {"x": [{}]}]
LEFT_OUT, TWICE = "left out", "name twice"
"""What takes the place of a value, and what else is done to it."""
BASE = load_edition("base", INPUTS, as_held=True)


def afresh(load: Callable[[Path], Any], path: Path) -> Any:
    """What a reader that remembers its files says of one that has changed."""
    load.cache_clear()
    return load(path)


def used(edition) -> None:
    """Check an edition, and build its rows if nothing is wrong with it; errors are faults too."""
    if errors := [fault for fault in check(edition) if fault.grade == "error"]:
        raise InputError(errors)
    list(build_rows(edition))
    plan(edition)


def areas(path: Path) -> None:
    used(replace(BASE, areas=afresh(load_areas, path)))


def catalogue(path: Path) -> None:
    used(replace(BASE, catalogue=afresh(load_catalogue, path)))


def own_catalogue(path: Path) -> None:
    used(replace(BASE, catalogue=catalogue_of_edition(PARAMS / "indicators.yml", path)))


def edition(path: Path) -> None:
    used(load_edition(path.parent.name, path.parent.parent, as_held=True))


def dashboard(path: Path) -> None:
    check_dashboard(load_dashboard(path.parent.name, path.parent.parent))


def policies(path: Path) -> None:
    for policy in afresh(load_policies, path).values():
        disclosed(BASE, policy)


def columns(path: Path) -> None:
    for file, told in afresh(load_columns, path).items():
        csvw(file, list(told.values()), "", "")


def measures(path: Path) -> None:
    load_left_out(path)
    load_numbers(path)
    for measure in afresh(load_measures, path).values():
        assert measure.title.startswith(measure.source)
        assert measure.year_label(BASE.year)


def front(path: Path) -> None:
    """The head of a commentary file; JSON is YAML."""
    place = path.parent / BASE.name / "commentary" / file_name(BASE.areas.kent)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"---\n" + path.read_bytes() + b"\n---\n\n## SISE71\n\nGREEN.\n")
    load_commentary(BASE, BASE.areas.kent, path.parent)


EXPLAINED = [{"code": "OBS021", "reason": "as printed", "indicator": "SISE71", "area": "Kent"}]
HEAD = {"author": "Management Information", "status": "agreed"}
FILES = {
    "areas.yml": areas, "indicators.yml": catalogue, "corporate_parenting.yml": partial(afresh, load_catalogue),
    "disclosure.yml": policies, "columns.yml": columns, "phrases.yml": partial(afresh, load_phrases),
    "claims.yml": partial(afresh, load_vocabulary),
    "benchmarks.yml": measures, "report.yml": lambda path: load_words("none", path),
    "packs.yml": lambda path: plan(BASE, path=path), "editions/2022-12/indicators.yml": own_catalogue,
    "base/edition.yml": edition, "editions/ofsted-2022-12/edition.yml": dashboard,
    "2024-07/explained.yml": lambda path: load_explained("2024-07", path.parent.parent), "head.yml": front,
}  # fmt: skip
"""By file, what reads and uses it; a name of `params/`, of tests/inputs, or of the two that stand above."""
TEXTS = {
    "nothing": b"", "a list": b"- x", "a text": b"x", "a number": b"7", "no": b"no", "null": b"null",
    "binary": bytes(range(256)), "not UTF-8": b"x: \x96", "tab": b"x:\n\ty: 1", "two documents": b"x: 1\n---\ny: 2",
    "key twice": b"x: 1\nx: 2", "list as key": b"? [x]\n: 1", "mapping as key": b"? {x: 1}\n: 1",
    "itself": b"x: &x\n  y: *x", "bomb": b"a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
    b"c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d]\n",
    "object": b"x: !!python/object/apply:os.system [true]", "merge": b"x: {<<: 1}", "a date": b"2024-07-31: 2024-07-31",
}  # fmt: skip
"""Whole files that are no settings."""


def original(name: str) -> Any:
    """What a file holds as it is."""
    own = {"2024-07/explained.yml": EXPLAINED, "head.yml": HEAD}
    if name in own:
        return own[name]
    path = INPUTS / name if name.startswith("base/") else PARAMS / name
    return parse_yaml(path.read_text(encoding="utf-8"), name)


def places(told: Any, above: tuple = ()) -> Iterator[tuple]:
    """Where values stand, as the keys and numbers that lead there."""
    yield above
    inner = enumerate(told) if isinstance(told, list) else told.items() if isinstance(told, dict) else ()
    for key, one in inner:
        yield from places(one, (*above, key))


def broken(told: Any, some: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Every broken form of a file, or about `some` of them, by what is wrong with it."""
    ways = [(place, other) for place in places(told) for other in (*OTHERS, *([TWICE, LEFT_OUT] if place else []))]
    for place, other in ways[:: max(1, len(ways) // some) if some else 1]:
        spoilt = json.dumps(_with(copy.deepcopy(told), place, other))
        if other == TWICE and isinstance(name := place[-1], str):
            spoilt = spoilt.replace(f'"{name}": "{TWICE}"', f'"{name}": 1, "{name}": 2')
        yield f"{', '.join(map(str, place))}: {other!r}", spoilt.encode()


def _with(told: Any, place: tuple, other: Any) -> Any:
    if not place:
        return other
    within = told
    for key in place[:-1]:
        within = within[key]
    if other == LEFT_OUT:
        del within[place[-1]]
    else:
        within[place[-1]] = other
    return told


def ended(name: str, content: bytes, home: Path) -> str:
    """`read`, `refused`, or what is wrong with how it ended."""
    path = home / name
    path.write_bytes(content)
    try:
        FILES[name](path)
    except InputError as told:
        return next(filter(None, (_unhelpful(fault) for fault in told.faults)), "refused")
    except Exception:
        return traceback.format_exc()
    return "read"


def _unhelpful(fault: Fault) -> str:
    if not (fault.file.endswith((".yml", ".csv", ".md", ".ipynb")) and fault.message.strip() and fault.remedy.strip()):
        return f"no file or no remedy: {fault}"
    return f"too long: {str(fault)[:200]}" if len(str(fault)) > 2000 else ""


def prepared(name: str, home: Path) -> Path:
    """A folder in which the file can be replaced, with the tables beside it."""
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    tables = {"base/edition.yml": INPUTS / "base", "editions/ofsted-2022-12/edition.yml": EDITIONS / "ofsted-2022-12"}
    for table in tables.get(name, home / "none").glob("*.csv"):
        (home / name).parent.joinpath(table.name).write_bytes(table.read_bytes())
    return home


if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        with tempfile.TemporaryDirectory() as folder:
            home, counts = prepared(name, Path(folder)), {"read": 0, "refused": 0}
            for wrong, content in (*TEXTS.items(), *broken(original(name))):
                how = ended(name, content, home)
                counts[how if how in counts else "failed"] = counts.get(how if how in counts else "failed", 0) + 1
                if how not in counts:
                    print(f"{name}: {wrong}\n{how[-600:]}")
            print(name, counts, flush=True)
