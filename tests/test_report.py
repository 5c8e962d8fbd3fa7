"""The Cabinet Committee report: its structure read back from the Word file, its figures as they are printed."""

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from scorecard.__main__ import main
from scorecard.catalogue import PARAMS
from scorecard.editions import RATED, editions_known, kind_of, load_edition
from scorecard.exports.report import build_report, load_words, write_report
from scorecard.faults import InputError

BAND = "12.5 to 27.5"
RATED_EDITIONS = [name for name in editions_known() if kind_of(name) in RATED]


@pytest.fixture(scope="module")
def content(edition) -> bytes:
    return build_report(edition)


@pytest.fixture(scope="module")
def report(content):
    return Document(io.BytesIO(content))


def texts(report, style: str) -> list[str]:
    return [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == style]


def under(report, heading: str) -> list:
    """The numbered paragraphs that follow a heading, up to the next one."""
    found, inside = [], False
    for paragraph in report.paragraphs:
        if paragraph.style.name.startswith("Heading "):
            inside = paragraph.text == heading
        elif inside and paragraph.style.name == "Numbered Paragraph":
            found.append(paragraph)
    return found


def named(report, heading: str) -> list[str]:
    """The names of indicators that open paragraphs under a heading."""
    runs = [paragraph.runs[0] for paragraph in under(report, heading)]
    return [run.text for run in runs if run.style.name == "Strong"]


# --- what it says ---------------------------------------------------------------------------------


def test_it_has_the_shape_of_a_committee_report(report):
    assert texts(report, "Title") == ["Children, Young People and Education Directorate Scorecard, July 2024"]
    labels = [line.partition(":")[0] for line in texts(report, "Heading Block")]
    assert labels == [
        "From", "To", "Subject", "Classification", "Summary", "Recommendation", "Report author", "Lead director",
    ]  # fmt: skip
    assert texts(report, "Heading 1") == [
        "Introduction", "Performance management framework", "Current performance", "Notes on the figures",
        "Recommendation", "Background documents", "Contact", "Appendix A: trends of the RED indicators",
        "Appendix B: all indicators of Kent",
    ]  # fmt: skip
    assert texts(report, "Heading 2") == [
        "Green indicators", "Amber indicators", "Red indicators", "Indicators without a rating",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "printed"), [("Green indicators", 15), ("Amber indicators", 25), ("Red indicators", 14)]
)
def test_each_rating_of_kent_is_named_as_often_as_it_is_printed(report, heading, printed):
    assert len(named(report, heading)) == printed  # counted on the printed pages 3 to 8, each figure once


@pytest.mark.parametrize(
    ("heading", "figures"),
    [
        ("Red indicators", ("(EYFS-GLD-CIC)", "44.4 percentage points", "no more than 25.0", "22.5", "[draft]")),
        ("Amber indicators", ("(APP17)", "42.1%", "45%", "114 of 271", "32.3%", "42.8%", "49.2%", "[draft]")),
        ("Green indicators", ("(EH46)", "16.1%", "16.5%", "18,450 of 114,283", "17.2% in 2022-23", "[draft]")),
    ],
    ids=["EYFS-GLD-CIC", "APP17", "EH46"],
)  # fmt: skip
def test_a_drafted_paragraph_says_the_printed_figures_and_is_marked(report, heading, figures):
    assert [p for p in under(report, heading) if all(figure in p.text for figure in figures)]


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("Red indicators", "Average caseload, social work teams (SCS43). The average caseload in the Children's Social "
         "Work Teams (CSWT) is 22.2 cases. This is above the target caseload of no more than 18 children/young people "
         "and is now also above the floor standard set at 22. The challenge with caseloads relates to levels of demand "
         "and the staff turnover rates for qualified social workers. See figure 3."),
        ("Amber indicators", "This is all positively impacting the percentage of EHCPs issued within 20 weeks, which "
         "has risen significantly every month since May."),
    ],
    ids=["about one", "about several"],
)  # fmt: skip
def test_the_analysts_text_stands_as_it_is_published(report, heading, told):
    assert [paragraph.text for paragraph in under(report, heading)].count(told) == 1


