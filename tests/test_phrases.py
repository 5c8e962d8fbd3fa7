"""The words of params/phrases.yml: what a pack says with them, and how a wrong one is told."""

import re

import pytest

from scorecard.catalogue import PARAMS
from scorecard.commentary import markdown, sentence
from scorecard.faults import InputError
from scorecard.phrases import FACTS, load_phrases

# --- the commentary of a pack ----------------------------------------------------------------------


def test_markdown_has_a_heading_for_each_rating_and_says_whose_words_they_are(row_of):
    rows = [row_of("Kent", "SCS08"), row_of("Kent", "EH-CASELOAD"), row_of("Ashford", "EH43")]
    said = {
        "RED": {},
        "AMBER": {"Agreed by us": ["At 82.2%."], "Draft": ["One.", "Two."]},
        "GREEN": {},
        "not rated": {},
    }
    text = markdown(rows, "Kent, July 2024", said)
    assert re.findall("^#.*", text, re.MULTILINE) == [
        "# Kent, July 2024", "## RED", "## AMBER", "## GREEN", "## Not rated", "## Notes",
    ]  # fmt: skip
    assert "## RED\n\nNone.\n\n## AMBER\n\n**Agreed by us**\n\n- At 82.2%.\n\n**Draft**\n\n- One.\n- Two.\n\n" in text
    assert text.count("- Outturn printed for 2022-23: equals the March 2024 figure in every such row") == 1
    assert "Average caseload, Early Help Units, standard of 2023-24: printed polarity L;" in text
    assert text.endswith(".\n")


def test_markdown_escapes_data(row_of):
    hostile = "Percentage of *stars* <script>, [links](x), $x$, a_b &amp; `code`\n# head"
    text = markdown([row_of("Kent", "SCS08")], "A [title] | here", {"RED": {"A *role*": [hostile]}})
    assert "# A \\[title\\] \\| here\n" in text
    assert "**A \\*role\\***" in text
    assert r"\*stars\* \<script\>, \[links\](x), \$x\$, a\_b \&amp; \`code\` # head" in text


# --- the words are an analyst's to change ----------------------------------------------------------


@pytest.fixture
def phrase_file(tmp_path):
    """A copy of the phrases with one text replaced."""

    def write(old: str, new: str):
        text = (PARAMS / "phrases.yml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "phrases.yml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_changed_phrases_change_the_words(row_of, phrase_file):
    words = load_phrases(phrase_file('"is below the target of {target}"', '"misses {name}, the aim being {target}"'))
    said = sentence(row_of("Kent", "SCS08"), words)
    assert "SCS Involvement misses returner interviews completed, the aim being 90.0% but above" in said


def test_new_unit_needs_no_code(row_of, phrase_file):
    words = load_phrases(phrase_file('  pp: "{number} percentage points"', '  pp: "{number} pp"'))
    assert sentence(row_of("Ashford", "EY15"), words).startswith("AMBER: At 22.1 pp in Ashford")


BROKEN = {
    "misspelt field": ('"is below the target of {target}"', '"is below {taget}"', "PHR004", "H below: {taget} is not"),
    "field with an attribute": ('"{number}%"', '"{number.real}%"', "PHR004", 'units: %: {number.real} is not a field'),
    "field with a format": ('"{number}%"', '"{number:>99}%"', "PHR004", "units: %: {number} is not a field"),
    "field by position": ('"{number}%"', '"{}%"', "PHR004", "units: %: {} is not a field"),
    "brace not closed": ('"{number}%"', '"{number%"', "PHR004", "units: %: its braces do not match"),
    "text without quotation marks": ('up: "up"', "up: 12", "PHR004", "moves: up: is not text"),
    "phrase missing": ('  up: "up"\n', "", "PHR002", "moves: the phrase up is missing"),
    "phrase not known": ('  up: "up"', '  up: "up"\n  upp: "up"', "PHR003", "moves: upp is not one of its phrases"),
    "name that is not text": ('  up: "up"', '  up: "up"\n  12: "up"', "PHR003", "moves: 12 is not one of its"),
    "group not known": ("moves:", "movs:", "PHR001", "the group movs is not known"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_broken_phrases_are_named(phrase_file, case):
    old, new, code, said = BROKEN[case]
    with pytest.raises(InputError) as caught:
        load_phrases(phrase_file(old, new))
    assert all(fault.file == "phrases.yml" for fault in caught.value.faults)
    assert any(fault.code == code and said in fault.message for fault in caught.value.faults)


def test_a_misspelt_field_lists_the_known_ones(phrase_file):
    with pytest.raises(InputError, match=f"Known fields: {', '.join(FACTS)}"):
        load_phrases(phrase_file('"is below the target of {target}"', '"is below {taget}"'))


def test_all_faults_of_the_file_come_at_once(tmp_path):
    empty = tmp_path / "phrases.yml"
    empty.write_text("moves: {up: up}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_phrases(empty)
    assert {fault.code for fault in caught.value.faults} == {"PHR001", "PHR002"}
    assert len(caught.value.faults) > 20
