"""What Xero's API says, read without a line of the pipeline: plain requests, plain JSON, exact decimals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.simulator.helpers import consent

Facts = dict[str, tuple[Any, ...]]
"""By table: how many rows live and how many are deleted, then sums over some columns of the living."""


@dataclass(frozen=True)
class List:
    """A collection, its table, and what is added up: JSON field to column."""

    path: str
    table: str
    sums: dict[str, str] = field(default_factory=dict)
    lines: tuple[str, str] = ("", "")
    """Field and table of its lines, whose LineAmount is added up."""
    wrapper: str = ""
    params: dict[str, str] = field(default_factory=dict)


SMALLEST_PAGE = 100
"""Some endpoints give no more at once, whatever is asked for."""
_TOTALS = {"SubTotal": "sub_total", "TotalTax": "total_tax", "Total": "total"}
_ARCHIVED = {"includeArchived": "true"}
LISTS = (
    List("Accounts", "accounts"),
    List("BankTransactions", "bank_transactions", _TOTALS, ("LineItems", "bank_transaction_line_items")),
    List("BankTransfers", "bank_transfers", {"Amount": "amount"}, params={"includeDeleted": "true"}),
    List("BatchPayments", "batch_payments", {"TotalAmount": "total_amount"}),
    List("BrandingThemes", "branding_themes"),
    List("Budgets", "budgets"),
    List("ContactGroups", "contact_groups"),
    List("Contacts", "contacts", params=_ARCHIVED),
    List("CreditNotes", "credit_notes", _TOTALS, ("LineItems", "credit_note_line_items")),
    List("Currencies", "currencies"),
    List("InvoiceReminders/Settings", "invoice_reminders", wrapper="InvoiceReminders"),
    List(
        "Invoices",
        "invoices",
        _TOTALS | {"AmountDue": "amount_due", "AmountPaid": "amount_paid"},
        ("LineItems", "invoice_line_items"),
        params=_ARCHIVED,
    ),
    List("Items", "items"),
    List("LinkedTransactions", "linked_transactions"),
    List("ManualJournals", "manual_journals", {}, ("JournalLines", "manual_journal_lines")),
    List("Organisation", "organisations", wrapper="Organisations"),
    List("Organisation/Actions", "organisation_actions", wrapper="Actions"),
    List("Overpayments", "overpayments", _TOTALS, ("LineItems", "overpayment_line_items")),
    List("Payments", "payments", {"Amount": "amount"}),
    List("Prepayments", "prepayments", _TOTALS, ("LineItems", "prepayment_line_items")),
    List("PurchaseOrders", "purchase_orders", _TOTALS, ("LineItems", "purchase_order_line_items")),
    List("Quotes", "quotes", _TOTALS, ("LineItems", "quote_line_items")),
    List("RepeatingInvoices", "repeating_invoices", {"Total": "total"}, ("LineItems", "repeating_invoice_line_items")),
    List("TaxRates", "tax_rates"),
    List("TrackingCategories", "tracking_categories", params=_ARCHIVED),
    List("Users", "users"),
)
_PAGED = {
    "BankTransactions", "Contacts", "CreditNotes", "Invoices", "LinkedTransactions", "ManualJournals", "Overpayments",
    "Payments", "Prepayments", "PurchaseOrders", "Quotes",
}  # fmt: skip


class Xero:
    """The simulated Xero, asked by somebody who is not the pipeline."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        answer = self._client.get(f"/api.xro/2.0/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)

    def records(self, one: List) -> list[dict[str, Any]]:
        wrapper = one.wrapper or one.path
        if one.path not in _PAGED:
            return self.get(one.path, one.params).get(wrapper) or []  # as Xero answers at times
        found: list[dict[str, Any]] = []
        more: list[dict[str, Any]] = [{}] * SMALLEST_PAGE
        page = 0
        while len(more) >= SMALLEST_PAGE:
            page += 1
            more = self.get(one.path, {**one.params, "page": str(page), "pageSize": "1000"}).get(wrapper) or []
            found += more
        return found

    def facts(self, tables: Collection[str] = ()) -> Facts:
        """What it says of some tables and their lines, or of all."""
        facts: Facts = {}
        for one in _chosen(tables):
            records = self.records(one)
            living = [record for record in records if record.get("Status") != "DELETED"]
            facts[one.table] = (len(living), len(records) - len(living), *(_sum(living, name) for name in one.sums))
            if one.lines[0]:
                lines = _lines(living, one.lines[0])
                deleted = len(_lines(records, one.lines[0])) - len(lines)
                facts[one.lines[1]] = (len(lines), deleted, _sum(lines, "LineAmount"))
        return facts

    def net_profit(self, first: dt.date, last: dt.date) -> Decimal:
        """The last line of the profit and loss of one period, asked for alone."""
        params = {"fromDate": first.isoformat(), "toDate": last.isoformat(), "standardLayout": "true"}
        (report,) = self.get("Reports/ProfitAndLoss", params)["Reports"]
        rows = [row for section in report["Rows"] for row in section.get("Rows", [])]
        cells = [[cell["Value"] for cell in row["Cells"]] for row in rows]
        return next(Decimal(value) for name, value in cells if name == "Net Profit")


@contextmanager
def truth(url: str, organisation: str | None = None, transport: httpx.BaseTransport | None = None) -> Iterator[Xero]:
    """Let in by a consent of its own.

    Args:
        organisation: Tenant id; None for the first.
        transport: Into a simulator of this process; None for the network.
    """
    accept = {"Accept": "application/json"}
    with httpx.Client(base_url=url, headers=accept, timeout=60, trust_env=False, transport=transport) as client:
        token = consent(client, url, transport=transport, client_id="auditor")["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        tenant_id = organisation or client.get("/connections").json()[0]["tenantId"]
        client.headers["xero-tenant-id"] = tenant_id
        yield Xero(client)


def kept(home: Home, organisation: str | None = None, tables: Collection[str] = ()) -> Facts:
    """The same facts as the warehouse has them.

    Args:
        organisation: Tenant id; None for all.
        tables: Some, with their lines; none for all.
    """
    whose = f" WHERE tenant_id = '{organisation}'" if organisation else ""
    facts: Facts = {}
    for one in _chosen(tables):
        facts[one.table] = _row(home, one.table, list(one.sums.values()), whose)
        if one.lines[0]:
            facts[one.lines[1]] = _row(home, one.lines[1], ["line_amount"], whose)
    return facts


def _chosen(tables: Collection[str]) -> list[List]:
    return [one for one in LISTS if not tables or one.table in tables]


def _row(home: Home, table: str, columns: list[str], whose: str) -> tuple[Any, ...]:
    sums = "".join(f", coalesce(sum({column}) FILTER (WHERE NOT is_deleted), 0)" for column in columns)
    counts = "count(*) FILTER (WHERE NOT is_deleted), count(*) FILTER (WHERE is_deleted)"
    return home.query(f"SELECT {counts}{sums} FROM xero.{table}{whose}")[0]


def _lines(records: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line for record in records for line in record.get(name, ())]


def _sum(records: list[dict[str, Any]], name: str) -> Decimal:
    return sum((record[name] for record in records if record.get(name) is not None), Decimal(0))