def test_what_several_indicators_share_follows_the_figures_of_the_first(report):
    told = [paragraph.text for paragraph in under(report, "Amber indicators")]
    assert [text[:24] for text in told[:3]] == [
        "EHCPs issued within 20 w",
        "The SEND service has suc",
        "This is all positively i",
    ]
    assert not [text for text in texts(report, "Numbered Paragraph") if text.startswith("The SEND service")][1:]


def test_the_rating_is_said_by_the_heading_and_drafts_are_counted(report):
    told = [paragraph.text for heading in texts(report, "Heading 2") for paragraph in under(report, heading)]
    drafted = [text for text in told if text.endswith(" [draft]")]
    assert 0 < len(drafted) < len(told)
    assert not [text for text in told if text.startswith(("RED", "AMBER", "GREEN", "NOT RATED"))]
    assert texts(report, "Note")[0].startswith(f"Draft. {len(drafted)} paragraphs are marked [draft]")


def test_what_is_red_and_worse_is_named_first(report):
    (named,) = [
        text for text in texts(report, "Numbered Paragraph") if text.startswith("RED, and performance has worse")
    ]
    assert "average caseload, social work teams" in named
    assert "permanent exclusions, primary" in named
    assert "permanent exclusions, secondary" not in named  # printed 81, then 80: improved


def cells(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_first_table_counts_ratings_and_directions_of_travel(report):
    head, *rows = cells(report.tables[0])
    assert head == ["Rating", "Figures", "Improved", "Same", "Worsened", "No arrow"]
    assert [row[:2] for row in rows] == [
        ["GREEN", "15"], ["AMBER", "25"], ["RED", "14"], ["not rated", "7"], ["All", "61"],
    ]  # fmt: skip
    assert all(int(row[1]) == sum(map(int, row[2:])) for row in rows)
    assert [sum(int(row[place]) for row in rows[:-1]) for place in range(1, 6)] == [int(cell) for cell in rows[-1][1:]]


@pytest.mark.parametrize(
    "printed",
    [
        ["Average caseloads in the CSWT Teams (SCS43)", "L", "Jul-24", "22.2", "18.0", "22.0", "RED", "worsened"],
        ["Average Caseload within EH Units (Families)", "T", "Jul-24", "13.8", "20.0", BAND, "AMBER", "worsened"],
        ["Total number of EHCPs issued (APP17-D)", "L", "Jul-24", "271", "none", "none", "not rated", "improved"],
    ],
    ids=["SCS43", "EH-CASELOAD", "APP17-D"],
)  # fmt: skip
def test_the_appendix_holds_every_figure(report, printed):
    assert printed in [row for table in report.tables for row in cells(table)]


# --- that everyone can read it --------------------------------------------------------------------


def test_headings_and_paragraphs_are_numbered_by_word(report):
    numbering = report.part.numbering_part.element
    number = {style: report.styles[style].element.pPr.numPr for style in ("Heading 1", "Numbered Paragraph")}
    assert [told.ilvl.val for told in number.values()] == [0, 1]
    (known,) = {told.numId.val for told in number.values()}
    abstract = numbering.num_having_numId(known).abstractNumId.val
    (levels,) = [
        told for told in numbering.findall(qn("w:abstractNum")) if told.get(qn("w:abstractNumId")) == str(abstract)
    ]
    assert [told.get(qn("w:val")) for told in levels.iter(qn("w:lvlText"))] == ["%1.", "%1.%2"]
    off = [p.text for p in report.paragraphs if p.style.name == "Heading 1" and p._p.pPr.numPr is not None]
    assert off == [
        text for text in texts(report, "Heading 1") if text.startswith(("Background", "Contact", "Appendix"))
    ]


def test_every_table_repeats_its_head_and_says_what_it_is(report):
    for table in report.tables:
        heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True] + [False] * (len(heads) - 1)
        assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))


