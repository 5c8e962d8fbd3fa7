"""What all tests share: the edition of July 2024, read once, and hypothesis without chance or clock."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import settings

from scorecard.disclosure import disclosed, policy_called
from scorecard.editions import Edition, load_edition

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
