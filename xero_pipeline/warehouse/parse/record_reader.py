"""From texts to records: every record typed, its exact text kept.

The quick way hands all records to Arrow's JSON reader, which takes decimals from their text and refuses whatever is
not of the promised type. What it refuses is read again by `python_reader`, record by record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.json as pj

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.warehouse.parse import damaged_text, python_reader, schema_drift
from xero_pipeline.warehouse.schema.arrow_types import wire_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xero_pipeline.warehouse.parse.python_reader import Refuse
    from xero_pipeline.warehouse.parse.schema_drift import OnDrift
    from xero_pipeline.warehouse.progress.records import Drift

# One block must hold the longest record. Blocks that are read at the same time, or larger ones, take more memory; while
# one batch is read another one is written, so that both cores are busy as it is.
BLOCK_BYTES = 1 << 20


class ArrowRejected(ValueError):
    """Arrow's reader refuses these records; Python's may take them."""


@dataclass(frozen=True, slots=True)
class ParsedRecords:
    """Records of one collection.

    Args:
        values: One struct a record, of the collection's `wire_type`.
        raw: The exact text of each record.
    """

    values: pa.StructArray
    raw: pa.StringArray

    def only(self, mask: pa.BooleanArray) -> ParsedRecords:
        """The records where the mask is true."""
        return ParsedRecords(self.values.filter(mask), self.raw.filter(mask))


def read_with_arrow(collection: str, texts: Sequence[bytes], notice: OnDrift | None = None) -> ParsedRecords:
    """Records by Arrow's JSON reader.

    Args:
        collection: Name of their table.
        texts: The JSON of each.
        notice: Told of fields that nobody knew of.

    Raises:
        ArrowRejected: Some value is not of the promised type, or is written in an unusual way.
        UnreadableAnswer: The text is not UTF-8.
    """
    kind = wire_type(collection)
    if not texts:
        return ParsedRecords(pa.array([], kind), pa.array([], pa.string()))  # pyright: ignore[reportArgumentType]
    try:
        values = _parsed(texts, kind, "infer" if notice else "ignore")
        found = schema_drift.unknown_fields_with_arrow(collection, values, texts) if notice else ()
    except ArrowRejected:
        if notice is None:
            raise
        # Perhaps only a field we do not keep is odd: a number here, a text there.
        values = _parsed(texts, kind, "ignore")
        found = _noticed(collection, texts)
    if notice is not None:
        for drift in found:
            notice(drift)
    # Arrow keeps the schema's order, but a nested field seen first elsewhere may move: names decide, not places.
    typed = values if values.type == kind else values.cast(kind)
    return ParsedRecords(typed, raw_texts(texts))  # pyright: ignore[reportArgumentType]


def read_with_python(
    collection: str, texts: Sequence[bytes], refuse: Refuse, notice: OnDrift | None = None
) -> ParsedRecords:
    """Records one by one in Python; those of a wrong type are handed to `refuse` and left out.

    Args:
        collection: Name of their table.
        texts: The JSON of each.
        refuse: Told of each record that cannot be read.
        notice: Told of fields that nobody knew of.

    Raises:
        RecordRefused: `refuse` may raise it.
        UnreadableAnswer: The text is not UTF-8.
    """
    kind = wire_type(collection)
    kept: list[bytes] = []
    values: list[dict[str, object] | None] = []
    for text in texts:
        value = python_reader.record(collection, text, refuse)
        if value is not None:
            kept.append(text)
            values.append(value)
    if notice is not None:
        for drift in _noticed(collection, kept):
            notice(drift)
    return ParsedRecords(pa.array(values, kind), raw_texts(kept))  # pyright: ignore[reportArgumentType]


def _noticed(collection: str, texts: Sequence[bytes]) -> Iterator[Drift]:
    yield from schema_drift.unknown_fields_with_python(collection, texts)
    yield from damaged_text.duplicate_fields(collection, texts)


def join(parts: Sequence[ParsedRecords]) -> ParsedRecords:
    """Several lots of records as one."""
    if len(parts) == 1:
        return parts[0]
    return ParsedRecords(
        pa.concat_arrays([part.values for part in parts]), pa.concat_arrays([part.raw for part in parts])
    )


def raw_texts(texts: Sequence[bytes]) -> pa.StringArray:
    """Texts as a column.

    Raises:
        UnreadableAnswer: One of them is not UTF-8.
    """
    try:
        return pa.array(texts, pa.string())
    except pa.ArrowInvalid as error:
        raise UnreadableAnswer("the answer is not UTF-8 text") from error


def _parsed(texts: Sequence[bytes], kind: pa.StructType, unexpected: Literal["ignore", "infer"]) -> pa.StructArray:
    options = pj.ParseOptions(explicit_schema=pa.schema(list(kind)), unexpected_field_behavior=unexpected)
    blocks = pj.ReadOptions(use_threads=False, block_size=max(BLOCK_BYTES, 2 * max(map(len, texts))))
    try:
        table = pj.read_json(pa.BufferReader(_lines(texts)), read_options=blocks, parse_options=options)  # pyright: ignore[reportArgumentType]
        # The reader does not mind a decimal with too many digits before the point, and a list of nulls whose type it
        # has to guess it gets wrong.
        table.validate(full=True)
        values = table.to_struct_array().combine_chunks()
    except pa.ArrowInvalid as error:
        raise ArrowRejected(str(error)) from error
    if len(values) != len(texts):
        raise ArrowRejected(f"{len(texts)} records became {len(values)}")
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    return pa.concat_arrays(chunks)  # pyright: ignore[reportReturnType]


def _lines(texts: Sequence[bytes]) -> bytes:
    """One record a line. A line break inside a record can only be layout: in a string it would be escaped."""
    joined = b"\n".join(texts)
    if joined.count(b"\n") == len(texts) - 1 and b"\r" not in joined:
        return joined
    layout = bytes.maketrans(b"\r\n", b"  ")
    return b"\n".join(text.translate(layout) for text in texts)
