"""Compares answers with Xero's OpenAPI documents, more strictly than a validator does by itself.

A key that the documents do not have is a fault, too, and Xero's own words for dates (`x-is-msdate`) are checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

_INSTANT = re.compile(r"/Date\((-?\d+)(\+0000)?\)/")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAY = 86_400_000


@cache
def document(name: str) -> dict[str, Any]:
    """The compact copy of one of Xero's documents, such as `accounting`."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text())


def faults(answer: object, path: str, name: str = "accounting") -> set[str]:
    """What an answer says otherwise than the document, each as `Schema.Property: what`; the same fault once.

    Args:
        answer: The JSON of the answer.
        path: The path of the document, such as `/Invoices/{InvoiceID}`.
    """
    return faults_of_schema(answer, document(name)["paths"][path], name)


def faults_of_schema(answer: object, schema: dict[str, Any], name: str = "accounting") -> set[str]:
    """The same for any schema of the document."""
    return {_told(error) for error in _validator(name, json.dumps(schema)).iter_errors(answer)}


def _told(error: ValidationError) -> str:
    place = error.schema.get("x-at", "answer") if isinstance(error.schema, dict) else "answer"
    if error.validator == "properties":
        return error.message
    if error.validator == "required":
        return f"{place}: {error.message}"
    shown = json.dumps(error.instance)[:40] if error.validator in {"enum", "format", "type"} else ""
    return f"{place}: {error.validator} {shown}".strip()


@cache
def _validator(name: str, root: str) -> Any:
    schemas = {key: _placed(key, schema) for key, schema in document(name)["schemas"].items()}
    whole = {**json.loads(root), "components": {"schemas": schemas}}
    formats = FormatChecker(["uuid"])
    formats.checks("date-time")(_is_date_time)
    return _STRICT(whole, format_checker=formats)


def _is_date_time(answer: object) -> bool:
    """RFC 3339, which wants a zone; the validator leaves this format to a package of its own."""
    return not isinstance(answer, str) or _DATE_TIME.fullmatch(answer) is not None


def _placed(place: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the place of each of its parts, so that a fault can name it."""
    found = {**schema, "x-at": place}
    if "properties" in schema:
        found["properties"] = {key: _placed(f"{place}.{key}", part) for key, part in schema["properties"].items()}
    if "items" in schema:
        found["items"] = _placed(place, schema["items"])
    return found


def _only_known(validator: Any, known: Any, answer: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(answer, dict):
        return
    for key, value in answer.items():
        if key in known:
            yield from validator.descend(value, known[key], path=key, schema_path=key)
        else:
            yield ValidationError(f"{schema['x-at']}.{key}: unknown")


def _is_day(validator: Any, wanted: Any, answer: Any, schema: Any) -> Iterator[ValidationError]:
    found = _INSTANT.fullmatch(answer) if isinstance(answer, str) else None
    if wanted and (found is None or int(found[1]) % _DAY):
        yield ValidationError("not a day")


def _is_instant(validator: Any, wanted: Any, answer: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and not (isinstance(answer, str) and _INSTANT.fullmatch(answer)):
        yield ValidationError("not an instant")


_STRICT = extend(
    Draft202012Validator, {"properties": _only_known, "x-is-msdate": _is_day, "x-is-msdate-time": _is_instant}
)
