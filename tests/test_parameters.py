"""Broken files of `params/` are refused with what is wrong and how to mend it; tests/mutations.py tries all of them."""

import pytest

from scorecard.inputs.parameters import Fields, Like, misfits
from tests.mutations import FILES, TEXTS, broken, ended, original, prepared

SOME = 40
"""Of each file so many broken forms are tried here, evenly chosen, besides those of `TEXTS`."""
EMPTY_IS_FINE = {"2024-07/explained.yml": {"nothing", "null"}, "editions/2022-12/indicators.yml": {"nothing", "null"}}
"""An edition may explain nothing, and differ in nothing."""


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_ends_in_faults_and_never_otherwise(tmp_path, name):
    home = prepared(name, tmp_path)
    ends = {wrong: ended(name, content, home) for wrong, content in broken(original(name), SOME)}
    assert {wrong: how for wrong, how in ends.items() if how not in ("read", "refused")} == {}
    assert sum(how == "refused" for how in ends.values()) > SOME / 3


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file_of_settings_is_refused(tmp_path, name):
    home = prepared(name, tmp_path)
    ends = {wrong: ended(name, content, home) for wrong, content in TEXTS.items()}
    assert {wrong for wrong, how in ends.items() if how != "refused"} == EMPTY_IS_FINE.get(name, set())


FORM = {"name": Like("[a-z]+", "Write a name in small letters."), "size?": (int, None), "parts?": [{"of": str}, ...]}
FORM |= {"way?": {"up", "down"}, "pair?": [int, int], "text?": Fields(("area",)), "free?": {str: bool}}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": "a"}, []),
        ({"name": "a", "size": None, "parts": [{"of": ""}], "way": "up", "pair": [1, 2], "free": {"x": True}}, []),
        ({}, ["YML004 a.yml: name is missing. It holds name, and may hold size, parts, way, pair, text, free."]),
        ([], ['YML003 a.yml: "[]" stands where a mapping (name: value) belongs. Compare it with another file']),
        ({"name": 7}, ['YML003 a.yml column name: "7" stands where a text belongs. Put it in quotation marks.']),
        ({"name": "A"}, ['YML003 a.yml column name: "A" is not of the right form. Write a name in small letters.']),
        ({"name": "a", "siz": 1}, ['YML004 a.yml: "siz" is not known. Did you mean "size"?']),
        ({"name": "a", "size": True}, ['column size: "True" stands where a whole number belongs.']),
        ({"name": "a", "parts": []}, ["YML004 a.yml column parts: holds nothing. It needs one entry at least."]),
        ({"name": "a", "parts": [{"of": "b"}, {"of": None}]}, ['column parts, 2, of: "nothing" stands where a text']),
        ({"name": "a", "parts": [{"of": "b", "off": "c"}]}, ['column parts, 1 (b): "off" is not known. Did you mean']),
        ({"name": "a", "way": "left"}, ['column way: "left" is not known. Known: down, up.']),
        ({"name": "a", "pair": [1]}, ["column pair: has 1 entries. It needs 2."]),
        ({"name": "a", "text": "{aera}"}, ["column text: {aera} is not a field of this phrase"]),
        ({"name": "a", "text": " "}, ["column text: is empty. Write it."]),
        ({"name": "a", "free": {1: True}}, ['column free, 1: "1" stands where a text belongs. Put it in quotation']),
        ({"name": 7, "way": 7}, ["column name", "column way"]),
    ],
    ids=lambda told: str(told) if isinstance(told, dict | list) and len(str(told)) < 40 else "",
)  # fmt: skip
def test_a_form_is_told_with_place_and_remedy(told, said):
    found = [str(fault) for fault in misfits("a.yml", told, FORM)]
    assert len(found) == len(said)
    assert [words for words, fault in zip(said, found, strict=True) if words not in fault] == []
