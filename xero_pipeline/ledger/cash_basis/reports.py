"""Xero's own reports on cash basis: where they are pulled, the ledger has its own by month, and compares the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.warehouse.sql import among, literal

if TYPE_CHECKING:
    from sqlalchemy import Connection

ON_CASH_BASIS = {
    "trial_balance_cash": "trial_balance",
    "profit_and_loss_cash": "profit_and_loss",
    "balance_sheet_cash": "balance_sheet",
}
"""The reports, which tables of ours are called like, and the same on accrual basis."""


def are_pulled(connection: Connection, tenant_id: str) -> bool:
    """Whether any of them was ever pulled for an organisation."""
    return connection.exec_driver_sql(
        "SELECT COUNT(*) > 0 FROM xero.report_pulls WHERE basis = 'cash' "
        f"AND report IN {among(ON_CASH_BASIS.values())} AND tenant_id = {literal(tenant_id)}"
    ).scalar_one()
