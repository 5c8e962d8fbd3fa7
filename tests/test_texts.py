"""Commentary files: what is read, what is a fault and where, what is carried over."""

from pathlib import Path

import pytest

from scorecard.faults import InputError
from scorecard.inputs import texts

HEAD = "---\nauthor: Management Information\nstatus: draft\n---\n"


def load(edition, folder: Path, text: str | bytes, area: str = "Kent"):
    path = folder / edition.name / texts.FOLDER / texts.file_name(edition.areas[area])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return texts.load_commentary(edition, edition.areas[area], folder)


def faults(edition, folder, text, area="Kent"):
    with pytest.raises(InputError) as caught:
        load(edition, folder, text, area)
    return [(fault.code, fault.rows) for fault in caught.value.faults]


# --- what is read ---------------------------------------------------------------------------------


def test_an_entry_is_its_paragraphs_with_their_lines(edition, tmp_path):
    read = load(edition, tmp_path, f"{HEAD}\n## SCS37 case file audits good or outstanding\n\nOne\ntwo.\n\nThree.\n")
    entry = read.about("SCS37")
    assert entry.paragraphs == ((8, "One two."), (11, "Three."))
    assert (entry.row, entry.text) == (6, "One two.\n\nThree.")


def test_a_heading_overrides_the_head_of_the_file(edition, tmp_path):
    text = f"{HEAD}\n## SCS37\nstatus: agreed\nauthor: Social work\n\nText.\n\n## SCS03\nText at once.\n"
    audits, referrals = load(edition, tmp_path, text).entries
    assert (audits.status, audits.author) == ("agreed", "Social work")
    assert (referrals.status, referrals.author) == ("draft", "Management Information")
    assert referrals.text == "Text at once."


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("SCS37", ("SCS37",)),
        ("SCS37 Case file audits GOOD or outstanding", ("SCS37",)),
        ("SEND20 the code of 2022", ("APP17",)),
        ("EH43, EH44 permanent exclusions", ("EH43", "EH44")),
        ("EH43, EH44: permanent exclusions, primary", ("EH43", "EH44")),
    ],
)
def test_a_heading_names_its_indicators_by_key_code_or_older_code(edition, tmp_path, heading, keys):
    assert load(edition, tmp_path, f"{HEAD}## {heading}\n\nText.\n").entries[0].indicators == keys


def test_lines_of_windows_and_a_byte_order_mark_are_read(edition, tmp_path):
    text = f"\ufeff{HEAD}## SCS37\n\nText.\n".replace("\n", "\r\n")
    assert load(edition, tmp_path, text).entries[0].paragraphs == ((7, "Text."),)


def test_without_a_file_nothing_is_written(edition, tmp_path):
    assert texts.load_commentary(edition, edition.areas["Dover"], tmp_path).entries == ()


def test_the_published_text_of_july_is_read(edition):
    read = texts.load_commentaries(edition)
    kent = read["Kent"]
    assert {entry.status for entry in kent.entries} == {"agreed"}
    assert kent.about("SCS37").text.endswith("is 86.9%, which is above the 80.0% Target.")
    assert kent.about("EH44") is kent.about("EH43")
    assert kent.about("CYPE1") is None


