"""What all tests share: the edition of July 2024, read once, and hypothesis without chance or clock."""

import pytest
from hypothesis import settings

from scorecard.editions import Edition, load_edition

settings.register_profile("scorecard", derandomize=True, deadline=None, database=None)
settings.load_profile("scorecard")


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition("2024-07")
