"""What comes back from a call: the answer, its envelope, and what is told about the call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
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
        wire_bytes: Bytes of the body as they came over the network, perhaps compressed.
        server_time: The envelope's `DateTimeUTC`, by Xero's clock.
        path: Below `/api.xro/2.0/`.
        seconds: From sending to the last byte.
        pagination: Of a paged list; None where Xero gives none.
        params: The query it answers.
        modified_since: What it was asked for changes since; None where it was not.
    """

    envelope: Envelope
    status: int
    wire_bytes: int
    server_time: datetime | None
    limits: Limits
    path: str
    seconds: float
    pagination: Pagination | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    modified_since: datetime | None = None

    @property
    def body(self) -> bytes:
        """The envelope's bytes."""
        return self.envelope.body


@dataclass(frozen=True, slots=True)
class FileResponse:
    """A file.

    Args:
        content: Its bytes.
        mime_type: What kind of file Xero says it is.
    """

    content: bytes
    mime_type: str


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


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer's outer object, read without parsing the records in it.

    Args:
        body: Its bytes as received, but unpacked, and made readable where they were not (`json_repair`).
        parts: The JSON text of every member.
        server_time: `DateTimeUTC`; None if it is missing or unreadable.
        pagination: None if it is missing or is not one.
    """

    body: bytes
    parts: Mapping[str, msgspec.Raw]
    server_time: datetime | None
    pagination: Pagination | None

    @classmethod
    def read(cls, body: bytes) -> Envelope:
        """Split an envelope. The whole text is checked for being JSON on the way: about 0.6 ms per MB.

        A bare list, as some of Xero's other APIs send it, counts as an envelope with `items`.

        Raises:
            ValueError: The body is no JSON object, for example because it was cut off.
        """
        try:
            read = msgspec.json.decode(body, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
            parts = {"items": msgspec.Raw(body)} if isinstance(read, list) else read
        except (msgspec.DecodeError, RecursionError) as problem:
            raise ValueError(f"not a JSON object: {problem}") from None
        server_time = pagination = None
        with suppress(ValueError):  # msgspec's errors are ValueErrors too
            server_time = parse_xero_date(msgspec.json.decode(parts.get("DateTimeUTC", b"null"), type=str))
        with suppress(ValueError, KeyError):
            found = msgspec.json.decode(parts.get("pagination", b"null"), type=dict[str, int])
            pagination = Pagination(found["page"], found["pageSize"], found["pageCount"], found["itemCount"])
        return cls(body, parts, server_time, pagination)

    @property
    def is_bare(self) -> bool:
        """Whether it is a list without an envelope."""
        return self.body.lstrip()[:1] == b"["

    def records(self, wrapper: str) -> list[msgspec.Raw]:
        """The JSON text of every record, not yet parsed; none, if the list is null or left out.

        Xero writes an empty list in each of these ways (XeroAPI/Xero-Net#373, XeroAPI/Xero-Java#4).

        Raises:
            ValueError: The answer is another one: it has no such list, and is no good envelope without any.
        """
        found = self.parts.get(wrapper)
        if found is None:
            lists = any(bytes(part[:1]) == b"[" for part in map(bytes, self.parts.values()))
            if lists or bytes(self.parts.get("Status", b"")) != b'"OK"':
                raise ValueError(f"no {wrapper!r} in the answer, but {sorted(self.parts)[:10]}")
            return []
        try:
            return msgspec.json.decode(found, type=list[msgspec.Raw] | None) or []
        except msgspec.DecodeError:
            raise ValueError(f"{wrapper!r} is not a list") from None
