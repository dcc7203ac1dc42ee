"""Three simulated organisations of three currencies, as records in a warehouse, with their ledgers."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.warehouse.answers import tables_of
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator

TODAY = dt.date(2026, 5, 20)
SYNCED = dt.datetime(2026, 5, 21, tzinfo=dt.UTC)
DOCS = Path(__file__).parents[2] / "docs"
_PAGE = 1000
_NEEDED = {
    "accounts", "bank_transactions", "bank_transfers", "batch_payments", "contacts", "credit_notes", "invoices",
    "manual_journals", "organisations", "overpayments", "payments", "prepayments", "tax_rates", "tracking_categories",
}  # fmt: skip


class Several:
    """New Zealand (books until March), the United Kingdom (until 29 February) and Australia over eight months.

    Args:
        edit: Told of the simulator before its books are read.
    """

    def __init__(self, *, months=8, invoices=90, edit=lambda _: None):
        config = BooksConfig(today=TODAY, organisations=3, invoices=invoices, months=months)
        self.simulator = Simulator(config, limits=None)
        edit(self.simulator)
        self.organisations = self.simulator.organisations()
        self._arrived = [self._read(one.tenant_id) for one in self.organisations]

    def company(self, organisation):
        return self.simulator.company(organisation.tenant_id)

    def fill(self, warehouse):
        for batches in self._arrived:
            with warehouse.transaction():
                for batch in batches:
                    warehouse.merge(batch)
        for one in self.organisations:
            keep(warehouse, one.tenant_id)

    def _read(self, tenant_id):
        http = let_in(self.simulator)
        http.headers["xero-tenant-id"] = tenant_id
        given = {"tenant_id": tenant_id, "synced_at": SYNCED}
        needed = [row for row in catalogue() if row.table in _NEEDED]
        return [tables_of(row.table, [_whole(http, row)], wrapper=row.wrapper, **given) for row in needed]


def _whole(http, row):
    """A collection in one answer; the books are small enough."""
    paged = {"page": "1", "pageSize": str(_PAGE)} if "page" in row.paging else {}
    answer = http.get(row.path, params={**row.params, **paged})
    assert answer.status_code == 200, answer.text
    assert len(json.loads(answer.content)[row.wrapper]) < _PAGE
    return answer.content


def keep(warehouse, tenant_id, at=SYNCED):
    """Bring the ledger of an organisation up to its documents."""
    return update_ledger(warehouse, tenant_id, {}, at=at)


def rows(warehouse, sql, **params):
    """The rows of a query as tuples, decimals exact."""
    return list(zip(*(column.to_pylist() for column in warehouse.query(sql, params).columns), strict=True))


def queries(page):
    """The queries of a page of docs/, as they are printed."""
    return re.findall(r"```sql\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def change(warehouse, *statements):
    with warehouse.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
