"""The jobs everything runs through: documents of an organisation, once more in parts, reports of its months."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from xero_pipeline.xero.endpoints import catalogue

SYNC = "sync_organisation"
REREAD = "reread_organisation"
PULL = "pull_reports"


def jobs(
    collections: Iterable[dg.AssetsDefinition], reports: Iterable[dg.AssetsDefinition], *, reread_calls: int
) -> list:
    """The jobs over the assets of all collections and all reports.

    Args:
        collections: Partitioned by organisation.
        reports: Partitioned by month and organisation.
        reread_calls: What reading again may cost an organisation in a day.
    """
    collections = list(collections)
    paged = {f"sync_{endpoint.table}" for endpoint in catalogue() if endpoint.page_size}
    again = [asset for asset in collections if asset.op.name in paged]
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
            config={"ops": {asset.op.name: {"config": {"reread_calls": reread_calls}} for asset in again}},
            description="Some days of every list that comes in pages, read once more: finds what Xero changed or "
            "deleted without telling.",
        ),
        dg.define_asset_job(
            PULL,
            selection=dg.AssetSelection.assets(*reports),
            executor_def=dg.in_process_executor,
            description="Monthly reports of an organisation, as many months as the run's partitions say.",
        ),
    ]
