"""Aged receivables and payables as tables, for every month end: only what changed is computed and written again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xero_pipeline.ledger.input_state import digest
from xero_pipeline.ledger.statements.aged import aged_sql
from xero_pipeline.ledger.statements.open_records import CONTROL, records_read
from xero_pipeline.ledger.tables import ledger_table, named
from xero_pipeline.warehouse.sql import among, carry_out, literal, make_temporary, q

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.ledger.statements.open_records import Side

AGED: Mapping[str, Side] = {"aged_receivables": "receivables", "aged_payables": "payables"}
_FOUND = "aged_documents"


def aged_rules(dialect_name: str, ageing: Ageing) -> str:
    """A digest of how the rows are computed: those of other rules have to be written again."""
    return digest(aged_sql(dialect_name, CONTROL, [date.min], ageing))


def write_aged(
    connection: Connection, tenant_id: str, days: Collection[date], ageing: Ageing, *, changed: str | None = None
) -> dict[str, int]:
    """Write both tables for some days; what was there of others is gone.

    Args:
        connection: In a transaction that writes, in which the organisation's documents were read (`read_records`).
        changed: A temporary table with the `document_id` of every document that says something else than when the
            tables were written, by the same rules (`aged_rules`), or is settled otherwise. None: all are computed.

    Returns:
        How many rows each table has now.
    """
    there = set[date]() if changed is None else _days_there(connection, tenant_id)
    stays = sorted(there & set(days))
    parts = [(sorted(set(days) - there), "TRUE"), (stays, f"document_id IN (SELECT document_id FROM {changed})")]
    queries = [_aged(connection, tenant_id, some, ageing, which) for some, which in parts if some]
    if queries:
        # Both sides at once: to plan this query takes longer than to run it.
        make_temporary(connection, _FOUND, " UNION ALL ".join(queries))
    for table, side in AGED.items():
        gone = f"(as_of IN {among(stays)}) IS NOT TRUE" + (f" OR {parts[1][1]}" if stays else "")
        carry_out(connection, f"DELETE FROM {named(table)} WHERE tenant_id = {literal(tenant_id)} AND ({gone})")
        if queries:
            names = ", ".join(q(column.name) for column in ledger_table(table).columns)
            carry_out(
                connection,
                f"INSERT INTO {named(table)} (tenant_id, {names}) SELECT {literal(tenant_id)}, {names} "
                f"FROM {_FOUND} WHERE side = {literal(side)}",
            )
    return {table: _count(connection, tenant_id, table) for table in AGED}


def _aged(connection: Connection, tenant_id: str, days: Iterable[date], ageing: Ageing, which: str) -> str:
    found = aged_sql(connection.dialect.name, CONTROL, days, ageing, "side", read=records_read(which))
    return found.replace(":tenant_id", literal(tenant_id))


def _days_there(connection: Connection, tenant_id: str) -> set[date]:
    union = " UNION ".join(
        f"SELECT DISTINCT as_of FROM {named(table)} WHERE tenant_id = {literal(tenant_id)}" for table in AGED
    )
    return set(connection.exec_driver_sql(union).scalars())


def _count(connection: Connection, tenant_id: str, table: str) -> int:
    sql = f"SELECT COUNT(*) FROM {named(table)} WHERE tenant_id = {literal(tenant_id)}"
    return connection.exec_driver_sql(sql).scalar_one()
