"""The house rules: which way imports go, what a notebook may hold, what code may not name, one list of packages."""

import ast
import json
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml

from scorecard.areas import load_areas
from scorecard.catalogue import load_catalogue
from scorecard.editions import editions_known

HOME = Path(__file__).resolve().parents[1]
PACKAGE = HOME / "scorecard"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
FOLDERS = sorted(PACKAGE.rglob("__init__.py"))
NOTEBOOKS = sorted((HOME / "notebooks").glob("*.ipynb"))
ORDER = [
    "faults", "periods", "inputs.mistakes", "inputs.frames", "inputs.parameters", "ratings", "trends",
    "catalogue", "inputs.dictionary", "inputs.vocabulary", "telling", "disclosure", "areas", "editions", "inputs.texts",
    "checking.sums", "checking.years", "comparison.measures", "benchmarks", "comparison.likeness", "checks",
    "build", "history", "changes",
    "phrases", "commentary", "findings", "pages.markup", "tables", "reconcile", "signals", "standing",
    "proofreading.claims", "proofreading.reading", "proofreading.comparing", "proofreading.ground",
    "proofreading.court", "proofreading.verdicts", "drafts", "proofreading.final",
    "drawing.style", "drawing.pixels", "drawing.sheet", "drawing.evidence", "drawing.trend_charts", "drawing.ranked",
    "drawing.funnels",
    "comparison.ranks", "charts",
    "drawing.xmr_charts", "drawing.multiples", "exploring.spans", "exploring.explore", "exploring.explorer",
    "drawing.panels", "drawing.breakdowns", "drawing.attainment", "pages.exception_report", "drawing.changed",
    "inspections.ofsted", "inspections.ofsted_checks", "inspections.ofsted_tables", "inspections.ofsted_charts",
    "comparison.layouts", "comparison.imports", "comparison.comparators", "comparison.neighbours",
    "kinds", "rendering.engine", "rendering.export", "packs",
    "rendering.backends", "rendering.batch", "rendering.cluster", "rendering.remote",
    "exports.document", "exports.report",
    "exports.spreadsheet", "exports.pdf", "exports.publish",
    "inputs.databases", "inputs.extracts", "inputs.new_edition", "cli.benchmarks", "cli.changes", "cli.exception",
    "cli.month", "cli.commentary", "cli.publish", "__main__",
]  # fmt: skip
"""A module imports only from those left of it. A new module is put into its place here, and nowhere else."""


