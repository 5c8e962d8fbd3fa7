"""What all tests share: the edition of July 2024, read once, and hypothesis without chance or clock."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

from scorecard.editions import Edition, load_edition

os.environ["SCORECARD_STORE"] = os.devnull  # what somebody has imported on this machine must not change a test
settings.register_profile("scorecard", derandomize=True, deadline=None, database=None)
settings.load_profile("scorecard")


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition("2024-07")


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