def test_a_team_has_a_file_of_its_own(edition):
    team = edition.areas["Sevenoaks North & Tonbridge and Malling CSWT"]
    assert texts.file_name(team) == "sevenoaks-north-tonbridge-and-malling-cswt.md"
    assert texts.file_name(edition.areas["Folkestone and Hythe"]) == "folkestone-and-hythe.md"
    assert len({texts.file_name(area) for area in edition.printed_areas}) == len(edition.printed_areas)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"---\nauthor: \xff\n", [("TXT002", (2,))]),
        (f"{HEAD}## SCS37\n\nUp \u202e83.\n", [("TXT003", (7,))]),
        (f"{HEAD}## SCS37\n\nUp\x0c83.\n", [("TXT003", (7,))]),
        ("## SCS37\n\nText.\n", [("TXT004", (1,))]),
        ("---\nauthor: x\nstatus: draft\n\n## SCS37\n\nText.\n", [("TXT004", (1,)), ("TXT007", (1,))]),
        ("---\nauthor: x: y\nstatus: draft\n---\n", [("YML002", (2,))]),
        ("---\nauthor: x\nauthor: y\nstatus: draft\n---\n", [("YML002", (3,))]),
        ("---\nauthor: x\n---\n", [("TXT005", (2,))]),
        ("---\nauthor: 7\nstatus: draft\n---\n", [("TXT005", (2,))]),
        ("---\nauthor: x\nstatus: draft\npublisher: y\n---\n", [("TXT005", (2,))]),
        ("---\nauthor: x\nstatus: final\n---\n", [("TXT006", (2,))]),
        (f"{HEAD}## SCS37\nstatus: aggreed\n\nText.\n", [("TXT006", (6,))]),
        (f"{HEAD}Text.\n", [("TXT007", (5,))]),
        (f"{HEAD}# SCS37\n\nText.\n", [("TXT007", (5,))]),
        (f"{HEAD}## SCS37\nstatsu: agreed\n\nText.\n", [("TXT008", (6,))]),
        (f"{HEAD}## SCS37\nstatus: draft\nstatus: draft\n\nText.\n", [("TXT008", (7,))]),
        (f"{HEAD}## SCS37\nstatus: draft\n\n## SCS03\n\nText.\n", [("TXT009", (5,))]),
        (f"{HEAD}## SCS99\n\nText.\n", [("TXT010", (5,))]),
        (f"{HEAD}##\n\nText.\n", [("TXT010", (5,))]),
        (f"{HEAD}## SCS37 repeat child protection plans\n\nText.\n", [("TXT011", (5,))]),
        (f"{HEAD}## SCS37\n\nText.\n\n## SCS03, SCS37\n\nText.\n", [("TXT012", (9,))]),
        (f"{HEAD}## SEND-VACANT\n\nText.\n", [("TXT013", (5,))]),
    ],
    ids=str,
)
def test_a_fault_is_named_with_its_line(edition, tmp_path, text, found):
    assert faults(edition, tmp_path, text) == found


def test_an_indicator_that_the_area_does_not_print_is_a_fault(edition, tmp_path):
    assert faults(edition, tmp_path, f"{HEAD}## SCS37\n\nText.\n", "Ashford") == [("TXT013", (5,))]


def test_a_fault_has_its_remedy(edition, tmp_path):
    with pytest.raises(InputError, match=r'TXT010 commentary/kent\.md row 5, column heading: "SCS38" is not the key'):
        load(edition, tmp_path, f"{HEAD}## SCS38\n\nText.\n")
    with pytest.raises(InputError, match=r'Did you mean "SCS18"'):
        load(edition, tmp_path, f"{HEAD}## SCS188\n\nText.\n")