def test_each_red_trend_is_a_picture_with_alternative_text_and_its_figures(report):
    told = [shape._inline.docPr for shape in report.inline_shapes]
    assert len(told) == 14
    assert len({each.get("id") for each in told}) == 14
    assert all(each.get("descr").startswith("Line chart. ") and each.get("title") for each in told)
    caseload = next(each for each in told if "Average caseload, social work teams" in each.get("descr"))
    assert "rose from 21.2 in January 2024 to 22.2 in July 2024" in caseload.get("descr")
    figures = [cells(table) for table in report.tables if table.cell(0, 0).text == "Period"]
    assert len(figures) == 14
    assert ["Kent", "21.2", "21.3", "21.8", "21.5", "22.1", "21.9", "22.2 RED"] in [table[1] for table in figures]


def test_text_about_a_withheld_figure_is_left_out_of_the_report(edition, without_audits):
    """The agreed text on SCS37 says 86.9%; without that figure the text goes too."""
    said = ["\n".join(one.text for one in Document(io.BytesIO(build_report(told))).paragraphs)
            for told in (edition, without_audits)]  # fmt: skip
    assert ["is 86.9%" in one for one in said] == [True, False]
    assert ["The analysts' text is not shown" in one for one in said] == [False, True]


def test_a_picture_is_the_plot_alone(edition, content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        sizes = {Image.open(io.BytesIO(archive.read(name))).size for name in names}
    assert {width for width, _ in sizes} == {720}  # 4.8 inches at 150 dots an inch
    assert max(height for _, height in sizes) < 600


def test_language_page_and_properties(report):
    told = report.core_properties
    assert (told.title, told.language) == (texts(report, "Title")[0], "en-GB")
    assert told.author == told.last_modified_by == "Kent County Council, Management Information"
    assert told.created == told.modified == datetime(2024, 7, 1, tzinfo=UTC)
    languages = {each.get(qn("w:val")) for each in report.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    page = report.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)  # A4
    assert [each.text for each in page.footer._element.iter(qn("w:instrText"))] == ["PAGE"]
    assert len(report.styles["Footer"].paragraph_format.tab_stops) == 0  # the page number goes to the one at the right


def test_the_same_edition_gives_the_same_bytes(edition, content):
    assert build_report(edition) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]
        assert archive.testzip() is None


@pytest.mark.parametrize("name", [name for name in RATED_EDITIONS if name != "2024-07"])
def test_every_edition_with_ratings_has_a_report(name):
    report = Document(io.BytesIO(build_report(load_edition(name))))
    assert len(report.inline_shapes) == len(named(report, "Red indicators"))
    assert not [text for text in texts(report, "Numbered Paragraph") if "{" in text or "NOT RATED" in text]


def test_text_that_xml_cannot_hold_does_not_stop_the_report(edition):
    odd = "\x0b\x00\ud800 <w:p/> & =1+1"
    note = replace(edition, notes=(odd,), title=f"Scorecard\x0c {edition.title}")
    report = Document(io.BytesIO(build_report(note, load_words(edition.name) | {"drawn": []})))
    assert under(report, "Notes on the figures")[1].text == "\ufffd\ufffd\ufffd <w:p/> & =1+1"
    assert report.core_properties.title.startswith("Scorecard\ufffd ")


# --- words ----------------------------------------------------------------------------------------


def test_the_order_is_that_of_the_params(edition):
    words = load_words(edition.name)
    words |= {"ratings": dict(reversed(words["ratings"].items())), "drawn": []}
    report = Document(io.BytesIO(build_report(edition, words)))
    assert texts(report, "Heading 2")[1:] == ["Red indicators", "Amber indicators", "Green indicators"]
    assert len(report.inline_shapes) == 0


