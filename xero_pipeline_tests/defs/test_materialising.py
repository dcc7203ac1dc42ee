"""Assets bring their tables, tell what they did and cost, and fail alone."""

from datetime import timedelta

import pytest
import time_machine

from xero_pipeline import clock
from xero_pipeline.calendar import add_months
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.defs.partitions import month_partitions, report_key
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.days import zones_of
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.time_zones import beginning_of
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline_tests.defs.conftest import FIRST_MONTH, MONTHS
from xero_simulator.edits import documents


def failure_of(result, step):
    (data,) = [e.step_failure_data for e in result.all_events if e.is_step_failure and e.step_key == step]
    return data.user_failure_data.description


def count(house, table, tenant, which="not is_deleted"):
    sql = f"select count(*) as n from xero.{table} where tenant_id = :t and {which}"
    return house.services.warehouse.query(sql, {"t": tenant}).to_pylist()[0]["n"]


@pytest.mark.any_day
def test_a_partition_brings_a_collection_and_tells_rows_changes_and_cost_on_every_asset(house):
    tenant = house.tenants[0]
    assert house.sync("invoices", tenants=[tenant]).success
    for table in table_group("invoices"):
        (materialisation,) = house.materialisations(table.name).values()
        facts = {name: value.value for name, value in materialisation.metadata.items()}
        assert facts["rows_inserted"] == count(house, table.name, tenant, "true")
        assert facts["dagster/partition_row_count"] == count(house, table.name, tenant)
        assert (facts["rows_updated"], facts["rows_removed"]) == (0, 0)
        assert facts["calls"] == (1 if table.parent is None else 0), "counted once, so that sums are right"
        assert (facts["bytes"] > 0) == (table.parent is None)
        assert facts["calls_left_today"] == house.services.quota.snapshot(tenant).day_remaining < 4_800, (
            "ours, not Xero's"
        )
    assert count(house, "invoices", tenant) > 20


def test_a_list_that_was_read_within_the_week_is_left_out_of_a_run_that_says_so(house):
    weekly = {"sync_users": {"config": {"min_age_days": 7}}}
    late = house.tenants[2]
    assert house.sync("users", tenants=house.tenants[:2]).success
    assert house.sync("users", config=weekly).success
    assert calls_for(house, "users") == dict.fromkeys(house.tenants, 1), "the third had not been read"
    with house.services.warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.cursors set complete_at = complete_at - interval '7 days'")
    assert house.sync("users", config=weekly).success
    assert calls_for(house, "users") == dict.fromkeys(house.tenants, 2)
    assert count(house, "users", late) > 0


def calls_for(house, table):
    sql = "select tenant_id, count(*) as n from xero.api_calls where asset = :asset group by 1"
    rows = house.services.warehouse.query(sql, {"asset": table}).to_pylist()
    return {row["tenant_id"]: row["n"] for row in rows}


@pytest.mark.any_day
def test_a_record_that_arrives_already_deleted_is_a_row_inserted_and_none_of_those_the_organisation_has(
    house, own_books
):
    tenant = house.tenants[0]
    books = own_books(tenant)
    draft = documents.add_invoice(books, clock.now(), status="DRAFT")
    documents.void_invoice(books, draft["InvoiceID"], clock.now())
    assert house.sync("invoices", tenants=[tenant]).success
    facts = {name: value.value for name, value in house.materialisations("invoices")[tenant].metadata.items()}
    assert facts["rows_inserted"] == facts["records"] == len(books.records("Invoices"))
    assert facts["rows_marked_deleted"] == count(house, "invoices", tenant, "is_deleted") > 0
    assert facts["dagster/partition_row_count"] == facts["rows_inserted"] - facts["rows_marked_deleted"]


def test_a_second_run_says_that_nothing_changed_and_since_when_it_asked(house):
    tenant = house.tenants[0]
    house.sync("invoices", tenants=[tenant])
    assert house.sync("invoices", tenants=[tenant]).success
    facts = {k: v.value for k, v in house.materialisations("invoices")[tenant].metadata.items()}
    assert (facts["rows_inserted"], facts["rows_updated"], facts["calls"]) == (0, 0, 1)
    assert facts["read"].startswith("changes since ")
    assert facts["dagster/partition_row_count"] == count(house, "invoices", tenant)


