"""What comes back from a call: the answer, its envelope, and what is told about the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline.xero.values import parse_xero_date


@dataclass(frozen=True, slots=True)
class Pagination:
    """Xero's account of a paged list, as of the moment of this page.

    Args:
        page: This page's number, from 1.
        page_size: Records a page holds at most.
        page_count: Pages of the list.
        item_count: Records of the list.
    """

    page: int
    page_size: int
    page_count: int
    item_count: int


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A good answer: JSON of a whole envelope.

    Args:
        body: The envelope's bytes as received, but unpacked, and made readable where they were not (`json_repair`).
        wire_bytes: Bytes of the body as they came over the network, perhaps compressed.
        server_time: The envelope's `DateTimeUTC`, by Xero's clock.
        path: Below `/api.xro/2.0/`.
        seconds: From sending to the last byte.
        pagination: Of a paged list; None where Xero gives none.
        params: The query it answers.
        modified_since: What it was asked for changes since; None where it was not.
    """

    body: bytes
    status: int
    wire_bytes: int
    server_time: datetime | None
    limits: Limits
    path: str
    seconds: float
    pagination: Pagination | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    modified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt, for the record: successes and failures alike. Carries no token.

    Args:
        path: Below `/api.xro/2.0/`.
        status: The HTTP status; None if no whole answer came.
        wire_bytes: Bytes of the body as they came over the network.
        seconds: From sending to the last byte, or to the failure.
        attempt: 1 for the first, more for a repetition.
        at: When it was sent, in UTC.
    """

    tenant_id: str
    path: str
    status: int | None
    wire_bytes: int
    seconds: float
    attempt: int
    limits: Limits
    at: datetime


_NULL, _EMPTY = msgspec.Raw(b"null"), msgspec.Raw(b"[]")


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer's outer object, read without parsing the records in it.

    Args:
        parts: The JSON text of every member.
    """

    parts: Mapping[str, msgspec.Raw]

    @classmethod
    def read(cls, body: bytes) -> Envelope:
        """Split an envelope. The whole text is checked for being JSON on the way: about 0.6 ms per MB.

        Raises:
            ValueError: The body is no JSON object, for example because it was cut off.
        """
        try:
            return cls(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
        except (msgspec.DecodeError, RecursionError) as problem:
            raise ValueError(f"not a JSON object: {problem}") from None

    @property
    def server_time(self) -> datetime | None:
        """`DateTimeUTC`, or None if it is missing or unreadable."""
        try:
            return parse_xero_date(msgspec.json.decode(self.parts.get("DateTimeUTC", b"null"), type=str))
        except ValueError:  # msgspec's errors are ValueErrors too
            return None

    @property
    def pagination(self) -> Pagination | None:
        """The `pagination` object, or None if it is missing or is not one."""
        try:
            found = msgspec.json.decode(self.parts.get("pagination", b"null"), type=dict[str, int])
            return Pagination(found["page"], found["pageSize"], found["pageCount"], found["itemCount"])
        except (ValueError, KeyError):
            return None

    def list_text(self, wrapper: str) -> msgspec.Raw:
        """The JSON text of the list; of one that is null or left out, of an empty one.

        Xero writes an empty list in each of these ways (XeroAPI/Xero-Net#373, XeroAPI/Xero-Java#4).

        Raises:
            ValueError: The answer is another one: it has no such list, and is no good envelope without any.
        """
        found = self.parts.get(wrapper, _NULL if self._has_no_list else None)
        if found is None:
            raise ValueError(f"no {wrapper!r} in the answer, but {sorted(self.parts)[:10]}")
        return _EMPTY if bytes(found) == b"null" else found

    def records(self, wrapper: str) -> list[msgspec.Raw]:
        """The JSON text of every record, not yet parsed.

        Raises:
            ValueError: The envelope has no such list.
        """
        text = self.list_text(wrapper)
        try:
            return msgspec.json.decode(text, type=list[msgspec.Raw])
        except msgspec.DecodeError:
            raise ValueError(f"{wrapper!r} is not a list") from None

    @property
    def _has_no_list(self) -> bool:
        """Whether it is Xero's envelope of a good answer, with nothing in it."""
        lists = any(bytes(part[:1]) == b"[" for part in map(bytes, self.parts.values()))
        return bytes(self.parts.get("Status", b"")) == b'"OK"' and not lists
