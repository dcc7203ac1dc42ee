"""A few documents of one organisation, put on a shelf by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from xero_pipeline.metrics.aged_balances import owed
from xero_pipeline.metrics.request import by_month

DAY = date(2026, 11, 24)
OLD = date(2026, 1, 5)
KINDS = {
    "invoices": "ACCREC",
    "credit_notes": "ACCRECCREDIT",
    "overpayments": "RECEIVE-OVERPAYMENT",
    "prepayments": "RECEIVE-PREPAYMENT",
}


class Shelf:
    """Documents of one organisation in NZD."""

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.row("organisations", organisation_id="o", name="O", base_currency="NZD")

    def row(self, table, **values):
        named = {"tenant_id": "t", "is_deleted": False, **values}
        marks = ", ".join(f":{name}" for name in named)
        with self.warehouse.writing() as connection:
            connection.execute(text(f"INSERT INTO xero.{table} ({', '.join(named)}) VALUES ({marks})"), named)

    def put(self, table, name, amount, **more):
        told = {f"{table[:-1]}_id": name, "type": KINDS[table], "status": "AUTHORISED", "date": OLD,
                "currency_code": "NZD", "currency_rate": 1, "total": Decimal(amount), **more}  # fmt: skip
        self.row(table, **told)

    def ages(self, day=DAY):
        return [f"{age.owed:.2f}" for age in self.owed(day).ages]

    def owed(self, day=DAY, ageing="days"):
        with self.warehouse.reading() as connection:
            return owed(connection, "receivables", "t", day, ageing)

    def months(self, name, select, since=OLD, until=DAY):
        """Rows of a metric that goes by month."""
        with self.warehouse.reading() as connection:
            return by_month(connection, name, select, "t", since, until)
