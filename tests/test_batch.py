"""The batch: its bytes depend on nothing but its inputs, it repeats nothing, and it refuses odd parameters."""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from batch_project import CELLS, HOME, files, manifest
from jsonschema import Draft202012Validator

from scorecard import packs
from scorecard.faults import InputError
from scorecard.rendering import backends, engine
from scorecard.rendering.batch import VERSIONS, hashes, input_files

pytestmark = pytest.mark.usefixtures("mended")
MODULES = sorted((HOME / "scorecard").rglob("*.py"))
TWO = ("--district", "Ashford", "--district", "Dover")


@pytest.fixture
def made(project, tmp_path):
    """Two packs that have been made."""
    run = project.run(tmp_path / "out", *TWO)
    assert run.status == 0, run.said
    return tmp_path / "out"


# --- the same bytes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "surroundings"),
    [
        (["--jobs", "1"], {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"}),
        (["--jobs", "2", "--backend", "kernel"], {"TZ": "America/Lima", "PYTHONHASHSEED": "2", "LANG": "tr_TR.UTF-8"}),
    ],
    ids=["fork", "kernel"],
)
def test_bytes_depend_on_inputs_only(project, made, tmp_path, words, surroundings):
    surroundings = {**surroundings, "PYTHONCOERCECLOCALE": "0"}
    reverse = ("--district", "Dover", "--district", "Ashford")
    run = project.fresh(tmp_path / "a folder" / "other", *reverse, *words, **surroundings)
    assert run.returncode == 0, run.stderr
    assert files(tmp_path / "a folder" / "other") == files(made)


def test_real_pack_is_the_same_from_both_backends(tmp_path):
    words = [sys.executable, "-m", "scorecard", "packs", "--edition", "2024-07", "--district", "Ashford"]
    runs = [
        subprocess.Popen(
            [*words, "--backend", backend, "--out", str(tmp_path / backend)],
            env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for backend, seed in (("fork", "3"), ("kernel", "4"))
    ]  # fmt: skip
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    fork, kernel = files(tmp_path / "fork"), files(tmp_path / "kernel")
    assert len(fork) > 40
    assert {name for name in fork | kernel if fork.get(name) != kernel.get(name)} == set()


def clocks(source: str) -> set[str]:
    """Calls that read the time of day."""
    names = {"now", "utcnow", "today", "time", "time_ns", "gmtime", "localtime", "ctime", "strftime"}
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    found = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return found & names


def test_a_clock_is_seen():
    assert clocks("import time\nprint(time.time(), date.today(), time.monotonic())") == {"time", "today"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem != "batch"], ids=lambda path: path.stem)
def test_only_the_manifest_reads_the_clock(path):
    assert clocks(path.read_text(encoding="utf-8")) == set()


# --- nothing is made twice ------------------------------------------------------------------------

LOADED = """
import sys
from scorecard.__main__ import main
try:
    main()
finally:
    print("loaded:", sorted({"papermill", "nbconvert", "nbformat", "matplotlib", "IPython"} & set(sys.modules)))
"""


def test_what_is_current_is_left_alone_and_nothing_heavy_is_loaded(project, made):
    before = {path: path.stat().st_mtime_ns for path in (made / "2024-07").rglob("*/*")}
    words = ["packs", "--edition", "2024-07", "--out", str(made), *TWO, "--resume"]
    environment = {**os.environ, "SCORECARD_PARAMS": str(project.folder / "params")}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "loaded: []" in done.stdout
    assert done.stdout.count("  current  ") == 2
    assert {path: path.stat().st_mtime_ns for path in (made / "2024-07").rglob("*/*")} == before
    assert manifest(made)["seconds"] < 1


def touch_csv(project, made):
    path = project.folder / "params/editions/2024-07/edition.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# a note\n", encoding="utf-8")


def other_notebook(project, made):
    project.notebook(*CELLS, "print('more')")


def earlier_edition(project, made):
    """Its figures stand in the trends."""
    path = project.folder / "params/editions/2022-12/edition.yml"
    path.parent.mkdir()
    path.write_text("title: earlier\n", encoding="utf-8")


def spoilt(project, made):
    (made / "2024-07/ashford/pack.html").write_text("<p>mine</p>", encoding="utf-8")
    (made / "2024-07/dover/scorecard.csv").unlink()


def more_files(project, made):
    for district in ("ashford", "dover"):
        (made / "2024-07" / district / "mine.txt").touch()


