"""What is synced of an organisation: every list and report, its rows, how new they are, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import text

from xero_pipeline.defs.specs import group_of, groups
from xero_pipeline.sync.details.due_documents import waiting
from xero_pipeline.sync.read_plan import GRACE
from xero_pipeline.warehouse.load.present_rows import record_summaries
from xero_pipeline.warehouse.progress.attachment_files import AttachmentFiles
from xero_pipeline.warehouse.progress.read_progress import cursors_of
from xero_pipeline.warehouse.progress.report_checks import last_checks
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.sql import target

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.reports.catalogue import Report

State = Literal["put-aside", "waiting", "never", "late", "fresh"]
STATES: Mapping[State, str] = {
    "put-aside": "Put aside",
    "waiting": "Waits for calls",
    "never": "Never read",
    "late": "Late",
    "fresh": "Up to date",
}
"""How a table can stand, the worst first, and what people read."""

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SyncedTable:
    """A list, or a report.

    Args:
        name: Of its asset.
        subject: What it belongs to, as in Dagster.
        rows: How many records or lines there are.
        newest: When Xero changed one last; None where Xero does not tell, or of a report.
        month: The last month of a report that is there.
        read_at: When it was last read to the end, or asked for.
        due_after: How long after that the schedule should have read it again.
        documents_waiting: Of what is asked document by document, how many are due.
        files_waiting: How many attached files are to be read.
    """

    name: str
    subject: str
    rows: int
    newest: datetime | None
    month: date | None
    read_at: datetime | None
    due_after: timedelta
    documents_waiting: int = 0
    files_waiting: int = 0

    def state(self, now: datetime, *, waits: bool, aside: bool) -> State:
        """How it stands.

        Args:
            waits: Whether it waits for calls.
            aside: Whether it cannot be read.
        """
        if aside or waits or self.documents_waiting or self.files_waiting:
            return "put-aside" if aside else "waiting"
        if self.read_at is None:
            return "never"
        return "late" if now - self.read_at > self.due_after else "fresh"


def read_synced_tables(
    connection: Connection,
    tenant_id: str,
    collections: Sequence[Endpoint],
    reports: Sequence[Report],
    *,
    file_bytes: int | None = None,
) -> list[SyncedTable]:
    """Look at all lists and reports that are chosen, in the order of their subjects.

    Args:
        connection: To the warehouse; reading is enough.
        file_bytes: Bytes of attached files that may be read in a day; None where none are.
    """
    found = [*_lists(connection, tenant_id, collections, file_bytes), *_reports(connection, tenant_id, reports)]
    order = list(groups())
    return sorted(found, key=lambda one: order.index(one.subject))


def told(tables: Iterable[SyncedTable], organisation: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """The tables as people and programs are told of them.

    Args:
        organisation: As `organisation_statuses` tells it.
    """
    for_calls = {one["asset"]: one for one in organisation["waiting"]}
    aside = {one["asset"]: one for one in organisation["put_aside"]}
    for one in tables:
        waits, off = for_calls.get(one.name), aside.get(one.name)
        yield {
            "table": one.name,
            "subject": one.subject,
            "rows": one.rows,
            "newest_change_at": one.newest,
            "newest_month": one.month,
            "read_at": one.read_at,
            "state": one.state(now, waits=waits is not None, aside=off is not None),
            "why": off["error"] if off else _waiting_in_words(one),
            "since": off["since"] if off else None,
            "resumes_at": off["asked_again_at"] if off else waits["resume_at"] if waits else None,
        }


def _lists(
    connection: Connection, tenant_id: str, collections: Sequence[Endpoint], file_bytes: int | None
) -> Iterator[SyncedTable]:
    read = cursors_of(connection, tenant_id)
    rows = record_summaries(connection, [one.table for one in collections], tenant_id)
    for one in collections:
        count, newest = rows[one.table]
        cursor = read.get(one.table)
        after = (WEEK if one.weekly else DAY) + GRACE
        at = cursor.complete_at if cursor else None
        due = waiting(connection, tenant_id, one.table).count if one.paging == "by_document" else 0
        files = 0
        if one.table == "attachments" and file_bytes is not None:
            files = AttachmentFiles(connection, tenant_id, file_bytes).waiting().count
        yield SyncedTable(one.table, group_of(one.table), count, newest, None, at, after, due, files)


def _waiting_in_words(one: SyncedTable) -> str | None:
    """What waits of what is asked document by document."""
    documents, files = one.documents_waiting, one.files_waiting
    told = [f"{documents:,} document{'' if documents == 1 else 's'} to be asked"] if documents else []
    if files:
        told.append(f"{files:,} file{'' if files == 1 else 's'} to be read")
    return f"{' and '.join(told)}, some with each sync." if told else None


def _reports(connection: Connection, tenant_id: str, reports: Sequence[Report]) -> Iterator[SyncedTable]:
    checked, rows = last_checks(connection, tenant_id), _report_rows(connection, tenant_id, reports)
    for one in reports:
        month, at = checked.get((one.table, one.basis), (None, None))
        after = (DAY if one.recheck == "daily" else WEEK) + GRACE
        yield SyncedTable(one.name, group_of(one.table), rows[one.name], None, month, at, after)


def _report_rows(connection: Connection, tenant_id: str, reports: Sequence[Report]) -> Mapping[str, int]:
    if not reports:
        return {}
    counts = [
        f"SELECT '{one.name}' AS name, COUNT(*) AS n FROM {target(table(one.table))} WHERE tenant_id = :tenant_id"
        + (f" AND basis = '{one.basis}'" if table(one.table).has("basis") else "")
        for one in reports
    ]
    return {row.name: row.n for row in connection.execute(text(" UNION ALL ".join(counts)), {"tenant_id": tenant_id})}
