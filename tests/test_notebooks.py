"""Every notebook runs from top to bottom with papermill, which sees what nbval passes over (an unknown magic)."""

from pathlib import Path

import pytest
from papermill.execute import execute_notebook

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_with_papermill(path):
    options = {"progress_bar": False, "extra_arguments": ["--log-level=ERROR"], "execution_timeout": 120}
    done = execute_notebook(path, None, **options)
    code = [cell for cell in done.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    streams = [output for cell in code for output in cell.outputs if output.output_type in ("stream", "error")]
    assert streams == []


@pytest.mark.parametrize(("parameter", "value"), [("district", "Sevenoaks"), ("district", "Thanet")])
def test_district_pack_of_another_district(parameter, value):
    """Sevenoaks has two teams of each kind and a missing figure; Thanet has two social work teams."""
    path = next(path for path in NOTEBOOKS if path.stem == "district_pack")
    options = {"progress_bar": False, "extra_arguments": ["--log-level=ERROR"]}
    done = execute_notebook(path, None, parameters={parameter: value}, **options)
    shown = "".join(
        output.get("data", {}).get("text/html", "") for cell in done.cells for output in cell.get("outputs", [])
    )
    assert f"{value} scorecard, July 2024" in shown
    assert "Ashford scorecard" not in shown
