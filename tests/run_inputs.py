"""Runs the command line in this process on every case of a folder and prints what each led to, as JSON.

    python -m tests.run_inputs EDITIONS CASES [CASES ...]

EDITIONS is the folder of editions of SCORECARD_PARAMS, which holds one. CASES are extracts, each delivered as the
figures of the next month, and files called CASE@FILE, which take the place of FILE in that edition for one `check`.
"""

import json
import shutil
import sys
import traceback
from pathlib import Path

from click.testing import CliRunner

from scorecard.__main__ import main

EDITION, NEXT = "2024-07", "2024-08"


def outcome(editions: Path, *words: str) -> dict:
    """Exit status, words and what is new in the folder of editions after one command."""
    done = CliRunner().invoke(main, words)
    odd = done.exception is not None and not isinstance(done.exception, SystemExit)
    trace = "".join(traceback.format_exception(done.exception)) if odd else ""
    made = sorted(path.name for path in editions.iterdir() if path.name != EDITION)
    return {"status": done.exit_code, "out": done.stdout, "err": done.stderr, "trace": trace, "made": made}


def delivered(editions: Path, case: Path) -> dict:
    """What `new-edition` says of an extract (a file or a database of SQLite), and `check` if an edition is made."""
    source = [f"sqlite:///{case}", "--table", "observations"] if case.suffix == ".sqlite" else [str(case)]
    told = outcome(editions, "new-edition", NEXT, "--from", EDITION, "--source", *source)
    if told["made"] == [NEXT]:
        told["out"] += outcome(editions, "check", "--edition", NEXT)["out"]
        shutil.rmtree(editions / NEXT)
    return told


def replaced(editions: Path, case: Path) -> dict:
    """What `check` says of the edition with one file of it replaced."""
    name = case.name.partition("@")[2]
    place = editions / EDITION / ("commentary" if name.endswith(".md") else "") / name
    before = place.read_bytes() if place.exists() else None
    shutil.copyfile(case, place)
    try:
        return outcome(editions, "check", "--edition", EDITION)
    finally:
        place.write_bytes(before) if before is not None else place.unlink()


if __name__ == "__main__":
    editions, *folders = map(Path, sys.argv[1:])
    cases = [case for folder in folders for case in sorted(folder.iterdir())]
    print(json.dumps({str(case): (replaced if "@" in case.name else delivered)(editions, case) for case in cases}))
