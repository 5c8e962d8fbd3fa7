"""A Word document of headings, numbered paragraphs, tables and pictures that everyone can read.

Headings and paragraphs are numbered by Word itself (1., 1.1), so that the numbers follow when somebody edits the text.
The same content gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor

FONT, INK, PALE = "Arial", "0B0C0C", "F3F2F1"
NUMBERED, LABEL, CELL, NOTE, GAP = "Numbered Paragraph", "Heading Block", "Table Text", "Note", "Table Gap"
MARGIN, INDENT, PICTURE, PAD = Cm(2), Cm(1.25), Cm(9.8), Cm(0.19)
SIZES = {
    "Title": 20,
    "Heading 1": 15,
    "Heading 2": 13,
    "Heading 3": 11,
    "Caption": 10,
    CELL: 9,
    NOTE: 9,
    GAP: 1,
    "Footer": 9,
}
LEVELS = (("Heading1", "%1."), ("NumberedParagraph", "%1.%2"))
"""Styles that carry a number, outermost first, and how it is written."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML can hold; the sign for an unknown character stands for them."""
NEVER = (1980, 1, 1, 0, 0, 0)
"""The time that stands at every file within the document."""


def writable(text: str) -> str:
    """`text` as a Word file can hold it."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Paper:
    """A document while it is written, from top to bottom."""

    def __init__(self, title: str, author: str, made: datetime, language: str):
        """A sheet of A4 with the styles of the house; `made` stands in its properties."""
        self._document, self._pictures, title = Document(), 0, writable(title)
        _say_who(self._document.core_properties, title, author, made, language)
        _lay_out(self._document, title)
        self._document.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), language)
        _dress(self._document.styles, language)
        _number(self._document)

    def title(self, text: str) -> None:
        """The name of the document."""
        self._document.add_paragraph(writable(text), style="Title")

    def label(self, label: str, text: str) -> None:
        """A line of the block at the head: who it is from, what it is about."""
        paragraph = self._document.add_paragraph(style=LABEL)
        paragraph.add_run(writable(f"{label}:")).bold = True
        paragraph.add_run(writable(f"\t{text}"))

    def heading(self, text: str, level: int, numbered: bool = False, new_page: bool = False) -> None:
        """A heading; one of level 1 may carry a number."""
        paragraph = self._document.add_paragraph(writable(text), style=f"Heading {level}")
        paragraph.paragraph_format.page_break_before = new_page or None
        if level == 1 and not numbered:
            told = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            told.get_or_add_numId().val = 0
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.first_line_indent = 0

    def paragraph(self, text: str, lead: str = "", mark: str = "", style: str = "Normal") -> None:
        """Text with its opening in bold and a mark in italics at its end."""
        paragraph = self._document.add_paragraph(style=style)
        for words, emphasis in ((lead, "Strong"), (text, None), (mark, "Emphasis")):
            if words:
                paragraph.add_run(writable(words) + ("" if words == (mark or text) else " "), style=emphasis)

    def caption(self, text: str, style: str = "Caption") -> None:
        """What a table or a picture is, kept on the page of what follows."""
        self._document.add_paragraph(writable(text), style=style).paragraph_format.keep_with_next = True

    def picture(self, content: bytes, alt: str, title: str) -> None:
        """A PNG, two to a page, with the words that stand for it."""
        self._pictures += 1
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.keep_with_next, paragraph.paragraph_format.line_spacing = True, 1.0
        shape = paragraph.add_run().add_picture(io.BytesIO(content), width=PICTURE)
        told = shape._inline.docPr
        for name, value in (("id", str(self._pictures)), ("name", title), ("title", title), ("descr", alt)):
            told.set(name, writable(value))

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], summary: str,
        widths: Sequence[float], paints: dict[str, tuple[str, str]] | None = None, together: bool = False,
        note: str = "",
    ) -> None:  # fmt: skip
        """A table whose head repeats on each page; `widths` are shares of the page's.

        `paints` gives words a colour of ground and ink; `together` keeps all rows and the note on one page.
        """
        table = self._document.add_table(rows=0, cols=len(columns), style="Table Grid")
        table.autofit = False
        _describe(table, writable(summary))
        room = self._room()
        sizes = [Emu(int(room * width / sum(widths))) for width in widths]
        for column, size in zip(table.columns, sizes, strict=True):
            column.width = size
        for place, cells in enumerate([columns, *rows]):
            row = table.add_row()
            _keep_row(row, head=place == 0)
            kept = together or (place == 0 and len(rows) > 0)
            for cell, text, size in zip(row.cells, cells, sizes, strict=True):
                cell.width = size
                _fill(cell, writable(text), (paints or {}).get(text), head=place == 0, kept=kept)
        self._document.add_paragraph(writable(note), style=NOTE if note else GAP)

    def _room(self) -> int:
        page = self._document.sections[0]
        return page.page_width - page.left_margin - page.right_margin - PAD

    def content(self) -> bytes:
        """The document as a file; the same at any time and on any machine."""
        written, file = io.BytesIO(), io.BytesIO()
        self._document.save(written)
        with zipfile.ZipFile(written) as parts, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in parts.namelist():
                part = zipfile.ZipInfo(name, NEVER)
                part.compress_type, part.create_system, part.external_attr = zipfile.ZIP_DEFLATED, 0, 0
                archive.writestr(part, parts.read(name))
        return file.getvalue()


def _say_who(told, title: str, author: str, made: datetime, language: str) -> None:
    told.title = told.subject = title
    told.author = told.last_modified_by = author
    told.created = told.modified = made
    told.language, told.comments, told.keywords, told.revision = language, "", "", 1


def _lay_out(document, title: str) -> None:
    """A4 with the title and the number of the page below; no preview of another document."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = MARGIN
    page.top_margin, page.bottom_margin = Cm(1.4), Cm(2)
    line = page.footer.paragraphs[0]
    line.style.paragraph_format.tab_stops.clear_all()
    line.paragraph_format.tab_stops.add_tab_stop(page.page_width - 2 * MARGIN, WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{title}\t")
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), (None, "1"), ("end", None)):
        _field(line.add_run(), kind, text)
    relations = document.part.package.rels
    for key in [key for key, told in relations.items() if told.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]


