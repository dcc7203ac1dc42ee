"""The tables made again out of the landing zone are the tables, to the last column, and cost no call."""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError, LandingError
from xero_pipeline.sync.aged_reports import AgedCall, sync_aged
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.landing.replay import replay
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.sync.rolling_refresh import refresh_collection
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.thoroughness import proof, so_many
from xero_pipeline_tests.xero.office import TODAY, Office, sized
from xero_simulator.edits.documents import add_payment, delete_payment, edit_invoice, void_invoice
from xero_simulator.edits.records import delete_account, delete_item, edit_contact, rename_account
from xero_simulator.edits.working_copy import EditRefused

pytestmark = pytest.mark.slow

COLLECTIONS = (
    "accounts",
    "budgets",
    "contacts",
    "credit_notes",
    "invoices",
    "items",
    "payments",
    "tracking_categories",
)
REPORTS = ("profit_and_loss_cash", "profit_and_loss_by_tracking")
OURS = {"api_calls", "reads", "rounds", "missing"}
"""What we keep about our own work, and no answer tells."""
MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]


@pytest.fixture(scope="module")
def books():
    return Office()


@pytest.fixture
def office(books):
    books.open()
    books.now = lambda: datetime.fromtimestamp(books.time.now, UTC)
    return books


@pytest.fixture
def landing(warehouse, tmp_path, request):
    """In a folder, or where a test says so in an object store."""
    wanted = getattr(request, "param", "folder")
    return Landing(tmp_path / "landing" if wanted == "folder" else request.getfixturevalue(wanted), warehouse)


@pytest.fixture
def anew(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "anew.duckdb")
    with opened(f"duckdb:///{tmp_path / 'anew.duckdb'}") as warehouse:
        yield warehouse


def sync(office, warehouse, landing, tables=COLLECTIONS, reports=()):
    tally = CallStats()
    office.token = let_in(office).headers["Authorization"].removeprefix("Bearer ")  # hours have passed
    with office.client(on_call=tally.add) as client:
        for table in tables:
            row = endpoint(table)
            sync_collection(
                client,
                warehouse,
                office.tenant_id,
                sized(row, 7) if row.paging == "pages" else row,
                tally=tally,
                landing=landing,
                now=office.now,
            )
        for name in reports:
            report = report_named(name)
            how = {"tally": tally, "landing": landing, "now": office.now}
            assert list(sync_report(client, warehouse, office.tenant_id, report, MONTHS, **how))


def reread(office, warehouse, landing):
    """Of the invoices, of which one is gone without a trace: a window does not show it, and Xero, asked, has it not."""
    vanished = office.books.records("Invoices")[0]["InvoiceID"]
    office.books.bench.tables["Invoices"].pop(vanished)
    office.books.revision += 1
    office.time.now += 60
    tally = CallStats()
    with office.client(on_call=tally.add) as client:
        how = {"tally": tally, "landing": landing, "now": office.now}
        refresh_collection(client, warehouse, office.tenant_id, endpoint("invoices"), calls=400, **how)
    gone = warehouse.query("SELECT invoice_id FROM xero.invoices WHERE is_deleted").to_pylist()
    assert {"invoice_id": vanished} in gone


def edit(office, seed):
    """Some hours of work of all kinds, of which some leave no trace."""
    chance = random.Random(seed)

    def some(wrapper, key):
        return chance.choice(office.books.records(wrapper))[key]

    for _ in range(12):
        office.time.now += chance.randint(1, 7200)
        at = datetime.fromtimestamp(office.time.now, UTC)
        ways = [
            lambda at: edit_invoice(office.books, some("Invoices", "InvoiceID"), at, add=100),
            lambda at: void_invoice(office.books, some("Invoices", "InvoiceID"), at),
            lambda at: add_payment(office.books, some("Invoices", "InvoiceID"), at),
            lambda at: delete_payment(office.books, some("Payments", "PaymentID"), at),
            lambda at: edit_contact(office.books, some("Contacts", "ContactID"), at, name=f"Renamed {at}"),
            lambda at: rename_account(office.books, some("Accounts", "AccountID"), at, name=f"Account {at}"),
            lambda at: delete_account(office.books, some("Accounts", "AccountID")),
            lambda at: delete_item(office.books, some("Items", "ItemID")),
        ]
        with suppress(EditRefused):
            chance.choice(ways)(at)
    office.time.now += 3600


