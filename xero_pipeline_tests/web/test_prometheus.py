"""What Prometheus reads is what `/api/status` tells; what is not known is no zero."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._daemon.types import DaemonHeartbeat
from prometheus_client.parser import text_string_to_metric_families

from xero_pipeline.operations.health.issues import KINDS
from xero_pipeline.warehouse.database.row_estimates import row_estimates
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.web.monitoring.prometheus import OF_AN_ORGANISATION, OF_THE_WORKLOAD, exposition
from xero_pipeline.web.monitoring.workload import Workload
from xero_pipeline_tests.clock import BEGINS
from xero_pipeline_tests.warehouse.answers import tables_of
from xero_pipeline_tests.web.conftest import PASSWORD, Browser

ORIGIN = RemoteRepositoryOrigin(GrpcServerCodeLocationOrigin("localhost", 4000), "books").get_job_origin("waits")
"""Dagster queues no run without one."""
NO_WORK = Workload({}, {}, {})
NOBODY = {"mode": "live", "states": {}, "scheduler": {"on": True, "dagster": True}, "organisations": []}


def read(text):
    """By name and tenant id (before it the other label) the values, as Prometheus reads them."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (one.name, *(one.labels[label] for label in sorted(one.labels) if label != "organisation")): one.value
        for one in samples
    }


def test_every_organisation_has_the_numbers_that_the_api_tells(shared_site):
    with Browser(shared_site) as browser:
        answer, told = browser.get("/metrics"), browser.get("/api/status").json()
    found = read(answer.text)
    assert answer.headers["content-type"].startswith("text/plain")
    for one in told["organisations"]:
        tenant = one["tenant_id"]
        assert found["xero_connected", tenant] == 1
        assert found["xero_calls_left_today", tenant] == one["calls_left_today"]
        assert {kind: found["xero_open_issues", kind, tenant] for kind in KINDS} == dict.fromkeys(KINDS, 0)
        assert ("xero_last_sync_timestamp_seconds", tenant) not in found, "nothing was synced"
    assert {name for name, *_ in found} >= {"xero_pipeline_info", "xero_daily_sync_on", "xero_dagster_running"}


def test_what_is_wrong_counts_and_what_is_not_known_is_left_out():
    known = {
        "name": "A “quoted” name\\",
        "tenant_id": "a",
        "status": "connected",
        "issues": [{"kind": "rejected_records", "count": 3}],
    }
    nothing = dict.fromkeys(("last_sync", "next_sync", "consent_ends_at", "resume_at", "sync"))
    nothing["problem"] = {"error": "no"}
    told = {
        "mode": "live",
        "states": {"needs-consent": 1, "issues": 1},
        "scheduler": {"on": True, "dagster": False},
        "organisations": [
            known | nothing | {"calls_today": 7, "calls_left_today": 4793, "waiting": [{}], "put_aside": [{}, {}]},
            known | nothing | {"tenant_id": "b", "status": "needs re-consent", "issues": None}
            | {"resume_at": BEGINS, "calls_today": 0, "calls_left_today": 4800, "waiting": [], "put_aside": []},
        ],
    }  # fmt: skip
    found = read(exposition(told, NO_WORK).decode())
    assert found["xero_organisations", "issues"] == 1
    assert found["xero_open_issues", "rejected_records", "a"] == 3
    assert not [name for name in found if name[0] == "xero_open_issues" and name[2] == "b"]
    assert [found["xero_connected", one] for one in "ab"] == [1, 0]
    assert (found["xero_put_aside_assets", "a"], found["xero_waiting_assets", "a"]) == (2, 1)
    assert found["xero_last_run_failed", "a"] == 1
    assert found["xero_calls_resume_timestamp_seconds", "b"] == BEGINS.timestamp()
    assert ("xero_calls_resume_timestamp_seconds", "a") not in found, "its day is not used up"
    assert all(name.startswith("xero_") for name in (*OF_AN_ORGANISATION, *OF_THE_WORKLOAD))


def test_dagsters_queue_and_the_age_of_each_part_of_its_daemon_are_told(site):
    job = dg.GraphDefinition("waits").to_job()
    for status in (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED):
        site.instance.create_run_for_job(job, status=status, remote_job_origin=ORIGIN)
    daemon = sorted(site.instance.get_required_daemon_types())[0]
    site.instance.add_daemon_heartbeat(DaemonHeartbeat(BEGINS.timestamp(), daemon, None))
    with Browser(site) as browser:
        found = read(browser.get("/metrics").text)
    runs = {state: found["xero_dagster_runs", state] for state in ("queued", "starting", "started")}
    assert runs == {"queued": 2, "starting": 0, "started": 1}
    beats = {key: value for key, value in found.items() if key[0] == "xero_dagster_heartbeat_timestamp_seconds"}
    assert beats == {("xero_dagster_heartbeat_timestamp_seconds", daemon): BEGINS.timestamp()}


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_rows_of_a_table_are_told_over_all_organisations(kind, request, tmp_path):
    address = f"duckdb:///{tmp_path}/rows.duckdb" if kind == "duckdb" else request.getfixturevalue("postgresql_url")
    warehouse = Warehouse(address)
    body = b'{"Invoices": [{"InvoiceID": "11111111-1111-1111-1111-111111111111"}]}'
    for tenant in "ab":
        warehouse.merge(tables_of("invoices", [body], wrapper="Invoices", tenant_id=tenant, synced_at=BEGINS))
    if kind == "postgresql":
        with warehouse.reading() as connection:
            assert "invoices" not in row_estimates(connection), "the server has not looked yet: that is not zero"
        with warehouse.transaction() as connection:
            connection.exec_driver_sql("ANALYZE xero.invoices")
    with warehouse.reading() as connection:
        rows = row_estimates(connection)
    assert rows["invoices"] == 2
    assert read(exposition(NOBODY, Workload({}, {}, rows)).decode())["xero_table_rows", "invoices"] == 2


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 200), ("wrong", 401), (None, 401)])
def test_with_a_password_prometheus_sends_it(guarded, password, status):
    headers = {"Accept": "text/plain"} | ({"Authorization": f"Bearer {password}"} if password else {})
    with Browser(guarded) as browser:
        assert browser.get("/metrics", headers=headers).status_code == status
