"""Runs of the past are told in words that people know."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.cli.commands.logs import _job
from xero_pipeline.operations.run_history import SELECTED, past_run


@dg.asset
def invoices() -> None:
    """One of ours."""


def test_a_run_of_assets_that_somebody_chose_is_no_job_of_dagsters():
    definitions = dg.Definitions([invoices])
    with dg.DagsterInstance.ephemeral() as instance:
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("invoices")]
        )
        (record,) = instance.get_run_records()
        told = past_run(instance, record, {})
    assert (told["job"], told["assets"]) == (SELECTED, ["invoices"])
    assert _job(told) == "selected tables: invoices"


def test_of_many_tables_some_are_named():
    assert _job({"job": SELECTED, "assets": ["a", "b", "c", "d", "e"]}) == "selected tables: a, b, c and 2 more"
    assert _job({"job": "sync_organisation", "assets": ["a"]}) == "sync_organisation"
