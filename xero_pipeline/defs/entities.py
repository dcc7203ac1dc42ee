"""An asset per table of every collection; the tables of one collection are written together."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.oddities import observe, readable_spec, with_check
from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.resources import WarehouseResource, XeroResource
from xero_pipeline.defs.specs import asset_key, changes, cost, no_cost, spec
from xero_pipeline.defs.work import Record, calling, for_each_organisation
from xero_pipeline.sync.collections import sync_collection
from xero_pipeline.sync.outcome import Tally
from xero_pipeline.sync.progress import Progress
from xero_pipeline.sync.reread import reread_collection
from xero_pipeline.warehouse.tables import table_group
from xero_pipeline.xero.endpoints import Endpoint, chosen

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

ORGANISATIONS_PER_RUN = 50
"""A run costs about five seconds to launch: one that carries many organisations saves most of them."""


class SyncOptions(dg.Config):
    """What a person may choose when materialising by hand."""

    full: bool = False
    """Read everything again instead of what changed since the last time."""

    reread_calls: int = 0
    """Instead, read a part of it again: as much as its share of so many calls of each organisation and day reaches."""


def collection_assets(
    storage_kind: str, *, tax_reports: bool = False, journals: bool = False
) -> Sequence[dg.AssetsDefinition]:
    """The assets of every collection that is read.

    Args:
        storage_kind: Which database holds the tables.
        tax_reports: Whether published tax returns are read, too.
        journals: Whether journals are read, too.
    """
    read = chosen(tax_reports=tax_reports, journals=journals)
    return [_assets_of(endpoint, storage_kind) for endpoint in read]


def _assets_of(endpoint: Endpoint, storage_kind: str) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"sync_{endpoint.table}",
        specs=[spec(table, storage_kind=storage_kind) for table in table_group(endpoint.table)],
        check_specs=[readable_spec(endpoint.table)],
        partitions_def=organisation_partitions(),
        backfill_policy=dg.BackfillPolicy.multi_run(ORGANISATIONS_PER_RUN),
    )
    def sync(
        context: dg.AssetExecutionContext,
        config: SyncOptions,
        xero: XeroResource,
        warehouse: WarehouseResource,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        def one(tenant_id: str, record: Record) -> None:
            tally = Tally()
            progress.begin(tenant_id, endpoint.table)
            with calling(context, xero, warehouse, tenant_id, tally, progress) as client:
                whose = (client, warehouse.warehouse, tenant_id, endpoint)
                how = {"tally": tally, "progress": progress.step, "landing": warehouse.landing}
                if config.reread_calls and endpoint.page_size:
                    outcome = reread_collection(*whose, calls=config.reread_calls, **how)
                else:
                    # A list that comes whole is read again by one call.
                    full = config.full or config.reread_calls > 0
                    outcome = sync_collection(*whose, full=full, fits=lambda: client.calls_left(tenant_id), **how)
            progress.end(outcome)
            observe(context, warehouse.warehouse, tenant_id, endpoint.table)
            rows = row_counts(warehouse.warehouse, tenant_id, list(outcome.tables))
            for name, merged in outcome.tables.items():
                told = cost(outcome) if name == endpoint.table else no_cost(outcome, told_with=endpoint.table)
                facts = {"dagster/partition_row_count": rows[name], **changes(merged), **told}
                record(asset_key(name), tenant_id, facts)

        work = for_each_organisation(context, context.partition_keys, one, progress, xero.parts)
        yield from with_check(context, work, warehouse, endpoint.table)

    return sync


def row_counts(warehouse: "Warehouse", tenant_id: str, tables: Sequence[str]) -> dict[str, int]:
    """Rows an organisation has, deleted ones left out.

    Args:
        warehouse: Where to count.
        tenant_id: The organisation.
        tables: Names of tables that have `is_deleted`.
    """
    union = " union all ".join(
        f"select '{name}' as name, count(*) as n from xero.{name} where tenant_id = :tenant_id and not is_deleted"
        for name in tables
    )
    return {row["name"]: row["n"] for row in warehouse.query(union, {"tenant_id": tenant_id}).to_pylist()}