def test_a_full_read_is_a_choice_of_the_run(house):
    tenant = house.tenants[0]
    house.sync("accounts", tenants=[tenant])
    house.sync("accounts", tenants=[tenant], config={"sync_accounts": {"config": {"full": True}}})
    assert house.materialisations("accounts")[tenant].metadata["read"].value == "everything"


def test_one_run_carries_a_range_of_organisations(house):
    assert house.sync("accounts").success
    assert set(house.materialisations("accounts")) == set(house.tenants)
    for tenant in house.tenants:
        rows = house.materialisations("accounts")[tenant].metadata["dagster/partition_row_count"].value
        assert rows == count(house, "accounts", tenant) > 0


@pytest.mark.any_day
def test_one_run_carries_months_times_organisations(house):
    months = MONTHS
    assert house.pull(months, reports=["profit_and_loss", "bank_summary"]).success
    found = house.materialisations("bank_summary")
    assert set(found) == {f"{month}|{tenant}" for month in months for tenant in house.tenants}
    for tenant in house.tenants:
        told = [found[f"{month}|{tenant}"].metadata for month in months]
        assert [facts["calls"].value for facts in told] == [0] * (len(months) - 1) + [len(months)]
        assert all(facts["calls_left_today"].value > 0 for facts in told)


def test_an_organisation_that_was_disconnected_does_not_stop_the_others(house):
    lost = house.tenants[1]
    house.fault("disconnected", tenant=lost)
    result = house.sync("accounts")
    assert not result.success
    assert set(house.materialisations("accounts")) == set(house.tenants) - {lost}
    message = failure_of(result, "sync_accounts")
    assert lost in message
    assert "Accounts" in message
    assert "xero-pipeline connect" in message
    assert not [tenant for tenant in house.tenants if tenant != lost and tenant in message]


def test_an_organisation_that_somebody_removed_in_xero_stays_visible_until_it_is_connected_again(house):
    lost = house.tenants[1]
    removed = house.services.organisations.get(lost)
    house.services.oauth.remove_connection(house.services.tokens.access_token(lost), removed.connection_id)
    assert "does not let us into this organisation" in failure_of(house.sync("accounts"), "sync_accounts")
    assert {o.tenant_id: o.status for o in house.services.organisations.list()} == {
        tenant: "needs re-consent" if tenant == lost else "connected" for tenant in house.tenants
    }
    assert "xero-pipeline connect" in failure_of(house.sync("accounts"), "sync_accounts")
    connect_mock_organisations(house.services)
    assert house.sync("accounts").success


def test_an_endpoint_that_fails_fails_its_asset_alone_and_with_it_the_run(house, monkeypatch):
    monkeypatch.setattr(XeroClient, "_wait", lambda *_: None)
    house.fault("server_error", "Accounts")
    result = house.sync("accounts", "currencies", "users", tenants=house.tenants[:1])
    assert not result.success
    assert house.materialisations("accounts") == {}
    assert set(house.materialisations("currencies")) == set(house.materialisations("users")) == {house.tenants[0]}
    assert "Accounts" in failure_of(result, "sync_accounts")


def test_a_bug_in_one_organisation_is_told_and_costs_the_others_nothing(house, monkeypatch):
    from xero_pipeline.defs.assets import collection_read

    broken, real = house.tenants[0], collection_read.sync_collection

    def sync_collection(client, warehouse, tenant_id, *rest, **more):
        if tenant_id == broken:
            raise KeyError("a bug of ours")
        return real(client, warehouse, tenant_id, *rest, **more)

    monkeypatch.setattr(collection_read, "sync_collection", sync_collection)
    result = house.sync("accounts")
    assert set(house.materialisations("accounts")) == set(house.tenants[1:])
    message = failure_of(result, "sync_accounts")
    assert "Unexpected KeyError" in message
    assert broken in message


