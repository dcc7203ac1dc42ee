"""Which record of Xero's a finding is about, as far as its key tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.checks.findings import Finding

_RECORDS = """
select r.tenant_id, r.record_id, r.collection, o.short_code
from (
    select tenant_id, invoice_id as record_id, case when type = 'ACCPAY' then 'bills' else 'invoices' end as collection
    from xero.invoices where tenant_id in :tenants and invoice_id in :ids
    union all
    select tenant_id, credit_note_id, 'credit_notes'
    from xero.credit_notes where tenant_id in :tenants and credit_note_id in :ids
    union all
    select tenant_id, bank_transaction_id, 'bank_transactions'
    from xero.bank_transactions where tenant_id in :tenants and bank_transaction_id in :ids
    union all
    select tenant_id, contact_id, 'contacts'
    from xero.contacts where tenant_id in :tenants and contact_id in :ids
) as r
left join xero.organisations as o on o.tenant_id = r.tenant_id
"""


@dataclass(frozen=True, slots=True)
class FindingSubject:
    """A record of Xero's.

    Args:
        collection: Name of its table; `bills` for an invoice of type ACCPAY.
        short_code: Of its organisation, for addresses in Xero.
    """

    record_id: str
    collection: str
    short_code: str | None


def subjects(connection: Connection, found: Sequence[Finding]) -> Mapping[str, FindingSubject]:
    """By the id of a finding the record it is about. A key is a record's id, or has one before or behind a colon.

    Args:
        connection: To the warehouse; reading is enough.
    """
    if not found:
        return {}
    asked = text(_RECORDS).bindparams(bindparam("tenants", expanding=True), bindparam("ids", expanding=True))
    given = {
        "tenants": sorted({one.tenant_id for one in found}),
        "ids": sorted({i for one in found for i in ids_in(one)}),
    }
    known = {
        (row.tenant_id, row.record_id): FindingSubject(row.record_id, row.collection, row.short_code)
        for row in connection.execute(asked, given)
    }
    about = {one.id: (known.get((one.tenant_id, part)) for part in ids_in(one)) for one in found}
    return {name: subject for name, found_ones in about.items() if (subject := next(filter(None, found_ones), None))}


def ids_in(finding: Finding) -> Sequence[str]:
    """The ids in the key of a finding, each perhaps that of a record."""
    return finding.key.split(":")
