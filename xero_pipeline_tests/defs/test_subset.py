"""Any table of an op can be selected alone: all that the op writes is written, and told in each one's history."""

from __future__ import annotations

import dagster as dg
import pytest

from xero_pipeline.defs.assets.consolidation import CHECKS as GROUP_CHECKS
from xero_pipeline.defs.assets.ledger import ASSETS as LEDGER
from xero_pipeline.defs.checks.data_quality import READABLE
from xero_pipeline.defs.checks.tie_out import POSTS
from xero_pipeline.defs.partitions import range_tags
from xero_pipeline.ledger.consolidation.update import WRITTEN as GROUP
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline_tests.defs.conftest import QUIET

TABLES = {table.name for table in table_group("invoices")}


def materialise(house, schema, name, partition=None, tags=None):
    """What `dg launch --assets` and the UI do with one asset."""
    job = house.definitions.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        instance=house.instance,
        asset_selection=[dg.AssetKey([schema, name])],
        partition_key=partition,
        tags=tags,
        run_config=QUIET,
    )


def told(result):
    """The metadata of each materialisation, by table and partition."""
    found = [event.event_specific_data.materialization for event in result.all_events if event.is_step_materialization]
    by_table = {(one.asset_key.path[-1], one.partition): one.metadata for one in found}
    assert len(by_table) == len(found), "each once"
    return by_table


def passed(result):
    return {one.check_name for one in result.get_asset_check_evaluations() if one.passed}


@pytest.mark.parametrize("name", ["invoices", "invoice_line_items"])
def test_a_table_of_a_collection_brings_the_others_and_their_check(house, name):
    tenant = house.tenants[0]
    result = materialise(house, "xero", name, tenant)
    facts = told(result)
    assert set(facts) == {(table, tenant) for table in TABLES}
    assert facts["invoices", tenant]["rows_inserted"].value > 20
    assert facts["invoices", tenant]["calls"].value > 0, "the cost is told with the record's table, as ever"
    assert facts["invoice_payments", tenant]["rows_inserted"].value > 0
    assert passed(result) == {READABLE}
    calls = house.services.warehouse.query("select distinct asset from xero.api_calls").to_pylist()
    assert [one["asset"] for one in calls] == ["invoices"]


def test_a_table_of_a_range_of_organisations_brings_the_others_of_each(house):
    result = materialise(house, "xero", "invoice_payments", tags=range_tags(house.tenants))
    assert set(told(result)) == {(table, tenant) for table in TABLES for tenant in house.tenants}
    assert all(facts["organisation"] for facts in told(result).values())


def test_a_table_of_the_ledger_and_one_of_the_group_bring_the_others(house):
    assert materialise(house, "xero", "organisations", house.tenants[0]).success
    ledger = materialise(house, "ledger", "coverage", house.tenants[0])
    assert {table for table, _ in told(ledger)} == set(LEDGER)
    assert POSTS in passed(ledger)
    group = materialise(house, "ledger", "intercompany_contacts")
    assert {table for table, _ in told(group)} == set(GROUP)
    assert passed(group) == set(GROUP_CHECKS)
