"""What Prometheus reads is what `/api/status` tells; what is not known is no zero."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from xero_pipeline.operations.health.issues import KINDS
from xero_pipeline.web.monitoring.prometheus import OF_AN_ORGANISATION, exposition
from xero_pipeline_tests.web.conftest import PASSWORD, Browser


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
    nothing = {"last_sync": None, "next_sync": None, "consent_ends_at": None, "sync": None, "problem": {"error": "no"}}
    told = {
        "mode": "live",
        "states": {"needs-consent": 1, "issues": 1},
        "scheduler": {"on": True, "dagster": False},
        "organisations": [
            known | nothing | {"calls_today": 7, "calls_left_today": 4793, "waiting": [{}], "put_aside": [{}, {}]},
            known | nothing | {"tenant_id": "b", "status": "needs re-consent", "issues": None}
            | {"calls_today": 0, "calls_left_today": 4800, "waiting": [], "put_aside": []},
        ],
    }  # fmt: skip
    found = read(exposition(told).decode())
    assert found["xero_organisations", "issues"] == 1
    assert found["xero_open_issues", "rejected_records", "a"] == 3
    assert not [name for name in found if name[0] == "xero_open_issues" and name[2] == "b"]
    assert [found["xero_connected", one] for one in "ab"] == [1, 0]
    assert (found["xero_put_aside_assets", "a"], found["xero_waiting_assets", "a"]) == (2, 1)
    assert found["xero_last_run_failed", "a"] == 1
    assert all(name.startswith("xero_") for name in OF_AN_ORGANISATION)


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 200), ("wrong", 401), (None, 401)])
def test_with_a_password_prometheus_sends_it(guarded, password, status):
    headers = {"Accept": "text/plain"} | ({"Authorization": f"Bearer {password}"} if password else {})
    with Browser(guarded) as browser:
        assert browser.get("/metrics", headers=headers).status_code == status