def written(tmp_path: Path, **changed) -> Path:
    told = yaml.safe_load((PARAMS / "report.yml").read_text(encoding="utf-8")) | changed
    path = tmp_path / "report.yml"
    path.write_text(
        yaml.safe_dump({name: value for name, value in told.items() if value is not None}), encoding="utf-8"
    )
    return path


def test_an_edition_has_words_of_its_own(tmp_path):
    (tmp_path / "2024-07").mkdir()
    (tmp_path / "2024-07" / "report.yml").write_text("meeting: 10 September 2024\n", encoding="utf-8")
    words = load_words("2024-07", folder=tmp_path)
    assert (words["meeting"], words["language"]) == ("10 September 2024", "en-GB")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"meetng": "Tuesday"}, ['"meetng" is not known. Did you mean "meeting"']),
        ({"council": None, "head": None}, ["report.yml: council is missing", "report.yml: head is missing"]),
        ({"sections": [{"paragraphs": []}]}, ["column sections, 1: heading is missing. It holds heading, and"]),
        (
            {"sections": [{"heading": "A", "shows": ["trend"]}], "none": "No {ratings}.", "see": "{number:d}"},
            ['shows, 1: "trend" is not known. Did you mean "trends"', "none: {ratings} is not", "see: {number} is not"],
        ),
        ({"lead": "{name"}, ["lead: its braces do not match"]),
    ],
    ids=["unknown", "missing", "section", "several", "braces"],
)  # fmt: skip
def test_faults_of_the_words_are_told_at_once(tmp_path, changed, said):
    with pytest.raises(InputError) as raised:
        load_words("2024-07", written(tmp_path, **changed))
    for words in said:
        assert words in str(raised.value)
    assert all(fault.code in {"YML003", "YML004"} for fault in raised.value.faults)


def test_a_phrase_that_is_not_known_is_told(edition):
    words = load_words(edition.name) | {"phrases": {"sentence": {"rated": "{valeu}"}}}
    with pytest.raises(InputError, match=r"report.yml: sentence: rated: \{valeu\} is not a field"):
        build_report(edition, words)


# --- the command ----------------------------------------------------------------------------------


def run(*words: str):
    return CliRunner().invoke(main, ["report", *words])


def test_the_command_writes_the_report(tmp_path, content):
    path = tmp_path / "new" / "committee-report.docx"
    done = run("--edition", "2024-07", "--out", str(tmp_path / "new"))
    assert (done.exit_code, done.output) == (0, f"Wrote {path}\n")
    assert path.read_bytes() == content
    assert [path.name for path in path.parent.iterdir()] == ["committee-report.docx"]


def test_a_report_goes_into_a_file_of_any_name_and_replaces_it(tmp_path):
    for content in (b"first", b"second"):
        assert write_report(content, tmp_path / "a.docx", "b.docx") == tmp_path / "a.docx"
    assert (tmp_path / "a.docx").read_bytes() == b"second"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match=r"RPT002 .*cannot be written: .* Give another place with --out"):
        write_report(b"report", tmp_path / "file", "b.docx")


def test_an_unknown_edition_writes_nothing(tmp_path):
    done = run("--edition", "2024-70", "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert 'Did you mean "2024-07"' in done.stderr
    assert not (tmp_path / "out").exists()


def test_it_opens_in_libreoffice_with_its_numbers(tmp_path, content):
    import subprocess

    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        pytest.skip("LibreOffice Writer and pdftotext are not installed")
    (tmp_path / "report.docx").write_bytes(content)
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "report.docx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], check=True, capture_output=True, text=True
    )
    lines = [line.split(maxsplit=1) for line in told.stdout.splitlines() if line.strip()]
    assert ["3.", "Current performance"] in lines
    assert next(rest for first, *rest in lines if first == "3.6") == [
        "Psychology requests returned within 6 weeks (APP-EP). The percentage of"
    ]
