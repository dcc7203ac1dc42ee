"""Links into Xero, of the kinds Xero documents ("Deep link to Xero"): the short code opens the right organisation."""

from __future__ import annotations

from collections.abc import Mapping

ORGANISATION = "https://go.xero.com/organisationlogin/default.aspx"
REPORTS = "https://reporting.xero.com"


def record_pages() -> Mapping[str, str]:
    """Where Xero shows a record of a collection, with `{id}` in its place; only what Xero documents."""
    return {
        "invoices": "/AccountsReceivable/View.aspx?InvoiceID={id}",
        "bills": "/AccountsPayable/Edit.aspx?InvoiceID={id}",
        "credit_notes": "/AccountsPayable/ViewCreditNote.aspx?creditNoteID={id}",
        "purchase_orders": "/Accounts/Payable/PurchaseOrders/View/{id}/",
        "contacts": "/Contacts/View/{id}",
        "bank_transactions": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    }


def report_numbers() -> Mapping[str, int]:
    """Xero's numbers of those reports whose number follows one rule: 100 more in the US, 200 more in Great Britain."""
    return {"profit_and_loss": 1016, "balance_sheet": 1017}


def organisation_link(short_code: str, page: str = "/Dashboard/") -> str:
    """An organisation, or a page of it.

    Args:
        short_code: `organisations.short_code`, with its exclamation mark.
    """
    return f"{ORGANISATION}?shortcode={short_code}&redirecturl={page}"


def record_link(short_code: str | None, collection: str, record_id: str) -> str | None:
    """A record, None where Xero documents no address for its kind, or the organisation's short code is not known.

    Args:
        short_code: As in `organisation_link`.
        collection: Name of the record's table; `bills` for an invoice of type ACCPAY.
    """
    page = record_pages().get(collection)
    return organisation_link(short_code, page.format(id=record_id)) if short_code and page else None


def report_link(short_code: str, report: str, country_code: str | None) -> str:
    """A report; the organisation's list of reports where the number of that one is not known.

    Args:
        short_code: As in `organisation_link`.
        report: Name of its table.
    """
    number = report_numbers().get(report)
    if number is None:
        return f"{REPORTS}/{short_code}"
    return f"{REPORTS}/{short_code}/v1/Run/{number + {'US': 100, 'GB': 200}.get(country_code or '', 0)}"
