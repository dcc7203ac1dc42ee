"""Which list an event of Xero's webhooks is about.

Source: xero-webhooks.yaml (16.1.0) for CONTACT, INVOICE, CREDITNOTE and SUBSCRIPTION; Xero's changelog for PREPAYMENT
(17.0.0, August 2026), OVERPAYMENT (September 2026) and PAYMENT (20.0.0, November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping

CATEGORIES: Mapping[str, str] = {
    "CONTACT": "contacts",
    "INVOICE": "invoices",
    "CREDITNOTE": "credit_notes",
    "PREPAYMENT": "prepayments",
    "OVERPAYMENT": "overpayments",
    "PAYMENT": "payments",
}
"""The table that the events of a category are read with."""

OF_APPS = frozenset({"SUBSCRIPTION"})
"""Categories about the app itself: who subscribes to it in Xero's App Store. Nothing is read for them."""

PAID_DOCUMENTS: Mapping[str, str] = {
    "invoices": "invoice_id",
    "credit_notes": "credit_note_id",
    "prepayments": "prepayment_id",
    "overpayments": "overpayment_id",
}
"""By table the column of `payments` that names a document of it: whether Xero tells of that, too, is not documented."""


def category_of(table: str) -> str | None:
    """The category whose events are about a table; None where Xero has none."""
    return next((category for category, name in CATEGORIES.items() if name == table), None)
