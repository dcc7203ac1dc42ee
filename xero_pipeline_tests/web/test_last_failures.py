"""What went wrong for an organisation stands beside it until its job has ended well, whoever shared that run."""

from __future__ import annotations

import dagster as dg
import pytest

from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags
from xero_pipeline.defs.run_tags import ORGANISATION
from xero_pipeline_tests.web.conftest import Browser

pytestmark = pytest.mark.slow


@dg.op
def work(context):
    if "fails" in context.run.tags:
        raise dg.Failure("No role")


@dg.job(name=SYNC)
def sync():
    work()


@pytest.fixture
def tenants(site):
    with Browser(site) as browser:
        found = sorted(browser.connect())
    site.instance.add_dynamic_partitions(ORGANISATIONS, found)
    return found


def ended(site, tags, *, fails=False):
    more = {"fails": "yes"} if fails else {}
    sync.execute_in_process(instance=site.instance, tags={**tags, **more}, raise_on_error=False)


def problems(site):
    return {one["tenant_id"] for one in site.status.everything()["organisations"] if one["problem"]}


def test_a_failure_stands_until_the_job_ends_well_for_the_organisation_alone_or_among_others(site, tenants):
    first, second = tenants
    ended(site, {ORGANISATION: first}, fails=True)
    ended(site, {ORGANISATION: second})
    assert problems(site) == {first}
    ended(site, range_tags(tenants))
    assert problems(site) == set()


def test_a_shared_run_that_fails_accuses_none_and_excuses_none(site, tenants):
    first, _ = tenants
    ended(site, {ORGANISATION: first}, fails=True)
    ended(site, range_tags(tenants), fails=True)
    assert problems(site) == {first}
