"""Makes the compact copies of Xero's OpenAPI documents from the originals.

    python -m xero_pipeline_tests.openapi.compact FOLDER

FOLDER holds `xero_accounting.yaml` and `xero-identity.yaml` of github.com/XeroAPI/Xero-OpenAPI at the commit that
README.md names. Kept is what says how an answer to a GET looks, and where the documents' examples say otherwise than
their own schemas (`shown`). The YAML is read with strings only: a loader that guesses turns dates into objects and the
code `NO` into false.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from xero_pipeline_tests.openapi import spec

FILES = {
    "accounting": "xero_accounting.yaml",
    "identity": "xero-identity.yaml",
    "payroll-au": "xero-payroll-au.yaml",
    "payroll-nz": "xero-payroll-nz.yaml",
    "payroll-uk": "xero-payroll-uk.yaml",
    "assets": "xero_assets.yaml",
}
ONLY = {
    "payroll-au": ("/PayRuns", "/PayRuns/{PayRunID}", "/Payslip/{PayslipID}", "/Settings", "/PayItems"),
    "payroll-nz": (
        *("/PayRuns", "/PaySlips", "/Settings", "/EarningsRates", "/Reimbursements", "/Deductions"),
        *("/StatutoryDeductions", "/Superannuations"),
    ),
    "payroll-uk": (
        *("/PayRuns", "/Payslips", "/Settings", "/EarningsRates", "/Reimbursements", "/Deductions", "/EarningsOrders"),
        "/Benefits",
    ),
    "assets": ("/Assets", "/AssetTypes", "/Settings"),
}
"""The paths that are kept of a document, with the schemas they need, where that is not all."""
_HERE = Path(__file__).parent
_WORDS = frozenset({"description", "example", "externalDocs", "title", "default", "x-example-python", "x-snake"})
_NUMBERS = frozenset({"maxLength", "minLength", "maximum", "minimum", "minItems", "maxItems"})
_SWITCHES = frozenset({"readOnly", "x-is-msdate", "x-is-msdate-time", "x-is-money", "x-is-datetime"})
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')
_METHODS = ("get", "post", "put")
_DEPARTURES = (": unknown", ": x-is-msdate", ": x-is-msdate-time")


def compact(document: dict[str, Any], *, needed_alone: bool = False) -> dict[str, Any]:
    """What a document says of answers: for every path that can be read the schema, and the schemas it needs.

    Args:
        needed_alone: Whether schemas that no path needs are left out.
    """
    paths = {
        path: answer["content"]["application/json"]["schema"]
        for path, methods in document["paths"].items()
        if "get" in methods and "application/json" in (answer := _answer(document, methods["get"])).get("content", {})
    }
    schemas = {name: _plain(schema) for name, schema in document["components"]["schemas"].items()}
    if needed_alone:
        needed = _needed(json.dumps(paths), schemas)
        schemas = {name: schema for name, schema in schemas.items() if name in needed}
    info = {name: document["info"][name] for name in ("title", "version")}
    return {"info": info, "paths": {path: _plain(schema) for path, schema in paths.items()}, "schemas": schemas}


def _answer(document: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    """What a method answers if all goes well: its own, or one that several share."""
    answer = method["responses"]["200"]
    reference = answer.get("$ref")
    return answer if reference is None else document["components"]["responses"][reference.rpartition("/")[2]]


def _needed(text: str, schemas: dict[str, Any]) -> set[str]:
    """The schemas that a text refers to, and those they refer to."""
    needed: set[str] = set()
    texts = [text]
    while texts:
        for name in set(_REFERENCE.findall(texts.pop())) - needed:
            needed.add(name)
            texts.append(json.dumps(schemas[name]))
    return needed


def _plain(schema: Any) -> Any:
    """A schema without its texts, its numbers as numbers and its switches as true or false."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            found[key] = {name: _plain(part) for name, part in value.items()}
        elif key in _NUMBERS:
            found[key] = int(value)
        elif key in _SWITCHES:
            found[key] = value == "true"
        elif key not in _WORDS:
            found[key] = _plain(value)
    return found


def shown(document: dict[str, Any], name: str) -> dict[str, str]:
    """Where the examples of a document depart from its schemas, each with a path whose example does so.

    Types are left out: a loader that reads strings only cannot tell them.
    """
    found: dict[str, str] = {}
    for path, methods in document["paths"].items():
        for method in [method for method in _METHODS if method in methods]:
            content = methods[method]["responses"].get("200", {}).get("content", {}).get("application/json", {})
            for fault in spec.faults_of_schema(content.get("example", {}), _plain(content.get("schema", {})), name):
                if fault.endswith(_DEPARTURES):
                    found.setdefault(fault, f"{method.upper()} {path}")
    return dict(sorted(found.items()))


def text_of(compacted: dict[str, Any]) -> str:
    """The document as JSON with one path and one schema a line, so that a change of version can be read."""
    parts = []
    for name, value in compacted.items():
        if name == "info":
            parts.append(f'"info": {json.dumps(value)}')
        else:
            lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(part, sort_keys=True)}" for key, part in value.items())
            parts.append(f"{json.dumps(name)}: {{\n{lines}\n}}")
    return "{" + ",\n".join(parts) + "}\n"


def main(folder: Path) -> None:
    """Write the copies beside this file."""
    for name, file in FILES.items():
        document = yaml.load((folder / file).read_text(), Loader=yaml.BaseLoader)
        if only := ONLY.get(name):
            document["paths"] = {path: {"get": document["paths"][path]["get"]} for path in only}
        kept = compact(document, needed_alone=name in ONLY)
        (_HERE / f"{name}.json").write_text(text_of(kept))
        spec.document.cache_clear()
        (_HERE / f"{name}.json").write_text(text_of({**kept, "shown": shown(document, name)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
