"""The books of an organisation as they were known at an earlier moment, in a warehouse of their own.

Documents come from their history, trial balances from the answers that are kept, and the ledger is made of both by
today's rules. Xero is asked nothing, and nothing is written to the warehouse.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.calendar import month_end
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.schema import LedgerLayout
from xero_pipeline.ledger.statements.periods import ONE_DAY
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.sync.report_writer import table_of_months
from xero_pipeline.sync.reports_stale import month_changes
from xero_pipeline.warehouse.copy import ROWS_AT_ONCE, MovedTable
from xero_pipeline.warehouse.days import zones_of
from xero_pipeline.warehouse.load.history import REPLACED_AT, SEEN_AT, has_history, view_name
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.schema.model import SYNCED_AT
from xero_pipeline.warehouse.sql import literal, q
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.warehouse.time_zones import beginning_of
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline.xero.reports.report_months import ReportMonth
from xero_pipeline.xero.values import loads

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from datetime import date, datetime

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing
    from xero_pipeline.warehouse.schema.model import Table

_BALANCES = "trial_balance"
"""The report that tells what no document shows; others are only compared."""
_ANSWERS = """
SELECT a.period_start, a.raw FROM (
    SELECT period_start, CAST(raw AS TEXT) AS raw, checked_at,
        ROW_NUMBER() OVER (PARTITION BY period_start ORDER BY fetched_at DESC) AS place
    FROM xero.report_pulls
    WHERE tenant_id = :tenant_id AND report = :report AND basis = 'accrual' AND fetched_at < :moment
) AS a LEFT JOIN reached AS u ON u.month = a.period_start
WHERE a.place = 1 AND (a.checked_at < u.any_until) IS NOT TRUE ORDER BY a.period_start
"""


def books_known_on(
    books: Warehouse, tenant_id: str, day: date | None, *, ageing: Ageing = "days"
) -> AbstractContextManager[Warehouse]:
    """The books of an organisation as they were known on the evening of a day, where it is; without a day those of now.

    Args:
        books: Where its history is.

    Raises:
        ConfigurationError: Nothing was known of it then.
        WarehouseBusy: Another process held the file all the time.
    """
    if day is None:
        return nullcontext(books)
    evening = beginning_of(day + ONE_DAY, zones_of(books).get(tenant_id))
    return books_known_at(books, tenant_id, evening, ageing=ageing)


@contextmanager
def books_known_at(
    books: Warehouse, tenant_id: str, moment: datetime, *, ageing: Ageing = "days"
) -> Generator[Warehouse]:
    """A warehouse with what was known of an organisation just before a moment; it is gone afterwards.

    Args:
        books: Where its history is.

    Raises:
        ConfigurationError: Nothing was known of it then.
        WarehouseBusy: Another process held the file all the time.
    """
    with TemporaryDirectory(prefix="xero-pipeline-known-") as folder:
        known = Warehouse(f"duckdb:///{Path(folder) / 'books.duckdb'}", derived=LedgerLayout())
        known.prepare()
        with books.reading() as source, known.writing() as target:
            for table in filter(has_history, all_tables()):
                place = MovedTable(SCHEMA, table.name, table.all_columns)
                for rows in books.dialect.batches(source, _known_sql(table, tenant_id, moment), ROWS_AT_ONCE):
                    known.dialect.append(target, place.sql, rows.cast(place.arrow))
            for month in _balances(source, tenant_id, moment):
                rows = table_of_months(month.report, [month], tenant_id, moment)
                known.dialect.append(target, f"{SCHEMA}.{q(_BALANCES)}", rows)
                known.dialect.append(target, f"{SCHEMA}.report_pulls", _pull(month, tenant_id, moment))
        if update_ledger(known, tenant_id, {}, at=moment, ageing=ageing) is None:
            raise ConfigurationError(
                "Nothing was known of this organisation then: the history of its records begins with the first sync. "
                "Name a later day.",
                organisation=tenant_id,
            )
        yield known


def _known_sql(table: Table, tenant_id: str, moment: datetime) -> str:
    columns = ", ".join(
        f"{q(SEEN_AT.name)} AS {q(column.name)}" if column == SYNCED_AT else q(column.name)
        for column in table.all_columns
    )
    return (
        f"SELECT {columns} FROM {SCHEMA}.{q(view_name(table))} WHERE tenant_id = {literal(tenant_id)} "
        f"AND {SEEN_AT.name} < {literal(moment)} "
        f"AND ({REPLACED_AT.name} IS NULL OR {REPLACED_AT.name} >= {literal(moment)})"
    )


def _pull(month: ReportMonth, tenant_id: str, moment: datetime) -> pa.Table:
    """That a trial balance was there: the ledger compares with no other."""
    import pyarrow as pa

    from xero_pipeline.warehouse.schema.arrow_types import table_schema

    row = {
        "tenant_id": tenant_id,
        "report": _BALANCES,
        "basis": month.report.basis,
        "period_start": month.period_start,
        "period_end": month.period_end,
        "fetched_at": moment,
        "checked_at": moment,
        "raw": "{}",
    }
    return pa.Table.from_pylist([row], schema=table_schema("report_pulls", "bookkeeping"))


def _balances(connection: Connection, tenant_id: str, moment: datetime) -> Iterator[ReportMonth]:
    """The trial balances that were the newest then; each was asked for by itself.

    Those that were older than the documents of then are left out: the ledger made nothing of them that evening either.
    """
    told = {"tenant_id": tenant_id, "report": _BALANCES, "moment": moment}
    balances = report_named(_BALANCES)
    parse: Any = balances.parse
    answers = text(f"WITH {month_changes([tenant_id], before=True)} {_ANSWERS}")
    for start, raw in connection.execute(answers, told):
        yield ReportMonth(balances, start, month_end(start), parse(loads(raw.encode()), 0), (), b"")
