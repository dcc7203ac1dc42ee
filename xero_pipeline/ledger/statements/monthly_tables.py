"""The statements of every month as tables, written anew from the journals each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.calendar import months_between
from xero_pipeline.ledger.cash_basis.reports import ON_CASH_BASIS, are_pulled
from xero_pipeline.ledger.posting.rules import REVERSAL
from xero_pipeline.ledger.statements import balance_sheet, bank_summary, cash, profit_and_loss, trial_balance
from xero_pipeline.ledger.statements.aged import aged_sql
from xero_pipeline.ledger.statements.balances import account_balances
from xero_pipeline.ledger.statements.budget import variances
from xero_pipeline.ledger.statements.chart import chart_of
from xero_pipeline.ledger.statements.entity import entity_of, newest_day
from xero_pipeline.ledger.statements.open_documents import CONTROL, Side
from xero_pipeline.ledger.statements.periods import Period, in_months
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import carry_out, literal, q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.ledger.statements.balances import AccountBalance
    from xero_pipeline.ledger.statements.chart import ChartOfAccounts
    from xero_pipeline.ledger.statements.entity import Entity
    from xero_pipeline.ledger.statements.lines import StatementLine
    from xero_pipeline.ledger.statements.trial_balance import TrialBalanceLine
    from xero_pipeline.warehouse.database.dialect import Dialect

_AGED: Mapping[str, Side] = {"aged_receivables": "receivables", "aged_payables": "payables"}
TABLES = (
    "trial_balance",
    "profit_and_loss",
    "balance_sheet",
    "bank_summary",
    "cash_movement",
    "budget_variance",
    *_AGED,
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
) -> dict[str, int]:
    """Write every statement of an organisation for some months; what was there of it is gone.

    Aged receivables and payables are written for the last day of every month that has begun by the newest day in the
    journals, and for that day.

    Args:
        connection: In a transaction, with the tables of the ledger made.
        months: A day of each month; None for every month from the first journal to the last.

    Returns:
        How many rows each table has now; those on cash basis only where they are written.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity = entity_of(connection, tenant_id)
    periods = in_months(_every_month(connection, tenant_id) if months is None else months)
    dialect.lock(connection, f"statements of {tenant_id}")
    written = dict.fromkeys(TABLES, 0)
    for table in {*TABLES, *ON_CASH_BASIS} - (_AGED.keys() if periods else set()):
        connection.execute(text(f"DELETE FROM {named(table)} WHERE tenant_id = :tenant_id"), {"tenant_id": tenant_id})
    if periods:
        chart = chart_of(connection, tenant_id)
        rows_by_table = _rows(connection, entity, chart, periods)
        if are_pulled(connection, tenant_id):
            rows_by_table |= _rows_on_cash_basis(connection, entity, chart, periods)
        for table, rows in rows_by_table.items():
            dialect.append(connection, named(table), _arrow(table, tenant_id, rows))
            written[table] = len(rows)
        written |= _write_aged(connection, tenant_id, periods, ageing)
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
    rows: _Rows = {table: [] for table in TABLES if table not in _AGED}
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


def _write_aged(connection: Connection, tenant_id: str, periods: Sequence[Period], ageing: Ageing) -> dict[str, int]:
    newest = newest_day(connection, tenant_id)
    if newest is None:
        for table in _AGED:
            carry_out(connection, f"DELETE FROM {named(table)} WHERE tenant_id = {literal(tenant_id)}")
        return {}
    days = sorted({newest, *(period.end for period in periods if period.start <= newest)})
    found = aged_sql(connection.dialect.name, CONTROL, days, ageing, "side").replace(":tenant_id", literal(tenant_id))
    # Both sides at once: to plan this query takes longer than to run it.
    carry_out(connection, "DROP TABLE IF EXISTS aged_documents")
    carry_out(connection, f"CREATE TEMP TABLE aged_documents AS {found}")
    if connection.dialect.name == "postgresql":
        carry_out(connection, "ANALYZE aged_documents (as_of, document_id)")
    return {table: _replace_aged(connection, tenant_id, table, side) for table, side in _AGED.items()}


def _replace_aged(connection: Connection, tenant_id: str, table: str, side: Side) -> int:
    """Write the rows of a side that say something else; most months were over long ago.

    Returns:
        How many rows there are now.
    """
    mine = f"tenant_id = {literal(tenant_id)}"
    names = ", ".join(q(column.name) for column in ledger_table(table).columns)
    arrived = f"SELECT {names} FROM aged_documents WHERE side = {literal(side)}"
    # EXCEPT takes a third of the time of a join on every column.
    carry_out(connection, "DROP TABLE IF EXISTS aged_otherwise")
    carry_out(
        connection,
        f"CREATE TEMP TABLE aged_otherwise AS SELECT as_of, document_id FROM "
        f"(SELECT {names} FROM {named(table)} WHERE {mine} EXCEPT {arrived}) AS o",
    )
    carry_out(
        connection,
        f"DELETE FROM {named(table)} WHERE {mine} "
        "AND (as_of, document_id) IN (SELECT as_of, document_id FROM aged_otherwise)",
    )
    carry_out(
        connection,
        f"INSERT INTO {named(table)} (tenant_id, {names}) SELECT {literal(tenant_id)}, {names} FROM ({arrived}) AS n "
        f"WHERE NOT EXISTS (SELECT 1 FROM {named(table)} AS t "
        f"WHERE t.{mine} AND t.as_of = n.as_of AND t.document_id = n.document_id)",
    )
    return connection.exec_driver_sql(f"SELECT COUNT(*) FROM ({arrived}) AS n").scalar_one()
