"""The ids and stamps of a page's records: all that paging needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.response import Envelope
from xero_pipeline.xero.values import parse_xero_date


@dataclass(frozen=True, slots=True)
class Rows:
    """What a page's records are called and when they last changed, in the page's order.

    Args:
        stamps: `UpdatedDateUTC`, one a record; None where it is missing or unreadable.
    """

    ids: tuple[str, ...]
    stamps: tuple[datetime | None, ...]

    @property
    def ordered(self) -> bool:
        """Whether every record has a stamp and none is older than the one before it."""
        known = [stamp for stamp in self.stamps if stamp is not None]
        return len(known) == len(self.stamps) and all(one <= other for one, other in pairwise(known))

    @property
    def first(self) -> datetime | None:
        """The first record's stamp; None if there is no record."""
        return self.stamps[0] if self.stamps else None

    @property
    def last(self) -> datetime | None:
        """The last record's stamp; None if there is no record."""
        return self.stamps[-1] if self.stamps else None


def rows_of(body: bytes, endpoint: Endpoint) -> Rows:
    """Read the ids and stamps of an answer's records and skip everything else.

    Raises:
        ValueError: The envelope does not hold a list of records.
    """
    envelope, row = Envelope.read(body), _row(endpoint.key[0])
    try:
        found = msgspec.json.decode(envelope.list_text(endpoint.wrapper), type=list[row])
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = [_one(record, row) for record in envelope.records(endpoint.wrapper)]
    return Rows(tuple(str(one.id) for one in found), tuple(_stamp(one.stamp) for one in found))


def id_in(record: msgspec.Raw, endpoint: Endpoint) -> object:
    """What stands where a record has its id; None if it has none, or is no object.

    Args:
        record: Its JSON.
    """
    return _one(record, _row(endpoint.key[0])).id


def _one(record: msgspec.Raw, row: Any) -> Any:
    """A record that may be none: null, or something that is no object. Whoever reads its fields says so."""
    try:
        return msgspec.json.decode(record, type=row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return row()


@cache
def _row(key: str) -> Any:
    # A type that knows two fields lets the decoder skip the others without making objects of them.
    fields = [
        ("id", Any, msgspec.field(name=key, default=None)),
        ("stamp", Any, msgspec.field(name="UpdatedDateUTC", default=None)),
    ]
    return msgspec.defstruct("Row", fields)


def _stamp(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_xero_date(value)
    except ValueError:
        # Not ours to refuse: the list then counts as unordered, and whoever reads the record's fields will say so.
        return None
