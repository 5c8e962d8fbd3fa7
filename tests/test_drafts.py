"""Drafts: what is written and never overwritten, what is stale and why, what a pack shows, what is refused as final."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from scorecard import drafts
from scorecard.build import build_scorecard
from scorecard.catalogue import PARAMS
from scorecard.disclosure import disclosed, policy_called
from scorecard.editions import EDITIONS, load_edition
from scorecard.faults import Fault, InputError
from scorecard.inputs import texts
from scorecard.proofreading.final import refusals, unexplained
from scorecard.proofreading.verdicts import CONTRADICTED, judge

HEAD = "---\nauthor: Social work\nstatus: draft\n---\n"
NOT_SHOWN = "The analysts' text is not shown: it could tell figures that the disclosure policy withholds."


@pytest.fixture
def folder(tmp_path):
    """A folder of editions with a commentary folder; only commentary is read from it."""
    (tmp_path / "2024-07" / texts.FOLDER).mkdir(parents=True)
    return tmp_path


def write(folder: Path, text: str, name: str = "kent.md", edition: str = "2024-07"):
    path = folder / edition / texts.FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def drafted(edition, folder, area="Kent", earlier=None):
    drafts.write_drafts(edition, [edition.areas[area]], earlier, folder)
    return texts.load_commentary(edition, edition.areas[area], folder)


# --- drafting -------------------------------------------------------------------------------------


def test_every_indicator_of_an_area_is_drafted_once(edition, folder):
    made = drafted(edition, folder, "Dover CSWT")
    assert [entry.indicators for entry in made.entries] == [
        ("SCS03",), ("SCS08",), ("SCS13",), ("SCS18",), ("SCS19",), ("SCS29",), ("SCS34",), ("SCS37",), ("SCS40",),
        ("SCS42",), ("SCS43",),
    ]  # fmt: skip
    assert {entry.status for entry in made.entries} == {"draft"}
    assert all(entry.untouched for entry in made.entries)
    assert made.front == {"author": "Management Information", "status": "draft"}


def test_a_draft_names_the_neighbours_ahead_and_its_own_check_agrees(edition, folder):
    ahead = {"SISE12": [("Warwickshire", Decimal("47.5"))], "KS2-RWM-SENSUPPORT": []}
    drafts.write_drafts(edition, [edition.areas.kent], None, folder, ahead)
    made = texts.load_commentary(edition, edition.areas.kent, folder)
    last = "At 47.0 points in 2023-24 the second highest of its statistical neighbours, behind Warwickshire (47.5)."
    assert [text.endswith(last) for _, text in made.about("SISE12").paragraphs] == [True, True]
    assert not [one.sentence for one in judge(edition, made) if one.verdict is CONTRADICTED]


def test_an_indicator_of_two_years_is_one_entry_with_two_paragraphs(edition, folder):
    entry = drafted(edition, folder).about("SISE12")
    assert ["2023-24" in entry.paragraphs[0][1], "2022-23" in entry.paragraphs[1][1]] == [True, True]
    assert len(entry.paragraphs) == 2


def test_drafting_twice_changes_no_byte(edition, folder):
    drafted(edition, folder)
    path = folder / "2024-07" / texts.FOLDER / "kent.md"
    before = path.read_bytes()
    drafted(edition, folder)
    assert path.read_bytes() == before
    assert [other.name for other in path.parent.iterdir()] == ["kent.md"]


def test_what_an_analyst_wrote_is_never_overwritten(edition, folder):
    path = write(folder, f"{HEAD}\n## SCS37 audits\nstatus: agreed\n\nMine.\n\n## SCS03\n\nMine too.\n")
    before = path.read_text(encoding="utf-8")
    made = drafted(edition, folder)
    assert path.read_text(encoding="utf-8").startswith(before)
    assert [made.about(key).text for key in ("SCS37", "SCS03")] == ["Mine.", "Mine too."]
    assert made.front["author"] == "Social work"


def test_an_edited_draft_is_kept_and_an_untouched_one_follows_the_figures(edition, folder):
    drafted(edition, folder, "Dover CSWT")
    path = folder / "2024-07" / texts.FOLDER / "dover-cswt.md"
    text = path.read_text(encoding="utf-8")
    first = texts.load_commentary(edition, edition.areas["Dover CSWT"], folder).entries[0]
    path.write_text(text.replace(first.text, f"{first.text} Because.", 1), encoding="utf-8")
    observations = edition.observations.copy()
    here = (observations["area"] == "Dover CSWT") & (observations["period"] == "2024-07")
    observations.loc[here & observations["indicator"].isin(["SCS03", "SCS08"]), "value"] = Decimal("99.9")
    made = drafted(replace(edition, observations=observations), folder, "Dover CSWT")
    assert made.about("SCS03").text == f"{first.text} Because."
    assert "99.9%" in made.about("SCS08").text


def test_a_folder_with_a_faulty_file_is_left_alone(edition, folder):
    path = write(folder, "no head\n")
    with pytest.raises(InputError, match="TXT004"):
        drafts.write_drafts(edition, [edition.areas["Dover"], edition.areas.kent], None, folder)
    assert [other.name for other in path.parent.iterdir()] == ["kent.md"]


# --- carried over ---------------------------------------------------------------------------------


@pytest.fixture
def next_month(edition):
    """July 2024 under another name, with another value and another target of SCS37."""
    observations, standards = edition.observations.copy(), edition.standards.copy()
    here = (observations["area"] == "Kent") & (observations["period"] == "2024-07")
    observations.loc[here & (observations["indicator"] == "SCS37"), "value"] = Decimal("84.0")
    here = (standards["indicator"] == "SCS37") & (standards["year"] == "2023-24")
    standards.loc[here, ["target", "target_printed"]] = [Decimal("88.0"), "88.0"]
    return replace(edition, name="2024-08", observations=observations, standards=standards)


def test_text_of_the_edition_before_is_stale_and_says_what_changed(edition, next_month, folder):
    write(folder, f"{HEAD}## SCS37 audits\nstatus: agreed\n\nMine.\n\n## SCS03, SCS08 two\n\nBoth.\n")
    made = drafted(next_month, folder, earlier=edition)
    audits, both = made.about("SCS37"), made.about("SCS08")
    assert (audits.status, audits.text, audits.fields["from"]) == ("stale", "Mine.", "2024-07")
    assert audits.fields["changed"] == (
        "case file audits good or outstanding was 86.9%, is 84.0%; case file audits good or outstanding was rated "
        "GREEN, is rated AMBER; the target of case file audits good or outstanding was 85.0%, is 88.0%"
    )
    assert both.indicators == ("SCS03", "SCS08")
    assert both.fields["changed"] == "value, rating and target are as they were"
    assert made.about("SCS13").untouched


def test_a_stale_entry_learns_of_later_changes(edition, next_month, folder):
    write(folder, f"{HEAD}## SCS37\nstatus: stale\nfrom: 2024-07\n\nMine.\n", edition="2024-08")
    assert "was 86.9%, is 84.0%" in drafted(next_month, folder).about("SCS37").fields["changed"]


def test_text_about_what_is_no_longer_printed_is_left_behind(edition, next_month, folder):
    write(folder, f"{HEAD}## SCS37, SCS03 both\n\nMine.\n\n## SCS08\n\nGone.\n")
    sections = [
        replace(s, indicators=tuple(k for k in s.indicators if k not in {"SCS03", "SCS08"})) for s in edition.sections
    ]
    made = drafted(replace(next_month, sections=tuple(sections)), folder, earlier=edition)
    assert (made.about("SCS37").indicators, made.about("SCS37").heading) == (("SCS37",), "SCS37")
    assert made.about("SCS08") is None


# --- what a pack shows ----------------------------------------------------------------------------


def test_a_pack_says_whose_words_each_text_is(edition):
    said = drafts.told(edition, build_scorecard(edition, edition.areas.kent))
    assert list(said) == ["RED", "AMBER", "GREEN", "not rated"]
    assert {label for labels in said.values() for label in labels} == {
        "Agreed by Management Information", "Draft, made from the figures",
    }  # fmt: skip
    assert list(said["RED"]) == ["Agreed by Management Information", "Draft, made from the figures"]
    exclusions = [one for one in said["RED"]["Agreed by Management Information"] if "EH43" in one.indicators]
    assert [one.indicators for one in exclusions] == [("EH43", "EH44")]


def test_a_contradicted_text_says_so(edition):
    said = drafts.told(edition, build_scorecard(edition, edition.areas.kent))
    (gap,) = [one for one in said["AMBER"]["Agreed by Management Information"] if one.indicators == ("EY15",)]
    assert gap.doubts == ("The figures say otherwise. “RED”: 24.9 is rated AMBER (observations.csv row 9).",)


def test_a_pack_marks_stale_text_and_an_analysts_draft(edition, folder):
    text = "## SCS37\nstatus: stale\nfrom: 2024-06\nchanged: it was 85.0%, is 86.9%\n\nOld.\n\n## SCS03\n\nMine.\n"
    write(folder, f"{HEAD}{text}")
    said = drafts.told(edition, build_scorecard(edition, edition.areas.kent), folder=folder)
    assert list(said["GREEN"]) == [
        "Carried over from June 2024, not yet looked at again. Since then: it was 85.0%, is 86.9%",
        "Draft by Social work, not yet agreed",
        "Draft, made from the figures",
    ]


@pytest.mark.parametrize("said", ["There were 2 in July.", "There was a pair of them.", "One more than in May."])
def test_a_text_about_a_withheld_figure_is_not_shown(folder, said):
    """EH43 of Ashford is 2, a count of few children: the policy `publish` withholds it, in whatever words."""
    write(folder, f"{HEAD}## EH43\n\n{said}\n\n## CYPE6\n\nIt is 79.8%.\n", "ashford.md")
    held = load_edition("2024-07", as_held=True)
    policy = policy_called("publish")
    shown = replace(disclosed(held, policy), disclosure=policy)
    told = drafts.told(shown, build_scorecard(shown, shown.areas["Ashford"]), folder=folder)
    pieces = [one for labels in told.values() for those in labels.values() for one in those]
    texts_of = {one.indicators[0]: one.paragraphs for one in pieces}
    assert texts_of["EH43"] == (NOT_SHOWN,)
    assert texts_of["CYPE6"] == ("It is 79.8%.",)


def test_without_commentary_every_text_is_a_draft_from_the_figures(edition):
    rows = build_scorecard(edition, edition.areas["Ashford"])
    labels = [list(labels) for labels in drafts.told(edition, rows).values()]
    assert labels == [["Draft, made from the figures"]] * 4


# --- final ----------------------------------------------------------------------------------------


def codes(edition, folder, area="Dover CSWT", faults=()):
    return [(fault.code, fault.file) for fault in refusals(edition, [edition.areas[area]], faults, folder)]


def test_agreed_text_is_final(edition, folder):
    made = drafts.draft(edition, edition.areas["Dover CSWT"], None, folder)
    write(folder, texts.written(made).replace("status: draft", "status: agreed"), "dover-cswt.md")
    assert codes(edition, folder) == []


def test_missing_drafted_and_stale_text_is_not_final(edition, folder):
    file = "commentary/dover-cswt.md"
    assert codes(edition, folder) == [("FIN002", file)]
    write(folder, f"{HEAD}## SCS37\nstatus: stale\n\nOld.\n\n## SCS03\n\nMine.\n", "dover-cswt.md")
    told = refusals(edition, [edition.areas["Dover CSWT"]], [], folder)
    assert [(fault.code, fault.rows) for fault in told] == [("FIN002", ()), ("FIN003", (5,))]
    assert "10 of 11 indicators have no agreed text: SCS03, SCS08, SCS13" in told[0].message


WARNING = Fault("warning", "OBS021", "observations.csv", "repeats.", "Put in results.", indicator="SISE12", area="Kent")


@pytest.mark.parametrize(
    ("explained", "found"),
    [
        ("", ["OBS021"]),
        ("- {code: OBS021, reason: not published yet}", []),
        ("- {code: OBS021, indicator: SISE12, area: Kent, reason: not published yet}", []),
        ("- {code: OBS021, indicator: SISE19, reason: not published yet}", ["OBS021", "FIN004"]),
        ("- {code: OBS022, reason: none}", ["OBS021", "FIN004"]),
    ],
)
def test_a_warning_is_final_only_with_its_reason(folder, explained, found):
    (folder / "2024-07" / "explained.yml").write_text(explained, encoding="utf-8")
    told = list(unexplained("2024-07", [WARNING], {"Kent"}, folder))
    assert [fault.code for fault in told] == found
    assert {fault.grade for fault in told} <= {"error"}


@pytest.mark.parametrize("text", ["- {code: X1}", "- {code: X1, reason: ''}", "code: x", "- {code: 1, reason: x}"])
def test_an_explanation_that_is_not_whole_is_a_fault(folder, text):
    (folder / "2024-07" / "explained.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"YML00[34] explained\.yml"):
        list(unexplained("2024-07", [], {"Kent"}, folder))


def test_a_warning_about_another_area_does_not_matter(folder):
    assert list(unexplained("2024-07", [WARNING], {"Ashford"}, folder)) == []


# --- the commands ---------------------------------------------------------------------------------


def in_params(params: Path, *words):
    environment = {**os.environ, "SCORECARD_PARAMS": str(params), "PYTHONWARNINGS": "error"}
    done = [sys.executable, "-m", "scorecard", *words]
    return subprocess.run(done, env=environment, capture_output=True, text=True, check=False)


def test_draft_writes_files_and_final_packs_are_refused(tmp_path):
    params = Path(shutil.copytree(PARAMS, tmp_path / "params"))
    shutil.copytree(PARAMS.parent / "notebooks", tmp_path / "notebooks")
    done = in_params(params, "draft", "--edition", "2024-07", "--area", "Kent")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "commentary/kent.md: 28 agreed, 0 stale, 28 draft (28 of them as drafted from the figures)\n"
    before = (EDITIONS / "2024-07" / texts.FOLDER / "kent.md").read_text(encoding="utf-8")
    assert (params / "editions" / "2024-07" / texts.FOLDER / "kent.md").read_text(encoding="utf-8").startswith(before)
    out = tmp_path / "outputs"
    done = in_params(params, "packs", "--edition", "2024-07", "--district", "Kent", "--final", "--out", str(out))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not out.exists()
    found = {line.split()[1] for line in done.stderr.splitlines()}
    assert {"FIN002", "TXT101", "OBS021"} <= found
