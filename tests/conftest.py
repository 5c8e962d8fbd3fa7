"""What all tests share: the edition of July 2024, read once, and hypothesis without chance or clock."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import settings

from scorecard.build import build_rows, build_scorecard
from scorecard.comparison.measures import load_derived
from scorecard.disclosure import disclosed, policy_called
from scorecard.editions import Edition, load_edition
from scorecard.faults import Fault

os.environ["SCORECARD_STORE"] = os.devnull  # what somebody has imported on this machine must not change a test
settings.register_profile("scorecard", derandomize=True, deadline=None, database=None)
settings.load_profile("scorecard")


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition("2024-07")


@pytest.fixture(scope="session")
def published() -> Edition:
    """July 2024 under the policy that withholds figures about few children."""
    held, policy = load_edition("2024-07", as_held=True), policy_called("publish")
    return replace(disclosed(held, policy), disclosure=policy)


@pytest.fixture(scope="session")
def without_audits(edition) -> Edition:
    """July 2024 as if Kent's audits (SCS37, printed 86.9) were withheld."""
    table = edition.observations
    gone = (table["indicator"] == "SCS37") & (table["area"] == "Kent") & (table["period"] == "2024-07")
    empty = {name: table[name].mask(gone, None) for name in ("value", "numerator", "denominator")}
    return replace(edition, observations=table.assign(**empty, note=table["note"].mask(gone, "c (few children)")))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder of edition 2024-07 with the packs of Ashford and Kent, made by the command line."""
    out = tmp_path_factory.mktemp("outputs")
    _scorecard("packs", out, "2024-07", "--district", "Ashford", "--district", "Kent")
    return out / "2024-07"


@pytest.fixture(scope="session")
def dashboard_made(made):
    """The folder of the Ofsted edition with its pack, beside `made`."""
    _scorecard("packs", made.parent, "ofsted-2022-12")
    return made.parent / "ofsted-2022-12"


@pytest.fixture(scope="session")
def parenting_made(made):
    """The folder of the Corporate Parenting edition with its pack and an exception report, beside `made`."""
    _scorecard("packs", made.parent, "corporate-parenting-2019-07")
    _scorecard("exception", made.parent, "corporate-parenting-2019-07", "CP-IHA")
    return made.parent / "corporate-parenting-2019-07"


def _scorecard(what, out, edition, *words):
    command = [sys.executable, "-m", "scorecard", what, "--edition", edition, "--out", str(out), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def rows(edition):
    """Every line of July 2024 by indicator, area and page; a page is empty but for vulnerable learners."""
    return {(row.indicator.key, row.area.name, row.section.page): row for row in build_rows(edition)}


@pytest.fixture(scope="session")
def trend(rows):
    from scorecard import charts

    @cache
    def draw(key, area, part=""):
        return charts.trend(rows[key, area, part], rows.get((key, "Kent", part)))

    return draw


@pytest.fixture(scope="session")
def ranked(rows):
    from scorecard import charts

    @cache
    def draw(key, area, kind):
        others = [row for (code, _, _), row in rows.items() if code == key and row.area.kind == kind]
        return charts.ranked(rows[key, area, ""], others, rows[key, "Kent", ""])

    return draw


@pytest.fixture(scope="session")
def packs(edition) -> dict:
    return {name: build_scorecard(edition, edition.area(name)) for name in ("Kent", "Ashford", "Sevenoaks")}


@pytest.fixture(scope="session")
def fragments(edition, packs) -> dict[str, str]:
    """Every fragment of a district pack and of Kent's."""
    from fragments import DRAFT, Drawing, piece

    from scorecard import tables

    ashford, row = edition.area("Ashford"), packs["Ashford"][0]
    faults = [Fault("warning", "X1", "observations.csv", "Ashford says so.", "", (3,), area="Ashford CSWT")]
    told = {
        "title": tables.title(edition, ashford),
        "glance": tables.at_a_glance(
            packs["Ashford"], "Ashford", {"Changed": [(row, "RED", None, "was RED")], "None": []}
        ),
        "attention": tables.attention(packs["Ashford"]),
        "matrix": tables.rag_matrix({name: packs[name] for name in ("Ashford", "Sevenoaks")}),
        "activity": tables.activity(edition),
        "notes": tables.data_notes(edition, faults, ashford),
        "definitions": tables.definitions(packs["Kent"], edition),
        "figures": tables.figures([Drawing()]),
        "commentary": tables.commentary_html({"RED": ["One."], "AMBER": [], "not rated": ["Two."]}),
        "texts": tables.texts_html(
            {
                "RED": {"Agreed": [piece("One.", "More.", doubts=("It is two.",))]},
                "AMBER": {},
                "GREEN": {"Draft": [DRAFT]},
            }
        ),
    }
    return told | {f"scorecard of {name}": tables.scorecard(rows) for name, rows in packs.items()}


@pytest.fixture(scope="session")
def derived():
    return load_derived("2024-07")


@pytest.fixture(scope="session")
def dashboard():
    from scorecard.inspections.ofsted import load_dashboard

    return load_dashboard("ofsted-2022-12")


@pytest.fixture(scope="session")
def row_of(edition):
    rows = list(build_rows(edition))
    return lambda area, key: next(row for row in rows if (row.area.name, row.indicator.key) == (area, key))


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project with the small notebook, on which the batch is tried."""
    from batch_project import shared_project

    return shared_project(tmp_path_factory)


@pytest.fixture
def mended(project):
    """The test leaves the project as it was."""
    yield
    project.mend()
