"""The data dictionary: what every column of a published CSV file holds, for people and as CSV on the Web metadata."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scorecard.catalogue import PARAMS
from scorecard.faults import Fault, InputError
from scorecard.inputs.parameters import NAME, read_settings

DATATYPES = {"number": "decimal", "count": "integer", "text": "string", "word": "string", "period": "string"}
FORM = {str: {str: {"heading": NAME, "said": NAME, "kind": {*DATATYPES}, "sheet?": bool}}}
"""What `params/columns.yml` holds; see `inputs.parameters`."""


@dataclass(frozen=True)
class Column:
    """A column of a file: its name there, how people read it, its kind, and whether a spreadsheet shows it."""

    name: str
    heading: str
    said: str
    kind: str
    sheet: bool = True


@cache
def load_columns(path: Path = PARAMS / "columns.yml") -> dict[str, dict[str, Column]]:
    """The columns of each file by name, in order; `InputError` names one that is not whole."""
    read = read_settings(path, FORM)
    return {file: {name: Column(name, **told) for name, told in columns.items()} for file, columns in read.items()}


def columns_of(file: str, header: list[str]) -> list[Column]:
    """The columns of a file in the order of its header; `InputError` for those that columns.yml does not describe."""
    known = load_columns().get(file, {})
    if odd := [name for name in header if name not in known]:
        said = f"{file}: {', '.join(odd)} is not described."
        raise InputError([Fault("error", "COL002", "columns.yml", said, "Describe it under that file.")])
    return [known[name] for name in header]


def csvw(file: str, columns: list[Column], title: str, policy: str) -> str:
    """The metadata that stand beside a CSV file, in the form of CSV on the Web (W3C, 2015)."""
    told = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en-GB"}],
        "url": file,
        "dc:title": title,
        "dc:publisher": "Kent County Council",
        "dc:description": policy,
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "rdfs:label": column.heading,
                    "dc:description": column.said,
                    "datatype": DATATYPES[column.kind],
                    "null": "",
                }
                for column in columns
            ]
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
