"""What one organisation's day costs in a PostgreSQL warehouse that it has alone, and in one that it shares with many.

Called as `python -m benchmarks.neighbours SIMULATOR_URL HOME OTHERS`, with an address of PostgreSQL in
XERO_WAREHOUSE_URL; prints one line of JSON. The others are copies of the organisation, made in SQL.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.connected import connected, unlimited
from benchmarks.ledger import CHANGED, DOCUMENTS
from xero_pipeline import clock

if TYPE_CHECKING:
    from xero_pipeline.container import Services

TIMES = 3
AT_ONCE = 25
"""Copies a statement."""

_TABLES = """
SELECT c.table_schema || '.' || c.table_name AS name, STRING_AGG(QUOTE_IDENT(c.column_name), ', ') AS columns,
    STRING_AGG(
        CASE WHEN c.column_name = 'tenant_id' THEN 'MD5(CAST(n AS TEXT))' ELSE QUOTE_IDENT(c.column_name) END, ', '
    ) AS copied
FROM information_schema.columns AS c JOIN information_schema.tables AS t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
WHERE c.table_schema IN ('xero', 'ledger')
GROUP BY c.table_schema, c.table_name HAVING BOOL_OR(c.column_name = 'tenant_id') ORDER BY 1
"""


class Organisation:
    """One organisation, whose work is timed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.tenant_id = services.organisations.list()[0].tenant_id

    def day(self) -> dict[str, float]:
        """Seconds of each part of its day, each the best of some."""
        return {
            "quiet_sync": _best(self.sync),
            "ledger_unchanged": _best(self.keep),
            "ledger_changed": _best(self.keep, before=self._change),
            "owed": _best(lambda: self._statement("aged_receivables")),
            "profit": _best(lambda: self._statement("profit_and_loss")),
        }

    def sync(self) -> None:
        """What changed in its documents."""
        from xero_pipeline.sync.incremental_sync import sync_collection
        from xero_pipeline.sync.result import CallStats
        from xero_pipeline.xero.endpoints import endpoint
        from xero_pipeline.xero.http.client import XeroClient

        services, tally = self._services, CallStats()
        with XeroClient(
            api_url=services.api_url, tokens=services.tokens, quota=unlimited(services), on_call=tally.add
        ) as client:
            for name in DOCUMENTS:
                sync_collection(client, services.warehouse, self.tenant_id, endpoint(name), tally=tally)

    def keep(self) -> None:
        """Its ledger."""
        from xero_pipeline.ledger.update import update_ledger

        update_ledger(self._services.warehouse, self.tenant_id, {}, at=clock.now())

    def copy(self, others: int) -> None:
        """Make others that are like it."""
        warehouse = self._services.warehouse
        for table in warehouse.query(_TABLES).to_pylist():
            name, columns, copied = table["name"], table["columns"], table["copied"]
            for first in range(1, others + 1, AT_ONCE):
                with warehouse.writing() as connection:
                    connection.exec_driver_sql(
                        f"INSERT INTO {name} ({columns}) SELECT {copied} FROM {name} "
                        f"CROSS JOIN GENERATE_SERIES({first}, {min(first + AT_ONCE - 1, others)}) AS n "
                        f"WHERE tenant_id = '{self.tenant_id}'"
                    )
        with warehouse.writing() as connection:
            connection.exec_driver_sql("ANALYZE")

    def _change(self) -> None:
        paid = f"SELECT invoice_id FROM xero.invoices WHERE tenant_id = '{self.tenant_id}' AND status = 'PAID'"
        with self._services.warehouse.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE xero.invoices SET reference = COALESCE(reference, '') || '.', synced_at = CURRENT_TIMESTAMP "
                f"WHERE tenant_id = '{self.tenant_id}' AND invoice_id IN ({paid} ORDER BY invoice_id LIMIT {CHANGED})"
            )

    def _statement(self, name: str) -> None:
        self._services.warehouse.query(
            f"select count(*) as n, sum(1) as s from ledger.{name} where tenant_id = :tenant_id",
            {"tenant_id": self.tenant_id},
        )


def _best(work: Callable[[], None], before: Callable[[], None] = lambda: None) -> float:
    taken: list[float] = []
    for _ in range(TIMES):
        before()
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def measure(url: str, home: Path, others: int) -> dict[str, object]:
    """The same day alone and among others.

    Returns:
        `lines` in the warehouse, `copying` in seconds, and `alone` and `among` the seconds of each part.
    """
    services = connected(url, home)
    organisation = Organisation(services)
    organisation.sync()
    organisation.keep()
    alone = organisation.day()
    started = time.perf_counter()
    organisation.copy(others)
    copying = time.perf_counter() - started
    among = organisation.day()
    lines = services.warehouse.query("select count(*) as n from xero.invoice_line_items").to_pylist()[0]["n"]
    return {"lines": lines, "copying": copying, "alone": alone, "among": among}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
