"""What is synced of an organisation is told table by table: its rows, how new they are, and the calls it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from xero_pipeline.operations.calls_made import CallsMade, calls_made
from xero_pipeline.operations.synced_tables import SyncedTable, read_synced_tables, told
from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import CallOutbox
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.xero.fakes import START, TENANT, App, Clock, client_of

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
NOTHING = {"waiting": [], "put_aside": []}
PULL = (
    "insert into xero.report_pulls (tenant_id, report, basis, period_start, period_end, fetched_at, checked_at) "
    "values ('{}', 'profit_and_loss', 'accrual', '2026-{:02}-01', '2026-{:02}-28', '2026-05-01 00:00+00', "
    "'2026-05-{:02} 00:00+00')"
)
INVOICE = (
    "insert into xero.invoices (tenant_id, invoice_id, is_deleted, synced_at, updated_date_utc) "
    "values ('{}', '{}', {}, now(), '2026-05-{:02} 03:00+00')"
)


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request):
    with opened(request.getfixturevalue(f"{request.param}_url")) as warehouse:
        yield warehouse


def a_table(**more):
    return SyncedTable(**{"name": "invoices", "subject": "s", "rows": 1, "newest": None, "month": None,
                          "read_at": NOW, "due_after": timedelta(hours=26), **more})  # fmt: skip


def test_each_list_and_report_says_how_many_rows_there_are_and_how_new_they_are(warehouse):
    with warehouse.writing() as connection:
        for tenant, number, deleted, day in (
            (TENANT, 1, "false", 3),
            (TENANT, 2, "true", 9),
            ("other", 3, "false", 20),
        ):
            connection.exec_driver_sql(INVOICE.format(tenant, number, deleted, day))
        for month, day in ((3, 18), (4, 19)):
            connection.exec_driver_sql(PULL.format(TENANT, month, month, day))
    warehouse.merge({}, cursor=Cursor(TENANT, "invoices", NOW, NOW, 2))
    lists, reports = [endpoint("currencies"), endpoint("invoices")], [report_named("profit_and_loss")]
    with warehouse.reading() as connection:
        found = {one.name: one for one in read_synced_tables(connection, TENANT, lists, reports)}
    assert list(found) == ["invoices", "currencies", "profit_and_loss"], "in the order of their subjects"
    invoices, currencies, profit = found.values()
    assert (invoices.rows, invoices.newest, invoices.read_at) == (2, datetime(2026, 5, 9, 3, tzinfo=UTC), NOW)
    assert (currencies.rows, currencies.newest, currencies.read_at) == (0, None, None)
    assert f"{profit.month:%Y-%m}" == "2026-04"
    assert profit.read_at == datetime(2026, 5, 19, tzinfo=UTC)
    # A list that seldom changes is read once a week, and is not late the day after.
    assert currencies.due_after - invoices.due_after == timedelta(days=6)


@pytest.mark.parametrize(
    ("age", "state"), [(None, "never"), (timedelta(hours=25), "fresh"), (timedelta(hours=27), "late")]
)
def test_a_table_is_late_when_a_day_was_missed(age, state):
    table = a_table(read_at=None if age is None else NOW - age)
    assert table.state(NOW, waits=False, aside=False) == state


def test_what_is_put_aside_or_waits_says_why_and_when_it_goes_on():
    later = NOW + timedelta(hours=1)
    aside = {"asset": "quotes", "error": "Xero says 403.", "since": NOW, "asked_again_at": later}
    organisation = {"waiting": [{"asset": "items", "resume_at": later}], "put_aside": [aside]}
    rows = [*told([a_table(name=name) for name in ("quotes", "items", "users")], organisation, NOW)]
    assert [row["state"] for row in rows] == ["put-aside", "waiting", "fresh"]
    assert [row["why"] for row in rows] == ["Xero says 403.", None, None]
    assert [row["resumes_at"] for row in rows] == [later, later, None]


def test_documents_that_wait_to_be_asked_wait_for_calls_and_say_how_many_there_are(warehouse):
    """Of what hangs on documents: approved sales invoices whose link was not asked for yet."""
    with warehouse.writing() as connection:
        connection.exec_driver_sql(INVOICE.format(TENANT, 1, "false", 3))
        connection.exec_driver_sql("update xero.invoices set type = 'ACCREC', status = 'PAID'")
    warehouse.merge({}, cursor=Cursor(TENANT, "online_invoices", None, NOW, 0))
    with warehouse.reading() as connection:
        found = read_synced_tables(connection, TENANT, [endpoint("online_invoices")], [])
    (row,) = told(found, NOTHING, NOW)
    assert (row["state"], row["why"]) == ("waiting", "1 document to be asked, some with each sync.")
    assert row["resumes_at"] is None


def test_calls_are_counted_once_by_asset_whether_the_warehouse_was_told_of_them_or_not(tmp_path, warehouse):
    state, clock = open_state(f"sqlite:///{tmp_path / 'state.db'}"), Clock()
    outbox, began = CallOutbox(state), datetime.fromtimestamp(START, UTC)

    def call(asset, run, count):
        answers = [httpx.Response(200, json={"Accounts": []}) for _ in range(count)]
        with client_of(App(*answers), state, clock, call_context=CallContext(asset, run)) as client:
            for _ in range(count):
                client.get(TENANT, "Accounts")

    def counted(now):
        with warehouse.reading() as connection:
            return calls_made(connection, outbox, TENANT, now, ("new", began))

    call("accounts", "old", 3)
    deliver_calls(outbox, warehouse)
    clock.now += 3_600
    call("accounts", "new", 2)
    call("items", "new", 1)
    wanted = {"accounts": CallsMade(5, 2), "items": CallsMade(1, 1)}
    assert counted(began + timedelta(hours=2)) == wanted
    deliver_calls(outbox, warehouse)
    assert counted(began + timedelta(hours=2)) == wanted
    assert counted(began + timedelta(hours=24, minutes=30)) == {**wanted, "accounts": CallsMade(2, 2)}
    state.dispose()