def _field(run, kind: str | None, text: str | None) -> None:
    if kind:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
    elif text.isupper():
        told = OxmlElement("w:instrText")
        told.text = text
        run._r.append(told)
    else:
        run.text = text


def _dress(styles, language: str) -> None:
    """The styles of the house: one typeface, dark on white, headings that stay with what follows."""
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), language)
    for name, base in ((NUMBERED, "Normal"), (LABEL, "Normal"), (CELL, "Normal"), (NOTE, "Normal"), (GAP, "Normal")):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles[base]
    for name in ("Normal", *SIZES, NUMBERED, LABEL):
        _set_face(styles[name], SIZES.get(name, 11))
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Caption"):
        styles[name].font.bold, styles[name].paragraph_format.keep_with_next = True, True
    _space(styles)


def _set_face(style, size: int) -> None:
    style.font.size, style.font.color.rgb, style.font.italic = Pt(size), RGBColor.from_string(INK), False
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(faces.attrib):
        del faces.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        faces.set(qn(f"w:{name}"), FONT)


def _space(styles) -> None:
    before = {"Title": 0, "Heading 1": 16, "Heading 2": 12, "Heading 3": 8, "Caption": 12, CELL: 2, NOTE: 2}
    after = {
        "Title": 12,
        "Heading 1": 6,
        "Heading 2": 6,
        "Heading 3": 4,
        "Caption": 4,
        CELL: 2,
        NOTE: 8,
        GAP: 0,
        LABEL: 6,
    }
    for name in ("Normal", *after, NUMBERED):
        form = styles[name].paragraph_format
        form.space_before, form.space_after = Pt(before.get(name, 0)), Pt(after.get(name, 8))
        form.line_spacing = 1.0 if name in (CELL, NOTE, GAP, LABEL) else 1.1
    for name, room in ((NUMBERED, INDENT), ("Heading 1", INDENT), (LABEL, Cm(3.75))):
        styles[name].paragraph_format.left_indent = room
        styles[name].paragraph_format.first_line_indent = -room
    title = styles["Title"].element.get_or_add_pPr()
    for border in title.findall(qn("w:pBdr")):
        title.remove(border)


def _number(document) -> None:
    """One list of two levels that belongs to the styles: headings 1., 2., paragraphs 1.1, 1.2."""
    numbering = document.part.numbering_part.element
    new = max(int(told.get(qn("w:abstractNumId"))) for told in numbering.findall(qn("w:abstractNum"))) + 1
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="{style}"/>'
        f'<w:lvlText w:val="{written}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{INDENT.twips}" w:hanging="{INDENT.twips}"/></w:pPr></w:lvl>'
        for place, (style, written) in enumerate(LEVELS)
    )
    told = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{new}"><w:multiLevelType w:val="multilevel"/>{levels}'
    numbering.insert(0, parse_xml(f"{told}</w:abstractNum>"))
    number = numbering.add_num(new).numId
    for level, name in enumerate(("Heading 1", NUMBERED)):
        place = document.styles[name].element.get_or_add_pPr().get_or_add_numPr()
        place.get_or_add_ilvl().val, place.get_or_add_numId().val = level, number


def _describe(table, summary: str) -> None:
    """What a reader who does not see the table is told first; its edge is that of the text."""
    indent = parse_xml(f'<w:tblInd {nsdecls("w")} w:w="{PAD.twips}" w:type="dxa"/>')
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(indent)
    table._tbl.tblPr.append(parse_xml(f"<w:tblDescription {nsdecls('w')}/>"))
    table._tbl.tblPr[-1].set(qn("w:val"), summary)


def _keep_row(row, head: bool) -> None:
    """A row is never torn; the head is marked and stands on every page."""
    for name in ("w:cantSplit", *(["w:tblHeader"] if head else [])):
        row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell, text: str, paint: tuple[str, str] | None, head: bool, kept: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style, paragraph.paragraph_format.keep_with_next = CELL, kept or None
    run = paragraph.add_run(text)
    run.bold = head or paint is not None or None
    if paint:
        run.font.color.rgb = RGBColor.from_string(paint[1])
        run._r.get_or_add_rPr().append(_shade(paint[0]))
    if head:
        cell._tc.get_or_add_tcPr().append(_shade(PALE))


def _shade(ground: str):
    return parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{ground}"/>')
