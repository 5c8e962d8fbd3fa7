"""The kinds of scorecard: what reads an edition, which packs it has, and what a kind without ratings is refused."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from jsonschema import Draft202012Validator

from scorecard import tables
from scorecard.editions import EDITIONS, load_edition
from scorecard.faults import InputError
from scorecard.kinds import KINDS, load
from scorecard.packs import plan

HOME = Path(__file__).resolve().parents[1]


@pytest.fixture
def edition_of(tmp_path):
    """Make an edition that says nothing but its kind of scorecard; its folder."""

    def made(kind: str) -> Path:
        (tmp_path / "2023-01").mkdir()
        (tmp_path / "2023-01" / "edition.yml").write_text(f"scorecard: {kind}\n", encoding="utf-8")
        return tmp_path

    return made


def test_an_edition_is_read_as_its_kind(edition):
    assert edition.scorecard == "directorate"
    assert load("2024-07").observations.equals(edition.observations)


def test_a_kind_that_is_none_is_named_with_the_near_one(edition_of):
    with pytest.raises(
        InputError, match=r'EDN004.*"directorat" is not a kind of scorecard. Did you mean "directorate"'
    ):
        load("2023-01", edition_of("directorat"))


def test_what_needs_ratings_says_that_a_kind_has_none(edition_of):
    said = r'EDN004 edition.yml column scorecard: 2023-01 is a scorecard of the kind "visits", which has no ratings.'
    with pytest.raises(InputError, match=said):
        load_edition("2023-01", edition_of("visits"))


def test_an_edition_without_kind_is_an_edition_not_whole(edition_of):
    folder = edition_of("")
    with pytest.raises(InputError, match=r"YML004 edition.yml: title is missing. It holds"):
        load("2023-01", folder)


def test_every_edition_is_of_a_known_kind_and_every_kind_has_notebooks_that_are_there():
    packs = yaml.safe_load((HOME / "params/packs.yml").read_text(encoding="utf-8"))
    assert set(packs) <= set(KINDS)
    assert {entry["notebook"] for told in packs.values() for entry in told} <= {
        path.name for path in (HOME / "notebooks").iterdir()
    }
    used = {yaml.safe_load(path.read_text(encoding="utf-8"))["scorecard"] for path in EDITIONS.glob("*/edition.yml")}
    assert "directorate" in used
    assert used <= set(KINDS)


def test_packs_are_planned_by_kind(edition):
    jobs = plan(edition)
    assert [(job.area.name, job.notebook.name) for job in jobs][:2] == [
        ("Kent", "kent_pack.ipynb"), ("Ashford", "district_pack.ipynb"),
    ]  # fmt: skip
    assert len(jobs) == 13
    with pytest.raises(InputError, match=r'PCK004 packs.yml: there is no list of packs for the kind of scorecard "no"'):
        plan(SimpleNamespace(scorecard="no"))


@pytest.mark.parametrize(
    ("rag", "valid"),
    [
        ({}, True),
        (None, True),
        ({"RED": 1, "AMBER": 2, "GREEN": 3, "not rated": 0}, True),
        ({"RED": 1, "AMBER": 2, "GREEN": 3}, False),
        ({"RED": 1, "AMBER": 2, "GREEN": 3, "not rated": 0, "BLUE": 1}, False),
    ],
    ids=["a kind without ratings", "no pack", "all four", "one is missing", "one too many"],
)
def test_the_ratings_in_a_manifest_are_all_four_or_none(rag, valid):
    schema = json.loads((HOME / "scorecard/manifest.schema.json").read_text(encoding="utf-8"))
    pack = {"area": "Kent", "status": "made", "seconds": 1.5, "error": None, "rag": rag, "manifest": None}
    validator = Draft202012Validator({"$ref": "#/$defs/pack", "$defs": schema["$defs"]})
    assert validator.is_valid(pack) is valid


def test_the_index_of_a_kind_without_ratings_has_no_columns_for_them(edition):
    page = tables.index(edition, [("Kent", "kent/pack.html", {}, None)])
    assert '<a href="kent/pack.html">Kent</a>' in page
    assert "<caption>Packs</caption>" in page
    assert "Red" not in page
    assert page.count("<th ") == 2