def test_a_run_that_is_stopped_has_materialised_what_is_in_the_warehouse(house, monkeypatch):
    from xero_pipeline.defs.assets import collection_read

    real = collection_read.sync_collection

    def sync_collection(client, warehouse, tenant_id, *rest, **more):
        if tenant_id == house.tenants[2]:
            raise KeyboardInterrupt
        return real(client, warehouse, tenant_id, *rest, **more)

    monkeypatch.setattr(collection_read, "sync_collection", sync_collection)
    assert not house.sync("accounts").success
    assert set(house.materialisations("accounts")) == set(house.tenants[:2])


@pytest.mark.any_day_in_proof
def test_months_that_arrived_before_the_days_calls_were_used_up_are_kept_and_told(house):
    tenant, months = house.tenants[0], MONTHS
    house.fault("day_limit", "Reports/BankSummary", after=2)
    result = house.pull(months, tenants=[tenant], reports=["bank_summary"])
    assert not result.success
    assert set(house.materialisations("bank_summary")) == {f"{month}|{tenant}" for month in months[:2]}
    assert "may go on at" in failure_of(result, "pull_bank_summary")


@pytest.mark.any_day_in_proof
def test_a_dagster_backfill_of_a_single_month_brings_that_month(house):
    tenant = house.tenants[0]
    key = f"{FIRST_MONTH}|{tenant}"
    result = house.definitions.resolve_job_def("pull_reports").execute_in_process(
        instance=house.instance, partition_key=key, asset_selection=[asset_key("profit_and_loss")]
    )
    assert result.success
    assert set(house.materialisations("profit_and_loss")) == {key}


@pytest.mark.any_day_in_proof
def test_a_report_outside_the_consent_is_put_aside_alone_and_says_what_to_do(house, monkeypatch):
    tenant, (month,) = house.tenants[0], MONTHS[-1:]
    monkeypatch.setenv("XERO_CLIENT_ID", "another-app")  # an app whose consent never had more
    monkeypatch.setenv("XERO_REPORTS", "balance_sheet, executive_summary")
    connect_mock_organisations(Services(Settings.load()))
    result = house.pull([month], tenants=[tenant], reports=["trial_balance", "balance_sheet", "executive_summary"])
    assert result.success
    (aside,) = house.services.deferred_work.aside()
    assert (aside.asset, aside.months) == ("trial_balance", (month,))
    assert "accounting.reports.trialbalance.read" in aside.description
    assert "xero-pipeline connect" in aside.description
    for report in ("balance_sheet", "executive_summary"):
        assert set(house.materialisations(report)) == {f"{month}|{tenant}"}
    assert not house.materialisations("trial_balance")


@pytest.mark.any_day_in_proof
def test_a_report_on_cash_basis_is_an_asset_of_its_own_in_the_same_table(house):
    tenant, months = house.tenants[0], MONTHS
    assert house.pull(months, tenants=[tenant], reports=["balance_sheet", "balance_sheet_cash"]).success
    assert set(house.materialisations("balance_sheet_cash")) == {f"{month}|{tenant}" for month in months}
    rows = house.services.warehouse.query(
        "select basis, count(distinct period_start) as months from xero.balance_sheet group by 1 order by 1"
    ).to_pylist()
    assert rows == [{"basis": basis, "months": len(months)} for basis in ("accrual", "cash")]


def test_a_month_is_pulled_for_the_organisations_that_have_begun_it_and_a_later_run_brings_it_for_the_others(house):
    """Half past midnight on the first in New Zealand, the last evening of this month in Australia."""
    house.sync("organisations")
    zones = {zone: tenant for tenant, zone in zones_of(house.services.warehouse).items()}
    kowhai = zones["NEWZEALANDSTANDARDTIME"]
    following = add_months(MONTHS[-1], 1)
    night = beginning_of(following, "NEWZEALANDSTANDARDTIME") + timedelta(minutes=30)
    with time_machine.travel(night.timestamp(), tick=False):
        assert following.isoformat() in month_partitions(FIRST_MONTH).get_partition_keys()
        assert house.pull([following], reports=["bank_summary"]).success
        assert set(house.materialisations("bank_summary")) == {report_key(following, kowhai)}
    with time_machine.travel((night + timedelta(hours=14)).timestamp(), tick=False):
        assert house.pull([following], reports=["bank_summary"]).success
        expected = {report_key(following, tenant) for tenant in house.tenants}
        assert set(house.materialisations("bank_summary")) == expected