def test_the_list_for_newcomers_names_every_module():
    listed = (HOME / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    named, folder = set(), ""
    for line in listed.strip().splitlines():
        head, _, rest = re.match(r"(\S*/)?( *)(.*)", line).groups()
        folder = (head or "").rstrip("/") or (folder if line[0] == " " else "")
        named |= {f"{folder}.{word}".lstrip(".") for word in re.findall(r"\w+", re.sub(r"\([^)]*\)", "", rest))}
    assert set(ORDER) - named == set()


def test_every_test_that_the_docs_name_exists():
    told = "".join(
        (HOME / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", "SECURITY.md", "README.md")
    )
    paths = set(re.findall(r"`(tests/[\w/]+\.\w+)(?:::\w+)?`", told))
    assert {path for path in paths if not (HOME / path).exists()} == set()
    sources = "".join(path.read_text(encoding="utf-8") for path in (HOME / "tests").glob("test_*.py"))
    named = set(re.findall(r"`(?:[\w/]+\.py::)?(test_\w+)`", told))
    assert len(named) > 15
    assert named - set(re.findall(r"def (test_\w+)", sources)) == set()


def test_only_checks_and_the_command_line_hold_withheld_figures():
    """Whatever else loads an edition cannot show what its disclosure policy withholds."""
    holding = {named(path) for path in MODULES if "as_held=True" in path.read_text(encoding="utf-8")}
    assert holding == {"checks", "kinds", "cli.month", "cli.commentary", "__main__"}


@pytest.fixture(scope="module")
def pyproject() -> dict:
    return tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def setuptools(pyproject) -> dict:
    return pyproject["tool"]["setuptools"]


# --- imports go one way ---------------------------------------------------------------------------


def named(path: Path) -> str:
    """A module by its name inside `scorecard`, such as `cli.month`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imported(source: str) -> set[str]:
    """The modules of `scorecard` that a source imports, anywhere in it; what it imports relatively is `.`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            found |= {"."} if node.level else names
    return {name.removeprefix("scorecard.") for name in found} & {*ORDER, "."}


def arrows_back(name: str, source: str) -> set[str]:
    """The modules that module `name` imports and that do not stand left of it."""
    return imported(source) - set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize(
    ("source", "back"),
    [
        ("from scorecard.faults import Fault", set()),
        ("from scorecard import areas, ratings", set()),
        ("import pandas as pd\nfrom scorecards.build import Row", set()),
        ("from scorecard.build import Row", {"build"}),
        ("import scorecard.packs", {"packs"}),
        ("from scorecard import areas, charts", {"charts"}),
        ("from scorecard.inputs import frames, extracts", {"inputs.extracts"}),
        ("from scorecard.checking.sums import totals", {"checking.sums"}),
        ("from . import tables", {"."}),
        ("from .build import Row", {"."}),
        ("def later():\n    from scorecard.packs import make_packs", {"packs"}),
        ("from scorecard.editions import load_edition", {"editions"}),
    ],
)
def test_an_arrow_back_is_seen(source, back):
    assert arrows_back("editions", source) == back


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_has_its_place_and_imports_only_from_the_left(path):
    assert named(path) in ORDER, f"{path.name} has no place in ORDER yet: put it right of all that it imports"
    assert arrows_back(named(path), path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.parent.name)
def test_a_folder_holds_nothing_by_itself_and_is_installed(path, setuptools):
    assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1
    assert ".".join(path.parent.relative_to(HOME).parts) in setuptools["packages"]


# --- modules --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*MODULES, *FOLDERS], ids=lambda path: ".".join(path.relative_to(PACKAGE).parts))
def test_a_module_says_in_one_sentence_what_it_holds(path):
    first, *rest = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines() or [""]
    assert first.endswith(".")
    assert not rest or rest[0] == ""


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_fits_in_the_head(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def strings(source: str) -> set[str]:
    """The strings of a source, those inside f-strings too, without docstrings and notes under a name."""
    tree = ast.parse(source)
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in notes)
    return {node.value.strip() for node in constants if isinstance(node.value, str)}


CATALOGUES = ("indicators.yml", "corporate_parenting.yml")


def data_words() -> set[str]:
    """What stands in params and never in code: codes, area names (Kent is a kind of area too) and editions."""
    params, areas = HOME / "params", load_areas().by_name.values()
    catalogue = [told for name in CATALOGUES for told in load_catalogue(params / name).values()]
    codes = {code for told in catalogue for code in (told.key, told.code, *told.older_codes) if code}
    names = {name for area in areas for name in (area.name, *area.older_names)} - {area.kind for area in areas}
    return codes | names | set(editions_known())


def data_in_code(source: str) -> set[str]:
    """Indicators, areas and editions that a source names."""
    found = strings(source)
    return found & data_words() | {text for text in found if re.fullmatch(r"\d{4}-\d{2}", text)}


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('if code == "SCS13":\n    pass', {"SCS13"}),
        ('label = f"{value} Folkestone and Hythe"', {"Folkestone and Hythe"}),
        ('def draw(area="Ashford CSWT", year="2023-24"):\n    """For SCS13."""', {"Ashford CSWT", "2023-24"}),
        ('default = {"edition": "2024-07"}', {"2024-07"}),
        ('match code:\n    case "SEND20":\n        pass', {"SEND20"}),
        ('"""Sevenoaks."""\nKIND = "Kent"\n"""2024-07"""', set()),
        ('FORMS = "2024-07 (month) or 2023-24 (year)"', set()),
    ],
)
def test_data_in_code_is_seen(source, named):
    assert data_in_code(source) == named


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_names_an_indicator_an_area_or_an_edition(path):
    assert data_in_code(path.read_text(encoding="utf-8")) == set()


# --- notebooks ------------------------------------------------------------------------------------

FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Try, ast.With, ast.AsyncWith)
PATH = re.compile(r"\S*[/\\]\S*|\S+\.(csv|ya?ml|json|ipynb|py|html|xlsx|svg|png)")


def faults_of_code(source: str) -> list[str]:
    plain = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    tree = ast.parse(plain)
    faults = [f"holds {type(node).__name__}" for node in ast.walk(tree) if isinstance(node, FORBIDDEN)]
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    faults += ["opens a file" for call in calls if isinstance(call, ast.Name) and call.id == "open"]
    faults += [f"holds the path {text}" for text in strings(plain) - {"N/A"} if PATH.fullmatch(text)]
    return faults + (["is longer than 8 lines"] if len(source.strip().splitlines()) > 8 else [])


def faults_of_cell(cell: dict) -> list[str]:
    if cell["cell_type"] != "code":
        return []
    faults = faults_of_code("".join(cell["source"]))
    faults += [] if cell["execution_count"] else ["was not executed"]
    return faults + [f"ends in {out['ename']}" for out in cell["outputs"] if out["output_type"] == "error"]


def faults_of_notebook(told: dict) -> list[str]:
    """What a notebook holds beyond its budget, cell by cell."""
    cells = told["cells"]
    faults = [f"cell {number} {fault}" for number, cell in enumerate(cells, 1) for fault in faults_of_cell(cell)]
    tagged = sum("parameters" in cell["metadata"].get("tags", []) for cell in cells)
    faults += [f"{tagged} cells are tagged parameters"] if tagged != 1 else []
    return faults + ([f"{len(cells)} cells are more than 25"] if len(cells) > 25 else [])


