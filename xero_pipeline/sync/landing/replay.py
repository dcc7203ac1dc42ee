"""The tables once more, out of the landing zone and without a call: what arrived goes the way it went then.

Every file is one transaction again, in the order of arrival and with the instants of then, through the same code that
brings answers in while Xero is read. So the rows, their history and the cursors come out as they were; what we keep
about our own work and no answer tells (calls, how far the rolling refresh is) does not come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.details.document_requests import note_answered
from xero_pipeline.sync.landing.store import has_rows

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.store import Landing, LandingFile
    from xero_pipeline.warehouse.store import Warehouse


@dataclass(slots=True)
class Replayed:
    """What was made again of one organisation.

    Args:
        files: By collection or report, how many files there were.
        records: By collection or report, how many records or report lines they held.
        gaps: What was missing or damaged, in words.
    """

    tenant_id: str
    files: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    gaps: list[str] = field(default_factory=list)


def replay(
    landing: Landing,
    warehouse: Warehouse,
    *,
    tenants: Collection[str] = (),
    subjects: Collection[str] = (),
    incomplete: bool = False,
    progress: Callable[[LandingFile], None] = lambda _: None,
) -> Iterator[Replayed]:
    """Make the tables again.

    Args:
        warehouse: Takes the rows; it must have none of them yet.
        tenants: The organisations; all by default.
        subjects: Collections and reports; all by default.
        incomplete: Go on where files are missing or damaged, and tell of them, instead of stopping.
        progress: Told of every file before its rows go in.

    Yields:
        What was made, by organisation.

    Raises:
        LandingError: A file is missing or damaged.
        ConfigurationError: The warehouse has rows already.
    """
    for tenant_id in tenants or landing.tenants():
        done = Replayed(tenant_id)
        wanted = [one for one in landing.subjects(tenant_id) if not subjects or one in subjects]
        for landed in landing.read(tenant_id, wanted, gaps=done.gaps if incomplete else None):
            subject = landed.head.arrival.subject
            if not done.files[subject]:
                _be_empty(warehouse, landed)
            progress(landed)
            done.files[subject] += 1
            done.records[subject] += _again(warehouse, landed)
        yield done


def _be_empty(warehouse: Warehouse, landed: LandingFile) -> None:
    """Rows that are there would be taken for what came before."""
    arrival = landed.head.arrival
    if has_rows(warehouse, arrival):
        raise ConfigurationError(
            f"The warehouse to rebuild into has rows of {arrival.table} already. Rebuild into a new one: "
            "xero-pipeline rebuild --into duckdb:////a/new/file.duckdb",
            organisation=arrival.tenant_id,
        )


def _again(warehouse: Warehouse, landed: LandingFile) -> int:
    """Do a transaction once more; returns how many records it held."""
    from xero_pipeline.sync import aged_reports

    arrival = landed.head.arrival
    if arrival.subject == aged_reports.TABLE:
        return _aged(warehouse, landed)
    return _report(warehouse, landed) if arrival.kind == "report" else _collection(warehouse, landed)


def _collection(warehouse: Warehouse, landed: LandingFile) -> int:
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.pagination.by_document import page_of

    arrival, listed = landed.head.arrival, endpoint(landed.head.arrival.table)
    marks, pages = arrival.marks, [page_of(answer, listed) for answer in landed.answers]
    writer = BatchWriter(warehouse, arrival.tenant_id, listed, now=lambda: arrival.at)
    with writer.batch(pages, cursor=marks.cursor, seen=marks.seen, as_of=marks.as_of, gone=marks.gone) as batch:
        batch.progress.forget_answer()
        if listed.paging == "by_document":
            note_answered(arrival.tenant_id, batch, listed, pages, arrival.at)
        return batch.records


def _report(warehouse: Warehouse, landed: LandingFile) -> int:
    from xero_pipeline.sync.report_writer import keep_months
    from xero_pipeline.xero.reports.catalogue import report_named
    from xero_pipeline.xero.reports.report_months import months_in

    arrival = landed.head.arrival
    report = report_named(arrival.subject)
    months = months_in(report, arrival.tenant_id, landed.answers, arrival.months, arrival.categories)
    keep_months(warehouse, arrival.tenant_id, report, months, arrival.at)
    return sum(len(month.rows) for month in months)


def _aged(warehouse: Warehouse, landed: LandingFile) -> int:
    from xero_pipeline.sync.aged_reports import keep_aged
    from xero_pipeline.xero.reports.aged_reports import aged_rows
    from xero_pipeline.xero.reports.fetched_report import received

    arrival, records = landed.head.arrival, 0
    for answer in landed.answers:
        rows = received(answer, arrival.tenant_id).read(aged_rows)
        keep_aged(warehouse, arrival.tenant_id, answer, rows, arrival.at)
        records += len(rows)
    return records