def test_the_faults_of_all_files_are_told_at_once(edition, tmp_path):
    home = tmp_path / edition.name / texts.FOLDER
    home.mkdir(parents=True)
    (home / "ashfrod.md").write_text(f"{HEAD}", encoding="utf-8")
    (home / "dover.md").write_text("Text.\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        texts.load_commentaries(edition, tmp_path)
    assert [(f.code, f.file) for f in caught.value.faults] == [
        ("TXT001", "commentary/ashfrod.md"), ("TXT004", "commentary/dover.md"), ("TXT007", "commentary/dover.md"),
    ]  # fmt: skip
    assert '"ashford.md"' in caught.value.faults[0].remedy


# --- what is shown --------------------------------------------------------------------------------

SHOWN = {
    # heading and text of an entry of Kent, and whether the policy `publish` lets it be seen
    "Kent's own figure is printed": ("EH43", "There were 28.", True),
    "Ashford's 2 are withheld": ("EH43", "Of these, a couple were in Ashford.", False),
    "one word of a name is enough": ("EH43", "Most were in Folkestone.", False),
    "a name of another place is not": ("SCS13", "The average of the South East is 25.1%.", True),
    "no figure of SCS37 is withheld": ("SCS37", "In Ashford most were good.", True),
    "numbers that nothing shown explains": ("SCS37", "In Ashford 15 of 18 were good.", False),
    "one of several indicators is enough": ("SCS37, EH43", "Ashford had few.", False),
}


@pytest.mark.parametrize(("heading", "text", "is_shown"), SHOWN.values(), ids=list(SHOWN))
def test_text_that_could_tell_a_withheld_figure_is_left_out(published, tmp_path, heading, text, is_shown):
    load(published, tmp_path, f"{HEAD}## {heading}\nchanged: was 3, is 4\n\n{text}\n")
    (entry,) = texts.shown_commentary(published, published.areas["Kent"], tmp_path).entries
    assert (entry.text, entry.withheld, "changed" in entry.fields) == (text * is_shown, not is_shown, is_shown)


def test_text_is_shown_whole_as_published(edition, tmp_path):
    load(edition, tmp_path, f"{HEAD}## EH43\n\nThere were 2 in Ashford.\n")
    assert (
        texts.shown_commentary(edition, edition.areas["Kent"], tmp_path).entries[0].text == "There were 2 in Ashford."
    )


def test_drafts_of_the_program_are_drafted_again_and_not_shown(edition, tmp_path):
    text = "There were 2."
    load(edition, tmp_path, f"{HEAD}## EH43\ndrafted: {texts.mark(text)}\n\n{text}\n")
    assert texts.shown_commentary(edition, edition.areas["Kent"], tmp_path).entries == ()


# --- written and carried over ---------------------------------------------------------------------


@pytest.mark.parametrize("author", ["Management Information", "no", "12:30", 'The "team": head', "#1 \\ team", "a: b"])
def test_what_is_written_is_read_again(edition, tmp_path, author):
    entry = texts.Entry(("SCS37",), "SCS37 audits", ((0, "One."), (0, "Two: [x]")), {"status": "agreed"}, {})
    before = texts.Commentary(edition.areas.kent, {"author": author, "status": "draft"}, (entry,))
    after = load(edition, tmp_path, texts.written(before))
    assert after.front == before.front
    assert [(e.heading, e.text, e.status) for e in after.entries] == [("SCS37 audits", "One.\n\nTwo: [x]", "agreed")]


def test_only_a_text_as_it_was_drafted_is_untouched(edition, tmp_path):
    drafted = f"drafted: {texts.mark('As drafted.')}"
    text = f"{HEAD}## SCS37\n{drafted}\n\nAs\ndrafted.\n\n## SCS03\n{drafted}\n\nAs edited.\n\n## SCS08\n\nMine.\n"
    read = load(edition, tmp_path, text)
    assert [entry.untouched for entry in read.entries] == [True, False, False]


def test_carried_over_text_is_stale_and_drafts_are_left_behind(edition, tmp_path):
    text = (
        f"{HEAD}## SCS37\ndrafted: {texts.mark('Drafted.')}\n\nDrafted.\n\n"
        "## SCS03\nstatus: agreed\nauthor: Social work\n\nEdited.\n\n## SCS08\nstatus: stale\nfrom: 2024-05\n\nOld.\n"
    )
    load(edition, tmp_path, text)
    made = texts.carry_over(edition, tmp_path / "2024-08", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in made] == ["2024-08/commentary/kent.md"]
    assert made[0].read_text(encoding="utf-8") == (
        f"{HEAD}\n## SCS03\nstatus: stale\nauthor: Social work\nfrom: 2024-07\n\nEdited.\n\n"
        "## SCS08\nstatus: stale\nfrom: 2024-05\n\nOld.\n"
    )
