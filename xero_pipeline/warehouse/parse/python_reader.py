"""One record at a time: for what Arrow's strict reader refuses.

Accepted besides the documented types, because nothing is lost by it: a null object written as `[]`, an empty text
for an absent value, a number or true/false in quotes, a number where text belongs. A decimal finer than its column
is rounded half up to the column's scale (Xero documents no such field; `raw` keeps every digit). Anything else is
the record's fault, and named.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any, cast

import msgspec
import pyarrow as pa

from xero_pipeline.errors import RecordRefused
from xero_pipeline.warehouse.parse import timestamps
from xero_pipeline.warehouse.schema.arrow_types import kind_of, wire_type
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.schema.model import Kind

Refuse = Callable[[RecordRefused], None]
"""What to do with a record that cannot be read: raise, or note it and go on without it."""

_INTEGERS = range(-(2**63), 2**63)


class _WrongType(ValueError):
    """A value that cannot be what its column promises."""


def record(collection: str, text: bytes, refuse: Refuse) -> dict[str, Any] | None:
    """One record as Python values of the collection's wire type.

    Args:
        collection: The collection it belongs to.
        text: The record's JSON.
        refuse: Called with the fault of a record that cannot be read.

    Returns:
        The values by field, None after `refuse` was called.
    """
    parent = table_group(collection)[0]
    found: Any = None
    try:
        found = msgspec.json.Decoder(float_hook=Decimal).decode(text)
        values = _object(wire_type(collection), found, collection)
        _has_key(parent.key, [parent.column(name).path for name in parent.key], found)
    except (_WrongType, msgspec.DecodeError) as error:
        name = id_of(collection, found)
        refuse(RecordRefused(f"{collection} record {name}: {error}", record_id=name, raw=text))
        return None
    return values


def decoded(text: bytes) -> Any:
    """JSON, numbers beyond a double as decimals; None for what Arrow reads and this reader does not.

    Args:
        text: The JSON.
    """
    for decoder in (msgspec.json.Decoder(), msgspec.json.Decoder(float_hook=Decimal)):
        with suppress(msgspec.DecodeError, RecursionError):  # the first knows no number beyond a double
            return decoder.decode(text)
    return None


def id_of(collection: str, found: Any) -> str | None:
    """The id of a record as we name it, None where it has none.

    Args:
        collection: The collection it belongs to.
        found: The record's JSON as Python values.
    """
    record = table_group(collection)[0]
    values = [_at(found, record.column(name).path) for name in record.key]
    return "/".join(map(str, values)) or None if all(values) else None


def half_up(value: Decimal, precision: int, scale: int) -> Decimal:
    """A decimal at a scale, rounded half up where it is finer.

    Raises:
        ValueError: It has more digits before the point than the precision leaves.
    """
    with localcontext(prec=max(60, precision + scale)):
        try:
            at_scale = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
        except InvalidOperation as error:
            raise _WrongType(f"{value} has too many digits") from error
    if at_scale.adjusted() >= precision - scale and at_scale:
        raise _WrongType(f"{value} has too many digits")
    return at_scale


def _object(kind: pa.StructType, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _WrongType(f"{where} is {_said(value)}, not an object")
    return {entry.name: _value(entry, value.get(entry.name), f"{where}.{entry.name}") for entry in kind}


def _value(entry: pa.Field, value: Any, where: str) -> Any:
    if value is None:
        return None
    if pa.types.is_struct(entry.type):
        absent = value in ([], "")
        return None if absent else _object(cast("pa.StructType", entry.type), value, where)
    if pa.types.is_list(entry.type):
        return _list(cast("pa.ListType", entry.type), value, where)
    if value in ([], {}):
        return None
    return _leaf(kind_of(entry), entry.type, value, where)


def _list(kind: pa.ListType, value: Any, where: str) -> list[dict[str, Any]] | None:
    if value in ({}, ""):
        return None
    if not isinstance(value, list):
        raise _WrongType(f"{where} is {_said(value)}, not a list")
    inner = cast("pa.StructType", kind.value_type)
    return [_object(inner, element, f"{where}[{place}]") for place, element in enumerate(value) if element is not None]


def _leaf(kind: Kind, target: pa.DataType, value: Any, where: str) -> Any:
    try:
        return _READERS[kind](value, target)
    except ValueError as error:
        raise _WrongType(f"{where} is {_said(value)}, not {_PROMISE[kind]}") from error


def _text(value: Any, _: pa.DataType) -> str:
    if isinstance(value, str):
        if "\0" in value:  # PostgreSQL has no place for it: one such text would cost its whole page
            raise _WrongType
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise _WrongType


def _time(value: Any, _: pa.DataType) -> str:
    if not isinstance(value, str):
        raise _WrongType
    timestamps.instant(value)
    return value


def _decimal(value: Any, target: pa.DataType) -> Decimal | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _WrongType
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as error:
        raise _WrongType from error
    if not number.is_finite():
        raise _WrongType
    kind = cast("pa.Decimal128Type", target)
    return half_up(number, kind.precision, kind.scale)


def _integer(value: Any, _: pa.DataType) -> int | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _WrongType
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _WrongType from error
    if not number.is_finite() or number != number.to_integral_value() or int(number) not in _INTEGERS:
        raise _WrongType
    return int(number)


def _boolean(value: Any, _: pa.DataType) -> bool | None:
    known = {"": None, "true": True, "false": False}
    word = value.lower() if isinstance(value, str) else value
    if isinstance(word, bool):
        return word
    if not isinstance(word, str) or word not in known:
        raise _WrongType
    return known[word]


def _has_key(names: tuple[str, ...], paths: list[str], found: Any) -> None:
    for name, path in zip(names, paths, strict=True):
        if not _at(found, path):
            raise _WrongType(f"it has no {path}, which is its {name}")


def _at(found: Any, path: str) -> Any:
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _said(value: Any) -> str:
    names = {dict: "the object ", list: "the list ", str: "the text ", int: "the number ", Decimal: "the number "}
    text = f"{names.get(type(value), '')}{str(value) if isinstance(value, Decimal) else repr(value)}"
    return text if len(text) <= 80 else f"{text[:77]}..."


_READERS: dict[Kind, Callable[[Any, pa.DataType], Any]] = {
    "id": _text,
    "text": _text,
    "day": _time,
    "instant": _time,
    "money": _decimal,
    "quantity": _decimal,
    "rate": _decimal,
    "integer": _integer,
    "boolean": _boolean,
}

_PROMISE: dict[Kind, str] = {
    "id": "an id",
    "text": "text",
    "day": "a day",
    "instant": "a time",
    "money": "an amount",
    "quantity": "a quantity",
    "rate": "a rate",
    "integer": "a whole number",
    "boolean": "true or false",
}