def contents(warehouse, schemas=("xero", "xero_history")):
    """Every row of every table, all columns."""
    with warehouse.reading() as connection:
        names = connection.exec_driver_sql(
            "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL",
        ).fetchall()
        return {
            f"{schema}.{name}": connection.exec_driver_sql(f"SELECT * FROM {schema}.{name} ORDER BY ALL").fetchall()
            for schema, name in names
            if schema in schemas and name not in OURS
        }


@proof
@pytest.mark.parametrize("seed", range(so_many(4, 1)))
def test_after_any_work_in_xero_the_rebuilt_tables_their_history_and_the_cursors_are_the_same(
    office, warehouse, landing, anew, seed
):
    sync(office, warehouse, landing, reports=REPORTS)
    # An hour later what changed; a day later the lists that come whole, and they show what is gone.
    for later in (3600, 86_400):
        edit(office, seed + later)
        office.time.now += later
        sync(office, warehouse, landing, reports=REPORTS)
    reread(office, warehouse, landing)
    (done,) = replay(landing, anew)
    assert done.gaps == []
    before, after = contents(warehouse), contents(anew)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert before.keys() == after.keys()
    assert before["xero_history.invoices"], "there were versions"
    assert len(before["xero.report_pulls"]) > len(MONTHS) * len(REPORTS), "reports differed"


def test_aged_reports_that_were_asked_for_are_made_again_too(office, warehouse, landing, anew):
    contact = next(one["Contact"] for one in office.books.records("Invoices") if one["Type"] == "ACCREC")
    calls = [AgedCall(contact["ContactID"], contact["Name"], kind, Decimal(0)) for kind in ("receivables", "payables")]
    tally = CallStats()
    with office.client(on_call=tally.add) as client:
        for _ in range(2):
            office.time.now += 60
            how = {"tally": tally, "landing": landing, "now": office.now}
            list(sync_aged(client, warehouse, office.tenant_id, calls, TODAY, **how))
    list(replay(landing, anew))
    assert contents(anew)["xero.aged_by_contact"] == contents(warehouse)["xero.aged_by_contact"] != []


@pytest.mark.parametrize("landing", ["folder", "s3"], indirect=True)
def test_only_what_was_chosen_is_made_again_and_never_over_rows_that_are_there(office, warehouse, landing, anew):
    sync(office, warehouse, landing, ("items", "accounts"))
    (done,) = replay(landing, anew, tenants=[office.tenant_id], subjects=["items"])
    assert set(done.files) == {"items"}
    made = contents(anew)
    assert made["xero.items"] == contents(warehouse)["xero.items"]
    assert made["xero.accounts"] == []
    with pytest.raises(ConfigurationError, match="has rows of items already"):
        list(replay(landing, anew, subjects=["items"]))
    assert contents(anew) == made


def test_what_is_missing_stops_it_unless_asked_to_go_on_and_then_it_is_told(office, warehouse, landing, anew):
    sync(office, warehouse, None, ("items",))
    office.time.now += 60
    sync(office, warehouse, landing, ("items",))
    with pytest.raises(LandingError, match="switched on"):
        list(replay(landing, anew))
    assert contents(anew)["xero.items"] == []
    (done,) = replay(landing, anew, incomplete=True)
    assert len(done.gaps) == 1
    assert done.files == {"items": 1}


def test_an_answer_that_cannot_be_landed_does_not_reach_the_warehouse(office, warehouse, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LandingError):
        sync(office, warehouse, Landing(tmp_path / "file" / "landing", warehouse), ("items",))
    assert contents(warehouse)["xero.items"] == []
    assert contents(warehouse)["xero.cursors"] == []


def test_a_merge_that_fails_leaves_its_answers_in_the_landing_zone(office, warehouse, landing, anew, monkeypatch):
    def full(*_, **__):
        raise OSError("no space")

    monkeypatch.setattr(warehouse, "merge", full)
    with pytest.raises(OSError, match="no space"):
        sync(office, warehouse, landing, ("items",))
    monkeypatch.undo()
    list(replay(landing, anew))
    assert len(contents(anew)["xero.items"]) == len(office.books.records("Items"))
