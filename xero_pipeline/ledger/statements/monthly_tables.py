"""The statements of every month as tables, written anew from the journals each time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.calendar import months_between
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS, are_pulled
from xero_pipeline.ledger.posting.rules import REVERSAL
from xero_pipeline.ledger.statements import balance_sheet, bank_summary, cash, profit_and_loss, trial_balance
from xero_pipeline.ledger.statements.aged_tables import AGED, write_aged
from xero_pipeline.ledger.statements.balances import account_balances
from xero_pipeline.ledger.statements.budget import variances
from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.entity import entity_of, newest_day
from xero_pipeline.ledger.statements.periods import Period, in_months
from xero_pipeline.ledger.tables import ledger_table, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.ledger.statements.balances import AccountBalance
    from xero_pipeline.ledger.statements.chart import ChartOfAccounts
    from xero_pipeline.ledger.statements.entity import Entity
    from xero_pipeline.ledger.statements.lines import StatementLine
    from xero_pipeline.ledger.statements.trial_balance import TrialBalanceLine
    from xero_pipeline.warehouse.database.dialect import Dialect

TABLES = (
    "trial_balance",
    "profit_and_loss",
    "balance_sheet",
    "bank_summary",
    "cash_movement",
    "budget_variance",
    *AGED,
)
"""The tables of schema ledger that are written here, and those of `ON_CASH_BASIS` where such reports are pulled."""

_Rows = dict[str, list[tuple[Period, Any]]]


def write_statements(
    connection: Connection,
    dialect: Dialect,
    tenant_id: str,
    months: Iterable[date] | None = None,
    *,
    ageing: Ageing = "days",
    changed: str | None = None,
) -> dict[str, int]:
    """Write every statement of an organisation for some months; what was there of it is gone.

    Aged receivables and payables are written for the last day of every month that has begun by the newest day in the
    journals, and for that day.

    Args:
        connection: In a transaction, with the tables of the ledger made; as for `write_aged`.
        months: A day of each month; None for every month from the first journal to the last.
        changed: As for `write_aged`.

    Returns:
        How many rows each table has now; those on cash basis only where they are written.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity = entity_of(connection, tenant_id)
    periods = in_months(_every_month(connection, tenant_id) if months is None else months)
    dialect.lock(connection, f"statements of {tenant_id}")
    written = dict.fromkeys(TABLES, 0)
    for table in {*TABLES, *ON_CASH_BASIS} - (AGED.keys() if periods else set()):
        connection.execute(text(f"DELETE FROM {named(table)} WHERE tenant_id = :tenant_id"), {"tenant_id": tenant_id})
    if periods:
        chart = chart_of(connection, tenant_id)
        rows_by_table = _rows(connection, entity, chart, periods)
        if are_pulled(connection, tenant_id):
            rows_by_table |= _rows_on_cash_basis(connection, entity, chart, periods)
        for table, rows in rows_by_table.items():
            dialect.append(connection, named(table), _arrow(table, tenant_id, rows))
            written[table] = len(rows)
        newest = newest_day(connection, tenant_id)
        days = {newest, *(period.end for period in periods if period.start <= newest)} if newest else set[date]()
        written |= write_aged(connection, tenant_id, days, ageing, changed=changed)
    return written


def _every_month(connection: Connection, tenant_id: str) -> list[date]:
    sql = f"SELECT MIN(journal_date), MAX(journal_date) FROM {named('journals')} WHERE tenant_id = :tenant_id "
    sql += f"AND source_type <> '{REVERSAL}'"  # on the morning after the last month
    first, last = connection.execute(text(sql), {"tenant_id": tenant_id}).one()
    return months_between(first, last) if first else []


def _rows(connection: Connection, entity: Entity, chart: ChartOfAccounts, periods: Sequence[Period]) -> _Rows:
    sums = account_balances(connection, entity, chart, periods)
    flows = cash.flows(connection, entity, chart, periods)
    budgets = variances(connection, entity, chart, sums)
    rows: _Rows = {table: [] for table in TABLES if table not in AGED}
    for period, found in sums.items():
        banks = bank_summary.of_balances(chart, found)
        statements = {
            **_of_balances(entity, chart, found),
            "bank_summary": banks,
            "cash_movement": cash.of_flows(banks, flows[period]),
            "budget_variance": budgets[period],
        }
        for table, lines in statements.items():
            rows[table].extend((period, line) for line in lines)
    return rows


def _rows_on_cash_basis(
    connection: Connection, entity: Entity, chart: ChartOfAccounts, periods: Sequence[Period]
) -> _Rows:
    rows: _Rows = {table: [] for table in ON_CASH_BASIS}
    for period, found in account_balances(connection, entity, chart, periods, basis="cash").items():
        statements = _of_balances(entity, chart, found)
        for table, on_accrual_basis in ON_CASH_BASIS.items():
            rows[table].extend((period, line) for line in statements[on_accrual_basis])
    return rows


def _of_balances(
    entity: Entity, chart: ChartOfAccounts, found: Sequence[AccountBalance]
) -> dict[str, Sequence[TrialBalanceLine | StatementLine]]:
    return {
        "trial_balance": trial_balance.of_balances(found),
        "profit_and_loss": profit_and_loss.of_balances(found, folds_gains=entity.folds_gains),
        "balance_sheet": balance_sheet.of_balances(found, chart.earnings),
    }


def _arrow(table: str, tenant_id: str, rows: Sequence[tuple[Period, Any]]) -> pa.Table:
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.arrow_types import column_type

    first = {
        "tenant_id": [tenant_id] * len(rows),
        "period_start": [period.start for period, _ in rows],
        "period_end": [period.end for period, _ in rows],
    }
    columns = {
        column.name: pa.array(
            first.get(column.name) or [getattr(line, column.name) for _, line in rows], column_type(column.kind)
        )
        for column in ledger_table(table).all_columns
    }
    return pa.table(columns)
