"""Data versions: what nobody changed leaves what is made of it in sync; what changed makes only its own unsynced."""

from __future__ import annotations

import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from xero_pipeline.defs.assets.ledger import ASSETS as LEDGER_ASSETS
from xero_pipeline.defs.automation.jobs import LEDGER
from xero_pipeline.defs.partitions import range_tags, report_key
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.ledger.tables import SCHEMA
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline_tests.defs.conftest import MONTHS, lived_in
from xero_pipeline_tests.ledger.accountant import DOCUMENTS
from xero_pipeline_tests.thoroughness import proof

REPORTS = ("trial_balance", "balance_sheet")


@pytest.fixture(scope="module")
def posted(connected, tmp_path_factory):
    """Two organisations whose documents and reports were read and whose ledgers were posted, by runs of both."""
    home = tmp_path_factory.mktemp("posted") / "home"
    with lived_in(connected, connected.home, home) as inside, inside.on_disk() as house:
        house.tenants = house.tenants[:2]
        assert house.sync(*DOCUMENTS).success
        assert house.pull(MONTHS, reports=REPORTS).success
        assert keep(house).success
        yield house


def keep(house):
    return house._run(LEDGER, None, tags=range_tags(house.tenants), ops={})


def versions(house, tables, schema="xero"):
    """The version of each table and partition, as its newest materialisation says it."""
    found = {}
    for table in tables:
        records = house.instance.fetch_materializations(asset_key(table, schema), limit=100).records
        for one in reversed(records):
            found[table, one.partition_key] = one.asset_materialization.tags["dagster/data_version"]
    return found


def unsynced(house, tables, schema="xero", month=None):
    """The tables and organisations that Dagster's UI calls unsynced."""
    resolver = CachingStaleStatusResolver(
        house.instance, house.definitions.resolve_asset_graph(), LoadingContextForTest(house.instance)
    )
    found = set()
    for table in tables:
        for tenant in house.tenants:
            status = resolver.get_status(asset_key(table, schema), report_key(month, tenant) if month else tenant)
            assert status != StaleStatus.MISSING
            found |= {(table, tenant)} if status == StaleStatus.STALE else set()
    return found


def all_unsynced(house):
    children = {child.name for child in table_group("invoices")[1:]}
    return (
        unsynced(house, children) | unsynced(house, REPORTS, month=MONTHS[-1]) | unsynced(house, LEDGER_ASSETS, SCHEMA)
    )


@proof
def test_a_second_sync_of_several_organisations_without_a_change_leaves_everything_in_sync(posted):
    tables = [member.name for name in DOCUMENTS for member in table_group(name)]
    before = versions(posted, tables)
    assert all_unsynced(posted) == set()
    assert posted.sync(*DOCUMENTS).success
    assert versions(posted, tables) == before
    assert all_unsynced(posted) == set()
    ledger = versions(posted, LEDGER_ASSETS, SCHEMA)
    assert keep(posted).success
    assert versions(posted, LEDGER_ASSETS, SCHEMA) == ledger, "written anew, and the same"


def test_a_changed_organisation_makes_only_its_own_unsynced_whoever_shares_its_run(posted):
    changed, other = posted.tenants
    before = versions(posted, ["invoices"])
    with posted.services.warehouse.writing() as connection:
        # As a sync a little later writes a change: the row says something else, and when it was written.
        connection.exec_driver_sql(
            f"UPDATE xero.invoices SET reference = 'another', synced_at = synced_at + INTERVAL 1 HOUR "
            f"WHERE invoice_id = (SELECT MIN(invoice_id) FROM xero.invoices WHERE tenant_id = '{changed}')"
        )
    assert posted.sync("invoices").success
    after = versions(posted, ["invoices"])
    assert after["invoices", other] == before["invoices", other]
    assert after["invoices", changed] != before["invoices", changed]
    found = all_unsynced(posted)
    assert {tenant for _, tenant in found} == {changed}
    assert {name for name, _ in found} >= {"journals", "trial_balance"}, "the ledger and a report of it"
    assert "invoice_line_items" not in {name for name, _ in found}, "written by the same run"
    assert keep(posted).success
    assert unsynced(posted, LEDGER_ASSETS, SCHEMA) == set()
