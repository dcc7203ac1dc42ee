"""An endpoint or report that one organisation does not have is put aside: told, asked for again, and no failure."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import dagster as dg
import pytest
from typer.testing import CliRunner

from xero_pipeline import clock
from xero_pipeline.cli.app import app
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.defs.automation.jobs import LEDGER, PULL, SYNC
from xero_pipeline.defs.checks.data_quality import READABLE
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.operations.health.xero import check_put_aside
from xero_pipeline.state.deferred_work import pause
from xero_pipeline.web.status import Status
from xero_pipeline_tests.defs.conftest import MONTHS
from xero_pipeline_tests.thoroughness import proof


def check(house, asset):
    """The last evaluation of the check that an asset can be read."""
    key = dg.AssetCheckKey(asset_key(asset), READABLE)
    (record,) = house.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    return record.event.dagster_event.event_specific_data


def aside(house):
    return {(one.tenant_id, one.asset): one for one in house.services.deferred_work.aside()}


def rows(house, table, tenant):
    sql = f"select count(*) as n, count(*) filter (where is_deleted) as gone from xero.{table} where tenant_id = :t"
    return tuple(house.services.warehouse.query(sql, {"t": tenant}).to_pylist()[0].values())


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("no_role", "The person who connected may not read this in Xero"),
        ("no_scope", "The consent lacks the scope accounting.budgets.read"),
        ("bad_request", "The organisation does not have this"),
        ("not_found", "cannot be found"),
        ("not_implemented", "Not implemented"),
        ("truncated", "not what the endpoint promises"),
    ],
)
def test_what_one_organisation_lacks_is_put_aside_and_everything_else_is_brought(house, kind, says):
    one, other = house.tenants[:2]
    house.fault(kind, "Budgets", one)
    assert house.sync("budgets", "accounts", tenants=[one, other]).success
    assert set(aside(house)) == {(one, "budgets")}
    failed = check(house, "budgets")
    assert (failed.passed, failed.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert says in failed.description
    assert check(house, "accounts").passed
    assert set(house.materialisations("budgets")) == {other}, "what was not read looks no newer than it is"
    assert set(house.materialisations("accounts")) == {one, other}

    house.simulator.faults.clear()
    assert house.sync("budgets", tenants=[one]).success
    assert check(house, "budgets").passed
    assert not aside(house)


def test_what_came_before_stays_and_nothing_of_it_is_marked_deleted(house):
    tenant = house.tenants[0]
    assert house.sync("bank_transactions", "budgets", tenants=[tenant]).success
    before = [rows(house, table, tenant) for table in ("bank_transactions", "budgets")]
    house.fault("no_role", "BankTransactions", tenant)
    house.fault("not_found", "Budgets", tenant)
    full = {f"sync_{name}": {"config": {"full": True}} for name in ("bank_transactions", "budgets")}
    assert house.sync("bank_transactions", "budgets", tenants=[tenant], config=full).success
    assert set(aside(house)) == {(tenant, "bank_transactions"), (tenant, "budgets")}
    assert [rows(house, table, tenant) for table in ("bank_transactions", "budgets")] == before


def test_the_organisation_itself_is_never_put_aside_for_without_it_nothing_is_understood(house):
    house.fault("no_role", "Organisation", house.tenants[0])
    assert not house.sync("organisations", tenants=house.tenants[:1]).success
    assert not aside(house)


def test_it_is_asked_for_again_after_an_hour_then_less_and_less_often_once_a_day_in_the_end(house):
    tenant = house.tenants[0]
    house.fault("not_found", "Budgets", tenant)
    waits = []
    for times in range(1, 8):
        house.sync("budgets", tenants=[tenant])
        (noted,) = aside(house).values()
        assert noted.in_vain == times
        waits.append(noted.resume_at - clock.now())
        assert not house.ask("unfinished", waits[-1] - timedelta(minutes=1)).run_requests
        (request,) = house.ask("unfinished", waits[-1] + timedelta(minutes=1)).run_requests
        assert (request.job_name, request.partition_key) == (SYNC, tenant)
        assert {key.path[-1] for key in request.asset_selection} >= {"budgets", "budget_lines"}
    assert [round(wait / timedelta(hours=1)) for wait in waits] == [1, 2, 4, 8, 16, 24, 24]
    assert pause(100) == timedelta(days=1)


def test_a_new_connect_lets_it_be_asked_for_at_once(house):
    tenant = house.tenants[0]
    house.fault("no_scope", "Budgets", tenant)
    for _ in range(3):
        house.sync("budgets", tenants=[tenant])
    assert not house.ask("unfinished").run_requests
    connect_mock_organisations(house.services)
    (request,) = house.ask("unfinished").run_requests
    assert request.partition_key == tenant
    assert not check(house, "budgets").passed, "until it could be read"


def test_a_report_outside_the_consent_is_put_aside_and_the_sensor_of_months_leaves_it_alone(house):
    tenant = house.tenants[0]
    assert house.sync("invoices", "payments", "bank_transactions", tenants=[tenant]).success
    house.fault("no_scope", "Reports/BudgetSummary", tenant)
    assert house.pull(MONTHS, [tenant]).success
    (noted,) = aside(house).values()
    assert (noted.asset, noted.months) == ("budget_summary", tuple(MONTHS))
    assert "accounting.reports.budgetsummary.read" in check(house, "budget_summary").description
    assert check(house, "profit_and_loss").passed
    assert not house.materialisations("budget_summary")
    for hours in (0, 1, 2):
        assert not house.ask("months_to_pull", timedelta(hours=hours)).run_requests
    (request,) = house.ask("unfinished", timedelta(hours=1, minutes=1)).run_requests
    assert request.job_name == PULL
    assert [key.path[-1] for key in request.asset_selection] == ["budget_summary"]


def test_one_month_that_cannot_be_read_is_put_aside_alone(house):
    tenant, odd = house.tenants[0], MONTHS[1]
    house.fault("truncated", "Reports/BankSummary", tenant, query=f"fromdate={odd}")
    assert house.pull(MONTHS, [tenant], reports=["bank_summary"]).success
    (noted,) = aside(house).values()
    assert noted.months == (odd,)
    kept = {key.split("|")[0] for key in house.materialisations("bank_summary")}
    assert kept == {month.isoformat() for month in MONTHS if month != odd}
    house.simulator.faults.clear()
    assert house.pull([odd], [tenant], reports=["bank_summary"]).success
    assert not aside(house)
    assert check(house, "bank_summary").passed


def test_documents_that_are_put_aside_hold_back_neither_the_first_load_nor_the_reports(house):
    tenant = house.tenants[0]
    house.fault("no_role", "BankTransactions", tenant)
    assert house.sync("invoices", "payments", "bank_transactions", tenants=[tenant]).success
    assert tenant not in {one.partition_key for one in house.ask("new_organisations").run_requests}
    assert house.ask("months_to_pull").run_requests


def test_a_failure_of_another_kind_is_still_one_and_hides_nothing_that_is_put_aside(house):
    one, other = house.tenants[:2]
    house.fault("no_role", "Budgets", one)
    house.fault("unavailable", "Budgets", other)
    result = house.sync("budgets", tenants=[one, other])
    assert not result.success
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    (told,) = failure.user_failure_data.metadata["failed"].value
    assert (told["organisation"], told["kind"]) == (other, XeroUnavailable.__name__)
    assert set(aside(house)) == {(one, "budgets")}
    assert not check(house, "budgets").passed


def test_people_and_programs_are_told_on_the_terminal_by_status_by_doctor_and_by_the_web_page(house):
    one, other = house.tenants[:2]
    names = {organisation.tenant_id: organisation.name for organisation in house.services.organisations.list()}
    house.fault("no_role", "Budgets", one)
    brought = run("sync", "--organisation", one, "--select", "budgets", "--select", "accounts")
    assert brought.exit_code == 0, brought.output
    assert "budgets: Put aside: The person who connected may not read this in Xero" in brought.stderr
    assert "put aside" in brought.stdout

    assert run("sync", "--organisation", one, "--select", "budgets").exit_code == 1, "nothing was brought at all"

    told = {row["tenant_id"]: row["put_aside"] for row in json.loads(run("status", "--json").stdout)["organisations"]}
    ((left,), none) = (told[one], told[other])
    assert not none
    assert (left["asset"], left["times"]) == ("budgets", 2)
    assert "status 403" in left["error"]
    said = " ".join(run("status").stdout.split())
    assert "budgets could not be read and is put aside" in said
    assert "Everything else goes on, and what came before stays" in said

    (finding,) = check_put_aside(house.services)
    assert (finding.state, finding.told) == ("warning", f"{names[one]}: budgets")
    assert "Let somebody with the adviser role" in finding.remedy

    with house.on_disk() as there:
        idle = Idle()
        everything = Status(house.services, there.instance, idle, idle, idle, idle).everything()
    shown = {row["tenant_id"]: row["put_aside"] for row in everything["organisations"]}
    assert [left["asset"] for left in shown[one]] == ["budgets"]
    assert not shown[other]
    (issue,) = next(row["issues"] for row in everything["organisations"] if row["tenant_id"] == one)
    assert "budgets could not be read" in issue["message"]


class Idle:
    """Nothing is under way, no Dagster runs, nothing was read yet."""

    def at_work(self):
        return {}

    def problem(self, _tenant_id):
        return None

    def look(self):
        return None

    def see(self, key, _read):
        return SimpleNamespace(value={} if key == "issues" else None)


def run(*words):
    return CliRunner().invoke(app, words)


@proof
def test_the_ledger_and_explain_say_what_they_are_without(house):
    tenant = house.tenants[0]
    name = next(one.name for one in house.services.organisations.list() if one.tenant_id == tenant)
    house.fault("no_role", "BankTransactions", tenant)
    house.fault("no_role", "Reports/BankSummary", tenant)
    assert house.sync(tenants=[tenant]).success
    assert house.pull(MONTHS, [tenant]).success
    assert house._run(LEDGER, None, partition_key=tenant, tags={}, ops={}).success
    lacks = f"The ledger lacks bank_transactions of {name}"
    told = {statement: tied(house, statement) for statement in ("trial_balance_ties_out", "bank_summary_ties_out")}
    assert lacks in told["trial_balance_ties_out"].description
    assert f"Nothing newer is compared with bank_summary of {name}" in told["bank_summary_ties_out"].description
    assert not any(one.passed for one in told.values())
    assert lacks in run("explain").stderr
    assert tied(house, "journals_balance").passed


def tied(house, name):
    key = dg.AssetCheckKey(asset_key("tie_out", "ledger"), name)
    (record,) = house.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    return record.event.dagster_event.event_specific_data