def other_version(project, made):
    for path in (made / "2024-07").glob("*/manifest.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"pandas": "', '"pandas": "0.'), encoding="utf-8")


def no_manifest(project, made):
    (made / "2024-07/ashford/manifest.json").write_text("[]", encoding="utf-8")
    (made / "2024-07/dover/manifest.json").write_text('{"area"', encoding="utf-8")


@pytest.mark.parametrize(
    "change", [touch_csv, earlier_edition, other_notebook, spoilt, more_files, other_version, no_manifest]
)
def test_what_has_changed_is_made_again(project, made, change):
    change(project, made)
    again = project.run(made, *TWO, "--resume")
    assert again.status == 0, again.said
    assert again.said.count("  made  ") == 2
    third = project.run(made, *TWO, "--resume")
    assert third.said.count("  current  ") == 2


def test_an_input_that_changes_during_the_run_fails_the_pack(project, made):
    page = (made / "2024-07/ashford/pack.html").read_bytes()
    path = project.folder / "params/phrases.yml"
    project.notebook(*CELLS, f"path = Path({str(path)!r})\nignored = path.write_text(path.read_text() + '# x\\n')")
    run = project.run(made, "--district", "Ashford")
    assert run.status == 1
    assert "Ashford failed: params/phrases.yml was changed while the pack was made; run again." in run.said
    assert (made / "2024-07/ashford/pack.html").read_bytes() == page


def test_inputs_are_named_alike_everywhere_and_hidden_files_are_none(edition):
    names = set(hashes(input_files(edition.name)))
    assert {"params/areas.yml", "params/editions/2024-07/observations.csv", "scorecard/ratings.py"} <= names
    assert "scorecard/templates/scorecard.css" in names
    assert not any("/." in name or "__pycache__" in name or name.startswith("/") for name in names)


# --- parameters -----------------------------------------------------------------------------------


def notebook(folder: Path, source: str) -> Path:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "n.ipynb")
    return folder / "n.ipynb"


@pytest.mark.parametrize(
    ("source", "parameters", "said"),
    [
        ('district = ""', {"distrct": ""}, 'PRM001 n.ipynb: "distrct" is not a parameter. Did you mean "district"?'),
        ('district: str = ""', {"district": 7}, 'PRM002 n.ipynb: parameter "district" must be of type str, not int.'),
        ("periods = 7", {"periods": True}, "must be of type int, not bool."),
        ("periods = 7", {"periods": "7"}, "must be of type int, not str."),
        ("areas: list[str] = []", {"areas": ("Dover",)}, "must be of type list, not tuple."),
        ("area: str | None = None", {"area": 1}, "must be of type str or NoneType, not int."),
        ('d = ""', {"d = __import__('os').system('touch PWNED'); e": 1}, "is not a parameter."),
        ('d = ""', {"class": 1}, '"class" is not a parameter.'),
        ("d = open('x')", {"d": 1}, "PRM003 n.ipynb: its parameters cannot be read (ValueError)."),
        ("a, b = 1, 2", {"a": 1}, "PRM003"),
        ("class = 1", {"class": 1}, "PRM003 n.ipynb: its parameters cannot be read (SyntaxError)."),
        ("d: Path = None", {"d": 1}, "PRM003"),
    ],
)  # fmt: skip
def test_only_declared_parameters_of_their_type(tmp_path, source, parameters, said):
    with pytest.raises(InputError) as error:
        packs.check_parameters("n.ipynb", parameters, packs.declared_parameters(notebook(tmp_path, source)))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        ('edition = "x"\ndistrict: str = "Ashford"', {"edition": "2024-07", "district": "Dover"}),
        ("areas: list[str] = []\nn: int | None = None", {"areas": ["Dover"], "n": 3}),
        ("# nothing\nn: float", {"n": 0.5}),
    ],
)
def test_declared_parameters_pass(tmp_path, source, parameters):
    packs.check_parameters("n.ipynb", parameters, packs.declared_parameters(notebook(tmp_path, source)))


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cells": [{}]}'])
def test_a_notebook_that_is_none_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / "n.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"PRM003 n\.ipynb: its parameters cannot be read"):
        packs.declared_parameters(tmp_path / "n.ipynb")


@pytest.mark.parametrize(
    "slug", ["../../x", "/etc/x", "a\0b", "CON", "x" * 300, "{x.__class__}", "", ".", "..", "a b", "é", "a/b", "a\n"]
)
def test_no_name_can_leave_the_output_folder(edition, slug):
    job = packs.plan(edition, ["Ashford"])[0]
    faults = packs._faults_of_folders([replace(job, area=replace(job.area, slug=slug))])
    assert [fault.code for fault in faults] == ["PCK002"]


def test_two_packs_cannot_share_a_folder(edition):
    jobs = packs.plan(edition, ["Ashford", "Dover"])
    assert packs._faults_of_folders(jobs) == []
    assert [fault.code for fault in packs._faults_of_folders([*jobs, jobs[0]])] == ["PCK002"]


def test_an_entry_of_packs_that_is_not_whole_is_told(edition, tmp_path):
    (tmp_path / "packs.yml").write_text(
        f"{edition.scorecard}: [{{notebook: x.ipynb, areas: schools, parameter: null}}]\n"
    )
    with pytest.raises(InputError, match=r'packs.yml column directorate, 1 \(x.ipynb\), areas: "schools" is not known'):
        packs.plan(edition, path=tmp_path / "packs.yml")


# --- manifests ------------------------------------------------------------------------------------


