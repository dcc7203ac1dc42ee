"""A change in a locked month fails a check on the report, in runs of any partitions, until it is settled."""

import dagster as dg
import pytest
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.defs.automation.jobs import PULL
from xero_pipeline.defs.checks.locked_documents import UNCHANGED
from xero_pipeline.defs.partitions import range_tags, report_key
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.ledger.tables import SCHEMA
from xero_pipeline.sync.locked.period_changes import open_changes
from xero_pipeline.xero.reports.catalogue import reports
from xero_pipeline_tests.defs.conftest import MONTHS

pytestmark = pytest.mark.any_day_in_proof

PROFIT = asset_key("profit_and_loss")


def pull(house, months, tenants):
    """A run of the profit and loss, and what its check says."""
    tags = range_tags([report_key(months[0], tenants[0]), report_key(months[-1], tenants[-1])])
    result = house._run(PULL, [PROFIT], tags=tags, ops={})
    (verdict,) = (one for one in result.get_asset_check_evaluations() if one.check_name == UNCHANGED)
    assert result.success
    assert verdict.asset_key == PROFIT
    return verdict


def test_a_change_in_a_locked_month_fails_the_check_of_its_report_until_somebody_accepts_it(house):
    warehouse, months = house.services.warehouse, MONTHS[:2]
    tenants, closed = house.tenants[:2], months[0]
    assert house.sync("organisations", tenants=tenants).success
    assert pull(house, months, tenants).passed

    # As if Xero had said something else until now, in a month that was locked then.
    with warehouse.writing() as connection:
        connection.exec_driver_sql(f"update xero.organisations set period_lock_date = date '{months[1]}'")
        connection.exec_driver_sql("update xero.report_pulls set digest = null")
        connection.exec_driver_sql(
            "update xero.profit_and_loss set amount = amount - 1000.25 where account_name = 'Sales' "
            f"and period_start = date '{closed}' and tenant_id = '{tenants[1]}'"
        )
    verdict = pull(house, months, tenants)
    (change,) = open_changes(warehouse)
    assert (verdict.passed, verdict.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert (change.tenant_id, change.period_start) == (tenants[1], closed)
    figures = f"{change.before:,.2f} | {change.after:,.2f} | +1,000.25"
    assert (
        f"| {change.organisation} | {closed:%Y\u2011%m} | Income, Sales | {figures} |"
        in verdict.metadata["changes"].value
    )
    assert change.organisation in verdict.description
    assert "xero-pipeline restatements --accept" in verdict.description

    assert not pull(house, months[1:2], tenants[:1]).passed, "other months of others do not settle it"
    listed = CliRunner().invoke(app, ["restatements", "--accept", "late bill, agreed with the auditor"])
    assert listed.exit_code == 0
    assert "1,000.25" in listed.output
    assert pull(house, months[:1], tenants[:1]).passed


def test_every_report_that_documents_make_has_the_check_and_the_ledger_and_no_budget(house):
    keys = house.definitions.get_repository_def().asset_graph.asset_check_keys
    assert {key.asset_key for key in keys if key.name == UNCHANGED} == {
        *(asset_key(report.name) for report in reports() if report.name != "budget_summary"),
        asset_key("journals", SCHEMA),
    }
