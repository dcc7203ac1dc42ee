"""A file of the landing zone: what one transaction brought into the warehouse, and all that is needed to do it again.

Inside the compression it is JSON, a line for what we know and a line for every answer, byte for byte as received. So
`zstdcat FILE | jq` reads it without us, and we know from the lengths in the first line whether it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from xero_pipeline.errors import LandingError
from xero_pipeline.warehouse.progress.records import Cursor
from xero_pipeline.xero.http.json_repair import readable
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline.xero.reports.parse_statements import TrackingCategory

FORMAT = 1
"""Of the files; a reader refuses what is newer."""

LEVEL = 3
"""Of the compression: measured, see docs/landing.md."""

Kind = Literal["changes", "everything", "window", "gone", "report"]


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is true of a collection together with some rows.

    Args:
        cursor: Where the next read goes on, with the last rows of a complete read.
        seen: The ids a whole read brought, if what it did not bring is marked as deleted.
        as_of: When that read began.
        gone: Ids of records that Xero has no more.
    """

    cursor: Cursor | None = None
    seen: tuple[str, ...] | None = None
    as_of: datetime | None = None
    gone: tuple[str, ...] = ()


class LandedBatch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one transaction is about to bring.

    Args:
        table: The table of the records, or of the report.
        subject: What is read: the collection (its table), or the report by its own name.
        kind: What was asked for: what changed, everything, a window of days, a report; or which records are gone.
        at: The instant the rows are marked with.
        marks: Of a collection, what else is noted.
        months: Of a report, the first days of the months.
        basis: Of a report, `accrual` or `cash`.
        categories: Of a report that is split by them, the tracking categories as they were.
    """

    tenant_id: str
    table: str
    subject: str
    kind: Kind
    at: datetime
    marks: Checkpoint = Checkpoint()
    months: tuple[date, ...] = ()
    basis: str = ""
    categories: tuple[TrackingCategory, ...] = ()


def records_arrival(
    tenant_id: str, table: str, at: datetime, answers: Sequence[ApiResponse], marks: Checkpoint
) -> LandedBatch:
    """What answers of a collection are about to bring.

    Args:
        table: The table of the records.
        at: The instant for `synced_at`.
        marks: What else is noted.
    """
    kind: Kind = "everything" if answers else "gone"
    if any("where" in answer.params for answer in answers):
        kind = "window"
    if any(answer.modified_since for answer in answers):
        kind = "changes"
    return LandedBatch(tenant_id=tenant_id, table=table, subject=table, kind=kind, at=at, marks=marks)


class StoredResponse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer, of which the bytes follow.

    Args:
        path: Below `/api.xro/2.0/`.
        modified_since: What it was asked for changes since.
    """

    path: str
    length: int
    params: dict[str, str] = {}
    modified_since: datetime | None = None
    server_time: datetime | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first line.

    Args:
        format: How the file is laid out.
        after: The file before it, of the same subject; None if it is the first.
        incomplete: Set in the first, if the warehouse had rows before: they are in no file.
    """

    format: int
    written_by: str
    arrival: LandedBatch
    answers: tuple[StoredResponse, ...] = ()
    after: str | None = None
    incomplete: bool = False


class LandingFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read again.

    Args:
        address: Where it lies, and its name.
        head: What it says of itself.
        answers: As they were received.
    """

    address: str
    head: Header
    answers: tuple[ApiResponse, ...]

    @property
    def name(self) -> str:
        """Its name, without where it lies."""
        return self.address.rpartition("/")[2]


def head_of(arrival: LandedBatch, answers: Sequence[ApiResponse], *, after: str | None, incomplete: bool) -> Header:
    """The first line for some answers.

    Args:
        after: Name of the file before.
        incomplete: Whether the warehouse had rows of which no file tells.
    """
    from importlib.metadata import version

    return Header(
        format=FORMAT,
        written_by=version("xero-pipeline"),
        arrival=arrival,
        answers=tuple(
            StoredResponse(
                path=one.path,
                length=len(one.body),
                params=dict(one.params),
                modified_since=one.modified_since,
                server_time=one.server_time,
            )
            for one in answers
        ),
        after=after,
        incomplete=incomplete,
    )


def pack(head: Header, answers: Sequence[ApiResponse]) -> bytes:
    """The bytes of a file, with a checksum over all of it.

    Args:
        head: What it says of itself.
    """
    from xero_pipeline.sync.landing.zstandard import CompressionParameter, compress

    options: dict[int, int] = {CompressionParameter.compression_level: LEVEL, CompressionParameter.checksum_flag: 1}
    lines = [msgspec.json.encode(head), *(answer.body for answer in answers), b""]
    return compress(b"\n".join(lines), options=options)


def unpack(address: str, read: Callable[[], bytes]) -> LandingFile:
    """Read a file again.

    Args:
        address: Where it lies.
        read: Gives its bytes.

    Raises:
        LandingError: It is not there any more, cut short, changed, or of a version we do not know.
    """
    from xero_pipeline.sync.landing.zstandard import ZstdError, decompress

    try:
        text = decompress(read())
        line, _, rest = text.partition(b"\n")
        written = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        if int(bytes(written["format"])) > FORMAT:
            raise LandingError(
                f"{address} was written by a newer version of xero-pipeline: install that one, then rebuild."
            )
        head = msgspec.json.decode(line, type=Header)
        return LandingFile(address=address, head=head, answers=_answers(head, rest))
    except (OSError, ZstdError, ValueError, KeyError) as flaw:
        raise LandingError(
            f"{address} cannot be read: {flaw}. It is damaged or cut short. Put it back from a backup, or leave out "
            "what it says: remove it and run `xero-pipeline rebuild --incomplete`."
        ) from flaw


def _answers(head: Header, rest: bytes) -> tuple[ApiResponse, ...]:
    """The answers behind the first line. Raises ValueError if they do not fill it exactly."""
    if len(rest) != sum(one.length + 1 for one in head.answers):
        raise ValueError(f"{len(rest)} bytes of answers instead of those its first line names")
    found: list[ApiResponse] = []
    start = 0
    for one in head.answers:
        body = rest[start : start + one.length]
        start += one.length + 1
        found.append(
            ApiResponse(
                envelope=Envelope.read(readable(body)),  # an older version kept what no database takes
                status=200,
                wire_bytes=0,
                server_time=one.server_time,
                limits=Limits(),
                path=one.path,
                seconds=0,
                params=one.params,
                modified_since=one.modified_since,
            )
        )
    return tuple(found)
