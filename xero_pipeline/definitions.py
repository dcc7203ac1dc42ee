"""The front door: collects what `defs/` declares, nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import dagster as dg

from xero_pipeline.defs.checks import report_checks
from xero_pipeline.defs.entities import collection_assets
from xero_pipeline.defs.jobs import jobs
from xero_pipeline.defs.keep_ledger import ledgers_to_keep
from xero_pipeline.defs.ledger import ledger_assets
from xero_pipeline.defs.on_request import on_request_assets, on_request_jobs
from xero_pipeline.defs.reports import report_assets
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource, XeroResource
from xero_pipeline.defs.schedules import daily_sync, rolling_reread
from xero_pipeline.defs.sensors import months_to_pull, new_organisations
from xero_pipeline.defs.unfinished import unfinished
from xero_pipeline.settings import Settings
from xero_pipeline.sync.progress import Progress, Silent


def first_month(settings: Settings, today: date) -> date:
    """The first month there is a partition for.

    Three calendar years back hold every financial year that began two years ago, whenever the year begins.

    Args:
        settings: `XERO_START_DATE` wins.
        today: Today, in UTC.
    """
    return settings.start_date or date(today.year - 3, 1, 1)


def build(settings: Settings, progress: Progress | None = None) -> dg.Definitions:
    """Everything Dagster knows of us. Needs no network, no credentials, no warehouse.

    Args:
        settings: What the user set.
        progress: Who watches runs in this process.
    """
    storage_kind = "postgresql" if settings.warehouse.startswith("postgresql") else "duckdb"
    collections = collection_assets(storage_kind, tax_reports=settings.tax_reports, journals=settings.journals)
    reports = report_assets(first_month(settings, datetime.now(UTC).date()), storage_kind)
    on_request = on_request_assets(storage_kind)
    ledger = ledger_assets(storage_kind, journals=settings.journals)
    token_store = TokenStoreResource()
    all_jobs = jobs(collections, reports, ledger, reread_calls=settings.reread_calls)
    return dg.Definitions(
        assets=[*collections, *reports, *on_request, *ledger],
        asset_checks=report_checks(),
        jobs=[*all_jobs, *on_request_jobs(on_request)],
        schedules=[daily_sync(), rolling_reread()],
        sensors=[
            new_organisations(),
            months_to_pull(),
            ledgers_to_keep(),
            unfinished(all_jobs, [*collections, *reports]),
        ],
        resources={
            "token_store": token_store,
            "xero": XeroResource(token_store=token_store),
            "warehouse": WarehouseResource(),
            "progress": progress or Silent(),
        },
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return build(Settings.load())
