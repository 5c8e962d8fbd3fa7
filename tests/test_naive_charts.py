"""The benchmark's naive way draws what the packs draw."""

import ast
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_naive_way_knows_every_chart_of_the_packs():
    packs = [
        json.loads((ROOT / "notebooks" / f"{name}_pack.ipynb").read_text("utf-8")) for name in ("kent", "district")
    ]
    code = ["".join(cell["source"]) for pack in packs for cell in pack["cells"] if cell["cell_type"] == "code"]
    drawn = {name for source in code for name in re.findall(r"\bcharts\.(\w+)\(", source)}
    tree = ast.parse((ROOT / "tests" / "benchmarks" / "naive_charts.py").read_text("utf-8"))
    naive = {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")}
    assert {"trends", "moves"} <= drawn == naive
