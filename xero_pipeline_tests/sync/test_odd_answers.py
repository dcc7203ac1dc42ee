"""Over real HTTP: what Xero sends that nobody knew of, and records that cannot be read, cost no other record."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import httpx
import pytest

from xero_pipeline.errors import RecordRefused
from xero_pipeline.sync.batch_writer import MAX_UNREADABLE
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.simulator.helpers import consent
from xero_pipeline_tests.sync.conftest import TENANT, Xero, uid
from xero_simulator.config import BooksConfig
from xero_simulator.faults.catalogue import Fault
from xero_simulator.server import serving
from xero_simulator.simulator import Simulator

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)


class Held:
    """The one token there is."""

    def __init__(self, token):
        self.token = token

    def access_token(self, tenant_id, rejected=None):
        return self.token


class Line:
    """A simulated Xero at the other end of a real connection, and a warehouse at this one."""

    def __init__(self, simulator, url, token, quota, warehouse):
        self.simulator, self.url, self.token, self.quota, self.warehouse = simulator, url, token, quota, warehouse
        self.tenant = simulator.organisations()[0].tenant_id
        self.hours = count()

    def sync(self, table, *faults, **more):
        self.simulator.faults.clear()
        self.simulator.faults.add(*faults)
        tally = CallStats()
        at = BEGIN + timedelta(hours=next(self.hours))
        with XeroClient(api_url=self.url, tokens=Held(self.token), quota=self.quota, on_call=tally.add) as client:
            return sync_collection(
                client, self.warehouse, self.tenant, endpoint(table), tally=tally, now=lambda: at, **more
            )

    def pull(self, name, month, *faults):
        self.simulator.faults.clear()
        self.simulator.faults.add(*faults)
        tally = CallStats()
        with XeroClient(api_url=self.url, tokens=Held(self.token), quota=self.quota, on_call=tally.add) as client:
            return list(sync_report(client, self.warehouse, self.tenant, report_named(name), [month], tally=tally))

    def rows(self, sql):
        return [tuple(row.values()) for row in self.warehouse.query(sql).to_pylist()]

    def ids(self, table, key):
        return [name for (name,) in self.rows(f"select {key} from xero.{table} where not is_deleted order by 1")]

    def drift(self):
        return {
            (kind, path, value): (records, example)
            for kind, path, value, records, example in self.rows(
                "select kind, path, value, records, example_record_id from xero.schema_drift"
            )
        }

    def kept_out(self):
        return dict(self.rows("select record_id, error from xero.quarantine where resolved_at is null"))


@pytest.fixture(scope="module")
def served():
    simulator = Simulator(BooksConfig(today=date(2026, 11, 1), organisations=1, invoices=45, months=3), limits=None)
    with serving(simulator) as url, httpx.Client() as client:
        yield simulator, url, consent(client, base=url)["access_token"]


@pytest.fixture
def line(served, quota, warehouse):
    yield Line(*served, quota, warehouse)
    served[0].faults.clear()


def test_what_nobody_knew_of_is_noted_with_the_rows_and_everything_is_loaded(line):
    plain = line.sync("invoices").records
    assert line.drift() == {}
    for kind in ("new_fields", "new_nested_fields", "new_enum", "missing_field"):
        assert line.sync("invoices", Fault(kind, path="Invoices"), full=True).records == plain
    found = line.drift()
    assert {"SimulatedText", "SimulatedObject", "LineItems[].SimulatedText", "Contact.SimulatedObject"} <= {
        path for kind, path, _ in found if kind == "field"
    }
    assert ("value", "Status", "SIMULATED_NEW_VALUE") in found
    assert ("missing", "Status", "") in found
    assert found["field", "SimulatedText", ""][0] == plain
    assert found["field", "SimulatedText", ""][1] in line.ids("invoices", "invoice_id")
    assert line.kept_out() == {}


def test_what_is_seen_again_is_noted_once_with_when_it_was_first_and_last_seen(line):
    for _ in range(2):
        line.sync("accounts", Fault("new_enum", path="Accounts"), full=True)
    ((path, value, records, first, last),) = line.rows(
        "select path, value, records, first_seen_at, last_seen_at from xero.schema_drift"
    )
    assert (path, value, records) == ("Status", "SIMULATED_NEW_VALUE", 2)
    assert last - first == timedelta(hours=1)


def test_a_record_of_a_wrong_type_is_put_aside_by_its_id_and_the_cursor_moves(line):
    outcome = line.sync("invoices", Fault("wrong_type", path="Invoices"))
    (name,) = outcome.quarantined
    assert "invoices.Total is the object" in line.kept_out()[name]
    assert name not in line.ids("invoices", "invoice_id")
    assert len(line.ids("invoices", "invoice_id")) == outcome.records > 20
    assert line.warehouse.cursor(line.tenant, "invoices").modified_since is not None
    ((raw,),) = line.rows("select raw from xero.quarantine")
    assert '"Total":{"Simulated":["an object where none belongs"]}' in raw.replace(": ", ":")


def test_it_is_released_when_it_can_be_read_again(line):
    (name,) = line.sync("invoices", Fault("wrong_type", path="Invoices")).quarantined
    assert line.sync("invoices", full=True).quarantined == set()
    assert line.kept_out() == {}
    assert name in line.ids("invoices", "invoice_id")
    ((since, until),) = line.rows("select seen_at, resolved_at from xero.quarantine")
    assert until - since == timedelta(hours=1)


def test_its_older_version_stays_and_a_full_read_does_not_take_it_for_deleted(line):
    line.sync("accounts")
    before = line.ids("accounts", "account_id")
    outcome = line.sync("accounts", Fault("wrong_type", path="Accounts"), full=True)
    assert len(outcome.quarantined) == 1
    assert outcome.tables["accounts"].removed == 0
    assert line.ids("accounts", "account_id") == before


def test_a_record_without_its_id_is_put_aside_until_a_whole_read_is_without_it(line):
    field = "BrandingThemeID"
    outcome = line.sync("branding_themes", Fault("missing_field", path="BrandingThemes", field=field))
    (name,) = outcome.quarantined
    assert name.startswith("sha256:")
    assert "it has no BrandingThemeID" in line.kept_out()[name]
    line.sync("branding_themes")
    assert line.kept_out() == {}


def test_a_list_most_of_whose_records_cannot_be_read_fails_loudly_and_nothing_of_it_is_written(talk, warehouse):
    xero = Xero()
    xero.put([(str(n), {"Total": "many"}) for n in range(MAX_UNREADABLE + 1)] + [("good", {"Total": 1})])
    tally, client = talk(xero)
    with pytest.raises(RecordRefused, match=r"11 of 12 records of invoices cannot be read.*invoices\.Total"):
        sync_collection(client, warehouse, TENANT, endpoint("invoices"), tally=tally)
    assert (
        warehouse.query("select * from xero.quarantine union all by name select * from xero.quarantine").num_rows == 0
    )
    assert warehouse.cursor(TENANT, "invoices") is None


def test_a_few_records_may_all_be_unreadable(talk, warehouse):
    xero = Xero()
    xero.put([("a", {"Total": "many"}), ("b", {"Total": "?"})])
    tally, client = talk(xero)
    outcome = sync_collection(client, warehouse, TENANT, endpoint("invoices"), tally=tally)
    assert (outcome.records, outcome.quarantined) == (0, {uid("a"), uid("b")})


def test_a_setting_that_could_not_be_read_is_released_by_the_next_answer(talk, warehouse):
    """It has no id: nothing but the next answer tells that what was wrong is over (`make prove` found it)."""
    xero = Xero("InvoiceReminders", "Enabled")
    open_ = "select count(*) as n from xero.quarantine where resolved_at is null"
    found = []
    for hour, answer in enumerate(([{"Enabled": True}], [{"Enabled": ["?"]}], [{"Enabled": True}])):
        xero.pages = [answer]
        tally, client = talk(xero)
        at = BEGIN + timedelta(hours=hour)
        sync_collection(client, warehouse, TENANT, endpoint("invoice_reminders"), tally=tally, now=lambda at=at: at)
        found.append(warehouse.query(open_).to_pylist()[0]["n"])
    assert found == [0, 1, 0]


def test_a_crash_in_the_transaction_takes_the_notes_with_the_rows(line, monkeypatch):
    def crash(connection, *where, **more):
        raise RuntimeError("gone")

    monkeypatch.setattr(ReadProgress, "end_read", crash)
    with suppress(RuntimeError):
        line.sync("invoices", Fault("wrong_type", path="Invoices"))
    assert (line.kept_out(), line.ids("invoices", "invoice_id")) == ({}, [])


@pytest.mark.parametrize(("name", "path"), [("trial_balance", "TrialBalance"), ("profit_and_loss", "ProfitAndLoss")])
def test_a_part_of_a_report_that_nobody_knows_is_noted_and_its_figures_are_read(line, name, path):
    line.pull(name, date(2026, 10, 1), Fault("new_section", path=f"Reports/{path}"))
    figure = "debit" if name == "trial_balance" else "amount"
    found = line.rows(f"select section, {figure} from xero.{name} where account_name = 'Simulated line'")
    assert found == [("Simulated section", Decimal("12.5000"))]
    assert set(line.drift()) == {
        ("section", "Row.RowType", "SimulatedRow"),
        ("section", "Row.Title", "Simulated section"),
    }
