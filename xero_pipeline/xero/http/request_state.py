"""One question to Xero, from its first attempt to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlencode

from xero_pipeline.errors import RequestRefused
from xero_pipeline.xero.http.response import ApiResponse, CallRecord, FileResponse
from xero_pipeline.xero.http.retry_policy import RequestInfo
from xero_pipeline.xero.http.transport import LARGEST_FILE, Exchange
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import Outgoing

_SAID = frozenset({"text/html", "application/json", "text/xml", "application/xml"})
"""What gateways and APIs say something in; also kinds of files, but Xero names the kind of each."""


@dataclass(slots=True)
class RequestState:
    """What is asked, and what the attempts have seen so far.

    Args:
        params: One that has several values is repeated.
        modified_since: Only what was created or changed since.
        call_context: What it is asked for.
        mime_type: Of the file that is wanted; empty where it is no file.
    """

    asked: RequestInfo
    params: Mapping[str, str | Sequence[str]]
    modified_since: datetime | None
    call_context: CallContext
    mime_type: str = ""
    attempt: int = 0
    rejected: str | None = field(default=None, repr=False)

    @property
    def query(self) -> str:
        """The query string."""
        return _encoded(self.params)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the request, besides the token.

        Raises:
            ValueError: `modified_since` has no zone.
        """
        headers = {"xero-tenant-id": self.asked.tenant_id}
        if self.mime_type:
            # As Xero's own clients ask: `Accept` in general, `contentType` (its OpenAPI document) in particular.
            headers |= {"Accept": "application/octet-stream", "contentType": self.mime_type}
        if self.modified_since is not None:
            headers["If-Modified-Since"] = _whole_seconds(self.modified_since)
        return headers

    def outgoing(self) -> Outgoing:
        """The attempt that is about to be made, for the record."""
        # That of a page is opaque, and the record holds no token of any kind.
        told = {**self.params, "token": "…"} if "token" in self.params else self.params
        return Outgoing(self.asked.path, unquote(_encoded(told)), self.modified_since, self.attempt, self.call_context)

    def call(self, sent: Exchange) -> CallRecord:
        """The attempt that was made, for the record."""
        return CallRecord(
            tenant_id=self.asked.tenant_id,
            path=self.asked.path,
            status=None if sent.reply is None else sent.reply.status,
            wire_bytes=sent.wire_bytes,
            seconds=sent.seconds,
            attempt=self.attempt,
            limits=sent.limits,
            at=datetime.fromtimestamp(sent.started, UTC),
        )

    def answer(self, sent: Exchange) -> ApiResponse | None:
        """What came back, if it is the JSON of a whole envelope.

        Args:
            sent: How the last attempt ended.
        """
        if sent.reply is None or sent.envelope is None:
            return None
        if sent.envelope.is_bare and ".xro/" not in self.asked.path:
            return None  # the Accounting API never answers so; another API names its root
        return ApiResponse(
            envelope=sent.envelope,
            status=sent.reply.status,
            wire_bytes=sent.wire_bytes,
            server_time=sent.envelope.server_time,
            limits=sent.limits,
            path=self.asked.path,
            seconds=sent.seconds,
            pagination=sent.envelope.pagination,
            params={name: one if isinstance(one, str) else ",".join(one) for name, one in self.params.items()},
            modified_since=self.modified_since,
        )

    def file(self, sent: Exchange) -> FileResponse | None:
        """What came back, if it is a whole file, and nothing that a gateway says instead.

        Args:
            sent: How the last attempt ended.

        Raises:
            RequestRefused: It is larger than any file in Xero may be.
        """
        if sent.reply is None:
            return None
        if sent.content is None:
            raise RequestRefused(
                f"The file is larger than {LARGEST_FILE // 2**20} MB, the most that Xero takes, and was not read on.",
                organisation=self.asked.tenant_id,
                endpoint=self.asked.path,
            )
        kind = sent.reply.headers.get("Content-Type", self.mime_type).partition(";")[0].strip().lower()
        return None if kind in _SAID and kind != self.mime_type.lower() else FileResponse(sent.content, kind)


def _encoded(params: Mapping[str, str | Sequence[str]]) -> str:
    # A space must not become a plus, which Xero's filters need not take for one.
    return urlencode(dict(params), doseq=True, quote_via=quote)


def _whole_seconds(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("If-Modified-Since needs an instant with its zone")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
