"""The word lists of `params/claims.yml`, by which texts are read."""

from pathlib import Path

from scorecard.catalogue import PARAMS
from scorecard.inputs.parameters import NAME, WORD, read_settings
from scorecard.ratings import Rag

CLAIMS = PARAMS / "claims.yml"
LISTS = (
    "own", "outturns", "everywhere", "after", "before", "not_for_standards", "possessive", "fractions", "equates",
    "bounds", "auxiliaries", "adverbs", "whole", "steps", "flat_steps", "since", "soft", "negations", "respectively",
    "breaks", "abbreviations", "quarters", "ignored", "counting", "before_spans", "spans", "numbered",
    "filler", "compared", "past", "slots", "rating_words", "common",
)  # fmt: skip
WORDS = [WORD, ...]
WAYS, SIDES = ("up", "down", "improved", "worsened", "same"), ("above", "below")
FORM = {
    **dict.fromkeys(LISTS, WORDS),
    "standards": dict.fromkeys(("target", "floor"), WORDS),
    **{key: {str: WORDS} for key in ("benchmarks", "units")},
    "relations": dict.fromkeys((*SIDES, "equal", "good", "bad", "near"), WORDS),
    "directions": dict.fromkeys(WAYS, WORDS),
    "windows": dict.fromkeys(("year", "month", "count"), WORDS),
    "ago": dict.fromkeys(("year", "month"), WORDS),
    "multiples": {str: (int, float)},
    **{key: {str: {*SIDES}} for key in ("more_or_less", "extremes")},
    "nouns_of_direction": {str: {*WAYS}},
    "ratings": dict.fromkeys(map(str, Rag), NAME),
    "numbers": {str: int},
    "durations": {str: NAME},
}
"""What `params/claims.yml` holds; see `inputs.parameters`."""


def load_words(path: Path = CLAIMS) -> dict:
    """The word lists by name; `InputError` lists every place that is not of their form."""
    return read_settings(path, FORM)
