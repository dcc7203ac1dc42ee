"""Documents of an organisation, put into a warehouse by hand, whose checks are asked as the ledger's op asks them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import text

from xero_pipeline.checks.catalogue import books_checks
from xero_pipeline.checks.evaluation import ask_checks
from xero_pipeline.checks.findings import check_states, findings
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline_tests.databases import opened

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
TENANT = "t"


class CheckedBooks:
    """Books of one organisation in NZD, as of a noon in November."""

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.now = NOON
        self.checks = books_checks()
        self.row("organisations", organisation_id="o", name="O", base_currency="NZD", timezone="UTC",
                 financial_year_end_month=3, financial_year_end_day=31)  # fmt: skip
        self.row("accounts", account_id="bank", code="090", name="Bank", type="BANK", status="ACTIVE")
        self.row("accounts", account_id="cost", code="400", name="Cost", type="EXPENSE", status="ACTIVE")

    def row(self, table, schema="xero", **values):
        named = {"tenant_id": TENANT, "synced_at": self.now, "is_deleted": False, **values}
        if schema == "xero_history":
            named |= {"valid_to": self.now, "replaced_at": self.now}
        marks = ", ".join(f":{name}" for name in named)
        columns = ", ".join(f'"{name}"' for name in named)
        self.write(f"INSERT INTO {schema}.{table} ({columns}) VALUES ({marks})", named)

    def write(self, statement, values=None):
        with self.warehouse.writing() as connection:
            connection.execute(text(statement), values or {})

    def document(self, table, name, day, **more):
        key = {"bank_transactions": "bank_transaction_id", "credit_notes": "credit_note_id"}.get(table, "invoice_id")
        told = {key: name, "type": "ACCPAY", "status": "AUTHORISED", "date": dt.date.fromisoformat(day),
                "currency_code": "NZD", "currency_rate": 1, "total": Decimal(100), "contact_id": "s",
                "contact_name": "Supplier", "updated_date_utc": self.now}  # fmt: skip
        self.row(table, **told | more)

    def ask(self, checks=None):
        """How many checks were asked."""
        update_ledger(self.warehouse, TENANT, {}, at=self.now)
        return ask_checks(self.warehouse, TENANT, checks or self.checks, at=self.now)

    def found(self, check):
        """By key the evidence of what a check finds that nobody dismissed."""
        with self.warehouse.reading() as connection:
            return {one.key: one.evidence for one in findings(connection, check) if not one.dismissed_by}

    def states(self):
        with self.warehouse.reading() as connection:
            return {one.check: one for one in check_states(connection)}


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    with opened(request.getfixturevalue(f"{request.param}_url")) as warehouse:
        yield CheckedBooks(warehouse)
