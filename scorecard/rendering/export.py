"""An executed notebook into the files of a pack: page, notebook, charts, and figures with their words."""

import base64
import re
from functools import cache
from pathlib import Path

import nbformat

from scorecard import tables
from scorecard.areas import Area
from scorecard.editions import Edition
from scorecard.kinds import KINDS
from scorecard.pages.markup import drawing_at
from scorecard.periods import name as period_name
from scorecard.rendering.engine import without_run_facts


def export_pack(notebook, edition: Edition, area: Area, folder: Path) -> None:
    """Write pack.html, pack.ipynb, charts/ and the files of the edition's kind of scorecard into `folder`."""
    title = f"{area.name}: {edition.title}, {period_name(edition.as_at)}"
    published = without_run_facts(notebook)
    write_charts(published, folder)
    _write(folder / "pack.ipynb", nbformat.v4.writes(published), "\n")  # papermill holds it against the schema
    _write(folder / "pack.html", page(published, title, edition))
    for name, text in KINDS[edition.scorecard].files(edition, area, title).items():
        _write(folder / name, text)


def page(notebook, title: str, edition: Edition) -> str:
    """The notebook as one self-contained HTML page without code."""
    resources = {"title": title, "style": tables.css(), "footer": f"Edition {edition.name}. {edition.title}."}
    html, _ = exporter().from_notebook_node(notebook, resources=resources)
    return html


@cache
def exporter():
    """The one exporter of this process; the first use costs a second."""
    from nbconvert import HTMLExporter, TemplateExporter

    class PackExporter(HTMLExporter):
        """Leaves out the second reading of the page that would give images the alternative texts ours have."""

        def from_notebook_node(self, nb, resources=None, **kw):
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    return PackExporter(
        template_name="pack",
        extra_template_basedirs=[str(tables.TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        default_preprocessors=[],  # each would hold the notebook against the schema again
    )


def write_charts(notebook, folder: Path) -> None:
    """Write the charts that the notebook shows so far and drop their PNGs from it: drawing and figures are its HTML.

    Done after each cell, so that a pack's process never holds all of them.
    """
    (folder / "charts").mkdir(parents=True, exist_ok=True)
    for name, kind, content in charts_of(notebook):
        (folder / "charts" / f"{name}.{kind}").write_bytes(content)


def charts_of(notebook):
    """Name, kind (`svg` or `png`) and bytes of every chart whose PNG the notebook still holds; takes it out."""
    for cell in notebook.cells:
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            picture = data.pop("image/png", None)
            if picture and "<figure" in data.get("text/html", ""):
                name, svg = _svg_of(data["text/html"])
                yield name, "svg", svg.encode()
                yield name, "png", base64.b64decode(picture)


def _svg_of(figure: str) -> tuple[str, str]:
    """Name and full drawing of the chart in a figure; the page shows it without its printed headline."""
    name = re.search(r'<figure[^>]* id="([^"]+)"', figure)[1]
    plot = drawing_at(re.search(r'<img[^>]* src="([^"]+)"', figure)[1])
    return name, re.sub(r'viewBox="[^"]+" data-viewbox="(0 0 (\S+) (\S+))"',
                        r'width="\2pt" height="\3pt" viewBox="\1"', plot, count=1)  # fmt: skip


def _write(path: Path, *texts: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(texts)
