"""What comes back from a call: the answer, its envelope, and what is told about the call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from xero_pipeline.xero.limits import Limits
from xero_pipeline.xero.values import parse_xero_date

# Escapes as they follow one another: a pair of surrogates, half of one, any other.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


def mended(body: bytes) -> bytes:
    r"""An answer whose halves of characters are the sign for an unreadable one (U+FFFD); otherwise as it was.

    Where a text was cut to a length in UTF-16, an emoji at its end leaves half of itself behind. .NET writes that as
    `\ud83d` alone, which no strict reader takes, and one such text would cost its whole page, at every sync.

    Args:
        body: JSON text.
    """
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


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
class Answer:
    """A good answer: JSON of a whole envelope.

    Args:
        body: The envelope's bytes, unpacked, otherwise as received.
        status: The HTTP status.
        wire_bytes: Bytes of the body as they came over the network, perhaps compressed.
        server_time: The envelope's `DateTimeUTC`, by Xero's clock.
        limits: The calls left, by the headers.
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
    params: Mapping[str, str] = field(default_factory=dict)
    modified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, for the record: successes and failures alike. Carries no token.

    Args:
        tenant_id: The organisation.
        path: Below `/api.xro/2.0/`.
        status: The HTTP status; None if no whole answer came.
        wire_bytes: Bytes of the body as they came over the network.
        seconds: From sending to the last byte, or to the failure.
        attempt: 1 for the first, more for a repetition.
        limits: The calls left, by the headers.
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
        parts: The JSON text of every member.
    """

    parts: Mapping[str, msgspec.Raw]

    @classmethod
    def read(cls, body: bytes) -> Envelope:
        """Split an envelope. The whole text is checked for being JSON on the way: about 0.6 ms per MB.

        Args:
            body: The answer's bytes.

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

    def records(self, wrapper: str) -> list[msgspec.Raw]:
        """The JSON text of every record, not yet parsed.

        Args:
            wrapper: The list's key.

        Raises:
            ValueError: The envelope has no such list.
        """
        if wrapper not in self.parts:
            raise ValueError(f"no {wrapper!r} in the answer, but {sorted(self.parts)[:10]}")
        try:
            return msgspec.json.decode(self.parts[wrapper], type=list[msgspec.Raw])
        except msgspec.DecodeError:
            raise ValueError(f"{wrapper!r} is not a list") from None
