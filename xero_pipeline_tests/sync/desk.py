"""An organisation of the simulator, a warehouse over it, and what both hold, record by record."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import contextmanager, suppress
from decimal import Decimal

from xero_pipeline.errors import WaitError
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.result import CallStats
from xero_pipeline.sync.rolling_refresh import refresh_collection
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.xero.office import Office
from xero_simulator.api.catalogue import COLLECTIONS
from xero_simulator.wire import encode

PAGED = [row.table for row in catalogue() if row.page_size]


class Killed(Exception):
    """Stands for the end of the process."""


class Desk(Office):
    """An office with somebody who keeps a warehouse of it.

    Args:
        **more: As for `Office`.
    """

    warehouse = None
    rows = {}  # endpoints that tests make smaller
    calls_left = None  # then the process is gone

    def handle(self, request):
        if self.calls_left is not None and "/api.xro/" in request.path:
            if self.calls_left <= 0:
                raise self.ending
            self.calls_left -= 1
        return super().handle(request)

    @contextmanager
    def cut_after(self, calls, ending=None):
        """Let a process end at its next call but so many: as if killed, or with an error of ours."""
        self.calls_left, self.ending = calls, ending or Killed()
        try:
            with suppress(Killed, WaitError):
                yield
        finally:
            self.calls_left = None

    def open(self, people=None):
        books = super().open(people)
        self._let_in()
        return books

    def _let_in(self):
        self.token = let_in(self).headers["Authorization"].removeprefix("Bearer ")

    def kept(self, tables, empty, folder):
        """Sync tables into a warehouse that is there to be copied: this desk, the file, and the instant of that."""
        path = shutil.copy(empty, folder / "books.duckdb")
        with Warehouse(f"duckdb:///{path}").kept_open() as self.warehouse:
            for table in tables:
                self.sync(table)
        return self, path, self.time.now

    @contextmanager
    def resumed(self, path, then, folder, **later):
        """Go on, some time later, with a copy of a warehouse that was kept, over the books as they were then."""
        copy = shutil.copy(path, folder / "books.duckdb")
        self.open()
        self.time.now = then
        self.later(**later)
        with opened(f"duckdb:///{copy}") as self.warehouse:
            yield self

    def row(self, table):
        return self.rows.get(table) or endpoint(table)

    def now(self):
        return dt.datetime.fromtimestamp(self.time.now, dt.UTC)

    def later(self, **delta):
        passed = dt.timedelta(**delta)
        self.time.now += passed.total_seconds()
        if passed > dt.timedelta(minutes=20):  # an access token lives for thirty
            self._let_in()
        return self.now()

    def sync(self, table, **more):
        """One sync of a collection, ten seconds after whatever was before."""
        return self._carry(sync_collection, table, **more)

    def reread(self, table, calls=20, **more):
        return self._carry(refresh_collection, table, calls=calls, **more)

    def _carry(self, work, table, **more):
        self.later(seconds=10)
        tally = CallStats()
        with self.client(on_call=tally.add) as client:
            return work(client, self.warehouse, self.tenant_id, self.row(table), tally=tally, now=self.now, **more)

    def xeros(self, table):
        """The records as Xero has them, by id, money exact."""
        row = endpoint(table)
        key = next(one.key for one in COLLECTIONS if one.wrapper == row.wrapper)
        return {one[key]: _read(encode(one)) for one in self.books.records(row.wrapper)}

    def ours(self, table):
        """The living records as the warehouse has them, by id."""
        return {name: _read(raw) for name, raw, gone in self._all(table) if not gone}

    def deleted(self, table):
        return {name for name, _, gone in self._all(table) if gone}

    def _all(self, table):
        sql = f"select {table_key(table)} as id, raw, is_deleted from xero.{table} where tenant_id = :t"
        found = self.warehouse.query(sql, {"t": self.tenant_id}).to_pylist()
        return [(one["id"], one["raw"], one["is_deleted"]) for one in found]

    def agrees(self, table):
        """Whether the warehouse says of every record what Xero says, and is without those that Xero has deleted."""
        theirs = self.xeros(table)
        living = {name: one for name, one in theirs.items() if one.get("Status") != "DELETED"}
        assert self.ours(table) == living, table
        assert self.deleted(table).isdisjoint(living), table


def table_key(table):
    from xero_pipeline.warehouse.schema.catalogue import table_group

    return table_group(table)[0].key[0]


def _read(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


__all__ = ["PAGED", "Desk", "Killed", "table_key"]
