"""What reading a list hands out: one answer and its records, each as its own text.

Of what is in the records paging needs the ids and the stamps; everything else is left to whoever makes rows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.values import parse_xero_date


@dataclass(frozen=True, slots=True)
class Records:
    """An answer's records in its order.

    Args:
        texts: The JSON of each, not yet parsed.
        stamps: `UpdatedDateUTC` of each; None where it is missing or unreadable.
    """

    texts: Sequence[msgspec.Raw]
    stamps: tuple[datetime | None, ...]
    _ids: tuple[object, ...]

    @classmethod
    def of(cls, texts: Sequence[msgspec.Raw], key: str) -> Records:
        """Looks into each text, in the thread that fetched it: whoever writes rows need not wait for it.

        Args:
            key: The field that has a record's id; empty where none has.
        """
        head = _head(key)
        heads = [_read(text, head) for text in texts]
        return cls(texts, tuple(_stamp(one.stamp) for one in heads), tuple(one.id for one in heads))

    @property
    def ids(self) -> tuple[str, ...]:
        """What stands where each has its id, as text."""
        return tuple(map(str, self._ids))

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
        for text, name in zip(self.texts, self._ids, strict=True):
            yield text, name if isinstance(name, str) and name else None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list.

    A record may be on several pages: then it changed meanwhile, or its page had to be read again.

    Args:
        number: From 1, in the order in which they come, which is not the order of the list.
        records: What the answer lists.
        total_pages: How many there will be; None where that is unknown.
        list_changed: Set on the last page, if the list changed and was not in the order Xero documents: a record may be
            missing, and only reading it again helps.
        read_before: Set on the last page of a slice: everything dated before this day has now been handed out, and
            `paginate(…, resume_from=…)` may go on from it.
        read_to: Set on every page of a list that is numbered: everything up to this number has now been handed out,
            and `paginate(…, after=…)` may go on from it.
    """

    number: int
    total_pages: int | None
    answer: ApiResponse
    records: Records
    list_changed: bool = False
    read_before: date | None = None
    read_to: int | None = None

    @classmethod
    def of(cls, answer: ApiResponse, endpoint: Endpoint) -> Page:
        """A list that came in one answer.

        Raises:
            ValueError: The answer holds no list of records.
        """
        return cls(1, 1, answer, Records.of(answer.envelope.records(endpoint.wrapper), "".join(endpoint.key[:1])))


def _read(text: msgspec.Raw, head: Any) -> Any:
    """A record that may be none: null, or something that is no object. Whoever reads its fields says so."""
    try:
        return msgspec.json.decode(text, type=head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
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
