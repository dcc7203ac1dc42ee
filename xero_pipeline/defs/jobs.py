"""The two jobs everything runs through: documents of an organisation, reports of its months."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

SYNC = "sync_organisation"
PULL = "pull_reports"


def jobs(collections: Iterable[dg.AssetsDefinition], reports: Iterable[dg.AssetsDefinition]) -> list:
    """The jobs over the assets of all collections and all reports.

    Args:
        collections: Partitioned by organisation.
        reports: Partitioned by month and organisation.
    """
    return [
        dg.define_asset_job(
            SYNC,
            selection=dg.AssetSelection.assets(*collections),
            executor_def=dg.in_process_executor,
            description="Everything of an organisation but its reports: what changed since the last time.",
        ),
        dg.define_asset_job(
            PULL,
            selection=dg.AssetSelection.assets(*reports),
            executor_def=dg.in_process_executor,
            description="Monthly reports of an organisation, as many months as the run's partitions say.",
        ),
    ]
