"""What a plan says is what the sync or backfill that follows does, call by call."""

from __future__ import annotations

import pytest

from xero_pipeline.defs.automation.jobs import PULL
from xero_pipeline.defs.partitions import range_tags, report_key
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.sync.estimate.calls import asking
from xero_pipeline.sync.estimate.plan import Planner
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.defs.conftest import MONTHS
from xero_pipeline_tests.thoroughness import proof

pytestmark = pytest.mark.any_day_in_proof

NAMES = ("budgets", "invoices", "linked_transactions")
COLLECTIONS = [endpoint(name) for name in NAMES]
REPORTS = [report_named("bank_summary"), report_named("profit_and_loss")]


def planner(house, **more):
    return Planner(house.services.warehouse, house.services.quota, house.tenants[0], house.services.settings, **more)


def calls(house, *, but=()):
    rows = house.services.warehouse.query("select asset from xero.api_calls").column("asset").to_pylist()
    return len([asset for asset in rows if asset not in but])


def synced(house, **config):
    before = calls(house)
    assert house.sync(
        *NAMES, tenants=house.tenants[:1], config={f"sync_{n}": {"config": config} for n in NAMES}
    ).success
    return calls(house) - before


@proof
def test_a_plan_is_what_the_sync_or_backfill_that_follows_does(house):
    tenant = house.tenants[0]
    with house.services.client() as client:
        first = planner(house, ask=asking(client, tenant)).sync(COLLECTIONS, [])
    # One list does not tell its length: a first load counts a call for it, and says so.
    assert {item.asset for item in first.items if not item.known} == {"linked_transactions"}
    assert not planner(house).sync(COLLECTIONS, []).known
    synced(house)
    untold = ("linked_transactions", None)
    assert calls(house, but=untold) == sum(item.calls for item in first.items if item.known)

    for full in (False, True):
        plan = planner(house).sync(COLLECTIONS, [], full=full)
        assert plan.known
        assert plan.wire_bytes
        assert plan.calls == synced(house, full=full), f"full={full}"

    plan, before = planner(house).backfill(REPORTS, MONTHS), calls(house)
    tags = range_tags([report_key(MONTHS[0], tenant), report_key(MONTHS[-1], tenant)])
    keys = [asset_key(report.name) for report in REPORTS]
    assert house._run(PULL, keys, partition_key=None, tags=tags, ops={}).success
    assert plan.calls == calls(house) - before
