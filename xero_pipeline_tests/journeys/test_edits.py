"""What people change in Xero between two syncs arrives, nothing else does, and the reports follow."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.reports_due import months_due
from xero_pipeline.sync.result import CallStats, SyncResult
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.reports.catalogue import chosen_reports, report_named
from xero_pipeline.xero.values import parse_xero_date
from xero_pipeline_tests.journeys.truth import truth
from xero_pipeline_tests.simulator.helpers import BASE, Clock, consent
from xero_simulator.config import BooksConfig
from xero_simulator.edits.documents import add_invoice, edit_invoice, void_invoice
from xero_simulator.edits.records import delete_item
from xero_simulator.edits.working_copy import mark, open_copy
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport
from xero_simulator.workbench import Record

TODAY = dt.date(2026, 3, 20)
JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))


class Office:
    """A simulated organisation and a pipeline over it, in one process, with one clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC).timestamp())
        config = BooksConfig(today=TODAY, invoices=120, months=3)
        self.simulator = Simulator(config, clock=self.clock, limits=None)
        self.transport = SimulatorTransport(self.simulator)
        self.tenant_id = self.simulator.organisations()[0].tenant_id
        self.company = self.simulator.company(self.tenant_id)
        self.warehouse = Warehouse(f"duckdb:///{folder / 'books.duckdb'}")
        self.state = open_state(f"sqlite:///{folder / 'state.sqlite'}")
        self.tally = CallStats()
        self.client = XeroClient(
            api_url=BASE,
            tokens=self,
            quota=Quota(self.state, per_minute=10_000, clock=self.clock),
            transport=self.transport,
            on_call=self.tally.add,
            clock=self.clock,
            sleep=self.later,
        )

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.now, dt.UTC)

    def later(self, seconds: float = 3600) -> dt.datetime:
        self.clock.now += seconds
        return self.now()

    def access_token(self, tenant_id: str, rejected: str | None = None) -> str:
        browser = httpx.Client(transport=self.transport)
        return consent(browser, BASE, transport=self.transport)["access_token"]

    def sync(self, table: str, *, full: bool = False) -> SyncResult:
        return sync_collection(
            self.client,
            self.warehouse,
            self.tenant_id,
            endpoint(table),
            tally=self.tally,
            full=full,
            now=self.now,
        )

    def due(self, report: str = "profit_and_loss") -> list[dt.date]:
        return list(months_due(self.warehouse, self.tenant_id, report, at=self.now(), start_date=JANUARY))

    def pull(self, months: list[dt.date], *names: str) -> None:
        for report in map(report_named, names or [one.name for one in chosen_reports(None, cash_basis=False)]):
            for _ in sync_report(
                self.client, self.warehouse, self.tenant_id, report, months, tally=self.tally, now=self.now
            ):
                pass

    def invoices(self, month: dt.date) -> list[Record]:
        """Approved invoices and bills of a month of which nothing is paid."""
        return [
            record
            for record in self.company.records("Invoices")
            if record["Status"] == "AUTHORISED"
            and not record["AmountPaid"]
            and not record["AmountCredited"]
            and day(record).replace(day=1) == month
        ]

    def rows(self, sql: str) -> list[dict[str, object]]:
        return self.warehouse.query(sql).to_pylist()

    def profits_are_xeros(self) -> None:
        kept = self.rows(
            "SELECT period_start, amount FROM xero.profit_and_loss WHERE account_name = 'Net Profit' ORDER BY 1"
        )
        with truth(BASE, transport=self.transport) as told:
            expected = [
                {"period_start": month, "amount": told.net_profit(month, month_end(month))}
                for month in (JANUARY, FEBRUARY, MARCH)
            ]
        assert kept == expected


def day(record: Record) -> dt.date:
    return parse_xero_date(record["Date"]).date()


@pytest.fixture
def office(duckdb_template: Path, tmp_path: Path) -> Iterator[Office]:
    """Synced, its reports pulled."""
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    made = Office(tmp_path)
    with made.warehouse.kept_open():
        made.sync("organisations")
        made.sync("invoices")
        made.sync("items")
        made.later(60)
        made.pull([JANUARY, FEBRUARY, MARCH])
        yield made
    made.client.close()
    made.state.dispose()


def test_an_edit_an_addition_and_a_void_arrive_alone_and_their_months_are_pulled_again(office: Office) -> None:
    office.profits_are_xeros()
    assert office.due() == []
    before = office.later()
    edited = edit_invoice(office.company, office.invoices(FEBRUARY)[0]["InvoiceID"], before, add=50_000)
    voided = void_invoice(office.company, office.invoices(FEBRUARY)[1]["InvoiceID"], before)
    added = add_invoice(office.company, before)
    office.later()

    outcome = office.sync("invoices")
    assert outcome.records == 3
    merged = outcome.tables["invoices"]
    assert (merged.inserted, merged.updated, merged.unchanged) == (1, 2, 0)
    touched = office.rows(f"SELECT invoice_id, status, total FROM xero.invoices WHERE synced_at > '{before}'")
    assert {row["invoice_id"]: (row["status"], row["total"]) for row in touched} == {
        record["InvoiceID"]: (record["Status"], record["Total"]) for record in (edited, voided, added)
    }
    assert voided["Status"] == "VOIDED"

    assert office.due() == office.due("trial_balance") == [FEBRUARY, MARCH]
    pulls_before = office.rows("SELECT count(*) AS n FROM xero.report_pulls WHERE report = 'profit_and_loss'")
    office.pull([FEBRUARY, MARCH])
    assert office.due() == []
    office.profits_are_xeros()
    pulls = office.rows("SELECT count(*) AS n FROM xero.report_pulls WHERE report = 'profit_and_loss'")
    assert pulls[0]["n"] == pulls_before[0]["n"] + 2


def test_an_item_that_xero_deleted_without_a_trace_is_marked_by_the_next_full_read_and_nothing_else_is(
    office: Office,
) -> None:
    items = office.company.records("Items")
    gone, count = items[0]["ItemID"], len(items)
    delete_item(office.company, gone)
    at = office.later()
    outcome = office.sync("items", full=True)
    assert outcome.records == count - 1
    assert outcome.changed == 1
    rows = office.rows("SELECT item_id, is_deleted, synced_at FROM xero.items")
    assert len(rows) == count
    assert [row["item_id"] for row in rows if row["is_deleted"]] == [gone]
    assert [row["item_id"] for row in rows if row["synced_at"] >= at] == [gone]


def test_a_document_that_moves_to_another_month_makes_both_months_due(office: Office) -> None:
    invoice = open_copy(office.company, "Invoices", office.invoices(FEBRUARY)[0]["InvoiceID"])
    invoice["Date"] = "/Date(1768780800000+0000)/"  # 19 January 2026
    mark(office.company, office.later(), invoice)
    office.later()
    office.sync("invoices")
    assert office.due() == [JANUARY, FEBRUARY]
    assert office.due("balance_sheet") == [JANUARY, FEBRUARY, MARCH]
    office.pull([JANUARY, FEBRUARY])
    office.profits_are_xeros()
