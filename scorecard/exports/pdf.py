"""A page of a pack as a tagged PDF with bookmarks, title and language, printed by Chromium.

WeasyPrint was tried beside it: it needs three times the processor time, does not lay out the page's columns (71 pages
instead of 47) and leaves the drawn words of RAG untagged.
"""

import io
import os
import re
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from scorecard.faults import Fault, InputError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 120
ALONE = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
"""Chromium's sandbox cannot be had by root, as in a container; everybody else has it."""
ROLES = {"/Strong": "/Span", "/Em": "/Span"}
"""Structure types that only later versions of PDF know, as those that all readers know."""
BEGINS, ENDS = {"BT", "m", "re"}, {"ET", "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "n"}
MARK = re.compile("node[0-9]{8}")
WHOLE = {"Do", "sh"}
"""How a text or a path begins and ends in the contents of a page; a picture and a shading are one operator."""


def browser() -> str:
    """The Chromium of this machine; `InputError` if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        remedy = "Install Chromium (Debian: apt-get install chromium), or publish with --without-pdf."
        raise InputError([Fault("error", "PDF001", "PDF", "needs Chromium, which is not installed.", remedy)])
    return found


def print_pdf(page: Path, title: str) -> bytes:
    """The PDF of an HTML page; `InputError` if the browser fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "page.pdf")
        words = [*ALONE, "--headless=new", "--disable-gpu", "--no-pdf-header-footer",
                 "--generate-pdf-document-outline", f"--user-data-dir={folder}/profile", f"--print-to-pdf={out}",
                 page.resolve().as_uri()]  # fmt: skip
        try:
            subprocess.run([browser(), *words], check=True, capture_output=True, timeout=SECONDS)
            return finished(out.read_bytes(), title)
        except (OSError, subprocess.SubprocessError) as error:
            said = f"{page.parent.name}: Chromium printed no PDF ({type(error).__name__})."
            raise InputError([Fault("error", "PDF002", "PDF", said, "Run it again, or use --without-pdf.")]) from None


def finished(printed: bytes, title: str) -> bytes:
    """The PDF as every reader can follow it, without dates: the same page gives the same bytes."""
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as pdf:
        tree = pdf.Root.StructTreeRoot
        tree.RoleMap = pikepdf.Dictionary({name: pikepdf.Name(known) for name, known in ROLES.items()})
        _unwrap(tree)
        _renumber(pdf)
        for page in pdf.pages:
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(_told_apart(page)))
        del pdf.docinfo
        with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = title
            told["dc:language"] = ["en-GB"]
            told["pdf:Producer"] = "Chromium"
        file = io.BytesIO()
        pdf.save(file, deterministic_id=True)
    return file.getvalue()


def _unwrap(element) -> bool:
    """Whether a figure is in the element; a figure that only wraps one with its own text is a division."""
    import pikepdf

    if not isinstance(element, pikepdf.Dictionary):
        return False
    inner = element.get("/K")
    parts = inner if isinstance(inner, pikepdf.Array) else [inner]
    found = [_unwrap(part) for part in parts]  # all of them, not only up to the first
    holds = any(found)
    if element.get("/S") == "/Figure":
        if holds and "/Alt" not in element:
            element.S = pikepdf.Name("/Div")
        return True
    return holds


def _told_apart(page) -> list:
    """The contents of a page, in which what no tag holds (rules, shapes and their letters) is marked as decoration."""
    import pikepdf

    operator, marked, drawing, contents = pikepdf.Operator, 0, False, []
    for instruction in pikepdf.parse_content_stream(page):
        name = str(instruction.operator)
        marked += {"BMC": 1, "BDC": 1, "EMC": -1}.get(name, 0)
        if not marked and not drawing and name in BEGINS | WHOLE:
            contents.append(pikepdf.ContentStreamInstruction([pikepdf.Name.Artifact], operator("BMC")))
            drawing = True
        contents.append(instruction)
        if drawing and name in ENDS | WHOLE:
            contents.append(pikepdf.ContentStreamInstruction([], operator("EMC")))
            drawing = False
    return contents


def _renumber(pdf) -> None:
    """Give the marks by which cells name their headers numbers from 1: Chromium counts on from page to page."""
    import pikepdf

    found: dict[str, list] = {}

    def look(inside, put) -> None:
        if isinstance(inside, pikepdf.String) and MARK.fullmatch(str(inside)):
            found.setdefault(str(inside), []).append(put)
        elif isinstance(inside, pikepdf.Array):
            for place, part in enumerate(inside):
                if isinstance(part, pikepdf.Object) and not part.is_indirect:
                    look(part, partial(inside.__setitem__, place))
        elif isinstance(inside, pikepdf.Dictionary):
            for key, part in inside.items():
                if isinstance(part, pikepdf.Object) and not part.is_indirect:
                    look(part, partial(inside.__setitem__, key))

    for thing in pdf.objects:
        look(thing, None)
    for number, mark in enumerate(sorted(found), start=1):
        for put in found[mark]:
            put(pikepdf.String(f"node{number:08}"))