def test_the_manifest_is_as_its_schema_says(project, made):
    schema = json.loads((HOME / "scorecard/manifest.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    project.fault("Swale", "1 / 0")
    assert project.run(made, "--district", "Ashford", "--district", "Swale").status == 1
    told = manifest(made)
    assert list(Draft202012Validator(schema).iter_errors(told)) == []
    status = {name: facts["status"] for name, facts in told["packs"].items()}
    assert (status["ashford"], status["dover"], status["swale"]) == ("made", "untouched", "failed")
    assert told["packs"]["ashford"]["rag"] == {"RED": 7, "AMBER": 14, "GREEN": 9, "not rated": 9}
    assert told["packs"]["swale"]["manifest"] is None
    assert set(told["versions"]) == {"python", *VERSIONS}
    assert list(Draft202012Validator(schema).iter_errors({**told, "run": 1, "more": 2})) != []


def test_the_manifest_of_a_pack_holds_no_fact_of_the_run(made):
    told = json.loads((made / "2024-07/dover/manifest.json").read_text(encoding="utf-8"))
    assert list(told) == ["area", "edition", "rag", "notebook", "parameters", "versions", "inputs", "outputs"]
    assert told["parameters"] == {"edition": "2024-07", "district": "Dover"}
    assert set(told["outputs"]) == {"commentary.md", "pack.html", "pack.ipynb", "scorecard.csv"}
    assert "notebooks/small.ipynb" in told["inputs"]


def test_without_a_lock_file_packs_are_made_all_the_same(project, tmp_path):
    elsewhere = tmp_path / "site"
    shutil.copytree(HOME / "scorecard", elsewhere / "scorecard", ignore=shutil.ignore_patterns("__pycache__"))
    words = ["packs", "--edition", "2024-07", "--district", "Ashford", "--out", str(tmp_path / "out")]
    environment = {
        **os.environ, "PYTHONPATH": str(elsewhere), "FAULTS": str(tmp_path),
        "SCORECARD_PARAMS": str(project.folder / "params"),
    }  # fmt: skip
    command = [sys.executable, "-m", "scorecard", *words]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    inputs = json.loads((tmp_path / "out/2024-07/ashford/manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert "requirements.lock" not in inputs
    assert "scorecard/rendering/batch.py" in inputs


def test_backends_name_engines_that_exist():
    assert backends.BACKENDS == {"fork": engine.NAME, "kernel": engine.KERNEL_NAME}
    assert backends.DEFAULT == "fork"


# --- surroundings that are not as they should be --------------------------------------------------------


@pytest.mark.parametrize("backend", ["fork", "kernel"])
def test_no_home_and_no_cache_only_warn(project, made, tmp_path, backend):
    nowhere = "/proc/none"
    homeless = {"HOME": nowhere, "MPLCONFIGDIR": f"{nowhere}/x", "XDG_CACHE_HOME": nowhere, "XDG_CONFIG_HOME": nowhere}
    run = project.fresh(tmp_path / "other", *TWO, "--backend", backend, **homeless)
    assert run.returncode == 0, run.stderr
    assert files(tmp_path / "other") == files(made)


def test_a_missing_font_only_warns(project, tmp_path):
    draw = "import matplotlib.pyplot as plt, io\nfigure = plt.figure()\nfigure.text(0, 0, 'x', family='No Such Font')\n"
    project.fault("Ashford", draw + "figure.savefig(io.BytesIO())\nplt.close(figure)")
    run = project.run(tmp_path, *TWO)
    assert run.status == 0, run.said
    assert "Ashford: findfont: Font family 'No Such Font' not found." in run.said
    assert not any(b"No Such Font" in told for told in files(tmp_path).values())


# --- kernels are private --------------------------------------------------------------------------------

LISTENING = """
import glob, ipykernel
def sockets(pid):
    open_files = map(os.path.realpath, glob.glob(f'/proc/{pid}/fd/*'))
    return {path.partition('socket:[')[2][:-1] for path in open_files if 'socket:[' in path}
rows = [row.split() for name in ('tcp', 'tcp6') for row in open(f'/proc/net/{name}').readlines()[1:]]
listening = {row[9] for row in rows if row[3] == '0A'}
ours = sockets(os.getpid()) | sockets(os.getppid())
folder = Path(ipykernel.get_connection_file()).parent
Path(f'{fault}-told').write_text(f'{len(ours) > 4} {len(ours & listening)} {folder.stat().st_mode & 0o777:o} {folder}')
from multiprocessing import get_context
child = get_context('fork').Process(target=print, args=('from a child',), kwargs={'flush': True})
child.start(); child.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="open sockets are read from /proc")
def test_a_kernel_has_no_port_and_a_private_folder(project, tmp_path):
    project.fault("Ashford", LISTENING)
    run = project.run(tmp_path, *TWO, "--backend", "kernel")
    assert run.status == 0, run.said
    connected, listening, mode, folder = (project.folder / "faults" / "Ashford-told").read_text().split()
    assert (connected, listening, mode) == ("True", "0", "700")
    assert not Path(folder).exists()
    assert b"from a child" in (tmp_path / "2024-07" / "ashford" / "pack.ipynb").read_bytes()
