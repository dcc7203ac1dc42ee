"""The warehouse in another warehouse as an asset: brought up to date after any ledger was kept."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.assets.execution import Execute, executed, work_only
from xero_pipeline.defs.assets.subset import Result
from xero_pipeline.defs.checks.failed_rows import failed_for_rows
from xero_pipeline.defs.resources import ASSET_RESOURCES, resources_of

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.publish.update import Publication

PUBLISH = "publish"
SAME = "same_as_published"


def publish_assets(
    naming: "Naming",
    destination: str,
    made_of: Sequence[dg.AssetsDefinition],
    *,
    checked: bool = True,
    execute: Execute = work_only,
) -> Sequence[dg.AssetsDefinition]:
    """The asset of everything that is published; it has no partitions, for it finds out itself what changed.

    Args:
        destination: As XERO_PUBLISH names it.
        made_of: After which assets it comes.
        checked: Whether with its check.
        execute: What the project puts around the work.
    """
    spec = naming.beyond(
        PUBLISH,
        description=f"Every table of the warehouse in {destination}: what changed since it was last published.",
        made_of=[key for asset in made_of for key in asset.keys],
    )
    check = dg.AssetCheckSpec(
        SAME,
        asset=spec.key,
        description="What was sent has as many rows, and the same sums of every decimal column, in each table of each "
        "organisation as here.",
    )

    @dg.multi_asset(
        name=naming.named(PUBLISH),
        required_resource_keys={naming.resource(name) for name in ASSET_RESOURCES},
        specs=[spec],
        check_specs=[check] if checked else [],
    )
    @executed(execute)
    def publish(context: dg.AssetExecutionContext) -> Iterator[Result]:
        from xero_pipeline.publish.update import publish_books

        xero, xero_warehouse, _ = resources_of(context, naming)
        done = publish_books(xero.services, warehouse=xero_warehouse.warehouse)
        facts = {"dagster/row_count": sum(done.rows.values()), "slices": done.slices, "tables_compared": done.compared}
        yield dg.MaterializeResult(spec.key, metadata=facts)
        if checked:
            yield _compared(done, spec.key)

    return [publish]


def _compared(done: "Publication", key: dg.AssetKey) -> dg.AssetCheckResult:
    if not done.differences:
        told = f"{done.compared} tables were compared, and are the same."
        return dg.AssetCheckResult(passed=True, check_name=SAME, asset_key=key, description=told)
    return failed_for_rows(
        SAME,
        key,
        f"{len(done.differences)} tables of organisations differ, the first {done.differences[0].told}",
        [(one.table, one.whose, str(one.ours), str(one.theirs)) for one in done.differences],
        ("Table", "Organisation", "Here", "There"),
        counted="slices",
        titled="different",
        severity=dg.AssetCheckSeverity.ERROR,
    )
