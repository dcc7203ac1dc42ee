"""One call for a report: what was asked, and the report as received."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.reports.tree import cells_of, kind_of, rows_of
from xero_pipeline.xero.values import is_object, loads

Read = TypeVar("Read")

_NONE = b"{}"


class ReportSource(Protocol):
    """Who answers: Xero, or answers that were kept."""

    def get(
        self, tenant_id: str, path: str, *, params: Mapping[str, str] | None = None, scope: str | None = None
    ) -> ApiResponse:
        """One call; as `XeroClient.get`."""
        ...


@dataclass(frozen=True, slots=True)
class FetchedReport:
    """A report as received.

    Args:
        report: The `Reports[0]` object.
        raw: Its JSON text.
        answer: The call that brought it.
    """

    report: dict[str, Any]
    raw: bytes
    answer: ApiResponse
    tenant_id: str

    def read(self, reader: Callable[[dict[str, Any]], Read]) -> Read:
        """What a reader makes of the report.

        Args:
            reader: Raises ValueError where the report is not laid out as documented.

        Raises:
            UnreadableAnswer: It is not.
        """
        try:
            return reader(self.report)
        except (ValueError, AttributeError) as flaw:  # AttributeError: text where an object belongs
            raise self.unreadable(str(flaw)) from None

    @property
    def is_empty(self) -> bool:
        """Whether it holds no line at all: no report came, or one without columns and rows."""
        return not any(
            not is_object(row) or cells_of(row)[1:] or kind_of(row) != "Header" for row in rows_of(self.report)
        )

    def unreadable(self, flaw: str) -> UnreadableAnswer:
        """The error to raise when the report is not laid out as documented.

        Args:
            flaw: What is wrong with it.
        """
        return _unreadable(flaw, self.tenant_id, self.answer)


def fetch_report(
    asker: ReportSource, tenant_id: str, path: str, scope: str, params: Mapping[str, str]
) -> FetchedReport:
    """Ask for one report.

    Args:
        path: Below `/api.xro/2.0/`.
        scope: The granular scope that opens it.

    Raises:
        XeroPipelineError: As `XeroClient.get`; UnreadableAnswer if the answer holds no report.
    """
    return received(asker.get(tenant_id, path, params=params, scope=scope), tenant_id)


def received(answer: ApiResponse, tenant_id: str) -> FetchedReport:
    """The report that an answer holds.

    Args:
        answer: Xero's, whenever it came.

    Raises:
        UnreadableAnswer: It holds something else.
    """
    try:
        reports = answer.envelope.records("Reports")
        if len(reports) > 1:
            raise ValueError(f"{len(reports)} reports instead of one")
        # Of what an organisation does not have (a budget) Xero gives an empty list.
        raw = bytes(reports[0]) if reports else _NONE
        report = loads(raw)
        if not is_object(report):
            raise ValueError("the report is not an object")
    except ValueError as flaw:
        raise _unreadable(str(flaw), tenant_id, answer) from None
    return FetchedReport(report, raw, answer, tenant_id)


def _unreadable(flaw: str, tenant_id: str, answer: ApiResponse) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"Xero's report is not laid out as documented: {flaw}. Please report it.",
        organisation=tenant_id,
        endpoint=answer.path,
        status=answer.status,
    )
