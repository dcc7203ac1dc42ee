"""Answers as no documentation has them: new fields and words, wrong types, missing keys."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from xero_simulator.faults.catalogue import Fault
from xero_simulator.wire import encode

KINDS = ("new_fields", "new_nested_fields", "new_enum", "wrong_type", "missing_field", "new_section")
NEW_FIELDS = {"SimulatedText": "new", "SimulatedObject": {"Amounts": [Decimal("1.50"), None]}}
NEW_WORD = "SIMULATED_NEW_VALUE"
WRONG = {"Simulated": ["an object where none belongs"]}

_WORDS = ("Status", "Type", "ContactStatus")
_PLAIN = ("Total", "Amount", "Name", "Code", "Status")


def plant(body: bytes, fault: Fault) -> bytes:
    """An answer with something new in the records of its list.

    Args:
        fault: Which kind, and of which field.
    """
    answer = json.loads(body, parse_float=Decimal)
    for records in answer.values():
        if isinstance(records, list) and records and isinstance(records[0], dict):
            _plant(records, fault)
    return encode(answer)


def _plant(records: list[dict[str, Any]], fault: Fault) -> None:
    first = records[0]
    match fault.kind:
        case "new_fields":
            for record in records:
                record.update(NEW_FIELDS)
        case "new_nested_fields":
            for record in records:
                for inner in _inside(record):
                    inner.update(NEW_FIELDS)
        case "new_enum":
            _set(first, fault.field or _named(first, _WORDS), NEW_WORD)
        case "wrong_type":
            _set(first, fault.field or _named(first, _PLAIN), WRONG)
        case "new_section":
            first["Rows"].append(_section(first["Rows"]))
        case "missing_field":
            first.pop(fault.field or _named(first, _WORDS), None)


def _section(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A section with a line for every column, whose first row is the header."""
    figures = [{"Value": "12.50"} for _ in rows[0]["Cells"][1:]]
    line = {"RowType": "SimulatedRow", "Cells": [{"Value": "Simulated line"}, *figures]}
    return {"RowType": "Section", "Title": "Simulated section", "Rows": [line]}


def _inside(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects in a record and in its lists."""
    lists = [value if isinstance(value, list) else [value] for value in record.values()]
    return [inner for values in lists for inner in values if isinstance(inner, dict)]


def _named(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in record), "")


def _set(record: dict[str, Any], name: str, value: object) -> None:
    if name:
        record[name] = value
