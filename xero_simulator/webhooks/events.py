"""Which records changed since somebody last looked, as events of Xero's webhooks.

The form is that of xero-webhooks.yaml; PREPAYMENT, OVERPAYMENT and PAYMENT are those of Xero's changelog of 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xero_simulator.company import Company
from xero_simulator.workbench import Record

_URL = "https://api.xero.com/api.xro/2.0"


@dataclass(frozen=True, slots=True)
class EventCategory:
    """What Xero tells of one kind of record.

    Attributes:
        wrapper: The kind of record.
        key: The field with its id.
        data: The fields that go along.
    """

    wrapper: str
    key: str
    data: tuple[str, ...] = ()


EVENT_CATEGORIES: Mapping[str, EventCategory] = {
    "CONTACT": EventCategory("Contacts", "ContactID"),
    "INVOICE": EventCategory("Invoices", "InvoiceID"),
    "CREDITNOTE": EventCategory("CreditNotes", "CreditNoteID", ("Type", "Status")),
    "PREPAYMENT": EventCategory("Prepayments", "PrepaymentID"),
    "OVERPAYMENT": EventCategory("Overpayments", "OverpaymentID"),
    "PAYMENT": EventCategory("Payments", "PaymentID"),
}


@dataclass(slots=True)
class ChangeLog:
    """What the records of organisations were when somebody last looked."""

    _seen: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def changes(self, tenant_id: str, company: Company) -> Iterator[dict[str, Any]]:
        """The events since the last look, those of a category in the order of their instants; none at the first."""
        for category, kind in EVENT_CATEGORIES.items():
            table = company.bench.tables.get(kind.wrapper, {})
            now = {key: _stamp(record) for key, record in table.items()}
            before = self._seen.get((tenant_id, category))
            self._seen[tenant_id, category] = now
            if before is None:
                continue
            changed = [key for key, at in now.items() if before.get(key) != at]
            for key in sorted(changed, key=lambda one: (now[one], one)):
                yield _event(tenant_id, category, kind, table[key], is_new=key not in before)


def subscription_event(app_id: str, subscription_id: str, at: dt.datetime) -> dict[str, Any]:
    """What Xero tells when somebody subscribes to an app: it is of the app, not of an organisation."""
    return {
        "resourceUrl": f"https://api.xero.com/appstore/2.0/subscriptions/{subscription_id}",
        "resourceId": subscription_id,
        "tenantId": app_id,
        "tenantType": "APPLICATION",
        "eventCategory": "SUBSCRIPTION",
        "eventType": "CREATE",
        "eventDateUtc": _written(int(at.timestamp() * 1000)),
    }


def _event(tenant_id: str, category: str, kind: EventCategory, record: Record, *, is_new: bool) -> dict[str, Any]:
    key = record[kind.key]
    told = {
        "resourceUrl": f"{_URL}/{kind.wrapper}/{key}",
        "resourceId": key,
        "tenantId": tenant_id,
        "tenantType": "ORGANISATION",
        "eventCategory": category,
        "eventType": "CREATE" if is_new else "UPDATE",
        "eventDateUtc": _written(_stamp(record)),
    }
    return told | ({"data": {name: record[name] for name in kind.data}} if kind.data else {})


def _stamp(record: Record) -> int:
    """Milliseconds since 1970 of its last change."""
    return int(record["UpdatedDateUTC"][6:-7])


def _written(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds")
