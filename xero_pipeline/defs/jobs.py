"""The jobs everything runs through: documents of an organisation, once more in parts, reports of its months."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dagster as dg

from xero_pipeline.xero.endpoints import catalogue

SYNC = "sync_organisation"
REREAD = "reread_organisation"
PULL = "pull_reports"
LEDGER = "keep_ledger"


def jobs(
    collections: Iterable[dg.AssetsDefinition],
    reports: Iterable[dg.AssetsDefinition],
    ledger: Iterable[dg.AssetsDefinition],
    *,
    reread_calls: int,
) -> list:
    """The jobs over the assets of all collections and all reports.

    Args:
        collections: Partitioned by organisation.
        reports: Partitioned by month and organisation.
        ledger: Partitioned by organisation.
        reread_calls: What reading again may cost an organisation in a day.
    """
    collections, config = list(collections), reread_config(reread_calls)
    again = [asset for asset in collections if asset.op.name in config["ops"]]
    return [
        dg.define_asset_job(
            SYNC,
            selection=dg.AssetSelection.assets(*collections),
            executor_def=dg.in_process_executor,
            description="Everything of an organisation but its reports: what changed since the last time.",
        ),
        dg.define_asset_job(
            REREAD,
            selection=dg.AssetSelection.assets(*again),
            executor_def=dg.in_process_executor,
            config=config,
            description="Some days of every list that comes in pages, read once more: finds what Xero changed or "
            "deleted without telling.",
        ),
        dg.define_asset_job(
            PULL,
            selection=dg.AssetSelection.assets(*reports),
            executor_def=dg.in_process_executor,
            description="Monthly reports of an organisation, as many months as the run's partitions say.",
        ),
        dg.define_asset_job(
            LEDGER,
            selection=dg.AssetSelection.assets(*ledger),
            executor_def=dg.in_process_executor,
            description="The general ledger of an organisation from its documents, and the proof that it ties out. "
            "Needs no call to Xero.",
        ),
    ]


def reread_config(calls: int) -> dict[str, Any]:
    """The run config that lets every list that comes in pages be read again in parts.

    Args:
        calls: What that may cost an organisation in a day.
    """
    paged = [f"sync_{endpoint.table}" for endpoint in catalogue() if endpoint.page_size]
    return {"ops": {name: {"config": {"reread_calls": calls}} for name in paged}}
