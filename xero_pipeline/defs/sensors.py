"""Two sensors: new organisations get their first load, months that are missing or stale get their reports."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import dagster as dg

from xero_pipeline.defs.jobs import PULL, SYNC
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags, report_key, runs_of_neighbours
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.parts import Parts
from xero_pipeline.sync.budget import affordable
from xero_pipeline.sync.due import months_between, months_due
from xero_pipeline.sync.reports import monthly_reports

NEW_ORGANISATIONS = "new_organisations"
MONTHS_TO_PULL = "months_to_pull"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def new_organisations() -> dg.SensorDefinition:
    """Sees organisations that were connected and have no partition yet; never calls Xero."""

    @dg.sensor(
        name=NEW_ORGANISATIONS,
        job_name=SYNC,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Gives every newly connected organisation its partition and its first load.",
    )
    def found(context: dg.SensorEvaluationContext, token_store: TokenStoreResource) -> dg.SensorResult:
        known = set(context.instance.get_dynamic_partitions(ORGANISATIONS))
        new = [o.tenant_id for o in token_store.connected() if o.tenant_id not in known]
        if not new:
            return dg.SensorResult(skip_reason="Every connected organisation has its partition.")
        return dg.SensorResult(
            dynamic_partitions_requests=[dg.DynamicPartitionsDefinition(name=ORGANISATIONS).build_add_request(new)],
            run_requests=[
                dg.RunRequest(
                    run_key=f"first-load:{tenant_id}", partition_key=tenant_id, tags={"xero/organisation": tenant_id}
                )
                for tenant_id in new
            ],
        )

    return found


def months_to_pull() -> dg.SensorDefinition:
    """Sees from the warehouse which months of which reports are missing or stale; never calls Xero."""

    @dg.sensor(
        name=MONTHS_TO_PULL,
        job_name=PULL,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for the reports of months that were never pulled, or whose documents changed since, as far "
        "as the day's calls reach. The newest months come first; the rest waits for tomorrow.",
    )
    def due(
        context: dg.SensorEvaluationContext, token_store: TokenStoreResource, warehouse: WarehouseResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        today = datetime.now(UTC).date()
        known = set(context.instance.get_dynamic_partitions(ORGANISATIONS))
        asked = 0
        for organisation in token_store.connected():
            tenant_id = organisation.tenant_id
            if tenant_id not in known or _busy(context.instance, tenant_id):
                continue
            try:
                months = _months(token_store.parts, warehouse, tenant_id, today)
            except WarehouseBusy as busy:
                yield dg.SkipReason(f"The warehouse is in use, the next tick looks again: {busy.message}")
                return
            for stretch in runs_of_neighbours(
                [m.isoformat() for m in months_between(min(months), max(months))] if months else [],
                [m.isoformat() for m in months],
                at_most=120,
            ):
                asked += 1
                yield _request(tenant_id, stretch, today)
        if not asked:
            yield dg.SkipReason("No month is missing or stale, or its organisation is being synced.")

    return due


def _busy(instance: dg.DagsterInstance, tenant_id: str) -> bool:
    """Whether a run of this organisation is waiting or under way."""
    return any(
        instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED, tags={tag: tenant_id}))
        for tag in ("xero/organisation", "dagster/partition")
    )


def _months(parts: Parts, warehouse: WarehouseResource, tenant_id: str, today: date) -> Sequence[date]:
    """What is due in any report, as far as the day's calls reach; nothing before the first load is complete."""
    store = warehouse.warehouse
    if not all(store.cursor(tenant_id, table) for table in ("invoices", "payments", "bank_transactions")):
        return []
    due = {
        month
        for report in monthly_reports()
        for month in months_due(store, tenant_id, report.table, today=today, start_date=parts.settings.start_date)
    }
    return affordable(sorted(due), parts.quota.snapshot(tenant_id).day_remaining)


def _request(tenant_id: str, months: Sequence[str], today: date) -> dg.RunRequest:
    keys = [report_key(date.fromisoformat(month), tenant_id) for month in months]
    tags = {"xero/organisation": tenant_id, **range_tags(keys)}
    return dg.RunRequest(run_key=f"{tenant_id}:{months[0]}:{months[-1]}:{datetime.now(UTC):%Y-%m-%dT%H}", tags=tags)
