"""The records of one answer, each as its own text; of what is in them paging needs the ids and the stamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from xero_pipeline.xero.values import parse_xero_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Records:
    """An answer's records in its order.

    Args:
        texts: The JSON of each, not yet parsed.
        key: The field that has a record's id; empty where none has.
    """

    texts: Sequence[msgspec.Raw]
    key: str

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """What stands where each has its id, as text."""
        return tuple(str(one.id) for one in self._heads)

    @cached_property
    def stamps(self) -> tuple[datetime | None, ...]:
        """`UpdatedDateUTC` of each; None where it is missing or unreadable."""
        return tuple(_stamp(one.stamp) for one in self._heads)

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

    def named(self) -> Iterator[tuple[msgspec.Raw, str | None]]:
        """Each record with its id; None for one that has no text there, and cannot be asked for by it."""
        for text, one in zip(self.texts, self._heads, strict=True):
            yield text, one.id if isinstance(one.id, str) and one.id else None

    @cached_property
    def _heads(self) -> list[Any]:
        head = _head(self.key)
        return [_read(text, head) for text in self.texts]


def _read(text: msgspec.Raw, head: Any) -> Any:
    """A record that may be none: null, or something that is no object. Whoever reads its fields says so."""
    try:
        return msgspec.json.decode(text, type=head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return head()


@cache
def _head(key: str) -> Any:
    # A type that knows two fields lets the decoder skip the others without making objects of them.
    fields = [
        ("id", Any, msgspec.field(name=key, default=None)),
        ("stamp", Any, msgspec.field(name="UpdatedDateUTC", default=None)),
    ]
    return msgspec.defstruct("Head", fields)


def _stamp(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_xero_date(value)
    except ValueError:
        # Not ours to refuse: the list then counts as unordered, and whoever reads the record's fields will say so.
        return None