def notebook(*sources: str, **changed) -> dict:
    cell = {"cell_type": "code", "execution_count": 1, "outputs": [], "metadata": {}}
    first = cell | {"source": 'district = "Ashford"', "metadata": {"tags": ["parameters"]}}
    return {"cells": [first, *(cell | {"source": source} | changed for source in sources)]}


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        (notebook("scorecard = build_scorecard(edition, edition.area(district))\nshow(scorecard)"), []),
        (notebook("%matplotlib inline\nshow(chart)"), []),
        (notebook("def f(x):\n    return x"), ["cell 2 holds FunctionDef"]),
        (notebook("f = lambda x: x"), ["cell 2 holds Lambda"]),
        (notebook("class A:\n    pass"), ["cell 2 holds ClassDef"]),
        (notebook("try:\n    f()\nfinally:\n    pass"), ["cell 2 holds Try"]),
        (notebook("with open(name) as file:\n    pass"), ["cell 2 holds With", "cell 2 opens a file"]),
        (notebook('read("../params/areas.yml")'), ["cell 2 holds the path ../params/areas.yml"]),
        (notebook('read("areas.yml")'), ["cell 2 holds the path areas.yml"]),
        (notebook("\n".join("abcdefghi")), ["cell 2 is longer than 8 lines"]),
        (notebook("x", execution_count=None), ["cell 2 was not executed"]),
        (notebook("x", outputs=[{"output_type": "error", "ename": "NameError"}]), ["cell 2 ends in NameError"]),
        (notebook("x", metadata={"tags": ["parameters"]}), ["2 cells are tagged parameters"]),
        ({"cells": []}, ["0 cells are tagged parameters"]),
        (notebook(*["x"] * 25), ["26 cells are more than 25"]),
    ],
)
def test_a_notebook_over_its_budget_is_seen(told, faults):
    assert faults_of_notebook(told) == faults


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_its_budget(path):
    assert faults_of_notebook(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_the_disclosure_policy_and_no_bare_frame(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = chain.from_iterable(cell.get("outputs", []) for cell in cells)
    shown = "".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    assert "Disclosure control: " in shown
    assert 'class="dataframe"' not in shown


# --- one list of packages -------------------------------------------------------------------------

ON_CONDA_FORGE = {
    "duckdb": "python-duckdb",
    "isal": "python-isal",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
}
"""Where conda-forge has another name than PyPI for what a Python program imports."""
BY_PIP = {"afcharts", "axe-playwright-python", "pdfua"}
"""Not on conda-forge."""


@pytest.fixture(scope="module")
def project(pyproject) -> dict:
    return pyproject["project"]


@pytest.fixture(scope="module")
def wanted(project) -> set[str]:
    """What pyproject.toml asks for, to run, to test and to run on a cluster."""
    told = chain(project["dependencies"], *project["optional-dependencies"].values())
    return {re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower() for requirement in told}


@pytest.fixture(scope="module")
def environment() -> dict:
    path = HOME / "environment.yml"
    assert path.exists(), "environment.yml is missing: it lists the packages of pyproject.toml for conda"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_conda_environment_has_the_packages_of_pyproject(environment, wanted):
    listed = [told for told in environment["dependencies"] if isinstance(told, str)]
    names = {re.match(r"[a-z0-9._-]+", told)[0] for told in listed} - {"python", "pip"}
    assert names == {ON_CONDA_FORGE.get(name, name) for name in wanted - BY_PIP}
    assert "conda-forge" in environment["channels"]
    assert "defaults" not in environment["channels"]


def test_the_conda_environment_installs_the_project_by_pip(environment):
    (pip,) = (told["pip"] for told in environment["dependencies"] if isinstance(told, dict))
    assert "-e ." in pip
    assert set(pip) - {"-e ."} <= BY_PIP


def test_the_conda_environment_has_the_python_of_pyproject(environment, project):
    (python,) = (told for told in environment["dependencies"] if re.match(r"python\b(?!-)", str(told)))
    assert python.replace(" ", "") == f"python{project['requires-python'].replace(' ', '')}"


def test_the_lock_file_pins_every_package_and_names_no_address(wanted):
    path = HOME / "requirements.lock"
    assert path.exists(), "requirements.lock is missing: it pins every package of pyproject.toml with =="
    text = path.read_text(encoding="utf-8")
    told = [line.split("#")[0].strip() for line in text.splitlines()]
    pins = [line for line in told if line and not line.startswith("--hash=")]
    assert [
        pin for pin in pins if not re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.+!]+( ?[;\\].*)?$", pin)
    ] == []
    assert "://" not in text
    assert wanted - {re.sub(r"[._-]+", "-", re.split(r"[\[=]", pin)[0]).lower() for pin in pins} == set()
