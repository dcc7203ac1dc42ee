"""Aged receivables and payables of chosen contacts: which calls they take, and what they bring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.sync.result import CallStats, SyncResult

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.response import ApiResponse
    from xero_pipeline.xero.reports.aged_reports import AgedKind, AgedRow
    from xero_pipeline.xero.reports.fetched_report import ReportSource

TABLE = "aged_by_contact"

# What was open on the day: what is open still, or was settled after it. A first look, by today's documents; Xero's
# answer is what counts. That is headed "Invoices": whether it lists the credits of a contact that has nothing else open
# is not known.
_OPEN = """
select i.contact_id, coalesce(max(c.name), max(i.contact_name), i.contact_id) as name, i.type, sum(i.amount_due) as due
from xero.invoices as i left join xero.contacts as c on c.tenant_id = i.tenant_id and c.contact_id = i.contact_id
where i.tenant_id = :tenant_id and not i.is_deleted and i.status in ('AUTHORISED', 'PAID') and i.date <= :as_of
and i.contact_id is not null and (i.amount_due <> 0 or i.fully_paid_on_date > :as_of)
group by 1, 3
"""
_CONTACTS = "select contact_id, name from xero.contacts where tenant_id = :tenant_id and not is_deleted"


@dataclass(frozen=True, slots=True)
class AgedCall:
    """One call: a contact's receivables, or its payables.

    Args:
        kind: Which of the two.
        due: What its documents have open today, in their own currencies: the order of calls follows it.
    """

    contact_id: str
    name: str
    kind: AgedKind
    due: Decimal


def aged_calls(warehouse: Warehouse, tenant_id: str, as_of: date, contacts: Sequence[str] = ()) -> list[AgedCall]:
    """The calls for some contacts, or for all with an invoice or bill open on the day; the largest amounts first.

    Args:
        warehouse: Knows contacts and documents.
        contacts: Names or contact ids; both reports of each are asked for. None: all with an open invoice or bill.

    Raises:
        ConfigurationError: A contact is not known, or several have the name.
    """
    params: dict[str, object] = {"tenant_id": tenant_id, "as_of": as_of}
    sides: dict[str, AgedKind] = {"ACCREC": "receivables", "ACCPAY": "payables"}
    outstanding = [
        AgedCall(row["contact_id"], row["name"], sides[row["type"]], row["due"])
        for row in warehouse.query(_OPEN, params).to_pylist()
        if row["type"] in sides
    ]
    if not contacts:
        return sorted(outstanding, key=lambda call: (-call.due, call.name, call.kind))
    known = warehouse.query(_CONTACTS, {"tenant_id": tenant_id}).to_pylist()
    chosen = dict(_found(known, name) for name in contacts)
    return [AgedCall(key, name, kind, Decimal(0)) for key, name in chosen.items() for kind in sides.values()]


def _found(known: Sequence[dict[str, str]], wanted: str) -> tuple[str, str]:
    found = [row for row in known if wanted == row["contact_id"] or wanted.lower() == row["name"].lower()]
    if len(found) == 1:
        return found[0]["contact_id"], found[0]["name"]
    if found:
        ids = ", ".join(row["contact_id"] for row in found)
        raise ConfigurationError(f"--contact {wanted}: several contacts have this name. Give the id of one: {ids}.")
    from difflib import get_close_matches

    near = get_close_matches(wanted, [row["name"] for row in known], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else " `xero-pipeline sync --select contacts` brings them."
    raise ConfigurationError(f"--contact {wanted}: this organisation has no such contact.{hint}")


def sync_aged(
    client: ReportSource,
    warehouse: Warehouse,
    tenant_id: str,
    calls: Sequence[AgedCall],
    as_of: date,
    *,
    tally: CallStats,
    progress: Step | None = None,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
) -> Iterator[SyncResult]:
    """Ask for the aged reports of some contacts and keep what differs from what we had.

    Args:
        warehouse: Takes the rows, a call in one transaction.
        calls: What to ask, from `aged_calls`.
        tally: Where `client` counts its calls.
        progress: Told after each call.
        now: The clock for `synced_at`.

    Yields:
        What was kept, after each call; its cost is that since the yield before.

    Raises:
        XeroPipelineError: Whatever stopped it; what was kept until then stays.
    """
    from xero_pipeline.sync.landing.file_format import LandedBatch
    from xero_pipeline.xero.reports.aged_reports import aged, aged_rows

    made, wire_bytes, since = tally.calls, tally.wire_bytes, time.monotonic()
    for done, call in enumerate(calls, start=1):
        pulled, at = aged(client, tenant_id, call.kind, call.contact_id, as_of), now()
        rows = pulled.read(aged_rows)
        if landing:
            arrival = LandedBatch(tenant_id=tenant_id, table=TABLE, subject=TABLE, kind="report", at=at)
            landing.keep(arrival, [pulled.answer])
        merged = keep_aged(warehouse, tenant_id, pulled.answer, rows, at)
        if progress:
            progress(done, len(calls), len(rows))
        yield SyncResult(
            tables={TABLE: merged},
            records=len(rows),
            calls=tally.calls - made,
            wire_bytes=tally.wire_bytes - wire_bytes,
            seconds=time.monotonic() - since,
        )
        made, wire_bytes, since = tally.calls, tally.wire_bytes, time.monotonic()


def keep_aged(
    warehouse: Warehouse, tenant_id: str, answer: ApiResponse, lines: Sequence[AgedRow], synced_at: datetime
) -> Merged:
    """Make the rows of one contact's report what was answered, in one transaction.

    Args:
        answer: Xero's, whenever it came.
        lines: What was read out of it.
        synced_at: The instant the rows are marked with.
    """
    from xero_pipeline.warehouse.load.partition_replacement import replace_rows
    from xero_pipeline.warehouse.schema.catalogue import table
    from xero_pipeline.xero.reports.aged_reports import asked

    kind, contact_id, as_of = asked(answer)
    piece = {"tenant_id": tenant_id, "report": kind, "contact_id": contact_id, "as_of": as_of}
    rows = [piece | asdict(line) | {"synced_at": synced_at} for line in lines]
    with warehouse.writing() as connection:
        warehouse.rows_changed()
        return replace_rows(connection, table(TABLE), rows, within=piece)
