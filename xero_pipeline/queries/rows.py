"""Rows of an answer of the warehouse as Python has them, and a value as programs read it. Nothing is rounded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.query_stream import QueryStream


@dataclass(frozen=True, slots=True)
class RowStream:
    """Rows as they come.

    Args:
        names: The columns, each name once.
        numeric: Which columns hold numbers.
    """

    names: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    numeric: tuple[bool, ...]

    def first(self, count: int | None) -> tuple[list[tuple[Any, ...]], bool]:
        """The first rows, and whether there are more.

        Args:
            count: How many; None for all.
        """
        if count is None:
            return list(self.rows), False
        found = list(islice(self.rows, count))
        return found, next(self.rows, None) is not None


def answer_of(stream: QueryStream) -> RowStream:
    """The rows of an answer of the warehouse, as Python has them."""
    return RowStream(_distinct(stream.names), _rows(stream), tuple(_is_number(kind) for kind in stream.types))


def _rows(stream: QueryStream) -> Iterator[tuple[Any, ...]]:
    for table in stream.batches:
        yield from zip(*(_values(column) for column in table.columns), strict=True)


def _values(column: pa.ChunkedArray[Any]) -> list[Any]:
    """Sums of whole numbers come as decimals without a place."""
    from pyarrow import types

    values: list[Any] = column.to_pylist()
    kind: Any = column.type
    if types.is_decimal(kind) and kind.scale == 0:
        return [None if value is None else int(value) for value in values]
    return values


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Of two columns with one name the second gets a number: a JSON object has room for one."""
    taken: list[str] = []
    for name in names:
        number, free = 2, name
        while free in taken:
            number, free = number + 1, f"{name}_{number}"
        taken.append(free)
    return tuple(taken)


def _is_number(kind: Any) -> bool:
    """A column whose decimals the database does not bound holds numbers."""
    from pyarrow import types

    return kind is None or types.is_decimal(kind) or types.is_integer(kind) or types.is_floating(kind)


def plain(value: Any) -> str:
    """A value as programs read it: every digit that says something, cents at least, no exponent."""
    if isinstance(value, Decimal):
        return shortened(f"{value:f}")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, default=plain, ensure_ascii=False)
    return str(value)


def shortened(number: str) -> str:
    """Without the noughts at the end, but for two decimals; one that has fewer gets none: they would be invented."""
    whole, point, decimals = number.partition(".")
    return f"{whole}{point}{decimals[:2]}{decimals[2:].rstrip('0')}"
