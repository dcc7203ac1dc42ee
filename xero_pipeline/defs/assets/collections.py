"""An asset per table of every collection; the tables of one collection are written together."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.collection_read import CollectionRead, SyncOptions
from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.materialisations import RecordMaterialisation, Written
from xero_pipeline.defs.assets.organisation_client import xero_client_for
from xero_pipeline.defs.assets.per_organisation import Content, run_for_each_organisation
from xero_pipeline.defs.assets.shared_step import SharedStep
from xero_pipeline.defs.assets.subset import Result, emit_selected
from xero_pipeline.defs.checks.data_quality import observe, readable_spec, with_check
from xero_pipeline.defs.checks.waiting_documents import waiting_result, waiting_spec
from xero_pipeline.defs.naming import DAY, WEEK
from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of
from xero_pipeline.defs.specs import CALLS_LEFT, changes, cost, no_cost
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.sync.events.poll_plan import DAYS, is_ever_left_out, may_wait, watches
from xero_pipeline.sync.list_reads import ListReads
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.progress.row_states import RowState, row_states
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.document_details import DOCUMENTS
from xero_pipeline.xero.endpoints import Endpoint

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig
    from xero_pipeline.warehouse.store import Warehouse

ORGANISATIONS_PER_RUN = 50
"""A run costs about five seconds to launch: one that carries many organisations saves most of them."""

_EARLIER = timedelta(hours=4)
"""A sync begins at the same time each day and takes longer on some: that must not make a week of eight days."""


def collection_assets(
    naming: "Naming", choice: "AssetSelectionConfig", *, events: bool = False, execute: Execute = work_only
) -> Sequence[dg.AssetsDefinition]:
    """The assets of every collection that is read.

    Args:
        choice: Which collections, and whether with their check.
        events: Whether Xero's webhooks are taken: some lists may then be eight days old.
        execute: What the project puts around the work.
    """
    details = tuple(one.table for one in choice.collections if one.paging == "by_document")
    return [
        _assets_of(endpoint, naming, details, checked=choice.checks, events=events, execute=execute)
        for endpoint in choice.collections
    ]


def _assets_of(
    endpoint: Endpoint, naming: "Naming", details: tuple[str, ...], *, checked: bool, events: bool, execute: Execute
) -> dg.AssetsDefinition:
    spared = events and is_ever_left_out(endpoint.table)
    every = DAYS * DAY if spared else WEEK if endpoint.weekly else DAY
    made_of = DOCUMENTS.get(endpoint.table, ())
    specs = [naming.spec(table, every=every, made_of=made_of) for table in table_group(endpoint.table)]
    key, names = naming.key(endpoint.table), {naming.key(one.name): one.name for one in table_group(endpoint.table)}

    @dg.multi_asset(
        name=naming.named(f"sync_{endpoint.table}"),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        specs=specs,
        check_specs=[readable_spec(key), *waiting_spec(key, endpoint)] if checked else [],
        partitions_def=organisation_partitions(naming.organisations),
        backfill_policy=dg.BackfillPolicy.multi_run(ORGANISATIONS_PER_RUN),
        can_subset=True,
    )
    @executed(execute)
    def sync(
        context: dg.AssetExecutionContext,
        config: SyncOptions,
    ) -> Iterator[Result]:
        xero, xero_warehouse, xero_progress = resources_of(context, naming)
        warehouse = xero_warehouse.warehouse

        every_one = context.partition_keys  # Dagster asks its storage each time
        reads = ListReads(warehouse, endpoint, every_one)
        inbox = WebhookInbox(xero.services.state)
        tenants = _due(reads, every_one, config.min_age_days)
        if config.events:
            tenants = _told_of(inbox, tenants, endpoint.table)
        elif config.sparing:
            tenants = _not_told(inbox, reads, every_one, endpoint, tenants)
        left_out = set(every_one).difference(tenants)
        if left_out:
            context.log.info(f"{len(left_out)} organisations are left out: {_why_left_out(config)}.")

        step = SharedStep(len(tenants))
        read = CollectionRead(
            endpoint, warehouse, reads, inbox, details, xero.services.settings, xero_warehouse.landing,
            xero_progress.step, context.log.warning,
        )  # fmt: skip

        def one(tenant_id: str, record: RecordMaterialisation) -> None:
            tally = CallStats()
            xero_progress.begin(tenant_id, endpoint.table)
            with xero_client_for(context, xero, tenant_id, tally, xero_progress, step) as client:
                outcome = read.of(client, tenant_id, config, tally)
            xero_progress.end(outcome)
            for name, merged in outcome.tables.items():
                costs = cost(outcome) if name == endpoint.table else no_cost(told_with=endpoint.table)
                record(naming.key(name), tenant_id, {**changes(merged), **costs})

        def describe(written: Collection[Written]) -> Mapping[Written, Content]:
            with warehouse.transaction():  # opened once for all of them
                reads.flush()
                observe(context, warehouse, {one: one for _, one in written}, endpoint.table, key=key)
                return _contents(warehouse, written, names, xero.calls_left({one for _, one in written}))

        work = run_for_each_organisation(
            context, tenants, one, xero_progress, xero.services, warehouse, describe, left_out=left_out
        )
        checking: Iterator[Result] = work
        if checked:
            checking = with_check(context, work, xero_warehouse, xero.services, endpoint.table, key)
            checking = chain(checking, waiting_result(warehouse, xero.services, endpoint, key))
        yield from emit_selected(context, checking)

    return sync


def _due(reads: ListReads, tenants: Sequence[str], min_age_days: int) -> Sequence[str]:
    if not min_age_days:
        return tenants
    before = clock.now() - timedelta(days=min_age_days) + _EARLIER
    try:
        cursors = {tenant_id: reads.state(tenant_id).cursor for tenant_id in tenants}
    except WarehouseBusy:
        return tenants  # each says so for itself
    return [one for one, cursor in cursors.items() if cursor is None or cursor.complete_at < before]


def _not_told(
    inbox: WebhookInbox, reads: ListReads, tenants: Sequence[str], endpoint: Endpoint, due: Sequence[str]
) -> Sequence[str]:
    """Those of which a change might not have been told.

    Args:
        due: Those that are to be read where no events arrive.
    """
    now, known = clock.now(), watches(inbox, tenants)
    try:
        cursors = {one: reads.state(one).cursor for one in tenants}
    except WarehouseBusy:
        return due  # each says so for itself
    read = {one: cursor.complete_at if cursor else None for one, cursor in cursors.items()}
    told = {one for one in tenants if known[one].is_on(now)}
    return [
        one for one in tenants if (one in told or one in due) and not may_wait(endpoint, read[one], known[one], now)
    ]


def _why_left_out(config: SyncOptions) -> str:
    if config.events:
        return "nothing was told of them"
    within = f"it was read within {config.min_age_days} days" if config.min_age_days else ""
    told = "events tell what changes" if config.sparing else ""
    return " or ".join(filter(None, (within, told)))


def _told_of(inbox: WebhookInbox, tenants: Sequence[str], table: str) -> Sequence[str]:
    waiting = {one.tenant_id for one in inbox.waiting() if one.asset == table}
    return [one for one in tenants if one in waiting]


def _contents(
    warehouse: "Warehouse", written: Collection[Written], names: Mapping[dg.AssetKey, str], left: Mapping[str, int]
) -> dict[Written, Content]:
    tenants = sorted({tenant_id for _, tenant_id in written})
    rows = row_states(warehouse, tenants, list(names.values())) if tenants else {}
    states = {(key, tenant_id): rows[tenant_id, names[key]] for key, tenant_id in written}
    return {
        one: Content(state.version, {**row_counts(state), CALLS_LEFT: left[one[1]]}) for one, state in states.items()
    }


def row_counts(rows: RowState) -> dict[str, int]:
    """The rows of an organisation in a table, told as metadata.

    `dagster/partition_row_count` is what `not is_deleted` finds; together with `rows_marked_deleted` it is all that
    the table has. A record may arrive already deleted: `rows_inserted` counts it, as it does every row that was not
    in the table, and the partition's count leaves it out.
    """
    return {"dagster/partition_row_count": rows.here, "rows_marked_deleted": rows.deleted}
